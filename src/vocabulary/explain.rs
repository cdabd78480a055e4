//! What an answer of the modem means, in words, for a place beside it in the log.

use super::codes;
use super::family::families;
use super::line::values;

/// What a line of the modem means: of `+CSQ: 8,0` that is "-98 dBm, weak". `None` where words would add nothing.
///
/// `pending` is the command that waits for its answer, where one does: it tells the answer to `AT+CREG?`
/// (`+CREG: 0,1`) from the report `+CREG: 1,"00C3"`.
#[must_use]
pub(crate) fn explain(line: &str, pending: Option<&str>) -> Option<String> {
    let line = line.trim();
    if let Some(words) = families().iter().find_map(|family| family.explain(line.as_bytes())) {
        return Some(words);
    }
    let (head, value) = line.split_once(':').map_or((line, ""), |(head, value)| (head.trim(), value.trim()));
    let fields = fields(value);
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    match head {
        "+CME ERROR" => value.parse().ok().and_then(codes::cme_text).map(str::to_owned),
        "+CMS ERROR" => value.parse().ok().and_then(codes::cms_text).map(str::to_owned),
        "+CSQ" => codes::csq_text(field(0).parse().ok()?),
        "+CREG" | "+CGREG" => registration(&fields, pending),
        "+CPIN" => codes::cpin_text(value).map(str::to_owned),
        "+CBC" => battery(&fields),
        "+HTTPACTION" => http(&fields),
        "STATE" => codes::ip_state_text(value).map(str::to_owned),
        "+CLCC" => call(&fields),
        "+CPAS" => codes::activity_text(field(0).parse().ok()?).map(str::to_owned),
        "+CGATT" => flag(field(0), "not attached to GPRS", "attached to GPRS"),
        "+CIPMUX" => flag(field(0), "one connection", "up to six numbered connections"),
        "+CIPMODE" => flag(field(0), "normal mode", "transparent mode"),
        "+CMGF" => flag(field(0), "SMS as PDU", "SMS as text"),
        "+CMEE" => by_number(field(0), &["errors as ERROR", "errors as numbers", "errors as words"]),
        "+CFUN" => by_number(field(0), &["minimum functions", "all functions on", "", "", "radio off"]),
        "+CIPSEND" => limit(&fields),
        "+CIPRXGET" => reading(&fields),
        "+SAPBR" => bearer(&fields),
        "+CDNSGIP" => names(&fields),
        "+CMTI" => Some(format!("a new SMS is stored at index {}; AT+CMGR={} reads it", field(1), field(1))),
        "+CMTE" => codes::temperature_text(field(field_count(&fields) - 1).parse().ok()?).map(str::to_owned),
        "+PDP" if value == "DEACT" => Some("the data connection is gone; next: AT+CIPSHUT".to_owned()),
        "+CUSD" => by_number(
            field(0),
            &[
                "answer of the network",
                "the network asks back",
                "ended by the network",
                "another answered",
                "not supported",
                "network timeout",
            ],
        ),
        "+FTPGET" | "+FTPPUT" | "+FTPLIST" | "+FTPSIZE" | "+FTPDELE" => {
            field(1).parse().ok().and_then(codes::ftp_text).map(str::to_owned)
        }
        _ => plain(line),
    }
}

/// Lines without a value.
fn plain(line: &str) -> Option<String> {
    let bare = line.split_once(", ").filter(|(n, _)| n.len() == 1 && n.starts_with(|c: char| c.is_ascii_digit()));
    let bare = bare.map_or(line, |(_, text)| text);
    let text = match bare {
        "SEND OK" => "the data was sent and confirmed",
        "SEND FAIL" => "the data could not be sent",
        "CONNECT OK" => "the connection is open",
        "CONNECT FAIL" => "the connection could not be opened",
        "ALREADY CONNECT" => "a connection is open already",
        "CLOSED" => "the other end has closed the connection",
        "CLOSE OK" => "the connection is closed",
        "SHUT OK" => "all connections and the data connection are ended",
        "RDY" => "the modem has just started",
        "Call Ready" => "calls can be made",
        "SMS Ready" => "SMS can be sent and read",
        "NORMAL POWER DOWN" => "the modem was switched off",
        "NO CARRIER" => "the call or connection has ended",
        "NO DIALTONE" => "no dial tone",
        "BUSY" => "the other end is busy",
        "NO ANSWER" => "nobody answered",
        "DOWNLOAD" => "the modem waits for the data",
        _ => return power(bare),
    };
    Some(text.to_owned())
}

fn power(line: &str) -> Option<String> {
    let text = match line.split_whitespace().next()? {
        "UNDER-VOLTAGE" if line.ends_with("WARNNING") => "the supply is at 3.5 V or less",
        "UNDER-VOLTAGE" => "the supply fell under 3.4 V: the modem switches off",
        "OVER-VOLTAGE" if line.ends_with("WARNNING") => "the supply is at 4.3 V or more",
        "OVER-VOLTAGE" => "the supply rose over 4.4 V: the modem switches off",
        _ => return None,
    };
    Some(text.to_owned())
}

/// The values behind the head; text that is no UTF-8 cannot come of text.
fn fields(value: &str) -> Vec<&str> {
    values(value.as_bytes()).map(|field| std::str::from_utf8(field).unwrap_or_default()).collect()
}

fn field_count(fields: &[&str]) -> usize {
    fields.len().max(1)
}

fn by_number(field: &str, texts: &[&str]) -> Option<String> {
    texts.get(field.parse::<usize>().ok()?).filter(|text| !text.is_empty()).map(|&text| text.to_owned())
}

fn flag(field: &str, off: &str, on: &str) -> Option<String> {
    by_number(field, &[off, on])
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
    let state = codes::charging_text(state.parse().ok()?)?;
    let grade = if millivolts < 3400 { ", too low for the modem" } else { "" };
    Some(format!("{}.{:03} V{grade}; {percent} %, {state}", millivolts / 1000, millivolts % 1000))
}

fn http(fields: &[&str]) -> Option<String> {
    let [method, status, bytes, ..] = fields else { return None };
    let method = ["GET", "POST", "HEAD"].get(method.parse::<usize>().ok()?)?;
    let status: u16 = status.parse().ok()?;
    let text = codes::http_text(status).unwrap_or("status");
    Some(format!("{method}: {status} {text}, {bytes} bytes to read"))
}

fn call(fields: &[&str]) -> Option<String> {
    let [_, direction, state, ..] = fields else { return None };
    let direction = if *direction == "1" { "incoming" } else { "outgoing" };
    Some(format!("{direction} call, {}", codes::call_text(state.parse().ok()?)?))
}

/// `+CIPSEND: <size>`, or `<n>,<size>` with numbered connections.
fn limit(fields: &[&str]) -> Option<String> {
    let size: u32 = fields.last()?.parse().ok()?;
    Some(format!("up to {size} bytes in one send"))
}

/// `+CIPRXGET: 1` reports, 2 and 3 read, 4 counts; a number of the connection may stand in between.
fn reading(fields: &[&str]) -> Option<String> {
    match fields {
        ["1", ..] => Some("data has come; AT+CIPRXGET=2,<len> reads it".to_owned()),
        ["2" | "3", .., got, left] => Some(format!("{got} bytes follow, {left} are left to read")),
        ["4", .., available] => Some(format!("{available} bytes are there to read")),
        _ => None,
    }
}

fn bearer(fields: &[&str]) -> Option<String> {
    let [_, state, address, ..] = fields else { return None };
    match *state {
        "0" => Some("the bearer is being opened".to_owned()),
        "1" => Some(format!("the bearer is open, own address {address}")),
        "2" => Some("the bearer is being closed".to_owned()),
        "3" => Some("the bearer is closed".to_owned()),
        _ => None,
    }
}

fn names(fields: &[&str]) -> Option<String> {
    match fields {
        ["1", host, address, ..] => Some(format!("{host} is {address}")),
        ["0", "8", ..] => Some("the name was not found (DNS error)".to_owned()),
        ["0", "3", ..] => Some("the name was not found (network error)".to_owned()),
        ["0", ..] => Some("the name was not found".to_owned()),
        _ => None,
    }
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
    }

    #[test]
    fn the_pending_command_tells_answer_from_report() {
        assert_eq!(explain("+CREG: 1,5,\"00C3\"", Some("AT+CREG?")).as_deref(), Some("registered, roaming"));
    }
}
