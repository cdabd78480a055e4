//! A macro as a program that waits for the answers: an Arduino sketch, a Python script, C data. Seen before it is saved.

use std::path::Path;

use egui::{DragValue, Grid, TextEdit, Ui};

use super::ToolWindow;
use crate::app::command::Tool;
use crate::app::{Purpose, State};
use crate::macros::Macro;
use crate::sketch::{BoardSerial, Exported, InoOptions, export_c, export_ino, export_python};
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// The language of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Language {
    #[default]
    Arduino,
    Python,
    C,
}

impl Language {
    const ALL: [Self; 3] = [Self::Arduino, Self::Python, Self::C];

    fn name(self) -> &'static str {
        match self {
            Self::Arduino => "Arduino sketch",
            Self::Python => "Python script (pyserial)",
            Self::C => "C header with byte arrays",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Arduino => "ino",
            Self::Python => "py",
            Self::C => "h",
        }
    }
}

/// What the program is made of.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    what: Macro,
    language: Language,
    /// Pins of the board, or one of its own ports.
    software: bool,
    rx: u8,
    tx: u8,
    port: String,
    baud: u32,
}

/// The window and what is chosen in it.
#[derive(Debug)]
pub(crate) struct ProgramPanel {
    /// Name of the macro, which stays when the book changes.
    name: Option<String>,
    /// The macro whose board's pins were taken.
    wired_for: Option<String>,
    language: Language,
    software: bool,
    rx: u8,
    tx: u8,
    port: String,
    baud: u32,
    /// Values of the parameters, where they are not the macro's own.
    values: Vec<(String, String)>,
    made: Option<(Wanted, Result<Exported, String>)>,
    path: String,
}

impl Default for ProgramPanel {
    fn default() -> Self {
        let (rx, tx) = match InoOptions::default().serial {
            BoardSerial::Software { rx, tx } => (rx, tx),
            BoardSerial::Hardware(_) => (8, 7),
        };
        Self {
            name: None,
            wired_for: None,
            language: Language::default(),
            software: true,
            rx,
            tx,
            port: "Serial1".to_owned(),
            baud: InoOptions::default().baud,
            values: Vec::new(),
            made: None,
            path: String::new(),
        }
    }
}

impl ToolWindow for ProgramPanel {
    fn name(&self) -> &'static str {
        "Macro as a program…"
    }

    fn icon(&self) -> &'static str {
        icons::CODE
    }

    fn size(&self) -> [f32; 2] {
        theme::TOOL_PAGE
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if let Some((Purpose::Program, path)) = &state.tools.chosen {
            self.path = path.display().to_string();
            commands.push(Tool::TakeChosen);
        }
        self.wire(state);
        let Some(what) = self.choose(ui, state).cloned() else {
            ui.label("There are no macros.");
            return;
        };
        let what = self.parameters(ui, what, state);
        if self.language != Language::C {
            ui.horizontal_wrapped(|ui| self.wiring(ui));
        }
        let wanted = Wanted {
            what,
            language: self.language,
            software: self.software,
            rx: self.rx,
            tx: self.tx,
            port: self.port.trim().to_owned(),
            baud: self.baud,
        };
        if self.made.as_ref().is_none_or(|(made, _)| *made != wanted) {
            let made = export(&wanted);
            self.made = Some((wanted, made));
        }
        ui.separator();
        self.result(ui, commands);
    }

    /// Takes the macro of this name, with its parameters as they were given last.
    fn turn_to(&mut self, subject: String) {
        self.name = Some(subject);
        self.values.clear();
    }
}

impl ProgramPanel {
    /// A macro that came from a sketch goes back to the pins of that sketch.
    fn wire(&mut self, state: &State) {
        if self.wired_for == self.name {
            return;
        }
        self.wired_for.clone_from(&self.name);
        let Some(wired) = self.name.as_ref().and_then(|name| state.settings.wired.get(name)) else { return };
        (self.rx, self.tx) = (wired.rx, wired.tx);
        self.baud = wired.baud.unwrap_or(self.baud);
    }

    fn choose<'s>(&mut self, ui: &mut Ui, state: &'s State) -> Option<&'s Macro> {
        let macros = &state.book.macros;
        let known = macros.iter().find(|known| Some(&known.name) == self.name.as_ref()).or_else(|| macros.first())?;
        let mut picked = known;
        ui.horizontal(|ui| {
            let label = ui.label("Macro");
            let combo = parts::combo("program macro").width(theme::FIELD_NAME).selected_text(&known.name);
            let combo = combo.show_ui(ui, |ui| {
                for offered in macros {
                    if ui.selectable_label(offered.name == known.name, &offered.name).clicked() {
                        picked = offered;
                    }
                }
            });
            combo.response.labelled_by(label.id);
            let label = ui.label("as");
            let combo =
                parts::combo("program language").width(theme::FIELD_ADDRESS).selected_text(self.language.name());
            let combo = combo.show_ui(ui, |ui| {
                for language in Language::ALL {
                    ui.selectable_value(&mut self.language, language, language.name());
                }
            });
            combo.response.labelled_by(label.id);
        });
        if self.name.as_ref() != Some(&picked.name) {
            self.turn_to(picked.name.clone());
        }
        Some(picked)
    }

    /// The parameters become constants of the program; what was given last stands there first.
    fn parameters(&mut self, ui: &mut Ui, mut what: Macro, state: &State) -> Macro {
        if what.ask.is_empty() {
            return what;
        }
        let open: Vec<&mut (String, crate::macros::Ask)> = what.ask.iter_mut().filter(|(_, ask)| !ask.secret).collect();
        Grid::new("program parameters").num_columns(2).show(ui, |ui| {
            for (name, ask) in open {
                if !self.values.iter().any(|(known, _)| known == name) {
                    let last = state.settings.values.get(name).unwrap_or(&ask.default).clone();
                    self.values.push((name.clone(), last));
                }
                let Some((_, value)) = self.values.iter_mut().find(|(known, _)| known == name) else { continue };
                let label = ui.label(name.as_str()).on_hover_text("Becomes a constant of the program");
                ui.add(TextEdit::singleline(value).desired_width(theme::FIELD_VALUE).font(theme::mono()))
                    .labelled_by(label.id);
                ui.end_row();
                ask.default.clone_from(value);
            }
        });
        what
    }

    fn wiring(&mut self, ui: &mut Ui) {
        if self.language == Language::Arduino {
            ui.radio_value(&mut self.software, true, "SoftwareSerial");
            if self.software {
                let label = ui.label("RX pin").on_hover_text("The board receives here: to the modem's TXD");
                ui.add(DragValue::new(&mut self.rx).range(0..=99)).labelled_by(label.id);
                let label = ui.label("TX pin").on_hover_text("The board sends here: to the modem's RXD");
                ui.add(DragValue::new(&mut self.tx).range(0..=99)).labelled_by(label.id);
            }
            ui.radio_value(&mut self.software, false, "The board's own port");
            if !self.software {
                let field = TextEdit::singleline(&mut self.port).desired_width(theme::FIELD_NUMBER).font(theme::mono());
                ui.add(field).accessible_name("Name of the port").on_hover_text("Serial1; Serial leaves no monitor");
            }
        }
        let label = ui.label("Baud");
        ui.add(DragValue::new(&mut self.baud).range(300..=2_000_000).speed(100)).labelled_by(label.id);
    }

    fn result(&mut self, ui: &mut Ui, commands: &mut Commands) {
        let palette = parts::colors(ui);
        let Some((_, made)) = &self.made else { return };
        let exported = match made {
            Ok(exported) => exported,
            Err(problem) => {
                ui.colored_label(palette.bad, problem);
                return;
            }
        };
        for sentence in &exported.left_out {
            ui.colored_label(palette.warn, format!("Left out: {sentence}"));
        }
        ui.horizontal_wrapped(|ui| {
            parts::copies(ui, "Copy program", &exported.text);
            let label = ui.label("File");
            let hint = format!("e.g. /home/me/job.{}", self.language.ending());
            let field = TextEdit::singleline(&mut self.path).desired_width(theme::PATH).font(theme::mono());
            ui.add(field.hint_text(hint)).labelled_by(label.id);
            if ui.button("Choose…").clicked() {
                commands.push(Tool::Choose(Purpose::Program));
            }
            let named = !self.path.trim().is_empty();
            if parts::primary_signed(ui, named, icons::SAVE, "Save program").clicked() {
                let path = Path::new(self.path.trim());
                commands.push(Tool::SaveProgram(exported.text.clone(), path.to_owned()));
            }
        });
        if self.language == Language::Arduino {
            parts::weak(ui, "The Arduino IDE wants the file in a folder of the same name: job/job.ino.");
        }
        egui::ScrollArea::both().id_salt("program text").max_height(theme::LIST_TALL).show(ui, |ui| {
            let mut text = exported.text.as_str();
            let edit = TextEdit::multiline(&mut text).font(theme::mono()).desired_width(f32::INFINITY);
            ui.add(edit).accessible_name("The program");
        });
    }
}

fn export(wanted: &Wanted) -> Result<Exported, String> {
    let made = match wanted.language {
        Language::Arduino => {
            let serial = if wanted.software {
                if wanted.rx == wanted.tx {
                    return Err("RX and TX are the same pin: choose two.".to_owned());
                }
                BoardSerial::Software { rx: wanted.rx, tx: wanted.tx }
            } else {
                BoardSerial::named(&wanted.port)
                    .ok_or_else(|| format!("“{}” is no name of a port, as Serial1 is.", wanted.port))?
            };
            export_ino(&wanted.what, &InoOptions { serial, baud: wanted.baud })
        }
        Language::Python => export_python(&wanted.what, wanted.baud),
        Language::C => export_c(&wanted.what),
    };
    made.map_err(|error| format!("This macro cannot become a program. {error}."))
}
