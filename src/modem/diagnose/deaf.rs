//! Settings after which a modem hears nothing or is not understood, as the cause of a silence.

use super::book::Draft;
use crate::modem::dialog::Dialog;
use crate::modem::dialog::deafness::Deafness;
use crate::modem::dialog::exchange::Span;
use crate::vocabulary::Role;

/// The setting, where nothing was answered since.
fn last(dialog: &Dialog) -> Option<&Deafness> {
    let setting = dialog.state.deafness.as_ref()?;
    dialog.done().filter(|done| done.span == setting.span).map(|_| setting)
}

/// Where it stands.
pub(super) fn since(dialog: &Dialog) -> Option<Span> {
    last(dialog).map(|setting| setting.span)
}

/// Says so where the answers cannot be read: only the rate does that.
pub(super) fn blame_rate(draft: Draft, dialog: &Dialog) -> Draft {
    if last(dialog).is_some_and(|setting| setting.role == Role::Rate) { blame(draft, dialog) } else { draft }
}

/// Says so.
pub(super) fn blame(draft: Draft, dialog: &Dialog) -> Draft {
    let Some(Deafness { role, shown, .. }) = last(dialog) else { return draft };
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
        Role::Multiplexer => (
            "from then on the modem takes frames of the multiplexer (3GPP TS 27.010) alone, and a bare command is nothing to it",
            "Let a driver work the multiplexer (the system's n_gsm, PPPoS with CMUX) and send the commands on one of its channels; to go back switch the modem off and on.",
        ),
        _ => (
            "the modem sleeps when it has nothing to do, and then the serial port is off; a sleep by DTR ends when that line is pulled low",
            "Pull DTR low, wait 50 ms, then send; or switch the sleep off while it is awake (a SIM800: AT+CSCLK=0). Where the sleep is one that bytes end, send AT first, and once more.",
        ),
    };
    draft.because(format!("{shown} was accepted right before: {why}.")).fix(fix)
}
