//! The parts of a profile, one for each side of a modem. Their names are those of the profile file, in which all stand side by side.

use serde::{Deserialize, Serialize};

/// From and to, in milliseconds of a real modem.
pub(crate) type Range = [u32; 2];

/// When URCs of the boot are seen in auto-baud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutobaudUrcs {
    /// Never (manual §19.3).
    None,
    /// After the OK of the first `AT` (seen by drivers).
    #[default]
    AfterSync,
}

/// What precedes `RDY` on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncBytes {
    /// Nothing.
    #[default]
    None,
    /// `FF`, as 9600 baud sees the burst at 115200.
    Ff,
    /// `00 49 49 49 49 FF FF FF FF` (manual §1.4).
    Full,
}

/// What a line does that has something in front of its `AT`, or no `AT` at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Junk {
    /// What stands before `AT` is passed over (V.250 §5.2.1; so does a SIM800L that `ESPHome` talks to).
    #[default]
    Skipped,
    /// ERROR if there is an `AT` somewhere, else nothing.
    Error,
    /// No answer.
    Silent,
}

/// What a called number does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Callee {
    /// Answers after some rings.
    #[default]
    Answers,
    /// Is busy: BUSY.
    Busy,
    /// Never answers: NO ANSWER.
    NoAnswer,
    /// Cannot be reached: NO CARRIER.
    Unreachable,
}

/// Whether a SIM800L is one of its sisters that hear satellites, and by which commands that is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gnss {
    /// A SIM800L: no receiver.
    #[default]
    None,
    /// `CGNSPWR`, `CGNSINF` and their like.
    Sim868,
    /// Those, and the older `CGPSPWR`, `CGPSSTATUS`, `CGPSINF`.
    Sim808,
}

/// What the modem offers a server with TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum Tls {
    /// Nothing that a server of today takes: the TLS 1.0 of old firmware. Every handshake fails.
    #[serde(rename = "none")]
    None,
    /// TLS 1.2.
    #[default]
    #[serde(rename = "1.2")]
    V12,
    /// TLS 1.2 and 1.3.
    #[serde(rename = "1.3")]
    V13,
}

/// Bytes that come before the prompt they were meant for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EarlyData {
    /// They wait and become data.
    #[default]
    Taken,
    /// They are lost.
    Lost,
}

/// The serial side: how commands are read, and what of boot and prompts is seen.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "switches, one a documented doubt")]
pub struct Uart {
    /// Bytes leave at the pace of the baud rate.
    pub paced: bool,
    /// `AT+IPR` at power-on; 0 is auto-baud.
    pub ipr: i32,
    /// See [`AutobaudUrcs`].
    pub autobaud_urcs: AutobaudUrcs,
    /// See [`SyncBytes`].
    pub sync_bytes: SyncBytes,
    /// A line feed ends a command line too.
    pub lf_terminates: bool,
    /// See [`Junk`].
    pub junk_before_at: Junk,
    /// Blanks inside a command's name are passed over (else an error).
    pub blanks_in_names: bool,
    /// See [`EarlyData`].
    pub early_data: EarlyData,
    /// URCs are shown while a prompt is open (else they wait).
    pub urc_at_prompt: bool,
}

impl Default for Uart {
    fn default() -> Self {
        Self {
            paced: false,
            ipr: 9600,
            autobaud_urcs: AutobaudUrcs::AfterSync,
            sync_bytes: SyncBytes::None,
            lf_terminates: true,
            junk_before_at: Junk::Skipped,
            blanks_in_names: true,
            early_data: EarlyData::Taken,
            urc_at_prompt: false,
        }
    }
}

/// How what every modem answers is worded.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Replies {
    /// `+CMS ERROR` keeps its number with `AT+CMEE=0`.
    pub cms_error_without_cmee: bool,
    /// `AT+CFUN=0` and `1` answer OK before their `+CPIN` line (else behind it).
    pub cfun_ok_first: bool,
}

impl Default for Replies {
    fn default() -> Self {
        Self { cms_error_without_cmee: true, cfun_ok_first: false }
    }
}

/// Connections of the SIM800, and what both models offer a peer.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "switches, one a documented doubt")]
pub struct Sockets {
    /// ESC at the prompt of `CIPSEND` is answered with OK.
    pub cipsend_esc_ok: bool,
    /// `+IPD` and `RECV FROM` begin with CR LF.
    pub ipd_crlf: bool,
    /// `AT+CIPSTART` wants `AT+CIFSR` after `AT+CIICR`.
    pub cifsr_needed: bool,
    /// After a failed connect the state is TCP CLOSED (else IP STATUS).
    pub failed_is_closed: bool,
    /// `CLOSED` is shown while a prompt is open (else it waits).
    pub closed_at_prompt: bool,
    /// What `AT+CIPSEND?` reports.
    pub send_size: usize,
    /// `n, CONNECT OK` with a blank after the comma.
    pub mux_blank: bool,
    /// See [`Tls`].
    pub tls: Tls,
    /// `AT+CIPSERVER` listens on all addresses, not on loopback alone.
    pub listen_everywhere: bool,
}

impl Default for Sockets {
    fn default() -> Self {
        Self {
            cipsend_esc_ok: true,
            ipd_crlf: true,
            cifsr_needed: true,
            failed_is_closed: true,
            closed_at_prompt: true,
            send_size: 1460,
            mux_blank: true,
            tls: Tls::V12,
            listen_everywhere: false,
        }
    }
}

/// SMS.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Messages {
    /// The 0x1A that ends a text-mode SMS is echoed.
    pub sms_text_echo_1a: bool,
    /// Backspace at a prompt of text-mode SMS deletes.
    pub sms_backspace: bool,
    /// Message centre.
    pub smsc: String,
    /// The first message reference given.
    pub message_reference: u8,
    /// `AT+CMGR` of an empty place answers OK.
    pub empty_cmgr_ok: bool,
}

impl Default for Messages {
    fn default() -> Self {
        Self {
            sms_text_echo_1a: false,
            sms_backspace: true,
            smsc: "+491710760000".into(),
            message_reference: 1,
            empty_cmgr_ok: true,
        }
    }
}

/// Telephone calls and USSD.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Calls {
    /// `+CLCC` ends with the name of the number, empty if it has none.
    pub clcc_alpha: bool,
    /// What a called number does.
    pub callee: Callee,
    /// What a request such as `*100#` is answered with.
    pub ussd: String,
    /// `+CUSD` with blanks after its commas.
    pub ussd_blank: bool,
}

impl Default for Calls {
    fn default() -> Self {
        Self { clcc_alpha: true, callee: Callee::Answers, ussd: "Your balance is 12.34 EUR.".into(), ussd_blank: true }
    }
}

/// How long things take, and how fast the network is.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Times {
    /// From power to `RDY`.
    pub boot_ms: Range,
    /// From `RDY` to the SIM.
    pub sim_ms: Range,
    /// From `RDY` to registration.
    pub register_ms: Range,
    /// From `RDY` to `Call Ready`; `SMS Ready` follows.
    pub call_ready_ms: Range,
    /// An ordinary command.
    pub command_ms: Range,
    /// `AT+CIICR`, `AT+SAPBR=1,1`.
    pub context_ms: Range,
    /// From asking for a connection to having it.
    pub connect_ms: Range,
    /// From asking for a connection to a refusal.
    pub refused_ms: Range,
    /// A name is found.
    pub dns_ms: Range,
    /// A name is not found.
    pub no_name_ms: Range,
    /// From data to its acknowledgement.
    pub round_trip_ms: Range,
    /// Thousands of bits a second from the module, for all connections together.
    pub up_kbit: u32,
    /// The same to it.
    pub down_kbit: u32,
    /// `AT+CIPSHUT`, `AT+CIPCLOSE`.
    pub close_ms: Range,
    /// `AT+CMGS`.
    pub sms_ms: Range,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            boot_ms: [250, 350],
            sim_ms: [900, 1300],
            register_ms: [2500, 3500],
            call_ready_ms: [3500, 4500],
            command_ms: [8, 20],
            context_ms: [900, 1800],
            connect_ms: [1000, 2000],
            refused_ms: [1500, 4000],
            dns_ms: [500, 1500],
            no_name_ms: [3000, 8000],
            round_trip_ms: [500, 1200],
            up_kbit: 20,
            down_kbit: 40,
            close_ms: [150, 400],
            sms_ms: [1800, 3500],
        }
    }
}

/// The network that the modem finds, and where that is.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Network {
    /// Signal as `+CSQ` reports it.
    pub csq: u8,
    /// Bit error rate as `+CSQ` reports it.
    pub ber: u8,
    /// Operator name.
    pub operator: String,
    /// Operator number (MCC and MNC).
    pub operator_code: String,
    /// Registered at home (1) or roaming (5).
    pub registration: u8,
    /// The APN the network wants; empty: any.
    pub apn: String,
    /// Location area, hexadecimal.
    pub lac: String,
    /// Cell, hexadecimal.
    pub cell: String,
    /// The network's time at power-on.
    #[serde(rename = "network_time")]
    pub time: String,
    /// Where the module is, in degrees north.
    pub latitude: f64,
    /// Where the module is, in degrees east.
    pub longitude: f64,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            csq: 20,
            ber: 0,
            operator: "T-Mobile D".into(),
            operator_code: "26201".into(),
            registration: 1,
            apn: String::new(),
            lac: "2B5D".into(),
            cell: "1A3C".into(),
            time: "24/01/30,20:40:31+04".into(),
            latitude: 52.520_008,
            longitude: 13.404_954,
        }
    }
}

/// What the module says of itself.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Identity {
    /// What `ATI` says.
    pub firmware: String,
    /// What `AT+CGMM` says.
    pub model: String,
    /// What `AT+CGMR` says after `Revision:`.
    pub revision: String,
    /// Serial number.
    pub imei: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            firmware: "SIM800 R14.18".into(),
            model: "SIMCOM_SIM800L".into(),
            revision: "1418B05SIM800L24".into(),
            imei: "860719020206417".into(),
        }
    }
}

/// The SIM.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Card {
    /// The card's number.
    pub ccid: String,
    /// The subscriber's number.
    pub imsi: String,
    /// Own telephone number.
    pub number: String,
    /// The card's PIN; asked for only with the fault `pin`.
    pub pin: String,
}

impl Default for Card {
    fn default() -> Self {
        Self {
            ccid: "898600810906F8048812".into(),
            imsi: "262011234567890".into(),
            number: "+491701234567".into(),
            pin: "1234".into(),
        }
    }
}
