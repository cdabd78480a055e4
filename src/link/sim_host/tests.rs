//! A modem behind a real pty and a real TCP port.

use std::sync::Arc;

use super::*;
use crate::simulator::{Modem, Profile};

/// A fresh modem behind this door, in haste.
fn host(door: &Door) -> Host {
    let modem = Modem::new(Profile { speed: 1000.0, ..Profile::default() }, 1);
    Host::new(SimLink::new(modem).unwrap(), door.clone()).unwrap()
}

/// Runs a host on a thread while `client` talks to its address.
fn with_host(door: &Door, client: impl FnOnce(&str)) {
    serve(host(door), client);
}

fn serve(mut host: Host, client: impl FnOnce(&str)) {
    host.open().unwrap();
    let mut desk = Desk::new(control::Inlet::new(host.waker()), None);
    let (stop, waker, address) = (Arc::new(AtomicBool::new(false)), host.waker(), host.address());
    let flag = Arc::clone(&stop);
    let serving = std::thread::Builder::new().spawn(move || host.serve(&flag, &mut desk)).unwrap();
    client(&address);
    stop.store(true, Ordering::SeqCst);
    waker.wake();
    serving.join().unwrap().unwrap();
}

/// Reads until `end` comes; panics after ten seconds.
fn until(stream: &mut (impl Read + Write), end: &[u8]) -> Vec<u8> {
    let limit = Instant::now() + Duration::from_secs(10);
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(end) {
        match stream.read(&mut byte) {
            Ok(1) => heard.push(byte[0]),
            Ok(_) => panic!("closed after {:?}", heard.escape_ascii().to_string()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                assert!(Instant::now() < limit, "{:?}", heard.escape_ascii().to_string());
                std::thread::yield_now();
            }
            Err(error) => panic!("{error}"),
        }
    }
    heard
}

#[test]
fn a_tcp_client_may_come_back_to_the_same_modem() {
    with_host(&Door::Tcp(([127, 0, 0, 1], 0).into()), |address| {
        let open = || {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        };
        let mut first = open();
        until(&mut first, b"SMS Ready\r\n");
        first.write_all(b"ATE0\r").unwrap();
        assert_eq!(until(&mut first, b"OK\r\n"), b"ATE0\r\r\nOK\r\n");
        drop(first);
        let mut second = open();
        second.write_all(b"AT\r").unwrap();
        assert_eq!(until(&mut second, b"OK\r\n"), b"\r\nOK\r\n");
    });
}

#[cfg(unix)]
#[test]
fn a_pty_is_raw_survives_reopening_and_its_link_goes_at_the_end() {
    use std::os::unix::fs::OpenOptionsExt;

    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("modem");
    std::os::unix::fs::symlink("/dev/pts/99999", &name).unwrap();
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
    with_host(&Door::Pty(Some(name.clone())), |address| {
        assert_eq!(address, name.to_str().unwrap());
        let open =
            || std::fs::OpenOptions::new().read(true).write(true).custom_flags(nonblocking).open(address).unwrap();
        let mut first = open();
        until(&mut first, b"SMS Ready\r\n");
        first.write_all(b"ATE0\r\n").unwrap();
        assert_eq!(until(&mut first, b"OK\r\n"), b"ATE0\r\r\nOK\r\n");
        drop(first);
        let mut second = open();
        second.write_all(b"AT\x03\x04\x08\x08\r").unwrap();
        assert_eq!(until(&mut second, b"OK\r\n"), b"\r\nOK\r\n");
    });
    assert!(!name.is_symlink());
}

/// What was said to it is lost but for what may wait, and the modem goes on: a wire holds nothing.
#[cfg(unix)]
#[test]
fn a_client_that_never_reads_costs_no_memory_and_holds_nothing_up() {
    use std::os::unix::fs::OpenOptionsExt;

    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
    let mut host = host(&Door::Pty(None));
    host.unread = Unread::at_most(16 * 1024);
    serve(host, |address| {
        let mut client =
            std::fs::OpenOptions::new().read(true).write(true).custom_flags(nonblocking).open(address).unwrap();
        until(&mut client, b"SMS Ready\r\n");
        let limit = Instant::now() + Duration::from_secs(30);
        let typed = vec![b'x'; 512 * 1024];
        let mut rest = &typed[..];
        while !rest.is_empty() {
            match client.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < limit => {
                    std::thread::yield_now();
                }
                Err(error) => panic!("{error}, {} bytes are left", rest.len()),
            }
        }
        let (mut heard, mut quiet_since) = (0, Instant::now());
        while quiet_since.elapsed() < Duration::from_millis(300) {
            if let Ok(count) = client.read(&mut [0; CHUNK]) {
                (heard, quiet_since) = (heard + count, Instant::now());
            }
        }
        // What the system holds, what may wait here, and a turn more.
        assert!(heard < 256 * 1024, "{heard}");
        client.write_all(b"\rAT\r").unwrap();
        until(&mut client, b"AT\r\r\nOK\r\n");
    });
}

#[cfg(unix)]
#[test]
fn a_file_is_never_replaced_by_the_link() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("precious");
    std::fs::write(&name, "data").unwrap();
    let link = SimLink::new(Modem::new(Profile::default(), 1)).unwrap();
    let mut host = Host::new(link, Door::Pty(Some(name.clone()))).unwrap();
    let refused = host.open().err().map(|error| error.to_string());
    assert!(refused.is_some_and(|why| why.contains("precious exists")));
    assert_eq!(std::fs::read(&name).unwrap(), b"data");
}

/// A client whose rate is not the modem's hears garbage and is not understood; with the right one all is well again.
#[test]
#[cfg(unix)]
fn a_client_at_another_rate_hears_garbage() {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

    with_host(&Door::Pty(None), |address| {
        let mut client = std::fs::OpenOptions::new().read(true).write(true).open(address).unwrap();
        until(&mut client, b"SMS Ready\r\n");
        let set = |client: &std::fs::File, rate: u32| {
            let mut settings = tcgetattr(client).unwrap();
            settings.set_speed(rate).unwrap();
            tcsetattr(client, OptionalActions::Now, &settings).unwrap();
        };
        set(&client, 19_200);
        client.write_all(b"AT\r").unwrap();
        let mut echo = [0; 3];
        client.read_exact(&mut echo).unwrap();
        assert_ne!(&echo, b"AT\r");
        set(&client, 9600);
        client.write_all(b"AT+IPR?\r").unwrap();
        assert!(until(&mut client, b"OK\r\n").ends_with(b"\r\n+IPR: 9600\r\n\r\nOK\r\n"));
    });
}
