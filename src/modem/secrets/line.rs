//! One line as it passes: which of its bytes are secret, judged by what stands in front of each.

mod around;
mod console;
mod quick;
mod shape;
mod text;

use super::inside::Inside;
use super::likeness::{Likeness, begins_a_name, behind, known};
use super::name::{BEGINS_VALUE, Name, name};
use super::values::{Found, LeftOpen, Pins, Values};
use crate::modem::Direction;
use crate::vocabulary::private::{nothing_but_secrets, parameters};
use around::answered;
pub(super) use around::{Around, Awaited};
pub(super) use quick::plain;
use quick::{Parted, stands_between_words};
use shape::{are_short_numbers, begins_key, ends_numbered_name};
pub(super) use text::plain_text;

/// At most this much of a line is remembered, and as much of its end when it is longer.
const LONGEST: usize = 512;
const TAIL: usize = 64;
/// A line in which more was rubbed out hides all that follows.
const MOST_RUBBED_OUT: usize = 64;
/// Commands with PINs among words and single digits.
const LOCKS: [&[u8]; 4] = [b"+CLCK", b"+CPWD", b"^SLCK", b"^SPWD"];
/// Commands with PINs behind a digit that says what is to be done, where some leave out what stands between them.
const PAIRING: [&[u8]; 1] = [b"+BTPAIR"];
/// Commands whose parameter goes to the SIM card as it is.
const CARD_COMMANDS: [&[u8]; 2] = [b"+CSIM", b"+CGLA"];
/// Commands behind whose parameters some write a login, in quotes: `AT+CGDCONT=1,"IP","internet","","me","…"`.
const CONTEXTS: [&[u8]; 1] = [b"+CGDCONT"];
/// A line that is passing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// What stands in it: what was rubbed out is gone.
    text: Vec<u8>,
    /// Which bytes of it are secret.
    secret: Vec<bool>,
    /// It was longer than what is remembered.
    cut: bool,
    state: State,
    rubbed_out: usize,
    /// Bytes since the last sign that a name begins with, and whether the line may begin with a name that lacks it: most
    /// lines are told apart by these alone.
    since_sign: usize,
    parted: Parted,
    begins: bool,
}

#[derive(Clone, Debug, Default)]
enum State {
    /// No command with a secret so far.
    #[default]
    Head,
    /// Parameters of such a command.
    Values(Values),
    /// The address of a page, sent as data.
    Address(Inside),
    /// All is secret up to the line's end; true at its very start, where `?` asks.
    Rest(bool),
    /// All is secret from the first quote, or digit that begins a word, on.
    FromDigit,
    /// A password in a code such as `*33*…#`, and the same in UCS2.
    Service,
    ServiceInHex,
    /// A private key, in the line that says so.
    Key,
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
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The same, and which bytes of it are secret.
    pub(super) fn marked(&self) -> impl Iterator<Item = (u8, bool)> {
        self.text.iter().copied().zip(self.secret.iter().copied())
    }

    /// Its first byte is secret.
    pub(super) fn begins_secret(&self) -> bool {
        self.secret.first() == Some(&true)
    }

    /// Some byte of it is secret.
    pub(super) fn has_secret(&self) -> bool {
        self.secret.contains(&true)
    }

    /// Nothing of it has come.
    pub(super) fn is_new(&self) -> bool {
        self.text.is_empty() && !self.cut && self.rubbed_out == 0 && matches!(self.state, State::Head)
    }

    /// Each of its bytes is known for what it is: an echo, or parameters of a command with secrets.
    pub(super) fn is_understood(&self) -> bool {
        match &self.state {
            State::Echo(_) => true,
            State::Values(values) => !values.is_plain(),
            _ => false,
        }
    }

    /// Nothing of it was forgotten.
    pub(crate) fn is_whole(&self) -> bool {
        !self.cut
    }

    /// It holds just this.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        !self.cut && self.text == text
    }

    /// How much of the echo came, where it is one.
    pub(super) fn echoed(&self) -> usize {
        if let State::Echo(length) = self.state { length } else { 0 }
    }

    /// Another line begins; the room for it stays.
    pub(super) fn begin(mut self) -> Self {
        self.text.clear();
        self.secret.clear();
        Self { text: self.text, secret: self.secret, ..Self::default() }
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
        self.push(byte, secret);
        if byte == b'-' && !secret && begins_key(&self.text) {
            self.state = State::Key;
        }
        self.shorten();
        self.note_names(byte, way);
        secret
    }

    fn push(&mut self, byte: u8, secret: bool) {
        self.text.push(byte);
        self.secret.push(secret);
    }

    /// Forgets the front of a long line.
    fn shorten(&mut self) {
        if self.text.len() > LONGEST {
            let gone = self.text.len() - TAIL;
            self.text.drain(..gone);
            self.secret.drain(..gone);
            self.cut = true;
        }
    }

    /// The line as it stands without its last byte.
    fn rub_out(&mut self, way: Direction, around: &Around<'_>) {
        self.rubbed_out += 1;
        if self.rubbed_out > MOST_RUBBED_OUT && !matches!(self.state, State::Head) {
            self.state = State::Rest(false);
        }
        let (_byte, _secret) = (self.text.pop(), self.secret.pop());
        // It may have been the sign, or what stood behind one.
        (self.since_sign, self.parted, self.begins) = (0, Parted::No, true);
        if matches!(self.state, State::Head) || self.rubbed_out > MOST_RUBBED_OUT {
            return;
        }
        self.judge_anew(way, around);
    }

    /// Judges what stands in the line once more.
    fn judge_anew(&mut self, way: Direction, around: &Around<'_>) {
        self.state = State::Head;
        let text = std::mem::take(&mut self.text);
        self.secret.clear();
        for (at, byte) in text.iter().enumerate() {
            let around = Around { rest: text.get(at + 1..).unwrap_or_default(), ..*around };
            let secret = self.judge(*byte, way, &around);
            self.push(*byte, secret);
        }
    }

    fn judge(&mut self, byte: u8, way: Direction, around: &Around<'_>) -> bool {
        let service = byte == b'*' && self.ends_with_service();
        if matches!(byte, b'A' | b'a') && self.ends_with_service_in_ucs2() {
            self.state = State::ServiceInHex;
            return false;
        }
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
            State::Address(address) => {
                address.take(byte, true, around.rest);
                address.is_secret()
            }
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
                let in_word = self.text.last().is_some_and(u8::is_ascii_alphanumeric);
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
            State::ServiceInHex => {
                if !byte.is_ascii_hexdigit() {
                    self.state = State::Plain;
                }
                byte.is_ascii_hexdigit()
            }
            State::Key => {
                if byte == b'-' {
                    self.state = State::Plain;
                }
                byte != b'-'
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
        if way == Direction::Tx && byte != b' ' && console::value_follows(&self.text, byte, around.rest) {
            self.state = State::Rest(false);
            return true;
        }
        if self.only(b" \t")
            && let Some(secret) = self.awaited(byte, around.rest, around.awaited)
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
            _ if sent
                && byte.is_ascii_alphabetic()
                && self.text.last().is_some_and(|last| stands_between_words(*last)) =>
            {
                self.name_ends(byte, way, around)
            }
            _ => false,
        }
    }

    /// The `:` of an answer: nearly all of them hold no secret.
    fn answer_begins(&mut self, around: &Around<'_>) -> bool {
        let name = self.text.trim_ascii();
        let asked = || around.asked.iter().find(|(asked, _)| asked.eq_ignore_ascii_case(name));
        let known_by = parameters(name).or_else(|| asked().and_then(|(asked, _)| behind(asked)));
        self.state = match known_by.filter(|parameters| parameters.may_be_secret()) {
            Some(parameters) => answered(&name.to_ascii_uppercase(), parameters, around),
            None if around.queried && known(&name.to_ascii_uppercase()).is_none() => State::FromDigit,
            None => State::Plain,
        };
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
        if way == Direction::Rx
            && byte == b':'
            && let Some((asked, _)) =
                around.asked.iter().find(|(name, _)| name.get(1..).is_some_and(|name| name.eq_ignore_ascii_case(tail)))
            && let Some(parameters) = behind(asked)
        {
            self.state = answered(asked, parameters, around);
            return false;
        }
        let whole = !self.cut && self.text.len() <= TAIL;
        let Some(name) = name(tail, whole, way, byte) else { return false };
        let commanded = name.commanded;
        match name.likeness {
            Likeness::Secret(parameters) if byte == b'=' => {
                let values = Values::new(Some(parameters));
                self.state = State::Values(match &*name.letters {
                    name if LOCKS.contains(&name) => values.with_pins(Pins::Anywhere),
                    name if PAIRING.contains(&name) => values.with_pins(Pins::BehindFirst),
                    _ => values,
                });
            }
            Likeness::Secret(parameters) if byte == b':' && !name.after_at => {
                let said = way == Direction::Rx;
                self.state = if said { answered(&name.letters, parameters, around) } else { State::FromDigit };
            }
            Likeness::Like if byte == b'=' && commanded && are_short_numbers(around.rest) => self.state = State::Plain,
            Likeness::Worded(parameters) if byte == b'=' && commanded => {
                self.state = State::Values(Values::new(Some(parameters)).of_words());
            }
            Likeness::Secret(_) | Likeness::Like | Likeness::Worded(_)
                if (byte == b'=' && commanded) || (byte == b':' && name.after_at) =>
            {
                self.state = State::Rest(true);
            }
            Likeness::Secret(_) | Likeness::Like | Likeness::Worded(_)
                if byte == b'?' && commanded && way == Direction::Tx =>
            {
                self.state = State::FromDigit;
            }
            Likeness::Secret(_) | Likeness::Like | Likeness::Worded(_) if value && commanded => {
                return self.value_begins(byte, &name, around);
            }
            Likeness::Other if byte == b'=' && around.ussd && *name.letters == *b"+CUSD" => {
                self.state = State::Values(Values::new(Some(nothing_but_secrets())).of_words());
            }
            Likeness::Other | Likeness::Unknown if byte == b'=' && commanded => {
                let values = Values::new(parameters(&name.letters));
                self.state = State::Values(match &*name.letters {
                    name if CARD_COMMANDS.contains(&name) => values.of_card(),
                    name if CONTEXTS.contains(&name) => values.of_context(),
                    _ => values,
                });
            }
            Likeness::Unknown if byte == b':' && around.queried => self.state = State::FromDigit,
            Likeness::Secret(_) | Likeness::Other if !value => self.state = State::Plain,
            _ => {}
        }
        false
    }

    /// A value without `=`, where it is one.
    fn value_begins(&mut self, byte: u8, name: &Name, around: &Around<'_>) -> bool {
        // `AT+CPIN2=`, and not `AT+CPIN2345`.
        let grows = byte.is_ascii_digit()
            && self.text.last().is_some_and(u8::is_ascii_alphanumeric)
            && around.rest.first().is_some_and(|next| !next.is_ascii_digit())
            && begins_a_name(&[&*name.letters, &[byte]].concat());
        let worded = matches!(name.likeness, Likeness::Worded(_));
        let numbered = matches!(name.likeness, Likeness::Like) && ends_numbered_name(byte, around.rest);
        let slip = (worded || matches!(name.likeness, Likeness::Like)) && !(byte.is_ascii_digit() || byte == b'"')
            || worded && self.may_be_numbered(around.rest);
        if grows || numbered || slip {
            return false;
        }
        self.state = State::Rest(false);
        true
    }

    /// A digit that comes next is part of the name (`AT+WPA2=`), as far as can be seen: it is no PIN.
    fn may_be_numbered(&self, rest: &[u8]) -> bool {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.text.last().is_some_and(u8::is_ascii_alphabetic) && digits < 3
    }

    /// What comes next in it is hidden, or may be.
    pub(crate) fn hides(&self) -> bool {
        !matches!(self.state, State::Head | State::Plain | State::RestOrCommand | State::Echo(_))
    }

    /// It is the address of a page, which has no end of its own.
    pub(super) fn is_address(&self) -> bool {
        matches!(self.state, State::Address(_))
    }

    /// It was left in a private key.
    pub(super) fn is_key(&self) -> bool {
        matches!(self.state, State::Key)
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
                    && self.text.last().is_some_and(u8::is_ascii_alphanumeric) =>
            {
                // As if the value came here; only behind `AT`, so that a slip elsewhere need not be looked for.
                name(&self.text, true, Direction::Rx, b'0')
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
        !self.cut && self.text.iter().all(|byte| bytes.contains(byte))
    }
}
