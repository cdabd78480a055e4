//! Any bytes as a capture file, and its rows.

use std::io::Write;

use modemscope::capture::{self, RowIndex, RowRules};

pub fn run(data: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(data).expect("it is written");
    let Ok(opening) = capture::open(file.path()) else { return };
    let mut index = RowIndex::new(opening.finish(), RowRules::default());
    // True when it is up to date.
    while !index.update(1 << 20) {}
    let rows = index.rows(0..index.len().min(1000));
    assert_eq!(rows.len() as u64, index.len().min(1000));
}
