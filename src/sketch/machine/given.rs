//! What a call is given.

use super::value::{Place, Value};

/// An argument: its value, and its place if it has one.
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) place: Option<Place>,
}
