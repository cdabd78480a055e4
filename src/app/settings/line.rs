//! How a device's line is set and what it leads through, as the settings file spells them.

use serde::{Deserialize, Serialize};

use crate::link::settings::Pacing;
use crate::link::{DataBits, FlowControl, LineSettings, Parity, StopBits};

/// What stands between the PC and the modem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adapter {
    /// An adapter that passes bytes on as they are.
    #[default]
    UsbTtl,
    /// A Nano with a passthrough sketch: opening the port restarts it, and it takes bytes only so fast.
    Nano,
}

impl Adapter {
    /// What differs with it: whether closing leaves DTR up, so that the next opening does not restart the board, and how
    /// fast bytes go out. A pacing that the user chose stays.
    #[must_use]
    pub(crate) fn applied_to(self, line: LineSettings) -> LineSettings {
        match self {
            Self::Nano if line.pacing.is_none() => {
                LineSettings { dtr: None, keep_lines: true, pacing: Pacing::NANO, ..line }
            }
            Self::Nano => LineSettings { dtr: None, keep_lines: true, ..line },
            Self::UsbTtl if line.pacing == Pacing::NANO => {
                LineSettings { keep_lines: false, pacing: Pacing::default(), ..line }
            }
            Self::UsbTtl => LineSettings { keep_lines: false, ..line },
        }
    }
}

/// No pause between bytes or lines is longer than a minute, in microseconds.
const LONGEST_PAUSE: u64 = 60_000_000;

/// [`LineSettings`] as the file spells them: `baud = 9600`, `frame = "8N1"`, `flow = "none"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    baud: u32,
    frame: String,
    flow: Flow,
    dtr: AtOpen,
    rts: AtOpen,
    keep_lines: bool,
    /// Version 0.1 wrote none: there `keep_lines` meant the Nano.
    #[serde(default)]
    adapter: Option<Adapter>,
    per_byte_us: u64,
    per_line_us: u64,
}

impl Line {
    /// How a device's line is set and what it leads through.
    #[must_use]
    pub fn new(line: &LineSettings, adapter: Adapter) -> Self {
        let flow = match line.flow {
            FlowControl::None => Flow::None,
            FlowControl::Hardware => Flow::Hardware,
            FlowControl::Software => Flow::Software,
        };
        let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Self {
            baud: line.baud,
            frame: line.frame(),
            flow,
            dtr: line.dtr.into(),
            rts: line.rts.into(),
            keep_lines: line.keep_lines,
            adapter: Some(adapter),
            per_byte_us: micros(line.pacing.per_byte),
            per_line_us: micros(line.pacing.per_line),
        }
    }

    /// Puts numbers right with which no port could work; true when one was wrong.
    pub(super) fn bound(&mut self) -> bool {
        let before = self.clone();
        if self.baud == 0 {
            self.baud = LineSettings::default().baud;
        }
        self.per_byte_us = self.per_byte_us.min(LONGEST_PAUSE);
        self.per_line_us = self.per_line_us.min(LONGEST_PAUSE);
        *self != before
    }

    /// What it leads through.
    #[must_use]
    pub fn adapter(&self) -> Adapter {
        self.adapter.unwrap_or(if self.keep_lines { Adapter::Nano } else { Adapter::UsbTtl })
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new(&LineSettings::default(), Adapter::default())
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Flow {
    #[default]
    None,
    Hardware,
    Software,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AtOpen {
    #[default]
    Leave,
    High,
    Low,
}

impl From<Option<bool>> for AtOpen {
    fn from(state: Option<bool>) -> Self {
        match state {
            None => Self::Leave,
            Some(true) => Self::High,
            Some(false) => Self::Low,
        }
    }
}

impl From<AtOpen> for Option<bool> {
    fn from(state: AtOpen) -> Self {
        match state {
            AtOpen::Leave => None,
            AtOpen::High => Some(true),
            AtOpen::Low => Some(false),
        }
    }
}

impl From<&Line> for LineSettings {
    /// A letter of `frame` that means nothing counts as the usual one (8, N, 1).
    fn from(line: &Line) -> Self {
        let mut letters = line.frame.chars();
        let data_bits = match letters.next() {
            Some('5') => DataBits::Five,
            Some('6') => DataBits::Six,
            Some('7') => DataBits::Seven,
            _ => DataBits::Eight,
        };
        let parity = match letters.next() {
            Some('O') => Parity::Odd,
            Some('E') => Parity::Even,
            Some('M') => Parity::Mark,
            Some('S') => Parity::Space,
            _ => Parity::None,
        };
        let stop_bits = if letters.next() == Some('2') { StopBits::Two } else { StopBits::One };
        let flow = match line.flow {
            Flow::None => FlowControl::None,
            Flow::Hardware => FlowControl::Hardware,
            Flow::Software => FlowControl::Software,
        };
        let micros = |text: u64| std::time::Duration::from_micros(text);
        let pacing = Pacing { per_byte: micros(line.per_byte_us), per_line: micros(line.per_line_us) };
        let (dtr, rts) = (line.dtr.into(), line.rts.into());
        let (baud, keep_lines) = (line.baud, line.keep_lines);
        Self { baud, data_bits, parity, stop_bits, flow, dtr, rts, keep_lines, pacing, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_before_had_one_setting_for_two_things() {
        let check = |text: &str, adapter: Adapter, keep_lines: bool| {
            let line: Line = toml_edit::de::from_str(text).unwrap();
            assert_eq!((line.adapter(), LineSettings::from(&line).keep_lines), (adapter, keep_lines), "{text}");
        };
        let old = "baud = 9600\nframe = \"8N1\"\nreconnect = true\n";
        check(&format!("{old}keep_lines = true"), Adapter::Nano, true);
        check(&format!("{old}keep_lines = false"), Adapter::UsbTtl, false);
        check(&format!("{old}keep_lines = true\nadapter = \"usb-ttl\""), Adapter::UsbTtl, true);
        check("adapter = \"nano\"", Adapter::Nano, false);
    }

    #[test]
    fn a_pacing_of_the_users_own_survives_the_choice_of_an_adapter() {
        let plain = LineSettings { baud: 115_200, ..LineSettings::default() };
        let nano = Adapter::Nano.applied_to(plain);
        assert_eq!((nano.keep_lines, nano.pacing, nano.baud), (true, Pacing::NANO, 115_200));
        assert_eq!(Adapter::UsbTtl.applied_to(nano), plain);
        let own = LineSettings { pacing: Pacing::bytes_per_second(100), ..plain };
        assert_eq!(Adapter::Nano.applied_to(own).pacing, own.pacing);
        assert_eq!(Adapter::UsbTtl.applied_to(own).pacing, own.pacing);
    }
}
