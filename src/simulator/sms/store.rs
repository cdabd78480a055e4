//! Where messages lie: on the card and in the module, seen through the storages that `AT+CPMS` names.

/// Where a message stands, in the numbers of PDU mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Unread,
    Read,
    Unsent,
    Sent,
}

impl Status {
    const ALL: [(Self, &str); 4] = [
        (Self::Unread, "REC UNREAD"),
        (Self::Read, "REC READ"),
        (Self::Unsent, "STO UNSENT"),
        (Self::Sent, "STO SENT"),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }

    pub(super) fn number(self) -> usize {
        Self::ALL.iter().position(|entry| entry.0 == self).unwrap_or(0)
    }
}

/// A message in a store.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) status: Status,
    pub(super) tpdu: Vec<u8>,
}

/// A storage by its name in `AT+CPMS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    Card,
    Module,
    /// The card, and when it is full the module.
    CardFirst,
    /// The module, and when it is full the card.
    ModuleFirst,
    /// Both, the card first.
    Any,
}

impl Storage {
    /// All of them, as the test form lists them.
    pub(super) const ALL: [(Self, &str); 5] = [
        (Self::Card, "SM"),
        (Self::Module, "ME"),
        (Self::CardFirst, "SM_P"),
        (Self::ModuleFirst, "ME_P"),
        (Self::Any, "MT"),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|entry| entry.1 == name).map(|entry| entry.0)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }
}

/// Both stores; `None` is a free place.
#[derive(Debug)]
pub(super) struct Stores {
    /// The index of the first place.
    first: usize,
    card: Vec<Option<Stored>>,
    module: Vec<Option<Stored>>,
}

impl Stores {
    /// Empty ones, whose places count from `first`.
    pub(super) fn new(first: usize) -> Self {
        Self { first, card: vec![None; 15], module: vec![None; 20] }
    }

    /// The places of a storage in the order of their indices.
    pub(super) fn places(&self, storage: Storage) -> impl Iterator<Item = &Option<Stored>> {
        let none: &[Option<Stored>] = &[];
        let (first, second) = match storage {
            Storage::Card => (self.card.as_slice(), none),
            Storage::Module => (self.module.as_slice(), none),
            Storage::CardFirst | Storage::Any => (self.card.as_slice(), self.module.as_slice()),
            Storage::ModuleFirst => (self.module.as_slice(), self.card.as_slice()),
        };
        first.iter().chain(second)
    }

    /// The same, to be changed.
    pub(super) fn places_mut(&mut self, storage: Storage) -> impl Iterator<Item = &mut Option<Stored>> {
        let none: &mut [Option<Stored>] = &mut [];
        let (first, second) = match storage {
            Storage::Card => (self.card.as_mut_slice(), none),
            Storage::Module => (self.module.as_mut_slice(), none),
            Storage::CardFirst | Storage::Any => (self.card.as_mut_slice(), self.module.as_mut_slice()),
            Storage::ModuleFirst => (self.module.as_mut_slice(), self.card.as_mut_slice()),
        };
        first.iter_mut().chain(second)
    }

    /// A place by its index.
    pub(super) fn place_mut(&mut self, storage: Storage, index: usize) -> Option<&mut Option<Stored>> {
        let at = index.checked_sub(self.first)?;
        self.places_mut(storage).nth(at)
    }

    /// Whether there is a place of this index, be it empty.
    pub(super) fn has_place(&self, storage: Storage, index: usize) -> bool {
        index.checked_sub(self.first).is_some_and(|at| at < self.usage(storage).1)
    }

    /// A message by its index.
    pub(super) fn at(&self, storage: Storage, index: usize) -> Option<&Stored> {
        self.places(storage).nth(index.checked_sub(self.first)?)?.as_ref()
    }

    /// The messages of a storage, each with its index.
    pub(super) fn messages(&self, storage: Storage) -> impl Iterator<Item = (usize, &Stored)> {
        (self.first..).zip(self.places(storage)).filter_map(|(index, place)| Some((index, place.as_ref()?)))
    }

    /// Puts a message into the first free place; its index.
    pub(super) fn put(&mut self, storage: Storage, stored: Stored) -> Option<usize> {
        let (index, place) = (self.first..).zip(self.places_mut(storage)).find(|(_, place)| place.is_none())?;
        *place = Some(stored);
        Some(index)
    }

    /// Taken and all places.
    pub(super) fn usage(&self, storage: Storage) -> (usize, usize) {
        (self.places(storage).flatten().count(), self.places(storage).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preferred_storage_spills_over_into_the_other_and_any_shows_both() {
        let mut stores = Stores::new(1);
        let message = || Stored { status: Status::Read, tpdu: Vec::new() };
        for index in 1..=16 {
            assert_eq!(stores.put(Storage::CardFirst, message()), Some(index));
        }
        assert_eq!((stores.usage(Storage::Card), stores.usage(Storage::Module)), ((15, 15), (1, 20)));
        assert_eq!(stores.put(Storage::Card, message()), None);
        assert_eq!(stores.usage(Storage::Any), (16, 35));
        assert!(stores.at(Storage::Module, 1).is_some() && stores.at(Storage::ModuleFirst, 1).is_some());
        assert!(stores.at(Storage::Any, 0).is_none() && stores.at(Storage::Any, 36).is_none());
        assert!(stores.has_place(Storage::Any, 35) && !stores.has_place(Storage::Any, 36));
    }

    #[test]
    fn places_may_count_from_zero() {
        let mut stores = Stores::new(0);
        assert_eq!(stores.put(Storage::Card, Stored { status: Status::Read, tpdu: Vec::new() }), Some(0));
        assert_eq!(stores.messages(Storage::Card).map(|(index, _)| index).collect::<Vec<_>>(), [0]);
        assert!(stores.place_mut(Storage::Card, 14).is_some() && stores.place_mut(Storage::Card, 15).is_none());
        assert!(stores.has_place(Storage::Card, 14) && !stores.has_place(Storage::Card, 15));
    }
}
