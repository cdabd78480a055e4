//! Which family a modem is of: chosen by the user, else told by its own words, else by the commands that are used.

use super::family::{Family, families, third_generation};
use super::line::Line;
use super::said::Said;

/// By what a family was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// Nothing yet: what all modems have is assumed.
    #[default]
    None,
    /// Only this family has some of the commands that were used.
    Commands,
    /// Whoever has written the log says so.
    Named,
    /// The modem has said its model.
    Words,
    /// Somebody has chosen it.
    Choice,
}

/// Gathers what tells the family.
#[derive(Clone, Debug, Default)]
pub(crate) struct Telling {
    family: Option<&'static Family>,
    evidence: Evidence,
    /// How many of the telling commands each family has.
    counts: [u32; MOST_FAMILIES],
}

/// There are no more families, one that a user added among them.
pub(super) const MOST_FAMILIES: usize = 10;

/// How many of the commands of a line each family knows, of those that not all modems have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Knowing([u8; MOST_FAMILIES]);

impl Knowing {
    /// Reads a line.
    pub(crate) fn of(line: Line<'_>) -> Self {
        let mut knowing = Self::default();
        for call in line.calls().filter(|call| third_generation().named(call.name).is_none()) {
            for (count, family) in knowing.0.iter_mut().zip(families()) {
                *count = count.saturating_add(u8::from(family.named(call.name).is_some()));
            }
        }
        knowing
    }

    /// Whatever the modem is, it may have been asked this.
    fn tells_nothing(self) -> bool {
        self.0 == [0; MOST_FAMILIES]
    }
}

impl Telling {
    /// The user has chosen: nothing that comes changes it.
    #[must_use]
    pub(crate) fn chosen(family: &'static Family) -> Self {
        Self { family: Some(family), evidence: Evidence::Choice, ..Self::default() }
    }

    /// Whoever has written the log names such a modem; what that says itself counts more.
    #[must_use]
    pub(crate) fn named(family: &'static Family) -> Self {
        Self { family: Some(family), evidence: Evidence::Named, ..Self::default() }
    }

    /// Families that it may be as well: the commands alone have told it, and these have as many of them.
    pub(crate) fn rivals(&self) -> impl Iterator<Item = &'static Family> {
        let guessed = self.evidence == Evidence::Commands;
        let most = self.counts.iter().copied().max().filter(|_| guessed);
        let as_many = self.counts.into_iter().zip(families()).filter(move |(count, _)| Some(*count) == most);
        as_many.map(|(_, family)| family)
    }

    /// The family; what all modems have, while nothing has told it.
    #[must_use]
    pub(crate) fn family(&self) -> &'static Family {
        self.family.unwrap_or_else(third_generation)
    }

    /// By what it was told.
    #[must_use]
    pub(crate) const fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// A command line was sent. True if that has told the family, or another one than before.
    pub(crate) fn asked(&mut self, line: Line<'_>) -> bool {
        self.asked_by(Knowing::of(line))
    }

    /// The same of a line that was read before.
    pub(crate) fn asked_by(&mut self, knowing: Knowing) -> bool {
        if self.evidence > Evidence::Commands || knowing.tells_nothing() {
            return false;
        }
        for (count, more) in self.counts.iter_mut().zip(knowing.0) {
            *count += u32::from(more);
        }
        // Of equal ones the first in the list, which is the more common modem.
        let most = self.counts.iter().copied().max();
        let first = most.and_then(|most| self.counts.iter().position(|count| *count == most));
        self.tell(first.and_then(|at| families().get(at)), Evidence::Commands)
    }

    /// The modem said a line. True if that has told the family, or another one than before.
    pub(crate) fn heard(&mut self, line: &[u8]) -> bool {
        self.told(|family| family.says_its_model(line))
    }

    /// The modem said a line where only a family says it that means this by it. True as with [`Self::heard`].
    pub(crate) fn heard_meaning(&mut self, line: &[u8], said: Said) -> bool {
        self.evidence < Evidence::Named && self.told(|family| family.says(line) == Some(said))
    }

    /// The modem said a line that only one family says, as a whole. True as with [`Self::heard`].
    pub(crate) fn heard_whole(&mut self, line: &[u8]) -> bool {
        self.evidence < Evidence::Words && self.told(|family| family.says_alone(line))
    }

    /// The modem said a line of this name (`+CIPEVENT:`). True as with [`Self::heard`].
    pub(crate) fn heard_name(&mut self, name: &[u8]) -> bool {
        self.told(|family| family.is_named(name))
    }

    fn told(&mut self, by: impl Fn(&Family) -> bool) -> bool {
        if self.evidence == Evidence::Choice {
            return false;
        }
        let said = families().iter().find(|family| by(family));
        said.is_some() && self.tell(said, Evidence::Words)
    }

    fn tell(&mut self, family: Option<&'static Family>, evidence: Evidence) -> bool {
        let changed = self.family != family;
        (self.family, self.evidence) = (family, evidence);
        changed
    }
}
