//! What an expression of a sketch is worth, and what Arduino's `Print` makes of it.

use super::syntax::{Type, Width};

/// A value that is known, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Int(i64),
    Hundredths(i64),
    Char(u8),
    /// C text: a literal, `F("…")`, a `char` array.
    Text(Vec<u8>),
    /// Arduino's `String`.
    String(Vec<u8>),
    List(Vec<Value>),
    /// A serial object, by the name it was declared with.
    Serial(String),
    /// Why it is not known: `` `number` is not known here ``.
    Unknown(String),
}

/// Longer texts are not built: a sketch that doubles one in a loop has no end.
pub(super) const MAX_TEXT: usize = 64 * 1024;

impl Value {
    pub fn unknown(what: &str) -> Self {
        Self::Unknown(format!("the value of `{what}` is not known here"))
    }

    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Char(byte) => Some(i64::from(*byte)),
            Self::Hundredths(number) => Some(number / 100),
            _ => None,
        }
    }

    /// As a condition. A serial object is true.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Serial(_) => Some(true),
            Self::Hundredths(number) => Some(*number != 0),
            other => other.number().map(|number| number != 0),
        }
    }

    /// The bytes of a text, up to its NUL where it is C's.
    pub fn text(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(bytes) => Some(bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
            Self::String(bytes) => Some(bytes.clone()),
            Self::List(_) => Self::Text(self.raw()?).text(),
            _ => None,
        }
    }

    /// All bytes of a text or an array, NUL and what follows too.
    pub fn raw(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(bytes) | Self::String(bytes) => Some(bytes.clone()),
            Self::List(items) => items.iter().map(|item| item.number().map(low_byte)).collect(),
            _ => None,
        }
    }

    /// What `print(self)` sends (Arduino core, `Print.cpp`).
    pub fn printed(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Int(number) => Ok(number.to_string().into_bytes()),
            Self::Hundredths(number) => Ok(decimals(*number).into_bytes()),
            Self::Char(byte) => Ok(vec![*byte]),
            Self::Text(_) | Self::String(_) => Ok(self.text().unwrap_or_default()),
            Self::List(_) => self.text().ok_or_else(|| "an array is not a text".to_owned()),
            Self::Serial(name) => Err(format!("`{name}` is no text")),
            Self::Unknown(why) => Err(why.clone()),
        }
    }

    /// What `print(self, base)` sends: upper-case digits; of a fraction `base` is the number of decimals.
    pub fn printed_in(&self, base: &Value) -> Result<Vec<u8>, String> {
        let unreadable = || Err("this form of print is not followed".to_owned());
        match (self, base.number()) {
            (Self::Unknown(why), _) => Err(why.clone()),
            (Self::Int(_) | Self::Char(_), Some(base)) => {
                let number = self.number().unwrap_or_default();
                in_base(number, base).map_or_else(unreadable, |digits| Ok(digits.into_bytes()))
            }
            (Self::Hundredths(_), Some(2)) => self.printed(),
            _ => unreadable(),
        }
    }

    /// The byte that `write(self)` sends.
    pub fn written(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(_) => self.printed(),
            Self::Unknown(why) => Err(why.clone()),
            other => match other.number() {
                Some(number) => Ok(vec![low_byte(number)]),
                None => Err("this form of write is not followed".to_owned()),
            },
        }
    }

    /// Stored in a variable of this type, or cast to it.
    pub fn coerced(self, ty: &Type) -> Self {
        match (ty, self) {
            (Type::Char, Self::Int(number)) => Self::Char(low_byte(number)),
            (Type::Char, list @ Self::List(_)) => list.raw().map_or(list, Self::Text),
            (Type::Int(Width::Unsigned(8)), Self::Char(byte)) => Self::Int(i64::from(byte)),
            (Type::Int(_), Self::Char(128..)) => {
                Self::Unknown("a char above 127 is a negative number on some boards".to_owned())
            }
            (Type::Int(width), Self::Char(byte)) => fitted(i64::from(byte), *width),
            (Type::Int(width), Self::Int(number)) => fitted(number, *width),
            (Type::Int(width), Self::Hundredths(number)) => fitted(number / 100, *width),
            (Type::Float, Self::Int(number)) => {
                number.checked_mul(100).map_or(Self::unknown("float"), Self::Hundredths)
            }
            (Type::String, value @ (Self::Int(_) | Self::Char(_) | Self::Hundredths(_) | Self::Text(_))) => {
                value.printed().map_or_else(Self::Unknown, Self::String)
            }
            (_, value) => value,
        }
    }

    /// `self + other`: joins where one is a `String`, else adds.
    pub fn plus(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Unknown(why), _) => Self::Unknown(why),
            (_, Self::Unknown(why)) => Self::Unknown(why.clone()),
            (Self::String(mut bytes), other) => match other.printed() {
                Ok(more) if bytes.len() + more.len() <= MAX_TEXT => {
                    bytes.extend(more);
                    Self::String(bytes)
                }
                Ok(_) => Self::Unknown("the text grows too long".to_owned()),
                Err(why) => Self::Unknown(why),
            },
            (left, Self::String(bytes)) => match left.printed() {
                Ok(before) => Self::String([before, bytes.clone()].concat()),
                Err(why) => Self::Unknown(why),
            },
            (left, right) => arithmetic("+", &left, right),
        }
    }
}

/// A number in a variable of this width, cut off as the board does it.
fn fitted(number: i64, width: Width) -> Value {
    match width {
        Width::Unsigned(64) | Width::Signed(64) => Value::Int(number),
        Width::Unsigned(bits) => Value::Int(number & !(-1_i64).wrapping_shl(bits)),
        Width::Signed(bits) => Value::Int(number.wrapping_shl(64 - bits).wrapping_shr(64 - bits)),
        Width::Int if i16::try_from(number).is_ok() => Value::Int(number),
        Width::UnsignedInt if u16::try_from(number).is_ok() => Value::Int(number),
        Width::Int | Width::UnsignedInt => Value::Unknown(no_int(number)),
    }
}

fn no_int(number: i64) -> String {
    format!("{number} does not fit into an int of an Uno or Nano (16 bits)")
}

/// `left operator right` on numbers of an int.
pub(super) fn arithmetic(operator: &str, left: &Value, right: &Value) -> Value {
    arithmetic_in(operator, left, right, false)
}

/// `left operator right` on numbers; `long` where one of them has more bits than an int.
pub(super) fn arithmetic_in(operator: &str, left: &Value, right: &Value, long: bool) -> Value {
    if let Value::Unknown(why) = left {
        return Value::Unknown(why.clone());
    }
    if let Value::Unknown(why) = right {
        return Value::Unknown(why.clone());
    }
    let fraction = matches!(left, Value::Hundredths(_)) || matches!(right, Value::Hundredths(_));
    let (Some(a), Some(b), false) = (left.number(), right.number(), fraction) else {
        return Value::Unknown(format!("this use of `{operator}` is not followed"));
    };
    let result = match operator {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" => a.checked_div(b),
        "%" => a.checked_rem(b),
        "<<" => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)),
        ">>" => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "==" => Some(i64::from(a == b)),
        "!=" => Some(i64::from(a != b)),
        "<" => Some(i64::from(a < b)),
        ">" => Some(i64::from(a > b)),
        "<=" => Some(i64::from(a <= b)),
        ">=" => Some(i64::from(a >= b)),
        _ => None,
    };
    let small = |number: i64| i16::try_from(number).is_ok();
    match result {
        // Of two ints the board makes an int, and 60 * 1000 is none; 60L * 1000 is a long. A larger literal is one too.
        Some(number) if !long && small(a) && small(b) && !small(number) => Value::Unknown(no_int(number)),
        // What a long cannot hold is cut off in one way or another.
        Some(number) if !(-(1 << 31)..1 << 32).contains(&number) => {
            Value::Unknown(format!("{number} does not fit into a long"))
        }
        Some(number) => Value::Int(number),
        None => Value::Unknown(format!("this use of `{operator}` is not followed")),
    }
}

/// Base 2 to 36 as `Print` and `String` write it; a negative number in another base than 10 shows its 32 bits.
pub(super) fn in_base(number: i64, base: i64) -> Option<String> {
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?;
    if base == 10 {
        return Some(number.to_string());
    }
    let mut rest =
        if number < 0 { u64::from(u32::try_from(number & 0xFFFF_FFFF).ok()?) } else { number.unsigned_abs() };
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(rest % u64::from(base)).ok()?;
        digits.push(char::from_digit(digit, base)?.to_ascii_uppercase());
        rest /= u64::from(base);
        if rest == 0 {
            return Some(digits.into_iter().rev().collect());
        }
    }
}

fn decimals(number: i64) -> String {
    format!("{}{}.{:02}", if number < 0 { "-" } else { "" }, number.unsigned_abs() / 100, number.unsigned_abs() % 100)
}

/// What fits into a byte, as the compiler truncates it.
pub(super) fn low_byte(number: i64) -> u8 {
    number.to_le_bytes()[0]
}

/// `sprintf` with the formats sketches use: `%d %i %u %ld %lu %s %c %x %X %%`, width and leading zeros.
pub(super) fn formatted(format: &[u8], arguments: &[Value]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut arguments = arguments.iter();
    let mut rest = format.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut zero = false;
        let mut width = 0_usize;
        let conversion = loop {
            match rest.next() {
                Some(b'0') if width == 0 => zero = true,
                Some(digit @ b'0'..=b'9') => width = (width * 10 + usize::from(digit - b'0')).min(255),
                Some(b'l' | b'h' | b'z') => {}
                Some(other) => break other,
                None => return Err("a format ends in `%`".to_owned()),
            }
        };
        if conversion == b'%' {
            out.push(b'%');
            continue;
        }
        let argument = arguments.next().ok_or("a format has more `%` than values")?;
        if let Value::Unknown(why) = argument {
            return Err(why.clone());
        }
        let text = match (conversion, argument.number()) {
            (b'd' | b'i' | b'u', Some(number)) => number.to_string().into_bytes(),
            (b'x', Some(number)) => in_base(number, 16).unwrap_or_default().to_lowercase().into_bytes(),
            (b'X', Some(number)) => in_base(number, 16).unwrap_or_default().into_bytes(),
            (b'c', Some(number)) => vec![low_byte(number)],
            (b's', None) => argument.text().ok_or("this format is not followed")?,
            _ => return Err("this format is not followed".to_owned()),
        };
        let padding = width.saturating_sub(text.len());
        out.extend(std::iter::repeat_n(if zero { b'0' } else { b' ' }, padding));
        out.extend(text);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_is_arduinos() {
        for (value, base, printed) in [
            (Value::Int(26), None, "26"),
            (Value::Int(0x1A), Some(16), "1A"),
            (Value::Int(26), Some(8), "32"),
            (Value::Int(5), Some(2), "101"),
            (Value::Int(-1), Some(16), "FFFFFFFF"),
            (Value::Char(26), None, "\x1A"),
            (Value::Char(b'A'), Some(16), "41"),
            (Value::Hundredths(-150), None, "-1.50"),
            (Value::Text(b"ab\0c".to_vec()), None, "ab"),
        ] {
            let found = match base {
                Some(base) => value.printed_in(&Value::Int(base)),
                None => value.printed(),
            };
            assert_eq!(found, Ok(printed.as_bytes().to_vec()));
        }
        assert_eq!(Value::Int(0x11A).written(), Ok(vec![0x1A]));
        assert_eq!(Value::Text(b"26".to_vec()).written(), Ok(b"26".to_vec()));
    }

    #[test]
    fn formats() {
        let values = [Value::Int(7), Value::Text(b"x".to_vec()), Value::Int(0x1A), Value::Char(26)];
        assert_eq!(formatted(b"%03d,%s,%02X%c%%", &values), Ok(b"007,x,1A\x1A%".to_vec()));
        assert!(formatted(b"%d %d", &values[..1]).is_err());
        assert!(formatted(b"%f", &values).is_err());
        assert!(formatted(b"%", &[]).is_err());
    }
}
