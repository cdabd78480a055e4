//! Sending a file: which, how, how long it takes, how far it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Button, ProgressBar, TextEdit, Ui};

use super::ToolWindow;
use crate::app::command::{Line, Tool};
use crate::app::{Purpose, State};
use crate::link::LineSettings;
use crate::link::transfer::{Protocol, TransferEnd, TransferProgress};
use crate::session::occupant::Wish;
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// The file that was typed or picked.
#[derive(Debug, Default)]
pub(super) struct SendFilePanel {
    path: String,
    protocol: Protocol,
    /// What was last looked at, and its length.
    looked: Option<(PathBuf, Result<u64, String>)>,
}

impl ToolWindow for SendFilePanel {
    fn name(&self) -> &'static str {
        "Send file…"
    }

    fn icon(&self) -> &'static str {
        icons::FILE
    }

    fn size(&self) -> [f32; 2] {
        [470.0, 250.0]
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if let Some((Purpose::SendFile, path)) = &state.tools.chosen {
            self.path = path.display().to_string();
            commands.push(Tool::TakeChosen);
        }
        self.form(ui, commands);
        let length = self.length();
        let palette = parts::colors(ui);
        match &length {
            None => {}
            Some(Ok(length)) => {
                let takes = parts::seconds(duration(*length, &state.line));
                parts::weak(ui, format!("{}, at least {takes} as the line is set", bytes::count(*length)));
            }
            Some(Err(problem)) => {
                ui.colored_label(palette.bad, problem);
            }
        }
        let under_way = state.sending_file();
        ui.horizontal_wrapped(|ui| {
            let refusal = state.refusal(Wish::File);
            let ready = refusal.is_none() && matches!(length, Some(Ok(_)));
            if parts::primary_signed(ui, ready, icons::SEND, "Send file").clicked() {
                commands.push(Line::SendFile(self.path.trim().into(), self.protocol));
            }
            if under_way && ui.add(Button::new("Cancel file")).clicked() {
                commands.push(Line::CancelSend);
            }
            if let Some(refusal) = refusal.filter(|_| !under_way) {
                parts::weak(ui, refusal.hint());
            }
        });
        if let Some(transfer) = state.status.transfer.as_deref().filter(|_| state.port.is_some()) {
            progress(ui, state, transfer);
        }
    }
}

impl SendFilePanel {
    fn form(&mut self, ui: &mut Ui, commands: &mut Commands) {
        ui.horizontal(|ui| {
            let label = ui.label("File");
            let field = TextEdit::singleline(&mut self.path).desired_width(theme::PATH).font(theme::mono());
            let field = ui.add(field.hint_text("e.g. /home/me/settings.txt")).labelled_by(label.id);
            if field.gained_focus() || field.changed() {
                self.looked = None;
            }
            if ui.button("Choose…").clicked() {
                commands.push(Tool::Choose(Purpose::SendFile));
            }
        });
        ui.horizontal(|ui| {
            let label = ui.label("How");
            let combo = parts::combo("protocol").width(theme::FIELD_WORD).selected_text(words(self.protocol).0);
            let combo = combo.show_ui(ui, |ui| {
                for protocol in Protocol::ALL {
                    let (name, about) = words(protocol);
                    ui.selectable_value(&mut self.protocol, protocol, name).on_hover_text(about);
                }
            });
            combo.response.labelled_by(label.id);
        });
        parts::weak(ui, words(self.protocol).1);
    }

    /// How long the file is; looked up once after each change.
    fn length(&mut self) -> Option<Result<u64, String>> {
        let path = Path::new(self.path.trim());
        if path.as_os_str().is_empty() {
            return None;
        }
        if self.looked.as_ref().is_none_or(|(looked, _)| looked != path) {
            let length = match std::fs::metadata(path) {
                Ok(about) if about.is_file() => Ok(about.len()),
                Ok(_) => Err("This is no file.".to_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("No such file.".to_owned()),
                Err(error) => Err(format!("{error}.")),
            };
            self.looked = Some((path.to_owned(), length));
        }
        self.looked.as_ref().map(|(_, length)| length.clone())
    }
}

fn words(protocol: Protocol) -> (&'static str, &'static str) {
    match protocol {
        Protocol::Raw => ("As it is", "The bytes of the file, exactly: nothing is converted, nothing is appended."),
        Protocol::Xmodem => {
            ("XMODEM", "The far end must ask for it first. The last block of 128 bytes is filled up with 1A.")
        }
        Protocol::Xmodem1k => {
            ("XMODEM-1K", "The far end must ask for it first. The last block of 1024 bytes is filled up with 1A.")
        }
        Protocol::Ymodem => {
            ("YMODEM", "The far end must ask for it first, and learns the file's name and exact length.")
        }
    }
}

/// Nine or more bits a byte on the wire, and the pauses.
fn duration(length: u64, line: &LineSettings) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "a rough figure")]
    let length = length as f64;
    let wire = 10.0 / f64::from(line.baud.max(1));
    Duration::from_secs_f64(length * line.pacing.per_byte.as_secs_f64().max(wire))
}

fn progress(ui: &mut Ui, state: &State, transfer: &TransferProgress) {
    let palette = parts::colors(ui);
    let TransferProgress { file, taken, total, .. } = transfer;
    let far = format!("{} of {}", bytes::grouped(*taken), bytes::count(*total));
    match &transfer.end {
        None => {
            #[expect(clippy::cast_precision_loss, reason = "a bar on the screen")]
            let part = *taken as f32 / (*total).max(1) as f32;
            ui.add(ProgressBar::new(part).text(format!("{file}: {far}")));
            let stalled = state.status.sending.map_or(Duration::ZERO, |sending| sending.stalled);
            if stalled >= Duration::from_millis(500) {
                let stalled = parts::seconds(stalled);
                ui.colored_label(palette.warn, format!("Nothing has been taken for {stalled}: the line is held up."));
            }
        }
        Some(TransferEnd::Done) => {
            ui.colored_label(palette.good, format!("{file} was sent: {}.", bytes::count(*total)));
        }
        Some(TransferEnd::Cancelled) => {
            ui.colored_label(palette.warn, format!("{file} was given up: {far} had gone out."));
        }
        Some(TransferEnd::Failed(why) | TransferEnd::Trouble(why)) => {
            ui.colored_label(palette.bad, format!("{file} was not sent ({far} had gone out): {why}"));
        }
    }
}
