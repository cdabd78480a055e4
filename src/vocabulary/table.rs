//! How a table of a family is read. The format is that of `docs/modem-tables.md`, which follows here.
//!
#![doc = include_str!("../../docs/modem-tables.md")]

use std::time::Duration;

use super::command::{Command, Data, Listed, Results, Taken, Takes, When};
use super::reason::{Because, Code};
use super::role::Role;
use super::saying::Saying;
use super::told::{Follows, Told};
use super::wrong::{TableError, Wrong};

/// What a table says.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) models: Vec<&'static str>,
    /// Whole lines that only its modems say.
    pub(super) only: Vec<&'static str>,
    /// Commands that people type most, most first.
    pub(super) often: Vec<&'static str>,
    pub(super) commands: Vec<Command>,
    /// The families that it stands on, where that is not 3gpp.
    pub(super) bases: Vec<&'static str>,
    pub(super) without: Vec<&'static str>,
    pub(super) framed: bool,
    /// The least supply that its modems need, in millivolts.
    pub(super) supply: Option<u32>,
    pub(super) sayings: Vec<(&'static str, Saying)>,
    pub(super) codes: Vec<Code>,
    /// What is private in answers, by their heads.
    pub(super) told: Vec<(&'static str, Told)>,
}

/// Reads a table.
pub(super) fn read(text: &'static str) -> Result<Table, TableError> {
    let mut table = Table::default();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        table.take(line).map_err(|wrong| TableError { line: at + 1, wrong })?;
    }
    Ok(table)
}

impl Table {
    fn take(&mut self, line: &'static str) -> Result<(), Wrong> {
        if let Some(rest) = line.strip_prefix('@') {
            let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            match word {
                "name" => self.name = rest.trim(),
                "title" => self.title = rest.trim(),
                "models" => self.models.extend(rest.split_whitespace()),
                "only" => self.only.push(rest.trim()),
                "often" => self.often.extend(rest.split_whitespace()),
                "base" => self.bases.extend(rest.split_whitespace()),
                "framed" => self.framed = true,
                "supply" => {
                    let least = rest.trim().parse().map_err(|_| Wrong::other("millivolts behind @supply", rest))?;
                    self.supply = Some(least);
                }
                "says" => self.sayings.push(Saying::read(rest)?),
                "tells" => self.told.push(read_told(rest)?),
                "code" => {
                    let mut words = rest.splitn(3, ' ');
                    let code = words.next().zip(words.next()).zip(words.next());
                    let ((table, number), text) =
                        code.ok_or_else(|| Wrong::other("a table, a code and its text behind @code", rest))?;
                    let (text, rest) = text.split_once('|').map_or((text, None), |(text, rest)| (text, Some(rest)));
                    self.codes.push(Code { table, number, text: text.trim_end(), because: Because::read(rest)? });
                }
                _ => {
                    let known =
                        "@name, @title, @models, @only, @often, @base, @framed, @supply, @says, @tells or @code";
                    return Err(Wrong::other(known, &format!("@{word}")));
                }
            }
            return Ok(());
        }
        let columns: Vec<&'static str> = line.splitn(9, '|').map(str::trim).collect();
        if let [name, "-"] = columns.as_slice() {
            self.without.push(name);
            return Ok(());
        }
        let [name, syntax, seconds, answer, data, takes, role, help, ..] = columns.as_slice() else {
            return Err(Wrong::Columns(columns.len()));
        };
        self.commands.push(Command {
            name,
            syntax: if syntax.is_empty() { name } else { syntax },
            help,
            parameters: columns.get(8).copied().unwrap_or_default(),
            role: Role::from_word(role).ok_or_else(|| Wrong::Unknown { what: "role", word: (*role).to_owned() })?,
            data: if data.is_empty() { None } else { Some(read_data(data)?) },
            takes: takes.split_whitespace().map(read_taken).collect::<Result<_, _>>()?,
            times: seconds.split_whitespace().map(read_time).collect::<Result<_, _>>()?,
            results: match *answer {
                "?" => Results::Unknown,
                listed => {
                    let all = listed.split(" / ").filter(|one| !one.is_empty()).map(read_answer);
                    Results::Listed(all.collect::<Result<_, _>>()?)
                }
            },
        });
        Ok(())
    }
}

/// `85`, `~60`, `1:85`, `link:75`.
fn read_time(word: &'static str) -> Result<(When, Duration), Wrong> {
    let (when, seconds) = match word.split_once(':') {
        Some(("link", seconds)) => (When::Link, seconds),
        Some((first, seconds)) => (When::First(first), seconds),
        None => (When::Always, word),
    };
    let seconds = seconds.trim_start_matches('~').parse();
    let seconds = seconds.map_err(|_| Wrong::other("seconds, such as 85 or 1:85", word))?;
    Ok((when, Duration::from_secs(seconds)))
}

/// `[when]` in front, and what stands behind it.
fn read_when(text: &'static str) -> Result<(When, &'static str), Wrong> {
    let Some(rest) = text.strip_prefix('[') else { return Ok((When::Always, text)) };
    let (when, rest) = rest.split_once(']').ok_or_else(|| Wrong::Unclosed(text.to_owned()))?;
    let when = match when {
        "set" => When::Set,
        "link" => When::Link,
        "transparent" => When::Transparent,
        "quick" => When::QuickSend,
        first => When::First(first),
    };
    Ok((when, rest.trim_start()))
}

/// `[1]>^+CUSD:`, `!CONNECT FAIL$`.
fn read_answer(text: &'static str) -> Result<Listed, Wrong> {
    let (when, rest) = read_when(text.trim())?;
    let (good, rest) = rest.strip_prefix('!').map_or((true, rest), |rest| (false, rest));
    let (later, pattern) = rest.strip_prefix('>').map_or((false, rest), |rest| (true, rest));
    if pattern.is_empty() {
        return Err(Wrong::other("an answer", text));
    }
    Ok(Listed { when, good, later, pattern })
}

/// `[2] len time ^+FTPPUT: 2,`.
fn read_data(text: &'static str) -> Result<Data, Wrong> {
    let (when, mut rest) = read_when(text)?;
    let mut data = Data { when, terminator: false, counted: false, timed: false, invitation: "" };
    loop {
        let (word, tail) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "1A" => data.terminator = true,
            "len" => data.counted = true,
            "time" => data.timed = true,
            _ => break,
        }
        rest = tail.trim_start();
    }
    data.invitation = rest;
    let ends = data.terminator || data.counted;
    if !ends || (rest != ">" && !rest.starts_with('^')) {
        return Err(Wrong::other("1A or len, and > or a line that begins with ^", text));
    }
    Ok(data)
}

/// `+CMT: | number name | line`.
fn read_told(text: &'static str) -> Result<(&'static str, Told), Wrong> {
    let mut columns = text.split('|').map(str::trim);
    let (Some(head), Some(fields)) = (columns.next(), columns.next()) else {
        return Err(Wrong::other("a head and the kinds of its fields", text));
    };
    let follows = match columns.next() {
        None => Follows::Nothing,
        Some("line") => Follows::Line,
        Some("text") => Follows::Text,
        Some(other) => return Err(Wrong::other("line or text", other)),
    };
    let fields = fields.split_whitespace().map(read_taken).collect::<Result<_, _>>()?;
    Ok((head, Told { fields, follows }))
}

/// `link?`, `secret*`, `secret(PWD,USER)*/url(URL)`.
fn read_taken(word: &'static str) -> Result<Taken, Wrong> {
    let (word, on) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
    let (word, optional) = word.strip_suffix('?').map_or((word, false), |word| (word, true));
    let mut readings = word.split('/').map(read_kind);
    let (what, tags) = readings.next().unwrap_or(Ok((Takes::Other, Vec::new())))?;
    Ok(Taken { what, tags, or: readings.next().transpose()?, optional, on })
}

fn read_kind(word: &'static str) -> Result<(Takes, Vec<&'static str>), Wrong> {
    let (name, tags) = word.split_once('(').unwrap_or((word, ""));
    let what = match name {
        "-" => Takes::Other,
        "link" => Takes::Link,
        "length" => Takes::Length,
        "host" => Takes::Host,
        "port" => Takes::Port,
        "url" => Takes::Url,
        "secret" => Takes::Secret,
        "login" => Takes::Login,
        "number" => Takes::Number,
        "name" => Takes::Name,
        "message" => Takes::Message,
        "apn" => Takes::AccessPoint,
        "imei" => Takes::Imei,
        "imsi" => Takes::Imsi,
        "iccid" => Takes::Iccid,
        "cell" => Takes::Cell,
        "place" => Takes::Place,
        "opens" => Takes::Opens,
        _ => return Err(Wrong::other("a kind of parameter, such as link or secret", word)),
    };
    let tags = tags.trim_end_matches(')').split(',').filter(|tag| !tag.is_empty()).collect();
    Ok((what, tags))
}
