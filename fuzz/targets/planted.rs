//! A secret planted in a session, in one of the known ways, between any other bytes: it is in no capture.

use std::time::{Duration, SystemTime};

use modemscope::capture::{Record, Writer};
use modemscope::modem::Direction;
use modemscope::notation::{Mode, parse};

/// The ways of one step.
fn ways() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../../tests/data/secrets/ways.txt").lines();
    lines.filter_map(|line| line.strip_prefix("file > ")).filter(|way| !way.contains(" | ") && !way.contains("{mqtt"))
}

pub fn run(data: &[u8]) {
    let Some((&[way, cut], rest)) = data.split_first_chunk() else { return };
    let Some((seed, noise)) = rest.split_first_chunk::<8>() else { return };
    let digits = seed.iter().map(|byte| char::from(b'0' + byte % 10)).collect::<String>();
    let letters = seed.iter().map(|byte| char::from(b'a' + byte % 26)).collect::<String>();
    let ways: Vec<&str> = ways().collect();
    let way = ways[usize::from(way) % ways.len()];
    let secret = if way.contains("{pin}") { &digits } else { &letters };
    let planted = parse(&way.replace("{pin}", &digits).replace("{word}", &letters), Mode::Mixed).expect("notation");
    let (before, after) = noise.split_at(noise.len() / 2);
    let sent = [before, b"\r\n", &planted, b"\r\n", after].concat();
    if memchr::memmem::find(noise, secret.as_bytes()).is_some() {
        return;
    }
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    for (number, piece) in sent.chunks(usize::from(cut).max(1)).enumerate() {
        writer.append(Duration::ZERO, Record::sent(number as u64, piece, Vec::new()));
        writer.append(Duration::ZERO, Record::received(after.get(..piece.len()).unwrap_or(after)));
    }
    let kept = writer.reader().bytes(Direction::Tx, 0..u64::MAX);
    assert_eq!(kept.len(), sent.len());
    assert!(memchr::memmem::find(&kept, secret.as_bytes()).is_none(), "{way}: {}", String::from_utf8_lossy(&kept));
}
