//! FTP of the SIM800 (IP application note, chapter 4): a login for each command, in passive mode.

mod session;

use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::ftp::{Client, Login};
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
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

/// Whose turn it is while a file is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The server has to take what it was given.
    Server,
    /// `AT+FTPPUT=2` may be said.
    Host,
    /// The host has said that it was all.
    Over,
}

#[derive(Debug)]
struct Session {
    job: Job,
    client: Client<Ftp>,
    /// The server knows the type of the files, and was told the job's own command.
    typed: bool,
    turn: Turn,
    /// The host was told that there is something to read.
    told: bool,
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
        for progress in session.client.socket(desk, id, event) {
            self.went(desk, progress);
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        self.session.as_ref().map_or(0, |session| session.client.wants(id))
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
        let login = Login {
            host,
            port: self.value("+FTPPORT").parse().unwrap_or(21),
            user: self.value("+FTPUN").to_owned(),
            password: self.value("+FTPPW").to_owned(),
        };
        let client = Client::connect(desk, login, |ftp: &mut Self, desk| ftp.fail(desk, Trouble::Timeout));
        self.session = Some(Session { job, client, typed: false, turn: Turn::Server, told: false });
        Done::Silent
    }

    fn read(&mut self, desk: &mut Desk, call: &Call, job: Job) -> Done {
        let length = call.size(1).filter(|length| (1..=PIECE).contains(length));
        let session = self.session.as_mut().filter(|session| session.job == job);
        let (Some(length), Some(session)) = (length, session) else { return NOT_ALLOWED };
        let data = session.client.read(length);
        session.told = false;
        desk.info(format!("{}: 2,{}", job.line(), data.len()));
        if !data.is_empty() {
            desk.transmit(&data);
        }
        Done::Ok
    }

    /// `=1` begins, `=2,<length>` takes a piece, `=2,0` ends.
    fn put(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let session = self.session.as_mut().filter(|session| session.job == Job::Put && session.turn == Turn::Host);
        match (call.form, call.number(0), call.size(1), session) {
            (Form::Test, ..) => desk.test(call, "(1,2),(0-1460)"),
            (Form::Set, Some(1), ..) => self.begin(desk, Job::Put),
            (Form::Set, Some(2), Some(0), Some(session)) => {
                session.turn = Turn::Over;
                session.client.end_data(desk);
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
        session.turn = Turn::Server;
        session.client.send(desk, data.to_vec());
        Done::Ok
    }

    fn quit(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return Done::Ok,
            Form::Execute => {}
            _ => return NOT_ALLOWED,
        }
        let Some(session) = self.session.take() else { return NOT_ALLOWED };
        session.client.quit(desk);
        Done::Ok
    }
}
