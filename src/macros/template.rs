//! Texts with `${…}` in them: what a step sends, expects and fails on.
//!
//! `${…}` are found first, then the escapes of the text between them are read, then the values are put in, as bytes
//! that are never read again: a value of `\x1A${x}` is sent as those seven characters. `\$` is a plain `$`.
//!
//! | written                       | becomes                                                                          |
//! |-------------------------------|----------------------------------------------------------------------------------|
//! | `${x}`                        | the value, as UTF-8                                                              |
//! | `${x:mixed}` `${x:hex}`       | the value, read in that mode                                                     |
//! | `${x:len}` `${x:hex:len}`     | how many bytes that is, in decimal digits                                        |
//! | `${time}` `${time:FORMAT}`    | local time, `2026-11-22 16:00:05`; FORMAT as in strftime, or `unix`, `cclk`      |
//! | `${counter}`                  | 1, 2, 3 … : which repetition of the run this is                                  |
//! | `${crc:NAME}` `:be` `:le`     | checksum of all before it in this text, as hex digits, or as bytes in that order |
//! | `${crc:from}`                 | nothing; checksums after it begin here                                           |

use std::ops::Range;

use super::checksum::Checksum;
use super::problem::{FillError, TimeError};
use crate::notation::{self, Mode, NotationError};

/// Names that are always there, and so cannot be asked for or kept.
pub(super) const BUILT_IN: [&str; 3] = ["time", "counter", "crc"];

/// A text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Bytes(Vec<u8>),
    Value { name: String, mode: Mode, length: bool },
    Time(String),
    Counter,
    ChecksumFrom,
    Checksum { name: &'static str, form: ChecksumForm },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChecksumForm {
    HexDigits,
    BigEndian,
    LittleEndian,
}

/// Bytes to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) bytes: Vec<u8>,
    /// Ranges of them that came from secret values, in order.
    pub(crate) secret: Vec<Range<usize>>,
}

/// A stretch of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// Fixed bytes.
    Bytes(&'a [u8]),
    /// The value of a name, or the count of its bytes.
    Value {
        /// The parameter.
        name: &'a str,
        /// How its value is read.
        mode: Mode,
        /// The decimal count in place of the bytes.
        length: bool,
    },
    /// One of [`BUILT_IN`], known only when it runs.
    Computed(&'static str),
}

/// Where a template takes its values from.
pub(crate) trait Source {
    /// The value of this name and whether it is secret; `None` where there is none.
    fn value(&self, name: &str) -> Option<(&str, bool)>;
    /// Local time in this format (`${time}` has the format `%Y-%m-%d %H:%M:%S`).
    ///
    /// # Errors
    /// A clause: the time is not known, or the format is not valid.
    fn time(&self, format: &str) -> Result<String, TimeError>;
    /// Which repetition this is, from 1.
    fn counter(&self) -> u64;
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// [`NotationError`] with the column in `text`.
    pub(crate) fn parse(text: &str) -> Result<Self, NotationError> {
        let mut reader = Reader { text, parts: Vec::new(), literal: Vec::new() };
        let mut start = 0;
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => {
                    if let Some((_, '$')) = characters.next() {
                        reader.literal(start..at)?;
                        reader.literal.push(b'$');
                        start = at + 2;
                    }
                }
                '$' if text.get(at + 1..).is_some_and(|rest| rest.starts_with('{')) => {
                    reader.literal(start..at)?;
                    let inner = at + 2;
                    let Some(length) = text.get(inner..).and_then(|rest| rest.find('}')) else {
                        let help = "close it with }, or write \\${ for these two characters";
                        return Err(reader.error(at, "`${` without an end", help));
                    };
                    reader.placeholder(inner..inner + length)?;
                    start = inner + length + 1;
                    while characters.next().is_some_and(|(_, character)| character != '}') {}
                }
                _ => {}
            }
        }
        reader.literal(start..text.len())?;
        reader.end_literal();
        Ok(Self { parts: reader.parts })
    }

    /// The names it needs a value for, in the order of the text.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// What the text is made of, for writing it in another language.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.parts.iter().map(|part| match part {
            Part::Bytes(bytes) => Segment::Bytes(bytes),
            Part::Value { name, mode, length } => Segment::Value { name, mode: *mode, length: *length },
            Part::Time(_) => Segment::Computed("time"),
            Part::Counter => Segment::Computed("counter"),
            Part::ChecksumFrom | Part::Checksum { .. } => Segment::Computed("crc"),
        })
    }

    /// True when it holds no byte whatever its values are.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// True when the text uses `${counter}`.
    #[must_use]
    pub(crate) fn counts(&self) -> bool {
        self.parts.contains(&Part::Counter)
    }

    /// Puts the values in.
    ///
    /// # Errors
    /// A sentence naming what has no value or cannot be read. It never holds a secret value.
    pub(crate) fn fill(&self, source: &impl Source) -> Result<Filled, FillError> {
        let mut filled = Filled::default();
        let mut checksum_from = 0;
        for part in &self.parts {
            match part {
                Part::Bytes(bytes) => filled.bytes.extend_from_slice(bytes),
                Part::Value { name, mode, length } => {
                    let (value, secret) = source.value(name).ok_or_else(|| FillError::NoValue(name.clone()))?;
                    let bytes = read_value(name, value, *mode, secret)?;
                    let start = filled.bytes.len();
                    if *length {
                        filled.bytes.extend_from_slice(bytes.len().to_string().as_bytes());
                    } else {
                        filled.bytes.extend_from_slice(&bytes);
                        if secret && !bytes.is_empty() {
                            filled.secret.push(start..filled.bytes.len());
                        }
                    }
                }
                Part::Time(format) => {
                    let time = source.time(format).map_err(FillError::Time)?;
                    filled.bytes.extend_from_slice(time.as_bytes());
                }
                Part::Counter => filled.bytes.extend_from_slice(source.counter().to_string().as_bytes()),
                Part::ChecksumFrom => checksum_from = filled.bytes.len(),
                Part::Checksum { name, form } => {
                    let covered = filled.bytes.get(checksum_from..).unwrap_or_default();
                    let mut sum = Checksum::named(name).map(|checksum| checksum.of(covered)).unwrap_or_default();
                    match form {
                        ChecksumForm::HexDigits => sum = hex::encode_upper(sum).into_bytes(),
                        ChecksumForm::BigEndian => {}
                        ChecksumForm::LittleEndian => sum.reverse(),
                    }
                    filled.bytes.extend_from_slice(&sum);
                }
            }
        }
        Ok(filled)
    }
}

fn read_value(name: &str, value: &str, mode: Mode, secret: bool) -> Result<Vec<u8>, FillError> {
    notation::parse(value, mode).map_err(|error| {
        let name = name.to_owned();
        if secret { FillError::Secret { name, column: error.column } } else { FillError::Value { name, error } }
    })
}

struct Reader<'a> {
    text: &'a str,
    parts: Vec<Part>,
    literal: Vec<u8>,
}

impl Reader<'_> {
    /// Reads the escapes of a stretch without placeholders.
    fn literal(&mut self, range: Range<usize>) -> Result<(), NotationError> {
        let start = range.start;
        let text = self.text.get(range).unwrap_or_default();
        if text.is_empty() {
            return Ok(());
        }
        let bytes = notation::parse(text, Mode::Mixed)
            .map_err(|error| NotationError { column: error.column + self.column(start) - 1, ..error })?;
        self.literal.extend_from_slice(&bytes);
        Ok(())
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Bytes(std::mem::take(&mut self.literal)));
        }
    }

    /// Reads what stands between `${` and `}`.
    fn placeholder(&mut self, range: Range<usize>) -> Result<(), NotationError> {
        let at = range.start;
        let inner = self.text.get(range).unwrap_or_default();
        let (name, modifiers) = inner.split_once(':').map_or((inner, None), |(name, rest)| (name, Some(rest)));
        let part = match name {
            "time" => Part::Time(modifiers.unwrap_or("%Y-%m-%d %H:%M:%S").to_owned()),
            "counter" if modifiers.is_none() => Part::Counter,
            "counter" => {
                return Err(self.error(at, &format!("`{inner}`"), "write ${counter}"));
            }
            "crc" => self.checksum(at, modifiers.unwrap_or_default())?,
            _ if !is_name(name) => {
                let help = "a name is letters, digits, _ and -, beginning with a letter; \\${ for these two characters";
                return Err(self.error(at, &format!("`{name}`"), help));
            }
            _ => {
                let (mode, length) = match modifiers {
                    None => (Mode::Text, false),
                    Some("len") => (Mode::Text, true),
                    Some("mixed") => (Mode::Mixed, false),
                    Some("mixed:len") => (Mode::Mixed, true),
                    Some("hex") => (Mode::Hex, false),
                    Some("hex:len") => (Mode::Hex, true),
                    Some(other) => {
                        let help = format!("write ${{{name}}}, or with :mixed, :hex, :len, :mixed:len or :hex:len");
                        return Err(self.error(at + name.len() + 1, &format!("`{other}`"), &help));
                    }
                };
                Part::Value { name: name.to_owned(), mode, length }
            }
        };
        self.end_literal();
        self.parts.push(part);
        Ok(())
    }

    fn checksum(&self, at: usize, modifiers: &str) -> Result<Part, NotationError> {
        if modifiers == "from" {
            return Ok(Part::ChecksumFrom);
        }
        let (name, form) = match modifiers.rsplit_once(':') {
            Some((name, "be")) => (name, ChecksumForm::BigEndian),
            Some((name, "le")) => (name, ChecksumForm::LittleEndian),
            Some((name, "hex")) => (name, ChecksumForm::HexDigits),
            _ => (modifiers, ChecksumForm::HexDigits),
        };
        let Some(checksum) = Checksum::named(name) else {
            let names: Vec<&str> = Checksum::names().collect();
            let help = format!("write ${{crc:NAME}} with one of {}, then :hex, :be or :le", names.join(", "));
            return Err(self.error(at, &format!("`crc:{modifiers}`"), &help));
        };
        Ok(Part::Checksum { name: checksum.name, form })
    }

    fn error(&self, at: usize, found: &str, help: &str) -> NotationError {
        NotationError { column: self.column(at), found: found.to_owned(), help: help.to_owned() }
    }

    /// The 1-based column of a byte offset.
    fn column(&self, at: usize) -> usize {
        self.text.get(..at).map_or(0, |before| before.chars().count()) + 1
    }
}

/// True for what may stand as a parameter's name.
#[must_use]
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    struct Values(BTreeMap<&'static str, String>);

    impl Source for Values {
        fn value(&self, name: &str) -> Option<(&str, bool)> {
            Some((self.0.get(name)?, name == "pin"))
        }
        fn time(&self, format: &str) -> Result<String, TimeError> {
            Ok(format!("<{format}>"))
        }
        fn counter(&self) -> u64 {
            7
        }
    }

    fn values() -> Values {
        Values(BTreeMap::from([
            ("text", "grüße".to_owned()),
            ("mixed", r"a\x1A".to_owned()),
            ("hex", "1A 0D".to_owned()),
            ("pin", "1234".to_owned()),
            ("empty", String::new()),
            ("bad", r"a\q".to_owned()),
        ]))
    }

    fn fill(text: &str) -> Result<Filled, String> {
        Template::parse(text).map_err(|error| error.to_string())?.fill(&values()).map_err(|error| error.to_string())
    }

    #[test]
    fn values_go_in_as_bytes_and_are_never_read_again() {
        let check = |text: &str, expect: &[u8]| {
            let bytes = fill(text).unwrap().bytes;
            assert_eq!(bytes, expect, "{text}: {}", bytes.escape_ascii());
        };
        check("", b"");
        check("plain", b"plain");
        check("${text}|", "grüße|".as_bytes());
        check("${text:len}", b"7");
        check("${mixed}", br"a\x1A");
        check("${mixed:mixed}", b"a\x1A");
        check("${mixed:len} ${mixed:mixed:len}", b"5 2");
        check("${hex:hex}${hex:hex:len}", b"\x1A\x0D2");
        check("${empty}", b"");
        check(r"\${text}", b"${text}");
        check(r"cost: 5$ \$ $", b"cost: 5$ $ $");
        check(r"a\$", b"a$");
        check("${counter}:${time}:${time:%H:%M}", b"7:<%Y-%m-%d %H:%M:%S>:<%H:%M>");
        check("123456789${crc:crc-16/modbus}", b"1234567894B37");
        check("123456789${crc:CRC-16/MODBUS:le}", b"123456789\x37\x4B");
        check("123456789${crc:CRC-16/MODBUS:be}", b"123456789\x4B\x37");
        check(r"\$${crc:from}GPGLL${crc:from}123456789*${crc:XOR8}", b"$GPGLL123456789*1B");
    }

    #[test]
    fn secrets_are_tracked_to_the_byte() {
        let filled = fill(r#"AT+CPIN="${pin}",${pin:len},${empty}${pin}"#).unwrap();
        assert_eq!(filled.bytes, br#"AT+CPIN="1234",4,1234"#);
        assert_eq!(filled.secret, [9..13, 17..21]);
    }

    #[test]
    fn errors_name_the_column_and_teach() {
        let check = |text: &str, expect: &str| assert_eq!(fill(text).unwrap_err(), expect, "{text}");
        check(
            "ab${text",
            r"column 3: found `${` without an end; close it with }, or write \${ for these two characters",
        );
        check(
            "é${te xt}",
            r"column 4: found `te xt`; a name is letters, digits, _ and -, beginning with a letter; \${ for these two characters",
        );
        check(
            "${text:hax}",
            "column 8: found `hax`; write ${text}, or with :mixed, :hex, :len, :mixed:len or :hex:len",
        );
        check("${counter:3}", "column 3: found `counter:3`; write ${counter}");
        check("${nobody}", "`${nobody}` has no value");
        assert!(fill("${crc:crc-17}").unwrap_err().contains("found `crc:crc-17`; write ${crc:NAME} with one of SUM8"));
    }

    #[test]
    fn names_are_found_where_they_stand() {
        let template = Template::parse(r"${b} \${c} ${a:hex:len}${counter}${time}${b}").unwrap();
        assert_eq!(template.names().collect::<Vec<_>>(), ["b", "a", "b"]);
        assert!(template.counts());
        assert!(Template::parse("").unwrap().is_empty());
    }

    proptest! {
        /// Whatever the value holds, a plain `${x}` sends exactly it.
        #[test]
        fn a_plain_value_is_sent_as_it_is(value in ".*", before in "[a-z]*", after in "[a-z]*") {
            let values = Values(BTreeMap::from([("x", value.clone())]));
            let filled = Template::parse(&format!("{before}${{x}}{after}")).unwrap().fill(&values).unwrap();
            prop_assert_eq!(filled.bytes, format!("{before}{value}{after}").into_bytes());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in r"[$\{}\\:xa<>1A é]*") {
            let _ = Template::parse(&text);
        }
    }
}
