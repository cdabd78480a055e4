//! The log: time, direction and content of every row, as far as it is on the screen.
//!
//! Only visible rows are asked for and laid out; their letters are kept until the row changes. The rows are painted, not
//! widgets, so one node of the accessibility tree holds their text for screen readers and tests.

mod columns;
mod detail;
mod letters;
mod newest;
mod row;
mod scroll;
mod selecting;
mod toolbar;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit;
use egui::{Align, Align2, CornerRadius, Id, Key, Layout, Modifiers, Rect, Response, Sense, Ui, UiBuilder, pos2, vec2};

use self::columns::Columns;
use self::detail::Detail;
use self::newest::Newest;
use self::row::{Drawn, Look};
use self::scroll::{BAR, Extent, Scroll};
use self::selecting::Drag;
use self::toolbar::Toolbar;
use super::{bytes, glyphs, parts, theme};
use crate::app::State;
use crate::app::command::Setting;
use crate::app::log_feed::{From, LogFeed, Page, Query};
use crate::app::settings::View;
use crate::app::times::{Times, WallClock};
use crate::capture::{Filter, Row, RowRules};
use crate::modem::diagnose::Evidence;
use crate::ui::commands::Commands;

/// Width of the mark at the left edge of a row.
const MARK: f32 = 4.0;
/// Above the first row and below the last.
const PAD: f32 = 3.0;
/// The least height that the rows and the line below them keep, whatever lies over their place.
const LEAST: f32 = 100.0;
/// Rows whose letters are kept, at up to a hundred kilobytes each; two pages where that is more.
const KEPT: usize = 120;
/// How many rows before the first visible one are asked for: the time since the row above, and where rows are folded their
/// heights, so that the wheel can go back over them.
const LEAD: u64 = 1;
const FOLDED_LEAD: u64 = 40;

/// The log and where it is scrolled to.
#[derive(Debug, Default)]
pub(crate) struct LogPanel {
    capture: u64,
    toolbar: Toolbar,
    scroll: Scroll,
    asked: Option<Query>,
    page: Arc<Page>,
    clock: Option<WallClock>,
    look: Option<Look>,
    columns: Option<Columns>,
    drawn: HashMap<u64, Drawn>,
    /// Heights of rows that are folded, by their place below [`Self::base`].
    tall: BTreeMap<u64, f32>,
    /// What stands where: number of the row, its upper edge and its height.
    placed: Vec<(u64, f32, f32)>,
    detail: Detail,
    newest: Newest,
    /// Where the last step from mark to mark has led.
    mark: Option<Row>,
    /// How wide hex is while its edge is dragged.
    dragged: Option<u16>,
    goto: Option<Goto>,
    marked: Option<Evidence>,
    /// Rows before this are hidden: the view was cleared. By time, so that other rules hide the same.
    cleared: Option<Duration>,
    base: u64,
    drag: Option<Drag>,
    find_steps: u64,
    place: Option<Rect>,
    filled: f32,
    wants_find: bool,
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
    /// Draws the log with its own bar of choices, this much room between them, and nothing below `bottom`.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, between: f32, bottom: f32, commands: &mut Commands) {
        if self.capture != state.capture_number {
            self.begin(state);
        }
        toolbar::show(self, ui, state, commands);
        let mut rect = ui.available_rect_before_wrap();
        rect.min.y += between;
        rect.max.y = rect.bottom().min(bottom).max(rect.top() + LEAST);
        rect.max.y -= self.detail.show(ui, rect, state, self.clock.as_ref());
        ui.allocate_rect(rect, Sense::hover());
        let line = rect.with_min_y(rect.bottom() - theme::CONTROL);
        rect.max.y = line.top() - theme::CLOSE;
        let palette = parts::colors(ui);
        let edge = theme::thin(palette.line);
        ui.painter().rect(rect, CornerRadius::same(theme::CARD), palette.well, edge, egui::StrokeKind::Inside);
        let mut inside = ui.new_child(UiBuilder::new().max_rect(rect.shrink(1.0)));
        inside.set_clip_rect(rect.shrink(1.0).intersect(ui.clip_rect()));
        self.rows(&mut inside, state, commands);
        self.line(ui, line, state, commands);
    }

    /// Below the rows, always there: what is selected, and the way back to the newest row. Over them it would hide some, and
    /// where it came and went they would move under the pointer.
    fn line(&mut self, ui: &mut Ui, place: Rect, state: &State, commands: &mut Commands) {
        let layout = Layout::right_to_left(Align::Center);
        let mut line = ui.new_child(UiBuilder::new().id_salt("below the log").max_rect(place).layout(layout));
        line.set_clip_rect(place.expand(theme::BETWEEN).intersect(ui.clip_rect()));
        let total = self.page.total.saturating_sub(self.base);
        self.newest.show(&mut line, &mut self.scroll, total, state.file.is_none());
        selecting::line(&mut line, state, commands);
    }

    /// Where the rows were drawn last.
    pub(crate) fn place(&self) -> Option<Rect> {
        self.place
    }

    /// The user clicked *Find*.
    pub(crate) fn take_find_wish(&mut self) -> bool {
        std::mem::take(&mut self.wants_find)
    }

    /// What has the focus when the log has it.
    pub(crate) fn id() -> Id {
        log_id()
    }

    /// Gives the log the keyboard.
    pub(crate) fn focus(ctx: &egui::Context) {
        ctx.memory_mut(|memory| memory.request_focus(log_id()));
    }

    /// Shows these bytes, marked.
    pub(crate) fn go_to(&mut self, evidence: Evidence) {
        let from = From::Byte(evidence.direction, evidence.range.start);
        self.go(from, Why::Show(Some(evidence)));
    }

    /// Goes to the next marked row, or back to the one before.
    fn go_to_mark(&mut self, state: &State, forward: bool) {
        let top = self.placed.first().and_then(|(number, ..)| self.page.rows.iter().find(|row| row.number == *number));
        let from = self.mark.as_ref().filter(|row| state.marks.has(row)).or(top);
        if let Some(mark) = state.marks.step(from, forward) {
            let place = mark.byte.map_or(From::Time(mark.at), |(direction, offset)| From::Byte(direction, offset));
            self.go(place, Why::Show(None));
        }
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
        self.clock = state.clock();
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
        self.lay_out(ui, rect, state);
        let tall = std::mem::take(&mut self.tall);
        let extent = Extent { total, row: theme::ROW, height: rect.height() - 2.0 * PAD, tall: &tall };
        self.input(ui, &response, state, extent);
        self.scroll.follow |= self.detail.take_follow();
        if let Some(place) = self.detail.take_reveal().and_then(|number| number.checked_sub(self.base)) {
            self.scroll.reveal(place, extent);
        }
        self.scroll.settle(extent);
        self.ask(feed, state, extent);
        self.place_rows(rect, extent);
        self.drag_edge(ui, rect, state, commands);
        self.select(ui, &response, state, commands);
        if total == 0 {
            nothing(ui, rect, &self.why_empty());
        }
        let words = self.paint(ui, rect, state);
        describe(ui, &response, &words);
        self.scroll.bar(ui, rect, extent);
        self.tall = tall;
        if response.has_focus() {
            let stroke = theme::thin(parts::colors(ui).accent);
            ui.painter().rect_stroke(rect, CornerRadius::same(theme::CARD), stroke, egui::StrokeKind::Inside);
        }
    }

    /// Lays out the letters of the page; what was laid out before is kept as far as it is still true.
    fn lay_out(&mut self, ui: &Ui, rect: Rect, state: &State) {
        let view = &state.settings.view;
        let dragged = self.dragged.map(|hex_width| View { hex_width, ..view.clone() });
        let columns = Columns::new(ui, rect, dragged.as_ref().unwrap_or(view));
        let look = Look::new(ui, view, glyphs::generation(ui.ctx()), &columns);
        self.columns = Some(columns);
        // Where letters no longer fit into egui's picture of them, it begins a new one.
        let filled = ui.fonts_mut(|fonts| fonts.font_atlas_fill_ratio());
        let emptied = filled < std::mem::replace(&mut self.filled, filled);
        if self.look != Some(look) || emptied || self.drawn.len() > KEPT.max(2 * self.page.rows.len()) {
            self.look = Some(look);
            self.drawn.clear();
        }
        self.tall.clear();
        let Some(clock) = &self.clock else { return };
        let palette = parts::colors(ui);
        let mut times = Times::default();
        for row in &self.page.rows {
            let time = times.next(row, view.clock, clock);
            if self.drawn.get(&row.number).is_none_or(|drawn| !drawn.fits(row, &time)) {
                self.drawn.insert(row.number, Drawn::new(ui.painter(), row, look, time, palette));
            }
            let height = self.drawn.get(&row.number).map_or(theme::ROW, Drawn::height);
            if height > theme::ROW
                && let Some(place) = row.number.checked_sub(self.base)
            {
                self.tall.insert(place, height);
            }
        }
    }

    /// Decides which row stands where, from the first visible one down.
    #[expect(clippy::cast_precision_loss, reason = "rows on one screen")]
    fn place_rows(&mut self, rect: Rect, extent: Extent<'_>) {
        self.placed.clear();
        let mut top = rect.top() + PAD - self.scroll.sub;
        for row in &self.page.rows {
            let Some(place) = row.number.checked_sub(self.base).filter(|place| *place >= self.scroll.row) else {
                continue;
            };
            if self.placed.is_empty() {
                // An old page may begin further down than what is to be seen.
                top += (place - self.scroll.row) as f32 * extent.row;
            }
            if top > rect.bottom() {
                return;
            }
            let height = extent.height_of(place);
            self.placed.push((row.number, top, height));
            top += height;
        }
    }

    /// The edge between text and hex can be dragged; a double click puts it back.
    fn drag_edge(&mut self, ui: &Ui, rect: Rect, state: &State, commands: &mut Commands) {
        let Some((columns, edge)) = self.columns.and_then(|columns| Some((columns, columns.edge()?))) else { return };
        let handle = Rect::from_x_y_ranges(edge - theme::GRIP..=edge + theme::GRIP, rect.y_range());
        let response = ui.interact(handle, Id::unique("log edge"), Sense::click_and_drag());
        let palette = parts::colors(ui);
        let color = if response.hovered() || response.dragged() { palette.accent } else { palette.line };
        ui.painter().vline(edge, rect.shrink(1.0).y_range(), theme::thin(color));
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
        }
        let view = &state.settings.view;
        let mut keep = |hex_width| commands.push(Setting::View(View { hex_width, ..view.clone() }));
        if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            self.dragged = columns.dragged(pos.x);
        }
        if let Some(width) = self.dragged.take_if(|_| response.drag_stopped()) {
            keep(width);
        }
        if response.double_clicked() {
            keep(0);
        }
        response
            .widget_info(|| egui::WidgetInfo::labeled(accesskit::Role::Splitter, true, "Edge between text and hex"));
    }

    fn why_empty(&self) -> String {
        if self.base > 0 {
            let hidden = bytes::grouped(self.base);
            format!(
                "Cleared: {hidden} earlier rows are hidden, the capture keeps them. “Show all rows” brings them back."
            )
        } else if self.toolbar.filters() {
            "No row fits the filter.".to_owned()
        } else {
            "No bytes yet. Type AT below and press Enter.".to_owned()
        }
    }

    fn rules(&self, state: &State) -> (RowRules, Filter) {
        let newline = state.settings.view.row_end().unwrap_or(crate::capture::Newline::Modem);
        (RowRules { newline, ..RowRules::default() }, self.toolbar.filter())
    }

    fn ask(&mut self, feed: &LogFeed, state: &State, extent: Extent<'_>) {
        let (rules, filter) = self.rules(state);
        let changed = self.asked.as_ref().is_some_and(|asked| asked.rules != rules || asked.filter != filter);
        if changed {
            self.drawn.clear();
            self.base = 0;
            if let Some(cleared) = self.cleared {
                self.go(From::Time(cleared + Duration::from_nanos(1)), Why::Clear);
            }
        }
        let lead = if state.settings.view.wrap { FOLDED_LEAD } else { LEAD };
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
                let rows = self.place.map_or(0.0, |place| place.height() - 2.0 * PAD);
                let total = page.total.saturating_sub(self.base);
                let extent = Extent { total, row: theme::ROW, height: rows, tall: &BTreeMap::new() };
                if page.first < self.base {
                    self.unclear();
                }
                self.scroll.go_to_row(page.first.saturating_sub(self.base), extent);
                self.mark = page.rows.first().cloned();
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

    fn input(&mut self, ui: &Ui, response: &Response, state: &State, extent: Extent<'_>) {
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
        let keys = egui::EventFilter { vertical_arrows: true, escape: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(log_id(), keys));
        for (key, forward) in [(Key::ArrowUp, false), (Key::ArrowDown, true)] {
            if ui.input_mut(|input| input.consume_key(Modifiers::ALT, key)) {
                self.go_to_mark(state, forward);
            }
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        for (key, rows) in [(Key::ArrowUp, -1), (Key::ArrowDown, 1), (Key::Home, i64::MIN)] {
            if pressed(key) {
                self.scroll.by_rows(rows, extent);
            }
        }
        let page = (extent.height - extent.row).max(extent.row);
        for (key, points) in [(Key::PageUp, -page), (Key::PageDown, page)] {
            if pressed(key) {
                self.scroll.by(points, extent);
            }
        }
        if pressed(Key::End) {
            self.scroll.follow = true;
        }
    }

    /// Paints the rows; gives back their words.
    fn paint(&mut self, ui: &Ui, rect: Rect, state: &State) -> String {
        let palette = parts::colors(ui);
        let wanted = ui.ctx().has_accesskit_node(log_id());
        let hover = ui.ctx().pointer_hover_pos().filter(|pos| rect.contains(*pos));
        let highlights = self.toolbar.highlights(&state.settings.highlight);
        let mut words = String::new();
        let (Some(columns), Some(look)) = (self.columns, self.look) else { return words };
        for (number, top, height) in &self.placed {
            let row = self.page.rows.iter().find(|row| row.number == *number);
            let Some((row, drawn)) = row.zip(self.drawn.get(number)) else { continue };
            let place = Rect::from_min_size(pos2(rect.left(), *top), vec2(rect.width() - BAR, *height));
            if let Some(edge) = columns.edge().filter(|edge| drawn.crosses(*edge, &columns)) {
                let gap = Rect::from_x_y_ranges(edge - 1.0..=edge + 1.0, place.y_range());
                ui.painter().rect_filled(gap, CornerRadius::ZERO, palette.well);
            }
            let mut ground = palette.well;
            let mut fill = |color| {
                ui.painter().rect_filled(place, CornerRadius::ZERO, color);
                ground = color;
            };
            if let Some((_, color)) = highlights.iter().find(|(pattern, _)| pattern.is_in(drawn.bytes())) {
                fill(theme::tint(*color, palette));
            }
            if hover.is_some_and(|pos| place.contains(pos)) {
                fill(palette.hover);
            }
            if selecting::holds_row(state, row.number) {
                fill(palette.selection);
            }
            if state.marks.has(row) {
                let edge = Rect::from_min_size(place.left_top(), vec2(MARK, place.height()));
                ui.painter().rect_filled(edge, CornerRadius::ZERO, palette.warn);
            }
            selecting::paint_bytes(ui, state, self.marked.as_ref(), row, drawn, place, &columns, palette);
            drawn.paint(ui, place, &columns, ground, palette);
            if wanted {
                words.push_str(drawn.words(look));
                words.push('\n');
            }
        }
        words
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
