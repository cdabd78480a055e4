//! When a part of the program breaks down: it is said at once, in words that hold no secret, and the window hears of it.

use std::panic;
use std::sync::{Mutex, PoisonError};

use crate::modem::secrets::masked;

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

/// A panic may quote what was being worked on: of its first line all is left out that stands between quotes.
fn sentence(thread: &str, place: &str, words: &str) -> String {
    let line = words.lines().next().unwrap_or_default();
    let words = crate::notation::print(masked(&without_quotations(line)).as_bytes());
    format!("a part of the program ({thread}) broke down at {place}: {words}")
}

/// A text with `…` for what it quotes, but for the names of functions and values of Rust.
fn without_quotations(text: &str) -> String {
    const NAMES: [&str; 4] = ["Err", "Ok", "None", "Some"];
    let quote = |letter: char| matches!(letter, '`' | '"');
    let is_name = |quoted: &str| quoted.contains("::") || NAMES.contains(&quoted);
    let mut shown = String::new();
    let mut rest = text;
    while let Some((front, behind)) = rest.split_once(quote) {
        let mark = rest.get(front.len()..rest.len() - behind.len()).unwrap_or_default();
        // Quotations hold quotes of other kinds: the last one of its kind ends it.
        let (quoted, after) = behind
            .split_once(mark)
            .filter(|(quoted, _)| is_name(quoted))
            .unwrap_or_else(|| behind.rsplit_once(mark).unwrap_or((behind, "")));
        shown.push_str(front);
        shown.push_str(mark);
        shown.push_str(if is_name(quoted) { quoted } else { "…" });
        shown.push_str(mark);
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_quotes_nothing_that_was_being_worked_on() {
        for (words, said) in [
            (
                "byte index 3 is not a char boundary; it is inside 'é' (bytes 2..4) of `ge`heim`",
                "byte index 3 is not a char boundary; it is inside 'é' (bytes 2..4) of `…`",
            ),
            (
                "called `Result::unwrap()` on an `Err` value: Text(\"geheim\")",
                "called `Result::unwrap()` on an `Err` value: Text(\"…\")",
            ),
            ("no entry for `4711", "no entry for `…`"),
            (
                "index out of bounds: the len is 3 but the index is 7",
                "index out of bounds: the len is 3 but the index is 7",
            ),
        ] {
            assert!(sentence("worker", "a.rs", words).ends_with(&format!(": {said}")), "{}", sentence("w", "a", words));
        }
    }

    #[test]
    fn a_fault_is_told_without_what_was_being_sent() {
        let said = sentence("worker", "src/a.rs:1:2", "no such row: AT+CPIN=4711\nmore \u{1b}[2J");
        assert_eq!(said, "a part of the program (worker) broke down at src/a.rs:1:2: no such row: AT+CPIN=****");
    }
}
