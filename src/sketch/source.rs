//! The text of a sketch: its tabs joined, its characters decoded, its macros expanded, each line knowing where it stood.

use super::preprocess::{Joined, Preprocessor, Spot, without_comments};
use super::syntax::Chip;

/// One file of a sketch: a tab of the IDE, or a header beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    /// Its file name, such as `blink.ino`.
    pub(crate) name: String,
    /// What it holds, as on disk.
    pub(crate) bytes: Vec<u8>,
}

/// A sketch as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    tabs: Vec<(String, String)>,
    /// Where the lines of each tab begin: they are looked up by number, one for each row of a run.
    starts: Vec<Vec<usize>>,
}

impl Source {
    /// A sketch of one file.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::of(vec![("sketch.ino".to_owned(), tidy(text))])
    }

    /// A sketch of one file, in whatever encoding it is: UTF-8 with or without a mark, else Latin-1; any line ends.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::of(vec![("sketch.ino".to_owned(), decoded(bytes))])
    }

    /// A sketch of several files. The first is the main one; further `.ino` tabs follow it by name, as the Arduino IDE
    /// joins them, headers stand where they are included.
    #[must_use]
    pub(crate) fn from_tabs(mut tabs: Vec<Tab>) -> Self {
        if let Some((_, others)) = tabs.split_first_mut() {
            others.sort_by(|a, b| a.name.cmp(&b.name));
        }
        Self::of(tabs.into_iter().map(|tab| (tab.name, decoded(&tab.bytes))).collect())
    }

    fn of(tabs: Vec<(String, String)>) -> Self {
        let starts_of = |(_, text): &(String, String)| -> Vec<usize> {
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        };
        let starts = tabs.iter().map(starts_of).collect();
        Self { tabs, starts }
    }

    /// A line as it was written, without blanks around it.
    pub(super) fn line(&self, spot: Spot) -> &str {
        let found = self.starts.get(spot.tab).and_then(|starts| starts.get(spot.line.saturating_sub(1)));
        let rest = found.and_then(|start| self.tabs.get(spot.tab)?.1.get(*start..));
        rest.and_then(|rest| rest.lines().next()).unwrap_or_default().trim()
    }

    /// The name of a tab other than the first.
    pub(super) fn other_tab(&self, spot: Spot) -> Option<&str> {
        (spot.tab > 0).then(|| self.tabs.get(spot.tab).map(|(name, _)| name.as_str())).flatten()
    }

    /// All that was written, for a look at words.
    pub(super) fn text(&self) -> impl Iterator<Item = &str> {
        self.tabs.iter().map(|(_, text)| text.as_str())
    }

    /// The same without comments; each line stands where it stood.
    pub(super) fn code(&self) -> impl Iterator<Item = String> {
        self.text().map(without_comments)
    }

    pub(super) fn joined(&self, chip: Chip) -> Joined {
        let mut preprocessor = Preprocessor::new(&self.tabs, chip);
        for (index, (name, _)) in self.tabs.iter().enumerate() {
            // Headers and C++ files come where they are included; a C++ file stands for itself.
            if index == 0 || is_kind(name, &["ino", "pde"]) {
                preprocessor.read(index);
            }
        }
        for (index, (name, _)) in self.tabs.iter().enumerate() {
            if is_kind(name, &["cpp", "c"]) {
                preprocessor.read(index);
            }
        }
        preprocessor.finish()
    }
}

fn is_kind(name: &str, kinds: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, kind)| kinds.contains(&kind))
}

fn decoded(bytes: &[u8]) -> String {
    // UTF-16 by its mark, as Windows Notepad may save it.
    let wide = |units: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| units(*pair)).collect();
        tidy(&String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xFF, 0xFE, ..] => return wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => return wide(u16::from_be_bytes),
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => tidy(text),
        // Latin-1: each byte is the character of its number.
        Err(_) => tidy(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()),
    }
}

/// Without a byte order mark, every line end a line feed.
fn tidy(text: &str) -> String {
    text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n")
}
