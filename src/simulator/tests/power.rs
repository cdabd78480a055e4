//! Power and what survives it.

use super::*;
use crate::simulator::profile::SyncBytes;

#[test]
fn what_was_written_survives_a_restart_and_nothing_else() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0;+CMEE=2;&W;+CREG=1;+CIPMUX=1;+CIPQSEND=1\r");
    bench.modem.handle_input(Input::Control(Control::Restart), bench.now);
    bench.wait(8000);
    let heard = bench.say("AT+CMEE?;+CREG?;+CIPMUX?;+CIPQSEND?\r");
    let lines =
        [r"\r\n+CMEE: 2\r\n", r"\r\n+CREG: 0,1\r\n", r"\r\n+CIPMUX: 0\r\n", r"\r\n+CIPQSEND: 0\r\n", r"\r\nOK\r\n"];
    assert_eq!(heard, lines.concat());
    assert_eq!(bench.say("AT&F;+CMEE?\r"), r"\r\n+CMEE: 0\r\n\r\nOK\r\n");
    assert_eq!(bench.say("ATZ;+CMEE?\r"), r"ATZ;+CMEE?\r\r\n+CMEE: 2\r\n\r\nOK\r\n");
}

#[test]
fn cfun_switches_the_radio_and_restarts() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0\r");
    assert_eq!(bench.say("AT+CFUN=0\r"), r"\r\n+CPIN: NOT READY\r\n\r\nOK\r\n");
    assert_eq!(bench.say("AT+CFUN=1\r"), r"\r\n+CPIN: READY\r\n\r\nOK\r\n\r\nSMS Ready\r\n");
    let heard = bench.say("AT+CFUN=1,1\r");
    assert!(heard.starts_with(r"\r\nOK\r\n\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n"), "{heard}");
}

#[test]
fn it_switches_off_and_stays_off() {
    let mut bench = Bench::ready(Profile::default());
    assert_eq!(bench.say("ATE0;+CPOWD=1\r"), r"ATE0;+CPOWD=1\r\r\nNORMAL POWER DOWN\r\n");
    assert_eq!(bench.say("AT\r"), "");
    bench.modem.handle_input(Input::Control(Control::Restart), bench.now);
    assert!(bench.wait(8000).starts_with(r"\r\nRDY\r\n"));
}

#[test]
fn sleep_swallows_the_first_character() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0;+CSCLK=2\r");
    assert_eq!(bench.say("AT\r"), "");
    bench.modem.handle_input(Input::Uart(b"AT\r"), bench.now);
    bench.wait(200);
    bench.modem.handle_input(Input::Uart(b"AT\r"), bench.now);
    assert_eq!(bench.wait(100), r"\r\nOK\r\n");
}

#[test]
fn sync_bytes_precede_the_boot_when_asked() {
    let profile = Profile::default().with(|profile| profile.uart.sync_bytes = SyncBytes::Full);
    assert!(Bench::new(profile).wait(8000).starts_with(r"\x00IIII\xff\xff\xff\xff\r\nRDY\r\n"));
}

#[test]
fn bytes_leave_at_the_pace_of_the_line() {
    let mut bench = Bench::ready(Profile::default().with(|profile| profile.uart.paced = true));
    bench.wait(1000);
    bench.modem.handle_input(Input::Uart(b"ATE0;I\r"), bench.now);
    bench.wait(40);
    // At 9600 baud a byte takes 1.04 ms.
    let mut heard = 0;
    bench.modem.handle_input(Input::Uart(b"AT+CIPSCONT?\r"), bench.now);
    for _ in 0..50 {
        heard += bench.wait(2).replace(r"\r", "r").replace(r"\n", "n").len();
    }
    assert!((70..=97).contains(&heard), "{heard} bytes in 100 ms less the latency");
}

#[test]
fn the_network_tells_its_time_when_asked() {
    let mut bench = Bench::ready(Profile::default());
    assert!(bench.say("ATE0;+CCLK?\r").contains("+CCLK: \"04/01/01,00:00:0"));
    bench.say("AT+CLTS=1;+CFUN=0\r");
    let heard = bench.say("AT+CFUN=1\r");
    assert!(heard.contains(r#"*PSUTTZ: 2024, 1, 30, 19, 4"#) && heard.contains(r"\r\nDST: 0\r\n"), "{heard}");
    assert!(bench.say("AT+CCLK?\r").contains("+CCLK: \"24/01/30,20:4"));
}
