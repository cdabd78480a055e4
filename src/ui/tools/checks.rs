//! The search for the baud rate and the passthrough check: started by a click, told as they go.

use egui::{RichText, Ui};

use crate::app::passthrough::Way;
use crate::app::{Command, State};
use crate::ui::{bytes, parts, theme};

/// What came at each rate.
pub(super) fn baud(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.label("Sends AT at the usual rates and shows what came at each. Not while the modem waits for data: it would become data.");
    ui.horizontal(|ui| {
        if state.tools.probing {
            if ui.button("Stop search").clicked() {
                commands.push(Command::StopProbe);
            }
        } else if parts::primary(ui, state.connected() && !state.prompt_open(), "Find baud").clicked() {
            commands.push(Command::ScanBaud);
        }
        if !state.connected() {
            parts::weak(ui, "Connect to a port first.");
        }
    });
    let Some(scan) = &state.tools.scan else { return };
    let palette = parts::colors(ui);
    for reply in &scan.replies {
        let came = reply.bytes.get(..reply.bytes.len().min(24)).unwrap_or_default();
        let text = format!("{:>7}  {}  {}", reply.baud, reply.meaning.words(), bytes::words(came));
        ui.label(RichText::new(text).font(theme::mono()));
    }
    match scan.found {
        Some(baud) => {
            ui.colored_label(palette.good, format!("The modem answers at {baud} baud; the port is set to it."));
        }
        None if scan.over => {
            ui.colored_label(
                palette.bad,
                "No answer at any rate. Check power, crossed TX and RX, and the common ground.",
            );
        }
        None => {}
    }
}

/// What the leg to the modem carries.
pub(super) fn passthrough(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.label("Finds out what the way to the modem carries: bursts of rising length, compared with what comes back.");
    ui.horizontal_wrapped(|ui| {
        if state.tools.probing {
            if ui.button("Stop check").clicked() {
                commands.push(Command::StopProbe);
            }
            return;
        }
        let ready = state.connected() && !state.prompt_open();
        for (way, name, help) in [
            (Way::Echo, "Check with the modem's echo", "The modem sends back what it gets"),
            (Way::Jumper, "Check with a wire from D7 to D8", "Without the modem: take it off first"),
        ] {
            if ui.add_enabled(ready, egui::Button::new(name)).on_hover_text(help).clicked() {
                commands.push(Command::CheckPassthrough(way));
            }
        }
    });
    let Some(check) = &state.tools.passthrough else { return };
    let palette = parts::colors(ui);
    let Some(report) = &check.report else {
        ui.label(&check.progress);
        return;
    };
    ui.label(RichText::new(report.verdict.title()).font(theme::strong(theme::BODY)).color(palette.strong));
    ui.label(report.verdict.cause());
    ui.label(report.verdict.advice());
    for row in &report.rows {
        let paced = if row.paced { ", byte by byte" } else { "" };
        let text =
            format!("{:>5} bytes sent{paced}: {} came back, {} of them right", row.sent, row.returned, row.intact);
        ui.label(RichText::new(text).font(theme::mono()));
    }
}
