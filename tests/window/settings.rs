//! What the window remembers.

use egui::Key;
use modemscope::app::Start;
use modemscope::app::settings::{Columns, SendMode};

use crate::desk::Desk;

#[test]
fn the_next_window_is_as_the_last_one_was() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.connect("sim:fast");
    desk.type_text("AT+CSQ");
    desk.key(Key::Enter);
    desk.click("Show as hex");
    desk.click("Text");
    drop(desk);
    let desk = Desk::at_home(&Start::default(), home.path());
    let settings = &desk.state().settings;
    assert_eq!(settings.port, "sim:fast");
    assert_eq!(settings.history, ["AT+CSQ"]);
    assert_eq!((settings.view.columns, settings.send.mode), (Columns::Hex, SendMode::Text));
}

/// What is chosen holds for the session, and that it will not be remembered is said.
#[test]
fn settings_that_cannot_be_written_any_more_are_told() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    let file = home.path().join("config/settings.toml");
    let _none_yet = std::fs::remove_file(&file);
    // A folder with something in it cannot be replaced by a file, whoever runs this.
    std::fs::create_dir_all(file.join("in the way")).unwrap();
    desk.click("Side panel");
    desk.wait("it is told", |desk| desk.shows("The settings were not saved."));
    assert!(!desk.offers("AT and echo"), "it holds all the same");
}
