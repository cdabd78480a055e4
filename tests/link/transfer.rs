//! Files over a pty: raw, and by XMODEM and YMODEM to lrzsz's real receivers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use modemscope::link::transfer::{Protocol, TransferEnd};
use modemscope::worker::{Order, Status};
use rustix::process::{Pid, Signal, kill_process};

use crate::pty::Pty;
use crate::support::have;
use crate::watch::{LIMIT, Watched, noise};

/// A file to send, of a length that no block size divides.
fn file(size: usize) -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("firmware.bin");
    let bytes = noise(size);
    std::fs::write(&path, &bytes).unwrap();
    (folder, path, bytes)
}

/// lrzsz's receiver on the far end of the line, behind a socket: on the pty's master itself it would change the settings
/// of the line, which both ends of a pty share.
struct Receiver {
    child: Child,
    line: UnixStream,
}

impl Receiver {
    fn start(program: &str, arguments: &[&str], folder: &std::path::Path) -> Self {
        let (line, theirs) = UnixStream::pair().unwrap();
        line.set_nonblocking(true).unwrap();
        let stream = || Stdio::from(OwnedFd::from(theirs.try_clone().unwrap()));
        let mut command = Command::new("timeout");
        command.args(["30", program]).args(arguments).current_dir(folder);
        let child = command.stdin(stream()).stdout(stream()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, line }
    }

    /// Carries bytes both ways until it has ended; true when it is content.
    fn serve(mut self, pty: &Pty) -> bool {
        let until = Instant::now() + LIMIT;
        loop {
            // Asked before its line is read: its last answer must not be missed.
            let ended = self.child.try_wait().unwrap();
            assert!(Instant::now() < until, "the receiver does not end");
            let mut buffer = [0; 4096];
            if let Ok(count @ 1..) = self.line.read(&mut buffer) {
                pty.write_all(&buffer[..count], LIMIT);
            }
            if let Some(status) = ended {
                return status.success();
            }
            let sent = pty.read_exactly(4096, Duration::from_millis(2));
            // Where it has just ended, the next round knows.
            let _ = self.line.write_all(&sent);
        }
    }
}

#[test]
fn files_arrive_by_every_protocol() {
    if !have("rx", "lrzsz") || !have("rb", "lrzsz") {
        return;
    }
    let check = |protocol: Protocol, program: &str, arguments: &[&str], padded: usize| {
        let (_source, path, bytes) = file(5_000);
        let target = tempfile::tempdir().unwrap();
        let pty = Pty::new();
        let watched = Watched::opened(&pty.path());
        let receiver = Receiver::start(program, arguments, target.path());
        watched.order(Order::SendFile(path, protocol));
        assert!(receiver.serve(&pty), "{protocol:?}");
        let ended = |status: &Status| status.transfer.as_ref().is_some_and(|it| it.end.is_some());
        let status = watched.until("the file is there", ended);
        let progress = status.transfer.clone().unwrap();
        assert_eq!(progress.end, Some(TransferEnd::Done), "{protocol:?}");
        assert_eq!((progress.taken, progress.total), (5_000, 5_000));
        let mut got = std::fs::read(target.path().join("firmware.bin")).unwrap();
        assert_eq!(got.len(), padded, "{protocol:?}");
        got.truncate(bytes.len());
        assert!(got == bytes, "{protocol:?}: other bytes came");
        // The capture has the blocks and their answers, and nothing of it is a dialog.
        assert!(status.tx > 5_000 && status.rx >= 5, "{} {}", status.tx, status.rx);
        assert_eq!(watched.sent().len() as u64, status.tx);
        assert_eq!(*status.findings, []);
        assert!(watched.notes().iter().any(|note| note.contains("file firmware.bin: sent in")));
        watched.order(Order::Send(b"AT\r".to_vec()));
        watched.until("the line is free again", |now| now.tx == status.tx + 3);
    };
    check(Protocol::Xmodem, "rx", &["-q", "firmware.bin"], 40 * 128);
    check(Protocol::Xmodem1k, "rx", &["-q", "-c", "firmware.bin"], 5 * 1024);
    check(Protocol::Ymodem, "rb", &["-q"], 5_000);
}

#[test]
fn a_raw_file_arrives_with_its_progress_and_is_cancelled_exactly() {
    let (_folder, path, bytes) = file(300_000);
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    watched.order(Order::SendFile(path.clone(), Protocol::Raw));
    assert!(pty.read_exactly(bytes.len(), LIMIT) == bytes);
    let progress = |watched: &Watched| watched.connection.status().transfer.clone().unwrap();
    watched.until("it is done", |status| status.transfer.as_ref().is_some_and(|it| it.end.is_some()));
    assert_eq!((progress(&watched).taken, progress(&watched).end.clone()), (300_000, Some(TransferEnd::Done)));

    watched.order(Order::SendFile(path, Protocol::Raw));
    let stalled = |status: &Status| status.sending.is_some_and(|sending| sending.stalled >= Duration::from_millis(150));
    let status = watched.until("the far end does not read", stalled);
    assert_eq!(status.transfer.as_ref().unwrap().taken, status.tx - 300_000);
    watched.order(Order::Send(b"between".to_vec()));
    watched.until("it is refused", |status| {
        status.refused.as_ref().is_some_and(|text| text.contains("file is being sent"))
    });
    let asked = Instant::now();
    watched.order(Order::CancelSend);
    watched.until("it is cancelled", |status| status.transfer.as_ref().is_some_and(|it| it.end.is_some()));
    assert!(asked.elapsed() < Duration::from_millis(100), "{:?}", asked.elapsed());
    let ended = progress(&watched);
    assert_eq!((ended.number, ended.end.clone()), (2, Some(TransferEnd::Cancelled)));
    let taken = usize::try_from(ended.taken).unwrap();
    assert!(pty.read_exactly(taken, LIMIT) == bytes[..taken], "so much and no more");
    assert!(pty.read_exactly(1, Duration::from_millis(20)).is_empty());
}

#[test]
fn a_cancelled_xmodem_tells_the_far_end() {
    let (_folder, path, _) = file(5_000);
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    watched.order(Order::SendFile(path, Protocol::Xmodem));
    pty.write_all(b"C", LIMIT);
    // The first block is out and waits for its answer.
    assert_eq!(pty.read_exactly(133, LIMIT).len(), 133);
    let asked = Instant::now();
    watched.order(Order::CancelSend);
    let told = pty.read_exactly(16, LIMIT);
    assert!(asked.elapsed() < Duration::from_millis(100), "{:?}", asked.elapsed());
    assert_eq!(told, [[0x18; 8], [0x08; 8]].concat(), "CAN CAN");
    let status = watched.until("it has ended", |status| status.transfer.as_ref().is_some_and(|it| it.end.is_some()));
    assert_eq!(status.transfer.as_ref().unwrap().end, Some(TransferEnd::Cancelled));
    watched.until("all is out", |status| status.sending.is_none());
    watched.order(Order::Send(b"AT\r".to_vec()));
    assert_eq!(pty.read_exactly(3, LIMIT), b"AT\r");
}

#[test]
fn a_far_end_that_cancels_or_vanishes_is_told() {
    let (_folder, path, _) = file(5_000);
    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    watched.order(Order::SendFile(path.clone(), Protocol::Xmodem));
    pty.write_all(b"C", LIMIT);
    assert_eq!(pty.read_exactly(133, LIMIT).len(), 133);
    let ended = |status: &Status| status.transfer.as_ref().is_some_and(|it| it.end.is_some());
    pty.write_all(&[0x18; 8], LIMIT);
    let status = watched.until("it has ended", ended);
    let end = status.transfer.as_ref().unwrap().end.clone();
    assert!(matches!(&end, Some(TransferEnd::Failed(text)) if text.contains("gave up (CAN)")), "{end:?}");
    watched.order(Order::SendFile(path, Protocol::Xmodem));
    watched.until("the next one began", |status| status.transfer.as_ref().is_some_and(|it| it.end.is_none()));
    drop(pty);
    let status = watched.until("the port is gone", |status| status.phase.over());
    let end = status.transfer.as_ref().unwrap().end.clone();
    assert!(matches!(&end, Some(TransferEnd::Trouble(text)) if text.contains("port was lost")), "{end:?}");
}

fn send(arguments: &[&str]) -> Child {
    let mut command = Command::new("/usr/bin/timeout");
    command.args(["30", env!("CARGO_BIN_EXE_modemscope"), "send"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Reads what a program sends that has yet to open the port: until then the pty is hung up.
fn read_once_open(pty: &Pty, count: usize) -> Vec<u8> {
    let until = Instant::now() + LIMIT;
    let mut all = Vec::new();
    while all.len() < count && Instant::now() < until {
        all.extend(pty.read_exactly(count - all.len(), Duration::from_millis(200)));
        std::thread::yield_now();
    }
    all
}

fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

#[test]
fn the_command_line_sends_files() {
    let (_folder, path, bytes) = file(20_000);
    let pty = Pty::new();
    let name = path.to_str().unwrap();
    let raw = send(&[&pty.path(), "--file", name]);
    assert!(read_once_open(&pty, bytes.len()) == bytes);
    let (code, text) = said(&raw.wait_with_output().unwrap());
    assert!(code == Some(0) && text.starts_with("20000 bytes of firmware.bin sent (raw)"), "{text}");

    let nothing = send(&[&pty.path(), "--file", "/no/such/file"]);
    let (code, text) = said(&nothing.wait_with_output().unwrap());
    assert!(code == Some(3) && text.contains("/no/such/file cannot be read: there is no such file"), "{text}");

    let both = send(&[&pty.path(), "AT", "--file", name]);
    assert_eq!(said(&both.wait_with_output().unwrap()).0, Some(2));
}

#[test]
fn ctrl_c_cancels_a_file_with_its_count() {
    let (_folder, path, bytes) = file(300_000);
    let pty = Pty::new();
    let stalls = Command::new(env!("CARGO_BIN_EXE_modemscope"))
        .args(["send", &pty.path(), "--file", path.to_str().unwrap()])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let first = read_once_open(&pty, 1_000);
    kill_process(Pid::from_child(&stalls), Signal::INT).unwrap();
    let (code, text) = said(&stalls.wait_with_output().unwrap());
    assert_eq!(code, Some(130), "{text}");
    let count: usize = text.split("cancelled; ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap();
    assert!(first.len() <= count && count < bytes.len(), "{text}");
}

/// The far end reads as fast as it can and never says a word.
#[test]
fn a_raw_file_goes_as_fast_as_the_line_and_ends_when_all_has_left() {
    let (_folder, path, bytes) = file(1024 * 1024);
    let ended = |status: &Status| status.transfer.as_ref().is_some_and(|it| it.end.is_some());
    let check = |watched: &Watched, began: Instant| {
        let status = watched.until("it is done", ended);
        assert_eq!(status.transfer.as_ref().unwrap().end, Some(TransferEnd::Done));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    };

    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let watched = Watched::opened(&format!("tcp://{}", server.local_addr().unwrap()));
    let (mut far_end, _) = server.accept().unwrap();
    let began = Instant::now();
    watched.order(Order::SendFile(path.clone(), Protocol::Raw));
    let mut got = vec![0; bytes.len()];
    far_end.read_exact(&mut got).unwrap();
    assert!(got == bytes);
    check(&watched, began);

    let pty = Pty::new();
    let watched = Watched::opened(&pty.path());
    let began = Instant::now();
    watched.order(Order::SendFile(path, Protocol::Raw));
    assert!(pty.read_exactly(bytes.len(), LIMIT) == bytes);
    check(&watched, began);
}
