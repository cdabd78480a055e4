//! How fast a macro reacts: from the read that brought the prompt to the moment the operating system took the text.
//!
//! Both times are those of the capture: the worker stamps a chunk when `read` returned and when `write` returned. Numbers
//! are printed (`cargo test --test cli latency -- --nocapture`); the bound here only guards against a blunder, as tests
//! share their machine. The figure of the design is 2 ms for 99 %.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a bench on real time")]

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use modemscope::capture::Writer;
use modemscope::link::{LineSettings, LinkSpec};
use modemscope::macros::runner::Values;
use modemscope::macros::{Macro, Step};
use modemscope::session::Rounds;
use modemscope::worker::{Connection, Order, Status};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

#[path = "../../benches/window/prompting.rs"]
#[expect(clippy::expect_used, reason = "a failed helper is a failed test")]
mod prompting;

use prompting::{Modem, reactions, talk};

const ROUNDS: u32 = 300;

fn pty() -> (OwnedFd, String) {
    let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    fcntl_setfd(&master, FdFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    (master, path)
}

fn main_job() -> Macro {
    let step = |send: &str, expect: &str| Step {
        send: Some(send.into()),
        expect: vec![expect.into()],
        fail: vec![r"\r\nERROR".into(), r"\r\n+CME ERROR".into(), r"\r\nCLOSED".into()],
        within: Some(Duration::from_secs(20)),
        ..Step::default()
    };
    let steps = [step(r"AT+CIPSEND\r", r"\r\n> "), step(r"hello\x1A", r"SEND OK\r\n")];
    let steps = (0..ROUNDS).flat_map(|_| steps.clone()).collect();
    Macro { name: "main job".into(), steps, ..Macro::default() }
}

/// Runs the main job again and again; the reaction times, sorted, and the received bytes per second.
fn measure(flood: bool) -> (Vec<Duration>, f64) {
    let modem = Modem::start(if flood { talk() } else { Vec::new() });
    let capture = Writer::in_memory(SystemTime::now());
    let spec = LinkSpec::Serial(modem.path.clone());
    let settings = LineSettings { baud: 115_200, ..LineSettings::default() };
    let connection = Connection::open(spec, settings, capture, Arc::new(|| {}));
    let began = Instant::now();
    let mut order = Some(Order::RunMacro(vec![main_job()], Values::new()));
    while let Some(job) = order.take() {
        let open = matches!(connection.status().phase, modemscope::worker::Phase::Open { .. });
        order = if open { connection.order(job).err() } else { Some(job) };
        std::thread::sleep(Duration::from_millis(2));
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", connection.status().phase);
    }
    let began = Instant::now();
    let run = loop {
        let status = connection.status();
        match status.run.clone() {
            Some(run) if run.ended => break run,
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{:?}", status.run);
    };
    let rate = f64::from(u32::try_from(connection.status().rx).unwrap_or(u32::MAX)) / began.elapsed().as_secs_f64();
    assert!(run.done, "{:?}", run.reports.last());
    (reactions(connection.reader()), rate)
}

#[test]
fn the_text_follows_the_prompt_at_once() {
    for (name, flood) in [("quiet line", false), ("full receive load", true)] {
        let (times, rate) = measure(flood);
        assert!(times.len() >= ROUNDS as usize * 9 / 10, "{name}: {} of {ROUNDS}", times.len());
        let part = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "prompt seen to text handed over, {name} ({:.1} MB/s): median {:?}, 99 % {:?}, worst {:?}",
            rate / 1e6,
            part(50),
            part(99),
            part(100)
        );
        assert!(part(99) < Duration::from_millis(100), "{name}: 99 % is {:?}", part(99));
    }
}

fn endless(step: Step) -> Macro {
    Macro { steps: vec![Step { repeat: Some(u32::MAX), ..step }], ..Macro::default() }
}

/// Runs this macro, lets it get `far_enough`, stops it; how long that took.
fn stop(connection: &Connection, order: Order, far_enough: &dyn Fn(&Status) -> bool) -> Duration {
    let until = |what: &str, done: &dyn Fn(&Status) -> bool| {
        let began = Instant::now();
        while !done(&connection.status()) {
            assert!(began.elapsed() < Duration::from_secs(10), "{what}: {:?}", connection.status().run);
            std::thread::sleep(Duration::from_millis(1));
        }
        began.elapsed()
    };
    until("open", &|status| matches!(status.phase, modemscope::worker::Phase::Open { .. }));
    connection.order(order).unwrap();
    until("running", &|status| status.run.is_some() && far_enough(status));
    connection.order(Order::StopMacro).unwrap();
    let took = until("stopped", &|status| status.run.as_ref().is_some_and(|run| run.ended));
    assert!(connection.status().run.as_ref().is_some_and(|run| !run.done));
    took
}

fn open(spec: &str) -> Connection {
    let capture = Writer::in_memory(SystemTime::now());
    Connection::open(LinkSpec::parse(spec).unwrap(), LineSettings::default(), capture, Arc::new(|| {}))
}

#[test]
fn a_run_without_end_stops_within_100_ms() {
    let sends = Step { send: Some(r"AT\r".into()), expect: vec!["OK".into()], retry: Some(9), ..Step::default() };
    let spins = Step::default();
    let waits = Step { wait: Some(Duration::from_mins(1)), ..Step::default() };
    for step in [sends, spins, waits] {
        let connection = open("sim:fast");
        let order = Order::RunMacro(vec![endless(step.clone())], Values::new());
        let took = stop(&connection, order, &|_| true);
        assert!(took < Duration::from_millis(100), "{step:?}: {took:?}");
    }
    let connection = open("sim:fast");
    let often = Rounds { times: None, every: Duration::ZERO };
    let took = stop(&connection, Order::Repeat(vec![Macro::default()], Values::new(), often), &|_| true);
    assert!(took < Duration::from_millis(100), "empty rounds without a pause: {took:?}");
}

#[test]
fn a_run_stops_within_100_ms_under_full_receive_load_and_on_a_line_that_takes_nothing() {
    let waits = Step { expect: vec!["never".into()], within: Some(Duration::from_mins(1)), ..Step::default() };
    let sends = Step { send: Some(r"AT\r".into()), ..waits.clone() };
    for step in [waits, sends] {
        let modem = Modem::start(talk());
        let connection = open(&modem.path);
        let order = Order::RunMacro(vec![endless(step.clone())], Values::new());
        let took = stop(&connection, order, &|status| status.rx > 1_000_000);
        println!("stopped under full receive load after {took:?}");
        assert!(took < Duration::from_millis(100), "{step:?}: {took:?}");
    }

    let (master, path) = pty();
    let connection = open(&path);
    let text = "x".repeat(1 << 20);
    let stuck = Step { send: Some(text.clone()), ..Step::default() };
    let order = Order::RunMacro(vec![Macro { steps: vec![stuck], ..Macro::default() }], Values::new());
    let full = |status: &Status| status.sending.is_some_and(|sending| !sending.stalled.is_zero());
    let took = stop(&connection, order, &full);
    assert!(took < Duration::from_millis(100), "a line that takes nothing: {took:?}");
    let taken = connection.status().tx;
    connection.order(Order::Send(b"!".to_vec())).unwrap();
    let mut master = File::from(master);
    let mut came = Vec::new();
    let mut buffer = [0; 4096];
    while came.last() != Some(&b'!') {
        let count = master.read(&mut buffer).unwrap();
        came.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(came.len() as u64, taken + 1, "nothing of the stopped macro goes out any more");
}
