//! What is typed, sent every so often: a run like that of a macro, which is seen and stopped like one.

use std::time::Duration;

use egui::{Button, Ui, vec2};

use crate::app::State;
use crate::app::command::Line;
use crate::session::Rounds;
use crate::session::occupant::Wish;
use crate::ui::ask::times_and_pause;
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// The button keeps its place whatever it says.
const WIDTH: f32 = 104.0;
/// At most this many bytes are named.
const NAMED: usize = 24;

/// How often, as it was chosen last.
#[derive(Debug)]
pub(super) struct Repeat {
    times: u32,
    /// In seconds, as it is typed.
    every: f64,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { times: 0, every: 1.0 }
    }
}

impl Repeat {
    /// Draws the button and what it opens; the line and how it is to be repeated, once that is said. `line` is asked for only
    /// while that is open. While something runs the button ends it: the macros at the side may be hidden.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        state: &State,
        line: impl FnOnce() -> Option<Vec<u8>>,
        commands: &mut Commands,
    ) -> Option<(Vec<u8>, Rounds)> {
        let size = vec2(WIDTH, theme::CONTROL);
        if state.running() {
            let stop = ui.add_sized(size, Button::new((parts::sign(icons::STOP), "Stop run")));
            if stop.accessible_name("Stop run").on_hover_text("Ends what is sent step by step, at once").clicked() {
                commands.push(Line::StopMacro);
            }
            return None;
        }
        let button = ui.add_sized(size, Button::new((parts::sign(icons::AGAIN), "Repeat…")));
        let button = button.accessible_name("Repeat…").on_hover_text("Sends this line every so often");
        let mut chosen = None;
        parts::form(&button, |ui| {
            let refusal = state.refusal(Wish::Macro);
            let line = line().filter(|line| !line.is_empty());
            match (&line, refusal) {
                (None, _) => parts::weak(ui, "Type the line first."),
                (_, Some(refusal)) => parts::weak(ui, refusal.hint()),
                (Some(line), None) => parts::weak(ui, named(line)),
            };
            ui.horizontal(|ui| {
                times_and_pause(ui, &mut self.times, &mut self.every);
                let able = refusal.is_none() && line.is_some();
                let start = parts::primary_signed(ui, able, icons::RUN, "Start");
                if start.accessible_name("Start repeating").clicked() {
                    let every = Duration::try_from_secs_f64(self.every).unwrap_or_default();
                    let rounds = Rounds { times: (self.times > 0).then_some(self.times), every };
                    chosen = line.map(|line| (line, rounds));
                    ui.close();
                }
            });
        });
        chosen
    }
}

/// `Sends AT<CR>`.
fn named(line: &[u8]) -> String {
    let more = if line.len() > NAMED { "…" } else { "" };
    format!("Sends {}{more}", bytes::words(line.get(..NAMED).unwrap_or(line)))
}
