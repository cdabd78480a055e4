//! "Find baud" in the window.

use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::Desk;
use crate::one_rate::Modem;

/// No rate that the search tries.
const NONE: u32 = 50;

#[test]
fn what_came_at_each_rate_is_shown_and_the_rate_can_be_taken() {
    let modem = Modem::at(57_600);
    let mut desk = Desk::new(&Start::default());
    desk.connect(&modem.path);
    desk.click("Line settings");
    desk.click("Find baud");
    desk.wait("it is found", |desk| desk.offers("Use 57600 baud"));
    assert!(desk.shows("the modem answers: this is the rate"));
    desk.click("Use 57600 baud");
    assert_eq!(desk.state().line.baud, 57_600);
    desk.wait("so it is set", |desk| desk.shows("and so is the port set"));
}

#[test]
fn a_finding_offers_it_and_a_scan_can_be_stopped() {
    let modem = Modem::at(NONE);
    let mut desk = Desk::new(&Start::default());
    desk.connect(&modem.path);
    for _ in 0..3 {
        desk.type_text("AT");
        desk.key(egui::Key::Enter);
    }
    desk.wait("it is diagnosed", |desk| desk.offers("Find baud…"));
    desk.frames();
    desk.click("Find baud…");
    desk.click("Find baud");
    desk.wait("it is under way", |desk| desk.shows("Trying "));
    desk.harness.get_by_role_and_label(egui::accesskit::Role::Button, "Stop").click();
    desk.wait("it is over", |desk| desk.shows("The modem answered at none of the rates that were tried."));
    assert!(desk.shows("unreadable bytes: another rate"));
    assert!(desk.offers("Try again"));
}

#[test]
fn where_there_is_no_rate_none_is_looked_for() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast,wrong-baud");
    desk.type_text("AT");
    desk.key(egui::Key::Enter);
    desk.wait("it is diagnosed", |desk| desk.state().findings().next().is_some());
    desk.frames();
    assert!(!desk.offers("Find baud…"), "a finding does not lead there");
    desk.click("Line settings");
    assert!(!desk.offers("Find baud"), "{}", desk.log());
    assert!(!desk.offers("Arduino Nano"), "nothing stands between");
    desk.key(egui::Key::Escape);
    desk.click("Menu");
    assert!(!desk.offers("Find baud…"), "the menu says why");
}
