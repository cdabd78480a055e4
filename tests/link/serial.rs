//! A serial device, as far as a pty is one.

use std::time::{Duration, Instant};

use modemscope::link::settings::Pacing;
use modemscope::link::{FlowControl, LineSettings, Parity, StopBits};
use modemscope::worker::{Order, Phase};

use crate::pty::Pty;
use crate::watch::{LIMIT, Watched, all_values, noise};

const MEBIBYTE: usize = 1024 * 1024;

#[test]
fn all_values_and_a_mebibyte_arrive_exactly() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let mut bytes = all_values();
    bytes.extend(noise(MEBIBYTE));
    pty.write_all(&bytes, LIMIT);
    watched.until("all was received", |status| status.rx == bytes.len() as u64);
    assert!(watched.received() == bytes, "received bytes differ");
}

#[test]
fn all_values_and_a_mebibyte_leave_exactly() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let mut bytes = all_values();
    bytes.extend(noise(MEBIBYTE));
    watched.order(Order::Send(bytes.clone()));
    let far_end = pty.read_exactly(bytes.len(), LIMIT);
    assert!(far_end == bytes, "{} of {} bytes came, or others", far_end.len(), bytes.len());
    watched.until("all was taken", |status| status.tx == bytes.len() as u64 && status.sending.is_none());
    assert!(watched.sent() == bytes, "the capture differs from what left");
}

#[test]
fn what_is_found_while_a_port_is_open_quotes_no_secret() {
    const PIN: &str = "47110815";
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    watched.order(Order::Send(format!("AT+CPIN={PIN}\\r\r").into_bytes()));
    let status = watched.until("the letters of a line end are found", |status| !status.findings.is_empty());
    for finding in status.findings.iter() {
        assert_eq!(finding.rule, "escape-typed-as-text");
        assert!(finding.title.contains("AT+CPIN=****"), "{}", finding.title);
        for text in [&finding.title, &finding.cause, &finding.fix] {
            assert!(!text.contains(PIN), "{text}");
        }
    }
}

#[test]
fn what_waited_in_the_kernel_is_kept_and_said_to_be_early() {
    let pty = Pty::new();
    pty.write_all(b"\r\nRDY\r\n", LIMIT);
    let watched = Watched::opened(&pty.path());
    watched.until("the early bytes are there", |status| status.rx == 7);
    assert_eq!(watched.received(), b"\r\nRDY\r\n");
    assert!(watched.notes().iter().any(|note| note.contains("before the settings")), "{:?}", watched.notes());
}

#[test]
fn a_far_end_that_closes_is_told_within_200_ms() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    pty.write_all(b"\r\nlast words", LIMIT);
    watched.until("the last words came", |status| status.rx == 12);
    let path = pty.path();
    let closed = Instant::now();
    drop(pty);
    let status = watched.until("the end is told", |status| status.phase.over());
    assert!(closed.elapsed() < Duration::from_millis(200), "{:?}", closed.elapsed());
    let Phase::Failed(message) = &status.phase else { panic!("{:?}", status.phase) };
    assert!(message.contains(&path) && message.contains("connect again"), "{message}");
    assert_eq!(watched.received(), b"\r\nlast words");
    assert!(watched.connection.order(Order::Send(b"AT\r".to_vec())).is_err(), "the order comes back");
}

#[test]
fn a_far_end_that_never_reads_stalls_nothing_but_the_send() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    watched.order(Order::Send(noise(MEBIBYTE)));
    let stalled = |limit: u64| {
        move |status: &modemscope::worker::Status| {
            status.sending.is_some_and(|sending| sending.stalled >= Duration::from_millis(limit))
        }
    };
    watched.until("the stall is shown", stalled(150));
    pty.write_all(b"still heard", LIMIT);
    watched.until("bytes still come in", |status| status.rx == 11);
    let cancelled = Instant::now();
    watched.order(Order::CancelSend);
    let status = watched.until("the cancel is done", |status| status.cancelled.is_some());
    assert!(cancelled.elapsed() < Duration::from_millis(100), "{:?}", cancelled.elapsed());
    let progress = status.cancelled.unwrap();
    assert_eq!(progress.total, MEBIBYTE as u64);
    assert_eq!(progress.taken, status.tx);
    assert!(status.sending.is_none());
    let far_end = pty.read_exactly(usize::try_from(progress.taken).unwrap(), LIMIT);
    assert_eq!(far_end, watched.sent(), "the count is exact: this much and no more left");
    watched.order(Order::Send(b"and on".to_vec()));
    assert_eq!(pty.read_exactly(6, LIMIT), b"and on");
}

#[test]
fn disconnect_is_quick_though_the_far_end_never_reads() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    watched.order(Order::Send(noise(MEBIBYTE)));
    watched.until("the line is full", |status| status.sending.is_some_and(|sending| !sending.stalled.is_zero()));
    let asked = Instant::now();
    watched.order(Order::Disconnect);
    let status = watched.until("the port is closed", |status| status.phase.over());
    assert!(asked.elapsed() < Duration::from_millis(300), "{:?}", asked.elapsed());
    assert_eq!(status.phase, Phase::Closed);
    assert!(status.cancelled.is_some_and(|progress| progress.taken < MEBIBYTE as u64), "{:?}", status.cancelled);
    let dropped = Instant::now();
    drop(watched);
    assert!(dropped.elapsed() < Duration::from_millis(300));
    Watched::opened(&pty.path());
}

#[test]
fn what_the_driver_keeps_is_said() {
    let check = |settings: LineSettings, expect: Option<&str>| {
        let pty = Pty::new();
        let watched = Watched::opened_with(&pty.path(), settings);
        let status = watched.connection.status();
        assert_eq!(status.phase, Phase::Open { kept: expect.map(str::to_owned) }, "{settings}");
        assert_eq!(status.lines, None, "a pty has no modem lines");
    };
    let plain = LineSettings::default();
    check(plain, None);
    check(LineSettings { baud: 74_880, stop_bits: StopBits::Two, ..plain }, None);
    check(LineSettings { flow: FlowControl::Software, baud: 123_457, ..plain }, None);
    check(LineSettings { parity: Parity::Even, ..plain }, Some("the driver kept 8N1"));
}

#[test]
fn settings_change_while_connected() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let asked = LineSettings { baud: 57_600, parity: Parity::Odd, ..LineSettings::default() };
    watched.order(Order::Reconfigure(asked));
    let status = watched.until("the new settings are in", |status| status.phase != Phase::Open { kept: None });
    assert_eq!(status.phase, Phase::Open { kept: Some("the driver kept 8N1".into()) });
    pty.write_all(b"OK", LIMIT);
    watched.until("the line still works", |status| status.rx == 2);
}

#[test]
fn a_port_that_cannot_be_opened_says_what_to_do() {
    let check = |path: &str, expect: &[&str]| {
        let watched = Watched::open(path, LineSettings::default());
        let status = watched.until("it failed", |status| status.phase.over());
        let Phase::Failed(message) = &status.phase else { panic!("{:?}", status.phase) };
        for part in expect {
            assert!(message.contains(part), "{message}\nlacks {part}");
        }
    };
    check("/dev/no-such-port", &["is not there", "port list"]);
    check("/dev/null", &["is not a serial port", "Choose a device"]);
    check("/dev", &["is not a serial port"]);
    let pty = Pty::new();
    let _first = Watched::opened(&pty.path());
    check(&pty.path(), &["is in use"]);
}

#[test]
fn orders_that_a_pty_cannot_follow_are_refused_in_words() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let dtr = modemscope::macros::LineChange { dtr: Some(true), rts: None };
    watched.order(Order::SetLines(dtr));
    let status = watched.until("it is refused", |status| status.refused.is_some());
    assert!(status.refused.as_ref().unwrap().contains("no modem lines"), "{:?}", status.refused);
    watched.order(Order::Send(b"AT\r".to_vec()));
    assert_eq!(pty.read_exactly(3, LIMIT), b"AT\r", "the link stays usable");
}

#[test]
fn a_break_holds_back_what_is_sent_after_it() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let asked = Instant::now();
    watched.order(Order::Break(Duration::from_millis(120)));
    watched.order(Order::Send(b"after".to_vec()));
    assert_eq!(pty.read_exactly(5, LIMIT), b"after");
    assert!(asked.elapsed() >= Duration::from_millis(120), "{:?}", asked.elapsed());
}

#[test]
fn an_idle_link_sleeps() {
    let pty = Pty::new();
    // The kernel keeps 15 characters of a thread's name: no other link's thread may have these.
    let folder = tempfile::Builder::new().prefix("idle").tempdir_in("/tmp").unwrap();
    let port = folder.path().join("port");
    std::os::unix::fs::symlink(&pty.path, &port).unwrap();
    let watched = Watched::opened(port.to_str().unwrap());
    let switches = || {
        let name: String = format!("link {}", port.display()).chars().take(15).collect();
        std::fs::read_dir("/proc/self/task")
            .unwrap()
            .filter_map(Result::ok)
            .filter(|task| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim_end() == name))
            .filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok())
            .filter_map(|status| {
                let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?.to_owned();
                line.split_whitespace().last()?.parse::<u64>().ok()
            })
            .sum::<u64>()
    };
    // It has told that it is open just before it sleeps for the first time.
    let until = Instant::now() + LIMIT;
    while switches() == 0 {
        assert!(Instant::now() < until, "the link's thread was not found");
        std::thread::yield_now();
    }
    assert!(pty.read_exactly(1, Duration::from_millis(50)).is_empty());
    let before = switches();
    let quiet = Duration::from_millis(500);
    assert!(pty.read_exactly(1, quiet).is_empty());
    assert!(switches() - before <= 2, "{} wake-ups in {quiet:?}", switches() - before);
    drop(watched);
}

/// A far end that is slower than the sender, and stops twice. `MODEMSCOPE_SLOW_PASTE=1` takes the full mebibyte at
/// 50 kB/s with stops of 3 s (half a minute); else a tenth of it at ten times the speed.
#[test]
fn a_paste_to_a_slow_far_end_loses_nothing() {
    let full = std::env::var_os("MODEMSCOPE_SLOW_PASTE").is_some();
    let (size, pause) = if full { (MEBIBYTE, 3_000) } else { (MEBIBYTE / 10, 300) };
    let per_step = if full { 1_000 } else { 10_000 };
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let bytes = noise(size);
    watched.order(Order::Send(bytes.clone()));
    let mut far_end: Vec<u8> = Vec::new();
    let mut stalls_shown = 0;
    while far_end.len() < size {
        let next = Instant::now() + Duration::from_millis(20);
        let got = pty.read_exactly(per_step.min(size - far_end.len()), LIMIT);
        assert!(!got.is_empty(), "{} of {size} bytes came", far_end.len());
        let before = far_end.len();
        far_end.extend(got);
        for at in [size / 3, size * 2 / 3] {
            if before < at && at <= far_end.len() {
                let stopped = Instant::now();
                let stalled = Duration::from_millis(pause) / 2;
                let shown = watched.until("the stall is shown", |status| {
                    let all = |taken: u64| taken >= far_end.len() as u64;
                    status.sending.is_some_and(|sending| sending.stalled >= stalled && all(sending.taken))
                });
                let progress = shown.sending.unwrap();
                assert_eq!((progress.taken, progress.total), (shown.tx, size as u64));
                stalls_shown += 1;
                std::thread::park_timeout(Duration::from_millis(pause).saturating_sub(stopped.elapsed()));
            }
        }
        std::thread::park_timeout(next.saturating_duration_since(Instant::now()));
    }
    assert_eq!(stalls_shown, 2);
    assert!(far_end == bytes, "bytes were lost, doubled or reordered");
    watched.until("all was taken", |status| status.tx == size as u64 && status.sending.is_none());
    assert!(pty.read_exactly(1, Duration::from_millis(20)).is_empty(), "and no more");
}

#[test]
fn pacing_keeps_its_distance() {
    let pty = Pty::new();
    let pacing = Pacing { per_byte: Duration::from_millis(2), per_line: Duration::from_millis(30) };
    let watched = Watched::opened_with(&pty.path(), LineSettings { pacing, ..LineSettings::default() });
    let began = Instant::now();
    watched.order(Order::Send(b"AT\rATE0\r".to_vec()));
    assert_eq!(pty.read_exactly(8, LIMIT), b"AT\rATE0\r");
    // Seven pauses of 2 ms between eight bytes, and the one after the first line. A byte that left late does not delay
    // those after it, so one pause may come out short.
    assert!(began.elapsed() >= Duration::from_millis(6 * 2 + 30), "{:?}", began.elapsed());
    watched.order(Order::Reconfigure(LineSettings::default()));
    let bytes = noise(20_000);
    watched.order(Order::Send(bytes.clone()));
    assert!(pty.read_exactly(bytes.len(), LIMIT) == bytes, "without pacing again");
}

/// The simulated modem has no rate: to note one as set would be untrue.
#[test]
fn settings_for_a_port_that_has_none_are_not_said_to_be_applied() {
    let watched = Watched::opened("sim:");
    watched.order(Order::Reconfigure(LineSettings { baud: 9600, ..LineSettings::default() }));
    let status = watched.until("it is said", |status| status.refused.is_some());
    assert!(
        status.refused.as_ref().unwrap().starts_with("sim: has no line settings: 9600 8N1"),
        "{:?}",
        status.refused
    );
    assert!(!watched.notes().iter().any(|note| note.contains("settings changed")), "{:?}", watched.notes());
}
