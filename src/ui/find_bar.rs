//! Find: text, hex, notation or a regular expression over all bytes of the capture.

use egui::{Id, Key, Modifiers, Rect, TextEdit, Ui, vec2};

use super::{bytes, icons, parts, theme};
use crate::app::State;
use crate::app::command::{Capture, Log};
use crate::capture::search::{Pattern, PatternKind};
use crate::ui::commands::Commands;

/// Height of the bar.
const HEIGHT: f32 = theme::CONTROL + theme::GAP;

/// The bar and what is typed in it.
#[derive(Debug, Default)]
pub(crate) struct FindBar {
    open: bool,
    focus: bool,
    text: String,
    kind: PatternKind,
    exact_case: bool,
    sought: Option<(String, PatternKind, bool)>,
    capture: u64,
}

impl FindBar {
    /// Ctrl+F.
    pub(crate) fn open(&mut self) {
        (self.open, self.focus) = (true, true);
    }

    /// The bar is there.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// What has the focus when keys are meant for the bar.
    pub(crate) fn id() -> Id {
        field_id()
    }

    /// How much of the log's place the bar takes: the rows begin below it, so that no match is under it.
    pub(crate) fn height(&self) -> f32 {
        if self.open { HEIGHT + theme::BETWEEN } else { 0.0 }
    }

    /// Draws the bar above the rows of the log.
    pub(crate) fn show(&mut self, ui: &mut Ui, log: Rect, state: &State, commands: &mut Commands) {
        /// What stands beside the field: in words, and where these leave little of the field, in signs.
        const REST: [f32; 2] = [590.0, 410.0];
        const LEAST: f32 = 140.0;
        const WIDEST: f32 = 850.0;
        let size = vec2(log.width().min(WIDEST), HEIGHT);
        let place = Rect::from_min_size(log.left_top() - vec2(0.0, self.height()), size);
        let brief = place.width() - REST[0] < LEAST;
        let rest = if brief { REST[1] } else { REST[0] };
        let field = (place.width() - rest).clamp(60.0, 260.0);
        let mut step = 0;
        parts::over(ui, "find", place, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = theme::IN_BAR;
                step = self.line(ui, field);
                self.kinds(ui);
                let [previous, next, close] = buttons(ui, brief);
                step -= i64::from(previous);
                step += i64::from(next);
                self.open &= !close;
                tally(ui, state);
            });
        });
        self.search(state, commands);
        if step != 0 {
            commands.push(Log::FindStep(step));
        }
        if !self.open {
            self.sought = None;
            commands.push(Log::FindClose);
        }
    }

    /// Where the words are typed; how many matches its keys go on.
    fn line(&mut self, ui: &mut Ui, width: f32) -> i64 {
        let mut step = 0;
        let label = ui.label("Find");
        let edit = TextEdit::singleline(&mut self.text).id(field_id()).desired_width(width).font(theme::mono());
        let field = ui.add(edit.return_key(None)).labelled_by(label.id);
        if std::mem::take(&mut self.focus) {
            field.request_focus();
        }
        if field.has_focus() {
            ui.input_mut(|input| {
                // The pattern without modifiers also fits with Shift, so it comes second.
                step -= i64::from(input.consume_key(Modifiers::SHIFT, Key::Enter));
                step += i64::from(input.consume_key(Modifiers::NONE, Key::Enter));
            });
        }
        // Esc takes the focus away before anybody is asked.
        if field.has_focus() || field.lost_focus() {
            self.open &= !ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        }
        step
    }

    fn kinds(&mut self, ui: &mut Ui) {
        let name = |kind| match kind {
            PatternKind::Text => "Text",
            PatternKind::Hex => "Hex",
            PatternKind::Notation => "Notation",
            PatternKind::Regex => "Regex",
        };
        let combo = parts::combo("find kind").width(86.0).selected_text(name(self.kind)).show_ui(ui, |ui| {
            for kind in [PatternKind::Text, PatternKind::Hex, PatternKind::Notation, PatternKind::Regex] {
                let choice = ui.selectable_value(&mut self.kind, kind, name(kind));
                choice.accessible_name(format!("Find {}", name(kind).to_lowercase()));
            }
        });
        combo.response.accessible_name("Read as");
        ui.checkbox(&mut self.exact_case, "Match case");
    }

    /// Starts a search when something else is typed, or another capture is shown.
    fn search(&mut self, state: &State, commands: &mut Commands) {
        let wanted = (self.text.clone(), self.kind, self.exact_case);
        if self.sought.as_ref() == Some(&wanted) && self.capture == state.capture_number {
            return;
        }
        self.capture = state.capture_number;
        self.sought = Some(wanted);
        if self.text.is_empty() {
            commands.push(Log::FindClose);
            return;
        }
        match Pattern::new(&self.text, self.kind, !self.exact_case) {
            Ok(pattern) => commands.push(Capture::Find(pattern)),
            Err(error) => commands.push(Log::FindTrouble(error.to_string())),
        }
    }
}

/// The match before, the next one, and the end of it: which of them was clicked.
fn buttons(ui: &mut Ui, brief: bool) -> [bool; 3] {
    let [previous, next, close] = ["Previous", "Next", "Close find"];
    if brief {
        return [(icons::UP, previous, "Shift+Enter"), (icons::DOWN, next, "Enter"), (icons::CLOSE, close, "Esc")].map(
            |(icon, name, key)| {
                let button = ui.button(parts::sign(icon)).accessible_name(name);
                button.on_hover_text(format!("{name}: {key}")).clicked()
            },
        );
    }
    [
        ui.button(previous).on_hover_text("Shift+Enter").clicked(),
        ui.button(next).on_hover_text("Enter").clicked(),
        parts::quiet_signed(ui, icons::CLOSE, close).on_hover_text("Esc").clicked(),
    ]
}

/// How many matches, and at which one the log stands.
fn tally(ui: &mut Ui, state: &State) {
    if let Some(trouble) = &state.find_trouble {
        let line = egui::RichText::new(parts::in_one_line(trouble)).color(parts::colors(ui).bad);
        ui.add(egui::Label::new(line).truncate()).on_hover_text(trouble);
        return;
    }
    let Some(sought) = &state.find else { return };
    let tally = sought.find.tally();
    let count = bytes::grouped(tally.count);
    let mut words = match sought.at {
        Some(at) => format!("{} of {count}", bytes::grouped(at + 1)),
        None if tally.count == 1 => "1 match".to_owned(),
        None => format!("{count} matches"),
    };
    if !tally.complete {
        words = format!("{words}, {:.0} % searched", sought.find.fraction() * 100.0);
    }
    ui.add(egui::Label::new(words).truncate());
}

fn field_id() -> Id {
    Id::unique("find line")
}
