//! Sketches as people write them; ugly ones first.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::notation::print;

fn table(imported: &Imported) -> String {
    let mut lines = vec![format!(
        "{} {:?} {:?}",
        imported.object.as_deref().unwrap_or("-"),
        imported.pins.map(|pins| (pins.rx, pins.tx)),
        imported.baud
    )];
    for step in &imported.steps {
        lines.push(format!("{}: {} {:?}", step.line, print(&step.bytes), step.wait));
    }
    for unread in &imported.unread {
        lines.push(format!("! {}: {} -- {}", unread.line, unread.text, unread.reason));
    }
    for unread in &imported.passed_over {
        lines.push(format!("? {}: {} -- {}", unread.line, unread.text, unread.reason));
    }
    lines.join("\n") + "\n"
}

fn check(source: &str, expect: &Expect) {
    expect.assert_eq(&table(&import(source)));
}

/// Statements for `s`, a `SoftwareSerial`, one a line from line 2 on.
fn check_body(body: &str, expect: &Expect) {
    check(&format!("SoftwareSerial s(8, 7); void setup() {{\n{body}\n}}"), expect);
}

#[test]
fn the_failing_sketch_of_the_story() {
    check(
        include_str!("../../tests/data/sketches/blind.ino"),
        &expect![[r#"
            serialSIM800 Some((8, 7)) Some(9600)
            13:  1s
            15: AT\r\n 500ms
            17: AT+CIPSTART="TCP","IP-ADRESS-HERE","9999"\r\n 500ms
            19: AT+CIPSEND\r\n 500ms
            21: TEXT MESSAGE HERE 500ms
            23: \x1A 500ms
            25: AT+CIPCLOSE\r\n 500ms
        "#]],
    );
}

#[test]
fn numbers_are_as_wide_as_on_the_board() {
    check_body(
        "uint8_t b = 300; s.print(b);\nlong l = 60L * 1000; s.print(l);\nunsigned long u = -1; s.print(u);\nint8_t i = 200; s.print(i);\n\
         int big = 40000; s.print(big);\ns.print(300 * 300);\ns.print(40000);\ns.print(1UL << 20);\ndelay(60 * 1000);\n\
         delay(60 * 1000UL);\nchar c = 200; s.print(c);\nchar c = 200; s.print((int)c);\nunsigned char d = 200; s.print(d);\n\
         unsigned int w = 60000; s.print(w);\nlong t = 30000; t = t * 10; s.print(t);\nt += 30000; s.print(t);\n\
         s.print(0x7fffffff * 4);\nbyte k = 255; k++; s.print(k);\nlong long q = 70000; s.print(q);",
        &expect![[r#"
            s Some((8, 7)) None
            2: 44600004294967295-56400001048576 60s
            12: \xC820060000300000330000070000 0ns
            ! 6: int big = 40000; s.print(big); -- 40000 does not fit into an int of an Uno or Nano (16 bits)
            ! 7: s.print(300 * 300); -- 90000 does not fit into an int of an Uno or Nano (16 bits)
            ! 10: delay(60 * 1000); -- a pause of unknown length: 60000 does not fit into an int of an Uno or Nano (16 bits)
            ! 13: char c = 200; s.print((int)c); -- a char above 127 is a negative number on some boards
            ! 18: s.print(0x7fffffff * 4); -- 8589934588 does not fit into a long
        "#]],
    );
}

#[test]
fn every_way_to_write_a_byte() {
    check_body(
        "s.print(26);\ns.print(0x1A);\ns.print(26, HEX);\ns.print(26, BIN);\ns.write(26);\ns.write(0x1A);\ns.write(\"26\");\n\
         s.println();\ns.print('\\x1A');\ns.print((char)26);\ns.print(char(26));\ns.println((char)26);\ns.write((byte)0x1A);\n\
         s.print(\"\\x1A\");\ns.print(\"\\032\");\ns.print(String(26));\ns.print(String((char)26));\ns.print(byte(26));\n\
         s.print(static_cast<char>(26));\ns.print(B11010);\ns.print(1.5);\ns.print('A' + 1);\ns.write('A' + 1);",
        &expect![[r#"
            s Some((8, 7)) None
            2: 26261A11010\x1A 0ns
            7: \x1A 0ns
            8: 26\r\n 0ns
            10: \x1A 0ns
            11: \x1A 0ns
            12: \x1A 0ns
            13: \x1A\r\n 0ns
            14: \x1A 0ns
            15: \x1A 0ns
            16: \x1A 0ns
            17: 26\x1A 0ns
            19: 26\x1A 0ns
            21: 261.5066B 0ns
        "#]],
    );
}

#[test]
fn constants_and_sums() {
    check(
        r#"
#define PORT "9999"
#define CTRL_Z 26
const char host[] = "example.org"; // "not this"
const int pins[] = {8, 7};
String number = "+49" "123";
char end = 0x1A;
byte raw[] = {0x41, 0x54, 13};
SoftwareSerial gsm = SoftwareSerial(pins[0], pins[1]);
void setup() {
  gsm.begin(9600);
  gsm.println("AT+CIPSTART=\"TCP\",\"" + String(host) + "\",\"" PORT "\"");
  gsm.print(F("AT+CMGS=\"")); gsm.print(number); gsm.println('"');
  gsm.write(CTRL_Z);
  gsm.print(end);
  gsm.write(raw, sizeof(raw));
  gsm.write(raw, 9);
  char line[40];
  sprintf(line, "AT+CIPSEND=%d\r", strlen(host));
  gsm.print(line);
  number += 7;
  gsm.println(number.length());
  gsm.println(number);
}
"#,
        &expect![[r#"
            gsm Some((8, 7)) Some(9600)
            12: AT+CIPSTART="TCP","example.org","9999"\r\n 0ns
            13: AT+CMGS="+49123"\r\n 0ns
            14: \x1A 0ns
            15: \x1A 0ns
            16: AT\r 0ns
            20: AT+CIPSEND=11\r 0ns
            22: 7\r\n 0ns
            23: +491237\r\n 0ns
            ! 17: gsm.write(raw, 9); -- the length is 9, but only 3 bytes are known
        "#]],
    );
}

#[test]
fn helpers_loops_and_loop() {
    check(
        r#"
SoftwareSerial sim(10, 11);
const char *commands[] = {"AT", "AT+CSQ"};
void updateSerial() { delay(500); while (Serial.available()) sim.write(Serial.read()); while (sim.available()) Serial.write(sim.read()); }
void at(const char *text, int pause = 200) { sim.print(text); sim.print("\r"); delay(pause); }
bool ask(Stream &port, String text) { port.println(text); return port.find("OK"); }
void setup() {
  Serial.begin(115200);
  Serial.println("starting");
  for (int i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) at(commands[i], 100 * (i + 1));
  at("AT+CREG?");
  if (ask(sim, "AT+CIPSHUT")) { sim.println("AT+NEVER"); }
  updateSerial();
}
void loop() { sim.println("AT+CSQ"); delay(1000); }
"#,
        &expect![[r#"
            sim Some((10, 11)) None
            5: AT\r 100ms
            5: AT+CSQ\r 200ms
            5: AT+CREG?\r 200ms
            6: AT+CIPSHUT\r\n 500ms
            15: AT+CSQ\r\n 1s
            ! 4: void updateSerial() { delay(500); while (Serial.available()) sim.write(Serial.read()); while (sim.available()) Serial.write(sim.read()); } -- depends on what is received
            ! 12: if (ask(sim, "AT+CIPSHUT")) { sim.println("AT+NEVER"); } -- depends on something else: `sim.find` is known only on the board
            ? 4: void updateSerial() { delay(500); while (Serial.available()) sim.write(Serial.read()); while (sim.available()) Serial.write(sim.read()); } -- depends on what is received
        "#]],
    );
}

#[test]
fn what_cannot_be_known_is_named_by_line() {
    check_body(
        "s.print(analogRead(A0));\nint n = random(5); s.print(n);\nif (n > 2) s.println(\"AT+MAYBE\");\n\
         delay(n);\nwhile (millis() < 5000) { }\nswitch (n) { case 1: s.print(\"x\"); }\nString r = s.readString();\n\
         s.print(r);\nfor (char c : r) s.print(c);\nhelper(s);\ndigitalWrite(13, HIGH);\ns.print(\"abc\" + 1);\ns.write(\"abc\", 9);\n\
         int t = millis(); s.println(t);\ns << \"AT\";\n\
         while (millis() - t < 700) { s.read(); }\ns.print(\"end\");",
        &expect![[r#"
            s Some((8, 7)) None
            17:  700ms
            18: end 0ns
            ! 2: s.print(analogRead(A0)); -- `analogRead()` is known only on the board
            ! 3: int n = random(5); s.print(n); -- `random()` is known only on the board
            ! 4: if (n > 2) s.println("AT+MAYBE"); -- depends on something else: `random()` is known only on the board
            ! 5: delay(n); -- a pause of unknown length: `random()` is known only on the board
            ! 6: while (millis() < 5000) { } -- waits by millis(), which is not followed
            ! 7: switch (n) { case 1: s.print("x"); } -- a switch is not followed
            ! 9: s.print(r); -- `s.readString` is known only on the board
            ! 10: for (char c : r) s.print(c); -- this form of for is not followed
            ! 11: helper(s); -- `helper` is not defined in this sketch
            ! 13: s.print("abc" + 1); -- this use of `+` is not followed
            ! 14: s.write("abc", 9); -- the length is 9, but only 3 bytes are known
            ! 15: int t = millis(); s.println(t); -- `millis()` is known only on the board
            ! 16: s << "AT"; -- `<<` needs a library that is not followed
            ? 17: while (millis() - t < 700) { s.read(); } -- taken as a pause of 700ms
        "#]],
    );
}

#[test]
fn a_changed_variable_is_not_believed() {
    check_body(
        "String a = \"1\"; int b = 1; char c[] = \"x\";\nif (s.available()) { a = \"2\"; b++; c[0] = 'y'; }\ns.print(a);\ns.print(b);\ns.print(c);",
        &expect![[r#"
            s Some((8, 7)) None
            ! 4: s.print(a); -- the value of `a` is not known here
            ! 5: s.print(b); -- the value of `b` is not known here
            ! 6: s.print(c); -- the value of `c` is not known here
            ? 3: if (s.available()) { a = "2"; b++; c[0] = 'y'; } -- depends on what is received
        "#]],
    );
}

#[test]
fn which_object_is_the_modem() {
    check(
        "void setup(){Serial.begin(9600);Serial.println(\"AT\");}",
        &expect![[r#"
        Serial None Some(9600)
        1: AT\r\n 0ns
    "#]],
    );
    check(
        "void setup(){Serial.println(\"hi\");Serial1.begin(115200);Serial1.println(\"AT\");}",
        &expect![[r#"
        Serial1 None Some(115200)
        1: AT\r\n 0ns
    "#]],
    );
    check(
        "SoftwareSerial gps(2,3);SoftwareSerial sim(8,7);void setup(){gps.print(\"$PMTK\");sim.print(\"AT\\r\");}",
        &expect![[r#"
            sim Some((8, 7)) None
            1: AT\r 0ns
        "#]],
    );
    check(
        "#define sim Serial1\nvoid setup(){sim.print(\"AT\\r\");}",
        &expect![[r#"
        Serial1 None None
        2: AT\r 0ns
    "#]],
    );
    check(
        "HardwareSerial &sim = Serial2;void setup(){sim.print(\"AT\\r\");}",
        &expect![[r#"
        Serial2 None None
        1: AT\r 0ns
    "#]],
    );
    check(
        "#include <TinyGsmClient.h>\nTinyGsm modem(Serial1);\nvoid setup(){\nmodem.gprsConnect(\"apn\");\nTinyGSM_helper();}",
        &expect![[r#"
            Serial1 None None
            ! 4: modem.gprsConnect("apn"); -- `modem` is an object of a library, which sends by itself
            ! 5: TinyGSM_helper();} -- `TinyGSM_helper` is not defined in this sketch
        "#]],
    );
}

#[test]
fn a_fragment_without_functions() {
    check(
        "s.begin(9600);\nSerial.println(\"AT\");\ndelay(500);\nSerial.write(26);",
        &expect![[r#"
        Serial None None
        2: AT\r\n 500ms
        4: \x1A 0ns
    "#]],
    );
}

#[test]
fn endless_and_huge_sketches_end() {
    check_body(
        "while (1) { s.print(\"a\\r\"); delay(1); }\ns.print(\"never\");",
        &expect![[r#"
        s Some((8, 7)) None
        2: a\r 1ms
        ! 2: while (1) { s.print("a\r"); delay(1); } -- repeats for ever; taken once
    "#]],
    );
    check_body(
        "while (true) { if (s.available()) break; s.print(\"a\\r\"); }\ns.print(\"after\");",
        &expect![[r#"
        s Some((8, 7)) None
        2: a\r 0ns
        3: after 0ns
        ! 2: while (true) { if (s.available()) break; s.print("a\r"); } -- depends on what is received
        ! 2: while (true) { if (s.available()) break; s.print("a\r"); } -- ends by what is received; taken once
    "#]],
    );
    check_body(
        "while (1);\ns.print(\"never\");",
        &expect![[r#"
        s Some((8, 7)) None
    "#]],
    );
    for body in [
        "for (long i = 0; i < 2000000000; i++) for (long j = 0; j < 2000000000; j++) s.print(i);",
        "String a = \"x\"; for (int i = 0; i < 900; i++) { a += a; s.print(a); }",
        "s.print(1); setup();",
        "do { s.print(\"x\"); } while (1);",
    ] {
        let imported = import(&format!("SoftwareSerial s(8, 7); void setup() {{\n{body}\n}}"));
        assert!(!imported.unread.is_empty(), "{body}");
        assert!(imported.steps.iter().map(|step| step.bytes.len()).sum::<usize>() <= 1024 * 1024);
    }
}

#[test]
fn nesting_without_end_is_no_stack_overflow() {
    for unit in [
        "(",
        "{",
        "[",
        "if(",
        "!",
        "a(",
        "a[",
        "-",
        "for(",
        "a?",
        "a=",
        "x y(",
        "#define A ",
        "/*",
        "(char)",
        "R\"(",
        "a+(",
        "1+",
        ".a",
        "[1]",
        "()",
        "++",
        "x.print(1)+",
        "else if(a)",
        "{{([",
    ] {
        let _ = import(&format!("void setup(){{ {}", unit.repeat(5_000)));
        let _ = import(&unit.repeat(5_000));
    }
}

#[test]
fn calls_within_chains_are_no_stack_overflow() {
    let chain = |inner: &str| (0..29).fold(inner.to_owned(), |inner, _| format!("({inner}{})", "+1".repeat(99)));
    let functions: Vec<String> =
        (0..20).map(|n| format!("int f{n}() {{ return {}; }}\n", chain(&format!("f{}()", n + 1)))).collect();
    let source = format!("{}void setup() {{ Serial1.print(f0()); }}", functions.concat());
    assert!(!import(&source).unread.is_empty());
}

#[test]
fn a_timed_macro_has_exactly_the_bytes_and_pauses() {
    let timed = import("void setup(){delay(100);Serial.print(\"${x} <\\x1A\");delay(20);delay(5);}").timed_macro("m");
    let found: Vec<_> = timed.steps.iter().map(|step| (step.send.as_deref(), step.wait)).collect();
    assert_eq!(
        found,
        [(None, Some(Duration::from_millis(100))), (Some(r"\${x} \<\x1A"), Some(Duration::from_millis(25)))]
    );
}

proptest! {
    #[test]
    fn any_text_is_taken(source in any::<String>()) {
        let _ = import(&source);
    }

    #[test]
    fn any_pile_of_cpp_is_taken(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "void", "setup", "loop", "(", ")", "{", "}", ";", "s", ".", "print", "println", "write", "delay", "\"AT\"", "'x'", "26", "0x1A",
            ",", "=", "+", "for", "while", "if", "else", "return", "int", "char", "String", "SoftwareSerial", "Serial", "i", "<", "++", "[", "]",
            "F", "switch", "case", ":", "do", "\n#define X ", "X", "\n", "//", "/*", "*/", "*", "&", "?", "-", "%", "1.5", "\\", "\"", "sizeof",
        ]), 0..60)) {
        let _ = import(&words.join(" "));
    }

    #[test]
    fn what_is_printed_is_what_arrives(text in "[ -~]{0,20}") {
        let literal = text.replace('\\', "\\\\").replace('"', "\\\"");
        let imported = import(&format!("void setup() {{ Serial1.print(\"{literal}\"); Serial1.write(26); }}"));
        prop_assert_eq!(&imported.steps[0].bytes, &[text.as_bytes(), b"\x1A"].concat());
    }
}
