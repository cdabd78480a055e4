use super::*;
use crate::modem::secrets::SecretFinder;
use proptest::prelude::*;

/// Sends and received bytes of a session, in order.
pub(super) type Script = Vec<(Direction, Vec<u8>)>;

fn of_text(text: &str) -> Script {
    let transcript = Transcript::read(text.trim_start().as_bytes());
    transcript.chunks.into_iter().map(|chunk| (chunk.direction, chunk.bytes)).collect()
}

pub(super) fn show(script: &Script) -> String {
    let line =
        |(direction, bytes): &(Direction, Vec<u8>)| format!("{direction:?} {:?}", String::from_utf8_lossy(bytes));
    script.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn play(script: &Script, timed: bool, split: impl FnMut(&[u8]) -> Vec<Vec<u8>>) -> Diagnoser {
    play_to(Diagnoser::new(), script, timed, split)
}

pub(super) fn play_to(
    mut diagnoser: Diagnoser,
    script: &Script,
    timed: bool,
    mut split: impl FnMut(&[u8]) -> Vec<Vec<u8>>,
) -> Diagnoser {
    let mut finder = SecretFinder::default();
    for (send, (direction, bytes)) in script.iter().enumerate() {
        let at = timed.then(|| Duration::from_millis(700 * send as u64));
        match direction {
            Direction::Tx => diagnoser.sent(bytes, &finder.find(*direction, bytes), send as u64, at),
            Direction::Rx => {
                for part in split(bytes) {
                    diagnoser.received(&part, &finder.find(*direction, &part), at);
                }
            }
        }
    }
    diagnoser.finish();
    diagnoser
}

fn said() -> impl Strategy<Value = Vec<u8>> {
    let lines = [
        "\r\nOK\r\n",
        "\r\nERROR\r\n",
        "\r\n> ",
        "> ",
        "\r\nCONNECT OK\r\n",
        "\r\nCLOSED\r\n",
        "\r\nSEND OK\r\n",
        "\r\nRDY\r\n",
        "\r\n+CFUN: 1\r\n",
        "\r\n+PDP: DEACT\r\n",
        "\r\n+IPD,4:",
        "\r\n+RECEIVE,0,3:\r\n",
        "\r\n+CIPRXGET: 2,3,0\r\n",
        "\r\n+HTTPREAD: 9\r\n",
        "\r\n+HTTPREAD: 26\r\n{\"success\":false,\"a\":\"b\"}\r\nOK\r\n",
        "\r\n+CIPRXGET: 2,26,0\r\nHTTP/1.1 500 Server Error\r\n\r\nOK\r\n",
        "AT\r",
        "AT+CIPSEND\r",
        "AT+CPIN?\r",
        "AT+N?\r",
        "hello\x1A",
        "hello",
        "\r\n+CPIN: SIM PIN\r\n",
        "\r\n+CMGR: 1\r\n",
        "\r\n+CMT: 1\r\n",
        "\r\nCONNECT\r\n",
        "\r\nDOWNLOAD\r\n",
        "\r\n10.1.2.3\r\n",
        "\r\nSHUT OK\r\n",
        "\r\nSMS Ready\r\n",
        "\r",
        "\n",
        "0\r",
        "\r\nUNDER-VOLTAGE WARNNING\r\n",
    ];
    prop_oneof![
        4 => proptest::sample::select(lines.to_vec()).prop_map(|line| line.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

fn typed() -> impl Strategy<Value = Vec<u8>> {
    let lines = [
        "AT\r",
        "AT\r\n",
        "AT",
        "ATE0\r",
        "AT+CIPSEND\r",
        "AT+CIPSEND=5\r",
        "AT+CIPSTART=\"TCP\",\"a\",1\r",
        "AT+CPIN?\r",
        "AT+CIICR\r",
        "AT+CIPCLOSE\r",
        "AT+CIPMUX=1\r",
        "AT+CMGS=\"1\"\r",
        "AT+HTTPDATA=5,1000\r",
        "AT+CMGR=1\r",
        "AT+CIPMODE=1\r",
        "+++",
        "A/",
        "hello",
        "hello\r\n",
        "1A",
        "26",
        "\x1A",
        "\x1B",
        "\x1A\r\n",
        "AT+CIFSR;E0\r",
        "AT+CSCLK=2\r",
        "ATV0\r",
        "AT+CFUN=1,1\r",
        "ab\x1Acd",
        "AT\\r\\n",
    ];
    prop_oneof![
        4 => proptest::sample::select(lines.to_vec()).prop_map(|line| line.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

pub(super) fn script() -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        said().prop_map(|bytes| (Direction::Rx, bytes)),
        said().prop_map(|bytes| (Direction::Rx, bytes)),
        typed().prop_map(|bytes| (Direction::Tx, bytes)),
    ];
    proptest::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn chunk_law(script in script(), timed in any::<bool>(), size in 1..5_usize) {
        let whole = play(&script, timed, |bytes| vec![bytes.to_vec()]);
        let split = play(&script, timed, |bytes| bytes.chunks(size).map(<[u8]>::to_vec).collect());
        prop_assert!(whole.findings() == split.findings(), "{}: {:#?} {:#?}", show(&script), whole.findings(), split.findings());
        prop_assert!(whole.strip() == split.strip(), "{}: {:?} {:?}", show(&script), whole.strip(), split.strip());
    }

    #[test]
    fn findings_are_in_order_and_bounded(script in script(), times in 1..20_usize) {
        let script: Script = std::iter::repeat_n(script, times).flatten().collect();
        let diagnoser = play(&script, true, |bytes| vec![bytes.to_vec()]);
        prop_assert!(diagnoser.findings().len() <= 200);
        let (sent, received) = (diagnoser.dialog().sending.total(), diagnoser.dialog().receiving.total());
        for finding in diagnoser.findings() {
            prop_assert!(!finding.evidence.is_empty());
            for evidence in &finding.evidence {
                let total = if evidence.direction == Direction::Tx { sent } else { received };
                prop_assert!(evidence.range.start < evidence.range.end && evidence.range.end <= total, "{:?} of {}\n{}", finding, total, show(&script));
            }
        }
    }
}

#[test]
fn all_offsets_count_all_bytes() {
    let script = of_text(super::healthy::LONG);
    let count = |direction| {
        script.iter().filter(|(found, _)| *found == direction).map(|(_, bytes)| bytes.len() as u64).sum::<u64>()
    };
    let diagnoser = play(&script, true, |bytes| vec![bytes.to_vec()]);
    assert_eq!(diagnoser.dialog().sending.total(), count(Direction::Tx));
    assert_eq!(diagnoser.dialog().receiving.total(), count(Direction::Rx));
}

#[test]
fn the_healthy_session_is_healthy_in_any_split() {
    let script = of_text(super::healthy::LONG);
    for size in [1, 2, 3, 7, 64] {
        let diagnoser = play(&script, false, |bytes| bytes.chunks(size).map(<[u8]>::to_vec).collect());
        assert_eq!(rules(&diagnoser), "");
    }
}
