//! Faults of the room itself that sketches of strangers have shown: the smallest form of each.

use crate::modem::diagnose::Severity;
use crate::simulator::Profile;
use crate::sketch::{RunOptions, RunWay, SketchRun, Source, other_language, run_sketch};

fn run(text: &str) -> SketchRun {
    run_sketch(&Source::new(text), &RunOptions::default())
}

fn tells(run: &SketchRun, line: usize, words: &str) -> bool {
    run.told.iter().any(|told| told.line == line && told.reason.contains(words))
}

fn lines(run: &SketchRun, rule: &str) -> Vec<usize> {
    run.findings.iter().filter(|finding| finding.rule == rule).map(|finding| finding.line).collect()
}

fn sent(run: &SketchRun) -> String {
    let rows = run.rows.iter().filter(|row| row.way == RunWay::Sent).flat_map(|row| row.bytes.clone());
    String::from_utf8_lossy(&rows.collect::<Vec<u8>>()).into_owned()
}

/// `PA0` and `PB0` are two pins, and both speak for an STM32 where a port is made of them.
#[test]
fn pins_of_an_stm32_are_kept_apart() {
    let sketch = "#include <HardwareSerial.h>\nHardwareSerial sim(PA10, PA9);\nvoid setup() {\n  sim.begin(9600);\n  \
                  pinMode(PA0, INPUT_PULLUP);\n}\nvoid loop() {\n  if (digitalRead(PB0) == HIGH) sim.println(\"AT\");\n}\n";
    let low = run(sketch);
    assert!(low.imported.board.contains("`HardwareSerial` on `PA10`"), "{}", low.imported.board);
    assert!(tells(&low, 8, "hangs on digitalRead(PB0) (taken as 0)"), "{:?}", low.told);
    let mut options = RunOptions::default();
    options.assume.insert("digitalRead(PB0)".to_owned(), "HIGH".to_owned());
    assert!(sent(&run_sketch(&Source::new(sketch), &options)).starts_with("AT\r\n"));
}

#[test]
fn an_object_of_a_library_is_no_array() {
    let run = run("Document doc;\nSoftwareSerial s(8, 7);\nvoid setup() {\n  s.begin(9600);\n  doc[\"id\"] = 5;\n  \
         String text;\n  serializeJson(doc, text);\n  s.println(text);\n}\nvoid loop() {}\n");
    assert!(lines(&run, "sketch-buffer-overrun").is_empty(), "{:?}", run.findings);
    assert!(tells(&run, 7, "serializeJson() is known only on the board"), "what it makes is asked for: {:?}", run.told);
}

#[test]
fn a_rate_from_a_header_that_is_not_here_is_told() {
    let run = run(
        "#include \"config.h\"\nvoid setup() {\n  Serial1.begin(MODEM_BAUD);\n  Serial1.println(\"AT\");\n}\nvoid loop() {}\n",
    );
    assert!(tells(&run, 3, "taken as 9600"), "{:?}", run.told);
    assert_eq!(run.baud, Some(9600));
    assert!(run.lasted.as_secs() < 10, "{:?}", run.lasted);
}

#[test]
fn what_is_not_reached_is_told_whoever_sends_it() {
    let given = run(
        "#include <Adafruit_FONA.h>\nSoftwareSerial s(8, 7);\nAdafruit_FONA fona = Adafruit_FONA(4);\nvoid setup() {\n  \
         s.begin(9600);\n  s.println(\"AT\");\n}\nvoid loop() {\n  if (digitalRead(3)) {\n    fona.sendSMS(\"1\", \"x\");\n    \
         writeJson(s);\n    s.print(26);\n  }\n}\n",
    );
    assert!(tells(&given, 10, "`fona.sendSMS` is a call of Adafruit FONA"), "{:?}", given.told);
    assert!(tells(&given, 11, "`writeJson` is given the modem's port"), "{:?}", given.told);
    assert_eq!(lines(&given, "sketch-terminator-as-text"), [12]);
    let fragment = run("void report() {\n  gsm.println(\"AT+CIPSEND\");\n  gsm.print(value);\n  gsm.write(0x1A);\n}\n");
    for line in 2..=4 {
        assert!(tells(&fragment, line, "not reached in this run"), "line {line}: {:?}", fragment.told);
    }
}

#[test]
fn a_function_without_its_return_gives_nobody_knows_what() {
    let run = run("float poll() {\n  if (digitalRead(3)) return 1.5;\n}\nvoid setup() {\n  Serial1.begin(9600);\n  \
         Serial1.print(\"AT+X=\");\n  Serial1.println(poll());\n}\nvoid loop() {}\n");
    assert!(run.told.iter().any(|told| told.reason.starts_with("poll() is known only on the board")), "{:?}", run.told);
}

#[test]
fn a_search_behind_the_end_of_a_text_ends_in_words() {
    let run = run(
        "void setup() {\n  Serial1.begin(9600);\n  Serial1.println(\"AT\");\n  String answer = Serial1.readString();\n  \
         int i = 0;\n  while (answer[i++] != '#');\n  Serial1.println(\"AT+CSQ\");\n}\nvoid loop() {}\n",
    );
    let found = run.findings.iter().find(|finding| finding.rule == "sketch-ends-here").expect("it is told");
    assert_eq!((found.line, found.severity), (6, Severity::Problem));
    assert!(found.title.contains("behind the end of a text"), "{}", found.title);
}

/// A loop that keeps the same fraction in a variable waits as any other: the clock is put forward.
#[test]
fn a_loop_that_changes_nothing_is_put_forward() {
    let run = run(
        "float level, whole;\nunsigned long last;\nvoid setup() {\n  Serial1.begin(9600);\n}\nvoid loop() {\n  \
         level = analogRead(A0) / 3.0;\n  whole = map(analogRead(A1), 0, 1023, 0, 100);\n  if (millis() - last > 60000) {\n    last = millis();\n    Serial1.println(\"AT\");\n  }\n}\n",
    );
    assert_eq!(sent(&run), "AT\r\nAT\r\nAT\r\n");
}

#[test]
fn who_never_reads_loses_nothing() {
    let sends = "for (int i = 0; i < 9; i++) { Serial1.println(\"AT+CSQ\"); delay(500); }";
    let deaf = run(&format!("void setup() {{ Serial1.begin(9600); {sends} }}\nvoid loop() {{}}\n"));
    assert!(lines(&deaf, "sketch-receive-overflow").is_empty(), "{:?}", deaf.findings);
    let late = run(&format!(
        "void setup() {{ Serial1.begin(9600); {sends} }}\nvoid loop() {{ while (Serial1.available()) Serial1.read(); }}\n"
    ));
    assert_eq!(lines(&late, "sketch-receive-overflow").len(), 1);
}

#[test]
fn a_port_that_is_begun_in_loop_is_told() {
    let one = run(
        "SoftwareSerial s(8, 7);\nvoid setup() {}\nvoid loop() {\n  s.begin(9600);\n  s.println(\"AT\");\n  delay(500);\n}\n",
    );
    assert_eq!(lines(&one, "sketch-begun-again"), [4]);
    let in_turn = run(
        "SoftwareSerial s(8, 7);\nSoftwareSerial gps(4, 3);\nvoid setup() {}\nvoid loop() {\n  gps.begin(9600);\n  \
         delay(500);\n  s.begin(9600);\n  s.println(\"AT\");\n  delay(500);\n}\n",
    );
    assert!(lines(&in_turn, "sketch-begun-again").is_empty(), "so each is made to listen: {:?}", in_turn.findings);
}

#[test]
fn a_receiver_that_the_modem_has_not_is_told() {
    let sketch = "void setup() {\n  Serial1.begin(9600);\n  Serial1.println(\"AT+CGNSPWR=1\");\n  delay(500);\n}\nvoid loop() {}\n";
    assert_eq!(lines(&run(sketch), "sketch-for-satellites"), [3]);
    let modem = Profile::named("sim808").expect("a profile");
    let there = run_sketch(&Source::new(sketch), &RunOptions { modem, ..RunOptions::default() });
    assert!(lines(&there, "sketch-for-satellites").is_empty(), "{:?}", there.findings);
}

#[test]
fn quotes_and_semicolons_that_are_missing_have_their_line() {
    let run = run(
        "void setup() {\n  Serial1.begin(9600);\n  Serial1.println(\"AT+CMGS=\"+49123\"\");\n  Serial1.println(\"AT\")\n}\nvoid loop() {}\n",
    );
    let written = |rule: &str| {
        let found = run.findings.iter().find(|finding| finding.rule == rule).expect(rule);
        (found.line, found.corrected.clone().unwrap_or_default())
    };
    assert_eq!(written("sketch-quotes-in-text"), (3, r#"Serial1.println("AT+CMGS=\"+49123\"");"#.to_owned()));
    assert_eq!(written("sketch-not-read"), (4, "Serial1.println(\"AT\");".to_owned()));
}

#[test]
fn each_command_without_its_line_end_is_named() {
    let run = run(
        "void setup() {\n  Serial1.begin(9600);\n  Serial1.write(\"AT\");\n  delay(900);\n  Serial1.write(\"AT+CSQ\");\n  \
         delay(900);\n  Serial1.write(\"AT+CREG?\");\n}\nvoid loop() {}\n",
    );
    assert_eq!(lines(&run, "no-line-ending"), [3, 5]);
    assert_eq!(run.findings[0].corrected.as_deref(), Some(r#"Serial1.write("AT\r");"#));
}

#[test]
fn a_program_for_esp_idf_is_known_by_its_beginning() {
    let text = "#include \"freertos/FreeRTOS.h\"\nvoid app_main() {\n  send_sms(\"x\");\n}\n";
    assert!(other_language(&Source::new(text)).is_some_and(|said| said.contains("ESP-IDF")));
}

/// A function for all commands waits behind its send: before the first one nothing has come.
#[test]
fn a_wait_in_a_function_for_all_commands_stands_behind_its_send() {
    let sketch = |wait: &str| {
        format!(
            "SoftwareSerial gsm(7, 8);\nvoid command(const char *text) {{\n  gsm.println(text);{wait}\n}}\nvoid setup() {{\n  \
             gsm.begin(9600);\n  command(\"AT\");\n  command(\"AT+CSQ\");\n  command(\"AT+CREG?\");\n}}\nvoid loop() {{}}\n"
        )
    };
    let hasty = run(&sketch(""));
    let found = hasty.findings.iter().find(|finding| finding.rule == "sketch-no-wait").expect("it is told");
    let corrected = found.corrected.as_deref().expect("it has a line");
    assert!(corrected.ends_with("// behind this line"), "{corrected}");
    let mended = run(&sketch(&format!(" {corrected}")));
    assert!(mended.findings.iter().all(|finding| finding.severity == Severity::Note), "{:?}", mended.findings);
}

/// `find` returns with the answer's words; its line end comes while the next command leaves.
#[test]
fn the_line_end_behind_an_answer_is_no_loss() {
    let run = run(
        "SoftwareSerial gsm(7, 8);\nvoid setup() {\n  gsm.begin(9600);\n  gsm.println(\"AT\"); gsm.find(\"OK\");\n  \
         gsm.println(\"AT+CMGF=1\"); gsm.find(\"OK\");\n  gsm.println(\"AT+CMGS=\\\"+15550100\\\"\"); gsm.find(\">\"); gsm.print(\"Hi\"); gsm.write(26);\n}\nvoid loop() {}\n",
    );
    assert!(run.findings.is_empty(), "{:?}", run.findings);
}

#[test]
fn a_macro_has_as_many_rounds_as_are_asked_for() {
    let source = Source::new(
        "int n = 0;\nvoid setup() { Serial1.begin(9600); }\nvoid loop() { Serial1.println(n++ ? \"AT+CSQ\" : \"AT\"); delay(500); }\n",
    );
    let steps = |rounds| {
        let made = crate::sketch::import(&source, &RunOptions { rounds, ..RunOptions::default() });
        made.steps.into_iter().map(|step| step.text).collect::<Vec<_>>()
    };
    assert_eq!(steps(None), [r"AT\r\n"]);
    assert_eq!(steps(Some(2)), [r"AT\r\n", r"AT+CSQ\r\n"]);
}

#[test]
fn the_constants_of_an_enum_with_another_name_are_known() {
    let run = run(
        "typedef enum { ASLEEP, READY } State;\nState state = READY;\nvoid setup() {\n  typedef enum {\n    SHORT = 3,\n    LONG\n  } Pause;\n  \
         Pause pause = LONG;\n  Serial1.begin(9600);\n  if (state == ASLEEP) return;\n  Serial1.println(String(\"AT+X=\") + pause);\n}\nvoid loop() {}\n",
    );
    assert_eq!(sent(&run), "AT+X=4\r\n");
    assert!(run.told.is_empty(), "{:?}", run.told);
}
