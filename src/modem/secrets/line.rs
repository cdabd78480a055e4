//! One line as it passes: which of its bytes are secret, judged by what stands in front of each.

use super::likeness::{Likeness, begins_a_name, judge};
use super::values::{Found, Values};
use crate::modem::Direction;

/// At most this much of a line is remembered, and as much of its end when it is longer.
const LONGEST: usize = 512;
const TAIL: usize = 64;
/// No name is longer.
const LONGEST_NAME: usize = 24;
/// A line in which more was rubbed out hides all that follows.
const MOST_RUBBED_OUT: usize = 64;
/// What the names of extended commands begin with.
const PREFIXES: &[u8] = b"+^#$";
/// Supplementary services whose password stands behind the next `*` (3GPP TS 22.030, sections 6.5.4 and 6.6).
const SERVICES: [&[u8]; 13] =
    [b"33", b"330", b"331", b"332", b"333", b"35", b"351", b"353", b"03", b"04", b"042", b"05", b"052"];

/// Bytes at which a line is looked at closely: ends, what rubs out, the start of a packet, signs of commands and codes.
const HEAD_STOPS: [bool; 256] = stops(b"\r\n\x1A\x1B\x08\x7F\x10*+^#$");
/// The same behind the name of a command without secrets.
const PLAIN_STOPS: [bool; 256] = stops(b"\r\n\x1A\x1B\x08\x7F\x10*;");

#[expect(clippy::indexing_slicing, reason = "a byte is no larger than the table; a slip would not compile")]
const fn stops(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut rest = bytes;
    while let [byte, more @ ..] = rest {
        table[*byte as usize] = true;
        rest = more;
    }
    table
}

/// What the rest of the session says about this line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around<'a> {
    /// The SIM asks for its PIN: digits alone are one.
    pub pin: bool,
    /// What was asked for, a command with secrets, by name.
    pub asked: Option<&'a [u8]>,
    /// The settings of a bearer are told, one a line.
    pub bearer: bool,
    /// What may come back next: bytes, and which of them are secret.
    pub echo: &'a [(u8, bool)],
}

/// A line that is passing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// What stands in it: what was rubbed out is gone. And whether it is secret.
    text: Vec<(u8, bool)>,
    /// It was longer than what is remembered.
    cut: bool,
    state: State,
    rubbed_out: usize,
    /// Bytes since the last sign that a name begins with, and whether the line may begin with a name that lacks it: most
    /// lines are told apart by these alone.
    since_sign: usize,
    begins: bool,
}

#[derive(Clone, Debug, Default)]
enum State {
    /// No command with a secret so far.
    #[default]
    Head,
    /// Parameters of such a command.
    Values(Values),
    /// All is secret up to the line's end; true at its very start, where `?` asks.
    Rest(bool),
    /// All is secret from the first quote, or digit that begins a word, on.
    FromDigit,
    /// A password in a code such as `*33*…#`.
    Service,
    /// Digits alone, the PIN that the SIM asks for.
    Pin,
    /// What was sent comes back: how much of it came.
    Echo(usize),
    /// Nothing up to a `;`.
    Plain,
}

impl Line {
    /// What stands in it.
    pub(super) fn text(&self) -> &[(u8, bool)] {
        &self.text
    }

    /// Nothing of it was forgotten.
    pub(crate) fn is_whole(&self) -> bool {
        !self.cut
    }

    /// It holds just this.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        !self.cut && self.text.len() == text.len() && self.text.iter().zip(text).all(|((byte, _), want)| byte == want)
    }

    /// How much of the echo came, where it is one.
    pub(super) fn echoed(&self) -> usize {
        if let State::Echo(length) = self.state { length } else { 0 }
    }

    /// Takes the next byte of the line, not its end; true when it is secret.
    pub(super) fn take(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        if matches!(byte, 0x08 | 0x7F) {
            self.rub_out(way, around);
            return false;
        }
        let secret = self.judge(byte, way, around);
        if self.text.len() >= LONGEST {
            self.text.drain(..LONGEST - TAIL);
            self.cut = true;
        }
        self.text.push((byte, secret));
        self.since_sign = if PREFIXES.contains(&byte) { 0 } else { self.since_sign + 1 };
        if self.text.len() == 1 && !self.cut {
            self.begins = way == Direction::Tx || matches!(byte, b'A' | b'a' | b'>' | b' ');
            self.since_sign += if PREFIXES.contains(&byte) { 0 } else { 2 * TAIL };
        }
        secret
    }

    /// Takes as many of the next bytes at once as cannot be secret whatever they are: most bytes of a session.
    pub(super) fn skip(&mut self, bytes: &[u8]) -> usize {
        let stops = match self.state {
            State::Plain => &PLAIN_STOPS,
            State::Head if !self.text.is_empty() && !self.may_be_named() => &HEAD_STOPS,
            _ => return 0,
        };
        let stop = |byte: &u8| stops.get(usize::from(*byte)).copied().unwrap_or(true);
        let count = bytes.iter().position(stop).unwrap_or(bytes.len());
        let mut skipped = bytes.get(..count).unwrap_or_default();
        if self.text.len() + count > LONGEST {
            skipped = skipped.get(count.saturating_sub(TAIL)..).unwrap_or_default();
            self.text.clear();
            self.cut = true;
        }
        self.text.extend(skipped.iter().map(|byte| (*byte, false)));
        self.since_sign += count;
        count
    }

    /// A command's name may stand in what was last.
    fn may_be_named(&self) -> bool {
        self.since_sign <= TAIL || (self.begins && self.text.len() <= TAIL)
    }

    /// The line as it stands without its last byte.
    fn rub_out(&mut self, way: Direction, around: &Around<'_>) {
        self.rubbed_out += 1;
        if self.rubbed_out > MOST_RUBBED_OUT && !matches!(self.state, State::Head) {
            self.state = State::Rest(false);
        }
        let _gone = self.text.pop();
        // It may have been the sign, or what stood behind one.
        (self.since_sign, self.begins) = (0, true);
        if matches!(self.state, State::Head) || self.rubbed_out > MOST_RUBBED_OUT {
            return;
        }
        self.judge_anew(way, around);
    }

    /// Judges what stands in the line once more.
    fn judge_anew(&mut self, way: Direction, around: &Around<'_>) {
        self.state = State::Head;
        for (byte, _) in std::mem::take(&mut self.text) {
            let secret = self.judge(byte, way, around);
            self.text.push((byte, secret));
        }
    }

    fn judge(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        match &mut self.state {
            State::Head => self.head(byte, way, around),
            State::Values(values) => match values.take(byte) {
                Found::Open => false,
                Found::Secret => true,
                Found::Next => {
                    self.state = State::Head;
                    false
                }
                Found::Unclear => {
                    self.state = State::Rest(false);
                    true
                }
            },
            State::Rest(first) => {
                let begins = std::mem::take(first);
                let open = begins && (byte == b'?' || byte == b' ');
                *first = begins && byte == b' ';
                !open
            }
            State::FromDigit => {
                let in_word = self.text.last().is_some_and(|(last, _)| last.is_ascii_alphanumeric());
                let begins = (byte.is_ascii_digit() && !in_word) || byte == b'"';
                if begins {
                    self.state = State::Rest(false);
                }
                begins
            }
            State::Service => {
                if byte == b'#' || !(byte.is_ascii_digit() || byte == b'*') {
                    self.state = State::Head;
                }
                byte == b'#' || byte == b'*' || byte.is_ascii_digit()
            }
            State::Pin if byte.is_ascii_digit() => true,
            State::Pin => {
                if !matches!(byte, b',' | b'"' | b' ') {
                    self.state = State::Head;
                }
                false
            }
            State::Echo(came) => {
                if let Some((_, secret)) = around.echo.get(*came).filter(|(sent, _)| *sent == byte) {
                    *came += 1;
                    return *secret;
                }
                // It is something else: what stood in it so far is judged as what it is.
                let around = Around { echo: &[], ..*around };
                self.judge_anew(way, &around);
                self.judge(byte, way, &around)
            }
            State::Plain => {
                match byte {
                    b';' => self.state = State::Head,
                    b'*' if self.ends_with_service() => self.state = State::Service,
                    _ => {}
                }
                false
            }
        }
    }

    fn head(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        if self.text.is_empty()
            && !self.cut
            && let Some((sent, secret)) = around.echo.first().filter(|_| way == Direction::Rx)
            && *sent == byte
        {
            self.state = State::Echo(1);
            return *secret;
        }
        let after_blank = self.text.last().is_some_and(|(last, _)| *last == b' ' || *last == b'\t');
        let letters = !after_blank || byte.is_ascii_whitespace();
        match byte {
            b'0'..=b'9' if way == Direction::Tx && around.pin && self.only(b"\" ") => {
                self.state = State::Pin;
                true
            }
            b'*' => {
                if self.ends_with_service() {
                    self.state = State::Service;
                }
                false
            }
            _ if !self.may_be_named() && !around.bearer => false,
            // An answer that nobody asked a secret of: nearly all lines of a modem.
            b':' if way == Direction::Rx && around.asked.is_none() && self.is_answer() => {
                self.state = State::Plain;
                false
            }
            b'=' | b':' | b'"' | b'?' | b'0'..=b'9' => self.name_ends(byte, way, around),
            _ if letters => false,
            _ => self.name_ends(byte, way, around),
        }
    }

    /// A byte that can stand behind a command's name: is it one with a secret?
    fn name_ends(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        let after_blank = self.text.last().is_some_and(|(last, _)| *last == b' ' || *last == b'\t');
        if byte == b':' && around.bearer && self.is_bearer_login() {
            self.state = State::Rest(true);
            return false;
        }
        let Some(Name { letters: name, commanded, after_at, may_be_slip }) = self.name(way) else { return false };
        let likeness = match judge(&name) {
            Likeness::Like if !may_be_slip => Likeness::Unknown,
            likeness => likeness,
        };
        let value = !matches!(byte, b'=' | b':' | b'?');
        match likeness {
            Likeness::Secret(parameters) if byte == b'=' => self.state = State::Values(Values::new(parameters)),
            Likeness::Secret(parameters) if byte == b':' && !after_at => {
                // What a modem answers, and only to who asked.
                if around.asked == Some(name.as_slice()) {
                    self.state = State::Values(Values::new(parameters));
                } else if way == Direction::Tx {
                    self.state = State::FromDigit;
                } else {
                    self.state = State::Plain;
                }
            }
            Likeness::Secret(_) | Likeness::Like if (byte == b'=' && commanded) || (byte == b':' && after_at) => {
                self.state = State::Rest(true);
            }
            Likeness::Secret(_) | Likeness::Like if value && commanded => {
                let grows =
                    byte.is_ascii_digit() && !after_blank && begins_a_name(&[name.as_slice(), &[byte]].concat());
                let slip = matches!(likeness, Likeness::Like) && !(byte.is_ascii_digit() || byte == b'"');
                if !grows && !slip {
                    self.state = State::Rest(false);
                    return true;
                }
            }
            Likeness::Secret(_) | Likeness::Other if !value => self.state = State::Plain,
            _ => {}
        }
        false
    }

    /// The name that the line ends with.
    fn name(&self, way: Direction) -> Option<Name> {
        let tail = self.text.get(self.text.len().saturating_sub(TAIL)..)?;
        let blank = |byte: u8| byte == b' ' || byte == b'\t';
        let mut name: Vec<u8> = Vec::new();
        let mut rest = tail;
        let mut prefixed = false;
        while let Some(((byte, _), front)) = rest.split_last() {
            rest = front;
            if PREFIXES.contains(byte) {
                name.push(*byte);
                prefixed = true;
                break;
            }
            if !blank(*byte) {
                if !(byte.is_ascii_alphanumeric() || *byte == b'_') {
                    // A prompt or a word in front of it ends it.
                    break;
                }
                name.push(byte.to_ascii_uppercase());
            }
            if name.len() > LONGEST_NAME {
                return None;
            }
        }
        name.reverse();
        if prefixed {
            let front: Vec<u8> =
                rest.iter().rev().map(|(byte, _)| *byte).filter(|byte| !blank(*byte)).take(2).collect();
            let after_at = front.eq_ignore_ascii_case(b"TA");
            let alone = front.is_empty() || front == b">";
            let commanded = after_at || (way == Direction::Tx && alone && !self.cut);
            return Some(Name { letters: name, commanded, after_at, may_be_slip: true });
        }
        // `ATCPIN=`, `CPIN=`: without the sign, at the line's start only.
        let at_start = !self.cut && rest.iter().all(|(byte, _)| blank(*byte) || *byte == b'>');
        let bare = name.strip_prefix(b"AT");
        let may_be_slip = bare.is_some();
        let commanded = may_be_slip || way == Direction::Tx;
        let name = [b"+", bare.unwrap_or(&name)].concat();
        (at_start && commanded && name.len() > 4).then_some(Name {
            letters: name,
            commanded,
            after_at: may_be_slip,
            may_be_slip,
        })
    }

    /// `PWD:` and `USER:` in the settings of a bearer.
    fn is_bearer_login(&self) -> bool {
        let text: Vec<u8> = self.text.iter().map(|(byte, _)| byte.to_ascii_uppercase()).collect();
        matches!(text.trim_ascii(), b"PWD" | b"USER" | b"PASSWORD" | b"USERNAME")
    }

    /// It began with a sign, and has had no other since.
    fn is_answer(&self) -> bool {
        !self.cut && self.text.len() == self.since_sign + 1 && !self.text.is_empty()
    }

    /// Nothing but these so far.
    fn only(&self, bytes: &[u8]) -> bool {
        !self.cut && self.text.iter().all(|(byte, _)| bytes.contains(byte))
    }

    /// `*33`, `**04`, `#331`: a password stands behind the next `*`.
    fn ends_with_service(&self) -> bool {
        let tail: Vec<u8> = self.text.iter().rev().take(4).map(|(byte, _)| *byte).collect();
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let code: Vec<u8> = tail.iter().take(digits).rev().copied().collect();
        matches!(tail.get(digits), Some(b'*' | b'#')) && SERVICES.contains(&code.as_slice())
    }
}

/// A name in capitals, without `AT`.
struct Name {
    letters: Vec<u8>,
    /// It stands where a command is written, not in an answer or in the middle of something else.
    commanded: bool,
    /// `AT` stands in front.
    after_at: bool,
    /// `AT` or a sign stands in front, so that it is a command, if one with a slip.
    may_be_slip: bool,
}
