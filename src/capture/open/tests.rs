//! Files of other programs: what is read of them, and what is told of the rest.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::capture::{Flaw, Record, Stamped};
use crate::modem::Direction;

/// A file in the byte order that ours has not.
#[derive(Default)]
struct Foreign(Vec<u8>);

impl Foreign {
    fn block(&mut self, kind: u32, body: &[u8]) {
        let length = u32::try_from(body.len() + 12).unwrap().to_be_bytes();
        self.0.extend([&kind.to_be_bytes(), &length, body, &length].concat());
    }

    fn section(&mut self) {
        self.block(0x0A0D_0D0A, &[&[0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0][..], &[0xFF; 8]].concat());
    }

    /// Its clock counts microseconds.
    fn interface(&mut self, link_type: u8) {
        self.block(1, &[0, link_type, 0, 0, 0, 0, 0, 0]);
    }

    fn packet(&mut self, interface: u32, ticks: u64, event: u8, payload: &[u8]) {
        let length = u32::try_from(payload.len() + 12).unwrap().to_be_bytes();
        let mut body = [&interface.to_be_bytes()[..], &ticks.to_be_bytes(), &length, &length].concat();
        body.extend([0, 0, 0, 0, 0, 0, 0, 0, event, 0, 0, 0]);
        body.extend(payload);
        body.resize(body.len().next_multiple_of(4), 0);
        self.block(6, &body);
    }

    fn opened(&self) -> Result<Reader, CaptureError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pcapng");
        std::fs::write(&path, &self.0).unwrap();
        open(&path).map(Opening::finish)
    }
}

fn all(reader: &Reader) -> Vec<Stamped> {
    let mut cursor = reader.cursor();
    std::iter::from_fn(|| cursor.next_entry().map(|entry| entry.to_stamped())).collect()
}

fn received(millis: u64, bytes: &[u8]) -> Stamped {
    Stamped { at: Duration::from_millis(millis), record: Record::received(bytes) }
}

#[test]
fn what_another_program_rewrote_big_endian_with_other_clocks_is_read() {
    let mut file = Foreign::default();
    file.section();
    file.interface(1);
    file.block(1, &[0, 250, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]);
    file.packet(1, 5_000_000_000, 1, b"AT\r");
    file.packet(1, 5_000_000_500, 3, b"");
    file.packet(0, 5_000_000_000, 2, b"not ours");
    file.block(99, &[1, 2, 3, 4]);
    file.section();
    file.interface(250);
    file.packet(0, 5_020_000, 2, b"OK");
    let reader = file.opened().unwrap();
    let (direction, bytes) = (Direction::Tx, b"AT\r".to_vec());
    let sent = Record::Data { direction, bytes, send: None, flaw: Flaw::None, secret: Vec::new() };
    let expect = [Stamped { at: Duration::ZERO, record: sent }, received(20, b"OK")];
    assert_eq!(all(&reader), expect);
    assert_eq!((reader.started(), reader.storage().torn), (UNIX_EPOCH + Duration::from_secs(5), 0));
    assert_eq!(reader.get(1).unwrap().record, expect[1].record);
    let told = "of a.pcapng 1 packet is not shown: not of a serial port (link type 250), or of a kind that is unknown here. \
                Wireshark shows them";
    assert_eq!(reader.storage().left_out(), [told]);
}

/// Interfaces stand in front of each packet, in two sections; each row is asked for by its number too, from where it stands.
#[test]
fn the_rows_of_all_interfaces_are_read() {
    let mut file = Foreign::default();
    let mut expect = Vec::new();
    for section in 0..2u64 {
        file.section();
        for number in 0..2000u32 {
            file.interface(if number % 2 == 0 { 250 } else { 1 });
            let millis = section * 2000 + u64::from(number);
            file.packet(number - number % 2, millis * 1000, 2, &number.to_le_bytes());
            expect.push(received(millis, &number.to_le_bytes()));
        }
    }
    let reader = file.opened().unwrap();
    assert_eq!(all(&reader), expect);
    for index in [0, 255, 256, 257, 300, 1999, 2001, 2500, 3999] {
        assert_eq!(*reader.get(index).unwrap(), expect[usize::try_from(index).unwrap()], "{index}");
    }
    assert_eq!(reader.storage().left_out(), [""; 0]);
}

#[test]
fn packets_without_a_row_and_times_that_go_back_are_counted() {
    let mut file = Foreign::default();
    file.section();
    file.interface(250);
    file.packet(0, 9_000_000, 2, b"first");
    file.packet(7, 9_000_000, 2, b"of an interface that nobody described");
    file.packet(0, 9_000_000, 99, b"of an event that nobody knows");
    file.block(3, &[0, 0, 0, 1, b'x', 0, 0, 0]);
    file.block(6, &[0; 28]);
    file.packet(0, 2_000_000, 2, b"by a clock that was set back");
    file.packet(0, 9_500_000, 2, b"later");
    let reader = file.opened().unwrap();
    let expect = [received(0, b"first"), received(0, b"by a clock that was set back"), received(500, b"later")];
    assert_eq!(all(&reader), expect);
    let told = [
        "of a.pcapng 4 packets are not shown: not of a serial port (link type 250), or of a kind that is unknown here. \
         Wireshark shows them",
        "in a.pcapng the time goes back at 1 record: a clock was set, or files were put together. The order is that of the \
         file; such a record is shown at the time of the one before it",
    ];
    assert_eq!(reader.storage().left_out(), told);
}

#[test]
fn what_comes_before_the_first_serial_packet_may_be_long() {
    let mut file = Foreign::default();
    file.section();
    file.interface(1);
    for _ in 0..20 {
        file.packet(0, 1_000_000, 2, &vec![0; 60_000]);
    }
    assert!(matches!(file.opened(), Err(CaptureError::NotSerial { .. })));
    file.interface(250);
    file.packet(1, 7_000_000, 2, b"OK");
    let reader = file.opened().unwrap();
    assert_eq!(all(&reader), [received(0, b"OK")]);
    assert_eq!(reader.started(), UNIX_EPOCH + Duration::from_secs(7));
}

/// A window opens it, and cannot wait for all of a large file of something else.
#[test]
fn what_comes_before_the_first_serial_packet_is_not_read_to_any_length() {
    let mut file = Foreign::default();
    file.section();
    file.interface(1);
    (0..20).for_each(|_| file.packet(0, 1_000_000, 2, &vec![0; 1 << 20]));
    file.interface(250);
    file.packet(1, 7_000_000, 2, b"OK");
    let refused = file.opened().map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("in its first 16 MiB"), "{refused}");
}
