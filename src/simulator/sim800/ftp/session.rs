//! What becomes of a session: type, the job's own command, data, and the line that tells how it ended.

use super::{Ftp, Job, OFFER, Trouble, Turn};
use crate::simulator::desk::Desk;
use crate::simulator::ftp::{Progress, Step};

impl Ftp {
    pub(super) fn went(&mut self, desk: &mut Desk, progress: Progress) {
        let Some(session) = &mut self.session else { return };
        let (job, typed) = (session.job, session.typed);
        match progress {
            Progress::LoggedIn => self.say_type(desk),
            Progress::Agreed(..) if !typed => self.say_job(desk, job),
            Progress::Agreed(213, text) if job == Job::Size => self.succeed(desk, &format!("0,{}", text.trim())),
            Progress::Agreed(..) => self.succeed(desk, if job == Job::Size { "0,0" } else { "0" }),
            Progress::Moving if job == Job::Put => self.take_more(desk),
            Progress::Taken if session.turn == Turn::Server => self.take_more(desk),
            Progress::Moving | Progress::Taken => {}
            Progress::Refused(step, _) => self.fail(desk, refusal(step, job, typed)),
            Progress::Unresolved => self.fail(desk, Trouble::Name),
            Progress::NotConnected => self.fail(desk, Trouble::Connect),
            Progress::NoDataConnection => self.fail(desk, Trouble::Passive),
            // After the last word of a transfer it may go.
            Progress::Closed if session.client.is_confirmed() => {}
            Progress::Closed => self.fail(desk, Trouble::Server),
        }
    }

    fn say_type(&mut self, desk: &mut Desk) {
        let kind = if self.value("+FTPTYPE").eq_ignore_ascii_case("A") { "A" } else { "I" };
        if let Some(session) = &mut self.session {
            session.client.ask(desk, &format!("TYPE {kind}"));
        }
    }

    fn say_job(&mut self, desk: &mut Desk, job: Job) {
        let command = self.command(job);
        let Some(session) = &mut self.session else { return };
        session.typed = true;
        if job.moves_data() {
            session.client.transfer(desk, command);
        } else {
            session.client.ask(desk, &command);
        }
    }

    /// What a job says to the server.
    fn command(&self, job: Job) -> String {
        let path = |path: &str, name: &str| {
            let folder = self.value(path).trim_end_matches('/');
            let slash = if folder.is_empty() && !self.value(path).starts_with('/') { "" } else { "/" };
            format!("{folder}{slash}{}", self.value(name))
        };
        let get = || path("+FTPGETPATH", "+FTPGETNAME");
        match job {
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
        }
    }

    /// The host may give a piece of the file.
    fn take_more(&mut self, desk: &mut Desk) {
        if let Some(session) = &mut self.session {
            session.turn = Turn::Host;
            desk.urc(format!("+FTPPUT: 1,1,{OFFER}"));
        }
    }

    /// Tells the host of data, and of their end when it has them all.
    pub(super) fn tell_of_data(&mut self, desk: &mut Desk) {
        let Some(session) = &mut self.session else { return };
        if desk.is_busy() || !session.job.moves_data() {
            return;
        }
        if session.client.has_data() {
            if !std::mem::replace(&mut session.told, true) {
                let line = session.job.line();
                desk.urc(format!("{line}: 1,1"));
            }
        } else if session.client.is_complete() {
            self.succeed(desk, "0");
        }
    }

    fn succeed(&mut self, desk: &mut Desk, result: &str) {
        if let Some(session) = self.session.take() {
            desk.urc(format!("{}: 1,{result}", session.job.line()));
            session.client.quit(desk);
        }
    }

    pub(super) fn fail(&mut self, desk: &mut Desk, trouble: Trouble) {
        if let Some(session) = self.session.take() {
            let size = if session.job == Job::Size { ",0" } else { "" };
            desk.urc(format!("{}: 1,{}{size}", session.job.line(), trouble as u8));
            session.client.quit(desk);
        }
    }
}

/// What a no of the server is called.
fn refusal(step: Step, job: Job, typed: bool) -> Trouble {
    match (step, job) {
        (Step::Greeting, _) => Trouble::Server,
        (Step::User, _) => Trouble::User,
        (Step::Password, _) => Trouble::Password,
        (Step::Passive, _) => Trouble::Passive,
        _ if !typed => Trouble::Type,
        (_, Job::Put) => Trouble::Upload,
        (_, Job::Get | Job::List) => Trouble::Download,
        _ => Trouble::Operation,
    }
}
