//! `modemscope run`.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use super::server::Server;
use super::{call, check, modemscope};

const PORT: &str = "sim:fast";
const BOOK: &str = "assets/macros.toml";
const MAIN_JOB: &str = "CIPSEND + text + 1A";

fn book(folder: &tempfile::TempDir, text: &str) -> String {
    let path: PathBuf = folder.path().join("book.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_main_job_delivers_exactly_the_text() {
    let server = Server::start();
    let port = format!("port={}", server.port);
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("out.pcapng");
    let text = r"text=grüße ${x} \r\n OK ERROR";
    let arguments = [
        "run",
        PORT,
        BOOK,
        "SIM and signal",
        "Open TCP",
        MAIN_JOB,
        "CIPSEND with length",
        "Read status",
        "Close",
        "--set",
        "host=127.0.0.1",
        "--set",
        &port,
        "--set",
        text,
        "--capture",
        capture.to_str().unwrap(),
    ];
    let (code, out, aside) = call(&arguments);
    assert_eq!(code, 0, "{out}\n{aside}");
    let sent = text.strip_prefix("text=").unwrap();
    assert_eq!(String::from_utf8(server.received()).unwrap(), format!("{sent}{sent}"), "{out}");
    assert!(out.contains(r"TX  AT+CIPSEND\r"), "{out}");
    assert!(out.contains(r"Read status: step 1 passed"), "{out}");
    assert!(fs::metadata(&capture).unwrap().len() > 500);
    let (code, _, aside) = call(&arguments);
    assert_eq!(code, 3, "a capture is never overwritten: {aside}");
}

#[test]
fn the_whole_default_book_passes_on_the_simulator() {
    let server = Server::start();
    let port = format!("port={}", server.port);
    let names = [
        "AT and echo",
        "Identity",
        "SIM and signal",
        "Shut",
        "GPRS bring-up",
        "Open TCP",
        MAIN_JOB,
        "Read status",
        "Close",
        "SMS in text mode",
    ];
    let arguments =
        [&["run", PORT, BOOK], names.as_slice(), &["--set", &port, "--set", "number=+491701234567", "--json"]].concat();
    let (code, out, aside) = call(&arguments);
    assert_eq!(code, 0, "{out}\n{aside}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["ok"], true);
    assert_eq!(report["macros"].as_array().unwrap().len(), names.len());
    assert_eq!(report["kept"]["state"], "CONNECT OK", "{out}");
    assert!(report["kept"]["ip"].as_str().unwrap().parse::<std::net::Ipv4Addr>().is_ok(), "{out}");
    assert_eq!(server.received(), b"hello");
}

#[test]
fn a_refusal_is_exit_1_with_step_and_answer() {
    check(
        &["run", PORT, BOOK, MAIN_JOB],
        1,
        r"RX  ",
        r"failed: CIPSEND + text + 1A, step 1: `ERROR` came instead of `\r\n> `",
    );
    let (code, out, _) = call(&["run", PORT, BOOK, MAIN_JOB, "Close", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["ok"]), (1, &serde_json::Value::Bool(false)));
    let macros = &report["macros"];
    assert_eq!((macros[0]["result"].as_str(), macros[1]["result"].as_str()), (Some("failed"), Some("not run")));
    assert_eq!(macros[0]["steps"][0]["came"], "ERROR");
}

#[test]
fn wrong_use_is_exit_2_and_says_what_there_is() {
    check(&["run", PORT, BOOK], 2, "", "which macro? assets/macros.toml holds\n  AT and echo\n  Identity");
    check(&["run", PORT, BOOK, "Opne TCP"], 2, "", "no macro `Opne TCP`");
    check(
        &["run", PORT, BOOK, "Open TCP", "--set", "hots=x"],
        2,
        "",
        "none of the macros asks for it; they ask for host, port",
    );
    check(&["run", PORT, BOOK, "Close", "--set", "x"], 2, "", "write NAME=VALUE");
    let (code, _, error) = call(&["run", PORT, BOOK, "Close", "--set", "4711"]);
    assert!(code == 2 && !error.contains("4711"), "a PIN alone is not quoted: {error}");
    check(&["run", "sim:no-such-profile", BOOK, "Close"], 2, "", "\"no-such-profile\" is neither a profile");
    check(&["run", "tpc://x", BOOK, "Close"], 2, "", "`tpc:` is no kind of port");
    let folder = tempfile::tempdir().unwrap();
    let twice = book(&folder, "version = 1\n[[macro]]\nname = 'a'\n[[macro]]\nname = 'a'\n");
    check(&["run", PORT, &twice, "a"], 2, "", "have the name `a`; rename one");
    let secret = book(
        &folder,
        "version = 1\n[[macro]]\nname = 'a'\nask = { pin = { secret = true } }\n[[macro.step]]\nsend = '${pin}'\n",
    );
    check(&["run", PORT, &secret], 2, "", "a: step 1: `${pin}` has no value; it is secret and not stored");
}

#[test]
fn port_and_file_trouble_is_exit_3() {
    check(&["run", "/dev/no-such-port", BOOK, "Close"], 3, "", "/dev/no-such-port");
    check(&["run", PORT, "no-such-book.toml"], 3, "", "no-such-book.toml cannot be read");
    let folder = tempfile::tempdir().unwrap();
    let broken = book(&folder, "version = 1\n[[macro]]\nname = 'a'\nsetp = []\n");
    check(&["run", PORT, &broken], 3, "", "line 4, column 1: a macro has no key `setp`; did you mean `step`?");
}

#[test]
fn a_dry_run_shows_the_bytes_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
version = 1
[[macro]]
name = "unlock"
ask = { pin = { secret = true }, text = "hi" }
  [[macro.step]]
  send = 'AT+CPIN="${pin}"\r'
  [[macro.step]]
  send = '${text}\x1A'
"#;
    let (code, out, _) = call(&["run", "no port at all", &book(&folder, text), "--dry-run", "--set", "pin=1234"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains(r#"step 1: AT+CPIN="****"\r  (15 bytes: "#), "{out}");
    assert!(out.contains(r"step 2: hi\x1A  (3 bytes: 68 69 1A)"), "{out}");
}

#[test]
fn runs_are_repeated_counted_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
version = 1
[[macro]]
name = "count"
  [[macro.step]]
  send = 'AT+CSCS="${counter}"\r'
  expect = ['\r\nOK\r\n', '\r\nERROR\r\n']
"#;
    let junit = folder.path().join("junit.xml");
    let file = book(&folder, text);
    let arguments =
        ["run", PORT, &file, "--times", "3", "--every", "10ms", "--json", "--junit", junit.to_str().unwrap()];
    let (code, out, aside) = call(&arguments);
    assert_eq!(code, 0, "{out}\n{aside}");
    let runs: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.iter().map(|run| run["run"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    let report = fs::read_to_string(&junit).unwrap();
    assert!(report.contains(r#"tests="3" failures="0""#), "{report}");
    let (code, _, aside) = call(&arguments);
    assert_eq!(code, 3, "{aside}");
    assert!(aside.contains("is there already; --force replaces it"), "{aside}");
    fs::hard_link(&junit, folder.path().join("other.xml")).unwrap();
    let (code, _, aside) = call(&[arguments.as_slice(), &["--force"]].concat());
    assert_eq!(code, 0, "{aside}");
    assert!(!cfg!(unix) || aside.contains("has other names (hard links): what they lead to stays as it is"), "{aside}");
    let (_, out, _) = call(&["run", PORT, &file, "--times", "3"]);
    assert!(out.contains(r#"TX  AT+CSCS="3"\r"#), "the counter goes on from run to run: {out}");
}

/// The sketch sends whatever the modem says, so that all its steps are done: the findings are told all the same.
#[test]
fn findings_are_told_when_all_steps_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("blind.toml");
    let file = file.to_str().unwrap();
    check(&["sketch", "import", "tests/data/sketches/blind.ino", "--blind", "-o", file], 0, "", "");
    let (code, out, aside) = call(&["run", "sim:", file, "--json"]);
    assert_eq!(code, 0, "{aside}");
    assert!(aside.contains("problem: AT+CIPSEND was sent 0.5 s after AT+CIPSTART, before CONNECT OK."), "{aside}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["findings"][0]["rule"], "send-before-connect", "{out}");
}

#[test]
fn a_port_that_goes_during_a_run_is_exit_3() {
    let folder = tempfile::tempdir().unwrap();
    let patient =
        "version = 1\n[[macro]]\nname = 'a'\n[[macro.step]]\nsend = 'AT\\r'\nexpect = ['never']\nwithin = '20s'\n";
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("tcp://{}", listener.local_addr().unwrap());
    let child = modemscope(&["run", &port, &book(&folder, patient)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut far, _) = listener.accept().unwrap();
    std::io::Read::read_exact(&mut far, &mut [0; 3]).unwrap();
    drop((far, listener));
    let (code, out, aside) = super::read(&child.wait_with_output().unwrap());
    assert_eq!(code, 3, "{out}\n{aside}");
}

#[test]
fn what_is_recorded_of_a_sim7600_delivers_the_text_again() {
    let first = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("out.pcapng");
    let capture = capture.to_str().unwrap();
    let by_hand = ["NETOPEN", "CIPOPEN + CIPSEND + text + 1A", "CIPCLOSE and NETCLOSE"];
    let port = format!("port={}", first.port);
    let arguments = [
        &["run", "sim:sim7600,fast", "assets/macros-sim7600.toml"],
        by_hand.as_slice(),
        &["--set", "host=127.0.0.1", "--set", &port, "--set", "text=grüße", "--capture", capture],
    ]
    .concat();
    let (code, out, aside) = call(&arguments);
    assert_eq!(code, 0, "{out}\n{aside}");
    let old = first.port.clone();
    assert_eq!(String::from_utf8(first.received()).unwrap(), "grüße");

    let (code, recorded, aside) = call(&["export", capture, "--as", "macro", "--no-redact"]);
    assert_eq!(code, 0, "{aside}");
    for waited in [r"+NETOPEN: 0\r\n", r"+CIPOPEN: 0,0\r\n", r"+CIPSEND: 0,", r"+CIPCLOSE: 0,"] {
        assert!(recorded.contains(waited), "{waited} is waited for:\n{recorded}");
    }
    let second = Server::start();
    let again = book(&folder, &recorded.replace(&old, &second.port));
    let name = recorded.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches(['"', '\'']);
    let (code, out, aside) = call(&["run", "sim:sim7600,fast", &again, name]);
    assert_eq!(code, 0, "{out}\n{aside}\n{recorded}");
    assert_eq!(String::from_utf8(second.received()).unwrap(), "grüße");
}
