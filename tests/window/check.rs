//! The passthrough check on the Nano's page, over a link that is real but for the board.

use std::sync::Arc;

use modemscope::app::Start;
use modemscope::link::settings::Pacing;
use modemscope::modem::passthrough::{Report, Verdict};
use modemscope::worker::CheckProgress;

use crate::desk::Desk;

fn on_the_page(port: &str) -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.connect(port);
    desk.wait_for_log("SMS Ready");
    desk.click("Menu");
    desk.click("Arduino Nano: wiring and sketch");
    desk
}

#[test]
fn a_way_that_carries_all_is_told_row_by_row_and_not_diagnosed() {
    let mut desk = on_the_page("sim:fast");
    desk.reach("Check with the modem's echo");
    desk.wait("rows come while it goes on", |desk| desk.state().checking() && desk.shows("16 bytes in one go"));
    desk.focus_line();
    desk.type_text("AT");
    desk.key(egui::Key::Enter);
    assert!(desk.shows("the passthrough check has the line"));
    desk.wait("it is over", |desk| desk.shows("All bytes arrive, 1461 in one go"));
    assert!(desk.shows("1461 bytes in one go: all came back"));
    assert_eq!(desk.state().findings().count(), 0, "{:?}", desk.state().status.findings);
    assert!(desk.offers("Check with a jumper"), "it can be done again");
}

#[test]
fn a_small_buffer_is_named_and_the_pacing_is_taken_over() {
    let mut desk = on_the_page("sim:fast");
    // As a check over such a sketch ends (`tests/nano.rs` runs it on a simulated board).
    let report = Report { verdict: Verdict::SmallBuffer(63), rows: Vec::new() };
    let over = CheckProgress { report: Some(report), over: true, ..CheckProgress::default() };
    desk.harness.state_mut().state_mut().tools.check = Some(Arc::new(over));
    desk.wait("it is shown", |desk| desk.offers("Send one byte per 1.2 ms"));
    assert!(desk.shows("in one go the sketch loses some"));
    desk.reach("Send one byte per 1.2 ms");
    let pacing = Pacing { per_byte: std::time::Duration::from_micros(1200), ..Pacing::default() };
    assert_eq!(desk.state().line.pacing, pacing);
}

#[test]
fn a_sketch_is_saved_and_never_over_a_file() {
    use egui_kittest::kittest::Queryable as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passthrough.ino");
    let mut desk = on_the_page("sim:fast");
    desk.harness.get_by_label("Save as").scroll_to_me();
    desk.harness.run_steps(8);
    desk.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Save as").focus();
    desk.frames();
    desk.type_text(path.to_str().unwrap());
    desk.reach("Save sketch");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), modemscope::app::nano::PASSTHROUGH.text);
    std::fs::write(&path, "mine").unwrap();
    desk.reach("Save sketch");
    assert!(desk.shows("is not overwritten"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_check_can_be_stopped_and_does_not_begin_without_a_port() {
    let mut desk = on_the_page("sim:fast");
    desk.reach("Check with a jumper");
    desk.wait("it goes on", |desk| desk.offers("Stop check"));
    desk.reach("Stop check");
    desk.wait("it is stopped", |desk| !desk.state().checking());
    assert!(desk.shows("stopped halfway"));
    desk.click("Disconnect");
    desk.wait("it is closed", |desk| !desk.state().connected());
    assert!(!desk.offers("Check with a jumper"));
    assert!(desk.shows("The port is not open. Connect first."));
}
