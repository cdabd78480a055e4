//! "Find baud" on a device that answers at one rate only: the far end looks at the rate that the program has set.

use modemscope::modem::baud_scan::Meaning;
use modemscope::worker::Order;

use crate::one_rate::Modem;
use crate::watch::Watched;

#[test]
fn the_rate_is_found_and_the_line_is_as_before() {
    let modem = Modem::at(38_400);
    let watched = Watched::opened(&modem.path);
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
}
