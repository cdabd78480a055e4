//! Sessions with real modules (`tests/data/transcripts`), both ways: what the host typed is typed to the simulated modem,
//! which must answer byte for byte; and the session that comes of it is diagnosed as the real one is.
//!
//! Where a file shows more than the module said, or a state it was brought into before, the table says what is changed and
//! why. Two parts cannot be played: the secure request of 17 that succeeds (nothing is encrypted here), and the line end
//! that 08 shows between the five bytes and their result (its own note doubts it, and the other sessions have none).

use modemscope::modem::Direction;
use modemscope::modem::diagnose::{Diagnoser, of_transcript};
use modemscope::modem::transcript::{Chunk, Shape, Transcript};
use modemscope::simulator::{AutobaudUrcs, Profile};

use super::scene::Scene;

/// How a session is played.
struct Play {
    profile: Profile,
    /// Milliseconds after power-on at which the file begins; what was said until then is not in it.
    begins: u64,
    /// Typed before it.
    before: &'static [&'static str],
    /// Milliseconds between two things that the host types.
    pause: u64,
    /// Changes of the file's text.
    changes: &'static [(&'static str, &'static str)],
}

impl Default for Play {
    fn default() -> Self {
        Self { profile: Profile::default(), begins: 9000, before: &[], pause: 10_000, changes: &[] }
    }
}

/// Addresses differ from network to network.
fn without_addresses(bytes: &[u8]) -> String {
    let address = regex::Regex::new(r"\d+\.\d+\.\d+\.\d+").expect("a pattern");
    address.replace_all(&bytes.escape_ascii().to_string(), "ADDRESS").into_owned()
}

/// What the server sent, as the file shows it: whatever comes behind `SEND OK`.
fn reply(chunks: &[Chunk]) -> Vec<u8> {
    let shown = chunks.iter().find_map(|chunk| {
        let text = &chunk.bytes;
        let end = text.windows(9).position(|window| window == b"SEND OK\r\n")? + 9;
        text.get(end..).filter(|rest| rest.starts_with(b"HTTP/"))
    });
    shown.map(<[u8]>::to_vec).unwrap_or_default()
}

fn rules(diagnoser: &Diagnoser) -> Vec<&'static str> {
    diagnoser.findings().iter().map(|finding| finding.rule).collect()
}

/// Plays a file; what the server got.
#[track_caller]
fn play(name: &str, play: &Play) -> Vec<u8> {
    let path = format!("{}/tests/data/transcripts/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(&path).expect("the transcript");
    for (from, to) in play.changes {
        assert!(text.contains(from), "{name} has no {from:?} to change");
        text = text.replace(from, to);
    }
    let transcript = Transcript::read(text.as_bytes());
    let mut scene = Scene::just_on(play.profile.clone(), 1);
    scene.wait(play.begins);
    for line in play.before {
        scene.say(line.as_bytes(), 10, &[]);
    }
    scene.heard.clear();
    scene.record.clear();
    scene.reply = reply(&transcript.chunks);
    let mut chunks = transcript.chunks.iter().peekable();
    while let Some(chunk) = chunks.peek() {
        let typed = if chunk.direction == Direction::Tx {
            scene.type_in(&chunk.bytes);
            chunks.next().map(|chunk| chunk.bytes.as_slice()).unwrap_or_default()
        } else {
            b""
        };
        scene.wait(play.pause);
        let mut wanted = Vec::new();
        while let Some(answer) = chunks.next_if(|chunk| chunk.direction == Direction::Rx) {
            wanted.extend(&answer.bytes);
        }
        let (heard, wanted) = (without_addresses(&scene.heard), without_addresses(&wanted));
        assert_eq!(heard, wanted, "{name}, after {}", typed.escape_ascii());
    }
    let played = of_transcript(&Transcript {
        form: "",
        shape: Shape::Marked,
        exported: false,
        restored: false,
        chunks: std::mem::take(&mut scene.record),
        vain: Vec::new(),
        result: None,
        named: None,
    });
    assert_eq!(rules(&played), rules(&of_transcript(&transcript)), "{name}: diagnosed otherwise than the real one");
    scene.delivered
}

#[test]
fn http_by_hand_and_by_a_script() {
    let sent = play("01-cipsend-http-get-bytes", &Play::default());
    assert_eq!(sent, b"GET / HTTP/1.0\r\n\r\n");
    let sent = play("09-cipsend-micropython-crlf", &Play::default());
    assert_eq!(sent, b"GET / HTTP/1.1\r\nHost: google.com\r\nConnection: close\r\n\r\n");
}

#[test]
fn gprs_comes_up_after_a_restart() {
    // Auto-baud without boot lines; the network is found while AT+CREG=1 is being answered.
    let profile = Profile::default().with(|profile| {
        profile.uart.ipr = 0;
        profile.uart.autobaud_urcs = AutobaudUrcs::None;
        profile.times.call_ready_ms = [3000, 3000];
        profile.times.register_ms = [10_500, 10_500];
    });
    play("02-gprs-bringup-bytes", &Play { profile, begins: 20_000, before: &["AT\r", "AT\r"], ..Play::default() });
}

#[test]
fn messages_as_text_and_as_pdu() {
    let numbered = |reference| Play {
        profile: Profile::default().with(|profile| profile.messages.message_reference = reference),
        ..Play::default()
    };
    // Whoever published it has masked the number, and the modem takes digits alone.
    play("03-cmgs-text-crlf-in-body", &Play { changes: &[("XXXXXXXXX", "600600600")], ..numbered(54) });
    play("04-cmgs-pdu-bytes", &numbered(81));
}

#[test]
fn datagrams_by_a_driver_that_ends_its_lines_with_lf() {
    let changes = &[("<len>", "4"), ("<len binary bytes>", r"\x00\x1A\x1B\n")];
    let profile = Profile::default().with(|profile| profile.network.csq = 31);
    let sent = play("06-cipmux-udp-hex-lf-terminated", &Play { profile, begins: 0, changes, ..Play::default() });
    assert_eq!(sent, b"\x00\x1A\x1B\n");
}

#[test]
fn a_context_that_is_refused() {
    // The file begins in IP START without GPRS.
    let before = &["AT+CGATT=0\n", "AT+CSTT\n"];
    play("07-ciicr-pdp-deact-hex", &Play { before, ..Play::default() });
}

#[test]
fn five_bytes_of_announced_length() {
    let changes = &[(r"< hello\r\n\r\nSEND OK", r"< hello\r\nSEND OK")];
    assert_eq!(play("08-cipsend-fixed-length-bytes", &Play { changes, ..Play::default() }), b"hello");
}

#[test]
fn mux_is_refused_until_shut() {
    // A context is left over from an earlier run.
    let profile = Profile::default().with(|profile| profile.network.csq = 14);
    play("13-cipmux-error-until-cipshut", &Play { profile, before: &["AT+CSTT=\"x\"\r"], ..Play::default() });
}

#[test]
fn requests_that_fail() {
    // The second request was made again from the start, with another address; the third needs TLS.
    const AGAIN: &str = r#"> AT+HTTPINIT\r\n
< \r\nOK\r\n
> AT+HTTPPARA="URL","date.nager.at/Api/v2/IsTodayPublicHoliday/IT"\r\n
< \r\nOK\r\n
> AT+HTTPSSL=1\r\n
< \r\nOK\r\n
> AT+HTTPACTION=0\r\n
< \r\nOK\r\n"#;
    let changes = &[
        ("# second run with URL \"date.nager.at/Api/v2/IsTodayPublicHoliday/IT\" and HTTPSSL=1:", AGAIN),
        ("< \\r\\n+HTTPACTION: 0,200,103357\\r\\n", "# (third)"),
    ];
    play("17-httpaction-results", &Play { before: &["ATE0;+SAPBR=1,1\r"], changes, ..Play::default() });
}

#[test]
fn boot_lines_come_after_the_first_at() {
    let profile = Profile::default().with(|profile| profile.uart.ipr = 0);
    // The driver passes over the two lines that come later, and left out what brought the bearer up.
    let changes = &[
        (
            r"+CPIN: READY\r\n
> ATE0",
            r"+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n
> ATE0",
        ),
        (
            r"> AT+SAPBR=2,1",
            r"> AT+SAPBR=1,1;+HTTPINIT\r
< \r\nOK\r\n
> AT+SAPBR=2,1",
        ),
        ("<n bytes>", "hello"),
        // A second is less than the pause of this test.
        ("<n>,1000", "5,30000"),
    ];
    play("19-autobaud-sync-then-urcs", &Play { profile, begins: 2000, changes, ..Play::default() });
}

#[test]
fn who_it_is() {
    play("20-identity-cgmm-hex", &Play::default());
    play("21-identity-mega", &Play::default());
}

#[test]
fn the_blind_sketch_delivers_nothing() {
    // Only what was sent is in the file, and the delays of the sketch.
    let text = include_str!("../data/transcripts/24-nano-blind-cipsend.txt");
    let mut scene = Scene::new(&[], 1);
    for chunk in &Transcript::read(text.as_bytes()).chunks {
        let data = !chunk.bytes.ends_with(b"\r\n") && chunk.bytes != b"\x1A";
        scene.type_in(&chunk.bytes);
        scene.wait(if data { 0 } else { 500 });
    }
    scene.wait(10_000);
    assert_eq!(scene.delivered, b"");
    let rules: Vec<_> = scene.findings().iter().map(|finding| finding.0).collect();
    assert!(rules.contains(&"send-before-connect"), "{rules:?}");
}
