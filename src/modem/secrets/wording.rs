//! What the words in the name of a command tell that no table has: `AT+SETWIFI="home","…"`, `AT+UNLOCK=…`.
//!
//! A name counts only where it is made of such words altogether: `AT+KEYSET` takes a key, `AT+KEYBOARD` and `AT+PINMODE` do not.

use crate::vocabulary::private::{Parameters, login_behind_name, nothing_but_secrets};

/// What stands behind these is secret.
const SECRETS: [&str; 44] = [
    "PIN",
    "PUK",
    "KEY",
    "PW",
    "PSW",
    "PWD",
    "PSWD",
    "PASS",
    "PASSWD",
    "PASSWORD",
    "PASSPHRASE",
    "PASSCODE",
    "SECRET",
    "TOKEN",
    "OTP",
    "PSK",
    "WEP",
    "AUTH",
    "LOGIN",
    "LOGON",
    "SIGNIN",
    "CRED",
    "CREDS",
    "CREDENTIAL",
    "CREDENTIALS",
    "UNLOCK",
    "USER",
    "USERNAME",
    "ACCOUNT",
    "PAIRCODE",
    "SIMCODE",
    "LOCKCODE",
    "SECCODE",
    "SECURITYCODE",
    "ACCESSCODE",
    "UNLOCKCODE",
    "SIMLOCK",
    "LOCKSIM",
    "NETLOCK",
    "NETWORKLOCK",
    "DEVLOCK",
    "DEVICELOCK",
    "PHONELOCK",
    "MODEMLOCK",
];
/// Behind these stands what is joined or called, and then the login.
const PLACES: [&str; 16] = [
    "AP",
    "WIFI",
    "WLAN",
    "WPA",
    "APN",
    "SSID",
    "ESSID",
    "JOIN",
    "HOTSPOT",
    "SOFTAP",
    "CONNECTAP",
    "CONNAP",
    "JOINAP",
    "SETAP",
    "SECURITY",
    "STA",
];
/// Words that tell nothing by themselves.
const OTHERS: [&str; 60] = [
    "SET", "GET", "NEW", "OLD", "CHANGE", "ENTER", "VERIFY", "SIM", "NET", "NETWORK", "MQTT", "FTP", "HTTP", "HTTPS",
    "SMTP", "POP", "IMAP", "MAIL", "EMAIL", "GPRS", "LTE", "GSM", "BT", "BLE", "MY", "CFG", "CONF", "CONFIG", "SETUP",
    "CONN", "CONNECT", "NAME", "CODE", "SYS", "DEV", "DEVICE", "MASTER", "ENC", "AES", "DES", "APP", "NWK", "NWKS",
    "DEFAULT", "ADMIN", "ROOT", "MODEM", "WRITE", "SAVE", "STORE", "ADD", "INIT", "SERVER", "CLOUD", "IOT", "WEB",
    "API", "ACCESS", "EX", "CW",
];

/// What a name tells, the more secret the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tells {
    Nothing,
    Place,
    Secret,
}

/// What stands behind a name in capitals, without `AT`, as far as its words tell: `+SETWIFI`.
pub(super) fn parameters(name: &[u8]) -> Option<&'static Parameters> {
    let letters: Vec<u8> = name.iter().copied().filter(u8::is_ascii_uppercase).collect();
    // One letter may stand in front, as modems have it: `+CKEY`.
    let told = tells(&letters).into_iter().chain(letters.get(1..).and_then(tells)).max()?;
    match told {
        Tells::Nothing => None,
        Tells::Place => Some(login_behind_name()),
        Tells::Secret => Some(nothing_but_secrets()),
    }
}

/// The most that a division into words tells; `None` where there is none.
fn tells(letters: &[u8]) -> Option<Tells> {
    /// No command has a longer name.
    const LONGEST: usize = 64;
    if letters.len() > LONGEST {
        return None;
    }
    let lists = [(&SECRETS[..], Tells::Secret), (&PLACES[..], Tells::Place), (&OTHERS[..], Tells::Nothing)];
    // What each end of the name tells, the shortest first: however many divisions there are, each is looked at once.
    let mut told = vec![Some(Tells::Nothing)];
    for length in 1..=letters.len() {
        let end = letters.get(letters.len() - length..)?;
        let words = lists.into_iter().flat_map(|(words, told)| words.iter().map(move |word| (word, told)));
        let most = words.filter_map(|(word, tells)| {
            let rest = end.strip_prefix(word.as_bytes())?;
            told.get(rest.len())?.map(|rest| rest.max(tells))
        });
        let most = most.max();
        told.push(most);
    }
    told.pop().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_where_all_of_it_is_words() {
        let told = |name: &str| {
            parameters(name.as_bytes())
                .map_or("nothing", |all| if std::ptr::eq(all, nothing_but_secrets()) { "secrets" } else { "login" })
        };
        for name in [
            "+UNLOCK",
            "^SIMUNLOCK",
            "+XUSER",
            "+USERSET",
            "+KEY",
            "+KEY1",
            "+KEY_SET",
            "+PIN2SET",
            "+WIFIKEY",
            "+CKEY",
        ] {
            assert_eq!(told(name), "secrets", "{name}");
        }
        for name in ["+SETWIFI", "+APN", "^APNSET", "+CAPN", "+WPA2", "+WJOIN", "+CONNECTAP"] {
            assert_eq!(told(name), "login", "{name}");
        }
        for name in [
            "+KEYBOARD",
            "+PINMODE",
            "+PING",
            "+MONKEY",
            "+WIFISCAN",
            "+USERS",
            "+CPINPUT",
            "+LOCK",
            "+SETNAME",
            "+C",
            "+",
        ] {
            assert_eq!(told(name), "nothing", "{name}");
        }
    }

    /// Each of these words is two others, so of the divisions there are more than can be tried.
    #[test]
    fn a_name_of_many_words_is_read_at_once() {
        assert_eq!(tells("USERNAME".repeat(8).as_bytes()), Some(Tells::Secret));
        assert_eq!(tells(format!("{}X", "USERNAME".repeat(7)).as_bytes()), None);
        assert_eq!(tells("USERNAME".repeat(1000).as_bytes()), None);
    }
}
