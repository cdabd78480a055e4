//! What only the board knows: pins, sensors, memory, keys. Each becomes a question with a default, never a guess.

use super::Machine;
use super::value::{Int, Value};
use crate::sketch::origin::{Ch, Origin, chars};
use crate::sketch::syntax::{IntType, Line};

/// Something that only the board knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sketch) struct Question {
    /// As the sketch asks: `analogRead(0)`.
    pub(crate) name: String,
    pub(crate) line: Line,
    /// What is taken for it.
    pub(crate) default: String,
    /// The user said what it is.
    pub(crate) assumed: bool,
}

impl Question {
    /// For a sentence.
    pub(in crate::sketch) fn words(&self) -> String {
        if self.name.contains('(') {
            self.name.clone()
        } else if self.name.starts_with("Serial") {
            format!("what is typed on {}", self.name)
        } else if self.default.is_empty() {
            // A port that nobody says anything on.
            format!("what comes on {}", self.name)
        } else {
            self.name.clone()
        }
    }
}

/// A way that the sketch took because of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sketch) struct Branch {
    pub(crate) line: Line,
    pub(crate) question: usize,
    /// What the condition was.
    pub(crate) taken: bool,
}

/// More are not kept apart.
const MOST: usize = 500;

impl Machine<'_> {
    /// Asks for a number.
    pub(super) fn ask_number(&mut self, name: &str, ty: IntType, default: i64) -> Value {
        let assumed = self.assumption(name);
        let number = assumed.as_deref().map_or(default, |text| self.number_meant(text));
        let shown = number.to_string();
        let origin = self.question(name, &shown, assumed.is_some());
        Value::Int(Int::new(number, ty, origin))
    }

    pub(super) fn ask_float(&mut self, name: &str, default: f64) -> Value {
        let assumed = self.assumption(name);
        let number = assumed.as_deref().and_then(|text| text.trim().parse().ok()).unwrap_or(default);
        let origin = self.question(name, &number.to_string(), assumed.is_some());
        Value::Float(number, origin)
    }

    /// Asks for a text.
    pub(super) fn ask_text(&mut self, name: &str, default: &str) -> Vec<Ch> {
        let assumed = self.assumption(name);
        let known = assumed.is_some();
        let text = assumed.unwrap_or_else(|| default.to_owned());
        let text = text.trim_matches('"').to_owned();
        let origin = self.question(name, &text, known);
        chars(text.as_bytes(), origin)
    }

    pub(super) fn assumption(&self, name: &str) -> Option<String> {
        if self.assumed.is_empty() {
            return None;
        }
        let bare: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        self.assumed.get(&bare).cloned()
    }

    /// `HIGH`, `512`, `0x1A`, `'x'`, a constant of the sketch.
    fn number_meant(&self, text: &str) -> i64 {
        let text = text.trim();
        let hex = text.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok());
        if let Some(number) = hex.or_else(|| text.parse().ok()) {
            return number;
        }
        if let Some(c) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return c.bytes().next().map_or(0, i64::from);
        }
        if let Some(number) = super::core::constant(text) {
            return number;
        }
        let place = self.program.symbols.find(text).and_then(|symbol| self.globals.get(&symbol));
        place.and_then(|place| place.load().ok()).map_or(0, |value| value.number())
    }

    fn question(&mut self, name: &str, default: &str, assumed: bool) -> Origin {
        let same = |index: &&usize| self.report.questions.get(**index).is_some_and(|known| known.default == default);
        if let Some(index) = self.asked.get(name).and_then(|asked| asked.iter().find(same)) {
            return Origin::asked(*index);
        }
        if self.report.questions.len() < MOST {
            let (name, default) = (name.to_owned(), default.to_owned());
            self.asked.entry(name.clone()).or_default().push(self.report.questions.len());
            self.report.questions.push(Question { name, line: self.line, default, assumed });
        }
        Origin::asked(self.report.questions.len().saturating_sub(1))
    }

    /// A condition was looked at; if it hangs on a question, which way was taken.
    pub(super) fn decided(&mut self, value: &Value) {
        if let Some(question) = value.from().question() {
            let branch = Branch { line: self.line, question, taken: value.truth() };
            if self.report.branches.len() < MOST && !self.report.branches.contains(&branch) {
                self.report.branches.push(branch);
            }
        }
    }
}
