//! Macros in a line of text.

use std::collections::HashMap;

#[derive(Clone, Debug)]
pub(super) struct Macro {
    /// `None` for one without brackets.
    pub(super) parameters: Option<Vec<String>>,
    pub(super) variadic: bool,
    pub(super) body: String,
}

/// One expansion, bounded in depth and size.
pub(super) struct Expansion<'a> {
    macros: &'a HashMap<String, Macro>,
    /// Names on their way: a macro is not expanded in itself.
    inside: Vec<String>,
    room: usize,
    /// Pieces that may still be looked at: macros in macros multiply.
    work: usize,
    /// The text ended inside the brackets of a call.
    pub(super) open: bool,
    pub(super) overflowed: bool,
}

/// Macros in macros.
const DEEPEST: usize = 24;
/// Pieces of one line, all its macros expanded.
const MOST_WORK: usize = 500_000;

impl<'a> Expansion<'a> {
    pub(super) fn new(macros: &'a HashMap<String, Macro>, room: usize) -> Self {
        Self { macros, inside: Vec::new(), room, work: MOST_WORK, open: false, overflowed: false }
    }

    /// Counts a piece of work; false when it is too much.
    fn may_go_on(&mut self) -> bool {
        self.overflowed |= self.work == 0;
        self.work = self.work.saturating_sub(1);
        !self.overflowed
    }

    pub(super) fn expand(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(piece) = next_piece(rest) {
            rest = rest.get(piece.len()..).unwrap_or_default();
            if !self.may_go_on() {
                return String::new();
            }
            let known = piece.starts_with(|c: char| is_name(c) && !c.is_ascii_digit());
            match self.macros.get(piece).filter(|_| known && !self.inside.iter().any(|name| name == piece)) {
                None => out.push_str(piece),
                Some(found) if found.parameters.is_none() => {
                    let body = self.inner(piece, &found.body.clone());
                    out.push_str(&body);
                }
                Some(found) => match arguments(rest) {
                    Arguments::None => out.push_str(piece),
                    Arguments::Open => {
                        self.open = true;
                        out.push_str(piece);
                    }
                    Arguments::Some(list, length) => {
                        rest = rest.get(length..).unwrap_or_default();
                        let found = found.clone();
                        let body = self.substituted(&found, &list);
                        let body = self.inner(piece, &body);
                        out.push_str(&body);
                    }
                },
            }
            if out.len() > self.room {
                self.overflowed = true;
                return String::new();
            }
        }
        out
    }

    fn inner(&mut self, name: &str, body: &str) -> String {
        if self.inside.len() >= DEEPEST {
            self.overflowed = true;
            return String::new();
        }
        self.inside.push(name.to_owned());
        let text = self.expand(body);
        self.inside.pop();
        text
    }

    fn substituted(&mut self, of: &Macro, given: &[String]) -> String {
        let names = of.parameters.as_deref().unwrap_or_default();
        let value = |name: &str| -> Option<String> {
            if name == "__VA_ARGS__" && of.variadic {
                return Some(given.get(names.len()..).unwrap_or_default().join(","));
            }
            let index = names.iter().position(|known| known == name)?;
            Some(given.get(index).cloned().unwrap_or_default())
        };
        let mut out = String::new();
        let mut rest = of.body.as_str();
        while let Some(piece) = next_piece(rest) {
            rest = rest.get(piece.len()..).unwrap_or_default();
            if !self.may_go_on() {
                return String::new();
            }
            if piece == "#" {
                if let Some(after) = rest.strip_prefix('#') {
                    // `a ## b` is one word.
                    rest = after.trim_start();
                    out.truncate(out.trim_end().len());
                    continue;
                }
                let name = next_piece(rest.trim_start()).unwrap_or_default();
                if let Some(text) = value(name) {
                    let escaped = text.trim().replace('\\', "\\\\").replace('"', "\\\"");
                    out.extend(["\"", &escaped, "\""]);
                    rest = rest.trim_start().get(name.len()..).unwrap_or_default();
                    continue;
                }
            }
            match value(piece) {
                // The arguments are expanded before they go in.
                Some(text) => out.push_str(&self.expand(text.trim())),
                None => out.push_str(piece),
            }
            if out.len() > self.room {
                self.overflowed = true;
                return String::new();
            }
        }
        out
    }
}

enum Arguments {
    /// No bracket follows.
    None,
    /// The bracket does not close.
    Open,
    /// The arguments, and how long they are with their brackets.
    Some(Vec<String>, usize),
}

fn arguments(text: &str) -> Arguments {
    if text.trim_start().is_empty() {
        return Arguments::None;
    }
    let Some(inside) = text.trim_start().strip_prefix('(') else { return Arguments::None };
    let start = text.len() - inside.len();
    let mut list = vec![String::new()];
    let mut depth = 0_usize;
    let mut length = start;
    let mut rest = inside;
    while let Some(piece) = next_piece(rest) {
        rest = rest.get(piece.len()..).unwrap_or_default();
        length += piece.len();
        match piece {
            ")" if depth == 0 => {
                if list.len() == 1 && list.first().is_some_and(|only| only.trim().is_empty()) {
                    list.clear();
                }
                return Arguments::Some(list, length);
            }
            "," if depth == 0 => {
                list.push(String::new());
                continue;
            }
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(last) = list.last_mut() {
            last.push_str(piece);
        }
    }
    Arguments::Open
}

/// The next word, text, or character.
pub(super) fn next_piece(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let end = if is_name(first) {
        text.find(|c| !is_name(c)).unwrap_or(text.len())
    } else if first == '"' || first == '\'' {
        let mut escaped = false;
        let close = text.char_indices().skip(1).find(|(_, c)| {
            let closes = *c == first && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        close.map_or(text.len(), |(at, _)| at + 1)
    } else {
        first.len_utf8()
    };
    text.get(..end)
}

/// It may stand in a name.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
