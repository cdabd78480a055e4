//! What the modem answered to a send: what a step of the macro may wait for, and what it refused.
//!
//! A sketch looks for `OK` in whatever it has read so far, which may be the answer to an earlier command, or an echo. A macro
//! that waits for it behind this command would wait in vain.

use super::super::board::{Nanos, Way};
use super::super::origin::bytes;
use super::super::run::Ran;
use super::within;
use crate::macros::echo::EchoFilter;
use crate::vocabulary::said::Said;

/// All that came from the modem, in its order: when it began, the bytes, and whether they are the echo of a send.
pub(super) struct Answers(Vec<(Nanos, Vec<u8>, bool)>);

/// Where a text was that the sketch found.
pub(super) enum Found {
    /// Behind the send, as the modem wrote it.
    Answer(Vec<u8>),
    /// In the echo of the send alone.
    Echo,
    /// In what had come before.
    Before,
}

impl Answers {
    pub(super) fn of(ran: &Ran) -> Self {
        let mut echo = EchoFilter::default();
        let mut heard = Vec::new();
        for row in ran.dialog() {
            let text = bytes(&row.text);
            if row.way == Way::ToModem {
                echo.sending(&text);
                continue;
            }
            let mut hear = |part: &[u8], is_echo: bool| heard.push((row.at, part.to_vec(), is_echo));
            echo.push(&text, &mut hear);
            echo.release(&mut hear);
        }
        Self(heard)
    }

    fn said(&self, from: Nanos, to: Nanos, with_echo: bool) -> Vec<u8> {
        let parts = within(&self.0, from, to, |(at, _, _)| *at).filter(|(_, _, is_echo)| with_echo || !is_echo);
        parts.flat_map(|(_, text, _)| text).copied().collect()
    }

    /// Where this text is between two times. The sketch may have changed the case of what it read.
    pub(super) fn find(&self, text: &[u8], from: Nanos, to: Nanos) -> Found {
        let position = |said: &[u8]| said.windows(text.len().max(1)).position(|part| part.eq_ignore_ascii_case(text));
        let said = self.said(from, to, false);
        match position(&said).and_then(|at| said.get(at..at + text.len())) {
            Some(text) => Found::Answer(text.to_vec()),
            None if position(&self.said(from, to, true)).is_some() => Found::Echo,
            None => Found::Before,
        }
    }

    /// The line by which the modem refused something between two times.
    pub(super) fn refusal(&self, from: Nanos, to: Nanos) -> Option<String> {
        let said = self.said(from, to, false);
        let refuses = |line: &&[u8]| matches!(Said::read(line), Said::Error | Said::Cme(_) | Said::Cms(_));
        let line = said.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(refuses)?;
        Some(String::from_utf8_lossy(line).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::sketch::{RunOptions, Source, import};

    /// What is looked for in all that was read may stand in the answer to an earlier command, or in the echo.
    #[test]
    fn a_macro_waits_only_for_what_came_behind_the_command() {
        let sketch = r#"
            SoftwareSerial s(8, 7);
            String all;
            bool ok(const char *command, const char *wanted) {
                s.println(command);
                delay(1000);
                while (s.available()) all += (char)s.read();
                all.toLowerCase();
                return all.indexOf(wanted) >= 0;
            }
            void setup() {
                s.begin(9600);
                ok("AT", "ok");
                ok("AT+CMGL=\"ALL\"", "ok");
                all = "";
                ok("AT+CSQ", "csq");
                all = "";
                ok("AT+CFUN=9", "cfun");
            }
            void loop() {}
        "#;
        let found = import(&Source::new(sketch), &RunOptions::default());
        let step = |step: &crate::sketch::import::SketchStep| {
            let (expect, note) = (step.expect.as_deref(), step.note.as_deref());
            format!("{} expects {} ({})", step.text, expect.unwrap_or("-"), note.unwrap_or_default())
        };
        let steps: Vec<String> = found.steps.iter().map(step).collect();
        expect![[r#"
            AT\r\n expects OK ()
            AT+CMGL="ALL"\r\n expects - (line 9 finds `ok` in what had come before this, and does not wait for the answer; refused in the run with +CMS ERROR: 304)
            AT+CSQ\r\n expects CSQ ()
            AT+CFUN=9\r\n expects - (line 9 finds `cfun` in the echo of this, and does not wait for the answer; refused in the run with ERROR)"#]].assert_eq(&steps.join("\n"));
        let told: Vec<String> = found.unread.iter().map(|told| format!("{}: {}", told.line, told.reason)).collect();
        expect![[r#"
            5: refused in this run with +CMS ERROR: 304; the macro sends it and goes on, as the sketch does
            5: refused in this run with ERROR; the macro sends it and goes on, as the sketch does"#]]
        .assert_eq(&told.join("\n"));
    }
}
