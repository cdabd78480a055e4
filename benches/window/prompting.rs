//! A modem that prompts, at the far end of a pseudo terminal: it answers `AT+CIPSEND` and the text, and floods the line
//! if told so. And how fast it was answered, from a capture.
//!
//! Both times are those of the capture: the worker stamps a chunk when `read` returned and when `write` returned.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use modemscope::capture::{Reader, Record};
use modemscope::modem::Direction;
use rustix::fs::{Mode, OFlags};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// The far end. Dropping it ends the flood and hangs up.
pub struct Modem {
    pub path: String,
    heard: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    /// Without it the line would hang up whenever the program closes it.
    _keeper: OwnedFd,
}

impl Modem {
    /// A modem that repeats `flood` for ever, as fast as the line takes it; nothing where it is empty.
    pub fn start(flood: Vec<u8>) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pty");
        fcntl_setfd(&master, FdFlags::CLOEXEC).expect("a pty");
        grantpt(&master).expect("a pty");
        unlockpt(&master).expect("a pty");
        let path = OsString::from_vec(ptsname(&master, Vec::new()).expect("a name").into_bytes());
        let keeper = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty());
        let keeper = keeper.expect("its device opens");
        let mut termios = tcgetattr(&keeper).expect("it is a terminal");
        termios.make_raw();
        tcsetattr(&keeper, OptionalActions::Now, &termios).expect("it can be raw");
        let master = File::from(master);
        let writer = Arc::new(Mutex::new(master.try_clone().expect("a descriptor")));
        let (heard, sent, stop) = (Arc::default(), Arc::default(), Arc::default());
        let modem = Self { path: path.into_string().expect("a plain path"), heard, sent, stop, _keeper: keeper };
        if !flood.is_empty() {
            modem.flood(Arc::clone(&writer), flood);
        }
        modem.answer(master, writer);
        modem
    }

    /// Bytes that came from the program.
    #[allow(dead_code, reason = "one of the users asks")]
    pub fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Bytes of the flood so far.
    #[allow(dead_code, reason = "one of the users asks")]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn flood(&self, writer: Arc<Mutex<File>>, flood: Vec<u8>) {
        let (sent, stop) = (Arc::clone(&self.sent), Arc::clone(&self.stop));
        let work = move || {
            while !stop.load(Ordering::Relaxed) && writer.lock().expect("a writer").write_all(&flood).is_ok() {
                sent.fetch_add(flood.len() as u64, Ordering::Relaxed);
            }
        };
        std::thread::Builder::new().name("flood".into()).spawn(work).expect("a thread");
    }

    fn answer(&self, mut master: File, writer: Arc<Mutex<File>>) {
        let count = Arc::clone(&self.heard);
        let work = move || {
            let mut last = None;
            let mut buffer = vec![0; 65_536];
            while let Ok(length @ 1..) = master.read(&mut buffer) {
                count.fetch_add(length as u64, Ordering::Relaxed);
                last = buffer.get(length - 1).copied().or(last);
                let answer: &[u8] = match last {
                    Some(b'\r') => b"\r\n> ",
                    Some(0x1A) => b"\r\nSEND OK\r\n",
                    _ => continue,
                };
                if writer.lock().expect("a writer").write_all(answer).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("modem".into()).spawn(work).expect("a thread");
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What floods the line in the figures: 64 bytes a line.
pub fn talk() -> Vec<u8> {
    b"+CSQ: 20,0 and more of what a flood is made of, 64 bytes a line\r\n".repeat(60)
}

#[allow(dead_code, reason = "one of the users asks")]
/// From the last received chunk in front of each text to the text, sorted.
pub fn reactions(reader: &Reader) -> Vec<Duration> {
    let mut cursor = reader.cursor();
    let mut heard = None;
    let mut times = Vec::new();
    while let Some(entry) = cursor.next_entry() {
        let stamped = entry.to_stamped();
        let Record::Data { direction, bytes, .. } = stamped.record else { continue };
        match direction {
            Direction::Rx if memchr::memmem::find(&bytes, b"> ").is_some() => heard = Some(stamped.at),
            Direction::Tx if bytes.ends_with(b"hello\x1A") => {
                times.extend(heard.map(|at| stamped.at.saturating_sub(at)));
            }
            _ => {}
        }
    }
    times.sort();
    times
}
