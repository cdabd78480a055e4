//! Waits by `poll(2)`.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::os::unix::wait::Interest;

/// Waits until one of them is ready, or `timeout` is over. With no wish its end still wakes.
pub(in crate::os) fn wait(list: &mut [Interest<'_>], timeout: Option<Duration>) -> io::Result<()> {
    let wish = |interest: &Interest<'_>| {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, interest.read);
        flags.set(PollFlags::OUT, interest.write);
        flags
    };
    let mut fds: Vec<PollFd<'_>> = list.iter().map(|one| PollFd::from_borrowed_fd(one.fd, wish(one))).collect();
    let timeout = timeout.map(|limit| Timespec {
        tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: limit.subsec_nanos().into(),
    });
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    for (interest, fd) in list.iter_mut().zip(&fds) {
        interest.ready = !fd.revents().is_empty();
    }
    Ok(())
}
