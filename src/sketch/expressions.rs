//! What expressions do and are worth. The other half of the machine.

use super::calls;
use super::machine::{MAX_NESTING, Machine};
use super::syntax::{Expr, Type};
use super::value::{Value, arithmetic, arithmetic_in, low_byte};

impl Machine<'_> {
    /// Evaluates an expression, with all it does.
    pub fn value_of(&mut self, expr: &Expr) -> Value {
        if self.nesting >= MAX_NESTING {
            return Value::Unknown("it is nested too deeply".to_owned());
        }
        self.nesting += 1;
        let value = self.value_of_inside(expr);
        self.nesting -= 1;
        value
    }

    fn value_of_inside(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Int(number) => Value::Int(*number),
            Expr::Hundredths(number) => Value::Hundredths(*number),
            Expr::Char(byte) => Value::Char(*byte),
            Expr::Str(bytes) => Value::Text(bytes.clone()),
            Expr::Name(name) => self.named(name),
            Expr::List(items) => Value::List(items.iter().map(|item| self.value_of(item)).collect()),
            Expr::Cast(ty, inner) => self.value_of(inner).coerced(ty),
            Expr::Unary(operator, inner) => self.unary(operator, inner),
            Expr::Step(operator, target) => {
                let before = self.value_of(target);
                let after = arithmetic(if *operator == "++" { "+" } else { "-" }, &before, &Value::Int(1));
                self.assign(target, after);
                before
            }
            Expr::Binary(operator, left, right) => self.binary(operator, left, right),
            Expr::Assign("=", target, value) => {
                let value = self.value_of(value);
                self.assign(target, value.clone());
                value
            }
            Expr::Assign(operator, target, value) => {
                let long = self.is_long(target) || self.is_long(value);
                let before = self.value_of(target);
                let value = self.value_of(value);
                let operator = operator.trim_end_matches('=');
                let after = match operator {
                    "+" if !long => before.plus(&value),
                    "+" if before.number().is_none() || value.number().is_none() => before.plus(&value),
                    _ => arithmetic_in(operator, &before, &value, long),
                };
                self.assign(target, after.clone());
                after
            }
            Expr::Ternary(condition, yes, no) => match self.condition(condition) {
                Ok(true) => self.value_of(yes),
                Ok(false) => self.value_of(no),
                Err(why) => Value::Unknown(why),
            },
            Expr::Index(array, index) => {
                let array = self.value_of(array);
                let index = self.value_of(index).number().and_then(|index| usize::try_from(index).ok());
                let found = index.and_then(|index| match &array {
                    Value::List(items) => items.get(index).cloned(),
                    Value::Text(bytes) | Value::String(bytes) => {
                        Some(Value::Char(bytes.get(index).copied().unwrap_or_default()))
                    }
                    _ => None,
                });
                found.unwrap_or_else(|| Value::unknown("[…]"))
            }
            Expr::Call(callee, arguments) => calls::call(self, callee, arguments),
            Expr::Member(_, name) => Value::unknown(name),
            Expr::Unknown => Value::Unknown("this expression is not followed".to_owned()),
        }
    }

    fn named(&mut self, name: &str) -> Value {
        if let Some(variable) = self.variable(name) {
            return variable.value.clone();
        }
        if calls::is_hardware_serial(name) {
            self.serials.entry(name.to_owned()).or_default();
            return Value::Serial(name.to_owned());
        }
        calls::constant(name).unwrap_or_else(|| Value::unknown(name))
    }

    fn unary(&mut self, operator: &'static str, inner: &Expr) -> Value {
        if matches!(operator, "++" | "--") {
            let before = self.value_of(inner);
            let after = arithmetic(if operator == "++" { "+" } else { "-" }, &before, &Value::Int(1));
            self.assign(inner, after.clone());
            return after;
        }
        let value = self.value_of(inner);
        match (operator, &value) {
            (_, Value::Unknown(_)) | ("&" | "*" | "+", _) => value,
            ("!", _) => value.truth().map_or(Value::unknown("!"), |truth| Value::Int(i64::from(!truth))),
            ("-", Value::Hundredths(number)) => Value::Hundredths(-number),
            ("-", _) => arithmetic("-", &Value::Int(0), &value),
            ("~", _) => arithmetic("^", &value, &Value::Int(-1)),
            _ => Value::unknown(operator),
        }
    }

    fn binary(&mut self, operator: &'static str, left: &Expr, right: &Expr) -> Value {
        let left_value = self.value_of(left);
        if let Value::Serial(object) = &left_value
            && operator == "<<"
        {
            self.send(object, Err("`<<` needs a library that is not followed".to_owned()));
            return left_value;
        }
        // The right side of `&&` and `||` may not be run at all.
        match (operator, left_value.truth()) {
            ("&&", Some(false)) => return Value::Int(0),
            ("||", Some(true)) => return Value::Int(1),
            ("&&" | "||", None) => return left_value,
            _ => {}
        }
        let right_value = self.value_of(right);
        let long = self.is_long(left) || self.is_long(right);
        let numbers = left_value.number().is_some() && right_value.number().is_some();
        match operator {
            "+" if !(long && numbers) => left_value.plus(&right_value),
            "&&" | "||" => right_value.truth().map_or(right_value, |truth| Value::Int(i64::from(truth))),
            "==" | "!=" if left_value.text().is_some() && right_value.text().is_some() => {
                let same = left_value.text() == right_value.text();
                Value::Int(i64::from(same == (operator == "==")))
            }
            _ => arithmetic_in(operator, &left_value, &right_value, long),
        }
    }

    /// The expression is of a type with more bits than an int has on an Uno or Nano.
    fn is_long(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Cast(Type::Int(width), _) => width.is_long(),
            Expr::Name(name) => {
                self.variable(name).is_some_and(|variable| matches!(variable.ty, Type::Int(width) if width.is_long()))
            }
            Expr::Binary("<<" | ">>", inner, _) | Expr::Unary(_, inner) | Expr::Step(_, inner) => self.is_long(inner),
            Expr::Binary(_, left, right) => self.is_long(left) || self.is_long(right),
            _ => false,
        }
    }

    pub fn assign(&mut self, target: &Expr, value: Value) {
        match target {
            Expr::Name(name) => {
                if let Some(variable) = self.variable(name) {
                    variable.value = value.coerced(&variable.ty);
                }
            }
            // `buffer[3] = 0x1A`
            Expr::Index(array, index) => {
                let index = self.value_of(index).number().and_then(|index| usize::try_from(index).ok());
                let Expr::Name(name) = &**array else { return };
                let Some(variable) = self.variable(name) else { return };
                let slot = match (&mut variable.value, index, value.number()) {
                    (Value::Text(bytes) | Value::String(bytes), Some(index), Some(number)) => {
                        bytes.get_mut(index).map(|slot| *slot = low_byte(number))
                    }
                    (Value::List(items), Some(index), _) => items.get_mut(index).map(|slot| *slot = value.clone()),
                    _ => None,
                };
                if slot.is_none() {
                    variable.value = Value::unknown(name);
                }
            }
            Expr::Unary("*" | "&", inner) => self.assign(inner, value),
            _ => {}
        }
    }
}
