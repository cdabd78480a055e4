//! The receiver of satellites that a SIM868 and a SIM808 have besides (GNSS application notes): `CGNS…` of both, and the older
//! `CGPS…` that only a SIM808 knows. The position is the profile's, or a hand's.

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, dispatch, names};
use crate::simulator::profile::Gnss;
use crate::simulator::reply::{Done, NOT_ALLOWED};
use crate::simulator::timers::TimerId;

const CGNS: &[Command<Satellites>] = &[
    ("+CGNSPWR", Satellites::power),
    ("+CGNSINF", Satellites::information),
    ("+CGNSURC", |it, desk, call| it.report(desk, call, Reports::Urc)),
    ("+CGNSTST", |it, desk, call| it.report(desk, call, Reports::Nmea)),
    ("+CGNSSEQ", |_, desk, call| match call.form {
        Form::Query => desk.answer(call, "+CGNSSEQ: \"RMC\""),
        Form::Test => desk.test(call, "(\"GGA\",\"GSA\",\"GSV\",\"RMC\")"),
        Form::Set => Done::Ok,
        _ => NOT_ALLOWED,
    }),
    ("+CGNSCMD", |_, _, call| crate::simulator::asked::taken(call)),
];
const CGPS: &[Command<Satellites>] = &[
    ("+CGPSPWR", Satellites::power),
    ("+CGPSSTATUS", Satellites::status),
    ("+CGPSRST", Satellites::reset),
    ("+CGPSINF", Satellites::older_information),
    ("+CGPSOUT", |it, desk, call| it.report(desk, call, Reports::Nmea)),
];

/// From power to the first position, in milliseconds: with a clear sky and fresh orbits.
const FIRST_FIX: [u32; 2] = [4000, 9000];
/// A position each second.
const SECOND: [u32; 2] = [1000, 1000];
/// Metres above the sea.
const ALTITUDE: &str = "34.000";

/// What comes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reports {
    /// `+UGNSINF`, one every so many positions.
    Urc,
    /// Sentences of NMEA 0183.
    Nmea,
}

/// The receiver.
#[derive(Debug, Default)]
pub(super) struct Satellites {
    /// Whose commands it has.
    kind: Gnss,
    on: bool,
    fixed: bool,
    /// The first position, or the next second.
    timer: Option<TimerId>,
    seconds: u32,
    /// Seconds between two lines; 0 for none.
    urc_every: u32,
    nmea: bool,
}

impl Part for Satellites {
    fn names(&self) -> Vec<&'static str> {
        names::<Self>(self.tables())
    }

    fn command(&mut self, desk: &mut Desk, call: &Call) -> Option<Done> {
        dispatch(self, desk, call, self.tables())
    }

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self { kind: self.kind, ..Self::default() };
    }
}

impl Satellites {
    /// That of a SIM868 or of a SIM808.
    pub(super) fn new(kind: Gnss) -> Self {
        Self { kind, ..Self::default() }
    }

    fn tables(&self) -> &'static [&'static [Command<Self>]] {
        if self.kind == Gnss::Sim808 { &[CGNS, CGPS] } else { &[CGNS] }
    }

    fn power(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(0-1)"),
            (Form::Query, _) => desk.answer(call, format!("{}: {}", call.name, u8::from(self.on))),
            (Form::Set, Some(on @ (0 | 1))) => {
                if (on == 1) != self.on {
                    self.search(desk, on == 1);
                }
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    /// Begins to look for satellites, or stops.
    fn search(&mut self, desk: &mut Desk, on: bool) {
        desk.cancel(self.timer.take());
        (self.on, self.fixed, self.seconds) = (on, false, 0);
        if on {
            self.timer = Some(desk.later(FIRST_FIX, |it: &mut Self, desk| {
                it.fixed = true;
                it.tick(desk);
            }));
        }
    }

    fn tick(&mut self, desk: &mut Desk) {
        if self.nmea {
            let sentence = self.sentence(desk);
            desk.urc(sentence);
        }
        self.seconds += 1;
        if self.urc_every > 0 && self.seconds.is_multiple_of(self.urc_every) {
            let fields = self.fields(desk);
            desk.urc(format!("+UGNSINF: {fields}"));
        }
        self.timer = Some(desk.later(SECOND, Self::tick));
    }

    fn report(&mut self, desk: &mut Desk, call: &Call, what: Reports) -> Done {
        let highest = if what == Reports::Urc { 255 } else { 1 };
        match (call.form, call.within(0, 0_u32, 0..=highest)) {
            (Form::Test, _) => desk.test(call, &format!("(0-{highest})")),
            (Form::Query, _) => {
                let value = if what == Reports::Urc { self.urc_every } else { u32::from(self.nmea) };
                desk.answer(call, format!("{}: {value}", call.name))
            }
            (Form::Set, Some(every)) if what == Reports::Urc => {
                self.urc_every = every;
                Done::Ok
            }
            (Form::Set, Some(on)) => {
                self.nmea = on == 1;
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn information(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Execute => {
                let fields = self.fields(desk);
                desk.answer(call, format!("+CGNSINF: {fields}"))
            }
            Form::Test => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    /// The 21 fields of `+CGNSINF`.
    fn fields(&self, desk: &Desk) -> String {
        let time = desk.network_clock().compact_universal(desk.now());
        let (latitude, longitude) = desk.position();
        let degrees = |micro: i32| format!("{:.6}", f64::from(micro) / 1e6);
        match (self.on, self.fixed) {
            (false, _) => "0,,,,,,,,,,,,,,,,,,,,".into(),
            (true, false) => format!("1,0,{time},,,,0.00,0.0,0,,,,,,0,0,,,,,"),
            (true, true) => {
                let place = format!("{},{},{ALTITUDE}", degrees(latitude), degrees(longitude));
                format!("1,1,{time},{place},0.00,0.0,1,,1.1,1.4,0.9,,11,8,,,42,,")
            }
        }
    }

    /// Degrees and minutes in one number, and the side: `5231.2005`, `N`.
    fn place(micro: i32, width: usize, sides: [char; 2]) -> (String, char) {
        let minutes = f64::from(micro.unsigned_abs() % 1_000_000) * 60.0 / 1e6;
        let side = if micro < 0 { sides[1] } else { sides[0] };
        (format!("{:0width$}{minutes:07.4}", micro.unsigned_abs() / 1_000_000), side)
    }

    /// The fields of a sentence RMC, without its name.
    fn minimum(&self, desk: &Desk) -> String {
        let (latitude, longitude) = desk.position();
        let ((north, n), (east, e)) = (Self::place(latitude, 2, ['N', 'S']), Self::place(longitude, 3, ['E', 'W']));
        let (date, time) = desk.network_clock().date_and_day_time(desk.now());
        if self.fixed {
            format!("{time},A,{north},{n},{east},{e},0.00,0.00,{date},,,A")
        } else {
            format!("{time},V,,,,,0.00,0.00,{date},,,N")
        }
    }

    fn sentence(&self, desk: &Desk) -> String {
        let body = format!("GNRMC,{}", self.minimum(desk));
        let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
        format!("${body}*{sum:02X}")
    }

    fn status(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let text = match (self.on, self.fixed) {
            (false, _) => "Location Unknown",
            (true, false) => "Location Not Fix",
            (true, true) => "Location 3D Fix",
        };
        match call.form {
            Form::Query => desk.answer(call, format!("+CGPSSTATUS: {text}")),
            Form::Test => {
                desk.test(call, "(\"Location Unknown\",\"Location Not Fix\",\"Location 2D Fix\",\"Location 3D Fix\")")
            }
            _ => NOT_ALLOWED,
        }
    }

    /// `=0` cold start, `=1` hot start, `=2` warm start.
    fn reset(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(0-2)"),
            (Form::Set, Some(0..=2)) if self.on => {
                self.search(desk, true);
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    /// `=0` position in one line of its own, `=32` the fields of RMC.
    fn older_information(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let (latitude, longitude) = desk.position();
        let text = match (call.form, call.number(0)) {
            (Form::Test, _) => return desk.test(call, "0,2,4,8,16,32,64,128"),
            (Form::Set, Some(0)) if self.on => {
                let time = desk.network_clock().compact_universal(desk.now());
                let ((north, _), (east, _)) =
                    (Self::place(latitude, 1, ['N', 'S']), Self::place(longitude, 1, ['E', 'W']));
                let sign = |micro: i32| if micro < 0 { "-" } else { "" };
                let place = format!("{}{east},{}{north},{ALTITUDE}", sign(longitude), sign(latitude));
                if self.fixed {
                    format!("0,{place},{time},30,8,0.0,0.0")
                } else {
                    format!("0,0.0,0.0,0.0,{time},0,0,0.0,0.0")
                }
            }
            (Form::Set, Some(32)) if self.on => format!("32,{}", self.minimum(desk)),
            _ => return NOT_ALLOWED,
        };
        desk.answer(call, format!("+CGPSINF: {text}"))
    }
}
