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
