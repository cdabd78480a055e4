//! Dialogs of each family, healthy and faulty: `tests/data/families`. What is found, and which family is told.

use super::{Transcript, of_transcript, rules};

const FILES: [(&str, &str); 10] = [
    ("3gpp", include_str!("../../../../tests/data/families/3gpp.txt")),
    ("sim800", include_str!("../../../../tests/data/families/sim800.txt")),
    ("sim7600", include_str!("../../../../tests/data/families/sim7600.txt")),
    ("sim7080", include_str!("../../../../tests/data/families/sim7080.txt")),
    ("sim7000", include_str!("../../../../tests/data/families/sim7000.txt")),
    ("quectel", include_str!("../../../../tests/data/families/quectel.txt")),
    ("esp-at", include_str!("../../../../tests/data/families/esp-at.txt")),
    ("a6", include_str!("../../../../tests/data/families/a6.txt")),
    ("ublox", include_str!("../../../../tests/data/families/ublox.txt")),
    ("telit", include_str!("../../../../tests/data/families/telit.txt")),
];

#[test]
fn the_rules_hear_what_each_family_means() {
    let mut wrong = Vec::new();
    for (family, text) in FILES {
        let dialogs: Vec<&str> = text.split("\n== ").skip(1).collect();
        assert!(dialogs.len() >= 10, "{family}: {}", dialogs.len());
        for dialog in dialogs {
            let (head, lines) = dialog.split_once('\n').unwrap();
            let (name, expect) = head.split_once(':').unwrap();
            let found = of_transcript(&Transcript::read(lines.as_bytes()));
            let rules = rules(&found);
            if rules != expect.trim() {
                wrong.push(format!("{family}, {name}: {rules:?} for {:?}\n{:#?}", expect.trim(), found.findings()));
            }
            let told = found.dialog().telling.family().name;
            if told != family && !name.contains("SIM800") {
                wrong.push(format!("{family}, {name}: told as {told}"));
            }
            // No finding speaks of a command that this modem does not have.
            for finding in found.findings().iter().filter(|_| !name.contains("SIM800")) {
                let words = format!("{} {} {}", finding.title, finding.cause, finding.fix);
                for stranger in ["CIPSTART", "CIICR", "CIPSHUT", "CSTT", "CONNECT OK"] {
                    let known = ["sim800", "sim7000"].contains(&family)
                        || ["esp-at", "a6"].contains(&family) && stranger == "CIPSTART"
                        || family == "a6" && stranger != "CIICR";
                    if words.contains(stranger) && !known {
                        wrong.push(format!("{family}, {name}: {stranger} in {words}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
