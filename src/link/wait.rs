//! The one place where a worker waits: for descriptors, for a [`Waker`], for a deadline.
//!
//! On Unix it is `poll(2)` over what the link names and one end of a socket pair. Elsewhere it is the same shape over a
//! channel: what would have been a descriptor is looked at every [`TICK`](self) instead.

#[cfg(not(unix))]
pub use elsewhere::{Interests, Source, Waiter, Waker};
#[cfg(unix)]
pub use unix::{Interests, Waiter, Waker};

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    /// Something that can be waited for.
    pub trait Source: AsFd {}
    impl<T: AsFd> Source for T {}

    /// What is waited for, gathered anew before each wait.
    #[derive(Debug, Default)]
    pub struct Interests<'fd> {
        fds: Vec<PollFd<'fd>>,
    }

    impl<'fd> Interests<'fd> {
        /// Nothing yet.
        #[must_use]
        pub fn new() -> Self {
            Self::default()
        }

        /// Wait until `source` can be read or written, as wished. With neither wish its end (hang-up) still wakes.
        pub fn add(&mut self, source: &'fd impl Source, read: bool, write: bool) {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, read);
            flags.set(PollFlags::OUT, write);
            self.fds.push(PollFd::from_borrowed_fd(source.as_fd(), flags));
        }
    }

    /// Ends a wait from any thread. Never blocks; any number of wakes before the wait count as one.
    #[derive(Clone, Debug)]
    pub struct Waker {
        shared: Arc<Shared>,
    }

    #[derive(Debug)]
    struct Shared {
        waking: UnixStream,
        pending: AtomicBool,
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
        woken: UnixStream,
        shared: Arc<Shared>,
    }

    impl Waiter {
        /// A waiter with its wake-up pair.
        ///
        /// # Errors
        /// When the process has no descriptors left.
        pub fn new() -> io::Result<Self> {
            let (woken, waking) = UnixStream::pair()?;
            woken.set_nonblocking(true)?;
            waking.set_nonblocking(true)?;
            Ok(Self { woken, shared: Arc::new(Shared { waking, pending: AtomicBool::new(false) }) })
        }

        /// What ends this waiter's waits.
        #[must_use]
        pub fn waker(&self) -> Waker {
            Waker { shared: Arc::clone(&self.shared) }
        }

        /// Waits until one of the sources is ready, the waker was used, or `timeout` is over (`None`: for ever).
        ///
        /// # Errors
        /// As `poll(2)`; an interrupted wait is no error and returns early.
        pub fn wait(&self, interests: Interests<'_>, timeout: Option<Duration>) -> io::Result<()> {
            let mut fds = interests.fds;
            fds.push(PollFd::new(&self.woken, PollFlags::IN));
            let timeout = timeout.map(|limit| Timespec {
                tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: limit.subsec_nanos().into(),
            });
            match poll(&mut fds, timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if fds.last().is_some_and(|fd| !fd.revents().is_empty()) {
                // Cleared before the byte is taken, so that a wake in between writes another one.
                self.shared.pending.store(false, Ordering::SeqCst);
                let mut sink = [0; 16];
                while matches!((&self.woken).read(&mut sink), Ok(count) if count > 0) {}
            }
            Ok(())
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;
    use std::marker::PhantomData;
    use std::time::Duration;

    use crossbeam_channel::{Receiver, Sender, bounded};

    /// How often sources are looked at where nothing can wait for them.
    const TICK: Duration = Duration::from_millis(5);

    /// Something that can be waited for.
    pub trait Source {}
    impl<T> Source for T {}

    /// What is waited for, gathered anew before each wait.
    #[derive(Debug, Default)]
    pub struct Interests<'fd> {
        any: bool,
        lifetime: PhantomData<&'fd ()>,
    }

    impl<'fd> Interests<'fd> {
        /// Nothing yet.
        #[must_use]
        pub fn new() -> Self {
            Self::default()
        }

        /// Wait until `source` can be read or written, as wished.
        pub fn add(&mut self, _source: &'fd impl Source, _read: bool, _write: bool) {
            self.any = true;
        }
    }

    /// Ends a wait from any thread. Never blocks; any number of wakes before the wait count as one.
    #[derive(Clone, Debug)]
    pub struct Waker {
        waking: Sender<()>,
    }

    impl Waker {
        /// Ends the wait in hand, or the next one.
        pub fn wake(&self) {
            let _ = self.waking.try_send(());
        }
    }

    /// The waiting side.
    #[derive(Debug)]
    pub struct Waiter {
        woken: Receiver<()>,
        waking: Sender<()>,
    }

    impl Waiter {
        /// A waiter with its wake-up channel.
        ///
        /// # Errors
        /// None here; the shape is that of Unix.
        pub fn new() -> io::Result<Self> {
            let (waking, woken) = bounded(1);
            Ok(Self { woken, waking })
        }

        /// What ends this waiter's waits.
        #[must_use]
        pub fn waker(&self) -> Waker {
            Waker { waking: self.waking.clone() }
        }

        /// Waits until it is time to look at the sources, the waker was used, or `timeout` is over (`None`: for ever).
        ///
        /// # Errors
        /// None here; the shape is that of Unix.
        pub fn wait(&self, interests: Interests<'_>, timeout: Option<Duration>) -> io::Result<()> {
            let limit = match (interests.any, timeout) {
                (true, limit) => Some(limit.map_or(TICK, |limit| limit.min(TICK))),
                (false, limit) => limit,
            };
            let _ = match limit {
                Some(limit) => self.woken.recv_timeout(limit).ok(),
                None => self.woken.recv().ok(),
            };
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "these tests are about waiting in real time")]

    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_wake_before_the_wait_ends_it_once() {
        let waiter = Waiter::new().unwrap();
        let waker = waiter.waker();
        waker.wake();
        waker.wake();
        waiter.wait(Interests::new(), Some(Duration::from_secs(30))).unwrap();
        let began = Instant::now();
        waiter.wait(Interests::new(), Some(Duration::from_millis(20))).unwrap();
        assert!(began.elapsed() >= Duration::from_millis(20), "the wakes counted as one");
        waker.wake();
        waiter.wait(Interests::new(), None).unwrap();
    }

    #[test]
    fn a_wake_from_another_thread_ends_the_wait() {
        let waiter = Waiter::new().unwrap();
        let waker = waiter.waker();
        let thread = std::thread::Builder::new().spawn(move || waker.wake()).unwrap();
        waiter.wait(Interests::new(), None).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn a_source_that_becomes_ready_ends_the_wait() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let waiter = Waiter::new().unwrap();
        let _guest = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut interests = Interests::new();
        interests.add(&listener, true, false);
        let began = Instant::now();
        waiter.wait(interests, Some(Duration::from_secs(30))).unwrap();
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
