//! A macro as C data: byte arrays and a table of steps, for firmware that brings its own sending and waiting.

use std::collections::BTreeMap;

use super::plan::{ExportError, Exported, Out, Plan, PlannedStep};
use crate::macros::model::{Macro, OnFail};
use crate::notation::{print, print_c_array};

/// Writes a C99 header. Parameters have their default values in it.
///
/// # Errors
/// As [`super::export_ino`].
pub fn export_c(of: &Macro) -> Result<Exported, ExportError> {
    let plan = Plan::new(of)?;
    let mut left_out = plan.line_steps();
    for step in &plan.steps {
        if step.repeat != 1 || step.retry != 0 || step.on_fail != OnFail::Stop {
            left_out
                .push(format!("Step {}: repeat, retry and on_fail; the table has no column for them.", step.number));
        }
    }
    let mut out = Out::default();
    out.add(HEAD.replace("@VERSION@", env!("CARGO_PKG_VERSION")).replace("@TITLE@", &plan.title.replace("*/", "* /")));
    for sentence in &left_out {
        out.add(format!("// Left out: {sentence}\n"));
    }
    for constant in &plan.constants {
        out.add(format!("// {} is '{}' in here.\n", constant.identifier, print(&constant.bytes)));
    }
    out.add(TYPES);
    let mut answers: BTreeMap<&[u8], String> = BTreeMap::new();
    for pattern in plan.steps.iter().flat_map(|step| &step.patterns) {
        let next = format!("answer_{}", answers.len() + 1);
        answers.entry(&pattern.bytes).or_insert(next);
    }
    for (bytes, name) in &answers {
        out.add(format!("static const uint8_t {name}[] = {};  // '{}'\n", print_c_array(bytes), print(bytes)));
    }
    for step in &plan.steps {
        out.add(step_arrays(&plan, step, &answers));
    }
    out.add("\nstatic const struct modem_step modem_steps[] = {\n");
    for step in &plan.steps {
        out.add(step_row(&plan, step));
    }
    // An empty initialiser is no C99.
    out.add("  { .send = { 0, 0 } },  // the end\n};\n");
    out.add(format!("enum {{ MODEM_STEPS = {} }};\n\n#endif\n", plan.steps.len()));
    Ok(Exported { text: out.into_program(of, "//"), left_out })
}

fn sent(plan: &Plan, step: &PlannedStep) -> Vec<u8> {
    step.send.iter().flat_map(|part| plan.bytes_of(part)).collect()
}

fn step_arrays(plan: &Plan, step: &PlannedStep, answers: &BTreeMap<&[u8], String>) -> String {
    let mut out = Out::default();
    let send = sent(plan, step);
    if !send.is_empty() {
        let number = step.number;
        out.add(format!("\nstatic const uint8_t send_{number}[] = {};  // '{}'\n", print_c_array(&send), print(&send)));
    }
    for (kind, fail) in [("expect", false), ("fail", true)] {
        let rows: Vec<String> = step
            .patterns
            .iter()
            .filter(|pattern| pattern.fail == fail)
            .filter_map(|pattern| answers.get(pattern.bytes.as_slice()))
            .map(|name| format!("{{ {name}, sizeof {name} }}"))
            .collect();
        if !rows.is_empty() {
            out.add(format!("static const struct modem_bytes {kind}_{}[] = {{ {} }};\n", step.number, rows.join(", ")));
        }
    }
    out.into_text()
}

fn step_row(plan: &Plan, step: &PlannedStep) -> String {
    let number = step.number;
    let mut fields = Vec::new();
    if !sent(plan, step).is_empty() {
        fields.push(format!(".send = {{ send_{number}, sizeof send_{number} }}"));
    }
    for (kind, fail) in [("expect", false), ("fail", true)] {
        let count = step.patterns.iter().filter(|pattern| pattern.fail == fail).count();
        if count > 0 {
            fields.push(format!(".{kind} = {kind}_{number}, .{kind}_count = {count}"));
        }
    }
    fields.push(format!(".within_ms = {}", step.within_ms));
    fields.push(format!(".wait_ms = {}", step.wait_ms));
    format!("  {{ {} }},\n", fields.join(", "))
}

const HEAD: &str = "/* Macro \"@TITLE@\", written by modemscope @VERSION@.
   For each step: send the bytes; then wait until one of `expect` (good) or `fail` (bad) has come, byte for byte,
   at most `within_ms`; then pause `wait_ms`. The answer that is complete first counts. Without `expect` and `fail`
   the step is done when it is sent. */
";

const TYPES: &str = "#ifndef MODEM_STEPS_H
#define MODEM_STEPS_H

#include <stddef.h>
#include <stdint.h>

struct modem_bytes {
  const uint8_t *bytes;
  size_t length;
};

struct modem_step {
  struct modem_bytes send;
  const struct modem_bytes *expect;
  size_t expect_count;
  const struct modem_bytes *fail;
  size_t fail_count;
  uint32_t within_ms;
  uint32_t wait_ms;
};

";
