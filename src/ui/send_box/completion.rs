//! Completion of AT commands: name, syntax and one line of help, while the line is typed.

use egui::{Key, Modifiers, RichText, Ui};

use crate::ui::{parts, theme};
use crate::vocabulary::{self, Command};

/// So many are offered at once.
const OFFERED: usize = 6;

/// The offers and which of them is picked.
#[derive(Debug, Default)]
pub(super) struct Completion {
    typed: String,
    entries: Vec<&'static Command>,
    picked: Option<usize>,
    /// Esc closed it for this text.
    closed: bool,
}

impl Completion {
    /// Takes in what is typed.
    pub(super) fn read(&mut self, typed: &str) {
        if self.typed == typed {
            return;
        }
        typed.clone_into(&mut self.typed);
        self.picked = None;
        self.closed = false;
        let command = typed.trim_start();
        let useful = command.len() >= 3 && command.get(..2).is_some_and(|at| at.eq_ignore_ascii_case("at"));
        self.entries = if useful { vocabulary::sim800().complete(command) } else { Vec::new() };
        self.entries.truncate(OFFERED);
    }

    /// There is something to pick from.
    pub(super) fn offers(&self) -> bool {
        !self.closed && !self.entries.is_empty()
    }

    /// Keys that belong to the list; gives the line that is picked. Tab takes the first or the picked one.
    pub(super) fn keys(&mut self, ui: &Ui) -> Option<String> {
        if !self.offers() {
            return None;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Escape) {
            self.closed = true;
            return None;
        }
        if pressed(Key::Tab) {
            return self.take(self.picked.unwrap_or(0));
        }
        None
    }

    fn take(&mut self, at: usize) -> Option<String> {
        let name = self.entries.get(at)?.name.to_owned();
        self.closed = true;
        self.typed.clone_from(&name);
        Some(name)
    }

    /// What is typed is a whole command: its syntax and help.
    pub(super) fn help(typed: &str) -> Option<&'static Command> {
        typed.trim_start().get(..2).filter(|at| at.eq_ignore_ascii_case("at"))?;
        vocabulary::sim800().first(typed.as_bytes())
    }

    /// Draws the list; gives the line that was clicked.
    pub(super) fn show(&mut self, ui: &mut Ui) -> Option<String> {
        if !self.offers() {
            return None;
        }
        let palette = parts::colors(ui);
        let mut clicked = None;
        for (at, entry) in self.entries.iter().enumerate() {
            ui.horizontal(|ui| {
                let name = RichText::new(entry.syntax).font(theme::mono()).color(palette.accent);
                let button = ui.selectable_label(self.picked == Some(at), name);
                let button = button.accessible_name(format!("Complete to {}", entry.name));
                if button.on_hover_text(entry.parameters).clicked() {
                    clicked = Some(at);
                }
                let help = RichText::new(entry.help).font(theme::small()).color(palette.weak);
                ui.add(egui::Label::new(help).truncate());
            });
        }
        clicked.and_then(|at| self.take(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_offered_while_they_are_typed() {
        for (typed, first) in
            [("AT+CIPSE", Some("AT+CIPSEND")), ("at+cipsta", Some("AT+CIPSTART")), ("AT", None), ("hello", None)]
        {
            let mut completion = Completion::default();
            completion.read(typed);
            assert_eq!(completion.entries.first().map(|entry| entry.name), first, "{typed}");
        }
    }

    #[test]
    fn what_was_taken_is_not_offered_again() {
        let mut completion = Completion::default();
        completion.read("AT+CIPSE");
        let line = completion.take(0).unwrap();
        completion.read(&line);
        assert!(!completion.offers());
    }
}
