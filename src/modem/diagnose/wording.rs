//! Findings in the words of the modem at hand.
//!
//! Rules are about meanings, and their texts are written once, with the commands of a SIM800. For a modem of another family
//! each of these is put in the words of the command that has the same role there; an offer to send one goes where the
//! family has none that can be sent as it stands.

use super::{Finding, Offer};
use crate::vocabulary::{Command, Family, Role, sim800};

/// Commands that texts speak of, by their roles.
const ROLES: [Role; 8] = [
    Role::Open,
    Role::Send,
    Role::Close,
    Role::ContextOpen,
    Role::ContextClose,
    Role::AccessPoint,
    Role::Address,
    Role::ConnectionState,
];

/// What helps a Wi-Fi module against dips of the supply.
const WIFI_ADVICE: &str = "An ESP8266 or ESP32 draws bursts of 0.4 A at 3.0 to 3.6 V. Use a supply of 3.3 V that gives 0.5 A, with 100 µF or more close to the module and short, thick wires; the 3.3 V pin of an Arduino or of most USB adapters is not enough.";

/// What goes with so many.
pub(super) const fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// Puts a finding in the words of a family; its title as well, unless that shows a command `as_sent`, which need not be one
/// of this family.
pub(super) fn reword(finding: &mut Finding, family: &Family, as_sent: bool) {
    if family.name == sim800().name {
        return;
    }
    // The title quotes commands as they were sent.
    let title = (!as_sent).then_some((&mut finding.title, false));
    for (text, ours) in title.into_iter().chain([(&mut finding.cause, true), (&mut finding.fix, true)]) {
        *text = say(text, ours, family);
    }
    finding.offers.retain_mut(|offer| match offer {
        Offer::Send { label, bytes } => {
            let Some(role) = role_of(label) else { return true };
            let there = family.by_role(role).filter(|command| can_stand_alone(command));
            let Some(name) = there.map(|command| command.name) else { return false };
            name.clone_into(label);
            *bytes = format!("{name}\r").into_bytes();
            true
        }
        Offer::Advice(advice) => {
            if family.joins_wifi() {
                *advice = WIFI_ADVICE;
            }
            true
        }
        _ => true,
    });
}

/// The role of a SIM800's command, where it is one of those that are replaced.
fn role_of(label: &str) -> Option<Role> {
    ROLES.into_iter().find(|role| sim800().by_role(*role).is_some_and(|command| command.name == label))
}

/// Nothing must stand behind its name.
fn can_stand_alone(command: &Command) -> bool {
    !command.syntax.get(command.name.len()..).is_some_and(|tail| tail.starts_with(['=', '?']))
}

/// A text with the family's commands and results; where it is all `ours`, their parameters too.
fn say(text: &str, ours: bool, family: &Family) -> String {
    let mut said = text.to_owned();
    // Nothing ends the data connection there but the command that opens it.
    if ours && family.by_role(Role::ContextClose).is_none() {
        said = said.replace("AT+CIPSHUT, then ", "");
    }
    for role in ROLES {
        let (Some(here), Some(there)) = (sim800().by_role(role), family.by_role(role)) else { continue };
        let result = there.result_words().or_else(|| there.answers_ok().then(|| "OK".to_owned()));
        if let Some((before, after)) = here.result_words().filter(|words| words.ends_with("OK")).zip(result) {
            said = said.replace(&before, &after);
        }
        // With its parameters a command is written as the family writes it.
        if let Some(at) = said.find(&format!("{}=\"", here.name)).filter(|_| ours) {
            let written = said.get(at..).unwrap_or_default();
            let end = written.find([' ', ';']).unwrap_or(written.len());
            let whole = written.find("password\"").map_or(end, |at| at + "password\"".len());
            said.replace_range(at..at + whole, there.syntax);
        }
        said = replace_name(&said, here.name, there.name);
    }
    said
}

/// A name in place of another, where it is not the beginning of a longer one.
fn replace_name(text: &str, name: &str, by: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let behind = rest.get(at + name.len()..).unwrap_or_default();
        said.push_str(rest.get(..at).unwrap_or_default());
        said.push_str(if behind.starts_with(|c: char| c.is_ascii_alphanumeric()) { name } else { by });
        rest = behind;
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::family;

    #[test]
    fn texts_name_the_commands_of_the_family() {
        let sim7600 = family("sim7600").unwrap();
        assert_eq!(
            say("Wait for CONNECT OK, then send AT+CIPSEND; AT+CIPSTATUS shows the state.", true, sim7600),
            "Wait for +CIPOPEN: 0,0, then send AT+CIPSEND; AT+CIPSTAT shows the state."
        );
        assert_eq!(
            say(
                "AT+CIPSHUT, then AT+CSTT=\"your operator's APN\",\"user\",\"password\" and AT+CIICR; check.",
                true,
                sim7600
            ),
            "AT+NETCLOSE, then AT+CGDCONT=<cid>,\"IP\",\"<apn>\" and AT+NETOPEN; check."
        );
    }
}
