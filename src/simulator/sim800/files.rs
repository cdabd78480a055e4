//! The module's file system (`AT+FS…`), in memory and bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::ssl::CONTEXT;
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Done, NOT_ALLOWED};
use crate::simulator::uart::{Ended, Ending, Wait};

const COMMANDS: &[Command<Files>] = &[
    ("+FSDRIVE", |_, desk, call| desk.answer(call, "+FSDRIVE: C")),
    ("+FSMEM", Files::free_space),
    ("+FSLS", Files::list_folder),
    ("+FSMKDIR", Files::make_folder),
    ("+FSRMDIR", Files::remove_folder),
    ("+FSCREATE", Files::create_file),
    ("+FSDEL", Files::delete_file),
    ("+FSRENAME", Files::rename_file),
    ("+FSFLSIZE", Files::file_size),
    ("+FSREAD", Files::read_file),
    ("+FSWRITE", Files::write_file),
    ("+SSLSETCERT", Files::import_certificate),
    ("+FSATTRI", |_, desk, call| desk.answer(call, "+FSATTRI: Creation Date: 2024/01/30")),
];

/// Bytes of all files together.
const SPACE: usize = 87_040;
/// Files and folders together.
const NAMES: usize = 64;
/// Bytes of one read or write (application note).
const ONCE: usize = 10_240;

#[derive(Debug)]
pub(super) struct Files {
    contents: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

impl Default for Files {
    fn default() -> Self {
        Self { contents: BTreeMap::new(), folders: ["C:\\".into(), "C:\\USER\\".into()].into() }
    }
}

impl Part for Files {
    commands!(&[COMMANDS]);
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

impl Files {
    fn free_space(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let free = SPACE.saturating_sub(self.used());
        desk.answer(call, format!("+FSMEM: C:{free}bytes"))
    }

    fn list_folder(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        let Some(folder) = folder(call).filter(|folder| self.folders.contains(folder)) else {
            return NOT_ALLOWED;
        };
        let names = self.folders.iter().chain(self.contents.keys());
        let direct = names.filter_map(|name| {
            let rest = name.strip_prefix(&folder)?;
            let inner = rest.trim_end_matches('\\');
            (!inner.is_empty() && !inner.contains('\\')).then(|| rest.to_owned())
        });
        let list: Vec<_> = direct.collect();
        if !list.is_empty() {
            desk.info(list.join("\r\n"));
        }
        Done::Ok
    }

    fn make_folder(&mut self, _: &mut Desk, call: &Call) -> Done {
        let free = self.names_left();
        match folder(call).filter(|folder| free && self.parent(folder).is_some()) {
            Some(folder) if self.folders.insert(folder.clone()) => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn remove_folder(&mut self, _: &mut Desk, call: &Call) -> Done {
        let Some(folder) = folder(call).filter(|folder| folder != "C:\\" && folder != "C:\\USER\\") else {
            return NOT_ALLOWED;
        };
        let inside = |name: &String| name.starts_with(&folder) && *name != folder;
        let empty = !self.contents.keys().any(inside) && !self.folders.iter().any(inside);
        if empty && self.folders.remove(&folder) { Done::Ok } else { NOT_ALLOWED }
    }

    fn create_file(&mut self, _: &mut Desk, call: &Call) -> Done {
        let free = self.names_left();
        let Some(path) = path(call, 0).filter(|path| free && !path.ends_with('\\')) else { return NOT_ALLOWED };
        if self.contents.contains_key(&path) || self.parent(&path).is_none() {
            return NOT_ALLOWED;
        }
        self.contents.insert(path, Vec::new());
        Done::Ok
    }

    fn delete_file(&mut self, _: &mut Desk, call: &Call) -> Done {
        let removed = path(call, 0).and_then(|path| self.contents.remove(&path));
        removed.map_or(NOT_ALLOWED, |_| Done::Ok)
    }

    fn rename_file(&mut self, _: &mut Desk, call: &Call) -> Done {
        let (Some(from), Some(to)) = (path(call, 0), path(call, 1)) else { return NOT_ALLOWED };
        if self.contents.contains_key(&to) || self.parent(&to).is_none() {
            return NOT_ALLOWED;
        }
        match self.contents.remove(&from) {
            Some(data) => {
                self.contents.insert(to, data);
                Done::Ok
            }
            None => NOT_ALLOWED,
        }
    }

    fn file_size(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match path(call, 0).and_then(|path| self.contents.get(&path)).map(Vec::len) {
            Some(size) => desk.answer(call, format!("+FSFLSIZE: {size}")),
            None => NOT_ALLOWED,
        }
    }

    /// `AT+FSREAD=<file>,<0 from the start, 1 from a place>,<size>,<place>`.
    fn read_file(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let number = |index: usize| call.size(index);
        let Some(data) = path(call, 0).and_then(|path| self.contents.get(&path)) else { return NOT_ALLOWED };
        let start = if number(1) == Some(1) { number(3).unwrap_or(0) } else { 0 };
        let Some(size) = number(2).filter(|size| (1..=ONCE).contains(size)) else { return NOT_ALLOWED };
        let Some(rest) = data.get(start..) else { return NOT_ALLOWED };
        let data = rest.get(..size.min(rest.len())).unwrap_or_default().to_vec();
        desk.transmit(b"\r\n");
        desk.transmit(&data);
        Done::Ok
    }

    /// `AT+FSWRITE=<file>,<0 anew, 1 append>,<size>,<seconds>`.
    fn write_file(&mut self, _: &mut Desk, call: &Call) -> Done {
        let number = |index: usize| call.size(index);
        let name = path(call, 0).filter(|path| self.contents.contains_key(path));
        let seconds =
            number(3).and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| (1..=1000).contains(seconds));
        let (Some(name), Some(mode @ (0 | 1))) = (name, number(1)) else { return NOT_ALLOWED };
        let (Some(wanted), Some(seconds)) = (number(2).filter(|size| (1..=ONCE).contains(size)), seconds) else {
            return NOT_ALLOWED;
        };
        if self.used() + wanted > SPACE {
            return NOT_ALLOWED;
        }
        let append = mode == 1;
        let finish = move |files: &mut Self, desk: &mut Desk, ended, data: &[u8]| {
            files.file_typed(desk, ended, data, name, append)
        };
        let mut wait = Wait::inviting(b"\r\n>\r\n", Ending::Length { wanted }, finish);
        wait.echo = false;
        wait.limit = Some((Duration::from_secs(seconds), Ended::TimedOut));
        Done::Prompt(Box::new(wait))
    }

    /// `AT+SSLSETCERT="<file>"[,"<password>"]`: OK, then whether it was taken. That the file is a certificate is not looked at,
    /// nor its password used: what is none is found out by a connection that fails.
    fn import_certificate(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let file = path(call, 0).and_then(|path| self.contents.get_key_value(&path));
        let (name, bytes) = match (call.form, file) {
            (Form::Test, _) => return Done::Ok,
            (Form::Set, Some((name, bytes))) => (name.clone(), bytes.clone()),
            _ => return NOT_ALLOWED,
        };
        let taken = desk.security.set(CONTEXT, "cacert", &name) && desk.security.keep(name, bytes);
        desk.after([200, 600], move |desk| desk.urc(format!("+SSLSETCERT: {}", u8::from(!taken))));
        Done::Ok
    }

    fn file_typed(&mut self, desk: &mut Desk, ended: Ended, data: &[u8], name: String, append: bool) -> Done {
        if ended != Ended::Complete {
            desk.info("TimeOut");
            return Done::Silent;
        }
        let file = self.contents.entry(name).or_default();
        if !append {
            file.clear();
        }
        file.extend(data);
        Done::Ok
    }
}
