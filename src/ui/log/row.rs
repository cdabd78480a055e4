//! One row of the log: its letters, laid out once, and where they go.

use std::sync::Arc;

use egui::{Galley, Painter, Rect, Ui, pos2, vec2};

use super::clock::{WallClock, since};
use crate::app::settings::{Clock, Columns as Shows, View};
use crate::capture::{Content, Row};
use crate::modem::Direction;
use crate::modem::catalogue;
use crate::modem::diagnose::Evidence;
use crate::notation::Decoding;
use crate::ui::bytes::{self, Visible};
use crate::ui::theme::{self, Palette};

/// More bytes of a row than this are not laid out: they would be far outside the window.
const LAID_OUT: usize = 1024;

/// What letters depend on besides the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub view: View,
    pub dark: bool,
    pub scale: f32,
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
    pub(super) fn new(rect: Rect, view: View) -> Self {
        let time = rect.left() + 10.0;
        let direction = time + 124.0;
        let left = direction + 32.0;
        let right = rect.right() - super::BAR - 6.0;
        if view.columns == Shows::Both {
            let middle = left + (right - left) * 0.56;
            Self { time, direction, first: (left, middle - 10.0), second: Some((middle, right)) }
        } else {
            Self { time, direction, first: (left, right), second: None }
        }
    }
}

/// A row, laid out.
#[derive(Debug)]
pub(super) struct Drawn {
    time: Arc<Galley>,
    direction: Option<Direction>,
    first: Arc<Galley>,
    second: Option<Arc<Galley>>,
    /// What an answer means: `+CREG: 0,3` in words.
    meaning: Option<Arc<Galley>>,
    length: usize,
    open: bool,
    /// The row for a screen reader.
    pub words: String,
}

impl Drawn {
    pub(super) fn new(painter: &Painter, row: &Row, look: Look, clock: &WallClock, palette: &Palette) -> Self {
        let time = match look.view.clock {
            Clock::SinceStart => since(row.at),
            _ => clock.time_of_day(row.at),
        };
        let plain = |text: String, color| painter.layout_no_wrap(text, theme::mono(), color);
        let time_galley = plain(time.clone(), palette.weak);
        match &row.content {
            Content::Event(event) => Self {
                time: time_galley,
                direction: None,
                first: painter.layout_no_wrap(event.clone(), egui::FontId::proportional(theme::BODY), palette.weak),
                second: None,
                meaning: None,
                length: event.len(),
                open: false,
                words: format!("{time} {event}"),
            },
            Content::Data { direction, bytes: all, .. } => {
                let shown = all.get(..all.len().min(LAID_OUT)).unwrap_or_default();
                let (color, name) = match direction {
                    Direction::Rx => (palette.rx, "RX"),
                    Direction::Tx => (palette.tx, "TX"),
                };
                let text = |color| painter.layout_job(Visible::new(shown, Decoding::Utf8, color, palette).job);
                let (first, second) = match look.view.columns {
                    Shows::Text => (text(color), None),
                    Shows::Hex => (plain(bytes::hex(shown), color), None),
                    Shows::Decimal => (plain(decimal(shown), color), None),
                    Shows::Binary => (plain(binary(shown), color), None),
                    Shows::Both => (text(color), Some(plain(bytes::hex(shown), palette.weak))),
                };
                let content = match look.view.columns {
                    Shows::Text => bytes::words(shown),
                    Shows::Hex => bytes::hex(shown),
                    Shows::Decimal => decimal(shown),
                    Shows::Binary => binary(shown),
                    Shows::Both => format!("{} | {}", bytes::words(shown), bytes::hex(shown)),
                };
                let meaning = meaning(*direction, shown);
                let explained = meaning.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
                Self {
                    time: time_galley,
                    direction: Some(*direction),
                    first,
                    second,
                    meaning: meaning.map(|words| painter.layout_no_wrap(words, theme::small(), palette.weak)),
                    length: all.len(),
                    open: row.open,
                    words: format!("{time} {name} {content}{explained}"),
                }
            }
        }
    }

    /// Still shows the row as it is.
    pub(super) fn fits(&self, row: &Row) -> bool {
        let length = match &row.content {
            Content::Event(event) => event.len(),
            Content::Data { bytes, .. } => bytes.len(),
        };
        length == self.length && row.open == self.open
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
        let end = columns
            .second
            .filter(|_| self.direction.is_some())
            .map_or_else(|| columns.second.map_or(columns.first.1, |second| second.1), |_| columns.first.1);
        put(&self.first, columns.first.0, end);
        if self.open {
            let at = pos2(columns.first.0 + self.first.size().x + 2.0, place.center().y - 7.0);
            if at.x < end {
                painter.rect_filled(Rect::from_min_size(at, vec2(7.0, 14.0)), 1.0, palette.accent.gamma_multiply(0.8));
            }
        }
        if let Some(meaning) = &self.meaning {
            let from = columns.first.0 + self.first.size().x + 12.0;
            if from < end {
                put(meaning, from, end);
            }
        }
        if let (Some(second), Some((from, to))) = (&self.second, columns.second) {
            put(second, from, to);
        }
    }
}

/// The row shows bytes of the evidence.
pub(super) fn holds(row: &Row, evidence: &Evidence) -> bool {
    let Content::Data { direction, offset, bytes, .. } = &row.content else { return false };
    let end = offset + bytes.len() as u64;
    *direction == evidence.direction
        && *offset < evidence.range.end.max(evidence.range.start + 1)
        && evidence.range.start < end
}

/// Codes of an answer in words, where there are any.
fn meaning(direction: Direction, bytes: &[u8]) -> Option<String> {
    let line =
        std::str::from_utf8(bytes.trim_ascii()).ok().filter(|line| direction == Direction::Rx && !line.is_empty())?;
    catalogue::explain(line, None)
}

fn decimal(bytes: &[u8]) -> String {
    joined(bytes, |byte| format!("{byte:>3}"))
}

fn binary(bytes: &[u8]) -> String {
    joined(bytes, |byte| format!("{byte:08b}"))
}

fn joined(bytes: &[u8], one: impl Fn(&u8) -> String) -> String {
    bytes.iter().map(one).collect::<Vec<_>>().join(" ")
}
