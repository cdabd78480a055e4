//! What a modem is made of: parts that answer commands, each with its own state, and nothing of any other's.
//!
//! A part works on the [`Desk`], which all share. What concerns others it tells as [`News`]. What it does later it leaves
//! there as a closure over itself; whoever holds the parts hands it back.

use std::any::{Any, TypeId};
use std::collections::VecDeque;
use std::fmt::Debug;

use super::desk::Desk;
use super::faults::Fault;
use super::line::{Call, Form};
use super::panel::Panel;
use super::reply::Done;
use super::{SocketEvent, SocketId};

/// What one part tells all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// On a network now, or on another one.
    Registered,
    /// A time server told the seconds since 1900; the clock is to show them in this zone, in quarters of an hour.
    TimeServer { seconds: u64, zone: i8 },
    /// The data service is gone: no network, or detached.
    DataLost,
    /// A fault begins or ends.
    Fault(Fault, bool),
    /// The host took DTR away.
    DtrDropped,
    /// Messages can be used from now on.
    MessagesReady,
}

impl News {
    /// The connection of the module with the network's data service is gone, and with it all sockets.
    pub(super) fn context_lost(&self) -> bool {
        matches!(self, Self::DataLost | Self::Fault(Fault::PdpDeact, true))
    }
}

/// A part of the modem.
pub(super) trait Part: Any + Debug + Send {
    /// The names of its commands, in capitals.
    fn names(&self) -> Vec<&'static str>;

    /// Carries a command out; `None` when it is none of its own.
    fn command(&mut self, desk: &mut Desk, call: &Call) -> Option<Done>;

    /// Power comes (again): what was not stored is forgotten.
    fn power_on(&mut self, _desk: &mut Desk) {}

    /// News of another part.
    fn news(&mut self, _desk: &mut Desk, _news: &News) {}

    /// News of a socket that it opened.
    fn socket(&mut self, _desk: &mut Desk, _id: SocketId, _event: &SocketEvent<'_>) {}

    /// How many bytes of a socket it has room for.
    fn wants(&self, _id: SocketId) -> usize {
        0
    }

    /// Bytes of the host in data mode; takes as many as it has room for.
    fn typed(&mut self, _desk: &mut Desk, _bytes: &mut VecDeque<u8>) {}

    /// Something happened, or a command ended: the moment to say what waited.
    fn settle(&mut self, _desk: &mut Desk) {}

    /// Its share of what a window shows.
    fn show(&self, _desk: &Desk, _panel: &mut Panel) {}
}

/// A command: its name in capitals, and what carries it out.
pub(super) type Command<P> = (&'static str, fn(&mut P, &mut Desk, &Call) -> Done);

/// The names in tables of commands.
pub(super) fn names<P>(tables: &[&[Command<P>]]) -> Vec<&'static str> {
    tables.iter().copied().flatten().map(|command| command.0).collect()
}

/// Carries a command out that stands in one of the tables.
pub(super) fn dispatch<P>(part: &mut P, desk: &mut Desk, call: &Call, tables: &[&[Command<P>]]) -> Option<Done> {
    let (_, handler) = tables.iter().copied().flatten().find(|command| command.0 == call.name)?;
    // Whether a command is there may always be asked (V.250 §5.4.4.2), whatever the state.
    Some(match handler(part, desk, call) {
        Done::Fail(_) if call.form == Form::Test => Done::Ok,
        done => done,
    })
}

/// In the `impl Part` of a part whose commands all stand in these tables: its names, and how it carries them out.
macro_rules! commands {
    ($tables:expr) => {
        fn names(&self) -> Vec<&'static str> {
            $crate::simulator::part::names::<Self>($tables)
        }

        fn command(
            &mut self,
            desk: &mut $crate::simulator::desk::Desk,
            call: &$crate::simulator::line::Call,
        ) -> Option<$crate::simulator::reply::Done> {
            $crate::simulator::part::dispatch(self, desk, call, $tables)
        }
    };
}
pub(super) use commands;

/// All parts of a modem.
#[derive(Debug)]
pub(super) struct Parts(Vec<Box<dyn Part>>);

impl Parts {
    /// A modem of these.
    pub(super) fn new(parts: Vec<Box<dyn Part>>) -> Self {
        Self(parts)
    }

    /// A part by its type.
    pub(super) fn get<P: Part>(&mut self) -> Option<&mut P> {
        self.0.iter_mut().find_map(|part| (part.as_mut() as &mut dyn Any).downcast_mut())
    }

    /// A part by the name of its type.
    pub(super) fn named(&self, owner: TypeId) -> Option<&dyn Part> {
        self.each().find(|part| (*part as &dyn Any).type_id() == owner)
    }

    /// The same, to be worked with.
    pub(super) fn named_mut(&mut self, owner: TypeId) -> Option<&mut Box<dyn Part>> {
        self.0.iter_mut().find(|part| (part.as_ref() as &dyn Any).type_id() == owner)
    }

    /// Each of them.
    pub(super) fn each(&self) -> impl Iterator<Item = &dyn Part> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Each of them, to be worked with.
    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = &mut Box<dyn Part>> {
        self.0.iter_mut()
    }
}
