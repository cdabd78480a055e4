//! Sketches as people write them; ugly ones first.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::macros::model::Step;

fn table(imported: &Imported) -> String {
    let mut lines = vec![format!(
        "{} {:?} {:?}",
        imported.object.as_deref().unwrap_or("-"),
        imported.pins.map(|pins| (pins.rx, pins.tx)),
        imported.baud
    )];
    for step in &imported.steps {
        let expect = step.expect.as_ref().map_or(String::new(), |text| format!(" expects {text}"));
        let within = step.within.map_or(String::new(), |within| format!(" within {within:?}"));
        let fail = if step.fail.is_empty() { String::new() } else { format!(" fails by {}", step.fail.join(", ")) };
        let note = step.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
        lines.push(format!("{}: {} {:?}{expect}{within}{fail}{note}", step.line, step.text, step.wait_after));
    }
    for (name, ask) in &imported.asks {
        lines.push(format!("ask {name}: {}", ask.default));
    }
    for unread in &imported.unread {
        let reason = unread.with_choice(|name| format!("--assume '{name}=…' chooses"));
        lines.push(format!("! {}: {} -- {reason}", unread.line, unread.text));
    }
    lines.join("\n") + "\n"
}

fn imported(source: &Source) -> Imported {
    import(source, &RunOptions::default())
}

/// With few steps, for sketches without an end.
fn quick(text: &str) -> Imported {
    import(&Source::new(text), &RunOptions { most_steps: 10_000, ..RunOptions::default() })
}

fn check(source: &str, expect: &Expect) {
    expect.assert_eq(&table(&imported(&Source::new(source))));
}

#[test]
fn the_failing_sketch_of_the_story() {
    let source = Source::new(include_str!("../../../tests/data/sketches/blind.ino"));
    expect![[r#"
        serialSIM800 Some((8, 7)) Some(9600)
        13:  1s
        15: AT\r\n 500ms
        17: AT+CIPSTART="TCP","IP-ADRESS-HERE","9999"\r\n 500ms
        19: AT+CIPSEND\r\n 500ms (refused in the run with ERROR)
        21: TEXT MESSAGE HERE 500ms
        23: \x1A 500ms
        25: AT+CIPCLOSE\r\n 500ms
        ! 19: serialSIM800.println("AT+CIPSEND"); -- refused in this run with ERROR; the macro sends it and goes on, as the sketch does
    "#]]
    .assert_eq(&table(&imported(&source)));
    let blind = imported(&source).timed_macro("blind");
    let said = |step: &Step| format!("{} {:?}", step.send.as_deref().unwrap_or("-"), step.wait.unwrap_or_default());
    expect![[r#"
        - 1s
        AT\r\n 500ms
        AT+CIPSTART="TCP","IP-ADRESS-HERE","9999"\r\n 500ms
        AT+CIPSEND\r\n 500ms
        TEXT MESSAGE HERE 500ms
        \x1A 500ms
        AT+CIPCLOSE\r\n 500ms"#]]
    .assert_eq(&(blind.steps.iter().map(said).collect::<Vec<_>>().join("\n")));
}

/// The smallest forms of faults that were met in sketches of others; what is right was written down before.
#[test]
fn small_sketches_of_known_faults() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sketches/small");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|kind| kind == "ino"));
    names.sort();
    let mut all = String::new();
    for path in names {
        let source = Source::from_bytes(&std::fs::read(&path).unwrap());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        all.extend(["== ", &name, "\n", &table(&imported(&source))]);
    }
    expect_test::expect_file![format!("{folder}/expected.txt")].assert_eq(&all);
}

#[test]
fn what_only_the_board_knows_is_asked_and_can_be_said() {
    let sketch = "SoftwareSerial s(8, 7);\nvoid setup() { s.begin(9600); }\nvoid loop() {\n  if (digitalRead(3) == HIGH) {\n    \
                  s.println(\"ATD112;\");\n  }\n  int t = analogRead(A0);\n  s.println(\"AT+X=\" + String(t * 2) + \"!\");\n}";
    check(
        sketch,
        &expect![[r#"
            s Some((8, 7)) Some(9600)
            8: AT+X=${from_analogRead_A0}!\r\n 0ns (line 7: 1024 follows from analogRead(A0), which is known only on the board; refused in the run with ERROR)
            ask from_analogRead_A0: 1024
            ! 4: if (digitalRead(3) == HIGH) { -- hangs on digitalRead(3) (taken as 0): taken for no; --assume 'digitalRead(3)=…' chooses
            ! 5: s.println("ATD112;"); -- not reached in this run: sends `ATD112;`; it hangs on digitalRead(3); --assume 'digitalRead(3)=…' chooses
            ! 7: int t = analogRead(A0); -- analogRead(A0) is known only on the board; the macro asks for it, with `512` as default
            ! 8: s.println("AT+X=" + String(t * 2) + "!"); -- refused in this run with ERROR; the macro sends it and goes on, as the sketch does
        "#]],
    );
    let mut options = RunOptions::default();
    options.assume.insert("digitalRead(3)".to_owned(), "HIGH".to_owned());
    options.assume.insert("analogRead( A0 )".to_owned(), "21".to_owned());
    expect![[r#"
        s Some((8, 7)) Some(9600)
        5: ATD112;\r\n 0ns
        8: AT+X=${from_analogRead_A0}!\r\n 0ns (line 7: 42 follows from analogRead(A0), which is known only on the board; refused in the run with ERROR)
        ask from_analogRead_A0: 42
        ! 8: s.println("AT+X=" + String(t * 2) + "!"); -- refused in this run with ERROR; the macro sends it and goes on, as the sketch does
    "#]]
    .assert_eq(&table(&import(&Source::new(sketch), &options)));
}

#[test]
fn what_is_typed_on_the_monitor_can_be_said() {
    let sketch = include_str!("../../../tests/data/sketches/small/b1-menu.ino");
    let mut options = RunOptions::default();
    options.assume.insert("Serial".to_owned(), "s".to_owned());
    expect![[r#"
        sim Some((7, 8)) Some(9600)
        10: AT+CMGF=1\r\n 1s
        12: AT+CMGS="+15550100"\r\n 0ns
        ! 12: sim.println("AT+CMGS=\"+15550100\""); -- no byte 1A ends this text: the modem takes what follows for text too
    "#]]
    .assert_eq(&table(&import(&Source::new(sketch), &options)));
}

#[test]
fn failure_texts_and_time_outs_become_the_steps() {
    check(
        "SoftwareSerial s(8, 7);\nString ask(String c, unsigned long most) {\n  s.println(c);\n  String answer = \"\";\n  \
         unsigned long t = millis();\n  while (millis() - t < most) {\n    while (s.available()) answer += (char)s.read();\n    \
         if (answer.indexOf(\"ERROR\") >= 0) break;\n    if (answer.indexOf(\"OK\") >= 0) break;\n  }\n  return answer;\n}\n\
         void setup() {\n  s.begin(9600);\n  ask(\"ATE0\", 2000);\n  delay(300);\n  String n = ask(\"AT+CSQ\", 5000);\n  \
         s.println(\"AT+ECHO=\" + n.substring(8, 10));\n}\nvoid loop() {}",
        &expect![[r#"
            s Some((8, 7)) Some(9600)
            3: ATE0\r\n 300ms expects OK within 2s fails by ERROR
            3: AT+CSQ\r\n 0ns expects OK within 5s fails by ERROR
            18: AT+ECHO=${answer}\r\n 0ns (line 18: part of what the modem answered; refused in the run with ERROR)
            ask answer: : 
            ! 18: s.println("AT+ECHO=" + n.substring(8, 10)); -- sends part of what the modem answered; the macro asks for it
            ! 18: s.println("AT+ECHO=" + n.substring(8, 10)); -- refused in this run with ERROR; the macro sends it and goes on, as the sketch does
        "#]],
    );
}

#[test]
fn libraries_tasks_and_missing_functions_are_told() {
    check(
        "#include <TinyGsmClient.h>\nTinyGsm modem(Serial1);\nvoid setup() {\n  Serial1.begin(9600);\n  modem.restart();\n  \
         xTaskCreate(work, \"w\", 100, NULL, 1, NULL);\n  sendIt(3);\n  Serial1.println(\"AT\");\n}\nvoid loop() {}",
        &expect![[r#"
            Serial1 None Some(9600)
            8: AT\r\n 0ns
            ! 5: modem.restart(); -- `modem.restart` is a call of TinyGSM, which talks to the modem by itself (AT+CFUN=1,1 or AT+CFUN=0 and 1, then as init); not followed
            ! 6: xTaskCreate(work, "w", 100, NULL, 1, NULL); -- `work` is declared nowhere in what is here; taken as 0
            ! 6: xTaskCreate(work, "w", 100, NULL, 1, NULL); -- a task is started here; it runs beside loop, and is not followed
            ! 7: sendIt(3); -- `sendIt` is not defined in what is here; what it sends is missing
        "#]],
    );
}

#[test]
fn tabs_and_headers_are_joined() {
    let tab = |name: &str, text: &str| super::super::Tab { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    let source = Source::from_tabs(vec![
        tab("main.ino", "#include \"ports.h\"\nvoid setup() { GSM.begin(9600); second(); }\nvoid loop() {}\n"),
        tab("z.ino", "void third() { GSM.println(\"AT+Z\"); }\n"),
        tab("a.ino", "void second() { GSM.println(\"AT+A\"); third(); }\n"),
        tab("ports.h", "#pragma once\n#include <SoftwareSerial.h>\nSoftwareSerial GSM(10, 11);\n"),
    ]);
    expect![[r#"
        GSM Some((10, 11)) Some(9600)
        1: AT+A\r\n 0ns
        1: AT+Z\r\n 0ns (refused in the run with ERROR)
        ! 1: void third() { GSM.println("AT+Z"); } -- refused in this run with ERROR; the macro sends it and goes on, as the sketch does (in z.ino)
    "#]]
    .assert_eq(&table(&imported(&source)));
}

#[test]
fn encodings_and_line_ends() {
    let lines = "\u{FEFF}SoftwareSerial s(8, 7);\r\nvoid setup() {\r\n  s.begin(9600); // \u{e9}\r\n  s.println(\"AT\");\r\n}\r\n";
    let utf8 = Source::from_bytes(lines.as_bytes());
    let latin: Vec<u8> = lines.chars().skip(1).map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for source in [utf8, Source::from_bytes(&latin)] {
        let found = imported(&source);
        assert_eq!(found.steps[0].bytes, b"AT\r\n");
        assert_eq!((found.steps[0].line, found.unread.len()), (4, 0));
    }
}

#[test]
fn programs_that_are_no_sketches_are_known() {
    for (text, name) in [
        ("from machine import UART\nu = UART(1)\nu.write('AT')\n", "MicroPython"),
        ("import serial\ns = serial.Serial('x')\n", "pyserial"),
        ("#include \"driver/uart.h\"\nvoid app_main(void) { uart_write_bytes(1, \"AT\", 2); }\n", "ESP-IDF"),
    ] {
        let said = crate::sketch::other_language(&Source::new(text)).unwrap();
        assert!(said.contains(name), "{said}");
    }
    assert_eq!(crate::sketch::other_language(&Source::new("void setup() {}")), None);
}

/// Declarations before `setup`, its statements behind `begin`, and what follows; the modem is `s`.
fn sketch(before: &str, body: &str, after: &str) -> Imported {
    let text = format!("SoftwareSerial s(8, 7);\n{before}\nvoid setup() {{ s.begin(9600);\n{body}\n}}\n{after}\n");
    imported(&Source::new(&text))
}

fn tells(imported: &Imported, words: &str) -> bool {
    imported.unread.iter().any(|told| told.reason.contains(words))
}

#[test]
fn a_sketch_that_waits_for_the_modems_start_gets_one() {
    let found = sketch("", "while (!s.find(\"Call Ready\")) {}\ns.println(\"AT\");", "void loop() {}");
    assert_eq!(found.steps.last().map(|step| step.text.as_str()), Some(r"AT\r\n"));
    assert!(tells(&found, "switched on with the board"), "{:?}", found.unread);
}

#[test]
fn a_time_limit_counts_from_the_send() {
    for (looks, within) in [
        ("delay(1000); s.find(\"OK\");", 2000),
        ("s.setTimeout(5000); s.find(\"OK\");", 5000),
        ("long t = millis(); while (millis() - t < 4000) { if (s.find(\"OK\")) break; }", 4000),
    ] {
        let found = sketch("", &format!("s.println(\"AT\"); {looks}"), "void loop() {}");
        assert_eq!(found.steps[0].within, Some(Duration::from_millis(within)), "{looks}");
    }
}

#[test]
fn the_last_step_waits_no_longer_than_the_sketch_says() {
    let found = sketch("", "s.println(\"AT\"); delay(300);", "void loop() { delay(1000); }");
    assert_eq!(found.steps[0].wait, Duration::from_millis(300));
    let found = sketch("", "s.print(\"AT\"); s.println(); s.println(\"AT\");", "void loop() {}");
    assert_eq!(found.steps[0].wait, Duration::ZERO, "nobody asked for the time an interrupt takes");
    let found = quick(
        "SoftwareSerial s(8, 7);\nvoid setup() { s.begin(9600); s.println(\"AT\"); delay(300); while (true) delay(1000); }\n\
         void loop() {}\n",
    );
    assert_eq!(found.steps[0].wait, Duration::from_millis(300), "how long it hangs behind that says nothing");
}

#[test]
fn a_port_of_a_class_is_called_as_its_field() {
    let text = "class Modem { SoftwareSerial gsm; public: Modem(int rx, int tx) : gsm(rx, tx) {} \
        void begin() { gsm.begin(9600); gsm.println(\"AT\"); } };\nModem modem(4, 5);\n\
        void setup() { modem.begin(); }\nvoid loop() {}\n";
    let found = imported(&Source::new(text));
    assert_eq!((found.object.as_deref(), found.pins), (Some("gsm"), Some(Pins { rx: 4, tx: 5, gpio: false })));
    let unknown =
        imported(&Source::new("SoftwareSerial s(MY_RX, MY_TX); void setup() { s.begin(9600); s.println(\"AT\"); }"));
    assert_eq!(unknown.pins, None, "a pin that stands in a header which is not here is not known");
}

/// What hangs on the board is told where the text that is sent hangs on it, and where only a call of a call sends.
#[test]
fn a_choice_of_the_board_is_told_wherever_it_counts() {
    let found = sketch(
        "String level() { if (digitalRead(3) == HIGH) { return \"FULL\"; }\nreturn \"EMPTY\"; }",
        "s.println(\"AT\" + level());",
        "void loop() {}",
    );
    assert_eq!(found.steps[0].text, r"ATEMPTY\r\n");
    assert!(tells(&found, "hangs on digitalRead(3) (taken as 0): taken for no"), "{:?}", found.unread);
    let found = sketch(
        "void b() {\ns.println(\"AT+X\"); }\nvoid a() {\nb(); }",
        "if (digitalRead(4)) {\na(); }",
        "void loop() {}",
    );
    assert!(tells(&found, "sends `AT+X`; it hangs on digitalRead(4)"), "{:?}", found.unread);
    let shown = sketch("", "s.println(\"AT\"); if (digitalRead(3)) Serial.println(\"on\");", "void loop() {}");
    assert_eq!(shown.unread, [], "what is only shown is not worth a line");
}

#[test]
fn a_loop_that_prints_for_ever_ends_no_run() {
    let found = sketch(
        "",
        "Serial.begin(9600); s.println(\"AT\");",
        "void loop() { Serial.println(\"Nothing new, nothing new, nothing new\"); }",
    );
    assert!(!tells(&found, "sends too much"), "{:?}", found.unread);
    assert_eq!(found.steps.len(), 1);
}

#[test]
fn what_is_no_modems_library_is_not_called_one() {
    let found = sketch(
        "#include <sim900.h>\nServo arm;\nSIM900 sim(&s);",
        "arm.attach(9); sim.sendSMS(\"1\", \"x\");",
        "void loop() {}",
    );
    assert!(tells(&found, "`sim.sendSMS` is a call of a SIM900 library"), "{:?}", found.unread);
    assert!(!tells(&found, "arm.attach"), "{:?}", found.unread);
}

#[test]
fn data_that_nothing_ends_is_told() {
    let body = "s.println(\"AT+CMGF=1\"); delay(500); s.println(\"AT+CMGS=\\\"+15550100\\\"\"); delay(500);\n\
        s.print(\"Hello\"); delay(500); s.println(\"AT+CSQ\");";
    assert!(tells(&sketch("", body, "void loop() {}"), "no byte 1A ends this text"));
}

#[test]
fn a_long_sketch_is_imported_whole() {
    let mut text = String::from("SoftwareSerial s(8, 7);\nvoid setup() {\n  s.begin(9600);\n");
    for line in 0..5000 {
        text.extend(["  s.println(\"AT+N=", &line.to_string(), "\"); // a line\n"]);
    }
    text.push_str("}\nvoid loop() {}\n");
    let found = imported(&Source::new(&text));
    assert_eq!(found.steps.len(), 5000);
}

#[test]
fn nothing_runs_without_end() {
    for text in [
        "void setup() { setup(); }",
        "int f(int n) { return f(n + 1) + 1; } void setup() { Serial.println(f(0)); }",
        "void setup() { while (1) Serial1.println(\"AT\"); }",
        "void setup() { String s = \"x\"; while (1) s += s; }",
        "void setup() { for (;;) {} }",
        "void setup() { again: goto again; }",
        "void setup() { int a[60000]; for (int i = 0; i < 1000; i++) { int b[60000]; } }",
        "struct A { A b; }; A a; void setup() {}",
        "#define A B B\n#define B A A\nA A A",
        "#define X(a) a a a a\nvoid f() { X(X(X(X(X(X(X(X(X(X(X(X(1)))))))))))) }",
        "void setup() { while (1) delay(10); }",
        "void loop() { static int n; n++; }",
        "void setup() { ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
    ] {
        assert!(quick(text).steps.len() < 10_000, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text gives something, and never a panic.
    #[test]
    fn any_text(text in r#"[a-zA-Z0-9 (){};,.+*<>=!&|"'#\\\n\[\]:?/%^~-]{0,300}"#) {
        quick(&text);
    }

    /// The pieces of sketches in any order.
    #[test]
    fn any_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        quick(&pieces.concat());
    }
}

const PIECES: &[&str] = &[
    "void setup() {",
    "void loop() {",
    "}",
    "{",
    "(",
    ")",
    ";",
    "if (",
    "while (",
    "for (;;)",
    "else ",
    "Serial",
    "s",
    ".",
    "->",
    "println(",
    "find(",
    "read()",
    "available()",
    "\"AT\"",
    "\"OK\"",
    "26",
    "x",
    "int x",
    "=",
    "+",
    "String ",
    "char b[4]",
    "&",
    "*",
    "[",
    "]",
    "static ",
    "struct A ",
    "class A ",
    "new A",
    "return ",
    "break;",
    "switch (x)",
    "case 1:",
    "goto e;",
    "e:",
    "#define x(a) a\n",
    "\n#if x\n",
    "\n#endif\n",
    "sprintf(b, \"%s\"",
    ",",
    "delay(5)",
    "millis()",
    "?",
    ":",
    "SoftwareSerial s(8, 7);",
    "template<typename T> ",
    "auto f = []() {",
    "x++",
    "analogRead(0)",
    "strtok(b, \",\")",
    "memcpy(b, b, 9)",
    "b[9] = 1;",
];

/// Typographic quotes are read as plain ones and told; what is sent is what was meant.
#[test]
fn quotes_that_a_web_page_made_are_told() {
    let sketch =
        "void setup() {\n  Serial.begin(9600);\n  Serial.println(\u{201C}AT+CMGF=1\u{201D});\n}\nvoid loop() {}\n";
    let imported = import(&Source::new(sketch), &RunOptions::default());
    assert_eq!(imported.steps[0].bytes, b"AT+CMGF=1\r\n");
    assert!(imported.unread.iter().any(|told| told.line == 3 && told.reason.contains("typographic")), "{imported:?}");
    let run = crate::sketch::run_sketch(&Source::new(sketch), &RunOptions::default());
    let found = run.findings.iter().find(|finding| finding.rule == "sketch-typographic-quotes").expect("it is told");
    assert_eq!((found.line, found.corrected.as_deref()), (3, Some("Serial.println(\"AT+CMGF=1\");")));
}

/// A sketch that asks for ever is told so; the macro has some rounds of it.
#[test]
fn what_is_asked_for_ever_is_told_and_not_repeated_for_ever() {
    let sketch = "SoftwareSerial s(8, 7);\nvoid setup() {\n  s.begin(9600);\n  do {\n    s.println(\"AT+CGACT?\");\n    delay(1000);\n  } \
        while (!s.find(\"+CGACT: 7,1\"));\n  s.println(\"ATH\");\n}\nvoid loop() {}\n";
    let imported = import(&Source::new(sketch), &RunOptions::default());
    assert_eq!(imported.steps.iter().filter(|step| step.bytes == b"AT+CGACT?\r\n").count(), 3);
    assert!(imported.unread.iter().any(|told| told.reason.contains("again and again")), "{imported:?}");
    assert!(imported.unread.iter().any(|told| told.reason.contains("`ATH`")), "{imported:?}");
    let run = crate::sketch::run_sketch(&Source::new(sketch), &RunOptions::default());
    let found = run.findings.iter().find(|finding| finding.rule == "sketch-ends-here").expect("it is told");
    assert!(found.line == 5 && found.title.contains("`AT+CGACT?` again and again"), "{found:?}");
}

/// A command that is only put together in a function that was not called is told too.
#[test]
fn composed_commands_that_were_not_reached_are_told() {
    let sketch = "SoftwareSerial s(8, 7);\nchar b[40];\nvoid send(const char *t) { s.println(t); }\nvoid publish(int n) {\n  \
        sprintf(b, \"AT+CMQTTTOPIC=0,%d\", n);\n  send(b);\n}\nvoid call(String who) {\n  String c = \"ATD\" + who;\n  send(c.c_str());\n}\n\
        void setup() { s.begin(9600); send(\"AT\"); if (digitalRead(3)) { publish(3); call(\"1\"); } }\nvoid loop() {}\n";
    let imported = import(&Source::new(sketch), &RunOptions::default());
    for (line, text) in [(5, "`AT+CMQTTTOPIC=0,%d`"), (9, "`ATD`")] {
        let is_it =
            |told: &Unread| told.line == line && told.reason.contains(text) && told.reason.contains("digitalRead(3)");
        assert!(imported.unread.iter().any(is_it), "{text}: {:?}", imported.unread);
    }
}

/// Functions that send through others are named where nothing calls them, and a fragment says that it was run.
#[test]
fn a_tab_names_all_functions_that_send() {
    let tab = "void at(String c) { Serial1.println(c); }\nvoid publish(String topic) { at(topic); }\n";
    let imported = import(&Source::new(tab), &RunOptions::default());
    assert!(imported.unread.iter().any(|told| told.reason.contains("`at`, `publish`")), "{imported:?}");
    let fragment = import(&Source::new("if (Serial.available()) { sim.println(\"AT\"); }"), &RunOptions::default());
    assert!(fragment.unread.iter().any(|told| told.reason.contains("as if it stood in setup()")), "{fragment:?}");
}

/// A pause that nothing ends is a wait for ever, also where it pauses by `delay`.
#[test]
fn a_loop_that_only_pauses_never_ends() {
    let sketch = "void setup() { Serial1.begin(9600); Serial1.println(\"AT\"); do { delay(1); } while (1 > 0); }\nvoid loop() {}";
    let run = crate::sketch::run_sketch(&Source::new(sketch), &RunOptions::default());
    assert!(run.ended.contains("for ever") && run.lasted < Duration::from_secs(10), "{} {:?}", run.ended, run.lasted);
}

/// Notepad's "Unicode".
#[test]
fn utf_16_with_its_mark_is_read() {
    let sketch = "void setup() { Serial1.begin(9600); Serial1.println(\"AT\"); }\nvoid loop() {}\n";
    let little: Vec<u8> = [0xFEFF].into_iter().chain(sketch.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xFEFF].into_iter().chain(sketch.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        assert_eq!(import(&Source::from_bytes(&bytes), &RunOptions::default()).steps[0].bytes, b"AT\r\n");
    }
}
