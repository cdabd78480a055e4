//! Laws: any bytes in, no panic and bounded output; how they were split changes nothing.

use proptest::prelude::*;

use super::*;

/// What is heard when these bytes come in these pieces at one moment, and in the minute after it.
fn heard(bytes: &[u8], cut: usize, open: bool) -> Vec<u8> {
    let mut bench = Bench::ready(Profile::default());
    if open {
        bench.say("ATE0;+CIPSTART=\"TCP\",\"h\",9\r");
    }
    let (left, right) = bytes.split_at(cut.min(bytes.len()));
    bench.modem.handle_input(Input::Uart(left), bench.now);
    bench.modem.handle_input(Input::Uart(right), bench.now);
    bench.wait(60_000).into_bytes()
}

/// Something like what hosts type: commands, pieces of them, data, control characters.
fn typed() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"AT".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\x1a".to_vec()),
        Just(b"AT+CIPSEND\r".to_vec()),
        Just(b"AT+CIPSEND=3\r\n".to_vec()),
        Just(b"AT+CMGF=1;+CMGS=\"1\"\r".to_vec()),
        Just(b"AT+CIPCLOSE;+CIPSHUT\r".to_vec()),
        Just(b"AT+CFUN=1,1\r".to_vec()),
        Just(b"AT+HTTPINIT;+HTTPDATA=4,1000\r".to_vec()),
        Just(b"AT+FSCREATE=a;+FSWRITE=a,0,3,1\r".to_vec()),
        Just(b"A/".to_vec()),
        Just(b"ATD1;\r".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..20),
        "(AT|;)[+][A-Z]{3,8}(=[0-9,\"]{0,6}|\\?|=\\?)?\r?".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn how_bytes_were_split_changes_nothing(bytes in typed(), cut in 0_usize..200, open in any::<bool>()) {
        prop_assert_eq!(heard(&bytes, 0, open), heard(&bytes, cut, open));
    }

    #[test]
    fn any_bytes_give_bounded_output(bytes in proptest::collection::vec(any::<u8>(), 0..2000), open in any::<bool>()) {
        // Escaped output: at most four characters a byte, and an answer to each short line.
        prop_assert!(heard(&bytes, 0, open).len() < 100_000);
    }
}

#[test]
fn every_command_answers_every_form() {
    for (model, least) in [(Model::Sim800l, 240), (Model::Sim7600, 175)] {
        let mut names = all_names(model);
        names.retain(|name| name.starts_with('+') && !matches!(*name, "+CPOWD" | "+CPOF"));
        assert!(names.len() > least, "{model:?}: {}", names.len());
        for name in names {
            answers_every_form(model, name);
        }
    }
}

/// The commands of a model's parts and the settings it has.
fn all_names(model: Model) -> Vec<&'static str> {
    let profile = Profile::of(model);
    let parts = models::of(&profile);
    let settings = settings::names().filter(|name| model.has_setting(name));
    parts.each().flat_map(part::Part::names).chain(settings).collect()
}

#[test]
fn every_command_stands_once_and_in_capitals() {
    for model in [Model::Sim800l, Model::Sim7600] {
        let profile = Profile::of(model);
        let mut names: Vec<_> = models::of(&profile).each().flat_map(part::Part::names).collect();
        assert!(names.iter().all(|name| *name == name.to_ascii_uppercase()));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{model:?}");
    }
}

fn answers_every_form(model: Model, name: &str) {
    for form in ["", "?", "=?", "=1", "=", "=1,1,\"x\",9", "=\"a\",\"b\""] {
        let mut bench = Bench::ready(Profile { speed: 100.0, ..Profile::of(model) });
        bench.say("ATE0\r");
        let answer = bench.say(format!("AT{name}{form}\r"));
        assert!(!answer.is_empty(), "AT{name}{form} is not answered");
        bench.say("\x1a\r");
        bench.wait(130_000);
        let answer = bench.say("AT\r");
        assert!(answer.contains(r"OK\r\n"), "AT{name}{form} leaves it stuck: {answer}");
    }
}

#[test]
fn a_host_that_never_reads_stops_the_sockets() {
    let mut modem = Modem::new(Profile::default(), 1);
    modem.handle_input(Input::Tick, Duration::from_secs(10));
    modem.handle_input(Input::Uart(b"AT+CIPSTART=\"TCP\",\"h\",9\r"), Duration::from_secs(10));
    modem.handle_input(Input::Tick, Duration::from_secs(20));
    let opened = std::iter::from_fn(|| modem.poll_output()).any(|output| matches!(output, Output::Open { .. }));
    assert!(opened);
    let connected = SocketEvent::Connected { peer: ([192, 0, 2, 7], 9).into() };
    modem.handle_input(Input::Socket(SocketId(1), connected), Duration::from_secs(20));
    modem.handle_input(Input::Tick, Duration::from_secs(30));
    let mut taken = 0;
    while modem.wants(SocketId(1)) > 0 && taken < 1_000_000 {
        let room = modem.wants(SocketId(1));
        modem.handle_input(Input::Socket(SocketId(1), SocketEvent::Received(&vec![0; room])), Duration::from_secs(31));
        taken += room;
    }
    assert!(taken < 64 * 1024, "{taken}");
}
