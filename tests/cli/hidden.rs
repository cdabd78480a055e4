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
