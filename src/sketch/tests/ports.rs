//! Which port the modem hangs on, who else works it, and what a run says of what it cannot follow.

use crate::modem::diagnose::Severity;
use crate::sketch::{RunOptions, RunWay, SketchRun, Source, run_sketch};

fn run(text: &str) -> SketchRun {
    run_sketch(&Source::new(text), &RunOptions::default())
}

/// `body` in `setup`, the modem on `s`.
fn body(before: &str, body: &str) -> SketchRun {
    run(&format!(
        "SoftwareSerial s(8, 7);\n{before}\nvoid setup() {{ Serial.begin(9600); s.begin(9600);\n{body}\n}}\nvoid loop() {{}}\n"
    ))
}

fn tells(run: &SketchRun, words: &str) -> bool {
    run.told.iter().any(|told| told.reason.contains(words))
}

fn found(run: &SketchRun, rule: &str) -> Option<Severity> {
    run.findings.iter().find(|finding| finding.rule == rule).map(|finding| finding.severity)
}

fn rows(run: &SketchRun, way: RunWay) -> Vec<String> {
    let rows = run.rows.iter().filter(|row| row.way == way);
    rows.map(|row| String::from_utf8_lossy(&row.bytes).into_owned()).collect()
}

#[test]
fn commands_and_answers_that_are_shown_too_do_not_make_the_monitor_the_modem() {
    let shown = run(
        "void command(String c) {\nSerial.print(\"Sent: \");\nSerial.println(c);\nSerial2.println(c);\ndelay(500);\n\
         while (Serial2.available()) Serial.println(Serial2.readString());\n}\n\
         void setup() { Serial.begin(9600); Serial2.begin(9600); command(\"AT\"); command(\"AT+CSQ\"); }\nvoid loop() {}",
    );
    assert_eq!(shown.object.as_deref(), Some("Serial2"));
    let debugged = run(
        "SoftwareSerial debug(2, 3);\nvoid command(String c) {\ndebug.println(c);\nSerial.println(c);\nSerial.find(\"OK\"); }\n\
         void setup() { Serial.begin(9600); debug.begin(9600); command(\"AT\"); }\nvoid loop() {}",
    );
    assert_eq!(debugged.object.as_deref(), Some("Serial"));
    let printed = run("void setup() { Serial.begin(9600); Serial.println(\"Type a number\"); }\nvoid loop() {}");
    assert_eq!(printed.object, None, "words on the computer's port are for no modem");
}

#[test]
fn who_was_given_the_port_works_it() {
    let given =
        run("SoftwareSerial s(8, 7);\nWorker worker(s);\nvoid setup() { Serial.begin(9600); Serial.println(\"x\");\n\
         worker.join(\"x\"); }\nvoid loop() {}");
    assert!(tells(&given, "`worker.join` is a call of Worker, which was given the modem's port"), "{:?}", given.told);
    assert_eq!(found(&given, "sketch-port-not-begun"), None, "it may have begun it");
    let wifi =
        run("#include \"ESP8266.h\"\nSoftwareSerial s(8, 7);\nESP8266 wifi(s);\nvoid setup() { wifi.joinAP(\"x\"); }");
    assert!(tells(&wifi, "`wifi.joinAP` is a call of WeeESP8266"), "{:?}", wifi.told);
    let board = run("void setup() { M5.begin(); Serial2.begin(9600); Serial2.println(\"AT\"); }");
    assert!(!tells(&board, "M5"), "it is no port: {:?}", board.told);
    let sized =
        run("SoftwareSerial s(8, 7);\nchar kept[99];\nStore store(kept, sizeof(kept));\nWorker worker(&s, &store);\n\
         void setup() { worker.join(\"x\"); }\nvoid loop() {}");
    assert!(!tells(&sized, "declared nowhere"), "{:?}", sized.told);
    let other = body("#include <SIM800.h>", "s.println(\"AT\"); float x = fix.latitude();");
    assert!(!tells(&other, "fix.latitude` is a call of"), "{:?}", other.told);
}

#[test]
fn what_something_else_would_call_is_told() {
    let pin = body("void ring() {}", "attachInterrupt(0, ring, FALLING);\ns.println(\"AT\");");
    assert!(tells(&pin, "`ring` is handed to `attachInterrupt`"), "{:?}", pin.told);
    let timer = body("void tick() {}", "Timer1.attachInterrupt(tick);\ns.println(\"AT\");");
    assert!(tells(&timer, "`tick` is handed to `Timer1.attachInterrupt`"), "{:?}", timer.told);
    let vector = body("ISR(PCINT2_vect) {\nflag = 1; }\nint flag;", "PCICR |= _BV(PCIE2); s.println(\"AT\");");
    assert!(tells(&vector, "run by an interrupt of the chip"), "{:?}", vector.told);
    assert!(!tells(&vector, "_BV"), "{:?}", vector.told);
}

#[test]
fn what_the_compiler_refuses_is_told() {
    let two = run("SoftwareSerial s(8, 7);\nvoid setup() { s.begin(9600); s.println(\"AT\"); }\nvoid loop() {}\n\
         AltSoftSerial s;\nvoid setup() { s.println(\"AT+CSQ\"); }\nvoid loop() {}\n");
    for line in [4, 5, 6] {
        assert!(two.told.iter().any(|told| told.line == line && told.reason.contains("second time")), "{:?}", two.told);
    }
    assert_eq!(found(&two, "sketch-defined-twice"), Some(Severity::Problem));
    let fine = body(
        "extern int n;\nint n = 3;\nvoid f(int a) {}\nvoid f(const char *a) {}\nvoid g(int a);\nvoid g(int a) {}\n\
         namespace one { int k; }\nnamespace two { int k; }\ntemplate <typename T> void h(T t) {}\n\
         template <typename T, typename U> void h(T t, U u) {}",
        "s.println(\"AT\");",
    );
    assert!(!tells(&fine, "second time"), "{:?}", fine.told);
    let prose = run(
        "A pump, with GSM.\n#include <SoftwareSerial.h>\nSoftwareSerial gsm(7, 8);\nvoid setup() { gsm.println(\"AT\"); }",
    );
    assert!(!tells(&prose, "`...` is missing"), "{:?}", prose.told);
    let semicolon = body("", "int i = 0;\ndo { i++; } while (i < 3)\ns.println(\"AT\");");
    assert!(
        semicolon.told.iter().any(|told| told.line == 5 && told.reason == "`;` is missing here"),
        "{:?}",
        semicolon.told
    );
}

#[test]
fn commands_of_another_kind_of_modem_are_told() {
    let wifi = body("", "s.println(\"AT+CWMODE=1\");\ndelay(500);");
    assert!(tells(&wifi, "a command of another kind of modem"), "{:?}", wifi.told);
    assert!(!tells(&body("", "s.println(\"AT+CSQ\");"), "ESP8266"));
}

#[test]
fn a_text_of_the_eeprom_is_one_line() {
    let read = body(
        "",
        "String n = \"\";\nfor (int i = 0; i < 20; i++)\nn += (char)EEPROM.read(i);\ns.println(\"ATD\" + n + \";\");",
    );
    let asked: Vec<_> = read.told.iter().filter(|told| told.reason.contains("known only on the board")).collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].reason.starts_with("EEPROM.read(0) to EEPROM.read(19) (20) are"), "{asked:?}");
}

#[test]
fn a_sketch_that_stops_hangs_not() {
    for stop in ["while (1);", "for (;;) {}", "while (true) { digitalWrite(13, HIGH); delay(500); }"] {
        let run = body("", &format!("s.println(\"AT\"); delay(500);\n{stop}"));
        assert_eq!(found(&run, "sketch-ends-here"), Some(Severity::Note), "{stop}");
    }
    let waits = body("", "s.println(\"AT\"); delay(500);\nwhile (true) { if (s.read() == 'x') break; }");
    assert_eq!(found(&waits, "sketch-ends-here"), Some(Severity::Problem));
}

/// The modem takes in a line when nothing follows it, and so its echo comes when the port hears again.
#[test]
fn a_software_serial_hears_the_whole_echo_of_its_line() {
    let echoed = body("", "s.println(\"AT+CSQ\"); delay(500);\nwhile (s.available()) Serial.write(s.read());");
    assert_eq!(rows(&echoed, RunWay::Console).concat(), "AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n");
    assert_eq!(found(&echoed, "sketch-deaf-while-sending"), None);
    // Two lines without a pause: the second falls upon the answer to the first.
    let hasty = body("", "s.println(\"AT\"); delay(12); s.println(\"AT+CSQ\"); delay(500);");
    assert_eq!(found(&hasty, "sketch-deaf-while-sending"), Some(Severity::Note));
}

#[test]
fn a_line_that_is_sent_letter_by_letter_is_one_row() {
    let slow = body(
        "",
        "String c = \"AT+CSQ\";\nfor (int i = 0; i < c.length(); i++) { s.print(c[i]); delay(10); }\ns.println();",
    );
    assert_eq!(rows(&slow, RunWay::Sent), ["AT+CSQ", "\r\n"]);
    assert_eq!(slow.imported.steps.len(), 2, "{:?}", slow.imported.steps);
}

#[test]
fn what_is_sent_in_pieces_or_for_1a_is_told_as_it_is() {
    let text = "s.print(\"AT+CMGS=\\\"+15550100\\\"\");\ns.write(0x0D);\ns.write(0x0A);\ndelay(2000); s.print(\"On\"); s.write(26); delay(5000);";
    let pieces = body("", &format!("s.println(\"AT+CMGF=1\"); delay(500); {text}"));
    assert_eq!(found(&pieces, "sketch-no-wait"), None, "the LF is no data: {:?}", pieces.findings);
    let doubled = body("", "s.println(\"AT\");\ns.write(0x0D);\ndelay(500);");
    assert_eq!(found(&doubled, "sketch-no-wait"), None, "an empty line is no data: {:?}", doubled.findings);
    let hex = body("", &format!("s.println(\"AT+CMGF=1\"); delay(500); {}", text.replace("write(26)", "write(0x26)")));
    assert_eq!(found(&hex, "sketch-terminator-as-text"), Some(Severity::Problem), "{:?}", hex.findings);
    let bytes = body("byte b[] = {0x26, 1};", "s.println(\"AT\"); delay(500); s.write(b[0]);");
    assert_eq!(found(&bytes, "sketch-terminator-as-text"), None);
}

#[test]
fn a_port_on_the_pins_of_serial_is_told() {
    let on = |pins: &str, serial: &str| {
        let text = format!(
            "SoftwareSerial s({pins});\nvoid setup() {{ {serial} s.begin(9600); s.println(\"AT\"); }}\nvoid loop() {{}}"
        );
        found(&run(&text), "sketch-pins-of-serial")
    };
    assert_eq!(on("0, 1", "Serial.begin(9600);"), Some(Severity::Warning));
    assert_eq!(on("0, 1", ""), None);
    assert_eq!(on("8, 7", "Serial.begin(9600);"), None);
}

/// 130 bytes and their echo come while it pauses.
const PAUSES: &str = "AT+CMGL=\"ALL\";+CSQ;+CREG?;+COPS?;+CSQ;+CREG?;+COPS?;+CSQ;+CREG?";

#[test]
fn a_port_keeps_what_the_board_of_the_sketch_keeps() {
    let lost = |top: &str, port: &str, begin: &str| {
        let text = format!(
            "{top}\nvoid setup() {{ {begin} {port}.println(\"{PAUSES}\"); delay(3000); while ({port}.available()) {port}.read(); }}\nvoid loop() {{}}",
            PAUSES = PAUSES.replace('"', "\\\"")
        );
        let run = run(&text);
        run.findings
            .iter()
            .find(|finding| finding.rule == "sketch-receive-overflow")
            .map(|finding| finding.title.clone())
    };
    let nano = lost("SoftwareSerial s(8, 7);", "s", "s.begin(9600);").expect("a Nano's 64 bytes are too few");
    assert!(nano.ends_with("the receive buffer of 64 bytes was full"), "{nano}");
    assert_eq!(lost("#include <WiFi.h>", "Serial2", "Serial2.begin(9600, SERIAL_8N1, 16, 17);"), None);
    let small = "Serial2.setRxBufferSize(70); Serial2.begin(9600);";
    let told = lost("#include <ESP8266WiFi.h>", "Serial2", small).expect("it made its buffer smaller");
    assert!(told.ends_with("the receive buffer of 70 bytes was full"), "{told}");
    assert_eq!(lost("#include <WiFi.h>", "Serial2", small), None, "an ESP32 keeps 128 more in its chip");
}

#[test]
fn a_printer_without_end_is_ended_with_the_reason() {
    let ends = |what: &str| {
        let run = run(&format!(
            "SoftwareSerial s(8, 7);\nvoid setup() {{ s.begin(9600); Serial.begin(9600); s.println(\"AT\");\nlong i = 1; while (true) {{ i = i * 7919 % 10007; {what} }} }}\nvoid loop() {{}}"
        ));
        assert_eq!(found(&run, "sketch-ends-here"), Some(Severity::Note), "{what}");
        assert_eq!(found(&run, "no-answer"), None, "a modem hears what never pauses too: {what}");
        run.ended
    };
    assert!(ends("Serial.println(i);").contains("prints without an end"));
    assert!(ends("s.print(\"AT+CSQ\"); s.println(i);").contains("more in one go"));
    assert!(ends("s.println(i); while (s.available()) Serial.write(s.read());").contains("more in one go"));
}

#[test]
fn what_is_not_here_or_not_yet_is_a_finding() {
    let run = run(
        "SoftwareSerial s(8, 7);\nvoid setup() { s.begin(9600); s.println(TEXT); ready(3); ready(4); }\n#define TEXT \"AT\"\nvoid loop() {}",
    );
    let lines: Vec<_> =
        run.findings.iter().map(|finding| (finding.rule, finding.line, finding.title.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("sketch-used-too-early", 2, "`TEXT` is used here and defined behind it, in line 3"),
            ("sketch-function-missing", 2, "`ready` is called, and is not in what is here"),
        ]
    );
}

/// The simulated modem refuses a Wi-Fi module's commands: what comes of that says nothing of the sketch.
#[test]
fn a_sketch_for_a_wifi_module_is_told_as_one() {
    let run = run(
        "void setup() { Serial1.begin(115200); Serial1.println(\"AT+CWMODE=1\"); delay(1000);\nSerial1.println(\"AT+CWJAP=\\\"net\\\",\\\"pass1234\\\"\"); delay(2000);\nSerial1.println(\"AT+CIPSTART=\\\"TCP\\\",\\\"192.0.2.1\\\",80\"); delay(100);\nSerial1.println(\"AT+CIPSEND=4\"); delay(100); Serial1.print(26); }\nvoid loop() {}",
    );
    let rules: Vec<_> = run.findings.iter().map(|finding| (finding.rule, finding.line)).collect();
    assert_eq!(rules, [("sketch-no-wait", 3), ("sketch-terminator-as-text", 4), ("sketch-for-a-wifi-module", 1)]);
}

#[test]
fn what_the_compiler_refuses_is_told_and_read_on() {
    let bare = run(
        "include <SoftwareSerial.h>\nSoftwareSerial s(8, 7);\nvoid setup() { s.begin(9600); s.println(\"AT\"); }\nvoid loop() {}",
    );
    assert_eq!(rows(&bare, RunWay::Sent), ["AT\r\n"]);
    assert!(tells(&bare, "the # before `include` is missing"));
    assert_eq!(found(&bare, "sketch-not-read"), Some(Severity::Note));
    let twisted = body("", "int x = s.println(\"AT\") int y = 2;\ns.println(\"ATI\");");
    assert!(found(&twisted, "sketch-not-read").is_some(), "{:?}", twisted.told);
}

#[test]
fn the_monitors_port_on_the_pins_of_serial_is_told_too() {
    let clash = run(
        "SoftwareSerial shown(1, 0);\nvoid setup() { Serial.begin(9600); shown.begin(9600); Serial.println(\"AT\"); }\nvoid loop() {}",
    );
    assert_eq!(clash.object.as_deref(), Some("Serial"));
    assert_eq!(found(&clash, "sketch-pins-of-serial"), Some(Severity::Warning));
}

#[test]
fn an_answer_that_is_compared_whole_or_looked_for_at_once_is_told() {
    let whole = body("", "s.println(\"AT\"); String a = s.readString();\nif (a == \"OK\") s.println(\"AT+CSQ\");");
    assert_eq!(found(&whole, "sketch-compared-whole"), Some(Severity::Warning), "{:?}", whole.findings);
    let trimmed = body(
        "",
        "s.println(\"ATE0\"); delay(300); s.readString(); s.println(\"AT\"); String a = s.readString(); a.trim();\n\
         if (a == \"OK\") s.println(\"AT+CSQ\");",
    );
    assert_eq!(found(&trimmed, "sketch-compared-whole"), None, "{:?}", trimmed.findings);

    let early = body("", "s.println(\"AT\");\nif (s.available()) s.println(s.readString());");
    assert_eq!(found(&early, "sketch-looked-too-early"), Some(Severity::Warning), "{:?}", early.findings);
    let later = body("", "s.println(\"AT\"); delay(200);\nif (s.available()) s.readString();");
    assert_eq!(found(&later, "sketch-looked-too-early"), None, "{:?}", later.findings);
    let round = run(
        "SoftwareSerial s(8, 7);\nvoid setup() { s.begin(9600); s.println(\"AT\"); }\nvoid loop() {\nif (s.available()) s.read();\n}",
    );
    assert_eq!(found(&round, "sketch-looked-too-early"), None, "{:?}", round.findings);
}
