//! What findings say of the cause and of what to do, in logs of `tests/data/logs`: a slug alone may be right and its words
//! wrong for the modem at hand.

use super::{Transcript, of_transcript};

/// A log, words that its findings say, and words that they must not say.
const ADVICE: &[(&str, &str, &str)] = &[
    ("already-open-7600", "of that number is open already", "could not be opened"),
    ("context-of-two-families", "AT+CGDCONT?", "CNCFG"),
    ("context-of-sim7000", "AT+CGDCONT?", "CSTT"),
    ("modem-named-below", "AT+CNACT opens the data connection", "CIPSHUT"),
    ("sms-and-words-below", "There is SMS text behind the prompt", "bytes"),
    ("results-off-marked", "ATQ0", "2 A"),
    ("broker-not-authorized", "not allowed", ""),
    ("esp-no-address", "Join the network first", "Nobody answered"),
    ("esp-private-address", "could not be opened", "mobile network"),
    ("receiver-off", "receiver is off", "no position yet"),
    ("receiver-off-quectel", "AT+QGPS=1", "unknown"),
    ("sleep-by-dtr", "Pull DTR low", "2 A"),
    ("deep-sleep", "PSM", "2 A"),
    ("flow-control-on", "RTS and CTS", "2 A"),
    ("rate-changed", "AT+IPR=115200 was accepted right before", ""),
    ("quectel-asked-as-sim800", "AT+QIOPEN opens a connection", "AT+QIOPEN=\"TCP\""),
    ("sim800-asked-as-sim7600", "AT+CIPSTART opens a connection", "AT+CMEE"),
    ("esp-asked-for-a-sim", "for a modem in a mobile network", "contacts"),
    ("esp-access-point-alone", "AT+CWMODE=1", ""),
    ("http-not-started", "no AT+HTTPINIT stands before it", "AT+CMEE"),
    ("networks-forbidden", "forbidden to this SIM", ""),
    ("context-missing-7600", "AT+NETOPEN opens it", "nobody has it"),
    ("page-in-place-of-host", "the address of a page", "Nobody answered"),
    ("server-says-no-in-json", "unknown sensor", ""),
    ("server-says-no-at-length", "unknown sensor", ""),
    ("sierra-dns", "the name was not found (DNS)", ""),
    ("ftp-login-quectel", "user or password", ""),
    ("puk-wrong", "The PUK that was entered", "another PIN"),
    ("sim-off-as-told", "AT+CFUN=1", "cut corner"),
    ("not-attached", "AT+CGATT=1", "QICSGP"),
    ("data-before-network", "in no network when it was asked last", "CNCFG"),
    ("port-missing", "lacks the port", "AT+CMEE"),
    ("publish-without-broker", "AT+SMCONN first", "AT+CMEE"),
    ("operator-by-hand", "AT+COPS=0", ""),
    ("mux-without-context", "AT+CIPMUX=1 it works only on an open data connection", "AT+CMEE"),
    ("sim-failure-named", "SIM failure", "AT+CMEE=2"),
    ("bearer-without-name", "was set to nothing", ""),
    ("multiplexer-on", "multiplexer", "2 A"),
    ("receiver-off-7600", "AT+CGPS=1 switches it on", "CGNSPWR"),
    ("ussd-without-its-number", "Send AT+CUSD=1,\"*100#\"", "AT+CMEE"),
    ("supply-in-volts", "3.4 V", ""),
    ("connection-number-in-use", "AT+QICLOSE", "Nobody answered"),
    ("sim7080-apn", "AT+CNCFG", "CIPSHUT"),
    ("time-without-bearer", "Check that the bearer is open", ""),
];

#[test]
fn findings_say_what_helps_the_modem_at_hand() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/logs");
    let mut wrong = Vec::new();
    for (name, says, never) in ADVICE {
        let text = std::fs::read(folder.join(format!("{name}.txt"))).unwrap();
        let diagnoser = of_transcript(&Transcript::read(&text));
        let of = |finding: &super::Finding| format!("{} {} {}\n", finding.title, finding.cause, finding.fix);
        let words: String = diagnoser.findings().iter().map(of).collect();
        if !words.contains(says) || !never.is_empty() && words.contains(never) {
            wrong.push(format!("{name}: {says:?}, and not {never:?}\n{words}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
