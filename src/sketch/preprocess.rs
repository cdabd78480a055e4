//! What the C preprocessor does to a sketch: `#define`, `#if`, headers of the sketch's folder, comments out. Each line of
//! the result knows where it stood.

mod condition;
mod expand;

use std::collections::{BTreeSet, HashMap};

use super::quotes::plain_quotes;
use super::syntax::Chip;
use expand::{Expansion, Macro, is_name};

/// Where a line of the joined text stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) tab: usize,
    /// 1-based.
    pub(super) line: usize,
}

/// What the parser reads.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) text: String,
    /// Of each line of `text`.
    pub(super) spots: Vec<Spot>,
    /// The headers that are named and not at hand: `SoftwareSerial.h`.
    pub(super) includes: BTreeSet<String>,
    /// What the preprocessor could not follow.
    pub(super) unread: Vec<(Spot, String)>,
    /// Lines whose code has typographic quotes.
    pub(super) typographic: Vec<Spot>,
    /// Where each macro is defined first.
    pub(super) defined: HashMap<String, Spot>,
}

/// A sketch that grows beyond this by its macros is cut off, and told.
const LARGEST: usize = 4 << 20;
/// Headers that include headers.
const DEEPEST: usize = 32;

pub(super) struct Preprocessor<'a> {
    tabs: &'a [(String, String)],
    read: BTreeSet<usize>,
    macros: HashMap<String, Macro>,
    out: Joined,
    /// One entry for each open `#if`.
    conditions: Vec<Branch>,
    depth: usize,
    /// A macro's call whose brackets are still open, and the lines it has taken.
    pending: String,
    pending_lines: usize,
}

#[derive(Clone, Copy)]
struct Branch {
    /// The lines here count.
    active: bool,
    /// One of the branches counted already.
    taken: bool,
}

impl<'a> Preprocessor<'a> {
    pub(super) fn new(tabs: &'a [(String, String)], chip: Chip) -> Self {
        let out = Joined::default();
        let mut macros = HashMap::new();
        let own: &[(&str, &str)] = match chip {
            Chip::Avr => &[("__AVR__", "1"), ("ARDUINO_ARCH_AVR", "1"), ("__AVR_ATmega328P__", "1")],
            Chip::Esp8266 => &[("ESP8266", "1"), ("ARDUINO_ARCH_ESP8266", "1")],
            Chip::Esp32 => &[("ESP32", "1"), ("ARDUINO_ARCH_ESP32", "1")],
            Chip::Arm => &[("__arm__", "1"), ("ARDUINO_ARCH_SAMD", "1")],
        };
        // Words that say where something is kept, and change nothing of what is sent.
        let empty = ["PROGMEM", "IRAM_ATTR", "ICACHE_RAM_ATTR", "ICACHE_FLASH_ATTR", "RTC_DATA_ATTR", "DRAM_ATTR"];
        for (name, text) in own.iter().copied().chain([("ARDUINO", "10819")]).chain(empty.map(|name| (name, ""))) {
            macros.insert(name.to_owned(), Macro { parameters: None, variadic: false, body: text.to_owned() });
        }
        Self {
            tabs,
            read: BTreeSet::new(),
            macros,
            out,
            conditions: Vec::new(),
            depth: 0,
            pending: String::new(),
            pending_lines: 0,
        }
    }

    /// Reads a tab, once.
    pub(super) fn read(&mut self, tab: usize) {
        let Some((_, text)) = self.tabs.get(tab) else { return };
        if self.depth >= DEEPEST || !self.read.insert(tab) {
            return;
        }
        self.depth += 1;
        let open = self.conditions.len();
        let (text, typographic) = plain_quotes(text);
        for line in typographic {
            let spot = Spot { tab, line };
            self.out.typographic.push(spot);
            let reason = "its typographic quotes, which the compiler does not take, are read as plain ones";
            self.out.unread.push((spot, reason.to_owned()));
        }
        let text = without_comments(&text);
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let spot = Spot { tab, line: index + 1 };
            let mut whole = line.to_owned();
            let mut joined = 0;
            // A backslash at its end joins the next line.
            while whole.trim_end().ends_with('\\') {
                let kept = whole.trim_end().len() - 1;
                whole.truncate(kept);
                let Some((_, next)) = lines.next() else { break };
                whole.push_str(next);
                joined += 1;
            }
            self.line(spot, &whole);
            for more in 0..joined {
                self.push_line(Spot { line: spot.line + more + 1, ..spot }, "");
            }
        }
        self.flush(Spot { tab, line: text.lines().count() });
        self.conditions.truncate(open);
        self.depth -= 1;
    }

    pub(super) fn finish(self) -> Joined {
        self.out
    }

    fn line(&mut self, spot: Spot, line: &str) {
        if is_include_without_sign(line) {
            let reason = "the # before `include` is missing, and the compiler refuses that; read as if it stood there";
            self.out.unread.push((spot, reason.to_owned()));
            return self.line(spot, &format!("#{}", line.trim_start()));
        }
        if let Some(directive) = line.trim_start().strip_prefix('#') {
            self.flush(spot);
            self.directive(spot, directive.trim());
            return self.push_line(spot, "");
        }
        if !self.active() {
            return self.push_line(spot, "");
        }
        if self.out.text.len() > LARGEST {
            return;
        }
        if !self.pending.is_empty() {
            self.pending.push(' ');
        }
        self.pending.push_str(line);
        let mut expansion = Expansion::new(&self.macros, LARGEST - self.out.text.len().min(LARGEST));
        let text = expansion.expand(&self.pending);
        if expansion.overflowed {
            self.out.unread.push((spot, "the sketch grows too long by its macros".to_owned()));
        }
        if expansion.open && self.pending_lines < 200 && self.pending.len() < 20_000 {
            // The call of a macro goes on in the next line; what it gives stands in its last.
            self.pending_lines += 1;
            return self.push_line(spot, "");
        }
        self.pending.clear();
        self.pending_lines = 0;
        self.push_line(spot, &text);
    }

    /// A call that never closed is given as it is.
    fn flush(&mut self, spot: Spot) {
        if !self.pending.is_empty() {
            let text = std::mem::take(&mut self.pending);
            self.pending_lines = 0;
            self.push_line(spot, &text);
        }
    }

    fn push_line(&mut self, spot: Spot, text: &str) {
        self.out.text.push_str(text);
        self.out.text.push('\n');
        self.out.spots.push(spot);
    }

    fn active(&self) -> bool {
        self.conditions.iter().all(|branch| branch.active)
    }

    fn directive(&mut self, spot: Spot, directive: &str) {
        let word_end = directive.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(directive.len());
        let (word, rest) = directive.split_at_checked(word_end).unwrap_or((directive, ""));
        let rest = rest.trim();
        match word {
            "if" => {
                let holds = self.holds(rest);
                self.conditions.push(Branch { active: holds, taken: holds });
            }
            "ifdef" | "ifndef" => {
                let name = rest.split_whitespace().next().unwrap_or_default();
                let holds = self.macros.contains_key(name) == (word == "ifdef");
                self.conditions.push(Branch { active: holds, taken: holds });
            }
            "elif" => {
                let holds = self.holds(rest);
                if let Some(branch) = self.conditions.last_mut() {
                    branch.active = !branch.taken && holds;
                    branch.taken |= holds;
                }
            }
            "else" => {
                if let Some(branch) = self.conditions.last_mut() {
                    branch.active = !branch.taken;
                    branch.taken = true;
                }
            }
            "endif" => {
                self.conditions.pop();
            }
            _ if !self.active() => {}
            "define" => self.define(spot, rest),
            "undef" => {
                self.macros.remove(rest);
            }
            "include" => self.include(spot, rest),
            _ => {}
        }
    }

    fn holds(&self, condition: &str) -> bool {
        condition::holds(condition, &self.macros)
    }

    fn define(&mut self, spot: Spot, rest: &str) {
        let name_end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at_checked(name_end).unwrap_or((rest, ""));
        if name.is_empty() {
            return;
        }
        let (parameters, body) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((list, body)) => {
                let names = list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
                (Some(names.collect::<Vec<_>>()), body)
            }
            None => (None, rest),
        };
        let mut parameters = parameters;
        let variadic = parameters.as_mut().is_some_and(|names| {
            let last = names.last().is_some_and(|name| name == "...");
            if last {
                names.pop();
            }
            last
        });
        self.out.defined.entry(name.to_owned()).or_insert(spot);
        self.macros.insert(name.to_owned(), Macro { parameters, variadic, body: body.trim().to_owned() });
    }

    fn include(&mut self, spot: Spot, rest: &str) {
        let name = rest.trim_matches(|c| matches!(c, '"' | '<' | '>' | ' '));
        let name = name.split(['"', '>']).next().unwrap_or_default();
        let file = name.rsplit('/').next().unwrap_or(name);
        match self.tabs.iter().position(|(tab, _)| tab == file) {
            Some(tab) => {
                // The line of the include itself comes behind what it brought in.
                let _ = spot;
                self.read(tab);
            }
            None => {
                self.out.includes.insert(name.to_owned());
            }
        }
    }
}

/// `include <SoftwareSerial.h>`: a line that is copied without its first character.
fn is_include_without_sign(line: &str) -> bool {
    let file = line.trim().strip_prefix("include").map_or("", str::trim_start);
    file.len() > 2 && (file.starts_with('<') && file.ends_with('>') || file.starts_with('"') && file.ends_with('"'))
}

/// Comments become blanks, so that no line moves. Texts and characters are left alone.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                out.push(c);
                out.extend(rest.next());
            }
            (Some(open), c) if c == open || c == '\n' => {
                quote = None;
                out.push(c);
            }
            (None, '"' | '\'') => {
                // The ' of 1'000 opens nothing.
                let digits = c == '\'' && out.ends_with(|c: char| c.is_ascii_digit());
                quote = (!digits).then_some(c);
                out.push(c);
            }
            (None, '/') if rest.peek() == Some(&'/') => {
                while rest.peek().is_some_and(|c| *c != '\n') {
                    rest.next();
                }
            }
            (None, '/') if rest.peek() == Some(&'*') => {
                rest.next();
                out.push(' ');
                let mut star = false;
                for c in rest.by_ref() {
                    if c == '\n' {
                        out.push('\n');
                    }
                    if star && c == '/' {
                        break;
                    }
                    star = c == '*';
                }
            }
            (_, c) => out.push(c),
        }
    }
    out
}
