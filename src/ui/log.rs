//! The log: time, direction and content of every row, as far as it is on the screen.
//!
//! Only visible rows are asked for and laid out; their letters are kept until the row changes. The rows are painted, not
//! widgets, so one node of the accessibility tree holds their text for screen readers and tests.

mod clock;
mod row;
mod scroll;
mod selecting;
mod times;
mod toolbar;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit;
use egui::{Align2, CornerRadius, Id, Key, Modifiers, Rect, Response, Sense, Ui, UiBuilder, pos2, vec2};

use self::clock::WallClock;
use self::row::{Columns, Drawn, Look};
use self::scroll::{Extent, Scroll};
use self::selecting::Drag;
use self::times::Times;
use self::toolbar::Toolbar;
use super::{parts, theme};
use crate::app::State;
use crate::app::log_feed::{From, LogFeed, Page, Query};
use crate::app::settings::Clock;
use crate::capture::{Filter, RowRules};
use crate::modem::diagnose::Evidence;
use crate::ui::commands::Commands;

/// Width of the scroll bar.
const BAR: f32 = 10.0;
/// Rows whose letters are kept.
const KEPT: usize = 400;
/// So many rows before the first visible one are asked for, to know when bytes were sent last.
const LEAD: u64 = 200;

/// The log and where it is scrolled to.
#[derive(Debug, Default)]
pub struct LogPanel {
    capture: u64,
    toolbar: Toolbar,
    scroll: Scroll,
    asked: Option<Query>,
    page: Arc<Page>,
    clock: Option<WallClock>,
    look: Option<Look>,
    columns: Option<Columns>,
    drawn: HashMap<u64, Drawn>,
    goto: Option<Goto>,
    marked: Option<Evidence>,
    /// Rows before this are hidden: the view was cleared. By time, so that other rules hide the same.
    cleared: Option<Duration>,
    base: u64,
    drag: Option<Drag>,
    find_steps: u64,
    place: Option<Rect>,
}

/// Where the log is to be scrolled to, once it is known which row that is.
#[derive(Debug)]
struct Goto {
    from: From,
    asked: Option<u64>,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Show(Option<Evidence>),
    /// Finds out again which row was the last when the view was cleared.
    Clear,
}

impl LogPanel {
    /// Draws the log with its own bar of choices.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if self.capture != state.capture_number {
            self.begin(state);
        }
        toolbar::show(self, ui, state, commands);
        let mut rect = ui.available_rect_before_wrap();
        if state.selected.is_some() {
            rect.max.y -= theme::CONTROL + 10.0;
        }
        ui.allocate_rect(rect, Sense::hover());
        let palette = parts::colors(ui);
        let edge = egui::Stroke::new(1.0, palette.line);
        ui.painter().rect(rect, CornerRadius::same(7), palette.well, edge, egui::StrokeKind::Inside);
        let mut inside = ui.new_child(UiBuilder::new().max_rect(rect.shrink(1.0)));
        inside.set_clip_rect(rect.shrink(1.0).intersect(ui.clip_rect()));
        self.rows(&mut inside, state, commands);
        selecting::bar(ui, state, commands);
    }

    /// Shows these bytes, marked.
    pub fn go_to(&mut self, evidence: Evidence) {
        let from = From::Byte(evidence.direction, evidence.range.start);
        self.go(from, Why::Show(Some(evidence)));
    }

    fn go(&mut self, from: From, why: Why) {
        if matches!(why, Why::Show(_)) {
            self.scroll.follow = false;
        }
        self.goto = Some(Goto { from, asked: None, why });
    }

    fn begin(&mut self, state: &State) {
        *self = Self { capture: state.capture_number, toolbar: std::mem::take(&mut self.toolbar), ..Self::default() };
        self.scroll.follow = state.file.is_none();
        self.clock = state.reader.as_ref().map(|reader| WallClock::new(reader.started()));
    }

    fn rows(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let rect = ui.max_rect();
        self.place = Some(rect);
        let response = ui.interact(rect, log_id(), Sense::click_and_drag());
        let Some(feed) = &state.feed else {
            nothing(ui, rect, "Nothing here yet. Pick a port and connect; the simulated SIM800L needs no hardware.");
            describe(ui, &response, "");
            return;
        };
        self.page = feed.page();
        self.follow_find(state);
        self.arrived();
        let total = self.page.total.saturating_sub(self.base);
        let extent = Extent { total, row: theme::ROW, height: rect.height() - 6.0 };
        self.input(ui, &response, extent);
        self.scroll.settle(extent);
        self.ask(feed, state, extent);
        self.look(ui, state);
        self.select(ui, &response, state, commands);
        if total == 0 {
            nothing(
                ui,
                rect,
                if self.toolbar.filters() {
                    "No row fits the filter."
                } else {
                    "No bytes yet. Type AT below and press Enter."
                },
            );
        }
        let words = self.paint(ui, rect, state);
        describe(ui, &response, &words);
        self.bar(ui, rect, extent);
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.0, parts::colors(ui).accent);
            ui.painter().rect_stroke(rect, CornerRadius::same(6), stroke, egui::StrokeKind::Inside);
        }
    }

    fn look(&mut self, ui: &Ui, state: &State) {
        let look =
            Look::new(&state.settings.view, ui.visuals().dark_mode, ui.pixels_per_point(), ui.max_rect().width());
        if self.look != Some(look) || self.drawn.len() > KEPT {
            self.look = Some(look);
            self.drawn.clear();
        }
    }

    fn rules(&self, state: &State) -> (RowRules, Filter) {
        let newline = state.settings.view.row_end().unwrap_or(crate::capture::Newline::Modem);
        (RowRules { newline, ..RowRules::default() }, self.toolbar.filter())
    }

    fn ask(&mut self, feed: &LogFeed, state: &State, extent: Extent) {
        let (rules, filter) = self.rules(state);
        let changed = self.asked.as_ref().is_some_and(|asked| asked.rules != rules || asked.filter != filter);
        if changed {
            self.drawn.clear();
            self.base = 0;
            if let Some(cleared) = self.cleared {
                self.go(From::Time(cleared + Duration::from_nanos(1)), Why::Clear);
            }
        }
        let lead = if state.settings.view.clock == Clock::SinceTx { LEAD } else { 1 };
        let from = match &self.goto {
            Some(goto) => goto.from,
            None if self.scroll.follow => From::Tail,
            None => From::First((self.base + self.scroll.row).saturating_sub(lead)),
        };
        let count = usize::try_from(extent.page() + lead).unwrap_or(usize::MAX).saturating_add(3);
        let query = Query { rules, filter, from, count };
        let unasked = self.goto.as_ref().is_some_and(|goto| goto.asked.is_none());
        if unasked || self.asked.as_ref() != Some(&query) {
            let number = feed.ask(query.clone());
            self.asked = Some(query);
            if let Some(goto) = &mut self.goto {
                goto.asked = Some(number);
            }
        }
    }

    /// A page that was asked for by a byte or a time says which row that is.
    fn arrived(&mut self) {
        let page = Arc::clone(&self.page);
        if self.goto.as_ref().is_none_or(|goto| goto.asked != Some(page.query)) {
            return;
        }
        match self.goto.take().map(|goto| goto.why) {
            Some(Why::Show(mark)) => {
                let rows = self.place.map_or(0.0, |place| place.height() - 6.0);
                let extent = Extent { total: page.total.saturating_sub(self.base), row: theme::ROW, height: rows };
                if page.first < self.base {
                    self.unclear();
                }
                self.scroll.go_to_row(page.first.saturating_sub(self.base), extent);
                self.marked = mark;
            }
            Some(Why::Clear) => self.base = page.first,
            None => {}
        }
    }

    fn clear(&mut self) {
        self.cleared = Some(self.page.rows.last().map_or(Duration::ZERO, |row| row.at));
        self.base = self.page.total;
        self.scroll = Scroll::default();
    }

    fn unclear(&mut self) {
        self.cleared = None;
        self.scroll.row += self.base;
        self.base = 0;
    }

    /// The match that the search stands at.
    fn follow_find(&mut self, state: &State) {
        let Some(sought) = &state.find else {
            self.find_steps = 0;
            return;
        };
        if sought.steps != self.find_steps {
            self.find_steps = sought.steps;
            if let Some(found) = sought.current {
                let range = found.start..found.start + found.length;
                self.go_to(Evidence { direction: found.direction, range, at: None });
            }
        }
    }

    fn input(&mut self, ui: &Ui, response: &Response, extent: Extent) {
        if response.contains_pointer() {
            let delta = ui.input(|input| input.smooth_scroll_delta().y);
            if delta != 0.0 {
                self.goto = None;
                self.scroll.by(-delta, extent);
            }
        }
        if response.clicked() {
            response.request_focus();
            self.marked = None;
        }
        if !response.has_focus() {
            return;
        }
        let page = i64::try_from(extent.page()).unwrap_or(1);
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        for (key, rows) in [
            (Key::ArrowUp, -1),
            (Key::ArrowDown, 1),
            (Key::PageUp, -page),
            (Key::PageDown, page),
            (Key::Home, i64::MIN),
        ] {
            if pressed(key) {
                self.scroll.by_rows(rows, extent);
            }
        }
        if pressed(Key::End) {
            self.scroll.follow = true;
        }
    }

    /// Paints the rows; gives back their words.
    fn paint(&mut self, ui: &Ui, rect: Rect, state: &State) -> String {
        let palette = parts::colors(ui);
        let columns = Columns::new(rect, state.settings.view.columns);
        self.columns = Some(columns);
        let wanted = ui.ctx().has_accesskit_node(log_id());
        let hover = ui.ctx().pointer_hover_pos().filter(|pos| rect.contains(*pos));
        let (page, highlights) = (Arc::clone(&self.page), self.toolbar.highlights(&state.settings.highlight));
        let mut times = Times::default();
        let mut words = String::new();
        for row in &page.rows {
            let (Some(look), Some(clock)) = (self.look, &self.clock) else { break };
            let time = times.next(row, state.settings.view.clock, clock);
            let Some(top) = self.top_of(row.number, rect) else { continue };
            if top > rect.bottom() || top + theme::ROW < rect.top() {
                continue;
            }
            if self.drawn.get(&row.number).is_none_or(|drawn| !drawn.fits(row, &time)) {
                self.drawn.insert(row.number, Drawn::new(ui.painter(), row, look, time, palette));
            }
            let Some(drawn) = self.drawn.get(&row.number) else { continue };
            let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width() - BAR, theme::ROW));
            let fill = |color| ui.painter().rect_filled(place, CornerRadius::ZERO, color);
            if let Some((_, color)) = highlights.iter().find(|(pattern, _)| pattern.is_in(drawn.bytes())) {
                fill(theme::tint(*color, palette));
            }
            if hover.is_some_and(|pos| place.contains(pos)) {
                fill(palette.hover);
            }
            if selecting::holds_row(state, row.number) {
                fill(palette.selection);
            }
            selecting::paint_bytes(ui, state, self.marked.as_ref(), row, drawn, place, &columns, palette);
            drawn.paint(ui, place, &columns, palette);
            if wanted {
                words.push_str(drawn.words(look));
                words.push('\n');
            }
        }
        words
    }

    /// Upper edge of a row; nothing for one that is hidden.
    #[expect(clippy::cast_precision_loss, reason = "rows on one screen")]
    fn top_of(&self, row: u64, rect: Rect) -> Option<f32> {
        let row = row.checked_sub(self.base)?;
        let steps =
            if row >= self.scroll.row { (row - self.scroll.row) as f32 } else { -((self.scroll.row - row) as f32) };
        let top = rect.top() + 3.0 - self.scroll.sub + steps * theme::ROW;
        top.is_finite().then_some(top)
    }

    fn bar(&mut self, ui: &Ui, rect: Rect, extent: Extent) {
        let Some((at, part)) = self.scroll.thumb(extent) else { return };
        let palette = parts::colors(ui);
        let track = Rect::from_min_max(pos2(rect.right() - BAR, rect.top()), rect.max);
        #[expect(clippy::cast_possible_truncation, reason = "points on the screen")]
        let (at, part) = (at as f32, part as f32);
        let length = (track.height() * part).max(28.0);
        let free = track.height() - length;
        let thumb = Rect::from_min_size(pos2(track.left() + 2.0, track.top() + at * free), vec2(BAR - 4.0, length));
        let response = ui.interact(track, Id::unique("log bar"), Sense::click_and_drag());
        if let Some(pos) = response.interact_pointer_pos() {
            let part = (pos.y - track.top() - length / 2.0) / free.max(1.0);
            self.scroll.go_to_part(f64::from(part), extent);
        }
        let color = if response.hovered() || response.dragged() { palette.weak } else { palette.line };
        ui.painter().rect_filled(thumb, CornerRadius::same(3), color);
        response.widget_info(|| egui::WidgetInfo::labeled(accesskit::Role::ScrollBar, true, "Scroll the log"));
    }
}

fn log_id() -> Id {
    Id::unique("log")
}

/// The text of all visible rows, for who cannot see them.
fn describe(ui: &Ui, response: &Response, words: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(accesskit::Role::Log);
        node.set_label("Log");
        node.set_value(words);
    });
}

fn nothing(ui: &Ui, rect: Rect, words: &str) {
    let color = parts::colors(ui).weak;
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, egui::FontId::proportional(theme::BODY), color);
}
