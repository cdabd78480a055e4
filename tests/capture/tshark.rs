//! What tshark reads in a capture is what was put in.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use modemscope::capture::{Cursor, Flaw, LineStates, Mark, Record, Stamped, Writer, open};
use modemscope::modem::Direction;

use crate::support;

pub fn started() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_250)
}

pub fn records() -> Vec<Stamped> {
    let every_byte: Vec<u8> = (0..=255).collect();
    let flawed = |flaw, bytes: &[u8]| Record::Data {
        direction: Direction::Rx,
        bytes: bytes.to_vec(),
        send: None,
        flaw,
        secret: Vec::new(),
    };
    let mut records = vec![
        Record::Note("opened sim: 9600 8N1".to_owned()),
        Record::Lines(LineStates { dtr: true, rts: true, cts: true, ..LineStates::default() }),
        Record::sent(1, "AT+CPIN=1234\r", std::iter::once(8..12).collect()),
        Record::received("AT+CPIN=1234\r"),
        Record::received("\r\nOK\r\n"),
        Record::received(every_byte),
        Record::Step("step 1 passed".to_owned()),
        flawed(Flaw::Framing, b"\0"),
        flawed(Flaw::Parity, b"x"),
        flawed(Flaw::Overrun, b"after"),
        Record::Break(Direction::Rx),
        Record::Break(Direction::Tx),
        Record::Lost { direction: Direction::Rx, bytes: Some(17), why: "the disk was full".to_owned() },
        Record::received(vec![b'z'; 65_536]),
    ];
    for number in 0..200u32 {
        records.push(Record::received(number.to_string()));
        records.push(Record::sent(u64::from(number) + 2, number.to_be_bytes(), Vec::new()));
    }
    let at = |number: usize| Duration::from_micros(number as u64 * 1_234_567);
    records.into_iter().enumerate().map(|(number, record)| Stamped { at: at(number), record }).collect()
}

fn write(path: &Path) {
    let mut writer = Writer::create(path, started()).unwrap();
    for Stamped { at, record } in records() {
        writer.append(at, record);
    }
}

fn entries(mut cursor: Cursor) -> Vec<Stamped> {
    std::iter::from_fn(|| cursor.next_entry().map(|entry| entry.to_stamped())).collect()
}

/// One line a packet, as tshark prints the fields below.
fn line(stamped: &Stamped) -> String {
    let (event, payload, comment) = match &stamped.record {
        Record::Data { direction, bytes, flaw, secret, .. } => {
            let event = match (direction, flaw) {
                (Direction::Tx, _) => 1,
                (Direction::Rx, Flaw::None) => 2,
                (Direction::Rx, Flaw::Framing) => 7,
                (Direction::Rx, Flaw::Parity) => 8,
                (Direction::Rx, Flaw::Overrun) => 10,
            };
            let comment =
                secret.first().map_or_else(String::new, |mask| format!("masked: {}-{}", mask.start, mask.end));
            (event, hex::encode(bytes), comment)
        }
        Record::Lines(_) => (0, String::new(), String::new()),
        Record::Note(text) => (0, String::new(), text.clone()),
        Record::Marked(Mark::Dialog, text) => (0, String::new(), format!("dialog,{text}")),
        Record::Marked(Mark::NoDialog, text) => (0, String::new(), format!("no dialog,{text}")),
        Record::Step(text) => (0, String::new(), format!("macro step,{text}")),
        Record::Break(Direction::Rx) => (9, String::new(), String::new()),
        Record::Break(Direction::Tx) => (9, String::new(), "sent".to_owned()),
        Record::Lost { .. } => (5, String::new(), "17 received bytes lost: the disk was full".to_owned()),
    };
    let micros = started().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() + stamped.at.as_micros();
    let time = format!("{}.{:06}000", micros / 1_000_000, micros % 1_000_000);
    format!("{time}|0x{event:02x}|{payload}|{comment}")
}

#[test]
fn tshark_reads_the_same_packets_times_directions_and_bytes() {
    if !support::have("tshark", "tshark") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    write(&path);
    let ours = entries(open(&path).unwrap().finish().cursor());
    let expect: String = ours.iter().fold(String::new(), |mut text, stamped| {
        writeln!(text, "{}", line(stamped)).unwrap();
        text
    });
    assert_eq!(ours.len(), records().len());
    similar(&read_by_tshark(&path), &expect);
}

/// A line each packet: time, event, bytes, comment.
pub fn read_by_tshark(path: &Path) -> String {
    let output = Command::new("tshark")
        .args(["-r", path.to_str().unwrap(), "-T", "fields", "-E", "separator=|"])
        .args(["-e", "frame.time_epoch", "-e", "rtacser.eventtype", "-e", "data.data", "-e", "frame.comment"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_lines_stand_in_wiresharks_places() {
    if !support::have("tshark", "tshark") {
        return;
    }
    let names = ["cts", "dsr", "dcd", "ring", "dtr", "rts"];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let mut writer = Writer::create(&path, started()).unwrap();
    for on in 0..names.len() {
        let lines = LineStates { cts: on == 0, dsr: on == 1, dcd: on == 2, ri: on == 3, dtr: on == 4, rts: on == 5 };
        writer.append(Duration::ZERO, Record::Lines(lines));
    }
    drop(writer);
    let mut tshark = Command::new("tshark");
    tshark.args(["-r", path.to_str().unwrap(), "-T", "fields", "-E", "separator= "]);
    for name in names {
        tshark.args(["-e", &format!("rtacser.{name}")]);
    }
    let output = tshark.output().unwrap();
    let expect = "1 0 0 0 0 0\n0 1 0 0 0 0\n0 0 1 0 0 0\n0 0 0 1 0 0\n0 0 0 0 1 0\n0 0 0 0 0 1\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expect);
}

#[test]
fn a_capture_that_editcap_rewrote_reads_the_same() {
    if !support::have("editcap", "wireshark-common") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, edited) = (folder.path().join("a.pcapng"), folder.path().join("b.pcapng"));
    write(&path);
    let status = Command::new("editcap").arg(&path).arg(&edited).status().unwrap();
    assert!(status.success());
    let ours = entries(open(&path).unwrap().finish().cursor());
    let theirs = open(&edited).unwrap().finish();
    assert_eq!((theirs.started(), theirs.storage().torn), (started(), 0));
    assert_eq!(entries(theirs.cursor()), ours);
}

/// Equal, and if not: the first line that differs, short.
fn similar(found: &str, expect: &str) {
    for (number, (found, expect)) in found.lines().zip(expect.lines()).enumerate() {
        let short = |text: &str| text.chars().take(300).collect::<String>();
        assert!(found == expect, "packet {}:\nfound  {}\nexpect {}", number + 1, short(found), short(expect));
    }
    assert_eq!(found.lines().count(), expect.lines().count(), "number of packets");
}
