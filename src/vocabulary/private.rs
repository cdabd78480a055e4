//! Which parameters are secret or private: of all commands that any family knows, and of some that belong to none here.
//!
//! Redaction must not depend on which modem is guessed, so it asks for a name in all families at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::command::{Command, Taken, Takes};
use super::family::{Family, families, third_generation};
use super::table;

/// What is known of the parameters of one command name.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// One list a table that has the name and says something of its parameters.
    readings: Vec<&'static [Taken]>,
}

/// Commands of modems that are no family here, for their secrets alone: same columns, most of them empty.
static OTHERS: LazyLock<Vec<Command>> =
    LazyLock::new(|| table::read(include_str!("families/others.txt")).map(|table| table.commands).unwrap_or_default());

static PARAMETERS: LazyLock<HashMap<&'static [u8], Parameters>> = LazyLock::new(|| {
    let mut all: HashMap<&'static [u8], Parameters> = HashMap::new();
    let known = families().iter().chain([third_generation()]).flat_map(Family::commands);
    for command in known.chain(OTHERS.iter()).filter(|command| !command.takes.is_empty()) {
        let readings = &mut all.entry(command.bare_name().as_bytes()).or_default().readings;
        if !readings.contains(&command.takes.as_slice()) {
            readings.push(&command.takes);
        }
    }
    all
});

/// What is known of the parameters of a command, by its name in capitals without `AT` (`+CPIN`).
#[must_use]
pub fn parameters(name: &[u8]) -> Option<&'static Parameters> {
    PARAMETERS.get(name)
}

/// All names with something known of their parameters: `+CPIN`, in capitals without `AT`.
pub fn names() -> impl Iterator<Item = &'static [u8]> {
    PARAMETERS.keys().copied()
}

impl Parameters {
    /// What a parameter is, by its place from 0. `numbered` tells that the first parameter is a number, so that an
    /// optional link stands there; `before` is the parameter in front of it, without quotes.
    ///
    /// It needs only what stands in front of the parameter, so that a command can be judged while it is typed. Where
    /// families differ, the more private reading wins.
    #[must_use]
    pub fn kind(&self, at: usize, numbered: bool, before: &[u8]) -> Takes {
        let kinds = self.readings.iter().map(|taken| {
            let optional = taken.first().is_some_and(|first| first.optional);
            let at = at + usize::from(optional && !numbered);
            let here = taken.get(at).or_else(|| taken.last().filter(|last| last.on && at >= taken.len()));
            here.map_or(Takes::Other, |taken| taken.kind(before))
        });
        kinds
            .max_by_key(|kind| match kind {
                Takes::Secret => 3,
                Takes::Other | Takes::AccessPoint => 0,
                Takes::Link | Takes::Length | Takes::Port => 1,
                _ => 2,
            })
            .unwrap_or_default()
    }

    /// Some parameter may be secret.
    #[must_use]
    pub fn may_be_secret(&self) -> bool {
        self.readings.iter().any(|taken| taken.iter().any(Taken::may_be_secret))
    }
}

impl Taken {
    fn may_be_secret(&self) -> bool {
        self.what == Takes::Secret || self.or.as_ref().is_some_and(|(what, _)| *what == Takes::Secret)
    }
}
