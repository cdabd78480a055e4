//! JSON, an object a line: `{"dir":"tx","data":"AT\r"}`, `{"tx":"AT"}`, Tasmota's `RESULT = {"SerialReceived":"OK"}`, and what
//! our own export writes. An object says which way its text went by one of its values, or by the name of it.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::super::{Chunk, Shape, TextLine, clock, spelled};
use super::{Lines, Value};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let told: Vec<(Direction, Vec<u8>)> =
        lines.iter().filter_map(|line| object(line.text)).flat_map(|object| told(&object)).collect();
    let sent = |text: &[u8]| is_whole_command(text.trim_ascii());
    let spoken = told.iter().any(|(direction, text)| match direction {
        Direction::Tx => sent(text),
        Direction::Rx => spelled::is_answer(text.trim_ascii()),
    });
    // What was read in parts ends somewhere; lines that a program has put together do not.
    let ends = |way: Direction| {
        let ended =
            |text: &[u8]| if way == Direction::Tx { ends(text) } else { text.last().is_some_and(|end| ends(&[*end])) };
        told.iter().any(|(direction, text)| *direction == way && ended(text))
    };
    spoken.then(|| -> Box<dyn Lines> {
        let timed = lines.iter().any(|line| line.at.is_some());
        Box::new(Objects { sent_ends: ends(Direction::Tx), received_ends: ends(Direction::Rx), timed, first: None })
    })
}

struct Objects {
    /// Line ends are written in what was sent.
    sent_ends: bool,
    /// And in what was received.
    received_ends: bool,
    /// The lines have stamps of their own.
    timed: bool,
    /// The first time that an object tells.
    first: Option<Duration>,
}

impl Lines for Objects {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        !self.received_ends
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let Some(object) = object(line.text) else { return };
        let mut line = *line;
        if let Some(at) = time(&object).filter(|_| !self.timed) {
            line.at = Some(at.saturating_sub(*self.first.get_or_insert(at)));
        }
        for (direction, bytes) in told(&object) {
            // `+CSQ: 20,0\nOK`: lines that a program has put together, without their own ends.
            if direction == Direction::Rx && !bytes.ends_with(b"\n") && !bytes.ends_with(b"\r") {
                for bytes in bytes.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::to_vec) {
                    Value { direction, bytes, exact: false }.push(&line, out);
                }
                continue;
            }
            let exact = if direction == Direction::Tx { self.sent_ends } else { self.received_ends };
            Value { direction, bytes, exact }.push(&line, out);
        }
    }
}

/// The object that a line ends with.
fn object(text: &[u8]) -> Option<Map<String, Json>> {
    let at = memchr::memchr(b'{', text)?;
    serde_json::from_slice(text.get(at..)?.trim_ascii()).ok()
}

/// Which way a word says that something went.
fn way(word: &str) -> Option<Direction> {
    match word.to_ascii_lowercase().as_str() {
        "tx" | "sent" | "send" | "out" | "write" | "host" | "cmd" | "command" | "request" | "serialsend" => {
            Some(Direction::Tx)
        }
        "rx" | "received" | "receive" | "recv" | "in" | "read" | "modem" | "resp" | "response" | "reply" | "answer"
        | "result" | "output" | "serialreceived" => Some(Direction::Rx),
        _ => None,
    }
}

/// What an object tells, a command before its answer.
fn told(object: &Map<String, Json>) -> Vec<(Direction, Vec<u8>)> {
    const SAYS: [&str; 7] = ["dir", "direction", "type", "kind", "event", "way", "from"];
    const WORDS: [&str; 3] = ["msg", "message", "op"];
    const NO_WAY: [&str; 4] = ["modem", "host", "in", "out"];
    // Ours tells the bytes as hex digits too.
    const TEXTS: [&str; 9] = ["hex", "data", "text", "payload", "msg", "message", "line", "raw", "bytes"];
    let said = |key: &&str| object.get(*key).and_then(Json::as_str).and_then(way);
    if let Some(direction) = SAYS.iter().find_map(said) {
        let text = TEXTS.iter().find_map(|key| bytes(object.get(*key)?, *key == "hex"));
        return text.map(|text| (direction, text)).into_iter().collect();
    }
    // `"msg":"modem tx","data":"AT"`: a logger's words, beside a text.
    let worded =
        |key: &&str| object.get(*key)?.as_str()?.split_whitespace().filter(|word| !NO_WAY.contains(word)).find_map(way);
    let beside = TEXTS.iter().filter(|key| !WORDS.contains(key));
    let text = || beside.clone().find_map(|key| bytes(object.get(*key)?, *key == "hex"));
    if let Some(told) = WORDS.iter().find_map(worded).zip(text()) {
        return vec![told];
    }
    let mut told: Vec<(Direction, Vec<u8>)> =
        object.iter().filter_map(|(key, value)| Some((way(key)?, bytes(value, false)?))).collect();
    told.sort_by_key(|(direction, _)| *direction == Direction::Rx);
    told
}

/// The bytes of a value: a text, its control characters perhaps written as words, or numbers.
fn bytes(value: &Json, hex: bool) -> Option<Vec<u8>> {
    match value {
        Json::String(text) if hex => hex::decode(text).ok(),
        Json::String(text) if ends(text.as_bytes()) => Some(text.clone().into_bytes()),
        Json::String(text) => Some(spelled::read(text.as_bytes())),
        Json::Array(numbers) => {
            numbers.iter().map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok())).collect()
        }
        _ => None,
    }
}

/// The bytes hold what ends a line or data.
fn ends(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0x1A | 0x1B))
}

/// When an object says that it was: seconds, milliseconds where they are whole and many, or a time of day.
fn time(object: &Map<String, Json>) -> Option<Duration> {
    const NAMES: [&str; 7] = ["seconds", "ts", "t", "time", "timestamp", "at", "ms"];
    /// More are milliseconds: since 1970, or of a board that has run for a while.
    const MANY: u64 = 1_000_000_000_000;
    let (name, value) = NAMES.iter().find_map(|name| object.get(*name).map(|value| (*name, value)))?;
    match value {
        Json::Number(number) => match number.as_u64() {
            Some(whole) if name == "ms" || whole >= MANY => Some(Duration::from_millis(whole)),
            Some(whole) => Some(Duration::from_secs(whole)),
            None => number.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        },
        Json::String(text) => clock::moment(text.as_bytes()).map(|(at, _)| at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let show = |(direction, bytes): &(Direction, Vec<u8>)| {
            format!("{}{}", if *direction == Direction::Tx { '>' } else { '<' }, bytes.escape_ascii())
        };
        let told = object(text.as_bytes()).map(|object| told(&object)).unwrap_or_default();
        assert_eq!(told.iter().map(show).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn objects() {
        check(r#"{"dir":"tx","data":"AT\r\n"}"#, &[r">AT\r\n"]);
        check(r#"{"tx":"AT+CPIN?"}"#, &[">AT+CPIN?"]);
        check(r#"{"response":"OK","cmd":"AT"}"#, &[">AT", "<OK"]);
        check(r#"RESULT = {"SerialReceived":"OK"}"#, &["<OK"]);
        check(r#"{"direction":"rx","text":"\\r\\nOK\\r\\n","hex":"0D0A4F4B0D0A"}"#, &[r"<\r\nOK\r\n"]);
        check(r#"{"type":"RX","data":[79,75,13,10]}"#, &[r"<OK\r\n"]);
        check(r#"{"level":"debug","msg":"modem tx","data":"AT"}"#, &[">AT"]);
        check(r#"{"dir":"tx","data":"AT\\r"}"#, &[r">AT\r"]);
        for text in [r#"{"level":"info"}"#, "{", "AT", r#"{"dir":"up","data":"AT"}"#, r#"{"type":"RX","data":[300]}"#] {
            check(text, &[]);
        }
    }
}
