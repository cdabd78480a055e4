//! Each fault of the simulated modem makes its diagnosis fire, on virtual time: one table over all faults.
//!
//! A fault is named as in the port name (`sim:no-sim`). Who meets it does a normal job: GPRS up, connect, send, 1A. Most
//! faults show to a host that waits for each answer; two only hurt one that trusts to fixed delays.

use modemscope::modem::diagnose::Severity;
use modemscope::simulator::Fault;

use super::scene::Scene;

/// What a user does who wants a text to arrive, waiting for each answer.
fn patient(scene: &mut Scene) {
    scene.command("AT\r\n");
    scene.command("AT+CPIN?\r\n");
    scene.command("AT+CSQ\r\n");
    for _ in 0..12 {
        scene.command("AT+CREG?\r\n");
        if scene.heard.ends_with(b"0,1\r\n\r\nOK\r\n") {
            break;
        }
        scene.wait(6000);
    }
    scene.command("AT+CSTT=\"internet\",\"\",\"\"\r\n");
    connect_and_send(scene);
}

fn connect_and_send(scene: &mut Scene) {
    scene.say(b"AT+CIICR\r\n", 85, &[b"\r\nOK\r\n", b"ERROR\r\n"]);
    scene.say(b"AT+CIFSR\r\n", 3, &[]);
    scene.say(b"AT+CIPSTART=\"TCP\",\"example.org\",9999\r\n", 75, &[b"CONNECT OK\r\n", b"FAIL\r\n", b"ERROR\r\n"]);
    send(scene);
}

fn send(scene: &mut Scene) {
    scene.say(b"AT+CIPSEND\r\n", 10, &[b"\r\n> ", b"ERROR\r\n"]);
    scene.type_in(b"hello");
    scene.wait(500);
    scene.say(b"\x1a", 30, &[b"SEND OK\r\n", b"SEND FAIL\r\n", b"ERROR\r\n"]);
    scene.wait(6000);
}

/// A sketch that never reads: delays with which it works on a healthy modem.
fn hasty(scene: &mut Scene) {
    const STEPS: &[(&[u8], u64)] = &[
        (b"AT\r\n", 500),
        (b"AT+CSTT=\"internet\",\"\",\"\"\r\n", 1000),
        (b"AT+CIICR\r\n", 4000),
        (b"AT+CIFSR\r\n", 1000),
        (b"AT+CIPSTART=\"TCP\",\"example.org\",9999\r\n", 5000),
        (b"AT+CIPSEND\r\n", 500),
        (b"hello", 0),
        (b"\x1a", 5000),
    ];
    for (bytes, milliseconds) in STEPS {
        scene.type_in(bytes);
        scene.wait(*milliseconds);
    }
}

/// The job without an APN of one's own.
fn without_apn(scene: &mut Scene) {
    scene.command("AT\r\n");
    scene.command("AT+CSTT\r\n");
    connect_and_send(scene);
}

/// One command does it all, as in many tutorials: the context comes up by itself, with the stored APN.
fn straight(scene: &mut Scene) {
    scene.command("AT\r\n");
    scene.say(b"AT+CIPSTART=\"TCP\",\"example.org\",9999\r\n", 75, &[b"CONNECT OK\r\n", b"FAIL\r\n", b"ERROR\r\n"]);
    send(scene);
}

/// A job with answers longer than 64 bytes.
fn wordy(scene: &mut Scene) {
    scene.command("AT\r\n");
    scene.say(b"AT&V\r\n", 12, &[]);
    scene.say(b"AT+CIPSCONT?\r\n", 12, &[]);
}

/// The first job is healthy, then the fault begins.
fn later(fault: &str, seed: u64) -> Scene {
    let mut scene = Scene::new(&[], seed);
    patient(&mut scene);
    scene.begins(fault);
    scene
}

type Job = fn(&mut Scene);

/// Every fault: the job that meets it, and the rules that must fire; none where a host that does so is not hurt, and why.
const TABLE: &[(&str, Job, &[&str])] = &[
    ("no-sim", patient, &["sim-missing"]),
    ("no-sim", straight, &["sim-missing"]),
    ("pin", patient, &["sim-locked"]),
    ("pin", straight, &["sim-locked"]),
    // One cause, one finding: without a network the data service is refused too.
    ("no-network", patient, &["not-registered"]),
    ("weak-signal", patient, &["weak-signal", "send-failed"]),
    ("wrong-apn", patient, &["no-data-service"]),
    ("wrong-apn", straight, &["no-data-service"]),
    ("no-apn", without_apn, &["no-data-service"]),
    ("no-apn", straight, &["no-data-service"]),
    // An APN of one's own is all that was missing.
    ("no-apn", patient, &[]),
    ("brown-out", patient, &["modem-restarted"]),
    ("brown-out", straight, &["modem-restarted"]),
    ("brown-out-urc", patient, &["modem-restarted", "under-voltage"]),
    ("reboot", patient, &["modem-restarted"]),
    ("reboot", hasty, &["modem-restarted"]),
    ("autobaud-unsynced", patient, &["no-answer"]),
    ("wrong-baud", patient, &["wrong-baud"]),
    ("lost-bytes", patient, &["echo-lost-bytes"]),
    ("bit-errors", patient, &["echo-bit-errors"]),
    ("overflow-64", wordy, &["overflow-64"]),
    // No answer of this job is longer than 64 bytes.
    ("overflow-64", patient, &[]),
    ("loopback", patient, &["loopback"]),
    ("silent", patient, &["no-answer"]),
    // Stored by somebody, and allowed: the strip says that the echo is off, there is nothing to mend.
    ("echo-off", patient, &[]),
    ("send-fail", patient, &["send-failed"]),
    ("peer-close", patient, &["peer-closed"]),
    ("pdp-deact", patient, &["no-data-service"]),
    ("pdp-deact", straight, &["no-data-service"]),
    ("prompt-late", hasty, &["terminator-before-prompt"]),
    // Who waits for the prompt gets it, only later.
    ("prompt-late", patient, &[]),
    ("prompt-off", patient, &["prompt-switched-off"]),
    ("slow", hasty, &["send-before-connect"]),
    // Who waits for each answer gets it; the strip shows how long it takes.
    ("slow", patient, &[]),
    ("refuse", patient, &["connect-failed"]),
];

/// Chance decides what is damaged: whatever it decides, the diagnosis comes.
const SEEDS: std::ops::Range<u64> = 1..9;

#[test]
fn each_fault_makes_its_diagnosis_fire() {
    let mut wrong = Vec::new();
    for (fault, job, wanted) in TABLE {
        for seed in SEEDS {
            let mut scene = Scene::new(&[fault], seed);
            job(&mut scene);
            let found = scene.findings();
            let told = |rule: &&&str| found.iter().any(|finding| finding.0 == **rule);
            let quiet = !wanted.is_empty() || found.iter().all(|finding| finding.1 == Severity::Note);
            if !quiet || wanted.iter().filter(told).count() < wanted.len() {
                wrong.push(format!("{fault}, seed {seed}: expected {wanted:?}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = Fault::ALL.iter().filter(|fault| TABLE.iter().all(|row| row.0 != fault.1)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn faults_that_begin_in_mid_session_are_diagnosed() {
    let mut wrong = Vec::new();
    for (fault, wanted) in [("pdp-deact", "context-lost"), ("reboot", "modem-restarted"), ("peer-close", "peer-closed")]
    {
        for seed in SEEDS {
            let found = later(fault, seed).findings();
            if found.iter().all(|finding| finding.0 != wanted) {
                wrong.push(format!("{fault}, seed {seed}: expected {wanted}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_without_readable_answers_has_one_cause() {
    for (fault, job) in
        [("loopback", patient as Job), ("loopback", hasty), ("wrong-baud", patient), ("wrong-baud", hasty)]
    {
        let mut scene = Scene::new(&[fault], 3);
        job(&mut scene);
        assert_eq!(scene.findings(), [(fault, Severity::Problem)]);
    }
}

#[test]
fn a_healthy_modem_gives_no_cause_for_complaint() {
    let jobs: [(&str, Job); 5] = [
        ("patient", patient),
        ("hasty", hasty),
        ("without APN", without_apn),
        ("straight", straight),
        ("wordy", wordy),
    ];
    for (name, job) in jobs {
        for seed in SEEDS {
            let mut scene = Scene::new(&[], seed);
            job(&mut scene);
            assert_eq!(scene.findings(), [], "{name}, seed {seed}");
        }
    }
}
