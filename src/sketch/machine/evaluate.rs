//! Expressions.

use std::rc::Rc;

use super::value::{Place, Value, single};
use super::{DEEPEST, Ending, Halt, Machine, costs};
use crate::sketch::origin::{Origin, chars};
use crate::sketch::syntax::{Binary, Expr, IntType, Literal, Symbol, Type};

impl Machine<'_> {
    pub(super) fn value(&mut self, expr: &Expr) -> Result<Value, Halt> {
        self.spend(costs::of_expression(expr))?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.halt(Ending::Depth));
        }
        let value = self.value_inside(expr);
        self.depth -= 1;
        value
    }

    fn value_inside(&mut self, expr: &Expr) -> Result<Value, Halt> {
        Ok(match expr {
            Expr::Int(number, ty) => Value::int(*number, *ty),
            Expr::Float(number) => Value::Float(*number, Origin::SKETCH),
            Expr::Text(literal) => self.literal(literal),
            Expr::Null => Value::Null,
            Expr::Name(name) | Expr::Scoped(_, name) => self.named(*name),
            Expr::This => match self.place(expr)? {
                Some(place) => Value::Pointer(place),
                None => Value::Null,
            },
            Expr::Unary(operator, of) => {
                let value = self.value(of)?;
                self.unary(*operator, &value)
            }
            Expr::Step { by, after, of } => self.step(*by, *after, of)?,
            Expr::Binary(operator, sides) => {
                let left = self.value(&sides.0)?;
                let right = self.value(&sides.1)?;
                let value = self.binary(*operator, &left, &right);
                if let (Value::String(text), Value::String(_) | Value::Pointer(_)) = (&value, &left) {
                    // A sum goes on in the memory of the sum before it.
                    let goes_on = matches!(sides.0, Expr::Binary(..));
                    self.takes(if goes_on { costs::SUM } else { costs::NEW_STRING + costs::SUM });
                    self.takes_each(text.len(), costs::COPIED);
                }
                value
            }
            Expr::Logical(and, sides) => self.logical(*and, &sides.0, &sides.1)?,
            Expr::Assign(operator, sides) => self.assign(*operator, &sides.0, &sides.1)?,
            Expr::Ternary(parts) => self.ternary(&parts.0, &parts.1, &parts.2)?,
            Expr::Comma(sides) => {
                self.value(&sides.0)?;
                self.value(&sides.1)?
            }
            Expr::Call(call) => {
                self.at_line(call.line);
                self.call(call)?
            }
            Expr::Member(object, name) => self.member(object, *name)?,
            Expr::Index(_) | Expr::Dereference(_) => match self.place(expr)? {
                Some(place) => self.load(&place),
                None => Value::int(0, self.chip.int()),
            },
            Expr::AddressOf(of) => self.address_of(of)?,
            Expr::List(items) => {
                let values: Result<_, _> = items.iter().map(|(_, item)| self.value(item)).collect();
                Value::Array(Rc::new(values?))
            }
            Expr::Cast(ty, of) => {
                let value = self.value(of)?;
                self.cast(ty, value)?
            }
            Expr::Construct(ty, arguments, line) => {
                self.at_line(*line);
                self.construct(ty, arguments)?
            }
            Expr::SizeOfType(ty) => Value::int(self.size_of_type(ty)?, self.chip.unsigned_int()),
            Expr::SizeOf(of) => Value::int(self.size_of(of)?, self.chip.unsigned_int()),
            Expr::New(ty, arguments, length, line) => {
                self.at_line(*line);
                self.new_object(ty, arguments, length.as_deref())?
            }
            Expr::Delete(of) => {
                self.value(of)?;
                Value::Nothing
            }
            Expr::Lambda(function) => Value::Function(function.clone()),
            // Nothing is made up for it; the program names its line.
            Expr::Unread => Value::Nothing,
        })
    }

    /// `&&` and `||`: the right side is worked out only where it decides.
    fn logical(&mut self, and: bool, left: &Expr, right: &Expr) -> Result<Value, Halt> {
        let left = self.value(left)?;
        if left.truth() != and {
            return Ok(Value::bool(!and, left.from()));
        }
        let right = self.value(right)?;
        Ok(Value::bool(right.truth(), left.from().and(right.from())))
    }

    fn ternary(&mut self, condition: &Expr, yes: &Expr, no: &Expr) -> Result<Value, Halt> {
        let (taken, other) = if self.condition(condition)? { (yes, no) } else { (no, yes) };
        Ok(match self.value(taken)? {
            // Of a whole number and a fraction both are fractions.
            Value::Int(int) if self.is_real(other) => Value::Float(Value::Int(int).real(), int.from),
            value => value,
        })
    }

    /// What has no address of its own here (a port, a function, a library) stands for itself.
    fn address_of(&mut self, of: &Expr) -> Result<Value, Halt> {
        let Some(place) = self.place(of)? else { return self.value(of) };
        Ok(match place.load() {
            Ok(value @ (Value::Port(_) | Value::Function(_) | Value::Library)) => value,
            _ => Value::Pointer(place),
        })
    }

    /// Whether an expression is a fraction, as far as that can be seen without working it out.
    fn is_real(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Float(_) | Expr::Cast(Type::Float | Type::Double, _) => true,
            Expr::Name(name) => self
                .variable(*name)
                .is_some_and(|place| place.with(|value| matches!(value, Value::Float(..))).unwrap_or(false)),
            Expr::Unary(_, of) => self.is_real(of),
            Expr::Binary(operator, sides) => !operator.compares() && (self.is_real(&sides.0) || self.is_real(&sides.1)),
            _ => false,
        }
    }

    fn literal(&mut self, literal: &Literal) -> Value {
        let place = self.literals.entry(literal.id).or_insert_with(|| {
            let mut text = chars(&literal.bytes, Origin::SKETCH);
            text.push(crate::sketch::origin::Ch::default());
            Place::new(Value::Chars(Rc::new(text), IntType::Char))
        });
        Value::Pointer(place.element(0))
    }

    fn named(&mut self, name: Symbol) -> Value {
        if let Some(place) = self.variable(name) {
            return self.load(&place);
        }
        if let Some(function) = self.program.functions.get(&name).and_then(|list| list.first()) {
            return Value::Function(function.clone());
        }
        let text = self.name(name);
        if let Some(number) = super::core::constant(&text) {
            return Value::int(number, self.chip.int());
        }
        if let Some(pin) = super::pins::printed_pin(self.chip, &text) {
            return Value::int(pin, self.chip.int());
        }
        if let Some(number) = super::core::real_constant(&text) {
            return Value::Float(single(number), Origin::SKETCH);
        }
        if let Some(port) = self.known_port(&text) {
            return Value::Port(port);
        }
        let line = self.line;
        self.report.undeclared.entry(text.to_string()).or_insert(line);
        self.ask_number(&text, self.chip.int(), 0)
    }

    fn step(&mut self, by: i64, after: bool, of: &Expr) -> Result<Value, Halt> {
        let Some(place) = self.place(of)? else { return self.value(of) };
        let before = self.load(&place);
        let changed = match &before {
            Value::Pointer(pointer) => Value::Pointer(pointer.moved(by)),
            value => {
                let one = Value::int(by, self.chip.int());
                self.binary(Binary::Add, value, &one)
            }
        };
        self.store(&place, &changed);
        Ok(if after { before } else { self.load(&place) })
    }

    fn assign(&mut self, operator: Option<Binary>, left: &Expr, right: &Expr) -> Result<Value, Halt> {
        let value = self.value(right)?;
        if let Expr::Name(name) | Expr::Member(_, name) = left {
            self.name_port(&value, *name);
        }
        let Some(place) = self.place(left)? else {
            // What is not declared here becomes a variable of the sketch, so that it keeps what it is given.
            if let Expr::Name(name) = left
                && operator.is_none()
                && self.known_port(&self.name(*name)).is_none()
            {
                self.globals.insert(*name, Place::new(value.clone()));
                self.effect();
            }
            return Ok(value);
        };
        let value = match operator {
            None => value,
            Some(operator) => {
                let before = self.load(&place);
                self.binary(operator, &before, &value)
            }
        };
        self.takes_string(operator, &place, &value);
        let value = self.fitting(&place, value)?;
        self.store(&place, &value);
        Ok(self.load(&place))
    }

    /// A `String` takes another text.
    fn takes_string(&mut self, operator: Option<Binary>, place: &Place, value: &Value) {
        let Ok(Some(before)) = place.with(|kept| match kept {
            Value::String(text) => Some(text.len()),
            _ => None,
        }) else {
            return;
        };
        match (operator, value) {
            (Some(_), Value::String(text)) => {
                self.takes(costs::APPENDING);
                self.takes_each(text.len().saturating_sub(before), costs::COPIED + costs::LOOKED_AT);
            }
            (_, value) => {
                let each = costs::COPIED + if matches!(value, Value::Pointer(_)) { costs::LOOKED_AT } else { 0 };
                self.takes(costs::ASSIGNING);
                self.takes_each(value.printed().map_or(0, |text| text.len()), each);
            }
        }
    }

    /// `array = {…}` and `object = {…}` keep their shape.
    fn fitting(&mut self, place: &Place, value: Value) -> Result<Value, Halt> {
        let Value::Array(items) = &value else { return Ok(value) };
        let class = place.with(|kept| match kept {
            Value::Object(class, _) => Some(*class),
            _ => None,
        });
        match class {
            Ok(Some(class)) => self.object_of_values(class, items),
            _ => Ok(value),
        }
    }

    fn member(&mut self, object: &Expr, name: Symbol) -> Result<Value, Halt> {
        let Some(place) = self.object_place(object)? else { return Ok(Value::Nothing) };
        if let Some(field) = self.field_place(&place, name) {
            return Ok(self.load(&field));
        }
        let text = format!("{}.{}", self.words(object), self.name(name));
        Ok(self.ask_number(&text, self.chip.int(), 0))
    }

    pub(super) fn cast(&mut self, ty: &Type, value: Value) -> Result<Value, Halt> {
        match ty {
            Type::Pointer(_) | Type::Reference(_) | Type::Auto | Type::Void | Type::Function => Ok(value),
            // (String)x, (char)26.
            _ => self.converted(ty, value),
        }
    }

    fn size_of_type(&mut self, ty: &Type) -> Result<i64, Halt> {
        let size = match ty {
            Type::Int(int) => int.size(),
            Type::Float => 4,
            Type::Double => {
                if self.chip == crate::sketch::syntax::Chip::Avr {
                    4
                } else {
                    8
                }
            }
            Type::String => 6,
            Type::Void => 1,
            Type::Class(name) if self.program.classes.contains_key(name) => {
                let mut size = 0;
                for field in self.field_types(*name) {
                    size += self.size_of_type(&field)?;
                }
                return Ok(size);
            }
            Type::Array(of, Some(length)) => {
                let length = self.value(length)?.number();
                return Ok(self.size_of_type(of)?.saturating_mul(length));
            }
            _ => self.chip.pointer_size(),
        };
        Ok(i64::try_from(size).unwrap_or(0))
    }

    fn size_of(&mut self, of: &Expr) -> Result<i64, Halt> {
        if let Expr::Text(literal) = of {
            return Ok(i64::try_from(literal.bytes.len() + 1).unwrap_or(0));
        }
        if let Expr::Name(name) = of
            && self.variable(*name).is_none()
        {
            // `sizeof(Thing)` reads like a variable.
            return self.size_of_type(&Type::Class(*name));
        }
        let place = match self.place(of)? {
            Some(place) => place,
            None => Place::new(self.value(of)?),
        };
        let pointer = self.chip.pointer_size();
        Ok(i64::try_from(place.with(|value| value.size(pointer)).unwrap_or(0)).unwrap_or(0))
    }

    /// An expression as words, for the name of a question.
    pub(super) fn words(&self, expr: &Expr) -> String {
        match expr {
            Expr::Name(name) | Expr::Scoped(_, name) => self.name(*name).to_string(),
            Expr::Member(object, name) => format!("{}.{}", self.words(object), self.name(*name)),
            Expr::Dereference(of) | Expr::AddressOf(of) | Expr::Cast(_, of) => self.words(of),
            Expr::Index(parts) => format!("{}[]", self.words(&parts.0)),
            Expr::Call(call) => format!("{}()", self.words(&call.callee)),
            Expr::This => "this".to_owned(),
            _ => "it".to_owned(),
        }
    }
}
