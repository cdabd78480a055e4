//! Settings in our own TOML, apart from the user's documents.

mod device;
mod file;
mod history;
mod line;
mod merge;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use history::Typed;
pub use line::{Adapter, Line};

pub use file::{SaveError, SettingsFile};

pub(crate) use device::chosen_family;
pub(super) use device::{is_renumbered, remembered_as};
pub(crate) use file::read_file;

use crate::capture::Newline;
use crate::link::share::{Place, PlaceError};
use crate::modem::secrets::masked;
use crate::notation::{self, Decoding, Mode};

/// The version of the file that this program writes and reads.
const VERSION: i64 = 1;

/// All that the window remembers from one start to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// Version of the file.
    pub version: i64,
    /// The port that was picked last.
    pub port: String,
    /// Light, dark, or as the system says.
    pub(crate) theme: Theme,
    /// Zoom of the whole window, 1 is normal.
    pub zoom: f32,
    /// Outer place and size of the window, in points: x, y, width, height; empty until first closed.
    pub window: Vec<f32>,
    /// Line settings by device identity (`usb:1a86:7523:serial`, or the path).
    pub line: BTreeMap<String, Line>,
    /// Families of modems that were chosen, by device identity.
    pub modem: BTreeMap<String, String>,
    /// Devices that are listed beside the serial ports: paths with `*` and `?` in their last part, such as `/dev/pts/*`.
    pub globs: Vec<String>,
    /// The port is lent while another window has the focus.
    pub(crate) lend_on_focus: bool,
    /// Where the port is shared when the user asks for it.
    pub share: Share,
    /// Macros and test server stand beside the log.
    pub(crate) side_panel: bool,
    /// How the log is shown.
    pub view: View,
    /// Rows to colour, the first that fits.
    pub(crate) highlight: Vec<Highlight>,
    /// The byte that the log counts, as hex; empty for none.
    pub(crate) counted_byte: String,
    /// How the send box reads and ends what is typed.
    pub send: SendBox,
    /// What was sent from the send box, oldest first.
    pub history: Vec<String>,
    /// Last values of macro parameters, by name; secrets are never in here.
    pub values: BTreeMap<String, String>,
    /// How the boards are wired that macros came from, by the macro's name.
    pub wired: BTreeMap<String, Wired>,
    /// Rules whose findings are not shown.
    pub muted: BTreeSet<String>,
    /// Where the test server listens.
    pub(crate) server_port: u16,
    /// Captures are kept up to this size in all, in MiB, oldest removed first; 0 keeps all.
    pub(crate) retention_mib: u64,
    /// PINs and passwords are recorded as they are, not masked.
    pub(crate) exact_secrets: bool,
    /// A text log is written beside each capture.
    pub text_log: bool,
}

/// How a board is wired to the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wired {
    /// The board receives at this pin.
    pub rx: u8,
    /// The board sends at this pin.
    pub tx: u8,
    /// The rate between board and modem, where the sketch says it.
    pub baud: Option<u32>,
}

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Where the port is shared when the user asks for it. Sharing itself is never remembered: it is off at every start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Share {
    /// On a pseudo-terminal instead of TCP.
    pub pty: bool,
    /// Address and port for TCP, as typed.
    pub address: String,
    /// A link to the pseudo-terminal; empty for none.
    pub link: String,
}

impl Default for Share {
    fn default() -> Self {
        Self { pty: false, address: "127.0.0.1:4000".to_owned(), link: String::new() }
    }
}

impl Share {
    /// What the typed words name.
    ///
    /// # Errors
    /// What to write.
    pub fn place(&self) -> Result<Place, PlaceError> {
        if self.pty {
            let link = self.link.trim();
            return Ok(Place::Pty((!link.is_empty()).then(|| link.into())));
        }
        Place::tcp(&self.address)
    }
}

/// What the columns of the log hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Columns {
    /// Text with visible control characters.
    Text,
    /// Hex.
    Hex,
    /// Decimal values.
    Decimal,
    /// Bits.
    Binary,
    /// Text and hex side by side.
    #[default]
    Both,
}

/// What the time column counts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Time of day.
    #[default]
    Clock,
    /// Since the capture began.
    SinceStart,
    /// Since the row above.
    SinceRow,
    /// Since the last bytes that were sent.
    SinceTx,
}

/// How the log is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// What the columns hold.
    pub columns: Columns,
    /// What the time counts from.
    pub clock: Clock,
    /// Where rows end: `modem`, `auto`, `cr`, `lf`, `crlf`, `nul`, `etx`, `never`, `every 16`, `pause 50ms`, or notation.
    pub(crate) newline: String,
    /// How bytes from 0x80 up are read.
    pub decoding: TextDecoding,
    /// Long rows are folded, so that all of them is seen.
    pub wrap: bool,
    /// How wide hex is beside text, in points; 0 is as wide as sixteen bytes.
    pub(crate) hex_width: u16,
}

impl Default for View {
    fn default() -> Self {
        Self {
            columns: Columns::default(),
            clock: Clock::default(),
            newline: "modem".to_owned(),
            decoding: TextDecoding::default(),
            wrap: false,
            hex_width: 0,
        }
    }
}

/// What was written is no rule for where a row ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RowEndError {
    /// Behind `every`.
    #[error("write a number of bytes, such as every 16")]
    Count,
    /// Behind `pause`.
    #[error("write milliseconds, such as pause 50ms")]
    Pause,
    /// Bytes that are no notation.
    #[error(transparent)]
    Notation(#[from] notation::NotationError),
}

impl View {
    /// The rule that [`Self::newline`] names.
    ///
    /// # Errors
    /// Says what to write.
    pub(crate) fn row_end(&self) -> Result<Newline, RowEndError> {
        let text = self.newline.trim();
        let bytes = |bytes: &[u8]| Ok(Newline::After(bytes.to_vec()));
        match text.to_ascii_lowercase().as_str() {
            "modem" | "" => return Ok(Newline::Modem),
            "auto" => return Ok(Newline::Auto),
            "cr" => return bytes(b"\r"),
            "lf" => return bytes(b"\n"),
            "crlf" => return bytes(b"\r\n"),
            "nul" => return bytes(b"\0"),
            "etx" => return bytes(b"\x03"),
            "never" => return Ok(Newline::Never),
            _ => {}
        }
        if let Some(count) = text.strip_prefix("every ") {
            let count = count.trim().parse().ok().filter(|count| *count > 0);
            return count.map(Newline::Every).ok_or(RowEndError::Count);
        }
        if let Some(pause) = text.strip_prefix("pause ") {
            let millis = pause.trim().trim_end_matches("ms").trim().parse().ok();
            let pause = millis.map(std::time::Duration::from_millis).map(Newline::Pause);
            return pause.ok_or(RowEndError::Pause);
        }
        Ok(Newline::After(notation::parse(text, Mode::Mixed)?))
    }
}

/// [`Decoding`] as the file spells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "as `Decoding`")]
pub enum TextDecoding {
    #[default]
    Utf8,
    Latin1,
    Bytes,
}

impl From<TextDecoding> for Decoding {
    fn from(decoding: TextDecoding) -> Self {
        match decoding {
            TextDecoding::Utf8 => Self::Utf8,
            TextDecoding::Latin1 => Self::Latin1,
            TextDecoding::Bytes => Self::Bytes,
        }
    }
}

/// Rows that hold this get a colour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Highlight {
    /// What to look for.
    pub pattern: String,
    /// It is a regular expression.
    pub regex: bool,
    /// `#RRGGBB`.
    pub(crate) color: String,
}

/// How the send box reads and ends what is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SendBox {
    /// `text`, `mixed` or `hex`.
    pub mode: SendMode,
    /// What is appended, as notation.
    pub ending: String,
}

impl Default for SendBox {
    fn default() -> Self {
        Self { mode: SendMode::Mixed, ending: "\\r".to_owned() }
    }
}

/// [`Mode`] as the file spells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "as `Mode`")]
pub enum SendMode {
    Text,
    #[default]
    Mixed,
    Hex,
}

impl From<SendMode> for Mode {
    fn from(mode: SendMode) -> Self {
        match mode {
            SendMode::Text => Self::Text,
            SendMode::Mixed => Self::Mixed,
            SendMode::Hex => Self::Hex,
        }
    }
}

impl From<Mode> for SendMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Text => Self::Text,
            Mode::Mixed => Self::Mixed,
            Mode::Hex => Self::Hex,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: VERSION,
            port: String::new(),
            theme: Theme::default(),
            zoom: 1.0,
            window: Vec::new(),
            line: BTreeMap::new(),
            modem: BTreeMap::new(),
            globs: Vec::new(),
            lend_on_focus: false,
            share: Share::default(),
            side_panel: true,
            view: View::default(),
            highlight: Vec::new(),
            counted_byte: String::new(),
            send: SendBox::default(),
            history: Vec::new(),
            values: BTreeMap::new(),
            muted: BTreeSet::new(),
            wired: BTreeMap::new(),
            server_port: 9999,
            retention_mib: 2048,
            exact_secrets: false,
            text_log: false,
        }
    }
}

/// How far the window can be zoomed.
const ZOOM: std::ops::RangeInclusive<f32> = 0.5..=3.0;

/// The name of a macro's parameter says that its value is a PIN or password, as it would in a command.
pub(super) fn is_called_secret(name: &str, value: &str) -> bool {
    let named = format!("AT+X=\"{name}\",\"{value}\"");
    !masked(&named).contains(value)
}

impl Settings {
    /// Takes out what versions before this one remembered and should not have.
    pub(super) fn forget_secrets(&mut self) {
        self.history.retain(|line| !history::holds_secret(line));
        self.values.retain(|name, value| !is_called_secret(name, value));
    }

    /// Puts numbers right with which nobody could work; the name of the first that was wrong.
    pub(super) fn bound(&mut self) -> Option<&'static str> {
        let mut wrong = None;
        let mut found = |what| wrong = wrong.or(Some(what));
        if !self.zoom.is_finite() {
            self.zoom = 1.0;
            found("zoom");
        } else if !ZOOM.contains(&self.zoom) {
            self.zoom = self.zoom.clamp(*ZOOM.start(), *ZOOM.end());
            found("zoom");
        }
        let sides = [-32_768.0..=32_767.0, -32_768.0..=32_767.0, 1.0..=32_767.0, 1.0..=32_767.0];
        let fits =
            self.window.len() == sides.len() && self.window.iter().zip(sides).all(|(side, range)| range.contains(side));
        if !fits && !self.window.is_empty() {
            self.window.clear();
            found("window");
        }
        for line in self.line.values_mut() {
            if line.bound() {
                found("line");
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_ends_are_read_as_written() {
        let view = |newline: &str| View { newline: newline.to_owned(), ..View::default() }.row_end();
        for (text, rule) in [
            ("modem", Newline::Modem),
            ("auto", Newline::Auto),
            ("CRLF", Newline::After(b"\r\n".to_vec())),
            ("every 16", Newline::Every(16)),
            ("pause 50ms", Newline::Pause(std::time::Duration::from_millis(50))),
            ("never", Newline::Never),
            (r"\x1A", Newline::After(vec![0x1A])),
        ] {
            assert_eq!(view(text), Ok(rule), "{text}");
        }
        for text in ["every 0", "every x", "pause soon", r"\xZZ"] {
            assert!(view(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_to_share_at_is_read_as_typed() {
        let at = |address: &str| Share { address: address.to_owned(), ..Share::default() }.place();
        for (text, address) in [
            ("127.0.0.1:4000", "127.0.0.1:4000"),
            (" 4000 ", "127.0.0.1:4000"),
            ("localhost:4001", "127.0.0.1:4001"),
            ("0.0.0.0:4000", "0.0.0.0:4000"),
            ("[::1]:4000", "[::1]:4000"),
        ] {
            assert_eq!(at(text), Ok(Place::Tcp(address.parse().unwrap())), "{text}");
        }
        for text in ["", "here", "127.0.0.1", "70000", "localhost"] {
            assert!(at(text).unwrap_err().to_string().contains("127.0.0.1:4000"), "{text}");
        }
        let pty = |link: &str| Share { pty: true, link: link.to_owned(), ..Share::default() }.place();
        assert_eq!(pty(""), Ok(Place::Pty(None)));
        assert_eq!(pty("/tmp/modem"), Ok(Place::Pty(Some("/tmp/modem".into()))));
    }
}
