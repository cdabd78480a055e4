//! Any bytes as another program's book.

use modemscope::macros::{file, foreign};
use modemscope::notation::LineEnding;

pub fn run(data: &[u8]) {
    if let Ok(imported) = foreign::import(data, &LineEnding::Cr) {
        let text = file::print(&imported.book);
        assert_eq!(file::parse(&text).as_ref(), Ok(&imported.book), "{text}");
    }
}
