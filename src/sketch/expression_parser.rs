//! Expressions, by precedence climbing. The other half of the parser.

use super::lexer::Tok;
use super::parser::{MAX_DEPTH, Parser, QUALIFIERS, type_of};
use super::syntax::{Expr, Type, Width};

/// A longer chain of `+` or `.` is not followed: each link is a level of the tree.
const MAX_LINKS: usize = 100;

impl Parser<'_> {
    /// `(a, b)`.
    pub(super) fn arguments(&mut self) -> Vec<Expr> {
        let end = self.at + self.bracket_len(0);
        self.at += 1;
        let mut arguments = Vec::new();
        while self.at + 1 < end {
            arguments.push(self.assignment());
            if !self.eat(",") {
                break;
            }
        }
        // An argument with something behind it was not understood as a whole.
        if self.at + 1 != end {
            arguments.pop();
            arguments.push(Expr::Unknown);
        }
        self.at = end.min(self.tokens.len());
        arguments
    }

    pub(super) fn expression(&mut self) -> Expr {
        let first = self.assignment();
        if !self.is_op(0, ",") {
            return first;
        }
        let mut all = vec![first];
        while self.eat(",") {
            all.push(self.assignment());
        }
        // The comma operator: all are run, which is what matters.
        Expr::List(all)
    }

    pub(super) fn assignment(&mut self) -> Expr {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.depth -= 1;
            self.at += self.bracket_len(0).max(1);
            return Expr::Unknown;
        }
        let left = self.ternary();
        let operator = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
        let found = operator.into_iter().find(|operator| self.is_op(0, operator));
        let expr = match found {
            Some(operator) => {
                self.at += 1;
                Expr::Assign(operator, Box::new(left), Box::new(self.assignment()))
            }
            None => left,
        };
        self.depth -= 1;
        expr
    }

    fn ternary(&mut self) -> Expr {
        let condition = self.binary(0);
        if !self.eat("?") {
            return condition;
        }
        let yes = self.assignment();
        self.eat(":");
        let no = self.assignment();
        Expr::Ternary(Box::new(condition), Box::new(yes), Box::new(no))
    }

    fn binary(&mut self, level: usize) -> Expr {
        const LEVELS: [&[&str]; 10] = [
            &["||"],
            &["&&"],
            &["|"],
            &["^"],
            &["&"],
            &["==", "!="],
            &["<", ">", "<=", ">="],
            &["<<", ">>"],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1);
        let mut links = 0;
        while let Some(Tok::Op(operator)) = self.tok(0)
            && operators.contains(operator)
        {
            let operator = *operator;
            self.at += 1;
            let right = self.binary(level + 1);
            links += 1;
            left =
                if links > MAX_LINKS { Expr::Unknown } else { Expr::Binary(operator, Box::new(left), Box::new(right)) };
        }
        left
    }

    fn unary(&mut self) -> Expr {
        self.depth += 1;
        let expr = if self.depth > MAX_DEPTH {
            self.at += self.bracket_len(0).max(1);
            Expr::Unknown
        } else {
            self.unary_inside()
        };
        self.depth -= 1;
        expr
    }

    fn unary_inside(&mut self) -> Expr {
        for operator in ["!", "-", "+", "~", "&", "*", "++", "--"] {
            if self.eat(operator) {
                return Expr::Unary(operator, Box::new(self.unary()));
            }
        }
        if self.is_op(0, "(")
            && let Some(cast) = self.cast()
        {
            return cast;
        }
        let mut expr = self.primary();
        let mut links = 0;
        loop {
            links += 1;
            if links > MAX_LINKS {
                expr = Expr::Unknown;
            }
            if self.is_op(0, "(") {
                expr = Expr::Call(Box::new(expr), self.arguments());
            } else if self.is_op(0, "[") {
                let end = self.at + self.bracket_len(0);
                self.at += 1;
                expr = Expr::Index(Box::new(expr), Box::new(self.expression()));
                self.at = end;
            } else if (self.is_op(0, ".") || self.is_op(0, "->") || self.is_op(0, "::")) && self.name(1).is_some() {
                let member = self.name(1).unwrap_or_default().to_owned();
                self.at += 2;
                expr = Expr::Member(Box::new(expr), member);
            } else if let Some(Tok::Op(operator @ ("++" | "--"))) = self.tok(0) {
                expr = Expr::Step(operator, Box::new(expr));
                self.at += 1;
            } else {
                return expr;
            }
        }
    }

    /// `(char)26`, `(const __FlashStringHelper *) text`.
    fn cast(&mut self) -> Option<Expr> {
        let start = self.at;
        let end = self.at + self.bracket_len(0);
        self.at += 1;
        let known = self
            .name(0)
            .is_some_and(|word| type_of(word).is_some() || QUALIFIERS.contains(&word) || word == "__FlashStringHelper");
        let ty = known.then(|| self.type_words()).flatten();
        let pointer = self.is_op(0, "*");
        while self.eat("*") || self.eat("&") || self.eat_name("const") {}
        match ty {
            Some(ty) if self.at + 1 == end => {
                self.at = end;
                let inner = self.unary();
                // A pointer cast changes how a text is reached, not what is in it.
                Some(if pointer { inner } else { Expr::Cast(ty, Box::new(inner)) })
            }
            _ => {
                self.at = start;
                None
            }
        }
    }

    fn primary(&mut self) -> Expr {
        let Some(tok) = self.tok(0).cloned() else { return Expr::Unknown };
        match tok {
            Tok::Op("(") => self.bracketed(),
            Tok::Op("{") => Expr::List(self.arguments()),
            Tok::Op(";" | ")" | "]" | "}" | ",") => Expr::Unknown,
            Tok::Name(word) if word.ends_with("_cast") && self.is_op(1, "<") => {
                self.at += 2;
                let ty = self.type_words();
                let pointer = self.is_op(0, "*");
                while self.at < self.tokens.len() && !self.eat(">") && !self.is_op(0, ";") {
                    self.at += 1;
                }
                let inner = self.bracketed();
                match ty {
                    Some(ty) if !pointer => Expr::Cast(ty, Box::new(inner)),
                    _ => inner,
                }
            }
            Tok::Name(word) if word == "sizeof" && self.is_op(1, "(") => {
                self.at += 1;
                Expr::Call(Box::new(Expr::Name(word)), self.arguments())
            }
            Tok::Name(word) if QUALIFIERS.contains(&word.as_str()) => {
                let ty = self.type_words();
                match ty {
                    Some(ty) if self.is_op(0, "(") => Expr::Cast(ty, Box::new(self.bracketed())),
                    _ => Expr::Unknown,
                }
            }
            tok => {
                self.at += 1;
                match tok {
                    Tok::Name(name) => Expr::Name(name),
                    Tok::Int(number) => Expr::Int(number),
                    Tok::Long(number) => Expr::Cast(Type::Int(Width::Signed(64)), Box::new(Expr::Int(number))),
                    Tok::Hundredths(number) => Expr::Hundredths(number),
                    Tok::Char(byte) => Expr::Char(byte),
                    Tok::Str(bytes) => Expr::Str(bytes),
                    Tok::Op(_) | Tok::Other(_) => Expr::Unknown,
                }
            }
        }
    }
}
