//! What goes out on the open port: bytes, files, macros, searches, and the lines beside the data.

use std::time::Duration;

use super::order;
use crate::app::command::{Capture, Check, Effect, Line};
use crate::app::nano;
use crate::app::settings::is_called_secret;
use crate::app::state::{State, Tone};
use crate::macros::runner::Values;
use crate::macros::{Macro, Step};
use crate::modem::secrets::masked;
use crate::notation;
use crate::session::Rounds;
use crate::session::occupant::Wish;
use crate::sketch::answer_driven;
use crate::worker::Order;

pub(super) fn update(state: &mut State, command: Line) -> Vec<Effect> {
    let wish = wish(&command);
    if let Some(refusal) = wish.and_then(|wish| state.refusal(wish)) {
        state.say(Tone::Refused, refusal.sentence());
        return Vec::new();
    }
    let mut effects = carry(state, command);
    // Nothing is sent unseen: what the log shows is the port that it goes to.
    if wish.is_some_and(|wish| wish != Wish::Lines)
        && state.file.is_some()
        && effects.iter().any(|effect| matches!(effect, Effect::Order(_)))
    {
        effects.push(Effect::Capture(Capture::ShowPort));
    }
    effects
}

/// Keeps what was typed for the history, unless a password is asked for, the bytes go on with a secret, or they may be a part
/// of the PIN that the SIM waits for.
fn remember(state: &mut State, text: &str, bytes: &[u8]) {
    let secret = state.typed.sends(bytes);
    let of_pin = state.status.pin && bytes.iter().all(|byte| byte.is_ascii_digit() || b"\"', \r\n".contains(byte));
    if !secret && !of_pin && !state.status.password {
        state.settings.remember_sent(text);
    }
}

fn carry(state: &mut State, command: Line) -> Vec<Effect> {
    match command {
        Line::Send(bytes) => {
            state.typed.sends(&bytes);
            send(bytes)
        }
        Line::SendTyped { text, bytes } => {
            remember(state, &text, &bytes);
            let mut effects = send(bytes);
            effects.push(Effect::Save);
            effects
        }
        Line::Repeat { text, bytes, rounds } => {
            remember(state, &text, &bytes);
            let step = Step { send: Some(notation::print_macro(&bytes)), ..Step::default() };
            let wanted = Macro { name: "Repeated line".to_owned(), steps: vec![step], ..Macro::default() };
            run(state, wanted, Values::new(), Some(rounds))
        }
        Line::SendLines(lines, pause) => {
            // A whole file may have been pasted; what is typed next goes on with its last line.
            if let Some(last) = lines.last() {
                state.typed.sends(last);
            }
            send_lines(state, &lines, pause)
        }
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
        Line::Check(Check::Start(way)) => order(state, Order::Check(way)),
        Line::Check(Check::Stop) => {
            state.say(Tone::Note, "The check was stopped halfway: the modem's echo may be off. ATE1 switches it on.");
            order(state, Order::StopCheck)
        }
        Line::SetLines(change) => order(state, Order::SetLines(change)),
        Line::PulseLines(change, time) => order(state, Order::PulseLines(change, time)),
        Line::Break(time) => order(state, Order::Break(time)),
        Line::Sim(control) => order(state, Order::Sim(control)),
    }
}

/// What it wants of the line; `None` where nobody who has it minds.
fn wish(command: &Line) -> Option<Wish> {
    match command {
        Line::Send(_) | Line::SendTyped { .. } | Line::Break(_) => Some(Wish::Send),
        Line::SendFile(..) => Some(Wish::File),
        Line::Repeat { .. } | Line::SendLines(..) | Line::RunMacro { .. } | Line::AskModem => Some(Wish::Macro),
        Line::ScanBaud => Some(Wish::Scan),
        Line::Check(Check::Start(_)) => Some(Wish::Check),
        Line::SetLines(_) | Line::PulseLines(..) => Some(Wish::Lines),
        Line::CancelSend | Line::StopMacro | Line::StopScan | Line::Check(Check::Stop) | Line::Sim(_) => None,
    }
}

fn send(bytes: Vec<u8>) -> Vec<Effect> {
    if bytes.is_empty() { Vec::new() } else { vec![Effect::Order(Order::Send(bytes))] }
}

/// Lines of a paste, as a macro of the moment: it can be seen, and stopped.
fn send_lines(state: &mut State, lines: &[Vec<u8>], pause: Option<Duration>) -> Vec<Effect> {
    let step = |bytes: &Vec<u8>| Step {
        send: Some(notation::print_macro(bytes)),
        // Of a line whose answer is not known nobody can tell when it is answered.
        wait: Some(pause.unwrap_or(Duration::from_millis(100))),
        ..Step::default()
    };
    let blind = Macro {
        name: format!("{} pasted lines", lines.len()),
        steps: lines.iter().map(step).collect(),
        ..Macro::default()
    };
    let wanted = if pause.is_some() { blind } else { answer_driven(&blind) };
    order(state, Order::RunMacro(vec![wanted], Values::new()))
}

/// A parameter's value is a PIN or password though its macro does not say so: by the name, or by where it is sent.
fn is_secret(wanted: &Macro, values: &Values, name: &str, value: &str) -> bool {
    let place = format!("${{{name}");
    let sends = wanted.steps.iter().filter_map(|step| step.send.as_ref()).filter(|send| send.contains(&place));
    let sent = sends.map(|send| {
        values.iter().fold(send.clone(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
    });
    let is_masked = |text: String| !masked(&text).contains(value);
    !value.is_empty() && (is_called_secret(name, value) || sent.into_iter().any(is_masked))
}

fn run(state: &mut State, wanted: Macro, values: Values, rounds: Option<Rounds>) -> Vec<Effect> {
    for (name, ask) in &wanted.ask {
        if let Some(value) = values.get(name).filter(|value| !ask.secret && !is_secret(&wanted, &values, name, value)) {
            state.settings.values.insert(name.clone(), value.clone());
        }
    }
    let order = match rounds {
        None => Order::RunMacro(vec![wanted], values),
        Some(rounds) => Order::Repeat(vec![wanted], values, rounds),
    };
    vec![Effect::Order(order), Effect::Save]
}
