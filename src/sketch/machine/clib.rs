//! The C library's texts and memory.

use std::rc::Rc;

use super::given::Given;
use super::text::{leading_real, order, position};
use super::value::{Int, Place, Value, in_base, low_byte};
use super::{Halt, Machine, Slip, costs};
use crate::sketch::origin::{Ch, bytes, chars, origin};
use crate::sketch::syntax::IntType;

/// What a function was given.
struct Arguments<'a>(Vec<&'a Value>);

impl<'a> Arguments<'a> {
    fn of(given: &'a [Given]) -> Self {
        Self(given.iter().map(|given| &given.value).collect())
    }

    fn value(&self, index: usize) -> Value {
        self.0.get(index).map_or(Value::Null, |value| (*value).clone())
    }

    fn text(&self, index: usize) -> Vec<Ch> {
        self.0.get(index).and_then(|value| value.c_text()).unwrap_or_default()
    }

    fn number(&self, index: usize) -> i64 {
        self.0.get(index).map_or(0, |value| value.number())
    }

    /// A count of bytes, as far as the machine has them.
    fn size(&self, index: usize) -> usize {
        usize::try_from(self.number(index)).unwrap_or(0).min(super::LARGEST)
    }

    fn place(&self, index: usize) -> Option<&'a Place> {
        match self.0.get(index) {
            Some(Value::Pointer(place)) => Some(place),
            _ => None,
        }
    }
}

impl Machine<'_> {
    /// Writes a text with its NUL; notes what does not fit.
    pub(super) fn write_text(&mut self, to: &Place, text: &[Ch]) {
        let mut all = text.to_vec();
        all.push(Ch::default());
        self.write_raw(to, &all);
    }

    /// Writes bytes from a place on.
    pub(super) fn write_raw(&mut self, to: &Place, text: &[Ch]) {
        let container = Place { index: None, ..to.clone() };
        let start = usize::try_from(to.index.unwrap_or(0)).unwrap_or(usize::MAX);
        let room = container.change(|value| match value {
            Value::Chars(kept, _) | Value::String(kept) => {
                let kept = Rc::make_mut(kept);
                for (offset, ch) in text.iter().enumerate() {
                    if let Some(place) = start.checked_add(offset).and_then(|at| kept.get_mut(at)) {
                        *place = *ch;
                    }
                }
                Some(kept.len())
            }
            Value::Array(items) => {
                let items = Rc::make_mut(items);
                for (offset, ch) in text.iter().enumerate() {
                    if let Some(place) = start.checked_add(offset).and_then(|at| items.get_mut(at)) {
                        place.take(&super::value::char_value(*ch, IntType::U8));
                    }
                }
                Some(items.len())
            }
            _ => None,
        });
        self.effect();
        self.write_through(to);
        if let Ok(Some(room)) = room
            && start.saturating_add(text.len()) > room
        {
            self.slip(Slip::BehindTheEnd(room));
        }
    }

    pub(super) fn formatted(&mut self, values: &[&Value]) -> Vec<Ch> {
        let Some((format, rest)) = values.split_first() else { return Vec::new() };
        let format = format.c_text().unwrap_or_default();
        let rest: Vec<Value> = rest.iter().map(|value| (*value).clone()).collect();
        let text = super::format::formatted(&format, &rest, self.chip);
        // A text without anything to put in is copied.
        if rest.is_empty() {
            self.takes_each(text.len(), costs::COPIED);
        } else {
            let is_number = |value: &&Value| matches!(value, Value::Int(int) if int.ty != IntType::Char);
            let digits: usize = rest.iter().filter(is_number).map(|value| value.number().to_string().len()).sum();
            self.takes(costs::FORMATTING);
            self.takes_each(text.len(), costs::FORMATTED);
            self.takes_each(digits, costs::FORMATTED_DIGIT);
        }
        text
    }

    /// The same where what a function was given behind its last parameter may stand in a list.
    fn formatted_list(&mut self, name: &str, values: &[&Value]) -> Vec<Ch> {
        let listed = match values {
            [_, Value::Pointer(list)] if name.starts_with('v') => {
                Place { index: None, ..list.clone() }.with(Clone::clone)
            }
            _ => return self.formatted(values),
        };
        match (values, &listed) {
            ([format, _], Ok(Value::Array(items))) => {
                let all: Vec<&Value> = std::iter::once(*format).chain(items.iter()).collect();
                self.formatted(&all)
            }
            _ => self.formatted(values),
        }
    }

    /// Functions on texts and memory; `None` for other names.
    pub(super) fn c_call(&mut self, name: &str, given: &[Given]) -> Result<Option<Value>, Halt> {
        let name = name.strip_suffix("_P").unwrap_or(name);
        let values = Arguments::of(given);
        self.takes_c_call(name, &values);
        let first = values.value(0);
        let target = values.place(0);
        let write = |machine: &mut Self, text: &[Ch]| {
            if let Some(target) = target {
                machine.write_text(target, text);
            }
        };
        Ok(Some(match name {
            "strlen" | "strnlen" => {
                let text = values.text(0);
                let from = origin(&text);
                Value::Int(Int::new(i64::try_from(text.len()).unwrap_or(0), self.chip.unsigned_int(), from))
            }
            "strcpy" => {
                write(self, &values.text(1));
                first
            }
            "strncpy" | "strlcpy" => {
                let mut copy = values.text(1);
                if name == "strlcpy" {
                    copy.truncate(values.size(2).saturating_sub(1));
                    write(self, &copy);
                } else {
                    copy.resize(values.size(2), Ch::default());
                    if let Some(target) = target {
                        self.write_raw(target, &copy);
                    }
                }
                first
            }
            "strcat" | "strncat" | "strlcat" => {
                let mut joined = values.text(0);
                let mut more = values.text(1);
                if name == "strncat" {
                    more.truncate(values.size(2));
                }
                joined.extend(more);
                if name == "strlcat" {
                    joined.truncate(values.size(2).saturating_sub(1));
                }
                write(self, &joined);
                first
            }
            "strcmp" | "strncmp" | "strcasecmp" | "strncasecmp" | "memcmp" => self.compared(name, &values),
            "strstr" | "strchr" | "strrchr" | "strcasestr" | "memchr" => self.found_in(name, &values),
            "strtok" | "strtok_r" => self.token(target, &values.text(1)),
            _ => return self.c_call_more(name, given),
        }))
    }

    /// What the functions on texts and memory take.
    fn takes_c_call(&mut self, name: &str, values: &Arguments<'_>) {
        let length = |index: usize| values.text(index).len();
        match name {
            "strlen" | "strstr" => self.takes_each(length(0), costs::LOOKED_AT),
            "strcpy" | "strlcpy" => self.takes_each(length(1), costs::COPIED),
            "strcat" | "strlcat" | "strncat" => {
                self.takes_each(length(0), costs::LOOKED_AT);
                self.takes_each(length(1), costs::COPIED);
            }
            "strcmp" | "strncmp" | "strchr" => self.takes(costs::METHOD),
            "memset" => self.takes_each(values.size(2), costs::LOOKED_AT),
            "memcpy" | "memmove" => self.takes_each(values.size(2), costs::COPIED),
            _ => {}
        }
    }

    /// Memory, formats and numbers.
    fn c_call_more(&mut self, name: &str, given: &[Given]) -> Result<Option<Value>, Halt> {
        let values = Arguments::of(given);
        let int = self.chip.int();
        let first = values.value(0);
        let target = values.place(0);
        Ok(Some(match name {
            "memset" => {
                if let Some(target) = target {
                    self.fill_memory(target, low_byte(values.number(1)), values.size(2));
                }
                first
            }
            "va_start" => {
                let rest = self.frames.last().map_or_else(Vec::new, |frame| frame.rest.clone());
                if let Some(list) = given.first().and_then(|given| given.place.as_ref()) {
                    let _ = list.store(&Value::Array(Rc::new(rest)));
                }
                Value::Nothing
            }
            "memcpy" | "memmove" => {
                if let (Some(target), Some(source)) = (target, values.place(1)) {
                    self.copy_memory(target, source, values.size(2));
                }
                first
            }
            "sprintf" | "snprintf" | "vsprintf" | "vsnprintf" => {
                let skip = if name.ends_with("snprintf") { 2 } else { 1 };
                let text = self.formatted_list(name, values.0.get(skip..).unwrap_or_default());
                let whole = i64::try_from(text.len()).unwrap_or(0);
                let from = origin(&text);
                let kept = if skip == 2 {
                    text.get(..values.size(1).saturating_sub(1)).unwrap_or(&text).to_vec()
                } else {
                    text
                };
                if let Some(target) = target.filter(|_| skip == 1 || values.size(1) > 0) {
                    self.write_text(target, &kept);
                }
                Value::Int(Int::new(whole, int, from))
            }
            "sscanf" => self.scan(given),
            _ => return self.c_call_numbers(name, &values),
        }))
    }

    /// Numbers to texts and back, memory of the heap.
    fn c_call_numbers(&mut self, name: &str, values: &Arguments<'_>) -> Result<Option<Value>, Halt> {
        let int = self.chip.int();
        let first = values.value(0);
        let target = values.place(0);
        Ok(Some(match name {
            "atoi" | "atol" | "strtol" | "strtoul" => {
                let text = values.text(0);
                self.takes_each(text.len().min(10), costs::DIGIT_READ);
                let number = match name {
                    "strtol" | "strtoul" => leading_in_base(&bytes(&text), values.number(2)),
                    _ => super::text::leading_int(&text),
                };
                let ty = match name {
                    "atoi" => int,
                    "strtoul" => IntType::U32,
                    _ => IntType::I32,
                };
                Value::Int(Int::new(number, ty, origin(&text)))
            }
            "atof" | "strtod" => {
                let text = values.text(0);
                self.takes(costs::DTOSTRF);
                Value::Float(leading_real(&bytes(&text)), origin(&text))
            }
            "itoa" | "ltoa" | "utoa" | "ultoa" => {
                let digits = in_base(values.number(0), values.number(2)).to_lowercase();
                let is_long = matches!(name, "ltoa" | "ultoa");
                self.takes_each(digits.len(), if is_long { costs::DIGIT_OF_LONG } else { costs::DIGIT_OF_INT });
                let from = first.from();
                if let Some(place) = values.place(1) {
                    self.write_text(place, &chars(digits.as_bytes(), from));
                }
                values.value(1)
            }
            "dtostrf" => {
                let digits = super::format::dtostrf(first.real(), values.number(1), values.number(2));
                self.takes(costs::DTOSTRF);
                if let Some(place) = values.place(3) {
                    self.write_text(place, &chars(digits.as_bytes(), first.from()));
                }
                values.value(3)
            }
            "malloc" | "calloc" | "realloc" => {
                let count = match name {
                    "calloc" => values.size(0).saturating_mul(values.size(1)),
                    "realloc" => values.size(1),
                    _ => values.size(0),
                };
                let mut made = self.array_of(&crate::sketch::syntax::Type::Int(IntType::Char), count)?;
                if let (Value::Chars(text, _), Some(target), "realloc") = (&mut made, target, name) {
                    let old = self.raw(target, count);
                    for (kept, ch) in Rc::make_mut(text).iter_mut().zip(old) {
                        *kept = ch;
                    }
                }
                Value::Pointer(Place::new(made).element(0))
            }
            "strdup" => {
                let mut copy = values.text(0);
                copy.push(Ch::default());
                self.make(copy.len())?;
                Value::Pointer(Place::new(Value::Chars(Rc::new(copy), IntType::Char)).element(0))
            }
            "free" => Value::Nothing,
            _ => return Ok(None),
        }))
    }

    fn compared(&mut self, name: &str, values: &Arguments<'_>) -> Value {
        let memory = |index: usize| values.place(index).map_or_else(Vec::new, |place| self.raw(place, values.size(2)));
        let (mut left, mut right) =
            if name == "memcmp" { (memory(0), memory(1)) } else { (values.text(0), values.text(1)) };
        if matches!(name, "strncmp" | "strncasecmp") {
            left.truncate(values.size(2));
            right.truncate(values.size(2));
        }
        let (mut a, mut b) = (bytes(&left), bytes(&right));
        if name.contains("case") {
            a.make_ascii_lowercase();
            b.make_ascii_lowercase();
        }
        self.looked_for(&left, &right, a == b);
        Value::Int(Int::new(order(&a, &b), self.chip.int(), origin(&left).and(origin(&right))))
    }

    fn found_in(&mut self, name: &str, values: &Arguments<'_>) -> Value {
        let text = values.text(0);
        let needle = match (name, values.0.get(1)) {
            ("strchr" | "strrchr" | "memchr", Some(ch)) => vec![Ch { byte: low_byte(ch.number()), from: ch.from() }],
            _ => values.text(1),
        };
        let found = position(&text, &needle, None, name == "strrchr");
        if name == "strstr" || needle.first().is_some_and(|ch| ch.byte == b'>') {
            self.looked_for(&text, &needle, found.is_some());
        }
        match (values.place(0), found) {
            (Some(place), Some(at)) => Value::Pointer(place.moved(i64::try_from(at).unwrap_or(0))),
            _ => Value::Null,
        }
    }

    fn token(&mut self, first: Option<&Place>, ends: &[Ch]) -> Value {
        if let Some(place) = first {
            self.token = Some(place.clone());
        }
        let Some(place) = self.token.take() else { return Value::Null };
        let text = Value::Pointer(place.clone()).c_text().unwrap_or_default();
        let ends_it = |ch: &Ch| ends.iter().any(|end| end.byte == ch.byte);
        let Some(start) = text.iter().position(|ch| !ends_it(ch)) else { return Value::Null };
        let end = text.iter().skip(start).position(ends_it).map(|length| start + length);
        let at = |offset: usize| place.moved(i64::try_from(offset).unwrap_or(0));
        if let Some(end) = end {
            self.write_raw(&at(end), &[Ch::default()]);
            self.token = Some(at(end + 1));
        }
        Value::Pointer(at(start))
    }

    fn scan(&mut self, given: &[Given]) -> Value {
        let text = given.first().and_then(|given| given.value.c_text()).unwrap_or_default();
        let format = given.get(1).and_then(|given| given.value.c_text()).unwrap_or_default();
        let from = origin(&text);
        let found = super::format::scanned(&text, &bytes(&format));
        let count = found.len();
        for (found, target) in found.into_iter().zip(given.iter().skip(2)) {
            let Value::Pointer(place) = &target.value else { continue };
            match found {
                super::format::Scanned::Number(number) => {
                    self.store(place, &Value::Int(Int::new(number, IntType::I32, from)));
                }
                super::format::Scanned::Real(number) => self.store(place, &Value::Float(number, from)),
                super::format::Scanned::Text(text) => self.write_text(place, &text),
            }
        }
        Value::Int(Int::new(i64::try_from(count).unwrap_or(0), self.chip.int(), from))
    }
}

/// The whole number at the beginning, as `strtol` reads it; base 0 goes by `0x` and `0`.
fn leading_in_base(text: &[u8], base: i64) -> i64 {
    let text = text.trim_ascii_start();
    let (minus, text) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let hex = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"));
    let (base, digits) = match (base, hex) {
        (0 | 16, Some(digits)) => (16, digits),
        (0, None) if text.starts_with(b"0") => (8, text),
        (0, None) => (10, text),
        (base, _) => (u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).unwrap_or(10), text),
    };
    let values = digits.iter().map_while(|byte| char::from(*byte).to_digit(base));
    let number =
        values.fold(0_i64, |number, digit| number.saturating_mul(i64::from(base)).saturating_add(i64::from(digit)));
    if minus { number.wrapping_neg() } else { number }
}
