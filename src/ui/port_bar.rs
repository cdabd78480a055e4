//! The port bar: which port, how its line is set, connect and disconnect, lamps and counters. One row that never moves.

mod line_menu;
mod tap;

use egui::{Align, Button, Event, Id, Layout, RichText, Role, Stroke, TextEdit, Ui, WidgetInfo, vec2};

use self::line_menu::LineMenu;

use super::{bytes, icons, lines, parts, theme};
use crate::app::State;
use crate::app::command::Port;
use crate::link::discovery::PortInfo;
use crate::link::kind::Kind;
use crate::ui::commands::Commands;
use crate::worker::Phase;

/// The picker of the port is so wide, at least and at most.
const PORT: (f32, f32) = (92.0, 300.0);
/// Of its width its edges and the sign of a list take so much.
const PICKER: f32 = 40.0;
/// What the simulated modem is called.
const SIMULATED: &str = "Simulated SIM800L";
/// Width of the list of ports.
const CHOICES: f32 = 420.0;
/// Widths of what stands in the bar whatever it says, so that nothing moves when it says something else.
const LINE: f32 = 114.0;
const CONNECT: f32 = 116.0;
const STANDING: f32 = 74.0;
const COUNTER: f32 = 74.0;
const LAMPS: f32 = 238.0;
/// The side panel's switch and the menu; in a narrow window the switch is a sign.
const RIGHT: [f32; 2] = [176.0, 124.0];
/// Room for a port's name. Where there is less, the counters are told by the word beside *Connect*.
const NAME: f32 = 130.0;
/// Between the parts.
const GAPS: [f32; 2] = [60.0, 40.0];

/// At most this many ports that were used before are listed.
const RECENT: usize = 6;

/// The bar and what is being typed in it.
#[derive(Debug, Default)]
pub(crate) struct PortBar {
    path: Option<String>,
    line: LineMenu,
    tap: tap::TapChoice,
}

impl PortBar {
    /// Draws the bar: one row, in which every part has its place. In a `narrow` window the right one has less.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, narrow: bool, commands: &mut Commands) {
        let room = ui.available_width();
        // A port without modem lines never has lamps.
        let lamps = room >= theme::LAMPS && state.has_line_settings();
        let (right, gaps) = if narrow { (RIGHT[1], GAPS[1]) } else { (RIGHT[0], GAPS[0]) };
        let fixed = LINE + CONNECT + STANDING + right + gaps + if lamps { LAMPS } else { 0.0 };
        let counted = room - fixed - 2.0 * COUNTER >= NAME;
        let fixed = fixed + if counted { 2.0 * COUNTER } else { 0.0 };
        self.port(ui, state, (room - fixed).clamp(PORT.0, PORT.1), commands);
        self.line.show(ui, vec2(LINE, theme::CONTROL), state, commands);
        connect(ui, state, commands);
        slot(ui, STANDING, |ui| standing(ui, state));
        if lamps {
            slot(ui, LAMPS, |ui| lines::lamps(ui, state, commands));
        }
        if counted {
            // At the right, where the eye looks for them.
            ui.add_space((ui.available_width() - 2.0 * COUNTER - right - theme::GAP).max(0.0));
            counters(ui, state);
        }
    }

    fn port(&mut self, ui: &mut Ui, state: &State, width: f32, commands: &mut Commands) {
        let picked = &state.settings.port;
        let shown = state.ports.iter().find(|info| info.path == *picked).map_or_else(|| name_of(picked), title);
        let button = parts::picker(ui, vec2(width, theme::CONTROL), RichText::new(fitting(ui, &shown, width)));
        button.widget_info(|| WidgetInfo {
            current_text_value: Some(shown.clone()),
            ..WidgetInfo::labeled(Role::ComboBox, true, "Port")
        });
        let button = button.on_hover_text(format!("{shown}\nWhich port; the simulated SIM800L is always there"));
        if button.clicked() {
            self.path = None;
            commands.push(Port::List);
        }
        parts::form(&button, |ui| {
            ui.set_min_width(CHOICES);
            self.choices(ui, state, commands);
        });
    }

    fn choices(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let picked = &state.settings.port;
        let mut pick = |ui: &Ui, port: String| {
            commands.push(Port::Pick(port));
            ui.close();
        };
        let simulator = crate::app::SIMULATOR;
        let about = "Answers like the real modem and opens real TCP connections";
        if choice(ui, *picked == simulator, SIMULATED, about).clicked() {
            pick(ui, simulator.to_owned());
        }
        for info in &state.ports {
            if choice(ui, *picked == info.path, &title(info), &info.details()).clicked() {
                pick(ui, info.path.clone());
            }
        }
        if state.ports.is_empty() {
            parts::weak(ui, "No serial port found. Plug the adapter in; the list is read anew each time it opens.");
        }
        for port in recent(state) {
            if choice(ui, *picked == port, &name_of(&port), "Used before").clicked() {
                pick(ui, port);
            }
        }
        if let Some(port) = self.tap.show(ui, state) {
            pick(ui, port);
        }
        ui.separator();
        let label = parts::weak(ui, format!("Other: {}", Kind::examples()));
        let path = self.path.get_or_insert_with(|| picked.clone());
        let id = Id::unique("typed port");
        if types_elsewhere(ui, id) {
            // Letters that nothing else in the list takes name a port.
            path.clear();
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        ui.horizontal(|ui| {
            let field = ui
                .add(
                    TextEdit::singleline(path)
                        .id(id)
                        .desired_width(theme::PATH)
                        .font(theme::mono())
                        .hint_text("e.g. /dev/ttyUSB0"),
                )
                .labelled_by(label.id);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let named = !path.trim().is_empty();
            if (ui.add_enabled(named, Button::new("Use")).clicked() || entered) && named {
                pick(ui, path.trim().to_owned());
            }
        });
    }
}

/// A name as the closed picker has room for it: what tells ports apart is the end, and `/dev/` all of them have.
fn fitting(ui: &Ui, name: &str, width: f32) -> String {
    let room = width - PICKER;
    let font = egui::TextStyle::Button.resolve(ui.style());
    let measured =
        |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), egui::Color32::PLACEHOLDER).size().x;
    let path = name.split("  ").next().unwrap_or(name);
    let bare = path.strip_prefix("/dev/").unwrap_or(path);
    let short = if name == SIMULATED { "Sim. SIM800L" } else { bare };
    if let Some(whole) = [name, path, short].into_iter().find(|text| measured(text) <= room) {
        return whole.to_owned();
    }
    let ends = short.char_indices().skip(1).map(|(at, _)| format!("…{}", short.get(at..).unwrap_or_default()));
    let mut ends = ends.skip_while(|end| measured(end) > room);
    ends.next().unwrap_or_else(|| short.to_owned())
}

/// Letters were typed, and this field has not the focus. A blank is Space, which presses the button that has it.
fn types_elsewhere(ui: &Ui, field: Id) -> bool {
    let letters = |event: &Event| matches!(event, Event::Text(text) | Event::Paste(text) if !text.trim().is_empty());
    !ui.memory(|memory| memory.has_focus(field)) && ui.input(|input| input.events.iter().any(letters))
}

/// A part of fixed width, whatever stands in it.
fn slot(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, theme::CONTROL), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.set_max_width(width);
        contents(ui);
    });
}

/// Ports that the system does not list and that were open before: over the network, taps, recordings, ptys.
fn recent(state: &State) -> impl Iterator<Item = String> {
    let listed = |port: &str| state.ports.iter().any(|info| info.path == port);
    let kept = move |port: &&String| {
        let named = ["tap:", "replay:"].iter().any(|scheme| port.starts_with(scheme));
        named || port.contains("://") || (port.starts_with('/') && !listed(port))
    };
    state.settings.line.keys().filter(kept).take(RECENT).cloned()
}

fn choice(ui: &mut Ui, selected: bool, title: &str, details: &str) -> egui::Response {
    let palette = parts::colors(ui);
    let mut job = parts::sentence(&[(title, palette.strong, true)]);
    if !details.is_empty() {
        let format = egui::TextFormat::simple(theme::small(), palette.weak);
        job.append("\n", 0.0, format.clone());
        job.append(details, 0.0, format);
    }
    let width = ui.available_width();
    ui.add(Button::selectable(selected, job).min_size(vec2(width, 0.0))).accessible_name(title)
}

/// What a typed port is called in the closed picker.
fn name_of(port: &str) -> String {
    match port {
        "" => "Pick a port".to_owned(),
        crate::app::SIMULATOR => SIMULATED.to_owned(),
        other => match other.strip_prefix("tap:") {
            Some(both) => format!("Tap: {}", both.replace("/dev/", "").replace(',', " and ")),
            None => other.to_owned(),
        },
    }
}

fn title(info: &PortInfo) -> String {
    match &info.product {
        Some(product) => format!("{}  {product}", info.path),
        None => info.path.clone(),
    }
}

fn connect(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let another = state.port.as_ref().is_some_and(|port| *port != state.settings.port);
    let (name, main, icon, help, command) = if state.busy() && another {
        let help = format!("Closes {} and opens the port that is picked", state.port.as_deref().unwrap_or_default());
        ("Switch", true, icons::CONNECT, help, Port::Connect)
    } else if *state.phase() == Phase::Released {
        ("Take back", true, icons::CONNECT, "Ctrl+L: opens the port again".to_owned(), Port::TakeBack)
    } else if state.busy() {
        (
            "Disconnect",
            false,
            icons::DISCONNECT,
            "Ctrl+O; Ctrl+L lends the port to another program for a while".to_owned(),
            Port::Disconnect,
        )
    } else {
        ("Connect", true, icons::CONNECT, "Ctrl+O".to_owned(), Port::Connect)
    };
    let palette = parts::colors(ui);
    let button = if main {
        let letters = RichText::new(name).font(theme::strong(theme::BODY)).color(palette.on_accent);
        Button::new((parts::sign(icon).color(palette.on_accent), letters)).fill(palette.accent).stroke(Stroke::NONE)
    } else {
        Button::new((parts::sign(icon), name))
    };
    let button = ui.add_sized(vec2(CONNECT, theme::CONTROL), button).accessible_name(name);
    let button = if main { parts::ringed(ui, button) } else { button };
    // The second click of a double one would undo the first.
    if button.on_hover_text(help).clicked()
        && !ui.input(|input| input.pointer.button_double_clicked(egui::PointerButton::Primary))
    {
        commands.push(command);
    }
}

fn standing(ui: &mut Ui, state: &State) {
    let palette = parts::colors(ui);
    let shared = state.status.shared.as_ref().filter(|_| state.busy());
    match state.phase() {
        Phase::Closed => parts::lamp(ui, palette.line, "Closed"),
        Phase::Open { .. } if let Some((address, guests)) = shared => {
            let lamp = parts::lamp(ui, palette.warn, "Shared");
            parts::spoken(&lamp, &format!("Shared with {guests}"));
            lamp.on_hover_text(format!(
                "Other programs, {guests} now, can read and write this port at {address}; Menu, Share port ends it"
            ))
        }
        Phase::Opening => parts::lamp(ui, palette.warn, "Opening…"),
        Phase::Open { .. } => {
            let name = state.port.as_deref().map(name_of).unwrap_or_default();
            let place = &state.status.place;
            let name = if place.is_empty() || *place == name { name } else { format!("{name}, now {place}") };
            let (rx, tx) = (bytes::grouped(state.status.rx), bytes::grouped(state.status.tx));
            parts::lamp(ui, palette.good, "Open").on_hover_text(format!("{name}\nRX {rx}, TX {tx} bytes"))
        }
        Phase::Lost(_) => parts::lamp(ui, palette.warn, "Lost"),
        Phase::Released => parts::lamp(ui, palette.warn, "Lent"),
        Phase::Failed(_) => parts::lamp(ui, palette.bad, "Not open"),
    };
}

fn counters(ui: &mut Ui, state: &State) {
    let palette = parts::colors(ui);
    let (rx, tx) = if state.port.is_some() { (state.status.rx, state.status.tx) } else { (0, 0) };
    for (name, number, color) in [("RX", rx, palette.rx), ("TX", tx, palette.tx)] {
        slot(ui, COUNTER, |ui| {
            ui.spacing_mut().item_spacing.x = theme::IN_BAR;
            ui.label(RichText::new(name).font(theme::strong(theme::SMALL)).color(color));
            let help = format!("{} since the port was opened", bytes::count(number));
            let words = RichText::new(bytes::short(number)).font(theme::mono()).color(palette.text);
            let counter = ui.label(words).on_hover_text(help);
            parts::spoken(&counter, &format!("{name} {}", bytes::grouped(number)));
        });
    }
}
