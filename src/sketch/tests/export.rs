//! The written programs: what is the same in all of them, and the parts that depend on the macro. `tests/nano.rs` compiles
//! and runs a sketch, `tests/sketches.rs` the script and the header.

use expect_test::expect;

use crate::macros::LineChange;
use crate::macros::model::{Ask, Macro, OnFail, Step};
use crate::sketch::plan::c_string;
use crate::sketch::*;

fn ugly() -> Macro {
    let ask = |default: &str| Ask { default: default.to_owned(), secret: false };
    Macro {
        name: "ugly \\ \" */ \u{202E}name".to_owned(),
        ask: vec![
            ("text".to_owned(), ask("h\u{e9}\"?\\")),
            ("te-xt".to_owned(), ask("x")),
            ("raw".to_owned(), ask("1A00")),
        ],
        steps: vec![
            Step { set: Some(LineChange { dtr: Some(true), rts: None }), ..Step::default() },
            Step {
                send: Some(r"AT+CIPSEND=${text:len}\r".to_owned()),
                expect: vec![r"\r\nERROR\r\n\r\nALREADY CONNECT\r\n".to_owned(), r"\r\n> ".to_owned()],
                fail: vec![r"\r\nERROR\r\n".to_owned()],
                within: Some(std::time::Duration::from_micros(1500)),
                retry: Some(2),
                ..Step::default()
            },
            Step { send: Some("never".to_owned()), disabled: true, ..Step::default() },
            Step {
                send: Some(r"\x00\${text}${text}${te-xt}${raw:hex}\\".to_owned()),
                fail: vec![r"\r\nERROR\r\n".to_owned()],
                wait: Some(std::time::Duration::from_millis(500)),
                on_fail: OnFail::Continue,
                ..Step::default()
            },
        ],
        ..Macro::default()
    }
}

/// The lines of a program that the macro decides.
fn part(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap();
    let len = text[start..].find(to).unwrap();
    text[start..start + len].to_owned()
}

/// The text without the version that wrote it, and without the checksum, which covers it.
fn versionless(text: &str) -> String {
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    match text.split_once("is changed: ") {
        Some((before, after)) => format!("{before}is changed: CHECKSUM{}", &after[8..]),
        None => text,
    }
}

#[test]
fn an_ugly_macro_as_a_sketch() {
    let exported = export_ino(&ugly(), &InoOptions::default()).unwrap();
    expect![[r#"
        // Macro "ugly \\ " */ \xE2\x80\xAEname", written by modemscope VERSION.
        // Sends each step, waits for its answer, and stops where one does not come. The serial monitor says what happens.
        // Left out: Step 1: setting DTR or RTS; there is no such line here.
        #include <SoftwareSerial.h>

        const uint8_t MODEM_RX_PIN = 8;  // to the modem's TX
        const uint8_t MODEM_TX_PIN = 7;  // to the modem's RX, through a divider: it stands 2.8 V
        SoftwareSerial modem(MODEM_RX_PIN, MODEM_TX_PIN);
        const uint32_t MODEM_BAUD = 9600;

        #define MONITOR 1  // 0: nothing is said, Serial is free
        const uint32_t MONITOR_BAUD = 115200;

        // Parameters: change them here.
        const char PARAM_TEXT[] PROGMEM = "h\303\251\"\?\\";
        const char PARAM_TE_XT[] PROGMEM = "x";
        const char PARAM_RAW_HEX[] PROGMEM = "\032\000";

        // Bytes, not texts: a zero among them is sent and awaited like any other.
        struct Answer {
          const uint8_t *bytes;
          uint8_t length;
          bool fail;
          bool may_grow;  // a longer one that is awaited begins with it
        };

        const uint8_t ANSWER_3[] PROGMEM = { 0x0D, 0x0A, 0x3E, 0x20 };  // '\r\n> '
        const uint8_t ANSWER_1[] PROGMEM = { 0x0D, 0x0A, 0x45, 0x52, 0x52, 0x4F, 0x52, 0x0D, 0x0A };  // '\r\nERROR\r\n'
        const uint8_t ANSWER_2[] PROGMEM = {
          0x0D, 0x0A, 0x45, 0x52, 0x52, 0x4F, 0x52, 0x0D, 0x0A, 0x0D, 0x0A, 0x41,
          0x4C, 0x52, 0x45, 0x41, 0x44, 0x59, 0x20, 0x43, 0x4F, 0x4E, 0x4E, 0x45,
          0x43, 0x54, 0x0D, 0x0A,
        };  // '\r\nERROR\r\n\r\nALREADY CONNECT\r\n'


        const uint8_t SEND_2_0[] PROGMEM = { 0x41, 0x54, 0x2B, 0x43, 0x49, 0x50, 0x53, 0x45, 0x4E, 0x44, 0x3D };  // 'AT+CIPSEND='
        const uint8_t SEND_2_2[] PROGMEM = { 0x0D };  // '\r'
        const Answer ANSWERS_2[] PROGMEM = {
          { ANSWER_1, sizeof ANSWER_1, true, true },
          { ANSWER_2, sizeof ANSWER_2, false, false },
          { ANSWER_3, sizeof ANSWER_3, false, false },
        };

        const uint8_t SEND_4_0[] PROGMEM = { 0x00, 0x24, 0x7B, 0x74, 0x65, 0x78, 0x74, 0x7D };  // '\x00${text}'
        const uint8_t SEND_4_4[] PROGMEM = { 0x5C };  // '\\'
        const Answer ANSWERS_4[] PROGMEM = {
          { ANSWER_1, sizeof ANSWER_1, true, false },
        };

        const uint8_t LONGEST_ANSWER = 28;
    "#]].assert_eq(&versionless(&part(&exported.text, "// Macro", "\nvoid say(")));
    expect![[r#"

        // 'modem lines'
        bool step1() {
          say(F("Step 1: modem lines"));
          return true;
        }

        // 'AT+CIPSEND=${text:len}\r'
        bool step2() {
          say(F("Step 2: AT+CIPSEND=${text:len}\\r"));
          showReceived();
          sendBytes(SEND_2_0, sizeof SEND_2_0);
          modem.print(sizeof PARAM_TEXT - 1);
          sendBytes(SEND_2_2, sizeof SEND_2_2);
          return waitFor(ANSWERS_2, 3, 2UL, false);
        }

        // '\x00\${text}${text}${te-xt}${raw:hex}\\'
        bool step4() {
          say(F("Step 4: \\x00\\${text}${text}${te-xt}${raw:hex}\\\\"));
          showReceived();
          sendBytes(SEND_4_0, sizeof SEND_4_0);
          sendBytes(PARAM_TEXT, sizeof PARAM_TEXT - 1);
          sendBytes(PARAM_TE_XT, sizeof PARAM_TE_XT - 1);
          sendBytes(PARAM_RAW_HEX, sizeof PARAM_RAW_HEX - 1);
          sendBytes(SEND_4_4, sizeof SEND_4_4);
          if (!waitFor(ANSWERS_4, 1, 10000UL, true)) return false;
          pause(500UL);
          return true;
        }

        // True if all went well.
        bool run() {
          if (!step1()) return false;
          if (!often(step2, 1UL, 2UL)) return false;
          step4();  // goes on whatever comes
          return true;
        }
    "#]]
    .assert_eq(&part(&exported.text, "\n// 'modem lines'", "\nvoid setup"));
    assert_eq!(exported.left_out.len(), 1);
}

#[test]
fn an_ugly_macro_as_a_script() {
    let exported = export_python(&ugly(), 9600).unwrap();
    expect![[r#"
        BAUD = 9600
        NAME = "ugly \\\\ \" */ \\xE2\\x80\\xAEname"

        # Parameters: change them here.
        PARAM_TEXT = b"h\xc3\xa9\"?\\"
        PARAM_TE_XT = b"x"
        PARAM_RAW_HEX = b"\x1a\x00"

        # What each step does. `fail` ends it badly, `expect` well; the answer that is complete first counts.
        STEPS = [
            {
                "title": "Step 1: modem lines",
                "dtr": True,
            },
            {
                "title": "Step 2: AT+CIPSEND=${text:len}\\r",
                "send": b"AT+CIPSEND=" + b"%d" % len(PARAM_TEXT) + b"\r",
                "expect": [b"\r\nERROR\r\n\r\nALREADY CONNECT\r\n", b"\r\n> "],
                "fail": [b"\r\nERROR\r\n"],
                "within": 0.002,
                "retry": 2,
            },
            {
                "title": "Step 4: \\x00\\${text}${text}${te-xt}${raw:hex}\\\\",
                "send": b"\x00${text}" + PARAM_TEXT + PARAM_TE_XT + PARAM_RAW_HEX + b"\\",
                "fail": [b"\r\nERROR\r\n"],
                "within": 10,
                "wait": 0.5,
                "on_fail": "continue",
            },
        ]

    "#]]
    .assert_eq(&part(&exported.text, "BAUD", "\ndef show"));
}

#[test]
fn an_ugly_macro_as_c() {
    let exported = export_c(&ugly()).unwrap();
    expect![[r#"
        /* Macro "ugly \\ " * / \xE2\x80\xAEname", written by modemscope VERSION.
           For each step: send the bytes; then wait until one of `expect` (good) or `fail` (bad) has come, byte for byte,
           at most `within_ms`; then pause `wait_ms`. The answer that is complete first counts. Without `expect` and `fail`
           the step is done when it is sent. */
        // Left out: Step 1: setting DTR or RTS; there is no such line here.
        // Left out: Step 2: repeat, retry and on_fail; the table has no column for them.
        // Left out: Step 4: repeat, retry and on_fail; the table has no column for them.
        // PARAM_TEXT is 'hé"?\\' in here.
        // PARAM_TE_XT is 'x' in here.
        // PARAM_RAW_HEX is '\x1A\x00' in here.
        #ifndef MODEM_STEPS_H
        #define MODEM_STEPS_H

        #include <stddef.h>
        #include <stdint.h>

        struct modem_bytes {
          const uint8_t *bytes;
          size_t length;
        };

        struct modem_step {
          struct modem_bytes send;
          const struct modem_bytes *expect;
          size_t expect_count;
          const struct modem_bytes *fail;
          size_t fail_count;
          uint32_t within_ms;
          uint32_t wait_ms;
        };

        static const uint8_t answer_3[] = { 0x0D, 0x0A, 0x3E, 0x20 };  // '\r\n> '
        static const uint8_t answer_1[] = { 0x0D, 0x0A, 0x45, 0x52, 0x52, 0x4F, 0x52, 0x0D, 0x0A };  // '\r\nERROR\r\n'
        static const uint8_t answer_2[] = {
          0x0D, 0x0A, 0x45, 0x52, 0x52, 0x4F, 0x52, 0x0D, 0x0A, 0x0D, 0x0A, 0x41,
          0x4C, 0x52, 0x45, 0x41, 0x44, 0x59, 0x20, 0x43, 0x4F, 0x4E, 0x4E, 0x45,
          0x43, 0x54, 0x0D, 0x0A,
        };  // '\r\nERROR\r\n\r\nALREADY CONNECT\r\n'

        static const uint8_t send_2[] = {
          0x41, 0x54, 0x2B, 0x43, 0x49, 0x50, 0x53, 0x45, 0x4E, 0x44, 0x3D, 0x36,
          0x0D,
        };  // 'AT+CIPSEND=6\r'
        static const struct modem_bytes expect_2[] = { { answer_2, sizeof answer_2 }, { answer_3, sizeof answer_3 } };
        static const struct modem_bytes fail_2[] = { { answer_1, sizeof answer_1 } };

        static const uint8_t send_4[] = {
          0x00, 0x24, 0x7B, 0x74, 0x65, 0x78, 0x74, 0x7D, 0x68, 0xC3, 0xA9, 0x22,
          0x3F, 0x5C, 0x78, 0x1A, 0x00, 0x5C,
        };  // '\x00${text}hé"?\\x\x1A\x00\\'
        static const struct modem_bytes fail_4[] = { { answer_1, sizeof answer_1 } };

        static const struct modem_step modem_steps[] = {
          { .within_ms = 10000, .wait_ms = 0 },
          { .send = { send_2, sizeof send_2 }, .expect = expect_2, .expect_count = 2, .fail = fail_2, .fail_count = 1, .within_ms = 2, .wait_ms = 0 },
          { .send = { send_4, sizeof send_4 }, .fail = fail_4, .fail_count = 1, .within_ms = 10000, .wait_ms = 500 },
          { .send = { 0, 0 } },  // the end
        };
        enum { MODEM_STEPS = 3 };

        #endif

        // The macro that this is, for `modemscope sketch import`, while nothing above is changed: CHECKSUM
        //   version = 1
        //
        //   [[macro]]
        //   name = 'ugly \ " */ %{202E}name'
        //   ask = { text = 'hé"?\', te-xt = "x", raw = "1A00" }
        //     [[macro.step]]
        //     set = { dtr = true }
        //     [[macro.step]]
        //     send = 'AT+CIPSEND=${text:len}\r'
        //     expect = ['\r\nERROR\r\n\r\nALREADY CONNECT\r\n', '\r\n> ']
        //     fail = ['\r\nERROR\r\n']
        //     within = "1500us"
        //     retry = 2
        //     [[macro.step]]
        //     disabled = true
        //     send = "never"
        //     [[macro.step]]
        //     send = '\x00\${text}${text}${te-xt}${raw:hex}\\'
        //     fail = ['\r\nERROR\r\n']
        //     wait = "500ms"
        //     on_fail = "continue"
    "#]].assert_eq(&versionless(&exported.text));
    assert_eq!(exported.left_out.len(), 3);
}

#[test]
fn what_cannot_be_written_is_refused_by_step() {
    let keeps = Step { keep: [("ip".to_owned(), r"(\d+)".to_owned())].into(), ..Step::default() };
    let with = |send: &str| Macro {
        steps: vec![keeps.clone(), Step { send: Some(send.to_owned()), ..Step::default() }],
        ..Macro::default()
    };
    for (send, problem) in [
        ("${ip}", "step 2: `${ip}` comes from an answer of the modem; a written program cannot keep it yet"),
        ("${nobody}", "step 2: `${nobody}` has no value; it is neither asked for nor kept by any step"),
        ("${time}", "step 2: `${time}` is known only when modemscope runs the macro; write the value itself"),
        (
            r"\q",
            "step 2: column 1: found `\\q`; write `\\\\` for a backslash, or one of \\r \\n \\t \\0 \\e \\xHH \\< \\$",
        ),
    ] {
        assert_eq!(export_ino(&with(send), &InoOptions::default()).unwrap_err().to_string(), problem);
    }
}

#[test]
fn a_c_string_is_exact() {
    assert_eq!(c_string(b"a\x1A1\0\"\\??/\r\xFF"), r#""a\0321\000\"\\\?\?/\r\377""#);
}

/// Every form that is written imports again to the macro it was written from, until somebody changes it.
#[test]
fn own_exports_import_again_to_the_same_macro() {
    let waiting = answer_driven(&Macro {
        name: "story".to_owned(),
        steps: [r"AT\r\n", r#"AT+CIPSTART="TCP","198.51.100.7","9999"\r\n"#, r"AT+CIPSEND\r\n", r"hello\x1A"]
            .map(|send| Step { send: Some(send.to_owned()), ..Step::default() })
            .to_vec(),
        ..Macro::default()
    });
    for what in [ugly(), waiting] {
        let hardware = InoOptions { serial: BoardSerial::Hardware("Serial1".to_owned()), baud: 115_200 };
        for exported in [
            export_ino(&what, &InoOptions::default()),
            export_ino(&what, &hardware),
            export_python(&what, 9600),
            export_c(&what),
        ] {
            let text = exported.unwrap().text;
            let imported = |text: &str| import(&Source::new(text), &RunOptions::default());
            assert_eq!(imported(&text).waiting_macro("other"), what, "{text}");
            // Line ends and blanks at the ends are an editor's affair.
            assert_eq!(imported(&text.replace('\n', "  \r\n")).own.as_ref(), Some(&what));
            let changed = imported(&text.replacen("9600", "4800", 1).replacen("modem", "gsm", 1));
            assert_eq!(changed.own, None);
            assert!(changed.unread.iter().any(|told| told.reason.contains("was changed")), "{:?}", changed.unread);
            assert!(!text.contains('\u{202E}'), "nothing in it turns a line round");
        }
    }
}
