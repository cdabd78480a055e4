//! Opening a capture, or a pasted log, by its path or by the system's dialog.

use std::sync::Arc;

use egui::{Button, Grid, Key, RichText, TextEdit, Ui};

use super::{SketchPanel, ToolWindow};
use crate::app::command::{Capture, Tool};
use crate::app::{Purpose, State, is_sketch};
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// The path that is being typed.
#[derive(Debug, Default)]
pub(crate) struct OpenPanel {
    path: String,
    /// A log that is pasted here.
    pasted: String,
    /// The same, as it was handed over to be looked over.
    handed: Arc<str>,
    /// It is an Arduino sketch, and no log.
    sketch: bool,
    /// They were asked for since the window was opened; anew for another capture.
    listed: Option<u64>,
}

impl ToolWindow for OpenPanel {
    fn name(&self) -> &'static str {
        "Open capture…"
    }

    fn icon(&self) -> &'static str {
        icons::OPEN
    }

    fn size(&self) -> [f32; 2] {
        [580.0, 480.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let label = ui.label("A capture (.pcapng), or a log pasted into a text file");
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.path).desired_width(theme::PATH).font(theme::mono());
            let field = ui.add(field.hint_text("e.g. session.pcapng")).labelled_by(label.id);
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let named = !self.path.trim().is_empty();
            if (ui.add_enabled(named, Button::new("Open")).clicked() || enter) && named {
                commands.push(Capture::Open(self.path.trim().into()));
                // What is opened stands behind this window.
                commands.close_tool();
            }
            if ui.button("Choose…").clicked() {
                commands.push(Tool::Choose(Purpose::OpenCapture));
            }
        });
        parts::weak(ui, "A file can be dropped on the window too.");
        self.paste(ui, state, commands);
        ui.separator();
        self.newest(ui, state, commands);
    }
}

/// How many findings are named below the log that is being pasted.
const SHOWN: usize = 3;

impl OpenPanel {
    /// A log that is only on the clipboard: from a forum, a mail, another terminal.
    fn paste(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let label = ui.label("or paste a log");
        let hint = "e.g. what the serial monitor showed";
        let there = !self.pasted.trim().is_empty();
        let found = state.tools.looked_over.of(&self.handed);
        let lines: Vec<usize> = found.iter().map(|found| found.line).collect();
        let area = parts::marked_text_area(ui, "pasted log", theme::PASTED, &mut self.pasted, hint, &lines);
        if area.labelled_by(label.id).changed() {
            self.handed = self.pasted.as_str().into();
            self.sketch = is_sketch(&self.pasted);
            if !self.sketch {
                commands.push(Capture::LookOver(Arc::clone(&self.handed)));
            }
        }
        // All of them stand in the log, once it is read.
        for found in found.iter().take(SHOWN) {
            parts::weak(ui, format!("Line {}: {}", found.line, found.title));
        }
        if self.sketch {
            ui.horizontal(|ui| {
                if parts::signed(ui, true, icons::RUN, "Run the sketch").clicked() {
                    commands.open_at::<SketchPanel>(&*self.handed);
                    (self.pasted, self.handed, self.sketch) = Default::default();
                    commands.close_tool();
                }
                parts::weak(ui, "This is an Arduino sketch, and no log: run here, it is told what is wrong with it.");
            });
        } else if parts::signed(ui, there, icons::FIND, "Read it")
            .on_hover_text("Shows it in the log, with findings")
            .clicked()
        {
            self.pasted.clear();
            commands.push(Capture::ReadPasted(std::mem::take(&mut self.handed)));
            commands.close_tool();
        }
    }

    /// Every session is captured; here are the last ones.
    fn newest(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if self.listed != Some(state.capture_number) {
            self.listed = Some(state.capture_number);
            commands.push(Capture::List);
        }
        parts::heading(ui, "Sessions that were captured");
        if state.tools.captures.is_empty() {
            parts::weak(ui, "None yet: every session is captured from the moment its port is opened.");
            return;
        }
        Grid::new("captures").num_columns(3).spacing(theme::GRID).show(ui, |ui| {
            for capture in &state.tools.captures {
                let name = capture.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let open = ui.add(Button::new(RichText::new(&name).font(theme::mono())));
                if open.accessible_name(format!("Open {name}")).on_hover_text("Times are UTC").clicked() {
                    commands.push(Capture::Open(capture.path.clone()));
                    commands.close_tool();
                }
                parts::weak(ui, bytes::count(capture.bytes));
                let mut marked = capture.marked;
                let mark = ui.checkbox(&mut marked, "Keep").on_hover_text("It is never removed to make room");
                if mark.accessible_name(format!("Keep {name}")).changed() {
                    commands.push(Capture::Mark(capture.path.clone(), marked));
                }
                ui.end_row();
            }
        });
    }
}
