//! The last setting that was accepted after which a modem hears nothing or is not understood: its rate, flow control, sleep,
//! the multiplexer.

use super::exchange::{Exchange, Span};
use crate::vocabulary::{Form, Role, number};

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Deafness {
    pub(crate) role: Role,
    /// The command for people.
    pub(crate) shown: String,
    pub(crate) span: Span,
}

impl Deafness {
    /// A command was accepted: `known` is no longer so where it changes that.
    #[inline]
    pub(super) fn update(known: &mut Option<Self>, exchange: &Exchange) {
        if matches!(exchange.role, Role::Sleep | Role::Saving | Role::Flow | Role::Rate | Role::Multiplexer) {
            *known = Self::after(exchange);
        }
    }

    fn after(exchange: &Exchange) -> Option<Self> {
        let role = exchange.role;
        let call = exchange.chief();
        let value = if call.is_basic() { number(call.raw()) } else { call.number(0) };
        let on = match role {
            Role::Saving => value == Some(1),
            // Mode 0 is the basic one.
            Role::Multiplexer => true,
            _ => value.is_some_and(|value| value != 0),
        };
        let sets = call.is_basic() || exchange.asked.form == Form::Set;
        (sets && on).then(|| Self { role, shown: exchange.shown(), span: exchange.span })
    }
}
