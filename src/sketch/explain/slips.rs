//! What can be said of a sketch from itself: ports, rates, bytes written as text, buffers.

use super::Raw;
use crate::modem::diagnose::Severity;
use crate::sketch::board::Kind;
use crate::sketch::machine::{Ending, Slip};
use crate::sketch::run::Ran;

/// What every such finding begins with.
fn raw(rule: &'static str, severity: Severity, line: u32, title: String, cause: &str, fix: &str) -> Raw {
    Raw { rule, severity, line: Some(line), title, cause: cause.to_owned(), fix: fix.to_owned(), corrected: None }
}

pub(super) fn findings(ran: &Ran) -> Vec<Raw> {
    let mut found = of_the_port(ran);
    found.extend(ran.report.slips.iter().map(|(line, slip)| of_slip(*line, slip)));
    found.extend(never_reached_terminators(ran));
    found.extend(of_the_end(ran));
    found.extend(of_losses(ran));
    found
}

fn of_the_port(ran: &Ran) -> Vec<Raw> {
    let mut found = Vec::new();
    let Some(port) = ran.board.modem_port.and_then(|number| ran.board.ports.get(number)) else { return found };
    let name = &port.name;
    let first_site = ran.sites.iter().find(|site| ran.report.calls.contains(&site.call));
    if let Some(site) =
        first_site.filter(|_| port.rates.is_empty() && port.kind != Kind::Undeclared && !ran.is_fragment)
    {
        let mut begins = raw(
            "sketch-port-not-begun",
            Severity::Problem,
            site.line,
            format!("`{name}` is used and never begun: not a byte leaves the board"),
            "A port sends and receives only after begin.",
            "Begin it in setup, with the modem's rate.",
        );
        begins.corrected = Some(format!("{name}.begin(9600);"));
        found.push(begins);
    }
    let asks_for_rate = ran.dialog().iter().any(|row| {
        let text = crate::sketch::machine::bytes(&row.text).to_ascii_uppercase();
        text.starts_with(b"AT+IPR=")
    });
    if let Some((first, _)) = port.rates.first()
        && let Some((other, line)) = port.rates.iter().find(|(rate, _)| rate != first)
        && !asks_for_rate
    {
        found.push(raw(
            "sketch-two-rates",
            Severity::Problem,
            *line,
            format!("`{name}` is begun with {other} baud here and with {first} before"),
            "The modem keeps the rate it has; at another one both sides read garbage.",
            "Use one rate, or change the modem's with AT+IPR first.",
        ));
    }
    if port.kind == Kind::Software
        && let Some((rate, line)) = port.rates.iter().find(|(rate, _)| *rate > 38_400)
    {
        let mut fast = raw(
            "sketch-software-rate",
            Severity::Warning,
            *line,
            format!("`{name}` is a SoftwareSerial at {rate} baud"),
            "The processor times each bit by itself; above 38400 baud it misses some, and loses bytes that come while it sends.",
            "Set the modem to 9600 (AT+IPR=9600, AT&W) and begin with 9600.",
        );
        fast.corrected = Some(format!("{name}.begin(9600);"));
        found.push(fast);
    }
    found
}

fn of_slip(line: u32, slip: &Slip) -> Raw {
    match slip {
        Slip::NumberForByte(number) => terminator(line, &format!("print({number}) sends the characters \"{number}\"")),
        Slip::TextForByte(text) => terminator(line, &format!("the characters \"{text}\" are sent")),
        Slip::BehindTheEnd(size) => raw(
            "sketch-buffer-overrun",
            Severity::Problem,
            line,
            format!("this writes behind the end of an array of {size}"),
            "An answer with its echo and line ends is longer than the array; what lies behind it in memory is destroyed.",
            "Make it longer (128 for most answers), or stop at its end.",
        ),
        Slip::ShortBuffer(size) => raw(
            "sketch-short-buffer",
            Severity::Warning,
            line,
            format!("the answer is longer than the {size} bytes that are read here"),
            "The rest of it stays in the receive buffer and is taken for the next answer.",
            "Read until the end of the answer, or make the buffer longer.",
        ),
        Slip::NulInString => raw(
            "sketch-nul-in-string",
            Severity::Warning,
            line,
            "a NUL is put into a String".to_owned(),
            "A NUL ends a C text: what is joined behind it is lost or goes out with a zero byte before it.",
            "Send such a byte by write(), outside of the String.",
        ),
        Slip::Divided => raw(
            "sketch-division-by-zero",
            Severity::Warning,
            line,
            "this divides by zero".to_owned(),
            "What comes of it is not defined.",
            "Check the divisor first.",
        ),
    }
}

fn terminator(line: u32, what: &str) -> Raw {
    raw(
        "sketch-terminator-as-text",
        Severity::Problem,
        line,
        format!("{what}, not the byte 1A"),
        "The modem waits for the one byte 1A (Ctrl+Z, 26) that ends the data; characters are part of the text.",
        "Send the byte: write(26).",
    )
}

/// The same in places that this run did not come to.
fn never_reached_terminators(ran: &Ran) -> Vec<Raw> {
    const TEXTS: [&[u8]; 5] = [b"0x1A", b"1A", b"^Z", b"Ctrl+Z", b"0x1a"];
    let wrong = |text: &Vec<u8>| TEXTS.contains(&text.as_slice());
    let sites = ran.not_reached().filter(|site| site.text.as_ref().is_some_and(wrong));
    sites.map(|site| terminator(site.line, "the byte's name is sent as characters")).collect()
}

fn of_the_end(ran: &Ran) -> Option<Raw> {
    let halt = ran.halt.as_ref()?;
    let (severity, cause, fix) = match halt.why {
        Ending::WaitsForever => (
            Severity::Problem,
            "Nothing that could end this wait comes any more: the modem has said all, and no time limit is set.",
            "Give up after some seconds: compare with millis().",
        ),
        Ending::Crash(_) => {
            (Severity::Problem, "The board does something that nobody can tell.", "Set the pointer first.")
        }
        Ending::Depth => (
            Severity::Problem,
            "Each call takes memory; a Nano has 2 kB and overruns it without a word.",
            "Use a loop in place of the function that calls itself.",
        ),
        Ending::Restarts => (Severity::Note, "The sketch wants it.", "Look at why it comes here."),
        Ending::Steps | Ending::Time | Ending::Memory | Ending::Output => {
            (Severity::Note, "The run is bounded.", "What comes behind it is not shown.")
        }
    };
    Some(raw("sketch-ends-here", severity, halt.line, halt.why.words().to_owned(), cause, fix))
}

fn of_losses(ran: &Ran) -> Vec<Raw> {
    let lost = &ran.board.lost;
    let mut found = Vec::new();
    let line = lost.first.map_or(0, |(_, line)| line);
    if lost.overflow > 0 {
        found.push(raw(
            "sketch-receive-overflow",
            Severity::Warning,
            line,
            format!("{} bytes of the modem's answers are lost: the receive buffer of 64 bytes is full", lost.overflow),
            "The sketch does something else, such as delay, while more than 63 bytes come.",
            "Read while you wait: a loop with millis() in place of delay.",
        ));
    }
    if lost.not_listening > 0 {
        found.push(raw(
            "sketch-not-listening",
            Severity::Problem,
            line,
            format!("{} bytes of the modem are lost: another SoftwareSerial listens", lost.not_listening),
            "Only one SoftwareSerial receives at a time: the one that was begun or told to listen last.",
            "Call listen() on the modem's port before each command.",
        ));
    }
    if lost.while_sending > 0 {
        found.push(raw(
            "sketch-deaf-while-sending",
            Severity::Note,
            line,
            format!("{} bytes came while SoftwareSerial was sending, and are lost", lost.while_sending),
            "It cannot receive while it sends. Mostly it is the echo, which nobody needs; a result that comes then is lost too.",
            "Switch the echo off with ATE0, and wait for each answer before the next command.",
        ));
    }
    found
}

/// The line as it should be.
pub(super) fn corrected(rule: &str, line: &str, port: &str) -> Option<String> {
    match rule {
        "sketch-terminator-as-text" | "terminator-typed-as-text" => {
            let start = line.find(&format!("{port}.print"))?;
            let (before, rest) = line.split_at_checked(start)?;
            let (_, after) = rest.split_once(';')?;
            Some(format!("{before}{port}.write(26);{after}"))
        }
        "line-end-before-terminator" | "line-end-after-terminator" => {
            line.contains("println").then(|| line.replacen("println", "print", 1))
        }
        _ => None,
    }
}
