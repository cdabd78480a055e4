//! Two lines at once, listened to: what a host says to its modem and what the modem says back, each by a receiver of its
//! own (two USB-TTL adapters whose RX pins lie on the host's TX and on the modem's TX). It only listens.
//!
//! One time line for both: each read is stamped when it returns. Where both lines have something to read, the host's is
//! read first, as an answer follows its command; then they take turns, so that a flood on one does not starve the other.

use std::time::Duration;

use super::comeback::{Awaited, Outcome};
use super::identity::Identity;
use super::{Arrival, Interests, LineSettings, Link, LinkError, LinkSpec, Reconfigured, discovery};

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
    /// What it was told last of it.
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
            let device = match spec {
                LinkSpec::Serial(path) => Some(discovery::describe(path).identity()),
                _ => None,
            };
            Side { whose, link: Some(link), device, since: None, away: None }
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
            side.away = awaited.map(|awaited| Away { awaited, told: None });
        }
        arrived.push(Arrival::Note(format!("the {whose}'s line is lost: {problem}. The other one is still heard.")));
        Ok(true)
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
        let Self { sides, settings, notes, .. } = self;
        notes.extend(sides.iter_mut().filter_map(|side| side.look(settings, now)).map(Arrival::Note));
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
    /// Looks for the line, where it is lost, and opens it when it is there; what there is to tell then.
    fn look(&mut self, settings: &LineSettings, now: Duration) -> Option<String> {
        let away = self.away.as_mut()?;
        let line = format!("the {}'s line", self.whose);
        let text = match away.awaited.tick(settings, now) {
            Outcome::Nothing => return None,
            Outcome::Absent => {
                away.told = None;
                return None;
            }
            Outcome::Ask(paths) => format!("{line} may be {} now: open the tap anew with it", paths.join(" or ")),
            Outcome::Refused(problem) => format!("{line} is back, but does not open. {problem}"),
            Outcome::Back(_, port, _) => {
                let back = away.awaited.lost().back(&line);
                self.link = Some(port);
                self.since = Some(now);
                self.away = None;
                return Some(back);
            }
        };
        (away.told.as_ref() != Some(&text)).then(|| away.told.insert(text).clone())
    }
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

    /// Two adapters of a kind without serial numbers, one of them in another socket than before.
    #[test]
    fn which_of_two_equal_adapters_is_the_lost_line_is_asked_once() {
        let lost = adapter("/dev/ttyUSB0", "1-1");
        let two = |_: &Identity| vec![adapter("/dev/ttyUSB0", "1-3"), adapter("/dev/ttyUSB1", "1-2")];
        let away = Away { awaited: Awaited::among(lost.clone(), two), told: None };
        let mut side = Side { whose: "host", link: None, device: Some(lost), since: None, away: Some(away) };
        let settings = LineSettings::default();
        let mut look = |second| side.look(&settings, Duration::from_secs(second));
        let expect = "the host's line may be /dev/ttyUSB0 or /dev/ttyUSB1 now: open the tap anew with it";
        assert_eq!(look(1).as_deref(), Some(expect));
        assert_eq!((look(2), look(5)), (None, None), "it is said once");
    }
}
