//! Sharing the open port: off unless asked for, on this machine unless the address says otherwise.

use egui::{Button, TextEdit, Ui};

use super::ToolWindow;
use crate::app::State;
use crate::app::command::{Port, Setting};
use crate::app::settings::Share;
use crate::link::share::Place;
use crate::os::pty;
use crate::ui::commands::Commands;
use crate::ui::{icons, parts, theme};

/// The window; what is typed in it is a setting.
#[derive(Debug)]
pub(super) struct SharePanel;

impl ToolWindow for SharePanel {
    fn name(&self) -> &'static str {
        "Share port…"
    }

    fn icon(&self) -> &'static str {
        icons::SHARE
    }

    fn size(&self) -> [f32; 2] {
        [460.0, 300.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.label(
            "Another terminal or a script can watch this port and talk through it, while everything is shown and captured here.",
        );
        ui.add_space(theme::CLOSE);
        let shared = state.status.shared.as_ref().filter(|_| state.busy());
        let mut share = state.settings.share.clone();
        ui.add_enabled_ui(shared.is_none(), |ui| form(ui, &mut share));
        let place = share.place();
        let exposed = matches!(&place, Ok(Place::Tcp(address)) if !address.ip().is_loopback());
        if share != state.settings.share {
            commands.push(Setting::Share(share));
        }
        let palette = parts::colors(ui);
        if let Err(problem) = &place {
            ui.colored_label(palette.bad, format!("Address: {problem}."));
        }
        if exposed {
            ui.colored_label(
                palette.bad,
                "This address is not this machine alone: everybody who reaches it can read and write the port. There is no password and no encryption.",
            );
        }
        ui.add_space(theme::CLOSE);
        if let Some((address, guests)) = shared {
            running(ui, address, *guests, commands);
            return;
        }
        let name = if exposed { "Share with the network" } else { "Share" };
        if parts::primary(ui, state.connected() && place.is_ok(), name).clicked() {
            commands.push(Port::StartSharing);
        }
        if !state.connected() {
            parts::weak(ui, "Connect to a port first.");
        } else if let Some(refused) = &state.status.refused {
            ui.colored_label(palette.warn, refused);
        }
    }
}

fn form(ui: &mut Ui, share: &mut Share) {
    ui.horizontal(|ui| {
        ui.radio_value(&mut share.pty, false, "TCP");
        let field = TextEdit::singleline(&mut share.address).desired_width(theme::FIELD_ADDRESS).font(theme::mono());
        let field = ui.add_enabled(!share.pty, field).accessible_name("TCP address");
        field.on_hover_text("127.0.0.1 is this machine alone; port 0 takes any free one");
    });
    ui.add_enabled_ui(pty::AVAILABLE, |ui| {
        ui.horizontal(|ui| {
            ui.radio_value(&mut share.pty, true, "Pseudo-terminal");
            let field = TextEdit::singleline(&mut share.link).desired_width(theme::FIELD_ADDRESS).font(theme::mono());
            let field = ui.add_enabled(share.pty, field.hint_text("e.g. /tmp/modem"));
            field
                .accessible_name("Link to the pseudo-terminal")
                .on_hover_text("For programs that want a serial device; the link gives it a name that stays");
        });
    });
}

fn running(ui: &mut Ui, address: &str, guests: usize, commands: &mut Commands) {
    let palette = parts::colors(ui);
    let with = match guests {
        0 => "nobody is there yet".to_owned(),
        1 => "1 program is there".to_owned(),
        more => format!("{more} programs are there"),
    };
    parts::lamp(ui, palette.good, &format!("Shared at {address}: {with}"));
    let port = if address.starts_with('/') { address.to_owned() } else { format!("tcp://{address}") };
    ui.horizontal_wrapped(|ui| {
        ui.label("Open it elsewhere as");
        parts::pill(ui, &port, palette.text);
        parts::copies(ui, "Copy", &port).on_hover_text(&port);
    });
    parts::weak(ui, "What others send goes out like your own, and stands in the log as TX.");
    if ui.add(Button::new("Stop sharing")).clicked() {
        commands.push(Port::StopSharing);
    }
}
