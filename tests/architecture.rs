//! The arrows between the rooms of `src/`, and what the pure ones never do. `docs/ARCHITECTURE.md` draws them.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms it may name.
const ARROWS: [(&str, &[&str]); 13] = [
    ("notation", &[]),
    ("vocabulary", &["notation"]),
    ("modem", &["vocabulary", "notation"]),
    ("macros", &["modem", "vocabulary", "notation"]),
    ("capture", &["modem", "vocabulary", "notation"]),
    ("simulator", &["vocabulary", "notation"]),
    ("sketch", &["simulator", "macros", "modem", "vocabulary", "notation"]),
    ("session", &["macros", "modem", "vocabulary", "notation"]),
    ("link", &["macros", "capture", "simulator", "modem", "vocabulary", "notation"]),
    ("worker", &["link", "session", "macros", "capture", "simulator", "modem", "vocabulary", "notation"]),
    (
        "app",
        &["worker", "link", "session", "sketch", "macros", "capture", "simulator", "modem", "vocabulary", "notation"],
    ),
    (
        "ui",
        &[
            "app",
            "worker",
            "link",
            "session",
            "sketch",
            "macros",
            "capture",
            "simulator",
            "modem",
            "vocabulary",
            "notation",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "worker",
            "link",
            "session",
            "sketch",
            "macros",
            "capture",
            "simulator",
            "modem",
            "vocabulary",
            "notation",
        ],
    ),
];

/// Rooms that take bytes and time and give values. `capture` is pure but for its file.
const PURE: [&str; 7] = ["notation", "vocabulary", "modem", "macros", "simulator", "sketch", "session"];

/// What a pure room never names: I/O, threads, locks, clocks.
const IMPURE: [&str; 15] = [
    "std::fs",
    "std::io::",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::thread",
    "std::process",
    "std::env",
    "std::sync::Mutex",
    "Instant",
    "SystemTime",
    "crossbeam",
    "rustix",
    "jiff::Timestamp::now",
];

/// Named by no room but `ui`.
const WINDOW_CRATES: [&str; 3] = ["egui::", "eframe::", "egui_plot::"];

#[test]
fn rooms_know_only_what_the_arrows_allow() {
    let mut wrong = Vec::new();
    for (room, files) in rooms() {
        let (_, allowed) =
            ARROWS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("unknown room {room}"));
        for file in files {
            for (number, line) in code(&file) {
                if line.starts_with("use crate::{") {
                    wrong.push(format!(
                        "{}:{number}: name one room a `use`, so that this test can read it",
                        file.display()
                    ));
                }
                for other in ARROWS.map(|(name, _)| name) {
                    let names_it =
                        line.contains(&format!("crate::{other}::")) || line.contains(&format!("crate::{other};"));
                    if names_it && other != room && !allowed.contains(&other) {
                        wrong.push(format!("{}:{number}: {room} must not know {other}: {line}", file.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_do_no_io_and_read_no_clock() {
    let mut wrong = Vec::new();
    for (room, files) in rooms() {
        for file in files.iter().filter(|_| PURE.contains(&room.as_str())) {
            for (number, line) in code(file) {
                if let Some(word) = IMPURE.iter().find(|word| line.contains(**word)) {
                    wrong.push(format!("{}:{number}: {word} in a pure room: {line}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_window_knows_egui() {
    let mut wrong = Vec::new();
    for (room, files) in rooms() {
        for file in files.iter().filter(|_| room != "ui") {
            for (number, line) in code(file) {
                if let Some(word) = WINDOW_CRATES.iter().find(|word| line.contains(**word)) {
                    wrong.push(format!("{}:{number}: {word} outside ui: {line}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_holds_two_ideas() {
    let long: Vec<String> = rooms()
        .into_values()
        .flatten()
        .filter_map(|file| {
            let lines = read(&file).lines().count();
            (lines > 500).then(|| format!("{}: {lines} lines", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "over 500 lines; find the two ideas:\n{}", long.join("\n"));
}

#[test]
fn links_in_the_docs_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.to_owned(), root.join("docs"), root.join("docs/decisions")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("docs can be read"));
    let pages = entries.map(|entry| entry.expect("an entry").path());
    let mut lost = Vec::new();
    for page in pages.filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let text = read(&page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            let elsewhere = target.is_empty() || target.contains("://");
            if !elsewhere && !page.with_file_name(target).exists() {
                lost.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Files that may hold names of AT commands or their answers as strings that decide, each with its reason.
const NAMES_ELSEWHERE: [(&str, &str); 16] = [
    ("src/app/passthrough.rs", "the check of a passthrough asks one question many times and counts the answers"),
    (
        "src/capture/redact/collect.rs",
        "marks by answers and shapes of its own; the commands' parameters move to the vocabulary",
    ),
    ("src/capture/redact/secrets.rs", "dialed codes that are no commands, and words that resemble a command"),
    ("src/macros/recorder.rs", "the two lines that any modem refuses with"),
    ("src/macros/expectations.rs", "the two lines that any modem refuses with"),
    ("src/modem/digest.rs", "+IPD is a frame of bytes, cut before lines are"),
    ("src/modem/transcript.rs", "the two lines that any modem refuses with tell a log from prose"),
    ("src/modem/transcript/", "what pasted logs look like, before anything is known of a modem"),
    ("src/modem/diagnose/", "rules about that very command, and what they offer to send"),
    ("src/modem/secrets", "the questions whose answers are secrets, and what a PIN typed alone follows"),
    ("src/sketch/board/modem.rs", "the rate that a sketch gives the modem decides what the board hears"),
    ("src/ui/send_box/completion.rs", "which commands people type most"),
    ("src/ui/tools/simulator.rs", "a caller's number to begin with"),
    ("src/sketch/explain/slips.rs", "a slip that is about that very command"),
    ("src/sketch/libraries.rs", "what each call of an Arduino library sends"),
    ("src/ui/strip.rs", "which answer a fact of the strip comes from, for people"),
];

#[test]
fn names_of_commands_stand_in_the_vocabulary() {
    // A whole string of a name, such as `+CIPSEND=` or `AT+CSQ`, decides; a sentence with blanks is for people.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for (room, files) in rooms() {
        if room == "vocabulary" || room == "simulator" {
            continue;
        }
        for file in files.iter().filter(|file| !file.to_string_lossy().contains("tests")) {
            let inside = file.strip_prefix(root).expect("in the project").to_string_lossy().into_owned();
            if NAMES_ELSEWHERE.iter().any(|(place, _)| inside.starts_with(place)) {
                continue;
            }
            for (number, line) in code(file) {
                if line.split('"').skip(1).step_by(2).any(is_name) {
                    wrong.push(format!("{inside}:{number}: {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these belong into a family's table:\n{}", wrong.join("\n"));
}

/// `AT+CSQ`, `+CIPSEND=`, `;+CMGS=`, also with `\\r` behind it.
fn is_name(text: &str) -> bool {
    let text = text.trim_start_matches([';', '^']).trim_end_matches("\\r").trim_end_matches(['=', ':', '?', ',']);
    let name = text.strip_prefix("AT").unwrap_or(text).strip_prefix('+');
    name.is_some_and(|name| {
        name.len() >= 3 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// The files of each room.
fn rooms() -> BTreeMap<String, Vec<PathBuf>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be read") {
            let path = entry.expect("an entry of src").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&source).expect("it lies in src");
                let first = inside.components().next().expect("it has a name").as_os_str().to_string_lossy();
                let room = first.trim_end_matches(".rs").to_owned();
                if room != "lib" && room != "main" {
                    rooms.entry(room).or_default().push(path);
                }
            }
        }
    }
    rooms
}

/// Lines of code with their numbers: no comments, and nothing from the test module on (tests may use the clock).
fn code(file: &Path) -> Vec<(usize, String)> {
    if file.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs") {
        return Vec::new();
    }
    read(file)
        .lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line.trim().to_owned()))
        .collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).expect("a source file can be read")
}
