//! "Find baud": what came at each rate, and the button that takes the one at which the modem answers.

use egui::{Grid, RichText, Ui};

use super::ToolWindow;
use crate::app::State;
use crate::app::command::{Line, Port};
use crate::link::{DataBits, LineSettings, Parity, StopBits};
use crate::modem::baud_scan::{Meaning, Reply};
use crate::session::occupant::Wish;
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// Bytes of an answer that are drawn; the log has all of them.
const DRAWN: usize = 16;

/// The window; a search opens it by itself.
#[derive(Debug)]
pub(crate) struct FindBaudPanel;

impl ToolWindow for FindBaudPanel {
    fn name(&self) -> &'static str {
        "Find baud…"
    }

    fn icon(&self) -> &'static str {
        icons::RATE
    }

    fn size(&self) -> [f32; 2] {
        [560.0, 360.0]
    }

    fn of_no_use(&self, state: &State) -> Option<&'static str> {
        (!state.has_line_settings()).then_some("This port has no baud rate: there is none to be found")
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.label(
            "Sends AT at the usual rates, one after the other, and shows what comes. The port is set as before when it is over.",
        );
        let scan = state.status.scan.as_deref().filter(|_| state.connected());
        ui.horizontal_wrapped(|ui| {
            if let Some(baud) = scan.and_then(|scan| scan.trying) {
                if ui.button("Stop").clicked() {
                    commands.push(Line::StopScan);
                }
                ui.spinner();
                ui.label(format!("Trying {baud} baud…"));
                return;
            }
            let refusal = state.refusal(Wish::Scan);
            if parts::primary(ui, refusal.is_none(), if scan.is_some() { "Try again" } else { "Find baud" }).clicked() {
                commands.push(Line::ScanBaud);
            }
            if let Some(refusal) = refusal {
                parts::weak(ui, refusal.hint());
            }
        });
        let Some(scan) = scan else { return };
        if let Some(baud) = scan.found {
            outcome(ui, state, baud, commands);
        } else if scan.trying.is_none() {
            let palette = parts::colors(ui);
            ui.colored_label(palette.bad, "The modem answered at none of the rates that were tried.");
            ui.label("Check in this order: supply (2 A), TXD and RXD swapped, common ground, the right port.");
        }
        Grid::new("rates").num_columns(3).striped(true).spacing(theme::GRID).show(ui, |ui| {
            for reply in &scan.replies {
                row(ui, reply);
                ui.end_row();
            }
        });
    }
}

fn outcome(ui: &mut Ui, state: &State, baud: u32, commands: &mut Commands) {
    let line =
        LineSettings { baud, data_bits: DataBits::Eight, parity: Parity::None, stop_bits: StopBits::One, ..state.line };
    ui.horizontal_wrapped(|ui| {
        let palette = parts::colors(ui);
        parts::badge(ui, "Found", palette.good);
        if line == state.line {
            ui.label(format!("The modem answers at {baud} baud, and so is the port set."));
        } else if parts::primary(ui, true, &format!("Use {baud} baud")).clicked() {
            commands.push(Port::SetLine(line));
        }
    });
}

fn row(ui: &mut Ui, reply: &Reply) {
    let palette = parts::colors(ui);
    let color = match reply.meaning {
        Meaning::Answer => palette.good,
        Meaning::EchoOnly | Meaning::OtherText | Meaning::Garbage => palette.warn,
        Meaning::Silence => palette.weak,
    };
    ui.label(RichText::new(reply.baud.to_string()).font(theme::mono()));
    ui.label(RichText::new(reply.meaning.words()).color(color));
    let drawn = reply.bytes.get(..DRAWN).unwrap_or(&reply.bytes);
    let more = if drawn.len() < reply.bytes.len() { "…" } else { "" };
    ui.label(RichText::new(format!("{}{more}", bytes::words(drawn))).font(theme::mono()))
        .on_hover_text(bytes::hex(&reply.bytes));
}
