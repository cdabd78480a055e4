//! Command lines: what stands after `AT`, cut into commands (manual §1.4, V.250 §5.4). It knows the shape of commands, not
//! which there are.
//!
//! Basic commands may be glued (`E0V1&W`), an extended one (`+…`) ends at `;` or at the end. Quotes keep `;` and `,`.
//! Blanks are passed over between commands, never inside a name: `AT + CSQ` is an error, as on the modem.

/// How a command was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `+CSQ`, `E`.
    Execute,
    /// `+CSQ?`, `S3?`.
    Read,
    /// `+CSQ=?`.
    Test,
    /// `+CREG=1`, `E0`, `S0=1`.
    Set,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// Nothing between two commas.
    Missing,
    /// In quotes.
    Quoted(Vec<u8>),
    /// Without quotes.
    Bare(Vec<u8>),
}

/// One command of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// In capitals, with its `+` or `&`.
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) arguments: Vec<Argument>,
    /// The arguments as they were typed.
    pub(super) raw: Vec<u8>,
}

/// The line is no sequence of commands from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Call {
    /// The argument as a number, in quotes or not; `None` when it is missing or no number.
    pub(super) fn number(&self, index: usize) -> Option<i64> {
        std::str::from_utf8(self.text(index)?).ok()?.trim().parse().ok()
    }

    /// The argument as text, in quotes or not; `None` when it is missing.
    pub(super) fn text(&self, index: usize) -> Option<&[u8]> {
        match self.arguments.get(index)? {
            Argument::Missing => None,
            Argument::Quoted(text) | Argument::Bare(text) => Some(text),
        }
    }

    /// The argument if it stands in quotes.
    pub(super) fn quoted(&self, index: usize) -> Option<&[u8]> {
        match self.arguments.get(index)? {
            Argument::Quoted(text) => Some(text),
            _ => None,
        }
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

/// The next command of `rest` and how many bytes it took; `None` when nothing is left.
pub(super) fn next(rest: &[u8]) -> Option<Result<(Call, usize), Malformed>> {
    let start = rest.iter().position(|&byte| byte != b' ' && byte != b';')?;
    let body = rest.get(start..)?;
    let first = body.first()?.to_ascii_uppercase();
    let cut = match first {
        b'+' | b'*' | b'^' | b'#' | b'%' | b'$' => extended(body),
        b'D' => Some(dial(body)),
        b'S' => s_register(body),
        b'&' | b'\\' => basic(body, 2),
        b'A'..=b'Z' => basic(body, 1),
        _ => None,
    };
    Some(cut.map(|(call, used)| (call, start + used)).ok_or(Malformed))
}

fn extended(body: &[u8]) -> Option<(Call, usize)> {
    let end = unquoted(body, b';').unwrap_or(body.len());
    let command = body.get(..end)?;
    let used = (end + 1).min(body.len());
    let name_end = command.iter().position(|&byte| byte == b'=' || byte == b'?').unwrap_or(command.len());
    let name = String::from_utf8(command.get(..name_end)?.to_ascii_uppercase()).ok()?;
    let name = name.trim_end().to_owned();
    let (form, raw) = match command.get(name_end..)? {
        [] => (Form::Execute, Vec::new()),
        [b'?', rest @ ..] if rest.iter().all(|&byte| byte == b' ') => (Form::Read, Vec::new()),
        [b'=', b'?', rest @ ..] if rest.iter().all(|&byte| byte == b' ') => (Form::Test, Vec::new()),
        [b'=', rest @ ..] => (Form::Set, rest.to_vec()),
        _ => return None,
    };
    let arguments = if form == Form::Set { arguments(&raw)? } else { Vec::new() };
    Some((Call { name, form, arguments, raw }, used))
}

/// `D` takes all up to and with the `;` that makes it a voice call.
fn dial(body: &[u8]) -> (Call, usize) {
    let end = body.iter().position(|&byte| byte == b';').map_or(body.len(), |at| at + 1);
    let raw = body.get(1..end).unwrap_or_default().to_vec();
    (Call { name: "D".into(), form: Form::Set, arguments: vec![Argument::Bare(raw.clone())], raw }, end)
}

fn s_register(body: &[u8]) -> Option<(Call, usize)> {
    let digits = body.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    let name = String::from_utf8(body.get(..=digits)?.to_ascii_uppercase()).ok()?;
    let blanks = |from: usize| body.iter().skip(from).take_while(|byte| **byte == b' ').count();
    let digits = digits + blanks(digits + 1);
    match body.get(digits + 1) {
        Some(b'?') => Some((Call { name, form: Form::Read, arguments: Vec::new(), raw: Vec::new() }, digits + 2)),
        Some(b'=') => {
            let after = digits + 2 + blanks(digits + 2);
            if body.get(after) == Some(&b'?') {
                return Some((Call { name, form: Form::Test, arguments: Vec::new(), raw: Vec::new() }, after + 1));
            }
            let length = body.iter().skip(after).take_while(|byte| byte.is_ascii_digit()).count();
            let raw = body.get(after..after + length)?.to_vec();
            Some((Call { name, form: Form::Set, arguments: vec![Argument::Bare(raw.clone())], raw }, after + length))
        }
        _ => None,
    }
}

fn basic(body: &[u8], letters: usize) -> Option<(Call, usize)> {
    let name = String::from_utf8(body.get(..letters)?.to_ascii_uppercase()).ok()?;
    let digits = body.iter().skip(letters).take_while(|byte| byte.is_ascii_digit()).count();
    let raw = body.get(letters..letters + digits)?.to_vec();
    let used = letters + digits;
    let call = if raw.is_empty() {
        Call { name, form: Form::Execute, arguments: Vec::new(), raw }
    } else {
        Call { name, form: Form::Set, arguments: vec![Argument::Bare(raw.clone())], raw }
    };
    Some((call, used))
}

/// Where `wanted` first stands outside quotes.
fn unquoted(text: &[u8], wanted: u8) -> Option<usize> {
    let mut inside = false;
    text.iter().position(|&byte| {
        inside ^= byte == b'"';
        !inside && byte == wanted
    })
}

/// Cuts at commas outside quotes. `None` for text after a closing quote or a quote that never closes.
fn arguments(raw: &[u8]) -> Option<Vec<Argument>> {
    let mut list = Vec::new();
    let mut rest = raw;
    loop {
        let end = unquoted(rest, b',').unwrap_or(rest.len());
        list.push(argument(rest.get(..end)?.trim_ascii())?);
        match rest.get(end + 1..) {
            Some(after) if end < rest.len() => rest = after,
            _ => return Some(list),
        }
    }
}

fn argument(text: &[u8]) -> Option<Argument> {
    match text {
        [] => Some(Argument::Missing),
        [b'"', inner @ .., b'"'] if !inner.contains(&b'"') => Some(Argument::Quoted(inner.to_vec())),
        [b'"', ..] => None,
        bare => Some(Argument::Bare(bare.to_vec())),
    }
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
                Form::Read => "?",
                Form::Test => "=?",
                Form::Set => "=",
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
        check("S5?", "S5?");
        check("S0 = 1;+CIPMUX = 1; +CSTT = \"a b\", \"\"", "S0=1 +CIPMUX= 1 +CSTT= \"a b\", \"\"");
        check("+CSTT=\"a;b\",\"\"", "+CSTT=\"a;b\",\"\"");
        check("+CREG?", "+CREG?");
        check("+CREG=?", "+CREG=?");
        check("+CREG?x", "malformed");
        check("+CSTT=\"open", "malformed");
        check("1", "malformed");
        check(" + CSQ", "+ CSQ!");
        check("S3", "malformed");
        check(";;", "");
    }

    #[test]
    fn arguments_keep_quotes_apart_from_bare_words() {
        let check = |raw: &str, expect: &[Argument]| assert_eq!(arguments(raw.as_bytes()).unwrap(), expect, "{raw}");
        check(
            "0,\"TCP\",\"a,b\",80",
            &[
                Argument::Bare(b"0".to_vec()),
                Argument::Quoted(b"TCP".to_vec()),
                Argument::Quoted(b"a,b".to_vec()),
                Argument::Bare(b"80".to_vec()),
            ],
        );
        check(",", &[Argument::Missing, Argument::Missing]);
        check("", &[Argument::Missing]);
        assert_eq!(arguments(b"\"a\"b"), None);
    }
}
