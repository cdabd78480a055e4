//! Where the columns of the log are, and how many bytes a line of digits holds.

use egui::{Rect, Ui};

use crate::app::settings::{Columns as Shows, View};
use crate::capture::Newline;
use crate::ui::theme;

/// Digits of a byte.
pub(super) const HEX: usize = 2;
pub(super) const DECIMAL: usize = 3;
pub(super) const BINARY: usize = 8;
/// Text keeps at least this much room beside hex, so that most answers are seen whole.
const TEXT: f32 = 240.0;
/// And this much where the rows themselves are as short as a line of hex, or the user drags the edge.
const LEAST: f32 = 120.0;
/// Between the two columns.
const GAP: f32 = 10.0;

/// Where the columns are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) time: f32,
    pub(super) direction: f32,
    pub(super) first: (f32, f32),
    pub(super) second: Option<(f32, f32)>,
}

impl Columns {
    pub(super) fn new(ui: &Ui, rect: Rect, view: &View) -> Self {
        let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(), '0'));
        let time = rect.left() + 10.0;
        let direction = time + 124.0;
        let left = direction + 32.0;
        let right = rect.right() - super::scroll::BAR - 6.0;
        let second = (view.columns == Shows::Both).then(|| (right - hex_room(view, right - left, digit), right));
        let first = (left, second.map_or(right, |(middle, _)| middle - GAP));
        Self { time, direction, first, second }
    }

    /// Between text and hex, where it can be dragged.
    pub(super) fn edge(&self) -> Option<f32> {
        self.second.map(|(middle, _)| middle - GAP / 2.0)
    }

    /// How wide hex is when the edge is dragged to `x`: as [`View::hex_width`] keeps it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "points on the screen")]
    pub(super) fn dragged(&self, x: f32) -> Option<u16> {
        let (_, right) = self.second?;
        let most = (right - self.first.0 - LEAST).max(LEAST);
        Some((right - x - GAP / 2.0).clamp(LEAST, most).round() as u16)
    }
}

/// How wide hex is: as the user dragged it, or so that sixteen bytes fit, or eight where text would be too narrow.
fn hex_room(view: &View, room: f32, digit: f32) -> f32 {
    if view.hex_width > 0 {
        return f32::from(view.hex_width).clamp(LEAST.min(room / 2.0), (room - LEAST).max(room / 2.0));
    }
    let (most, text) = match view.row_end() {
        Ok(Newline::Every(count @ 1..=16)) => (count as usize, LEAST),
        _ => (16, TEXT),
    };
    let wide = |bytes: usize| line_of(bytes, HEX, digit);
    if room - wide(most) >= text { wide(most) } else { wide(8).min(room / 2.0) }
}

/// How wide a line of this many bytes is.
#[expect(clippy::cast_precision_loss, reason = "a line on the screen")]
fn line_of(bytes: usize, digits: usize, digit: f32) -> f32 {
    (bytes * (digits + 1)) as f32 * digit
}

/// How many bytes stand in a line of this width: whole groups of eight where there is room for one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a line")]
pub(super) fn bytes_in_line(width: f32, digits: usize, digit: f32) -> usize {
    let fit = ((width + digit) / ((digits + 1) as f32 * digit)).floor() as usize;
    if fit >= 8 { fit / 8 * 8 } else { fit.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_has_room_for_sixteen_bytes_where_text_keeps_its_own() {
        let check = |newline: &str, hex_width: u16, room: f32, bytes: usize| {
            let view = View { newline: newline.to_owned(), hex_width, ..View::default() };
            let width = hex_room(&view, room, 7.8);
            assert_eq!(bytes_in_line(width, HEX, 7.8), bytes, "{newline}, dragged to {hex_width}, of {room}");
            assert!(room - width >= LEAST.min(room / 2.0), "text has {}", room - width);
        };
        check("modem", 0, 900.0, 16);
        check("modem", 0, 520.0, 8);
        check("every 16", 0, 520.0, 16);
        check("every 4", 0, 520.0, 4);
        check("modem", 190, 900.0, 8);
        check("modem", 5000, 900.0, 32);
        check("modem", 0, 100.0, 2);
    }
}
