//! Macros from elsewhere: an Arduino sketch, HTerm, Bray, CuteCom, SSCOM, YAT, or a book.

use std::io;
use std::path::{Path, PathBuf};

use egui::{RichText, TextEdit, Ui};

use super::sketch::TOO_LONG;
use super::{SketchPanel, ToolWindow};
use crate::app::command::{self, Tool};
use crate::app::{Command, FileKind, Purpose, State, Wired, file_kind};
use crate::macros::edit::{Edit, edited};
use crate::macros::{Book, Macro, file, foreign};
use crate::notation::LineEnding;
use crate::sketch::{self, LARGEST_SKETCH, RunOptions, Source};
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// Of each macro at most this many steps are listed.
const LISTED: usize = 30;

/// What was pasted or opened, and what was read from it.
#[derive(Debug, Default)]
pub(crate) struct ImportPanel {
    text: String,
    path: String,
    read: Option<Read>,
    waits: bool,
}

#[derive(Debug)]
struct Read {
    of: String,
    book: Book,
    /// What could not be carried over.
    left_out: Vec<String>,
    /// Fixed delays that could wait for answers instead.
    timed: bool,
    /// How the sketch's board is wired, where it says so.
    wired: Option<Wired>,
    /// The sketch, where it is one.
    sketch: Option<String>,
}

impl ToolWindow for ImportPanel {
    fn name(&self) -> &'static str {
        "Import macros or sketch…"
    }

    fn icon(&self) -> &'static str {
        icons::IMPORT
    }

    fn size(&self) -> [f32; 2] {
        [620.0, 540.0]
    }

    /// Reads this text as a pasted sketch.
    fn turn_to(&mut self, subject: String) {
        self.read = Some(read_sketch(&subject, "Sketch"));
        self.text = subject;
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if let Some((Purpose::Import, path)) = &state.tools.chosen {
            self.path = path.display().to_string();
            commands.push(Tool::TakeChosen);
            self.read_file(commands);
        }
        let label = parts::weak(ui, "A file: .ino, HTerm .hts, Bray or CuteCom .tmf, SSCOM .ini, YAT, or a macro book");
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.path).desired_width(theme::PATH).font(theme::mono());
            let field = ui.add(field).labelled_by(label.id);
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if ui.button("Choose…").clicked() {
                commands.push(Tool::Choose(Purpose::Import));
            }
            let named = !self.path.trim().is_empty();
            if ui.add_enabled(named, egui::Button::new("Read file")).clicked() || (enter && named) {
                self.read_file(commands);
            }
        });
        let label = parts::weak(ui, "or paste an Arduino sketch");
        // Long sketches scroll here, so that what was read stays in sight.
        let sketch = parts::text_area(ui, "pasted sketch", theme::PASTED, &mut self.text, "");
        if sketch.labelled_by(label.id).changed() {
            let fits = !self.text.trim().is_empty() && self.text.len() <= LARGEST_SKETCH;
            self.read = fits.then(|| read_sketch(&self.text, "Sketch"));
        }
        if self.text.len() > LARGEST_SKETCH {
            ui.colored_label(parts::colors(ui).warn, TOO_LONG);
        }
        self.result(ui, state, commands);
    }
}

impl ImportPanel {
    fn read_file(&mut self, commands: &mut Commands) {
        self.text.clear();
        let path = PathBuf::from(self.path.trim());
        let name = path.file_stem().map_or_else(|| "Imported".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let bytes = match read_small(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                commands.push(Command::Say(crate::app::Tone::Trouble, format!("{}: {error}", path.display())));
                return;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        self.read = if file_kind(&path, &bytes) == FileKind::Sketch {
            Some(read_sketch(&text, &name))
        } else if let Ok(book) = file::parse(&text) {
            Some(Read {
                of: "a macro book".to_owned(),
                book,
                left_out: Vec::new(),
                timed: false,
                wired: None,
                sketch: None,
            })
        } else {
            match foreign::import(&bytes, &LineEnding::Cr) {
                Ok(foreign) => Some(Read {
                    of: format!("a file of {}", foreign.program),
                    book: foreign.book,
                    left_out: foreign.left_out,
                    timed: false,
                    wired: None,
                    sketch: None,
                }),
                Err(error) => {
                    commands.push(Command::Say(crate::app::Tone::Trouble, format!("{}: {error}", path.display())));
                    None
                }
            }
        };
    }

    fn result(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some(read) = &self.read else { return };
        let palette = parts::colors(ui);
        ui.separator();
        let steps: usize = read.book.macros.iter().map(|found| found.steps.len()).sum();
        let macros = read.book.macros.len();
        if steps == 0 {
            let words = format!(
                "Nothing that is sent could be read from {}. A sketch sends by print, println or write on a serial object.",
                read.of
            );
            ui.colored_label(palette.warn, words);
        } else {
            ui.label(format!("{} with {}, from {}.", counted(macros, "macro"), counted(steps, "step"), read.of));
        }
        if let Some(sketch) = &read.sketch {
            let run = ui
                .button("Run the sketch")
                .on_hover_text("Here, with the simulated modem: tells what is wrong, by line");
            if run.clicked() {
                commands.open_at::<SketchPanel>(sketch);
            }
        }
        for line in &read.left_out {
            ui.colored_label(palette.warn, line);
        }
        if steps == 0 {
            return;
        }
        if read.timed {
            ui.checkbox(&mut self.waits, "Wait for the answers instead of fixed delays");
            parts::weak(ui, "Unticked it sends exactly what the board sends, with the board's timing.");
        }
        let shown = |found: &Macro| if read.timed && self.waits { sketch::answer_driven(found) } else { found.clone() };
        let book = Book { macros: read.book.macros.iter().map(shown).collect() };
        let wired = read.wired;
        let add = parts::primary(ui, steps > 0, "Add to the macros").clicked();
        book.macros.iter().for_each(|found| listed(ui, found));
        if add {
            self.add(&book, wired, state, commands);
            if self.read.is_none() {
                // The new button stands behind this window.
                commands.close_tool();
            }
        }
    }

    /// Puts the macros into the book, and says so.
    fn add(&mut self, book: &Book, wired: Option<Wired>, state: &State, commands: &mut Commands) {
        let text = match edited(&state.tools.book_text, &Edit::Import(file::print(book))) {
            Ok(text) => text,
            Err(error) => return commands.push(Command::Say(crate::app::Tone::Trouble, error.to_string())),
        };
        commands.push(command::Book::Save(text));
        if let Some(wired) = wired {
            let names = book.macros.iter().map(|found| found.name.clone()).collect();
            commands.push(Tool::Wire(names, wired));
        }
        let names: Vec<&str> = book.macros.iter().take(5).map(|found| found.name.as_str()).collect();
        let more = if book.macros.len() > names.len() { " …" } else { "" };
        let words = format!("Added to the macros: “{}”{more}.", names.join("”, “"));
        commands.push(Command::Say(crate::app::Tone::Good, words));
        (self.read, self.text) = (None, String::new());
    }
}

/// A macro, step by step.
fn listed(ui: &mut Ui, found: &Macro) {
    ui.label(RichText::new(&found.name).font(theme::strong(theme::BODY)));
    for (number, step) in found.steps.iter().take(LISTED).enumerate() {
        let send = step.send.clone().unwrap_or_else(|| "wait".to_owned());
        let wait = step.wait.map(|wait| format!(", then {} ms", wait.as_millis())).unwrap_or_default();
        let expect = match step.expect.as_slice() {
            [] => String::new(),
            expect => format!(", waits for {}", expect.join(" or ")),
        };
        ui.label(RichText::new(format!("{:>3}. {send}{expect}{wait}", number + 1)).font(theme::mono()));
    }
}

/// `1 step`, `2 steps`.
fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn read_sketch(text: &str, name: &str) -> Read {
    let imported = sketch::import(&Source::new(text), &RunOptions::default());
    let left_out = imported
        .unread
        .iter()
        .map(|unread| format!("Line {}: {} ({})", unread.line, unread.reason, unread.text))
        .collect();
    let timed = imported.own.is_none();
    let book = Book { macros: vec![imported.own.clone().unwrap_or_else(|| imported.timed_macro(name))] };
    let wired = imported.pins.map(|pins| Wired { rx: pins.rx, tx: pins.tx, baud: imported.baud });
    Read { of: "an Arduino sketch".to_owned(), book, left_out, timed, wired, sketch: Some(text.to_owned()) }
}

/// The largest file that is read; books and sketches have a few hundred kilobytes at most.
const LARGEST: u64 = 16 << 20;

/// Reads a regular file of a sensible size: the window waits for no pipe, and for no device without an end.
fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("this is no regular file; expected a macro book or a sketch"));
    }
    if found.len() > LARGEST {
        return Err(io::Error::other("this is larger than 16 MiB; expected a macro book or a sketch"));
    }
    std::fs::read(path)
}
