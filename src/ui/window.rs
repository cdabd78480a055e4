//! The window: panels around the log, and the keys that belong to no panel.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use egui::style::ScrollStyle;
use egui::{
    Align, Align2, Button, CentralPanel, Context, Key, Layout, Modifiers, Panel, ScrollArea, Sense, Ui, UiBuilder,
    Vec2, vec2,
};

use super::closing::Closing;
use super::commands::{Commands, Show};
use super::find_bar::FindBar;
use super::findings::Findings;
use super::keyboard::{self, Keyboard, Owner};
use super::log::LogPanel;
use super::macros::MacroPanel;
use super::port_bar::PortBar;
use super::send_box::SendBox;
use super::server::ServerPanel;
use super::toasts::Toasts;
use super::tools::{ImportPanel, Tools};
use super::{glyphs, icons, parts, start_page, strip, theme};
use crate::app::command::{Book, Capture, Line, Port, Setting, Tool};
use crate::app::settings::{SettingsFile, Theme};
use crate::app::{Command, Folders, Pace, Purpose, Runtime, Start, State, Tone};
use crate::link::News;
use crate::modem::diagnose::Doing;
use crate::worker::Phase;

/// While something counts seconds the window is drawn this often.
const COUNTING: Duration = Duration::from_millis(100);

/// The whole window: what it knows, what it can do, and its panels.
pub struct Window {
    state: State,
    runtime: Option<Runtime>,
    pace: Pace,
    port_bar: PortBar,
    log: LogPanel,
    send_box: SendBox,
    macros: MacroPanel,
    findings: Findings,
    find_bar: FindBar,
    tools: Tools,
    server: ServerPanel,
    shown_theme: Option<Theme>,
    shown_title: String,
    keyboard: Keyboard,
    toasts: Toasts,
    closing: Closing,
    /// In a narrow window the side panel stands there because it was asked for.
    side_asked: bool,
    refocus: u8,
    /// The window has the keyboard; `None` before the first look.
    focused: Option<bool>,
}

impl Window {
    /// A window with the user's settings, doing what the command line asked for.
    #[must_use]
    pub fn new(ctx: &Context, start: &Start, folders: &Folders) -> Self {
        Self::install(ctx);
        let (repaint, pace) = (ctx.clone(), Pace::default());
        let due = pace.due();
        let (rows, rows_due) = (repaint.clone(), due.clone());
        let news: News = Arc::new(move || repaint.request_repaint_after(due.delay()));
        let rows: News = Arc::new(move || rows.request_repaint_after(rows_due.delay_of_rows()));
        let (runtime, state) = Runtime::start(start, folders, news, rows);
        ctx.set_zoom_factor(state.settings.zoom);
        // Chosen while the first frame is drawn it would hold from the second one: a flash of the other colours.
        theme::choose(ctx, state.settings.theme);
        Self {
            state,
            runtime: Some(runtime),
            pace,
            port_bar: PortBar::default(),
            log: LogPanel::default(),
            send_box: SendBox::default(),
            macros: MacroPanel::default(),
            findings: Findings::default(),
            find_bar: FindBar::default(),
            tools: Tools::default(),
            server: ServerPanel::default(),
            shown_theme: None,
            shown_title: String::new(),
            keyboard: Keyboard::default(),
            toasts: Toasts::default(),
            closing: Closing::default(),
            side_asked: false,
            refocus: 0,
            focused: None,
        }
    }

    /// Once `ended` is set the window closes without a question: the system ends the program.
    #[must_use]
    pub(crate) fn ends_with(mut self, ended: Arc<AtomicBool>) -> Self {
        self.closing = Closing::new(ended);
        self
    }

    /// Fonts and colours; before the first frame.
    pub fn install(ctx: &Context) {
        theme::install(ctx);
        glyphs::install(ctx);
    }

    /// Where the window was when it was last closed: x, y, width, height.
    #[must_use]
    pub(crate) fn remembered_place(folders: &Folders) -> Option<[f32; 4]> {
        let path = folders.config.as_ref()?.join("settings.toml");
        // A file that is not there or bad is dealt with when the settings are loaded in earnest.
        let text = crate::app::settings::read_file(&path).ok()?;
        SettingsFile::window_place(&text)
    }

    /// What the window knows.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the window knows, for tests that put something there.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Takes in the news. Runs also while the window is hidden.
    pub fn logic(&mut self, ctx: &Context) {
        let focused = ctx.input(|input| input.raw.focused);
        let changed = self.focused.replace(focused).is_some_and(|before| before != focused);
        if let Some(runtime) = &mut self.runtime {
            runtime.poll(&mut self.state);
            if changed {
                runtime.carry_out(&mut self.state, Port::Focus(focused));
            }
        }
        self.closing.look(ctx, &self.state);
        self.pace.frame(self.state.status.rx, self.state.status.now);
        let state = &self.state;
        let counting = state.running() || state.prompt_open() || state.status.sending.is_some();
        let waiting = matches!(state.status.strip.doing, Doing::Waiting { .. } | Doing::Connecting { .. });
        if state.connected() && (counting || waiting || state.restarting().is_some()) {
            ctx.request_repaint_after(COUNTING);
        }
    }

    /// Draws the window and carries out what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let (ctx, screen) = (ui.ctx().clone(), ui.max_rect());
        if self.shown_theme != Some(self.state.settings.theme) {
            self.shown_theme = Some(self.state.settings.theme);
            theme::choose(&ctx, self.state.settings.theme);
        }
        if self.refocus > 0 {
            self.refocus -= 1;
            SendBox::focus(&ctx);
            ctx.request_repaint();
        }
        let mut commands = Commands::default();
        // A menu that Esc closes is gone when the tool windows are drawn.
        let popup = egui::Popup::is_any_open(&ctx);
        let owner = self.keyboard.begin(&ctx, !popup && !self.asking());
        let side = self.side(ui);
        self.keys(&ctx, owner, ui.available_width() < theme::NARROW, &mut commands);
        outside(&ctx, &mut commands);
        let room = ui.available_size();
        let least = if side { theme::LEAST_WITH_SIDE } else { theme::LEAST };
        if room.x < least.x || room.y < least.y {
            // Nothing is squeezed: a window that is too small for all of it scrolls, with bars that say so.
            let thin = std::mem::replace(&mut ui.spacing_mut().scroll, ScrollStyle::solid());
            let room = room - Vec2::splat(ui.spacing().scroll.allocated_width());
            ScrollArea::both().id_salt("small window").auto_shrink([false, false]).show(ui, |ui| {
                ui.spacing_mut().scroll = thin;
                let (place, _) = ui.allocate_exact_size(room.max(least), Sense::hover());
                self.panels(&mut ui.new_child(UiBuilder::new().max_rect(place)), side, &mut commands);
                parts::keep_focus_in_sight(ui);
            });
            ui.spacing_mut().scroll = thin;
        } else {
            self.panels(ui, side, &mut commands);
        }
        if matches!(self.state.tools.chosen, Some((Purpose::Import, _))) {
            commands.open::<ImportPanel>();
        }
        self.show(&mut commands);
        let asked = self.asking();
        let tools = self.tools.any_open();
        self.tools.windows(&ctx, screen, &self.state, !asked && !popup && owner != Owner::Find, &mut commands);
        if tools && !self.tools.any_open() {
            // What is typed next goes into the next command, not nowhere.
            SendBox::focus(&ctx);
        }
        self.send_box.overlay(ui, &self.state, &mut commands);
        self.macros.overlay(ui, &self.state, owner.may_send(), &mut commands);
        self.closing.show(ui, &self.state);
        if asked && !self.asking() {
            // Under a question nothing can have the focus, and egui remembers the question for one frame more.
            self.refocus = 2;
        }
        // What a question asked to be shown.
        self.show(&mut commands);
        self.keyboard.end(&ctx, !self.asking() && !self.tools.any_open() && !egui::Popup::is_any_open(&ctx));
        self.remember(&ctx, &mut commands);
        self.title(&ctx);
        glyphs::after_frame(&ctx);
        if let Some(runtime) = &mut self.runtime {
            for command in commands.into_commands() {
                runtime.carry_out(&mut self.state, command);
            }
            if let Some(text) = runtime.take_copied() {
                ctx.copy_text(text);
            }
        }
    }

    /// Macros and test server stand beside the log.
    fn side(&self, ui: &Ui) -> bool {
        if ui.available_width() < theme::NARROW { self.side_asked } else { self.state.settings.side_panel }
    }

    fn switch_side(&mut self, narrow: bool, commands: &mut Commands) {
        if narrow {
            self.side_asked = !self.side_asked;
        } else {
            commands.push(Setting::SidePanel(!self.state.settings.side_panel));
        }
    }

    /// Every panel has its place, whatever happens: nothing that can be clicked moves by itself.
    fn panels(&mut self, ui: &mut Ui, side: bool, commands: &mut Commands) {
        let narrow = ui.available_width() < theme::NARROW;
        let bar = Panel::top("port bar").frame(parts::panel()).show(ui, |ui| self.bar(ui, (side, narrow), commands));
        if bar.inner {
            self.switch_side(narrow, commands);
        }
        if side {
            self.side_panel(ui, commands);
        }
        let state = &self.state;
        Panel::bottom("send").frame(parts::panel()).show(ui, |ui| {
            self.send_box.show(ui, state, commands);
        });
        Panel::bottom("strip").frame(parts::panel()).show(ui, |ui| {
            strip::show(ui, state, self.send_box.typed(), commands);
        });
        let high = (ui.available_height() * 0.18).clamp(*theme::FINDINGS_RANGE.start(), theme::FINDINGS);
        let findings = Panel::bottom("findings").frame(parts::panel()).resizable(true).default_size(high);
        let findings = findings.size_range(theme::FINDINGS_RANGE).show(ui, |ui| {
            ui.set_min_height(ui.available_height());
            self.findings.show(ui, state, commands);
        });
        CentralPanel::default().frame(parts::panel()).show(ui, |ui| {
            if state.feed.is_some() {
                let bottom = self.findings.top().map_or(f32::INFINITY, |top| top - theme::GAP);
                self.log.show(ui, state, self.find_bar.height(), bottom, commands);
                if let Some(place) = self.log.place().filter(|_| self.find_bar.is_open()) {
                    self.find_bar.show(ui, place, state, commands);
                }
            } else {
                start_page::show(ui, state, commands);
            }
        });
        let (corner, pivot) = match self.log.place().filter(|_| state.feed.is_some()) {
            // Over the rows of the log, never over what can be clicked above them.
            Some(rows) => (rows.right_top() + vec2(-2.0 * theme::OVER, theme::OVER), Align2::RIGHT_TOP),
            // The start page is full of ways to begin, and there are no findings yet.
            None => {
                (findings.response.rect.right_bottom() - vec2(2.0 * theme::OVER, theme::OVER), Align2::RIGHT_BOTTOM)
            }
        };
        self.toasts.show(ui, (corner, pivot), state, commands);
        if self.log.take_find_wish() {
            self.find_bar.open();
        }
    }

    /// The first row: port, line, lamps, counters; the switch of the side panel, true when it was clicked; the menu.
    fn bar(&mut self, ui: &mut Ui, (side, narrow): (bool, bool), commands: &mut Commands) -> bool {
        let state = &self.state;
        ui.horizontal(|ui| {
            ui.set_height(theme::CONTROL);
            self.port_bar.show(ui, state, narrow, commands);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.tools.menu(ui, state, commands);
                let sign = parts::sign(icons::SIDE);
                let button =
                    if narrow { Button::selectable(side, sign) } else { Button::selectable(side, (sign, "Macros")) };
                let button = ui.add(button.frame_when_inactive(true));
                button.accessible_name("Side panel").on_hover_text("Ctrl+B: macros and test server").clicked()
            })
            .inner
        })
        .inner
    }

    fn side_panel(&mut self, ui: &mut Ui, commands: &mut Commands) {
        let state = &self.state;
        let panel = Panel::right("side").frame(parts::panel()).default_size(theme::SIDE).size_range(theme::SIDE_RANGE);
        panel.show(ui, |ui| {
            let [off, on] = theme::SERVER;
            let server = if ServerPanel::is_idle(state) {
                Panel::bottom("server, off").exact_size(off).resizable(false)
            } else {
                let most = ui.available_height() * 0.5;
                Panel::bottom("server").default_size(on.min(ui.available_height() * 0.3)).size_range(off..=most)
            };
            server.frame(egui::Frame::NONE).show(ui, |ui| {
                // As high as it was drawn, whatever is in it: what stands above stays where it is.
                ui.set_min_height(ui.available_height());
                ui.add_space(theme::OVER);
                self.server.show(ui, state, commands);
            });
            Panel::bottom("run").frame(egui::Frame::NONE).resizable(false).exact_size(theme::RUN).show(ui, |ui| {
                ui.add_space(theme::OVER);
                self.macros.run(ui, state, commands);
            });
            CentralPanel::no_frame().show(ui, |ui| self.macros.show(ui, state, commands));
        });
    }

    /// What panels want to be seen.
    fn show(&mut self, commands: &mut Commands) {
        for show in commands.take_shows() {
            match show {
                Show::Bytes(evidence) => self.log.go_to(evidence),
                Show::Tool { tool, subject } => self.tools.open(tool, subject),
            }
        }
    }

    /// A question stands over the window.
    fn asking(&self) -> bool {
        self.macros.asking() || self.send_box.asking() || self.closing.asking()
    }

    /// The keys of the window, and what ends or gives up the data while the modem waits for it.
    fn keys(&mut self, ctx: &Context, owner: Owner, narrow: bool, commands: &mut Commands) {
        if self.asking() || egui::Popup::is_any_open(ctx) {
            return;
        }
        let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::O) {
            commands.push(if self.state.busy() { Port::Disconnect } else { Port::Connect });
        }
        if pressed(Modifiers::COMMAND, Key::L) {
            match self.state.phase() {
                Phase::Released => commands.push(Port::TakeBack),
                _ if self.state.connected() => commands.push(Port::Lend),
                _ => {}
            }
        }
        if pressed(Modifiers::COMMAND, Key::N) {
            commands.push(Tool::NewWindow);
        }
        if pressed(Modifiers::COMMAND, Key::B) {
            self.switch_side(narrow, commands);
        }
        if pressed(Modifiers::COMMAND, Key::F) {
            self.find_bar.open();
        }
        if !owner.may_send() || !self.state.prompt_open() {
            return;
        }
        if keyboard::ends_data(ctx) {
            self.send_box.take_draft(&self.state, commands);
            commands.push(Line::Send(vec![0x1A]));
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            commands.push(Line::Send(vec![0x1B]));
        }
    }

    /// Zoom and place, when they change.
    fn remember(&mut self, ctx: &Context, commands: &mut Commands) {
        let zoom = ctx.zoom_factor();
        if (zoom - self.state.settings.zoom).abs() > f32::EPSILON {
            commands.push(Setting::Zoom(zoom));
        }
        let place = ctx.input(|input| {
            let viewport = input.viewport();
            if viewport.maximized == Some(true) || viewport.fullscreen == Some(true) {
                return None;
            }
            let (outer, inner) = (viewport.outer_rect?, viewport.inner_rect?);
            Some(vec![outer.left().round(), outer.top().round(), inner.width().round(), inner.height().round()])
        });
        if let Some(place) = place.filter(|place| *place != self.state.settings.window) {
            commands.push(Setting::Window(place));
        }
    }

    fn title(&mut self, ctx: &Context) {
        let title = match &self.state.port {
            Some(port) if self.state.connected() => format!("{port} - modemscope"),
            _ => "modemscope".to_owned(),
        };
        if title != self.shown_title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.shown_title = title;
        }
    }

    /// Closes the port and writes what is still to be written; macros that were not saved are kept beside the book.
    pub fn close(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            if let Some(text) = self.tools.unsaved() {
                runtime.keep_unsaved(text);
            }
            runtime.finish(&self.state);
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.close();
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        Self::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        Self::ui(self, ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        theme::palette(visuals).panel.to_normalized_gamma_f32()
    }

    fn raw_input_hook(&mut self, ctx: &Context, input: &mut egui::RawInput) {
        glyphs::bound(ctx, input);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
    }
}

/// What comes from outside: files dropped on the window, and a book that may have been edited meanwhile.
fn outside(ctx: &Context, commands: &mut Commands) {
    let (dropped, others, back) = ctx.input(|input| {
        let path = input.raw.dropped_files.first().map(|file| file.path().to_path_buf());
        let others = input.raw.dropped_files.len().saturating_sub(1);
        (path, others, input.events.contains(&egui::Event::WindowFocused(true)))
    });
    if let Some(path) = dropped {
        if others > 0 {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let words = format!("One file is opened at a time: {name}. {others} more were dropped and not opened.");
            commands.push(Command::Say(Tone::Note, words));
        }
        commands.push(Capture::Open(path));
    }
    if back {
        commands.push(Book::Reload);
    }
}
