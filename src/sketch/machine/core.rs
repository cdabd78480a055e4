//! The functions of the Arduino core, and what is done with those that are not at hand.

use std::rc::Rc;

use super::given::Given;
use super::pins::{analog_pin, pin};
use super::value::{Int, Place, Value, low_byte, single, whole};
use super::{Ending, Halt, Machine, costs};
use crate::sketch::origin::{Origin, chars};
use crate::sketch::syntax::{Expr, IntType, Symbol};

/// Constants of the Arduino core.
pub(super) fn constant(name: &str) -> Option<i64> {
    const KNOWN: [(&str, i64); 28] = [
        ("HEX", 16),
        ("DEC", 10),
        ("OCT", 8),
        ("BIN", 2),
        ("HIGH", 1),
        ("LOW", 0),
        ("INPUT", 0),
        ("OUTPUT", 1),
        ("INPUT_PULLUP", 2),
        ("LED_BUILTIN", 13),
        ("NULL", 0),
        ("CHANGE", 1),
        ("FALLING", 2),
        ("RISING", 3),
        ("SERIAL_8N1", 6),
        ("WL_CONNECTED", 3),
        // The ESP32 counts its ticks in milliseconds.
        ("portTICK_PERIOD_MS", 1),
        ("portTICK_RATE_MS", 1),
        ("MSBFIRST", 1),
        ("LSBFIRST", 0),
        // The analog pins of the Nano are 14 and on.
        ("A0", 14),
        ("A1", 15),
        ("A2", 16),
        ("A3", 17),
        ("A4", 18),
        ("A5", 19),
        ("A6", 20),
        ("A7", 21),
    ];
    match KNOWN.iter().find(|(known, _)| *known == name) {
        Some((_, number)) => Some(*number),
        // `B11010` of the core's binary.h.
        None => i64::from_str_radix(name.strip_prefix('B').filter(|bits| bits.len() <= 8)?, 2).ok(),
    }
}

/// The core's constants that are no whole numbers.
pub(super) fn real_constant(name: &str) -> Option<f64> {
    use std::f64::consts;
    Some(match name {
        "PI" | "M_PI" => consts::PI,
        "TWO_PI" => consts::TAU,
        "HALF_PI" | "M_PI_2" => consts::FRAC_PI_2,
        "DEG_TO_RAD" => consts::PI / 180.0,
        "RAD_TO_DEG" => 180.0 / consts::PI,
        "EULER" => consts::E,
        _ => return None,
    })
}

/// Objects of the core and its libraries that are no ports.
pub(super) fn is_object_of_the_core(name: &str) -> bool {
    matches!(
        name,
        "Wire"
            | "SPI"
            | "EEPROM"
            | "WiFi"
            | "ESP"
            | "SD"
            | "SPIFFS"
            | "LittleFS"
            | "Mouse"
            | "Keyboard"
            | "Ethernet"
            | "Scheduler"
            | "BLE"
            | "Preferences"
            | "MDNS"
            | "ArduinoOTA"
            | "MPU"
            | "LowPower"
            | "rtc"
            | "lcd"
            | "display"
            | "tft"
            | "u8g2"
    )
}

/// What is asked for an unknown text.
const UNKNOWN_TEXT: &str = "<EEPROM>";
/// The same for a text that another function makes.
const UNKNOWN_JSON: &str = "text";

/// `serializeJson(doc, text)`, `readLine(text)`.
fn fills_texts(name: &str) -> bool {
    ["serialize", "read", "get", "fetch", "format", "fill", "make", "build"].iter().any(|start| name.starts_with(start))
}

impl Machine<'_> {
    pub(super) fn core_call(&mut self, symbol: Symbol, given: &[Given]) -> Result<Value, Halt> {
        let name = self.name(symbol);
        // A macro of avr-libc, which is one instruction.
        if !name.starts_with("pgm_read") {
            self.takes(costs::CALL);
        }
        let int = self.chip.int();
        let number = |index: usize| given.get(index).map_or(0, |given: &Given| given.value.number());
        let from = given.iter().fold(Origin::SKETCH, |from, given| from.and(given.value.from()));
        Ok(match &*name {
            "delay" | "vTaskDelay" | "_delay_ms" | "delayMicroseconds" | "_delay_us" | "millis" | "micros" => {
                self.time_call(&name, number(0))
            }
            "pinMode" => {
                self.takes(costs::PIN);
                if number(1) == 2 {
                    self.pulled_up.insert(number(0));
                }
                Value::Nothing
            }
            "digitalRead" => {
                self.takes(costs::PIN);
                let level = i64::from(self.pulled_up.contains(&number(0)));
                let name = format!("digitalRead({})", pin(number(0)));
                self.ask_number(&name, int, level)
            }
            "analogRead" => {
                self.takes(costs::ANALOG_READ);
                let name = format!("analogRead({})", analog_pin(number(0)));
                self.ask_number(&name, int, 512)
            }
            "pulseIn" => self.ask_number(&format!("pulseIn({})", pin(number(0))), IntType::U32, 1000),
            "random" => {
                self.takes(costs::RANDOM);
                let low = if given.len() > 1 { number(0) } else { 0 };
                self.ask_number(&format!("random({})", number(given.len().saturating_sub(1))), IntType::I32, low)
            }
            "map" => {
                let (value, a, b, c, d) = (number(0), number(1), number(2), number(3), number(4));
                let span = if b == a { 1 } else { b.wrapping_sub(a) };
                let scaled = value.wrapping_sub(a).wrapping_mul(d.wrapping_sub(c)).wrapping_div(span);
                Value::Int(Int::new(scaled.wrapping_add(c), IntType::I32, from))
            }
            "min" | "max" | "constrain" | "abs" | "sq" | "pow" | "sqrt" | "floor" | "ceil" | "round" | "trunc"
            | "fabs" | "log" | "log10" | "exp" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2"
            | "hypot" | "cbrt" | "fmod" | "radians" | "degrees" | "isnan" | "isinf" => self.mathematics(&name, given),
            "lowByte" => Value::Int(Int::new(number(0) & 0xFF, IntType::U8, from)),
            "highByte" => Value::Int(Int::new(number(0) >> 8, IntType::U8, from)),
            "bit" | "_BV" => Value::Int(Int::new(1_i64.checked_shl(shift(number(0))).unwrap_or(0), IntType::I32, from)),
            "bitRead" => Value::Int(Int::new(number(0).checked_shr(shift(number(1))).unwrap_or(0) & 1, int, from)),
            "bitSet" | "bitClear" | "bitWrite" | "bitToggle" => {
                let mask = 1_i64.checked_shl(shift(number(1))).unwrap_or(0);
                let new = match &*name {
                    "bitToggle" => number(0) ^ mask,
                    "bitClear" => number(0) & !mask,
                    "bitWrite" if number(2) == 0 => number(0) & !mask,
                    _ => number(0) | mask,
                };
                if let Some(place) = given.first().and_then(|given| given.place.as_ref()) {
                    self.store(place, &Value::Int(Int::new(new, IntType::I64, from)));
                }
                Value::Nothing
            }
            "pdMS_TO_TICKS" => Value::Int(Int::new(number(0), IntType::U32, from)),
            "word" | "makeWord" => Value::Int(Int::new(number(0) << 8 | (number(1) & 0xFF), IntType::U16, from)),
            "toupper" | "tolower" | "toUpperCase" | "toLowerCase" => {
                let byte = low_byte(number(0));
                let upper = name.to_ascii_lowercase().contains("upper");
                let byte = if upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
                Value::Int(Int::new(i64::from(byte), int, from))
            }
            "pgm_read_byte" | "pgm_read_word" | "pgm_read_dword" | "pgm_read_ptr" | "pgm_read_float"
            | "pgm_read_byte_near" | "pgm_read_word_near" => match given.first().map(|given| &given.value) {
                Some(Value::Pointer(place)) => place.load().unwrap_or(Value::Nothing),
                Some(other) => other.clone(),
                None => Value::Nothing,
            },
            "exit" | "abort" => return Err(self.halt(Ending::WaitsForever)),
            name if name.starts_with("is") && classified(name, 0).is_some() => {
                Value::bool(classified(name, low_byte(number(0))).unwrap_or(false), from)
            }
            name if says_nothing(name) => {
                if name == "digitalWrite" {
                    self.takes(costs::PIN);
                }
                self.note_handlers(given, name);
                Value::int(0, int)
            }
            name => match self.c_call(name, given)? {
                Some(value) => value,
                None => self.unknown_function(symbol, given),
            },
        })
    }

    fn mathematics(&mut self, name: &str, given: &[Given]) -> Value {
        let zero = Value::int(0, self.chip.int());
        let value = |index: usize| given.get(index).map_or(&zero, |given| &given.value);
        let from = given.iter().fold(Origin::SKETCH, |from, given| from.and(given.value.from()));
        let real = value(0).real();
        let less = |a: &Value, b: &Value| a.real() < b.real();
        if !matches!(name, "min" | "max" | "constrain" | "abs" | "sq") {
            self.takes(costs::MATHEMATICS);
        }
        match name {
            "min" => {
                if less(value(1), value(0)) {
                    value(1).clone()
                } else {
                    value(0).clone()
                }
            }
            "max" => {
                if less(value(0), value(1)) {
                    value(1).clone()
                } else {
                    value(0).clone()
                }
            }
            "constrain" => {
                let low = if less(value(0), value(1)) { value(1) } else { value(0) };
                if less(value(2), low) { value(2).clone() } else { low.clone() }
            }
            "abs" => match value(0) {
                Value::Float(number, from) => Value::Float(number.abs(), *from),
                Value::Int(int) => Value::Int(Int::new(int.number.wrapping_abs(), int.ty, from)),
                other => other.clone(),
            },
            "sq" => self.binary(crate::sketch::syntax::Binary::Multiply, value(0), value(0)),
            "isnan" => Value::bool(real.is_nan(), from),
            "isinf" => Value::bool(real.is_infinite(), from),
            "round" => Value::Int(Int::new(whole(real.round()), IntType::I32, from)),
            _ => Value::Float(
                single(match name {
                    "pow" => real.powf(value(1).real()),
                    "sqrt" => real.sqrt(),
                    "floor" => real.floor(),
                    "ceil" => real.ceil(),
                    "fabs" => real.abs(),
                    "log" => real.ln(),
                    "log10" => real.log10(),
                    "exp" => real.exp(),
                    "sin" => real.sin(),
                    "cos" => real.cos(),
                    "tan" => real.tan(),
                    "asin" => real.asin(),
                    "acos" => real.acos(),
                    "atan" => real.atan(),
                    "atan2" => real.atan2(value(1).real()),
                    "hypot" => real.hypot(value(1).real()),
                    "cbrt" => real.cbrt(),
                    "trunc" => real.trunc(),
                    "radians" => real.to_radians(),
                    "degrees" => real.to_degrees(),
                    _ => real % value(1).real(),
                }),
                from,
            ),
        }
    }

    /// A function that neither the sketch nor the core has.
    pub(super) fn unknown_function(&mut self, name: Symbol, given: &[Given]) -> Value {
        let name = self.name(name);
        let first = given.first().map(|given| given.value.number().to_string()).unwrap_or_default();
        self.hand_on(given.iter().map(|given| &given.value), &name);
        self.note_handlers(given, &name);
        self.foreign(&name);
        let shown = if given.len() == 1 { format!("{name}({first})") } else { format!("{name}()") };
        let value = self.ask_number(&shown, self.chip.int(), 0);
        self.filled_by_others(given, &name, value.from());
        value
    }

    /// An empty array that is handed to a function which is not at hand is filled there: what it holds is as little known. So is an
    /// empty `String` of a function that makes texts.
    fn filled_by_others(&mut self, given: &[Given], by: &str, from: Origin) {
        for given in given {
            if let (Value::String(text), Some(place)) = (&given.value, &given.place)
                && text.is_empty()
                && fills_texts(by)
            {
                self.store(place, &Value::string(chars(UNKNOWN_JSON.as_bytes(), from)));
            }
            let Value::Pointer(place) = &given.value else { continue };
            if self.literals.values().any(|literal| Rc::ptr_eq(&literal.cell, &place.cell)) {
                continue;
            }
            let container = Place { index: None, ..place.clone() };
            let _ = container.change(|value| {
                if let Value::Chars(text, _) = value
                    && text.iter().all(|ch| ch.byte == 0)
                {
                    for ch in Rc::make_mut(text) {
                        ch.from = from;
                    }
                }
            });
        }
    }

    /// A library that is given a port works it by itself; true where it was given one.
    pub(super) fn hand_on<'v>(&mut self, values: impl Iterator<Item = &'v Value>, to: &str) -> bool {
        let mut handed = false;
        for value in values {
            if let Value::Port(number) = value {
                self.report.workers.insert((to.to_owned(), *number));
                handed = true;
            }
        }
        handed
    }

    /// A function of the sketch that something else calls, when something happens on the board.
    fn note_handlers(&mut self, given: &[Given], by: &str) {
        for given in given {
            if let Value::Function(function) = &given.value {
                let name = self.name(function.name).to_string();
                self.report.handlers.insert((self.line, name, by.to_owned()));
            }
        }
    }

    /// Notes a call that cannot be followed.
    pub(super) fn foreign(&mut self, name: &str) -> Value {
        if self.report.foreign_calls.len() < 1000 {
            *self.report.foreign_calls.entry((self.line, name.to_owned())).or_default() += 1;
        }
        Value::int(0, self.chip.int())
    }

    /// A method of an object whose class is a library's.
    pub(super) fn library_call(&mut self, object: &str, method: &str, list: &[Expr]) -> Result<Value, Halt> {
        let given = self.arguments(list)?;
        let bare = object.rsplit("::").next().unwrap_or(object);
        if bare == "EEPROM" {
            return Ok(self.eeprom(method, &given));
        }
        if bare == "ESP" && matches!(method, "restart" | "reset" | "deepSleep") {
            return Err(self.halt(Ending::Restarts));
        }
        let name = format!("{object}.{method}");
        self.hand_on(given.iter().map(|given| &given.value), bare);
        self.note_handlers(&given, &name);
        self.foreign(&name);
        let first = given.first().map(|given| match &given.value {
            Value::Int(int) => int.number.to_string(),
            _ => String::new(),
        });
        let shown = format!("{name}({})", first.unwrap_or_default());
        let lower = method.to_ascii_lowercase();
        // What is begun or opened is there, until the user says otherwise.
        if ["begin", "init", "connect", "setup", "start", "open"].iter().any(|start| method.starts_with(start)) {
            return Ok(self.ask_number(&shown, self.chip.int(), 1));
        }
        if bare == "WiFi" && method == "status" {
            let connected = constant("WL_CONNECTED").unwrap_or(0);
            return Ok(self.ask_number(&shown, self.chip.int(), connected));
        }
        let real = ["temperature", "humidity", "pressure", "altitude", "voltage", "tempc", "lat", "lng", "float"];
        if real.iter().any(|word| lower.contains(word)) {
            return Ok(self.ask_float(&shown, 20.0));
        }
        if lower.contains("string") {
            let text = self.ask_text(&shown, "text");
            return Ok(Value::string(text));
        }
        Ok(self.ask_number(&shown, self.chip.int(), 0))
    }

    /// What the board keeps: it becomes a question, and what was in the variable before is gone.
    fn eeprom(&mut self, method: &str, given: &[Given]) -> Value {
        let address = given.first().map_or(0, |given| given.value.number());
        let name = format!("EEPROM.{method}({address})");
        match method {
            "read" => self.ask_number(&name, IntType::U8, 255),
            "get" => {
                let Some(place) = given.get(1).and_then(|given| given.place.clone()) else { return Value::Nothing };
                let kept = place.with(Clone::clone).unwrap_or(Value::Nothing);
                match kept {
                    Value::Chars(text, _) => {
                        let mut known = self.ask_text(&name, UNKNOWN_TEXT);
                        known.truncate(text.len().saturating_sub(1));
                        self.write_text(&place.element(0), &known);
                    }
                    Value::Float(..) => {
                        let value = self.ask_float(&name, 0.0);
                        self.store(&place, &value);
                    }
                    _ => {
                        let value = self.ask_number(&name, IntType::I32, 0);
                        self.store(&place, &value);
                    }
                }
                Value::Nothing
            }
            "length" => Value::int(1024, self.chip.int()),
            _ => Value::Nothing,
        }
    }
}

fn shift(by: i64) -> u32 {
    u32::try_from(by).unwrap_or(u32::MAX)
}

/// `isDigit` and its kin; `None` for other names.
fn classified(name: &str, byte: u8) -> Option<bool> {
    Some(match name.to_ascii_lowercase().as_str() {
        "isdigit" => byte.is_ascii_digit(),
        "isalpha" => byte.is_ascii_alphabetic(),
        "isalphanumeric" | "isalnum" => byte.is_ascii_alphanumeric(),
        "isspace" | "iswhitespace" => byte.is_ascii_whitespace(),
        "isupper" | "isuppercase" => byte.is_ascii_uppercase(),
        "islower" | "islowercase" => byte.is_ascii_lowercase(),
        "ishexadecimaldigit" | "isxdigit" => byte.is_ascii_hexdigit(),
        "isprint" | "isprintable" => (32..127).contains(&byte),
        "ispunct" => byte.is_ascii_punctuation(),
        "iscontrol" | "iscntrl" => byte.is_ascii_control(),
        "isascii" => byte.is_ascii(),
        _ => return None,
    })
}

/// Functions of the core that neither send nor answer.
fn says_nothing(name: &str) -> bool {
    const NAMES: [&str; 45] = [
        "timerBegin",
        "timerAlarm",
        "timerAlarmWrite",
        "timerAlarmEnable",
        "timerAttachInterrupt",
        "timerStart",
        "digitalWrite",
        "analogWrite",
        "analogReference",
        "analogReadResolution",
        "analogWriteResolution",
        "analogSetAttenuation",
        "analogSetPinAttenuation",
        "dacWrite",
        "ledcAttach",
        "ledcWriteTone",
        "tone",
        "noTone",
        "interrupts",
        "noInterrupts",
        "attachInterrupt",
        "detachInterrupt",
        "digitalPinToInterrupt",
        "randomSeed",
        "srand",
        "yield",
        "cli",
        "sei",
        "wdt_enable",
        "wdt_disable",
        "wdt_reset",
        "shiftOut",
        "set_sleep_mode",
        "sleep_enable",
        "sleep_mode",
        "sleep_disable",
        "sleep_cpu",
        "sleep_bod_disable",
        "power_adc_disable",
        "va_end",
        "ledcSetup",
        "ledcAttachPin",
        "ledcWrite",
        "setCpuFrequencyMhz",
        "esp_task_wdt_reset",
    ];
    NAMES.contains(&name)
}
