//! The menu and the windows that it opens: everything that is not needed all the time.
//!
//! A window is a type that is a [`ToolWindow`], in a file of its own, and an entry in [`groups`].

mod check;
mod dragging;
mod editor;
mod export;
mod find_baud;
mod handbook;
mod help;
mod import;
mod keys;
mod open;
mod program;
mod send_file;
mod settings;
mod share;
mod signal;
mod simulator;
mod sketch;
mod steps;
mod window;
mod wiring;

use std::any::{Any, TypeId};

use egui::containers::menu::MenuButton;
use egui::{Button, Context, FocusDirection, Id, Key, LayerId, Modifiers, Rect, Ui, Window};

pub(crate) use self::editor::EditorPanel;
pub(crate) use self::export::ExportPanel;
pub(crate) use self::find_baud::FindBaudPanel;
pub(crate) use self::help::{AdapterPage, NanoPage};
pub(crate) use self::import::ImportPanel;
pub(crate) use self::open::OpenPanel;
pub(crate) use self::program::ProgramPanel;
pub(crate) use self::sketch::SketchPanel;
pub(super) use self::window::ToolWindow;
use super::commands::Commands;
use super::{icons, parts, theme};
use crate::app::State;
use crate::app::command::{Port, Tool};
use crate::session::occupant::{Refusal, Wish};
use crate::worker::Phase;

/// All windows, in the order and the groups of the menu.
fn groups() -> [Vec<Box<dyn ToolWindow>>; 6] {
    [
        vec![Box::<send_file::SendFilePanel>::default(), Box::new(share::SharePanel), Box::new(FindBaudPanel)],
        vec![Box::<OpenPanel>::default(), Box::<ExportPanel>::default()],
        vec![
            Box::<EditorPanel>::default(),
            Box::<ImportPanel>::default(),
            Box::<SketchPanel>::default(),
            Box::<ProgramPanel>::default(),
        ],
        vec![Box::<signal::SignalPanel>::default(), Box::<simulator::SimulatorPanel>::default()],
        vec![Box::<NanoPage>::default(), Box::new(AdapterPage)],
        vec![
            Box::<handbook::HandbookPage>::default(),
            Box::new(keys::KeysPage),
            Box::<settings::SettingsPanel>::default(),
        ],
    ]
}

/// The windows and which of them are open.
#[derive(Debug)]
pub(crate) struct Tools {
    groups: [Vec<Box<dyn ToolWindow>>; 6],
    /// Those that are open, in the order of opening.
    open: Vec<TypeId>,
    /// To be brought to the front, with the focus.
    raised: Option<TypeId>,
    /// Its first control gets the focus in the next frame.
    entered: bool,
    /// The last scan for the baud rate that was shown: capture and number.
    scan: Option<(u64, u64)>,
}

impl Default for Tools {
    fn default() -> Self {
        Self { groups: groups(), open: Vec::new(), raised: None, entered: false, scan: None }
    }
}

/// Width of the menu.
const WIDTH: f32 = 290.0;
/// A window so high, in points, has room for the whole menu.
const MENU: f32 = 640.0;

impl Tools {
    /// The button that opens the menu.
    pub(crate) fn menu(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let button = MenuButton::from_button(Button::new((parts::sign(icons::MENU), "Menu")));
        let (button, _) = button.ui(ui, |ui| {
            parts::keep_keyboard(ui);
            ui.set_min_width(WIDTH);
            ui.spacing_mut().item_spacing.y = theme::BETWEEN;
            let new = Button::new((parts::sign(icons::WINDOW), "New window")).shortcut_text("Ctrl+N");
            if ui.add(new).accessible_name("New window").clicked() {
                commands.push(Tool::NewWindow);
                ui.close();
            }
            let (name, enabled, command) = match state.phase() {
                Phase::Released => ("Take the port back", true, Port::TakeBack),
                _ => ("Lend the port", state.refusal(Wish::Lend).is_none(), Port::Lend),
            };
            let lend = Button::new((parts::sign(icons::LEND), name)).shortcut_text("Ctrl+L");
            let why_not = state.refusal(Wish::Lend).map(Refusal::hint).unwrap_or_default();
            let lend = ui.add_enabled(enabled, lend).accessible_name(name).on_disabled_hover_text(why_not);
            if lend.clicked() {
                commands.push(command);
                ui.close();
            }
            // In a short or zoomed window the last ones, Settings among them, are reached by scrolling.
            let height = ui.ctx().content_rect().height();
            if height < MENU {
                let room = height - ui.min_rect().height() - 60.0;
                egui::ScrollArea::vertical().max_height(room).show(ui, |ui| {
                    self.entries(ui, state);
                    parts::keep_focus_in_sight(ui);
                });
            } else {
                self.entries(ui, state);
            }
        });
        button.accessible_name("Menu");
    }

    fn entries(&mut self, ui: &mut Ui, state: &State) {
        let mut wanted = None;
        for group in &self.groups {
            ui.separator();
            for tool in group {
                let why_not = tool.of_no_use(state);
                let entry = parts::signed(ui, why_not.is_none(), tool.icon(), tool.name());
                if entry.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
                    wanted = Some(id_of(tool.as_ref()));
                    ui.close();
                }
            }
        }
        if let Some(wanted) = wanted {
            self.open(wanted, None);
        }
    }

    /// A window is open, so Esc is its.
    pub(crate) fn any_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Esc closes the window in front.
    fn close_front(&mut self, ctx: &Context) {
        let front = ctx.memory(|memory| memory.areas().top_layer_id(egui::Order::Middle));
        let front = front.and_then(|layer| self.open.iter().position(|tool| place_of(*tool) == layer.id));
        let front = front.or_else(|| self.open.len().checked_sub(1));
        if let Some(front) = front {
            self.open.remove(front);
        }
    }

    /// What would be lost if the program ended now.
    #[must_use]
    pub(crate) fn unsaved(&self) -> Option<&str> {
        self.groups.iter().flatten().find_map(|tool| tool.unsaved())
    }

    /// Opens a window, or brings it to the front, at what it is to show.
    pub(crate) fn open(&mut self, wanted: TypeId, subject: Option<String>) {
        let mut all = self.groups.iter_mut().flatten();
        if let (Some(subject), Some(tool)) = (subject, all.find(|tool| id_of(tool.as_ref()) == wanted)) {
            tool.turn_to(subject);
        }
        if !self.open.contains(&wanted) {
            self.open.push(wanted);
        }
        self.raised = Some(wanted);
    }

    /// Draws the windows that are open, within the screen. `esc` is true when Esc may close one: nothing else stands in front.
    pub(crate) fn windows(&mut self, ctx: &Context, screen: Rect, state: &State, esc: bool, commands: &mut Commands) {
        let scan = state.status.scan.as_ref().map(|scan| (state.capture_number, scan.number));
        if scan > self.scan {
            self.scan = scan;
            self.open(TypeId::of::<FindBaudPanel>(), None);
        }
        if esc && self.any_open() && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.close_front(ctx);
        }
        if std::mem::take(&mut self.entered) {
            ctx.memory_mut(|memory| memory.move_focus(FocusDirection::Next));
        }
        // Until the menu that it was opened from is gone, the menu has the keyboard.
        let free = ctx.memory(egui::Memory::top_modal_layer).is_none();
        if !free && self.raised.is_some() {
            ctx.request_repaint();
        }
        let raised = self.raised.take_if(|_| free);
        for wanted in self.open.clone() {
            let raised = raised == Some(wanted);
            let tool = self.groups.iter_mut().flatten().find(|tool| id_of(tool.as_ref()) == wanted);
            self.entered |= raised && tool.as_ref().is_some_and(|tool| tool.begins_with_control());
            let still = tool.is_some_and(|tool| window(ctx, screen, tool.as_mut(), raised, state, commands));
            if commands.take_close() || !still {
                self.open.retain(|open| *open != wanted);
            }
        }
    }
}

fn id_of(tool: &dyn ToolWindow) -> TypeId {
    (tool as &dyn Any).type_id()
}

fn place_of(tool: TypeId) -> Id {
    Id::unique(("tool", tool))
}

/// Draws one window; false when it was closed.
fn window(
    ctx: &Context,
    screen: Rect,
    tool: &mut dyn ToolWindow,
    raised: bool,
    state: &State,
    commands: &mut Commands,
) -> bool {
    let place = place_of(id_of(tool));
    if raised {
        ctx.move_to_top(LayerId::new(egui::Order::Middle, place));
    }
    let mut open = true;
    let name = tool.name();
    // Within the screen, whatever its size: what does not fit scrolls.
    let most = screen.size() - theme::TOOL_ROOM;
    let narrow = most.x < theme::NARROW;
    let window = Window::new(name.trim_end_matches('…'))
        .id(place)
        .open(&mut open)
        .constrain_to(screen)
        .max_size(most)
        .hscroll(narrow)
        .default_size(most.min(tool.size().into()))
        .default_pos(theme::TOOL_AT)
        .resizable(true)
        .collapsible(false)
        .title_frame(egui::Frame::window(&ctx.global_style()).inner_margin(theme::TOOL_TITLE));
    window.vscroll(tool.scrolls()).show(ctx, |ui| {
        take_focus(ui, place, name, raised);
        tool.show(ui, state, commands);
        parts::keep_focus_in_sight(ui);
    });
    open
}

/// A window that was just opened has the focus before its first control, so that Tab goes on inside.
fn take_focus(ui: &Ui, place: Id, name: &str, raised: bool) {
    let id = place.with("top");
    if raised || ui.memory(|memory| memory.has_focus(id)) {
        let place = egui::Rect::from_min_size(ui.cursor().min, egui::Vec2::ZERO);
        let top = ui.interact(place, id, egui::Sense::focusable_noninteractive());
        top.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
        if raised {
            top.request_focus();
        }
    }
}
