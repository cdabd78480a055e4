//! Variables, functions, classes, enums.

use std::rc::Rc;

use tree_sitter::Node;

use super::types::Declared;
use super::{Front, Prototype, children, line_of};
use crate::sketch::syntax::{Binary, Class, Declaration, Expr, Function, Parameter, Stmt, StmtKind, Symbol, Type};

impl Front<'_> {
    /// A declaration as a statement; `None` where it declares nothing that runs.
    pub(super) fn declaration(&mut self, node: Node<'_>) -> Option<StmtKind> {
        match node.kind() {
            "type_definition" => {
                let named = node.child_by_field_name("type").filter(|ty| ty.kind() == "enum_specifier");
                let constants = named.and_then(|named| self.enumeration(named));
                self.typedef(node);
                return constants;
            }
            "alias_declaration" => {
                let name = node.child_by_field_name("name").map(|name| self.text_of(name))?;
                let ty = self.base_type(node);
                self.aliases.insert(name, ty);
                return None;
            }
            "enum_specifier" => return self.enumeration(node),
            "struct_specifier" | "class_specifier" | "union_specifier" => {
                self.class(node);
                return None;
            }
            _ => {}
        }
        let is_static = self.has_word(node, "static");
        let mut constants = Vec::new();
        if let Some(ty) = node.child_by_field_name("type").filter(|ty| ty.kind() == "enum_specifier")
            && let Some(StmtKind::Declare(named)) = self.enumeration(ty)
        {
            constants = named;
        }
        let base = self.base_type(node);
        let mut cursor = node.walk();
        let declarators: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
        let mut found = constants;
        for declarator in declarators {
            found.extend(self.declared(declarator, &base, is_static));
        }
        if node.kind() == "field_declaration"
            && let Some(value) = node.child_by_field_name("default_value")
        {
            let value = self.expression(value);
            if let Some(last) = found.last_mut() {
                last.init = Some(value);
            }
        }
        (!found.is_empty()).then_some(StmtKind::Declare(found))
    }

    pub(super) fn has_word(&self, node: Node<'_>, word: &str) -> bool {
        let is = |child: &Node<'_>| child.kind() == "storage_class_specifier" && self.text_of(*child).trim() == word;
        children(node).iter().any(is)
    }

    fn declared(&mut self, node: Node<'_>, base: &Type, is_static: bool) -> Option<Declaration> {
        let line = line_of(node);
        let (declarator, value) = match node.kind() {
            "init_declarator" => (node.child_by_field_name("declarator")?, node.child_by_field_name("value")),
            _ => (node, None),
        };
        let mut arguments = None;
        let mut init = None;
        if declarator.kind() == "function_declarator" && value.is_none() {
            // `SoftwareSerial gsm(RX, TX);` reads like a prototype.
            let inner = declarator.child_by_field_name("declarator")?;
            if inner.kind() == "identifier" || inner.kind() == "field_identifier" {
                arguments = Some(self.constructor_names(declarator)?);
            }
        }
        let Declared { name, ty, .. } = match &arguments {
            Some(_) => {
                let inner = declarator.child_by_field_name("declarator")?;
                self.declarator(inner, base.clone())
            }
            None => self.declarator(declarator, base.clone()),
        };
        match value {
            Some(value) if value.kind() == "argument_list" => arguments = Some(self.expressions(value)),
            Some(value) => init = Some(self.expression(value)),
            None => {}
        }
        Some(Declaration { name: name?, ty, arguments, init, is_static, line })
    }

    /// What stands in the brackets of a declaration, if it can only be values: names that are no types.
    fn constructor_names(&mut self, declarator: Node<'_>) -> Option<Vec<Expr>> {
        let list = children(declarator.child_by_field_name("parameters")?);
        if list.is_empty() {
            return None;
        }
        let mut found = Vec::new();
        for parameter in list {
            // `sizeof(x)` reads like a type with its declarator.
            let text = self.text_of(parameter);
            if let Some(of) = text.trim().strip_prefix("sizeof").filter(|of| of.starts_with(['(', ' '])) {
                let of = self.program.symbols.of(of.trim_matches(['(', ')', ' ']));
                found.push(Expr::SizeOf(Box::new(Expr::Name(of))));
                continue;
            }
            let ty = parameter.child_by_field_name("type")?;
            let name = self.text_of(ty);
            let bare = parameter.child_by_field_name("declarator").is_none();
            if !bare || ty.kind() != "type_identifier" || self.is_type(&name) {
                return None;
            }
            found.push(Expr::Name(self.program.symbols.of(&name)));
        }
        Some(found)
    }

    fn typedef(&mut self, node: Node<'_>) {
        let base = self.base_type(node);
        let mut cursor = node.walk();
        let declarators: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
        for declarator in declarators {
            let Declared { name, ty, .. } = self.declarator(declarator, base.clone());
            if let Some(name) = name {
                let name = self.program.symbols.name(name).to_string();
                self.class_names.remove(&name);
                self.aliases.insert(name, ty);
            }
        }
    }

    /// Constants of an enum, as declarations.
    pub(super) fn enumeration(&mut self, node: Node<'_>) -> Option<StmtKind> {
        let int = self.chip.int();
        let mut scopes: Vec<String> = self.class_name.iter().cloned().collect();
        if let Some(name) = node.child_by_field_name("name") {
            let name = self.text_of(name);
            self.aliases.insert(name.clone(), Type::Int(int));
            scopes.push(name);
        }
        let body = node.child_by_field_name("body")?;
        let mut found: Vec<Declaration> = Vec::new();
        for entry in children(body).into_iter().filter(|entry| entry.kind() == "enumerator") {
            let Some(name) = entry.child_by_field_name("name") else { continue };
            let name = self.symbol(name);
            let value = match (entry.child_by_field_name("value"), found.last()) {
                (Some(value), _) => self.expression(value),
                (None, None) => Expr::Int(0, int),
                (None, Some(Declaration { init: Some(Expr::Int(before, ty)), .. })) => Expr::Int(before + 1, *ty),
                (None, Some(before)) => {
                    let sum = (Expr::Name(before.name), Expr::Int(1, int));
                    Expr::Binary(Binary::Add, Box::new(sum))
                }
            };
            if let Expr::Int(number, ty) = value {
                for scope in &scopes {
                    self.scoped.insert((scope.clone(), name), (number, ty));
                }
            }
            let line = line_of(entry);
            found.push(Declaration {
                name,
                ty: Type::Int(int),
                arguments: None,
                init: Some(value),
                is_static: false,
                line,
            });
        }
        let kind = StmtKind::Declare(found);
        // Also where the enum stands inside another declaration: its names are everybody's.
        Some(kind)
    }

    /// A class with a body; gives its name.
    pub(super) fn class(&mut self, node: Node<'_>) -> Symbol {
        let name = match node.child_by_field_name("name") {
            Some(name) => self.symbol(name),
            None => self.program.symbols.of(&format!("(struct of line {})", line_of(node) + 1)),
        };
        let Some(body) = node.child_by_field_name("body") else { return name };
        if node.kind() == "union_specifier" {
            self.unread(line_of(node), "the members of a union share their memory; here each has its own");
        }
        let mut class = Class { name, bases: Vec::new(), fields: Vec::new(), methods: Vec::new() };
        if let Some(bases) = children(node).into_iter().find(|child| child.kind() == "base_class_clause") {
            for base in children(bases).into_iter().filter(|base| base.kind() == "type_identifier") {
                class.bases.push(self.symbol(base));
            }
        }
        let outer = self.class_name.replace(self.program.symbols.name(name).to_string());
        for member in children(body) {
            self.member(&mut class, member);
        }
        self.class_name = outer;
        self.program.classes.insert(name, Rc::new(class));
        name
    }

    fn member(&mut self, class: &mut Class, node: Node<'_>) {
        match node.kind() {
            "function_definition" => {
                if let Some((_, function)) = self.function(node) {
                    class.methods.push(Rc::new(function));
                }
            }
            "field_declaration" | "declaration" => {
                self.note_prototypes(node, Some(class.name));
                let is_static = self.has_word(node, "static");
                if let Some(StmtKind::Declare(fields)) = self.declaration(node) {
                    for field in fields {
                        // A static member, and the names of an enum, are everybody's.
                        let method = matches!(field.ty, Type::Function);
                        if is_static {
                            let line = field.line;
                            self.program.globals.push(Stmt { line, kind: StmtKind::Declare(vec![field]) });
                        } else if !method {
                            class.fields.push(field);
                        }
                    }
                }
            }
            "enum_specifier" | "struct_specifier" | "class_specifier" | "union_specifier" | "type_definition"
            | "alias_declaration" => {
                let line = line_of(node);
                if let Some(kind) = self.declaration(node) {
                    self.program.globals.push(Stmt { line, kind });
                }
            }
            "template_declaration" => {
                for child in children(node).into_iter().filter(|child| child.kind() == "function_definition") {
                    self.member(class, child);
                }
            }
            "ERROR" => self.unread(line_of(node), "this is not read as C++"),
            _ => {}
        }
    }

    pub(super) fn function_definition(&mut self, node: Node<'_>) {
        let Some((class, function)) = self.function(node) else {
            return self.unread(line_of(node), "this function is not read");
        };
        match class {
            Some(class) if self.class_names.contains(&*self.program.symbols.name(class)) => {
                self.methods.push((class, function));
            }
            // A namespace.
            _ => self.add_function(function, line_of(node)),
        }
    }

    fn function(&mut self, node: Node<'_>) -> Option<(Option<Symbol>, Function)> {
        let returns = self.base_type(node);
        let mut declarator = node.child_by_field_name("declarator")?;
        let mut returns = returns;
        while declarator.kind() != "function_declarator" {
            returns = match declarator.kind() {
                "pointer_declarator" => Type::Pointer(Rc::new(returns)),
                "reference_declarator" => Type::Reference(Rc::new(returns)),
                _ => returns,
            };
            declarator = declarator
                .child_by_field_name("declarator")
                .or_else(|| children(declarator).into_iter().find(|child| child.kind().ends_with("declarator")))?;
        }
        let Declared { name, class, .. } = self.declarator(declarator.child_by_field_name("declarator")?, Type::Void);
        let parameters = self.parameters(declarator);
        let mut initialisers = Vec::new();
        if let Some(list) = children(node).into_iter().find(|child| child.kind() == "field_initializer_list") {
            for entry in children(list) {
                let parts = children(entry);
                if let [field, values] = parts.as_slice() {
                    let field = self.symbol(*field);
                    initialisers.push((field, self.expressions(*values)));
                }
            }
        }
        let body = match node.child_by_field_name("body") {
            Some(body) => self.block(body),
            None => Vec::new(),
        };
        Some((class, Function { name: name?, parameters, body, returns, initialisers }))
    }

    /// `bool send(const char *text, int times = 1);`: what is left out in a call stands here alone.
    pub(super) fn note_prototypes(&mut self, node: Node<'_>, class: Option<Symbol>) {
        for mut declarator in children(node) {
            while matches!(declarator.kind(), "pointer_declarator" | "reference_declarator")
                && let Some(inner) = children(declarator).into_iter().next_back()
            {
                declarator = inner;
            }
            if declarator.kind() != "function_declarator" {
                continue;
            }
            let Some(list) = declarator.child_by_field_name("parameters") else { continue };
            let has_default = children(list).iter().any(|one| one.kind() == "optional_parameter_declaration");
            let Some(name) = declarator.child_by_field_name("declarator").filter(|_| has_default) else { continue };
            if let Some(name) = self.declarator(name, Type::Void).name {
                let parameters = self.parameters(declarator);
                self.prototypes.push(Prototype { class, name, parameters });
            }
        }
    }

    pub(super) fn parameters(&mut self, declarator: Node<'_>) -> Vec<Parameter> {
        let Some(list) = declarator.child_by_field_name("parameters") else { return Vec::new() };
        let mut found = Vec::new();
        for node in children(list) {
            if !node.kind().ends_with("parameter_declaration") {
                continue;
            }
            let base = self.base_type(node);
            let declared = match node.child_by_field_name("declarator") {
                Some(declarator) => self.declarator(declarator, base),
                None => Declared { name: None, class: None, ty: base },
            };
            if matches!(declared.ty, Type::Void) && declared.name.is_none() {
                continue;
            }
            let name = declared.name.unwrap_or_else(|| self.program.symbols.of("(unnamed)"));
            let default = node.child_by_field_name("default_value").map(|value| Rc::new(self.expression(value)));
            // An array is passed as a pointer.
            let ty = match declared.ty {
                Type::Array(of, _) => Type::Pointer(of),
                other => other,
            };
            found.push(Parameter { name, ty, default });
        }
        found
    }
}
