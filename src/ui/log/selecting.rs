//! Selecting rows and bytes with the pointer, and what can be done with a selection.
//!
//! Dragging within one row selects its bytes; dragging over several rows selects rows.

use std::ops::Range;

use egui::{Align, CornerRadius, Event, Key, Layout, Modifiers, PointerButton, Pos2, Rect, Response, RichText, Ui};

use super::LogPanel;
use super::columns::Columns;
use super::row::Drawn;
use crate::app::State;
use crate::app::command::{Book, Capture, Log};
use crate::app::times::since;
use crate::capture::copy::{CopyAs, Selection, Span};
use crate::capture::{Content, Row};
use crate::macros::recorder::Replay;
use crate::modem::Direction;
use crate::modem::diagnose::Evidence;
use crate::ui::commands::Commands;
use crate::ui::theme::{self, Palette};
use crate::ui::{bytes, icons, parts};

/// While nothing is selected.
const HINT: &str = "Click a row or drag over rows or bytes to select them.";

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hit {
    row: u64,
    byte: Option<(Direction, u64)>,
    /// It is the sign that says that there is more.
    more: bool,
}

/// Where dragging began, and what was said to be selected last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drag {
    from: Hit,
    to: Hit,
}

impl LogPanel {
    pub(super) fn select(&mut self, ui: &Ui, response: &Response, state: &State, commands: &mut Commands) {
        // By the pointer alone: to egui Enter is a click too, and would select nothing.
        let clicked = response.clicked_by(PointerButton::Primary);
        let pointer = response.interact_pointer_pos();
        let hit = pointer.and_then(|pos| self.hit(pos));
        if response.drag_started() {
            // egui calls it a drag only some points on.
            let origin = ui.input(|input| input.pointer.press_origin());
            self.drag = origin.and_then(|origin| self.hit(origin)).map(|hit| Drag { from: hit, to: hit });
            response.request_focus();
        } else if response.double_clicked() || (clicked && hit.is_some_and(|hit| hit.more)) {
            self.open_detail(hit.map(|hit| hit.row));
        } else if response.dragged()
            && let (Some(drag), Some(hit)) = (&mut self.drag, hit)
            && drag.to != hit
        {
            drag.to = hit;
            let drag = *drag;
            commands.push(Log::Select(Some(self.between(drag.from, drag.to, state))));
        } else if clicked {
            let shift = ui.input(|input| input.modifiers.shift);
            let rows = hit.map(|hit| match (&state.selected, shift) {
                (Some(selected), true) => extended(&selected.selection, hit.row),
                _ => hit.row..hit.row + 1,
            });
            let same = rows.as_ref().is_some_and(|rows| is_rows(state, rows));
            let selection = rows.filter(|_| !same).map(|rows| self.rows_selected(rows, state));
            if selection.is_some() || state.selected.is_some() {
                commands.push(Log::Select(selection));
            }
        }
        response.context_menu(|ui| forms(ui, state, commands));
        if !response.has_focus() {
            return;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) && self.page.total > self.base {
            commands.push(Log::Select(Some(self.rows_selected(self.base..self.page.total, state))));
        }
        if state.selected.is_some() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            commands.push(Log::Select(None));
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
            self.open_detail(selected_row(state));
        }
        if state.selected.is_some() && ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy))) {
            commands.push(Capture::Copy(CopyAs::Text));
        }
    }

    fn hit(&self, pos: Pos2) -> Option<Hit> {
        let columns = self.columns.as_ref()?;
        let (number, top, _) = *self.placed.iter().find(|(_, top, height)| (*top..top + height).contains(&pos.y))?;
        let row = self.page.rows.iter().find(|row| row.number == number)?;
        let drawn = self.drawn.get(&number)?;
        let byte = match &row.content {
            Content::Data { direction, offset, .. } => {
                drawn.byte_at(pos, top, columns).map(|byte| (*direction, offset + byte as u64))
            }
            Content::Event(_) => None,
        };
        Some(Hit { row: number, byte, more: drawn.more_at(pos.x, columns) })
    }

    /// The first of the selected rows, where it is on the page.
    pub(super) fn selected_first(&self, state: &State) -> Option<Row> {
        let number = selected_row(state)?;
        self.page.rows.iter().find(|row| row.number == number).cloned()
    }

    /// Shows the whole of a row below the log.
    fn open_detail(&mut self, row: Option<u64>) {
        if let Some(row) = row.and_then(|number| self.page.rows.iter().find(|row| row.number == number)) {
            self.detail.open(row.clone(), self.scroll.follow);
            self.scroll.follow = false;
        }
    }

    fn between(&self, from: Hit, to: Hit, state: &State) -> Selection {
        match (from.byte, to.byte) {
            (Some((direction, a)), Some((_, b))) if from.row == to.row => {
                Selection::Bytes { direction, range: a.min(b)..a.max(b) + 1 }
            }
            _ => self.rows_selected(from.row.min(to.row)..from.row.max(to.row) + 1, state),
        }
    }

    fn rows_selected(&self, range: Range<u64>, state: &State) -> Selection {
        let (rules, filter) = self.rules(state);
        Selection::Rows { rules, filter, range }
    }
}

fn extended(selection: &Selection, row: u64) -> Range<u64> {
    match selection {
        Selection::Rows { range, .. } => range.start.min(row)..range.end.max(row + 1),
        Selection::Bytes { .. } => row..row + 1,
    }
}

fn is_rows(state: &State, rows: &Range<u64>) -> bool {
    matches!(state.selected.as_ref().map(|selected| &selected.selection), Some(Selection::Rows { range, .. }) if range == rows)
}

/// The first of the selected rows.
fn selected_row(state: &State) -> Option<u64> {
    match &state.selected.as_ref()?.selection {
        Selection::Rows { range, .. } => Some(range.start),
        Selection::Bytes { .. } => None,
    }
}

/// The row is selected as a whole.
pub(super) fn holds_row(state: &State, row: u64) -> bool {
    matches!(state.selected.as_ref().map(|selected| &selected.selection), Some(Selection::Rows { range, .. }) if range.contains(&row))
}

/// Grounds behind bytes: the selection, what a finding rests on, what is looked for.
#[expect(clippy::too_many_arguments, reason = "what is marked, where it is, and how it is painted")]
pub(super) fn paint_bytes(
    ui: &Ui,
    state: &State,
    marked: Option<&Evidence>,
    row: &Row,
    drawn: &Drawn,
    place: Rect,
    columns: &Columns,
    palette: &Palette,
) {
    let Content::Data { direction, offset, bytes, .. } = &row.content else { return };
    let fill = |within: &Range<usize>, color| {
        for rect in drawn.places(within, place, columns) {
            ui.painter().rect_filled(rect, CornerRadius::same(2), color);
        }
    };
    let within = |range: &Range<u64>| {
        let start = range.start.max(*offset);
        let end = range.end.min(offset + bytes.len() as u64);
        let part =
            usize::try_from(start.checked_sub(*offset)?).ok()?..usize::try_from(end.checked_sub(*offset)?).ok()?;
        (part.start < part.end).then_some(part)
    };
    if let Some(sought) = &state.find {
        for range in sought.pattern.ranges_in(drawn.bytes()) {
            fill(&range, theme::tint(palette.warn, palette));
        }
    }
    if let Some(part) = marked.filter(|marked| marked.direction == *direction).and_then(|marked| within(&marked.range))
    {
        fill(&part, palette.selection);
    }
    if let Some(Selection::Bytes { direction: way, range }) =
        state.selected.as_ref().map(|selected| &selected.selection)
        && way == direction
        && let Some(part) = within(range)
    {
        fill(&part, palette.selection);
    }
}

/// What can be done with what is selected, and how much that is, in the line below the log.
pub(super) fn line(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.x = theme::IN_BAR;
    let Some(selected) = &state.selected else {
        let hint = RichText::new(HINT).font(theme::small()).color(parts::colors(ui).weak);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(egui::Label::new(hint).truncate()));
        return;
    };
    let words = selected.span.as_ref().map_or_else(|| "Counting…".to_owned(), measured);
    let words = if selected.copied { format!("{words}, copied") } else { words };
    // What can be clicked comes first, so that it stays where it is whatever the words say.
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        let color = parts::colors(ui).weak;
        let close = egui::Button::new(parts::sign(icons::CLOSE).color(color)).frame_when_inactive(false);
        let close = ui.add(close).accessible_name("Select nothing");
        if close.on_hover_text("Select nothing: Esc, while the log has the focus").clicked() {
            commands.push(Log::Select(None));
        }
        forms(ui, state, commands);
        let label = ui.add(egui::Label::new(&words).truncate()).on_hover_text(&words);
        parts::spoken(&label, &format!("Selected: {words}"));
    });
}

/// `3 rows, 120 bytes, 0.013000 s`.
fn measured(span: &Span) -> String {
    let mut words = bytes::count(span.bytes);
    if span.rows > 0 {
        let rows = if span.rows == 1 { "1 row".to_owned() } else { format!("{} rows", bytes::grouped(span.rows)) };
        words = format!("{rows}, {words}");
    }
    // Of one row or one read nothing can be measured.
    if let Some((first, last)) = span.times.filter(|(first, last)| first < last) {
        words = format!("{words}, {} s", since(last.saturating_sub(first)));
    }
    words
}

fn forms(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(selected) = &state.selected else {
        parts::weak(ui, HINT);
        return;
    };
    for (form, name) in [
        (CopyAs::Text, "Copy as text"),
        (CopyAs::Hex, "Hex"),
        (CopyAs::Notation, "Notation"),
        (CopyAs::CArray, "C array"),
    ] {
        let button = ui.add_enabled(!selected.copying, egui::Button::new(name));
        if button
            .accessible_name(if form == CopyAs::Text { name.to_owned() } else { format!("Copy as {name}") })
            .clicked()
        {
            commands.push(Capture::Copy(form));
            ui.close();
        }
    }
    let measured = selected.span.as_ref().is_some_and(|span| span.times.is_some());
    ui.add_enabled_ui(measured, |ui| {
        ui.menu_button("Macro of this", |ui| {
            for (replay, name) in [
                (Replay::Answers, "Each step when the modem has answered"),
                (Replay::Timing, "With the original timing"),
            ] {
                if ui.button(name).clicked() {
                    commands.push(Book::AddSelection(replay));
                    ui.close();
                }
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_selection_says_how_long_it_took_where_it_took_time() {
        let check = |rows, from, to, words: &str| {
            let times = Some((Duration::from_millis(from), Duration::from_millis(to)));
            assert_eq!(measured(&Span { rows, bytes: 120, masked: 0, times }), words);
        };
        check(3, 500, 513, "3 rows, 120 bytes, 0.013000 s");
        check(1, 500, 500, "1 row, 120 bytes");
        check(0, 0, 0, "120 bytes");
    }
}
