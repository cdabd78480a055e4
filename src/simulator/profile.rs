//! How a simulated modem is set up: pace, card and network, and every documented doubt as a switch.
//!
//! A profile file is TOML with these very names; what it leaves out keeps its default.

mod parts;

use serde::{Deserialize, Serialize};
use toml_edit::{Document, Key, de, ser};

use super::faults::Fault;
use super::model::Model;
use super::no_toml::NoToml;

pub use parts::AutobaudUrcs;
pub(crate) use parts::{Callee, EarlyData, Gnss, Junk, Range, SyncBytes, Tls};
use parts::{Calls, Card, Identity, Messages, Network, Replies, Sockets, Times, Uart};

/// How a modem is set up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// Which modem it is.
    pub modem: Model,
    /// 1.0 is a real modem's pace, larger is faster. Guard times and limits that the host gives are not changed.
    pub speed: f64,
    /// Faults by name (`docs/sim800.md`).
    pub faults: Vec<String>,
    /// Battery, in millivolts.
    pub millivolts: u32,
    /// The receiver of satellites, where a SIM800 has one.
    pub gnss: Gnss,
    /// The serial side: how commands are read, and what of boot and prompts is seen.
    #[serde(flatten)]
    pub uart: Uart,
    /// How what every modem answers is worded.
    #[serde(flatten)]
    pub replies: Replies,
    /// Connections of the SIM800, and what both models offer a peer.
    #[serde(flatten)]
    pub sockets: Sockets,
    /// SMS.
    #[serde(flatten)]
    pub messages: Messages,
    /// Telephone calls and USSD.
    #[serde(flatten)]
    pub calls: Calls,
    /// How long things take, and how fast the network is.
    #[serde(flatten)]
    pub times: Times,
    /// The network that the modem finds, and where that is.
    #[serde(flatten)]
    pub network: Network,
    /// What the module says of itself.
    #[serde(flatten)]
    pub identity: Identity,
    /// The SIM.
    #[serde(flatten)]
    pub card: Card,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            modem: Model::Sim800l,
            speed: 1.0,
            faults: Vec::new(),
            millivolts: 4049,
            gnss: Gnss::None,
            uart: Uart::default(),
            replies: Replies::default(),
            sockets: Sockets::default(),
            messages: Messages::default(),
            calls: Calls::default(),
            times: Times::default(),
            network: Network::default(),
            identity: Identity::default(),
            card: Card::default(),
        }
    }
}

/// What concerns the modem as a whole, as the file has it.
#[derive(Deserialize)]
#[serde(default)]
struct Whole {
    modem: Model,
    speed: f64,
    faults: Vec<String>,
    millivolts: u32,
    gnss: Gnss,
}

impl Default for Whole {
    fn default() -> Self {
        let Profile { modem, speed, faults, millivolts, gnss, .. } = Profile::default();
        Self { modem, speed, faults, millivolts, gnss }
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
    Toml(NoToml),
    /// A name in the file is none of a profile's.
    #[error("the profile does not parse: line {line}: there is no `{name}` in a profile; {advice}")]
    NoSuchName {
        /// Counted from 1.
        line: usize,
        /// As the file has it.
        name: String,
        /// The name that was meant, or where all are listed.
        advice: String,
    },
}

impl Profile {
    /// The profiles there are by name.
    pub(crate) const NAMES: &[&str] = &["sim800l", "sim868", "sim808", "sim7600", "autobaud", "fast"];

    /// Those of them that say which modem it is.
    pub(crate) const MODELS: &[&str] = &["sim800l", "sim868", "sim808", "sim7600"];

    /// A profile by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sim800l" => Some(Self::default()),
            "sim868" => Some(Self::with_satellites(Gnss::Sim868)),
            "sim808" => Some(Self::with_satellites(Gnss::Sim808)),
            "sim7600" => Some(Self::of(Model::Sim7600)),
            "autobaud" => Some(Self::default().with(|profile| profile.uart.ipr = 0)),
            "fast" => Some(Self { speed: 1000.0, ..Self::default() }),
            _ => None,
        }
    }

    /// This profile with a change.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// A model as it leaves the factory.
    #[must_use]
    pub fn of(model: Model) -> Self {
        match model {
            Model::Sim800l => Self::default(),
            // LTE is faster than GPRS by far, and its modules talk at 115200.
            Model::Sim7600 => Self {
                modem: model,
                uart: Uart { ipr: 115_200, ..Uart::default() },
                times: Times {
                    context_ms: [200, 600],
                    connect_ms: [150, 400],
                    refused_ms: [150, 600],
                    dns_ms: [80, 250],
                    no_name_ms: [1000, 3000],
                    round_trip_ms: [60, 150],
                    up_kbit: 2000,
                    down_kbit: 5000,
                    ..Times::default()
                },
                identity: Identity {
                    firmware: String::new(),
                    model: "SIMCOM_SIM7600E-H".into(),
                    revision: "LE11B02SIM7600M22".into(),
                    imei: "861107030206417".into(),
                },
                sockets: Sockets { send_size: 1500, ..Sockets::default() },
                calls: Calls { ussd_blank: false, ..Calls::default() },
                ..Self::default()
            },
        }
    }

    /// A sister of the SIM800L that hears satellites; both leave the factory in auto-baud.
    fn with_satellites(gnss: Gnss) -> Self {
        let name = if gnss == Gnss::Sim868 { "SIM868" } else { "SIM808" };
        Self {
            gnss,
            uart: Uart { ipr: 0, ..Uart::default() },
            identity: Identity {
                firmware: format!("{name} R14.18"),
                model: format!("SIMCOM_{name}"),
                revision: format!("1418B04{name}M32"),
                imei: "865456030206417".into(),
            },
            ..Self::default()
        }
    }

    /// From a TOML text.
    ///
    /// # Errors
    /// When it does not parse, or names something that is not there.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        // First as it stands, for an error that says where it is.
        let read = |text: &str| Self::read(text).map_err(|error| ProfileError::Toml(NoToml::of(text, &error)));
        let mut profile = read(text)?;
        // What it leaves out depends on the modem it names.
        if let (Ok(mut whole), Ok(given)) = (ser::to_document(&Self::of(profile.modem)), Document::parse(text)) {
            for (name, value) in given.iter() {
                if !whole.contains_key(name) {
                    let start = given.as_table().key(name).and_then(Key::span).map_or(0, |span| span.start);
                    return Err(no_such_name(text, start, name, whole.iter().map(|(known, _)| known)));
                }
                whole.insert(name, value.clone());
            }
            profile = read(&whole.to_string())?;
        }
        for fault in &profile.faults {
            Fault::named(fault).ok_or_else(|| ProfileError::Unknown(fault.clone()))?;
        }
        Ok(profile)
    }

    /// Each part takes the names that it has.
    fn read(text: &str) -> Result<Self, de::Error> {
        let Whole { modem, speed, faults, millivolts, gnss } = de::from_str(text)?;
        Ok(Self {
            modem,
            speed,
            faults,
            millivolts,
            gnss,
            uart: de::from_str(text)?,
            replies: de::from_str(text)?,
            sockets: de::from_str(text)?,
            messages: de::from_str(text)?,
            calls: de::from_str(text)?,
            times: de::from_str(text)?,
            network: de::from_str(text)?,
            identity: de::from_str(text)?,
            card: de::from_str(text)?,
        })
    }

    /// From the words of a port name such as `sim:sim7600,fast,brown-out`: a model, how it is set up, any faults.
    ///
    /// # Errors
    /// Names the word that is none of these.
    pub fn from_words(words: &[String]) -> Result<Self, ProfileError> {
        let is_model = |word: &&String| Self::MODELS.contains(&word.as_str());
        let model = words.iter().find(is_model);
        let mut profile = model.and_then(|word| Self::named(word)).unwrap_or_default();
        for word in words {
            match word.as_str() {
                "autobaud" => profile.uart.ipr = 0,
                "fast" => profile.speed = 1000.0,
                _ if Fault::named(word).is_some() => profile.faults.push(word.clone()),
                _ if is_model(&word) => {}
                _ => return Err(ProfileError::Unknown(word.clone())),
            }
        }
        Ok(profile)
    }
}

/// The error for a name that begins at byte `start` of the file.
fn no_such_name<'a>(text: &str, start: usize, name: &str, known: impl Iterator<Item = &'a str>) -> ProfileError {
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    let near = known.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    let advice = match near {
        Some((distance, known)) if distance <= 2 => format!("did you mean `{known}`?"),
        _ => "`docs/sim800.md` lists what there is".to_owned(),
    };
    ProfileError::NoSuchName { line, name: name.to_owned(), advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_profile_and_faults() {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(Profile::from_words(&[]).unwrap(), Profile::default());
        let both = Profile::from_words(&words(&["brown-out", "autobaud"])).unwrap();
        assert_eq!((both.uart.ipr, both.faults), (0, words(&["brown-out"])));
        let fast = Profile::from_words(&words(&["fast", "sim7600"])).unwrap();
        assert_eq!((fast.modem, fast.uart.ipr), (Model::Sim7600, 115_200));
        assert!(Profile::from_words(&words(&["sim900"])).unwrap_err().to_string().starts_with("\"sim900\" is neither"));
    }

    #[test]
    fn a_file_changes_what_it_names_and_refuses_what_is_not_there() {
        let profile = Profile::parse("ipr = 115200\nsync_bytes = \"full\"\nfaults = [\"no-sim\"]\n").unwrap();
        assert_eq!((profile.uart.ipr, profile.uart.sync_bytes, profile.network.csq), (115_200, SyncBytes::Full, 20));
        let refused = |text: &str| Profile::parse(text).unwrap_err().to_string();
        assert!(refused("ipr = 9600\ncolour = 1").contains("line 2: there is no `colour` in a profile; `docs/"));
        assert!(
            refused("roundtrip_ms = [1, 2]")
                .contains("line 1: there is no `roundtrip_ms` in a profile; did you mean `round_trip_ms`?")
        );
        // The parts are of our making: in the file all names stand side by side.
        assert!(refused("[uart]\nipr = 9600").contains("there is no `uart`"));
        let place = refused("csq = 9\nipr = \"fast\"");
        assert!(place.contains("line 2, column 7") && place.contains("expected i32"), "{place}");
        assert!(Profile::parse("faults = [\"nonsense\"]").is_err());
        let profile = Profile::parse("modem = \"sim7600\"\ncsq = 9\n").unwrap();
        assert_eq!(profile, Profile::of(Model::Sim7600).with(|profile| profile.network.csq = 9));
    }
}
