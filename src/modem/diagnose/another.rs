//! Commands of another family than that of the modem at hand.

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::ORDER as FAMILY;
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::exchange::{Exchange, Outcome};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Evidence, Family, Role, families};

/// `another-modems-command`.
#[derive(Debug, Default)]
pub(super) struct Command {
    told: Option<Handle>,
}

/// What each maker does with commands of his own: here the tables are whole.
const fn differs(role: Role) -> bool {
    matches!(
        role,
        Role::ContextOpen
            | Role::ContextClose
            | Role::AccessPoint
            | Role::Address
            | Role::Bearer
            | Role::Open
            | Role::Send
            | Role::Close
            | Role::Join
            | Role::Multi
            | Role::ConnectionState
            | Role::HttpStart
            | Role::HttpSetting
            | Role::HttpDo
            | Role::MqttConnect
    )
}

/// What only a modem for mobile networks has.
const fn is_mobile(role: Role) -> bool {
    role.is_sms()
        || matches!(
            role,
            Role::Sim
                | Role::SimNumber
                | Role::Signal
                | Role::Operator
                | Role::Registration
                | Role::DataRegistration
                | Role::Attach
                | Role::Activate
                | Role::Bearer
                | Role::Ussd
                | Role::Dial
        )
}

/// The modem refuses the command as one that it does not know, or without a reason. (CME 3 is said of commands that it
/// knows.)
const fn not_known(done: &Exchange) -> bool {
    matches!(done.outcome, Some((Outcome::Said(Said::Error | Said::Cme(4 | 50 | 58 | 100)), _)))
}

/// The family whose command it is, where the modem at hand has none of that name.
fn owner(done: &Exchange, here: &Family) -> Option<&'static Family> {
    let name = done.chief().name;
    let other = |family: &&Family| family.named(name).is_some_and(|command| differs(command.role));
    families().iter().find(other).filter(|_| here.named(name).is_none())
}

/// How the modem at hand does the same.
fn instead(here: &Family) -> String {
    let does = [
        (Role::Join, "joins a Wi-Fi network"),
        (Role::ContextOpen, "opens the data connection"),
        (Role::Open, "opens a connection"),
        (Role::HttpDo, "does an HTTP request"),
        (Role::MqttConnect, "connects to a broker"),
    ];
    let ways: Vec<String> =
        does.iter().filter_map(|(role, what)| Some(format!("{} {what}", here.by_role(*role)?.name))).collect();
    let here = if ways.is_empty() { String::new() } else { format!("Here {}. ", ways.join(", ")) };
    format!(
        "{here}The manual of this modem tells its commands and their parameters. Take a library or an example that is made for it."
    )
}

impl Rule for Command {
    const DOC: &'static Doc = &Doc {
        slug: "another-modems-command",
        severity: Problem,
        family: FAMILY,
        evidence: "The modem has said which one it is (`ATI`, `AT+CGMM`), and a refused command for data, connections, HTTP or MQTT is of another family of modems; or a Wi-Fi module is asked for a SIM, a signal or an SMS.",
        why: "Each maker has commands of his own for connections, HTTP and MQTT: an example for another modem does not work.",
        fix: "Use the commands of the modem at hand.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let here = dialog.telling.family();
        let known = dialog.telling.evidence() >= Evidence::Named;
        let Some(done) = dialog.done().filter(|done| known && not_known(done) && !book.is_blamed(done.id)) else {
            return;
        };
        let wifi = here.joins_wifi() && is_mobile(done.role);
        let theirs = owner(done, here).filter(|_| !wifi);
        if !wifi && theirs.is_none() {
            return;
        }
        let spans = [Some(done.span), done.result_span()];
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.told {
            return book.again(told, spans);
        }
        let name = String::from_utf8_lossy(done.chief().name).into_owned();
        let title = match theirs {
            Some(theirs) => {
                format!("AT{name} is a command of other modems ({}); this one: {}.", theirs.title, here.title)
            }
            None => format!("AT{name} is for a modem in a mobile network; this one: {}.", here.title),
        };
        self.told = Some(book.add(Self::DOC, Draft::new(title, spans).quoting().fix(instead(here)).confidence(80)));
    }
}
