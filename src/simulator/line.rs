//! A command as the simulated modem takes it: what [`crate::vocabulary::Line`] reads, with what a modem refuses told apart.
//!
//! The vocabulary reads any line, since people write any; a modem answers `ERROR` to some of them (manual §1.4, V.250 §5.4):
//! text behind a closing quote, a quote that never closes, a sign that begins no name. It knows the shape of commands, not
//! which there are. Blanks are passed over between commands, never inside a name: `AT + CSQ` is an error here, so a modem that
//! obeys it takes them out first ([`without_blanks`]).

pub(super) use crate::vocabulary::Form;
use crate::vocabulary::{Calls, Parameter};

/// One command of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// In capitals, with its `+` or `&`.
    pub(super) name: String,
    /// A basic command with a number behind it sets (`E0`).
    pub(super) form: Form,
    arguments: Vec<Argument>,
    /// The arguments as they were typed; of a number to dial with its `;`.
    pub(super) raw: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Argument {
    text: Vec<u8>,
    quoted: bool,
}

/// The line is no sequence of commands from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Call {
    /// `D` and what is dialed, with the `;` that makes it a voice call.
    pub(super) fn dial(number: Vec<u8>) -> Self {
        let arguments = vec![Argument { text: number.clone(), quoted: false }];
        Self { name: "D".into(), form: Form::Set, arguments, raw: number }
    }

    /// The argument as a number, in quotes or not; `None` when it is missing or no number.
    pub(super) fn number(&self, index: usize) -> Option<i64> {
        std::str::from_utf8(self.text(index)?).ok()?.trim().parse().ok()
    }

    /// The argument as text, in quotes or not; `None` when it is missing.
    pub(super) fn text(&self, index: usize) -> Option<&[u8]> {
        let argument = self.arguments.get(index)?;
        (argument.quoted || !argument.text.is_empty()).then_some(&argument.text)
    }

    /// The argument if it stands in quotes.
    pub(super) fn quoted(&self, index: usize) -> Option<&[u8]> {
        self.arguments.get(index).filter(|argument| argument.quoted).map(|argument| argument.text.as_slice())
    }

    /// The argument as text for display; empty when it is missing.
    pub(super) fn string(&self, index: usize) -> String {
        self.text(index).map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    }

    /// The argument as a word: modems do not mind its case.
    pub(super) fn word(&self, index: usize) -> String {
        self.string(index).trim().to_ascii_uppercase()
    }

    /// The argument as a number that counts something.
    pub(super) fn size(&self, index: usize) -> Option<usize> {
        usize::try_from(self.number(index)?).ok()
    }

    /// The argument as a number of this range; `default` when it is missing, `None` for another number.
    pub(super) fn within<T: TryFrom<i64> + PartialOrd>(
        &self,
        index: usize,
        default: T,
        range: core::ops::RangeInclusive<T>,
    ) -> Option<T> {
        match self.text(index) {
            None => Some(default),
            Some(_) => T::try_from(self.number(index)?).ok().filter(|number| range.contains(number)),
        }
    }

    /// The argument as a port number.
    pub(super) fn port(&self, index: usize) -> Option<u16> {
        u16::try_from(self.number(index)?).ok().filter(|port| *port > 0)
    }

    /// How many arguments there are.
    pub(super) fn count(&self) -> usize {
        self.arguments.len()
    }
}

/// A command line without its control characters: they mean nothing in it (V.250 §5.2.2).
pub(super) fn without_controls(line: &[u8]) -> Vec<u8> {
    line.iter().copied().filter(|byte| *byte >= b' ').collect()
}

/// The line without its blanks, but for those in quotes.
pub(super) fn without_blanks(line: &[u8]) -> Vec<u8> {
    let mut quoted = false;
    let keep = |byte: &&u8| {
        quoted ^= **byte == b'"';
        quoted || **byte != b' '
    };
    line.iter().filter(keep).copied().collect()
}

/// The next command of `rest`, what stands behind `AT`, and how many bytes it took; `None` when nothing is left.
pub(super) fn next(rest: &[u8]) -> Option<Result<(Call, usize), Malformed>> {
    let mut calls = Calls::behind_at(rest);
    let call = calls.next()?;
    let sound = call.parameters().all(|parameter| is_sound(&parameter));
    Some(taken(rest, &call).filter(|_| sound).map(|call| (call, calls.position())).ok_or(Malformed))
}

/// The command, where its shape is one that modems know.
fn taken(line: &[u8], call: &crate::vocabulary::Call<'_>) -> Option<Call> {
    let name = String::from_utf8(call.name.to_ascii_uppercase()).ok()?;
    let form = match (name.bytes().next()?, call.form) {
        (b'D', _) => {
            let voice = line.get(call.span.end..)?.trim_ascii_start().starts_with(b";");
            return Some(Call::dial([call.raw(), if voice { b";" } else { b"" }].concat()));
        }
        (b'+' | b'*' | b'^' | b'#' | b'%' | b'$', Form::Execute | Form::Query | Form::Test | Form::Set)
        | (b'S', Form::Query | Form::Test | Form::Set) => call.form,
        (b'A'..=b'R' | b'T'..=b'Z' | b'&' | b'\\', Form::Execute) if call.raw().is_empty() => Form::Execute,
        (b'A'..=b'R' | b'T'..=b'Z' | b'&' | b'\\', Form::Execute) => Form::Set,
        _ => return None,
    };
    let argument = |parameter: Parameter<'_>| Argument { text: parameter.text.to_vec(), quoted: parameter.quoted };
    let arguments = call.parameters().map(argument).collect();
    Some(Call { name, form, arguments, raw: call.raw().to_vec() })
}

/// Its quotes stand around all of it.
fn is_sound(parameter: &Parameter<'_>) -> bool {
    !parameter.quoted || parameter.closed && !parameter.text.contains(&b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> String {
        let mut rest = line.as_bytes();
        let mut list = Vec::new();
        while let Some(cut) = next(rest) {
            let Ok((call, used)) = cut else {
                list.push("malformed".into());
                break;
            };
            let form = match call.form {
                Form::Execute => "!",
                Form::Query => "?",
                Form::Test => "=?",
                _ => "=",
            };
            list.push(format!("{}{form}{}", call.name, String::from_utf8_lossy(&call.raw)));
            rest = &rest[used..];
        }
        list.join(" ")
    }

    #[test]
    fn cuts_lines_as_the_manual_says() {
        let check = |line: &str, expect: &str| assert_eq!(all(line), expect, "{line}");
        check("", "");
        check("E1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200;&W", "E=1 Q=0 S0=1 S3=13 V=1 X=4 +IFC=0,0 +IPR=115200 &W!");
        check("+CIFSR;E0", "+CIFSR! E=0");
        check("&FZE0&W", "&F! Z! E=0 &W!");
        check("+cmgf=1; +cscs=\"GSM\"", "+CMGF=1 +CSCS=\"GSM\"");
        check("D+491234;", "D=+491234;");
        check("D*99#", "D=*99#");
        check("D1;+CLCC", "D=1; +CLCC!");
        check("S5?", "S5?");
        check("S0 = 1;+CIPMUX = 1; +CSTT = \"a b\", \"\"", "S0=1 +CIPMUX= 1 +CSTT= \"a b\", \"\"");
        check("+CSTT=\"a;b\",\"\"", "+CSTT=\"a;b\",\"\"");
        check("+CREG?", "+CREG?");
        check("+CREG=?", "+CREG=?");
    }

    #[test]
    fn refuses_what_is_no_command() {
        for line in ["+CREG?x", "+CSTT=\"open", "1", " + CSQ", "S3", "\0", "E=0", "/", "+CSTT=\"a\"b", "+X=\"a\"b\""] {
            assert_eq!(all(line), "malformed", "{line}");
        }
        assert_eq!(all(";;"), "");
    }

    #[test]
    fn arguments_keep_quotes_apart_from_bare_words() {
        let (call, _) = next(b"+CIPSTART=0,\"TCP\",\"a,b\",80,,\"\"").unwrap().unwrap();
        let arguments: Vec<_> = (0..call.count()).map(|at| (call.text(at), call.quoted(at).is_some())).collect();
        let text = |text: &'static [u8], quoted| (Some(text), quoted);
        let expect = [text(b"0", false), text(b"TCP", true), text(b"a,b", true), text(b"80", false)];
        assert_eq!(arguments, [expect.as_slice(), &[(None, false), text(b"", true)]].concat());
    }
}
