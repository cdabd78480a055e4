//! The modem components of `ESPHome`: `[V][sim800l:062]: S: AT+CPIN? - 1`, `R: … - 2`; the number is the component's own state.

use super::super::{Chunk, Shape, TextLine};
use super::{Lines, Value};
use crate::modem::Direction;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let said = lines.iter().filter(|line| value(line.text).is_some()).count();
    (said > 0).then(|| -> Box<dyn Lines> { Box::new(Component) })
}

struct Component;

impl Lines for Component {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if let Some((direction, text)) = value(line.text) {
            Value { direction, bytes: text.to_vec(), exact: false }.push(line, out);
        }
    }
}

/// What the line says was sent or received.
fn value(text: &[u8]) -> Option<(Direction, &[u8])> {
    // `[V][sim800l:062]: `, whatever stands in front.
    let at = memchr::memmem::find(text, b"]: ")?;
    let head = text.get(..at)?;
    let component = head.rsplit(|byte| *byte == b'[').next()?;
    let (_, number) = component.split_at_checked(component.iter().position(|byte| *byte == b':')?)?;
    if number.len() < 2 || !number.get(1..)?.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let body = text.get(at + 3..)?.trim_ascii_end();
    // A coloured log ends in its reset.
    let body = body.strip_suffix(b"\x1B[0m").unwrap_or(body);
    if let Some(rest) = body.strip_prefix(b"Not ack. ") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        return rest.get(digits..).map(|rest| (Direction::Rx, rest.trim_ascii()));
    }
    let (direction, rest) = [(Direction::Tx, &b"S: "[..]), (Direction::Rx, b"R: "), (Direction::Rx, b"Unhandled: ")]
        .into_iter()
        .find_map(|(direction, mark)| Some((direction, body.strip_prefix(mark)?)))?;
    let dash = memchr::memmem::rfind(rest, b" - ");
    let state =
        |at: &usize| rest.get(at + 3..).is_some_and(|state| !state.is_empty() && state.iter().all(u8::is_ascii_digit));
    Some((direction, dash.filter(state).and_then(|at| rest.get(..at)).unwrap_or(rest)))
}
