//! What a port argument names. Parsing looks at the text alone: whether the port exists shows when it is opened.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::kind::{self, Kind};

/// A port, as typed: `/dev/ttyUSB0`, `COM5`, `sim:no-sim`, `tcp://host:port`, `rfc2217://host:port`, `replay:FILE`,
/// `tap:HOST,MODEM`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LinkSpec {
    /// A serial device or a pty.
    Serial(String),
    /// The simulated SIM800L with these profiles and faults.
    Sim(Vec<String>),
    /// Raw TCP, `host:port`.
    Tcp(String),
    /// RFC 2217, `host:port`.
    Rfc2217(String),
    /// A capture played back with the pauses it had.
    Replay(PathBuf),
    /// A capture played back as fast as it is taken (`replay-fast:FILE`).
    ReplayFast(PathBuf),
    /// Two lines listened to at once (`tap:/dev/ttyUSB0,/dev/ttyUSB1`).
    Tap {
        /// Where the host's TX is heard: what goes to the modem.
        host: Box<LinkSpec>,
        /// Where the modem's TX is heard.
        modem: Box<LinkSpec>,
    },
}

/// Why a text names no port.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no port: {problem}; write {help}")]
pub struct SpecError {
    /// What was typed.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to write instead.
    pub help: String,
}

impl LinkSpec {
    /// Reads a port argument.
    ///
    /// # Errors
    /// [`SpecError`] says what is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let trimmed = text.trim();
        let error =
            |problem: String, help: &str| SpecError { text: without_password(text), problem, help: help.to_owned() };
        if trimmed.is_empty() {
            return Err(error("it is empty".into(), &Kind::examples()));
        }
        if trimmed.contains('\0') {
            return Err(error("it holds a NUL character".into(), &Kind::examples()));
        }
        // Windows devices (`\\.\COM12`) and absolute paths may hold colons of their own (/dev/serial/by-path/pci-0000:00:…).
        let scheme = match trimmed.split_once(':') {
            Some((scheme, _)) if scheme.contains(['/', '\\', '.']) => None,
            other => other,
        };
        let Some((scheme, rest)) = scheme else {
            return Ok(Self::Serial(device(trimmed)));
        };
        if is_com_port(&scheme.to_ascii_lowercase()) && rest.is_empty() {
            return Ok(Self::Serial(device(scheme)));
        }
        let Some(kind) = Kind::of_scheme(scheme) else {
            return Err(error(format!("`{scheme}:` is no kind of port"), &Kind::examples()));
        };
        (kind.parse)(rest).map_err(|(problem, help)| error(problem, &help))
    }

    /// What kind of port it is, and how such ports behave.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        match self {
            Self::Serial(_) => &kind::SERIAL,
            Self::Sim(_) => &kind::SIM,
            Self::Tcp(_) => &kind::TCP,
            Self::Rfc2217(_) => &kind::RFC2217,
            Self::Replay(_) => &kind::REPLAY,
            Self::ReplayFast(_) => &kind::REPLAY_FAST,
            Self::Tap { .. } => &kind::TAP,
        }
    }
}

impl FromStr for LinkSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        Self::parse(text)
    }
}

impl fmt::Display for LinkSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.kind().scheme;
        match self {
            Self::Serial(path) => formatter.write_str(path),
            Self::Sim(names) => write!(formatter, "{scheme}:{}", names.join(",")),
            Self::Tcp(address) | Self::Rfc2217(address) => write!(formatter, "{scheme}://{address}"),
            Self::Replay(path) | Self::ReplayFast(path) => write!(formatter, "{scheme}:{}", path.display()),
            Self::Tap { host, modem } => write!(formatter, "{scheme}:{host},{modem}"),
        }
    }
}

/// An address as somebody typed it, with a scheme or without, with `*` for the password of its login.
pub(crate) fn without_password(text: &str) -> String {
    let login = || {
        let begin = text.find("//").map_or(0, |slashes| slashes + 2);
        let end = begin + text.get(begin..)?.rfind('@')?;
        // The name of a file may have such signs too.
        text.get(..end).filter(|front| begin > 0 || !front.contains(['/', '\\']))?;
        let password = begin + text.get(begin..end)?.find(':')? + 1;
        Some((password, end))
    };
    let mut shown = text.to_owned();
    if let Some((password, end)) = login() {
        let stars = "*".repeat(text.get(password..end).unwrap_or_default().chars().count());
        shown.replace_range(password..end, &stars);
    }
    shown
}

/// A device by its name: `com5` is COM5, by whatever letters it was typed, or a port would have two identities.
fn device(name: &str) -> String {
    if is_com_port(&name.to_ascii_lowercase()) { name.to_ascii_uppercase() } else { name.to_owned() }
}

fn is_com_port(name: &str) -> bool {
    name.strip_prefix("com")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_as_typed_and_shown_again() {
        let check = |text: &str, expect: LinkSpec, shown: &str| {
            let spec = LinkSpec::parse(text).unwrap();
            assert_eq!(spec, expect, "{text}");
            assert_eq!(spec.to_string(), shown, "{text}");
            assert_eq!(LinkSpec::parse(shown).unwrap(), expect, "what is shown can be typed: {shown}");
        };
        let serial = |path: &str| LinkSpec::Serial(path.into());
        check(
            "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0",
            serial("/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0"),
            "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0",
        );
        check(" /dev/ttyUSB0\n", serial("/dev/ttyUSB0"), "/dev/ttyUSB0");
        check("COM5", serial("COM5"), "COM5");
        check("com12:", serial("COM12"), "COM12");
        check("com5", serial("COM5"), "COM5");
        check(r"\\.\COM12", serial(r"\\.\COM12"), r"\\.\COM12");
        check("ttyUSB0", serial("ttyUSB0"), "ttyUSB0");
        check("./pty", serial("./pty"), "./pty");
        check("sim:", LinkSpec::Sim(vec![]), "sim:");
        check(
            "SIM: no-sim ,,brown-out",
            LinkSpec::Sim(vec!["no-sim".into(), "brown-out".into()]),
            "sim:no-sim,brown-out",
        );
        check("tcp://10.0.0.5:9999", LinkSpec::Tcp("10.0.0.5:9999".into()), "tcp://10.0.0.5:9999");
        check("tcp://host:1/", LinkSpec::Tcp("host:1".into()), "tcp://host:1");
        check("rfc2217://[::1]:7000", LinkSpec::Rfc2217("[::1]:7000".into()), "rfc2217://[::1]:7000");
        check("replay:a b.pcapng", LinkSpec::Replay("a b.pcapng".into()), "replay:a b.pcapng");
        check("replay-fast:x", LinkSpec::ReplayFast("x".into()), "replay-fast:x");
        check("replay:/tmp/x:y", LinkSpec::Replay("/tmp/x:y".into()), "replay:/tmp/x:y");
        let tap = |host: LinkSpec, modem: LinkSpec| LinkSpec::Tap { host: host.into(), modem: modem.into() };
        check("tap:/dev/ttyUSB0, COM5", tap(serial("/dev/ttyUSB0"), serial("COM5")), "tap:/dev/ttyUSB0,COM5");
        check(
            "TAP:/dev/serial/by-path/pci-0000:00,tcp://host:1",
            tap(serial("/dev/serial/by-path/pci-0000:00"), LinkSpec::Tcp("host:1".into())),
            "tap:/dev/serial/by-path/pci-0000:00,tcp://host:1",
        );
    }

    #[test]
    fn errors_teach() {
        let check = |text: &str, expect: &str| {
            let message = LinkSpec::parse(text).unwrap_err().to_string();
            assert!(message.contains(expect), "{text}: {message}");
        };
        check("", "it is empty; write a device such as /dev/ttyUSB0");
        check("   ", "it is empty");
        check("tpc://x:1", "`tpc:` is no kind of port; write a device");
        check("tcp:host:1", "`//` is missing after the colon; write tcp://host:port");
        check("tcp://host", "the port number is missing");
        check("tcp://host:", "the port number is missing");
        check("tcp://:9", "the host is missing");
        check("tcp://host:99999", "`99999` is no port number (1 to 65535)");
        check("tcp://host:0", "port 0 cannot be connected to");
        check("tcp://::1:99", "must stand in brackets");
        check(
            "tcp://me:geheim@host:1",
            "`tcp://me:******@host:1` is no port: a port has no login; write tcp://host:port",
        );
        check(
            "tap:/dev/a,tcp://me:geheim@host:1",
            "`tap:/dev/a,tcp://me:******@host:1` is no port: a port has no login",
        );
        check("rfc2217://a/b:1", "`a/b` is no host name; write rfc2217://host:port");
        check(
            "sim:bogus",
            "\"bogus\" is neither a profile (sim800l, sim868, sim808, sim7600, autobaud, fast) nor a fault",
        );
        check("replay:", "no file is named; write replay:FILE");
        check("a\0b", "NUL");
        check("tap:/dev/ttyUSB0", "it needs two ports; write tap:HOST,MODEM");
        check("tap:/dev/a,", "it is empty");
        check("tap:/dev/a,/dev/a", "both lines are /dev/a");
        check("tap:/dev/a,/dev/b,/dev/c", "more than one comma");
        check("tap:/dev/a,sim:", "`sim:` is no line to listen to");
        check("tap:/dev/a,tcp://x", "the port number is missing");
    }
}
