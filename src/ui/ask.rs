//! The question before a macro runs: its parameters, prefilled. Enter accepts, Esc closes.

use egui::{Grid, Id, Key, Modal, TextEdit, Ui};

use super::parts;
use super::theme;
use crate::app::{Command, State};
use crate::macros::Macro;
use crate::macros::runner::Values;

/// A macro waiting for its parameters.
#[derive(Debug)]
pub struct Ask {
    index: usize,
    values: Vec<(String, bool, String)>,
    focused: bool,
}

impl Ask {
    /// The question for the macro at `index`; last values first, then the macro's defaults.
    pub fn new(index: usize, wanted: &Macro, state: &State) -> Self {
        let values = wanted
            .ask
            .iter()
            .map(|(name, ask)| {
                let last = state.settings.values.get(name).filter(|_| !ask.secret);
                (name.clone(), ask.secret, last.unwrap_or(&ask.default).clone())
            })
            .collect();
        Self { index, values, focused: false }
    }

    /// Shows the question; true when it is answered or closed.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) -> bool {
        let Some(wanted) = state.book.macros.get(self.index) else { return true };
        let mut run = false;
        let mut close = false;
        let modal = Modal::new(Id::unique("ask")).show(ui.ctx(), |ui| {
            ui.set_width(380.0);
            ui.label(egui::RichText::new(&wanted.name).font(theme::strong(15.0)));
            if let Some(about) = &wanted.about {
                parts::weak(ui, about);
            }
            ui.add_space(8.0);
            self.fields(ui);
            ui.add_space(10.0);
            ui.horizontal(|ui| {
                run = parts::primary(ui, true, "Run").clicked();
                close = ui.button("Cancel").clicked();
                parts::weak(ui, "Enter runs it, Esc closes");
            });
        });
        run |= ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Enter));
        close |= modal.should_close();
        if run && !close {
            let values: Values = self.values.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect();
            commands.push(Command::RunMacro { index: self.index, values });
        }
        run || close
    }

    fn fields(&mut self, ui: &mut Ui) {
        let focus = !std::mem::replace(&mut self.focused, true);
        Grid::new("ask fields").num_columns(2).spacing([12.0, 8.0]).show(ui, |ui| {
            for (row, (name, secret, value)) in self.values.iter_mut().enumerate() {
                let label = ui.label(capitalised(name));
                let field = ui
                    .add(TextEdit::singleline(value).password(*secret).desired_width(260.0).font(theme::mono()))
                    .labelled_by(label.id);
                if focus && row == 0 {
                    field.request_focus();
                }
                ui.end_row();
            }
        });
    }
}

/// `host` as the word in front of a field.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if name != "apn" => first.to_uppercase().chain(letters).collect(),
        _ => name.to_uppercase(),
    }
}
