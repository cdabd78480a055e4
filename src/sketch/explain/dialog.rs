//! What can be said of the times of a dialog: commands that leave too early, answers that are looked for too early, too late,
//! or after they were read away.

use std::time::Duration;

use super::Raw;
use crate::macros::expectations::Expectations;
use crate::modem::diagnose::Severity;
use crate::notation::{Mode, parse};
use crate::sketch::board::{Nanos, Row, Way};
use crate::sketch::machine::Sought;
use crate::sketch::origin::bytes;
use crate::sketch::run::Ran;
use crate::sketch::survey::is_command;
use crate::sketch::told::shown;

pub(super) fn findings(ran: &Ran) -> Vec<Raw> {
    let rows = ran.dialog();
    let port = port_name(ran);
    let mut found = left_early(&rows, port);
    for sought in ran.report.sought.iter().filter(|sought| !sought.found && sought.waits) {
        found.extend(in_vain(ran, &rows, sought));
    }
    found.extend(looked_too_early(ran, &rows));
    found.extend(without_line_end(&rows));
    found
}

/// Each command without the end of its line, of a sketch that sends several so: the rules for any dialog name one.
fn without_line_end(rows: &[&Row]) -> Vec<Raw> {
    let sent: Vec<&&Row> = rows.iter().filter(|row| row.way == Way::ToModem).collect();
    let ends = |text: &[u8]| text.ends_with(b"\r") || text.ends_with(b"\n");
    let lacks = |row: &Row, next: &Row| {
        let (text, next) = (bytes(&row.text), bytes(&next.text));
        is_command(&text) && !ends(&text) && is_command(&next) && next.len() > 1
    };
    let lines = sent.iter().zip(sent.iter().skip(1)).filter(|(row, next)| lacks(row, next)).map(|(row, _)| row.line);
    let finding = |line| {
        Raw::new(
            "no-line-ending",
            Severity::Problem,
            line,
            "A command was sent without CR or LF behind it.".to_owned(),
            "The modem waits for the end of the line before it does anything.",
            "Append CR to every command: println in a sketch.",
        )
    };
    lines.map(finding).collect()
}

/// `if (gsm.available())` right behind a command: nothing can be there yet, and what comes then is never read.
fn looked_too_early(ran: &Ran, rows: &[&Row]) -> Vec<Raw> {
    let port = port_name(ran);
    let mut found = Vec::new();
    for (line, (in_vain, _)) in ran.report.looked.iter().filter(|(_, (_, ever))| !ever) {
        let Some(looked) = *in_vain else { continue };
        let is_asked_once =
            ran.joined.text.lines().nth(*line as usize).is_some_and(|text| text.trim_start().starts_with("if"));
        let Some(command) = rows.iter().rev().find(|row| row.way == Way::ToModem && row.at < looked) else { continue };
        let next = rows.iter().find(|row| row.way == Way::ToModem && row.at > looked).map_or(Nanos::MAX, |row| row.at);
        let is_read = ran.report.consumed.iter().any(|(at, _, _)| (looked..next).contains(at));
        let late = rows.iter().find(|row| row.way == Way::FromModem && row.at > command.at && row.end > looked);
        let Some(late) = late.filter(|late| is_asked_once && !is_read && late.at < next) else { continue };
        let (after, by) = (seconds(looked.saturating_sub(command.end)), seconds(late.end.saturating_sub(looked)));
        let raw = Raw::new(
            "sketch-looked-too-early",
            Severity::Warning,
            *line,
            format!("this looks for an answer {after} after the command, before anything has come"),
            &format!("The answer came {by} later; nothing reads it then."),
            "Wait for it before this line, with a time limit.",
        );
        found.push(raw.corrected(format!(
            "for (unsigned long start = millis(); !{port}.available() && millis() - start < 2000;);  // before this line"
        )));
    }
    found
}

/// A command, and when its last byte was out.
struct Command {
    text: Vec<u8>,
    at: Nanos,
    end: Nanos,
    line: u32,
}

/// What was sent, joined to lines.
fn commands(rows: &[&Row]) -> Vec<Command> {
    let mut list: Vec<Command> = Vec::new();
    let is_open = |text: &[u8]| !text.ends_with(b"\n") && !text.ends_with(b"\r") && !text.ends_with(&[0x1A]);
    for row in rows.iter().filter(|row| row.way == Way::ToModem) {
        let text = bytes(&row.text);
        // The LF of a line end may come by a call of its own.
        let goes_on = |command: &Command| is_open(&command.text) || (text == b"\n" && command.text.ends_with(b"\r"));
        match list.last_mut().filter(|command| goes_on(command)) {
            Some(command) => {
                command.text.extend(text);
                command.end = row.end;
            }
            None => list.push(Command { text, at: row.at, end: row.end, line: row.line }),
        }
    }
    list
}

/// All that came between two times.
fn received(rows: &[&Row], from: Nanos, to: Nanos) -> Vec<u8> {
    let start = rows.partition_point(|row| row.end <= from);
    let inside = rows.iter().skip(start).take_while(|row| row.at < to).filter(|row| row.way == Way::FromModem);
    inside.flat_map(|row| bytes(&row.text)).collect()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// A command that leaves before the one before it is answered, within the time that the modem may take for it.
fn left_early(rows: &[&Row], port: &str) -> Vec<Raw> {
    let mut found = Vec::new();
    let mut expectations = Expectations::default();
    let list = commands(rows);
    // A modem that never answers is another matter.
    let answers = rows.iter().any(|row| row.way == Way::FromModem && contains(&bytes(&row.text), b"OK"));
    for (command, next) in list.iter().zip(list.iter().skip(1)).filter(|_| answers) {
        let expected = expectations.next(&command.text);
        let awaited: Vec<Vec<u8>> = expected
            .expect
            .iter()
            .filter_map(|text| parse(text, Mode::Mixed).ok())
            .filter(|text| text.len() > 3)
            .collect();
        let Some(main) = awaited.first() else { continue };
        let so_far = received(rows, command.end, next.at);
        let refused = contains(&so_far, b"ERROR");
        if refused {
            expectations.refused();
        }
        if awaited.iter().any(|part| contains(&so_far, part)) || refused || !is_command(&command.text) {
            continue;
        }
        // A line end more is data only where data are asked for.
        if next.text.trim_ascii().is_empty() && main.trim_ascii() != b">" {
            continue;
        }
        let gap = next.at.saturating_sub(command.end);
        let longest = expected.within.unwrap_or(LONGEST_ANSWER);
        let start = rows.partition_point(|row| row.at < next.at);
        let until = command.end.saturating_add(u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX));
        let mut behind =
            rows.iter().skip(start).take_while(|row| row.at < until).filter(|row| row.way == Way::FromModem);
        let later = behind.find(|row| contains(&bytes(&row.text), main.trim_ascii()));
        if later.is_none() && Duration::from_nanos(gap) >= longest {
            continue;
        }
        let before = head(&command.text);
        let name = if is_command(&next.text) { head(&next.text) } else { "The data".to_owned() };
        let answer = String::from_utf8_lossy(main.trim_ascii()).into_owned();
        let cause = match later {
            Some(later) => format!(
                "The modem needs longer: {answer} came {} after {before} in this run, and can take much longer on the air.",
                seconds(later.at.saturating_sub(command.end))
            ),
            None => format!("The modem needs longer: {answer} may take up to {} s.", longest.as_secs()),
        };
        let raw = Raw::new(
            "sketch-no-wait",
            Severity::Problem,
            next.line,
            format!("{name} left {} after {before}, before {answer}", seconds(gap)),
            &cause,
            &format!("Wait for {answer} before this line, with a time limit."),
        );
        // One line sends both, as in a function for all commands: before the first there is nothing to wait for.
        let corrected = (command.line == next.line)
            .then(|| format!("{port}.setTimeout(10000); {port}.find(\"{answer}\");  // behind this line"));
        found.push(Raw { awaited: Some(answer), corrected, ..raw });
    }
    found
}

/// How long an answer may take of which nothing else is known.
const LONGEST_ANSWER: Duration = Duration::from_secs(5);

/// `find` gave up: because it was too early, or because another line had read the answer away.
fn in_vain(ran: &Ran, rows: &[&Row], sought: &Sought) -> Option<Raw> {
    let wanted = shown(&sought.text);
    let since = rows.iter().rev().find(|row| row.way == Way::ToModem && row.at < sought.began).map_or(0, |row| row.at);
    let mut away: Vec<u8> = Vec::new();
    let mut away_line = None;
    for (_, line, byte) in ran.report.consumed.iter().filter(|(at, _, _)| *at >= since && *at < sought.began) {
        if *line != sought.line {
            away.push(*byte);
            away_line = Some(*line);
        }
    }
    if contains(&away, &sought.text) {
        let looks = ran.spot(sought.line).line;
        return Some(Raw::new(
            "sketch-answer-read-away",
            Severity::Problem,
            away_line?,
            format!("this reads the answer {wanted} away before line {looks} looks for it"),
            "What was read once is gone; find() waits for it in vain.",
            "Read in one place: keep what comes in a text, and look for the answer there.",
        ));
    }
    let late = rows.iter().find(|row| {
        row.way == Way::FromModem && row.end > sought.at && contains(&bytes(&row.text), sought.text.trim_ascii())
    });
    let length = seconds(sought.at.saturating_sub(sought.began));
    let late = late.filter(|late| late.at.saturating_sub(sought.at) < 120_000_000_000)?;
    let by = seconds(late.at.saturating_sub(sought.at));
    let port = port_name(ran);
    let milliseconds =
        (late.end.saturating_sub(sought.began) / 1_000_000).div_ceil(1000).saturating_mul(2000).max(5000);
    let raw = Raw::new(
        "sketch-gave-up-early",
        Severity::Warning,
        sought.line,
        format!("{wanted} was given up after {length}; it came {by} later"),
        "find() waits one second unless setTimeout says otherwise; the modem takes longer for this.",
        "Give it more time.",
    );
    Some(raw.corrected(format!("{port}.setTimeout({milliseconds});  // before this line")))
}

/// What the sketch calls the modem's port.
fn port_name(ran: &Ran) -> &str {
    ran.board.modem_port.and_then(|number| ran.board.ports.get(number)).map_or("modem", |port| &port.name)
}

/// The command without what is given to it.
fn head(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    text.split(['=', '?', '\r', '\n']).next().unwrap_or_default().chars().take(30).collect()
}

fn seconds(time: Nanos) -> String {
    let time = Duration::from_nanos(time);
    if time < Duration::from_millis(100) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
