//! The macro that a program was written from: kept at the program's end in comments, so that it imports again to the same macro.
//!
//! It counts only while nothing before it was changed, which a checksum tells; a program that somebody has worked on is read as
//! any other.

use std::fmt::Write as _;

use crc::{CRC_32_ISO_HDLC, Crc};

use super::source::Source;
use crate::macros::file;
use crate::macros::{Book, Macro};

const MARK: &str = "The macro that this is, for `modemscope sketch import`, while nothing above is changed: ";

/// What stands at the end of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The macro, as it was.
    Same(Box<Macro>),
    /// The program was changed since; the 1-based line of the mark.
    Changed(usize),
}

/// Puts the macro behind a program; each line begins with the language's sign for a comment.
pub(super) fn append(program: &mut String, what: &Macro, comment: &str) {
    let sum = sum(program);
    let book = file::print(&Book { macros: vec![what.clone()] });
    let _ = writeln!(program, "\n{comment} {MARK}{sum:08x}");
    for line in book.lines() {
        let _ = writeln!(program, "{}", format!("{comment}   {}", hidden(line)).trim_end());
    }
}

/// Characters that turn or hide what stands beside them have no place in a source text: `%{202E}`.
fn hidden(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        let format =
            matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if c == '%' || c.is_control() || format {
            let _ = write!(out, "%{{{:X}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn shown(line: &str) -> Option<String> {
    let mut parts = line.split("%{");
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}')?;
        out.push(u32::from_str_radix(number, 16).ok().and_then(char::from_u32)?);
        out.push_str(rest);
    }
    Some(out)
}

/// The macro at the end of a program; `None` where there is none.
pub(super) fn read(source: &Source) -> Option<Written> {
    let text = source.text().next()?;
    let at = text.rfind(MARK)?;
    let start = text.get(..at)?.rfind('\n')? + 1;
    let (program, rest) = text.split_at_checked(start)?;
    let changed = Written::Changed(program.lines().count() + 1);
    let mut lines = rest.lines();
    let (sign, told) = lines.next()?.split_once(MARK)?;
    let sign = sign.trim_end();
    let plain = |line: &str| shown(line.strip_prefix(sign)?.strip_prefix("   ").unwrap_or_default());
    let book: Option<String> = lines.map(|line| Some(plain(line)? + "\n")).collect();
    let same = u32::from_str_radix(told.trim(), 16).is_ok_and(|told| told == sum(program));
    let macros = book.filter(|_| same).and_then(|book| file::parse(&book).ok()).map(|book| book.macros);
    Some(match macros.and_then(|macros| macros.into_iter().next()) {
        Some(what) => Written::Same(Box::new(what)),
        None => changed,
    })
}

/// Of the lines; how they end, and blanks at their ends, are an editor's affair.
fn sum(program: &str) -> u32 {
    let crc = Crc::<u32>::new(&CRC_32_ISO_HDLC);
    let mut digest = crc.digest();
    for line in program.trim_end().lines() {
        digest.update(line.trim_end().as_bytes());
        digest.update(b"\n");
    }
    digest.finalize()
}
