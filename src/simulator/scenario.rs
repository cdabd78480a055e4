//! A scenario: what happens to the modem when, and what its host must do by when; in the end, a verdict (`docs/bench.md`).
//!
//! Time counts from the moment the host has the port. Steps come in order: each waits for the one before it.

mod play;

use std::time::Duration;

use serde::Deserialize;

pub(crate) use play::Outcome;
pub use play::Play;

use super::control::{Request, Speaker};
use super::no_toml::NoToml;
use super::{Control, Profile};

/// How long an expectation waits that says nothing about it.
const WITHIN: Duration = Duration::from_mins(1);
/// No step takes longer.
const LONGEST: Duration = Duration::from_hours(24);

/// A scenario that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It is no such TOML.
    #[error("the scenario does not parse: {0}")]
    Toml(NoToml),
    /// A step is not understood.
    #[error("step {number}{name}: {why}")]
    Step {
        /// Which, from 1.
        number: usize,
        /// Its name, if it has one.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The profile is not understood.
    #[error(transparent)]
    Profile(#[from] super::ProfileError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    name: String,
    /// As after `sim:` in a port name.
    #[serde(default)]
    modem: Vec<String>,
    speed: Option<f64>,
    seed: Option<u64>,
    step: Vec<FileStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStep {
    #[serde(default)]
    name: String,
    at: Option<String>,
    after: Option<String>,
    #[serde(rename = "do")]
    act: Option<String>,
    expect: Option<String>,
    within: Option<String>,
    #[serde(default)]
    from: Speaker,
    #[serde(default)]
    never: bool,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Do(Control),
    /// A text has to be said, or must not be.
    Expect {
        from: Speaker,
        text: String,
        within: Duration,
        never: bool,
    },
}

/// When a step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Since the host has the port.
    At(Duration),
    /// Since the step before ended.
    After(Duration),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    when: When,
    what: What,
}

/// A scenario as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name, for the report.
    pub name: String,
    /// The modem it is played with.
    pub profile: Profile,
    /// Equal seeds give equal delays; `None` leaves it to the command line.
    pub seed: Option<u64>,
    steps: Vec<Step>,
}

impl Scenario {
    /// From a TOML text.
    ///
    /// # Errors
    /// Says which step is wrong, and what was expected of it.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let file: File =
            toml_edit::de::from_str(text).map_err(|error| ScenarioError::Toml(NoToml::of(text, &error)))?;
        let bad = |number: usize, name: &str, why: String| {
            let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
            ScenarioError::Step { number, name, why }
        };
        if file.version != 1 {
            return Err(bad(0, "", format!("version {}: this program reads version 1", file.version)));
        }
        let mut profile = Profile::from_words(&file.modem)?;
        if let Some(speed) = file.speed {
            if !(speed > 0.0 && speed.is_finite()) {
                return Err(bad(0, "", format!("speed = {speed}: expected a number above 0")));
            }
            profile.speed = speed;
        }
        let mut steps = Vec::new();
        for (number, step) in (1..).zip(file.step) {
            let name = step.name.clone();
            steps.push(read_step(step, number).map_err(|why| bad(number, &name, why))?);
        }
        if steps.is_empty() {
            return Err(bad(0, "", "no [[step]]: a scenario without one has no verdict".into()));
        }
        Ok(Self { name: file.name, profile, seed: file.seed, steps })
    }
}

fn read_step(step: FileStep, number: usize) -> Result<Step, String> {
    let when = match (&step.at, &step.after) {
        (Some(at), None) => When::At(duration("at", at)?),
        (None, Some(after)) => When::After(duration("after", after)?),
        (None, None) => When::After(Duration::ZERO),
        (Some(_), Some(_)) => return Err("both `at` and `after`: expected one of them".into()),
    };
    let within = step.within.as_deref().map(|text| duration("within", text)).transpose()?;
    let what = match (step.act, step.expect) {
        (Some(_), None) if within.is_some() || step.never => {
            return Err("`within` and `never` belong to `expect`".into());
        }
        (Some(act), None) => match act.parse().map_err(|error: super::ControlError| error.to_string())? {
            Request::Do(control) => What::Do(control),
            _ => return Err(format!("do = \"{act}\": expected something to do to the modem")),
        },
        (None, Some(text)) if text.is_empty() => return Err("expect = \"\": expected a text".into()),
        (None, Some(text)) => {
            What::Expect { from: step.from, text, within: within.unwrap_or(WITHIN), never: step.never }
        }
        _ => return Err("expected `do = \"…\"` or `expect = \"…\"`, one of them".into()),
    };
    let name = match (&what, step.name) {
        (What::Do(_), name) if name.is_empty() => format!("step {number}"),
        (What::Expect { text, never: false, .. }, name) if name.is_empty() => format!("step {number}: {text}"),
        (What::Expect { text, never: true, .. }, name) if name.is_empty() => format!("step {number}: never {text}"),
        (_, name) => name,
    };
    Ok(Step { name, when, what })
}

/// `10s`, `1.5s`, `200ms`, `2min`.
fn duration(key: &str, text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    let (number, factor) = [("ms", 0.001), ("min", 60.0), ("s", 1.0)]
        .iter()
        .find_map(|(unit, factor)| Some((trimmed.strip_suffix(unit)?, *factor)))
        .unwrap_or((trimmed, f64::NAN));
    let seconds = number.trim().parse::<f64>().map_or(f64::NAN, |number| number * factor);
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| *time <= LONGEST);
    time.ok_or_else(|| {
        format!("{key} = \"{text}\": expected a time such as \"10s\", \"200ms\" or \"2min\", at most a day")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::junit;

    const FILE: &str = r#"
version = 1
name = "recovers"
modem = ["sim800l", "weak-signal"]
speed = 10.0

[[step]]
at = "3s"
do = "fault no-network"

[[step]]
after = "10s"
do = "fault no-network off"

[[step]]
name = "asks the web"
expect = "AT+HTTPACTION"
within = "60s"

[[step]]
expect = "REBOOT"
within = "500ms"
never = true
"#;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn steps_come_in_their_time_and_order_and_the_verdict_says_which_failed() {
        let scenario = Scenario::parse(FILE).unwrap();
        assert_eq!((scenario.name.as_str(), scenario.profile.speed), ("recovers", 10.0));
        let mut play = Play::new(&scenario);
        assert_eq!((play.poll(seconds(50)), play.next_deadline()), (None, None), "nobody has the port");
        play.begin(seconds(100));
        assert_eq!((play.poll(seconds(102)), play.next_deadline()), (None, Some(seconds(103))));
        let fault = |on| Some(Control::Fault("no-network".into(), on));
        assert_eq!(play.poll(seconds(103)), fault(true));
        assert_eq!((play.poll(seconds(104)), play.next_deadline()), (None, Some(seconds(113))));
        assert_eq!(play.poll(seconds(113)), fault(false));
        assert_eq!((play.poll(seconds(113)), play.next_deadline()), (None, Some(seconds(173))));
        for piece in [&b"AT+HTTPAC"[..], b"TION=0\r"] {
            play.heard(Speaker::Host, piece);
        }
        assert_eq!((play.poll(seconds(120)), play.is_over()), (None, false));
        assert_eq!((play.poll(seconds(121)), play.passed()), (None, true));
        let times: Vec<_> = play.outcomes().iter().map(|outcome| outcome.at.as_secs()).collect();
        assert_eq!(times, [3, 13, 20, 21]);
    }

    #[test]
    fn what_is_not_said_in_time_fails_and_so_does_what_must_not_be_said() {
        let scenario = Scenario::parse(FILE).unwrap();
        let mut play = Play::new(&scenario);
        play.begin(Duration::ZERO);
        for at in [3, 13, 13, 73] {
            play.poll(seconds(at));
        }
        play.heard(Speaker::Host, b"REBOOT");
        play.poll(seconds(73));
        let failures: Vec<_> = play.outcomes().iter().filter_map(|outcome| outcome.failure.as_deref()).collect();
        assert_eq!(failures, ["\"AT+HTTPACTION\" was not said within 60.0 s", "\"REBOOT\" was said"]);
        let report = junit("re<covers", play.outcomes());
        assert!(report.contains("<testsuite name=\"re&lt;covers\" tests=\"4\" failures=\"2\""), "{report}");
        assert!(report.contains("<failure message=\"&quot;REBOOT&quot; was said\"/>"), "{report}");
    }

    #[test]
    fn what_was_said_before_a_step_is_no_answer_to_it() {
        let text = "version = 1\n[[step]]\nexpect = \"AT+X\"\n[[step]]\nfrom = \"modem\"\nexpect = \"OK\"\n[[step]]\ndo = \"restart\"\n\
                    [[step]]\nexpect = \"AT\"\nwithin = \"1s\"";
        let mut play = Play::new(&Scenario::parse(text).unwrap());
        play.begin(Duration::ZERO);
        play.heard(Speaker::Modem, b"OK");
        play.heard(Speaker::Host, b"AT+X");
        assert_eq!((play.poll(seconds(1)), play.outcomes().len()), (None, 1), "that OK was no answer");
        play.heard(Speaker::Modem, b"OK");
        play.heard(Speaker::Host, b"AT");
        assert_eq!((play.poll(seconds(2)), play.outcomes().len()), (Some(Control::Restart), 3));
        assert_eq!((play.poll(seconds(3)), play.passed()), (None, false), "that AT came before it");
    }

    #[test]
    fn a_file_that_is_wrong_says_where_and_what_was_expected() {
        let check = |step: &str, expect: &str| {
            let error = Scenario::parse(&format!("version = 1\n{step}")).unwrap_err().to_string();
            assert!(error.contains(expect), "{step}: {error}");
        };
        check("step = []", "no [[step]]");
        check("[[step]]\ndo = \"dance\"", "step 1: \"dance\": expected `sms NUMBER TEXT`");
        check("[[step]]\nname = \"x\"\nat = \"soon\"\ndo = \"restart\"", "step 1 (x): at = \"soon\": expected a time");
        check("[[step]]\nat = \"-1s\"\ndo = \"restart\"", "expected a time");
        check("[[step]]\nat = \"1s\"", "expected `do");
        check("[[step]]\ndo = \"restart\"\nexpect = \"x\"", "one of them");
        check("[[step]]\ndo = \"quit\"", "something to do to the modem");
        check("[[step]]\ndo = \"restart\"\nat = \"1s\"\nafter = \"2s\"", "both `at` and `after`");
        check("modem = [\"sim900\"]\n[[step]]\ndo = \"restart\"", "neither a profile");
        check("speed = 0.0\n[[step]]\ndo = \"restart\"", "above 0");
        check("[[step]]\ndo = \"restart\"\ncolour = 1", "colour");
        let version = Scenario::parse("version = 2\n[[step]]\ndo = \"restart\"").unwrap_err().to_string();
        assert!(version.contains("reads version 1"), "{version}");
    }
}
