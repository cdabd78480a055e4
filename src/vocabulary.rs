//! What a modem is asked and what it says: names, forms, answers, times, data, secrets. Facts, as tables.
//!
//! * [`Line`]: a command line cut into its commands and parameters; the only parser of one.
//! * [`Family`]: what the modems of one kind know, read from a text file (`families/*.txt`; the columns are explained in
//!   [`table`]). Every family stands on `3gpp`, what all modems have.
//! * [`Command`]: one line of such a table, and what follows from it for a command as it was sent.
//! * [`Telling`]: which family a modem is of.
//! * [`codes`]: numbers to words: the texts of `+CME ERROR` and `+CMS ERROR`, registration, signal.
//! * `explain`: what a line of the modem means, in words.
//! * [`said`]: what a line of the modem can mean; `reading` tells it by the line's text alone.
//! * [`private`]: what is secret or private in commands and answers, for all that any family knows, and some more.
//!
//! Pure, and the lowest room but for `notation`: all others read their facts about commands here and have none of their
//! own. Not a judge: that a command is missing here does not mean that no modem has it.

pub(crate) mod codes;
mod command;
mod explain;
pub(crate) mod failure;
mod family;
mod json;
mod line;
pub(crate) mod private;
mod reading;
mod reason;
mod role;
pub(crate) mod said;
mod saying;
mod table;
mod telling;
mod told;
mod wrong;

pub use command::{Modes, Takes};
pub use family::{AddError, Family, add, sim800, third_generation};
pub use line::{Form, Line};

pub(crate) use command::{Command, Data, REFUSED, Unsure};
pub(crate) use explain::explain;
pub(crate) use family::{families, family, known};
pub(crate) use json::turned_down;
pub(crate) use line::{Call, Calls, Parameter, Place, is_command, is_whole_command, number};
pub(crate) use reading::{ends_connection, is_of_numbers, server_status};
pub(crate) use reason::{Because, Explained, Reason};
pub(crate) use role::Role;
pub(crate) use telling::{Evidence, Knowing, Telling};
pub(crate) use told::Follows;
