//! Real echoes: in a network of its own (a name space), where the test says who may ping.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use super::PATIENCE;

/// A modem in a network with nothing but a loopback.
struct Alone {
    child: Child,
    line: std::fs::File,
    _folder: TempDir,
}

impl Drop for Alone {
    fn drop(&mut self) {
        // What ended by itself needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Alone {
    /// `without` goes before the simulator's own words; without it the system lets anybody ping, which it does not by itself.
    /// `None` where no name space can be had.
    fn new(without: &str, arguments: &str) -> Option<Self> {
        let made = Command::new("unshare").args(["-r", "-n", "true"]).stderr(Stdio::null()).status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("not tested: no network name space can be made here");
            return None;
        }
        let folder = TempDir::new().expect("a folder");
        let port = folder.path().join("modem");
        let allowed = if without.is_empty() { "echo '0 0' > /proc/sys/net/ipv4/ping_group_range" } else { "true" };
        let script = format!(
            "ip link set lo up && {allowed} && \
             exec {without} \"$0\" sim --booted --speed 100 --pty \"$1\" {arguments}"
        );
        let mut child = Command::new("unshare")
            .args(["-r", "-n", "sh", "-c", &script, env!("CARGO_BIN_EXE_modemscope")])
            .arg(&port)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = String::new();
        BufReader::new(child.stdout.take().expect("output")).read_line(&mut said).expect("it says where it is");
        let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).expect("a flag");
        let line = OpenOptions::new().read(true).write(true).custom_flags(flags).open(&port).expect("the pty");
        Some(Self { child, line, _folder: folder })
    }

    /// Types a command; all that comes until `end`.
    fn says(&mut self, command: &str, end: &str) -> String {
        self.line.write_all(format!("{command}\r").as_bytes()).expect("it reads");
        let limit = Instant::now() + PATIENCE;
        let mut heard = Vec::new();
        let mut byte = [0];
        while !heard.ends_with(end.as_bytes()) {
            match self.line.read(&mut byte) {
                Ok(1) => heard.push(byte[0]),
                _ => std::thread::yield_now(),
            }
            assert!(Instant::now() < limit, "no {end:?} in {:?}", String::from_utf8_lossy(&heard));
        }
        String::from_utf8_lossy(&heard).into_owned()
    }
}

/// The lines of an answer that begin so, each in its fields.
fn lines<'a>(heard: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    heard.lines().filter(|line| line.starts_with(name)).map(|line| line.split(',').collect()).collect()
}

#[test]
fn who_may_ping_hears_each_echo_and_none_of_an_address_that_is_nowhere() {
    let Some(mut modem) = Alone::new("", "") else { return };
    modem.says("ATE0;+CSTT=\"x\";+CIICR;+CIFSR;E0", "\r\nOK\r\n");
    let heard = modem.says("AT+CIPPING=\"127.0.0.1\",3,500,100,30", "\r\nOK\r\n");
    let echoes = lines(&heard, "+CIPPING: ");
    assert_eq!(echoes.len(), 3, "{heard}");
    for echo in echoes {
        assert!(echo[1] == "\"127.0.0.1\"" && echo[2].parse::<u32>().is_ok_and(|time| time < 100), "{heard}");
        assert_ne!(echo[3], "255", "{heard}");
    }
    // Of an address for documentation, to which there is no way (RFC 5737).
    let heard = modem.says("AT+CIPPING=\"192.0.2.1\",2,32,3", "\r\nOK\r\n");
    assert_eq!(heard, "\r\n+CIPPING: 1,\"192.0.2.1\",3,255\r\n\r\n+CIPPING: 2,\"192.0.2.1\",3,255\r\n\r\nOK\r\n");
}

#[test]
fn a_sim7600_counts_real_echoes() {
    let Some(mut modem) = Alone::new("", "--modem sim7600") else { return };
    modem.says("ATE0", "\r\nOK\r\n");
    modem.says("AT+CPING=\"127.0.0.1\",1,3", "\r\n+CPING: 3,3,3,0,");
}

#[test]
fn who_may_not_ping_hears_no_echo_and_is_told_what_to_do() {
    let Some(mut modem) = Alone::new("setpriv --bounding-set=-net_raw --inh-caps=-net_raw", "") else { return };
    modem.says("ATE0;+CSTT=\"x\";+CIICR;+CIFSR;E0", "\r\nOK\r\n");
    let heard = modem.says("AT+CIPPING=\"127.0.0.1\",1,32,2", "\r\nOK\r\n");
    assert_eq!(heard, "\r\n+CIPPING: 1,\"127.0.0.1\",2,255\r\n\r\nOK\r\n");
    let mut told = String::new();
    BufReader::new(modem.child.stderr.take().expect("errors")).read_line(&mut told).expect("it tells");
    assert!(told.starts_with("modemscope sim: this system lets the simulated modem send no ping"), "{told}");
    assert!(told.contains("net.ipv4.ping_group_range"), "{told}");
}
