//! Reading a book.

use std::ops::Range;
use std::time::Duration;

use toml_edit::{Document, Item, TableLike, Value};

use super::error::BookError;
use super::write::VERSION;
use crate::macros::duration;
use crate::macros::hot_key::HotKey;
use crate::macros::model::{Ask, Book, LineChange, Macro, OnFail, Step};
use crate::macros::prepared;
use crate::macros::template::{BUILT_IN, Template, is_name};

/// A larger file is no macro book.
pub(crate) const LARGEST: usize = 4 << 20;
/// More steps in one book are refused.
pub(crate) const MOST_STEPS: usize = 20_000;

const BOOK_KEYS: &[&str] = &["version", "macro"];
const MACRO_KEYS: &[&str] = &["name", "group", "key", "about", "color", "ask", "step"];
const STEP_KEYS: &[&str] = &[
    "send", "expect", "fail", "within", "wait", "set", "break", "repeat", "retry", "on_fail", "keep", "note",
    "disabled",
];
const ASK_KEYS: &[&str] = &["default", "secret"];
const SET_KEYS: &[&str] = &["dtr", "rts"];

type Result<T> = std::result::Result<T, BookError>;

/// Reads a book.
///
/// # Errors
/// [`BookError`] for the first thing that is wrong.
pub fn parse(text: &str) -> Result<Book> {
    if text.len() > LARGEST {
        let problem = format!("the file has {} bytes; a macro book has at most {LARGEST}", text.len());
        return Err(BookError { line: 1, column: 1, problem });
    }
    let document = Document::parse(text).map_err(|error| {
        let offset = error.span().map_or(text.len(), |span| span.start);
        BookError::at(text, offset, format!("not TOML: {}", error.message()))
    })?;
    Reader { text, steps: 0 }.book(document.as_table())
}

struct Reader<'a> {
    text: &'a str,
    steps: usize,
}

impl Reader<'_> {
    fn book(&mut self, root: &dyn TableLike) -> Result<Book> {
        let version = root.get("version").ok_or_else(|| BookError {
            line: 1,
            column: 1,
            problem: format!("no version; write `version = {VERSION}` in the first line"),
        })?;
        match version.as_integer() {
            Some(VERSION) => {}
            Some(other) => {
                let problem = format!("version {other} of the format; this program reads version {VERSION}");
                return Err(self.error(version, problem));
            }
            None => return Err(self.expected(version, "a number", "version = 1")),
        }
        self.check_keys(root, BOOK_KEYS, "a macro book")?;
        let mut book = Book::default();
        if let Some(item) = root.get("macro") {
            for table in self.tables(item, "[[macro]]")? {
                book.macros.push(self.one_macro(table)?);
            }
        }
        Ok(book)
    }

    fn one_macro(&mut self, table: &dyn TableLike) -> Result<Macro> {
        self.check_keys(table, MACRO_KEYS, "a macro")?;
        let name = match table.get("name") {
            Some(item) => self.string(item, "name = \"Open TCP\"")?,
            None => return Err(self.error_in(table, "a macro without a name; write `name = \"…\"`".into())),
        };
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            let item = table.get("name").unwrap_or(&Item::None);
            return Err(self.error(item, "a name must be visible text on one line".into()));
        }
        let text = |key: &str| table.get(key).map(|item| self.string(item, &format!("{key} = \"…\""))).transpose();
        let (group, about, key, color) = (text("group")?, text("about")?, text("key")?, text("color")?);
        if let (Some(item), Some(key)) = (table.get("key"), &key) {
            key.parse::<HotKey>().map_err(|problem| self.error(item, problem.to_string()))?;
        }
        if let (Some(item), Some(color)) = (table.get("color"), &color) {
            let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6);
            if !digits.is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_hexdigit())) {
                return Err(self.error(item, format!("`{color}` is no colour; write #RRGGBB, such as #2E7D32")));
            }
        }
        let ask = table.get("ask").map(|item| self.ask(item)).transpose()?.unwrap_or_default();
        let mut steps = Vec::new();
        if let Some(item) = table.get("step") {
            for table in self.tables(item, "[[macro.step]]")? {
                self.steps += 1;
                if self.steps > MOST_STEPS {
                    let problem = format!("more than {MOST_STEPS} steps; use `repeat`, or split the book");
                    return Err(self.error_in(table, problem));
                }
                steps.push(self.step(table)?);
            }
        }
        Ok(Macro { name, group, key, about, color, ask, steps })
    }

    fn ask(&self, item: &Item) -> Result<Vec<(String, Ask)>> {
        let example = "ask = { text = \"hello\", pin = { secret = true } }";
        let table = item.as_table_like().ok_or_else(|| self.expected(item, "a table of parameters", example))?;
        let one = |(name, item): (&str, &Item)| {
            self.check_name(table, name)?;
            if let Some(default) = item.as_str() {
                return Ok((name.to_owned(), Ask { default: default.to_owned(), secret: false }));
            }
            let Some(inner) = item.as_table_like() else {
                return Err(self.expected(item, "a default in quotes, or { secret = true }", example));
            };
            self.check_keys(inner, ASK_KEYS, "a parameter")?;
            let default = inner.get("default").map(|item| self.string(item, "default = \"…\"")).transpose()?;
            let secret = inner.get("secret").map(|item| self.boolean(item, "secret")).transpose()?.unwrap_or(false);
            if secret && default.as_ref().is_some_and(|default| !default.is_empty()) {
                return Err(self.error(item, "a secret is not stored; take its default out".into()));
            }
            Ok((name.to_owned(), Ask { default: default.unwrap_or_default(), secret }))
        };
        table.iter().map(one).collect()
    }

    fn step(&self, table: &dyn TableLike) -> Result<Step> {
        self.check_keys(table, STEP_KEYS, "a step")?;
        let get = |key: &str| table.get(key);
        let send = get("send").map(|item| self.template(item)).transpose()?;
        let within = get("within").map(|item| self.duration(item, "within")).transpose()?;
        if let (Some(item), Some(Duration::ZERO)) = (get("within"), within) {
            return Err(self.error(item, "no answer comes within no time; write at least \"1ms\"".into()));
        }
        Ok(Step {
            set: get("set").map(|item| self.lines(item)).transpose()?,
            break_for: get("break").map(|item| self.duration(item, "break")).transpose()?,
            send,
            expect: get("expect").map(|item| self.patterns(item, "expect")).transpose()?.unwrap_or_default(),
            fail: get("fail").map(|item| self.patterns(item, "fail")).transpose()?.unwrap_or_default(),
            within,
            wait: get("wait").map(|item| self.duration(item, "wait")).transpose()?,
            repeat: get("repeat").map(|item| self.count(item, "repeat", 1)).transpose()?,
            retry: get("retry").map(|item| self.count(item, "retry", 0)).transpose()?,
            on_fail: get("on_fail").map(|item| self.on_fail(item)).transpose()?.unwrap_or_default(),
            keep: get("keep").map(|item| self.keep(item)).transpose()?.unwrap_or_default(),
            note: get("note").map(|item| self.string(item, "note = \"…\"")).transpose()?,
            disabled: get("disabled").map(|item| self.boolean(item, "disabled")).transpose()?.unwrap_or(false),
        })
    }

    fn patterns(&self, item: &Item, key: &str) -> Result<Vec<String>> {
        let example = format!(r"{key} = ['\r\nOK\r\n']");
        let array = item.as_array().ok_or_else(|| self.expected(item, "a list of texts in brackets", &example))?;
        let one = |value: &Value| {
            let Some(text) = value.as_str() else {
                let found = value.type_name();
                let problem = format!("expected a text in quotes, found {}: write {example}", article(found));
                return Err(self.error_at(value.span(), problem));
            };
            let template = self.checked(text, value.span())?;
            if template.is_empty() {
                return Err(self.error_at(value.span(), "an empty text would match at once; take it out".into()));
            }
            Ok(text.to_owned())
        };
        array.iter().map(one).collect()
    }

    fn template(&self, item: &Item) -> Result<String> {
        let text = self.string(item, r"send = 'AT\r'")?;
        self.checked(&text, item.span())?;
        Ok(text)
    }

    /// Reads notation; the error points into the text where that is possible.
    fn checked(&self, text: &str, span: Option<Range<usize>>) -> Result<Template> {
        Template::parse(text).map_err(|error| {
            let written = span.clone().and_then(|span| self.text.get(span)).unwrap_or_default();
            let literal = written.len() == text.len() + 2 && written.get(1..written.len() - 1) == Some(text);
            let problem = format!("found {}; {}", error.found, error.help);
            match span {
                Some(span) if literal => {
                    let into = text.chars().take(error.column - 1).map(char::len_utf8).sum::<usize>();
                    BookError::at(self.text, span.start + 1 + into, problem)
                }
                _ => self.error_at(span, format!("column {} of this text: {problem}", error.column)),
            }
        })
    }

    fn lines(&self, item: &Item) -> Result<LineChange> {
        let example = "set = { dtr = true, rts = false }";
        let table = item.as_table_like().ok_or_else(|| self.expected(item, "a table of lines", example))?;
        self.check_keys(table, SET_KEYS, "`set`")?;
        let line = |key: &str| table.get(key).map(|item| self.boolean(item, key)).transpose();
        Ok(LineChange { dtr: line("dtr")?, rts: line("rts")? })
    }

    fn keep(&self, item: &Item) -> Result<std::collections::BTreeMap<String, String>> {
        let example = r"keep = { rssi = '\+CSQ: (\d+)' }";
        let table = item.as_table_like().ok_or_else(|| self.expected(item, "a table of regexes", example))?;
        let one = |(name, item): (&str, &Item)| {
            self.check_name(table, name)?;
            let pattern = self.string(item, example)?;
            prepared::compile(&pattern).map_err(|problem| self.error(item, problem.to_string()))?;
            Ok((name.to_owned(), pattern))
        };
        table.iter().map(one).collect()
    }

    fn on_fail(&self, item: &Item) -> Result<OnFail> {
        match item.as_str() {
            Some("stop") => Ok(OnFail::Stop),
            Some("continue") => Ok(OnFail::Continue),
            Some("skip") => Ok(OnFail::Skip),
            _ => Err(self.expected(item, "\"stop\", \"continue\" or \"skip\"", "on_fail = \"stop\"")),
        }
    }

    fn duration(&self, item: &Item, key: &str) -> Result<Duration> {
        let text = self.string(item, &format!("{key} = \"5s\""))?;
        duration::parse(&text).map_err(|problem| self.error(item, problem.to_string()))
    }

    fn count(&self, item: &Item, key: &str, least: u32) -> Result<u32> {
        let number = item.as_integer().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| *number >= least)
            .ok_or_else(|| self.expected(item, &format!("a whole number from {least}"), &format!("{key} = 3")))
    }

    fn boolean(&self, item: &Item, key: &str) -> Result<bool> {
        item.as_bool().ok_or_else(|| self.expected(item, "true or false", &format!("{key} = true")))
    }

    fn string(&self, item: &Item, example: &str) -> Result<String> {
        item.as_str().map(str::to_owned).ok_or_else(|| self.expected(item, "a text in quotes", example))
    }

    /// The tables of `[[…]]`, or of a list of inline tables.
    fn tables<'t>(&self, item: &'t Item, written: &str) -> Result<Vec<&'t dyn TableLike>> {
        if let Some(tables) = item.as_array_of_tables() {
            return Ok(tables.iter().map(|table| table as &dyn TableLike).collect());
        }
        let wrong = || self.error(item, format!("write {written} in double brackets, once for each"));
        let array = item.as_array().ok_or_else(wrong)?;
        let inline = |value: &'t Value| value.as_inline_table().map(|table| table as &dyn TableLike).ok_or_else(wrong);
        array.iter().map(inline).collect()
    }

    fn check_keys(&self, table: &dyn TableLike, known: &[&str], what: &str) -> Result<()> {
        let Some((unknown, _)) = table.iter().find(|(key, _)| !known.contains(key)) else { return Ok(()) };
        let near = known.iter().map(|key| (strsim::damerau_levenshtein(key, &unknown.to_lowercase()), key)).min();
        let advice = match near {
            Some((distance, key)) if distance <= 2 => format!("did you mean `{key}`?"),
            _ => format!("it has {}", known.join(", ")),
        };
        Err(self.error_key(table, unknown, format!("{what} has no key `{unknown}`; {advice}")))
    }

    fn check_name(&self, table: &dyn TableLike, name: &str) -> Result<()> {
        if BUILT_IN.contains(&name) {
            return Err(self.error_key(table, name, format!("`{name}` is always there; choose another name")));
        }
        if !is_name(name) {
            let problem = format!("`{name}` is no name; letters, digits, _ and -, beginning with a letter");
            return Err(self.error_key(table, name, problem));
        }
        Ok(())
    }

    fn expected(&self, item: &Item, what: &str, example: &str) -> BookError {
        let found = match item.as_value() {
            Some(Value::String(text)) => format!("`{}`", text.value()),
            Some(Value::Integer(number)) => format!("`{}`", number.value()),
            _ => article(item.type_name()),
        };
        self.error(item, format!("expected {what}, found {found}: write {example}"))
    }

    fn error(&self, item: &Item, problem: String) -> BookError {
        self.error_at(item.span(), problem)
    }

    fn error_key(&self, table: &dyn TableLike, key: &str, problem: String) -> BookError {
        let span = table.get_key_value(key).and_then(|(key, item)| key.span().or_else(|| item.span()));
        self.error_at(span, problem)
    }

    /// An error about a table as a whole: at its first key, as a header has no place of its own in a list.
    fn error_in(&self, table: &dyn TableLike, problem: String) -> BookError {
        let first = table.iter().next().map(|(key, _)| key.to_owned());
        let span = first.and_then(|key| table.get_key_value(&key).and_then(|(key, _)| key.span()));
        self.error_at(span, problem)
    }

    fn error_at(&self, span: Option<Range<usize>>, problem: String) -> BookError {
        BookError::at(self.text, span.map_or(0, |span| span.start), problem)
    }
}

/// "an integer", "a table".
fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}
