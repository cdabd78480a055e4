//! Macros from elsewhere: an Arduino sketch, the macros of another terminal, a book. Read on a thread, since a sketch is run
//! for it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::settings::Wired;
use super::{FileKind, file_kind};
use crate::macros::{Book, file, foreign};
use crate::notation::LineEnding;
use crate::sketch::{self, RunOptions, Source};

/// Where macros are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MacrosFrom {
    /// A sketch, a book or a list of another terminal.
    File(PathBuf),
    /// The text of a sketch.
    Sketch(String),
}

/// Macros that were read, and what has to be said about them.
#[derive(Debug)]
pub(crate) struct ReadMacros {
    /// What they were read from, for people.
    pub(crate) of: String,
    pub(crate) book: Book,
    /// The same, but waiting for answers where `book` has fixed delays.
    pub(crate) waiting: Option<Book>,
    /// What could not be carried over.
    pub(crate) left_out: Vec<String>,
    /// How the sketch's board is wired, where it says so.
    pub(crate) wired: Option<Wired>,
    /// The sketch, where it is one.
    pub(crate) sketch: Option<String>,
}

/// Why a file gave no macros.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotMacros {
    #[error("{path}: {source}", path = .0.display(), source = .1)]
    Unread(PathBuf, io::Error),
    #[error("{path}: this is no regular file; expected a macro book or a sketch", path = .0.display())]
    NoFile(PathBuf),
    #[error("{path}: this is larger than {} MiB; expected a macro book or a sketch", LARGEST >> 20, path = .0.display())]
    TooLarge(PathBuf),
    #[error("{path}: {source}", path = .0.display(), source = .1)]
    Foreign(PathBuf, foreign::ForeignError),
}

/// The largest file that is read; books and sketches have a few hundred kilobytes at most.
const LARGEST: u64 = 16 << 20;

/// What is assumed of the board of a sketch that was run.
type Assumed = (String, BTreeMap<String, String>);

/// Reads the macros that stand there. Of the sketch that was just run the macro is that of the run.
pub(crate) fn read_macros(from: &MacrosFrom, assumed: &Assumed) -> Result<ReadMacros, NotMacros> {
    let path = match from {
        MacrosFrom::Sketch(text) => return Ok(of_sketch(text, "Sketch", assumed)),
        MacrosFrom::File(path) => path,
    };
    let bytes = read_small(path)?;
    let text = String::from_utf8_lossy(&bytes);
    if file_kind(path, &bytes) == FileKind::Sketch {
        let name = path.file_stem().map_or_else(|| "Imported".to_owned(), |stem| stem.to_string_lossy().into_owned());
        return Ok(of_sketch(&text, &name, assumed));
    }
    if let Ok(book) = file::parse(&text) {
        return Ok(ReadMacros {
            of: "a macro book".to_owned(),
            book,
            waiting: None,
            left_out: Vec::new(),
            wired: None,
            sketch: None,
        });
    }
    let foreign = foreign::import(&bytes, &LineEnding::Cr).map_err(|error| NotMacros::Foreign(path.clone(), error))?;
    Ok(ReadMacros {
        of: format!("a file of {}", foreign.program),
        book: foreign.book,
        waiting: None,
        left_out: foreign.left_out,
        wired: None,
        sketch: None,
    })
}

/// Reads a regular file of a sensible size: nobody waits for a pipe, or for a device without an end.
fn read_small(path: &Path) -> Result<Vec<u8>, NotMacros> {
    let unread = |error| NotMacros::Unread(path.to_owned(), error);
    let found = std::fs::metadata(path).map_err(unread)?;
    if !found.is_file() {
        return Err(NotMacros::NoFile(path.to_owned()));
    }
    if found.len() > LARGEST {
        return Err(NotMacros::TooLarge(path.to_owned()));
    }
    std::fs::read(path).map_err(unread)
}

fn of_sketch(text: &str, name: &str, (run, said): &Assumed) -> ReadMacros {
    let assume = if run == text { said.clone() } else { BTreeMap::new() };
    let imported = sketch::import(&Source::new(text), &RunOptions { assume, ..RunOptions::default() });
    let told = |unread: &sketch::Unread| {
        let reason = unread.with_choice(|name| format!("{name} in Run a sketch… chooses"));
        format!("Line {}: {reason} ({})", unread.line, unread.text)
    };
    let left_out = imported.unread.iter().map(told).collect();
    let wired = imported.pins.map(|pins| Wired { rx: pins.rx, tx: pins.tx, baud: imported.baud });
    // A program that was written from one of our macros is that macro again, and waits as it does.
    let (made, waiting) = if let Some(own) = imported.own {
        (own, None)
    } else {
        let timed = imported.timed_macro(name);
        let waits = sketch::answer_driven(&timed);
        (timed, Some(Book { macros: vec![waits] }))
    };
    let book = Book { macros: vec![made] };
    ReadMacros { of: "an Arduino sketch".to_owned(), book, waiting, left_out, wired, sketch: Some(text.to_owned()) }
}
