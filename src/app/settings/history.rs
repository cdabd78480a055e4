//! The history of the send box: lines that a hand has sent, and none with a PIN or password.

use super::Settings;
use crate::modem::Direction;
use crate::modem::secrets::SecretFinder;
use crate::notation::{self, Mode};

/// Lines of the send box that are remembered.
pub(super) const HISTORY: usize = 200;
/// A longer line is not remembered: a pasted file is no history.
const LONGEST_REMEMBERED: usize = 4096;

/// What a hand has sent on one link. A line may go on with what was sent before it (`AT+CPI`, then `N=4711`) and is judged
/// with that.
#[derive(Debug, Default)]
pub struct Typed(SecretFinder);

impl Typed {
    /// The next bytes; true where something in them is secret. Of a long text only the end is looked at: nothing longer is
    /// remembered, and what comes next may go on with that alone.
    pub fn sends(&mut self, bytes: &[u8]) -> bool {
        let end = bytes.get(bytes.len().saturating_sub(LONGEST_REMEMBERED)..).unwrap_or(bytes);
        !self.0.find(Direction::Tx, end).is_empty()
    }
}

impl Settings {
    /// Remembers a line of the send box: as the newest, once, bounded; never one with a PIN or password.
    pub fn remember_sent(&mut self, text: &str) {
        if text.is_empty() || text.len() > LONGEST_REMEMBERED || holds_secret(text) {
            return;
        }
        self.history.retain(|old| old != text);
        self.history.push(text.to_owned());
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
    }
}

/// What is typed holds a PIN or password, or may be a PIN that the modem asked for.
pub(super) fn holds_secret(text: &str) -> bool {
    let meant = notation::parse(text, Mode::Mixed).unwrap_or_default();
    let digits = meant.iter().filter(|byte| byte.is_ascii_digit()).count();
    let pin = digits >= 4 && meant.iter().all(|byte| byte.is_ascii_digit() || b"\"',;:=+AaTt \r\n".contains(byte));
    pin || [text.as_bytes(), &meant].into_iter().any(|bytes| Typed::default().sends(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_bounded_and_has_each_line_once() {
        let mut settings = Settings::default();
        for number in 0..300 {
            settings.remember_sent(&format!("AT{number}"));
        }
        settings.remember_sent("AT150");
        settings.remember_sent("");
        for secret in [
            "AT+CPIN=4711",
            "at+cpin = \"4711\"",
            r#"AT+CSTT="a","b","c"\r"#,
            "4711",
            "\"4711\"",
            "12345678,4711\\r",
            r"AT+\x43PIN=4711",
        ] {
            settings.remember_sent(secret);
        }
        settings.remember_sent(&"x".repeat(5000));
        assert_eq!(settings.history.len(), HISTORY);
        assert_eq!(settings.history.iter().filter(|line| *line == "AT150").count(), 1);
        assert_eq!(settings.history.last().map(String::as_str), Some("AT150"));
    }
}
