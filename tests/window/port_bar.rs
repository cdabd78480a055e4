//! The port bar: what stands between the PC and the modem, lost and lent ports.

use std::sync::Arc;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use modemscope::app::{Adapter, Start};
use modemscope::link::settings::Pacing;
use modemscope::link::{Candidate, LinkSpec};
use modemscope::worker::{Phase, Status};

use crate::desk::Desk;
use crate::one_rate::Modem;

/// Chooses what stands between, as if by hand.
fn through(desk: &mut Desk, name: &str) {
    desk.click("Line settings");
    desk.click(name);
}

#[test]
fn the_nano_is_chosen_in_the_bar_with_all_that_differs_and_is_remembered() {
    let home = tempfile::tempdir().unwrap();
    let modem = Modem::at(9600);
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.connect(&modem.path);
    assert_eq!(desk.state().adapter, Adapter::UsbTtl);
    through(&mut desk, "Arduino Nano");
    assert!(desk.shows("The Nano passes everything"), "its page opens");
    let line = desk.state().line;
    assert_eq!((desk.state().adapter, line.pacing, line.keep_lines), (Adapter::Nano, Pacing::NANO, true));
    drop(desk);
    let text = std::fs::read_to_string(home.path().join("config/settings.toml")).unwrap();
    assert!(text.contains("adapter = \"nano\""), "{text}");
    let mut desk = Desk::at_home(&Start::default(), home.path());
    assert_eq!((desk.state().adapter, desk.state().line), (Adapter::Nano, line));
    through(&mut desk, "USB-TTL adapter");
    assert!(desk.shows("The adapter joins the PC's USB port"), "its page opens");
    assert_eq!((desk.state().line.pacing, desk.state().line.keep_lines), (Pacing::default(), false));
}

#[test]
fn what_is_sent_while_the_board_restarts_waits_for_it() {
    let modem = Modem::at(9600);
    let mut desk = Desk::new(&Start::default());
    desk.connect(&modem.path);
    desk.click("Disconnect");
    desk.wait("it is closed", |desk| desk.state().phase() == &Phase::Closed);
    through(&mut desk, "Arduino Nano");
    desk.click("Connect");
    desk.wait("it restarts", |desk| desk.shows("The board restarts, ready in"));
    desk.wait_for_log("nothing is sent for 2 s");
    assert_eq!(desk.state().status.tx, 0, "nothing is sent unasked");
    let ready = desk.state().status.restarting_until.unwrap();
    desk.focus_line();
    desk.type_text("AT");
    desk.key(Key::Enter);
    desk.wait("it waits", |desk| desk.shows("what you sent waits for it"));
    desk.wait("it is sent", |desk| desk.state().status.tx == 3);
    assert!(desk.state().status.now >= ready);
    assert!(!desk.shows("The board restarts"));
}

#[test]
fn how_fast_bytes_go_out_is_set_beside_the_frame() {
    let mut desk = Desk::new(&Start::default());
    desk.harness.state_mut().state_mut().settings.port = "/dev/ttyUSB0".to_owned();
    desk.frames();
    desk.click("Line settings");
    desk.harness.get_by_role_and_label(Role::SpinButton, "Pause after a byte").focus();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, Key::A);
    desk.type_text("2");
    desk.key(Key::Enter);
    assert_eq!(desk.state().line.pacing.per_byte.as_micros(), 2000);
    assert!(desk.shows("At most 500 bytes a second"));
    desk.tick("DTR and RTS stay up after closing");
    assert!(desk.state().line.keep_lines);
    assert_eq!(desk.state().adapter, Adapter::UsbTtl, "one setting, one meaning");
}

#[test]
fn two_devices_that_may_be_the_lost_one_are_asked_about() {
    let mut desk = Desk::new(&Start::default());
    let state = desk.harness.state_mut().state_mut();
    state.port = Some("/dev/ttyUSB0".to_owned());
    state.status = Arc::new(Status {
        phase: Phase::Lost("/dev/ttyUSB0 is gone. It may be /dev/ttyUSB1 or /dev/ttyUSB2 now.".to_owned()),
        candidates: candidates(|device| device),
        ..Status::default()
    });
    desk.frames();
    assert!(desk.shows("Which is it?") && desk.offers("Use /dev/ttyUSB1"));
    desk.click("Use /dev/ttyUSB2");
    assert_eq!(desk.state().port.as_deref(), Some("/dev/ttyUSB2"));
    assert_eq!(desk.state().settings.port, "/dev/ttyUSB2");
}

/// What is open with each of two devices.
fn candidates(port: fn(LinkSpec) -> LinkSpec) -> Vec<Candidate> {
    ["/dev/ttyUSB1", "/dev/ttyUSB2"]
        .map(|device| Candidate { device: device.to_owned(), port: port(LinkSpec::Serial(device.to_owned())) })
        .to_vec()
}

#[test]
fn two_devices_that_may_be_a_taps_lost_line_are_asked_about_while_the_other_is_heard() {
    let mut desk = Desk::new(&Start::default());
    let state = desk.harness.state_mut().state_mut();
    state.port = Some("tap:/dev/ttyUSB7,/dev/ttyUSB0".to_owned());
    state.status = Arc::new(Status {
        phase: Phase::Open { kept: None },
        candidates: candidates(|device| LinkSpec::Tap {
            host: device.into(),
            modem: LinkSpec::Serial("/dev/ttyUSB0".to_owned()).into(),
        }),
        ..Status::default()
    });
    desk.frames();
    assert!(desk.shows("A line of the tap is lost") && desk.shows("Which is it?"));
    desk.click("Use /dev/ttyUSB2");
    assert_eq!(desk.state().port.as_deref(), Some("tap:/dev/ttyUSB2,/dev/ttyUSB0"));
}

/// Whoever opens the list and types means a port that is not in it.
#[test]
fn letters_typed_while_the_ports_are_listed_name_a_port() {
    let mut desk = Desk::new(&Start::default());
    desk.harness.get_by_role_and_label(Role::ComboBox, "Port").click();
    desk.frames();
    desk.type_text("tcp://127.0.0.1:1");
    desk.key(Key::Enter);
    assert_eq!(desk.state().settings.port, "tcp://127.0.0.1:1");
    assert_eq!(desk.draft(), "", "none went past it");
    desk.harness.get_by_role_and_label(Role::ComboBox, "Port").click();
    desk.frames();
    desk.type_text("sim");
    desk.type_text(":");
    desk.key(Key::Enter);
    assert_eq!(desk.state().settings.port, "sim:");
}
