//! The phone book (`AT+CPB…`), and the own number.

use super::card::{Entry, PLACES};
use super::desk::Desk;
use super::line::{Call, Form};
use super::part::{Command, Part, commands};
use super::reply::{Done, Failure, NOT_ALLOWED};

const COMMANDS: &[Command<PhoneBook>] = &[
    ("+CPBS", PhoneBook::choose_book),
    ("+CPBR", PhoneBook::read_book),
    ("+CPBW", PhoneBook::write_book),
    ("+CPBF", PhoneBook::find_in_book),
    ("+CNUM", PhoneBook::own_number),
];

const BOOKS: [&str; 8] = ["SM", "ME", "DC", "FD", "LD", "MC", "RC", "ON"];

/// Which book is open. Only that of the card can be written; the others are empty.
#[derive(Debug)]
pub(super) struct PhoneBook {
    chosen: &'static str,
}

impl Default for PhoneBook {
    fn default() -> Self {
        Self { chosen: "SM" }
    }
}

impl Part for PhoneBook {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
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

    fn place<'desk>(&self, desk: &'desk Desk, index: usize) -> Option<&'desk Entry> {
        desk.card.book().get(index.checked_sub(1)?).and_then(Option::as_ref).filter(|_| self.in_card())
    }
}

impl PhoneBook {
    fn choose_book(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => {
                let list: Vec<_> = BOOKS.iter().map(|book| format!("\"{book}\"")).collect();
                desk.test(call, &format!("({})", list.join(",")))
            }
            Form::Query => {
                let used = if self.in_card() { desk.card.book().iter().flatten().count() } else { 0 };
                let text = format!("+CPBS: \"{}\",{used},{PLACES}", self.chosen);
                desk.answer(call, text)
            }
            Form::Set => match BOOKS.iter().find(|book| **book == call.string(0).to_ascii_uppercase()) {
                Some(book) => {
                    self.chosen = book;
                    Done::Ok
                }
                None => NOT_ALLOWED,
            },
            _ => NOT_ALLOWED,
        }
    }

    fn read_book(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, &format!("(1-{PLACES}),40,14"));
        }
        if let Err(failure) = desk.card_ready() {
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
        // An empty place is no failure: OK and nothing, as drivers of SIM900 and SIM800 and gsmlib know it.
        let rows: Vec<_> =
            (first..=last).filter_map(|index| Some(row("+CPBR", index, self.place(desk, index)?))).collect();
        for row in rows {
            desk.info(row);
        }
        Done::Ok
    }

    fn write_book(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, &format!("(1-{PLACES}),40,(129,145,161),14"));
        }
        if let Err(failure) = desk.card_ready() {
            return Done::Fail(failure);
        }
        let index = match call.text(0) {
            Some(_) => {
                call.number(0).and_then(|index| usize::try_from(index).ok()).and_then(|index| index.checked_sub(1))
            }
            None => desk.card.book().iter().position(Option::is_none),
        };
        let Some(place) = index.and_then(|at| desk.card.book_mut().get_mut(at)).filter(|_| call.form == Form::Set)
        else {
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

    fn find_in_book(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "40,14");
        }
        let wanted = call.string(0).to_lowercase();
        let places = (1..).zip(desk.card.book());
        let rows: Vec<String> = places
            .filter_map(|(index, entry)| Some((index, entry.as_ref()?)))
            .filter(|(_, entry)| entry.name.to_lowercase().starts_with(&wanted))
            .map(|(index, entry)| row("+CPBF", index, entry))
            .collect();
        if rows.is_empty() {
            return Done::Fail(Failure::Cme(22));
        }
        for row in rows {
            desk.info(row);
        }
        Done::Ok
    }

    fn own_number(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        if let Err(failure) = desk.card_ready() {
            return Done::Fail(failure);
        }
        let number = desk.profile().card.number.clone();
        desk.answer(call, format!("+CNUM: \"\",\"{number}\",{},7,4", kind(&number)))
    }
}
