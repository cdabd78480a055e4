//! Numbers to words: what errors, registration and signal mean, in all modems.
//!
//! The codes of one family stand in its table (`@code`). The CME and CMS texts are SIMCom's own
//! (SIM800 Series AT Command Manual V1.10, sections 19.1 and 20.1), byte for byte, because `AT+CMEE=2` prints them.

use std::sync::LazyLock;

/// All `+CME ERROR` codes with SIMCom's text, by code (manual section 19.1).
pub(crate) static CME: LazyLock<Vec<(u16, &'static str)>> =
    LazyLock::new(|| table(include_str!("codes/cme_errors.csv")));

/// All `+CMS ERROR` codes with SIMCom's text, by code (manual section 20.1).
pub(crate) static CMS: LazyLock<Vec<(u16, &'static str)>> =
    LazyLock::new(|| table(include_str!("codes/cms_errors.csv")));

/// Reads `code,text` lines behind one heading; a text with a comma is quoted.
fn table(csv: &'static str) -> Vec<(u16, &'static str)> {
    let row = |line: &'static str| {
        let (code, text) = line.trim_end().split_once(',')?;
        Some((code.parse().ok()?, text.trim_matches('"')))
    };
    let mut rows: Vec<_> = csv.lines().skip(1).filter_map(row).collect();
    rows.sort_unstable_by_key(|&(code, _)| code);
    rows
}

fn look_up(table: &[(u16, &'static str)], code: u16) -> Option<&'static str> {
    let at = table.binary_search_by_key(&code, |&(code, _)| code).ok()?;
    table.get(at).map(|&(_, text)| text)
}

/// The text of `+CME ERROR: <code>`, as `AT+CMEE=2` prints it.
#[must_use]
pub(crate) fn cme_text(code: u16) -> Option<&'static str> {
    look_up(&CME, code)
}

/// The text of `+CMS ERROR: <code>`.
#[must_use]
pub(crate) fn cms_text(code: u16) -> Option<&'static str> {
    look_up(&CMS, code)
}

/// The code of a `+CME ERROR` text printed by `AT+CMEE=2`, whatever the case of its letters.
#[must_use]
pub(super) fn cme_code(text: &str) -> Option<u16> {
    CME.iter().find(|(_, known)| known.eq_ignore_ascii_case(text.trim())).map(|&(code, _)| code)
}

/// The code of a `+CMS ERROR` text printed by `AT+CMEE=2`, whatever the case of its letters.
#[must_use]
pub(super) fn cms_code(text: &str) -> Option<u16> {
    CMS.iter().find(|(_, known)| known.eq_ignore_ascii_case(text.trim())).map(|&(code, _)| code)
}

/// Registration state of `+CREG` and `+CGREG`.
#[must_use]
pub(crate) const fn registration_text(stat: u8) -> Option<&'static str> {
    Some(match stat {
        0 => "not registered, not searching",
        1 => "registered, home network",
        2 => "not registered, searching for a network",
        3 => "registration denied",
        4 => "registration state unknown",
        5 => "registered, roaming",
        _ => return None,
    })
}

/// Field strength of `+CSQ` in dBm; `None` for 99 (not known) and for numbers that do not exist.
///
/// 0 stands for -115 dBm or less, 31 for -52 dBm or more (manual section 3.2.35).
#[must_use]
pub(super) const fn csq_dbm(rssi: u8) -> Option<i16> {
    Some(match rssi {
        0 => -115,
        1 => -111,
        2..=30 => 2 * rssi as i16 - 114,
        31 => -52,
        _ => return None,
    })
}

/// `+CSQ` in words, such as "-98 dBm, weak".
#[must_use]
pub(crate) fn csq_text(rssi: u8) -> Option<String> {
    let grade = match rssi {
        0 => return Some("-115 dBm or less, no usable signal".to_owned()),
        1..=9 => "weak",
        10..=14 => "fair",
        15..=19 => "good",
        20..=30 => "very good",
        31 => return Some("-52 dBm or more, very good".to_owned()),
        99 => return Some("signal not known (yet)".to_owned()),
        _ => return None,
    };
    csq_dbm(rssi).map(|dbm| format!("{dbm} dBm, {grade}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!((CME.len(), CMS.len()), (113, 127));
        assert!(CME.is_sorted_by_key(|row| row.0) && CMS.is_sorted_by_key(|row| row.0));
    }

    #[test]
    fn texts_are_simcoms_own() {
        assert_eq!(cme_text(3), Some("operation not allowed"));
        assert_eq!(cme_text(797), Some("CFUN state is 0 or 4"));
        assert_eq!(cme_text(5), Some("PH-SIM PIN required"));
        assert_eq!(cme_text(8), None);
        assert_eq!(cms_text(19), Some("User alerting, no answer"));
        assert_eq!(cms_text(500), Some("Unknown"));
        assert_eq!(cme_code("SIM not inserted"), Some(10));
        assert_eq!(cme_code("no such text"), None);
    }

    #[test]
    fn signal_in_words() {
        let words = [0, 1, 8, 9, 10, 20, 30, 31, 32, 99].map(|rssi| csq_text(rssi).unwrap_or_else(|| "-".into()));
        assert_eq!(
            words.join(" | "),
            "-115 dBm or less, no usable signal | -111 dBm, weak | -98 dBm, weak | -96 dBm, weak | -94 dBm, fair | \
             -74 dBm, very good | -54 dBm, very good | -52 dBm or more, very good | - | signal not known (yet)"
        );
    }
}
