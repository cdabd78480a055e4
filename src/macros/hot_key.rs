//! Hot keys as a macro names them: `F3`, `Ctrl+Shift+K`.

use std::fmt;
use std::str::FromStr;

/// A key with its modifiers. Two texts for the same keys are equal when read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct HotKey {
    /// Ctrl (Command on a Mac).
    pub(crate) ctrl: bool,
    /// Alt.
    pub(crate) alt: bool,
    /// Shift.
    pub(crate) shift: bool,
    /// `F1` to `F24`, or one letter or digit, upper case.
    pub(crate) key: String,
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hot key; write F1 to F24, or a letter or digit with Ctrl or Alt, such as Ctrl+Shift+K")]
pub(crate) struct HotKeyError(String);

/// Keys that the window uses itself, wherever the focus is or while text is typed.
const TAKEN: [(&str, &str); 12] = [
    ("Ctrl+A", "selects all"),
    ("Ctrl+C", "copies"),
    ("Ctrl+F", "finds"),
    ("Ctrl+0", "sets the normal size"),
    ("Ctrl+L", "lends the port"),
    ("Ctrl+N", "opens a window"),
    ("Ctrl+O", "connects and disconnects"),
    ("Ctrl+V", "pastes"),
    ("Ctrl+X", "cuts"),
    ("Ctrl+Y", "does again what was undone"),
    ("Ctrl+Z", "sends 1A or undoes"),
    ("F12", "turns what looks like a byte into it"),
];

impl HotKey {
    /// What the window itself does with this key, if it does.
    #[must_use]
    pub(crate) fn taken_for(&self) -> Option<&'static str> {
        let own = self.to_string();
        TAKEN.iter().find(|(key, _)| *key == own).map(|(_, what)| *what)
    }
}

impl FromStr for HotKey {
    type Err = HotKeyError;

    fn from_str(text: &str) -> Result<Self, HotKeyError> {
        let wrong = || HotKeyError(text.to_owned());
        let mut parts: Vec<&str> = text.split('+').map(str::trim).collect();
        let key = parts.pop().unwrap_or_default().to_ascii_uppercase();
        let mut hot_key = Self { ctrl: false, alt: false, shift: false, key };
        for modifier in parts {
            let slot = match modifier.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "cmd" | "command" => &mut hot_key.ctrl,
                "alt" | "option" => &mut hot_key.alt,
                "shift" => &mut hot_key.shift,
                _ => return Err(wrong()),
            };
            if std::mem::replace(slot, true) {
                return Err(wrong());
            }
        }
        let number = hot_key.key.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
        let function = number.is_some_and(|number| (1..=24).contains(&number) && hot_key.key == format!("F{number}"));
        let single = hot_key.key.len() == 1 && hot_key.key.chars().all(|key| key.is_ascii_alphanumeric());
        // A bare letter would be typed into the send box, not run.
        if function || (single && (hot_key.ctrl || hot_key.alt)) { Ok(hot_key) } else { Err(wrong()) }
    }
}

impl fmt::Display for HotKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if held {
                formatter.write_str(name)?;
            }
        }
        formatter.write_str(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hot_keys_read_and_print() {
        let check = |text: &str, expect: &str| assert_eq!(text.parse::<HotKey>().unwrap().to_string(), expect);
        check("F3", "F3");
        check("f12", "F12");
        check("shift + ctrl + k", "Ctrl+Shift+K");
        check("Alt+1", "Alt+1");
        for text in ["", "K", "Shift+K", "F0", "F25", "F03", "Ctrl+", "Ctrl+Ctrl+K", "Hyper+K", "Ctrl+Enter", "Ctrl+é"]
        {
            assert!(
                text.parse::<HotKey>().unwrap_err().to_string().contains("is no hot key; write F1 to F24"),
                "{text}"
            );
        }
    }
}
