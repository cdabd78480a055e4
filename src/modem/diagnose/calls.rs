//! Calls that a hand dials or takes.

use std::time::Duration;

use super::Severity::{Note, Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::network::no_sim;
use super::registration::NotRegistered;
use super::rule::{Doc, Rule, hears};
use super::topics::{CALL, OTHER, START};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Call, Form, Role};

/// `call-without-semicolon`.
#[derive(Debug, Default)]
pub(super) struct WithoutSemicolon {
    told: Option<Handle>,
}

/// A number, as people have them: not `*99#`, and nothing behind it.
fn dials_data(done: &Exchange) -> bool {
    let number = done.text.get(3..).unwrap_or_default().trim_ascii();
    // Tone or pulse, as on a telephone line.
    let number = if let [b'T' | b't' | b'P' | b'p', number @ ..] = number { number } else { number };
    let digits = number.strip_prefix(b"+").unwrap_or(number);
    // Who posts a log hides the number.
    let hidden = |byte: &u8| matches!(byte, b'x' | b'X' | b'*') && !digits.ends_with(b"#");
    done.role == Role::Dial
        && digits.len() >= 3
        && digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-') || hidden(byte))
}

impl Rule for WithoutSemicolon {
    const DOC: &'static Doc = &Doc {
        slug: "call-without-semicolon",
        severity: Problem,
        family: FAMILY,
        evidence: "`ATD<number>` without `;` at its end is answered `NO CARRIER`, `BUSY`, `NO ANSWER`, `NO DIALTONE` or refused, while the SIM and the network are not known to be missing.",
        why: "Without ; at its end ATD begins a data call, which hardly any network offers; with it a voice call.",
        fix: "ATD<number>; with the semicolon.",
    };
    const HEARS: hears::Kinds = hears::results(CALL);

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done().filter(|done| dials_data(done)) else { return };
        if done.outcome.is_none_or(|(outcome, _)| outcome.good()) || book.is_blamed(done.id) || no_sim(book) {
            return;
        }
        let spans = [Some(done.span), done.result_span()];
        if book.extend(&[NotRegistered::DOC.slug], spans) {
            return;
        }
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.told {
            book.again(told, spans);
        } else {
            let title = format!("{} without ; at its end is a data call, and it was not put through.", done.shown());
            self.told = Some(book.add(Self::DOC, Draft::new(title, spans)));
        }
    }
}

/// `call-failed`.
#[derive(Debug, Default)]
pub(super) struct Failed {
    told: Option<Handle>,
    /// The other end has taken the call.
    taken: bool,
    /// The command that was open when a call last ended, and where the modem said so.
    instead: Option<(String, Span, Span)>,
}

/// Why a call came to nothing, as the modem says it: the title's words, the cause and what to do.
fn ending(words: &str, takes: bool) -> (&'static str, &'static str, &'static str) {
    match words {
        _ if takes => (
            "there was no call to take any more",
            "The caller had hung up, or the network had ended the call.",
            "AT+CLCC shows the calls that there are; RING comes as long as one waits.",
        ),
        "BUSY" => (
            "the number is busy, or the call was turned down",
            "The other end speaks to somebody else, or has refused the call.",
            "Try again later; AT+CEER tells more.",
        ),
        "NO ANSWER" => {
            ("nobody took the call", "It rang, and nobody took the call.", "Try again later, or let it ring longer.")
        }
        "NO DIALTONE" => (
            "the modem has no line",
            "The modem is not in a network that puts calls through.",
            "Check AT+CREG? and AT+CSQ.",
        ),
        _ => (
            "it was not put through, or it was ended",
            "The network or the other end has ended the call: no credit, a number that is barred or written wrongly, a SIM for data alone, a network without voice calls for this modem, or a supply that gave way.",
            "AT+CEER, right behind it, tells why; check the number (with + and the country's code), credit, AT+CREG? and AT+CBC.",
        ),
    }
}

/// The call ended before anybody can have taken it and said a word; in a log without times, before anything else happened.
fn is_at_once(done: &Exchange, end: Span, dialog: &Dialog) -> bool {
    const SETUP: Duration = Duration::from_secs(8);
    let took = end.at.zip(done.span.at).map(|(end, dialed)| end.saturating_sub(dialed));
    took.map_or(dialog.log.read_ahead, |took| took < SETUP)
}

/// `ATDT#777`, or back to one with `ATO`. What becomes of `ATD*99#` tells whether there is a data service.
fn is_data_call(done: &Exchange) -> bool {
    let dials = done.role == Role::Dial && !done.text.ends_with(b";") && !dials_data(done);
    done.role == Role::Online || dials && memchr::memmem::find(&done.text, b"*99").is_none()
}

impl Failed {
    /// `NO CARRIER` was the last that came, and the command before it has no result.
    fn hung_up(&self, dialog: &Dialog, book: &mut Book) {
        let Some((command, span, end)) = &self.instead else { return };
        // Nothing may have come behind it.
        let unanswered = dialog.tally().unanswered_first.iter().any(|(_, unanswered)| unanswered == span)
            || dialog.open().iter().any(|open| open.span == *span);
        let answered = dialog.done().and_then(Exchange::result_span).is_some_and(|result| result.start > end.start);
        if !unanswered
            || answered
            || dialog.receiving.total() > end.end + 16
            || book.rests_on(*span)
            || book.rests_on(*end)
        {
            return;
        }
        let said = dialog.words.of(*end).unwrap_or("NO CARRIER");
        let draft = Draft::new(format!("{command} got no result, only {said}."), [Some(*span), Some(*end)])
            .because("NO CARRIER tells that a call or data connection from before has ended; who gives up on it, as chat does after ABORT 'NO CARRIER', never hears the OK behind it.")
            .fix("The line is free now: begin again with AT. Hang up first (ATH), and take NO CARRIER for a failure only behind ATD.")
            .confidence(60);
        book.add(Self::DOC, draft);
    }

    /// A data call that came to nothing, or ended behind its `CONNECT`.
    fn data_call(&mut self, event: &Event, done: &Exchange, dialog: &Dialog, book: &mut Book) {
        let (end, stood) = match (*event, done.outcome) {
            (Event::Final, Some((Outcome::Said(Said::CallEnd), Some(end)))) => (end, false),
            (Event::Said(Said::CallEnd, end), Some((Outcome::Said(Said::Connect), _))) => (end, true),
            _ => return,
        };
        let spans = [Some(done.span), Some(end)];
        if book.is_blamed(done.id) || no_sim(book) || book.extend(&[NotRegistered::DOC.slug], spans) {
            return;
        }
        if let Some(told) = self.told {
            return book.again(told, spans);
        }
        let (what, said) = (done.shown(), dialog.words.of(end).unwrap_or("NO CARRIER"));
        let draft = match (done.role, stood) {
            (_, true) => Draft::new(format!("{what}: the data call has ended ({said})."), spans)
                .because("Behind CONNECT both ends speak PPP: a modem to which nobody speaks it hangs up, and so does a network that does not like the login.")
                .fix("Let pppd (or the program's own PPP) take the port as soon as CONNECT comes; AT+CEER tells more.")
                .confidence(60),
            (Role::Online, _) => Draft::new(format!("{what}: there is no data call to go back to ({said})."), spans)
                .because("ATO goes back to a data call that was left with +++; none stands.")
                .fix("Dial first: ATD*99#.")
                .severity(Warning),
            _ => Draft::new(format!("{what}: the data call was not put through ({said})."), spans)
                .because("The network gave no data connection: the access point is wrong, the SIM has no data, there is no network, or an earlier connection still stands.")
                .fix("AT+CEER, right behind it, tells why; check AT+CGDCONT?, AT+CGATT? and AT+CREG?, and hang up first (ATH).")
                .severity(Warning),
        };
        self.told = Some(book.add(Self::DOC, draft.send("AT+CEER", "AT+CEER\r")));
    }
}

impl Rule for Failed {
    const DOC: &'static Doc = &Doc {
        slug: "call-failed",
        severity: Note,
        family: FAMILY,
        evidence: "As a warning, a data call (`ATDT#777`) or `ATO` that is answered `NO CARRIER`, `BUSY`, `NO ANSWER` or `NO DIALTONE`, and as a note one that ends so behind its `CONNECT`. As a note, `ATD<number>;` or `ATA` is answered `NO CARRIER`, `BUSY`, `NO ANSWER` or `NO DIALTONE` in place of `OK`, or one of the last three comes behind the `OK` of `ATD<number>;` (`NO CARRIER` too within 8 s, or in a log without times), while the SIM and the network are not known to be missing. As a note too, `NO CARRIER` is the last that comes, and the command before it, which dials nothing, has no result.",
        why: "The call was not put through.",
        fix: "AT+CEER tells why.",
    };
    const HEARS: hears::Kinds = hears::results(CALL) | hears::said(CALL) | hears::commands(CALL) | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                self.taken &= dialog.open().last().is_none_or(|last| last.role != Role::Dial);
                return;
            }
            Event::Said(Said::CallTaken, _) => {
                self.taken = true;
                return;
            }
            Event::Finish => return self.hung_up(dialog, book),
            Event::Said(Said::CallEnd, end) => {
                let open = dialog.open().last().map(|open| (open.shown(), open.span, end));
                self.instead = open.or_else(|| self.instead.take());
            }
            _ => {}
        }
        let Some(done) = dialog.done() else { return };
        if is_data_call(done) {
            return self.data_call(event, done, dialog, book);
        }
        let takes = done.role == Role::Answer;
        let dials = done.role == Role::Dial && done.text.ends_with(b";");
        if !takes && !dials {
            return;
        }
        let end = match (*event, done.outcome) {
            (Event::Final, Some((Outcome::Said(Said::CallEnd), Some(end)))) => end,
            (Event::Said(Said::CallEnd, end), Some((Outcome::Said(Said::Ok), _))) => {
                // NO CARRIER ends a conversation, too.
                if takes || self.taken || dialog.words.of(end) == Some("NO CARRIER") && !is_at_once(done, end, dialog) {
                    return;
                }
                end
            }
            _ => return,
        };
        if book.is_blamed(done.id) || no_sim(book) {
            return;
        }
        let spans = [Some(done.span), Some(end)];
        if book.extend(&[NotRegistered::DOC.slug], spans) {
            return;
        }
        if let Some(told) = self.told {
            book.again(told, spans);
            return;
        }
        let (what, why, fix) = ending(dialog.words.of(end).unwrap_or_default(), takes);
        let draft = Draft::new(format!("{}: {what}.", done.shown()), spans).because(why).fix(fix);
        self.told = Some(book.add(Self::DOC, draft.send("AT+CEER", "AT+CEER\r")));
    }
}

/// `call-not-taken`.
#[derive(Debug, Default)]
pub(super) struct NotTaken {
    /// The first and the last ring, and how many came.
    rings: Option<(Span, Span, u32)>,
    /// Something was done about it.
    met: bool,
    /// `ATS0` was set: the modem takes calls by itself.
    by_itself: bool,
    told: Option<Handle>,
}

/// A call rings every few seconds; what rings this much later is another one.
const ANOTHER_CALL: Duration = Duration::from_secs(15);

impl NotTaken {
    fn tell(&mut self, end: Option<Span>, book: &mut Book) {
        /// Who reads the caller's number alone lets it ring once or twice.
        const OFTEN: u32 = 3;
        let Some((first, last, count)) = self.rings.take() else { return };
        if std::mem::take(&mut self.met) || count < 2 || end.is_none() && count < OFTEN {
            return;
        }
        let spans = [Some(first), Some(last), end];
        if let Some(told) = self.told {
            return book.again(told, spans);
        }
        let title = match end {
            Some(_) => format!("A call rang {count} times and ended, and nothing took it."),
            None => format!("A call rings {count} times, and nothing takes it."),
        };
        self.told = Some(book.add(Self::DOC, Draft::new(title, spans).send("ATA", "ATA\r").confidence(70)));
    }
}

/// After how many rings the modem is to take a call, 0 for none: `ATS0=2`.
fn auto_answer(call: &Call<'_>) -> Option<u32> {
    (call.name.eq_ignore_ascii_case(b"S0") && call.form == Form::Set).then(|| call.number(0)).flatten()
}

impl Rule for NotTaken {
    const DOC: &'static Doc = &Doc {
        slug: "call-not-taken",
        severity: Note,
        family: FAMILY,
        evidence: "`RING` twice or more and then `NO CARRIER`, or three times and more to the end of the log, and no `ATA`, `ATH` or `AT+CHUP`.",
        why: "The modem reports a call with RING as long as the caller waits; it takes none by itself unless ATS0 says so.",
        fix: "Send ATA after RING to take it (ATH turns it down), or set ATS0=1 before, and the modem takes each call by itself.",
    };
    const HEARS: hears::Kinds = hears::said(CALL | START) | hears::commands(CALL | OTHER) | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        // `ATS0=1` is a setting of the line, and a call is met only when one rings.
        let sets = |last: &Exchange| last.role == Role::Basic || last.asked.glued;
        !hears::is_command(kinds) || self.rings.is_some() || dialog.open().last().is_some_and(|last| sets(last))
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Ring, span) => {
                let goes_on = |last: &Span| last.at.zip(span.at).is_none_or(|(last, now)| now < last + ANOTHER_CALL);
                let rings = self.rings.filter(|(_, last, _)| goes_on(last));
                let (first, _, count) = rings.unwrap_or((span, span, 0));
                self.rings = (!self.by_itself).then_some((first, span, count + 1));
            }
            Event::Command => {
                if let Some(rings) =
                    dialog.open().last().and_then(|last| last.calls().find_map(|call| auto_answer(&call)))
                {
                    self.by_itself = rings > 0;
                }
                if self.rings.is_none() {
                    return;
                }
                self.met |= dialog.open().last().is_some_and(|last| {
                    matches!(last.role, Role::Answer | Role::Dial)
                        || last.calls().any(|call| {
                            call.name.eq_ignore_ascii_case(b"H") || call.name.eq_ignore_ascii_case(b"+CHUP")
                        })
                });
            }
            Event::Said(Said::CallEnd, span) => self.tell(Some(span), book),
            Event::Said(Said::Connect | Said::Rdy, _) => self.rings = None,
            Event::Finish => self.tell(None, book),
            _ => {}
        }
    }
}
