//! Macros by hand: dry run, several runs, run again, as a program, order by drag, and a book that somebody else changes.

use std::path::Path;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::{Desk, Server};

/// A desk with this book, connected to a fast simulator.
fn with_book(home: &Path, book: &str) -> Desk {
    std::fs::create_dir_all(home.join("config")).unwrap();
    std::fs::write(home.join("config/macros.toml"), book).unwrap();
    Desk::at_home(&Start::default(), home)
}

fn connected(home: &Path, book: &str) -> Desk {
    let mut desk = with_book(home, book);
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk
}

/// Opens the menu beside a macro and takes a choice.
fn more(desk: &mut Desk, of: &str, choice: &str) {
    desk.reach(&format!("More for {of}"));
    desk.click(choice);
    desk.frames();
}

fn fill(desk: &mut Desk, label: &str, text: &str) {
    desk.harness.get_by_role_and_label(Role::TextInput, label).focus();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, egui::Key::A);
    desk.type_text(text);
}

/// Types a number into a field that can be dragged too.
fn number(desk: &mut Desk, label: &str, value: &str) {
    desk.harness.get_by_role_and_label(Role::SpinButton, label).click();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, egui::Key::A);
    desk.type_text(value);
    desk.key(egui::Key::Tab);
}

const COUNTING: &str = r#"version = 1
[[macro]]
name = "Count"
ask = { text = "hi", pin = { secret = true } }
  [[macro.step]]
  send = 'AT+CMEE=2;+GSV${counter:len}'
  disabled = true
  [[macro.step]]
  send = 'AT\r'
  expect = ['\r\nOK\r\n']
  [[macro.step]]
  send = '${text}${pin}\x1A'
  repeat = 2
"#;

#[test]
fn a_dry_run_shows_the_exact_bytes_and_sends_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = with_book(home.path(), &COUNTING.replace("${counter:len}", ""));
    more(&mut desk, "Count", "Dry run: show the bytes…");
    fill(&mut desk, "Text", "Grüße<");
    desk.harness.get_by_role_and_label(Role::PasswordInput, "Pin").focus();
    desk.frames();
    desk.type_text("1234");
    desk.frames();
    assert!(desk.shows("AT\\r"), "the first step");
    assert!(desk.shows("Grüße\\<****\\x1A"), "parameters filled in, the secret covered");
    assert!(desk.shows("13 bytes") && desk.shows("2 times"));
    assert!(!desk.shows("GSV"), "a step that is switched off sends nothing");
    assert!(!desk.offers("Run") && desk.shows("The port is not open. Connect first."));
    desk.click("Cancel");
    assert_eq!(desk.state().status.tx, 0);
}

#[test]
fn a_macro_runs_several_times_and_once_more() {
    let home = tempfile::tempdir().unwrap();
    let book =
        "version = 1\n[[macro]]\nname = \"Ask\"\n[[macro.step]]\nsend = 'AT+CSQ\\r'\nexpect = ['\\r\\nOK\\r\\n']\n";
    let mut desk = connected(home.path(), book);
    let sent = |desk: &Desk| desk.state().status.tx / 7;
    more(&mut desk, "Ask", "Run several times…");
    number(&mut desk, "How often", "3");
    number(&mut desk, "every", "0.05");
    desk.click("Run");
    desk.wait("the third run is over", |desk| sent(desk) == 3 && !desk.state().running());
    assert!(desk.shows("Done") && desk.shows("Run 3 of 3, every 50ms"));
    desk.click("Run again");
    desk.wait("three more", |desk| sent(desk) == 6 && !desk.state().running());

    more(&mut desk, "Ask", "Run several times…");
    number(&mut desk, "How often", "0");
    number(&mut desk, "every", "3600");
    desk.click("Run");
    desk.wait("the first of them is over", |desk| desk.shows("Run 2 until stopped begins in"));
    assert!(desk.state().running());
    desk.click("Stop");
    desk.wait("stopped between two runs", |desk| !desk.state().running() && desk.shows("Stopped"));
    assert_eq!(sent(&desk), 7);
}

#[test]
fn the_progress_says_command_note_and_times() {
    let home = tempfile::tempdir().unwrap();
    let book = "version = 1\n[[macro]]\nname = \"Wait\"\n[[macro.step]]\nnote = \"It never comes.\"\nsend = 'AT\\r'\nexpect = ['never']\nwithin = \"1h\"\n";
    let mut desk = connected(home.path(), book);
    desk.click("Wait");
    desk.wait("elapsed and allowed time", |desk| desk.shows("1. AT") && desk.shows(" of 60 min 00 s"));
    assert!(desk.shows("It never comes."));
    desk.click("Stop");
    desk.wait("it stopped", |desk| desk.shows("Stopped"));
}

#[test]
fn a_macro_becomes_a_program_that_is_seen_copied_and_saved() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    let text = |desk: &Desk| desk.harness.get_by_label("The program").value().unwrap_or_default();
    more(&mut desk, "CIPSEND + text + 1A", "As a program: Arduino, Python, C…");
    fill(&mut desk, "text", "my own text");
    desk.frames();
    assert!(text(&desk).contains("SoftwareSerial") && text(&desk).contains("my own text"), "{}", text(&desk));
    desk.harness.get_by_label("The board's own port").click();
    desk.frames();
    assert!(text(&desk).contains("Serial1") && !text(&desk).contains("SoftwareSerial"), "{}", text(&desk));
    desk.choose("as", "Python script (pyserial)");
    assert!(text(&desk).contains("import serial"));
    let shown = text(&desk);
    desk.harness.get_by_role_and_label(Role::Button, "Copy program").click();
    desk.wait("it is on the clipboard", |desk| desk.copied() == shown);
    let path = home.path().join("job.py");
    fill(&mut desk, "File", path.to_str().unwrap());
    desk.reach("Save program");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), shown);
    desk.choose("as", "C header with byte arrays");
    desk.reach("Save program");
    assert!(desk.shows("is not overwritten"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), shown);
}

const THREE: &str = r#"version = 1 # of the book
# First.
[[macro]]
name = "A"
  # Knock.
  [[macro.step]]
  send = 'AT\r'
  [[macro.step]]
  send = 'ATI\r'
  # The last.
  [[macro.step]]
  send = 'ATE1\r'
# Second.
[[macro]]
name = "B"
[[macro]]
name = "C"
key = "F2"
"#;

/// Drags one widget's middle to this many points below the top of another.
fn drag(desk: &mut Desk, from: &str, onto: &str, below: f32) {
    let place = |desk: &Desk, label: &str| desk.harness.get_by_label(label).rect();
    let (from, onto) = (place(desk, from).center(), place(desk, onto));
    let to = egui::pos2(onto.center().x, onto.top() + below);
    desk.harness.drag_at(from);
    desk.frames();
    desk.harness.hover_at(from.lerp(to, 0.5));
    desk.frames();
    desk.harness.hover_at(to);
    desk.frames();
    desk.harness.drop_at(to);
    desk.frames();
}

#[test]
fn macros_and_steps_are_put_in_order_by_drag_and_comments_go_with_them() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = with_book(home.path(), THREE);
    desk.click("Edit…");
    drag(&mut desk, "Edit C", "Edit A", 2.0);
    drag(&mut desk, "Edit A", "Edit B", 22.0);
    desk.harness.get_by_label("Edit A").click();
    desk.frames();
    desk.harness.get_by_label("Drag step 2 ATI\\r").scroll_to_me();
    desk.harness.run_steps(8);
    drag(&mut desk, "Drag step 2 ATI\\r", "Drag step 2 ATI\\r", 90.0);
    assert!(desk.shows("Drag step 2 ATI\\r"), "dropped where it stands");
    // The place of the first step is out of sight: near the edge the list scrolls to it.
    let from = desk.harness.get_by_label("Drag step 2 ATI\\r").rect().center();
    desk.harness.drag_at(from);
    desk.frames();
    let edge = egui::pos2(from.x, 210.0);
    desk.harness.hover_at(edge);
    let first = |desk: &Desk| desk.harness.get_by_label("Drag step 1 AT\\r").rect().center();
    desk.wait("the list scrolls", |desk| first(desk).y > edge.y + 40.0);
    let first = first(&desk);
    desk.harness.hover_at(first);
    desk.frames();
    desk.harness.drop_at(first);
    desk.frames();
    desk.click("Save macros");
    let path = home.path().join("config/macros.toml");
    let saved = std::fs::read_to_string(&path).unwrap();
    let expect = r#"version = 1 # of the book
[[macro]]
name = "C"
key = "F2"
# Second.
[[macro]]
name = "B"
# First.
[[macro]]
name = "A"
  [[macro.step]]
  send = 'ATI\r'
  # Knock.
  [[macro.step]]
  send = 'AT\r'
  # The last.
  [[macro.step]]
  send = 'ATE1\r'
"#;
    assert_eq!(saved, expect);
    for _ in 0..3 {
        desk.click("Undo");
    }
    desk.click("Save macros");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), THREE, "undo covers it, behind a save too");
}

/// As other programs do it: a new file takes the place of the old one.
fn replace(home: &Path, text: &str) {
    let path = home.join("config/macros.toml");
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(&new, &path).unwrap();
}

#[test]
fn a_book_that_another_program_replaces_is_shown_at_once_and_its_clashes_are_said() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = with_book(home.path(), THREE);
    desk.click("Edit…");
    replace(home.path(), &THREE.replace("\"B\"", "\"Theirs\"\nkey = \"f2\""));
    desk.wait("the button is theirs", |desk| desk.offers("Theirs") && !desk.offers("B"));
    assert!(desk.shows("F2 is the key of “Theirs” and “C”: it runs “Theirs”"));
    desk.wait("the editor too", |desk| desk.offers("Edit Theirs"));
    replace(home.path(), "version = 1\n[[macro]]\nname = \n");
    desk.wait("the place of the mistake", |desk| desk.shows("line 3"));
    assert!(desk.offers("Theirs"), "the buttons stay");
    replace(home.path(), THREE);
    desk.wait("it was put right", |desk| desk.offers("B"));
}

#[test]
fn a_change_elsewhere_while_the_editor_has_its_own_loses_neither() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config/macros.toml");
    let mut desk = with_book(home.path(), THREE);
    desk.click("Edit…");
    desk.click("New");
    let theirs = THREE.replace("\"B\"", "\"Theirs\"");
    replace(home.path(), &theirs);
    desk.wait("the conflict is told", |desk| desk.shows("Nothing is lost"));
    assert!(!desk.offers("Save macros") && desk.offers("Edit Macro 1"), "mine is still there");
    desk.click("Take theirs");
    assert!(desk.offers("Edit Theirs") && !desk.offers("Edit Macro 1"));
    desk.click("Undo");
    assert!(desk.offers("Edit Macro 1") && !desk.shows("Nothing is lost"), "mine came back");
    desk.click("Redo");

    desk.click("New");
    replace(home.path(), THREE);
    desk.wait("the conflict is told again", |desk| desk.shows("Nothing is lost"));
    desk.click("Save mine");
    desk.wait("it is saved", |desk| desk.offers("Macro 1"));
    assert!(std::fs::read_to_string(&path).unwrap().contains("Macro 1"));
    assert_eq!(std::fs::read_to_string(path.with_file_name("macros.theirs.toml")).unwrap(), THREE);
    assert!(!desk.shows("Nothing is lost"));
}

#[test]
fn macros_that_were_not_saved_outlive_the_window() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config");
    let mut desk = with_book(home.path(), THREE);
    desk.click("Edit…");
    desk.click("New");
    drop(desk);
    assert_eq!(std::fs::read_to_string(config.join("macros.toml")).unwrap(), THREE, "nobody said Save");
    let kept = config.join("macros.unsaved.toml");
    assert!(std::fs::read_to_string(&kept).unwrap().contains("Macro 1"));

    let desk = Desk::at_home(&Start::default(), home.path());
    assert!(desk.state().messages.iter().any(|message| message.text.contains("macros.unsaved.toml")));
    drop(desk);
    assert!(!config.join("macros.unsaved-2.toml").exists(), "nothing was changed this time");
}

#[test]
fn a_pasted_sketch_fails_blindly_and_delivers_the_text_once_it_waits() {
    let server = Server::start();
    let mut desk = Desk::new(&Start::default());
    // At the speed of a modem: a connection that opens at once would be there before AT+CIPSEND.
    desk.connect("sim:");
    desk.wait_for_log("SMS Ready");
    desk.click("Menu");
    desk.click("Import macros or sketch…");
    // The window takes the focus when the menu that it was opened from is gone.
    desk.frames();
    desk.harness.get_by_label("or paste an Arduino sketch").focus();
    desk.frames();
    desk.type_text("void setup() {}");
    desk.wait("said, not a macro without steps", |desk| desk.shows("Nothing that is sent could be read"));
    desk.keys(egui::Modifiers::COMMAND, egui::Key::A);
    desk.type_text(&format!(
        "SoftwareSerial sim(8, 7);\nvoid setup() {{\n  sim.begin(9600);\n  sim.println(F(\"AT+CIPSTART=\\\"TCP\\\",\\\"127.0.0.1\\\",\\\"{}\\\"\"));\n  delay(1);\n  sim.println(\"AT+CIPSEND\");\n  delay(1);\n  sim.print(\"hello\");\n  sim.write(26);\n  delay(1);\n  sim.println(\"AT+CIPCLOSE\");\n}}\nvoid loop() {{}}\n",
        server.address.port()
    ));
    desk.wait("it is read", |desk| desk.offers("Add to the macros"));
    desk.reach("Add to the macros");
    desk.key(egui::Key::Escape);
    desk.reach("Sketch");
    desk.wait("it was sent, no more", |desk| !desk.state().running() && desk.shows("no answer was waited for"));
    assert!(desk.shows("Sent") && !desk.shows("Done"));
    desk.wait("the reason", |desk| desk.shows("AT+CIPSTART, before CONNECT OK."));
    desk.reach("Make it wait for the answers");
    desk.reach("Run “Sketch, waiting”");
    desk.wait("it is done", |desk| !desk.state().running() && desk.shows("Done"));
    assert_eq!(server.received(), b"hello");
}

#[test]
fn a_part_of_the_log_becomes_a_macro_with_answers_or_with_its_timing() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = connected(home.path(), "version = 1\n");
    desk.focus_line();
    desk.type_text("AT+CSQ");
    desk.key(egui::Key::Enter);
    desk.wait_for_log("+CSQ: ");
    desk.wait_for_log("OK<CR><LF>");
    desk.focus_log();
    desk.keys(egui::Modifiers::COMMAND, egui::Key::A);
    for (choice, number) in [("Each step when the modem has answered", 1), ("With the original timing", 2)] {
        desk.wait("the selection is measured", |desk| desk.offers("Macro of this"));
        desk.click("Macro of this");
        desk.click(choice);
        desk.wait("the macro is there", |desk| desk.state().book.macros.len() == number);
    }
    let macros = &desk.state().book.macros;
    assert!(macros.iter().all(|made| made.steps[0].send.as_deref() == Some(r"AT+CSQ\r")), "{macros:?}");
    assert!(!macros[0].steps[0].expect.is_empty() && macros[1].steps[0].expect.is_empty());
    assert_ne!(macros[0].name, macros[1].name);
}

/// At the end of a long list nobody would find it.
#[test]
fn a_macro_that_was_added_is_in_sight() {
    let mut desk = Desk::new(&Start::default());
    desk.harness.set_size(egui::Vec2::new(1024.0, 600.0));
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Record");
    desk.focus_line();
    desk.type_text("AT+CSQ");
    desk.key(egui::Key::Enter);
    desk.wait_for_log("+CSQ: ");
    desk.click("Stop recording");
    desk.wait("it was added", |desk| desk.state().book.macros.iter().any(|known| known.name == "Recorded"));
    desk.harness.run_steps(20);
    let button = desk.harness.get_by_role_and_label(Role::Button, "Recorded").rect();
    let above = desk.harness.get_by_role_and_label(Role::Button, "Record").rect();
    let below = desk.harness.get_by_label_contains("The steps of a macro").rect();
    assert!(button.top() > above.bottom() && button.bottom() < below.top(), "{button:?}, {below:?}");
}

#[test]
fn a_question_is_about_the_macro_that_was_clicked_whatever_becomes_of_the_book() {
    const ONE: &str =
        "[[macro]]\nname = \"One\"\nask = { text = \"hello\" }\n[[macro.step]]\nsend = 'AT+ONE=${text}\\r'\n";
    const TWO: &str =
        "[[macro]]\nname = \"Two\"\nask = { text = \"bye\" }\n[[macro.step]]\nsend = 'AT+TWO=${text}\\r'\n";
    let home = tempfile::tempdir().unwrap();
    let mut desk = connected(home.path(), &format!("version = 1\n{ONE}"));
    desk.click("One");
    replace(home.path(), &format!("version = 1\n{TWO}{ONE}"));
    desk.wait("another stands in its place", |desk| desk.state().book.macros.len() == 2);
    desk.frames();
    desk.key(egui::Key::Enter);
    desk.wait_for_log("AT+ONE=hello");
    desk.wait("it is over", |desk| !desk.state().running());
    desk.click("One");
    replace(home.path(), &format!("version = 1\n{TWO}"));
    desk.wait("it is gone, and so is the question", |desk| desk.shows("“One” was changed meanwhile, and was not run."));
    desk.key(egui::Key::Enter);
    desk.frames();
    assert!(!desk.log().contains("AT+TWO"));
}

#[test]
fn the_time_of_a_pause_is_counted() {
    let home = tempfile::tempdir().unwrap();
    let book = "version = 1\n[[macro]]\nname = \"Slow\"\n[[macro.step]]\nsend = 'AT\\r'\nexpect = ['\\r\\nOK\\r\\n']\nwait = \"60s\"\n";
    let mut desk = connected(home.path(), book);
    desk.click("Slow");
    desk.wait("it begins", |desk| desk.shows("then a pause, ") && desk.shows(" of 60 s"));
    desk.wait("and is counted", |desk| desk.shows("then a pause, 0.2 s of 60 s") || desk.shows("then a pause, 0.3 s"));
    desk.click("Stop");
    desk.wait("it is over", |desk| !desk.state().running());
}
