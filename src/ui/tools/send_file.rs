//! Sending a file as it is: which, how long it takes, how far it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Button, ProgressBar, TextEdit, Ui};

use crate::app::{Command, FileFared, Purpose, State};
use crate::link::LineSettings;
use crate::ui::{bytes, parts, theme};

/// The file that was typed or picked.
#[derive(Debug, Default)]
pub(super) struct SendFilePanel {
    path: String,
    /// What was last looked at, and its length.
    looked: Option<(PathBuf, Result<u64, String>)>,
}

impl SendFilePanel {
    pub(super) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        if let Some((Purpose::SendFile, path)) = &state.tools.chosen {
            self.path = path.display().to_string();
            commands.push(Command::TakeChosen);
        }
        ui.label("Sends the bytes of a file exactly as they are: nothing is converted, nothing is appended.");
        ui.horizontal(|ui| {
            let label = ui.label("File");
            let field = TextEdit::singleline(&mut self.path).desired_width(300.0).font(theme::mono());
            let field = ui.add(field.hint_text("/home/me/settings.txt")).labelled_by(label.id);
            if field.gained_focus() || field.changed() {
                self.looked = None;
            }
            if ui.button("Choose…").clicked() {
                commands.push(Command::Choose(Purpose::SendFile));
            }
        });
        let length = self.length();
        let palette = parts::colors(ui);
        match &length {
            None => {}
            Some(Ok(length)) => {
                let takes = parts::seconds(duration(*length, &state.line));
                parts::weak(ui, format!("{}, about {takes} as the line is set", bytes::count(*length)));
            }
            Some(Err(problem)) => {
                ui.colored_label(palette.bad, problem);
            }
        }
        let under_way = state.connected()
            && state
                .tools
                .sending_file
                .as_ref()
                .is_some_and(|file| matches!(file.fared(&state.status), FileFared::UnderWay(_)));
        ui.horizontal_wrapped(|ui| {
            let ready = state.connected() && !under_way && matches!(length, Some(Ok(1..)));
            if parts::primary(ui, ready, "Send file").clicked() {
                commands.push(Command::SendFile(self.path.trim().into()));
            }
            if under_way && ui.add(Button::new("Cancel file")).clicked() {
                commands.push(Command::CancelSend);
            }
            if !state.connected() {
                parts::weak(ui, "Connect to a port first.");
            }
        });
        progress(ui, state);
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
                Err(error) => Err(format!("{error}.")),
            };
            self.looked = Some((path.to_owned(), length));
        }
        self.looked.as_ref().map(|(_, length)| length.clone())
    }
}

/// Nine or more bits a byte on the wire, and the pauses.
fn duration(length: u64, line: &LineSettings) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "a rough figure")]
    let length = length as f64;
    let wire = 10.0 / f64::from(line.baud.max(1));
    Duration::from_secs_f64(length * line.pacing.per_byte.as_secs_f64().max(wire))
}

fn progress(ui: &mut Ui, state: &State) {
    let palette = parts::colors(ui);
    let Some(file) = &state.tools.sending_file else { return };
    let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match file.fared(&state.status) {
        FileFared::UnderWay(progress) if state.connected() => {
            #[expect(clippy::cast_precision_loss, reason = "a bar on the screen")]
            let part = progress.taken as f32 / progress.total.max(1) as f32;
            let words = format!("{} of {}", bytes::grouped(progress.taken), bytes::count(progress.total));
            ui.add(ProgressBar::new(part).text(words));
            if progress.stalled >= Duration::from_millis(500) {
                let stalled = parts::seconds(progress.stalled);
                ui.colored_label(palette.warn, format!("Nothing has been taken for {stalled}: the line is held up."));
            }
        }
        FileFared::UnderWay(_) => {}
        FileFared::Sent => {
            ui.colored_label(palette.good, format!("{name} was sent: {}.", bytes::count(file.length)));
        }
        FileFared::GivenUp(progress) => {
            let (taken, total) = (bytes::grouped(progress.taken), bytes::count(progress.total));
            ui.colored_label(palette.warn, format!("{name} was given up: {taken} of {total} had gone out."));
        }
    }
}
