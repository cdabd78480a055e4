//! The macro editor: macros on the left, the steps of one as a table on the right. Comments and order of the file survive.
//!
//! Nothing is written before *Save*; every change can be taken back. What another program does to the file meanwhile is
//! taken over, or told where it would cost changes that are not saved: neither side is lost.

use egui::{Button, Grid, ScrollArea, Sense, TextEdit, Ui};

use super::ToolWindow;
use super::dragging::{Moved, Order};
use super::steps::{STEPS, step_fields};
use crate::app::command::Book;
use crate::app::{State, values_of_now};
use crate::macros::edit::{Edit, Editor, clashes};
use crate::macros::preview::preview;
use crate::macros::runner::Values;
use crate::macros::{Ask, Macro, Step};
use crate::notation::{Mode, hints};
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// The book in hand.
#[derive(Debug, Default)]
pub(crate) struct EditorPanel {
    editor: Option<Editor>,
    /// The text of the book that the changes are based on.
    base: String,
    /// The book has become another one while there were changes that are not saved.
    conflict: bool,
    number: u64,
    picked: usize,
    /// The one whose row was brought into sight.
    revealed: Option<usize>,
    /// The name of the macro that the editor was opened for.
    wanted: Option<String>,
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

impl ToolWindow for EditorPanel {
    fn name(&self) -> &'static str {
        "Edit macros…"
    }

    fn icon(&self) -> &'static str {
        icons::EDIT
    }

    fn size(&self) -> [f32; 2] {
        [820.0, 520.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if self.editor.is_none() || self.number != state.tools.book_number {
            self.number = state.tools.book_number;
            self.take_in(&state.tools.book_text);
        }
        let Some(mut editor) = self.editor.take() else {
            ui.colored_label(parts::colors(ui).bad, self.trouble.as_deref().unwrap_or_default());
            return;
        };
        if let Some(wanted) = self.wanted.take() {
            let place = editor.book().macros.iter().position(|known| known.name == wanted);
            self.picked = place.unwrap_or(self.picked);
        }
        self.top(ui, &mut editor, commands);
        if self.conflict {
            self.conflict(ui, &mut editor, &state.tools.book_text, commands);
        }
        ui.separator();
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(190.0);
                self.list(ui, &mut editor);
            });
            ui.separator();
            ui.vertical(|ui| {
                ScrollArea::both().id_salt("steps").show(ui, |ui| {
                    self.one(ui, &mut editor);
                    parts::keep_focus_in_sight(ui);
                });
            });
        });
        self.editor = Some(editor);
    }

    fn turn_to(&mut self, subject: String) {
        (self.wanted, self.head, self.revealed) = (Some(subject), None, None);
    }

    fn scrolls(&self) -> bool {
        false
    }

    /// The text of the book, if it was changed and not saved.
    fn unsaved(&self) -> Option<&str> {
        self.editor.as_ref().map(Editor::text).filter(|text| *text != self.base)
    }
}

impl EditorPanel {
    /// The book has another text now: ours, since it was saved; or another program's.
    fn take_in(&mut self, text: &str) {
        let unsaved = self.editor.as_ref().filter(|_| self.unsaved().is_some());
        self.conflict = false;
        match (unsaved, Editor::new(text)) {
            (Some(editor), _) if editor.text() == text => text.clone_into(&mut self.base),
            (Some(editor), Ok(theirs)) => {
                let mut ours = editor.clone();
                match added(&self.base, &theirs).map(|added| ours.apply(&Edit::Import(added))) {
                    Some(Ok(())) => {
                        text.clone_into(&mut self.base);
                        self.editor = Some(ours);
                    }
                    _ => self.conflict = true,
                }
            }
            (Some(_), Err(_)) => self.conflict = true,
            // Saved just now: what was done can still be taken back.
            (None, Ok(_)) if self.editor.as_ref().is_some_and(|editor| editor.text() == text) => {}
            (None, Ok(theirs)) => {
                let name = self.editor.as_ref().and_then(|editor| editor.book().macros.get(self.picked));
                let name = name.map(|known| known.name.clone());
                let place = theirs.book().macros.iter().position(|known| Some(&known.name) == name.as_ref());
                self.picked = place.unwrap_or(self.picked);
                text.clone_into(&mut self.base);
                (self.editor, self.trouble, self.head) = (Some(theirs), None, None);
            }
            (None, Err(error)) => {
                self.editor = None;
                self.trouble = Some(format!("{error}. Put that right in a text editor; the file is left alone."));
            }
        }
    }

    fn conflict(&mut self, ui: &mut Ui, editor: &mut Editor, theirs: &str, commands: &mut Commands) {
        let palette = parts::colors(ui);
        parts::card(ui).show(ui, |ui| {
            if let Err(error) = Editor::new(theirs) {
                let words = format!("The file was changed by another program, and does not parse now: {error}. Your changes stay here until it is put right.");
                ui.colored_label(palette.bad, words);
                return;
            }
            ui.colored_label(palette.warn, "The macros were changed elsewhere while you edited them. Nothing is lost:");
            ui.horizontal_wrapped(|ui| {
                let take = ui.button("Take theirs").on_hover_text("Shows the other version; Undo brings yours back");
                if take.clicked() {
                    self.trouble = editor.set_text(theirs).err().map(|error| error.to_string());
                    theirs.clone_into(&mut self.base);
                    (self.conflict, self.head) = (false, None);
                }
                let keep = ui.button("Save mine").on_hover_text("The other version is kept in a file beside it");
                if keep.clicked() {
                    commands.push(Book::SaveOver(editor.text().to_owned()));
                }
            });
        });
    }

    fn top(&mut self, ui: &mut Ui, editor: &mut Editor, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            let unsaved = editor.text() != self.base;
            if parts::primary_signed(ui, unsaved && !self.conflict, icons::SAVE, "Save macros").clicked() {
                commands.push(Book::Save(editor.text().to_owned()));
            }
            for (icon, name, enabled, undo) in
                [(icons::UNDO, "Undo", editor.can_undo(), true), (icons::REDO, "Redo", editor.can_redo(), false)]
            {
                if parts::signed(ui, enabled, icon, name).clicked() {
                    let _ = if undo { editor.undo() } else { editor.redo() };
                    self.head = None;
                }
            }
            if let Some(trouble) = &self.trouble {
                ui.colored_label(parts::colors(ui).bad, trouble);
            }
            for clash in clashes([editor.book()]) {
                ui.colored_label(parts::colors(ui).warn, clash.to_string());
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
        let order = Order { list: "macros" };
        ScrollArea::vertical().id_salt("macro list").max_height(theme::LIST_TALL).show(ui, |ui| {
            for (at, known) in editor.book().macros.iter().enumerate() {
                let button = Button::selectable(at == self.picked, (&*known.name, egui::Atom::grow())).truncate();
                let button = button.sense(Sense::click_and_drag()).min_size(egui::vec2(ui.available_width(), 0.0));
                let row = ui.add(button).accessible_name(format!("Edit {}", known.name));
                order.take(&row, at, &known.name);
                if let Some(Moved { from, to }) = order.drop(ui, &row, at) {
                    edit = Some((Edit::MoveMacro { from, to }, to));
                }
                if at == self.picked && self.revealed != Some(at) {
                    self.revealed = Some(at);
                    row.scroll_to_me(None);
                }
                if row.on_hover_text("Drag it to another place").clicked() {
                    self.picked = at;
                    self.head = None;
                }
            }
            order.while_dragged(ui, ui.clip_rect());
        });
        let at = self.picked;
        ui.horizontal_wrapped(|ui| {
            if parts::signed(ui, true, icons::ADD, "New").clicked() {
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
            if parts::signed(ui, true, icons::COPY, "Duplicate").clicked() {
                edit = Some((Edit::DuplicateMacro(at), at + 1));
            }
            if parts::signed(ui, true, icons::DELETE, "Delete").clicked() {
                edit = Some((Edit::DeleteMacro(at), at.saturating_sub(1)));
            }
            if at > 0 && parts::signed(ui, true, icons::UP, "Up").clicked() {
                edit = Some((Edit::MoveMacro { from: at, to: at - 1 }, at - 1));
            }
            if at + 1 < count && parts::signed(ui, true, icons::DOWN, "Down").clicked() {
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
        ui.add_space(theme::APART);
        let mut edit = None;
        let saved = sends(&known);
        for (at, step) in known.steps.iter().enumerate() {
            ui.push_id((self.picked, at), |ui| {
                let card = parts::card(ui).show(ui, |ui| {
                    let made = step_fields(ui, self.picked, at, known.steps.len(), step);
                    if made.edit.is_some() {
                        edit = made.edit;
                    }
                    let typed = made.typed.map(|typed| sends(&with_send(&known, at, typed)));
                    let shown = typed.as_ref().unwrap_or(&saved);
                    if let Some((_, words)) = shown.iter().find(|(step, _)| *step == at) {
                        parts::weak(ui, words.as_str());
                    }
                });
                if let Some(Moved { from, to }) = STEPS.drop(ui, &card.response, at) {
                    edit = Some(Edit::MoveStep { of: self.picked, from, to });
                }
            });
        }
        STEPS.while_dragged(ui, ui.clip_rect());
        if parts::signed(ui, true, icons::ADD, "Add step").clicked() {
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
                ("Name", "What the button says", &mut head.name, theme::FIELD_NAME),
                ("Group", "Buttons of one group stand together", &mut head.group, theme::FIELD_NAME),
                ("Hot key", "F3, Ctrl+Shift+K", &mut head.key, theme::FIELD_WORD),
                ("About", "One sentence on what it does", &mut head.about, theme::FIELD_LINE),
                ("Colour", "#RRGGBB, such as #2E7D32", &mut head.color, theme::FIELD_WORD),
                (
                    "Asks for",
                    "Parameters with their defaults: host=10.0.0.5, port=9999; pin? is secret",
                    &mut head.ask,
                    theme::FIELD_LINE,
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

/// The macros that `theirs` has behind those of `base`, where that is all the difference.
fn added(base: &str, theirs: &Editor) -> Option<String> {
    let before = Editor::new(base).ok()?.book().macros.len();
    theirs.text().strip_prefix(base.trim_end())?;
    let all = &theirs.book().macros;
    if all.len() <= before {
        return None;
    }
    theirs.export(&(before..all.len()).collect::<Vec<_>>()).ok()
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

/// The macro as it would be with what is being typed.
fn with_send(known: &Macro, at: usize, typed: String) -> Macro {
    let mut now = known.clone();
    if let Some(step) = now.steps.get_mut(at) {
        step.send = Some(typed);
    }
    now
}

/// What each step would send with the defaults, in words; nothing for a step that sends nothing or is switched off.
fn sends(known: &Macro) -> Vec<(usize, String)> {
    let defaults = known.ask.iter().map(|(name, ask)| (name.clone(), ask.default.clone())).collect::<Values>();
    let steps = match preview(known, &values_of_now(&defaults)) {
        Ok(steps) => steps,
        Err(problem) => return vec![(0, problem.to_string())],
    };
    let words = steps.into_iter().filter_map(|step| {
        let words = match step.send? {
            Ok(filled) => {
                let written = known.steps.get(step.step).and_then(|step| step.send.as_deref()).unwrap_or_default();
                let hint = first_hint(written).map(|hint| format!(". {hint}")).unwrap_or_default();
                let count = bytes::count(filled.bytes.len() as u64);
                format!("Sends {count}: {}{hint}", bytes::hex(&filled.bytes))
            }
            Err(problem) => problem.to_string(),
        };
        Some((step.step, words))
    });
    words.collect()
}

/// What of a notation goes as text though a byte was probably meant.
fn first_hint(written: &str) -> Option<String> {
    hints(written, Mode::Mixed).into_iter().find(|hint| !hint.only_at_prompt).map(|hint| hint.message)
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

    #[test]
    fn what_goes_as_text_though_a_byte_was_meant_stands_below_the_step() {
        let of = |send: &str| {
            let step = Step { send: Some(send.to_owned()), ..Step::default() };
            sends(&Macro { name: "m".to_owned(), steps: vec![step], ..Macro::default() })
        };
        let words =
            "Sends 3 bytes: 3C 31 41. `<1A` is sent as text, 3 bytes: its `>` is missing. Write `<1A>` for the byte.";
        assert_eq!(of("<1A"), [(0, words.to_owned())]);
        assert_eq!(of(r"\x1A"), [(0, "Sends 1 byte: 1A".to_owned())]);
    }

    const BOOK: &str = "version = 1\n# ours\n[[macro]]\nname = \"a\"\n";

    /// The editor with one change that is not saved.
    fn changed() -> EditorPanel {
        let mut panel = EditorPanel::default();
        panel.take_in(BOOK);
        let what = Macro { name: "mine".to_owned(), ..Macro::default() };
        panel.editor.as_mut().unwrap().apply(&Edit::InsertMacro { at: 0, what: Box::new(what) }).unwrap();
        panel
    }

    fn names(panel: &EditorPanel) -> Vec<&str> {
        panel.editor.as_ref().unwrap().book().macros.iter().map(|known| known.name.as_str()).collect()
    }

    #[test]
    fn what_another_program_adds_joins_what_is_not_saved() {
        let mut panel = changed();
        panel.take_in(&format!("{BOOK}\n# theirs\n[[macro]]\nname = \"b\"\n"));
        assert!(!panel.conflict);
        assert_eq!(names(&panel), ["mine", "a", "b"]);
        assert!(panel.editor.unwrap().text().contains("# theirs"));
    }

    #[test]
    fn what_another_program_changes_is_a_conflict_and_neither_is_lost() {
        for theirs in [BOOK.replace("\"a\"", "\"c\""), BOOK.replace("ours", "theirs"), "version = \n".to_owned()] {
            let mut panel = changed();
            panel.take_in(&theirs);
            assert!(panel.conflict, "{theirs}");
            assert_eq!(names(&panel), ["mine", "a"]);
            panel.take_in(BOOK);
            assert!(panel.conflict || names(&panel) == ["mine", "a"], "back to what it was based on");
        }
    }

    #[test]
    fn a_save_keeps_what_can_be_taken_back() {
        let mut panel = changed();
        let text = panel.editor.as_ref().unwrap().text().to_owned();
        panel.take_in(&text);
        assert!(!panel.conflict && panel.base == text);
        assert!(panel.editor.as_mut().unwrap().undo());
        assert_eq!(names(&panel), ["a"]);
        panel.take_in(&BOOK.replace("\"a\"", "\"c\""));
        assert!(panel.conflict, "the undone save is a change that is not saved");
    }
}
