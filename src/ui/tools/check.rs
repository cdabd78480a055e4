//! The passthrough check on the Nano's page: what came back of each burst, what that means, and what to do.

use egui::{Button, Ui};

use crate::app::State;
use crate::app::command::{Check, Line, Port};
use crate::link::LineSettings;
use crate::link::settings::Pacing;
use crate::modem::passthrough::{Fared, Row, Verdict, Way};
use crate::session::occupant::Wish;
use crate::ui::commands::Commands;
use crate::ui::{parts, theme};

/// Draws the section.
pub(super) fn show(ui: &mut Ui, state: &State, commands: &mut Commands) {
    parts::heading(ui, "Passthrough check");
    ui.label(
        "Sends bursts of 4 to 1461 bytes and compares what comes back: tells how much passes in one go, and why not more.",
    );
    if state.checking() {
        ui.horizontal_wrapped(|ui| {
            if ui.button("Stop check").clicked() {
                commands.push(Line::Check(Check::Stop));
            }
            ui.spinner();
            ui.label(state.tools.check.as_ref().map(|check| check.progress.as_str()).unwrap_or_default());
        });
    } else {
        ui.horizontal_wrapped(|ui| start(ui, state, commands));
    }
    // One that was stopped has nothing to say.
    let Some(check) = state.tools.check.as_ref().filter(|check| state.checking() || check.report.is_some()) else {
        return;
    };
    for row in &check.rows {
        burst(ui, row);
    }
    if let Some(report) = &check.report {
        outcome(ui, state, report.verdict, commands);
    }
}

fn start(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let refusal = state.refusal(Wish::Check);
    for (way, name, about) in [
        (
            Way::Echo,
            "Check with the modem's echo",
            "Nothing to rewire. Letters and digits only; no command is sent but AT, ATE and AT+CSQ",
        ),
        (Way::Jumper, "Check with a jumper", "Take the modem's two wires off and join D7 and D8. All 256 values"),
    ] {
        let button = ui.add_enabled(refusal.is_none(), Button::new(name)).on_hover_text(about);
        if button.clicked() {
            commands.push(Line::Check(Check::Start(way)));
        }
    }
    if let Some(refusal) = refusal {
        parts::weak(ui, refusal.hint());
    }
}

fn burst(ui: &mut Ui, row: &Row) {
    let palette = parts::colors(ui);
    let color = match row.fared {
        Fared::Whole => palette.good,
        Fared::Excused => palette.warn,
        Fared::Damaged => palette.bad,
    };
    parts::lamp(ui, color, &row.words());
}

fn outcome(ui: &mut Ui, state: &State, verdict: Verdict, commands: &mut Commands) {
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let palette = parts::colors(ui);
        let (word, color) = match verdict {
            Verdict::Carries => ("Good", palette.good),
            Verdict::Silent(_) | Verdict::Garbled | Verdict::Lossy => ("Problem", palette.bad),
            _ => ("Limited", palette.warn),
        };
        ui.horizontal_wrapped(|ui| {
            parts::badge(ui, word, color);
            ui.label(egui::RichText::new(verdict.title()).font(theme::strong(theme::BODY)));
        });
        ui.label(verdict.cause());
        ui.label(parts::sentence(&[("To do: ", palette.strong, true), (verdict.advice(), palette.text, false)]));
        let Some(proposed) = verdict.pacing() else { return };
        // A number of bytes and then a pause is the same rate as byte by byte, and never more at once.
        let bytes = u32::try_from(proposed.bytes).unwrap_or(u32::MAX).max(1);
        let pacing = Pacing { per_byte: proposed.pause / bytes, ..state.line.pacing };
        if state.line.pacing == pacing {
            parts::weak(ui, "Bytes are sent as slowly as that from now on.");
        } else {
            let name = format!("Send one byte per {:.1} ms", pacing.per_byte.as_secs_f32() * 1000.0);
            if parts::primary(ui, true, &name).on_hover_text("For this device, from now on").clicked() {
                commands.push(Port::SetLine(LineSettings { pacing, ..state.line }));
            }
        }
    });
}
