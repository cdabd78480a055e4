//! Macros from elsewhere: an Arduino sketch, HTerm, Bray, CuteCom, SSCOM, YAT, or a book.

use egui::{RichText, TextEdit, Ui};

use super::sketch::TOO_LONG;
use super::{SketchPanel, ToolWindow};
use crate::app::command::{self, Tool};
use crate::app::{Command, MacrosFrom, Purpose, State, Tone, Wired};
use crate::macros::edit::{Edit, edited};
use crate::macros::{Book, Macro, file};
use crate::sketch::LARGEST_SKETCH;
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// Of each macro at most this many steps are listed.
const LISTED: usize = 30;

/// What is pasted or opened here.
#[derive(Debug, Default)]
pub(crate) struct ImportPanel {
    text: String,
    path: String,
    /// The text came from elsewhere and is to be read.
    handed: bool,
    waits: bool,
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
        (self.text, self.handed) = (subject, true);
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
        if sketch.labelled_by(label.id).changed() || std::mem::take(&mut self.handed) {
            let fits = !self.text.trim().is_empty() && self.text.len() <= LARGEST_SKETCH;
            let from = || MacrosFrom::Sketch(self.text.clone());
            commands.push(if fits { Tool::ReadMacros(from()) } else { Tool::ForgetMacros });
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
        commands.push(Tool::ReadMacros(MacrosFrom::File(self.path.trim().into())));
    }

    fn result(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some(read) = &state.tools.imported else {
            if state.tools.importing {
                ui.spinner();
            }
            return;
        };
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
        if read.waiting.is_some() {
            ui.checkbox(&mut self.waits, "Wait for the answers instead of fixed delays");
            parts::weak(ui, "Unticked it sends exactly what the board sends, with the board's timing.");
        }
        let book = read.waiting.as_ref().filter(|_| self.waits).unwrap_or(&read.book);
        // What is still being read is newer.
        let add = parts::primary(ui, !state.tools.importing, "Add to the macros").clicked();
        book.macros.iter().for_each(|found| listed(ui, found));
        if add && added(book, read.wired, state, commands) {
            self.text.clear();
            commands.push(Tool::ForgetMacros);
            // The new button stands behind this window.
            commands.close_tool();
        }
    }
}

/// Puts the macros into the book, and says so.
fn added(book: &Book, wired: Option<Wired>, state: &State, commands: &mut Commands) -> bool {
    let text = match edited(&state.tools.book_text, &Edit::Import(file::print(book))) {
        Ok(text) => text,
        Err(error) => {
            commands.push(Command::Say(Tone::Trouble, error.to_string()));
            return false;
        }
    };
    commands.push(command::Book::Save(text));
    if let Some(wired) = wired {
        let names = book.macros.iter().map(|found| found.name.clone()).collect();
        commands.push(Tool::Wire(names, wired));
    }
    let names: Vec<&str> = book.macros.iter().take(5).map(|found| found.name.as_str()).collect();
    let more = if book.macros.len() > names.len() { " …" } else { "" };
    let words = format!("Added to the macros: “{}”{more}.", names.join("”, “"));
    commands.push(Command::Say(Tone::Good, words));
    true
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
