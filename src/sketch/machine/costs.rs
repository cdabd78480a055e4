//! What a sketch's operations take, in clock cycles of an AVR: those of the language as avr-gcc makes them with -Os, the
//! functions of the Arduino core and of avr-libc as they are compiled. `tests/nano` measures each on the simulated Nano.

use super::Machine;
use super::value::Value;
use crate::sketch::board::Nanos;
use crate::sketch::syntax::{Binary, Chip, Expr};

/// Clock cycles of an AVR.
pub(super) type Cycles = u64;

/// A function's call and return, with what it saves.
pub(super) const CALL: Cycles = 8;
/// The next round of a loop.
pub(super) const ROUND: Cycles = 2;

/// `micros`, and how long `delay` takes to see that it is over.
pub(super) const MICROS: Cycles = 40;
pub(super) const DELAY: Cycles = 60;
pub(super) const PIN: Cycles = 46;
/// 13 clocks of the converter, which has an eighth of a megahertz.
pub(super) const ANALOG_READ: Cycles = 1_750;
pub(super) const RANDOM: Cycles = 1_400;

/// `SoftwareSerial::write` beside the ten bits; the loop of `print` around it.
pub(super) const WRITE_BY_HAND: Cycles = 138;
pub(super) const NEXT_BY_HAND: Cycles = 26;
pub(super) const WRITE_TO_RING: Cycles = 75;
pub(super) const NEXT_TO_RING: Cycles = 40;
/// `print` itself, which looks for the text's end and hands it on; `println` does it twice.
pub(super) const PRINT: Cycles = 110;
/// `printNumber`: a division of 32 bits, and a place of the text.
pub(super) const DIGIT: Cycles = 640;
/// `available`, `read` and `peek` of a port.
pub(super) const LOOK: Cycles = 8;
/// A byte of `Stream`'s functions: `timedRead`, and what is done with it.
pub(super) const TIMED_READ: Cycles = 90;
pub(super) const SEEK: Cycles = 60;

/// A new `String`: memory is taken and given back. A sum takes more of it, `+=` mostly has it behind its own.
pub(super) const NEW_STRING: Cycles = 410;
pub(super) const SUM: Cycles = 300;
pub(super) const APPENDING: Cycles = 160;
pub(super) const ASSIGNING: Cycles = 130;
/// A method that is given a text, and a comparison.
pub(super) const METHOD: Cycles = 70;
/// A character that is copied, one that is looked at, one of which the case is changed.
pub(super) const COPIED: Cycles = 7;
pub(super) const LOOKED_AT: Cycles = 5;
pub(super) const CASE: Cycles = 30;

/// `sprintf`: itself, a character of what it makes, a digit of a number.
pub(super) const FORMATTING: Cycles = 400;
pub(super) const FORMATTED: Cycles = 96;
pub(super) const FORMATTED_DIGIT: Cycles = 128;
/// A digit of `itoa` (16 bits), of `ltoa`, of `atoi`.
pub(super) const DIGIT_OF_INT: Cycles = 180;
pub(super) const DIGIT_OF_LONG: Cycles = 330;
pub(super) const DIGIT_READ: Cycles = 28;
pub(super) const DTOSTRF: Cycles = 1_250;
pub(super) const MATHEMATICS: Cycles = 500;

/// A floating sum, product, quotient, comparison.
const FLOATING: [Cycles; 4] = [110, 135, 485, 60];

/// A variable of the whole sketch, or a field: it stands in memory. One of a function is in a register.
pub(super) const IN_MEMORY: Cycles = 3;

/// What an expression takes beside its parts and the calls that it makes.
pub(super) fn of_expression(expr: &Expr) -> Cycles {
    match expr {
        Expr::Int(..) | Expr::Name(_) | Expr::Null | Expr::This => 0,
        Expr::Index(_) | Expr::Dereference(_) => 4,
        Expr::Member(..) => 2,
        _ => 1,
    }
}

/// What an operator takes on two numbers.
pub(super) fn of_operator(operator: Binary, left: &Value, right: &Value) -> Cycles {
    let size = |value: &Value| match value {
        Value::Int(int) => int.ty.size() as Cycles,
        _ => 2,
    };
    if matches!(left, Value::Float(..)) || matches!(right, Value::Float(..)) {
        let [sum, product, quotient, comparison] = FLOATING;
        return match operator {
            Binary::Multiply => product,
            Binary::Divide | Binary::Remainder => quotient,
            operator if operator.compares() => comparison,
            _ => sum,
        };
    }
    let size = size(left).max(size(right));
    match operator {
        Binary::Divide | Binary::Remainder if size > 2 => 620,
        Binary::Divide | Binary::Remainder => 225,
        Binary::Multiply if size > 2 => 75,
        Binary::Multiply => 10,
        Binary::ShiftLeft | Binary::ShiftRight => 2 * size * right.number().clamp(1, 32).unsigned_abs(),
        _ => size,
    }
}

/// The time of so many cycles; other chips are faster, as a whole.
pub(super) fn time(chip: Chip, cycles: Cycles) -> Nanos {
    match chip {
        Chip::Avr => cycles * 125 / 2,
        _ => cycles * 4,
    }
}

impl Machine<'_> {
    /// A function of the core that is one step here takes the board this many cycles more.
    pub(super) fn takes(&mut self, cycles: Cycles) {
        // It takes this computer the longer too.
        self.steps += cycles / 256;
        self.board.work(time(self.chip, cycles));
    }

    /// The same for each of so many characters.
    pub(super) fn takes_each(&mut self, count: usize, cycles: Cycles) {
        self.takes(cycles.saturating_mul(count as Cycles));
    }

    /// A `String` of its own is made of a text, or of another one.
    pub(super) fn takes_new_string(&mut self, of: &Value) {
        let (length, each) = match of {
            Value::String(text) => (text.len(), COPIED),
            Value::Pointer(_) => (of.c_text().map_or(0, |text| text.len()), COPIED + LOOKED_AT),
            _ => return,
        };
        self.takes(NEW_STRING);
        self.takes_each(length, each);
    }
}
