//! Results go to the right command: whatever stands at the front of a log shifts nothing, and what is refused at its end is told.

use proptest::prelude::*;

use super::logs::LOGS;
use super::strangers::STRANGERS;
use super::{Diagnoser, Shape, Transcript, of_transcript};
use crate::modem::Direction;

/// All logs that are read from text, with their names.
fn logs() -> Vec<(String, Vec<u8>)> {
    let read = |folder: &str, name: &str| {
        let path = format!("{}/tests/data/{folder}/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        (name.to_owned(), std::fs::read(path).unwrap())
    };
    let known = LOGS.iter().map(|(name, _)| read("logs", name));
    known.chain(STRANGERS.iter().map(|(name, ..)| read("strangers", name))).collect()
}

/// What is told, without the words that count.
fn told(diagnoser: &Diagnoser) -> Vec<&'static str> {
    diagnoser.findings().iter().map(|finding| finding.rule).collect()
}

/// Lines that may stand at the front of any log of one stream.
const FRONTS: [&str; 5] = ["AT+GMM\n", "AT+GMM\nAT+GMM\n", "AT\nAT\nAT\n", "Q: 20,0\n\nOK\n", "AT+GMM\n+GMM: cu\n"];

/// The front as the log would show it: with the mark of its lines, or of what was typed.
fn marked(name: &str, front: &str) -> String {
    let (mark, typed_only) = match name {
        "quoted-human-prompts" | "quoted-human-data" => ("> ", true),
        "quote-email" | "mail-with-words" => ("> ", false),
        "indented-code" => ("    ", false),
        _ => return front.to_owned(),
    };
    let line = |line: &str| {
        let mark = if line.starts_with("AT") || !typed_only && !line.is_empty() { mark } else { "" };
        format!("{mark}{line}\n")
    };
    front.lines().map(line).collect()
}

/// Logs that are no longer the same log with a command in front, and why.
const ALONE: [(&str, &str); 13] = [
    ("two-ats", "it holds nothing but AT: another command in front makes it a list of commands"),
    ("tx-only-labels", "it holds commands alone: AT thrice in front makes it a log without an answer"),
    ("atatat", "it has no line ends at all: a line in front shows that there are some"),
    ("glued-without-line-ends", "it holds no answer: one in front shows that lines do end"),
    ("three-at-and-marks", "it holds nothing but AT: another command in front makes it a list of commands"),
    ("letters-in-unreadable-signs", "it holds no command: a good answer in front shows that the rate is right"),
    ("garbage", "it holds no command: a good answer in front shows that the rate is right"),
    ("unreadable-each-time", "it holds no command: a good answer in front shows that the rate is right"),
    ("diagnostics-words", "it holds no command: a good answer in front shows that the modem answers"),
    ("library-without-answer", "it holds no command: a good answer in front shows that the modem answers"),
    ("library-says-failed", "words behind the head of an answer are what the modem hands out"),
    ("error-in-a-text-of-json", "it holds no command: AT in front asks for an answer that does not come"),
    ("power-on-every-8s", "it holds no command: AT in front asks for an answer that does not come"),
];

fn begins_alone(name: &str) -> bool {
    ALONE.iter().any(|(known, _)| *known == name)
}

#[test]
fn what_stands_at_the_front_shifts_nothing() {
    let mut wrong = Vec::new();
    for (name, text) in logs() {
        let plain = Transcript::read(&text);
        let timed = plain.chunks.iter().any(|chunk| chunk.at.is_some());
        let own_ends = text.windows(2).any(|two| two == b"\r\n");
        if plain.shape != Shape::Pasted || !plain.restored || timed || own_ends || begins_alone(&name) {
            continue;
        }
        let diagnoser = of_transcript(&plain);
        for front in FRONTS {
            let longer = Transcript::read(&[marked(&name, front).as_bytes(), &text].concat());
            let with = of_transcript(&longer);
            if longer.form == plain.form && told(&with) != told(&diagnoser) {
                wrong.push(format!("{name} behind {front:?}: {:?}, not {:?}", told(&with), told(&diagnoser)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_refusal_at_the_end_is_always_told() {
    let mut wrong = Vec::new();
    for (name, text) in logs() {
        let plain = Transcript::read(&text);
        let base = of_transcript(&plain);
        let dialog = base.dialog();
        let commands = dialog.data().is_none() && !dialog.online && dialog.answered() > 0 && dialog.open().is_empty();
        let own_ends = text.windows(2).any(|two| two == b"\r\n");
        if plain.shape != Shape::Pasted || !plain.restored || !commands || own_ends || base.more_findings() > 0 {
            continue;
        }
        let end = if text.ends_with(b"\n") { "" } else { "\n" };
        let longer = [&text, format!("{end}AT+SAPBR=1,1\nERROR\n").as_bytes()].concat();
        let transcript = Transcript::read(&longer);
        let before: u64 = plain.chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum();
        let with = of_transcript(&transcript);
        let last = with.findings().iter().flat_map(|finding| &finding.evidence);
        let seen =
            last.filter(|evidence| evidence.direction == Direction::Rx).any(|evidence| evidence.range.end > before);
        if transcript.form == plain.form && !seen {
            wrong.push(format!("{name}: {:?}", told(&with)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Commands of a modem and how it answers them.
fn exchange() -> impl Strategy<Value = (String, bool)> {
    let commands = ["AT+CSQ", "AT+CMGF=1", "AT+CIPMUX=0", "AT+CLTS=1", "AT+CSCS=\"GSM\"", "AT+CNMI=2,1"];
    (proptest::sample::select(commands.to_vec()), any::<bool>())
        .prop_map(|(command, good)| (format!("{command}\n{}\n", if good { "OK" } else { "ERROR" }), good))
}

proptest! {
    /// Whatever went unanswered before, thirty answered commands later every refusal is that of its command.
    #[test]
    fn a_slip_is_cured(front in 0..FRONTS.len(), exchanges in proptest::collection::vec(exchange(), 1..20), labelled in any::<bool>()) {
        let cure = "AT\nOK\n".repeat(30);
        let body: String = exchanges.iter().map(|(text, _)| text.as_str()).collect();
        let text = format!("{}{cure}{body}", FRONTS[front]);
        let text = if labelled {
            let mark = |line: &str| format!("{}: {line}\n", if line.starts_with("AT") { "TX" } else { "RX" });
            text.lines().map(mark).collect::<Vec<_>>().concat()
        } else {
            text
        };
        let diagnoser = of_transcript(&Transcript::read(text.as_bytes()));
        let refused = exchanges.iter().filter(|(_, good)| !good).count();
        prop_assert_eq!(diagnoser.dialog().tally().refused as usize, refused, "{}", text);
    }
}
