//! Up and Down through what was sent, the draft kept.

/// A place in the history.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Lines from the newest, and the draft that was left.
    at: Option<(usize, String)>,
}

impl History {
    /// The line before, or nothing at the oldest. `lines` are oldest first.
    pub(super) fn older(&mut self, lines: &[&str], draft: &str) -> Option<String> {
        let back = self.at.as_ref().map_or(0, |(back, _)| back + 1);
        let line = (*lines.iter().rev().nth(back)?).to_owned();
        match &mut self.at {
            Some((at, _)) => *at = back,
            None => self.at = Some((0, draft.to_owned())),
        }
        Some(line)
    }

    /// The line after; past the newest the draft comes back.
    pub(super) fn newer(&mut self, lines: &[&str]) -> Option<String> {
        let (back, draft) = self.at.take()?;
        let Some(newer) = back.checked_sub(1) else { return Some(draft) };
        let line = lines.iter().rev().nth(newer).map(|line| (*line).to_owned());
        self.at = Some((newer, draft));
        line
    }

    /// Back to the draft, which is now another one.
    pub(super) fn reset(&mut self) {
        self.at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_keep_the_draft() {
        let lines = ["AT", "ATI", "AT+CSQ"];
        let mut history = History::default();
        assert_eq!(history.newer(&lines), None);
        assert_eq!(history.older(&lines, "dra").as_deref(), Some("AT+CSQ"));
        assert_eq!(history.older(&lines, "AT+CSQ").as_deref(), Some("ATI"));
        assert_eq!(history.older(&lines, "ATI").as_deref(), Some("AT"));
        assert_eq!(history.older(&lines, "AT"), None);
        assert_eq!(history.newer(&lines).as_deref(), Some("ATI"));
        assert_eq!(history.newer(&lines).as_deref(), Some("AT+CSQ"));
        assert_eq!(history.newer(&lines).as_deref(), Some("dra"));
        assert_eq!(history.newer(&lines), None);
        assert_eq!(History::default().older(&[], "x"), None);
    }
}
