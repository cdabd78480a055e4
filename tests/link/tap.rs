//! Two ptys stand for the two adapters of a tap; a sketch that never reads talks to the simulated modem behind them.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use modemscope::capture::Record;
use modemscope::link::LineSettings;
use modemscope::modem::Direction;
use modemscope::simulator::{Input, Modem, Output, Profile, SocketEvent, SocketId};
use modemscope::worker::{Order, Phase};

use crate::pty::Pty;
use crate::watch::{LIMIT, Watched, all_values, records};

/// Modem seconds in a second of the test.
const HASTE: u32 = 10;
/// Between two writes of the sketch: 0.8 s for the modem.
const PAUSE: Duration = Duration::from_millis(80);

const SKETCH: [&[u8]; 6] = [
    b"AT\r\n",
    b"AT+CIPSTART=\"TCP\",\"192.0.2.7\",\"9999\"\r\n",
    b"AT+CIPSEND\r\n",
    b"TEXT MESSAGE HERE",
    b"\x1A",
    b"AT+CIPCLOSE\r\n",
];

/// The host and its modem, each of whose TX is tapped.
struct Desk {
    host: Pty,
    modem: Pty,
    inside: Modem,
    booted: Duration,
    began: Instant,
    connects: Option<(Duration, SocketId)>,
}

impl Desk {
    /// A modem that has booted; nobody heard it.
    fn new() -> Self {
        let mut inside = Modem::new(Profile::default(), 1);
        let booted = Duration::from_secs(30);
        while let Some(due) = inside.next_deadline().filter(|due| *due <= booted) {
            inside.handle_input(Input::Tick, due);
            while inside.poll_output().is_some() {}
        }
        Self { host: Pty::new(), modem: Pty::new(), inside, booted, began: Instant::now(), connects: None }
    }

    fn port(&self) -> String {
        format!("tap:{},{}", self.host.path(), self.modem.path())
    }

    fn now(&self) -> Duration {
        self.booted + self.began.elapsed() * HASTE
    }

    /// The sketch, from its first word to some time after its last.
    fn play(&mut self) {
        for bytes in SKETCH {
            self.host.write_all(bytes, LIMIT);
            self.inside.handle_input(Input::Uart(bytes), self.now());
            self.pass(PAUSE);
        }
        self.pass(PAUSE * 8);
    }

    fn pass(&mut self, length: Duration) {
        let until = Instant::now() + length;
        while Instant::now() < until {
            let now = self.now();
            if let Some((_, id)) = self.connects.take_if(|(at, _)| *at <= now) {
                let peer = ([192, 0, 2, 7], 9999).into();
                self.inside.handle_input(Input::Socket(id, SocketEvent::Connected { peer }), now);
            }
            self.inside.handle_input(Input::Tick, now);
            while let Some(output) = self.inside.poll_output() {
                match output {
                    Output::Uart(bytes) => self.modem.write_all(&bytes, LIMIT),
                    Output::Open { id, .. } => self.connects = Some((now + Duration::from_secs(3), id)),
                    _ => {}
                }
            }
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }
}

#[test]
fn a_sketch_that_runs_by_itself_is_watched_and_diagnosed() {
    let mut desk = Desk::new();
    let watched = Watched::opened_with(&desk.port(), LineSettings::default());
    desk.play();
    let said = SKETCH.concat();
    let status = watched.until("all of the sketch was heard", |status| status.tx == said.len() as u64);
    assert_eq!(watched.sent(), said);
    let answers = String::from_utf8(watched.received()).unwrap();
    assert!(answers.contains("AT\r\r\nOK\r\n"), "{answers}");
    // The text before it is passed over (V.250 5.2.1): the close is done.
    assert!(answers.ends_with("CLOSE OK\r\n"), "{answers}");
    let rules: Vec<&str> = status.findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"send-before-connect"), "{rules:?}");
    // One time line: each command stands before its echo, and each write is one Send.
    let data: Vec<_> = records(watched.connection.reader())
        .into_iter()
        .filter_map(|record| match record {
            Record::Data { direction, bytes, send, .. } => Some((direction, bytes, send)),
            _ => None,
        })
        .collect();
    assert_eq!(data[0], (Direction::Tx, SKETCH[0].to_vec(), Some(1)), "{data:?}");
    assert!(data[1].0 == Direction::Rx && data[1].1.starts_with(b"A"), "{data:?}");
    let sends: std::collections::BTreeSet<_> = data.iter().filter_map(|(_, _, send)| *send).collect();
    assert_eq!(sends.len(), SKETCH.len());
}

#[test]
fn a_tap_brings_all_values_and_sends_none() {
    let desk = Desk::new();
    let watched = Watched::opened_with(&desk.port(), LineSettings::default());
    desk.host.write_all(&all_values(), LIMIT);
    desk.modem.write_all(&all_values(), LIMIT);
    watched.until("both were heard", |status| status.tx == 256 && status.rx == 256);
    assert_eq!((watched.sent(), watched.received()), (all_values(), all_values()));
    for order in [Order::Send(b"AT\r".to_vec()), Order::Break(PAUSE), Order::ScanBaud] {
        let before = watched.notes().len();
        watched.order(order);
        watched.until("it is refused", |_| watched.notes().len() > before);
        assert!(watched.notes()[before].contains("this port only listens"), "{:?}", watched.notes());
    }
    for pty in [&desk.host, &desk.modem] {
        assert!(pty.read_exactly(1, Duration::from_millis(20)).is_empty(), "nothing went out");
    }
}

/// An adapter that was unplugged for a moment.
#[test]
fn a_lost_line_comes_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("host");
    let Desk { host, modem, .. } = Desk::new();
    std::os::unix::fs::symlink(host.path(), &link).unwrap();
    let watched = Watched::opened(&format!("tap:{},{}", link.display(), modem.path()));
    drop(host);
    watched.until("the loss is told", |_| watched.notes().iter().any(|note| note.contains("the host's line is lost")));
    let again = Pty::new();
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(again.path(), &link).unwrap();
    watched.until("it is told", |_| {
        watched.notes().iter().any(|note| note.contains("the host's line is back; only its path"))
    });
    again.write_all(b"AT\r", LIMIT);
    modem.write_all(b"OK", LIMIT);
    watched.until("both are heard", |status| (status.tx, status.rx) == (3, 2));
}

#[test]
fn one_line_lost_is_told_and_the_other_goes_on() {
    let Desk { host, modem, .. } = Desk::new();
    let watched = Watched::opened(&format!("tap:{},{}", host.path(), modem.path()));
    drop(host);
    watched.until("the loss is told", |_| watched.notes().iter().any(|note| note.contains("the host's line is lost")));
    modem.write_all(b"RING", LIMIT);
    watched.until("the other one is heard", |status| status.rx == 4);
    drop(modem);
    let status = watched.until("the end is told", |status| status.phase.over());
    assert!(matches!(&status.phase, Phase::Failed(text) if text.contains("both lines")), "{:?}", status.phase);
}

#[test]
fn a_tap_of_which_one_line_does_not_open_says_which() {
    let desk = Desk::new();
    let watched = Watched::open(&format!("tap:{},/dev/no-such-port", desk.host.path()), LineSettings::default());
    let status = watched.until("it failed", |status| status.phase.over());
    let expect = "the modem's line: /dev/no-such-port is not there";
    assert!(matches!(&status.phase, Phase::Failed(text) if text.contains(expect)), "{:?}", status.phase);
    Watched::opened(&desk.host.path());
}

#[test]
fn a_tap_captured_from_the_command_line_is_diagnosed_later() {
    let mut desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tap.pcapng");
    let modemscope = |arguments: &[&str]| {
        let mut command = Command::new("timeout");
        command
            .args(["30", env!("CARGO_BIN_EXE_modemscope")])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    // What the kernel had queued before is kept, so nobody has to know when it has begun.
    let capture = modemscope(&["capture", &desk.port(), file.to_str().unwrap(), "--for", "2500ms"]);
    while !file.exists() {
        std::thread::park_timeout(Duration::from_millis(5));
        assert!(desk.began.elapsed() < LIMIT, "no capture file");
    }
    desk.play();
    let output = capture.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = modemscope(&["diagnose", file.to_str().unwrap()]).wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("[send-before-connect]"), "{text}");
    let refused = modemscope(&["send", &desk.port(), "AT"]).wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("this port only listens"));
}
