//! The menu behind `8N1`: frame, DTR and RTS at open and after closing, and how fast bytes go out.

use std::time::Duration;

use egui::{Button, DragValue, Popup, PopupCloseBehavior, RichText, Ui, vec2};

use crate::app::State;
use crate::app::command::Port;
use crate::link::settings::Pacing;
use crate::link::{DataBits, LineSettings, Parity, StopBits};
use crate::ui::commands::Commands;
use crate::ui::{parts, theme};

/// Draws the button and, while it is open, its menu.
pub(super) fn show(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let mut line = state.line;
    let button = ui
        .add(Button::new(RichText::new(line.frame()).font(theme::mono())).right_text(RichText::new("▼").size(8.0)))
        .accessible_name(format!("Frame {}", line.frame()))
        .on_hover_text("Data bits, parity, stop bits; DTR and RTS; how fast bytes go out");
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        frame(ui, &mut line);
        ui.separator();
        at_open(ui, "DTR at open", &mut line.dtr);
        at_open(ui, "RTS at open", &mut line.rts);
        let keep = ui.checkbox(&mut line.keep_lines, "DTR and RTS stay up after closing");
        keep.on_hover_text("The next opening then does not restart an Arduino");
        ui.separator();
        pacing(ui, &mut line.pacing);
    });
    if line != state.line {
        commands.push(Port::SetLine(line));
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
        for (choice, text) in choices {
            let button = ui.add(Button::selectable(value == choice, *text));
            if button.accessible_name(format!("{name} {text}")).clicked() {
                *value = *choice;
            }
        }
    });
}

fn name_of_row(ui: &mut Ui, name: &str) -> egui::Response {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let cell = ui.allocate_ui_with_layout(vec2(124.0, theme::CONTROL), layout, |ui| {
        ui.set_min_width(124.0);
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
