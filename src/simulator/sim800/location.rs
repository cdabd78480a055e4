//! Where the module is: `AT+CIPGSMLOC` and `AT+CLBS`. No service is asked; the position is the profile's, or a hand's.

use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Done, NOT_ALLOWED};

const COMMANDS: &[Command<Location>] = &[
    ("+CIPGSMLOC", gsm_location),
    ("+CLBS", base_station),
    ("+CLBSCFG", |_, _, call| super::super::asked::taken(call)),
];

/// How far off the position of a cell may be, in metres.
const ACCURACY: u32 = 550;
/// Network error (manual §12.2).
const NETWORK_ERROR: u16 = 601;

/// The position services.
#[derive(Debug)]
pub(super) struct Location;

impl Part for Location {
    commands!(&[COMMANDS]);
}

/// Longitude and latitude as they are printed, longitude first; `None` when the service cannot be reached.
fn position(desk: &Desk) -> Option<String> {
    let reachable = desk.services_up() && !desk.has(Fault::Refuse);
    let (latitude, longitude) = desk.position();
    let degrees = |micro: i32| format!("{:.6}", f64::from(micro) / 1e6);
    reachable.then(|| format!("{},{}", degrees(longitude), degrees(latitude)))
}

fn date_and_time(desk: &Desk) -> String {
    desk.network_clock().date_and_time(desk.now())
}

/// `=1` position and time, `=2` the time alone.
fn gsm_location(_: &mut Location, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0)) {
        (Form::Test, _) => desk.test(call, "(1,2),(1-3)"),
        (Form::Set, Some(kind @ (1 | 2))) => {
            let wait = desk.delay(desk.profile().times.connect_ms);
            Done::after(wait, move |desk| {
                let time = date_and_time(desk);
                let text = match (position(desk), kind) {
                    (None, _) => format!("{NETWORK_ERROR}"),
                    (Some(position), 1) => format!("0,{position},{time}"),
                    (Some(_), _) => format!("0,{time}"),
                };
                desk.info(format!("+CIPGSMLOC: {text}"));
                Done::Ok
            })
        }
        _ => NOT_ALLOWED,
    }
}

/// `=1` position, `=2` an address, `=3` how often it was asked, `=4` position and time.
fn base_station(_: &mut Location, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0)) {
        (Form::Test, _) => desk.test(call, "(1,3,4),(1-3)"),
        (Form::Set, Some(kind @ (1 | 3 | 4))) => {
            let wait = desk.delay(desk.profile().times.connect_ms);
            Done::after(wait, move |desk| {
                let time = date_and_time(desk);
                let text = match (position(desk), kind) {
                    (None, _) => format!("{NETWORK_ERROR}"),
                    (Some(_), 3) => "0,0".into(),
                    (Some(position), 4) => format!("0,{position},{ACCURACY},{time}"),
                    (Some(position), _) => format!("0,{position},{ACCURACY}"),
                };
                desk.info(format!("+CLBS: {text}"));
                Done::Ok
            })
        }
        _ => NOT_ALLOWED,
    }
}
