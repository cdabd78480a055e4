//! Which family a modem is of: chosen by the user, else told by its own words, else by the commands that are used.

use super::family::{Family, families, third_generation};
use super::line::Line;

/// By what a family was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// Nothing yet: what all modems have is assumed.
    #[default]
    None,
    /// Only this family has some of the commands that were used.
    Commands,
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
    counts: Vec<u32>,
}

impl Telling {
    /// The user has chosen: nothing that comes changes it.
    #[must_use]
    pub(crate) fn chosen(family: &'static Family) -> Self {
        Self { family: Some(family), evidence: Evidence::Choice, counts: Vec::new() }
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
        if self.evidence > Evidence::Commands {
            return false;
        }
        line.calls().fold(false, |changed, call| {
            let name = call.name;
            changed | (third_generation().named(name).is_none() && self.used(name))
        })
    }

    /// A command that not all modems have was used.
    fn used(&mut self, name: &[u8]) -> bool {
        self.counts.resize(families().len(), 0);
        for (count, family) in self.counts.iter_mut().zip(families()) {
            *count += u32::from(family.named(name).is_some());
        }
        // Of equal ones the first in the list, which is the more common modem.
        let most = self.counts.iter().copied().max().filter(|most| *most > 0);
        let Some(at) = most.and_then(|most| self.counts.iter().position(|count| *count == most)) else { return false };
        self.tell(families().get(at), Evidence::Commands)
    }

    /// The modem said a line. True if that has told the family, or another one than before.
    pub(crate) fn heard(&mut self, line: &[u8]) -> bool {
        if self.evidence == Evidence::Choice {
            return false;
        }
        let said = families().iter().find(|family| family.says_its_model(line));
        said.is_some() && self.tell(said, Evidence::Words)
    }

    fn tell(&mut self, family: Option<&'static Family>, evidence: Evidence) -> bool {
        let changed = self.family != family;
        (self.family, self.evidence) = (family, evidence);
        changed
    }
}
