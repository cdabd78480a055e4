//! What the rest of the session says about a line, and what a line is that was awaited.

use super::{Line, State};
use crate::modem::Direction;
use crate::modem::secrets::inside::Inside;
use crate::modem::secrets::name::is_sign;
use crate::vocabulary::Form;

/// What the rest of the session says about this line.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::modem::secrets) struct Around<'a> {
    /// The SIM asks for its PIN: digits alone are one.
    pub(crate) pin: bool,
    /// What was asked for, and how: commands with secrets, by name.
    pub(crate) asked: &'a [(Vec<u8>, Form)],
    /// Settings are told, one a line.
    pub(crate) settings: bool,
    /// A secret was asked for, and is told by whatever name.
    pub(crate) queried: bool,
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
    /// A password, whatever it is.
    Password,
    /// A line of a private key: anything but dashes.
    Key,
    /// The address of a page.
    Address,
}

impl Line {
    /// What the start of a line is that was awaited; `None`: like any other.
    pub(super) fn awaited(&mut self, byte: u8, awaited: Awaited) -> Option<bool> {
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
            Awaited::Nothing => false,
        };
        if begins {
            self.state = State::Rest(false);
        }
        begins.then_some(true)
    }
}
