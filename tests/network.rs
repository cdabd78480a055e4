//! Ports behind TCP, against Debian's real ser2net with a pty as its serial device.
#![allow(clippy::disallowed_methods, reason = "tests of real sockets wait in real time")]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(unix)]

mod support;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use modemscope::capture::Flaw;
use modemscope::link::network::Network;
use modemscope::link::wait::Waiter;
use modemscope::link::{Arrival, Interests, LineSettings, Link, LinkError, OpenError};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

const PATIENCE: Duration = Duration::from_mins(1);

/// The serial device behind the server: a pty whose other end is ours.
struct Device {
    master: File,
    path: String,
    /// Kept open, so that the pty keeps its raw settings while the server opens and closes it.
    slave: File,
}

impl Device {
    fn new() -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pty");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let path = ptsname(&master, Vec::new()).expect("a name").into_string().expect("ASCII");
        let slave = File::options().read(true).write(true).open(&path).expect("the other end opens");
        let mut termios = tcgetattr(&slave).expect("settings");
        termios.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &termios).expect("raw");
        set_nonblocking(&master);
        Self { master: master.into(), path, slave }
    }
}

fn set_nonblocking(fd: &OwnedFd) {
    let flags = fcntl_getfl(fd).expect("flags");
    fcntl_setfl(fd, flags | OFlags::NONBLOCK).expect("flags can be set");
}

/// A running ser2net with one connection.
struct Server {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start(accepter: &str, device: &Device) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("loopback").local_addr().expect("address").port();
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("ser2net.yaml");
        let text = format!(
            "connection: &modem\n  accepter: {accepter},tcp,127.0.0.1,{port}\n  connector: serialdev,{},115200n81,local\n",
            device.path
        );
        let text = text.replace(": ,tcp", ": tcp");
        std::fs::write(&config, text).expect("written");
        let child = Command::new("/usr/sbin/ser2net")
            .args(["-n", "-c"])
            .arg(&config)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ser2net starts");
        Self { child, port, _folder: folder }
    }

    /// Connects as soon as the server listens.
    fn open(&self, rfc2217: bool, settings: &LineSettings) -> Network {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match Network::open(&format!("127.0.0.1:{}", self.port), rfc2217, settings) {
                Ok(network) => return network,
                Err(problem) => assert!(Instant::now() < deadline, "{problem}"),
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Moves `down` from the device to the link and `up` the other way at once, as the worker would; gives what arrived.
struct Exchange<'a> {
    link: &'a mut Network,
    device: &'a mut Device,
    started: Instant,
    at_link: Vec<u8>,
    at_device: Vec<u8>,
    notes: Vec<String>,
    breaks: usize,
}

impl<'a> Exchange<'a> {
    fn new(link: &'a mut Network, device: &'a mut Device) -> Self {
        let started = Instant::now();
        Self { link, device, started, at_link: Vec::new(), at_device: Vec::new(), notes: Vec::new(), breaks: 0 }
    }

    fn run(&mut self, up: &[u8], down: &[u8], done: impl Fn(&Self) -> bool) -> Result<(), LinkError> {
        let waiter = Waiter::new().expect("a waiter");
        let (mut up, mut down) = (up, down);
        while !done(self) {
            assert!(
                self.started.elapsed() < PATIENCE,
                "{} bytes at the link, {} at the device, notes {:?}",
                self.at_link.len(),
                self.at_device.len(),
                self.notes
            );
            let mut interests = Interests::new();
            self.link.interests(!up.is_empty(), &mut interests);
            interests.add(&self.device.master, true, !down.is_empty());
            waiter.wait(interests, Some(Duration::from_millis(200))).expect("waits");
            let now = self.started.elapsed();
            self.link.on_ready(now);
            let mut arrived = Vec::new();
            self.link.read(&mut arrived, now)?;
            self.take(arrived);
            let taken = self.link.write(up, now)?;
            up = &up[taken..];
            let mut buffer = [0; 4096];
            if let Ok(count) = self.device.master.read(&mut buffer) {
                self.at_device.extend_from_slice(&buffer[..count]);
            }
            if let Ok(count) = self.device.master.write(&down[..down.len().min(2048)]) {
                down = &down[count..];
            }
        }
        Ok(())
    }

    fn take(&mut self, arrived: Vec<Arrival>) {
        for arrival in arrived {
            match arrival {
                Arrival::Bytes { bytes, flaw: Flaw::None } => self.at_link.extend(bytes),
                Arrival::Note(note) => self.notes.push(note),
                Arrival::Break => self.breaks += 1,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// All 256 values, then bytes that look random and hold many IACs and CRs.
fn payload(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let noise = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let [high, .., special] = state.to_be_bytes();
        match special % 8 {
            0 => 0xFF,
            1 => b'\r',
            _ => high,
        }
    });
    (0..=255).chain(noise).take(length).collect()
}

fn both_ways_exact(accepter: &str, rfc2217: bool) {
    if !support::have("/usr/sbin/ser2net", "ser2net") {
        return;
    }
    let mut device = Device::new();
    let server = Server::start(accepter, &device);
    let mut link = server.open(rfc2217, &LineSettings { baud: 115_200, ..LineSettings::default() });
    let (up, down) = (payload(1 << 20, 1), payload(1 << 20, 2));
    let mut exchange = Exchange::new(&mut link, &mut device);
    // A first word, so that the server has opened its device before the flood begins.
    exchange.run(b"AT\r", b"", |now| now.at_device.len() >= 3).expect("the link stays");
    exchange.at_device.clear();
    exchange
        .run(&up, &down, |now| now.at_device.len() >= up.len() && now.at_link.len() >= down.len())
        .expect("the link stays");
    assert!(exchange.at_device == up, "what the device got differs from what was sent");
    assert!(exchange.at_link == down, "what came differs from what the device sent");
    assert_eq!(exchange.notes, Vec::<String>::new());
}

#[test]
fn raw_tcp_is_exact_both_ways() {
    both_ways_exact("", false);
}

#[test]
fn rfc2217_is_exact_both_ways() {
    both_ways_exact("telnet(rfc2217)", true);
}

#[test]
fn rfc2217_sets_the_far_ports_baud() {
    if !support::have("/usr/sbin/ser2net", "ser2net") {
        return;
    }
    let mut device = Device::new();
    let server = Server::start("telnet(rfc2217)", &device);
    let mut link = server.open(true, &LineSettings { baud: 38_400, ..LineSettings::default() });
    let mut exchange = Exchange::new(&mut link, &mut device);
    exchange.run(b"AT\r", b"", |now| now.at_device.len() >= 3).expect("the link stays");
    let far = tcgetattr(&exchange.device.slave).expect("settings");
    assert_eq!(far.output_speed(), 38_400);
}

#[test]
fn a_server_that_goes_away_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("address").to_string();
    let mut link = Network::open(&address, false, &LineSettings::default()).expect("connects");
    let (mut peer, _) = listener.accept().expect("accepted");
    peer.write_all(b"last words").expect("sent");
    drop(peer);
    let mut device = Device::new();
    let mut exchange = Exchange::new(&mut link, &mut device);
    let gone = exchange.run(b"", b"", |_| false).expect_err("the end is told");
    assert_eq!(exchange.at_link, b"last words");
    assert!(matches!(gone, LinkError::Gone(_)), "{gone}");
}

#[test]
fn nobody_listening_is_told_with_advice() {
    let port = TcpListener::bind("127.0.0.1:0").expect("loopback").local_addr().expect("address").port();
    let problem = Network::open(&format!("127.0.0.1:{port}"), false, &LineSettings::default()).expect_err("refused");
    assert!(matches!(problem, OpenError::NobodyListens { .. }), "{problem}");
    let problem = Network::open("no-such-host.invalid:1", false, &LineSettings::default()).expect_err("not found");
    assert!(matches!(problem, OpenError::HostNotFound { .. }), "{problem}");
}
