//! Texts that a sketch looks for.

use crate::sketch::board::Nanos;
use crate::sketch::syntax::Line;

/// A text that the sketch looked for in what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sketch) struct Sought {
    pub(crate) began: Nanos,
    /// When it was found, or given up.
    pub(crate) at: Nanos,
    pub(crate) line: Line,
    pub(crate) text: Vec<u8>,
    pub(crate) found: bool,
    /// Milliseconds it would wait.
    pub(crate) within: Option<u64>,
    /// It waits for it by itself, as `find` does.
    pub(crate) waits: bool,
    /// Bytes that were sent to the modem before.
    pub(crate) sent: usize,
}
