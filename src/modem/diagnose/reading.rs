//! What was read: whoever hears of nothing wrong wants to know whether the log was understood at all.

use super::Diagnoser;
use crate::modem::secrets;
use crate::vocabulary::Evidence;

/// What was read of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The form that a log was read in; `None` for a capture and a live session.
    pub form: Option<&'static str>,
    /// The family of the modem, by its title and its name; `None` where nothing has told it.
    pub family: Option<(&'static str, &'static str)>,
    /// By what the family was told.
    pub(crate) evidence: Evidence,
    /// Somebody has chosen the family.
    pub chosen: bool,
    /// Commands that were sent.
    pub commands: u32,
    /// Of them, those that got a result.
    pub answered: u32,
    /// Of these, those that were refused.
    pub refused: u32,
    /// Commands that got no result.
    pub(crate) unanswered: u32,
    /// The first of the refused commands, each once.
    pub(crate) refused_commands: Vec<String>,
    /// The first of those without a result, each once.
    pub(crate) unanswered_commands: Vec<String>,
    /// Some line was heard that only a modem says.
    pub(crate) spoken: bool,
    /// The first line in which a program says that it waited in vain, and its words.
    pub(crate) vain: Option<(usize, String)>,
}

impl Diagnoser {
    /// What was read so far.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let (tally, telling) = (self.dialog.tally(), &self.dialog.telling);
        let family = telling.family();
        let masked = |name: &String| self.book.secrets().masked(secrets::masked(name));
        let once = |all: &[(String, _)]| {
            let mut names: Vec<String> = Vec::new();
            for (name, _) in all {
                // What is private in it may be left out already.
                let name = if name.contains('…') { name.clone() } else { masked(name) };
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names
        };
        Reading {
            form: self.form,
            family: (telling.evidence() != Evidence::None).then_some((family.title, family.name)),
            evidence: telling.evidence(),
            chosen: telling.evidence() == Evidence::Choice,
            commands: tally.commands,
            answered: tally.answered,
            refused: tally.refused,
            unanswered: tally.unanswered,
            refused_commands: once(&tally.refused_first),
            unanswered_commands: once(&tally.unanswered_first),
            spoken: self.dialog.spoken,
            vain: self.told.vain.first().map(|vain| (vain.line, self.book.secrets().masked(vain.text.clone()))),
        }
    }
}

impl Reading {
    /// The model was said, by the modem or by whoever wrote the log; else the family was told by the commands.
    pub(crate) fn told_by_words(&self) -> bool {
        matches!(self.evidence, Evidence::Named | Evidence::Words)
    }

    /// Neither a command nor an answer of a modem was found.
    #[must_use]
    pub(crate) const fn is_nothing(&self) -> bool {
        self.commands == 0 && !self.spoken
    }

    /// What was read, in sentences.
    #[must_use]
    pub fn text(&self) -> String {
        let mut sentences = Vec::new();
        if self.is_nothing() {
            sentences.push("No command and no answer of a modem was found in it.".to_owned());
            sentences.extend(self.vain.as_ref().map(|(line, words)| format!("Its line {line} says: {words}")));
            return sentences.join(" ");
        }
        if let Some(form) = self.form {
            sentences.push(format!("Read as {form}."));
        }
        if let Some((title, _)) = self.family {
            let by = match self.evidence {
                _ if self.chosen => "as chosen",
                Evidence::Named => "named there",
                Evidence::Words => "by what it says",
                _ => "by the commands used",
            };
            sentences.push(format!("The modem: {title} ({by})."));
        }
        sentences.push(self.counts());
        sentences.join(" ")
    }

    /// What is said where nothing was found.
    #[must_use]
    pub fn nothing_found(&self) -> &'static str {
        if self.is_nothing() {
            "A log of a terminal, a transcript (> and < in front of each line) and a capture (pcapng) can be read."
        } else if self.answered == 0 && !self.spoken {
            concat!(
                "It shows no answer at all. If none came, the modem does not hear or has no power: check its supply, ",
                "the port, the rate, TX and RX, GND. If the program shows only what it sends, let it show what comes, too."
            )
        } else {
            "No problem was recognised in it."
        }
    }

    /// How many commands there were, and how they fared.
    fn counts(&self) -> String {
        if self.commands == 0 {
            return "No command, only what the modem says.".to_owned();
        }
        let listed = |some: &[String], count: u32| {
            let more = if u32::try_from(some.len()).is_ok_and(|shown| shown < count) { " …" } else { "" };
            format!("{}{more}", some.join(", "))
        };
        let mut parts = vec![format!("{} answered", self.answered)];
        if self.refused > 0 {
            parts.push(format!("{} of them refused ({})", self.refused, listed(&self.refused_commands, self.refused)));
        }
        if self.unanswered > 0 {
            let which = listed(&self.unanswered_commands, self.unanswered);
            parts.push(format!("{} without a result ({which})", self.unanswered));
        }
        let commands = if self.commands == 1 { "1 command".to_owned() } else { format!("{} commands", self.commands) };
        format!("{commands}: {}.", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use crate::modem::diagnose::of_transcript;
    use crate::modem::transcript::Transcript;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(of_transcript(&Transcript::read(text.as_bytes())).reading().text(), expect);
    }

    #[test]
    fn what_was_read() {
        const STREAM: &str = "Read as one stream, as a terminal or serial monitor shows it.";
        check(
            "starting\nERROR: SIM900 doesn't answer.\n",
            "No command and no answer of a modem was found in it. Its line 2 says: ERROR: SIM900 doesn't answer.",
        );
        check("hello\n", "No command and no answer of a modem was found in it.");
        check(
            "AT\nOK\nAT+CIPMUX=1\nERROR\n",
            &format!(
                "{STREAM} The modem: SIM800, SIM808, SIM868, SIM900 (by the commands used). 2 commands: 2 answered, 1 of them refused (AT+CIPMUX=1)."
            ),
        );
        check(
            "TX: AT\nTX: AT+CREG?\nRX: OK\n",
            "Read as lines that each name their direction (TX, RX, arrows, words). 2 commands: 1 answered, 1 without a result (AT).",
        );
        let asked = "1 command: 1 answered.";
        let says = "AT+CGMM\nSIM7600E-H\nOK\n";
        check(says, &format!("{STREAM} The modem: SIM7500, SIM7600, A7670, A7672 (by what it says). {asked}"));
        check(
            "My module is a SIM7080G.\nTX: AT+CSQ\nRX: +CSQ: 19,0\nRX: OK\n",
            &format!(
                "Read as lines that each name their direction (TX, RX, arrows, words). The modem: SIM7070, SIM7080, SIM7090, SIM7000 (its newer commands) (named there). {asked}"
            ),
        );
        check("+CPIN: READY\nCall Ready\n", &format!("{STREAM} No command, only what the modem says."));
        // A PIN is nobody's business.
        check(
            "AT\nOK\nAT+CPIN=\"4711\"\nERROR\n",
            &format!("{STREAM} 2 commands: 2 answered, 1 of them refused (AT+CPIN=…)."),
        );
        let login = "AT\nOK\nAT+CIPSTART=\"TCP\",\"me:geheim@h\",80\nERROR\n";
        let refused = r#"2 commands: 2 answered, 1 of them refused (AT+CIPSTART="TCP","me:******@h",80)."#;
        check(login, &format!("{STREAM} The modem: SIM800, SIM808, SIM868, SIM900 (by the commands used). {refused}"));
    }
}
