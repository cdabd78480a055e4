//! The send box: what is typed, the exact bytes it stands for, and what goes out.
//!
//! Nothing is ever converted: what looks like a byte that was meant gets a hint, and one key turns it into the byte.

mod completion;
mod history;
mod paste;
mod repeat;

use egui::scroll_area::ScrollBarVisibility;
use egui::{Button, Event, Id, Key, Label, Modifiers, RichText, ScrollArea, TextEdit, Ui};

use self::completion::Completion;
use self::history::History;
use self::paste::Paste;
use self::repeat::Repeat;
use super::{bytes, icons, parts, theme};
use crate::app::State;
use crate::app::command::{Line, Setting};
use crate::app::settings::SendBox as Chosen;
use crate::notation::{Hint, LineEnding, Mode, NotationError, Piece, hints, parse, pieces};
use crate::session::occupant::Wish;
use crate::ui::commands::Commands;

/// Pills are drawn for at most this many bytes; the count is always exact.
const DRAWN: usize = 160;

/// The line is at least so wide.
const LEAST: f32 = 120.0;

/// The ending keeps its width whatever it is: at a prompt the buttons beside it stay where they are.
const ENDING: f32 = 134.0;

/// The box, its draft and its history.
#[derive(Debug, Default)]
pub(crate) struct SendBox {
    draft: String,
    history: History,
    read: Option<Reading>,
    paste: Option<Paste>,
    repeat: Repeat,
    free: Option<String>,
    completion: Completion,
    focused_once: bool,
}

/// What the draft stands for, kept until it changes.
#[derive(Debug)]
struct Reading {
    text: String,
    mode: Mode,
    pieces: Result<Vec<Piece>, NotationError>,
    hints: Vec<Hint>,
}

impl Reading {
    fn new(text: &str, mode: Mode) -> Self {
        Self { text: text.to_owned(), mode, pieces: pieces(text, mode), hints: hints(text, mode) }
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let pieces = self.pieces.as_ref().ok()?;
        Some(pieces.iter().flat_map(|piece| piece.bytes.iter().copied()).collect())
    }
}

/// Where the focus is when the user types a line.
fn field_id() -> Id {
    Id::unique("send line")
}

impl SendBox {
    /// Draws the box: four lines, whatever is typed. Nothing above it moves while one types.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let mode = Mode::from(state.settings.send.mode);
        let ending = ending_now(state, mode);
        self.keys(ui, state, &ending, commands);
        self.completion.read(&self.draft, state.family(), &state.settings.history);
        let field = ui.horizontal(|ui| {
            modes(ui, state, commands);
            self.line(ui, state, &ending, commands)
        });
        self.read(mode);
        self.preview(ui, &ending);
        self.info(ui, state, mode, commands);
        ui.horizontal(|ui| {
            self.ending(ui, state, mode, commands);
            self.buttons(ui, state, commands);
            self.repeat(ui, state, &ending, commands);
        });
        if mode != Mode::Hex
            && !state.prompt_open()
            && let Some(line) = self.completion.show(ui, field.inner.left_top())
        {
            self.complete(ui, line);
        }
    }

    /// The question about a paste of several lines.
    pub(crate) fn overlay(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let mode = Mode::from(state.settings.send.mode);
        let ending = ending_now(state, mode);
        if let Some(paste) = &mut self.paste
            && paste.show(ui, mode, ending.bytes(), state, commands)
        {
            self.paste = None;
        }
    }

    /// What has the focus when a line is typed.
    pub(crate) fn id() -> Id {
        field_id()
    }

    /// Puts the caret into the line.
    pub(crate) fn focus(ctx: &egui::Context) {
        ctx.memory_mut(|memory| memory.request_focus(field_id()));
    }

    /// How many bytes are typed, without the ending.
    pub(crate) fn typed(&self) -> u64 {
        self.read.as_ref().and_then(Reading::bytes).map_or(0, |bytes| bytes.len() as u64)
    }

    /// A question is open.
    pub(crate) fn asking(&self) -> bool {
        self.paste.is_some()
    }

    /// Ctrl+Z or the like at a prompt: what is typed goes out first, as it stands.
    pub(crate) fn take_draft(&mut self, state: &State, commands: &mut Commands) {
        let mode = Mode::from(state.settings.send.mode);
        self.read(mode);
        if let Some(bytes) = self.read.as_ref().and_then(Reading::bytes).filter(|bytes| !bytes.is_empty()) {
            commands.push(Line::SendTyped { text: std::mem::take(&mut self.draft), bytes });
            self.history.reset();
        }
    }

    fn read(&mut self, mode: Mode) {
        let fresh = self.read.as_ref().is_none_or(|read| read.mode != mode || read.text != self.draft);
        if fresh {
            self.read = Some(Reading::new(&self.draft, mode));
        }
    }

    /// Keys that the field would swallow: history, paste of several lines, the fix of a hint.
    fn keys(&mut self, ui: &mut Ui, state: &State, ending: &LineEnding, commands: &mut Commands) {
        if !ui.memory(|memory| memory.has_focus(field_id())) || self.paste.is_some() {
            return;
        }
        if let Some(line) = self.completion.keys(ui) {
            self.complete(ui, line);
        }
        let (up, down, fix) = ui.input_mut(|input| {
            (
                input.consume_key(Modifiers::NONE, Key::ArrowUp),
                input.consume_key(Modifiers::NONE, Key::ArrowDown),
                input.consume_key(Modifiers::NONE, Key::F12),
            )
        });
        let recalled = match (up, down) {
            (true, _) => self.history.older(&recallable(state), &self.draft),
            (_, true) => self.history.newer(&recallable(state)),
            _ => None,
        };
        if let Some(line) = recalled {
            self.completion.close_for(&line);
            self.draft = line;
            move_caret_to_end(ui, &self.draft);
        }
        if fix {
            self.take_fix(state, commands);
        }
        self.paste = ui.input_mut(|input| {
            let at = input
                .events
                .iter()
                .position(|event| matches!(event, Event::Paste(text) if paste::wants_asking(text)))?;
            match input.events.remove(at) {
                Event::Paste(text) => Some(Paste::new(text, ending)),
                _ => None,
            }
        });
    }

    fn complete(&mut self, ui: &Ui, line: String) {
        self.draft = line;
        move_caret_to_end(ui, &self.draft);
        ui.memory_mut(|memory| memory.request_focus(field_id()));
    }

    fn take_fix(&mut self, state: &State, commands: &mut Commands) {
        self.read(Mode::from(state.settings.send.mode));
        let prompt = state.prompt_open();
        let Some(read) = &self.read else { return };
        let fix = read.hints.iter().filter(|hint| prompt || !hint.only_at_prompt).find_map(|hint| hint.fix.clone());
        if let Some(fix) = fix {
            self.draft = fix.text;
            if fix.mode != Mode::from(state.settings.send.mode) {
                commands.push(Setting::SendBox(Chosen { mode: fix.mode.into(), ..state.settings.send.clone() }));
            }
        }
    }

    fn line(&mut self, ui: &mut Ui, state: &State, ending: &LineEnding, commands: &mut Commands) -> egui::Rect {
        let bad = self.read.as_ref().is_some_and(|read| read.pieces.is_err() && read.text == self.draft);
        let width = (ui.available_width() - theme::SEND - theme::GAP).max(LEAST);
        let hint = match Mode::from(state.settings.send.mode) {
            Mode::Text => "Text, sent as it stands",
            Mode::Mixed => r"Text, or bytes: \r \x1A <1A>",
            Mode::Hex => "Hex digits, e.g. 41 54 0D",
        };
        let mut edit = TextEdit::singleline(&mut self.draft)
            .id(field_id())
            .desired_width(width)
            .font(theme::mono())
            .hint_text(hint)
            .lock_focus(self.completion.offers())
            .return_key(None);
        if bad {
            edit = edit.text_color(parts::colors(ui).bad);
        }
        let field = ui.add(edit).accessible_name("Send line");
        if !self.focused_once {
            self.focused_once = true;
            field.request_focus();
        }
        let enter = field.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let click = parts::primary_signed(ui, state.can_send(), icons::SEND, "Send").on_hover_text("Enter").clicked();
        if enter || click {
            self.send(state, ending, commands);
            field.request_focus();
        }
        field.rect
    }

    fn send(&mut self, state: &State, ending: &LineEnding, commands: &mut Commands) {
        self.read(Mode::from(state.settings.send.mode));
        let Some(mut bytes) = self.read.as_ref().and_then(Reading::bytes) else { return };
        bytes.extend_from_slice(ending.bytes());
        if !state.can_send() || bytes.is_empty() {
            commands.push(Line::Send(bytes));
            return;
        }
        commands.push(Line::SendTyped { text: std::mem::take(&mut self.draft), bytes });
        self.history.reset();
    }

    /// The exact bytes, in one line that scrolls: its end, where one types, is in sight.
    fn preview(&mut self, ui: &mut Ui, ending: &LineEnding) {
        let Some(read) = &self.read else { return };
        parts::line(ui, theme::INFO, |ui| {
            ui.spacing_mut().item_spacing.x = theme::CLOSE;
            let Ok(pieces) = &read.pieces else { return };
            let typed: usize = pieces.iter().map(|piece| piece.bytes.len()).sum();
            let count = bytes::count((typed + ending.bytes().len()) as u64);
            parts::spoken(&parts::weak(ui, &count), &format!("Will send {count}"));
            let scroll = ScrollArea::horizontal().id_salt("pills").stick_to_right(true).auto_shrink([false, true]);
            scroll.scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden).show(ui, |ui| {
                ui.horizontal_centered(|ui| pills(ui, pieces, ending));
            });
        });
    }

    /// What is wrong with what is typed, a hint about it, or the syntax of the command: the first of these, in its own line.
    fn info(&mut self, ui: &mut Ui, state: &State, mode: Mode, commands: &mut Commands) {
        let palette = parts::colors(ui);
        let prompt = state.prompt_open();
        let mut fix = false;
        parts::line(ui, theme::INFO, |ui| {
            let Some(read) = &self.read else { return };
            let hint = read.hints.iter().find(|hint| prompt || !hint.only_at_prompt);
            if let Err(error) = &read.pieces {
                let words = RichText::new(error.to_string()).color(palette.bad).font(theme::small());
                parts::spoken(&ui.add(Label::new(words).truncate()), &format!("Error: {error}"));
            } else if let Some(hint) = hint {
                parts::badge(ui, "Hint", palette.warn);
                if let Some(draft) = &hint.fix {
                    let button = Button::new(RichText::new(format!("{} (F12)", hint.offer)).font(theme::small()));
                    fix = ui.add(button).on_hover_text(&draft.text).clicked();
                }
                ui.add(Label::new(&hint.message).truncate());
            } else if let Some(refusal) = state.refusal(Wish::Send).filter(|_| state.connected()) {
                parts::weak(ui, refusal.hint());
            } else if let Some(entry) =
                (mode != Mode::Hex && !prompt).then(|| Completion::help(&self.draft, state.family())).flatten()
            {
                let syntax = ui.label(RichText::new(entry.syntax).font(theme::mono()).color(palette.accent));
                syntax.on_hover_text(entry.parameters);
                ui.add(Label::new(RichText::new(entry.help).font(theme::small()).color(palette.weak)).truncate());
            }
        });
        if fix {
            self.take_fix(state, commands);
            Self::focus(ui.ctx());
        }
    }

    fn ending(&mut self, ui: &mut Ui, state: &State, mode: Mode, commands: &mut Commands) {
        let label = parts::weak(ui, "Ending");
        let fixed =
            if state.prompt_open() { Some("None (prompt)") } else { (mode == Mode::Hex).then_some("None (hex)") };
        let chosen = chosen_ending(state);
        let mut wanted = None;
        ui.add_enabled_ui(fixed.is_none(), |ui| {
            let shown = fixed.map_or_else(|| chosen.label(), str::to_owned);
            let combo = parts::combo("ending").width(ENDING).truncate().selected_text(shown).show_ui(ui, |ui| {
                for named in LineEnding::NAMED {
                    if ui.selectable_label(named == chosen, named.label()).clicked() {
                        wanted = Some(named);
                    }
                }
                ui.separator();
                wanted = wanted.take().or_else(|| self.free_ending(ui));
            });
            let help = match fixed {
                Some(_) if mode == Mode::Hex => "Hex mode sends exactly the bytes that are typed",
                Some(_) => "The modem waits for data: nothing is appended until the prompt is answered",
                None => "Appended to every line that is sent",
            };
            combo.response.on_hover_text(help).on_disabled_hover_text(help).labelled_by(label.id);
        });
        if let Some(ending) = wanted {
            commands.push(Setting::SendBox(Chosen { ending: ending.to_string(), ..state.settings.send.clone() }));
        }
    }

    /// Single bytes, one click each. At a prompt 1A sends what is typed before it, as Ctrl+Z does: alone it would end the
    /// data without it.
    fn buttons(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let prompt = state.prompt_open();
        let end = if prompt { "Sends what is typed and 1A (Ctrl+Z): ends the data" } else { "Sends 1A, Ctrl+Z" };
        for (name, exact, light, help) in [
            ("CR", &b"\r"[..], false, "Sends 0D: ends a command"),
            ("1A", b"\x1A", prompt, end),
            ("ESC", b"\x1B", false, "Sends 1B: gives the data up that the modem waits for"),
            ("+++", b"+++", false, "Leaves transparent mode: one second of silence before and after"),
        ] {
            if parts::lit(ui, light, state.can_send(), name).on_hover_text(help).clicked() {
                if light {
                    self.take_draft(state, commands);
                }
                commands.push(Line::Send(exact.to_vec()));
            }
        }
    }

    /// What is typed stays in the box while it is repeated.
    fn repeat(&mut self, ui: &mut Ui, state: &State, ending: &LineEnding, commands: &mut Commands) {
        let line = || Some([&self.read.as_ref()?.bytes()?, ending.bytes()].concat());
        if let Some((bytes, rounds)) = self.repeat.show(ui, state, line, commands) {
            commands.push(Line::Repeat { text: self.draft.clone(), bytes, rounds });
        }
    }

    /// Any bytes as an ending.
    fn free_ending(&mut self, ui: &mut Ui) -> Option<LineEnding> {
        let free = self.free.get_or_insert_with(String::new);
        let mut wanted = None;
        ui.horizontal(|ui| {
            let label = ui.label("Other");
            let field = ui.add(
                TextEdit::singleline(free)
                    .desired_width(theme::FIELD_NUMBER)
                    .font(theme::mono())
                    .hint_text(r"e.g. \r\x00"),
            );
            field.labelled_by(label.id);
            let parsed = parse(free, Mode::Mixed).ok().filter(|bytes| !bytes.is_empty());
            if ui.add_enabled(parsed.is_some(), Button::new("Use")).clicked() {
                wanted = parsed.map(LineEnding::from);
                ui.close();
            }
        });
        wanted
    }
}

/// What was sent and can be sent again in the chosen mode: in Hex mode a line of letters would be an error.
fn recallable(state: &State) -> Vec<&str> {
    let mode = Mode::from(state.settings.send.mode);
    let fits = |line: &&str| mode != Mode::Hex || parse(line, mode).is_ok();
    state.settings.history.iter().map(String::as_str).filter(fits).collect()
}

/// The ending that the user chose.
fn chosen_ending(state: &State) -> LineEnding {
    state.settings.send.ending.parse().unwrap_or_default()
}

/// The ending that applies: none while the modem waits for data, none in Hex mode.
fn ending_now(state: &State, mode: Mode) -> LineEnding {
    if mode == Mode::Hex || state.prompt_open() { LineEnding::None } else { chosen_ending(state) }
}

fn modes(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.x = theme::BETWEEN;
    for (mode, name, help) in [
        (Mode::Text, "Text", "Every character is itself"),
        (Mode::Mixed, "Mixed", r"Text with bytes: \r \n \x1A \x{1A 0D} <CR> <1A> <^Z>"),
        (Mode::Hex, "Hex", "Hex digits only; no ending is appended"),
    ] {
        let selected = Mode::from(state.settings.send.mode) == mode;
        if parts::segment(ui, selected, name).on_hover_text(help).clicked() && !selected {
            commands.push(Setting::SendBox(Chosen { mode: mode.into(), ..state.settings.send.clone() }));
        }
    }
    ui.spacing_mut().item_spacing.x = theme::GAP;
    ui.add_space(theme::GAP - theme::BETWEEN);
}

fn pills(ui: &mut Ui, pieces: &[Piece], ending: &LineEnding) {
    let palette = parts::colors(ui);
    let mut drawn = 0;
    for piece in pieces {
        if drawn >= DRAWN {
            parts::weak(ui, "…");
            break;
        }
        let shown = piece.bytes.get(..piece.bytes.len().min(DRAWN - drawn)).unwrap_or_default();
        drawn += piece.bytes.len();
        if piece.escaped {
            parts::pill(ui, &bytes::hex(shown), palette.accent).on_hover_text(bytes::words(shown));
        } else {
            let text = String::from_utf8_lossy(shown);
            let pill = parts::pill(ui, &text, palette.text);
            pill.on_hover_text(bytes::hex(shown));
        }
    }
    for byte in ending.bytes() {
        parts::pill(ui, &bytes::hex(&[*byte]), palette.tx).on_hover_text("The ending");
    }
}

fn move_caret_to_end(ui: &Ui, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), field_id()).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    TextEdit::store_state(ui.ctx(), field_id(), state);
}
