//! A family of modems: the commands that they know, and by what they are told from others.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::codes;
use super::command::Command;
use super::line::{Call, Line};
use super::reason::{Because, Code, Explained};
use super::role::Role;
use super::said::Said;
use super::saying::Saying;
use super::table::{self, Table};
use super::told::Told;
use super::wrong::TableError;
use crate::notation::first_of;

/// What the modems of one kind know.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// Its short name: `sim800`.
    pub name: &'static str,
    /// Its modems, for people: `SIM800, SIM808, SIM868, SIM900`.
    pub title: &'static str,
    /// Words by which such a modem is told: parts of the answer to `ATI` or `AT+CGMM`.
    pub models: Vec<&'static str>,
    /// Of them, those that are names of lines.
    names: Vec<&'static str>,
    /// Whole lines that only such a modem says.
    only: Vec<&'static str>,
    /// Commands that people type most, most first.
    often: Vec<&'static str>,
    /// Names of the commands of its own table.
    own: Vec<&'static str>,
    /// Names of commands that it has beside those of the family it stands on: for a role they are the last choice.
    beside: Vec<&'static str>,
    /// All its commands, by name; those of the family it stands on among them.
    commands: Vec<Command>,
    /// Received data has a head before it, unless that is switched off.
    pub(crate) framed: bool,
    /// The least supply that its modems need, in millivolts; `None` where they differ.
    pub(crate) supply: Option<u32>,
    /// Lines of its own, by how their heads begin.
    sayings: FxHashMap<HeadKey, Vec<Saying>>,
    /// Texts of numbers.
    codes: Vec<Code>,
    /// What of its own answers is private, by their heads.
    pub(super) told: Vec<(&'static str, Told)>,
    /// Place in `commands` by the name without `AT`, in capitals.
    index: FxHashMap<&'static [u8], usize>,
}

/// A family is its name: there is one of each.
impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.name == other.name
    }
}

impl Eq for Family {}

/// The first bytes of the first word of a line, without a colon. Lines are found by it, and then told apart by their patterns.
type HeadKey = u64;

fn head_key(line: &[u8]) -> HeadKey {
    let first = line.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [b' '; size_of::<HeadKey>()];
        padded.iter_mut().zip(line).for_each(|(place, byte)| *place = *byte);
        padded
    });
    let key = HeadKey::from_le_bytes(first);
    first_of(first, b':', b' ').map_or(key, |end| key & !(HeadKey::MAX << (end * 8)))
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
        let gone = |name: &str| {
            let fits =
                |without: &&str| without.strip_suffix('*').map_or(name == *without, |head| name.starts_with(head));
            table.without.iter().any(fits)
        };
        commands.retain(|command| !own(command.name) && !gone(command.name));
        commands.extend(table.commands.iter().cloned());
        commands.sort_unstable_by_key(|command| command.name);
        let own_names = table.commands.iter().map(|command| command.name).collect();
        let index = commands.iter().enumerate().map(|(at, command)| (command.bare_name().as_bytes(), at)).collect();
        // What is its own comes first.
        let mut sayings: FxHashMap<HeadKey, Vec<Saying>> = FxHashMap::default();
        for (head, saying) in table.sayings {
            sayings.entry(head_key(head.as_bytes())).or_default().push(saying);
        }
        for (head, inherited) in base.into_iter().flat_map(|base| &base.sayings) {
            sayings.entry(*head).or_default().extend(inherited.iter().cloned());
        }
        let mut codes = table.codes;
        codes.extend(base.into_iter().flat_map(|base| &base.codes).copied());
        let Table { name, title, models, only, often, framed, supply, told, .. } = table;
        let names = models.iter().copied().filter(|model| model.ends_with(':')).collect();
        Ok(Self {
            name,
            title,
            models,
            names,
            only,
            own: own_names,
            beside: base.map(|base| base.beside.clone()).unwrap_or_default(),
            often,
            framed,
            supply: supply.or(base.and_then(|base| base.supply)),
            codes,
            told,
            sayings,
            commands,
            index,
        })
    }

    /// Reads a table and puts it on top of those of these that it names, else on what all modems have.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn read_among(text: &'static str, families: &[Self]) -> Result<Self, TableError> {
        let named = table::read(text)?.bases;
        let mut bases = named.iter().filter_map(|name| families.iter().find(|family| family.name == *name));
        let Some(first) = bases.next() else { return Self::read(text, Some(third_generation())) };
        let joined = bases.fold(first.clone(), Self::and_beside);
        Self::read(text, Some(&joined))
    }

    /// This family, and beside it what another one has and this one has not.
    fn and_beside(mut self, other: &Self) -> Self {
        let more = other.commands.iter().filter(|command| self.named(command.bare_name().as_bytes()).is_none());
        let more: Vec<Command> = more.cloned().collect();
        self.beside.extend(more.iter().map(|command| command.name));
        self.commands.extend(more);
        for (head, sayings) in &other.sayings {
            self.sayings.entry(*head).or_insert_with(|| sayings.clone());
        }
        self.codes.extend(&other.codes);
        self
    }

    /// The line, as a modem answers `ATI` and the like, holds one of its models, or a name that only it says, or is one that
    /// only it says.
    #[must_use]
    pub fn says_its_model(&self, line: &[u8]) -> bool {
        if self.says_alone(line) {
            return true;
        }
        self.models.iter().any(|model| {
            memchr::memmem::find_iter(line, model.as_bytes()).any(|at| {
                // `SIM800L`, `SIMCOM_SIM7600E-H`, but not a part of another number.
                at.checked_sub(1).and_then(|before| line.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric())
            })
        })
    }

    /// Only such a modem says this line.
    #[must_use]
    pub(super) fn says_alone(&self, line: &[u8]) -> bool {
        self.only.iter().any(|only| only.as_bytes() == line.trim_ascii())
    }

    /// Only such a modem says lines of this name (`+CIPEVENT:`).
    #[must_use]
    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        self.names.iter().any(|known| known.as_bytes() == name)
    }

    /// What a line means that is this family's own.
    #[must_use]
    #[inline]
    pub fn says(&self, line: &[u8]) -> Option<Said> {
        self.sayings_of(line)?.iter().find_map(|saying| saying.said(line))
    }

    /// A line that is this family's own, in words.
    #[must_use]
    pub fn explain(&self, line: &[u8]) -> Option<String> {
        self.explained(line).map(|told| told.words)
    }

    /// The same, with why it says that something failed.
    #[must_use]
    pub(crate) fn explained(&self, line: &[u8]) -> Option<Explained> {
        let code = |table: &str, number: &str| self.coded(table, number).or_else(|| self.coded(table, "*"));
        self.sayings_of(line)?.iter().find_map(|saying| saying.explained(line, code))
    }

    /// The text of a number in one of the family's tables of codes.
    #[must_use]
    pub fn code(&self, table: &str, code: u16) -> Option<&'static str> {
        self.text(table, &code.to_string())
    }

    /// Why a number in one of these tables says that something failed.
    #[must_use]
    pub(crate) fn because(&self, table: &str, code: u16) -> Because {
        self.coded(table, &code.to_string()).map(|code| code.because).unwrap_or_default()
    }

    /// What `+CME ERROR: <code>` means for a modem of this family. Numbers of a maker are his own: of an unknown modem they
    /// are told as SIMCom's.
    #[must_use]
    pub(crate) fn cme(&self, code: u16) -> String {
        /// 27.007 keeps what lies behind it for makers, but for a few of newer networks.
        const STANDARD: u16 = 150;
        let standard = || codes::cme_text(code).filter(|_| code <= STANDARD);
        if let Some(text) = self.code("cme", code).or_else(standard).or_else(|| self.text("cme", "*")) {
            return text.to_owned();
        }
        match codes::cme_text(code) {
            Some(text) if self == third_generation() => format!("on SIMCom's modems: {text}"),
            text => text.unwrap_or("unknown code").to_owned(),
        }
    }

    fn text(&self, table: &str, number: &str) -> Option<&'static str> {
        self.coded(table, number).map(|code| code.text)
    }

    fn coded(&self, table: &str, number: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.table == table && code.number == number)
    }

    #[inline]
    fn sayings_of(&self, line: &[u8]) -> Option<&Vec<Saying>> {
        self.sayings.get(&head_key(line))
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
        in_capitals(name, |name| self.commands.get(*self.index.get(name)?))
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

    /// The command that is for this, where the family has one; of several one of its own, else of the family that it stands on,
    /// and the first by name.
    #[must_use]
    pub(crate) fn by_role(&self, role: Role) -> Option<&Command> {
        let fitting = || self.commands.iter().filter(|command| command.role == role);
        let own = fitting().find(|command| self.own.contains(&command.name));
        own.or_else(|| fitting().min_by_key(|command| self.beside.contains(&command.name)))
    }

    /// Its modems join a Wi-Fi network, not a mobile one.
    #[must_use]
    pub(crate) fn joins_wifi(&self) -> bool {
        self.by_role(Role::Join).is_some()
    }

    /// Some Wi-Fi module has a command of this name too: it does not tell in which network the modem is.
    #[must_use]
    pub(crate) fn any_with_wifi_has(command: &Command) -> bool {
        let name = command.bare_name().as_bytes();
        families().iter().any(|family| family.joins_wifi() && family.named(name).is_some())
    }

    /// How far behind others a command is in what people type; those that are not often typed are last.
    #[must_use]
    pub(crate) fn rank(&self, name: &str) -> usize {
        self.often.iter().position(|often| *often == name).unwrap_or(usize::MAX)
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

/// Looks a name up as the tables write it; `None` for one that is longer than any.
pub(super) fn in_capitals<T>(name: &[u8], look_up: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
    let mut upper = [0; LONGEST_NAME];
    let place = upper.get_mut(..name.len())?;
    place.copy_from_slice(name);
    place.make_ascii_uppercase();
    look_up(place)
}

// The tables are part of the program; a test reads each of them, so that none fails here.
static BASE: LazyLock<Family> =
    LazyLock::new(|| Family::read(include_str!("families/3gpp.txt"), None).unwrap_or_default());

static FAMILIES: OnceLock<Vec<Family>> = OnceLock::new();

fn built_in() -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for text in TABLES {
        let family = Family::read_among(text, &families).unwrap_or_default();
        families.push(family);
    }
    families
}

/// Why a table of the user's own was not added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// A line of it does not fit.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It does not say what it is called.
    #[error("expected a line such as \"@name acme\", found none")]
    Nameless,
    /// There is one of this name.
    #[error("the family \"{0}\" is built in; give the table another @name")]
    Taken(&'static str),
    /// The families are in use: a table is added at the program's start, and only one.
    #[error("one table can be added, before any other is used")]
    Late,
}

/// Adds a family from a table of the user's own, in front of those of the program: what is built in knows less of that modem.
///
/// # Errors
/// [`AddError`]; then nothing has changed.
pub fn add(text: &'static str) -> Result<&'static Family, AddError> {
    let mut all = built_in();
    let own = Family::read_among(text, &all)?;
    let name = own.name;
    if name.is_empty() {
        return Err(AddError::Nameless);
    }
    if all.iter().chain([third_generation()]).any(|family| family.name.eq_ignore_ascii_case(name)) {
        return Err(AddError::Taken(name));
    }
    all.insert(0, own);
    FAMILIES.set(all).map_err(|_| AddError::Late)?;
    families().first().ok_or(AddError::Late)
}

/// The tables, but for the one that all stand on.
const TABLES: [&str; 9] = [
    include_str!("families/sim800.txt"),
    include_str!("families/sim7600.txt"),
    include_str!("families/sim7080.txt"),
    include_str!("families/sim7000.txt"),
    include_str!("families/quectel.txt"),
    include_str!("families/ublox.txt"),
    include_str!("families/telit.txt"),
    include_str!("families/esp-at.txt"),
    include_str!("families/a6.txt"),
];

/// The family of this name.
#[must_use]
pub(crate) fn family(name: &str) -> Option<&'static Family> {
    families().iter().chain([third_generation()]).find(|family| family.name.eq_ignore_ascii_case(name))
}

/// The command of this name without `AT`, of the first family that has one: what a name stands for whatever the modem is.
#[must_use]
pub(crate) fn known(name: &[u8]) -> Option<&'static Command> {
    families().iter().find_map(|family| family.named(name))
}

/// All families but [`third_generation`]; one that was [added](add) comes first.
#[must_use]
pub(crate) fn families() -> &'static [Family] {
    FAMILIES.get_or_init(built_in)
}

/// What all modems have: V.250, 3GPP TS 27.005 and 27.007.
#[must_use]
pub fn third_generation() -> &'static Family {
    &BASE
}

/// SIM800 and its like.
#[must_use]
pub fn sim800() -> &'static Family {
    static SIM800: LazyLock<&'static Family> = LazyLock::new(|| family("sim800").unwrap_or_else(third_generation));
    *SIM800
}

#[cfg(test)]
mod tests;
