//! A sketch on the board: `setup` whole, `loop` as often as it has something new.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Board, Kind, MILLISECOND, ModemSide, Nanos, Port, Row, SwitchedOn, Way};
use super::front::parse;
use super::machine::{Ending, Halt, Machine, Report};
use super::origin::Origin;
use super::preprocess::{Joined, Spot};
use super::source::Source;
use super::survey::{self, Seen, Site};
use super::syntax::{Chip, Line, Program};
use super::target::Target;
use crate::simulator::Profile;
use crate::vocabulary;

/// How a sketch is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The modem behind the board.
    pub modem: Profile,
    /// Equal seeds give equal delays of the modem.
    pub seed: u64,
    /// How many rounds of `loop` that send something; `None` takes three for a run, and one for a macro.
    pub rounds: Option<usize>,
    /// What only the board knows: `digitalRead(3)` and `HIGH`.
    pub assume: BTreeMap<String, String>,
    /// What the sketch is compiled for; `None` looks at what it includes.
    pub chip: Option<Chip>,
    /// A port that was never begun sends all the same.
    pub lenient: bool,
    /// Steps of the sketch after which a run ends.
    pub most_steps: u64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            modem: Profile::default(),
            seed: 1,
            rounds: None,
            assume: BTreeMap::new(),
            chip: None,
            lenient: false,
            most_steps: MOST_STEPS,
        }
    }
}

/// Rounds of `loop` that send something.
const ROUNDS: usize = 3;
/// Some seconds of a computer's time at the worst.
const MOST_STEPS: u64 = 3_000_000;
/// A sketch that is larger is not read.
pub(crate) const LARGEST_SKETCH: usize = 2 << 20;
/// A run ends after this much time of the board.
const LONGEST: Nanos = 1_800_000 * MILLISECOND;
/// A loop that sends nothing for this long has nothing new.
const QUIET: Nanos = 300_000 * MILLISECOND;
/// The same of one that prints more to the monitor than is kept.
const QUIET_BUT_LOUD: Nanos = 90_000 * MILLISECOND;
/// Rounds of a loop, whatever they do.
const MOST_ROUNDS: usize = 200_000;

/// A run, with all that it has shown.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) program: Program,
    /// What it was compiled for.
    pub(super) target: Target,
    pub(super) joined: Joined,
    pub(super) board: Board,
    pub(super) report: Report,
    pub(super) seen: Seen,
    pub(super) halt: Option<Halt>,
    /// Rounds of `loop` that sent something.
    pub(super) rounds: usize,
    /// When the last of `setup` and the rounds of `loop` was over that sent something.
    pub(super) sending_over: Nanos,
    /// It has neither `setup` nor `loop`.
    pub(super) is_fragment: bool,
    /// When the modem was switched on.
    pub(super) modem_on: SwitchedOn,
}

impl Ran {
    /// What was read is no sketch: neither `setup` nor `loop`, not even broken ones, and nothing that sends.
    pub(super) fn is_no_sketch(&self, source: &Source) -> bool {
        let named = ["void setup", "void loop"].iter().any(|name| source.text().any(|text| text.contains(name)));
        self.is_fragment && !named && self.seen.sites.is_empty() && self.board.rows.is_empty()
    }

    pub(super) fn spot(&self, line: Line) -> Spot {
        self.joined.spots.get(line as usize).copied().unwrap_or_default()
    }

    /// The rows of the modem's port, in the order of their times.
    pub(super) fn dialog(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> =
            self.board.rows.iter().filter(|row| matches!(row.way, Way::ToModem | Way::FromModem)).collect();
        rows.sort_by_key(|row| row.at);
        rows
    }

    /// Places that send and were not reached.
    pub(super) fn not_reached(&self) -> impl Iterator<Item = &Site> {
        let modem = self.board.modem_port.and_then(|port| self.board.ports.get(port)).map(|port| port.name.as_str());
        let is_port = |name: &str| self.board.ports.iter().any(|port| port.name == name);
        // Where nothing was sent, what commands stand beside is the modem's.
        let named = match modem {
            Some(_) => BTreeMap::new(),
            None => survey::commands_by_name(&self.program, &self.seen.sites),
        };
        self.seen.sites.iter().filter(move |site| {
            let object = site.object.map(|object| self.program.symbols.name(object));
            let object = object.as_deref();
            let to_modem = object.is_some_and(|object| Some(object) == modem || named.contains_key(object));
            let shown_elsewhere = modem.is_some() && !to_modem && object.is_some_and(is_port);
            (to_modem || site.is_command() && !shown_elsewhere) && !self.was_reached(site)
        })
    }

    /// Names that are used before the line of their `#define`: where they are used, and where they are defined.
    pub(super) fn used_too_early(&self) -> Vec<(&str, Line, Spot)> {
        let names = self.report.undeclared.iter();
        names.filter_map(|(name, line)| Some((name.as_str(), *line, *self.joined.defined.get(name)?))).collect()
    }

    /// The first command that only the AT firmware of a Wi-Fi module has, such as `AT+CWJAP`.
    pub(super) fn of_a_wifi_module(&self) -> Option<&Row> {
        let is_one = |row: &&Row| {
            let text = super::origin::bytes(&row.text);
            let line = vocabulary::Line::read(text.trim_ascii());
            line.is_some_and(|line| line.calls().any(|call| is_of_wifi_modules(call.name)))
        };
        self.board.rows.iter().filter(|row| row.way == Way::ToModem).find(is_one)
    }

    pub(super) fn was_reached(&self, site: &Site) -> bool {
        match &site.call {
            Some(call) => self.report.calls.contains(call),
            None => self.report.run.contains(&site.line),
        }
    }

    /// What was sent again and again until the run had to be ended: the rows of one round, and how many rounds.
    pub(super) fn endless(&self) -> Option<(Vec<&Row>, usize)> {
        const LONGEST_ROUND: usize = 24;
        const ROUNDS: usize = 8;
        let ended = self
            .halt
            .as_ref()
            .is_some_and(|halt| matches!(halt.why, Ending::Time | Ending::Steps | Ending::Output | Ending::Flood));
        let mut rows: Vec<&Row> = self.board.rows.iter().filter(|row| row.way == Way::ToModem).collect();
        // The run may have ended in the middle of the last.
        if rows.len() > ROUNDS && self.halt.as_ref().is_some_and(|halt| halt.why == Ending::Output) {
            rows.pop();
        }
        let same = |one: &Row, other: &Row| one.line == other.line && one.text == other.text;
        let rounds_of = |length: usize| {
            let pairs = rows.iter().rev().zip(rows.iter().rev().skip(length));
            pairs.take_while(|(late, early)| same(late, early)).count() / length + 1
        };
        let length = (1..=LONGEST_ROUND).find(|length| ended && rounds_of(*length) >= ROUNDS)?;
        Some((rows.get(rows.len() - length..)?.to_vec(), rounds_of(length)))
    }
}

/// Runs a sketch; of several ports the modem's is the one that AT commands go to.
pub(super) fn run(source: &Source, options: &RunOptions) -> Ran {
    let target = options.chip.map_or_else(|| Target::guessed(source), Target::chosen);
    let chip = target.chip;
    let joined = source.joined(chip);
    let program = parse(&joined.text, chip);
    let seen = survey::survey(&program);
    let counted = survey::commands_by_name(&program, &seen.sites);
    let mut modem = counted.iter().max_by_key(|(_, count)| **count).map(|(name, _)| name.clone());
    let mut tried = BTreeSet::new();
    let mut outcome = loop {
        let outcome = once(&program, chip, options, modem.as_deref(), SwitchedOn::Before);
        let found = port_of_commands(&outcome.board, &counted).or_else(|| modem.clone());
        if found == modem || found.is_none() || !tried.insert(found.clone()) {
            break outcome;
        }
        modem = found;
    };
    let mut modem_on = SwitchedOn::Before;
    if waits_for_the_start(&outcome.report) {
        let started = once(&program, chip, options, modem.as_deref(), SwitchedOn::WithTheBoard);
        if !waits_for_the_start(&started.report) {
            (outcome, modem_on) = (started, SwitchedOn::WithTheBoard);
        }
    }
    let Outcome { board, report, halt, rounds, sending_over } = outcome;
    let is_fragment = !["setup", "loop"].iter().any(|name| has(&program, name));
    Ran { program, target, joined, board, report, seen, halt, rounds, sending_over, is_fragment, modem_on }
}

/// Families that join a Wi-Fi network have this command, and no other.
fn is_of_wifi_modules(name: &[u8]) -> bool {
    let mut having = vocabulary::families().iter().filter(|family| family.named(name).is_some()).peekable();
    having.peek().is_some() && having.all(vocabulary::Family::joins_wifi)
}

/// What a modem says by itself when it is switched on; a sketch that powers it looks for it.
pub(super) const START: [&[u8]; 4] = [b"RDY", b"Call Ready", b"SMS Ready", b"Call"];

/// The sketch looked for the modem's start and never found it.
fn waits_for_the_start(report: &Report) -> bool {
    let mut looked = report.sought.iter().filter(|sought| START.contains(&sought.text.trim_ascii()));
    looked.any(|one| !report.sought.iter().any(|other| other.found && other.text == one.text))
}

fn has(program: &Program, name: &str) -> bool {
    program.symbols.find(name).is_some_and(|symbol| program.functions.contains_key(&symbol))
}

/// The port that most AT commands went to; where there were none, the one that a modem most likely hangs on.
fn port_of_commands(board: &Board, counted: &BTreeMap<String, usize>) -> Option<String> {
    let mut counts = vec![0_usize; board.ports.len()];
    let console = board.ports.iter().position(|port| port.is_console);
    for row in &board.rows {
        let port = match row.way {
            Way::ToModem => board.modem_port,
            Way::Elsewhere(port) => Some(port),
            Way::Console => console,
            Way::FromModem => None,
        };
        let text = super::origin::bytes(&row.text);
        // An echo that the sketch passes on is no command of its own.
        let passed_on = row.text.iter().find(|ch| !ch.byte.is_ascii_whitespace()).map(|ch| ch.from);
        if survey::is_command(&text)
            && passed_on != Some(Origin::MODEM)
            && let Some(count) = port.and_then(|port| counts.get_mut(port))
        {
            *count += 1;
        }
    }
    let rank = |port: &Port| match port.kind {
        Kind::Hardware if port.name == "Serial" => 0,
        Kind::Hardware => 1,
        _ => 2,
    };
    // A sketch that shows its commands on a monitor too reads the answers from the modem.
    let likely = |port: &Port| (!is_called_a_monitor(&port.name), port.is_read, rank(port));
    let ports = board.ports.iter().zip(&counts);
    let (best, count) = ports.max_by_key(|(port, count)| (**count, likely(port)))?;
    // Without a command the computer's own port is no modem's, whatever is printed there.
    let is_modem = *count > 0 || (counted.is_empty() && rank(best) > 0);
    is_modem.then(|| best.name.clone())
}

/// A port that is named for what shows it.
fn is_called_a_monitor(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["debug", "dbg", "monitor", "console", "log"].iter().any(|word| name.contains(word))
}

struct Outcome {
    board: Board,
    report: Report,
    halt: Option<Halt>,
    rounds: usize,
    sending_over: Nanos,
}

fn once(program: &Program, chip: Chip, options: &RunOptions, modem: Option<&str>, on: SwitchedOn) -> Outcome {
    let mut board = Board::new(ModemSide::new(options.modem.clone(), options.seed, on), chip);
    board.modem_name = modem.map(str::to_owned);
    board.lenient = options.lenient || !has(program, "setup");
    let assumed = options.assume.iter().map(|(name, value)| {
        let bare: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        (bare, value.clone())
    });
    let mut machine = Machine::new(program, chip, board, assumed.collect(), options.most_steps);
    let mut progress = Progress::default();
    let halt = whole(&mut machine, options, &mut progress).err();
    let last = machine.board.now;
    let Progress { rounds, over } = progress;
    // A piece that never ended is over now.
    let sending_over = if halt.is_some() { last } else { over };
    // What the modem still has to say about the last of it.
    machine.board.wait_until(last.saturating_add(2_000 * MILLISECOND));
    Outcome { board: machine.board, report: machine.report, halt, rounds, sending_over }
}

/// How far a run is.
#[derive(Default)]
struct Progress {
    /// Rounds of `loop` that sent something.
    rounds: usize,
    /// When the last piece was over that sent something.
    over: Nanos,
}

fn whole(machine: &mut Machine<'_>, options: &RunOptions, progress: &mut Progress) -> Result<(), Halt> {
    machine.globals()?;
    machine.fragment(LONGEST)?;
    machine.call_named("setup", LONGEST)?;
    progress.over = machine.board.now;
    if !machine.has("loop") {
        return Ok(());
    }
    let mut last = machine.board.now;
    for _ in 0..MOST_ROUNDS {
        let sent = machine.board.sent;
        if !machine.round(LONGEST)? {
            break;
        }
        if machine.board.sent != sent {
            progress.rounds += 1;
            last = machine.board.now;
            progress.over = last;
            if progress.rounds >= options.rounds.unwrap_or(ROUNDS) {
                break;
            }
        }
        let quiet = if machine.board.monitor_is_cut() { QUIET_BUT_LOUD } else { QUIET };
        if machine.board.now.saturating_sub(last) > quiet {
            break;
        }
    }
    Ok(())
}

impl Ending {
    /// Why the run ended, as a clause.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Steps => "the run was ended: it takes too many steps",
            Self::Time => "the run was ended after half an hour of the board's time",
            Self::Depth => "it calls itself without end, or is nested too deeply",
            Self::Memory => "it keeps more than any board has",
            Self::Output => "the run was ended: it sends the modem more in one go than any end is seen of",
            Self::Flood => "the run was ended: it prints without an end, and looks at nothing that could end that",
            Self::WaitsForever => "it waits here for ever: nothing that could end this wait will come",
            Self::Stops => "it stops here: this loop has no end, and looks at nothing",
            Self::Restarts => "it restarts the board",
            Self::BehindTheText => "it reads on and on behind the end of a text: what it looks for is not there",
            Self::Crash(what) => what,
        }
    }
}
