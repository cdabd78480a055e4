//! Lines in which a secret stands behind a name without `=`: commands of radio modules, and lines for systems that know no AT
//! (`set wlan phrase …`, `nmcli … password …`, `SP,…`).

/// Words that a setting of such a system begins with.
const BEGINNINGS: [&[u8]; 13] = [
    b"set",
    b"wifi",
    b"wlan",
    b"nmcli",
    b"config",
    b"conf",
    b"cfg",
    b"mqtt",
    b"net",
    b"nvs",
    b"username",
    b"enable",
    b"wpa",
];
/// Behind one of these at its end stands a secret.
const NAMES: [&[u8]; 10] =
    [b"password", b"passwd", b"passphrase", b"phrase", b"pass", b"pwd", b"psk", b"key", b"secret", b"token"];
/// What joins a network that is named first, and then its password.
const JOINS: [&[u8]; 2] = [b"connect", b"join"];
/// Of Bluetooth modules: their PIN.
const SETS_PIN: &[u8] = b"SP,";
/// Of radio modules: the PIN of the SIM, keys, the password of an access point.
const SHORT_COMMANDS: [&[u8]; 4] = [b"ATPN", b"ATPK", b"ATKY", b"ATCW"];

/// It may bring a secret.
pub(super) fn begins(line: &[u8]) -> bool {
    let is = |word: &&[u8]| {
        line.split_at_checked(word.len())
            .is_some_and(|(start, rest)| rest.first() == Some(&b' ') && start.eq_ignore_ascii_case(word))
    };
    // Nearly all lines begin with another letter.
    let may = line.first().is_some_and(|first| b"swncmue".contains(&first.to_ascii_lowercase()));
    may && (line.starts_with(SETS_PIN) || BEGINNINGS.iter().any(is))
}

/// What comes next in it is one.
pub(super) fn value_follows(line: &[u8]) -> bool {
    let is = |command: &&[u8]| line.eq_ignore_ascii_case(command);
    if line == SETS_PIN || SHORT_COMMANDS.iter().any(is) {
        return true;
    }
    if line.last() != Some(&b' ') || !begins(line) {
        return false;
    }
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let is_in = |words: &[&[u8]], word: &[u8]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let third = words.next();
    let last = words.next_back().or(third).unwrap_or(second);
    // `set key 3` is for a keyboard.
    let of_keys = last.eq_ignore_ascii_case(b"key") && third.is_none();
    let joins = [&b"wifi"[..], b"wlan"].iter().any(|word| word.eq_ignore_ascii_case(first))
        && is_in(&JOINS, second)
        && third.is_some_and(|name| !name.starts_with(b"-"));
    joins || is_in(&NAMES, last) && !of_keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letters_are_those_of_the_words() {
        for word in BEGINNINGS {
            assert!(begins(&[word, b" x"].concat()), "{}", String::from_utf8_lossy(word));
        }
        assert!(begins(SETS_PIN) && !begins(b"AT+CSQ") && !begins(b"setting x"));
    }

    #[test]
    fn a_value_follows_its_name() {
        for line in [
            "set wlan phrase ",
            "set ftp pass ",
            "wifi set password ",
            "wifi connect home ",
            "nmcli dev wifi connect home password ",
            "enable secret ",
            "username me password ",
            "SP,",
            "atky",
        ] {
            assert!(value_follows(line.as_bytes()), "{line}");
        }
        for line in [
            "set wlan ssid ",
            "set key ",
            "wifi connect ",
            "wifi scan ",
            "my password ",
            "settings password ",
            "set password",
            "password ",
        ] {
            assert!(!value_follows(line.as_bytes()), "{line}");
        }
    }
}
