//! What a line of the modem says, by its text alone.
//!
//! Not a judge of trust: pushed data may hold a line that reads like an answer. The dialog decides whether it counts.

use super::codes;
use super::line::number;

/// Stands for the code of an error that shows none.
pub(crate) const NO_CODE: u16 = u16::MAX;

/// A line of the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// `OK`.
    Ok,
    /// `ERROR`.
    Error,
    /// `+CME ERROR:` with its code; 100 (unknown) for a text that is in no table.
    Cme(u16),
    /// `+CMS ERROR:` with its code; [`NO_CODE`] where it shows none, or words that are in no table.
    Cms(u16),
    /// `SEND OK`, `DATA ACCEPT:…`.
    SendOk,
    /// `SEND FAIL`.
    SendFail,
    /// `CONNECT OK`, with the number of the connection where one stands in front.
    ConnectOk(Option<u8>),
    /// `CONNECT FAIL`.
    ConnectFail(Option<u8>),
    /// `ALREADY CONNECT`.
    AlreadyConnect(Option<u8>),
    /// `CONNECT`, `CONNECT 115200`: data mode.
    Connect,
    /// `CLOSE OK`.
    CloseOk(Option<u8>),
    /// `CLOSED`.
    Closed(Option<u8>),
    /// `SHUT OK`.
    ShutOk,
    /// The data connection is open.
    ContextOpen,
    /// The data connection could not be opened.
    ContextFailed,
    /// The data connection was ended from here.
    ContextClosed,
    /// `+PDP: DEACT`: the network has ended the data connection.
    PdpDeact,
    /// `NO CARRIER`, `BUSY`, `NO ANSWER`, `NO DIALTONE`: a call or data connection has ended.
    CallEnd,
    /// `RDY`.
    Rdy,
    /// `+CFUN: <n>`.
    Cfun(u8),
    /// `+CPIN: …`.
    Cpin(Pin),
    /// `Call Ready`.
    CallReady,
    /// `SMS Ready`.
    SmsReady,
    /// `UNDER-VOLTAGE …`; true for power down.
    UnderVoltage(bool),
    /// `OVER-VOLTAGE …`; true for power down.
    OverVoltage(bool),
    /// `NORMAL POWER DOWN`.
    PowerDown,
    /// `+CREG: …`: the first two fields.
    Creg(u8, Option<u8>),
    /// `+CGREG: …`, `+CEREG: …`: registration for data, the first two fields.
    DataReg(u8, Option<u8>),
    /// `+COPS: …`: an operator is named.
    Operator(bool),
    /// `+CUSD: <status>`, with a text or without.
    Ussd(u8, bool),
    /// `+CSQ: <rssi>,…`.
    Csq(u8),
    /// `+CBC: …,<mV>`.
    Cbc(u32),
    /// `+HTTPACTION: <method>,<status>,<len>`.
    HttpAction(u16),
    /// `+HTTPREAD: <len>`, `+FTPGET: 2,<len>`: so many bytes follow.
    Counted(u32),
    /// `+IPD,<len>`.
    Ipd(u32),
    /// `+RECEIVE,<n>,<len>…:`.
    Receive(u32),
    /// `+CIPRXGET: 1…`: data has come.
    RxWaiting,
    /// `+CIPRXGET: 2,…` or `3,…`: so many bytes (or twice as many digits) follow.
    RxData(u32),
    /// `+CIPRXGET: 4,…`.
    RxCount,
    /// `STATE: …`.
    State(IpState),
    /// An IPv4 address alone.
    Address,
    /// `DOWNLOAD`.
    Download,
    /// `+FTPPUT: 2,<n>`, `+FTPEXTPUT: …`: so many bytes are taken now.
    Upload(u32),
    /// `+CMGS: <n>`, `+CMGW: <n>`.
    Stored,
    /// `+CMGR: …`, `+CMGL: …`: text of an SMS follows, to the final result.
    SmsHead,
    /// `+CMT: …`: one line of text follows.
    SmsPushed,
    /// `+CIPSEND: …<size>`.
    SendLimit(u32),
    /// `+CIPMUX: <n>`.
    Mux(u8),
    /// `+CMEE: <n>`.
    Cmee(u8),
    /// `+CMGF: <n>`.
    Cmgf(u8),
    /// One digit: a result with `ATV0`.
    Digit(u8),
    /// Any other `+NAME: …`, `*NAME: …`, `C: …`, `RING` and the like.
    Info,
    /// Nothing that a modem says of itself.
    Unknown,
}

/// What the SIM asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "as the modem says it")]
pub enum Pin {
    /// `READY`.
    Ready,
    /// `SIM PIN`, `PH_SIM PIN`.
    Pin,
    /// `SIM PUK`, `PH_SIM PUK`.
    Puk,
    /// `NOT INSERTED`.
    NotInserted,
    /// `NOT READY`: it is being read, switched off, or gone.
    NotReady,
    /// Anything else.
    Other,
}

/// The states of `AT+CIPSTATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpState {
    /// `IP INITIAL`.
    Initial,
    /// `IP START`.
    Start,
    /// `IP CONFIG`.
    Config,
    /// `IP GPRSACT`, `IP STATUS`, `IP PROCESSING`.
    Active,
    /// `TCP CONNECTING`, `UDP CONNECTING`.
    Connecting,
    /// `CONNECT OK`.
    Connected,
    /// `TCP CLOSING`, `TCP CLOSED` and the same of UDP.
    Closed,
    /// `PDP DEACT`.
    Lost,
}

impl Said {
    /// Reads a line.
    #[must_use]
    pub fn read(line: &[u8]) -> Self {
        let line = line.trim_ascii_end();
        match line {
            b"OK" => Self::Ok,
            b"ERROR" => Self::Error,
            [b'+', ..] => plus(line),
            [digit @ b'0'..=b'9', rest @ ..] => numbered(*digit, rest, line),
            [] => Self::Unknown,
            _ => word(line, None),
        }
    }

    /// It ends a command, well or badly.
    #[must_use]
    pub(crate) const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Cme(_) | Self::Cms(_))
    }
}

/// `0, CONNECT OK`, an address, a digit.
fn numbered(digit: u8, rest: &[u8], line: &[u8]) -> Said {
    match rest {
        [] => Said::Digit(digit - b'0'),
        [b',', text @ ..] if digit <= b'5' => word(text.trim_ascii_start(), Some(digit - b'0')),
        _ if is_address(line) => Said::Address,
        _ => Said::Unknown,
    }
}

fn is_address(line: &[u8]) -> bool {
    line.len() <= 15
        && line.split(|&byte| byte == b'.').count() == 4
        && line.split(|&byte| byte == b'.').all(|part| number(part).is_some_and(|number| number < 256))
}

fn word(line: &[u8], n: Option<u8>) -> Said {
    match line {
        b"SEND OK" => Said::SendOk,
        b"SEND FAIL" => Said::SendFail,
        b"CONNECT OK" => Said::ConnectOk(n),
        b"CONNECT FAIL" => Said::ConnectFail(n),
        b"ALREADY CONNECT" => Said::AlreadyConnect(n),
        b"CLOSE OK" => Said::CloseOk(n),
        b"CLOSED" => Said::Closed(n),
        _ if n.is_some() => {
            if line.starts_with(b"REMOTE IP:") {
                Said::Info
            } else {
                Said::Unknown
            }
        }
        b"SHUT OK" => Said::ShutOk,
        b"CONNECT" => Said::Connect,
        b"NO CARRIER" | b"BUSY" | b"NO ANSWER" | b"NO DIALTONE" => Said::CallEnd,
        b"RDY" | b"QCRDY" | b"*ATREADY: 1" => Said::Rdy,
        b"Call Ready" => Said::CallReady,
        b"SMS Ready" => Said::SmsReady,
        b"NORMAL POWER DOWN" => Said::PowerDown,
        b"DOWNLOAD" => Said::Download,
        b"RING" | b"SERVER OK" | b"SERVER CLOSE" => Said::Info,
        _ => long_word(line),
    }
}

fn long_word(line: &[u8]) -> Said {
    match line.first() {
        Some(b'S') if line.starts_with(b"STATE: ") => {
            line.get(7..).and_then(ip_state).map_or(Said::Unknown, Said::State)
        }
        Some(b'D') if line.starts_with(b"DATA ACCEPT:") => Said::SendOk,
        Some(b'C') if line.get(8..).and_then(number).is_some() && line.starts_with(b"CONNECT ") => Said::Connect,
        Some(b'C' | b'S') if line.get(1..3) == Some(b": ") => Said::Info,
        Some(b'U') if line.starts_with(b"UNDER-VOLTAGE ") => voltage(line).map_or(Said::Unknown, Said::UnderVoltage),
        Some(b'O') if line.starts_with(b"OVER-VOLTAGE ") => voltage(line).map_or(Said::Unknown, Said::OverVoltage),
        Some(b'*') if line.starts_with(b"*PS") => Said::Info,
        Some(b'R') if line.starts_with(b"RECV FROM:") || line.starts_with(b"REMOTE IP:") => Said::Info,
        _ => Said::Unknown,
    }
}

/// The modem writes `WARNNING`, some firmware may not; `POWER DOWN` is `POWER OFF` in other hardware notes.
fn voltage(line: &[u8]) -> Option<bool> {
    let kind = line.splitn(2, |&byte| byte == b' ').nth(1)?.trim_ascii();
    match kind {
        b"WARNNING" | b"WARNING" => Some(false),
        b"POWER DOWN" | b"POWER OFF" | b"POWD" | b"POWDN" => Some(true),
        _ => None,
    }
}

fn ip_state(state: &[u8]) -> Option<IpState> {
    Some(match state.trim_ascii() {
        b"IP INITIAL" => IpState::Initial,
        b"IP START" => IpState::Start,
        b"IP CONFIG" => IpState::Config,
        b"IP GPRSACT" | b"IP STATUS" | b"IP PROCESSING" | b"SERVER LISTENING" => IpState::Active,
        b"TCP CONNECTING" | b"UDP CONNECTING" => IpState::Connecting,
        b"CONNECT OK" => IpState::Connected,
        b"TCP CLOSING" | b"UDP CLOSING" | b"TCP CLOSED" | b"UDP CLOSED" => IpState::Closed,
        b"PDP DEACT" => IpState::Lost,
        _ => return None,
    })
}

/// Lines that begin with `+`.
fn plus(line: &[u8]) -> Said {
    let end = line.iter().position(|byte| matches!(byte, b':' | b',')).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
    let name = name.trim_ascii_end();
    let value = rest.get(1..).unwrap_or_default().trim_ascii_start();
    let colon = rest.first() == Some(&b':');
    let field = |at: usize| value.split(|&byte| byte == b',').nth(at).map(<[u8]>::trim_ascii).unwrap_or_default();
    let small = |at: usize| number(field(at)).and_then(|number| u8::try_from(number).ok());
    let or_info = |said: Option<Said>| said.unwrap_or(Said::Info);
    match name {
        b"+CME ERROR" if colon => Said::Cme(error_code(value, codes::cme_code).unwrap_or(100)),
        b"+CMS ERROR" if colon => Said::Cms(error_code(value, codes::cms_code).unwrap_or(NO_CODE)),
        b"+CSQ" if colon => or_info(small(0).map(Said::Csq)),
        b"+CREG" if colon => or_info(small(0).map(|first| Said::Creg(first, small(1)))),
        b"+CGREG" | b"+CEREG" if colon => or_info(small(0).map(|first| Said::DataReg(first, small(1)))),
        b"+COPS" if colon => or_info(small(0).map(|_| Said::Operator(value.contains(&b'"')))),
        b"+CUSD" if colon => or_info(small(0).map(|status| Said::Ussd(status, value.contains(&b'"')))),
        b"+CPIN" if colon => Said::Cpin(pin(value)),
        b"+CFUN" if colon => or_info(small(0).map(Said::Cfun)),
        b"+CBC" if colon => or_info(number(field(2)).map(Said::Cbc)),
        b"+PDP" if value == b"DEACT" => Said::PdpDeact,
        b"+HTTPACTION" if colon => {
            or_info(number(field(1)).and_then(|status| u16::try_from(status).ok()).map(Said::HttpAction))
        }
        b"+HTTPREAD" if colon => {
            or_info(number(value.rsplit(|&byte| byte == b',').next().unwrap_or_default()).map(Said::Counted))
        }
        b"+FTPGET" | b"+FTPLIST" if field(0) == b"2" => or_info(number(field(1)).map(Said::Counted)),
        b"+FTPPUT" if field(0) == b"2" => or_info(number(field(1)).map(Said::Upload)),
        b"+FTPEXTPUT" if colon => or_info(number(field(1)).map(Said::Upload)),
        b"+IPD" => or_info(number(field(0)).map(Said::Ipd)),
        b"+RECEIVE" => or_info(number(field(1).strip_suffix(b":").unwrap_or(field(1))).map(Said::Receive)),
        b"+CIPRXGET" if colon => or_info(rx_get(value)),
        b"+CIPSEND" if colon => or_info(
            number(value.rsplit(|&byte| byte == b',').next().unwrap_or_default().trim_ascii()).map(Said::SendLimit),
        ),
        b"+CIPMUX" if colon => or_info(small(0).map(Said::Mux)),
        b"+CMEE" if colon => or_info(small(0).map(Said::Cmee)),
        b"+CMGF" if colon => or_info(small(0).map(Said::Cmgf)),
        b"+CMGS" | b"+CMGW" if colon => Said::Stored,
        b"+CMGR" | b"+CMGL" if colon => Said::SmsHead,
        b"+CMT" | b"+CBM" | b"+CDS" if colon => Said::SmsPushed,
        // SIM7600 writes no comma.
        _ if name.starts_with(b"+IPD") && number(name.get(4..).unwrap_or_default()).is_some() => {
            or_info(number(name.get(4..).unwrap_or_default()).map(Said::Ipd))
        }
        _ if rest.is_empty()
            || !name
                .get(1..)
                .unwrap_or_default()
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || *byte == b' ' || byte.is_ascii_digit()) =>
        {
            Said::Unknown
        }
        _ => Said::Info,
    }
}

/// `+CIPRXGET: 2,[n,]<got>,<left>`; how many digits or bytes follow.
fn rx_get(value: &[u8]) -> Option<Said> {
    let mut fields = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let mode = fields.next()?;
    let count = fields.clone().count();
    let got = || number(fields.clone().nth(count.checked_sub(2)?)?);
    match mode {
        b"1" => Some(Said::RxWaiting),
        b"2" => got().map(Said::RxData),
        b"3" => got().map(|got| Said::RxData(got * 2)),
        b"4" => Some(Said::RxCount),
        _ => None,
    }
}

fn pin(value: &[u8]) -> Pin {
    match value {
        b"READY" => Pin::Ready,
        b"SIM PIN" | b"PH_SIM PIN" | b"PH-SIM PIN" => Pin::Pin,
        b"SIM PUK" | b"PH_SIM PUK" | b"PH-SIM PUK" => Pin::Puk,
        b"NOT INSERTED" | b"SIM REMOVED" => Pin::NotInserted,
        b"NOT READY" => Pin::NotReady,
        _ => Pin::Other,
    }
}

/// The number, or the number of the text that `AT+CMEE=2` prints.
fn error_code(value: &[u8], of_text: fn(&str) -> Option<u16>) -> Option<u16> {
    let numeric = number(value.trim_ascii()).and_then(|code| u16::try_from(code).ok());
    numeric.or_else(|| of_text(&String::from_utf8_lossy(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Said) {
        assert_eq!(Said::read(line.as_bytes()), expect, "{line}");
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
        check("+CMS ERROR:", Said::Cms(NO_CODE));
        check("+CMS ERROR: something else", Said::Cms(NO_CODE));
        check("+CEREG: 0,2", Said::DataReg(0, Some(2)));
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
        check("+CREG: 2,1,\"00C3\",\"7A2B\"", Said::Creg(2, Some(1)));
        check("+CREG: 1", Said::Creg(1, None));
        check("+CSQ:8,0", Said::Csq(8));
        check("+CBC: 0,81,4049", Said::Cbc(4049));
        check("+HTTPACTION:0,603,0", Said::HttpAction(603));
        check("+HTTPREAD: 1000", Said::Counted(1000));
        check("+IPD,12", Said::Ipd(12));
        check("+IPD12", Said::Ipd(12));
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
