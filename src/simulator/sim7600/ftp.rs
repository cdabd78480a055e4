//! FTP of the SIM7600 (FTPS application note): a service that is started, one login, commands on it, in passive mode. Its TLS
//! is not simulated.
//!
//! The data connection goes to the server that the login named, whatever address it tells for it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::simulator::asked::taken;
use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::ftp_reply::{Replies, passive_port};
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::timers::TimerId;
use crate::simulator::uart::{Ended, Ending, Wait};
use crate::simulator::{SocketEvent, SocketId};

const COMMANDS: &[Command<Ftp>] = &[
    ("+CFTPSSTART", Ftp::start),
    ("+CFTPSSTOP", Ftp::stop),
    ("+CFTPSLOGIN", Ftp::login),
    ("+CFTPSLOGOUT", |ftp, desk, call| ftp.job(desk, call, Kind::Logout, "QUIT")),
    ("+CFTPSPWD", |ftp, desk, call| ftp.job(desk, call, Kind::Folder, "PWD")),
    ("+CFTPSCWD", |ftp, desk, call| ftp.job(desk, call, Kind::Plain, "CWD")),
    ("+CFTPSMKD", |ftp, desk, call| ftp.job(desk, call, Kind::Plain, "MKD")),
    ("+CFTPSRMD", |ftp, desk, call| ftp.job(desk, call, Kind::Plain, "RMD")),
    ("+CFTPSDELE", |ftp, desk, call| ftp.job(desk, call, Kind::Plain, "DELE")),
    ("+CFTPSTYPE", |ftp, desk, call| ftp.job(desk, call, Kind::Plain, "TYPE")),
    ("+CFTPSSIZE", |ftp, desk, call| ftp.job(desk, call, Kind::Size, "SIZE")),
    ("+CFTPSLIST", |ftp, desk, call| ftp.job(desk, call, Kind::Get, "LIST")),
    ("+CFTPSGET", |ftp, desk, call| ftp.job(desk, call, Kind::Get, "RETR")),
    ("+CFTPSPUT", Ftp::put),
    ("+CFTPSSINGLEIP", |_, _, call| taken(call)),
];

/// Bytes that wait for the host.
const BUFFER: usize = 16 * 1024;
/// The host is shown so many at a time.
const PIECE: usize = 1024;
/// With so many bytes on their way to the host nothing more is shown.
const BACKLOG: usize = 4096;
/// Largest file that is put.
const FILE: usize = 100 * 1024;
/// A server that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(75);

/// The number of a line that tells of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done = 0,
    Closed = 4,
    Timeout = 5,
    Transfer = 6,
    Rejected = 9,
    Network = 10,
    NameNotFound = 12,
    NotConnected = 14,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Login,
    Logout,
    /// The server agrees, or not.
    Plain,
    /// It tells the folder.
    Folder,
    /// It tells a size.
    Size,
    /// Data come.
    Get,
    /// Data go.
    Put,
}

/// What the server was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Greeting,
    User,
    Password,
    Passive,
    /// The command itself.
    Asked,
}

/// The command under way.
#[derive(Debug)]
struct Job {
    /// Its line.
    line: String,
    kind: Kind,
    step: Step,
    /// What the server is told: a verb and its argument.
    told: String,
    /// To put.
    file: Vec<u8>,
    /// The data connection has ended, and the server has confirmed all.
    ended: bool,
    confirmed: bool,
    timer: TimerId,
}

/// A login.
#[derive(Debug)]
struct Session {
    control: SocketId,
    data: Option<SocketId>,
    host: String,
    user: String,
    password: String,
    replies: Replies,
    received: VecDeque<u8>,
    job: Option<Job>,
}

/// The service.
#[derive(Debug, Default)]
pub(super) struct Ftp {
    running: bool,
    session: Option<Session>,
}

impl Part for Ftp {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        if news.context_lost() {
            self.lost(desk, Outcome::Network);
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let Some(session) = &mut self.session else { return };
        let control = session.control == id;
        match event {
            SocketEvent::Connected { .. } if !control => self.say_job(desk),
            SocketEvent::Received(bytes) if control => {
                for (code, text) in session.replies.feed(bytes) {
                    self.answer(desk, code, &text);
                }
            }
            SocketEvent::Received(bytes) => session.received.extend(*bytes),
            SocketEvent::Taken(_) if !control => self.file_gone(desk),
            SocketEvent::Unresolved => self.lost(desk, Outcome::NameNotFound),
            SocketEvent::Failed if control => self.lost(desk, Outcome::NotConnected),
            SocketEvent::Failed => self.finish(desk, Outcome::NotConnected),
            SocketEvent::Closed if control => self.lost(desk, Outcome::Closed),
            SocketEvent::Closed => {
                desk.close(session.data.take());
                if let Some(job) = &mut session.job {
                    job.ended = true;
                }
            }
            _ => {}
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        let session = self.session.as_ref().filter(|session| session.control != id);
        session.map_or(BUFFER, |session| BUFFER.saturating_sub(session.received.len()))
    }

    fn settle(&mut self, desk: &mut Desk) {
        while self.show_data(desk) {}
    }
}

/// Commands.
impl Ftp {
    fn start(&mut self, desk: &mut Desk, call: &Call) -> Done {
        self.switch(desk, call, true)
    }

    fn stop(&mut self, desk: &mut Desk, call: &Call) -> Done {
        self.end_session(desk);
        self.switch(desk, call, false)
    }

    fn switch(&mut self, desk: &mut Desk, call: &Call, on: bool) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.running != on && desk.services_up() => {
                desk.code(Code::Ok);
                self.running = on;
                let line = format!("{}: 0", call.name);
                desk.after(desk.profile().times.context_ms, move |desk| desk.urc(line));
                Done::Silent
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    /// `AT+CFTPSLOGIN="<host>",<port>,"<user>","<password>"[,0]`.
    fn login(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "\"ADDRESS\",(1-65535),\"USERNAME\",\"PASSWORD\",(0)");
        }
        let (host, kind) = (call.string(0), call.within(4, 0_u8, 0..=0));
        let (Some(port), Some(_), false) = (call.port(1), kind, host.is_empty() || host.len() > 255) else {
            return Done::Fail(Failure::Plain);
        };
        if call.form != Form::Set || !self.running || self.session.is_some() {
            return Done::Fail(Failure::Plain);
        }
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        if desk.has(Fault::Refuse) {
            let line = format!("{}: {}", call.name, Outcome::NotConnected as u8);
            desk.after(desk.profile().times.refused_ms, move |desk| desk.urc(line));
            return Done::Silent;
        }
        let job = Self::new_job(desk, call, Kind::Login, String::new());
        self.session = Some(Session {
            control: desk.connect::<Self>(Target { host: host.clone(), port, ..Target::default() }),
            data: None,
            host,
            user: call.string(2),
            password: call.string(3),
            replies: Replies::default(),
            received: VecDeque::new(),
            job: Some(job),
        });
        Done::Silent
    }

    /// A command on the login; its first argument goes to the server.
    fn job(&mut self, desk: &mut Desk, call: &Call, kind: Kind, verb: &str) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        let free = self.session.as_ref().is_some_and(|session| session.job.is_none());
        let bare = matches!(kind, Kind::Logout | Kind::Folder);
        let argument = call.string(0);
        if !free
            || (call.form == Form::Execute) != bare && verb != "LIST"
            || (!bare && argument.is_empty() && verb != "LIST")
        {
            return Done::Fail(Failure::Plain);
        }
        desk.code(Code::Ok);
        let job = Self::new_job(desk, call, kind, format!("{verb} {argument}").trim_end().to_owned());
        self.begin(desk, job);
        Done::Silent
    }

    /// `AT+CFTPSPUT="<file>",<length>`, then so many bytes.
    fn put(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "\"FILENAME\",(1-102400)");
        }
        let free = self.session.as_ref().is_some_and(|session| session.job.is_none());
        let name = call.string(0);
        let wanted = call.size(1).filter(|length| (1..=FILE).contains(length));
        let Some(wanted) = wanted.filter(|_| call.form == Form::Set && free && !name.is_empty()) else {
            return Done::Fail(Failure::Plain);
        };
        let call = call.clone();
        let typed = move |ftp: &mut Self, desk: &mut Desk, ended: Ended, data: &[u8]| {
            if ended != Ended::Complete || ftp.session.is_none() {
                return Done::Fail(Failure::Plain);
            }
            desk.code(Code::Ok);
            let mut job = Self::new_job(desk, &call, Kind::Put, format!("STOR {name}"));
            job.file = data.to_vec();
            ftp.begin(desk, job);
            Done::Silent
        };
        let mut wait = Wait::inviting(b"\r\n>", Ending::Length { wanted }, typed);
        wait.echo = false;
        Done::Prompt(Box::new(wait))
    }

    fn new_job(desk: &mut Desk, call: &Call, kind: Kind, told: String) -> Job {
        let timer = desk.at(desk.now() + PATIENCE, |ftp: &mut Self, desk| ftp.lost(desk, Outcome::Timeout));
        let (line, step) = (call.name.clone(), Step::Greeting);
        Job { line, kind, step, told, file: Vec::new(), ended: false, confirmed: false, timer }
    }

    fn begin(&mut self, desk: &mut Desk, job: Job) {
        let moves_data = matches!(job.kind, Kind::Get | Kind::Put);
        if let Some(session) = &mut self.session {
            session.job = Some(job);
        }
        if moves_data {
            self.say(desk, Step::Passive, "PASV");
        } else {
            self.say_job(desk);
        }
    }
}

/// The dialog with the server.
impl Ftp {
    fn say(&mut self, desk: &mut Desk, step: Step, text: &str) {
        let Some(session) = &mut self.session else { return };
        let Some(job) = &mut session.job else { return };
        job.step = step;
        desk.cancel(Some(job.timer));
        job.timer = desk.at(desk.now() + PATIENCE, |ftp: &mut Self, desk| ftp.lost(desk, Outcome::Timeout));
        desk.send(session.control, format!("{text}\r\n").into_bytes());
    }

    fn say_job(&mut self, desk: &mut Desk) {
        let told = self.session.as_ref().and_then(|session| session.job.as_ref()).map(|job| job.told.clone());
        if let Some(told) = told {
            self.say(desk, Step::Asked, &told);
        }
    }

    fn answer(&mut self, desk: &mut Desk, code: u16, text: &str) {
        let Some(session) = &mut self.session else { return };
        let Some(job) = &mut session.job else { return };
        match (job.kind, job.step, code) {
            (Kind::Login, Step::Greeting, 120) => {}
            (Kind::Login, Step::Greeting, 220) => {
                let user = if session.user.is_empty() { "anonymous" } else { session.user.as_str() };
                let text = format!("USER {user}");
                self.say(desk, Step::User, &text);
            }
            (Kind::Login, Step::User, 331) => {
                let text = format!("PASS {}", session.password);
                self.say(desk, Step::Password, &text);
            }
            (Kind::Login, Step::User | Step::Password, 202 | 230) | (Kind::Plain, _, 200..=299) => {
                self.finish(desk, Outcome::Done);
            }
            (Kind::Login, ..) => self.lost(desk, Outcome::Rejected),
            (Kind::Logout, ..) => {
                self.finish(desk, Outcome::Done);
                self.end_session(desk);
            }
            (Kind::Get | Kind::Put, Step::Passive, 227) => match passive_port(text) {
                Some(port) => {
                    let host = session.host.clone();
                    session.data = Some(desk.connect::<Self>(Target { host, port, ..Target::default() }));
                }
                None => self.finish(desk, Outcome::Rejected),
            },
            (Kind::Put, Step::Asked, 125 | 150) => {
                let file = std::mem::take(&mut job.file);
                if let Some(data) = session.data {
                    desk.send(data, file);
                }
            }
            (Kind::Get | Kind::Put, Step::Asked, 100..=199) => {}
            (Kind::Get | Kind::Put, Step::Asked, 200..=299) => job.confirmed = true,
            (Kind::Folder, _, 257) => {
                let folder = text.split('"').nth(1).unwrap_or(text);
                self.tell(desk, &format!("\"{folder}\""));
            }
            (Kind::Size, _, 213) => self.tell(desk, text.trim()),
            (Kind::Get | Kind::Put, Step::Asked, 426 | 450..=452) => self.finish(desk, Outcome::Transfer),
            _ => self.finish(desk, Outcome::Rejected),
        }
    }

    /// All of the file is on its way: the end of the connection is its end.
    fn file_gone(&mut self, desk: &mut Desk) {
        let Some(session) = &mut self.session else { return };
        desk.close(session.data.take());
        if let Some(job) = &mut session.job {
            job.ended = true;
        }
    }

    /// Shows a piece of what came, or that it was all; false when there is nothing to show.
    fn show_data(&mut self, desk: &mut Desk) -> bool {
        let Some(session) = &mut self.session else { return false };
        let Some(job) = &session.job else { return false };
        if desk.is_busy() || desk.backlog() >= BACKLOG {
            return false;
        }
        if session.received.is_empty() {
            if job.ended && job.confirmed {
                self.finish(desk, Outcome::Done);
            }
            return false;
        }
        let data: Vec<u8> = session.received.drain(..PIECE.min(session.received.len())).collect();
        desk.info(format!("{}: DATA,{}", job.line, data.len()));
        desk.transmit(&data);
        true
    }

    /// The command under way ends with this.
    fn tell(&mut self, desk: &mut Desk, text: &str) {
        let Some(session) = &mut self.session else { return };
        let Some(job) = session.job.take() else { return };
        desk.cancel(Some(job.timer));
        desk.close(session.data.take());
        session.received.clear();
        desk.urc(format!("{}: {text}", job.line));
    }

    fn finish(&mut self, desk: &mut Desk, outcome: Outcome) {
        self.tell(desk, &(outcome as u8).to_string());
    }

    /// The login is gone, and the command under way with it.
    fn lost(&mut self, desk: &mut Desk, outcome: Outcome) {
        self.finish(desk, outcome);
        self.end_session(desk);
    }

    fn end_session(&mut self, desk: &mut Desk) {
        let Some(session) = self.session.take() else { return };
        desk.cancel(session.job.map(|job| job.timer));
        desk.close(session.data);
        desk.close(Some(session.control));
    }
}
