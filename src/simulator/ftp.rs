//! An FTP client (RFC 959): a login, commands on it, files in passive mode. What a modem tells its host of them is its own.
//!
//! The data connection goes to the server that was named, whatever address it tells for it.

mod reply;

use std::collections::VecDeque;
use std::time::Duration;

use super::desk::{Desk, Target};
use super::part::Part;
use super::timers::TimerId;
use super::{SocketEvent, SocketId};

use reply::{Replies, passive_port};

/// Bytes that wait for the host.
const BUFFER: usize = 16 * 1024;
/// Bytes of the control connection that may come at once.
const LINE: usize = 4096;
/// A server that says nothing and moves nothing for this long has failed (75 s in the manual).
const PATIENCE: Duration = Duration::from_secs(75);

/// Who logs in, and where.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) host: String,
    pub(super) port: u16,
    /// Nobody is `anonymous`.
    pub(super) user: String,
    pub(super) password: String,
}

/// What the server was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: it has to greet first.
    Greeting,
    User,
    Password,
    Passive,
    Command,
    /// The command, and it has begun to move data.
    Moving,
}

/// What the owner of a client hears of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    LoggedIn,
    /// A command without data was carried out: code and text.
    Agreed(u16, String),
    /// Data move from now on.
    Moving,
    /// What was sent has arrived.
    Taken,
    /// The server says no, with this code.
    Refused(Step, u16),
    Unresolved,
    NotConnected,
    NoDataConnection,
    /// The server ended the login.
    Closed,
}

/// A login on a server, with the command under way. `P` is the part that owns it.
#[derive(Debug)]
pub(super) struct Client<P: Part> {
    login: Login,
    control: SocketId,
    data: Option<SocketId>,
    step: Step,
    /// What a transfer asks for once its data connection is there.
    transfer: String,
    replies: Replies,
    /// Not yet read by the host.
    received: VecDeque<u8>,
    /// The command under way moves data.
    with_data: bool,
    data_ended: bool,
    /// The server has said that all of the data moved.
    confirmed: bool,
    timer: Option<TimerId>,
    timed_out: fn(&mut P, &mut Desk),
}

impl<P: Part> Client<P> {
    /// Logs in. `timed_out` is called when the server lets the login or a command on it wait too long.
    pub(super) fn connect(desk: &mut Desk, login: Login, timed_out: fn(&mut P, &mut Desk)) -> Self {
        let to = Target { host: login.host.clone(), port: login.port, ..Target::default() };
        Self {
            login,
            control: desk.connect::<P>(to),
            data: None,
            step: Step::Greeting,
            transfer: String::new(),
            replies: Replies::default(),
            received: VecDeque::new(),
            with_data: false,
            data_ended: false,
            confirmed: false,
            timer: Some(desk.at(desk.now() + PATIENCE, timed_out)),
            timed_out,
        }
    }

    /// A command that moves no data.
    pub(super) fn ask(&mut self, desk: &mut Desk, command: &str) {
        (self.with_data, self.data_ended, self.confirmed) = (false, false, false);
        self.say(desk, Step::Command, command);
    }

    /// A command with a data connection.
    pub(super) fn transfer(&mut self, desk: &mut Desk, command: String) {
        self.transfer = command;
        (self.with_data, self.data_ended, self.confirmed) = (true, false, false);
        self.say(desk, Step::Passive, "PASV");
    }

    /// Bytes for the server.
    pub(super) fn send(&mut self, desk: &mut Desk, bytes: Vec<u8>) {
        if let Some(data) = self.data {
            desk.send(data, bytes);
        }
    }

    /// The end of the data, from this side or the server's.
    pub(super) fn end_data(&mut self, desk: &mut Desk) {
        desk.close(self.data.take());
        self.data_ended = true;
    }

    /// Takes up to this many of the bytes that came.
    pub(super) fn read(&mut self, most: usize) -> Vec<u8> {
        self.received.drain(..most.min(self.received.len())).collect()
    }

    /// Bytes wait to be read.
    pub(super) fn has_data(&self) -> bool {
        !self.received.is_empty()
    }

    /// The server has said that all of the data moved.
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// All has moved and was read.
    pub(super) fn is_complete(&self) -> bool {
        self.confirmed && self.data_ended && self.received.is_empty()
    }

    /// The command under way is over; the login stays.
    pub(super) fn rest(&mut self, desk: &mut Desk) {
        desk.cancel(self.timer.take());
        desk.close(self.data.take());
        self.received.clear();
    }

    /// The login is over.
    pub(super) fn close(mut self, desk: &mut Desk) {
        self.rest(desk);
        desk.close(Some(self.control));
    }

    /// Says good-bye first.
    pub(super) fn quit(self, desk: &mut Desk) {
        desk.send(self.control, b"QUIT\r\n".to_vec());
        self.close(desk);
    }

    /// How many bytes of a socket there is room for.
    pub(super) fn wants(&self, id: SocketId) -> usize {
        if id == self.control { LINE } else { BUFFER.saturating_sub(self.received.len()) }
    }

    /// News of one of its two connections, and what they mean.
    pub(super) fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) -> Vec<Progress> {
        let control = id == self.control;
        match event {
            SocketEvent::Connected { .. } if !control => {
                let command = std::mem::take(&mut self.transfer);
                self.say(desk, Step::Command, &command);
                vec![]
            }
            SocketEvent::Received(bytes) => {
                self.wait_on(desk);
                if control {
                    let replies = self.replies.feed(bytes);
                    replies.into_iter().filter_map(|(code, text)| self.answer(desk, code, text)).collect()
                } else {
                    self.received.extend(*bytes);
                    vec![]
                }
            }
            SocketEvent::Taken(_) if !control => {
                self.wait_on(desk);
                vec![Progress::Taken]
            }
            SocketEvent::Unresolved => vec![Progress::Unresolved],
            SocketEvent::Failed if control => vec![Progress::NotConnected],
            SocketEvent::Failed => vec![Progress::NoDataConnection],
            SocketEvent::Closed if control => vec![Progress::Closed],
            SocketEvent::Closed => {
                self.end_data(desk);
                vec![]
            }
            _ => vec![],
        }
    }

    fn answer(&mut self, desk: &mut Desk, code: u16, text: String) -> Option<Progress> {
        match (self.step, code) {
            (Step::Greeting, 220) => {
                let user = if self.login.user.is_empty() { "anonymous" } else { &self.login.user };
                let command = format!("USER {user}");
                self.say(desk, Step::User, &command);
                None
            }
            (Step::User, 331) => {
                let command = format!("PASS {}", self.login.password);
                self.say(desk, Step::Password, &command);
                None
            }
            (Step::User | Step::Password, 202 | 230) => Some(Progress::LoggedIn),
            (Step::Passive, 227) => match passive_port(&text) {
                Some(port) => {
                    let host = self.login.host.clone();
                    self.data = Some(desk.connect::<P>(Target { host, port, ..Target::default() }));
                    None
                }
                None => Some(Progress::Refused(Step::Passive, code)),
            },
            (Step::Command, 125 | 150) if self.with_data => {
                self.step = Step::Moving;
                Some(Progress::Moving)
            }
            (Step::Greeting, 120) | (Step::Command | Step::Moving, 100..=199) => None,
            (Step::Command | Step::Moving, 200..=299) if self.with_data => {
                self.confirmed = true;
                None
            }
            (Step::Command, 200..=299) => Some(Progress::Agreed(code, text)),
            (step, code) => Some(Progress::Refused(step, code)),
        }
    }

    fn say(&mut self, desk: &mut Desk, step: Step, command: &str) {
        self.step = step;
        self.wait(desk);
        desk.send(self.control, format!("{command}\r\n").into_bytes());
    }

    /// The server has its time, from now on.
    fn wait(&mut self, desk: &mut Desk) {
        desk.cancel(self.timer.take());
        self.timer = Some(desk.at(desk.now() + PATIENCE, self.timed_out));
    }

    /// It has answered, or data have moved: it may take its time again, if there is something to wait for.
    fn wait_on(&mut self, desk: &mut Desk) {
        if self.timer.is_some() {
            self.wait(desk);
        }
    }
}
