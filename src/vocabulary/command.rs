//! One command of a family's table, and what follows from it for a command as it was sent.

use std::time::Duration;

use super::line::{Call, Form};
use super::role::Role;

/// What the manuals give a command that they name no time for.
const USUAL: Duration = Duration::from_secs(5);

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The name with `AT`, such as `AT+CIPSEND`.
    pub name: &'static str,
    /// How it is written, such as `AT+CIPSEND[=<n>][,<len>]`.
    pub(crate) syntax: &'static str,
    /// What it does, one sentence.
    pub help: &'static str,
    /// What its parameters mean; empty where there is nothing to say.
    pub parameters: &'static str,
    /// What it is for, as far as that matters for what the modem does then.
    pub(crate) role: Role,
    /// Whether it takes data, and how that ends.
    pub data: Option<Data>,
    /// What its parameters are, in order.
    pub takes: Vec<Taken>,
    pub(super) times: Vec<(When, Duration)>,
    pub(super) results: Results,
}

/// How a command is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Results {
    /// The table says that it is not certain.
    Unknown,
    /// Any of these; `OK` where none of them that is good fits.
    Listed(Vec<Listed>),
}

/// One answer of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) when: When,
    pub(super) good: bool,
    pub(super) later: bool,
    pub(super) pattern: &'static str,
}

/// For which form or mode of the command something holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum When {
    #[default]
    Always,
    /// The first parameter behind a link's number is this.
    First(&'static str),
    /// The number of a link stands in front.
    Link,
    /// It sets something.
    Set,
    /// Transparent mode is on.
    Transparent,
    /// Sends are answered as soon as the modem has the data.
    QuickSend,
}

/// Settings of the modem that change how commands are written and answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// Several numbered connections; `None` where that is not known.
    pub(crate) multi: Option<bool>,
    /// After `CONNECT` every byte is data.
    pub(crate) transparent: bool,
    /// Sends are answered as soon as the modem has the data.
    pub(crate) quick_send: bool,
}

/// How data is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data {
    pub(super) when: When,
    /// Byte 0x1A ends it and ESC cancels it, where the command names no length.
    pub terminator: bool,
    /// Its length stands in the command.
    pub counted: bool,
    /// It ends with a time as well.
    pub timed: bool,
    /// What the modem asks for it with: `>`, or the beginning of a line, in which `^` and `$` are its ends.
    pub invitation: &'static str,
}

/// What a parameter is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Takes {
    /// Nothing that matters here.
    #[default]
    Other,
    /// The number of a connection.
    Link,
    /// How many bytes of data follow.
    Length,
    /// A host that is connected to.
    Host,
    /// Where at that host.
    Port,
    /// The address of a page.
    Url,
    /// A PIN, a password, a key.
    Secret,
    /// A user's name.
    Login,
    /// A number of a telephone.
    Number,
    /// The name of a person.
    Name,
    /// The words of a message.
    Message,
    /// The access point of a data connection.
    AccessPoint,
    /// The serial number of the modem.
    Imei,
    /// The number of the subscriber.
    Imsi,
    /// The number of the SIM card.
    Iccid,
    /// The number of a cell or an area of cells, where it has four digits or more.
    Cell,
    /// A position: this and all that follows.
    Place,
    /// Whether the data connection is opened or closed: the tags open it.
    Opens,
}

/// A parameter, or all from one on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What it is.
    pub what: Takes,
    /// Only when the parameter before it is one of these words (`"PWD"`); empty: always.
    pub(crate) tags: Vec<&'static str>,
    /// Another reading of the same place, for other words before it.
    pub or: Option<(Takes, Vec<&'static str>)>,
    /// It stands only where the first parameter is a number (`link?`).
    pub optional: bool,
    /// All that follow are the same.
    pub on: bool,
}

/// What a command as it was sent is answered with, as the notation of macros.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Any of these is the answer. Empty: not known.
    pub good: Vec<String>,
    /// Any of these says no, besides `ERROR` and `+CME ERROR`.
    pub bad: Vec<String>,
    /// It comes behind an `OK`, which says only that the command was read.
    pub later: bool,
    /// The answer goes on behind what `good` says: to the end of the line, or over further lines.
    pub(crate) goes_on: bool,
}

impl Command {
    /// The name without `AT`: `+CIPSEND`.
    #[must_use]
    pub(crate) fn bare_name(&self) -> &'static str {
        self.name.get(2..).filter(|_| self.name.starts_with("AT")).unwrap_or(self.name)
    }

    /// The longest that the last answer to it may take, where the table names a time.
    #[must_use]
    pub fn longest(&self, call: &Call<'_>) -> Option<Duration> {
        let fits = |when: When| when != When::Always && self.fits(when, call, Modes::default());
        let particular = self.times.iter().find(|(when, _)| fits(*when));
        particular.or_else(|| self.times.iter().find(|(when, _)| *when == When::Always)).map(|(_, time)| *time)
    }

    /// The longest that its final result may take: less than [`Self::longest`] where more comes behind an `OK`.
    #[must_use]
    pub fn allowed(&self, call: &Call<'_>) -> Duration {
        let later = self.answer(call, Modes::default()).later;
        self.longest(call).filter(|_| !later).unwrap_or(USUAL)
    }

    /// All times of the table, whatever they hold for.
    pub fn times(&self) -> impl Iterator<Item = Duration> {
        self.times.iter().map(|(_, time)| *time)
    }

    /// The command as it was sent asks for data.
    #[must_use]
    pub(crate) fn takes_data(&self, call: &Call<'_>) -> bool {
        let Some(data) = &self.data else { return false };
        let form = match call.form {
            Form::Set => true,
            // `AT+CIPSEND` alone, where all that stands behind it may be left out.
            Form::Execute => !self.syntax.get(self.name.len()..).is_some_and(|tail| tail.starts_with('=')),
            _ => false,
        };
        form && self.fits(data.when, call, Modes::default())
            && (data.terminator || self.place(Takes::Length, call, None).is_some_and(|at| call.number(at) != Some(0)))
    }

    /// Where a parameter of this kind stands in the command as it was sent, from 0; `None` where it has none.
    ///
    /// `multi` tells whether an optional link's number is written; where it is `None`, the command itself has to show it.
    #[must_use]
    pub fn place(&self, what: Takes, call: &Call<'_>, multi: Option<bool>) -> Option<usize> {
        let at = self.takes.iter().position(|taken| taken.what == what)?;
        let unlinked = self.has_optional_link() && !self.has_link(call, multi);
        let place = if unlinked { at.checked_sub(1) } else { Some(at) };
        // `AT+CIPSEND=0,` names no length: what it leaves empty is not there.
        let given = |at: &usize| *at < call.count() && (what != Takes::Length || !call.parameter(*at).text.is_empty());
        place.filter(given)
    }

    /// It opens the data connection, or else closes it; `None` where its table does not say by which parameter.
    #[must_use]
    pub(crate) fn opens(&self, call: &Call<'_>) -> Option<bool> {
        let at = self.takes.iter().position(|taken| taken.what == Takes::Opens)?;
        let value = str::from_utf8(call.parameter(at).text).ok()?;
        self.takes.get(at).map(|taken| taken.tags.contains(&value))
    }

    /// Where the length stands in the command as it was sent. It may be that that cannot be told, since a lone number may
    /// be a link's or a length.
    ///
    /// # Errors
    /// [`Unsure`], where it cannot be told.
    pub(crate) fn length_place(&self, call: &Call<'_>, multi: Option<bool>) -> Result<Option<usize>, Unsure> {
        let unsure = self.has_optional_link()
            && multi.is_none()
            && call.count() == 1
            && call.number(0).is_none_or(|number| number <= HIGHEST_LINK);
        if unsure { Err(Unsure) } else { Ok(self.place(Takes::Length, call, multi)) }
    }

    /// The number of a link stands first.
    fn has_link(&self, call: &Call<'_>, multi: Option<bool>) -> bool {
        let first = call.parameter(0);
        let is_number = !first.text.is_empty() && first.text.iter().all(u8::is_ascii_digit);
        let needed = self.takes.iter().filter(|taken| !taken.optional && taken.what != Takes::Length).count();
        if !is_number {
            return false;
        }
        // With a host behind it a number in front can only be a link's; else the mode or a second number tells.
        needed > 0 || multi == Some(true) || call.count() > 1
    }

    /// What it is answered with.
    #[must_use]
    pub fn answer(&self, call: &Call<'_>, modes: Modes) -> Answer {
        let Results::Listed(listed) = &self.results else { return Answer::default() };
        if call.form.asks() {
            return Answer { good: vec![OK.to_owned()], ..Answer::default() };
        }
        let chosen = |good: bool| {
            let all = listed.iter().filter(move |one| one.good == good);
            let particular: Vec<&Listed> =
                all.clone().filter(|one| one.when != When::Always && self.fits(one.when, call, modes)).collect();
            if particular.is_empty() { all.filter(|one| one.when == When::Always).collect() } else { particular }
        };
        let link = self.place(Takes::Link, call, modes.multi).map_or(&b"0"[..], |at| call.parameter(at).text);
        let link = String::from_utf8_lossy(link);
        let (good, mut bad) = (chosen(true), patterns(&chosen(false), &link));
        if self.role.is_sms() {
            bad.insert(0, CMS.to_owned());
        }
        if good.is_empty() {
            return Answer { good: vec![OK.to_owned()], bad, ..Answer::default() };
        }
        Answer {
            bad,
            later: good.iter().any(|one| one.later),
            goes_on: good.first().is_some_and(|one| !one.pattern.ends_with('$')),
            good: patterns(&good, &link),
        }
    }

    /// Its result comes behind an `OK`, which says only that the command was read.
    #[must_use]
    pub(crate) fn is_told_later(&self, call: &Call<'_>) -> bool {
        let Results::Listed(listed) = &self.results else { return false };
        !call.form.asks() && listed.iter().any(|one| one.later && self.fits(one.when, call, Modes::default()))
    }

    /// The number of a link may be left out, as the mode of the modem asks.
    #[must_use]
    pub(crate) fn has_optional_link(&self) -> bool {
        self.takes.first().is_some_and(|first| first.optional)
    }

    /// Its final result is `CONNECT`, as that of a call, and behind it all is data.
    #[must_use]
    pub(crate) fn connects(&self) -> bool {
        let Results::Listed(listed) = &self.results else { return false };
        listed
            .iter()
            .any(|one| one.good && one.when == When::Always && one.pattern.starts_with("^CONNECT") && !one.later)
    }

    /// Its final result is `OK`: as far as the table knows it has none of its own, or that comes behind the `OK`.
    #[must_use]
    pub(crate) fn ends_with_ok(&self, call: &Call<'_>) -> bool {
        let Results::Listed(listed) = &self.results else { return true };
        if call.form.asks() {
            return true;
        }
        let good = |one: &&Listed| one.good;
        let particular = |one: &&Listed| one.when != When::Always && self.fits(one.when, call, Modes::default());
        let ok = |one: &Listed| one.later || one.pattern == "^OK$";
        if listed.iter().filter(good).any(|one| particular(&one)) {
            return listed.iter().filter(good).filter(particular).any(ok);
        }
        let mut plain = listed.iter().filter(good).filter(|one| one.when == When::Always).peekable();
        plain.peek().is_none() || plain.any(ok)
    }

    /// The result of its own that says that it worked, for people (`CONNECT OK`); `None` where that is `OK`.
    #[must_use]
    pub(crate) fn result_words(&self) -> Option<String> {
        let Results::Listed(listed) = &self.results else { return None };
        let good = listed.iter().find(|one| one.good && one.when == When::Always)?;
        Some(good.pattern.replace(['^', '$'], "").replace(LINK, "0").trim_end_matches([' ', ',', ':']).to_owned())
    }

    /// The table says that it is not certain how it is answered.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn answer_is_unknown(&self) -> bool {
        self.results == Results::Unknown
    }

    /// Its answer is a plain `OK`, whatever its parameters.
    #[must_use]
    pub(crate) fn answers_ok(&self) -> bool {
        matches!(&self.results, Results::Listed(listed) if listed.iter().all(|one| !one.good))
    }

    fn fits(&self, when: When, call: &Call<'_>, modes: Modes) -> bool {
        let optional = self.has_optional_link();
        let link = optional && self.has_link(call, modes.multi);
        match when {
            When::Always => true,
            When::First(value) => call.parameter(usize::from(link)).text.eq_ignore_ascii_case(value.as_bytes()),
            When::Link => link,
            When::Set => call.form == Form::Set,
            When::Transparent => modes.transparent,
            When::QuickSend => modes.quick_send,
        }
    }
}

/// A lone number may be a link's or a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsure;

/// The highest number of an optional link.
const HIGHEST_LINK: u32 = 5;

impl Data {
    /// The invitation as the notation of macros.
    #[must_use]
    pub(crate) fn invitation_pattern(&self) -> String {
        if self.invitation == ">" { r"\r\n> ".to_owned() } else { pattern(self.invitation) }
    }

    /// The line, without its ends, is its invitation.
    #[must_use]
    pub(crate) fn invites(&self, line: &[u8]) -> bool {
        let Some(text) = self.invitation.strip_prefix('^').filter(|_| !self.prompts()) else { return false };
        match text.strip_suffix('$') {
            Some(whole) => line == whole.as_bytes(),
            None => line.starts_with(text.as_bytes()),
        }
    }

    /// It asks with `> `, behind which no line end comes.
    #[must_use]
    pub fn prompts(&self) -> bool {
        matches!(self.invitation, ">" | "^>")
    }
}

impl Taken {
    /// What the parameter is, behind `before`.
    #[must_use]
    pub fn kind(&self, before: &[u8]) -> Takes {
        let holds = |tags: &[&str]| tags.iter().any(|tag| tag.as_bytes().eq_ignore_ascii_case(before));
        if self.tags.is_empty() || holds(&self.tags) {
            return self.what;
        }
        self.or.as_ref().filter(|(_, tags)| holds(tags)).map_or(Takes::Other, |(what, _)| *what)
    }
}

/// What any modem refuses a command with, as the notation of macros.
pub(crate) const REFUSED: [&str; 2] = [r"\r\nERROR\r\n", r"\r\n+CME ERROR"];

const OK: &str = r"\r\nOK\r\n";
const CMS: &str = r"\r\n+CMS ERROR";

fn patterns(listed: &[&Listed], link: &str) -> Vec<String> {
    let expand = |one: &&Listed| {
        let digits = if one.pattern.contains(DIGIT) { '1'..='9' } else { '1'..='1' };
        let whole = pattern(one.pattern).replace(LINK, link);
        digits.map(move |digit| whole.replace(DIGIT, digit.encode_utf8(&mut [0; 4]))).collect::<Vec<_>>()
    };
    listed.iter().flat_map(expand).collect()
}

/// Stands for a digit in the answers of a table.
const DIGIT: &str = "#";

/// Stands for the link's number of the command that was sent.
const LINK: &str = "<link>";

/// `^` and `$` as the ends of a line.
fn pattern(text: &str) -> String {
    text.replace(['^', '$'], r"\r\n")
}
