//! A device on a pty that talks at a pace of its own, and knows afterwards how much of its talk was read.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use modemscope::capture::{Record, open};
use modemscope::modem::Direction;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};

use super::pty::Pty;

/// Everything here comes to an end within this.
pub const LIMIT: Duration = Duration::from_secs(30);

/// How fast it talks.
#[derive(Clone, Copy)]
pub struct Pace {
    pub chunk: usize,
    pub every: Duration,
}

impl Pace {
    pub const MEGABYTE: Self = Self { chunk: 1000, every: Duration::from_millis(1) };
    pub const KILOBYTE: Self = Self { chunk: 1, every: Duration::from_millis(1) };
}

pub struct Device {
    pty: Pty,
    /// Holds the program's end open, so that what it did not read can be counted when it is gone.
    keeper: OwnedFd,
    pub written: usize,
    /// How much had been read by when, while it talked.
    seen: Vec<(Instant, usize)>,
}

impl Device {
    pub fn new() -> Self {
        let pty = Pty::new();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let keeper = rustix::fs::open(&pty.path, flags, Mode::empty()).unwrap();
        Self { pty, keeper, written: 0, seen: Vec::new() }
    }

    pub fn path(&self) -> String {
        self.pty.path()
    }

    /// Says this many bytes as fast as they are taken.
    pub fn say(&mut self, count: usize) {
        self.pty.write_all(&pattern(self.written, count), LIMIT);
        self.written += count;
    }

    /// Talks for this long, at this pace or as fast as it is read.
    pub fn talk(&mut self, pace: Pace, time: Duration) {
        let start = Instant::now();
        let mut due = start;
        while start.elapsed() < time {
            self.say(pace.chunk);
            due += pace.every;
            let pause = due.saturating_duration_since(Instant::now());
            std::thread::sleep(pause);
            // Right after a write the kernel may not have passed it on yet, so that it would count as read.
            if !pause.is_zero() {
                let unread = usize::try_from(rustix::io::ioctl_fionread(&self.keeper).unwrap()).unwrap();
                self.seen.push((Instant::now(), self.written - unread));
            }
        }
    }

    /// The longest that it did not get to talk when it wanted to: the machine may keep others waiting as long.
    pub fn kept_waiting(&self) -> Duration {
        let gaps = self.seen.iter().zip(self.seen.iter().skip(1)).map(|((one, _), (next, _))| *next - *one);
        gaps.max().unwrap_or(LIMIT)
    }

    /// How much was read by then.
    pub fn read_by(&self, then: Instant) -> usize {
        self.seen.iter().rev().find(|(at, _)| *at <= then).map_or(0, |(_, read)| *read)
    }

    /// How much was read. Only when the program is gone: what waits is read away.
    pub fn read(&self) -> usize {
        let mut unread = 0;
        let mut buffer = [0; 4096];
        let patience = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        while poll(&mut [PollFd::new(&self.keeper, PollFlags::IN)], Some(&patience)).unwrap() > 0 {
            unread += rustix::io::read(&self.keeper, &mut buffer[..]).unwrap();
        }
        self.written - unread
    }
}

/// No byte is what its neighbours let expect, so that a hole or a doubled part shows.
pub fn pattern(from: usize, count: usize) -> Vec<u8> {
    (from..from + count).map(|place| (place.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect()
}

/// The received bytes of a capture file, after a look that they are what the device said, in order and without a hole.
pub fn captured(path: &std::path::Path) -> usize {
    let mut cursor = open(path).unwrap().finish().cursor();
    let mut bytes = Vec::new();
    while let Some(entry) = cursor.next_entry() {
        match entry.to_stamped().record {
            Record::Data { bytes: chunk, direction: Direction::Rx, .. } => bytes.extend(chunk),
            lost @ Record::Lost { .. } => panic!("{lost:?}"),
            _ => {}
        }
    }
    assert!(bytes == pattern(0, bytes.len()), "not a prefix of what was said");
    bytes.len()
}
