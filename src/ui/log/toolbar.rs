//! The choices above the log: how it is shown, which rows, notes, jumps, and what is counted.

use std::time::Duration;

use egui::{Align, Button, Color32, Key, Label, Layout, Margin, Modifiers, RichText, TextEdit, Ui, UiBuilder, vec2};

use super::{LogPanel, Why};
use crate::app::State;
use crate::app::command::{Capture, Log, Setting};
use crate::app::log_feed::From;
use crate::app::settings::{Clock, Columns, Highlight, TextDecoding, View};
use crate::capture::Filter;
use crate::capture::marks::Mark;
use crate::capture::search::{Pattern, PatternKind};
use crate::notation::{Mode, parse};
use crate::ui::commands::Commands;
use crate::ui::tools::ExportPanel;
use crate::ui::{bytes, icons, parts, theme};

/// Drafts of the choices.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a check box each")]
pub(super) struct Toolbar {
    rx: bool,
    tx: bool,
    events: bool,
    steps: bool,
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
            steps: false,
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
        let (rx, tx, events, steps) = (self.rx, self.tx, self.events, self.steps);
        Filter { rx, tx, events, steps, pattern: self.pattern.clone() }
    }

    /// Something is hidden that is shown at first.
    pub(super) fn filters(&self) -> bool {
        self.pattern.is_some() || self.hides_kinds()
    }

    fn hides_kinds(&self) -> bool {
        !(self.rx && self.tx && self.events)
    }

    fn show_everything(&mut self) {
        (self.rx, self.tx, self.events, self.pattern, self.trouble) = (true, true, true, None, None);
        self.only.clear();
    }

    /// What is typed as the filter: the text itself, or between slashes a regular expression.
    fn read_filter(&mut self) {
        let regex = self.only.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let pattern = match regex {
            Some(regex) => Pattern::new(regex, PatternKind::Regex, true),
            None => Pattern::new(&self.only, PatternKind::Text, true),
        };
        (self.pattern, self.trouble) = match pattern {
            Ok(pattern) => (Some(pattern), None),
            Err(_) if self.only.is_empty() => (None, None),
            Err(error) => (None, Some(parts::in_one_line(&error.to_string()))),
        };
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
    file(ui, state, commands);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::CLOSE;
        segments(ui, state, commands);
        view(&mut log.toolbar, ui, state, commands);
        filter(log, ui);
        if parts::signed(ui, true, icons::FIND, "Find")
            .on_hover_text("Ctrl+F: goes through all matches, and hides nothing")
            .clicked()
        {
            log.wants_find = true;
        }
        let clear = ui.add_enabled(log.page.total > log.base, Button::new("Clear"));
        if clear.on_hover_text("Hides the rows that are there; the capture keeps them").clicked() {
            log.clear();
        }
        let follow =
            Button::selectable(log.scroll.follow, (parts::sign(icons::FOLLOW), "Follow")).frame_when_inactive(true);
        let follow = ui.add(follow).accessible_name("Follow");
        if follow.on_hover_text("Keeps the newest row in sight; End does it too").clicked() {
            log.scroll.follow = !log.scroll.follow;
            log.goto = None;
        }
        more(log, ui, state, commands);
        if log.base > 0 && parts::quiet(ui, "Show all rows").on_hover_text("The view was cleared").clicked() {
            log.unclear();
        }
        counted(ui, state, commands);
    });
}

/// The file that is shown in place of the port, in a row of its own.
fn file(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(file) = &state.file else { return };
    parts::line(ui, theme::CONTROL, |ui| {
        if ui.button("Close file").on_hover_text("Show the port again").clicked() {
            commands.push(Capture::ShowPort);
        }
        let (name, whole) = match &file.path {
            Some(path) => (path.file_name().unwrap_or_default().to_string_lossy(), path.display().to_string()),
            None => ("Pasted log".into(), "A log that was pasted; it is kept nowhere".to_owned()),
        };
        let name = RichText::new(name).font(theme::strong(theme::BODY)).color(parts::colors(ui).accent);
        ui.add(Label::new(name).truncate()).on_hover_text(whole);
    });
}

/// Text, hex, or both: one click each.
fn segments(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let view = &state.settings.view;
    let choices = [
        (Columns::Text, "Text", "Show as text".to_owned()),
        (Columns::Hex, "Hex", "Show as hex".to_owned()),
        (Columns::Both, "Both", "Show text and hex".to_owned()),
    ];
    if let Some(columns) = parts::segments(ui, view.columns, &choices) {
        commands.push(Setting::View(View { columns, ..view.clone() }));
    }
}

/// Width of each of the two columns of choices.
const COLUMN: f32 = 210.0;
/// Width of a field with a button beside it.
const FIELD: f32 = 190.0;

/// How rows look, which ones are shown, and where they end.
fn view(toolbar: &mut Toolbar, ui: &mut Ui, state: &State, commands: &mut Commands) {
    let view = &state.settings.view;
    let button = parts::segment(ui, toolbar.hides_kinds() || view.newline != "modem", "View…");
    let button = button.on_hover_text("Time, long rows, which rows are shown, and where a row ends");
    parts::form(&button, |ui| {
        ui.spacing_mut().item_spacing.y = theme::BETWEEN;
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(COLUMN);
                shown_rows(toolbar, ui);
                ui.separator();
                looks(ui, view, commands);
            });
            ui.vertical(|ui| {
                ui.set_width(COLUMN);
                times(ui, view, commands);
                ui.separator();
                row_ends(toolbar, ui, view, commands);
            });
        });
    });
}

fn shown_rows(toolbar: &mut Toolbar, ui: &mut Ui) {
    parts::weak(ui, "Rows that are shown");
    ui.checkbox(&mut toolbar.rx, "Received");
    ui.checkbox(&mut toolbar.tx, "Sent");
    ui.checkbox(&mut toolbar.events, "Events and notes");
    let steps = ui.add_enabled(toolbar.events, egui::Checkbox::new(&mut toolbar.steps, "Every step of a macro"));
    steps.on_hover_text("Without it: how each macro ended, and what failed");
    if ui.button("Show everything").clicked() {
        toolbar.show_everything();
    }
}

fn looks(ui: &mut Ui, view: &View, commands: &mut Commands) {
    let mut set = |view: View| commands.push(Setting::View(view));
    let mut wrap = view.wrap;
    if ui
        .checkbox(&mut wrap, "Fold long rows")
        .on_hover_text("All of a row is seen, on as many lines as it needs")
        .changed()
    {
        set(View { wrap, ..view.clone() });
    }
    for (columns, name) in [(Columns::Decimal, "Show as decimal"), (Columns::Binary, "Show as binary")] {
        if ui.selectable_label(view.columns == columns, name).clicked() {
            set(View { columns, ..view.clone() });
        }
    }
    for (decoding, name) in [
        (TextDecoding::Utf8, "Text is UTF-8"),
        (TextDecoding::Latin1, "Text is Latin-1"),
        (TextDecoding::Bytes, "Only ASCII is text"),
    ] {
        if ui.selectable_label(view.decoding == decoding, name).clicked() {
            set(View { decoding, ..view.clone() });
        }
    }
}

fn times(ui: &mut Ui, view: &View, commands: &mut Commands) {
    parts::weak(ui, "Time");
    for (clock, name, help) in [
        (Clock::Clock, "Clock", "Time of day"),
        (Clock::SinceStart, "Since start", "Seconds since the capture began"),
        (Clock::SinceRow, "Since last row", "Seconds since the row above"),
        (Clock::SinceTx, "Since last TX", "Seconds since bytes were sent last: how long an answer took"),
    ] {
        if ui.selectable_label(view.clock == clock, name).on_hover_text(help).clicked() {
            commands.push(Setting::View(View { clock, ..view.clone() }));
        }
    }
}

fn row_ends(toolbar: &mut Toolbar, ui: &mut Ui, view: &View, commands: &mut Commands) {
    parts::weak(ui, "A row ends");
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
        }
    }
    let text = toolbar.newline.get_or_insert_with(|| view.newline.clone());
    let label = parts::weak(ui, r"Other: \x1A, every 32, pause 200ms");
    let field = ui.add(TextEdit::singleline(text).desired_width(150.0).font(theme::mono())).labelled_by(label.id);
    let wanted = View { newline: text.clone(), ..view.clone() };
    match wanted.row_end() {
        Err(trouble) => {
            ui.colored_label(parts::colors(ui).bad, trouble.to_string());
        }
        Ok(_) if field.lost_focus() && wanted != *view => choose(wanted.newline),
        Ok(_) => {}
    }
}

/// Which rows are shown, by what is in them, and how many that are.
fn filter(log: &mut LogPanel, ui: &mut Ui) {
    /// What stands right of the field.
    const RIGHT: f32 = 300.0;
    const WIDTH: std::ops::RangeInclusive<f32> = 130.0..=300.0;
    /// The count stands within the field, at its end.
    const COUNT: i8 = 96;
    let palette = parts::colors(ui);
    let width = (ui.available_size_before_wrap().x - RIGHT).clamp(*WIDTH.start(), *WIDTH.end());
    let toolbar = &mut log.toolbar;
    let counts = toolbar.filters() || toolbar.trouble.is_some();
    let mut edit = TextEdit::singleline(&mut toolbar.only).desired_width(width).hint_text("Filter rows");
    if counts {
        edit = edit.margin(Margin { right: COUNT, ..Margin::symmetric(8, 4) });
    }
    if toolbar.trouble.is_some() {
        edit = edit.text_color(palette.bad);
    }
    let field = ui.add(edit.font(theme::mono())).accessible_name("Filter rows");
    // Esc takes the focus away before anybody is asked.
    let clear = (field.has_focus() || field.lost_focus())
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if clear {
        toolbar.only.clear();
    }
    if clear || field.changed() {
        toolbar.read_filter();
    }
    let field =
        field.on_hover_text("Only rows with this text are shown; capitals do not matter. /…/ is a regular expression.");
    if !counts {
        return;
    }
    let end = field.rect.with_min_x(field.rect.right() - f32::from(COUNT)).shrink2(vec2(8.0, 0.0));
    let mut end = ui.new_child(UiBuilder::new().max_rect(end).layout(Layout::right_to_left(Align::Center)));
    if let Some(trouble) = &log.toolbar.trouble {
        let words = RichText::new(trouble).font(theme::small()).color(palette.bad);
        end.add(Label::new(words).truncate()).on_hover_text(trouble);
    } else {
        let (shown, all) = (bytes::grouped(log.page.total), bytes::grouped(log.page.all));
        let words = RichText::new(format!("{shown} of {all}")).font(theme::small()).color(palette.weak);
        end.add(Label::new(words).selectable(false).truncate());
    }
}

fn more(log: &mut LogPanel, ui: &mut Ui, state: &State, commands: &mut Commands) {
    let button = ui.button("More…").on_hover_text("Save the log, notes, jump to a time, marks, colours, count");
    parts::form(&button, |ui| {
        ui.set_min_width(COLUMN + FIELD / 2.0);
        let enter =
            |field: &egui::Response, ui: &Ui| field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let save = parts::signed(ui, true, icons::EXPORT, "Save the log…");
        if save.on_hover_text("The session as text, hex, CSV and more; without secrets unless told otherwise").clicked()
        {
            commands.open::<ExportPanel>();
            ui.close();
        }
        ui.separator();
        // What is read from a file is never written to.
        let able = state.connected() && state.file.is_none();
        let label = parts::weak(ui, if able { "Note into the log" } else { "Note into the log: while a port is open" });
        ui.add_enabled_ui(able, |ui| {
            ui.horizontal(|ui| {
                let field =
                    ui.add(TextEdit::singleline(&mut log.toolbar.note).desired_width(FIELD)).labelled_by(label.id);
                let some = !log.toolbar.note.trim().is_empty();
                let add = ui.add_enabled(some, Button::new("Add")).clicked();
                if some && (add || enter(&field, ui)) {
                    commands.push(Log::Note(std::mem::take(&mut log.toolbar.note)));
                    ui.close();
                }
            });
        });
        let label = parts::weak(ui, "Jump to seconds since the start, such as 12.5");
        ui.horizontal(|ui| {
            let field = ui.add(TextEdit::singleline(&mut log.toolbar.time).desired_width(FIELD)).labelled_by(label.id);
            let time = log.toolbar.time.trim().parse().ok().and_then(|time| Duration::try_from_secs_f64(time).ok());
            let go = ui.add_enabled(time.is_some(), Button::new("Jump")).clicked() || enter(&field, ui);
            if let Some(time) = time.filter(|_| go) {
                log.go(From::Time(time), Why::Show(None));
                ui.close();
            }
        });
        ui.separator();
        marks(log, ui, state, commands);
        ui.separator();
        highlights(&mut log.toolbar, ui, state, commands);
        ui.separator();
        count_byte(&mut log.toolbar, ui, commands);
    });
}

/// Marks on rows, and the way from one to the next.
fn marks(log: &mut LogPanel, ui: &mut Ui, state: &State, commands: &mut Commands) {
    let kept = match state.marked_file() {
        Some(_) => "Marks on rows, kept beside the file",
        None => "Marks on rows, gone when this is closed: it has no file",
    };
    parts::weak(ui, kept);
    ui.horizontal(|ui| {
        let row = log.selected_first(state);
        if ui
            .add_enabled(row.is_some(), Button::new("Mark row"))
            .on_hover_text("The selected one; again takes it away")
            .clicked()
            && let Some(row) = row
        {
            commands.push(Log::Mark(Mark::of(&row)));
        }
        ui.add_enabled_ui(!state.marks.is_empty(), |ui| {
            for (name, keys, forward) in
                [("Previous", "Alt+Up in the log", false), ("Next", "Alt+Down in the log", true)]
            {
                let button = ui.button(name).on_hover_text(keys);
                if button.accessible_name(format!("{name} mark")).clicked() {
                    log.go_to_mark(state, forward);
                }
            }
            if parts::quiet(ui, "Remove all").clicked() {
                commands.push(Log::Unmark);
            }
        });
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
        let field =
            ui.add(TextEdit::singleline(&mut draft.pattern).desired_width(theme::FIELD_WORD).hint_text("e.g. ERROR"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_text_unless_it_stands_between_slashes() {
        let check = |typed: &str, found: &[u8], fits: bool| {
            let mut toolbar = Toolbar { only: typed.to_owned(), ..Toolbar::default() };
            toolbar.read_filter();
            assert_eq!(toolbar.trouble, None, "{typed}");
            assert_eq!(toolbar.pattern.is_none_or(|pattern| pattern.is_in(found)), fits, "{typed}");
        };
        check("", b"anything", true);
        check("+csq", b"AT+CSQ", true);
        check("+csq", b"AT+CREG", false);
        check("/^at.*q$/", b"AT+CSQ", true);
        check("/", b"a/b", true);
        let mut toolbar = Toolbar { only: "/(/".to_owned(), ..Toolbar::default() };
        toolbar.read_filter();
        assert!(toolbar.pattern.is_none() && toolbar.trouble.is_some_and(|trouble| !trouble.contains('\n')));
    }
}
