//! The conditions of `#if`.

use std::collections::HashMap;

use super::expand::is_name;
use super::expand::{Expansion, Macro, next_piece};

/// Whether `#if TEXT` holds. A name that is not defined is 0, as in C.
pub(super) fn holds(text: &str, macros: &HashMap<String, Macro>) -> bool {
    let text = answered(text, macros);
    let text = Expansion::new(macros, 10_000).expand(&text);
    let mut words = Vec::new();
    let mut rest = text.as_str();
    while let Some(piece) = next_piece(rest) {
        rest = rest.get(piece.len()..).unwrap_or_default();
        let two = rest.chars().next().map(|next| format!("{piece}{next}"));
        match two {
            Some(two) if ["&&", "||", "==", "!=", "<=", ">="].contains(&two.as_str()) => {
                rest = rest.get(1..).unwrap_or_default();
                words.push(two);
            }
            _ if piece.trim().is_empty() => {}
            _ => words.push(piece.to_owned()),
        }
    }
    let mut reader = Reader { words: &words, at: 0, depth: 0 };
    reader.level(0) != 0
}

/// `defined(X)` and `defined X` as 1 or 0, before anything is expanded.
fn answered(text: &str, macros: &HashMap<String, Macro>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(piece) = next_piece(rest) {
        rest = rest.get(piece.len()..).unwrap_or_default();
        if piece != "defined" && piece != "__has_include" {
            out.push_str(piece);
            continue;
        }
        let bracket = rest.trim_start().starts_with('(');
        let inside = rest.trim_start().trim_start_matches('(').trim_start();
        let name = inside.split(|c| !is_name(c)).next().unwrap_or_default();
        let after = inside.get(name.len()..).unwrap_or_default();
        rest = if bracket { after.split_once(')').map_or("", |(_, rest)| rest) } else { after };
        out.push_str(if piece == "defined" && macros.contains_key(name) { " 1 " } else { " 0 " });
    }
    out
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
    depth: usize,
}

/// Operators from the weakest to the strongest.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<", "<=", ">", ">="], &["+", "-"], &["*", "/", "%"]];

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn level(&mut self, level: usize) -> i64 {
        let Some(operators) = LEVELS.get(level) else { return self.single() };
        let mut left = self.level(level + 1);
        while let Some(operator) = self.peek().filter(|word| operators.contains(word)).map(str::to_owned) {
            self.at += 1;
            let right = self.level(level + 1);
            left = match operator.as_str() {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<" => i64::from(left < right),
                "<=" => i64::from(left <= right),
                ">" => i64::from(left > right),
                ">=" => i64::from(left >= right),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                "/" => left.checked_div(right).unwrap_or(0),
                _ => left.checked_rem(right).unwrap_or(0),
            };
        }
        left
    }

    fn single(&mut self) -> i64 {
        let Some(word) = self.peek().map(str::to_owned) else { return 0 };
        self.at += 1;
        self.depth += 1;
        let value = match word.as_str() {
            _ if self.depth > 100 => 0,
            "!" => i64::from(self.single() == 0),
            "-" => self.single().wrapping_neg(),
            "(" => {
                let value = self.level(0);
                if self.peek() == Some(")") {
                    self.at += 1;
                }
                value
            }
            number => {
                let digits = number.trim_end_matches(['u', 'U', 'l', 'L']);
                match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
                    Some(hex) => i64::from_str_radix(hex, 16).unwrap_or(0),
                    None => digits.parse().unwrap_or(0),
                }
            }
        };
        self.depth -= 1;
        value
    }
}
