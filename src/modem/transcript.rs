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
//! *A pasted log* is anything else. What stands around it is taken off first: prose of a post, marks of mail, line numbers,
//! time stamps. Then each form of the table in `forms` is tried on its head as a whole, and the one that makes the most of it reads it:
//! one received stream with echo, lines with marks of their own for the direction, values in quotes, bytes as numbers, the
//! log of a particular program. Line ends that were lost are put back; control characters that were written as words are read.
//!
//! Reading never fails: whatever is not understood is text. Lines are taken one after the other, so that a long log is
//! never held whole.

mod begins;
mod clock;
mod dotted;
mod forms;
mod html;
mod lead;
mod named;
mod other;
mod pattern;
mod peel;
mod pieces;
mod plain;
mod portions;
mod spelled;
mod terminals;
mod tidy;
mod vain;
mod words;
mod work;

use std::time::Duration;

use super::Direction;
use crate::vocabulary::{Family, is_whole_command};
use clock::Clock;
use forms::Lines;
pub(crate) use named::is_contradicted;
pub(crate) use other::Other;
use peel::Peel;
pub(crate) use plain::Wide;
use plain::Writing;
pub(crate) use portions::{HEAD, Pieces};

/// A session read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The form that its lines were read in, for people.
    pub form: &'static str,
    /// How its directions are told.
    pub shape: Shape,
    /// This program has exported it: it is as exact as the capture.
    pub exported: bool,
    /// Line ends were lost and have been put back: lengths of more than a line cannot be relied on.
    pub restored: bool,
    /// Its bytes, in order.
    pub chunks: Vec<Chunk>,
    /// The first lines in which a program says that it waited in vain.
    pub vain: Vec<Vain>,
    /// How a program's work went, as its last words about it say.
    pub result: Option<Ended>,
    /// The family of the modem, as the sentences around the log name it.
    pub named: Option<&'static Family>,
}

/// How a program's work went, by its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It worked.
    Well,
    /// Something failed: the first line since the last success, and the last one where that is another.
    Badly(Vain, Option<Vain>),
}

/// A line in which a program says that nothing came, that it gave up, or that something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vain {
    /// 1-based line of the text.
    pub line: usize,
    /// Its first words.
    pub text: String,
    /// Who is said to have kept silent.
    pub(crate) whose: Whose,
}

/// Whose silence, or end, a program tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A modem's, as the words say.
    Modem,
    /// That of the system's PPP.
    Ppp,
    /// Nobody's: the board that works the modem has lost its supply.
    Board,
    /// They do not say.
    Unknown,
}

/// How the directions of a log are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
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
    /// The bytes, without what was left out; none where the log only shows that time has passed.
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
        let mut pieces = Pieces::of(text);
        let mut chunks = pieces.next().unwrap_or_default();
        pieces.by_ref().for_each(|more| chunks.extend(more));
        pieces.reader.transcript(chunks)
    }

    /// The line of the text on which the byte stands that is at this place of those that went this way.
    #[must_use]
    pub(crate) fn line_of(&self, direction: Direction, offset: u64) -> Option<usize> {
        let mut end = 0;
        let on = |chunk: &&Chunk| {
            end += chunk.bytes.len() as u64;
            offset < end
        };
        self.chunks.iter().filter(|chunk| chunk.direction == direction).find(on).map(|chunk| chunk.line)
    }

    /// Only sent bytes are recorded: nothing can be said about answers.
    #[must_use]
    pub(crate) fn sent_only(&self) -> bool {
        self.shape == Shape::Marked && self.chunks.iter().all(|chunk| chunk.direction == Direction::Tx)
    }
}

/// Reads a long text piece by piece.
pub(crate) struct Reader {
    around: Around,
    form: &'static str,
    lines: Box<dyn Lines>,
    /// It is an export of our own: nothing stands around its rows.
    ours: bool,
    /// Lines read so far.
    count: usize,
    /// The last time that the log shows, and its line; nothing where that line was told.
    last: Option<(Duration, usize)>,
    writing: Writing,
    vain: Vec<Vain>,
    result: Option<Ended>,
    /// The last line that says that something failed.
    failing: Option<work::Failure>,
    /// The same of the lines inside code fences alone, if there are any.
    fenced: Option<Ended>,
    /// The last line that was not blank.
    before: Vec<u8>,
    payload: work::Payload,
    named: Option<&'static Family>,
}

impl Reader {
    /// Learns from the head of a text how it is to be read.
    #[must_use]
    pub(crate) fn learn(head: &[u8]) -> Self {
        let writing = Writing::of(head);
        let head = writing.plain(head);
        let text = clock::lines(portions::tried(bare(&head)), 1);
        if let Some((form, lines)) = forms::of_ours(&text) {
            return Self::of(Around::default(), form, lines, writing, true);
        }
        let mut lines = text.clone();
        let mut around = Around::learn(&lines);
        let mut trial = around.clone();
        for line in &mut lines {
            *line = trial.take(*line);
        }
        // The sentences may stand in front of the log, or have a time before them like all its lines.
        let named = named::family(&text).or_else(|| named::family(&lines));
        around.tidy = !forms::is_marked(&lines);
        if around.tidy {
            for line in &mut lines {
                line.text = around.bare(line.text);
            }
        }
        let (mut form, mut reads) = forms::choose(&lines);
        if let Some(told) = forms::in_sentences(&text, &lines) {
            around = Around::default();
            (form, reads) = told;
        }
        Self { named, ..Self::of(around, form, reads, writing, false) }
    }

    fn of(around: Around, form: &'static str, lines: Box<dyn Lines>, writing: Writing, ours: bool) -> Self {
        Self {
            around,
            form,
            lines,
            ours,
            count: 0,
            last: None,
            writing,
            vain: Vec::new(),
            result: None,
            failing: None,
            fenced: None,
            before: Vec::new(),
            payload: work::Payload::default(),
            named: None,
        }
    }

    /// What has been read so far.
    #[must_use]
    pub(crate) fn transcript(&self, chunks: Vec<Chunk>) -> Transcript {
        let (shape, restored) = (self.lines.shape(), self.lines.restored());
        let (vain, result) = (self.vain.clone(), self.result().cloned());
        Transcript { form: self.form, shape, exported: self.ours, restored, chunks, vain, result, named: self.named }
    }

    /// The first lines so far in which a program says that it waited in vain.
    #[must_use]
    pub(crate) fn vain(&self) -> &[Vain] {
        &self.vain
    }

    /// How a program's work has gone so far, as its last words about it say.
    #[must_use]
    pub(crate) fn result(&self) -> Option<&Ended> {
        self.fenced.as_ref().or(self.result.as_ref())
    }

    /// Reads the next lines; only the last ones of the text may lack their end.
    pub(crate) fn read(&mut self, text: &[u8], chunks: &mut Vec<Chunk>) {
        let text = self.writing.plain(text);
        let text = if self.count == 0 { bare(&text) } else { &text };
        for line in clock::lines(text, self.count + 1) {
            self.count = line.number;
            if self.ours {
                self.lines.line(&line, chunks);
                continue;
            }
            if self.vain.len() < vain::KEPT && vain::tells(line.text) {
                let whose = vain::whose(line.text);
                self.vain.push(Vain { line: line.number, text: vain::shown(line.text), whose });
            }
            let whole = line.text;
            let line = self.around.take(line);
            let told = chunks.len();
            self.lines.line(&line, chunks);
            // Where each line says its direction, those with one are the modem's dialog; so are bytes, and what only a modem says.
            let marked = self.lines.shape() != Shape::Pasted || self.lines.are_numbers();
            let dialog = marked && chunks.len() > told || spelled::is_answer(line.text.trim_ascii());
            if !self.payload.holds(line.text) && !dialog && !self.around.peel.is_traceback() {
                self.judge(line.number, whole);
            }
            if !whole.trim_ascii().is_empty() {
                whole.clone_into(&mut self.before);
            }
            self.last = if chunks.len() > told { None } else { line.at.map(|at| (at, line.number)).or(self.last) };
        }
    }

    /// Takes what a program says of its work.
    fn judge(&mut self, line: usize, text: &[u8]) {
        // That a modem does not answer, or that PPP is over, is told as such.
        if vain::tells(text) && vain::whose(text) != Whose::Unknown {
            return;
        }
        // What stands around the fences of a post are its writer's words.
        let result = if self.around.peel.is_fenced() { &mut self.fenced } else { &mut self.result };
        // ` fail` alone tells nothing but behind a command, in which what is secret is hidden.
        let bare = work::is_bare(text);
        let of = Some(&self.before).filter(|before| bare && is_whole_command(before.trim_ascii()));
        match work::result(text) {
            Some(false) if bare && of.is_none() => {}
            Some(false) => {
                self.failing = Some(work::Failure::of(text));
                let of = of.map(|before| format!("{}: ", vain::shown(before))).unwrap_or_default();
                let told = Vain { line, text: of + &vain::shown(text), whose: Whose::Unknown };
                *result = Some(match result.take() {
                    Some(Ended::Badly(first, _)) => Ended::Badly(first, Some(told)),
                    _ => Ended::Badly(told, None),
                });
            }
            Some(true) => *result = Some(Ended::Well),
            None if self.failing.as_ref().is_some_and(|failure| work::takes_back(failure, text)) => {
                *result = Some(Ended::Well);
            }
            None => {}
        }
    }

    /// The text is over. What a program says of itself behind the last bytes shows that time has passed without any.
    pub(crate) fn finish(&mut self, chunks: &mut Vec<Chunk>) {
        self.lines.finish(chunks);
        if let Some((at, line)) = self.last {
            chunks.push(Chunk { direction: Direction::Rx, bytes: Vec::new(), at: Some(at), elided: false, line });
        }
    }
}

/// The text without the mark that Windows puts at the head of its files.
fn bare(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// All that stands around the lines of a log.
#[derive(Clone, Debug, Default)]
struct Around {
    indent: usize,
    peel: Peel,
    peeled_indent: usize,
    clock: Clock,
    timed_indent: usize,
    /// Marks of forums are taken off.
    tidy: bool,
    /// The line before, where a library may tell it again.
    before: Vec<u8>,
    /// What `TinyGSM` tells of its commands is all that the log shows of them.
    traced: bool,
}

impl Around {
    fn learn(head: &[TextLine<'_>]) -> Self {
        let mut around = Self { indent: tidy::indent(head), ..Self::default() };
        let mut lines: Vec<TextLine<'_>> = head.iter().map(|line| line.without(around.indent)).collect();
        around.peel = Peel::learn(&lines);
        let mut peel = around.peel.clone();
        for line in &mut lines {
            *line = peel.take(*line);
        }
        around.peeled_indent = tidy::indent(&lines);
        for line in &mut lines {
            *line = line.without(around.peeled_indent);
        }
        around.clock = Clock::learn(&lines);
        let mut clock = around.clock.clone();
        for line in &mut lines {
            *line = clock.take(*line);
        }
        around.timed_indent = tidy::indent(&lines);
        around.traced = forms::is_traced(&lines);
        around
    }

    /// The line without the marks of forums and libraries.
    fn bare<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        if self.traced && forms::is_trace(text) { text } else { tidy::bare(text) }
    }

    fn take<'a>(&mut self, line: TextLine<'a>) -> TextLine<'a> {
        let line = self.peel.take(line.without(self.indent)).without(self.peeled_indent);
        let mut line = self.clock.take(line).without(self.timed_indent);
        if self.tidy {
            // TinyGSM shows what nobody asked for as it comes, and once more behind its mark.
            let unasked = tidy::unhandled(line.text);
            let again = unasked.is_some_and(|told| !told.is_empty() && told == self.before);
            line.text = if again { &[] } else { self.bare(line.text) };
            if unasked.is_some() || !line.is_blank() {
                self.before.clear();
            }
            if unasked.is_none() {
                self.before.extend_from_slice(line.text.trim_ascii());
            }
        }
        line
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

impl<'a> TextLine<'a> {
    fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    /// The line without this many blanks in front.
    fn without(mut self, indent: usize) -> Self {
        let blanks = self.text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.text = self.text.get(indent.min(blanks)..).unwrap_or_default();
        self
    }

    /// Mark and what stands behind it.
    fn mark(&self) -> Option<(u8, &'a [u8])> {
        match self.text {
            // TinyGSM marks what it says itself.
            [b'#', b'#', b'#', b' ', ..] => None,
            [mark @ (b'>' | b'<' | b'#')] => Some((*mark, &[])),
            [mark @ (b'>' | b'<'), b' ', rest @ ..] | [mark @ b'#', rest @ ..] => Some((*mark, rest)),
            _ => None,
        }
    }
}

/// What only a modem says.
fn is_answer(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    [&b"OK"[..], b"ERROR", b"SEND OK", b"CONNECT OK", b"SHUT OK", b"RDY"].contains(&text)
        || text.starts_with(b"+CME ERROR")
        || text.starts_with(b"+CMS ERROR")
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
    /// What stands for it is shorter.
    const LONGEST: usize = 128;
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let brackets = |open: char, close: u8, stands_for: fn(&str) -> bool| {
        text.match_indices(open).any(|(at, _)| {
            let inner = text.get(at + 1..).unwrap_or_default();
            let near = inner.as_bytes().get(..LONGEST).unwrap_or(inner.as_bytes());
            memchr::memchr(close, near).and_then(|end| inner.get(..end)).is_some_and(stands_for)
        })
    };
    brackets('[', b']', is_dots) || brackets('<', b'>', |inner| is_dots(inner) || is_placeholder(inner))
}

fn is_dots(inner: &str) -> bool {
    let inner = inner.trim();
    inner.contains("...") || inner.contains('…')
}

/// `<len>`, `<n bytes>`, `<echo>`: a few small words, not a tag with attributes and not a name of the notation.
fn is_placeholder(inner: &str) -> bool {
    let word = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let tags = [
        "cr", "lf", "ln", "html", "head", "body", "title", "p", "b", "i", "a", "br", "hr", "li", "ul", "h1", "h2",
        "h3", "em", "sub",
    ];
    inner.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && inner.split(' ').all(word)
        && inner.chars().any(|c| c.is_ascii_lowercase())
        && !tags.contains(&inner)
}

#[cfg(test)]
mod tests;
