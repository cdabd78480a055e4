//! Commands and what they do: `update(state, command) -> effects`. No I/O happens here.

mod line;
mod log;
mod port;

use super::command::{Command, Effect, Setting};
use super::state::{State, Tone};
use crate::worker::Order;

pub(super) use port::follow_name;

/// Changes the state as the command says and names what else is to be done.
pub(crate) fn update(state: &mut State, command: impl Into<Command>) -> Vec<Effect> {
    match command.into() {
        Command::Port(command) => port::update(state, command),
        Command::Line(command) => line::update(state, command),
        Command::Log(command) => log::update(state, command),
        Command::Capture(command) => vec![Effect::Capture(command)],
        Command::Book(command) => vec![Effect::Book(command)],
        Command::Tool(command) => vec![Effect::Tool(command)],
        Command::Setting(setting) => remember(state, setting),
        Command::Say(tone, text) => {
            state.say(tone, text);
            Vec::new()
        }
        Command::Dismiss(index) => {
            if index < state.messages.len() {
                state.messages.remove(index);
            }
            Vec::new()
        }
    }
}

fn order(state: &mut State, order: Order) -> Vec<Effect> {
    if state.connected() {
        return vec![Effect::Order(order)];
    }
    state.say(Tone::Refused, "Connect to a port first.");
    Vec::new()
}

fn remember(state: &mut State, setting: Setting) -> Vec<Effect> {
    let settings = &mut state.settings;
    let mut effects = vec![Effect::Save];
    match setting {
        Setting::View(view) => settings.view = view,
        Setting::SendBox(send) => settings.send = send,
        Setting::Theme(theme) => settings.theme = theme,
        Setting::SidePanel(shown) => settings.side_panel = shown,
        Setting::Zoom(zoom) => settings.zoom = zoom,
        Setting::Window(place) => settings.window = place,
        Setting::Highlights(highlight) => settings.highlight = highlight,
        Setting::Mute(rule) => {
            settings.muted.insert(rule);
        }
        Setting::UnmuteAll => settings.muted.clear(),
        Setting::LendOnFocus(on) => settings.lend_on_focus = on,
        Setting::Globs(globs) => {
            settings.globs.clone_from(&globs);
            effects.push(Effect::ListPorts(globs));
        }
        Setting::Share(share) => settings.share = share,
        Setting::Retention(size) => settings.retention_mib = size,
        Setting::ExactSecrets(exact) => settings.exact_secrets = exact,
        Setting::TextLog(on) => settings.text_log = on,
    }
    effects
}

#[cfg(test)]
mod tests;
