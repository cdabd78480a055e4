//! The test server: listens, shows each connection and the bytes that arrived, can answer. What the user's own script
//! did (accept, receive, print), in the window.
//!
//! One thread of its own, waiting in one place. Memory is bounded: of each visitor the first [`SHOWN`] bytes are kept
//! and all are counted; of all visitors the last [`REMEMBERED`].

#![expect(clippy::disallowed_methods, reason = "visitors come at a time of the clock")]

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use super::News;
use super::tls::{Identity, Wire};
use super::wait::{Interests, Waiter, Waker};

/// At most this many bytes of a visitor are kept, the first.
pub const SHOWN: usize = 64 * 1024;
/// At most this many visitors are remembered.
pub const REMEMBERED: usize = 100;
/// At most this many may be connected at one time; more are told so and turned away.
const CONNECTED: usize = 32;
/// An answer that the visitor does not take grows no further than this.
const UNSENT: usize = 4 * 1024 * 1024;
/// Reads of one visitor before the others have their turn.
const READS_A_TURN: usize = 16;

/// A connection as the panel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Counts connections from 1.
    pub number: u64,
    /// Who.
    pub peer: SocketAddr,
    /// When it came.
    pub since: SystemTime,
    /// The first bytes that arrived, bounded; `total` counts all.
    pub bytes: Vec<u8>,
    /// How many arrived in all.
    pub total: u64,
    /// Bytes of ours that it took.
    pub answered: u64,
    /// Still open.
    pub open: bool,
}

/// A listening server; dropping it closes all connections.
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    visitors: Arc<Mutex<Vec<Visitor>>>,
    answers: Sender<(u64, Vec<u8>)>,
    waker: Waker,
    ended: Receiver<()>,
}

impl TestServer {
    /// Listens on `address` (port 0: any free one). `news` is called on its thread after changes.
    ///
    /// # Errors
    /// As `bind(2)`.
    pub fn start(address: SocketAddr, news: News) -> io::Result<Self> {
        Self::start_as(address, None, news)
    }

    /// The same, with TLS if it has an identity.
    ///
    /// # Errors
    /// As `bind(2)`.
    pub(crate) fn start_as(address: SocketAddr, identity: Option<Identity>, news: News) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let waiter = Waiter::new()?;
        let waker = waiter.waker();
        let visitors = Arc::new(Mutex::new(Vec::new()));
        let (answers, queue) = bounded(64);
        let (alive, ended) = bounded::<()>(0);
        let mut server = Server {
            listener,
            identity,
            waiter,
            queue,
            news,
            visitors: Arc::clone(&visitors),
            guests: Vec::new(),
            count: 0,
            buffer: vec![0; 64 * 1024],
        };
        std::thread::Builder::new().name("test server".into()).spawn(move || {
            server.run();
            drop(server);
            drop(alive);
        })?;
        Ok(Self { address, visitors, answers, waker, ended })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All connections so far, oldest first (bounded: the oldest closed ones go first).
    #[must_use]
    pub fn visitors(&self) -> Vec<Visitor> {
        self.visitors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends bytes to an open connection without blocking.
    ///
    /// # Errors
    /// Gives the bytes back when too many answers wait already. An answer to a closed connection goes nowhere;
    /// [`Visitor::answered`] counts what was taken.
    pub fn answer(&self, visitor: u64, bytes: Vec<u8>) -> Result<(), Vec<u8>> {
        self.answers.try_send((visitor, bytes)).map_err(|refused| refused.into_inner().1)?;
        self.waker.wake();
        Ok(())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let (closed, _) = bounded(0);
        drop(std::mem::replace(&mut self.answers, closed));
        self.waker.wake();
        // The port is free again when this returns, bar a machine that is stuck.
        let _ = self.ended.recv_timeout(Duration::from_millis(300));
    }
}

/// An open connection.
#[derive(Debug)]
struct Guest {
    number: u64,
    stream: Wire,
    unsent: Vec<u8>,
    /// It has said that it sends no more; what it is still owed goes out before we close.
    finished: bool,
}

struct Server {
    listener: TcpListener,
    identity: Option<Identity>,
    waiter: Waiter,
    queue: Receiver<(u64, Vec<u8>)>,
    news: News,
    visitors: Arc<Mutex<Vec<Visitor>>>,
    guests: Vec<Guest>,
    count: u64,
    buffer: Vec<u8>,
}

impl Server {
    fn run(&mut self) {
        loop {
            let mut interests = Interests::new();
            interests.add(&self.listener, true, false);
            for guest in &self.guests {
                let write = !guest.unsent.is_empty() || guest.stream.owes();
                interests.add(guest.stream.socket(), !guest.finished, write);
            }
            if self.waiter.wait(interests, None).is_err() {
                return;
            }
            let mut news = false;
            loop {
                match self.queue.try_recv() {
                    Ok((number, bytes)) => self.answer(number, &bytes),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            news |= self.accept();
            news |= self.serve_all();
            if news {
                (self.news)();
            }
        }
    }

    fn accept(&mut self) -> bool {
        let mut news = false;
        while let Ok((mut stream, peer)) = self.listener.accept() {
            if self.guests.len() >= CONNECTED {
                // Some may have left since they were last looked at.
                news |= self.serve_all();
            }
            if self.guests.len() >= CONNECTED {
                // A new connection has room for a line.
                let _who_left_needs_no_word = writeln!(stream, "modemscope: {CONNECTED} are connected already\r");
                continue;
            }
            if stream.set_nonblocking(true).is_err() {
                continue;
            }
            let stream = match &self.identity {
                None => Wire::Plain(stream),
                Some(identity) => match identity.guard(stream) {
                    Ok(guarded) => Wire::Guarded(Box::new(guarded)),
                    Err(_) => continue,
                },
            };
            self.count += 1;
            let number = self.count;
            self.guests.push(Guest { number, stream, unsent: Vec::new(), finished: false });
            let visitor = Visitor {
                number,
                peer,
                since: SystemTime::now(),
                bytes: Vec::new(),
                total: 0,
                answered: 0,
                open: true,
            };
            let mut visitors = self.visitors.lock().unwrap_or_else(PoisonError::into_inner);
            if visitors.len() >= REMEMBERED
                && let Some(oldest) = visitors.iter().position(|visitor| !visitor.open)
            {
                visitors.remove(oldest);
            }
            visitors.push(visitor);
            news = true;
        }
        news
    }

    fn answer(&mut self, number: u64, bytes: &[u8]) {
        if let Some(guest) = self.guests.iter_mut().find(|guest| guest.number == number) {
            let room = UNSENT.saturating_sub(guest.unsent.len());
            guest.unsent.extend(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        }
    }

    /// A turn for each guest; those who left are dropped. Gives whether something changed.
    fn serve_all(&mut self) -> bool {
        let mut news = false;
        let mut guests = std::mem::take(&mut self.guests);
        guests.retain_mut(|guest| {
            let (open, changed) = self.serve(guest);
            news |= changed;
            open
        });
        self.guests = guests;
        news
    }

    /// Reads and writes what is possible now. Gives whether the guest stays, and whether something changed.
    fn serve(&mut self, guest: &mut Guest) -> (bool, bool) {
        let mut changed = false;
        for _ in 0..READS_A_TURN {
            if guest.finished {
                break;
            }
            match guest.stream.read(&mut self.buffer) {
                Ok(0) => {
                    guest.finished = true;
                    changed = true;
                }
                Ok(count) => {
                    let bytes = self.buffer.get(..count).unwrap_or_default();
                    record(&self.visitors, guest.number, |visitor| {
                        visitor.total += bytes.len() as u64;
                        let room = SHOWN.saturating_sub(visitor.bytes.len());
                        visitor.bytes.extend(bytes.get(..room.min(bytes.len())).unwrap_or_default());
                    });
                    changed = true;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return (self.leave(guest), true),
            }
        }
        while !guest.unsent.is_empty() {
            match guest.stream.write(&guest.unsent) {
                Ok(count) => {
                    guest.unsent.drain(..count);
                    record(&self.visitors, guest.number, |visitor| visitor.answered += count as u64);
                    changed = true;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return (self.leave(guest), true),
            }
        }
        if guest.stream.owes() {
            // What the system does not take now goes next time; a broken connection is seen at the next read.
            let _ = guest.stream.flush();
        }
        if guest.finished && guest.unsent.is_empty() {
            return (self.leave(guest), true);
        }
        (true, changed)
    }

    /// Marks a guest as gone; false, so that it is not kept.
    fn leave(&self, guest: &Guest) -> bool {
        record(&self.visitors, guest.number, |visitor| visitor.open = false);
        false
    }
}

fn record(visitors: &Mutex<Vec<Visitor>>, number: u64, change: impl FnOnce(&mut Visitor)) {
    let mut visitors = visitors.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(visitor) = visitors.iter_mut().rev().find(|visitor| visitor.number == number) {
        change(visitor);
    }
}
