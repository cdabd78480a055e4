//! A shared port: guests watch and talk, and everything is in the log here.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use modemscope::link::LineSettings;
use modemscope::link::share::Place;
use modemscope::worker::{Order, Phase};

use crate::pty::Pty;
use crate::watch::{LIMIT, Watched, all_values, noise};

fn shared(watched: &Watched, place: Place) -> String {
    watched.order(Order::Share(place));
    let status = watched.until("it is shared", |status| status.shared.is_some());
    status.shared.as_ref().unwrap().0.clone()
}

#[test]
fn guests_on_tcp_watch_and_talk() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let address = shared(&watched, Place::Tcp("127.0.0.1:0".parse().unwrap()));
    let mut guests = [TcpStream::connect(&address).unwrap(), TcpStream::connect(&address).unwrap()];
    watched.until("both are in", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 2));
    let bytes = [all_values(), noise(200_000)].concat();
    pty.write_all(&bytes, LIMIT);
    for guest in &mut guests {
        guest.set_read_timeout(Some(LIMIT)).unwrap();
        let mut got = vec![0; bytes.len()];
        guest.read_exact(&mut got).unwrap();
        assert!(got == bytes);
    }
    guests[1].write_all(&bytes).unwrap();
    assert!(pty.read_exactly(bytes.len(), LIMIT) == bytes);
    watched.until("it was taken", |status| status.tx == bytes.len() as u64);
    assert!(watched.sent() == bytes, "what a guest sends is in the log");
    drop(guests);
    watched.until("both have left", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 0));
    watched.order(Order::StopSharing);
    watched.until("it is over", |status| status.shared.is_none());
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_guest_too_many_is_told_and_turned_away() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let address = shared(&watched, Place::Tcp("127.0.0.1:0".parse().unwrap()));
    let _guests: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(&address).unwrap()).collect();
    watched.until("all are in", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 8));
    let mut ninth = TcpStream::connect(&address).unwrap();
    ninth.set_read_timeout(Some(LIMIT)).unwrap();
    let mut told = String::new();
    ninth.read_to_string(&mut told).unwrap();
    assert_eq!(told, "modemscope: 8 share this port already\r\n");
    watched.until("the others stay", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 8));
}

#[test]
fn a_guest_that_never_reads_is_shown_out_and_holds_nobody_up() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let address = shared(&watched, Place::Tcp("127.0.0.1:0".parse().unwrap()));
    let _deaf = TcpStream::connect(&address).unwrap();
    watched.until("it is in", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 1));
    let bytes = noise(1024 * 1024);
    let mut written = 0;
    while watched.connection.status().shared.as_ref().is_some_and(|(_, guests)| *guests == 1) {
        assert!(written < 64, "it is still there after {written} MiB");
        pty.write_all(&bytes, LIMIT);
        written += 1;
    }
    let total = written * bytes.len() as u64;
    watched.until("nothing was held up", |status| status.rx == total);
    assert!(watched.notes().iter().any(|note| note.contains("did not read")), "{:?}", watched.notes());
}

#[test]
fn a_guest_on_a_pty_watches_and_talks() {
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let path = shared(&watched, Place::Pty(None));
    let mut guest = File::options().read(true).write(true).open(path).unwrap();
    watched.until("it is in", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 1));
    pty.write_all(b"\r\nRING\r\n", LIMIT);
    let mut got = [0; 8];
    guest.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"\r\nRING\r\n");
    guest.write_all(b"ATA\r").unwrap();
    assert_eq!(pty.read_exactly(4, LIMIT), b"ATA\r");
}

/// What was meant for the device that went would surprise the one that comes.
#[test]
fn what_guests_say_while_the_device_is_away_is_dropped_and_said() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = LineSettings { reconnect: true, ..LineSettings::default() };
    let watched = Watched::opened_with(&format!("tcp://{}", server.local_addr().unwrap()), settings);
    let address = shared(&watched, Place::Tcp("127.0.0.1:0".parse().unwrap()));
    let mut guest = TcpStream::connect(&address).unwrap();
    watched.until("it is in", |status| status.shared.as_ref().is_some_and(|(_, guests)| *guests == 1));
    watched.order(Order::Release);
    watched.until("it is away", |status| status.phase == Phase::Released);
    drop(server.accept().unwrap());
    guest.write_all(b"AT+CPWROFF\r").unwrap();
    let until = Instant::now() + LIMIT;
    while !watched.notes().iter().any(|note| note.contains("what guests send until it is back is dropped")) {
        assert!(Instant::now() < until, "{:?}", watched.notes());
        std::thread::park_timeout(Duration::from_millis(5));
    }
    watched.order(Order::TakeBack(None));
    let (mut device, _) = server.accept().unwrap();
    watched.until("it is back", |status| matches!(status.phase, Phase::Open { .. }));
    guest.write_all(b"AT\r").unwrap();
    device.set_read_timeout(Some(LIMIT)).unwrap();
    let mut got = [0; 3];
    device.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"AT\r");
    let notes = watched.notes().join("\n");
    assert!(notes.contains("11 bytes of guests were dropped while the device was away"), "{notes}");
}
