//! What is done to the port: picked, set, opened, lent, shared.

use crate::app::command::{Effect, Port};
use crate::app::settings::{Adapter, Line, Typed, is_renumbered};
use crate::app::state::{State, Tone};
use crate::link::{LineSettings, LinkSpec};
use crate::session::occupant::Wish;
use crate::vocabulary::{self, Family};
use crate::worker::{Order, Phase};

pub(super) fn update(state: &mut State, command: Port) -> Vec<Effect> {
    match command {
        Port::List => vec![Effect::ListPorts(state.settings.globs.clone())],
        Port::Pick(port) => pick(state, port),
        Port::SetLine(line) => set_line(state, line),
        Port::SetAdapter(adapter) => {
            state.adapter = adapter;
            set_line(state, adapter.applied_to(state.line))
        }
        Port::SetModem(modem) => set_modem(state, modem),
        Port::Connect => connect(state),
        Port::Disconnect => {
            let picked = state.settings.port.clone();
            load_line(state, &picked);
            vec![Effect::Close]
        }
        Port::Lend => lend(state),
        Port::TakeBack => vec![Effect::Order(Order::TakeBack(None))],
        Port::TakeBackAs(port) => take_back_as(state, port),
        Port::Focus(focused) => focus(state, focused),
        Port::StartSharing => share(state),
        Port::StopSharing => super::order(state, Order::StopSharing),
    }
}

fn pick(state: &mut State, port: String) -> Vec<Effect> {
    // What is shown belongs to the open port as long as it is open.
    if !state.busy() {
        load_line(state, &port);
    }
    state.settings.port = port;
    vec![Effect::Save]
}

/// The line settings that a port had last.
fn load_line(state: &mut State, port: &str) {
    let chosen = state.settings.modem.get(&state.identity_of(port));
    state.modem = chosen.and_then(|name| vocabulary::family(name));
    if let Some(line) = state.settings.line.get(&state.identity_of(port)) {
        (state.line, state.adapter) = (line.into(), line.adapter());
    } else {
        // It was never open: baud and frame stay as they were set, but it is no board until the user says so.
        state.adapter = Adapter::default();
        state.line = state.adapter.applied_to(state.line);
    }
}

/// Of the port that is open, or of the one that is picked.
fn identity_at_hand(state: &State) -> String {
    let port = state.port.as_ref().filter(|_| state.busy()).unwrap_or(&state.settings.port);
    state.identity_of(port)
}

fn set_line(state: &mut State, line: LineSettings) -> Vec<Effect> {
    state.line = line;
    let identity = identity_at_hand(state);
    state.settings.line.insert(identity, Line::new(&line, state.adapter));
    let mut effects = vec![Effect::Save];
    if state.busy() {
        effects.push(Effect::Reconfigure(line));
    }
    effects
}

fn set_modem(state: &mut State, modem: Option<&'static Family>) -> Vec<Effect> {
    state.modem = modem;
    let identity = identity_at_hand(state);
    match modem {
        Some(modem) => state.settings.modem.insert(identity, modem.name.to_owned()),
        None => state.settings.modem.remove(&identity),
    };
    let mut effects = vec![Effect::Save];
    if state.busy() {
        effects.push(Effect::Order(Order::Modem(modem)));
    }
    effects
}

fn connect(state: &mut State) -> Vec<Effect> {
    let port = state.settings.port.trim().to_owned();
    if port.is_empty() {
        state.say(Tone::Refused, "Pick a port first, or the simulated SIM800L.");
        return Vec::new();
    }
    match port.parse::<LinkSpec>() {
        Ok(spec) => {
            load_line(state, &port);
            let identity = state.identity_of(&port);
            state.settings.line.insert(identity, Line::new(&state.line, state.adapter));
            state.port = Some(port);
            state.lent_by_focus = false;
            state.typed = Typed::default();
            let mut effects = vec![Effect::Open { spec, line: state.line, adapter: state.adapter }, Effect::Save];
            effects.extend(state.modem.map(|modem| Effect::Order(Order::Modem(Some(modem)))));
            effects
        }
        Err(error) => {
            state.say(Tone::Trouble, error.to_string());
            Vec::new()
        }
    }
}

fn lend(state: &mut State) -> Vec<Effect> {
    state.lent_by_focus = false;
    if let Some(refusal) = state.refusal(Wish::Lend) {
        state.say(Tone::Refused, refusal.sentence());
        return Vec::new();
    }
    super::order(state, Order::Release)
}

/// The user knows which device the lost one is now.
fn take_back_as(state: &mut State, port: LinkSpec) -> Vec<Effect> {
    rename(state, port.to_string());
    state.settings.port = port.to_string();
    vec![Effect::Order(Order::TakeBack(Some(port))), Effect::Save]
}

/// A device that came back under another number is picked and remembered by it: the old one may be another device's by now.
pub(in crate::app) fn follow_name(state: &mut State) -> Vec<Effect> {
    let now = state.status.place.clone();
    let is_open = matches!(state.phase(), Phase::Open { .. });
    if !is_open || !state.port.as_ref().is_some_and(|before| is_renumbered(before, &now)) {
        return Vec::new();
    }
    rename(state, now);
    vec![Effect::Save]
}

/// The port is called so from now on. What is remembered by its name alone, as of a tap, goes with it.
fn rename(state: &mut State, now: String) {
    let before = state.port.replace(now.clone()).unwrap_or_default();
    if let Some(line) = state.settings.line.remove(&before) {
        state.settings.line.insert(now.clone(), line);
    }
    if let Some(modem) = state.settings.modem.remove(&before) {
        state.settings.modem.insert(now.clone(), modem);
    }
    if state.settings.port == before {
        state.settings.port = now;
    }
}

/// Lends the port to whoever has the focus, where the user wants that. Never in the middle of something.
fn focus(state: &mut State, focused: bool) -> Vec<Effect> {
    if focused && std::mem::take(&mut state.lent_by_focus) && *state.phase() == Phase::Released {
        return vec![Effect::Order(Order::TakeBack(None))];
    }
    let idle = state.refusal(Wish::LendUnasked).is_none();
    if !focused && state.settings.lend_on_focus && idle && !state.tools.choosing {
        state.lent_by_focus = true;
        return vec![Effect::Order(Order::Release)];
    }
    Vec::new()
}

fn share(state: &mut State) -> Vec<Effect> {
    match state.settings.share.place() {
        Ok(place) => super::order(state, Order::Share(place)),
        Err(problem) => {
            state.say(Tone::Trouble, format!("The port was not shared: {problem}."));
            Vec::new()
        }
    }
}
