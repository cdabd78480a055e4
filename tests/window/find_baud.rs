//! "Find baud" in the window.

use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::Desk;

#[test]
fn what_came_at_each_rate_is_shown_and_the_rate_can_be_taken() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    // The simulator has no rate of its own: it answers at the first that is tried.
    desk.harness.state_mut().state_mut().line.baud = 57_600;
    desk.click("Line settings");
    desk.click("Find baud");
    desk.wait("it is found", |desk| desk.offers("Use 9600 baud"));
    assert!(desk.shows("the modem answers: this is the rate"));
    desk.click("Use 9600 baud");
    assert_eq!(desk.state().line.baud, 9600);
    desk.wait("so it is set", |desk| desk.shows("and so is the port set"));
}

#[test]
fn a_finding_offers_it_and_a_scan_can_be_stopped() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast,wrong-baud");
    desk.focus_line();
    desk.type_text("AT");
    desk.key(egui::Key::Enter);
    desk.wait("it is diagnosed", |desk| desk.offers("Find baud…"));
    desk.frames();
    desk.click("Find baud…");
    desk.click("Find baud");
    desk.wait("it is under way", |desk| desk.shows("Trying 115200 baud…"));
    desk.harness.get_by_role_and_label(egui::accesskit::Role::Button, "Stop").click();
    desk.wait("it is over", |desk| desk.shows("The modem answered at none of the rates that were tried."));
    assert!(desk.shows("unreadable bytes: another rate"));
    assert!(desk.offers("Try again"));
}
