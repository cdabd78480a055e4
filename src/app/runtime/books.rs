//! The macro book of the window: read at the start, written when the user saves, read again when it was changed outside.

use std::path::Path;

use super::Runtime;
use crate::app::book::{self, BookFile, BookWatch};
use crate::app::state::{State, Tone};
use crate::macros::edit::clashes;
use crate::macros::file;

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
                    Err(unnoticed) => state.say(Tone::Note, unnoticed),
                }
                self.book = Some(book);
                self.take_book(state);
            }
            Err(error) => {
                state.say(Tone::Trouble, error.to_string());
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

    pub(super) fn save_book(&mut self, state: &mut State, text: &str) {
        match self.book.as_mut().map(|book| book.save(text)) {
            Some(Ok(())) => self.take_book(state),
            Some(Err(error)) => state.say(Tone::Trouble, error.to_string()),
            None => match file::parse(text) {
                Ok(book) => {
                    state.book = book;
                    text.clone_into(&mut state.tools.book_text);
                    state.tools.book_number += 1;
                }
                Err(error) => state.say(Tone::Trouble, error.to_string()),
            },
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
