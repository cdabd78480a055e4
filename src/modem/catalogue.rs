//! The commands of a SIM800: syntax, one sentence of help, whether they wait for data, how long they may take.
//!
//! The facts stand in `catalogue/sim800.txt`, one command a line; here they are found: by a command line (hover help, the
//! strip's time-outs), by the beginning of a name (completion in the send box). What an *answer* means in words is
//! [`explain`]'s business.
//!
//! Not a judge of syntax: a command that is not here may well exist.

mod explain;

use std::sync::LazyLock;
use std::time::Duration;

pub use explain::explain;

/// How the data ends that a command waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataEnd {
    /// It takes none.
    None,
    /// Byte 0x1A ends it, ESC cancels; with a length in the command it is counted.
    Terminator,
    /// So many bytes, as the command says.
    Length,
    /// So many bytes, or the time that the command names.
    LengthOrTime,
}

/// One command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name with `AT`, such as `AT+CIPSEND`.
    pub name: &'static str,
    /// How it is written, such as `AT+CIPSEND[=<n>][,<len>]`.
    pub syntax: &'static str,
    /// What it does, one sentence.
    pub help: &'static str,
    /// What its parameters mean; empty where there is nothing to say.
    pub parameters: &'static str,
    /// Whether it waits for data, and how that ends.
    pub data: DataEnd,
    /// The longest the manual gives its final result.
    pub allowed: Duration,
}

/// What the manual gives a command that it names no time for.
const USUAL: Duration = Duration::from_secs(5);

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut entries: Vec<Entry> = include_str!("catalogue/sim800.txt").lines().filter_map(entry).collect();
    entries.sort_unstable_by_key(|entry| entry.name);
    entries
});

fn entry(line: &'static str) -> Option<Entry> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = line.splitn(6, '|').map(str::trim);
    let (name, syntax, seconds, data) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let help = fields.next()?;
    Some(Entry {
        name,
        syntax,
        help,
        parameters: fields.next().unwrap_or_default(),
        data: match data {
            "1A" => DataEnd::Terminator,
            "len" => DataEnd::Length,
            "time" => DataEnd::LengthOrTime,
            _ => DataEnd::None,
        },
        allowed: seconds.parse().map_or(USUAL, Duration::from_secs),
    })
}

/// All commands, by name.
#[must_use]
pub fn all() -> &'static [Entry] {
    &ENTRIES
}

/// The command that a command line begins with, whatever its case: of `at+cipsend=5` that is `AT+CIPSEND`.
#[must_use]
pub fn find(command_line: &str) -> Option<&'static Entry> {
    let line = command_line.trim().to_ascii_uppercase();
    let extended = line.starts_with("AT+");
    let name_end = line.find(|c: char| matches!(c, '=' | '?' | ';' | ' ') || (extended && c == ','));
    let name = line.get(..name_end.unwrap_or(line.len())).unwrap_or(&line);
    let exact =
        |name: &str| ENTRIES.binary_search_by_key(&name, |entry| entry.name).ok().and_then(|at| ENTRIES.get(at));
    if let Some(entry) = exact(name) {
        return Some(entry);
    }
    if extended || !name.starts_with("AT") {
        return None;
    }
    // Basic commands carry their number behind them without `=`: ATE0, ATD123, AT&D1.
    (3..name.len()).rev().find_map(|end| exact(name.get(..end)?))
}

/// Commands whose name or syntax begins with `prefix`, whatever its case; with `AT` alone, all.
#[must_use]
pub fn complete(prefix: &str) -> Vec<&'static Entry> {
    let prefix = prefix.trim().to_ascii_uppercase();
    if prefix.is_empty() {
        return Vec::new();
    }
    ENTRIES.iter().filter(|entry| entry.name.starts_with(&prefix) || "AT+".starts_with(&prefix)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_whole() {
        let lines = include_str!("catalogue/sim800.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().len(), lines);
        for entry in all() {
            assert!(entry.help.ends_with('.') && !entry.help.contains('|'), "{entry:?}");
            assert!(entry.syntax.starts_with(entry.name), "{entry:?}");
        }
        assert!(all().is_sorted_by_key(|entry| entry.name) && lines >= 150, "{lines}");
    }

    #[track_caller]
    fn check(line: &str, name: Option<&str>) {
        assert_eq!(find(line).map(|entry| entry.name), name, "{line}");
    }

    #[test]
    fn found_by_command_line() {
        check("", None);
        check("hello", None);
        check("AT", Some("AT"));
        check("at+cipsend=0,5", Some("AT+CIPSEND"));
        check("AT+CIPSEND\r", Some("AT+CIPSEND"));
        check("AT+CIPSENDHEX", None);
        check("ATE0", Some("ATE"));
        check("ATD+49123;", Some("ATD"));
        check("AT&W", Some("AT&W"));
        check("ATS0=1", Some("ATS0"));
        check("A/", Some("A/"));
        check("AT+CIFSR;E0", Some("AT+CIFSR"));
        assert_eq!(find("AT+CIICR").unwrap().allowed, Duration::from_secs(85));
        assert_eq!(find("AT+CMGS=\"1\"").unwrap().data, DataEnd::Terminator);
    }

    #[test]
    fn completed_by_prefix() {
        let names = |prefix| complete(prefix).iter().map(|entry| entry.name).collect::<Vec<_>>().join(" ");
        assert_eq!(
            names("at+cips"),
            "AT+CIPSCONT AT+CIPSEND AT+CIPSERVER AT+CIPSGTXT AT+CIPSHOWTP AT+CIPSHUT AT+CIPSPRT AT+CIPSRIP AT+CIPSSL AT+CIPSTART AT+CIPSTATUS"
        );
        assert_eq!(names("AT&"), "AT&C AT&D AT&F AT&V AT&W");
        assert_eq!(complete("AT").len(), all().len());
        assert_eq!(names("hello"), "");
        assert_eq!(names(""), "");
    }
}
