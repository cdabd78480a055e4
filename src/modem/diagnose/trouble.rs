//! What the modem tells of something that has failed, and that is no result of a command: a broker that is gone, a network that has ended
//! TLS, heat.

use super::Severity::{Note, Warning};
use super::book::{Book, Draft, Handle};
use super::connecting::TlsFailed;
use super::doc::heading::LINE as FAMILY;
use super::mqtt::leaves;
use super::network::NO_SIM;
use super::opening::ContextLost;
use super::power::Restarted;
use super::remedy::remedy;
use super::rule::{Doc, Rule, hears};
use super::supply::UnderVoltage;
use super::topics::OUTCOME;
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Because, Reason};

/// `trouble-told`.
#[derive(Debug, Default)]
pub(super) struct Told {
    told: Vec<(String, Handle)>,
}

/// At most this many different ones are told of.
const DIFFERENT: usize = 10;

/// Who has lost the network, or the supply, hears of its consequences.
const CAUSES: [&str; 4] = [ContextLost::DOC.slug, Restarted::DOC.slug, UnderVoltage::DOC.slug, TlsFailed::DOC.slug];

impl Told {
    fn tell(&mut self, words: &str, because: Because, span: Span, book: &mut Book) {
        let spans = [Some(span), None];
        if let Some((_, told)) = self.told.iter().find(|(known, _)| known == words) {
            book.again(*told, spans);
            return;
        }
        if self.told.len() >= DIFFERENT || book.extend(&NO_SIM, spans) || book.any_open(&CAUSES) {
            return;
        }
        // A line that no table has is quoted as it stands.
        let quoted = words.starts_with(['+', '*', '^', '#', '%']);
        let draft = if quoted {
            Draft::new(format!("The modem tells of a failure: {words}."), spans)
                .because("The line's own words say so; what its numbers mean stands in the modem's manual.")
                .severity(Note)
                .confidence(70)
        } else {
            Draft::new(format!("The modem tells: {words}."), spans)
        };
        // A line of no table tells only by its own letters what it is about.
        let tls =
            because.reason == Some(Reason::Tls) || quoted && ["TLS", "SSL"].iter().any(|word| words.contains(word));
        let draft = match remedy(because) {
            _ if tls => draft.fix("Check the certificates, the version of TLS and the clock."),
            Some(fix) => draft.advise(fix),
            None => draft,
        };
        self.told.push((words.to_owned(), book.add(Self::DOC, draft)));
    }
}

/// The answer to a command of the same name, of which no table knows what it tells.
fn is_asked(words: &str, dialog: &Dialog) -> bool {
    let name = words.split(':').next().unwrap_or_default();
    let asks = |text: &[u8]| memchr::memmem::find(&text.to_ascii_uppercase(), name.as_bytes()).is_some();
    words.starts_with(['+', '*', '^', '#', '%']) && dialog.open().iter().any(|open| asks(&open.text))
}

/// `+SMSTATE: 0` behind AT+SMDISC: one has left the broker oneself.
fn is_own_end(span: Span, dialog: &Dialog) -> bool {
    let latest = dialog.waiting().or_else(|| dialog.done());
    dialog.words.name_of(span) == Some("+SMSTATE") && latest.is_some_and(leaves)
}

impl Rule for Told {
    const DOC: &'static Doc = &Doc {
        slug: "trouble-told",
        severity: Warning,
        family: FAMILY,
        evidence: "A line that nobody asked for tells of a failure: `+QMTSTAT: 0,1`, `+CMQTTCONNLOST: 0,3`, `+CMTE: 2`, `+MQTTDISCONNECTED:0`. As a note, a line of no table whose own words name one (`+XSTATE: CONNECT FAILED`, `^SSLERR: 3`).",
        why: "What stood before is gone: it does not come back by itself.",
        fix: "Wait for such lines also between the commands, and build up again what they end.",
    };
    const HEARS: hears::Kinds = hears::said(OUTCOME);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Event::Said(Said::Trouble, span) = *event
            && let Some(words) = dialog
                .words
                .of(span)
                .filter(|words| !words.is_empty() && !is_asked(words, dialog) && !is_own_end(span, dialog))
        {
            self.tell(words, dialog.words.because(span), span, book);
        }
    }
}
