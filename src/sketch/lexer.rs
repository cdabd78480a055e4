//! A sketch as tokens: comments gone, literals as bytes, `#define` put in place. Takes any text; what is no C++ becomes
//! [`Tok::Other`].

use std::collections::BTreeMap;

/// A token and the line (1-based) it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub tok: Tok,
    pub line: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tok {
    Name(String),
    Int(i64),
    /// With an `L` behind it.
    Long(i64),
    /// A number with a fraction, as hundredths: what `print` shows of it.
    Hundredths(i64),
    /// A character literal.
    Char(u8),
    /// A string literal, neighbours joined.
    Str(Vec<u8>),
    /// Operators and brackets, longest first.
    Op(&'static str),
    /// Anything else.
    Other(char),
}

/// The tokens of a sketch, and what its preprocessor lines hold.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    /// Lines that could not be followed, with the reason.
    pub unread: Vec<(usize, String)>,
}

/// More tokens than this are not read: `#define` can multiply them without end.
const MAX_TOKENS: usize = 400_000;

const OPERATORS: [&str; 48] = [
    "<<=", ">>=", "->*", "...", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "->", "::", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "?", ":", ";",
    ",", ".", "(", ")", "[", "]", "{", "}",
];

/// Reads the whole sketch.
pub(super) fn lex(source: &str) -> Lexed {
    let mut lexer = Lexer::new(source, 1);
    lexer.run();
    join_strings(&mut lexer.out.tokens);
    lexer.out
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    out: Lexed,
    defines: BTreeMap<String, Vec<Tok>>,
    /// The open `#if`s.
    branches: Vec<Branch>,
    in_define: bool,
}

struct Branch {
    /// The present branch is left out.
    skipped: bool,
    /// One of them was taken already.
    taken: bool,
}

impl<'a> Lexer<'a> {
    fn new(rest: &'a str, line: usize) -> Self {
        let (out, defines, branches) = (Lexed::default(), BTreeMap::new(), Vec::new());
        Self { rest, line, out, defines, branches, in_define: false }
    }

    fn run(&mut self) {
        // Inside a #define a `#` begins no line.
        let mut line_start = !self.in_define;
        while let Some(c) = self.rest.chars().next() {
            if self.out.tokens.len() >= MAX_TOKENS {
                self.out.unread.push((self.line, "the sketch is too long from here on".to_owned()));
                return;
            }
            if c == '\n' || c.is_whitespace() {
                line_start |= c == '\n' && !self.in_define;
                self.take(c.len_utf8());
            } else if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.take(end);
            } else if self.rest.starts_with("/*") {
                let end = self.rest.find("*/").map_or(self.rest.len(), |end| end + 2);
                self.take(end);
            } else if c == '#' && line_start {
                self.directive();
            } else {
                line_start = false;
                let line = self.line;
                let tok = self.token(c);
                if !self.skipping() {
                    self.push(tok, line, 0);
                }
            }
        }
    }

    fn skipping(&self) -> bool {
        self.branches.iter().any(|branch| branch.skipped)
    }

    /// Passes over `len` bytes, counting lines.
    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    /// Adds a token, a defined name as what it stands for.
    fn push(&mut self, tok: Tok, line: usize, depth: usize) {
        let replacement = match &tok {
            Tok::Name(name) if depth < 8 => self.defines.get(name).cloned(),
            _ => None,
        };
        match replacement {
            Some(tokens) => {
                for tok in tokens {
                    if self.out.tokens.len() < MAX_TOKENS {
                        self.push(tok, line, depth + 1);
                    }
                }
            }
            None => self.out.tokens.push(Token { tok, line }),
        }
    }

    fn directive(&mut self) {
        let line = self.line;
        let mut text = String::new();
        loop {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            let part = self.take(end);
            let continued = part.trim_end().ends_with('\\');
            text.push_str(part.trim_end().trim_end_matches('\\'));
            text.push(' ');
            if !continued || self.rest.is_empty() {
                break;
            }
            self.take(1);
        }
        let text = text.trim_start_matches('#').trim_start();
        let (word, argument) = text.split_once(|c: char| !c.is_ascii_alphabetic()).unwrap_or((text, ""));
        // A comment after the value is no part of it; inside quotes `//` is (URLs).
        match word {
            "define" if !self.skipping() => self.define(argument, line),
            "undef" => drop(self.defines.remove(argument.trim())),
            "if" | "ifdef" | "ifndef" => {
                let holds = !self.skipping() && self.condition(word, argument, line);
                self.branches.push(Branch { skipped: !holds, taken: holds });
            }
            "else" | "elif" => {
                let Some(branch) = self.branches.pop() else { return };
                let holds =
                    !branch.taken && !self.skipping() && (word == "else" || self.condition(word, argument, line));
                self.branches.push(Branch { skipped: !holds, taken: branch.taken || holds });
            }
            "endif" => drop(self.branches.pop()),
            _ => {}
        }
    }

    fn condition(&mut self, word: &str, argument: &str, line: usize) -> bool {
        let argument = argument.split("//").next().unwrap_or_default().trim();
        let name = argument.trim_start_matches("defined").trim_matches(|c: char| c == '(' || c == ')' || c == ' ');
        let defined = self.defines.contains_key(name);
        match word {
            "ifdef" => defined,
            "ifndef" => !defined,
            _ if argument.starts_with("defined") => defined,
            _ => {
                let number = argument.parse().ok().or_else(|| match self.defines.get(argument).map(Vec::as_slice) {
                    Some([Tok::Int(number) | Tok::Long(number)]) => Some(*number),
                    _ => None,
                });
                if number.is_none() {
                    self.out.unread.push((line, format!("taken as true: `#{word} {argument}`")));
                }
                number != Some(0)
            }
        }
    }

    fn define(&mut self, argument: &str, line: usize) {
        let argument = argument.trim();
        let end = argument.find(|c: char| !is_name(c)).unwrap_or(argument.len());
        let (name, value) = argument.split_at_checked(end).unwrap_or((argument, ""));
        if value.starts_with('(') && value.contains(')') && !name.is_empty() {
            let reason = format!("a #define with parameters is not followed: `{name}(…)`");
            self.out.unread.push((line, reason));
            return;
        }
        let mut inner = Lexer { in_define: true, ..Lexer::new(value, line) };
        inner.run();
        let tokens = inner.out.tokens.into_iter().map(|token| token.tok).filter(|tok| !is_itself(tok, name));
        self.out.unread.extend(inner.out.unread);
        self.defines.insert(name.to_owned(), tokens.take(1000).collect());
    }

    fn token(&mut self, c: char) -> Tok {
        if c.is_ascii_digit() {
            return self.number();
        }
        if c == '"' || self.rest.starts_with("R\"") {
            return Tok::Str(if c == 'R' { self.raw_string() } else { self.quoted('"') });
        }
        if c == '\'' {
            let bytes = self.quoted('\'');
            return bytes.first().map_or(Tok::Other('\''), |byte| Tok::Char(*byte));
        }
        if is_name(c) {
            let end = self.rest.find(|c: char| !is_name(c)).unwrap_or(self.rest.len());
            return Tok::Name(self.take(end).to_owned());
        }
        if let Some(operator) = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator)) {
            self.take(operator.len());
            return Tok::Op(operator);
        }
        self.take(c.len_utf8());
        Tok::Other(c)
    }

    fn number(&mut self) -> Tok {
        let end =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '\'').unwrap_or(self.rest.len());
        let text = self.take(end).to_ascii_lowercase().replace('\'', "");
        let digits = text.trim_end_matches(['u', 'l']);
        let value = if let Some(hex) = digits.strip_prefix("0x") {
            i64::from_str_radix(hex, 16).ok()
        } else if let Some(binary) = digits.strip_prefix("0b") {
            i64::from_str_radix(binary, 2).ok()
        } else if digits.contains('.') {
            return hundredths(digits.trim_end_matches('f')).map_or(Tok::Other('.'), Tok::Hundredths);
        } else if digits.len() > 1 && digits.starts_with('0') {
            i64::from_str_radix(digits, 8).ok()
        } else {
            digits.parse().ok()
        };
        let long = text.len() > digits.len() && text.ends_with('l') || text.ends_with("lu");
        value.map_or(Tok::Other('#'), if long { Tok::Long } else { Tok::Int })
    }

    /// A literal between quotes; an unclosed one ends with its line.
    fn quoted(&mut self, quote: char) -> Vec<u8> {
        self.take(1);
        let mut bytes = Vec::new();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\n' => break,
                c if c == quote => {
                    self.take(1);
                    break;
                }
                '\\' => self.escape(&mut bytes),
                c => {
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    self.take(c.len_utf8());
                }
            }
        }
        bytes
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) {
        let after = self.rest.get(1..).unwrap_or_default();
        let Some(letter) = after.chars().next() else {
            self.take(1);
            return;
        };
        let digits =
            |radix: u32, most: usize, text: &str| text.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        let line = self.line;
        let byte = match letter {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'a' => 0x07,
            'b' => 0x08,
            'v' => 0x0B,
            'f' => 0x0C,
            'e' => 0x1B,
            '\n' => {
                self.take(2);
                return;
            }
            'x' => {
                let text = after.get(1..).unwrap_or_default();
                let len = digits(16, usize::MAX, text);
                let kept = text.get(len.saturating_sub(2)..len).unwrap_or_default();
                if len > 2 {
                    let taken = text.get(..len).unwrap_or_default();
                    let reason =
                        format!("C takes all of `\\x{taken}` as one byte; write \"\\x{kept}\" \"…\" to end it");
                    self.out.unread.push((line, reason));
                }
                bytes.push(u8::from_str_radix(kept, 16).unwrap_or_default());
                self.take(2 + len);
                return;
            }
            '0'..='7' => {
                let len = digits(8, 3, after);
                let value = after.get(..len).and_then(|text| u32::from_str_radix(text, 8).ok()).unwrap_or_default();
                bytes.push(u8::try_from(value & 0xFF).unwrap_or_default());
                self.take(1 + len);
                return;
            }
            'u' | 'U' => {
                let text = after.get(1..).unwrap_or_default();
                let len = digits(16, if letter == 'u' { 4 } else { 8 }, text);
                let c = text.get(..len).and_then(|text| u32::from_str_radix(text, 16).ok()).and_then(char::from_u32);
                bytes.extend_from_slice(c.unwrap_or('?').encode_utf8(&mut [0; 4]).as_bytes());
                self.take(2 + len);
                return;
            }
            other => {
                bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
                self.take(1 + other.len_utf8());
                return;
            }
        };
        bytes.push(byte);
        self.take(2);
    }

    /// `R"x(…)x"`.
    fn raw_string(&mut self) -> Vec<u8> {
        let open = self.rest.find('(').unwrap_or(self.rest.len());
        let delimiter = self.rest.get(2..open).unwrap_or_default().to_owned();
        self.take(open + 1);
        let close = format!("){delimiter}\"");
        let end = self.rest.find(&close).unwrap_or(self.rest.len());
        let text = self.take(end).as_bytes().to_vec();
        self.take(close.len());
        text
    }
}

/// `#define X X` would stand for itself without end.
fn is_itself(tok: &Tok, name: &str) -> bool {
    matches!(tok, Tok::Name(other) if other == name)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn hundredths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.')?;
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut digits = fraction.bytes().chain(*b"000").map(|byte| i64::from(byte) - i64::from(b'0'));
    let (tens, ones, next) = (digits.next()?, digits.next()?, digits.next()?);
    if ![tens, ones, next].iter().all(|digit| (0..10).contains(digit)) {
        return None;
    }
    whole.checked_mul(100)?.checked_add(tens * 10 + ones + i64::from(next >= 5))
}

/// `"a" "b"` is `"ab"`, also over lines.
fn join_strings(tokens: &mut Vec<Token>) {
    tokens.dedup_by(|next, before| match (&mut before.tok, &next.tok) {
        (Tok::Str(before), Tok::Str(next)) => {
            before.extend_from_slice(next);
            true
        }
        _ => false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, tokens: &[Tok]) {
        let found: Vec<Tok> = lex(source).tokens.into_iter().map(|token| token.tok).collect();
        assert_eq!(found, tokens, "{source}");
    }

    fn text(text: &str) -> Tok {
        Tok::Str(text.as_bytes().to_vec())
    }

    #[test]
    fn literals() {
        check(r#""a\"b" /* x */ "c" // y"#, &[text("a\"bc")]);
        check(r#""\r\n\x1A\032\0\\\e""#, &[text("\r\n\x1A\x1A\0\\\x1B")]);
        check(r"'\x1A' '\'' 'A' '\032'", &[Tok::Char(0x1A), Tok::Char(b'\''), Tok::Char(b'A'), Tok::Char(0x1A)]);
        check("26 0x1A 032 0b11010 9600U 1'000", &[26, 26, 26, 26, 9600, 1000].map(Tok::Int));
        check("9600UL 1l 0x1ALU", &[9600, 1, 26].map(Tok::Long));
        check("1.5 0.126f", &[Tok::Hundredths(150), Tok::Hundredths(13)]);
        check(r#"R"x(a\n")x" "b""#, &[text("a\\n\"b")]);
        check("\"unclosed\n;", &[text("unclosed"), Tok::Op(";")]);
        check("\"//no comment\"", &[text("//no comment")]);
    }

    #[test]
    fn the_preprocessor() {
        check("#define PORT \"9999\" // of the server\nPORT;", &[text("9999"), Tok::Op(";")]);
        check("#define A B\n#define B 7\nA", &[Tok::Int(7)]);
        check("#define A A\nA", &[]);
        check("#if 0\n1\n#else\n2\n#endif\n3", &[Tok::Int(2), Tok::Int(3)]);
        check("#ifdef DEBUG\n1\n#endif\n#ifndef DEBUG\n2\n#endif", &[Tok::Int(2)]);
        check("#define X \\\n 5\nX", &[Tok::Int(5)]);
        let lexed = lex("\n#define SEND(x) s.print(x)\n");
        assert_eq!(lexed.unread[0].0, 2);
    }

    #[test]
    fn a_define_cannot_explode() {
        let source = (0..40).map(|n| format!("#define A{} A{n} A{n} A{n} A{n}\n", n + 1)).collect::<Vec<_>>().concat();
        assert!(lex(&format!("#define A0 x\n{source} A40 A7 A7 A7 A7 A7")).tokens.len() <= MAX_TOKENS);
    }
}
