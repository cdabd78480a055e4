//! The menu and the windows that it opens: everything that is not needed all the time.

mod check;
mod editor;
mod export;
mod find_baud;
mod help;
mod import;
mod program;
mod settings;
mod signal;
mod simulator;
mod steps;

use egui::{Context, Ui, Window};

use self::editor::EditorPanel;
use self::export::ExportPanel;
use self::help::Help;
use self::import::ImportPanel;
use self::program::ProgramPanel;
use self::signal::SignalPanel;
use self::simulator::SimulatorPanel;
use super::parts;
use super::theme;
use crate::app::{Adapter, Command, Purpose, State};

/// A window that the menu opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Export,
    Editor,
    Import,
    Program,
    Signal,
    Simulator,
    Baud,
    Nano,
    Adapter,
    Settings,
}

impl Tool {
    const ALL: [Self; 10] = [
        Self::Export,
        Self::Editor,
        Self::Import,
        Self::Program,
        Self::Signal,
        Self::Simulator,
        Self::Baud,
        Self::Nano,
        Self::Adapter,
        Self::Settings,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Export => "Export capture…",
            Self::Editor => "Edit macros…",
            Self::Import => "Import macros or sketch…",
            Self::Program => "Macro as a program…",
            Self::Signal => "Signal and timeline",
            Self::Simulator => "Simulated modem",
            Self::Baud => "Find baud…",
            Self::Nano => "Arduino Nano: wiring and sketch",
            Self::Adapter => "USB-TTL adapter: wiring",
            Self::Settings => "Settings…",
        }
    }

    fn size(self) -> egui::Vec2 {
        match self {
            Self::Editor => egui::vec2(820.0, 520.0),
            Self::Signal => egui::vec2(720.0, 460.0),
            Self::Nano | Self::Adapter => egui::vec2(720.0, 520.0),
            Self::Import => egui::vec2(620.0, 420.0),
            Self::Program => egui::vec2(700.0, 560.0),
            Self::Export => egui::vec2(480.0, 320.0),
            Self::Baud => egui::vec2(560.0, 360.0),
            Self::Simulator | Self::Settings => egui::vec2(420.0, 380.0),
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
}

impl Tools {
    /// The button that opens the menu.
    pub fn menu(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        ui.menu_button("Menu", |ui| {
            ui.set_min_width(250.0);
            ui.menu_button("Open capture", |ui| self.open_capture(ui, commands));
            for tool in Tool::ALL {
                if matches!(tool, Tool::Editor | Tool::Signal | Tool::Nano | Tool::Settings) {
                    ui.separator();
                }
                if ui.button(tool.name()).clicked() {
                    self.show_tool(tool);
                    ui.close();
                }
            }
        });
    }

    /// Opens the page for the board or adapter.
    pub fn help(&mut self, adapter: Adapter) {
        self.show_tool(if adapter == Adapter::Nano { Tool::Nano } else { Tool::Adapter });
    }

    /// Opens the search for the baud rate.
    pub fn find_baud(&mut self) {
        self.show_tool(Tool::Baud);
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

    /// Draws the windows that are open.
    pub fn windows(&mut self, ctx: &Context, state: &State, commands: &mut Vec<Command>) {
        let scan = state.status.scan.as_ref().map(|scan| (state.capture_number, scan.number));
        if scan > self.scan {
            self.scan = scan;
            self.show_tool(Tool::Baud);
        }
        let mut closed = Vec::new();
        for tool in self.open.clone() {
            let mut open = true;
            let title = tool.name().trim_end_matches('…');
            let window = Window::new(title)
                .open(&mut open)
                .default_size(tool.size())
                .default_pos([70.0, 90.0])
                .resizable(true)
                .collapsible(false);
            window.vscroll(tool != Tool::Editor).show(ctx, |ui| match tool {
                Tool::Export => self.export.show(ui, state, commands),
                Tool::Editor => self.editor.show(ui, state, commands),
                Tool::Import => self.import.show(ui, state, commands),
                Tool::Program => self.program.show(ui, state, commands),
                Tool::Signal => self.signal.show(ui, state, commands),
                Tool::Simulator => self.simulator.show(ui, state, commands),
                Tool::Baud => find_baud::show(ui, state, commands),
                Tool::Nano => self.help.nano(ui, state, commands),
                Tool::Adapter => help::adapter(ui),
                Tool::Settings => settings::show(ui, state, commands),
            });
            if !open {
                closed.push(tool);
            }
        }
        self.open.retain(|tool| !closed.contains(tool));
    }
}
