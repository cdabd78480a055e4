//! What a tool window is.

use std::any::Any;
use std::fmt::Debug;

use egui::Ui;

use crate::app::State;
use crate::ui::commands::Commands;

/// A window that the menu opens, and what is being typed in it.
pub(in crate::ui) trait ToolWindow: Any + Debug {
    /// What the menu calls it; `…` where more is asked.
    fn name(&self) -> &'static str;

    /// The sign before its name in the menu.
    fn icon(&self) -> &'static str;

    /// How large it opens, in points.
    fn size(&self) -> [f32; 2];

    /// Draws what is in it.
    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands);

    /// It is opened for this: the name of a macro, a text.
    fn turn_to(&mut self, _subject: String) {}

    /// The first control in it is where one begins: it has the focus when the window opens.
    fn begins_with_control(&self) -> bool {
        true
    }

    /// Why it is of no use at the port at hand; then the menu does not open it.
    fn of_no_use(&self, _state: &State) -> Option<&'static str> {
        None
    }

    /// Its contents scroll as a whole.
    fn scrolls(&self) -> bool {
        true
    }

    /// What would be lost if the program ended now.
    fn unsaved(&self) -> Option<&str> {
        None
    }
}
