//! Where names, members, elements and pointers lead.

use super::value::{Outside, Place, Value};
use super::{Ending, Halt, Machine, Slip, costs};
use crate::sketch::syntax::{Expr, Symbol};

impl Machine<'_> {
    /// The place of an expression, if it has one.
    pub(super) fn place(&mut self, expr: &Expr) -> Result<Option<Place>, Halt> {
        match expr {
            Expr::Name(name) | Expr::Scoped(_, name) => Ok(self.variable(*name)),
            Expr::This => Ok(self.frames.last().and_then(|frame| frame.this.as_ref()).map(|(_, place)| place.clone())),
            Expr::Member(object, name) => {
                let Some(object) = self.object_place(object)? else { return Ok(None) };
                Ok(self.field_place(&object, *name))
            }
            Expr::Index(parts) => {
                let (array, index) = &**parts;
                let index = self.value(index)?;
                if let Some(place) = self.place(array)? {
                    self.stays_near(&place, index.number())?;
                    let pointer = place.with(|value| match value {
                        Value::Pointer(pointer) => Some(pointer.clone()),
                        _ => None,
                    });
                    return Ok(Some(match pointer {
                        Ok(Some(pointer)) => pointer.moved(index.number()),
                        _ => place.element(index.number()),
                    }));
                }
                match self.value(array)? {
                    Value::Pointer(pointer) => Ok(Some(pointer.moved(index.number()))),
                    value @ Value::String(_) => Ok(Some(Place::new(value).element(index.number()))),
                    _ => Ok(None),
                }
            }
            Expr::Dereference(of) => match self.value(of)? {
                Value::Pointer(place) => Ok(Some(place)),
                Value::Null => Err(self.halt(Ending::Crash("a pointer that points to nothing is used"))),
                value @ (Value::Port(_) | Value::Object(..) | Value::Library) => Ok(Some(Place::new(value))),
                _ => Ok(None),
            },
            Expr::Step { after: false, of, .. } => {
                self.value(expr)?;
                self.place(of)
            }
            Expr::Assign(_, sides) => {
                self.value(expr)?;
                self.place(&sides.0)
            }
            Expr::Ternary(parts) => {
                let (condition, yes, no) = &**parts;
                if self.condition(condition)? { self.place(yes) } else { self.place(no) }
            }
            Expr::Cast(_, inner) => self.place(inner),
            Expr::Call(call) => {
                self.at_line(call.line);
                let value = self.call(call)?;
                // What is given back by value has a place for as long as it is looked at.
                Ok(Some(self.returned.take().unwrap_or_else(|| Place::new(value))))
            }
            _ => Ok(None),
        }
    }

    /// The place of an object, through a pointer where there is one.
    pub(super) fn object_place(&mut self, object: &Expr) -> Result<Option<Place>, Halt> {
        let place = match self.place(object)? {
            Some(place) => place,
            None => Place::new(self.value(object)?),
        };
        let pointer = place.with(|value| match value {
            Value::Pointer(pointer) => Some(pointer.clone()),
            _ => None,
        });
        Ok(Some(match pointer {
            Ok(Some(pointer)) => pointer,
            _ => place,
        }))
    }

    pub(super) fn field_place(&mut self, object: &Place, name: Symbol) -> Option<Place> {
        let class = object.with(|value| match value {
            Value::Object(class, _) => Some(*class),
            _ => None,
        });
        let number = self.field_number(class.ok().flatten()?, name)?;
        Some(object.field(number))
    }

    fn field_number(&mut self, class: Symbol, name: Symbol) -> Option<usize> {
        let fields = self.fields_of(class);
        fields.iter().position(|field| *field == name)
    }

    /// A name: in this call, in this object, everybody's.
    pub(super) fn variable(&mut self, name: Symbol) -> Option<Place> {
        let frame = self.frames.last()?;
        if let Some((_, place)) = frame.names.iter().rev().find(|(known, _)| *known == name) {
            return Some(place.clone());
        }
        if let Some((class, place)) = frame.this.clone()
            && let Some(number) = self.field_number(class, name)
        {
            return Some(place.field(number));
        }
        let global = self.globals.get(&name).cloned()?;
        // The address of an array stands in the instructions.
        if global.with(|value| matches!(value, Value::Int(_) | Value::Float(..))).unwrap_or(false) {
            self.takes(costs::IN_MEMORY);
        }
        Some(global)
    }

    pub(super) fn load(&mut self, place: &Place) -> Value {
        self.look_through(place);
        match place.load() {
            Ok(value) => value,
            Err(Outside) => Value::int(0, self.chip.int()),
        }
    }

    /// Writes, and notes where that cannot be.
    pub(super) fn store(&mut self, place: &Place, value: &Value) {
        let same = place.with(|kept| is_same(kept, value)).unwrap_or(false);
        if same {
            return;
        }
        if value.from() != crate::sketch::origin::Origin::TIME {
            self.effect();
        }
        if place.store(value).is_err() {
            self.behind_the_end(place);
        }
        self.write_through(place);
    }

    pub(super) fn behind_the_end(&mut self, place: &Place) {
        let container = Place { index: None, ..place.clone() };
        let size = container.with(|value| match value {
            Value::Chars(text, _) | Value::String(text) => Some(text.len()),
            Value::Array(items) => Some(items.len()),
            // `doc["id"]` of a library's object.
            _ => None,
        });
        if let Ok(Some(size)) = size {
            self.slip(Slip::BehindTheEnd(size));
        }
    }

    /// `while (text[i++] != ',')` goes on behind the text's end; so far behind it nothing is found any more.
    fn stays_near(&self, place: &Place, index: i64) -> Result<(), Halt> {
        const FAR: i64 = 4096;
        if index < FAR {
            return Ok(());
        }
        let length = place.with(|value| match value {
            Value::Chars(text, _) | Value::String(text) => i64::try_from(text.len()).ok(),
            _ => None,
        });
        match length {
            Ok(Some(length)) if index - length > FAR => Err(self.halt(Ending::BehindTheText)),
            _ => Ok(()),
        }
    }
}

/// Writing this would change nothing.
fn is_same(kept: &Value, value: &Value) -> bool {
    match (kept, value) {
        (Value::Int(a), Value::Int(b)) => a.number == b.number && a.from == b.from,
        (Value::Float(a, _), Value::Float(..) | Value::Int(_)) => {
            a.to_bits() == value.real().to_bits() && kept.from() == value.from()
        }
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}
