//! The interpreter against the board: each sketch compiled and run on the simulated Nano, and run by `sketch`, with the same
//! simulated modem. Both send the same bytes, to the modem and to the computer, at the same times.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use modemscope::simulator::{Modem, Profile, Rig};
use modemscope::sketch::{
    InoOptions, RunOptions, RunWay, SketchRun, Source, answer_driven, export_ino, import, run_sketch,
};

use crate::board::{Board, compiled};
use crate::desk::BOOTED;
use crate::passthrough::source;

/// So far apart may the times of two equal bytes be.
const APART: Duration = Duration::from_millis(2);
/// From the reset to `setup`: memory is cleared, the ports are constructed, the timers are started.
const BOOT: Duration = Duration::from_micros(220);
/// The modem takes in what has come when its line was still for so long, four bytes, as the interpreter has it.
const STILL: Duration = Duration::from_micros(4_166);
/// The modem and the monitor of all sketches here, in bits a second.
const MODEM: u32 = 9600;
const MONITOR: u32 = 115_200;

/// A byte that the board sent, with the time at which it began.
type Sent = Vec<(Duration, u8)>;

/// What a board sent.
#[derive(Default)]
struct Both {
    modem: Sent,
    monitor: Sent,
}

/// The compiled sketch on the simulated board, until this time. `None` where the tools are missing.
fn on_the_board(name: &str, text: &str, end: Duration) -> Option<Both> {
    let sketch = compiled(name, text)?;
    let mut board = Board::start(&sketch);
    let mut rig = Rig::new(Modem::new(Profile::default().with(|profile| profile.uart.paced = false), 1));
    rig.advance(BOOTED);
    rig.poll_uart();
    let mut said: VecDeque<(Duration, Vec<u8>)> = VecDeque::new();
    let mut sent = Both::default();
    let (mut coming, mut handed_on): (Vec<u8>, Option<Duration>) = (Vec::new(), None);
    let mut now = Duration::ZERO;
    while now < end {
        let modem = rig.next_deadline().map(|due| due.saturating_sub(BOOTED));
        let line = said.front().map(|(at, _)| *at);
        let next = [modem, line, handed_on, Some(end)].into_iter().flatten().min().unwrap_or(end);
        let heard = board.until(next.max(now));
        now = heard.now;
        // A receiver has a byte in the middle of its stop bit.
        let began = |over: &Duration, baud: u32| over.saturating_sub(BOOT + Duration::from_secs(19) / (2 * baud));
        sent.modem.extend(heard.modem_at.iter().map(|over| began(over, MODEM)).zip(heard.modem.iter().copied()));
        sent.monitor.extend(heard.pc_at.iter().map(|over| began(over, MONITOR)).zip(heard.pc.iter().copied()));
        coming.extend(&heard.modem);
        handed_on = heard.modem_at.last().map(|over| *over + STILL).or(handed_on);
        if handed_on.is_some_and(|due| due <= now) {
            handed_on = None;
            rig.type_in(&std::mem::take(&mut coming), BOOTED + now);
        } else {
            rig.advance(BOOTED + now);
        }
        if let Some(bytes) = rig.poll_uart() {
            said.push_back((now, bytes));
        }
        while let Some((_, bytes)) = said.pop_front_if(|(at, _)| *at <= now) {
            board.modem(&bytes);
        }
    }
    Some(sent)
}

/// What the interpreter says of one way: what each line sent in one go, with its time.
fn rows(run: &SketchRun, way: RunWay) -> Vec<(Duration, Vec<u8>, usize)> {
    run.rows.iter().filter(|row| row.way == way).map(|row| (row.at, row.bytes.clone(), row.line)).collect()
}

/// Both side by side, in milliseconds, with a mark at what differs; empty where nothing does.
fn difference(rows: &[(Duration, Vec<u8>, usize)], sent: &Sent) -> String {
    let mut words = String::new();
    let mut differs = false;
    let mut rest = sent.as_slice();
    for (at, bytes, line) in rows {
        let (part, behind) = rest.split_at(bytes.len().min(rest.len()));
        rest = behind;
        let real: Vec<u8> = part.iter().map(|(_, byte)| *byte).collect();
        let began = part.first().map_or(Duration::ZERO, |(at, _)| *at);
        let is_apart = real != *bytes || at.abs_diff(began) > APART;
        differs |= is_apart;
        let [own, boards] = [at, &began].map(|time| time.as_secs_f64() * 1e3);
        let _ = writeln!(
            words,
            "{} line {line:3}: interpreter {own:10.3}, board {boards:10.3}, {:+7.3}  {:?} {}",
            if is_apart { '!' } else { ' ' },
            own - boards,
            String::from_utf8_lossy(bytes),
            if real == *bytes { String::new() } else { format!("and not {:?}", String::from_utf8_lossy(&real)) },
        );
    }
    if let Some((at, _)) = rest.first() {
        differs = true;
        let real: Vec<u8> = rest.iter().map(|(_, byte)| *byte).collect();
        let _ = writeln!(words, "! only the board, at {at:?}: {:?}", String::from_utf8_lossy(&real));
    }
    if differs { words } else { String::new() }
}

/// Where the two differ on the modem's line and on the monitor, as words; nothing where the tools are missing.
fn compare(name: &str, text: &str) -> String {
    let options = RunOptions { rounds: Some(100), ..RunOptions::default() };
    let run = run_sketch(&Source::new(text), &options);
    // As long as the interpreter watched.
    let Some(sent) = on_the_board(name, text, run.lasted) else { return String::new() };
    assert!(!sent.modem.is_empty(), "{name} sends something");
    let mut words = difference(&rows(&run, RunWay::Sent), &sent.modem);
    words += &difference(&rows(&run, RunWay::Console), &sent.monitor);
    if words.is_empty() { words } else { format!("{name}:\n{words}") }
}

fn check(names: &[&str]) {
    let text = |name: &str| source(&format!("tests/data/sketches/board/{name}.ino"));
    let differ = |name: &&str| compare(&format!("{name}.ino"), &text(name));
    let differences: String = names.iter().map(differ).collect();
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn statements_and_types() {
    check(&["switch-goto", "structs", "widths", "memory"]);
}

#[test]
fn classes_templates_and_waits() {
    check(&["classes", "templates", "strings", "waits"]);
}

#[test]
fn much_work_on_texts_and_fractions() {
    check(&["references", "ctext", "answers"]);
}

/// What the monitor was told, as lines of a name and a number.
fn numbers(bytes: &[u8]) -> Vec<(String, i64)> {
    let text = String::from_utf8_lossy(bytes);
    let named =
        |line: &str| line.rsplit_once(' ').and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)));
    text.lines().filter_map(named).collect()
}

/// Each operation takes about as long as on the board: `micros()` around each of them says so. So the times of sketches that nobody
/// has tried are near too.
#[test]
fn what_each_operation_takes() {
    let text = source("tests/data/sketches/board/costs.ino");
    let run = run_sketch(&Source::new(&text), &RunOptions::default());
    let Some(sent) = on_the_board("costs.ino", &text, run.lasted) else { return };
    let own: Vec<u8> =
        run.rows.iter().filter(|row| row.way == RunWay::Console).flat_map(|row| row.bytes.clone()).collect();
    let own = numbers(&own);
    let boards = numbers(&sent.monitor.iter().map(|(_, byte)| *byte).collect::<Vec<_>>());
    assert!(own.len() > 80 && own.len() == boards.len(), "{} and {} operations", own.len(), boards.len());
    let mut differences = String::new();
    for ((name, own), (_, board)) in own.iter().zip(&boards) {
        // In tenths of a microsecond: a quarter, or what a few instructions make.
        let is_apart = own.abs_diff(*board) * 4 > board.unsigned_abs() && own.abs_diff(*board) > 30;
        if is_apart {
            let _ = writeln!(differences, "{name}: interpreter {own}, board {board}");
        }
    }
    assert!(differences.is_empty(), "in tenths of a microsecond:\n{differences}");
}

/// The sketch of the story.
#[test]
fn the_story() {
    let blind = source("tests/data/sketches/blind.ino").replace("IP-ADRESS-HERE", "198.51.100.7");
    let differences = compare("blind.ino", &blind);
    assert!(differences.is_empty(), "{differences}");
}

/// The same, exported so that it waits for the answers.
#[test]
fn the_story_exported() {
    let blind = source("tests/data/sketches/blind.ino").replace("IP-ADRESS-HERE", "198.51.100.7");
    let macro_of_it = import(&Source::new(&blind), &RunOptions::default()).timed_macro("blind");
    let waiting = export_ino(&answer_driven(&macro_of_it), &InoOptions::default()).expect("a sketch").text;
    let differences = compare("waiting.ino", &waiting);
    assert!(differences.is_empty(), "{differences}");
}

/// The small sketches of known faults that a Nano's compiler takes, the modem on the pins of this board.
#[test]
fn small_sketches_of_known_faults() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sketches/small");
    let mut differences = String::new();
    for name in ["a1-fail-path", "a2-retry-else", "d1-sprintf-length", "d3-static", "e1-success-branch", "g3-no-1a"] {
        let text = fs::read_to_string(folder.join(format!("{name}.ino"))).expect("a sketch");
        differences += &compare(&format!("{name}.ino"), &text.replace("(7, 8)", "(8, 7)"));
    }
    assert!(differences.is_empty(), "{differences}");
}
