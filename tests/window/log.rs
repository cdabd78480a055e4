//! The log: views, filter, selection, find.

use egui::{Event, Key, Modifiers};
use modemscope::app::Start;
use modemscope::capture::copy::Selection;

use crate::desk::Desk;

fn with_answers() -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.type_text("AT+CSQ");
    desk.key(Key::Enter);
    desk.wait_for_log("+CSQ: ");
    desk.wait_for_log("OK<CR><LF>");
    desk
}

#[test]
fn switching_the_view_shows_the_past_anew() {
    let mut desk = with_answers();
    desk.choose("Show bytes as", "Show as hex");
    desk.wait_for_log("TX 41 54 2B 43 53 51 0D");
    assert!(!desk.log().contains("AT+CSQ<CR>"));
    desk.choose("Show bytes as", "Show as binary");
    desk.wait_for_log("TX 01000001 01010100");
    desk.choose("Show bytes as", "Show as decimal");
    desk.wait_for_log("TX  65  84");
    desk.choose("Show bytes as", "Show as text");
    desk.wait_for_log("TX AT+CSQ<CR>");
    desk.choose("Time", "Since last TX");
    desk.wait("times count from the command", |desk| desk.log().contains("+0.0") && desk.log().contains("– RX"));
}

#[test]
fn other_row_ends_make_other_rows_of_the_past() {
    let mut desk = with_answers();
    assert!(!desk.log().contains("RX <CR><LF> |"), "the line end in front belongs to the answer");
    desk.click("Rows…");
    desk.click("At line ends");
    desk.wait_for_log("RX <CR><LF> |");
    desk.click("Rows…");
    desk.click("As a modem answers");
    desk.wait("as before", |desk| !desk.log().contains("RX <CR><LF> |"));
}

#[test]
fn the_filter_holds_for_the_past() {
    let mut desk = with_answers();
    desk.click("Filter…");
    desk.tick("Received");
    desk.wait("only what was sent", |desk| desk.log().contains("TX AT+CSQ") && !desk.log().contains("RX "));
    desk.click("Show everything");
    desk.wait("all again", |desk| desk.log().contains("RX "));
}

#[test]
fn a_cleared_view_comes_back() {
    let mut desk = with_answers();
    desk.click("More…");
    desk.click("Clear view");
    desk.wait("nothing is shown", |desk| desk.log().is_empty());
    desk.click("Show all rows");
    desk.wait_for_log("SMS Ready");
}

#[test]
fn rows_are_selected_measured_and_copied() {
    let mut desk = with_answers();
    desk.focus_log();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.wait("it is measured", |desk| desk.shows("Selected: "));
    desk.wait("it is measured", |desk| desk.state().selected.as_ref().is_some_and(|selected| selected.span.is_some()));
    let selected = desk.state().selected.as_ref().unwrap();
    assert!(matches!(&selected.selection, Selection::Rows { range, .. } if range.start == 0));
    let span = selected.span.clone().unwrap();
    assert_eq!(span.bytes, desk.state().status.rx + desk.state().status.tx);
    desk.harness.event(Event::Copy);
    let mut copied = String::new();
    desk.wait_until(|desk| {
        copied.push_str(&desk.copied());
        copied.contains("+CSQ: ")
    });
    desk.click("Select nothing");
    assert!(desk.state().selected.is_none());
}

#[test]
fn bytes_are_selected_by_dragging_within_a_row() {
    let mut desk = with_answers();
    let row = desk.log().lines().position(|line| line.contains("TX AT+CSQ")).unwrap();
    desk.drag_in_row(row, 171.0, 195.0);
    let selection = desk.state().selected.as_ref().map(|selected| selected.selection.clone());
    let Some(Selection::Bytes { range, .. }) = selection else { panic!("{selection:?}") };
    assert_eq!(range.start, 0);
    assert!((2..=4).contains(&range.end), "{range:?}");
}

#[test]
fn find_counts_and_steps() {
    let mut desk = with_answers();
    desk.keys(Modifiers::COMMAND, Key::F);
    desk.type_text("ready");
    desk.wait("three matches", |desk| desk.shows("3 matches"));
    desk.key(Key::Enter);
    desk.wait("the first", |desk| desk.shows("1 of 3"));
    desk.keys(Modifiers::SHIFT, Key::Enter);
    desk.wait("round to the last", |desk| desk.shows("3 of 3"));
    desk.choose("Read as", "Find hex");
    assert!(desk.shows("column 1: found"), "letters are no hex");
    desk.key(Key::Escape);
}

#[test]
fn commands_complete_with_tab() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.type_text("at+cipse");
    assert!(desk.offers("Complete to AT+CIPSEND"));
    desk.key(Key::Tab);
    assert_eq!(desk.draft(), "AT+CIPSEND");
    desk.type_text("x");
    assert_eq!(desk.draft(), "AT+CIPSENDx", "the caret stands behind it");
}
