//! Voice calls, both ways (manual chapters 2 and 6). One call at a time; nobody speaks.

use super::Modem;
use super::commands::Command;
use super::line::{Call, Form};
use super::profile::Callee;
use super::reply::{Code, Done, NOT_ALLOWED};
use super::timers::{Timer, TimerId};

pub(super) const COMMANDS: &[Command] = &[
    ("D", Modem::dial),
    ("DL", Modem::redial),
    ("A", Modem::answer_call),
    ("H", Modem::hang_up_command),
    ("+CHUP", Modem::hang_up_command),
    ("+CLCC", Modem::list_calls),
    ("+CPAS", Modem::activity),
    ("+CHLD", Modem::hold),
    ("+VTS", |modem, _| if matches!(modem.calls.state, State::Active) { Done::Ok } else { NOT_ALLOWED }),
    ("+VTD", |_, _| Done::Ok),
    ("+CSTA", |modem, call| if call.form == Form::Read { modem.answer(call, "+CSTA: 129") } else { Done::Ok }),
    ("+CEER", |modem, call| modem.answer(call, "+CEER: No cause information available")),
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

/// The call.
#[derive(Debug, Default)]
pub(super) struct Calls {
    state: State,
    number: String,
    last_dialed: String,
    incoming: bool,
    rings: u32,
    timer: Option<TimerId>,
}

impl Calls {
    /// For the panel: `None` when nobody calls.
    pub(super) fn description(&self) -> Option<String> {
        let number = &self.number;
        match self.state {
            State::Idle => None,
            State::Dialing | State::Alerting => Some(format!("calling {number}")),
            State::Incoming => Some(format!("{number} is calling")),
            State::Active => Some(format!("talking to {number}")),
        }
    }
}

impl Modem {
    fn call_later(&mut self, range: [u32; 2], act: fn(&mut Self, u32)) {
        if let Some(timer) = self.calls.timer.take() {
            self.timers.cancel(timer);
        }
        let at = self.now + self.delay(range);
        self.calls.timer = Some(self.timers.add(at, Timer::Background(act, 0)));
    }

    fn dial(&mut self, call: &Call) -> Done {
        let typed = String::from_utf8_lossy(&call.raw).into_owned();
        let Some(number) = typed.trim().strip_suffix(';') else {
            // A data call: GSM data calls and PPP are not simulated, no such carrier is found.
            if self.burst() {
                return Done::Gone;
            }
            return Done::Later(self.delay([2000, 4000]), |_, _| Done::Result(Code::NoCarrier), 0);
        };
        let number: String = match number.strip_prefix('>') {
            Some(place) => self.phone_book_number(place).unwrap_or_default(),
            None => number.chars().filter(|character| !" -()".contains(*character)).collect(),
        };
        if number.starts_with(['*', '#']) && number.ends_with('#') {
            self.send_ussd();
            return Done::Ok;
        }
        let legal = |character: char| character.is_ascii_digit() || "+*#,ABCDPWTpwti".contains(character);
        if number.is_empty() || number.len() > 40 || !number.chars().all(legal) {
            return Done::Fail(super::reply::Failure::Cme(if number.is_empty() { 3 } else { 27 }));
        }
        if self.calls.state != State::Idle {
            return NOT_ALLOWED;
        }
        if !self.network.registered() {
            return Done::Result(Code::NoCarrier);
        }
        if self.burst() {
            return Done::Gone;
        }
        number.trim_end_matches(['i', 'I', 'g', 'G']).clone_into(&mut self.calls.number);
        self.calls.last_dialed.clone_from(&self.calls.number);
        self.calls.incoming = false;
        self.calls.state = State::Dialing;
        self.call_later([1500, 3000], |modem, _| modem.alerting());
        Done::Ok
    }

    fn redial(&mut self, _: &Call) -> Done {
        let mut raw = self.calls.last_dialed.clone().into_bytes();
        raw.push(b';');
        self.dial(&Call { name: "D".into(), form: Form::Set, arguments: Vec::new(), raw })
    }

    fn alerting(&mut self) {
        self.calls.state = State::Alerting;
        match self.profile.callee {
            Callee::Answers => self.call_later([2000, 5000], |modem, _| modem.calls.state = State::Active),
            Callee::Busy => self.call_ended(Code::Busy),
            Callee::NoAnswer => self.call_later([25_000, 30_000], |modem, _| modem.call_ended(Code::NoAnswer)),
            Callee::Unreachable => self.call_ended(Code::NoCarrier),
        }
    }

    /// The call is over by itself; the host is told.
    fn call_ended(&mut self, code: Code) {
        self.clear_call();
        self.code(code);
    }

    pub(super) fn clear_call(&mut self) {
        if let Some(timer) = self.calls.timer.take() {
            self.timers.cancel(timer);
        }
        self.calls = Calls { last_dialed: std::mem::take(&mut self.calls.last_dialed), ..Calls::default() };
    }

    /// Somebody calls (a hand on the bench).
    pub(super) fn call_in(&mut self, from: &str) {
        // Who calls a number that is busy hears so; the host does not.
        let busy = self.settings.value("+GSMBUSY") != 0;
        if self.calls.state != State::Idle || !self.network.registered() || busy {
            return;
        }
        from.clone_into(&mut self.calls.number);
        self.calls.incoming = true;
        self.calls.rings = 0;
        self.calls.state = State::Incoming;
        self.ring();
    }

    /// The other side hangs up (a hand on the bench).
    pub(super) fn far_hang_up(&mut self) {
        if self.calls.state != State::Idle {
            self.call_ended(Code::NoCarrier);
        }
    }

    fn ring(&mut self) {
        if self.calls.rings >= RINGS {
            self.call_ended(Code::NoCarrier);
            return;
        }
        self.calls.rings += 1;
        if self.settings.value("+CRC") == 1 {
            self.urc("+CRING: VOICE");
        } else {
            self.code(Code::Ring);
        }
        if self.settings.value("+CLIP") == 1 {
            let kind = if self.calls.number.starts_with('+') { 145 } else { 129 };
            let line = format!("+CLIP: \"{}\",{kind},\"\",0,\"\",0", self.calls.number);
            self.urc(line);
        }
        let automatic = self.settings.value("S0");
        if automatic > 0 && self.calls.rings >= u32::try_from(automatic).unwrap_or(1) {
            self.calls.state = State::Active;
            return;
        }
        self.call_later([2900, 3100], |modem, _| modem.ring());
    }

    fn answer_call(&mut self, _: &Call) -> Done {
        if self.calls.state != State::Incoming {
            return Done::Result(Code::NoCarrier);
        }
        if let Some(timer) = self.calls.timer.take() {
            self.timers.cancel(timer);
        }
        self.calls.state = State::Active;
        Done::Ok
    }

    fn hang_up_command(&mut self, _: &Call) -> Done {
        self.clear_call();
        Done::Ok
    }

    fn hold(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => self.test(call, "(0,1,1x,2,2x,3,4)"),
            (Form::Set, Some(0 | 1)) => {
                self.clear_call();
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn list_calls(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => return self.test(call, "(0,1)"),
            Form::Set => return if matches!(call.number(0), Some(0 | 1)) { Done::Ok } else { NOT_ALLOWED },
            // Drivers ask `AT+CLCC?` and get the list too.
            Form::Execute | Form::Read => {}
        }
        let state = match self.calls.state {
            State::Idle => return Done::Ok,
            State::Active => 0,
            State::Dialing => 2,
            State::Alerting => 3,
            State::Incoming => 4,
        };
        let number = &self.calls.number;
        let kind = if number.starts_with('+') { 145 } else { 129 };
        let alpha = if self.profile.clcc_alpha { ",\"\"" } else { "" };
        let text = format!("+CLCC: 1,{},{state},0,0,\"{number}\",{kind}{alpha}", u8::from(self.calls.incoming));
        self.answer(call, text)
    }

    fn activity(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(0,2,3,4)");
        }
        let state = match self.calls.state {
            State::Idle => 0,
            State::Incoming => 3,
            _ => 4,
        };
        self.answer(call, format!("+CPAS: {state}"))
    }
}
