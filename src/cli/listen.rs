//! `modemscope listen`: the test server alone. Who connects, how many bytes, which.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::process::ExitCode;
use std::sync::Arc;

use super::exit::{CommandResult, Exit, finish};
use super::interrupt::{Interrupt, LOOK_AROUND};
use super::say::{say, warn_if_open};
use crate::link::test_server::{SHOWN, TestServer, Visitor};
use crate::link::tls::Identity;
use crate::notation;

/// Arguments of `listen`.
#[derive(Debug, clap::Args)]
pub struct Listen {
    /// Where to listen: a port, or an address and a port. Other machines can reach it only where the address says so.
    #[arg(value_name = "ADDR", default_value = "127.0.0.1:9999")]
    pub address: String,
    /// Speak TLS, with a self-signed certificate.
    #[arg(long)]
    pub tls: bool,
}

impl Listen {
    /// Runs it until Ctrl+C.
    pub fn run(self) -> ExitCode {
        finish(self.serve())
    }

    fn serve(&self) -> CommandResult {
        let address = address(&self.address).map_err(Exit::wrong_use)?;
        let (told, news) = crossbeam_channel::bounded(1);
        let interrupt = Interrupt::watch(&told);
        let tell = move || {
            let _ = told.try_send(());
        };
        let identity = self.tls.then(Identity::new).transpose().map_err(Exit::trouble)?;
        let server = TestServer::start_as(address, identity, Arc::new(tell)).map_err(|error| {
            let advice = match error.kind() {
                ErrorKind::AddrInUse => "another program listens there: close it, or choose another port",
                ErrorKind::PermissionDenied => "ports below 1024 are the system's: choose a higher one",
                ErrorKind::AddrNotAvailable => "this machine has no such address",
                _ => "choose another address",
            };
            Exit::trouble(format_args!("cannot listen on {address}: {error}; {advice}"))
        })?;
        warn_if_open(server.address());
        let how = if self.tls { " with TLS" } else { "" };
        say(format_args!("Listening on {}{how}. Ctrl+C ends it.", server.address()));
        let mut report = Report::default();
        while !interrupt.came() {
            let _ = news.recv_timeout(LOOK_AROUND);
            let text = report.update(&server.visitors());
            if !text.is_empty() {
                say(text.trim_end_matches('\n'));
            }
        }
        Ok(())
    }
}

/// A port alone is on this machine only.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let resolved = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    resolved.ok_or_else(|| format!("`{text}` is no address; write a port such as 9999, or 127.0.0.1:9999"))
}

/// What was printed so far.
#[derive(Debug, Default)]
struct Report {
    seen: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    number: u64,
    printed: usize,
    cut: bool,
    closed: bool,
}

/// Bytes on one line of output.
const A_LINE: usize = 32;

impl Report {
    /// The lines for what is new.
    fn update(&mut self, visitors: &[Visitor]) -> String {
        let mut text = String::new();
        self.seen.retain(|seen| visitors.iter().any(|visitor| visitor.number == seen.number));
        for visitor in visitors {
            let known = self.seen.iter().position(|seen| seen.number == visitor.number);
            let index = known.unwrap_or_else(|| {
                let _ = writeln!(text, "#{} {} connected", visitor.number, visitor.peer);
                self.seen.push(Seen { number: visitor.number, printed: 0, cut: false, closed: false });
                self.seen.len() - 1
            });
            if let Some(seen) = self.seen.get_mut(index) {
                seen.update(visitor, &mut text);
            }
        }
        text
    }
}

impl Seen {
    // Writing into a String cannot fail.
    fn update(&mut self, visitor: &Visitor, text: &mut String) {
        let number = self.number;
        for line in visitor.bytes.get(self.printed..).unwrap_or_default().chunks(A_LINE) {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02X}")).collect();
            let _ = writeln!(text, "#{number} {} bytes: {}   [{}]", line.len(), notation::print(line), hex.join(" "));
        }
        self.printed = visitor.bytes.len();
        if visitor.total > SHOWN as u64 && !self.cut {
            self.cut = true;
            let _ = writeln!(text, "#{number} more than {SHOWN} bytes: from here on they are only counted");
        }
        if !visitor.open && !self.closed {
            self.closed = true;
            let _ = writeln!(text, "#{number} closed after {} bytes", visitor.total);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn each_byte_is_printed_once() {
        let mut visitor = Visitor {
            number: 1,
            peer: "127.0.0.1:40000".parse().unwrap(),
            since: SystemTime::UNIX_EPOCH,
            bytes: vec![],
            total: 0,
            answered: 0,
            open: true,
        };
        let mut report = Report::default();
        assert_eq!(report.update(&[visitor.clone()]), "#1 127.0.0.1:40000 connected\n");
        assert_eq!(report.update(&[visitor.clone()]), "");
        visitor.bytes = b"hello\x1A".to_vec();
        visitor.total = 6;
        assert_eq!(report.update(&[visitor.clone()]), "#1 6 bytes: hello\\x1A   [68 65 6C 6C 6F 1A]\n");
        visitor.open = false;
        assert_eq!(report.update(&[visitor.clone()]), "#1 closed after 6 bytes\n");
        assert_eq!(report.update(&[visitor.clone()]), "");
        visitor.number = 2;
        assert_eq!(report.update(&[visitor]).lines().count(), 3, "one that came and went in between is told whole");
    }

    #[test]
    fn addresses_stay_on_this_machine_unless_they_say_otherwise() {
        let check = |text: &str, expect: &str| assert_eq!(address(text).unwrap().to_string(), expect);
        check("9999", "127.0.0.1:9999");
        check("0.0.0.0:80", "0.0.0.0:80");
        check("[::1]:7", "[::1]:7");
        assert!(address("nonsense").unwrap_err().contains("write a port such as 9999"));
        assert!(address("99999").is_err());
    }
}
