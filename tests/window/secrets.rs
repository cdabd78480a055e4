//! What leaves the window by the clipboard, the history and the settings holds no secret.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::Desk;

const SECRETS: [&str; 2] = ["4711", "geheim99"];

#[test]
fn neither_the_clipboard_nor_a_file_of_the_window_has_a_pin_or_a_password() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    for line in ["AT+CPIN=\"4711\"", "AT+CSTT=\"internet\",\"user\",\"geheim99\""] {
        desk.type_text(line);
        desk.key(Key::Enter);
    }
    desk.wait_for_log("TX AT+CSTT=\"internet\",\"user\",\"********\"");
    desk.wait("both are answered", |desk| desk.state().status.strip.fared.commands == 2);
    desk.focus_log();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.wait("all is selected", |desk| desk.shows("Selected: "));
    for button in ["Copy as text", "Copy as Notation", "Copy as C array", "Copy as Hex"] {
        // What is copied is there for one frame, perhaps that of the click.
        desk.harness.get_by_role_and_label(Role::Button, button).click();
        let mut copied = String::new();
        desk.wait_until(|desk| {
            let now = desk.copied();
            copied = if now.is_empty() { std::mem::take(&mut copied) } else { now };
            !copied.is_empty()
        });
        for secret in SECRETS {
            let spelled: Vec<String> = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
            for form in [secret.to_owned(), spelled.join(" "), spelled.join(", 0x")] {
                assert!(!copied.contains(&form), "{button}: {copied}");
            }
        }
        assert!(copied.len() > 40, "{button}: {copied}");
    }
    drop(desk);
    let mut folders = vec![home.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            for secret in SECRETS {
                assert!(memchr::memmem::find(&bytes, secret.as_bytes()).is_none(), "{}", path.display());
            }
        }
    }
    assert!(files > 2, "settings, macros and the capture: {files}");
}
