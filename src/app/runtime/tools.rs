//! Exports, file dialogs, recordings and the timeline: what the tool windows ask for.

#![expect(clippy::disallowed_methods, reason = "how long a dialog was open is a matter of the clock")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Runtime;
use super::inspect::started;
use crate::app::command::{Capture, ExportWish};
use crate::app::export_macro::{FromCapture, from_part};
use crate::app::importing::{MacrosFrom, NotMacros, ReadMacros, read_macros};
use crate::app::job::Job;
use crate::app::state::{NotExported, Purpose, State, Tone};
use crate::app::timeline::Timeline;
use crate::capture::export::{self, Options};
use crate::capture::folder::{self, Kept};
use crate::capture::redact::{self, Plan};
use crate::capture::{EntryItem, Progress, Reader};
use crate::macros::Macro;
use crate::macros::edit::Edit;
use crate::macros::recorder::{Recorder, Replay};
use crate::modem::Direction;
use crate::os::reasons::not_written;
use crate::sketch::{RunOptions, SketchRun, Source, run_sketch};
use crate::vocabulary::Family;

/// Work of the tool windows that is under way.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    plan: Option<Job<Option<Plan>>>,
    export: Option<Job<Result<PathBuf, NotExported>>>,
    choose: Option<(Purpose, Job<Chosen>)>,
    timeline: Option<Job<Timeline>>,
    /// More has come while the timeline was made.
    timeline_again: bool,
    part: Option<Job<FromCapture>>,
    captures: Option<Job<std::io::Result<Vec<Kept>>>>,
    sketch: Option<Job<SketchRun>>,
    import: Option<Job<Result<ReadMacros, NotMacros>>>,
    /// What is to be read when that is done: of a sketch that is being typed the last text counts.
    import_next: Option<MacrosFrom>,
}

/// How a file dialog ended.
#[derive(Debug)]
enum Chosen {
    File(PathBuf),
    Nothing,
    /// It was over before a hand could have closed it: there was none.
    NoDialog,
}

/// At most this many captures are listed.
const LISTED: usize = 12;
/// Nobody reads a dialog and closes it faster.
const FASTEST_HAND: Duration = Duration::from_millis(400);

impl Runtime {
    /// Finds out what an export would redact.
    pub(super) fn plan_export(&mut self, state: &mut State) {
        state.tools.plan = None;
        let Some(reader) = state.reader.clone() else { return };
        let job = Job::start("redact", self.news.clone(), move |progress| Plan::make(&reader, progress).ok());
        self.jobs.plan = started(state, job);
    }

    pub(super) fn export(&mut self, state: &mut State, wish: ExportWish) {
        let Some(reader) = state.reader.clone() else { return };
        state.tools.exported = None;
        state.tools.exporting = Some(0.0);
        let work = move |progress: &Progress| write(&reader, &wish, progress).map(|()| wish.path);
        let job = Job::start("export", self.news.clone(), work);
        self.jobs.export = started(state, job);
    }

    pub(super) fn cancel_export(&mut self) {
        if let Some(job) = &self.jobs.export {
            job.cancel();
        }
    }

    /// The system's own file dialog; it may not exist, then nothing is chosen.
    pub(super) fn choose(&mut self, state: &mut State, purpose: Purpose) {
        if state.tools.choosing {
            return;
        }
        let work = move |_: &Progress| {
            let asked = Instant::now();
            let dialog = rfd::FileDialog::new();
            let path = match purpose {
                Purpose::OpenCapture | Purpose::Import | Purpose::SendFile => dialog.pick_file(),
                Purpose::Export | Purpose::Program => dialog.save_file(),
                Purpose::SaveSketch(name) => dialog.set_file_name(name).save_file(),
            };
            match path {
                Some(path) => Chosen::File(path),
                None if asked.elapsed() < FASTEST_HAND => Chosen::NoDialog,
                None => Chosen::Nothing,
            }
        };
        let job = Job::start("file dialog", self.news.clone(), work);
        self.jobs.choose = started(state, job).map(|job| (purpose, job));
        state.tools.choosing = self.jobs.choose.is_some();
    }

    /// From here on what is sent becomes a macro; or what was sent since becomes one.
    pub(super) fn record(&mut self, state: &mut State, on: bool) {
        let since = state.tools.recording_since.take();
        if on {
            state.tools.recording_since = state.reader.as_ref().map(Reader::len);
            return;
        }
        let (Some(since), Some(reader)) = (since, &state.reader) else { return };
        let name = free_name(state, "Recorded");
        let recorded = recorded(reader, since, state.modem).to_macro(&name, Replay::Answers);
        if recorded.steps.is_empty() {
            state.say(Tone::Note, "Nothing was sent while recording, so there is no macro.");
            return;
        }
        let done = format!("“{name}” was added to the macros, with what the modem answered.");
        self.add_macro(state, recorded, done);
    }

    /// What was sent between the first and the last record of the selection becomes a macro.
    pub(super) fn macro_of_selection(&mut self, state: &mut State, replay: Replay) {
        let times = state.selected.as_ref().and_then(|selected| selected.span.as_ref()?.times);
        let (Some((first, last)), Some(reader)) = (times, state.reader.clone()) else { return };
        let (name, family) = (free_name(state, "From the log"), state.modem);
        let work =
            move |_: &Progress| from_part(&reader, first..last + Duration::from_micros(1), family, &name, replay);
        let job = Job::start("macro of selection", self.news.clone(), work);
        self.jobs.part = started(state, job);
    }

    /// Adds a macro behind the others; what it says when it did.
    fn add_macro(&mut self, state: &mut State, what: Macro, done: String) {
        let edit = Edit::InsertMacro { at: state.book.macros.len(), what: Box::new(what) };
        self.edit_book(state, &edit, done);
    }

    fn poll_part(&mut self, state: &mut State) {
        let Some(made) = self.jobs.part.as_ref().and_then(Job::take) else { return };
        self.jobs.part = None;
        let name = &made.recorded.name;
        if made.recorded.steps.is_empty() {
            state.say(Tone::Note, "Nothing was sent in this part of the log, so there is no macro.");
            return;
        }
        let cut = if made.cut { " Not all of it fitted." } else { "" };
        let done = format!("“{name}” was added to the macros.{cut}");
        self.add_macro(state, made.recorded, done);
    }

    /// Minutes of the board pass in far less than a second; a thread of its own runs it all the same.
    pub(super) fn run_sketch(&mut self, state: &mut State, text: String, assume: BTreeMap<String, String>) {
        state.tools.sketch_assumed = (text.clone(), assume.clone());
        let options = RunOptions { assume, ..RunOptions::default() };
        let work = move |_: &Progress| run_sketch(&Source::new(&text), &options);
        let job = Job::start("sketch", self.news.clone(), work);
        self.jobs.sketch = started(state, job);
        state.tools.sketch_running = self.jobs.sketch.is_some();
    }

    /// Reads macros from elsewhere, one after the other: a sketch is run for it, and a run cannot be cut short.
    pub(super) fn read_macros(&mut self, state: &mut State, from: MacrosFrom) {
        state.tools.importing = true;
        if self.jobs.import.is_some() {
            self.jobs.import_next = Some(from);
            return;
        }
        let assumed = state.tools.sketch_assumed.clone();
        let job = Job::start("import", self.news.clone(), move |_| read_macros(&from, &assumed));
        self.jobs.import = started(state, job);
        state.tools.importing = self.jobs.import.is_some();
    }

    /// What is still being read is dropped when it comes.
    pub(super) fn forget_macros(&mut self, state: &mut State) {
        (self.jobs.import, self.jobs.import_next) = (None, None);
        (state.tools.importing, state.tools.imported) = (false, None);
    }

    fn poll_import(&mut self, state: &mut State) {
        let Some(read) = self.jobs.import.as_ref().and_then(Job::take) else { return };
        self.jobs.import = None;
        if let Some(next) = self.jobs.import_next.take() {
            return self.read_macros(state, next);
        }
        state.tools.importing = false;
        match read {
            Ok(macros) => state.tools.imported = Some(macros),
            Err(error) => {
                state.tools.imported = None;
                state.say(Tone::Trouble, error.to_string());
            }
        }
    }

    pub(super) fn list_captures(&mut self, state: &mut State) {
        let Some(folder) = self.captures.clone() else { return };
        let job = Job::start("captures", self.news.clone(), move |_| folder::newest(&folder, LISTED));
        self.jobs.captures = started(state, job);
    }

    pub(super) fn mark(&mut self, state: &mut State, path: &Path, marked: bool) {
        if let Err(error) = folder::keep(path, marked) {
            state.say(Tone::Trouble, format!("{} was not marked: {error}.", path.display()));
        }
        self.list_captures(state);
    }

    pub(super) fn make_timeline(&mut self, state: &mut State) {
        let Some(reader) = state.reader.clone() else { return };
        self.jobs.timeline_again = self.jobs.timeline.is_some();
        if self.jobs.timeline.is_none() {
            let job = Job::start("timeline", self.news.clone(), move |progress| Timeline::of(&reader, progress));
            self.jobs.timeline = started(state, job);
        }
    }

    /// Takes in what is done.
    pub(super) fn poll_tools(&mut self, state: &mut State) {
        self.poll_part(state);
        self.poll_import(state);
        if let Some(run) = self.jobs.sketch.as_ref().and_then(Job::take) {
            (self.jobs.sketch, state.tools.sketch_running, state.tools.sketch_run) = (None, false, Some(run));
        }
        if let Some(listed) = self.jobs.captures.as_ref().and_then(Job::take) {
            self.jobs.captures = None;
            match listed {
                Ok(captures) => state.tools.captures = captures,
                Err(error) => state.say(Tone::Trouble, format!("The captures could not be listed: {error}.")),
            }
        }
        if let Some(plan) = self.jobs.plan.as_ref().and_then(Job::take) {
            (self.jobs.plan, state.tools.plan) = (None, plan);
        }
        if let Some(timeline) = self.jobs.timeline.as_ref().and_then(Job::take) {
            (self.jobs.timeline, state.tools.timeline) = (None, Some(timeline));
            if std::mem::take(&mut self.jobs.timeline_again) {
                self.make_timeline(state);
            }
        }
        if let Some(job) = &self.jobs.export {
            state.tools.exporting = Some(job.fraction());
            if let Some(result) = job.take() {
                self.jobs.export = None;
                state.tools.exporting = None;
                state.tools.exported = Some(result);
            }
        }
        if let Some((purpose, chosen)) =
            self.jobs.choose.as_ref().and_then(|(purpose, job)| Some((*purpose, job.take()?)))
        {
            self.jobs.choose = None;
            state.tools.choosing = false;
            match (purpose, chosen) {
                (Purpose::OpenCapture, Chosen::File(path)) => self.carry_out(state, Capture::Open(path)),
                (purpose, Chosen::File(path)) => state.tools.chosen = Some((purpose, path)),
                (_, Chosen::Nothing) => {}
                (purpose, Chosen::NoDialog) => {
                    // Asked for beside a sketch, too, where no path is typed.
                    let instead = match purpose {
                        Purpose::OpenCapture => "drop the file on the window, or type its path in Open capture",
                        _ => "type the path instead",
                    };
                    let words = "The system showed no file dialog (it needs xdg-desktop-portal or zenity)";
                    state.say(Tone::Refused, format!("{words}: {instead}."));
                }
            }
        }
    }
}

fn write(reader: &Reader, wish: &ExportWish, progress: &Progress) -> Result<(), NotExported> {
    let mut options = Options { direction: wish.direction, rules: wish.rules.clone(), ..Options::default() };
    let redacted = if wish.redact { Some(redact::for_export(reader, &mut options, progress)?) } else { None };
    let file = create(&wish.path)?;
    let mut out = std::io::BufWriter::new(file);
    let written = export::export(redacted.as_ref().unwrap_or(reader), wish.format, &options, &mut out, progress);
    whole_or_gone(&wish.path, written).map_err(|source| NotExported::Write { path: wish.path.clone(), source })
}

/// What could not be written to its end is taken away again: nobody is to take it for the whole.
fn whole_or_gone<E>(path: &Path, written: Result<(), E>) -> Result<(), E> {
    if written.is_err() {
        let _ours_alone = std::fs::remove_file(path);
    }
    written
}

/// Never over a file that is there.
fn create(path: &Path) -> Result<std::fs::File, NotExported> {
    std::fs::File::create_new(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => NotExported::There(path.to_owned()),
        _ => NotExported::Create { path: path.to_owned(), source },
    })
}

/// Writes a text to a new file; one that is there already is left alone.
pub(super) fn save_new(state: &mut State, what: &str, text: &str, path: &Path) {
    let written = std::fs::File::create_new(path)
        .and_then(|mut file| whole_or_gone(path, file.write_all(text.as_bytes()).and_then(|()| file.sync_all())));
    let shown = path.display();
    match written {
        Ok(()) => state.say(Tone::Good, format!("{what} is in {shown}.")),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            state.say(Tone::Trouble, format!("{shown} is there already and is not overwritten. Choose another name."));
        }
        Err(error) => {
            state.say(Tone::Trouble, format!("{what} could not be written to {shown}: {}.", not_written(path, &error)));
        }
    }
}

fn recorded(reader: &Reader, since: u64, family: Option<&'static Family>) -> Recorder {
    let mut recorder = Recorder::of(family);
    let mut cursor = reader.cursor();
    while let Some(entry) = cursor.next_entry() {
        if entry.position.record < since {
            continue;
        }
        match entry.item {
            EntryItem::Data { direction: Direction::Tx, bytes, send, secret, .. } => {
                recorder.sent(send, bytes, &secret, entry.at);
            }
            EntryItem::Data { direction: Direction::Rx, bytes, .. } => recorder.received(bytes, entry.at),
            EntryItem::Event(_) => {}
        }
    }
    recorder
}

/// `Recorded`, `Recorded 2`, …
pub(super) fn free_name(state: &State, wanted: &str) -> String {
    let taken = |name: &str| state.book.macros.iter().any(|known| known.name == name);
    std::iter::once(wanted.to_owned())
        .chain((2..=10_000).map(|number| format!("{wanted} {number}")))
        .find(|name| !taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::capture::export::Format;
    use crate::capture::{Record, RowRules, Writer};

    #[test]
    fn what_cannot_be_exported_leaves_no_half_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        writer.append(Duration::ZERO, Record::sent(0, "AT\r", Vec::new()));
        writer.append(Duration::ZERO, Record::received("OK\r\n"));
        // Both directions are no one stream of bytes.
        let wish = ExportWish {
            path: folder.path().join("out"),
            format: Format::Raw,
            redact: false,
            direction: None,
            rules: RowRules::default(),
        };
        let written = write(&writer.reader(), &wish, &Progress::default());
        assert!(matches!(written, Err(NotExported::Write { .. })), "{written:?}");
        assert!(!wish.path.exists());
    }
}
