//! A hand on the simulated modem: how it stands, its signal, messages and calls that come in, faults, restart.

use egui::{RichText, ScrollArea, Slider, TextEdit, Ui};

use super::ToolWindow;
use crate::app::State;
use crate::app::command::Line;
use crate::simulator::{Control, Fault, Panel, PanelLink};
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};
use crate::vocabulary::codes;

/// The highest signal that `AT+CSQ` tells; 99 means that it is not known.
const BEST_SIGNAL: u8 = 31;

/// What is being typed for it.
#[derive(Debug)]
pub(super) struct SimulatorPanel {
    from: String,
    text: String,
    /// The signal under the hand that moves the slider.
    signal: Option<u8>,
}

impl Default for SimulatorPanel {
    fn default() -> Self {
        Self { from: "+491701234567".to_owned(), text: "hello".to_owned(), signal: None }
    }
}

impl ToolWindow for SimulatorPanel {
    fn name(&self) -> &'static str {
        "Simulated modem"
    }

    fn icon(&self) -> &'static str {
        icons::CHIP
    }

    fn size(&self) -> [f32; 2] {
        [480.0, 560.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some(panel) = state.status.panel.as_ref().filter(|_| state.connected()) else {
            ui.label("Connect to the simulated SIM800L first: it is in the port list.");
            return;
        };
        let mut hand = |control| commands.push(Line::Sim(control));
        standing(ui, panel, &mut hand);
        self.signal(ui, panel, &mut hand);
        ui.separator();
        self.incoming(ui, panel, &mut hand);
        sent(ui, panel);
        ui.separator();
        faults(ui, panel, &mut hand);
    }
}

impl SimulatorPanel {
    fn signal(&mut self, ui: &mut Ui, panel: &Panel, hand: &mut impl FnMut(Control)) {
        ui.horizontal(|ui| {
            let label = ui.label("Signal");
            let mut signal = self.signal.unwrap_or(panel.csq).min(BEST_SIGNAL);
            let slider = ui.add(Slider::new(&mut signal, 0..=BEST_SIGNAL)).labelled_by(label.id);
            if slider.changed() {
                self.signal = Some(signal);
                hand(Control::Signal(signal));
            } else if !slider.dragged() && !slider.has_focus() {
                self.signal = None;
            }
            parts::weak(ui, codes::csq_text(panel.csq).unwrap_or_default());
        });
    }

    fn incoming(&mut self, ui: &mut Ui, panel: &Panel, hand: &mut impl FnMut(Control)) {
        parts::heading(ui, "Comes in");
        let from = self.from.trim().to_owned();
        let ready = panel.on && !from.is_empty();
        ui.horizontal(|ui| {
            let label = ui.label("From");
            ui.add(TextEdit::singleline(&mut self.from).desired_width(140.0)).labelled_by(label.id);
            match &panel.call {
                None => {
                    if ui.add_enabled(ready, egui::Button::new("Call")).clicked() {
                        hand(Control::Call { from: from.clone() });
                    }
                }
                Some(call) => {
                    if ui.button("Hang up").on_hover_text("The other side ends the call").clicked() {
                        hand(Control::HangUp);
                    }
                    parts::weak(ui, call);
                }
            }
        });
        ui.horizontal(|ui| {
            let label = ui.label("SMS");
            ui.add(TextEdit::singleline(&mut self.text).desired_width(theme::FIELD_NAME)).labelled_by(label.id);
            let ready = ready && !self.text.is_empty();
            if ui.add_enabled(ready, egui::Button::new("Send to modem")).clicked() {
                hand(Control::Message { from, text: self.text.clone() });
            }
        });
    }
}

/// Messages that the modem sent.
fn sent(ui: &mut Ui, panel: &Panel) {
    if panel.sent.is_empty() {
        return;
    }
    parts::heading(ui, "Sent by the modem");
    ScrollArea::vertical().id_salt("sent").max_height(theme::LIST_SHORT).show(ui, |ui| {
        for sent in &panel.sent {
            ui.label(RichText::new(format!("{}: {}", sent.number, sent.text)).font(theme::mono()));
        }
    });
}

/// Power, card, registration and connections, in words.
fn standing(ui: &mut Ui, panel: &Panel, hand: &mut impl FnMut(Control)) {
    let palette = parts::colors(ui);
    ui.horizontal_wrapped(|ui| {
        let (color, power) = if panel.on { (palette.good, "On") } else { (palette.warn, "Off or starting") };
        parts::lamp(ui, color, power);
        if panel.prompt {
            parts::badge(ui, "waits for data", palette.accent);
        }
        if ui.button("Switch off and on").on_hover_text("As if its supply was switched").clicked() {
            hand(Control::Restart);
        }
    });
    let card = panel.card.map_or("no SIM card".to_owned(), |card| format!("SIM {card}"));
    ui.label(format!("{card}, {}, {}", registration(panel.registration), panel.state));
    for PanelLink { number, udp, peer, sent, waiting } in &panel.links {
        let kind = if *udp { "UDP" } else { "TCP" };
        let waiting = if *waiting == 0 { String::new() } else { format!(", {waiting} wait for the host") };
        parts::weak(ui, format!("Connection {number}: {kind} {peer}, {} sent{waiting}", bytes::count(*sent)));
    }
    if let Some(notice) = panel.notice {
        ui.label(RichText::new(notice).color(palette.warn));
    }
}

/// `+CREG` status in few words (SIM800 AT Command Manual V1.10, section 3.2.30).
fn registration(status: u8) -> &'static str {
    match status {
        0 => "no network searched",
        1 => "registered",
        2 => "searching for a network",
        3 => "registration denied",
        5 => "registered, roaming",
        _ => "registration unknown",
    }
}

fn faults(ui: &mut Ui, panel: &Panel, hand: &mut impl FnMut(Control)) {
    parts::heading(ui, "Faults");
    for (_, name, about) in Fault::ALL {
        ui.horizontal_wrapped(|ui| {
            let mut on = panel.faults.contains(name);
            if ui.checkbox(&mut on, *name).changed() {
                hand(Control::Fault((*name).to_owned(), on));
            }
            parts::weak(ui, *about);
        });
    }
}
