//! A pseudo terminal: the test holds the master, the program opens the slave by its path.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// The far end of a serial line.
pub struct Pty {
    pub master: OwnedFd,
    pub path: PathBuf,
}

impl Pty {
    /// A raw pty: what is written before the program opens it is neither echoed nor lost.
    pub fn new() -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        fcntl_setfd(&master, FdFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = PathBuf::from(OsString::from_vec(ptsname(&master, Vec::new()).unwrap().into_bytes()));
        let slave = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let mut termios = tcgetattr(&slave).unwrap();
        termios.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &termios).unwrap();
        rustix::io::ioctl_fionbio(&master, true).unwrap();
        Self { master, path }
    }

    pub fn path(&self) -> String {
        self.path.to_str().unwrap().to_owned()
    }

    /// Writes all of it within `limit`.
    pub fn write_all(&self, mut bytes: &[u8], limit: Duration) {
        let until = Instant::now() + limit;
        while !bytes.is_empty() {
            assert!(Instant::now() < until, "the program did not read: {} bytes left", bytes.len());
            match rustix::io::write(&self.master, bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap(),
                Err(rustix::io::Errno::AGAIN) => self.wait(PollFlags::OUT),
                Err(error) => panic!("write to the master: {error}"),
            }
        }
    }

    /// Reads until `count` bytes are there, or `limit` is over; never more.
    pub fn read_exactly(&self, count: usize, limit: Duration) -> Vec<u8> {
        let until = Instant::now() + limit;
        let mut all = Vec::new();
        while all.len() < count && Instant::now() < until {
            let mut buffer = vec![0; (count - all.len()).min(64 * 1024)];
            match rustix::io::read(&self.master, &mut buffer[..]) {
                Ok(0) | Err(rustix::io::Errno::IO) => break,
                Ok(got) => all.extend_from_slice(buffer.get(..got).unwrap()),
                Err(rustix::io::Errno::AGAIN) => self.wait(PollFlags::IN),
                Err(error) => panic!("read from the master: {error}"),
            }
        }
        all
    }

    fn wait(&self, flags: PollFlags) {
        let limit = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        poll(&mut [PollFd::new(&self.master, flags)], Some(&limit)).unwrap();
    }
}
