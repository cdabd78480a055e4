//! Any text as a macro file.

use modemscope::macros::file;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(book) = file::parse(text) {
        assert_eq!(file::parse(&file::print(&book)), Ok(book));
    }
}
