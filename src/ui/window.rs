//! The window: panels around the log, and the keys that belong to no panel.

use std::sync::Arc;
use std::time::Duration;

use egui::{CentralPanel, Context, Key, Modifiers, Panel, Ui};

use super::commands::{Commands, Show};
use super::find_bar::FindBar;
use super::findings::Findings;
use super::log::LogPanel;
use super::macros::MacroPanel;
use super::port_bar::PortBar;
use super::send_box::SendBox;
use super::server::ServerPanel;
use super::tools::Tools;
use super::{glyphs, parts, strip, theme};
use crate::app::command::{Book, Capture, Line, Port, Setting, Tool};
use crate::app::settings::{SettingsFile, Theme};
use crate::app::{Folders, Pace, Runtime, Start, State};
use crate::link::News;
use crate::modem::diagnose::Doing;

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
            refocus: 0,
            focused: None,
        }
    }

    /// Fonts and colours; before the first frame.
    pub fn install(ctx: &Context) {
        theme::install(ctx);
        glyphs::install(ctx);
    }

    /// Where the window was when it was last closed: x, y, width, height.
    #[must_use]
    pub fn remembered_place(folders: &Folders) -> Option<[f32; 4]> {
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
        self.pace.frame(self.state.status.rx, self.state.status.now);
        let state = &self.state;
        if let Some(wake) = state.tools.check.as_ref().and_then(|check| check.wake) {
            ctx.request_repaint_after(wake);
        }
        let counting = state.running() || state.prompt_open() || state.status.sending.is_some();
        let waiting = matches!(state.status.strip.doing, Doing::Waiting { .. } | Doing::Connecting { .. });
        if state.connected() && (counting || waiting || state.restarting().is_some()) {
            ctx.request_repaint_after(COUNTING);
        }
    }

    /// Draws the window and carries out what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
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
        self.keys(&ctx, &mut commands);
        outside(&ctx, &mut commands);
        self.panels(ui, &mut commands);
        self.show(&mut commands);
        let asked = self.asking();
        let tools = self.tools.any_open();
        self.tools.windows(&ctx, &self.state, !asked && !popup && !FindBar::has_focus(&ctx), &mut commands);
        if tools && !self.tools.any_open() {
            // What is typed next goes into the next command, not nowhere.
            SendBox::focus(&ctx);
        }
        self.send_box.overlay(ui, &self.state, &mut commands);
        self.macros.overlay(ui, &self.state, &mut commands);
        if asked && !self.asking() {
            // Under a question nothing can have the focus, and egui remembers the question for one frame more.
            self.refocus = 2;
        }
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

    fn panels(&mut self, ui: &mut Ui, commands: &mut Commands) {
        let state = &self.state;
        Panel::top("port bar").frame(parts::panel(ui)).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(ui.available_width() - 68.0);
                    self.port_bar.show(ui, state, commands);
                });
                self.tools.menu(ui, state, commands);
            });
        });
        Panel::right("side").frame(parts::panel(ui)).default_size(theme::SIDE).size_range(240.0..=520.0).show(
            ui,
            |ui| {
                let server = Panel::bottom("server").frame(egui::Frame::NONE).resizable(true).default_size(210.0);
                server.size_range(90.0..=480.0).show(ui, |ui| {
                    ui.add_space(8.0);
                    self.server.show(ui, state, commands);
                });
                CentralPanel::no_frame().show(ui, |ui| self.macros.show(ui, state, commands));
            },
        );
        Panel::bottom("send").frame(parts::panel(ui)).show(ui, |ui| {
            self.send_box.show(ui, state, commands);
        });
        Panel::bottom("strip").frame(parts::panel(ui)).show(ui, |ui| {
            strip::show(ui, state, self.send_box.typed(), commands);
        });
        if self.findings.any(state) {
            let findings = Panel::bottom("findings").frame(parts::panel(ui)).resizable(true).default_size(120.0);
            findings.size_range(70.0..=400.0).show(ui, |ui| self.findings.show(ui, state, commands));
        }
        CentralPanel::default().frame(parts::panel(ui)).show(ui, |ui| {
            self.log.show(ui, state, commands);
            if let Some(place) = self.log.place().filter(|_| self.find_bar.is_open()) {
                self.find_bar.show(ui, place, state, commands);
            }
        });
        if self.log.take_find_wish() {
            self.find_bar.open();
        }
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
        self.macros.asking() || self.send_box.asking()
    }

    /// Ctrl+O, and what ends or gives up the data while the modem waits for it.
    fn keys(&mut self, ctx: &Context, commands: &mut Commands) {
        if self.asking() || egui::Popup::is_any_open(ctx) {
            return;
        }
        let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::O) {
            commands.push(if self.state.busy() { Port::Disconnect } else { Port::Connect });
        }
        if pressed(Modifiers::COMMAND, Key::L) {
            match self.state.phase() {
                crate::worker::Phase::Released => commands.push(Port::TakeBack),
                _ if self.state.connected() => commands.push(Port::Lend),
                _ => {}
            }
        }
        if pressed(Modifiers::COMMAND, Key::N) {
            commands.push(Tool::NewWindow);
        }
        if pressed(Modifiers::COMMAND, Key::F) {
            self.find_bar.open();
        }
        if !self.state.prompt_open() {
            return;
        }
        if pressed(Modifiers::COMMAND, Key::Z) {
            self.send_box.take_draft(&self.state, commands);
            commands.push(Line::Send(vec![0x1A]));
        }
        if !FindBar::has_focus(ctx) && !self.tools.any_open() && pressed(Modifiers::NONE, Key::Escape) {
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

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
    }
}

/// What comes from outside: files dropped on the window, and a book that may have been edited meanwhile.
fn outside(ctx: &Context, commands: &mut Commands) {
    let (dropped, back) = ctx.input(|input| {
        let path = input.raw.dropped_files.first().map(|file| file.path().to_path_buf());
        (path, input.events.contains(&egui::Event::WindowFocused(true)))
    });
    if let Some(path) = dropped {
        commands.push(Capture::Open(path));
    }
    if back {
        commands.push(Book::Reload);
    }
}
