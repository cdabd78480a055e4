//! Exporting a capture, with a look at what will be redacted.

use std::time::Duration;

use egui::{ProgressBar, TextEdit, Ui};

use super::ToolWindow;
use crate::app::command::{Capture, Tool};
use crate::app::{ExportWish, Purpose, State};
use crate::capture::RowRules;
use crate::capture::export::{FORMS, Format};
use crate::modem::Direction;
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// How often a capture that grows is looked through.
const AGAIN: Duration = Duration::from_secs(1);
/// Changes shown in the preview.
const SHOWN: usize = 40;

/// What is to be exported.
#[derive(Debug)]
pub(crate) struct ExportPanel {
    format: Format,
    direction: Option<Direction>,
    redact: bool,
    path: String,
    /// Of which capture, and of how many records, the private values were looked for.
    planned: Option<(u64, u64)>,
    /// Not before this time again.
    look_at: f64,
}

impl Default for ExportPanel {
    fn default() -> Self {
        Self { format: Format::Text, direction: None, redact: true, path: String::new(), planned: None, look_at: 0.0 }
    }
}

impl ToolWindow for ExportPanel {
    fn name(&self) -> &'static str {
        "Export capture…"
    }

    fn icon(&self) -> &'static str {
        icons::EXPORT
    }

    fn size(&self) -> [f32; 2] {
        [480.0, 400.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if state.reader.is_none() {
            ui.label("There is no capture yet: connect to a port, or open a capture.");
            return;
        }
        if let Some((Purpose::Export, path)) = &state.tools.chosen {
            self.path = path.display().to_string();
            commands.push(Tool::TakeChosen);
        }
        self.form(ui);
        self.preview(ui, state, commands);
        ui.separator();
        let label = ui.label("File");
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.path).desired_width(theme::PATH).font(theme::mono());
            ui.add(field.hint_text("e.g. /home/me/session.txt")).labelled_by(label.id);
            if ui.button("Choose…").clicked() {
                commands.push(Tool::Choose(Purpose::Export));
            }
        });
        ui.horizontal(|ui| {
            let ready = !self.path.trim().is_empty() && state.tools.exporting.is_none();
            if parts::primary_signed(ui, ready && self.refused().is_none(), icons::EXPORT, "Export").clicked() {
                commands.push(Capture::Export(ExportWish {
                    path: self.path.trim().into(),
                    format: self.format,
                    direction: self.direction,
                    rules: RowRules::default(),
                    redact: self.redact,
                }));
            }
            if let Some(done) = state.tools.exporting {
                ui.add(ProgressBar::new(done).desired_width(160.0).show_percentage());
                if ui.button("Cancel export").clicked() {
                    commands.push(Capture::CancelExport);
                }
            }
        });
        let palette = parts::colors(ui);
        if let Some(refused) = self.refused() {
            ui.colored_label(palette.warn, refused);
        }
        match &state.tools.exported {
            Some(Ok(path)) => {
                ui.colored_label(palette.good, format!("Written to {}", path.display()));
            }
            Some(Err(error)) => {
                ui.colored_label(palette.bad, error.to_string());
            }
            None => {}
        }
    }
}

impl ExportPanel {
    fn refused(&self) -> Option<&'static str> {
        if self.format != Format::Raw {
            return None;
        }
        if self.redact {
            return Some(
                "Raw bytes cannot be redacted without changing them: switch redaction off, or choose another form.",
            );
        }
        self.direction.is_none().then_some("Raw bytes need a direction: received or sent.")
    }

    fn form(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let label = ui.label("As");
            let name = FORMS.iter().find(|form| form.format == self.format).map_or("", |form| form.title);
            let combo = parts::combo("format").width(theme::FIELD_NAME).selected_text(name).show_ui(ui, |ui| {
                for form in &FORMS {
                    ui.selectable_value(&mut self.format, form.format, form.title);
                }
            });
            combo.response.labelled_by(label.id);
            let label = ui.label("of");
            let name = |direction| match direction {
                None => "both directions",
                Some(Direction::Rx) => "what was received",
                Some(Direction::Tx) => "what was sent",
            };
            let combo = parts::combo("export direction").width(140.0).selected_text(name(self.direction));
            let combo = combo.show_ui(ui, |ui| {
                for direction in [None, Some(Direction::Rx), Some(Direction::Tx)] {
                    ui.selectable_value(&mut self.direction, direction, name(direction));
                }
            });
            combo.response.labelled_by(label.id);
        });
        ui.checkbox(&mut self.redact, "Redact private values").on_hover_text(
            "PINs, passwords, IMEI, IMSI, ICCID, numbers, messages, logins: the same value gets the same stand-in",
        );
    }

    fn preview(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if !self.redact {
            ui.colored_label(parts::colors(ui).warn, "Everything is exported as it is, private values too.");
            return;
        }
        let records = state.reader.as_ref().map(|reader| (state.capture_number, reader.len()));
        let now = ui.input(|input| input.time);
        let changed = records != self.planned;
        // A capture that grows is looked through again, but not all the time.
        if changed && (self.planned.is_none() || state.tools.plan.is_some()) && now >= self.look_at {
            (self.planned, self.look_at) = (records, now + AGAIN.as_secs_f64());
            commands.push(Capture::PlanExport);
        } else if changed {
            ui.ctx().request_repaint_after(AGAIN);
        }
        match state.tools.plan.as_ref().filter(|_| !changed) {
            Some(plan) => parts::weak(ui, plan.remark()),
            None => parts::weak(ui, "Looking for private values…"),
        };
        let Some(plan) = &state.tools.plan else { return };
        egui::ScrollArea::vertical().id_salt("redactions").max_height(theme::LIST_SHORT).show(ui, |ui| {
            for change in plan.changes().take(SHOWN) {
                let way = if change.direction == Direction::Rx { "received" } else { "sent" };
                let place = bytes::grouped(change.range.start);
                parts::weak(ui, format!("{} at {way} byte {place} becomes {}", change.kind.tag(), change.stand_in));
            }
        });
    }
}
