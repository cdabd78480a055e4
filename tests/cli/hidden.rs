//! No PIN or password is in what the commands print or write, whatever they are asked for.

use std::fs;

use super::call;

const PIN: &str = "47110815";
const WORD: &str = "geheim77";

fn without(what: &[&str], text: &str) {
    for secret in [PIN, WORD] {
        assert!(!text.contains(secret), "{secret} is told by {what:?}: {text}");
    }
}

#[test]
fn a_run_tells_no_secret_in_any_of_its_reports() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // What is awaited may quote what is sent.
    let step = |send: &str| {
        let secret = if send.contains(WORD) { WORD } else { PIN };
        format!(
            "  [[macro.step]]\n  send = '{send}\\r'\n  expect = ['\\r\\nOK {secret}\\r\\n']\n  within = \"300ms\"\n  \
             on_fail = \"continue\"\n  note = 'the secret is {secret}'\n"
        )
    };
    let sends = [
        format!("AT+CPIN={PIN}"),
        format!("at+cpin = \"{PIN}\""),
        format!("AT+CPIM={PIN}"),
        format!(r#"AT+CSTT="a","u","{WORD}""#),
        format!(r#"AT+SAPBR=3,1,"PWD","{WORD}""#),
        "AT+CSTT?".to_owned(),
    ];
    let steps: String = sends.iter().map(|send| step(send)).collect();
    fs::write(path("book.toml"), format!("version = 1\n[[macro]]\nname = \"login\"\n{steps}")).unwrap();
    let book = path("book.toml");
    let (junit, capture, log) = (path("junit.xml"), path("a.pcapng"), path("log.txt"));
    let whole = ["run", "sim:fast", &book, "--json", "--junit", &junit, "--capture", &capture, "--log", &log];
    for arguments in [whole.as_slice(), &["run", "sim:fast", &book], &["run", "sim:fast", &book, "--dry-run"]] {
        let (_, out, aside) = call(arguments);
        assert!(!out.is_empty() || !aside.is_empty());
        without(arguments, &out);
        without(arguments, &aside);
    }
    for file in [&junit, &capture, &log] {
        let text = fs::read(file).unwrap();
        assert!(!text.is_empty());
        without(&[file.as_str()], &String::from_utf8_lossy(&text));
    }
    // A book that cannot be read is quoted.
    for broken in
        [format!("  send = 'AT+CPIN={PIN}\\r\n"), format!("  sent = 'AT+CPIN={PIN}\\r'\n"), step("AT+CPIN=\\q")]
    {
        fs::write(&book, format!("version = 1\n[[macro]]\nname = \"login\"\n  [[macro.step]]\n{broken}")).unwrap();
        let (code, out, aside) = call(&["run", "sim:fast", &book]);
        assert_ne!(code, 0);
        without(&["a broken book", &broken], &format!("{out}{aside}"));
    }
}

#[test]
fn a_sketch_is_told_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let sketch = format!(
        r#"
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);
void setup() {{
  sim.begin(9600);
  sim.println("AT");
  delay(100);
  sim.print("AT+CPIN=");
  sim.println("{PIN}");
  sim.println("AT+CSTT=\"a\",\"u\",\"{WORD}\"");
  sim.println("AT+CIPSEND");
}}
void loop() {{}}
"#
    );
    let broken = format!("void setup() {{ Serial.begin(9600); Serial.println(\"AT+CPIN={PIN}\" }}\n");
    for (name, text) in [("whole.ino", &sketch), ("broken.ino", &broken)] {
        let file = path(name);
        fs::write(&file, text).unwrap();
        let commands: [&[&str]; 6] = [
            &["sketch", "run", &file],
            &["sketch", "import", &file],
            &["sketch", "import", &file, "--blind"],
            &["sketch", "explain", &file],
            &["sketch", "explain", &file, "--json"],
            &["diagnose", &file],
        ];
        for arguments in commands {
            let (_, out, aside) = call(arguments);
            without(arguments, &out);
            without(arguments, &aside);
        }
    }
}

/// Whoever writes a macro may call it by the command that it sends.
#[test]
fn a_macro_that_is_called_by_its_secret_is_told_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let name = format!("AT+CPIN={PIN}");
    let text = format!(
        "version = 1\n[[macro]]\nname = '{name}'\n[[macro.step]]\nsend = 'AT\\r'\nexpect = ['+CPIN: {PIN}']\nwithin = '200ms'\n"
    );
    let (book, junit, capture, log) = (path("book.toml"), path("junit.xml"), path("a.pcapng"), path("log.txt"));
    fs::write(&book, &text).unwrap();
    let whole = ["run", "sim:fast", &book, &name, "--json", "--junit", &junit, "--capture", &capture, "--log", &log];
    for arguments in [whole.as_slice(), &["run", "sim:fast", &book], &["run", "sim:fast", &book, "--dry-run"]] {
        let (_, out, aside) = call(arguments);
        without(arguments, &format!("{out}{aside}"));
        assert!(format!("{out}{aside}").contains("AT+CPIN=********"), "it has a name all the same: {out}{aside}");
    }
    for file in [&junit, &capture, &log] {
        let text = fs::read(file).unwrap();
        assert!(!text.is_empty());
        without(&[file.as_str()], &String::from_utf8_lossy(&text));
    }
    fs::write(&book, format!("{text}[[macro]]\nname = '{name}'\n")).unwrap();
    for arguments in
        [&["run", "sim:fast", &book][..], &["run", "sim:fast", &book, &name], &["run", "sim:fast", &book, "none"]]
    {
        let (code, out, aside) = call(arguments);
        assert_eq!(code, 2, "{aside}");
        without(arguments, &format!("{out}{aside}"));
    }
}

#[test]
fn no_message_quotes_the_secret_of_an_argument() {
    let (pin, login) = (format!("AT+CPIN={PIN}"), format!("me:{WORD}@127.0.0.1:1"));
    let expected = format!("+CPIN: {PIN}[");
    let commands: [&[&str]; 8] = [
        &["send", "sim:fast", "AT\\r", "--expect", &expected, "--within", "200ms"],
        &["send", "sim:fast", "AT\\r", "--fail", &expected, "--expect", &pin, "--within", "200ms"],
        &["listen", &login],
        &["sim", "--tcp", &login],
        &["sim", "--profile", &pin],
        &["capture", &format!("tcp://{login}"), "x", "--share", &login],
        &["diagnose", &pin],
        &["run", "sim:fast", &pin],
    ];
    for arguments in commands {
        let (code, out, aside) = call(arguments);
        assert_ne!(code, 0, "{arguments:?}");
        assert!(!aside.is_empty());
        without(arguments, &format!("{out}{aside}"));
    }
}

/// A log's lines have no ends: the PIN and the password are two lines all the same.
#[test]
fn a_password_behind_a_line_without_its_end_is_in_no_export() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.txt");
    let lines = format!("< +CPIN: SIM PIN\n> {PIN}\n< ERROR\n< Password: \n> {WORD}\n< Login incorrect\n");
    fs::write(&log, lines).unwrap();
    let log = log.to_str().unwrap();
    for form in ["text", "hex", "html", "transcript", "csv", "csv-spreadsheet", "jsonl", "macro"] {
        let arguments = ["export", log, "--as", form];
        let (code, out, aside) = call(&arguments);
        assert_eq!(code, 0, "{aside}");
        without(&arguments, &format!("{out}{aside}"));
    }
    without(&["report"], &call(&["report", log]).1);
}
