//! The modem lines: lamps for all six, of which DTR and RTS are set by a click; pulse and break.

use std::time::Duration;

use egui::{Button, DragValue, RichText, Ui};

use super::{parts, theme};
use crate::app::State;
use crate::app::command::Line;
use crate::macros::LineChange;
use crate::ui::commands::Commands;

/// The lines as lamps; nothing where the port has none.
pub(crate) fn lamps(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(lines) = state.status.lines.filter(|_| state.connected()) else { return };
    let palette = parts::colors(ui);
    ui.spacing_mut().item_spacing.x = theme::IN_BAR;
    ui.spacing_mut().button_padding.x = 3.0;
    for (name, on, change) in [
        ("DTR", lines.dtr, LineChange { dtr: Some(!lines.dtr), rts: None }),
        ("RTS", lines.rts, LineChange { dtr: None, rts: Some(!lines.rts) }),
    ] {
        let word = RichText::new(name).font(theme::small()).color(if on { palette.good } else { palette.weak });
        let button = ui.add_enabled(state.can_send(), Button::selectable(on, word).frame_when_inactive(true));
        let help = format!("{name} is {}; a click changes it", if on { "on" } else { "off" });
        if button.accessible_name(name).on_hover_text(help).clicked() {
            commands.push(Line::SetLines(change));
        }
    }
    for (name, on) in [("CTS", lines.cts), ("DSR", lines.dsr), ("DCD", lines.dcd), ("RI", lines.ri)] {
        let (mark, color) = if on { ("●", palette.good) } else { ("○", palette.weak) };
        let lamp = ui.label(RichText::new(format!("{mark}{name}")).font(theme::small()).color(color));
        parts::spoken(&lamp, &format!("{name} {}", if on { "on" } else { "off" }));
    }
}

/// Lengths that the user chose.
#[derive(Debug)]
pub(crate) struct Pulses {
    pulse_ms: u32,
    break_ms: u32,
}

impl Default for Pulses {
    fn default() -> Self {
        Self { pulse_ms: 200, break_ms: 250 }
    }
}

impl Pulses {
    /// Pulse and break, in a menu.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if !state.can_send() {
            parts::weak(ui, "DTR, RTS and break: connect first.");
            return;
        }
        if let Some(lines) = state.status.lines {
            ui.horizontal(|ui| {
                let time = Duration::from_millis(u64::from(self.pulse_ms));
                for (name, change) in [
                    ("Pulse DTR", LineChange { dtr: Some(!lines.dtr), rts: None }),
                    ("Pulse RTS", LineChange { dtr: None, rts: Some(!lines.rts) }),
                    ("Pulse both", LineChange { dtr: Some(!lines.dtr), rts: Some(!lines.rts) }),
                ] {
                    let help = "Changes a line and puts it back: resets an Arduino, wakes a modem";
                    if ui.button(name).on_hover_text(help).clicked() {
                        commands.push(Line::PulseLines(change, time));
                    }
                }
                length(ui, &mut self.pulse_ms, "Length of the pulse");
            });
            ui.horizontal(|ui| lamps(ui, state, commands));
        } else {
            parts::weak(ui, "This port has no modem lines.");
        }
        ui.horizontal(|ui| {
            if ui.button("Break").on_hover_text("Holds the line low for this long").clicked() {
                commands.push(Line::Break(Duration::from_millis(u64::from(self.break_ms))));
            }
            length(ui, &mut self.break_ms, "Length of the break");
        });
    }
}

fn length(ui: &mut Ui, millis: &mut u32, name: &str) {
    ui.add(DragValue::new(millis).range(1..=5000).suffix(" ms")).accessible_name(name);
}
