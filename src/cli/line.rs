//! The line options, the same on every PORT.

use clap::Args;

use crate::link::{DataBits, FlowControl, LineSettings, Parity, StopBits};

/// Line options of a PORT. What is not given keeps its default: 9600 8N1, no flow control, DTR and RTS as the system
/// sets them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Line options")]
pub struct LineOptions {
    /// Bits per second, any number the driver takes [default: 9600].
    #[arg(long, value_name = "N", value_parser = baud)]
    pub baud: Option<u32>,
    /// Data bits: 5, 6, 7 or 8 [default: 8].
    #[arg(long, value_name = "N", value_parser = data_bits)]
    pub(crate) data_bits: Option<DataBits>,
    /// Parity: none, odd, even, mark or space [default: none].
    #[arg(long, value_name = "PARITY", value_parser = parity)]
    pub parity: Option<Parity>,
    /// Stop bits: 1 or 2 [default: 1].
    #[arg(long, value_name = "N", value_parser = stop_bits)]
    pub stop_bits: Option<StopBits>,
    /// Flow control: none, rtscts or xonxoff [default: none].
    #[arg(long, value_name = "FLOW", value_parser = flow)]
    pub flow: Option<FlowControl>,
    /// DTR after opening: on, off, or keep as the system sets it [default: keep].
    #[arg(long, value_name = "STATE", value_parser = line_state)]
    pub dtr: Option<LineState>,
    /// RTS after opening: on, off, or keep as the system sets it [default: keep].
    #[arg(long, value_name = "STATE", value_parser = line_state)]
    pub rts: Option<LineState>,
    /// Wait for the port when it vanishes: a choice of those commands that go on then.
    #[arg(skip)]
    pub reconnect: bool,
}

/// What a modem line is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineState(Option<bool>);

impl LineOptions {
    /// True when one of them was given.
    #[must_use]
    pub(crate) fn any_given(&self) -> bool {
        *self != Self { reconnect: self.reconnect, ..Self::default() }
    }

    /// The settings they make.
    #[must_use]
    pub fn settings(&self) -> LineSettings {
        let default = LineSettings::default();
        LineSettings {
            baud: self.baud.unwrap_or(default.baud),
            data_bits: self.data_bits.unwrap_or(default.data_bits),
            parity: self.parity.unwrap_or(default.parity),
            stop_bits: self.stop_bits.unwrap_or(default.stop_bits),
            flow: self.flow.unwrap_or(default.flow),
            dtr: self.dtr.map_or(default.dtr, |state| state.0),
            rts: self.rts.map_or(default.rts, |state| state.0),
            reconnect: self.reconnect,
            ..default
        }
    }
}

fn baud(text: &str) -> Result<u32, String> {
    whole(text).map_err(|expected| format!("{expected}, such as 9600"))
}

/// A whole number from 1 on.
pub(super) fn whole(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "write a whole number from 1 on".to_owned())
}

fn data_bits(text: &str) -> Result<DataBits, String> {
    match text {
        "5" => Ok(DataBits::Five),
        "6" => Ok(DataBits::Six),
        "7" => Ok(DataBits::Seven),
        "8" => Ok(DataBits::Eight),
        _ => Err("write 5, 6, 7 or 8".into()),
    }
}

fn parity(text: &str) -> Result<Parity, String> {
    match text.to_ascii_lowercase().as_str() {
        "none" | "n" => Ok(Parity::None),
        "odd" | "o" => Ok(Parity::Odd),
        "even" | "e" => Ok(Parity::Even),
        "mark" | "m" => Ok(Parity::Mark),
        "space" | "s" => Ok(Parity::Space),
        _ => Err("write none, odd, even, mark or space".into()),
    }
}

fn stop_bits(text: &str) -> Result<StopBits, String> {
    match text {
        "1" => Ok(StopBits::One),
        "2" => Ok(StopBits::Two),
        _ => Err("write 1 or 2".into()),
    }
}

fn flow(text: &str) -> Result<FlowControl, String> {
    match text.to_ascii_lowercase().as_str() {
        "none" => Ok(FlowControl::None),
        "rtscts" | "rts/cts" | "hardware" => Ok(FlowControl::Hardware),
        "xonxoff" | "xon/xoff" | "software" => Ok(FlowControl::Software),
        _ => Err("write none, rtscts or xonxoff".into()),
    }
}

fn line_state(text: &str) -> Result<LineState, String> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "high" | "1" => Ok(LineState(Some(true))),
        "off" | "low" | "0" => Ok(LineState(Some(false))),
        "keep" => Ok(LineState(None)),
        _ => Err("write on, off or keep".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Probe {
        #[command(flatten)]
        line: LineOptions,
    }

    #[test]
    fn every_option_reaches_the_settings() {
        let read = |text: &str| Probe::try_parse_from(["probe"].into_iter().chain(text.split_whitespace()));
        assert_eq!(read("").unwrap().line.settings(), LineSettings::default());
        assert!(!read("").unwrap().line.any_given());
        let all = "--baud 115201 --data-bits 7 --parity E --stop-bits 2 --flow rtscts --dtr on --rts off";
        let line = read(all).unwrap().line;
        let expect = LineSettings {
            baud: 115_201,
            data_bits: DataBits::Seven,
            parity: Parity::Even,
            stop_bits: StopBits::Two,
            flow: FlowControl::Hardware,
            dtr: Some(true),
            rts: Some(false),
            ..LineSettings::default()
        };
        assert_eq!((line.settings(), line.any_given()), (expect, true));
        for wrong in
            ["--baud 0", "--baud fast", "--data-bits 9", "--parity x", "--stop-bits 1.5", "--flow yes", "--dtr 2"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
