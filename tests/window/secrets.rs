//! What leaves the window by the clipboard, the history and the settings holds no secret.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
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

/// All that can be read in the window, but for what is being typed.
fn shown(desk: &Desk) -> String {
    let mut all = String::new();
    for node in desk.harness.root().children_recursive() {
        let node = node.accesskit_node();
        for text in [node.label(), node.value(), node.description()].into_iter().flatten() {
            all.push_str(&text);
            all.push('\n');
        }
    }
    all
}

/// Whole, in parts, asked for and refused: what was typed is in the log masked, and in no list, card, finding or tool made of it.
#[test]
fn no_part_of_the_window_shows_a_secret_that_was_sent() {
    const LINES: [(&str, &str); 9] = [
        ("AT+CPIN=\"47114711\"", "47114711"),
        ("at+cpin = 47224722", "47224722"),
        ("AT+CLCK=\"SC\",1,\"47334733\"", "47334733"),
        ("AT+CSTT=\"internet\",\"user\",\"geheim41\"", "geheim41"),
        ("AT+SAPBR=3,1,\"PWD\",\"geheim42\"", "geheim42"),
        ("AT+FTPPW=\"geheim43\"", "geheim43"),
        ("AT+HTTPPARA=\"URL\",\"http://me:geheim44@a.b/\"", "geheim44"),
        ("AT+CIPSTART=\"TCP\",\"a.b\",80;+CPIN=47444744", "47444744"),
        ("AT+WIFIPASS=geheim45", "geheim45"),
    ];
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Record");
    desk.focus_line();
    for (count, (line, _)) in LINES.iter().enumerate() {
        desk.type_text(line);
        desk.key(Key::Enter);
        desk.wait("it is answered", |desk| desk.state().status.strip.fared.commands as usize > count);
    }
    desk.click("Stop recording");
    desk.wait("the macro is there", |desk| desk.offers("Recorded"));
    let look = |desk: &Desk, place: &str| {
        let shown = shown(desk);
        for (line, secret) in LINES {
            assert!(!shown.contains(secret), "{line} in {place}: {shown}");
        }
        assert!(shown.len() > 500, "{place}: {shown}");
    };
    look(&desk, "the window");
    // The history is gone through, from the newest to the oldest line.
    for _ in 0..LINES.len() {
        desk.key(Key::ArrowUp);
        look(&desk, "the history");
    }
    for tool in [
        "Share port…",
        "Open capture…",
        "Export capture…",
        "Edit macros…",
        "Macro as a program…",
        "Signal and timeline",
        "Simulated modem",
        "Settings…",
    ] {
        desk.click("Menu");
        desk.click(tool);
        desk.harness.run_steps(12);
        look(&desk, tool);
    }
    desk.wait("it is known what an export replaces", |desk| desk.shows("becomes"));
    look(&desk, "the export");
}
