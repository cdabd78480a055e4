//! Voice calls, both ways (manual chapters 2 and 6). One call at a time; nobody speaks.

use std::time::Duration;

use super::desk::Desk;
use super::faults::Fault;
use super::line::{Call, Form};
use super::model::Model;
use super::panel::Panel;
use super::part::{Command, News, Part, commands};
use super::profile::Callee;
use super::reply::{Code, Done, Failure, NOT_ALLOWED};
use super::timers::TimerId;
use super::ussd;

const COMMANDS: &[Command<Calls>] = &[
    ("D", Calls::dial),
    ("DL", Calls::redial),
    ("A", Calls::answer_call),
    ("H", Calls::hang_up_command),
    ("+CHUP", Calls::hang_up_command),
    ("+CLCC", Calls::list_calls),
    ("+CPAS", Calls::activity),
    ("+CHLD", Calls::hold),
    ("+VTS", Calls::tones),
    ("+CLDTMF", Calls::tones),
    ("+VTD", |_, _, _| Done::Ok),
    ("+CSTA", |_, desk, call| if call.form == Form::Query { desk.answer(call, "+CSTA: 129") } else { Done::Ok }),
    ("+CEER", |_, desk, call| desk.answer(call, "+CEER: No cause information available")),
];

/// How often an unanswered call rings.
const RINGS: u32 = 10;

/// Where the call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Dialing,
    Alerting,
    Incoming,
    Active,
}

impl State {
    /// As `AT+CLCC` counts it; `None` without a call.
    fn number(self) -> Option<u8> {
        match self {
            Self::Idle => None,
            Self::Active => Some(0),
            Self::Dialing => Some(2),
            Self::Alerting => Some(3),
            Self::Incoming => Some(4),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Calls {
    state: State,
    number: String,
    last_dialed: String,
    incoming: bool,
    rings: u32,
    timer: Option<TimerId>,
    /// Since when it stands.
    since: Duration,
    /// `AT+CLCC=1`: each change of the call is told.
    tells: bool,
}

impl Part for Calls {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self { last_dialed: std::mem::take(&mut self.last_dialed), ..Self::default() };
    }

    /// Who loses the network loses the call; with `AT&D2` the loss of DTR ends it too.
    fn news(&mut self, desk: &mut Desk, news: &News) {
        let hung_up = *news == News::DtrDropped && desk.value("&D") == 2;
        let lost = hung_up || *news == News::Fault(Fault::NoNetwork, true);
        if lost && self.state != State::Idle {
            self.call_ended(desk, Code::NoCarrier);
        }
    }

    fn settle(&mut self, desk: &mut Desk) {
        desk.indicators.call = self.state != State::Idle;
    }

    fn show(&self, _: &Desk, panel: &mut Panel) {
        panel.call = self.description();
    }
}

impl Calls {
    /// For the panel: `None` when nobody calls.
    fn description(&self) -> Option<String> {
        let number = &self.number;
        match self.state {
            State::Idle => None,
            State::Dialing | State::Alerting => Some(format!("calling {number}")),
            State::Incoming => Some(format!("{number} is calling")),
            State::Active => Some(format!("talking to {number}")),
        }
    }
}

impl Calls {
    fn call_later(&mut self, desk: &mut Desk, range: [u32; 2], act: fn(&mut Self, &mut Desk)) {
        desk.cancel(self.timer.take());
        self.timer = Some(desk.later(range, act));
    }

    fn dial(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let typed = String::from_utf8_lossy(&call.raw).into_owned();
        let Some(number) = typed.trim().strip_suffix(';') else {
            // A data call: GSM data calls and PPP are not simulated, no such carrier is found.
            if desk.burst() {
                return Done::Gone;
            }
            return Done::after(desk.delay([2000, 4000]), |_| Done::Result(Code::NoCarrier));
        };
        let number: String = match number.strip_prefix('>') {
            Some(place) => desk.card.number_at(place).unwrap_or_default(),
            None => number.chars().filter(|character| !" -()".contains(*character)).collect(),
        };
        if number.starts_with(['*', '#']) && number.ends_with('#') {
            ussd::request(desk);
            return Done::Ok;
        }
        let legal = |character: char| character.is_ascii_digit() || "+*#,ABCDPWTpwti".contains(character);
        if number.is_empty() || number.len() > 40 || !number.chars().all(legal) {
            return Done::Fail(Failure::Cme(if number.is_empty() { 3 } else { 27 }));
        }
        if self.state != State::Idle {
            return NOT_ALLOWED;
        }
        if !desk.radio.registered() {
            return Done::Result(Code::NoCarrier);
        }
        if desk.burst() {
            return Done::Gone;
        }
        number.trim_end_matches(['i', 'I', 'g', 'G']).clone_into(&mut self.number);
        self.last_dialed.clone_from(&self.number);
        self.incoming = false;
        self.change(desk, State::Dialing);
        self.call_later(desk, [1500, 3000], Self::alerting);
        Done::Ok
    }

    fn redial(&mut self, desk: &mut Desk, _: &Call) -> Done {
        let mut raw = self.last_dialed.clone().into_bytes();
        raw.push(b';');
        self.dial(desk, &Call::dial(raw))
    }

    fn alerting(&mut self, desk: &mut Desk) {
        self.change(desk, State::Alerting);
        match desk.profile().calls.callee {
            Callee::Answers => self.call_later(desk, [2000, 5000], Self::stands),
            Callee::Busy => self.call_ended(desk, Code::Busy),
            Callee::NoAnswer => {
                self.call_later(desk, [25_000, 30_000], |calls, desk| calls.call_ended(desk, Code::NoAnswer));
            }
            Callee::Unreachable => self.call_ended(desk, Code::NoCarrier),
        }
    }

    /// The call is answered.
    fn stands(&mut self, desk: &mut Desk) {
        self.since = desk.now();
        if desk.profile().modem == Model::Sim7600 {
            desk.urc("VOICE CALL: BEGIN");
        }
        self.change(desk, State::Active);
    }

    fn change(&mut self, desk: &mut Desk, state: State) {
        self.state = state;
        self.tell(desk, state.number());
    }

    /// A line of `AT+CLCC=1`; 6 is the end.
    fn tell(&self, desk: &mut Desk, state: Option<u8>) {
        if let Some(state) = state.filter(|_| self.tells) {
            let line = self.row(desk, state);
            desk.urc(line);
        }
    }

    /// The call is over by itself; the host is told.
    fn call_ended(&mut self, desk: &mut Desk, code: Code) {
        let missed = (self.state == State::Incoming).then(|| self.number.clone());
        self.clear_call(desk);
        if let Some(number) = missed.filter(|_| desk.profile().modem == Model::Sim7600) {
            let time = desk.network_clock().hour_and_minute(desk.now());
            desk.urc(format!("MISSED_CALL: {time} {number}"));
        }
        desk.code(code);
    }

    fn clear_call(&mut self, desk: &mut Desk) {
        desk.cancel(self.timer.take());
        if self.state == State::Active && desk.profile().modem == Model::Sim7600 {
            let seconds = desk.now().saturating_sub(self.since).as_secs();
            desk.urc(format!("VOICE CALL: END: {seconds:06}"));
        }
        if self.state != State::Idle {
            self.tell(desk, Some(6));
        }
        *self = Self { last_dialed: std::mem::take(&mut self.last_dialed), tells: self.tells, ..Calls::default() };
    }

    /// Somebody calls (a hand on the bench).
    pub(super) fn call_in(&mut self, desk: &mut Desk, from: &str) {
        // Who calls a number that is busy hears so; the host does not.
        let busy = desk.value("+GSMBUSY") != 0;
        if self.state != State::Idle || !desk.radio.registered() || busy {
            return;
        }
        from.clone_into(&mut self.number);
        self.incoming = true;
        self.rings = 0;
        self.change(desk, State::Incoming);
        self.ring(desk);
    }

    /// The other side hangs up (a hand on the bench).
    pub(super) fn far_hang_up(&mut self, desk: &mut Desk) {
        if self.state != State::Idle {
            self.call_ended(desk, Code::NoCarrier);
        }
    }

    fn ring(&mut self, desk: &mut Desk) {
        if self.rings >= RINGS {
            self.call_ended(desk, Code::NoCarrier);
            return;
        }
        self.rings += 1;
        if desk.value("+CRC") == 1 {
            desk.urc("+CRING: VOICE");
        } else {
            desk.code(Code::Ring);
        }
        if desk.value("+CLIP") == 1 {
            let kind = if self.number.starts_with('+') { 145 } else { 129 };
            let line = format!("+CLIP: \"{}\",{kind},\"\",0,\"\",0", self.number);
            desk.urc(line);
        }
        let automatic = desk.value("S0");
        if automatic > 0 && self.rings >= u32::try_from(automatic).unwrap_or(1) {
            desk.cancel(self.timer.take());
            self.stands(desk);
            return;
        }
        self.call_later(desk, [2900, 3100], Self::ring);
    }

    fn answer_call(&mut self, desk: &mut Desk, _: &Call) -> Done {
        if self.state != State::Incoming {
            return Done::Result(Code::NoCarrier);
        }
        desk.cancel(self.timer.take());
        self.stands(desk);
        Done::Ok
    }

    fn hang_up_command(&mut self, desk: &mut Desk, _: &Call) -> Done {
        self.clear_call(desk);
        Done::Ok
    }

    /// `AT+VTS="1,2,#"`: tones into a call that stands.
    fn tones(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let text = call.string(usize::from(call.name == "+CLDTMF"));
        let legal = text.chars().all(|tone| tone.is_ascii_digit() || "*#ABCDabcd,{} ".contains(tone));
        match call.form {
            Form::Test => desk.test(call, "(0-9),(A-D),(*,#)"),
            // Those of the loudspeaker need no call (manual §6.2.5).
            Form::Execute if call.name == "+CLDTMF" => Done::Ok,
            Form::Set if !text.is_empty() && legal && (call.name == "+CLDTMF" || self.state == State::Active) => {
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn hold(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(0,1,1x,2,2x,3,4)"),
            // 1x is the call of that number, and there is one.
            (Form::Set, Some(0 | 1 | 11)) => {
                self.clear_call(desk);
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn list_calls(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => {
                let range = if desk.profile().modem == Model::Sim7600 { "(0-1)" } else { "(0,1)" };
                return desk.test(call, range);
            }
            Form::Set => {
                let Some(tells @ (0 | 1)) = call.number(0) else { return NOT_ALLOWED };
                self.tells = tells == 1;
                return Done::Ok;
            }
            // Drivers ask `AT+CLCC?` and get the list too.
            _ => {}
        }
        let Some(state) = self.state.number() else { return Done::Ok };
        let row = self.row(desk, state);
        desk.answer(call, row)
    }

    /// The call as `AT+CLCC` lists it.
    fn row(&self, desk: &Desk, state: u8) -> String {
        let number = &self.number;
        let kind = if number.starts_with('+') { 145 } else { 129 };
        let alpha = if desk.profile().calls.clcc_alpha { ",\"\"" } else { "" };
        format!("+CLCC: 1,{},{state},0,0,\"{number}\",{kind}{alpha}", u8::from(self.incoming))
    }

    fn activity(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,2,3,4)");
        }
        let state = match self.state {
            State::Idle => 0,
            State::Incoming => 3,
            _ => 4,
        };
        desk.answer(call, format!("+CPAS: {state}"))
    }
}
