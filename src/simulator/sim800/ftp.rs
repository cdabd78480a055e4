//! FTP of the SIM800 (IP application note, chapter 4): a real client, in passive mode, one session a command.
//!
//! The data connection goes to the server that the commands named, whatever address it tells for it.

mod dialog;

use std::collections::VecDeque;
use std::time::Duration;

use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::ftp_reply::Replies;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
use crate::simulator::timers::TimerId;
use crate::simulator::uart::{Ended, Ending, Wait};
use crate::simulator::{SocketEvent, SocketId};

const COMMANDS: &[Command<Ftp>] = &[
    ("+FTPCID", Ftp::setting),
    ("+FTPSERV", Ftp::setting),
    ("+FTPPORT", Ftp::setting),
    ("+FTPUN", Ftp::setting),
    ("+FTPPW", Ftp::setting),
    ("+FTPMODE", Ftp::setting),
    ("+FTPTYPE", Ftp::setting),
    ("+FTPPUTOPT", Ftp::setting),
    ("+FTPREST", Ftp::setting),
    ("+FTPGETNAME", Ftp::setting),
    ("+FTPGETPATH", Ftp::setting),
    ("+FTPPUTNAME", Ftp::setting),
    ("+FTPPUTPATH", Ftp::setting),
    ("+FTPGET", |ftp, desk, call| ftp.transfer(desk, call, Job::Get)),
    ("+FTPLIST", |ftp, desk, call| ftp.transfer(desk, call, Job::List)),
    ("+FTPPUT", Ftp::put),
    ("+FTPDELE", |ftp, desk, call| ftp.simple(desk, call, Job::Delete)),
    ("+FTPSIZE", |ftp, desk, call| ftp.simple(desk, call, Job::Size)),
    ("+FTPMKD", |ftp, desk, call| ftp.simple(desk, call, Job::MakeFolder)),
    ("+FTPRMD", |ftp, desk, call| ftp.simple(desk, call, Job::RemoveFolder)),
    ("+FTPEXTGET", |_, _, call| if call.form == Form::Test { Done::Ok } else { NOT_ALLOWED }),
    ("+FTPEXTPUT", |_, _, call| if call.form == Form::Test { Done::Ok } else { NOT_ALLOWED }),
    ("+FTPSTATE", |ftp, desk, call| {
        let state = u8::from(ftp.session.is_some());
        desk.answer(call, format!("+FTPSTATE: {state}"))
    }),
    ("+FTPQUIT", Ftp::quit),
];

/// What one `AT+FTPGET=2` or `AT+FTPPUT=2` moves at most.
const PIECE: usize = 1460;
/// What is told to be free for `AT+FTPPUT=2`.
const OFFER: usize = 1360;
/// Bytes that wait for the host.
const BUFFER: usize = 16 * 1024;
/// Bytes of the control connection that may come at once.
const LINE: usize = 4096;
/// A server that says nothing for this long has failed (75 s in the manual).
const PATIENCE: Duration = Duration::from_secs(75);

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Get,
    List,
    Put,
    Delete,
    Size,
    MakeFolder,
    RemoveFolder,
}

impl Job {
    /// The command whose line tells of it.
    fn line(self) -> &'static str {
        match self {
            Self::Get => "+FTPGET",
            Self::List => "+FTPLIST",
            Self::Put => "+FTPPUT",
            Self::Delete => "+FTPDELE",
            Self::Size => "+FTPSIZE",
            Self::MakeFolder => "+FTPMKD",
            Self::RemoveFolder => "+FTPRMD",
        }
    }

    fn moves_data(self) -> bool {
        matches!(self, Self::Get | Self::List | Self::Put)
    }
}

/// Error codes of the FTP lines (manual §11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Name = 62,
    Connect = 63,
    Timeout = 64,
    Server = 65,
    User = 71,
    Password = 72,
    Type = 73,
    Passive = 75,
    Operation = 77,
    Upload = 78,
    Download = 79,
}

/// What the server was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Greeting,
    User,
    Password,
    Type,
    Passive,
    /// The job's own command.
    Job,
    /// The data move; its end is confirmed.
    Moving,
}

/// A session.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "two connections and two sides that end each by itself")]
struct Session {
    job: Job,
    step: Step,
    control: SocketId,
    data: Option<SocketId>,
    host: String,
    replies: Replies,
    /// Came, not yet read by the host.
    received: VecDeque<u8>,
    /// The host was told that there is something.
    told: bool,
    /// The data connection has ended, and the server confirmed all.
    data_ended: bool,
    confirmed: bool,
    /// `AT+FTPPUT=2` may be said; the last piece was.
    ready: bool,
    finishing: bool,
    timer: TimerId,
}

/// The service.
#[derive(Debug, Default)]
pub(super) struct Ftp {
    settings: Vec<(String, String)>,
    session: Option<Session>,
}

impl Part for Ftp {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        if news.context_lost() {
            self.fail(desk, Trouble::Connect);
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let Some(session) = &mut self.session else { return };
        let control = session.control == id;
        match event {
            SocketEvent::Connected { .. } if !control => self.data_open(desk),
            SocketEvent::Received(bytes) if control => self.server_says(desk, bytes),
            SocketEvent::Received(bytes) => session.received.extend(*bytes),
            SocketEvent::Taken(_) if !control => self.piece_sent(desk),
            SocketEvent::Unresolved => self.fail(desk, Trouble::Name),
            SocketEvent::Failed if control => self.fail(desk, Trouble::Connect),
            SocketEvent::Failed => self.fail(desk, Trouble::Passive),
            SocketEvent::Closed if control && !session.confirmed => self.fail(desk, Trouble::Server),
            SocketEvent::Closed if !control => {
                session.data_ended = true;
                desk.close(session.data.take());
            }
            _ => {}
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        match &self.session {
            Some(session) if session.control == id => LINE,
            Some(session) => BUFFER.saturating_sub(session.received.len()),
            None => 0,
        }
    }

    fn settle(&mut self, desk: &mut Desk) {
        self.tell_of_data(desk);
    }
}

/// Commands.
impl Ftp {
    fn value(&self, name: &str) -> &str {
        self.settings.iter().find(|setting| setting.0 == name).map_or("", |setting| setting.1.as_str())
    }

    fn setting(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Query => {
                let text = format!("{}: \"{}\"", call.name, self.value(&call.name));
                desk.answer(call, text)
            }
            Form::Set if !call.raw.is_empty() => {
                self.settings.retain(|setting| setting.0 != call.name);
                self.settings.push((call.name.clone(), call.string(0)));
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    /// `=1` begins, `=2,<length>` reads.
    fn transfer(&mut self, desk: &mut Desk, call: &Call, job: Job) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(1,2),(1-1460)"),
            (Form::Set, Some(1)) => self.begin(desk, job),
            (Form::Set, Some(2)) => self.read(desk, call, job),
            _ => NOT_ALLOWED,
        }
    }

    fn simple(&mut self, desk: &mut Desk, call: &Call, job: Job) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute => self.begin(desk, job),
            _ => NOT_ALLOWED,
        }
    }

    fn begin(&mut self, desk: &mut Desk, job: Job) -> Done {
        let host = self.value("+FTPSERV").to_owned();
        if !desk.services_up() || self.session.is_some() || host.is_empty() {
            return NOT_ALLOWED;
        }
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        if desk.has(Fault::Refuse) {
            let text = format!("{}: 1,{}", job.line(), Trouble::Connect as u8);
            desk.after(desk.profile().times.refused_ms, move |desk| desk.urc(text));
            return Done::Silent;
        }
        let port = self.value("+FTPPORT").parse().unwrap_or(21);
        let control = desk.connect::<Self>(Target { host: host.clone(), port, ..Target::default() });
        let timer = desk.at(desk.now() + PATIENCE, |ftp: &mut Self, desk| ftp.fail(desk, Trouble::Timeout));
        self.session = Some(Session {
            job,
            step: Step::Greeting,
            control,
            data: None,
            host,
            replies: Replies::default(),
            received: VecDeque::new(),
            told: false,
            data_ended: false,
            confirmed: false,
            ready: false,
            finishing: false,
            timer,
        });
        Done::Silent
    }

    fn read(&mut self, desk: &mut Desk, call: &Call, job: Job) -> Done {
        let length = call.size(1).filter(|length| (1..=PIECE).contains(length));
        let session = self.session.as_mut().filter(|session| session.job == job);
        let (Some(length), Some(session)) = (length, session) else { return NOT_ALLOWED };
        let data: Vec<u8> = session.received.drain(..length.min(session.received.len())).collect();
        session.told = false;
        desk.info(format!("{}: 2,{}", job.line(), data.len()));
        if !data.is_empty() {
            desk.transmit(&data);
        }
        Done::Ok
    }

    /// `=1` begins, `=2,<length>` takes a piece, `=2,0` ends.
    fn put(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let session = self.session.as_mut().filter(|session| session.job == Job::Put && session.ready);
        match (call.form, call.number(0), call.size(1), session) {
            (Form::Test, ..) => desk.test(call, "(1,2),(0-1460)"),
            (Form::Set, Some(1), ..) => self.begin(desk, Job::Put),
            (Form::Set, Some(2), Some(0), Some(session)) => {
                session.finishing = true;
                session.data_ended = true;
                desk.close(session.data.take());
                Done::Ok
            }
            (Form::Set, Some(2), Some(wanted), Some(_)) if wanted <= OFFER => {
                let invitation = format!("\r\n+FTPPUT: 2,{wanted}\r\n");
                let finish = |ftp: &mut Self, desk: &mut Desk, ended, data: &[u8]| ftp.piece(desk, ended, data);
                let mut wait = Wait::inviting(invitation.as_bytes(), Ending::Length { wanted }, finish);
                wait.echo = false;
                Done::Prompt(Box::new(wait))
            }
            _ => NOT_ALLOWED,
        }
    }

    fn piece(&mut self, desk: &mut Desk, ended: Ended, data: &[u8]) -> Done {
        let Some(session) = self.session.as_mut().filter(|_| ended == Ended::Complete) else { return NOT_ALLOWED };
        session.ready = false;
        if let Some(id) = session.data {
            desk.send(id, data.to_vec());
        }
        Done::Ok
    }

    fn piece_sent(&mut self, desk: &mut Desk) {
        if let Some(session) = self.session.as_mut().filter(|session| !session.ready && !session.finishing) {
            session.ready = true;
            self.patience(desk);
            desk.urc(format!("+FTPPUT: 1,1,{OFFER}"));
        }
    }

    fn quit(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, self.session.take()) {
            (Form::Test, session) => {
                self.session = session;
                Done::Ok
            }
            (Form::Execute, Some(session)) => {
                dialog::end(desk, &session);
                Done::Ok
            }
            (_, session) => {
                self.session = session;
                NOT_ALLOWED
            }
        }
    }
}
