//! What the send box says under a draft that may not mean what it says. Never changes it; the user may take the fix.

use std::ops::Range;

use super::lookalike::{lookalike, typed_line_end};
use super::parse::tag;
use super::{Mode, parse, pieces, print};

/// One hint for a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Byte range in the typed text.
    pub source: Range<usize>,
    /// One or two sentences.
    pub message: String,
    /// The draft that would send the bytes instead, for one key.
    pub fix: Option<Draft>,
    /// What that key does, in words.
    pub(crate) offer: &'static str,
    /// Worth showing only while the modem waits for data (`26`, `&`): the same text is common in ordinary lines.
    pub(crate) only_at_prompt: bool,
}

/// What is offered where text looks like a byte.
const BYTE: &str = "Make it the byte";

/// What is offered where quotes are not the modem's.
pub(crate) const PLAIN: &str = "Make it plain";

/// A text and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What is typed.
    pub text: String,
    /// How it is read.
    pub mode: Mode,
}

/// A `<…>` in it, or one that is not closed, stays text.
pub(super) fn has_text_tag(text: &str) -> bool {
    !tag_hints(text).is_empty()
}

/// Hints for `text` in `mode`, in order of the text: pairs of hex digits, a `<…>` that stays text, a look-alike of 0x1A at the end, `\r` typed in
/// Text mode. None while it does not parse; the error says more.
///
/// ```
/// use modemscope::notation::{Mode, hints};
/// let hints = hints("hello 1A", Mode::Text);
/// assert_eq!(hints[0].message, "`1A` is sent as text, 2 bytes. The byte 1A ends the data; Mixed writes it `\\x1A`.");
/// assert_eq!(hints[0].fix.as_ref().unwrap().text, r"hello \x1A");
/// ```
#[must_use]
pub fn hints(text: &str, mode: Mode) -> Vec<Hint> {
    let mut hints = if mode == Mode::Mixed { tag_hints(text) } else { Vec::new() };
    if mode == Mode::Text {
        hints.extend(line_end_hint(text));
    }
    if mode != Mode::Hex {
        hints.extend(pairs_hint(text));
        hints.extend(quotes_hint(text, mode));
    }
    let last = lookalike_hint(text, mode);
    // `<sub>` and `<1A` at the end are both; one hint does.
    let told = |last: &Hint, hint: &Hint| {
        let within = hint.source.start <= last.source.start && last.source.end <= hint.source.end;
        within && hint.offer == BYTE && hint.fix.is_some()
    };
    hints.extend(last.filter(|last| !hints.iter().any(|hint| told(last, hint))));
    hints
}

fn tag_hints(text: &str) -> Vec<Hint> {
    let Ok(pieces) = pieces(text, Mode::Mixed) else { return Vec::new() };
    let mut hints = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.escaped) {
        let mut at = piece.source.start;
        while at < piece.source.end {
            let rest = text.get(at..piece.source.end).unwrap_or_default();
            let Some(offset) = rest.find('<') else { break };
            at += offset;
            let Some(found) = tag(text.get(at..).unwrap_or_default()) else {
                hints.extend(unclosed_hint(text, at));
                at += 1;
                continue;
            };
            let source = at..at + found.len;
            at = source.end;
            hints.extend(tag_hint(text, source));
        }
    }
    // A page of HTML needs no hint a tag.
    let mut unknown = 0;
    hints.retain(|hint| hint.fix.is_some() || std::mem::replace(&mut unknown, 1) == 0);
    hints
}

fn tag_hint(text: &str, source: Range<usize>) -> Option<Hint> {
    let typed = text.get(source.clone())?;
    let inside = typed.get(1..typed.len() - 1)?;
    let count = typed.len();
    let meant = meant_by_tag(inside);
    let message = match &meant {
        Some(meant) => format!("`{typed}` is sent as text, {count} bytes. Write `{meant}` for the byte."),
        None => format!("`{typed}` is sent as text, {count} bytes: it is neither a name nor hex."),
    };
    let fix = meant.map(|meant| Draft { text: replaced(text, &source, &meant), mode: Mode::Mixed });
    Some(Hint { source, message, fix, offer: BYTE, only_at_prompt: false })
}

/// A `<` that nothing closes, in front of what would be a byte with its `>`.
fn unclosed_hint(text: &str, at: usize) -> Option<Hint> {
    let inside = text.get(at + 1..)?;
    let end = inside.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '^').unwrap_or(inside.len());
    let meant = format!("<{}>", inside.get(..end)?);
    tag(&meant)?.bytes?;
    let source = at..at + 1 + end;
    let typed = text.get(source.clone())?;
    let message =
        format!("`{typed}` is sent as text, {} bytes: its `>` is missing. Write `{meant}` for the byte.", typed.len());
    let fix = Some(Draft { text: replaced(text, &source, &meant), mode: Mode::Mixed });
    Some(Hint { source, message, fix, offer: BYTE, only_at_prompt: false })
}

/// What a `<…>` that is none of ours was probably meant to be.
fn meant_by_tag(inside: &str) -> Option<String> {
    let upper = inside.trim().to_ascii_uppercase();
    let known = match upper.as_str() {
        "CRLF" | "CR LF" | "CR+LF" => "<CR><LF>",
        "CTRL+Z" | "CTRL-Z" | "CTRL Z" | "CTRLZ" => "<SUB>",
        "TAB" => "<HT>",
        "NL" => "<LF>",
        "BACKSPACE" => "<BS>",
        "ESCAPE" => "<ESC>",
        _ => "",
    };
    if !known.is_empty() {
        return Some(known.to_owned());
    }
    let hex = upper.strip_prefix("0X").unwrap_or(&upper).replace(',', " ");
    let spelled = format!("<{}>", hex.split_whitespace().collect::<Vec<_>>().join(" "));
    tag(&spelled).and_then(|tag| tag.bytes).map(|_| spelled)
}

/// Nothing but pairs of hex digits: bytes, as other terminals have them typed.
fn pairs_hint(text: &str) -> Option<Hint> {
    let pairs = || text.split([' ', ',']).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let digits = pair.strip_prefix("0x").unwrap_or(pair);
        digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    let count = pairs().count();
    if count < 2 || !pairs().all(pair) {
        return None;
    }
    let message = format!("This is sent as text, {} bytes. Hex mode sends it as {count} bytes.", text.len());
    Some(Hint {
        source: 0..text.len(),
        message,
        fix: Some(Draft { text: text.to_owned(), mode: Mode::Hex }),
        offer: "Take Hex mode",
        only_at_prompt: false,
    })
}

/// Quotes of a word processor in a command: the modem knows `"` alone. In data they may be meant.
fn quotes_hint(text: &str, mode: Mode) -> Option<Hint> {
    let plain = |letter: char| match letter {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => Some('"'),
        '‘' | '’' | '‚' | '‛' => Some('\''),
        _ => None,
    };
    let command = text.trim_start().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("AT"));
    let (at, first) = text.char_indices().find(|(_, letter)| plain(*letter).is_some()).filter(|_| command)?;
    let message = format!(
        "`{first}` is a typographic quote, {} bytes, which the modem does not know. It wants `{}`.",
        first.len_utf8(),
        plain(first).unwrap_or('"')
    );
    let fixed: String = text.chars().map(|letter| plain(letter).unwrap_or(letter)).collect();
    let source = at..at + first.len_utf8();
    // Where the rest of the line does not read, its own error comes first.
    let fix = parse(&fixed, mode).is_ok().then_some(Draft { text: fixed, mode });
    Some(Hint { source, message, fix, offer: PLAIN, only_at_prompt: false })
}

fn line_end_hint(text: &str) -> Option<Hint> {
    let found = typed_line_end(text.as_bytes())?;
    let start = found.range.start;
    let draft = Draft {
        text: print(&[text.get(..start)?.as_bytes(), &found.bytes, text.get(found.range.end..)?.as_bytes()].concat()),
        mode: Mode::Mixed,
    };
    let message = format!(
        "`{}` is sent as text, {} bytes: Text mode knows no escapes. Mixed sends the {}.",
        found.text,
        found.text.len(),
        if found.bytes.len() == 1 { "byte" } else { "bytes" }
    );
    Some(Hint { source: found.range, message, fix: Some(draft), offer: BYTE, only_at_prompt: false })
}

fn lookalike_hint(text: &str, mode: Mode) -> Option<Hint> {
    let bytes = parse(text, mode).ok()?;
    let found = lookalike(&bytes)?;
    let source = source_of(text, mode, &found.range)?;
    let command = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("AT")) && !found.alone;
    let typed = text.get(source.clone())?;
    let (message, draft) = match mode {
        Mode::Hex => (
            format!("`{typed}` is the byte 26 hex, `&`. Decimal 26, which ends the data, is `1A`."),
            Draft { text: replaced(text, &source, "1A"), mode },
        ),
        Mode::Mixed => (
            format!(
                "`{typed}` is sent as text, {} bytes. The byte 1A ends the data; write it `\\x1A`.",
                found.range.len()
            ),
            Draft { text: replaced(text, &source, r"\x1A"), mode },
        ),
        Mode::Text => (
            format!(
                "`{typed}` is sent as text, {} bytes. The byte 1A ends the data; Mixed writes it `\\x1A`.",
                found.range.len()
            ),
            Draft {
                text: [&print(bytes.get(..found.range.start)?), r"\x1A", &print(bytes.get(found.range.end..)?)]
                    .concat(),
                mode: Mode::Mixed,
            },
        ),
    };
    Some(Hint { source, message, fix: Some(draft), offer: BYTE, only_at_prompt: !found.certain || command })
}

/// The typed characters that gave `range`. In Mixed only plain ones: who typed `<26>` or `\x31\x41` meant it.
fn source_of(text: &str, mode: Mode, range: &Range<usize>) -> Option<Range<usize>> {
    let mut at = 0;
    for piece in pieces(text, mode).ok()? {
        let end = at + piece.bytes.len();
        if range.start < end {
            let whole = piece.escaped && mode == Mode::Hex && *range == (at..end);
            let start = piece.source.start + (range.start - at);
            let source = if whole { piece.source } else { start..start + range.len() };
            return ((whole || !piece.escaped) && range.end <= end).then_some(source);
        }
        at = end;
    }
    None
}

fn replaced(text: &str, source: &Range<usize>, with: &str) -> String {
    let before = text.get(..source.start).unwrap_or_default();
    let after = text.get(source.end..).unwrap_or_default();
    [before, with, after].concat()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(mode: Mode, texts: &[&str], expect: &Expect) {
        let mut table = Vec::new();
        for text in texts {
            table.push(format!("{text}\n"));
            for hint in hints(text, mode) {
                let fix = hint.fix.map_or(String::new(), |fix| format!(" -> {:?} {}", fix.mode, fix.text));
                let when = if hint.only_at_prompt { "(at a prompt) " } else { "" };
                table.push(format!("  {when}{}{fix}\n", hint.message));
            }
        }
        expect.assert_eq(&table.concat());
    }

    #[test]
    fn pairs_of_hex_digits_are_bytes_in_hex_mode() {
        let texts = ["41 54 0D", "0x41,0x54 1A", "41", "4154 0D", "AT 41", "1A"];
        check(
            Mode::Mixed,
            &texts,
            &expect![[r"
                41 54 0D
                  This is sent as text, 8 bytes. Hex mode sends it as 3 bytes. -> Hex 41 54 0D
                0x41,0x54 1A
                  This is sent as text, 12 bytes. Hex mode sends it as 3 bytes. -> Hex 0x41,0x54 1A
                  `1A` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed 0x41,0x54 \x1A
                41
                4154 0D
                AT 41
                1A
                  `1A` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed \x1A
            "]],
        );
    }

    #[test]
    fn typographic_quotes_in_a_command_become_plain_ones() {
        // The rest of this line does not read, so that there is no fix to take.
        let broken = hints("ATB\\1\\U»", Mode::Mixed);
        assert!(broken.iter().any(|hint| hint.message.contains("typographic")), "{broken:?}");
        assert!(broken.iter().all(|hint| hint.fix.is_none()), "{broken:?}");
        for mode in [Mode::Text, Mode::Mixed] {
            let hints = hints("at+cipstart=“TCP”,‘x’", mode);
            assert_eq!(hints.len(), 1, "{hints:?}");
            assert_eq!(hints[0].fix.as_ref().map(|fix| fix.text.as_str()), Some("at+cipstart=\"TCP\",'x'"));
            assert_eq!(hints[0].offer, PLAIN);
            assert!(hints[0].message.starts_with("`“` is a typographic quote, 3 bytes"), "{}", hints[0].message);
        }
        assert!(hints("she said “hello”", Mode::Text).is_empty(), "in data they may be meant");
    }

    #[test]
    fn mixed() {
        check(
            Mode::Mixed,
            &[
                "hi<sub>",
                "<b>bold</b>",
                "<cr>",
                "<CRLF>",
                "<0x1A>",
                "<1a,0d>",
                "<ctrl+z>",
                "<0G>",
                "hello<1A",
                "<1A<0D>",
                "<SUB and more",
                "a <b and <html",
                "hello 1A",
                "hello 26",
                "<26>",
                r"\x31\x41",
                r"hello\x1A",
                "a < b",
                "AT+CMGR=26",
                "^Z",
                r"\x1",
                "hello ^Z\\r",
            ],
            &expect![[r#"
                hi<sub>
                  `<sub>` is sent as text, 5 bytes. Write `<SUB>` for the byte. -> Mixed hi<SUB>
                <b>bold</b>
                  `<b>` is sent as text, 3 bytes: it is neither a name nor hex.
                <cr>
                  `<cr>` is sent as text, 4 bytes. Write `<CR>` for the byte. -> Mixed <CR>
                <CRLF>
                  `<CRLF>` is sent as text, 6 bytes. Write `<CR><LF>` for the byte. -> Mixed <CR><LF>
                <0x1A>
                  `<0x1A>` is sent as text, 6 bytes. Write `<1A>` for the byte. -> Mixed <1A>
                <1a,0d>
                  `<1a,0d>` is sent as text, 7 bytes. Write `<1A 0D>` for the byte. -> Mixed <1A 0D>
                <ctrl+z>
                  `<ctrl+z>` is sent as text, 8 bytes. Write `<SUB>` for the byte. -> Mixed <SUB>
                <0G>
                  `<0G>` is sent as text, 4 bytes: it is neither a name nor hex.
                hello<1A
                  `<1A` is sent as text, 3 bytes: its `>` is missing. Write `<1A>` for the byte. -> Mixed hello<1A>
                <1A<0D>
                  `<1A` is sent as text, 3 bytes: its `>` is missing. Write `<1A>` for the byte. -> Mixed <1A><0D>
                <SUB and more
                  `<SUB` is sent as text, 4 bytes: its `>` is missing. Write `<SUB>` for the byte. -> Mixed <SUB> and more
                a <b and <html
                hello 1A
                  `1A` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed hello \x1A
                hello 26
                  (at a prompt) `26` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed hello \x1A
                <26>
                \x31\x41
                hello\x1A
                a < b
                AT+CMGR=26
                  (at a prompt) `26` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed AT+CMGR=\x1A
                ^Z
                  `^Z` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed \x1A
                \x1
                hello ^Z\r
                  `^Z` is sent as text, 2 bytes. The byte 1A ends the data; write it `\x1A`. -> Mixed hello \x1A\r
            "#]],
        );
    }

    #[test]
    fn text_and_hex() {
        check(
            Mode::Text,
            &[r"AT\r", r"AT<CR>\n", "<hi> 0x1A", "é$1A\n", "1A"],
            &expect![[r#"
            AT\r
              `\r` is sent as text, 2 bytes: Text mode knows no escapes. Mixed sends the byte. -> Mixed AT\r
            AT<CR>\n
              `<CR>\n` is sent as text, 6 bytes: Text mode knows no escapes. Mixed sends the bytes. -> Mixed AT\r\n
            <hi> 0x1A
              `0x1A` is sent as text, 4 bytes. The byte 1A ends the data; Mixed writes it `\x1A`. -> Mixed \<hi> \x1A
            é$1A

              `$1A` is sent as text, 3 bytes. The byte 1A ends the data; Mixed writes it `\x1A`. -> Mixed é\x1A\n
            1A
              `1A` is sent as text, 2 bytes. The byte 1A ends the data; Mixed writes it `\x1A`. -> Mixed \x1A
        "#]],
        );
        check(
            Mode::Hex,
            &["48 69 26", "26h", "0x26", "31 41", "38", "1A"],
            &expect![[r#"
            48 69 26
              (at a prompt) `26` is the byte 26 hex, `&`. Decimal 26, which ends the data, is `1A`. -> Hex 48 69 1A
            26h
              (at a prompt) `26h` is the byte 26 hex, `&`. Decimal 26, which ends the data, is `1A`. -> Hex 1A
            0x26
              (at a prompt) `0x26` is the byte 26 hex, `&`. Decimal 26, which ends the data, is `1A`. -> Hex 1A
            31 41
            38
            1A
        "#]],
        );
    }

    proptest! {
        #[test]
        fn any_draft_has_sound_hints(text in "([<>a-zA-Z0-9^$&\\\\é +]|<sub>|1A|\\\\r){0,12}") {
            for mode in [Mode::Text, Mode::Mixed, Mode::Hex] {
                for hint in hints(&text, mode) {
                    prop_assert!(text.get(hint.source.clone()).is_some_and(|source| !source.is_empty()));
                    if let Some(fix) = hint.fix {
                        prop_assert!(parse(&fix.text, fix.mode).is_ok(), "{}", fix.text);
                    }
                }
            }
        }
    }
}
