//! `CMQTT*` of the SIM7600 (MQTT application note): two clients of real brokers.

mod messages;

use std::time::Duration;

use super::packet::{self, Hello};
use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::security::CONTEXTS;
use crate::simulator::timers::TimerId;
use crate::simulator::uart::{Ended, Ending, Wait};
use crate::simulator::{SocketEvent, SocketId};

const COMMANDS: &[Command<Mqtt>] = &[
    ("+CMQTTSTART", Mqtt::start),
    ("+CMQTTSTOP", Mqtt::stop),
    ("+CMQTTACCQ", Mqtt::acquire),
    ("+CMQTTREL", Mqtt::release),
    ("+CMQTTSSLCFG", Mqtt::choose),
    ("+CMQTTCFG", |_, _, _| Done::Ok),
    ("+CMQTTWILLTOPIC", |mqtt, desk, call| mqtt.text(desk, call, Slot::WillTopic)),
    ("+CMQTTWILLMSG", |mqtt, desk, call| mqtt.text(desk, call, Slot::WillMessage)),
    ("+CMQTTCONNECT", Mqtt::connect),
    ("+CMQTTDISC", Mqtt::disconnect),
    ("+CMQTTTOPIC", |mqtt, desk, call| mqtt.text(desk, call, Slot::Topic)),
    ("+CMQTTPAYLOAD", |mqtt, desk, call| mqtt.text(desk, call, Slot::Payload)),
    ("+CMQTTPUB", Mqtt::publish),
    ("+CMQTTSUBTOPIC", |mqtt, desk, call| mqtt.text(desk, call, Slot::Subscription)),
    ("+CMQTTSUB", Mqtt::subscribe),
    ("+CMQTTUNSUBTOPIC", |mqtt, desk, call| mqtt.text(desk, call, Slot::Unsubscription)),
    ("+CMQTTUNSUB", Mqtt::unsubscribe),
];

/// Clients of the module.
const CLIENTS: usize = 2;
/// Largest topic and payload.
const TEXT: usize = 10_240;
/// Bytes of a broker that may wait to be complete.
const BUFFER: usize = 64 * 1024;
/// A broker that says nothing for this long to what it was told has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Results of `+CMQTT…:` (application note, error codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Fine = 0,
    Failed = 1,
    NoSocket = 3,
    NoConnection = 11,
    BadParameter = 12,
    Refused = 15,
    Timeout = 17,
    NoTopic = 18,
    InUse = 19,
    NotAcquired = 20,
    NotReleased = 21,
    NetworkOpened = 23,
    NoName = 25,
    Closed = 26,
    Tls = 32,
}

/// Where a typed text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    WillTopic,
    WillMessage,
    Topic,
    Payload,
    Subscription,
    Unsubscription,
}

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    Connect,
    Publish(u16),
    Subscribe(u16),
    Unsubscribe(u16),
}

impl Waiting {
    /// The name of its result line.
    fn line(self) -> &'static str {
        match self {
            Self::Connect => "+CMQTTCONNECT",
            Self::Publish(_) => "+CMQTTPUB",
            Self::Subscribe(_) => "+CMQTTSUB",
            Self::Unsubscribe(_) => "+CMQTTUNSUB",
        }
    }
}

#[derive(Debug, Default)]
struct Client {
    /// `AT+CMQTTACCQ` was said.
    acquired: bool,
    hello: Hello,
    secure: bool,
    /// Set of TLS settings.
    context: usize,
    socket: Option<SocketId>,
    /// The broker took it.
    connected: bool,
    server: String,
    waiting: Option<(Waiting, TimerId)>,
    topic: Vec<u8>,
    payload: Vec<u8>,
    subscription: Option<(Vec<u8>, u8)>,
    unsubscription: Vec<u8>,
    will: (Vec<u8>, Vec<u8>, u8),
    received: Vec<u8>,
    number: u16,
    pinged: Option<TimerId>,
}

/// The service and its clients.
#[derive(Debug, Default)]
pub(super) struct Mqtt {
    started: bool,
    clients: [Client; CLIENTS],
}

impl Part for Mqtt {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        if news.context_lost() {
            for index in 0..CLIENTS {
                self.broken(desk, index, Outcome::Closed);
            }
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let Some(index) = self.clients.iter().position(|client| client.socket == Some(id)) else { return };
        match event {
            SocketEvent::Connected { .. } => self.greet(desk, index),
            SocketEvent::Received(bytes) => self.hear(desk, index, bytes),
            SocketEvent::Unresolved => self.broken(desk, index, Outcome::NoName),
            SocketEvent::HandshakeFailed => self.broken(desk, index, Outcome::Tls),
            SocketEvent::Failed => self.broken(desk, index, Outcome::NoSocket),
            SocketEvent::Closed => self.broken(desk, index, Outcome::Closed),
            _ => {}
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        let client = self.clients.iter().find(|client| client.socket == Some(id));
        client.map_or(0, |client| BUFFER.saturating_sub(client.received.len()))
    }
}

/// A result line in place of OK.
fn refused(desk: &mut Desk, line: &str, index: usize, outcome: Outcome) -> Done {
    desk.info(format!("{line}: {index},{}", outcome as u8));
    Done::Fail(Failure::Plain)
}

/// The service and its clients.
impl Mqtt {
    fn start(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.started => {
                desk.info(format!("+CMQTTSTART: {}", Outcome::NetworkOpened as u8));
                Done::Fail(Failure::Plain)
            }
            Form::Execute => {
                desk.code(Code::Ok);
                desk.later(desk.profile().times.context_ms, |mqtt: &mut Self, desk| {
                    mqtt.started = desk.services_up();
                    desk.urc(format!("+CMQTTSTART: {}", u8::from(!mqtt.started)));
                });
                Done::Silent
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn stop(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.clients.iter().any(|client| client.acquired) => {
                desk.info(format!("+CMQTTSTOP: {}", Outcome::NotReleased as u8));
                Done::Fail(Failure::Plain)
            }
            Form::Execute if self.started => {
                self.started = false;
                desk.code(Code::Ok);
                desk.after(desk.profile().times.close_ms, |desk| desk.urc("+CMQTTSTOP: 0"));
                Done::Silent
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn acquire(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Query {
            let rows: Vec<_> = self
                .clients
                .iter()
                .enumerate()
                .filter(|(_, client)| client.acquired)
                .map(|(index, client)| {
                    format!("+CMQTTACCQ: {index},\"{}\",{}", client.hello.client, u8::from(client.secure))
                })
                .collect();
            return if rows.is_empty() { Done::Ok } else { desk.answer(call, rows.join("\r\n")) };
        }
        if call.form == Form::Test {
            return desk.test(call, "(0,1),(1-128),(0,1)");
        }
        let started = self.started;
        let name = call.string(1);
        let (Some(index), true) = (call.size(0), started && !name.is_empty() && name.len() <= 128) else {
            return Done::Fail(Failure::Plain);
        };
        match self.clients.get_mut(index) {
            Some(client) if !client.acquired => {
                let hello = Hello { client: name, ..Hello::default() };
                let (secure, context) = (call.number(2) == Some(1), client.context);
                *client = Client { acquired: true, secure, context, hello, ..Client::default() };
                Done::Ok
            }
            Some(_) => refused(desk, "+CMQTTACCQ", index, Outcome::InUse),
            None => Done::Fail(Failure::Plain),
        }
    }

    /// `AT+CMQTTSSLCFG=<client>,<context>`.
    fn choose(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(0,1),(0-9)"),
            Form::Query => {
                let rows = self
                    .clients
                    .iter()
                    .enumerate()
                    .map(|(at, client)| format!("+CMQTTSSLCFG: {at},{}", client.context));
                return desk.answer(call, rows.collect::<Vec<_>>().join("\r\n"));
            }
            _ => {}
        }
        let context = call.size(1).filter(|context| *context < CONTEXTS);
        match (call.size(0).and_then(|index| self.clients.get_mut(index)), context) {
            (Some(client), Some(context)) => {
                client.context = context;
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn release(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,1)");
        }
        let index = call.size(0).unwrap_or(CLIENTS);
        match self.clients.get_mut(index) {
            Some(client) if client.acquired && client.socket.is_none() => {
                *client = Client::default();
                Done::Ok
            }
            Some(client) if client.acquired => refused(desk, "+CMQTTREL", index, Outcome::InUse),
            Some(_) => refused(desk, "+CMQTTREL", index, Outcome::NotAcquired),
            None => Done::Fail(Failure::Plain),
        }
    }

    /// The client a command names, if it was acquired.
    fn client(&mut self, call: &Call) -> Option<(usize, &mut Client)> {
        let index = call.size(0)?;
        Some((index, self.clients.get_mut(index).filter(|client| client.acquired)?))
    }

    /// A text that is typed after `>`: `AT+CMQTTTOPIC=<client>,<length>[,<quality>]`.
    fn text(&mut self, desk: &mut Desk, call: &Call, slot: Slot) -> Done {
        if call.form == Form::Test {
            return desk.test(call, &format!("(0,1),(1-{TEXT})"));
        }
        let wanted = call.size(1).filter(|length| (1..=TEXT).contains(length));
        let quality = u8::try_from(call.size(2).unwrap_or(0)).unwrap_or(3);
        let (Some((index, _)), Some(wanted), 0..=2, Form::Set) = (self.client(call), wanted, quality, call.form) else {
            return Done::Fail(Failure::Plain);
        };
        Done::Prompt(Box::new(Wait::inviting(
            b"\r\n>",
            Ending::Length { wanted },
            move |mqtt: &mut Self, _, ended, data| {
                if ended == Ended::Complete {
                    mqtt.keep(index, slot, data.to_vec(), quality);
                    Done::Ok
                } else {
                    Done::Fail(Failure::Plain)
                }
            },
        )))
    }

    fn keep(&mut self, index: usize, slot: Slot, data: Vec<u8>, quality: u8) {
        let Some(client) = self.clients.get_mut(index) else { return };
        match slot {
            Slot::WillTopic => client.will.0 = data,
            Slot::WillMessage => (client.will.1, client.will.2) = (data, quality),
            Slot::Topic => client.topic = data,
            Slot::Payload => client.payload = data,
            Slot::Subscription => client.subscription = Some((data, quality)),
            Slot::Unsubscription => client.unsubscription = data,
        }
    }
}

/// The way to the broker.
impl Mqtt {
    fn connect(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => self.show_connections(desk, call),
            Form::Test => desk.test(call, "(0,1),(9-256),(1-64800),(0,1)"),
            _ => self.connect_client(desk, call),
        }
    }

    fn show_connections(&self, desk: &mut Desk, call: &Call) -> Done {
        let connected = self.clients.iter().enumerate().filter(|(_, client)| client.connected);
        let rows: Vec<_> = connected
            .map(|(index, client)| {
                format!("+CMQTTCONNECT: {index},\"{}\",{},1", client.server, client.hello.keep_alive)
            })
            .collect();
        if rows.is_empty() { Done::Ok } else { desk.answer(call, rows.join("\r\n")) }
    }

    /// `AT+CMQTTCONNECT=<client>,"tcp://<host>:<port>",<keep alive>,<clean>[,"<user>"[,"<password>"]]`.
    fn connect_client(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let index = call.size(0).unwrap_or(CLIENTS);
        let address = call.string(1);
        let keep_alive = call.number(2).and_then(|seconds| u16::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
        let to = address.strip_prefix("tcp://").and_then(|rest| rest.rsplit_once(':'));
        let to = to.and_then(|(host, port)| Some((host.to_owned(), port.parse::<u16>().ok()?)));
        let refuses = desk.has(Fault::Refuse);
        let Some((_, client)) = self.client(call) else {
            return refused(desk, "+CMQTTCONNECT", index, Outcome::NotAcquired);
        };
        let (Some((host, port)), Some(keep_alive)) = (to, keep_alive) else {
            return refused(desk, "+CMQTTCONNECT", index, Outcome::BadParameter);
        };
        if client.socket.is_some() {
            return refused(desk, "+CMQTTCONNECT", index, Outcome::InUse);
        }
        let word = |at: usize| call.text(at).map(|_| call.string(at)).filter(|word| !word.is_empty());
        let will = (!client.will.0.is_empty()).then(|| client.will.clone());
        client.hello = Hello {
            client: client.hello.client.clone(),
            keep_alive,
            clean: call.number(3) != Some(0),
            user: word(4),
            password: word(5),
            will,
        };
        client.server = address;
        let secure = client.secure.then_some(client.context);
        let secure = secure.map(|context| desk.secure(context));
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        if refuses {
            let wait = desk.profile().times.refused_ms;
            desk.later(wait, move |_: &mut Self, desk| Self::tell(desk, index, Waiting::Connect, Outcome::NoSocket));
            return Done::Silent;
        }
        let socket = desk.connect::<Self>(Target { host, port, secure, ..Target::default() });
        if let Some(client) = self.clients.get_mut(index) {
            client.socket = Some(socket);
        }
        self.wait_for(desk, index, Waiting::Connect);
        Done::Silent
    }

    fn greet(&mut self, desk: &mut Desk, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if let Some(id) = client.socket {
            desk.send(id, packet::connect(&client.hello));
        }
    }

    /// A result is due within a while.
    fn wait_for(&mut self, desk: &mut Desk, index: usize, waiting: Waiting) {
        let limit = desk.now() + PATIENCE;
        let timer = desk.at(limit, move |mqtt: &mut Self, desk| match waiting {
            Waiting::Connect => mqtt.broken(desk, index, Outcome::Timeout),
            _ => mqtt.done(desk, index, waiting, Outcome::Timeout),
        });
        if let Some(client) = self.clients.get_mut(index) {
            client.waiting = Some((waiting, timer));
        }
    }

    /// What was waited for is decided.
    fn done(&mut self, desk: &mut Desk, index: usize, waiting: Waiting, outcome: Outcome) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if let Some((_, timer)) = client.waiting.take_if(|(of, _)| *of == waiting) {
            desk.cancel(Some(timer));
            Self::tell(desk, index, waiting, outcome);
        }
    }

    fn tell(desk: &mut Desk, index: usize, waiting: Waiting, outcome: Outcome) {
        desk.urc(format!("{}: {index},{}", waiting.line(), outcome as u8));
    }

    /// The connection is gone, or never came about.
    fn broken(&mut self, desk: &mut Desk, index: usize, outcome: Outcome) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if client.socket.is_none() {
            return;
        }
        desk.close(client.socket.take());
        desk.cancel(client.pinged.take());
        client.received.clear();
        let was = std::mem::take(&mut client.connected);
        let waiting = client.waiting.take();
        desk.cancel(waiting.map(|(_, timer)| timer));
        match waiting {
            Some((waiting, _)) => Self::tell(desk, index, waiting, outcome),
            // 1: the socket was closed.
            None if was => desk.urc(format!("+CMQTTCONNLOST: {index},1")),
            None => {}
        }
    }

    fn disconnect(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,1),(60-180)");
        }
        let index = call.size(0).unwrap_or(CLIENTS);
        let Some((_, client)) = self.client(call).filter(|(_, client)| client.connected) else {
            return refused(desk, "+CMQTTDISC", index, Outcome::NoConnection);
        };
        let socket = client.socket.take();
        client.connected = false;
        desk.cancel(client.pinged.take());
        if let Some(id) = socket {
            desk.send(id, packet::disconnect());
        }
        desk.close(socket);
        desk.code(Code::Ok);
        desk.after(desk.profile().times.round_trip_ms, move |desk| desk.urc(format!("+CMQTTDISC: {index},0")));
        Done::Silent
    }

    /// The broker is pinged halfway through the time it was promised a sign of life.
    fn ping_later(&mut self, desk: &mut Desk, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let half = Duration::from_secs(u64::from(client.hello.keep_alive).div_ceil(2));
        let at = desk.now() + half;
        client.pinged = Some(desk.at(at, move |mqtt: &mut Self, desk| {
            let socket = mqtt.clients.get(index).and_then(|client| client.socket);
            if let Some(id) = socket {
                desk.send(id, packet::ping());
                mqtt.ping_later(desk, index);
            }
        }));
    }
}
