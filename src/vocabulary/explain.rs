//! What an answer of the modem means, in words, for a place beside it in the log.
//!
//! The words stand in the families' tables. Here is what is reckoned: errors in words of their own tables, dBm, volts, and
//! which of two numbers is a state of registration.

use super::codes;
use super::family::{families, third_generation};
use super::line::values;

/// What a line of the modem means: of `+CSQ: 8,0` that is "-98 dBm, weak". `None` where words would add nothing.
///
/// `pending` is the command that waits for its answer, where one does: it tells the answer to `AT+CREG?`
/// (`+CREG: 0,1`) from the report `+CREG: 1,"00C3"`.
#[must_use]
pub(crate) fn explain(line: &str, pending: Option<&str>) -> Option<String> {
    let line = line.trim();
    let told = families().iter().find_map(|family| family.explain(of_any_connection(line).as_bytes()));
    if told.is_some() {
        return told;
    }
    let (head, value) = line.split_once(':').map(|(head, value)| (head.trim(), value.trim()))?;
    let fields = fields(value);
    let first = fields.first().copied().unwrap_or_default();
    match head {
        "+CME ERROR" => value.parse().ok().and_then(cme).map(str::to_owned),
        "+CMS ERROR" => value.parse().ok().and_then(codes::cms_text).map(str::to_owned),
        "+CSQ" => codes::csq_text(first.parse().ok()?),
        "+CREG" | "+CGREG" | "+CEREG" => registration(&fields, pending),
        "+CBC" => battery(&fields),
        _ => None,
    }
}

/// As SIMCom prints it, else as the standard has it.
fn cme(code: u16) -> Option<&'static str> {
    codes::cme_text(code).or_else(|| third_generation().code("cme", code))
}

/// Without the number of the connection in front (`0, CONNECT OK`).
fn of_any_connection(line: &str) -> &str {
    let numbered = |n: &str| n.len() == 1 && n.starts_with(|c: char| c.is_ascii_digit());
    line.split_once(", ").filter(|(n, _)| numbered(n)).map_or(line, |(_, text)| text)
}

/// The values behind the head; text that is no UTF-8 cannot come of text.
fn fields(value: &str) -> Vec<&str> {
    values(value.as_bytes()).map(|field| std::str::from_utf8(field).unwrap_or_default()).collect()
}

/// `+CREG: <n>,<stat>[,…]` answers a query, `+CREG: <stat>[,…]` reports. Areas and cells are four hex digits or more.
fn registration(fields: &[&str], pending: Option<&str>) -> Option<String> {
    let asked = pending.is_some_and(|command| command.trim_end().ends_with('?'));
    let state = match fields {
        [_, stat, ..] if stat.len() == 1 && (asked || fields.len() != 3) => stat,
        [stat, ..] => stat,
        [] => return None,
    };
    codes::registration_text(state.parse().ok()?).map(str::to_owned)
}

fn battery(fields: &[&str]) -> Option<String> {
    let [state, percent, millivolts, ..] = fields else { return None };
    let millivolts: u32 = millivolts.parse().ok()?;
    let state = ["not charging", "charging", "charging done"].get(state.parse::<usize>().ok()?)?;
    let grade = if millivolts < 3400 { ", too low for the modem" } else { "" };
    Some(format!("{}.{:03} V{grade}; {percent} %, {state}", millivolts / 1000, millivolts % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &str) {
        assert_eq!(explain(line, None).unwrap_or_default(), expect, "{line}");
    }

    #[test]
    fn answers_in_words() {
        check("", "");
        check("OK", "");
        check("+CME ERROR: 3", "operation not allowed");
        check("+CME ERROR: operation not allowed", "");
        check("+CMS ERROR: 500", "Unknown");
        check("+CME ERROR: 70000", "");
        check("+CSQ: 8,0", "-98 dBm, weak");
        check("+CSQ:99,99", "signal not known (yet)");
        check("+CREG: 0,3", "registration denied");
        check("+CREG: 2", "not registered, searching for a network");
        check("+CREG: 1,\"00C3\",\"7A2B\"", "registered, home network");
        check("+CREG: 2,1,\"00C3\",\"7A2B\"", "registered, home network");
        check("+CPIN: SIM PIN", "the SIM asks for its PIN");
        check("+CBC: 0,81,4049", "4.049 V; 81 %, not charging");
        check("+CBC: 0,10,3267", "3.267 V, too low for the modem; 10 %, not charging");
        check("+HTTPACTION:0,603,0", "GET: 603 DNS error, 0 bytes to read");
        check("+HTTPACTION: 0,200,7438", "GET: 200 OK, 7438 bytes to read");
        check("STATE: TCP CONNECTING", "a connection is being opened");
        check("+CLCC: 1,1,4,0,0,\"+49\",145", "incoming call, incoming");
        check("+CPAS: 0", "ready");
        check("+CIPRXGET: 2,1,255,1116", "255 bytes follow, 1116 are left to read");
        check("+CIPSEND: 1460", "up to 1460 bytes in one send");
        check("0, CONNECT OK", "the connection is open");
        check("+PDP: DEACT", "the data connection is gone; next: AT+CIPSHUT");
        check("UNDER-VOLTAGE WARNNING", "the supply is at 3.5 V or less");
        check("+CDNSGIP: 0,8", "the name was not found (DNS error)");
        check("+CMTE:", "");
        check("+CMTE: 1,-2", "under -40 °C, the modem switches off");
        check("+CEREG: 0,5", "registered, roaming");
        check("+CUSD: 7", "");
        check("+CDNSGIP: 1,\"example.org\",\"93.184.216.34\"", "example.org is 93.184.216.34");
        check("+SAPBR: 1,1,\"10.0.0.2\"", "the bearer is open, own address 10.0.0.2");
        check("+HTTPACTION: 1,299,0", "POST: 299 status, 0 bytes to read");
        check("+CMTI: \"SM\",3", "a new SMS is stored at index 3; AT+CMGR=3 reads it");
        check("+FTPGET: 1,1", "the file can be read");
        check("+FTPGET:1,61", "the file could not be fetched: network error");
    }

    #[test]
    fn the_pending_command_tells_answer_from_report() {
        assert_eq!(explain("+CREG: 1,5,\"00C3\"", Some("AT+CREG?")).as_deref(), Some("registered, roaming"));
    }
}
