//! When a part of the program breaks down: it is said at once, in words that hold no secret, and the window hears of it.

use std::panic;
use std::sync::{Mutex, PoisonError};

use crate::modem::secrets::masked_text;

/// The first fault that nobody was told of.
static FAULT: Mutex<Option<String>> = Mutex::new(None);

/// Takes over what is said of a panic, in any thread.
pub fn watch() {
    panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let words = payload.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no words");
        let place = info.location().map_or_else(String::new, ToString::to_string);
        let thread = std::thread::current();
        let said = sentence(thread.name().unwrap_or("unnamed"), &place, words);
        eprintln!("modemscope: {said}");
        FAULT.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(said);
    }));
}

/// What broke down since the last call.
#[must_use]
pub(crate) fn take() -> Option<String> {
    FAULT.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A panic may quote what was being worked on.
fn sentence(thread: &str, place: &str, words: &str) -> String {
    let line = words.lines().next().unwrap_or_default();
    let words = crate::notation::print(&masked_text(line.as_bytes()));
    format!("a part of the program ({thread}) broke down at {place}: {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_without_what_was_being_sent() {
        let said = sentence("worker", "src/a.rs:1:2", "no such row: AT+CPIN=4711\nmore \u{1b}[2J");
        assert_eq!(said, "a part of the program (worker) broke down at src/a.rs:1:2: no such row: AT+CPIN=****");
    }
}
