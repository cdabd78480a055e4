//! A pasted log, redacted: as many records as before.

use std::time::SystemTime;

use modemscope::capture::redact::Plan;
use modemscope::capture::{Progress, import};

pub fn run(data: &[u8]) {
    let reader = import::from_text(data, SystemTime::UNIX_EPOCH);
    let progress = Progress::default();
    let plan = Plan::make(&reader, &progress).expect("nobody cancels");
    let redacted = plan.apply(&reader, &progress).expect("it fits into memory");
    let count = |reader: &modemscope::capture::Reader| {
        let mut cursor = reader.cursor();
        let mut records = 0_u64;
        while cursor.next_entry().is_some() {
            records += 1;
        }
        records
    };
    assert_eq!(count(&reader), count(&redacted));
}
