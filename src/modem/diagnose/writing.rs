//! How commands are written: quotes, blanks, letters and parts that are wrong or missing.

mod parameters;
mod signs;

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::LINE as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::OUTCOME;
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Command, Family, Form, Line, Role, families, private};

/// `typographic-quotes`.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    told: Option<Handle>,
}

/// The quotes that word processors set.
const CURLY: [&[u8]; 3] = [b"\xE2\x80\x9C", b"\xE2\x80\x9D", b"\xE2\x80\x9E"];

/// A command is refused that no rule has explained.
fn refused<'a>(dialog: &'a Dialog, book: &Book) -> Option<&'a Exchange> {
    dialog.done().filter(|done| done.refused() && !book.is_blamed(done.id))
}

impl Rule for Quotes {
    const DOC: &'static Doc = &Doc {
        slug: "typographic-quotes",
        severity: Problem,
        family: FAMILY,
        evidence: "A refused command holds typographic quotes (bytes `E2 80 9C`, `E2 80 9D`), and its echo does not show plain ones.",
        why: "Text copied from a PDF or a web page has curly quotes; the modem knows only the plain one (22 hex). Where only the page that shows the log has made them so, the cause is another.",
        fix: "Type the quotes anew, or send the corrected command.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = refused(dialog, book).filter(|done| done.text.contains(&0xE2)) else { return };
        let Some(first) = done.text.windows(3).position(|three| CURLY.contains(&three)) else { return };
        let at = done.span.part(first as u64..first as u64 + 3);
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.told {
            book.again(told, [Some(at), done.result_span()]);
            return;
        }
        let corrected = crate::modem::dialog::plain_quotes(&done.text);
        let mut draft = Draft::new("The command has typographic quotes.", [Some(at), done.result_span()]);
        if !holds_secret(&corrected) {
            draft = draft.fix(format!("Send {}.", String::from_utf8_lossy(&corrected)));
        }
        self.told = Some(book.add(Self::DOC, draft.send("Send corrected", with_return(corrected))));
    }
}

/// `blank-in-command`.
#[derive(Debug, Default)]
pub(super) struct Blanks {
    /// This modem takes them: in front of `=`, and elsewhere.
    taken: [bool; 2],
}

impl Rule for Blanks {
    const DOC: &'static Doc = &Doc {
        slug: "blank-in-command",
        severity: Problem,
        family: FAMILY,
        evidence: "A refused command has blanks inside its name, as in `AT + CIPSTART`, and the modem has taken no other like it.",
        why: "The name of a command is one word; pasted text often has blanks in it.",
        fix: "Write the command without blanks.",
    };
    const HEARS: hears::Kinds = hears::FINAL;

    #[inline(always)]
    fn heeds(&self, _kinds: hears::Kinds, dialog: &Dialog) -> bool {
        dialog.done().is_some_and(|done| done.asked.blanks)
    }

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done().filter(|done| done.asked.blanks) else { return };
        let name_end = done.text.iter().position(|byte| matches!(byte, b'=' | b'?' | b'"')).unwrap_or(done.text.len());
        let name = done.text.get(..name_end).unwrap_or_default();
        if !name.contains(&b'+')
            || !name.trim_ascii_end().contains(&b' ') && name_end == done.text.len()
            || !name.contains(&b' ')
        {
            return;
        }
        let elsewhere = name.trim_ascii_end().contains(&b' ');
        let [in_front, inside] = &mut self.taken;
        let taken = if elsewhere { inside } else { in_front };
        if *taken || !done.refused() || book.is_blamed(done.id) {
            *taken |= done.outcome.is_some_and(|(outcome, _)| outcome.good());
            return;
        }
        let mut corrected: Vec<u8> = name.iter().copied().filter(|byte| *byte != b' ').collect();
        corrected.extend_from_slice(done.text.get(name_end..).unwrap_or_default());
        let mut draft =
            Draft::new(format!("{} has blanks inside its name.", done.named()), [Some(done.span), done.result_span()]);
        if !holds_secret(&corrected) {
            draft = draft.fix(format!("Send {}.", String::from_utf8_lossy(&corrected)));
        }
        book.add(Self::DOC, draft.send("Send corrected", with_return(corrected)));
        book.blame(done.id, Self::DOC.slug);
    }
}

/// What may be wrong with a command that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Slip {
    /// What is wrong, behind the command.
    what: String,
    /// The command as it is meant.
    corrected: Vec<u8>,
    /// What to do where that is not known.
    fix: &'static str,
    /// One or two of its letters are others than in any known command.
    letters: bool,
    /// A sign stands where a command has none: nobody types that.
    odd: bool,
}

impl Slip {
    fn new(what: impl Into<String>, corrected: Vec<u8>) -> Self {
        Self { what: what.into(), corrected, fix: "", letters: false, odd: false }
    }

    /// The corrected command cannot be told.
    fn without(what: impl Into<String>, fix: &'static str) -> Self {
        Self { fix, ..Self::new(what, Vec::new()) }
    }

    fn of(text: &[u8]) -> Option<Self> {
        let call = Line::read(text)?.sole().filter(|call| !call.is_basic());
        let form = call.as_ref().map(|call| call.form);
        // Other modems have it.
        if call.as_ref().is_some_and(|call| private::is_elsewhere(&call.name.to_ascii_uppercase())) {
            return None;
        }
        match call.and_then(|call| known(call.name)) {
            _ if form == Some(Form::Test) => None,
            Some(command) if form != Some(Form::Malformed) => Self::of_parameters(text, command),
            _ => no_plus(text).or_else(|| letters(text)),
        }
    }

    /// The command is known; its parameters do not fit it.
    fn of_parameters(text: &[u8], command: &Command) -> Option<Self> {
        let call = Line::read(text)?.sole()?;
        if memchr::memchr_iter(b'"', text).count() % 2 == 1 {
            let corrected = signs::with_the_quote(text)?;
            return Some(Self::new("lacks a quote", corrected));
        }
        if let Some(corrected) = signs::with_commas(text) {
            return Some(Self::new("lacks a comma between its parameters", corrected));
        }
        if call.form != Form::Set {
            return None;
        }
        let parameters: Vec<_> = call.parameters().collect();
        let first = usize::from(call.number(0).is_some_and(|n| n < 10));
        if command.role == Role::Open && command.syntax.contains("TCP") {
            let kind = parameters.get(first)?;
            let named = [&b"TCP"[..], b"UDP", b"TCP LISTENER", b"UDP SERVICE"]
                .iter()
                .any(|name| kind.text.eq_ignore_ascii_case(name));
            if !named && parameters.len() < first + 3 && kind.text.contains(&b'.') {
                let mut corrected = text.to_vec();
                let at = kind.span.start.checked_sub(usize::from(kind.quoted))?;
                corrected.splice(at..at, *b"\"TCP\",");
                return Some(Self::new("lacks \"TCP\" or \"UDP\" in front of the host", corrected));
            }
        }
        if parameters::lacks_port(&call, command) {
            return Some(Self::without(
                "lacks the port behind the host",
                "Put the port behind the host: 80 for http, 1883 for MQTT, or what your server listens on.",
            ));
        }
        if let Some(at) = parameters.iter().position(|parameter| parameter.quoted && parameter.text.is_empty())
            && command.role == Role::Bearer
            && at == 2
        {
            return Some(Self::without(
                "has an empty name (such as \"APN\" or \"Contype\")",
                "Put the name in, as in AT+SAPBR=3,1,\"APN\",\"internet\".",
            ));
        }
        parameters::without_the_number(text, command, &parameters)
            .or_else(|| parameters::unquoted(text, command, &parameters))
    }
}

/// `AT-CMGF=1`, `ATCMGF=1`: the plus is missing.
fn no_plus(text: &[u8]) -> Option<Slip> {
    let body = text.get(2..)?;
    let rest = body.get(body.iter().position(u8::is_ascii_alphanumeric)?..)?;
    if body.starts_with(b"+") {
        return None;
    }
    let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let name = [b"+", rest.get(..end)?].concat();
    // `ATA`, `ATH`: short names are basic commands.
    if end < 3 || known(&name).is_none() {
        return None;
    }
    let corrected = [b"AT", name.as_slice(), rest.get(end..)?].concat();
    let what = if body.len() == rest.len() { "lacks the +" } else { "has another sign in place of the +" };
    Some(Slip::new(what, corrected))
}

/// A command that is one or two letters off a known one.
fn letters(text: &[u8]) -> Option<Slip> {
    let body = text.get(2..)?.strip_prefix(b"+")?;
    let end = body.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(body.len());
    let (name, rest) = body.split_at_checked(end)?;
    // `AT+CREG}1`: the sign behind the name.
    let whole = [b"+", name].concat();
    if let [first, tail @ ..] = rest
        && !matches!(first, b'=' | b'?' | b'+' | b';' | b' ' | b',')
        && known(&whole).is_some()
    {
        let sign = if tail.is_empty() { "?" } else { "=" };
        let corrected = [b"AT", whole.as_slice(), sign.as_bytes(), tail].concat();
        return Some(Slip { letters: true, odd: true, ..Slip::new("is no known command", corrected) });
    }
    let name = str::from_utf8(name).ok()?.to_ascii_uppercase();
    let most = match name.len() {
        0..4 => 0,
        4..9 => 1,
        _ => 2,
    };
    // Of equally near ones that of the same length is meant. Another modem's command may be the same but for its first letter.
    let other = |known: &str| known.get(1..) == Some(name.as_str()) || name.get(1..) == Some(known);
    let far = |known: &str| {
        let far = 8 * off(&name, known, most)? + name.len().abs_diff(known.len());
        (!other(known)).then_some(far)
    };
    let mut near: Vec<(usize, &'static str)> = families()
        .iter()
        .flat_map(Family::commands)
        .filter_map(|command| Some((far(command.name.strip_prefix("AT+")?)?, command.name)))
        .collect();
    near.sort_unstable();
    near.dedup();
    let &(distance, best) = near.first()?;
    // Two that are equally near are none.
    if distance == 0 || near.get(1).is_some_and(|(other, _)| *other == distance) {
        return None;
    }
    let corrected = [best.as_bytes(), rest].concat();
    let odd = !name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some(Slip { letters: true, odd, ..Slip::new(format!("is no known command; {best} is close"), corrected) })
}

/// How many letters are wrong, missing, too many or exchanged with their neighbour; nothing where more than `most` are.
fn off(name: &str, known: &str, most: usize) -> Option<usize> {
    if name.len().abs_diff(known.len()) > most {
        return None;
    }
    Some(strsim::osa_distance(name, known)).filter(|distance| *distance <= most)
}

/// A command of any family, by its name.
fn known(name: &[u8]) -> Option<&'static Command> {
    families().iter().find_map(|family| family.named(name))
}

/// A PIN or password may stand in the command.
fn holds_secret(text: &[u8]) -> bool {
    let name = |call: &crate::vocabulary::Call<'_>| {
        private::parameters(call.name).is_some_and(private::Parameters::may_be_secret)
    };
    Line::read(text).is_none_or(|line| line.calls().any(|call| name(&call)))
}

fn with_return(mut command: Vec<u8>) -> Vec<u8> {
    command.push(b'\r');
    command
}

/// `malformed-command`.
#[derive(Debug, Default)]
pub(super) struct Malformed {
    told: Option<(Vec<u8>, Handle)>,
    /// A line of a stream that is nearly a command.
    unknown: Option<(Vec<u8>, Span)>,
}

impl Malformed {
    fn tell(&mut self, text: &[u8], name: &str, spans: [Option<Span>; 2], book: &mut Book) -> bool {
        let Some(slip) = Slip::of(text) else { return false };
        if let Some((_, told)) = self.told.as_ref().filter(|(before, _)| *before == slip.corrected) {
            book.again(*told, spans);
            return true;
        }
        let mut draft =
            Draft::new(format!("{name} {}.", slip.what), spans).confidence(if slip.letters { 70 } else { 90 });
        if slip.corrected.is_empty() {
            draft = draft.fix(slip.fix);
        } else {
            if !holds_secret(&slip.corrected) {
                draft = draft.fix(format!("Send {}.", String::from_utf8_lossy(&slip.corrected)));
            }
            draft = draft.send("Send corrected", with_return(slip.corrected.clone()));
        }
        self.told = Some((slip.corrected, book.add(Self::DOC, draft)));
        true
    }
}

impl Rule for Malformed {
    const DOC: &'static Doc = &Doc {
        slug: "malformed-command",
        severity: Problem,
        family: FAMILY,
        evidence: "A refused command is one or two letters off a known one, lacks its +, a quote, a comma, or \"TCP\" in front of the host, or has an empty name.",
        why: "The modem knows no such command, or not in this form.",
        fix: "Send the corrected command.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE | hears::UNKNOWN | hears::said(OUTCOME) | hears::COMMAND;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        !hears::is_command(kinds) || self.unknown.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Final => {
                let Some(done) = refused(dialog, book) else { return };
                // Who says that it is not allowed now knows the command.
                let known = !matches!(done.outcome, Some((Outcome::Said(Said::Error | Said::Cme(4 | 100)), _)));
                if known && Slip::of(&done.text).is_some_and(|slip| slip.letters) {
                    return;
                }
                if self.tell(&done.text, &done.named(), [Some(done.span), done.result_span()], book) {
                    book.blame(done.id, Self::DOC.slug);
                }
            }
            Event::Unknown(span, 0) if dialog.unknown.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"AT")) => {
                self.unknown = Some((dialog.unknown.clone(), span));
            }
            Event::Said(said, error) if said.is_error() => {
                let Some((text, span)) = self.unknown.take() else { return };
                let text = text.trim_ascii();
                if no_plus(text).is_some() {
                    let name = if holds_secret(text) {
                        "A command".to_owned()
                    } else {
                        String::from_utf8_lossy(text).into_owned()
                    };
                    self.tell(text, &name, [Some(span), Some(error)], book);
                }
            }
            Event::Command | Event::Said(Said::Ok, _) => self.unknown = None,
            _ => {}
        }
    }
}

/// `command-damaged`.
#[derive(Debug, Default)]
pub(super) struct Damaged {
    seen: Vec<(Vec<u8>, u64, [Option<Span>; 2])>,
    odd: bool,
    told: Option<Handle>,
}

impl Rule for Damaged {
    const DOC: &'static Doc = &Doc {
        slug: "command-damaged",
        severity: Problem,
        family: FAMILY,
        evidence: "Two refused commands or more are one or two letters off known ones, with signs in them that nobody types, or cut short.",
        why: "Bytes are damaged or lost on the way to the modem: a software serial port at a high rate, another rate on each leg, levels, or no common ground.",
        fix: "Lower the rate on both legs (AT+IPR=9600), send more slowly, and check levels and GND.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = refused(dialog, book) else { return };
        let slip = Slip::of(&done.text).filter(|slip| slip.letters);
        let cut = done.text.len() > 4 && is_cut(&done.text);
        let Some(odd) = slip.map(|slip| slip.odd).or(cut.then_some(false)) else { return };
        let spans = [Some(done.span), done.result_span()];
        if let Some(told) = self.told {
            book.again(told, spans);
            book.blame(done.id, Self::DOC.slug);
            return;
        }
        self.odd |= odd;
        if self.seen.iter().all(|(text, ..)| *text != done.text) && self.seen.len() < 4 {
            self.seen.push((done.text.clone(), done.id, spans));
        }
        if !self.odd || self.seen.len() < 2 {
            return;
        }
        let texts: Vec<String> =
            self.seen.iter().map(|(text, ..)| String::from_utf8_lossy(text).into_owned()).collect();
        let all: Vec<Option<Span>> = self.seen.iter().flat_map(|(.., spans)| *spans).collect();
        let title = format!("Commands reach the modem damaged: {}.", texts.join(", "));
        self.told = Some(book.add(Self::DOC, Draft::new(title, all).confidence(80)));
        book.withdraw_all(Malformed::DOC.slug);
        book.blame(done.id, Self::DOC.slug);
    }
}

/// The beginning of a known command, and no command itself: `AT+CPI`.
fn is_cut(text: &[u8]) -> bool {
    let Some(name) = text.get(2..).filter(|name| name.starts_with(b"+") && known(name).is_none()) else { return false };
    let begins = |command: &Command| {
        command
            .name
            .as_bytes()
            .get(2..)
            .and_then(|whole| whole.get(..name.len()))
            .is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    families().iter().flat_map(Family::commands).any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let found = Slip::of(text.as_bytes());
        let shown = found.map_or(String::new(), |slip| String::from_utf8_lossy(&slip.corrected).into_owned());
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn slips_and_what_is_meant() {
        check("AT-CMGF=1", "AT+CMGF=1");
        check("ATCMGF=1", "AT+CMGF=1");
        check("AT+CREGG?", "AT+CREG?");
        check("AT+CIPSTRAT=\"TCP\",\"example.org\",80", "AT+CIPSTART=\"TCP\",\"example.org\",80");
        check("AT+CREG}1", "AT+CREG=1");
        check("AT+CIPSTART=5,\"example.org\",443", "AT+CIPSTART=5,\"TCP\",\"example.org\",443");
        check("AT+CIPSTART=\"example.org\",443", "AT+CIPSTART=\"TCP\",\"example.org\",443");
        check("AT+CSTT=\"internet", "AT+CSTT=\"internet\"");
        check("AT+CMGS=+15550100\"", "AT+CMGS=\"+15550100\"");
        check("AT+CSTT=internet", "AT+CSTT=\"internet\"");
    }

    #[test]
    fn good_and_unknown_commands_are_left_alone() {
        for text in [
            "AT",
            "ATH",
            "ATE0",
            "AT+CSQ",
            "AT+CIPSTART=\"TCP\",\"example.org\",80",
            "AT+FOO",
            "AT+CMGF=1",
            "AT+XYZZY=1",
        ] {
            check(text, "");
        }
    }
}
