//! One row of the log: its letters, laid out once, where they go, and which byte stands where.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use egui::text::CCursor;
use egui::{Galley, Painter, Rect, Ui, pos2, vec2};

use crate::app::settings::{Columns as Shows, TextDecoding, View};
use crate::capture::{Content, Row};
use crate::modem::Direction;
use crate::ui::bytes::{self, Visible};
use crate::ui::theme::{self, Palette};
use crate::vocabulary;

/// More bytes of a row than this are neither coloured nor read out: they would be far outside the window.
const SHOWN: usize = 1024;
/// No letter is narrower than this, so no more of them than fit are laid out.
const NARROWEST: f32 = 6.0;
/// Digits of a byte.
const HEX: usize = 2;
const DECIMAL: usize = 3;
const BINARY: usize = 8;

/// What letters depend on besides the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    columns: Shows,
    decoding: TextDecoding,
    dark: bool,
    scale: f32,
    /// So many letters of a row are in sight, at the most.
    letters: usize,
}

impl Look {
    pub(super) fn new(view: &View, dark: bool, scale: f32, width: f32) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
        let letters = (width / NARROWEST) as usize + 1;
        Self { columns: view.columns, decoding: view.decoding, dark, scale, letters }
    }

    /// The first bytes, as many as can be in sight where each takes so many letters.
    fn of_width(self, bytes: &[u8], letters: usize) -> &[u8] {
        bytes.get(..self.letters / letters + 1).unwrap_or(bytes)
    }

    /// The first bytes, as many as can be in sight as text: of a letter of UTF-8 only the first byte counts.
    fn of_text(self, bytes: &[u8]) -> &[u8] {
        let mut starts = bytes.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
        let end = starts.nth(self.letters).map_or(bytes.len(), |(at, _)| at);
        bytes.get(..end).unwrap_or(bytes)
    }
}

/// Where the columns are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    time: f32,
    direction: f32,
    first: (f32, f32),
    second: Option<(f32, f32)>,
}

impl Columns {
    pub(super) fn new(rect: Rect, columns: Shows) -> Self {
        let time = rect.left() + 10.0;
        let direction = time + 124.0;
        let left = direction + 32.0;
        let right = rect.right() - super::BAR - 6.0;
        if columns == Shows::Both {
            let middle = left + (right - left) * 0.56;
            Self { time, direction, first: (left, middle - 10.0), second: Some((middle, right)) }
        } else {
            Self { time, direction, first: (left, right), second: None }
        }
    }
}

/// Letters of a column and which bytes they show.
#[derive(Debug)]
struct Letters {
    galley: Arc<Galley>,
    /// Characters and the bytes of the row that they show, in order.
    spans: Vec<(Range<usize>, Range<usize>)>,
}

impl Letters {
    fn visible(painter: &Painter, visible: Visible) -> Self {
        let mut spans = Vec::with_capacity(visible.spans.len());
        let mut at = 0;
        for (text, bytes) in visible.spans {
            let letters = visible.job.text.get(text).map_or(0, |text| text.chars().count());
            spans.push((at..at + letters, bytes));
            at += letters;
        }
        Self { galley: painter.layout_job(visible.job), spans }
    }

    /// Every byte takes `width` characters and a blank.
    fn fixed(painter: &Painter, text: String, bytes: usize, width: usize, color: egui::Color32) -> Self {
        let spans = (0..bytes).map(|byte| (byte * (width + 1)..byte * (width + 1) + width, byte..byte + 1)).collect();
        Self { galley: painter.layout_no_wrap(text, theme::mono(), color), spans }
    }

    fn byte_at(&self, x: f32) -> Option<usize> {
        let cursor = self.galley.cursor_from_pos(vec2(x - 3.9, self.galley.size().y / 2.0)).index.0;
        let at = self.spans.partition_point(|(letters, _)| letters.end <= cursor);
        self.spans.get(at).or(self.spans.last()).map(|(_, bytes)| bytes.start)
    }

    fn place_of(&self, bytes: &Range<usize>) -> Option<(f32, f32)> {
        let mut touched = self.spans.iter().filter(|(_, shown)| shown.start < bytes.end && bytes.start < shown.end);
        let first = touched.next()?;
        let last = touched.next_back().unwrap_or(first);
        let x = |index: usize| self.galley.pos_from_cursor(CCursor::new(index));
        Some((x(first.0.start).left(), x(last.0.end).left()))
    }
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
        match &row.content {
            Content::Event(event) => {
                let font = egui::FontId::proportional(theme::BODY);
                let galley = painter.layout_no_wrap(event.clone(), font, palette.weak);
                Self {
                    time: time_galley,
                    direction: None,
                    first: Letters { galley, spans: Vec::new() },
                    second: None,
                    meaning: None,
                    bytes: event.clone().into_bytes(),
                    length: event.len(),
                    open: false,
                    words: OnceCell::new(),
                    time_text: time,
                }
            }
            Content::Data { direction, bytes: all, .. } => {
                let shown = all.get(..all.len().min(SHOWN)).unwrap_or_default();
                let (first, second) = letters(painter, shown, *direction, look, palette);
                let meaning = meaning(*direction, shown);
                Self {
                    time: time_galley,
                    direction: Some(*direction),
                    first,
                    second,
                    meaning: meaning.map(|words| painter.layout_no_wrap(words, theme::small(), palette.weak)),
                    bytes: shown.to_vec(),
                    length: all.len(),
                    open: row.open,
                    words: OnceCell::new(),
                    time_text: time,
                }
            }
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

    /// Which byte of the row stands at `x`.
    pub(super) fn byte_at(&self, x: f32, columns: &Columns) -> Option<usize> {
        self.direction?;
        match (&self.second, columns.second) {
            (Some(second), Some((from, _))) if x >= from => second.byte_at(x - from),
            _ if x >= columns.first.0 => self.first.byte_at(x - columns.first.0),
            _ => None,
        }
    }

    /// Where these bytes of the row are, in each column.
    pub(super) fn places(&self, bytes: &Range<usize>, place: Rect, columns: &Columns) -> Vec<Rect> {
        let one = |letters: &Letters, (from, to): (f32, f32)| {
            let (left, right) = letters.place_of(bytes)?;
            let left = (from + left - 1.0).min(to);
            Some(Rect::from_min_max(
                pos2(left, place.top() + 1.0),
                pos2((from + right + 1.0).min(to), place.bottom() - 1.0),
            ))
        };
        let second = self.second.as_ref().zip(columns.second).and_then(|(letters, at)| one(letters, at));
        one(&self.first, columns.first).into_iter().chain(second).collect()
    }

    pub(super) fn paint(&self, ui: &Ui, place: Rect, columns: &Columns, palette: &Palette) {
        let painter = ui.painter();
        let put = |galley: &Arc<Galley>, from: f32, to: f32| {
            let clip = Rect::from_min_max(pos2(from, place.top()), pos2(to, place.bottom()));
            let top = place.center().y - galley.size().y / 2.0;
            let clipped = painter.with_clip_rect(clip.intersect(painter.clip_rect()));
            clipped.galley(pos2(from, top), Arc::clone(galley), palette.text);
            if galley.size().x > to - from {
                let more = Rect::from_min_max(pos2(to - 12.0, place.top()), clip.max);
                clipped.rect_filled(more, 0.0, palette.well);
                clipped.text(more.center(), egui::Align2::CENTER_CENTER, "…", theme::mono(), palette.accent);
            }
        };
        put(&self.time, columns.time, columns.direction);
        if let Some(direction) = self.direction {
            let (arrow, color) = match direction {
                Direction::Rx => ("←", palette.rx),
                Direction::Tx => ("→", palette.tx),
            };
            let at = pos2(columns.direction + 12.0, place.center().y);
            painter.text(at, egui::Align2::CENTER_CENTER, arrow, theme::mono(), color);
        }
        // An event has no hex: its words may use both columns.
        let end = match columns.second {
            Some((_, right)) if self.direction.is_none() => right,
            _ => columns.first.1,
        };
        put(&self.first.galley, columns.first.0, end);
        let mut after = columns.first.0 + self.first.galley.size().x + 2.0;
        if self.open && after < end {
            let caret = Rect::from_min_size(pos2(after, place.center().y - 7.0), vec2(7.0, 14.0));
            painter.rect_filled(caret, 1.0, palette.accent.gamma_multiply(0.8));
            after += 9.0;
        }
        if let Some(meaning) = &self.meaning
            && after + 10.0 < end
        {
            put(meaning, after + 10.0, end);
        }
        if let (Some(second), Some((from, to))) = (&self.second, columns.second) {
            put(&second.galley, from, to);
        }
    }
}

fn letters(
    painter: &Painter,
    bytes: &[u8],
    direction: Direction,
    look: Look,
    palette: &Palette,
) -> (Letters, Option<Letters>) {
    let color = if direction == Direction::Rx { palette.rx } else { palette.tx };
    let text = || Letters::visible(painter, Visible::new(look.of_text(bytes), look.decoding.into(), color, palette));
    let fixed = |width: usize, color| {
        let bytes = look.of_width(bytes, width + 1);
        Letters::fixed(painter, digits(bytes, width), bytes.len(), width, color)
    };
    match look.columns {
        Shows::Text => (text(), None),
        Shows::Hex => (fixed(HEX, color), None),
        Shows::Decimal => (fixed(DECIMAL, color), None),
        Shows::Binary => (fixed(BINARY, color), None),
        Shows::Both => (text(), Some(fixed(HEX, palette.weak))),
    }
}

/// Each byte in as many digits, with blanks between.
fn digits(bytes: &[u8], width: usize) -> String {
    match width {
        DECIMAL => joined(bytes, |byte| format!("{byte:>3}")),
        BINARY => joined(bytes, |byte| format!("{byte:08b}")),
        _ => bytes::hex(bytes),
    }
}

fn words(bytes: &[u8], columns: Shows) -> String {
    match columns {
        Shows::Text => bytes::words(bytes),
        Shows::Hex => digits(bytes, HEX),
        Shows::Decimal => digits(bytes, DECIMAL),
        Shows::Binary => digits(bytes, BINARY),
        Shows::Both => format!("{} | {}", bytes::words(bytes), bytes::hex(bytes)),
    }
}

/// Codes of an answer in words, where there are any.
fn meaning(direction: Direction, bytes: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    if direction == Direction::Tx || line.is_empty() {
        return None;
    }
    vocabulary::explain(line, None)
}

fn joined(bytes: &[u8], one: impl Fn(&u8) -> String) -> String {
    bytes.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_laid_out_than_can_be_in_sight() {
        let look = Look::new(&View::default(), true, 1.0, 60.0);
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
    }
}
