//! The tool windows: export, macro editor, recording, imports, the simulator's hand, help pages.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::Desk;

/// Opens a window from the menu.
fn open(desk: &mut Desk, name: &str) {
    desk.click("Menu");
    desk.click(name);
    desk.frames();
}

/// Types into a field by its label.
fn fill(desk: &mut Desk, label: &str, text: &str) {
    desk.harness.get_by_role_and_label(Role::TextInput, label).focus();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, Key::A);
    desk.type_text(text);
}

fn connected() -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk
}

#[test]
fn an_export_is_written_redacted_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.txt");
    let mut desk = connected();
    desk.type_text("AT+GSN");
    desk.key(Key::Enter);
    desk.wait_for_log("OK<CR><LF>");
    open(&mut desk, "Export capture…");
    desk.wait("it says what is redacted", |desk| desk.shows("becomes"));
    fill(&mut desk, "File", path.to_str().unwrap());
    desk.click("Export");
    desk.wait("it is written", |desk| desk.shows("Written to"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("AT+GSN") && text.contains("IMEI"), "{text}");
    desk.click("Export");
    desk.wait("it is not overwritten", |desk| desk.shows("is not overwritten"));
}

#[test]
fn a_hand_session_is_recorded_as_a_macro() {
    let mut desk = connected();
    desk.click("Record");
    desk.focus_line();
    desk.type_text("AT+CSQ");
    desk.key(Key::Enter);
    desk.wait_for_log("+CSQ: ");
    desk.wait_for_log("OK<CR><LF>");
    desk.click("Stop recording");
    desk.wait("the button is there", |desk| desk.offers("Recorded"));
    let recorded = desk.state().book.macros.last().unwrap();
    assert_eq!(recorded.steps[0].send.as_deref(), Some("AT+CSQ\\r"));
    assert!(recorded.steps[0].expect.iter().any(|expect| expect.contains("OK")), "{recorded:?}");
}

#[test]
fn macros_are_edited_and_saved() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    open(&mut desk, "Edit macros…");
    desk.click("New");
    fill(&mut desk, "Name", "My macro");
    desk.key(Key::Tab);
    desk.click("Save macros");
    desk.wait("the button is there", |desk| desk.offers("My macro"));
    let text = std::fs::read_to_string(home.path().join("config/macros.toml")).unwrap();
    assert!(text.contains("name = \"My macro\""), "{text}");
    assert!(text.starts_with('#'), "comments stay");
}

#[test]
fn a_sketch_is_imported_and_waits_for_answers_with_one_click() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Import macros or sketch…");
    desk.harness.get_by_label("or paste an Arduino sketch").focus();
    desk.frames();
    desk.type_text(
        "SoftwareSerial sim(8, 7); void setup() { sim.begin(9600); sim.println(\"AT\"); delay(500); } void loop() {}",
    );
    desk.wait("it is read", |desk| desk.shows("1 macro with 1 step, from an Arduino sketch"));
    assert!(desk.shows("then 500 ms"));
    desk.tick("Wait for the answers instead of fixed delays");
    desk.wait("it waits", |desk| desk.shows("waits for"));
    desk.reach("Add to the macros");
    desk.wait("the button is there", |desk| desk.offers("Sketch"));
}

/// It is run for that, which may take seconds: never between two frames.
#[test]
fn the_frame_in_which_a_sketch_is_pasted_does_not_wait_for_it() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Import macros or sketch…");
    desk.harness.get_by_label("or paste an Arduino sketch").focus();
    desk.frames();
    let sketch = "void setup() { Serial1.begin(9600); Serial1.println(\"AT\"); } void loop() {}";
    desk.harness.event(egui::Event::Paste(sketch.to_owned()));
    desk.harness.step();
    assert!(!desk.shows("1 macro with 1 step"));
    desk.wait("it is read", |desk| desk.shows("1 macro with 1 step, from an Arduino sketch"));
}

#[test]
fn the_simulated_modem_can_be_handled() {
    let mut desk = connected();
    open(&mut desk, "Simulated modem");
    desk.click("Send to modem");
    desk.wait_for_log("+CMTI");
    desk.tick("silent");
    desk.wait("silent", |desk| desk.state().connected());
}

#[test]
fn the_wiring_is_told_to_who_cannot_see_it() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Arduino Nano: wiring and sketch");
    assert!(desk.shows("Wiring: Arduino Nano D7 to RXD, D8 to TXD") && desk.shows("and an antenna"));
    assert!(desk.shows("Wiring: Arduino Nano D0 to RXD, D1 to TXD, GND to GND, RESET joined to GND"));
    desk.reach("Set the port for it: 115200 baud");
    assert_eq!(desk.state().line.baud, 115_200);
    desk.reach("Copy sketch");
}

#[test]
fn a_capture_is_opened_and_diagnosed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pasted.txt");
    std::fs::write(&path, "> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n").unwrap();
    let mut desk = Desk::new(&Start { port: Some(path.display().to_string()), ..Start::default() });
    desk.wait_for_log("ERROR<CR><LF>");
    desk.wait("its findings", |desk| desk.shows("AT+CIPSEND was refused: no connection was opened"));
    desk.click("Close file");
    assert!(desk.state().file.is_none());
}

#[test]
fn sessions_are_listed_opened_again_and_marked() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Disconnect");
    desk.wait("it is closed", |desk| !desk.state().busy());
    open(&mut desk, "Open capture…");
    desk.wait("it is listed", |desk| desk.state().tools.captures.len() == 1);
    let path = desk.state().tools.captures[0].path.clone();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    desk.tick(&format!("Keep {name}"));
    desk.wait("it is marked", |desk| desk.state().tools.captures.first().is_some_and(|capture| capture.marked));
    assert!(modemscope::capture::folder::is_kept(&path));
    desk.reach(&format!("Open {name}"));
    desk.wait_for_log("SMS Ready");
    assert_eq!(desk.state().file.as_ref().map(|file| file.path.clone()), Some(Some(path)));
}

#[test]
fn an_imported_sketch_goes_back_to_its_pins_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    open(&mut desk, "Import macros or sketch…");
    desk.harness.get_by_label("or paste an Arduino sketch").focus();
    desk.frames();
    desk.type_text(
        "SoftwareSerial sim(4, 5); void setup() { sim.begin(9600); sim.println(\"AT\"); delay(500); } void loop() {}",
    );
    desk.wait("it is read", |desk| desk.offers("Add to the macros"));
    desk.reach("Add to the macros");
    desk.wait("the button is there", |desk| desk.offers("Sketch"));
    drop(desk);
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.reach("More for Sketch");
    desk.click("As a program: Arduino, Python, C…");
    desk.frames();
    let program = desk.harness.get_by_label("The program").value().unwrap_or_default();
    assert!(program.contains("MODEM_RX_PIN = 4;") && program.contains("MODEM_TX_PIN = 5;"), "{program}");
}

#[test]
fn a_log_is_pasted_into_the_window_that_opens_captures() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Open capture…");
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "or paste a log").focus();
    desk.frames();
    desk.type_text("> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n");
    // Already while it is pasted the line is marked on which something is wrong.
    desk.wait("what is wrong with it", |desk| desk.shows("Line 1: AT+CIPSEND was refused: no connection was opened"));
    desk.reach("Read it");
    desk.wait("its findings", |desk| desk.shows("AT+CIPSEND was refused: no connection was opened"));
}

#[test]
fn what_a_log_tells_in_words_has_its_line_too() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Open capture…");
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "or paste a log").focus();
    desk.frames();
    desk.type_text("testing\nERROR: SIM900 doesn't answer.\n");
    desk.wait("the line", |desk| desk.shows("Line 2: the modem does not answer"));
}

#[test]
fn a_sketch_that_is_pasted_for_a_log_is_run_and_not_read_as_one() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Open capture…");
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "or paste a log").focus();
    desk.frames();
    desk.type_text("void setup() { Serial1.begin(9600); Serial1.println(\"AT\"); } void loop() {}");
    assert!(!desk.offers("Read it"));
    desk.reach("Run the sketch");
    desk.wait("it was run", |desk| desk.shows("The modem is “Serial1”"));
    assert!(desk.state().file.is_none());
}

#[test]
fn a_text_that_is_no_sketch_is_said_to_be_none() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Run a sketch…");
    desk.type_text("AT\nOK\n");
    desk.reach("Run the sketch");
    desk.wait("it is said", |desk| desk.shows("This is no Arduino sketch: it has neither setup() nor loop()"));
    assert!(!desk.shows("could not be read as the compiler reads it"));
}

#[test]
fn the_handbook_is_opened_or_its_place_is_told() {
    let mut desk = Desk::new(&Start::default());
    open(&mut desk, "Handbook…");
    assert!(desk.offers("Open the handbook") || desk.shows("pages are in docs/"));
    assert!(desk.shows("The first five minutes"));
}

/// Once a window has done what it was opened for it goes, and it is whole when it is opened again.
#[test]
fn a_window_that_did_its_work_is_gone_and_whole_again_later() {
    let mut desk = Desk::new(&Start::default());
    let gone = |desk: &Desk| desk.harness.query_by_role_and_label(Role::Button, "Close window").is_none();
    for _ in 0..2 {
        open(&mut desk, "Open capture…");
        desk.harness.get_by_label("or paste a log").focus();
        desk.frames();
        desk.type_text("AT\nOK\n");
        desk.click("Read it");
        desk.harness.run_steps(10);
        assert!(gone(&desk) && !desk.shows("or paste a log"));
        open(&mut desk, "Import macros or sketch…");
        desk.harness.get_by_label("or paste an Arduino sketch").focus();
        desk.frames();
        desk.type_text(
            "SoftwareSerial sim(8, 7); void setup() { sim.begin(9600); sim.println(\"AT\"); } void loop() {}",
        );
        desk.wait("it is read", |desk| desk.offers("Add to the macros"));
        desk.reach("Add to the macros");
        desk.harness.run_steps(10);
        assert!(gone(&desk) && !desk.shows("or paste an Arduino sketch"));
    }
}
