//! A sketch, run on a simulated board with the simulated modem: what is wrong, by line, and the dialog with its times.

use std::borrow::Cow;
use std::collections::BTreeMap;

use egui::{Label, RichText, TextEdit, Ui};

use super::{ImportPanel, ToolWindow};
use crate::app::command::Tool;
use crate::app::{Purpose, State};
use crate::modem::diagnose::Severity;
use crate::sketch::{LARGEST_SKETCH, RunRow, RunWay, SketchFinding, SketchQuestion, SketchRun};
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// Said of a text that is no sketch by its length alone.
pub(super) const TOO_LONG: &str = "This is longer than 2 MiB: too long for a sketch.";

/// At most this many rows of the dialog are drawn.
const ROWS: usize = 400;

/// The sketch that is being typed or pasted.
#[derive(Debug, Default)]
pub(crate) struct SketchPanel {
    text: String,
    /// It is to be run: as soon as the window is there, and as soon as nothing else runs.
    asked: bool,
    /// What the user says of what only the board knows.
    assume: BTreeMap<String, String>,
}

/// Two rows that may be parts of one line.
const PRINTED: (RunWay, RunWay) = (RunWay::Console, RunWay::Console);

/// What a pin of the board is read by.
const PIN: &str = "digitalRead(";

impl ToolWindow for SketchPanel {
    fn name(&self) -> &'static str {
        "Run a sketch…"
    }

    fn icon(&self) -> &'static str {
        icons::RUN
    }

    fn size(&self) -> [f32; 2] {
        [760.0, 560.0]
    }

    fn turn_to(&mut self, subject: String) {
        *self = Self { text: subject, asked: true, ..Self::default() };
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let label = parts::weak(
            ui,
            "Paste an Arduino sketch, or drop its file onto the window. It is run here, with the simulated modem at its pins; \
             nothing is sent to a port.",
        );
        parts::text_area(ui, "sketch to run", theme::PASTED, &mut self.text, "").labelled_by(label.id);
        let long = self.text.len() > LARGEST_SKETCH;
        let there = !long && !self.text.trim().is_empty();
        if long {
            ui.colored_label(parts::colors(ui).warn, TOO_LONG);
        }
        ui.horizontal_wrapped(|ui| {
            let running = state.tools.sketch_running;
            let run = parts::primary_signed(ui, there && !running, icons::RUN, "Run the sketch").clicked();
            if there && (run || (!running && std::mem::take(&mut self.asked))) {
                commands.push(Tool::RunSketch(self.text.clone(), self.assume.clone()));
            }
            if ui.add_enabled(there, egui::Button::new("Import it as a macro…")).clicked() {
                commands.open_at::<ImportPanel>(&self.text);
            }
            if ui.button("Choose…").on_hover_text("A file with a sketch").clicked() {
                commands.push(Tool::Choose(Purpose::OpenCapture));
            }
            if running {
                ui.spinner();
            }
        });
        if let Some(run) = &state.tools.sketch_run {
            ui.separator();
            self.questions(ui, run);
            outcome(ui, run);
        }
    }
}

impl SketchPanel {
    /// What only the board knows: said here, it is run again with that.
    fn questions(&mut self, ui: &mut Ui, run: &SketchRun) {
        if run.asked.is_empty() {
            return;
        }
        parts::heading(ui, "What only the board knows");
        for question in &run.asked {
            ui.horizontal_wrapped(|ui| {
                let changed =
                    if question.name.starts_with(PIN) { self.pin(ui, question) } else { self.value(ui, question) };
                self.asked |= changed;
                parts::weak(ui, format!("line {}", question.line));
            });
        }
    }

    /// A pin is high or low: a tick.
    fn pin(&mut self, ui: &mut Ui, question: &SketchQuestion) -> bool {
        let said = self.assume.get(&question.name).map(|level| level == "HIGH");
        let mut high = said.unwrap_or(question.value != "0");
        let changed = ui.checkbox(&mut high, format!("{} is HIGH", question.name)).changed();
        if changed {
            let level = if high { "HIGH" } else { "LOW" };
            self.assume.insert(question.name.clone(), level.to_owned());
        }
        changed
    }

    /// Everything else is typed, and counts when the field is left.
    fn value(&mut self, ui: &mut Ui, question: &SketchQuestion) -> bool {
        let label = ui.label(&question.words);
        let mut value = self.assume.get(&question.name).unwrap_or(&question.value).clone();
        let field = ui.add(TextEdit::singleline(&mut value).desired_width(theme::FIELD_WORD).font(theme::mono()));
        let field = field.labelled_by(label.id);
        if field.changed() {
            self.assume.insert(question.name.clone(), value.clone());
        }
        field.lost_focus() && value != question.value
    }
}

fn outcome(ui: &mut Ui, run: &SketchRun) {
    if run.is_no_sketch {
        ui.colored_label(parts::colors(ui).warn, format!("This is {}.", SketchRun::NO_SKETCH));
        return;
    }
    if let Some(object) = &run.object {
        let pins = run.pins.map_or(String::new(), |pins| format!(", {pins}"));
        let baud = run.baud.map_or(String::new(), |baud| format!(", {baud} baud"));
        ui.label(format!(
            "The modem is “{object}”{pins}{baud}; {}. The run ended after {}: {}.",
            run.imported.board,
            parts::seconds(run.lasted),
            run.ended
        ));
    } else {
        ui.colored_label(
            parts::colors(ui).warn,
            format!("No port of the sketch talks to a modem. The run ended: {}.", run.ended),
        );
    }
    if run.findings.is_empty() && run.object.is_some() {
        ui.colored_label(parts::colors(ui).good, "Nothing was found that is wrong with it.");
    }
    for finding in &run.findings {
        one(ui, finding);
    }
    for told in &run.told {
        let reason = told.with_choice(|name| format!("{name}, above, chooses"));
        parts::weak(ui, format!("Line {}: {reason} ({})", told.line, told.text));
    }
    if !run.rows.is_empty() {
        dialog(ui, run);
    }
}

/// What went between the board and the modem, and what the sketch printed.
fn dialog(ui: &mut Ui, run: &SketchRun) {
    parts::heading(ui, "The dialog");
    parts::weak(ui, "Seconds since the start; → sent to the modem, ← received from it, # printed on Serial.");
    let (lines, more) = in_lines(&run.rows);
    for (row, printed) in &lines {
        let palette = parts::colors(ui);
        let (arrow, color) = match row.way {
            RunWay::Sent => ("→", palette.tx),
            RunWay::Received => ("←", palette.rx),
            RunWay::Console => ("#", palette.weak),
        };
        let words = format!("{:>9.3} {arrow} {}", row.at.as_secs_f64(), bytes::words(printed));
        let line = ui.add(Label::new(RichText::new(words).font(theme::mono()).color(color)).wrap());
        line.on_hover_text(format!("Line {}: {}", row.line, row.source));
    }
    if more > 0 {
        parts::weak(ui, format!("… and {} more rows", bytes::grouped(more as u64)));
    }
}

/// A row, and all that is printed in its line.
type Printed<'a> = (&'a RunRow, Cow<'a, [u8]>);

/// The first rows, and how many more there are. What is printed piece by piece is one row to the reader, up to its line end.
fn in_lines(rows: &[RunRow]) -> (Vec<Printed<'_>>, usize) {
    let mut lines: Vec<Printed<'_>> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let full = lines.len() == ROWS;
        match lines.last_mut() {
            Some((first, bytes)) if (first.way, row.way) == PRINTED && !bytes.ends_with(b"\n") => {
                bytes.to_mut().extend_from_slice(&row.bytes);
            }
            _ if full => return (lines, rows.len() - number),
            _ => lines.push((row, Cow::Borrowed(&row.bytes))),
        }
    }
    (lines, 0)
}

fn one(ui: &mut Ui, finding: &SketchFinding) {
    let palette = parts::colors(ui);
    let (word, color) = match finding.severity {
        Severity::Problem => ("Problem", palette.bad),
        Severity::Warning => ("Warning", palette.warn),
        Severity::Note => ("Note", palette.accent),
    };
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            parts::badge(ui, word, color);
            let place = if finding.line == 0 { String::new() } else { format!("Line {}: ", finding.line) };
            ui.label(RichText::new(format!("{place}{}", finding.title)).font(theme::strong(theme::BODY)));
        });
        if !finding.source.is_empty() {
            ui.add(Label::new(RichText::new(&finding.source).font(theme::mono())).wrap());
        }
        ui.label(&finding.cause);
        ui.label(parts::sentence(&[("To do: ", palette.strong, true), (&finding.fix, palette.text, false)]));
        if let Some(corrected) = &finding.corrected {
            ui.horizontal_wrapped(|ui| {
                ui.add(Label::new(RichText::new(corrected).font(theme::mono()).color(palette.good)).wrap());
                parts::copies(ui, "Copy", corrected);
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_printed_piece_by_piece_is_one_row_until_its_line_ends() {
        let row = |at: u64, way, text: &str| RunRow {
            at: Duration::from_millis(at),
            way,
            bytes: text.as_bytes().to_vec(),
            line: 1,
            source: String::new(),
        };
        let (console, sent, received) = (RunWay::Console, RunWay::Sent, RunWay::Received);
        let rows = [
            row(1, console, "<"),
            row(2, console, "A2"),
            row(3, console, ">\r\n"),
            row(4, console, "OK"),
            row(5, sent, "AT\r"),
            row(6, sent, "ATI\r"),
            row(7, received, "\r\nOK"),
            row(8, console, "done"),
        ];
        let (lines, more) = in_lines(&rows);
        let shown: Vec<_> = lines.iter().map(|(row, bytes)| (row.at.as_millis(), bytes.as_ref())).collect();
        let expected: [(u128, &[u8]); 6] =
            [(1, b"<A2>\r\n"), (4, b"OK"), (5, b"AT\r"), (6, b"ATI\r"), (7, b"\r\nOK"), (8, b"done")];
        assert_eq!((shown.as_slice(), more), (&expected[..], 0));
        let many = vec![row(1, sent, "AT\r"); ROWS + 7];
        assert_eq!(in_lines(&many).1, 7);
    }
}
