//! Completion of AT commands: name, syntax and one line of help, while the line is typed.

use std::cmp::Reverse;

use egui::{Align2, Area, Button, Frame, Id, Key, Modifiers, Order, Pos2, RichText, Ui, vec2};

use crate::ui::{parts, theme};
use crate::vocabulary::{Command, Family};

/// At most this many are offered at once.
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
    /// Takes in what is typed, for a modem of this family.
    pub(super) fn read(&mut self, typed: &str, family: &'static Family, history: &[String]) {
        if self.typed == typed {
            return;
        }
        typed.clone_into(&mut self.typed);
        self.picked = None;
        self.closed = false;
        let command = typed.trim_start();
        let useful = command.len() >= 3 && command.get(..2).is_some_and(|at| at.eq_ignore_ascii_case("at"));
        self.entries = if useful { family.complete(command) } else { Vec::new() };
        self.entries.sort_by_key(|entry| rank(family, entry.name, history));
        self.entries.truncate(OFFERED);
        if self.entries.iter().all(|entry| entry.name.eq_ignore_ascii_case(command)) {
            // All of it is typed: what it does stands below the line.
            self.entries.clear();
        }
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
        let last = self.entries.len() - 1;
        if pressed(Key::Escape) {
            self.closed = true;
        } else if pressed(Key::ArrowDown) {
            self.picked = Some(self.picked.map_or(0, |at| (at + 1).min(last)));
        } else if let Some(at) = self.picked.filter(|_| pressed(Key::ArrowUp)) {
            self.picked = at.checked_sub(1);
        } else if pressed(Key::Tab) {
            return self.take(self.picked.unwrap_or(0));
        } else if let Some(at) = self.picked.filter(|_| pressed(Key::Enter)) {
            return self.take(at);
        }
        None
    }

    /// Nothing is offered for this line: it was sent before, or is what was picked.
    pub(super) fn close_for(&mut self, line: &str) {
        line.clone_into(&mut self.typed);
        self.closed = true;
    }

    fn take(&mut self, at: usize) -> Option<String> {
        let name = self.entries.get(at)?.name.to_owned();
        self.close_for(&name);
        Some(name)
    }

    /// What is typed is a whole command: its syntax and help.
    pub(super) fn help(typed: &str, family: &'static Family) -> Option<&'static Command> {
        typed.trim_start().get(..2).filter(|at| at.eq_ignore_ascii_case("at"))?;
        family.first(typed.as_bytes())
    }

    /// Draws the list over what stands above the line; gives the line that was clicked.
    pub(super) fn show(&mut self, ui: &Ui, line: Pos2) -> Option<String> {
        if !self.offers() {
            return None;
        }
        let palette = parts::colors(ui);
        let mut clicked = None;
        let area = Area::new(Id::unique("completion")).order(Order::Foreground).pivot(Align2::LEFT_BOTTOM);
        area.fixed_pos(line - vec2(theme::OVER, 4.0)).show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::BETWEEN;
                for (at, entry) in self.entries.iter().enumerate() {
                    ui.horizontal(|ui| {
                        let name = RichText::new(entry.syntax).font(theme::mono()).color(palette.accent);
                        let button = ui.add(Button::selectable(self.picked == Some(at), name).truncate());
                        let button = button.accessible_name(format!("Complete to {}", entry.name));
                        if button.on_hover_text(entry.parameters).clicked() {
                            clicked = Some(at);
                        }
                        parts::weak(ui, entry.help);
                    });
                }
                parts::weak(ui, "Tab takes it, Down and Up choose, Esc closes");
            });
        });
        clicked.and_then(|at| self.take(at))
    }
}

/// Before others comes what this user sent more often, then what people type most.
fn rank(family: &Family, name: &str, history: &[String]) -> (Reverse<usize>, usize) {
    let begins = |line: &&String| {
        let rest = line.trim_start().get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name));
        rest.is_some()
            && !line.trim_start().get(name.len()..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    };
    (Reverse(history.iter().filter(begins).count()), family.rank(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{family, sim800};

    #[test]
    fn the_modem_at_hand_decides_what_is_offered() {
        let first = |modem: &str| {
            let mut completion = Completion::default();
            completion.read("AT+C", family(modem).unwrap(), &[]);
            completion.entries.first().map(|entry| entry.name)
        };
        assert_eq!((first("sim7600"), first("sim800")), (Some("AT+CIPOPEN"), Some("AT+CIPSTART")));
        let syntax =
            |modem: &str| Completion::help("AT+CIPSEND=0", family(modem).unwrap()).map(|command| command.syntax);
        assert_eq!(syntax("sim7600"), Some("AT+CIPSEND=<link>[,<len>]"));
        assert!(syntax("quectel").is_none());
    }

    #[test]
    fn commands_are_offered_while_they_are_typed() {
        for (typed, first) in
            [("AT+CIPSE", Some("AT+CIPSEND")), ("at+cipsta", Some("AT+CIPSTART")), ("AT", None), ("hello", None)]
        {
            let mut completion = Completion::default();
            completion.read(typed, sim800(), &[]);
            assert_eq!(completion.entries.first().map(|entry| entry.name), first, "{typed}");
        }
    }

    #[test]
    fn what_was_taken_is_not_offered_again() {
        let mut completion = Completion::default();
        completion.read("at+csq", sim800(), &[]);
        assert!(!completion.offers(), "nor what is typed to its end");
        completion.read("AT+CIPSE", sim800(), &[]);
        let line = completion.take(0).unwrap();
        completion.read(&line, sim800(), &[]);
        assert!(!completion.offers());
    }

    #[test]
    fn what_is_wanted_most_comes_first() {
        let first = |typed: &str, history: &[&str]| {
            let mut completion = Completion::default();
            let history: Vec<String> = history.iter().map(|line| (*line).to_owned()).collect();
            completion.read(typed, sim800(), &history);
            completion.entries.iter().map(|entry| entry.name).take(2).collect::<Vec<_>>()
        };
        assert_eq!(first("AT+CIPS", &[]), ["AT+CIPSTART", "AT+CIPSEND"]);
        assert_eq!(first("at+cips", &["AT+CIPSHUT", "AT", "at+cipshut"]), ["AT+CIPSHUT", "AT+CIPSTART"]);
        assert_eq!(first("AT+CIPST", &["AT+CIPSTATUS"]), ["AT+CIPSTATUS", "AT+CIPSTART"]);
    }
}
