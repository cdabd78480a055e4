//! The one place where a thread waits: for sockets, devices, a [`Waker`], a deadline. All are handles of one
//! `WaitForMultipleObjects`: sockets share one event, which they set by `WSAEventSelect`; a deadline is a timer, as the wait's
//! own is only as exact as the system's tick of 16 ms.

use std::io;
use std::os::windows::io::{AsHandle as _, AsSocket, BorrowedHandle, BorrowedSocket, OwnedHandle};
use std::sync::Arc;
use std::time::Duration;

use super::calls;

/// Something that can be waited for.
pub trait Source: AsSocket {}
impl<T: AsSocket> Source for T {}

/// What is waited for, gathered anew before each wait.
#[derive(Debug, Default)]
pub struct Interests<'fd> {
    sockets: Vec<(BorrowedSocket<'fd>, bool, bool)>,
    handles: Vec<BorrowedHandle<'fd>>,
}

impl<'fd> Interests<'fd> {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Wait until `source` can be read or written, as wished. With neither wish its end still wakes.
    pub fn add(&mut self, source: &'fd impl Source, read: bool, write: bool) {
        self.sockets.push((source.as_socket(), read, write));
    }

    /// Wait for a bell.
    pub(crate) fn add_bell(&mut self, bell: &'fd Bell) {
        self.handles.push(bell.event.as_handle());
    }

    /// Wait until an event is set.
    pub(super) fn add_event(&mut self, event: BorrowedHandle<'fd>) {
        self.handles.push(event);
    }
}

/// Rung from other threads, heard by whoever waits for it.
#[derive(Debug)]
pub(crate) struct Bell {
    event: Arc<OwnedHandle>,
}

/// Rings a bell from any thread. Never blocks; any number of rings before it is heard count as one.
#[derive(Clone, Debug)]
pub struct Waker {
    event: Arc<OwnedHandle>,
}

impl Bell {
    /// A bell that has not been rung.
    ///
    /// # Errors
    /// When the process has no handles left.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { event: Arc::new(calls::event()?) })
    }

    /// What rings it.
    #[must_use]
    pub(crate) fn ringer(&self) -> Waker {
        Waker { event: Arc::clone(&self.event) }
    }

    /// Takes the rings until now.
    pub(crate) fn clear(&self) {
        calls::reset_event(&self.event);
    }

    /// Takes the rings until now; false when there were none.
    pub(super) fn take(&self) -> bool {
        let rung = calls::is_set(&self.event);
        self.clear();
        rung
    }
}

impl Waker {
    /// Ends the wait in hand, or the next one.
    pub fn wake(&self) {
        calls::set_event(&self.event);
    }
}

/// The waiting side.
#[derive(Debug)]
pub struct Waiter {
    bell: Bell,
    sockets: OwnedHandle,
    timer: OwnedHandle,
}

impl Waiter {
    /// A waiter with its wake-up event.
    ///
    /// # Errors
    /// When the process has no handles left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { bell: Bell::new()?, sockets: calls::event()?, timer: calls::timer()? })
    }

    /// What ends this waiter's waits.
    #[must_use]
    pub fn waker(&self) -> Waker {
        self.bell.ringer()
    }

    /// Waits until one of the sources is ready, the waker was used, or `timeout` is over (`None`: for ever).
    ///
    /// # Errors
    /// When the system refuses, as with more than 60 devices at once.
    pub fn wait(&self, interests: Interests<'_>, timeout: Option<Duration>) -> io::Result<()> {
        let Interests { sockets, mut handles } = interests;
        handles.push(self.bell.event.as_handle());
        if !sockets.is_empty() {
            calls::reset_event(&self.sockets);
            for (socket, read, write) in &sockets {
                calls::select_events(*socket, Some((&self.sockets, *read, *write)))?;
            }
            handles.push(self.sockets.as_handle());
        }
        let at_once = timeout.is_some_and(|limit| limit.is_zero());
        if let Some(limit) = timeout.filter(|limit| !limit.is_zero()) {
            calls::start_timer(&self.timer, limit)?;
            handles.push(self.timer.as_handle());
        }
        let waited = calls::wait_any(&handles, at_once);
        for (socket, ..) in &sockets {
            // One that was closed meanwhile has no events any more.
            let _ = calls::select_events(*socket, None);
        }
        // Whoever waits looks at everything now, what came since the wait ended included.
        self.bell.clear();
        waited
    }
}
