//! Stories on virtual time: a modem, a network that always answers, and the bytes of both.

use super::profile::Junk;
use super::*;

/// A modem on a bench: its sockets connect at once and take all, time passes only here.
pub(super) struct Bench {
    pub(super) modem: Modem,
    pub(super) now: Duration,
    /// What the modem did besides its bytes.
    pub(super) did: Vec<Output>,
}

impl Bench {
    /// Just switched on.
    pub(super) fn new(profile: Profile) -> Self {
        Self { modem: Modem::new(profile, 1), now: Duration::ZERO, did: Vec::new() }
    }

    /// Booted and registered, boot lines read.
    pub(super) fn ready(profile: Profile) -> Self {
        let mut bench = Self::new(profile);
        bench.wait(8000);
        bench
    }

    fn drain(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        while let Some(output) = self.modem.poll_output() {
            if let Output::Uart(bytes) = output {
                heard.extend(bytes);
                continue;
            }
            let event = match &output {
                Output::Open { id, secure: Some(_), host, .. } if host == "h" => {
                    Some((*id, SocketEvent::HandshakeFailed))
                }
                Output::Open { id, port, .. } if *port != 1 => {
                    Some((*id, SocketEvent::Connected { peer: ([192, 0, 2, 7], *port).into() }))
                }
                Output::Open { id, .. } => Some((*id, SocketEvent::Failed)),
                Output::Send(id, bytes) => Some((*id, SocketEvent::Taken(bytes.len()))),
                Output::Listen { id, .. } => Some((*id, SocketEvent::Listening)),
                // The last of four is lost.
                Output::Ping { id, echo } if echo.sequence == 4 => Some((*id, SocketEvent::NoEcho)),
                Output::Ping { id, .. } => {
                    Some((*id, SocketEvent::Echoed { after: Duration::from_millis(20), ttl: Some(57) }))
                }
                Output::Resolve { id, host } if host == "nowhere" => Some((*id, SocketEvent::Unresolved)),
                Output::Resolve { id, .. } => {
                    Some((*id, SocketEvent::Resolved(&[core::net::IpAddr::V4(core::net::Ipv4Addr::new(192, 0, 2, 7))])))
                }
                _ => None,
            };
            self.did.push(output);
            if let Some((id, event)) = event {
                self.modem.handle_input(Input::Socket(id, event), self.now);
            }
        }
        heard
    }

    /// Lets time pass; what was heard meanwhile.
    pub(super) fn wait(&mut self, milliseconds: u64) -> String {
        let end = self.now + Duration::from_millis(milliseconds);
        let mut heard = self.drain();
        while let Some(due) = self.modem.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.modem.handle_input(Input::Tick, self.now);
            heard.extend(self.drain());
        }
        self.now = end;
        heard.escape_ascii().to_string().replace("\\\"", "\"")
    }

    /// Types bytes and hears what comes within ten seconds.
    pub(super) fn say(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.modem.handle_input(Input::Uart(bytes.as_ref()), self.now);
        self.wait(10_000)
    }

    /// Something on a socket; what is heard.
    pub(super) fn socket(&mut self, number: u32, event: SocketEvent<'_>) -> String {
        self.modem.handle_input(Input::Socket(SocketId(number), event), self.now);
        self.wait(1000)
    }

    /// A hand on the bench.
    pub(super) fn fault(&mut self, name: &str) {
        self.modem.handle_input(Input::Control(Control::Fault(name.into(), true)), self.now);
    }

    /// All bytes that were sent to the network.
    pub(super) fn sent(&self) -> Vec<u8> {
        let bytes = self.did.iter().filter_map(|did| if let Output::Send(_, bytes) = did { Some(bytes) } else { None });
        bytes.flatten().copied().collect()
    }
}

/// Lines of `typed` and `heard`, escaped, on one booted modem.
fn check(profile: Profile, dialog: &[(&str, &str)]) {
    let mut bench = Bench::ready(profile);
    for (typed, heard) in dialog {
        assert_eq!(bench.say(typed), *heard, "after {typed:?}");
    }
}

/// What precedes `AT`: passed over, or as the profile says.
#[test]
fn junk_before_at_is_skipped_refused_or_ignored_as_the_profile_says() {
    let check = |junk: Junk, typed: &str, heard: &str| {
        let profile = Profile::default().with(|profile| profile.uart.junk_before_at = junk);
        assert_eq!(Bench::ready(profile).say(typed), heard, "{junk:?}");
    };
    check(Junk::Skipped, "\x1a\x00ATE0;+CMEE?\r", r"\x1a\x00ATE0;+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n");
    check(Junk::Error, "\x1aAT\r", r"\x1aAT\r\r\nERROR\r\n");
    check(Junk::Silent, "\x1aAT\r", r"\x1aAT\r");
    // Auto-baud finds its AT behind junk too.
    let mut bench = Bench::new(Profile::named("autobaud").unwrap());
    bench.wait(2000);
    assert!(bench.say("\x1aAT\r").starts_with(r"\x1aAT\r\r\nOK\r\n"));
}

/// The data of a counted send, and a 1A that the host sends all the same: the next command is none the worse for it.
#[test]
fn a_stray_1a_after_a_counted_send_does_not_spoil_the_next_command() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0;+CIPSTART=\"TCP\",\"a\",80\r");
    bench.say("AT+CIPSEND=5\r");
    assert_eq!(bench.say("hello\x1a"), r"\r\nSEND OK\r\n");
    assert_eq!(bench.say("AT+CIPCLOSE\r"), r"\r\nCLOSE OK\r\n");
}

#[test]
fn boots_with_the_lines_of_a_fixed_rate() {
    let heard = Bench::new(Profile::default()).wait(8000);
    assert_eq!(heard, r"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
}

#[test]
fn autobaud_is_silent_until_at_and_then_tells() {
    let mut bench = Bench::new(Profile::named("autobaud").unwrap());
    assert_eq!(bench.wait(2000), "");
    assert_eq!(bench.say("aT\r"), r"aT\r");
    let heard = bench.say("AT\r");
    assert!(heard.starts_with(r"AT\r\r\nOK\r\n\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n"), "{heard}");
}

#[test]
fn frames_echo_and_results() {
    check(
        Profile::default(),
        &[
            ("AT\r", r"AT\r\r\nOK\r\n"),
            ("AT\n", r"AT\r\nOK\r\n"),
            ("at\r\n", r"at\r\r\nOK\r\n"),
            ("aT+cmee?\r", r"aT+cmee?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"),
            ("AT+NOSUCH\r", r"AT+NOSUCH\r\r\nERROR\r\n"),
            ("\r", r"\r"),
            ("hello\r", r"hello\r"),
            ("\x1aAT\r", r"\x1aAT\r\r\nOK\r\n"),
            ("  ÿAT\r", r"  \xc3\xbfAT\r\r\nOK\r\n"),
            ("+++AT\r", r"+++AT\r\r\nOK\r\n"),
            ("A\0T+CM\x01EE?\r", r"A\x00T+CM\x01EE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"),
            ("AR\x08T\r", r"AR\x08T\r\r\nOK\r\n"),
            ("AT+CMEE=1\r", r"AT+CMEE=1\r\r\nOK\r\n"),
            ("AT+CIICR\r", r"AT+CIICR\r\r\n+CME ERROR: 3\r\n"),
            ("AT+CMEE=2;+CIICR;E0\r", r"AT+CMEE=2;+CIICR;E0\r\r\n+CME ERROR: operation not allowed\r\n"),
            ("A/", r"A/\r\n+CME ERROR: operation not allowed\r\n"),
            ("ATE0V0\r", r"ATE0V0\r0\r"),
            ("AT+CSQ\r", r"+CSQ: 20,0\r\n0\r"),
            ("ATV1Q1\r", ""),
            ("AT+CSQ\r", r"\r\n+CSQ: 20,0\r\n"),
            ("ATQ0S5?\r", r"\r\n008\r\n\r\nOK\r\n"),
            ("ATS3=10\r", r"\r\n+CME ERROR: operation not allowed\r\n"),
        ],
    );
}

#[test]
fn a_line_of_557_is_refused_and_one_of_556_is_not() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0\r");
    let line = |length: usize| format!("AT{}\r", "E0".repeat(length / 2));
    assert_eq!(bench.say(line(556)), r"\r\nOK\r\n");
    assert_eq!(bench.say(format!("AT{}E\r", "E0".repeat(278))), r"\r\nERROR\r\n");
    assert_eq!(bench.say(line(3000)), r"\r\nERROR\r\n");
}

#[test]
fn cipsend_by_hand_delivers_the_text_without_its_1a() {
    let mut bench = Bench::ready(Profile::default());
    assert_eq!(
        bench.say("AT+CIPSTART=\"TCP\",\"host\",9999\r\n"),
        r#"AT+CIPSTART="TCP","host",9999\r\r\nOK\r\n\r\nCONNECT OK\r\n"#
    );
    assert_eq!(bench.say("AT+CIPSEND?\r"), r"AT+CIPSEND?\r\r\n+CIPSEND: 1460\r\n\r\nOK\r\n");
    assert_eq!(bench.say("AT+CIPSEND\r\n"), r"AT+CIPSEND\r\r\n> ");
    assert_eq!(bench.say("hello\r\n"), r"hello\r\n");
    assert_eq!(bench.say("\x1a"), r"\x1a\r\nSEND OK\r\n");
    assert_eq!(bench.sent(), b"hello\r\n");
    assert_eq!(
        bench.say("AT+CIPSTART=\"TCP\",\"host\",1\r"),
        r#"AT+CIPSTART="TCP","host",1\r\r\nERROR\r\n\r\nALREADY CONNECT\r\n"#
    );
    assert_eq!(bench.socket(1, SocketEvent::Received(b"raw")), "raw");
    assert_eq!(bench.say("AT+CIPHEAD=1\r"), r"AT+CIPHEAD=1\r\r\nOK\r\n");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"raw")), r"\r\n+IPD,3:raw");
    assert_eq!(bench.socket(1, SocketEvent::Closed), r"\r\nCLOSED\r\n");
    assert_eq!(bench.say("AT+CIPSTATUS\r"), r"AT+CIPSTATUS\r\r\nOK\r\n\r\nSTATE: TCP CLOSED\r\n");
    assert_eq!(bench.say("AT+CIPSEND\r"), r"AT+CIPSEND\r\r\nERROR\r\n");
    assert_eq!(bench.say("AT+CIPSHUT\r"), r"AT+CIPSHUT\r\r\nSHUT OK\r\n");
}

#[test]
fn prompt_rules() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("AT+CIPSTART=\"TCP\",\"host\",9999\r\n");
    // Fixed length: 0x1A and ESC are plain data, what follows is a command again.
    assert_eq!(bench.say("AT+CIPSEND=3\r\n"), r"AT+CIPSEND=3\r\r\n> ");
    assert_eq!(bench.say("\x1a\x1b\nAT\r"), r"\x1a\x1b\n\r\nSEND OK\r\nAT\r\r\nOK\r\n");
    assert_eq!(bench.sent(), b"\x1a\x1b\n");
    assert_eq!(bench.say("AT+CIPSEND=1461\r"), r"AT+CIPSEND=1461\r\r\nERROR\r\n");
    // A command at the prompt is data, ESC cancels.
    assert_eq!(bench.say("AT+CIPSEND\r"), r"AT+CIPSEND\r\r\n> ");
    assert_eq!(bench.say("AT\r\n\x1b"), r"AT\r\n\x1b\r\nOK\r\n");
    // Too much is an error as soon as it is too much; the rest falls to the command parser.
    bench.say("ATE0;+CIPSEND\r");
    assert_eq!(bench.say([b'x'; 1460]), "");
    assert_eq!(bench.say("xAT\r"), r"\r\nERROR\r\n\r\nOK\r\n");
    assert_eq!(bench.sent().len(), 3);
    // The first line feed after the prompt is data, the one with the command is not.
    assert_eq!(bench.say("AT+CIPSEND=2\r\n"), r"\r\n> ");
    assert_eq!(bench.say("\nx"), r"\r\nSEND OK\r\n");
    assert_eq!(&bench.sent()[3..], b"\nx");
}

#[test]
fn the_blind_sketch_is_refused_before_connect_ok() {
    let mut bench = Bench::ready(Profile::default());
    bench.modem.handle_input(Input::Uart(b"AT+CIPSTART=\"TCP\",\"host\",9999\r\n"), bench.now);
    assert_eq!(bench.wait(500), r#"AT+CIPSTART="TCP","host",9999\r\r\nOK\r\n"#);
    bench.modem.handle_input(Input::Uart(b"AT+CIPSEND\r\n"), bench.now);
    assert_eq!(bench.wait(500), r"AT+CIPSEND\r\r\nERROR\r\n");
    bench.modem.handle_input(Input::Uart(b"TEXT MESSAGE HERE"), bench.now);
    bench.modem.handle_input(Input::Uart(b"\x1a"), bench.now);
    assert_eq!(bench.wait(8000), r"TEXT MESSAGE HERE\x1a\r\nCONNECT OK\r\n");
    assert_eq!(bench.sent(), b"");
}

#[test]
fn context_commands_keep_their_order() {
    check(
        Profile::default(),
        &[
            ("AT+CSTT?\r", r#"AT+CSTT?\r\r\n+CSTT: "CMNET","",""\r\n\r\nOK\r\n"#),
            ("AT+CIFSR\r", r"AT+CIFSR\r\r\nERROR\r\n"),
            ("AT+CSTT=\"internet\",\"\",\"\"\r", r#"AT+CSTT="internet","",""\r\r\nOK\r\n"#),
            ("AT+CSTT=\"internet\"\r", r#"AT+CSTT="internet"\r\r\nERROR\r\n"#),
            ("AT+CIPMUX=1\r", r"AT+CIPMUX=1\r\r\nERROR\r\n"),
            ("AT+CIPSTATUS\r", r"AT+CIPSTATUS\r\r\nOK\r\n\r\nSTATE: IP START\r\n"),
            ("AT+CIICR\r", r"AT+CIICR\r\r\nOK\r\n"),
            ("AT+CIPSTATUS\r", r"AT+CIPSTATUS\r\r\nOK\r\n\r\nSTATE: IP GPRSACT\r\n"),
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
        ],
    );
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0;+CSTT=\"x\";+CIICR\r");
    let address = bench.say("AT+CIFSR\r");
    assert!(address.starts_with(r"\r\n10.") && address.ends_with(r"\r\n") && !address.contains("OK"), "{address}");
    assert_eq!(bench.say("AT+CIFSR;E0\r"), format!(r"{address}\r\nOK\r\n"));
    assert_eq!(
        bench.say("AT+CIPSTART=\"TCP\",\"host\",1\r"),
        r"\r\nOK\r\n\r\nSTATE: IP STATUS\r\n\r\nCONNECT FAIL\r\n"
    );
    assert_eq!(
        bench.say("AT+CIPSTART=\"TCP\",\"host\",1\r"),
        r"\r\nOK\r\n\r\nSTATE: TCP CLOSED\r\n\r\nCONNECT FAIL\r\n"
    );
}

#[test]
fn a_refused_context_tells_pdp_deact() {
    let mut bench = Bench::ready(Profile { faults: vec!["no-apn".into()], ..Profile::default() });
    assert_eq!(bench.say("AT+CSTT;+CIICR\r"), r"AT+CSTT;+CIICR\r\r\n+PDP: DEACT\r\n\r\nERROR\r\n");
    assert_eq!(bench.say("AT+CIPSHUT\r"), r"AT+CIPSHUT\r\r\nSHUT OK\r\n");
    assert_eq!(bench.say("AT+CSTT=\"internet\";+CIICR\r"), r#"AT+CSTT="internet";+CIICR\r\r\nOK\r\n"#);
}

#[test]
fn several_connections_are_numbered() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0;+CIPMUX=1;+CSTT=\"x\";+CIICR\r");
    bench.say("AT+CIFSR\r");
    assert_eq!(bench.say("AT+CIPSTART=0,\"UDP\",\"192.0.2.7\",\"14450\"\n"), r"\r\nOK\r\n\r\n0, CONNECT OK\r\n");
    assert_eq!(bench.say("AT+CIPSEND\n"), r"\r\nERROR\r\n");
    assert_eq!(bench.say("AT+CIPSEND=0,5\n"), r"\r\n> ");
    assert_eq!(bench.say("hello"), r"\r\n0, SEND OK\r\n");
    assert_eq!(
        bench.say("AT+CIPSTATUS\n"),
        r#"\r\nOK\r\n\r\nSTATE: IP PROCESSING\r\n\r\nC: 0,0,"UDP","192.0.2.7","14450","CONNECTED"\r\nC: 1,,"","","","INITIAL"\r\nC: 2,,"","","","INITIAL"\r\nC: 3,,"","","","INITIAL"\r\nC: 4,,"","","","INITIAL"\r\nC: 5,,"","","","INITIAL"\r\n"#
    );
    assert_eq!(bench.socket(1, SocketEvent::Received(b"data")), r"\r\n+RECEIVE,0,4:\r\ndata");
    assert_eq!(bench.say("AT+CIPCLOSE=0\n"), r"\r\n0, CLOSE OK\r\n");
}

#[test]
fn a_supply_dip_restarts_it_in_mid_command() {
    let mut bench = Bench::ready(Profile::default());
    bench.fault("brown-out-urc");
    bench.say("ATE0;+CSTT=\"x\"\r");
    let heard = bench.say("AT+CIICR\r");
    assert!(heard.starts_with(r"\r\nUNDER-VOLTAGE WARNNING\r\n\r\nRDY\r\n"), "{heard}");
    assert_eq!(bench.say("AT+CSTT?\r"), r#"AT+CSTT?\r\r\n+CSTT: "CMNET","",""\r\n\r\nOK\r\n"#);
}

#[test]
fn text_mode_sms_prompts_again_after_each_line() {
    let mut bench = Bench::ready(Profile::default().with(|profile| profile.messages.message_reference = 54));
    bench.say("at+cmgf=1\r\n");
    assert_eq!(bench.say("at+cmgs=\"+48501234567\"\r\n"), r#"at+cmgs="+48501234567"\r\r\n> "#);
    assert_eq!(bench.say("hello\r\n"), r"hello\r\n> ");
    assert_eq!(bench.say("\x1a"), r"\r\n+CMGS: 54\r\n\r\nOK\r\n");
}

mod calls;
mod faults;
mod http;
mod laws;
mod lte;
mod messages;
mod modes;
mod power;
mod security;
mod services;
