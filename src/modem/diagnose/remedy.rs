//! What helps against a failure whose reason the tables know.

use super::book::Draft;
use super::connecting::{TlsFailed, tls_draft};
use super::doc::Doc;
use crate::modem::dialog::exchange::Span;
use crate::vocabulary::{Because, Reason};

/// What to do: what the table says, else what helps against any such reason.
pub(super) fn remedy(because: Because) -> Option<String> {
    because.helps.map(|helps| format!("{helps}.")).or_else(|| because.reason.and_then(usual).map(str::to_owned))
}

const fn usual(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::Already => "Use what is there, or end it first and then begin anew.",
        Reason::NoContext => "Open the data connection first, and go on when the modem says that it is open.",
        Reason::NoName => {
            "Check the name letter by letter; the server's IP address in its place shows whether it is the look-up."
        }
        Reason::NoAddress => "Join the network first (AT+CWJAP) and wait for WIFI GOT IP; AT+CIFSR shows the address.",
        Reason::Form => "Add or drop the number of the connection, or change AT+CIPMUX.",
        Reason::Login => "Check user and password letter by letter, and that this user may do it there.",
        Reason::Off => "Switch it on first.",
        Reason::Bearer | Reason::Here | Reason::State | Reason::Tls => return None,
    })
}

/// A failure with its reason: under the name of TLS where that is it, else under that of the rule that tells it.
pub(super) fn told_by(
    doc: &'static Doc,
    because: Because,
    title: String,
    spans: [Option<Span>; 2],
) -> (&'static Doc, Draft) {
    if because.reason == Some(Reason::Tls) {
        return (<TlsFailed as super::rule::Rule>::DOC, tls_draft(title, spans));
    }
    let draft = Draft::new(title, spans);
    (
        doc,
        match remedy(because) {
            Some(fix) => draft.advise(fix),
            None => draft,
        },
    )
}
