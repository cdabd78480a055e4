//! What stands where the log will be: three ways to begin.

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui, vec2};

use super::commands::Commands;
use super::tools::{NanoPage, OpenPanel, SketchPanel};
use super::{icons, parts, theme};
use crate::app::command::Port;
use crate::app::{SIMULATOR, State};

/// At most this many ports are buttons here; the picker has all.
const PORTS: usize = 4;

/// Draws the page.
pub(crate) fn show(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ScrollArea::vertical().id_salt("start page").auto_shrink([false, false]).show(ui, |ui| {
        ui.with_layout(Layout::top_down(Align::Center), |ui| {
            ui.add_space((ui.available_height() * 0.05).min(48.0));
            ui.set_max_width(theme::PAGE_WIDTH.min(ui.available_width()));
            let title = RichText::new("Work a modem, and see why it did not work");
            ui.label(title.font(theme::strong(theme::PAGE)).color(parts::colors(ui).strong));
            ui.add_space(theme::SECTION);
            way(ui, "Your modem", "Pick the port that it is at. Nothing is sent before you send it.", |ui| {
                ports(ui, state, commands);
            });
            way(
                ui,
                "No hardware at hand",
                "The simulated SIM800L answers like the real one and opens real TCP connections.",
                |ui| {
                    if parts::primary_signed(ui, true, icons::CONNECT, "Connect to the simulated SIM800L").clicked() {
                        commands.push(Port::Pick(SIMULATOR.to_owned()));
                        commands.push(Port::Connect);
                    }
                },
            );
            way(
                ui,
                "A log or a sketch that failed",
                "A capture, a log of another terminal, or an Arduino sketch: what is wrong in it, and why. A file can be dropped here.",
                |ui| {
                    if parts::signed(ui, true, icons::OPEN, "Open or paste a log…").clicked() {
                        commands.open::<OpenPanel>();
                    }
                    if parts::signed(ui, true, icons::PASTE, "Paste a sketch…").clicked() {
                        commands.open::<SketchPanel>();
                    }
                },
            );
        });
        parts::keep_focus_in_sight(ui);
    });
}

fn way(ui: &mut Ui, title: &str, about: &str, contents: impl FnOnce(&mut Ui)) {
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            parts::heading(ui, title);
            ui.add(Label::new(about).wrap());
            ui.horizontal_wrapped(contents);
        });
    });
    ui.add_space(theme::APART);
}

fn ports(ui: &mut Ui, state: &State, commands: &mut Commands) {
    for info in state.ports.iter().take(PORTS) {
        let name =
            info.product.as_ref().map_or_else(|| info.path.clone(), |product| format!("{}  {product}", info.path));
        let button = Button::new((parts::sign(icons::CONNECT), name)).min_size(vec2(0.0, theme::CONTROL));
        let button = ui.add(button).on_hover_text(info.details());
        if button.accessible_name(format!("Connect to {}", info.path)).clicked() {
            commands.push(Port::Pick(info.path.clone()));
            commands.push(Port::Connect);
        }
    }
    if state.ports.is_empty() {
        parts::weak(ui, "No serial port found. Plug the adapter in; it appears here by itself.");
    }
    if ui.button("How to wire it…").clicked() {
        commands.open::<NanoPage>();
    }
}
