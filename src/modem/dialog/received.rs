//! What comes from the modem: prompts and lines.

use super::command::Asked;
use super::connections::Ip;
use super::exchange::{Data, DataEnded, Exchange, Span};
use super::said::{Network, Said};
use super::texts::opens_quote;
use super::{Dialog, Event, Shows};
use crate::modem::Direction;
use crate::modem::digest::{Line, Token};
use crate::vocabulary::{self, Role, is_whole_command};

use std::time::Duration;

impl Dialog {
    /// Received bytes begin.
    #[inline]
    pub(in crate::modem) fn begin_received(&mut self, bytes: &[u8], at: Option<Duration>) {
        self.now = at.or(self.now);
        if self.receiving.was_silent_for(super::HOLD, at) {
            self.settle();
        }
        self.receiving.begin(at);
        self.looped.received(bytes, self.receiving.total());
        if self.silent.commands > 1 {
            self.events.push(Event::Received);
        }
    }

    /// Takes the line feed that ends the last line, where it comes alone, as most reads end: a step would do no more with it.
    /// False for anything else.
    #[inline]
    pub(in crate::modem) fn take_feed(&mut self, bytes: &[u8]) -> bool {
        let taken = self.later.is_none() && !self.data.expects_echo() && self.receiving.take_feed(bytes);
        if taken {
            self.silent.commands = 0;
        }
        taken
    }

    /// Takes some of the received bytes; none where something from before is still to be told.
    pub(in crate::modem) fn received_step(&mut self, bytes: &[u8]) -> usize {
        if self.later.is_some() {
            self.do_later();
            return 0;
        }
        self.silent.commands = 0;
        let expects_echo = self.data.expects_echo();
        let begins = self.receiving.begin_line(self.now, self.sending.total());
        if begins && !expects_echo {
            if let Some((length, ended_by)) = self.whole_echo(bytes) {
                self.receiving.take_line(length, ended_by);
                self.echoed(0, self.receiving.total() - 1);
                return length + 1;
            }
            if let Some((used, line)) = self.receiving.whole_line(bytes) {
                self.line(&line);
                self.receiving.end_line();
                return used;
            }
        }
        self.next_token(bytes, begins && expects_echo)
    }

    /// Takes the received bytes up to the next line or prompt; `echo`: they may be that of data.
    #[inline(never)]
    fn next_token(&mut self, mut bytes: &[u8], echo: bool) -> usize {
        if echo && !self.receiving.is_skipping() {
            let echo = self.data.take_echo(bytes);
            if echo > 0 {
                self.receiving.pass(echo);
                return echo;
            }
            // One byte at a time, so that the echo is looked for at the same places however the bytes were split.
            bytes = bytes.get(..1).unwrap_or(bytes);
        }
        if self.receiving.peeks() {
            bytes = self.look_into(bytes);
        }
        let mut room = self.receiving.take_room();
        let prompts = self.prompt_possible();
        let (used, token) = self.receiving.next(bytes, &mut room, prompts);
        match token {
            Some(Token::Prompt(at)) => self.prompt(self.receiving.span(at..at + 1)),
            Some(Token::Line(line)) => self.line(&line),
            None => {}
        }
        if self.receiving.put_back(room) {
            self.data.widen_prompt();
        }
        used.max(1)
    }

    /// A `>` at the start of a line would be a prompt now.
    fn prompt_possible(&self) -> bool {
        let prompts = |exchange: &Exchange| {
            exchange.asked.command.and_then(|command| command.data).is_some_and(|data| data.prompts())
        };
        match self.data() {
            // Each line of a message is asked for anew.
            Some(data) => matches!(data.role, Role::SmsSend | Role::SmsStore),
            None => self.commands.open().iter().any(|exchange| exchange.awaits_prompt() && prompts(exchange)),
        }
    }

    fn prompt(&mut self, span: Span) {
        self.receiving.no_line();
        if self.data().is_some() {
            return;
        }
        if let Some(index) = self.commands.position(Exchange::awaits_prompt) {
            self.open_data(index, span);
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        let span = self.receiving.span(line.start..line.end);
        let framed = self.receiving.frames(line);
        if matches!(line.text, [b'H' | b'C' | b'c' | b'{', ..] | [b'+', b'I' | b'R', ..]) {
            self.server_says(line, span);
        }
        if self.texts.may_be_here() && self.is_text(line, span, framed) {
            return;
        }
        if self.log.shows == Shows::Echoed {
            if self.inferred(line, span) || self.cut_short(line.text, span) {
                return;
            }
        } else if self.echo(line, span) || self.echo_of_before(line.text, span) {
            self.receiving.no_line();
            return;
        }
        let said = self.understood(line.text);
        if matches!(said, Said::Info | Said::Ussd(..)) && line.text.first() == Some(&b'+') && opens_quote(line.text) {
            self.texts.begin_quoted();
        }
        self.find_damage(line.text, span);
        self.dealing.heard();
        self.spoken |= !matches!(said, Said::Unknown | Said::Digit(_) | Said::Address);
        if gives_reasons(said) {
            self.keep_reason(said, line.text, span);
        }
        self.heard(said, line, span, framed);
    }

    /// What a server says of a request, and of the connection.
    #[inline(never)]
    fn server_says(&mut self, line: &Line<'_>, span: Span) {
        // The request is not the server's.
        if self.data().is_none() {
            if let Some(status) = vocabulary::server_status(line.text).filter(|status| *status >= 400) {
                self.events.push(Event::Said(Said::HttpAction(status), span));
            }
            if self.state.connections.is_open() && vocabulary::ends_connection(line.text) {
                self.state.connections.announce_end();
            }
        }
        if line.text.starts_with(b"{") && (self.texts.counts_on(line) || self.state.bare_data_possible()) {
            self.turned_down(line.text, span);
        }
    }

    /// The line is what somebody has written: a message, what stands in quotes, counted data.
    #[inline(never)]
    fn is_text(&mut self, line: &Line<'_>, span: Span, framed: bool) -> bool {
        if self.texts.take_pushed(framed && !self.is_more_of_message(line)) {
            self.text_of_message(line.text, span);
            return true;
        }
        self.is_quoted(line.text) || self.counted_line(line)
    }

    /// What the line means behind what was asked, and of this modem; it may tell which that is.
    fn understood(&mut self, text: &[u8]) -> Said {
        let mut said = self.meanings.of(text, self.telling.family());
        if matches!(said, Said::Info | Said::Trouble) && self.is_of_another_family(text) {
            said = Said::of(text, self.telling.family());
        }
        if self.told_by(text, said) && matches!(said, Said::Unknown | Said::Trouble) {
            said = Said::of(text, self.telling.family());
        }
        match said {
            // What answers a question (`+NETOPEN: 1` to AT+NETOPEN?) is no news.
            said if said.is_news() && self.answers_question(text) => {
                if let Some(front) = self.commands.open_mut().first_mut() {
                    front.denied |= said == Said::Trouble;
                }
                Said::Info
            }
            Said::PdpDeact => self.end_of_context(),
            Said::Closed(n) if self.refused_to_open() => Said::ConnectFail(n),
            Said::Greeting if self.commands.open().first().is_some_and(|front| front.role == Role::Identity) => {
                Said::Info
            }
            Said::Greeting => Said::Rdy,
            said => said,
        }
    }

    /// Keeps why something failed, in the modem's own words where no table has any.
    #[inline(never)]
    fn keep_reason(&mut self, said: Said, text: &[u8], span: Span) {
        let own_words = || String::from_utf8_lossy(text.trim_ascii()).into_owned();
        if matches!(said, Said::CallEnd) {
            self.words.keep_words(text, own_words(), span);
            return;
        }
        // The words of a SIM800 are understood from all.
        let explain = || self.telling.family().explained(text).or_else(|| vocabulary::sim800().explained(text));
        // The number of an error is explained where it is told.
        let told = if matches!(said, Said::Cme(_) | Said::Cms(_)) { None } else { explain() };
        match told {
            Some(told) => self.words.keep(text, told, span),
            None if matches!(said, Said::Trouble) => self.words.keep_words(text, own_words(), span),
            None => self.words.remember(text, span),
        }
    }

    /// The echo of a command that was sent before the log begins.
    fn echo_of_before(&mut self, text: &[u8], span: Span) -> bool {
        let first = self.log.read_ahead
            && self.sending.total() == 0
            && self.commands.open().is_empty()
            && self.data().is_none();
        let text = if first { text.trim_ascii_end() } else { return false };
        if !is_whole_command(text) {
            return false;
        }
        self.echoed_command(text, span);
        true
    }

    /// What it means that the data connection is gone: behind the OK of a command whose result is told later, that is its
    /// result.
    fn end_of_context(&self) -> Said {
        let behind = self.commands.done().filter(|done| done.role == Role::ContextOpen && done.asked.told_later);
        match behind {
            Some(done) if done.ends_context() => Said::ContextClosed,
            Some(_) if self.state.connections.context() != Ip::Active => Said::ContextFailed,
            _ => Said::PdpDeact,
        }
    }

    /// What is closed behind the ERROR of a command that opens (ESP8266) was never open.
    fn refused_to_open(&self) -> bool {
        let opens = |done: &Exchange| done.role == Role::Open && done.refused() && !done.stands_at_once();
        self.commands.open().is_empty() && !self.state.connections.is_open() && self.commands.done().is_some_and(opens)
    }

    /// The command in front asks (`?`), and the line begins with its name.
    fn answers_question(&self, line: &[u8]) -> bool {
        let asks = self.commands.open().first().filter(|front| front.asked.form.asks());
        asks.and_then(|front| front.asked.command)
            .is_some_and(|command| line.starts_with(command.bare_name().as_bytes()))
    }

    /// Bytes that no modem prints, inside an answer of numbers and plain words.
    fn find_damage(&mut self, line: &[u8], span: Span) {
        if line.is_ascii() || !vocabulary::is_of_numbers(line) || self.state.bare_data_possible() {
            return;
        }
        let strange = strange(line);
        if strange > 0 {
            self.events.push(Event::Unknown(span, strange));
        }
    }

    /// The answer to a question for the model, and lines that are no answers, may tell the family. True if they have.
    fn told_by(&mut self, line: &[u8], said: Said) -> bool {
        let asked = self.commands.open().first().is_some_and(|front| front.role == Role::Identity);
        let unasked =
            matches!(said, Said::Unknown | Said::Rdy) && !self.state.bare_data_possible() && self.data().is_none();
        let told = (asked || unasked) && self.telling.heard(line);
        if told {
            self.state.framed = self.telling.family().framed;
        }
        told
    }

    /// `+CIPEVENT: `: the name of the line, or all of it, may tell the family, before the line itself is understood.
    fn is_of_another_family(&mut self, line: &[u8]) -> bool {
        let end = memchr::memchr(b':', line).map(|colon| colon + 1);
        let name = end.or_else(|| memchr::memchr(b' ', line)).and_then(|end| line.get(..end));
        let told = name.is_some_and(|name| name.starts_with(b"+") && self.telling.heard_name(name))
            || self.telling.heard_whole(line);
        if told {
            self.state.framed = self.telling.family().framed;
        }
        told
    }

    /// In a log whose line ends are lost: is the line part of the data that its head has counted?
    fn counted_line(&mut self, line: &Line<'_>) -> bool {
        let command = self.log.shows == Shows::Echoed && is_whole_command(line.text.trim_ascii_end());
        if command && self.texts.counts_on(line) {
            self.give_up_counted();
        }
        self.texts.take_counted(line)
    }

    /// The log shows less than was counted: what asked for it has had its answer all the same.
    pub(super) fn give_up_counted(&mut self) {
        if self.texts.give_up_counted() {
            let asked = |exchange: &Exchange| {
                matches!(exchange.role, Role::HttpRead | Role::Text | Role::Receive) || exchange.role.tells_nothing()
            };
            self.commands.take_as_answered(asked);
        }
    }

    /// In a log that shows only what came: is the line a command or data that was sent?
    fn inferred(&mut self, line: &Line<'_>, span: Span) -> bool {
        let text = line.text;
        if let Some(data) = self.data() {
            let said = self.meaning(text);
            let ends = matches!(
                said,
                Said::SendOk
                    | Said::SendFail
                    | Said::Stored
                    | Said::Cms(_)
                    | Said::Cme(_)
                    | Said::Closed(_)
                    | Said::Error
                    | Said::Rdy
                    | Said::PowerDown
                    | Said::UnderVoltage(true)
                    | Said::OverVoltage(true)
            );
            let ok = said == Said::Ok && (data.role != Role::Send || self.tells_later(data));
            // Right behind the prompt, on its line, stands what was typed.
            let typed = line.feeds == 0 && data.count == 0;
            if !typed && (ends || ok || self.answers_typed(said)) {
                return false;
            }
            self.echoed_data(text, span);
            let text = text.trim_ascii_end();
            self.data.note_line(text, span);
            return true;
        }
        let text = text.trim_ascii_end();
        if is_whole_command(text) {
            self.receiving.no_line();
            self.echoed_command(text, span);
            return true;
        }
        false
    }

    /// What a line means where nothing is known of the commands before it: in the family's words, or in everybody's.
    fn meaning(&self, text: &[u8]) -> Said {
        self.telling.family().says(text).unwrap_or_else(|| Said::read(text))
    }

    /// `OK` says that the data was taken, and the result comes behind it.
    fn tells_later(&self, data: &Data) -> bool {
        self.commands.open().iter().any(|exchange| exchange.id == data.id && exchange.asked.told_later)
    }

    /// An answer that breaks off, and the next command stands in its middle.
    fn cut_short(&mut self, text: &[u8], span: Span) -> bool {
        if text.first() != Some(&b'+') || self.data().is_some() {
            return false;
        }
        let Some(at) = memchr::memmem::rfind(text, b"AT+").filter(|at| *at > 4) else { return false };
        let (answer, command) = text.split_at_checked(at).unwrap_or((text, &[]));
        let known = vocabulary::families().iter().any(|family| family.first(command).is_some());
        // A command in quotes is a parameter.
        let open_quote = memchr::memchr_iter(b'"', answer).count() % 2 == 1;
        if !known || !is_whole_command(command) || answer.ends_with(b"\"") && open_quote {
            return false;
        }
        // Unasked, only a line that the family says of itself was shown whole.
        if self.commands.open().is_empty() && self.telling.family().says(answer).is_none() {
            return false;
        }
        let brackets = memchr::memchr_iter(b'(', answer).count() > memchr::memchr_iter(b')', answer).count();
        let part = span.part(0..at as u64);
        if open_quote || brackets || answer.ends_with(b",") {
            self.events.push(Event::Cut(part));
        } else {
            // A program that prints the line end later has shown the whole answer.
            let said = self.meaning(answer);
            if !said.is_error() && said != Said::Unknown {
                self.count(said, part);
            }
        }
        self.receiving.no_line();
        self.echoed_command(command, span.part(at as u64..text.len() as u64));
        true
    }

    /// The line answers the command before it: then that was none of the data, and the log has left out how the data ended.
    fn answers_typed(&mut self, said: Said) -> bool {
        let Some(text) = self.data.noted_command() else { return false };
        let asked = Asked::read(text, self.telling.family());
        let fits = match said {
            Said::Ok => asked.ends_with_ok,
            Said::CloseOk(_) => asked.role == Role::Close,
            Said::ShutOk => asked.role == Role::ContextClose,
            Said::Address => asked.role == Role::Address,
            Said::Csq(_) => asked.role == Role::Signal,
            Said::Registration(Network::Voice, ..) => asked.role == Role::Registration,
            _ => false,
        };
        let Some((text, span)) = fits.then(|| self.data.take_command()).flatten() else { return false };
        self.end_data(DataEnded::Answered, None);
        self.commands.lose(1);
        self.echoed_command(&text, span);
        true
    }

    /// A line that nothing is known about: answer text, pushed data, a sketch's own words, or garbage.
    pub(super) fn unknown_line(&mut self, line: &Line<'_>, span: Span) {
        if self.state.bare_data_possible() || self.online {
            self.doubt.see_line_of_data();
            return;
        }
        debug_assert_eq!(span.direction, Direction::Rx);
        if is_burst(line.text) {
            self.events.push(Event::Burst(span));
            return;
        }
        let strange = strange(line.text);
        self.unknown.clear();
        self.unknown.extend_from_slice(line.text.get(..line.text.len().min(64)).unwrap_or_default());
        self.events.push(Event::Unknown(span, strange));
    }
}

/// The line may say why something failed.
const fn gives_reasons(said: Said) -> bool {
    matches!(
        said,
        Said::Error
            | Said::Cme(_)
            | Said::Cms(_)
            | Said::Failed
            | Said::ConnectFail(_)
            | Said::Reason
            | Said::PdpDeact
            | Said::Trouble
            | Said::CallEnd
            | Said::Position { known: false }
            | Said::Receiver { on: false }
    )
}

/// How many bytes of a line a modem never prints. Words in any script are none of them: a sketch or a person wrote those.
pub(in crate::modem) fn strange(text: &[u8]) -> u32 {
    let control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | 0x1A | 0x1B | 0x08);
    let count = match std::str::from_utf8(text) {
        Ok(words) if !text.is_ascii() => {
            // What a terminal shows for bytes that are no text, and the upper half of Latin-1 in a row.
            let unreadable = |c: char| matches!(c, '\u{FFFD}' | '\u{2E2E}') || u8::try_from(c).is_ok_and(control);
            let upper = |c: &char| matches!(c, '\u{80}'..='\u{FF}');
            let all_upper = words.chars().filter(upper).count() * 3 > words.chars().count();
            let bad = words.chars().filter(|c| unreadable(*c) || all_upper && upper(c));
            bad.map(char::len_utf8).sum()
        }
        _ => text.iter().filter(|&&byte| byte >= 0x80 || control(byte)).count(),
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// `00 49 49 49 49 FF FF FF FF`, or what of it survives at another rate.
pub(in crate::modem) fn is_burst(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, 0x00 | 0xFF | b'I')) && text.iter().any(|byte| matches!(byte, 0x00 | 0xFF))
        || is_replaced_burst(text)
}

/// The same as terminals and forums show it: `\u{FFFD}`, `\u{2E2E}`, or FF read as Latin-1, a few in a row.
fn is_replaced_burst(text: &[u8]) -> bool {
    /// A power-on sends nine bytes.
    const MOST: usize = 9;
    let signs = std::str::from_utf8(text).ok().filter(|signs| !signs.is_empty() && !signs.is_ascii());
    signs.is_some_and(|signs| {
        signs.chars().count() <= MOST && signs.chars().all(|c| matches!(c, '\u{FFFD}' | '\u{2E2E}' | '\u{FF}'))
    })
}
