//! The modem strip: what the modem is doing now, from the bytes alone.

use std::time::Duration;

use egui::{Align, Layout, RichText, Ui};

use super::bytes;
use super::parts::{self, seconds};
use super::theme::Palette;
use crate::app::State;
use crate::app::command::Line;
use crate::modem::diagnose::{Doing, Finding, Severity};
use crate::ui::commands::Commands;
use crate::vocabulary::codes;
use crate::worker::Phase;

/// The lamp before what the modem is doing, and the space behind it.
const LAMP: f32 = 40.0;

/// Room for the words about a send that takes its time.
const SENDING: f32 = 340.0;

/// Rules that say why nothing works: what they found stands in the strip in place of *Ready*.
const TELLING: [&str; 5] = ["no-answer", "wrong-baud", "loopback", "sim-missing", "sim-locked"];

/// Draws the strip. `typed` bytes stand in the send box.
pub(crate) fn show(ui: &mut Ui, state: &State, typed: u64, commands: &mut Commands) {
    let palette = parts::colors(ui);
    // One line, whatever it says. What is known of the modem has its place at the right, the rest what is left.
    parts::line(ui, super::theme::CONTROL, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (words, color) = doing(state, typed, palette);
            if state.connected() && state.status.sending.is_some() && ui.button("Cancel send").clicked() {
                commands.push(Line::CancelSend);
            }
            let sending = sending(state, palette);
            // A send keeps its place beside a long command.
            let kept = sending.as_ref().map_or(0.0, |(_, words)| {
                SENDING.max(width(ui, words, egui::TextStyle::Body.resolve(ui.style()), palette) + LAMP)
            });
            facts(ui, state, &words, kept);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let room = (ui.available_width() - kept).max(LAMP);
                let label = ui.scope(|ui| {
                    ui.set_max_width(room);
                    parts::lamp(ui, color, &words)
                });
                let label = label.inner;
                match trouble(state) {
                    Some(finding) => label.on_hover_text(format!("{} {}", finding.cause, finding.fix)),
                    None => label.on_hover_text("What the modem is doing now, read from the bytes alone"),
                };
                if let Some((color, words)) = sending {
                    parts::lamp(ui, color, &words);
                }
                if let Doing::Prompt { .. } = state.status.strip.doing
                    && state.connected()
                {
                    let help = "Ctrl+Z sends what is typed and 1A; Esc gives the data up";
                    let short = "Ctrl+Z: 1A, Esc: give up";
                    // Whole, shorter, or not at all: never cut.
                    let fits = |words: &&str| width(ui, words, super::theme::small(), palette) < ui.available_width();
                    if let Some(words) = [help, short].into_iter().find(fits) {
                        ui.label(RichText::new(words).font(super::theme::small()).color(palette.weak));
                    }
                }
            });
        });
    });
}

/// What is known to be wrong with the modem, whether its rule is muted or not.
fn trouble(state: &State) -> Option<&Finding> {
    let telling = |finding: &&Finding| {
        !finding.resolved && finding.severity == Severity::Problem && TELLING.contains(&finding.rule)
    };
    state.status.findings.iter().filter(|_| state.connected()).rfind(telling)
}

fn doing(state: &State, typed: u64, palette: &Palette) -> (String, egui::Color32) {
    match state.phase() {
        Phase::Open { .. } => {}
        Phase::Lost(_) => return ("The device is gone; it is opened again when it is back".to_owned(), palette.warn),
        Phase::Released => return ("The port is lent to another program".to_owned(), palette.warn),
        Phase::Opening => return ("Connecting…".to_owned(), palette.warn),
        Phase::Closed | Phase::Failed(_) => return ("Not connected".to_owned(), palette.line),
    }
    if let Some(left) = state.restarting() {
        let waits = state.status.sending.is_some();
        let what = if waits { "what you sent waits for it" } else { "nothing is sent before" };
        return (format!("The board restarts, ready in {}: {what}", seconds(left)), palette.warn);
    }
    let found = |otherwise: (&str, egui::Color32)| match trouble(state) {
        Some(finding) => (finding.title.clone(), palette.bad),
        None => (otherwise.0.to_owned(), otherwise.1),
    };
    match &state.status.strip.doing {
        Doing::Unknown => found(("Connected; nothing is known of the modem yet", palette.weak)),
        Doing::Ready => found(("Ready", palette.good)),
        Doing::Waiting { command, since, allowed } => {
            let (time, late) = waited(state.now.saturating_sub(*since), *allowed);
            if late {
                (format!("No answer to {command} for {time}"), palette.bad)
            } else {
                (format!("Waiting for the answer to {command}, {time}"), palette.accent)
            }
        }
        Doing::Connecting { peer, since, allowed } => {
            let (time, late) = waited(state.now.saturating_sub(*since), *allowed);
            if late {
                (format!("No CONNECT OK from {peer} for {time}"), palette.bad)
            } else {
                (format!("Waiting for CONNECT OK from {peer}, {time}; do not send before it"), palette.accent)
            }
        }
        Doing::Prompt { typed: sent, wants, lookalike, .. } => (prompt(typed, *sent, *wants, *lookalike), palette.warn),
        Doing::Connected { peer } => (format!("Connected to {peer}"), palette.good),
        Doing::Transparent => ("Transparent mode: every byte is data; +++ leaves it".to_owned(), palette.warn),
    }
}

/// How long, beside what the manual gives it, and whether that is over.
fn waited(time: Duration, allowed: Option<Duration>) -> (String, bool) {
    match allowed {
        Some(most) if time > most => (format!("{} ({} usual)", whole(time), whole(most)), true),
        Some(most) => (format!("{} of {}", seconds(time), whole(most)), false),
        None => (seconds(time), false),
    }
}

fn prompt(typed: u64, sent: u64, wants: Option<u64>, lookalike: bool) -> String {
    let in_box = format!("{} in the box", bytes::count(typed));
    match wants {
        Some(all) => format!("Waiting for data: {in_box}, {} of {} sent", bytes::grouped(sent), bytes::grouped(all)),
        None if lookalike => format!(
            "Waiting for data: {in_box}, {} sent; the 1A went out as text, the byte 0x1A not yet",
            bytes::grouped(sent)
        ),
        None => format!("Waiting for data: {in_box}, {} sent, 0x1A not yet", bytes::grouped(sent)),
    }
}

/// `5 s`, `1.5 s`, `160 s`.
fn whole(time: Duration) -> String {
    let exact = time.subsec_millis() == 0 || time.as_secs() >= 10;
    if exact { format!("{} s", time.as_secs()) } else { seconds(time) }
}

/// A send that takes its time, or that was cancelled.
fn sending(state: &State, palette: &Palette) -> Option<(egui::Color32, String)> {
    if let Some(progress) = state.status.sending.filter(|_| state.connected()) {
        let stalled = progress.stalled >= Duration::from_millis(500);
        let mut words = format!("Sending {} of {}", bytes::grouped(progress.taken), bytes::count(progress.total));
        if stalled {
            words = format!("{words}, stalled for {}", seconds(progress.stalled));
        }
        return Some((if stalled { palette.bad } else { palette.tx }, words));
    }
    let cancelled = state.status.cancelled.filter(|_| state.port.is_some())?;
    let (taken, total) = (bytes::grouped(cancelled.taken), bytes::count(cancelled.total));
    Some((palette.warn, format!("Send cancelled: {taken} of {total} had gone out")))
}

fn width(ui: &Ui, words: &str, font: egui::FontId, palette: &Palette) -> f32 {
    ui.painter().layout_no_wrap(words.to_owned(), font, palette.text).size().x
}

/// Echo, error form, connections, signal: as many of them as there is room for beside what the modem is `doing`, the newest
/// kinds of knowledge, which stand at the right, first. So much room is `kept` for a send.
fn facts(ui: &mut Ui, state: &State, doing: &str, kept: f32) {
    let (strip, palette) = (&state.status.strip, parts::colors(ui));
    let mut facts = Vec::new();
    if let Some(modem) = strip.modem {
        facts.push((modem.to_owned(), "The modem's family, told by its answers or by the commands used"));
    }
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
    let taken = width(ui, doing, egui::TextStyle::Body.resolve(ui.style()), palette);
    let mut room = ui.available_width() - taken - LAMP - kept;
    for (fact, help) in facts.iter().rev() {
        room -= width(ui, fact, super::theme::small(), palette) + ui.spacing().item_spacing.x;
        if room < 0.0 {
            break;
        }
        parts::weak(ui, fact.as_str()).on_hover_text(*help);
    }
}
