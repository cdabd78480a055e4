//! The SIM card: whether it can be used, its PIN, and the phone book that lies on it.

use super::desk::Desk;
use super::faults::Fault;
use super::profile::Profile;
use super::reply::Failure;

/// Wrong PINs until the PUK is asked for.
const TRIES: u8 = 3;
/// Places of the card's book.
pub(super) const PLACES: usize = 250;

/// An entry of the phone book.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) number: String,
    pub(super) name: String,
}

#[derive(Debug)]
pub(super) struct Card {
    /// It was read after power-on.
    read: bool,
    /// The PIN was given (or is not asked for).
    unlocked: bool,
    tries: u8,
    /// `AT+CLCK="SC",1`: the PIN is asked for after each power-on.
    locked: bool,
    pin: String,
    book: Vec<Option<Entry>>,
}

impl Card {
    pub(super) fn new(profile: &Profile) -> Self {
        let pin = profile.card.pin.clone();
        Self { read: false, unlocked: false, tries: TRIES, locked: false, pin, book: vec![None; PLACES] }
    }

    /// Power comes: it has to be read anew, and may ask for its PIN.
    pub(super) fn power_on(&mut self, asks: bool) {
        self.read = false;
        self.unlocked = !(asks || self.locked);
    }

    pub(super) fn is_read(&self) -> bool {
        self.read
    }

    pub(super) fn set_read(&mut self, read: bool) {
        self.read = read;
    }

    pub(super) fn lock(&mut self) {
        self.unlocked = false;
    }

    /// The PIN is tried; false when it was wrong.
    pub(super) fn try_pin(&mut self, pin: Option<&[u8]>) -> bool {
        let right = pin == Some(self.pin.as_bytes());
        if right {
            (self.tries, self.unlocked) = (TRIES, true);
        } else {
            self.tries = self.tries.saturating_sub(1);
        }
        right
    }

    pub(super) fn tries(&self) -> u8 {
        self.tries
    }

    pub(super) fn is_pin(&self, pin: Option<&[u8]>) -> bool {
        pin == Some(self.pin.as_bytes())
    }

    pub(super) fn set_pin(&mut self, pin: String) {
        self.pin = pin;
    }

    pub(super) fn asks_for_pin(&self) -> bool {
        self.locked
    }

    pub(super) fn set_asks_for_pin(&mut self, asks: bool) {
        self.locked = asks;
    }

    /// The places of the phone book.
    pub(super) fn book(&self) -> &[Option<Entry>] {
        &self.book
    }

    pub(super) fn book_mut(&mut self) -> &mut [Option<Entry>] {
        &mut self.book
    }

    /// The number behind `ATD>1;`, `ATD>SM 1;` or `ATD>"name";`.
    pub(super) fn number_at(&self, place: &str) -> Option<String> {
        let word = place.trim().trim_matches('"');
        let digits = word.trim_start_matches(|character: char| !character.is_ascii_digit());
        let index = digits.parse::<usize>().ok().and_then(|index| index.checked_sub(1));
        let by_index = index.and_then(|at| self.book.get(at)).and_then(Option::as_ref);
        let by_name = || self.book.iter().flatten().find(|entry| entry.name.eq_ignore_ascii_case(word));
        by_index.or_else(by_name).map(|entry| entry.number.clone())
    }
}

impl Desk {
    /// What `AT+CPIN?` says; `None` without a card.
    pub(super) fn card_state(&self) -> Option<&'static str> {
        if self.has(Fault::NoSim) {
            None
        } else if self.card.tries == 0 {
            Some("SIM PUK")
        } else if self.card.unlocked {
            Some("READY")
        } else {
            Some("SIM PIN")
        }
    }

    /// `Err` with the reason when the card cannot be used now.
    pub(super) fn card_ready(&self) -> Result<(), Failure> {
        match self.card_state() {
            _ if self.radio.functionality() == 0 => Err(Failure::Cme(772)),
            None => Err(Failure::Cme(10)),
            Some("READY") if !self.card.read => Err(Failure::Cme(14)),
            Some("READY") => Ok(()),
            Some("SIM PIN") => Err(Failure::Cme(11)),
            Some(_) => Err(Failure::Cme(12)),
        }
    }
}
