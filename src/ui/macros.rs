//! The macros: groups of buttons, the question for parameters, and how the run gets on.

use std::time::Duration;

use egui::{Button, Color32, Key, KeyboardShortcut, Modifiers, RichText, ScrollArea, Ui, vec2};

use super::ask::Ask;
use super::parts::{self, seconds};
use super::theme::Palette;
use super::{bytes, theme};
use crate::app::{Command, State};
use crate::link::worker::RunProgress;
use crate::macros::hot_key::HotKey;
use crate::macros::runner::{Ending, Failure, Report};
use crate::macros::{Macro, Step};

/// The panel and the question that is open.
#[derive(Debug, Default)]
pub struct MacroPanel {
    ask: Option<Ask>,
    hidden: Option<u64>,
    wants_editor: bool,
    /// The step in hand and when it was first seen.
    step: Option<(u64, usize)>,
    step_since: Duration,
}

impl MacroPanel {
    /// Draws the buttons and the run.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            parts::heading(ui, "Macros");
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                self.wants_editor |= parts::quiet(ui, "Edit…").on_hover_text("Edit macros").clicked();
                record(ui, state, commands);
            });
        });
        self.run(ui, state, commands);
        ScrollArea::vertical().id_salt("macros").auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let mut group: Option<&str> = None;
            for (index, wanted) in state.book.macros.iter().enumerate() {
                let of = wanted.group.as_deref().unwrap_or_default();
                if group != Some(of) {
                    if group.is_some() {
                        ui.add_space(6.0);
                    }
                    if !of.is_empty() {
                        parts::weak(ui, of);
                    }
                    group = Some(of);
                }
                if button(ui, wanted, !state.running()) {
                    self.begin(index, wanted, state, commands);
                }
            }
            if state.book.macros.is_empty() {
                parts::weak(ui, "No macros.");
            }
        });
    }

    /// Hot keys and the question; drawn after everything else, over it.
    pub fn overlay(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        if let Some(ask) = &mut self.ask {
            if ask.show(ui, state, commands) {
                self.ask = None;
            }
            return;
        }
        if state.running() {
            return;
        }
        let pressed = state.book.macros.iter().position(|wanted| {
            wanted
                .key
                .as_deref()
                .and_then(shortcut)
                .is_some_and(|keys| ui.input_mut(|input| input.consume_shortcut(&keys)))
        });
        if let Some((index, wanted)) = pressed.and_then(|index| Some((index, state.book.macros.get(index)?))) {
            self.begin(index, wanted, state, commands);
        }
    }

    /// The editor was asked for.
    pub fn take_editor_wish(&mut self) -> bool {
        std::mem::take(&mut self.wants_editor)
    }

    /// A question is open.
    pub fn asking(&self) -> bool {
        self.ask.is_some()
    }

    fn begin(&mut self, index: usize, wanted: &Macro, state: &State, commands: &mut Vec<Command>) {
        self.hidden = None;
        if wanted.ask.is_empty() || !state.connected() {
            commands.push(Command::RunMacro { index, values: std::collections::BTreeMap::new() });
        } else {
            self.ask = Some(Ask::new(index, wanted, state));
        }
    }

    fn run(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let Some(run) = &state.status.run else { return };
        if self.hidden == Some(run.number) {
            return;
        }
        parts::card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 3.0;
            let palette = parts::colors(ui);
            ui.horizontal(|ui| {
                let (words, color) = outcome(run, palette);
                parts::badge(ui, words, color);
                ui.label(RichText::new(&run.name).font(theme::strong(theme::BODY)).color(palette.strong));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if state.running() {
                        if ui.button("Stop").on_hover_text("Stops the macro at once").clicked() {
                            commands.push(Command::StopMacro);
                        }
                    } else if parts::quiet(ui, "Hide").clicked() {
                        self.hidden = Some(run.number);
                    }
                });
            });
            let wanted = state.book.macros.iter().find(|wanted| wanted.name == run.name);
            for (step, line) in lines(run) {
                if line == Line::Running && self.step != Some((run.number, step)) {
                    (self.step, self.step_since) = (Some((run.number, step)), state.status.now);
                }
                let elapsed = state.status.now.saturating_sub(self.step_since);
                progress(ui, wanted.and_then(|wanted| wanted.steps.get(step)), step, &line, elapsed, palette);
            }
        });
        ui.add_space(4.0);
    }
}

fn record(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let recording = state.tools.recording_since.is_some();
    let (name, help) = if recording {
        ("Stop recording", "Makes a macro of what was sent since, and of what the modem answered")
    } else {
        ("Record", "What you send from now on becomes a macro")
    };
    let button = Button::selectable(recording, name).frame_when_inactive(true);
    if ui.add_enabled(state.connected() || recording, button).on_hover_text(help).clicked() {
        commands.push(Command::Record(!recording));
    }
}

/// How one step stands.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Running,
    Retrying(u32),
    Passed(Vec<u8>, Duration),
    Failed(Failure),
}

/// The steps of the macro in hand that were begun, newest report of each, in order.
fn lines(run: &RunProgress) -> Vec<(usize, Line)> {
    let Some(last) = run.reports.iter().map(|(index, _)| *index).max() else { return Vec::new() };
    let mut lines: Vec<(usize, Line)> = Vec::new();
    let mut put = |step: usize, line: Line| match lines.iter_mut().find(|(known, _)| *known == step) {
        Some(known) => known.1 = line,
        None => lines.push((step, line)),
    };
    for (_, report) in run.reports.iter().filter(|(index, _)| *index == last) {
        match report {
            Report::Began { step, .. } => put(*step, Line::Running),
            Report::Passed { step, matched, took } => put(*step, Line::Passed(matched.clone(), *took)),
            Report::Failed(failure) => put(failure.step, Line::Failed(failure.clone())),
            Report::Retrying { failure, attempt } => put(failure.step, Line::Retrying(*attempt)),
            Report::Ended(_) => {}
        }
    }
    if run.ended {
        lines.retain(|(_, line)| !matches!(line, Line::Running | Line::Retrying(_)));
    }
    lines
}

fn outcome(run: &RunProgress, palette: &Palette) -> (&'static str, Color32) {
    if !run.ended {
        return ("Running", palette.accent);
    }
    let ending = run.reports.iter().rev().find_map(|(_, report)| match report {
        Report::Ended(ending) => Some(ending),
        _ => None,
    });
    match ending {
        Some(Ending::Done) => ("Done", palette.good),
        Some(Ending::Failed(_)) => ("Failed", palette.bad),
        Some(Ending::Skipped(_)) => ("Left early", palette.warn),
        Some(Ending::Stopped) => ("Stopped", palette.warn),
        None => ("Not run", palette.bad),
    }
}

fn progress(ui: &mut Ui, step: Option<&Step>, index: usize, line: &Line, elapsed: Duration, palette: &Palette) {
    let name = step.and_then(|step| step.send.clone()).unwrap_or_else(|| "wait".to_owned());
    let title = format!("{}. {}", index + 1, name.trim_end_matches("\\r"));
    let (color, words) = match line {
        Line::Running => {
            let within = step.and_then(|step| step.within).unwrap_or(Step::DEFAULT_WITHIN);
            (palette.accent, format!("{} of {}", seconds(elapsed), seconds(within)))
        }
        Line::Retrying(attempt) => (palette.warn, format!("failed, retry {attempt}")),
        Line::Passed(matched, took) => {
            let came = bytes::words(matched.trim_ascii());
            (palette.good, if came.is_empty() { seconds(*took) } else { format!("{came} after {}", seconds(*took)) })
        }
        Line::Failed(failure) => (palette.bad, failed(failure)),
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        parts::lamp(ui, color, "");
        let title = ui.label(RichText::new(title).font(theme::mono()).color(palette.text));
        if let Some(note) = step.and_then(|step| step.note.as_ref()) {
            title.on_hover_text(note);
        }
        ui.label(RichText::new(words).font(theme::small()).color(if color == palette.bad {
            color
        } else {
            palette.weak
        }));
    });
}

/// What came instead, and when.
fn failed(failure: &Failure) -> String {
    if let Some(why) = &failure.why {
        return format!("{why} ({} into the run)", seconds(failure.at));
    }
    let awaited = failure.awaited.join(" or ");
    let came = bytes::words(failure.came.trim_ascii());
    let at = seconds(failure.at);
    match (failure.refused, came.is_empty()) {
        (true, _) => format!(
            "{came} came instead of {awaited}, {} after the step began ({at} into the run)",
            seconds(failure.took)
        ),
        (false, true) => {
            format!("nothing came within {}; awaited {awaited} ({at} into the run)", seconds(failure.took))
        }
        (false, false) => {
            format!("{awaited} did not come within {}; what came: {came} ({at} into the run)", seconds(failure.took))
        }
    }
}

fn button(ui: &mut Ui, wanted: &Macro, enabled: bool) -> bool {
    let palette = parts::colors(ui);
    let mut text = RichText::new(&wanted.name);
    if let Some(color) = wanted.color.as_deref().and_then(|color| Color32::from_hex(color).ok()) {
        text = text.color(if palette.dark { color } else { color.gamma_multiply(0.7) });
    }
    let width = ui.available_width();
    let key = wanted.key.clone().unwrap_or_default();
    let button = Button::new(text)
        .right_text(RichText::new(&key).font(theme::small()).color(palette.weak))
        .truncate()
        .min_size(vec2(width, theme::CONTROL));
    let mut response = ui.add_enabled(enabled, button);
    let accessible = wanted.name.clone();
    response = response.accessible_name(accessible);
    response
        .on_hover_ui(|ui| {
            if let Some(about) = &wanted.about {
                ui.label(about);
            }
            for (index, step) in wanted.steps.iter().enumerate().filter(|(_, step)| !step.disabled) {
                let send = step.send.clone().unwrap_or_else(|| "wait".to_owned());
                ui.label(RichText::new(format!("{}. {send}", index + 1)).font(theme::mono()));
            }
        })
        .clicked()
}

/// The keys of a macro as egui has them.
fn shortcut(text: &str) -> Option<KeyboardShortcut> {
    let hot: HotKey = text.parse().ok()?;
    let mut modifiers = Modifiers::NONE;
    for (held, modifier) in [(hot.ctrl, Modifiers::COMMAND), (hot.alt, Modifiers::ALT), (hot.shift, Modifiers::SHIFT)] {
        if held {
            modifiers |= modifier;
        }
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(&hot.key)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hot_keys_are_read_as_written() {
        for (text, expected) in [
            ("F3", Some(KeyboardShortcut::new(Modifiers::NONE, Key::F3))),
            ("Ctrl+Shift+K", Some(KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, Key::K))),
            ("ctrl+1", Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::Num1))),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(shortcut(text), expected, "{text}");
        }
    }

    #[test]
    fn a_failure_says_what_came_instead_and_when() {
        let failure = Failure {
            step: 0,
            awaited: vec![r"\r\n> ".to_owned()],
            came: b"ERROR\r\n".to_vec(),
            refused: true,
            at: Duration::from_millis(2100),
            took: Duration::from_millis(300),
            why: None,
        };
        assert_eq!(failed(&failure), r"ERROR came instead of \r\n> , 0.3 s after the step began (2.1 s into the run)");
        let silent = Failure { refused: false, came: Vec::new(), ..failure };
        assert!(failed(&silent).starts_with("nothing came within 0.3 s"));
    }
}
