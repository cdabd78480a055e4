//! The macro book of the window: read at the start, written when the user saves, read again when it was changed outside.

use std::path::Path;

use super::Runtime;
use crate::app::book::{self, BookFile, BookWatch};
use crate::app::runtime::tools::free_name;
use crate::app::state::{State, Tone};
use crate::macros::edit::{Edit, clashes, edited};
use crate::macros::{Macro, file};
use crate::sketch::answer_driven;

impl Runtime {
    /// Reads the user's book; without a folder the one that comes with the program.
    pub(super) fn open_book(&mut self, state: &mut State, folder: Option<&Path>) {
        let Some(folder) = folder else {
            default_book(state);
            return;
        };
        match BookFile::open_or_create(&folder.join("macros.toml")) {
            Ok(book) => {
                state.book_path = Some(book.path().to_owned());
                match BookWatch::start(book.path(), self.news.clone()) {
                    Ok(watch) => self.book_watch = Some(watch),
                    Err(unwatched) => state.say(Tone::Note, unwatched.to_string()),
                }
                if let Some(kept) = book.unsaved() {
                    let words = "holds macros that were changed and not saved before the window closed. Import it from the menu, or delete it.";
                    state.say(Tone::Note, format!("{} {words}", kept.display()));
                }
                self.book = Some(book);
                self.take_book(state);
            }
            Err(error) => {
                let instead = "The macros that come with the program are shown instead";
                state.say(Tone::Trouble, format!("{error}. {instead}."));
                default_book(state);
            }
        }
    }

    /// Takes over what another program saved.
    pub(super) fn watch_book(&mut self, state: &mut State) {
        if self.book_watch.as_ref().is_some_and(BookWatch::changed) {
            self.reload_book(state);
        }
    }

    pub(super) fn reload_book(&mut self, state: &mut State) {
        match self.book.as_mut().map(BookFile::reload) {
            Some(Ok(true)) => self.take_book(state),
            Some(Err(error)) => state.say(Tone::Trouble, error.to_string()),
            Some(Ok(false)) | None => {}
        }
    }

    /// True when it was saved; otherwise the user was told.
    pub(super) fn save_book(&mut self, state: &mut State, text: &str) -> bool {
        match self.book.as_mut().map(|book| book.save(text)) {
            Some(Ok(())) => self.take_book(state),
            Some(Err(error)) => {
                state.say(Tone::Trouble, error.to_string());
                return false;
            }
            None => match file::parse(text) {
                Ok(book) => {
                    state.book = book;
                    text.clone_into(&mut state.tools.book_text);
                    state.tools.book_number += 1;
                }
                Err(error) => {
                    state.say(Tone::Trouble, error.to_string());
                    return false;
                }
            },
        }
        true
    }

    /// The macro of this name once more, behind it, each step waiting for its answer.
    pub(super) fn wait_for_answers(&mut self, state: &mut State, name: &str) {
        let Some(at) = state.book.macros.iter().position(|known| known.name == name) else { return };
        let Some(blind) = state.book.macros.get(at) else { return };
        let waiting = answer_driven(blind);
        if waiting.steps == blind.steps {
            state.say(Tone::Note, format!("“{name}” waits for the answers already, as far as they are known."));
            return;
        }
        let name = free_name(state, &format!("{name}, waiting"));
        let waiting = Macro { name: name.clone(), key: None, ..waiting };
        let done = format!("“{name}” was added: it sends the same, each step when the modem has answered.");
        self.edit_book(state, &Edit::InsertMacro { at: at + 1, what: Box::new(waiting) }, done);
    }

    /// The macros for a family of modems, behind the user's own.
    pub(super) fn add_family(&mut self, state: &mut State, name: &str) {
        let Some(more) = book::of_family(name, &state.book) else { return };
        self.edit_book(state, &Edit::Import(more.to_owned()), format!("The macros for {name} were added."));
    }

    /// One change of the book, which is saved at once: says `done`, or why not.
    pub(super) fn edit_book(&mut self, state: &mut State, edit: &Edit, done: String) {
        match edited(&state.tools.book_text, edit) {
            Ok(text) => {
                if self.save_book(state, &text) {
                    state.say(Tone::Good, done);
                }
            }
            Err(error) => state.say(Tone::Trouble, format!("The macros were not changed: {error}")),
        }
    }

    /// Keeps what stands in the file now beside it, then saves.
    pub(super) fn save_book_over(&mut self, state: &mut State, text: &str) {
        if let Some(book) = &self.book {
            match book.keep_aside() {
                Ok(kept) => state.say(Tone::Note, format!("The other version of the macros is in {}.", kept.display())),
                Err(error) => {
                    state.say(Tone::Trouble, error.to_string());
                    return;
                }
            }
        }
        self.save_book(state, text);
    }

    /// The window closes while the editor has changes that nobody saved: they are kept in a file beside the book.
    pub(crate) fn keep_unsaved(&self, text: &str) {
        let Some(book) = &self.book else { return };
        if let Err(error) = book.keep_unsaved(text) {
            // The window is gone: only a terminal can still tell.
            eprintln!("modemscope: macros that were not saved are lost: {error}");
        }
    }

    /// The buttons are those of the file; of one that does not parse, those that were there before.
    fn take_book(&self, state: &mut State) {
        let Some(file) = &self.book else { return };
        file.text().clone_into(&mut state.tools.book_text);
        state.tools.book_number += 1;
        match file.book() {
            Ok(book) => {
                for clash in clashes([book]) {
                    state.say(Tone::Note, format!("{clash}."));
                }
                state.book = book.clone();
            }
            Err(error) => {
                state.say(Tone::Trouble, format!("{}, {error}. It is left as it is.", file.path().display()));
            }
        }
    }
}

fn default_book(state: &mut State) {
    state.book = file::parse(book::DEFAULT).unwrap_or_default();
    book::DEFAULT.clone_into(&mut state.tools.book_text);
    state.tools.book_number += 1;
}
