//! FTP of the SIM7600 (FTPS application note): a service that is started, one login, commands on it, in passive mode. Its TLS
//! is not simulated.

use crate::simulator::asked::taken;
use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::ftp::{Client, Login, Progress, Step};
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, Failure};
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

/// The host is shown this many bytes at a time.
const PIECE: usize = 1024;
/// With this many bytes on their way to the host nothing more is shown.
const BACKLOG: usize = 4096;
/// Largest file that is put.
const FILE: usize = 100 * 1024;

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

impl Kind {
    fn moves_data(self) -> bool {
        matches!(self, Self::Get | Self::Put)
    }
}

/// The command under way.
#[derive(Debug)]
struct Job {
    /// What its line begins with.
    line: String,
    kind: Kind,
    /// To put.
    file: Vec<u8>,
}

/// A login.
#[derive(Debug)]
struct Session {
    client: Client<Ftp>,
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
        for progress in session.client.socket(desk, id, event) {
            self.went(desk, progress);
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        self.session.as_ref().map_or(0, |session| session.client.wants(id))
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
        let login = Login { host, port, user: call.string(2), password: call.string(3) };
        self.session = Some(Session {
            client: Client::connect(desk, login, |ftp: &mut Self, desk| ftp.lost(desk, Outcome::Timeout)),
            job: Some(Job { line: call.name.clone(), kind: Kind::Login, file: Vec::new() }),
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
        let command = format!("{verb} {argument}");
        self.begin(desk, Job { line: call.name.clone(), kind, file: Vec::new() }, command.trim_end());
        Done::Silent
    }

    /// `AT+CFTPSPUT="<file>",<length>`, then that many bytes.
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
        let line = call.name.clone();
        let typed = move |ftp: &mut Self, desk: &mut Desk, ended: Ended, data: &[u8]| {
            if ended != Ended::Complete || ftp.session.is_none() {
                return Done::Fail(Failure::Plain);
            }
            desk.code(Code::Ok);
            ftp.begin(desk, Job { line, kind: Kind::Put, file: data.to_vec() }, &format!("STOR {name}"));
            Done::Silent
        };
        let mut wait = Wait::inviting(b"\r\n>", Ending::Length { wanted }, typed);
        wait.echo = false;
        Done::Prompt(Box::new(wait))
    }

    fn begin(&mut self, desk: &mut Desk, job: Job, command: &str) {
        let Some(session) = &mut self.session else { return };
        if job.kind.moves_data() {
            session.client.transfer(desk, command.to_owned());
        } else {
            session.client.ask(desk, command);
        }
        session.job = Some(job);
    }
}

/// What becomes of them.
impl Ftp {
    fn went(&mut self, desk: &mut Desk, progress: Progress) {
        let Some(session) = &mut self.session else { return };
        if progress == Progress::Closed {
            self.lost(desk, Outcome::Closed);
            return;
        }
        let Some(kind) = session.job.as_ref().map(|job| job.kind) else { return };
        match progress {
            Progress::LoggedIn => self.finish(desk, Outcome::Done),
            Progress::Agreed(..) | Progress::Refused(..) if kind == Kind::Logout => {
                self.finish(desk, Outcome::Done);
                self.end_session(desk);
            }
            Progress::Agreed(code, text) => self.agreed(desk, kind, code, &text),
            Progress::Moving => {
                let file = session.job.as_mut().map(|job| std::mem::take(&mut job.file));
                session.client.send(desk, file.unwrap_or_default());
            }
            // The end of the connection is the end of the file.
            Progress::Taken => session.client.end_data(desk),
            Progress::Refused(Step::Greeting | Step::User | Step::Password, _) => self.lost(desk, Outcome::Rejected),
            Progress::Refused(_, 426 | 450..=452) if kind.moves_data() => self.finish(desk, Outcome::Transfer),
            Progress::Refused(..) => self.finish(desk, Outcome::Rejected),
            Progress::Unresolved => self.lost(desk, Outcome::NameNotFound),
            Progress::NotConnected => self.lost(desk, Outcome::NotConnected),
            Progress::NoDataConnection => self.finish(desk, Outcome::NotConnected),
            Progress::Closed => {}
        }
    }

    fn agreed(&mut self, desk: &mut Desk, kind: Kind, code: u16, text: &str) {
        match (kind, code) {
            (Kind::Folder, 257) => {
                let folder = text.split('"').nth(1).unwrap_or(text);
                self.tell(desk, &format!("\"{folder}\""));
            }
            (Kind::Size, 213) => self.tell(desk, text.trim()),
            (Kind::Plain, _) => self.finish(desk, Outcome::Done),
            _ => self.finish(desk, Outcome::Rejected),
        }
    }

    /// Shows a piece of what came, or that it was all; false when there is nothing to show.
    fn show_data(&mut self, desk: &mut Desk) -> bool {
        let Some(session) = &mut self.session else { return false };
        let Some(job) = session.job.as_ref().filter(|job| job.kind.moves_data()) else { return false };
        if desk.is_busy() || desk.backlog() >= BACKLOG {
            return false;
        }
        if !session.client.has_data() {
            if session.client.is_complete() {
                self.finish(desk, Outcome::Done);
            }
            return false;
        }
        let data = session.client.read(PIECE);
        desk.info(format!("{}: DATA,{}", job.line, data.len()));
        desk.transmit(&data);
        true
    }

    /// The command under way ends with this.
    fn tell(&mut self, desk: &mut Desk, text: &str) {
        let Some(session) = &mut self.session else { return };
        let Some(job) = session.job.take() else { return };
        session.client.rest(desk);
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
        if let Some(session) = self.session.take() {
            session.client.close(desk);
        }
    }
}
