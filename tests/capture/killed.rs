//! SIGKILL at any moment: what is on disk is an exact prefix of what was read, at most 20 ms short of it, and nothing that
//! was shown is missing.
//!
//! The child reads a pipe as the worker reads a port, and tells on another pipe what a reader of the capture sees. The
//! parent holds the pipe's read end too, so it can count what the child has taken.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use modemscope::capture::{Record, Writer, open};
use modemscope::modem::Direction;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::device::{Pace, pattern};
use crate::{child, in_child};

const TEST: &str = "killed::a_kill_at_any_moment_leaves_an_exact_prefix";
const CAPTURE: &str = "MODEMSCOPE_TEST_KILLED";

/// What was read this long before the kill has to be in the file.
const MAY_MISS: Duration = Duration::from_millis(if cfg!(debug_assertions) { 60 } else { 20 });

/// How much the child had read, and when.
type Taken = Vec<(Instant, usize)>;

#[test]
fn a_kill_at_any_moment_leaves_an_exact_prefix() {
    if let Some(path) = in_child(CAPTURE) {
        capture_standard_input(&path);
        return;
    }
    let kills = std::env::var("MODEMSCOPE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(25);
    let mut most = 0;
    for number in 0..kills {
        let pace = if number % 5 == 4 { Pace::KILOBYTE } else { Pace::MEGABYTE };
        // Spread over 20 to 220 ms, no two alike.
        let after = Duration::from_micros(20_000 + (number * 7919 % 200_000));
        most = most.max(kill_once(pace, after));
    }
    println!("{kills} kills: at most {most} bytes that were read were not in the file");
}

/// Runs the child, kills it, and gives how many bytes it had read (at least) that are not in the file.
fn kill_once(pace: Pace, after: Duration) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let (input, mut feed) = pipe().unwrap();
    let (mut shown, tell) = pipe().unwrap();
    let keeper = input.try_clone().unwrap();
    let mut command = child(TEST, CAPTURE, &path);
    command.stdin(Stdio::from(input)).stdout(Stdio::from(tell)).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    drop(command);
    wait_for_header(&mut shown);
    let mut taken = feed_for(&mut feed, &keeper, pace, after);
    let killed = now();
    process.kill().unwrap();
    process.wait().unwrap();
    drop(feed);
    let read = taken.pop().unwrap().1;
    let must = taken.iter().rev().find(|(at, _)| *at + MAY_MISS <= killed).map_or(0, |(_, count)| *count);
    let reader = open(&path).unwrap().finish();
    let mut bytes = Vec::new();
    let mut cursor = reader.cursor();
    while let Some(entry) = cursor.next_entry() {
        if let Record::Data { bytes: chunk, direction: Direction::Rx, .. } = entry.to_stamped().record {
            bytes.extend(chunk);
        }
    }
    assert!(bytes == pattern(0, bytes.len()), "not a prefix of what was sent");
    assert!(
        bytes.len() >= must,
        "{must} bytes were read {MAY_MISS:?} before the kill, {} are in the file",
        bytes.len()
    );
    let last_shown = last_told(shown);
    assert!(last_shown <= bytes.len() as u64, "{last_shown} bytes were shown, {} are in the file", bytes.len());
    read.saturating_sub(bytes.len())
}

/// Feeds for this long; the last entry is taken when that is over.
fn feed_for(feed: &mut PipeWriter, keeper: &PipeReader, pace: Pace, time: Duration) -> Taken {
    #![expect(clippy::disallowed_methods, reason = "this is the pace of a serial line")]
    let start = now();
    let mut taken = Taken::new();
    let mut written = 0;
    let mut due = start;
    loop {
        let unread = usize::try_from(rustix::io::ioctl_fionread(keeper).unwrap()).unwrap();
        taken.push((now(), written - unread));
        if start.elapsed() >= time {
            return taken;
        }
        feed.write_all(&pattern(written, pace.chunk)).unwrap();
        written += pace.chunk;
        due += pace.every;
        std::thread::sleep(due.saturating_duration_since(now()));
    }
}

#[expect(clippy::disallowed_methods, reason = "what was read when is the point of this test")]
fn now() -> Instant {
    Instant::now()
}

/// The test runner of the child prints a line or two before the child's part begins: it ends them with 0xFF.
fn wait_for_header(shown: &mut PipeReader) {
    let mut byte = [0];
    while byte != [0xFF] {
        let ready = [PollFd::new(shown, PollFlags::IN)];
        let within = Timespec { tv_sec: 20, tv_nsec: 0 };
        assert_eq!(poll(&mut ready.clone(), Some(&within)).unwrap(), 1, "the child did not start within 20 s");
        shown.read_exact(&mut byte).expect("the child starts");
    }
}

fn last_told(mut shown: PipeReader) -> u64 {
    let mut told = Vec::new();
    shown.read_to_end(&mut told).unwrap();
    told.chunks_exact(8).last().map_or(0, |number| u64::from_le_bytes(number.try_into().unwrap()))
}

fn capture_standard_input(path: &Path) {
    #![expect(clippy::disallowed_methods, reason = "the child stamps what it reads, as the worker does")]
    let mut writer = Writer::create(path, SystemTime::now()).unwrap();
    let reader = writer.reader();
    let (bell, rung) = crossbeam_channel::bounded(1);
    reader.ring(bell);
    std::io::stdout().write_all(&[0xFF]).and_then(|()| std::io::stdout().flush()).unwrap();
    std::thread::Builder::new()
        .spawn(move || {
            let mut out = std::io::stdout().lock();
            while rung.recv().is_ok() {
                if out.write_all(&reader.end().rx.to_le_bytes()).and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
        })
        .unwrap();
    let start = Instant::now();
    let mut buffer = vec![0; 65_536];
    while let Ok(count @ 1..) = std::io::stdin().read(&mut buffer) {
        writer.append(start.elapsed(), Record::received(buffer.get(..count).unwrap_or_default()));
    }
}
