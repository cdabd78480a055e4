//! The simulated SIM7600 and real servers: TLS sockets, transparent mode, a server of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use super::PATIENCE;
use super::servers::{Bench, Server, free_port, ftp_server};

#[test]
fn a_tls_socket_talks_with_a_real_server_and_hears_its_end() {
    let port = free_port();
    let mut listen = Command::new(env!("CARGO_BIN_EXE_modemscope"));
    listen.args(["listen", "--tls", &format!("127.0.0.1:{port}")]).stdout(Stdio::piped());
    let mut server = Server::start(&mut listen);
    let mut output = BufReader::new(server.0.stdout.take().expect("output"));
    let mut said = String::new();
    output.read_line(&mut said).expect("it says where it listens");
    let mut bench = Bench::new(&["--modem", "sim7600"]);
    bench.says("AT+CSSLCFG=\"sslversion\",0,4", "\r\nOK\r\n");
    bench.says("AT+CSSLCFG=\"authmode\",0,0", "\r\nOK\r\n");
    bench.says("AT+CCHSET=1,1", "\r\nOK\r\n");
    bench.says("AT+CCHSTART", "\r\n+CCHSTART: 0\r\n");
    bench.says("AT+CCHSSLCFG=0,0", "\r\nOK\r\n");
    bench.says(&format!("AT+CCHOPEN=0,\"localhost\",{port},2"), "\r\nOK\r\n\r\n+CCHOPEN: 0,0\r\n");
    bench.says("AT+CCHSEND=0,5", "\r\n>");
    bench.types(b"hello", "\r\nOK\r\n\r\n+CCHSEND: 0,0\r\n");
    while !said.contains("5 bytes: hello") {
        said.clear();
        assert!(output.read_line(&mut said).expect("it goes on") > 0, "it ended");
    }
    drop(server);
    bench.hears("\r\n+CCH_PEER_CLOSED: 0\r\n");
    // What old settings offer no server of today takes; and who speaks no TLS is found out.
    let plain = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = plain.local_addr().expect("an address").port();
    bench.says("AT+CSSLCFG=\"sslversion\",0,1", "\r\nOK\r\n");
    bench.says(&format!("AT+CCHOPEN=0,\"127.0.0.1\",{port},2"), "\r\nOK\r\n\r\n+CCHOPEN: 0,15\r\n");
    drop(plain.accept().expect("it came"));
    // Without TLS the same socket is a plain one.
    bench.says(&format!("AT+CCHOPEN=0,\"127.0.0.1\",{port},1"), "\r\n+CCHOPEN: 0,0\r\n");
    let (mut visitor, _) = plain.accept().expect("it came");
    visitor.write_all(b"welcome").expect("it listens");
    bench.hears("\r\n+CCHEVENT: 0,RECV EVENT\r\n");
    bench.says("AT+CCHRECV=0,100", "\r\nOK\r\n\r\n+CCHRECV: DATA,0,7\r\nwelcome\r\n+CCHRECV: 0,0\r\n");
    bench.says("AT+CCHCLOSE=0", "\r\nOK\r\n\r\n+CCHCLOSE: 0,0\r\n");
    assert_eq!(visitor.read(&mut [0]).expect("an end"), 0);
}

#[test]
fn a_transparent_link_carries_bytes_both_ways_until_the_escape() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("an address").port();
    let mut bench = Bench::new(&["--modem", "sim7600"]);
    bench.says("AT+CIPMODE=1", "\r\nOK\r\n");
    bench.says("AT+NETOPEN", "\r\n+NETOPEN: 0\r\n");
    bench.says(&format!("AT+CIPOPEN=0,\"TCP\",\"127.0.0.1\",{port}"), "\r\nCONNECT 115200\r\n");
    let (mut visitor, _) = server.accept().expect("it came");
    visitor.set_read_timeout(Some(PATIENCE)).expect("a limit");
    bench.types(b"AT\r\n\x1a\x00", "");
    let mut got = [0; 6];
    visitor.read_exact(&mut got).expect("six bytes");
    assert_eq!(&got, b"AT\r\n\x1a\x00");
    visitor.write_all(b"OK\r\n\x01").expect("it listens");
    assert_eq!(bench.hears("\x01"), "OK\r\n\x01");
    // A second of silence before the escape: the limit is not the profile's, and the far end's silence shows it.
    visitor.set_read_timeout(Some(std::time::Duration::from_millis(1100))).expect("a limit");
    visitor.read(&mut [0]).expect_err("nothing comes");
    bench.types(b"+++", "\r\nOK\r\n");
    bench.says("ATO", "\r\nCONNECT 115200\r\n");
    drop(visitor);
    bench.hears("\r\nCLOSED\r\n");
    bench.says("AT", "\r\nOK\r\n");
}

#[test]
fn whoever_comes_to_its_server_is_told_and_heard() {
    let port = free_port();
    let mut bench = Bench::new(&["--modem", "sim7600"]);
    bench.says("AT+NETOPEN", "\r\n+NETOPEN: 0\r\n");
    bench.says(&format!("AT+SERVERSTART={port},0"), "\r\nOK\r\n");
    let mut visitor = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let own = visitor.local_addr().expect("an address");
    bench.hears(&format!("\r\n+CLIENT: 0,0,{own}\r\n"));
    visitor.write_all(b"hi").expect("it listens");
    bench.hears(&format!("\r\nRECV FROM:{own}\r\n+IPD2\r\nhi"));
    bench.says("AT+CIPSEND=0,5", "\r\n>");
    bench.types(b"hello", "\r\nOK\r\n\r\n+CIPSEND: 0,5,5\r\n");
    let mut got = [0; 5];
    visitor.read_exact(&mut got).expect("five bytes");
    assert_eq!(&got, b"hello");
    bench.says("AT+SERVERSTOP=0", "\r\n+SERVERSTOP: 0,0\r\n\r\nOK\r\n");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "it listens no more");
}

#[test]
fn ftp_puts_lists_and_gets_a_file_of_a_real_server() {
    let Some((folder, port, _ftpd)) = ftp_server() else { return };
    let mut bench = Bench::new(&["--modem", "sim7600"]);
    let login = |password: &str| format!("AT+CFTPSLOGIN=\"127.0.0.1\",{port},\"otto\",\"{password}\",0");
    bench.says(&login("geheim"), "\r\nERROR\r\n");
    bench.says("AT+CFTPSSTART", "\r\nOK\r\n\r\n+CFTPSSTART: 0\r\n");
    bench.says(&login("wrong"), "\r\nOK\r\n\r\n+CFTPSLOGIN: 9\r\n");
    bench.says(&login("geheim"), "\r\nOK\r\n\r\n+CFTPSLOGIN: 0\r\n");
    bench.says("AT+CFTPSTYPE=I", "\r\nOK\r\n\r\n+CFTPSTYPE: 0\r\n");
    bench.says("AT+CFTPSMKD=\"logs\"", "\r\n+CFTPSMKD: 0\r\n");
    bench.says("AT+CFTPSCWD=\"logs\"", "\r\n+CFTPSCWD: 0\r\n");
    bench.says("AT+CFTPSPWD", "\r\n+CFTPSPWD: \"/logs\"\r\n");
    bench.says("AT+CFTPSPUT=\"a.bin\",8", "\r\n>");
    bench.types(b"one\x1a\r\n\x00\xff", "\r\nOK\r\n\r\n+CFTPSPUT: 0\r\n");
    assert_eq!(fs::read(folder.path().join("logs/a.bin")).expect("it arrived"), b"one\x1a\r\n\x00\xff");
    fs::write(folder.path().join("logs/b.txt"), "x".repeat(1500)).expect("a file");
    bench.says("AT+CFTPSSIZE=\"b.txt\"", "\r\n+CFTPSSIZE: 1500\r\n");
    let heard = bench.says("AT+CFTPSGET=\"b.txt\"", "\r\n+CFTPSGET: 0\r\n");
    let pieces =
        format!("\r\n+CFTPSGET: DATA,1024\r\n{}\r\n+CFTPSGET: DATA,476\r\n{}\r\n", "x".repeat(1024), "x".repeat(476));
    assert!(heard.contains(&pieces), "{heard}");
    let listed = bench.says("AT+CFTPSLIST=\"/logs\"", "\r\n+CFTPSLIST: 0\r\n");
    assert!(listed.contains("a.bin") && listed.contains("b.txt"), "{listed}");
    bench.says("AT+CFTPSGET=\"none\"", "\r\n+CFTPSGET: 9\r\n");
    bench.says("AT+CFTPSDELE=\"a.bin\"", "\r\n+CFTPSDELE: 0\r\n");
    assert!(!folder.path().join("logs/a.bin").exists());
    bench.says("AT+CFTPSLOGOUT", "\r\n+CFTPSLOGOUT: 0\r\n");
    bench.says("AT+CFTPSPWD", "\r\nERROR\r\n");
    bench.says("AT+CFTPSSTOP", "\r\n+CFTPSSTOP: 0\r\n");
}
