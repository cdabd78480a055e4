//! The module's file system (`AT+FS…`), in memory and bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Modem;
use super::commands::Command;
use super::line::{Call, Form};
use super::reply::{Done, NOT_ALLOWED};
use super::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command] = &[
    ("+FSDRIVE", |modem, call| modem.answer(call, "+FSDRIVE: C")),
    ("+FSMEM", Modem::free_space),
    ("+FSLS", Modem::list_folder),
    ("+FSMKDIR", Modem::make_folder),
    ("+FSRMDIR", Modem::remove_folder),
    ("+FSCREATE", Modem::create_file),
    ("+FSDEL", Modem::delete_file),
    ("+FSRENAME", Modem::rename_file),
    ("+FSFLSIZE", Modem::file_size),
    ("+FSREAD", Modem::read_file),
    ("+FSWRITE", Modem::write_file),
    ("+FSATTRI", |modem, call| modem.answer(call, "+FSATTRI: Creation Date: 2024/01/30")),
];

/// Bytes of all files together.
const SPACE: usize = 87_040;
/// Files and folders together.
const NAMES: usize = 64;
/// Bytes of one read or write (application note).
const ONCE: usize = 10_240;

/// The files.
#[derive(Debug)]
pub(super) struct Files {
    contents: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
    /// Where the write in hand goes.
    writing: Option<(String, bool)>,
}

impl Default for Files {
    fn default() -> Self {
        Self { contents: BTreeMap::new(), folders: ["C:\\".into(), "C:\\USER\\".into()].into(), writing: None }
    }
}

impl Files {
    fn used(&self) -> usize {
        self.contents.values().map(Vec::len).sum()
    }

    fn names_left(&self) -> bool {
        self.contents.len() + self.folders.len() < NAMES
    }

    /// The folder of a path, if it is there.
    fn parent(&self, path: &str) -> Option<&String> {
        let trimmed = path.trim_end_matches('\\');
        let end = trimmed.rfind('\\')? + 1;
        self.folders.get(trimmed.get(..end)?)
    }
}

/// A path in capitals, with the drive; the file system does not mind case.
fn path(call: &Call, index: usize) -> Option<String> {
    let text = call.string(index).replace('/', "\\").to_ascii_uppercase();
    let full = if text.starts_with("C:") { text } else { format!("C:\\USER\\{}", text.trim_start_matches('\\')) };
    (full.len() > 3 && full.len() <= 96 && full.is_ascii()).then_some(full)
}

fn folder(call: &Call) -> Option<String> {
    let mut path =
        path(call, 0).or_else(|| call.string(0).to_ascii_uppercase().starts_with("C:").then(|| "C:\\".into()))?;
    if !path.ends_with('\\') {
        path.push('\\');
    }
    Some(path)
}

impl Modem {
    fn free_space(&mut self, call: &Call) -> Done {
        let free = SPACE.saturating_sub(self.files.used());
        self.answer(call, format!("+FSMEM: C:{free}bytes"))
    }

    fn list_folder(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        let Some(folder) = folder(call).filter(|folder| self.files.folders.contains(folder)) else {
            return NOT_ALLOWED;
        };
        let names = self.files.folders.iter().chain(self.files.contents.keys());
        let direct = names.filter_map(|name| {
            let rest = name.strip_prefix(&folder)?;
            let inner = rest.trim_end_matches('\\');
            (!inner.is_empty() && !inner.contains('\\')).then(|| rest.to_owned())
        });
        let list: Vec<_> = direct.collect();
        if !list.is_empty() {
            self.info(list.join("\r\n"));
        }
        Done::Ok
    }

    fn make_folder(&mut self, call: &Call) -> Done {
        let free = self.files.names_left();
        match folder(call).filter(|folder| free && self.files.parent(folder).is_some()) {
            Some(folder) if self.files.folders.insert(folder.clone()) => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn remove_folder(&mut self, call: &Call) -> Done {
        let Some(folder) = folder(call).filter(|folder| folder != "C:\\" && folder != "C:\\USER\\") else {
            return NOT_ALLOWED;
        };
        let inside = |name: &String| name.starts_with(&folder) && *name != folder;
        let empty = !self.files.contents.keys().any(inside) && !self.files.folders.iter().any(inside);
        if empty && self.files.folders.remove(&folder) { Done::Ok } else { NOT_ALLOWED }
    }

    fn create_file(&mut self, call: &Call) -> Done {
        let free = self.files.names_left();
        let Some(path) = path(call, 0).filter(|path| free && !path.ends_with('\\')) else { return NOT_ALLOWED };
        if self.files.contents.contains_key(&path) || self.files.parent(&path).is_none() {
            return NOT_ALLOWED;
        }
        self.files.contents.insert(path, Vec::new());
        Done::Ok
    }

    fn delete_file(&mut self, call: &Call) -> Done {
        let removed = path(call, 0).and_then(|path| self.files.contents.remove(&path));
        removed.map_or(NOT_ALLOWED, |_| Done::Ok)
    }

    fn rename_file(&mut self, call: &Call) -> Done {
        let (Some(from), Some(to)) = (path(call, 0), path(call, 1)) else { return NOT_ALLOWED };
        if self.files.contents.contains_key(&to) || self.files.parent(&to).is_none() {
            return NOT_ALLOWED;
        }
        match self.files.contents.remove(&from) {
            Some(data) => {
                self.files.contents.insert(to, data);
                Done::Ok
            }
            None => NOT_ALLOWED,
        }
    }

    fn file_size(&mut self, call: &Call) -> Done {
        match path(call, 0).and_then(|path| self.files.contents.get(&path)).map(Vec::len) {
            Some(size) => self.answer(call, format!("+FSFLSIZE: {size}")),
            None => NOT_ALLOWED,
        }
    }

    /// `AT+FSREAD=<file>,<0 from the start, 1 from a place>,<size>,<place>`.
    fn read_file(&mut self, call: &Call) -> Done {
        let number = |index: usize| call.number(index).and_then(|number| usize::try_from(number).ok());
        let Some(data) = path(call, 0).and_then(|path| self.files.contents.get(&path)) else { return NOT_ALLOWED };
        let start = if number(1) == Some(1) { number(3).unwrap_or(0) } else { 0 };
        let Some(size) = number(2).filter(|size| (1..=ONCE).contains(size)) else { return NOT_ALLOWED };
        let Some(rest) = data.get(start..) else { return NOT_ALLOWED };
        let data = rest.get(..size.min(rest.len())).unwrap_or_default().to_vec();
        self.transmit(b"\r\n");
        self.transmit(&data);
        Done::Ok
    }

    /// `AT+FSWRITE=<file>,<0 anew, 1 append>,<size>,<seconds>`.
    fn write_file(&mut self, call: &Call) -> Done {
        let number = |index: usize| call.number(index).and_then(|number| usize::try_from(number).ok());
        let name = path(call, 0).filter(|path| self.files.contents.contains_key(path));
        let seconds =
            number(3).and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| (1..=1000).contains(seconds));
        let (Some(name), Some(mode @ (0 | 1))) = (name, number(1)) else { return NOT_ALLOWED };
        let (Some(wanted), Some(seconds)) = (number(2).filter(|size| (1..=ONCE).contains(size)), seconds) else {
            return NOT_ALLOWED;
        };
        if self.files.used() + wanted > SPACE {
            return NOT_ALLOWED;
        }
        self.files.writing = Some((name, mode == 1));
        let mut wait = Wait::inviting(b"\r\n>\r\n", Ending::Length { wanted }, Self::file_typed, 0);
        wait.echo = false;
        wait.limit = Some((Duration::from_secs(seconds), Ended::TimedOut));
        Done::Prompt(Box::new(wait))
    }

    fn file_typed(&mut self, ended: Ended, data: &[u8], _: u32) -> Done {
        let Some((name, append)) = self.files.writing.take() else { return NOT_ALLOWED };
        if ended != Ended::Complete {
            self.info("TimeOut");
            return Done::Silent;
        }
        let file = self.files.contents.entry(name).or_default();
        if !append {
            file.clear();
        }
        file.extend(data);
        Done::Ok
    }
}
