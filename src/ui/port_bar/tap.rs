//! Choosing two ports to listen to: one adapter on the host's TX, one on the modem's. A sketch can be watched and
//! diagnosed so while it runs by itself.

use egui::{CollapsingHeader, Grid, Ui};

use crate::app::State;
use crate::ui::{parts, theme};

/// Which port hears whom.
#[derive(Debug, Default)]
pub(super) struct TapChoice {
    host: Option<String>,
    modem: Option<String>,
}

impl TapChoice {
    /// Draws the choice; gives the port's name once both are chosen and used.
    pub(super) fn show(&mut self, ui: &mut Ui, state: &State) -> Option<String> {
        let folded = CollapsingHeader::new("Listen to two ports at once (tap)").id_salt("tap");
        folded.show(ui, |ui| self.form(ui, state)).body_returned.flatten()
    }

    fn form(&mut self, ui: &mut Ui, state: &State) -> Option<String> {
        // Menus do not wrap by themselves: the whole list would be as wide as this sentence.
        ui.set_max_width(theme::FIELD_LINE);
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Wrap);
        parts::weak(
            ui,
            "Two adapters, only their RX and GND connected: one on the wire from the Nano to the modem, one on the wire back. \
             Nothing is sent.",
        );
        if state.ports.len() < 2 {
            parts::weak(ui, "Two ports are needed. A tap can also be typed below: tap:/dev/ttyUSB0,/dev/ttyUSB1");
            return None;
        }
        Grid::new("tap ports").num_columns(3).spacing(theme::GRID).show(ui, |ui| {
            ui.label("");
            parts::weak(ui, "hears the Nano");
            parts::weak(ui, "hears the modem");
            ui.end_row();
            for info in &state.ports {
                ui.label(&info.path).on_hover_text(info.details());
                one(ui, &info.path, "the Nano", &mut self.host, &mut self.modem);
                one(ui, &info.path, "the modem", &mut self.modem, &mut self.host);
                ui.end_row();
            }
        });
        let chosen = self.host.as_ref().zip(self.modem.as_ref()).map(|(host, modem)| format!("tap:{host},{modem}"));
        let used = ui.add_enabled(chosen.is_some(), egui::Button::new("Use both")).clicked();
        chosen.filter(|_| used)
    }
}

/// A port hears one or the other.
fn one(ui: &mut Ui, path: &str, whom: &str, this: &mut Option<String>, other: &mut Option<String>) {
    let radio = ui.radio(this.as_deref() == Some(path), "");
    if radio.accessible_name(format!("{path} hears {whom}")).clicked() {
        *this = Some(path.to_owned());
        if other.as_deref() == Some(path) {
            *other = None;
        }
    }
}
