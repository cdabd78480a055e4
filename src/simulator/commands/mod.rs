//! All commands: tables of name and handler, a file a family. What is in no table and is no parameter answers ERROR.

mod asked;
mod basic;
mod identity;
mod network;

use super::Modem;
use super::line::{Call, Form};
use super::reply::{Done, Failure};
use super::{calls, clock, files, http, ip, phonebook, refused, sms, ussd};

/// A command: its name in capitals, and what carries it out.
pub(super) type Command = (&'static str, fn(&mut Modem, &Call) -> Done);

const FAMILIES: &[&[Command]] = &[
    asked::COMMANDS,
    basic::COMMANDS,
    identity::COMMANDS,
    network::COMMANDS,
    ip::context::COMMANDS,
    ip::connect::COMMANDS,
    ip::send::COMMANDS,
    ip::receive::COMMANDS,
    ip::transparent::COMMANDS,
    ip::server::COMMANDS,
    ip::names::COMMANDS,
    ip::options::COMMANDS,
    ip::udp::COMMANDS,
    http::FAMILIES[0],
    http::FAMILIES[1],
    calls::COMMANDS,
    ussd::COMMANDS,
    phonebook::COMMANDS,
    files::COMMANDS,
    refused::COMMANDS,
    sms::commands::COMMANDS,
    clock::COMMANDS,
];

impl Modem {
    /// Carries one command out.
    pub(super) fn execute(&mut self, call: &Call) -> Done {
        let found = FAMILIES.iter().copied().flatten().find(|command| command.0 == call.name);
        match found {
            // Whether a command is there may always be asked (V.250 §5.4.4.2), whatever the state.
            Some((_, handler)) => match handler(self, call) {
                Done::Fail(_) if call.form == Form::Test => Done::Ok,
                done => done,
            },
            None => self.parameter(call).unwrap_or(Done::Fail(Failure::Cme(601))),
        }
    }

    /// Answers with one line: for commands that are asked without arguments.
    pub(super) fn answer(&mut self, call: &Call, text: impl AsRef<[u8]>) -> Done {
        if call.form != Form::Test {
            self.info(text);
        }
        Done::Ok
    }

    /// What the test form of a command answers.
    pub(super) fn test(&mut self, call: &Call, values: &str) -> Done {
        self.info(format!("{}: {values}", call.name));
        Done::Ok
    }
}

/// All names, for the tests that try each of them.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().copied().flatten().map(|command| command.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_once_and_in_capitals() {
        let mut names: Vec<_> = names().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(names.iter().all(|name| *name == name.to_ascii_uppercase()));
    }
}
