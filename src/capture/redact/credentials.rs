//! How credentials look: names and what stands behind them, in header fields, forms, JSON, XML, queries, settings, command lines,
//! lines of programs, logins of mail and FTP, and what people write.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

/// Values that are none: words for nothing, and ways to log in, behind which the login stands.
const NO_VALUES: [&[u8]; 13] = [
    b"null",
    b"none",
    b"true",
    b"false",
    b"undefined",
    b"plain",
    b"login",
    b"xoauth2",
    b"cram-md5",
    b"digest-md5",
    b"ntlm",
    b"external",
    b"gssapi",
];

/// What a value may be wrapped in: quotes, as they are or escaped.
macro_rules! quotes {
    () => {
        r#"(?:%22|\\x22|\\u0022|&quot;|["'\\])*"#
    };
}

/// Names of credentials that are words of their own.
macro_rules! names {
    () => {
        r"(?:token|api[_-]?key|password|passwort|kennwort|passwd|passphrase|passcode|contrase\S{1,2}a|senha|secret(?:[_-]?key)?|private[_-]?key|pre[_-]?shared[_-]?key|(?:session|access|account|security|encryption|master|shared|app|nwk|wifi|wlan|wpa|wep|device|aio|io|write|read)(?:[ _-]?access)?[ _-]?s?key)"
    };
}

/// Names that are parts of other words too: they stand alone, or behind `_` or `-`.
macro_rules! short_names {
    () => {
        r"(?:\b|[_-])(?:pwd|pass|passw|pw|psw|pswd|psk|sid|sessionid|auth|jwt|otp|mdp|mot[ _-]?de[ _-]?passe|clave|wachtwoord|parola|heslo|has[l\xC5][o\x82]o?|lozinka|sifre|parol|salasana|jelszo|losenord|adgangskode|passord)"
    };
}

/// Credentials: the group that matched is the value.
static TOKENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    any_of(&[
        // Header fields.
        r"authorization\s*:\s*(?:\w+\s+)?([^\s]{3,})",
        r#"authorization["']\s*:\s*["'](?:\w+\s+)?([^"']{3,})"#,
        r#"\bresponse="([^"\r\n]{3,})"#,
        r"(?:set-)?cookie2?:\s*([^\r\n]{3,})",
        r#"\b(?:x|api|ocp)-[a-z-]*(?:key|token|secret|auth)[a-z-]*\s*:\s*([^\s"']{3,})"#,
        // Forms, JSON, queries, settings.
        concat!(
            names!(),
            r"(?:\[\w*\])?",
            quotes!(),
            r"\s*(?:is\s*|ist\s*)?(?:[=:]|%3[ad])\s*",
            quotes!(),
            r#"([^\s&"'\\,;<>]{4,})"#
        ),
        concat!(short_names!(), r#"(?:\[\w*\])?["']?\s*[=:]\s*["']?([^\s&"',;<>]{4,})"#),
        r#"["']bearer["']\s*:\s*["']([^"']{4,})"#,
        r#"\bdefine\s+\w*(?:password|passwd|passphrase|pass|pwd|psk|secret|token|api_?key|_key)\w*\s+"([^"]{3,})""#,
        r#"["']u(?:ser)?["']\s*:\s*["'][^"']*["']\s*,\s*["']p(?:w|ass)?["']\s*:\s*["']([^"']{4,})"#,
        r"\b(?:credential|signature)=([^\s,&]{4,})",
        r"[?&;](?:\w*key|sig|signature|appid|code|pin|session|sessid)=([^\s&]{4,})",
        // A pair whose name is a value too, and what a login is called with.
        concat!(
            r#"["'](?:name|key|id|n|k|cmd|type|field|param)["']\s*:\s*["'](?:\w*[_-])?(?:"#,
            names!(),
            r#"|pass|pwd|pw|pin|auth)["']\s*,\s*["'](?:value|val|v|data)["']\s*:\s*["']?([^"',}\s]{3,})"#
        ),
        r#"["']method["']\s*:\s*["'][\w.]*(?:login|auth\w*)["']\s*,\s*["']params["']\s*:\s*\[\s*["'][^"']*["']\s*,\s*["']([^"']{3,})"#,
        r#"\bssid["'][^{}]{0,80}["']key["']\s*:\s*["']([^"']{4,})"#,
        r"<(?:\w+:)?(?:password|passwd|pwd|pass|token|secret|api_?key|pin|auth)(?:\s[^<>]*)?>(?:<!\[CDATA\[)?([^<>\]]{3,})[\]<]",
        // A field of a form in parts; its value comes behind an empty line.
        concat!(r#"\bname=["']?(?:\w*[_-])?(?:"#, names!(), r#"|pass|pwd|pin)["']?\s+(\S{3,})"#),
        // What people write.
        r#"\b(?:(?:sim|gsm|card|user|bt|ble|secret)_?)?(?:pin|puk)[12]?(?:[\s_]*(?:code|number|is|ist))*["']?\s*[=:]?\s*["']?([0-9]{4,8})\b"#,
        r#"\b(?:your|verification|security|activation|confirmation|access|login|unlock|one-time)[\s_]*(?:\w+\s+){0,2}code(?:\s+is|\s+ist)?["']?\s*[:=]?\s*["']?([0-9]{4,8})\b"#,
        concat!(r"\b", names!(), r#"\s+(?:is\s+|ist\s+)?["']?([^\s"',;:<>()]*[0-9][^\s"',;:<>()]*)"#),
        // Five consonants in a row are no word of a language.
        concat!(r"\b", names!(), r"\s+(?:is\s+|ist\s+)?(\w*[b-df-hj-np-tv-xz]{5}\w*)"),
        r"\(key\s+([^\s()]{4,})\)",
        // That of a keyboard.
        r"\b(?:press(?:es|ed)?|hit|hold|release[sd]?|push(?:ed)?)\s+(?:the\s+|any\s+)?key\s+[a-z]{0,6}[0-9]{0,2}(?:\W|$)",
        r"\bkey\s+((?:[a-z]+[0-9]|[0-9]+[a-z])[\w-]{4,}|[a-z]{6,}[0-9]\w*)",
        // Command lines.
        r"--[a-z-]*(?:password|passwd|pass|token|secret|pw)[ =]+(\S{3,})",
        r"\bsshpass\s+-p\s*(\S{3,})",
        r"\bcurl\s(?:.*\s)?(?:-u|--user)\s*[^\s:]+:(\S{3,})",
        r"\bmosquitto_(?:pub|sub|rr)\s(?:.*\s)?(?-i:-P)\s*(\S{3,})",
        r"\bmysql(?:dump|admin)?\s(?:.*\s)?(?-i:-p)([^\s-]\S{2,})",
        r#"\becho\s+["']?([^\s"'|]{3,})["']?\s*\|\s*sudo\s+-S"#,
        r#"\becho\s+["']?[^\s:"'|]+:([^\s"'|]{3,})["']?\s*\|\s*chpasswd"#,
        r#"\bwpa_passphrase\s+\S+\s+["']?([^\s"']{3,})"#,
        r#"\bset_network\s+[0-9]+\s+psk\s+["']*([^\s"']{3,})"#,
        r#"\bwireless\S*\.key=["']?([^\s"']{4,})"#,
        r#"\b(?:setenv|set|export)\s+\w*(?:pass|pw|psk|token|secret)\w*\s+["']?([^\s"']{3,})"#,
        r"\bisakmp\s+key\s+(\S{3,})",
        r"\bsnmp-server\s+community\s+(\S{3,})",
        // Lines of programs that are printed or listed.
        r#"\b(?:wifi\.begin|networkconnect|addap|softap|setcredentials|setauth\w*|username_pw_set|login)\s*\(\s*["'][^"']*["']\s*,\s*["']([^"']{3,})"#,
        r#"\b(?:gprs)?connect\s*\(\s*(?:"[^"]*"|\w+)\s*,\s*"[^"]*"\s*,\s*"([^"]{3,})""#,
        r#"\b(?:simunlock|unlocksim|enterpin)\s*\(\s*["']([0-9]{4,8})["']"#,
        // The login of a URL; the token of a bot.
        r"://[^\s/:@]*:([^\s/@]+)@",
        r#"://([^\s/:@"]{4,})@"#,
        r"/bot([0-9]+:[\w-]{4,})",
        r"/services/T\w+/B\w+/(\w{4,})",
        r"/with/key/([\w-]{4,})",
        // Web tokens.
        r"\b(eyJ[\w-]{6,}\.[\w-]+\.[\w-]+)",
    ])
});
/// A code in the path of an address, where it looks like one: it has a digit in it, or is long, or four consonants in a row.
static CODES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    any_of(&[
        r"/(?:\w+[_-])?(?:reset|verify|verification|confirm|activate|activation|invite|magic|login|auth|token|secret|pass|password|key|apikey|api[_-]key|hooks?|webhooks?|bot)(?:[_-]\w+)?/([A-Za-z_-]*[0-9][\w-]{3,}|[\w-]{16,}|\w*[b-df-hj-np-tv-xz]{4}\w*)",
    ])
});
/// A day, which stands there too.
static DAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?-u)^(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))$",
    )
    .ok()
});
/// Where four consonants meet in English words (length, background, brightness, attempts, months, watchdog), and names of protocols.
const IN_WORDS: [&str; 15] = [
    "ngth", "ckgr", "ghtl", "ghtn", "ghts", "mpts", "nths", "tchd", "tchp", "tchw", "http", "dhcp", "mqtt", "smtp",
    "html",
];
/// No word with one of them is longer.
const LONGEST_WORD: usize = 15;
/// Logins at the start of a line that is sent: mail, FTP, news, chats, data bases, corrections of positions, trackers; and settings
/// of routers.
static LOGINS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    any_of(&[
        r"^(?:AUTHINFO\s+|user\s+\S+\s+)?PASS\s+(\S+)",
        r"^(?:\S{1,8}\s+)?LOGIN\s+\S+\s+(\S+)",
        r"^(?:\S{1,8}\s+)?AUTH(?:ENTICATE)?\s+\S+\s+(\S+)",
        r"^AUTH\s+(\S{3,})\s*$",
        r"^APOP\s+\S+\s+(\S+)",
        r"^(?:PRIVMSG\s+NickServ\s+:|NICKSERV\s+)?IDENTIFY\s+(?:\S+\s+)?(\S{3,})",
        r"^SOURCE\s+(\S+)\s+/?\S+",
        r"^#L#(?:[0-9.]+;)?[0-9]+;([^;\s]{3,})",
        r"\b(?:password|secret|passphrase)\s+(?:[0-9]\s+)?(\S{3,})\s*$",
    ])
});
/// A line that asks a server of mail for a login, the parts of which come on lines of their own.
pub(super) static BEGINS_LOGIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i-u)^(?:\S{1,8}\s+)?(?:AUTH(?:ENTICATE)?\s+\S+\s*$|LOGIN\b.*\{[0-9]+\+?\}\s*$)").ok()
});
/// A name whose value may stand on the next line: a folded header field, JSON, a form in parts, a command of a data base.
pub(super) static VALUE_FOLLOWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)(?:\bauthorization\s*:|["']\s*:|\bform-data;\s*name=["']?[\w-]+["']?|^AUTH)\s*$"#).ok()
});

fn any_of(alternatives: &[&str]) -> Option<Regex> {
    Regex::new(&format!("(?i-u){}", alternatives.join("|"))).ok()
}

/// Where credentials stand in a text.
pub(super) fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let is_code = |code: &Range<usize>| !is_word_or_day(text.get(code.clone()).unwrap_or_default());
    values(TOKENS.as_ref(), text).chain(values(CODES.as_ref(), text).filter(is_code)).collect()
}

/// What looks like a code and is none.
fn is_word_or_day(code: &[u8]) -> bool {
    let word = code.len() <= LONGEST_WORD && code.iter().all(u8::is_ascii_lowercase);
    word && IN_WORDS.iter().any(|part| memchr::memmem::find(code, part.as_bytes()).is_some())
        || DAYS.as_ref().is_some_and(|days| days.is_match(code))
}

/// Where the secrets of a login stand in a line that is sent.
pub(super) fn logins(line: &[u8]) -> Vec<Range<usize>> {
    values(LOGINS.as_ref(), line).collect()
}

/// The groups of all matches that are values.
fn values<'a>(regex: Option<&'a Regex>, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
    let value = |found: Captures<'a>| found.iter().skip(1).flatten().next();
    let values = regex.into_iter().flat_map(|regex| regex.captures_iter(text)).filter_map(value);
    let is_none = |value: &[u8]| {
        let end = value.iter().rposition(|byte| !b"}])".contains(byte)).map_or(0, |last| last + 1);
        NO_VALUES.iter().any(|none| value.get(..end).is_some_and(|value| none.eq_ignore_ascii_case(value)))
    };
    values.filter(move |value| !is_none(value.as_bytes())).map(|value| value.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slip in one of them would find nothing, and hide nothing.
    #[test]
    fn all_patterns_are_patterns() {
        assert!(
            TOKENS.is_some()
                && CODES.is_some()
                && DAYS.is_some()
                && LOGINS.is_some()
                && BEGINS_LOGIN.is_some()
                && VALUE_FOLLOWS.is_some()
        );
    }
}
