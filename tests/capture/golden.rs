//! Golden captures: files that were written once and have to be read for ever, as they are told in the text beside them.
//!
//! `UPDATE_EXPECT=1` writes the texts anew, and `MODEMSCOPE_GOLDEN=1` the captures of our own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use modemscope::capture::{Record, Stamped, Writer, event_text, open};
use modemscope::modem::Direction;
use modemscope::notation;

use crate::support;
use crate::tshark::{read_by_tshark, records, started};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures").join(name)
}

/// What a capture holds: a line each record, and how it ends.
fn told(name: &str) -> String {
    let reader = open(&file(name)).unwrap().finish();
    let mut text = format!("begun {}\n", jiff::Timestamp::try_from(reader.started()).unwrap());
    let mut cursor = reader.cursor();
    while let Some(entry) = cursor.next_entry() {
        let Stamped { at, record } = entry.to_stamped();
        let told = match &record {
            Record::Data { direction, bytes, send, flaw, secret } => {
                let mark = if *direction == Direction::Tx { '>' } else { '<' };
                let mut told = format!("{mark} {}", notation::print(bytes));
                let _ = send.map(|send| write!(told, "  send {send}"));
                let _ = (*flaw != modemscope::capture::Flaw::None).then(|| write!(told, "  {flaw:?}"));
                let _ = (!secret.is_empty()).then(|| write!(told, "  masked {secret:?}"));
                told
            }
            other => format!("# {}", event_text(other)),
        };
        writeln!(text, "{:.6} {told}", at.as_secs_f64()).unwrap();
    }
    let (end, storage) = (reader.end(), reader.storage());
    writeln!(text, "{} records, {} bytes received, {} sent, {} torn", end.record, end.rx, end.tx, storage.torn)
        .unwrap();
    text
}

#[test]
fn golden_captures_are_read_as_ever() {
    expect_file!["../data/captures/every-kind.txt"].assert_eq(&told("every-kind.pcapng"));
    expect_file!["../data/captures/torn.txt"].assert_eq(&told("torn.pcapng"));
    expect_file!["../data/captures/foreign.txt"].assert_eq(&told("foreign.pcapng"));
}

#[test]
fn tshark_reads_the_golden_capture_as_ever() {
    if !support::have("tshark", "tshark") {
        return;
    }
    let read = read_by_tshark(&file("every-kind.pcapng"));
    expect_file!["../data/captures/every-kind.tshark.txt"].assert_eq(&read);
}

/// What is in the golden capture: one of every kind.
fn every_kind() -> Vec<Stamped> {
    let short = |stamped: &Stamped| !matches!(&stamped.record, Record::Data { bytes, .. } if bytes.len() > 256);
    let mut records: Vec<Stamped> = records().into_iter().filter(short).take(15).collect();
    let login = b"\x10\x1D\x00\x04MQTT\x04\xC2\x00\x3C\x00\x04dev1\x00\x04user\x00\x05pass1\x1A";
    let at = records.last().unwrap().at + std::time::Duration::from_secs(1);
    records.push(Stamped { at, record: Record::sent(9, login, Vec::new()) });
    records
}

/// The same records become the same blocks as ever; only the section header names the version that wrote them.
#[test]
fn what_is_written_is_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcapng");
    let mut writer = Writer::create(&path, started()).unwrap();
    for Stamped { at, record } in every_kind() {
        writer.append(at, record);
    }
    drop(writer);
    let written = std::fs::read(&path).unwrap();
    if std::env::var_os("MODEMSCOPE_GOLDEN").is_some() {
        std::fs::write(file("every-kind.pcapng"), &written).unwrap();
        std::fs::write(file("torn.pcapng"), written.get(..written.len() * 2 / 3).unwrap()).unwrap();
    }
    let after_header = |bytes: &[u8]| {
        let length = u32::from_le_bytes(bytes.get(4..8).unwrap().try_into().unwrap());
        bytes.get(usize::try_from(length).unwrap()..).unwrap().to_vec()
    };
    assert!(after_header(&written) == after_header(&std::fs::read(file("every-kind.pcapng")).unwrap()));
}
