//! Commands and what they do: `update(state, command) -> effects`. No I/O happens here.

mod port;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::command::{Command, Effect};
use super::nano;
use super::state::{Selected, State, Tone};
use crate::macros::runner::Values;
use crate::macros::{Macro, Step};
use crate::notation;
use crate::session::Rounds;
use crate::worker::Order;

/// Changes the state as the command says and names what else is to be done.
pub fn update(state: &mut State, command: Command) -> Vec<Effect> {
    if state.checking() && writes(&command) {
        state.say(Tone::Note, "This was not done: the passthrough check has the line. Stop it first.");
        return Vec::new();
    }
    if state.listens_only() && writes(&command) {
        state.say(Tone::Note, "Nothing was sent: this port only listens.");
        return Vec::new();
    }
    if state.sending_file() && writes(&command) {
        state.say(Tone::Note, "Nothing else was sent: a file is being sent. Wait for its end, or cancel it.");
        return Vec::new();
    }
    let command = match port::update(state, command) {
        Ok(effects) => return effects,
        Err(other) => other,
    };
    match command {
        Command::NewWindow => vec![Effect::NewWindow],
        Command::Send(bytes) => send(state, bytes),
        Command::SendTyped { text, bytes } => {
            state.settings.remember_sent(&text);
            let mut effects = send(state, bytes);
            effects.push(Effect::Save);
            effects
        }
        Command::CancelSend => vec![Effect::Order(Order::CancelSend)],
        Command::RunMacro { index, values, rounds } => run_macro(state, index, values, rounds),
        Command::StopMacro => vec![Effect::Order(Order::StopMacro)],
        Command::StartServer(port) => {
            state.settings.server_port = port;
            vec![Effect::StartServer(SocketAddr::from((Ipv4Addr::LOCALHOST, port))), Effect::Save]
        }
        Command::StopServer => vec![Effect::StopServer],
        Command::Answer { visitor, bytes } => vec![Effect::Answer { visitor, bytes }],
        Command::OpenCapture(path) => vec![Effect::OpenCapture(path)],
        Command::ShowPort => vec![Effect::ShowPort],
        Command::ReloadBook => vec![Effect::ReloadBook],
        Command::SaveBook(text) => vec![Effect::SaveBook(text)],
        Command::SaveBookOver(text) => vec![Effect::SaveBookOver(text)],
        Command::WaitForAnswers(name) => vec![Effect::WaitForAnswers(name)],
        Command::MacroOfSelection(replay) => vec![Effect::MacroOfSelection(replay)],
        Command::SendLines(lines) => send_lines(state, &lines),
        Command::Dismiss(index) => {
            if index < state.messages.len() {
                state.messages.remove(index);
            }
            Vec::new()
        }
        Command::Say(tone, text) => {
            state.say(tone, text);
            Vec::new()
        }
        other => update_rest(state, other),
    }
}

/// Puts something on the line.
fn writes(command: &Command) -> bool {
    matches!(
        command,
        Command::Send(_)
            | Command::SendTyped { .. }
            | Command::SendLines(_)
            | Command::SendFile(..)
            | Command::RunMacro { .. }
            | Command::Break(_)
            | Command::ScanBaud
            | Command::StartCheck(_)
            | Command::AskModem
    )
}

/// What is done to the log and to the line.
fn update_rest(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Select(selection) => {
            state.selected = selection.map(|selection| Selected { selection, span: None, copying: false });
            vec![Effect::Measure]
        }
        Command::Copy(form) => vec![Effect::Copy(form)],
        Command::Find(pattern) => {
            state.find_trouble = None;
            vec![Effect::Find(pattern)]
        }
        Command::FindTrouble(trouble) => {
            state.find = None;
            state.find_trouble = Some(trouble);
            Vec::new()
        }
        Command::FindStep(step) => {
            find_step(state, step);
            Vec::new()
        }
        Command::FindClose => {
            (state.find, state.find_trouble) = (None, None);
            Vec::new()
        }
        Command::CountByte(byte) => {
            state.settings.counted_byte = byte.map(|byte| format!("{byte:02X}")).unwrap_or_default();
            vec![Effect::CountByte(byte), Effect::Save]
        }
        Command::PlanExport => vec![Effect::PlanExport],
        Command::Export(wish) => vec![Effect::Export(wish)],
        Command::CancelExport => vec![Effect::CancelExport],
        Command::Choose(purpose) => vec![Effect::Choose(purpose)],
        Command::TakeChosen => {
            state.tools.chosen = None;
            Vec::new()
        }
        Command::Record(on) => vec![Effect::Record(on)],
        Command::MakeTimeline => vec![Effect::MakeTimeline],
        Command::StopCheck => vec![Effect::StopCheck],
        Command::SaveSketch(sketch, path) => vec![Effect::SaveSketch(sketch, path)],
        Command::SaveProgram(text, path) => vec![Effect::SaveProgram(text, path)],
        other => update_line(state, other),
    }
}

/// What is done to the line, and what is only remembered.
fn update_line(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Note(text) => order(state, Order::Note(text)),
        Command::SetLines(change) => order(state, Order::SetLines(change)),
        Command::PulseLines(change, time) => order(state, Order::PulseLines(change, time)),
        Command::Break(time) => order(state, Order::Break(time)),
        Command::Sim(control) => order(state, Order::Sim(control)),
        Command::ScanBaud => order(state, Order::ScanBaud),
        Command::StopScan => order(state, Order::StopScan),
        Command::AskModem => run(state, nano::probe(), Values::new(), None),
        Command::StartCheck(way) => match state.check_hindrance() {
            Some(why) => {
                state.say(Tone::Note, why);
                Vec::new()
            }
            None => vec![Effect::StartCheck(way)],
        },
        remembered => {
            remember(state, remembered);
            vec![Effect::Save]
        }
    }
}

fn order(state: &mut State, order: Order) -> Vec<Effect> {
    if state.connected() {
        return vec![Effect::Order(order)];
    }
    state.say(Tone::Note, "Connect to a port first.");
    Vec::new()
}

/// Round and round through the matches.
fn find_step(state: &mut State, step: i64) {
    let Some(sought) = &mut state.find else { return };
    let kept = i64::try_from(sought.find.tally().kept).unwrap_or(i64::MAX);
    if kept == 0 {
        return;
    }
    let next = match sought.at.and_then(|at| i64::try_from(at).ok()) {
        Some(at) => (at + step).rem_euclid(kept),
        None if step < 0 => kept - 1,
        None => 0,
    };
    sought.at = u64::try_from(next).ok();
    sought.current = sought.at.and_then(|at| sought.find.get(at));
    sought.steps += 1;
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

/// Commands that change nothing but settings.
fn remember(state: &mut State, command: Command) {
    let settings = &mut state.settings;
    match command {
        Command::Mute(rule) => {
            settings.muted.insert(rule);
        }
        Command::UnmuteAll => settings.muted.clear(),
        Command::SetView(view) => settings.view = view,
        Command::SetHighlights(highlight) => settings.highlight = highlight,
        Command::SetRetention(size) => settings.retention_mib = size,
        Command::SetExactSecrets(exact) => settings.exact_secrets = exact,
        Command::SetTextLog(on) => settings.text_log = on,
        Command::SetSendBox(send) => settings.send = send,
        Command::SetTheme(theme) => settings.theme = theme,
        Command::SetZoom(zoom) => settings.zoom = zoom,
        Command::SetWindow(place) => settings.window = place,
        _ => {}
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

fn run_macro(state: &mut State, index: usize, values: Values, rounds: Option<Rounds>) -> Vec<Effect> {
    match state.book.macros.get(index).cloned() {
        Some(wanted) => run(state, wanted, values, rounds),
        None => Vec::new(),
    }
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

#[cfg(test)]
mod tests;
