//! Every command of the catalogue, in each of its forms: answered, with a result a host can cut apart, and never stuck.

use modemscope::vocabulary::sim800;

use super::scene::Scene;

/// Not on a SIM800L: it answers as any module does to a command it does not have.
const ABSENT: [&str; 17] = [
    "AT+BTCONNECT",
    "AT+BTHOST",
    "AT+BTPAIR",
    "AT+BTPOWER",
    "AT+BTSCAN",
    "AT+BTSTATUS",
    "AT+CGNSCMD",
    "AT+CGNSINF",
    "AT+CGNSPWR",
    "AT+CGNSSEQ",
    "AT+CGNSTST",
    "AT+CGNSURC",
    "AT+CGPSINF",
    "AT+CGPSOUT",
    "AT+CGPSPWR",
    "AT+CGPSRST",
    "AT+CGPSSTATUS",
];

/// Whole lines of a result: a word, an error, or what has no result of its own.
fn is_result(line: &str) -> bool {
    matches!(line, "OK" | "ERROR" | "CONNECT" | "NO CARRIER" | "SHUT OK" | "NORMAL POWER DOWN" | "DOWNLOAD")
        || line.starts_with("+CME ERROR: ")
        || line.starts_with("+CMS ERROR: ")
        || line.starts_with('>')
}

/// The last line of what was heard.
fn last(heard: &[u8]) -> String {
    String::from_utf8_lossy(heard).trim_end_matches(['\r', '\n']).rsplit('\n').next().unwrap_or_default().to_owned()
}

/// A modem that was asked one line, echo off and errors as numbers.
fn asked(line: &str) -> Scene {
    let mut scene = Scene::new(&["fast"], 1);
    scene.command("ATE0;+CMEE=1\r");
    scene.say(format!("{line}\r").as_bytes(), 30, &[]);
    scene
}

#[test]
fn every_command_is_known_and_answers_each_form() {
    let mut wrong = Vec::new();
    for entry in sim800().commands() {
        // These two are no lines that end in CR.
        if matches!(entry.name, "A/" | "+++") {
            continue;
        }
        let plus = entry.name.starts_with("AT+");
        let forms: &[&str] = if plus { &["=?", "?", "", "=", "=1", "=99999", "=\"x"] } else { &[""] };
        for form in forms {
            let line = format!("{}{form}", entry.name);
            let scene = asked(&line);
            let last = last(&scene.heard);
            let unknown = last == "+CME ERROR: 601";
            // These have their own last words.
            let own = last.starts_with("STATE: ") || last == "+CNTP: 61" || (line == "ATV" && last == "0");
            let good = match *form {
                "=\"x" => last == "+CME ERROR: 603",
                _ if ABSENT.contains(&entry.name) => unknown,
                "=?" => !unknown && !last.contains("ERROR") && is_result(&last),
                _ => !unknown && (is_result(&last) || own),
            };
            if !good {
                wrong.push(format!("{line}: {:?}", String::from_utf8_lossy(&scene.heard)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
