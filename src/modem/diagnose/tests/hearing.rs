//! Rules hear only what is about their topics, and when it can mean something to them. That saves time, and nothing else.

use super::laws::{Script, play_to, script, show};
use super::*;
use proptest::prelude::*;

/// A diagnoser of the same log whose rules hear of all topics, at any moment.
fn all_ears(mut diagnoser: Diagnoser) -> Diagnoser {
    diagnoser.rules.all_ears = true;
    diagnoser
}

/// All texts in a folder, and in those within it.
pub(super) fn texts(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { texts(&path) } else { vec![path] }).collect()
}

#[test]
fn what_rules_do_not_listen_to_changes_nothing_in_any_log() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let folders = ["logs", "strangers", "families", "transcripts"].map(|name| data.join(name));
    let mut logs = 0;
    for path in folders.iter().flat_map(|folder| texts(folder)) {
        let transcript = Transcript::read(&std::fs::read(&path).unwrap());
        let few = heard_to_its_end(Diagnoser::of_log(&transcript), &transcript);
        let all = heard_to_its_end(all_ears(Diagnoser::of_log(&transcript)), &transcript);
        assert_eq!(few.findings(), all.findings(), "{}", path.display());
        logs += 1;
    }
    assert!(logs > 300, "{logs} logs");
}

fn whole(bytes: &[u8]) -> Vec<Vec<u8>> {
    vec![bytes.to_vec()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nor_in_any_session(script in script(), timed in any::<bool>()) {
        let script: Script = script;
        let few = play_to(Diagnoser::new(), &script, timed, whole);
        let all = play_to(all_ears(Diagnoser::new()), &script, timed, whole);
        prop_assert!(few.findings() == all.findings(), "{}: {:#?} {:#?}", show(&script), few.findings(), all.findings());
    }
}

#[test]
fn an_answer_behind_no_carrier_counts_whatever_was_asked() {
    let script: Script = [
        (Direction::Tx, "AT\r"),
        (Direction::Rx, "AT\r0\r"),
        (Direction::Tx, "AT+CIMI\rAT\r"),
        (Direction::Rx, "3\r"),
        (Direction::Rx, "OK\r"),
    ]
    .map(|(direction, text)| (direction, text.as_bytes().to_vec()))
    .to_vec();
    let few = play_to(Diagnoser::new(), &script, false, whole);
    let all = play_to(all_ears(Diagnoser::new()), &script, false, whole);
    assert_eq!(few.findings(), all.findings());
    assert!(few.findings().iter().all(|finding| finding.rule != "call-failed"), "{:#?}", few.findings());
}

#[test]
fn numbers_that_were_asked_for_beside_a_repeated_command() {
    for script in [["AT", "A/", "ATV0\r"], ["AT\r", "A/ATV0\r", "AT\r"], ["ATV0\r", "A/", "AT\r"]] {
        let mut script: Script = script.map(|text| (Direction::Tx, text.as_bytes().to_vec())).to_vec();
        script.extend((0..4).map(|_| (Direction::Rx, b"0\r".to_vec())));
        let few = play_to(Diagnoser::new(), &script, false, whole);
        let all = play_to(all_ears(Diagnoser::new()), &script, false, whole);
        assert_eq!(few.findings(), all.findings(), "{}", show(&script));
    }
}
