//! What findings advise, the modem at hand can do: they name no command that its family does not have.

use super::hearing::texts;
use super::*;
use crate::vocabulary::{Evidence, Family};

/// Names of commands in a text: `+CIPSHUT` of `AT+CIPSHUT, then …`.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("AT").filter_map(|(at, _)| {
        let word = text.get(at + 2..)?;
        let sign = word.starts_with(['+', '#', '^', '&', '$']);
        let end = word.get(1..)?.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit());
        let word = word.get(..end.map_or(word.len(), |end| end + 1))?;
        let before = text.get(..at).unwrap_or_default();
        (sign && word.len() > 1 && !before.ends_with(|c: char| c.is_ascii_alphanumeric())).then_some(word)
    })
}

fn strange<'a>(text: &'a str, family: &Family) -> Option<&'a str> {
    commands(text).find(|name| family.named(name.as_bytes()).is_none())
}

#[test]
fn no_finding_names_a_command_that_the_modem_does_not_have() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut wrong = Vec::new();
    let mut look =
        |name: &str, text: &[u8]| {
            let found = of_transcript(&Transcript::read(text));
            let telling = &found.dialog().telling;
            if telling.evidence() < Evidence::Commands {
                return;
            }
            let family = telling.family();
            for finding in found.findings() {
                for text in [&finding.cause, &finding.fix] {
                    wrong.extend(strange(text, family).map(|command| {
                        format!("{name}: {} tells a {} of AT{command}: {text}", finding.rule, family.name)
                    }));
                }
            }
        };
    for path in ["logs", "strangers"].iter().flat_map(|folder| texts(&data.join(folder))) {
        look(&path.display().to_string(), &std::fs::read(&path).unwrap());
    }
    for path in texts(&data.join("families")) {
        for dialog in std::fs::read_to_string(&path).unwrap().split("\n== ").skip(1) {
            let (name, lines) = dialog.split_once('\n').unwrap();
            look(&format!("{}: {name}", path.display()), lines.as_bytes());
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
