//! Each fault of the simulated modem makes its diagnosis fire, on virtual time.

use std::time::Duration;

use modemscope::modem::diagnose::Diagnoser;
use modemscope::sim800::{Control, Input, Output, Profile, Sim800, SocketEvent};

/// A modem, and who listens to both directions.
struct Scene {
    modem: Sim800,
    diagnoser: Diagnoser,
    now: Duration,
    sends: u64,
}

impl Scene {
    /// Booted; the boot is heard too, as in a session that began with it.
    fn new(fault: &str) -> Self {
        let profile = Profile { faults: vec![fault.to_owned()], ..Profile::default() };
        let mut scene =
            Self { modem: Sim800::new(profile, 3), diagnoser: Diagnoser::new(), now: Duration::ZERO, sends: 0 };
        scene.wait(9);
        scene
    }

    fn drain(&mut self) {
        while let Some(output) = self.modem.poll_output() {
            let (id, event) = match output {
                Output::Uart(bytes) => {
                    self.diagnoser.received(&bytes, Some(self.now));
                    continue;
                }
                Output::Open { id, port, .. } => (id, SocketEvent::Connected { peer: ([192, 0, 2, 7], port).into() }),
                Output::Send(id, bytes) => (id, SocketEvent::Taken(bytes.len())),
                _ => continue,
            };
            self.modem.handle_input(Input::Socket(id, event), self.now);
        }
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        self.drain();
        loop {
            let due = [self.modem.next_deadline(), self.diagnoser.next_deadline()].into_iter().flatten().min();
            let Some(due) = due.filter(|due| *due <= end) else { break };
            self.now = self.now.max(due) + Duration::from_micros(1);
            self.modem.handle_input(Input::Tick, self.now);
            self.drain();
            self.diagnoser.tick(self.now);
        }
        self.now = self.now.max(end);
    }

    fn say(&mut self, bytes: &[u8], seconds: u64) {
        self.sends += 1;
        self.diagnoser.sent(bytes, self.sends, Some(self.now));
        self.modem.handle_input(Input::Uart(bytes), self.now);
        self.wait(seconds);
    }
}

/// What a user does who wants a text to arrive, waiting for each answer.
const JOB: &[(&[u8], u64)] = &[
    (b"AT\r\n", 2),
    (b"AT+CPIN?\r\n", 2),
    (b"AT+CSQ\r\n", 2),
    (b"AT+CREG?\r\n", 2),
    (b"AT+CSTT=\"internet\",\"\",\"\"\r\n", 2),
    (b"AT+CIICR\r\n", 10),
    (b"AT+CIFSR\r\n", 3),
    (b"AT+CIPSTART=\"TCP\",\"example.org\",9999\r\n", 12),
    (b"AT+CIPSEND\r\n", 6),
    (b"hello", 1),
    (b"\x1a", 6),
];

/// What was missed for a fault, in words; `None` when the rule fired.
fn missed(fault: &str, wanted: &str) -> Option<String> {
    let mut scene = Scene::new(fault);
    for (bytes, seconds) in JOB {
        scene.say(bytes, *seconds);
    }
    scene.diagnoser.finish();
    let found: Vec<_> = scene.diagnoser.findings().iter().map(|finding| finding.rule).collect();
    (!found.contains(&wanted)).then(|| format!("{fault}: expected {wanted}, found {found:?}"))
}

#[test]
fn each_fault_is_recognised() {
    let pairs = [
        ("no-sim", "sim-missing"),
        ("pin", "sim-locked"),
        ("wrong-apn", "no-data-service"),
        ("brown-out", "modem-restarted"),
        ("brown-out-urc", "under-voltage"),
        ("loopback", "loopback"),
        ("silent", "no-answer"),
        ("autobaud-unsynced", "no-answer"),
        ("wrong-baud", "wrong-baud"),
        ("lost-bytes", "echo-lost-bytes"),
        ("bit-errors", "echo-bit-errors"),
        ("send-fail", "send-failed"),
        ("peer-close", "peer-closed"),
        ("pdp-deact", "no-data-service"),
        ("prompt-off", "prompt-switched-off"),
        ("refuse", "connect-failed"),
    ];
    let all: Vec<_> = pairs.iter().filter_map(|(fault, rule)| missed(fault, rule)).collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_healthy_modem_gives_no_cause_for_complaint() {
    let mut scene = Scene::new("echo-off");
    for (bytes, seconds) in JOB {
        scene.say(bytes, *seconds);
    }
    scene.diagnoser.finish();
    assert!(scene.diagnoser.findings().is_empty(), "{:?}", scene.diagnoser.findings());
}

/// The rules that fired after some more of a session.
fn rules(mut scene: Scene, more: impl FnOnce(&mut Scene)) -> Vec<&'static str> {
    more(&mut scene);
    scene.diagnoser.finish();
    scene.diagnoser.findings().iter().map(|finding| finding.rule).collect()
}

/// A fault that begins in mid-session.
fn begins(scene: &mut Scene, fault: &str) {
    scene.modem.handle_input(Input::Control(Control::Fault(fault.into(), true)), scene.now);
    scene.wait(8);
}

#[test]
fn faults_that_take_time_or_come_later_are_recognised() {
    let all = |scene: &mut Scene| JOB.iter().for_each(|(bytes, seconds)| scene.say(bytes, *seconds));
    let found = rules(Scene::new("no-network"), |scene| (0..12).for_each(|_| scene.say(b"AT+CREG?\r\n", 6)));
    assert!(found.contains(&"not-registered"), "{found:?}");
    let found = rules(Scene::new("weak-signal"), |scene| {
        all(scene);
        for _ in 0..8 {
            scene.say(b"AT+CIPSEND\r\n", 2);
            scene.say(b"again\x1a", 4);
        }
    });
    assert!(found.contains(&"weak-signal"), "{found:?}");
    let found = rules(Scene::new("echo-off"), |scene| {
        all(scene);
        begins(scene, "pdp-deact");
    });
    assert!(found.contains(&"context-lost"), "{found:?}");
    let found = rules(Scene::new("echo-off"), |scene| {
        all(scene);
        begins(scene, "reboot");
    });
    assert!(found.contains(&"modem-restarted"), "{found:?}");
    let found = rules(Scene::new("overflow-64"), |scene| {
        scene.say(b"ATE0\r\n", 2);
        scene.say(b"AT+CIPSCONT?\r\n", 12);
    });
    assert!(found.contains(&"overflow-64"), "{found:?}");
}
