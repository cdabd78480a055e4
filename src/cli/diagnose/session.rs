//! What is diagnosed: a capture, or text from a file or a pipe, read piece by piece, with a bound on all that is kept.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use anyhow::Context as _;

use super::super::common::tell_left_out;
use crate::capture::{self, CaptureError, EntryItem, Listener, Opening};
use crate::modem::Direction;
use crate::modem::diagnose::{Diagnoser, Evidence};
use crate::modem::secrets::SecretFinder;
use crate::modem::transcript::{Chunk, HEAD as PIECE, Other, Reader, Wide};
use crate::os::files;
use crate::vocabulary::Family;

/// A diagnosed session, with the bytes for quoting.
pub(super) struct Session {
    pub(super) diagnoser: Diagnoser,
    /// It was no log.
    pub(super) other: Option<Other>,
    sent: Bytes,
    received: Bytes,
}

/// The first bytes of one direction; the rest is only counted.
#[derive(Default)]
struct Bytes {
    kept: Vec<u8>,
    count: u64,
    /// Where the bytes of each line of a text begin.
    lines: Vec<(u64, u32)>,
}

/// At most this much of a session is kept for quotes.
const QUOTABLE: usize = 64 << 20;

/// At most this many lines of a text are told apart.
const LINES: usize = 4 << 20;

impl Bytes {
    /// `secret` are the stretches that nobody is to quote.
    fn push(&mut self, bytes: &[u8], secret: &[Range<usize>]) {
        let begin = self.kept.len();
        let room = QUOTABLE.saturating_sub(begin).min(bytes.len());
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        for range in secret {
            let end = (begin + range.end).min(self.kept.len());
            self.kept.get_mut(begin + range.start..end).unwrap_or_default().fill(b'*');
        }
        self.count += bytes.len() as u64;
    }

    fn push_line(&mut self, chunk: &Chunk, secret: &[Range<usize>]) {
        if self.lines.len() < LINES {
            self.lines.push((self.count, u32::try_from(chunk.line).unwrap_or(u32::MAX)));
        }
        self.push(&chunk.bytes, secret);
    }

    /// The line that the byte at this offset stands on.
    fn line(&self, offset: u64) -> Option<u32> {
        let at = self.lines.partition_point(|(start, _)| *start <= offset);
        let whole = self.lines.len() < LINES || at < self.lines.len();
        self.lines.get(at.checked_sub(1)?).filter(|_| whole).map(|&(_, line)| line)
    }
}

/// What a pcapng file begins with.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// The longest text in UTF-16, which has to be read as a whole.
const WIDE: usize = 64 << 20;

/// More text than this is no log that somebody wants to know something of.
const MOST: u64 = 1 << 30;
/// A device that gives more is one that never ends.
const MOST_OF_DEVICE: u64 = 4 << 20;

impl Session {
    /// Reads and diagnoses what stands there; `-` is standard input. `family` is the modem's, where somebody has chosen it.
    pub(super) fn read(file: &Path, family: Option<&'static Family>) -> anyhow::Result<Self> {
        if file == Path::new("-") {
            return Self::of_stream("standard input", std::io::stdin().lock(), family);
        }
        let open = || std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()));
        if file.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir()) {
            let stream = open()?;
            let left = if files::is_endless(&stream) { MOST_OF_DEVICE } else { u64::MAX };
            return Self::of_stream(&file.display().to_string(), UpTo { stream, left }, family);
        }
        match capture::open(file) {
            Ok(opening) => Self::of_capture(opening, family),
            // A transcript, or a log pasted from another tool.
            Err(CaptureError::NotPcapng { .. }) => Self::of_text(&file.display().to_string(), open()?, family),
            // It tells its cause itself.
            Err(error) => anyhow::bail!("{error}"),
        }
    }

    /// What can be read once only.
    fn of_stream(name: &str, mut stream: impl Read, family: Option<&'static Family>) -> anyhow::Result<Self> {
        let mut head = Vec::new();
        stream
            .by_ref()
            .take(PCAPNG.len() as u64)
            .read_to_end(&mut head)
            .with_context(|| format!("cannot read {name}"))?;
        if head == PCAPNG {
            anyhow::bail!("{name} is a pcapng capture; give it as a file: modemscope diagnose FILE");
        }
        Self::of_text(name, head.as_slice().chain(stream), family)
    }

    fn of_text(name: &str, stream: impl Read, family: Option<&'static Family>) -> anyhow::Result<Self> {
        let mut pieces = Pieces { name, stream, rest: Vec::new(), read: 0, lines: 0, ended: false };
        let head = pieces.next()?.unwrap_or_default();
        if let Some(wide) = Wide::of(&head) {
            return Self::of_text(name, pieces.decoded(head, wide)?.as_slice(), family);
        }
        let mut reader = Reader::learn(&head);
        let mut chunks = Vec::new();
        reader.read(&head, &mut chunks);
        let whole = pieces.ended;
        if whole {
            reader.finish(&mut chunks);
        }
        let transcript = reader.transcript(chunks);
        let mut diagnoser = Diagnoser::of_log(&transcript);
        if family.is_some() {
            diagnoser.choose(family);
        }
        let (sent, received, mut secrets) = <(Bytes, Bytes, SecretFinder)>::default();
        let mut session = Self { diagnoser, other: None, sent, received };
        session.hear(&transcript.chunks, &mut secrets);
        while let Some(piece) = pieces.next()? {
            let mut chunks = Vec::new();
            reader.read(&piece, &mut chunks);
            session.hear(&chunks, &mut secrets);
        }
        if !whole {
            let mut chunks = Vec::new();
            reader.finish(&mut chunks);
            session.hear(&chunks, &mut secrets);
        }
        session.diagnoser.waited_in_vain(reader.vain());
        session.diagnoser.ends(reader.result());
        session.diagnoser.finish();
        let spoken = session.diagnoser.reading().spoken;
        let other = Other::of(&head).filter(|other| *other == Other::Book || !spoken);
        Ok(match other {
            // A sketch holds commands, but it is no log.
            Some(other) => Self {
                diagnoser: Diagnoser::new(),
                other: Some(other),
                sent: Bytes::default(),
                received: Bytes::default(),
            },
            None => session,
        })
    }

    fn hear(&mut self, chunks: &[Chunk], secrets: &mut SecretFinder) {
        for chunk in chunks {
            let secret = secrets.find(chunk.direction, &chunk.bytes);
            match chunk.direction {
                Direction::Rx => self.received.push_line(chunk, &secret),
                Direction::Tx => self.sent.push_line(chunk, &secret),
            }
            self.diagnoser.hear(chunk, &secret);
        }
    }

    fn of_capture(opening: Opening, family: Option<&'static Family>) -> anyhow::Result<Self> {
        let reader = opening.finish();
        tell_left_out(&reader);
        let (mut sent, mut received) = (Bytes::default(), Bytes::default());
        let mut listener = Listener::of(family);
        let mut cursor = reader.cursor();
        let mut first = None;
        while let Some(entry) = cursor.next_entry() {
            if matches!(entry.item, EntryItem::Data { .. }) {
                first.get_or_insert(entry.at);
            }
            let secret = listener.hear(&entry, entry.at.saturating_sub(first.unwrap_or(entry.at)));
            match &entry.item {
                EntryItem::Data { direction: Direction::Rx, bytes, .. } => received.push(bytes, &secret),
                EntryItem::Data { direction: Direction::Tx, bytes, .. } => sent.push(bytes, &secret),
                EntryItem::Event(_) => {}
            }
        }
        if let Some(trouble) = reader.storage().trouble {
            anyhow::bail!(trouble);
        }
        Ok(Self { diagnoser: listener.finish(), other: None, sent, received })
    }

    const fn side(&self, direction: Direction) -> &Bytes {
        match direction {
            Direction::Rx => &self.received,
            Direction::Tx => &self.sent,
        }
    }

    /// The bytes of a piece of evidence, as far as they are kept.
    pub(super) fn quoted(&self, evidence: &Evidence) -> Option<&[u8]> {
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        self.side(evidence.direction).kept.get(place(evidence.range.start)..place(evidence.range.end))
    }

    /// The line of the text that a piece of evidence begins on; of a capture there are none.
    pub(super) fn line(&self, evidence: &Evidence) -> Option<u32> {
        self.side(evidence.direction).line(evidence.range.start)
    }
}

/// What stands in the place of a file, up to what nobody means to read.
struct UpTo<R> {
    stream: R,
    left: u64,
}

impl<R: Read> Read for UpTo<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other("it is a device that goes on and on; give a file, or a part of it (head -c 1000000)")
        })?;
        Ok(count)
    }
}

/// A text, cut at line ends into pieces that fit into memory.
struct Pieces<'a, R> {
    name: &'a str,
    stream: R,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
    read: u64,
    lines: usize,
    ended: bool,
}

impl<R: Read> Pieces<'_, R> {
    /// All of a text in UTF-16, of which this is the head, as UTF-8.
    fn decoded(mut self, mut head: Vec<u8>, wide: Wide) -> anyhow::Result<Vec<u8>> {
        let name = self.name;
        head.append(&mut self.rest);
        let room = (WIDE + 1).saturating_sub(head.len()) as u64;
        self.stream.by_ref().take(room).read_to_end(&mut head).with_context(|| format!("cannot read {name}"))?;
        if head.len() > WIDE {
            anyhow::bail!("{name} is UTF-16 and longer than 64 MiB; save it as UTF-8, or diagnose a part of it");
        }
        Ok(wide.decode(&head))
    }

    /// The next whole lines; nothing at the end of the text.
    fn next(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let name = self.name;
        let mut piece = std::mem::take(&mut self.rest);
        while !self.ended && memchr::memrchr(b'\n', &piece).is_none_or(|end| end + 1 < PIECE && piece.len() < PIECE) {
            if piece.len() >= PIECE && memchr::memchr(b'\r', &piece).is_some() {
                break;
            }
            if piece.len() >= PIECE {
                let line = self.lines + 1;
                anyhow::bail!("{name}: line {line} is longer than 1 MiB: this is no log of a modem");
            }
            let before = piece.len();
            let wanted = (PIECE - before) as u64;
            self.stream.by_ref().take(wanted).read_to_end(&mut piece).with_context(|| format!("cannot read {name}"))?;
            self.read += (piece.len() - before) as u64;
            self.ended = ((piece.len() - before) as u64) < wanted;
            if self.read > MOST {
                anyhow::bail!(
                    "{name} is longer than 1 GiB; diagnose a part of it, such as its last 100,000 lines (tail -n 100000)"
                );
            }
        }
        if !self.ended {
            // Lines may end in CR alone.
            let last = memchr::memrchr(b'\n', &piece).or_else(|| memchr::memrchr(b'\r', &piece));
            let end = last.map_or(piece.len(), |end| end + 1);
            self.rest = piece.split_off(end);
        }
        self.lines += memchr::memchr_iter(b'\n', &piece).count();
        Ok((!piece.is_empty()).then_some(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8]) -> anyhow::Result<Vec<usize>> {
        let mut pieces = Pieces { name: "it", stream: text, rest: Vec::new(), read: 0, lines: 0, ended: false };
        std::iter::from_fn(|| pieces.next().transpose()).map(|piece| piece.map(|piece| piece.len())).collect()
    }

    #[test]
    fn texts_are_cut_at_line_ends() {
        assert_eq!(pieces(b"").unwrap(), [0; 0]);
        assert_eq!(pieces(b"AT\nOK").unwrap(), [5]);
        let line = [b"x".repeat(1000), b"\n".to_vec()].concat();
        let long = line.repeat(3000);
        let cut = pieces(&long).unwrap();
        assert!(cut.len() > 2 && cut.iter().all(|piece| piece % line.len() == 0), "{cut:?}");
        assert_eq!(cut.iter().sum::<usize>(), long.len());
        let error = pieces(&vec![0; 3 * PIECE]).unwrap_err().to_string();
        assert!(error.contains("line 1 is longer than 1 MiB"), "{error}");
    }

    #[test]
    fn evidence_has_its_line() {
        let session = Session::of_text("it", &b"AT\nOK\n\n+CPIN: NOT INSERTED\n"[..], None).unwrap();
        let [finding] = session.diagnoser.findings() else { panic!("no finding") };
        assert_eq!(session.line(&finding.evidence[0]), Some(4));
        assert_eq!(session.quoted(&finding.evidence[0]), Some(&b"+CPIN: NOT INSERTED"[..]));
    }

    #[test]
    fn a_long_log_is_read_as_a_short_one() {
        let text = [b"AT+CSQ\n+CSQ: 20,0\n\nOK\n".repeat(60_000), b"AT+CPIN?\n+CPIN: NOT INSERTED\n".to_vec()].concat();
        assert!(text.len() > PIECE);
        let session = Session::of_text("it", text.as_slice(), None).unwrap();
        let [finding] = session.diagnoser.findings() else { panic!("{:?}", session.diagnoser.findings()) };
        assert_eq!((finding.rule, session.line(&finding.evidence[0])), ("sim-missing", Some(240_002)));
    }
}
