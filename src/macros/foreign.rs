//! Macro books of other programs: HTerm sequences, Bray Terminal and CuteCom macros, SSCOM lists, YAT command pages.
//!
//! What the file says to send is kept byte for byte. What cannot be carried over is named, never guessed; a macro that would send
//! something else than it did there is left out. Takes any bytes; nothing in a file makes it slow or large.
//!
//! | program | file | told by |
//! |---|---|---|
//! | HTerm 0.8 | `.hts` | `<HtermSequenceFile>` |
//! | Bray Terminal, CuteCom | `.tmf` | `# Terminal macro file` in the first line |
//! | SSCOM 3 to 5 | `sscom*.ini` | lines `N1=A,…` |
//! | YAT | `.yacp`, `.yacps`, `.yat` | `<CommandLines>` in XML |

mod hterm;
mod sscom;
mod tmf;
mod xml;
mod yat;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::model::{Book, Macro, Step};
use crate::notation::{LineEnding, print, print_macro};

/// A larger file is no macro list.
pub const LARGEST: usize = 4 << 20;
/// More macros are not read.
const MOST_MACROS: usize = 2000;

/// An imported book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The program the file is of.
    pub program: &'static str,
    /// Its macros; names are made unique.
    pub book: Book,
    /// What was not carried over, a sentence each.
    pub(crate) left_out: Vec<String>,
}

/// Why nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// Too large.
    #[error("the file is larger than {} MiB; a macro list is not", LARGEST >> 20)]
    TooLarge,
    /// No known format.
    #[error(
        "no known macro file; known are HTerm .hts, Bray Terminal and CuteCom .tmf, SSCOM .ini and YAT .yacp, .yacps and .yat"
    )]
    Unknown,
    /// The XML is damaged.
    #[error("{program}: line {line}: the XML is damaged: {problem}")]
    Xml {
        /// Whose file it is.
        program: &'static str,
        /// 1-based.
        line: usize,
        /// What the reader says.
        problem: String,
    },
    /// A known format without a macro.
    #[error("a file of {0}, but it holds no macro")]
    Empty(&'static str),
}

/// What a format's reader collects.
#[derive(Debug, Default)]
struct Collected {
    macros: Vec<Macro>,
    left_out: Vec<String>,
}

/// Reads a file of another program. `ending` is appended to each text where that program appends its own line ending when it
/// sends (CuteCom, SSCOM, YAT), which their files do not hold; in a `.tmf` not to a text that ends in CR, LF or 1A itself.
///
/// # Errors
/// [`ForeignError`]: no known format, damaged, or empty.
///
/// ```
/// use modemscope::{macros::foreign::import, notation::LineEnding};
/// let file = b"# Terminal macro file v2\r\nsend\r\nhello$1A%DLY0500AT$0D\r\n";
/// let imported = import(file, &LineEnding::None).unwrap();
/// let steps = &imported.book.macros[0].steps;
/// assert_eq!(steps[0].send.as_deref(), Some(r"hello\x1A"));
/// assert_eq!(steps[0].wait, Some(std::time::Duration::from_millis(500)));
/// assert_eq!(steps[1].send.as_deref(), Some(r"AT\r"));
/// ```
pub fn import(bytes: &[u8], ending: &LineEnding) -> Result<Foreign, ForeignError> {
    if bytes.len() > LARGEST {
        return Err(ForeignError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let has = |what: &str| memchr::memmem::find(bytes, what.as_bytes()).is_some();
    let (program, collected) = if has("<HtermSequenceFile") {
        ("HTerm", hterm::read(bytes)?)
    } else if has("<CommandLines") {
        ("YAT", yat::read(bytes, ending)?)
    } else if tmf::is_it(bytes) {
        ("Bray Terminal", tmf::read(bytes, ending))
    } else if sscom::is_it(bytes) {
        ("SSCOM", sscom::read(bytes, ending))
    } else {
        return Err(ForeignError::Unknown);
    };
    let Collected { mut macros, mut left_out } = collected;
    if macros.len() > MOST_MACROS {
        left_out.push(format!("{} macros behind the first {MOST_MACROS}.", macros.len() - MOST_MACROS));
        macros.truncate(MOST_MACROS);
    }
    if macros.is_empty() && left_out.is_empty() {
        return Err(ForeignError::Empty(program));
    }
    make_unique(&mut macros);
    Ok(Foreign { program, book: Book { macros }, left_out })
}

/// Two macros of one name cannot be run by name: the second becomes `name (2)`.
fn make_unique(macros: &mut [Macro]) {
    let mut taken: BTreeSet<String> = macros.iter().map(|what| what.name.clone()).collect();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for what in macros {
        let count = seen.entry(what.name.clone()).or_insert(0);
        *count += 1;
        while *count > 1 {
            let name = format!("{} ({count})", what.name);
            if taken.insert(name.clone()) {
                what.name = name;
                break;
            }
            *count += 1;
        }
    }
}

/// A macro of these steps. Without a name it takes the beginning of what it sends.
fn macro_of(name: &str, group: Option<&str>, steps: Vec<Step>) -> Macro {
    let own = name.trim();
    let name = if own.is_empty() {
        let sent: Option<&str> = steps.iter().find_map(|step| step.send.as_deref());
        // Blanks alone are no name that could be seen.
        match sent.map(str::trim_start) {
            None => "pause".to_owned(),
            Some("") => "blanks".to_owned(),
            Some(visible) => visible.chars().take(40).collect(),
        }
    } else {
        // Names are shown and printed: nothing in them may hide.
        print(own.as_bytes()).replace("\\\\", "\\").replace("\\<", "<").chars().take(80).collect()
    };
    Macro { name, group: group.map(|group| print(group.as_bytes())), steps, ..Macro::default() }
}

fn send(bytes: &[u8]) -> Step {
    Step { send: Some(print_macro(bytes)), ..Step::default() }
}

/// What a text sends, in pieces with pauses between.
#[derive(Debug, Default)]
struct Sending {
    steps: Vec<Step>,
    bytes: Vec<u8>,
}

impl Sending {
    fn pause(&mut self, length: Duration) {
        let step = if self.bytes.is_empty() { Step::default() } else { send(&std::mem::take(&mut self.bytes)) };
        self.steps.push(Step { wait: Some(length), ..step });
    }

    fn finish(mut self, ending: &[u8]) -> Vec<Step> {
        self.bytes.extend_from_slice(ending);
        if !self.bytes.is_empty() {
            self.steps.push(send(&self.bytes));
        }
        self.steps
    }
}

#[cfg(test)]
mod tests;
