//! Settings after which a modem hears nothing or is not understood: its rate, flow control, sleep.

use super::book::Draft;
use crate::modem::dialog::Dialog;
use crate::modem::dialog::exchange::Span;
use crate::vocabulary::{Form, Role};

/// The last such setting that was accepted.
#[derive(Debug, Default)]
pub(super) struct Deaf(Option<Setting>);

#[derive(Debug)]
struct Setting {
    role: Role,
    shown: String,
    span: Span,
    /// Commands that had been answered by then, this one among them.
    answered: u32,
}

impl Deaf {
    /// A command has its result.
    pub(super) fn hear(&mut self, dialog: &Dialog) {
        let Some(done) = dialog.done() else { return };
        if !matches!(done.role, Role::Sleep | Role::Saving | Role::Flow | Role::Rate) || done.refused() {
            return;
        }
        let call = done.chief();
        let value = if call.is_basic() { crate::vocabulary::number(call.raw()) } else { call.number(0) };
        let on = match done.role {
            Role::Saving => value == Some(1),
            _ => value.is_some_and(|value| value != 0),
        };
        let sets = call.is_basic() || done.asked.form == Form::Set;
        self.0 = (sets && on).then(|| Setting {
            role: done.role,
            shown: done.shown(),
            span: done.span,
            answered: dialog.answered(),
        });
    }

    /// Nothing was answered since that setting.
    pub(super) fn since(&self, dialog: &Dialog) -> Option<Span> {
        self.0.as_ref().filter(|setting| setting.answered == dialog.answered()).map(|setting| setting.span)
    }

    /// The same where the answers cannot be read: only the rate does that.
    pub(super) fn rate(&self, draft: Draft, dialog: &Dialog) -> Draft {
        let rate = self.0.as_ref().is_some_and(|setting| setting.role == Role::Rate);
        if rate { self.say(draft, dialog) } else { draft }
    }

    /// Says so, where nothing was answered since.
    pub(super) fn say(&self, draft: Draft, dialog: &Dialog) -> Draft {
        let Some(Setting { role, shown, .. }) = self.0.as_ref().filter(|_| self.since(dialog).is_some()) else {
            return draft;
        };
        let (why, fix) = match role {
            Role::Rate => (
                "the modem speaks at that rate now, and the port perhaps still at the old one",
                "Set the port to the new rate; AT&W stores it in the modem, AT+IPR=9600 (sent at the new rate) goes back.",
            ),
            Role::Flow => (
                "the modem waits for signs that it may send, and none come where RTS and CTS are not connected (or the port does not use them)",
                "Connect RTS and CTS and switch hardware flow control on in the port; or switch it off in the modem (AT+IFC=0,0) after switching it off and on.",
            ),
            Role::Saving => (
                "the modem goes to deep sleep (PSM) as soon as it has nothing to do, and then hears nothing",
                "Wake it with its PWRKEY or PON line, or wait until it wakes by its timer; then AT+CPSMS=0 while it is awake.",
            ),
            _ => (
                "the modem sleeps when it has nothing to do, and then the serial port is off; a sleep by DTR ends when that line is pulled low",
                "Pull DTR low, wait 50 ms, then send; or switch the sleep off while it is awake (a SIM800: AT+CSCLK=0). Where the sleep is one that bytes end, send AT first, and once more.",
            ),
        };
        draft.because(format!("{shown} was accepted right before: {why}.")).fix(fix)
    }
}
