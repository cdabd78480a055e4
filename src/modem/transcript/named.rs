//! Which modem a log is of, as the person who posts it names it: above the log, or below it.

use super::{TextLine, peel, spelled};
use crate::vocabulary::{Family, Line, families, is_whole_command, third_generation};

/// The family that a sentence plainly says, where no sentence names another. An ESP32 is the board as often as the modem.
pub(super) fn family(lines: &[TextLine<'_>]) -> Option<&'static Family> {
    let mut told: Option<&'static Family> = None;
    let mut named: Option<&'static Family> = None;
    for line in lines.iter().filter(|line| is_sentence(line.text)) {
        for family in families().iter().filter(|family| !family.joins_wifi() && family.says_its_model(line.text)) {
            if named.is_some_and(|named| named != family) {
                return None;
            }
            named = Some(family);
            if says_plainly(line.text, family) {
                told = Some(family);
            }
        }
    }
    told
}

/// A sentence, or a few words; neither the modem's nor a program's.
fn is_sentence(text: &[u8]) -> bool {
    /// More words are a sentence or nothing.
    const FEW: std::ops::RangeInclusive<usize> = 3..=14;
    let text = text.trim_ascii();
    if spelled::is_answer(text) || is_whole_command(text) {
        return false;
    }
    let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    let plain =
        text.first().is_some_and(u8::is_ascii_alphabetic) && !text.iter().any(|byte| b";{}()=<>\"#".contains(byte));
    FEW.contains(&words) && plain || peel::is_prose(text)
}

/// `My module is a SIM7600`, and nothing beside that makes it a comparison, a question, or one of several modems.
fn says_plainly(text: &[u8], family: &Family) -> bool {
    /// With these the sentence is about something else than the modem of the log, or nobody can tell.
    const DOUBTFUL: &[&str] = &[
        "before",
        "earlier",
        "formerly",
        "previously",
        "library",
        "libraries",
        "example",
        "examples",
        "work",
        "works",
        "worked",
        "working",
        "instead",
        "other",
        "others",
        "unlike",
        "same",
        "if",
        "not",
        "too",
        "also",
        "or",
    ];
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let lower = text.to_ascii_lowercase();
    if lower.contains('?') || words(&lower).any(|word| DOUBTFUL.contains(&word)) {
        return false;
    }
    // Another number may be that of a modem that nobody here knows.
    let numbered = |word: &&str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits > 2 && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    if words(text).filter(numbered).nth(1).is_some() {
        return false;
    }
    let clauses: Vec<&str> = text.split([',', ';', ':', '!', '(', ')']).flat_map(|part| part.split(". ")).collect();
    let alone = clauses.iter().filter(|clause| words(clause).next().is_some()).count() == 1;
    clauses.iter().any(|clause| is_plain(clause, family, alone))
}

/// The clause is one of the forms in which people say what they have; `alone`: it is all of the sentence.
fn is_plain(clause: &str, family: &Family, alone: bool) -> bool {
    const SUBJECTS: &[&str] = &["my", "the", "this", "our"];
    const THINGS: &[&str] = &["module", "modem", "board", "device", "shield", "chip"];
    const MAKERS: &[&str] = &["simcom", "quectel", "u-blox", "ai-thinker"];
    const ARTICLES: &[&str] = &["a", "an", "the", "my"];
    /// What may come behind: the rest is about the same modem.
    const ONWARD: &[&str] = &["with", "on", "of", "here"];
    /// In front of the article.
    const BEGINNINGS: &[&[&str]] = &[
        &["i", "have"],
        &["we", "have"],
        &["i", "use"],
        &["we", "use"],
        &["i", "am", "using"],
        &["i'm", "using"],
        &["it", "is"],
        &["it's"],
        &["this", "is"],
        &["this", "is", "with"],
        &["this", "is", "from"],
        &["this", "log", "is", "of"],
        &["this", "log", "is", "from"],
    ];
    let lower = clause.to_ascii_lowercase();
    let words: Vec<&str> = words(&lower).collect();
    // Models are written in capitals.
    let Some(at) = self::words(clause).position(|word| family.says_its_model(word.as_bytes())) else { return false };
    let (Some(mut front), Some(behind)) = (words.get(..at), words.get(at + 1..)) else { return false };
    if let [before @ .., maker] = front
        && MAKERS.contains(maker)
    {
        front = before;
    }
    let possessed = front == ["my"] && behind.is_empty();
    if let [before @ .., article] = front
        && ARTICLES.contains(article)
    {
        front = before;
    }
    let begins = match front {
        ["with"] => alone,
        [subject, thing, "is"] => SUBJECTS.contains(subject) && THINGS.contains(thing),
        // `My SIM800L, right after its start:`
        [] => possessed,
        _ => BEGINNINGS.contains(&front),
    };
    let behind = match behind {
        [thing, rest @ ..] if THINGS.contains(thing) => rest,
        _ => behind,
    };
    begins && behind.first().is_none_or(|word| ONWARD.contains(word)) && !behind.contains(&"another")
}

/// Without the signs around them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|sign: char| !sign.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// A command that the family lacks and another has was accepted: the sentence was about another modem.
pub(crate) fn is_contradicted<'a>(family: &Family, bytes: impl Iterator<Item = &'a [u8]>) -> bool {
    let (mut line, mut asked) = (Vec::new(), false);
    for byte in bytes.flatten() {
        if !matches!(byte, b'\r' | b'\n') {
            line.push(*byte);
            continue;
        }
        let text = line.trim_ascii();
        match text {
            b"OK" if asked => return true,
            b"OK" | b"ERROR" => asked = false,
            _ if text.starts_with(b"+CME ERROR") => asked = false,
            _ => asked |= is_whole_command(text) && Line::read(text).is_some_and(|line| lacks(family, line)),
        }
        line.clear();
    }
    asked && line.trim_ascii() == b"OK"
}

/// Some command of the line is of other modems alone.
fn lacks(family: &Family, line: Line<'_>) -> bool {
    line.calls().any(|call| {
        let has = |family: &Family| family.named(call.name).is_some();
        !has(third_generation()) && !has(family) && families().iter().any(has)
    })
}

#[cfg(test)]
mod tests {
    use super::super::clock;
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let lines = clock::lines(text.as_bytes(), 1);
        assert_eq!(family(&lines).map(|family| family.name), expect, "{text}");
    }

    #[test]
    fn who_posts_a_log_names_the_modem() {
        check("AT+NETOPEN\nERROR\n\nThis is with a SIM7600 of last year.\n", Some("sim7600"));
        check("My module is a SIM7080G\nAT\nOK\n", Some("sim7080"));
        check("AT\nOK\nI have a SIM800L module, and 4 V.\n", Some("sim800"));
        check("I use a SIMCom SIM7600E.\nAT\nOK\n", Some("sim7600"));
        check("with a SIM7600\nAT\nOK\n", Some("sim7600"));
    }

    #[test]
    fn a_model_that_is_only_spoken_of_names_nothing() {
        for text in [
            "It worked on my SIM7600 board before.",
            "Is this the same on a SIM7600?",
            "I have a SIM7600, is that right?",
            "I used the SIM900 library for this one.",
            "I use the SIM900 library for this one.",
            "The same sketch works with a SIM800L.",
            "My code for the SIM900 works, but not with this one.",
            "With an old SIM900 all this worked fine.",
            "With a SIM900, all goes well.",
            "I have a SIM7600 on my other board.",
            "I have a SIM7600 on another board.",
            "I have a SIM7600 example that I took.",
            "My module is not a SIM7600.",
            "I have no SIM7600 here.",
            "Unlike a SIM7600 it says nothing.",
            "I would take a SIM7600 instead.",
            "If my module is a SIM7600 then why.",
            "This is with a SIM7600, now with an XY7608.",
            "SIM800L on an ESP32 with 4 V",
            "My SIM800L worked, and the SIM7600 does not do it.",
            "My module is a SIM800L.\nMy sketch is for a SIM7600.",
            "Modem: SIM800C. Terminal (PuTTY):",
            "SoftwareSerial SIM900(7, 8);\n#define MODEM SIM800 // mine",
            "AT+CGMM\nSIMCOM_SIM7600E",
        ] {
            check(&format!("{text}\nAT\nOK\n"), None);
        }
    }

    #[test]
    fn an_accepted_command_of_other_modems_contradicts() {
        let family = families().iter().find(|family| family.name == "sim7600").unwrap();
        let check = |text: &str| is_contradicted(family, text.as_bytes().chunks(3));
        assert!(check("AT+CSTT=\"internet\"\r\nOK\r\n"));
        assert!(check("AT\nOK\nAT+CIICR\nAT+CSQ\nOK"));
        assert!(!check("AT+CIICR\nERROR\nAT\nOK\n"));
        assert!(!check("AT+CIICR\n+CME ERROR: 3\nAT\nOK\n"));
        assert!(!check("AT+NETOPEN\nOK\nAT+CSQ\nOK\n"));
    }
}
