//! Closing the window while something is on its way to the modem: what would not be sent is said first.
//!
//! A second wish to close is the answer. When the system ends the program (a signal, the end of the session) nobody is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Context, RichText, Ui, ViewportCommand};

use super::parts::{self, seconds};
use super::{bytes, theme};
use crate::app::State;

/// The question, and whether it stands open.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    open: bool,
    /// The button that changes nothing had the focus.
    begun: bool,
    /// The system ends the program.
    ended: Arc<AtomicBool>,
}

impl Closing {
    /// Asks nothing once `ended` is set.
    pub(crate) fn new(ended: Arc<AtomicBool>) -> Self {
        Self { ended, ..Self::default() }
    }

    /// Whether the question stands open.
    pub(crate) fn asking(&self) -> bool {
        self.open
    }

    /// Keeps the window open where something is to be asked. In every frame, hidden or not.
    pub(crate) fn look(&mut self, ctx: &Context, state: &State) {
        let wanted = ctx.input(|input| input.viewport().close_requested());
        if !wanted || self.open || self.ended.load(Ordering::Relaxed) || unfinished(state).is_empty() {
            return;
        }
        (self.open, self.begun) = (true, false);
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        // A question that nobody sees is never answered.
        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
        ctx.send_viewport_cmd(ViewportCommand::Focus);
    }

    /// Draws the question.
    pub(crate) fn show(&mut self, ui: &Ui, state: &State) {
        if !self.open {
            return;
        }
        let unfinished = unfinished(state);
        let modal = parts::question(ui, "closing", |ui| {
            ui.set_width(theme::QUESTION_WIDTH);
            let over = unfinished.is_empty();
            let title = if over { "All of it is done now" } else { "Close before it is done?" };
            ui.label(RichText::new(title).font(theme::title()));
            ui.add_space(theme::APART);
            for words in &unfinished {
                ui.label(words);
            }
            ui.add_space(theme::SECTION);
            self.answers(ui, over)
        });
        if modal.inner || modal.should_close() {
            self.open = false;
        }
    }

    /// True when the window is to stay.
    fn answers(&mut self, ui: &mut Ui, over: bool) -> bool {
        let answers = ui.horizontal(|ui| {
            let stay = parts::primary(ui, true, if over { "Keep it open" } else { "Let it go on" });
            if !std::mem::replace(&mut self.begun, true) {
                stay.request_focus();
            }
            if ui.button(if over { "Close" } else { "Close now" }).clicked() {
                ui.ctx().send_viewport_cmd(ViewportCommand::Close);
            }
            stay.clicked()
        });
        answers.inner
    }
}

/// What is on its way and would not arrive whole, a sentence each.
fn unfinished(state: &State) -> Vec<String> {
    let mut all = Vec::new();
    let status = &state.status;
    if let Some(run) = status.run.as_ref().filter(|_| state.running()) {
        all.push(format!("“{}” is running: what is left of it would not be done.", run.name));
    }
    let file = status.transfer.as_ref().filter(|_| state.sending_file());
    if let Some(file) = file {
        let (taken, total) = (bytes::grouped(file.taken), bytes::count(file.total));
        all.push(format!("{} is being sent: {taken} of {total} have gone out.", file.file));
    }
    if let Some(sending) = status.sending.filter(|_| state.connected() && file.is_none()) {
        let (taken, total) = (bytes::grouped(sending.taken), bytes::count(sending.total));
        let stalled = sending.stalled;
        let held = if stalled.as_secs() > 0 {
            format!("; the line is held up for {}", seconds(stalled))
        } else {
            String::new()
        };
        all.push(format!("{taken} of {total} have gone out{held}."));
    }
    if state.checking() {
        all.push("The passthrough check is under way: the modem's echo may stay off. ATE1 switches it on.".to_owned());
    }
    all
}
