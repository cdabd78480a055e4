//! Runs a sketch on a [`Board`]: bounded in steps, depth, time and output. Nothing it does leaves the board.

mod arithmetic;
mod clib;
mod construct;
mod core;
mod costs;
mod evaluate;
mod execute;
mod format;
mod functions;
mod given;
mod memory;
mod pauses;
mod pins;
mod places;
mod questions;
mod sought;
mod stream;
mod text;
mod value;
mod watch;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::board::{Board, Nanos};
use super::syntax::{Chip, Declaration, Line, Program, Symbol};
use costs::Cycles;
pub(super) use questions::{Branch, Question};
pub(super) use sought::Sought;
use value::{Place, Value};
use watch::Watch;

/// Calls in calls. Each of them takes the computer's stack too.
const DEEPEST_CALLS: usize = 48;
/// Expressions in expressions, all calls together.
const DEEPEST: usize = 700;
/// Characters of a text, elements of an array.
const LARGEST: usize = 64 * 1024;
/// All that the sketch makes in arrays and texts, in elements; generous against the 2 kB of a Nano.
const MOST_MADE: usize = 8 << 20;

/// Why a run ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// This many steps.
    Steps,
    /// This much time.
    Time,
    /// The sketch is nested too deeply, or calls itself without end.
    Depth,
    /// It keeps too much.
    Memory,
    /// It sends the modem too much.
    Output,
    /// It prints too much.
    Flood,
    /// Nothing that could end this wait will come.
    WaitsForever,
    /// A loop that has no end and looks at nothing: the sketch wants to stop.
    Stops,
    /// It restarts the board.
    Restarts,
    /// It uses an address that is none.
    Crash(&'static str),
    /// It reads on and on behind the end of a text.
    BehindTheText,
}

/// The run is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Halt {
    pub(super) why: Ending,
    pub(super) line: Line,
}

/// Something that went wrong while it ran, beside the modem's dialog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slip {
    /// Writes behind the end of an array of this many bytes.
    BehindTheEnd(usize),
    /// A number is printed where its byte was meant: `print(26)`.
    NumberForByte(i64),
    /// `write(0x26)`: the decimal 26 was meant.
    HexForDecimal,
    /// A text like `0x1A` is sent where the byte was meant.
    TextForByte(String),
    /// An answer is compared as a whole with a text that is only a part of it.
    ComparedWhole(String),
    /// A NUL goes into a `String`.
    NulInString,
    /// A pause that the sketch cannot have meant.
    Divided,
    /// `readBytes` filled its buffer of this many bytes, and more of the answer was there.
    ShortBuffer(usize),
}

/// What a run has shown.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) questions: Vec<Question>,
    pub(super) branches: Vec<Branch>,
    pub(super) sought: Vec<Sought>,
    pub(super) slips: BTreeSet<(Line, Slip)>,
    /// Lines that were run.
    pub(super) run: BTreeSet<Line>,
    /// Calls that were made, by `survey::address`.
    pub(super) calls: HashSet<usize>,
    /// Calls of libraries and of functions that are not at hand.
    pub(super) foreign_calls: BTreeMap<(Line, String), usize>,
    /// Classes, objects and functions that are not at hand and were given a port, with the port's number.
    pub(super) workers: BTreeSet<(String, usize)>,
    /// Functions of the sketch that something else calls: line, function, by what.
    pub(super) handlers: BTreeSet<(Line, String, String)>,
    /// `delay`: from, to.
    pub(super) pauses: Vec<(Nanos, Nanos, Line)>,
    /// Where a port is begun with a rate that is not known here.
    pub(super) unknown_rates: BTreeSet<Line>,
    /// Names that the sketch does not declare.
    pub(super) undeclared: BTreeMap<String, Line>,
    /// Lines that ask whether the modem has sent anything: when first in vain, and whether it ever had.
    pub(super) looked: BTreeMap<Line, (Option<Nanos>, bool)>,
    /// What is read of the modem's answers, with the time and the line.
    pub(super) consumed: Vec<(Nanos, Line, u8)>,
}

/// What was sent or read so far, per run.
pub(super) struct Machine<'a> {
    program: &'a Program,
    chip: Chip,
    pub(super) board: Board,
    pub(super) report: Report,
    /// `--assume`: by name, what is taken for known.
    assumed: BTreeMap<String, String>,
    globals: HashMap<Symbol, Place>,
    frames: Vec<Frame>,
    statics: HashMap<usize, Place>,
    literals: HashMap<usize, Place>,
    fields: HashMap<Symbol, Rc<Vec<Symbol>>>,
    port_names: HashMap<String, usize>,
    watch: Watch,
    effects: u64,
    steps: u64,
    most_steps: u64,
    depth: usize,
    made: usize,
    time_limit: Nanos,
    /// Numbers that are seen as their bytes.
    views: Vec<memory::ByteView>,
    /// `strtok`'s place.
    token: Option<Place>,
    /// Pins that are inputs with the chip's own pull-up.
    pulled_up: BTreeSet<i64>,
    /// Ports on which something was typed.
    typed: BTreeSet<String>,
    /// The questions of each name: a loop asks the same ones again and again.
    asked: HashMap<String, Vec<usize>>,
    /// What the time was last compared with.
    limit: Option<u64>,
    /// The place that the last call gave back, where its function returns a reference.
    returned: Option<Place>,
    line: Line,
}

/// One call of a function.
#[derive(Default)]
struct Frame {
    names: Vec<(Symbol, Place)>,
    this: Option<(Symbol, Place)>,
    /// What was given behind the last parameter (`...`).
    rest: Vec<Value>,
    /// It gives back a reference.
    refers: bool,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        program: &'a Program,
        chip: Chip,
        board: Board,
        assumed: BTreeMap<String, String>,
        most_steps: u64,
    ) -> Self {
        Self {
            program,
            chip,
            board,
            report: Report::default(),
            assumed,
            globals: HashMap::new(),
            frames: vec![Frame::default()],
            statics: HashMap::new(),
            literals: HashMap::new(),
            fields: HashMap::new(),
            port_names: HashMap::new(),
            watch: Watch::default(),
            effects: 0,
            steps: 0,
            most_steps,
            depth: 0,
            made: 0,
            time_limit: 0,
            views: Vec::new(),
            token: None,
            pulled_up: BTreeSet::new(),
            typed: BTreeSet::new(),
            asked: HashMap::new(),
            limit: None,
            returned: None,
            line: 0,
        }
    }

    /// The declarations outside of functions.
    pub(super) fn globals(&mut self) -> Result<(), Halt> {
        self.time_limit = Nanos::MAX;
        let program = self.program;
        for statement in &program.globals {
            self.execute(statement)?;
        }
        Ok(())
    }

    /// The statements of a fragment, as if they stood in `setup`.
    pub(super) fn fragment(&mut self, time_limit: Nanos) -> Result<(), Halt> {
        self.time_limit = time_limit;
        let program = self.program;
        for statement in &program.fragment {
            self.execute(statement)?;
        }
        Ok(())
    }

    /// Whether the sketch has this function.
    pub(super) fn has(&self, name: &str) -> bool {
        self.program.symbols.find(name).is_some_and(|symbol| self.program.functions.contains_key(&symbol))
    }

    /// Calls `setup` or `loop`, until the board's clock says `time_limit`.
    pub(super) fn call_named(&mut self, name: &str, time_limit: Nanos) -> Result<(), Halt> {
        self.time_limit = time_limit;
        self.board.goes_on();
        let program = self.program;
        let function = program.symbols.find(name).and_then(|symbol| program.functions.get(&symbol)?.first());
        if let Some(function) = function {
            self.call_function(function, Vec::new(), None)?;
        }
        Ok(())
    }

    /// One round of `loop`; false when nothing new can come any more.
    pub(super) fn round(&mut self, time_limit: Nanos) -> Result<bool, Halt> {
        let outer = std::mem::take(&mut self.watch);
        let before = self.effects;
        let result = self.call_named("loop", time_limit).and_then(|()| self.serial_events(time_limit));
        let inner = std::mem::replace(&mut self.watch, outer);
        result?;
        Ok(self.effects != before || inner.delayed || self.skip(&inner))
    }

    /// `serialEvent` and its kin, which the core calls between two rounds of `loop` when something has come.
    fn serial_events(&mut self, time_limit: Nanos) -> Result<(), Halt> {
        for port in 0..self.board.ports.len() {
            let Some(number) = self.board.ports.get(port).and_then(|port| port.name.strip_prefix("Serial")) else {
                continue;
            };
            let event = format!("serialEvent{number}");
            if self.has(&event) && self.has_come(port) {
                self.call_named(&event, time_limit)?;
            }
        }
        Ok(())
    }

    fn halt(&self, why: Ending) -> Halt {
        Halt { why, line: self.line }
    }

    /// A step of the sketch: it takes the board some time.
    fn spend(&mut self, cycles: Cycles) -> Result<(), Halt> {
        self.steps += 1;
        self.board.work(costs::time(self.chip, cycles));
        if self.steps > self.most_steps {
            return Err(self.halt(Ending::Steps));
        }
        if self.board.now > self.time_limit {
            return Err(self.halt(Ending::Time));
        }
        if self.made > MOST_MADE {
            return Err(self.halt(Ending::Memory));
        }
        Ok(())
    }

    /// Something changed that a loop may wait for.
    fn effect(&mut self) {
        self.effects += 1;
    }

    /// Room for a text or an array; the sketch cannot fill the computer's memory.
    fn make(&mut self, size: usize) -> Result<(), Halt> {
        self.made += size;
        if size > LARGEST || self.made > MOST_MADE {
            return Err(self.halt(Ending::Memory));
        }
        Ok(())
    }

    fn name(&self, symbol: Symbol) -> Rc<str> {
        self.program.symbols.name(symbol)
    }

    fn slip(&mut self, slip: Slip) {
        if self.report.slips.len() < 500 {
            self.report.slips.insert((self.line, slip));
        }
    }

    /// The place a static local keeps from call to call.
    fn static_key(declaration: &Declaration) -> usize {
        std::ptr::from_ref(declaration) as usize
    }
}
