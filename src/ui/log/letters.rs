//! Letters of a column, laid out once, and which byte each of them shows.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob};
use egui::{Color32, Galley, Painter, Pos2, Rect, TextFormat, Vec2, pos2, vec2};

use crate::ui::bytes::Visible;
use crate::ui::theme;

/// Letters of a column and which bytes they show.
#[derive(Debug)]
pub(super) struct Letters {
    pub(super) galley: Arc<Galley>,
    /// Characters and the bytes of the row that they show, in order.
    spans: Vec<(Range<usize>, Range<usize>)>,
}

impl Letters {
    /// Text with chips; folded to this width where one is given.
    pub(super) fn visible(painter: &Painter, mut visible: Visible, width: Option<f32>) -> Self {
        let mut spans = Vec::with_capacity(visible.spans.len());
        let mut at = 0;
        for (text, bytes) in visible.spans {
            let letters = visible.job.text.get(text).map_or(0, |text| text.chars().count());
            spans.push((at..at + letters, bytes));
            at += letters;
        }
        if let Some(width) = width {
            (visible.job.wrap.max_width, visible.job.wrap.break_anywhere) = (width, true);
        }
        Self { galley: painter.layout_job(visible.job), spans }
    }

    /// Every byte takes `width` characters and a blank; a new line after every `line` bytes.
    pub(super) fn fixed(painter: &Painter, digits: &[String], line: usize, color: Color32) -> Self {
        let width = digits.first().map_or(0, String::len);
        let mut text = String::with_capacity(digits.len() * (width + 1));
        for (at, digit) in digits.iter().enumerate() {
            if at > 0 {
                text.push(if at.is_multiple_of(line) { '\n' } else { ' ' });
            }
            text.push_str(digit);
        }
        let spans = (0..digits.len()).map(|byte| (byte * (width + 1)..byte * (width + 1) + width, byte..byte + 1));
        let job = LayoutJob::single_section(text, TextFormat::simple(theme::mono(), color));
        Self { galley: painter.layout_job(job), spans: spans.collect() }
    }

    /// An event in words: it shows no bytes.
    pub(super) fn words(painter: &Painter, words: String, color: Color32, width: Option<f32>) -> Self {
        let font = egui::FontId::proportional(theme::BODY);
        let galley = match width {
            Some(width) => painter.layout(words, font, color, width),
            None => painter.layout_no_wrap(words, font, color),
        };
        Self { galley, spans: Vec::new() }
    }

    /// Which byte is shown at a place, measured from the corner of the letters.
    pub(super) fn byte_at(&self, at: Vec2) -> Option<usize> {
        let cursor = self.galley.cursor_from_pos(vec2(at.x - 3.9, at.y)).index.0;
        let at = self.spans.partition_point(|(letters, _)| letters.end <= cursor);
        self.spans.get(at).or(self.spans.last()).map(|(_, bytes)| bytes.start)
    }

    /// Where these bytes stand, from the corner of the letters: a piece on each line.
    pub(super) fn places_of(&self, bytes: &Range<usize>) -> Vec<Rect> {
        let from = self.spans.partition_point(|(_, shown)| shown.end <= bytes.start);
        let touched = self.spans.iter().skip(from).take_while(|(_, shown)| shown.start < bytes.end);
        let mut pieces: Vec<Rect> = Vec::new();
        for (letters, _) in touched {
            let left = self.galley.pos_from_cursor(CCursor { index: letters.start.into(), prefer_next_row: true });
            let right = self.galley.pos_from_cursor(CCursor { index: letters.end.into(), prefer_next_row: false });
            let piece = Rect::from_min_max(left.left_top(), pos2(right.left().max(left.left()), left.bottom()));
            match pieces.last_mut().filter(|last| (last.top() - piece.top()).abs() < 1.0) {
                Some(last) => *last = last.union(piece),
                None => pieces.push(piece),
            }
        }
        pieces
    }

    /// Where the last letter ends: its right edge, and the middle of its line.
    pub(super) fn end(&self) -> Pos2 {
        self.galley.rows.last().map_or(Pos2::ZERO, |row| row.rect().right_center())
    }

    /// Height of the first line.
    pub(super) fn line(&self) -> f32 {
        self.galley.rows.first().map_or(theme::ROW, |row| row.rect().height())
    }
}
