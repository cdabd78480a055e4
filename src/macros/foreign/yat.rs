//! YAT's predefined commands, as its public source writes them: `<Commands>` with `<Description>`, `<DefaultRadix>`, one
//! `<CommandLines>` a line, `<IsFilePath>`; pages have a `<PageName>`.
//!
//! Texts have `\h(1A)`, `\d(26)`, `\b(…)`, `\o(…)`, C escapes, `<CR>` and `\!(Delay(10))`.

use std::time::Duration;

use super::xml::{Visit, walk};
use super::{Collected, ForeignError, LineEnding, Sending, macro_of};
use crate::macros::model::Step;
use crate::notation::{Mode, byte_from_name, parse};

/// One `<Commands>`.
#[derive(Default)]
struct Command {
    description: String,
    radix: String,
    lines: Vec<String>,
    file: bool,
}

pub(super) fn read(bytes: &[u8], ending: &LineEnding) -> Result<Collected, ForeignError> {
    let mut collected = Collected::default();
    let mut page = String::new();
    let mut command: Option<Command> = None;
    walk("YAT", bytes, |visit| match visit {
        Visit::Begin(element) if element.name == "Commands" || element.name == "Command" => {
            command = Some(Command::default());
        }
        Visit::End(element) => match (element.name.as_str(), &mut command) {
            ("PageName", _) => page.clone_from(&element.text),
            ("Description", Some(command)) => command.description.clone_from(&element.text),
            ("DefaultRadix", Some(command)) => command.radix.clone_from(&element.text),
            ("CommandLines", Some(command)) => command.lines.push(element.text.clone()),
            ("IsFilePath", Some(command)) => command.file = element.text.trim() == "true",
            ("Commands" | "Command", open) => {
                if let Some(command) = open.take() {
                    add(&mut collected, &page, &command, ending);
                }
            }
            _ => {}
        },
        Visit::Begin(_) => {}
    })?;
    Ok(collected)
}

fn add(collected: &mut Collected, page: &str, command: &Command, ending: &LineEnding) {
    let name = command.description.trim();
    if command.file {
        collected.left_out.push(format!("`{name}`: it sends a file."));
        return;
    }
    let mut steps = Vec::new();
    for line in command.lines.iter().filter(|line| !line.is_empty()) {
        match line_steps(line, &command.radix, ending) {
            Ok(more) => steps.extend(more),
            Err(why) => {
                let name = if name.is_empty() { line.as_str() } else { name };
                collected.left_out.push(format!("`{name}`: {why}."));
                return;
            }
        }
    }
    if !steps.is_empty() {
        let group = page.trim();
        collected.macros.push(macro_of(name, (!group.is_empty()).then_some(group), steps));
    }
}

fn line_steps(line: &str, radix: &str, ending: &LineEnding) -> Result<Vec<Step>, String> {
    let bytes = match radix.trim() {
        "" | "String" | "Char" => {
            let mut sending = Sending::default();
            let no_ending = text(line, &mut sending)?;
            return Ok(sending.finish(if no_ending { b"" } else { ending.bytes() }));
        }
        "Hex" => parse(line, Mode::Hex).map_err(|error| error.to_string())?,
        "Dec" => numbers(line, 10)?,
        "Oct" => numbers(line, 8)?,
        "Bin" => numbers(line, 2)?,
        other => return Err(format!("texts in `{other}` are not read")),
    };
    Ok(Sending { bytes, ..Sending::default() }.finish(ending.bytes()))
}

fn numbers(text: &str, radix: u32) -> Result<Vec<u8>, String> {
    let word = |word| u8::from_str_radix(word, radix).map_err(|_| format!("`{word}` is no byte"));
    text.split([' ', ',']).filter(|word| !word.is_empty()).map(word).collect()
}

/// Reads YAT's escapes; true where the text says that no line ending follows.
fn text(line: &str, sending: &mut Sending) -> Result<bool, String> {
    let mut no_ending = false;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('<')
            && let Some((name, behind)) = after.split_once('>')
            && let Some(byte) = byte_from_name(name)
        {
            sending.bytes.push(byte);
            rest = behind;
            continue;
        }
        if c == '\\' {
            rest = escape(rest.get(1..).unwrap_or_default(), sending, &mut no_ending)?;
            continue;
        }
        sending.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    Ok(no_ending)
}

/// Reads what follows a backslash; gives what stands behind it.
fn escape<'a>(after: &'a str, sending: &mut Sending, no_ending: &mut bool) -> Result<&'a str, String> {
    let letter = after.chars().next().ok_or("it ends in a backslash")?;
    let behind = after.get(letter.len_utf8()..).unwrap_or_default();
    if letter == '!' {
        let inside = behind.strip_prefix('(').ok_or("a keyword without brackets")?;
        let (keyword, behind) =
            inside.split_once("))").or_else(|| inside.split_once(')')).ok_or("a keyword is not closed")?;
        let (name, value) = keyword.split_once('(').unwrap_or((keyword, ""));
        match (name, value.trim_end_matches(')').parse::<u64>()) {
            ("Delay", Ok(milliseconds)) if milliseconds <= 86_400_000 => {
                sending.pause(Duration::from_millis(milliseconds));
            }
            ("NoEOL", _) => *no_ending = true,
            _ => return Err(format!("its keyword `{name}` has no counterpart here")),
        }
        return Ok(behind);
    }
    if let Some(inside) = behind.strip_prefix('(') {
        let (content, behind) = inside.split_once(')').ok_or("a bracket is not closed")?;
        let bytes = match letter {
            'h' | 'H' => parse(content, Mode::Hex).map_err(|error| error.to_string())?,
            'd' | 'D' => numbers(content, 10)?,
            'o' | 'O' => numbers(content, 8)?,
            'b' | 'B' => numbers(content, 2)?,
            's' | 'S' | 'c' | 'C' => content.as_bytes().to_vec(),
            other => return Err(format!("its escape `\\{other}(…)` has no counterpart here")),
        };
        sending.bytes.extend(bytes);
        return Ok(behind);
    }
    let byte = match letter {
        'r' => b'\r',
        'n' => b'\n',
        't' => b'\t',
        '0' if !behind.starts_with(|c: char| c.is_ascii_digit()) => 0,
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0C,
        'v' => 0x0B,
        '\\' => b'\\',
        '<' => b'<',
        '>' => b'>',
        other => return Err(format!("its escape `\\{other}` has no counterpart here")),
    };
    sending.bytes.push(byte);
    Ok(behind)
}
