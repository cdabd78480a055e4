//! How to wire a SIM800L to a Nano or to a USB-TTL adapter, drawn, with the values that matter, and the sketch to load.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Sense, Stroke, TextEdit, Ui, pos2, vec2};

use crate::app::nano::{MINIMAL, PASSTHROUGH, Sketch};
use crate::app::{Adapter, Command, State};
use crate::link::LineSettings;
use crate::link::settings::Pacing;
use crate::ui::theme::Palette;
use crate::ui::{parts, theme};

/// The pages' drafts.
#[derive(Debug, Default)]
pub(super) struct Help {
    minimal: bool,
    shown: bool,
    path: String,
}

impl Help {
    /// The Nano's page.
    pub(super) fn nano(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
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
            if parts::primary(ui, true, "Copy sketch").on_hover_text("Paste it into the Arduino IDE").clicked() {
                ui.ctx().copy_text(sketch.text.to_owned());
            }
            if ui.selectable_label(self.shown, "Show sketch").clicked() {
                self.shown = !self.shown;
            }
            let line = settings_for(&sketch, state.line);
            let name = format!("Set the port for it: {} baud", sketch.baud);
            if ui.button(name).on_hover_text("8N1, no flow control; paced where the sketch needs it").clicked() {
                commands.push(Command::SetAdapter(Adapter::Nano));
                commands.push(Command::SetLine(line));
            }
        });
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Save as");
            let hint = format!("/home/me/Arduino/{}/{}", sketch.file.trim_end_matches(".ino"), sketch.file);
            let field = TextEdit::singleline(&mut self.path).desired_width(360.0).font(theme::mono()).hint_text(hint);
            ui.add(field).labelled_by(label.id).on_hover_text("The Arduino IDE wants it in a folder of the same name");
            let named = !self.path.trim().is_empty();
            if ui.add_enabled(named, egui::Button::new("Save sketch")).clicked() {
                commands.push(Command::SaveSketch(sketch, self.path.trim().into()));
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
            commands.push(Command::AskModem);
        }
        ui.label("Without a sketch: join RESET to GND, and the Nano is a plain adapter; then D0 goes to the modem's RXD, with 1.2 kΩ from there to GND (the board has 1 kΩ in that wire), and D1 to its TXD.");
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
pub(super) fn adapter(ui: &mut Ui) {
    ui.label("The adapter joins the PC's USB port and the modem's serial pins. Crossed: its TX to the modem's RXD, its RX to the modem's TXD.");
    wiring(ui, &Board::ADAPTER);
    values(ui, false);
    ui.label("Set a 3.3 V adapter, if it can be chosen. The adapter's own 3.3 V or 5 V pin cannot feed the modem.");
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

/// What stands on the left of the drawing.
struct Board {
    name: &'static str,
    /// Pins from top to bottom, and the part in the wire.
    pins: [(&'static str, &'static str); 3],
}

impl Board {
    const NANO: Self =
        Self { name: "Arduino Nano", pins: [("D7", "1 kΩ, then 1.2 kΩ to GND"), ("D8", ""), ("GND", "")] };
    const ADAPTER: Self =
        Self { name: "USB-TTL adapter", pins: [("TX", "1 kΩ, then 5.6 kΩ to GND (3.3 V)"), ("RX", ""), ("GND", "")] };
}

/// Two boxes and the wires between them, and the supply.
fn wiring(ui: &mut Ui, board: &Board) {
    let (response, painter) = ui.allocate_painter(vec2(ui.available_width().min(680.0), 210.0), Sense::hover());
    let palette = parts::colors(ui);
    let area = response.rect;
    let left = Rect::from_min_size(area.min + vec2(10.0, 24.0), vec2(150.0, 130.0));
    let right = Rect::from_min_size(pos2(area.right() - 170.0, area.top() + 24.0), vec2(150.0, 130.0));
    part(&painter, left, board.name, palette);
    part(&painter, right, "SIM800L", palette);
    let modem = ["RXD", "TXD", "GND"];
    let colors = [palette.tx, palette.rx, palette.weak];
    for (at, (((pin, note), modem), color)) in board.pins.iter().zip(modem).zip(colors).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "three wires")]
        let y = left.top() + 42.0 + at as f32 * 32.0;
        wire(&painter, pos2(left.right(), y), pos2(right.left(), y), color, note, palette);
        pin_name(&painter, pos2(left.right() - 8.0, y), Align2::RIGHT_CENTER, pin, palette);
        pin_name(&painter, pos2(right.left() + 8.0, y), Align2::LEFT_CENTER, modem, palette);
    }
    let supply = Rect::from_min_size(pos2(right.left(), right.bottom() + 22.0), vec2(150.0, 30.0));
    part(&painter, supply, "4.0 V, 2 A  +  1000 µF", palette);
    painter.line_segment(
        [pos2(supply.center().x, supply.top()), pos2(supply.center().x, right.bottom())],
        Stroke::new(2.0, palette.bad),
    );
    let words = format!(
        "Wiring: {} {} to RXD, {} to TXD, GND to GND; the modem is fed with 4.0 V, 2 A and has a 1000 microfarad capacitor",
        board.name, board.pins[0].0, board.pins[1].0
    );
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::accesskit::Role::Image);
        node.set_label(words.as_str());
    });
}

fn part(painter: &Painter, rect: Rect, name: &str, palette: &Palette) {
    painter.rect(rect, 7.0, palette.well, Stroke::new(1.0, palette.line), egui::StrokeKind::Inside);
    let single = rect.height() < 40.0;
    let at = if single { rect.center() } else { rect.center_top() + vec2(0.0, 14.0) };
    painter.text(at, Align2::CENTER_CENTER, name, theme::strong(theme::SMALL), palette.strong);
}

fn wire(painter: &Painter, from: Pos2, to: Pos2, color: Color32, note: &str, palette: &Palette) {
    painter.line_segment([from, to], Stroke::new(2.0, color));
    for end in [from, to] {
        painter.circle_filled(end, 3.5, color);
    }
    if !note.is_empty() {
        let galley = painter.layout_no_wrap(note.to_owned(), FontId::proportional(theme::SMALL), palette.text);
        let rect = Rect::from_center_size(from.lerp(to, 0.5), galley.size() + vec2(12.0, 4.0));
        painter.rect(rect, 4.0, palette.raised, Stroke::new(1.0, palette.line), egui::StrokeKind::Inside);
        painter.galley(rect.min + vec2(6.0, 2.0), galley, palette.text);
    }
}

fn pin_name(painter: &Painter, at: Pos2, align: Align2, name: &str, palette: &Palette) {
    painter.text(at, align, name, theme::mono(), palette.text);
}
