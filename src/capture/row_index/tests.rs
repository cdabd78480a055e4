//! Rows of whole captures: dialogs, flaws, masks, filters, the chunk law.

use std::time::SystemTime;

use proptest::prelude::*;

use super::*;
use crate::capture::search::{Pattern, PatternKind};
use crate::capture::{LineStates, Writer};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn capture(records: &[(u64, Record)]) -> Writer {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    for (at, record) in records {
        writer.append(millis(*at), record.clone());
    }
    writer
}

fn rx(bytes: &str) -> Record {
    Record::received(bytes)
}

fn tx(bytes: &str) -> Record {
    Record::sent(1, bytes, Vec::new())
}

fn print(row: &Row) -> String {
    let open = if row.open { "…" } else { "" };
    match &row.content {
        Content::Data { direction, offset, bytes, .. } => {
            format!("{} {} {direction:?}{offset} {}{open}", row.number, row.at.as_millis(), bytes.escape_ascii())
        }
        Content::Event(text) => format!("{} {} {text}{open}", row.number, row.at.as_millis()),
    }
}

fn all(index: &mut RowIndex) -> Vec<String> {
    while !index.update(1000) {}
    let rows = index.rows(0..u64::MAX);
    assert_eq!(rows.len() as u64, index.len(), "as many rows as were counted");
    rows.iter().map(print).collect()
}

fn check(records: &[(u64, Record)], rules: RowRules, filter: Filter, expect: &[&str]) {
    let mut index = RowIndex::filtered(capture(records).reader(), rules, filter);
    assert_eq!(all(&mut index), expect);
}

#[test]
fn what_the_modem_says_in_one_frame_is_one_row() {
    let dialog = [(0, tx("AT\r")), (3, rx("AT\r\r")), (4, rx("\nOK\r\n")), (9, rx("\r\n")), (10, rx("> "))];
    check(
        &dialog,
        RowRules::default(),
        Filter::default(),
        &["0 0 Tx0 AT\\r", "1 3 Rx0 AT\\r", "2 3 Rx3 \\r\\nOK\\r\\n", "3 9 Rx9 \\r\\n> …"],
    );
}

#[test]
fn a_dialog_as_rows() {
    let dialog = [
        (0, tx("AT+CIPSEND\r")),
        (3, rx("AT+CIPSEND\r")),
        (5, rx("\r\n")),
        (6, rx("> ")),
        (700, tx("hi\x1a")),
        (710, rx("hi\x1a\r\nSEND")),
        (711, rx(" OK\r\n")),
        (800, Record::Lines(LineStates { dtr: true, ..LineStates::default() })),
        (801, Record::Lost { direction: Direction::Rx, bytes: Some(12), why: "the disk was full".to_owned() }),
        (802, Record::Break(Direction::Tx)),
        (803, Record::Note("the antenna is off".to_owned())),
    ];
    let auto = || RowRules { newline: Newline::Auto, ..RowRules::default() };
    check(
        &dialog,
        auto(),
        Filter::default(),
        &[
            "0 0 Tx0 AT+CIPSEND\\r",
            "1 3 Rx0 AT+CIPSEND\\r",
            "2 5 Rx11 \\r\\n",
            "3 6 Rx13 > ",
            "4 700 Tx11 hi\\x1a",
            "5 710 Rx15 hi\\x1a\\r\\n",
            "6 710 Rx20 SEND OK\\r\\n",
            "7 800 Lines: DTR on, RTS off, CTS off, DSR off, DCD off, RI off",
            "8 801 12 received bytes are missing here: the disk was full",
            "9 802 Break sent",
            "10 803 the antenna is off",
        ],
    );
    check(
        &dialog[..4],
        auto(),
        Filter::default(),
        &["0 0 Tx0 AT+CIPSEND\\r", "1 3 Rx0 AT+CIPSEND\\r", "2 5 Rx11 \\r\\n", "3 6 Rx13 > …"],
    );
    let pattern = Pattern::new("(?i)send ?ok|antenna", PatternKind::Regex, false).ok();
    check(
        &dialog,
        auto(),
        Filter { pattern, ..Filter::default() },
        &["0 710 Rx20 SEND OK\\r\\n", "1 803 the antenna is off"],
    );
    check(
        &dialog,
        auto(),
        Filter { rx: false, events: false, ..Filter::default() },
        &["0 0 Tx0 AT+CIPSEND\\r", "1 700 Tx11 hi\\x1a"],
    );
    let pause = RowRules { newline: Newline::Pause(millis(3)), longest: 4096 };
    check(&dialog[1..4], pause, Filter::default(), &["0 3 Rx0 AT+CIPSEND\\r\\r\\n> …"]);
    let pause = RowRules { newline: Newline::Pause(millis(2)), longest: 4096 };
    check(&dialog[1..4], pause, Filter::default(), &["0 3 Rx0 AT+CIPSEND\\r", "1 5 Rx11 \\r\\n> …"]);
}

#[test]
fn a_flaw_is_told_once_in_front_of_its_bytes() {
    let flawed =
        |flaw| Record::Data { direction: Direction::Rx, bytes: b"a\nb".to_vec(), send: None, flaw, secret: Vec::new() };
    check(
        &[(1, rx("x")), (2, flawed(Flaw::Parity)), (3, flawed(Flaw::Framing))],
        RowRules::default(),
        Filter::default(),
        &[
            "0 1 Rx0 x",
            "1 2 Parity error in the next 3 bytes",
            "2 2 Rx1 a\\n",
            "3 2 Rx3 b",
            "4 3 Framing error in the next 3 bytes",
            "5 3 Rx4 a\\n",
            "6 3 Rx6 b…",
        ],
    );
}

#[test]
fn secrets_are_masked_and_rows_say_where() {
    let records = [(0, Record::sent(1, "AT\rxx=1234\r", std::iter::once(6..10).collect())), (1, rx("ok"))];
    let mut index = RowIndex::new(capture(&records).reader(), RowRules::default());
    assert_eq!(all(&mut index), ["0 0 Tx0 AT\\r", "1 0 Tx3 xx=****\\r", "2 1 Rx0 ok…"]);
    let Content::Data { masked, .. } = &index.rows(1..2)[0].content else { panic!("bytes") };
    assert_eq!((masked.len(), masked[0].clone()), (1, 3..7));
}

#[test]
fn any_part_of_many_rows_is_read_back_alike() {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    let mut expect = Vec::new();
    for number in 0..20_000u64 {
        let line = format!("row {number} {}\r\n", "x".repeat(usize::try_from(number % 90).unwrap()));
        for part in line.as_bytes().chunks(40) {
            writer.append(millis(number), Record::received(part));
        }
        expect.push(line);
    }
    let mut index = RowIndex::new(writer.reader(), RowRules::default());
    while !index.update(100_000) {}
    assert_eq!(index.len(), 20_000);
    let mut offset = 0;
    for (number, line) in expect.iter().enumerate() {
        if number % 997 < 2 {
            let number = number as u64;
            let rows = index.rows(number..number + 1);
            assert_eq!(rows[0].bytes(), line.as_bytes());
            assert_eq!((rows[0].number, rows[0].at), (number, millis(number)));
            let within = offset + line.len() as u64 - 1;
            assert_eq!(index.row_of_byte(Direction::Rx, within), number);
            assert_eq!(index.row_at_time(millis(number)), number);
        }
        offset += line.len() as u64;
    }
    assert_eq!(index.row_of_byte(Direction::Rx, offset), index.len(), "past the end");
    assert_eq!(index.row_of_byte(Direction::Tx, 0), index.len(), "nothing was sent");
    let pattern = Pattern::new("row 1999", PatternKind::Text, false).ok();
    let filter = Filter { pattern, ..Filter::default() };
    let mut filtered = RowIndex::filtered(writer.reader(), RowRules::default(), filter);
    while !filtered.update(100_000) {}
    assert_eq!(filtered.len(), 11, "1999 and 19990 to 19999");
    assert!(filtered.rows(10..11)[0].bytes().starts_with(b"row 19999 "));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_split_of_a_read_gives_the_same_rows(
        stream in proptest::collection::vec((0u64..4, any::<bool>(), "[a\r\n]{0,12}"), 0..12),
        cuts in proptest::collection::vec(1usize..5, 1..6),
        rule in 0usize..5,
        longest in 1u32..12,
    ) {
        let newline = [
            Newline::Auto, Newline::After(b"\r\n".to_vec()), Newline::Every(3), Newline::Pause(millis(2)), Newline::Never,
        ][rule].clone();
        let rules = RowRules { newline, longest };
        let (mut whole, mut split) = (Vec::new(), Vec::new());
        let (mut at, mut cut) = (0, cuts.iter().cycle());
        for (pause, sent, bytes) in &stream {
            at += pause;
            let record = |bytes: &[u8]| if *sent { Record::sent(1, bytes, Vec::new()) } else { Record::received(bytes) };
            whole.push((at, record(bytes.as_bytes())));
            let mut rest = bytes.as_bytes();
            while !rest.is_empty() {
                let (part, after) = rest.split_at(rest.len().min(*cut.next().unwrap()));
                split.push((at, record(part)));
                rest = after;
            }
        }
        let rows = |records: &[(u64, Record)]| all(&mut RowIndex::new(capture(records).reader(), rules.clone()));
        prop_assert_eq!(rows(&split), rows(&whole));
    }

    #[test]
    fn counting_in_pieces_while_it_grows_is_counting_at_once(
        parts in proptest::collection::vec("[a\r\n]{1,9}", 1..20),
        pattern in proptest::option::of("a{1,3}"),
    ) {
        let mut writer = capture(&[]);
        let filter = Filter {
            pattern: pattern.and_then(|text| Pattern::new(&text, PatternKind::Text, false).ok()),
            ..Filter::default()
        };
        let mut growing = RowIndex::filtered(writer.reader(), RowRules::default(), filter.clone());
        for (at, part) in parts.iter().enumerate() {
            writer.append(millis(at as u64), rx(part));
            all(&mut growing);
        }
        let mut later = RowIndex::filtered(writer.reader(), RowRules::default(), filter);
        prop_assert_eq!(all(&mut growing), all(&mut later));
    }
}

#[test]
fn a_macro_is_one_row_and_its_failures_unless_steps_are_wanted() {
    let step = |text: &str| Record::Step(text.to_owned());
    let run = [
        (0, step("Open TCP: step 1 done after 0.000 s")),
        (5, step("Open TCP: step 12 passed after 0.120 s: \\r\\nOK\\r\\n")),
        (6, step("Open TCP: failed: step 3: ERROR came instead of CONNECT OK")),
        (7, Record::Note("my note: step by step done after all".to_owned())),
        (8, step("Open TCP: failed")),
        (9, step("Ping: run 1 done")),
        (9, step("Ping: done 2 times")),
    ];
    let quiet = Filter { steps: false, ..Filter::default() };
    check(
        &run,
        RowRules::default(),
        quiet,
        &[
            "0 6 Open TCP: failed: step 3: ERROR came instead of CONNECT OK",
            "1 7 my note: step by step done after all",
            "2 8 Open TCP: failed",
            "3 9 Ping: done 2 times",
        ],
    );
}

#[test]
fn rows_know_when_bytes_were_sent_last_also_when_those_are_hidden() {
    let dialog = [(10, rx("RDY\r\n")), (500, tx("AT\r")), (700, rx("\r\nOK\r\n")), (1700, rx("RING\r\n"))];
    let mut index =
        RowIndex::filtered(capture(&dialog).reader(), RowRules::default(), Filter { tx: false, ..Filter::default() });
    while !index.update(1000) {}
    let sent: Vec<_> = index.rows(0..9).iter().map(|row| row.sent).collect();
    assert_eq!(sent, [None, Some(millis(500)), Some(millis(500))]);
    assert_eq!((index.len(), index.all()), (3, 4));
}

#[test]
fn far_behind_a_send_its_time_is_still_known() {
    let mut records = vec![(1, tx("AT\r"))];
    records.extend((2..2000).map(|at| (at, rx(&format!("{}\n", "x".repeat(99))))));
    let mut index = RowIndex::new(capture(&records).reader(), RowRules::default());
    while !index.update(1000) {}
    let last = index.len() - 1;
    assert_eq!(index.rows(last..last + 1)[0].sent, Some(millis(1)));
}
