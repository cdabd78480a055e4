//! What a macro is. The texts are notation with `${…}` parameters, kept as the user wrote them; `file` has checked
//! that they parse.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::modem::secrets::masked;

/// A book of macros, in the order of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The macros, in file order.
    pub macros: Vec<Macro>,
}

/// One macro: a button.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Macro {
    /// What the button says. Unique in its book when it is run by name.
    pub name: String,
    /// The group it is shown in.
    pub group: Option<String>,
    /// A hot key such as `F3` or `Ctrl+Shift+K`.
    pub key: Option<String>,
    /// One sentence on what it does.
    pub about: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
    /// Parameters in the order they are asked.
    pub ask: Vec<(String, Ask)>,
    /// What it does.
    pub steps: Vec<Step>,
}

impl Macro {
    /// Its name as reports, logs and messages have it: somebody may have called it by the command that it sends.
    #[must_use]
    pub(crate) fn title(&self) -> String {
        masked(&self.name)
    }

    /// It sends several things one after the other and waits for no answer.
    #[must_use]
    pub(crate) fn is_blind(&self) -> bool {
        let steps = || self.steps.iter().filter(|step| !step.disabled);
        steps().all(|step| step.expect.is_empty() && step.fail.is_empty())
            && steps().filter(|step| step.send.is_some()).count() > 1
    }

    /// Whatever it sends, it waits for what is answered.
    #[must_use]
    pub(crate) fn waits(&self) -> bool {
        let sends = self.steps.iter().filter(|step| !step.disabled && step.send.is_some());
        sends.into_iter().all(|step| !step.expect.is_empty())
    }
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Prefilled.
    pub default: String,
    /// Neither stored nor shown; masked in captures.
    pub secret: bool,
}

/// One step: set, break, send, expect, wait, in that order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Modem lines to set first.
    pub set: Option<LineChange>,
    /// A break of this length.
    pub break_for: Option<Duration>,
    /// What to send, as notation with parameters.
    pub send: Option<String>,
    /// Any of these ends the step well; matched as bytes anywhere after the send.
    pub expect: Vec<String>,
    /// Any of these ends it badly.
    pub fail: Vec<String>,
    /// How long the answer may take. Default [`Step::DEFAULT_WITHIN`].
    pub within: Option<Duration>,
    /// A pause at the end.
    pub wait: Option<Duration>,
    /// How many times this step is run, always.
    pub repeat: Option<u32>,
    /// How many times it is run again on failure.
    pub retry: Option<u32>,
    /// What a failure does.
    pub on_fail: OnFail,
    /// Values kept from the answer: name and regex (first group, or the whole match).
    pub keep: BTreeMap<String, String>,
    /// For the reader.
    pub note: Option<String>,
    /// Passed over.
    pub disabled: bool,
}

impl Step {
    /// `within` where a step does not say.
    pub(crate) const DEFAULT_WITHIN: Duration = Duration::from_secs(10);
}

/// What a failed step does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFail {
    /// The run ends as failed.
    #[default]
    Stop,
    /// The next step runs.
    Continue,
    /// This macro is left, the run goes on.
    Skip,
}

/// Modem lines that a step sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineChange {
    /// Data terminal ready.
    pub dtr: Option<bool>,
    /// Request to send.
    pub rts: Option<bool>,
}

/// Values of a macro's parameters, by name. Secrets are in here too; nothing prints them.
///
/// `time`, the local time when the run began as RFC 3339 (`2026-11-22T16:00:05+01:00`), makes `${time}` known, and
/// `counter` is where `${counter}` begins.
pub type Values = BTreeMap<String, String>;
