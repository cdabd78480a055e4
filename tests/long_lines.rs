//! A line may be as long as a file: what reads it takes time in proportion to it, in every form that is tried on it.
#![allow(clippy::expect_used, reason = "a test that cannot measure has failed")]

use std::time::Duration;

use modemscope::modem::Direction;
use modemscope::modem::diagnose::Diagnoser;
use modemscope::modem::secrets::SecretFinder;
use modemscope::modem::transcript::Transcript;

/// What such a line is made of. Each took time by the square of its length, or is like one that did.
const PIECES: &[&[u8]] = &[
    b"[AT+CSQ] ",
    b"<",
    b"\x10\x0c\x00\x04MQTT\x04\xc2\x00\x3c",
    b"\"a\", ",
    b"x=\"=",
    b"('",
    b"b'AT",
    b"ATlower",
    b"AT,",
    b" ;AT",
    b"AT+CSQ;",
    b"OK\t",
    b"OK..",
    b"{\"a\":\"b c\",\"password\":\"x\"},",
    b"\\r\\n",
    b"x",
];

/// What stands in front: nothing, a log that marks both ways, a command that takes words.
const FRONTS: &[&[u8]] = &[b"", b"> AT\\r\n< OK\\r\\n\n< ", b"AT+KEY=\"", DOTTED];

/// Control characters are dots; so the long line ends in one, too.
const DOTTED: &[u8] = b"W: AT.\nR: ..OK..\nW: ";

const SHORT: usize = 2 << 10;
const TIMES: usize = 8;
/// A square would take 64 times as long.
const ENOUGH: u32 = 24;

fn line(front: &[u8], piece: &[u8], length: usize) -> Vec<u8> {
    let mut line = front.to_vec();
    line.extend(piece.iter().copied().cycle().take(length));
    if front == DOTTED {
        line.push(b'.');
    }
    line.push(b'\n');
    line
}

/// The processor time that this thread has taken.
fn taken() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    Duration::from_nanos(told.split(' ').next().and_then(|count| count.parse().ok()).expect("nanoseconds"))
}

/// Whether a long line takes no more than in proportion to a short one. A busy machine may spoil a round, not all.
fn check(what: &str, read: fn(&[u8])) {
    let time = |line: &[u8]| {
        let began = taken();
        read(line);
        taken().saturating_sub(began)
    };
    for front in FRONTS {
        for piece in PIECES {
            let (short, long) = (line(front, piece, SHORT), line(front, piece, SHORT * TIMES));
            let in_proportion = || time(&long) < time(&short).max(Duration::from_millis(1)) * ENOUGH;
            let (piece, front) = (piece.escape_ascii(), front.escape_ascii());
            assert!((0..3).any(|_| in_proportion()), "{what} of {piece} behind {front}");
        }
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "no other system tells a thread's processor time in a file")]
fn a_log_in_one_line() {
    check("a log", |line| drop(Transcript::read(line)));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "no other system tells a thread's processor time in a file")]
fn a_session_without_line_ends() {
    check("secrets and diagnoses", |line| {
        for way in [Direction::Rx, Direction::Tx] {
            let (mut finder, mut diagnoser) = (SecretFinder::default(), Diagnoser::new());
            for (at, part) in line.chunks(7).enumerate() {
                let secret = finder.find(way, part);
                let at = Some(Duration::from_millis(at as u64));
                match way {
                    Direction::Rx => diagnoser.received(part, &secret, at),
                    Direction::Tx => diagnoser.sent(part, &secret, 1, at),
                }
            }
            diagnoser.finish();
        }
    });
}
