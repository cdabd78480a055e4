//! What stands around a log: the marks of mail that quotes it, line numbers, code fences and the prose of a post. It is taken
//! off line by line, so that the forms see the log alone.

use super::{TextLine, spelled};
use crate::vocabulary::is_whole_command;

/// What stands around the lines of a log.
#[derive(Clone, Debug, Default)]
pub(super) struct Peel {
    /// Mail quotes the log, so often: `> ` in front of everything.
    quoted: usize,
    numbers: Numbers,
    region: Region,
    /// Lines that list what errors mean, as a manual does.
    listed: Vec<usize>,
    fenced: bool,
    /// Whether a line without anything stood before.
    apart: bool,
    traceback: Traceback,
}

/// Where in a traceback of Python a line stands: its code is none of the dialog, what it ends in is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Traceback {
    #[default]
    Outside,
    Inside,
    /// The code of a frame follows.
    Frame,
}

impl Traceback {
    /// Takes the next line; whether it stands inside.
    fn takes(&mut self, text: &[u8]) -> bool {
        let begun = text.trim_ascii_start();
        *self = match self {
            _ if begun.starts_with(b"Traceback (most recent call last)") => Self::Inside,
            Self::Inside | Self::Frame if begun.starts_with(b"File \"") => Self::Frame,
            Self::Frame => Self::Inside,
            // Python marks the place with `^^^^`.
            Self::Inside if text.starts_with(b"  ") || begun.starts_with(b"^") => Self::Inside,
            _ => Self::Outside,
        };
        *self != Self::Outside
    }
}

/// How lines are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Numbers {
    #[default]
    None,
    /// Each number has a line of its own.
    Alone,
    /// A number stands in front of each line.
    InFront,
}

/// Where in a post the log stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Region {
    #[default]
    Everywhere,
    /// Inside code fences.
    Fenced,
    /// In lines indented as code.
    Indented,
}

impl Peel {
    /// Learns from the head of a text.
    pub(super) fn learn(lines: &[TextLine<'_>]) -> Self {
        let mut peel = Self { apart: true, ..Self::default() };
        peel.quoted = quoted(lines);
        let lines: Vec<TextLine<'_>> = lines.iter().map(|line| peel.unquoted(*line)).collect();
        peel.numbers = numbers(&lines);
        let lines: Vec<TextLine<'_>> = lines.into_iter().map(|line| peel.unnumbered(line)).collect();
        peel.region = region(&lines);
        peel.listed = listed(&lines);
        peel
    }

    /// The last line was one of a traceback.
    pub(super) fn is_traceback(&self) -> bool {
        self.traceback != Traceback::Outside
    }

    /// The last line stood between code fences.
    pub(super) const fn is_fenced(&self) -> bool {
        self.fenced
    }

    /// Takes off what is not of the log; a line that holds nothing of it becomes empty.
    pub(super) fn take<'a>(&mut self, line: TextLine<'a>) -> TextLine<'a> {
        let mut line = self.unnumbered(self.unquoted(line));
        if self.traceback.takes(line.text) {
            line.text = &[];
            return line;
        }
        let fence = is_fence(line.text);
        self.fenced ^= fence;
        let outside = match self.region {
            Region::Everywhere => fence,
            Region::Fenced => fence || !self.fenced,
            Region::Indented => !is_indented(line.text),
        };
        let listed = self.listed.binary_search(&line.number).is_ok();
        let prose = self.apart && is_prose(line.text) || listed;
        let command = introduced(line.text).filter(|_| self.apart && self.region == Region::Everywhere);
        self.apart = line.is_blank() || prose || fence || command.is_some();
        if outside || prose || command.is_some() {
            line.text = command.filter(|_| !outside).unwrap_or_default();
        }
        line
    }

    fn unquoted<'a>(&self, mut line: TextLine<'a>) -> TextLine<'a> {
        if self.quoted > 0 {
            line.text = unquoted(line.text, self.quoted).unwrap_or_default();
        }
        line
    }

    fn unnumbered<'a>(&self, mut line: TextLine<'a>) -> TextLine<'a> {
        match self.numbers {
            Numbers::None => {}
            Numbers::Alone => {
                if number(line.text.trim_ascii()).is_some() {
                    line.text = &[];
                }
            }
            Numbers::InFront => {
                if let Some((_, rest)) = numbered(line.text) {
                    line.text = rest;
                }
            }
        }
        line
    }
}

/// The line without the marks of mail, so many at the most: `> `, `>> `, `> > `.
fn unquoted(text: &[u8], depth: usize) -> Option<&[u8]> {
    let mut rest = text.strip_prefix(b">")?;
    for _ in 1..depth {
        let Some(more) = rest.strip_prefix(b">").or_else(|| rest.strip_prefix(b" >")) else { break };
        rest = more;
    }
    Some(rest.strip_prefix(b" ").unwrap_or(rest))
}

/// How often a log was quoted: so many marks stand in front of some command or answer.
fn depth(shown: &[&[u8]]) -> usize {
    /// Nobody quotes more often.
    const MOST: usize = 8;
    let told = |text: &[u8]| spelled::is_answer(text.trim_ascii()) || is_whole_command(text.trim_ascii());
    let marks = |text: &&[u8]| (1..=MOST).find(|depth| unquoted(text, *depth).is_some_and(told));
    shown.iter().filter_map(marks).max().unwrap_or(1)
}

/// `> ` in front of everything, answers of a modem too: nobody's prompt, nor a mark for what was sent.
fn quoted(lines: &[TextLine<'_>]) -> usize {
    let shown: Vec<&[u8]> = lines.iter().filter(|line| !line.is_blank()).map(|line| line.text).collect();
    let depth = depth(&shown);
    let marked: Vec<&[u8]> = shown.iter().filter_map(|text| unquoted(text, depth)).collect();
    let answers = marked.iter().filter(|text| spelled::is_answer(text.trim_ascii())).count();
    let commands = marked.iter().filter(|text| is_whole_command(text.trim_ascii())).count();
    let bare = shown.iter().filter(|text| spelled::is_answer(text.trim_ascii()) || is_whole_command(text.trim_ascii()));
    let received = shown.iter().any(|text| text.starts_with(b"<"));
    // Or nothing at all is there without the mark, and the forms will see what it is.
    let around = marked.len() == shown.len() && marked.len() > 2 && answers == 0 && commands == 0;
    let quoted = answers > 0 && commands > 0 && bare.count() == 0 && !received && marked.len() * 2 > shown.len()
        || around && shown.iter().all(|text| text.starts_with(b"> ")) && !received;
    if quoted { depth } else { 0 }
}

/// The command of a sentence that leads to its answer: `When I try AT+CGATT=1 I get:`.
fn introduced(text: &[u8]) -> Option<&[u8]> {
    const LEADS: [&str; 9] = ["get", "got", "gives", "returns", "receive", "says", "see", "answers", "replies"];
    let sentence = text.trim_ascii_end().strip_suffix(b":")?;
    let words = std::str::from_utf8(sentence).ok()?.split_whitespace();
    if !text.first()?.is_ascii_alphabetic() || !words.rev().take(2).any(|word| LEADS.contains(&word)) {
        return None;
    }
    let quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'*');
    let mut commands = sentence.split(u8::is_ascii_whitespace).filter_map(|word| {
        let begin = word.iter().position(|byte| !quote(byte))?;
        let word = word.get(begin..)?;
        // A quote that the command itself has opened is its own.
        let closed = memchr::memchr_iter(b'"', word).count().is_multiple_of(2) && begin == 0;
        let end = if closed { word.len() } else { word.iter().rposition(|byte| !quote(byte))? + 1 };
        word.get(..end).filter(|word| word.starts_with(b"AT+") && is_whole_command(word))
    });
    commands.next().filter(|_| commands.next().is_none())
}

fn number(text: &[u8]) -> Option<u32> {
    let digits = !text.is_empty() && text.len() < 6 && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// `12: AT`, `12 | AT`, `12  AT`, `#12 AT`.
fn numbered(text: &[u8]) -> Option<(u32, &[u8])> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"#").unwrap_or(text);
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let count = number(text.get(..digits)?)?;
    let rest = text.get(digits..)?;
    let marks: [&[u8]; 7] = [b": ", b" | ", b"| ", b". ", b") ", b"\t", b" "];
    let rest = marks.iter().find_map(|mark| rest.strip_prefix(*mark)).or_else(|| rest.is_empty().then_some(rest))?;
    Some((count, rest))
}

/// Whether the lines are numbered one by one.
fn numbers(lines: &[TextLine<'_>]) -> Numbers {
    /// Fewer numbers in a row are an answer of the modem.
    const ENOUGH: usize = 3;
    let counts = |mut each: Box<dyn Iterator<Item = u32> + '_>| {
        let mut last = each.next()?;
        let mut count = 1;
        for next in each {
            if next != last + 1 {
                return None;
            }
            last = next;
            count += 1;
        }
        Some(count)
    };
    let alone = lines.iter().filter_map(|line| number(line.text.trim_ascii()));
    if counts(Box::new(alone)).is_some_and(|count| count >= ENOUGH) {
        return Numbers::Alone;
    }
    let shown = || lines.iter().filter(|line| !line.is_blank());
    let in_front = shown().filter_map(|line| numbered(line.text)).map(|(count, _)| count);
    let all = shown().all(|line| numbered(line.text).is_some());
    if all && counts(Box::new(in_front)).is_some_and(|count| count >= ENOUGH) {
        Numbers::InFront
    } else {
        Numbers::None
    }
}

/// The lines of a list of errors: one that names several, or several in a row that each say what another means. A modem shows an error
/// by its number or by its words.
fn listed(lines: &[TextLine<'_>]) -> Vec<usize> {
    let shown: Vec<&TextLine<'_>> = lines.iter().filter(|line| !line.is_blank()).collect();
    // It stands above a dialog: an answer has a command before it, and a log of answers alone has nothing else.
    let dialog = shown.iter().position(|line| is_whole_command(line.text.trim_ascii()));
    let mut found = Vec::new();
    let Some(above) = dialog.and_then(|dialog| shown.get(..dialog)) else { return found };
    for run in above.chunk_by(|one, other| meaning(one.text).is_some() && meaning(other.text).is_some()) {
        let several = |line: &&&TextLine<'_>| errors(line.text).count() > 1 && !holds_command(line.text);
        let different =
            |pair: &[&TextLine<'_>]| matches!(pair, [one, other] if meaning(one.text) != meaning(other.text));
        if run.len() > 1 && run.windows(2).all(different) {
            found.extend(run.iter().map(|line| line.number));
        } else {
            found.extend(run.iter().filter(several).map(|line| line.number));
        }
    }
    found
}

/// Where in the text errors with numbers are named: their numbers.
fn errors(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memmem::find_iter(text, b" ERROR").filter_map(move |at| {
        let named = text.get(..at)?.ends_with(b"+CME") || text.get(..at)?.ends_with(b"+CMS");
        let value = text.get(at + b" ERROR".len()..)?.trim_ascii_start();
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii_start();
        let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
        value.get(..digits).filter(|digits| named && !digits.is_empty())
    })
}

/// Of a line `+CME ERROR: 10 SIM not inserted` the number: words stand behind it.
fn meaning(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    let begun = text.strip_prefix(b"- ").or_else(|| text.strip_prefix(b"* ")).unwrap_or(text);
    let number = errors(begun).next().filter(|_| begun.starts_with(b"+CM"))?;
    let behind = begun.get(memchr::memmem::find(begun, number)? + number.len()..)?.trim_ascii_start();
    let sign = |byte: &u8| matches!(byte, b'-' | b'=' | b':' | b' ');
    let words = behind.get(behind.iter().take_while(|byte| sign(byte)).count()..)?;
    (words.first().is_some_and(u8::is_ascii_alphabetic) && !behind.starts_with(b"(")).then_some(number)
}

/// A command stands somewhere in the line.
fn holds_command(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"AT").any(|at| {
        let apart =
            at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        apart && text.get(at + 2).is_none_or(|byte| b"+&#%$^* \r".contains(byte) || byte.is_ascii_digit())
    })
}

fn is_fence(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.starts_with(b"```") || text.starts_with(b"~~~") || text == b"[code]" || text == b"[/code]"
}

fn is_indented(text: &[u8]) -> bool {
    text.starts_with(b"    ") || text.starts_with(b"\t")
}

/// Where the commands and answers are, if all of them are in one kind of place.
fn region(lines: &[TextLine<'_>]) -> Region {
    let dialog = |line: &TextLine<'_>| holds_dialog(line.text);
    let (mut fenced, mut inside, mut outside) = (false, 0, 0);
    for line in lines {
        if is_fence(line.text) {
            fenced = !fenced;
        } else if dialog(line) {
            *(if fenced { &mut inside } else { &mut outside }) += 1;
        }
    }
    if inside > 1 && inside > 4 * outside {
        return Region::Fenced;
    }
    let indented = lines.iter().filter(|line| is_indented(line.text) && dialog(line)).count();
    let flush = lines.iter().filter(|line| !is_indented(line.text)).filter(|line| dialog(line)).count();
    let prose = lines.iter().any(|line| !is_indented(line.text) && is_prose(line.text));
    if indented > 1 && flush == 0 && prose { Region::Indented } else { Region::Everywhere }
}

/// The line ends in a command or an answer, whatever a tool has put in front.
fn holds_dialog(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    (0..text.len().min(64)).any(|at| {
        let apart =
            at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        apart
            && text.get(at..).is_some_and(|rest| {
                spelled::is_answer(rest) || (at == 0 || rest.starts_with(b"AT")) && is_whole_command(rest)
            })
    })
}

/// A sentence of a person: many words, most of them in small letters, and no sign of a tool or a modem.
pub(super) fn is_prose(text: &[u8]) -> bool {
    /// Fewer words a sketch says too.
    const WORDS: usize = 6;
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &&&str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
    };
    let small = words.iter().filter(plain).filter(|word| word.chars().any(char::is_lowercase)).count();
    let begins = text.chars().next().is_some_and(char::is_alphabetic);
    let ends = text.ends_with(['.', '?', '!', ':', ',', ')']) || words.len() > 2 * WORDS;
    words.len() >= WORDS && small * 4 >= words.len() * 3 && begins && ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::transcript::clock;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let lines = clock::lines(text.as_bytes(), 1);
        let mut peel = Peel::learn(&lines);
        let shown: Vec<String> =
            lines.iter().map(|line| String::from_utf8_lossy(peel.take(*line).text).into_owned()).collect();
        assert_eq!(shown.join("\n"), expect);
    }

    #[test]
    fn quotes_of_mail() {
        check("> AT\n> OK\n>> AT\n>\n> OK\n", "AT\nOK\nAT\n\nOK");
        check("> AT\nOK\n", "> AT\nOK");
        check("> > AT\n> > OK\n> >\n> > AT\n", "AT\nOK\n\nAT");
        check("> AT+CMGS=1\n> > \n> > hello\n> OK\n", "AT+CMGS=1\n> \n> hello\nOK");
        check("AT+CMGS=1\n> hello\nOK\n", "AT+CMGS=1\n> hello\nOK");
    }

    #[test]
    fn tracebacks() {
        check(
            "AT\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    write('AT+CUSD=1')\nTimeout: AT\nOK\n",
            "AT\n\n\n\nTimeout: AT\nOK",
        );
    }

    #[test]
    fn line_numbers() {
        check("1\nAT\n2\nOK\n3\nAT\n", "\nAT\n\nOK\n\nAT");
        check("1 AT\n2 OK\n3\n4 AT\n", "AT\nOK\n\nAT");
        check("1: AT\n2: OK\n3: AT\n", "AT\nOK\nAT");
        check("#0 AT\n#1 OK\n#2 AT\n", "AT\nOK\nAT");
        check("AT+CMGF?\n1\nOK\n0\n", "AT+CMGF?\n1\nOK\n0");
    }

    #[test]
    fn a_list_of_errors_is_no_log() {
        check("+CME ERROR: 10 SIM not inserted\n+CME ERROR: 11 - PIN\n\nAT\nOK\n", "\n\n\nAT\nOK");
        check("Codes: +CMS ERROR: 310 no SIM, +CMS ERROR: 331 no network\nAT\n", "\nAT");
        for log in [
            "AT+CPIN?\n+CME ERROR: 10 no SIM\nAT",
            "+CME ERROR: 10\n+CMS ERROR: 310",
            "AT+X +CME ERROR: 3 AT+Y +CME ERROR: 4",
        ] {
            check(log, log);
        }
    }

    #[test]
    fn the_log_in_a_post() {
        check(
            "My modem does not answer to anything, what can be wrong here?\n\nAT\nOK\n\nI have tried it with another SIM card too.\n",
            "\n\nAT\nOK\n\n",
        );
        check("But when I try AT+CGATT=1 I get:\n\n+CME ERROR: 50\n", "AT+CGATT=1\n\n+CME ERROR: 50");
        check("This is what I get:\n```\nAT\nOK\n```\nand so on\n", "\n\nAT\nOK\n\n");
        check("I get this from the thing when I start it:\n\n    AT\n    OK\n\nHelp\n", "\n\n    AT\n    OK\n\n");
    }
}
