//! The findings: what is wrong, why, what to do, and a button where one click does it.
//!
//! Bytes that an offer would send are shown before they go out.

use egui::{Align, Align2, Area, Button, Frame, Id, Layout, Margin, Order, Rect, RichText, ScrollArea, Ui, vec2};

use super::tools::FindBaudPanel;
use super::{bytes, icons, parts, theme};
use crate::app::State;
use crate::app::command::{Line, Setting, Tool};
use crate::modem::diagnose::{Evidence, Finding, Offer, Severity};
use crate::modem::secrets::{masked_bytes, secret_in};
use crate::ui::commands::Commands;

/// Room for the badge, so that titles stand below each other.
const BADGE: f32 = 88.0;

/// Room for *Fold* beside the title of what is unfolded.
const CLOSE: f32 = 80.0;

/// What an unfolded finding leaves of the window above it.
const LOG: f32 = 110.0;

/// When the last of its bytes came or went.
fn newest(finding: &Finding) -> (Option<std::time::Duration>, u64) {
    let last = finding.evidence.iter().max_by_key(|evidence| evidence.at);
    (last.and_then(|last| last.at), last.map_or(0, |last| last.range.start))
}

/// What stands where no finding is listed.
fn nothing(state: &State) -> String {
    let found = match &state.file {
        Some(file) => file.findings.as_ref(),
        None => Some(&state.status.findings),
    };
    match (&state.file, found) {
        (_, Some(found)) if !found.is_empty() => "What was found is put away.".to_owned(),
        (Some(_), None) => "It is being looked through…".to_owned(),
        (Some(file), Some(_)) => file.reading.clone(),
        (None, _) if state.port.is_some() || state.feed.is_some() => {
            format!("Nothing was found so far. {}", state.status.strip.fared.text())
        }
        (None, _) => "What is wrong, why, and what to do will stand here.".to_owned(),
    }
}

/// The list and what is unfolded in it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The one that is unfolded.
    open: Option<Key>,
    /// Those that were put away, of this capture.
    dismissed: Vec<Key>,
    /// In which order they were listed.
    order: Vec<Key>,
    capture: u64,
    advice: Option<(&'static str, &'static str)>,
    /// Where what is unfolded begins: the log ends above it.
    top: Option<f32>,
}

/// Names a finding as long as its capture is shown: its rule and the first bytes it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key(&'static str, Option<Evidence>);

impl Key {
    fn of(finding: &Finding) -> Self {
        Self(finding.rule, finding.evidence.first().cloned())
    }
}

impl Findings {
    /// Where what is unfolded begins, over the place of the log.
    pub(crate) fn top(&self) -> Option<f32> {
        self.top
    }

    fn listed<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Finding> {
        let here = self.capture == state.capture_number;
        state.findings().filter(move |finding| !here || !self.dismissed.contains(&Key::of(finding)))
    }

    /// Draws the list.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if self.capture != state.capture_number {
            (self.capture, self.open, self.top) = (state.capture_number, None, None);
            self.dismissed.clear();
        }
        // Of a file what matters most first. Of a session what stands open, the newest of it at the top: that is what the user
        // asks about. Under the pointer nothing moves: what is new waits at the end until it is gone.
        let mut all: Vec<Finding> = self.listed(state).cloned().collect();
        if state.file.is_some() {
            all.sort_by_key(Finding::weight);
        } else {
            all.sort_by_key(|finding| (finding.resolved, std::cmp::Reverse(newest(finding))));
        }
        if ui.rect_contains_pointer(ui.max_rect()) {
            let place = |finding: &Finding| self.order.iter().position(|key| *key == Key::of(finding));
            all.sort_by_key(|finding| place(finding).unwrap_or(usize::MAX));
        }
        self.order = all.iter().map(Key::of).collect();
        let panel = ui.max_rect();
        self.head(ui, state, &all, commands);
        // No least height: the panel would grow by what it exceeds.
        let list = ScrollArea::vertical().id_salt("findings").auto_shrink([false, true]).min_scrolled_height(0.0);
        list.show(ui, |ui| {
            if all.is_empty() {
                parts::weak(ui, nothing(state));
            }
            ui.spacing_mut().item_spacing.y = theme::BETWEEN;
            for finding in &all {
                ui.push_id((finding.rule, finding.evidence.first().map(|first| first.range.start)), |ui| {
                    self.finding(ui, state, finding, commands);
                });
            }
            parts::keep_focus_in_sight(ui);
        });
        let open = all.iter().find(|finding| self.open.as_ref() == Some(&Key::of(finding)));
        self.top = open.map(|finding| self.card(ui, panel, state, finding, commands));
    }

    /// The whole of a finding, over the lower end of the log: the list stays as it is, and so does what was clicked. Where it
    /// begins.
    fn card(&mut self, ui: &Ui, panel: Rect, state: &State, finding: &Finding, commands: &mut Commands) -> f32 {
        let area = Area::new(Id::unique("finding")).order(Order::Middle).pivot(Align2::LEFT_BOTTOM).movable(false);
        let shown = area.fixed_pos(panel.left_top() - vec2(0.0, theme::OVER)).show(ui.ctx(), |ui| {
            let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(12, 8));
            frame.show(ui, |ui| {
                ui.set_width(panel.width() - 2.0 * theme::GRID[0]);
                let most = (panel.top() - LOG).max(theme::LEAST_FORM);
                // Without a least height it would never be higher than what was unfolded before.
                let scroll = ScrollArea::vertical().id_salt("finding").max_height(most).min_scrolled_height(most);
                scroll.show(ui, |ui| {
                    ui.horizontal_top(|ui| {
                        let room = ui.available_width() - CLOSE;
                        ui.vertical(|ui| {
                            ui.set_width(room);
                            ui.label(RichText::new(&finding.title).font(theme::strong(theme::BODY)));
                        });
                        if parts::quiet_signed(ui, icons::CLOSE, "Fold").clicked() {
                            self.open = None;
                        }
                    });
                    self.unfolded(ui, state, finding, commands);
                    parts::keep_focus_in_sight(ui);
                });
            });
        });
        shown.response.rect.top()
    }

    fn head(&mut self, ui: &mut Ui, state: &State, all: &[Finding], commands: &mut Commands) {
        ui.horizontal(|ui| {
            let open = all.iter().filter(|finding| !finding.resolved).count();
            parts::heading(ui, &if open == 0 { "Findings".to_owned() } else { format!("Findings ({open})") });
            if open < all.len() && parts::quiet(ui, "Clear resolved").clicked() {
                self.dismissed.extend(all.iter().filter(|finding| finding.resolved).map(Key::of));
            }
            if !state.settings.muted.is_empty() {
                let muted: Vec<_> = state.settings.muted.iter().map(String::as_str).collect();
                let button = parts::quiet(ui, &format!("{} muted: show again", muted.len()));
                if button.on_hover_text(muted.join(", ")).clicked() {
                    commands.push(Setting::UnmuteAll);
                }
            }
        });
    }

    /// One line, and below it the rest where it is unfolded.
    fn finding(&mut self, ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Commands) {
        let palette = parts::colors(ui);
        let (icon, word, color) = match (finding.resolved, finding.severity) {
            (true, _) => (icons::DONE, "Resolved", palette.good),
            (false, Severity::Problem) => (icons::PROBLEM, "Problem", palette.bad),
            (false, Severity::Warning) => (icons::WARNING, "Warning", palette.warn),
            (false, Severity::Note) => (icons::NOTE, "Note", palette.accent),
        };
        let key = Key::of(finding);
        let unfolded = self.open.as_ref() == Some(&key);
        ui.horizontal(|ui| {
            ui.allocate_ui_with_layout(vec2(BADGE, theme::CONTROL), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(BADGE);
                parts::badge_signed(ui, icon, word, color);
            });
            let offer = finding.offers.iter().find(|offer| !matches!(offer, Offer::Advice(_)));
            // Of a file nothing is mended at the modem at hand: there the words have the room.
            let offer = offer.filter(|_| !unfolded && !finding.resolved && state.file.is_none());
            // From the right: the buttons stand below each other, and the words have what is left.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if parts::quiet(ui, "Dismiss")
                    .on_hover_text("Puts this one away; the next one of its kind is shown")
                    .clicked()
                {
                    self.dismissed.push(key.clone());
                }
                if let Some(offer) = offer {
                    self.offer(ui, state, finding.rule, offer, commands);
                }
                let title = RichText::new(&finding.title).font(theme::strong(theme::BODY)).color(palette.text);
                let button = Button::new(title).truncate().frame_when_inactive(false).selected(unfolded);
                let words = Layout::left_to_right(Align::Center).with_main_justify(true).with_main_align(Align::Min);
                let line = ui.with_layout(words, |ui| ui.add(button)).inner;
                let help = if unfolded { "Fold" } else { "Why, and what to do" };
                if line.on_hover_text(help).clicked() {
                    self.open = (!unfolded).then(|| key.clone());
                }
            });
        });
    }

    fn unfolded(&mut self, ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Commands) {
        let palette = parts::colors(ui);
        if finding.resolved {
            parts::weak(ui, "It is resolved. This is how it was:");
        }
        ui.label(&finding.cause);
        if !finding.resolved {
            ui.label(parts::sentence(&[("To do: ", palette.strong, true), (&finding.fix, palette.text, false)]));
        }
        ui.horizontal_wrapped(|ui| {
            if !finding.resolved {
                self.offers(ui, state, finding, commands);
            }
            if let Some(evidence) = finding.evidence.first()
                && ui.button("Show the bytes").on_hover_text("In the log").clicked()
            {
                commands.show_bytes(evidence.clone());
            }
            // In a menu, so that a second click on what stood here before cannot silence a rule for good.
            ui.menu_button("Rule…", |ui| {
                parts::weak(ui, format!("The rule is “{}”.", finding.rule));
                if ui.button("Mute this rule").on_hover_text("Shows no more findings of it, in any session").clicked() {
                    commands.push(Setting::Mute(finding.rule.to_owned()));
                    ui.close();
                }
            });
        });
        if let Some((rule, advice)) = self.advice
            && rule == finding.rule
        {
            ui.label(advice);
        }
    }

    fn offers(&mut self, ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Commands) {
        let ours = |offer: &&Offer| state.file.is_none() || matches!(offer, Offer::Advice(_));
        for offer in finding.offers.iter().filter(ours) {
            self.offer(ui, state, finding.rule, offer, commands);
            if let Offer::Send { bytes: exact, .. } = offer {
                parts::weak(ui, hex(exact));
            }
        }
    }

    fn offer(&mut self, ui: &mut Ui, state: &State, rule: &'static str, offer: &Offer, commands: &mut Commands) {
        match offer {
            Offer::Send { label, bytes: exact } => {
                let preview = format!("{label}: sends {} ({})", bytes::words(&masked_bytes(exact)), hex(exact));
                // What gives the data up is never the main thing to do.
                let here = state.connected();
                let button = if exact.as_slice() == b"\x1B" {
                    ui.add_enabled(here, Button::new(label.as_str()))
                } else {
                    parts::primary(ui, here, label)
                };
                if button.on_hover_text(preview).on_disabled_hover_text("Connect first").clicked() {
                    commands.push(Line::Send(exact.clone()));
                }
            }
            Offer::Advice(advice) => {
                let shown = self.advice == Some((rule, advice));
                if ui.button(if shown { "Hide advice" } else { "Advice…" }).clicked() {
                    self.advice = (!shown).then_some((rule, advice));
                }
            }
            Offer::StartServer { port } => {
                // To a real modem this computer is somewhere else.
                let useful = state.server.address.is_none() && !state.has_line_settings();
                if useful && parts::primary(ui, true, &format!("Start the test server on port {port}")).clicked() {
                    commands.push(Tool::StartServer(*port));
                }
            }
            Offer::ScanBaud => {
                let useful = state.has_line_settings();
                if useful && ui.button("Find baud…").on_hover_text("Opens the search; nothing is sent yet").clicked()
                {
                    commands.open::<FindBaudPanel>();
                }
            }
        }
    }
}

/// What would be sent, in hex: `41 54 2B`, with `**` for each byte of a secret.
fn hex(exact: &[u8]) -> String {
    let secret = secret_in(exact);
    let digits = bytes::hex(exact);
    let shown = digits.split(' ').enumerate().map(|(at, digits)| {
        let hidden = secret.iter().any(|range| range.contains(&at));
        if hidden { "**" } else { digits }
    });
    shown.collect::<Vec<_>>().join(" ")
}
