//! Statements.

use tree_sitter::Node;

use super::{DEEPEST, Front, children, line_of};
use crate::sketch::syntax::{Declaration, Expr, ForParts, Stmt, StmtKind};

impl Front<'_> {
    pub(super) fn block(&mut self, node: Node<'_>) -> Vec<Stmt> {
        if node.kind() != "compound_statement" {
            return vec![self.statement(node)];
        }
        children(node).into_iter().map(|child| self.statement(child)).collect()
    }

    pub(super) fn statement(&mut self, node: Node<'_>) -> Stmt {
        let line = line_of(node);
        if self.depth > DEEPEST {
            self.unread(line, "it is nested too deeply");
            return Stmt { line, kind: StmtKind::Empty };
        }
        self.depth += 1;
        let kind = self.statement_kind(node);
        self.depth -= 1;
        Stmt { line, kind }
    }

    fn optional(&mut self, node: Option<Node<'_>>) -> Stmt {
        match node {
            Some(node) => self.statement(node),
            None => Stmt { line: 0, kind: StmtKind::Empty },
        }
    }

    fn statement_kind(&mut self, node: Node<'_>) -> StmtKind {
        match node.kind() {
            "compound_statement" => StmtKind::Block(self.block(node)),
            "expression_statement" => match children(node).first() {
                Some(expression) => StmtKind::Expr(self.expression(*expression)),
                None => StmtKind::Empty,
            },
            "declaration" | "struct_specifier" | "class_specifier" | "union_specifier" | "enum_specifier"
            | "type_definition" | "alias_declaration" => self.declaration(node).unwrap_or(StmtKind::Empty),
            "if_statement" => self.if_statement(node),
            "while_statement" => {
                let (declared, condition) = self.condition(node);
                let body = self.optional(node.child_by_field_name("body"));
                wrapped(declared, StmtKind::While(Box::new((condition, body))), line_of(node))
            }
            "do_statement" => {
                let body = self.optional(node.child_by_field_name("body"));
                let (_, condition) = self.condition(node);
                StmtKind::DoWhile(Box::new((body, condition)))
            }
            "for_statement" => self.for_statement(node),
            "for_range_loop" => self.range_for(node),
            "switch_statement" => {
                let (declared, condition) = self.condition(node);
                let mut list = Vec::new();
                if let Some(body) = node.child_by_field_name("body") {
                    self.cases(body, &mut list);
                }
                wrapped(declared, StmtKind::Switch(Box::new((condition, list))), line_of(node))
            }
            "labeled_statement" => {
                let parts = children(node);
                let behind = self.optional(parts.get(1).copied());
                match parts.first() {
                    Some(label) => StmtKind::Labeled(self.symbol(*label), Box::new(behind)),
                    None => StmtKind::Empty,
                }
            }
            "goto_statement" => match node.child_by_field_name("label") {
                Some(label) => StmtKind::Goto(self.symbol(label)),
                None => StmtKind::Empty,
            },
            "return_statement" => {
                let value = children(node).first().map(|value| self.expression(*value));
                StmtKind::Return(value)
            }
            "break_statement" => StmtKind::Break,
            "continue_statement" => StmtKind::Continue,
            "try_statement" => match node.child_by_field_name("body") {
                Some(body) => StmtKind::Block(self.block(body)),
                None => StmtKind::Empty,
            },
            "attributed_statement" => match children(node).last() {
                Some(inner) => self.statement(*inner).kind,
                None => StmtKind::Empty,
            },
            "ERROR" => {
                self.unread(line_of(node), "this is not read as C++");
                let inner = children(node).into_iter().filter(|child| child.kind().ends_with("statement"));
                StmtKind::Block(inner.map(|child| self.statement(child)).collect())
            }
            "case_statement" => {
                let mut list = Vec::new();
                self.case(node, &mut list);
                StmtKind::Block(list)
            }
            "throw_statement" | "gnu_asm_expression" | "using_declaration" | "static_assert_declaration" => {
                StmtKind::Empty
            }
            kind if kind.starts_with("preproc") => StmtKind::Empty,
            _ => StmtKind::Expr(self.expression(node)),
        }
    }

    /// The condition of an if, while or switch; `if (int n = f())` declares first.
    fn condition(&mut self, node: Node<'_>) -> (Vec<Declaration>, Expr) {
        let Some(clause) = node.child_by_field_name("condition") else {
            return (Vec::new(), self.unread_expr(node, "the condition is missing"));
        };
        if clause.kind() != "condition_clause" {
            return (Vec::new(), self.expression(clause));
        }
        let mut declared = Vec::new();
        if let Some(start) = clause.child_by_field_name("initializer")
            && let Some(StmtKind::Declare(list)) = children(start).first().and_then(|inner| self.declaration(*inner))
        {
            declared.extend(list);
        }
        let Some(value) = clause.child_by_field_name("value") else {
            return (declared, self.unread_expr(clause, "the condition is missing"));
        };
        if value.kind() != "declaration" {
            return (declared, self.expression(value));
        }
        let base = self.base_type(value);
        let name = value.child_by_field_name("declarator").map(|declarator| self.declarator(declarator, base));
        let init = value.child_by_field_name("value").map(|init| self.expression(init));
        match name.and_then(|found| Some((found.name?, found.ty))) {
            Some((name, ty)) => {
                let line = line_of(value);
                declared.push(Declaration { name, ty, arguments: None, init, is_static: false, line });
                (declared, Expr::Name(name))
            }
            None => (declared, self.unread_expr(value, "the condition is not read")),
        }
    }

    fn if_statement(&mut self, node: Node<'_>) -> StmtKind {
        let (declared, condition) = self.condition(node);
        let yes = self.optional(node.child_by_field_name("consequence"));
        let no = node.child_by_field_name("alternative").map(|clause| match children(clause).first() {
            Some(inner) if clause.kind() == "else_clause" => self.statement(*inner),
            _ => self.statement(clause),
        });
        wrapped(declared, StmtKind::If(Box::new((condition, yes, no))), line_of(node))
    }

    fn for_statement(&mut self, node: Node<'_>) -> StmtKind {
        let start = node.child_by_field_name("initializer").map(|start| self.statement(start));
        let condition = node.child_by_field_name("condition").map(|condition| self.expression(condition));
        let step = node.child_by_field_name("update").map(|step| self.expression(step));
        let body = self.optional(node.child_by_field_name("body"));
        StmtKind::For(Box::new(ForParts { start, condition, step, body }))
    }

    fn range_for(&mut self, node: Node<'_>) -> StmtKind {
        let base = self.base_type(node);
        let declared = node.child_by_field_name("declarator").map(|declarator| self.declarator(declarator, base));
        let right = node.child_by_field_name("right").map(|right| self.expression(right));
        let body = self.optional(node.child_by_field_name("body"));
        let line = line_of(node);
        match (declared.and_then(|found| Some((found.name?, found.ty))), right) {
            (Some((name, ty)), Some(right)) => {
                let declaration = Declaration { name, ty, arguments: None, init: None, is_static: false, line };
                StmtKind::RangeFor(Box::new((declaration, right, body)))
            }
            _ => StmtKind::Expr(self.unread_expr(node, "this loop is not read")),
        }
    }

    /// The body of a switch as one list: `case` marks and what follows them.
    fn cases(&mut self, body: Node<'_>, list: &mut Vec<Stmt>) {
        for child in children(body) {
            if child.kind() == "case_statement" {
                self.case(child, list);
            } else {
                list.push(self.statement(child));
            }
        }
    }

    fn case(&mut self, node: Node<'_>, list: &mut Vec<Stmt>) {
        let value = node.child_by_field_name("value");
        let line = line_of(node);
        let expression = value.map(|value| self.expression(value));
        list.push(Stmt { line, kind: StmtKind::Case(expression) });
        for child in children(node) {
            if Some(child) == value {
                continue;
            }
            if child.kind() == "case_statement" {
                self.case(child, list);
            } else {
                list.push(self.statement(child));
            }
        }
    }
}

/// `if (int n = f())`: the name lives in the statement alone.
fn wrapped(declared: Vec<Declaration>, kind: StmtKind, line: u32) -> StmtKind {
    if declared.is_empty() {
        return kind;
    }
    StmtKind::Block(vec![Stmt { line, kind: StmtKind::Declare(declared) }, Stmt { line, kind }])
}
