//! Settings: colours, zoom, what is kept.

use egui::{DragValue, Slider, TextEdit, Ui};

use super::ToolWindow;
use crate::app::State;
use crate::app::command::Setting;
use crate::app::settings::Theme;
use crate::link::discovery;
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// The list of patterns as it is typed.
#[derive(Debug, Default)]
pub(super) struct SettingsPanel {
    globs: Option<String>,
}

impl ToolWindow for SettingsPanel {
    fn name(&self) -> &'static str {
        "Settings…"
    }

    fn icon(&self) -> &'static str {
        icons::SETTINGS
    }

    fn size(&self) -> [f32; 2] {
        [460.0, 520.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        looks(ui, state, commands);
        ui.separator();
        self.ports(ui, state, commands);
        ui.separator();
        captures(ui, state, commands);
        ui.separator();
        files(ui, state, commands);
    }
}

impl SettingsPanel {
    fn ports(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        parts::heading(ui, "Ports");
        let label = ui.label("List these devices too, one pattern a line");
        let text = self.globs.get_or_insert_with(|| state.settings.globs.join("\n"));
        let field = TextEdit::multiline(text).desired_rows(2).desired_width(f32::INFINITY).font(theme::mono());
        let field = ui.add(field.hint_text("e.g. /dev/pts/*")).labelled_by(label.id);
        if field.lost_focus() {
            let globs: Vec<String> =
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
            if globs != state.settings.globs {
                commands.push(Setting::Globs(globs));
            }
            self.globs = None;
        } else if !field.has_focus() {
            self.globs = None;
        }
        for glob in &state.settings.globs {
            let found = state.ports.iter().filter(|port| discovery::names(glob, &port.path)).count();
            let words = match found {
                0 if !glob.starts_with('/') => "names nothing: it must begin with /".to_owned(),
                0 => "names no device now".to_owned(),
                1 => "names 1 device now".to_owned(),
                more => format!("names {more} devices now"),
            };
            parts::weak(ui, format!("{glob} {words}"));
        }
        parts::weak(
            ui,
            "* and ? stand for any letters of the last part: pseudo-terminals, Bluetooth, links of your own.",
        );
        let mut lend = state.settings.lend_on_focus;
        if ui.checkbox(&mut lend, "Lend the port while another window has the focus").changed() {
            commands.push(Setting::LendOnFocus(lend));
        }
        parts::weak(
            ui,
            "For uploading a sketch. What the modem says meanwhile is not seen. Never while a macro runs or bytes are being sent.",
        );
    }
}

fn looks(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let settings = &state.settings;
    parts::heading(ui, "Looks");
    ui.horizontal(|ui| {
        let label = ui.label("Colours");
        let name = |theme| match theme {
            Theme::System => "As the system",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        let combo = parts::combo("theme").selected_text(name(settings.theme)).show_ui(ui, |ui| {
            for theme in [Theme::System, Theme::Light, Theme::Dark] {
                if ui.selectable_label(settings.theme == theme, name(theme)).clicked() {
                    commands.push(Setting::Theme(theme));
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
}

fn captures(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let settings = &state.settings;
    parts::heading(ui, "Captures");
    ui.horizontal(|ui| {
        let label = ui.label("Keep up to");
        let mut size = settings.retention_mib;
        let field = ui.add(DragValue::new(&mut size).range(0..=1_000_000).suffix(" MiB").speed(16));
        if field.labelled_by(label.id).changed() {
            commands.push(Setting::Retention(size));
        }
    });
    parts::weak(ui, "Every session is captured. The oldest files go first; 0 keeps all. Marked and open ones stay.");
    let mut exact = settings.exact_secrets;
    if ui.checkbox(&mut exact, "Record PINs and passwords as they are").changed() {
        commands.push(Setting::ExactSecrets(exact));
    }
    parts::weak(ui, "Otherwise they are masked byte for byte in the file. Holds from the next session on.");
    let mut log = settings.text_log;
    if ui.checkbox(&mut log, "Write a text log beside each capture").changed() {
        commands.push(Setting::TextLog(log));
    }
    parts::weak(ui, "One line per row, with its time; masked as the capture is. Holds from the next session on.");
    if let Some(path) = state.reader.as_ref().and_then(|reader| reader.storage().path) {
        parts::weak(ui, format!("This session: {}", path.display()));
    }
}

fn files(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let settings = &state.settings;
    parts::heading(ui, "Files");
    if let Some(path) = &state.book_path {
        parts::weak(ui, format!("Macros: {}", path.display()));
    }
    if settings.muted.is_empty() {
        parts::weak(ui, "No finding is muted.");
    } else if ui.button(format!("Show all findings again ({} rules are muted)", settings.muted.len())).clicked() {
        commands.push(Setting::UnmuteAll);
    }
}
