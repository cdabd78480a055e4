//! Serves a simulated modem to other programs, on a pseudo-terminal or on a TCP port.
//!
//! A client may go and come back: the modem lives on in between, and what it says while nobody has the port open is lost, as
//! on a wire; so is what it says to one that has the port open and does not read. On a pty the symbolic link that was asked for is removed at the end, and never put over something else.

#![expect(clippy::disallowed_methods, reason = "the modem's time is counted from here")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::simulator::SimLink;
use super::wait::Waiter;
use super::{Interests, Link};
use crate::os::pty;
use crate::simulator::{Control, Speaker};
use control::Desk;
use unread::Unread;

pub(crate) mod control;
mod unread;

/// Bytes moved at once.
const CHUNK: usize = 4096;

/// Where the modem is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// A new pseudo-terminal, and a symbolic link to it if one is named.
    Pty(Option<PathBuf>),
    /// A TCP port; one client at a time.
    Tcp(SocketAddr),
}

/// Why it cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HostError {
    /// The system refused something.
    #[error("{what}: {why}")]
    System {
        /// What was tried.
        what: String,
        /// What it said.
        why: io::Error,
    },
    /// There is no pty.
    #[error(transparent)]
    Pty(#[from] pty::PtyError),
}

fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> HostError {
    move |why| HostError::System { what: what.into(), why }
}

/// The line to the client.
enum Line {
    Pty(pty::Pty),
    Tcp(TcpListener, Option<TcpStream>),
}

/// A simulated modem behind a door.
pub(crate) struct Host {
    sim: SimLink,
    door: Door,
    /// `None` until the door is opened.
    line: Option<Line>,
    began: Instant,
    /// From the client, not yet taken by the modem.
    typed: Vec<u8>,
    /// Towards the client, not yet taken by the system.
    heard: Vec<u8>,
    unread: Unread,
    /// Somebody was there once: from now on, what is said to nobody is lost.
    visited: bool,
    /// The rate the client's side is set to.
    rate: Option<u32>,
    waiter: Waiter,
}

impl Host {
    /// A modem that is switched on now; its door is still shut.
    ///
    /// # Errors
    /// When the process has no descriptors left.
    pub(crate) fn new(sim: SimLink, door: Door) -> Result<Self, HostError> {
        let waiter = Waiter::new().map_err(system("cannot wait"))?;
        Ok(Self {
            sim,
            door,
            line: None,
            began: Instant::now(),
            typed: Vec::new(),
            heard: Vec::new(),
            unread: Unread::default(),
            visited: false,
            rate: None,
            waiter,
        })
    }

    /// Lets the modem boot behind the shut door; nobody hears its boot lines.
    ///
    /// # Errors
    /// When the system refuses to wait.
    pub(crate) fn boot(&mut self, stop: &AtomicBool) -> Result<(), HostError> {
        while !self.sim.modem().has_booted() && !stop.load(Ordering::SeqCst) {
            let now = self.began.elapsed();
            let due = self.sim.modem().next_deadline().map(|due| due.saturating_sub(now));
            self.waiter.wait(Interests::new(), due).map_err(system("waiting failed"))?;
            let now = self.began.elapsed();
            self.sim.on_ready(now);
            let mut nobody_hears = [0; CHUNK];
            while self.sim.take(&mut nobody_hears, now) > 0 {}
        }
        Ok(())
    }

    /// Opens the door.
    ///
    /// # Errors
    /// When the pty or the port cannot be had, or the name of the link is taken.
    pub(crate) fn open(&mut self) -> Result<(), HostError> {
        self.line = Some(match &self.door {
            Door::Pty(name) => {
                let mut pty = pty::Pty::open(name.as_deref())?;
                // Who sets no rate has the right one.
                if let Some(rate) = self.sim.modem().rate() {
                    pty.set_rate(rate);
                }
                Line::Pty(pty)
            }
            Door::Tcp(address) => {
                let listener = TcpListener::bind(address).map_err(system(format!("cannot listen on {address}")))?;
                listener.set_nonblocking(true).map_err(system("cannot set up the port"))?;
                Line::Tcp(listener, None)
            }
        });
        Ok(())
    }

    /// Ends a wait of [`Self::serve`] from another thread or a signal handler's pipe.
    #[must_use]
    pub(crate) fn waker(&self) -> super::wait::Waker {
        self.waiter.waker()
    }

    /// What to open: the link or the pty's own name, or `host:port`; empty while the door is shut.
    #[must_use]
    pub(crate) fn address(&self) -> String {
        match &self.line {
            Some(Line::Pty(pty)) => pty.address(),
            Some(Line::Tcp(listener, _)) => {
                listener.local_addr().map_or_else(|error| error.to_string(), |at| at.to_string())
            }
            None => String::new(),
        }
    }

    /// Serves until `stop` is set (and the waker used), or until the desk wants an end.
    ///
    /// # Errors
    /// When the system takes the pty or the port away.
    pub(crate) fn serve(&mut self, stop: &AtomicBool, desk: &mut Desk) -> Result<(), HostError> {
        let Some(mut line) = self.line.take() else { return Ok(()) };
        let served = self.serve_line(&mut line, stop, desk);
        line.close();
        self.unread.ends().iter().for_each(Desk::say);
        desk.stop(self.began.elapsed());
        served
    }

    fn serve_line(&mut self, line: &mut Line, stop: &AtomicBool, desk: &mut Desk) -> Result<(), HostError> {
        while !stop.load(Ordering::SeqCst) {
            let now = self.began.elapsed();
            if desk.work(&mut self.sim, now) {
                return Ok(());
            }
            let mut interests = Interests::new();
            self.sim.interests(!self.typed.is_empty(), &mut interests);
            line.interests(self.typed.is_empty(), !self.heard.is_empty(), &mut interests);
            let due = self.deadline(line, desk, now);
            self.waiter.wait(interests, due).map_err(system("waiting failed"))?;
            self.work(line, desk)?;
        }
        Ok(())
    }

    fn deadline(&self, line: &Line, desk: &Desk, now: Duration) -> Option<Duration> {
        // What waits for a client that does not read must not turn the wait into a busy loop.
        if self.heard.is_empty() && self.sim.waiting() > 0 && line.is_there(self.visited) {
            return Some(Duration::ZERO);
        }
        let dues = [self.sim.modem().next_deadline(), desk.next_deadline(), self.unread.due(now)];
        dues.into_iter().flatten().min().map(|due| due.saturating_sub(now))
    }

    fn work(&mut self, line: &mut Line, desk: &mut Desk) -> Result<(), HostError> {
        let now = self.began.elapsed();
        if line.look().map_err(system("the port failed"))? {
            self.visited = true;
            desk.visited(now);
        }
        // With nobody there the line follows the modem, so that the next one who sets no rate has the right one.
        if let (None, Some(own)) = (line.rate(), self.sim.modem().rate()) {
            line.follow(own);
        }
        let rate = line.rate();
        if std::mem::replace(&mut self.rate, rate) != rate {
            self.sim.handle(Control::HostRate(rate), now);
        }
        if self.typed.is_empty() {
            let mut buffer = [0; CHUNK];
            let count = line.read(&mut buffer);
            let typed = buffer.get(..count).unwrap_or_default();
            desk.heard(Speaker::Host, typed);
            self.typed.extend(typed);
        }
        if !self.typed.is_empty() {
            let taken = self.sim.give(&self.typed, now);
            self.typed.drain(..taken);
        }
        self.sim.on_ready(now);
        // As long as the client takes what is said; one buffer at a time.
        loop {
            if self.heard.is_empty() && (self.visited || line.is_there(false)) {
                let mut buffer = [0; CHUNK];
                let count = self.sim.take(&mut buffer, now);
                let heard = buffer.get(..count).unwrap_or_default();
                desk.heard(Speaker::Modem, heard);
                self.heard.extend(heard);
            }
            if self.heard.is_empty() {
                return Ok(());
            }
            if self.visited && !line.is_there(true) {
                self.heard.clear();
                self.unread.ends().iter().for_each(Desk::say);
                continue;
            }
            let count = line.write(&self.heard);
            self.heard.drain(..count);
            if count == 0 {
                if self.unread.takes_nothing(self.sim.waiting(), now) {
                    self.lose(desk, now);
                }
                return Ok(());
            }
            self.unread.ends().iter().for_each(Desk::say);
        }
    }

    /// Nobody reads what waits.
    fn lose(&mut self, desk: &mut Desk, now: Duration) {
        let mut buffer = [0; CHUNK];
        loop {
            let count = self.sim.take(&mut buffer, now);
            if count == 0 {
                return;
            }
            desk.heard(Speaker::Modem, buffer.get(..count).unwrap_or_default());
            self.unread.loses(count).iter().for_each(Desk::say);
        }
    }
}

impl Line {
    fn interests<'fd>(&'fd self, read: bool, write: bool, interests: &mut Interests<'fd>) {
        match self {
            Self::Pty(pty) => pty.interests(read, write, interests),
            Self::Tcp(listener, None) => interests.add(listener, true, false),
            Self::Tcp(_, Some(client)) if read || write => interests.add(client, read, write),
            Self::Tcp(..) => {}
        }
    }

    /// Whether what is written now has a reader. A pty keeps what comes before the first one.
    fn is_there(&self, visited: bool) -> bool {
        match self {
            Self::Pty(pty) => !visited || pty.has_client(),
            Self::Tcp(_, client) => client.is_some(),
        }
    }

    /// The rate the client's side is set to, where it has one.
    fn rate(&self) -> Option<u32> {
        match self {
            Self::Pty(pty) => pty.rate().filter(|_| pty.has_client()),
            Self::Tcp(..) => None,
        }
    }

    /// The rate for clients that set none.
    fn follow(&mut self, rate: u32) {
        match self {
            Self::Pty(pty) if pty.default_rate() != Some(rate) => pty.set_rate(rate),
            _ => {}
        }
    }

    /// Sees who came and went; true while somebody is there.
    fn look(&mut self) -> io::Result<bool> {
        match self {
            Self::Pty(pty) => {
                pty.look();
                Ok(pty.has_client())
            }
            Self::Tcp(_, Some(_)) => Ok(true),
            Self::Tcp(listener, client) => match listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(true)?;
                    stream.set_nodelay(true)?;
                    *client = Some(stream);
                    Ok(true)
                }
                // A client that gave up before it was accepted is none; the port lives on.
                Err(_) => Ok(false),
            },
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> usize {
        match self {
            Self::Pty(pty) => pty.read(buffer),
            Self::Tcp(_, None) => 0,
            Self::Tcp(_, client @ Some(_)) => {
                let read = client.as_mut().map_or(Ok(0), |stream| stream.read(buffer));
                settle(client, read)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Pty(pty) => pty.write(bytes),
            Self::Tcp(_, None) => 0,
            Self::Tcp(_, client @ Some(_)) => {
                let written = client.as_mut().map_or(Ok(0), |stream| stream.write(bytes));
                settle(client, written)
            }
        }
    }

    fn close(&mut self) {
        match self {
            Self::Pty(pty) => pty.close(),
            Self::Tcp(_, client) => *client = None,
        }
    }
}

/// What a read or write of a TCP client came to; the end or an error lets the client go.
fn settle(client: &mut Option<TcpStream>, outcome: io::Result<usize>) -> usize {
    match outcome {
        Ok(count) if count > 0 => count,
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => 0,
        _ => {
            *client = None;
            0
        }
    }
}

#[cfg(test)]
mod tests;
