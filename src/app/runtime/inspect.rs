//! Looking into a capture: selections, search, old files. Long work is done by jobs on threads of their own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::Runtime;
use crate::app::find::Find;
use crate::app::job::Job;
use crate::app::log_feed::LogFeed;
use crate::app::state::{LookedOver, OnLine, OpenFile, Purpose, Sought, State, Tone};
use crate::app::times::Times;
use crate::app::{FileKind, file_kind};
use crate::capture::copy::{CopyAs, copy, span};
use crate::capture::marks::Marks;
use crate::capture::search::{Pattern, PatternKind};
use crate::capture::{CaptureError, Filter, Listener, Progress, Reader, Row, import, open};
use crate::modem::diagnose::{Diagnoser, Finding, Reading, of_transcript};
use crate::modem::transcript::Transcript;

/// What was found in a file, and what was read of it.
pub(super) struct Diagnosed {
    findings: Vec<Finding>,
    reading: Reading,
}

impl Diagnosed {
    fn of(diagnoser: &Diagnoser) -> Self {
        Self { findings: diagnoser.findings().to_vec(), reading: diagnoser.reading() }
    }
}

/// What a text file or a paste turned out to be.
pub(super) enum Text {
    /// A log, with the file that it stands in, and what is wrong in it.
    Log(Option<PathBuf>, Reader, Diagnosed),
    /// A sketch or macros: they are imported.
    Import(PathBuf),
}

/// That a longer text is being read is said.
const LONG: u64 = 1 << 20;
const READING: &str = "Reading the log…";

impl Runtime {
    /// Shows this capture in the log.
    pub(super) fn show(&mut self, state: &mut State, reader: Option<Reader>) {
        self.keep_marks(state);
        (state.selected, state.find, state.find_trouble) = (None, None, None);
        (self.measuring, self.copying) = (None, None);
        self.forget_reading(state);
        state.feed = reader.clone().map(|reader| LogFeed::new(reader, self.rows.clone()));
        state.reader = reader;
        state.marks = state.marked_file().map(|path| Marks::beside(&path)).unwrap_or_default();
        state.capture_number += 1;
        self.count_byte(state);
    }

    pub(super) fn open_capture(&mut self, state: &mut State, path: PathBuf) {
        match open(&path) {
            Ok(opening) => self.show_capture(state, path, opening.in_background()),
            // No capture file: a transcript or a pasted log.
            Err(CaptureError::NotPcapng { .. }) => {
                let size = path.metadata().map_or(0, |data| data.len());
                self.read_text(state, size, move |progress| {
                    let (text, written) = import::read_text(&path)?;
                    if file_kind(&path, &text) != FileKind::Log {
                        return Ok(Text::Import(path));
                    }
                    let (reader, diagnoser) = import::diagnosed(&text, written, progress);
                    Ok(Text::Log(Some(path), reader, Diagnosed::of(&diagnoser)))
                });
            }
            Err(error) => state.say(Tone::Trouble, error.to_string()),
        }
    }

    /// Shows a log that came over the clipboard, as if it were a file.
    pub(super) fn read_pasted(&mut self, state: &mut State, text: Arc<str>) {
        // What it would find is found by reading.
        self.looking_over = None;
        self.read_text(state, text.len() as u64, move |progress| {
            let (reader, diagnoser) = import::diagnosed(text.as_bytes(), SystemTime::now(), progress);
            Ok(Text::Log(None, reader, Diagnosed::of(&diagnoser)))
        });
    }

    /// Reads a text on a thread of its own: a long one takes seconds. What was being read before is forgotten.
    fn read_text(
        &mut self,
        state: &mut State,
        size: u64,
        work: impl FnOnce(&Progress) -> Result<Text, CaptureError> + Send + 'static,
    ) {
        if size > LONG {
            state.say(Tone::Note, READING);
        }
        let job = Job::start("read a log", self.news.clone(), work);
        self.reading = started(state, job);
    }

    fn forget_reading(&mut self, state: &mut State) {
        self.reading = None;
        state.messages.retain(|message| message.text != READING);
    }

    /// What was read is shown as what it is.
    fn take_read(&mut self, state: &mut State) {
        let Some(read) = self.reading.as_ref().and_then(Job::take) else { return };
        self.forget_reading(state);
        match read {
            Ok(Text::Log(path, reader, diagnosed)) => {
                self.diagnosing = None;
                self.show_file(state, path, reader);
                take_diagnosed(state, diagnosed);
            }
            // The import's window opens with it.
            Ok(Text::Import(path)) => state.tools.chosen = Some((Purpose::Import, path)),
            Err(error) => state.say(Tone::Trouble, error.to_string()),
        }
    }

    /// Finds out on which lines of a text that is being pasted something is wrong.
    pub(super) fn look_over(&mut self, state: &mut State, text: Arc<str>) {
        let job = Job::start("look over", self.news.clone(), move |progress| {
            let transcript = Transcript::read(text.as_bytes());
            if progress.is_cancelled() {
                return LookedOver::default();
            }
            let on_line = |finding: &Finding| {
                if let Some(line) = finding.line {
                    let said = finding.title.strip_prefix(&format!("Line {line} says"));
                    let said = said.and_then(|said| said.strip_prefix(" that ").or_else(|| said.strip_prefix(": ")));
                    let title = said.unwrap_or(&finding.title);
                    return Some(OnLine { line, title: title.to_owned() });
                }
                let first = finding.evidence.first()?;
                let line = transcript.line_of(first.direction, first.range.start)?;
                Some(OnLine { line, title: finding.title.clone() })
            };
            let found = of_transcript(&transcript).findings().iter().filter_map(on_line).collect();
            LookedOver { text: Some(text), found }
        });
        self.looking_over = started(state, job);
    }

    /// A capture is seen while it is still being looked through.
    fn show_capture(&mut self, state: &mut State, path: PathBuf, reader: Reader) {
        let theirs = reader.clone();
        let job = Job::start("diagnose", self.news.clone(), move |progress| diagnose(&theirs, progress));
        self.diagnosing = started(state, job);
        self.show_file(state, Some(path), reader);
    }

    fn show_file(&mut self, state: &mut State, path: Option<PathBuf>, reader: Reader) {
        state.file = Some(OpenFile { path, findings: None, reading: String::new() });
        self.show(state, Some(reader));
    }

    /// Takes in what jobs have brought.
    pub(super) fn inspect(&mut self, state: &mut State) {
        self.take_read(state);
        if let Some(result) = self.measuring.as_ref().and_then(Job::take) {
            self.measuring = None;
            if let (Some(selected), Ok(span)) = (&mut state.selected, result) {
                selected.span = Some(span);
            }
        }
        if let Some(result) = self.copying.as_ref().and_then(Job::take) {
            self.copying = None;
            if let Some(selected) = &mut state.selected {
                (selected.copying, selected.copied) = (false, result.is_ok());
            }
            match result {
                Ok(text) => self.copied = Some(text),
                Err(error) => state.say(Tone::Note, format!("Not copied: {error}.")),
            }
        }
        if let Some(looked_over) = self.looking_over.as_ref().and_then(Job::take) {
            self.looking_over = None;
            state.tools.looked_over = looked_over;
        }
        if let Some(diagnosed) = self.diagnosing.as_ref().and_then(Job::take) {
            self.diagnosing = None;
            take_diagnosed(state, diagnosed);
        }
    }

    /// What was copied, for the clipboard.
    pub(crate) fn take_copied(&mut self) -> Option<String> {
        self.copied.take()
    }

    /// Writes the marks beside their capture when they were changed, one write at a time.
    pub(super) fn keep_marks(&mut self, state: &mut State) {
        if let Some(kept) = self.keeping_marks.as_ref().and_then(Job::take) {
            self.keeping_marks = None;
            if let Err(error) = kept {
                state.say(Tone::Trouble, format!("The marks could not be kept beside the capture: {error}."));
            }
        }
        if self.keeping_marks.is_some() || !std::mem::take(&mut self.marks_unsaved) {
            return;
        }
        let Some(path) = state.marked_file() else { return };
        let marks = state.marks.clone();
        let job = Job::start("marks", self.news.clone(), move |_| marks.keep_beside(&path));
        self.keeping_marks = started(state, job);
    }

    pub(super) fn measure(&mut self, state: &mut State) {
        self.measuring = None;
        let (Some(selected), Some(reader)) = (&state.selected, state.reader.clone()) else { return };
        let selection = selected.selection.clone();
        let job = Job::start("measure", self.news.clone(), move |progress| span(&reader, &selection, progress));
        self.measuring = started(state, job);
    }

    pub(super) fn copy(&mut self, state: &mut State, form: CopyAs) {
        let (Some(clock), Some(reader)) = (state.clock(), state.reader.clone()) else { return };
        let Some(selected) = &mut state.selected else { return };
        selected.copying = true;
        let selection = selected.selection.clone();
        let counts = state.settings.view.clock;
        let mut times = Times::default();
        let stamp = Box::new(move |row: &Row| times.next(row, counts, &clock));
        let work = move |progress: &Progress| copy(&reader, &selection, form, stamp, progress);
        let job = Job::start("copy", self.news.clone(), work);
        self.copying = started(state, job);
    }

    pub(super) fn find(&mut self, state: &mut State, pattern: Pattern) {
        state.find_trouble = None;
        let Some(reader) = state.reader.clone() else { return };
        let find = Find::start(reader, &pattern, &Filter::default(), self.news.clone());
        state.find = started(state, find).map(|find| Sought { pattern, find, at: None, current: None, steps: 0 });
    }

    pub(super) fn count_byte(&mut self, state: &mut State) {
        state.counted = None;
        let (Some(byte), Some(reader)) = (self.counted, state.reader.clone()) else { return };
        let Ok(pattern) = Pattern::new(&format!("{byte:02X}"), PatternKind::Hex, false) else { return };
        let find = Find::start(reader, &pattern, &Filter::default(), self.news.clone());
        state.counted = started(state, find);
    }
}

/// The findings of the file that is shown.
fn take_diagnosed(state: &mut State, Diagnosed { findings, reading }: Diagnosed) {
    if let Some(file) = &mut state.file {
        file.reading = format!("{} {}", reading.text(), reading.nothing_found());
        file.findings = Some(findings.into());
    }
}

/// A job that has its thread; otherwise the user is told.
pub(super) fn started<T>(state: &mut State, job: std::io::Result<T>) -> Option<T> {
    job.map_err(|error| state.say(Tone::Trouble, format!("The system gives no thread: {error}."))).ok()
}

/// Findings of a capture that is not live. Cancelled, it gives what was found so far.
fn diagnose(reader: &Reader, progress: &Progress) -> Diagnosed {
    let mut listener = Listener::default();
    let mut cursor = reader.cursor();
    loop {
        while let Some(entry) = cursor.next_entry() {
            listener.hear(&entry, entry.at);
            if progress.is_cancelled() {
                return Diagnosed::of(listener.diagnoser());
            }
        }
        if !reader.storage().opening {
            break;
        }
        std::thread::yield_now();
    }
    Diagnosed::of(&listener.finish())
}
