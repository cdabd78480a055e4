//! What a rule is.

use std::time::Duration;

use super::book::Book;
pub(super) use super::doc::Doc;
use crate::modem::dialog::{Dialog, Event};

/// One rule. It hears the kinds of events it names, and may ask to be woken.
pub(super) trait Rule: Default + std::fmt::Debug {
    /// Its name and texts.
    const DOC: &'static Doc;
    /// Kinds of events it hears, of [`hears`].
    const HEARS: u32;

    /// Something happened.
    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book);

    /// When it wants [`Event::Tick`].
    fn deadline(&self, _dialog: &Dialog) -> Option<Duration> {
        None
    }
}

/// Kinds of events, as bits.
pub(super) mod hears {
    pub(crate) const COMMAND: u32 = 1;
    pub(crate) const GLUED: u32 = 1 << 1;
    pub(crate) const JUNK: u32 = 1 << 2;
    pub(crate) const STRAY: u32 = 1 << 3;
    pub(crate) const EMPTY: u32 = 1 << 4;
    pub(crate) const EXCESS: u32 = 1 << 5;
    pub(crate) const ECHOED: u32 = 1 << 6;
    pub(crate) const FINAL: u32 = 1 << 7;
    pub(crate) const SAID: u32 = 1 << 8;
    pub(crate) const PROMPT: u32 = 1 << 9;
    pub(crate) const DATA: u32 = 1 << 10;
    pub(crate) const DATA_END: u32 = 1 << 11;
    pub(crate) const UNKNOWN: u32 = 1 << 12;
    pub(crate) const BURST: u32 = 1 << 13;
    pub(crate) const RECEIVED: u32 = 1 << 14;
    pub(crate) const TICK: u32 = 1 << 15;
    pub(crate) const FINISH: u32 = 1 << 16;
    /// Of [`COMMAND`]: it does more than ask.
    pub(crate) const STEP: u32 = 1 << 17;
    /// Of [`FINAL`]: that of a command that does more than ask, or was refused, or whose echo was damaged.
    pub(crate) const COURSE: u32 = 1 << 18;
    /// Of [`FINAL`]: the command was refused, or its echo was damaged.
    pub(crate) const TROUBLE: u32 = 1 << 19;
    /// Of [`SAID`]: not just a value that was asked for.
    pub(crate) const NEWS: u32 = 1 << 20;
    pub(crate) const CUT: u32 = 1 << 21;
    /// Of [`SAID`]: the state of the connections, which was asked for.
    pub(crate) const STATE: u32 = 1 << 22;
}
