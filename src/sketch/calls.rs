//! What the calls in a sketch do: the serial methods, `delay`, `String`, and the sketch's own functions.

use std::collections::BTreeSet;
use std::time::Duration;

use super::machine::Machine;
use super::parser::type_of;
use super::syntax::Expr;
use super::value::{Value, arithmetic, formatted, in_base};

/// The chip's own ports.
pub(super) fn is_hardware_serial(name: &str) -> bool {
    matches!(name, "Serial" | "Serial1" | "Serial2" | "Serial3" | "SerialUSB")
}

/// Methods that send.
pub(super) fn sends(method: &str) -> bool {
    matches!(method, "print" | "println" | "write" | "printf")
}

/// Constants of the Arduino core.
pub(super) fn constant(name: &str) -> Option<Value> {
    const KNOWN: [(&str, i64); 16] = [
        ("HEX", 16),
        ("DEC", 10),
        ("OCT", 8),
        ("BIN", 2),
        ("true", 1),
        ("HIGH", 1),
        ("false", 0),
        ("LOW", 0),
        ("NULL", 0),
        ("nullptr", 0),
        // The analog pins of the Nano are 14 and on.
        ("A0", 14),
        ("A1", 15),
        ("A2", 16),
        ("A3", 17),
        ("A4", 18),
        ("A5", 19),
    ];
    let number = match KNOWN.iter().find(|(known, _)| *known == name) {
        Some((_, number)) => *number,
        // `B11010` of the core's binary.h.
        None => i64::from_str_radix(name.strip_prefix('B').filter(|bits| bits.len() <= 8)?, 2).ok()?,
    };
    Some(Value::Int(number))
}

/// Runs a call.
pub(super) fn call(machine: &mut Machine<'_>, callee: &Expr, arguments: &[Expr]) -> Value {
    match callee {
        Expr::Member(object, method) => {
            let target = machine.value_of(object);
            match target {
                Value::Serial(name) => serial_method(machine, &name, method, arguments),
                value => value_method(machine, object, value, method, arguments),
            }
        }
        Expr::Name(name) => named_call(machine, name, arguments),
        other => {
            machine.value_of(other);
            Value::Unknown("this call is not followed".to_owned())
        }
    }
}

fn all(machine: &mut Machine<'_>, arguments: &[Expr]) -> Vec<Value> {
    arguments.iter().map(|argument| machine.value_of(argument)).collect()
}

fn serial_method(machine: &mut Machine<'_>, object: &str, method: &str, arguments: &[Expr]) -> Value {
    let values = all(machine, arguments);
    match method {
        "begin" => {
            let baud = values.first().and_then(Value::number).and_then(|baud| u32::try_from(baud).ok());
            machine.serials.entry(object.to_owned()).or_default().baud = baud;
        }
        "print" | "println" => {
            let text = match values.as_slice() {
                [] if method == "println" => Ok(Vec::new()),
                [value] => value.printed(),
                [value, base] => value.printed_in(base),
                _ => Err(format!("this form of {method} is not followed")),
            };
            let line_end: &[u8] = if method == "println" { b"\r\n" } else { b"" };
            machine.send(object, text.map(|text| [&text, line_end].concat()));
        }
        "write" => {
            let bytes = match values.as_slice() {
                [value] => value.written(),
                [Value::Unknown(why), _] | [_, Value::Unknown(why)] => Err(why.clone()),
                [buffer, length] => first_bytes(buffer, length),
                _ => Err("this form of write is not followed".to_owned()),
            };
            machine.send(object, bytes);
        }
        "printf" => {
            let text = match values.split_first() {
                Some((format, rest)) => format
                    .text()
                    .ok_or_else(|| "the format is not known here".to_owned())
                    .and_then(|text| formatted(&text, rest)),
                None => Err("printf without a format".to_owned()),
            };
            machine.send(object, text);
        }
        _ => {}
    }
    Value::Unknown(format!("`{object}.{method}` is known only on the board"))
}

/// `write(buffer, length)`.
fn first_bytes(buffer: &Value, length: &Value) -> Result<Vec<u8>, String> {
    let mut bytes = buffer.raw().ok_or("the buffer is not known here")?;
    let length =
        length.number().and_then(|length| usize::try_from(length).ok()).ok_or("the length is not known here")?;
    if matches!(buffer, Value::Text(_)) && length == bytes.len() + 1 {
        bytes.push(0); // sizeof counts the NUL that ends a text.
    }
    let known = bytes.len();
    bytes.get(..length).map(<[u8]>::to_vec).ok_or(format!("the length is {length}, but only {known} bytes are known"))
}

fn value_method(machine: &mut Machine<'_>, object: &Expr, value: Value, method: &str, arguments: &[Expr]) -> Value {
    let values = all(machine, arguments);
    if let Expr::Name(name) = object
        && machine.wrappers.contains(name)
    {
        let objects: BTreeSet<String> = machine.serials.keys().cloned().collect();
        machine.leave_out(format!("`{name}` is an object of a library, which sends by itself"), &[], objects);
        return Value::unknown(name);
    }
    let Value::String(bytes) = &value else { return Value::unknown(method) };
    match (method, values.as_slice()) {
        ("c_str", []) => Value::Text(bytes.clone()),
        ("length", []) => Value::Int(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
        ("concat", [more]) => {
            let joined = value.plus(more);
            machine.assign(object, joined.clone());
            joined
        }
        ("charAt", [index]) => {
            let index = index.number().and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| bytes.get(index)).map_or(Value::unknown(method), |byte| Value::Char(*byte))
        }
        ("reserve", _) => Value::Int(1),
        _ => {
            // What it changes, as trim() does, is not followed.
            machine.assign(object, Value::unknown(method));
            Value::unknown(method)
        }
    }
}

fn named_call(machine: &mut Machine<'_>, name: &str, arguments: &[Expr]) -> Value {
    if let Some(function) = machine.function(name) {
        let values = all(machine, arguments);
        return machine.call_function(function, &values);
    }
    if name == "sizeof" {
        return size_of(machine, arguments);
    }
    let values = all(machine, arguments);
    match (name, values.as_slice()) {
        ("F" | "PSTR" | "FPSTR" | "flash" | "pgm_read_byte" | "pgm_read_ptr" | "pgm_read_word", [value]) => {
            value.clone()
        }
        ("String", []) => Value::String(Vec::new()),
        ("String", [value]) => value.printed().map_or_else(Value::Unknown, Value::String),
        ("String", [value, base]) => match (value.number(), base.number()) {
            // `String(26, HEX)` has small letters, unlike print.
            (Some(number), Some(base)) => in_base(number, base)
                .map_or(Value::unknown(name), |text| Value::String(text.to_lowercase().into_bytes())),
            _ => Value::unknown(name),
        },
        ("delay", [value]) => {
            pause(machine, value, Duration::from_millis);
            Value::Int(0)
        }
        ("delayMicroseconds", [value]) => {
            pause(machine, value, Duration::from_micros);
            Value::Int(0)
        }
        ("strlen", [value]) => {
            value.text().and_then(|text| i64::try_from(text.len()).ok()).map_or(Value::unknown(name), Value::Int)
        }
        ("sprintf" | "sprintf_P", [_, format, rest @ ..]) | ("snprintf" | "snprintf_P", [_, _, format, rest @ ..]) => {
            fill(machine, arguments, format, rest)
        }
        ("strcpy" | "strcpy_P", [_, text]) => {
            let copied = text.text().map_or(Value::unknown(name), Value::Text);
            assign_first(machine, arguments, copied)
        }
        ("strcat" | "strcat_P", [before, more]) => {
            let joined = match (before.text(), more.text()) {
                (Some(before), Some(more)) => Value::Text([before, more].concat()),
                _ => Value::unknown(name),
            };
            assign_first(machine, arguments, joined)
        }
        (_, [value]) if type_of(name).is_some() => {
            type_of(name).map_or(Value::unknown(name), |ty| value.clone().coerced(&ty))
        }
        ("min", [a, b]) => {
            if arithmetic("<", a, b).truth() == Some(true) {
                a.clone()
            } else {
                b.clone()
            }
        }
        _ => {
            if let Some(first) = arguments.first() {
                assign_if_buffer(machine, first, name);
            }
            if !is_of_the_core(name) {
                let objects: BTreeSet<String> = machine.serials.keys().cloned().collect();
                machine.leave_out(format!("`{name}` is not defined in this sketch"), &[], objects);
            }
            Value::Unknown(format!("`{name}()` is known only on the board"))
        }
    }
}

fn pause(machine: &mut Machine<'_>, value: &Value, unit: fn(u64) -> Duration) {
    if let Some(number) = value.number().and_then(|number| u64::try_from(number).ok()) {
        return machine.delay(unit(number));
    }
    let why = match value {
        Value::Unknown(why) => why.as_str(),
        _ => "this length is not followed",
    };
    let objects: BTreeSet<String> = machine.serials.keys().cloned().collect();
    machine.leave_out(format!("a pause of unknown length: {why}"), &[], objects);
}

fn fill(machine: &mut Machine<'_>, arguments: &[Expr], format: &Value, rest: &[Value]) -> Value {
    let text = match format.text() {
        Some(format) => formatted(&format, rest).map_or_else(Value::Unknown, Value::Text),
        None => Value::unknown("the format"),
    };
    assign_first(machine, arguments, text)
}

fn assign_first(machine: &mut Machine<'_>, arguments: &[Expr], value: Value) -> Value {
    if let Some(first) = arguments.first() {
        machine.assign(first, value.clone());
    }
    value
}

/// `memset(buffer, …)`, `itoa(…)`: what is in a buffer afterwards is not known.
fn assign_if_buffer(machine: &mut Machine<'_>, first: &Expr, name: &str) {
    if matches!(name, "memset" | "memcpy" | "strncpy" | "strncat") {
        machine.assign(first, Value::unknown(name));
    }
}

fn size_of(machine: &mut Machine<'_>, arguments: &[Expr]) -> Value {
    let Some(first) = arguments.first() else { return Value::unknown("sizeof") };
    let of_list = matches!(first, Expr::Index(array, _) if matches!(machine.value_of(array), Value::List(_)));
    let size = match machine.value_of(first) {
        Value::Text(_) if of_list => 2, // A pointer.
        Value::Text(bytes) => bytes.len() + 1,
        Value::List(items) => items.len() * if matches!(items.first(), Some(Value::Text(_))) { 2 } else { 1 },
        Value::Char(_) | Value::Int(_) if of_list => 1,
        _ => return Value::unknown("sizeof"),
    };
    i64::try_from(size).map_or(Value::unknown("sizeof"), Value::Int)
}

/// Functions of the Arduino core and the C library that send nothing.
fn is_of_the_core(name: &str) -> bool {
    const PREFIXES: [&str; 15] = [
        "digital",
        "analog",
        "pin",
        "mem",
        "str",
        "wdt_",
        "is",
        "to",
        "ato",
        "lcd",
        "tone",
        "noTone",
        "interrupts",
        "attach",
        "detach",
    ];
    const NAMES: [&str; 18] = [
        "millis",
        "micros",
        "map",
        "constrain",
        "min",
        "max",
        "abs",
        "random",
        "randomSeed",
        "noInterrupts",
        "cli",
        "sei",
        "itoa",
        "utoa",
        "ltoa",
        "dtostrf",
        "yield",
        "pulseIn",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
