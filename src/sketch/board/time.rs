//! Time on the board.

/// Time on the board, in nanoseconds since the sketch began.
pub(in crate::sketch) type Nanos = u64;

pub(in crate::sketch) const MILLISECOND: Nanos = 1_000_000;
pub(in crate::sketch) const MICROSECOND: Nanos = 1_000;
