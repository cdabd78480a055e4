//! The user's problem on the bench: a sketch that sends blindly.

use std::time::Duration;

use modemscope::macros::runner::Ending;
use modemscope::macros::sketch::{answer_driven, import};

use crate::board::{Sketch, compiled};
use crate::desk::{Desk, Server};
use crate::passthrough::{FULL, source};

/// What the blind sketch says, towards this server.
fn blind(server: &Server) -> String {
    source("tests/data/sketches/blind.ino")
        .replace("IP-ADRESS-HERE", &server.address.ip().to_string())
        .replace("9999", &server.address.port().to_string())
}

/// The sketch of the story fails here as it did on the bench: the server sees a connection and not one byte.
#[test]
fn the_blind_sketch_connects_and_delivers_nothing() {
    let server = Server::start();
    let Some(sketch) = compiled("blind.ino", &blind(&server)) else { return };
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
    let timed = import(&blind(&server)).timed_macro("blind");

    let mut desk = Desk::start(&sketch, 115_200);
    desk.run(Duration::from_millis(50));
    desk.run_macro(&timed);
    desk.run(Duration::from_secs(6));
    assert_eq!(server.received(1, Duration::from_millis(300)), (1, vec![]), "with its own timing");

    let server = Server::start();
    let waiting = answer_driven(&import(&blind(&server)).timed_macro("blind"));
    let mut desk = Desk::start(&sketch, 115_200);
    desk.run(Duration::from_millis(50));
    let ending = desk.run_macro(&waiting);
    assert!(matches!(ending, Ending::Done), "{ending:?}");
    let text = b"TEXT MESSAGE HERE";
    assert_eq!(server.received(text.len(), Duration::from_secs(5)), (1, text.to_vec()), "waiting for the answers");
}
