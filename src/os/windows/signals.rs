//! What asks the program to end: Ctrl+C, Ctrl+Break, a console that is closed, `taskkill`, logging off, shutting down.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crossbeam_channel::{Sender, bounded};
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT};

use super::calls;
use super::calls::session_end::Word;

static TOLD: OnceLock<(Arc<AtomicBool>, Sender<()>)> = OnceLock::new();

/// Calls `tell` on a thread of its own with each of them; `came` is set before. A second Ctrl+C ends the program at once,
/// with the code that shells give for it.
///
/// # Errors
/// When they cannot be watched: then they end the program as they always did.
pub(crate) fn watch(came: &Arc<AtomicBool>, mut tell: impl FnMut() + Send + 'static) -> io::Result<()> {
    let (teller, told) = bounded(4);
    if TOLD.set((Arc::clone(came), teller)).is_err() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    // Both end with the process.
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        while told.recv().is_ok() {
            tell();
        }
    })?;
    std::thread::Builder::new().name("session end".into()).spawn(|| calls::session_end::listen(on_word))?;
    calls::on_console_event(on_event)
}

/// Tells of it; whether something was told before.
fn tell() -> bool {
    let Some((came, teller)) = TOLD.get() else { return false };
    let before = came.swap(true, Ordering::SeqCst);
    // A full channel tells already.
    let _ = teller.try_send(());
    before
}

/// The system ends the program when this would return, and in any case after some 5 s. The end in order is quicker.
fn until_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

fn on_word(word: Word) {
    tell();
    if word == Word::SessionEnds {
        until_the_end()
    }
}

extern "system" fn on_event(kind: u32) -> i32 {
    let second = tell();
    let interrupt = kind == CTRL_C_EVENT || kind == CTRL_BREAK_EVENT;
    if second && interrupt {
        std::process::exit(130);
    }
    if !interrupt {
        until_the_end()
    }
    1
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crossbeam_channel::RecvTimeoutError;
    use windows_sys::Win32::System::Console::CTRL_CLOSE_EVENT;

    use super::*;

    #[test]
    fn a_console_that_is_closed_tells_and_waits_for_the_end_in_order() {
        let came = Arc::default();
        let (bell, rung) = bounded(1);
        watch(&came, move || bell.send(()).unwrap()).unwrap();
        let (returned, over) = bounded(1);
        // The system's thread; it ends with the process.
        std::thread::Builder::new().spawn(move || returned.send(on_event(CTRL_CLOSE_EVENT))).unwrap();
        rung.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(came.load(Ordering::SeqCst));
        // Windows ends the program as soon as the handler returns.
        assert_eq!(over.recv_timeout(Duration::from_millis(50)), Err(RecvTimeoutError::Timeout));
    }
}
