//! A disk without room: told at once, bridged in memory, written out when there is room, or an exact gap.
//!
//! `RLIMIT_FSIZE` stands for the disk: a soft limit can be raised again, and no rights are needed.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use modemscope::capture::{Reader, Record, Storage, Writer, open};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{child, in_child};

const ROOM: u64 = 256 * 1024;
const CAPTURE: &str = "MODEMSCOPE_TEST_FULL_DISK";

fn limit(size: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: size.or(maximum), maximum }).unwrap();
}

/// Waits until the storage is as wanted; fails after `time`.
fn wait_for(reader: &Reader, time: Duration, what: &str, wanted: impl Fn(&Storage) -> bool) -> Storage {
    #![expect(clippy::disallowed_methods, reason = "the bound of this wait")]
    let end = Instant::now() + time;
    loop {
        let storage = reader.storage();
        if wanted(&storage) {
            return storage;
        }
        assert!(Instant::now() < end, "not within {time:?}: {what}; {storage:?}");
        std::thread::yield_now();
    }
}

fn run_in_child(test: &str, work: impl Fn(&Path)) {
    if let Some(path) = in_child(CAPTURE) {
        work(&path);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = child(test, CAPTURE, &folder.path().join("a.pcapng")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn received(path: &Path) -> (Vec<u8>, Vec<Record>) {
    let (mut bytes, mut others) = (Vec::new(), Vec::new());
    let mut cursor = open(path).unwrap().finish().cursor();
    while let Some(entry) = cursor.next_entry() {
        match entry.to_stamped().record {
            Record::Data { bytes: chunk, .. } => bytes.extend(chunk),
            other => others.push(other),
        }
    }
    (bytes, others)
}

fn chunk(number: u64) -> Vec<u8> {
    number.to_le_bytes().repeat(125)
}

#[test]
fn a_full_disk_is_told_and_bridged_and_nothing_is_missing_after() {
    run_in_child("full_disk::a_full_disk_is_told_and_bridged_and_nothing_is_missing_after", |path| {
        let mut writer = Writer::create(path, SystemTime::UNIX_EPOCH).unwrap();
        let reader = writer.reader();
        limit(Some(ROOM));
        for number in 0..5000 {
            writer.append(Duration::from_millis(number), Record::received(chunk(number)));
        }
        let storage =
            wait_for(&reader, Duration::from_secs(1), "the trouble is told", |storage| storage.trouble.is_some());
        let trouble = storage.trouble.unwrap();
        assert!(trouble.ends_with("the file has reached the largest size allowed here: raise the limit (ulimit -f)"));
        assert!(storage.waiting > 4_000_000 && storage.lost == 0, "{storage:?}", storage = reader.storage());
        assert_eq!(path.metadata().unwrap().len(), ROOM, "filled to the last byte");
        let before = std::fs::read(path).unwrap();
        assert_eq!(reader.end().rx, 5_000_000, "all of it can be read meanwhile");
        assert_eq!(reader.get(4999).unwrap().record, Record::received(chunk(4999)));
        limit(None);
        wait_for(&reader, Duration::from_secs(2), "it is written out", |storage| storage.trouble.is_none());
        writer.append(Duration::from_secs(9), Record::received(chunk(5000)));
        assert_eq!(reader.storage().waiting, 0);
        drop(writer);
        let expect: Vec<u8> = (0..=5000).flat_map(chunk).collect();
        assert!(received(path) == (expect, Vec::new()), "every byte, and no gap");
        assert!(std::fs::read(path).unwrap().starts_with(&before), "what was written did not change");
    });
}

#[test]
fn when_memory_is_full_too_the_gap_is_exact() {
    run_in_child("full_disk::when_memory_is_full_too_the_gap_is_exact", |path| {
        let mut writer = Writer::create(path, SystemTime::UNIX_EPOCH).unwrap();
        let reader = writer.reader();
        limit(Some(ROOM));
        let big = vec![b'x'; 100_000];
        for number in 0..1500 {
            writer.append(Duration::from_millis(number), Record::received(big.clone()));
        }
        let lost = reader.storage().lost;
        assert!(reader.end().rx >= 64 << 20, "at least 64 MiB are bridged");
        assert!(lost > 0 && lost + reader.end().rx == 150_000_000, "{lost} {:?}", reader.end());
        limit(None);
        wait_for(&reader, Duration::from_secs(5), "it is written out", |storage| storage.trouble.is_none());
        writer.append(Duration::from_secs(9), Record::received("after"));
        drop(writer);
        let (bytes, others) = received(path);
        assert_eq!(bytes.len() as u64 + lost, 150_000_005);
        let [Record::Lost { bytes: Some(told), why, .. }] = &others[..] else { panic!("one gap record: {others:?}") };
        assert_eq!(*told, lost);
        assert!(why.contains(" to 1.499000 s ("), "{why}");
    });
}
