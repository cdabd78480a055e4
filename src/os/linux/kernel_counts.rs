//! What the kernel counts of a descriptor and no crate has a safe call for.

#[cfg(not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64")))]
mod asked {
    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::ioctl::{Opcode, Updater, ioctl};

    use crate::os::Counts;

    /// `TIOCGICOUNT` of asm-generic/ioctls.h fills in a `struct serial_icounter_struct` of linux/serial.h: cts, dsr, rng,
    /// dcd, rx, tx, frame, overrun, parity, brk, `buf_overrun` and nine in reserve, each an int.
    const LINE_COUNTS: Opcode = 0x545D;
    /// `SIOCOUTQ` of linux/sockios.h fills in one int.
    const UNACKNOWLEDGED: Opcode = 0x5411;
    /// Room for the larger answer.
    type Answer = [u32; 20];

    /// Framing errors, overruns, parity errors, breaks and overruns of the driver's buffer, as a serial driver counts them.
    pub(in crate::os) fn line_counts(port: BorrowedFd<'_>) -> Option<Counts> {
        let [_, _, _, _, _, _, framing, overruns, parity, breaks, buffer_overruns, ..] = ask::<LINE_COUNTS>(port)?;
        Some(Counts { framing, parity, breaks, overruns, buffer_overruns })
    }

    /// Bytes that a TCP socket took and whose arrival the far side has not acknowledged.
    #[must_use]
    pub(crate) fn unacknowledged(socket: &impl AsFd) -> Option<u32> {
        let [count, ..] = ask::<UNACKNOWLEDGED>(socket.as_fd())?;
        Some(count)
    }

    fn ask<const QUESTION: Opcode>(fd: BorrowedFd<'_>) -> Option<Answer> {
        let mut answer = Answer::default();
        #[expect(unsafe_code, reason = "no crate has a safe call for these two")]
        // SAFETY: both questions only write ints to the address that is given, at most the 20 of `Answer`, whose every bit
        // pattern is valid. Who does not know the question writes nothing and returns an error. (All Linux architectures
        // but those left out above have these numbers.)
        unsafe { ioctl(fd, Updater::<QUESTION, Answer>::new(&mut answer)) }.ok()?;
        Some(answer)
    }
}

#[cfg(not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64")))]
pub(in crate::os) use asked::line_counts;
#[cfg(not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64")))]
pub(crate) use asked::unacknowledged;

/// These architectures number the question otherwise: nothing is counted.
#[cfg(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))]
pub(in crate::os) fn line_counts(_port: std::os::fd::BorrowedFd<'_>) -> Option<crate::os::Counts> {
    None
}

/// These architectures number the question otherwise: nothing is told.
#[cfg(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))]
#[must_use]
pub(crate) fn unacknowledged(_socket: &impl std::os::fd::AsFd) -> Option<u32> {
    None
}
