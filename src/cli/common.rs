//! What the subcommands share: opening a port and waiting for it, the files of a session.

use std::cell::RefCell;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, bounded};

use super::LineOptions;
use super::exit::{CommandResult, Exit};
use super::interrupt::{Interrupt, LOOK_AROUND};
use super::modem::ModemOption;
use super::say::say_aside;
use crate::app::Folders;
use crate::app::settings::chosen_family;
use crate::capture::{LiveLog, Reader, Storage, Writer};
use crate::link::{LinkSpec, News};
use crate::session::occupant::{Occupant, Wish, refusal};
use crate::worker::{Connection, Order, Phase, Status};

/// How often bytes that leave are looked at before the port is closed.
const LET_OUT_STEP: Duration = Duration::from_millis(50);

/// Bytes of which none has left for this many looks are held back by flow control.
const STUCK_LOOKS: u32 = 40;

/// An open port of a command.
#[derive(Debug)]
pub(crate) struct Line {
    /// The link.
    pub(crate) connection: Connection,
    /// Ctrl+C.
    pub(crate) interrupt: Interrupt,
    news: Receiver<()>,
    log: Option<LiveLog>,
    /// What was said last of trouble with the log.
    told: RefCell<Option<String>>,
    /// What was said of the capture file.
    told_files: RefCell<ToldFiles>,
}

/// How a line ended.
#[derive(Debug)]
pub(crate) struct Closed {
    /// The last status, with the findings of the whole session.
    pub status: Arc<Status>,
    /// Why the capture or the log is not complete.
    pub(crate) unwritten: Option<String>,
}

impl Line {
    /// As [`Self::open`], for commands that send.
    ///
    /// # Errors
    /// Wrong use for what is no port name and for ports that only listen, trouble for a port or file that cannot be opened.
    pub(crate) fn open_to_send(
        port: &str,
        line: &LineOptions,
        capture: Option<&Path>,
        log: Option<&Path>,
    ) -> Result<Self, Exit> {
        match LinkSpec::parse(port).map_err(Exit::wrong_use)? {
            spec if spec.kind().listens_only => {
                let refusal = refusal(Occupant::Listening, Wish::Send).map(|refusal| refusal.to_string());
                Err(Exit::wrong_use(refusal.unwrap_or_default()))
            }
            _ => Self::open(port, line, capture, log),
        }
    }

    /// Opens PORT and waits until it is open. The capture is a new file at `capture`, or in memory only; `log` is a new
    /// file for a text log.
    ///
    /// # Errors
    /// Wrong use for what is no port name, trouble for a port or file that cannot be opened.
    pub(crate) fn open(
        port: &str,
        line: &LineOptions,
        capture: Option<&Path>,
        log: Option<&Path>,
    ) -> Result<Self, Exit> {
        let spec = LinkSpec::parse(port).map_err(Exit::wrong_use)?;
        if line.any_given() && !spec.kind().line_settings {
            say_aside(format!(
                "modemscope: {port} has no line settings: --baud and the other line options change nothing"
            ));
        }
        let writer = writer(capture)?;
        let log = log.map(|path| LiveLog::start(path, writer.reader())).transpose().map_err(|problem| {
            writer.reader().withdraw();
            Exit::trouble(problem)
        })?;
        let (bell, news) = bounded(1);
        let interrupt = Interrupt::watch(&bell);
        let ring: News = Arc::new(move || {
            // A full bell is already ringing.
            let _ = bell.try_send(());
        });
        let connection = Connection::open(spec, line.settings(), writer, ring);
        let line = Self { connection, interrupt, news, log, told: RefCell::default(), told_files: RefCell::default() };
        // The files were made first, so that what is wrong with them is said before the port is touched.
        match line.wait_until_open(port) {
            Ok(()) => Ok(line),
            Err(exit) => {
                line.connection.reader().withdraw();
                line.close();
                Err(exit)
            }
        }
    }

    fn wait_until_open(&self, port: &str) -> CommandResult {
        loop {
            match &self.connection.status().phase {
                Phase::Opening => {}
                Phase::Open { kept } => {
                    if let Some(kept) = kept {
                        say_aside(format!("modemscope: {kept}"));
                    }
                    return Ok(());
                }
                // It was open, and is waited for: whoever asked for that tells of it.
                Phase::Lost(_) => return Ok(()),
                Phase::Failed(problem) => return Err(Exit::trouble(problem)),
                Phase::Released | Phase::Closed => return Err(Exit::trouble(format!("{port} was closed"))),
            }
            self.wait(Duration::from_secs(1));
            self.check_interrupt()?;
        }
    }

    /// Waits for news or Ctrl+C, for this long at most (and never so long that trouble with a file goes unnoticed).
    pub(crate) fn wait(&self, at_most: Duration) {
        let _ = self.news.recv_timeout(at_most.min(LOOK_AROUND));
        self.told_files.borrow_mut().tell(&self.connection.reader().storage());
        if let Some(log) = &self.log {
            tell_trouble(log.trouble(), "the text log", &mut self.told.borrow_mut());
        }
    }

    /// Rests for about this long, awake for Ctrl+C.
    pub(crate) fn rest(&self, length: Duration) {
        let waker = crossbeam_channel::after(length);
        loop {
            crossbeam_channel::select! {
                recv(waker) -> _ => return,
                recv(self.news) -> _ => if self.interrupt.came() { return },
                default(LOOK_AROUND) => if self.interrupt.came() { return },
            }
        }
    }

    /// The latest status.
    #[must_use]
    pub(crate) fn status(&self) -> Arc<Status> {
        self.connection.status()
    }

    /// The modem is of this family, where somebody has said so: here, or in the window for the device at `port`, which is told.
    ///
    /// # Errors
    /// Trouble, when the link has ended.
    pub(crate) fn choose(&self, port: &str, modem: &ModemOption) -> CommandResult {
        let remembered = || {
            let family = chosen_family(&Folders::of_user().config?, port)?;
            say_aside(format!(
                "modemscope: {port} is known as {} ({}); --modem says otherwise",
                family.name, family.title
            ));
            Some(family)
        };
        modem.modem.or_else(remembered).map_or(Ok(()), |family| self.order(Order::Modem(Some(family))))
    }

    /// Hands an order over.
    ///
    /// # Errors
    /// Trouble, when the link has ended.
    pub(crate) fn order(&self, order: Order) -> CommandResult {
        self.connection.order(order).map_err(|_| self.ended().unwrap_or_else(|| Exit::trouble("the port is busy")))
    }

    /// Why the link is over, if it is.
    #[must_use]
    pub(crate) fn ended(&self) -> Option<Exit> {
        match &self.status().phase {
            Phase::Failed(problem) | Phase::Lost(problem) => Some(Exit::trouble(problem)),
            Phase::Closed => Some(Exit::trouble("the port was closed")),
            _ => None,
        }
    }

    /// # Errors
    /// When Ctrl+C came.
    pub(crate) fn check_interrupt(&self) -> CommandResult {
        if self.interrupt.came() { Err(Exit::interrupted()) } else { Ok(()) }
    }

    /// Waits until all that was sent has left the machine, unless nothing of it leaves any more.
    fn let_out(&self) {
        let (mut left, mut looks) = (self.status().leaving, 0);
        while left > 0 && !self.interrupt.came() && looks < STUCK_LOOKS {
            self.rest(LET_OUT_STEP);
            let leaving = self.status().leaving;
            looks = if leaving < left { 0 } else { looks + 1 };
            left = leaving;
        }
        if left > 0 {
            let bytes = counted(left, "byte");
            say_aside(format!("modemscope: not yet out of this machine: {bytes}, the far end holds them back"));
        }
    }

    /// Closes the port and waits until that is done, so that capture and log are complete and the port free.
    pub(crate) fn close(mut self) -> Closed {
        self.let_out();
        let _ = self.connection.order(Order::Disconnect);
        let mut patience = 20;
        while !self.status().phase.over() && patience > 0 {
            self.wait(LET_OUT_STEP);
            patience -= 1;
        }
        let status = self.status();
        let log = self.log.take();
        let reader = self.connection.reader().clone();
        let mut told_files = self.told_files.take();
        // The capture's writer ends with the connection, and what it wrote last belongs into the log.
        drop(self);
        let unwritten = log.and_then(LiveLog::finish);
        let storage = reader.storage();
        told_files.tell(&storage);
        let missing = (storage.missing > 0 && storage.path.is_some()).then(|| {
            let bytes = counted(storage.missing, "byte");
            format!(
                "the capture is not complete: {bytes} came while neither the file nor memory had room; it tells where"
            )
        });
        Closed { status, unwritten: storage.trouble.or(missing).or(unwritten) }
    }
}

/// A capture in a new file, or in memory.
///
/// # Errors
/// Trouble: the file is there already, or cannot be made.
pub(crate) fn writer(capture: Option<&Path>) -> Result<Writer, Exit> {
    #[expect(clippy::disallowed_methods, reason = "here a command's session begins")]
    let started = SystemTime::now();
    match capture {
        Some(path) => Writer::create(path, started).map_err(Exit::trouble),
        None => Ok(Writer::in_memory(started)),
    }
}

/// Says what becomes of a capture file while it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldFiles {
    trouble: Option<String>,
    restored: Option<String>,
    missing: u64,
}

impl ToldFiles {
    /// Says what is new.
    pub(crate) fn tell(&mut self, storage: &Storage) {
        tell_trouble(storage.trouble.clone(), "the capture file", &mut self.trouble);
        if storage.restored != self.restored {
            self.restored.clone_from(&storage.restored);
            say_aside(format!("modemscope: {}", storage.restored.as_deref().unwrap_or_default()));
        }
        if storage.path.is_some() && storage.missing > 0 && self.missing == 0 {
            say_aside(
                "modemscope: memory is full as well: the capture is not complete from here on, and will tell what is missing",
            );
        }
        self.missing = storage.missing;
    }
}

/// Says at once when a file cannot be written, and when it can again; `told` is what was said last.
pub(crate) fn tell_trouble(trouble: Option<String>, what: &str, told: &mut Option<String>) {
    if trouble != *told {
        match &trouble {
            Some(trouble) => say_aside(format!("modemscope: {trouble}")),
            None => say_aside(format!("modemscope: {what} is written again")),
        }
        *told = trouble;
    }
}

/// Says what of a file is not shown as it stands there.
pub(crate) fn tell_left_out(reader: &Reader) {
    for told in reader.storage().left_out() {
        say_aside(format!("modemscope: {told}"));
    }
}

/// `1 problem`, `2 problems`.
#[must_use]
pub(crate) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{plural}")
}
