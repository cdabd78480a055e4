//! Serial ports: `Print` and `Stream` of the Arduino core.

use super::given::Given;
use super::sought::Sought;
use super::value::{Int, Value, in_base, low_byte};
use super::{Ending, Halt, Machine, Slip, costs};
use crate::sketch::board::{Kind, MILLISECOND};
use crate::sketch::origin::{Ch, Origin, bytes, chars};
use crate::sketch::syntax::IntType;

/// Methods by which an object that is declared nowhere is known for a port.
pub(super) fn is_stream_method(name: &str) -> bool {
    matches!(
        name,
        "print"
            | "println"
            | "write"
            | "printf"
            | "available"
            | "read"
            | "peek"
            | "find"
            | "findUntil"
            | "readString"
            | "readStringUntil"
            | "readBytes"
            | "readBytesUntil"
            | "parseInt"
            | "parseFloat"
            | "setTimeout"
            | "begin"
            | "listen"
            | "overflow"
            | "flush"
            | "end"
            | "isListening"
            | "availableForWrite"
    )
}

/// How 1A is written by those who think it is a text.
const AS_TEXT: [&str; 9] = ["0x1A", "0X1A", "1A", "\\x1A", "\\0x1A", "^Z", "Ctrl+Z", "CTRL+Z", "26"];

/// All that is read is kept, up to here, to tell what was read away.
const MOST_CONSUMED: usize = 1 << 18;

impl Machine<'_> {
    pub(super) fn stream_call(&mut self, port: usize, method: &str, given: &[Given]) -> Result<Value, Halt> {
        self.watch.looks = self.watch.looks.saturating_add(1);
        self.takes(costs::CALL);
        if !matches!(method, "print" | "println" | "write" | "printf") {
            self.board.looked();
        }
        let values: Vec<&Value> = given.iter().map(|given| &given.value).collect();
        let int = self.chip.int();
        Ok(match method {
            "print" | "println" => {
                let count = self.print(port, &values, method == "println")?;
                Value::int(count, self.chip.unsigned_int())
            }
            "write" => {
                let count = self.write(port, &values)?;
                Value::int(count, self.chip.unsigned_int())
            }
            "printf" | "printf_P" => {
                let text = self.formatted(&values);
                let count = text.len();
                self.send(port, &text)?;
                Value::int(i64::try_from(count).unwrap_or(0), int)
            }
            "begin" => {
                let baud = values.first().map_or(9600, |baud| baud.number());
                // A constant of a header that is not here.
                let is_unknown = baud == 0 && values.first().is_some_and(|baud| baud.from().question().is_some());
                let baud = if is_unknown { 9600 } else { baud };
                if is_unknown {
                    self.report.unknown_rates.insert(self.line);
                }
                self.begin(port, u32::try_from(baud).unwrap_or(9600));
                self.choose_pins(port, &values);
                Value::Nothing
            }
            "setRxBufferSize" if self.chip.is_esp() => {
                let bytes = values.first().and_then(|bytes| usize::try_from(bytes.number()).ok()).unwrap_or(0);
                if let Some(port) = self.board.ports.get_mut(port) {
                    port.set_holds(bytes.min(super::LARGEST), self.chip);
                }
                Value::int(i64::try_from(bytes).unwrap_or(0), int)
            }
            "available" | "read" | "peek" => self.look(port, method),
            "setTimeout" => {
                let timeout = values.first().and_then(|value| u64::try_from(value.number()).ok()).unwrap_or(1000);
                if let Some(port) = self.board.ports.get_mut(port) {
                    port.timeout = timeout.saturating_mul(MILLISECOND);
                }
                Value::Nothing
            }
            "listen" => {
                self.board.listen(port);
                Value::bool(true, Origin::SKETCH)
            }
            "isListening" => Value::bool(self.board.listening() == Some(port), Origin::SKETCH),
            "overflow" => {
                let port = self.board.ports.get_mut(port);
                Value::bool(port.is_some_and(|port| std::mem::take(&mut port.overflowed)), Origin::MODEM)
            }
            "availableForWrite" => {
                let now = self.board.now;
                let room = self.board.ports.get(port).map_or(0, |port| port.room(now));
                Value::int(i64::try_from(room).unwrap_or(0), int)
            }
            "flush" => {
                self.board.flush(port);
                self.watch.delayed = true;
                Value::Nothing
            }
            "end" => {
                self.board.flush(port);
                if let Some(port) = self.board.ports.get_mut(port) {
                    port.received.clear();
                }
                Value::Nothing
            }
            _ => return self.read_call(port, method, &values),
        })
    }

    fn begin(&mut self, port: usize, baud: u32) {
        self.board.begin(port, baud);
        let line = self.line;
        if let Some(port) = self.board.ports.get_mut(port) {
            port.rates.push((baud, line));
        }
        self.effect();
    }

    /// `begin(9600, SERIAL_8N1, 16, 17)` of the ESP cores: RX and TX.
    fn choose_pins(&mut self, port: usize, values: &[&Value]) {
        if let [_, _, rx, tx, ..] = values
            && self.chip.is_esp()
            && let Some(port) = self.board.ports.get_mut(port)
        {
            let pin = |value: &Value| u8::try_from(value.number()).ok().filter(|_| value.from().question().is_none());
            port.pins = pin(rx).zip(pin(tx));
        }
    }

    fn print(&mut self, port: usize, values: &[&Value], line: bool) -> Result<i64, Halt> {
        let mut text = match values {
            [] => Vec::new(),
            [value] => {
                self.look_for_terminator(port, value);
                value.printed().unwrap_or_default()
            }
            [Value::Float(number, from), digits, ..] => {
                chars(super::format::real_text(*number, digits.number()).as_bytes(), *from)
            }
            [value, base, ..] => {
                let text = in_base(value.number(), base.number());
                if value.number() == 26 && self.board.modem_port == Some(port) {
                    self.slip(Slip::TextForByte(text.clone()));
                }
                chars(text.as_bytes(), value.from())
            }
        };
        let next = if self.is_worked_by_hand(port) { costs::NEXT_BY_HAND } else { costs::NEXT_TO_RING };
        self.takes(if line { 2 * costs::PRINT } else { costs::PRINT });
        self.takes_each(text.len(), next);
        match values.first() {
            Some(Value::Int(int)) if int.ty != IntType::Char => self.takes_each(text.len(), costs::DIGIT),
            // Rounded by a division a place; each place is a product and a number that is printed.
            Some(Value::Float(..)) => {
                let places = text.iter().rev().position(|ch| ch.byte == b'.').unwrap_or(0);
                self.takes_each(text.len().saturating_sub(places), costs::DIGIT);
                self.takes_each(places, 2 * costs::DIGIT + costs::MATHEMATICS);
            }
            _ => {}
        }
        if line {
            text.extend(chars(b"\r\n", Origin::SKETCH));
        }
        self.send(port, &text)?;
        Ok(i64::try_from(text.len()).unwrap_or(0))
    }

    /// `print(26)` and `print("0x1A")` send digits where the byte was meant.
    fn look_for_terminator(&mut self, port: usize, value: &Value) {
        if self.board.modem_port != Some(port) {
            return;
        }
        match value {
            Value::Int(Int { number: 26, ty, from: Origin::SKETCH }) if *ty != IntType::Char => {
                self.slip(Slip::NumberForByte(26));
            }
            Value::Pointer(_) | Value::String(_) => {
                let text = value.c_text().unwrap_or_default();
                let known = AS_TEXT.iter().find(|known| bytes(&text) == known.as_bytes());
                if let Some(known) = known {
                    self.slip(Slip::TextForByte((*known).to_owned()));
                }
            }
            _ => {}
        }
    }

    /// 1A is 26, and `write(0x26)` sends `&`. A number that stands there is an int; what is read of an array of bytes is none.
    fn look_for_wrong_base(&mut self, port: usize, value: &Value) {
        if let Value::Int(Int { number: 0x26, ty, from: Origin::SKETCH }) = value
            && *ty == self.chip.int()
            && self.board.modem_port == Some(port)
        {
            self.slip(Slip::HexForDecimal);
        }
    }

    fn write(&mut self, port: usize, values: &[&Value]) -> Result<i64, Halt> {
        let text = match values {
            [value @ (Value::Pointer(_) | Value::String(_))] => {
                self.look_for_terminator(port, value);
                value.printed().unwrap_or_default()
            }
            [Value::Null] => Vec::new(),
            [value] => {
                self.look_for_wrong_base(port, value);
                vec![Ch { byte: low_byte(value.number()), from: value.from() }]
            }
            [Value::Pointer(place), length, ..] => {
                let length = usize::try_from(length.number()).unwrap_or(0).min(super::LARGEST);
                self.look_through(place);
                self.raw(place, length)
            }
            _ => Vec::new(),
        };
        self.send(port, &text)?;
        Ok(i64::try_from(text.len()).unwrap_or(0))
    }

    pub(super) fn send(&mut self, port: usize, text: &[Ch]) -> Result<(), Halt> {
        for ch in text {
            if self.board.is_full() {
                return Err(self.halt(Ending::Output));
            }
            if self.board.is_flooded() {
                return Err(self.halt(Ending::Flood));
            }
            self.board.send(port, *ch);
            self.takes(if self.is_worked_by_hand(port) { costs::WRITE_BY_HAND } else { costs::WRITE_TO_RING });
            if self.board.now > self.time_limit {
                return Err(self.halt(Ending::Time));
            }
        }
        if !text.is_empty() {
            self.effect();
            if self.board.modem_port == Some(port) {
                self.forget_limit();
            }
        }
        Ok(())
    }

    /// The processor moves the pin itself.
    fn is_worked_by_hand(&self, port: usize) -> bool {
        self.board.ports.get(port).is_some_and(|port| port.kind == Kind::Software)
    }

    /// Something waits to be read.
    pub(super) fn has_come(&mut self, port: usize) -> bool {
        let available = self.look(port, "available");
        self.decided(&available);
        available.truth()
    }

    /// `available`, `read`, `peek`: what is there now.
    fn look(&mut self, port: usize, method: &str) -> Value {
        self.takes(costs::LOOK);
        self.board.settle();
        self.type_in(port);
        let int = self.chip.int();
        let is_modem = self.board.modem_port == Some(port);
        let Some(found) = self.board.ports.get_mut(port) else { return Value::int(0, int) };
        found.is_read = true;
        if found.received.is_empty() && !is_modem && found.is_console {
            // Nobody types; what would happen is a question.
            let name = found.name.clone();
            let nothing = if method == "available" { 0 } else { -1 };
            return self.nothing_typed(&name, nothing);
        }
        let from = if is_modem { Origin::MODEM } else { Origin::SKETCH };
        if is_modem && method == "available" {
            let (in_vain, ever) = self.report.looked.entry(self.line).or_default();
            if found.received.is_empty() {
                in_vain.get_or_insert(self.board.now);
            } else {
                *ever = true;
            }
        }
        match method {
            "available" => Value::Int(Int::new(i64::try_from(found.received.len()).unwrap_or(0), int, from)),
            "peek" => match found.received.front() {
                Some(ch) => Value::Int(Int::new(i64::from(ch.byte), int, ch.from)),
                None => Value::Int(Int::new(-1, int, from)),
            },
            _ => match self.take(port) {
                Some(ch) => Value::Int(Int::new(i64::from(ch.byte), int, ch.from)),
                None => Value::Int(Int::new(-1, int, from)),
            },
        }
    }

    fn nothing_typed(&mut self, name: &str, nothing: i64) -> Value {
        if self.typed.contains(name) {
            return Value::int(nothing, self.chip.int());
        }
        self.ask_text(name, "");
        let from = self.report.questions.iter().position(|known| known.name == name);
        Value::Int(Int::new(nothing, self.chip.int(), from.map_or(Origin::SKETCH, Origin::asked)))
    }

    /// `--assume 'Serial=text'`: the text is typed when the port is first looked at.
    fn type_in(&mut self, port: usize) {
        let Some(found) = self.board.ports.get(port).filter(|port| port.is_console) else { return };
        let name = found.name.clone();
        let Some(text) = self.assumed.remove(&name) else { return };
        let text = text.replace("\\n", "\n").replace("\\r", "\r");
        let question = self.ask_text(&name, text.trim_matches('"'));
        if let Some(question) = self.report.questions.last_mut() {
            question.assumed = true;
        }
        self.typed.insert(name);
        if let Some(found) = self.board.ports.get_mut(port) {
            found.received.extend(question);
        }
    }

    /// Takes a byte out of the buffer.
    fn take(&mut self, port: usize) -> Option<Ch> {
        let ch = self.board.ports.get_mut(port)?.received.pop_front()?;
        self.effect();
        if self.board.modem_port == Some(port) && self.report.consumed.len() < MOST_CONSUMED {
            self.report.consumed.push((self.board.now, self.line, ch.byte));
        }
        Some(ch)
    }

    /// Something of the modem's answers was read.
    pub(super) fn has_read(&self) -> bool {
        !self.report.consumed.is_empty()
    }

    /// A byte, waited for as long as `setTimeout` says.
    fn timed_read(&mut self, port: usize) -> Result<Option<Ch>, Halt> {
        self.watch.delayed = true;
        self.type_in(port);
        self.board.settle();
        let timeout = self.board.ports.get_mut(port).map_or(0, |port| {
            port.is_read = true;
            port.timeout
        });
        let until = self.board.in_millis(timeout / MILLISECOND);
        loop {
            self.spend(costs::TIMED_READ)?;
            if let Some(ch) = self.take(port) {
                return Ok(Some(ch));
            }
            let next = self.board.next_event().filter(|_| self.board.modem_port == Some(port));
            let Some(next) = next.filter(|next| *next < until) else {
                self.board.wait_until(until);
                return Ok(self.take(port));
            };
            self.board.wait_until(next.max(self.board.now));
        }
    }

    fn read_call(&mut self, port: usize, method: &str, values: &[&Value]) -> Result<Value, Halt> {
        let text = |index: usize| values.get(index).and_then(|value| value.printed()).unwrap_or_default();
        let int = self.chip.int();
        Ok(match method {
            "find" => Value::bool(self.find(port, &text(0), None)?, Origin::MODEM),
            "findUntil" => Value::bool(self.find(port, &text(0), Some(&text(1)))?, Origin::MODEM),
            "readString" | "readStringUntil" => {
                let end = (method == "readStringUntil").then(|| text(0).first().map_or(0, |ch| ch.byte));
                let mut read = Vec::new();
                while let Some(ch) = self.timed_read(port)? {
                    if Some(ch.byte) == end || read.len() >= super::LARGEST {
                        break;
                    }
                    self.takes(costs::APPENDING);
                    read.push(ch);
                }
                Value::string(read)
            }
            "readBytes" | "readBytesUntil" => {
                let until =
                    (method == "readBytesUntil").then(|| values.first().map_or(0, |end| low_byte(end.number())));
                let (buffer, length) =
                    if until.is_some() { (values.get(1), values.get(2)) } else { (values.first(), values.get(1)) };
                let length = length.and_then(|length| usize::try_from(length.number()).ok()).unwrap_or(0);
                let mut read = Vec::new();
                while read.len() < length {
                    match self.timed_read(port)? {
                        Some(ch) if Some(ch.byte) == until => break,
                        Some(ch) => read.push(ch),
                        None => break,
                    }
                }
                if read.len() == length
                    && length > 1
                    && self.board.ports.get(port).is_some_and(|port| !port.received.is_empty())
                {
                    self.slip(Slip::ShortBuffer(length));
                }
                if let Some(Value::Pointer(place)) = buffer {
                    self.write_raw(&place.clone(), &read);
                }
                Value::Int(Int::new(i64::try_from(read.len()).unwrap_or(0), int, Origin::MODEM))
            }
            "parseInt" | "parseFloat" => self.parse_number(port, method == "parseFloat")?,
            _ => self.foreign(method),
        })
    }

    /// Reads until the text has come; false when nothing came for the time of `setTimeout`.
    fn find(&mut self, port: usize, text: &[Ch], end: Option<&[Ch]>) -> Result<bool, Halt> {
        let began = self.board.now;
        let mut read: Vec<u8> = Vec::new();
        let (wanted, end) = (bytes(text), end.map(bytes));
        let found = loop {
            if read.ends_with(&wanted) {
                break true;
            }
            if end.as_ref().is_some_and(|end| !end.is_empty() && read.ends_with(end)) {
                break false;
            }
            match self.timed_read(port)? {
                Some(ch) if read.len() < super::LARGEST => {
                    self.takes(costs::SEEK);
                    read.push(ch.byte);
                }
                _ => break false,
            }
        };
        if self.board.modem_port == Some(port) && self.report.sought.len() < 5000 {
            // A loop that looks again and again waits as long as its own limit says.
            let timeout = self.board.ports.get(port).map(|port| port.timeout / MILLISECOND);
            let within = timeout.max(self.limit());
            let (at, line) = (self.board.now, self.line);
            self.report.sought.push(Sought {
                began,
                at,
                line,
                text: wanted,
                found,
                within,
                waits: true,
                sent: self.board.sent,
            });
        }
        Ok(found)
    }

    fn parse_number(&mut self, port: usize, real: bool) -> Result<Value, Halt> {
        let mut text = Vec::new();
        loop {
            self.timed_peek(port)?;
            let next = self.board.ports.get(port).and_then(|port| port.received.front().copied());
            let Some(ch) = next else { break };
            let begins = ch.byte.is_ascii_digit() || (text.is_empty() && ch.byte == b'-');
            let goes_on = begins || (real && ch.byte == b'.' && !text.is_empty());
            if goes_on {
                text.push(ch);
            } else if !text.is_empty() || text.len() > 40 {
                break;
            }
            self.take(port);
        }
        let from = crate::sketch::origin::origin(&text).and(Origin::MODEM);
        Ok(if real {
            Value::Float(super::text::leading_real(&bytes(&text)), from)
        } else {
            Value::Int(Int::new(super::text::leading_int(&text), IntType::I32, from))
        })
    }

    /// Waits until a byte is there, and leaves it.
    fn timed_peek(&mut self, port: usize) -> Result<(), Halt> {
        if let Some(ch) = self.timed_read(port)? {
            if self.board.modem_port == Some(port) {
                self.report.consumed.pop();
            }
            if let Some(port) = self.board.ports.get_mut(port) {
                port.received.push_front(ch);
            }
        }
        Ok(())
    }
}
