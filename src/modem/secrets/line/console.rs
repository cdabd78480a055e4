//! Lines in which a secret stands behind a name without `=`: commands of radio modules, and lines for systems that know no AT
//! (`set wlan phrase …`, `nmcli … password …`, `config wifi ssid=… pwd=…`, `SP,…`).

/// Words that a setting of such a system begins with.
const BEGINNINGS: [&[u8]; 25] = [
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
    b"radio",
    b"sys",
    b"mac",
    b"lora",
    b"modem",
    b"bt",
    b"ble",
    b"gprs",
    b"ftp",
    b"sim",
    b"wpa_cli",
    b"passwd",
];
/// The first letters of those, and of [`SETS_PIN`].
const FIRST: &[u8] = b"swncmuerlbgfp";
/// Behind one of these at its end stands a secret.
const NAMES: [&[u8]; 10] =
    [b"password", b"passwd", b"passphrase", b"phrase", b"pass", b"pwd", b"psk", b"key", b"secret", b"token"];
/// Behind one of these too, where it looks like one: `set pin 13` is for a board.
const PINS: [&[u8]; 5] = [b"pin", b"puk", b"simpin", b"pincode", b"unlock"];
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
    let may = line.first().is_some_and(|first| FIRST.contains(&first.to_ascii_lowercase()));
    may && (line.starts_with(SETS_PIN) || BEGINNINGS.iter().any(is))
}

/// `byte`, which comes next in it, is the first of one; `rest` came behind that.
pub(super) fn value_follows(line: &[u8], byte: u8, rest: &[u8]) -> bool {
    let is = |command: &&[u8]| line.eq_ignore_ascii_case(command);
    if line == SETS_PIN || SHORT_COMMANDS.iter().any(is) {
        return true;
    }
    if !matches!(line.last(), Some(b' ' | b'=')) || !begins(line) {
        return false;
    }
    let mut words = line.split(|byte| matches!(byte, b' ' | b'=')).filter(|word| !word.is_empty());
    let is_in = |words: &[&[u8]], word: &[u8]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let third = words.next();
    let last = words.next_back().or(third).unwrap_or(second);
    // `wpa_key`, `sim-pin`.
    let name = last.rsplit(|byte| matches!(byte, b'_' | b'-')).next().unwrap_or(last);
    // `set key 3` is for a keyboard.
    let of_keys = last.eq_ignore_ascii_case(b"key") && third.is_none();
    let of_wifi = is_in(&[b"wifi", b"wlan"], first);
    let joins = of_wifi && is_in(&JOINS, second) && third.is_some_and(|name| !name.starts_with(b"-"));
    // `wifi -s home -p …`, `passwd root …`.
    let option = of_wifi && is_in(&[b"-p", b"-k"], last) || first.eq_ignore_ascii_case(b"mqtt") && last == b"-P";
    let of_user = first.eq_ignore_ascii_case(b"passwd") && third.is_none();
    let more = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let like_pin = byte.is_ascii_digit() && (more == rest.len() || (4..=8).contains(&(more + 1)));
    joins || option || of_user || is_in(&NAMES, name) && !of_keys || is_in(&PINS, name) && like_pin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letters_are_those_of_the_words() {
        for word in BEGINNINGS {
            assert!(begins(&[word, b" x"].concat()), "{}", String::from_utf8_lossy(word));
        }
        assert!(FIRST.iter().all(|first| BEGINNINGS.iter().any(|word| word.starts_with(&[*first]))));
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
            "radio set wpa_key ",
            "config wifi ssid=home pwd=",
            "sys set pin ",
            "modem unlock ",
            "wifi -s home -p ",
            "passwd root ",
            "wpa_cli set_network 0 psk ",
        ] {
            assert!(value_follows(line.as_bytes(), b'4', b"711\r"), "{line}");
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
            "config wifi ssid=",
        ] {
            assert!(!value_follows(line.as_bytes(), b'4', b"711\r"), "{line}");
        }
        assert!(!value_follows(b"sys set pin ", b'1', b"3\r") && value_follows(b"sys set pin ", b'1', b""));
    }
}
