//! A command that was refused, at once or later, and no rule knows why.

use super::Severity::{Note, Warning};
use super::baud::WrongBaud;
use super::book::{Book, Draft, Handle};
use super::console::OnPort;
use super::doc::heading::LINE as FAMILY;
use super::echo::LostBytes;
use super::network::NO_SIM;
use super::opening::{ContextLost, NoDataService, WrongIpState};
use super::power::Restarted;
use super::registration::{NotRegistered, needs_network};
use super::remedy::{remedy, told_by};
use super::rule::{Doc, Rule, hears};
use super::topics::{CONNECTION, OUTCOME};
use super::writing::Damaged;
use crate::modem::dialog::connections::Ip;
use crate::modem::dialog::exchange::{Echo, Exchange, Outcome, Span};
use crate::modem::dialog::said::{NO_CODE, Said};
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Because, Evidence, Form, Line, Role, codes, families, known, sim800};

/// `refused`.
#[derive(Debug, Default)]
pub(super) struct Refused {
    told: Vec<(Vec<u8>, Handle)>,
    /// The last command that was refused.
    last: Option<Span>,
}

/// At most this many different commands are told of.
const DIFFERENT: usize = 20;

/// Rules that see the whole set-up fail: what is refused after that is their consequence.
const SET_UP: [&str; 3] = [NoDataService::DOC.slug, WrongIpState::DOC.slug, ContextLost::DOC.slug];

/// Rules by which no command is what it seems.
const FAULTS: [&str; 5] =
    [Restarted::DOC.slug, WrongBaud::DOC.slug, LostBytes::DOC.slug, Damaged::DOC.slug, OnPort::DOC.slug];

/// Without a network it is refused for that reason.
fn in_want_of_network(done: &Exchange) -> bool {
    needs_network(done) || done.role.is_sms() || matches!(done.role, Role::MqttConnect | Role::HttpDo | Role::Operator)
}

/// Refused in good order: it only asked whether there is such a command, or ended what had not begun.
fn is_harmless(exchange: &Exchange) -> bool {
    let Some(call) = Line::read(&exchange.text).map(Line::last) else { return true };
    let role = families().iter().find_map(|family| family.find(&call)).map(|command| command.role);
    let off = call.number(0) == Some(0);
    match role {
        // `=?` that looks for networks says so itself where there is none.
        _ if call.form == Form::Test => !matches!(exchange.outcome, Some((Outcome::Said(Said::Cme(30..=32)), _))),
        Some(Role::Close | Role::ContextClose | Role::HttpEnd | Role::ConnectionState) => true,
        Some(Role::Bearer | Role::Attach | Role::Activate) => off,
        _ => false,
    }
}

impl Refused {
    /// An error with a code, and the log does not show of what.
    fn unshown(&mut self, said: Said, span: Span, dialog: &Dialog, book: &mut Book) {
        // Of ERROR alone only the first is worth a word, and only where the log shows no command at all.
        let bare = said == Said::Error && dialog.tally().commands == 0 && self.told.is_empty();
        let reason = words_of(said, Some(span), dialog);
        let Some(reason) = reason.or_else(|| bare.then(|| "ERROR, and the modem gave no reason".to_owned())) else {
            return;
        };
        let spans = [Some(span), None];
        // A library may have cut the code off.
        let cut = !bare && dialog.words.of(span).is_none_or(str::is_empty);
        if cut
            || book.rests_on(span)
            || book.extend(&NO_SIM, spans)
            || book.any_open(&FAULTS)
            || self.told.len() >= DIFFERENT
        {
            return;
        }
        let key = reason.clone().into_bytes();
        if let Some((_, told)) = self.told.iter().find(|(known, _)| *known == key) {
            book.again(*told, spans);
            return;
        }
        let draft = Draft::new(format!("An error came that belongs to no command of the log: {reason}."), spans)
            .because(format!("The modem's own words: {reason}."))
            .fix("To see what it answers, switch the echo on (ATE1), or let the program show what it sends.");
        self.told.push((key, book.add(Self::DOC, draft)));
    }
}

/// Why, as the tables have it.
fn because(done: &Exchange, dialog: &Dialog) -> Because {
    match done.outcome {
        Some((Outcome::Said(Said::Cme(code)), _)) => dialog.telling.family().because("cme", code),
        Some((_, Some(span))) => dialog.words.because(span),
        _ => Because::default(),
    }
}

/// What to do about a refusal with a reason that says nothing of that.
const fn next_step(role: Role) -> &'static str {
    match role {
        Role::LookUp => "Check the name letter by letter, whether the data connection stands, and another name server.",
        Role::Operator => {
            "AT+COPS=0 lets the modem choose the network itself; AT+COPS=? shows which are here, and AT+CSQ the signal."
        }
        _ => "Check the command's parameters and the order of the commands before it; the manual lists what it takes.",
    }
}

/// What the modem said of it.
fn reason(done: &Exchange, dialog: &Dialog) -> Option<String> {
    let (Outcome::Said(said), span) = done.outcome? else { return None };
    words_of(said, span, dialog)
}

/// What an error says, in words.
fn words_of(said: Said, span: Option<Span>, dialog: &Dialog) -> Option<String> {
    let words = span.and_then(|span| dialog.words.of(span)).unwrap_or_default();
    match said {
        Said::Cme(_) if words.is_empty() => Some("the log does not show what stood behind +CME ERROR".to_owned()),
        Said::Cme(100) if words.parse::<u16>().is_err() && !words.is_empty() => Some(words.to_owned()),
        Said::Cme(code) => Some(format!("CME {code}, {}", dialog.telling.family().cme(code))),
        Said::Error | Said::Cms(NO_CODE) if !words.is_empty() => Some(words.to_owned()),
        Said::Cms(code) if code != NO_CODE => {
            Some(format!("CMS {code}, {}", codes::cms_text(code).unwrap_or("unknown code")))
        }
        _ => None,
    }
}

/// `failed-later`.
#[derive(Debug, Default)]
pub(super) struct FailedLater {
    told: Vec<Failure>,
}

/// A failure that was told.
#[derive(Debug)]
struct Failure {
    /// The command's name.
    of: &'static str,
    /// Which one it was.
    id: Option<u64>,
    /// What the modem said of it.
    words: String,
    told: Handle,
}

impl FailedLater {
    /// The command works after all; the OK behind its failure says only that it was read.
    fn works(&mut self, name: &str, id: Option<u64>, book: &mut Book) {
        self.told.retain(|failure| {
            let works = failure.of == name && (id.is_none() || failure.id != id);
            if works {
                book.withdraw(failure.told);
            }
            !works
        });
    }
}

impl Rule for FailedLater {
    const DOC: &'static Doc = &Doc {
        slug: "failed-later",
        severity: Warning,
        family: FAMILY,
        evidence: "A command is answered OK, and a line that tells how it went says that it failed: `+CMQTTCONNECT: 0,14`, `+QMTOPEN: 0,3`, `+CCHOPEN: 0,4`. Taken back when the same command works later. For SIM7600, SIM7000, Quectel, ESP8266 (`+CWJAP:3` in front of its `FAIL`) and a SIM800's FTP (`+FTPGET: 1,66`).",
        why: "OK says only that the command was read; whether it worked is told behind it.",
        fix: "Mend what it names, and wait for that line before the next command.",
    };
    const HEARS: hears::Kinds = hears::said(OUTCOME) | hears::FINAL;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || !self.told.is_empty()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if *event == Event::Final && !self.told.is_empty() {
            // What its own OK says to be done works now.
            let works = |done: &&Exchange| done.stands_at_once() && done.outcome.is_some_and(|(how, _)| how.good());
            if let Some(done) = dialog.done().filter(works)
                && let Some(command) = done.asked.command
            {
                self.works(command.name, Some(done.id), book);
            }
        }
        let Event::Said(said @ (Said::Worked | Said::Failed), span) = *event else { return };
        let mut of = dialog.open().iter().rev().map(AsRef::as_ref).chain(dialog.done());
        // Told before the ERROR of a command, it is about that one (`+CWJAP:3`), if it has no other command's name.
        let named = |open: &&Exchange| {
            let name = dialog.words.name_of(span).unwrap_or_default().as_bytes();
            known(name).is_none() || open.calls().any(|call| call.name.eq_ignore_ascii_case(name))
        };
        let command = of
            .find(|exchange: &&Exchange| exchange.asked.told_later)
            .or_else(|| dialog.open().first().map(AsRef::as_ref).filter(named).filter(|_| said == Said::Failed));
        let name = command.and_then(|exchange| exchange.asked.command).map_or("", |command| command.name);
        if said == Said::Worked {
            self.works(name, None, book);
            return;
        }
        let Some(words) = dialog.words.of(span).filter(|words| !words.is_empty()) else { return };
        let spans = [command.map(|exchange| exchange.span), Some(span)];
        if let Some(failure) = self.told.iter().find(|failure| failure.words == words) {
            book.again(failure.told, spans);
            return;
        }
        if self.told.len() >= DIFFERENT
            || book.extend(&NO_SIM, spans)
            || book.any_open(&SET_UP)
            || book.any_open(&FAULTS)
        {
            return;
        }
        let title = if name.is_empty() { format!("It failed: {words}.") } else { format!("{name} failed: {words}.") };
        let (doc, draft) = told_by(Self::DOC, dialog.words.because(span), title, spans);
        let told = book.add(doc, draft);
        self.told.push(Failure { of: name, id: command.map(|command| command.id), words: words.to_owned(), told });
    }
}

impl Rule for Refused {
    const DOC: &'static Doc = &Doc {
        slug: "refused",
        severity: Note,
        family: FAMILY,
        evidence: "A command is refused and no other rule says why; the reason that the modem tells when it is asked (`AT+QIGETERROR`, `AT+USOER`, `AT+CEER`) is told with it. Taken back when the same command works later. Not for `=?`, nor for closing what is not open.",
        why: "The modem does not know the command, its parameters do not fit, or its state does not allow it now; ERROR alone does not tell which.",
        fix: "AT+CMEE=2, then the command again, tells why.",
    };
    const HEARS: hears::Kinds = hears::FINAL | hears::said(OUTCOME | CONNECTION);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        kinds & hears::TROUBLE != 0 || !hears::is_result(kinds) || !self.told.is_empty()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Event::Said(said, span) = *event {
            // Somebody has asked why.
            if said == Said::Reason
                && let Some((last, words)) = self.last.take().zip(dialog.words.of(span))
            {
                book.explain(last, words, span);
            }
            if dialog.log.read_ahead && dialog.open().is_empty() && said.is_error() {
                self.unshown(said, span, dialog, book);
            }
            // It tells the reason behind its ERROR.
            if matches!(said, Said::AlreadyConnect(_) | Said::ConnectFail(_))
                && let Some(done) = dialog.done()
                && let Some((_, told)) = self.told.pop_if(|(text, _)| *text == done.text)
            {
                book.withdraw(told);
            }
            return;
        }
        let Some(done) = dialog.done() else { return };
        if !done.refused() {
            if !self.told.is_empty()
                && let Some(at) = self.told.iter().position(|(text, _)| *text == done.text)
            {
                let (_, told) = self.told.remove(at);
                book.withdraw(told);
            }
            return;
        }
        self.last = Some(done.span);
        let spans = [Some(done.span), done.result_span()];
        // What the modem did not get whole has another cause.
        if done.echo == Echo::Damaged || book.is_blamed(done.id) || book.rests_on(done.span) || is_harmless(done) {
            return;
        }
        // For want of the SIM, it is one more sign of that.
        if book.extend(&NO_SIM, spans)
            || book.any_open(&FAULTS)
            // What the modem does not know it refuses with a network too.
            || done.asked.command.is_some() && book.any_open(&SET_UP)
            || in_want_of_network(done) && book.extend(&[NotRegistered::DOC.slug], spans)
        {
            return;
        }
        if let Some((_, told)) = self.told.iter().find(|(text, _)| *text == done.text) {
            book.again(*told, spans);
            // AT+CMEE was set meanwhile: now it tells the reason.
            if let Some((reason, span)) = reason(done, dialog).zip(done.result_span())
                && book.lacks_reason(*told)
            {
                book.explain(done.span, &reason, span);
            }
            return;
        }
        if self.told.len() >= DIFFERENT {
            return;
        }
        let name = done.named();
        let open = done.role == Role::ContextOpen && dialog.state.connections.context() == Ip::Active;
        let draft = match reason(done, dialog) {
            None if open => Draft::new(format!("{name} was refused: the data connection is open already."), spans)
                .because("The modem has shown before that it is open, and opens it only once.")
                .fix("Go on with it; to open it anew, end it first."),
            Some(reason) => Draft::new(format!("{name} was refused: {reason}."), spans)
                .because(format!("The modem's own words: {reason}."))
                .advise(remedy(because(done, dialog)).unwrap_or_else(|| next_step(done.role).to_owned())),
            None if done.role == Role::Join && dialog.state.joins == Some(false) => {
                Draft::new(format!("{name} was refused: the module is set to be an access point alone."), spans)
                    .because("AT+CWMODE=2 is in force: the module has a network of its own and joins no other.")
                    .fix("AT+CWMODE=1 (station) or =3 (both), then join.")
            }
            // A Wi-Fi module has no AT+CMEE.
            None if dialog.telling.family().joins_wifi() => {
                Draft::new(format!("{name} was refused, and the modem gave no reason."), spans)
                    .fix("Check how it is written, and whether this firmware has it (AT+GMR tells which it is).")
            }
            None => Draft::new(format!("{name} was refused, and the modem gave no reason."), spans)
                .send("AT+CMEE=2", "AT+CMEE=2\r"),
        };
        // That the modem is of this family only its own words tell: the command itself may be another's.
        let named = dialog.telling.family() == sim800() && dialog.telling.evidence() >= Evidence::Words;
        let draft = if done.role == Role::Satellites && named {
            draft
                .because("Of this family only SIM808 and SIM868 have a satellite receiver; a SIM800 and a SIM900 have none and refuse this.")
                .fix("ATI shows the model. A SIM808 takes AT+CGPSPWR=1 or AT+CGNSPWR=1, as its firmware is older or newer.")
        } else {
            draft
        };
        self.told.push((done.text.clone(), book.add(Self::DOC, draft.quoting())));
    }
}
