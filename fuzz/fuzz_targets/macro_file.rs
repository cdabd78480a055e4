#![no_main]
//! Any text as a macro file.

use libfuzzer_sys::fuzz_target;
use modemscope::macros::file;

fuzz_target!(|text: &str| {
    if let Ok(book) = file::parse(text) {
        assert_eq!(file::parse(&file::print(&book)), Ok(book));
    }
});
