//! The phone book (`AT+CPB…`), and the own number.

use super::Modem;
use super::commands::Command;
use super::line::{Call, Form};
use super::reply::{Done, Failure, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command] = &[
    ("+CPBS", Modem::choose_book),
    ("+CPBR", Modem::read_book),
    ("+CPBW", Modem::write_book),
    ("+CPBF", Modem::find_in_book),
    ("+CNUM", Modem::own_number),
];

/// Places of the card's book.
const PLACES: usize = 250;
const BOOKS: [&str; 8] = ["SM", "ME", "DC", "FD", "LD", "MC", "RC", "ON"];

/// An entry.
#[derive(Clone, Debug)]
struct Entry {
    number: String,
    name: String,
}

/// The book. Only that of the card can be written; the others are empty.
#[derive(Debug)]
pub(super) struct PhoneBook {
    chosen: &'static str,
    entries: Vec<Option<Entry>>,
}

impl Default for PhoneBook {
    fn default() -> Self {
        Self { chosen: "SM", entries: vec![None; PLACES] }
    }
}

fn kind(number: &str) -> u8 {
    if number.starts_with('+') { 145 } else { 129 }
}

fn row(name: &str, index: usize, entry: &Entry) -> String {
    format!("{name}: {index},\"{}\",{},\"{}\"", entry.number, kind(&entry.number), entry.name)
}

impl PhoneBook {
    fn in_card(&self) -> bool {
        matches!(self.chosen, "SM" | "ME")
    }

    fn place(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index.checked_sub(1)?).and_then(Option::as_ref).filter(|_| self.in_card())
    }
}

impl Modem {
    fn choose_book(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => {
                let list: Vec<_> = BOOKS.iter().map(|book| format!("\"{book}\"")).collect();
                self.test(call, &format!("({})", list.join(",")))
            }
            Form::Read => {
                let book = &self.book;
                let used = if book.in_card() { book.entries.iter().flatten().count() } else { 0 };
                let text = format!("+CPBS: \"{}\",{used},{PLACES}", book.chosen);
                self.answer(call, text)
            }
            Form::Set => match BOOKS.iter().find(|book| **book == call.string(0).to_ascii_uppercase()) {
                Some(book) => {
                    self.book.chosen = book;
                    Done::Ok
                }
                None => NOT_ALLOWED,
            },
            Form::Execute => NOT_ALLOWED,
        }
    }

    fn read_book(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, &format!("(1-{PLACES}),40,14"));
        }
        if let Err(failure) = self.card_ready() {
            return Done::Fail(failure);
        }
        let number = |index: usize| call.number(index).and_then(|number| usize::try_from(number).ok());
        let Some(first) = number(0).filter(|first| (1..=PLACES).contains(first)) else {
            return Done::Fail(Failure::Cme(21));
        };
        let last = number(1).unwrap_or(first);
        if call.form != Form::Set || last > PLACES {
            return Done::Fail(Failure::Cme(21));
        }
        let rows: Vec<_> =
            (first..=last).filter_map(|index| Some(row("+CPBR", index, self.book.place(index)?))).collect();
        if rows.is_empty() && first == last {
            return Done::Fail(Failure::Cme(22));
        }
        for row in rows {
            self.info(row);
        }
        Done::Ok
    }

    fn write_book(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, &format!("(1-{PLACES}),40,(129,145,161),14"));
        }
        if let Err(failure) = self.card_ready() {
            return Done::Fail(failure);
        }
        let index = match call.text(0) {
            Some(_) => {
                call.number(0).and_then(|index| usize::try_from(index).ok()).and_then(|index| index.checked_sub(1))
            }
            None => self.book.entries.iter().position(Option::is_none),
        };
        let Some(place) = index.and_then(|at| self.book.entries.get_mut(at)).filter(|_| call.form == Form::Set) else {
            return Done::Fail(Failure::Cme(if call.text(0).is_some() { 21 } else { 20 }));
        };
        if call.count() <= 1 {
            *place = None;
            return Done::Ok;
        }
        let (mut number, name) = (call.string(1), call.string(3));
        if number.len() > 40 || name.len() > 40 {
            return Done::Fail(Failure::Cme(if name.len() > 40 { 24 } else { 26 }));
        }
        if call.number(2) == Some(145) && !number.starts_with('+') {
            number.insert(0, '+');
        }
        *place = Some(Entry { number, name });
        Done::Ok
    }

    fn find_in_book(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "40,14");
        }
        let wanted = call.string(0).to_lowercase();
        let places = (1..).zip(&self.book.entries);
        let rows: Vec<String> = places
            .filter_map(|(index, entry)| Some((index, entry.as_ref()?)))
            .filter(|(_, entry)| entry.name.to_lowercase().starts_with(&wanted))
            .map(|(index, entry)| row("+CPBF", index, entry))
            .collect();
        if rows.is_empty() {
            return Done::Fail(Failure::Cme(22));
        }
        for row in rows {
            self.info(row);
        }
        Done::Ok
    }

    fn own_number(&mut self, call: &Call) -> Done {
        if let Err(failure) = self.card_ready() {
            return Done::Fail(failure);
        }
        let number = self.profile.number.clone();
        self.answer(call, format!("+CNUM: \"\",\"{number}\",{},7,4", kind(&number)))
    }

    /// The number behind `ATD>1;`, `ATD>SM 1;` or `ATD>"name";`.
    pub(super) fn phone_book_number(&self, place: &str) -> Option<String> {
        let word = place.trim().trim_matches('"');
        let digits = word.trim_start_matches(|character: char| !character.is_ascii_digit());
        let by_index = digits.parse().ok().and_then(|index| self.book.place(index));
        let by_name = || self.book.entries.iter().flatten().find(|entry| entry.name.eq_ignore_ascii_case(word));
        by_index.or_else(by_name).map(|entry| entry.number.clone())
    }
}
