//! What else a SIM7600 is asked: its position by satellites, its mode, its temperature.

use crate::simulator::asked::{shown, taken};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Code, Done, Failure};

const COMMANDS: &[Command<Extras>] = &[
    ("+CGPS", Extras::satellites),
    ("+CGPSHOT", Extras::satellites_on),
    ("+CGPSWARM", Extras::satellites_on),
    ("+CGPSCOLD", Extras::satellites_on),
    ("+CGPSINFO", Extras::position),
    ("+CGNSSINFO", Extras::position),
    ("+CLBS", Extras::base_station),
    ("+CADC", |_, desk, call| shown(desk, call, "178")),
    ("+CNMP", |_, desk, call| shown(desk, call, "2")),
    ("+CNSMOD", |_, desk, call| {
        // 8 is LTE.
        let mode = if desk.radio.registered() { 8 } else { 0 };
        shown(desk, call, &format!("0,{mode}"))
    }),
    ("+CPMUTEMP", |_, desk, call| shown(desk, call, "29")),
    ("+CSOCKSETPN", |_, desk, call| shown(desk, call, "1")),
    ("+CDNSCFG", |_, _, call| taken(call)),
    ("+SIMCOMATI", |_, desk, call| {
        let profile = desk.profile();
        let text = format!(
            "Manufacturer: SIMCOM INCORPORATED\r\nModel: {}\r\nRevision: {}",
            profile.identity.model, profile.identity.revision
        );
        desk.answer(call, text)
    }),
];

/// How far off the position of a cell may be, in metres.
const ACCURACY: u32 = 550;

/// The receiver of satellites, on or off.
#[derive(Debug, Default)]
pub(super) struct Extras {
    on: bool,
}

impl Part for Extras {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }
}

impl Extras {
    fn satellites(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(0,1),(1-3)"),
            (Form::Query, _) => desk.answer(call, format!("+CGPS: {},1", u8::from(self.on))),
            (Form::Set, Some(on @ (0 | 1))) if (on == 1) != self.on => {
                self.on = on == 1;
                if !self.on {
                    // It tells when the session has ended.
                    desk.after([300, 900], |desk| desk.urc("+CGPS: 0"));
                }
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn satellites_on(&mut self, _: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Execute {
            self.on = true;
        }
        Done::Ok
    }

    /// `AT+CLBS=1` position, `=4` with the time: north first, then how far off it may be, in metres.
    fn base_station(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        let kind = match (call.form, call.number(0)) {
            (Form::Test, _) => return desk.test(call, "(1,2,3,4,9)"),
            (Form::Set, Some(kind @ (1 | 4))) if desk.services_up() => kind,
            _ => return Done::Fail(Failure::Plain),
        };
        desk.code(Code::Ok);
        desk.after(desk.profile().times.connect_ms, move |desk| {
            let (latitude, longitude) = desk.position();
            let degrees = |micro: i32| format!("{:.6}", f64::from(micro) / 1e6);
            let time = desk.network_clock().date_and_time(desk.now());
            let time = if kind == 4 { format!(",{time}") } else { String::new() };
            desk.urc(format!("+CLBS: 0,{},{},{ACCURACY}{time}", degrees(latitude), degrees(longitude)));
        });
        Done::Silent
    }

    /// The position of the profile, or of a hand: degrees and minutes, north or south, east or west, date and time in UTC.
    fn position(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if !self.on {
            return desk.answer(call, format!("{}: ,,,,,,,,", call.name));
        }
        let (latitude, longitude) = desk.position();
        let place = |micro: i32, width: usize, signs: [char; 2]| {
            let micro_degrees = micro.unsigned_abs();
            let minutes = f64::from(micro_degrees % 1_000_000) * 60.0 / 1e6;
            let sign = if micro < 0 { signs[1] } else { signs[0] };
            format!("{:0width$}{minutes:09.6},{sign}", micro_degrees / 1_000_000)
        };
        let (north, east) = (place(latitude, 2, ['N', 'S']), place(longitude, 3, ['E', 'W']));
        let time = desk.network_clock().date_and_hours(desk.now());
        desk.answer(call, format!("{}: {north},{east},{time},34.0,0.0,0.0", call.name))
    }
}
