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
    const HEARS: hears::Kinds;
    /// Its deadline may stand although the dialog is [calm](Dialog::is_calm).
    const KEEPS_TIME: bool = false;

    /// Whether an event of these kinds can mean something to it now. A glance, for rules that hear of every command: what
    /// it lets pass would have changed nothing.
    #[inline(always)]
    fn heeds(&self, _kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        true
    }

    /// Something happened.
    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book);

    /// When it wants [`Event::Tick`].
    fn deadline(&self, _dialog: &Dialog) -> Option<Duration> {
        None
    }
}

/// Kinds of events, as bits. Commands, results and words of the modem are of one kind a topic.
pub(super) mod hears {
    use crate::modem::diagnose::topics::{ALL, Topics};

    pub(crate) type Kinds = u64;

    pub(crate) const GLUED: Kinds = 1;
    pub(crate) const JUNK: Kinds = 1 << 1;
    pub(crate) const STRAY: Kinds = 1 << 2;
    pub(crate) const EMPTY: Kinds = 1 << 3;
    pub(crate) const EXCESS: Kinds = 1 << 4;
    pub(crate) const ECHOED: Kinds = 1 << 5;
    pub(crate) const PROMPT: Kinds = 1 << 6;
    pub(crate) const DATA: Kinds = 1 << 7;
    pub(crate) const DATA_END: Kinds = 1 << 8;
    pub(crate) const UNKNOWN: Kinds = 1 << 9;
    pub(crate) const BURST: Kinds = 1 << 10;
    pub(crate) const RECEIVED: Kinds = 1 << 11;
    pub(crate) const TICK: Kinds = 1 << 12;
    pub(crate) const FINISH: Kinds = 1 << 13;
    pub(crate) const CUT: Kinds = 1 << 14;
    /// A command was refused, or its echo was damaged. Who hears the results of any topic hears this one too.
    pub(crate) const TROUBLE: Kinds = 1 << 15;
    /// Bytes that look like a command were sent in data mode.
    pub(crate) const WHILE_ONLINE: Kinds = 1 << 30;
    /// All commands.
    pub(crate) const COMMAND: Kinds = commands(ALL);
    /// All results.
    pub(crate) const FINAL: Kinds = results(ALL);

    /// Commands about these.
    pub(crate) const fn commands(topics: Topics) -> Kinds {
        (topics as Kinds) << 16
    }

    /// Results of commands about these.
    pub(crate) const fn results(topics: Topics) -> Kinds {
        (topics as Kinds) << 32
    }

    /// Words of the modem about these that are no result.
    pub(crate) const fn said(topics: Topics) -> Kinds {
        (topics as Kinds) << 48
    }

    /// Some of these kinds are commands.
    pub(crate) const fn is_command(kinds: Kinds) -> bool {
        kinds & COMMAND != 0
    }

    /// Some of these kinds are results.
    pub(crate) const fn is_result(kinds: Kinds) -> bool {
        kinds & (FINAL | TROUBLE) != 0
    }
}
