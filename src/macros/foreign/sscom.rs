//! SSCOM's list of texts: `N1=A,text` or `N1=H,13 00 FF`, and from version 5 on `N101=order,comment,pause` for its first row. A comma in a text is
//! written as the byte 02. The file is GB2312; the bytes of a text are what SSCOM sends, and stay as they are.

use std::collections::BTreeMap;

use super::{Collected, LineEnding, Sending, macro_of};
use crate::notation::{Mode, parse};

pub(super) fn is_it(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').filter_map(entry).any(|(row, value)| row < 100 && is_row(value))
}

pub(super) fn read(bytes: &[u8], ending: &LineEnding) -> Collected {
    let mut comments: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let mut rows: BTreeMap<u32, &[u8]> = BTreeMap::new();
    for (number, value) in bytes.split(|byte| *byte == b'\n').filter_map(entry) {
        if number > 100 && number < 1000 {
            let comment = value.split(|byte| *byte == b',').nth(1).unwrap_or_default();
            comments.insert(number - 100, with_commas(comment));
        } else if number <= 100 && is_row(value) {
            rows.insert(number, value);
        }
    }
    let mut collected = Collected::default();
    for (number, value) in rows {
        let text = with_commas(value.get(2..).unwrap_or_default());
        if text.trim_ascii().is_empty() {
            continue;
        }
        let comment = comments.get(&number).map(|comment| readable(comment)).unwrap_or_default();
        let bytes = if value.starts_with(b"H") {
            match std::str::from_utf8(&text).map(|text| parse(text, Mode::Hex)) {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(error)) => {
                    collected.left_out.push(format!("N{number} `{comment}`: {error}."));
                    continue;
                }
                Err(_) => {
                    collected.left_out.push(format!("N{number} `{comment}`: it is no hex."));
                    continue;
                }
            }
        } else {
            [&text, ending.bytes()].concat()
        };
        collected.macros.push(macro_of(&comment, None, Sending { bytes, ..Sending::default() }.finish(b"")));
    }
    if !comments.is_empty() {
        collected.left_out.push("The order and the pauses of SSCOM's loop; each row is a macro of its own.".to_owned());
    }
    collected
}

/// `N12=value`.
fn entry(line: &[u8]) -> Option<(u32, &[u8])> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let rest = line.strip_prefix(b"N")?;
    let split = rest.iter().position(|byte| *byte == b'=')?;
    let number = std::str::from_utf8(rest.get(..split)?).ok()?.parse().ok()?;
    Some((number, rest.get(split + 1..)?))
}

fn is_row(value: &[u8]) -> bool {
    value.starts_with(b"A,") || value.starts_with(b"H,")
}

fn with_commas(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if *byte == 0x02 { b',' } else { *byte }).collect()
}

/// A comment in GB2312 is not read here; its row then takes its name from what it sends.
fn readable(comment: &[u8]) -> String {
    std::str::from_utf8(comment).unwrap_or_default().to_owned()
}
