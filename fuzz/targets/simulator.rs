//! Anything a host may send to the simulated modem.

use std::time::Duration;

use modemscope::simulator::{Input, Modem, Profile};

pub fn run(data: &[u8]) {
    let mut modem = Modem::new(Profile::default(), 1);
    let mut now = Duration::from_mins(1);
    for piece in data.chunks(100) {
        modem.handle_input(Input::Uart(piece), now);
        for _ in 0..10_000 {
            if modem.poll_output().is_none() {
                break;
            }
        }
        now += Duration::from_millis(500);
        modem.handle_input(Input::Tick, now);
    }
    for round in 0.. {
        assert!(round < 100_000, "the modem never comes to rest");
        if modem.poll_output().is_none() {
            break;
        }
    }
}
