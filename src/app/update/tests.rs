//! What commands do to the state, and the effects that they name.

use std::sync::Arc;

use super::*;
use crate::app::Adapter;
use crate::app::command::{Capture, Check, Line, Port, Setting};
use crate::app::settings;
use crate::link::discovery::PortInfo;
use crate::link::share::Place;
use crate::link::{LineSettings, LinkSpec};
use crate::macros::runner::Values;
use crate::macros::{Ask, Macro, Step};
use crate::modem::passthrough::Way;
use crate::worker::{CheckProgress, Phase, Status};

fn connected() -> State {
    let mut state = State { port: Some("sim:".to_owned()), ..State::default() };
    state.status = Arc::new(Status { phase: Phase::Open { kept: None }, ..Status::default() });
    state
}

#[test]
fn nothing_is_sent_without_a_port_and_the_user_is_told() {
    let mut state = State::default();
    assert!(update(&mut state, Line::Send(b"AT\r".to_vec())).is_empty());
    assert!(state.messages[0].text.contains("Connect first"));
    let effects = update(&mut connected(), Line::Send(b"AT\r".to_vec()));
    assert!(matches!(&effects[..], [Effect::Order(Order::Send(bytes))] if bytes == b"AT\r"), "{effects:?}");
}

#[test]
fn a_bad_port_name_is_said_and_nothing_is_opened() {
    let mut state = State::default();
    assert!(update(&mut state, Port::Connect).is_empty());
    update(&mut state, Port::Pick("gopher://x".to_owned()));
    assert!(update(&mut state, Port::Connect).is_empty());
    assert_eq!(state.messages.len(), 2);
    assert_eq!(state.port, None);
}

#[test]
fn a_device_gets_its_own_line_settings_back_wherever_it_is_plugged_in() {
    let mut state = State::default();
    let nano = |path: &str| PortInfo {
        path: path.to_owned(),
        usb_id: Some((0x1a86, 0x7523)),
        serial_number: None,
        ..PortInfo::default()
    };
    state.ports = vec![nano("/dev/ttyUSB0")];
    update(&mut state, Port::Pick("/dev/ttyUSB0".to_owned()));
    update(&mut state, Port::SetLine(LineSettings { baud: 57_600, ..LineSettings::default() }));
    update(&mut state, Port::Pick("/dev/ttyS0".to_owned()));
    update(&mut state, Port::SetLine(LineSettings { baud: 300, ..LineSettings::default() }));
    state.ports = vec![nano("/dev/ttyUSB7")];
    update(&mut state, Port::Pick("/dev/ttyUSB7".to_owned()));
    assert_eq!(state.line.baud, 57_600);
}

#[test]
fn line_settings_change_the_open_port_at_once() {
    let mut state = connected();
    let line = LineSettings { baud: 115_200, ..LineSettings::default() };
    let effects = update(&mut state, Port::SetLine(line));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Reconfigure(to) if *to == line)), "{effects:?}");
}

#[test]
fn a_passthrough_check_has_the_line_for_itself() {
    let mut state = connected();
    let effects = update(&mut state, Line::Check(Check::Start(Way::Echo)));
    assert!(matches!(&effects[..], [Effect::Order(Order::Check(Way::Echo))]), "{effects:?}");
    let check = Some(Arc::new(CheckProgress::default()));
    state.status = Arc::new(Status { check, ..(*state.status).clone() });
    for command in [Line::Send(b"AT\r".to_vec()), Line::ScanBaud, Line::Check(Check::Start(Way::Jumper))] {
        assert!(update(&mut state, command.clone()).is_empty(), "{command:?}");
    }
    assert!(state.messages[0].text.contains("the passthrough check has the line"));
    state.status = Arc::default();
    assert!(update(&mut state, Line::Check(Check::Start(Way::Echo))).is_empty());
    assert!(state.messages.last().is_some_and(|said| said.text.contains("Connect first")));
}

#[test]
fn values_are_remembered_and_secrets_are_not() {
    let mut state = connected();
    let ask = |secret| Ask { default: String::new(), secret };
    state.book.macros.push(Macro {
        name: "m".to_owned(),
        ask: vec![("text".to_owned(), ask(false)), ("pin".to_owned(), ask(true))],
        ..Macro::default()
    });
    let values = Values::from([("text".to_owned(), "hello".to_owned()), ("pin".to_owned(), "1234".to_owned())]);
    let effects = update(&mut state, Line::RunMacro { index: 0, values, rounds: None });
    assert!(matches!(&effects[..], [Effect::Order(Order::RunMacro(..)), Effect::Save]), "{effects:?}");
    assert_eq!(state.settings.values.get("text").map(String::as_str), Some("hello"));
    assert_eq!(state.settings.values.get("pin"), None);
    assert!(update(&mut state, Line::RunMacro { index: 7, values: Values::new(), rounds: None }).is_empty());
}

/// Macros of other people do not always say what is secret.
#[test]
fn what_is_a_secret_by_its_name_or_place_is_not_remembered() {
    let mut state = connected();
    let ask = |name: &str| (name.to_owned(), Ask::default());
    let step = |send: &str| Step { send: Some(send.to_owned()), ..Step::default() };
    state.book.macros.push(Macro {
        name: "m".to_owned(),
        ask: ["code", "apn", "wifi_password", "text"].map(ask).to_vec(),
        steps: vec![step(r"AT+CPIN=${code}\r"), step(r#"AT+CSTT="${apn}"\r"#), step("${text} ${wifi_password}")],
        ..Macro::default()
    });
    let value = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let given = [("code", "4711"), ("apn", "internet"), ("wifi_password", "geheim"), ("text", "hello")];
    update(&mut state, Line::RunMacro { index: 0, values: Values::from(given.map(value)), rounds: None });
    assert_eq!(state.settings.values, Values::from([given[1], given[3]].map(value)));
}

#[test]
fn the_users_choice_among_two_devices_is_opened() {
    let mut state = connected();
    for chosen in ["/dev/ttyUSB2", "tap:/dev/ttyUSB2,/dev/ttyUSB1"] {
        let spec: LinkSpec = chosen.parse().unwrap();
        let effects = update(&mut state, Port::TakeBackAs(spec.clone()));
        assert!(
            matches!(&effects[..], [Effect::Order(Order::TakeBack(Some(port))), Effect::Save] if *port == spec),
            "{effects:?}"
        );
        assert_eq!((state.port.as_deref(), state.settings.port.as_str()), (Some(chosen), chosen));
    }
}

/// A lost line of a tap, or a device, that was found again by what it is: next time it is opened where it is now.
#[test]
fn a_device_that_came_back_under_another_number_is_remembered_by_it() {
    for (before, now, picked) in [
        ("tap:/dev/ttyUSB0,/dev/ttyUSB1", "tap:/dev/ttyUSB2,/dev/ttyUSB1", None),
        ("/dev/ttyUSB0", "/dev/ttyUSB2", None),
        ("/dev/ttyUSB0", "/dev/ttyUSB2", Some("sim:")),
    ] {
        let mut state = connected();
        state.port = Some(before.to_owned());
        state.settings.port = picked.unwrap_or(before).to_owned();
        state.settings.line.insert(before.to_owned(), settings::Line::new(&state.line, Adapter::Nano));
        let open = |place: &str| Status { place: place.to_owned(), ..(*connected().status).clone() };
        state.status = Arc::new(open(before));
        assert!(follow_name(&mut state).is_empty());
        state.status = Arc::new(open(now));
        assert!(matches!(&follow_name(&mut state)[..], [Effect::Save]));
        assert_eq!((state.port.as_deref(), state.settings.port.as_str()), (Some(now), picked.unwrap_or(now)));
        assert_eq!(state.settings.line.keys().collect::<Vec<_>>(), [now], "none is listed under its old name");
        assert!(follow_name(&mut state).is_empty(), "once");
    }
}

#[test]
fn an_unknown_device_is_no_board_until_the_user_says_so() {
    let mut state = State::default();
    update(&mut state, Port::Pick("/dev/ttyUSB0".to_owned()));
    update(&mut state, Port::SetAdapter(Adapter::Nano));
    let fast = LineSettings { baud: 115_200, ..state.line };
    update(&mut state, Port::SetLine(fast));
    update(&mut state, Port::Pick("sim:".to_owned()));
    let line = LineSettings { baud: 115_200, ..LineSettings::default() };
    assert_eq!((state.adapter, state.line), (Adapter::UsbTtl, line));
    update(&mut state, Port::Pick("/dev/ttyUSB0".to_owned()));
    assert_eq!((state.adapter, state.line.keep_lines), (Adapter::Nano, true));
}

#[test]
fn the_port_is_lent_with_the_focus_only_where_the_user_wants_it_and_never_in_the_middle_of_something() {
    let released = |effects: &[Effect]| matches!(effects, [Effect::Order(Order::Release)]);
    let mut simulated = connected();
    update(&mut simulated, Setting::LendOnFocus(true));
    assert!(update(&mut simulated, Port::Focus(false)).is_empty(), "no other program can have it");
    let mut state = State { port: Some("/dev/ttyUSB0".to_owned()), ..connected() };
    assert!(update(&mut state, Port::Focus(false)).is_empty(), "not wanted");
    update(&mut state, Setting::LendOnFocus(true));
    state.tools.choosing = true;
    assert!(update(&mut state, Port::Focus(false)).is_empty(), "the file dialog has the focus");
    state.tools.choosing = false;
    let busy = Status { sending: Some(crate::worker::SendProgress::default()), ..(*state.status).clone() };
    let idle = std::mem::replace(&mut state.status, Arc::new(busy));
    assert!(update(&mut state, Port::Focus(false)).is_empty(), "bytes are being sent");
    state.status = idle;
    assert!(released(&update(&mut state, Port::Focus(false))));
    state.status = Arc::new(Status { phase: Phase::Released, ..Status::default() });
    let effects = update(&mut state, Port::Focus(true));
    assert!(matches!(&effects[..], [Effect::Order(Order::TakeBack(None))]), "{effects:?}");
    // Lent by hand, it comes back by hand.
    state = State { port: Some("/dev/ttyUSB0".to_owned()), ..connected() };
    state.settings.lend_on_focus = true;
    assert!(released(&update(&mut state, Port::Lend)));
    state.status = Arc::new(Status { phase: Phase::Released, ..Status::default() });
    assert!(update(&mut state, Port::Focus(false)).is_empty());
    assert!(update(&mut state, Port::Focus(true)).is_empty());
}

#[test]
fn the_port_is_shared_where_the_settings_say() {
    let mut state = connected();
    let effects = update(&mut state, Port::StartSharing);
    let place = Place::Tcp("127.0.0.1:4000".parse().unwrap());
    assert!(matches!(&effects[..], [Effect::Order(Order::Share(at))] if *at == place), "{effects:?}");
    state.settings.share.address = "nowhere".to_owned();
    assert!(update(&mut state, Port::StartSharing).is_empty());
    assert!(state.messages[0].text.contains("127.0.0.1:4000"));
}

#[test]
fn another_port_can_be_picked_while_one_is_open_and_leaves_its_line_alone() {
    let mut state = connected();
    state.settings.port = "sim:".to_owned();
    let line = settings::Line::new(&LineSettings { baud: 57_600, ..LineSettings::default() }, Adapter::Nano);
    state.settings.line.insert("/dev/ttyUSB0".to_owned(), line);
    update(&mut state, Port::Pick("/dev/ttyUSB0".to_owned()));
    assert_eq!((state.line.baud, state.adapter), (9600, Adapter::UsbTtl), "what is shown is the open port's");
    let effects = update(&mut state, Port::Connect);
    assert!(
        matches!(&effects[..], [Effect::Open { line, adapter: Adapter::Nano, .. }, Effect::Save] if line.baud == 57_600),
        "{effects:?}"
    );
}

#[test]
fn what_is_sent_while_a_file_is_shown_is_seen() {
    let mut state = connected();
    state.file =
        Some(crate::app::state::OpenFile { path: Some("old.pcapng".into()), findings: None, reading: String::new() });
    let effects = update(&mut state, Line::Send(b"AT\r".to_vec()));
    assert!(matches!(&effects[..], [Effect::Order(_), Effect::Capture(Capture::ShowPort)]), "{effects:?}");
    let effects = update(&mut state, Line::CancelSend);
    assert!(matches!(&effects[..], [Effect::Order(_)]), "only what writes: {effects:?}");
}

#[test]
fn the_family_of_a_modem_is_remembered_for_its_device() {
    let mut state = State::default();
    update(&mut state, Port::Pick("/dev/one".to_owned()));
    let sim7600 = crate::vocabulary::family("sim7600");
    assert_eq!(update(&mut state, Port::SetModem(sim7600)).len(), 1, "it is only remembered while nothing is open");
    update(&mut state, Port::Pick("/dev/two".to_owned()));
    assert_eq!(state.modem, None);
    update(&mut state, Port::Pick("/dev/one".to_owned()));
    assert_eq!(state.modem, sim7600);
    let effects = update(&mut state, Port::Connect);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Order(Order::Modem(Some(family))) if family.name == "sim7600"))
    );
    update(&mut state, Port::SetModem(None));
    assert!(state.settings.modem.is_empty());
}

#[test]
fn what_is_typed_where_a_password_is_asked_for_is_not_remembered() {
    let typed = || Line::SendTyped { text: "hunter2".to_owned(), bytes: b"hunter2\r".to_vec() };
    let rounds = crate::session::Rounds { times: Some(2), every: std::time::Duration::ZERO };
    let repeated = || Line::Repeat { text: "hunter2".to_owned(), bytes: b"hunter2\r".to_vec(), rounds };
    for (asked, remembered) in [(true, 0), (false, 1)] {
        for command in [typed(), repeated()] {
            let mut state = connected();
            let mut status = (*state.status).clone();
            status.password = asked;
            state.status = Arc::new(status);
            update(&mut state, command);
            assert_eq!(state.settings.history.len(), remembered, "asked: {asked}");
        }
    }
}

#[test]
fn a_bare_pin_in_parts_is_not_remembered_while_the_sim_waits_for_it() {
    let typed = |text: &str, end: &str| {
        Command::from(Line::SendTyped { text: text.to_owned(), bytes: format!("{text}{end}").into_bytes() })
    };
    for (waits, kept) in [(true, &["AT+CSQ"][..]), (false, &["47", "11", "AT+CSQ"])] {
        let mut state = connected();
        state.status = Arc::new(Status { pin: waits, ..(*state.status).clone() });
        for (text, end) in [("47", ""), ("11", "\r"), ("AT+CSQ", "\r")] {
            update(&mut state, typed(text, end));
        }
        assert_eq!(state.settings.history, kept, "waits: {waits}");
    }
}

/// Each part alone is harmless; the history is told apart by what they are on the line.
#[test]
fn a_secret_that_is_sent_in_parts_is_in_no_part_of_the_history() {
    let typed = |text: &str, end: &str| {
        Command::from(Line::SendTyped { text: text.to_owned(), bytes: format!("{text}{end}").into_bytes() })
    };
    for (parts, kept) in [
        (&[("AT+CPI", ""), ("N=\"4711\"", "\r"), ("AT", "\r")][..], &["AT+CPI", "AT"][..]),
        (&[("AT+CSTT=\"net\",\"me\"", ""), (",\"geheim\"", "\r")], &["AT+CSTT=\"net\",\"me\""]),
        (&[("AT+CPIN=4", ""), ("711", "\r")], &[]),
        (&[("AT+CSTT=", "\r"), ("\"net\",\"me\",\"geheim\"", "\r")], &["AT+CSTT="]),
        (&[("AT+CPI", "\r"), ("N=11", "\r")], &["AT+CPI", "N=11"]),
    ] {
        let mut state = connected();
        for (text, end) in parts {
            update(&mut state, typed(text, end));
        }
        assert_eq!(state.settings.history, kept, "{parts:?}");
        state.settings.port = "sim:".to_owned();
        update(&mut state, Port::Connect);
        update(&mut state, typed("4711 it is", "\r"));
        assert!(state.settings.history.iter().any(|line| line == "4711 it is"), "another link, another line");
    }
    let mut state = connected();
    update(&mut state, Line::SendLines(vec![b"AT\r".repeat(100_000), b"AT+CPI".to_vec()], None));
    update(&mut state, typed("N=\"4711\"", "\r"));
    assert_eq!(state.settings.history, Vec::<String>::new(), "behind pasted lines");
}
