//! What the rest of the session says about a line, and what a line is that was awaited.

use super::{Line, State};
use crate::modem::Direction;
use crate::modem::secrets::inside::Inside;
use crate::modem::secrets::likeness::{is_said_as_set, known};
use crate::modem::secrets::name::is_sign;
use crate::modem::secrets::values::Values;
use crate::vocabulary::Form;
use crate::vocabulary::private::Parameters;

/// What the rest of the session says about this line.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each was said by another line; none excludes another")]
pub(in crate::modem::secrets) struct Around<'a> {
    /// The SIM asks for its PIN: digits alone are one.
    pub(crate) pin: bool,
    /// What was asked for, and how: commands with secrets, by name.
    pub(crate) asked: &'a [(Vec<u8>, Form)],
    /// Settings are told, one a line.
    pub(crate) settings: bool,
    /// A secret was asked for, and is told by whatever name.
    pub(crate) queried: bool,
    /// The network asked for a PIN: the next answer to it is one.
    pub(crate) ussd: bool,
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
    /// The rest of such a command in its echo, or an answer without its name: digits and quotes.
    Echo,
    /// An answer that may lack its name: the same, and any word that is no result.
    Answer,
    /// A password, whatever it is.
    Password,
    /// A line of a private key: anything but dashes.
    Key,
    /// The address of a page.
    Address,
}

impl Line {
    /// What the start of a line is that was awaited; `None`: like any other.
    pub(super) fn awaited(&mut self, byte: u8, rest: &[u8], awaited: Awaited) -> Option<bool> {
        let begins = match awaited {
            Awaited::Password => true,
            Awaited::Address => {
                self.state = State::Address(Inside::default());
                return Some(self.judge(byte, Direction::Tx, &Around::default()));
            }
            Awaited::Key => byte != b'-',
            Awaited::Rest if byte.eq_ignore_ascii_case(&b'A') => {
                self.state = State::RestOrCommand;
                return Some(false);
            }
            Awaited::Rest => !(is_sign(byte) || byte.is_ascii_whitespace() || byte.is_ascii_control()),
            Awaited::Tail => byte == b'"' || byte == b',',
            Awaited::Echo => byte.is_ascii_digit() || byte == b'"',
            Awaited::Answer => byte.is_ascii_digit() || byte == b'"' || is_no_result(byte, rest),
            Awaited::Nothing => false,
        };
        if begins {
            self.state = State::Rest(false);
        }
        begins.then_some(true)
    }
}

/// The word that begins so, as far as it came, is not what a modem says by itself: in capitals, or several words.
fn is_no_result(byte: u8, rest: &[u8]) -> bool {
    let line = rest.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let begins_command =
        byte.eq_ignore_ascii_case(&b'A') && line.first().is_none_or(|next| next.eq_ignore_ascii_case(&b'T'));
    let in_capitals = byte.is_ascii_uppercase() && line.iter().all(u8::is_ascii_uppercase);
    byte.is_ascii_alphabetic() && !(begins_command || in_capitals || line.contains(&b' '))
}

/// What stands behind the name of an answer.
pub(super) fn answered(name: &[u8], parameters: &'static Parameters, around: &Around<'_>) -> State {
    let mut asked = around.asked.iter().filter(|(asked, _)| asked == name).map(|(_, form)| *form);
    let form = asked.next();
    if form == Some(Form::Test) || !is_said_as_set(name, form.is_some()) {
        return State::Plain;
    }
    let values = Values::new(Some(parameters));
    State::Values(if known(name).is_some() { values } else { values.of_words() })
}
