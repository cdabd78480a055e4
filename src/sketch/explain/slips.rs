//! What can be said of a sketch from itself: ports, rates, bytes written as text, buffers.

use std::collections::BTreeSet;

use super::Raw;
use crate::modem::diagnose::Severity;
use crate::notation;
use crate::sketch::board::{Kind, Port, Row};
use crate::sketch::libraries;
use crate::sketch::machine::{Ending, Slip};
use crate::sketch::origin::bytes;
use crate::sketch::quotes::escaped_quotes;
use crate::sketch::run::Ran;
use crate::sketch::survey::Site;
use crate::sketch::syntax::Symbol;
use crate::sketch::told::shown;

pub(super) fn findings(ran: &Ran) -> Vec<Raw> {
    let mut found = of_the_port(ran);
    found.extend(ran.report.slips.iter().filter(|one| !comes_true(ran, one)).map(|(line, slip)| of_slip(*line, slip)));
    found.extend(never_reached_terminators(ran));
    found.extend(of_the_end(ran));
    found.extend(of_losses(ran));
    found.extend(not_read(ran));
    found.extend(defined_twice(ran));
    found.extend(not_here(ran));
    found
}

/// What the sketch names and what is not there, or not yet.
fn not_here(ran: &Ran) -> Vec<Raw> {
    let too_early = ran.used_too_early().into_iter().map(|(name, line, defined)| {
        Raw::new(
            "sketch-used-too-early",
            Severity::Problem,
            line,
            format!("`{name}` is used here and defined behind it, in line {}", defined.line),
            "A #define counts from its line on: the compiler does not know the name here. It was taken as 0.",
            "Put the #define at the top of the sketch.",
        )
    });
    let missing = libraries::missing(ran).into_iter().map(|(line, name)| {
        Raw::new(
            "sketch-function-missing",
            Severity::Note,
            line,
            format!("`{name}` is called, and is not in what is here"),
            "What it sends and gives back is not known: it was taken to send nothing and to give 0.",
            "Put the tab or the header that has it beside the sketch, and look again.",
        )
    });
    too_early.chain(missing).collect()
}

/// What stands in the way of compiling it.
fn not_read(ran: &Ran) -> Vec<Raw> {
    let mut found = Vec::new();
    let lines = &ran.joined.typographic;
    if let Some(first) = lines.first() {
        let line = ran.joined.spots.iter().position(|spot| spot == first).and_then(|line| line.try_into().ok());
        found.push(Raw::new(
            "sketch-typographic-quotes",
            Severity::Problem,
            line.unwrap_or(0),
            format!("the quotes of {} are typographic, as web pages make them", lines_in_words(lines.len())),
            "The compiler does not take them. Here they are read as plain ones.",
            "Type the quotes again, as \" and '.",
        ));
    }
    let mut unread: BTreeSet<u32> = ran.program.unread.iter().map(|(line, _)| *line).collect();
    for (line, reason) in &ran.program.unread {
        let text = ran.joined.text.lines().nth(*line as usize).unwrap_or_default().trim();
        if let Some(raw) = unread_line(*line, text, reason).filter(|_| unread.remove(line)) {
            found.push(raw);
        }
    }
    for (spot, _) in ran.joined.unread.iter().filter(|(spot, _)| !lines.contains(spot)) {
        let line = ran.joined.spots.iter().position(|known| known == spot);
        unread.extend(line.and_then(|line| u32::try_from(line).ok()));
    }
    if let Some(first) = unread.first() {
        found.push(Raw::new(
            "sketch-not-read",
            Severity::Note,
            *first,
            format!("{} could not be read as the compiler reads it", lines_in_words(unread.len())),
            "What it does is missing in this run.",
            "Look at the line, and at the one before it: a bracket, a quote or a semicolon may be missing.",
        ));
    }
    found
}

/// A line that the compiler refuses, where what is missing can be named.
fn unread_line(line: u32, text: &str, reason: &str) -> Option<Raw> {
    if let Some(mended) = escaped_quotes(text) {
        let raw = Raw::new(
            "sketch-quotes-in-text",
            Severity::Problem,
            line,
            "the quotes inside this text end it, and the compiler refuses the rest".to_owned(),
            "A quote that is to be sent is written with a backslash before it.",
            "Put a backslash before each quote that belongs to the command.",
        );
        return Some(raw.corrected(mended));
    }
    let lacks_end = reason == "`;` is missing here" && text.ends_with(')');
    lacks_end.then(|| {
        let raw = Raw::new(
            "sketch-not-read",
            Severity::Warning,
            line,
            "a semicolon is missing at the end of this line".to_owned(),
            "The compiler refuses that, unless a macro of a library stands here.",
            "Write it.",
        );
        raw.corrected(format!("{text};"))
    })
}

/// D0 and D1 are wired to the USB chip, and worked by Serial.
fn on_the_pins_of_serial(ran: &Ran, port: &Port) -> Option<Raw> {
    let (rx, tx) = port.pins?;
    let (_, line) = port.rates.first()?;
    let serial_is_begun = ran.board.ports.iter().any(|other| other.name == "Serial" && !other.rates.is_empty());
    let name = &port.name;
    (serial_is_begun && (rx < 2 || tx < 2)).then(|| {
        Raw::new(
            "sketch-pins-of-serial",
            Severity::Warning,
            *line,
            format!("`{name}` is on D{rx} and D{tx}, and D0 and D1 are those of Serial, which is begun too"),
            "Two ports work the same pins, and the board's USB chip drives one of them: neither is heard as it was sent.",
            "Take two other pins, such as 8 and 7, and move the wires.",
        )
    })
}

/// Two sketches in one file, a copy of a tab beside it.
fn defined_twice(ran: &Ran) -> Vec<Raw> {
    let finding = |(line, name): &(u32, Symbol)| {
        Raw::new(
            "sketch-defined-twice",
            Severity::Problem,
            *line,
            format!("`{}` is defined a second time", ran.program.symbols.name(*name)),
            "The compiler refuses that: two sketches stand in one file, or a copy of a tab lies beside the sketch.",
            "Keep one of the two. Of functions, the first was run here.",
        )
    };
    ran.program.twice.iter().map(finding).collect()
}

fn lines_in_words(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

fn of_the_port(ran: &Ran) -> Vec<Raw> {
    let mut found = Vec::new();
    let Some(port) = ran.board.modem_port.and_then(|number| ran.board.ports.get(number)) else { return found };
    let name = &port.name;
    let is_own = |site: &&Site| {
        let on_it = site.object.is_some_and(|object| *ran.program.symbols.name(object) == *port.name);
        (on_it || site.is_command()) && site.call.is_some() && ran.was_reached(site)
    };
    // Who was given the port may have begun it.
    let is_handed_on = ran.report.workers.iter().any(|(_, number)| Some(*number) == ran.board.modem_port);
    let is_begun = !port.rates.is_empty() || is_handed_on || port.kind == Kind::Undeclared || ran.is_fragment;
    if let Some(site) = ran.seen.sites.iter().find(is_own).filter(|_| !is_begun) {
        found.push(Raw::new(
            "sketch-port-not-begun",
            Severity::Problem,
            site.line,
            format!("`{name}` is used and never begun: not a byte leaves the board"),
            "A port sends and receives only after begin.",
            "Begin it in setup, with the modem's rate.",
        ));
    }
    found.extend(ran.board.ports.iter().find_map(|port| on_the_pins_of_serial(ran, port)));
    let asks_for_rate = ran.dialog().iter().any(|row| {
        let text = bytes(&row.text).to_ascii_uppercase();
        text.starts_with(b"AT+IPR=")
    });
    if let Some((first, _)) = port.rates.first()
        && let Some((other, line)) = port.rates.iter().find(|(rate, _)| rate != first)
        && !asks_for_rate
    {
        let two = Raw::new(
            "sketch-two-rates",
            Severity::Problem,
            *line,
            format!("`{name}` is begun with {other} baud here and with {first} before"),
            "The modem keeps the rate it has; at another one both sides read garbage.",
            "Use one rate, or change the modem's with AT+IPR first.",
        );
        found.push(two.corrected(format!("{name}.begin({first});")));
    }
    found.extend(begun_again(ran, port));
    if port.kind == Kind::Software
        && let Some((rate, line)) = port.rates.iter().find(|(rate, _)| *rate > 38_400)
    {
        let fast = Raw::new(
            "sketch-software-rate",
            Severity::Warning,
            *line,
            format!("`{name}` is a SoftwareSerial at {rate} baud"),
            "The processor times each bit by itself; above 38400 baud it misses some, and loses bytes that come while it sends.",
            "Set the modem to 9600 (AT+IPR=9600, AT&W) and begin with 9600.",
        );
        found.push(fast.corrected(format!("{name}.begin(9600);")));
    }
    found
}

/// `begin` in a loop.
fn begun_again(ran: &Ran, port: &Port) -> Option<Raw> {
    let times = |line: u32| port.rates.iter().filter(|(_, other)| *other == line).count();
    let (_, line) = port.rates.iter().find(|(_, line)| times(*line) > 2)?;
    let name = &port.name;
    // Of several that are begun in turn each is made to listen that way.
    let is_rival = |other: &Port| other.name != *name && other.kind == port.kind && !other.rates.is_empty();
    (!ran.board.ports.iter().any(is_rival)).then(|| {
        Raw::new(
            "sketch-begun-again",
            Severity::Warning,
            *line,
            format!("`{name}` is begun again each time that this line is reached"),
            "A port is begun once. Beginning it again disturbs what is being sent or received, and on many boards empties its receive buffer: answers are lost.",
            "Begin it in setup, and nowhere else.",
        )
    })
}

/// A comparison that failed once, as the answer was not whole yet, and held later.
fn comes_true(ran: &Ran, (line, slip): &(u32, Slip)) -> bool {
    matches!(slip, Slip::ComparedWhole(_))
        && ran.report.sought.iter().any(|sought| sought.line == *line && sought.found)
}

fn of_slip(line: u32, slip: &Slip) -> Raw {
    match slip {
        Slip::NumberForByte(number) => terminator(line, &format!("print({number}) sends the characters \"{number}\"")),
        Slip::HexForDecimal => terminator(line, "write(0x26) sends the character `&`"),
        Slip::TextForByte(text) => terminator(line, &format!("the characters \"{text}\" are sent")),
        Slip::BehindTheEnd(size) => Raw::new(
            "sketch-buffer-overrun",
            Severity::Problem,
            line,
            format!("this writes behind the end of an array of {size}"),
            "An answer with its echo and line ends is longer than the array; what lies behind it in memory is destroyed.",
            "Make it longer (128 for most answers), or stop at its end.",
        ),
        Slip::ShortBuffer(size) => Raw::new(
            "sketch-short-buffer",
            Severity::Warning,
            line,
            format!("the answer is longer than the {size} bytes that are read here"),
            "The rest of it stays in the receive buffer and is taken for the next answer.",
            "Read until the end of the answer, or make the buffer longer.",
        ),
        Slip::ComparedWhole(text) => Raw::new(
            "sketch-compared-whole",
            Severity::Warning,
            line,
            format!("the answer is compared with \"{text}\" as a whole, and has line ends around it"),
            "What the modem says begins and ends with CR LF, and mostly has the echo before it: the two are never equal.",
            "Look for the text in it, with indexOf or strstr, or take the line ends off with trim() first.",
        ),
        Slip::NulInString => Raw::new(
            "sketch-nul-in-string",
            Severity::Warning,
            line,
            "a NUL is put into a String".to_owned(),
            "A NUL ends a C text: what is joined behind it is lost or goes out with a zero byte before it.",
            "Send such a byte by write(), outside of the String.",
        ),
        Slip::Divided => Raw::new(
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
    Raw::new(
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
    let named = |site: &&Site| site.text.as_ref().is_some_and(wrong);
    let sites = ran.not_reached().filter(|site| named(site) || site.prints_26);
    let words = |site: &Site| {
        if site.prints_26 { "print(26) sends the characters \"26\"" } else { "the byte's name is sent as characters" }
    };
    sites.map(|site| terminator(site.line, words(site))).collect()
}

fn of_the_end(ran: &Ran) -> Option<Raw> {
    let halt = ran.halt.as_ref()?;
    if let Some((round, rounds)) = ran.endless() {
        return Some(endless(&round, rounds));
    }
    let (severity, cause, fix) = match halt.why {
        Ending::WaitsForever => (
            Severity::Problem,
            "Nothing that could end this wait comes any more: the modem has said all, and no time limit is set.",
            "Give up after some seconds: compare with millis().",
        ),
        Ending::BehindTheText => (
            Severity::Problem,
            "The loop looks for a sign that the answer does not have, and never compares its place with the answer's length: the board hangs, or reads foreign memory.",
            "Look for the sign with indexOf or strchr first, and go on only where it is found.",
        ),
        Ending::Crash(_) => {
            (Severity::Problem, "The board does something that nobody can tell.", "Set the pointer first.")
        }
        Ending::Depth => (
            Severity::Problem,
            "Each call takes memory; a Nano has 2 kB and overruns it without a word.",
            "Use a loop in place of the function that calls itself.",
        ),
        Ending::Stops => (Severity::Note, "The sketch wants it.", "If it should go on, look at why it comes here."),
        Ending::Restarts => (Severity::Note, "The sketch wants it.", "Look at why it comes here."),
        Ending::Steps | Ending::Time | Ending::Memory | Ending::Output | Ending::Flood => {
            (Severity::Note, "The run is bounded.", "What comes behind it is not shown.")
        }
    };
    Some(Raw::new("sketch-ends-here", severity, halt.line, halt.why.words().to_owned(), cause, fix))
}

/// A sketch that asks until it gets what it wants, and does not get it.
fn endless(round: &[&Row], rounds: usize) -> Raw {
    let texts: Vec<String> = round.iter().take(3).map(|row| shown(bytes(&row.text).trim_ascii())).collect();
    let more = if round.len() > texts.len() { " …" } else { "" };
    Raw::new(
        "sketch-ends-here",
        Severity::Problem,
        round.first().map_or(0, |row| row.line),
        format!("it sends {}{more} again and again: {rounds} times until the run was ended", texts.join(", ")),
        "What would end it did not come, and nothing else does: the sketch hangs here.",
        "Look at what it compares the answer with, and give up after some tries.",
    )
}

fn of_losses(ran: &Ran) -> Vec<Raw> {
    let lost = &ran.board.lost;
    let line = lost.first.map_or(0, |(_, line)| line);
    let lost_bytes = |count: usize, how: &str| format!("{} {how}", notation::in_bytes(count as u64));
    let port = ran.board.modem_port.and_then(|number| ran.board.ports.get(number));
    // Of a ring one place stays free.
    let holds = port.map_or(0, Port::holds);
    let buffer = if holds % 2 == 1 { holds + 1 } else { holds };
    // Who never reads loses nothing.
    let overflow = if port.is_some_and(|port| port.is_read) { lost.overflow } else { 0 };
    let kinds = [
        (
            overflow,
            "sketch-receive-overflow",
            Severity::Warning,
            lost_bytes(overflow, &format!("of the modem's answers lost: the receive buffer of {buffer} bytes was full")),
            format!("The sketch does something else, such as delay, while more than {holds} bytes come."),
            "Read while you wait: a loop with millis() in place of delay.",
        ),
        (
            lost.not_listening,
            "sketch-not-listening",
            Severity::Problem,
            lost_bytes(lost.not_listening, "of the modem lost: another SoftwareSerial was listening"),
            "Only one SoftwareSerial receives at a time: the one that was begun or told to listen last.".to_owned(),
            "Call listen() on the modem's port before each command.",
        ),
        (
            lost.while_sending,
            "sketch-deaf-while-sending",
            Severity::Note,
            lost_bytes(lost.while_sending, "came while SoftwareSerial was sending, and are lost or garbage"),
            "It cannot receive while it sends, and reads what began then from its middle. Mostly it is the echo, which nobody needs; a result that comes then is lost too.".to_owned(),
            "Switch the echo off with ATE0, and wait for each answer before the next command.",
        ),
    ];
    let any = kinds.into_iter().filter(|kind| kind.0 > 0);
    any.map(|(_, rule, severity, title, cause, fix)| Raw::new(rule, severity, line, title, &cause, fix)).collect()
}
