//! Which modem a log is of, as the person who posts it names it: above the log, or below it.

use super::{TextLine, peel, spelled};
use crate::vocabulary::{Family, families, is_whole_command};

/// The family that the sentences name, if it is one and the same. An ESP32 is the board as often as the modem.
pub(super) fn family(lines: &[TextLine<'_>]) -> Option<&'static Family> {
    let mut named: Option<&'static Family> = None;
    for line in lines.iter().filter(|line| is_sentence(line.text)) {
        for family in families().iter().filter(|family| !family.joins_wifi() && family.says_its_model(line.text)) {
            if named.is_some_and(|named| named != family) {
                return None;
            }
            named = Some(family);
        }
    }
    named
}

/// A sentence, or a heading of a few words; neither the modem's nor a program's.
fn is_sentence(text: &[u8]) -> bool {
    /// More words are a sentence or nothing.
    const HEADING: std::ops::RangeInclusive<usize> = 3..=14;
    let text = text.trim_ascii();
    if spelled::is_answer(text) || is_whole_command(text) {
        return false;
    }
    let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    let plain =
        text.first().is_some_and(u8::is_ascii_alphabetic) && !text.iter().any(|byte| b";{}()=<>\"#".contains(byte));
    HEADING.contains(&words) && plain || peel::is_prose(text)
}

#[cfg(test)]
mod tests {
    use super::super::clock;
    use super::*;

    #[test]
    fn who_posts_a_log_names_the_modem() {
        let check = |text: &str, expect: Option<&str>| {
            let lines = clock::lines(text.as_bytes(), 1);
            assert_eq!(family(&lines).map(|family| family.name), expect, "{text}");
        };
        check("AT+NETOPEN\nERROR\n\nThis is with a SIM7600 and the firmware of last year.\n", Some("sim7600"));
        check("Modem: SIM800C. Terminal (PuTTY):\nAT\nOK\n", None);
        check("My module is a SIM7080G\nAT\nOK\n", Some("sim7080"));
        check("My SIM800L worked, and the SIM7600 does not do it.\nAT\nOK\n", None);
        check("SIM800L on an ESP32 with 4 V\nAT\nOK\n", Some("sim800"));
        check("SoftwareSerial SIM900(7, 8);\n#define MODEM SIM800 // mine\nAT\nOK\n", None);
        check("AT+CGMM\nSIMCOM_SIM7600E\nOK\n", None);
    }
}
