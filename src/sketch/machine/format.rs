//! `sprintf` and `sscanf`.

use std::collections::VecDeque;

use super::value::{Int, Value, decimals, low_byte};
use crate::sketch::origin::{Ch, Origin, bytes, chars};
use crate::sketch::syntax::{Chip, IntType};

/// One conversion: `%-08.3lu`.
#[expect(clippy::struct_excessive_bools, reason = "the flags of a conversion")]
struct Conversion {
    zero: bool,
    left: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
    long: bool,
    letter: u8,
}

/// What is given to `sprintf`, as it lies on the stack.
enum Slot<'v> {
    /// Two bytes of a number: an `int` of the Uno is one of these, a `long` two, the lower first.
    Word(u16, Origin),
    Whole(&'v Value),
}

struct Slots<'v> {
    slots: VecDeque<Slot<'v>>,
    chip: Chip,
}

impl<'v> Slots<'v> {
    fn new(values: &'v [Value], chip: Chip) -> Self {
        let mut slots = VecDeque::new();
        for value in values {
            let size = match value {
                Value::Int(int) if chip == Chip::Avr => int.ty.size().max(2),
                Value::Float(..) if chip == Chip::Avr => 4,
                _ => {
                    slots.push_back(Slot::Whole(value));
                    continue;
                }
            };
            let bytes = value.number().to_le_bytes();
            let (words, _) = bytes.as_chunks::<2>();
            slots.extend(words.iter().take(size / 2).map(|word| Slot::Word(u16::from_le_bytes(*word), value.from())));
        }
        Self { slots, chip }
    }

    /// A number of this many words: what is there is taken, whatever was given.
    fn number(&mut self, words: u32) -> Value {
        let (mut number, mut from) = (0, Origin::SKETCH);
        for place in 0..words {
            match self.slots.pop_front() {
                Some(Slot::Word(word, of)) => (number, from) = (number | i64::from(word) << (16 * place), from.and(of)),
                Some(Slot::Whole(value)) => (number, from) = (value.number(), from.and(value.from())),
                None => {}
            }
        }
        Value::Int(Int::new(number, IntType::I64, from))
    }

    fn next(&mut self, conversion: &Conversion) -> Value {
        if self.chip != Chip::Avr {
            return match self.slots.pop_front() {
                Some(Slot::Whole(value)) => value.clone(),
                _ => Value::int(0, self.chip.int()),
            };
        }
        match conversion.letter {
            b's' | b'S' => match self.slots.pop_front() {
                Some(Slot::Whole(value)) => value.clone(),
                // A number is no address of a text.
                _ => Value::Null,
            },
            b'f' | b'F' | b'g' | b'e' => self.number(2),
            _ => self.number(if conversion.long { 2 } else { 1 }),
        }
    }
}

/// What `sprintf` writes. The Uno's has no `%f`: it writes a question mark; and what is given in another size than the format
/// says shifts all that follows.
pub(super) fn formatted(format: &[Ch], values: &[Value], chip: Chip) -> Vec<Ch> {
    let mut out = Vec::new();
    let mut values = Slots::new(values, chip);
    let mut rest = format.iter().copied().peekable();
    while let Some(ch) = rest.next() {
        if ch.byte != b'%' {
            out.push(ch);
            continue;
        }
        let Some(conversion) = conversion(&mut rest, &mut values) else { break };
        if conversion.letter == b'%' {
            out.push(ch);
            continue;
        }
        let value = values.next(&conversion);
        let text = converted(&conversion, &value, chip);
        let padding = conversion.width.saturating_sub(text.len()).min(1000);
        let pad = |byte: u8| std::iter::repeat_n(Ch { byte, from: Origin::SKETCH }, padding);
        if conversion.left {
            out.extend(text);
            out.extend(pad(b' '));
        } else if conversion.zero {
            let sign = text.first().filter(|ch| ch.byte == b'-').copied();
            out.extend(sign);
            out.extend(pad(b'0'));
            out.extend(text.into_iter().skip(usize::from(sign.is_some())));
        } else {
            out.extend(pad(b' '));
            out.extend(text);
        }
        if out.len() > super::LARGEST {
            break;
        }
    }
    out
}

fn conversion(rest: &mut std::iter::Peekable<impl Iterator<Item = Ch>>, values: &mut Slots<'_>) -> Option<Conversion> {
    let mut found =
        Conversion { zero: false, left: false, plus: false, width: 0, precision: None, long: false, letter: 0 };
    loop {
        let byte = rest.next()?.byte;
        match byte {
            b'0' if found.width == 0 && found.precision.is_none() => found.zero = true,
            b'-' => found.left = true,
            b'+' => found.plus = true,
            b'.' => found.precision = Some(0),
            b'*' => {
                let number = usize::try_from(values.number(1).number()).unwrap_or(0);
                match &mut found.precision {
                    Some(precision) => *precision = number,
                    None => found.width = number,
                }
            }
            b'0'..=b'9' => {
                let digit = usize::from(byte - b'0');
                let number = found.precision.as_mut().unwrap_or(&mut found.width);
                *number = (*number * 10 + digit).min(1000);
            }
            b'l' => found.long = true,
            b' ' | b'#' | b'h' | b'z' | b't' | b'j' => {}
            letter => {
                found.letter = letter;
                return Some(found);
            }
        }
    }
}

fn converted(conversion: &Conversion, value: &Value, chip: Chip) -> Vec<Ch> {
    let from = value.from();
    let int = if conversion.long { IntType::I32 } else { chip.int() };
    let unsigned = if conversion.long { IntType::U32 } else { chip.unsigned_int() };
    let number = value.number();
    let text = match conversion.letter {
        b'd' | b'i' => {
            let number = int.fit(number);
            if conversion.plus && number >= 0 { format!("+{number}") } else { number.to_string() }
        }
        b'u' => unsigned.fit(number).to_string(),
        b'x' => format!("{:x}", unsigned.fit(number)),
        b'X' => format!("{:X}", unsigned.fit(number)),
        b'o' => format!("{:o}", unsigned.fit(number)),
        b'c' => return vec![Ch { byte: low_byte(number), from }],
        b's' | b'S' => {
            let mut text = value.c_text().unwrap_or_default();
            text.truncate(conversion.precision.unwrap_or(usize::MAX));
            return text;
        }
        b'f' | b'F' | b'g' | b'e' if chip == Chip::Avr => "?".to_owned(),
        b'f' | b'F' | b'g' | b'e' => format!("{:.*}", conversion.precision.unwrap_or(6).min(30), value.real()),
        _ => String::new(),
    };
    let mut text = chars(text.as_bytes(), from);
    if let Some(precision) = conversion.precision.filter(|_| b"diuxXo".contains(&conversion.letter)) {
        while text.len() < precision.min(100) {
            text.insert(0, Ch { byte: b'0', from });
        }
    }
    text
}

/// `dtostrf(value, width, digits, …)`.
pub(super) fn dtostrf(value: f64, width: i64, digits: i64) -> String {
    let digits = usize::try_from(digits).unwrap_or(0).min(30);
    let text = format!("{value:.digits$}");
    let length = usize::try_from(width.unsigned_abs()).unwrap_or(0).min(1000);
    if width < 0 { format!("{text:<length$}") } else { format!("{text:>length$}") }
}

/// What `sscanf` found, one entry for each conversion that matched.
pub(super) enum Scanned {
    Number(i64),
    Real(f64),
    Text(Vec<Ch>),
}

/// Reads by a format: `%d %u %x %f %s %c %[^…]`, with widths.
pub(super) fn scanned(text: &[Ch], format: &[u8]) -> Vec<Scanned> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut format = format.iter().copied().peekable();
    let skip_blanks = |rest: &mut &[Ch]| {
        while let Some((ch, behind)) = rest.split_first().filter(|(ch, _)| ch.byte.is_ascii_whitespace()) {
            let _ = ch;
            *rest = behind;
        }
    };
    while let Some(byte) = format.next() {
        if byte.is_ascii_whitespace() {
            skip_blanks(&mut rest);
            continue;
        }
        if byte != b'%' {
            match rest.split_first() {
                Some((ch, behind)) if ch.byte == byte => rest = behind,
                _ => return found,
            }
            continue;
        }
        let (mut width, mut keep) = (0_usize, true);
        let letter = loop {
            match format.next() {
                Some(b'*') => keep = false,
                Some(digit @ b'0'..=b'9') => width = (width * 10 + usize::from(digit - b'0')).min(1000),
                Some(b'l' | b'h') => {}
                Some(letter) => break letter,
                None => return found,
            }
        };
        let most = if width == 0 { usize::MAX } else { width };
        if letter != b'c' && letter != b'[' {
            skip_blanks(&mut rest);
        }
        let set = (letter == b'[').then(|| {
            let inside: Vec<u8> = std::iter::from_fn(|| format.next_if(|byte| *byte != b']')).collect();
            format.next();
            inside
        });
        let fits = |ch: &Ch, at: usize| match letter {
            b'd' | b'i' | b'u' => ch.byte.is_ascii_digit() || (at == 0 && matches!(ch.byte, b'-' | b'+')),
            b'x' | b'X' => ch.byte.is_ascii_hexdigit(),
            b'f' | b'g' | b'e' => ch.byte.is_ascii_digit() || matches!(ch.byte, b'.' | b'-' | b'+'),
            b's' => !ch.byte.is_ascii_whitespace(),
            b'c' => at == 0,
            _ => set.as_deref().is_some_and(|set| match set.split_first() {
                Some((b'^', not)) => !not.contains(&ch.byte),
                _ => set.contains(&ch.byte),
            }),
        };
        let length = rest.iter().enumerate().take(most).take_while(|(at, ch)| fits(ch, *at)).count();
        if length == 0 {
            return found;
        }
        let (part, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = behind;
        if keep {
            found.push(scanned_part(letter, part));
        }
    }
    found
}

fn scanned_part(letter: u8, part: &[Ch]) -> Scanned {
    let words = String::from_utf8_lossy(&bytes(part)).into_owned();
    match letter {
        b'd' | b'i' | b'u' => Scanned::Number(words.parse().unwrap_or(0)),
        b'x' | b'X' => Scanned::Number(i64::from_str_radix(&words, 16).unwrap_or(0)),
        b'f' | b'g' | b'e' => Scanned::Real(words.parse().unwrap_or(0.0)),
        _ => Scanned::Text(part.to_vec()),
    }
}

/// As `String(1.5, 3)` writes it.
pub(super) fn real_text(value: f64, digits: i64) -> String {
    decimals(value, usize::try_from(digits).unwrap_or(2))
}
