//! What stands in front of the lines of a log: `TX: `, `>> `, `Sending: `, `[RX] - `, `发→◇`. Tools, sketches and people mark
//! directions each in their own way; what a mark means shows at the lines behind it. In front of commands only it marks
//! what was sent, in front of answers what was received, in front of both it marks nothing.

use super::TextLine;
use super::begins::{core, is_dump, unended, untagged};
use super::pattern::{matches, pattern};
use super::spelled;
use super::words::{RECEIVED, SENT, Way, has};
use crate::vocabulary::is_whole_command;

/// The leads of a log.
#[derive(Debug, Default)]
pub(super) struct Leads {
    found: Vec<Lead>,
    /// They tell the directions of the log.
    pub(super) directed: bool,
    /// Those of received lines are among them.
    pub(super) received: bool,
    /// Control characters are written as words.
    names: bool,
}

/// One way in which lines begin. Each `#` of the pattern stands for a number.
#[derive(Debug)]
struct Lead {
    pattern: Vec<u8>,
    way: Way,
    commands: usize,
    answers: usize,
    /// Of the commands, those that stood behind another lead just before.
    repeats: usize,
    /// The log marks received lines with `<`.
    paired: bool,
    /// Its arrows point from the modem to the log: `<-` in front of what was sent.
    turned: bool,
}

/// How many lines it takes to see how a log is marked.
const LOOKED_AT: usize = 20_000;

/// What stands in front of commands and answers, and how many have nothing there.
#[derive(Default)]
struct Counted {
    found: Vec<Lead>,
    bare_commands: usize,
    bare_answers: usize,
}

impl Counted {
    fn of(lines: &[TextLine<'_>], names: bool) -> Self {
        let mut counted = Self::default();
        let mut last: Option<(usize, &[u8])> = None;
        for line in lines.iter().filter(|line| !line.is_blank()).take(LOOKED_AT) {
            let Some((start, command)) = core(line.text, names) else { continue };
            // The letters beside the numbers of a dump.
            if line.text.get(..start).is_some_and(is_dump) {
                continue;
            }
            if line.text.get(..start).is_none_or(|lead| lead.trim_ascii().is_empty()) {
                // An echo and its answer in one line are an answer.
                let command = command && !(names && spelled::holds_answer(line.text));
                *(if command { &mut counted.bare_commands } else { &mut counted.bare_answers }) += 1;
                continue;
            }
            let pattern = pattern(line.text.get(..start).unwrap_or_default());
            let rest = line.text.get(start..).unwrap_or_default().trim_ascii();
            // `Hi, send AT+CPIN? and tell me`.
            if command && ends_as_word(&pattern) && rest.contains(&b' ') && !rest.contains(&b'"') {
                continue;
            }
            let at = counted.found.iter().position(|lead| lead.pattern == pattern).unwrap_or_else(|| {
                counted.found.push(Lead::new(pattern, Way::Either));
                counted.found.len() - 1
            });
            if let Some(lead) = counted.found.get_mut(at) {
                let told = line.text.get(start..).unwrap_or_default().trim_ascii_end();
                lead.repeats += usize::from(command && last.is_some_and(|(by, text)| by != at && text == told));
                if command {
                    last = Some((at, told));
                }
                *(if command { &mut lead.commands } else { &mut lead.answers }) += 1;
                // An echo and its answer in one line.
                lead.answers += usize::from(command && names && spelled::holds_answer(line.text));
            }
        }
        counted
    }
}

impl Leads {
    /// Looks for the leads of a log.
    pub(super) fn of(lines: &[TextLine<'_>], names: bool) -> Self {
        let Counted { mut found, bare_commands, bare_answers } = Counted::of(lines, names);
        // A word in front of one line is prose; what a program says of a command that went wrong is no mark.
        let prose = |lead: &Lead| lead.is_prose() || lead.is_word() && lead.count() == 1 && bare_commands > 2;
        // Where all answers stand behind one and the same word, that is a mark too: `Got OK`.
        let answers: usize = bare_answers + found.iter().map(|lead| lead.answers).sum::<usize>();
        let all_answers = |lead: &Lead| lead.commands == 0 && lead.answers > 1 && lead.answers == answers;
        found.retain(|lead| {
            (lead.is_marked() || lead.commands > 1 || all_answers(lead)) && !lead.judges() && !prose(lead)
        });
        // `<- APP RDY`, `<- see +CME ERROR: 10`: behind the mark of other lines stand words, which are what was said.
        let counts: Vec<(Vec<u8>, usize)> = found.iter().map(|lead| (lead.pattern.clone(), lead.count())).collect();
        found.retain(|lead| {
            let longer = |pattern: &Vec<u8>| lead.pattern.len() > pattern.len() && lead.pattern.starts_with(pattern);
            !lead.is_word() || !counts.iter().any(|(pattern, count)| longer(pattern) && *count > lead.count())
        });
        // A program may name the command once more in what it says of itself.
        let told = found.iter().any(Lead::says_sent);
        let answered = found.iter().any(|lead| lead.answers > 0 || lead.says_received());
        // Where nothing else marks what came, it is the echo.
        found.retain(|lead| !told || !(lead.is_sentence() || lead.comments() && answered));
        let whole = |lead: &Lead| {
            lines.iter().filter(|line| !line.is_blank()).all(|line| matches(&lead.pattern, line.text).is_some())
        };
        // With `<` beside it, or an arrow in front of the answers, `>` is a mark like others.
        let arrows = found.iter().any(|lead| lead.commands == 0 && lead.answers > 0 && lead.arrow().is_some());
        let typed = found.iter().any(|lead| lead.is_prompt() && lead.commands > 0 && lead.answers == 0);
        let paired = found.iter().any(|lead| lead.pattern.trim_ascii() == b"<") || arrows && typed;
        for lead in &mut found {
            lead.paired = paired;
        }
        // Arrows in either sense: what stands in front of answers points to whoever got them. Words in front of an arrow may
        // tell who points.
        let points = |count: fn(&Lead) -> usize, away: bool, arrow: fn(&Lead) -> Option<bool>| {
            found.iter().any(|lead| count(lead) > 0 && arrow(lead) == Some(away))
        };
        let turned = |arrow: fn(&Lead) -> Option<bool>| {
            points(|lead| lead.answers, true, arrow) && !points(|lead| lead.answers, false, arrow)
        };
        let behind = turned(Lead::last_arrow) && points(|lead| lead.commands, false, Lead::last_arrow);
        let turned = turned(Lead::arrow);
        for lead in &mut found {
            lead.turned = turned && lead.arrow().is_some() || behind && lead.last_arrow().is_some();
        }
        let one_sends = found.iter().any(Lead::sends);
        found.retain_mut(|lead| {
            lead.way = match (lead.commands, lead.answers) {
                _ if lead.is_prompt() && lead.answers > 0 => Way::Either,
                _ if lead.is_prompt() => Way::Typed,
                (0, _) => Way::Received,
                _ if told && lead.comments() => Way::Received,
                _ if lead.sends() => Way::Sent,
                (_, 0) => Way::Received,
                _ if one_sends => Way::Received,
                _ => Way::Either,
            };
            match lead.way {
                // Without commands beside them they are what a sketch says of itself: `Setup: OK`.
                Way::Received => one_sends || bare_commands > 0 && lead.says_received(),
                Way::Sent => true,
                Way::Typed => bare_commands == 0 && bare_answers > 0,
                Way::Either => !lead.is_prompt() || whole(lead),
            }
        });
        // `RX:` with nothing behind it, and `RX: ` in front of a prompt: the longer one fits.
        let silent = empty_marks(lines, &found);
        let worded = worded(lines, &found);
        found.extend(silent.into_iter().chain(worded));
        let twins = twins(lines, &found);
        found.extend(twins);
        let sent: usize = found.iter().filter(|lead| lead.way == Way::Sent).map(|lead| lead.commands).sum();
        let received = found.iter().any(|lead| lead.way == Way::Received);
        let directed = sent > 0 && (received || bare_answers > 0 && sent >= bare_commands);
        Self { found, directed, received, names }
    }

    /// They are cells of a table: a quotation mark is doubled there.
    pub(super) fn are_cells(&self) -> bool {
        self.found.iter().any(|lead| lead.pattern.ends_with(b",\"") || lead.pattern.ends_with(b";\""))
    }

    /// Some of them mark what was sent.
    pub(super) fn mark_sent(&self) -> bool {
        self.found.iter().any(|lead| lead.way == Way::Sent)
    }

    /// Takes the lead off a line.
    pub(super) fn take<'a>(&self, text: &'a [u8]) -> (Option<Way>, &'a [u8]) {
        let best = self
            .found
            .iter()
            .filter_map(|lead| Some((matches(&lead.pattern, text)?, lead)))
            .max_by_key(|(len, _)| *len);
        let Some((len, lead)) = best else { return (None, text) };
        let rest = text.get(len..).unwrap_or_default();
        if lead.way == Way::Typed && !is_whole_command(rest.trim_ascii()) {
            return (None, text);
        }
        // `b'OK'`: what opens before it closes behind it.
        let quote = text.get(len - 1).filter(|byte| matches!(byte, b'\'' | b'"' | b'(' | b'[' | b'{'));
        let closed = |quote: &u8| {
            let rest = rest.trim_ascii_end();
            match quote {
                b'(' => rest.strip_suffix(b")"),
                b'[' => rest.strip_suffix(b"]"),
                b'{' => rest.strip_suffix(b"}"),
                _ => rest.strip_suffix(b")").unwrap_or(rest).strip_suffix(&[*quote]),
            }
        };
        let closed = quote.and_then(closed);
        let mut rest = closed.unwrap_or(rest);
        if text.get(len - 1) == Some(&b'>') {
            rest = untagged(rest.trim_ascii_end());
        }
        // Programs write the line ends of `b'AT\r\n'`, `"AT\r\n"` as words; where the modem's are not, they are put back.
        if !self.names && closed.is_some() && matches!(quote, Some(b'\'' | b'"')) {
            rest = unended(rest);
        }
        (Some(lead.way), rest)
    }
}

/// `Modem Write Data: `, `RX: ` in front of what is neither command nor answer, beside marks for commands: the words tell.
fn worded(lines: &[TextLine<'_>], found: &[Lead]) -> Vec<Lead> {
    /// A longer head is a sentence.
    const LONGEST: usize = 32;
    if !found.iter().any(|lead| lead.way == Way::Sent) {
        return Vec::new();
    }
    let mut heads: Vec<Lead> = Vec::new();
    for line in lines.iter().filter(|line| !line.is_blank()) {
        // `+CIPSEND: 0,5,5`: a modem's own name is no mark.
        if spelled::is_answer(line.text.trim_ascii()) {
            continue;
        }
        let Some(end) = memchr::memmem::find(line.text, b": ").filter(|end| *end < LONGEST) else { continue };
        let head = line.text.get(..end + 2).unwrap_or_default();
        let mut lead = Lead { paired: true, ..Lead::new(pattern(head), Way::Either) };
        let sends = has(head, &SENT);
        lead.way = match (sends, lead.says_received()) {
            (true, false) => Way::Sent,
            (false, true) => Way::Received,
            _ => continue,
        };
        let covered = found.iter().chain(&heads).any(|known| matches(&known.pattern, head).is_some());
        if !covered {
            heads.push(lead);
        }
    }
    heads
}

/// `RX ` beside the `TX ` of commands, where nothing that it stands in front of is an answer: garbage of another rate.
fn twins(lines: &[TextLine<'_>], found: &[Lead]) -> Vec<Lead> {
    const PAIRS: [(&[u8], &[u8]); 3] = [(b"TX", b"RX"), (b"Tx", b"Rx"), (b"tx", b"rx")];
    let twin = |lead: &Lead| {
        let (at, received) =
            PAIRS.iter().find_map(|(sent, received)| Some((memchr::memmem::find(&lead.pattern, sent)?, *received)))?;
        let mut pattern = lead.pattern.clone();
        pattern.splice(at..at + received.len(), received.iter().copied());
        Some(Lead { paired: true, ..Lead::new(pattern, Way::Received) })
    };
    let stands = |twin: &Lead| {
        !found.iter().any(|known| known.pattern == twin.pattern)
            && lines.iter().any(|line| matches(&twin.pattern, line.text).is_some())
    };
    found.iter().filter(|lead| lead.way == Way::Sent).filter_map(twin).filter(stands).collect()
}

/// Marks for answers with nothing behind them, or a prompt at most, beside marks for commands: nothing else came.
fn empty_marks(lines: &[TextLine<'_>], found: &[Lead]) -> Vec<Lead> {
    if !found.iter().any(|lead| lead.way == Way::Sent) || found.iter().any(|lead| lead.way == Way::Received) {
        return Vec::new();
    }
    let mut marks: Vec<Lead> = Vec::new();
    for line in lines.iter().filter(|line| !line.is_blank()) {
        let text = line.text.trim_ascii_end();
        let pattern = pattern(text.strip_suffix(b" >").unwrap_or(text));
        let lead = Lead { paired: true, ..Lead::new(pattern, Way::Received) };
        let arrow = lead.pattern.ends_with(b"<") || lead.pattern.ends_with(b"<-") || lead.pattern.ends_with(b"<--");
        let mark = lead.says_received() && (lead.pattern.ends_with(b":") || lead.pattern.ends_with(b"-") || arrow);
        if (mark || arrow) && !marks.iter().any(|known| known.pattern == lead.pattern) {
            marks.push(lead);
        }
    }
    marks
}

impl Lead {
    const fn new(pattern: Vec<u8>, way: Way) -> Self {
        Self { pattern, way, commands: 0, answers: 0, repeats: 0, paired: false, turned: false }
    }

    /// Its words say that what follows was sent.
    fn says_sent(&self) -> bool {
        self.commands > 0 && has(&self.pattern, &SENT)
    }

    /// All that stands behind it was told before, and it names no direction.
    fn comments(&self) -> bool {
        self.answers == 0
            && self.commands > 0
            && self.repeats == self.commands
            && !self.says_sent()
            && !self.says_received()
            && self.arrow().is_none()
    }

    /// Somebody tells what he makes of an answer: `URC already added with prefix: `.
    fn is_sentence(&self) -> bool {
        /// Fewer words are a mark.
        const ENOUGH: usize = 4;
        let word = |word: &&[u8]| word.len() > 1 && word.iter().all(u8::is_ascii_alphabetic);
        let words = self.pattern.split(|byte| !byte.is_ascii_alphabetic()).filter(word);
        let lower = words.filter(|word| word.iter().any(u8::is_ascii_lowercase)).count();
        self.commands == 0 && lower >= ENOUGH && !self.says_received()
    }

    /// The beginning of somebody's sentence: `But when I try to send it with `.
    fn is_prose(&self) -> bool {
        /// Fewer words are a mark.
        const ENOUGH: usize = 5;
        let text = self.pattern.trim_ascii_end();
        let text = text.strip_suffix(b"\"").or_else(|| text.strip_suffix(b"'")).unwrap_or(text).trim_ascii_end();
        let ends = text.last().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b',');
        let word = |word: &&[u8]| word.len() > 1 && word.iter().all(u8::is_ascii_lowercase);
        ends && self.pattern.split(|byte| *byte == b' ').filter(word).count() >= ENOUGH
    }

    /// It ends like a mark, not like a word.
    fn is_marked(&self) -> bool {
        self.pattern
            .trim_ascii_end()
            .last()
            .is_some_and(|byte| b":><])|-=#$\"'}*~/%.[{".contains(byte) || !byte.is_ascii())
            || self.arrow().is_some()
            || self.says_received()
            || has(&self.pattern, &["tx", "send", "sent"])
    }

    /// It ends as words of a sentence do, not as a mark.
    fn is_word(&self) -> bool {
        ends_as_word(&self.pattern)
    }

    /// How many commands and answers stand behind it.
    const fn count(&self) -> usize {
        self.commands + self.answers
    }

    /// It tells how a command has fared: `TIMEOUT executing '`, `Error resp when calling `.
    fn judges(&self) -> bool {
        self.answers == 0 && has(&self.pattern, &["timeout", "timed out", "fail", "error", "no response", "success"])
    }

    fn is_prompt(&self) -> bool {
        self.pattern.trim_ascii() == b">" && !self.paired
    }

    /// It is nothing but an arrow: whether that points away.
    fn arrow(&self) -> Option<bool> {
        let signs = self.pattern.trim_ascii();
        let signs = signs.strip_suffix(b"(").unwrap_or(signs).trim_ascii();
        let arrow = signs.len() > 1 && signs.iter().all(|byte| b"<>-=".contains(byte));
        match (signs.first(), signs.last()) {
            (Some(b'<'), _) if arrow => Some(false),
            (_, Some(b'>')) if arrow => Some(true),
            _ => None,
        }
    }

    /// Behind words may stand an arrow: whether that points away.
    fn last_arrow(&self) -> Option<bool> {
        let signs = self.pattern.trim_ascii_end();
        let begins = signs.iter().rposition(|byte| !b"<>-=".contains(byte)).map_or(0, |at| at + 1);
        match signs.get(begins..)? {
            [b'<', _, ..] => Some(false),
            [.., _, b'>'] => Some(true),
            _ => None,
        }
    }

    fn says_received(&self) -> bool {
        if self.turned {
            return self.last_arrow() == Some(true);
        }
        let came = has(&self.pattern, &RECEIVED) || has(&self.pattern, &["<<", "<-", "\u{2190}"]);
        came && !has(&self.pattern, &SENT) && !has(&self.pattern, &[">>", "->"])
    }

    /// Commands stand behind it and no answers, and it does not say that they came back. A mark that says that it was sent may stand in
    /// front of data that read like an answer.
    fn sends(&self) -> bool {
        /// An echo is marked as often as what was sent.
        const DATA: usize = 3;
        let says = has(&self.pattern, &SENT) || has(&self.pattern, &[">>", "->"]) && !self.turned;
        let data = says && self.answers * DATA <= self.commands;
        self.commands > 0 && (self.answers == 0 || data) && !self.says_received() && !self.is_prompt()
    }
}

/// It ends as words of a sentence do, and a blank.
fn ends_as_word(text: &[u8]) -> bool {
    let end = text.trim_ascii_end().last();
    text.ends_with(b" ") && end.is_some_and(|byte| byte.is_ascii_alphabetic() || b".,;!?".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::transcript::clock;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let lines = clock::lines(text.as_bytes(), 1);
        let leads = Leads::of(&lines, false);
        let show = |line: &TextLine<'_>| {
            let (way, rest) = leads.take(line.text);
            let mark = match way {
                Some(Way::Sent | Way::Typed) => ">",
                Some(Way::Received) => "<",
                Some(Way::Either) => "=",
                None => ".",
            };
            format!("{mark}{}", String::from_utf8_lossy(rest))
        };
        assert_eq!(lines.iter().map(show).collect::<Vec<_>>().join("|"), expect);
    }

    #[test]
    fn marks_show_at_what_stands_behind_them() {
        check("TX: AT\nRX: OK\n", ">AT|<OK");
        check("TX: AT\nRX: AT\nRX: OK\n", ">AT|<AT|<OK");
        check("[TX 1] AT\n[RX 2] OK\n[TX 3] hello\n", ">AT|<OK|>hello");
        check("modem: AT\nmodem: OK\n", "=AT|=OK");
        check("Sending AT\nOK\nSending AT+CSQ\nOK\n", ">AT|.OK|>AT+CSQ|.OK");
        check("Send: AT\nReply: AT\nOK\n", ">AT|<AT|.OK");
        check("gsm: AT+CIPSEND=0,5\ngsm: hello\nOK\n+CIPSEND: 0,5,5\n", ">AT+CIPSEND=0,5|>hello|.OK|.+CIPSEND: 0,5,5");
    }

    #[test]
    fn a_persons_prompt_is_not_the_modems() {
        check("> AT\nOK\n> AT+CIPSEND\n> hello\n", ">AT|.OK|>AT+CIPSEND|.> hello");
        check("AT+CIPSEND\n> AT+CSQ\nOK\n", ".AT+CIPSEND|.> AT+CSQ|.OK");
        check("> AT\n> OK\n", "=AT|=OK");
    }

    #[test]
    fn prose_is_no_mark() {
        check("I typed AT\nOK\n", ".I typed AT|.OK");
        check("AT\nOK\nSetup: OK\nWLAN is OK\n", ".AT|.OK|.Setup: OK|.WLAN is OK");
        check("SEND OK\nCall Ready\nSTATE: CONNECT OK\n", ".SEND OK|.Call Ready|.STATE: CONNECT OK");
    }
}
