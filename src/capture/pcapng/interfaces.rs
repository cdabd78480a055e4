//! The interfaces that a file describes, in the order of their blocks.
//!
//! A file may have any number of them, among its packets too, and each place to start reading at has to know those in front of it.
//! So there is one list for the whole file, which only grows: a place knows how many of it count there. It is read without a lock,
//! and whoever reads the same blocks again notes nothing new.

use std::sync::OnceLock;

/// What an interface says about its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) link_type: u16,
    /// `if_tsresol`: a power of ten, or of two with the high bit set.
    pub(super) resolution: u8,
}

/// Each room has twice the places of the one before; none is ever moved. More than these hold no file has.
const ROOMS: usize = 32;

/// All interfaces of a file.
#[derive(Debug, Default)]
pub(super) struct Interfaces {
    rooms: [OnceLock<Box<[OnceLock<Interface>]>>; ROOMS],
}

impl Interfaces {
    /// The one of this number, where it was noted.
    pub(super) fn get(&self, number: usize) -> Option<Interface> {
        let (room, place) = place_of(number);
        self.rooms.get(room)?.get()?.get(place)?.get().copied()
    }

    /// Notes that `number` is this one, unless it was noted before.
    pub(super) fn note(&self, number: usize, interface: Interface) {
        let (room, place) = place_of(number);
        let Some(cells) = self.rooms.get(room) else { return };
        let cells = cells.get_or_init(|| std::iter::repeat_with(OnceLock::new).take(1 << room).collect());
        if let Some(cell) = cells.get(place) {
            let _known = cell.set(interface);
        }
    }
}

/// The room of a number, and the place in it.
fn place_of(number: usize) -> (usize, usize) {
    let number = number.saturating_add(1);
    let room = number.ilog2();
    (room as usize, number - (1 << room))
}

impl Interface {
    /// Microseconds.
    pub(super) fn micros(self, ticks: u64) -> u64 {
        let exponent = u32::from(self.resolution & 0x7F);
        let ticks = u128::from(ticks);
        let micros = if self.resolution & 0x80 == 0 {
            match 10u128.checked_pow(exponent.abs_diff(6)) {
                Some(factor) if exponent >= 6 => ticks / factor,
                Some(factor) => ticks.saturating_mul(factor),
                None => 0,
            }
        } else {
            ticks.saturating_mul(1_000_000).checked_shr(exponent).unwrap_or(0)
        };
        u64::try_from(micros).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_first_stays_under_its_number() {
        let interfaces = Interfaces::default();
        let of = |number: usize| Interface { link_type: u16::try_from(number).unwrap(), resolution: 6 };
        for number in 0..1000 {
            interfaces.note(number, of(number));
            interfaces.note(number, of(7));
        }
        assert!((0..1000).all(|number| interfaces.get(number) == Some(of(number))));
        assert_eq!((interfaces.get(1000), interfaces.get(usize::MAX)), (None, None));
    }
}
