//! A family of modems: the commands that they know, and by what they are told from others.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::command::Command;
use super::line::{Call, Line};
use super::role::Role;
use super::table::{self, TableError};

/// What the modems of one kind know.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// Its short name: `sim800`.
    pub name: &'static str,
    /// Its modems, for people: `SIM800, SIM808, SIM868, SIM900`.
    pub title: &'static str,
    /// Words by which such a modem is told: parts of the answer to `ATI` or `AT+CGMM`.
    pub models: Vec<&'static str>,
    /// All its commands, by name; those of the family it stands on among them.
    commands: Vec<Command>,
    /// Place in `commands` by the name without `AT`, in capitals.
    index: HashMap<&'static [u8], usize>,
}

/// Longer than any name.
const LONGEST_NAME: usize = 24;

impl Family {
    /// Reads a table and puts it on top of `base`.
    ///
    /// # Errors
    /// A line that does not fit the format: where, and what was expected.
    pub fn read(text: &'static str, base: Option<&Self>) -> Result<Self, TableError> {
        let table = table::read(text)?;
        let mut commands = base.map(|base| base.commands.clone()).unwrap_or_default();
        let own = |name: &str| table.commands.iter().any(|command| command.name == name);
        commands.retain(|command| !own(command.name) && !table.without.contains(&command.name));
        commands.extend(table.commands.iter().cloned());
        commands.sort_unstable_by_key(|command| command.name);
        let index = commands.iter().enumerate().map(|(at, command)| (command.bare_name().as_bytes(), at)).collect();
        Ok(Self { name: table.name, title: table.title, models: table.models, commands, index })
    }

    /// The line, as a modem answers `ATI` and the like, holds one of its models.
    #[must_use]
    pub fn says_its_model(&self, line: &[u8]) -> bool {
        self.models.iter().any(|model| {
            memchr::memmem::find_iter(line, model.as_bytes()).any(|at| {
                // `SIM800L`, `SIMCOM_SIM7600E-H`, but not a part of another number.
                at.checked_sub(1).and_then(|before| line.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric())
            })
        })
    }

    /// All commands, by name.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// The command of a call, whatever the case of its letters.
    #[must_use]
    pub fn find(&self, call: &Call<'_>) -> Option<&Command> {
        // `ATDL` is a command of its own; else the letter is the name, and what stands behind it a value.
        if call.is_basic() && call.raw().first().is_some_and(u8::is_ascii_alphabetic) {
            let whole = [call.name, call.raw()].concat();
            if let Some(command) = self.named(&whole) {
                return Some(command);
            }
        }
        self.named(call.name)
    }

    /// The command of this name without `AT`, whatever its case: `+CIPSEND`, `&F`, nothing for `AT` alone.
    #[must_use]
    pub fn named(&self, name: &[u8]) -> Option<&Command> {
        let mut upper = [0; LONGEST_NAME];
        let place = upper.get_mut(..name.len())?;
        place.copy_from_slice(name);
        place.make_ascii_uppercase();
        self.commands.get(*self.index.get(&*place)?)
    }

    /// The command that a command line begins with: of `at+cipsend=5` that is `AT+CIPSEND`.
    #[must_use]
    pub fn first(&self, line: &[u8]) -> Option<&Command> {
        match line.trim_ascii() {
            b"A/" | b"a/" => self.named(b"A/"),
            b"+++" => self.named(b"+++"),
            line => self.find(&Line::read(line)?.calls().next()?),
        }
    }

    /// The command that is for this, where the family has one; the first by name of several.
    #[must_use]
    pub fn by_role(&self, role: Role) -> Option<&Command> {
        self.commands.iter().find(|command| command.role == role)
    }

    /// Commands whose name begins with `prefix`, whatever its case; with `AT` alone, all.
    #[must_use]
    pub fn complete(&self, prefix: &str) -> Vec<&Command> {
        let prefix = prefix.trim().to_ascii_uppercase();
        if prefix.is_empty() {
            return Vec::new();
        }
        let fits = |command: &&Command| command.name.starts_with(&prefix) || "AT+".starts_with(&prefix);
        self.commands.iter().filter(fits).collect()
    }
}

// The tables are part of the program; a test reads each of them, so that none fails here.
static BASE: LazyLock<Family> =
    LazyLock::new(|| Family::read(include_str!("families/3gpp.txt"), None).unwrap_or_default());

static FAMILIES: LazyLock<Vec<Family>> =
    LazyLock::new(|| TABLES.iter().map(|text| Family::read(text, Some(&BASE)).unwrap_or_default()).collect());

/// The tables, but for the one that all stand on.
const TABLES: [&str; 2] = [include_str!("families/sim800.txt"), include_str!("families/sim7600.txt")];

/// The family of this name.
#[must_use]
pub fn family(name: &str) -> Option<&'static Family> {
    families().iter().chain([third_generation()]).find(|family| family.name.eq_ignore_ascii_case(name))
}

/// All families but [`third_generation`].
#[must_use]
pub fn families() -> &'static [Family] {
    &FAMILIES
}

/// What all modems have: V.250, 3GPP TS 27.005 and 27.007.
#[must_use]
pub fn third_generation() -> &'static Family {
    &BASE
}

/// SIM800 and its like.
#[must_use]
pub fn sim800() -> &'static Family {
    family("sim800").unwrap_or_else(third_generation)
}

#[cfg(test)]
#[path = "family_tests.rs"]
mod tests;
