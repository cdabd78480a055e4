//! Any text as an Arduino sketch, and what becomes of it.

use modemscope::notation::{Mode, parse};
use modemscope::sketch::{
    InoOptions, RunOptions, Source, answer_driven, export_c, export_ino, export_python, import, run_sketch,
};

pub fn run(data: &[u8]) {
    let source = Source::from_bytes(data);
    // Enough to get into any statement; a fuzzer wants many inputs.
    let options = RunOptions { most_steps: 10_000, ..RunOptions::default() };
    let _ = run_sketch(&source, &options);
    let imported = import(&source, &options);
    let timed = imported.timed_macro("fuzzed");
    if !timed.ask.is_empty() {
        // Questions stand in the texts as parameters.
        return;
    }
    let sent: Vec<u8> = imported.steps.iter().flat_map(|step| step.bytes.clone()).collect();
    let read = |text: &String| parse(text, Mode::Mixed).expect("a step is notation");
    let written: Vec<u8> = timed.steps.iter().filter_map(|step| step.send.as_ref()).flat_map(read).collect();
    assert_eq!(sent, written);
    let driven = answer_driven(&timed);
    let driven_bytes: Vec<u8> = driven.steps.iter().filter_map(|step| step.send.as_ref()).flat_map(read).collect();
    assert_eq!(sent, driven_bytes);
    export_ino(&driven, &InoOptions::default()).expect("a sketch");
    export_python(&driven, 9600).expect("a script");
    export_c(&driven).expect("a header");
}
