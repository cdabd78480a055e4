//! The way back to the newest rows, and how many came since the log stands still.

use egui::{Id, Rect, Ui, UiBuilder, vec2};

use super::scroll::Scroll;
use crate::ui::{bytes, parts, theme};

/// How many rows there were when the log was last at its end.
#[derive(Debug, Default)]
pub(super) struct Newest {
    seen: u64,
}

impl Newest {
    /// Over the lower edge of the log, while it does not follow a `live` capture.
    pub(super) fn show(&mut self, ui: &mut Ui, log: Rect, scroll: &mut Scroll, total: u64, live: bool) {
        if scroll.follow || !live || total < self.seen {
            self.seen = total;
        }
        if scroll.follow || !live {
            return;
        }
        let words = match total - self.seen {
            0 => "Newest rows".to_owned(),
            1 => "1 new row".to_owned(),
            rows => format!("{} new rows", bytes::grouped(rows)),
        };
        let size = vec2(150.0, theme::CONTROL);
        let place = Rect::from_min_size(log.center_bottom() - vec2(size.x / 2.0, size.y + 10.0), size);
        let mut over = ui.new_child(UiBuilder::new().id_salt(Id::unique("newest rows")).max_rect(place));
        let button = parts::raised(&mut over, &words);
        if button.on_hover_text("The log stands still; this follows the newest row again (End)").clicked() {
            scroll.follow = true;
        }
    }
}
