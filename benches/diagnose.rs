//! Dialog and diagnoses over modem traffic: at least 200 MB/s on one core, memory constant.
//!
//! `cargo bench --bench diagnose`; fewer bytes with `MODEMSCOPE_BENCH_MIB=64`. What is measured is the processor time of
//! the thread, not the clock, so that a busy machine does not spoil it (Linux; elsewhere the clock).
//!
//! *A day on GPRS* is what a healthy logger does: questions over and over, telemetry over TCP with its echo, a server's
//! answers, a binary upload of fixed length, an SMS out and one in, a page by HTTP. It gives no problem and no warning.
//! The others are the same thing again and again, from the kindest to the shortest there is.
//!
//! Secrets are looked for beforehand and once, for the capture and for the diagnoser (`SecretFinder`): *diagnose* is the
//! diagnoser alone, *find and diagnose* both, one after the other, as in a live session.

#![allow(missing_docs, reason = "criterion's macro makes a function")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time")]
#![allow(clippy::expect_used, reason = "a bench ends where it cannot go on")]

use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modemscope::modem::Direction;
use modemscope::modem::diagnose::{Diagnoser, Severity};
use modemscope::modem::secrets::SecretFinder;

/// What went each way, one entry a write or an answer.
#[derive(Default)]
struct Script(Vec<(Direction, Vec<u8>)>);

impl Script {
    fn sent(&mut self, bytes: impl Into<Vec<u8>>) {
        self.0.push((Direction::Tx, bytes.into()));
    }

    fn received(&mut self, bytes: impl Into<Vec<u8>>) {
        self.0.push((Direction::Rx, bytes.into()));
    }

    /// A command, its echo, its answer.
    fn ask(&mut self, command: &str, answer: &str) {
        self.sent(format!("{command}\r"));
        self.received(format!("{command}\r{answer}"));
    }

    /// Data at a prompt, its echo, its result.
    fn data(&mut self, command: &str, data: &[u8], result: &str) {
        self.ask(command, "\r\n> ");
        self.sent(data);
        self.received([data, result.as_bytes()].concat());
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }
}

const OK: &str = "\r\nOK\r\n";

fn questions(script: &mut Script, state: &str) {
    script.ask("AT+CSQ", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n");
    script.ask("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    script.ask("AT+CBC", "\r\n+CBC: 0,81,4049\r\n\r\nOK\r\n");
    script.ask("AT+COPS?", "\r\n+COPS: 0,0,\"Operator\"\r\n\r\nOK\r\n");
    script.ask("AT+CIPSTATUS", &format!("\r\nOK\r\n\r\nSTATE: {state}\r\n"));
}

fn a_day_on_gprs() -> Script {
    let mut script = Script::default();
    script.ask("AT+CIPSHUT", "\r\nSHUT OK\r\n");
    script.ask("AT+CSTT=\"internet\",\"\",\"\"", OK);
    script.ask("AT+CIICR", OK);
    script.ask("AT+CIFSR", "\r\n10.78.245.128\r\n");
    script.ask("AT+CIPSTART=\"TCP\",\"example.com\",\"80\"", "\r\nOK\r\n\r\nCONNECT OK\r\n");
    for hour in 0..24 {
        questions(&mut script, "CONNECT OK");
        let reading = format!("POST /log HTTP/1.1\r\nHost: example.com\r\n\r\nhour={hour:02};t=21.5;p=1013;u=4049");
        script.data("AT+CIPSEND", format!("{reading}\x1A").as_bytes(), "\r\nSEND OK\r\n");
        script.received("HTTP/1.1 204 No Content\r\nServer: nginx\r\nDate: Sun, 22 Nov 2026 19:00:00 GMT\r\n\r\n");
    }
    let binary: Vec<u8> = (0..1024_u32).map(|n| u8::try_from(n * 7919 % 251).unwrap_or(0)).collect();
    script.data("AT+CIPSEND=1024", &binary, "\r\nSEND OK\r\n");
    script.ask("AT+CIPCLOSE", "\r\nCLOSE OK\r\n");
    script.ask("AT+CMGF=1", OK);
    script.data("AT+CMGS=\"+491701234567\"", b"All is well, 21.5 C.\x1A", "\r\n+CMGS: 12\r\n\r\nOK\r\n");
    script.received("\r\n+CMT: \"+491701234567\",\"\",\"26/11/22,19:00:00+04\"\r\nStatus?\r\n");
    script.ask("AT+HTTPINIT", OK);
    script.ask("AT+HTTPPARA=\"URL\",\"http://example.com/index.html\"", OK);
    script.ask("AT+HTTPACTION=0", "\r\nOK\r\n\r\n+HTTPACTION: 0,200,2000\r\n");
    let page = "<p>A page of a server.</p>\r\n".repeat(80);
    let page = page.get(..2000).expect("the page is long enough");
    script.ask("AT+HTTPREAD", &format!("\r\n+HTTPREAD: 2000\r\n{page}\r\nOK\r\n"));
    script.ask("AT+HTTPTERM", OK);
    script
}

fn only_questions() -> Script {
    let mut script = Script::default();
    (0..100).for_each(|_| questions(&mut script, "IP INITIAL"));
    script
}

fn signal_strength() -> Script {
    let mut script = Script::default();
    (0..500).for_each(|_| script.ask("AT+CSQ", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n"));
    script
}

fn only_at() -> Script {
    let mut script = Script::default();
    (0..500).for_each(|_| script.ask("AT", OK));
    script
}

fn pushed_lines() -> Script {
    let mut script = Script::default();
    (0..200).for_each(|n| script.received(format!("+CSQ: {},0 seq={n:08} the quick brown fox\r\n", 10 + n % 20)));
    script
}

/// Plays scripts one after the other to one diagnoser, on one time line.
#[derive(Default)]
struct Player {
    diagnoser: Diagnoser,
    /// Looks for secrets too; without it the script holds none.
    finder: Option<SecretFinder>,
    entries: u64,
}

impl Player {
    fn alone() -> Self {
        Self::default()
    }

    fn with_finder() -> Self {
        Self { finder: Some(SecretFinder::default()), ..Self::default() }
    }

    fn play(&mut self, script: &Script, chunk: usize) {
        for (direction, bytes) in &script.0 {
            self.entries += 1;
            let at = Some(Duration::from_millis(self.entries * 20));
            match direction {
                Direction::Tx => {
                    let secret = self.find(Direction::Tx, bytes);
                    self.diagnoser.sent(bytes, &secret, self.entries, at);
                }
                Direction::Rx => {
                    for part in bytes.chunks(chunk) {
                        let secret = self.find(Direction::Rx, part);
                        self.diagnoser.received(part, &secret, at);
                    }
                }
            }
        }
    }

    fn find(&mut self, direction: Direction, bytes: &[u8]) -> Vec<Range<usize>> {
        let secret = self.finder.as_mut().map(|finder| finder.find(direction, bytes)).unwrap_or_default();
        assert!(secret.is_empty(), "nothing is secret in {}", bytes.escape_ascii());
        secret
    }

    fn bad_findings(&self) -> usize {
        self.diagnoser.findings().iter().filter(|finding| finding.severity != Severity::Note).count()
    }
}

/// The processor time of this thread, where `/proc` tells it.
struct OneCore;

impl OneCore {
    fn now() -> Option<Duration> {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(told.split(' ').next()?.parse().ok()?))
    }
}

impl Measurement for OneCore {
    type Intermediate = (Option<Duration>, Instant);
    type Value = Duration;

    fn start(&self) -> Self::Intermediate {
        (Self::now(), Instant::now())
    }

    fn end(&self, (began, at): Self::Intermediate) -> Duration {
        let busy = began.and_then(|began| Self::now()?.checked_sub(began));
        busy.unwrap_or_else(|| at.elapsed()).max(Duration::from_nanos(1))
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn rates(criterion: &mut Criterion<OneCore>) {
    rates_of(criterion, "diagnose", Player::alone);
    rates_of(criterion, "find and diagnose", Player::with_finder);
}

fn rates_of(criterion: &mut Criterion<OneCore>, what: &str, player: fn() -> Player) {
    let mut group = criterion.benchmark_group(what);
    for (name, script) in [
        ("a day on GPRS", a_day_on_gprs()),
        ("only questions", only_questions()),
        ("only AT+CSQ", signal_strength()),
        ("only AT", only_at()),
        ("pushed lines", pushed_lines()),
    ] {
        group.sample_size(20).throughput(Throughput::Bytes(script.len()));
        for chunk in [64, 4096] {
            group.bench_function(format!("{name}, chunks of {chunk}"), |bencher| {
                let mut player = player();
                bencher.iter(|| player.play(black_box(&script), chunk));
                assert_eq!(player.bad_findings(), 0, "{name}: {:?}", player.diagnoser.findings());
            });
        }
    }
    group.finish();
}

/// The whole of it once, with the memory it takes.
fn one_gibibyte(_: &mut Criterion<OneCore>) {
    one_gibibyte_of("diagnosed", Player::alone());
    one_gibibyte_of("looked through for secrets and diagnosed", Player::with_finder());
}

fn one_gibibyte_of(what: &str, mut player: Player) {
    let wanted = std::env::var("MODEMSCOPE_BENCH_MIB").ok().and_then(|count| count.parse().ok()).unwrap_or(1024_u64);
    let script = a_day_on_gprs();
    let mut total = 0;
    player.play(&script, 4096);
    let (before, began) = (resident(), OneCore.start());
    while total < wanted << 20 {
        player.play(&script, 4096);
        total += script.len();
    }
    let seconds = OneCore.end(began).as_secs_f64();
    println!(
        "a day on GPRS, {wanted} MiB {what} once: {seconds:.2} s of one core, {:.0} MB/s, memory grew by {} KiB, {} findings",
        f64::from(u32::try_from(total / 1000).unwrap_or(u32::MAX)) / 1000.0 / seconds,
        resident().saturating_sub(before),
        player.diagnoser.findings().len(),
    );
    assert_eq!(player.bad_findings(), 0);
}

/// KiB of memory of this process; 0 where `/proc` does not tell.
fn resident() -> u64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or(0)
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(OneCore);
    targets = one_gibibyte, rates
}
criterion_main!(benches);
