//! Waits by `select(2)`: `poll(2)` of macOS answers POLLNVAL for terminals.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsRawFd as _, RawFd};
use std::time::Duration;

use rustix::event::{FdSetElement, FdSetIter, Timespec, fd_set_insert, fd_set_num_elements, select};

use crate::os::unix::wait::Interest;

/// Waits until one of them is ready, or `timeout` is over. With no wish its end still wakes, as an exception.
pub(in crate::os) fn wait(list: &mut [Interest<'_>], timeout: Option<Duration>) -> io::Result<()> {
    let highest = list.iter().map(|one| one.fd.as_raw_fd() + 1).max().unwrap_or(0);
    let set = |wished: &dyn Fn(&Interest<'_>) -> bool| {
        let mut set = vec![FdSetElement::default(); fd_set_num_elements(list.len(), highest)];
        for one in list.iter().filter(|one| wished(one)) {
            fd_set_insert(&mut set, one.fd.as_raw_fd());
        }
        set
    };
    let mut read = set(&|one| one.read);
    let mut write = set(&|one| one.write);
    let mut except = set(&|_| true);
    let timeout = timeout.map(|limit| Timespec {
        tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: limit.subsec_nanos().into(),
    });
    match select_on(highest, &mut read, &mut write, &mut except, timeout.as_ref()) {
        Ok(()) => {}
        Err(rustix::io::Errno::INTR) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let ready: BTreeSet<RawFd> = [&read, &write, &except].into_iter().flat_map(|set| FdSetIter::new(set)).collect();
    for one in list {
        one.ready = ready.contains(&one.fd.as_raw_fd());
    }
    Ok(())
}

fn select_on(
    highest: RawFd,
    read: &mut [FdSetElement],
    write: &mut [FdSetElement],
    except: &mut [FdSetElement],
    timeout: Option<&Timespec>,
) -> Result<(), rustix::io::Errno> {
    #[expect(unsafe_code, reason = "rustix has no safe select, since a set holds raw descriptors")]
    // SAFETY: every descriptor in the sets was borrowed for as long as the list lives, and each set has room for all.
    unsafe { select(highest, Some(read), Some(write), Some(except), timeout) }.map(drop)
}
