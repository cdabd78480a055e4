//! Control characters that a tool shows as dots: `AT.`, `..OK..`, `[ATE0....OK..]` (Portmon, serial port monitors, some
//! libraries). Which dot was which is read by its place; where that leaves it open, the log has left something out.

use super::spelled;
use crate::vocabulary::is_whole_command;

/// How many lines it takes to see that a log does so.
const LOOKED_AT: usize = 20_000;

/// Answers stand between dots and commands end in them, no answer stands bare, and no bytes stand beside as numbers.
pub(super) fn used(head: &[u8]) -> bool {
    if memchr::memmem::find(head, b"..").is_none() {
        return false;
    }
    let (mut answers, mut commands) = (false, false);
    for line in head.split(|byte| *byte == b'\n').take(LOOKED_AT) {
        let text = line.trim_ascii();
        if spelled::is_answer(text) || is_dump(text) {
            return false;
        }
        if let Some(told) = Told::of(text) {
            answers |= told.is_answer();
            commands |= told.command().is_some();
        }
    }
    answers && commands
}

/// Puts the names of the control characters in the place of their dots, line by line.
pub(super) fn read(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match Told::of(line.trim_ascii_end()) {
            Some(told) => {
                told.write(&mut out);
                out.extend_from_slice(line.get(line.trim_ascii_end().len()..).unwrap_or_default());
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// A line that ends in dots which stand for control characters, or in a prompt behind such.
struct Told<'a> {
    /// Up to those dots.
    body: &'a [u8],
    /// How many dots end it.
    dots: usize,
    /// What closes it: `]`, a quote.
    close: &'a [u8],
}

impl<'a> Told<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        /// `Connecting...` is a program's own.
        const MOST: usize = 2;
        let closed = text.last().is_some_and(|end| matches!(end, b']' | b'"' | b'\'' | b')'));
        let (dotted, close) = text.split_at_checked(text.len() - usize::from(closed))?;
        if dotted.ends_with(b"..>") || dotted.ends_with(b"..> ") {
            return Some(Self { body: dotted, dots: 0, close });
        }
        let dots = dotted.iter().rev().take_while(|byte| **byte == b'.').count();
        let body = dotted.get(..dotted.len() - dots)?;
        (1..=MOST).contains(&dots).then_some(Self { body, dots, close })
    }

    /// `..OK..`: the last thing between dots is an answer.
    fn is_answer(&self) -> bool {
        let last = memchr::memmem::rfind(self.body, b"..").and_then(|at| self.body.get(at + 2..));
        self.dots == 2 && last.is_some_and(spelled::is_answer)
    }

    /// A command that the dots end: `WRITE Length 3: AT`.
    fn command(&self) -> Option<&'a [u8]> {
        /// No modem takes a longer one.
        const LONGEST: usize = 560;
        /// `AT COMMAND: [AT+CSQ.]`: a label may begin so, too.
        const TRIED: usize = 3;
        let apart = |at: &usize| {
            let before = at.checked_sub(1).and_then(|before| self.body.get(before));
            before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
        };
        let begins = memchr::memmem::find_iter(self.body, b"AT").filter(apart).take(TRIED);
        let mut commands = begins.filter_map(|at| self.body.get(at..));
        commands.find(|command| command.len() <= LONGEST && is_whole_command(command))
    }

    /// `hello1A.`
    fn ends_in_typed_end(&self) -> bool {
        [&b"1A"[..], b"1a", b"^Z"].iter().any(|end| self.body.ends_with(end))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = self.body;
        let mut before = None;
        while let [first, tail @ ..] = rest {
            let run = rest.iter().take_while(|byte| **byte == b'.').count();
            match run {
                0 => out.push(*first),
                // `.OK..`: the line feed of the line before.
                1 if before.is_none_or(|byte: u8| b" \t:[\"'".contains(&byte))
                    && tail.first().is_some_and(|byte| !byte.is_ascii_whitespace()) =>
                {
                    out.extend_from_slice(b"<LF>");
                }
                1 => out.push(b'.'),
                _ => ends(run, out),
            }
            before = Some(*first);
            rest = rest.get(run.max(1)..).unwrap_or_default();
        }
        match self.dots {
            0 => {}
            1 if self.command().is_some() || spelled::ends_in_answer(self.body) => out.extend_from_slice(b"<CR>"),
            // Who types the byte that ends a text in letters does not send it as well.
            1 if self.ends_in_typed_end() => out.extend_from_slice(b"<CR>"),
            // CR or the byte that ends a text, or a full stop: nobody can tell.
            1 => out.extend_from_slice(b"[...]"),
            dots => ends(dots, out),
        }
        out.extend_from_slice(self.close);
    }
}

/// Dots in a row are CR LF, and one more in front is the CR of the line before.
fn ends(run: usize, out: &mut Vec<u8>) {
    if !run.is_multiple_of(2) {
        out.extend_from_slice(b"<CR>");
    }
    (0..run / 2).for_each(|_| out.extend_from_slice(b"<CR><LF>"));
}

/// Bytes as numbers stand in the line: its letters are the tool's second telling.
fn is_dump(text: &[u8]) -> bool {
    /// Fewer are a counter, a length.
    const ENOUGH: usize = 3;
    let byte = |word: &[u8]| word.len() == 2 && word.iter().all(u8::is_ascii_hexdigit);
    let mut run = 0;
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).any(|word| {
        run = if byte(word) { run + 1 } else { 0 };
        run >= ENOUGH
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_told_from_full_stops() {
        for text in [
            "WRITE Length 3: AT.\nREAD Length 6: ..OK..\n",
            "TX: AT+CPIN?.\nRX: ..+CPIN: READY....OK..\n",
            "AT COMMAND: [ATZ..]\nAT RESPONSE: [ATZ....OK..]\n",
        ] {
            assert!(used(text.as_bytes()), "{text}");
        }
        for text in [
            "AT\nOK\nwaiting..\n",
            "Sending AT...\nOK\n",
            "0000 41 54 0d 0d 0a 4f 4b 0d 0a  AT...OK..\n",
            "TX: 41 54 0D  AT.\nRX: 0D 0A 4F 4B 0D 0A  ..OK..\n",
            "Connecting....OK\nAT+CSQ\n",
            "I sent AT.\nIt said ..OK..\nOK\n",
        ] {
            assert!(!used(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn each_dot_by_its_place() {
        let check = |text: &str, expect: &str| assert_eq!(String::from_utf8_lossy(&read(text.as_bytes())), expect);
        check("W: AT.\r\n", "W: AT<CR>\r\n");
        check("R: AT...OK..\n", "R: AT<CR><CR><LF>OK<CR><LF>\n");
        check("R: ..+CMGS: 12....OK..", "R: <CR><LF>+CMGS: 12<CR><LF><CR><LF>OK<CR><LF>");
        check("R: ..> ", "R: <CR><LF>> ");
        check("W: hello.", "W: hello[...]");
        check("W: hello1A.", "W: hello1A<CR>");
        check("W: hello0x1A.", "W: hello0x1A<CR>");
        check("R \"..> \"", "R \"<CR><LF>> \"");
        check("[R: ..> ]", "[R: <CR><LF>> ]");
        check("R: ..OK.\nR: .\n", "R: <CR><LF>OK<CR>\nR: [...]\n");
        check("R: .OK..", "R: <LF>OK<CR><LF>");
        check(r#"W: AT+CIPSTART="TCP","a.example",80."#, r#"W: AT+CIPSTART="TCP","a.example",80<CR>"#);
        check("[ATE0....OK..]", "[ATE0<CR><LF><CR><LF>OK<CR><LF>]");
        check("Connecting...\n", "Connecting...\n");
    }
}
