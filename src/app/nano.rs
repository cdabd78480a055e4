//! Opening the port of an Arduino Nano: the board restarts, and for a while swallows what is sent.
//!
//! Opening pulls DTR, which resets the board; its bootloader then listens for 1.3 to 1.4 s (measured with the two that are in
//! use) before the sketch runs. Linux raises DTR before `open` returns, so no program can prevent it.
//!
//! Nothing is sent unasked: what the user sends within [`RESTART`] waits for its end, and the window says so. The modem's state survived the board's restart, so a
//! [`probe`] could land in an open data prompt; therefore the user has to ask for it.

use std::time::Duration;

use crate::macros::{Macro, Step};

/// A sketch that turns the board into the cable to the modem, to be copied or saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The Arduino IDE wants the file in a folder of the same name, without `.ino`.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The baud to open the port with.
    pub baud: u32,
}

/// Full duplex, no library: the one to load.
pub const PASSTHROUGH: Sketch = Sketch {
    file: "modemscope_passthrough.ino",
    text: include_str!("../../assets/arduino/modemscope_passthrough/modemscope_passthrough.ino"),
    baud: 115_200,
};

/// Ten lines with `SoftwareSerial`: half duplex, echo off.
pub(crate) const MINIMAL: Sketch = Sketch {
    file: "modemscope_passthrough_minimal.ino",
    text: include_str!("../../assets/arduino/modemscope_passthrough_minimal/modemscope_passthrough_minimal.ino"),
    baud: 9600,
};

/// How long a board is given to restart.
pub(super) const RESTART: Duration = Duration::from_secs(2);

/// Asks the modem behind the board: `AT` every half second until it answers, for four seconds at most. Only ever run when
/// the user asks for it.
#[must_use]
pub(crate) fn probe() -> Macro {
    let step = Step {
        send: Some(r"AT\r".to_owned()),
        expect: vec![r"\r\nOK\r\n".to_owned()],
        within: Some(Duration::from_millis(500)),
        retry: Some(7),
        ..Step::default()
    };
    Macro { name: "Ask the modem".to_owned(), steps: vec![step], ..Macro::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::macros::runner::{Action, Ending, Report, Run, Values};

    #[test]
    fn a_silent_modem_is_asked_eight_times_within_four_seconds() {
        let mut now = Duration::ZERO;
        let mut run = Run::new(&probe(), &Values::new(), now).unwrap();
        let mut asked = 0;
        loop {
            while let Some(action) = run.poll() {
                match action {
                    Action::Send { bytes, .. } => {
                        assert_eq!(bytes, b"AT\r");
                        asked += 1;
                        run.sent(now);
                    }
                    Action::Report(Report::Ended(ending)) => {
                        assert!(matches!(ending, Ending::Failed(_)), "{ending:?}");
                        assert_eq!((asked, now), (8, Duration::from_secs(4)));
                        return;
                    }
                    _ => {}
                }
            }
            now = run.next_deadline().unwrap();
            run.tick(now);
        }
    }
}
