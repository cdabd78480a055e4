//! SMS.

use super::Severity::{Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::network::no_sim;
use super::rule::{Doc, Rule, hears};
use super::topics::{OUTCOME, SIM, SMS, START};
use crate::modem::dialog::exchange::{Exchange, Outcome};
use crate::modem::dialog::said::{NO_CODE, Pin, Said};
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Form, Role, codes};

/// A refused command about SMS that no other rule has explained.
fn refused<'a>(dialog: &'a Dialog, book: &Book) -> Option<&'a Exchange> {
    let about_sms = |role: Role| {
        matches!(role, Role::SmsSend | Role::SmsStore | Role::SmsRead | Role::SmsList | Role::SmsMode | Role::Sms)
    };
    dialog.done().filter(|done| done.refused() && about_sms(done.role) && !book.is_blamed(done.id))
}

fn cms(done: &Exchange) -> Option<u16> {
    match done.outcome {
        Some((Outcome::Said(Said::Cms(code)), _)) => Some(code),
        _ => None,
    }
}

/// The error names a cause that has nothing to do with SMS: 14 (SIM busy) is what too early looks like.
fn tells(done: &Exchange) -> bool {
    matches!(done.outcome, Some((Outcome::Said(Said::Cme(5..=13 | 15..=49 | 107..=149 | 772)), _)))
}

/// `sms-too-early`.
#[derive(Debug, Default)]
pub(super) struct TooEarly {
    told: Option<Handle>,
    /// What was refused had to wait for the SIM alone.
    for_sim: bool,
}

impl Rule for TooEarly {
    const DOC: &'static Doc = &Doc {
        slug: "sms-too-early",
        severity: Problem,
        family: FAMILY,
        evidence: "A command about SMS is refused after a start and before `SMS Ready`, or any command with SIM busy (`+CME ERROR: 14`, `+CMS ERROR: 314`).",
        why: "After a start the modem reads the SIM for some seconds; SMS commands fail until it says SMS Ready.",
        fix: "Wait for SMS Ready, then try again.",
    };
    const HEARS: hears::Kinds = hears::said(START | SIM) | hears::results(SMS);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::SmsReady, _) => {
                if let Some(told) = self.told.take() {
                    book.resolve(told);
                }
            }
            Event::Said(Said::Cpin(Pin::Ready), _) => {
                if let Some(told) = self.told.take_if(|_| self.for_sim) {
                    book.withdraw(told);
                }
            }
            Event::Final => {
                let works =
                    |done: &Exchange| done.role == Role::SmsMode && done.outcome.is_some_and(|(how, _)| how.good());
                if let Some(told) = self.told.take_if(|_| dialog.done().is_some_and(works)) {
                    book.resolve(told);
                }
                let state = &dialog.state;
                let busy =
                    |done: &Exchange| matches!(done.outcome, Some((Outcome::Said(Said::Cme(14) | Said::Cms(314)), _)));
                let early = |done: &Exchange| state.started && !state.sms_ready && done.invited.is_none();
                let Some(done) = refused(dialog, book)
                    .filter(|done| !no_sim(book) && (early(done) || busy(done)))
                    .or_else(|| dialog.done().filter(|done| busy(done) && !book.is_blamed(done.id)))
                else {
                    return;
                };
                // 304, 305 and the like tell their own cause.
                if cms(done).is_some_and(|code| matches!(code, 304 | 305 | 310..=313 | 315..=318)) || tells(done) {
                    return;
                }
                book.blame(done.id, Self::DOC.slug);
                if self.told.is_none() {
                    let why = if busy(done) {
                        "the SIM is busy (it is still being read)"
                    } else {
                        "the modem has not said SMS Ready yet"
                    };
                    let draft = Draft::new(
                        format!("{} was refused: {why}.", done.shown()),
                        [Some(done.span), done.result_span()],
                    )
                    .confidence(80);
                    self.told = Some(book.add(Self::DOC, draft));
                    self.for_sim = busy(done) && done.role == Role::Sim;
                }
            }
            _ => {}
        }
    }
}

/// No length of a PDU, which has three digits at the most.
fn is_phone_number(parameter: &[u8]) -> bool {
    let digits = parameter.strip_prefix(b"+").unwrap_or(parameter);
    (digits.len() > 4 || digits.len() < parameter.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// The mode fits; the PDU does not.
const PDU: &str = "CMS 304, the PDU is wrong, or its length";

/// `sms-mode`.
#[derive(Debug, Default)]
pub(super) struct Mode {
    told: Option<Handle>,
    /// `AT+CMGF=1` was refused: to set it is no advice.
    not_taken: bool,
}

/// It sends or stores an SMS.
fn writes(done: &Exchange) -> bool {
    matches!(done.role, Role::SmsSend | Role::SmsStore) && done.chief().form == Form::Set
}

impl Mode {
    /// What does not fit, if it is the mode.
    fn mismatch(done: &Exchange, dialog: &Dialog) -> Option<(&'static str, u8)> {
        let chief = done.chief();
        let state = &dialog.state;
        let text_form = chief.raw().first() == Some(&b'"');
        let pdu = state.cmgf != Some(1)
            && !text_form
            && chief.number(0).is_some()
            && matches!(done.role, Role::SmsSend | Role::SmsStore);
        match cms(done) {
            Some(305) if state.cmgf == Some(1) => {
                return Some(("CMS 305, and AT+CMGF=1 is in force: number or text do not fit", 80));
            }
            Some(304) if pdu => return Some((PDU, 80)),
            Some(304) if state.cmgf == Some(1) && writes(done) && !text_form => {
                return Some(("CMS 304, and AT+CMGF=1 wants a number in quotes", 85));
            }
            Some(304) if state.cmgf == Some(1) => {
                return Some(("CMS 304, though AT+CMGF=1 is in force: number, text or AT+CSMP do not fit", 70));
            }
            Some(304) => return Some(("CMS 304, the modem takes PDUs now (AT+CMGF=0), and this is none", 90)),
            Some(305) => return Some(("CMS 305, the modem takes text now (AT+CMGF=1), and this does not fit", 90)),
            Some(_) => return None,
            None if tells(done) => return None,
            None => {}
        }
        let writes = writes(done);
        let quoted = writes || done.role == Role::SmsList;
        match state.cmgf {
            Some(1) if writes && !text_form && chief.count() == 1 => Some(("AT+CMGF=1 wants a number in quotes", 85)),
            Some(1) if writes && state.plain_texts == Some(false) => {
                Some(("AT+CSCS is UCS2 or HEX, so the number must be written so too", 75))
            }
            Some(0) if quoted && text_form => {
                Some(("a number in quotes is the text form, and PDU mode (AT+CMGF=0) is in force", 90))
            }
            None if writes && is_phone_number(chief.raw()) => {
                Some(("a phone number stands in quotes, and it is taken in text mode alone (AT+CMGF=1)", 80))
            }
            None if quoted && text_form && done.invited.is_none() => {
                Some(("a number in quotes is the text form, and AT+CMGF=1 was not set in this log", 65))
            }
            _ => None,
        }
    }
}

impl Rule for Mode {
    const DOC: &'static Doc = &Doc {
        slug: "sms-mode",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CMGS` and the like are refused and do not fit AT+CMGF or AT+CSCS, or `+CMS ERROR: 304` or `305` comes.",
        why: "In PDU mode (AT+CMGF=0, the default after a start) an SMS is a string of hex digits (a PDU), in text mode (AT+CMGF=1) a number in quotes and plain text.",
        fix: "AT+CMGF=1 and AT+CSCS=\"GSM\" for plain text.",
    };
    const HEARS: hears::Kinds = hears::results(SMS);

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Some(done) = dialog.done()
            && matches!(done.role, Role::SmsSend | Role::SmsStore)
            && done.outcome.is_some_and(|(outcome, _)| outcome.good())
            && let Some(told) = self.told.take()
        {
            book.resolve(told);
        }
        if let Some(done) = dialog.done().filter(|done| done.role == Role::SmsMode && done.asked.form == Form::Set) {
            self.not_taken = done.refused();
        }
        let Some(done) = refused(dialog, book).filter(|_| !no_sim(book)) else { return };
        let Some((why, sure)) = Self::mismatch(done, dialog) else { return };
        if self.not_taken && dialog.state.cmgf.is_none() && cms(done).is_none() {
            return;
        }
        book.blame(done.id, Self::DOC.slug);
        if self.told.is_none() {
            let draft =
                Draft::new(format!("{} was refused: {why}.", done.shown()), [Some(done.span), done.result_span()])
                    .confidence(sure);
            // What is in force already is no advice.
            let draft = if why == PDU {
                draft.fix("AT+CMGS=<n> counts the bytes (two hex digits each) behind the number of the SMS centre, which is 00 for the SIM's own; check number, coding and length in the PDU, or take AT+CMGF=1 and plain text.")
            } else if dialog.state.cmgf == Some(1) {
                draft
                    .because("In text mode number and text are written as AT+CSCS says: plain with GSM or IRA, in hex digits with UCS2 or HEX.")
                    .fix("Write the number in quotes, with + and the country's code, and check AT+CSCS?.")
            } else {
                draft.send("AT+CMGF=1", "AT+CMGF=1\r")
            };
            self.told = Some(book.add(Self::DOC, draft));
        }
    }
}

/// `sms-refused`.
#[derive(Debug, Default)]
pub(super) struct Refused;

impl Rule for Refused {
    const DOC: &'static Doc = &Doc {
        slug: "sms-refused",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CMS ERROR:` with a code that no other rule explains.",
        why: "The modem or the network refused the SMS; the code tells why.",
        fix: "Check credit, the number of the SMS centre (AT+CSCA?) and the network (AT+CREG?).",
    };
    const HEARS: hears::Kinds = hears::TROUBLE | hears::said(OUTCOME);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Event::Said(said, span) = *event {
            // The log does not show the command that it belongs to.
            if let Said::Cms(code) = said
                && code != NO_CODE
                && dialog.tally().commands == 0
                && !book.is_open(Self::DOC.slug)
            {
                let text = codes::cms_text(code).unwrap_or("unknown code");
                let title = format!("An SMS command was refused: CMS {code}, {text}.");
                book.add(Self::DOC, Draft::new(title, [Some(span)]).confidence(80));
            }
            return;
        }
        let Some(done) = dialog.done().filter(|done| !book.is_blamed(done.id)) else { return };
        let Some(code) = cms(done).filter(|code| !(no_sim(book) && matches!(code, 310..=318))) else { return };
        let spans = [Some(done.span), done.result_span()];
        let words = done.result_span().and_then(|span| dialog.words.of(span)).unwrap_or_default();
        if code == NO_CODE {
            let why = if words.is_empty() {
                "the log does not show the code".to_owned()
            } else {
                format!("{words}, without a code")
            };
            let draft = Draft::new(format!("{} was refused: {why}.", done.shown()), spans)
                .because("The modem or the network refused the SMS; the code would tell why.")
                .fix("AT+CMEE=2 prints the reason in words; check credit, AT+CSCA? and AT+CREG?.")
                .send("AT+CMEE=2", "AT+CMEE=2\r");
            book.add(Self::DOC, draft);
            book.blame(done.id, Self::DOC.slug);
            return;
        }
        let text = codes::cms_text(code).unwrap_or("unknown code");
        let mut draft = Draft::new(format!("{} was refused: CMS {code}, {text}.", done.shown()), spans);
        draft = match code {
            330 => draft
                .because("The number of the SMS centre is missing.")
                .fix("Set it with AT+CSCA=\"number of your operator's SMS centre\"."),
            331 | 332 => draft.because("The modem is not in a network.").fix("Wait for +CREG: 0,1 or 0,5."),
            321 => draft
                .because("No SMS is stored at this index.")
                .fix("AT+CMGL=\"ALL\" shows which there are; AT+CPMS? shows which store is in use."),
            322 => draft
                .because("The store for SMS is full: none can be stored, and none received.")
                .fix("Delete what is read: AT+CMGD=1,1; AT+CMGD=1,4 deletes all."),
            310..=318 => draft.because("The SIM is missing, locked or not ready.").fix("Check AT+CPIN?."),
            69 => draft
                .because("The network does not offer what was asked for: SMS is not in the tariff, or the number of the SMS centre is wrong.")
                .fix("Check the tariff of the SIM and the number of the SMS centre (AT+CSCA?)."),
            500 => draft.because(
                "The network gave no reason; often there is no credit, no network, or the text or number does not fit.",
            ),
            _ if codes::cms_text(code).is_none() => draft.because(
                "The standards (27.005, 24.011) do not have this code: the operator's SMS centre or the maker gave it. Mostly there is no credit, or the SIM may not send.",
            ),
            _ => draft.because(format!("The code {code} means: {text}.")),
        };
        book.add(Self::DOC, draft);
        book.blame(done.id, Self::DOC.slug);
    }
}

/// `sms-store-full`.
#[derive(Debug, Default)]
pub(super) struct StoreFull {
    told: Option<Handle>,
}

impl Rule for StoreFull {
    const DOC: &'static Doc = &Doc {
        slug: "sms-store-full",
        severity: Warning,
        family: FAMILY,
        evidence: "`+CPMS:` shows that as many SMS are stored as there are places. Taken back when it shows fewer later.",
        why: "As long as the store is full no SMS comes in: the network keeps it, and +CMTI does not come.",
        fix: "Delete what is read: AT+CMGD=1,1; AT+CMGD=1,4 deletes all. Then ask AT+CPMS? again.",
    };
    const HEARS: hears::Kinds = hears::said(SMS);

    fn on(&mut self, event: &Event, _dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::SmsStore { full: true }, span) => {
                let draft = || Draft::new("The store for SMS is full.", [Some(span)]);
                self.told.get_or_insert_with(|| book.add(Self::DOC, draft()));
            }
            Event::Said(Said::SmsStore { full: false }, _) => {
                if let Some(told) = self.told.take() {
                    book.resolve(told);
                }
            }
            _ => {}
        }
    }
}
