//! A run as it is told: without the PINs and passwords that the sketch holds, sends or hears.

use super::super::private::secrets_of;
use super::super::source::Source;
use super::account::{RunRow, RunWay, SketchRun};
use crate::modem::Direction;
use crate::modem::secrets::SecretFinder;

/// Takes them out of all that is shown.
pub(super) fn masked(source: &Source, mut run: SketchRun) -> SketchRun {
    let mut secrets = secrets_of(source);
    let mut finder = SecretFinder::default();
    for row in run.rows.iter_mut().filter(|row| row.way != RunWay::Console) {
        let found = finder.find(direction(row), &row.bytes);
        secrets.hear(direction(row), &row.bytes, &found);
        for range in found {
            row.bytes.get_mut(range).unwrap_or_default().fill(b'*');
        }
    }
    for row in &mut run.rows {
        row.bytes = secrets.masked_bytes(std::mem::take(&mut row.bytes));
        row.source = secrets.masked(std::mem::take(&mut row.source));
    }
    let mask = |text: &mut String| *text = secrets.masked(std::mem::take(text));
    for finding in &mut run.findings {
        for text in [&mut finding.source, &mut finding.title, &mut finding.cause, &mut finding.fix] {
            mask(text);
        }
        finding.corrected.as_mut().map(mask);
    }
    for told in &mut run.told {
        mask(&mut told.text);
        mask(&mut told.reason);
        told.decides.as_mut().map(mask);
    }
    run
}

fn direction(row: &RunRow) -> Direction {
    if row.way == RunWay::Received { Direction::Rx } else { Direction::Tx }
}
