//! What is seen in the log: the selection, the place of a search, notes.

use crate::app::command::{Effect, Log};
use crate::app::state::{Selected, State};
use crate::worker::Order;

pub(super) fn update(state: &mut State, command: Log) -> Vec<Effect> {
    match command {
        Log::Select(selection) => {
            state.selected =
                selection.map(|selection| Selected { selection, span: None, copying: false, copied: false });
            vec![Effect::Measure]
        }
        Log::Note(text) => super::order(state, Order::Note(text)),
        Log::Mark(mark) => {
            state.marks.toggle(mark);
            vec![Effect::KeepMarks]
        }
        Log::Unmark => {
            state.marks.clear();
            vec![Effect::KeepMarks]
        }
        Log::FindTrouble(trouble) => {
            (state.find, state.find_trouble) = (None, Some(trouble));
            Vec::new()
        }
        Log::FindStep(step) => {
            find_step(state, step);
            Vec::new()
        }
        Log::FindClose => {
            (state.find, state.find_trouble) = (None, None);
            Vec::new()
        }
    }
}

/// Round and round through the matches.
fn find_step(state: &mut State, step: i64) {
    let Some(sought) = &mut state.find else { return };
    let kept = i64::try_from(sought.find.tally().kept).unwrap_or(i64::MAX);
    if kept == 0 {
        return;
    }
    let next = match sought.at.and_then(|at| i64::try_from(at).ok()) {
        Some(at) => (at + step).rem_euclid(kept),
        None if step < 0 => kept - 1,
        None => 0,
    };
    sought.at = u64::try_from(next).ok();
    sought.current = sought.at.and_then(|at| sought.find.get(at));
    sought.steps += 1;
}
