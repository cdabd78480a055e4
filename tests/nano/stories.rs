//! The user's problem on the bench: a sketch that sends blindly.

use std::time::Duration;

use crate::board::compiled;
use crate::desk::{Desk, Server};
use crate::passthrough::source;

/// The sketch of the story fails here as it did on the bench: the server sees a connection and not one byte.
#[test]
fn the_blind_sketch_connects_and_delivers_nothing() {
    let server = Server::start();
    let text = source("tests/data/sketches/blind.ino")
        .replace("IP-ADRESS-HERE", &server.address.ip().to_string())
        .replace("9999", &server.address.port().to_string());
    let Some(sketch) = compiled("blind.ino", &text) else { return };
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
