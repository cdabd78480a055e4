//! Line settings as termios flags and back. Values only: `serial` hands them to the driver.
//!
//! What is always so: raw, receiver on, modem status ignored for opening and reading, all 256 values are data unless
//! XON/XOFF is chosen.

use rustix::termios::{ControlModes, InputModes, SpecialCodeIndex, Termios};

use super::super::here::speed::{self, stick};
use crate::os::settings::{DataBits, FlowControl, LineSettings, Parity, StopBits};

/// Puts `settings` into `termios`. With `mark_errors`, bytes with framing or parity errors and breaks come marked
/// (PARMRK) instead of being dropped or read as NUL; see `link::parmrk`.
///
/// # Errors
/// When the system has no such baud rate.
pub(super) fn termios_for(
    settings: &LineSettings,
    mark_errors: bool,
    termios: &mut Termios,
) -> Result<(), rustix::io::Errno> {
    termios.make_raw();
    // VMIN 0 would make an empty read return 0, which must mean "gone".
    termios.special_codes[SpecialCodeIndex::VMIN] = 1;
    termios.special_codes[SpecialCodeIndex::VTIME] = 0;
    termios.input_modes = input_modes(settings, mark_errors, termios.input_modes);
    termios.control_modes = control_modes(settings, termios.control_modes);
    speed::put(termios, settings.baud)
}

/// What of `settings` a driver kept.
#[must_use]
pub(super) fn settings_from(termios: &Termios, asked: &LineSettings) -> LineSettings {
    let control = termios.control_modes;
    let input = termios.input_modes;
    LineSettings {
        baud: speed::kept(termios, asked.baud),
        data_bits: data_bits(control),
        parity: parity(control),
        stop_bits: if control.contains(ControlModes::CSTOPB) { StopBits::Two } else { StopBits::One },
        flow: flow(control, input),
        ..*asked
    }
}

fn input_modes(settings: &LineSettings, mark_errors: bool, before: InputModes) -> InputModes {
    let mut modes = before;
    modes.remove(
        InputModes::IGNBRK
            | InputModes::BRKINT
            | InputModes::IGNPAR
            | InputModes::PARMRK
            | InputModes::INPCK
            | InputModes::ISTRIP
            | InputModes::INLCR
            | InputModes::IGNCR
            | InputModes::ICRNL
            | InputModes::IXON
            | InputModes::IXANY
            | InputModes::IXOFF,
    );
    if settings.flow == FlowControl::Software {
        modes.insert(InputModes::IXON | InputModes::IXOFF);
    }
    if mark_errors {
        // INPCK makes the driver report framing errors too, whatever the parity.
        modes.insert(InputModes::PARMRK | InputModes::INPCK);
    }
    modes
}

fn control_modes(settings: &LineSettings, before: ControlModes) -> ControlModes {
    let mut modes = before;
    modes.insert(ControlModes::CREAD | ControlModes::CLOCAL);
    modes.remove(ControlModes::CSIZE | ControlModes::CSTOPB | ControlModes::CRTSCTS);
    modes.remove(parity_mask());
    modes.insert(match settings.data_bits {
        DataBits::Five => ControlModes::CS5,
        DataBits::Six => ControlModes::CS6,
        DataBits::Seven => ControlModes::CS7,
        DataBits::Eight => ControlModes::CS8,
    });
    modes.insert(match settings.parity {
        Parity::None => ControlModes::empty(),
        Parity::Odd => ControlModes::PARENB | ControlModes::PARODD,
        Parity::Even => ControlModes::PARENB,
        Parity::Mark => ControlModes::PARENB | ControlModes::PARODD | stick(),
        Parity::Space => ControlModes::PARENB | stick(),
    });
    modes.set(ControlModes::CSTOPB, settings.stop_bits == StopBits::Two);
    modes.set(ControlModes::CRTSCTS, settings.flow == FlowControl::Hardware);
    if settings.keep_lines {
        modes.remove(ControlModes::HUPCL);
    }
    modes
}

fn parity_mask() -> ControlModes {
    ControlModes::PARENB | ControlModes::PARODD | stick()
}

fn data_bits(control: ControlModes) -> DataBits {
    let size = control & ControlModes::CSIZE;
    if size == ControlModes::CS5 {
        DataBits::Five
    } else if size == ControlModes::CS6 {
        DataBits::Six
    } else if size == ControlModes::CS7 {
        DataBits::Seven
    } else {
        DataBits::Eight
    }
}

fn parity(control: ControlModes) -> Parity {
    let stuck = !stick().is_empty() && control.contains(stick());
    match (control.contains(ControlModes::PARENB), control.contains(ControlModes::PARODD), stuck) {
        (false, _, _) => Parity::None,
        (true, true, false) => Parity::Odd,
        (true, false, false) => Parity::Even,
        (true, true, true) => Parity::Mark,
        (true, false, true) => Parity::Space,
    }
}

fn flow(control: ControlModes, input: InputModes) -> FlowControl {
    if control.contains(ControlModes::CRTSCTS) {
        FlowControl::Hardware
    } else if input.intersects(InputModes::IXON | InputModes::IXOFF) {
        FlowControl::Software
    } else {
        FlowControl::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cooked() -> Termios {
        let master = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).unwrap();
        rustix::termios::tcgetattr(&master).unwrap()
    }

    #[test]
    fn every_combination_reads_back_as_it_was_set() {
        for data_bits in [DataBits::Five, DataBits::Six, DataBits::Seven, DataBits::Eight] {
            for parity in [Parity::None, Parity::Odd, Parity::Even, Parity::Mark, Parity::Space] {
                if stick().is_empty() && matches!(parity, Parity::Mark | Parity::Space) {
                    continue;
                }
                for stop_bits in [StopBits::One, StopBits::Two] {
                    for flow in [FlowControl::None, FlowControl::Hardware, FlowControl::Software] {
                        for baud in [1, 300, 9_600, 74_880, 123_457, 12_000_000] {
                            let asked =
                                LineSettings { baud, data_bits, parity, stop_bits, flow, ..LineSettings::default() };
                            let mut termios = cooked();
                            termios_for(&asked, true, &mut termios).unwrap();
                            assert_eq!(settings_from(&termios, &asked), asked);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_flags_are_those_of_the_manual() {
        let check = |settings: LineSettings, has: ControlModes, lacks: ControlModes| {
            let mut termios = cooked();
            termios_for(&settings, false, &mut termios).unwrap();
            assert!(termios.control_modes.contains(has | ControlModes::CREAD | ControlModes::CLOCAL), "{settings}");
            assert!(!termios.control_modes.intersects(lacks), "{settings}");
        };
        let plain = LineSettings::default();
        check(plain, ControlModes::CS8, ControlModes::PARENB | ControlModes::CSTOPB | ControlModes::CRTSCTS | stick());
        check(LineSettings { parity: Parity::Space, ..plain }, ControlModes::PARENB | stick(), ControlModes::PARODD);
        check(
            LineSettings { parity: Parity::Mark, ..plain },
            ControlModes::PARENB | stick() | ControlModes::PARODD,
            ControlModes::empty(),
        );
        check(LineSettings { keep_lines: true, ..plain }, ControlModes::CS8, ControlModes::HUPCL);
    }

    #[test]
    fn nothing_is_translated_dropped_or_echoed() {
        let mut termios = cooked();
        termios_for(&LineSettings::default(), false, &mut termios).unwrap();
        assert!(termios.input_modes.is_empty(), "{:?}", termios.input_modes);
        assert!(!termios.output_modes.contains(rustix::termios::OutputModes::OPOST));
        let mut marked = cooked();
        termios_for(&LineSettings::default(), true, &mut marked).unwrap();
        assert_eq!(marked.input_modes, InputModes::PARMRK | InputModes::INPCK);
    }
}
