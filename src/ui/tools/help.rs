//! How to wire a SIM800L to a Nano or to a USB-TTL adapter, drawn, with the values that matter, and the sketch to load.

use egui::{TextEdit, Ui};

use super::ToolWindow;
use super::wiring::{Board, wiring};
use crate::app::command::{Line, Port, Tool};
use crate::app::nano::{MINIMAL, PASSTHROUGH, Sketch};
use crate::app::{Adapter, Purpose, State};
use crate::link::LineSettings;
use crate::link::settings::Pacing;
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// The Nano's page and what is typed in it.
#[derive(Debug, Default)]
pub(crate) struct NanoPage {
    minimal: bool,
    shown: bool,
    path: String,
}

impl ToolWindow for NanoPage {
    fn name(&self) -> &'static str {
        "Arduino Nano: wiring and sketch"
    }

    fn icon(&self) -> &'static str {
        icons::BOARD
    }

    fn size(&self) -> [f32; 2] {
        theme::TOOL_PAGE
    }

    fn begins_with_control(&self) -> bool {
        false
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.label(
            "The Nano passes everything between the PC and the modem. Load the sketch once, wire as drawn, connect.",
        );
        wiring(ui, &Board::NANO);
        values(ui, true);
        ui.separator();
        parts::heading(ui, "The sketch");
        ui.horizontal_wrapped(|ui| {
            ui.selectable_value(&mut self.minimal, false, "Full duplex (load this one)");
            ui.selectable_value(&mut self.minimal, true, "Ten lines, half duplex");
        });
        let sketch = if self.minimal { MINIMAL } else { PASSTHROUGH };
        ui.horizontal_wrapped(|ui| {
            parts::copies(ui, "Copy sketch", sketch.text).on_hover_text("Paste it into the Arduino IDE");
            if ui.selectable_label(self.shown, "Show sketch").clicked() {
                self.shown = !self.shown;
            }
            let line = settings_for(&sketch, state.line);
            let name = format!("Set the port for it: {} baud", sketch.baud);
            if ui.button(name).on_hover_text("8N1, no flow control; paced where the sketch needs it").clicked() {
                commands.push(Port::SetAdapter(Adapter::Nano));
                commands.push(Port::SetLine(line));
            }
        });
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Save as");
            let hint = format!("e.g. /home/me/Arduino/{}/{}", sketch.file.trim_end_matches(".ino"), sketch.file);
            let field =
                TextEdit::singleline(&mut self.path).desired_width(theme::PATH).font(theme::mono()).hint_text(hint);
            ui.add(field).labelled_by(label.id).on_hover_text("The Arduino IDE wants it in a folder of the same name");
            let named = !self.path.trim().is_empty();
            if parts::signed(ui, named, icons::SAVE, "Save sketch").clicked() {
                commands.push(Tool::SaveSketch(sketch, self.path.trim().into()));
            }
            if ui.button("Choose…").on_hover_text("The system's own dialog; it saves at once").clicked() {
                commands.push(Tool::Choose(Purpose::SaveSketch(sketch.file)));
            }
            if let Some((Purpose::SaveSketch(_), path)) = &state.tools.chosen {
                self.path = path.display().to_string();
                commands.push(Tool::SaveSketch(sketch, path.clone()));
                commands.push(Tool::TakeChosen);
            }
        });
        if self.shown {
            let mut text = sketch.text;
            let edit = TextEdit::multiline(&mut text).font(theme::mono()).desired_width(f32::INFINITY);
            ui.add(edit).accessible_name("The sketch");
        }
        ui.separator();
        super::check::show(ui, state, commands);
        ui.separator();
        parts::heading(ui, "When you connect");
        ui.label("Opening the port restarts the board: its bootloader listens for up to 2 s and swallows what is sent. With Arduino Nano chosen in the port bar, what you send waits for it.");
        let may_ask = state.connected() && !state.running() && !state.prompt_open();
        let ask = ui.add_enabled(may_ask, egui::Button::new("Ask the modem (AT)"));
        if ask.on_hover_text("AT every half second until OK, for 4 s at most; nothing is sent by itself").clicked() {
            commands.push(Line::AskModem);
        }
        ui.separator();
        parts::heading(ui, "Without a sketch");
        ui.label("Join RESET to GND: the board's own chip sleeps, and the Nano is a plain adapter. Then choose USB-TTL adapter in the port bar.");
        wiring(ui, &Board::RESET_TO_GND);
        parts::weak(
            ui,
            "The board has 1 kΩ in the wire to D0 already, so that 1.2 kΩ from the modem's RXD to GND divide the 5 V.",
        );
    }
}

/// Settings of the port for a sketch; what else was set stays.
fn settings_for(sketch: &Sketch, line: LineSettings) -> LineSettings {
    let pacing = if sketch.baud == MINIMAL.baud { Pacing::NANO } else { Pacing::default() };
    LineSettings {
        baud: sketch.baud,
        pacing,
        keep_lines: true,
        ..LineSettings { dtr: line.dtr, rts: line.rts, ..LineSettings::default() }
    }
}

/// The page of the USB-TTL adapter.
#[derive(Debug)]
pub(crate) struct AdapterPage;

impl ToolWindow for AdapterPage {
    fn name(&self) -> &'static str {
        "USB-TTL adapter: wiring"
    }

    fn icon(&self) -> &'static str {
        icons::ADAPTER
    }

    fn size(&self) -> [f32; 2] {
        theme::TOOL_PAGE
    }

    fn begins_with_control(&self) -> bool {
        false
    }

    fn show(&mut self, ui: &mut Ui, _state: &State, _commands: &mut Commands) {
        ui.label("The adapter joins the PC's USB port and the modem's serial pins. Crossed: its TX to the modem's RXD, its RX to the modem's TXD.");
        wiring(ui, &Board::ADAPTER);
        values(ui, false);
        ui.label("Set a 3.3 V adapter, if it can be chosen. The adapter's own 3.3 V or 5 V pin cannot feed the modem.");
    }
}

fn values(ui: &mut Ui, nano: bool) {
    let level = if nano {
        "Level: the Nano sends 5 V, the modem takes 2.8 V. Divide: 1 kΩ from D7 to RXD, 1.2 kΩ from RXD to GND (2.73 V). The way back needs nothing."
    } else {
        "Level: the modem takes 2.8 V. From 3.3 V: 1 kΩ to RXD, 5.6 kΩ from RXD to GND (2.8 V); from 5 V: 1 kΩ and 1.2 kΩ (2.73 V)."
    };
    for line in [
        level,
        "Supply: 3.4 to 4.4 V, best 4.0 V, that gives 2 A in bursts of 0.6 ms. Never from the board's pins. A 1000 µF capacitor right at the modem.",
        "Ground: one common GND of supply, modem and board.",
        "Antenna: always connected; without it the modem draws more and restarts.",
    ] {
        ui.horizontal_wrapped(|ui| {
            ui.label("•");
            ui.label(line);
        });
    }
}
