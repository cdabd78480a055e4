//! Who the module and its card are.

use super::desk::Desk;
use super::line::{Call, Form};
use super::model::Model;
use super::part::{Command, Part, commands};
use super::reply::{Done, Failure, NOT_ALLOWED};

const COMMANDS: &[Command<Identity>] = &[
    ("I", identification),
    ("+CGMI", |_, desk, call| desk.answer(call, maker(desk))),
    ("+GMI", |_, desk, call| desk.answer(call, maker(desk))),
    ("+CGMM", |_, desk, call| desk.answer(call, desk.profile().identity.model.clone())),
    ("+GMM", |_, desk, call| desk.answer(call, desk.profile().identity.model.clone())),
    ("+CGMR", revision),
    ("+GMR", revision),
    ("+GSV", |_, desk, call| {
        let text = format!(
            "SIMCOM_Ltd\r\n{}\r\nRevision: {}",
            desk.profile().identity.model,
            desk.profile().identity.revision
        );
        desk.answer(call, text)
    }),
    ("+CGSN", |_, desk, call| desk.answer(call, desk.profile().identity.imei.clone())),
    ("+GSN", |_, desk, call| desk.answer(call, desk.profile().identity.imei.clone())),
    ("+GOI", |_, desk, call| {
        let model = desk.profile().identity.model.trim_start_matches("SIMCOM_").to_owned();
        desk.answer(call, model)
    }),
    ("+GCAP", |_, desk, call| desk.answer(call, "+GCAP:+CGSM")),
    ("+CCID", |_, desk, call| of_card(desk, call, |desk| desk.profile().card.ccid.clone())),
    ("+CICCID", |_, desk, call| of_card(desk, call, |desk| format!("+ICCID: {}", desk.profile().card.ccid))),
    ("+ICCID", |_, desk, call| of_card(desk, call, |desk| format!("+ICCID: {}", desk.profile().card.ccid))),
    ("+CIMI", |_, desk, call| of_card(desk, call, |desk| desk.profile().card.imsi.clone())),
    ("+CPIN", pin),
    ("+SPIC", |_, desk, call| desk.answer(call, format!("+SPIC: {},10,3,10", desk.card.tries()))),
];

/// Module and card.
#[derive(Debug)]
pub(super) struct Identity;

impl Part for Identity {
    commands!(&[COMMANDS]);
}

fn maker(desk: &Desk) -> &'static str {
    match desk.profile().modem {
        Model::Sim800l => "SIMCOM_Ltd",
        Model::Sim7600 => "SIMCOM INCORPORATED",
    }
}

/// `ATI`: one line of a SIM800, a page of a SIM7600.
fn identification(_: &mut Identity, desk: &mut Desk, call: &Call) -> Done {
    let profile = desk.profile();
    let text = match profile.modem {
        Model::Sim800l => profile.identity.firmware.clone(),
        Model::Sim7600 => format!(
            "Manufacturer: {}\r\nModel: {}\r\nRevision: {}\r\nIMEI: {}\r\n+GCAP: +CGSM",
            maker(desk),
            profile.identity.model,
            profile.identity.revision,
            profile.identity.imei
        ),
    };
    desk.answer(call, text)
}

fn revision(_: &mut Identity, desk: &mut Desk, call: &Call) -> Done {
    let revision = &desk.profile().identity.revision;
    let text = match desk.profile().modem {
        Model::Sim800l => format!("Revision:{revision}"),
        Model::Sim7600 => format!("+CGMR: {revision}"),
    };
    desk.answer(call, text)
}

fn of_card(desk: &mut Desk, call: &Call, text: fn(&Desk) -> String) -> Done {
    if call.form == Form::Test {
        return Done::Ok;
    }
    match desk.card_state() {
        None => Done::Fail(Failure::Cme(10)),
        Some(_) if call.name == "+CIMI" => match desk.card_ready() {
            // The card answers slowly just after power-on; the number itself is known.
            Ok(()) | Err(Failure::Cme(14)) => desk.answer(call, text(desk)),
            Err(failure) => Done::Fail(failure),
        },
        Some(_) => desk.answer(call, text(desk)),
    }
}

fn pin(_: &mut Identity, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, desk.card_state()) {
        (Form::Test, _) => Done::Ok,
        (_, None) => Done::Fail(Failure::Cme(10)),
        (Form::Query, Some(state)) => desk.answer(call, format!("+CPIN: {state}")),
        (Form::Set, Some("SIM PIN")) if desk.card.try_pin(call.text(0)) => {
            desk.card_opened();
            Done::Ok
        }
        (Form::Set, Some("SIM PIN" | "SIM PUK")) => Done::Fail(Failure::Cme(16)),
        _ => NOT_ALLOWED,
    }
}
