//! Any text as an Arduino sketch, and what becomes of it.

use modemscope::notation::{Mode, parse};
use modemscope::sketch::{InoOptions, answer_driven, export_c, export_ino, export_python, import};

pub fn run(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    let imported = import(source);
    let timed = imported.timed_macro("fuzzed");
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
