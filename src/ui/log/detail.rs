//! The whole of one row, below the log: all its text, its bytes sixteen a line, its times, and what an answer means.

use std::fmt::Write as _;
use std::time::Duration;

use egui::{
    CornerRadius, Id, Key, Modifiers, Rect, RichText, ScrollArea, Sense, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2,
};

use super::row::meaning;
use crate::app::State;
use crate::app::times::{WallClock, since};
use crate::capture::{Content, Row};
use crate::modem::Direction;
use crate::ui::bytes::{self, Visible};
use crate::ui::{icons, parts, theme};

/// Height of the pane until it is dragged.
const HEIGHT: f32 = 190.0;
const LEAST: f32 = 90.0;
/// Ground around what is in it.
const INSIDE: Vec2 = vec2(12.0, 6.0);
/// The log above it keeps at least this.
const LOG: f32 = 80.0;
/// Bytes in a line of the dump.
const LINE: usize = 16;

/// The pane, and the row in it.
#[derive(Debug)]
pub(super) struct Detail {
    row: Option<Row>,
    height: f32,
    /// The row is still to be brought into sight, above the pane.
    reveal: bool,
    /// The log followed its end when the pane was opened, and will again.
    followed: bool,
}

impl Default for Detail {
    fn default() -> Self {
        Self { row: None, height: HEIGHT, reveal: false, followed: false }
    }
}

impl Detail {
    /// Shows this row, until it is closed or another one is shown. The log stands still meanwhile: `followed` says that it
    /// did not.
    pub(super) fn open(&mut self, row: Row, followed: bool) {
        self.followed |= followed;
        (self.row, self.reveal) = (Some(row), true);
    }

    /// The row that is still to be brought into sight.
    pub(super) fn take_reveal(&mut self) -> Option<u64> {
        self.row.as_ref().filter(|_| std::mem::take(&mut self.reveal)).map(|row| row.number)
    }

    /// The pane was closed, and the log is to follow its end again.
    pub(super) fn take_follow(&mut self) -> bool {
        self.row.is_none() && std::mem::take(&mut self.followed)
    }

    /// Draws the pane at the lower edge of the log's place; how high it is.
    pub(super) fn show(&mut self, ui: &mut Ui, within: Rect, state: &State, clock: Option<&WallClock>) -> f32 {
        let Some(row) = self.row.take() else { return 0.0 };
        self.height = self.height.clamp(LEAST, (within.height() - LOG).max(LEAST));
        let place = Rect::from_min_max(pos2(within.left(), within.bottom() - self.height), within.max);
        self.drag(ui, place);
        let card = place.with_min_y(place.top() + theme::OVER);
        let palette = parts::colors(ui);
        let edge = theme::thin(palette.line);
        ui.painter().rect(card, CornerRadius::same(theme::CARD), palette.raised, edge, StrokeKind::Inside);
        let within = UiBuilder::new().id_salt(Id::unique("row")).max_rect(card.shrink2(INSIDE));
        let mut pane = ui.new_child(within);
        pane.set_clip_rect(card.intersect(ui.clip_rect()));
        let mut open = true;
        pane.horizontal(|ui| {
            parts::heading(ui, &title(&row));
            if let Some(clock) = clock {
                parts::weak(ui, clock.in_words(row.at));
            }
            open = !parts::quiet_signed(ui, icons::CLOSE, "Close row")
                .on_hover_text("Esc, while the log has the focus")
                .clicked();
        });
        if let Some(means) = means(&row) {
            pane.label(RichText::new(means).color(parts::colors(&pane).strong));
        }
        ScrollArea::vertical().id_salt("row").auto_shrink(false).show(&mut pane, |ui| content(ui, &row, state));
        let focused = ui.ctx().memory(|memory| memory.has_focus(super::log_id()));
        open &= !(focused && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)));
        self.row = open.then_some(row);
        self.height
    }

    fn drag(&mut self, ui: &Ui, place: Rect) {
        let handle = Rect::from_x_y_ranges(place.x_range(), place.top() - theme::GRIP..=place.top() + theme::GRIP);
        let response = ui.interact(handle, Id::unique("row edge"), Sense::drag());
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeVertical);
        }
        self.height -= response.drag_delta().y;
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Splitter, true, "Edge of the row below the log"));
    }
}

/// `Received, 2,010 bytes from byte 4,711 on`.
fn title(row: &Row) -> String {
    match &row.content {
        Content::Event(_) => "Event".to_owned(),
        Content::Data { direction, offset, bytes, .. } => {
            let way = if *direction == Direction::Rx { "Received" } else { "Sent" };
            format!("{way}: {} from byte {} on", bytes::count(bytes.len() as u64), bytes::grouped(*offset))
        }
    }
}

fn means(row: &Row) -> Option<String> {
    match &row.content {
        Content::Data { direction, bytes, .. } => meaning(*direction, bytes),
        Content::Event(_) => None,
    }
}

fn content(ui: &mut Ui, row: &Row, state: &State) {
    let palette = parts::colors(ui);
    match &row.content {
        Content::Event(words) => {
            ui.label(words);
        }
        Content::Data { direction, bytes, .. } => {
            let color = if *direction == Direction::Rx { palette.rx } else { palette.tx };
            let mut job = Visible::new(bytes, state.settings.view.decoding.into(), color, palette).job;
            (job.wrap.max_width, job.wrap.break_anywhere) = (ui.available_width() - 14.0, true);
            let text = ui.label(job);
            parts::spoken(&text, &format!("Whole row: {}", bytes::words(bytes)));
            ui.add_space(theme::CLOSE);
            let dump = dump(bytes);
            ui.label(RichText::new(dump).font(theme::mono()).color(palette.text));
        }
    }
    if let Some(sent) = row.sent.filter(|_| !matches!(row.content, Content::Event(_))) {
        let after: Duration = row.at.saturating_sub(sent);
        parts::weak(ui, format!("{} s after bytes were sent last", since(after)));
    }
}

/// Sixteen bytes a line: place, hex, and the letters among them.
fn dump(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (line, part) in bytes.chunks(LINE).enumerate() {
        let letters: String =
            part.iter().map(|byte| if (0x20..0x7F).contains(byte) { char::from(*byte) } else { '·' }).collect();
        let _never_fails = writeln!(text, "{:06X}  {:<47}  {letters}", line * LINE, bytes::hex(part));
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_has_sixteen_bytes_a_line() {
        assert_eq!(
            dump(b"\r\n+CSQ: 8,0\r\n> xyz\xFF"),
            "000000  0D 0A 2B 43 53 51 3A 20 38 2C 30 0D 0A 3E 20 78  ··+CSQ: 8,0··> x\n\
             000010  79 7A FF                                         yz·"
        );
        assert_eq!(dump(b""), "");
    }
}
