//! Tokens to a tree. Never fails: what it does not know it passes over and names.

use super::lexer::{Lexed, Tok, Token};
use super::syntax::{Declaration, Expr, Function, Program, Stmt, StmtKind, Type, Width};

/// Deeper nesting than this is not read.
pub(super) const MAX_DEPTH: usize = 60;

/// Reads a whole sketch.
pub(super) fn parse(lexed: Lexed) -> Program {
    let mut parser = Parser { tokens: &lexed.tokens, at: 0, depth: 0, program: Program::default() };
    while parser.at < parser.tokens.len() {
        let before = parser.at;
        parser.top_level();
        if parser.at == before {
            parser.at += 1;
        }
    }
    let mut program = parser.program;
    program.unread.extend(lexed.unread);
    program
}

pub(super) struct Parser<'a> {
    pub tokens: &'a [Token],
    pub at: usize,
    pub depth: usize,
    program: Program,
}

/// Words that stand before a type without changing what is printed.
pub(super) const QUALIFIERS: [&str; 12] = [
    "const",
    "static",
    "volatile",
    "unsigned",
    "signed",
    "extern",
    "inline",
    "constexpr",
    "register",
    "PROGMEM",
    "struct",
    "virtual",
];

const KEYWORDS: [&str; 14] = [
    "return", "else", "case", "goto", "new", "delete", "if", "while", "for", "do", "switch", "break", "continue",
    "default",
];

impl Parser<'_> {
    pub(super) fn tok(&self, ahead: usize) -> Option<&Tok> {
        self.tokens.get(self.at + ahead).map(|token| &token.tok)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |token| token.line)
    }

    pub(super) fn is_op(&self, ahead: usize, operator: &str) -> bool {
        matches!(self.tok(ahead), Some(Tok::Op(op)) if *op == operator)
    }

    pub(super) fn name(&self, ahead: usize) -> Option<&str> {
        match self.tok(ahead) {
            Some(Tok::Name(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn eat(&mut self, operator: &str) -> bool {
        let found = self.is_op(0, operator);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_name(&mut self, word: &str) -> bool {
        let found = self.name(0) == Some(word);
        self.at += usize::from(found);
        found
    }

    /// How many tokens from `ahead` to behind the bracket that closes the one there.
    pub(super) fn bracket_len(&self, ahead: usize) -> usize {
        let mut depth = 0_usize;
        let mut len = 0;
        while let Some(tok) = self.tok(ahead + len) {
            len += 1;
            match tok {
                Tok::Op("(" | "[" | "{") => depth += 1,
                Tok::Op(")" | "]" | "}") => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        len
    }

    /// Passes over the rest of a statement: to the `;` or behind a `}` on this level.
    fn skip_statement(&mut self) {
        while let Some(tok) = self.tok(0) {
            match tok {
                Tok::Op(";") => {
                    self.at += 1;
                    return;
                }
                Tok::Op("}") => return,
                Tok::Op("{") => {
                    self.at += self.bracket_len(0);
                    return;
                }
                Tok::Op("(" | "[") => self.at += self.bracket_len(0),
                _ => self.at += 1,
            }
        }
    }

    fn top_level(&mut self) {
        let line = self.line();
        match self.name(0) {
            Some(word @ ("class" | "struct" | "union" | "namespace" | "template" | "typedef" | "using"))
                if !(word == "struct" && self.name(2).is_some()) =>
            {
                let word = word.to_owned();
                self.skip_statement();
                self.eat(";");
                if matches!(word.as_str(), "class" | "struct" | "namespace" | "template") {
                    self.program.unread.push((line, format!("a {word} of its own is not followed")));
                }
            }
            Some("enum") => self.enumeration(),
            Some("extern") if matches!(self.tok(1), Some(Tok::Str(_))) => {
                self.at += 2;
                self.eat("{");
            }
            _ if self.is_op(0, "}") => self.at += 1,
            _ => {
                if !self.function() {
                    let statement = self.statement();
                    self.program.globals.push(statement);
                }
            }
        }
    }

    /// `enum { A, B = 5 };` as numbers.
    fn enumeration(&mut self) {
        let line = self.line();
        while self.at < self.tokens.len() && !self.is_op(0, "{") && !self.is_op(0, ";") {
            self.at += 1;
        }
        self.eat("{");
        let mut last: Option<Expr> = None;
        let mut declarations = Vec::new();
        while let Some(name) = self.name(0).map(str::to_owned) {
            self.at += 1;
            let value = if self.eat("=") {
                self.assignment()
            } else {
                last.map_or(Expr::Int(0), |last| Expr::Binary("+", Box::new(last), Box::new(Expr::Int(1))))
            };
            last = Some(Expr::Name(name.clone()));
            declarations.push(Declaration {
                ty: Type::Int(Width::Int),
                name,
                arguments: Vec::new(),
                init: Some(value),
            });
            self.eat(",");
        }
        self.skip_statement();
        self.eat("}");
        self.eat(";");
        self.program.globals.push(Stmt { line, kind: StmtKind::Declare(declarations) });
    }

    /// `Type name(parameters) { … }`; a prototype is passed over.
    fn function(&mut self) -> bool {
        let start = self.at;
        let Some((_, name)) = self.type_and_name() else {
            self.at = start;
            return false;
        };
        if !self.is_op(0, "(") {
            self.at = start;
            return false;
        }
        let behind = self.bracket_len(0);
        let prototype = self.is_op(behind, ";") && self.looks_like_parameters();
        if !self.is_op(behind, "{") && !prototype {
            self.at = start;
            return false;
        }
        let end = self.at + behind;
        self.at += 1;
        let mut parameters = Vec::new();
        while self.at + 1 < end {
            let Some((ty, name)) = self.type_and_name() else { break };
            while self.at + 1 < end && !self.is_op(0, ",") && !self.is_op(0, "=") {
                self.at += 1;
            }
            let init = self.eat("=").then(|| self.assignment());
            parameters.push(Declaration { ty, name, arguments: Vec::new(), init });
            if !self.eat(",") {
                break;
            }
        }
        self.at = end;
        if prototype {
            self.eat(";");
            return true;
        }
        let body = match self.statement().kind {
            StmtKind::Block(statements) => statements,
            _ => Vec::new(),
        };
        self.program.functions.push(Function { name, parameters, body });
        true
    }

    /// `(` `)`, `(void)` or a type with a name behind it: the brackets of a prototype.
    fn looks_like_parameters(&self) -> bool {
        if self.is_op(1, ")") {
            return true;
        }
        match (self.name(1), self.tok(2)) {
            (Some(word), Some(next)) => {
                type_of(word).is_some() || QUALIFIERS.contains(&word) || matches!(next, Tok::Name(_))
            }
            _ => false,
        }
    }

    /// Reads `const char *name`, `SoftwareSerial name`, …; leaves the position behind the name.
    fn type_and_name(&mut self) -> Option<(Type, String)> {
        let ty = self.type_words()?;
        while ["*", "&", "&&"].iter().any(|sign| self.eat(sign)) || self.eat_name("const") || self.eat_name("PROGMEM") {
        }
        let name = self.name(0).filter(|name| !KEYWORDS.contains(name))?.to_owned();
        self.at += 1;
        Some((ty, name))
    }

    pub(super) fn type_words(&mut self) -> Option<Type> {
        let mut ty = None;
        loop {
            let word = self.name(0).filter(|word| !KEYWORDS.contains(word))?.to_owned();
            if QUALIFIERS.contains(&word.as_str()) {
                // `unsigned char` is printed as digits, unlike `char`.
                let sign = match word.as_str() {
                    "unsigned" => Some(Width::UnsignedInt),
                    "signed" => Some(Width::Int),
                    _ => None,
                };
                ty = sign.map(Type::Int).or(ty);
                self.at += 1;
            } else if let Some(known) = type_of(&word) {
                ty = Some(match (ty, known) {
                    (Some(Type::Int(Width::UnsignedInt)), Type::Char) => Type::Int(Width::Unsigned(8)),
                    (Some(Type::Int(Width::Int)), Type::Char) => Type::Int(Width::Signed(8)),
                    (Some(Type::Int(before)), Type::Int(next)) => Type::Int(before.and(next)),
                    (Some(Type::Int(before)), _) => Type::Int(before),
                    (_, known) => known,
                });
                self.at += 1;
            } else if ty.is_some() {
                return ty;
            } else {
                self.at += 1;
                while self.eat("::") {
                    self.at += usize::from(self.name(0).is_some());
                }
                if self.is_op(0, "<") {
                    let end = (1..12).find(|ahead| self.is_op(*ahead, ">"))?;
                    self.at += end + 1;
                }
                ty = Some(Type::Class(word));
            }
            if self.name(0).is_none() {
                return ty;
            }
        }
    }

    fn statement(&mut self) -> Stmt {
        let line = self.line();
        self.depth += 1;
        let kind = if self.depth > MAX_DEPTH {
            self.skip_statement();
            self.eat("}");
            StmtKind::Unread("too deeply nested".to_owned(), Vec::new())
        } else {
            self.statement_kind()
        };
        self.depth -= 1;
        Stmt { line, kind }
    }

    fn statement_kind(&mut self) -> StmtKind {
        if self.eat(";") {
            return StmtKind::Empty;
        }
        if self.eat("{") {
            return StmtKind::Block(self.block());
        }
        let word = self.name(0).unwrap_or_default().to_owned();
        match word.as_str() {
            "if" => {
                self.at += 1;
                self.eat_name("constexpr");
                let condition = self.bracketed();
                let yes = Box::new(self.statement());
                let no = self.eat_name("else").then(|| Box::new(self.statement()));
                StmtKind::If(condition, yes, no)
            }
            "while" => {
                self.at += 1;
                let condition = self.bracketed();
                StmtKind::While(condition, Box::new(self.statement()))
            }
            "do" => {
                self.at += 1;
                let body = Box::new(self.statement());
                self.eat_name("while");
                let condition = self.bracketed();
                self.eat(";");
                StmtKind::DoWhile(body, condition)
            }
            "for" => self.for_loop(),
            "return" => {
                self.at += 1;
                let value = (!self.is_op(0, ";")).then(|| self.expression());
                self.end_statement();
                StmtKind::Return(value)
            }
            "break" | "continue" => {
                self.at += 1;
                self.end_statement();
                if word == "break" { StmtKind::Break } else { StmtKind::Continue }
            }
            "switch" => {
                self.at += 1;
                let value = self.bracketed();
                let body = self.statement();
                let value = Stmt { line: body.line, kind: StmtKind::Expr(value) };
                StmtKind::Unread("a switch is not followed".to_owned(), vec![value, body])
            }
            "case" | "default" => {
                while self.at < self.tokens.len() && !self.is_op(0, ":") && !self.is_op(0, ";") && !self.is_op(0, "}") {
                    self.at += 1;
                }
                self.eat(":");
                StmtKind::Empty
            }
            _ => self.declaration().unwrap_or_else(|| {
                let expr = self.expression();
                self.end_statement();
                StmtKind::Expr(expr)
            }),
        }
    }

    fn block(&mut self) -> Vec<Stmt> {
        let mut statements = Vec::new();
        while self.at < self.tokens.len() && !self.eat("}") {
            let before = self.at;
            statements.push(self.statement());
            if self.at == before {
                self.at += 1;
            }
        }
        statements
    }

    fn for_loop(&mut self) -> StmtKind {
        self.at += 1;
        let inside = self.bracket_len(0);
        if !self.is_op(0, "(") {
            self.skip_statement();
            return StmtKind::Unread("not understood".to_owned(), Vec::new());
        }
        // `for (x : list)`.
        let has = |operator| (1..inside).any(|ahead| self.is_op(ahead, operator));
        if has(":") && !has(";") {
            self.at += inside;
            let body = self.statement();
            return StmtKind::Unread("this form of for is not followed".to_owned(), vec![body]);
        }
        self.at += 1;
        let start = Box::new(self.statement());
        let condition = (!self.is_op(0, ";")).then(|| self.expression());
        if !self.eat(";") {
            self.skip_statement();
            return StmtKind::Unread("not understood".to_owned(), vec![*start]);
        }
        let step = (!self.is_op(0, ")")).then(|| self.expression());
        self.eat(")");
        StmtKind::For(start, condition, step, Box::new(self.statement()))
    }

    /// To behind the `;`; what stands between is passed over.
    fn end_statement(&mut self) {
        if !self.eat(";") && !self.is_op(0, "}") {
            self.skip_statement();
        }
    }

    pub(super) fn bracketed(&mut self) -> Expr {
        let end = self.at + if self.is_op(0, "(") { self.bracket_len(0) } else { 0 };
        if !self.eat("(") {
            return Expr::Unknown;
        }
        let expr = self.expression();
        let complete = self.at + 1 == end;
        self.at = end;
        if complete { expr } else { Expr::Unknown }
    }

    fn declaration(&mut self) -> Option<StmtKind> {
        let start = self.at;
        let mut declarations = Vec::new();
        let first = self.type_and_name();
        let followed = ["=", ";", "(", "[", ",", "{"].iter().any(|next| self.is_op(0, next));
        let (Some((ty, first)), true) = (first, followed) else {
            self.at = start;
            return None;
        };
        let mut next = Some(first);
        while let Some(name) = next.take() {
            let arguments = if self.is_op(0, "(") { self.arguments() } else { Vec::new() };
            while self.is_op(0, "[") {
                self.at += self.bracket_len(0);
            }
            self.eat_name("PROGMEM");
            let init = if self.eat("=") || self.is_op(0, "{") { Some(self.assignment()) } else { None };
            declarations.push(Declaration { ty: ty.clone(), name, arguments, init });
            if self.eat(",") {
                self.eat("*");
                next = self.name(0).map(str::to_owned);
                self.at += usize::from(next.is_some());
            }
        }
        self.end_statement();
        Some(StmtKind::Declare(declarations))
    }
}

/// Types by what `print` makes of them.
pub(super) fn type_of(word: &str) -> Option<Type> {
    Some(match word {
        "char" => Type::Char,
        "int" | "bool" | "boolean" | "void" => Type::Int(Width::Int),
        "byte" | "uint8_t" => Type::Int(Width::Unsigned(8)),
        "word" | "uint16_t" | "size_t" => Type::Int(Width::Unsigned(16)),
        "uint32_t" => Type::Int(Width::Unsigned(32)),
        "uint64_t" => Type::Int(Width::Unsigned(64)),
        "int8_t" => Type::Int(Width::Signed(8)),
        "short" | "int16_t" => Type::Int(Width::Signed(16)),
        "long" | "int32_t" => Type::Int(Width::Signed(32)),
        "int64_t" => Type::Int(Width::Signed(64)),
        "float" | "double" => Type::Float,
        "String" => Type::String,
        _ => return None,
    })
}
