//! Where the link stands: being opened, open, away, over. One value, and what belongs to it goes with it.

use std::collections::VecDeque;
use std::time::Duration;

use super::open_port::OpenPort;
use super::{Order, Phase};
use crate::link::comeback::{Awaited, Look, Outcome, Search};
use crate::link::dial::{Backoff, Dial};
use crate::link::identity::Identity;
use crate::link::opening::Opened;
use crate::link::wait::Waker;
use crate::link::{Candidate, Interests, LineSettings, LinkSpec};

/// A connection that stood for this long was a good one.
const GOOD: Duration = Duration::from_secs(5);

/// Where a link stands.
pub(super) enum Place {
    /// It is being opened for the first time.
    Opening(Opening),
    /// It is open.
    Open(Box<OpenPort>),
    /// It is not open, and may be again.
    Away(Away),
    /// Nothing more will happen: closed on request (`None`), or the reason.
    Over(Option<String>),
}

/// The first opening.
#[derive(Default)]
pub(super) struct Opening {
    /// The call, where the port is behind a server.
    pub(super) dial: Option<Dial>,
    /// Orders that came meanwhile: they wait for the port.
    pub(super) held: VecDeque<Order>,
}

/// Why there is no link.
pub(super) enum Away {
    /// The device vanished.
    Lost(Lost),
    /// A server that has hung up is called again.
    Redial(Redial),
    /// The user lent the port to another program.
    Released(Released),
}

/// How a port came to be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// For the first time.
    Opened,
    /// After it was lost.
    Back,
    /// After it was released.
    TakenBack,
}

impl How {
    /// As the log says it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Back => "back: opened",
            Self::TakenBack => "taken back: opened",
        }
    }
}

/// What a look at a port that is not open has brought.
pub(super) enum Step {
    /// Nothing.
    Wait,
    /// There is something new to show.
    News,
    /// It is open, under this name.
    Open(How, LinkSpec, Opened),
    /// It did not open, and will not be tried again by itself.
    Refused(String),
    /// The first opening failed.
    NotOpened(String),
}

/// What is needed to open a port.
pub(super) struct Caller<'a> {
    pub(super) spec: &'a LinkSpec,
    pub(super) settings: &'a LineSettings,
    pub(super) waker: Waker,
}

impl Place {
    /// As the status shows it.
    pub(super) fn phase(&self) -> Phase {
        match self {
            Self::Opening(_) => Phase::Opening,
            Self::Open(port) => Phase::Open { kept: port.kept().map(str::to_owned) },
            Self::Away(Away::Lost(lost)) => Phase::Lost(lost.shown.clone()),
            Self::Away(Away::Redial(redial)) => Phase::Lost(redial.shown.clone()),
            Self::Away(Away::Released(_)) => Phase::Released,
            Self::Over(None) => Phase::Closed,
            Self::Over(Some(problem)) => Phase::Failed(problem.clone()),
        }
    }

    pub(super) fn port(&self) -> Option<&OpenPort> {
        match self {
            Self::Open(port) => Some(port),
            _ => None,
        }
    }

    pub(super) fn port_mut(&mut self) -> Option<&mut OpenPort> {
        match self {
            Self::Open(port) => Some(port),
            _ => None,
        }
    }

    /// Which devices may be what is lost now.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let of = |path: &String| Candidate { device: path.clone(), port: LinkSpec::Serial(path.clone()) };
        match self {
            Self::Away(Away::Lost(lost)) => lost.candidates.iter().map(of).collect(),
            Self::Open(port) => port.candidates(),
            _ => Vec::new(),
        }
    }

    /// What the device is, or was when it was open.
    pub(super) fn identity(&self) -> Option<Identity> {
        match self {
            Self::Open(port) => port.identity().cloned(),
            Self::Away(Away::Lost(lost)) => Some(lost.awaited.lost().clone()),
            Self::Away(Away::Released(released)) => released.identity.clone(),
            _ => None,
        }
    }

    /// How patiently a server is called that hangs up at once each time.
    pub(super) fn backoff(&self) -> Backoff {
        match self {
            Self::Open(port) => port.backoff(),
            Self::Away(Away::Redial(redial)) => redial.backoff,
            _ => Backoff::default(),
        }
    }

    /// When [`Self::tick`] has something to do though nothing tells of it.
    pub(super) fn due(&self) -> Option<Duration> {
        match self {
            Self::Away(Away::Lost(lost)) => Some(lost.awaited.due()),
            Self::Away(Away::Redial(redial)) => redial.dial.is_none().then_some(redial.next),
            _ => None,
        }
    }

    /// What tells of something to do while the port is not open. A call that is over uses the waker.
    pub(super) fn interests<'fd>(&'fd self, interests: &mut Interests<'fd>) {
        if let Self::Away(Away::Lost(lost)) = self {
            lost.awaited.interests(interests);
        }
    }

    /// Does what is due while the port is not open.
    pub(super) fn tick(&mut self, caller: &Caller<'_>, now: Duration) -> Step {
        match self {
            Self::Opening(Opening { dial, .. }) => match dial.as_ref().and_then(Dial::outcome) {
                None => Step::Wait,
                Some(Ok(opened)) => Step::Open(How::Opened, caller.spec.clone(), opened),
                Some(Err(error)) => Step::NotOpened(error.to_string()),
            },
            Self::Away(Away::Lost(lost)) => lost.tick(caller, now),
            Self::Away(Away::Redial(redial)) => redial.tick(caller, now),
            Self::Away(Away::Released(released)) => released.tick(caller),
            Self::Open(_) | Self::Over(_) => Step::Wait,
        }
    }
}

/// A device that is awaited.
pub(super) struct Lost {
    /// What happened.
    problem: String,
    /// The same, and how it stands now.
    shown: String,
    awaited: Awaited,
    /// What the device may be now; the user has to say.
    candidates: Vec<String>,
}

impl Lost {
    /// A device that was open from `since` until now.
    pub(super) fn new(problem: String, identity: Identity, since: Duration, now: Duration) -> Self {
        Self {
            shown: format!("{problem}. Waiting for it to come back."),
            problem,
            awaited: Awaited::new(identity, since, now),
            candidates: Vec::new(),
        }
    }

    /// What happened and what is awaited.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Looks for the device, and opens it when it is there.
    fn tick(&mut self, caller: &Caller<'_>, now: Duration) -> Step {
        match self.awaited.tick(caller.settings, now) {
            Outcome::Nothing => Step::Wait,
            Outcome::Absent => {
                self.candidates.clear();
                self.say(format!("{}. Waiting for it to come back.", self.problem))
            }
            Outcome::Ask(paths) => {
                let which = paths.join(" or ");
                self.candidates = paths;
                self.say(format!("{}. It may be {which} now: choose it, or wait.", self.problem))
            }
            Outcome::Refused(problem) => self.say(format!("It is back, but does not open. {problem}")),
            Outcome::Back(path, link, kept) => Step::Open(How::Back, LinkSpec::Serial(path), Opened { link, kept }),
        }
    }

    fn say(&mut self, text: String) -> Step {
        let news = self.shown != text;
        self.shown = text;
        if news { Step::News } else { Step::Wait }
    }
}

/// A server that has hung up. Nothing is sent by itself when it answers again, but for the negotiation of RFC 2217. Who
/// hangs up at once each time is not called more often for it: the pauses grow until a connection has stood for a while.
pub(super) struct Redial {
    problem: String,
    shown: String,
    dial: Option<Dial>,
    next: Duration,
    backoff: Backoff,
}

impl Redial {
    /// The connection stood from `since` until now.
    pub(super) fn new(problem: String, since: Duration, backoff: Backoff, now: Duration) -> Self {
        let mut backoff = if now.saturating_sub(since) >= GOOD { Backoff::default() } else { backoff };
        let next = now + backoff.next_pause();
        Self { shown: format!("{problem}. Trying again until it answers."), problem, dial: None, next, backoff }
    }

    /// What happened and what is tried.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The user does not want to wait for the pause.
    pub(super) fn hurry(&mut self, now: Duration) {
        self.next = now;
    }

    /// Calls, or hears of the outcome.
    fn tick(&mut self, caller: &Caller<'_>, now: Duration) -> Step {
        let Some(dial) = &self.dial else {
            if now >= self.next {
                self.dial = Dial::start(caller.spec, caller.settings, caller.waker.clone());
                self.next = now + self.backoff.next_pause();
            }
            return Step::Wait;
        };
        match dial.outcome() {
            None => Step::Wait,
            Some(Ok(opened)) => Step::Open(How::Back, caller.spec.clone(), opened),
            Some(Err(why)) => {
                self.dial = None;
                self.next = now + self.backoff.next_pause();
                let text = format!("{}. Trying again. The last try: {why}", self.problem);
                let news = self.shown != text;
                self.shown = text;
                if news { Step::News } else { Step::Wait }
            }
        }
    }
}

/// A port that is lent to another program.
pub(super) struct Released {
    identity: Option<Identity>,
    /// It is being called to be taken back.
    dial: Option<Dial>,
}

impl Released {
    pub(super) fn new(identity: Option<Identity>) -> Self {
        Self { identity, dial: None }
    }

    /// The port as it is named now, where that can be told without doubt.
    pub(super) fn found(&self) -> Option<LinkSpec> {
        match Search::new(self.identity.clone()?).look() {
            Look::Back(path) => Some(LinkSpec::Serial(path)),
            Look::Absent | Look::Ask(_) => None,
        }
    }

    /// Calls the server, if it is one; false where the port is opened otherwise.
    pub(super) fn call(&mut self, caller: &Caller<'_>) -> bool {
        if self.dial.is_none() {
            self.dial = Dial::start(caller.spec, caller.settings, caller.waker.clone());
        }
        self.dial.is_some()
    }

    fn tick(&mut self, caller: &Caller<'_>) -> Step {
        match self.dial.as_ref().and_then(Dial::outcome) {
            None => Step::Wait,
            Some(Ok(opened)) => Step::Open(How::TakenBack, caller.spec.clone(), opened),
            Some(Err(error)) => {
                self.dial = None;
                Step::Refused(error.to_string())
            }
        }
    }
}
