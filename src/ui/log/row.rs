//! One row of the log: its letters, laid out once, where they go, and which byte stands where.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use egui::{Color32, Galley, Painter, Pos2, Rect, Ui, Vec2, pos2, vec2};

use super::columns::{BINARY, Columns, DECIMAL, HEX, bytes_in_line};
use super::letters::Letters;
use crate::app::settings::{Columns as Shows, TextDecoding, View};
use crate::capture::{Content, Row};
use crate::modem::Direction;
use crate::ui::bytes::{self, Visible};
use crate::ui::theme::{self, Palette};
use crate::vocabulary;

/// More bytes of a row than this are neither coloured nor read out where rows are not folded: they would be far outside
/// the window.
const SHOWN: usize = 1024;
/// No letter is narrower than this, so no more of them than fit are laid out.
const NARROWEST: f32 = 6.0;
/// How wide the sign is that says that there is more.
const MORE: f32 = 16.0;

/// What letters depend on besides the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    columns: Shows,
    decoding: TextDecoding,
    dark: bool,
    scale: f32,
    /// Which fonts there are.
    fonts: u64,
    /// At most this many letters of a row are in sight.
    letters: usize,
    /// Long rows are folded to these widths.
    fold: Option<Fold>,
}

/// Widths that rows are folded to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fold {
    first: f32,
    second: f32,
    digit: f32,
}

impl Look {
    pub(super) fn new(ui: &Ui, view: &View, fonts: u64, columns: &Columns) -> Self {
        let width = |(from, to): (f32, f32)| to - from;
        let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(), '0'));
        let fold = || Fold { first: width(columns.first), second: columns.second.map_or(0.0, width), digit };
        Self {
            columns: view.columns,
            decoding: view.decoding,
            dark: ui.visuals().dark_mode,
            scale: ui.pixels_per_point(),
            fonts,
            letters: letters_in(ui.max_rect().width()),
            fold: view.wrap.then(fold),
        }
    }

    /// The first bytes, as many as can be in sight where each takes this many letters.
    fn of_width(self, bytes: &[u8], letters: usize) -> &[u8] {
        bytes.get(..self.letters / letters + 1).filter(|_| self.fold.is_none()).unwrap_or(bytes)
    }

    /// The first bytes, as many as can be in sight as text: of a letter of UTF-8 only the first byte counts.
    fn of_text(self, bytes: &[u8]) -> &[u8] {
        if self.fold.is_some() {
            return bytes;
        }
        let mut starts = bytes.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
        let end = starts.nth(self.letters).map_or(bytes.len(), |(at, _)| at);
        bytes.get(..end).unwrap_or(bytes)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
fn letters_in(width: f32) -> usize {
    (width / NARROWEST) as usize + 1
}

/// A row, laid out.
#[derive(Debug)]
pub(super) struct Drawn {
    time: Arc<Galley>,
    time_text: String,
    direction: Option<Direction>,
    first: Letters,
    second: Option<Letters>,
    /// What an answer means: `+CREG: 0,3` in words.
    meaning: Option<Arc<Galley>>,
    bytes: Vec<u8>,
    length: usize,
    open: bool,
    /// The row for a screen reader, once one asked.
    words: OnceCell<String>,
}

impl Drawn {
    pub(super) fn new(painter: &Painter, row: &Row, look: Look, time: String, palette: &Palette) -> Self {
        let time_galley = painter.layout_no_wrap(time.clone(), theme::mono(), palette.weak);
        let (direction, first, second, meaning, bytes, length) = match &row.content {
            Content::Event(event) => {
                let width = look.fold.map(|fold| fold.first + fold.second);
                let first = Letters::words(painter, event.clone(), palette.weak, width);
                (None, first, None, None, event.clone().into_bytes(), event.len())
            }
            Content::Data { direction, bytes: all, .. } => {
                let most = if look.fold.is_some() { all.len() } else { all.len().min(SHOWN) };
                let shown = all.get(..most).unwrap_or_default();
                let (first, second) = letters(painter, shown, *direction, look, palette);
                let meaning = meaning(*direction, shown);
                let meaning = meaning.map(|words| painter.layout_no_wrap(words, theme::small(), palette.weak));
                (Some(*direction), first, second, meaning, shown.to_vec(), all.len())
            }
        };
        Self {
            time: time_galley,
            time_text: time,
            direction,
            first,
            second,
            meaning,
            bytes,
            length,
            open: row.open,
            words: OnceCell::new(),
        }
    }

    /// Still shows the row as it is.
    pub(super) fn fits(&self, row: &Row, time: &str) -> bool {
        let length = match &row.content {
            Content::Event(event) => event.len(),
            Content::Data { bytes, .. } => bytes.len(),
        };
        length == self.length && row.open == self.open && time == self.time_text
    }

    /// How high the row is: one line, or as many as it is folded to.
    pub(super) fn height(&self) -> f32 {
        let above = |letters: &Letters| letters.galley.size().y - letters.line();
        let more = self.second.as_ref().map_or(0.0, above).max(above(&self.first));
        theme::ROW + more.max(0.0).round()
    }

    /// Its bytes, as far as they are drawn; of an event its words.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The row for a screen reader: time, direction, content in the columns that are shown, and what it means.
    pub(super) fn words(&self, look: Look) -> &str {
        self.words.get_or_init(|| {
            let time = &self.time_text;
            let Some(direction) = self.direction else {
                return format!("{time} {}", String::from_utf8_lossy(&self.bytes));
            };
            let name = if direction == Direction::Rx { "RX" } else { "TX" };
            let content = words(&self.bytes, look.columns);
            let meaning = self.meaning.as_ref().map(|galley| format!(" ({})", galley.text())).unwrap_or_default();
            format!("{time} {name} {content}{meaning}")
        })
    }

    /// Which byte of the row stands at a place, where `top` is the row's upper edge.
    pub(super) fn byte_at(&self, pos: Pos2, top: f32, columns: &Columns) -> Option<usize> {
        self.direction?;
        let within = |letters: &Letters, from: f32| letters.byte_at(pos - pos2(from, top + inset(letters)));
        match (&self.second, columns.second) {
            (Some(second), Some((from, _))) if pos.x >= from => within(second, from),
            _ if pos.x >= columns.first.0 => within(&self.first, columns.first.0),
            _ => None,
        }
    }

    /// The sign that says that there is more than fits stands at `x`.
    pub(super) fn more_at(&self, x: f32, columns: &Columns) -> bool {
        let at = |letters: &Letters, (from, to): (f32, f32)| {
            letters.galley.size().x > to - from && (to - MORE..=to).contains(&x)
        };
        let second = self.second.as_ref().zip(columns.second);
        at(&self.first, self.room(columns)) || second.is_some_and(|(letters, place)| at(letters, place))
    }

    /// An event has no hex: its words may use both columns.
    fn room(&self, columns: &Columns) -> (f32, f32) {
        match columns.second {
            Some((_, right)) if self.direction.is_none() => (columns.first.0, right),
            _ => columns.first,
        }
    }

    /// Its words, which are those of an event, go on behind the edge between the columns.
    pub(super) fn crosses(&self, edge: f32, columns: &Columns) -> bool {
        self.direction.is_none() && columns.first.0 + self.first.galley.size().x > edge
    }

    /// Where these bytes of the row are, in each column.
    pub(super) fn places(&self, bytes: &Range<usize>, place: Rect, columns: &Columns) -> Vec<Rect> {
        let one = |letters: &Letters, (from, to): (f32, f32)| {
            let corner = vec2(from, place.top() + inset(letters));
            let piece = |piece: Rect| {
                let piece = piece.translate(corner).expand2(vec2(1.0, 0.0));
                Rect::from_min_max(pos2(piece.left().min(to), piece.top()), pos2(piece.right().min(to), piece.bottom()))
            };
            letters.places_of(bytes).into_iter().map(piece).collect::<Vec<_>>()
        };
        let second = self.second.as_ref().zip(columns.second).map(|(letters, at)| one(letters, at));
        one(&self.first, columns.first).into_iter().chain(second.into_iter().flatten()).collect()
    }

    pub(super) fn paint(&self, ui: &Ui, place: Rect, columns: &Columns, ground: Color32, palette: &Palette) {
        let painter = ui.painter();
        let put = |galley: &Arc<Galley>, (from, to): (f32, f32), at: Vec2| {
            let clip = Rect::from_min_max(pos2(from, place.top()), pos2(to, place.bottom()));
            let clipped = painter.with_clip_rect(clip.intersect(painter.clip_rect()));
            clipped.galley(pos2(from, place.top()) + at, Arc::clone(galley), palette.text);
            if galley.size().x > to - from {
                let more = Rect::from_min_max(pos2(to - MORE, place.top()), clip.max);
                clipped.rect_filled(more, 0.0, palette.well);
                clipped.rect_filled(more, 0.0, ground);
                clipped.text(more.center(), egui::Align2::CENTER_CENTER, "…", theme::mono(), palette.accent);
            }
        };
        let centred = |galley: &Arc<Galley>| vec2(0.0, (theme::ROW - galley.size().y) / 2.0);
        put(&self.time, (columns.time, columns.direction), centred(&self.time));
        if let Some(direction) = self.direction {
            let (arrow, color) = match direction {
                Direction::Rx => ("←", palette.rx),
                Direction::Tx => ("→", palette.tx),
            };
            let at = pos2(columns.direction + 12.0, place.top() + theme::ROW / 2.0);
            painter.text(at, egui::Align2::CENTER_CENTER, arrow, theme::mono(), color);
        }
        let room = self.room(columns);
        put(&self.first.galley, room, vec2(0.0, inset(&self.first)));
        self.paint_after(painter, place, room, palette, put);
        if let (Some(second), Some(room)) = (&self.second, columns.second) {
            put(&second.galley, room, vec2(0.0, inset(second)));
        }
    }

    /// Behind the last letter: a caret where more may come, and what an answer means.
    fn paint_after(
        &self,
        painter: &Painter,
        place: Rect,
        (from, to): (f32, f32),
        palette: &Palette,
        put: impl Fn(&Arc<Galley>, (f32, f32), Vec2),
    ) {
        let end = self.first.end();
        let middle = inset(&self.first) + end.y;
        let mut after = from + end.x + 2.0;
        if self.open && after < to {
            let caret = Rect::from_min_size(pos2(after, place.top() + middle - 7.0), vec2(7.0, 14.0));
            painter.rect_filled(caret, 1.0, palette.accent.gamma_multiply(0.8));
            after += 9.0;
        }
        if let Some(meaning) = &self.meaning
            && after + 10.0 < to
        {
            put(meaning, (after + 10.0, to), vec2(0.0, middle - meaning.size().y / 2.0));
        }
    }
}

/// Letters stand so far below the upper edge that their first line is in the middle of a row of one line.
fn inset(letters: &Letters) -> f32 {
    (theme::ROW - letters.line()) / 2.0
}

fn letters(
    painter: &Painter,
    bytes: &[u8],
    direction: Direction,
    look: Look,
    palette: &Palette,
) -> (Letters, Option<Letters>) {
    let color = if direction == Direction::Rx { palette.rx } else { palette.tx };
    let text = || {
        let visible = Visible::new(look.of_text(bytes), look.decoding.into(), color, palette);
        Letters::visible(painter, visible, look.fold.map(|fold| fold.first))
    };
    let fixed = |width: usize, color: Color32, room: fn(Fold) -> f32| {
        let line = look.fold.map_or(usize::MAX, |fold| bytes_in_line(room(fold), width, fold.digit));
        Letters::fixed(painter, &digits(look.of_width(bytes, width + 1), width), line, color)
    };
    let first = |fold: Fold| fold.first;
    match look.columns {
        Shows::Text => (text(), None),
        Shows::Hex => (fixed(HEX, color, first), None),
        Shows::Decimal => (fixed(DECIMAL, color, first), None),
        Shows::Binary => (fixed(BINARY, color, first), None),
        Shows::Both => (text(), Some(fixed(HEX, palette.weak, |fold| fold.second))),
    }
}

/// Each byte in as many digits.
fn digits(bytes: &[u8], width: usize) -> Vec<String> {
    let one = |byte: &u8| match width {
        DECIMAL => format!("{byte:>3}"),
        BINARY => format!("{byte:08b}"),
        _ => format!("{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

fn words(bytes: &[u8], columns: Shows) -> String {
    let spaced = |width| digits(bytes, width).join(" ");
    match columns {
        Shows::Text => bytes::words(bytes),
        Shows::Hex => spaced(HEX),
        Shows::Decimal => spaced(DECIMAL),
        Shows::Binary => spaced(BINARY),
        Shows::Both => format!("{} | {}", bytes::words(bytes), bytes::hex(bytes)),
    }
}

/// Codes of an answer in words, where there are any.
pub(super) fn meaning(direction: Direction, bytes: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    if direction == Direction::Tx || line.is_empty() {
        return None;
    }
    vocabulary::explain(line, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_laid_out_than_can_be_in_sight() {
        let (columns, decoding) = (Shows::Both, TextDecoding::Utf8);
        let letters = letters_in(60.0);
        let look = Look { columns, decoding, dark: true, scale: 1.0, fonts: 0, letters, fold: None };
        let check = |bytes: &[u8], text: usize, hex: usize| {
            let lengths = (look.of_text(bytes).len(), look.of_width(bytes, HEX + 1).len());
            assert_eq!(lengths, (text, hex), "{}", bytes.escape_ascii());
        };
        check(b"", 0, 0);
        check(b"OK\r\n", 4, 4);
        check(&[b'x'; 1000], 11, 4);
        // Eleven letters of two bytes; a letter is never cut.
        check("\u{44f}".repeat(500).as_bytes(), 22, 4);
        check(&[0x80; 1000], 1000, 4);
        let folded = Look { fold: Some(Fold { first: 60.0, second: 60.0, digit: 7.8 }), ..look };
        assert_eq!(folded.of_text(&[b'x'; 1000]).len(), 1000);
        assert_eq!(folded.of_width(&[b'x'; 1000], HEX + 1).len(), 1000);
    }
}
