//! The test server, with real TCP on loopback.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use modemscope::link::test_server::{REMEMBERED, SHOWN, TestServer, Visitor};

use crate::watch::{LIMIT, all_values, noise};

fn start() -> (TestServer, Receiver<()>) {
    let (told, news) = crossbeam_channel::bounded(1);
    let tell = move || {
        let _ = told.try_send(());
    };
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    (TestServer::start(any, Arc::new(tell)).unwrap(), news)
}

fn until(server: &TestServer, news: &Receiver<()>, what: &str, wanted: impl Fn(&[Visitor]) -> bool) -> Vec<Visitor> {
    let until = Instant::now() + LIMIT;
    loop {
        let visitors = server.visitors();
        if wanted(&visitors) {
            return visitors;
        }
        assert!(Instant::now() < until, "not within {LIMIT:?}: {what}; {} visitors", visitors.len());
        let _ = news.recv_timeout(Duration::from_millis(200));
    }
}

fn connect(server: &TestServer) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

#[test]
fn totals_are_exact_and_memory_is_bounded() {
    let (server, news) = start();
    let mut stream = connect(&server);
    let mut bytes = all_values();
    bytes.extend(noise(1024 * 1024));
    stream.write_all(&bytes).unwrap();
    drop(stream);
    let visitors = until(&server, &news, "the visitor has left", |all| all.len() == 1 && !all[0].open);
    assert_eq!(visitors[0].total, bytes.len() as u64);
    assert!(visitors[0].bytes == bytes[..SHOWN], "the first bytes, exactly");
}

#[test]
fn a_visitor_too_many_is_told_and_turned_away() {
    let (server, news) = start();
    let _visitors: Vec<TcpStream> = (0..32).map(|_| connect(&server)).collect();
    until(&server, &news, "all are in", |all| all.len() == 32);
    let mut told = String::new();
    connect(&server).read_to_string(&mut told).unwrap();
    assert_eq!(told, "modemscope: 32 are connected already\r\n");
    assert_eq!(server.visitors().len(), 32);
}

#[test]
fn an_answer_arrives_and_is_counted() {
    let (server, news) = start();
    let mut stream = connect(&server);
    stream.write_all(b"hello").unwrap();
    until(&server, &news, "hello came", |all| all.len() == 1 && all[0].bytes == b"hello");
    let answer = noise(200_000);
    server.answer(1, answer.clone()).unwrap();
    server.answer(99, b"to nobody".to_vec()).unwrap();
    let mut got = vec![0; answer.len()];
    stream.read_exact(&mut got).unwrap();
    assert!(got == answer);
    until(&server, &news, "it is counted", |all| all[0].answered == answer.len() as u64);
}

#[test]
fn a_half_closed_visitor_gets_what_it_is_owed() {
    let (server, news) = start();
    let mut stream = connect(&server);
    let answer = noise(3_000_000);
    until(&server, &news, "it has connected", |all| all.len() == 1);
    server.answer(1, answer.clone()).unwrap();
    stream.write_all(b"last").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert!(got == answer, "{} of {} bytes", got.len(), answer.len());
    let visitors = until(&server, &news, "it has left", |all| !all[0].open);
    assert_eq!(visitors[0].total, 4);
}

#[test]
fn a_visitor_that_never_reads_holds_nobody_up() {
    let (server, news) = start();
    let _deaf = connect(&server);
    until(&server, &news, "it has connected", |all| all.len() == 1);
    for _ in 0..8 {
        server.answer(1, vec![0; 1024 * 1024]).unwrap();
    }
    let mut other = connect(&server);
    other.write_all(b"me too").unwrap();
    until(&server, &news, "the other is heard", |all| all.len() == 2 && all[1].bytes == b"me too");
}

#[test]
fn many_visitors_are_counted_and_the_oldest_forgotten() {
    let (server, news) = start();
    // `tests/bars/run` asks for ten thousand.
    let many =
        std::env::var("MODEMSCOPE_VISITORS").ok().and_then(|count| count.parse().ok()).unwrap_or(REMEMBERED + 20);
    for _ in 0..many {
        drop(connect(&server));
    }
    let all_gone = |all: &[Visitor]| {
        all.last().is_some_and(|last| last.number == many as u64) && all.iter().all(|visitor| !visitor.open)
    };
    let visitors = until(&server, &news, "all have left", all_gone);
    assert_eq!(visitors.len(), REMEMBERED);
}

#[test]
fn dropping_it_frees_the_port_and_closes_connections() {
    let (server, news) = start();
    let mut stream = connect(&server);
    until(&server, &news, "it has connected", |all| all.len() == 1);
    let address = server.address();
    drop(server);
    assert_eq!(stream.read(&mut [0; 8]).unwrap_or(0), 0, "closed");
    TestServer::start(address, Arc::new(|| {})).unwrap();
}
