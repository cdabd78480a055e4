//! Serves a simulated SIM800L to other programs, on a pseudo-terminal or on a TCP port.
//!
//! A client may go and come back: the modem lives on in between, and what it says while nobody has the port open is lost, as
//! on a wire. On a pty the symbolic link that was asked for is removed at the end, and never put over something else.

#![expect(clippy::disallowed_methods, reason = "the modem's time is counted from here")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::simulator::SimLink;
use super::wait::Waiter;
use super::{Interests, Link};
use crate::simulator::Control;

#[cfg(unix)]
pub(super) mod pty;

/// Bytes moved at once.
const CHUNK: usize = 4096;

/// Where the modem is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// A new pseudo-terminal, and a symbolic link to it if one is named.
    Pty(Option<PathBuf>),
    /// A TCP port; one client at a time.
    Tcp(SocketAddr),
}

/// Why it cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The system refused something.
    #[error("{what}: {why}")]
    System {
        /// What was tried.
        what: String,
        /// What it said.
        why: io::Error,
    },
    /// The name is taken by something that is not ours.
    #[error("{0} exists and is not a link to a pty that is gone: choose another name, or remove it first")]
    Taken(PathBuf),
    /// No pseudo-terminals here.
    #[error("this system has no pseudo-terminals; use --tcp 127.0.0.1:9000")]
    NoPty,
}

fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> HostError {
    move |why| HostError::System { what: what.into(), why }
}

/// The line to the client.
enum Line {
    #[cfg(unix)]
    Pty(pty::Pty),
    Tcp(TcpListener, Option<TcpStream>),
}

/// A simulated modem behind a door.
pub struct Host {
    sim: SimLink,
    line: Line,
    began: Instant,
    /// From the client, not yet taken by the modem.
    typed: Vec<u8>,
    /// Towards the client, not yet taken by the system.
    heard: Vec<u8>,
    /// Somebody was there once: from now on, what is said to nobody is lost.
    visited: bool,
    waiter: Waiter,
}

impl Host {
    /// Opens the door.
    ///
    /// # Errors
    /// When the pty or the port cannot be had, or the name of the link is taken.
    pub fn open(sim: SimLink, door: &Door) -> Result<Self, HostError> {
        let line = match door {
            #[cfg(unix)]
            Door::Pty(name) => Line::Pty(pty::Pty::open(name.as_deref())?),
            #[cfg(not(unix))]
            Door::Pty(_) => return Err(HostError::NoPty),
            Door::Tcp(address) => {
                let listener = TcpListener::bind(address).map_err(system(format!("cannot listen on {address}")))?;
                listener.set_nonblocking(true).map_err(system("cannot set up the port"))?;
                Line::Tcp(listener, None)
            }
        };
        let waiter = Waiter::new().map_err(system("cannot wait"))?;
        Ok(Self { sim, line, began: Instant::now(), typed: Vec::new(), heard: Vec::new(), visited: false, waiter })
    }

    /// Ends a wait of [`Self::serve`] from another thread or a signal handler's pipe.
    #[must_use]
    pub fn waker(&self) -> super::wait::Waker {
        self.waiter.waker()
    }

    /// What to open: the link or the pty's own name, or `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.line {
            #[cfg(unix)]
            Line::Pty(pty) => pty.address(),
            Line::Tcp(listener, _) => listener.local_addr().map_or_else(|error| error.to_string(), |at| at.to_string()),
        }
    }

    /// Serves until `stop` is set (and the waker used). `control` is asked for hands on the bench after each wait.
    ///
    /// # Errors
    /// When the system takes the pty or the port away.
    pub fn serve(
        &mut self,
        stop: &AtomicBool,
        mut control: impl FnMut(&mut SimLink) -> Option<Control>,
    ) -> Result<(), HostError> {
        while !stop.load(Ordering::SeqCst) {
            let now = self.began.elapsed();
            while let Some(hand) = control(&mut self.sim) {
                self.sim.handle(hand, now);
            }
            let mut interests = Interests::new();
            self.sim.interests(!self.typed.is_empty(), &mut interests);
            self.line.interests(self.typed.is_empty(), !self.heard.is_empty(), &mut interests);
            let due = self.deadline(now);
            self.waiter.wait(interests, due).map_err(system("waiting failed"))?;
            self.work()?;
        }
        self.line.close();
        Ok(())
    }

    fn deadline(&self, now: Duration) -> Option<Duration> {
        // What waits for a client that does not read must not turn the wait into a busy loop.
        if self.heard.is_empty() && self.sim.waiting() > 0 && self.line.is_there(self.visited) {
            return Some(Duration::ZERO);
        }
        self.sim.modem().next_deadline().map(|due| due.saturating_sub(now))
    }

    fn work(&mut self) -> Result<(), HostError> {
        let now = self.began.elapsed();
        self.visited |= self.line.look().map_err(system("the port failed"))?;
        if self.typed.is_empty() {
            let mut buffer = [0; CHUNK];
            let count = self.line.read(&mut buffer);
            self.typed.extend(buffer.iter().take(count));
        }
        if !self.typed.is_empty() {
            let taken = self.sim.give(&self.typed, now);
            self.typed.drain(..taken);
        }
        self.sim.on_ready(now);
        // As long as the client takes what is said; one buffer at a time.
        loop {
            if self.heard.is_empty() && (self.visited || self.line.is_there(false)) {
                let mut buffer = [0; CHUNK];
                let count = self.sim.take(&mut buffer, now);
                self.heard.extend(buffer.iter().take(count));
            }
            if self.heard.is_empty() {
                return Ok(());
            }
            if self.visited && !self.line.is_there(true) {
                self.heard.clear();
                continue;
            }
            let count = self.line.write(&self.heard);
            self.heard.drain(..count);
            if count == 0 {
                return Ok(());
            }
        }
    }
}

impl Line {
    fn interests<'fd>(&'fd self, read: bool, write: bool, interests: &mut Interests<'fd>) {
        match self {
            #[cfg(unix)]
            Self::Pty(pty) => pty.interests(read, write, interests),
            Self::Tcp(listener, None) => interests.add(listener, true, false),
            Self::Tcp(_, Some(client)) if read || write => interests.add(client, read, write),
            Self::Tcp(..) => {}
        }
    }

    /// Whether what is written now has a reader. A pty keeps what comes before the first one.
    fn is_there(&self, visited: bool) -> bool {
        match self {
            #[cfg(unix)]
            Self::Pty(pty) => !visited || pty.has_client(),
            Self::Tcp(_, client) => client.is_some(),
        }
    }

    /// Sees who came and went; true while somebody is there.
    fn look(&mut self) -> io::Result<bool> {
        match self {
            #[cfg(unix)]
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
            #[cfg(unix)]
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
            #[cfg(unix)]
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
            #[cfg(unix)]
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
