//! What a newcomer does first, in the real window.

use std::path::PathBuf;

use egui::{Key, Modifiers};

use crate::window::{Display, Window};

fn picture(window: &mut Window, name: &str) {
    if let Some(folder) = std::env::var_os("MODEMSCOPE_PICTURES") {
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).expect("the folder for pictures can be made");
        window.screenshot(&folder.join(name));
    }
}

/// Opens the connection by its macro and the prompt by hand.
fn open_prompt(window: &mut Window) {
    window.click("Open TCP");
    window.wait_for_text("Enter runs it");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("Open TCP: done");
    window.click("Send line");
    window.type_text("AT+CIPSEND");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("Waiting for data");
}

/// `modemscope demo`: click *Open TCP*, click *CIPSEND + text + 1A*, accept what is prefilled; the server has the text.
#[test]
fn demo_delivers_a_text_by_two_clicks() {
    let display = Display::start();
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(&display, home.path(), &["demo", "--text", "hello from modemscope"]);
    window.resize(1280, 800);
    window.wait_for_text("opened sim:");
    picture(&mut window, "start.png");
    window.click("Open TCP");
    window.wait_for_text("Enter runs it");
    picture(&mut window, "ask.png");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("Open TCP: done");
    window.click("CIPSEND + text + 1A");
    window.wait_for_text("Enter runs it");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("SEND OK");
    window.wait_for("the text in the server panel", |widget| {
        widget.label.contains("hello from modemscope") && widget.label.contains("21 bytes")
    });
    picture(&mut window, "modemscope.png");
}

/// By hand, as in every tutorial: the command, the text, then Ctrl+Z, which must send the byte and never be undo.
#[test]
fn a_text_typed_by_hand_ends_with_ctrl_z() {
    let display = Display::start();
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(&display, home.path(), &["demo"]);
    window.wait_for_text("SMS Ready");
    open_prompt(&mut window);
    window.type_text("typed by hand");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("13 sent");
    window.key(Key::Z, Modifiers::CTRL | Modifiers::COMMAND);
    window.wait_for_text("SEND OK");
    window.wait_for("the text in the server panel", |widget| widget.label.contains("typed by hand"));
}

/// The mistake that costs people days: 1A typed as two letters. It is told, one click sends the byte, the finding resolves.
#[test]
fn a_1a_typed_as_text_is_told_and_put_right_by_one_click() {
    let display = Display::start();
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(&display, home.path(), &["demo"]);
    window.resize(1280, 860);
    window.wait_for_text("SMS Ready");
    open_prompt(&mut window);
    window.type_text("hello");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("5 sent");
    // Alone in its write it is told at once; at the end of a text only after 10 s (tests/window/main_job.rs moves time).
    window.type_text("1A");
    window.wait_for_text("Make it the byte");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("Problem");
    picture(&mut window, "finding.png");
    window.click("Send the byte 1A");
    window.wait_for_text("SEND OK");
    window.wait_for_text("Resolved");
}

/// From the start page to the text on the server, by keys alone.
#[test]
fn the_main_job_needs_no_mouse() {
    let display = Display::start();
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(&display, home.path(), &[]);
    window.resize(1024, 700);
    window.wait_for_text("Work a modem");
    window.tab_to("Connect to the simulated SIM800L");
    window.key(Key::Space, Modifiers::NONE);
    window.wait_for_text("SMS Ready");
    window.tab_to("Start");
    window.key(Key::Space, Modifiers::NONE);
    window.wait_for_text("Listening on");
    window.tab_to("Send line");
    window.key(Key::F5, Modifiers::NONE);
    window.wait_for_text("Enter runs it");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("Open TCP: done");
    window.type_text("AT+CIPSEND");
    window.key(Key::Enter, Modifiers::NONE);
    window.wait_for_text("Waiting for data");
    window.type_text("no mouse");
    window.key(Key::Z, Modifiers::CTRL | Modifiers::COMMAND);
    window.wait_for_text("SEND OK");
    window.wait_for("the text in the server panel", |widget| {
        widget.label.contains("no mouse") && widget.label.contains("8 bytes")
    });
}
