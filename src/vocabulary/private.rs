//! What is secret or private in commands and answers: of all that any family knows, and of some that belong to none here.
//!
//! Redaction must not depend on which modem is guessed, so it asks for a name in all families at once.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::command::{Taken, Takes};
use super::family::{Family, families, in_capitals, third_generation};
use super::table::{self, Table};
use super::told::Told;

/// What is known of the parameters of one command name: nothing, where no table says anything of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    /// One list a table that says something of them.
    readings: Vec<&'static [Taken]>,
    /// Some parameter may be secret.
    secret: bool,
}

/// Commands and answers of modems that are no family here, for their secrets alone: same columns, most of them empty.
static OTHERS: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("families/others.txt")).unwrap_or_default());

/// Their names. Each command that is sent is looked for.
static ELSEWHERE: LazyLock<FxHashSet<&'static [u8]>> =
    LazyLock::new(|| OTHERS.commands.iter().map(|command| command.bare_name().as_bytes()).collect());

static PARAMETERS: LazyLock<FxHashMap<&'static [u8], Parameters>> = LazyLock::new(|| {
    let known = all_families().flat_map(Family::commands);
    by_name(known.chain(&OTHERS.commands).map(|command| (command.bare_name(), command.takes.as_slice())))
});

static TOLD: LazyLock<FxHashMap<&'static [u8], &'static Told>> = LazyLock::new(|| {
    let told = all_families().flat_map(|family| &family.told).chain(&OTHERS.told);
    told.map(|(head, told)| (head.as_bytes(), told)).collect()
});

/// What commands take that no table has, but whose names tell: nothing but secrets; a name and then a login.
static WORDED: LazyLock<Option<Table>> = LazyLock::new(|| {
    let rows = "@name worded\n@title worded\nAT+SECRET | | | ? | | secret* | | |\nAT+LOGIN | | | ? | | link? - secret* | | |\n";
    table::read(rows).ok()
});

static NOTHING_BUT_SECRETS: LazyLock<Parameters> = LazyLock::new(|| worded("AT+SECRET"));
static LOGIN_BEHIND_NAME: LazyLock<Parameters> = LazyLock::new(|| worded("AT+LOGIN"));

fn worded(name: &str) -> Parameters {
    let row = WORDED.iter().flat_map(|table| &table.commands).find(|row| row.name == name);
    Parameters { readings: row.into_iter().map(|row| row.takes.as_slice()).collect(), secret: true }
}

fn all_families() -> impl Iterator<Item = &'static Family> {
    families().iter().chain([third_generation()])
}

fn by_name(all: impl Iterator<Item = (&'static str, &'static [Taken])>) -> FxHashMap<&'static [u8], Parameters> {
    let mut names: FxHashMap<&'static [u8], Parameters> = FxHashMap::default();
    for (name, takes) in all {
        let parameters = names.entry(name.as_bytes()).or_default();
        parameters.secret |= takes.iter().any(Taken::may_be_secret);
        if !takes.is_empty() && !parameters.readings.contains(&takes) {
            parameters.readings.push(takes);
        }
    }
    names
}

/// What is private in an answer, by its head in capitals (`+CLIP:`), or in the bare answer to a command (`AT+GSN`).
#[must_use]
pub(crate) fn told(head: &[u8]) -> Option<&'static Told> {
    TOLD.get(head).copied()
}

/// What is known of the parameters of a command, by its name without `AT`, whatever its case (`+CPIN`).
#[must_use]
pub(crate) fn parameters(name: &[u8]) -> Option<&'static Parameters> {
    in_capitals(name, of_name).filter(|parameters| parameters.is_told())
}

/// The same by a name in capitals, with those of which no table says what they take.
#[must_use]
pub(crate) fn of_name(name: &[u8]) -> Option<&'static Parameters> {
    PARAMETERS.get(name)
}

/// A command of a modem that is no family here has this name (`+WIND`, in capitals without `AT`).
#[must_use]
pub(crate) fn is_elsewhere(name: &[u8]) -> bool {
    ELSEWHERE.contains(name)
}

/// Each parameter of a command that no table has is secret.
pub(crate) fn nothing_but_secrets() -> &'static Parameters {
    &NOTHING_BUT_SECRETS
}

/// The same where the name of something (a network, an access point) stands in front, and a number in front of that or not.
pub(crate) fn login_behind_name() -> &'static Parameters {
    &LOGIN_BEHIND_NAME
}

/// All names with something known of their parameters: `+CPIN`, in capitals without `AT`.
pub(crate) fn names() -> impl Iterator<Item = &'static [u8]> {
    PARAMETERS.iter().filter(|(_, parameters)| parameters.is_told()).map(|(name, _)| *name)
}

impl Parameters {
    /// Some table says something of them.
    fn is_told(&self) -> bool {
        !self.readings.is_empty()
    }

    /// What a parameter is, by its place from 0. `numbered` tells that the first parameter is a number, so that an
    /// optional link stands there; `before` is the parameter in front of it, without quotes.
    ///
    /// It needs only what stands in front of the parameter, so that a command can be judged while it is typed. Where
    /// families differ, the more private reading wins.
    #[must_use]
    pub(crate) fn kind(&self, at: usize, numbered: bool, before: &[u8]) -> Takes {
        let kinds = self.readings.iter().map(|taken| {
            let optional = taken.first().is_some_and(|first| first.optional);
            let at = at + usize::from(optional && !numbered);
            let here = taken.get(at).or_else(|| taken.last().filter(|last| last.on && at >= taken.len()));
            here.map_or(Takes::Other, |taken| taken.kind(before))
        });
        kinds
            .max_by_key(|kind| match kind {
                Takes::Secret => 3,
                Takes::Other | Takes::AccessPoint | Takes::Opens => 0,
                Takes::Link | Takes::Length | Takes::Port => 1,
                _ => 2,
            })
            .unwrap_or_default()
    }

    /// Some parameter is secret behind a word that says so, wherever that stands.
    #[must_use]
    pub(crate) fn may_be_named(&self) -> bool {
        let named = |taken: &Taken| taken.may_be_secret() && !taken.tags.is_empty();
        self.readings.iter().any(|taken| taken.iter().any(named))
    }

    /// Some parameter says how much data follows.
    #[must_use]
    pub(crate) fn tells_length(&self) -> bool {
        self.readings.iter().any(|taken| taken.iter().any(|taken| taken.what == Takes::Length))
    }

    /// Some parameter may be secret.
    #[must_use]
    pub(crate) const fn may_be_secret(&self) -> bool {
        self.secret
    }
}

impl Taken {
    fn may_be_secret(&self) -> bool {
        self.what == Takes::Secret || self.or.as_ref().is_some_and(|(what, _)| *what == Takes::Secret)
    }
}
