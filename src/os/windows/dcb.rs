//! Line settings as Windows wants them: the DCB of winbase.h as plain values, tested on every system.
//!
//! What is always so: binary, errors told and not answered by a stop of all I/O, nothing dropped, nothing replaced.

use crate::os::settings::{DataBits, FlowControl, LineSettings, Parity, StopBits};

/// The bits of the DCB's second word, in the order of winbase.h.
mod bit {
    pub(super) const BINARY: u32 = 1;
    pub(super) const PARITY: u32 = 1 << 1;
    pub(super) const CTS_STOPS_US: u32 = 1 << 2;
    pub(super) const DTR_UP: u32 = 1 << 4;
    pub(super) const XOFF_STOPS_US: u32 = 1 << 8;
    pub(super) const WE_SEND_XOFF: u32 = 1 << 9;
    pub(super) const RTS_UP: u32 = 1 << 12;
    pub(super) const RTS_HANDSHAKE: u32 = 0b10 << 12;
}

const XON: u8 = 0x11;
const XOFF: u8 = 0x13;

/// A DCB, without what is always zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dcb {
    pub(super) baud: u32,
    pub(super) flags: u32,
    pub(super) byte_size: u8,
    pub(super) parity: u8,
    pub(super) stop_bits: u8,
    pub(super) xon: u8,
    pub(super) xoff: u8,
}

impl Dcb {
    /// The settings, with both lines as they are to be: all in one, since every `SetCommState` sets the lines anew.
    #[must_use]
    pub(super) fn of(settings: &LineSettings, dtr: bool, rts: bool) -> Self {
        let mut flags = bit::BINARY;
        if settings.parity != Parity::None {
            flags |= bit::PARITY;
        }
        if dtr {
            flags |= bit::DTR_UP;
        }
        match settings.flow {
            FlowControl::Hardware => flags |= bit::CTS_STOPS_US | bit::RTS_HANDSHAKE,
            FlowControl::Software => flags |= bit::XOFF_STOPS_US | bit::WE_SEND_XOFF,
            FlowControl::None => {}
        }
        if rts && settings.flow != FlowControl::Hardware {
            flags |= bit::RTS_UP;
        }
        let byte_size = match settings.data_bits {
            DataBits::Five => 5,
            DataBits::Six => 6,
            DataBits::Seven => 7,
            DataBits::Eight => 8,
        };
        let parity = match settings.parity {
            Parity::None => 0,
            Parity::Odd => 1,
            Parity::Even => 2,
            Parity::Mark => 3,
            Parity::Space => 4,
        };
        // A UART sends one and a half for two where a character has five bits, and drivers refuse anything else there.
        let stop_bits = match (settings.stop_bits, settings.data_bits) {
            (StopBits::One, _) => 0,
            (StopBits::Two, DataBits::Five) => 1,
            (StopBits::Two, _) => 2,
        };
        Self { baud: settings.baud, flags, byte_size, parity, stop_bits, xon: XON, xoff: XOFF }
    }

    /// What of `asked` a driver kept.
    #[must_use]
    pub(super) fn settings(&self, asked: &LineSettings) -> LineSettings {
        LineSettings {
            baud: self.baud,
            data_bits: match self.byte_size {
                5 => DataBits::Five,
                6 => DataBits::Six,
                7 => DataBits::Seven,
                _ => DataBits::Eight,
            },
            parity: match self.parity {
                1 => Parity::Odd,
                2 => Parity::Even,
                3 => Parity::Mark,
                4 => Parity::Space,
                _ => Parity::None,
            },
            stop_bits: if self.stop_bits == 0 { StopBits::One } else { StopBits::Two },
            flow: if self.flags & bit::CTS_STOPS_US != 0 {
                FlowControl::Hardware
            } else if self.flags & (bit::XOFF_STOPS_US | bit::WE_SEND_XOFF) != 0 {
                FlowControl::Software
            } else {
                FlowControl::None
            },
            ..*asked
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Bits that are to stay clear, and the two lines' fields.
    const DSR_STOPS_US: u32 = 1 << 3;
    const DTR: u32 = 0b11 << 4;
    const DSR_GATES: u32 = 1 << 6;
    const SENDS_AFTER_XOFF: u32 = 1 << 7;
    const REPLACES_ERRORS: u32 = 1 << 10;
    const DROPS_NUL: u32 = 1 << 11;
    const RTS: u32 = 0b11 << 12;
    const ABORTS_ON_ERROR: u32 = 1 << 14;

    #[test]
    fn every_combination_reads_back_as_it_was_set() {
        for data_bits in [DataBits::Five, DataBits::Six, DataBits::Seven, DataBits::Eight] {
            for parity in [Parity::None, Parity::Odd, Parity::Even, Parity::Mark, Parity::Space] {
                for stop_bits in [StopBits::One, StopBits::Two] {
                    for flow in [FlowControl::None, FlowControl::Hardware, FlowControl::Software] {
                        let asked = LineSettings {
                            baud: 74_880,
                            data_bits,
                            parity,
                            stop_bits,
                            flow,
                            ..LineSettings::default()
                        };
                        assert_eq!(Dcb::of(&asked, true, false).settings(&asked), asked);
                    }
                }
            }
        }
    }

    /// The numbers of winbase.h: `DTR_CONTROL_ENABLE` is 1 in bits 4 and 5, `RTS_CONTROL_HANDSHAKE` 2 in bits 12 and 13.
    #[test]
    fn the_words_are_those_of_winbase_h() {
        let check = |settings: LineSettings, dtr, rts, flags: u32| {
            assert_eq!(Dcb::of(&settings, dtr, rts).flags, flags, "{settings}");
        };
        let plain = LineSettings::default();
        check(plain, true, true, 0x1011);
        check(plain, false, true, 0x1001);
        check(plain, true, false, 0x0011);
        check(plain, false, false, 0x0001);
        check(LineSettings { parity: Parity::Even, ..plain }, false, false, 0x0003);
        check(LineSettings { flow: FlowControl::Hardware, ..plain }, true, false, 0x2015);
        check(LineSettings { flow: FlowControl::Software, ..plain }, false, false, 0x0301);
        let two = LineSettings { stop_bits: StopBits::Two, ..plain };
        assert_eq!(Dcb::of(&two, true, true).stop_bits, 2);
        assert_eq!(Dcb::of(&LineSettings { data_bits: DataBits::Five, ..two }, true, true).stop_bits, 1);
    }

    #[test]
    fn nothing_is_dropped_replaced_or_stopped() {
        for flow in [FlowControl::None, FlowControl::Hardware, FlowControl::Software] {
            for parity in [Parity::None, Parity::Odd] {
                let dcb = Dcb::of(&LineSettings { parity, flow, ..LineSettings::default() }, true, true);
                let never = DSR_STOPS_US | DSR_GATES | SENDS_AFTER_XOFF | REPLACES_ERRORS | DROPS_NUL | ABORTS_ON_ERROR;
                assert_eq!(dcb.flags & never, 0, "{dcb:?}");
                assert_eq!(dcb.flags & bit::BINARY, bit::BINARY);
                assert_eq!(dcb.flags & DTR, bit::DTR_UP);
                assert_ne!(dcb.flags & RTS, 0);
            }
        }
    }
}
