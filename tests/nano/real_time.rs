//! The board in real time, its PC side opened as the port of a real Nano is.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use serialport::{SerialPort, TTYPort};

use crate::board::{BOOTLOADER, Bridge, Sketch};
use crate::passthrough::FULL;

/// Reads until `expected` bytes came, or for as long as `patience`.
fn read(port: &mut TTYPort, expected: usize, patience: Duration) -> Vec<u8> {
    port.set_timeout(Duration::from_millis(20)).expect("a timeout");
    let (began, mut all) = (Instant::now(), Vec::new());
    while all.len() < expected && began.elapsed() < patience {
        let mut bytes = [0; 4096];
        match port.read(&mut bytes) {
            Ok(n) => all.extend(&bytes[..n]),
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            Err(error) => panic!("the port fails: {error}"),
        }
    }
    all
}

/// Opens the board's port at a speed, as any program does.
fn open(bridge: &Bridge, baud: u32) -> TTYPort {
    let port = serialport::new(bridge.port.to_string_lossy(), baud).open_native().expect("the port opens");
    bridge.wait_for("opened");
    port
}

#[test]
fn opening_the_port_resets_the_board_each_time() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (mut modem, modem_end) = TTYPort::pair().expect("a pty pair");
    let modem_path = modem_end.name().expect("a pty has a name");
    let bridge = Bridge::start(&sketch, folder.path(), modem_path.as_ref(), Some(BOOTLOADER));
    for time in ["first", "second"] {
        let mut port = open(&bridge, 115_200);
        port.write_all(b"AT\r").expect("written");
        assert_eq!(read(&mut modem, 1, Duration::from_millis(300)), b"", "the {time} time the bootloader swallows it");
        // On a busy machine the board's second is longer than ours, so the end of its restart is probed for.
        let arrived = (0..20).find_map(|_| {
            port.write_all(b"AT\r").expect("written");
            Some(read(&mut modem, 3, Duration::from_millis(500))).filter(|bytes| bytes == b"AT\r")
        });
        assert!(arrived.is_some(), "then the sketch passes it on");
        modem.write_all(b"\r\nOK\r\n").expect("written");
        assert_eq!(read(&mut port, 6, Duration::from_secs(5)), b"\r\nOK\r\n");
        drop(port);
        bridge.wait_for("closed");
    }
}

/// The wrong speed at the PC is heard as garbage, as on the bench, and the right one as what was sent.
#[test]
fn the_speed_of_the_port_is_the_speed_of_the_line() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (mut modem, modem_end) = TTYPort::pair().expect("a pty pair");
    let modem_path = modem_end.name().expect("a pty has a name");
    let bridge = Bridge::start(&sketch, folder.path(), modem_path.as_ref(), None);
    let mut port = open(&bridge, 9600);
    modem.write_all(b"RING\r\n").expect("written");
    let garbage = read(&mut port, 1, Duration::from_secs(5));
    assert!(!garbage.is_empty() && !garbage.starts_with(b"R"), "{garbage:?}");
    port.set_baud_rate(115_200).expect("another speed");
    read(&mut port, usize::MAX, Duration::from_millis(200));
    modem.write_all(b"RING\r\n").expect("written");
    assert_eq!(read(&mut port, 6, Duration::from_secs(5)), b"RING\r\n");
}
