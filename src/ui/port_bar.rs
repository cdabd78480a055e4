//! The port bar: which port, how its line is set, connect and disconnect, counters, and what went wrong.

mod line_menu;
mod notices;
mod tap;

use egui::{Button, ComboBox, Popup, PopupCloseBehavior, RichText, TextEdit, Ui, vec2};

use super::lines::Lines;
use super::parts;
use super::tools::{AdapterPage, NanoPage};
use super::{bytes, theme};
use crate::app::command::{Line, Port};
use crate::app::{Adapter, State};
use crate::link::discovery::PortInfo;
use crate::link::{FlowControl, LineSettings};
use crate::ui::commands::Commands;
use crate::worker::Phase;

/// Rates that modems and adapters know.
const RATES: [u32; 14] =
    [1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 74_880, 115_200, 230_400, 250_000, 460_800, 921_600];

/// The bar and what is being typed in it.
#[derive(Debug, Default)]
pub struct PortBar {
    path: Option<String>,
    baud: Option<String>,
    lines: Lines,
    tap: tap::TapChoice,
}

impl PortBar {
    /// Draws the bar.
    pub fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            self.port(ui, state, commands);
            adapter(ui, state, commands);
            self.baud(ui, state, commands);
            line_menu::show(ui, state, commands);
            flow(ui, state, commands);
        });
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            connect(ui, state, commands);
            standing(ui, state);
            self.lines.show(ui, state, commands);
            ui.separator();
            counters(ui, state);
        });
        notices::show(ui, state, commands);
    }

    fn port(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        // All other controls of the row need so much; where less is left the names are cut, not the row.
        let width = (ui.available_width() - 610.0).clamp(120.0, 236.0);
        let label = ui.label("Port");
        let picked = &state.settings.port;
        let shown = state.ports.iter().find(|info| info.path == *picked).map_or_else(|| name_of(picked), title);
        let combo = ComboBox::from_id_salt("port")
            .width(width)
            .height(420.0)
            .selected_text(shown)
            .truncate()
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show_ui(ui, |ui| {
                ui.set_min_width(400.0);
                self.choices(ui, state, commands);
            });
        let opened = combo.response.clicked();
        combo.response.labelled_by(label.id);
        if opened {
            self.path = None;
            commands.push(Port::List);
        }
    }

    fn choices(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let picked = &state.settings.port;
        let mut pick = |ui: &Ui, port: String| {
            commands.push(Port::Pick(port));
            ui.close();
        };
        let simulator = crate::app::SIMULATOR;
        let about = "Answers like the real modem and opens real TCP connections";
        if choice(ui, *picked == simulator, "Simulated SIM800L", about).clicked() {
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
        if let Some(port) = self.tap.show(ui, state) {
            pick(ui, port);
        }
        ui.separator();
        let label =
            parts::weak(ui, "Other: a device or pty, tcp://host:port, rfc2217://host:port, replay:FILE, tap:A,B");
        let path = self.path.get_or_insert_with(|| picked.clone());
        ui.horizontal(|ui| {
            let field = ui
                .add(TextEdit::singleline(path).desired_width(320.0).font(theme::mono()).hint_text("/dev/ttyUSB0"))
                .labelled_by(label.id);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if (ui.button("Use").clicked() || entered) && !path.trim().is_empty() {
                pick(ui, path.trim().to_owned());
            }
        });
    }

    fn baud(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let label = ui.label("Baud");
        let now = state.line.baud;
        let text = self.baud.get_or_insert_with(|| now.to_string());
        let field = ui
            .add(TextEdit::singleline(text).desired_width(70.0).font(theme::mono()).char_limit(9))
            .labelled_by(label.id)
            .on_hover_text("Bits per second, any number; Enter applies it, also while connected");
        let typed = text.trim().parse::<u32>().ok().filter(|rate| *rate > 0);
        let mut wanted = None;
        if field.lost_focus() {
            wanted = typed;
            self.baud = None;
        } else if !field.has_focus() {
            self.baud = None;
        }
        ui.spacing_mut().item_spacing.x = 2.0;
        let more = ui.add(Button::new(RichText::new("▼").size(8.0)).min_size(vec2(22.0, theme::CONTROL)));
        let more = more.accessible_name("Usual baud rates");
        Popup::menu(&more).show(|ui| {
            for rate in RATES {
                if ui.add(Button::selectable(rate == now, rate.to_string())).clicked() {
                    wanted = Some(rate);
                    ui.close();
                }
            }
            ui.separator();
            let find = ui.add_enabled(state.connected(), Button::new("Find baud"));
            let find = find.on_disabled_hover_text("Connect first: the rates are tried on the open port");
            if find.on_hover_text("Sends AT at the usual rates and shows what comes at each").clicked() {
                commands.push(Line::ScanBaud);
                ui.close();
            }
        });
        ui.spacing_mut().item_spacing.x = 8.0;
        if let Some(baud) = wanted.filter(|baud| *baud != now) {
            commands.push(Port::SetLine(LineSettings { baud, ..state.line }));
        }
    }
}

/// What stands between the PC and the modem; choosing it sets what differs and opens its page.
fn adapter(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let label = ui.label("Through");
    let name = |adapter| match adapter {
        Adapter::UsbTtl => "USB-TTL adapter",
        Adapter::Nano => "Arduino Nano",
    };
    let combo = ComboBox::from_id_salt("adapter").width(128.0).selected_text(name(state.adapter));
    let combo = combo.show_ui(ui, |ui| {
        for (adapter, about) in [
            (Adapter::UsbTtl, "Passes bytes on as they are"),
            (
                Adapter::Nano,
                "With a passthrough sketch. Opening restarts the board: what you send waits 2 s for it. DTR stays up \
                 after closing, and bytes go out 1.1 ms apart, as fast as the board passes them on at 9600 baud.",
            ),
        ] {
            let choice = ui.selectable_label(adapter == state.adapter, name(adapter)).on_hover_text(about);
            if choice.clicked() && adapter != state.adapter {
                commands.push(Port::SetAdapter(adapter));
                open_page(adapter, commands);
            }
        }
        ui.separator();
        if ui.selectable_label(false, "Wiring and sketch…").on_hover_text("The page for what is chosen").clicked() {
            open_page(state.adapter, commands);
        }
    });
    let help = "What stands between the PC and the modem; remembered for this device";
    combo.response.on_hover_text(help).labelled_by(label.id);
}

/// The page for what stands between the PC and the modem.
fn open_page(adapter: Adapter, commands: &mut Commands) {
    match adapter {
        Adapter::Nano => commands.open::<NanoPage>(),
        Adapter::UsbTtl => commands.open::<AdapterPage>(),
    }
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
        crate::app::SIMULATOR => "Simulated SIM800L".to_owned(),
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

fn flow(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let label = ui.label("Flow");
    let name = |flow| match flow {
        FlowControl::None => "None",
        FlowControl::Hardware => "RTS/CTS",
        FlowControl::Software => "XON/XOFF",
    };
    let mut flow = state.line.flow;
    let combo = ComboBox::from_id_salt("flow").width(92.0).selected_text(name(flow)).show_ui(ui, |ui| {
        for choice in [FlowControl::None, FlowControl::Hardware, FlowControl::Software] {
            let value = ui.selectable_value(&mut flow, choice, name(choice));
            if choice == FlowControl::Software {
                value.on_hover_text("The bytes 11 and 13 are then signals and no data");
            }
        }
    });
    combo.response.labelled_by(label.id);
    if flow != state.line.flow {
        commands.push(Port::SetLine(LineSettings { flow, ..state.line }));
    }
}

fn connect(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let another = state.port.as_ref().is_some_and(|port| *port != state.settings.port);
    if state.busy() && another {
        let help = format!("Closes {} and opens the port that is picked", state.port.as_deref().unwrap_or_default());
        if parts::primary(ui, true, "Switch").on_hover_text(help).clicked() {
            commands.push(Port::Connect);
        }
    }
    if state.busy() {
        if ui.button("Disconnect").on_hover_text("Ctrl+O").clicked() {
            commands.push(Port::Disconnect);
        }
    } else if parts::primary(ui, true, "Connect").on_hover_text("Ctrl+O").clicked() {
        commands.push(Port::Connect);
    }
    let help = "Ctrl+L: closes the port for a moment, so that another program can have it, such as the Arduino IDE for an upload";
    if state.connected() && ui.button("Lend").on_hover_text(help).clicked() {
        commands.push(Port::Lend);
    }
    let lent = *state.phase() == Phase::Released;
    if lent && parts::primary(ui, true, "Take back").on_hover_text("Ctrl+L: opens the port again").clicked() {
        commands.push(Port::TakeBack);
    }
}

fn standing(ui: &mut Ui, state: &State) {
    let palette = parts::colors(ui);
    match state.phase() {
        Phase::Closed => parts::lamp(ui, palette.line, "Closed"),
        Phase::Opening => parts::lamp(ui, palette.warn, "Opening…"),
        Phase::Open { .. } => {
            let name = state.port.as_deref().map(name_of).unwrap_or_default();
            let place = &state.status.place;
            let name = if place.is_empty() || *place == name { name } else { format!("{name}, now {place}") };
            parts::lamp(ui, palette.good, "Open").on_hover_text(name)
        }
        Phase::Lost(_) => parts::lamp(ui, palette.warn, "Lost"),
        Phase::Released => parts::lamp(ui, palette.warn, "Lent"),
        Phase::Failed(_) => parts::lamp(ui, palette.bad, "Not open"),
    };
    if let Some((address, guests)) = state.status.shared.as_ref().filter(|_| state.busy()) {
        let lamp = parts::lamp(ui, palette.warn, &format!("Shared with {guests}"));
        lamp.on_hover_text(format!(
            "Other programs can read and write this port at {address}; Menu, Share port ends it"
        ));
    }
}

fn counters(ui: &mut Ui, state: &State) {
    let palette = parts::colors(ui);
    let (rx, tx) = if state.port.is_some() { (state.status.rx, state.status.tx) } else { (0, 0) };
    for (name, number, color) in [("RX", rx, palette.rx), ("TX", tx, palette.tx)] {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(name).font(theme::strong(theme::SMALL)).color(color));
        let help = format!("{} since the port was opened", bytes::count(number));
        let counter = ui.label(RichText::new(bytes::grouped(number)).font(theme::mono()).color(palette.text));
        parts::spoken(&counter.on_hover_text(help), &format!("{name} {}", bytes::grouped(number)));
        ui.spacing_mut().item_spacing.x = 8.0;
    }
}
