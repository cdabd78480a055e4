//! The test server's panel: who connected, and exactly which bytes came.

use egui::{Align, DragValue, Frame, Label, Layout, Margin, RichText, ScrollArea, TextEdit, Ui};

use super::theme::Palette;
use super::{bytes, icons, parts, theme};
use crate::app::State;
use crate::app::command::Tool;
use crate::link::test_server::Visitor;
use crate::notation::{Decoding, Mode, hints, parse};
use crate::ui::commands::Commands;

/// More of a connection's bytes than this are not drawn.
const DRAWN: usize = 4096;

/// The panel and its drafts.
#[derive(Debug, Default)]
pub(crate) struct ServerPanel {
    port: Option<u16>,
    hex: bool,
    answer: String,
}

impl ServerPanel {
    /// One line is enough for it.
    pub(crate) fn is_idle(state: &State) -> bool {
        let server = &state.server;
        server.address.is_none() && server.trouble.is_none() && server.visitors.is_empty()
    }

    /// Draws the panel.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let palette = parts::colors(ui);
        ui.horizontal(|ui| {
            let about = "A TCP server on this machine that shows what arrives: start it, connect the modem to it, send";
            parts::heading(ui, "Test server").on_hover_text(about);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.switch(ui, state, commands));
        });
        if Self::is_idle(state) {
            return;
        }
        if let Some(trouble) = &state.server.trouble {
            ui.colored_label(palette.bad, trouble);
        }
        self.standing(ui, state, palette);
        // From below: what answers has its place, and the connections scroll in what is left, so that nothing moves when
        // one comes.
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
            self.answer(ui, state, commands);
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let list = ScrollArea::vertical().id_salt("visitors").auto_shrink([false, false]);
                list.min_scrolled_height(0.0).stick_to_bottom(true).show(ui, |ui| {
                    for visitor in &state.server.visitors {
                        ui.push_id(visitor.number, |ui| self.visitor(ui, visitor));
                    }
                });
            });
        });
    }

    /// Where it listens, and how bytes are shown.
    fn standing(&mut self, ui: &mut Ui, state: &State, palette: &Palette) {
        parts::line(ui, theme::CONTROL, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let choices =
                    [(true, "Hex", "Server shows hex".to_owned()), (false, "Text", "Server shows text".to_owned())];
                if let Some(hex) = parts::segments(ui, self.hex, &choices) {
                    self.hex = hex;
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| match state.server.address {
                    Some(address) => parts::lamp(ui, palette.good, &format!("Listening on {address}")),
                    None => parts::lamp(ui, palette.line, "Off"),
                });
            });
        });
    }

    fn switch(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let port = self.port.get_or_insert(state.settings.server_port);
        if let Some(address) = state.server.address {
            *port = address.port();
            if parts::signed(ui, true, icons::STOP, "Stop")
                .on_hover_text("Stop listening and close all connections")
                .clicked()
            {
                commands.push(Tool::StopServer);
            }
        } else {
            if parts::signed(ui, true, icons::RUN, "Start")
                .on_hover_text("Listen on 127.0.0.1, this machine only")
                .clicked()
            {
                commands.push(Tool::StartServer(*port));
            }
            let field = ui.add(DragValue::new(port).range(1..=65535).speed(0.2));
            field.accessible_name("Server port").on_hover_text("Port to listen on");
        }
    }

    fn visitor(&self, ui: &mut Ui, visitor: &Visitor) {
        let palette = parts::colors(ui);
        parts::card(ui).inner_margin(Margin::symmetric(8, 6)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let state = if visitor.open { "open" } else { "closed" };
            let size = bytes::count(visitor.total);
            let drawn = visitor.bytes.get(..visitor.bytes.len().min(DRAWN)).unwrap_or_default();
            ui.horizontal(|ui| {
                let color = if visitor.open { palette.good } else { palette.weak };
                parts::lamp(ui, color, &format!("#{} from {}", visitor.number, visitor.peer)).on_hover_text(state);
                parts::weak(ui, state);
            });
            if visitor.total == 0 {
                parts::weak(ui, if visitor.open { "nothing arrived yet" } else { "nothing arrived" });
                return;
            }
            let words = bytes::words(drawn);
            Frame::new().fill(palette.well).inner_margin(Margin::symmetric(6, 4)).corner_radius(theme::BADGE).show(
                ui,
                |ui| {
                    ui.set_width(ui.available_width());
                    if self.hex {
                        ui.label(RichText::new(bytes::hex(drawn)).monospace());
                    } else {
                        let mut job = bytes::Visible::new(drawn, Decoding::Utf8, palette.text, palette).job;
                        job.wrap.max_width = ui.available_width();
                        ui.label(job);
                    }
                },
            );
            let mut summary = size.clone();
            if u64::try_from(drawn.len()).is_ok_and(|length| length < visitor.total) {
                summary = format!("{size}, the first {} shown", bytes::grouped(drawn.len() as u64));
            }
            let label = ui.label(RichText::new(summary).font(theme::strong(theme::SMALL)).color(palette.strong));
            // What a screen reader says of the whole connection in one breath.
            parts::spoken(&label, &format!("Connection {}, {state}: {words}, {size}", visitor.number));
        });
    }

    fn answer(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let Some(visitor) = state.server.visitors.iter().rev().find(|visitor| visitor.open) else { return };
        let parsed = parse(&self.answer, Mode::Mixed);
        ui.horizontal(|ui| {
            let label = parts::weak(ui, format!("Answer #{}", visitor.number));
            // The button beside it, the space between, and the field's own margins.
            let width = (ui.available_width() - 108.0).max(60.0);
            let field = ui
                .add(
                    TextEdit::singleline(&mut self.answer)
                        .desired_width(width)
                        .font(theme::mono())
                        .hint_text(r"e.g. OK\r\n"),
                )
                .labelled_by(label.id);
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let usable = parsed.as_ref().is_ok_and(|bytes| !bytes.is_empty());
            let click = ui.add_enabled(usable, egui::Button::new("Answer")).clicked();
            if (click || enter) && usable {
                commands.push(Tool::Answer { visitor: visitor.number, bytes: parsed.clone().unwrap_or_default() });
                self.answer.clear();
            }
        });
        let hint = hints(&self.answer, Mode::Mixed).into_iter().find(|hint| !hint.only_at_prompt);
        if let Err(error) = parsed {
            ui.add(Label::new(RichText::new(error.to_string()).color(parts::colors(ui).bad)).wrap());
        } else if let Some(hint) = hint {
            ui.add(Label::new(RichText::new(hint.message).color(parts::colors(ui).warn)).wrap());
        }
    }
}
