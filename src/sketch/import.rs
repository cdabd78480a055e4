//! From an Arduino sketch to what it sends and when.

use std::collections::BTreeMap;
use std::time::Duration;

use super::lexer::lex;
use super::machine::{Event, Machine, Serial};
use super::parser::parse;
use crate::macros::model::{Macro, Step};
use crate::notation::print_macro;

/// What a sketch sends to its modem, step by step, and what could not be read from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The serial object taken for the modem's: `sim`, `Serial1`. `None` if the sketch sends nothing.
    pub object: Option<String>,
    /// RX and TX pin of the board, where the object is a `SoftwareSerial`.
    pub pins: Option<Pins>,
    /// What its `begin` was called with.
    pub baud: Option<u32>,
    /// What is sent, in order.
    pub steps: Vec<SketchStep>,
    /// What could not be read and may be missing from `steps`, by line.
    pub unread: Vec<Unread>,
    /// Lines left out that send nothing to the modem and do not wait: reading answers, blinking, deciding.
    pub passed_over: Vec<Unread>,
}

/// The board's pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pins {
    /// The board receives here.
    pub rx: u8,
    /// The board sends here.
    pub tx: u8,
}

/// Bytes that leave together, and the pause behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SketchStep {
    /// 1-based line of the first call that sends them, or of the `delay`.
    pub line: usize,
    /// Exactly what the board sends; empty for a pause before anything is sent.
    pub bytes: Vec<u8>,
    /// The sum of the `delay`s behind it.
    pub wait: Duration,
}

/// A line that could not be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// 1-based.
    pub line: usize,
    /// The line as written, without blanks around it.
    pub text: String,
    /// Why, as a clause.
    pub reason: String,
}

/// Reads a sketch: `setup`, then `loop` once, helper functions followed. Takes any text; never fails.
///
/// Known are `print`, `println`, `write` and `delay` with what they are given as far as it is fixed in the sketch: literals, `#define`, constants,
/// parameters, `String` sums, `for` with fixed bounds, `sprintf`. What depends on answers is named in
/// [`Imported::unread`].
///
/// ```
/// use modemscope::sketch::import;
/// let sketch = r#"
///     #include <SoftwareSerial.h>
///     SoftwareSerial sim(8, 7);
///     void setup() { sim.begin(9600); sim.println("AT"); delay(500); sim.print(26); sim.write(26); }
///     void loop() {}
/// "#;
/// let imported = import(sketch);
/// assert_eq!(imported.steps[0].bytes, b"AT\r\n");
/// assert_eq!(imported.steps[0].wait.as_millis(), 500);
/// assert_eq!(imported.steps[1].bytes, b"26\x1A");
/// assert_eq!(imported.baud, Some(9600));
/// ```
#[must_use]
pub fn import(source: &str) -> Imported {
    let program = parse(lex(source));
    let mut machine = Machine::new(&program);
    machine.run();
    let object = modem_object(&machine.events, &machine.serials);
    let serial = object.as_ref().and_then(|name| machine.serials.get(name)).cloned().unwrap_or_default();
    let mut imported = Imported {
        pins: serial.pins.map(|(rx, tx)| Pins { rx, tx }),
        baud: serial.baud,
        steps: steps(&machine.events, object.as_deref()),
        object,
        ..Imported::default()
    };
    let text_of = |line: usize| source.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_owned();
    for left_out in &machine.left_out {
        let unread = Unread { line: left_out.line, text: text_of(left_out.line), reason: left_out.reason.clone() };
        let sends = imported.object.as_ref().is_none_or(|object| left_out.objects.contains(object));
        let only_elsewhere = !left_out.objects.is_empty() && !sends;
        if (sends && !left_out.objects.is_empty()) || (left_out.changes_flow && !only_elsewhere) {
            imported.unread.push(unread);
        } else {
            imported.passed_over.push(unread);
        }
    }
    for (line, reason) in &program.unread {
        imported.unread.push(Unread { line: *line, text: text_of(*line), reason: reason.clone() });
    }
    imported.unread.sort_by_key(|unread| unread.line);
    imported
}

impl Imported {
    /// A macro that sends the same bytes with the same pauses, as the board would: it waits for no answer.
    #[must_use]
    pub fn timed_macro(&self, name: &str) -> Macro {
        let step = |step: &SketchStep| Step {
            send: (!step.bytes.is_empty()).then(|| print_macro(&step.bytes)),
            wait: (!step.wait.is_zero()).then_some(step.wait),
            ..Step::default()
        };
        Macro {
            name: name.to_owned(),
            about: Some("What the sketch sends, with its own timing. It waits for no answer.".to_owned()),
            steps: self.steps.iter().map(step).collect(),
            ..Macro::default()
        }
    }
}

/// The object that the modem hangs on: a `SoftwareSerial` before the chip's further ports, those before `Serial`, which is
/// the monitor's where there is another; of several the one that sends most commands.
fn modem_object(events: &[Event], serials: &BTreeMap<String, Serial>) -> Option<String> {
    let mut commands: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        if let Event::Send { object, bytes, .. } = event {
            let is_command = bytes.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"AT"));
            *commands.entry(object).or_default() += usize::from(is_command);
        }
    }
    let rank = |name: &str| match serials.get(name) {
        Some(serial) if serial.software => 2,
        _ if name != "Serial" => 1,
        _ => 0,
    };
    let best = commands.into_iter().max_by_key(|(name, count)| (rank(name), *count)).map(|(name, _)| name.to_owned());
    // Nothing was sent, but something may have been meant to be.
    best.or_else(|| serials.keys().max_by_key(|name| rank(name)).cloned())
}

/// Joins what leaves without a pause between, up to the end of a line or of data.
fn steps(events: &[Event], object: Option<&str>) -> Vec<SketchStep> {
    let mut steps: Vec<SketchStep> = Vec::new();
    for event in events {
        match event {
            Event::Send { object: to, bytes, line } if Some(to.as_str()) == object => match steps.last_mut() {
                Some(last) if last.wait.is_zero() && !is_complete(&last.bytes) => last.bytes.extend_from_slice(bytes),
                _ => steps.push(SketchStep { line: *line, bytes: bytes.clone(), wait: Duration::ZERO }),
            },
            Event::Send { .. } => {}
            Event::Delay { length, line } => match steps.last_mut() {
                Some(last) => last.wait += *length,
                None => steps.push(SketchStep { line: *line, bytes: Vec::new(), wait: *length }),
            },
        }
    }
    steps
}

fn is_complete(bytes: &[u8]) -> bool {
    matches!(bytes.last(), Some(b'\r' | b'\n' | 0x1A | 0x1B))
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
