//! Programs of Debian that work a modem, unchanged, against `modemscope sim --pty`: smstools, gnokii, and ppp's chat.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use super::servers::{Server, free_port};
use super::{PATIENCE, Sim, support, wait};

/// A simulator with a pty in a folder of its own.
fn modem() -> (TempDir, Sim, std::path::PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let device = folder.path().join("modem");
    let sim = Sim::start(&["--speed", "20", "--pty", device.to_str().expect("ASCII")]);
    (folder, sim, device)
}

/// The text of the file in a folder whose name begins so, as soon as `wanted` is in it.
fn file_of(folder: &Path, name: &str, wanted: &str) -> String {
    let limit = Instant::now() + PATIENCE;
    loop {
        let mut files = fs::read_dir(folder).expect("a folder").flatten();
        let file = files.find(|file| file.file_name().to_string_lossy().starts_with(name));
        let text = file.and_then(|file| fs::read_to_string(file.path()).ok()).filter(|text| text.contains(wanted));
        if let Some(text) = text {
            return text;
        }
        assert!(Instant::now() < limit, "nothing came to {}", folder.display());
        std::thread::yield_now();
    }
}

/// A program and its helpers, ended together when it goes.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        // What ended by itself needs no end.
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn smstools_sends_a_message_and_takes_what_comes_back() {
    if !support::have("smsd", "smstools") {
        return;
    }
    let (folder, mut sim, device) = modem();
    let at = |name: &str| folder.path().join(name);
    let folders = ["incoming", "outgoing", "checked", "sent", "failed"];
    for name in folders {
        fs::create_dir(at(name)).expect("a folder");
    }
    let places: Vec<_> = folders.iter().map(|name| format!("{name} = {}\n", at(name).display())).collect();
    let places = places.concat();
    let settings = format!(
        "devices = GSM1\nlogfile = {}\n{places}[GSM1]\ndevice = {}\nincoming = yes\nbaudrate = 9600\n",
        at("log").display(),
        device.display()
    );
    fs::write(at("smsd.conf"), settings).expect("a file");
    fs::write(at("outgoing/one"), "To: 491701234567\n\nHello from smstools").expect("a file");
    let mut smsd = Command::new("smsd");
    smsd.arg(format!("-c{}", at("smsd.conf").display())).arg("-t").stdout(Stdio::null()).stderr(Stdio::null());
    // Its helpers are ended with it.
    let smsd = Group(smsd.process_group(0).spawn().expect("smsd starts"));
    let back = file_of(&at("incoming"), "GSM1.", "\n\nHello from smstools");
    file_of(&at("sent"), "one", "Hello from smstools");
    drop(smsd);
    assert!(back.starts_with("From: 491701234567\n"), "{back}");
    assert!(sim.end().success());
}

#[test]
fn gnokii_identifies_it_and_keeps_a_phone_book() {
    if !support::have("gnokii", "gnokii-cli") {
        return;
    }
    let (folder, _sim, device) = modem();
    let settings = folder.path().join("gnokiirc");
    let text = format!(
        "[global]\nmodel = AT\nport = {}\nconnection = serial\nserial_baudrate = 9600\nuse_locking = no\n",
        device.display()
    );
    fs::write(&settings, text).expect("a file");
    let book = folder.path().join("book");
    fs::write(&book, "Otto;+4912345;SM;1;5;\n").expect("a file");
    let gnokii = |arguments: &[&str], input: Stdio| {
        let mut child = Command::new("gnokii")
            .arg("--config")
            .arg(&settings)
            .args(arguments)
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnokii starts");
        wait(&mut child);
        let mut said = String::new();
        child.stdout.take().expect("output").read_to_string(&mut said).expect("text");
        said
    };
    // Boot lines in between confuse it: it is asked again, as its user would.
    let limit = Instant::now() + PATIENCE;
    loop {
        let identity = gnokii(&["--identify"], Stdio::null());
        if identity.contains("860719020206417") && identity.contains("SIMCOM_SIM800L") {
            break;
        }
        assert!(Instant::now() < limit, "{identity}");
    }
    gnokii(&["--writephonebook"], fs::File::open(&book).expect("the book").into());
    let entry = gnokii(&["--getphonebook", "SM", "1"], Stdio::null());
    assert!(entry.contains("Otto") && entry.contains("+4912345"), "{entry}");
}

#[test]
fn chat_dials_and_hears_that_there_is_no_carrier() {
    if !support::have("chat", "ppp") {
        return;
    }
    let (_folder, _sim, device) = modem();
    let line = OpenOptions::new().read(true).write(true).open(&device).expect("the pty");
    let script =
        ["ABORT", "NO CARRIER", "", "ATE0", "OK", "AT+CGDCONT=1,\"IP\",\"internet\"", "OK", "ATD*99#", "CONNECT", ""];
    let mut chat = Command::new("chat")
        .args(["-t", "20"])
        .args(script)
        .stdin(line.try_clone().expect("a descriptor"))
        .stdout(line)
        .spawn()
        .expect("chat starts");
    // 4 is its first ABORT string.
    assert_eq!(wait(&mut chat).code(), Some(4));
}

/// Kannel's settings: the modem, the box that speaks HTTP, and where what comes in goes.
fn kannel_settings(device: &Path, [admin, smsbox, sendsms, inlet]: [u16; 4]) -> String {
    format!(
        "group = core\nadmin-port = {admin}\nadmin-password = geheim\nsmsbox-port = {smsbox}\nsmsbox-interface = 127.0.0.1\n\n\
         group = smsc\nsmsc = at\nsmsc-id = modem\nmodemtype = generic\ndevice = {}\nspeed = 9600\nmy-number = 491701234567\n\n\
         group = modems\nid = generic\nname = generic\n\n\
         group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {sendsms}\n\n\
         group = sendsms-user\nusername = otto\npassword = geheim\n\n\
         group = sms-service\nkeyword = default\nget-url = \"http://127.0.0.1:{inlet}/in?from=%p&text=%a\"\nmax-messages = 0\n",
        device.display()
    )
}

/// What a web server of Kannel's answers.
fn ask(port: u16, path: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return String::new() };
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_or_else(|_| String::new(), |_| answer)
}

/// Asks until it answers with `wanted`.
fn ask_until(port: u16, path: &str, wanted: &str) {
    let limit = Instant::now() + PATIENCE;
    loop {
        let answer = ask(port, path);
        if answer.contains(wanted) {
            return;
        }
        assert!(Instant::now() < limit, "{path}: {answer}");
        std::thread::yield_now();
    }
}

/// The bearerbox has the modem, the smsbox speaks HTTP: a message to the modem's own number goes out and comes in.
#[test]
fn kannel_sends_a_message_and_hands_on_what_comes() {
    if !support::have("bearerbox", "kannel") {
        return;
    }
    let (folder, _sim, device) = modem();
    let inlet = TcpListener::bind("127.0.0.1:0").expect("a port");
    inlet.set_nonblocking(true).expect("a wait of our own");
    let ports = [free_port(), free_port(), free_port(), inlet.local_addr().expect("an address").port()];
    let [admin, smsbox, sendsms, _] = ports;
    let settings = folder.path().join("kannel.conf");
    fs::write(&settings, kannel_settings(&device, ports)).expect("a file");
    let start = |name: &str| Server::start(Command::new(name).arg(&settings).stdout(Stdio::null()));
    let _bearerbox = start("bearerbox").listening(smsbox);
    let _smsbox = start("smsbox").listening(sendsms);
    ask_until(admin, "/status.txt?password=geheim", "(online");
    let sent =
        ask(sendsms, "/cgi-bin/sendsms?username=otto&password=geheim&from=1&to=%2B491701234567&text=Hello+from+Kannel");
    assert!(sent.contains("Accepted for delivery"), "{sent}");
    let limit = Instant::now() + PATIENCE;
    let mut visitor = loop {
        match inlet.accept() {
            Ok((visitor, _)) => break visitor,
            Err(_) => std::thread::yield_now(),
        }
        assert!(Instant::now() < limit, "nothing came in");
    };
    visitor.set_nonblocking(false).expect("a socket");
    let mut request = [0; 2048];
    let count = visitor.read(&mut request).expect("a request");
    let request = String::from_utf8_lossy(&request[..count]);
    assert!(request.starts_with("GET /in?from=%2B491701234567&text=Hello+from+Kannel "), "{request}");
    visitor.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").expect("it reads");
}
