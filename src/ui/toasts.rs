//! Notices over the log: what failed and what to do, what was lost or lent, and the messages that wait to be read.
//!
//! They lie over what is there, so that nothing moves when one comes, and over the tool windows, so that what a click in one
//! did can be read.

use std::collections::HashMap;

use egui::{Align2, Area, Color32, Frame, Id, Label, Order, Pos2, RichText, Ui};

use crate::app::command::Port;
use crate::app::{Command, Message, State, Tone};
use crate::link::Candidate;
use crate::ui::commands::Commands;
use crate::ui::{parts, theme};
use crate::worker::Phase;

/// A good word, or that something cannot be done now, is gone after this many seconds; what went wrong stays until it is
/// dismissed.
const SHORT: f64 = 7.0;
/// At most this many at once; the others come when these were read.
const SHOWN: usize = 5;

/// Which words that go by themselves were seen since when.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    seen: HashMap<(String, u64), f64>,
    /// What the port said last and the user has read.
    read: Option<String>,
}

impl Toasts {
    /// Draws them with this of their corners at this place.
    pub(crate) fn show(&mut self, ui: &Ui, corner: (Pos2, Align2), state: &State, commands: &mut Commands) {
        self.forget(ui, state, commands);
        let said = said_by_port(state);
        if said.as_ref().map(|(_, words)| words) != self.read.as_ref() {
            self.read = None;
        }
        let port = said.filter(|_| self.read.is_none());
        if port.is_none() && state.messages.is_empty() {
            return;
        }
        let area = Area::new(Id::unique("toasts")).order(Order::Foreground).pivot(corner.1);
        area.fixed_pos(corner.0).show(ui.ctx(), |ui| {
            ui.set_max_width(theme::TOAST.min(ui.ctx().content_rect().width() - 2.0 * theme::OVER));
            if let Some((bad, words)) = port {
                let palette = parts::colors(ui);
                let color = if bad { palette.bad } else { palette.warn };
                let extra = |ui: &mut Ui| candidates(ui, state, commands);
                if card(ui, color, &words, extra) {
                    self.read = Some(words);
                }
            }
            for (index, message) in state.messages.iter().enumerate().take(SHOWN) {
                let palette = parts::colors(ui);
                let color = match message.tone {
                    Tone::Good => palette.good,
                    Tone::Note | Tone::Refused => palette.accent,
                    Tone::Trouble => palette.bad,
                };
                ui.push_id(("message", index), |ui| {
                    if card(ui, color, &message.text, |_| {}) {
                        commands.push(Command::Dismiss(index));
                    }
                });
            }
        });
    }

    /// Some words go by themselves, each some time after it was said last.
    fn forget(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        let now = ui.input(|input| input.time);
        let key = |message: &Message| (message.text.clone(), message.said);
        self.seen.retain(|seen, _| state.messages.iter().any(|message| key(message) == *seen));
        for (index, message) in state.messages.iter().enumerate() {
            if !matches!(message.tone, Tone::Good | Tone::Refused) {
                continue;
            }
            let since = *self.seen.entry(key(message)).or_insert(now);
            if now - since >= SHORT {
                commands.push(Command::Dismiss(index));
                break;
            }
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(SHORT - (now - since)));
        }
    }
}

/// What failed and what to do; what the driver kept; that the port is lent. True where it failed.
fn said_by_port(state: &State) -> Option<(bool, String)> {
    match state.phase() {
        Phase::Failed(why) => Some((true, why.clone())),
        Phase::Lost(why) => Some((false, why.clone())),
        Phase::Released => {
            let lent = "The port is lent: another program can use it now. Take it back with Ctrl+L or the button.";
            let refused = state.status.refused.as_ref().map(|refused| format!(" {refused}"));
            Some((false, format!("{lent}{}", refused.unwrap_or_default())))
        }
        Phase::Open { .. } if !state.status.candidates.is_empty() => {
            let lost =
                "A line of the tap is lost, and cannot be told from others like it; the other one is still heard.";
            let refused = state.status.refused.as_ref().map(|refused| format!(" {refused}"));
            Some((false, format!("{lost}{}", refused.unwrap_or_default())))
        }
        Phase::Open { kept: Some(kept) } => Some((false, kept.clone())),
        Phase::Open { .. } => state.status.refused.clone().map(|refused| (false, refused)),
        Phase::Closed | Phase::Opening => None,
    }
}

/// One notice; true when it was dismissed.
fn card(ui: &mut Ui, color: Color32, words: &str, extra: impl FnOnce(&mut Ui)) -> bool {
    let palette = parts::colors(ui);
    let frame = Frame::popup(ui.style()).stroke(theme::thin(color)).inner_margin(theme::IN_NOTICE);
    let card = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let room = ui.available_width() - 74.0;
            ui.vertical(|ui| {
                ui.set_width(room);
                ui.add(Label::new(RichText::new(words).color(palette.text)).wrap());
                extra(ui);
            });
            parts::quiet(ui, "Dismiss").clicked()
        })
        .inner
    });
    card.inner
}

/// The lost device may be one of several now: the user knows, the program does not guess.
fn candidates(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.status.candidates.is_empty() {
        return;
    }
    ui.label("Which is it?");
    for Candidate { device, port } in &state.status.candidates {
        let known = state.ports.iter().find(|port| port.path == *device);
        let details = known.map(crate::link::discovery::PortInfo::details).unwrap_or_default();
        if ui.button(format!("Use {device}")).on_hover_text(details).clicked() {
            commands.push(Port::TakeBackAs(port.clone()));
        }
    }
    parts::weak(ui, "Or plug it in where it was, and others like it out: then it is opened by itself.");
}
