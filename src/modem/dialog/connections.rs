//! The data connection and the connections on it, as far as the bytes have shown them.

use super::said::IpState;
use super::span::Span;

/// The data connection (the PDP context behind CSTT, CIICR, CIFSR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ip {
    /// Not seen.
    #[default]
    Unknown,
    /// `IP INITIAL`: after a start or `SHUT OK`.
    Initial,
    /// `IP START`: the APN is set.
    Start,
    /// Active, with or without an address.
    Active,
    /// Could not be opened.
    Failed,
    /// The network ended it.
    Lost,
}

/// More than the connections of any modem.
pub(super) const LINKS: u8 = 12;

/// One connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Not seen.
    #[default]
    Unknown,
    /// None since the start or `SHUT OK`.
    None,
    /// `AT+CIPSTART` was sent.
    Connecting {
        /// That command.
        command: Span,
        /// It was answered OK.
        accepted: bool,
    },
    /// Open.
    Open,
    /// `AT+CIPSTART` was answered with an error.
    Refused,
    /// `CONNECT FAIL`.
    Failed,
    /// The peer closed it.
    PeerClosed,
    /// The host closed it.
    HostClosed,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    context: Ip,
    /// When the data connection was lost: its state until then, and the command that was opening a connection.
    lost: Option<(Ip, Option<Span>)>,
    /// By their numbers; the first one where there is only one.
    links: [Connection; LINKS as usize],
    /// Some of them is open: asked for with each line that comes.
    open: bool,
    /// Where the latest one goes to: `host:port`.
    peer: String,
    /// The only connection that was open when the server said that it will close behind its answer.
    ends_itself: Option<usize>,
}

impl Connections {
    /// The data connection.
    #[must_use]
    pub(crate) const fn context(&self) -> Ip {
        self.context
    }

    /// When it was lost: its state until then, and the command that was opening a connection.
    #[must_use]
    pub(crate) const fn lost(&self) -> Option<(Ip, Option<Span>)> {
        self.lost
    }

    /// Where the latest connection goes to: `host:port`.
    #[must_use]
    pub(crate) fn peer(&self) -> &str {
        &self.peer
    }

    /// The connection with a number; the only one without.
    #[must_use]
    pub(crate) fn link(&self, n: Option<u8>) -> Connection {
        self.links.get(usize::from(n.unwrap_or(0))).copied().unwrap_or_default()
    }

    /// The server has said that it will close this connection behind its answer.
    #[must_use]
    pub(crate) fn ends_itself(&self, n: Option<u8>) -> bool {
        self.ends_itself == Some(usize::from(n.unwrap_or(0)))
    }

    /// A server says that it will close behind its answer: which connection that is about is known where only one is open.
    pub(super) fn announce_end(&mut self) {
        let mut open = self.links.iter().enumerate().filter(|(_, link)| **link == Connection::Open).map(|(at, _)| at);
        self.ends_itself = open.next().filter(|_| open.next().is_none());
    }

    /// Some connection is known to be open.
    #[must_use]
    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// The command that is opening a connection, and was answered OK.
    #[must_use]
    pub(crate) fn opening(&self) -> Option<Span> {
        self.links.iter().find_map(|link| match link {
            Connection::Connecting { command, accepted: true } => Some(*command),
            _ => None,
        })
    }

    /// A start: nothing is open (manual section 2.2.32: nothing of TCP/IP is stored).
    pub(super) fn restarted() -> Self {
        let links = [Connection::None; LINKS as usize];
        Self { context: Ip::Initial, links, ..Self::default() }
    }

    /// A command went that opens a connection. One that is open already stays so.
    pub(super) fn begin(&mut self, n: Option<u8>, command: Span, peer: String) {
        if self.link(n) != Connection::Open {
            self.set(n, Connection::Connecting { command, accepted: false });
            self.peer = peer;
        }
    }

    /// That command was answered OK: the connection may come.
    pub(super) fn accept(&mut self, n: Option<u8>) {
        if let Connection::Connecting { command, .. } = self.link(n) {
            self.set(n, Connection::Connecting { command, accepted: true });
        }
    }

    /// That command was answered with an error.
    pub(super) fn refuse(&mut self, n: Option<u8>) {
        if matches!(self.link(n), Connection::Connecting { .. }) {
            self.set(n, Connection::Refused);
        }
    }

    /// The connection stands, and with it the data connection.
    pub(super) fn opened(&mut self, n: Option<u8>) {
        self.ends_itself = None;
        self.set(n, Connection::Open);
        self.context = Ip::Active;
    }

    /// The connection is shown to be open, by a send or otherwise.
    pub(super) fn is_shown_open(&mut self, n: Option<u8>) {
        self.set(n, Connection::Open);
    }

    /// It could not be opened.
    pub(super) fn failed(&mut self, n: Option<u8>) {
        self.set(n, Connection::Failed);
    }

    /// The peer, or the network, has closed it; nothing new where it was not open.
    pub(super) fn closed_by_peer(&mut self, n: Option<u8>) {
        if matches!(self.link(n), Connection::Open | Connection::Unknown) {
            self.set(n, Connection::PeerClosed);
        }
    }

    /// It was closed from here.
    pub(super) fn closed_here(&mut self, n: Option<u8>) {
        self.set(n, Connection::HostClosed);
    }

    /// The access point is set.
    pub(super) const fn prepared(&mut self) {
        self.context = Ip::Start;
    }

    /// The data connection stands.
    pub(super) const fn context_opened(&mut self) {
        self.context = Ip::Active;
    }

    /// The modem says that it could not be opened.
    pub(super) const fn context_failed(&mut self) {
        self.context = Ip::Failed;
    }

    /// The command that opens it was refused: it may be open all the same.
    pub(super) const fn context_refused(&mut self) {
        if matches!(self.context, Ip::Start | Ip::Unknown | Ip::Initial) {
            self.context = Ip::Failed;
        }
    }

    /// It was ended from here, and all on it.
    pub(super) const fn ended(&mut self) {
        self.context = Ip::Initial;
        self.end_links();
    }

    /// The modem left the data service, and all on it.
    pub(super) const fn detached(&mut self) {
        self.context = Ip::Lost;
        self.end_links();
    }

    const fn end_links(&mut self) {
        self.links = [Connection::None; LINKS as usize];
        self.open = false;
    }

    /// The network has ended it, while it was being opened or later.
    pub(super) fn lose(&mut self, while_opening: bool) {
        self.remember_loss();
        self.detached();
        if while_opening {
            self.context = Ip::Failed;
        }
    }

    /// The modem told the state; `single`: of the one connection that there is.
    pub(super) fn told(&mut self, state: IpState, single: bool) {
        match state {
            IpState::Initial => self.ended(),
            IpState::Start => {
                self.ended();
                self.context = Ip::Start;
            }
            IpState::Config => {}
            IpState::Connected if single => self.opened(None),
            IpState::Active | IpState::Connecting | IpState::Connected | IpState::Closed => self.context_opened(),
            IpState::Lost => self.lose(false),
        }
    }

    fn remember_loss(&mut self) {
        let opening = self.links.iter().find_map(|link| match link {
            Connection::Connecting { command, .. } => Some(*command),
            _ => None,
        });
        self.lost = Some((self.context, opening));
    }

    fn set(&mut self, n: Option<u8>, link: Connection) {
        if let Some(slot) = self.links.get_mut(usize::from(n.unwrap_or(0))) {
            *slot = link;
            self.open = self.links.contains(&Connection::Open);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Direction;

    const HERE: Span = Span { direction: Direction::Tx, start: 0, end: 9, at: None, order: 0 };

    #[test]
    fn a_connection_from_its_command_to_its_end() {
        let mut connections = Connections::default();
        connections.begin(Some(2), HERE, "h:1".into());
        assert_eq!(connections.opening(), None);
        connections.accept(Some(2));
        connections.accept(Some(3));
        assert_eq!((connections.opening(), connections.is_open()), (Some(HERE), false));
        connections.opened(Some(2));
        connections.begin(Some(2), HERE, "other:2".into());
        assert_eq!((connections.link(Some(2)), connections.peer()), (Connection::Open, "h:1"), "it is open already");
        connections.refuse(Some(2));
        connections.closed_by_peer(Some(2));
        connections.closed_by_peer(Some(200));
        assert_eq!(connections.link(Some(2)), Connection::PeerClosed);
        assert_eq!((connections.context(), connections.link(None)), (Ip::Active, Connection::Unknown));
    }

    #[test]
    fn what_the_network_ends_is_remembered_as_it_was() {
        let mut connections = Connections::default();
        connections.prepared();
        connections.begin(None, HERE, String::new());
        connections.lose(true);
        assert_eq!(connections.lost(), Some((Ip::Start, Some(HERE))));
        assert_eq!((connections.context(), connections.link(None)), (Ip::Failed, Connection::None));
        connections.context_opened();
        connections.told(IpState::Lost, true);
        assert_eq!((connections.lost(), connections.context()), (Some((Ip::Active, None)), Ip::Lost));
    }

    #[test]
    fn what_the_modem_tells_of_its_state_holds() {
        let told = |state, single| {
            let mut connections = Connections::default();
            connections.is_shown_open(Some(1));
            connections.told(state, single);
            (connections.context(), connections.link(None), connections.link(Some(1)))
        };
        assert_eq!(told(IpState::Start, true), (Ip::Start, Connection::None, Connection::None));
        assert_eq!(told(IpState::Config, true), (Ip::Unknown, Connection::Unknown, Connection::Open));
        assert_eq!(told(IpState::Connected, true), (Ip::Active, Connection::Open, Connection::Open));
        assert_eq!(told(IpState::Connected, false), (Ip::Active, Connection::Unknown, Connection::Open));
        let mut refused = Connections::default();
        refused.context_opened();
        refused.context_refused();
        assert_eq!(refused.context(), Ip::Active, "a second CIICR is refused because it is open");
    }
}
