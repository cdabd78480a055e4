//! A hand on the simulated modem: signal, faults, messages and calls coming in.

use egui::{Slider, TextEdit, Ui};

use crate::app::{Command, State};
use crate::sim800::{Control, Fault};
use crate::ui::parts;

/// What is set, as far as this window knows.
#[derive(Debug)]
pub(super) struct SimulatorPanel {
    signal: u8,
    faults: Vec<&'static str>,
    from: String,
    text: String,
    capture: u64,
}

impl Default for SimulatorPanel {
    fn default() -> Self {
        Self { signal: 20, faults: Vec::new(), from: "+491701234567".to_owned(), text: "hello".to_owned(), capture: 0 }
    }
}

impl SimulatorPanel {
    pub(super) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let simulated =
            state.connected() && state.port.as_deref().is_some_and(|port| port.starts_with(crate::app::SIMULATOR));
        if !simulated {
            ui.label("Connect to the simulated SIM800L first: it is in the port list.");
            return;
        }
        if self.capture != state.capture_number {
            // A new session is a new modem without faults.
            self.capture = state.capture_number;
            self.faults.clear();
        }
        ui.horizontal(|ui| {
            let label = ui.label("Signal");
            let slider = ui.add(Slider::new(&mut self.signal, 0..=31)).labelled_by(label.id);
            if slider.changed() {
                commands.push(Command::Sim(Control::Signal(self.signal)));
            }
            parts::weak(ui, format!("{} dBm", i32::from(self.signal) * 2 - 113));
        });
        ui.separator();
        parts::heading(ui, "Comes in");
        ui.horizontal(|ui| {
            let label = ui.label("From");
            ui.add(TextEdit::singleline(&mut self.from).desired_width(140.0)).labelled_by(label.id);
            if ui.button("Call").clicked() {
                commands.push(Command::Sim(Control::Call { from: self.from.clone() }));
            }
            if ui.button("Hang up").clicked() {
                commands.push(Command::Sim(Control::HangUp));
            }
        });
        ui.horizontal(|ui| {
            let label = ui.label("SMS");
            ui.add(TextEdit::singleline(&mut self.text).desired_width(220.0)).labelled_by(label.id);
            if ui.button("Send to modem").clicked() {
                commands.push(Command::Sim(Control::Message { from: self.from.clone(), text: self.text.clone() }));
            }
        });
        ui.separator();
        parts::heading(ui, "Faults");
        for (_, name, about) in Fault::ALL {
            let mut on = self.faults.contains(name);
            if ui.checkbox(&mut on, *name).on_hover_text(*about).changed() {
                self.faults.retain(|known| known != name);
                if on {
                    self.faults.push(name);
                }
                commands.push(Command::Sim(Control::Fault((*name).to_owned(), on)));
            }
        }
        if ui.button("Switch off and on").clicked() {
            commands.push(Command::Sim(Control::Restart));
        }
    }
}
