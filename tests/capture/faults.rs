//! A disk that fails at each operation in turn and then works again: captures, the macro book, settings, results of the
//! command line. Nothing is lost, files are whole, and what failed is told.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime};

use modemscope::app::book::BookFile;
use modemscope::app::settings::SettingsFile;
use modemscope::capture::{LiveLog, Record, Writer, open};
use modemscope::modem::Direction;
use rustix::io::Errno;

use crate::support::have;
use crate::{child, in_child};

const PLACE: &str = "MODEMSCOPE_TEST_FAULTS";
/// What an operation fails with; the last is for writes alone.
const FAULTS: [&str; 4] = ["no space", "broken", "interrupted", "short"];

/// The preloaded library that makes operations fail.
struct Faults {
    folder: tempfile::TempDir,
    library: PathBuf,
}

/// What one run left.
struct Run {
    /// Where its files are.
    files: PathBuf,
    /// The operation that failed, as the library wrote it down.
    failed: String,
    output: Output,
}

impl Run {
    /// The value of a line `name: value` of its output.
    fn said(&self, name: &str) -> String {
        let text = String::from_utf8_lossy(&self.output.stdout);
        let value =
            text.lines().find_map(|line| line.split_once(&format!("{name}: "))).map(|(_, value)| value.to_owned());
        value.unwrap_or_else(|| panic!("{}: it said no {name}: {self:?}", self.failed))
    }

    fn is(&self, operation: &str) -> bool {
        self.failed.starts_with(operation)
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        write!(out, "{}\n{}\n{}", self.failed, text(&self.output.stdout), text(&self.output.stderr))
    }
}

impl Faults {
    /// `None` where no library can be made.
    fn new() -> Option<Self> {
        if !have("gcc", "gcc") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/faults.c");
        let mut compile = Command::new("gcc");
        compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
        assert!(compile.status().unwrap().success());
        Some(Self { folder, library })
    }

    /// Runs what `command` makes for a folder, with the fault at the operation of this number, from 1.
    fn run(&self, number: usize, fault: &str, command: impl Fn(&Path) -> Command) -> Run {
        let place = self.folder.path().join(format!("{number} {fault}"));
        let (files, log) = (place.join("files"), place.join("log"));
        std::fs::create_dir_all(&files).unwrap();
        let mut command = command(&files);
        let how = match fault {
            "no space" => Errno::NOSPC.raw_os_error().to_string(),
            "broken" => Errno::IO.raw_os_error().to_string(),
            "interrupted" => Errno::INTR.raw_os_error().to_string(),
            other => other.to_owned(),
        };
        command.env("LD_PRELOAD", &self.library).env("FAULTS_IN", &files).env("FAULTS_LOG", &log);
        command.env("FAULTS_AT", number.to_string()).env("FAULTS_HOW", how);
        let output = command.output().unwrap();
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        let failed = number.checked_sub(1).and_then(|number| log.lines().nth(number));
        let failed = format!("{} ({fault})", failed.unwrap_or(&format!("{} operations", log.lines().count())));
        Run { files, failed, output }
    }

    /// Every operation fails in every way; `check` says what must hold then. How many runs that were.
    fn each(&self, command: impl Fn(&Path) -> Command, check: impl Fn(&Run)) -> usize {
        let whole = self.run(0, "none", &command);
        check(&whole);
        let operations: usize = whole.failed.split(' ').next().unwrap().parse().unwrap();
        let mut runs = 0;
        for number in 1..=operations {
            for fault in FAULTS {
                let run = self.run(number, fault, &command);
                if fault == "short" && !run.is("write") {
                    continue;
                }
                check(&run);
                runs += 1;
            }
        }
        runs
    }
}

fn chunk(number: u64) -> Vec<u8> {
    format!("\r\n+CSQ: {number},0\r\n").repeat(40).into_bytes()
}

const CHUNKS: u64 = 6;

/// Records, and says what was told.
fn record(path: &Path) {
    let mut writer = match Writer::create(path, SystemTime::UNIX_EPOCH) {
        Ok(writer) => writer,
        Err(error) => return println!("not created: {error}"),
    };
    let reader = writer.reader();
    let mut told = None;
    for number in 0..CHUNKS {
        writer.append(Duration::from_millis(number), Record::received(chunk(number)));
        told = told.or(reader.storage().trouble);
    }
    drop(writer);
    println!("told: {}", told.or(reader.storage().trouble).unwrap_or_default());
}

#[test]
fn a_capture_loses_nothing_whatever_operation_fails() {
    const TEST: &str = "faults::a_capture_loses_nothing_whatever_operation_fails";
    if let Some(files) = in_child(PLACE) {
        return record(&files.join("a.pcapng"));
    }
    let Some(faults) = Faults::new() else { return };
    let expect: Vec<u8> = (0..CHUNKS).flat_map(chunk).collect();
    let runs = faults.each(
        |files| child(TEST, PLACE, files),
        |run| {
            assert!(run.output.status.success(), "{run:?}");
            let path = run.files.join("a.pcapng");
            if !path.exists() {
                assert!(run.said("not created").contains("cannot create the capture"), "{run:?}");
                return;
            }
            let kept = open(&path).unwrap().finish();
            assert!(kept.bytes(Direction::Rx, 0..u64::MAX) == expect, "{run:?}");
            // What is made good at once may be over before anybody looks; a failed last sync stays.
            let told = run.said("told");
            assert!(told.is_empty() || told.contains("cannot be written"), "{run:?}");
            let lasts = run.is("sync") && ["(no space)", "(broken)"].iter().any(|fault| run.failed.ends_with(fault));
            assert!(told.is_empty() != lasts || run.is("write"), "{run:?}");
        },
    );
    println!("{runs} faults");
    assert!(runs > 30, "{runs}");
}

/// Keeps a text log of what comes, and says what was told.
fn keep_log(path: &Path) {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    let log = match LiveLog::start(path, writer.reader()) {
        Ok(log) => log,
        Err(error) => return println!("not created: {error}"),
    };
    for number in 0..CHUNKS {
        writer.append(Duration::from_millis(number), Record::received(chunk(number)));
    }
    drop(writer);
    println!("told: {}", log.finish().unwrap_or_default());
}

#[test]
fn a_text_log_loses_nothing_unsaid_whatever_operation_fails() {
    const TEST: &str = "faults::a_text_log_loses_nothing_unsaid_whatever_operation_fails";
    if let Some(files) = in_child(PLACE) {
        return keep_log(&files.join("log.txt"));
    }
    let Some(faults) = Faults::new() else { return };
    let rows: Vec<String> = (0..CHUNKS).flat_map(|number| vec![format!("+CSQ: {number},0"); 40]).collect();
    let runs = faults.each(
        |files| child(TEST, PLACE, files),
        |run| {
            assert!(run.output.status.success(), "{run:?}");
            let Ok(text) = std::fs::read_to_string(run.files.join("log.txt")) else {
                return assert!(run.said("not created").contains("log.txt"), "{run:?}");
            };
            let written: Vec<&str> = text.lines().filter_map(|line| line.split_once('+')).map(|(_, row)| row).collect();
            // A line that was not told to its end is the last.
            let is = |(written, row): (&&str, &String)| {
                let row = row.trim_start_matches('+');
                written.starts_with(row) || row.starts_with(*written)
            };
            let in_order = written.iter().zip(&rows).all(is);
            assert!(in_order && (written.len() == rows.len() || !run.said("told").is_empty()), "{run:?}\n{text}");
        },
    );
    println!("{runs} faults");
    assert!(runs > 5, "{runs}");
}

/// Saves twice; says what came of it, and keeps what the file held after each.
fn save_twice(path: &Path, mut save: impl FnMut(u64) -> Result<(), String>) {
    for number in 1..=2 {
        match save(number) {
            Ok(()) => println!("saved {number}: "),
            Err(error) => println!("saved {number}: {error}"),
        }
        let after = path.parent().and_then(Path::parent).unwrap().join(format!("after {number}"));
        std::fs::copy(path, after).unwrap();
    }
}

/// After a save that failed the file is the old or the new one, after one that did not it is the new one; and the next save
/// works. No file is left over.
fn saves_are_whole(test: &'static str, name: &str, old: &str, holds: impl Fn(&str, u64) -> bool) {
    let Some(faults) = Faults::new() else { return };
    let runs = faults.each(
        |files| {
            std::fs::write(files.join(name), old).unwrap();
            child(test, PLACE, files)
        },
        |run| {
            assert!(run.output.status.success(), "{run:?}");
            let after = |number: u64| {
                std::fs::read_to_string(run.files.parent().unwrap().join(format!("after {number}"))).unwrap()
            };
            let (first, second) = (run.said("saved 1"), run.said("saved 2"));
            assert!(holds(&after(1), 1) || (!first.is_empty() && after(1) == old), "{run:?}");
            assert!(holds(&after(2), 2) || !second.is_empty() && holds(&after(2), 1), "{run:?}");
            // One operation fails in a run, in one of the saves.
            assert!(first.is_empty() || second.is_empty(), "{run:?}");
            let entries = std::fs::read_dir(&run.files).unwrap().map(|entry| entry.unwrap().file_name());
            let left: Vec<_> = entries.filter(|entry| entry.as_os_str() != OsStr::new(name)).collect();
            assert!(left.iter().all(|name| name.to_string_lossy().ends_with("lock")), "{left:?} {run:?}");
        },
    );
    println!("{runs} faults");
    assert!(runs > 10, "{runs}");
    // A power cut right behind the rename finds the new file whole: nothing of it was written behind its last sync.
    let whole = faults.run(0, "power cut", |files| {
        std::fs::write(files.join(name), old).unwrap();
        child(test, PLACE, files)
    });
    let log = operations(&whole.files);
    let order: Vec<&str> = log.iter().map(|(what, ..)| what.as_str()).filter(|what| *what != "create").collect();
    let before: Vec<&str> = order
        .windows(2)
        .filter(|pair| pair.last() == Some(&"rename"))
        .filter_map(|pair| pair.first().copied())
        .collect();
    assert_eq!(before, ["sync", "sync"], "{log:?}");
}

/// What was done to the files, in order: the operation, its place, its length.
fn operations(files: &Path) -> Vec<(String, u64, u64)> {
    let log = std::fs::read_to_string(files.with_file_name("log")).unwrap_or_default();
    let read = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    };
    log.lines().filter_map(read).collect()
}

/// Two planes: what was synced is on the disk for good; of what was written since, a power cut leaves all, a part, or room without
/// bytes.
#[test]
fn a_power_cut_leaves_all_that_was_synced() {
    const TEST: &str = "faults::a_power_cut_leaves_all_that_was_synced";
    if let Some(files) = in_child(PLACE) {
        let mut writer = Writer::create(&files.join("a.pcapng"), SystemTime::UNIX_EPOCH).unwrap();
        for number in 0..CHUNKS {
            writer.append(Duration::from_millis(number), Record::received(chunk(number)));
            if number == CHUNKS / 2 {
                wait_for("a sync", || operations(&files).iter().any(|(what, ..)| what == "sync"));
            }
        }
        // The power is cut here: nothing is ended in order.
        std::process::exit(0);
    }
    let Some(faults) = Faults::new() else { return };
    let run = faults.run(0, "power cut", |files| child(TEST, PLACE, files));
    assert!(run.output.status.success(), "{run:?}");
    let log = operations(&run.files);
    let synced = log.iter().position(|(what, ..)| what == "sync").unwrap();
    let durable = log[..synced].iter().filter(|(what, ..)| what == "write").map(|(_, place, length)| place + length);
    let durable = usize::try_from(durable.max().unwrap()).unwrap();
    let live = std::fs::read(run.files.join("a.pcapng")).unwrap();
    assert!(durable < live.len(), "{durable} of {}", live.len());
    let expect: Vec<u8> = (0..CHUNKS).flat_map(chunk).collect();
    let least: usize = (0..=CHUNKS / 2).map(|number| chunk(number).len()).sum();
    let left = run.files.join("left.pcapng");
    for kept in (durable..=live.len()).step_by(97) {
        for room in [kept, kept + 4, live.len().max(kept), live.len().next_multiple_of(4096)] {
            let mut bytes = live[..kept].to_vec();
            bytes.resize(room, 0);
            std::fs::write(&left, &bytes).unwrap();
            let heard = open(&left).unwrap().finish().bytes(Direction::Rx, 0..u64::MAX);
            assert!(expect.starts_with(&heard) && heard.len() >= least, "{kept} of {room}: {} bytes", heard.len());
        }
    }
}

fn book(number: u64) -> String {
    format!("version = 1\n\n[[macro]]\nname = \"{number}\"\n# {}\n", "x".repeat(9000))
}

#[test]
fn a_book_is_the_old_or_the_new_one_whatever_operation_fails() {
    if let Some(files) = in_child(PLACE) {
        let path = files.join("macros.toml");
        let mut file = BookFile::open(&path).unwrap();
        return save_twice(&path, |number| file.save(&book(number)).map_err(|error| error.to_string()));
    }
    let test = "faults::a_book_is_the_old_or_the_new_one_whatever_operation_fails";
    saves_are_whole(test, "macros.toml", &book(0), |text, number| text == book(number));
}

#[test]
fn settings_are_the_old_or_the_new_ones_whatever_operation_fails() {
    const TEST: &str = "faults::settings_are_the_old_or_the_new_ones_whatever_operation_fails";
    const OLD: &str = "version = 1\nzoom = 1.5\n\n[modem]\n\"/dev/one\" = \"sim7600\"\n";
    if let Some(files) = in_child(PLACE) {
        let path = files.join("settings.toml");
        let (mut file, settings, problem) = SettingsFile::load(path.clone());
        assert_eq!(problem, None);
        return save_twice(&path, |number| {
            let mut settings = settings.clone();
            settings.history = (0..=number).map(|line| format!("AT+X{line}")).collect();
            settings.modem.insert("/dev/two".to_owned(), format!("family{number}"));
            file.save(&settings).map_err(|error| error.to_string())
        });
    }
    saves_are_whole(TEST, "settings.toml", OLD, |text, number| {
        text.contains(&format!("AT+X{number}\""))
            && text.contains("1.5")
            && text.contains("\"/dev/one\" = \"sim7600\"")
            && text.contains(&format!("\"/dev/two\" = \"family{number}\""))
            && !text.contains(&format!("AT+X{}\"", number + 1))
    });
}

#[test]
fn a_result_replaces_a_file_whole_or_not_at_all() {
    let Some(faults) = Faults::new() else { return };
    let log = faults.folder.path().join("log.txt");
    std::fs::write(&log, "> AT+CSQ\\r\n< \\r\\n+CSQ: 9,0\\r\\n\\r\\nOK\\r\\n\n".repeat(500)).unwrap();
    let runs = faults.each(
        |files| {
            std::fs::write(files.join("out.txt"), "old").unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_modemscope"));
            command
                .arg("export")
                .arg(&log)
                .args(["--as", "text", "--no-redact", "--force", "-o"])
                .arg(files.join("out.txt"));
            command
        },
        |run| {
            let text = std::fs::read_to_string(run.files.join("out.txt")).unwrap();
            let said = String::from_utf8_lossy(&run.output.stderr);
            match run.output.status.code() {
                Some(0) => assert!(text.matches("+CSQ: 9,0").count() == 500, "{run:?}"),
                Some(3) => assert!(text == "old" && said.contains("out.txt cannot be written"), "{run:?}"),
                _ => panic!("{run:?}"),
            }
            assert_eq!(std::fs::read_dir(&run.files).unwrap().count(), 1, "{run:?}");
        },
    );
    println!("{runs} faults");
    assert!(runs > 5, "{runs}");
}

/// Until it holds; how long that took.
#[expect(clippy::disallowed_methods, reason = "the bound of this wait")]
fn wait_for(what: &str, holds: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
    began.elapsed()
}

/// What a failing sync left unwritten is written once more before the next one, since the system counts it as written.
#[test]
fn a_sync_that_fails_is_told_within_a_second_and_made_good() {
    const TEST: &str = "faults::a_sync_that_fails_is_told_within_a_second_and_made_good";
    if let Some(files) = in_child(PLACE) {
        let mut writer = Writer::create(&files.join("a.pcapng"), SystemTime::UNIX_EPOCH).unwrap();
        let reader = writer.reader();
        writer.append(Duration::ZERO, Record::received(chunk(0)));
        let told = wait_for("it is told", || reader.storage().trouble.is_some());
        let over = wait_for("it is over", || reader.storage().trouble.is_none());
        println!("times: {} {}", told.as_millis(), over.as_millis());
        return;
    }
    let Some(faults) = Faults::new() else { return };
    // Its header, one record, the first sync.
    let run = faults.run(4, "broken", |files| child(TEST, PLACE, files));
    assert!(run.is("sync"), "{run:?}");
    assert!(run.output.status.success(), "{run:?}");
    let times = run.said("times");
    let (told, over) = times.split_once(' ').unwrap();
    // Synced once a second.
    assert!(told.parse::<u64>().unwrap() < 2000 && over.parse::<u64>().unwrap() < 2500, "{times}");
    let log = std::fs::read_to_string(run.files.with_file_name("log")).unwrap();
    let after: Vec<&str> = log.lines().skip(4).filter_map(|line| line.split_once(' ')).map(|(name, _)| name).collect();
    assert_eq!(after.first(), Some(&"write"), "{log}");
    assert!(after.contains(&"sync"), "{log}");
    let kept = open(&run.files.join("a.pcapng")).unwrap().finish();
    assert!(kept.bytes(Direction::Rx, 0..u64::MAX) == chunk(0));
}
