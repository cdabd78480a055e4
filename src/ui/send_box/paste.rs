//! A paste of several lines, or a huge one: the user sees what it is and says how it is sent.
//!
//! A pasted file never enters the line's text field: laying out ten megabytes would freeze the window.

use std::sync::Arc;
use std::time::Duration;

use egui::{DragValue, RichText, ScrollArea, Ui};

use crate::app::command::{Capture, Line};
use crate::app::{OnLine, State};
use crate::notation::{LineEnding, Mode, parse};
use crate::ui::commands::Commands;
use crate::ui::tools::{ImportPanel, SketchPanel};
use crate::ui::{bytes, icons, parts, theme};

/// A single line up to this length simply goes into the field.
const SHORT: usize = 4096;
/// At most this many lines are shown.
const SHOWN: usize = 200;
/// At most this much of a line is shown.
const LINE_SHOWN: usize = 120;
/// Line by line is offered up to here; what is longer is a file and goes out in one piece.
const MOST_LINES: usize = 2000;

/// True where the user should be asked first.
pub(super) fn wants_asking(text: &str) -> bool {
    text.len() > SHORT || text.trim_end_matches(['\r', '\n']).contains(['\r', '\n'])
}

/// What was pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// An Arduino sketch, and no lines to send.
    Sketch,
    /// There are answers in it: it is what a terminal showed.
    Log,
    Lines,
}

/// A paste that waits for an answer.
#[derive(Debug)]
pub(super) struct Paste {
    text: Arc<str>,
    lines: usize,
    ending: String,
    trouble: Option<String>,
    what: What,
    /// Its lines are being looked over.
    looked_over: bool,
    /// Its first button had the focus.
    begun: bool,
    /// Each line goes out when the modem has answered the one before; otherwise after the pause.
    answers: bool,
    pause_ms: u32,
}

impl Paste {
    pub(super) fn new(text: String, ending: &LineEnding) -> Self {
        let lines = text.lines().count();
        let what = if crate::app::is_sketch(&text) {
            What::Sketch
        } else if has_answers(&text) {
            What::Log
        } else {
            What::Lines
        };
        Self {
            text: text.into(),
            lines,
            ending: ending.label(),
            trouble: None,
            what,
            looked_over: false,
            begun: false,
            answers: true,
            pause_ms: 100,
        }
    }

    /// Shows the question; true when it is answered.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        mode: Mode,
        ending: &[u8],
        state: &State,
        commands: &mut Commands,
    ) -> bool {
        let connected = state.can_send();
        let mut answered = false;
        if self.what == What::Log && !self.looked_over {
            self.looked_over = true;
            commands.push(Capture::LookOver(Arc::clone(&self.text)));
        }
        let found = state.tools.looked_over.of(&self.text);
        let modal = parts::question(ui, "paste", |ui| {
            ui.set_width(theme::PAGE_WIDTH.min(ui.ctx().content_rect().width() - 60.0));
            let title = match self.what {
                What::Sketch => "This is an Arduino sketch",
                What::Log => "This looks like the log of a terminal",
                What::Lines if connected => "Send what was pasted?",
                What::Lines => "Read what was pasted?",
            };
            ui.label(RichText::new(title).font(theme::title()));
            let (lines, size) = (lines_of(self.lines), bytes::count(self.text.len() as u64));
            let how = if self.what == What::Sketch || !connected { "" } else { ", read in the mode of the send box" };
            ui.label(format!("{lines}, {size}{how}."));
            ui.add_space(theme::APART);
            self.lines(ui, found);
            if let Some(trouble) = &self.trouble {
                ui.colored_label(parts::colors(ui).bad, trouble);
            }
            ui.add_space(theme::GAP);
            if self.what == What::Sketch {
                answered |= self.offer_import(ui, connected, commands);
            } else {
                answered |= self.offer_reading(ui, connected, commands);
            }
            if !connected {
                answered |= ui.button("Cancel").clicked();
                parts::weak(ui, "Connect to a port to send it.");
                return;
            }
            let by_line = self.lines <= MOST_LINES;
            if by_line {
                self.pace(ui);
            }
            ui.horizontal_wrapped(|ui| {
                let words = format!("Send {lines} one by one, each with {}", self.ending);
                let send = if self.what == What::Lines {
                    parts::primary(ui, by_line, &words)
                } else {
                    ui.add_enabled(by_line, egui::Button::new(words))
                };
                let why = format!("More than {MOST_LINES} lines go out in one piece, or as a file (Menu, Send file…)");
                if send.on_disabled_hover_text(why).clicked() && by_line {
                    answered = self.one_by_one(mode, ending, commands);
                }
                let whole = ui.button(format!("Send as is, {size}"));
                if whole.on_hover_text("These characters as UTF-8; of CR LF the clipboard leaves LF").clicked() {
                    commands.push(Line::Send(self.text.as_bytes().to_vec()));
                    answered = true;
                }
                answered |= ui.button("Cancel").clicked();
            });
        });
        answered || modal.should_close()
    }

    /// What sends nothing has the focus, so that Enter takes it; what sends has to be chosen.
    fn begin_at(&mut self, button: &egui::Response) {
        if self.what != What::Lines && !std::mem::replace(&mut self.begun, true) {
            button.request_focus();
        }
    }

    /// A log of another terminal is looked into, not sent.
    fn offer_reading(&mut self, ui: &mut Ui, connected: bool, commands: &mut Commands) -> bool {
        let words = "Read it as a log";
        let read = if connected && self.what != What::Log {
            parts::signed(ui, true, icons::FIND, words)
        } else {
            parts::primary_signed(ui, true, icons::FIND, words)
        };
        self.begin_at(&read);
        let taken = read.on_hover_text("Shows it in place of the port, and what is wrong in it").clicked();
        if taken {
            commands.push(Capture::ReadPasted(Arc::clone(&self.text)));
        }
        taken
    }

    /// A sketch is read by the program, not typed at the modem.
    fn offer_import(&mut self, ui: &mut Ui, connected: bool, commands: &mut Commands) -> bool {
        let mut taken = false;
        ui.horizontal_wrapped(|ui| {
            let run = parts::primary_signed(ui, true, icons::RUN, "Run the sketch");
            self.begin_at(&run);
            if run.on_hover_text("Here, with the simulated modem: tells what is wrong with it, by line").clicked() {
                commands.open_at::<SketchPanel>(&*self.text);
                taken = true;
            }
            if ui.button("Import it…").on_hover_text("As a macro: what it sends, with its timing").clicked() {
                commands.open_at::<ImportPanel>(&*self.text);
                taken = true;
            }
            if connected {
                parts::weak(ui, "Or send its text, if that is what is meant:");
            }
        });
        taken
    }

    /// When each line goes out.
    fn pace(&mut self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            ui.radio_value(&mut self.answers, true, "Wait for each answer").on_hover_text(
                "OK, ERROR, the prompt or what the command is known to be answered with; stops where none comes",
            );
            ui.radio_value(&mut self.answers, false, "Pause between lines");
            let pause = DragValue::new(&mut self.pause_ms).range(0..=60_000).suffix(" ms");
            ui.add_enabled(!self.answers, pause).accessible_name("Length of the pause");
        });
    }

    /// The lines, and below each what is wrong with it.
    fn lines(&self, ui: &mut Ui, found: &[OnLine]) {
        let bad = parts::colors(ui).bad;
        // What is found out meanwhile has its room: the buttons below do not move under the pointer.
        let list = ScrollArea::vertical().max_height(theme::LIST).auto_shrink([false, self.what != What::Log]);
        list.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            for (number, line) in self.text.lines().take(SHOWN).enumerate() {
                let end = line.char_indices().nth(LINE_SHOWN).map_or(line.len(), |(at, _)| at);
                let cut = line.get(..end).unwrap_or_default();
                let more = if end < line.len() { "…" } else { "" };
                let text = format!("{:>4}  {}{more}", number + 1, bytes::words(cut.as_bytes()));
                let text = RichText::new(text).font(theme::mono());
                let told = || found.iter().filter(|found| found.line == number + 1);
                ui.label(if told().next().is_some() { text.color(bad) } else { text });
                for found in told() {
                    ui.label(
                        RichText::new(format!("Line {}: {}", found.line, found.title)).font(theme::small()).color(bad),
                    );
                }
            }
            if self.lines > SHOWN {
                parts::weak(ui, format!("… and {} more lines", bytes::grouped((self.lines - SHOWN) as u64)));
            }
        });
    }

    /// Every line must be readable before the first one goes out.
    fn one_by_one(&mut self, mode: Mode, ending: &[u8], commands: &mut Commands) -> bool {
        let mut sends = Vec::with_capacity(self.lines);
        for (number, line) in self.text.lines().enumerate() {
            match parse(line, mode) {
                Ok(mut bytes) => {
                    bytes.extend_from_slice(ending);
                    sends.push(bytes);
                }
                Err(error) => {
                    self.trouble = Some(format!("Line {}, {error}. Nothing was sent.", number + 1));
                    return false;
                }
            }
        }
        let pause = (!self.answers).then(|| Duration::from_millis(u64::from(self.pause_ms)));
        commands.push(Line::SendLines(sends, pause));
        true
    }
}

/// Lines that end as a modem's answers do: nobody types them.
fn has_answers(text: &str) -> bool {
    // A transcript of ours spells line ends.
    let plain = |line: &str| line.replace(r"\r", " ").replace(r"\n", " ");
    let answers = |line: &str| matches!(plain(line).split_whitespace().next_back(), Some("OK" | "ERROR"));
    text.lines().take(MOST_LINES).any(answers)
}

/// `1 line`, `2,000 lines`.
fn lines_of(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{} lines", bytes::grouped(count as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Command;

    #[test]
    fn one_short_line_is_not_asked_about() {
        for (text, asked) in [("AT", false), ("AT\r\n", false), ("AT\nATI", true), ("a\rb", true), ("", false)] {
            assert_eq!(wants_asking(text), asked, "{text:?}");
        }
        assert!(wants_asking(&"x".repeat(10_000)));
    }

    #[test]
    fn what_has_answers_in_it_is_a_log_and_no_lines_to_send() {
        for (text, log) in [
            ("AT\nOK\n", true),
            ("14:03:21.130 -> ERROR\nAT\n", true),
            ("> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n", true),
            ("AT\nAT+CSQ\n", false),
            ("AT+CMGS=1\nall is OK, really\n", false),
        ] {
            assert_eq!(Paste::new(text.to_owned(), &LineEnding::Cr).what == What::Log, log, "{text:?}");
        }
    }

    #[test]
    fn a_line_that_does_not_parse_stops_all_of_them() {
        let mut commands = Commands::default();
        let mut paste = Paste::new("41\n4\n42".to_owned(), &LineEnding::Cr);
        assert!(!paste.one_by_one(Mode::Hex, b"", &mut commands));
        assert!(paste.trouble.unwrap().starts_with("Line 2"));
        let mut paste = Paste::new("AT\r\nATI\r\n".to_owned(), &LineEnding::Cr);
        assert!(paste.one_by_one(Mode::Text, b"\r", &mut commands));
        assert_eq!(
            commands.into_commands(),
            [Command::Line(Line::SendLines(vec![b"AT\r".to_vec(), b"ATI\r".to_vec()], None))]
        );
    }
}
