#![no_main]
//! Any bytes as another program's book.

use libfuzzer_sys::fuzz_target;
use modemscope::macros::{file, foreign};
use modemscope::notation::LineEnding;

fuzz_target!(|data: &[u8]| {
    if let Ok(imported) = foreign::import(data, &LineEnding::Cr) {
        let text = file::print(&imported.book);
        assert_eq!(file::parse(&text).as_ref(), Ok(&imported.book), "{text}");
    }
});
