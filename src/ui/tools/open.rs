//! Opening a capture, or a pasted log, by its path or by the system's dialog.

use egui::{Button, Key, TextEdit, Ui};

use super::ToolWindow;
use crate::app::command::{Capture, Tool};
use crate::app::{Purpose, State};
use crate::ui::commands::Commands;
use crate::ui::{parts, theme};

/// The path that is being typed.
#[derive(Debug, Default)]
pub(super) struct OpenPanel {
    path: String,
}

impl ToolWindow for OpenPanel {
    fn name(&self) -> &'static str {
        "Open capture…"
    }

    fn size(&self) -> [f32; 2] {
        [470.0, 170.0]
    }

    fn show(&mut self, ui: &mut Ui, _state: &State, commands: &mut Commands) {
        let label = ui.label("A capture (.pcapng), or a log pasted into a text file");
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.path).desired_width(300.0).font(theme::mono());
            let field = ui.add(field.hint_text("session.pcapng")).labelled_by(label.id);
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let named = !self.path.trim().is_empty();
            if (ui.add_enabled(named, Button::new("Open")).clicked() || enter) && named {
                commands.push(Capture::Open(self.path.trim().into()));
            }
            if ui.button("Choose…").clicked() {
                commands.push(Tool::Choose(Purpose::OpenCapture));
            }
        });
        parts::weak(ui, "A file can be dropped on the window too.");
    }
}
