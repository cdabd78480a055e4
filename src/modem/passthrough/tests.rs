//! Each kind of sketch as a model on virtual time, and what the check says of it. The figures of the models were measured
//! with the compiled sketches on a simulated board (`tests/nano`), where two of these cases run again.

use std::collections::VecDeque;

use super::verdict::Pacing;
use super::*;

const TICK: Duration = Duration::from_micros(50);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// How a sketch behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Hears while it sends, stores this many bytes.
    Full(usize),
    /// `SoftwareSerial`: nothing is heard while a byte is sent; three bytes from the PC survive that.
    Classic,
    /// The same with a delay of 500 ms in its loop.
    Delay,
    /// Wrong speed on one leg.
    Garbage,
    /// No wire.
    Nothing,
    /// Every 97th byte is lost, whatever is done.
    BadContact,
}

/// A sending line: one byte after the other.
#[derive(Default)]
struct Line {
    waiting: VecDeque<u8>,
    sending: Option<(Duration, u8)>,
}

impl Line {
    /// The byte that arrives now, if one does.
    fn tick(&mut self, byte_takes: Duration, now: Duration) -> Option<u8> {
        let arrived = self.sending.take_if(|(until, _)| now >= *until).map(|(_, byte)| byte);
        if self.sending.is_none() {
            self.sending = self.waiting.pop_front().map(|byte| (now + byte_takes, byte));
        }
        arrived
    }

    fn idle(&self) -> bool {
        self.sending.is_none() && self.waiting.is_empty()
    }
}

/// A modem that knows `AT`, `ATE0`, `ATE1` and `AT+CSQ;+CSQ…`.
struct Modem {
    echo: bool,
    line: Vec<u8>,
    answers: VecDeque<(Duration, Vec<u8>)>,
}

impl Modem {
    fn receive(&mut self, byte: u8, now: Duration) {
        if self.echo {
            self.answers.push_back((now + Duration::from_micros(300), vec![byte]));
        }
        if byte != b'\r' {
            self.line.push(byte);
            return;
        }
        let line = std::mem::take(&mut self.line);
        let queries = line.split(|byte| *byte == b';').count();
        let answer = match line.as_slice() {
            b"AT" => "\r\nOK\r\n".to_owned(),
            b"ATE0" | b"ATE1" => {
                self.echo = line == b"ATE1";
                "\r\nOK\r\n".to_owned()
            }
            line if line == format!("AT{}", vec!["+CSQ"; queries].join(";")).as_bytes() => {
                "\r\n+CSQ: 20,0\r\n".repeat(queries) + "\r\nOK\r\n"
            }
            line if line.windows(2).any(|part| part == b"AT") => "\r\nERROR\r\n".to_owned(),
            _ => return,
        };
        self.answers.push_back((now + ms(10), answer.into_bytes()));
    }
}

struct Bench {
    kind: Kind,
    way: Way,
    pc_byte: Duration,
    from_pc: VecDeque<(Duration, u8)>,
    ring: VecDeque<u8>,
    held: Vec<u8>,
    heard: VecDeque<u8>,
    deaf_until: Duration,
    round: Duration,
    count: usize,
    to_modem: Line,
    from_modem: Line,
    to_pc: Line,
    modem: Modem,
    /// When the modem says something unasked.
    urc_at: Option<Duration>,
}

impl Bench {
    fn new(kind: Kind, way: Way, baud: u32, echo: bool) -> Self {
        Self {
            kind,
            way,
            pc_byte: Duration::from_secs(10) / baud,
            from_pc: VecDeque::new(),
            ring: VecDeque::new(),
            held: Vec::new(),
            heard: VecDeque::new(),
            deaf_until: Duration::ZERO,
            round: Duration::ZERO,
            count: 0,
            to_modem: Line::default(),
            from_modem: Line::default(),
            to_pc: Line::default(),
            modem: Modem { echo, line: Vec::new(), answers: VecDeque::new() },
            urc_at: None,
        }
    }

    fn send(&mut self, burst: &Burst, now: Duration) {
        let gap = burst.gap.max(self.pc_byte);
        for (place, byte) in (1..).zip(&burst.bytes) {
            self.from_pc.push_back((now + gap * place, *byte));
        }
    }

    /// One tick; gives what arrives at the PC.
    fn tick(&mut self, now: Duration) -> Option<u8> {
        while let Some((_, byte)) = self.from_pc.pop_front_if(|(due, _)| now >= *due) {
            self.receive_from_pc(byte, now);
        }
        if self.urc_at.take_if(|due| now >= *due).is_some() {
            self.from_modem.waiting.extend(b"\r\nRING\r\n");
        }
        self.pass_on(now);
        if let Some(byte) = self.to_modem.tick(MODEM_BYTE, now) {
            match self.way {
                Way::Echo => self.modem.receive(byte, now),
                Way::Jumper => self.receive_from_modem(byte, now),
            }
        }
        while let Some((_, bytes)) = self.modem.answers.pop_front_if(|(due, _)| now >= *due) {
            self.from_modem.waiting.extend(bytes);
        }
        if let Some(byte) = self.from_modem.tick(MODEM_BYTE, now) {
            self.receive_from_modem(byte, now);
        }
        self.to_pc.tick(self.pc_byte, now)
    }

    fn receive_from_pc(&mut self, byte: u8, now: Duration) {
        self.count += 1;
        match self.kind {
            Kind::Full(room) if self.ring.len() < room => self.ring.push_back(byte),
            Kind::Classic | Kind::Delay if now < self.deaf_until => self.held.push(byte),
            Kind::Classic | Kind::Delay => {
                self.fetch_held();
                if self.ring.len() < 63 {
                    self.ring.push_back(byte);
                }
            }
            Kind::Garbage => self.to_pc.waiting.extend([0xff, byte ^ 0x91]),
            Kind::BadContact if !self.count.is_multiple_of(97) => self.ring.push_back(byte),
            _ => {}
        }
    }

    fn receive_from_modem(&mut self, byte: u8, now: Duration) {
        match self.kind {
            Kind::Classic | Kind::Delay if now.saturating_sub(MODEM_BYTE) < self.deaf_until => {}
            Kind::Delay if self.heard.len() < 63 => self.heard.push_back(byte),
            Kind::Delay => {}
            _ => self.to_pc.waiting.push_back(byte),
        }
    }

    /// Interrupts are on again: what the processor kept meanwhile moves to the ring.
    fn fetch_held(&mut self) {
        let room = 63_usize.saturating_sub(self.ring.len());
        self.ring.extend(self.held.drain(..).take(room.min(3)));
    }

    /// What the sketch's loop does.
    fn pass_on(&mut self, now: Duration) {
        if now < self.deaf_until || !self.to_modem.idle() || now < self.round {
            return;
        }
        self.fetch_held();
        match self.ring.pop_front() {
            Some(byte) => {
                self.to_modem.waiting.push_back(byte);
                if matches!(self.kind, Kind::Classic | Kind::Delay) {
                    self.deaf_until = now + MODEM_BYTE;
                }
            }
            None if self.kind == Kind::Delay => {
                self.to_pc.waiting.extend(self.heard.drain(..));
                self.round = now + ms(500);
            }
            None => {}
        }
    }
}

/// Runs a check to its end; at most two minutes of virtual time.
fn run(bench: &mut Bench, baud: u32) -> Report {
    let mut check = Check::new(bench.way, baud, Duration::ZERO);
    let mut now = Duration::ZERO;
    while check.report().is_none() {
        assert!(now < Duration::from_mins(2), "still at: {}", check.progress());
        if let Some(burst) = check.poll_output() {
            bench.send(&burst, now);
        }
        if let Some(byte) = bench.tick(now) {
            check.handle_input(Input::Received(&[byte]), now);
        } else if check.next_deadline().is_some_and(|deadline| now >= deadline) {
            check.handle_input(Input::Tick, now);
        }
        now += TICK;
    }
    check.report().expect("a report")
}

#[track_caller]
fn check(kind: Kind, way: Way, baud: u32, expected: Verdict) -> Report {
    let mut bench = Bench::new(kind, way, baud, true);
    let report = run(&mut bench, baud);
    assert_eq!(report.verdict, expected, "{kind:?}, {way:?}, {baud}: {:#?}", report.rows);
    assert!(bench.modem.echo, "the echo was on before and is on now");
    report
}

#[test]
fn our_sketch_carries_everything() {
    let report = check(Kind::Full(1536), Way::Echo, 115_200, Verdict::Carries);
    assert_eq!(report.rows.iter().map(|row| row.sent).collect::<Vec<_>>(), ECHO_BURSTS);
    assert!(report.rows.iter().all(|row| row.fared == Fared::Whole && row.returned == row.sent && !row.paced));
    check(Kind::Full(1536), Way::Jumper, 115_200, Verdict::Carries);
    check(Kind::Full(1536), Way::Echo, 9600, Verdict::Carries);
}

#[test]
fn a_call_that_comes_in_between_is_no_fault() {
    let mut bench = Bench::new(Kind::Full(1536), Way::Echo, 115_200, true);
    bench.urc_at = Some(ms(2100));
    let report = run(&mut bench, 115_200);
    assert_eq!(report.verdict, Verdict::Carries);
    let words: Vec<_> = report.rows.iter().map(Row::words).collect();
    expect_test::expect![[r#"
        4 bytes in one go: all came back
        16 bytes in one go: all came back
        62 bytes in one go: all came back
        128 bytes in one go: all came back
        400 bytes in one go: all came back
        1461 bytes in one go: damaged once, whole at the second try
        1462 bytes in one go: all came back"#]]
    .assert_eq(&words.join("\n"));
}

#[test]
fn software_serial_at_equal_speeds_is_half_duplex() {
    check(Kind::Classic, Way::Echo, 9600, Verdict::HalfDuplex);
}

#[test]
fn software_serial_behind_a_fast_port_loses_the_difference() {
    let report = check(Kind::Classic, Way::Echo, 115_200, Verdict::LegsDiffer);
    assert_eq!(report.verdict.pacing(), Some(Pacing { bytes: 1, pause: Duration::from_micros(1200) }));
}

#[test]
fn software_serial_never_hears_its_own_jumper() {
    check(Kind::Classic, Way::Jumper, 9600, Verdict::Silent(Way::Jumper));
}

#[test]
fn a_small_ring_runs_over() {
    for (way, baud) in [(Way::Echo, 115_200), (Way::Jumper, 115_200)] {
        let mut bench = Bench::new(Kind::Full(63), way, baud, true);
        let Verdict::SmallBuffer(bytes) = run(&mut bench, baud).verdict else { panic!("a small buffer") };
        assert!((62..80).contains(&bytes), "{bytes}");
    }
}

#[test]
fn a_delay_in_the_loop_is_told_by_the_clock() {
    let mut bench = Bench::new(Kind::Delay, Way::Echo, 9600, true);
    let report = run(&mut bench, 9600);
    let Verdict::DelayLoop(delay) = report.verdict else { panic!("a delay: {report:#?}") };
    assert!((ms(400)..ms(1000)).contains(&delay), "{delay:?}: {report:#?}");
}

#[test]
fn nothing_and_garbage_are_told_apart() {
    check(Kind::Nothing, Way::Echo, 9600, Verdict::Silent(Way::Echo));
    check(Kind::Nothing, Way::Jumper, 9600, Verdict::Silent(Way::Jumper));
    check(Kind::Garbage, Way::Echo, 9600, Verdict::Garbled);
    check(Kind::Garbage, Way::Jumper, 9600, Verdict::Garbled);
}

#[test]
fn a_bad_contact_is_no_sketch() {
    check(Kind::BadContact, Way::Jumper, 115_200, Verdict::Lossy);
}

#[test]
fn the_echo_is_left_as_it_was_found() {
    for (kind, baud) in [(Kind::Full(1536), 115_200), (Kind::Classic, 9600), (Kind::Classic, 115_200)] {
        for echo in [false, true] {
            let mut bench = Bench::new(kind, Way::Echo, baud, echo);
            run(&mut bench, baud);
            assert_eq!(bench.modem.echo, echo, "{kind:?} at {baud}");
        }
    }
}

/// No burst can be taken for a command, whatever part of it is lost at its ends.
#[test]
fn bursts_hold_no_command() {
    for length in ECHO_BURSTS {
        let burst = echo_burst(length);
        assert_eq!((burst.len(), burst.last()), (length, Some(&b'\r')));
        assert!(burst.iter().all(|byte| !b"AaTt/\x1a\x1b".contains(byte)));
        assert!(burst.split(|byte| *byte == b'\r').all(|line| line.len() <= 486));
    }
    for length in JUMPER_BURSTS {
        let burst = jumper_burst(length);
        let commands = [&b"AT"[..], b"at", b"At", b"aT", b"A/", b"a/"];
        assert!(!burst.windows(2).any(|pair| commands.contains(&pair)));
    }
    let mut values = jumper_burst(256);
    values.sort_unstable();
    assert_eq!(values, (0..=255).collect::<Vec<u8>>());
}

#[test]
fn nothing_is_typed_at_a_modem_that_does_not_answer() {
    let mut check = Check::new(Way::Echo, 9600, Duration::ZERO);
    let (mut now, mut sent) = (Duration::ZERO, Vec::new());
    while let Some(deadline) = check.next_deadline() {
        sent.extend(check.poll_output().map(|burst| burst.bytes));
        now = deadline.max(now);
        check.handle_input(Input::Tick, now);
    }
    assert_eq!(sent, vec![b"AT\r"; 3]);
    assert_eq!(check.report().expect("a report").verdict, Verdict::Silent(Way::Echo));
}
