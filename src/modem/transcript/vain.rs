//! What programs, and people, say when nothing came: `ERROR: Timeout when calling AT`, `LCP: timeout sending Config-Requests`,
//! `SIM900 doesn't answer`. No modem says it: it is no part of the dialog, but it tells that somebody has waited.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Whose, spelled};
use crate::modem::secrets;
use crate::notation::harmless;
use crate::vocabulary::is_whole_command;

/// As many are kept.
pub(super) const KEPT: usize = 8;

/// How it is said. A modem's own `NO ANSWER` is an answer.
static WORDS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
    const WORDS: [&str; 24] = [
        "imeout",
        "IMEOUT",
        "imed out",
        "imedout",
        "o response",
        "o answer",
        "t answer",
        "t respond",
        "not responding",
        "odem hangup",
        "NO RESP",
        "ldn't find FONA",
        "odem connected properly?",
        "any answer",
        "any response",
        "any reply",
        "no reply",
        "No reply",
        "sin respuesta",
        "o responde",
        "keine Antwort",
        "Keine Antwort",
        "em resposta",
        "не отвечает",
    ];
    WORDS.iter().map(|word| Finder::new(word.as_bytes())).collect()
});

/// How pppd and wvdial say that PPP is over before anything went over it.
const PPP: [&[u8]; 5] = [
    b"LCP terminated by peer",
    b"LCP: timeout sending Config-Requests",
    b"P authentication failed",
    b"PPP negotiation failed",
    b"peer refused to authenticate",
];

/// What an ESP32 and an ESP8266 print when their own supply gives way.
const BROWN_OUT: [&[u8]; 3] = [b"Brownout detector was triggered", b"BROWN_OUT_RST", b"RTCWDT_BROWN_OUT_RESET"];

/// The line says that the board has restarted for want of power.
fn browns_out(line: &[u8]) -> bool {
    BROWN_OUT.iter().any(|words| memchr::memmem::find(line, words).is_some()) && !super::peel::is_prose(line)
}

/// Who kept silent, by the words.
pub(super) fn whose(line: &[u8]) -> Whose {
    if browns_out(line) {
        Whose::Board
    } else if ends_ppp(line) {
        Whose::Ppp
    } else if names_modem(line) {
        Whose::Modem
    } else {
        Whose::Unknown
    }
}

fn ends_ppp(line: &[u8]) -> bool {
    PPP.iter().any(|words| memchr::memmem::find(line, words).is_some()) && !super::peel::is_prose(line)
}

/// The line says that somebody has waited in vain, or that PPP is over.
pub(super) fn tells(line: &[u8]) -> bool {
    let said = WORDS.iter().find_map(|word| Some((word.find(line)?, word.needle().len())));
    // `timeout set to 15 seconds`, `(timeout 180000 ms)`: how long it will wait.
    let future = |behind: &[u8]| {
        let behind = behind.trim_ascii_start();
        let behind = behind.strip_prefix(b"=").or_else(|| behind.strip_prefix(b":")).unwrap_or(behind).trim_ascii();
        behind.first().is_some_and(u8::is_ascii_digit) || behind.starts_with(b"set") || behind.starts_with(b"of")
    };
    // chat's own word.
    if line.trim_ascii_end().ends_with(b"]: alarm") || ends_ppp(line) || browns_out(line) {
        return true;
    }
    said.is_some_and(|(at, len)| {
        let text = line.trim_ascii();
        // `Waiting for any response`: it may come yet.
        let any = line.get(at..).is_some_and(|said| said.starts_with(b"any "));
        let before = line.get(..at).unwrap_or_default().to_ascii_lowercase();
        let not = [&b"not "[..], b"n't ", b"without ", b"never "]
            .iter()
            .any(|no| memchr::memmem::find(&before, no).is_some());
        // `event timeout` is how Zephyr's state machines go on.
        (!any || not)
            && !before.ends_with(b"event t")
            && !future(line.get(at + len..).unwrap_or_default())
            && !is_whole_command(text)
            && !spelled::is_answer(text)
    })
}

/// What does not answer is a modem, by its words: a server may time out too.
fn names_modem(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 15] = [
        b"hone not connected",
        b"odem",
        b"ODEM",
        b"odule",
        b"GSM",
        b"GPRS",
        b"SIM8",
        b"SIM9",
        b"SIM7",
        b"FONA",
        b"ESP8266",
        b"esp01",
        b"NO RESP",
        b"dongle",
        b"alarm",
    ];
    // A connection that has ended is another matter, and what a person writes may be about anything.
    let told = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    NAMES.iter().any(|name| told(name)) && !told(b"hangup") && !super::peel::is_prose(line)
}

/// The line for people, cut where it is long; what is secret in a command that it names is hidden.
pub(super) fn shown(line: &[u8]) -> String {
    const LONGEST: usize = 100;
    let text = String::from_utf8_lossy(line.trim_ascii());
    let (before, command) = text.split_at(text.find("AT+").unwrap_or(text.len()));
    let text = harmless(&format!("{before}{}", secrets::masked(command)));
    if text.chars().count() <= LONGEST {
        text
    } else {
        format!("{}…", text.chars().take(LONGEST).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waited_in_vain() {
        for text in [
            "ERROR: Timeout when calling AT+CGATT?",
            "E (1563339) [PPPOS CLIENT]: AT: TIMEOUT",
            "LCP: timeout sending Config-Requests",
            "ERROR: SIM900 doesn't answer. Check power",
            "Modem is not responding",
            "timed out while waiting 'OK' in response to 'AT'",
            "DB:NO RESP",
            "chat[12]: alarm",
        ] {
            assert!(tells(text.as_bytes()), "{text}");
        }
        let named = |text: &str| names_modem(text.as_bytes());
        assert!(named("ERROR: SIM900 doesn't answer. Check power") && !named("pppd[16]: Modem hangup"));
        assert!(!named("my modem has worked for a year, and now it is not responding to anything."));
        assert_eq!(whose(b"pppd[846]: LCP terminated by peer"), Whose::Ppp);
        assert_eq!(whose(b"rst:0xf (BROWN_OUT_RST),boot:0xa"), Whose::Board);
        assert_eq!(shown(b"Failed AT+CWJAP=\"home\",\"geheim\""), "Failed AT+CWJAP=\"home\",\"******\"");
        for text in [
            "timeout set to 15 seconds",
            "Network registration (timeout 180000 ms)",
            "AT+CIPTIMEOUT=75000,15000,15000",
            "NO ANSWER",
            "<inf> modem_cellular: event timeout",
            "AT+CSQ",
            "OK",
        ] {
            assert!(!tells(text.as_bytes()), "{text}");
        }
    }
}
