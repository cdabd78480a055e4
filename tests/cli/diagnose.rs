//! `modemscope diagnose`: captures, texts and pipes in; words, JSON and exit codes out.

use std::path::Path;
use std::time::{Duration, SystemTime};

use modemscope::capture::{Record, Writer};
use serde_json::Value;

use crate::{call, call_with_input, check};

/// A text sent to an open prompt, and nothing more for a minute.
const FORGOTTEN: &[(u64, &str, &str)] = &[
    (0, ">", "AT+CIPSTART=\"TCP\",\"example.com\",80\r"),
    (20, "<", "AT+CIPSTART=\"TCP\",\"example.com\",80\r\r\nOK\r\n"),
    (2500, "<", "\r\nCONNECT OK\r\n"),
    (3000, ">", "AT+CIPSEND\r"),
    (3020, "<", "AT+CIPSEND\r\r\n> "),
    (5000, ">", "hello"),
    (5020, "<", "hello"),
    (65_000, ">", "\r"),
];

fn capture(path: &Path, session: &[(u64, &str, &str)]) {
    let mut writer = Writer::create(path, SystemTime::UNIX_EPOCH).unwrap();
    writer.append(Duration::from_secs(1), Record::Note("opened by a test".to_owned()));
    for (send, (at, way, bytes)) in (0..).zip(session) {
        let record = if *way == ">" { Record::sent(send, *bytes, Vec::new()) } else { Record::received(*bytes) };
        writer.append(Duration::from_secs(2) + Duration::from_millis(*at), record);
    }
}

#[test]
fn a_capture_is_diagnosed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forgotten.pcapng");
    capture(&file, FORGOTTEN);
    let file = file.to_str().unwrap();
    let (code, out, aside) = call(&["diagnose", file]);
    assert_eq!((code, aside.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("problem: 5 bytes of data were sent, but the byte 1A"), "{out}");
    assert!(out.contains("    3.020s < >") && out.contains("    5.000s > hello   (bytes"), "{out}");
    assert!(out.ends_with("1 problem, 0 warnings, 0 notes\n"), "{out}");
    check(&["diagnose", file, "--strict"], 1, "missing-terminator", "");
    let (code, _, aside) = call_with_input(&["diagnose", "-"], &std::fs::read(file).unwrap());
    assert_eq!(code, 3);
    assert!(aside.contains("give it as a file"), "{aside}");
}

#[test]
fn json_is_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forgotten.pcapng");
    capture(&file, FORGOTTEN);
    let (code, out, _) = call(&["diagnose", "--json", file.to_str().unwrap()]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let [finding] = found.as_array().unwrap().as_slice() else { panic!("{out}") };
    assert_eq!(code, 0);
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnose-json.md")).unwrap();
    for (name, value) in finding.as_object().unwrap() {
        assert!(documented.contains(&format!("| `{name}` | {} |", kind(value))), "{name}: {value}");
    }
    assert_eq!(finding["rule"], "missing-terminator");
    assert_eq!(finding["severity"], "problem");
    let sent = FORGOTTEN.iter().filter(|(_, way, _)| *way == ">").map(|(_, _, bytes)| bytes.len());
    let before = sent.take(2).sum::<usize>();
    assert_eq!(
        finding["evidence"][1],
        serde_json::json!({ "direction": "tx", "start": before, "end": before + 5, "seconds": 5.0 })
    );
    assert_eq!(finding["offer"], serde_json::json!({ "kind": "send", "label": "Send 1A", "send": "\\x1A" }));
    let (code, out, _) = call_with_input(&["diagnose", "--json", "-"], b"AT\nOK\n");
    assert_eq!((code, out.as_str()), (0, "[]\n"));
    let (_, out, _) = call_with_input(&["diagnose", "--json", "-"], b"+CPIN: NOT INSERTED\n");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&found[0]["offer"], &found[0]["evidence"][0]["seconds"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_was_read_is_said() {
    let read = |text: &[u8]| call_with_input(&["diagnose", "-"], text).1;
    let out = read(b"AT\nOK\n");
    assert!(out.starts_with("Read as one stream") && out.ends_with("No problem was recognised in it.\n"), "{out}");
    let out = read(b"AT\nOK\nAT+CMGF=1\nERROR\n");
    assert!(out.contains("1 of them refused (AT+CMGF=1)") && out.contains("(line 3)"), "{out}");
    assert!(read(b"hello\n").contains("No command and no answer"));
    assert!(read(b"void setup() { gsm.println(\"AT\"); }\n").contains("modemscope sketch explain"));
    assert!(read(b"[[macro]]\nname = \"x\"\n").contains("modemscope run"));
    assert!(read(b"").contains("It is empty."));
    let (code, out, _) = call_with_input(&["diagnose", "--json", "--reading", "-"], b"AT\nOK\n+CPIN: NOT INSERTED\n");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &found["reading"]["commands"], &found["reading"]["answered"]),
        (0, &1.into(), &1.into()),
        "{out}"
    );
    assert_eq!(
        (&found["findings"][0]["rule"], &found["findings"][0]["evidence"][0]["line"]),
        (&"sim-missing".into(), &3.into())
    );
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnose-json.md")).unwrap();
    for name in found["reading"].as_object().unwrap().keys() {
        assert!(documented.contains(&format!("| `{name}` |")), "{name}");
    }
    check(&["diagnose", "--reading", "x"], 2, "", "--json");
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_refused() {
    check(&["diagnose", "/dev/zero"], 3, "", "line 1 is longer than 1 MiB");
    check(&["diagnose", "/dev/urandom"], 3, "", "it is a device that goes on and on");
}

/// What the documentation calls this kind of value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Bool(_) => "boolean",
        _ => "object or null",
    }
}

#[test]
fn strict_is_about_problems_and_warnings() {
    let strict = |text: &str| call_with_input(&["diagnose", "--strict", "-"], text.as_bytes()).0;
    assert_eq!(strict("AT\nOK\n"), 0);
    // A note is no failure.
    assert_eq!(strict("AT+CIPSTART=\"TCP\",\"a.example\",80\nOK\nCONNECT OK\nCLOSED\n"), 0);
    assert_eq!(strict("AT+CIPSTART=\"TCP\",\"a.example\",80\nERROR\nALREADY CONNECT\n"), 1);
    assert_eq!(strict("+CPIN: NOT INSERTED\n"), 1);
    assert_eq!(call_with_input(&["diagnose", "-"], b"+CPIN: NOT INSERTED\n").0, 0);
    // What is over is none any more.
    let over = "AT+CIPMUX=1\nERROR\nAT+CIPSHUT\nSHUT OK\nAT+CIPMUX=1\nOK\n";
    let (_, out, _) = call_with_input(&["diagnose", "-"], over.as_bytes());
    assert!(
        out.contains("It is over: it worked later.")
            && out.contains("0 problems, 0 warnings, 0 notes, and 1 that is over"),
        "{out}"
    );
    assert_eq!((strict(over), strict("AT+CIPMUX=1\nERROR\n")), (0, 1));
    check(&["diagnose"], 2, "", "FILE");
    check(&["diagnose", "/none"], 3, "", "cannot open /none");
}

#[test]
fn people_read_first_what_matters_most() {
    let log = b"AT+QFDEL=\"a\"\nERROR\nAT\nOK\nUNDER-VOLTAGE WARNNING\n";
    let (_, out, _) = call_with_input(&["diagnose", "-"], log);
    assert!(out.starts_with("problem: ") && out.contains("\nnote: "), "{out}");
    let (_, out, _) = call_with_input(&["diagnose", "--json", "-"], log);
    let place = |rule: &str| out.find(rule).unwrap();
    assert!(place("refused") < place("under-voltage"), "in the order of the bytes: {out}");
}

#[test]
fn a_modem_is_named_or_described_by_a_table_of_ones_own() {
    let log = "AT+ZOPEN=2,\"h\",7,\"k3yk3y\"\nOK\nAT+ZPUT=2\nERROR\n";
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/toaster.txt");
    let (code, out, aside) = call_with_input(&["diagnose", "--modem", table, "-"], log.as_bytes());
    assert!(code == 0 && out.contains("AT+ZPUT was sent") && out.contains("Toaster 9000"), "{code} {out} {aside}");
    let (_, out, _) = call_with_input(&["diagnose", "--modem", "SIM7600", "-"], b"AT\nOK\n");
    assert!(out.contains("SIM7600, A7670"), "{out}");
    check(&["diagnose", "--modem", "acme", "-"], 2, "", "a family of modems was expected (sim800, sim7600");
    check(&["diagnose", "--modem", "no-such.txt", "-"], 2, "", "no-such.txt");
    let wrong = tempfile::Builder::new().suffix(".txt").tempfile().unwrap();
    std::fs::write(wrong.path(), "@name acme\nAT+X | \n").unwrap();
    check(
        &["diagnose", "--modem", wrong.path().to_str().unwrap(), "-"],
        2,
        "",
        "line 2 of the table: expected 8 or 9 columns",
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.txt");
    let marked = "> AT+ZOPEN=2,\"h\",7,\"k3yk3y\"\\r\n< \\r\\nOK\\r\\n\\r\\n+ZSTATE: 2,1\\r\\n\n";
    std::fs::write(&path, marked).unwrap();
    let path = path.to_str().unwrap();
    let (code, out, aside) = call(&["export", path, "--as", "text", "--modem", table]);
    assert!(code == 0 && out.contains("AT+ZOPEN=2") && !out.contains("k3yk3y"), "{code} {out} {aside}");
    let (code, out, aside) = call(&["export", path, "--as", "macro", "--modem", table]);
    assert!(code == 0 && out.contains("+ZSTATE: 2,1") && !out.contains("k3yk3y"), "{code} {out} {aside}");
}

#[test]
fn a_live_modem_can_be_chosen() {
    let step = "AT+NETOPEN\\r";
    let (code, out, aside) =
        call(&["send", "sim:fast", step, "--expect", "SEND OK", "--within", "1s", "--modem", "sim7600"]);
    assert!(code == 1 && aside.contains("failed"), "{code} {out} {aside}");
}
