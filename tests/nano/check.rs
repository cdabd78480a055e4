//! The passthrough check against compiled sketches and the simulated modem, all on virtual time.

use std::time::Duration;

use modemscope::modem::passthrough::{Check, Input, Report, Verdict, Way};
use modemscope::simulator::{self, Modem, Output, Profile};

use crate::board::{Board, Sketch, compiled};
use crate::desk::BOOTED;
use crate::passthrough::{FULL, MINIMAL, source};

const STEP: Duration = Duration::from_millis(5);

/// The sketch of the tutorials: a delay in its loop.
const UPDATE_SERIAL: &str = r#"
#include <SoftwareSerial.h>
SoftwareSerial mySerial(8, 7);
void setup() {
  Serial.begin(9600);
  mySerial.begin(9600);
}
void updateSerial() {
  delay(500);
  while (Serial.available()) mySerial.write(Serial.read());
  while (mySerial.available()) Serial.write(mySerial.read());
}
void loop() { updateSerial(); }
"#;

/// Runs a check to its end.
fn run(sketch: &Sketch, way: Way, baud: u32) -> Report {
    let mut board = Board::start(sketch);
    board.set(&format!("pc-baud {baud}"));
    if way == Way::Jumper {
        board.set("jumper on");
    }
    let mut modem = Modem::new(Profile::default(), 1);
    modem.handle_input(simulator::Input::Tick, BOOTED);
    while modem.poll_output().is_some() {}

    let mut now = Duration::from_millis(100);
    board.run(now);
    let mut check = Check::new(way, baud, now);
    while check.report().is_none() {
        assert!(now < Duration::from_mins(2), "still at: {}", check.progress());
        if let Some(burst) = check.poll_output() {
            board.set(&format!("pc {} {}", hex::encode(&burst.bytes), burst.gap.as_micros()));
        }
        let heard = board.run(STEP);
        now += STEP;
        if way == Way::Echo {
            modem.handle_input(simulator::Input::Uart(&heard.modem), BOOTED + now);
            while let Some(output) = modem.poll_output() {
                if let Output::Uart(bytes) = output {
                    board.modem(&bytes);
                }
            }
        }
        let input = if heard.pc.is_empty() { Input::Tick } else { Input::Received(&heard.pc) };
        check.handle_input(input, now);
    }
    check.report().expect("a report")
}

#[test]
fn the_check_finds_nothing_wrong_with_our_sketch() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    for way in [Way::Echo, Way::Jumper] {
        let report = run(&sketch, way, 115_200);
        assert_eq!(report.verdict, Verdict::Carries, "{way:?}: {:#?}", report.rows);
        assert_eq!(report.rows.last().map(|row| row.returned), Some(1461));
    }
}

#[test]
fn the_check_knows_the_minimal_sketch() {
    let Some(sketch) = Sketch::compile(MINIMAL) else { return };
    let report = run(&sketch, Way::Echo, 9600);
    assert_eq!(report.verdict, Verdict::HalfDuplex, "{:#?}", report.rows);
    let report = run(&sketch, Way::Jumper, 9600);
    assert_eq!(report.verdict, Verdict::Silent(Way::Jumper), "{:#?}", report.rows);
    let report = run(&sketch, Way::Echo, 115_200);
    assert!(matches!(report.verdict, Verdict::Garbled | Verdict::Silent(_)), "wrong speed at the PC: {report:#?}");
}

#[test]
fn the_check_knows_legs_of_different_speed() {
    let text = source(MINIMAL).replace("Serial.begin(9600)", "Serial.begin(115200)");
    let Some(sketch) = compiled("legs_differ.ino", &text) else { return };
    let report = run(&sketch, Way::Echo, 115_200);
    assert_eq!(report.verdict, Verdict::LegsDiffer, "{:#?}", report.rows);
}

/// Without a ring of its own a sketch has the 63 bytes that Arduino's Serial keeps; with one of 64 it has both.
#[test]
fn the_check_knows_a_small_ring() {
    for (ring, lasts) in [(1, 60..80), (64, 120..150)] {
        let text = source(FULL).replace("RING_SIZE = 1536;", &format!("RING_SIZE = {ring};"));
        let Some(sketch) = compiled("small_ring.ino", &text) else { return };
        for way in [Way::Echo, Way::Jumper] {
            let report = run(&sketch, way, 115_200);
            let Verdict::SmallBuffer(bytes) = report.verdict else { panic!("{way:?}, {ring}: {report:#?}") };
            assert!(lasts.contains(&bytes), "{way:?}, {ring}: {report:#?}");
        }
    }
}

#[test]
fn the_check_knows_a_modem_side_of_another_speed() {
    let text = source(FULL).replace("MODEM_BAUD = 9600;", "MODEM_BAUD = 4800;");
    let Some(sketch) = compiled("modem_side_4800.ino", &text) else { return };
    let report = run(&sketch, Way::Echo, 115_200);
    assert!(matches!(report.verdict, Verdict::Garbled | Verdict::Silent(Way::Echo)), "{report:#?}");
}

#[test]
fn the_check_knows_a_delay_in_the_loop() {
    let Some(sketch) = compiled("update_serial.ino", UPDATE_SERIAL) else { return };
    let report = run(&sketch, Way::Echo, 9600);
    assert!(matches!(report.verdict, Verdict::DelayLoop(_)), "{report:#?}");
}
