//! Parameters that do not fit the syntax of their command.

use super::{Slip, holds_secret};
use crate::vocabulary::{Call, Command, Parameter, Role, Takes, third_generation};

/// The syntax begins with a number that must stand there (`AT+CUSD=<n>,"<code>"`), and the line with the text behind it.
pub(super) fn without_the_number(text: &[u8], command: &Command, parameters: &[Parameter<'_>]) -> Option<Slip> {
    // What is no standard's may be written otherwise on an older modem of its maker.
    third_generation().named(command.bare_name().as_bytes())?;
    let form = command.syntax.get(command.name.len()..)?.strip_prefix("=<")?;
    let (_, behind) = form.split_once('>')?;
    let text_behind = behind.strip_prefix(",\"<")?;
    let first = parameters.first().filter(|first| first.quoted)?;
    let name = form.split('>').next()?;
    let shown = text_behind.split('>').next()?;
    let what = format!("lacks the number <{name}> in front of its <{shown}>: {}", command.syntax);
    // Which number is meant stands in the manual, but for the one that everybody means.
    if command.role != Role::Ussd {
        return Some(Slip::without(what, "Put the number in; the manual lists what it means."));
    }
    let at = first.span.start.checked_sub(1)?;
    let mut corrected = text.to_vec();
    corrected.splice(at..at, *b"1,");
    Some(Slip::new(what, corrected))
}

/// A connection is to be opened to a host, and its port is not there.
pub(super) fn lacks_port(call: &Call<'_>, command: &Command) -> bool {
    let given = |what| command.place(what, call, None);
    let host = given(Takes::Host).is_some_and(|at| !call.parameter(at).text.is_empty());
    command.role == Role::Open && host && given(Takes::Port).is_none() && !command.syntax.contains("[,<port>")
}

/// Words without the quotes that the command's syntax has.
pub(super) fn unquoted(text: &[u8], command: &Command, parameters: &[Parameter<'_>]) -> Option<Slip> {
    if !command.syntax.contains('"') {
        return None;
    }
    // A mask of bits in hex digits (`400A0E189F`) is a number.
    let number = |text: &[u8]| {
        text.iter().all(u8::is_ascii_hexdigit) && (text.len() == 1 || text.iter().any(u8::is_ascii_digit))
    };
    let word = |text: &[u8]| text.iter().any(u8::is_ascii_alphabetic) && !text.contains(&b'(') && !number(text);
    let bare: Vec<_> = parameters.iter().filter(|parameter| !parameter.quoted && word(parameter.text)).collect();
    let first = bare.first()?;
    let mut corrected = text.to_vec();
    for parameter in bare.iter().rev() {
        corrected.insert(parameter.span.end, b'"');
        corrected.insert(parameter.span.start, b'"');
    }
    let shown =
        if holds_secret(text) { String::new() } else { format!(" around {}", String::from_utf8_lossy(first.text)) };
    Some(Slip::new(format!("lacks the quotes{shown}"), corrected))
}
