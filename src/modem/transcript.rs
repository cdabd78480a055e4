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
//! tools in front of its lines. Where the tool dropped the carriage returns they are restored; control characters that
//! the tool wrote as words (`<CR><LF>`, `\r\n`) are read. Where what stands in front of the lines (`TX: `, `<< `,
//! `Sending: `) tells the directions, it is a *labelled* log.
//!
//! Reading never fails: whatever is not understood is text.

mod clock;
mod lead;
mod spelled;
mod tidy;

use std::time::Duration;

use super::Direction;
use super::dialog::command::is_whole_command;
use crate::notation;
use lead::{Leads, Way};

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
    /// Lines of a tool, a sketch or a person, with a mark of their own in front for the direction.
    Labelled,
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
        let mut lines = clock::split(text);
        if is_marked(&lines) {
            return marked(&lines);
        }
        tidy::tidy(&mut lines);
        let names = spelled::used(&lines);
        let leads = Leads::of(&lines, names);
        let headed = lines.iter().filter(|line| lead::header(line.text).is_some()).count() > 1;
        let reading = Reading { names, headed, leads };
        if headed || reading.leads.directed { reading.labelled(&lines) } else { reading.pasted(text, &lines) }
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
            Direction::Rx if self.received => restore_line(&mut bytes),
            Direction::Tx | Direction::Rx => {}
        }
        bytes
    }
}

/// Puts the line ends around a line that the modem sent; a bare prompt has none behind it.
fn restore_line(bytes: &mut Vec<u8>) {
    let prompt = matches!(bytes.trim_ascii_end(), b">");
    bytes.splice(0..0, *b"\r\n");
    if prompt {
        bytes.truncate(3);
        bytes.push(b' ');
    } else {
        bytes.extend_from_slice(b"\r\n");
    }
}

/// Reads the backslash escapes that the notation prints; any other backslash is a backslash, and `<…>` stays text.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let (byte, used) = spelled::escape(rest).unwrap_or((*first, 1));
        bytes.push(byte);
        rest = rest.get(used..).unwrap_or(tail);
    }
    bytes
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

/// How a log is to be read that is none of ours.
struct Reading {
    /// Control characters are written as words.
    names: bool,
    /// Lines of their own say which way the lines behind them went.
    headed: bool,
    leads: Leads,
}

impl Reading {
    fn bytes(&self, text: &[u8]) -> Vec<u8> {
        if self.names { spelled::read(text) } else { text.to_vec() }
    }

    fn pasted(&self, text: &[u8], lines: &[TextLine<'_>]) -> Transcript {
        let timed = lines.iter().any(|line| line.at.is_some());
        let own_ends = lines.iter().any(|line| line.carriage_return) && !text.starts_with(clock::PUTTY_HEADER);
        let exact = !timed && own_ends;
        let mut chunks: Vec<Chunk> = Vec::with_capacity(lines.len());
        let mut typed: &[u8] = &[];
        for line in lines {
            let elided = leaves_out(line.text);
            let (way, rest) = self.leads.take(line.text);
            let mut bytes = self.bytes(rest);
            if self.names {
                if bytes.is_empty() {
                    continue;
                }
            } else if exact {
                if line.carriage_return {
                    bytes.push(b'\r');
                }
                if line.ended {
                    bytes.push(b'\n');
                }
            } else if line.is_blank() {
                continue;
            } else {
                // A sketch says what it sends, and the modem echoes it: once is enough.
                let echo = way.is_none() && !typed.is_empty() && typed == rest.trim_ascii();
                typed = if matches!(way, Some(Way::Sent | Way::Typed)) { rest.trim_ascii() } else { &[] };
                if echo {
                    continue;
                }
                bytes.truncate(bytes.trim_ascii_end().len());
                if let Some(at) = tidy::glued(&bytes) {
                    let mut words = bytes.drain(..at).collect();
                    restore_line(&mut words);
                    let chunk =
                        Chunk { direction: Direction::Rx, bytes: words, at: line.at, elided, line: line.number };
                    chunks.push(chunk);
                } else if is_whole_command(bytes.trim_ascii()) {
                    bytes.drain(..bytes.len() - bytes.trim_ascii().len());
                }
                restore_line(&mut bytes);
            }
            if !bytes.is_empty() {
                chunks.push(Chunk { direction: Direction::Rx, bytes, at: line.at, elided, line: line.number });
            }
        }
        // What was copied to its end has its line ends, but perhaps not the last one.
        if exact
            && !text.ends_with(b"\n")
            && let Some(last) = chunks.last_mut()
            && spelled::is_answer(&last.bytes)
        {
            last.bytes.extend_from_slice(b"\r\n");
        }
        Transcript { form: Form::Pasted, restored: !exact && !self.names, chunks }
    }

    fn labelled(&self, lines: &[TextLine<'_>]) -> Transcript {
        let mut chunks: Vec<Chunk> = Vec::with_capacity(lines.len());
        let mut current = None;
        // Only what is sent is marked: all else came.
        let unmarked = (!self.leads.received && !self.headed).then_some(Way::Received);
        // The log may write the line ends of what came, but not those of what was sent.
        let sent_ends = lines.iter().map(|line| self.leads.take(line.text)).any(|(way, rest)| {
            way == Some(Way::Sent) && self.bytes(rest).iter().any(|byte| matches!(byte, b'\r' | b'\n'))
        });
        for line in lines.iter().filter(|line| !line.is_blank()) {
            if let Some(way) = lead::header(line.text).filter(|_| self.headed) {
                current = Some(way);
                continue;
            }
            let (way, rest) = self.leads.take(line.text);
            let way = match way {
                Some(way @ (Way::Sent | Way::Received)) => {
                    current = Some(way);
                    way
                }
                _ => match unmarked.or(current) {
                    Some(way) if self.headed || way == Way::Received => way,
                    _ if spelled::is_answer(rest.trim_ascii()) || rest.trim_ascii() == b">" => Way::Received,
                    _ => continue,
                },
            };
            let elided = leaves_out(rest);
            let mut bytes = self.bytes(rest);
            let direction = if way == Way::Sent { Direction::Tx } else { Direction::Rx };
            if !self.names || direction == Direction::Tx && !sent_ends && is_whole_command(&bytes) {
                bytes.truncate(bytes.trim_ascii_end().len());
                label_ends(&mut bytes, direction);
            }
            if !bytes.is_empty() {
                chunks.push(Chunk { direction, bytes, at: line.at, elided, line: line.number });
            }
        }
        Transcript { form: Form::Labelled, restored: !self.names, chunks }
    }
}

/// Puts the line ends back where a label stood in front; a key or an expression that stands for 0x1A was that byte.
fn label_ends(bytes: &mut Vec<u8>, direction: Direction) {
    if direction == Direction::Rx && !is_whole_command(bytes) {
        restore_line(bytes);
        return;
    }
    let command = is_whole_command(bytes);
    if command {
        let whole = bytes.strip_suffix(b"...").map_or(bytes.len(), <[u8]>::len);
        bytes.truncate(whole);
        bytes.push(b'\r');
    } else if let Some(found) = notation::lookalike(bytes).filter(|found| found.alone && found.certain) {
        let spelling = found.text.to_ascii_lowercase();
        if ["ctrl", "sub", "char", "chr", "^z"].iter().any(|key| spelling.contains(key)) {
            *bytes = vec![found.byte];
        }
    }
}

#[cfg(test)]
mod tests;
