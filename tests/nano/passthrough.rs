//! What the passthrough sketches carry, on virtual time.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::board::{Board, Heard, Sketch};

pub const FULL: &str = "assets/arduino/modemscope_passthrough/modemscope_passthrough.ino";
pub const MINIMAL: &str = "assets/arduino/modemscope_passthrough_minimal/modemscope_passthrough_minimal.ino";

/// Long enough for 1461 bytes at 9600 baud (1.53 s).
const ENOUGH: Duration = Duration::from_millis(1700);

/// The text of a sketch.
pub fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).expect("the sketch can be read")
}

fn full() -> Option<Board> {
    Some(started(Board::start(&Sketch::compile(FULL)?)))
}

/// The ten-line sketch, both sides at 9600 unless told otherwise.
fn minimal() -> Option<Board> {
    let mut board = Board::start(&Sketch::compile(MINIMAL)?);
    board.set("pc-baud 9600");
    Some(started(board))
}

/// Past `setup`, and nothing said: neither sketch prints anything of its own.
fn started(mut board: Board) -> Board {
    let heard = board.run(Duration::from_millis(50));
    assert_eq!((heard.pc, heard.modem), (vec![], vec![]), "a passthrough says nothing of its own");
    board
}

/// The largest payload of `AT+CIPSEND` and the byte that ends it, all values in it.
fn payload() -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..1460_u32).map(|i| (i * 167 + i / 256 * 13).to_le_bytes()[0]).collect();
    bytes.push(0x1a);
    bytes
}

fn every_value() -> Vec<u8> {
    (0..=255).collect()
}

fn check_all_arrived(heard: &Heard, at_pc: &[u8], at_modem: &[u8], case: &str) {
    assert_eq!(first_difference(&heard.modem, at_modem), None, "{case}: at the modem");
    assert_eq!(first_difference(&heard.pc, at_pc), None, "{case}: at the PC");
    assert_eq!((heard.bad, heard.overruns), (0, 0), "{case}: bytes without a stop bit, bytes dropped");
}

/// Where two strings of bytes part, and what follows there.
fn first_difference(found: &[u8], expected: &[u8]) -> Option<String> {
    if found == expected {
        return None;
    }
    let at = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let part = |bytes: &[u8]| hex::encode(&bytes[at..bytes.len().min(at + 8)]);
    Some(format!(
        "from byte {at} on: {} instead of {} ({} of {} bytes)",
        part(found),
        part(expected),
        found.len(),
        expected.len()
    ))
}

#[test]
fn every_value_passes_both_ways() {
    for board in [full(), minimal()] {
        let Some(mut board) = board else { return };
        board.pc(&every_value());
        let up = board.run(Duration::from_millis(400));
        check_all_arrived(&up, &[], &every_value(), "to the modem");
        board.modem(&every_value());
        let down = board.run(Duration::from_millis(400));
        check_all_arrived(&down, &every_value(), &[], "to the PC");
    }
}

#[test]
fn both_directions_at_once() {
    let Some(mut board) = full() else { return };
    let answer: Vec<u8> = payload().into_iter().rev().collect();
    board.pc(&payload());
    board.modem(&answer);
    let heard = board.run(ENOUGH);
    check_all_arrived(&heard, &answer, &payload(), "full duplex");
    assert!(heard.unused_ram >= 200, "the stack has {} bytes left", heard.unused_ram);
}

#[test]
fn the_largest_payload_goes_in_one_burst() {
    let Some(mut board) = full() else { return };
    let mut burst = b"AT+CIPSEND\r".to_vec();
    burst.extend(payload());
    board.pc(&burst);
    let heard = board.run(ENOUGH);
    check_all_arrived(&heard, &[], &burst, "1460 + 0x1A at 115200 into 9600");
    // The ring went round: the next burst is as good.
    board.pc(&burst);
    let heard = board.run(ENOUGH);
    check_all_arrived(&heard, &[], &burst, "once more");
    assert!(!heard.light, "nothing was lost, so the light L stays off");
}

/// More than the ring holds is lost at its end, not in its middle, and the light says so.
#[test]
fn too_large_a_burst_loses_its_end() {
    let Some(mut board) = full() else { return };
    let burst: Vec<u8> = payload().into_iter().cycle().take(2200).collect();
    board.pc(&burst);
    let heard = board.run(Duration::from_millis(2400));
    assert!((1536 + 63..2200).contains(&heard.modem.len()), "{} bytes arrived", heard.modem.len());
    assert_eq!(first_difference(&heard.modem[..1536 + 63], &burst[..1536 + 63]), None);
    assert!(heard.light, "the light L says that bytes may be lost");
    board.pc(b"AT\r");
    let heard = board.run(Duration::from_millis(20));
    assert_eq!(heard.modem, b"AT\r", "and it works on");
}

#[test]
fn echo_does_not_harm_what_is_sent() {
    for delay in [0, 300, 1000, 5000] {
        let Some(mut board) = full() else { return };
        board.set(&format!("echo {delay}"));
        board.pc(&payload());
        let heard = board.run(ENOUGH);
        check_all_arrived(&heard, &payload(), &payload(), &format!("echo after {delay} µs"));
    }
}

#[test]
fn a_late_answer_may_come_while_sending() {
    let Some(mut board) = full() else { return };
    let urc = b"\r\n+CMTI: \"SM\",3\r\n";
    board.pc(&payload());
    let mut heard = Heard::default();
    for _ in 0..10 {
        board.modem(urc);
        let more = board.run(ENOUGH / 10);
        heard.pc.extend(more.pc);
        heard.modem.extend(more.modem);
        (heard.bad, heard.overruns) = (more.bad, more.overruns);
    }
    check_all_arrived(&heard, &urc.repeat(10), &payload(), "URCs while sending");
}

#[test]
fn a_modem_clock_that_is_off_by_two_percent() {
    for off in [0.98, 1.02] {
        let Some(mut board) = full() else { return };
        board.set(&format!("modem-baud {}", 9600.0 * off));
        board.pc(&payload());
        board.modem(&payload());
        let heard = board.run(ENOUGH);
        check_all_arrived(&heard, &payload(), &payload(), &format!("modem at {off} of 9600"));
    }
}

/// A modem that is switched off pulls its line low: that is one byte, not a flood.
#[test]
fn a_line_that_stays_low_is_one_byte() {
    let Some(mut board) = full() else { return };
    board.set("jumper on");
    board.pc(b"looped back");
    assert_eq!(board.run(Duration::from_millis(50)).pc, b"looped back", "D7 joined to D8");
    board.set("jumper off");
    board.set("modem-baud 50");
    board.modem(&[0]);
    let heard = board.run(Duration::from_millis(190));
    assert_eq!(heard.pc, [0], "180 ms low, as long as 188 bytes at 9600 baud");
    board.run(Duration::from_millis(100));
    board.set("modem-baud 9600");
    board.modem(b"OK");
    assert_eq!(board.run(Duration::from_millis(20)).pc, b"OK");
}

/// Opening the port of a Nano resets it; the bootloader then listens for more than a second and swallows what is sent.
#[test]
fn the_bootloader_swallows_what_comes_within_two_seconds() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    let mut board = Board::start_with_bootloader(&sketch);
    board.run(Duration::from_millis(100));
    board.pc(b"AT\r");
    let heard = board.run(Duration::from_millis(200));
    assert_eq!(heard.modem, b"", "the bootloader passes nothing on");
    board.set("reset");
    assert_eq!(board.run(Duration::from_secs(2)).modem, b"");
    board.pc(b"AT\r");
    let heard = board.run(Duration::from_millis(20));
    assert_eq!(heard.modem, b"AT\r", "two seconds after a reset the sketch runs");
}

/// What the ten-line sketch is good for, and what not: the figures behind the advice in `docs/nano.md`.
#[test]
fn the_minimal_sketch_is_half_duplex_at_equal_speeds() {
    let Some(mut board) = minimal() else { return };
    board.pc(&payload());
    check_all_arrived(&board.run(ENOUGH), &[], &payload(), "1460 + 0x1A, 9600 on both sides");

    let Some(mut board) = minimal() else { return };
    board.set("echo 500");
    board.pc(&payload());
    let heard = board.run(ENOUGH);
    assert!(
        (700..1200).contains(&heard.modem.len()),
        "echo destroys the payload: {} of 1461 arrive",
        heard.modem.len()
    );
}

#[test]
fn the_sketches_leave_room() {
    let (Some(full), Some(minimal)) = (Sketch::compile(FULL), Sketch::compile(MINIMAL)) else { return };
    eprintln!("{}\n{}", full.sizes, minimal.sizes);
    assert_eq!((full.warnings.as_str(), minimal.warnings.as_str()), ("", ""), "the compiler has nothing to say");
    let (flash, ram) = full.flash_and_ram();
    assert!(flash < 2500 && ram < 1780, "{}", full.sizes);
    let (flash, ram) = minimal.flash_and_ram();
    assert!(flash < 3200 && ram < 320, "{}", minimal.sizes);
}

/// Speeds that cannot work are refused by the compiler, with a sentence that says what to write.
#[test]
fn impossible_speeds_do_not_compile() {
    for (pc, modem, said) in [
        (115_200, 57_600, "MODEM_BAUD must be from 300 to 19200"),
        (9600, 19_200, "PC_BAUD must not be below MODEM_BAUD"),
        (230_400, 9600, "The Nano cannot make this PC_BAUD"),
        (1_000_000, 9600, "PC_BAUD must not be above 250000"),
    ] {
        let text = source(FULL)
            .replace("PC_BAUD = 115200;", &format!("PC_BAUD = {pc};"))
            .replace("MODEM_BAUD = 9600;", &format!("MODEM_BAUD = {modem};"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("impossible.ino");
        fs::write(&path, text).expect("the sketch is written");
        let Some(compiled) = Sketch::try_compile(&path) else { return };
        let error = compiled.err().unwrap_or_else(|| panic!("{pc} and {modem} compile"));
        assert!(error.contains(said), "{pc} and {modem}: {error}");
    }
}
