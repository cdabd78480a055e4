//! The numeric parameters of the modem: one table says their names, ranges, defaults and what keeps them (manual §2.2.27-32).
//!
//! A parameter that only needs to be set, read and tested has no code of its own; `commands` falls back to this table.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::desk::Desk;
use super::line::{Call, Form};
use super::reply::{Done, NOT_ALLOWED};

/// What keeps a parameter over a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing: after a reset it has its default.
    No,
    /// `AT&W`; `AT&F` and `ATZ` set it back.
    Written,
    /// `AT&W`, but `AT&F` and `ATZ` leave it alone.
    Line,
}

impl Kept {
    /// It is there again after a power cut.
    pub(super) fn survives_power(self) -> bool {
        self != Self::No
    }
}

/// A parameter of one or more numbers: lowest, highest, default.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    fields: &'static [(i32, i32, i32)],
    kept: Kept,
}

const fn no(name: &'static str, fields: &'static [(i32, i32, i32)]) -> Parameter {
    Parameter { name, fields, kept: Kept::No }
}

const fn written(name: &'static str, fields: &'static [(i32, i32, i32)]) -> Parameter {
    Parameter { name, fields, kept: Kept::Written }
}

const fn line(name: &'static str, fields: &'static [(i32, i32, i32)]) -> Parameter {
    Parameter { name, fields, kept: Kept::Line }
}

/// All parameters. Sources: manual chapters 2 to 8, application notes for defaults; `docs/sim800.md` names the doubts.
const TABLE: &[Parameter] = &[
    written("E", &[(0, 1, 1)]),
    written("V", &[(0, 1, 1)]),
    written("Q", &[(0, 1, 0)]),
    written("X", &[(0, 4, 4)]),
    written("&C", &[(0, 1, 1)]),
    written("&D", &[(0, 2, 1)]),
    written("L", &[(0, 9, 1)]),
    written("M", &[(0, 9, 1)]),
    written("S0", &[(0, 255, 0)]),
    written("S3", &[(13, 13, 13)]),
    written("S4", &[(10, 10, 10)]),
    written("S5", &[(0, 127, 8)]),
    written("S6", &[(0, 255, 2)]),
    written("S7", &[(1, 255, 60)]),
    written("S8", &[(0, 255, 2)]),
    written("S10", &[(1, 254, 15)]),
    line("+IPR", &[(0, 3_000_000, 9600)]),
    line("+ICF", &[(1, 6, 3), (0, 3, 3)]),
    line("+IFC", &[(0, 2, 0), (0, 2, 0)]),
    line("+CSCLK", &[(0, 2, 0)]),
    written("+CMEE", &[(0, 2, 0)]),
    written("+CREG", &[(0, 2, 0)]),
    written("+CGREG", &[(0, 2, 0)]),
    written("+CEREG", &[(0, 2, 0)]),
    written("+CIURC", &[(0, 1, 1)]),
    written("+CLTS", &[(0, 1, 0)]),
    written("+CNETLIGHT", &[(0, 1, 1)]),
    written("+CSMINS", &[(0, 1, 0)]),
    written("+CBATCHK", &[(0, 1, 1)]),
    written("+CMGF", &[(0, 1, 0)]),
    written("+CNMI", &[(0, 3, 2), (0, 3, 1), (0, 3, 0), (0, 2, 0), (0, 1, 0)]),
    written("+CSDH", &[(0, 1, 0)]),
    written("+CLIP", &[(0, 1, 0)]),
    written("+CLIR", &[(0, 2, 0)]),
    written("+COLP", &[(0, 1, 0)]),
    written("+CRC", &[(0, 1, 0)]),
    written("+CR", &[(0, 1, 0)]),
    written("+CCWA", &[(0, 1, 0)]),
    written("+CLVL", &[(0, 100, 60)]),
    written("+CRSL", &[(0, 100, 80)]),
    written("+CALM", &[(0, 1, 0)]),
    written("+CMUT", &[(0, 1, 0)]),
    written("+CMIC", &[(0, 3, 0), (0, 15, 6)]),
    written("+CHFA", &[(0, 4, 0)]),
    written("+SIDET", &[(0, 3, 0), (0, 16, 10)]),
    written("+ECHO", &[(0, 4, 0), (0, 65_535, 0), (0, 65_535, 0), (0, 65_535, 0), (0, 65_535, 0), (0, 1, 0)]),
    written("+DDET", &[(0, 1, 0), (0, 10_000, 0), (0, 1, 0), (0, 1, 0)]),
    written("+CGEREP", &[(0, 2, 0), (0, 1, 0)]),
    written("+CGATTAUTO", &[(0, 1, 1)]),
    written("+CMGHEX", &[(0, 1, 0)]),
    written("+CMMS", &[(0, 2, 0)]),
    written("+CGSMS", &[(0, 3, 1)]),
    written("+CSGS", &[(0, 2, 1)]),
    written("+CSNS", &[(0, 7, 0)]),
    written("+CREGAUTO", &[(0, 1, 1)]),
    written("+CMTE", &[(0, 1, 0)]),
    written("+CANT", &[(0, 3, 0), (0, 1, 0), (0, 3600, 10)]),
    written("+CVHU", &[(0, 6, 0)]),
    written("+CSSN", &[(0, 1, 0), (0, 1, 0)]),
    written("+CFGRI", &[(0, 2, 0)]),
    written("+CEXTERNTONE", &[(0, 1, 0)]),
    written("+CEXTHS", &[(0, 1, 0)]),
    written("+CMOD", &[(0, 3, 0)]),
    written("+CBST", &[(0, 134, 7), (0, 0, 0), (0, 3, 1)]),
    written("+CRLP", &[(0, 61, 61), (0, 61, 61), (39, 255, 78), (1, 255, 6)]),
    no("+GSMBUSY", &[(0, 2, 0)]),
    no("+CNTPCID", &[(1, 3, 1)]),
    written("+CSALPHA", &[(0, 1, 0)]),
    written("+CENG", &[(0, 3, 0), (0, 1, 0)]),
    no("+CIPMUX", &[(0, 1, 0)]),
    no("+CIPMODE", &[(0, 1, 0)]),
    no("+CIPHEAD", &[(0, 1, 0)]),
    no("+CIPSHOWTP", &[(0, 1, 0)]),
    no("+CIPSRIP", &[(0, 1, 0)]),
    no("+CIPSPRT", &[(0, 2, 1)]),
    no("+CIPQSEND", &[(0, 1, 0)]),
    no("+CIPATS", &[(0, 1, 0), (1, 100, 1)]),
    no("+CIPRXGET", &[(0, 1, 0)]),
    no("+CIPSGTXT", &[(0, 1, 0)]),
    no("+CIPSSL", &[(0, 1, 0)]),
    no("+CIPDPDP", &[(0, 1, 1), (1, 180, 10), (1, 10, 3)]),
    no("+CIPRDTIMER", &[(100, 4000, 2000), (100, 7000, 3500)]),
    no("+CIPTKA", &[(0, 1, 1), (30, 7200, 7200), (30, 600, 75), (1, 9, 9)]),
    no("+CIPCCFG", &[(3, 8, 5), (1, 10, 2), (1, 1460, 1024), (0, 1, 1), (0, 1, 0), (50, 1460, 1460), (20, 1000, 50)]),
    no("+HTTPSSL", &[(0, 1, 0)]),
];

/// All their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|parameter| parameter.name)
}

/// The values of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    values: Vec<Vec<i32>>,
}

impl Default for Settings {
    fn default() -> Self {
        let defaults = |parameter: &Parameter| parameter.fields.iter().map(|field| field.2).collect();
        Self { values: TABLE.iter().map(defaults).collect() }
    }
}

/// Where each stands in the table: several are asked for with every byte of the host.
static POSITIONS: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| TABLE.iter().enumerate().map(|(at, parameter)| (parameter.name, at)).collect());

fn position(name: &str) -> Option<usize> {
    POSITIONS.get(name).copied()
}

impl Settings {
    /// The first number of a parameter; 0 for a name that is not in the table.
    pub(super) fn value(&self, name: &str) -> i32 {
        self.field(name, 0)
    }

    /// Any number of a parameter.
    pub(super) fn field(&self, name: &str, field: usize) -> i32 {
        position(name).and_then(|at| self.values.get(at)).and_then(|values| values.get(field)).copied().unwrap_or(0)
    }

    /// All numbers of a parameter, with commas.
    pub(super) fn joined(&self, name: &str) -> String {
        let values = position(name).and_then(|at| self.values.get(at)).map(Vec::as_slice).unwrap_or_default();
        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// Sets the first number, without asking for the range.
    pub(super) fn set(&mut self, name: &str, value: i32) {
        let slot = position(name).and_then(|at| self.values.get_mut(at)).and_then(|values| values.first_mut());
        if let Some(slot) = slot {
            *slot = value;
        }
    }

    /// Takes over from `other` what `wanted` says of its kind.
    pub(super) fn take_over(&mut self, other: &Self, wanted: impl Fn(Kept) -> bool) {
        for (parameter, (mine, theirs)) in TABLE.iter().zip(self.values.iter_mut().zip(&other.values)) {
            if wanted(parameter.kept) {
                mine.clone_from(theirs);
            }
        }
    }

    /// Sets a parameter from a command; `false` when a number is missing, out of range or too many.
    fn assign(&mut self, parameter: &Parameter, call: &Call) -> bool {
        let Some(values) = position(parameter.name).and_then(|at| self.values.get_mut(at)) else { return false };
        let mut changed = values.clone();
        if call.count() > parameter.fields.len() || call.text(0).is_none() {
            return false;
        }
        for (index, (slot, field)) in changed.iter_mut().zip(parameter.fields).enumerate() {
            if call.text(index).is_none() {
                continue;
            }
            match call.number(index).and_then(|number| i32::try_from(number).ok()) {
                Some(number) if (field.0..=field.1).contains(&number) => *slot = number,
                _ => return false,
            }
        }
        *values = changed;
        true
    }
}

impl Parameter {
    /// `(0-2),(0,1)`: what the test form answers.
    fn ranges(&self) -> String {
        let range = |&(low, high, _): &(i32, i32, i32)| match high - low {
            0 => format!("({low})"),
            1 => format!("({low},{high})"),
            _ => format!("({low}-{high})"),
        };
        self.fields.iter().map(range).collect::<Vec<_>>().join(",")
    }
}

impl Desk {
    /// Carries a command out by the table alone; `None` when the table does not know it.
    pub(super) fn parameter(&mut self, call: &Call) -> Option<Done> {
        let parameter = TABLE.get(position(&call.name)?).filter(|_| self.profile().modem.has_setting(&call.name))?;
        let basic = !call.name.starts_with('+');
        Some(match call.form {
            Form::Query if basic => {
                // Three digits as a V.250 modem prints S-registers; the manual shows one form, users the other.
                self.info(format!("{:03}", self.settings.value(parameter.name)));
                Done::Ok
            }
            Form::Query => {
                let values = self.settings.joined(parameter.name);
                self.info(format!("{}: {values}", parameter.name));
                Done::Ok
            }
            Form::Test if basic => {
                self.info(parameter.ranges());
                Done::Ok
            }
            Form::Test => {
                self.info(format!("{}: {}", parameter.name, parameter.ranges()));
                Done::Ok
            }
            // `ATE` and `ATV` alone mean 0 (V.250 §5.3.1).
            Form::Execute if basic && !parameter.name.starts_with('S') => {
                self.settings.set(parameter.name, parameter.fields.first().map_or(0, |field| field.0));
                Done::Ok
            }
            Form::Set if self.settings.assign(parameter, call) => Done::Ok,
            _ => NOT_ALLOWED,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_in_its_range_and_every_name_once() {
        for (index, parameter) in TABLE.iter().enumerate() {
            for (low, high, default) in parameter.fields {
                assert!((low..=high).contains(&default), "{}", parameter.name);
            }
            assert_eq!(position(parameter.name), Some(index), "{}", parameter.name);
        }
    }

    #[test]
    fn factory_reset_leaves_the_line_alone() {
        let mut settings = Settings::default();
        settings.set("+IPR", 115_200);
        settings.set("E", 0);
        settings.take_over(&Settings::default(), |kept| kept != Kept::Line);
        assert_eq!((settings.value("+IPR"), settings.value("E")), (115_200, 1));
    }
}
