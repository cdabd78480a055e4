//! A week at one modem, on the capture's own time: nothing in it goes by the clock of the machine, so neither midnight nor the
//! end of summer time nor a clock that is set shows in it.

use std::path::Path;
use std::time::{Duration, SystemTime};

use modemscope::capture::export::{Format, Options, export};
use modemscope::capture::{LiveLog, Progress, Record, RowIndex, RowRules, Writer, open};
use modemscope::modem::diagnose::Diagnoser;

use crate::{child, in_child};

const WEEK: &str = "MODEMSCOPE_TEST_WEEK";
/// From before the end of summer time in 2026: 22 October, 12:00 UTC.
const BEGUN: Duration = Duration::from_hours(497_964);
const EVERY: Duration = Duration::from_secs(30);
const POLLS: u32 = 7 * 24 * 120;

/// Asks for the signal twice a minute, seven days long.
fn record(path: &Path) {
    let started = SystemTime::UNIX_EPOCH + BEGUN;
    let mut writer = Writer::create(path, started).unwrap();
    let log = LiveLog::start(&path.with_extension("txt"), writer.reader()).unwrap();
    let mut diagnoser = Diagnoser::new();
    let before = memory();
    for poll in 0..POLLS {
        let at = EVERY * poll;
        let (sent, answer) = (b"AT+CSQ\r".to_vec(), b"AT+CSQ\r\r\n+CSQ: 18,0\r\n\r\nOK\r\n");
        diagnoser.sent(&sent, &[], u64::from(poll), Some(at));
        writer.append(at, Record::sent(u64::from(poll), sent, Vec::new()));
        let at = at + Duration::from_millis(20);
        diagnoser.received(answer, &[], Some(at));
        writer.append(at, Record::received(answer));
    }
    let grown = memory().saturating_sub(before);
    diagnoser.finish();
    let findings: Vec<_> = diagnoser.findings().iter().map(|finding| finding.title.clone()).collect();
    drop(writer);
    assert_eq!((log.finish(), findings), (None, Vec::new()));
    assert!(grown < 16 * 1024, "{grown} KiB more than at the beginning");
}

/// Of this process, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_week_is_recorded_whole_and_in_order_and_costs_little() {
    if let Some(path) = in_child(WEEK) {
        return record(&path);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("week.pcapng");
    let output = child("long::a_week_is_recorded_whole_and_in_order_and_costs_little", WEEK, &path)
        .env("TZ", "Europe/Zurich")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let reader = open(&path).unwrap().finish();
    let mut index = RowIndex::new(reader.clone(), RowRules::default());
    while !index.update(1 << 20) {}
    let last = index.rows(index.len() - 1..index.len());
    assert_eq!(last[0].at, EVERY * (POLLS - 1) + Duration::from_millis(20), "to the microsecond, after a week");
    let mut lines = Vec::new();
    export(&reader, Format::Csv, &Options::default(), &mut lines, &Progress::default()).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let times: Vec<&str> =
        text.lines().filter_map(|line| line.split(',').find(|cell| cell.starts_with("2026-"))).collect();
    assert!(times.is_sorted(), "in order");
    let on = |start: &str| times.iter().filter(|time| time.starts_with(start)).count();
    let whole = on("2026-10-23");
    assert!(whole > 2 * 24 * 120, "{whole} rows a day");
    assert_eq!((on("2026-10-24"), on("2026-10-25"), on("2026-10-28")), (whole, whole, whole));
    // Here the clocks of Zurich go back from three to two.
    assert_eq!((on("2026-10-25T00"), on("2026-10-25T01")), (whole / 24, whole / 24));
    let log = std::fs::read_to_string(path.with_extension("txt")).unwrap();
    assert_eq!(log.matches("+CSQ: 18,0").count(), POLLS as usize);
}
