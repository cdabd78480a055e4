//! Line settings, in termios' words. Plain values: what a port makes of them is `serial`'s.

use std::fmt;
use std::time::Duration;

/// Data bits of a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DataBits {
    Five,
    Six,
    Seven,
    #[default]
    Eight,
}

/// The parity bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Parity {
    #[default]
    None,
    Odd,
    Even,
    Mark,
    Space,
}

/// Stop bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum StopBits {
    #[default]
    One,
    Two,
}

/// Flow control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FlowControl {
    /// None: all 256 values are data.
    #[default]
    None,
    /// RTS/CTS.
    Hardware,
    /// XON/XOFF: 0x11 and 0x13 are no data.
    Software,
}

/// How the line is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineSettings {
    /// Bits per second; any number, the driver decides.
    pub baud: u32,
    /// Data bits.
    pub data_bits: DataBits,
    /// Parity.
    pub parity: Parity,
    /// Stop bits.
    pub stop_bits: StopBits,
    /// Flow control.
    pub flow: FlowControl,
    /// DTR at open: `None` leaves it as the system sets it.
    pub dtr: Option<bool>,
    /// RTS at open: `None` leaves it as the system sets it.
    pub rts: Option<bool>,
    /// Closing leaves DTR and RTS up (clears HUPCL), so that the next open does not reset an Arduino. False leaves the
    /// system's choice alone.
    pub keep_lines: bool,
    /// When the device vanishes, wait for the same one and open it again.
    pub reconnect: bool,
    /// How fast bytes are handed out.
    pub pacing: Pacing,
    /// How long nothing is sent after the port was opened: a board that restarts swallows it.
    pub settle: Duration,
}

/// Pauses between the bytes of a Send, for a far end that cannot keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pacing {
    /// After each byte.
    pub per_byte: Duration,
    /// After each CR, LF or CRLF, on top.
    pub per_line: Duration,
}

impl Pacing {
    /// An Arduino Nano that passes bytes on over a 9600-baud software UART: it needs 1.04 ms a byte.
    pub const NANO: Self = Self { per_byte: Duration::from_micros(1_100), per_line: Duration::ZERO };

    /// Bytes per second; 0 means no limit.
    #[must_use]
    pub fn bytes_per_second(rate: u32) -> Self {
        let per_byte = if rate == 0 { Duration::ZERO } else { Duration::from_secs(1) / rate };
        Self { per_byte, per_line: Duration::ZERO }
    }

    /// No pauses at all.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.per_byte.is_zero() && self.per_line.is_zero()
    }
}

impl Default for LineSettings {
    fn default() -> Self {
        Self {
            baud: 9600,
            data_bits: DataBits::default(),
            parity: Parity::default(),
            stop_bits: StopBits::default(),
            flow: FlowControl::default(),
            dtr: None,
            rts: None,
            keep_lines: false,
            reconnect: false,
            pacing: Pacing::default(),
            settle: Duration::ZERO,
        }
    }
}

impl LineSettings {
    /// The frame as everybody writes it: `8N1`.
    #[must_use]
    pub fn frame(&self) -> String {
        let data = match self.data_bits {
            DataBits::Five => '5',
            DataBits::Six => '6',
            DataBits::Seven => '7',
            DataBits::Eight => '8',
        };
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Odd => 'O',
            Parity::Even => 'E',
            Parity::Mark => 'M',
            Parity::Space => 'S',
        };
        let stop = match self.stop_bits {
            StopBits::One => '1',
            StopBits::Two => '2',
        };
        [data, parity, stop].iter().collect()
    }

    /// The far end would see no difference: baud, frame and flow control are the same.
    #[must_use]
    pub(crate) fn same_line(&self, other: &Self) -> bool {
        self.difference(other).is_none()
    }

    /// Says where `kept` (read back from the driver) differs, for the user; `None` where all was applied.
    #[must_use]
    pub(crate) fn difference(&self, kept: &Self) -> Option<String> {
        let mut parts = Vec::new();
        if self.frame() != kept.frame() {
            parts.push(kept.frame());
        }
        if self.baud != kept.baud {
            parts.push(format!("{} baud", kept.baud));
        }
        if self.flow != kept.flow {
            parts.push(kept.flow.to_string());
        }
        (!parts.is_empty()).then(|| format!("the driver kept {}", parts.join(", ")))
    }
}

/// As the log writes it: `115200 8N1, no flow control`.
impl fmt::Display for LineSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}, {}", self.baud, self.frame(), self.flow)
    }
}

impl fmt::Display for FlowControl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "no flow control",
            Self::Hardware => "RTS/CTS",
            Self::Software => "XON/XOFF",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_driver_kept_is_said() {
        let check = |asked: LineSettings, kept: LineSettings, expect: Option<&str>| {
            assert_eq!(asked.difference(&kept).as_deref(), expect);
        };
        let plain = LineSettings::default();
        let even = LineSettings { parity: Parity::Even, data_bits: DataBits::Seven, ..plain };
        check(plain, plain, None);
        check(even, plain, Some("the driver kept 8N1"));
        check(LineSettings { baud: 74_880, ..even }, plain, Some("the driver kept 8N1, 9600 baud"));
        check(LineSettings { flow: FlowControl::Hardware, ..plain }, plain, Some("the driver kept no flow control"));
        check(plain, LineSettings { stop_bits: StopBits::Two, ..even }, Some("the driver kept 7E2"));
    }

    #[test]
    fn rates_become_pauses() {
        assert!(Pacing::bytes_per_second(0).is_none());
        assert_eq!(Pacing::bytes_per_second(1_000).per_byte, Duration::from_millis(1));
        assert!(!Pacing::NANO.is_none());
    }
}
