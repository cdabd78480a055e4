//! What people read about a rule.

use super::Severity;

/// A rule's public name and what people read about it.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "a test writes `docs/diagnoses.md` from them"))]
pub(crate) struct Doc {
    /// Its public name, such as `missing-terminator`.
    pub(crate) slug: &'static str,
    /// How bad its findings are.
    pub(crate) severity: Severity,
    /// Its family, a heading of `docs/diagnoses.md`.
    pub(crate) family: &'static str,
    /// What must be seen on the wire.
    pub(crate) evidence: &'static str,
    /// Why it does not work so.
    pub(crate) why: &'static str,
    /// What to do.
    pub(crate) fix: &'static str,
}

/// The headings of `docs/diagnoses.md`.
pub(super) mod heading {
    pub(crate) const DATA_END: &str = "Ending the data";
    pub(crate) const ORDER: &str = "Order of commands";
    pub(crate) const LINE: &str = "The line";
    pub(crate) const POWER: &str = "Power, SIM, network";
}
