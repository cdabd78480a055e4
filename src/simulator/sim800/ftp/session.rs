//! The dialog with the server (RFC 959): log in, type, passive mode, the job's own command.

use super::{Ftp, Job, OFFER, PATIENCE, Session, Step, Trouble};
use crate::simulator::desk::{Desk, Target};
use crate::simulator::ftp_reply::passive_port;

/// Closes what a session holds.
pub(super) fn end(desk: &mut Desk, session: &Session) {
    desk.cancel(Some(session.timer));
    desk.send(session.control, b"QUIT\r\n".to_vec());
    desk.close(session.data);
    desk.close(Some(session.control));
}

impl Ftp {
    /// The server has answered or taken something: it may take its time again.
    pub(super) fn patience(&mut self, desk: &mut Desk) {
        let Some(session) = &mut self.session else { return };
        desk.cancel(Some(session.timer));
        session.timer = desk.at(desk.now() + PATIENCE, |ftp: &mut Self, desk| ftp.fail(desk, Trouble::Timeout));
    }

    pub(super) fn server_says(&mut self, desk: &mut Desk, bytes: &[u8]) {
        self.patience(desk);
        let replies = self.session.as_mut().map(|session| session.replies.feed(bytes));
        for (code, text) in replies.unwrap_or_default() {
            self.answer(desk, code, &text);
        }
    }

    fn answer(&mut self, desk: &mut Desk, code: u16, text: &str) {
        let Some(session) = &self.session else { return };
        match (session.step, code) {
            (Step::Greeting, 120) | (Step::Moving, 100..=199) => {}
            (Step::Greeting, 220) => {
                let user = match self.value("+FTPUN") {
                    "" => "anonymous",
                    user => user,
                };
                self.say(desk, Step::User, format!("USER {user}"));
            }
            (Step::User, 331) => {
                let password = format!("PASS {}", self.value("+FTPPW"));
                self.say(desk, Step::Password, password);
            }
            (Step::User | Step::Password, 202 | 230) => {
                let kind = if self.value("+FTPTYPE").eq_ignore_ascii_case("A") { "A" } else { "I" };
                self.say(desk, Step::Type, format!("TYPE {kind}"));
            }
            (Step::Type, 200) if session.job.moves_data() => self.say(desk, Step::Passive, "PASV".into()),
            (Step::Type, 200) => self.say_job(desk),
            (Step::Passive, 227) => match passive_port(text) {
                Some(port) => self.open_data(desk, port),
                None => self.fail(desk, Trouble::Passive),
            },
            (Step::Job, 125 | 150) => self.moving(desk),
            (Step::Job, 213) if session.job == Job::Size => self.succeed(desk, &format!("0,{}", text.trim())),
            (Step::Job, 200..=299) if !session.job.moves_data() => {
                self.succeed(desk, if session.job == Job::Size { "0,0" } else { "0" });
            }
            (Step::Moving, 200..=299) => self.confirmed(),
            (Step::User, _) => self.fail(desk, Trouble::User),
            (Step::Password, _) => self.fail(desk, Trouble::Password),
            (Step::Type, _) => self.fail(desk, Trouble::Type),
            (Step::Passive, _) => self.fail(desk, Trouble::Passive),
            (Step::Job | Step::Moving, _) => {
                let trouble = match session.job {
                    Job::Put => Trouble::Upload,
                    Job::Get | Job::List => Trouble::Download,
                    _ => Trouble::Operation,
                };
                self.fail(desk, trouble);
            }
            (Step::Greeting, _) => self.fail(desk, Trouble::Server),
        }
    }

    fn say(&mut self, desk: &mut Desk, step: Step, text: String) {
        if let Some(session) = &mut self.session {
            session.step = step;
            let id = session.control;
            desk.send(id, (text + "\r\n").into_bytes());
        }
    }

    fn say_job(&mut self, desk: &mut Desk) {
        let Some(session) = &self.session else { return };
        let path = |path: &str, name: &str| {
            let folder = self.value(path).trim_end_matches('/');
            let slash = if folder.is_empty() && !self.value(path).starts_with('/') { "" } else { "/" };
            format!("{folder}{slash}{}", self.value(name))
        };
        let get = || path("+FTPGETPATH", "+FTPGETNAME");
        let text = match session.job {
            Job::Get => format!("RETR {}", get()),
            Job::List => format!("LIST {}", self.value("+FTPGETPATH")).trim_end().to_owned(),
            Job::Put => {
                let verb = match self.value("+FTPPUTOPT").to_ascii_uppercase().as_str() {
                    "APPE" => "APPE",
                    "STOU" => "STOU",
                    _ => "STOR",
                };
                format!("{verb} {}", path("+FTPPUTPATH", "+FTPPUTNAME"))
            }
            Job::Delete => format!("DELE {}", get()),
            Job::Size => format!("SIZE {}", get()),
            Job::MakeFolder => format!("MKD {}", self.value("+FTPGETPATH")),
            Job::RemoveFolder => format!("RMD {}", self.value("+FTPGETPATH")),
        };
        self.say(desk, Step::Job, text);
    }

    fn open_data(&mut self, desk: &mut Desk, port: u16) {
        let Some(session) = &mut self.session else { return };
        let host = session.host.clone();
        session.data = Some(desk.connect::<Self>(Target { host, port, ..Target::default() }));
    }

    pub(super) fn data_open(&mut self, desk: &mut Desk) {
        self.say_job(desk);
    }

    fn moving(&mut self, desk: &mut Desk) {
        let Some(session) = &mut self.session else { return };
        session.step = Step::Moving;
        if session.job == Job::Put {
            session.ready = true;
            desk.urc(format!("+FTPPUT: 1,1,{OFFER}"));
        }
    }

    fn confirmed(&mut self) {
        if let Some(session) = &mut self.session {
            session.confirmed = true;
        }
    }

    /// Tells the host of data, and of their end when it has them all.
    pub(super) fn tell_of_data(&mut self, desk: &mut Desk) {
        let Some(session) = &mut self.session else { return };
        if desk.is_busy() || !session.job.moves_data() {
            return;
        }
        if !session.received.is_empty() {
            if !std::mem::replace(&mut session.told, true) {
                let line = session.job.line();
                desk.urc(format!("{line}: 1,1"));
            }
        } else if session.confirmed && session.data_ended {
            self.succeed(desk, "0");
        }
    }

    fn succeed(&mut self, desk: &mut Desk, result: &str) {
        if let Some(session) = self.session.take() {
            desk.urc(format!("{}: 1,{result}", session.job.line()));
            end(desk, &session);
        }
    }

    pub(super) fn fail(&mut self, desk: &mut Desk, trouble: Trouble) {
        if let Some(session) = self.session.take() {
            let size = if session.job == Job::Size { ",0" } else { "" };
            desk.urc(format!("{}: 1,{}{size}", session.job.line(), trouble as u8));
            end(desk, &session);
        }
    }
}
