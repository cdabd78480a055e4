//! The findings: what is wrong, why, what to do, and a button where one click does it.
//!
//! Bytes that an offer would send are shown before they go out.

use egui::{Button, RichText, ScrollArea, Ui};

use super::tools::FindBaudPanel;
use super::{bytes, parts, theme};
use crate::app::State;
use crate::app::command::{Line, Setting};
use crate::modem::diagnose::{Finding, Offer, Severity};
use crate::ui::commands::Commands;

/// The list and what is unfolded in it.
#[derive(Debug, Default)]
pub struct Findings {
    advice: Option<(&'static str, &'static str)>,
}

impl Findings {
    /// Draws the list.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let mut all: Vec<&Finding> = state.findings().collect();
        all.sort_by_key(|finding| (finding.resolved, std::cmp::Reverse(finding.severity)));
        ui.horizontal(|ui| {
            let open = all.iter().filter(|finding| !finding.resolved).count();
            parts::heading(ui, &if open == 0 { "Findings".to_owned() } else { format!("Findings ({open})") });
            if !state.settings.muted.is_empty() {
                let muted: Vec<_> = state.settings.muted.iter().map(String::as_str).collect();
                let button = parts::quiet(ui, &format!("{} muted: show again", muted.len()));
                if button.on_hover_text(muted.join(", ")).clicked() {
                    commands.push(Setting::UnmuteAll);
                }
            }
        });
        ScrollArea::vertical().id_salt("findings").auto_shrink([false, true]).show(ui, |ui| {
            for (row, finding) in all.iter().enumerate() {
                ui.push_id((row, finding.rule), |ui| {
                    self.finding(ui, state, finding, commands);
                });
            }
        });
    }

    fn finding(&mut self, ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Commands) {
        let palette = parts::colors(ui);
        let (word, color) = match (finding.resolved, finding.severity) {
            (true, _) => ("Resolved", palette.good),
            (false, Severity::Problem) => ("Problem", palette.bad),
            (false, Severity::Warning) => ("Warning", palette.warn),
            (false, Severity::Note) => ("Note", palette.accent),
        };
        parts::card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                parts::badge(ui, word, color);
                let title =
                    Button::new(RichText::new(&finding.title).font(theme::strong(theme::BODY))).wrap().frame(false);
                if ui.add(title).on_hover_text("Show the bytes in the log").clicked()
                    && let Some(evidence) = finding.evidence.first()
                {
                    commands.show_bytes(evidence.clone());
                }
            });
            if !finding.resolved {
                ui.label(&finding.cause);
                ui.label(parts::sentence(&[("To do: ", palette.strong, true), (&finding.fix, palette.text, false)]));
            }
            ui.horizontal_wrapped(|ui| {
                if !finding.resolved {
                    self.offers(ui, state, finding, commands);
                }
                if parts::quiet(ui, "Mute")
                    .on_hover_text(format!("Show no more findings of “{}”", finding.rule))
                    .clicked()
                {
                    commands.push(Setting::Mute(finding.rule.to_owned()));
                }
                parts::weak(ui, finding.rule);
            });
            if let Some((rule, advice)) = self.advice
                && rule == finding.rule
            {
                ui.label(advice);
            }
        });
    }

    fn offers(&mut self, ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Commands) {
        for offer in &finding.offers {
            match offer {
                Offer::Send { label, bytes: exact } => {
                    let preview = format!("{label}: sends {} ({})", bytes::words(exact), bytes::hex(exact));
                    let button = parts::primary(ui, state.connected(), label);
                    if button.on_hover_text(&preview).clicked() {
                        commands.push(Line::Send(exact.clone()));
                    }
                    parts::weak(ui, bytes::hex(exact));
                }
                Offer::Advice(advice) => {
                    let shown = self.advice == Some((finding.rule, advice));
                    if ui.button(if shown { "Hide advice" } else { "Advice…" }).clicked() {
                        self.advice = (!shown).then_some((finding.rule, advice));
                    }
                }
                Offer::ScanBaud => {
                    if ui.button("Find baud…").on_hover_text("Opens the search; nothing is sent yet").clicked() {
                        commands.open::<FindBaudPanel>();
                    }
                }
            }
        }
    }
}
