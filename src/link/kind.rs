//! The kinds of ports, one entry each: how it is written, and how it behaves. To add one: a variant of [`LinkSpec`] with its
//! arms there, an entry here and its name in `KINDS`, and its arm in [`opening`](super::opening). The compiler asks for all but
//! the name in `KINDS`, without which nobody can write it.

use std::path::PathBuf;

use super::LinkSpec;
use crate::simulator::Profile;

/// A kind of port.
#[derive(Debug)]
pub struct Kind {
    /// What stands before the colon; empty for a device, which has none.
    pub(crate) scheme: &'static str,
    /// How it is written.
    pub example: &'static str,
    /// Reads what stands behind the colon. An error says what is wrong and what to write.
    pub(super) parse: fn(&str) -> Result<LinkSpec, (String, String)>,
    /// Connecting may take its time: it is done on a thread of its own.
    pub(crate) dials: bool,
    /// Nothing can be sent here, ever.
    pub(crate) listens_only: bool,
    /// Baud rate, frame and flow control mean something here.
    pub(crate) line_settings: bool,
    /// Whose it is.
    pub(crate) home: Home,
    /// How it comes back after it was lost.
    pub(crate) comeback: Comeback,
    /// What to do when it was lost and does not come back, to be put behind what happened.
    pub(crate) advice_when_lost: &'static str,
}

/// Where what is behind a port lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In this program alone.
    Here,
    /// Outside: another program can have it too, when this one lends it.
    Outside,
}

/// How a port comes back after it was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comeback {
    /// Not by itself.
    Never,
    /// The same device is searched.
    SameDevice,
    /// Its server is called again.
    Called,
}

/// A serial device or a pty.
pub(super) static SERIAL: Kind = Kind {
    scheme: "",
    example: "a device such as /dev/ttyUSB0 or COM5",
    parse: |path| Ok(LinkSpec::Serial(path.to_owned())),
    dials: false,
    listens_only: false,
    line_settings: true,
    home: Home::Outside,
    comeback: Comeback::SameDevice,
    advice_when_lost: ". Plug it in, then connect again.",
};

/// The simulated modem.
pub(crate) static SIM: Kind = Kind {
    scheme: "sim",
    example: "sim:",
    parse: |rest| {
        let words: Vec<String> =
            rest.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        match Profile::from_words(&words) {
            Ok(_) => Ok(LinkSpec::Sim(words)),
            Err(problem) => Err((problem.to_string(), "sim:, or sim: with some of these names".to_owned())),
        }
    },
    dials: false,
    listens_only: false,
    line_settings: false,
    home: Home::Here,
    comeback: Comeback::Never,
    advice_when_lost: "",
};

/// Raw TCP.
pub(crate) static TCP: Kind = Kind {
    scheme: "tcp",
    example: "tcp://host:port",
    parse: |rest| host_and_port(rest).map(LinkSpec::Tcp).map_err(|problem| (problem, TCP.example.to_owned())),
    dials: true,
    listens_only: false,
    line_settings: false,
    home: Home::Outside,
    comeback: Comeback::Called,
    advice_when_lost: ". Check the server, then connect again.",
};

/// A port of another machine, with its settings and lines.
pub(super) static RFC2217: Kind = Kind {
    scheme: "rfc2217",
    example: "rfc2217://host:port",
    parse: |rest| host_and_port(rest).map(LinkSpec::Rfc2217).map_err(|problem| (problem, RFC2217.example.to_owned())),
    dials: true,
    listens_only: false,
    line_settings: true,
    home: Home::Outside,
    comeback: Comeback::Called,
    advice_when_lost: ". Check the server, then connect again.",
};

/// A capture played back with its pauses.
pub(super) static REPLAY: Kind = Kind {
    scheme: "replay",
    example: "replay:FILE",
    parse: |rest| file(rest).map(LinkSpec::Replay).map_err(|problem| (problem, REPLAY.example.to_owned())),
    dials: false,
    listens_only: true,
    line_settings: false,
    home: Home::Here,
    comeback: Comeback::Never,
    advice_when_lost: "",
};

/// A capture played back as fast as it is taken.
pub(super) static REPLAY_FAST: Kind = Kind {
    scheme: "replay-fast",
    example: "replay-fast:FILE",
    parse: |rest| file(rest).map(LinkSpec::ReplayFast).map_err(|problem| (problem, REPLAY_FAST.example.to_owned())),
    dials: false,
    listens_only: true,
    line_settings: false,
    home: Home::Here,
    comeback: Comeback::Never,
    advice_when_lost: "",
};

/// Two lines listened to at once.
pub(super) static TAP: Kind = Kind {
    scheme: "tap",
    example: "tap:HOST,MODEM",
    parse: |rest| {
        tap(rest).map_err(|problem| {
            let ports = "the port that hears the host's TX, then the one that hears the modem's";
            (problem, format!("{}: {ports}, as in tap:/dev/ttyUSB0,/dev/ttyUSB1", TAP.example))
        })
    },
    dials: false,
    listens_only: true,
    line_settings: true,
    home: Home::Outside,
    comeback: Comeback::Never,
    advice_when_lost: "",
};

/// All of them, as they are offered.
static KINDS: [&Kind; 7] = [&SERIAL, &SIM, &TCP, &RFC2217, &REPLAY, &REPLAY_FAST, &TAP];

impl Kind {
    /// The kind that is written with this scheme.
    pub(super) fn of_scheme(scheme: &str) -> Option<&'static Self> {
        KINDS.into_iter().find(|kind| !kind.scheme.is_empty() && kind.scheme.eq_ignore_ascii_case(scheme))
    }

    /// How ports are written: `a device such as /dev/ttyUSB0 or COM5, sim:, … or tap:HOST,MODEM`.
    #[must_use]
    pub(crate) fn examples() -> String {
        // Playing back fast is for trying things out.
        let offered = KINDS.into_iter().filter(|kind| kind.scheme != REPLAY_FAST.scheme);
        let mut examples: Vec<&str> = offered.map(|kind| kind.example).collect();
        let last = examples.pop().unwrap_or_default();
        format!("{} or {last}", examples.join(", "))
    }
}

fn file(rest: &str) -> Result<PathBuf, String> {
    if rest.is_empty() { Err("no file is named".to_owned()) } else { Ok(PathBuf::from(rest)) }
}

/// Two ports that can be listened to, a comma between them.
fn tap(rest: &str) -> Result<LinkSpec, String> {
    let (host, modem) = rest.split_once(',').ok_or("it needs two ports")?;
    if modem.contains(',') {
        return Err("it has more than one comma".into());
    }
    let line = |text: &str| match LinkSpec::parse(text) {
        Ok(spec @ (LinkSpec::Serial(_) | LinkSpec::Tcp(_) | LinkSpec::Rfc2217(_))) => Ok(Box::new(spec)),
        Ok(other) => Err(format!("`{other}` is no line to listen to")),
        Err(error) => Err(error.problem),
    };
    let (host, modem) = (line(host)?, line(modem)?);
    if host == modem {
        return Err(format!("both lines are {host}"));
    }
    Ok(LinkSpec::Tap { host, modem })
}

/// Checks `//host:port` and gives `host:port`; IPv6 addresses stand in brackets.
fn host_and_port(rest: &str) -> Result<String, String> {
    let address = rest.strip_prefix("//").ok_or("`//` is missing after the colon")?;
    if address.contains('@') {
        return Err("a port has no login".into());
    }
    let address = address.strip_suffix('/').unwrap_or(address);
    let (host, port) = address.rsplit_once(':').ok_or("the port number is missing")?;
    if host.is_empty() {
        return Err("the host is missing".into());
    }
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.contains(':') && !bracketed {
        return Err("an IPv6 address must stand in brackets, as in [::1]:9999".into());
    }
    if host.contains(['/', '?', '@', ' ']) {
        return Err(format!("`{host}` is no host name"));
    }
    match port.parse::<u16>() {
        Ok(1..) => Ok(format!("{host}:{port}")),
        Ok(0) => Err("port 0 cannot be connected to".into()),
        Err(_) if port.is_empty() => Err("the port number is missing".into()),
        Err(_) => Err(format!("`{port}` is no port number (1 to 65535)")),
    }
}
