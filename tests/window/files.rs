//! A file opens as what it is, and a pasted sketch is no twenty lines to send.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::Desk;

const SKETCH: &str = "#include <SoftwareSerial.h>\nSoftwareSerial sim(8, 7);\nvoid setup() {\n  sim.begin(9600);\n  sim.println(\"AT\");\n  delay(500);\n}\nvoid loop() {}\n";

/// A file under the hand.
#[derive(Debug)]
struct File(PathBuf);

impl egui::DroppedFile for File {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn dropped(path: &Path) -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.harness.input_mut().dropped_files.push(Arc::new(File(path.to_owned())));
    desk.frames();
    desk.frames();
    desk
}

#[test]
fn a_dropped_sketch_is_imported_and_no_capture() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["blink.ino", "sketch.txt"] {
        let path = folder.path().join(name);
        std::fs::write(&path, SKETCH).unwrap();
        let mut desk = dropped(&path);
        desk.wait(name, |desk| desk.shows("1 macro with 1 step, from an Arduino sketch"));
        assert!(desk.state().file.is_none() && desk.state().messages.is_empty());
    }
}

#[test]
fn a_dropped_macro_book_is_imported_and_no_capture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, "version = 1\n[[macro]]\nname = \"Mine\"\n[[macro.step]]\nsend = 'AT\\r'\n").unwrap();
    let mut desk = dropped(&path);
    desk.wait("it is imported", |desk| desk.shows("1 macro with 1 step, from a macro book"));
    assert!(desk.state().file.is_none());
}

#[test]
fn a_dropped_log_is_a_capture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.txt");
    std::fs::write(&path, "AT\nOK\nAT+CIPSEND\nERROR\n").unwrap();
    let mut desk = dropped(&path);
    desk.wait_for_log("ERROR");
    assert!(desk.state().file.is_some());
}

#[test]
fn a_pasted_sketch_is_offered_for_import() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.harness.event(Event::Paste(SKETCH.to_owned()));
    desk.frames();
    assert!(desk.shows("This is an Arduino sketch"));
    desk.click("Import it…");
    desk.wait("it is read", |desk| desk.shows("1 macro with 1 step, from an Arduino sketch"));
    assert_eq!(desk.state().status.tx, 0);
}

#[test]
fn a_sketch_goes_back_to_the_pins_it_came_from() {
    let mut desk = Desk::new(&Start::default());
    desk.harness.event(Event::Paste(SKETCH.replace("sim(8, 7)", "sim(7, 8)").replace("9600", "19200")));
    desk.frames();
    desk.click("Import it…");
    desk.wait("it is read", |desk| desk.offers("Add to the macros"));
    desk.reach("Add to the macros");
    desk.reach("More for Sketch");
    desk.click("As a program: Arduino, Python, C…");
    desk.frames();
    let program = desk.harness.get_by_label("The program").value().unwrap_or_default();
    assert!(program.contains("MODEM_RX_PIN = 7") && program.contains("MODEM_TX_PIN = 8"), "{program}");
    assert!(program.contains("MODEM_BAUD = 19200"), "{program}");
}

/// The sketch of the story: blind, every 500 ms.
#[test]
fn a_pasted_sketch_is_run_and_told_what_is_wrong_by_line() {
    let blind = include_str!("../data/sketches/blind.ino");
    let mut desk = Desk::new(&Start::default());
    desk.harness.event(Event::Paste(blind.to_owned()));
    desk.frames();
    desk.click("Run the sketch");
    desk.wait("it was run", |desk| desk.state().tools.sketch_run.is_some());
    desk.frames();
    assert!(desk.shows("Problem") && desk.shows("AT+CIPSEND"), "{:?}", desk.state().tools.sketch_run);
    assert!(desk.shows("To do: "));
    desk.reach("Import it as a macro…");
    desk.wait("it is read", |desk| desk.shows("from an Arduino sketch"));
}

/// A window in which a pasted sketch is run.
fn run_pasted(sketch: &str) -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.harness.event(Event::Paste(sketch.to_owned()));
    desk.frames();
    desk.click("Run the sketch");
    desk
}

/// The sketch that was run has sent this in one piece.
fn sent(desk: &Desk, text: &[u8]) -> bool {
    desk.state().tools.sketch_run.as_ref().is_some_and(|run| run.rows.iter().any(|row| row.bytes == text))
}

/// What only the board knows is ticked, and the sketch is run again with it.
#[test]
fn a_pin_of_a_sketch_is_ticked_and_its_branch_is_run() {
    let sketch = "SoftwareSerial sim(8, 7);\nvoid setup() {\n  sim.begin(9600);\n  if (digitalRead(3)) sim.println(\"ATH\");\n  \
        else sim.println(\"AT\");\n}\nvoid loop() {}\n";
    let mut desk = run_pasted(sketch);
    desk.wait("it was run", |desk| sent(desk, b"AT\r\n"));
    desk.frames();
    desk.tick("digitalRead(3) is HIGH");
    desk.wait("it was run again", |desk| sent(desk, b"ATH\r\n"));
    // The macro is that of this run.
    desk.reach("Import it as a macro…");
    desk.wait("it is read", |desk| desk.shows("from an Arduino sketch"));
    assert!(!desk.shows("sends `ATH`"), "the branch that was ticked is in it");
}

/// What has more than two values is typed, and counts when the field is left.
#[test]
fn a_reading_of_a_sketch_is_typed_and_what_follows_from_it_is_sent() {
    let sketch = "SoftwareSerial sim(8, 7);\nvoid setup() {\n  sim.begin(9600);\n  sim.print(\"AT+LEVEL=\");\n  \
        sim.println(analogRead(A1));\n}\nvoid loop() {}\n";
    let mut desk = run_pasted(sketch);
    desk.wait("it was run", |desk| sent(desk, b"512\r\n"));
    desk.frames();
    let field = desk.harness.get_by_role_and_label(Role::TextInput, "analogRead(A1)");
    field.scroll_to_me();
    desk.frames();
    desk.harness.get_by_role_and_label(Role::TextInput, "analogRead(A1)").focus();
    desk.frames();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.type_text("700");
    desk.key(Key::Enter);
    desk.wait("it was run again", |desk| sent(desk, b"700\r\n"));
}

/// A long log is read on a thread of its own, and no text field lays it out.
#[test]
fn a_long_log_is_read_while_the_window_goes_on() {
    let part = "AT+CSQ\n+CSQ: 14,0\n\nOK\n";
    let log = part.repeat(1_500_000 / part.len());
    let mut desk = Desk::new(&Start::default());
    desk.click("Open or paste a log…");
    desk.harness.run_steps(8);
    desk.harness.get_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "or paste a log").focus();
    desk.frames();
    desk.harness.event(egui::Event::Paste(log));
    desk.harness.run_steps(4);
    assert!(desk.shows("too long to be shown here"));
    desk.click("Read it");
    assert!(desk.state().reader.is_none(), "it is not there at once, and the click did not wait for it");
    assert!(desk.shows("Reading the log…"));
    desk.wait_for_log("+CSQ: 14,0");
    desk.frames();
    assert!(!desk.shows("Reading the log…"));
}

#[test]
fn a_text_that_is_no_sketch_by_its_length_is_told_and_taken_out_again() {
    let mut desk = Desk::new(&Start::default());
    desk.click("Paste a sketch…");
    desk.harness.run_steps(8);
    desk.harness.event(egui::Event::Paste("// nothing\n".repeat(1_000_000)));
    desk.harness.run_steps(4);
    assert!(desk.shows("too long for a sketch") && !desk.offers("Run the sketch"));
    desk.click("Take it out");
    desk.harness.run_steps(4);
    assert!(!desk.shows("too long"));
    desk.harness.event(egui::Event::Paste("void setup() {}\nvoid loop() {}\n".to_owned()));
    desk.harness.run_steps(4);
    assert!(desk.offers("Run the sketch"));
}

#[test]
fn what_is_no_file_is_told_and_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = dropped(folder.path());
    desk.wait("a folder", |desk| desk.shows("cannot open"));
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        let mut desk = dropped(&pipe);
        desk.wait("a pipe", |desk| desk.shows("is a pipe or a device, and no file"));
    }
}

#[test]
fn of_several_files_one_is_opened_and_the_others_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(&Start::default());
    for name in ["one.txt", "two.txt", "three.txt"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "AT\nOK\n").unwrap();
        desk.harness.input_mut().dropped_files.push(Arc::new(File(path)));
    }
    desk.frames();
    desk.wait_for_log("OK");
    assert!(desk.shows("One file is opened at a time: one.txt. 2 more were dropped and not opened."));
}
