//! Settings: colours, zoom, what is kept.

use egui::{ComboBox, DragValue, Slider, Ui};

use crate::app::settings::Theme;
use crate::app::{Command, State};
use crate::ui::parts;

/// Draws the settings.
pub(super) fn show(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let settings = &state.settings;
    parts::heading(ui, "Looks");
    ui.horizontal(|ui| {
        let label = ui.label("Colours");
        let name = |theme| match theme {
            Theme::System => "As the system",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        let combo = ComboBox::from_id_salt("theme").selected_text(name(settings.theme)).show_ui(ui, |ui| {
            for theme in [Theme::System, Theme::Light, Theme::Dark] {
                if ui.selectable_label(settings.theme == theme, name(theme)).clicked() {
                    commands.push(Command::SetTheme(theme));
                }
            }
        });
        combo.response.labelled_by(label.id);
    });
    ui.horizontal(|ui| {
        let label = ui.label("Zoom");
        let mut zoom = ui.ctx().zoom_factor();
        if ui.add(Slider::new(&mut zoom, 0.6..=2.0).step_by(0.05)).labelled_by(label.id).drag_stopped() {
            ui.ctx().set_zoom_factor(zoom);
        }
        parts::weak(ui, "Ctrl and + or - too");
    });
    ui.separator();
    parts::heading(ui, "Captures");
    ui.horizontal(|ui| {
        let label = ui.label("Keep up to");
        let mut size = settings.retention_mib;
        let field = ui.add(DragValue::new(&mut size).range(0..=1_000_000).suffix(" MiB").speed(16));
        if field.labelled_by(label.id).changed() {
            commands.push(Command::SetRetention(size));
        }
    });
    parts::weak(ui, "Every session is captured. The oldest files go first; 0 keeps all. Marked and open ones stay.");
    let mut exact = settings.exact_secrets;
    if ui.checkbox(&mut exact, "Record PINs and passwords as they are").changed() {
        commands.push(Command::SetExactSecrets(exact));
    }
    parts::weak(ui, "Otherwise they are masked byte for byte in the file. Holds from the next session on.");
    if let Some(path) = state.reader.as_ref().and_then(|reader| reader.storage().path) {
        parts::weak(ui, format!("This session: {}", path.display()));
    }
    ui.separator();
    parts::heading(ui, "Files");
    if let Some(path) = &state.book_path {
        parts::weak(ui, format!("Macros: {}", path.display()));
    }
    if settings.muted.is_empty() {
        parts::weak(ui, "No finding is muted.");
    } else if ui.button(format!("Show all findings again ({} rules are muted)", settings.muted.len())).clicked() {
        commands.push(Command::UnmuteAll);
    }
}
