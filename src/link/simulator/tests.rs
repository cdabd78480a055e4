//! The simulated modem on real sockets of this machine.

#![expect(clippy::disallowed_methods, reason = "real sockets take real time, every wait here is bounded")]

use std::net::{TcpListener, UdpSocket};
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
        let modem = Modem::new(Profile { speed: 1000.0, ..Profile::default() }, 1);
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

#[test]
fn datagrams_go_both_ways() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let port = server.local_addr().unwrap().port();
    let mut host = Host::new();
    host.say(format!("ATE0;+CIPSTART=\"UDP\",\"127.0.0.1\",{port}\r").as_bytes(), b"\r\nCONNECT OK\r\n");
    host.say(b"AT+CIPSEND=4\r", b"\r\n> ");
    host.say(b"ping", b"\r\nSEND OK\r\n");
    let mut buffer = [0; 100];
    let (count, peer) = server.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"ping");
    server.send_to(b"pong", peer).unwrap();
    assert_eq!(host.until(b"pong"), b"pong");
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn connections_leave_from_the_port_that_was_set() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, own) = (server.local_addr().unwrap().port(), free_port());
    let mut host = Host::new();
    host.say(format!("ATE0;+CLPORT=\"TCP\",{own}\r").as_bytes(), b"\r\nOK\r\n");
    for _ in 0..2 {
        host.say(format!("AT+CIPSTART=\"TCP\",\"127.0.0.1\",{port}\r").as_bytes(), b"\r\nCONNECT OK\r\n");
        let (client, peer) = server.accept().unwrap();
        assert_eq!(peer.port(), own);
        drop(client);
        host.until(b"\r\nCLOSED\r\n");
    }
}

#[test]
fn datagrams_of_anybody_come_with_their_sender_and_the_aim_can_change() {
    let open = || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        (socket.local_addr().unwrap().port(), socket)
    };
    let ((first_port, first), (second_port, second), own) = (open(), open(), free_port());
    let mut host = Host::new();
    let setup = format!("ATE0;+CLPORT=\"UDP\",{own};+CIPSRIP=1;+CIPHEAD=1;+CIPUDPMODE=1\r");
    host.say(setup.as_bytes(), b"\r\nOK\r\n");
    host.say(format!("AT+CIPSTART=\"UDP\",\"127.0.0.1\",{first_port}\r").as_bytes(), b"\r\nCONNECT OK\r\n");
    let mut buffer = [0; 100];
    for (port, socket) in [(first_port, &first), (second_port, &second)] {
        host.say(format!("AT+CIPUDPMODE=2,\"127.0.0.1\",{port}\r").as_bytes(), b"\r\nOK\r\n");
        host.say(b"AT+CIPSEND=4\r", b"\r\n> ");
        host.say(b"ping", b"\r\nSEND OK\r\n");
        let (count, peer) = socket.recv_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..count], peer.port()), (b"ping".as_slice(), own));
        socket.send_to(b"pong", peer).unwrap();
        let heard = host.until(b"pong");
        assert_eq!(heard, format!("\r\nRECV FROM:127.0.0.1:{port}\r\n+IPD,4:pong").as_bytes());
    }
    let mode = host.say(b"AT+CIPUDPMODE?\r", b"\r\nOK\r\n");
    assert_eq!(mode, format!("\r\n+CIPUDPMODE: 1,\"127.0.0.1\",{second_port}\r\n\r\nOK\r\n").as_bytes());
}

#[test]
fn a_page_comes_from_a_real_web_server() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let serving = std::thread::Builder::new().spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            request.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n").unwrap();
        stream.write_all("x".repeat(50_000).as_bytes()).unwrap();
        request
    });
    let mut host = Host::new();
    host.say(b"ATE0;+SAPBR=3,1,\"APN\",\"x\";+SAPBR=1,1\r", b"\r\nOK\r\n");
    let url = format!("AT+HTTPINIT;+HTTPPARA=\"URL\",\"127.0.0.1:{port}/a\"\r");
    host.say(url.as_bytes(), b"\r\nOK\r\n");
    host.say(b"AT+HTTPACTION=0\r", b"\r\n+HTTPACTION: 0,200,50000\r\n");
    let page = host.say(b"AT+HTTPREAD\r", b"\r\nOK\r\n");
    assert_eq!(page, [b"\r\n+HTTPREAD: 50000\r\n", "x".repeat(50_000).as_bytes(), b"\r\nOK\r\n"].concat());
    let request = serving.unwrap().join().unwrap();
    assert!(request.starts_with(b"GET /a HTTP/1.1\r\n"), "{}", request.escape_ascii());
}

#[test]
fn visitors_reach_a_server_of_the_modem_on_loopback() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut host = Host::new();
    host.say(b"ATE0;+CIPMUX=1;+CSTT=\"x\";+CIICR;+CIFSR;E0\r", b"\r\nOK\r\n");
    host.say(format!("AT+CIPSERVER=1,{port}\r").as_bytes(), b"\r\nSERVER OK\r\n");
    let mut visitor = TcpStream::connect(("127.0.0.1", port)).unwrap();
    host.until(b"\r\n0, REMOTE IP: 127.0.0.1\r\n");
    visitor.write_all(b"hello").unwrap();
    host.until(b"\r\n+RECEIVE,0,5:\r\nhello");
    host.say(b"AT+CIPSEND=0,2\r", b"\r\n> ");
    host.say(b"hi", b"\r\n0, SEND OK\r\n");
    let mut answer = [0; 2];
    visitor.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    visitor.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"hi");
}

/// Bytes that differ from link to link and from place to place.
fn pattern(link: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 31 + at / 251 + link * 7) % 256).unwrap()).collect()
}

#[test]
fn six_connections_move_a_mebibyte_each_way_exactly() {
    const SIZE: usize = 1 << 20;
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut host = Host::new();
    host.say(b"ATE0;+CIPMUX=1;+CIPRXGET=1;+CIPQSEND=1;+CSTT=\"x\";+CIICR;+CIFSR;E0\r", b"\r\nOK\r\n");
    let mut peers = Vec::new();
    for link in 0..6 {
        let start = format!("AT+CIPSTART={link},\"TCP\",\"127.0.0.1\",{port}\r");
        host.say(start.as_bytes(), format!("\r\n{link}, CONNECT OK\r\n").as_bytes());
        let (stream, _) = server.accept().unwrap();
        let peer = std::thread::Builder::new().spawn(move || {
            let mut reader = stream.try_clone().unwrap();
            reader.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
            let writing =
                std::thread::Builder::new().spawn(move || (&stream).write_all(&pattern(link + 10, SIZE)).unwrap());
            let mut got = vec![0; SIZE];
            reader.read_exact(&mut got).unwrap();
            writing.unwrap().join().unwrap();
            got
        });
        peers.push(peer.unwrap());
    }
    let data: Vec<_> = (0..6).map(|link| pattern(link, SIZE)).collect();
    let mut sent = [0; 6];
    let mut got: [Vec<u8>; 6] = Default::default();
    while sent.iter().any(|count| *count < SIZE) || got.iter().any(|data| data.len() < SIZE) {
        for link in 0..6 {
            let piece = &data[link][sent[link]..SIZE.min(sent[link] + 1460)];
            if !piece.is_empty() {
                host.say(format!("AT+CIPSEND={link},{}\r", piece.len()).as_bytes(), b"\r\n> ");
                host.say(piece, format!("\r\nDATA ACCEPT:{link},").as_bytes());
                let count = host.until(b"\r\n");
                sent[link] += std::str::from_utf8(&count).unwrap().trim().parse::<usize>().unwrap();
            }
            host.say(format!("AT+CIPRXGET=2,{link},1460\r").as_bytes(), format!("\r\n+CIPRXGET: 2,{link},").as_bytes());
            let head = host.until(b"\r\n");
            let count: usize = std::str::from_utf8(&head).unwrap().split(',').next().unwrap().parse().unwrap();
            while host.heard.len() < count {
                host.turn(false);
            }
            got[link].extend(host.heard.drain(..count));
            host.until(b"\r\nOK\r\n");
        }
    }
    for (link, peer) in peers.into_iter().enumerate() {
        assert!(peer.join().unwrap() == data[link], "what link {link} sent");
        assert!(got[link] == pattern(link + 10, SIZE), "what link {link} received");
    }
}
