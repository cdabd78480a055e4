//! The way to the handbook, and what one needs most of it.

use std::path::PathBuf;

use egui::{Label, OpenUrl, Ui};

use super::ToolWindow;
use crate::app::{State, handbook};
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// What a newcomer does, a line each.
const FIRST: [&str; 5] = [
    "1. Pick the port at the top left and connect. Without hardware take the simulated SIM800L.",
    "2. Type AT, Enter. What left is blue, what came is green, each with its time.",
    "3. Start the test server at the lower right, then click “Open TCP”, Enter: the modem connects to it.",
    "4. Click “CIPSEND + text + 1A”, Enter: it waits for the prompt, sends the text and the byte 1A. The server shows the text.",
    "5. When something fails, Findings says what is wrong, why and what to do. A click on a finding opens it.",
];

/// The page.
#[derive(Debug)]
pub(super) struct HandbookPage {
    found: Option<PathBuf>,
}

impl Default for HandbookPage {
    fn default() -> Self {
        Self { found: handbook::first_page() }
    }
}

impl ToolWindow for HandbookPage {
    fn name(&self) -> &'static str {
        "Handbook…"
    }

    fn icon(&self) -> &'static str {
        icons::BOOK
    }

    fn size(&self) -> [f32; 2] {
        [520.0, 370.0]
    }

    fn show(&mut self, ui: &mut Ui, _state: &State, _commands: &mut Commands) {
        if let Some(page) = &self.found {
            let open = parts::primary_signed(ui, true, icons::BOOK, "Open the handbook");
            if open.on_hover_text(page.display().to_string()).clicked() {
                ui.ctx().open_url(OpenUrl::new_tab(format!("file://{}", page.display())));
            }
            parts::weak(ui, "It opens in the browser and needs no network.");
        } else {
            let words = "The handbook is not installed beside this program. The packages bring it; in the sources its pages \
                         are in docs/, and “packaging/build handbook” makes the book.";
            ui.add(Label::new(words).wrap());
        }
        ui.separator();
        parts::heading(ui, "The first five minutes");
        for line in FIRST {
            ui.add(Label::new(line).wrap());
        }
        ui.add_space(theme::GAP);
        parts::weak(ui, "On the command line: modemscope --help, and man modemscope where it is installed.");
    }
}
