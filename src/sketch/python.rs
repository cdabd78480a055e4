//! A macro as a Python script on pyserial.

use super::plan::{ExportError, Exported, GROWTH_MS, Out, Plan, PlannedStep, SendPart, one_line};
use crate::macros::model::{Macro, OnFail};

/// Writes a Python 3 script that needs pyserial and nothing else.
///
/// # Errors
/// As [`super::export_ino`].
pub fn export_python(of: &Macro, baud: u32) -> Result<Exported, ExportError> {
    let plan = Plan::new(of)?;
    let mut out = Out::default();
    out.add(HEAD.replace("@VERSION@", env!("CARGO_PKG_VERSION")).replace("@BAUD@", &baud.to_string()));
    out.add(format!("NAME = {}\n", python_text(&plan.title)));
    if !plan.constants.is_empty() {
        out.add("\n# Parameters: change them here.\n");
    }
    for constant in &plan.constants {
        let note = if constant.secret && constant.bytes.is_empty() { "  # secret: put it in here" } else { "" };
        out.add(format!("{} = {}{note}\n", constant.identifier, python_bytes(&constant.bytes)));
    }
    out.add("\n# What each step does. `fail` ends it badly, `expect` well; the answer that is complete first counts.\nSTEPS = [\n");
    for step in &plan.steps {
        out.add(step_entry(&plan, step));
    }
    out.add("]\n");
    out.add(RUNTIME.replace("@GROWTH@", &format!("{}", f64::from(GROWTH_MS) / 1000.0)));
    Ok(Exported { text: out.into_program(of, "#"), left_out: Vec::new() })
}

fn step_entry(plan: &Plan, step: &PlannedStep) -> String {
    let mut fields = vec![format!("\"title\": {}", python_text(&format!("Step {}: {}", step.number, step.title)))];
    if let Some(set) = step.set {
        for (line, state) in [("dtr", set.dtr), ("rts", set.rts)] {
            fields.extend(state.map(|state| format!("\"{line}\": {}", if state { "True" } else { "False" })));
        }
    }
    if step.break_ms > 0 {
        fields.push(format!("\"break\": {}", seconds(step.break_ms)));
    }
    let send: Vec<String> = step
        .send
        .iter()
        .map(|part| {
            let constant =
                |index: &usize| plan.constants.get(*index).map_or("", |constant| constant.identifier.as_str());
            match part {
                SendPart::Bytes(bytes) => python_bytes(bytes),
                SendPart::Constant(index) => constant(index).to_owned(),
                SendPart::Length(index) => format!("b\"%d\" % len({})", constant(index)),
            }
        })
        .collect();
    if !send.is_empty() {
        fields.push(format!("\"send\": {}", send.join(" + ")));
    }
    for (key, fail) in [("expect", false), ("fail", true)] {
        let patterns: Vec<String> = step
            .patterns
            .iter()
            .filter(|pattern| pattern.fail == fail)
            .map(|pattern| python_bytes(&pattern.bytes))
            .collect();
        if !patterns.is_empty() {
            fields.push(format!("\"{key}\": [{}]", patterns.join(", ")));
        }
    }
    if !step.patterns.is_empty() {
        fields.push(format!("\"within\": {}", seconds(step.within_ms)));
    }
    if step.wait_ms > 0 {
        fields.push(format!("\"wait\": {}", seconds(step.wait_ms)));
    }
    for (key, count, usual) in [("repeat", step.repeat, 1), ("retry", step.retry, 0)] {
        if count != usual {
            fields.push(format!("\"{key}\": {count}"));
        }
    }
    match step.on_fail {
        OnFail::Stop => {}
        OnFail::Continue => fields.push("\"on_fail\": \"continue\"".to_owned()),
        OnFail::Skip => fields.push("\"on_fail\": \"skip\"".to_owned()),
    }
    format!("    {{\n        {},\n    }},\n", fields.join(",\n        "))
}

fn seconds(milliseconds: u32) -> String {
    format!("{}", f64::from(milliseconds) / 1000.0)
}

/// `b"AT\r"`.
fn python_bytes(bytes: &[u8]) -> String {
    let escaped = |byte: &u8| match byte {
        b'\\' => "\\\\".to_owned(),
        b'"' => "\\\"".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        b' '..=b'~' => char::from(*byte).to_string(),
        other => format!("\\x{other:02x}"),
    };
    format!("b\"{}\"", bytes.iter().map(escaped).collect::<Vec<_>>().concat())
}

fn python_text(text: &str) -> String {
    let text = one_line(text).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

const HEAD: &str = r#"#!/usr/bin/env python3
"""A macro, written by modemscope @VERSION@. Sends each step, waits for its answer, stops where one does not come.

Needs pyserial (pip install pyserial). Exit code: 0 done, 1 the modem did not do it, 3 port trouble.
"""
import argparse
import sys
import time

import serial

BAUD = @BAUD@
"#;

const RUNTIME: &str = r#"

def show(data):
    """Received bytes: text as it is, the rest as <1A>."""
    for byte in data:
        if byte == 10 or 32 <= byte <= 126:
            sys.stdout.write(chr(byte))
        elif byte != 13:
            sys.stdout.write("<%02X>" % byte)
    sys.stdout.flush()


def wait_for(port, expect, fail, within):
    """True if an awaited answer came. With `fail` alone, silence is good."""
    longest = max(map(len, expect + fail))
    seen = b""
    refused = False
    deadline = time.monotonic() + within
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        port.timeout = min(left, 0.1)
        byte = port.read(1)
        show(byte)
        seen = (seen + byte)[-longest:]
        if not byte:
            continue
        failed = [answer for answer in fail if seen.endswith(answer)]
        if failed:
            if any(answer.startswith(failed[0]) and answer != failed[0] for answer in expect):
                # The modem may go on with the longer answer that is awaited.
                refused, deadline = True, time.monotonic() + @GROWTH@
                continue
            print("\nRefused.")
            return False
        if any(seen.endswith(answer) for answer in expect):
            return True
    if refused:
        print("\nRefused.")
        return False
    if expect:
        print("\nNo such answer in time.")
    return not expect


def pause(port, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        port.timeout = max(0.0, min(0.1, deadline - time.monotonic()))
        show(port.read(1))


def run_step(port, step):
    print("\n" + step["title"])
    if "dtr" in step:
        port.dtr = step["dtr"]
    if "rts" in step:
        port.rts = step["rts"]
    if "break" in step:
        port.send_break(step["break"])
    if "send" in step:
        show(port.read(port.in_waiting))
        port.write(step["send"])
        port.flush()
    expect, fail = step.get("expect", []), step.get("fail", [])
    if (expect or fail) and not wait_for(port, expect, fail, step["within"]):
        return False
    pause(port, step.get("wait", 0))
    return True


def run(port):
    for step in STEPS:
        for _ in range(step.get("repeat", 1)):
            if any(run_step(port, step) for _ in range(step.get("retry", 0) + 1)):
                continue
            action = step.get("on_fail", "stop")
            if action == "stop":
                return False
            if action == "skip":
                return True
            break
    return True


def main():
    parser = argparse.ArgumentParser(description=NAME)
    parser.add_argument("port", help="/dev/ttyUSB0, COM5, socket://host:port, ...")
    parser.add_argument("--baud", type=int, default=BAUD)
    arguments = parser.parse_args()
    try:
        with serial.serial_for_url(arguments.port, arguments.baud) as port:
            done = run(port)
    except (OSError, serial.SerialException) as problem:
        print("%s: %s" % (arguments.port, problem), file=sys.stderr)
        return 3
    print("\nDone." if done else "\nStopped.")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
"#;
