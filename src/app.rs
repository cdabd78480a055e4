//! What the window can do, without the window: state, commands, their effects, settings. No egui.
//!
//! A panel reads [`State`] and pushes [`Command`]s; after all panels are drawn [`update`] turns each into changes of the
//! state and [`command::Effect`]s, and [`Runtime`] carries those out: opens ports, starts the test server, writes files. Nothing
//! else changes the state, and `update` itself does no I/O.

pub mod book;
pub(crate) mod command;
pub mod export_macro;
pub mod faults;
mod file_kind;
mod file_lock;
mod find;
pub(crate) mod handbook;
mod importing;
mod job;
pub(crate) mod log_feed;
pub mod nano;
mod pace;
mod runtime;
pub mod settings;
mod state;
pub(crate) mod timeline;
pub(crate) mod times;
mod update;

pub use runtime::Folders;
pub use settings::{Adapter, Settings, Typed};
pub use state::{State, Tone};

pub(crate) use command::{Command, ExportWish};
pub(crate) use file_kind::{FileKind, file_kind, is_sketch};
pub(crate) use importing::MacrosFrom;
pub(crate) use pace::Pace;
pub(crate) use runtime::Runtime;
pub(crate) use settings::Wired;
pub(crate) use state::{Message, OnLine, Purpose, SIMULATOR};

use crate::link::{LineSettings, Time, local_now};
use crate::macros::runner::Values;
use crate::vocabulary::Family;

/// What the window starts with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// A port or a capture file, as typed on the command line.
    pub port: Option<String>,
    /// Line settings given on the command line.
    pub line: Option<LineSettings>,
    /// The modem's family, chosen on the command line.
    pub modem: Option<&'static Family>,
    /// `demo`: simulator and test server connected, and this text prefilled.
    pub demo: Option<String>,
    /// Opened from another window: it must not hide that one.
    pub beside: bool,
    /// Where the time of the link comes from.
    pub time: Time,
}

/// The values of a macro with the local time added, so that `${time}` can be shown where no run has begun.
#[must_use]
pub(crate) fn values_of_now(values: &Values) -> Values {
    let mut values = values.clone();
    values.insert("time".into(), local_now());
    values
}
