//! The arrows between the rooms of `src/`, and what the pure ones never do. `docs/ARCHITECTURE.md` draws them.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms next to it that it may name. It may name all that those may, too.
const ARROWS: [(&str, &[&str]); 14] = [
    ("os", &[]),
    ("notation", &[]),
    ("vocabulary", &["notation"]),
    ("modem", &["vocabulary"]),
    ("macros", &["modem"]),
    ("capture", &["modem", "os"]),
    ("simulator", &["vocabulary"]),
    ("sketch", &["simulator", "macros"]),
    ("session", &["macros"]),
    ("link", &["macros", "capture", "simulator"]),
    ("worker", &["link", "session"]),
    ("app", &["worker", "sketch"]),
    ("ui", &["app"]),
    ("cli", &["app"]),
];

/// All that a room may name, at the end of whatever chain of arrows.
fn reach(room: &str) -> Vec<&'static str> {
    let (_, next) = ARROWS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("unknown room {room}"));
    next.iter().flat_map(|next| [vec![*next], reach(next)].concat()).collect()
}

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
        let allowed = reach(&room);
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

/// What asks which system this is. A test may: it tells what it needs of one.
const ASKS: [&str; 6] = ["cfg(unix", "cfg(windows", "target_os", "cfg(not(", "cfg!(", "cfg(any("];

#[test]
fn only_os_asks_which_system_this_is() {
    let mut wrong = Vec::new();
    for (room, files) in rooms() {
        for file in files.iter().filter(|_| room != "os") {
            for (number, line) in code(file) {
                if !file.to_string_lossy().ends_with("_tests.rs") && ASKS.iter().any(|ask| line.contains(ask)) {
                    wrong.push(format!("{}:{number}: {line}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "what differs by system stands in src/os:\n{}", wrong.join("\n"));
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

/// Files that may hold names of AT commands or their answers in strings, each with its reason.
const NAMES_ELSEWHERE: [(&str, &str); 8] = [
    ("src/modem/digest.rs", "+IPD is a frame of bytes, cut before lines are"),
    ("src/modem/transcript.rs", "the lines that any modem refuses with tell a log from prose"),
    ("src/modem/transcript/", "what pasted logs look like, before anything is known of a modem"),
    ("src/modem/diagnose/", "rules about that very command, and what they offer to send"),
    ("src/modem/secrets", "the questions whose answers are secrets, and what a PIN typed alone follows"),
    ("src/sketch/explain/slips.rs", "a slip that is about that very command"),
    ("src/sketch/libraries.rs", "what each call of an Arduino library sends"),
    ("src/ui/strip.rs", "which answer a fact of the strip comes from, for people"),
];

#[test]
fn names_of_commands_stand_in_the_vocabulary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut needed = [false; NAMES_ELSEWHERE.len()];
    for (room, files) in rooms() {
        if room == "vocabulary" || room == "simulator" {
            continue;
        }
        for file in files.iter().filter(|file| !code(file).is_empty()) {
            let inside = file.strip_prefix(root).expect("in the project").to_string_lossy().into_owned();
            let lines: Vec<String> =
                read(file).lines().take_while(|line| line.trim() != "#[cfg(test)]").map(str::to_owned).collect();
            for (number, text) in literals(&lines.join("\n")).into_iter().filter(|(_, text)| is_name(text)) {
                match NAMES_ELSEWHERE.iter().position(|(place, _)| inside.starts_with(place)) {
                    Some(at) => needed[at] = true,
                    None => wrong.push(format!("{inside}:{number}: {text}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these belong into a family's table:\n{}", wrong.join("\n"));
    let idle: Vec<_> = NAMES_ELSEWHERE.iter().zip(needed).filter(|(_, needed)| !needed).collect();
    assert!(idle.is_empty(), "these exceptions are not needed any more: {idle:?}");
}

#[test]
fn no_name_hides_in_a_literal() {
    let names = |code: &str| literals(code).into_iter().filter(|(_, text)| is_name(text)).count();
    for hidden in [
        r#"x == "AT+CSQ""#,
        r#"x == b"+CIPSEND=""#,
        r#"format!("AT+CIPMUX={n}\r")"#,
        r##"r#"AT+CIPSTART="TCP","h",80"#"##,
        r#"concat!("AT", "+CSQ")"#,
        r#"('"', "\r\n+CME ERROR")"#,
        r#""at^AUTHDATA=""#,
        r#""ok" /* " */ "AT$QCPDPP""#,
        "\"first\nsecond\"; \"AT#SGACT\"",
    ] {
        assert_eq!(names(hidden), 1, "{hidden}");
    }
    for open in [
        r#""AT+CSQ shows the signal""#,
        r##""#E8B34B""##,
        r#""+4179000""#,
        r#""AT""#,
        r#"// "AT+CSQ""#,
        r#""a+B""#,
        r#""^PASS\\s""#,
    ] {
        assert_eq!(names(open), 0, "{open}");
    }
}

/// A name of a command or an answer stands at its start: `AT+CSQ`, `+CIPSEND=`, `;+CMGS=`. A sentence is for people.
fn is_name(text: &str) -> bool {
    let text = text.replace("\\r", "").replace("\\n", "");
    let text = text.trim_start_matches([';', '>', ' ']);
    let at = text.get(..2).is_some_and(|at| at.eq_ignore_ascii_case("AT"));
    let body = if at { &text[2..] } else { text };
    let Some(sign) = body.chars().next().filter(|sign| *sign == '+' || at && "*^#$&%".contains(*sign)) else {
        return false;
    };
    let body = &body[sign.len_utf8()..];
    let name = body.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
    let sentence = body.split(' ').skip(1).any(|word| word.chars().filter(char::is_ascii_lowercase).count() > 1);
    name >= 3 && body.starts_with(|first: char| first.is_ascii_uppercase()) && !sentence
}

/// The string literals of code, as they are written, with the number of their line; comments are left out.
fn literals(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (code, 1);
    while let Some(first) = rest.chars().next() {
        let hashes = rest.get(1..).map_or(0, |tail| tail.len() - tail.trim_start_matches('#').len());
        let raw = first == 'r' && rest.get(1 + hashes..).is_some_and(|tail| tail.starts_with('"'));
        let (open, length) = if rest.starts_with("//") {
            (0, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (0, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            (0, rest[1..].find('\'').map_or(rest.len(), |end| end + 2))
        } else if raw {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = &rest[hashes + 2..];
            (hashes + 2, hashes + 2 + body.find(&close).unwrap_or(body.len()))
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            });
            (1, 1 + end.unwrap_or(rest.len() - 1))
        } else {
            (0, first.len_utf8())
        };
        if open > 0 {
            found.push((line, rest[open..length].to_owned()));
        }
        // Behind the quote that closes it.
        let length = if open > 0 { (length + 1 + if raw { hashes } else { 0 }).min(rest.len()) } else { length };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
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
