//! From the text of a sketch to what the interpreter runs: tree-sitter reads the C++, here its tree becomes a
//! [`Program`]. What cannot be read is named by line, the rest is read all the same.

mod declarations;
mod expressions;
mod literals;
mod statements;
mod types;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

use tree_sitter::{Node, ParseOptions, Parser};

use super::syntax::{
    Chip, Class, Expr, Function, IntType, Line, Literal, Parameter, Program, Stmt, StmtKind, Symbol, Symbols, Type,
};

/// Brackets in brackets.
const DEEPEST: usize = 120;
/// How often the parser may report progress; a text that makes it search without end is given up.
const MOST_PROGRESS: usize = 200_000;

/// Reads a text that the preprocessor has gone over.
pub(super) fn parse(text: &str, chip: Chip) -> Program {
    let mut front = Front {
        text: text.as_bytes(),
        chip,
        program: Program {
            symbols: Symbols::default(),
            functions: HashMap::new(),
            classes: HashMap::new(),
            globals: Vec::new(),
            fragment: Vec::new(),
            unread: Vec::new(),
            twice: Vec::new(),
            order: Vec::new(),
        },
        aliases: HashMap::new(),
        class_names: HashSet::new(),
        class_name: None,
        scoped: HashMap::new(),
        variables: HashSet::new(),
        methods: Vec::new(),
        prototypes: Vec::new(),
        literals: HashMap::new(),
        depth: 0,
    };
    let mut parser = Parser::new();
    if parser.set_language(&tree_sitter_cpp::LANGUAGE.into()).is_err() {
        front.unread(0, "the C++ grammar does not fit its parser");
        return front.program;
    }
    let mut progress = 0_usize;
    let mut watch = |_: &tree_sitter::ParseState| {
        progress += 1;
        if progress > MOST_PROGRESS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut watch);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    let Some(tree) = tree else {
        front.unread(0, "this text is too tangled to be read as C++");
        return front.program;
    };
    front.note_types(tree.root_node(), 0);
    front.note_missing(tree.root_node(), 0);
    front.items(tree.root_node());
    front.finish()
}

struct Front<'a> {
    text: &'a [u8],
    chip: Chip,
    program: Program,
    /// `typedef`, `using`, enums, the `T` of templates.
    aliases: HashMap<String, Type>,
    class_names: HashSet<String>,
    /// The class that is being read.
    class_name: Option<String>,
    /// Constants by their enum, or the class that it stands in: `State::Idle`.
    scoped: HashMap<(String, Symbol), (i64, IntType)>,
    /// Variables outside of functions.
    variables: HashSet<Symbol>,
    /// Methods that are defined outside of their class.
    methods: Vec<(Symbol, Function)>,
    /// Functions that are declared with defaults for their last parameters, and methods with their class.
    prototypes: Vec<Prototype>,
    literals: HashMap<Vec<u8>, Rc<Literal>>,
    depth: usize,
}

/// A function that is declared before it is defined.
struct Prototype {
    class: Option<Symbol>,
    name: Symbol,
    parameters: Vec<Parameter>,
}

/// Children that mean something.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

fn line_of(node: Node<'_>) -> Line {
    Line::try_from(node.start_position().row).unwrap_or(Line::MAX)
}

impl Front<'_> {
    fn text_of(&self, node: Node<'_>) -> String {
        String::from_utf8_lossy(self.text.get(node.byte_range()).unwrap_or_default()).into_owned()
    }

    fn symbol(&mut self, node: Node<'_>) -> Symbol {
        let name = self.text_of(node);
        self.program.symbols.of(name.trim())
    }

    fn unread(&mut self, line: Line, reason: &str) {
        if self.program.unread.len() < 1000 {
            self.program.unread.push((line, reason.to_owned()));
        }
    }

    /// Types are used before they are defined, in prototypes and members.
    fn note_types(&mut self, node: Node<'_>, depth: usize) {
        if depth > 40 {
            return;
        }
        for child in children(node) {
            if matches!(child.kind(), "struct_specifier" | "class_specifier" | "union_specifier")
                && let Some(name) = child.child_by_field_name("name")
            {
                let name = self.text_of(name);
                self.class_names.insert(name);
            }
            if child.kind() != "compound_statement" {
                self.note_types(child, depth + 1);
            }
        }
    }

    /// What the parser put in where the text lacks it: a semicolon, a bracket.
    fn note_missing(&mut self, node: Node<'_>, depth: usize) {
        // Anything else that it puts in is a way out of a text that is no C++, and told as that.
        if node.is_missing() && matches!(node.kind(), ";" | ")" | "}" | "]") {
            self.unread(line_of(node), &format!("`{}` is missing here", node.kind()));
        }
        let is_assembly = |node: Node<'_>| self.text_of(node).trim_start_matches('_').starts_with("asm");
        if node.is_error() && !node.parent().is_some_and(is_assembly) && !is_assembly(node) {
            self.unread(line_of(node), "this is not read as C++");
        }
        if depth > DEEPEST || !node.has_error() {
            return;
        }
        let mut cursor = node.walk();
        let inner: Vec<Node<'_>> = node.children(&mut cursor).collect();
        for child in inner {
            self.note_missing(child, depth + 1);
        }
    }

    /// Everything at the outermost level, or in a namespace.
    fn items(&mut self, node: Node<'_>) {
        for child in children(node) {
            self.item(child);
        }
    }

    fn item(&mut self, node: Node<'_>) {
        if self.depth > DEEPEST {
            return;
        }
        self.depth += 1;
        match node.kind() {
            "function_definition" => self.function_definition(node),
            "declaration" | "struct_specifier" | "class_specifier" | "union_specifier" | "enum_specifier"
            | "type_definition" | "alias_declaration" => {
                let line = line_of(node);
                self.note_prototypes(node, None);
                let is_elsewhere = self.has_word(node, "extern");
                if let Some(kind) = self.declaration(node) {
                    if let StmtKind::Declare(list) = &kind
                        && !is_elsewhere
                    {
                        self.note_second(list.iter().map(|declaration| (declaration.name, declaration.line)));
                    }
                    self.program.globals.push(Stmt { line, kind });
                }
            }
            "namespace_definition" | "linkage_specification" => {
                if let Some(body) = node.child_by_field_name("body") {
                    if body.kind() == "declaration_list" {
                        self.items(body);
                    } else {
                        self.item(body);
                    }
                }
            }
            "template_declaration" => self.template(node),
            "using_declaration" | "static_assert_declaration" | "namespace_alias_definition" => {}
            kind if kind.starts_with("preproc") => {}
            "ERROR" => {
                self.unread(line_of(node), "this is not read as C++");
                self.items(node);
            }
            "identifier" | "type_identifier" | "primitive_type" | "field_identifier" => {}
            _ => {
                let stmt = self.statement(node);
                if !matches!(stmt.kind, StmtKind::Empty) {
                    self.program.fragment.push(stmt);
                }
            }
        }
        self.depth -= 1;
    }

    fn template(&mut self, node: Node<'_>) {
        let mut names = Vec::new();
        if let Some(parameters) = node.child_by_field_name("parameters") {
            for parameter in children(parameters) {
                if let Some(name) = children(parameter).into_iter().find(|child| child.kind() == "type_identifier") {
                    names.push(self.text_of(name));
                }
            }
        }
        let before: Vec<_> =
            names.iter().map(|name| (name.clone(), self.aliases.insert(name.clone(), Type::Auto))).collect();
        for child in children(node) {
            if child.kind() != "template_parameter_list" {
                self.item(child);
            }
        }
        for (name, old) in before {
            match old {
                Some(old) => self.aliases.insert(name, old),
                None => self.aliases.remove(&name),
            };
        }
    }

    /// Variables of the whole sketch that it declares again: the compiler refuses that.
    fn note_second(&mut self, names: impl Iterator<Item = (Symbol, Line)>) {
        for (name, line) in names.filter(|_| self.depth == 1) {
            if !self.variables.insert(name) {
                self.program.twice.push((line, name));
            }
        }
    }

    fn add_function(&mut self, function: Function, line: Line) {
        let known = self.program.functions.entry(function.name).or_default();
        let is_same = |other: &Rc<Function>| {
            let pairs = function.parameters.iter().zip(&other.parameters);
            function.parameters.len() == other.parameters.len()
                && pairs.into_iter().all(|(parameter, known)| parameter.ty.is_like(&known.ty))
        };
        // In templates and namespaces a name may come again.
        if self.depth == 1 && known.iter().any(is_same) {
            self.program.twice.push((line, function.name));
        }
        if known.is_empty() {
            self.program.order.push(function.name);
        }
        known.push(Rc::new(function));
    }

    /// Methods written outside of their classes join them.
    fn finish(mut self) -> Program {
        for (class, method) in std::mem::take(&mut self.methods) {
            let known = self.program.classes.remove(&class);
            let mut class = match known.map(Rc::try_unwrap) {
                Some(Ok(class)) => class,
                _ => Class { name: class, bases: Vec::new(), fields: Vec::new(), methods: Vec::new() },
            };
            class.methods.push(Rc::new(method));
            self.program.classes.insert(class.name, Rc::new(class));
        }
        for prototype in std::mem::take(&mut self.prototypes) {
            let functions = match prototype.class {
                Some(class) => {
                    let class = self.program.classes.get_mut(&class).and_then(Rc::get_mut);
                    class.map(|class| &mut class.methods)
                }
                None => self.program.functions.get_mut(&prototype.name),
            };
            let named =
                functions.into_iter().flatten().filter_map(Rc::get_mut).filter(|one| one.name == prototype.name);
            for function in named.filter(|one| one.parameters.len() == prototype.parameters.len()) {
                // A definition does not repeat the defaults of its declaration.
                for (own, declared) in function.parameters.iter_mut().zip(&prototype.parameters) {
                    own.default = own.default.take().or_else(|| declared.default.clone());
                }
            }
        }
        self.program
    }

    fn unread_expr(&mut self, node: Node<'_>, reason: &str) -> Expr {
        self.unread(line_of(node), reason);
        Expr::Unread
    }
}
