//! Sketches for a module that the modem of a run is not: the AT firmware of an ESP8266 or ESP32, which answers `AT+CWMODE`,
//! `AT+CWJAP` and the like.

use super::Raw;
use crate::modem::diagnose::Severity;
use crate::sketch::board::{Nanos, Row, Way};
use crate::sketch::origin::bytes;
use crate::sketch::run::Ran;
use crate::sketch::survey::is_command;
use crate::vocabulary::said::Said;
use crate::vocabulary::{self, Call, Form, Role};

/// Joining an access point takes some seconds; the firmware itself gives up after fifteen.
const JOINING: Nanos = 5_000_000_000;

/// What hangs on the answers of the wrong modem is left out, and told.
pub(super) fn judged(ran: &Ran, mut findings: Vec<Raw>) -> Vec<Raw> {
    let Some(row) = ran.of_a_wifi_module() else {
        findings.extend(of_satellites(ran));
        return findings;
    };
    findings.retain(|finding| shows_in_the_sketch(finding.rule));
    findings.push(Raw::new(
        "sketch-for-a-wifi-module",
        Severity::Note,
        row.line,
        "this sketch is for a WiFi module with AT firmware, such as an ESP8266".to_owned(),
        "The modem of this run is a SIM800 and refuses these commands, so its answers are not what the module gives: only what the sketch itself shows is listed.",
        "See what the module really answers: put `tap:` between the two, or give a log of it to `diagnose`.",
    ));
    findings.extend(joined_too_shortly(ran));
    findings
}

/// Commands of a receiver for satellites, which a SIM800L has not.
fn of_satellites(ran: &Ran) -> Option<Raw> {
    let rows = ran.dialog();
    let asks = |call: Call<'_>| vocabulary::known(call.name).is_some_and(|command| command.role == Role::Satellites);
    let is_one = |row: &&Row| {
        let text = bytes(&row.text);
        let line = vocabulary::Line::read(text.trim_ascii());
        row.way == Way::ToModem && line.is_some_and(|line| line.calls().any(asks))
    };
    let at = rows.iter().position(is_one)?;
    let (row, behind) = (rows.get(at)?, rows.iter().skip(at + 1));
    let refuses = |line: &[u8]| matches!(Said::read(line.trim_ascii()), Said::Error | Said::Cme(_));
    let mut answer = behind.take_while(|row| row.way != Way::ToModem);
    answer.any(|row| bytes(&row.text).split(|byte| *byte == b'\n').any(refuses)).then(|| {
        Raw::new(
            "sketch-for-satellites",
            Severity::Warning,
            row.line,
            "this asks a receiver for satellites, which a SIM800L does not have: it is refused".to_owned(),
            "It is a command of a SIM808, SIM868 or SIM7000; what follows from the position is not what the sketch would get there.",
            "With such a modem, run the sketch on one: `--on sim:sim808` or `--on sim:sim868`; with a SIM800L, leave it out or take a GPS module.",
        )
    })
}

/// Not a matter of what the modem answered.
fn shows_in_the_sketch(rule: &str) -> bool {
    rule.starts_with("sketch-")
        && !matches!(
            rule,
            "sketch-no-wait"
                | "sketch-gave-up-early"
                | "sketch-looked-too-early"
                | "sketch-compared-whole"
                | "sketch-answer-read-away"
                | "sketch-receive-overflow"
                | "sketch-deaf-while-sending"
                | "sketch-short-buffer"
                | "sketch-ends-here"
        )
}

/// The next command leaves before the module can have joined.
fn joined_too_shortly(ran: &Ran) -> Option<Raw> {
    let sent: Vec<&Row> = ran.board.rows.iter().filter(|row| row.way == Way::ToModem).collect();
    let joins = |call: Call<'_>| {
        call.form == Form::Set && vocabulary::known(call.name).is_some_and(|command| command.role == Role::Join)
    };
    let at = sent.iter().position(|row| {
        let text = bytes(&row.text);
        vocabulary::Line::read(text.trim_ascii()).is_some_and(|line| line.calls().any(joins))
    })?;
    let begins = |row: &&&Row| is_command(&bytes(&row.text));
    let (join, next) = (sent.get(at)?, sent.iter().skip(at + 1).find(begins)?);
    let gap = next.called.saturating_sub(join.end);
    (gap < JOINING).then(|| {
        let tenths = gap / 100_000_000;
        Raw::new(
            "sketch-no-wait",
            Severity::Warning,
            next.line,
            format!(
                "the next command leaves {}.{} s after the one that joins the Wi-Fi network",
                tenths / 10,
                tenths % 10
            ),
            "A module needs some seconds to join, up to 15; it answers `busy p...` to what comes meanwhile.",
            "Wait for OK or FAIL up to 15 s, and only then go on.",
        )
    })
}
