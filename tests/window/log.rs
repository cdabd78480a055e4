//! The log: views, filter, selection, find.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
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
    desk.click("Show as hex");
    desk.wait_for_log("TX 41 54 2B 43 53 51 0D");
    assert!(!desk.log().contains("AT+CSQ<CR>"));
    desk.click("View…");
    desk.click("Show as binary");
    desk.wait_for_log("TX 01000001 01010100");
    desk.click("Show as decimal");
    desk.wait_for_log("TX  65  84");
    desk.click("Since last TX");
    desk.click("View…");
    desk.click("Show as text");
    desk.wait_for_log("TX AT+CSQ<CR>");
    desk.wait("times count from the command", |desk| desk.log().contains("+0.0") && desk.log().contains("– RX"));
}

#[test]
fn other_row_ends_make_other_rows_of_the_past() {
    let mut desk = with_answers();
    assert!(!desk.log().contains("RX <CR><LF> |"), "the line end in front belongs to the answer");
    desk.click("View…");
    desk.click("At line ends");
    desk.wait_for_log("RX <CR><LF> |");
    desk.click("As a modem answers");
    desk.wait("as before", |desk| !desk.log().contains("RX <CR><LF> |"));
}

#[test]
fn the_filter_holds_for_the_past() {
    let mut desk = with_answers();
    desk.click("View…");
    desk.tick("Received");
    desk.wait("only what was sent", |desk| desk.log().contains("TX AT+CSQ") && !desk.log().contains("RX "));
    desk.click("Show everything");
    desk.wait("all again", |desk| desk.log().contains("RX "));
}

#[test]
fn a_cleared_view_comes_back() {
    let mut desk = with_answers();
    desk.click("Clear");
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
    // As the log shows it: a line each row, with time and direction; what went out and its echo do not become one.
    let line = copied.lines().find(|line| line.contains(" TX ")).unwrap();
    assert!(line.ends_with(" TX AT+CSQ<CR>") && line.starts_with(|first: char| first.is_ascii_digit()), "{copied}");
    assert!(!copied.contains('\r'), "{copied}");
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

#[test]
fn typing_in_the_filter_shows_how_many_rows_are_left() {
    let mut desk = with_answers();
    desk.harness.get_by_role_and_label(Role::TextInput, "Filter rows").focus();
    desk.frames();
    desk.type_text("+csq");
    desk.wait("rows with it", |desk| desk.log().lines().all(|line| line.contains("+CSQ")) && !desk.log().is_empty());
    desk.wait("command, echo and answer are counted", |desk| desk.shows("3 of "));
    desk.key(Key::Escape);
    desk.wait("all again", |desk| desk.log().contains("SMS Ready") && !desk.shows("3 of "));
}

#[test]
fn a_bad_expression_is_told_in_one_line() {
    let mut desk = with_answers();
    desk.click("Find");
    desk.choose("Read as", "Find regex");
    desk.harness.get_by_role_and_label(Role::TextInput, "Find").focus();
    desk.type_text("(+");
    let bar = desk.harness.get_by_label("Next").rect();
    desk.wait("it is told", |desk| desk.state().find_trouble.is_some());
    assert_eq!(desk.harness.get_by_label("Next").rect(), bar, "nothing moves");
    assert!(desk.shows("unclosed group") || desk.shows("repetition operator missing expression"));
}

#[test]
fn a_long_row_is_seen_whole_below_the_log_and_folded() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    let long = "x".repeat(600) + "the end";
    desk.type_text(&long);
    desk.key(Key::Enter);
    desk.wait_for_log("the end<CR>");
    let row = desk.log().lines().position(|line| line.contains("TX xxx")).unwrap();
    let place = desk.harness.get_by_role(Role::Log).rect();
    #[expect(clippy::cast_precision_loss, reason = "rows on one screen")]
    let at = egui::pos2(place.left() + 400.0, place.top() + 13.0 + 20.0 * row as f32);
    desk.harness.hover_at(at);
    desk.click_at(at);
    desk.focus_log();
    desk.key(Key::Enter);
    assert!(desk.shows("Sent: 608 bytes from byte 0 on"));
    assert!(desk.state().selected.is_some(), "Enter is no click");
    assert!(desk.shows(&format!("Whole row: {long}<CR>")));
    assert!(desk.shows("000250  78 78 78 78 78 78 78 78 74 68 65 20 65 6E 64 0D"), "sixteen bytes a line");
    desk.key(Key::Escape);
    assert!(!desk.shows("Sent: 608 bytes"));
    let before = desk.log().lines().count();
    desk.click("View…");
    desk.tick("Fold long rows");
    desk.wait("fewer rows fit", |desk| desk.state().settings.view.wrap);
    desk.frames();
    assert!(desk.log().lines().count() < before || before < 10, "{}", desk.log());
}

#[test]
fn a_log_that_stands_still_says_how_many_rows_came() {
    let mut desk = with_answers();
    desk.click("Follow");
    assert!(desk.shows("Newest rows"));
    desk.focus_line();
    desk.type_text("AT");
    desk.key(Key::Enter);
    desk.wait("rows are counted", |desk| desk.shows("new row"));
    desk.harness.get_by_label_contains("new row").click();
    desk.wait("it follows", |desk| !desk.shows("new row") && !desk.shows("Newest rows"));
}

/// Whatever comes is drawn: the desk panics where a letter would be blank.
#[test]
fn characters_that_no_font_of_ours_has_are_drawn() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    let text = "中文 한국 😀 عربى עברית ไทย हिन्दी";
    desk.type_text(text);
    assert_eq!(desk.draft(), text);
    desk.key(Key::Enter);
    desk.wait_for_log(text);
}

#[test]
fn a_marked_row_is_found_again() {
    let mut desk = with_answers();
    for _ in 0..12 {
        desk.focus_line();
        desk.type_text("AT+CSQ");
        desk.key(Key::Enter);
        desk.frames();
    }
    desk.wait("more rows than fit", |desk| !desk.log().contains("opened sim:fast"));
    desk.focus_log();
    desk.key(Key::Home);
    desk.wait_for_log("opened sim:fast");
    let place = desk.harness.get_by_role(Role::Log).rect();
    desk.click_at(place.left_top() + egui::vec2(60.0, 13.0));
    desk.click("More…");
    desk.click("Mark row");
    desk.key(Key::Escape);
    desk.focus_log();
    desk.key(Key::End);
    desk.wait("it is out of sight", |desk| !desk.log().contains("opened sim:fast"));
    desk.keys(Modifiers::ALT, Key::ArrowUp);
    desk.wait_for_log("opened sim:fast");
    assert!(desk.shows("Newest rows") || desk.shows("new row"), "the jump says that the log stands still");
}

#[test]
fn a_marked_row_is_marked_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    let place = desk.harness.get_by_role(Role::Log).rect();
    desk.click_at(place.left_top() + egui::vec2(60.0, 13.0));
    desk.click("More…");
    desk.click("Mark row");
    let marks = desk.state().marks.clone();
    assert!(!marks.is_empty());
    let capture = desk.state().reader.as_ref().unwrap().storage().path.unwrap();
    drop(desk);
    let start = Start { port: Some(capture.display().to_string()), ..Start::default() };
    let mut desk = Desk::at_home(&start, home.path());
    desk.wait_for_log("SMS Ready");
    assert_eq!(desk.state().marks, marks);
    desk.click("More…");
    desk.click("Remove all");
    drop(desk);
    let desk = Desk::at_home(&start, home.path());
    assert!(desk.state().marks.is_empty());
}

#[test]
fn marks_of_a_log_are_kept_beside_its_file_and_a_pasted_one_says_that_it_has_none() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("failed.txt");
    std::fs::write(&log, "> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n").unwrap();
    let start = Start { port: Some(log.display().to_string()), ..Start::default() };
    let mut desk = Desk::at_home(&start, home.path());
    desk.wait_for_log("OK");
    let place = desk.harness.get_by_role(Role::Log).rect();
    desk.click_at(place.left_top() + egui::vec2(60.0, 13.0));
    desk.click("More…");
    assert!(desk.shows("kept beside the file"));
    desk.click("Mark row");
    let marks = desk.state().marks.clone();
    assert!(!marks.is_empty());
    drop(desk);
    let mut desk = Desk::at_home(&start, home.path());
    desk.wait_for_log("OK");
    assert_eq!(desk.state().marks, marks);
    desk.focus_line();
    desk.harness.event(Event::Paste("AT\nOK\nAT+CIPSEND\nERROR\n".to_owned()));
    desk.frames();
    desk.click("Read it as a log");
    desk.wait_for_log("ERROR");
    desk.click("More…");
    assert!(desk.shows("gone when this is closed"));
    assert!(!desk.offers("Add"), "a note would go into the session of the port, unseen");
}

#[test]
fn find_hides_no_row_and_a_log_shows_no_time_that_it_does_not_have() {
    let mut desk = Desk::new(&Start::default());
    desk.focus_line();
    desk.harness.event(Event::Paste("AT\nOK\nAT+CSQ\n+CSQ: 14,0\nOK\n".to_owned()));
    desk.frames();
    desk.click("Read it as a log");
    desk.wait_for_log("+CSQ: 14,0");
    assert!(desk.log().lines().all(|line| line.starts_with("– ")), "{}", desk.log());
    desk.keys(Modifiers::COMMAND, Key::F);
    desk.type_text("AT");
    desk.wait("it counts", |desk| desk.shows("matches"));
    let bar = desk.harness.get_by_role_and_label(Role::Button, "Next").rect();
    let rows = desk.harness.get_by_role(Role::Log).rect();
    assert!(!rows.intersects(bar), "{bar:?} lies over {rows:?}");
    desk.click("Close find");
    desk.click("Close file");
    desk.harness.event(Event::Paste("14:03:21.100 -> AT\n14:03:21.130 -> OK\n14:03:23.000 -> AT+CSQ\n".to_owned()));
    desk.frames();
    desk.click("Read it as a log");
    desk.wait_for_log("AT+CSQ");
    let times: Vec<String> = desk.log().lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(times, ["0.000000", "0.030000", "1.900000"], "not the time of the paste");
}

#[test]
fn the_log_is_saved_from_where_it_is() {
    let mut desk = with_answers();
    desk.click("More…");
    desk.click("Save the log…");
    desk.frames();
    assert!(desk.shows("Redact private values"));
}

#[test]
fn the_row_that_is_looked_at_stays_in_sight_above_its_detail_and_then_the_log_follows_again() {
    let mut desk = with_answers();
    for _ in 0..8 {
        desk.type_text("ATI");
        desk.key(Key::Enter);
    }
    desk.type_text("AT+GMM");
    desk.key(Key::Enter);
    desk.wait_for_log("TX AT+GMM");
    desk.wait("all is answered", |desk| desk.state().status.strip.fared.text().contains("10 answered"));
    desk.harness.run_steps(8);
    let row = desk.log().lines().position(|line| line.contains("TX AT+GMM")).unwrap();
    desk.drag_in_row(row, 180.0, 190.0);
    desk.harness.run_steps(40);
    let place = desk.harness.get_by_role(Role::Log).rect();
    #[expect(clippy::cast_precision_loss, reason = "rows on one screen")]
    let at = place.left_top() + egui::vec2(400.0, 13.0 + 20.0 * row as f32);
    desk.click_at(at);
    desk.wait("the row is selected", |desk| desk.shows("Selected: 1 row"));
    desk.focus_log();
    desk.key(Key::Enter);
    desk.harness.run_steps(8);
    assert!(desk.shows("Close row"));
    assert!(desk.log().contains("TX AT+GMM"), "{}", desk.log());
    assert!(desk.harness.get_by_role(Role::Log).rect().height() < place.height());
    desk.click("Close row");
    desk.wait("it follows again", |desk| !desk.shows("new row") && !desk.shows("Newest rows"));
}

/// A log of somebody else's modem is no reason to send anything to one's own.
#[test]
fn what_is_wrong_in_a_log_offers_no_bytes_for_the_modem_at_hand() {
    let mut desk = with_answers();
    desk.focus_line();
    desk.harness.event(Event::Paste(
        "> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n".to_owned(),
    ));
    desk.frames();
    desk.click("Read it as a log");
    desk.wait("it is looked through", |desk| desk.state().findings().next().is_some());
    desk.harness.run_steps(8);
    let sent = desk.state().status.tx;
    assert!(desk.state().connected() && !desk.shows("AT+CIPSTATUS"));
    assert_eq!(desk.state().status.tx, sent);
    desk.click("Menu");
    desk.click("Signal and timeline");
    desk.harness.run_steps(8);
    assert!(desk.shows("This log has no times"));
}
