//! The contexts of packet data that a host defines (27.007 §10.1): each has a number, a type and an access point.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::line::{Call, Form};
use super::reply::{Done, Failure, NOT_ALLOWED};

/// How a model counts and writes its contexts.
#[derive(Debug)]
pub(super) struct Manner {
    /// The highest number.
    pub(super) highest: usize,
    /// Their numbers, as `AT+CGDCONT=?` says them.
    pub(super) numbers: &'static str,
    /// The types there are.
    pub(super) types: &'static [&'static str],
    /// What follows the address of one that is shown.
    pub(super) tail: &'static str,
    /// The ranges behind the type.
    pub(super) ranges: &'static str,
}

#[derive(Debug)]
struct Context {
    kind: String,
    apn: String,
    active: bool,
}

/// Those that are defined.
#[derive(Debug)]
pub(super) struct Contexts {
    manner: &'static Manner,
    defined: BTreeMap<usize, Context>,
}

impl Contexts {
    /// None yet.
    pub(super) fn new(manner: &'static Manner) -> Self {
        Self { manner, defined: BTreeMap::new() }
    }

    /// One with a type and no access point, which is active: what a network of LTE gives by itself.
    pub(super) fn with_first(manner: &'static Manner) -> Self {
        let first = Context { kind: "IP".into(), apn: String::new(), active: true };
        Self { manner, defined: [(1, first)].into() }
    }

    /// The access point of a context, empty where none is set.
    pub(super) fn access_point(&self, number: usize) -> &str {
        self.defined.get(&number).map_or("", |context| context.apn.as_str())
    }

    fn number(&self, call: &Call, index: usize) -> Option<usize> {
        call.size(index).filter(|number| (1..=self.manner.highest).contains(number))
    }

    /// `AT+CGDCONT=<number>[,<type>[,<access point>…]]`; the number alone takes it away.
    pub(super) fn define(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let manner = self.manner;
        match (call.form, self.number(call, 0)) {
            (Form::Test, _) => {
                let row = |kind: &&str| format!("+CGDCONT: {},\"{kind}\",,,{}", manner.numbers, manner.ranges);
                desk.info(manner.types.iter().map(row).collect::<Vec<_>>().join("\r\n"));
                Done::Ok
            }
            (Form::Query, _) if self.defined.is_empty() => Done::Ok,
            (Form::Query, _) => {
                let row = |(number, context): (&usize, &Context)| {
                    let Context { kind, apn, .. } = context;
                    format!("+CGDCONT: {number},\"{kind}\",\"{apn}\",\"0.0.0.0\",{}", manner.tail)
                };
                desk.answer(call, self.defined.iter().map(row).collect::<Vec<_>>().join("\r\n"))
            }
            (Form::Set, Some(number)) if call.count() == 1 => {
                self.defined.remove(&number);
                Done::Ok
            }
            (Form::Set, Some(number)) if manner.types.contains(&call.word(1).as_str()) => {
                let active = self.defined.get(&number).is_some_and(|context| context.active);
                self.defined.insert(number, Context { kind: call.word(1), apn: call.string(2), active });
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    /// Switches those on or off that `AT+CGACT=<0 or 1>[,<number>…]` names, all without one; an error for one that nobody
    /// defined.
    pub(super) fn activate(&mut self, call: &Call) -> Done {
        let Some(on @ (0 | 1)) = call.number(0) else { return NOT_ALLOWED };
        let named: Option<Vec<_>> = (1..call.count()).map(|index| self.number(call, index)).collect();
        let named = match named {
            Some(named) if named.is_empty() => self.defined.keys().copied().collect(),
            Some(named) if named.iter().all(|number| self.defined.contains_key(number)) => named,
            _ => return Done::Fail(Failure::Cme(3)),
        };
        for (number, context) in &mut self.defined {
            context.active = if named.contains(number) { on == 1 } else { context.active };
        }
        Done::Ok
    }

    /// Each of them and whether it is active.
    pub(super) fn states(&self) -> impl Iterator<Item = (usize, bool)> {
        self.defined.iter().map(|(number, context)| (*number, context.active))
    }
}
