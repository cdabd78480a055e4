//! The modem strip: what the modem is doing now.

use std::time::Duration;

use super::{Doing, Strip};
use crate::modem::dialog::Dialog;
use crate::modem::dialog::exchange::{Data, DataKind};
use crate::modem::dialog::sent_allowed;
use crate::modem::dialog::state::Connection;
use crate::notation;

/// Brings the strip up to date.
pub(super) fn update(strip: &mut Strip, dialog: &Dialog) {
    let state = &dialog.state;
    strip.echo = state.echo;
    strip.cmee = state.cmee;
    strip.cipmux = state.mux;
    strip.csq = state.csq;
    strip.creg = state.creg;
    if let Some(data) = &dialog.data {
        strip.doing = prompt(data);
    } else if dialog.online {
        strip.doing = Doing::Transparent;
    } else if let Some(waiting) = dialog.waiting() {
        let since = waiting.at.unwrap_or_default();
        match &strip.doing {
            Doing::Waiting { command, since: before, .. } if *before == since && command.as_bytes() == waiting.text => {
            }
            _ => {
                let command = String::from_utf8_lossy(&waiting.text).into_owned();
                strip.doing = Doing::Waiting { command, since, allowed: Some(sent_allowed(&waiting.text)) };
            }
        }
    } else if state.connections.contains(&Connection::Open) {
        match &strip.doing {
            Doing::Connected { peer } if *peer == state.peer => {}
            _ => strip.doing = Doing::Connected { peer: state.peer.clone() },
        }
    } else if dialog.answered > 0 || state.started {
        strip.doing = Doing::Ready;
    } else {
        strip.doing = Doing::Unknown;
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
