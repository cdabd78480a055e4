//! `modemscope report`: one text for a bug report: versions, settings without what was typed, the last capture redacted.
//!
//! Only settings that are named here are in it, so a new one is private until somebody has thought about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::common::tell_left_out;
use super::exit::{CommandResult, Exit, finish};
use super::output::OutputOptions;
use super::say::say_aside;
use crate::app::Folders;
use crate::app::settings::read_file;
use crate::capture::export::{self, Format, Options};
use crate::capture::{Progress, folder, import, redact};
use crate::link::discovery;
use crate::os;

/// Settings that say nothing about the user.
const OPEN: [&str; 13] = [
    "version",
    "theme",
    "zoom",
    "window",
    "view",
    "send",
    "muted",
    "server_port",
    "retention_mib",
    "exact_secrets",
    "text_log",
    "lend_on_focus",
    "wrap",
];
/// Of a longer capture the first rows are left out: the trouble is at its end.
const MOST: usize = 8 << 20;

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct Report {
    /// The capture to put in, instead of the latest of the window.
    #[arg(value_name = "CAPTURE", conflicts_with = "no_capture")]
    capture: Option<PathBuf>,
    /// Put no capture in.
    #[arg(long)]
    no_capture: bool,
    #[command(flatten)]
    output: OutputOptions,
}

impl Report {
    /// Runs it.
    pub(crate) fn run(self) -> ExitCode {
        finish(self.report())
    }

    fn report(&self) -> CommandResult {
        let folders = Folders::of_user();
        let mut text = system();
        text.push_str(&settings(folders.config.as_deref()));
        if !self.no_capture {
            let latest = || folders.data.as_deref().and_then(folder::latest);
            match self.capture.clone().or_else(latest) {
                Some(path) => text.push_str(&capture(&path)?),
                None => text.push_str("\n## Capture\n\nnone\n"),
            }
        }
        say_aside("Look through it before you pass it on: rules can miss things.");
        if self.output.is(self.capture.as_deref().unwrap_or(Path::new(""))) {
            return Err(Exit::wrong_use("the report would replace the capture: choose another name"));
        }
        self.output.write(text.as_bytes())
    }
}

/// Program, system and ports. Serial numbers of devices are left out.
fn system() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (os, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let mut text = format!("# modemscope report\n\nmodemscope {version}, {os}, {machine}\n");
    for (what, name) in os::about() {
        let _ = writeln!(text, "{what}: {name}");
    }
    for variable in ["XDG_SESSION_TYPE", "LANG"] {
        if let Ok(value) = std::env::var(variable) {
            let _ = writeln!(text, "{variable}: {value}");
        }
    }
    text.push_str("\n## Ports\n\n");
    for port in discovery::list() {
        let usb = port.usb_id.map_or_else(String::new, |(vendor, product)| format!(" {vendor:04x}:{product:04x}"));
        let product = port.product.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{}{usb} {product}", port.path);
    }
    text
}

/// The settings that are open, as the file has them.
fn settings(config: Option<&Path>) -> String {
    let mut text = "\n## Settings\n\n".to_owned();
    let Some(path) = config.map(|folder| folder.join("settings.toml")) else { return text + "none\n" };
    let read = match read_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    };
    match read.map_err(|error| error.to_string()).and_then(|text| parse(&text)) {
        Ok(open) if open.is_empty() => text.push_str("as they come\n"),
        Ok(open) => text.push_str(&open),
        Err(why) => {
            let _ = writeln!(text, "cannot be read: {why}");
        }
    }
    text
}

fn parse(text: &str) -> Result<String, String> {
    let mut file: toml_edit::DocumentMut = text.parse().map_err(|_| "it is no TOML".to_owned())?;
    file.retain(|name, _| OPEN.contains(&name));
    // Remarks may say anything.
    let values: BTreeMap<String, serde_json::Value> =
        toml_edit::de::from_str(&file.to_string()).map_err(|_| "it holds what no settings hold".to_owned())?;
    Ok(values.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{name} = {value}");
        text
    }))
}

/// The end of a capture as transcript text, redacted.
fn capture(path: &Path) -> Result<String, Exit> {
    let reader = import::open_any(path).map_err(Exit::trouble)?;
    tell_left_out(&reader);
    let progress = Progress::default();
    let mut options = Options::default();
    let redacted = redact::for_export(&reader, &mut options, &progress).map_err(Exit::trouble)?;
    let mut bytes = Vec::new();
    export::export(&redacted, Format::Transcript, &options, &mut bytes, &progress).context("the capture")?;
    let cut = bytes.len().saturating_sub(MOST);
    let rest = bytes.get(cut..).unwrap_or_default();
    let start = if cut == 0 { 0 } else { memchr::memchr(b'\n', rest).map_or(0, |at| at + 1) };
    let rows = String::from_utf8_lossy(rest.get(start..).unwrap_or_default());
    let left_out = if cut == 0 { String::new() } else { format!("# the first {} bytes are left out\n", cut + start) };
    Ok(format!("\n## Capture, {} bytes received, {} sent\n\n{left_out}{rows}", reader.end().rx, reader.end().tx))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_say_something_about_the_user_are_left_out() {
        let text = "# my number is 0791234567\nzoom = 1.5\nhistory = ['AT+CPIN=4711']\nport = 'tcp://me'\n[values]\npin = '4711'\n[send]\nmode = 'hex'\n";
        assert_eq!(parse(text).unwrap(), "send = {\"mode\":\"hex\"}\nzoom = 1.5\n");
        assert!(parse("zoom = [").is_err());
    }
}
