//! The log: time, direction and content of every row, as far as it is on the screen.
//!
//! Only visible rows are asked for and laid out; their letters are kept until the row changes. The rows are painted, not
//! widgets, so one node of the accessibility tree holds their text for screen readers and tests.

mod clock;
mod row;
mod scroll;

use std::collections::HashMap;

use egui::accesskit;
use egui::{Align2, CornerRadius, Id, Key, Modifiers, Rect, Response, Sense, Ui, UiBuilder, pos2, vec2};

use self::clock::WallClock;
use self::row::{Columns, Drawn, Look};
use self::scroll::{Extent, Scroll};
use super::{parts, theme};
use crate::app::log_feed::{From, Page, Query};
use crate::app::settings::{self, Clock, View};
use crate::app::{Command, State};
use crate::capture::{Filter, RowRules};
use crate::modem::diagnose::Evidence;

/// Width of the scroll bar.
const BAR: f32 = 10.0;
/// Rows whose letters are kept.
const KEPT: usize = 400;

/// The log and where it is scrolled to.
#[derive(Debug, Default)]
pub struct LogPanel {
    capture: u64,
    scroll: Scroll,
    asked: Option<Query>,
    clock: Option<WallClock>,
    look: Option<Look>,
    drawn: HashMap<u64, Drawn>,
    goto: Option<Evidence>,
    marked: Option<Evidence>,
}

impl LogPanel {
    /// Draws the log with its own bar of choices.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        self.toolbar(ui, state, commands);
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let palette = parts::colors(ui);
        ui.painter().rect(
            rect,
            CornerRadius::same(7),
            palette.well,
            egui::Stroke::new(1.0, palette.line),
            egui::StrokeKind::Inside,
        );
        let mut inside = ui.new_child(UiBuilder::new().max_rect(rect.shrink(1.0)));
        inside.set_clip_rect(rect.shrink(1.0).intersect(ui.clip_rect()));
        self.rows(&mut inside, state);
    }

    /// Shows these bytes, marked.
    pub fn go_to(&mut self, evidence: Evidence) {
        self.scroll.follow = false;
        self.goto = Some(evidence);
    }

    fn toolbar(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let view = state.settings.view;
        ui.horizontal_wrapped(|ui| {
            parts::heading(ui, "Log");
            ui.spacing_mut().item_spacing.x = 2.0;
            for (columns, name) in [
                (settings::Columns::Text, "Text"),
                (settings::Columns::Hex, "Hex"),
                (settings::Columns::Both, "Text and hex"),
                (settings::Columns::Decimal, "Decimal"),
                (settings::Columns::Binary, "Binary"),
            ] {
                let button = ui.selectable_label(view.columns == columns, name);
                if button.accessible_name(format!("Show as {}", name.to_lowercase())).clicked() {
                    commands.push(Command::SetView(View { columns, ..view }));
                }
            }
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let follow = ui.selectable_label(self.scroll.follow, "Follow");
                if follow.on_hover_text("Keeps the newest row in sight; End does it too").clicked() {
                    self.scroll.follow = !self.scroll.follow;
                }
                for (clock, name, help) in [
                    (Clock::SinceStart, "Since start", "Seconds since the capture began"),
                    (Clock::Clock, "Clock", "Time of day"),
                ] {
                    if ui.selectable_label(view.clock == clock, name).on_hover_text(help).clicked() {
                        commands.push(Command::SetView(View { clock, ..view }));
                    }
                }
            });
        });
    }

    fn rows(&mut self, ui: &mut Ui, state: &State) {
        let rect = ui.max_rect();
        let response = ui.interact(rect, Id::unique("log"), Sense::click_and_drag());
        let Some(feed) = &state.feed else {
            nothing(ui, rect, "Nothing here yet. Pick a port and connect; the simulated SIM800L needs no hardware.");
            describe(ui, &response, "");
            return;
        };
        if self.capture != state.capture_number {
            self.begin(state);
        }
        let page = feed.page();
        let extent = Extent { total: page.total, row: theme::ROW, height: rect.height() - 6.0 };
        self.found(&page, extent);
        self.input(ui, &response, extent);
        self.scroll.settle(extent);
        self.ask(feed, extent);
        self.look(ui, state);
        if page.total == 0 {
            nothing(ui, rect, "No bytes yet. Type AT below and press Enter.");
        }
        let words = self.paint(ui, rect, &page);
        describe(ui, &response, &words);
        self.bar(ui, rect, extent);
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.0, parts::colors(ui).accent);
            ui.painter().rect_stroke(rect, CornerRadius::same(6), stroke, egui::StrokeKind::Inside);
        }
    }

    fn begin(&mut self, state: &State) {
        *self = Self { capture: state.capture_number, ..Self::default() };
        self.clock = state.reader.as_ref().map(|reader| WallClock::new(reader.started()));
    }

    fn look(&mut self, ui: &Ui, state: &State) {
        let look = Look { view: state.settings.view, dark: ui.visuals().dark_mode, scale: ui.pixels_per_point() };
        if self.look != Some(look) || self.drawn.len() > KEPT {
            self.look = Some(look);
            self.drawn.clear();
        }
    }

    fn ask(&mut self, feed: &crate::app::log_feed::LogFeed, extent: Extent) {
        let from = match &self.goto {
            Some(evidence) => From::Byte(evidence.direction, evidence.range.start),
            None if self.scroll.follow => From::Tail,
            None => From::First(self.scroll.row.saturating_sub(1)),
        };
        let count = usize::try_from(extent.page()).unwrap_or(usize::MAX).saturating_add(3);
        let query = Query { rules: RowRules::default(), filter: Filter::default(), from, count };
        if self.asked.as_ref() != Some(&query) {
            feed.ask(query.clone());
            self.asked = Some(query);
        }
    }

    /// A page that was asked for by its bytes says which row they are in.
    fn found(&mut self, page: &Page, extent: Extent) {
        let Some(evidence) = &self.goto else { return };
        let asked = self.asked.as_ref().is_some_and(|query| {
            matches!(query.from, From::Byte(direction, at) if direction == evidence.direction && at == evidence.range.start)
        });
        let holds = page.rows.first().is_some_and(|row| row::holds(row, evidence));
        if asked && holds {
            self.scroll.go_to_row(page.first, extent);
            self.marked = self.goto.take();
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
    fn paint(&mut self, ui: &Ui, rect: Rect, page: &Page) -> String {
        let palette = parts::colors(ui);
        let columns = Columns::new(rect, self.look.map(|look| look.view).unwrap_or_default());
        let wanted = ui.ctx().has_accesskit_node(Id::unique("log"));
        let hover = ui.ctx().pointer_hover_pos().filter(|pos| rect.contains(*pos));
        let mut words = String::new();
        for row in &page.rows {
            let Some(top) = self.top_of(row.number, rect) else { continue };
            if top > rect.bottom() || top + theme::ROW < rect.top() {
                continue;
            }
            let stale = self.drawn.get(&row.number).is_none_or(|drawn| !drawn.fits(row));
            if stale && let (Some(look), Some(clock)) = (self.look, &self.clock) {
                self.drawn.insert(row.number, Drawn::new(ui.painter(), row, look, clock, palette));
            }
            let Some(drawn) = self.drawn.get(&row.number) else { continue };
            let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width() - BAR, theme::ROW));
            if hover.is_some_and(|pos| place.contains(pos)) {
                ui.painter().rect_filled(place, CornerRadius::ZERO, palette.hover);
            }
            if self.marked.as_ref().is_some_and(|marked| row::holds(row, marked)) {
                ui.painter().rect_filled(place, CornerRadius::ZERO, palette.selection);
            }
            drawn.paint(ui, place, &columns, palette);
            if wanted {
                words.push_str(&drawn.words);
                words.push('\n');
            }
        }
        words
    }

    #[expect(clippy::cast_precision_loss, reason = "rows on one screen")]
    fn top_of(&self, row: u64, rect: Rect) -> Option<f32> {
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
