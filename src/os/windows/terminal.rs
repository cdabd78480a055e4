//! Standard input and the console.

use super::calls;

/// Windows stops no program for reading.
#[must_use]
pub(crate) fn in_background() -> bool {
    false
}

/// Whoever is logged in has one.
#[must_use]
pub(crate) fn has_display() -> bool {
    true
}

/// The program was started for its window alone: a console that was made for it and that nobody asked for is let go of.
pub(crate) fn leave_own_console() {
    calls::leave_own_console();
}
