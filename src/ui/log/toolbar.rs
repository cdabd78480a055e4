//! The choices above the log: how it is shown, which rows, notes, jumps, and what is counted.

use std::time::Duration;

use egui::{Button, Color32, ComboBox, Key, Popup, PopupCloseBehavior, RichText, TextEdit, Ui};

use super::{LogPanel, Why};
use crate::app::State;
use crate::app::command::{Capture, Log, Setting};
use crate::app::log_feed::From;
use crate::app::settings::{Clock, Columns, Highlight, TextDecoding, View};
use crate::capture::Filter;
use crate::capture::search::{Pattern, PatternKind};
use crate::notation::{Mode, parse};
use crate::ui::commands::Commands;
use crate::ui::{bytes, parts, theme};

/// Drafts of the choices.
#[derive(Debug)]
pub(super) struct Toolbar {
    rx: bool,
    tx: bool,
    events: bool,
    only: String,
    pattern: Option<Pattern>,
    trouble: Option<String>,
    newline: Option<String>,
    note: String,
    time: String,
    byte: String,
    highlight: Highlight,
    compiled: (Vec<Highlight>, Vec<(Pattern, Color32)>),
}

impl Default for Toolbar {
    fn default() -> Self {
        Self {
            rx: true,
            tx: true,
            events: true,
            only: String::new(),
            pattern: None,
            trouble: None,
            newline: None,
            note: String::new(),
            time: String::new(),
            byte: String::new(),
            highlight: Highlight { color: "#E8B34B".to_owned(), ..Highlight::default() },
            compiled: (Vec::new(), Vec::new()),
        }
    }
}

impl Toolbar {
    pub(super) fn filter(&self) -> Filter {
        Filter { rx: self.rx, tx: self.tx, events: self.events, pattern: self.pattern.clone() }
    }

    pub(super) fn filters(&self) -> bool {
        !self.filter().shows_all()
    }

    /// Patterns of the highlight rules; one that does not compile colours nothing.
    pub(super) fn highlights(&mut self, rules: &[Highlight]) -> Vec<(Pattern, Color32)> {
        if self.compiled.0 != rules {
            let compile = |rule: &Highlight| {
                let kind = if rule.regex { PatternKind::Regex } else { PatternKind::Text };
                let pattern = Pattern::new(&rule.pattern, kind, true).ok()?;
                Some((pattern, Color32::from_hex(&rule.color).ok()?))
            };
            self.compiled = (rules.to_vec(), rules.iter().filter_map(compile).collect());
        }
        self.compiled.1.clone()
    }
}

/// Draws the choices.
pub(super) fn show(log: &mut LogPanel, ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal_wrapped(|ui| {
        parts::heading(ui, "Log");
        ui.spacing_mut().item_spacing.x = 4.0;
        columns(ui, state, commands);
        times(ui, state, commands);
        rows(&mut log.toolbar, ui, state, commands);
        filter(&mut log.toolbar, ui);
        more(log, ui, state, commands);
        let follow = ui.selectable_label(log.scroll.follow, "Follow");
        if follow.on_hover_text("Keeps the newest row in sight; End does it too").clicked() {
            log.scroll.follow = !log.scroll.follow;
            log.goto = None;
        }
        if log.base > 0 && parts::quiet(ui, "Show all rows").on_hover_text("The view was cleared").clicked() {
            log.unclear();
        }
        counted(ui, state, commands);
        if let Some(file) = &state.file {
            let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            parts::badge(ui, &name, parts::colors(ui).accent).on_hover_text(file.path.display().to_string());
            if ui.button("Close file").on_hover_text("Show the port again").clicked() {
                commands.push(Capture::ShowPort);
            }
        }
    });
}

fn columns(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let view = &state.settings.view;
    let choices = [
        (Columns::Both, "Text and hex"),
        (Columns::Text, "Text"),
        (Columns::Hex, "Hex"),
        (Columns::Decimal, "Decimal"),
        (Columns::Binary, "Binary"),
    ];
    let name = choices.iter().find(|(columns, _)| *columns == view.columns).map_or("", |(_, name)| name);
    let combo = ComboBox::from_id_salt("columns").width(112.0).selected_text(name).show_ui(ui, |ui| {
        for (columns, name) in choices {
            let button = ui.selectable_label(view.columns == columns, name);
            if button.accessible_name(format!("Show as {}", name.to_lowercase())).clicked() {
                commands.push(Setting::View(View { columns, ..view.clone() }));
            }
        }
        ui.separator();
        for (decoding, name) in [
            (TextDecoding::Utf8, "Text is UTF-8"),
            (TextDecoding::Latin1, "Text is Latin-1"),
            (TextDecoding::Bytes, "Only ASCII is text"),
        ] {
            if ui.selectable_label(view.decoding == decoding, name).clicked() {
                commands.push(Setting::View(View { decoding, ..view.clone() }));
            }
        }
    });
    combo.response.accessible_name("Show bytes as");
}

fn times(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let view = &state.settings.view;
    let choices = [
        (Clock::Clock, "Clock", "Time of day"),
        (Clock::SinceStart, "Since start", "Seconds since the capture began"),
        (Clock::SinceRow, "Since last row", "Seconds since the row above"),
        (Clock::SinceTx, "Since last TX", "Seconds since bytes were sent last: how long an answer took"),
    ];
    let name = choices.iter().find(|(clock, ..)| *clock == view.clock).map_or("", |(_, name, _)| name);
    let combo = ComboBox::from_id_salt("clock").width(112.0).selected_text(name).show_ui(ui, |ui| {
        for (clock, name, help) in choices {
            if ui.selectable_label(view.clock == clock, name).on_hover_text(help).clicked() {
                commands.push(Setting::View(View { clock, ..view.clone() }));
            }
        }
    });
    combo.response.accessible_name("Time");
}

fn rows(toolbar: &mut Toolbar, ui: &mut Ui, state: &State, commands: &mut Commands) {
    let view = &state.settings.view;
    let button = ui.add(Button::selectable(view.newline != "modem", "Rows…"));
    Popup::menu(&button.on_hover_text("Where a row ends"))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            let mut choose = |newline: String| commands.push(Setting::View(View { newline, ..view.clone() }));
            for (rule, name) in [
                ("modem", "As a modem answers"),
                ("auto", "At line ends"),
                ("cr", "After CR"),
                ("lf", "After LF"),
                ("crlf", "After CR LF"),
                ("nul", "After NUL"),
                ("etx", "After ETX (03)"),
                ("every 16", "Every 16 bytes"),
                ("pause 50ms", "After a pause of 50 ms"),
                ("never", "When the direction changes"),
            ] {
                if ui.selectable_label(view.newline == rule, name).clicked() {
                    choose(rule.to_owned());
                    ui.close();
                }
            }
            ui.separator();
            let text = toolbar.newline.get_or_insert_with(|| view.newline.clone());
            let label = parts::weak(ui, r"Other: \x1A, every 32, pause 200ms");
            let field =
                ui.add(TextEdit::singleline(text).desired_width(150.0).font(theme::mono())).labelled_by(label.id);
            let wanted = View { newline: text.clone(), ..view.clone() };
            match wanted.row_end() {
                Err(trouble) => {
                    ui.colored_label(parts::colors(ui).bad, trouble);
                }
                Ok(_) if field.lost_focus() && wanted != *view => choose(wanted.newline),
                Ok(_) => {}
            }
        });
}

fn filter(toolbar: &mut Toolbar, ui: &mut Ui) {
    let button = ui.add(Button::selectable(toolbar.filters(), "Filter…")).on_hover_text("Which rows are shown");
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.checkbox(&mut toolbar.rx, "Received");
        ui.checkbox(&mut toolbar.tx, "Sent");
        ui.checkbox(&mut toolbar.events, "Events and notes");
        let label = ui.label("Only rows with");
        let field = ui.add(TextEdit::singleline(&mut toolbar.only).desired_width(170.0).font(theme::mono()));
        if field.labelled_by(label.id).changed() {
            (toolbar.pattern, toolbar.trouble) = match Pattern::new(&toolbar.only, PatternKind::Regex, true) {
                Ok(pattern) => (Some(pattern), None),
                Err(_) if toolbar.only.is_empty() => (None, None),
                Err(error) => (None, Some(error.to_string())),
            };
        }
        parts::weak(ui, "A regular expression; capitals do not matter.");
        if let Some(trouble) = &toolbar.trouble {
            ui.colored_label(parts::colors(ui).bad, trouble);
        }
        if ui.button("Show everything").clicked() {
            (toolbar.rx, toolbar.tx, toolbar.events, toolbar.pattern) = (true, true, true, None);
            toolbar.only.clear();
        }
    });
}

fn more(log: &mut LogPanel, ui: &mut Ui, state: &State, commands: &mut Commands) {
    let button = ui.button("More…").on_hover_text("Notes, jump to a time, clear, highlight, count");
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(270.0);
        let enter =
            |field: &egui::Response, ui: &Ui| field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let label = parts::weak(ui, "Note into the log");
        ui.horizontal(|ui| {
            let field = ui.add(TextEdit::singleline(&mut log.toolbar.note).desired_width(190.0)).labelled_by(label.id);
            if (ui.button("Add").clicked() || enter(&field, ui)) && !log.toolbar.note.is_empty() {
                commands.push(Log::Note(std::mem::take(&mut log.toolbar.note)));
                ui.close();
            }
        });
        let label = parts::weak(ui, "Jump to seconds since the start, such as 12.5");
        ui.horizontal(|ui| {
            let field = ui.add(TextEdit::singleline(&mut log.toolbar.time).desired_width(190.0)).labelled_by(label.id);
            let time = log.toolbar.time.trim().parse().ok().and_then(|time| Duration::try_from_secs_f64(time).ok());
            let go = ui.add_enabled(time.is_some(), Button::new("Jump")).clicked() || enter(&field, ui);
            if let Some(time) = time.filter(|_| go) {
                log.go(From::Time(time), Why::Show(None));
                ui.close();
            }
        });
        ui.separator();
        highlights(&mut log.toolbar, ui, state, commands);
        ui.separator();
        count_byte(&mut log.toolbar, ui, commands);
        ui.separator();
        if ui.button("Clear view").on_hover_text("Hides what is there; the capture keeps it").clicked() {
            log.clear();
            ui.close();
        }
    });
}

fn highlights(toolbar: &mut Toolbar, ui: &mut Ui, state: &State, commands: &mut Commands) {
    parts::weak(ui, "Colour rows with");
    let mut rules = state.settings.highlight.clone();
    let mut gone = None;
    for (at, rule) in rules.iter().enumerate() {
        ui.horizontal(|ui| {
            let color = Color32::from_hex(&rule.color).unwrap_or(parts::colors(ui).warn);
            parts::lamp(ui, color, &rule.pattern);
            if parts::quiet(ui, "Remove").clicked() {
                gone = Some(at);
            }
        });
    }
    if let Some(at) = gone {
        rules.remove(at);
        commands.push(Setting::Highlights(rules.clone()));
    }
    let draft = &mut toolbar.highlight;
    ui.horizontal(|ui| {
        let field = ui.add(TextEdit::singleline(&mut draft.pattern).desired_width(110.0).hint_text("ERROR"));
        field.accessible_name("Text to colour");
        ui.checkbox(&mut draft.regex, "Regex");
        let mut color = Color32::from_hex(&draft.color).unwrap_or(Color32::YELLOW);
        if ui.color_edit_button_srgba(&mut color).accessible_name("Colour of the rows").changed() {
            draft.color = format!("#{:02X}{:02X}{:02X}", color.r(), color.g(), color.b());
        }
        let kind = if draft.regex { PatternKind::Regex } else { PatternKind::Text };
        let valid = Pattern::new(&draft.pattern, kind, true).is_ok();
        if ui.add_enabled(valid, Button::new("Colour")).clicked() {
            rules.push(draft.clone());
            draft.pattern.clear();
            commands.push(Setting::Highlights(rules));
        }
    });
}

fn count_byte(toolbar: &mut Toolbar, ui: &mut Ui, commands: &mut Commands) {
    let label = parts::weak(ui, "Count a byte, in hex");
    ui.horizontal(|ui| {
        ui.add(TextEdit::singleline(&mut toolbar.byte).desired_width(40.0).font(theme::mono()).hint_text("0A"))
            .labelled_by(label.id);
        let byte = parse(&toolbar.byte, Mode::Hex).ok().and_then(|bytes| <[u8; 1]>::try_from(bytes).ok());
        if ui.add_enabled(byte.is_some(), Button::new("Count")).clicked() {
            commands.push(Capture::CountByte(byte.map(|[byte]| byte)));
            ui.close();
        }
    });
}

fn counted(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(find) = &state.counted else { return };
    let tally = find.tally();
    let text = format!("{}: {}", state.settings.counted_byte, bytes::grouped(tally.count));
    let label = RichText::new(text).font(theme::mono());
    if ui
        .add(Button::new(label).frame_when_inactive(false))
        .on_hover_text("How often this byte came; click to stop counting")
        .clicked()
    {
        commands.push(Capture::CountByte(None));
    }
}
