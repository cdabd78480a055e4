//! The macro editor: macros on the left, the steps of one as a table on the right. Comments and order of the file survive.
//!
//! Nothing is written before *Save*; every change can be taken back.

use egui::{Button, Grid, ScrollArea, TextEdit, Ui};

use super::steps::step_fields;
use crate::app::{Command, State};
use crate::macros::edit::{Edit, Editor, clashes};
use crate::macros::preview::preview;
use crate::macros::runner::Values;
use crate::macros::{Ask, Macro, Step};
use crate::ui::{bytes, parts};

/// The book in hand.
#[derive(Debug, Default)]
pub(super) struct EditorPanel {
    editor: Option<Editor>,
    number: u64,
    picked: usize,
    head: Option<(usize, Head)>,
    trouble: Option<String>,
}

/// Fields of a macro while they are typed.
#[derive(Clone, Debug, PartialEq)]
struct Head {
    name: String,
    group: String,
    key: String,
    about: String,
    color: String,
    ask: String,
}

impl EditorPanel {
    /// Shows this macro.
    pub(super) fn pick(&mut self, which: usize) {
        self.picked = which;
        self.head = None;
    }

    pub(super) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let unsaved = self.editor.as_ref().is_some_and(Editor::can_undo);
        if self.editor.is_none() || (self.number != state.tools.book_number && !unsaved) {
            self.number = state.tools.book_number;
            self.head = None;
            match Editor::new(&state.tools.book_text) {
                Ok(editor) => (self.editor, self.trouble) = (Some(editor), None),
                Err(error) => {
                    self.trouble = Some(format!("{error}. Put that right in a text editor; the file is left alone."));
                }
            }
        }
        let Some(mut editor) = self.editor.take() else {
            ui.colored_label(parts::colors(ui).bad, self.trouble.as_deref().unwrap_or_default());
            return;
        };
        self.top(ui, &mut editor, commands);
        ui.separator();
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(190.0);
                self.list(ui, &mut editor);
            });
            ui.separator();
            ui.vertical(|ui| {
                ScrollArea::both().id_salt("steps").show(ui, |ui| self.one(ui, &mut editor));
            });
        });
        self.editor = Some(editor);
    }

    fn top(&mut self, ui: &mut Ui, editor: &mut Editor, commands: &mut Vec<Command>) {
        ui.horizontal_wrapped(|ui| {
            if parts::primary(ui, editor.can_undo(), "Save macros").clicked() {
                commands.push(Command::SaveBook(editor.text().to_owned()));
                if let Ok(fresh) = Editor::new(editor.text()) {
                    *editor = fresh;
                }
            }
            for (name, enabled, undo) in [("Undo", editor.can_undo(), true), ("Redo", editor.can_redo(), false)] {
                if ui.add_enabled(enabled, Button::new(name)).clicked() {
                    let _ = if undo { editor.undo() } else { editor.redo() };
                    self.head = None;
                }
            }
            if let Some(trouble) = &self.trouble {
                ui.colored_label(parts::colors(ui).bad, trouble);
            }
            for (key, names) in clashes([editor.book()]) {
                ui.colored_label(parts::colors(ui).warn, format!("{key} is the key of {}", names.join(" and ")));
            }
        });
    }

    fn apply(&mut self, editor: &mut Editor, edit: &Edit) {
        self.trouble = editor.apply(edit).err().map(|error| error.to_string());
        self.head = None;
    }

    fn list(&mut self, ui: &mut Ui, editor: &mut Editor) {
        let count = editor.book().macros.len();
        self.picked = self.picked.min(count.saturating_sub(1));
        let mut edit = None;
        ScrollArea::vertical().id_salt("macro list").max_height(380.0).show(ui, |ui| {
            for (at, known) in editor.book().macros.iter().enumerate() {
                let button = Button::selectable(at == self.picked, &known.name).truncate();
                if ui.add(button).accessible_name(format!("Edit {}", known.name)).clicked() {
                    self.picked = at;
                    self.head = None;
                }
            }
        });
        let at = self.picked;
        ui.horizontal_wrapped(|ui| {
            if ui.button("New").clicked() {
                let name = (1..=10_000)
                    .map(|number| format!("Macro {number}"))
                    .find(|name| !editor.book().macros.iter().any(|known| known.name == *name));
                let steps = vec![Step { send: Some("AT\\r".to_owned()), ..Step::default() }];
                let what = Macro { name: name.unwrap_or_default(), steps, ..Macro::default() };
                edit = Some((Edit::InsertMacro { at: count, what: Box::new(what) }, count));
            }
            if count == 0 {
                return;
            }
            if ui.button("Duplicate").clicked() {
                edit = Some((Edit::DuplicateMacro(at), at + 1));
            }
            if ui.button("Delete").clicked() {
                edit = Some((Edit::DeleteMacro(at), at.saturating_sub(1)));
            }
            if at > 0 && ui.button("Up").clicked() {
                edit = Some((Edit::MoveMacro { from: at, to: at - 1 }, at - 1));
            }
            if at + 1 < count && ui.button("Down").clicked() {
                edit = Some((Edit::MoveMacro { from: at, to: at + 1 }, at + 1));
            }
        });
        if let Some((edit, picked)) = edit {
            self.apply(editor, &edit);
            self.picked = picked;
        }
    }

    fn one(&mut self, ui: &mut Ui, editor: &mut Editor) {
        let Some(known) = editor.book().macros.get(self.picked).cloned() else {
            ui.label("No macro yet: click New.");
            return;
        };
        self.fields(ui, editor, &known);
        ui.add_space(6.0);
        let mut edit = None;
        let sends = sends(&known);
        for (at, step) in known.steps.iter().enumerate() {
            ui.push_id((self.picked, at), |ui| {
                parts::card(ui).show(ui, |ui| {
                    if let Some(made) = step_fields(ui, self.picked, at, known.steps.len(), step) {
                        edit = Some(made);
                    }
                    if let Some((_, words)) = sends.iter().find(|(step, _)| *step == at) {
                        parts::weak(ui, words.as_str());
                    }
                });
            });
        }
        if ui.button("Add step").clicked() {
            let step = Step { send: Some("AT\\r".to_owned()), ..Step::default() };
            edit = Some(Edit::InsertStep { of: self.picked, at: known.steps.len(), step: Box::new(step) });
        }
        if let Some(edit) = edit {
            self.apply(editor, &edit);
        }
    }

    fn fields(&mut self, ui: &mut Ui, editor: &mut Editor, known: &Macro) {
        if self.head.as_ref().is_none_or(|(of, _)| *of != self.picked) {
            self.head = Some((self.picked, head_of(known)));
        }
        let Some((_, head)) = &mut self.head else { return };
        let mut left = false;
        Grid::new("head").num_columns(2).show(ui, |ui| {
            for (name, help, value, width) in [
                ("Name", "What the button says", &mut head.name, 220.0),
                ("Group", "Buttons of one group stand together", &mut head.group, 220.0),
                ("Hot key", "F3, Ctrl+Shift+K", &mut head.key, 120.0),
                ("About", "One sentence on what it does", &mut head.about, 380.0),
                ("Colour", "#RRGGBB, such as #2E7D32", &mut head.color, 120.0),
                (
                    "Asks for",
                    "Parameters with their defaults: host=10.0.0.5, port=9999; pin? is secret",
                    &mut head.ask,
                    380.0,
                ),
            ] {
                let label = ui.label(name).on_hover_text(help);
                let field = ui.add(TextEdit::singleline(value).desired_width(width)).labelled_by(label.id);
                left |= field.on_hover_text(help).lost_focus();
                ui.end_row();
            }
        });
        let head = head.clone();
        if left && head != head_of(known) {
            let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
            let what = Macro {
                name: head.name.trim().to_owned(),
                group: some(&head.group),
                key: some(&head.key),
                about: some(&head.about),
                color: some(&head.color),
                ask: asks(&head.ask, &known.ask),
                ..known.clone()
            };
            self.apply(editor, &Edit::SetMacro { at: self.picked, what: Box::new(what) });
        }
    }
}

fn head_of(known: &Macro) -> Head {
    let ask = |(name, ask): &(String, Ask)| {
        if ask.secret { format!("{name}?") } else { format!("{name}={}", ask.default) }
    };
    Head {
        name: known.name.clone(),
        group: known.group.clone().unwrap_or_default(),
        key: known.key.clone().unwrap_or_default(),
        about: known.about.clone().unwrap_or_default(),
        color: known.color.clone().unwrap_or_default(),
        ask: known.ask.iter().map(ask).collect::<Vec<_>>().join(", "),
    }
}

/// What each step would send with the defaults, in words; nothing for a step that sends nothing or is switched off.
fn sends(known: &Macro) -> Vec<(usize, String)> {
    let defaults = known.ask.iter().map(|(name, ask)| (name.clone(), ask.default.clone())).collect::<Values>();
    let steps = match preview(known, &defaults) {
        Ok(steps) => steps,
        Err(problem) => return vec![(0, problem)],
    };
    let words = steps.into_iter().filter_map(|step| {
        let words = match step.send? {
            Ok(filled) => format!("Sends {}: {}", bytes::count(filled.bytes.len() as u64), bytes::hex(&filled.bytes)),
            Err(problem) => problem,
        };
        Some((step.step, words))
    });
    words.collect()
}

/// `host=10.0.0.5, pin?`; a parameter that is written without `=` keeps its default.
fn asks(text: &str, known: &[(String, Ask)]) -> Vec<(String, Ask)> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            if let Some(name) = part.strip_suffix('?') {
                return (name.trim().to_owned(), Ask { secret: true, ..Ask::default() });
            }
            let (name, default) = part.split_once('=').unwrap_or((part, ""));
            let old = known.iter().find(|(old, _)| old == name.trim()).map(|(_, ask)| ask.default.clone());
            let default = if part.contains('=') { default.to_owned() } else { old.unwrap_or_default() };
            (name.trim().to_owned(), Ask { default, secret: false })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_in_one_line() {
        let known = asks("host=10.0.0.5, port=9999, pin?", &[]);
        let names: Vec<_> = known.iter().map(|(name, ask)| (name.as_str(), ask.default.as_str(), ask.secret)).collect();
        assert_eq!(names, [("host", "10.0.0.5", false), ("port", "9999", false), ("pin", "", true)]);
        assert_eq!(asks("host", &known), [("host".to_owned(), Ask { default: "10.0.0.5".to_owned(), secret: false })]);
        assert!(asks(" , ", &known).is_empty());
        let whole = Macro { name: "m".to_owned(), ask: known.clone(), ..Macro::default() };
        assert_eq!(asks(&head_of(&whole).ask, &[]), known);
    }
}
