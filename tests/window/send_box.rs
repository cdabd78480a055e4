//! What is typed, what it stands for, and what goes out.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::Desk;

#[test]
fn pills_count_the_exact_bytes() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.type_text(r"hi\x1A");
    assert!(desk.shows("Will send 4 bytes"), "two letters, 1A and the CR of the ending");
    desk.click("Hex");
    assert!(desk.shows("Error: column 1"), "letters are no hex");
    desk.focus_line();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.type_text("41 5");
    assert!(desk.shows("Error: column 4"));
    desk.type_text("4");
    assert!(desk.shows("Will send 2 bytes"), "Hex appends no ending");
    desk.click("Text");
    assert!(desk.shows("Will send 6 bytes"));
}

#[test]
fn history_keeps_the_draft() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    for line in ["AT", "ATI", "AT+CSQ"] {
        desk.type_text(line);
        desk.key(Key::Enter);
    }
    assert_eq!(desk.draft(), "");
    desk.type_text("dra");
    for expect in ["AT+CSQ", "ATI", "AT", "AT"] {
        desk.key(Key::ArrowUp);
        assert_eq!(desk.draft(), expect);
    }
    for expect in ["ATI", "AT+CSQ", "dra", "dra"] {
        desk.key(Key::ArrowDown);
        assert_eq!(desk.draft(), expect);
    }
    desk.type_text("ft");
    assert_eq!(desk.draft(), "draft", "the caret stands behind what was recalled");
}

/// A line of letters would be an error there.
#[test]
fn history_in_hex_mode_has_what_is_hex() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    for line in ["41540D", "AT+CSQ"] {
        desk.type_text(line);
        desk.key(Key::Enter);
    }
    desk.click("Hex");
    desk.focus_line();
    desk.key(Key::ArrowUp);
    assert_eq!(desk.draft(), "41540D");
    desk.key(Key::ArrowDown);
    assert_eq!(desk.draft(), "");
}

#[test]
fn a_look_alike_gets_a_hint_and_one_key_makes_it_the_byte() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.type_text("hello 0x1A");
    assert!(desk.shows("is sent as text"));
    assert!(desk.shows("Will send 11 bytes"), "a hint changes nothing");
    desk.key(Key::F12);
    assert!(desk.draft().ends_with(r"\x1A"), "{}", desk.draft());
    assert!(!desk.shows("is sent as text"));
}

#[test]
fn several_pasted_lines_are_asked_about() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.harness.event(Event::Paste("AT\nAT+CSQ\n".to_owned()));
    desk.frames();
    assert!(desk.shows("2 lines, 10 bytes"));
    assert_eq!(desk.draft(), "");
    desk.key(Key::Escape);
    assert!(!desk.shows("2 lines, 10 bytes"));
    assert_eq!(desk.state().status.tx, 0, "closing the question sends nothing");
    desk.harness.event(Event::Paste("AT\nAT+CSQ\n".to_owned()));
    desk.frames();
    assert!(desk.shows("2 lines, 10 bytes"), "asked again");
    desk.click("Send 2 lines one by one, each with CR");
    desk.wait("both lines went out", |desk| desk.state().status.tx == 10);
    desk.harness.event(Event::Paste("AT".to_owned()));
    desk.frames();
    assert_eq!(desk.draft(), "AT", "one line goes into the box");
}

#[test]
fn ten_megabytes_pasted_do_not_freeze_the_window() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.harness.event(Event::Paste("0123456789".repeat(1_000_000)));
    desk.frames();
    assert!(desk.shows("1 line, 10,000,000 bytes"));
    assert_eq!(desk.draft(), "");
    desk.key(Key::Escape);
    assert!(!desk.shows("10,000,000"));
}

#[test]
fn without_a_port_nothing_is_sent_and_it_is_said() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.type_text("AT");
    desk.key(Key::Enter);
    assert!(desk.shows("Nothing was sent: the port is not open. Connect first."));
    assert_eq!(desk.draft(), "AT", "what was typed is kept");
}

#[test]
fn a_pasted_log_is_read_and_not_sent() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.harness.event(egui::Event::Paste("> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n".to_owned()));
    desk.frames();
    assert!(desk.shows("Read what was pasted?") || desk.shows("This looks like the log of a terminal"));
    desk.key(Key::Escape);
    desk.focus_line();
    desk.harness.event(egui::Event::Paste("AT\nOK\nAT+CIPSEND\nERROR\n".to_owned()));
    desk.wait("the line is marked", |desk| desk.shows("Line 3: AT+CIPSEND was refused: no connection was opened"));
    // A dialog finds its place within some frames.
    desk.frames();
    desk.click("Read it as a log");
    desk.wait("it says what is shown", |desk| desk.shows("Pasted log"));
    desk.wait("its findings", |desk| desk.shows("AT+CIPSEND was refused: no connection was opened"));
    assert!(!desk.shows("AT+CIPSTATUS"), "what is wrong in a log is not mended at the modem at hand");
}

#[test]
fn a_pasted_log_without_a_problem_says_how_it_was_read() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.harness.event(egui::Event::Paste("AT\nOK\nATI\nSIM800 R14.18\nOK\n".to_owned()));
    desk.frames();
    // What sends nothing has the focus.
    desk.key(Key::Enter);
    desk.wait("it says so", |desk| {
        desk.shows("2 commands: 2 answered") && desk.shows("No problem was recognised in it.")
    });
    assert!(desk.state().messages.is_empty() && !desk.shows("No command was sent so far"));
}

#[test]
fn the_line_is_sent_every_so_often_until_it_is_stopped() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Repeat…");
    assert!(desk.shows("Type the line first.") || desk.shows("Sends <CR>"), "it says what it would send");
    desk.key(Key::Escape);
    desk.focus_line();
    desk.type_text("AT+CSQ");
    desk.click("Repeat…");
    assert!(desk.shows("Sends AT+CSQ<CR>"));
    desk.harness.get_by_role_and_label(Role::SpinButton, "every").focus();
    desk.frames();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.type_text("0.05");
    desk.key(Key::Enter);
    desk.click("Start repeating");
    desk.wait("it was sent three times", |desk| desk.state().status.tx >= 21);
    assert_eq!(desk.draft(), "AT+CSQ", "what is repeated stands in the box");
    desk.click("Stop run");
    desk.wait("it ended", |desk| !desk.state().running());
    assert!(desk.offers("Repeat…"));
    let rows = desk.log().matches("Repeated line").count();
    assert!(rows <= 1, "one row for all of it, not one a round:\n{}", desk.log());
}
