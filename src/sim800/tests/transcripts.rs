//! Sessions with real modules, typed again: the simulator answers byte for byte.
//!
//! `<N>` in a transcript stands for digits and dots that differ (addresses).

use super::*;

/// One step: what was typed, what must be heard.
fn steps(text: &str) -> Vec<(Vec<u8>, String)> {
    let mut list: Vec<(Vec<u8>, String)> = Vec::new();
    for line in text.lines() {
        if let Some(typed) = line.strip_prefix("> ") {
            list.push((bytes(typed), String::new()));
        } else if let Some(heard) = line.strip_prefix("< ") {
            let step = list.last_mut().expect("a transcript begins with what was typed");
            step.1.push_str(heard);
        }
    }
    list
}

/// `\r \n \xHH` as bytes.
fn bytes(text: &str) -> Vec<u8> {
    let mut list = Vec::new();
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return list,
            [b'\\', b'r', after @ ..] => {
                list.push(b'\r');
                after
            }
            [b'\\', b'n', after @ ..] => {
                list.push(b'\n');
                after
            }
            [b'\\', b'x', high, low, after @ ..] => {
                list.extend(hex::decode([*high, *low]).unwrap());
                after
            }
            [byte, after @ ..] => {
                list.push(*byte);
                after
            }
        };
    }
}

/// Equal but for `<N>`.
fn matches(heard: &str, wanted: &str) -> bool {
    let mut rest = heard;
    for (index, part) in wanted.split("<N>").enumerate() {
        if index > 0 {
            rest = rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
        }
        let Some(after) = rest.strip_prefix(part) else { return false };
        rest = after;
    }
    rest.is_empty()
}

fn replay(text: &str, profile: Profile) -> Bench {
    let mut bench = Bench::ready(profile);
    for (typed, wanted) in steps(text) {
        let heard = bench.say(&typed);
        assert!(matches(&heard, &wanted), "typed  {}\nheard  {heard}\nwanted {wanted}", typed.escape_ascii());
    }
    bench
}

#[test]
fn http_by_hand() {
    let text = include_str!("../../../tests/data/transcripts/01-cipsend-http-get.txt");
    let mut bench = replay(text, Profile::default());
    assert_eq!(bench.sent(), b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"HTTP/1.0 302 Found\r\n")), r"HTTP/1.0 302 Found\r\n");
}

#[test]
fn gprs_bring_up() {
    replay(include_str!("../../../tests/data/transcripts/02-gprs-bringup.txt"), Profile::default());
}

#[test]
fn the_registration_urc_of_the_bring_up() {
    // In the session the URC came after the OK of `at+creg=1`, because the module had just been restarted.
    let mut bench = Bench::ready(Profile::default());
    bench.modem.handle_input(Input::Uart(b"at+cfun=1,1\r\n"), bench.now);
    bench.wait(1500);
    let heard = bench.say("at+creg=1\r\n");
    assert!(heard.starts_with(r"at+creg=1\r\r\nOK\r\n\r\n"), "{heard}");
    assert!(heard.contains(r"\r\n+CREG: 2\r\n") || heard.contains(r"\r\n+CREG: 1\r\n"), "{heard}");
}

#[test]
fn an_sms_with_a_line_end_in_its_body() {
    let text = include_str!("../../../tests/data/transcripts/03-cmgs-text.txt");
    replay(text, Profile { message_reference: 54, ..Profile::default() });
}

#[test]
fn an_sms_as_pdu() {
    let text = include_str!("../../../tests/data/transcripts/04-cmgs-pdu.txt");
    replay(text, Profile { message_reference: 81, ..Profile::default() });
}

#[test]
fn several_connections_with_line_feeds_only() {
    let text = include_str!("../../../tests/data/transcripts/06-cipmux-udp.txt");
    replay(text, Profile { csq: 31, ..Profile::default() });
}

#[test]
fn http_by_a_script_that_sends_data_and_terminator_at_once() {
    let text = include_str!("../../../tests/data/transcripts/09-cipsend-crlf.txt");
    replay(text, Profile::default());
}

#[test]
fn mux_is_refused_until_shut() {
    let text = include_str!("../../../tests/data/transcripts/13-cipmux-until-cipshut.txt");
    let mut bench = Bench::ready(Profile { csq: 14, ..Profile::default() });
    bench.say("AT+CSTT=\"x\"\r");
    for (typed, wanted) in steps(text) {
        assert_eq!(bench.say(&typed), wanted);
    }
}
