//! Below the port bar: what failed and what to do, what was lost or lent, and the messages that wait to be read.

use egui::{RichText, Ui};

use crate::app::command::Port;
use crate::app::{Command, State};
use crate::ui::commands::Commands;
use crate::ui::{parts, theme};
use crate::worker::Phase;

/// What failed and what to do; what the driver kept.
pub(super) fn show(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let palette = parts::colors(ui);
    match state.phase() {
        Phase::Failed(why) => notice(ui, palette.bad, why),
        Phase::Lost(why) => {
            notice(ui, palette.warn, why);
            candidates(ui, state, commands);
        }
        Phase::Released => lent(ui, state),
        Phase::Open { kept: Some(kept) } => notice(ui, palette.warn, kept),
        _ => {}
    }
    for (index, message) in state.messages.iter().enumerate() {
        let color = match message.tone {
            crate::app::Tone::Good => palette.good,
            crate::app::Tone::Note => palette.accent,
            crate::app::Tone::Trouble => palette.bad,
        };
        ui.push_id(("message", index), |ui| {
            ui.horizontal_wrapped(|ui| {
                notice(ui, color, &message.text);
                if parts::quiet(ui, "Dismiss").clicked() {
                    commands.push(Command::Dismiss(index));
                }
            });
        });
    }
}

fn notice(ui: &mut Ui, color: egui::Color32, words: &str) {
    let palette = parts::colors(ui);
    egui::Frame::new()
        .fill(theme::tint(color, palette))
        .corner_radius(theme::CORNER)
        .inner_margin(egui::Margin::symmetric(8, 4))
        .show(ui, |ui| ui.label(RichText::new(words).color(palette.text)));
}

/// The lost device may be one of several now: the user knows, the program does not guess.
fn candidates(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.status.candidates.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label("Which is it?");
        for path in &state.status.candidates {
            let known = state.ports.iter().find(|port| port.path == *path);
            let details = known.map(crate::link::discovery::PortInfo::details).unwrap_or_default();
            if ui.button(format!("Use {path}")).on_hover_text(details).clicked() {
                commands.push(Port::TakeBackAs(path.clone()));
            }
        }
        parts::weak(ui, "Or wait: it is opened by itself as soon as only one can be it.");
    });
}

/// Another program has the port for a moment.
fn lent(ui: &mut Ui, state: &State) {
    let palette = parts::colors(ui);
    notice(
        ui,
        palette.warn,
        "The port is lent: another program can use it now. Take it back with Ctrl+L or the button.",
    );
    if let Some(refused) = &state.status.refused {
        notice(ui, palette.bad, refused);
    }
}
