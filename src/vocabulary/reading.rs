//! Reads what a line of the modem says, by its text alone.
//!
//! What a line means stands in the families' tables. Here is what cannot be a line of a table: results, the numbered
//! connection in front of a word, frames without a line end, and that any `+NAME: …` is information.
//! Not a judge of trust: pushed data may hold a line that reads like an answer. The dialog decides whether it counts.

use super::codes;
use super::failure;
use super::family::{Family, sim800};
use super::line::number;
use super::said::{NO_CODE, Said};

impl Said {
    /// Reads a line of a modem of which nothing is known.
    #[must_use]
    pub fn read(line: &[u8]) -> Self {
        Self::of(line, sim800())
    }

    /// Reads a line of a modem of this family. The words of a SIM800 are understood from all: many have some of them.
    #[must_use]
    pub fn of(line: &[u8], family: &Family) -> Self {
        let line = line.trim_ascii_end();
        match line {
            b"OK" => Self::Ok,
            b"ERROR" => Self::Error,
            [digit @ b'0'..=b'9'] => Self::Digit(digit - b'0'),
            [digit @ b'0'..=b'5', b',', word @ ..] => {
                let said = told(word.trim_ascii_start(), family);
                said.and_then(|said| said.of_connection(digit - b'0')).unwrap_or(Self::Unknown)
            }
            [b'0'..=b'9', ..] if is_address(line) => Self::Address,
            [] | [b'0'..=b'9', ..] => Self::Unknown,
            _ => told(line, family).unwrap_or_else(|| any(line)),
        }
    }
}

/// What the tables say of a line.
#[inline]
fn told(line: &[u8], family: &Family) -> Option<Said> {
    family.says(line).or_else(|| if family == sim800() { None } else { sim800().says(line) })
}

fn is_address(line: &[u8]) -> bool {
    line.len() <= 15
        && line.split(|&byte| byte == b'.').count() == 4
        && line.split(|&byte| byte == b'.').all(|part| number(part).is_some_and(|number| number < 256))
}

/// A line that no table has.
fn any(line: &[u8]) -> Said {
    if line.first() != Some(&b'+') {
        let named = matches!(line.first(), Some(b'*' | b'^' | b'#' | b'%')) && names_failure(line);
        return if named { Said::Trouble } else { Said::Unknown };
    }
    let end = line.iter().position(|byte| matches!(byte, b':' | b',')).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
    let name = name.trim_ascii_end();
    let value = rest.get(1..).unwrap_or_default().trim_ascii_start();
    let colon = rest.first() == Some(&b':');
    let field = |at: usize| value.split(|&byte| byte == b',').nth(at).map(<[u8]>::trim_ascii).unwrap_or_default();
    match name {
        b"+CME ERROR" if colon => Said::Cme(error_code(value, codes::cme_code).unwrap_or(100)),
        b"+CMS ERROR" if colon => Said::Cms(error_code(value, codes::cms_code).unwrap_or(NO_CODE)),
        b"+COPS" if colon && all_forbidden(value) => Said::Forbidden,
        b"+IPD" => number(field(0)).map_or(Said::Info, Said::Ipd),
        b"+RECEIVE" => number(field(1).strip_suffix(b":").unwrap_or(field(1))).map_or(Said::Info, Said::Receive),
        // SIMCom's way to hand out what was asked for: `+CFTRANTX: DATA,27`.
        _ if colon && field(0) == b"DATA" && field(2).is_empty() && number(field(1)).is_some() => {
            number(field(1)).map_or(Said::Info, Said::Counted)
        }
        // SIM7600 writes no comma.
        [b'+', b'I', b'P', b'D', count @ ..] if number(count).is_some() => number(count).map_or(Said::Info, Said::Ipd),
        [_, name @ ..] if !rest.is_empty() && name.iter().copied().all(is_of_a_name) => {
            if names_failure(line) {
                Said::Trouble
            } else {
                Said::Info
            }
        }
        _ => Said::Unknown,
    }
}

/// Of the networks that a search has found (27.007 §7.3: 0 unknown, 1 available, 2 current, 3 forbidden) none may be used.
fn all_forbidden(value: &[u8]) -> bool {
    let mut found = value.split(|byte| *byte == b'(').filter_map(|one| match one {
        [status @ b'0'..=b'3', b',', b' ', b'"', ..] | [status @ b'0'..=b'3', b',', b'"', ..] => Some(*status),
        _ => None,
    });
    found.next() == Some(b'3') && found.all(|status| status == b'3')
}

/// Of a line `+NAME: value` that no table has: its own words name a failure (`^SSLERR: 3`, `+XSTATE: CONNECT FAILED`).
/// What stands in quotes somebody has written.
fn names_failure(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 5] = [b"ERR", b"FAIL", b"LOST", b"NONET", b"REJECT"];
    let Some((name, value)) = memchr::memchr(b':', line).and_then(|at| Some((line.get(1..at)?, line.get(at + 1..)?)))
    else {
        return false;
    };
    let holds = |text: &[u8], words: &[&[u8]]| words.iter().any(|word| memchr::memmem::find(text, word).is_some());
    let value = value.trim_ascii();
    // `no error`, `0 errors`: that there is none.
    let none = value.is_empty() || value == b"0" || holds(value, &[b"no error", b"No error", b"NO ERROR", b"(", b"\""]);
    // What a peer has sent, whatever it says.
    let data = name.ends_with(b"DATA") || holds(name, &[b"RECV"]);
    let is_name = name.first().is_some_and(u8::is_ascii_uppercase) && name.iter().copied().all(is_of_a_name);
    is_name && !none && !data && (holds(name, &NAMES) || failure::names_failure(value))
}

/// The status in the first line of a web server's answer (`HTTP/1.1 400 Bad Request`), which may stand behind the head
/// of received data (`+IPD,309:`).
#[must_use]
#[inline]
pub(crate) fn server_status(line: &[u8]) -> Option<u16> {
    match line {
        [b'+', b'I' | b'R', ..] => status_of(line.split_at_checked(memchr::memchr(b':', line)? + 1)?.1),
        [b'H', ..] => status_of(line),
        _ => None,
    }
}

fn status_of(line: &[u8]) -> Option<u16> {
    let [_, b' ', status @ ..] = line.strip_prefix(b"HTTP/1.")? else { return None };
    let (status, words) = status.split_at_checked(3)?;
    let ended = words.first().is_none_or(|byte| matches!(byte, b' ' | b'\r'));
    number(status).filter(|_| ended).and_then(|status| u16::try_from(status).ok()).filter(|status| *status >= 100)
}

/// A line of a web server's answer that says that the connection ends behind it (RFC 9112 §9.6; HTTP/1.0 ends it always).
#[must_use]
pub(crate) fn ends_connection(line: &[u8]) -> bool {
    const ENDS: &[u8] = b"connection: close";
    match line {
        [b'H', ..] => line.starts_with(b"HTTP/1.0 "),
        [b'C' | b'c', ..] => line.get(..ENDS.len()).is_some_and(|head| head.eq_ignore_ascii_case(ENDS)),
        _ => false,
    }
}

/// The answer holds numbers and plain words alone, nothing that somebody has written.
#[must_use]
pub(crate) fn is_of_numbers(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 9] =
        [b"+CLCC:", b"+CSQ:", b"+CREG:", b"+CGREG:", b"+CEREG:", b"+CPIN:", b"+CBC:", b"+CCLK:", b"+SAPBR:"];
    NAMES.iter().any(|name| line.starts_with(name))
}

const fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

/// The number, or the number of the text that `AT+CMEE=2` prints.
fn error_code(value: &[u8], of_text: fn(&str) -> Option<u16>) -> Option<u16> {
    let value = value.trim_ascii();
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // `302 (operation not allowed)`: somebody has written words behind it.
    let code = value.split_at_checked(digits).filter(|(_, rest)| !rest.first().is_some_and(u8::is_ascii_alphanumeric));
    let numeric = code.and_then(|(code, _)| number(code)).and_then(|code| u16::try_from(code).ok());
    numeric.or_else(|| of_text(&String::from_utf8_lossy(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::said::{IpState, Network};

    #[track_caller]
    fn check(line: &str, expect: Said) {
        assert_eq!(Said::read(line.as_bytes()), expect, "{line}");
    }

    #[test]
    fn what_a_server_says() {
        let status = |line: &str| server_status(line.as_bytes());
        assert_eq!(status("HTTP/1.1 400 Bad Request\r\n"), Some(400));
        assert_eq!(status("+IPD,309:HTTP/1.0 302 Found"), Some(302));
        assert_eq!(status("+RECEIVE,0,120:HTTP/1.1 404"), Some(404));
        assert_eq!(status("GET / HTTP/1.1"), None);
        assert_eq!(status("HTTP/1.1 4000"), None);
        assert_eq!(status("HTTP/1.1 040 x"), None);
        assert_eq!(status("+IPD,5"), None);
        for line in ["Connection: close", "connection: Close", "HTTP/1.0 200 OK"] {
            assert!(ends_connection(line.as_bytes()), "{line}");
        }
        for line in ["Connection: keep-alive", "HTTP/1.1 200 OK", "CLOSED", ""] {
            assert!(!ends_connection(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn networks_that_are_all_forbidden() {
        check("+COPS: (3,\"A\",\"A\",\"26299\"),(3,\"B\",\"B\",\"26298\",2),,(0,1,2,3,4),(0,1,2)", Said::Forbidden);
        check("+COPS: (3,\"A\",\"A\",\"26299\"),(1,\"B\",\"B\",\"26298\",2),,(0,1,3,4),(0,2)", Said::Info);
        check("+COPS: ,,(0,1,2,3,4),(0,1,2)", Said::Info);
        check("+COPS: (0-4)", Said::Info);
    }

    #[test]
    fn a_line_of_no_table_that_names_a_failure() {
        for line in ["+XSTATE: 1,CONNECT FAILED", "^SSLERR: 3", "#SSLERROR: 2", "*NETLOST: 1", "+XSTAT: error 5"] {
            check(line, Said::Trouble);
        }
        for line in [
            "+XNAME: \"FAIL\"",
            "+XERR: 0",
            "+XSTATE: no error",
            "+XERR: (0-2)",
            "+XERR:",
            "+XTIMEOUT: 75000",
            "+XDATA: 1,7,ERROR",
        ] {
            check(line, Said::Info);
        }
        check("# FAIL: x", Said::Unknown);
        check("### Unhandled: FAIL", Said::Unknown);
    }

    #[test]
    fn lines() {
        check("", Said::Unknown);
        check("ok", Said::Unknown);
        check("OK ", Said::Ok);
        check("+CME ERROR: SIM not inserted", Said::Cme(10));
        check("+CME ERROR: 70000", Said::Cme(100));
        check("+CMS ERROR: 305", Said::Cms(305));
        check("+CMS ERROR: Requested facility not implemented", Said::Cms(69));
        check("+CMS ERROR: operation not allowed", Said::Cms(302));
        check("+CMS ERROR: 302 (operation not allowed) what is that", Said::Cms(302));
        check("+CME ERROR: 3G is off", Said::Cme(100));
        check("+CMS ERROR:", Said::Cms(NO_CODE));
        check("+CMS ERROR: something else", Said::Cms(NO_CODE));
        check("+CEREG: 0,2", Said::Registration(Network::Lte, 0, Some(2)));
        check("+CGREG: 1,\"00C3\"", Said::Registration(Network::Data, 1, None));
        check("+CREG: 1,00C3,7A2B", Said::Registration(Network::Voice, 1, None));
        check("+COPS: 0", Said::Operator(false));
        check("+COPS: 0,0,\"x\"", Said::Operator(true));
        check("+COPS: (2,\"x\",\"x\",\"26201\")", Said::Info);
        check("+CUSD: 2", Said::Ussd(2, false));
        check("0, CONNECT OK", Said::ConnectOk(Some(0)));
        check("0,CONNECT FAIL", Said::ConnectFail(Some(0)));
        check("9, CLOSED", Said::Unknown);
        check("10.78.245.128", Said::Address);
        check("10.78.245.256", Said::Unknown);
        check("4", Said::Digit(4));
        check("DATA ACCEPT:0,5", Said::SendOk);
        check("CONNECT 115200", Said::Connect);
        check("CONNECTED", Said::Unknown);
        check("+CREG: 2,1,\"00C3\",\"7A2B\"", Said::Registration(Network::Voice, 2, Some(1)));
        check("+CREG: 1", Said::Registration(Network::Voice, 1, None));
        // What stands behind it is somebody else's.
        check("+CREG: 0,1</b>", Said::Info);
        check("+CREG: 0,1\",RX", Said::Info);
        check("+CSQ:8,0", Said::Csq(8));
        check("+CBC: 0,81,4049", Said::Cbc(4049));
        check("+HTTPACTION:0,603,0", Said::HttpAction(603));
        check("+HTTPREAD: 1000", Said::Counted(1000));
        check("+IPD,12", Said::Ipd(12));
        check("+IPD12", Said::Ipd(12));
        check("+HTTPREAD: DATA,56", Said::Counted(56));
        check("+XDATA: DATA,5,6", Said::Info);
        check("+RECEIVE,0,7:", Said::Receive(7));
        check("+RECEIVE,0,7,1.2.3.4:80:", Said::Receive(7));
        check("+CIPRXGET: 1,0", Said::RxWaiting);
        check("+CIPRXGET: 2,255,1116", Said::RxData(255));
        check("+CIPRXGET: 2,1,255,1116", Said::RxData(255));
        check("+CIPRXGET: 2,0,0", Said::RxData(0));
        check("STATE: TCP CLOSED", Said::State(IpState::Closed));
        check("UNDER-VOLTAGE WARNNING", Said::UnderVoltage(false));
        check("OVER-VOLTAGE POWER OFF", Said::OverVoltage(true));
        check("+CIPSEND: 0,1352", Said::SendLimit(1352));
        check("+ hello", Said::Unknown);
        check("C: 0,0,\"UDP\",\"81.161.156.81\",\"14450\",\"CONNECTED\"", Said::Info);
    }
}
