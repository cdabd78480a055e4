//! A modem on a pty that answers at one rate only: it looks at the rate that the program has set.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::termios::tcgetattr;

use super::pty::Pty;

const LIMIT: Duration = Duration::from_secs(30);

/// At its rate it answers every AT, elsewhere it gives what a wrong rate gives.
pub struct Modem {
    pub path: String,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Modem {
    pub fn at(rate: u32) -> Self {
        let pty = Pty::new();
        let (path, ended) = (pty.path(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&ended);
        let work = move || answer(&pty, rate, &told);
        let thread = std::thread::Builder::new().name("modem".to_owned()).spawn(work).unwrap();
        Self { path, ended, thread: Some(thread) }
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(pty: &Pty, rate: u32, ended: &AtomicBool) {
    let mut asked = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        asked.extend(pty.read_exactly(1, Duration::from_millis(20)));
        if asked.ends_with(b"\r") {
            // The rate is that of the moment the bytes are there; a pty hands both ends the same one.
            let right = tcgetattr(&pty.master).unwrap().output_speed() == rate;
            pty.write_all(if right { b"AT\r\r\nOK\r\n" } else { b"\xFE\x80\x1C" }, LIMIT);
            asked.clear();
        }
    }
}
