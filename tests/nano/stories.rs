//! The user's problem on the bench: a sketch that sends blindly.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use modemscope::macros::runner::Ending;
use modemscope::sketch::{RunOptions, Source, answer_driven, import};

use crate::board::{Sketch, compiled};
use crate::desk::{Desk, Server};
use crate::passthrough::{FULL, source};

/// What the blind sketch says, towards this server.
fn blind(server: SocketAddr) -> String {
    source("tests/data/sketches/blind.ino")
        .replace("IP-ADRESS-HERE", &server.ip().to_string())
        .replace("9999", &server.port().to_string())
}

/// The sketch of the story fails here as it did on the bench: the server sees a connection and not one byte.
#[test]
fn the_blind_sketch_connects_and_delivers_nothing() {
    let server = Server::start();
    let Some(sketch) = compiled("blind.ino", &blind(server.address)) else { return };
    let mut desk = Desk::start(&sketch, 9600);
    assert!(desk.run_until(b"AT+CIPCLOSE\r\n", Duration::from_secs(10)), "the sketch runs to its end");
    desk.run(Duration::from_secs(6)); // GPRS takes up to five seconds to connect
    let sent = String::from_utf8_lossy(&desk.to_modem).into_owned();
    assert!(sent.contains("TEXT MESSAGE HERE\x1aAT+CIPCLOSE\r\n"), "the sketch sent all it had to send: {sent:?}");
    let answers = String::from_utf8_lossy(&desk.to_board).into_owned();
    assert!(answers.contains("AT+CIPSEND\r\r\nERROR\r\n"), "the modem refused CIPSEND: {answers:?}");
    assert!(!answers.contains("> "), "and gave no prompt: {answers:?}");
    assert_eq!(server.received(1, Duration::from_millis(300)), (1, vec![]), "connections and bytes at the server");
}

/// Imported and replayed through the passthrough with its own timing it fails the same way; told to wait for the answers it
/// delivers its text.
#[test]
fn the_imported_sketch_delivers_once_it_waits_for_answers() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    let server = Server::start();
    let timed = import(&Source::new(&blind(server.address)), &RunOptions::default()).timed_macro("blind");

    let mut desk = Desk::start(&sketch, 115_200);
    desk.run(Duration::from_millis(50));
    desk.run_macro(&timed);
    desk.run(Duration::from_secs(6));
    assert_eq!(server.received(1, Duration::from_millis(300)), (1, vec![]), "with its own timing");

    let server = Server::start();
    let waiting =
        answer_driven(&import(&Source::new(&blind(server.address)), &RunOptions::default()).timed_macro("blind"));
    let mut desk = Desk::start(&sketch, 115_200);
    desk.run(Duration::from_millis(50));
    let ending = desk.run_macro(&waiting);
    assert!(matches!(ending, Ending::Done), "{ending:?}");
    let text = b"TEXT MESSAGE HERE";
    assert_eq!(server.received(text.len(), Duration::from_secs(5)), (1, text.to_vec()), "waiting for the answers");
}

/// The user's problem, solved: the failing sketch goes in, one that waits for the answers comes out, and on the board in its
/// place it delivers the text.
#[test]
fn the_exported_sketch_delivers_its_text() {
    let server = Server::start();
    let Some(sketch) = exported("exported.ino", &blind(server.address)) else { return };

    let mut desk = Desk::start(&sketch, 115_200);
    let text = b"TEXT MESSAGE HERE";
    desk.run_until(b"AT+CIPCLOSE\r", Duration::from_mins(1));
    desk.run(Duration::from_secs(2));
    let said = String::from_utf8_lossy(&desk.to_pc).into_owned();
    let sent = server.received(text.len(), Duration::from_secs(5));
    assert_eq!(sent, (1, text.to_vec()), "the sketch says: {said}");
    // A board that stays powered is not to send again and again.
    let commands = desk.to_modem.len();
    desk.run(Duration::from_secs(5));
    assert_eq!(desk.to_modem.len(), commands, "it sends once");
}

/// Where nobody listens it gives up, says why, and does not type the text as if it were a command.
#[test]
fn the_exported_sketch_stops_where_the_modem_refuses() {
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let Some(sketch) = exported("nobody_listens.ino", &blind(nobody)) else { return };
    let mut desk = Desk::start(&sketch, 115_200);
    assert!(!desk.run_until(b"TEXT", Duration::from_secs(30)), "the text is not sent");
    let answers = String::from_utf8_lossy(&desk.to_board).into_owned();
    assert!(answers.contains("CONNECT FAIL"), "{answers:?}");
    let said = String::from_utf8_lossy(&desk.to_pc).into_owned();
    assert!(said.contains("CONNECT FAIL"), "the sketch tells the PC: {said:?}");
}

/// Takes a blind sketch in and out again, told to wait for answers, and compiles it under this name.
fn exported(name: &str, blind: &str) -> Option<Sketch> {
    let folder = tempfile::tempdir().expect("a folder");
    let [failing, book, waiting] = ["blind.ino", "book.toml", name].map(|name| folder.path().join(name));
    fs::write(&failing, blind).expect("the sketch is written");
    modemscope(&["sketch", "import", "--wait-for-answers", "-o"], &[&book, &failing]);
    modemscope(&["sketch", "export", "-o"], &[&waiting, &book]);
    let sketch = Sketch::compile_file(&waiting)?;
    assert_eq!(sketch.warnings, "", "the compiler has nothing to say");
    Some(sketch)
}

fn modemscope(words: &[&str], files: &[&Path]) {
    let done = Command::new(env!("CARGO_BIN_EXE_modemscope")).args(words).args(files).output();
    let done = done.expect("modemscope can be started");
    assert!(done.status.success(), "{}: {}", done.status, crate::board::words(&done));
}
