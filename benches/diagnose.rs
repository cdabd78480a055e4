//! Dialog and diagnoses over modem traffic: at least 200 MB/s on one core (docs: `design.md`'s figures).
//!
//! `cargo bench --bench diagnose`. The session is generated: bring-up, questions, sends with echo, pushed pages of a
//! server, reads by hand, SMS, HTTP, as the simulator says them.

#![allow(missing_docs, reason = "criterion's macro makes a function")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modemscope::modem::Direction;
use modemscope::modem::diagnose::Diagnoser;

type Script = Vec<(Direction, Vec<u8>)>;

fn ask(script: &mut Script, command: &str, answer: &str) {
    script.push((Direction::Tx, format!("{command}\r").into_bytes()));
    script.push((Direction::Rx, format!("{command}\r{answer}").into_bytes()));
}

/// One round of a busy session.
fn session() -> Script {
    let mut script = Script::new();
    for _ in 0..20 {
        ask(&mut script, "AT+CSQ", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n");
        ask(&mut script, "AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
        ask(&mut script, "AT+CIPSTATUS", "\r\nOK\r\n\r\nSTATE: CONNECT OK\r\n");
    }
    ask(&mut script, "AT+CIPSTART=\"TCP\",\"example.com\",80", "\r\nOK\r\n\r\nCONNECT OK\r\n");
    let text = "a line of telemetry, 21.5 C, 1013 hPa\r\n".repeat(30);
    ask(&mut script, "AT+CIPSEND", "\r\n> ");
    script.push((Direction::Tx, format!("{text}\x1A").into_bytes()));
    script.push((Direction::Rx, format!("{text}\x1A\r\nSEND OK\r\n").into_bytes()));
    let page = "<p>A page of a server, line after line, as it comes over the air.</p>\r\n".repeat(200);
    script.push((Direction::Rx, page.into_bytes()));
    let binary: Vec<u8> = (0..20_000_u32).map(|n| u8::try_from(n * 7919 % 251).unwrap_or(0)).collect();
    script.push((Direction::Rx, binary));
    script.push((Direction::Rx, b"\r\nCLOSED\r\n".to_vec()));
    ask(&mut script, "AT+HTTPREAD", &format!("\r\n+HTTPREAD: 8000\r\n{}\r\nOK\r\n", "x".repeat(8000)));
    script
}

/// Questions and answers alone: the shortest lines there are.
fn chatter() -> Script {
    let mut script = Script::new();
    for _ in 0..200 {
        ask(&mut script, "AT+CSQ", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n");
        ask(&mut script, "AT", "\r\nOK\r\n");
    }
    script
}

fn play(diagnoser: &mut Diagnoser, script: &Script, chunk: usize) {
    for (send, (direction, bytes)) in script.iter().enumerate() {
        let at = Some(Duration::from_millis(send as u64));
        match direction {
            Direction::Tx => diagnoser.sent(bytes, send as u64, at),
            Direction::Rx => bytes.chunks(chunk).for_each(|part| diagnoser.received(part, at)),
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("diagnose");
    for (name, script) in [("session", session()), ("chatter", chatter())] {
        let bytes: usize = script.iter().map(|(_, bytes)| bytes.len()).sum();
        group.throughput(Throughput::Bytes(bytes as u64));
        for chunk in [64, 4096] {
            group.bench_function(format!("{name}, chunks of {chunk}"), |bencher| {
                let mut diagnoser = Diagnoser::new();
                bencher.iter(|| play(&mut diagnoser, black_box(&script), chunk));
                assert!(diagnoser.findings().len() <= 200);
            });
        }
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
