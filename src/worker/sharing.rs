//! A shared port: what comes goes to the guests too, what they say goes out like any other Send.

use crate::link::Interests;
use crate::link::share::{Place, Share, ShareError};

/// Whether guests may talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ear {
    /// What they say goes to the port.
    Open,
    /// Not now: it waits in their own programs.
    Later,
    /// The port is away. What is said now would surprise whatever comes back: it is taken and dropped.
    Deaf,
}

/// What came of the guests.
#[derive(Debug, Default)]
pub(super) struct Served {
    /// What they said, for the port.
    pub(super) heard: Vec<Vec<u8>>,
    /// For the log.
    pub(super) notes: Vec<String>,
    /// Guests came or went.
    pub(super) news: bool,
}

/// The door for guests, where there is one.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    share: Option<Share>,
    /// Bytes that were dropped since the port went away.
    dropped: usize,
}

impl Sharing {
    /// Opens the door, and says where.
    pub(super) fn open(&mut self, place: &Place) -> Result<String, ShareError> {
        let share = Share::open(place)?;
        let note = format!("shared at {}", share.address());
        self.share = Some(share);
        Ok(note)
    }

    /// Closes the door, if there is one, and says so.
    pub(super) fn close(&mut self) -> Option<String> {
        self.share.take().map(|share| format!("no longer shared at {}", share.address()))
    }

    /// Where the door is, and how many guests there are.
    pub(super) fn shown(&self) -> Option<(String, usize)> {
        self.share.as_ref().map(|share| (share.address().to_owned(), share.guests()))
    }

    pub(super) fn interests<'fd>(&'fd self, ear: Ear, interests: &mut Interests<'fd>) {
        if let Some(share) = &self.share {
            share.interests(ear != Ear::Later, interests);
        }
    }

    /// Hands on what the port has received.
    pub(super) fn tell(&mut self, bytes: &[u8]) {
        if let Some(share) = &mut self.share {
            share.tell(bytes);
        }
    }

    /// Lets guests in and out and hears them.
    pub(super) fn tick(&mut self, ear: Ear) -> Served {
        let Some(share) = &mut self.share else { return Served::default() };
        let before = share.guests();
        let mut heard = share.serve(ear != Ear::Later);
        let mut notes = share.take_notes();
        if ear == Ear::Deaf && !heard.is_empty() {
            if self.dropped == 0 {
                notes.push("the device is away: what guests send until it is back is dropped".into());
            }
            self.dropped += heard.drain(..).map(|bytes| bytes.len()).sum::<usize>();
        }
        Served { heard, notes, news: share.guests() != before }
    }

    /// The port is back, or will not come: what guests said until now is not for it. Says what of that was dropped.
    pub(super) fn end_deafness(&mut self) -> Vec<String> {
        let mut notes = self.tick(Ear::Deaf).notes;
        match std::mem::take(&mut self.dropped) {
            0 => {}
            1 => notes.push("1 byte of a guest was dropped while the device was away".into()),
            count => notes.push(format!("{count} bytes of guests were dropped while the device was away")),
        }
        notes
    }
}
