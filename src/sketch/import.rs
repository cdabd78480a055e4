//! From the run of a sketch to a macro: what was sent, what was waited for, what only the board knows.

mod answered;
mod made;
mod secrets;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use super::answers;
use super::board::{MILLISECOND, Nanos, Row};
use super::language::other_language;
use super::machine::Sought;
use super::origin::{Ch, Origin, bytes};
use super::preprocess::Spot;
use super::private::secrets_of;
use super::run::{Ran, RunOptions, run};
use super::source::Source;
use super::told::{SHOWN_ROUNDS, Unread, told};
use super::written::{self, Written};
use crate::macros::expectations::Expectations;
use crate::macros::model::{Ask, Macro};
use crate::macros::recorder::ask_for_secret;
use crate::notation::print_macro;
use crate::vocabulary::failure::names_failure_or_end;
use answered::{Answers, Found};
use secrets::sent;

/// What a sketch sends to its modem, step by step, and what has to be said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The serial object taken for the modem's: `sim`, `Serial1`. `None` if the sketch sends nothing.
    pub object: Option<String>,
    /// RX and TX pin of the board, where the object is a `SoftwareSerial`.
    pub(crate) pins: Option<Pins>,
    /// What its `begin` was called with.
    pub baud: Option<u32>,
    /// Which board the sketch was run as and why, as a clause.
    pub(crate) board: String,
    /// What is sent, in order.
    pub steps: Vec<SketchStep>,
    /// What only the board knows, and the sketch's PINs and passwords: the macro asks for them.
    pub asks: Vec<(String, Ask)>,
    /// What the macro does not hold, or holds by assumption, by line.
    pub unread: Vec<Unread>,
    /// The macro that the program was written from, where it is one of ours and was not changed.
    pub(crate) own: Option<Macro>,
}

/// The board's pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pins {
    /// The board receives here.
    pub(crate) rx: u8,
    /// The board sends here.
    pub(crate) tx: u8,
    /// The ESP's are called by their GPIO numbers, others by D and the number.
    pub(crate) gpio: bool,
}

impl Pins {
    /// Those of the modem's port.
    pub(super) fn of(ran: &Ran) -> Option<Self> {
        let port = ran.board.modem_port.and_then(|number| ran.board.ports.get(number))?;
        port.pins.map(|(rx, tx)| Self { rx, tx, gpio: ran.target.chip.is_esp() })
    }
}

impl fmt::Display for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.gpio { "GPIO" } else { "D" };
        write!(f, "RX on {name}{}, TX on {name}{}", self.rx, self.tx)
    }
}

/// Bytes that leave together, what is waited for, and the pause behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SketchStep {
    /// 1-based line of the first call that sends them, or of the pause.
    pub line: usize,
    /// The tab that it is a line of.
    pub(super) tab: usize,
    /// What the board sends, questions with their defaults; empty for a pause before anything is sent.
    pub bytes: Vec<u8>,
    /// The same as the text of a macro, questions as `${…}`.
    pub text: String,
    /// When the first byte leaves, from the start of `setup`.
    pub at: Duration,
    /// The time until the next step leaves.
    pub wait: Duration,
    /// The text that the sketch waited for and got.
    pub expect: Option<String>,
    /// Texts by which it knows a failure.
    pub fail: Vec<String>,
    /// How long it would have waited.
    pub within: Option<Duration>,
    /// The pause behind the answer.
    pub(crate) wait_after: Duration,
    /// By what the modem refused it in the run, where the sketch takes no notice of that.
    pub(crate) refused: Option<String>,
    /// What has to be known about this step.
    pub note: Option<String>,
}

impl SketchStep {
    fn spot(&self) -> Spot {
        Spot { tab: self.tab, line: self.line }
    }
}

/// Reads a sketch by running it with a modem that answers: `setup`, then `loop` once, or as often as asked. Takes any text; never fails.
///
/// ```
/// use modemscope::sketch::{RunOptions, Source, import};
/// let sketch = Source::new(r#"
///     #include <SoftwareSerial.h>
///     SoftwareSerial sim(8, 7);
///     void setup() { sim.begin(9600); sim.println("AT"); delay(500); sim.print(26); sim.write(26); }
///     void loop() {}
/// "#);
/// let imported = import(&sketch, &RunOptions::default());
/// assert_eq!(imported.steps[0].bytes, b"AT\r\n");
/// assert_eq!(imported.steps[0].wait.as_millis(), 500);
/// assert_eq!(imported.steps[1].bytes, b"26\x1A");
/// assert_eq!(imported.baud, Some(9600));
/// ```
#[must_use]
pub fn import(source: &Source, options: &RunOptions) -> Imported {
    let rounds = options.rounds.or(Some(1));
    let mut options = RunOptions { rounds, lenient: true, ..options.clone() };
    if options.modem.faults.is_empty() {
        // A good network: what the sketch waits for comes in time.
        options.modem.speed *= GOOD_NETWORK;
    }
    let written = written::read(source);
    if written.is_some() && other_language(source).is_some() {
        return of_written(Imported::default(), source, written);
    }
    let ran = run(source, &options);
    of_written(of_run(source, &ran), source, written)
}

/// What an export of ours says of itself stands before what its run shows.
fn of_written(mut imported: Imported, source: &Source, written: Option<Written>) -> Imported {
    match written {
        Some(Written::Same(own)) => (imported.own, imported.unread) = (Some(*own), Vec::new()),
        Some(Written::Changed(line)) => imported.unread.push(Unread::new(
            line,
            source.line(Spot { tab: 0, line }).to_owned(),
            "the program was changed since it was written: the macro behind it is not taken".to_owned(),
        )),
        None => {}
    }
    imported
}

/// How much faster the modem is that a macro is made with, than the usual pace of a SIM800.
const GOOD_NETWORK: f64 = 4.0;

/// The macro of a run.
pub(super) fn of_run(source: &Source, ran: &Ran) -> Imported {
    let port = ran.board.modem_port.and_then(|number| ran.board.ports.get(number));
    let mut reader = Reader { ran, answers: Answers::of(ran), asks: Vec::new(), names: BTreeMap::new() };
    let steps = reader.steps();
    let asks = reader.asks;
    let sends = !steps.iter().all(|step| step.bytes.is_empty());
    let mut unread = told(source, ran);
    unread.extend(of_the_steps(source, &steps));
    unread.sort_by_key(|told| told.line);
    Imported {
        object: port.filter(|_| sends || !unread.is_empty()).map(|port| port.name.clone()),
        pins: Pins::of(ran),
        baud: port.and_then(|port| port.rates.first()).map(|(baud, _)| *baud),
        board: ran.target.words(),
        steps,
        asks,
        unread,
        own: None,
    }
}

/// What has to be said of what is sent, beside what was not reached: data without an end, and what the modem refused.
fn of_the_steps(source: &Source, steps: &[SketchStep]) -> Vec<Unread> {
    let mut found = unended(steps);
    let refused = steps.iter().filter_map(|step| Some((step.spot(), step.refused.as_deref()?)));
    found.extend(refused.map(|(spot, words)| {
        (spot, format!("refused in this run with {words}; the macro sends it and goes on, as the sketch does"))
    }));
    if found.is_empty() {
        return Vec::new();
    }
    let secrets = secrets_of(source);
    let told = |(spot, reason): (Spot, String)| {
        let reason = source.other_tab(spot).map_or(reason.clone(), |tab| format!("{reason} (in {tab})"));
        Unread::new(spot.line, secrets.masked(source.line(spot).to_owned()), reason)
    };
    found.into_iter().map(told).collect()
}

/// Data that nothing ends: before the next command leaves, or at all.
fn unended(steps: &[SketchStep]) -> Vec<(Spot, String)> {
    let mut session = Expectations::default();
    let mut found = Vec::new();
    let mut before = Spot::default();
    for step in steps.iter().filter(|step| !step.bytes.is_empty()) {
        if let Some(reason) = answers::left_open(&session, &step.bytes) {
            found.push((before, reason));
            session.refused();
        }
        session.next(&step.bytes);
        before = step.spot();
    }
    found.extend(answers::unended(&session).map(|reason| (before, reason)));
    found
}

struct Reader<'a> {
    ran: &'a Ran,
    answers: Answers,
    asks: Vec<(String, Ask)>,
    /// Parameters by question and what stands for it.
    names: BTreeMap<(Origin, Vec<u8>), String>,
}

/// Bytes this close together are one send.
const TOGETHER: Nanos = 25 * MILLISECOND;
/// How far a pause may be from what the sketch says.
const SLACK: Nanos = 30 * MILLISECOND;

impl Reader<'_> {
    fn steps(&mut self) -> Vec<SketchStep> {
        let sends = sent(&self.ran.board.rows);
        let endless = self.ran.endless().map_or(0, |(round, rounds)| round.len() * (rounds - SHOWN_ROUNDS));
        let last = sends.iter().rev().nth(endless).map_or(Nanos::MAX, |(row, _)| row.at);
        let mut groups: Vec<(Vec<&Row>, Vec<Ch>)> = Vec::new();
        for (row, sent) in sends {
            match groups.last_mut() {
                Some((rows, text)) if self.belongs(rows, text, row) => {
                    rows.push(row);
                    text.extend(sent);
                }
                _ => groups.push((vec![row], sent)),
            }
        }
        let mut steps = Vec::new();
        if let Some((rows, _)) = groups.first()
            && let Some(first) = rows.first()
        {
            let wait = self.pause((0, first.called), first.at);
            if wait >= Duration::from_millis(20) {
                let line = self.pause_line(0, first.at).unwrap_or(first.line);
                let Spot { tab, line } = self.ran.spot(line);
                steps.push(SketchStep { line, tab, wait, wait_after: wait, ..SketchStep::default() });
            }
        }
        let kept = groups.iter().take_while(|(rows, _)| rows.first().is_none_or(|row| row.at <= last));
        for (index, (rows, text)) in kept.enumerate() {
            let next = groups.get(index + 1).and_then(|(rows, _)| rows.first().copied());
            steps.extend(self.step(rows, text, next));
        }
        steps
    }

    /// What follows without a pause is the same step, up to the end of a line or of data.
    fn belongs(&self, rows: &[&Row], text: &[Ch], row: &Row) -> bool {
        let complete = text.last().is_some_and(|ch| matches!(ch.byte, b'\r' | b'\n' | 0x1A | 0x1B));
        let lone_end = row.text.iter().all(|ch| matches!(ch.byte, b'\r' | b'\n'));
        let line_ends = text.last().is_some_and(|ch| ch.byte == b'\r') && lone_end;
        let Some(last) = rows.last() else { return false };
        // What was read in between was an answer that it waited for.
        let waited = within(&self.ran.report.consumed, last.end + 1, row.at, |(at, _, _)| *at).next().is_some();
        (!complete || line_ends)
            && row.at.saturating_sub(last.end) < TOGETHER
            && !waited
            && self.pause((last.called, row.called), row.at.saturating_sub(last.end)) < Duration::from_millis(5)
    }

    fn line(&self, line: u32) -> usize {
        self.ran.spot(line).line
    }

    /// A pause: as the sketch says it between two of its calls, where that explains the time that passed on the line; else the
    /// time itself.
    fn pause(&self, calls: (Nanos, Nanos), passed: Nanos) -> Duration {
        let (from, to) = calls;
        let inside = within(&self.ran.report.pauses, from, to, |(start, _, _)| *start);
        let said: Nanos = inside.map(|(start, end, _)| (*end).min(to).saturating_sub(*start)).sum();
        // A port with a buffer sends on while the sketch pauses already, so that less passes than is said.
        let time = if passed <= said + SLACK { said } else { passed };
        let step = if time >= 100 * MILLISECOND && time != said { 10 * MILLISECOND } else { MILLISECOND };
        Duration::from_nanos((time + step / 2) / step * step)
    }

    fn pause_line(&self, from: Nanos, to: Nanos) -> Option<u32> {
        within(&self.ran.report.pauses, from, to, |(start, _, _)| *start).next().map(|(_, _, line)| *line)
    }

    fn step(&mut self, rows: &[&Row], text: &[Ch], next: Option<&Row>) -> Option<SketchStep> {
        let (first, last) = (rows.first()?, rows.last()?);
        let over = next.map_or_else(|| self.end(), |next| next.at);
        let called = next.map_or(over, |next| next.called);
        let sought: Vec<&Sought> =
            within(&self.ran.report.sought, first.at + 1, over + 1, |sought| sought.at).collect();
        let (text, mut note) = self.text(text, first.line);
        let (expected, misled) = self.expected(&sought, last.end);
        let mut fail: Vec<String> = Vec::new();
        if expected.is_some() {
            for other in sought.iter().filter(|sought| !sought.found && names_failure_or_end(&sought.text)) {
                let text = print_macro(&other.text);
                if !fail.contains(&text) {
                    fail.push(text);
                }
            }
        }
        let refused = self.answers.refusal(last.end, over).filter(|_| expected.is_none() && fail.is_empty());
        for more in misled.into_iter().chain(refused.as_ref().map(|words| format!("refused in the run with {words}"))) {
            note = Some(note.map_or(more.clone(), |note| format!("{note}; {more}")));
        }
        let wait = self.pause((last.called, called), over.saturating_sub(last.end));
        let wait_after = match &expected {
            Some((expected, _)) => self.pause((expected.at, called), over.saturating_sub(expected.at)),
            None => wait,
        };
        // The macro counts from the send; the sketch from where it begins to look, which may be after a pause.
        let within = expected.as_ref().and_then(|(expected, _)| {
            let before = self.pause((last.called, expected.began), expected.began.saturating_sub(last.end));
            Some(before + Duration::from_millis(expected.within?))
        });
        Some(SketchStep {
            line: self.line(first.line),
            tab: self.ran.spot(first.line).tab,
            bytes: rows.iter().flat_map(|row| bytes(&row.text)).collect(),
            text,
            at: Duration::from_nanos(first.at),
            wait: if next.is_none() && wait > Duration::ZERO { self.pause_said(last.called) } else { wait },
            expect: expected.as_ref().map(|(_, text)| self.awaited(text)),
            fail,
            within,
            wait_after: if next.is_none() {
                self.pause_said(expected.map_or(last.called, |(expected, _)| expected.at))
            } else {
                wait_after
            },
            refused,
            note,
        })
    }

    /// The last text that the sketch found behind a send, as the modem wrote it. Else, why there is nothing to wait for.
    fn expected<'s>(&self, sought: &[&'s Sought], sent: Nanos) -> (Option<(&'s Sought, Vec<u8>)>, Option<String>) {
        // A sign alone, such as a comma, is where the sketch takes an answer apart.
        let is_word = |text: &[u8]| text.len() > 1 || text == b">";
        let mut misled = None;
        for found in sought.iter().rev().filter(|sought| sought.found && is_word(&sought.text)) {
            let place = match self.answers.find(&found.text, sent, found.at + 1) {
                Found::Answer(text) => return (Some((found, text)), None),
                Found::Echo => "in the echo of this",
                Found::Before => "in what had come before this",
            };
            let (line, text) = (self.line(found.line), self.awaited(&found.text));
            misled
                .get_or_insert_with(|| format!("line {line} finds `{text}` {place}, and does not wait for the answer"));
        }
        (None, misled)
    }

    /// Behind the last send only what the sketch calls a pause counts, and not how long its loop was watched.
    fn pause_said(&self, from: Nanos) -> Duration {
        let inside = within(&self.ran.report.pauses, from, self.ran.sending_over, |(start, _, _)| *start);
        // Of a run that had to be ended nobody knows how long it would go on pausing.
        let counted = if self.ran.halt.is_some() { 1 } else { usize::MAX };
        let said: Nanos = inside.take(counted).map(|(start, end, _)| end.saturating_sub(*start)).sum();
        Duration::from_nanos(said / MILLISECOND * MILLISECOND)
    }

    fn end(&self) -> Nanos {
        self.ran.board.now
    }

    /// A sent text with its questions as parameters.
    fn text(&mut self, text: &[Ch], line: u32) -> (String, Option<String>) {
        let mut out = String::new();
        let mut notes: Vec<String> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.first() {
            let asked = |ch: &Ch| {
                let is_asked = ch.from.question().is_some() || [Origin::MODEM, Origin::SECRET].contains(&ch.from);
                if is_asked { ch.from } else { Origin::SKETCH }
            };
            let from = asked(first);
            let length = rest.iter().take_while(|ch| asked(ch) == from).count();
            let (part, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let before = text.len() - rest.len();
            rest = behind;
            let part = bytes(part);
            if from == Origin::SKETCH || part.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                out.push_str(&print_macro(&part));
                continue;
            }
            let (name, note) = if from == Origin::SECRET {
                self.secret(&bytes(text.get(..before).unwrap_or_default()), part, line)
            } else {
                self.parameter(from, &part, line)
            };
            let _ = write!(out, "${{{name}}}");
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        (out, (!notes.is_empty()).then(|| notes.join("; ")))
    }

    /// A text that is waited for; a secret in it is the one that was sent.
    fn awaited(&self, text: &[u8]) -> String {
        let secrets = self.names.iter().filter(|((from, _), _)| *from == Origin::SECRET);
        secrets.fold(print_macro(text), |text, ((_, value), name)| {
            text.replace(&print_macro(value), &format!("${{{name}}}"))
        })
    }

    /// Stands for a secret behind these bytes of a send; the same secret is asked for once.
    fn secret(&mut self, before: &[u8], value: Vec<u8>, line: u32) -> (String, String) {
        let name = self.names.entry((Origin::SECRET, value)).or_insert_with(|| ask_for_secret(before, &mut self.asks));
        (name.clone(), format!("line {}: a secret of the sketch is asked for", self.ran.spot(line).line))
    }

    fn parameter(&mut self, from: Origin, part: &[u8], line: u32) -> (String, String) {
        let question = from.question().and_then(|index| self.ran.report.questions.get(index));
        let (asked, line) = match question {
            Some(question) => (question.name.clone(), question.line),
            None => ("the modem's answer".to_owned(), line),
        };
        let spot: Spot = self.ran.spot(line);
        let shown = String::from_utf8_lossy(part);
        let is_itself = question.is_some_and(|question| same_value(&question.default, &shown));
        let note = match question {
            Some(_) if is_itself => format!("line {}: {asked} is known only on the board", spot.line),
            Some(_) => format!("line {}: {shown} follows from {asked}, which is known only on the board", spot.line),
            None => format!("line {}: part of what the modem answered", spot.line),
        };
        if let Some(name) = self.names.get(&(from, part.to_vec())) {
            return (name.clone(), note);
        }
        let base = match question {
            Some(_) if is_itself => identifier(&asked),
            // A length, a sum: not the thing itself.
            Some(_) => format!("from_{}", identifier(&asked)),
            None => "answer".to_owned(),
        };
        let taken = |name: &String, asks: &[(String, Ask)]| asks.iter().any(|(known, _)| known == name);
        let numbered = (2..1000).map(|number| format!("{base}_{number}"));
        let name = std::iter::once(base.clone())
            .chain(numbered)
            .find(|name| !taken(name, &self.asks))
            .unwrap_or_else(|| base.clone());
        let default: String =
            part.iter().map(|byte| if (32..127).contains(byte) { char::from(*byte) } else { '?' }).collect();
        self.asks.push((name.clone(), Ask { default, secret: false }));
        self.names.insert((from, part.to_vec()), name.clone());
        (name, note)
    }
}

/// Of a list in the order of its times, what lies from a time up to another.
fn within<T>(list: &[T], from: Nanos, to: Nanos, at: impl Fn(&T) -> Nanos) -> impl Iterator<Item = &T> {
    let start = list.partition_point(|entry| at(entry) < from);
    list.iter().skip(start).take_while(move |entry| at(entry) < to)
}

/// `20` and `20.000000` are one value.
fn same_value(one: &str, other: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    one == other || number(one).zip(number(other)).is_some_and(|(one, other)| (one - other).abs() < 1e-6)
}

/// `analogRead(0)` as the name of a parameter.
fn identifier(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_').to_owned();
    if out.starts_with(|c: char| c.is_ascii_alphabetic()) { out } else { format!("value_{out}") }
}

#[cfg(test)]
mod tests;
