//! Our own transcript text: `> ` sent, `< ` received, `# ` a comment.

use std::time::Duration;

use super::super::{Chunk, Shape, TextLine, clock, is_answer, leaves_out, spelled, unescape};
use super::{Lines, restore_line};
use crate::modem::Direction;

/// Every non-blank line has a mark, and the marks are not just the `> ` that a monitor prints before all it received.
pub(in crate::modem::transcript) fn is_marked(lines: &[TextLine<'_>]) -> bool {
    let marks = || lines.iter().filter(|line| !line.is_blank()).map(TextLine::mark);
    let all = marks().all(|mark| mark.is_some());
    let some = marks().next().is_some();
    // A hash in front of everything, answers too, counts the lines.
    let uncounted = |rest: &[u8]| {
        is_answer(rest.get(rest.iter().take_while(|byte| byte.is_ascii_digit()).count()..).unwrap_or_default())
    };
    // `#1 <<< OK`: so does one in front of other marks.
    let told = |rest: &[u8]| uncounted(rest) || spelled::ends_in_answer(rest);
    let counts = marks().flatten().all(|(mark, _)| mark == b'#') && marks().flatten().any(|(_, rest)| told(rest));
    let received = marks().flatten().any(|(mark, _)| mark == b'<');
    // `> RX: OK`: so is a `>` that some put in front of each line.
    let answers = || marks().flatten().any(|(mark, rest)| mark == b'>' && spelled::ends_in_answer(rest));
    all && some && !counts && (received || !answers())
}

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let mut data =
        lines.iter().filter_map(TextLine::mark).filter(|(mark, _)| *mark != b'#').map(|(_, rest)| rest).peekable();
    // `> 41 54 0D`: a dump.
    let hex = data.peek().is_some() && data.all(super::numbers::is_hex);
    (is_marked(lines) && !hex).then(|| -> Box<dyn Lines> {
        let comments = || lines.iter().filter_map(TextLine::mark).filter(|(mark, _)| *mark == b'#');
        let received = lines.iter().filter_map(TextLine::mark).any(|(mark, _)| mark == b'<');
        let timed = lines.iter().any(|line| line.at.is_some());
        let delays = comments().any(|(_, rest)| clock::delay_in_comment(rest).is_some());
        Box::new(Marked { restore: Restore::of(lines), now: (delays && !received && !timed).then_some(Duration::ZERO) })
    })
}

struct Marked {
    restore: Restore,
    /// In a log of sent bytes alone and without times: the sum of the delays that its comments name.
    now: Option<Duration>,
}

impl Lines for Marked {
    fn shape(&self) -> Shape {
        Shape::Marked
    }

    fn restored(&self) -> bool {
        self.restore.received
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let Some((mark, rest)) = line.mark() else { return };
        let direction = match mark {
            b'>' => Direction::Tx,
            b'<' => Direction::Rx,
            _ => {
                if let Some(now) = &mut self.now {
                    *now += clock::delay_in_comment(rest).unwrap_or_default();
                }
                return;
            }
        };
        let bytes = self.restore.line(unescape(rest), direction);
        out.push(Chunk { direction, bytes, at: line.at.or(self.now), elided: leaves_out(rest), line: line.number });
    }
}

/// Whether line ends have to be put back into a marked text that shows none.
#[derive(Clone, Copy, Debug)]
struct Restore {
    sent: bool,
    received: bool,
}

impl Restore {
    fn of(lines: &[TextLine<'_>]) -> Self {
        let shown = |mark: u8| {
            let mut of_mark = lines.iter().filter_map(TextLine::mark).filter(|&(found, _)| found == mark).peekable();
            let any = of_mark.peek().is_some();
            (any, of_mark.any(|(_, rest)| unescape(rest).iter().any(|byte| matches!(byte, b'\r' | b'\n'))))
        };
        let (any, received_shown) = shown(b'<');
        let (_, sent_shown) = shown(b'>');
        let received = |test: fn(&[u8]) -> bool| {
            lines.iter().filter_map(TextLine::mark).any(|(mark, rest)| mark == b'<' && test(rest))
        };
        // A prompt is all that a modem says before it has the data.
        let answered = received(|rest| is_answer(rest) || rest.trim_ascii() == b">");
        // Marks for answers with nothing behind them: the log shows no line ends, and there were no answers.
        let silent = any && !received(|rest| !rest.trim_ascii().is_empty());
        Self { sent: (answered || silent) && !received_shown && !sent_shown, received: answered && !received_shown }
    }

    fn line(self, mut bytes: Vec<u8>, direction: Direction) -> Vec<u8> {
        let command = bytes.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"AT"));
        match direction {
            Direction::Tx if self.sent && command => bytes.push(b'\r'),
            Direction::Rx if self.received && command => bytes.push(b'\r'),
            Direction::Rx if self.received => restore_line(&mut bytes),
            Direction::Tx | Direction::Rx => {}
        }
        bytes
    }
}
