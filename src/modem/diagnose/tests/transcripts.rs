//! Real sessions with SIM800-family modems (`tests/data/transcripts`): what a careful reader would say.

use super::{Transcript, of_transcript, rules};

#[track_caller]
fn check(name: &str, expect: &str) {
    let path = format!("{}/tests/data/transcripts/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap();
    let diagnoser = of_transcript(&Transcript::read(&text));
    assert_eq!(rules(&diagnoser), expect, "{name}\n{:#?}", diagnoser.findings());
}

#[test]
fn real_sessions() {
    check("01-cipsend-http-get-bytes", "");
    check("02-gprs-bringup-bytes", "");
    check("03-cmgs-text-crlf-in-body", "(line-end-before-terminator)");
    check("04-cmgs-pdu-bytes", "");
    check("06-cipmux-udp-hex-lf-terminated", "");
    check("07-ciicr-pdp-deact-hex", "no-data-service");
    check("08-cipsend-fixed-length-bytes", "");
    check("09-cipsend-micropython-crlf", "");
    check("13-cipmux-error-until-cipshut", "mux-change-refused");
    check("17-httpaction-results", "http-failed tls-failed");
    check("19-autobaud-sync-then-urcs", "");
    check("20-identity-cgmm-hex", "");
    check("21-identity-mega", "");
    check("24-nano-blind-cipsend", "send-before-connect closed-before-sent");
}
