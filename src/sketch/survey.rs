//! What a stretch of a sketch would do, without running it.

use std::collections::BTreeSet;

use super::calls;
use super::syntax::{Expr, Program, Stmt};

/// A condition that always holds.
pub(super) fn is_true(condition: &Expr) -> bool {
    match condition {
        Expr::Int(number) => *number != 0,
        Expr::Name(name) => name == "true",
        _ => false,
    }
}

/// True if one of these names stands in it.
pub(super) fn mentions(expr: &Expr, names: &[&str]) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| {
        found |= matches!(expr, Expr::Name(name) | Expr::Member(_, name) if names.contains(&name.as_str()));
    });
    found
}

/// True if it calls `delay`.
pub(super) fn calls_delay(statement: &Stmt) -> bool {
    let mut found = false;
    statement.walk(&mut |expr| found |= matches!(expr, Expr::Name(name) if name == "delay"));
    found
}

/// Names whose `print`, `println` or `write` is called in `statement` or in a function it calls.
pub(super) fn collect_sends(program: &Program, statement: &Stmt, sent: &mut Vec<String>, seen: &mut BTreeSet<String>) {
    let mut helpers = Vec::new();
    statement.walk(&mut |expr| {
        let Expr::Call(callee, arguments) = expr else { return };
        match &**callee {
            Expr::Member(object, method) if calls::sends(method) => {
                if let Expr::Name(name) = &**object {
                    sent.push(name.clone());
                }
            }
            Expr::Name(name) => {
                helpers.push(name.clone());
                // A helper that is given the object sends to it under another name.
                sent.extend(arguments.iter().filter_map(|argument| match argument {
                    Expr::Name(name) => Some(name.clone()),
                    _ => None,
                }));
            }
            _ => {}
        }
    });
    for name in helpers {
        if seen.insert(name.clone())
            && let Some(function) = program.functions.iter().find(|function| function.name == name)
        {
            function.body.iter().for_each(|statement| collect_sends(program, statement, sent, seen));
        }
    }
}
