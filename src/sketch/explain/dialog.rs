//! What can be said of the times of a dialog: commands that leave too early, answers that are looked for too early, too late,
//! or after they were read away.

use std::time::Duration;

use super::Raw;
use crate::macros::expectations::Expectations;
use crate::modem::diagnose::Severity;
use crate::notation::{Mode, parse};
use crate::sketch::board::{Nanos, Row, Way};
use crate::sketch::machine::{Sought, bytes};
use crate::sketch::run::Ran;
use crate::sketch::told::shown;

pub(super) fn findings(ran: &Ran) -> Vec<Raw> {
    let rows = ran.dialog();
    let mut found = left_early(ran, &rows);
    for sought in ran.report.sought.iter().filter(|sought| !sought.found && sought.waits) {
        found.extend(in_vain(ran, &rows, sought));
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
        match list.last_mut().filter(|command| is_open(&command.text)) {
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

/// A command that leaves before the one before it is answered, though the answer comes.
fn left_early(ran: &Ran, rows: &[&Row]) -> Vec<Raw> {
    let mut expectations = Expectations::default();
    let mut found = Vec::new();
    let list = commands(rows);
    for (index, command) in list.iter().enumerate() {
        let expected = expectations.next(&command.text);
        let Some(next) = list.get(index + 1) else { break };
        let awaited: Vec<Vec<u8>> = expected
            .expect
            .iter()
            .filter_map(|text| parse(text, Mode::Mixed).ok())
            .filter(|text| text.len() > 3)
            .collect();
        let Some(main) = awaited.first() else { continue };
        let came = |text: &[u8]| awaited.iter().any(|part| contains(text, part));
        let so_far = received(rows, command.end, next.at);
        if came(&so_far) || contains(&so_far, b"ERROR") || !crate::sketch::survey::is_command(&command.text) {
            continue;
        }
        let start = rows.partition_point(|row| row.at < next.at);
        let mut behind = rows.iter().skip(start).take(2000).filter(|row| row.way == Way::FromModem);
        let later = behind.find(|row| contains(&bytes(&row.text), main.trim_ascii()));
        let Some(later) = later else { continue };
        let (name, before) = (head(&next.text), head(&command.text));
        let answer = String::from_utf8_lossy(main.trim_ascii()).into_owned();
        let gap = seconds(next.at.saturating_sub(command.end));
        let needed = seconds(later.at.saturating_sub(command.end));
        let port =
            ran.board.modem_port.and_then(|number| ran.board.ports.get(number)).map_or("modem", |port| &port.name);
        found.push(Raw {
            rule: "sketch-no-wait",
            severity: Severity::Problem,
            line: Some(next.line),
            title: format!("{name} left {gap} after {before}, before {answer}"),
            cause: format!("The modem needs longer: {answer} came {needed} after {before} in this run, and can take much longer on the air."),
            fix: format!("Wait for {answer} before this line, with a time limit."),
            corrected: Some(format!("if (!{port}.find(\"{answer}\")) return;  // before this line, after {port}.setTimeout(10000)")),
        });
    }
    found
}

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
        return Some(Raw {
            rule: "sketch-answer-read-away",
            severity: Severity::Problem,
            line: away_line,
            title: format!("this reads the answer {wanted} away before line {looks} looks for it"),
            cause: "What was read once is gone; find() waits for it in vain.".to_owned(),
            fix: "Read in one place: keep what comes in a text, and look for the answer there.".to_owned(),
            corrected: None,
        });
    }
    let late = rows.iter().find(|row| {
        row.way == Way::FromModem && row.end > sought.at && contains(&bytes(&row.text), sought.text.trim_ascii())
    });
    let length = seconds(sought.at.saturating_sub(sought.began));
    let late = late.filter(|late| late.at.saturating_sub(sought.at) < 120_000_000_000)?;
    let by = seconds(late.at.saturating_sub(sought.at));
    let port = ran.board.modem_port.and_then(|number| ran.board.ports.get(number)).map_or("modem", |port| &port.name);
    let milliseconds =
        (late.end.saturating_sub(sought.began) / 1_000_000).div_ceil(1000).saturating_mul(2000).max(5000);
    Some(Raw {
        rule: "sketch-gave-up-early",
        severity: Severity::Warning,
        line: Some(sought.line),
        title: format!("{wanted} was given up after {length}; it came {by} later"),
        cause: "find() waits one second unless setTimeout says otherwise; the modem takes longer for this.".to_owned(),
        fix: "Give it more time.".to_owned(),
        corrected: Some(format!("{port}.setTimeout({milliseconds});  // before this line")),
    })
}

/// The command without what is given to it.
fn head(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
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
