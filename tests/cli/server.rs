//! A plain TCP server, as the user's own script: accept, receive until the end, tell what came.

use std::io::Read;
use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Listens on loopback; gives what the first visitor sent.
pub struct Server {
    pub port: String,
    received: JoinHandle<Vec<u8>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        listener.set_nonblocking(true).unwrap();
        let received = std::thread::Builder::new().name("server".into()).spawn(move || receive(&listener)).unwrap();
        Self { port, received }
    }

    pub fn received(self) -> Vec<u8> {
        self.received.join().unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that waits must come to an end")]
fn receive(listener: &TcpListener) -> Vec<u8> {
    let until = Instant::now() + Duration::from_secs(20);
    let mut stream = loop {
        match listener.accept() {
            Ok((stream, _)) => break stream,
            Err(_) => assert!(Instant::now() < until, "nobody came"),
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}
