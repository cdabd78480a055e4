//! The modem strip: what the modem is doing now, from the bytes alone.

use std::time::Duration;

use egui::Ui;

use super::bytes;
use super::parts::{self, seconds};
use super::theme::Palette;
use crate::app::State;
use crate::app::command::Line;
use crate::modem::diagnose::Doing;
use crate::ui::commands::Commands;
use crate::vocabulary::codes;

/// Draws the strip.
pub fn show(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let palette = parts::colors(ui);
    let strip = &state.status.strip;
    ui.horizontal_wrapped(|ui| {
        ui.set_min_height(super::theme::CONTROL);
        let (words, color) = doing(state, palette);
        let label = parts::lamp(ui, color, &words);
        label.on_hover_text("What the modem is doing now, read from the bytes alone");
        if let Doing::Prompt { .. } = strip.doing
            && state.connected()
        {
            if parts::primary(ui, true, "Send 1A").on_hover_text("Ctrl+Z: ends the data, so that it is sent").clicked()
            {
                commands.push(Line::Send(vec![0x1A]));
            }
            if ui.button("Cancel").on_hover_text("Esc: gives the data up, nothing is sent to the peer").clicked() {
                commands.push(Line::Send(vec![0x1B]));
            }
            parts::weak(ui, "Ctrl+Z sends 1A, Esc sends 1B");
        }
        sending(ui, state, commands, palette);
        facts(ui, state);
    });
}

fn doing(state: &State, palette: &Palette) -> (String, egui::Color32) {
    if !state.connected() {
        return ("Not connected".to_owned(), palette.line);
    }
    let now = state.now;
    if let Some(left) = state.restarting() {
        let waits = state.status.sending.is_some();
        let what = if waits { "what you sent waits for it" } else { "nothing is sent before" };
        return (format!("The board restarts, ready in {}: {what}", seconds(left)), palette.warn);
    }
    match &state.status.strip.doing {
        Doing::Unknown => ("Connected; nothing is known of the modem yet".to_owned(), palette.weak),
        Doing::Ready => ("Ready".to_owned(), palette.good),
        Doing::Waiting { command, since, allowed } => {
            let waited = seconds(now.saturating_sub(*since));
            let of = allowed.map(|most| format!(" of {}", whole(most))).unwrap_or_default();
            (format!("Waiting for the answer to {command}, {waited}{of}"), palette.accent)
        }
        Doing::Connecting { peer, since, allowed } => {
            let waited = seconds(now.saturating_sub(*since));
            let of = allowed.map(|most| format!(" of {}", whole(most))).unwrap_or_default();
            (format!("Waiting for CONNECT OK from {peer}, {waited}{of}; do not send before it"), palette.accent)
        }
        Doing::Prompt { typed, wants, lookalike, .. } => (prompt(*typed, *wants, *lookalike), palette.warn),
        Doing::Connected { peer } => (format!("Connected to {peer}"), palette.good),
        Doing::Transparent => ("Transparent mode: every byte is data; +++ leaves it".to_owned(), palette.warn),
    }
}

fn prompt(typed: u64, wants: Option<u64>, lookalike: bool) -> String {
    match wants {
        Some(all) => format!("Waiting for data: {typed} of {} sent", bytes::count(all)),
        None if lookalike => {
            format!(
                "Waiting for data: {} typed, the 1A went out as text; the byte 0x1A not sent yet",
                bytes::count(typed)
            )
        }
        None => format!("Waiting for data: {} typed, 0x1A not sent yet", bytes::count(typed)),
    }
}

fn whole(time: Duration) -> String {
    if time.as_secs() < 10 { seconds(time) } else { format!("{} s", time.as_secs()) }
}

/// A send that takes its time, and how to end it.
fn sending(ui: &mut Ui, state: &State, commands: &mut Commands, palette: &Palette) {
    if let Some(progress) = state.status.sending.filter(|_| state.connected()) {
        let stalled = progress.stalled >= Duration::from_millis(500);
        let mut words = format!("Sending {} of {}", bytes::grouped(progress.taken), bytes::count(progress.total));
        if stalled {
            words = format!("{words}, stalled for {}", seconds(progress.stalled));
        }
        parts::lamp(ui, if stalled { palette.bad } else { palette.tx }, &words);
        if ui.button("Cancel send").clicked() {
            commands.push(Line::CancelSend);
        }
    } else if let Some(cancelled) = state.status.cancelled.filter(|_| state.port.is_some()) {
        let (taken, total) = (bytes::grouped(cancelled.taken), bytes::count(cancelled.total));
        parts::lamp(ui, palette.warn, &format!("Send cancelled: {taken} of {total} had gone out"));
    }
}

/// Echo, error form, connections, signal.
fn facts(ui: &mut Ui, state: &State) {
    let strip = &state.status.strip;
    let mut facts = Vec::new();
    if let Some(echo) = strip.echo {
        facts.push((if echo { "echo on" } else { "echo off" }.to_owned(), "ATE0 and ATE1 switch the echo"));
    }
    if let Some(cmee) = strip.cmee {
        facts.push((format!("CMEE {cmee}"), "How errors are told: 0 ERROR, 1 numbers, 2 words (AT+CMEE)"));
    }
    if let Some(mux) = strip.cipmux {
        facts.push((format!("CIPMUX {}", u8::from(mux)), "1: up to six connections, each with a number (AT+CIPMUX)"));
    }
    match strip.creg {
        Some(1) => facts.push(("home network".to_owned(), "+CREG: 1")),
        Some(5) => facts.push(("roaming".to_owned(), "+CREG: 5")),
        Some(2) => facts.push(("searching for a network".to_owned(), "+CREG: 2")),
        Some(3) => facts.push(("registration denied".to_owned(), "+CREG: 3")),
        Some(_) => facts.push(("no network".to_owned(), "+CREG")),
        None => {}
    }
    match strip.csq {
        Some(99) => facts.push(("signal not known".to_owned(), "+CSQ: 99")),
        Some(rssi) => facts.extend(codes::csq_text(rssi).map(|words| (format!("signal {words}"), "+CSQ"))),
        None => {}
    }
    if facts.is_empty() || !state.connected() {
        return;
    }
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        for (fact, help) in facts.iter().rev() {
            parts::weak(ui, fact.as_str()).on_hover_text(*help);
        }
    });
}
