//! Who has the line, and what may be wished for meanwhile: one rule, asked by the window, the worker and the session.

use std::fmt;

/// Who has the line, in the order in which they are named where several do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Occupant {
    /// Nobody can have it: the port is not open.
    Absent,
    /// Nobody can have it: the device is gone, and awaited.
    Lost,
    /// Another program has it, to which it was lent.
    Borrower,
    /// No other program can have it: a simulated modem, a replay.
    OursAlone,
    /// Nobody can talk on it: a tap, a replay.
    Listening,
    /// Nobody can set a rate on it: a simulated modem, a plain connection.
    Rateless,
    /// The passthrough check.
    Check,
    /// A file on its way.
    File,
    Macro,
    /// The search for the modem's baud rate.
    Scan,
    /// The board behind the port restarts.
    Restart,
    /// The modem, which waits for data.
    Prompt,
    /// Bytes that have not left.
    Sending,
}

/// What somebody wants of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    /// Send bytes or a break.
    Send,
    /// Run macros.
    Macro,
    /// Send a file.
    File,
    /// Look for the modem's baud rate.
    Scan,
    /// Check what a passthrough carries.
    Check,
    /// Set modem lines.
    Lines,
    /// Lend the port to another program.
    Lend,
    /// Lend it because that program's window has come to the front.
    LendUnasked,
}

/// Why a wish cannot be followed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    wish: Wish,
    occupant: Occupant,
}

impl Occupant {
    /// All of them, in order.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 13] = [
        Self::Absent,
        Self::Lost,
        Self::Borrower,
        Self::OursAlone,
        Self::Listening,
        Self::Rateless,
        Self::Check,
        Self::File,
        Self::Macro,
        Self::Scan,
        Self::Restart,
        Self::Prompt,
        Self::Sending,
    ];

    /// How it is, and what to do about it.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Absent => ("the port is not open", "connect first"),
            Self::Lost => ("the device is gone", "plug it in: it is opened again by itself"),
            Self::Borrower => ("the port is lent", "take it back first"),
            Self::OursAlone => ("this port is a part of this program", "lend a device or a connection"),
            Self::Listening => ("this port only listens", "to talk, connect to the modem's own port"),
            Self::Rateless => ("this port has no baud rate", "rates are tried on a serial port"),
            Self::Check => ("the passthrough check has the line", "wait for it, or stop it"),
            Self::File => ("a file is being sent", "wait for its end, or cancel it"),
            Self::Macro => ("a macro is running", "stop it first"),
            Self::Scan => ("the modem's baud rate is being looked for", "wait for it, or stop it"),
            Self::Restart => ("the board restarts", "wait two seconds"),
            Self::Prompt => {
                ("the modem waits for data, and this would become part of it", "end it with 1A or ESC first")
            }
            Self::Sending => ("bytes are still being sent", "wait for them, or cancel them"),
        }
    }
}

impl Wish {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] =
        [Self::Send, Self::Macro, Self::File, Self::Scan, Self::Check, Self::Lines, Self::Lend, Self::LendUnasked];

    fn not_done(self) -> &'static str {
        match self {
            Self::Send => "nothing was sent",
            Self::Macro => "the macro was not run",
            Self::File => "the file was not sent",
            Self::Scan => "no rate was tried",
            Self::Check => "nothing was checked",
            Self::Lines => "the lines were not set",
            Self::Lend | Self::LendUnasked => "the port was not lent",
        }
    }
}

/// The rule: why this wish cannot be followed while that occupant has the line; `None` where it can.
#[must_use]
pub(crate) fn refusal(occupant: Occupant, wish: Wish) -> Option<Refusal> {
    let refused = match occupant {
        Occupant::Absent | Occupant::Lost | Occupant::Borrower => true,
        Occupant::OursAlone => matches!(wish, Wish::Lend | Wish::LendUnasked),
        Occupant::Listening => !matches!(wish, Wish::Lend | Wish::LendUnasked),
        Occupant::Rateless => wish == Wish::Scan,
        Occupant::Check => wish != Wish::Lend,
        Occupant::File | Occupant::Scan => !matches!(wish, Wish::Lines | Wish::Lend),
        // What the user types meanwhile goes out between the macro's steps, and is no answer to it.
        Occupant::Macro => !matches!(wish, Wish::Send | Wish::Lines),
        // What is sent waits until the board is ready.
        Occupant::Restart => wish == Wish::Check,
        // A file may be just what the modem waits for.
        Occupant::Prompt => matches!(wish, Wish::Scan | Wish::Check),
        Occupant::Sending => matches!(wish, Wish::File | Wish::Scan | Wish::Check | Wish::LendUnasked),
    };
    refused.then_some(Refusal { wish, occupant })
}

/// The first reason among several occupants.
#[must_use]
pub(crate) fn first_refusal(occupants: &[Occupant], wish: Wish) -> Option<Refusal> {
    occupants.iter().find_map(|&occupant| refusal(occupant, wish))
}

impl Refusal {
    /// Why not, for a hint beside a button: `A macro is running. Stop it first.`
    #[must_use]
    pub(crate) fn hint(self) -> String {
        let (reason, advice) = self.occupant.words();
        format!("{}. {}.", capital(reason), capital(advice))
    }

    /// What was not done and why, for the window: `Nothing was sent: this port only listens. To talk, …`
    #[must_use]
    pub(crate) fn sentence(self) -> String {
        let (reason, advice) = self.occupant.words();
        format!("{}: {reason}. {}.", capital(self.wish.not_done()), capital(advice))
    }
}

/// For the log and the command line: `nothing was sent: this port only listens; to talk, …`
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reason, advice) = self.occupant.words();
        write!(formatter, "{}: {reason}; {advice}", self.wish.not_done())
    }
}

fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pairs: `x` is refused.
    #[test]
    fn who_has_the_line_decides_what_may_be_done_with_it() {
        let row = |occupant: Occupant| {
            let mark = |&wish: &Wish| if refusal(occupant, wish).is_some() { "x" } else { "-" };
            let marks: Vec<&str> = Wish::ALL.iter().map(mark).collect();
            format!("{:<12}{}\n", format!("{occupant:?}"), marks.join("    "))
        };
        let rows: String = Occupant::ALL.into_iter().map(row).collect();
        let table = format!("            Send Macro File Scan Check Lines Lend LendUnasked\n{rows}");
        let expect = "            Send Macro File Scan Check Lines Lend LendUnasked
Absent      x    x    x    x    x    x    x    x
Lost        x    x    x    x    x    x    x    x
Borrower    x    x    x    x    x    x    x    x
OursAlone   -    -    -    -    -    -    x    x
Listening   x    x    x    x    x    x    -    -
Rateless    -    -    -    x    -    -    -    -
Check       x    x    x    x    x    x    -    x
File        x    x    x    x    x    -    -    x
Macro       -    x    x    x    x    -    x    x
Scan        x    x    x    x    x    -    -    x
Restart     -    -    -    -    x    -    -    -
Prompt      -    -    -    x    x    -    -    -
Sending     -    -    x    x    x    -    -    x
";
        assert_eq!(table, expect);
    }

    #[test]
    fn a_refusal_says_what_was_not_done_why_and_what_to_do() {
        let refusal = first_refusal(&[Occupant::Prompt, Occupant::Macro, Occupant::Sending], Wish::File).unwrap();
        assert_eq!(refusal.to_string(), "the file was not sent: a macro is running; stop it first");
        assert_eq!(refusal.sentence(), "The file was not sent: a macro is running. Stop it first.");
        assert_eq!(refusal.hint(), "A macro is running. Stop it first.");
        assert_eq!(first_refusal(&[Occupant::Prompt], Wish::Send), None);
        assert_eq!(first_refusal(&[], Wish::Scan), None);
    }
}
