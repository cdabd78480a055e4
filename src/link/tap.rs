//! Two lines at once, listened to: what a host says to its modem and what the modem says back, each by a receiver of its
//! own (two USB-TTL adapters whose RX pins lie on the host's TX and on the modem's TX). It only listens.
//!
//! One time line for both: each read is stamped when it returns. Where both lines have something to read, the host's is
//! read first, as an answer follows its command; then they take turns, so that a flood on one does not starve the other.

use std::time::Duration;

use super::comeback::{Awaited, Outcome};
use super::identity::Identity;
use super::{Arrival, Candidate, Interests, LineSettings, Link, LinkError, LinkSpec, Reconfigured, discovery, opening};

pub(crate) struct Tap {
    sides: [Side; 2],
    settings: LineSettings,
    /// Which side is read next.
    next: usize,
    /// What is to be told with the next read.
    notes: Vec<Arrival>,
}

/// The host's line stands first.
const HOST: usize = 0;

struct Side {
    /// Whose TX it is, for the log.
    whose: &'static str,
    spec: LinkSpec,
    link: Option<Box<dyn Link>>,
    /// The device, where it is one that can come back.
    device: Option<Identity>,
    /// Since when it is known to be open.
    since: Option<Duration>,
    away: Option<Away>,
}

/// A line that is lost and looked for.
struct Away {
    awaited: Awaited,
    /// Devices that may be it.
    candidates: Vec<String>,
    /// What was told last of it.
    told: Option<String>,
}

impl Tap {
    /// Listens to both, which were opened by these names.
    pub(super) fn new(
        host: (Box<dyn Link>, &LinkSpec),
        modem: (Box<dyn Link>, &LinkSpec),
        settings: &LineSettings,
    ) -> Self {
        let side = |whose, (link, spec): (Box<dyn Link>, &LinkSpec)| {
            let (spec, device) = (spec.clone(), device_of(spec));
            Side { whose, spec, link: Some(link), device, since: None, away: None }
        };
        let sides = [side("host", host), side("modem", modem)];
        Self { sides, settings: *settings, next: HOST, notes: Vec::new() }
    }

    /// Reads one side; true when it had something.
    fn read_side(&mut self, index: usize, arrived: &mut Vec<Arrival>, now: Duration) -> Result<bool, LinkError> {
        let Some(side) = self.sides.get_mut(index) else { return Ok(false) };
        let Some(link) = &mut side.link else { return Ok(false) };
        let mut heard = Vec::new();
        let outcome = link.read(&mut heard, now);
        let any = !heard.is_empty();
        arrived.extend(from_side(index, heard));
        let Err(problem) = outcome else { return Ok(any) };
        let whose = side.whose;
        side.link = None;
        if self.sides.iter().all(|side| side.link.is_none()) {
            return Err(LinkError::Gone(format!(
                "both lines of the tap are gone; the last was the {whose}'s: {problem}"
            )));
        }
        if let Some(side) = self.sides.get_mut(index) {
            let awaited = side.device.clone().map(|device| Awaited::new(device, side.since.unwrap_or(now), now));
            side.away = awaited.map(|awaited| Away { awaited, candidates: Vec::new(), told: None });
        }
        arrived.push(Arrival::Note(format!("the {whose}'s line is lost: {problem}. The other one is still heard.")));
        Ok(true)
    }
}

/// What is known of it, where it is a device that can come back.
fn device_of(spec: &LinkSpec) -> Option<Identity> {
    match spec {
        LinkSpec::Serial(path) => Some(discovery::describe(path).identity()),
        _ => None,
    }
}

impl Link for Tap {
    fn interests<'fd>(&'fd self, _sending: bool, interests: &mut Interests<'fd>) {
        for side in &self.sides {
            if let Some(link) = &side.link {
                link.interests(false, interests);
            }
            if let Some(away) = &side.away {
                away.awaited.interests(interests);
            }
        }
    }

    fn next_deadline(&self) -> Option<Duration> {
        let links = self.sides.iter().filter_map(|side| side.link.as_ref()?.next_deadline());
        links.chain(self.sides.iter().filter_map(|side| Some(side.away.as_ref()?.awaited.due()))).min()
    }

    fn on_ready(&mut self, now: Duration) {
        for side in &mut self.sides {
            if let Some(link) = &mut side.link {
                side.since.get_or_insert(now);
                link.on_ready(now);
            }
        }
        let Self { sides: [host, modem], settings, notes, .. } = self;
        notes.extend(host.look(settings, &modem.spec, now).map(Arrival::Note));
        notes.extend(modem.look(settings, &host.spec, now).map(Arrival::Note));
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, now: Duration) -> Result<(), LinkError> {
        arrived.append(&mut self.notes);
        for _ in 0..self.sides.len() {
            let index = self.next;
            self.next = (index + 1) % self.sides.len();
            if self.read_side(index, arrived, now)? {
                return Ok(());
            }
        }
        self.next = HOST;
        Ok(())
    }

    fn write(&mut self, _bytes: &[u8], _now: Duration) -> Result<usize, LinkError> {
        Err(LinkError::Refused("a tap only listens: nothing was sent".into()))
    }

    fn candidates(&self) -> Vec<Candidate> {
        let [host, modem] = &self.sides;
        let of = |side: &Side, tap: &dyn Fn(LinkSpec) -> LinkSpec| -> Vec<Candidate> {
            let devices = side.away.iter().flat_map(|away| &away.candidates);
            devices
                .map(|device| Candidate { device: device.clone(), port: tap(LinkSpec::Serial(device.clone())) })
                .collect()
        };
        let tap = |host: &LinkSpec, modem: &LinkSpec| LinkSpec::Tap {
            host: host.clone().into(),
            modem: modem.clone().into(),
        };
        [of(host, &|device| tap(&device, &modem.spec)), of(modem, &|device| tap(&host.spec, &device))].concat()
    }

    fn name(&self) -> Option<LinkSpec> {
        let [host, modem] = &self.sides;
        Some(LinkSpec::Tap { host: host.spec.clone().into(), modem: modem.spec.clone().into() })
    }

    fn choose(&mut self, port: &LinkSpec, now: Duration) -> Result<(), LinkError> {
        let LinkSpec::Tap { host, modem } = port else { return Ok(()) };
        for (side, spec) in self.sides.iter_mut().zip([host, modem]).filter(|(side, _)| side.away.is_some()) {
            let opened = opening::open(spec, &self.settings).map_err(|error| LinkError::Refused(error.to_string()))?;
            let (link, kept) = (Some(opened.link), opened.kept.map(|kept| format!("; {kept}")).unwrap_or_default());
            self.notes.push(Arrival::Note(format!("the {}'s line is {spec} now{kept}", side.whose)));
            let spec = LinkSpec::clone(spec);
            *side = Side { whose: side.whose, device: device_of(&spec), spec, link, since: Some(now), away: None };
        }
        Ok(())
    }

    fn counted(&mut self, arrived: &mut Vec<Arrival>, now: Duration) {
        for (index, side) in self.sides.iter_mut().enumerate() {
            let mut counted = Vec::new();
            if let Some(link) = &mut side.link {
                link.counted(&mut counted, now);
            }
            arrived.extend(from_side(index, counted));
        }
    }

    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        self.settings = *settings;
        let mut kept = Vec::new();
        for side in &mut self.sides {
            let Some(link) = &mut side.link else { continue };
            match link.reconfigure(settings)? {
                Reconfigured::Applied => {}
                Reconfigured::Kept(what) => kept.push(format!("the {}'s line: {what}", side.whose)),
                Reconfigured::NotHere => kept.push(format!("the {}'s line has no settings", side.whose)),
            }
        }
        Ok((!kept.is_empty()).then(|| kept.join("; ")).into())
    }
}

impl Side {
    /// Looks for the line, where it is lost, and opens it when it is there; what there is to tell then. The other line's device
    /// is never it.
    fn look(&mut self, settings: &LineSettings, other: &LinkSpec, now: Duration) -> Option<String> {
        let away = self.away.as_mut()?;
        let line = format!("the {}'s line", self.whose);
        let outcome = match away.awaited.tick(settings, now) {
            Outcome::Ask(mut paths) => {
                paths.retain(|path| !is_device(other, path));
                if paths.is_empty() { Outcome::Absent } else { Outcome::Ask(paths) }
            }
            outcome => outcome,
        };
        let text = match outcome {
            Outcome::Nothing => return None,
            Outcome::Absent => {
                away.told = None;
                // Whoever was asked is told that there is nothing to choose any more.
                let asked = !std::mem::take(&mut away.candidates).is_empty();
                return asked.then(|| format!("{line} is waited for again"));
            }
            Outcome::Ask(paths) => {
                let text = format!("{line} may be {} now: choose it, or wait", paths.join(" or "));
                away.candidates = paths;
                text
            }
            Outcome::Refused(problem) => format!("{line} is back, but does not open. {problem}"),
            Outcome::Back(path, port, _) => {
                let back = away.awaited.lost().back(&line);
                self.link = Some(port);
                self.spec = LinkSpec::Serial(path);
                self.since = Some(now);
                self.away = None;
                return Some(back);
            }
        };
        (away.told.as_ref() != Some(&text)).then(|| away.told.insert(text).clone())
    }
}

/// This is the port of the device at this path, by whatever link it was opened.
fn is_device(port: &LinkSpec, path: &str) -> bool {
    let LinkSpec::Serial(open) = port else { return false };
    let real = |path: &str| std::fs::canonicalize(path).ok();
    open == path || real(open).is_some_and(|open| real(path) == Some(open))
}

fn from_side(index: usize, heard: Vec<Arrival>) -> impl Iterator<Item = Arrival> {
    heard.into_iter().map(move |arrival| if index == HOST { Arrival::FromHost(Box::new(arrival)) } else { arrival })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(path: &str, place: &str) -> Identity {
        Identity {
            path: path.to_owned(),
            usb_id: Some((0x1A86, 0x7523)),
            usb_path: Some(place.to_owned()),
            ..Identity::default()
        }
    }

    /// Of adapters of a kind without serial numbers one is in another socket than before. One more is the other line.
    #[test]
    fn which_of_two_equal_adapters_is_the_lost_line_is_asked_once() {
        let lost = adapter("/dev/ttyUSB0", "1-1");
        let three = |_: &Identity| {
            vec![adapter("/dev/ttyUSB0", "1-3"), adapter("/dev/ttyUSB1", "1-2"), adapter("/dev/ttyUSB2", "1-4")]
        };
        let serial = |path: &str| LinkSpec::Serial(path.to_owned());
        let away = Away { awaited: Awaited::among(lost.clone(), three), candidates: Vec::new(), told: None };
        let spec = serial(&lost.path);
        let host = Side { whose: "host", spec, link: None, device: Some(lost), since: None, away: Some(away) };
        let modem =
            Side { whose: "modem", spec: serial("/dev/ttyUSB2"), link: None, device: None, since: None, away: None };
        let settings = LineSettings::default();
        let mut tap = Tap { sides: [host, modem], settings, next: HOST, notes: Vec::new() };
        let mut look = |second| {
            tap.on_ready(Duration::from_secs(second));
            std::mem::take(&mut tap.notes)
        };
        let expect = "the host's line may be /dev/ttyUSB0 or /dev/ttyUSB1 now: choose it, or wait";
        assert_eq!(look(1), [Arrival::Note(expect.to_owned())]);
        assert_eq!((look(2), look(5)), (Vec::new(), Vec::new()), "it is said once");
        let tap_with = |path: &str| LinkSpec::Tap { host: serial(path).into(), modem: serial("/dev/ttyUSB2").into() };
        let candidate = |path: &str| Candidate { device: path.to_owned(), port: tap_with(path) };
        assert_eq!(tap.candidates(), [candidate("/dev/ttyUSB0"), candidate("/dev/ttyUSB1")]);
        // One that does not open leaves the question as it was.
        let refused = tap.choose(&tap_with("/no/such/device"), Duration::from_secs(6));
        assert!(matches!(refused, Err(LinkError::Refused(_))), "{refused:?}");
        assert_eq!(tap.candidates().len(), 2);
    }

    /// A pty stands for the device that is chosen.
    #[cfg(unix)]
    #[test]
    fn the_device_that_is_chosen_is_the_line_from_then_on() {
        let mut chosen = crate::os::pty::Pty::open(None).unwrap();
        let serial = |path: &str| LinkSpec::Serial(path.to_owned());
        let none = |_: &Identity| Vec::new();
        let lost = adapter("/dev/ttyUSB0", "1-1");
        let away = Away { awaited: Awaited::among(lost.clone(), none), candidates: Vec::new(), told: None };
        let host = Side {
            whose: "host",
            spec: serial(&lost.path),
            link: None,
            device: Some(lost),
            since: None,
            away: Some(away),
        };
        let modem =
            Side { whose: "modem", spec: serial("/dev/ttyUSB2"), link: None, device: None, since: None, away: None };
        let mut tap = Tap { sides: [host, modem], settings: LineSettings::default(), next: HOST, notes: Vec::new() };
        let port = LinkSpec::Tap { host: serial(&chosen.address()).into(), modem: serial("/dev/ttyUSB2").into() };
        tap.choose(&port, Duration::from_secs(1)).unwrap();
        assert_eq!(chosen.write(b"AT\r"), 3);
        let mut arrived = Vec::new();
        while arrived.len() < 2 {
            tap.read(&mut arrived, Duration::from_secs(2)).unwrap();
        }
        assert_eq!(tap.name(), Some(port), "the status and the next session have it by its new name");
        let told = format!("the host's line is {} now", chosen.address());
        let bytes = Arrival::Bytes { bytes: b"AT\r".to_vec(), flaw: crate::capture::Flaw::None };
        assert_eq!(arrived, [Arrival::Note(told), Arrival::FromHost(Box::new(bytes))]);
    }
}
