//! `docs/diagnoses.md`, made from the rules.

use std::fmt::Write as _;

use crate::modem::diagnose::doc::heading;
use crate::modem::diagnose::rules::Rules;

/// The text of `docs/diagnoses.md`.
fn markdown() -> String {
    let mut text = String::from(
        "# The diagnoses\n\n\
         What modemscope recognises on the wire, live in the window, in captures and in pasted logs (`modemscope diagnose`).\n\
         This file is made from the rules in `src/modem/diagnose`; `UPDATE_DOCS=1 cargo test diagnoses_md` writes it anew.\n\n\
         A **problem** will not work like this, a **warning** works by luck or damages data, a **note** is worth knowing. A\n\
         finding about something that is missing is taken back when it comes after all. One cause gives one finding.\n\n\
         Captures tell most. Of logs as text these are understood:\n\n\
         - one stream with echo, as a serial monitor or terminal shows it, with or without time stamps in front;\n\
         - lines marked by direction: `> ` and `< `, `TX:` and `RX:`, arrows in either sense, `Sending:`, YAT, Docklight, SSCOM, XCOM\n  \
           and the like: a mark in front of commands only means sent, in front of answers received;\n\
         - control characters written as words: `<CR><LF>` (HTerm), `<cr><ln>` (mbed), `\\r\\n` (Python), `␍␊`;\n\
         - values in quotes or brackets: Python's `b'AT\\r'` and lists of lines, strace, `[AT..]`;\n\
         - bytes as numbers: `xxd`, `hexdump -C`, serial port monitors, candump, decimals, the table of a logic analyser;\n\
         - answers on the lines of their commands: `AT OK`, `->`, `returns`, the columns of a table;\n\
         - the logs of pppd's `chat`, gammu, ESPHome, TinyGSM, WiFiEspAT, `chan_dongle` and GSM-GPRS-GPS-Shield;\n\
         - JSON, an object a line: `{\"dir\":\"tx\",\"data\":\"AT\\r\"}`, `{\"tx\":\"AT\"}`;\n\
         - a dialog that is told in sentences, where nothing else is found: `AT+CPIN? answers with SIM not inserted`;\n\
         - what stands around a log is taken off: the prose of a post, code fences, marks of mail, line numbers, time stamps, colours;\n\
         - UTF-16, lines that end in CR alone, and the source of a page (`&quot;`, `<br>`);\n\
         - what is sent alone, with the delays of a sketch in comments; rules about answers are silent then.\n\n\
         Each form is tried on the log as a whole, the one that makes the most of it reads it, and `diagnose` says which.\n\
         Where a log has lost its line ends they are put back, and lengths are not relied on.\n\n\
         Rules hear what a modem means, not its words: they hold for SIM800, SIM7600 and A7670, SIM7000 and SIM7080, Quectel,\n\
         u-blox, Telit, Ai-Thinker A6 and ESP8266. The texts here name a SIM800's commands; a finding names those of the modem at hand, as it tells its model or\n\
         as the commands used tell it (`diagnose --modem` chooses). `wrong-ip-state`, `mux-form-mismatch`, `mux-change-refused`,\n\
         `prompt-switched-off` and `bearer-refused` are about commands that only a SIM800 and its like have.\n",
    );
    for family in [heading::DATA_END, heading::ORDER, heading::LINE, heading::POWER] {
        let _ = write!(text, "\n## {family}\n");
        for doc in Rules::DOCS.iter().filter(|doc| doc.family == family) {
            let _ = write!(
                text,
                "\n### `{}` ({})\n\n{}\n\n*Why:* {}\n\n*What to do:* {}\n",
                doc.slug,
                doc.severity.name(),
                escaped(doc.evidence),
                escaped(doc.why),
                escaped(doc.fix)
            );
        }
    }
    text
}

/// Markdown of a rule's text: `<length>` outside a code span would be read as an HTML tag, and be invisible.
fn escaped(text: &str) -> String {
    let parts: Vec<_> = text
        .split('`')
        .enumerate()
        .map(|(n, part)| if n % 2 == 0 { part.replace('<', "&lt;") } else { part.to_owned() })
        .collect();
    parts.join("`")
}

#[test]
fn diagnoses_md_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnoses.md");
    let text = markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found.replace("\r\n", "\n") == text, "docs/diagnoses.md is old: run UPDATE_DOCS=1 cargo test diagnoses_md");
}

#[test]
fn names_are_unique_and_texts_are_sentences() {
    let mut slugs: Vec<_> = Rules::DOCS.iter().map(|doc| doc.slug).collect();
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), Rules::DOCS.len());
    let text = markdown();
    assert!(slugs.iter().all(|slug| text.contains(&format!("### `{slug}` ("))));
    for doc in Rules::DOCS {
        for text in [doc.evidence, doc.why, doc.fix] {
            assert!(text.ends_with('.'), "{}: {text}", doc.slug);
        }
    }
}
