//! Macro files of Bray Terminal, which CuteCom reads and writes too: a head line, then a title line and a text line for
//! each button (version 2), or `M1` and the text (version 1).
//!
//! Texts have `$1A` for hex, `#026` for decimal, `$$` and `##` for the characters, `%DLY0500` for a pause. CuteCom sends
//! `$1A` as three characters; files that hold only plain text mean the same in both.

use std::time::Duration;

use super::{Collected, LineEnding, Sending, macro_of};
use crate::macros::model::Step;

const HEAD: &[u8] = b"# Terminal macro file";

pub(super) fn is_it(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(HEAD)
}

pub(super) fn read(bytes: &[u8], ending: &LineEnding) -> Collected {
    let mut lines =
        bytes.trim_ascii_start().split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let version_2 = lines.next().is_some_and(|head| head.trim_ascii_end().ends_with(b"v2"));
    let mut collected = Collected::default();
    let mut button = 0;
    while let Some(first) = lines.next() {
        button += 1;
        let (title, text) =
            if version_2 || is_number(first) { (first, lines.next().unwrap_or_default()) } else { (&b""[..], first) };
        if text.is_empty() {
            continue;
        }
        let title = String::from_utf8_lossy(title).into_owned();
        match steps(text, ending) {
            Ok(steps) => collected.macros.push(macro_of(&title, None, steps)),
            Err(why) => collected.left_out.push(format!("M{button} `{}`: {why}.", title.trim())),
        }
    }
    collected
}

/// `M12` or `M12P1`, the line above a text in version 1.
fn is_number(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"M") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(rest.get(digits..), Some(b"" | b"P1" | b"P2"))
}

fn steps(text: &[u8], ending: &LineEnding) -> Result<Vec<Step>, String> {
    let mut sending = Sending::default();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'$' | b'#' if after.first() == Some(first) => {
                sending.bytes.push(*first);
                rest = after.get(1..).unwrap_or_default();
            }
            b'$' | b'#' => {
                let (len, radix) = if *first == b'$' { (2, 16) } else { (3, 10) };
                let digits = after.get(..len).unwrap_or(after);
                let byte = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == len);
                let byte = byte.and_then(|digits| u8::from_str_radix(digits, radix).ok()).ok_or_else(|| {
                    let (sign, digits) = (char::from(*first), String::from_utf8_lossy(digits));
                    format!("`{sign}{digits}` is no byte; Bray Terminal writes the character itself `{sign}{sign}`")
                })?;
                sending.bytes.push(byte);
                rest = after.get(len..).unwrap_or_default();
            }
            b'%' => rest = command(after, &mut sending)?,
            other => sending.bytes.push(*other),
        }
    }
    let has_its_own =
        sending.bytes.ends_with(b"\r") || sending.bytes.ends_with(b"\n") || sending.bytes.ends_with(b"\x1A");
    Ok(sending.finish(if has_its_own { b"" } else { ending.bytes() }))
}

/// What follows a `%`; gives what stands behind it. A `%` that begins none of the commands is the character.
fn command<'a>(after: &'a [u8], sending: &mut Sending) -> Result<&'a [u8], String> {
    if let Some(digits) = after.strip_prefix(b"DLY").and_then(|rest| rest.get(..4))
        && digits.iter().all(u8::is_ascii_digit)
    {
        let milliseconds = digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        sending.pause(Duration::from_millis(milliseconds));
        return Ok(after.get(7..).unwrap_or_default());
    }
    for (name, why) in [
        ("DLY", "a pause without four digits"),
        ("XOR", "its checksum `%XOR` has no counterpart here that surely counts the same"),
        ("SUM", "its checksum `%SUM` has no counterpart here that surely counts the same"),
        ("RUN", "`%RUN` starts a program; macros here never do"),
        ("URL", "`%URL` opens a program; macros here never do"),
        ("LOG", "`%LOGS` and `%LOGE` are for its own log"),
    ] {
        if after.starts_with(name.as_bytes()) {
            return Err(why.to_owned());
        }
    }
    if let [b'M', tens, ones, ..] = after
        && tens.is_ascii_digit()
        && ones.is_ascii_digit()
    {
        return Err(format!("`%M{}{}` calls another macro", char::from(*tens), char::from(*ones)));
    }
    sending.bytes.push(b'%');
    Ok(after)
}
