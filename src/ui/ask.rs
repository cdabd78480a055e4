//! The question before a macro runs: its parameters, how often, and what it will send. Enter runs it, Esc closes.

use std::time::Duration;

use egui::text::{CCursor, CCursorRange};
use egui::{CollapsingHeader, DragValue, Grid, Id, Key, RichText, ScrollArea, TextEdit, Ui};

use super::bytes::{self, Visible};
use super::{icons, parts, theme};
use crate::app::command::{Line, Tool};
use crate::app::{Command, State, Tone, values_of_now};
use crate::macros::Macro;
use crate::macros::preview::{StepPreview, preview};
use crate::macros::runner::Values;
use crate::macros::template::Filled;
use crate::notation::{self, Decoding};
use crate::session::Rounds;
use crate::session::occupant::{Refusal, Wish};
use crate::ui::commands::Commands;

/// At most this many bytes of a step are laid out.
const SHOWN: usize = 600;
/// At most this many steps are shown.
const STEPS: usize = 200;

/// What the user chose for a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    /// Index in the book.
    pub index: usize,
    /// The parameters.
    pub values: Values,
    /// How often; once where nothing is said.
    pub rounds: Option<Rounds>,
}

impl From<Choice> for Command {
    fn from(choice: Choice) -> Self {
        Line::RunMacro { index: choice.index, values: choice.values, rounds: choice.rounds }.into()
    }
}

/// A macro waiting for its parameters.
#[derive(Debug)]
pub(crate) struct Ask {
    index: usize,
    /// What is asked about, as it was then: the book may change meanwhile.
    of: Macro,
    values: Vec<(String, bool, String)>,
    focused: bool,
    repeated: bool,
    times: u32,
    /// In seconds, as it is typed.
    every: f64,
    /// The bytes are shown.
    dry: bool,
}

/// How a question ended.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is still open.
    Open,
    /// It was closed.
    Closed,
    /// Run it so.
    Run(Choice),
}

impl Ask {
    /// The question for the macro at `index`; last values first, then the macro's defaults. `dry` shows the bytes.
    pub(crate) fn new(index: usize, wanted: &Macro, state: &State, dry: bool) -> Self {
        let values = wanted
            .ask
            .iter()
            .map(|(name, ask)| {
                let last = state.settings.values.get(name).filter(|_| !ask.secret);
                (name.clone(), ask.secret, last.unwrap_or(&ask.default).clone())
            })
            .collect::<Vec<_>>();
        let of = wanted.clone();
        let mut ask = Self { index, of, values, focused: false, repeated: false, times: 10, every: 5.0, dry };
        ask.offer_server(state);
        ask
    }

    /// The macro connects to this machine: the port is that of the test server, where it runs.
    fn offer_server(&mut self, state: &State) {
        let Some(address) = state.server.address else { return };
        if self.to_this_machine()
            && let Some((_, _, port)) = self.values.iter_mut().find(|(name, ..)| name == "port")
        {
            *port = address.port().to_string();
        }
    }

    fn to_this_machine(&self) -> bool {
        let host = self.values.iter().find(|(name, ..)| name == "host").map(|(_, _, host)| host.trim());
        matches!(host, Some("127.0.0.1" | "localhost"))
    }

    /// Nobody listens on this machine yet: said before the modem has to say it, with the button that mends it.
    fn server(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if !self.to_this_machine() {
            return;
        }
        let port =
            self.values.iter().find(|(name, ..)| name == "port").and_then(|(_, _, port)| port.trim().parse().ok());
        let Some(port) = port else { return };
        if state.has_line_settings() {
            parts::weak(ui, "To a real modem 127.0.0.1 is itself: it needs your server's address on the internet.");
        }
        match state.server.address {
            Some(address) if address.port() == port => {}
            Some(address) => {
                let words = format!("The test server listens on port {}, not on {port}.", address.port());
                ui.colored_label(parts::colors(ui).warn, words);
            }
            None => {
                ui.horizontal_wrapped(|ui| {
                    ui.colored_label(
                        parts::colors(ui).warn,
                        format!("The test server is off: port {port} may be closed."),
                    );
                    if parts::signed(ui, true, icons::RUN, "Start the test server").clicked() {
                        commands.push(Tool::StartServer(port));
                    }
                });
            }
        }
    }

    /// Asks how often, from the start.
    pub(crate) fn repeated(mut self) -> Self {
        self.repeated = true;
        self
    }

    /// Shows the question.
    pub(crate) fn show(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) -> Answer {
        let Some((index, wanted)) = self.place(state) else {
            let words = format!("“{}” was changed meanwhile, and was not run.", self.of.name);
            commands.push(Command::Say(Tone::Refused, words));
            return Answer::Closed;
        };
        self.index = index;
        let refusal = state.refusal(Wish::Macro);
        let may_run = refusal.is_none();
        let mut run = false;
        let mut close = false;
        let modal = parts::question(ui, "ask", |ui| {
            ui.set_width(if self.dry { theme::PAGE_WIDTH } else { theme::QUESTION_WIDTH });
            ui.label(RichText::new(&wanted.name).font(theme::title()));
            if let Some(about) = &wanted.about {
                parts::weak(ui, about);
            }
            ui.add_space(theme::GAP);
            self.fields(ui);
            self.server(ui, state, commands);
            self.rounds(ui);
            let header = CollapsingHeader::new("What it sends").open(self.shown_first().then_some(self.dry));
            let header = header.show(ui, |ui| self.bytes(ui, wanted));
            self.dry = header.openness > 0.5;
            ui.add_space(theme::SECTION);
            ui.horizontal(|ui| {
                run = parts::primary_signed(ui, may_run, icons::RUN, "Run").clicked();
                close = ui.button("Cancel").clicked();
                parts::weak(ui, refusal.map_or("Enter runs it, Esc closes".to_owned(), Refusal::hint));
            });
        });
        self.focused = true;
        let enter = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Enter));
        run |= enter && may_run;
        close |= modal.should_close();
        if close {
            return Answer::Closed;
        }
        if run { Answer::Run(self.choice()) } else { Answer::Open }
    }

    /// Where the macro stands in the book now.
    fn place<'a>(&self, state: &'a State) -> Option<(usize, &'a Macro)> {
        let macros = || state.book.macros.iter().enumerate();
        let same = macros().nth(self.index).filter(|(_, wanted)| **wanted == self.of);
        same.or_else(|| macros().find(|(_, wanted)| **wanted == self.of))
    }

    fn choice(&self) -> Choice {
        let every = Duration::try_from_secs_f64(self.every).unwrap_or_default();
        let rounds = Rounds { times: (self.times > 0).then_some(self.times), every };
        Choice { index: self.index, values: self.given(), rounds: self.repeated.then_some(rounds) }
    }

    fn given(&self) -> Values {
        self.values.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect()
    }

    /// True in the first frame, when what stands open is as the user asked, not as it was last time.
    fn shown_first(&self) -> bool {
        !self.focused
    }

    fn fields(&mut self, ui: &mut Ui) {
        let focus = !self.focused;
        Grid::new("ask fields").num_columns(2).spacing(theme::GRID).show(ui, |ui| {
            for (row, (name, secret, value)) in self.values.iter_mut().enumerate() {
                let label = ui.label(capitalised(name));
                let field = ui
                    .add(
                        TextEdit::singleline(value)
                            .password(*secret)
                            .desired_width(theme::FIELD_VALUE)
                            .font(theme::mono()),
                    )
                    .labelled_by(label.id);
                if focus && row == 0 {
                    field.request_focus();
                    select_all(ui, field.id, value);
                }
                ui.end_row();
            }
        });
    }

    fn rounds(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.checkbox(&mut self.repeated, "Run it several times")
                .on_hover_text("The first failure ends it; Stop does at any moment");
            if !self.repeated {
                return;
            }
            times_and_pause(ui, &mut self.times, &mut self.every);
        });
    }

    /// The dry run: the bytes of every step with the parameters as they are typed.
    fn bytes(&self, ui: &mut Ui, wanted: &Macro) {
        let palette = parts::colors(ui);
        let steps = match preview(wanted, &values_of_now(&self.given())) {
            Ok(steps) => steps,
            Err(problem) => {
                ui.colored_label(palette.bad, problem.to_string());
                return;
            }
        };
        parts::weak(ui, "Nothing is sent before Run.");
        ScrollArea::vertical().id_salt("dry run").max_height(theme::LIST).show(ui, |ui| {
            for shown in steps.iter().take(STEPS) {
                step(ui, wanted, shown);
            }
            if steps.len() > STEPS {
                parts::weak(ui, format!("… and {} more steps", steps.len() - STEPS));
            }
        });
    }
}

/// How often, 0 until it is stopped, and after how many seconds again.
pub(super) fn times_and_pause(ui: &mut Ui, times: &mut u32, every: &mut f64) {
    let words = |times: f64, _: std::ops::RangeInclusive<usize>| {
        if times < 1.0 { "until stopped".to_owned() } else { format!("{times:.0} times") }
    };
    let times = DragValue::new(times).range(0..=1_000_000).custom_formatter(words);
    ui.add(times).on_hover_text("0: until stopped").accessible_name("How often");
    let label = ui.label("every");
    let every = DragValue::new(every).range(0.0..=86_400.0).speed(0.1).max_decimals(3).suffix(" s");
    ui.add(every).labelled_by(label.id).on_hover_text("From the start of one run to the start of the next");
}

fn step(ui: &mut Ui, wanted: &Macro, shown: &StepPreview) {
    let palette = parts::colors(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::APART;
        parts::weak(ui, format!("{:>2}.", shown.step + 1));
        match &shown.send {
            None => {
                parts::weak(ui, "sends nothing");
            }
            Some(Err(problem)) => {
                ui.label(RichText::new(format!("{problem} before the run")).color(palette.warn).font(theme::small()));
            }
            Some(Ok(filled)) => exact(ui, filled),
        }
        if let Some(step) = wanted.steps.get(shown.step) {
            let rounds = step.repeat.filter(|rounds| *rounds > 1);
            let rounds = rounds.map(|rounds| format!("{rounds} times")).unwrap_or_default();
            let waits = (!step.expect.is_empty()).then(|| format!("then waits for {}", step.expect.join(" or ")));
            let pause = step.wait.map(|wait| format!("pause {}", crate::macros::duration::print(wait)));
            let words: Vec<String> = [rounds, waits.unwrap_or_default(), pause.unwrap_or_default()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            parts::weak(ui, words.join(", "));
        }
    });
}

/// Bytes as they will be sent, each control character a pill; what a secret parameter gave is covered.
fn exact(ui: &mut Ui, filled: &Filled) {
    let palette = parts::colors(ui);
    let mut bytes = filled.bytes.clone();
    for secret in &filled.secret {
        bytes.get_mut(secret.clone()).unwrap_or_default().fill(b'*');
    }
    let (text, rest) = bytes.split_at(bytes.len().min(SHOWN));
    let mut job = Visible::new(text, Decoding::Utf8, palette.text, palette).job;
    job.wrap.max_width = ui.available_width();
    let label = ui.label(job).on_hover_text(bytes::hex(text));
    parts::spoken(&label, &notation::print(text));
    if !rest.is_empty() {
        parts::weak(ui, "…");
    }
    parts::weak(ui, bytes::count(bytes.len() as u64));
}

/// What is prefilled is replaced by typing.
fn select_all(ui: &Ui, field: Id, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::default(), end)));
    TextEdit::store_state(ui.ctx(), field, state);
}

/// `host` as the word in front of a field.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if name != "apn" => first.to_uppercase().chain(letters).collect(),
        _ => name.to_uppercase(),
    }
}
