//! Operators on numbers, with the widths and wraps of the chip.

use super::value::{Int, Value, single};
use super::{Machine, costs};
use crate::sketch::origin::Origin;
use crate::sketch::syntax::{Binary, Chip, IntType, Unary};

impl Machine<'_> {
    pub(super) fn binary(&mut self, operator: Binary, left: &Value, right: &Value) -> Value {
        let from = left.from().and(right.from());
        if left.from() == Origin::TIME || right.from() == Origin::TIME {
            self.time_used(operator, left, right);
        }
        self.takes(costs::of_operator(operator, left, right));
        match (left, right) {
            (Value::String(_), _) | (_, Value::String(_)) => self.of_texts(operator, left, right),
            (Value::Pointer(_) | Value::Null | Value::Port(_) | Value::Function(_), _)
            | (_, Value::Pointer(_) | Value::Null | Value::Port(_) | Value::Function(_)) => {
                self.of_pointers(operator, left, right)
            }
            (Value::Float(..), _) | (_, Value::Float(..)) => of_reals(operator, left.real(), right.real(), from),
            (Value::Int(a), Value::Int(b)) => self.of_ints(operator, *a, *b),
            _ => Value::Int(Int::new(0, self.chip.int(), from)),
        }
    }

    /// A comparison tells how long until it turns; any other use of the time may matter each millisecond.
    fn time_used(&mut self, operator: Binary, left: &Value, right: &Value) {
        if operator.compares() {
            self.watch.compared(left.number().abs_diff(right.number()));
            if let Some(limit) = [left, right].into_iter().find(|side| side.from() != Origin::TIME) {
                self.note_limit(limit.number());
            }
        } else if !matches!(operator, Binary::Add | Binary::Subtract) {
            self.watch.inexact = true;
        }
    }

    fn of_ints(&mut self, operator: Binary, a: Int, b: Int) -> Value {
        let from = a.from.and(b.from);
        let shift = matches!(operator, Binary::ShiftLeft | Binary::ShiftRight);
        let ty = if shift { promoted(a.ty, self.chip) } else { common(a.ty, b.ty, self.chip) };
        let (x, y) = (ty.fit(a.number), if shift { b.number } else { ty.fit(b.number) });
        let wide_unsigned = ty == IntType::U64;
        let result = match operator {
            Binary::Add => x.wrapping_add(y),
            Binary::Subtract => x.wrapping_sub(y),
            Binary::Multiply => x.wrapping_mul(y),
            Binary::Divide | Binary::Remainder if y == 0 => {
                self.slip(super::Slip::Divided);
                0
            }
            Binary::Divide if wide_unsigned => (x.cast_unsigned() / y.cast_unsigned().max(1)).cast_signed(),
            Binary::Remainder if wide_unsigned => (x.cast_unsigned() % y.cast_unsigned().max(1)).cast_signed(),
            Binary::Divide => x.wrapping_div(y),
            Binary::Remainder => x.wrapping_rem(y),
            Binary::ShiftLeft => u32::try_from(y).ok().and_then(|y| x.checked_shl(y)).unwrap_or(0),
            Binary::ShiftRight if wide_unsigned => {
                u32::try_from(y).ok().and_then(|y| x.cast_unsigned().checked_shr(y)).unwrap_or(0).cast_signed()
            }
            Binary::ShiftRight => u32::try_from(y).ok().and_then(|y| x.checked_shr(y)).unwrap_or(0),
            Binary::And => x & y,
            Binary::Or => x | y,
            Binary::Xor => x ^ y,
            Binary::Equal
            | Binary::Unequal
            | Binary::Less
            | Binary::LessEqual
            | Binary::Greater
            | Binary::GreaterEqual => {
                let holds = if wide_unsigned {
                    operator.holds(&x.cast_unsigned(), &y.cast_unsigned())
                } else {
                    operator.holds(&x, &y)
                };
                return Value::bool(holds.unwrap_or(false), from);
            }
        };
        Value::Int(Int::new(result, ty, from))
    }

    fn of_pointers(&mut self, operator: Binary, left: &Value, right: &Value) -> Value {
        let same = match (left, right) {
            (Value::Pointer(a), Value::Pointer(b)) => a.is_same(b),
            (Value::Port(a), Value::Port(b)) => a == b,
            (Value::Null, other) | (other, Value::Null) => matches!(other, Value::Null) || !other.truth(),
            _ => false,
        };
        match (operator, left, right) {
            (Binary::Equal, ..) => Value::bool(same, Origin::SKETCH),
            (Binary::Unequal, ..) => Value::bool(!same, Origin::SKETCH),
            (Binary::Add, Value::Pointer(place), by) | (Binary::Add, by, Value::Pointer(place)) => {
                Value::Pointer(place.moved(by.number()))
            }
            (_, Value::Pointer(a), Value::Pointer(b)) => {
                let (a, b) = (a.index.unwrap_or(0), b.index.unwrap_or(0));
                match operator {
                    Binary::Subtract => Value::int(a.wrapping_sub(b), self.chip.int()),
                    _ => of_reals(operator, f64_of(a), f64_of(b), Origin::SKETCH),
                }
            }
            (Binary::Subtract, Value::Pointer(place), by) => Value::Pointer(place.moved(by.number().wrapping_neg())),
            _ => Value::int(0, self.chip.int()),
        }
    }

    pub(super) fn unary(&mut self, operator: Unary, value: &Value) -> Value {
        let from = value.from();
        if operator == Unary::Not {
            return Value::bool(!value.truth(), from);
        }
        match value {
            Value::Float(number, _) => Value::Float(if operator == Unary::Minus { -number } else { *number }, from),
            Value::Int(int) => {
                let ty = promoted(int.ty, self.chip);
                let number = ty.fit(int.number);
                let number = match operator {
                    Unary::Minus => number.wrapping_neg(),
                    Unary::Complement => !number,
                    Unary::Plus | Unary::Not => number,
                };
                Value::Int(Int::new(number, ty, from))
            }
            other => other.clone(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "element numbers are small")]
fn f64_of(number: i64) -> f64 {
    number as f64
}

/// What a smaller number becomes before anything is done with it.
fn promoted(ty: IntType, chip: Chip) -> IntType {
    if ty.size() < chip.int().size() || ty == IntType::Bool { chip.int() } else { ty }
}

/// What two numbers become before they meet.
fn common(a: IntType, b: IntType, chip: Chip) -> IntType {
    let (a, b) = (promoted(a, chip), promoted(b, chip));
    match a.size().cmp(&b.size()) {
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Equal => {
            if a.is_signed() {
                b
            } else {
                a
            }
        }
    }
}

fn of_reals(operator: Binary, a: f64, b: f64, from: Origin) -> Value {
    if let Some(holds) = operator.holds(&a, &b) {
        return Value::bool(holds, from);
    }
    let number = match operator {
        Binary::Add => single(a + b),
        Binary::Subtract => single(a - b),
        Binary::Multiply => single(a * b),
        Binary::Divide => single(a / b),
        _ => a,
    };
    Value::Float(number, from)
}
