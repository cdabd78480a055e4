//! The macros that an import becomes: with the sketch's own timing, or waiting for what it waits for.

use super::{Imported, SketchStep};
use crate::macros::model::{Macro, Step};

impl Imported {
    /// A macro that sends the same bytes with the same pauses, as the board would: it waits for no answer.
    #[must_use]
    pub fn timed_macro(&self, name: &str) -> Macro {
        let step = |step: &SketchStep| Step { wait: (!step.wait.is_zero()).then_some(step.wait), ..Self::sent(step) };
        self.made(name, "What the sketch sends, with its own timing. It waits for no answer.", step)
    }

    /// A macro of the run: it waits for the texts that the sketch waits for, and pauses as the sketch does. Of an export of ours
    /// it is the macro that was exported.
    #[must_use]
    pub(crate) fn waiting_macro(&self, name: &str) -> Macro {
        if let Some(own) = &self.own {
            return own.clone();
        }
        let step = |step: &SketchStep| Step {
            expect: step.expect.iter().cloned().collect(),
            fail: step.fail.clone(),
            within: step.within,
            wait: (!step.wait_after.is_zero()).then_some(step.wait_after),
            ..Self::sent(step)
        };
        self.made(name, "What the sketch does with a modem that answers: it waits for what the sketch waits for.", step)
    }

    fn sent(step: &SketchStep) -> Step {
        Step { send: (!step.bytes.is_empty()).then(|| step.text.clone()), note: step.note.clone(), ..Step::default() }
    }

    fn made(&self, name: &str, about: &str, step: impl Fn(&SketchStep) -> Step) -> Macro {
        Macro {
            name: name.to_owned(),
            about: Some(about.to_owned()),
            ask: self.asks.clone(),
            steps: self.steps.iter().map(step).collect(),
            ..Macro::default()
        }
    }
}
