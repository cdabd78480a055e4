//! The simulated modem on real sockets of this machine.

#![expect(clippy::disallowed_methods, reason = "real sockets take real time, every wait here is bounded")]

use std::net::TcpListener;
use std::time::Instant;

use super::*;
use crate::link::wait::Waiter;

/// A host that types and listens, as the worker does.
struct Host {
    link: SimLink,
    waiter: Waiter,
    began: Instant,
    heard: Vec<u8>,
}

impl Host {
    fn new() -> Self {
        let modem = Sim800::new(Profile { speed: 1000.0, ..Profile::default() }, 1);
        let mut host = Self {
            link: SimLink::new(modem).unwrap(),
            waiter: Waiter::new().unwrap(),
            began: Instant::now(),
            heard: Vec::new(),
        };
        host.until(b"SMS Ready\r\n");
        host
    }

    /// Types and hears until `end` comes; what came before it is returned and forgotten.
    fn say(&mut self, bytes: &[u8], end: &[u8]) -> Vec<u8> {
        let mut rest = bytes;
        let limit = Instant::now() + Duration::from_secs(20);
        while !rest.is_empty() {
            let count = self.link.write(rest, self.began.elapsed()).unwrap();
            rest = &rest[count..];
            self.turn(!rest.is_empty());
            assert!(Instant::now() < limit, "{} bytes were not taken", rest.len());
        }
        self.until(end)
    }

    fn turn(&mut self, sending: bool) {
        let now = self.began.elapsed();
        let mut interests = Interests::new();
        self.link.interests(sending, &mut interests);
        let due = self.link.next_deadline().map_or(Duration::from_millis(50), |due| due.saturating_sub(now));
        self.waiter.wait(interests, Some(due.min(Duration::from_millis(50)))).unwrap();
        let now = self.began.elapsed();
        self.link.on_ready(now);
        let mut arrived = Vec::new();
        self.link.read(&mut arrived, now).unwrap();
        for arrival in arrived {
            if let Arrival::Bytes { bytes, .. } = arrival {
                self.heard.extend(bytes);
            }
        }
    }

    fn until(&mut self, end: &[u8]) -> Vec<u8> {
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(at) = memchr::memmem::find(&self.heard, end) {
                return self.heard.drain(..at + end.len()).collect();
            }
            assert!(Instant::now() < limit, "no {:?} in {:?}", end.escape_ascii(), self.heard.escape_ascii());
            self.turn(false);
        }
    }
}

#[test]
fn a_text_reaches_a_real_server_and_its_answer_comes_back() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut host = Host::new();
    host.say(format!("ATE0;+CIPSTART=\"TCP\",\"localhost\",\"{port}\"\r\n").as_bytes(), b"\r\nCONNECT OK\r\n");
    let (mut client, _) = server.accept().unwrap();
    host.say(b"AT+CIPSEND\r\n", b"\r\n> ");
    host.say(b"hello\x1a", b"\r\nSEND OK\r\n");
    let mut got = [0; 5];
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    client.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"hello");
    client.write_all(b"\x00\xFFanswer").unwrap();
    drop(client);
    assert_eq!(host.until(b"\r\nCLOSED\r\n"), b"\x00\xFFanswer\r\nCLOSED\r\n");
}

#[test]
fn nobody_there_is_connect_fail() {
    // Bound and closed again: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut host = Host::new();
    let heard = host.say(format!("AT+CIPSTART=\"TCP\",\"127.0.0.1\",{port}\r").as_bytes(), b"CONNECT FAIL\r\n");
    assert!(heard.ends_with(b"\r\nOK\r\n\r\nSTATE: IP STATUS\r\n\r\nCONNECT FAIL\r\n"), "{}", heard.escape_ascii());
}
