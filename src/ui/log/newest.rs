//! The way back to the newest rows, and how many came since the log stands still.

use egui::{Ui, vec2};

use super::scroll::Scroll;
use crate::ui::{bytes, parts, theme};

/// Room for the button.
const WIDTH: f32 = 124.0;

/// How many rows there were when the log was last at its end.
#[derive(Debug, Default)]
pub(super) struct Newest {
    seen: u64,
}

impl Newest {
    /// In the line below the log, while it does not follow a `live` capture.
    pub(super) fn show(&mut self, ui: &mut Ui, scroll: &mut Scroll, total: u64, live: bool) {
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
        let button = ui.add_sized(vec2(WIDTH, theme::CONTROL), parts::raised(ui, &words));
        if button.on_hover_text("The log stands still; this follows the newest row again (End)").clicked() {
            scroll.follow = true;
        }
    }
}
