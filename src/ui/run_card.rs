//! How the macro run gets on: step by step, with the time it took or may still take.

use std::time::Duration;

use egui::text::LayoutJob;
use egui::{Color32, Label, RichText, ScrollArea, TextFormat, Ui};

use super::parts::{self, seconds};
use super::theme::Palette;
use super::{bytes, icons, theme};
use crate::app::State;
use crate::app::command::{self, Book};
use crate::macros::runner::{Ending, Failure, Report, Values};
use crate::macros::{Macro, Step};
use crate::ui::commands::Commands;
use crate::worker::RunProgress;

/// A longer word does not fit the card.
const LONG: usize = 28;

/// The button's words take so much; a name that has no room beside them is worth more.
const AGAIN: f32 = 114.0;

/// What was clicked in the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clicked {
    /// Once more, with the same parameters.
    Again,
    /// The macro at this index.
    Run(usize),
}

/// The run in hand, or the last one. `given` are the parameters it was run with from here, and run again with.
pub(crate) fn show(
    ui: &mut Ui,
    state: &State,
    run: &RunProgress,
    given: Option<&Values>,
    commands: &mut Commands,
) -> Option<Clicked> {
    let mut clicked = None;
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        let palette = parts::colors(ui);
        let blind = run.done && run.macros.iter().any(crate::macros::Macro::is_blind);
        ui.horizontal(|ui| {
            let (words, color) = outcome(run, blind, palette);
            parts::badge(ui, words, color);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if state.running() {
                    if parts::signed(ui, true, icons::STOP, "Stop").on_hover_text("Stops the macro at once").clicked() {
                        commands.push(command::Line::StopMacro);
                    }
                } else if given.is_some() && state.connected() {
                    let font = theme::strong(theme::BODY);
                    let name = ui.painter().layout_no_wrap(run.name.clone(), font, palette.strong).size().x;
                    let again = if name + AGAIN > ui.available_width() {
                        ui.button(parts::sign(icons::AGAIN)).accessible_name("Run again")
                    } else {
                        parts::signed(ui, true, icons::AGAIN, "Run again")
                    };
                    if again.on_hover_text("Run again, with the same parameters").clicked() {
                        clicked = Some(Clicked::Again);
                    }
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let name = RichText::new(&run.name).font(theme::strong(theme::BODY)).color(palette.strong);
                    ui.add(egui::Label::new(name).truncate());
                });
            });
        });
        if let Some(words) = rounds(run, state.now) {
            parts::weak(ui, words);
        }
        let scroll = ScrollArea::vertical().id_salt("run").auto_shrink([false, false]).stick_to_bottom(true);
        scroll.show(ui, |ui| {
            steps(ui, state, run, given);
            if let Some(problem) = &run.problem {
                ui.colored_label(palette.bad, problem);
            }
            if blind && state.book.macros.iter().any(|known| known.name == run.name) {
                clicked = make_it_wait(ui, state, run, commands).or(clicked);
            }
        });
    });
    clicked
}

/// The steps that were begun, each with how it stands.
fn steps(ui: &mut Ui, state: &State, run: &RunProgress, given: Option<&Values>) {
    let (index, lines) = lines(run);
    let of = run.macros.get(index);
    let elapsed = state.now.saturating_sub(run.step_began);
    let last = lines.last().map(|(step, _)| *step);
    for (at, line) in &lines {
        let pausing = !run.ended && run.next_round.is_none() && last == Some(*at);
        let step = of.and_then(|of| of.steps.get(*at));
        let name = step.map(|step| with_values(title(step), of, given)).unwrap_or_default();
        progress(ui, step, (*at, &name), line, elapsed, pausing);
    }
}

/// Everything was sent and nothing was waited for: the macro that waits is offered, or run where it is there already.
fn make_it_wait(ui: &mut Ui, state: &State, run: &RunProgress, commands: &mut Commands) -> Option<Clicked> {
    parts::weak(ui, "Everything was sent, and no answer was waited for.");
    let waiting = format!("{}, waiting", run.name);
    if let Some(at) = state.book.macros.iter().position(|known| known.name == waiting) {
        let button = parts::primary(ui, state.connected(), &format!("Run “{waiting}”"));
        // Here stood the button that made it: its second click is none of this one.
        let double = ui.input(|input| input.pointer.button_double_clicked(egui::PointerButton::Primary));
        return (button.clicked() && !double).then_some(Clicked::Run(at));
    }
    let button = ui.button("Make it wait for the answers");
    if button.on_hover_text("Adds a macro that sends the same, each step when the modem has answered").clicked() {
        commands.push(Book::WaitForAnswers(run.name.clone()));
    }
    None
}

/// Which round it is, and when the next begins.
fn rounds(run: &RunProgress, now: Duration) -> Option<String> {
    let (round, rounds) = run.round?;
    if run.ended && rounds.times.is_none() {
        return Some(format!("Run {round} was the last"));
    }
    let of = rounds.times.map_or_else(|| "until stopped".to_owned(), |times| format!("of {times}"));
    Some(match run.next_round {
        Some(due) => format!("Run {round} {of} begins in {}", seconds(due.saturating_sub(now))),
        None if rounds.every.is_zero() => format!("Run {round} {of}"),
        None => format!("Run {round} {of}, every {}", crate::macros::duration::print(rounds.every)),
    })
}

/// How one step stands.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Running,
    Retrying(u32),
    Passed(Vec<u8>, Duration),
    Failed(Failure),
    /// The run was ended while this step was in hand.
    Unfinished,
}

/// Which macro is in hand, and its steps that were begun, newest report of each, in order.
fn lines(run: &RunProgress) -> (usize, Vec<(usize, Line)>) {
    let Some(last) = run.reports.iter().map(|(index, _)| *index).max() else { return (0, Vec::new()) };
    let mut lines: Vec<(usize, Line)> = Vec::new();
    let mut put = |step: usize, line: Line| match lines.iter_mut().find(|(known, _)| *known == step) {
        Some(known) => known.1 = line,
        None => lines.push((step, line)),
    };
    for (_, report) in run.reports.iter().filter(|(index, _)| *index == last) {
        match report {
            Report::Began { step, .. } => put(*step, Line::Running),
            Report::Passed { step, matched, took } => put(*step, Line::Passed(matched.clone(), *took)),
            Report::Failed(failure) => put(failure.step, Line::Failed(failure.clone())),
            Report::Retrying { failure, attempt } => put(failure.step, Line::Retrying(*attempt)),
            Report::Ended(_) => {}
        }
    }
    if run.ended {
        let in_hand = |line: &&mut (usize, Line)| matches!(line.1, Line::Running | Line::Retrying(_));
        lines.iter_mut().filter(in_hand).for_each(|line| line.1 = Line::Unfinished);
    }
    (last, lines)
}

fn outcome(run: &RunProgress, blind: bool, palette: &Palette) -> (&'static str, Color32) {
    if !run.ended {
        return ("Running", palette.accent);
    }
    let ending = run.reports.iter().rev().find_map(|(_, report)| match report {
        Report::Ended(ending) => Some(ending),
        _ => None,
    });
    match ending {
        // Nobody looked at an answer, so nobody knows whether it did anything.
        Some(Ending::Done) if blind => ("Sent", palette.warn),
        Some(Ending::Done) => ("Done", palette.good),
        Some(Ending::Failed(_)) => ("Failed", palette.bad),
        Some(Ending::Skipped(_)) => ("Left early", palette.warn),
        Some(Ending::Stopped) => ("Stopped", palette.warn),
        None => ("Not run", palette.bad),
    }
}

/// One step: its command, how it stands, and its note.
fn progress(
    ui: &mut Ui,
    step: Option<&Step>,
    (index, name): (usize, &str),
    line: &Line,
    elapsed: Duration,
    pausing: bool,
) {
    let palette = parts::colors(ui);
    let (color, words) = match line {
        Line::Running => (palette.accent, format!("{}{}", seconds(elapsed), allowed(step))),
        Line::Retrying(attempt) => (palette.warn, format!("failed, retry {attempt}")),
        Line::Passed(matched, took) => {
            let came = bytes::words(matched.trim_ascii());
            let pause = step.and_then(|step| step.wait).filter(|_| pausing);
            let gone = elapsed.saturating_sub(*took);
            let pause = pause.map_or(String::new(), |pause| {
                format!(", then a pause, {} of {}", seconds(gone.min(pause)), seconds(pause))
            });
            let words = if came.is_empty() { seconds(*took) } else { format!("{came} after {}", seconds(*took)) };
            // An answer that was awaited and is an error is no success; where nothing was awaited nobody knows.
            let refused = matched.windows(5).any(|part| part == b"ERROR");
            let color = match (refused, came.is_empty()) {
                (true, _) => palette.bad,
                (false, true) => palette.weak,
                (false, false) => palette.good,
            };
            (color, words + &pause)
        }
        Line::Failed(failure) => (palette.bad, failed(failure)),
        Line::Unfinished => (palette.warn, "not finished".to_owned()),
    };
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    // A command without blanks must not stick out of the card. How it ended is then in lines of its own, whole words in each.
    let long = name.split(' ').any(|word| word.len() > LONG);
    job.wrap.break_anywhere = long;
    job.append("●  ", 0.0, TextFormat::simple(theme::small(), color));
    job.append(&format!("{}. {name}", index + 1), 0.0, TextFormat::simple(theme::mono(), palette.text));
    let outcome = if color == palette.bad { color } else { palette.weak };
    if long {
        ui.label(job);
        ui.add(Label::new(RichText::new(words).font(theme::small()).color(outcome)).wrap());
    } else {
        job.append(&words, 8.0, TextFormat::simple(theme::small(), outcome));
        ui.label(job);
    }
    if let (Some(note), Line::Running | Line::Failed(_)) = (step.and_then(|step| step.note.as_ref()), line) {
        parts::weak(ui, note);
    }
}

/// The parameters as they were given; a secret one stays covered.
fn with_values(mut title: String, of: Option<&Macro>, given: Option<&Values>) -> String {
    let (Some(of), Some(given)) = (of, given) else { return title };
    for (name, ask) in &of.ask {
        let value = if ask.secret { "****" } else { given.get(name).map_or("", String::as_str) };
        for form in ["", ":mixed", ":hex"] {
            title = title.replace(&format!("${{{name}{form}}}"), value);
        }
    }
    title
}

/// What a step does, in one line: what it sends, or what it waits for.
fn title(step: &Step) -> String {
    match &step.send {
        Some(send) => send.trim_end_matches("\\n").trim_end_matches("\\r").to_owned(),
        None if !step.expect.is_empty() => format!("wait for {}", step.expect.join(" or ")),
        None if step.break_for.is_some() => "break".to_owned(),
        None if step.set.is_some() => "set the lines".to_owned(),
        None => "pause".to_owned(),
    }
}

/// The time that the step in hand has, where it waits for something.
fn allowed(step: Option<&Step>) -> String {
    match step {
        Some(step) if !step.expect.is_empty() || !step.fail.is_empty() => {
            format!(" of {}", seconds(step.within.unwrap_or(Step::DEFAULT_WITHIN)))
        }
        Some(Step { break_for: Some(length), .. }) => format!(" of {}", seconds(*length)),
        _ => String::new(),
    }
}

/// What came instead, and when.
fn failed(failure: &Failure) -> String {
    format!("{} ({} into the run)", failure.what_happened(), seconds(failure.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::macros::Ask;

    #[test]
    fn a_step_shows_what_it_was_given_and_no_secret() {
        let ask = |secret| Ask { default: String::new(), secret };
        let of = Macro { ask: vec![("host".into(), ask(false)), ("pin".into(), ask(true))], ..Macro::default() };
        let given = [("host", "10.0.0.5"), ("pin", "4711")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = given.into_iter().collect::<Values>();
        let title = "AT+X=${host},${pin},${host:len}".to_owned();
        assert_eq!(with_values(title, Some(&of), Some(&given)), "AT+X=10.0.0.5,****,${host:len}");
    }

    #[test]
    fn a_failure_says_what_came_instead_and_when() {
        let failure = Failure {
            step: 0,
            awaited: vec![r"\r\n> ".to_owned()],
            came: b"ERROR\r\n".to_vec(),
            refused: true,
            at: Duration::from_millis(2100),
            took: Duration::from_millis(300),
            why: None,
        };
        let words = r"`ERROR\r\n` came instead of `\r\n> `, after 0.3 s (2.1 s into the run)";
        assert_eq!(failed(&failure), words);
        let silent = Failure { refused: false, came: Vec::new(), ..failure };
        assert!(failed(&silent).starts_with(r"nothing came instead of `\r\n> `, after 0.3 s"));
    }
}
