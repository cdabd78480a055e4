//! Ports behind TCP that are lost and found again, real sockets on loopback.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use modemscope::link::LineSettings;
use modemscope::worker::{Order, Phase};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::watch::{LIMIT, Watched};

fn settings() -> LineSettings {
    LineSettings { reconnect: true, ..LineSettings::default() }
}

/// A server on a port that it can leave and take again.
struct Server {
    address: SocketAddr,
    listener: Option<TcpListener>,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { address: listener.local_addr().unwrap(), listener: Some(listener) }
    }

    fn port(&self) -> String {
        format!("tcp://{}", self.address)
    }

    fn accept(&self) -> TcpStream {
        let (stream, _) = self.listener.as_ref().unwrap().accept().unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    }

    fn leave(&mut self) {
        self.listener = None;
    }

    fn come(&mut self) {
        let until = Instant::now() + LIMIT;
        while self.listener.is_none() {
            assert!(Instant::now() < until, "the port does not become free");
            self.listener = TcpListener::bind(self.address).ok();
        }
    }
}

fn lost(watched: &Watched) {
    watched.until("the loss is told", |status| matches!(status.phase, Phase::Lost(_)));
}

fn back(watched: &Watched) {
    watched.until("it is back", |status| matches!(status.phase, Phase::Open { .. }));
}

#[test]
fn a_server_that_hangs_up_is_called_again_and_nothing_is_sent_by_itself() {
    let mut server = Server::new();
    let watched = Watched::opened_with(&server.port(), settings());
    let mut first = server.accept();
    first.write_all(b"before").unwrap();
    watched.until("it is heard", |status| status.rx == 6);
    server.leave();
    drop(first);
    let told = watched
        .until("it is refused", |status| matches!(&status.phase, Phase::Lost(text) if text.contains("nobody listens")));
    assert!(matches!(&told.phase, Phase::Lost(text) if text.contains("the server closed it")), "{:?}", told.phase);
    watched.order(Order::Send(b"meanwhile".to_vec()));
    watched.until("it is refused", |status| status.refused.as_ref().is_some_and(|text| text.contains("not open")));
    server.come();
    let mut second = server.accept();
    back(&watched);
    second.write_all(b"after").unwrap();
    watched.until("it is heard again", |status| status.rx == 11);
    second.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let quiet = second.read(&mut [0; 16]).unwrap_err().kind();
    assert!(matches!(quiet, ErrorKind::WouldBlock | ErrorKind::TimedOut), "nothing is sent unasked: {quiet}");
    watched.order(Order::Send(b"AT\r".to_vec()));
    second.set_read_timeout(Some(LIMIT)).unwrap();
    let mut asked = [0; 3];
    second.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"AT\r");
    let notes = watched.notes().join("\n");
    for part in ["the connection is gone", "Trying again", &format!("back: opened {}", server.port())] {
        assert!(notes.contains(part), "{notes}");
    }
}

/// As ser2net does with a second caller: it takes the call and hangs up.
#[test]
fn who_hangs_up_at_once_is_not_called_without_end() {
    let server = Server::new();
    let watched = Watched::opened_with(&server.port(), settings());
    let began = Instant::now();
    let listener = server.listener.as_ref().unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut calls = 0;
    while began.elapsed() < Duration::from_millis(1_500) {
        match listener.accept() {
            Ok(stream) => {
                calls += 1;
                drop(stream);
            }
            Err(_) => std::thread::park_timeout(Duration::from_millis(2)),
        }
    }
    // 50, 100, 200, 400, 800 ms: five after the first in 1.55 s.
    assert!((3..=6).contains(&calls), "{calls} calls");
    lost(&watched);
}

#[test]
fn without_reconnect_a_server_that_hangs_up_is_the_end() {
    let server = Server::new();
    let watched = Watched::opened_with(&server.port(), LineSettings::default());
    drop(server.accept());
    let status = watched.until("the end is told", |status| status.phase.over());
    let Phase::Failed(text) = &status.phase else { panic!("{:?}", status.phase) };
    assert!(text.ends_with("(the server closed it). Check the server, then connect again."), "{text}");
}

/// A listener that answers no call, as its queue is full, but for this one.
fn deaf(address: SocketAddr) -> (Socket, SocketAddr) {
    let deaf = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    deaf.set_reuse_address(true).unwrap();
    deaf.bind(&SockAddr::from(address)).unwrap();
    deaf.listen(0).unwrap();
    let address = deaf.local_addr().unwrap().as_socket().unwrap();
    (deaf, address)
}

fn fill(address: SocketAddr) -> Vec<TcpStream> {
    let calls = std::iter::repeat_with(|| TcpStream::connect_timeout(&address, Duration::from_millis(100)));
    let waiting: Vec<_> = calls.take(4).collect();
    assert!(waiting.iter().any(Result::is_err), "its queue is full");
    waiting.into_iter().flatten().collect()
}

#[test]
fn a_call_that_nobody_answers_is_given_up_at_once() {
    let (_deaf, address) = deaf(([127, 0, 0, 1], 0).into());
    let _waiting = fill(address);
    let watched = Watched::open(&format!("tcp://{address}"), settings());
    watched.order(Order::Note("kept for later".into()));
    std::thread::park_timeout(Duration::from_millis(50));
    assert_eq!(watched.connection.status().phase, Phase::Opening);
    let asked = Instant::now();
    watched.order(Order::Disconnect);
    watched.until("it is closed", |status| status.phase == Phase::Closed);
    assert!(asked.elapsed() < Duration::from_millis(300), "{:?}", asked.elapsed());
}

/// Ten seconds in which no order is followed would be ten seconds of a dead window.
#[test]
fn a_port_that_is_taken_back_is_called_without_holding_up_orders() {
    let (listener, address) = deaf(([127, 0, 0, 1], 0).into());
    let watched = Watched::opened_with(&format!("tcp://{address}"), LineSettings::default());
    let (_first, _) = listener.accept().unwrap();
    watched.order(Order::Release);
    watched.until("it is released", |status| status.phase == Phase::Released);
    let waiting = fill(address);
    let asked = Instant::now();
    watched.order(Order::TakeBack(None));
    watched.order(Order::Note("meanwhile".into()));
    while !watched.notes().iter().any(|note| note == "meanwhile") {
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", watched.notes());
        std::thread::park_timeout(Duration::from_millis(5));
    }
    // There is room again: the call is answered when the system repeats it.
    for _ in &waiting {
        drop(listener.accept().unwrap());
    }
    back(&watched);
    assert!(watched.notes().iter().any(|note| note.starts_with("taken back: opened tcp://")), "{:?}", watched.notes());
}

/// The far machine loses its power: no word comes, and none is answered. Only root can cut such a cable.
#[test]
fn a_half_open_connection_is_found_within_fifteen_seconds() {
    let run = |program: &str, arguments: &[&str]| {
        Command::new(program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let ip = |arguments: &str| run("ip", &arguments.split(' ').collect::<Vec<_>>());
    let id = std::process::id() % 10_000;
    let (space, here, there) = (format!("msc{id}"), format!("msh{id}"), format!("mst{id}"));
    let made = ip(&format!("netns add {space}"))
        && ip(&format!("link add {here} type veth peer name {there}"))
        && ip(&format!("link set {there} netns {space}"))
        && ip(&format!("addr add 198.18.77.1/30 dev {here}"))
        && ip(&format!("link set {here} up"))
        && ip(&format!("netns exec {space} ip addr add 198.18.77.2/30 dev {there}"))
        && ip(&format!("netns exec {space} ip link set {there} up"));
    let clean_up = || {
        ip(&format!("link del {here}"));
        ip(&format!("netns del {space}"));
    };
    if !made {
        clean_up();
        eprintln!("not tested: this user cannot make network namespaces (or `ip` is missing, package iproute2)");
        return;
    }
    let script = "import socket; socket.setdefaulttimeout(60); s=socket.create_server(('198.18.77.2',7001)); print('up',flush=True); c,_=s.accept(); c.recv(1)";
    let mut server = Command::new("ip")
        .args(["netns", "exec", &space, "python3", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut up = [0; 2];
    let listens = server.stdout.as_mut().is_some_and(|out| out.read_exact(&mut up).is_ok());
    let outcome = std::panic::catch_unwind(|| {
        assert!(listens, "the server listens");
        let watched = Watched::opened_with("tcp://198.18.77.2:7001", settings());
        assert!(ip(&format!("netns exec {space} ip link set {there} down")));
        let cut = Instant::now();
        lost(&watched);
        println!("half-open connection found after {:.1} s", cut.elapsed().as_secs_f64());
        assert!(cut.elapsed() < Duration::from_secs(15));
    });
    let _ = server.kill();
    let _ = server.wait();
    clean_up();
    if let Err(problem) = outcome {
        std::panic::resume_unwind(problem);
    }
}
