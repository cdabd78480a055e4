//! The list of all rules, and which events each of them hears.

use std::time::Duration;

use super::book::Book;
#[cfg(test)]
use super::doc::Doc;
use super::rule::{Rule, hears};
use super::topics::{self, Topics};
use super::{
    another, baud, busy, calls, connecting, console, cut, data_end, early_send, echo, http, line, messages, mqtt, mux,
    network, noise, off, online, opening, order, payload, position, power, refused, registration, results, sleep, sms,
    supply, trouble, ussd, without_prompt, words, writing,
};
use crate::modem::dialog::exchange::{Echo, Exchange};
use crate::modem::dialog::{Dialog, Event};

/// Makes the struct of all rules. Which rules hear a kind of event is known when the program is compiled.
macro_rules! rules {
    ($($field:ident: $rule:ty,)*) => {
        /// All rules, the more telling ones first: one cause gives one finding.
        #[derive(Debug, Default)]
        pub(super) struct Rules {
            $($field: $rule,)*
            /// Nothing is held back from them, see `pass_all`.
            #[cfg(test)]
            pub(super) all_ears: bool,
        }

        impl Rules {
            /// What people read about them, in the order of the documentation.
            #[cfg(test)]
            pub(super) const DOCS: &'static [&'static Doc] = &[$(<$rule as Rule>::DOC,)*];

            /// Calls the rules that hear one of these kinds.
            fn pass<const KINDS: u64>(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
                $(if <$rule as Rule>::HEARS & KINDS != 0 && self.$field.heeds(KINDS, dialog) {
                    self.$field.on(event, dialog, book);
                })*
            }

            /// The same with nothing held back: which topics and moments rules leave out must change nothing.
            #[cfg(test)]
            fn pass_all(&mut self, kinds: hears::Kinds, event: &Event, dialog: &Dialog, book: &mut Book) {
                $(if <$rule as Rule>::HEARS & kinds != 0 {
                    self.$field.on(event, dialog, book);
                })*
            }

            /// When a rule wants to be woken next.
            pub(super) fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
                if !dialog.is_calm() {
                    return self.deadline_of::<true>(dialog);
                }
                debug_assert_eq!(self.deadline_of::<false>(dialog), self.deadline_of::<true>(dialog));
                self.deadline_of::<false>(dialog)
            }

            /// The same of all rules, or of those that keep time themselves.
            fn deadline_of<const ALL: bool>(&self, dialog: &Dialog) -> Option<Duration> {
                let mut next: Option<Duration> = None;
                $(if (ALL || <$rule as Rule>::KEEPS_TIME)
                    && let Some(due) = self.$field.deadline(dialog)
                {
                    next = Some(next.map_or(due, |next| next.min(due)));
                })*
                next
            }
        }
    };
}

rules! {
    typed_as_text: data_end::TypedAsText,
    command_as_payload: data_end::CommandAsPayload,
    missing_terminator: data_end::MissingTerminator,
    line_end_before: data_end::LineEndBefore,
    line_end_after: data_end::LineEndAfter,
    inside_payload: data_end::InsidePayload,
    fixed_short: payload::FixedShort,
    fixed_excess: payload::FixedExcess,
    too_long: payload::TooLong,
    prompt_off: payload::PromptOff,
    byte_edits: payload::ByteEdits,
    console: console::OnPort,
    quotes: writing::Quotes,
    blanks: writing::Blanks,
    damaged: writing::Damaged,
    malformed: writing::Malformed,
    another: another::Command,
    mux_form: mux::MuxForm,
    send_before_connect: early_send::SendBeforeConnect,
    not_registered: registration::NotRegistered,
    no_data_service: opening::NoDataService,
    context_lost: opening::ContextLost,
    wrong_ip_state: opening::WrongIpState,
    mux_change: mux::MuxChange,
    tls: connecting::TlsFailed,
    connect_failed: connecting::ConnectFailed,
    unanswered: connecting::Unanswered,
    already_connected: order::AlreadyConnected,
    while_busy: busy::WhileBusy,
    in_data_mode: online::InDataMode,
    peer_closed: order::PeerClosed,
    send_without_connection: order::SendWithoutConnection,
    before_prompt: without_prompt::BeforePrompt,
    without_prompt: without_prompt::WithoutPrompt,
    closed_before_sent: order::ClosedBeforeSent,
    send_failed: order::SendFailed,
    manual_receive: http::ManualReceive,
    http_open: http::AlreadyOpen,
    http_not_started: http::NotStarted,
    broker_not_connected: mqtt::NotConnected,
    http_failed: http::Failed,
    bearer_refused: http::BearerRefused,
    escape_typed: line::EscapeTyped,
    no_line_ending: line::NoLineEnding,
    loopback: line::Loopback,
    switched_off: off::SwitchedOff,
    results_off: results::Off,
    results_as_numbers: results::Numbers,
    no_answer: line::NoAnswer,
    wrong_baud: baud::WrongBaud,
    noise: noise::Noise,
    first_character: sleep::FirstCharacter,
    board_reset: echo::BoardReset,
    echo_lost: echo::LostBytes,
    echo_bits: echo::BitErrors,
    overflow: echo::Overflow,
    answer_cut: cut::AnswerCut,
    result_missing: cut::ResultMissing,
    restarted: power::Restarted,
    silently: power::Silently,
    under_voltage: supply::UnderVoltage,
    over_voltage: supply::OverVoltage,
    supply: supply::SupplyLow,
    sim_missing: network::SimMissing,
    sim_locked: network::SimLocked,
    sim_unreadable: network::Unreadable,
    no_signal: registration::NoSignal,
    weak_signal: registration::WeakSignal,
    call_without_semicolon: calls::WithoutSemicolon,
    call_failed: calls::Failed,
    call_not_taken: calls::NotTaken,
    no_position: position::NoPosition,
    clock: position::ClockNotSet,
    sms_early: sms::TooEarly,
    sms_mode: sms::Mode,
    sms_refused: sms::Refused,
    sms_full: sms::StoreFull,
    sms_given_up: messages::GivenUp,
    sms_place_empty: messages::PlaceEmpty,
    sms_in_digits: messages::InDigits,
    ussd_empty: ussd::Empty,
    trouble: trouble::Told,
    failed_later: refused::FailedLater,
    refused: refused::Refused,
    program_says: words::ProgramSays,
}

/// What a command line is about; one of several commands may be about anything.
const fn topic_of(command: &Exchange) -> Topics {
    if command.asked.glued { topics::ALL } else { topics::of_command(command.role) }
}

/// It was refused, or its echo was damaged.
fn in_trouble(done: &Exchange) -> bool {
    done.refused() || done.echo == Echo::Damaged
}

/// Hands an event about a topic to the rules that hear it: `of` makes a kind of a topic.
macro_rules! about {
    ($topic:expr, $rules:ident.$of:ident($event:ident, $dialog:ident, $book:ident), $($known:ident)*) => {
        match $topic {
            $(topics::$known => $rules.pass::<{ hears::$of(topics::$known) }>($event, $dialog, $book),)*
            _ => $rules.pass::<{ hears::$of(topics::ALL) }>($event, $dialog, $book),
        }
    };
    ($topic:expr, $($call:tt)*) => {
        about!($topic, $($call)*, CONNECTION CONTEXT SEND RECEIVE CALL START SUPPLY SIM NETWORK SMS HTTP OUTCOME STATE OTHER SIGNAL)
    };
}

impl Rules {
    /// Hands an event to the rules that hear it.
    pub(super) fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        use hears::{
            BURST, CUT, DATA, DATA_END, ECHOED, EMPTY, EXCESS, FINAL, FINISH, GLUED, JUNK, PROMPT, RECEIVED, STRAY,
            TICK, TROUBLE, UNKNOWN, WHILE_ONLINE,
        };
        #[cfg(test)]
        if self.all_ears && self.hear_all(event, dialog, book) {
            return;
        }
        match *event {
            Event::Command => {
                let topic = dialog.open().last().map_or(topics::ALL, |command| topic_of(command));
                about!(topic, self.commands(event, dialog, book));
            }
            Event::Final => match dialog.done() {
                Some(done) if in_trouble(done) => self.pass::<{ FINAL | TROUBLE }>(event, dialog, book),
                done => {
                    let topic = done.map_or(topics::ALL, topic_of);
                    about!(topic, self.results(event, dialog, book));
                }
            },
            Event::Said(said, _) => about!(topics::of_said(said), self.said(event, dialog, book)),
            Event::Glued(_) => self.pass::<GLUED>(event, dialog, book),
            Event::Junk(_) => self.pass::<JUNK>(event, dialog, book),
            Event::Stray(_) => self.pass::<STRAY>(event, dialog, book),
            Event::EmptyAfterTerminator(_) => self.pass::<EMPTY>(event, dialog, book),
            Event::Excess(..) => self.pass::<EXCESS>(event, dialog, book),
            Event::Echoed(_) => self.pass::<ECHOED>(event, dialog, book),
            Event::Prompt => self.pass::<PROMPT>(event, dialog, book),
            Event::Data => self.pass::<DATA>(event, dialog, book),
            Event::DataEnd => self.pass::<DATA_END>(event, dialog, book),
            Event::Unknown(..) => self.pass::<UNKNOWN>(event, dialog, book),
            Event::WhileOnline(..) => self.pass::<WHILE_ONLINE>(event, dialog, book),
            Event::Cut(_) => self.pass::<CUT>(event, dialog, book),
            Event::Burst(_) => self.pass::<BURST>(event, dialog, book),
            Event::Received => self.pass::<RECEIVED>(event, dialog, book),
            Event::Tick => self.pass::<TICK>(event, dialog, book),
            Event::Finish => self.pass::<FINISH>(event, dialog, book),
        }
    }

    /// Hands an event that has a topic to all rules that hear such events about any topic. False where it has none.
    #[cfg(test)]
    fn hear_all(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) -> bool {
        let kinds = match *event {
            Event::Command => hears::COMMAND,
            Event::Final if dialog.done().is_some_and(in_trouble) => hears::FINAL | hears::TROUBLE,
            Event::Final => hears::FINAL,
            Event::Said(..) => hears::said(topics::ALL),
            _ => return false,
        };
        self.pass_all(kinds, event, dialog, book);
        true
    }

    /// The port came back after it was lost.
    pub(super) fn replugged(&mut self) {
        self.restarted.replugged();
    }

    /// The port told a framing error.
    pub(super) fn framing_error(&mut self, dialog: &Dialog, book: &mut Book) {
        self.wrong_baud.framing_error(dialog, book);
    }
}
