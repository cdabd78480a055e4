//! The wiring, drawn: what stands on the left, the modem with its antenna on the right, the wires with the parts in them,
//! and the supply. Read out in words where it cannot be seen.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, ScrollArea, Sense, Ui, Vec2, pos2, vec2};

use crate::ui::theme::Palette;
use crate::ui::{parts, theme};

/// What stands on the left of the drawing.
pub(super) struct Board {
    name: &'static str,
    /// Pins from top to bottom, and the part in the wire: to the modem's RXD, TXD and GND.
    pins: [(&'static str, &'static str); 3],
    /// RESET is joined to GND, which makes the board a plain adapter.
    reset_to_gnd: bool,
}

impl Board {
    /// The Nano with a passthrough sketch.
    pub(super) const NANO: Self = Self {
        name: "Arduino Nano",
        pins: [("D7", "1 kΩ, then 1.2 kΩ to GND"), ("D8", ""), ("GND", "")],
        reset_to_gnd: false,
    };
    /// The Nano as a plain adapter.
    pub(super) const RESET_TO_GND: Self =
        Self { name: "Arduino Nano", pins: [("D0", "1.2 kΩ to GND"), ("D1", ""), ("GND", "")], reset_to_gnd: true };
    pub(super) const ADAPTER: Self = Self {
        name: "USB-TTL adapter",
        pins: [("TX", "1 kΩ, then 5.6 kΩ to GND (3.3 V)"), ("RX", ""), ("GND", "")],
        reset_to_gnd: false,
    };

    /// What the drawing shows.
    fn words(&self) -> String {
        let [to, from, _] = self.pins.map(|(pin, _)| pin);
        let reset = if self.reset_to_gnd { ", RESET joined to GND on the board" } else { "" };
        format!(
            "Wiring: {} {to} to RXD, {from} to TXD, GND to GND{reset}; the modem is fed with 4.0 V, 2 A, has a 1000 microfarad \
             capacitor and an antenna",
            self.name
        )
    }
}

/// Room for the antenna above the boxes.
const TOP: f32 = 40.0;
/// Width of a box.
const WIDE: f32 = 150.0;
/// Between these widths the drawing is; where there is less room it scrolls.
const DRAWN: std::ops::RangeInclusive<f32> = 520.0..=680.0;
/// From one pin of a box to the next; the mast is as high.
const PINS: f32 = 32.0;
/// Around the words on a wire.
const NOTE: Vec2 = vec2(6.0, 2.0);
/// Where a wire ends.
const DOT: f32 = 3.5;

/// Two boxes and the wires between them, the antenna and the supply.
pub(super) fn wiring(ui: &mut Ui, board: &Board) {
    let width = ui.available_width().clamp(*DRAWN.start(), *DRAWN.end());
    let scroll = ScrollArea::horizontal().id_salt(("wiring", board.reset_to_gnd));
    scroll.show(ui, |ui| draw(ui, board, width));
}

fn draw(ui: &mut Ui, board: &Board, width: f32) {
    let tall = if board.reset_to_gnd { 162.0 } else { 130.0 };
    let size = vec2(width, TOP + tall + 60.0);
    let (response, painter) = ui.allocate_painter(size, Sense::hover());
    let palette = parts::colors(ui);
    let area = response.rect;
    let left = Rect::from_min_size(area.min + vec2(10.0, TOP), vec2(WIDE, tall));
    let right = Rect::from_min_size(pos2(area.right() - WIDE - 20.0, area.top() + TOP), vec2(WIDE, tall));
    part(&painter, left, board.name, palette);
    part(&painter, right, "SIM800L", palette);
    let colors = [palette.tx, palette.rx, palette.weak];
    let mut y = left.top() + 42.0;
    for (((pin, note), modem), color) in board.pins.iter().zip(["RXD", "TXD", "GND"]).zip(colors) {
        wire(&painter, pos2(left.right(), y), pos2(right.left(), y), color, note, palette);
        pin_name(&painter, pos2(left.right() - theme::GAP, y), Align2::RIGHT_CENTER, pin, palette);
        pin_name(&painter, pos2(right.left() + theme::GAP, y), Align2::LEFT_CENTER, modem, palette);
        y += PINS;
    }
    if board.reset_to_gnd {
        reset(&painter, pos2(left.right(), y), y - PINS, palette);
    }
    antenna(&painter, pos2(right.right() - 34.0, right.top()), palette);
    let supply = Rect::from_min_size(pos2(right.left(), right.bottom() + 22.0), vec2(WIDE, 30.0));
    part(&painter, supply, "4.0 V, 2 A  +  1000 µF", palette);
    painter.line_segment(
        [pos2(supply.center().x, supply.top()), pos2(supply.center().x, right.bottom())],
        theme::thick(palette.bad),
    );
    let words = board.words();
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::accesskit::Role::Image);
        node.set_label(words.as_str());
    });
}

/// A wire from RESET up to the GND wire beside it.
fn reset(painter: &Painter, pin: Pos2, ground: f32, palette: &Palette) {
    pin_name(painter, pin - vec2(theme::GAP, 0.0), Align2::RIGHT_CENTER, "RESET", palette);
    let stroke = theme::thick(palette.warn);
    let corner = pin + vec2(26.0, 0.0);
    painter.line_segment([pin, corner], stroke);
    painter.line_segment([corner, pos2(corner.x, ground)], stroke);
    for end in [pin, pos2(corner.x, ground)] {
        painter.circle_filled(end, DOT, palette.warn);
    }
    let at = corner + vec2(theme::SECTION, 0.0);
    painter.text(at, Align2::LEFT_CENTER, "RESET to GND", FontId::proportional(theme::SMALL), palette.text);
}

/// A mast with two arms on top of the modem.
fn antenna(painter: &Painter, foot: Pos2, palette: &Palette) {
    let stroke = theme::thick(palette.good);
    let top = foot - vec2(0.0, PINS);
    painter.line_segment([foot, top], stroke);
    let fork = foot - vec2(0.0, 18.0);
    for side in [-9.0, 9.0] {
        painter.line_segment([fork, top + vec2(side, 0.0)], stroke);
    }
    painter.circle_filled(foot, DOT, palette.good);
    let at = foot - vec2(16.0, 24.0);
    painter.text(at, Align2::RIGHT_CENTER, "Antenna", FontId::proportional(theme::SMALL), palette.text);
}

fn part(painter: &Painter, rect: Rect, name: &str, palette: &Palette) {
    painter.rect(rect, theme::CARD, palette.well, theme::thin(palette.line), egui::StrokeKind::Inside);
    let single = rect.height() < 40.0;
    let at = if single { rect.center() } else { rect.center_top() + vec2(0.0, 14.0) };
    painter.text(at, Align2::CENTER_CENTER, name, theme::strong(theme::SMALL), palette.strong);
}

fn wire(painter: &Painter, from: Pos2, to: Pos2, color: Color32, note: &str, palette: &Palette) {
    painter.line_segment([from, to], theme::thick(color));
    for end in [from, to] {
        painter.circle_filled(end, DOT, color);
    }
    if !note.is_empty() {
        let galley = painter.layout_no_wrap(note.to_owned(), FontId::proportional(theme::SMALL), palette.text);
        let rect = Rect::from_center_size(from.lerp(to, 0.5), galley.size() + 2.0 * NOTE);
        painter.rect(rect, theme::BADGE, palette.raised, theme::thin(palette.line), egui::StrokeKind::Inside);
        painter.galley(rect.min + NOTE, galley, palette.text);
    }
}

fn pin_name(painter: &Painter, at: Pos2, align: Align2, name: &str, palette: &Palette) {
    painter.text(at, align, name, theme::mono(), palette.text);
}
