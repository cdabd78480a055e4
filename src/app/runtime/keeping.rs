//! Where a session is kept: its capture, the text log beside it, and what the user is told when a file cannot be written.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::unended::Mark;
use super::{Runtime, inspect};
use crate::app::job::Job;
use crate::app::state::{State, Tone};
use crate::capture::folder::{create_in, make_room, text_log_of};
use crate::capture::{LiveLog, Progress, Reader, Writer};
use crate::link::News;

/// What the user was told last, and the log of the session.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    log: Option<LiveLog>,
    /// Until the session has ended in order.
    mark: Option<Mark>,
    told_capture: Option<String>,
    told_log: Option<String>,
    told_lost: bool,
    told_restored: Option<String>,
    /// The opened file of which was told what is not shown.
    told_left_out: Option<PathBuf>,
}

impl Runtime {
    /// A file of its own for every session; in memory where that cannot be, which is said.
    pub(super) fn capture(&mut self, state: &mut State) -> Writer {
        let started = SystemTime::now();
        let mut writer = match &self.captures {
            None => Writer::in_memory(started),
            Some(folder) => {
                let port = state.port.clone().unwrap_or_default();
                let made = create_in(folder, &port, started);
                self.room = old_ones_go(state, folder.clone(), self.news.clone());
                made.unwrap_or_else(|error| {
                    state.say(Tone::Trouble, format!("This session is kept in memory only: {error}"));
                    Writer::in_memory(started)
                })
            }
        };
        writer.record_secrets(state.settings.exact_secrets);
        self.keeping = Keeping::default();
        if let (Some(folder), Some(path)) = (&self.captures, writer.reader().storage().path) {
            self.keeping.mark = Mark::set(folder, &path);
        }
        if state.settings.text_log {
            self.keeping.log = text_log(state, writer.reader());
        }
        writer
    }

    /// Tells what became of the files since.
    pub(super) fn watch_files(&mut self, state: &mut State) {
        if let Some(connection) = &self.connection {
            let storage = connection.reader().storage();
            if connection.status().phase.over() && storage.trouble.is_none() {
                self.keeping.mark = None;
            }
            tell(state, &mut self.keeping.told_capture, storage.trouble, "The session goes on in memory.", "capture");
            if storage.lost > 0 && !self.keeping.told_lost {
                let text =
                    "Memory is full as well: from here on the capture is incomplete. It will tell what is missing.";
                state.say(Tone::Trouble, text);
            }
            self.keeping.told_lost = storage.lost > 0;
            if storage.restored != self.keeping.told_restored {
                state.say(
                    Tone::Trouble,
                    format!("Somebody removed a file: {}.", storage.restored.clone().unwrap_or_default()),
                );
                self.keeping.told_restored = storage.restored;
            }
        }
        if let Some(log) = &self.keeping.log {
            tell(state, &mut self.keeping.told_log, log.trouble(), "The session goes on.", "text log");
        }
        if let (Some(path), Some(reader)) = (state.file.as_ref().and_then(|file| file.path.as_ref()), &state.reader) {
            let storage = reader.storage();
            if !storage.opening && self.keeping.told_left_out.as_ref() != Some(path) {
                self.keeping.told_left_out = Some(path.clone());
                for told in storage.left_out() {
                    let (first, rest) = told.split_at(told.ceil_char_boundary(1));
                    state.say(Tone::Note, format!("{}{rest}.", first.to_uppercase()));
                }
            }
        } else {
            self.keeping.told_left_out = None;
        }
    }

    /// The next start tells where the capture is.
    pub(super) fn leave_mark(&mut self, capture: &Path) {
        if let Some(mark) = self.keeping.mark.take() {
            mark.leave(capture);
        }
    }

    /// Completes the log, after the connection is gone.
    pub(super) fn finish_log(&mut self) {
        if let Some(log) = self.keeping.log.take() {
            // Nobody is left to tell.
            let _trouble = log.finish();
        }
    }
}

/// The text log stands beside the capture.
fn text_log(state: &mut State, reader: Reader) -> Option<LiveLog> {
    let path = reader.storage().path.as_deref().map(text_log_of);
    let started = match &path {
        Some(path) => LiveLog::start(path, reader).map_err(|error| error.to_string()),
        None => Err("the capture has no file that it could stand beside".to_owned()),
    };
    started.map_err(|error| state.say(Tone::Trouble, format!("There is no text log of this session: {error}"))).ok()
}

/// Says a trouble when it comes, in place of the one before, and when it is over.
fn tell(state: &mut State, told: &mut Option<String>, trouble: Option<String>, meanwhile: &str, what: &str) {
    let text = trouble.map(|trouble| format!("{trouble}. {meanwhile}"));
    if text == *told {
        return;
    }
    if let Some(old) = told.take() {
        state.messages.retain(|message| message.text != old);
    }
    match &text {
        Some(text) => state.say(Tone::Trouble, text.clone()),
        None => state.say(Tone::Good, format!("The {what} is written again.")),
    }
    *told = text;
}

/// Old captures go when all together are larger than the user wants.
fn old_ones_go(state: &mut State, folder: PathBuf, news: News) -> Option<Job<()>> {
    let limit = state.settings.retention_mib.checked_mul(1024 * 1024).filter(|limit| *limit > 0)?;
    let work = move |_: &Progress| {
        // What could not be removed now is tried again with the next session.
        let _ = make_room(&folder, limit);
    };
    inspect::started(state, Job::start("retention", news, work))
}
