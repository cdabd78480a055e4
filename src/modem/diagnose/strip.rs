//! The modem strip: what the modem is doing now.

use std::time::Duration;

use super::{Doing, Strip};
use crate::modem::dialog::Dialog;
use crate::modem::dialog::exchange::{Data, DataKind, Span};
use crate::modem::dialog::state::Connection;
use crate::modem::secrets::Secrets;
use crate::notation;
use crate::vocabulary::{Evidence, Role};

/// The strip of a dialog.
pub(super) fn of(dialog: &Dialog, secrets: &Secrets) -> Strip {
    let state = &dialog.state;
    let doing = if let Some(data) = dialog.data() {
        prompt(data)
    } else if dialog.online {
        Doing::Transparent
    } else if let Some(waiting) = dialog.waiting() {
        let command = secrets.masked(String::from_utf8_lossy(&waiting.text).into_owned());
        let allowed = Some(waiting.longest());
        Doing::Waiting { command, since: waiting.at.unwrap_or_default(), allowed }
    } else if let Some(command) = state.connections.iter().find_map(opening) {
        let open = dialog.telling.family().by_role(Role::Open);
        let allowed = open.and_then(|open| open.times().max());
        Doing::Connecting { peer: state.peer.clone(), since: command.at.unwrap_or_default(), allowed }
    } else if state.connections.contains(&Connection::Open) {
        Doing::Connected { peer: state.peer.clone() }
    } else if dialog.answered() > 0 || state.started {
        Doing::Ready
    } else {
        Doing::Unknown
    };
    let told = dialog.telling.evidence() != Evidence::None;
    let modem = told.then(|| dialog.telling.family().name);
    Strip {
        modem,
        doing,
        echo: state.echo,
        cmee: state.cmee,
        cipmux: state.mux,
        csq: state.csq,
        creg: state.registration.best(),
    }
}

/// The command of a connection that is being opened.
const fn opening(connection: &Connection) -> Option<Span> {
    match connection {
        Connection::Connecting { command, accepted: true } => Some(*command),
        _ => None,
    }
}

fn prompt(data: &Data) -> Doing {
    let wants = match data.kind {
        DataKind::Fixed(n) | DataKind::Timed(n) => Some(n),
        DataKind::Terminated | DataKind::Unsure => None,
    };
    let lookalike =
        wants.is_none() && notation::lookalike(&data.tail).is_some_and(|found| found.certain || found.alone);
    Doing::Prompt { since: data.prompt.at.unwrap_or(Duration::ZERO), typed: data.count, wants, lookalike }
}
