//! Arduino's `String`.

use super::given::Given;
use super::sought::Sought;
use super::value::{Int, Place, Value, in_base};
use super::{Machine, Slip, costs};
use crate::sketch::origin::{Ch, Origin, bytes, chars, origin};
use crate::sketch::syntax::{Binary, IntType};

impl Machine<'_> {
    /// `String(x)`, `String(26, HEX)`, `String(1.5, 3)`.
    pub(super) fn string_of(&mut self, values: &[Value]) -> Value {
        let text = match values {
            [] => Vec::new(),
            [Value::Float(number, from), digits, ..] => {
                chars(super::format::real_text(*number, digits.number()).as_bytes(), *from)
            }
            // Small letters, unlike print.
            [Value::Int(int), base, ..] => {
                chars(in_base(int.number, base.number()).to_lowercase().as_bytes(), int.from)
            }
            [value, ..] => {
                self.note_nul(value);
                value.printed().unwrap_or_default()
            }
        };
        self.as_digits(values.first(), text.len());
        let made = Value::string(text);
        if !values.is_empty() {
            self.takes_new_string(&made);
        }
        made
    }

    /// A number that becomes a text.
    fn as_digits(&mut self, value: Option<&Value>, length: usize) {
        match value {
            Some(Value::Int(int)) if int.ty != IntType::Char => {
                self.takes_each(length, if int.ty.size() > 2 { costs::DIGIT_OF_LONG } else { costs::DIGIT_OF_INT });
            }
            Some(Value::Float(..)) => self.takes(costs::DTOSTRF),
            _ => {}
        }
    }

    /// A NUL ends a C text: what is joined behind it is lost, or goes out as a zero byte.
    fn note_nul(&mut self, value: &Value) {
        if matches!(value, Value::Int(Int { number: 0, ty: IntType::Char, from: Origin::SKETCH })) {
            self.slip(Slip::NulInString);
        }
    }

    pub(super) fn of_texts(&mut self, operator: Binary, left: &Value, right: &Value) -> Value {
        let text = |value: &Value| value.printed().unwrap_or_default();
        if operator == Binary::Add {
            self.note_nul(left);
            self.note_nul(right);
            let mut joined = text(left);
            let more = text(right);
            self.as_digits(Some(right), more.len());
            joined.extend(more);
            self.made += joined.len();
            joined.truncate(super::LARGEST);
            return Value::string(joined);
        }
        // `s == 0` compares with a pointer to nothing, which is as good as an empty text.
        let is_null = |value: &Value| matches!(value, Value::Int(int) if int.number == 0 && int.ty != IntType::Char);
        let side = |value: &Value| if is_null(value) { Vec::new() } else { text(value) };
        let (left, right) = (side(left), side(right));
        let from = origin(&left).and(origin(&right));
        self.takes(costs::METHOD);
        self.takes_each(left.len().min(right.len()), costs::LOOKED_AT);
        let (a, b) = (bytes(&left), bytes(&right));
        let holds = operator.holds(&a, &b).unwrap_or(false);
        if matches!(operator, Binary::Equal | Binary::Unequal) {
            self.looked_for(&left, &right, a == b);
            // With the line ends around it an answer is never equal to its words.
            let has_line = a.split(|byte| *byte == b'\n').any(|line| line.trim_ascii() == b);
            if a != b && b.len() > 1 && has_line && origin(&left) == Origin::MODEM {
                self.slip(Slip::ComparedWhole(String::from_utf8_lossy(&b).into_owned()));
            }
        }
        Value::bool(holds, from)
    }

    /// A text was looked for in what the modem said.
    pub(super) fn looked_for(&mut self, hay: &[Ch], needle: &[Ch], found: bool) {
        if origin(hay) != Origin::MODEM && !(hay.is_empty() && self.has_read()) {
            return;
        }
        if needle.is_empty() || origin(needle) == Origin::MODEM || self.report.sought.len() >= 5000 {
            return;
        }
        let limit = self.limit();
        let (at, line) = (self.board.now, self.line);
        let text = bytes(needle);
        // A loop that asks again and again is one question, until the next command.
        let sent = self.board.sent;
        let list = &mut self.report.sought;
        let again =
            |known: &Sought| known.line == line && known.text == text && known.found == found && known.sent == sent;
        let start = list.len().saturating_sub(8);
        let known = list.iter().skip(start).position(again).map(|place| list.remove(start + place));
        let began = known.map_or(at, |known| known.began);
        list.push(Sought { began, at, line, text, found, within: limit, waits: false, sent });
    }

    pub(super) fn string_call(&mut self, place: &Place, method: &str, given: &[Given]) -> Value {
        let Value::String(text) = self.load(place) else { return Value::Nothing };
        let values: Vec<&Value> = given.iter().map(|given| &given.value).collect();
        let first = values.first().copied();
        self.takes_method(method, text.len(), &values);
        let int = self.chip.int();
        let number = |index: usize| values.get(index).map(|value| value.number());
        let needle = || first.and_then(Value::printed).unwrap_or_default();
        let from = origin(&text);
        match method {
            "length" => Value::Int(Int::new(i64::try_from(text.len()).unwrap_or(0), self.chip.unsigned_int(), from)),
            "isEmpty" => Value::bool(text.is_empty(), from),
            "c_str" | "begin" => Value::Pointer(place.element(0)),
            "charAt" | "operator[]" => {
                let at = number(0).and_then(|at| usize::try_from(at).ok());
                let ch = at.and_then(|at| text.get(at)).copied().unwrap_or_default();
                super::value::char_value(ch, IntType::Char)
            }
            "indexOf" | "lastIndexOf" => {
                let needle = needle();
                let found = position(&text, &needle, number(1), method == "lastIndexOf");
                self.looked_for(&text, &needle, found.is_some());
                Value::Int(Int::new(found.map_or(-1, |at| i64::try_from(at).unwrap_or(-1)), int, from))
            }
            "startsWith" => {
                let needle = needle();
                let skip = number(1).and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
                let found = text.get(skip..).is_some_and(|text| starts(text, &needle));
                self.looked_for(&text, &needle, found);
                Value::bool(found, from)
            }
            "endsWith" => {
                let needle = needle();
                let found = text
                    .len()
                    .checked_sub(needle.len())
                    .is_some_and(|at| starts(text.get(at..).unwrap_or_default(), &needle));
                self.looked_for(&text, &needle, found);
                Value::bool(found, from)
            }
            "equals" | "equalsIgnoreCase" | "compareTo" => {
                let needle = needle();
                let (a, b) = (bytes(&text), bytes(&needle));
                let same = if method == "equalsIgnoreCase" { a.eq_ignore_ascii_case(&b) } else { a == b };
                self.looked_for(&text, &needle, same);
                if method == "compareTo" {
                    Value::Int(Int::new(order(&a, &b), int, from))
                } else {
                    Value::bool(same, from)
                }
            }
            "substring" => Value::string(part(&text, number(0).unwrap_or(0), number(1))),
            "toInt" => Value::Int(Int::new(leading_int(&text), IntType::I32, from)),
            "toFloat" | "toDouble" => Value::Float(leading_real(&bytes(&text)), from),
            "reserve" => Value::bool(true, Origin::SKETCH),
            "toCharArray" | "getBytes" => {
                if let Some(Value::Pointer(buffer)) = first {
                    let size = number(1).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
                    let skip = number(2).and_then(|skip| usize::try_from(skip).ok()).unwrap_or(0);
                    let part: Vec<Ch> =
                        text.get(skip..).unwrap_or_default().iter().take(size.saturating_sub(1)).copied().collect();
                    self.write_text(&buffer.clone(), &part);
                }
                Value::Nothing
            }
            _ => self.string_change(place, text.as_ref().clone(), method, &values),
        }
    }

    /// What a method takes: a text that it is given becomes a `String` first.
    fn takes_method(&mut self, method: &str, length: usize, values: &[&Value]) {
        match method {
            "length" | "charAt" | "c_str" | "setCharAt" | "isEmpty" | "reserve" => {}
            "concat" | "operator+=" => self.takes(costs::APPENDING),
            "toUpperCase" | "toLowerCase" => self.takes_each(length, costs::CASE),
            "toCharArray" | "getBytes" => {
                self.takes(costs::ASSIGNING);
                self.takes_each(length, costs::COPIED);
            }
            "substring" => self.takes(2 * costs::NEW_STRING),
            _ => {
                for value in values.iter().filter(|value| matches!(value, Value::Pointer(_))) {
                    self.takes(costs::METHOD);
                    self.takes_new_string(value);
                }
                match method {
                    "startsWith" | "endsWith" | "equals" => {}
                    "trim" => self.takes(2 * costs::METHOD),
                    "toInt" => self.takes_each(length.min(10), costs::DIGIT_READ),
                    _ => self.takes_each(length, costs::LOOKED_AT),
                }
            }
        }
    }

    /// Methods that change the text.
    fn string_change(&mut self, place: &Place, mut text: Vec<Ch>, method: &str, values: &[&Value]) -> Value {
        let printed = |index: usize| values.get(index).and_then(|value| value.printed()).unwrap_or_default();
        let number = |index: usize| values.get(index).map(|value| value.number());
        match method {
            "concat" | "operator+=" => {
                if let Some(value) = values.first() {
                    self.note_nul(value);
                }
                let mut more = printed(0);
                if let Some(length) = number(1).and_then(|length| usize::try_from(length).ok()) {
                    more.truncate(length);
                }
                text.extend(more);
            }
            "trim" => {
                let blank = |ch: &Ch| ch.byte.is_ascii_whitespace() || ch.byte == 11;
                let start = text.iter().position(|ch| !blank(ch)).unwrap_or(text.len());
                let end = text.iter().rposition(|ch| !blank(ch)).map_or(start, |at| at + 1);
                text = text.get(start..end).unwrap_or_default().to_vec();
            }
            "toUpperCase" => text.iter_mut().for_each(|ch| ch.byte.make_ascii_uppercase()),
            "toLowerCase" => text.iter_mut().for_each(|ch| ch.byte.make_ascii_lowercase()),
            "clear" => text.clear(),
            "replace" => text = replaced(&text, &printed(0), &printed(1)),
            "remove" => {
                let start = number(0).and_then(|at| usize::try_from(at).ok()).unwrap_or(text.len()).min(text.len());
                let count = number(1).and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
                let end = start.saturating_add(count).min(text.len());
                text.drain(start..end);
            }
            "setCharAt" => {
                let at = number(0).and_then(|at| usize::try_from(at).ok());
                if let (Some(kept), Some(ch)) = (at.and_then(|at| text.get_mut(at)), printed(1).first()) {
                    *kept = *ch;
                }
            }
            other => return self.foreign(other),
        }
        self.made += text.len();
        text.truncate(super::LARGEST);
        self.store(place, &Value::string(text));
        Value::bool(true, Origin::SKETCH)
    }
}

pub(super) fn starts(text: &[Ch], with: &[Ch]) -> bool {
    text.len() >= with.len() && text.iter().zip(with).all(|(a, b)| a.byte == b.byte)
}

pub(super) fn position(text: &[Ch], needle: &[Ch], start: Option<i64>, last: bool) -> Option<usize> {
    let start = start.map(|start| usize::try_from(start).unwrap_or(0));
    let fits = |at: &usize| text.get(*at..).is_some_and(|rest| starts(rest, needle));
    let end = text.len().checked_sub(needle.len())?;
    if last { (0..=start.unwrap_or(end).min(end)).rev().find(fits) } else { (start.unwrap_or(0)..=end).find(fits) }
}

/// `substring(from, to)`: the two change places where they stand the wrong way round.
fn part(text: &[Ch], from: i64, to: Option<i64>) -> Vec<Ch> {
    let clamp = |at: i64| usize::try_from(at).unwrap_or(if at < 0 { 0 } else { usize::MAX }).min(text.len());
    // A negative end is a very large unsigned one.
    let to = to.map_or(text.len(), |to| if to < 0 { text.len() } else { clamp(to) });
    let from = if from < 0 { text.len() } else { clamp(from) };
    text.get(from.min(to)..from.max(to)).unwrap_or_default().to_vec()
}

fn replaced(text: &[Ch], old: &[Ch], new: &[Ch]) -> Vec<Ch> {
    if old.is_empty() {
        return text.to_vec();
    }
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        if starts(rest, old) {
            out.extend_from_slice(new);
            rest = rest.get(old.len()..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = behind;
        }
        if out.len() > super::LARGEST {
            break;
        }
    }
    out
}

/// As `atof` reads it.
pub(super) fn leading_real(text: &[u8]) -> f64 {
    let words = String::from_utf8_lossy(text);
    let words = words.trim_start();
    let fits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    let end = words.find(|c| !fits(c)).unwrap_or(words.len());
    (0..=end).rev().find_map(|end| words.get(..end)?.parse().ok()).unwrap_or(0.0)
}

/// As `atol` reads it.
pub(super) fn leading_int(text: &[Ch]) -> i64 {
    let bytes: Vec<u8> = text.iter().map(|ch| ch.byte).skip_while(u8::is_ascii_whitespace).collect();
    let (sign, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (-1, rest),
        Some((b'+', rest)) => (1, rest),
        _ => (1, bytes.as_slice()),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    sign * digits.fold(0_i64, |number, digit| number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')))
}

pub(super) fn order(a: &[u8], b: &[u8]) -> i64 {
    match a.cmp(b) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}
