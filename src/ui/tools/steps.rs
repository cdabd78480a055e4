//! One step of a macro in the editor's table: every key that the file has, under the file's words.

use std::collections::BTreeMap;
use std::time::Duration;

use egui::{DragValue, Grid, RichText, TextEdit, Ui};

use super::dragging::Order;
use crate::macros::edit::Edit;
use crate::macros::{LineChange, OnFail, Step};
use crate::ui::{icons, parts, theme};

/// The steps of the macro in hand, as rows.
pub(super) const STEPS: Order = Order { list: "steps" };

/// What was done to a step in this frame.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The edit that the user made.
    pub(super) edit: Option<Edit>,
    /// What it would send, while that is being typed.
    pub(super) typed: Option<String>,
}

/// Draws one step.
pub(super) fn step_fields(ui: &mut Ui, of: usize, at: usize, count: usize, step: &Step) -> Made {
    let mut fresh = step.clone();
    let mut edit = order(ui, of, at, count, &mut fresh);
    let typed = Grid::new("step").num_columns(2).show(ui, |ui| texts(ui, step, &mut fresh)).inner;
    ui.horizontal_wrapped(|ui| numbers(ui, step, &mut fresh));
    ui.horizontal_wrapped(|ui| lines(ui, step, &mut fresh));
    if fresh != *step {
        edit = Some(Edit::SetStep { of, at, step: Box::new(fresh) });
    }
    Made { edit, typed }
}

/// Number, on or off, and where it stands.
fn order(ui: &mut Ui, of: usize, at: usize, count: usize, fresh: &mut Step) -> Option<Edit> {
    let mut edit = None;
    ui.horizontal(|ui| {
        if count > 1 {
            let send = fresh.send.as_deref().unwrap_or_default();
            STEPS.handle(ui, at, format!("step {} {send}", at + 1).trim_end());
        }
        ui.label(RichText::new(format!("{}", at + 1)).font(theme::strong(theme::BODY)));
        let mut on = !fresh.disabled;
        if ui.checkbox(&mut on, "On").changed() {
            fresh.disabled = !on;
        }
        if at > 0 && parts::quiet_signed(ui, icons::UP, "Up").clicked() {
            edit = Some(Edit::MoveStep { of, from: at, to: at - 1 });
        }
        if at + 1 < count && parts::quiet_signed(ui, icons::DOWN, "Down").clicked() {
            edit = Some(Edit::MoveStep { of, from: at, to: at + 1 });
        }
        if parts::quiet_signed(ui, icons::COPY, "Duplicate").clicked() {
            edit = Some(Edit::DuplicateStep { of, at });
        }
        if parts::quiet_signed(ui, icons::DELETE, "Delete").clicked() {
            edit = Some(Edit::DeleteStep { of, at });
        }
    });
    edit
}

/// The texts of a step; gives what is being typed as its send.
fn texts(ui: &mut Ui, step: &Step, fresh: &mut Step) -> Option<String> {
    let mut send = step.send.clone().unwrap_or_default();
    if text(ui, "Send", r"Notation: AT\r, ${text}\x1A", &mut send) {
        fresh.send = (!send.is_empty()).then_some(send);
    }
    let typed = ui.data(|data| data.get_temp::<String>(ui.scope_id().with("Send")));
    let join = |list: &[String]| list.join(" | ");
    let split =
        |text: &str| -> Vec<String> { text.split(" | ").filter(|part| !part.is_empty()).map(str::to_owned).collect() };
    let (mut expect, mut fail) = (join(&step.expect), join(&step.fail));
    if text(ui, "Expect", r"Any of these ends it well: \r\nOK\r\n | \r\n> ", &mut expect) {
        fresh.expect = split(&expect);
    }
    if text(ui, "Fail", r"Any of these ends it badly: \r\nERROR | \r\nCLOSED", &mut fail) {
        fresh.fail = split(&fail);
    }
    let mut keep = kept_text(&step.keep);
    if text(ui, "Keep", r"Values from the answer, for later steps: ip = (\d+\.\d+\.\d+\.\d+)", &mut keep) {
        fresh.keep = kept(&keep);
    }
    let mut note = step.note.clone().unwrap_or_default();
    if text(ui, "Note", "For the reader", &mut note) {
        fresh.note = (!note.is_empty()).then_some(note);
    }
    typed
}

/// `ip = regex | rest = regex`.
fn kept_text(keep: &BTreeMap<String, String>) -> String {
    keep.iter().map(|(name, regex)| format!("{name} = {regex}")).collect::<Vec<_>>().join(" | ")
}

fn kept(text: &str) -> BTreeMap<String, String> {
    text.split(" | ")
        .filter_map(|part| part.split_once('='))
        .map(|(name, regex)| (name.trim().to_owned(), regex.trim().to_owned()))
        .collect()
}

/// A line of text; true when it was changed and left.
fn text(ui: &mut Ui, name: &str, help: &str, value: &mut String) -> bool {
    let label = ui.label(name).on_hover_text(help);
    let id = ui.scope_id().with(name);
    // While it is typed the draft is kept by egui; the book gets it when the field is left.
    let mut draft = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| value.clone());
    let field = ui.add(TextEdit::singleline(&mut draft).desired_width(theme::FIELD_LINE).font(theme::mono()));
    let field = field.labelled_by(label.id).on_hover_text(help);
    ui.end_row();
    if field.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, draft));
        return false;
    }
    ui.data_mut(|data| data.remove::<String>(id));
    let changed = field.lost_focus() && draft != *value;
    if changed {
        *value = draft;
    }
    changed
}

fn numbers(ui: &mut Ui, step: &Step, fresh: &mut Step) {
    millis(ui, "Within (0: 10 s)", &mut fresh.within);
    millis(ui, "Wait after", &mut fresh.wait);
    millis(ui, "Break first", &mut fresh.break_for);
    // Broken where the words end, never between a word and its field.
    ui.end_row();
    if let Some(repeat) = times(ui, "Repeat", step.repeat.unwrap_or(1), 1) {
        fresh.repeat = (repeat > 1).then_some(repeat);
    }
    if let Some(retry) = times(ui, "Retries", step.retry.unwrap_or(0), 0) {
        fresh.retry = (retry > 0).then_some(retry);
    }
}

/// A time in ms, 0 for none; changed once the field is left.
fn millis(ui: &mut Ui, name: &str, value: &mut Option<Duration>) {
    let label = parts::weak(ui, name);
    let before = value.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    let mut now = before;
    let field = ui.add(DragValue::new(&mut now).range(0..=3_600_000).suffix(" ms").speed(50)).labelled_by(label.id);
    if (field.drag_stopped() || field.lost_focus()) && now != before {
        *value = (now > 0).then(|| Duration::from_millis(now));
    }
}

/// A count; the new one once the field is left.
fn times(ui: &mut Ui, name: &str, before: u32, least: u32) -> Option<u32> {
    let label = parts::weak(ui, name);
    let mut now = before;
    let field = ui.add(DragValue::new(&mut now).range(least..=10_000)).labelled_by(label.id);
    ((field.drag_stopped() || field.lost_focus()) && now != before).then_some(now)
}

/// What a failure does, and the modem lines that are set first.
fn lines(ui: &mut Ui, step: &Step, fresh: &mut Step) {
    let label = parts::weak(ui, "If it fails");
    let name = |choice| match choice {
        OnFail::Stop => "stop",
        OnFail::Continue => "go on",
        OnFail::Skip => "leave the macro",
    };
    let combo = parts::combo("on fail").width(theme::FIELD_WORD).selected_text(name(step.on_fail)).show_ui(ui, |ui| {
        for choice in [OnFail::Stop, OnFail::Continue, OnFail::Skip] {
            ui.selectable_value(&mut fresh.on_fail, choice, name(choice));
        }
    });
    combo.response.labelled_by(label.id);
    let mut change = step.set.unwrap_or_default();
    for (name, line) in [("Set DTR", &mut change.dtr), ("Set RTS", &mut change.rts)] {
        let words = |state: Option<bool>| match state {
            None => "leave",
            Some(true) => "on",
            Some(false) => "off",
        };
        let label = parts::weak(ui, name);
        let combo = parts::combo(name).width(70.0).selected_text(words(*line)).show_ui(ui, |ui| {
            for choice in [None, Some(true), Some(false)] {
                ui.selectable_value(line, choice, words(choice));
            }
        });
        combo.response.labelled_by(label.id);
    }
    fresh.set = (change != LineChange::default()).then_some(change);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_values_are_written_in_one_line() {
        let values = kept(r"ip = (\d+\.\d+) | name = a=b");
        let expect = [("ip", r"(\d+\.\d+)"), ("name", "a=b")].map(|(name, regex)| (name.to_owned(), regex.to_owned()));
        assert_eq!(values, BTreeMap::from(expect));
        assert_eq!(kept(&kept_text(&values)), values);
        assert!(kept("").is_empty());
    }
}
