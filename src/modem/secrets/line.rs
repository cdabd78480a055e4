//! One line as it passes: which of its bytes are secret, judged by what stands in front of each.

use super::likeness::{Likeness, begins_a_name, is_said_as_set};
use super::name::{BEGINS_VALUE, Name, SIGNS, may_stand_behind_at, name, stops};
use super::values::{Found, LeftOpen, Values};
use crate::modem::Direction;
use crate::vocabulary::Form;
use crate::vocabulary::private::{Parameters, parameters};

/// At most this much of a line is remembered, and as much of its end when it is longer.
const LONGEST: usize = 512;
const TAIL: usize = 64;
/// A line in which more was rubbed out hides all that follows.
const MOST_RUBBED_OUT: usize = 64;
/// Commands with PINs among words and single digits.
const LOCKS: [&[u8]; 4] = [b"+CLCK", b"+CPWD", b"^SLCK", b"^SPWD"];
/// Commands whose parameter goes to the SIM card as it is.
const CARD_COMMANDS: [&[u8]; 2] = [b"+CSIM", b"+CGLA"];
/// Supplementary services whose password stands behind the next `*` (3GPP TS 22.030, sections 6.5.4 and 6.6).
const SERVICES: [&[u8]; 13] =
    [b"33", b"330", b"331", b"332", b"333", b"35", b"351", b"353", b"03", b"04", b"042", b"05", b"052"];

/// Bytes at which a line is looked at closely: ends, what rubs out, the start of a packet, signs of commands and codes.
const HEAD_STOPS: [bool; 256] = stops(b"\r\n\x1A\x1B\x08\x7F\x10*+^#$%");
/// The same behind the name of a command without secrets.
const PLAIN_STOPS: [bool; 256] = stops(b"\r\n\x1A\x1B\x08\x7F\x10*;");

/// What the rest of the session says about this line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around<'a> {
    /// The SIM asks for its PIN: digits alone are one.
    pub(crate) pin: bool,
    /// What was asked for, and how: commands with secrets, by name.
    pub(crate) asked: &'a [(Vec<u8>, Form)],
    /// Settings are told, one a line.
    pub(crate) settings: bool,
    /// A password was asked for, or a command with a secret was left without: this line is secret from its start.
    pub(crate) awaited: Awaited,
    /// What may come back next: bytes, and which of them are secret.
    pub(crate) echo: &'a [(u8, bool)],
    /// What came with this byte behind it.
    pub(crate) rest: &'a [u8],
}

/// What a line is before it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// Anything.
    #[default]
    Nothing,
    /// The rest of a command with a secret, where it is no command itself.
    Rest,
    /// The same where the command may have been complete: quotes and commas.
    Tail,
    /// The rest of such a command in its echo: digits and quotes.
    Echo,
    /// A password, whatever it is.
    Password,
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
    /// It may be the rest of a command, or a command of its own: an `A` has come.
    RestOrCommand,
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

    /// All of it is secret, up to its end.
    pub(crate) fn hide(&mut self) {
        self.state = State::Rest(false);
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
        self.since_sign = if SIGNS.contains(&byte) { 0 } else { self.since_sign + 1 };
        if self.text.len() == 1 && !self.cut {
            self.begins = way == Direction::Tx || matches!(byte, b'A' | b'a' | b'>' | b' ');
            self.since_sign += if SIGNS.contains(&byte) { 0 } else { 2 * TAIL };
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
        let text: Vec<u8> = std::mem::take(&mut self.text).into_iter().map(|(byte, _)| byte).collect();
        for (at, byte) in text.iter().enumerate() {
            let around = Around { rest: text.get(at + 1..).unwrap_or_default(), ..*around };
            let secret = self.judge(*byte, way, &around);
            self.text.push((*byte, secret));
        }
    }

    fn judge(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        let service = byte == b'*' && self.ends_with_service();
        match &mut self.state {
            State::Head => self.head(byte, way, around),
            State::Values(values) if service && values.is_plain() => {
                self.state = State::Service;
                false
            }
            State::Values(values) => match values.take(byte, around.rest) {
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
            State::FromDigit if byte == b';' => {
                self.state = State::Head;
                false
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
                let goes_on = byte.is_ascii_digit() || matches!(byte, b'*' | b' ');
                if !goes_on {
                    self.state = State::Head;
                }
                byte == b'#' || (goes_on && byte != b' ')
            }
            State::Pin if byte.is_ascii_digit() => true,
            State::Pin => {
                if byte.is_ascii_alphabetic() {
                    self.state = State::Head;
                }
                false
            }
            State::RestOrCommand => {
                let command = byte.eq_ignore_ascii_case(&b'T');
                self.state = if command { State::Head } else { State::Rest(false) };
                !command
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
        if self.only(b" \t")
            && let Some(secret) = self.awaited(byte, around.awaited)
        {
            return secret;
        }
        if self.text.is_empty()
            && !self.cut
            && let Some((sent, secret)) = around.echo.first().filter(|_| way == Direction::Rx)
            && *sent == byte
        {
            self.state = State::Echo(1);
            return *secret;
        }
        let sent = way == Direction::Tx;
        match byte {
            b'0'..=b'9' if sent && self.begins_pin(around) => {
                self.state = State::Pin;
                true
            }
            b'*' => {
                if self.ends_with_service() {
                    self.state = State::Service;
                }
                false
            }
            _ if !self.may_be_named() && !around.settings => false,
            b':' if !sent && self.is_answer() => self.answer_begins(around),
            b'=' | b':' | b'"' | b'?' | b'0'..=b'9' => self.name_ends(byte, way, around),
            byte if sent && BEGINS_VALUE.contains(&byte) => self.name_ends(byte, way, around),
            _ if sent && byte.is_ascii_alphabetic() && self.ends_between_words() => self.name_ends(byte, way, around),
            _ => false,
        }
    }

    /// What the start of a line is that was awaited; `None`: like any other.
    fn awaited(&mut self, byte: u8, awaited: Awaited) -> Option<bool> {
        let begins = match awaited {
            Awaited::Password => true,
            Awaited::Rest if byte.eq_ignore_ascii_case(&b'A') => {
                self.state = State::RestOrCommand;
                return Some(false);
            }
            Awaited::Rest => !(SIGNS.contains(&byte) || byte.is_ascii_whitespace() || byte.is_ascii_control()),
            Awaited::Tail => byte == b'"' || byte == b',',
            Awaited::Echo => byte.is_ascii_digit() || byte == b'"',
            Awaited::Nothing => false,
        };
        if begins {
            self.state = State::Rest(false);
        }
        begins.then_some(true)
    }

    /// The `:` of an answer: nearly all of them hold no secret.
    fn answer_begins(&mut self, around: &Around<'_>) -> bool {
        let name: Vec<u8> = self.text.iter().map(|(byte, _)| byte.to_ascii_uppercase()).collect();
        let name = name.trim_ascii();
        let known = parameters(name).filter(|parameters| parameters.may_be_secret());
        self.state = known.map_or(State::Plain, |parameters| answered(name, parameters, around));
        false
    }

    /// A byte that can stand behind a command's name: is it one with a secret?
    fn name_ends(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        let value = !matches!(byte, b'=' | b':' | b'?');
        if around.settings && (byte == b'"' || !value) && self.is_login_setting() {
            self.state = State::Rest(!value);
            return value;
        }
        let tail = self.text.get(self.text.len().saturating_sub(TAIL)..).unwrap_or_default();
        let tail: Vec<u8> = tail.iter().map(|(byte, _)| *byte).collect();
        if way == Direction::Rx
            && byte == b':'
            && let Some((asked, _)) =
                around.asked.iter().find(|(name, _)| name.get(1..) == Some(&tail.to_ascii_uppercase()))
            && let Some(parameters) = parameters(asked)
        {
            self.state = answered(asked, parameters, around);
            return false;
        }
        if way == Direction::Rx && value && !may_stand_behind_at(&tail) {
            return false;
        }
        let whole = !self.cut && self.text.len() <= TAIL;
        let Some(name) = name(&tail, whole, way, byte) else { return false };
        let commanded = name.commanded;
        match name.likeness {
            Likeness::Secret(parameters) if byte == b'=' => {
                let values = Values::new(Some(parameters));
                self.state = State::Values(if LOCKS.contains(&&*name.letters) { values.of_lock() } else { values });
            }
            Likeness::Secret(parameters) if byte == b':' && !name.after_at => {
                let said = way == Direction::Rx;
                self.state = if said { answered(&name.letters, parameters, around) } else { State::FromDigit };
            }
            Likeness::Secret(_) | Likeness::Like if (byte == b'=' && commanded) || (byte == b':' && name.after_at) => {
                self.state = State::Rest(true);
            }
            Likeness::Secret(_) | Likeness::Like if byte == b'?' && commanded && way == Direction::Tx => {
                self.state = State::FromDigit;
            }
            Likeness::Secret(_) | Likeness::Like if value && commanded => {
                return self.value_begins(byte, &name, around);
            }
            Likeness::Other | Likeness::Unknown if byte == b'=' && commanded => {
                let values = Values::new(None);
                self.state =
                    State::Values(if CARD_COMMANDS.contains(&&*name.letters) { values.of_card() } else { values });
            }
            Likeness::Secret(_) | Likeness::Other if !value => self.state = State::Plain,
            _ => {}
        }
        false
    }

    /// A value without `=`, where it is one.
    fn value_begins(&mut self, byte: u8, name: &Name, around: &Around<'_>) -> bool {
        // `AT+CPIN2=`, and not `AT+CPIN2345`.
        let grows = byte.is_ascii_digit()
            && self.text.last().is_some_and(|(last, _)| last.is_ascii_alphanumeric())
            && around.rest.first().is_some_and(|next| !next.is_ascii_digit())
            && begins_a_name(&[name.letters.as_slice(), &[byte]].concat());
        let slip = matches!(name.likeness, Likeness::Like) && !(byte.is_ascii_digit() || byte == b'"');
        if grows || slip {
            return false;
        }
        self.state = State::Rest(false);
        true
    }

    /// `PWD:` and `USER=` among settings.
    fn is_login_setting(&self) -> bool {
        let text: Vec<u8> = self.text.iter().map(|(byte, _)| byte.to_ascii_uppercase()).collect();
        let name: Vec<u8> = text.into_iter().filter(u8::is_ascii_alphanumeric).collect();
        matches!(name.as_slice(), b"PWD" | b"USER" | b"PASSWORD" | b"PASSWD" | b"USERNAME" | b"USERDATA")
    }

    /// Nothing but `AT` or a word for a PIN stands in it, so a number that comes is the PIN: where the SIM waits for it, or
    /// it looks like one.
    fn begins_pin(&self, around: &Around<'_>) -> bool {
        const WORDS: [&[u8]; 5] = [b"PIN", b"PUK", b"SIMPIN", b"PINIS", b"PINCODE"];
        const OTHERS: [&[u8]; 4] = [b"AT", b"SIM", b"CPIN", b"ATPIN"];
        if self.cut || self.text.len() > TAIL || self.text.iter().any(|(byte, _)| byte.is_ascii_digit()) {
            return false;
        }
        let letters = self.text.iter().map(|(byte, _)| byte.to_ascii_uppercase()).filter(u8::is_ascii_alphabetic);
        let letters: Vec<u8> = letters.collect();
        let letters = letters.as_slice();
        if around.pin {
            return letters.len() <= 1 || WORDS.contains(&letters) || OTHERS.contains(&letters);
        }
        // `pin 13 on` is for a board, as far as that can be seen.
        let more = around.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        WORDS.contains(&letters) && (more == around.rest.len() || (4..=8).contains(&(more + 1)))
    }

    /// Behind its last byte a word can begin, and no name of a command.
    fn ends_between_words(&self) -> bool {
        let between =
            |last: u8| last.is_ascii() && !last.is_ascii_alphanumeric() && last != b'_' && !SIGNS.contains(&last);
        self.text.last().is_some_and(|(last, _)| between(*last))
    }

    /// What comes next in it is hidden, or may be.
    pub(crate) fn hides(&self) -> bool {
        matches!(self.state, State::Values(_) | State::Rest(_) | State::FromDigit | State::Pin | State::Service)
    }

    /// Whether it was left where a secret was to follow, so that the next line may bring that.
    pub(crate) fn left_open(&self) -> LeftOpen {
        let begun = match &self.state {
            State::Rest(first) => *first,
            State::Values(values) => return values.left_open(),
            State::Head
                if !self.cut
                    && self.text.len() <= TAIL
                    && self.may_be_named()
                    && self.text.last().is_some_and(|(last, _)| last.is_ascii_alphanumeric()) =>
            {
                let text: Vec<u8> = self.text.iter().map(|(byte, _)| *byte).collect();
                // As if the value came here; only behind `AT`, so that a slip elsewhere need not be looked for.
                may_stand_behind_at(&text)
                    && name(&text, true, Direction::Rx, b'0')
                        .is_some_and(|name| name.after_at && matches!(name.likeness, Likeness::Secret(_)))
            }
            _ => false,
        };
        if begun { LeftOpen::Begun } else { LeftOpen::No }
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
        let tail = self.text.iter().rev().map(|(byte, _)| *byte).filter(|byte| *byte != b' ').take(4);
        let tail: Vec<u8> = tail.collect();
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let code: Vec<u8> = tail.iter().take(digits).rev().copied().collect();
        matches!(tail.get(digits), Some(b'*' | b'#')) && SERVICES.contains(&code.as_slice())
    }
}

/// What stands behind the name of an answer.
fn answered(name: &[u8], parameters: &'static Parameters, around: &Around<'_>) -> State {
    let mut asked = around.asked.iter().filter(|(asked, _)| asked == name).map(|(_, form)| *form);
    let form = asked.next();
    if form == Some(Form::Test) || !is_said_as_set(name, form.is_some()) {
        return State::Plain;
    }
    State::Values(Values::new(Some(parameters)))
}
