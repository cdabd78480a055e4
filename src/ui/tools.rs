//! The menu and the windows that it opens: everything that is not needed all the time.

mod check;
mod dragging;
mod editor;
mod export;
mod find_baud;
mod help;
mod import;
mod keys;
mod program;
mod send_file;
mod settings;
mod share;
mod signal;
mod simulator;
mod steps;
mod wiring;

use egui::{Button, Context, Key, LayerId, Modifiers, Ui, Window};

use self::editor::EditorPanel;
use self::export::ExportPanel;
use self::help::Help;
use self::import::ImportPanel;
use self::program::ProgramPanel;
use self::send_file::SendFilePanel;
use self::settings::SettingsPanel;
use self::signal::SignalPanel;
use self::simulator::SimulatorPanel;
use super::parts;
use super::theme;
use crate::app::{Adapter, Command, Purpose, State};
use crate::worker::Phase;

/// A window that the menu opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    SendFile,
    Share,
    Baud,
    Export,
    Editor,
    Import,
    Program,
    Signal,
    Simulator,
    Nano,
    Adapter,
    Keys,
    Settings,
}

impl Tool {
    const ALL: [Self; 13] = [
        Self::SendFile,
        Self::Share,
        Self::Baud,
        Self::Export,
        Self::Editor,
        Self::Import,
        Self::Program,
        Self::Signal,
        Self::Simulator,
        Self::Nano,
        Self::Adapter,
        Self::Keys,
        Self::Settings,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::SendFile => "Send file…",
            Self::Share => "Share port…",
            Self::Export => "Export capture…",
            Self::Editor => "Edit macros…",
            Self::Import => "Import macros or sketch…",
            Self::Program => "Macro as a program…",
            Self::Signal => "Signal and timeline",
            Self::Simulator => "Simulated modem",
            Self::Baud => "Find baud…",
            Self::Nano => "Arduino Nano: wiring and sketch",
            Self::Adapter => "USB-TTL adapter: wiring",
            Self::Keys => "Keyboard shortcuts",
            Self::Settings => "Settings…",
        }
    }

    /// A line stands above it in the menu.
    fn begins_group(self) -> bool {
        matches!(self, Self::SendFile | Self::Export | Self::Editor | Self::Signal | Self::Nano | Self::Keys)
    }

    fn layer(self) -> egui::Id {
        egui::Id::unique(("tool", self.name()))
    }

    fn size(self) -> egui::Vec2 {
        match self {
            Self::Editor => egui::vec2(820.0, 520.0),
            Self::Signal => egui::vec2(720.0, 560.0),
            Self::Nano | Self::Adapter => egui::vec2(720.0, 580.0),
            Self::Import => egui::vec2(620.0, 540.0),
            Self::Program => egui::vec2(700.0, 560.0),
            Self::Export => egui::vec2(480.0, 320.0),
            Self::SendFile => egui::vec2(470.0, 250.0),
            Self::Share => egui::vec2(460.0, 300.0),
            Self::Keys => egui::vec2(560.0, 520.0),
            Self::Baud => egui::vec2(560.0, 360.0),
            Self::Simulator => egui::vec2(480.0, 560.0),
            Self::Settings => egui::vec2(460.0, 520.0),
        }
    }
}

/// The windows and their drafts.
#[derive(Debug, Default)]
pub struct Tools {
    open: Vec<Tool>,
    path: String,
    export: ExportPanel,
    editor: EditorPanel,
    import: ImportPanel,
    program: ProgramPanel,
    signal: SignalPanel,
    simulator: SimulatorPanel,
    help: Help,
    /// The last scan for the baud rate that was shown: capture and number.
    scan: Option<(u64, u64)>,
    send_file: SendFilePanel,
    settings: SettingsPanel,
    /// To be brought to the front, with the focus.
    raised: Option<Tool>,
}

/// A window so high, in points, has room for the whole menu.
const MENU: f32 = 690.0;

impl Tools {
    /// The button that opens the menu.
    pub fn menu(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        ui.menu_button("Menu", |ui| {
            ui.set_min_width(270.0);
            let mut entry = |ui: &mut Ui, name: &str, keys: &str, enabled: bool, command: Command| {
                if ui.add_enabled(enabled, Button::new(name).shortcut_text(keys)).clicked() {
                    commands.push(command);
                    ui.close();
                }
            };
            entry(ui, "New window", "Ctrl+N", true, Command::NewWindow);
            if *state.phase() == Phase::Released {
                entry(ui, "Take the port back", "Ctrl+L", true, Command::TakeBack);
            } else {
                entry(ui, "Lend the port", "Ctrl+L", state.connected(), Command::Lend);
            }
            // In a short or zoomed window the last ones, Settings among them, are reached by scrolling.
            let height = ui.ctx().content_rect().height();
            if height < MENU {
                let room = height - ui.min_rect().height() - 60.0;
                egui::ScrollArea::vertical().max_height(room).show(ui, |ui| self.entries(ui, commands));
            } else {
                self.entries(ui, commands);
            }
        });
    }

    fn entries(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        for tool in Tool::ALL {
            if tool.begins_group() {
                ui.separator();
            }
            if tool == Tool::Export {
                ui.menu_button("Open capture", |ui| self.open_capture(ui, commands));
            }
            if ui.button(tool.name()).clicked() {
                self.show_tool(tool);
                ui.close();
            }
        }
    }

    /// A window is open, so Esc is its.
    pub fn any_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Esc closes the window in front.
    fn close_front(&mut self, ctx: &Context) {
        let front = ctx.memory(|memory| memory.areas().top_layer_id(egui::Order::Middle));
        let front = front.and_then(|layer| self.open.iter().position(|tool| tool.layer() == layer.id));
        let front = front.or_else(|| self.open.len().checked_sub(1));
        if let Some(front) = front {
            self.open.remove(front);
        }
    }

    /// Opens the page for the board or adapter.
    pub fn help(&mut self, adapter: Adapter) {
        self.show_tool(if adapter == Adapter::Nano { Tool::Nano } else { Tool::Adapter });
    }

    /// Opens the search for the baud rate.
    pub fn find_baud(&mut self) {
        self.show_tool(Tool::Baud);
    }

    /// The macro book as the editor has it, if it was changed and not saved.
    #[must_use]
    pub fn unsaved_macros(&self) -> Option<&str> {
        self.editor.unsaved()
    }

    /// Opens the macro editor, at this macro where one is named.
    pub fn edit_macros(&mut self, which: Option<usize>) {
        if let Some(which) = which {
            self.editor.pick(which);
        }
        self.show_tool(Tool::Editor);
    }

    /// Opens the macro of this name as a program.
    pub fn program(&mut self, name: &str) {
        self.program.pick(name);
        self.show_tool(Tool::Program);
    }

    fn show_tool(&mut self, tool: Tool) {
        if !self.open.contains(&tool) {
            self.open.push(tool);
        }
        self.raised = Some(tool);
    }

    fn open_capture(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        if ui.button("Choose a file…").clicked() {
            commands.push(Command::Choose(Purpose::OpenCapture));
            ui.close();
        }
        let label = parts::weak(ui, "or type its path; a file can be dropped on the window too");
        ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut self.path).desired_width(260.0).font(theme::mono());
            let field = ui.add(field).labelled_by(label.id);
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if (ui.button("Open").clicked() || enter) && !self.path.trim().is_empty() {
                commands.push(Command::OpenCapture(self.path.trim().into()));
                ui.close();
            }
        });
    }

    /// Draws the windows that are open. `esc` is true when Esc may close one: nothing else stands in front.
    pub fn windows(&mut self, ctx: &Context, state: &State, esc: bool, commands: &mut Vec<Command>) {
        let scan = state.status.scan.as_ref().map(|scan| (state.capture_number, scan.number));
        if scan > self.scan {
            self.scan = scan;
            self.show_tool(Tool::Baud);
        }
        if esc && self.any_open() && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.close_front(ctx);
        }
        let raised = self.raised.take();
        for tool in self.open.clone() {
            if raised == Some(tool) {
                ctx.move_to_top(LayerId::new(egui::Order::Middle, tool.layer()));
            }
            if !self.window(ctx, tool, raised == Some(tool), state, commands) {
                self.open.retain(|open| *open != tool);
            }
        }
    }

    /// Draws one window; false when it was closed.
    fn window(&mut self, ctx: &Context, tool: Tool, raised: bool, state: &State, commands: &mut Vec<Command>) -> bool {
        let mut open = true;
        let title = tool.name().trim_end_matches('…');
        let window = Window::new(title)
            .id(tool.layer())
            .open(&mut open)
            .default_size(tool.size())
            .default_pos([70.0, 90.0])
            .resizable(true)
            .collapsible(false);
        window.vscroll(tool != Tool::Editor).show(ctx, |ui| {
            take_focus(ui, tool, raised);
            match tool {
                Tool::SendFile => self.send_file.show(ui, state, commands),
                Tool::Share => share::show(ui, state, commands),
                Tool::Export => self.export.show(ui, state, commands),
                Tool::Editor => self.editor.show(ui, state, commands),
                Tool::Import => self.import.show(ui, state, commands),
                Tool::Program => self.program.show(ui, state, commands),
                Tool::Signal => self.signal.show(ui, state, commands),
                Tool::Simulator => self.simulator.show(ui, state, commands),
                Tool::Baud => find_baud::show(ui, state, commands),
                Tool::Nano => self.help.nano(ui, state, commands),
                Tool::Adapter => help::adapter(ui),
                Tool::Keys => keys::show(ui, state),
                Tool::Settings => self.settings.show(ui, state, commands),
            }
        });
        open
    }
}

/// A window that was just opened has the focus before its first control, so that Tab goes on inside.
fn take_focus(ui: &Ui, tool: Tool, raised: bool) {
    let id = tool.layer().with("top");
    if raised || ui.memory(|memory| memory.has_focus(id)) {
        let place = egui::Rect::from_min_size(ui.cursor().min, egui::Vec2::ZERO);
        let top = ui.interact(place, id, egui::Sense::focusable_noninteractive());
        top.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, tool.name()));
        if raised {
            top.request_focus();
        }
    }
}
