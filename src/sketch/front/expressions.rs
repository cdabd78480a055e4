//! Expressions.

use std::rc::Rc;

use tree_sitter::Node;

use super::literals::{self, Number};
use super::{DEEPEST, Front, children, line_of};
use crate::sketch::syntax::{Binary, Call, Expr, Function, IntType, Literal, Stmt, StmtKind, Symbol, Type, Unary};

impl Front<'_> {
    pub(super) fn expression(&mut self, node: Node<'_>) -> Expr {
        if self.depth > DEEPEST {
            return self.unread_expr(node, "it is nested too deeply");
        }
        self.depth += 1;
        let expr = self.expression_inside(node);
        self.depth -= 1;
        expr
    }

    pub(super) fn expressions(&mut self, list: Node<'_>) -> Vec<Expr> {
        children(list).into_iter().map(|node| self.expression(node)).collect()
    }

    fn field(&mut self, node: Node<'_>, name: &str) -> Expr {
        match node.child_by_field_name(name) {
            Some(child) => self.expression(child),
            None => self.unread_expr(node, "a part is missing"),
        }
    }

    fn expression_inside(&mut self, node: Node<'_>) -> Expr {
        match node.kind() {
            "number_literal" | "user_defined_literal" => self.number(node),
            "string_literal" | "raw_string_literal" | "concatenated_string" => {
                let mut bytes = Vec::new();
                self.text_bytes(node, &mut bytes);
                Expr::Text(self.literal(bytes))
            }
            "char_literal" => self.character(node),
            "identifier" => self.identifier(node),
            "field_identifier" | "type_identifier" | "primitive_type" => Expr::Name(self.symbol(node)),
            "qualified_identifier" => self.qualified(node),
            "true" => Expr::Int(1, IntType::Bool),
            "false" => Expr::Int(0, IntType::Bool),
            "null" => Expr::Null,
            "this" => Expr::This,
            "parenthesized_expression" | "condition_clause" | "subscript_argument_list" => {
                match children(node).first() {
                    Some(inner) => self.expression(*inner),
                    None => self.unread_expr(node, "nothing stands in the brackets"),
                }
            }
            "binary_expression" => self.binary(node),
            "unary_expression" => self.unary(node),
            "pointer_expression" => {
                let of = Box::new(self.field(node, "argument"));
                if self.operator(node) == "*" { Expr::Dereference(of) } else { Expr::AddressOf(of) }
            }
            "update_expression" => {
                let by = if self.operator(node) == "++" { 1 } else { -1 };
                let after = node.child(0).is_some_and(|first| first.is_named());
                Expr::Step { by, after, of: Box::new(self.field(node, "argument")) }
            }
            "assignment_expression" => self.assignment(node),
            "conditional_expression" => {
                let parts = ["condition", "consequence", "alternative"].map(|name| self.field(node, name));
                let [condition, yes, no] = parts;
                Expr::Ternary(Box::new((condition, yes, no)))
            }
            "comma_expression" => Expr::Comma(Box::new((self.field(node, "left"), self.field(node, "right")))),
            "call_expression" => self.call(node),
            "field_expression" => self.member_expression(node),
            "subscript_expression" => self.subscript(node),
            "initializer_list" => Expr::List(self.list(node)),
            "cast_expression" => self.cast(node),
            "compound_literal_expression" => {
                let ty = self.base_type(node);
                let values = node.child_by_field_name("value").map(|value| self.list(value)).unwrap_or_default();
                Expr::Construct(ty, values.into_iter().map(|(_, value)| value).collect(), line_of(node))
            }
            "sizeof_expression" => match node.child_by_field_name("type") {
                Some(ty) => Expr::SizeOfType(self.type_node(ty)),
                None => Expr::SizeOf(Box::new(self.field(node, "value"))),
            },
            "new_expression" => self.new_expression(node),
            "delete_expression" => match children(node).first() {
                Some(of) => Expr::Delete(Box::new(self.expression(*of))),
                None => self.unread_expr(node, "a part is missing"),
            },
            "lambda_expression" => self.lambda(node),
            "template_function" => match node.child_by_field_name("name") {
                Some(name) => self.expression(name),
                None => self.unread_expr(node, "this use of a template is not read"),
            },
            _ => self.unread_expr(node, "this is not read as C++"),
        }
    }

    fn assignment(&mut self, node: Node<'_>) -> Expr {
        let sides = Box::new((self.field(node, "left"), self.field(node, "right")));
        let operator = self.operator(node);
        let operator = operator.strip_suffix('=').unwrap_or_default();
        match (operator, binary_operator(operator)) {
            ("", _) => Expr::Assign(None, sides),
            (_, Some(operator)) => Expr::Assign(Some(operator), sides),
            _ => self.unread_expr(node, "this assignment is not read"),
        }
    }

    fn member_expression(&mut self, node: Node<'_>) -> Expr {
        let Some(field) = node.child_by_field_name("field") else {
            return self.unread_expr(node, "a part is missing");
        };
        let object = Box::new(self.field(node, "argument"));
        Expr::Member(object, self.member_name(field))
    }

    fn subscript(&mut self, node: Node<'_>) -> Expr {
        let index = match node.child_by_field_name("indices").or(node.child_by_field_name("index")) {
            Some(index) => self.expression(index),
            None => self.unread_expr(node, "the index is missing"),
        };
        Expr::Index(Box::new((self.field(node, "argument"), index)))
    }

    fn operator(&self, node: Node<'_>) -> String {
        node.child_by_field_name("operator").map(|operator| self.text_of(operator)).unwrap_or_default()
    }

    fn number(&mut self, node: Node<'_>) -> Expr {
        match literals::number(self.text_of(node).trim(), self.chip) {
            Some(Number::Int(value, ty)) => Expr::Int(value, ty),
            Some(Number::Float(value)) => Expr::Float(value),
            None => self.unread_expr(node, "this number is not read"),
        }
    }

    fn character(&mut self, node: Node<'_>) -> Expr {
        let text = self.text_of(node);
        let inside = text.split_once('\'').map_or("", |(_, rest)| rest);
        let bytes = literals::unescaped(inside.strip_suffix('\'').unwrap_or(inside));
        match bytes.as_slice() {
            [byte] => Expr::Int(IntType::Char.fit(i64::from(*byte)), IntType::Char),
            // 'OK' is a number, the last character lowest.
            bytes => {
                let number = bytes.iter().fold(0_i64, |number, byte| number.wrapping_shl(8) | i64::from(*byte));
                Expr::Int(self.chip.int().fit(number), self.chip.int())
            }
        }
    }

    fn text_bytes(&mut self, node: Node<'_>, out: &mut Vec<u8>) {
        match node.kind() {
            "concatenated_string" => {
                for child in children(node) {
                    self.text_bytes(child, out);
                }
            }
            "string_literal" => {
                let text = self.text_of(node);
                let inside = text.split_once('"').map_or("", |(_, rest)| rest);
                out.extend(literals::unescaped(inside.strip_suffix('"').unwrap_or(inside)));
            }
            "raw_string_literal" => {
                let content = children(node).into_iter().find(|child| child.kind() == "raw_string_content");
                out.extend(content.map(|content| self.text_of(content)).unwrap_or_default().into_bytes());
            }
            _ => self.unread(line_of(node), "this part of a text is a name that is not known here"),
        }
    }

    fn literal(&mut self, bytes: Vec<u8>) -> Rc<Literal> {
        if let Some(known) = self.literals.get(&bytes) {
            return known.clone();
        }
        let literal = Rc::new(Literal { bytes: bytes.clone(), id: self.literals.len() });
        self.literals.insert(bytes, literal.clone());
        literal
    }

    /// Inside a class the names of its enums come before those outside.
    fn identifier(&mut self, node: Node<'_>) -> Expr {
        let name = self.symbol(node);
        let own = self.class_name.clone().and_then(|class| self.scoped.get(&(class, name)));
        own.map_or(Expr::Name(name), |(number, ty)| Expr::Int(*number, *ty))
    }

    /// `Class::name`; the names of namespaces fall away.
    fn qualified(&mut self, node: Node<'_>) -> Expr {
        let scope = node.child_by_field_name("scope").map(|scope| self.text_of(scope));
        let Some(name) = node.child_by_field_name("name") else {
            return self.unread_expr(node, "a part is missing");
        };
        let inner = self.expression(name);
        match (scope, inner) {
            (Some(scope), Expr::Name(name)) if self.scoped.contains_key(&(scope.clone(), name)) => {
                let (number, ty) = self.scoped.get(&(scope, name)).copied().unwrap_or((0, self.chip.int()));
                Expr::Int(number, ty)
            }
            (Some(scope), Expr::Name(name)) if self.class_names.contains(&scope) => {
                Expr::Scoped(self.program.symbols.of(&scope), name)
            }
            (_, inner) => inner,
        }
    }

    fn binary(&mut self, node: Node<'_>) -> Expr {
        let sides = Box::new((self.field(node, "left"), self.field(node, "right")));
        let operator = self.operator(node);
        match (operator.as_str(), binary_operator(&operator)) {
            ("&&" | "and", _) => Expr::Logical(true, sides),
            ("||" | "or", _) => Expr::Logical(false, sides),
            (_, Some(operator)) => Expr::Binary(operator, sides),
            _ => self.unread_expr(node, "this operator is not read"),
        }
    }

    fn unary(&mut self, node: Node<'_>) -> Expr {
        let of = Box::new(self.field(node, "argument"));
        match self.operator(node).as_str() {
            "-" => Expr::Unary(Unary::Minus, of),
            "+" => Expr::Unary(Unary::Plus, of),
            "!" | "not" => Expr::Unary(Unary::Not, of),
            "~" | "compl" => Expr::Unary(Unary::Complement, of),
            _ => self.unread_expr(node, "this operator is not read"),
        }
    }

    fn member_name(&mut self, field: Node<'_>) -> Symbol {
        match field.child_by_field_name("name") {
            Some(name) => self.member_name(name),
            None => self.symbol(field),
        }
    }

    fn call(&mut self, node: Node<'_>) -> Expr {
        let line = line_of(node);
        let Some(callee) = node.child_by_field_name("function") else {
            return self.unread_expr(node, "a part is missing");
        };
        let list = node.child_by_field_name("arguments");
        if callee.kind() == "template_function"
            && let Some(ty) = self.template_cast(callee)
        {
            let mut values = list.map(|list| self.expressions(list)).unwrap_or_default();
            return match values.pop() {
                Some(value) => Expr::Cast(ty, Box::new(value)),
                None => self.unread_expr(node, "a part is missing"),
            };
        }
        let mut arguments = list.map(|list| self.expressions(list)).unwrap_or_default();
        let name = matches!(callee.kind(), "identifier" | "primitive_type").then(|| self.text_of(callee));
        match name.as_deref() {
            // They only say where a text is kept.
            Some("F" | "PSTR" | "FPSTR" | "__FlashStringHelper") if arguments.len() == 1 => {
                return arguments.pop().unwrap_or(Expr::Null);
            }
            Some(name) if self.is_type(name) => {
                let ty = self.type_named(name);
                return Expr::Construct(ty, arguments, line);
            }
            _ => {}
        }
        let callee = self.expression(callee);
        Expr::Call(Box::new(Call { callee, arguments, line }))
    }

    /// `static_cast<T>` and its kin.
    fn template_cast(&mut self, callee: Node<'_>) -> Option<Type> {
        let name = callee.child_by_field_name("name").map(|name| self.text_of(name))?;
        if !matches!(name.as_str(), "static_cast" | "reinterpret_cast" | "const_cast" | "dynamic_cast") {
            return None;
        }
        let ty = children(callee.child_by_field_name("arguments")?).into_iter().next()?;
        Some(self.type_node(ty))
    }

    fn list(&mut self, node: Node<'_>) -> Vec<(Option<Symbol>, Expr)> {
        let mut found = Vec::new();
        for child in children(node) {
            if child.kind() != "initializer_pair" {
                found.push((None, self.expression(child)));
                continue;
            }
            let designator = child.child_by_field_name("designator").and_then(|node| children(node).into_iter().next());
            let name = designator.map(|name| self.symbol(name));
            let value = self.field(child, "value");
            found.push((name, value));
        }
        found
    }

    fn cast(&mut self, node: Node<'_>) -> Expr {
        let Some(ty) = node.child_by_field_name("type") else {
            return self.unread_expr(node, "a part is missing");
        };
        let name = self.text_of(ty);
        let value = node.child_by_field_name("value");
        // `(a) - b` reads like a cast of -b.
        if let Some(value) = value.filter(|value| matches!(value.kind(), "unary_expression" | "pointer_expression"))
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !self.is_type(&name)
            && let Some(operator) = binary_operator(&self.operator(value))
        {
            let left = Expr::Name(self.program.symbols.of(&name));
            return Expr::Binary(operator, Box::new((left, self.field(value, "argument"))));
        }
        let ty = self.type_node(ty);
        Expr::Cast(ty, Box::new(self.field(node, "value")))
    }

    fn new_expression(&mut self, node: Node<'_>) -> Expr {
        let ty = self.base_type(node);
        let arguments = node.child_by_field_name("arguments").map(|list| self.expressions(list)).unwrap_or_default();
        let length = node
            .child_by_field_name("declarator")
            .and_then(|declarator| declarator.child_by_field_name("length"))
            .map(|length| Box::new(self.expression(length)));
        Expr::New(ty, arguments, length, line_of(node))
    }

    fn lambda(&mut self, node: Node<'_>) -> Expr {
        let parameters = node.child_by_field_name("declarator").map(|inner| self.parameters(inner)).unwrap_or_default();
        let line = line_of(node);
        let body = match node.child_by_field_name("body") {
            Some(body) => self.block(body),
            None => vec![Stmt { line, kind: StmtKind::Empty }],
        };
        let name = self.program.symbols.of("(lambda)");
        let initialisers = Vec::new();
        Expr::Lambda(Rc::new(Function { name, parameters, body, returns: Type::Auto, initialisers }))
    }
}

fn binary_operator(text: &str) -> Option<Binary> {
    Some(match text {
        "+" => Binary::Add,
        "-" => Binary::Subtract,
        "*" => Binary::Multiply,
        "/" => Binary::Divide,
        "%" => Binary::Remainder,
        "<<" => Binary::ShiftLeft,
        ">>" => Binary::ShiftRight,
        "&" | "bitand" => Binary::And,
        "|" | "bitor" => Binary::Or,
        "^" | "xor" => Binary::Xor,
        "==" => Binary::Equal,
        "!=" | "not_eq" => Binary::Unequal,
        "<" => Binary::Less,
        "<=" => Binary::LessEqual,
        ">" => Binary::Greater,
        ">=" => Binary::GreaterEqual,
        _ => return None,
    })
}
