//! Books, good and bad.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::macros::model::{Ask, Book, LineChange, Macro, OnFail, Step};

const DEFAULT: &str = include_str!("../../../assets/macros.toml");

#[test]
fn the_default_book_has_what_a_beginner_needs() {
    let book = parse(DEFAULT).unwrap();
    let names: Vec<&str> = book.macros.iter().map(|what| what.name.as_str()).collect();
    let expect = [
        "AT and echo",
        "Identity",
        "SIM and signal",
        "GPRS bring-up",
        "Open TCP",
        "CIPSEND + text + 1A",
        "CIPSEND with length",
        "Read status",
        "Close",
        "Shut",
        "SMS in text mode",
    ];
    assert_eq!(names, expect);
    let mut keys: Vec<&String> = book.macros.iter().filter_map(|what| what.key.as_ref()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 10, "no hot key clashes");
    assert!(book.macros.iter().all(|what| what.about.is_some() && what.group.is_some()));
}

#[test]
fn a_step_has_all_its_keys() {
    let text = r##"
version = 1
[[macro]]
name = "all"
group = "g"
key = "Ctrl+Shift+K"
about = "what"
color = "#2E7D32"
ask = { text = "hello", pin = { secret = true }, host = { default = "h" } }
  [[macro.step]]
  send = 'AT\r'
  expect = ['OK', "\r\n"]
  fail = ['ERROR']
  within = "1.5s"
  wait = "500ms"
  set = { dtr = true, rts = false }
  break = "250ms"
  repeat = 3
  retry = 0
  on_fail = "skip"
  keep = { name = '(\d+)' }
  note = "why"
  disabled = true
"##;
    let secret = Ask { default: String::new(), secret: true };
    let ask = |text: &str| Ask { default: text.into(), secret: false };
    let expect = Macro {
        name: "all".into(),
        group: Some("g".into()),
        key: Some("Ctrl+Shift+K".into()),
        about: Some("what".into()),
        color: Some("#2E7D32".into()),
        ask: vec![("text".into(), ask("hello")), ("pin".into(), secret), ("host".into(), ask("h"))],
        steps: vec![Step {
            set: Some(LineChange { dtr: Some(true), rts: Some(false) }),
            break_for: Some(Duration::from_millis(250)),
            send: Some(r"AT\r".into()),
            expect: vec!["OK".into(), "\r\n".into()],
            fail: vec!["ERROR".into()],
            within: Some(Duration::from_millis(1500)),
            wait: Some(Duration::from_millis(500)),
            repeat: Some(3),
            retry: Some(0),
            on_fail: OnFail::Skip,
            keep: [("name".to_owned(), r"(\d+)".to_owned())].into(),
            note: Some("why".into()),
            disabled: true,
        }],
    };
    assert_eq!(parse(text).unwrap().macros, [expect]);
}

#[test]
fn errors_name_the_place_and_teach() {
    let check = |text: &str, expect: &str| {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.contains(expect), "{text}\n  says    {error}\n  expects {expect}");
    };
    let step = |line: &str| format!("version = 1\n[[macro]]\nname = 'x'\n  [[macro.step]]\n  {line}\n");
    check("", "line 1, column 1: no version; write `version = 1` in the first line");
    check("version = 2", "line 1, column 11: version 2 of the format; this program reads version 1");
    check("version = '1'", "line 1, column 11: expected a number, found `1`: write version = 1");
    check("version = 1\n[[macro]\n", "line 2, column 9: not TOML");
    check("version = 1\nmacros = 1", "line 2, column 1: a macro book has no key `macros`; did you mean `macro`?");
    check("version = 1\nmacro = 1", "line 2, column 9: write [[macro]] in double brackets, once for each");
    check("version = 1\n[macro]\nname='x'", "write [[macro]] in double brackets");
    check("version = 1\n[[macro]]\nkey = 'F1'", "line 3, column 1: a macro without a name");
    check("version = 1\n[[macro]]\nname = ''", "line 3, column 8: a name must be visible text");
    check(
        "version = 1\n[[macro]]\nname = 'x'\ncolour = 'red'",
        "line 4, column 1: a macro has no key `colour`; did you mean `color`?",
    );
    check("version = 1\n[[macro]]\nname = 'x'\ncolor = 'red'", "line 4, column 9: `red` is no colour; write #RRGGBB");
    check("version = 1\n[[macro]]\nname = 'x'\nkey = 'Q'", "line 4, column 7: `Q` is no hot key");
    check("version = 1\n[[macro]]\nname = 'x'\nask = { time = '' }", "line 4, column 9: `time` is always there");
    check("version = 1\n[[macro]]\nname = 'x'\nask = { 'a b' = '' }", "`a b` is no name");
    check("version = 1\n[[macro]]\nname = 'x'\nask = { a = 1 }", "expected a default in quotes");
    check(
        "version = 1\n[[macro]]\nname = 'x'\nask = { a = { secret = true, default = '1' } }",
        "a secret is not stored",
    );
    check(&step("sned = 'AT'"), "line 5, column 3: a step has no key `sned`; did you mean `send`?");
    check(&step("frobnicate = 1"), "a step has no key `frobnicate`; it has send, expect, fail");
    check(&step("send = 5"), "line 5, column 10: expected a text in quotes, found `5`");
    check(&step(r"send = 'AT\q'"), "line 5, column 13: found `\\q`");
    check(&step(r#"send = "AT\\q""#), "line 5, column 10: column 3 of this text: found `\\q`");
    check(&step("send = '${text'"), "line 5, column 11: found `${` without an end");
    check(&step(r"expect = 'OK'"), r"expected a list of texts in brackets, found `OK`: write expect = ['\r\nOK\r\n']");
    check(&step("fail = [1]"), "line 5, column 11: expected a text in quotes, found an integer");
    check(&step("expect = ['']"), "line 5, column 13: an empty text would match at once");
    check(&step("within = 5"), "expected a text in quotes, found `5`: write within = \"5s\"");
    check(&step("within = '5'"), "line 5, column 12: `5` has no unit");
    check(&step("within = '0s'"), "no answer comes within no time");
    check(&step("repeat = 0"), "expected a whole number from 1, found `0`: write repeat = 3");
    check(&step("repeat = -1"), "expected a whole number from 1");
    check(&step("retry = 1.5"), "expected a whole number from 0, found a float");
    check(&step("on_fail = 'retry'"), "expected \"stop\", \"continue\" or \"skip\", found `retry`");
    check(&step("set = { cts = true }"), "`set` has no key `cts`; did you mean `rts`?");
    check(&step("set = { dtr = 1 }"), "expected true or false, found `1`: write dtr = true");
    check(&step("keep = { a = '(' }"), "line 5, column 16: `(` is no regex: unclosed group");
    check(&step("disabled = 'yes'"), "expected true or false, found `yes`");
}

#[test]
fn too_large_is_said_at_once() {
    let many = format!("version = 1\n[[macro]]\nname = 'x'\nstep = [{}]", "{}, ".repeat(MOST_STEPS + 1));
    assert!(parse(&many).unwrap_err().problem.contains("more than 20000 steps; use `repeat`, or split the book"));
    let huge = format!("version = 1\n#{}", " ".repeat(LARGEST));
    assert!(parse(&huge).unwrap_err().problem.contains("a macro book has at most 4194304"));
    let deep = format!("version = 1\nmacro = {}", "[".repeat(100_000));
    assert!(parse(&deep).is_err(), "no stack is deep enough");
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![r#"[ -~]{0,6}"#, "\\PC{0,4}", Just("it's \"x\" \t\n".to_owned())].prop_filter("is notation", |text| {
        crate::macros::template::Template::parse(text).is_ok_and(|template| !template.is_empty())
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let duration = || prop::option::of((1..86_400_000_000_u64).prop_map(Duration::from_micros));
    let keep =
        prop::collection::btree_map("[a-b]", prop::sample::select(vec![r"'(\d+)'", "x"]).prop_map(String::from), 0..2);
    (
        (prop::option::of(texts()), prop::collection::vec(texts(), 0..3), prop::collection::vec(texts(), 0..3)),
        (duration(), duration(), duration()),
        (
            prop::option::of(1..9_u32),
            prop::option::of(0..9_u32),
            prop::sample::select(vec![OnFail::Stop, OnFail::Continue, OnFail::Skip]),
        ),
        (
            keep,
            prop::option::of(".{0,5}"),
            any::<bool>(),
            prop::option::of((any::<Option<bool>>(), any::<Option<bool>>())),
        ),
    )
        .prop_map(
            |(
                (send, expect, fail),
                (within, wait, break_for),
                (repeat, retry, on_fail),
                (keep, note, disabled, set),
            )| Step {
                set: set.map(|(dtr, rts)| LineChange { dtr, rts }),
                break_for,
                send,
                expect,
                fail,
                within,
                wait,
                repeat,
                retry,
                on_fail,
                keep,
                note,
                disabled,
            },
        )
}

fn macros() -> impl Strategy<Value = Macro> {
    let ask = ("[a-c]", any::<bool>(), ".{0,4}").prop_map(|(name, secret, default)| {
        (name, Ask { default: if secret { String::new() } else { default }, secret })
    });
    (
        ("[ -~]{0,5}[a-z]", prop::option::of(".{0,4}"), prop::option::of("F[1-9]"), prop::option::of("#[0-9a-f]{6}")),
        prop::collection::vec(ask, 0..3),
        prop::collection::vec(steps(), 0..3),
    )
        .prop_map(|((name, group, key, color), mut ask, steps)| {
            let mut seen = std::collections::BTreeSet::new();
            ask.retain(|(name, _)| seen.insert(name.clone()));
            Macro { name, about: group.clone(), group, key, color, ask, steps }
        })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(macros in prop::collection::vec(macros(), 0..3)) {
        let book = Book { macros };
        let text = print(&book);
        prop_assert_eq!(parse(&text).map_err(|error| format!("{error}\n{text}")), Ok(book));
    }
}

/// What a hostile or broken book may hold: each is a piece of TOML that stands somewhere in a book.
fn hostile_books() -> Vec<String> {
    let step = |line: String| format!("version = 1\n[[macro]]\nname = 'x'\n[[macro.step]]\n{line}\n");
    let whole = |rest: String| format!("version = 1\n{rest}\n");
    let long = "x".repeat(1 << 20);
    vec![
        String::new(),
        "\0".into(),
        "version".into(),
        "version = ".into(),
        "version = 9223372036854775808".into(),
        "version = -1".into(),
        "version = 1\nversion = 1".into(),
        "[version]".into(),
        whole("macro = {}".into()),
        whole("macro = [1, 2]".into()),
        whole("macro = [[{}]]".into()),
        whole("[macro.macro]".into()),
        whole("[[macro]]\n[[macro.name]]".into()),
        whole("[[macro]]\nname = 'a\nb'".into()),
        whole("[[macro]]\nname = \"\\u0007\"".into()),
        whole("[[macro]]\nname = \"\\uD800\"".into()),
        whole("[[macro]]\nname = 'x'\nname = 'y'".into()),
        whole("[[macro]]\nname = 1979-05-27".into()),
        whole("[[macro]]\nname = 'x'\nkey = 'Ctrl+Alt+Delete'".into()),
        whole("[[macro]]\nname = 'x'\ncolor = '#GGGGGG'".into()),
        whole("[[macro]]\nname = 'x'\ncolor = '#12345é'".into()),
        whole("[[macro]]\nname = 'x'\nask = ['a']".into()),
        whole("[[macro]]\nname = 'x'\nask = { crc = '' }".into()),
        whole("[[macro]]\nname = 'x'\nask = { a = { b = 1 } }".into()),
        whole("[[macro]]\nname = 'x'\nstep = 'AT'".into()),
        whole("[[macro]]\nname = 'x'\nstep = { send = 'AT' }".into()),
        format!("version = 1\nmacro = {}", "[".repeat(50_000)),
        format!("version = 1\nmacro = {}", "{a=".repeat(50_000)),
        format!("version = 1\n{}", "[a.b.c.d]\n".repeat(2)),
        format!("version = 1\n[{}]", "a.".repeat(50_000)),
        whole(format!("[[macro]]\nname = '{long}")),
        step("send = '${'".into()),
        step("send = '${}'".into()),
        step("send = '${x:y:z}'".into()),
        step("send = '${crc:}'".into()),
        step(format!("send = '{}'", "${".repeat(10_000))),
        step(r"send = '\'".into()),
        step(r"send = '\x1'".into()),
        step(r"send = '\x{1A'".into()),
        step("expect = [['OK']]".into()),
        step("expect = [{ a = 1 }]".into()),
        step("fail = ['', 'x']".into()),
        step("within = '1e308s'".into()),
        step("within = '-1s'".into()),
        step("wait = 'inf'".into()),
        step("break = '25h'".into()),
        step("repeat = 4294967296".into()),
        step("repeat = nan".into()),
        step("retry = -9223372036854775808".into()),
        step("keep = { a = '(a{1000}){1000}' }".into()),
        step(format!("keep = {{ a = '{}' }}", "(".repeat(10_000))),
        step("keep = { '' = 'x' }".into()),
        step("set = { dtr = 'on' }".into()),
        step("on_fail = ['stop']".into()),
        step("disabled = 0".into()),
        step("exec = 'rm -rf /'".into()),
        step("[[macro.step.step]]".into()),
    ]
}

#[test]
fn hostile_books_are_refused_with_a_place_and_a_reason() {
    let books = hostile_books();
    assert!(books.len() >= 50);
    for text in books {
        let shown: String = text.chars().take(200).collect();
        let error = parse(&text).expect_err(&shown);
        let lines = text.lines().count();
        assert!((1..=lines + 1).contains(&error.line) && error.column >= 1, "{shown}\n{error}");
        assert!(error.problem.len() > 10 && error.problem.len() < 2_000, "{shown}\n{error}");
    }
}

proptest! {
    /// Books cut off, with bytes changed or taken out: an error or a book, never a panic.
    #[test]
    fn damaged_books_are_read_or_refused(cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut text: Vec<char> = DEFAULT.chars().collect();
        let place = at.index(text.len());
        text[place] = with;
        text.truncate(cut.index(text.len()) + 1);
        let text: String = text.into_iter().collect();
        if let Ok(book) = parse(&text) {
            prop_assert_eq!(parse(&print(&book)), Ok(book));
        }
    }
}
