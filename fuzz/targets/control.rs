//! Lines of a control socket, and scenario files, against both modems.

use std::time::Duration;

use modemscope::simulator::{Model, Modem, Play, Profile, Request, Rig, Scenario, Speaker, junit, state_as_json};

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let model = if data.len().is_multiple_of(2) { Model::Sim800l } else { Model::Sim7600 };
    let mut rig = Rig::new(Modem::new(Profile { speed: 1000.0, ..Profile::of(model) }, 1));
    let mut now = Duration::from_secs(1);
    for line in text.lines().take(64) {
        match line.parse::<Request>() {
            Ok(Request::Do(control)) => rig.control(control, now),
            Ok(_) => {}
            // An error is shown to whoever asked: in one line, with nothing that works a terminal.
            Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
        }
        now += Duration::from_millis(100);
        rig.type_in(b"AT+CIND?;+CLBS=1,1;+CMGL=4\r", now);
        rig.advance(now);
        let state = state_as_json(&rig.modem().panel());
        assert!(!state.contains('\n'), "{state}");
    }
    let Ok(scenario) = Scenario::parse(&text) else { return };
    let mut play = Play::new(&scenario);
    play.begin(now);
    for _ in 0..1000 {
        while play.poll(now).is_some() {}
        let Some(due) = play.next_deadline() else { break };
        now = due.max(now);
        play.heard(Speaker::Host, b"AT\r");
    }
    play.stop(now, "the end");
    assert!(play.is_over());
    assert!(junit(&scenario.name, play.outcomes()).ends_with("</testsuites>\n"));
}
