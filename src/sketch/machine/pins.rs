//! Pins by their names: those printed on a board, and the numbers that they have here.

use crate::sketch::syntax::Chip;
use crate::sketch::target::pin_of_a_port;

/// Where the numbers of an STM32's pins begin: apart from those that other boards have.
const PINS_OF_PORTS: i64 = 0x100;

/// Pins by the names that are printed on a board: `D5` of a NodeMCU, `PC13` of an STM32. On an AVR `PB5` is a bit of its port.
pub(super) fn printed_pin(chip: Chip, name: &str) -> Option<i64> {
    const PINS: [i64; 11] = [16, 5, 4, 0, 2, 14, 12, 13, 15, 3, 1];
    if let Some((port, bit)) = pin_of_a_port(name) {
        return match chip {
            Chip::Arm => Some(PINS_OF_PORTS + i64::from(port) * 16 + i64::from(bit)),
            Chip::Avr => Some(i64::from(bit)).filter(|bit| *bit < 8),
            Chip::Esp8266 | Chip::Esp32 => None,
        };
    }
    let number = name.strip_prefix('D').filter(|_| chip == Chip::Esp8266)?;
    PINS.get(number.parse::<usize>().ok()?).copied()
}

/// A pin as it is called.
pub(super) fn pin(number: i64) -> String {
    let of_port = number.checked_sub(PINS_OF_PORTS).and_then(|pin| u8::try_from(pin).ok()).filter(|pin| *pin < 11 * 16);
    of_port.map_or_else(|| number.to_string(), |pin| format!("P{}{}", char::from(b'A' + pin / 16), pin % 16))
}

/// The analog pins by their names.
pub(super) fn analog_pin(number: i64) -> String {
    match number {
        14..=21 => format!("A{}", number - 14),
        other => pin(other),
    }
}
