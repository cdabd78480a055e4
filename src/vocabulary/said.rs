//! What a line of the modem can mean. `reading` tells which of it a line means.

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
    /// The modem is still at work on another command, and this one is lost: `busy p...`.
    Busy,
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
    /// The bearer, the data connection of HTTP and FTP, is open.
    BearerOpen,
    /// `+CGATT: <n>`: attached to data or not.
    Attached(bool),
    /// `+PDP: DEACT`: the network has ended the data connection.
    PdpDeact,
    /// `NO CARRIER`, `BUSY`, `NO ANSWER`, `NO DIALTONE`: a call or data connection has ended.
    CallEnd,
    /// The other end has taken the call: `MO CONNECTED`, `VOICE CALL: BEGIN`.
    CallTaken,
    /// `RING`: a call comes in.
    Ring,
    /// `RDY`.
    Rdy,
    /// A name that the modem prints when it has started, and to whom asks for it.
    Greeting,
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
    /// `+CREG: …`, `+CGREG: …`, `+CEREG: …`: the first two fields.
    Registration(Network, u8, Option<u8>),
    /// `+COPS: …`: an operator is named.
    Operator(bool),
    /// `+COPS: (3,…),…`: networks were found, all of them forbidden.
    Forbidden,
    /// A server answers in JSON that it has not done what was asked.
    TurnedDown,
    /// `+CUSD: <status>`, with a text or without.
    Ussd(u8, bool),
    /// `+CSQ: <rssi>,…`.
    Csq(u8),
    /// `+CBC: …,<mV>`.
    Cbc(u32),
    /// `+HTTPACTION: <method>,<status>,<len>`.
    HttpAction(u16),
    /// `+HTTPREAD: <len>`, `+FTPGET: 2,<len>`: that many bytes follow.
    Counted(u32),
    /// `+IPD,<len>`.
    Ipd(u32),
    /// `+RECEIVE,<n>,<len>…:`.
    Receive(u32),
    /// `+CIPRXGET: 1…`: data has come.
    RxWaiting,
    /// `+CIPRXGET: 2,…` or `3,…`: that many bytes (or twice as many digits) follow.
    RxData(u32),
    /// `+IP ERROR: No data`: there is nothing to read.
    RxEmpty,
    /// `+CIPRXGET: 4,…`.
    RxCount,
    /// `STATE: …`.
    State(IpState),
    /// An IPv4 address alone.
    Address,
    /// `DOWNLOAD`.
    Download,
    /// `+FTPPUT: 2,<n>`, `+FTPEXTPUT: …`: that many bytes are taken now.
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
    /// The satellite receiver knows where it is, or not yet.
    Position {
        /// It knows.
        known: bool,
    },
    /// The satellite receiver is on or off.
    Receiver {
        /// It is on.
        on: bool,
    },
    /// `+CPMS: …`: whether all places for SMS are taken.
    SmsStore {
        /// No SMS can come in.
        full: bool,
    },
    /// `+CCLK: …`: whether the clock shows the time, not how long the modem has been on.
    Clock {
        /// It does.
        set: bool,
    },
    /// The text of an SMS in hex digits, four a character.
    TextInDigits,
    /// `+CSCS: …`: texts are written plain; false for hex digits.
    PlainTexts(bool),
    /// What a command was to do, and said OK to, is done.
    Worked,
    /// It could not be done.
    Failed,
    /// Why the last command that was refused, or that failed, did so: the modem was asked.
    Reason,
    /// The modem tells of something that has failed, and it is no result. Where no table has the line, it may be what a command asked for.
    Trouble,
    /// One digit: a result with `ATV0`.
    Digit(u8),
    /// Any other `+NAME: …`, `*NAME: …`, `C: …`, `RING` and the like.
    Info,
    /// Nothing that a modem says of itself.
    Unknown,
}

/// What a registration is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Calls and SMS (`+CREG`).
    Voice,
    /// Data over GPRS or UMTS (`+CGREG`).
    Data,
    /// Data over LTE (`+CEREG`).
    Lte,
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
    /// `PH-NET PIN` and the like: the modem takes the SIMs of one operator alone.
    Operator,
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
    /// It ends a command, well or badly.
    #[must_use]
    pub(crate) const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Cme(_) | Self::Cms(_))
    }

    /// Something has happened, so that the line is no value that was asked for.
    #[must_use]
    pub const fn is_news(self) -> bool {
        matches!(
            self,
            Self::ConnectOk(_)
                | Self::ConnectFail(_)
                | Self::Closed(_)
                | Self::CloseOk(_)
                | Self::SendOk
                | Self::SendFail
                | Self::ContextOpen
                | Self::ContextFailed
                | Self::ContextClosed
                | Self::PdpDeact
                | Self::HttpAction(_)
                | Self::RxWaiting
                | Self::Worked
                | Self::Failed
                | Self::Trouble
        )
    }

    /// The same of a numbered connection; `None` where it is about none.
    pub(super) const fn of_connection(self, n: u8) -> Option<Self> {
        Some(match self {
            Self::ConnectOk(_) => Self::ConnectOk(Some(n)),
            Self::ConnectFail(_) => Self::ConnectFail(Some(n)),
            Self::AlreadyConnect(_) => Self::AlreadyConnect(Some(n)),
            Self::CloseOk(_) => Self::CloseOk(Some(n)),
            Self::Closed(_) => Self::Closed(Some(n)),
            Self::SendOk | Self::SendFail | Self::Info => self,
            _ => return None,
        })
    }
}
