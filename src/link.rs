//! Open ports. The only room (beside `app`'s files) that touches the outside world.
//!
//! A [`Link`] is an open port of any kind: a serial device, a socket, the simulator, a capture played back. It never
//! blocks and owns no thread: the worker waits for all that it names in [`Link::interests`], in one place ([`wait`]).

pub(crate) mod comeback;
pub(crate) mod dial;
pub(crate) mod discovery;
pub(crate) mod identity;
pub(crate) mod kind;
mod line_errors;
pub mod network;
mod open_error;
pub(crate) mod opening;
mod parmrk;
mod replay;
mod serial;
pub mod share;
pub(crate) mod sim_host;
pub mod simulator;
mod spec;
mod tap;
pub mod telnet;
pub mod test_server;
mod time;
pub(crate) mod tls;
pub mod transfer;
pub(crate) mod trouble;

use std::time::Duration;

pub use crate::os::settings::{FlowControl, LineSettings, Parity, StopBits};
pub use crate::os::wait::Interests;
pub use crate::os::{settings, wait};
pub use open_error::OpenError;
pub use spec::LinkSpec;
pub use time::Time;

pub(crate) use crate::os::settings::DataBits;
pub(crate) use spec::without_password;
pub(crate) use time::local_now;

use crate::capture::{Flaw, LineStates};
use crate::macros::LineChange;

/// Called when there is news to show. Never blocks; the window passes one that asks egui for a repaint.
pub type News = std::sync::Arc<dyn Fn() + Send + Sync>;

/// What a link brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Bytes, exactly as they came.
    Bytes {
        /// In the order of the wire.
        bytes: Vec<u8>,
        /// What was wrong with them on the wire.
        flaw: Flaw,
    },
    /// The far end sent a break.
    Break,
    /// Bytes were lost before they could be read.
    Lost {
        /// How many, where known.
        bytes: Option<u64>,
        /// Where: the driver, the adapter.
        why: String,
    },
    /// Something worth a line in the log.
    Note(String),
    /// What a tap heard on the host's line, on its way to the modem.
    FromHost(Box<Arrival>),
}

/// A device that may be one that was lost: only the user can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The device, as it is listed.
    pub device: String,
    /// The port that is open once it is chosen: the device, or the tap with it.
    pub port: LinkSpec,
}

/// Why a link could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The port is no longer there: unplugged, or the far end closed. Nothing more will come.
    #[error("{0}")]
    Gone(String),
    /// It has come to its end, as it should (a replay). Nothing more will come.
    #[error("{0}")]
    Ended(String),
    /// This kind of port has no such thing (a pty has no modem lines). The link stays usable.
    #[error("{0}")]
    Unsupported(String),
    /// It was tried and refused. The link stays usable.
    #[error("{0}")]
    Refused(String),
}

/// What became of other settings for an open port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconfigured {
    /// They hold.
    Applied,
    /// They hold but for this, such as "the driver kept 8N1".
    Kept(String),
    /// This kind of port has no baud rate, frame or flow control.
    NotHere,
}

impl From<Option<String>> for Reconfigured {
    fn from(kept: Option<String>) -> Self {
        kept.map_or(Self::Applied, Self::Kept)
    }
}

/// An open port. No call blocks; time is an argument, counted from the opening.
///
/// The worker's loop: gather [`Self::interests`] and [`Self::next_deadline`], wait, [`Self::on_ready`], [`Self::read`]
/// until nothing comes, [`Self::write`] what is queued.
pub trait Link: Send {
    /// Names all descriptors to wait for: none, one or several. `sending` is true while bytes wait for [`Self::write`];
    /// only then ask for writability of the line itself.
    fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>);

    /// When [`Self::on_ready`] wants to be called at the latest, though no descriptor says so.
    fn next_deadline(&self) -> Option<Duration> {
        None
    }

    /// Called after every wait, before [`Self::read`]: housekeeping such as the sockets of the simulator.
    fn on_ready(&mut self, _now: Duration) {}

    /// Appends what has arrived. Appends nothing when nothing is there; called again until then (bounded by the worker,
    /// so that a flood cannot starve orders), so it may stop after each bufferful.
    ///
    /// # Errors
    /// [`LinkError::Gone`] once, after all that had arrived was handed over.
    fn read(&mut self, arrived: &mut Vec<Arrival>, now: Duration) -> Result<(), LinkError>;

    /// Hands bytes over and says how many were taken; 0 when none fit now.
    ///
    /// # Errors
    /// [`LinkError::Gone`] when nothing will ever be taken again.
    fn write(&mut self, bytes: &[u8], now: Duration) -> Result<usize, LinkError>;

    /// Sets DTR and RTS, both in one step where both are given.
    ///
    /// # Errors
    /// [`LinkError::Unsupported`] where there are no such lines.
    fn set_lines(&mut self, _change: LineChange) -> Result<(), LinkError> {
        Err(LinkError::Unsupported("this port has no modem lines".into()))
    }

    /// States of the modem lines; `None` where the port has none. Cheap enough to be asked 20 times a second.
    fn lines(&mut self) -> Option<LineStates> {
        None
    }

    /// Appends what the driver has counted since the last call: errors on the line, lost bytes. Asked as often as
    /// [`Self::lines`].
    fn counted(&mut self, _arrived: &mut Vec<Arrival>, _now: Duration) {}

    /// Begins or ends a break.
    ///
    /// # Errors
    /// [`LinkError::Unsupported`] where there is no break.
    fn set_break(&mut self, _on: bool) -> Result<(), LinkError> {
        Err(LinkError::Unsupported("this port cannot send a break".into()))
    }

    /// Applies other settings while open, and says what became of them.
    ///
    /// # Errors
    /// [`LinkError::Refused`] when the driver refused them as a whole.
    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError>;

    /// Devices that may be a part of it that is lost. [`Self::choose`] takes the user's choice.
    fn candidates(&self) -> Vec<Candidate> {
        Vec::new()
    }

    /// The port by the names its parts have now, where one may come back under another; `None` where it keeps its name.
    fn name(&self) -> Option<LinkSpec> {
        None
    }

    /// The user has said which device the lost part is now: it is opened.
    ///
    /// # Errors
    /// [`LinkError::Refused`] when it does not open.
    fn choose(&mut self, _port: &LinkSpec, _now: Duration) -> Result<(), LinkError> {
        Err(LinkError::Unsupported("nothing of this port is lost".into()))
    }

    /// A hand on the simulated modem.
    ///
    /// # Errors
    /// [`LinkError::Unsupported`] for everything that is not the simulator.
    fn control(&mut self, _control: crate::simulator::Control, _now: Duration) -> Result<(), LinkError> {
        Err(LinkError::Unsupported("only the simulated modem can be handled so".into()))
    }

    /// The simulated modem as its panel shows it; `None` for everything that is not the simulator.
    fn panel(&self) -> Option<crate::simulator::Panel> {
        None
    }

    /// Bytes that the operating system took but has not sent yet, where it tells. The worker gives them a moment before
    /// it closes the port.
    fn unsent(&self) -> Option<usize> {
        None
    }
}
