//! The simulated modems and real servers: an FTP server, a time server, OpenSSL, an MQTT broker, plain sockets.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use super::{PATIENCE, Sim, support, until};

/// A server, ended when it goes.
pub struct Server(pub Child);

impl Server {
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts"))
    }

    /// As soon as its TCP port answers.
    pub fn listening(self, port: u16) -> Self {
        let limit = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < limit, "nobody listens on {port}");
            std::thread::yield_now();
        }
        self
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What ended by itself needs no end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).map(|at| at.port()).expect("a port")
}

/// A modem that has booted, echo off, and whoever talks to it.
pub struct Bench {
    _sim: Sim,
    host: TcpStream,
}

impl Bench {
    pub fn new(arguments: &[&str]) -> Self {
        let mut all = vec!["--tcp", "0", "--booted", "--speed", "100"];
        all.extend(arguments);
        let sim = Sim::start(&all);
        let host = TcpStream::connect(&sim.address).expect("it listens");
        let mut bench = Self { _sim: sim, host };
        bench.says("ATE0", "\r\nOK\r\n");
        bench
    }

    /// Types a command; all that comes until `end`.
    pub fn says(&mut self, command: &str, end: &str) -> String {
        self.types(format!("{command}\r").as_bytes(), end)
    }

    pub fn types(&mut self, bytes: &[u8], end: &str) -> String {
        self.host.write_all(bytes).expect("it reads");
        self.hears(end)
    }

    pub fn hears(&mut self, end: &str) -> String {
        until(&mut self.host, end)
    }
}

/// A real FTP server in a folder of its own, user and password `otto` and `geheim`.
pub fn ftp_server() -> Option<(TempDir, u16, Server)> {
    // Debian's Python, which has Debian's modules.
    let python = "/usr/bin/python3";
    let import = Command::new(python).args(["-c", "import pyftpdlib"]).stderr(Stdio::null()).status();
    if !support::have(python, "python3") || !import.is_ok_and(|status| status.success()) {
        assert!(
            std::env::var_os("MODEMSCOPE_TESTS").is_none(),
            "python3-pyftpdlib is missing; `tests/run` installs it"
        );
        return None;
    }
    let folder = TempDir::new().expect("a folder");
    let port = free_port();
    let mut ftpd = Command::new(python);
    ftpd.args([
        "-m",
        "pyftpdlib",
        "-i",
        "127.0.0.1",
        "-p",
        &port.to_string(),
        "-w",
        "-u",
        "otto",
        "-P",
        "geheim",
        "-d",
    ]);
    let server = Server::start(ftpd.arg(folder.path()).stdout(Stdio::null())).listening(port);
    Some((folder, port, server))
}

#[test]
fn ftp_puts_and_gets_a_file_of_a_real_server() {
    let Some((folder, port, _ftpd)) = ftp_server() else { return };
    let mut bench = Bench::new(&[]);
    bench.says("AT+SAPBR=1,1", "\r\nOK\r\n");
    let settings = format!("AT+FTPCID=1;+FTPSERV=\"127.0.0.1\";+FTPPORT={port};+FTPUN=\"otto\";+FTPPW=\"geheim\"");
    bench.says(&settings, "\r\nOK\r\n");
    bench.says("AT+FTPPUTNAME=\"a.bin\";+FTPPUTPATH=\"/\";+FTPGETNAME=\"a.bin\";+FTPGETPATH=\"/\"", "\r\nOK\r\n");
    // Up, with bytes that are no text; two pieces.
    bench.says("AT+FTPPUT=1", "\r\n+FTPPUT: 1,1,1360\r\n");
    bench.says("AT+FTPPUT=2,6", "\r\n+FTPPUT: 2,6\r\n");
    bench.types(b"one\x1a\r\n", "\r\n+FTPPUT: 1,1,1360\r\n");
    bench.says("AT+FTPPUT=2,3", "\r\n+FTPPUT: 2,3\r\n");
    bench.types(b"two", "\r\n+FTPPUT: 1,1,1360\r\n");
    bench.says("AT+FTPPUT=2,0", "\r\n+FTPPUT: 1,0\r\n");
    assert_eq!(fs::read(folder.path().join("a.bin")).expect("it arrived"), b"one\x1a\r\ntwo");
    // Down again.
    assert!(bench.says("AT+FTPSIZE", "+FTPSIZE: 1,0,9\r\n").starts_with("\r\nOK\r\n"));
    bench.says("AT+FTPGET=1", "\r\n+FTPGET: 1,1\r\n");
    assert_eq!(bench.says("AT+FTPGET=2,100", "two\r\nOK\r\n"), "\r\n+FTPGET: 2,9\r\none\x1a\r\ntwo\r\nOK\r\n");
    bench.hears("\r\n+FTPGET: 1,0\r\n");
    // What goes wrong has its code.
    bench.says("AT+FTPGETNAME=\"none\";+FTPGET=1", "\r\n+FTPGET: 1,79\r\n");
    bench.says("AT+FTPPW=\"wrong\";+FTPGET=1", "\r\n+FTPGET: 1,72\r\n");
    bench.says(&format!("AT+FTPPORT={};+FTPGET=1", free_port()), "\r\n+FTPGET: 1,63\r\n");
}

#[test]
fn the_time_comes_from_a_real_server() {
    if !support::have("chronyd", "chrony") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let settings = folder.path().join("chrony.conf");
    let text = format!(
        "port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 8\ncmdport 0\npidfile {}\n",
        folder.path().join("pid").display()
    );
    fs::write(&settings, text).expect("a file");
    let mut chronyd = Command::new("chronyd");
    let _chronyd = Server::start(chronyd.args(["-U", "-x", "-d", "-f"]).arg(&settings).stdout(Stdio::null()));
    let mut bench = Bench::new(&[]);
    bench.says("AT+CNTP", "\r\n+CNTP: 61\r\n");
    bench.says("AT+SAPBR=1,1", "\r\nOK\r\n");
    bench.says(&format!("AT+CNTP=\"127.0.0.1:{port}\",4"), "\r\nOK\r\n");
    // It takes the server a moment to begin.
    let limit = Instant::now() + PATIENCE;
    while !bench.says("AT+CNTP", "\r\n").is_empty() {
        bench.hears("+CNTP: ");
        if bench.hears("\r\n").trim() == "1" {
            break;
        }
        assert!(Instant::now() < limit, "no time came");
    }
    let clock = bench.says("AT+CCLK?", "\r\nOK\r\n");
    let year = jiff::Timestamp::now().strftime("%y").to_string();
    assert!(clock.starts_with(&format!("\r\n+CCLK: \"{year}/")) && clock.contains("+04\""), "{clock}");
    bench.says("AT+CNTP=\"nobody.invalid\",0;+CNTP", "\r\n+CNTP: 62\r\n");
}

/// A server of OpenSSL that says what it was sent.
fn openssl(folder: &TempDir, port: u16, arguments: &[&str]) -> Server {
    let at = |name: &str| folder.path().join(name).to_str().expect("ASCII").to_owned();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"])
        .args(["-keyout", &at("key"), "-out", &at("cert")])
        .stderr(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a certificate");
    let mut server = Command::new("openssl");
    server.args(["s_server", "-quiet", "-naccept", "3", "-accept", &format!("127.0.0.1:{port}")]);
    server.args(["-cert", &at("cert"), "-key", &at("key")]).args(arguments).stdout(Stdio::piped());
    Server::start(&mut server)
}

/// Until OpenSSL listens; a connection of ours would be one of those it accepts.
fn until_it_listens(bench: &mut Bench, port: u16, wanted: &str) -> String {
    let limit = Instant::now() + PATIENCE;
    loop {
        let start = format!("AT+CIPSTART=\"TCP\",\"127.0.0.1\",{port}");
        bench.says(&start, "\r\nOK\r\n\r\n");
        let line = bench.hears("\r\n");
        let line = if line.starts_with("STATE") { bench.hears("CONNECT FAIL\r\n") } else { line };
        if line.contains(wanted) {
            return line;
        }
        assert!(Instant::now() < limit, "{line}");
    }
}

#[test]
fn tls_is_spoken_with_openssl_and_what_it_refuses_is_a_close() {
    if !support::have("openssl", "openssl") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let port = free_port();
    let mut server = openssl(&folder, port, &[]);
    let mut bench = Bench::new(&[]);
    bench.says("AT+CIPSSL=1", "\r\nOK\r\n");
    until_it_listens(&mut bench, port, "CONNECT OK");
    bench.says("AT+CIPSEND=6", "> ");
    bench.types(b"hello\n", "\r\nSEND OK\r\n");
    let mut line = String::new();
    let mut output = BufReader::new(server.0.stdout.take().expect("output"));
    output.read_line(&mut line).expect("it says what it was sent");
    assert_eq!(line, "hello\n");
    // And back, through the same connection.
    server.0.stdin.as_mut().expect("input").write_all(b"welcome\n").expect("it reads");
    bench.hears("welcome\n");
    bench.says("AT+CIPCLOSE", "CLOSE OK\r\n");
    drop(server);
    // A modem that offers nothing a server of today takes, and a server that speaks no TLS.
    let profile = folder.path().join("old.toml");
    fs::write(&profile, "tls = \"none\"\n").expect("a file");
    let plain = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = plain.local_addr().expect("an address").port();
    let mut old = Bench::new(&["--profile", profile.to_str().expect("ASCII")]);
    old.says("AT+CIPSSL=1", "\r\nOK\r\n");
    old.says(&format!("AT+CIPSTART=\"TCP\",\"127.0.0.1\",{port}"), "\r\nOK\r\n\r\nCLOSE OK\r\n");
    drop(plain.accept().expect("it came"));
    bench.host.write_all(format!("AT+CIPSTART=\"TCP\",\"127.0.0.1\",{port}\r").as_bytes()).expect("it reads");
    let (mut visitor, _) = plain.accept().expect("it came");
    visitor.write_all(b"220 this is no TLS at all\r\n").expect("it listens");
    drop(visitor);
    bench.hears("\r\nOK\r\n\r\nCLOSE OK\r\n");
}

/// Both modems, told of the server's own certificate, then of another one.
#[test]
fn a_server_is_known_by_the_certificate_that_was_loaded_and_refused_by_another() {
    if !support::have("openssl", "openssl") {
        return;
    }
    let (folder, elsewhere) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let port = free_port();
    let _server = openssl(&folder, port, &["-naccept", "9"]);
    drop(openssl(&elsewhere, free_port(), &[]));
    let [own, other] = [&folder, &elsewhere].map(|at| fs::read(at.path().join("cert")).expect("a certificate"));

    let mut bench = Bench::new(&[]);
    bench.says("AT+CIPSSL=1", "\r\nOK\r\n");
    until_it_listens(&mut bench, port, "CONNECT OK");
    bench.says("AT+CIPCLOSE", "CLOSE OK\r\n");
    bench.says("AT+SSLOPT=0,0", "\r\nOK\r\n");
    for (certificate, result) in [(&own, "\r\nCONNECT OK\r\n"), (&other, "\r\nCLOSE OK\r\n")] {
        bench.says("AT+FSCREATE=C:\\USER\\CA.PEM", "\r\n");
        bench.says(&format!("AT+FSWRITE=C:\\USER\\CA.PEM,0,{},10", certificate.len()), "\r\n>\r\n");
        bench.types(certificate, "\r\nOK\r\n");
        bench.says("AT+SSLSETCERT=\"C:\\USER\\CA.PEM\"", "\r\nOK\r\n\r\n+SSLSETCERT: 0\r\n");
        bench.says(&format!("AT+CIPSTART=\"TCP\",\"localhost\",{port}"), &format!("\r\nOK\r\n{result}"));
        bench.says("AT+CIPCLOSE", if certificate == &own { "CLOSE OK\r\n" } else { "ERROR\r\n" });
    }

    let mut bench = Bench::new(&["--modem", "sim7600"]);
    bench.says("AT+CSSLCFG=\"authmode\",0,1", "\r\nOK\r\n");
    bench.says("AT+CSSLCFG=\"cacert\",0,\"ca.pem\"", "\r\nOK\r\n");
    bench.says("AT+CCHSTART", "\r\n+CCHSTART: 0\r\n");
    for (certificate, result) in [(&own, 0), (&other, 15)] {
        bench.says(&format!("AT+CCERTDOWN=\"ca.pem\",{}", certificate.len()), "\r\n>");
        bench.types(certificate, "\r\nOK\r\n");
        let line = format!("\r\nOK\r\n\r\n+CCHOPEN: 0,{result}\r\n");
        bench.says(&format!("AT+CCHOPEN=0,\"localhost\",{port},2"), &line);
        // The end is told later, and not into the next opening.
        bench.says("AT+CCHCLOSE=0", if result == 0 { "+CCHCLOSE: 0,0\r\n" } else { "\r\nERROR\r\n" });
    }
    // What fetches a page refuses it too.
    bench.says("AT+HTTPINIT", "\r\nOK\r\n");
    bench.says(&format!("AT+HTTPPARA=\"URL\",\"https://localhost:{port}/\""), "\r\nOK\r\n");
    bench.says("AT+HTTPACTION=0", "\r\nOK\r\n\r\n+HTTPACTION: 0,715,0\r\n");
}

#[test]
fn the_test_server_speaks_tls_with_a_certificate_of_its_own() {
    let port = free_port();
    let mut listen = Command::new(env!("CARGO_BIN_EXE_modemscope"));
    listen.args(["listen", "--tls", &format!("127.0.0.1:{port}")]).stdout(Stdio::piped());
    let mut server = Server::start(&mut listen);
    let mut output = BufReader::new(server.0.stdout.take().expect("output"));
    let mut said = String::new();
    output.read_line(&mut said).expect("it says where it listens");
    assert!(said.starts_with(&format!("Listening on 127.0.0.1:{port} with TLS.")), "{said}");
    let mut bench = Bench::new(&[]);
    bench.says("AT+CIPSSL=1", "\r\nOK\r\n");
    bench.says(&format!("AT+CIPSTART=\"TCP\",\"localhost\",{port}"), "\r\nCONNECT OK\r\n");
    bench.says("AT+CIPSEND=5", "> ");
    bench.types(b"hello", "\r\nSEND OK\r\n");
    while !said.contains("5 bytes: hello") {
        said.clear();
        assert!(output.read_line(&mut said).expect("it goes on") > 0, "it ended");
    }
}

#[test]
fn a_sim7600_sends_a_text_hears_the_answer_and_the_end() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("an address").port();
    let mut bench = Bench::new(&["--modem", "sim7600"]);
    bench.says(&format!("AT+CIPOPEN=0,\"TCP\",\"127.0.0.1\",{port}"), "\r\n+CIPOPEN: 0,2\r\n\r\nERROR\r\n");
    bench.says("AT+NETOPEN", "\r\nOK\r\n\r\n+NETOPEN: 0\r\n");
    bench.says("AT+NETOPEN", "\r\n+IP ERROR: Network is already opened\r\n\r\nERROR\r\n");
    bench.says(&format!("AT+CIPOPEN=0,\"TCP\",\"127.0.0.1\",{port}"), "\r\nOK\r\n\r\n+CIPOPEN: 0,0\r\n");
    let (mut visitor, _) = server.accept().expect("it came");
    assert_eq!(bench.says("AT+CIPSEND=0,", ">"), "\r\n>");
    bench.types(b"hello\x1a", "\r\nOK\r\n\r\n+CIPSEND: 0,5,5\r\n");
    let mut got = [0; 5];
    visitor.read_exact(&mut got).expect("five bytes");
    assert_eq!(&got, b"hello");
    visitor.write_all(b"welcome").expect("it listens");
    bench.hears(&format!("\r\nRECV FROM:127.0.0.1:{port}\r\n+IPD7\r\nwelcome"));
    bench.says("AT+CIPRXGET=1", "\r\nOK\r\n");
    visitor.write_all(b"again").expect("it listens");
    bench.hears("\r\n+CIPRXGET: 1,0\r\n");
    bench.says("AT+CIPRXGET=2,0,3", "\r\n+CIPRXGET: 2,0,3,2\r\naga\r\nOK\r\n");
    drop(visitor);
    bench.hears("\r\n+IPCLOSE: 0,1\r\n");
    bench.says("AT+CIPCLOSE=0", "\r\n+CIPCLOSE: 0,4\r\n\r\nERROR\r\n");
    // Nobody listens there any more.
    drop(server);
    bench.says(&format!("AT+CIPOPEN=1,\"TCP\",\"127.0.0.1\",{port}"), "\r\nOK\r\n\r\n+CIPOPEN: 1,1\r\n");
    // Datagrams to anybody.
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
    peer.set_read_timeout(Some(PATIENCE)).expect("a limit");
    let port = peer.local_addr().expect("an address").port();
    bench.says("AT+CIPOPEN=2,\"UDP\",,,0", "\r\n+CIPOPEN: 2,0\r\n\r\nOK\r\n");
    bench.says(&format!("AT+CIPSEND=2,2,\"127.0.0.1\",{port}"), ">");
    bench.types(b"hi", "\r\nOK\r\n");
    let mut datagram = [0; 16];
    let (count, _): (usize, SocketAddr) = peer.recv_from(&mut datagram).expect("a datagram");
    assert_eq!(&datagram[..count], b"hi");
    bench.says("AT+NETCLOSE", "\r\n+NETCLOSE: 0\r\n");
}

#[test]
fn a_sim7600_publishes_to_a_real_broker_and_hears_what_it_subscribed() {
    if !support::have("mosquitto", "mosquitto") {
        return;
    }
    let port = free_port();
    let mut mosquitto = Command::new("mosquitto");
    let _broker = Server::start(mosquitto.args(["-p", &port.to_string()]).stdout(Stdio::null())).listening(port);
    let mut bench = Bench::new(&["--modem", "sim7600"]);
    bench.says("AT+CMQTTSTART", "\r\n+CMQTTSTART: 0\r\n");
    bench.says("AT+CMQTTACCQ=0,\"otto\"", "\r\nOK\r\n");
    bench.says("AT+CMQTTPUB=0,1,60", "\r\n+CMQTTPUB: 0,11\r\n\r\nERROR\r\n");
    bench.says(&format!("AT+CMQTTCONNECT=0,\"tcp://127.0.0.1:{port}\",60,1"), "\r\n+CMQTTCONNECT: 0,0\r\n");
    bench.says("AT+CMQTTSUB=0,3,1", "\r\n>");
    bench.types(b"a/b", "\r\nOK\r\n\r\n+CMQTTSUB: 0,0\r\n");
    bench.says("AT+CMQTTTOPIC=0,3", "\r\n>");
    bench.types(b"a/b", "\r\nOK\r\n");
    bench.says("AT+CMQTTPAYLOAD=0,5", "\r\n>");
    bench.types(b"on\x1a\r\n", "\r\nOK\r\n");
    let heard = bench.says("AT+CMQTTPUB=0,1,60", "\r\n+CMQTTRXEND: 0\r\n");
    let message =
        "\r\n+CMQTTRXSTART: 0,3,5\r\n\r\n+CMQTTRXTOPIC: 0,3\r\na/b\r\n\r\n+CMQTTRXPAYLOAD: 0,5\r\non\x1a\r\n\r\n";
    assert!(heard.contains(message), "{heard:?}");
    if !heard.contains("+CMQTTPUB: 0,0") {
        bench.hears("\r\n+CMQTTPUB: 0,0\r\n");
    }
    bench.says("AT+CMQTTDISC=0,60", "\r\n+CMQTTDISC: 0,0\r\n");
    bench.says("AT+CMQTTREL=0", "\r\nOK\r\n");
    bench.says("AT+CMQTTSTOP", "\r\n+CMQTTSTOP: 0\r\n");
    let closed = free_port();
    bench.says("AT+CMQTTSTART", "\r\n+CMQTTSTART: 0\r\n");
    bench.says("AT+CMQTTACCQ=0,\"otto\"", "\r\nOK\r\n");
    bench.says(&format!("AT+CMQTTCONNECT=0,\"tcp://127.0.0.1:{closed}\",60,1"), "\r\n+CMQTTCONNECT: 0,3\r\n");
}
