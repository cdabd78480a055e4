//! A shared port: what comes goes to the guests too, what they say goes out like any other Send.

use super::engine::Engine;
use crate::link::share::{Place, Share};
use crate::session::Input;

/// While more than this waits to be sent, guests are not read: theirs is the next to wait, in their own programs.
const ENOUGH: u64 = 64 * 1024;

impl Engine {
    pub(super) fn share(&mut self, place: &Place) {
        self.stop_sharing();
        match Share::open(place) {
            Ok(share) => {
                self.note(format!("shared at {}", share.address()));
                self.share = Some(share);
            }
            Err(problem) => self.refuse(problem),
        }
    }

    pub(super) fn stop_sharing(&mut self) {
        if let Some(share) = self.share.take() {
            self.note(format!("no longer shared at {}", share.address()));
        }
    }

    /// Guests may talk now.
    pub(super) fn hears_guests(&self) -> bool {
        let now = self.clock.now();
        self.link.is_some()
            && !self.files.busy()
            && self.outgoing.progress(now).is_none_or(|waiting| waiting.total - waiting.taken < ENOUGH)
    }

    pub(super) fn serve_guests(&mut self) {
        let listening = self.hears_guests();
        let Some(share) = &mut self.share else {
            return;
        };
        let before = share.guests();
        let heard = share.serve(listening);
        let notes = share.take_notes();
        self.dirty |= share.guests() != before;
        for note in notes {
            self.note(note);
        }
        let now = self.clock.now();
        for bytes in heard {
            self.input(Input::Send(bytes), now);
        }
    }
}
