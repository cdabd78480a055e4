//! How a simulated modem is set up: pace, card and network, and every documented doubt as a switch.
//!
//! A profile file is TOML with these very names; what it leaves out keeps its default.

use serde::{Deserialize, Serialize};

use super::faults::Fault;
use super::model::Model;

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

/// How a modem is set up.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "switches, one a documented doubt")]
pub struct Profile {
    /// Which modem it is.
    pub modem: Model,
    /// 1.0 is a real modem's pace, larger is faster. Guard times and limits that the host gives are not changed.
    pub speed: f64,
    /// Faults by name (`docs/sim800.md`).
    pub faults: Vec<String>,
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
    /// The 0x1A that ends a text-mode SMS is echoed.
    pub sms_text_echo_1a: bool,
    /// ESC at the prompt of `CIPSEND` is answered with OK.
    pub cipsend_esc_ok: bool,
    /// Backspace at a prompt of text-mode SMS deletes.
    pub sms_backspace: bool,
    /// `+CMS ERROR` keeps its number with `AT+CMEE=0`.
    pub cms_error_without_cmee: bool,
    /// `+IPD` and `RECV FROM` begin with CR LF.
    pub ipd_crlf: bool,
    /// `AT+CIPSTART` wants `AT+CIFSR` after `AT+CIICR`.
    pub cifsr_needed: bool,
    /// After a failed connect the state is TCP CLOSED (else IP STATUS).
    pub failed_is_closed: bool,
    /// URCs are shown while a prompt is open (else they wait).
    pub urc_at_prompt: bool,
    /// `CLOSED` is shown while a prompt is open (else it waits).
    pub closed_at_prompt: bool,
    /// `+CLCC` ends with the name of the number, empty if it has none.
    pub clcc_alpha: bool,
    /// What `AT+CIPSEND?` reports.
    pub send_size: usize,
    /// `n, CONNECT OK` with a blank after the comma.
    pub mux_blank: bool,
    /// See [`Tls`].
    pub tls: Tls,
    /// `AT+CFUN=0` and `1` answer OK before their `+CPIN` line (else behind it).
    pub cfun_ok_first: bool,

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
    /// Battery, in millivolts.
    pub millivolts: u32,

    /// What `ATI` says.
    pub firmware: String,
    /// What `AT+CGMM` says.
    pub model: String,
    /// What `AT+CGMR` says after `Revision:`.
    pub revision: String,
    /// Serial number.
    pub imei: String,
    /// The card's number.
    pub ccid: String,
    /// The subscriber's number.
    pub imsi: String,
    /// Own telephone number.
    pub number: String,
    /// The card's PIN; asked for only with the fault `pin`.
    pub pin: String,
    /// Message centre.
    pub smsc: String,
    /// The first message reference given.
    pub message_reference: u8,
    /// `AT+CMGR` of an empty place answers OK.
    pub empty_cmgr_ok: bool,
    /// What a called number does.
    pub callee: Callee,
    /// What a request such as `*100#` is answered with.
    pub ussd: String,
    /// `+CUSD` with blanks after its commas.
    pub ussd_blank: bool,
    /// `AT+CIPSERVER` listens on all addresses, not on loopback alone.
    pub listen_everywhere: bool,
    /// The network's time at power-on.
    pub network_time: String,
    /// Where the module is, in degrees north.
    pub latitude: f64,
    /// Where the module is, in degrees east.
    pub longitude: f64,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            modem: Model::Sim800l,
            speed: 1.0,
            faults: Vec::new(),
            paced: false,
            ipr: 9600,
            autobaud_urcs: AutobaudUrcs::AfterSync,
            sync_bytes: SyncBytes::None,
            lf_terminates: true,
            junk_before_at: Junk::Skipped,
            blanks_in_names: false,
            early_data: EarlyData::Taken,
            sms_text_echo_1a: false,
            cipsend_esc_ok: true,
            sms_backspace: true,
            cms_error_without_cmee: true,
            ipd_crlf: true,
            cifsr_needed: true,
            failed_is_closed: true,
            urc_at_prompt: false,
            closed_at_prompt: true,
            clcc_alpha: true,
            send_size: 1460,
            mux_blank: true,
            tls: Tls::V12,
            cfun_ok_first: false,
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
            csq: 20,
            ber: 0,
            operator: "T-Mobile D".into(),
            operator_code: "26201".into(),
            registration: 1,
            apn: String::new(),
            lac: "2B5D".into(),
            cell: "1A3C".into(),
            millivolts: 4049,
            firmware: "SIM800 R14.18".into(),
            model: "SIMCOM_SIM800L".into(),
            revision: "1418B05SIM800L24".into(),
            imei: "860719020206417".into(),
            ccid: "898600810906F8048812".into(),
            imsi: "262011234567890".into(),
            number: "+491701234567".into(),
            pin: "1234".into(),
            smsc: "+491710760000".into(),
            message_reference: 1,
            empty_cmgr_ok: true,
            callee: Callee::Answers,
            ussd: "Your balance is 12.34 EUR.".into(),
            ussd_blank: true,
            listen_everywhere: false,
            network_time: "24/01/30,20:40:31+04".into(),
            latitude: 52.520_008,
            longitude: 13.404_954,
        }
    }
}

/// What a profile could not be made from.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Neither a profile nor a fault.
    #[error("\"{0}\" is neither a profile ({profiles}) nor a fault; `docs/sim800.md` lists both ({faults})",
        profiles = Profile::NAMES.join(", "), faults = Fault::names())]
    Unknown(String),
    /// The profile file does not parse.
    #[error("the profile does not parse: {0}")]
    Toml(#[from] toml_edit::de::Error),
}

impl Profile {
    /// The profiles there are by name.
    pub(crate) const NAMES: &[&str] = &["sim800l", "sim7600", "autobaud", "fast"];

    /// A profile by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sim800l" => Some(Self::default()),
            "sim7600" => Some(Self::of(Model::Sim7600)),
            "autobaud" => Some(Self { ipr: 0, ..Self::default() }),
            "fast" => Some(Self { speed: 1000.0, ..Self::default() }),
            _ => None,
        }
    }

    /// A model as it leaves the factory.
    #[must_use]
    pub fn of(model: Model) -> Self {
        match model {
            Model::Sim800l => Self::default(),
            // LTE is faster than GPRS by far, and its modules talk at 115200.
            Model::Sim7600 => Self {
                modem: model,
                ipr: 115_200,
                context_ms: [200, 600],
                connect_ms: [150, 400],
                refused_ms: [150, 600],
                dns_ms: [80, 250],
                no_name_ms: [1000, 3000],
                round_trip_ms: [60, 150],
                up_kbit: 2000,
                down_kbit: 5000,
                firmware: String::new(),
                model: "SIMCOM_SIM7600E-H".into(),
                revision: "LE11B02SIM7600M22".into(),
                imei: "861107030206417".into(),
                send_size: 1500,
                ..Self::default()
            },
        }
    }

    /// From a TOML text.
    ///
    /// # Errors
    /// When it does not parse, or names something that is not there.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        // First as it stands, for an error that says where it is.
        let mut profile: Self = toml_edit::de::from_str(text)?;
        // What it leaves out depends on the modem it names.
        if let (Ok(mut whole), Ok(given)) =
            (toml_edit::ser::to_document(&Self::of(profile.modem)), text.parse::<toml_edit::DocumentMut>())
        {
            for (name, value) in given.iter() {
                whole.insert(name, value.clone());
            }
            profile = toml_edit::de::from_document(whole)?;
        }
        for fault in &profile.faults {
            Fault::named(fault).ok_or_else(|| ProfileError::Unknown(fault.clone()))?;
        }
        Ok(profile)
    }

    /// From the words of a port name such as `sim:sim7600,fast,brown-out`: a model, how it is set up, any faults.
    ///
    /// # Errors
    /// Names the word that is none of these.
    pub fn from_words(words: &[String]) -> Result<Self, ProfileError> {
        let model = words.iter().find_map(|word| Model::ALL.iter().find(|entry| entry.1 == word));
        let mut profile = Self::of(model.map_or(Model::default(), |entry| entry.0));
        for word in words {
            match word.as_str() {
                "autobaud" => profile.ipr = 0,
                "fast" => profile.speed = 1000.0,
                _ if Fault::named(word).is_some() => profile.faults.push(word.clone()),
                _ if Model::ALL.iter().any(|entry| entry.1 == word) => {}
                _ => return Err(ProfileError::Unknown(word.clone())),
            }
        }
        Ok(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_profile_and_faults() {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(Profile::from_words(&[]).unwrap(), Profile::default());
        let both = Profile::from_words(&words(&["brown-out", "autobaud"])).unwrap();
        assert_eq!((both.ipr, both.faults), (0, words(&["brown-out"])));
        let fast = Profile::from_words(&words(&["fast", "sim7600"])).unwrap();
        assert_eq!((fast.modem, fast.ipr), (Model::Sim7600, 115_200));
        assert!(Profile::from_words(&words(&["sim900"])).unwrap_err().to_string().starts_with("\"sim900\" is neither"));
    }

    #[test]
    fn a_file_changes_what_it_names_and_refuses_what_is_not_there() {
        let profile = Profile::parse("ipr = 115200\nsync_bytes = \"full\"\nfaults = [\"no-sim\"]\n").unwrap();
        assert_eq!((profile.ipr, profile.sync_bytes, profile.csq), (115_200, SyncBytes::Full, 20));
        assert!(Profile::parse("colour = 1").is_err());
        assert!(Profile::parse("faults = [\"nonsense\"]").is_err());
        let profile = Profile::parse("modem = \"sim7600\"\ncsq = 9\n").unwrap();
        assert_eq!(profile, Profile { csq: 9, ..Profile::of(Model::Sim7600) });
    }
}
