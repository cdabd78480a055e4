//! What a command line asks for, as far as the dialog and the rules care.
//!
//! Not a syntax check: a line that begins with `AT` is a command, whatever stands behind it.

/// The commands that the dialog tells apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Name {
    /// `AT` alone.
    At,
    /// `ATA`.
    Answer,
    /// `ATD…`.
    Dial,
    /// `ATO`.
    Online,
    /// Other commands without `+`: `ATE0`, `AT&W`, `ATZ`, glued or alone.
    Basic,
    /// `AT+CBC`.
    Cbc,
    /// `AT+CDNSGIP`.
    Cdnsgip,
    /// `AT+CFUN`.
    Cfun,
    /// `AT+CGACT`.
    Cgact,
    /// `AT+CGATT`.
    Cgatt,
    /// `AT+CGREG`.
    Cgreg,
    /// `AT+CIFSR`.
    Cifsr,
    /// `AT+CIICR`.
    Ciicr,
    /// `AT+CIPATS`.
    Cipats,
    /// `AT+CIPCLOSE`.
    Cipclose,
    /// `AT+CIPHEAD`.
    Ciphead,
    /// `AT+CIPMODE`.
    Cipmode,
    /// `AT+CIPMUX`.
    Cipmux,
    /// `AT+CIPQSEND`.
    Cipqsend,
    /// `AT+CIPRXGET`.
    Ciprxget,
    /// `AT+CIPSEND`.
    Cipsend,
    /// `AT+CIPSERVER`.
    Cipserver,
    /// `AT+CIPSHUT`.
    Cipshut,
    /// `AT+CIPSPRT`.
    Cipsprt,
    /// `AT+CIPSTART`.
    Cipstart,
    /// `AT+CIPSTATUS`.
    Cipstatus,
    /// `AT+CMEE`.
    Cmee,
    /// `AT+CMGF`.
    Cmgf,
    /// `AT+CMGL`.
    Cmgl,
    /// `AT+CMGR`.
    Cmgr,
    /// `AT+CMGS`.
    Cmgs,
    /// `AT+CMGW`.
    Cmgw,
    /// Other commands about SMS (`AT+CMGD`, `AT+CPMS`, `AT+CNMI`, `AT+CMSS`, …).
    Sms,
    /// `AT+CMMSDOWN`.
    Cmmsdown,
    /// `AT+COPS`.
    Cops,
    /// `AT+CPIN`.
    Cpin,
    /// `AT+CPOWD`.
    Cpowd,
    /// `AT+CREG`.
    Creg,
    /// `AT+CSCLK`.
    Csclk,
    /// `AT+CSCS`.
    Cscs,
    /// `AT+CSQ`.
    Csq,
    /// `AT+CSTT`.
    Cstt,
    /// `AT+FSWRITE`.
    Fswrite,
    /// `AT+FTPEXTPUT`.
    Ftpextput,
    /// `AT+FTPPUT`.
    Ftpput,
    /// `AT+HTTPACTION`.
    Httpaction,
    /// `AT+HTTPDATA`.
    Httpdata,
    /// `AT+HTTPINIT`.
    Httpinit,
    /// `AT+HTTPREAD`.
    Httpread,
    /// `AT+HTTPTERM`.
    Httpterm,
    /// `AT+IPR`.
    Ipr,
    /// `AT+SAPBR`.
    Sapbr,
    /// `AT+SMTPBODY`.
    Smtpbody,
    /// Any other.
    #[default]
    Other,
}

/// What is done with the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `AT+X`.
    #[default]
    Execute,
    /// `AT+X=…`.
    Set,
    /// `AT+X?`.
    Query,
    /// `AT+X=?`.
    Test,
}

/// One command of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Which command.
    pub name: Name,
    /// What is done with it.
    pub form: Form,
    /// What stands behind `=`; for basic commands all behind `AT`.
    pub arguments: &'a [u8],
}

impl<'a> Part<'a> {
    /// An argument by its place, without its quotes; empty where there is none.
    #[must_use]
    pub fn argument(&self, at: usize) -> &'a [u8] {
        let argument = arguments(self.arguments).nth(at).unwrap_or_default();
        let argument = argument.trim_ascii();
        argument.strip_prefix(b"\"").map_or(argument, |inner| inner.strip_suffix(b"\"").unwrap_or(inner))
    }

    /// An argument as a number.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<u32> {
        number(self.argument(at))
    }

    /// How many arguments there are.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.arguments.is_empty() { 0 } else { arguments(self.arguments).count() }
    }
}

/// Decimal digits, and nothing else.
#[must_use]
pub fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |value, &digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
}

fn arguments(all: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    all.split(move |&byte| {
        quoted ^= byte == b'"';
        byte == b',' && !quoted
    })
}

/// The bytes begin as a command does: `AT` in any case.
#[must_use]
pub fn is_command(line: &[u8]) -> bool {
    matches!(line, [b'A' | b'a', b'T' | b't', ..])
}

/// A whole line that a person would take for a command: `AT`, or `AT` and what may stand behind it.
#[must_use]
pub fn is_whole_command(line: &[u8]) -> bool {
    match line {
        [b'A' | b'a', b'T' | b't'] => true,
        [b'A' | b'a', b'T' | b't', next, rest @ ..] => match next {
            b'+' | b'*' | b'^' => rest.first().is_some_and(u8::is_ascii_alphabetic),
            b'&' => rest.len() <= 12,
            // `AT + CSQ`, as pasted text has it.
            b' ' => {
                matches!(rest.trim_ascii_start(), [b'+', tail @ ..] if tail.trim_ascii_start().first().is_some_and(u8::is_ascii_uppercase))
            }
            letter if letter.is_ascii_alphabetic() => {
                rest.iter().all(|byte| !byte.is_ascii_lowercase() || line.is_ascii()) && is_basic(*letter, rest)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Behind the letter of a basic command stand digits or further basic commands; behind `D` a number.
fn is_basic(letter: u8, rest: &[u8]) -> bool {
    match letter.to_ascii_uppercase() {
        b'D' => rest.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+*#,;>\" ".contains(byte)),
        b'A' | b'E' | b'H' | b'I' | b'L' | b'M' | b'O' | b'Q' | b'S' | b'V' | b'X' | b'Z' => rest
            .first()
            .is_none_or(|byte| byte.is_ascii_digit() || b"EVQXSZHI&+;=?".contains(&byte.to_ascii_uppercase())),
        _ => false,
    }
}

/// The commands of a command line (with its `AT`), in order.
pub fn parts(line: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let body = line.get(2..).unwrap_or_default();
    let mut quoted = false;
    body.split(move |&byte| {
        quoted ^= byte == b'"';
        byte == b';' && !quoted
    })
    .enumerate()
    .filter(|(at, part)| *at == 0 || !part.is_empty())
    .map(|(_, part)| part_of(part))
}

/// The command of a line that decides what is waited for: one that takes data if there is one, else the last.
#[must_use]
pub fn chief(line: &[u8]) -> Part<'_> {
    sole(line).unwrap_or_else(|| chief_of_many(line))
}

/// The command of a line that can hold no second one.
pub(super) fn sole(line: &[u8]) -> Option<Part<'_>> {
    (!line.contains(&b';')).then(|| part_of(line.get(2..).unwrap_or_default()))
}

fn chief_of_many(line: &[u8]) -> Part<'_> {
    let mut last = Part { name: Name::At, form: Form::Execute, arguments: &[] };
    for part in parts(line) {
        if part.name != Name::Basic || last.name == Name::At {
            last = part;
        }
        if takes_data(&part) {
            break;
        }
    }
    last
}

/// The command is answered with a prompt or another invitation, and then takes data.
#[must_use]
pub fn takes_data(part: &Part<'_>) -> bool {
    match part.name {
        Name::Cipsend => matches!(part.form, Form::Execute | Form::Set),
        Name::Cmgw => matches!(part.form, Form::Execute | Form::Set),
        Name::Cmgs | Name::Httpdata | Name::Fswrite | Name::Smtpbody | Name::Cmmsdown => part.form == Form::Set,
        Name::Ftpput | Name::Ftpextput => part.form == Form::Set && part.number(0) == Some(2),
        _ => false,
    }
}

const NOTHING: &[u8] = &[];

fn part_of(body: &[u8]) -> Part<'_> {
    let body = body.trim_ascii_end();
    let Some(b'+') = body.first() else { return basic(body) };
    let end = body.iter().position(|byte| matches!(byte, b'=' | b'?')).unwrap_or(body.len());
    let name = name_of(body.get(1..end).unwrap_or_default());
    let (form, arguments) = match body.get(end..).unwrap_or_default() {
        [] => (Form::Execute, NOTHING),
        [b'?', ..] => (Form::Query, NOTHING),
        [b'=', b'?'] => (Form::Test, NOTHING),
        [_, arguments @ ..] => (Form::Set, arguments),
    };
    Part { name, form, arguments }
}

fn basic(body: &[u8]) -> Part<'_> {
    let name = match body.first().map(u8::to_ascii_uppercase) {
        None => Name::At,
        Some(b'A') if body.len() == 1 => Name::Answer,
        Some(b'D') => Name::Dial,
        Some(b'O') => Name::Online,
        Some(_) => Name::Basic,
    };
    Part { name, form: Form::Execute, arguments: body }
}

/// The longest name in [`name_of`].
const LONGEST: usize = 12;

fn name_of(name: &[u8]) -> Name {
    let mut upper = [0; LONGEST];
    let Some(place) = upper.get_mut(..name.len()) else { return Name::Other };
    place.copy_from_slice(name);
    place.make_ascii_uppercase();
    match &*place {
        b"CBC" => Name::Cbc,
        b"CDNSGIP" => Name::Cdnsgip,
        b"CFUN" => Name::Cfun,
        b"CGACT" => Name::Cgact,
        b"CGATT" => Name::Cgatt,
        b"CGREG" => Name::Cgreg,
        b"CIFSR" => Name::Cifsr,
        b"CIICR" => Name::Ciicr,
        b"CIPATS" => Name::Cipats,
        b"CIPCLOSE" => Name::Cipclose,
        b"CIPHEAD" => Name::Ciphead,
        b"CIPMODE" => Name::Cipmode,
        b"CIPMUX" => Name::Cipmux,
        b"CIPQSEND" => Name::Cipqsend,
        b"CIPRXGET" => Name::Ciprxget,
        b"CIPSEND" => Name::Cipsend,
        b"CIPSERVER" => Name::Cipserver,
        b"CIPSHUT" => Name::Cipshut,
        b"CIPSPRT" => Name::Cipsprt,
        b"CIPSTART" => Name::Cipstart,
        b"CIPSTATUS" => Name::Cipstatus,
        b"CMEE" => Name::Cmee,
        b"CMGF" => Name::Cmgf,
        b"CMGL" => Name::Cmgl,
        b"CMGR" => Name::Cmgr,
        b"CMGS" => Name::Cmgs,
        b"CMGW" => Name::Cmgw,
        b"CMGD" | b"CMGDA" | b"CMSS" | b"CPMS" | b"CNMI" | b"CSCA" | b"CSMP" | b"CSDH" => Name::Sms,
        b"CMMSDOWN" => Name::Cmmsdown,
        b"COPS" => Name::Cops,
        b"CPIN" => Name::Cpin,
        b"CPOWD" => Name::Cpowd,
        b"CREG" => Name::Creg,
        b"CSCLK" => Name::Csclk,
        b"CSCS" => Name::Cscs,
        b"CSQ" => Name::Csq,
        b"CSTT" => Name::Cstt,
        b"FSWRITE" => Name::Fswrite,
        b"FTPEXTPUT" => Name::Ftpextput,
        b"FTPPUT" => Name::Ftpput,
        b"HTTPACTION" => Name::Httpaction,
        b"HTTPDATA" => Name::Httpdata,
        b"HTTPINIT" => Name::Httpinit,
        b"HTTPREAD" => Name::Httpread,
        b"HTTPTERM" => Name::Httpterm,
        b"IPR" => Name::Ipr,
        b"SAPBR" => Name::Sapbr,
        b"SMTPBODY" => Name::Smtpbody,
        _ => Name::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &str) {
        let show = |part: Part<'_>| {
            let arguments: Vec<_> =
                (0..part.count()).map(|at| String::from_utf8_lossy(part.argument(at)).into_owned()).collect();
            format!("{:?} {:?} {arguments:?}", part.name, part.form)
        };
        let all: Vec<_> = parts(line.as_bytes()).map(show).collect();
        assert_eq!(all.join(" | "), expect);
    }

    #[test]
    fn parts_of_command_lines() {
        check("AT", "At Execute []");
        check("at+cipsend=0,5", "Cipsend Set [\"0\", \"5\"]");
        check("AT+CIPSTART=\"TCP\",\"a,b;c\",80", "Cipstart Set [\"TCP\", \"a,b;c\", \"80\"]");
        check("AT+CIFSR;E0", "Cifsr Execute [] | Basic Execute [\"E0\"]");
        check("AT+CMGS=?", "Cmgs Test []");
        check("AT+CREG?", "Creg Query []");
        check(
            "ATE1Q0;+IFC=0,0;+IPR=9600;&W",
            "Basic Execute [\"E1Q0\"] | Other Set [\"0\", \"0\"] | Ipr Set [\"9600\"] | Basic Execute [\"&W\"]",
        );
        check("AT+NOTHINGKNOWNATALL=1", "Other Set [\"1\"]");
        check("ATD123;", "Dial Execute [\"D123\"]");
    }

    #[test]
    fn what_a_person_takes_for_a_command() {
        for line in ["AT", "at", "AT+CSQ", "ATE0", "AT&W", "ATD+49123;", "ATI", "ATS0=1", "AT+CIPSTART=\"TCP\",\"x\",1"]
        {
            assert!(is_whole_command(line.as_bytes()), "{line}");
        }
        for line in ["", "A", "ATLAS", "at home", "Attention", "AT:", "AT+", "hello AT"] {
            assert!(!is_whole_command(line.as_bytes()), "{line}");
        }
    }
}
