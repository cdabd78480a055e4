//! Two lines at once, listened to: what a host says to its modem and what the modem says back, each by a receiver of its
//! own (two USB-TTL adapters whose RX pins lie on the host's TX and on the modem's TX). It only listens.
//!
//! One time line for both: each read is stamped when it returns. Where both lines have something to read, the host's is
//! read first, as an answer follows its command; then they take turns, so that a flood on one does not starve the other.

use std::time::Duration;

use super::{Arrival, Interests, LineSettings, Link, LinkError, Reconfigured};

pub(crate) struct Tap {
    sides: [Side; 2],
    /// Which side is read next.
    next: usize,
}

/// The host's line stands first.
const HOST: usize = 0;

struct Side {
    /// Whose TX it is, for the log.
    whose: &'static str,
    link: Option<Box<dyn Link>>,
}

impl Tap {
    /// Listens to both.
    pub(super) fn new(host: Box<dyn Link>, modem: Box<dyn Link>) -> Self {
        let side = |whose, link| Side { whose, link: Some(link) };
        Self { sides: [side("host", host), side("modem", modem)], next: HOST }
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
        arrived.push(Arrival::Note(format!("the {whose}'s line is lost: {problem}. The other one is still heard.")));
        Ok(true)
    }

    fn links(&mut self) -> impl Iterator<Item = &mut Box<dyn Link>> {
        self.sides.iter_mut().filter_map(|side| side.link.as_mut())
    }
}

impl Link for Tap {
    fn interests<'fd>(&'fd self, _sending: bool, interests: &mut Interests<'fd>) {
        for link in self.sides.iter().filter_map(|side| side.link.as_ref()) {
            link.interests(false, interests);
        }
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.sides.iter().filter_map(|side| side.link.as_ref()?.next_deadline()).min()
    }

    fn on_ready(&mut self, now: Duration) {
        for link in self.links() {
            link.on_ready(now);
        }
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, now: Duration) -> Result<(), LinkError> {
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

fn from_side(index: usize, heard: Vec<Arrival>) -> impl Iterator<Item = Arrival> {
    heard.into_iter().map(move |arrival| if index == HOST { Arrival::FromHost(Box::new(arrival)) } else { arrival })
}
