//! TCP/IP of the SIM7600 (TCPIP application note): one network that is opened, ten links on it.

use core::net::SocketAddr;
use std::collections::VecDeque;
use std::time::Duration;

use super::server::{self, Servers};
use super::transparent::{self, Transparent};
use super::{links, receive, send};
use crate::simulator::asked::taken;
use crate::simulator::contexts::{Contexts, Manner};
use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::panel::{Panel, PanelLink};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::timers::TimerId;
use crate::simulator::{SocketEvent, SocketId};

const CONTEXTS: Manner = Manner {
    highest: 24,
    numbers: "(1-24,100-179)",
    types: &["IP", "PPP", "IPV6", "IPV4V6"],
    tail: "0,0,0,0",
    ranges: "(0-2),(0-4),(0-1),(0-1)",
};

const COMMANDS: &[Command<Net>] = &[
    ("+NETOPEN", Net::net_open),
    ("+NETCLOSE", Net::net_close),
    ("+IPADDR", Net::address),
    ("+CIPTIMEOUT", |_, _, call| taken(call)),
    ("+CIPCCFG", |_, _, call| taken(call)),
    ("+CDNSGIP", Net::find_name),
    ("+CGDCONT", |net, desk, call| net.contexts.define(desk, call)),
    ("+CGACT", Net::activate),
    ("+CGPADDR", |net, desk, call| {
        let text = format!("+CGPADDR: 1,{}", net.address.as_deref().unwrap_or("0.0.0.0"));
        desk.answer(call, text)
    }),
    ("+CPSI", |_, desk, call| {
        let text = if desk.radio.registered() {
            let code = &desk.profile().network.operator_code;
            let (country, network) = code.split_at(3.min(code.len()));
            format!(
                "+CPSI: LTE,Online,{country}-{network},0x{},27447553,318,EUTRAN-BAND3,1300,4,4,-112,-1012,-695,13",
                desk.profile().network.lac
            )
        } else {
            "+CPSI: NO SERVICE,Online".into()
        };
        desk.answer(call, text)
    }),
];

const TABLES: &[&[Command<Net>]] =
    &[COMMANDS, links::COMMANDS, send::COMMANDS, receive::COMMANDS, transparent::COMMANDS, server::COMMANDS];

/// Links of the module.
pub(super) const LINKS: usize = 10;
/// Bytes of one link that wait for the host.
const BUFFER: usize = 8192;
/// A command that waits for the network answers within this time.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(130);

/// What the last number of `+CIPOPEN:` and its like says (application note, unsolicited result codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Failed = 1,
    NotOpened = 2,
    WrongParameter = 3,
    NotSupported = 4,
    Timeout = 10,
    NameNotFound = 11,
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Closed,
    Opening,
    Open,
}

/// One of ten connections.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) state: State,
    pub(super) socket: Option<SocketId>,
    pub(super) udp: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) peer: Option<SocketAddr>,
    /// Came, not yet shown.
    pub(super) received: VecDeque<u8>,
    /// The peer closed; said when `received` is shown.
    pub(super) ended: bool,
    pub(super) in_flight: usize,
    pub(super) sent: u64,
    /// A datagram that waits for its socket.
    pub(super) waiting: Vec<u8>,
    /// `+CIPRXGET: 1` was said and nothing read since.
    pub(super) announced: bool,
    pub(super) timer: Option<TimerId>,
}

/// The network and its links.
#[derive(Debug)]
pub(super) struct Net {
    /// Own address while it is open.
    address: Option<String>,
    contexts: Contexts,
    pub(super) links: [Link; LINKS],
    pub(super) servers: Servers,
    pub(super) transparent: Transparent,
    /// A name that is being looked up.
    lookup: Option<(SocketId, String)>,
    /// Link and length of the send that waits for its acknowledgement.
    pub(super) sending: Option<(usize, usize)>,
    /// `AT+CIPHEAD`: what precedes data that are pushed.
    pub(super) header: usize,
    /// `AT+CIPSRIP`: who sent them.
    pub(super) source: bool,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            address: None,
            contexts: Contexts::with_first(&CONTEXTS),
            links: Default::default(),
            servers: Servers::default(),
            transparent: Transparent::default(),
            lookup: None,
            sending: None,
            header: 1,
            source: true,
        }
    }
}

impl Part for Net {
    commands!(TABLES);

    fn power_on(&mut self, _: &mut Desk) {
        let kept = std::mem::take(self);
        self.contexts = kept.contexts;
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        match news {
            _ if news.context_lost() => self.network_lost(desk),
            News::Fault(Fault::PeerClose, true) => self.peers_close(desk),
            News::DtrDropped => self.dtr_dropped(desk),
            _ => {}
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        if self.lookup.as_ref().is_some_and(|lookup| lookup.0 == id) {
            return self.found(desk, event);
        }
        if let Some(server) = self.servers.of(id) {
            return self.server_event(desk, server, event);
        }
        let Some(number) = self.links.iter().position(|link| link.socket == Some(id)) else { return };
        match event {
            SocketEvent::Connected { peer } => self.connected(desk, number, *peer),
            SocketEvent::Unresolved => self.not_opened(desk, number, Outcome::NameNotFound),
            SocketEvent::Failed | SocketEvent::HandshakeFailed => self.not_opened(desk, number, Outcome::Failed),
            SocketEvent::Received(bytes) | SocketEvent::Datagram { bytes, .. } => self.received(number, bytes),
            SocketEvent::Taken(count) => self.taken(desk, number, *count),
            SocketEvent::Closed => self.peer_closed(desk, number),
            SocketEvent::Resolved(_)
            | SocketEvent::Listening
            | SocketEvent::Incoming { .. }
            | SocketEvent::Echoed { .. }
            | SocketEvent::NoEcho => {}
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        let link = self.links.iter().find(|link| link.socket == Some(id));
        link.map_or(0, |link| BUFFER.saturating_sub(link.received.len()))
    }

    fn typed(&mut self, desk: &mut Desk, bytes: &mut VecDeque<u8>) {
        self.data_bytes(desk, bytes);
    }

    fn settle(&mut self, desk: &mut Desk) {
        if self.is_transparent() {
            self.deliver_raw(desk);
        } else {
            self.deliver(desk);
        }
    }

    fn show(&self, _: &Desk, panel: &mut Panel) {
        panel.state = if self.address.is_some() { "network open" } else { "network closed" };
        let links = self.links.iter().enumerate().filter(|(_, link)| link.state == State::Open);
        panel.links = links
            .map(|(number, link)| PanelLink {
                number,
                udp: link.udp,
                peer: format!("{}:{}", link.host, link.port),
                sent: link.sent,
                waiting: link.received.len(),
            })
            .collect();
    }
}

/// A refusal with its reason in front, as this modem has it.
pub(super) fn refused(desk: &mut Desk, reason: &str) -> Done {
    desk.info(reason);
    Done::Fail(Failure::Plain)
}

/// The network itself.
impl Net {
    pub(super) fn link(&self, number: usize) -> Option<&Link> {
        self.links.get(number)
    }

    pub(super) fn link_mut(&mut self, number: usize) -> Option<&mut Link> {
        self.links.get_mut(number)
    }

    /// `NETOPEN` was said, and answered.
    pub(super) fn is_open(&self) -> bool {
        self.address.is_some()
    }

    /// The link a command names, open or not.
    pub(super) fn named(call: &Call, index: usize) -> Option<usize> {
        call.size(index).filter(|number| *number < LINKS)
    }

    fn net_open(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => desk.answer(call, format!("+NETOPEN: {}", u8::from(self.address.is_some()))),
            Form::Test => Done::Ok,
            Form::Execute | Form::Set if self.address.is_some() => {
                refused(desk, "+IP ERROR: Network is already opened")
            }
            _ => {
                desk.code(Code::Ok);
                if desk.burst() {
                    return Done::Gone;
                }
                desk.later(desk.profile().times.context_ms, Self::opened);
                Done::Silent
            }
        }
    }

    fn opened(&mut self, desk: &mut Desk) {
        self.address = desk.grant_address(self.contexts.access_point(1));
        let outcome = u8::from(self.address.is_none());
        desk.urc(format!("+NETOPEN: {outcome}"));
    }

    fn net_close(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.address.is_none() => refused(desk, "+NETCLOSE: 2"),
            Form::Execute => {
                desk.code(Code::Ok);
                self.drop_links(desk);
                self.address = None;
                desk.after(desk.profile().times.close_ms, |desk| desk.urc("+NETCLOSE: 0"));
                Done::Silent
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn address(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (&self.address, call.form) {
            (_, Form::Test) => Done::Ok,
            (Some(address), _) => desk.answer(call, format!("+IPADDR: {address}")),
            (None, _) => refused(desk, "+IP ERROR: Network not opened"),
        }
    }

    fn activate(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => desk.test(call, "(0,1)"),
            Form::Query => {
                let attached = desk.radio.attached();
                let row =
                    |(number, active): (usize, bool)| format!("+CGACT: {number},{}", u8::from(active && attached));
                let rows: Vec<_> = self.contexts.states().map(row).collect();
                if rows.is_empty() { Done::Ok } else { desk.answer(call, rows.join("\r\n")) }
            }
            Form::Set => self.contexts.activate(call),
            _ => Done::Fail(Failure::Plain),
        }
    }

    /// The network takes it all away.
    fn network_lost(&mut self, desk: &mut Desk) {
        if self.address.take().is_some() {
            self.drop_links(desk);
            self.send_broken(desk);
            desk.urc("+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY");
        }
    }

    fn drop_links(&mut self, desk: &mut Desk) {
        self.leave_data(desk);
        self.close_servers(desk);
        for number in 0..LINKS {
            self.forget(desk, number);
        }
        if let Some((id, _)) = self.lookup.take() {
            desk.close(Some(id));
        }
    }
}

/// Names.
impl Net {
    fn find_name(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let host = call.string(0);
        if call.form == Form::Test {
            return Done::Ok;
        }
        if call.form != Form::Set || host.is_empty() || self.lookup.is_some() || !desk.services_up() {
            return refused(desk, "+CDNSGIP: 0,10");
        }
        self.lookup = Some((desk.look_up::<Self>(host.clone()), host));
        Done::Waiting(Duration::from_mins(1))
    }

    fn found(&mut self, desk: &mut Desk, event: &SocketEvent<'_>) {
        let Some((id, host)) = self.lookup.take() else { return };
        desk.close(Some(id));
        let first = if let SocketEvent::Resolved(found) = event { found.first() } else { None };
        let done = match first {
            Some(address) => {
                desk.info(format!("+CDNSGIP: 1,\"{host}\",\"{address}\""));
                Done::Ok
            }
            None => refused(desk, "+CDNSGIP: 0,10"),
        };
        desk.finish(done);
    }
}
