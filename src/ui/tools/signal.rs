//! Signal over time in dBm, and the commands as bars with their latency.

use egui::Ui;
use egui_plot::{Bar, BarChart, Line, Plot, PlotPoints, Points};

use super::ToolWindow;
use crate::app::State;
use crate::app::command::Capture;
use crate::app::timeline::{Answer, Timeline};
use crate::capture::Stamps;
use crate::ui::commands::Commands;
use crate::ui::{bytes, icons, parts, theme};

/// Heights of the two plots.
const SIGNAL: f32 = 130.0;
const LATENCY: f32 = 150.0;
/// Half the width of a dot on the top of a bar.
const DOT: f32 = 2.5;
/// How many commands are listed, the newest first.
const LISTED: usize = 100;

/// What the picture was made of.
#[derive(Debug, Default)]
pub(super) struct SignalPanel {
    made: Option<(u64, u64)>,
}

impl ToolWindow for SignalPanel {
    fn name(&self) -> &'static str {
        "Signal and timeline"
    }

    fn icon(&self) -> &'static str {
        icons::SIGNAL
    }

    fn size(&self) -> [f32; 2] {
        theme::TOOL_PAGE
    }

    fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let now = state.reader.as_ref().map(|reader| (state.capture_number, reader.len()));
        if self.made != now {
            self.made = now;
            commands.push(Capture::MakeTimeline);
        }
        let Some(timeline) = &state.tools.timeline else {
            ui.label("Connect to a modem, or open a capture.");
            return;
        };
        if state.reader.as_ref().is_some_and(|reader| reader.stamps() == Stamps::Missing) {
            ui.label("This log has no times: when what was answered is not known.");
            return;
        }
        parts::heading(ui, "Signal, dBm");
        if timeline.signal.is_empty() {
            parts::weak(ui, "No +CSQ answer yet: send AT+CSQ, or click SIM and signal.");
        } else {
            signal(ui, timeline);
        }
        parts::heading(
            ui,
            &format!("Commands, seconds until the answer ({})", bytes::grouped(timeline.bars.len() as u64)),
        );
        if timeline.bars.is_empty() {
            let live = state.file.is_none();
            parts::weak(ui, if live { "No command was sent yet." } else { "It does not say which bytes were sent." });
        } else {
            latency(ui, timeline);
        }
    }
}

/// A plot whose grid stays behind what is drawn on it.
fn plot<'a>(ui: &Ui, name: &str, height: f32) -> Plot<'a> {
    Plot::new(name.to_owned()).height(height).allow_scroll(false).grid_color(parts::colors(ui).line).grid_fade(1.0)
}

fn signal(ui: &mut Ui, timeline: &Timeline) {
    let points: Vec<[f64; 2]> =
        timeline.signal.iter().map(|(at, csq)| [at.as_secs_f64(), f64::from(*csq) * 2.0 - 113.0]).collect();
    let color = parts::colors(ui).accent;
    let dots = Points::new("Signal", PlotPoints::from(points.clone())).color(color).radius(3.5);
    let line = Line::new("Signal", PlotPoints::from(points)).color(color).width(2.0);
    let plot = plot(ui, "signal", SIGNAL).include_y(-113.0).include_y(-51.0);
    plot.x_axis_label("seconds since the start").include_x(0.0).show(ui, |plot| {
        plot.line(line);
        plot.points(dots);
    });
}

fn latency(ui: &mut Ui, timeline: &Timeline) {
    let palette = parts::colors(ui);
    let mut tops = [palette.tx, palette.warn, palette.bad].map(|color| (color, Vec::new()));
    let bars = timeline.bars.iter().map(|bar| {
        let (took, color) = match bar.answer {
            Answer::After(took) => (took.as_secs_f64(), palette.tx),
            Answer::Awaited => (0.0, palette.warn),
            Answer::Never => (0.0, palette.bad),
        };
        // As wide as the command took, from when it was sent to its answer. In a long session that is thinner than a line:
        // a dot on its top can be seen always.
        let middle = bar.at.as_secs_f64() + took / 2.0;
        if let Some((_, tops)) = tops.iter_mut().find(|(of, _)| *of == color) {
            tops.push([middle, took]);
        }
        let shape = Bar::new(middle, took.max(0.01)).width(took.max(0.002));
        shape.fill(color).name(format!("{}: {}", bar.command, words(bar.answer)))
    });
    let chart = BarChart::new("Commands", bars.collect()).element_formatter(Box::new(|bar, _| bar.name.clone()));
    plot(ui, "latency", LATENCY).include_x(0.0).include_y(0.0).show(ui, |plot| {
        plot.bar_chart(chart);
        for (color, tops) in tops {
            plot.points(Points::new("Commands", tops).color(color).radius(DOT).allow_hover(false));
        }
    });
    for bar in timeline.bars.iter().rev().take(LISTED) {
        let at = bar.at.as_secs_f64();
        parts::weak(ui, format!("{at:>10.3} s  {}  {}", bar.command, words(bar.answer)));
    }
}

fn words(answer: Answer) -> String {
    match answer {
        Answer::After(took) => format!("{:.3} s", took.as_secs_f64()),
        Answer::Awaited => "no answer yet".to_owned(),
        Answer::Never => "no answer".to_owned(),
    }
}
