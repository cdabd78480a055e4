//! A command line cut into its commands: the one place that knows how quotes, `;`, `=`, `?` and `,` are read.
//!
//! V.250 section 5.2. Basic commands may be glued (`ATE0V1&W`); an extended one (`+NAME`) ends at a `;` outside quotes or
//! with the line; what is dialed goes up to its `;`. Nothing is copied, and nothing fails: a line that is no good command
//! still has names and parameters, and a form that says so ([`Form::Malformed`]). Which commands there are is the
//! business of [`super::Family`].

use std::ops::Range;

/// What is done with a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// `+X`, `E0`, `D123`.
    #[default]
    Execute,
    /// `+X=…`.
    Set,
    /// `+X?`.
    Query,
    /// `+X=?`.
    Test,
    /// Something else stands behind the name (`+X 5`).
    Malformed,
}

impl Form {
    /// It asks (`?`, `=?`) and changes nothing.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Query | Self::Test)
    }
}

/// A command line: `AT` and what stands behind it.
///
/// ```
/// use modemscope::vocabulary::{Form, Line};
/// let line = Line::read(br#"AT+CMGF=1;+CMGS="+49;1""#).unwrap();
/// let last = line.calls().last().unwrap();
/// assert_eq!((last.name, last.form), (&b"+CMGS"[..], Form::Set));
/// assert_eq!(last.parameter(0).text, b"+49;1");
/// assert!(Line::read(b"hello").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    text: &'a [u8],
    /// Behind `AT`.
    body: usize,
}

impl<'a> Line<'a> {
    /// Reads a line that begins with `AT` in any case, blanks in front and a line end behind it or not; `None` for
    /// any other.
    #[must_use]
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let line = text.get(start..)?;
        is_command(line).then_some(Self { text, body: start + 2 })
    }

    /// Its commands, in order; of a bare `AT` the one without a name.
    #[must_use]
    pub const fn calls(self) -> Calls<'a> {
        Calls { text: self.text, at: self.body, first: true }
    }

    /// The only command of the line, found without looking for more: `None` where a `;` or a basic command may bring
    /// further ones.
    #[must_use]
    pub(crate) fn sole(self) -> Option<Call<'a>> {
        let body = self.text.get(self.body..)?;
        let extended = body.first().is_some_and(|byte| is_prefix(*byte));
        if !extended || memchr::memchr(b';', body).is_some() {
            return None;
        }
        Some(extended_call(self.text, self.body).0)
    }

    /// The command that is answered last.
    #[must_use]
    pub fn last(self) -> Call<'a> {
        self.sole().or_else(|| self.calls().last()).unwrap_or(Call { text: self.text, ..Call::default() })
    }
}

/// One command of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call<'a> {
    /// The name as it was written, without `AT`: `+CIPSEND`, `E`, `&F`, `S0`, `D`; empty for `AT` alone.
    pub name: &'a [u8],
    /// What is done with it.
    pub form: Form,
    /// All of the command in the line that was read, without the `;` behind it.
    pub span: Range<usize>,
    /// What stands behind `=`, or behind the letter of a basic command; in the line that was read.
    pub values: Range<usize>,
    text: &'a [u8],
}

/// Where a command stands in a line, to find it there again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    form: Form,
    name: usize,
    span: Range<usize>,
    values: Range<usize>,
}

impl Place {
    /// The command in the line that it was read from.
    #[must_use]
    pub fn call<'a>(&self, text: &'a [u8]) -> Call<'a> {
        let name = text.get(self.span.start..self.span.start + self.name).unwrap_or_default();
        Call { name, form: self.form, span: self.span.clone(), values: self.values.clone(), text }
    }
}

/// One parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Without its quotes and the blanks around it.
    pub text: &'a [u8],
    /// It stood in quotes; the last of them may be missing.
    pub quoted: bool,
    /// Its quotes are closed, or it has none.
    pub(crate) closed: bool,
    /// Where `text` stands in the line that was read.
    pub span: Range<usize>,
}

impl<'a> Call<'a> {
    /// A basic command (`E0`, `&W`), also `AT` alone.
    #[must_use]
    pub(crate) fn is_basic(&self) -> bool {
        !self.name.first().is_some_and(|byte| is_prefix(*byte))
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { form: self.form, name: self.name.len(), span: self.span.clone(), values: self.values.clone() }
    }

    /// All that stands behind `=`, or behind the letter of a basic command.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.text.get(self.values.clone()).unwrap_or_default()
    }

    /// Its parameters, in order; none where nothing stands behind the name.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'a>> + use<'a> {
        let text = self.text.get(..self.values.end).unwrap_or_default();
        let mut at = (!self.values.is_empty()).then_some(self.values.start);
        std::iter::from_fn(move || {
            let start = at?;
            let rest = text.get(start..).unwrap_or_default();
            let length = unquoted(rest, b',').unwrap_or(rest.len());
            at = (length < rest.len()).then_some(start + length + 1);
            Some(parameter(text, start..start + length))
        })
    }

    /// A parameter by its place from 0; empty where there is none.
    #[must_use]
    pub fn parameter(&self, at: usize) -> Parameter<'a> {
        self.parameters().nth(at).unwrap_or_default()
    }

    /// A parameter as a number, in quotes or not.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<u32> {
        number(self.parameter(at).text)
    }

    /// How many parameters there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.parameters().count()
    }
}

/// The commands of a [`Line`].
#[derive(Clone, Debug)]
pub struct Calls<'a> {
    text: &'a [u8],
    at: usize,
    first: bool,
}

impl<'a> Calls<'a> {
    /// The commands of a text that stands behind `AT`.
    #[must_use]
    pub(crate) const fn behind_at(text: &'a [u8]) -> Self {
        Self { text, at: 0, first: false }
    }

    /// Where the next command is looked for, in the text that was given.
    #[must_use]
    pub(crate) const fn position(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Calls<'a> {
    type Item = Call<'a>;

    fn next(&mut self) -> Option<Call<'a>> {
        let first = std::mem::take(&mut self.first);
        let rest = self.text.get(self.at..).unwrap_or_default();
        let between = |byte: &u8| *byte == b';' || byte.is_ascii_whitespace();
        let Some(skipped) = rest.iter().position(|byte| !between(byte)) else {
            self.at = self.text.len();
            let here = self.at..self.at;
            return first.then(|| Call { span: here.clone(), values: here, text: self.text, ..Call::default() });
        };
        let start = self.at + skipped;
        let (call, end) = match rest.get(skipped) {
            Some(byte) if is_prefix(*byte) => extended_call(self.text, start),
            Some(b'D' | b'd') => dialed(self.text, start),
            _ => basic_call(self.text, start),
        };
        self.at = end;
        Some(call)
    }
}

/// What the name of an extended command begins with: all but the letters and `&`, `\` of basic ones. Only `+` is V.250's;
/// makers use the others.
const fn is_prefix(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || matches!(byte, b'&' | b'\\' | b';' | b'/') || byte.is_ascii_whitespace())
}

/// `+NAME…` up to a `;` outside quotes; and where it ends, behind the `;`.
fn extended_call(text: &[u8], start: usize) -> (Call<'_>, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let length = unquoted(rest, b';').unwrap_or(rest.len());
    let body = rest.get(..length).unwrap_or_default().trim_ascii_end();
    let named = body.iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count() + 1;
    let (name, tail) = body.split_at_checked(named).unwrap_or((body, &[]));
    let blanks = tail.len() - tail.trim_ascii_start().len();
    let end = start + body.len();
    let (form, values) = match tail.trim_ascii_start() {
        [] => (Form::Execute, end),
        [b'?'] => (Form::Query, end),
        [b'=', rest @ ..] if rest.trim_ascii_start() == b"?" => (Form::Test, end),
        [b'=', ..] => (Form::Set, start + named + blanks + 1),
        _ => (Form::Malformed, start + named + blanks),
    };
    (Call { name, form, span: start..end, values: values..end, text }, start + (length + 1).min(rest.len()))
}

/// `D` and what is dialed, up to a `;`, which makes it a voice call.
fn dialed(text: &[u8], start: usize) -> (Call<'_>, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let length = unquoted(rest, b';').unwrap_or(rest.len());
    let end = start + rest.get(..length).unwrap_or_default().trim_ascii_end().len();
    let name = rest.get(..1).unwrap_or_default();
    let call = Call { name, form: Form::Execute, span: start..end, values: start + 1..end, text };
    (call, start + (length + 1).min(rest.len()))
}

/// A letter (with `&` or `\` in front) and its number; `S` has the number of its register in its name.
fn basic_call(text: &[u8], start: usize) -> (Call<'_>, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let digits = |from: usize| rest.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let letter = match rest {
        [b'&' | b'\\', _, ..] => 2,
        _ => 1,
    };
    let register = matches!(rest.first(), Some(b'S' | b's'));
    let named = if register { 1 + digits(1) } else { letter };
    let name = rest.get(..named).unwrap_or(rest);
    // `S0 = 1`: a register is set and asked with blanks in between, too.
    let blanks = |from: usize| rest.iter().skip(from).take_while(|byte| register && **byte == b' ').count();
    let sign = named + blanks(named);
    let value = sign + 1 + blanks(sign + 1);
    let call = |form, values: usize, length: usize| {
        let end = start + length;
        (Call { name, form, span: start..end, values: (start + values).min(end)..end, text }, end)
    };
    match (rest.get(sign), rest.get(value)) {
        (Some(b'='), Some(b'?')) => call(Form::Test, value + 1, value + 1),
        (Some(b'='), _) => call(Form::Set, value, value + digits(value)),
        (Some(b'?'), _) => call(Form::Query, sign + 1, sign + 1),
        _ => call(Form::Execute, named, named + digits(named)),
    }
}

/// The parameter that stands there, without the blanks and quotes around it.
fn parameter(text: &[u8], range: Range<usize>) -> Parameter<'_> {
    let whole = text.get(range.clone()).unwrap_or_default();
    let start = range.start + whole.len() - whole.trim_ascii_start().len();
    let bare = whole.trim_ascii();
    let Some(inner) = bare.strip_prefix(b"\"") else {
        return Parameter { text: bare, quoted: false, closed: true, span: start..start + bare.len() };
    };
    let closed = inner.ends_with(b"\"");
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    Parameter { text: inner, quoted: true, closed, span: start + 1..start + 1 + inner.len() }
}

/// Where the byte stands first, outside of quotes.
#[must_use]
pub(crate) fn unquoted(text: &[u8], wanted: u8) -> Option<usize> {
    let mut quoted = false;
    memchr::memchr2_iter(b'"', wanted, text).find(|at| {
        let quote = text.get(*at) == Some(&b'"');
        quoted ^= quote;
        !quote && !quoted
    })
}

/// The values behind the head of an answer (`1,"a,b",3`), split at the commas outside quotes, without blanks and quotes.
pub(crate) fn values(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let call = Call { values: 0..text.len(), text, ..Call::default() };
    call.parameters().map(|parameter| parameter.text)
}

/// Decimal digits, and nothing else.
#[must_use]
pub(crate) fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |value, &digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
}

/// The bytes begin as a command does: `AT` in any case.
#[must_use]
pub(crate) const fn is_command(line: &[u8]) -> bool {
    matches!(line, [b'A' | b'a', b'T' | b't', ..])
}

/// A whole line that a person would take for a command: `AT`, or `AT` and what may stand behind it.
#[must_use]
pub(crate) fn is_whole_command(line: &[u8]) -> bool {
    match line {
        [b'A' | b'a', b'T' | b't'] => true,
        [b'A' | b'a', b'T' | b't', next, rest @ ..] if !is_damaged(line) => match next {
            b'+' | b'*' | b'^' => rest.first().is_some_and(u8::is_ascii_alphabetic),
            // Telit, Nordic, Qualcomm, Sierra.
            b'#' | b'%' | b'$' | b'!' => {
                matches!(rest, [first, second, ..] if first.is_ascii_uppercase() && second.is_ascii_uppercase())
            }
            b'&' => rest.len() <= 12,
            // `AT + CSQ`, as pasted text has it.
            b' ' => {
                matches!(rest.trim_ascii_start(), [b'+', tail @ ..] if tail.trim_ascii_start().first().is_some_and(u8::is_ascii_uppercase))
            }
            letter if letter.is_ascii_alphabetic() => {
                may_be_basic(*letter, rest) && (line.is_ascii() || !rest.iter().any(u8::is_ascii_lowercase))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Several bytes in a row, or one in the name, were no letters, and the program that showed them put a sign in their place
/// (U+FFFD, U+2E2E).
fn is_damaged(line: &[u8]) -> bool {
    if line.is_ascii() {
        return false;
    }
    let holds = |part: &[u8], signs: &str| memchr::memmem::find(part, signs.as_bytes()).is_some();
    let name = line.split(|byte| matches!(byte, b'=' | b'?' | b'"')).next().unwrap_or(line);
    ["\u{FFFD}\u{FFFD}", "\u{2E2E}\u{2E2E}"].iter().any(|signs| holds(line, signs)) || holds(name, "\u{FFFD}")
}

/// Behind the letter of a basic command stand digits or further basic commands; behind `D` a number.
fn may_be_basic(letter: u8, rest: &[u8]) -> bool {
    match letter.to_ascii_uppercase() {
        b'D' => rest.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+*#,;>\" ".contains(byte)),
        b'A' | b'E' | b'H' | b'I' | b'L' | b'M' | b'O' | b'Q' | b'S' | b'V' | b'X' | b'Z' => rest
            .first()
            .is_none_or(|byte| byte.is_ascii_digit() || b"EVQXSZHI&+;=?".contains(&byte.to_ascii_uppercase())),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
