//! The macros: groups of buttons, the question for parameters, and how the run gets on.

use egui::containers::menu::MenuButton;
use egui::{Button, Color32, Key, KeyboardShortcut, Modifiers, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

use super::ask::{Answer, Ask, Choice};
use super::run_card::{self, Clicked};
use super::tools::{EditorPanel, ProgramPanel};
use super::{icons, parts, theme};
use crate::app::State;
use crate::app::book::of_family;
use crate::app::command::Book;
use crate::macros::Macro;
use crate::macros::hot_key::HotKey;
use crate::macros::runner::Values;
use crate::ui::commands::Commands;

/// The button beside each macro.
const MORE: f32 = 24.0;
/// The bar that scrolls the list, wider under the pointer, stands so far from the buttons.
const SCROLL: f32 = 2.0;
/// At most this many steps are listed under the pointer.
const LISTED: usize = 30;

/// The panel and the question that is open.
#[derive(Debug, Default)]
pub(crate) struct MacroPanel {
    ask: Option<Ask>,
    /// Names of the macros that were there before: one that is added is brought into sight.
    known: Option<Vec<String>>,
    /// Where the buttons ended when they were drawn last, from the top of the list.
    ends: Vec<f32>,
    /// What was run last from here, and the macro's name.
    last: Option<(String, Choice)>,
}

/// What is wanted of one macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Run,
    Repeat,
    DryRun,
    Edit,
    Wait,
    Program,
}

impl MacroPanel {
    /// Draws the buttons and the run.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal(|ui| {
            parts::heading(ui, "Macros");
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if parts::quiet_signed(ui, icons::EDIT, "Edit…").on_hover_text("Edit macros").clicked() {
                    commands.open::<EditorPanel>();
                }
                record(ui, state, commands);
            });
        });
        let added = self.added(state);
        let room = ui.available_height();
        let ends = std::mem::take(&mut self.ends);
        let more = ends.last().is_some_and(|last| *last > room);
        // A list that goes on ends behind a whole button, not in half a heading.
        let high = ends.into_iter().rfind(|end| *end <= room).filter(|_| more).unwrap_or(room);
        ScrollArea::vertical().id_salt("macros").max_height(high).auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::CLOSE;
            let top = ui.cursor().top();
            let mut group: Option<&str> = None;
            for (index, wanted) in state.book.macros.iter().enumerate() {
                let of = wanted.group.as_deref().unwrap_or_default();
                if group != Some(of) {
                    if group.is_some() {
                        ui.add_space(theme::APART);
                    }
                    if !of.is_empty() {
                        parts::weak(ui, of);
                    }
                    group = Some(of);
                }
                let chosen = button(ui, wanted, !state.running());
                self.ends.push(ui.min_rect().bottom() - top);
                if added == Some(index) && !ui.ui_contains_pointer() {
                    // Its button ends where the next one will begin.
                    ui.scroll_to_cursor(None);
                }
                match chosen {
                    Some(Wanted::Run) => self.begin(index, wanted, state, commands),
                    Some(Wanted::Repeat) => self.ask = Some(Ask::new(index, wanted, state, false).repeated()),
                    Some(Wanted::DryRun) => self.ask = Some(Ask::new(index, wanted, state, true)),
                    Some(Wanted::Edit) => commands.open_at::<EditorPanel>(&wanted.name),
                    Some(Wanted::Wait) => commands.push(Book::WaitForAnswers(wanted.name.clone())),
                    Some(Wanted::Program) => commands.open_at::<ProgramPanel>(&wanted.name),
                    None => {}
                }
            }
            if let Some(modem) = state.status.strip.modem.filter(|modem| of_family(modem, &state.book).is_some()) {
                ui.add_space(theme::APART);
                let offer = parts::quiet(ui, &format!("Add macros for {modem}"));
                if offer.on_hover_text("The modem is of this family; your own macros stay").clicked() {
                    commands.push(Book::AddFamily(modem));
                }
            }
            if state.book.macros.is_empty() {
                parts::weak(ui, "No macros.");
            }
            parts::keep_focus_in_sight(ui);
        });
    }

    /// The first macro that was not there in the last frame.
    fn added(&mut self, state: &State) -> Option<usize> {
        let macros = &state.book.macros;
        let same = |known: &Vec<String>| known.iter().eq(macros.iter().map(|known| &known.name));
        if self.known.as_ref().is_some_and(same) {
            return None;
        }
        let known = self.known.replace(macros.iter().map(|known| known.name.clone()).collect());
        let known = known.filter(|known| !known.is_empty())?;
        macros.iter().position(|now| !known.contains(&now.name))
    }

    /// The question, drawn after everything else and over it; and the hot keys where `keys` may put something on the line.
    pub(crate) fn overlay(&mut self, ui: &mut Ui, state: &State, keys: bool, commands: &mut Commands) {
        if let Some(ask) = &mut self.ask {
            match ask.show(ui, state, commands) {
                Answer::Open => {}
                Answer::Closed => self.ask = None,
                Answer::Run(choice) => {
                    self.ask = None;
                    self.start(choice, state, commands);
                }
            }
            return;
        }
        if state.running() || !keys {
            return;
        }
        let pressed = state.book.macros.iter().position(|wanted| {
            wanted
                .key
                .as_deref()
                .and_then(shortcut)
                .is_some_and(|keys| ui.input_mut(|input| input.consume_shortcut(&keys)))
        });
        if let Some((index, wanted)) = pressed.and_then(|index| Some((index, state.book.macros.get(index)?))) {
            self.begin(index, wanted, state, commands);
        }
    }

    /// A question is open.
    pub(crate) fn asking(&self) -> bool {
        self.ask.is_some()
    }

    fn begin(&mut self, index: usize, wanted: &Macro, state: &State, commands: &mut Commands) {
        if wanted.ask.is_empty() || !state.connected() {
            self.start(Choice { index, values: Values::new(), rounds: None }, state, commands);
        } else {
            self.ask = Some(Ask::new(index, wanted, state, false));
        }
    }

    fn start(&mut self, choice: Choice, state: &State, commands: &mut Commands) {
        if let Some(wanted) = state.book.macros.get(choice.index).filter(|_| state.connected()) {
            self.last = Some((wanted.name.clone(), choice.clone()));
        }
        commands.push(choice);
    }

    /// The run in hand or the last one, in a slot of its own below the buttons.
    pub(crate) fn run(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some(run) = &state.status.run else {
            parts::weak(ui, "The steps of a macro that runs are shown here.");
            return;
        };
        let again = self.again(state, &run.name);
        match run_card::show(ui, state, run, again.as_ref().map(|again| &again.values), commands) {
            Some(Clicked::Run(index)) => {
                if let Some(wanted) = state.book.macros.get(index) {
                    self.begin(index, wanted, state, commands);
                }
            }
            Some(Clicked::Again) => {
                if let Some(choice) = again {
                    self.start(choice, state, commands);
                }
            }
            None => {}
        }
    }

    /// The last run once more, if it was the macro of this name and the book still has it.
    fn again(&self, state: &State, name: &str) -> Option<Choice> {
        let (_, choice) = self.last.as_ref().filter(|(last, _)| last == name)?;
        let index = state.book.macros.iter().position(|wanted| wanted.name == name)?;
        Some(Choice { index, ..choice.clone() })
    }
}

fn record(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let recording = state.tools.recording_since.is_some();
    let (name, help) = if recording {
        ("Stop recording", "Makes a macro of what was sent since, and of what the modem answered")
    } else {
        ("Record", "What you send from now on becomes a macro")
    };
    let palette = parts::colors(ui);
    let able = state.connected() || recording;
    let icon = parts::sign(if recording { icons::STOP } else { icons::RECORD });
    let icon = if able { icon.color(palette.bad) } else { icon };
    let button = Button::selectable(recording, (icon, name)).frame_when_inactive(true);
    if ui.add_enabled(able, button).accessible_name(name).on_hover_text(help).clicked() {
        commands.push(Book::Record(!recording));
    }
}

fn button(ui: &mut Ui, wanted: &Macro, enabled: bool) -> Option<Wanted> {
    let palette = parts::colors(ui);
    let mut text = RichText::new(&wanted.name);
    if let Some(color) = wanted.color.as_deref().and_then(|color| Color32::from_hex(color).ok()) {
        text = text.color(if palette.dark { color } else { color.gamma_multiply(0.7) });
    }
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width() - SCROLL, theme::CONTROL), Sense::hover());
    let (mut left, right) = place.split_left_right_at_x(place.right() - MORE);
    left.max.x -= 4.0;
    let key = wanted.key.clone().unwrap_or_default();
    let button = Button::new(text)
        .right_text(RichText::new(&key).font(theme::small()).color(palette.weak))
        .truncate()
        .min_size(left.size());
    // Children of their own, which do not widen the panel where their words do not fit.
    let response = ui.new_child(UiBuilder::new().max_rect(left)).add_enabled(enabled, button);
    let response = response.accessible_name(wanted.name.clone());
    let mut chosen = None;
    response.context_menu(|ui| chosen = menu(ui, wanted));
    if response.on_hover_ui(|ui| summary(ui, wanted)).clicked() {
        chosen = Some(Wanted::Run);
    }
    let dots = Button::new(RichText::new("…").color(palette.text)).min_size(right.size());
    let middle = egui::Layout::centered_and_justified(egui::Direction::TopDown);
    let mut corner = ui.new_child(UiBuilder::new().max_rect(right).layout(middle));
    corner.spacing_mut().button_padding.x = 2.0;
    let (more, inner) = MenuButton::from_button(dots).ui(&mut corner, |ui| menu(ui, wanted));
    more.accessible_name(format!("More for {}", wanted.name))
        .on_hover_text("Dry run, several times, edit, as a program");
    chosen.or(inner.and_then(|inner| inner.inner))
}

/// What else can be done with a macro.
fn menu(ui: &mut Ui, of: &Macro) -> Option<Wanted> {
    parts::keep_keyboard(ui);
    let mut chosen = None;
    for (icon, words, wanted) in [
        (icons::FIND, "Dry run: show the bytes…", Wanted::DryRun),
        (icons::AGAIN, "Run several times…", Wanted::Repeat),
        (icons::EDIT, "Edit this macro…", Wanted::Edit),
        (icons::DONE, "Make it wait for the answers", Wanted::Wait),
        (icons::CODE, "As a program: Arduino, Python, C…", Wanted::Program),
    ] {
        let useful = wanted != Wanted::Wait || !of.waits();
        let entry = parts::signed(ui, useful, icon, words);
        if entry.on_disabled_hover_text("Each of its steps waits already").clicked() {
            chosen = Some(wanted);
            ui.close();
        }
    }
    chosen
}

/// What a macro is called, which its button may have no room for, what it is for and what it sends.
fn summary(ui: &mut Ui, wanted: &Macro) {
    ui.label(RichText::new(&wanted.name).font(theme::strong(theme::BODY)).color(parts::colors(ui).strong));
    if let Some(about) = &wanted.about {
        ui.label(about);
    }
    for (index, step) in wanted.steps.iter().enumerate().filter(|(_, step)| !step.disabled).take(LISTED) {
        let send = step.send.clone().unwrap_or_else(|| "wait".to_owned());
        ui.label(RichText::new(format!("{}. {send}", index + 1)).font(theme::mono()));
    }
    if wanted.steps.len() > LISTED {
        parts::weak(ui, format!("… {} steps in all", wanted.steps.len()));
    }
}

/// The keys of a macro as egui has them.
fn shortcut(text: &str) -> Option<KeyboardShortcut> {
    let hot: HotKey = text.parse().ok()?;
    let mut modifiers = Modifiers::NONE;
    for (held, modifier) in [(hot.ctrl, Modifiers::COMMAND), (hot.alt, Modifiers::ALT), (hot.shift, Modifiers::SHIFT)] {
        if held {
            modifiers |= modifier;
        }
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(&hot.key)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hot_keys_are_read_as_written() {
        for (text, expected) in [
            ("F3", Some(KeyboardShortcut::new(Modifiers::NONE, Key::F3))),
            ("Ctrl+Shift+K", Some(KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, Key::K))),
            ("ctrl+1", Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::Num1))),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(shortcut(text), expected, "{text}");
        }
    }
}
