//! The macro editor: macros on the left, the steps of one as a table on the right. Comments and order of the file survive.
//!
//! Nothing is written before *Save*; every change can be taken back.

use std::time::Duration;

use egui::{Button, ComboBox, DragValue, Grid, RichText, ScrollArea, TextEdit, Ui};

use crate::app::{Command, State};
use crate::macros::edit::{Edit, Editor, clashes};
use crate::macros::{Ask, Macro, OnFail, Step};
use crate::ui::{parts, theme};

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
    ask: String,
}

impl EditorPanel {
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
        for (at, step) in known.steps.iter().enumerate() {
            ui.push_id((self.picked, at), |ui| {
                parts::card(ui).show(ui, |ui| {
                    if let Some(made) = step_fields(ui, self.picked, at, known.steps.len(), step) {
                        edit = Some(made);
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
        ask: known.ask.iter().map(ask).collect::<Vec<_>>().join(", "),
    }
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

/// One step; the edit that the user made.
fn step_fields(ui: &mut Ui, of: usize, at: usize, count: usize, step: &Step) -> Option<Edit> {
    let mut edit = None;
    let mut fresh = step.clone();
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("{}", at + 1)).font(theme::strong(theme::BODY)));
        let mut on = !step.disabled;
        if ui.checkbox(&mut on, "On").changed() {
            fresh.disabled = !on;
        }
        if at > 0 && parts::quiet(ui, "Up").clicked() {
            edit = Some(Edit::MoveStep { of, from: at, to: at - 1 });
        }
        if at + 1 < count && parts::quiet(ui, "Down").clicked() {
            edit = Some(Edit::MoveStep { of, from: at, to: at + 1 });
        }
        if parts::quiet(ui, "Duplicate").clicked() {
            edit = Some(Edit::DuplicateStep { of, at });
        }
        if parts::quiet(ui, "Delete").clicked() {
            edit = Some(Edit::DeleteStep { of, at });
        }
    });
    Grid::new("step").num_columns(2).show(ui, |ui| {
        let mut send = step.send.clone().unwrap_or_default();
        if text(ui, "Send", r"Notation: AT\r, ${text}\x1A", &mut send) {
            fresh.send = (!send.is_empty()).then_some(send);
        }
        let lines = |list: &[String]| list.join(" | ");
        let split = |text: &str| -> Vec<String> {
            text.split(" | ").filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let (mut expect, mut fail) = (lines(&step.expect), lines(&step.fail));
        if text(ui, "Expect", r"Any of these ends it well: \r\nOK\r\n | \r\n> ", &mut expect) {
            fresh.expect = split(&expect);
        }
        if text(ui, "Fail", r"Any of these ends it badly: \r\nERROR | \r\nCLOSED", &mut fail) {
            fresh.fail = split(&fail);
        }
        let mut note = step.note.clone().unwrap_or_default();
        if text(ui, "Note", "For the reader", &mut note) {
            fresh.note = (!note.is_empty()).then_some(note);
        }
    });
    ui.horizontal_wrapped(|ui| numbers(ui, step, &mut fresh));
    if fresh != *step {
        edit = Some(Edit::SetStep { of, at, step: Box::new(fresh) });
    }
    edit
}

/// A line of text; true when it was changed and left.
fn text(ui: &mut Ui, name: &str, help: &str, value: &mut String) -> bool {
    let label = ui.label(name).on_hover_text(help);
    let id = ui.scope_id().with(name);
    // While it is typed the draft is kept by egui; the book gets it when the field is left.
    let mut draft = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| value.clone());
    let field = ui.add(TextEdit::singleline(&mut draft).desired_width(400.0).font(theme::mono()));
    let field = field.labelled_by(label.id).on_hover_text(help);
    ui.end_row();
    if field.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, draft));
        return false;
    }
    ui.data_mut(|data| data.remove::<String>(id));
    let changed = field.lost_focus() && draft != *value;
    if changed {
        *value = draft;
    }
    changed
}

fn numbers(ui: &mut Ui, step: &Step, fresh: &mut Step) {
    let time = |ui: &mut Ui, name: &str, value: Option<Duration>| {
        let label = parts::weak(ui, name);
        let mut millis = value.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let field =
            ui.add(DragValue::new(&mut millis).range(0..=3_600_000).suffix(" ms").speed(50)).labelled_by(label.id);
        let left = field.drag_stopped() || field.lost_focus();
        (left && millis != value.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
            .then(|| (millis > 0).then(|| Duration::from_millis(millis)))
    };
    if let Some(within) = time(ui, "Within (0: 10 s)", step.within) {
        fresh.within = within;
    }
    if let Some(wait) = time(ui, "Wait after", step.wait) {
        fresh.wait = wait;
    }
    let label = parts::weak(ui, "Repeat");
    let mut repeat = step.repeat.unwrap_or(1);
    let field = ui.add(DragValue::new(&mut repeat).range(1..=10_000)).labelled_by(label.id);
    if (field.drag_stopped() || field.lost_focus()) && repeat != step.repeat.unwrap_or(1) {
        fresh.repeat = (repeat > 1).then_some(repeat);
    }
    let label = parts::weak(ui, "If it fails");
    let name = |choice| match choice {
        OnFail::Stop => "stop",
        OnFail::Continue => "go on",
        OnFail::Skip => "leave the macro",
    };
    let combo = ComboBox::from_id_salt("on fail").width(110.0).selected_text(name(step.on_fail)).show_ui(ui, |ui| {
        for choice in [OnFail::Stop, OnFail::Continue, OnFail::Skip] {
            ui.selectable_value(&mut fresh.on_fail, choice, name(choice));
        }
    });
    combo.response.labelled_by(label.id);
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
