//! Sessions as text: our transcript text, and logs pasted from other tools.
//!
//! *Transcript text*: every non-blank line is marked, `> ` host to modem, `< ` modem to host, `# ` comment; escapes
//! as the notation prints them (`\r \n \t \e \\ \< \xHH`); optional `[12.345]` seconds (or a clock) in front. `<...>` and `[...]` stand for parts left out.
//! A line's own end is not data, unless the whole text shows no line end at all: then they are restored.
//!
//! ```text
//! # source: by hand
//! [0.000] > AT\r
//! [0.004] < AT\r\r\nOK\r\n
//! ```
//!
//! *A pasted log* is anything else: one received stream with echo, as a serial monitor shows it, time stamps of common
//! tools in front of its lines. Where the tool dropped the carriage returns they are restored.
//!
//! Reading never fails: whatever is not understood is text.

mod clock;

use std::time::Duration;

use super::Direction;

/// A session read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// What kind of text it was.
    pub form: Form,
    /// Line ends were lost and have been put back: lengths of more than a line cannot be relied on.
    pub restored: bool,
    /// Its bytes, in order.
    pub chunks: Vec<Chunk>,
}

/// What kind of text a session was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Every line says its direction.
    Marked,
    /// One received stream with echo.
    Pasted,
}

/// Bytes of one line of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Which way they went.
    pub direction: Direction,
    /// The bytes, without what was left out.
    pub bytes: Vec<u8>,
    /// Time since the first time of the text, where it has times.
    pub at: Option<Duration>,
    /// Something was left out here: lengths and echo cannot be relied on.
    pub elided: bool,
    /// 1-based line of the text.
    pub line: usize,
}

impl Transcript {
    /// Reads `text`.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let lines = clock::split(text);
        if is_marked(&lines) { marked(&lines) } else { pasted(text, &lines) }
    }

    /// Only sent bytes are recorded: nothing can be said about answers.
    #[must_use]
    pub fn sent_only(&self) -> bool {
        self.form == Form::Marked && self.chunks.iter().all(|chunk| chunk.direction == Direction::Tx)
    }
}

/// A line of the text, its time stamp taken off.
#[derive(Clone, Copy, Debug)]
struct TextLine<'a> {
    number: usize,
    at: Option<Duration>,
    text: &'a [u8],
    /// The line ended in CR LF in the text.
    carriage_return: bool,
    /// The line had an end at all (the last one may not).
    ended: bool,
}

impl TextLine<'_> {
    fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    /// Mark and what stands behind it.
    fn mark(&self) -> Option<(u8, &[u8])> {
        match self.text {
            [mark @ (b'>' | b'<' | b'#')] => Some((*mark, &[])),
            [mark @ (b'>' | b'<'), b' ', rest @ ..] | [mark @ b'#', rest @ ..] => Some((*mark, rest)),
            _ => None,
        }
    }
}

/// Every non-blank line has a mark, and the marks are not just the `> ` that a monitor prints before all it received.
fn is_marked(lines: &[TextLine<'_>]) -> bool {
    let marks = || lines.iter().filter(|line| !line.is_blank()).map(TextLine::mark);
    let all = marks().all(|mark| mark.is_some());
    let some = marks().next().is_some();
    let received = marks().flatten().any(|(mark, _)| mark == b'<');
    let answers = || marks().flatten().any(|(mark, rest)| mark == b'>' && is_answer(rest));
    all && some && (received || !answers())
}

/// What only a modem says.
fn is_answer(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    [&b"OK"[..], b"ERROR", b"SEND OK", b"CONNECT OK", b"SHUT OK", b"RDY"].contains(&text)
        || text.starts_with(b"+CME ERROR")
        || text.starts_with(b"+CMS ERROR")
}

fn marked(lines: &[TextLine<'_>]) -> Transcript {
    let restore = Restore::of(lines);
    let mut chunks: Vec<Chunk> = Vec::new();
    for line in lines {
        let Some((mark, rest)) = line.mark() else { continue };
        let direction = match mark {
            b'>' => Direction::Tx,
            b'<' => Direction::Rx,
            _ => continue,
        };
        let elided = leaves_out(rest);
        let bytes = restore.line(unescape(rest), direction);
        chunks.push(Chunk { direction, bytes, at: line.at, elided, line: line.number });
    }
    let mut transcript = Transcript { form: Form::Marked, restored: restore.received, chunks };
    let delays = || {
        lines
            .iter()
            .filter_map(TextLine::mark)
            .any(|(mark, rest)| mark == b'#' && clock::delay_in_comment(rest).is_some())
    };
    if transcript.sent_only() && delays() && transcript.chunks.iter().all(|chunk| chunk.at.is_none()) {
        time_by_delays(lines, &mut transcript.chunks);
    }
    transcript
}

/// Gives the chunks of a log without times the sum of the delays that its comments name.
fn time_by_delays(lines: &[TextLine<'_>], chunks: &mut [Chunk]) {
    let mut now = Duration::ZERO;
    let mut chunks = chunks.iter_mut().peekable();
    for line in lines {
        match line.mark() {
            Some((b'#', rest)) => now += clock::delay_in_comment(rest).unwrap_or_default(),
            Some(_) => {
                if let Some(chunk) = chunks.next_if(|chunk| chunk.line == line.number) {
                    chunk.at = Some(now);
                }
            }
            None => {}
        }
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
        let (received, received_shown) = shown(b'<');
        let answered = lines.iter().filter_map(TextLine::mark).any(|(mark, rest)| mark == b'<' && is_answer(rest));
        let received = received && answered;
        let (_, sent_shown) = shown(b'>');
        Self { sent: received && !received_shown && !sent_shown, received: received && !received_shown }
    }

    fn line(self, mut bytes: Vec<u8>, direction: Direction) -> Vec<u8> {
        let command = bytes.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"AT"));
        match direction {
            Direction::Tx if self.sent && command => bytes.push(b'\r'),
            Direction::Rx if self.received && command => bytes.push(b'\r'),
            Direction::Rx if self.received => restore_line(&mut bytes, true),
            Direction::Tx | Direction::Rx => {}
        }
        bytes
    }
}

/// Puts the line ends around a line that the modem sent; a bare prompt has none behind it.
fn restore_line(bytes: &mut Vec<u8>, ended: bool) {
    let prompt = matches!(bytes.trim_ascii_end(), b">");
    bytes.splice(0..0, *b"\r\n");
    if prompt {
        bytes.truncate(3);
        bytes.push(b' ');
    } else if ended {
        bytes.extend_from_slice(b"\r\n");
    }
}

/// Reads the backslash escapes that the notation prints; any other backslash is a backslash, and `<…>` stays text.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let (byte, used) = match rest {
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', b'e', ..] => (0x1B, 2),
            [b'\\', b'0', ..] => (0, 2),
            [b'\\', b'\\', ..] => (b'\\', 2),
            [b'\\', b'<', ..] => (b'<', 2),
            [b'\\', b'x', high, low, ..] => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => (*first, 1),
            },
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = rest.get(used..).unwrap_or(tail);
    }
    bytes
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Whether a part of the line was left out: `<...>`, `[...]`, `<len bytes>`, `…`.
fn leaves_out(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let brackets = |open: char, close: char, stands_for: fn(&str) -> bool| {
        text.match_indices(open).any(|(at, _)| {
            let inner = text.get(at + 1..).unwrap_or_default();
            inner.find(close).and_then(|end| inner.get(..end)).is_some_and(stands_for)
        })
    };
    brackets('[', ']', is_dots) || brackets('<', '>', |inner| is_dots(inner) || is_placeholder(inner))
}

fn is_dots(inner: &str) -> bool {
    let inner = inner.trim();
    inner.contains("...") || inner.contains('…')
}

/// `<len>`, `<n bytes>`, `<echo>`: a few small words, not a tag with attributes and not a name of the notation.
fn is_placeholder(inner: &str) -> bool {
    let word = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let tags =
        ["html", "head", "body", "title", "p", "b", "i", "a", "br", "hr", "li", "ul", "h1", "h2", "h3", "em", "sub"];
    inner.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && inner.split(' ').all(word)
        && inner.chars().any(|c| c.is_ascii_lowercase())
        && !tags.contains(&inner)
}

fn pasted(text: &[u8], lines: &[TextLine<'_>]) -> Transcript {
    let timed = lines.iter().any(|line| line.at.is_some());
    // PlatformIO's monitor prints `12:34:56.789 > ` before all it receives.
    let arrowed = timed && lines.iter().all(|line| line.is_blank() || matches!(line.mark(), Some((b'>', _))));
    let exact = !timed && lines.iter().any(|line| line.carriage_return) && !text.starts_with(clock::PUTTY_HEADER);
    let mut chunks: Vec<Chunk> = Vec::with_capacity(lines.len());
    for line in lines {
        let elided = leaves_out(line.text);
        let text = line.mark().filter(|_| arrowed).map_or(line.text, |(_, text)| text);
        let mut bytes = text.to_vec();
        if exact {
            if line.carriage_return {
                bytes.push(b'\r');
            }
            if line.ended {
                bytes.push(b'\n');
            }
        } else if line.is_blank() {
            continue;
        } else {
            bytes.truncate(bytes.trim_ascii_end().len());
            restore_line(&mut bytes, line.ended);
        }
        chunks.push(Chunk { direction: Direction::Rx, bytes, at: line.at, elided, line: line.number });
    }
    Transcript { form: Form::Pasted, restored: !exact, chunks }
}

#[cfg(test)]
mod tests;
