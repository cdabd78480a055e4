//! The simulated modem, handled while it runs.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;
use modemscope::simulator::Panel;

use crate::desk::Desk;

fn with_panel(port: &str) -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.connect(port);
    desk.wait_for_log("SMS Ready");
    desk.click("Menu");
    desk.click("Simulated modem");
    desk.wait("it is on", |desk| desk.shows("SIM READY, registered"));
    desk
}

fn panel(desk: &Desk) -> &Panel {
    desk.state().status.panel.as_deref().unwrap()
}

fn fill(desk: &mut Desk, field: &str, text: &str) {
    desk.harness.get_by_role_and_label(Role::TextInput, field).focus();
    desk.frames();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.type_text(text);
}

#[test]
fn a_message_comes_in_and_a_caller_rings() {
    // At its own pace: a fast modem's caller gives up before anybody can look.
    let mut desk = with_panel("sim:");
    fill(&mut desk, "SMS", "");
    desk.key(Key::Backspace);
    assert!(!desk.offers("Send to modem"), "there is no text");
    fill(&mut desk, "SMS", "hello from outside");
    desk.click("Send to modem");
    desk.wait_for_log("+CMTI: ");
    assert!(!desk.offers("Hang up"), "nobody calls");
    fill(&mut desk, "From", "+4930123456");
    desk.click("Call");
    desk.wait_for_log("RING<CR><LF>");
    desk.wait("the call can be ended", |desk| desk.offers("Hang up"));
    desk.click("Hang up");
    desk.wait_for_log("NO CARRIER");
    desk.wait("it is over", |desk| desk.offers("Call"));
}

#[test]
fn the_slider_is_the_signal_that_the_modem_tells() {
    let mut desk = with_panel("sim:fast");
    let before = panel(&desk).csq;
    desk.harness.get_by_role_and_label(Role::Slider, "Signal").focus();
    desk.frames();
    desk.key(Key::ArrowLeft);
    desk.wait("one less", |desk| panel(desk).csq + 1 == before);
    desk.focus_line();
    desk.type_text("AT+CSQ");
    desk.key(Key::Enter);
    desk.wait_for_log(&format!("+CSQ: {},", before - 1));
}

#[test]
fn faults_are_shown_as_they_are_and_the_modem_restarts() {
    let mut desk = with_panel("sim:fast,echo-off");
    assert_eq!(panel(&desk).faults, ["echo-off"], "from the name of the port");
    for on in [true, false] {
        desk.tick("no-apn");
        desk.wait("the fault follows", |desk| panel(desk).faults.contains(&"no-apn") == on);
    }
    let booted = |desk: &Desk| desk.log().matches("SMS Ready").count();
    assert_eq!(booted(&desk), 1);
    desk.reach("Switch off and on");
    desk.wait("it boots again", |desk| booted(desk) == 2);
}
