//! Editing a book: every change is made in its TOML, so that comments, order and everything not touched stay as the user
//! wrote them; undo and redo.
//!
//! Pure: nothing is written to disk here (`app::book` does that with [`Editor::text`]). A change that would make the book
//! unreadable is refused and leaves it as it was.

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike};

use super::file::{self, BookError};
use super::hot_key::HotKey;
use super::model::{Book, Macro, Step};

/// At most this many changes can be taken back.
const MOST_UNDO: usize = 200;

/// A change of a book. Indices are those of [`Editor::book`] before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// A new macro in front of number `at` (or at the end).
    InsertMacro {
        /// Where.
        at: usize,
        /// With its steps.
        what: Box<Macro>,
    },
    /// Name, group, key, about, colour and parameters of a macro; its steps stay.
    SetMacro {
        /// Which macro.
        at: usize,
        /// The new values; its steps are not looked at.
        what: Box<Macro>,
    },
    /// Moves a macro so that it stands at `to`.
    MoveMacro {
        /// From here.
        from: usize,
        /// To here, counted after it was taken out.
        to: usize,
    },
    /// A copy behind the macro, with a name of its own and no hot key.
    DuplicateMacro(usize),
    /// Removes a macro, with the comments in front of it.
    DeleteMacro(usize),
    /// A new step in front of number `at` (or at the end).
    InsertStep {
        /// In this macro.
        of: usize,
        /// Where.
        at: usize,
        /// What.
        step: Box<Step>,
    },
    /// All keys of a step. Disabling is this too.
    SetStep {
        /// In this macro.
        of: usize,
        /// Which step.
        at: usize,
        /// The new values.
        step: Box<Step>,
    },
    /// Moves a step so that it stands at `to`.
    MoveStep {
        /// In this macro.
        of: usize,
        /// From here.
        from: usize,
        /// To here, counted after it was taken out.
        to: usize,
    },
    /// A copy behind the step.
    DuplicateStep {
        /// In this macro.
        of: usize,
        /// Which step.
        at: usize,
    },
    /// Removes a step.
    DeleteStep {
        /// In this macro.
        of: usize,
        /// Which step.
        at: usize,
    },
    /// Appends the macros of another book's text, comments included.
    Import(String),
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EditError {
    /// There is no such macro or step.
    #[error("there is no {what} number {number}")]
    NotThere {
        /// "macro" or "step".
        what: &'static str,
        /// 1-based.
        number: usize,
    },
    /// The book would not be readable any more: a text is no notation, a name is empty …
    #[error("{0}")]
    Wrong(BookError),
    /// The book did not parse before.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The imported text is no book.
    #[error("that is no macro book: {0}")]
    Import(BookError),
}

/// The text of a book with one change made.
///
/// # Errors
/// [`EditError`].
pub(crate) fn edited(book: &str, edit: &Edit) -> Result<String, EditError> {
    let mut editor = Editor::new(book)?;
    editor.apply(edit)?;
    Ok(editor.text)
}

/// A book that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Editor {
    text: String,
    book: Book,
    undo: Vec<String>,
    redo: Vec<String>,
}

impl Editor {
    /// Begins with the text of a book.
    ///
    /// # Errors
    /// Where and why it does not parse; it has to be put right in a text editor.
    pub(crate) fn new(text: &str) -> Result<Self, BookError> {
        Ok(Self { text: text.to_owned(), book: file::parse(text)?, undo: Vec::new(), redo: Vec::new() })
    }

    /// The text as it is now: what is to be saved.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The book as it is now.
    #[must_use]
    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// Makes a change.
    ///
    /// # Errors
    /// [`EditError`]; the book is as it was.
    pub(crate) fn apply(&mut self, edit: &Edit) -> Result<(), EditError> {
        let mut document: DocumentMut = self.text.parse().map_err(|error: toml_edit::TomlError| {
            EditError::Wrong(BookError { line: 1, column: 1, problem: error.message().to_owned() })
        })?;
        self.change(&mut document, edit)?;
        renumber(document.as_table_mut(), &mut 0);
        self.take(document.to_string())
    }

    /// Takes over a text that the user wrote by hand, as one change.
    ///
    /// # Errors
    /// [`EditError::Wrong`] where it does not parse.
    pub(crate) fn set_text(&mut self, text: &str) -> Result<(), EditError> {
        self.take(text.to_owned())
    }

    /// Takes back the last change; false when there is none.
    pub(crate) fn undo(&mut self) -> bool {
        let Some(text) = self.undo.pop() else { return false };
        self.redo.push(std::mem::replace(&mut self.text, text));
        self.book = file::parse(&self.text).unwrap_or_default();
        true
    }

    /// Makes the change again that was taken back last; false when there is none.
    pub(crate) fn redo(&mut self) -> bool {
        let Some(text) = self.redo.pop() else { return false };
        self.undo.push(std::mem::replace(&mut self.text, text));
        self.book = file::parse(&self.text).unwrap_or_default();
        true
    }

    /// True when [`Self::undo`] would change something.
    #[must_use]
    pub(crate) fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// True when [`Self::redo`] would change something.
    #[must_use]
    pub(crate) fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Some of the macros as a book of their own, with their comments.
    ///
    /// # Errors
    /// [`EditError::NotThere`].
    pub(crate) fn export(&self, macros: &[usize]) -> Result<String, EditError> {
        let mut document: DocumentMut = self.text.parse().unwrap_or_default();
        let tables = list(document.as_table_mut(), "macro")?;
        let mut chosen = ArrayOfTables::new();
        for at in macros {
            chosen.push(tables.get(*at).ok_or(not_there("macro", *at))?.clone());
        }
        let mut exported = DocumentMut::new();
        exported.insert("version", toml_edit::value(file::VERSION));
        exported.insert("macro", Item::ArrayOfTables(chosen));
        renumber(exported.as_table_mut(), &mut 0);
        Ok(exported.to_string())
    }

    fn take(&mut self, text: String) -> Result<(), EditError> {
        let book = file::parse(&text).map_err(EditError::Wrong)?;
        if text == self.text {
            return Ok(());
        }
        if self.undo.len() == MOST_UNDO {
            self.undo.remove(0);
        }
        self.undo.push(std::mem::replace(&mut self.text, text));
        self.redo.clear();
        self.book = book;
        Ok(())
    }

    fn change(&self, document: &mut DocumentMut, edit: &Edit) -> Result<(), EditError> {
        let macros = list(document.as_table_mut(), "macro")?;
        match edit {
            Edit::InsertMacro { at, what } => {
                let at = (*at).min(macros.len());
                macros.insert(at, file::table(what));
            }
            Edit::SetMacro { at, what } => {
                let old = self.book.macros.get(*at).ok_or(not_there("macro", *at))?;
                let table = macros.get_mut(*at).ok_or(not_there("macro", *at))?;
                file::update_macro(table, old, what);
            }
            Edit::MoveMacro { from, to } => shift(macros, *from, *to, "macro")?,
            Edit::DuplicateMacro(at) => {
                let mut copy = macros.get(*at).ok_or(not_there("macro", *at))?.clone();
                let name = self.book.macros.get(*at).map_or("", |what| what.name.as_str());
                copy.remove("key");
                copy.insert("name", toml_edit::value(self.free_name(name)));
                macros.insert(*at + 1, copy);
            }
            Edit::DeleteMacro(at) => {
                macros.get(*at).ok_or(not_there("macro", *at))?;
                macros.remove(*at);
            }
            Edit::Import(text) => {
                file::parse(text).map_err(EditError::Import)?;
                let mut other: DocumentMut = text.parse().unwrap_or_default();
                for table in list(other.as_table_mut(), "macro")?.iter() {
                    macros.push(table.clone());
                }
            }
            Edit::InsertStep { of, .. }
            | Edit::SetStep { of, .. }
            | Edit::MoveStep { of, .. }
            | Edit::DuplicateStep { of, .. }
            | Edit::DeleteStep { of, .. } => {
                let table = macros.get_mut(*of).ok_or(not_there("macro", *of))?;
                let old = self.book.macros.get(*of).ok_or(not_there("macro", *of))?;
                change_steps(list(table, "step")?, old, edit)?;
            }
        }
        Ok(())
    }

    /// "Open TCP 2": not the name of any macro yet.
    fn free_name(&self, name: &str) -> String {
        let taken = |name: &str| self.book.macros.iter().any(|what| what.name == name);
        let mut number = 2_u64;
        loop {
            let candidate = format!("{name} {number}");
            if !taken(&candidate) {
                return candidate;
            }
            number += 1;
        }
    }
}

fn change_steps(steps: &mut ArrayOfTables, old: &Macro, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::InsertStep { at, step, .. } => {
            let at = (*at).min(steps.len());
            steps.insert(at, file::step_table(step));
        }
        Edit::SetStep { at, step, .. } => {
            let before = old.steps.get(*at).ok_or(not_there("step", *at))?;
            file::update_step(steps.get_mut(*at).ok_or(not_there("step", *at))?, before, step);
        }
        Edit::MoveStep { from, to, .. } => shift(steps, *from, *to, "step")?,
        Edit::DuplicateStep { at, .. } => {
            let copy = steps.get(*at).ok_or(not_there("step", *at))?.clone();
            steps.insert(*at + 1, copy);
        }
        Edit::DeleteStep { at, .. } => {
            steps.get(*at).ok_or(not_there("step", *at))?;
            steps.remove(*at);
        }
        _ => {}
    }
    Ok(())
}

/// A hot key that does not do what its macro says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    pub(crate) key: HotKey,
    /// The macros that have it, in the order of the book.
    pub(crate) macros: Vec<String>,
    /// What the window itself does with it.
    pub(crate) taken_for: Option<&'static str>,
}

/// One sentence without a full stop.
impl std::fmt::Display for Clash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.macros.join("” and “");
        if let Some(what) = self.taken_for {
            return write!(formatter, "{} {what}, so it does not run “{names}”", self.key);
        }
        let first = self.macros.first().map_or("", String::as_str);
        write!(formatter, "{} is the key of “{names}”: it runs “{first}”", self.key)
    }
}

/// Hot keys of these books that more than one macro has, or that the window keeps for itself.
#[must_use]
pub(crate) fn clashes<'a>(books: impl IntoIterator<Item = &'a Book>) -> Vec<Clash> {
    let mut users: BTreeMap<HotKey, Vec<String>> = BTreeMap::new();
    for what in books.into_iter().flat_map(|book| &book.macros) {
        if let Some(Ok(key)) = what.key.as_ref().map(|key| key.parse::<HotKey>()) {
            users.entry(key).or_default().push(what.name.clone());
        }
    }
    let clash = |(key, macros): (HotKey, Vec<String>)| {
        let taken_for = key.taken_for();
        (macros.len() > 1 || taken_for.is_some()).then_some(Clash { key, macros, taken_for })
    };
    users.into_iter().filter_map(clash).collect()
}

fn not_there(what: &'static str, at: usize) -> EditError {
    EditError::NotThere { what, number: at + 1 }
}

fn shift(tables: &mut ArrayOfTables, from: usize, to: usize, what: &'static str) -> Result<(), EditError> {
    tables.get(from).ok_or(not_there(what, from))?;
    let table = tables.remove(from);
    tables.insert(to.min(tables.len()), table);
    Ok(())
}

/// The tables of `[[key]]`. A list of inline tables becomes one; where there is none it is begun.
fn list<'t>(table: &'t mut Table, key: &'static str) -> Result<&'t mut ArrayOfTables, EditError> {
    let item = table.entry(key).or_insert(Item::None);
    if !item.is_array_of_tables() {
        let inline = std::mem::take(item);
        *item = Item::ArrayOfTables(inline.into_array_of_tables().unwrap_or_default());
    }
    item.as_array_of_tables_mut().ok_or(EditError::NotThere { what: key, number: 1 })
}

/// Tables are printed in the order of their positions: gives all of them the order in which they stand.
fn renumber(table: &mut Table, next: &mut isize) {
    table.set_position(Some(*next));
    *next += 1;
    for (_, item) in TableLike::iter_mut(table) {
        match item {
            Item::Table(table) => renumber(table, next),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| renumber(table, next)),
            Item::None | Item::Value(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
