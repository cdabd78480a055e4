//! "Find baud" on a device that answers at one rate only: the far end looks at the rate that the program has set.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use modemscope::modem::baud_scan::Meaning;
use modemscope::worker::Order;
use rustix::termios::tcgetattr;

use crate::pty::Pty;
use crate::watch::{LIMIT, Watched};

/// A modem at 38400: there it answers every AT, elsewhere it gives what a wrong rate gives.
fn modem(pty: &Pty, ended: &AtomicBool) {
    let mut asked = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        asked.extend(pty.read_exactly(1, Duration::from_millis(20)));
        if asked.ends_with(b"\r") {
            // The rate is that of the moment the bytes are there; a pty hands both ends the same one.
            let rate = tcgetattr(&pty.master).unwrap().output_speed();
            let answer: &[u8] = if rate == 38_400 { b"AT\r\r\nOK\r\n" } else { b"\xFE\x80\x1C" };
            pty.write_all(answer, LIMIT);
            asked.clear();
        }
    }
}

#[test]
fn the_rate_is_found_and_the_line_is_as_before() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let ended = Arc::new(AtomicBool::new(false));
    let device = {
        let ended = Arc::clone(&ended);
        std::thread::Builder::new().name("modem".to_owned()).spawn(move || modem(&pty, &ended)).unwrap()
    };
    watched.order(Order::ScanBaud);
    let status =
        watched.until("the scan is over", |status| status.scan.as_ref().is_some_and(|scan| scan.trying.is_none()));
    let scan = status.scan.clone().unwrap();
    assert_eq!(scan.found, Some(38_400));
    let meanings: Vec<_> = scan.replies.iter().map(|reply| (reply.baud, reply.meaning)).collect();
    assert_eq!(meanings[..2], [(9600, Meaning::Garbage), (115_200, Meaning::Garbage)]);
    assert_eq!(*status.findings, []);
    let notes = watched.notes();
    assert!(notes.iter().any(|note| note.contains("answers at 38400; the line is at 115200 8N1")), "{notes:?}");
    // Put back, the line is at 115200: the modem does not understand.
    watched.order(Order::Send(b"AT\r".to_vec()));
    watched.until("garbage again", |_| watched.received().ends_with(b"\xFE\x80\x1C"));
    ended.store(true, Ordering::Relaxed);
    device.join().unwrap();
}
