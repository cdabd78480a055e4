//! What asks the program to end: Ctrl+C, the end of the session, the terminal that is closed.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Calls `tell` on a thread of its own with each SIGINT, SIGTERM and SIGHUP that is not ignored; `came` is set before. A second one ends the
/// program at once, with the code that shells give for Ctrl+C.
///
/// # Errors
/// When they cannot be watched: then they end the program as they always did.
pub(crate) fn watch(came: &Arc<AtomicBool>, mut tell: impl FnMut() + Send + 'static) -> io::Result<()> {
    let (mut told, teller) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)) {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(came))?;
        signal_hook::flag::register(signal, Arc::clone(came))?;
        signal_hook::low_level::pipe::register(signal, teller.try_clone()?)?;
    }
    // It ends with the process.
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        while let Ok(1..) = told.read(&mut [0]) {
            tell();
        }
    })?;
    Ok(())
}

/// `nohup` has the program live on when its terminal is closed.
fn is_ignored(signal: i32) -> bool {
    // Other systems have no such file, and no other way without unsafe code.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    signal > 0 && mask.unwrap_or(0) >> (signal - 1) & 1 == 1
}
