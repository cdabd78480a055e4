//! Where a session is kept, and what the user is told when that goes wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use modemscope::app::Start;

use crate::desk::Desk;
use crate::device::{Device, Pace, captured};
use crate::disk::SmallDisk;

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

fn told(desk: &Desk, text: &str) -> bool {
    desk.state().messages.iter().any(|message| message.text.contains(text))
}

#[test]
fn a_text_log_is_written_beside_the_capture_when_it_is_wanted() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.click("Menu");
    desk.click("Settings…");
    desk.frames();
    desk.tick("Write a text log beside each capture");
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    drop(desk);
    let data = home.path().join("data");
    let (captures, logs) = (files(&data, "pcapng"), files(&data, "txt"));
    assert_eq!(logs, [captures[0].with_extension("txt")]);
    let log = fs::read_to_string(&logs[0]).unwrap();
    assert!(log.contains(r"Z < \r\nSMS Ready\r\n") && log.ends_with("Z # closed sim:fast\n"), "{log}");
    let desk = Desk::at_home(&Start::default(), home.path());
    assert!(desk.state().settings.text_log, "it is remembered");
}

#[test]
fn a_port_that_does_not_open_leaves_no_files() {
    let home = tempfile::tempdir().unwrap();
    let start = Start { port: Some("/dev/no-such-port".to_owned()), ..Start::default() };
    let mut desk = Desk::at_home(&start, home.path());
    desk.wait("it failed", |desk| desk.shows("/dev/no-such-port"));
    desk.wait("the file is gone", |_| files(&home.path().join("data"), "pcapng").is_empty());
}

#[test]
fn a_full_disk_is_told_and_so_is_its_end() {
    let Some(small) = SmallDisk::new("256k") else { return };
    let mut device = Device::new();
    let start = Start { port: Some(device.path()), ..Start::default() };
    let mut desk = Desk::at_home(&start, small.path());
    desk.wait("the port is open", |desk| desk.state().connected());
    device.say(400_000);
    desk.wait("it is told", |desk| told(desk, "the disk is full: free some space. The session goes on in memory."));
    desk.frames();
    assert!(desk.shows("the disk is full"), "the user sees it");
    small.grow("8m");
    desk.wait("it is over", |desk| told(desk, "The capture is written again."));
    assert!(!told(&desk, "the disk is full"));
    device.talk(Pace::MEGABYTE, Duration::from_millis(20));
    desk.wait("all is there", |desk| desk.state().status.rx == device.written as u64);
    drop(desk);
    let captures = files(&small.path().join("data"), "pcapng");
    assert_eq!(captured(&captures[0]), device.read(), "no gap");
}

#[test]
fn the_torn_end_of_an_opened_capture_is_told() {
    let torn = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/captures/torn.pcapng");
    let mut desk = Desk::new(&Start { port: Some(torn.to_owned()), ..Start::default() });
    desk.wait("it is told", |desk| told(desk, "The last 46 bytes of torn.pcapng are no whole record"));
}
