//! What an expression of a sketch is worth.

use std::cell::RefCell;
use std::rc::Rc;

use crate::sketch::origin::{Ch, Origin, chars, origin};
use crate::sketch::syntax::{Function, IntType, Symbol};

/// A whole number of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Int {
    pub(super) number: i64,
    pub(super) ty: IntType,
    pub(super) from: Origin,
}

impl Int {
    pub(super) fn new(number: i64, ty: IntType, from: Origin) -> Self {
        Self { number: ty.fit(number), ty, from }
    }
}

pub(super) type Cell = Rc<RefCell<Value>>;

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Of a function that returns nothing.
    Nothing,
    Null,
    Int(Int),
    Float(f64, Origin),
    /// Arduino's `String`.
    String(Rc<Vec<Ch>>),
    /// An array of characters or bytes.
    Chars(Rc<Vec<Ch>>, IntType),
    Array(Rc<Vec<Value>>),
    /// An object of a class of the sketch, its fields in order.
    Object(Symbol, Rc<Vec<Value>>),
    Pointer(Place),
    Function(Rc<Function>),
    /// A serial port of the board, by number. A pointer or reference to one is the same.
    Port(usize),
    /// An object of a library.
    Library,
}

/// Where a value is kept: what `&` gives, what a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) cell: Cell,
    /// Field and element numbers on the way from the cell.
    pub(super) path: Vec<usize>,
    /// The element of an array that a pointer stands at; it may stand anywhere.
    pub(super) index: Option<i64>,
}

/// A step outside of what an array or text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outside;

impl Place {
    pub(super) fn new(value: Value) -> Self {
        Self { cell: Rc::new(RefCell::new(value)), path: Vec::new(), index: None }
    }

    /// A field of an object.
    pub(super) fn field(&self, number: usize) -> Self {
        let mut path = self.whole_path();
        path.push(number);
        Self { cell: self.cell.clone(), path, index: None }
    }

    /// An element of the array that is here.
    pub(super) fn element(&self, index: i64) -> Self {
        Self { cell: self.cell.clone(), path: self.whole_path(), index: Some(index) }
    }

    /// A pointer some elements further.
    pub(super) fn moved(&self, by: i64) -> Self {
        Self { index: Some(self.index.unwrap_or(0).wrapping_add(by)), ..self.clone() }
    }

    fn whole_path(&self) -> Vec<usize> {
        let mut path = self.path.clone();
        if let Some(index) = self.index {
            path.push(usize::try_from(index).unwrap_or(usize::MAX));
        }
        path
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.cell, &other.cell)
            && self.path == other.path
            && self.index.unwrap_or(0) == other.index.unwrap_or(0)
    }

    /// Reads what is here; an array as a pointer to its first element.
    pub(super) fn load(&self) -> Result<Value, Outside> {
        self.with(|value| match value {
            Value::Chars(..) | Value::Array(_) => Value::Pointer(self.element(0)),
            other => other.clone(),
        })
    }

    /// Looks at what is here.
    pub(super) fn with<T>(&self, look: impl FnOnce(&Value) -> T) -> Result<T, Outside> {
        let cell = self.cell.borrow();
        let mut value = &*cell;
        for step in &self.path {
            value = match value {
                Value::Array(items) | Value::Object(_, items) => items.get(*step).ok_or(Outside)?,
                _ => return Err(Outside),
            };
        }
        let Some(index) = self.index else { return Ok(look(value)) };
        let at = usize::try_from(index).map_err(|_| Outside)?;
        match value {
            Value::Array(items) => items.get(at).map(look).ok_or(Outside),
            Value::Chars(text, ty) => text.get(at).map(|ch| look(&char_value(*ch, *ty))).ok_or(Outside),
            Value::String(text) => {
                // Behind the end of a String stands a NUL.
                let ch = text.get(at).copied().unwrap_or_default();
                Ok(look(&char_value(ch, IntType::Char)))
            }
            other if at == 0 => Ok(look(other)),
            _ => Err(Outside),
        }
    }

    /// Writes here, as a variable of this type takes it.
    pub(super) fn store(&self, value: &Value) -> Result<(), Outside> {
        self.change(|kept| kept.take(value))
    }

    /// Changes what is here. A single character of a text is changed through a copy of it.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Value) -> T) -> Result<T, Outside> {
        let mut cell = self.cell.borrow_mut();
        let mut value = &mut *cell;
        for step in &self.path {
            value = match value {
                Value::Array(items) | Value::Object(_, items) => Rc::make_mut(items).get_mut(*step).ok_or(Outside)?,
                _ => return Err(Outside),
            };
        }
        let Some(index) = self.index else { return Ok(change(value)) };
        let at = usize::try_from(index).map_err(|_| Outside)?;
        match value {
            Value::Array(items) => Rc::make_mut(items).get_mut(at).map(change).ok_or(Outside),
            Value::Chars(text, ty) => {
                let ty = *ty;
                let kept = Rc::make_mut(text).get_mut(at).ok_or(Outside)?;
                Ok(change_char(kept, ty, change))
            }
            Value::String(text) => {
                let kept = Rc::make_mut(text).get_mut(at).ok_or(Outside)?;
                Ok(change_char(kept, IntType::Char, change))
            }
            other if at == 0 => Ok(change(other)),
            _ => Err(Outside),
        }
    }
}

fn change_char<T>(kept: &mut Ch, ty: IntType, change: impl FnOnce(&mut Value) -> T) -> T {
    let mut value = char_value(*kept, ty);
    let result = change(&mut value);
    if let Value::Int(int) = value {
        *kept = Ch { byte: low_byte(int.number), from: int.from };
    }
    result
}

pub(super) fn char_value(ch: Ch, ty: IntType) -> Value {
    Value::Int(Int::new(i64::from(ch.byte), ty, ch.from))
}

/// What fits into a byte, as the compiler cuts it off.
pub(super) fn low_byte(number: i64) -> u8 {
    number.to_le_bytes()[0]
}

impl Value {
    pub(super) fn int(number: i64, ty: IntType) -> Self {
        Self::Int(Int::new(number, ty, Origin::SKETCH))
    }

    pub(super) fn bool(holds: bool, from: Origin) -> Self {
        Self::Int(Int::new(i64::from(holds), IntType::Bool, from))
    }

    pub(super) fn string(text: Vec<Ch>) -> Self {
        Self::String(Rc::new(text))
    }

    pub(super) fn number(&self) -> i64 {
        match self {
            Self::Int(int) => int.number,
            Self::Float(number, _) => whole(*number),
            Self::Nothing | Self::Null => 0,
            Self::String(text) => i64::from(!text.is_empty()),
            // An address: not 0.
            _ => 1,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "as the board's own conversion")]
    pub(super) fn real(&self) -> f64 {
        match self {
            Self::Float(number, _) => *number,
            other => other.number() as f64,
        }
    }

    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Float(number, _) => *number != 0.0,
            other => other.number() != 0,
        }
    }

    pub(super) fn from(&self) -> Origin {
        match self {
            Self::Int(int) => int.from,
            Self::Float(_, from) => *from,
            Self::String(text) | Self::Chars(text, _) => origin(text),
            _ => Origin::SKETCH,
        }
    }

    /// How many bytes it takes.
    pub(super) fn size(&self, pointer: usize) -> usize {
        match self {
            Self::Int(int) => int.ty.size(),
            Self::Float(..) => 4,
            Self::String(_) => 6,
            Self::Chars(text, _) => text.len(),
            Self::Array(items) | Self::Object(_, items) => items.iter().map(|item| item.size(pointer)).sum(),
            _ => pointer,
        }
    }

    /// Takes another value over, keeping its own type.
    pub(super) fn take(&mut self, other: &Self) {
        let taken = match (&*self, other) {
            (Self::Int(kept), other @ (Self::Int(_) | Self::Float(..) | Self::Null | Self::Nothing)) => {
                Self::Int(Int::new(other.number(), kept.ty, other.from()))
            }
            (Self::Int(kept), other @ (Self::Pointer(_) | Self::Port(_))) if kept.ty == IntType::Bool => {
                Self::bool(other.truth(), Origin::SKETCH)
            }
            (Self::Float(..), other @ (Self::Int(_) | Self::Float(..))) => {
                Self::Float(single(other.real()), other.from())
            }
            (Self::String(_), other) => match other.printed() {
                Some(text) => Self::string(text),
                None => return,
            },
            (Self::Chars(kept, ty), Self::Chars(text, _)) => {
                let mut text = text.as_ref().clone();
                text.resize(kept.len(), Ch::default());
                Self::Chars(Rc::new(text), *ty)
            }
            (Self::Library, Self::Null | Self::Int(_)) => return,
            (_, other) => other.clone(),
        };
        *self = taken;
    }

    /// What `print(self)` sends (Arduino core, `Print.cpp`); `None` of what cannot be printed.
    pub(super) fn printed(&self) -> Option<Vec<Ch>> {
        match self {
            Self::Int(int) if int.ty == IntType::Char => Some(vec![Ch { byte: low_byte(int.number), from: int.from }]),
            Self::Int(int) => Some(chars(decimal(*int).as_bytes(), int.from)),
            Self::Float(number, from) => Some(chars(decimals(*number, 2).as_bytes(), *from)),
            Self::String(text) => Some(text.as_ref().clone()),
            Self::Chars(..) | Self::Pointer(_) => self.c_text(),
            Self::Null | Self::Nothing => Some(Vec::new()),
            _ => None,
        }
    }

    /// The characters up to a NUL, of an array, a pointer into one, or a `String`.
    pub(super) fn c_text(&self) -> Option<Vec<Ch>> {
        let until_nul = |text: &[Ch]| text.iter().take_while(|ch| ch.byte != 0).copied().collect();
        match self {
            Self::String(text) | Self::Chars(text, _) => Some(until_nul(text)),
            Self::Null => Some(Vec::new()),
            Self::Pointer(place) => {
                let mut container = place.clone();
                let start = container.index.take();
                let skip = usize::try_from(start.unwrap_or(0)).ok()?;
                let found = container.with(|value| match value {
                    Self::Chars(text, _) | Self::String(text) => text.get(skip..).map(until_nul),
                    Self::Array(items) => {
                        let numbers = items.get(skip..)?.iter().map_while(|item| match item {
                            Self::Int(int) if int.number != 0 => {
                                Some(Ch { byte: low_byte(int.number), from: int.from })
                            }
                            _ => None,
                        });
                        Some(numbers.collect())
                    }
                    Self::Int(int) if start.is_none() => {
                        let ch = Ch { byte: low_byte(int.number), from: int.from };
                        Some(until_nul(&[ch]))
                    }
                    _ => None,
                });
                found.ok().flatten()
            }
            _ => None,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "as the board's own conversion")]
pub(super) fn whole(number: f64) -> i64 {
    number as i64
}

/// As a float of 32 bits keeps it; a double of the Uno is one too.
pub(super) fn single(number: f64) -> f64 {
    f64::from(as_float(number))
}

#[expect(clippy::cast_possible_truncation, reason = "as the board's own conversion")]
pub(super) fn as_float(number: f64) -> f32 {
    number as f32
}

pub(super) fn decimal(int: Int) -> String {
    if int.ty == IntType::U64 { int.number.cast_unsigned().to_string() } else { int.number.to_string() }
}

/// A fraction with this many decimals, rounded as `Print::printFloat` does it.
pub(super) fn decimals(number: f64, digits: usize) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return "inf".to_owned();
    }
    if number.abs() > 4_294_967_040.0 {
        return "ovf".to_owned();
    }
    let digits = digits.min(40);
    let mut rounding = 0.5;
    for _ in 0..digits {
        rounding /= 10.0;
    }
    let mut rest = single(number.abs() + rounding);
    let mut text = if number < 0.0 { "-".to_owned() } else { String::new() };
    text.push_str(&whole(rest).to_string());
    if digits > 0 {
        text.push('.');
    }
    rest -= rest.trunc();
    for _ in 0..digits {
        rest = single(rest * 10.0);
        let digit = whole(rest).clamp(0, 9);
        text.push(char::from(b'0' + low_byte(digit)));
        rest -= rest.trunc();
    }
    text
}

/// Base 2 to 36 as `Print` and `String` write it; a negative number in another base than 10 shows its 32 bits.
pub(super) fn in_base(number: i64, base: i64) -> String {
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).unwrap_or(10);
    if base == 10 {
        return number.to_string();
    }
    let mut rest = if number < 0 { (number & 0xFFFF_FFFF).unsigned_abs() } else { number.unsigned_abs() };
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(rest % u64::from(base)).unwrap_or(0);
        digits.push(char::from_digit(digit, base).unwrap_or('?').to_ascii_uppercase());
        rest /= u64::from(base);
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}
