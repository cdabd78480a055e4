//! All keys of the window, in one list.

use egui::{Grid, Ui};

use super::ToolWindow;
use crate::app::State;
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

const KEYS: [(&str, &str); 21] = [
    ("Ctrl+O", "Connect, or disconnect"),
    ("Ctrl+L", "Lend the port to another program, or take it back"),
    ("Ctrl+N", "Open another window, for another port"),
    ("Ctrl+F", "Find in the log"),
    ("Ctrl+B", "Show or hide macros and test server"),
    ("Enter", "Send the line"),
    ("Up, Down", "Lines that were sent before; the draft is kept"),
    ("Tab; Down, Up, Enter", "Take the AT command that is proposed; choose another one"),
    ("F12", "Make the byte of what looks like one (a hint says so)"),
    (
        "Ctrl+Z",
        "In the send box or the log, while the modem waits for data: send 1A, the end of the data; otherwise undo",
    ),
    (
        "Esc",
        "Close find, or the tool window in front; in the send box or the log, while the modem waits for data: send 1B, give the data up",
    ),
    ("Up, Down, Page Up, Page Down", "In the log: scroll; the newest rows are followed again at the end"),
    ("Home, End", "In the log: to the first row, to the newest row"),
    ("Enter", "In the log: the whole of the selected row, below"),
    ("Alt+Up, Alt+Down", "In the log: to the marked row before, to the next one"),
    ("Ctrl+A", "In the log: select all rows"),
    ("Ctrl+C", "In the log: copy what is selected"),
    ("Enter, Shift+Enter", "In the find bar: the next match, the one before"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "Larger, smaller, normal size"),
    ("Tab, Shift+Tab", "To the next control, to the one before"),
    ("Space", "Press the button that has the focus"),
];

/// The page.
#[derive(Debug)]
pub(super) struct KeysPage;

impl ToolWindow for KeysPage {
    fn name(&self) -> &'static str {
        "Keyboard shortcuts"
    }

    fn icon(&self) -> &'static str {
        icons::KEYS
    }

    fn size(&self) -> [f32; 2] {
        [560.0, 520.0]
    }

    fn begins_with_control(&self) -> bool {
        false
    }

    fn show(&mut self, ui: &mut Ui, state: &State, _commands: &mut Commands) {
        Grid::new("keys").num_columns(2).spacing(theme::GRID).show(ui, |ui| {
            for (keys, what) in KEYS {
                ui.label(egui::RichText::new(keys).font(theme::mono()));
                ui.add(egui::Label::new(what).wrap());
                ui.end_row();
            }
        });
        let with_key = state.book.macros.iter().filter_map(|each| Some((each.key.as_deref()?, each.name.as_str())));
        let mut heading = false;
        Grid::new("macro keys").num_columns(2).spacing(theme::GRID).show(ui, |ui| {
            for (key, name) in with_key {
                if !std::mem::replace(&mut heading, true) {
                    parts::heading(ui, "Macros");
                    ui.end_row();
                }
                ui.label(egui::RichText::new(key).font(theme::mono()));
                ui.label(name);
                ui.end_row();
            }
        });
    }
}
