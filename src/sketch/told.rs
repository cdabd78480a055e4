//! What a macro does not hold, or holds by assumption: each with its line, so that nothing is left out in silence.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Row, SwitchedOn, Way};
use super::libraries;
use super::machine::{Ending, Question, Sought};
use super::origin::{Origin, bytes};
use super::preprocess::Spot;
use super::private::secrets_of;
use super::run::{Ran, START};
use super::source::Source;
use super::survey::{Around, Site};
use super::syntax::{Line, Symbol};
use crate::vocabulary;

/// A line that has to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// 1-based.
    pub line: usize,
    /// The line as written, without blanks around it.
    pub text: String,
    /// Why, as a clause.
    pub reason: String,
    /// What only the board knows, and decides here: the name by which it can be said.
    pub(crate) decides: Option<String>,
}

impl Unread {
    pub(super) fn new(line: usize, text: String, reason: String) -> Self {
        Self { line, text, reason, decides: None }
    }

    /// The reason, and how the user chooses where something only the board knows decides: `choose` makes the words of its name.
    pub(crate) fn with_choice(&self, choose: impl Fn(&str) -> String) -> String {
        match &self.decides {
            Some(name) => format!("{}; {}", self.reason, choose(name)),
            None => self.reason.clone(),
        }
    }
}

/// All that has to be said about a run, in the order of the lines; the lines without their secrets.
pub(super) fn told(source: &Source, ran: &Ran) -> Vec<Unread> {
    let mut uses: BTreeMap<Symbol, Vec<&Around>> = BTreeMap::new();
    for one in &ran.seen.uses {
        uses.entry(one.callee).or_default().push(&one.around);
    }
    let mut told = Told { source, ran, uses, out: BTreeSet::new() };
    for (spot, reason) in &ran.joined.unread {
        told.out.insert((*spot, reason.clone(), None));
    }
    for (line, reason) in &ran.program.unread {
        told.say(*line, reason.clone());
    }
    told.how_it_ended();
    told.how_it_began();
    told.not_reached();
    told.questions();
    told.foreign();
    told.handlers();
    told.unknown_rates();
    told.nothing_declared();
    told.libraries_not_reached();
    told.defined_twice();
    told.of_another_modem();
    if told.out.is_empty() {
        return Vec::new();
    }
    let secrets = secrets_of(source);
    told.out
        .into_iter()
        .map(|(spot, reason, decides)| Unread {
            line: spot.line,
            text: secrets.masked(source.line(spot).to_owned()),
            reason: secrets.masked(reason),
            decides: decides.map(|name| secrets.masked(name)),
        })
        .collect()
}

/// Of what is sent without end a macro has this many rounds.
pub(super) const SHOWN_ROUNDS: usize = 3;

/// More questions of one line are told together.
const SINGLY: usize = 3;

struct Told<'a> {
    source: &'a Source,
    ran: &'a Ran,
    /// Where each function of the sketch is called.
    uses: BTreeMap<Symbol, Vec<&'a Around>>,
    /// Where, why, and what decides there.
    out: BTreeSet<(Spot, String, Option<String>)>,
}

impl Told<'_> {
    fn say(&mut self, line: Line, reason: String) {
        self.say_what_decides(line, reason, None);
    }

    fn say_what_decides(&mut self, line: Line, reason: String, decides: Option<String>) {
        let spot = self.ran.spot(line);
        let reason = match self.source.other_tab(spot) {
            Some(tab) => format!("{reason} (in {tab})"),
            None => reason,
        };
        self.out.insert((spot, reason, decides));
    }

    /// A modem that was not on before.
    fn how_it_began(&mut self) {
        let is_start = |sought: &&Sought| START.contains(&sought.text.trim_ascii());
        if self.ran.modem_on == SwitchedOn::WithTheBoard
            && let Some(sought) = self.ran.report.sought.iter().find(is_start)
        {
            let text = shown(sought.text.trim_ascii());
            self.say(
                sought.line,
                format!(
                    "waits for {text}, which a modem says when it starts: in this run it is switched on with the board"
                ),
            );
        }
    }

    fn how_it_ended(&mut self) {
        if self.ran.board.monitor_is_cut() {
            let words = "prints more to the monitor than is kept; the rest of it is not shown".to_owned();
            let last = self.ran.board.rows.iter().rev().find(|row| row.way == Way::Console);
            self.say(last.map_or(0, |row| row.line), words);
        }
        let Some(halt) = &self.ran.halt else { return };
        if let Some((round, rounds)) = self.ran.endless() {
            let line = round.first().map_or(0, |row| row.line);
            self.say(
                line,
                format!(
                    "sent again and again, {rounds} times until the run was ended; a macro has it {SHOWN_ROUNDS} times"
                ),
            );
        }
        let more = match halt.why {
            Ending::WaitsForever | Ending::Stops if self.ran.not_reached().next().is_none() => return,
            _ => "; what comes behind it is missing",
        };
        self.say(halt.line, format!("{}{more}", halt.why.words()));
    }

    /// Places that send and that this run did not come to.
    fn not_reached(&mut self) {
        let sites: Vec<Site> = self.ran.not_reached().cloned().collect();
        let mut by_line: BTreeMap<Line, (Vec<String>, Why)> = BTreeMap::new();
        for site in sites {
            let why = self.why_not(&site.around, &mut BTreeSet::new());
            let (texts, _) = by_line.entry(site.line).or_insert_with(|| (Vec::new(), why));
            texts.extend(site.text.as_deref().map(shown));
        }
        for (line, (texts, why)) in by_line {
            let what =
                if texts.is_empty() { "sends to the modem".to_owned() } else { format!("sends {}", texts.join(", ")) };
            let reason = format!("not reached in this run: {what}{}", why.words);
            self.say_what_decides(line, reason, why.decides);
        }
    }

    /// Why the run did not come to a place: the condition that was looked at and did not let it, or who would have had to call.
    fn why_not(&self, around: &Around, seen: &mut BTreeSet<Symbol>) -> Why {
        let run = &self.ran.report.run;
        // The innermost condition that was looked at is the one that decided, unless what hangs on it ran.
        let decided = around.conditions.iter().rev().find(|condition| run.contains(&condition.line));
        if let Some(condition) = decided.filter(|one| one.inside == one.line || !run.contains(&one.inside)) {
            let branch = self.ran.report.branches.iter().find(|branch| branch.line == condition.line);
            return match branch.and_then(|branch| self.ran.report.questions.get(branch.question)) {
                Some(question) => {
                    Why { words: format!("; it hangs on {}", question.words()), decides: Some(question.name.clone()) }
                }
                None => {
                    Why::words(format!("; the condition of line {} did not let it", self.ran.spot(condition.line).line))
                }
            };
        }
        let Some(function) = around.function.filter(|name| !self.was_called(*name)) else { return Why::default() };
        // Each function once: they may call each other.
        let fresh = seen.len() < 64 && seen.insert(function);
        let mut callers = self.uses.get(&function).into_iter().flatten().filter(|_| fresh);
        let why = callers.find_map(|around| Some(self.why_not(around, seen)).filter(|why| !why.words.is_empty()));
        why.unwrap_or_else(|| Why::words(format!("; `{}` is not called", self.ran.program.symbols.name(function))))
    }

    /// A line of its body was run. One that is empty or stands in a single line counts as called.
    fn was_called(&self, name: Symbol) -> bool {
        let program = &self.ran.program;
        let own = program.functions.get(&name).into_iter().flatten();
        let methods = program.classes.values().flat_map(|class| &class.methods).filter(|method| method.name == name);
        own.chain(methods).any(|one| one.body.first().is_none_or(|first| self.ran.report.run.contains(&first.line)))
    }

    /// What only the board knows, where it is sent or decides.
    fn questions(&mut self) {
        let mut sent = BTreeSet::new();
        for row in self.ran.board.rows.iter().filter(|row| row.way == Way::ToModem) {
            sent.extend(row.text.iter().filter_map(|ch| ch.from.question()));
            if row.text.iter().any(|ch| ch.from == Origin::MODEM) {
                self.say(row.line, "sends part of what the modem answered; the macro asks for it".to_owned());
            }
        }
        let mut by_line: BTreeMap<Line, Vec<&Question>> = BTreeMap::new();
        for (index, question) in self.ran.report.questions.iter().enumerate() {
            if sent.contains(&index) && !question.assumed {
                by_line.entry(question.line).or_default().push(question);
            }
        }
        for (line, asked) in by_line {
            // A text that is read byte by byte is one thing.
            if let ([first, ..], [.., last]) = (asked.as_slice(), asked.as_slice())
                && asked.len() > SINGLY
            {
                let (count, first, last) = (asked.len(), &first.name, &last.name);
                self.say(
                    line,
                    format!("{first} to {last} ({count}) are known only on the board; the macro asks for them"),
                );
                continue;
            }
            for question in asked {
                let reason = format!(
                    "{} is known only on the board; the macro asks for it, with `{}` as default",
                    question.name, question.default
                );
                self.say(line, reason);
            }
        }
        let branches: Vec<_> = self.ran.report.branches.clone();
        for branch in branches {
            let Some(question) = self.ran.report.questions.get(branch.question) else { continue };
            if question.assumed || !self.matters(branch.line) {
                continue;
            }
            let way = if branch.taken { "yes" } else { "no" };
            let taken =
                if question.default.is_empty() { String::new() } else { format!(" (taken as {})", question.default) };
            let reason = format!("hangs on {}{taken}: taken for {way}", question.words());
            let name = question.name.clone();
            self.say_what_decides(branch.line, reason, Some(name));
        }
    }

    /// A branch matters where something is sent in it, or is changed that may change what is sent.
    fn matters(&self, line: Line) -> bool {
        let inside = |site: &Site| site.around.conditions.iter().any(|condition| condition.line == line);
        self.ran.seen.weighty.contains(&line)
            || self.ran.seen.sites.iter().any(|site| inside(site) && self.is_modem(site))
    }

    fn is_modem(&self, site: &Site) -> bool {
        let modem = self.ran.board.modem_port.and_then(|port| self.ran.board.ports.get(port));
        let name = site.object.map(|object| self.ran.program.symbols.name(object));
        modem.zip(name).is_some_and(|(port, name)| port.name == *name)
    }

    /// Calls of libraries that work the modem themselves, and of functions that are not at hand.
    fn foreign(&mut self) {
        for (line, name) in self.ran.report.foreign_calls.keys() {
            if let Some(words) = libraries::told(&self.ran.joined.includes, self.ran, name) {
                self.say(*line, words);
            }
        }
        for (line, words) in libraries::tasks(self.ran) {
            self.say(line, words);
        }
    }

    /// The same where the run did not come to.
    fn libraries_not_reached(&mut self) {
        let calls = self.ran.seen.library_calls.iter().filter(|one| !self.ran.was_reached(&one.site));
        let told: Vec<(Line, String, Why)> = calls
            .filter_map(|one| {
                let words = libraries::told_unreached(self.ran, one)?;
                Some((one.site.line, words, self.why_not(&one.site.around, &mut BTreeSet::new())))
            })
            .collect();
        for (line, words, why) in told {
            self.say_what_decides(line, format!("not reached in this run: {words}{}", why.words), why.decides);
        }
    }

    /// Functions that something on the board calls: a pin, a timer, a library.
    fn handlers(&mut self) {
        for (line, name, by) in &self.ran.report.handlers {
            if !libraries::starts_a_task(by) {
                let words = "it is called when something happens on the board, and not in this run";
                self.say(*line, format!("`{name}` is handed to `{by}`: {words}"));
            }
        }
        let interrupts = ["ISR", "SIGNAL"].iter().filter_map(|name| self.ran.program.symbols.find(name));
        let bodies: Vec<Line> = interrupts
            .filter_map(|name| self.ran.program.functions.get(&name))
            .flatten()
            .filter_map(|function| function.body.first().map(|first| first.line))
            .collect();
        for line in bodies {
            self.say(line, "this is run by an interrupt of the chip, and none comes in this run".to_owned());
        }
    }

    fn defined_twice(&mut self) {
        for (line, name) in &self.ran.program.twice {
            let name = self.ran.program.symbols.name(*name);
            self.say(*line, format!("`{name}` is defined a second time here, which the compiler refuses"));
        }
    }

    /// Commands that no modem of ours has and another kind of device does, such as an ESP8266.
    fn of_another_modem(&mut self) {
        let is_elsewhere = |row: &&Row| {
            let text = bytes(&row.text);
            let line = vocabulary::Line::read(text.trim_ascii());
            line.is_some_and(|line| {
                line.calls().any(|call| {
                    vocabulary::known(call.name).is_none()
                        && vocabulary::private::is_elsewhere(&call.name.to_ascii_uppercase())
                })
            })
        };
        let mut sent = self.ran.board.rows.iter().filter(|row| row.way == Way::ToModem);
        if let Some(row) = self.ran.of_a_wifi_module().or_else(|| sent.find(is_elsewhere)) {
            let words = "a command of another kind of modem, such as an ESP8266; the one of this run is none and refuses \
                         it, so that what follows is not what the other would get";
            self.say(row.line, words.to_owned());
        }
    }

    /// Functions that send, by themselves or by one that they call.
    fn sending(&self) -> BTreeSet<Symbol> {
        let mut sending: BTreeSet<_> = self.ran.seen.sites.iter().filter_map(|site| site.around.function).collect();
        loop {
            let before = sending.len();
            for one in &self.ran.seen.uses {
                sending.extend(one.around.function.filter(|_| sending.contains(&one.callee)));
            }
            if sending.len() == before {
                return sending;
            }
        }
    }

    /// A rate from a header that is not here.
    fn unknown_rates(&mut self) {
        for line in self.ran.report.unknown_rates.clone() {
            let words = "the rate of this port stands in what is not here, such as a header of the sketch's own";
            self.say(line, format!("{words}; taken as 9600"));
        }
    }

    fn nothing_declared(&mut self) {
        let ports: Vec<(String, Line)> =
            self.ran.report.undeclared.iter().map(|(name, line)| (name.clone(), *line)).collect();
        for (name, line) in ports {
            if self.ran.board.ports.iter().any(|port| port.name == name) {
                self.say(
                    line,
                    format!("`{name}` is declared in a part of the sketch that is not here; taken for a serial port"),
                );
            } else if let Some(defined) = self.ran.joined.defined.get(&name) {
                let words = "; the compiler refuses that; taken as 0";
                self.say(line, format!("`{name}` is used before its #define in line {}{words}", defined.line));
            } else if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                // In capitals it is most likely a constant of a library.
                self.say(line, format!("`{name}` is declared nowhere in what is here; taken as 0"));
            }
        }
        if self.ran.is_fragment && self.ran.board.rows.iter().all(|row| row.way != Way::ToModem) {
            let names: Vec<String> =
                self.sending().iter().map(|name| format!("`{}`", self.ran.program.symbols.name(*name))).collect();
            let reason = match (names.is_empty(), self.ran.seen.sites.is_empty()) {
                (false, _) => {
                    format!("this file has neither setup() nor loop(); functions that send: {}", names.join(", "))
                }
                (true, true) => "this text has neither setup() nor loop(), and nothing in it sends".to_owned(),
                (true, false) => {
                    "this text has neither setup() nor loop(); it is run as if it stood in setup()".to_owned()
                }
            };
            self.out.insert((Spot { tab: 0, line: 1 }, reason, None));
        }
    }
}

/// Why the run did not come to a place.
#[derive(Default)]
struct Why {
    words: String,
    decides: Option<String>,
}

impl Why {
    fn words(words: String) -> Self {
        Self { words, decides: None }
    }
}

/// A text for a line of words.
pub(super) fn shown(text: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(text).chars().take(60).collect();
    format!("`{}`", crate::notation::print_macro(text.as_bytes()))
}
