//! The modem lines: DTR and RTS to set, pulse and break, and lamps for what the modem says.

use std::time::Duration;

use egui::{Button, ComboBox, DragValue, Ui};

use super::parts;
use crate::app::State;
use crate::app::command::Line;
use crate::macros::LineChange;
use crate::ui::commands::Commands;

/// Lengths that the user chose.
#[derive(Debug)]
pub struct Lines {
    pulse_ms: u32,
    break_ms: u32,
}

impl Default for Lines {
    fn default() -> Self {
        Self { pulse_ms: 200, break_ms: 250 }
    }
}

impl Lines {
    /// Draws switches and lamps into a row; nothing for the simulated modem, which has none.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let simulated = state.port.as_deref().is_some_and(|port| port.starts_with(crate::app::SIMULATOR));
        if !state.can_send() || simulated {
            return;
        }
        ui.separator();
        if let Some(lines) = state.status.lines {
            for (name, on, change) in [
                ("DTR", lines.dtr, LineChange { dtr: Some(!lines.dtr), rts: None }),
                ("RTS", lines.rts, LineChange { dtr: None, rts: Some(!lines.rts) }),
            ] {
                let button = ui.add(Button::selectable(on, name).frame_when_inactive(true));
                let help = format!("{name} is {}; click to change it", if on { "on" } else { "off" });
                if button.on_hover_text(help).clicked() {
                    commands.push(Line::SetLines(change));
                }
            }
            self.pulse(ui, commands, lines.dtr, lines.rts);
        }
        if ui.button("Break").on_hover_text("Holds the line low for this long").clicked() {
            commands.push(Line::Break(Duration::from_millis(u64::from(self.break_ms))));
        }
        let length = DragValue::new(&mut self.break_ms).range(1..=5000).suffix(" ms");
        ui.add(length).accessible_name("Length of the break");
        if let Some(lines) = state.status.lines {
            let palette = parts::colors(ui);
            for (name, on) in [("CTS", lines.cts), ("DSR", lines.dsr), ("DCD", lines.dcd), ("RI", lines.ri)] {
                let lamp = parts::lamp(ui, if on { palette.good } else { palette.line }, name);
                parts::spoken(&lamp, &format!("{name} {}", if on { "on" } else { "off" }));
            }
        } else {
            parts::weak(ui, "This port has no modem lines.");
        }
        if let Some(refused) = &state.status.refused {
            ui.colored_label(parts::colors(ui).warn, refused);
        }
    }

    fn pulse(&mut self, ui: &mut Ui, commands: &mut Commands, dtr: bool, rts: bool) {
        let time = Duration::from_millis(u64::from(self.pulse_ms));
        let combo = ComboBox::from_id_salt("pulse").width(70.0).selected_text("Pulse").show_ui(ui, |ui| {
            for (name, change) in [
                ("Pulse DTR", LineChange { dtr: Some(!dtr), rts: None }),
                ("Pulse RTS", LineChange { dtr: None, rts: Some(!rts) }),
                ("Pulse both", LineChange { dtr: Some(!dtr), rts: Some(!rts) }),
            ] {
                if ui.selectable_label(false, name).clicked() {
                    commands.push(Line::PulseLines(change, time));
                }
            }
        });
        combo
            .response
            .accessible_name("Pulse")
            .on_hover_text("Changes a line and puts it back: resets an Arduino, wakes a modem");
        let length = DragValue::new(&mut self.pulse_ms).range(1..=5000).suffix(" ms");
        ui.add(length).accessible_name("Length of the pulse");
    }
}
