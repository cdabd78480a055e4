//! One hostile capture in all forms, and back.

use std::time::{Duration, SystemTime};

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::capture::{Listener, Record, Writer, import, redact};
use crate::modem::diagnose::Diagnoser;
use crate::modem::transcript::{Shape, Transcript};

fn capture(records: &[Record]) -> Reader {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    for (number, record) in records.iter().enumerate() {
        writer.append(Duration::from_micros(number as u64 * 1_500_000), record.clone());
    }
    writer.reader()
}

fn hostile() -> Reader {
    capture(&[
        Record::Note("opened \u{202e}sim: \x1b[2J<b>".to_owned()),
        Record::sent(1, "AT+CPIN=9876\r", Vec::new()),
        Record::received("\r\n=1+1,\"x\"<script>\u{9b}31m\u{202e}&\x1b[31m\r\n"),
        Record::received("> "),
    ])
}

fn exported(reader: &Reader, format: Format, options: &Options) -> String {
    let mut out = Vec::new();
    export(reader, format, options, &mut out, &Progress::default()).unwrap();
    String::from_utf8(out).unwrap()
}

fn check(format: Format, expect: &Expect) {
    let text =
        exported(&hostile(), format, &Options { remark: Some("nothing redacted".to_owned()), ..Options::default() });
    let version = concat!("modemscope ", env!("CARGO_PKG_VERSION"));
    let body = text.strip_prefix(include_str!("html.rs").split("r#\"").nth(1).unwrap().split("\"#").next().unwrap());
    expect.assert_eq(&body.unwrap_or(&text).replace(version, "modemscope"));
    let raw = |character: &char| {
        (character.is_control() && *character != '\n') || "\u{202a}\u{202e}\u{2066}\u{2069}".contains(*character)
    };
    assert_eq!(text.chars().find(raw), None, "no control character in {format:?}");
}

#[test]
fn every_form_is_harmless() {
    check(
        Format::Text,
        &expect![[r##"
        # modemscope, capture begun 2023-11-14T22:13:20.000000Z; > sent, < received
        # nothing redacted
            0.000000 # opened \xE2\x80\xAEsim: \e[2J<b>
            1.500000 > AT+CPIN=****\r
            3.000000 < \r\n=1+1,"x"\<script>\xC2\x9B31m\xE2\x80\xAE&\e[31m\r\n
            4.500000 < > 
    "##]],
    );
    check(
        Format::Hex,
        &expect![[r##"
        # modemscope, capture begun 2023-11-14T22:13:20.000000Z; > sent, < received
        # nothing redacted
        0.000000 # opened \xE2\x80\xAEsim: \e[2J<b>
        1.500000 > 13 bytes
          00000000  41 54 2B 43 50 49 4E 3D  2A 2A 2A 2A 0D           |AT+CPIN=****.|
        3.000000 < 34 bytes
          00000000  0D 0A 3D 31 2B 31 2C 22  78 22 3C 73 63 72 69 70  |..=1+1,"x"<scrip|
          00000010  74 3E C2 9B 33 31 6D E2  80 AE 26 1B 5B 33 31 6D  |t>..31m...&.[31m|
          00000020  0D 0A                                             |..|
        4.500000 < 2 bytes
          00000022  3E 20                                             |> |
    "##]],
    );
    check(
        Format::Transcript,
        &expect![[r##"
        # modemscope, capture begun 2023-11-14T22:13:20.000000Z; > sent, < received
        # nothing redacted
        [0.000000] # opened \xE2\x80\xAEsim: \e[2J<b>
        [1.500000] > AT+CPIN=****\r
        [3.000000] < \r\n=1+1,"x"\<script>\xC2\x9B31m\xE2\x80\xAE&\e[31m\r\n
        [4.500000] < > 
    "##]],
    );
    check(
        Format::Csv,
        &expect![[r#"
            row,seconds,clock,direction,offset,length,text,hex,masked
            0,0.0,2023-11-14T22:13:20.000000Z,,,,opened \xE2\x80\xAEsim: \e[2J<b>,,false
            1,1.5,2023-11-14T22:13:21.500000Z,tx,0,13,AT+CPIN=****\r,41542B4350494E3D2A2A2A2A0D,true
            2,3.0,2023-11-14T22:13:23.000000Z,rx,0,34,"\r\n=1+1,""x""\<script>\xC2\x9B31m\xE2\x80\xAE&\e[31m\r\n",0D0A3D312B312C2278223C7363726970743EC29B33316DE280AE261B5B33316D0D0A,false
            3,4.5,2023-11-14T22:13:24.500000Z,rx,34,2,> ,3E20,false
        "#]],
    );
    check(
        Format::JsonLines,
        &expect![[r#"
            {"row":0,"seconds":0.0,"clock":"2023-11-14T22:13:20.000000Z","direction":null,"offset":null,"length":null,"text":"opened \\xE2\\x80\\xAEsim: \\e[2J<b>","hex":null,"masked":false}
            {"row":1,"seconds":1.5,"clock":"2023-11-14T22:13:21.500000Z","direction":"tx","offset":0,"length":13,"text":"AT+CPIN=****\\r","hex":"41542B4350494E3D2A2A2A2A0D","masked":true}
            {"row":2,"seconds":3.0,"clock":"2023-11-14T22:13:23.000000Z","direction":"rx","offset":0,"length":34,"text":"\\r\\n=1+1,\"x\"\\<script>\\xC2\\x9B31m\\xE2\\x80\\xAE&\\e[31m\\r\\n","hex":"0D0A3D312B312C2278223C7363726970743EC29B33316DE280AE261B5B33316D0D0A","masked":false}
            {"row":3,"seconds":4.5,"clock":"2023-11-14T22:13:24.500000Z","direction":"rx","offset":34,"length":2,"text":"> ","hex":"3E20","masked":false}
        "#]],
    );
    check(
        Format::Html,
        &expect![[r#"
        <p>Capture begun 2023-11-14T22:13:20.000000Z. Times in seconds since then.</p>
        <p>nothing redacted</p>
        <table>
        <tr class=event><td>0.000000<td>event<td>opened \xE2\x80\xAEsim: \e[2J&lt;b&gt;
        <tr class=tx><td>1.500000<td>tx<td>AT+CPIN=****\r
        <tr class=rx><td>3.000000<td>rx<td>\r\n=1+1,&quot;x&quot;\&lt;script&gt;\xC2\x9B31m\xE2\x80\xAE&amp;\e[31m\r\n
        <tr class=rx><td>4.500000<td>rx<td>&gt; 
        </table></body></html>
    "#]],
    );
}

#[test]
fn a_spreadsheet_calculates_nothing_and_the_plain_table_is_exact() {
    let reader =
        capture(&[Record::received("=1+1\r\n"), Record::received("+CSQ: 8,0\r\n"), Record::received("OK\r\n")]);
    let texts = |format| {
        let text = exported(&reader, format, &Options::default());
        let mut table = csv::Reader::from_reader(text.as_bytes());
        table.records().map(|record| record.unwrap()[6].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(Format::Csv), ["=1+1\\r\\n", "+CSQ: 8,0\\r\\n", "OK\\r\\n"]);
    assert_eq!(texts(Format::CsvSpreadsheet), ["'=1+1\\r\\n", "'+CSQ: 8,0\\r\\n", "OK\\r\\n"]);
}

#[test]
fn raw_bytes_are_of_one_direction() {
    let reader = hostile();
    let raw = |direction| {
        let mut out = Vec::new();
        let options = Options { direction, ..Options::default() };
        export(&reader, Format::Raw, &options, &mut out, &Progress::default()).map(|()| out)
    };
    assert_eq!(raw(Some(Direction::Tx)).unwrap(), b"AT+CPIN=****\r");
    assert_eq!(raw(Some(Direction::Rx)).unwrap().len() as u64, reader.end().rx);
    assert!(matches!(raw(None), Err(ExportError::TwoDirections)));
    let progress = Progress::default();
    progress.cancel();
    let options = Options { direction: Some(Direction::Rx), ..Options::default() };
    assert!(matches!(
        export(&reader, Format::Raw, &options, &mut Vec::new(), &progress),
        Err(ExportError::Cancelled(_))
    ));
    assert!(matches!(
        export(&reader, Format::Html, &options, &mut Vec::new(), &progress),
        Err(ExportError::Cancelled(_))
    ));
}

#[test]
fn one_direction_leaves_the_other_and_events_out() {
    let options = Options { direction: Some(Direction::Tx), ..Options::default() };
    let text = exported(&hostile(), Format::Text, &options);
    assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), ["    1.500000 > AT+CPIN=****\\r"]);
}

/// A log does not tell its day, and not all have times: an export of one must not head with when it was pasted.
#[test]
fn an_export_of_a_log_has_the_times_of_the_log_and_no_others() {
    let pasted = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let timed = "14:03:21.130 -> AT\r\n14:03:21.135 -> OK\r\n14:03:22.500 -> ERROR\r\n";
    for (log, times) in [(timed, true), ("AT\r\nOK\r\nAT+CSQ\r\nERROR\r\n", false)] {
        let reader = import::from_text(log.as_bytes(), pasted);
        let redacted = redact::for_export(&reader, &mut Options::default(), &Progress::default()).unwrap();
        for reader in [&reader, &redacted] {
            for (format, _) in every_form().filter(|(format, _)| *format != Format::Raw) {
                let text = exported(reader, format, &Options::default());
                assert!(!text.contains("2023"), "{format:?} of {log:?}: {text}");
                assert_eq!(text.contains("1.370000") || text.contains("1.37,"), times, "{format:?} of {log:?}: {text}");
            }
        }
    }
    let log = import::from_text(b"AT\r\nOK\r\n", pasted);
    let text = exported(&log, Format::Transcript, &Options::default());
    assert_eq!(Transcript::read(text.as_bytes()).chunks.iter().find_map(|chunk| chunk.at), None, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_transcript_read_back_has_the_same_bytes(
        parts in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 1..30)), 1..10),
    ) {
        let mut records: Vec<Record> = parts.iter().map(|(sent, bytes)| {
            if *sent { Record::sent(1, bytes.clone(), Vec::new()) } else { Record::received(bytes.clone()) }
        }).collect();
        // A text without any line end would get them put back, as pasted ones need it; one without answers is a paste.
        records.push(Record::received("\r\nOK\r\n"));
        records.push(Record::sent(9, "AT\r", Vec::new()));
        let reader = capture(&records);
        let text = exported(&reader, Format::Transcript, &Options::default());
        let back = import::from_text(text.as_bytes(), SystemTime::UNIX_EPOCH);
        let bytes = |reader: &Reader, direction| {
            let mut out = Vec::new();
            let options = Options { direction: Some(direction), ..Options::default() };
            export(reader, Format::Raw, &options, &mut out, &Progress::default()).unwrap();
            out
        };
        for direction in [Direction::Rx, Direction::Tx] {
            prop_assert_eq!(bytes(&back, direction), bytes(&reader, direction), "{}", text);
        }
    }
}

/// 1.657504 s is no sum of two binary numbers: `as_secs_f64` makes 1.6575039999999999 of it, whose digits our own reader did not take.
#[test]
fn an_export_tells_the_times_exactly_and_is_read_back_with_them() {
    let micros = [265_636, 1_657_504, 2_604_109, 2_614_428, 86_400_000_001];
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    for at in micros {
        let answer = if at == micros[0] { "\r\nRDY\r\n" } else { "\r\nOK\r\n" };
        writer.append(Duration::from_micros(at), Record::received(answer));
    }
    let reader = writer.reader();
    for form in FORMS.iter().filter(|form| form.format != Format::Raw) {
        let text = exported(&reader, form.format, &Options::default());
        assert!(text.contains("1.657504"), "{}: {text}", form.word);
        let back: Vec<_> = Transcript::read(text.as_bytes()).chunks.into_iter().map(|chunk| chunk.at).collect();
        let expected = micros.map(|at| Some(Duration::from_micros(at - micros[0])));
        assert_eq!(back, expected, "{}: {text}", form.word);
    }
}

#[test]
fn the_docs_name_every_form() {
    let (capture, readme) = (include_str!("../../../docs/capture.md"), include_str!("../../../README.md"));
    for form in FORMS {
        assert!(capture.contains(&format!("`{}`", form.word)), "{} in docs/capture.md", form.word);
        assert!(readme.contains(form.word.split('-').next().unwrap_or_default()), "{} in README.md", form.word);
    }
}

/// A capture of what a transcript tells.
fn capture_of(text: &str) -> Reader {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    let mut at = Duration::ZERO;
    for (number, chunk) in (0..).zip(Transcript::read(text.as_bytes()).chunks) {
        at = chunk.at.unwrap_or(at + Duration::from_millis(120));
        writer.append(
            at,
            match chunk.direction {
                Direction::Tx => Record::sent(number, chunk.bytes, Vec::new()),
                Direction::Rx => Record::received(chunk.bytes),
            },
        );
    }
    writer.reader()
}

/// What is found in a capture, and in each of its exports.
fn found_in_exports(reader: &Reader) -> (Vec<&'static str>, Vec<(Format, Vec<&'static str>)>) {
    let rules = |diagnoser: &Diagnoser| diagnoser.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>();
    let mut listener = Listener::default();
    let mut cursor = reader.cursor();
    while let Some(entry) = cursor.next_entry() {
        listener.hear(&entry, entry.at);
    }
    let forms = FORMS.iter().map(|form| form.format).filter(|format| *format != Format::Raw);
    let of_export = |format| {
        let text = exported(reader, format, &Options::default());
        rules(&import::diagnosed(text.as_bytes(), SystemTime::UNIX_EPOCH, &Progress::default()).1)
    };
    (rules(&listener.finish()), forms.map(|format| (format, of_export(format))).collect())
}

#[test]
fn an_export_gives_the_findings_of_its_capture() {
    let (mut told, mut wrong) = (0, Vec::new());
    // One Send of several rows is one write, in a dump, too.
    let at_prompt = |sent: &str| {
        capture(&[
            Record::sent(1, "AT+CMGF=1\r", Vec::new()),
            Record::received("\r\nOK\r\n"),
            Record::sent(2, "AT+CMGS=\"+491711234567\"\r", Vec::new()),
            Record::received("\r\n> "),
            Record::sent(3, sent, Vec::new()),
        ])
    };
    for sent in ["AT+CMGS=\"+491711234567\"\r", "my text \u{e9} \rAT\r", "hello"] {
        let (of_capture, of_exports) = found_in_exports(&at_prompt(sent));
        for (format, found) in of_exports {
            assert_eq!(found, of_capture, "{sent:?} as {format:?}");
        }
    }
    for folder in ["tests/data/transcripts", "tests/data/logs"] {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            // Marks of both directions are what a capture has.
            if !["> ", "< ", "["].iter().any(|mark| text.lines().any(|line| line.starts_with(mark)))
                || Transcript::read(text.as_bytes()).shape != Shape::Marked
            {
                continue;
            }
            let (of_capture, of_exports) = found_in_exports(&capture_of(&text));
            told += of_capture.len();
            for (format, found) in of_exports {
                if found != of_capture {
                    wrong.push(format!("{} as {format:?}: {found:?}, not {of_capture:?}", path.display()));
                }
            }
        }
    }
    assert!(told > 20, "{told} findings to compare");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
