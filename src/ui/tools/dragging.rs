//! Rows that are put into another order by dragging them: the handle, the line that shows where it goes, the move.
//!
//! For the keyboard there are Up and Down; this adds nothing that those cannot do.

use egui::{CursorIcon, DragAndDrop, Rect, Response, RichText, Sense, Stroke, Ui, Vec2, vec2};

use crate::ui::parts;
use crate::ui::theme;

/// Nearer to the edge of the list than this, it scrolls.
const EDGE: f32 = 28.0;
/// Points a frame.
const SCROLL: f32 = 9.0;

/// What is being dragged: a row of the list of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dragged {
    list: &'static str,
    from: usize,
    title: String,
}

/// A list whose rows can be dragged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// Rows of one list are not dropped into another.
    pub(super) list: &'static str,
}

/// A row was dropped: it is to stand at `to`, counted after it was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Order {
    /// Six dots that the row can be taken by.
    pub(super) fn handle(self, ui: &mut Ui, at: usize, title: &str) {
        let (rect, response) = ui.allocate_exact_size(vec2(14.0, theme::CONTROL), Sense::drag());
        let color = if response.hovered() { parts::colors(ui).text } else { parts::colors(ui).weak };
        for column in [-2.5, 2.5] {
            for row in [-5.0, 0.0, 5.0] {
                ui.painter().circle_filled(rect.center() + Vec2::new(column, row), 1.4, color);
            }
        }
        let response = response.accessible_name(format!("Drag {title}"));
        self.take(&response, at, title);
        response.on_hover_cursor(CursorIcon::Grab).on_hover_text("Drag it to another place");
    }

    /// Lets a widget be the handle of its row. It must sense drags.
    pub(super) fn take(self, handle: &Response, at: usize, title: &str) {
        handle.dnd_set_drag_payload(Dragged { list: self.list, from: at, title: title.to_owned() });
    }

    /// Lets rows be dropped before or behind this one.
    pub(super) fn drop(self, ui: &Ui, row: &Response, at: usize) -> Option<Moved> {
        let ours = |dragged: &Dragged| dragged.list == self.list;
        row.dnd_hover_payload::<Dragged>().filter(|dragged| ours(dragged))?;
        let pointer = ui.ctx().pointer_interact_pos()?;
        let behind = pointer.y > row.rect.center().y;
        let y = if behind { row.rect.bottom() + 2.0 } else { row.rect.top() - 2.0 };
        let stroke = Stroke::new(2.5, parts::colors(ui).accent);
        ui.painter().hline(row.rect.x_range(), y, stroke);
        let dragged = row.dnd_release_payload::<Dragged>()?;
        let gap = at + usize::from(behind);
        let to = if dragged.from < gap { gap - 1 } else { gap };
        (to != dragged.from).then_some(Moved { from: dragged.from, to })
    }

    /// While a row is dragged: its title beside the pointer, and the list scrolls where the pointer is near its edge.
    pub(super) fn while_dragged(self, ui: &Ui, list: Rect) {
        let Some(dragged) = DragAndDrop::payload::<Dragged>(ui.ctx()).filter(|dragged| dragged.list == self.list)
        else {
            return;
        };
        let Some(pointer) = ui.ctx().pointer_interact_pos() else { return };
        egui::Area::new(egui::Id::unique("dragged"))
            .order(egui::Order::Tooltip)
            .fixed_pos(pointer + vec2(14.0, 6.0))
            .interactable(false)
            .show(ui.ctx(), |ui| {
                parts::card(ui).show(ui, |ui| ui.label(RichText::new(&dragged.title).font(theme::mono())));
            });
        let over = list.x_range().contains(pointer.x);
        if over && pointer.y < list.top() + EDGE {
            ui.scroll_with_delta(vec2(0.0, SCROLL));
        } else if over && pointer.y > list.bottom() - EDGE {
            ui.scroll_with_delta(vec2(0.0, -SCROLL));
        } else {
            return;
        }
        ui.ctx().request_repaint();
    }
}
