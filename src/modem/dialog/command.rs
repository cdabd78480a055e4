//! The command of a line that decides what is waited for, as the modem's family knows it.
//!
//! Not a syntax check: a line that begins with `AT` is a command, whatever stands behind it.

use crate::modem::remembered::Remembered;
use crate::vocabulary::{Call, Command, Family, Form, Knowing, Line, Place, Role};

/// What a command line asks for.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each tells something else of the command; none excludes another")]
pub(crate) struct Asked {
    /// What the command is for.
    pub(crate) role: Role,
    /// What is done with it.
    pub form: Form,
    /// The command as the family knows it; `None` for one that it does not.
    pub command: Option<&'static Command>,
    /// Where it stands in the line.
    pub place: Place,
    /// The line may hold further commands.
    pub glued: bool,
    /// Which families have its commands, so that they tell which modem it is.
    pub(crate) knowing: Knowing,
    /// It holds a `\\`, `<` or `^`, with which people write a byte.
    pub(crate) escapes: bool,
    /// There is a blank in it.
    pub(crate) blanks: bool,
    /// The line takes data when it is accepted.
    pub(crate) takes_data: bool,
    /// Its final result is `OK`; else one of its own.
    pub(crate) ends_with_ok: bool,
    /// Its result comes behind an `OK`, which says only that it was read.
    pub(crate) told_later: bool,
}

impl Asked {
    /// Reads a line.
    #[must_use]
    pub(crate) fn read(text: &[u8], family: &'static Family) -> Self {
        let escapes = memchr::memchr3(b'\\', b'<', b'^', text).is_some();
        let blanks = memchr::memchr(b' ', text).is_some();
        let Some(line) = Line::read(text) else {
            return Self { escapes, blanks, ends_with_ok: true, ..Self::default() };
        };
        let glued = memchr::memchr(b';', text).is_some();
        let (call, command) = match line.sole() {
            Some(call) => {
                let command = family.find(&call);
                (call, command)
            }
            None => chief_of_many(line, family),
        };
        Self {
            role: role_of(&call, command),
            form: call.form,
            command,
            place: call.place(),
            glued,
            knowing: Knowing::of(line),
            escapes,
            blanks,
            takes_data: command.is_some_and(|command| command.takes_data(&call)),
            told_later: command.is_some_and(|command| command.is_told_later(&call)),
            ends_with_ok: command.is_none_or(|command| command.ends_with_ok(&call)),
        }
    }
}

/// What the last command lines ask for, so that each is read once.
#[derive(Debug, Default)]
pub(super) struct Readings {
    family: Option<&'static Family>,
    known: Remembered<Asked>,
}

impl Readings {
    /// What a line asks a modem of this family for.
    pub(super) fn of(&mut self, text: &[u8], family: &'static Family) -> Asked {
        if !self.family.is_some_and(|known| std::ptr::eq(known, family)) {
            self.family = Some(family);
            self.known = Remembered::default();
        }
        if let Some(asked) = self.known.find(text) {
            return asked.clone();
        }
        let asked = Asked::read(text, family);
        self.known.add(text, asked.clone());
        asked
    }
}

/// The one that takes data if there is one, else the last that is more than a letter.
fn chief_of_many<'a>(line: Line<'a>, family: &'static Family) -> (Call<'a>, Option<&'static Command>) {
    let mut chief = (Call::default(), None);
    let mut chosen = false;
    for call in line.calls() {
        let command = family.find(&call);
        let takes_data = command.is_some_and(|command| command.takes_data(&call));
        if !chosen || role_of(&call, command) != Role::Basic {
            chosen = true;
            chief = (call, command);
        }
        if takes_data {
            break;
        }
    }
    chief
}

/// What a command is for; a letter that no table has is a setting of the line.
#[must_use]
pub(crate) fn role_of(call: &Call<'_>, command: Option<&Command>) -> Role {
    match command {
        Some(command) => command.role,
        None if call.is_basic() => Role::Basic,
        None => Role::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::sim800;

    #[test]
    fn the_chief_command_of_a_line() {
        let chief = |line: &str| {
            let asked = Asked::read(line.as_bytes(), sim800());
            let data = if asked.takes_data { " data" } else { "" };
            format!("{:?} {:?}{data}", asked.role, asked.form)
        };
        assert_eq!(chief("AT"), "Attention Execute");
        assert_eq!(chief("AT+CIFSR;E0"), "Address Execute");
        assert_eq!(chief("ATE0;+CMGF=1;+CMGS=\"1\";+CSQ"), "SmsSend Set data");
        assert_eq!(chief("ATE1Q0;+IFC=0,0;+IPR=9600;&W"), "Rate Set");
        assert_eq!(chief("ATE1Q0"), "Basic Execute");
        assert_eq!(chief("ATB3"), "Basic Execute");
        assert_eq!(chief("AT+NOTHINGKNOWNATALL=1"), "Other Set");
        assert_eq!(chief("ATD123;"), "Dial Execute");
        assert_eq!(chief("+++"), "Other Execute");
    }
}
