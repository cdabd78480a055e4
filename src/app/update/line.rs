//! What goes out on the open port: bytes, files, macros, searches, and the lines beside the data.

use std::time::Duration;

use super::order;
use crate::app::command::{Check, Effect, Line};
use crate::app::nano;
use crate::app::state::{State, Tone};
use crate::macros::runner::Values;
use crate::macros::{Macro, Step};
use crate::notation;
use crate::session::Rounds;
use crate::worker::Order;

pub(super) fn update(state: &mut State, command: Line) -> Vec<Effect> {
    if let Some(refusal) = refusal(state).filter(|_| writes(&command)) {
        state.say(Tone::Note, refusal);
        return Vec::new();
    }
    match command {
        Line::Send(bytes) => send(state, bytes),
        Line::SendTyped { text, bytes } => {
            state.settings.remember_sent(&text);
            let mut effects = send(state, bytes);
            effects.push(Effect::Save);
            effects
        }
        Line::SendLines(lines) => send_lines(state, &lines),
        Line::SendFile(path, protocol) => order(state, Order::SendFile(path, protocol)),
        Line::CancelSend => vec![Effect::Order(Order::CancelSend)],
        Line::RunMacro { index, values, rounds } => match state.book.macros.get(index).cloned() {
            Some(wanted) => run(state, wanted, values, rounds),
            None => Vec::new(),
        },
        Line::StopMacro => vec![Effect::Order(Order::StopMacro)],
        Line::AskModem => run(state, nano::probe(), Values::new(), None),
        Line::ScanBaud => order(state, Order::ScanBaud),
        Line::StopScan => order(state, Order::StopScan),
        Line::Check(Check::Start(way)) => match state.check_hindrance() {
            Some(why) => {
                state.say(Tone::Note, why);
                Vec::new()
            }
            None => vec![Effect::Check(Check::Start(way))],
        },
        Line::Check(Check::Stop) => vec![Effect::Check(Check::Stop)],
        Line::SetLines(change) => order(state, Order::SetLines(change)),
        Line::PulseLines(change, time) => order(state, Order::PulseLines(change, time)),
        Line::Break(time) => order(state, Order::Break(time)),
        Line::Sim(control) => order(state, Order::Sim(control)),
    }
}

/// Puts something on the line.
fn writes(command: &Line) -> bool {
    match command {
        Line::Send(_)
        | Line::SendTyped { .. }
        | Line::SendLines(_)
        | Line::SendFile(..)
        | Line::RunMacro { .. }
        | Line::AskModem
        | Line::ScanBaud
        | Line::Check(Check::Start(_))
        | Line::Break(_) => true,
        Line::CancelSend
        | Line::StopMacro
        | Line::StopScan
        | Line::Check(Check::Stop)
        | Line::SetLines(_)
        | Line::PulseLines(..)
        | Line::Sim(_) => false,
    }
}

/// Why nothing may be put on the line now.
fn refusal(state: &State) -> Option<&'static str> {
    if state.checking() {
        Some("This was not done: the passthrough check has the line. Stop it first.")
    } else if state.listens_only() {
        Some("Nothing was sent: this port only listens.")
    } else if state.sending_file() {
        Some("Nothing else was sent: a file is being sent. Wait for its end, or cancel it.")
    } else {
        None
    }
}

fn send(state: &mut State, bytes: Vec<u8>) -> Vec<Effect> {
    if !state.connected() {
        state.say(Tone::Note, "Nothing was sent: connect to a port first.");
        return Vec::new();
    }
    if bytes.is_empty() {
        return Vec::new();
    }
    vec![Effect::Order(Order::Send(bytes))]
}

/// Lines of a paste, as a macro of the moment: it can be seen, and stopped.
fn send_lines(state: &mut State, lines: &[Vec<u8>]) -> Vec<Effect> {
    let step = |bytes: &Vec<u8>| Step {
        send: Some(notation::print_macro(bytes)),
        wait: Some(Duration::from_millis(100)),
        ..Step::default()
    };
    let wanted = Macro {
        name: format!("{} pasted lines", lines.len()),
        steps: lines.iter().map(step).collect(),
        ..Macro::default()
    };
    if state.running() {
        state.say(Tone::Note, "A macro is running: stop it first, then paste again.");
        return Vec::new();
    }
    order(state, Order::RunMacro(vec![wanted], Values::new()))
}

fn run(state: &mut State, wanted: Macro, values: Values, rounds: Option<Rounds>) -> Vec<Effect> {
    if !state.connected() {
        state.say(Tone::Note, format!("“{}” was not run: connect to a port first.", wanted.name));
        return Vec::new();
    }
    if state.running() {
        state.say(Tone::Note, format!("“{}” was not run: another macro is running. Stop it first.", wanted.name));
        return Vec::new();
    }
    for (name, ask) in &wanted.ask {
        if let Some(value) = values.get(name).filter(|_| !ask.secret) {
            state.settings.values.insert(name.clone(), value.clone());
        }
    }
    let order = match rounds {
        None => Order::RunMacro(vec![wanted], values),
        Some(rounds) => Order::Repeat(vec![wanted], values, rounds),
    };
    vec![Effect::Order(order), Effect::Save]
}
