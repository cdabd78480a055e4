//! `modemscope capture`, and what stays of a capture when the port does not.

use std::fs;

use crate::check;

#[test]
fn a_port_that_does_not_open_leaves_no_file_and_no_trace_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let out = out.to_str().unwrap();
    check(&["capture", "/dev/no-such-port", out], 3, "", "/dev/no-such-port");
    check(&["run", "/dev/no-such-port", "assets/macros.toml", "Close", "--capture", out], 3, "", "/dev/no-such-port");
    check(&["capture", "sim:", out, "--for", "1ms", "--share", "192.0.2.1:1"], 3, "", "192.0.2.1:1");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    check(&["capture", "sim:", out, "--for", "1ms"], 0, "", "0 bytes received, 0 sent");
    fs::write(out, "mine").unwrap();
    check(&["capture", "/dev/no-such-port", out], 3, "", "a file of that name is there");
    assert_eq!(fs::read(out).unwrap(), b"mine");
    check(&["capture", "sim:bogus", out], 2, "", "\"bogus\" is neither a profile");
}

#[test]
fn a_torn_tail_is_told_by_all_who_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let file = out.to_str().unwrap();
    check(&["capture", "sim:fast", file, "--for", "50ms"], 0, "", "");
    let mut bytes = fs::read(&out).unwrap();
    bytes.extend([6, 0, 0, 0, 200]);
    fs::write(&out, &bytes).unwrap();
    let told =
        "modemscope: the last 5 bytes of out.pcapng are no whole record and are passed over; the file stays as it is";
    check(&["diagnose", file], 0, "", told);
    check(&["export", file, "--as", "text", "--no-redact"], 0, "opened sim:fast", told);
    assert_eq!(fs::read(&out).unwrap(), bytes, "the file stays as it is");
}

#[test]
fn a_text_log_stands_beside_the_capture() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (book, out, log) = (path("book.toml"), path("out.pcapng"), path("log.txt"));
    let text = "version = 1\n[[macro]]\nname = 'a'\n[[macro.step]]\nsend = 'AT+CPIN=1234\\r'\nexpect = ['ERROR']\n";
    fs::write(&book, text).unwrap();
    check(&["run", "sim:fast", &book, "--capture", &out, "--log", &log], 0, "TX  AT+CPIN=****", "");
    let written = fs::read_to_string(&log).unwrap();
    assert!(written.starts_with("# modemscope 0."), "{written}");
    assert!(written.contains(r"Z > AT+CPIN=****\r") && written.contains(r"Z < AT+CPIN=****\r"), "{written}");
    assert!(written.ends_with("Z # closed sim:fast\n"), "{written}");
    check(
        &["capture", "sim:fast", &path("b.pcapng"), "--log", &log, "--for", "1ms"],
        3,
        "",
        "a file of that name is there",
    );
    assert!(!folder.path().join("b.pcapng").exists(), "the port was not touched");
    assert_eq!(fs::read_to_string(&log).unwrap(), written);
    check(&["capture", "/dev/no-such-port", &path("b.pcapng"), "--log", &path("b.txt")], 3, "", "/dev/no-such-port");
    check(&["run", "/dev/no-such-port", &book, "--log", &path("b.txt")], 3, "", "/dev/no-such-port");
    assert!(!folder.path().join("b.txt").exists());
    check(
        &["capture", "sim:fast", &path("c.pcapng"), "--log", &path("no/log.txt")],
        3,
        "",
        "the folder does not exist",
    );
}

#[test]
fn a_log_that_cannot_be_written_is_told_and_the_session_goes_on() {
    let Some(disk) = crate::disk::SmallDisk::new("16k") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (book, log) = (folder.path().join("book.toml"), disk.path().join("log.txt"));
    let talk = "version = 1\n[[macro]]\nname = 'a'\n[[macro.step]]\nsend = 'AT\\r'\nexpect = ['OK']\nrepeat = 200\n";
    fs::write(&book, talk).unwrap();
    let arguments = ["run", "sim:fast", book.to_str().unwrap(), "--log", log.to_str().unwrap()];
    check(&arguments, 3, "a: done", "log.txt cannot be written: the disk is full: free some space");
}

#[test]
fn what_is_no_capture_is_said_to_be_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let golden = fs::read("tests/data/captures/every-kind.pcapng").unwrap();
    let ethernet = [&golden[..8], &[]].concat();
    for (name, bytes, said) in [
        ("empty", &b""[..], "empty is empty"),
        ("magic", b"\n\r\r\n", "magic is a damaged capture: its first block is not whole"),
        ("header", &ethernet, "header is a damaged capture"),
        ("torn", &golden[..70], "its link type is not given (the file may be torn)"),
        (
            "old",
            b"\xD4\xC3\xB2\xA1\x02\0\x04\0",
            "old is a capture in the old form, pcap: make it a new one with `editcap",
        ),
        ("zipped", b"\x1F\x8B\x08\0\0", "zipped is a compressed file: unpack it first"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let path = path.to_str().unwrap();
        check(&["diagnose", path], 3, "", said);
        check(&["export", path, "--as", "text"], 3, "", said);
        check(&["capture", &format!("replay:{path}"), &format!("{path}.pcapng")], 3, "", said);
        assert!(!folder.path().join(format!("{name}.pcapng")).exists());
    }
    check(&["diagnose", folder.path().to_str().unwrap()], 3, "", "that is a folder: name a file in it");
}

#[test]
fn a_disk_that_is_full_from_the_start_keeps_no_empty_file() {
    let Some(disk) = crate::disk::SmallDisk::new("16k") else { return };
    let _full = fs::write(disk.path().join("filler"), vec![0; 20_000]);
    let out = disk.path().join("out.pcapng");
    check(&["capture", "sim:fast", out.to_str().unwrap(), "--for", "1ms"], 3, "", "the disk is full: free some space");
    assert!(!out.exists());
}

/// One that hangs up in the moment of opening is no port that did not open.
#[test]
fn a_server_that_hangs_up_at_once_is_called_again() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("tcp://{}", server.local_addr().unwrap());
    let hang_up = move || server.incoming().for_each(drop);
    std::thread::Builder::new().name("a server that hangs up".to_owned()).spawn(hang_up).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10 {
        let file = folder.path().join(format!("{number}.pcapng"));
        check(&["capture", &port, file.to_str().unwrap(), "--reconnect", "--for", "150ms"], 0, "", "");
    }
}
