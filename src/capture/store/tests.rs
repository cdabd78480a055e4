//! What goes in comes out: in memory, in a file, torn, on a full disk.

use proptest::prelude::*;

use super::*;
use crate::capture::{Flaw, LineStates, Mark, Record, Writer, open, pcapng};

fn started() -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(1_700_000_000_123_456)
}

fn all(reader: &Reader) -> Vec<Stamped> {
    let mut cursor = reader.cursor();
    std::iter::from_fn(|| cursor.next_entry().map(|entry| entry.to_stamped())).collect()
}

fn some_records() -> Vec<Stamped> {
    let data = |direction, bytes: &[u8], send, flaw| Record::Data {
        direction,
        bytes: bytes.to_vec(),
        send,
        flaw,
        secret: Vec::new(),
    };
    let every_byte: Vec<u8> = (0..=255).collect();
    let lines = LineStates { cts: true, ri: true, dtr: true, ..LineStates::default() };
    let all_lines = LineStates { cts: true, dsr: true, dcd: true, ri: true, dtr: true, rts: true };
    let lost = |direction, bytes| Record::Lost { direction, bytes, why: "overrun: the driver".to_owned() };
    [
        Record::Note("opened /dev/ttyUSB0 9600 8N1 ▸ ünïcode".to_owned()),
        Record::Lines(lines),
        data(Direction::Tx, b"AT\r", Some(7), Flaw::None),
        data(Direction::Rx, &every_byte, None, Flaw::None),
        data(Direction::Rx, b"", None, Flaw::Overrun),
        data(Direction::Rx, b"\0", None, Flaw::Framing),
        data(Direction::Rx, b"abc", None, Flaw::Parity),
        Record::Break(Direction::Rx),
        Record::Break(Direction::Tx),
        lost(Direction::Rx, Some(12)),
        lost(Direction::Tx, None),
        Record::Lines(all_lines),
        Record::Lines(LineStates::default()),
        Record::Step("step 2: send AT+CIPSEND".to_owned()),
        Record::Note(String::new()),
        Record::Note("macro step".to_owned()),
        Record::Note("no dialog".to_owned()),
        Record::Marked(Mark::Dialog, "opened sim:".to_owned()),
        Record::Marked(Mark::NoDialog, String::new()),
        Record::Note("ä".repeat(50_000)),
        Record::Step("y".repeat(140_000)),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, record)| Stamped { at: Duration::from_micros(number as u64 * 1_000_003), record })
    .collect()
}

#[test]
fn every_kind_of_record_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let mut memory = Writer::in_memory(started());
    let mut file = Writer::create(&path, started()).unwrap();
    let records = some_records();
    for Stamped { at, record } in &records {
        memory.append(*at, record.clone());
        file.append(*at, record.clone());
    }
    assert_eq!(all(&memory.reader()), records);
    assert_eq!(all(&file.reader()), records);
    drop(file);
    let opened = open(&path).unwrap().finish();
    assert_eq!(all(&opened), records);
    assert_eq!((opened.started(), opened.end()), (started(), memory.reader().end()));
    assert_eq!(opened.get(2).unwrap().record, records[2].record);
    assert_eq!(opened.get(99), None);
    assert_eq!(opened.storage(), Storage { path: Some(path), ..Storage::default() });
}

#[test]
fn a_long_write_becomes_several_packets_of_one_send() {
    let bytes: Vec<u8> = (0..300_000u32).map(|number| number.to_le_bytes()[0]).collect();
    let mut writer = Writer::in_memory(started());
    writer.append(Duration::ZERO, Record::sent(5, bytes.clone(), std::iter::once(131_070..131_075).collect()));
    let mut back = Vec::new();
    for stamped in all(&writer.reader()) {
        let Record::Data { bytes, send: Some(5), secret, .. } = stamped.record else { panic!("a Send") };
        for range in secret {
            assert!(bytes[range].iter().all(|byte| *byte == b'*'));
        }
        back.extend(bytes);
    }
    assert_eq!(back.len(), bytes.len());
    assert_eq!(&back[131_070..131_075], b"*****");
    assert_eq!((&back[..131_070], &back[131_075..]), (&bytes[..131_070], &bytes[131_075..]));
}

#[test]
fn a_pin_never_reaches_the_file_nor_does_its_echo() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let mut writer = Writer::create(&path, started()).unwrap();
    let mut say = |records: &[Record]| records.iter().for_each(|record| writer.append(Duration::ZERO, record.clone()));
    for key in ["AT+CPIN", "=", "7", "2", "9", "4", "\r"] {
        say(&[Record::sent(1, key, Vec::new()), Record::received(key)]);
    }
    say(&[Record::sent(2, "x=5558;5559\r", [2..4, 4..6, 8..11].into())]);
    writer.record_secrets(true);
    writer.append(Duration::ZERO, Record::sent(3, "AT+CPIN=6661\r", std::iter::once(8..12).collect()));
    drop(writer);
    let file = std::fs::read(&path).unwrap();
    let count = |text: &str| memchr::memmem::find_iter(&file, text.as_bytes()).count();
    assert_eq!((count("555"), count("6661"), count("masked: 0-1"), count("masked: 2-6 8-11")), (0, 1, 8, 1));
    let reader = open(&path).unwrap().finish();
    let sent: Vec<u8> = all(&reader)
        .into_iter()
        .filter_map(|stamped| match stamped.record {
            Record::Data { direction: Direction::Tx, bytes, .. } => Some(bytes),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(sent.escape_ascii().to_string(), "AT+CPIN=****\\rx=****;5***\\rAT+CPIN=6661\\r");
}

#[test]
fn time_never_goes_back() {
    let mut writer = Writer::in_memory(started());
    for millis in [5, 3, 9] {
        writer.append(Duration::from_millis(millis), Record::received("x"));
    }
    let times: Vec<u128> = all(&writer.reader()).iter().map(|stamped| stamped.at.as_millis()).collect();
    assert_eq!(times, [5, 5, 9]);
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    std::fs::write(&path, "mine").unwrap();
    let error = Writer::create(&path, started()).unwrap_err().to_string();
    assert!(error.contains("never overwrite: choose another name"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    #[cfg(unix)]
    {
        let link = folder.path().join("link.pcapng");
        std::os::unix::fs::symlink(folder.path().join("target"), &link).unwrap();
        assert!(Writer::create(&link, started()).is_err(), "a dangling link is not followed");
        assert!(!folder.path().join("target").exists());
    }
}

#[test]
fn what_is_no_capture_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let mut ethernet = pcapng::file_header(0);
    let place = ethernet.windows(2).position(|pair| pair == 250u16.to_le_bytes()).unwrap();
    ethernet[place] = 1;
    let section = usize::from(ethernet[4]);
    let twice = [&ethernet[..], &ethernet[section..]].concat();
    for (content, expect) in [
        (&b""[..], "a is empty"),
        (b"> AT\n< OK\n", "this one with 3E204154"),
        (b"\n\r\r\n", "its first block is not whole"),
        (&ethernet, "its link type is 1, a serial one has 250"),
        (&twice, "its link type is 1, a serial one has 250"),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    }
    let error = open(&folder.path().join("none")).unwrap_err().to_string();
    assert!(error.starts_with("cannot open "), "{error}");
}

#[test]
fn a_torn_tail_is_passed_over_at_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let mut writer = Writer::create(&path, started()).unwrap();
    let mut ends = vec![writer.reader().end()];
    for number in 0..4u8 {
        writer.append(Duration::from_millis(number.into()), Record::received(vec![number; usize::from(number) + 1]));
        ends.push(writer.reader().end());
    }
    drop(writer);
    let whole = std::fs::read(&path).unwrap();
    for length in usize::try_from(ends[0].file).unwrap()..=whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let reader = open(&path).unwrap().finish();
        let last = ends.iter().rev().find(|end| end.file <= length as u64).unwrap();
        assert_eq!(reader.end(), *last);
        assert_eq!(reader.storage().torn, length as u64 - last.file);
        assert_eq!(all(&reader).len() as u64, last.record);
        assert_eq!(std::fs::read(&path).unwrap(), whole[..length], "the file is left as it is");
    }
    let mut zeros = whole.clone();
    zeros.extend([0; 4096]);
    std::fs::write(&path, &zeros).unwrap();
    let reader = open(&path).unwrap().finish();
    assert_eq!((reader.len(), reader.storage().torn), (4, 4096), "a tail of zeros is no data");
}

#[test]
fn without_a_file_memory_is_bounded_and_the_gap_is_counted() {
    let mut writer = Writer::in_memory(started());
    let chunk = vec![b'x'; 1024 * 1024];
    for number in 0..140 {
        writer.append(Duration::from_secs(number), Record::received(chunk.clone()));
    }
    let reader = writer.reader();
    let kept = reader.end().rx;
    assert!((127 << 20..=129 << 20).contains(&kept), "{kept}");
    assert_eq!(kept + reader.storage().lost, 140 << 20);
    assert_eq!(reader.storage().missing, reader.storage().lost);
    let missing = reader.storage().missing;
    // The session ends while memory is full: what is missing is told all the same.
    drop(writer);
    let last = reader.get(reader.len() - 1).unwrap();
    assert!(matches!(last.record, Record::Lost { bytes: Some(told), .. } if told == missing), "{last:?}");
}

#[test]
fn an_old_file_is_read_while_it_is_being_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let mut writer = Writer::create(&path, started()).unwrap();
    for number in 0..3000u64 {
        writer.append(Duration::from_millis(number), Record::received(vec![b'x'; 4096]));
    }
    let end = writer.reader().end();
    drop(writer);
    let mut opening = open(&path).unwrap();
    assert!(opening.step(), "12 MiB are more than one step");
    let reader = opening.reader();
    let part = reader.end().record;
    assert!((1..3000).contains(&part) && reader.storage().opening);
    assert_eq!(all(&reader).len() as u64, part);
    while opening.step() {}
    assert_eq!((reader.end(), reader.storage().opening), (end, false));
    assert_eq!(reader.get(2999).unwrap().at, Duration::from_millis(2999));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn damage_anywhere_is_no_panic_and_no_loop(
        flips in proptest::collection::vec((0usize..2000, any::<u8>()), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pcapng");
        let mut writer = Writer::create(&path, started()).unwrap();
        for stamped in &some_records()[..14] {
            writer.append(stamped.at, stamped.record.clone());
        }
        drop(writer);
        let mut bytes = std::fs::read(&path).unwrap();
        for (place, byte) in flips {
            if let Some(place) = bytes.get_mut(place) {
                *place = byte;
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(opening) = open(&path) {
            let reader = opening.finish();
            prop_assert_eq!(all(&reader).len() as u64, reader.len());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_removed_while_it_is_written_is_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("of the session");
    std::fs::create_dir(&place).unwrap();
    let path = place.join("a.pcapng");
    let mut writer = Writer::create(&path, started()).unwrap();
    let reader = writer.reader();
    let (bell, rung) = crossbeam_channel::bounded(1);
    reader.ring(bell);
    let mut put = |number: u64| writer.append(Duration::from_millis(number), Record::received(number.to_le_bytes()));
    (0..3000).for_each(&mut put);
    std::fs::remove_dir_all(&place).unwrap();
    while reader.storage().restored.is_none() {
        put(1);
        rung.recv_timeout(Duration::from_secs(10)).expect("it is noticed");
    }
    let said = reader.storage().restored.unwrap();
    assert!(said.ends_with("a.pcapng was removed while it was written; all of it is saved there again"), "{said}");
    // Once more, with something else in its place, and the end of the session before it is noticed.
    std::fs::write(place.join("other"), "not ours").unwrap();
    std::fs::rename(place.join("other"), &path).unwrap();
    put(2);
    let end = reader.end();
    drop(writer);
    let storage = reader.storage();
    assert_eq!((storage.trouble, storage.path.as_deref()), (None, Some(place.join("a 2.pcapng").as_path())));
    assert_eq!(open(&storage.path.unwrap()).unwrap().finish().end(), end);
    assert_eq!(std::fs::read(&path).unwrap(), b"not ours");
}

#[cfg(unix)]
#[test]
fn a_removed_file_that_cannot_be_saved_again_is_told_and_one_that_was_moved_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("in/a.pcapng"), folder.path().join("b.pcapng"));
    std::fs::create_dir(folder.path().join("in")).unwrap();
    let writer = Writer::create(&path, started()).unwrap();
    std::fs::rename(&path, &moved).unwrap();
    let reader = writer.reader();
    drop(writer);
    assert_eq!((reader.storage().trouble, reader.storage().restored, path.exists()), (None, None, false));

    let writer = Writer::create(&path, started()).unwrap();
    std::fs::remove_dir_all(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in"), "a file where the folder was").unwrap();
    let reader = writer.reader();
    drop(writer);
    let trouble = reader.storage().trouble.unwrap();
    assert!(trouble.contains("cannot be saved there again"), "{trouble}");
}
