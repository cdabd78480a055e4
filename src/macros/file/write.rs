//! Writing macros: new ones whole, changed ones key by key, so that what did not change keeps its place and comments.

use std::collections::BTreeMap;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::macros::duration;
use crate::macros::model::{Ask, Book, Macro, OnFail, Step};

/// The version this program reads and writes.
pub(crate) const VERSION: i64 = 1;

/// Prints a whole book, as for an export. Reading it gives the same book.
#[must_use]
pub fn print(book: &Book) -> String {
    let mut document = DocumentMut::new();
    document.insert("version", value(VERSION));
    let mut tables = ArrayOfTables::new();
    for what in &book.macros {
        tables.push(table(what));
    }
    if !tables.is_empty() {
        document.insert("macro", Item::ArrayOfTables(tables));
    }
    document.to_string()
}

/// A macro as a table of its own.
#[must_use]
pub(crate) fn table(what: &Macro) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    update_macro(&mut table, &Macro::default(), what);
    let mut steps = ArrayOfTables::new();
    for step in &what.steps {
        steps.push(step_table(step));
    }
    if !steps.is_empty() {
        table.insert("step", Item::ArrayOfTables(steps));
    }
    table
}

/// A step as a table of its own.
#[must_use]
pub(crate) fn step_table(step: &Step) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("  ");
    update_step(&mut table, &Step::default(), step);
    table
}

/// Sets what differs between `old` and `new` in a macro's table; its steps are not touched.
pub(crate) fn update_macro(table: &mut Table, old: &Macro, new: &Macro) {
    let mut put = |key: &str, changed: bool, item: Option<Value>| put(table, key, changed, item, "");
    put("name", old.name != new.name || old.name.is_empty(), Some(text(&new.name)));
    for (key, old, new) in [
        ("group", &old.group, &new.group),
        ("key", &old.key, &new.key),
        ("about", &old.about, &new.about),
        ("color", &old.color, &new.color),
    ] {
        put(key, old != new, new.as_deref().map(text));
    }
    put("ask", old.ask != new.ask, (!new.ask.is_empty()).then(|| ask(&new.ask)));
}

/// Sets what differs between `old` and `new` in a step's table.
pub(crate) fn update_step(table: &mut Table, old: &Step, new: &Step) {
    let indent = "  ";
    let mut put = |key: &str, changed: bool, item: Option<Value>| put(table, key, changed, item, indent);
    let for_long = |duration: std::time::Duration| Value::from(duration::print(duration));
    put("disabled", old.disabled != new.disabled, new.disabled.then(|| Value::from(true)));
    put("note", old.note != new.note, new.note.as_deref().map(text));
    put(
        "set",
        old.set != new.set,
        new.set.map(|change| {
            let mut lines = InlineTable::new();
            for (key, state) in [("dtr", change.dtr), ("rts", change.rts)] {
                if let Some(state) = state {
                    lines.insert(key, state.into());
                }
            }
            lines.into()
        }),
    );
    put("break", old.break_for != new.break_for, new.break_for.map(for_long));
    put("send", old.send != new.send, new.send.as_deref().map(text));
    put("expect", old.expect != new.expect, (!new.expect.is_empty()).then(|| texts(&new.expect)));
    put("fail", old.fail != new.fail, (!new.fail.is_empty()).then(|| texts(&new.fail)));
    put("within", old.within != new.within, new.within.map(for_long));
    put("wait", old.wait != new.wait, new.wait.map(for_long));
    put("repeat", old.repeat != new.repeat, new.repeat.map(|count| i64::from(count).into()));
    put("retry", old.retry != new.retry, new.retry.map(|count| i64::from(count).into()));
    let on_fail = match new.on_fail {
        OnFail::Stop => None,
        OnFail::Continue => Some("continue"),
        OnFail::Skip => Some("skip"),
    };
    put("on_fail", old.on_fail != new.on_fail, on_fail.map(Value::from));
    put("keep", old.keep != new.keep, (!new.keep.is_empty()).then(|| keep(&new.keep)));
}

/// Sets or removes one key, keeping the comments around a value that was there.
fn put(table: &mut Table, key: &str, changed: bool, new: Option<Value>, indent: &str) {
    if !changed {
        return;
    }
    let Some(mut new) = new else {
        table.remove(key);
        return;
    };
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *new.decor_mut() = old.decor().clone();
        *old = new;
        return;
    }
    table.insert(key, Item::Value(new));
    if let Some(mut key) = table.key_mut(key) {
        key.leaf_decor_mut().set_prefix(indent);
    }
}

/// A text as TOML: notation is full of backslashes, so it is written in single quotes wherever that is possible.
fn text(text: &str) -> Value {
    let literal = !text.contains('\'') && !text.chars().any(char::is_control);
    if literal
        && text.contains(['\\', '"', '$'])
        && let Ok(value) = format!("'{text}'").parse()
    {
        return value;
    }
    Value::from(text)
}

fn texts(all: &[String]) -> Value {
    all.iter().map(|one| text(one)).collect::<Array>().into()
}

fn ask(all: &[(String, Ask)]) -> Value {
    let mut table = InlineTable::new();
    for (name, ask) in all {
        let value = if ask.secret {
            let mut inner = InlineTable::new();
            inner.insert("secret", true.into());
            inner.into()
        } else {
            text(&ask.default)
        };
        table.insert(name, value);
    }
    table.into()
}

fn keep(all: &BTreeMap<String, String>) -> Value {
    let mut table = InlineTable::new();
    for (name, pattern) in all {
        table.insert(name, text(pattern));
    }
    table.into()
}
