//! Every known way in which a PIN or password gets into a session (`tests/data/secrets/ways.txt`), with generated secrets:
//! none is in the capture file, in an export, in a text log, in a finding, in a macro, in the history of the send box.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use modemscope::app::export_macro::from_capture;
use modemscope::app::{Settings, Typed};
use modemscope::capture::export::{Options, every_form, export};
use modemscope::capture::redact::Plan;
use modemscope::capture::{LiveLog, Progress, Reader, Record, Writer};
use modemscope::macros::recorder::Replay;
use modemscope::macros::{Book, file};
use modemscope::modem::Direction;
use modemscope::modem::diagnose::{Diagnoser, Offer};
use modemscope::modem::secrets::SecretFinder;
use modemscope::notation::{Mode, parse, print};

/// How many secrets of each way, sent as a whole and key by key; in all there are more than two thousand.
const EACH: usize = 2;

/// A simple generator, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn text(&mut self, letters: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(letters[self.roll(letters.len())])).collect()
    }
}

/// A way: where its secret must not be, and its steps.
struct Way {
    in_file: bool,
    text: &'static str,
}

/// A table of the repository; the one that this variable names in its place, to try ways of one's own.
fn table(variable: &str, ours: &'static str) -> (&'static str, bool) {
    std::env::var_os(variable)
        .map_or((ours, true), |path| (std::fs::read_to_string(path).unwrap().leak() as &'static str, false))
}

fn ways() -> Vec<Way> {
    let (text, ours) = table("MODEMSCOPE_WAYS", include_str!("data/secrets/ways.txt"));
    let ways = ways_in(text);
    let enough = ways.len() * EACH > 2000 && ways.iter().filter(|way| way.in_file).count() >= 400;
    assert!(enough || !ours, "{}", ways.len());
    ways
}

fn ways_in(text: &'static str) -> Vec<Way> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (what, text) = line.split_once(' ').unwrap();
            assert!(what == "file" || what == "export", "{line}");
            Way { in_file: what == "file", text }
        })
        .collect()
}

/// Bytes of a read or a write, and which way they went.
type Records = Vec<(Direction, Vec<u8>)>;

/// One session: the secret, and the bytes of each step.
struct Session {
    secret: String,
    steps: Vec<(Direction, Vec<u8>)>,
}

fn session(way: &Way, dice: &mut Dice) -> Session {
    let digits = 4 + dice.roll(5);
    let letters = 8 + dice.roll(5);
    let (pin, word) = (dice.text(b"0123456789", digits), dice.text(b"abcdefghkmnpqrstuvwxyz23456789", letters));
    let pin8 = dice.text(b"0123456789", 8);
    let base64 = base64(&word);
    let spaced = word.bytes().flat_map(|byte| [hex::encode_upper([byte]), " ".to_owned()]).collect();
    let secret = if way.text.contains("{pin8}") {
        pin8.clone()
    } else if way.text.contains("{b64}") {
        base64.clone()
    } else if ["{pin}", "{hex}", "{ucs}"].iter().any(|name| way.text.contains(name)) {
        pin.clone()
    } else {
        word.clone()
    };
    let packet = login(&word);
    let (first, second) = packet.split_at(packet.len() - word.len() / 2);
    let mut filled = way.text.to_owned();
    for (name, value) in [
        ("{hex}", hex::encode_upper(&pin)),
        ("{ucs}", ucs2(&pin)),
        ("{hexs}", spaced),
        ("{pin}", pin),
        ("{pin8}", pin8),
        ("{b64}", base64),
        ("{mqtthex}", hex::encode_upper(&packet)),
        ("{word}", word.clone()),
        ("{mqtt}", print(&packet)),
        ("{mqtt1}", print(first)),
        ("{mqtt2}", print(second)),
        ("{n1}", first.len().to_string()),
        ("{n2}", second.len().to_string()),
    ] {
        filled = filled.replace(name, &value);
    }
    let step = |step: &str| {
        let (mark, text) = step.split_at(2);
        let way = if mark == "> " { Direction::Tx } else { Direction::Rx };
        (way, parse(text, Mode::Mixed).unwrap_or_else(|error| panic!("{step}: {error}")))
    };
    Session { secret, steps: filled.split(" | ").map(step).collect() }
}

/// As logins of mail are sent.
fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = text.bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |bits: &[u8]| (0..6).fold(0, |sum, at| sum << 1 | usize::from(bits.get(at).copied().unwrap_or(0)));
    let text: String = bits.chunks(6).map(|bits| char::from(ALPHABET[digit(bits)])).collect();
    let padding = "=".repeat(text.len().next_multiple_of(4) - text.len());
    text + &padding
}

/// In the alphabet UCS2, as a modem takes it.
fn ucs2(text: &str) -> String {
    hex::encode_upper(text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
}

/// An MQTT 3.1.1 CONNECT packet.
fn login(password: &str) -> Vec<u8> {
    let field = |text: &str| [&u16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat();
    let body = [b"\x00\x04MQTT\x04\xC2\x00\x3C".to_vec(), field("dev1"), field("user"), field(password)].concat();
    [&[0x10, u8::try_from(body.len()).unwrap()][..], &body].concat()
}

/// The steps in records that are cut as reads and keys cut them; `keys` cuts sent bytes one by one.
fn records(session: &Session, keys: bool, dice: &mut Dice) -> Vec<(Direction, Vec<u8>)> {
    let mut records = Vec::new();
    for (way, bytes) in &session.steps {
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let most = if keys && *way == Direction::Tx { 1 } else { 1 + dice.roll(30) };
            let (part, after) = rest.split_at(rest.len().min(most));
            records.push((*way, part.to_vec()));
            rest = after;
        }
    }
    records
}

fn record(way: Direction, number: usize, bytes: &[u8]) -> Record {
    match way {
        Direction::Tx => Record::sent(number as u64, bytes, Vec::new()),
        Direction::Rx => Record::received(bytes),
    }
}

/// The value is found in none of its forms.
fn is_in(text: &[u8], secret: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let dense: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let secret = secret.to_ascii_uppercase();
    let hex = hex::encode_upper(&secret);
    let lower = hex::encode_upper(secret.to_ascii_lowercase());
    let ucs2 = ucs2(&secret);
    [secret, hex, lower, ucs2].iter().any(|form| memchr::memmem::find(&dense, form.as_bytes()).is_some())
}

/// All exports as one text.
fn exports(reader: &Reader) -> Vec<u8> {
    let mut all = Vec::new();
    for (format, direction) in every_form() {
        let options = Options { direction, ..Options::default() };
        export(reader, format, &options, &mut all, &Progress::default()).unwrap();
    }
    all
}

fn redacted(reader: &Reader) -> Reader {
    let progress = Progress::default();
    Plan::make(reader, &progress).unwrap().apply(reader, &progress).unwrap()
}

/// A number of four digits stands in many a time: only longer ones are looked for in texts with times.
fn telling(secret: &str) -> bool {
    secret.len() > 6
}

#[derive(Default)]
struct Leaks(BTreeMap<(&'static str, &'static str), usize>);

impl Leaks {
    fn note(&mut self, leaks: bool, way: &'static str, place: &'static str) {
        if leaks {
            *self.0.entry((way, place)).or_default() += 1;
        }
    }

    fn report(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, ((way, place), count)| {
            let _ = writeln!(text, "{count} of {EACH} in {place}: {way}");
            text
        })
    }
}

// In four tests, since they take long and there are several processors in many a machine.
#[test]
fn no_secret_is_in_a_capture_or_in_anything_made_of_it() {
    try_ways(ways().into_iter().step_by(4));
}

#[test]
fn no_secret_of_the_second_quarter_is_either() {
    try_ways(ways().into_iter().skip(1).step_by(4));
}

#[test]
fn no_secret_of_the_third_quarter_is_either() {
    try_ways(ways().into_iter().skip(2).step_by(4));
}

#[test]
fn no_secret_of_the_last_quarter_is_either() {
    try_ways(ways().into_iter().skip(3).step_by(4));
}

fn try_ways(ways: impl Iterator<Item = Way>) {
    let folder = tempfile::tempdir().unwrap();
    let (mut dice, mut leaks, mut count) = (Dice(20_261_126), Leaks::default(), 0);
    for way in ways {
        let mut all = Vec::new();
        for number in 0..EACH {
            let session = session(&way, &mut dice);
            let records = records(&session, number % 2 == 1, &mut dice);
            count += 1;
            if way.in_file {
                in_file(&way, &session, &records, &folder.path().join(format!("{count}.pcapng")), &mut leaks);
            }
            all.push((session.secret, records));
        }
        exact(&way, &all, &mut leaks);
    }
    assert!(leaks.0.is_empty(), "{}", leaks.report());
}

/// As the program records it: the file, and all that is made of it without redaction.
fn in_file(way: &Way, session: &Session, records: &[(Direction, Vec<u8>)], path: &Path, leaks: &mut Leaks) {
    let mut writer = Writer::create(path, SystemTime::UNIX_EPOCH).unwrap();
    let log = LiveLog::start(&path.with_extension("txt"), writer.reader()).unwrap();
    let (mut diagnoser, mut finder) = (Diagnoser::new(), SecretFinder::default());
    for (number, (way, bytes)) in records.iter().enumerate() {
        let secret = finder.find(*way, bytes);
        let at = Duration::from_millis(number as u64 * 10);
        writer.append(at, record(*way, number, bytes));
        match way {
            Direction::Tx => diagnoser.sent(bytes, &secret, number as u64, Some(at)),
            Direction::Rx => diagnoser.received(bytes, &secret, Some(at)),
        }
    }
    let strip = format!("{:?}", diagnoser.strip());
    diagnoser.finish();
    let mut said = strip;
    for finding in diagnoser.findings() {
        let _ = write!(said, "{} {} {}", finding.title, finding.cause, finding.fix);
        for offer in &finding.offers {
            if let Offer::Send { label, .. } = offer {
                said += label;
            }
        }
    }
    let reader = writer.reader();
    drop(writer);
    assert_eq!(log.finish(), None);
    let secret = &session.secret;
    leaks.note(is_in(said.as_bytes(), secret), way.text, "a finding");
    for direction in [Direction::Tx, Direction::Rx] {
        leaks.note(is_in(&reader.bytes(direction, 0..u64::MAX), secret), way.text, "the capture");
    }
    if telling(secret) {
        leaks.note(is_in(&std::fs::read(path).unwrap(), secret), way.text, "the capture's file");
        leaks.note(is_in(&std::fs::read(path.with_extension("txt")).unwrap(), secret), way.text, "the text log");
        leaks.note(records.len().is_multiple_of(2) && is_in(&exports(&reader), secret), way.text, "an export of it");
    }
    let mut settings = Settings::default();
    let (mut finder, mut typed) = (SecretFinder::default(), Typed::default());
    for (direction, bytes) in &session.steps {
        // Half a packet is no login, and nobody types one.
        if *direction == Direction::Tx && !way.text.contains("{mqtt1}") {
            let asked = finder.password_is_awaited();
            // A line of a command may be sent in parts; where only what was received tells that it is secret, in one.
            let whole = way.text.contains("< ") || records.len().is_multiple_of(2);
            let (first, second) = bytes.split_at(if whole { 0 } else { bytes.len() / 2 });
            for part in [first, second] {
                if !typed.sends(part) && !asked {
                    settings.remember_sent(&print(part));
                    settings.remember_sent(&print(part.strip_suffix(b"\r").unwrap_or(part)));
                }
            }
        }
        finder.find(*direction, bytes);
    }
    leaks.note(is_in(settings.history.join("\n").as_bytes(), secret), way.text, "the history");
}

/// A capture that holds all in clear (by choice, or of another program), redacted; and a macro made of it.
fn exact(way: &Way, sessions: &[(String, Records)], leaks: &mut Leaks) {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    writer.record_secrets(true);
    let between = [(Direction::Rx, b"\r\n+CPIN: READY\r\n".to_vec()), (Direction::Tx, b"\rAT\r".to_vec())];
    let records = sessions.iter().flat_map(|(_, records)| records.iter().chain(&between));
    for (number, (way, bytes)) in records.enumerate() {
        writer.append(Duration::from_millis(number as u64 * 10), record(*way, number, bytes));
    }
    let reader = writer.reader();
    let copy = redacted(&reader);
    let exports = exports(&copy);
    let made = from_capture(&reader, None, "made", Replay::Timing).recorded;
    let made = file::print(&Book { macros: vec![made] });
    for (secret, _) in sessions {
        for direction in [Direction::Tx, Direction::Rx] {
            leaks.note(is_in(&copy.bytes(direction, 0..u64::MAX), secret), way.text, "a redacted copy");
        }
        leaks.note(telling(secret) && is_in(&exports, secret), way.text, "a redacted export");
        leaks.note(way.in_file && telling(secret) && is_in(made.as_bytes(), secret), way.text, "a macro");
    }
}

#[test]
fn what_only_looks_like_a_secret_is_not_masked() {
    let (text, ours) = table("MODEMSCOPE_PLAIN", include_str!("data/secrets/plain.txt"));
    let ways = ways_in(text);
    assert!(ways.len() >= 150 || !ours);
    let mut masked = String::new();
    for way in ways {
        let steps = session(&way, &mut Dice(7)).steps;
        let found = if way.in_file { masked_in_file(&steps) } else { changed_in_export(&steps) };
        if !found.is_empty() {
            let _ = writeln!(masked, "{found:?} of {}", way.text);
        }
    }
    assert!(masked.is_empty(), "{masked}");
}

fn masked_in_file(steps: &Records) -> Vec<String> {
    let mut finder = SecretFinder::default();
    let masked = steps.iter().flat_map(|(direction, bytes)| {
        finder.find(*direction, bytes).into_iter().map(|range| print(&bytes[range])).collect::<Vec<_>>()
    });
    masked.collect()
}

fn changed_in_export(steps: &Records) -> Vec<String> {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    for (number, (way, bytes)) in steps.iter().enumerate() {
        writer.append(Duration::from_millis(number as u64 * 10), record(*way, number, bytes));
    }
    let reader = writer.reader();
    let plan = Plan::make(&reader, &Progress::default()).unwrap();
    plan.changes().map(|change| print(&reader.bytes(change.direction, change.range.clone()))).collect()
}

/// What of the logs and transcripts of the tests is masked: PINs and passwords, and nothing else.
#[test]
fn nothing_that_is_no_secret_is_masked() {
    let mut masked = String::new();
    for folder in ["tests/data/logs", "tests/data/transcripts"] {
        let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.is_file()) {
            let transcript = modemscope::modem::transcript::Transcript::read(&std::fs::read(&path).unwrap());
            let mut finder = SecretFinder::default();
            for chunk in &transcript.chunks {
                for range in finder.find(chunk.direction, &chunk.bytes) {
                    let line = chunk.bytes[..range.start].iter().rposition(|byte| b"\r\n".contains(byte));
                    let line = &chunk.bytes[line.map_or(0, |at| at + 1)..range.end];
                    let name = path.file_name().unwrap().to_string_lossy();
                    let _ = writeln!(masked, "{name}: {}", print(line));
                }
            }
        }
    }
    expect_test::expect_file!["data/secrets/masked.txt"].assert_eq(&masked);
}
