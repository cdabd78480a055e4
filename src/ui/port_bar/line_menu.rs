//! The menu behind `9600 8N1`: rate, frame, flow control, DTR and RTS, how fast bytes go out, and what stands between.

use std::time::Duration;

use egui::{Align, Button, DragValue, Grid, Layout, RichText, TextEdit, Ui, Vec2, vec2};

use crate::app::command::{Line, Port};
use crate::app::{Adapter, State};
use crate::link::settings::Pacing;
use crate::link::{DataBits, FlowControl, LineSettings, Parity, StopBits};
use crate::ui::commands::Commands;
use crate::ui::lines::Pulses;
use crate::ui::tools::{AdapterPage, NanoPage};
use crate::ui::{parts, theme};
use crate::vocabulary::{families, third_generation};

/// Rates that modems and adapters know.
const RATES: [u32; 14] =
    [1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 74_880, 115_200, 230_400, 250_000, 460_800, 921_600];
/// Width of a rate's button.
const RATE: f32 = 64.0;
/// Width of the names of the rows.
const NAMES: f32 = 124.0;
/// Rates in one row.
const IN_ROW: usize = 7;
/// Width of the menu, which such a row fills.
const WIDTH: f32 = 7.0 * (RATE + theme::BETWEEN);

/// What is being typed in it.
#[derive(Debug, Default)]
pub(super) struct LineMenu {
    baud: Option<String>,
    pulses: Pulses,
}

impl LineMenu {
    /// Draws the button and, while it is open, its menu.
    pub(super) fn show(&mut self, ui: &mut Ui, size: Vec2, state: &State, commands: &mut Commands) {
        let has = state.has_line_settings();
        let words = if has { format!("{} {}", state.line.baud, state.line.frame()) } else { "No baud".to_owned() };
        let button = parts::picker(ui, size, RichText::new(&words).font(theme::mono()));
        let button = button.accessible_name("Line settings");
        let help = if has {
            "Baud, frame, flow control; DTR, RTS and break; how fast bytes go out; what stands between"
        } else {
            "This port has no baud rate and no modem lines. How fast bytes go out, and what stands between"
        };
        let button = button.on_hover_text(help);
        parts::form(&button, |ui| self.contents(ui, has, state, commands));
    }

    fn contents(&mut self, ui: &mut Ui, has: bool, state: &State, commands: &mut Commands) {
        let mut line = state.line;
        if has {
            self.baud(ui, &mut line, state, commands);
            frame(ui, &mut line);
            let flows =
                [(FlowControl::None, "None"), (FlowControl::Hardware, "RTS/CTS"), (FlowControl::Software, "XON/XOFF")];
            row(ui, "Flow control", &mut line.flow, &flows);
            if line.flow == FlowControl::Software {
                parts::weak(ui, "The bytes 11 and 13 are signals then, and no data.");
            }
            ui.separator();
            at_open(ui, "DTR at open", &mut line.dtr);
            at_open(ui, "RTS at open", &mut line.rts);
            let keep = ui.checkbox(&mut line.keep_lines, "DTR and RTS stay up after closing");
            keep.on_hover_text("The next opening then does not restart an Arduino");
            self.pulses.show(ui, state, commands);
            ui.separator();
        } else {
            parts::weak(ui, "This port has no baud rate and no modem lines: bytes go at once.");
            ui.separator();
        }
        pacing(ui, &mut line.pacing);
        if line != state.line {
            commands.push(Port::SetLine(line));
        }
        ui.separator();
        if has {
            adapter(ui, state, commands);
        }
        modem(ui, state, commands);
    }

    fn baud(&mut self, ui: &mut Ui, line: &mut LineSettings, state: &State, commands: &mut Commands) {
        ui.horizontal(|ui| {
            let label = name_of_row(ui, "Baud");
            let text = self.baud.get_or_insert_with(|| line.baud.to_string());
            let field = TextEdit::singleline(text).desired_width(theme::FIELD_NUMBER).font(theme::mono()).char_limit(9);
            let field = ui.add(field).labelled_by(label.id);
            let field = field.on_hover_text("Bits per second, any number; Enter applies it, also while connected");
            if field.lost_focus() {
                line.baud = text.trim().parse().ok().filter(|rate| *rate > 0).unwrap_or(line.baud);
            }
            if !field.has_focus() {
                self.baud = None;
            }
            let find = ui.add_enabled(state.connected(), Button::new("Find baud"));
            let find = find.on_disabled_hover_text("Connect first: the rates are tried on the open port");
            if find.on_hover_text("Sends AT at the usual rates and shows what comes at each").clicked() {
                commands.push(Line::ScanBaud);
                ui.close();
            }
        });
        Grid::new("rates").num_columns(IN_ROW).spacing([theme::BETWEEN; 2]).show(ui, |ui| {
            for rates in RATES.chunks(IN_ROW) {
                for rate in rates {
                    let button = Button::selectable(*rate == line.baud, rate.to_string()).frame_when_inactive(true);
                    let button = ui.add(button.min_size(vec2(RATE, theme::CONTROL)));
                    if button.accessible_name(format!("{rate} baud")).clicked() {
                        line.baud = *rate;
                    }
                }
                ui.end_row();
            }
        });
        ui.separator();
    }
}

/// What stands between the PC and the modem; choosing it sets what differs and opens its page.
fn adapter(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let page = |adapter, commands: &mut Commands| match adapter {
        Adapter::Nano => commands.open::<NanoPage>(),
        Adapter::UsbTtl => commands.open::<AdapterPage>(),
    };
    ui.horizontal(|ui| {
        name_of_row(ui, "Through");
        for (adapter, name, about) in [
            (Adapter::UsbTtl, "USB-TTL adapter", "Passes bytes on as they are"),
            (
                Adapter::Nano,
                "Arduino Nano",
                "With a passthrough sketch. Opening restarts the board: what you send waits 2 s for it. DTR stays up \
                 after closing, and bytes go out 1.1 ms apart, as fast as the board passes them on at 9600 baud.",
            ),
        ] {
            let choice = parts::segment(ui, adapter == state.adapter, name).on_hover_text(about);
            if choice.clicked() && adapter != state.adapter {
                commands.push(Port::SetAdapter(adapter));
                page(adapter, commands);
                ui.close();
            }
        }
    });
    if ui.button("Wiring and sketch…").on_hover_text("The page for what is chosen").clicked() {
        page(state.adapter, commands);
        ui.close();
    }
}

/// Which family the modem is of: told by what it says and is asked, or chosen.
fn modem(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let mut modem = state.modem;
    let known = families().iter().chain([third_generation()]).map(|family| (Some(family), family.name));
    let choices: Vec<_> = [(None, "As it says")].into_iter().chain(known).collect();
    row(ui, "Modem", &mut modem, &choices);
    if modem != state.modem {
        commands.push(Port::SetModem(modem));
    }
}

fn frame(ui: &mut Ui, line: &mut LineSettings) {
    row(
        ui,
        "Data bits",
        &mut line.data_bits,
        &[(DataBits::Five, "5"), (DataBits::Six, "6"), (DataBits::Seven, "7"), (DataBits::Eight, "8")],
    );
    row(
        ui,
        "Parity",
        &mut line.parity,
        &[
            (Parity::None, "None"),
            (Parity::Odd, "Odd"),
            (Parity::Even, "Even"),
            (Parity::Mark, "Mark"),
            (Parity::Space, "Space"),
        ],
    );
    row(ui, "Stop bits", &mut line.stop_bits, &[(StopBits::One, "1"), (StopBits::Two, "2")]);
}

fn at_open(ui: &mut Ui, name: &str, state: &mut Option<bool>) {
    row(ui, name, state, &[(None, "Leave"), (Some(false), "Low"), (Some(true), "High")]);
}

fn row<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, choices: &[(T, &str)]) {
    ui.horizontal(|ui| {
        name_of_row(ui, name);
        let choices: Vec<_> = choices.iter().map(|(choice, text)| (*choice, *text, format!("{name} {text}"))).collect();
        // A menu is as wide as what is in it: a row that is longer than that of the rates goes on below.
        let wrapped = Layout::left_to_right(Align::Center).with_main_wrap(true);
        ui.allocate_ui_with_layout(vec2(WIDTH - NAMES, theme::CONTROL), wrapped, |ui| {
            ui.spacing_mut().item_spacing.y = theme::BETWEEN;
            if let Some(choice) = parts::segments(ui, *value, &choices) {
                *value = choice;
            }
        });
    });
}

fn name_of_row(ui: &mut Ui, name: &str) -> egui::Response {
    let layout = Layout::left_to_right(Align::Center);
    let cell = ui.allocate_ui_with_layout(vec2(NAMES, theme::CONTROL), layout, |ui| {
        ui.set_min_width(NAMES);
        ui.label(name)
    });
    cell.inner
}

/// For a far end that cannot keep up.
fn pacing(ui: &mut Ui, pacing: &mut Pacing) {
    pause(ui, "Pause after a byte", &mut pacing.per_byte, 100.0);
    pause(ui, "Pause after a line", &mut pacing.per_line, 2000.0);
    let words = match pacing.per_byte.as_secs_f64() {
        pause if pause > 0.0 => format!("At most {:.0} bytes a second are sent.", 1.0 / pause),
        _ => "0 sends as fast as the port takes it.".to_owned(),
    };
    parts::weak(ui, words);
}

fn pause(ui: &mut Ui, name: &str, pause: &mut Duration, most: f64) {
    ui.horizontal(|ui| {
        let label = name_of_row(ui, name);
        let mut millis = pause.as_secs_f64() * 1000.0;
        let field = DragValue::new(&mut millis).range(0.0..=most).max_decimals(2).speed(0.1).suffix(" ms");
        if ui.add(field).labelled_by(label.id).changed() {
            *pause = Duration::from_secs_f64(millis.clamp(0.0, most) / 1000.0);
        }
    });
}
