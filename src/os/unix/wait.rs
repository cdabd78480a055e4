//! The one place where a thread waits: for descriptors, for a [`Waker`], for a deadline. The waker is one end of a socket
//! pair; the wait itself is the system's (`ready`).

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::here::ready;

/// Something that can be waited for.
pub trait Source: AsFd {}
impl<T: AsFd> Source for T {}

/// A descriptor, what is wished of it, and whether it is so.
#[derive(Debug)]
pub(in crate::os) struct Interest<'fd> {
    pub(in crate::os) fd: BorrowedFd<'fd>,
    pub(in crate::os) read: bool,
    pub(in crate::os) write: bool,
    pub(in crate::os) ready: bool,
}

/// What is waited for, gathered anew before each wait.
#[derive(Debug, Default)]
pub struct Interests<'fd> {
    list: Vec<Interest<'fd>>,
}

impl<'fd> Interests<'fd> {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Wait until `source` can be read or written, as wished. With neither wish its end (hang-up) still wakes.
    pub fn add(&mut self, source: &'fd impl Source, read: bool, write: bool) {
        self.list.push(Interest { fd: source.as_fd(), read, write, ready: false });
    }

    /// Wait for a bell.
    pub fn add_bell(&mut self, bell: &'fd Bell) {
        self.add(&bell.heard, true, false);
    }
}

/// Rung from other threads, heard by whoever waits for it.
#[derive(Debug)]
pub struct Bell {
    heard: UnixStream,
    shared: Arc<Shared>,
}

/// Rings a bell from any thread. Never blocks; any number of rings before it is heard count as one.
#[derive(Clone, Debug)]
pub struct Waker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    waking: UnixStream,
    pending: AtomicBool,
}

impl Bell {
    /// A bell that has not been rung.
    ///
    /// # Errors
    /// When the process has no descriptors left.
    pub fn new() -> io::Result<Self> {
        let (heard, waking) = UnixStream::pair()?;
        heard.set_nonblocking(true)?;
        waking.set_nonblocking(true)?;
        Ok(Self { heard, shared: Arc::new(Shared { waking, pending: AtomicBool::new(false) }) })
    }

    /// What rings it.
    #[must_use]
    pub fn ringer(&self) -> Waker {
        Waker { shared: Arc::clone(&self.shared) }
    }

    /// Takes the rings until now.
    pub fn clear(&self) {
        // Cleared before the byte is taken, so that a ring in between writes another one.
        self.shared.pending.store(false, Ordering::SeqCst);
        let mut sink = [0; 16];
        while matches!((&self.heard).read(&mut sink), Ok(count) if count > 0) {}
    }
}

impl Waker {
    /// Ends the wait in hand, or the next one.
    pub fn wake(&self) {
        if !self.shared.pending.swap(true, Ordering::SeqCst) {
            // A full pair means that a wake is already under way; a closed one, that nobody waits any more.
            let _ = (&self.shared.waking).write(&[1]);
        }
    }
}

/// The waiting side.
#[derive(Debug)]
pub struct Waiter {
    bell: Bell,
}

impl Waiter {
    /// A waiter with its wake-up pair.
    ///
    /// # Errors
    /// When the process has no descriptors left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { bell: Bell::new()? })
    }

    /// What ends this waiter's waits.
    #[must_use]
    pub fn waker(&self) -> Waker {
        self.bell.ringer()
    }

    /// Waits until one of the sources is ready, the waker was used, or `timeout` is over (`None`: for ever).
    ///
    /// # Errors
    /// As `poll(2)`; an interrupted wait is no error and returns early.
    pub fn wait(&self, interests: Interests<'_>, timeout: Option<Duration>) -> io::Result<()> {
        let mut list = interests.list;
        list.push(Interest { fd: self.bell.heard.as_fd(), read: true, write: false, ready: false });
        ready::wait(&mut list, timeout)?;
        if list.last().is_some_and(|woken| woken.ready) {
            self.bell.clear();
        }
        Ok(())
    }
}
