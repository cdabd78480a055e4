//! A log in the source of a page: `&quot;` for a quotation mark, `<br>` at the ends of lines.

/// Tags at which a line ends.
const LINES: [&[u8]; 10] = [b"br", b"p", b"div", b"li", b"pre", b"tr", b"html", b"body", b"blockquote", b"h1"];
/// Tags that stand within a line, and those of the page around it.
const OTHERS: [&[u8]; 20] = [
    b"code", b"span", b"b", b"i", b"u", b"em", b"strong", b"font", b"a", b"tt", b"samp", b"kbd", b"ul", b"ol",
    b"table", b"tbody", b"td", b"th", b"head", b"title",
];
/// Characters by their names.
const NAMES: [(&[u8], u8); 6] =
    [(b"quot;", b'"'), (b"gt;", b'>'), (b"lt;", b'<'), (b"amp;", b'&'), (b"apos;", b'\''), (b"nbsp;", b' ')];

/// The text is the source of a page: it begins with a tag, or a command is written so. A page that a modem has fetched is
/// none.
#[must_use]
pub(super) fn is_html(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let written = |line: &[u8]| {
        let line = line.trim_ascii_start();
        line.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"AT"))
            && [&b"&quot;"[..], b"<br>", b"<br/>", b"<br />"]
                .iter()
                .any(|sign| memchr::memmem::find(line, sign).is_some())
    };
    head.starts_with(b"<") && tag(head).is_some() || head.split(|byte| *byte == b'\n').any(written)
}

/// The text as a page shows it. A tag that ends a line which ends anyway adds no other, so line numbers stay.
#[must_use]
pub(super) fn shown(text: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if *first == b'<'
            && let Some((length, ends_line)) = tag(rest)
        {
            let is_cell = [&b"<td"[..], b"<TD", b"<th", b"<TH"].iter().any(|cell| rest.starts_with(cell));
            rest = rest.get(length..).unwrap_or_default();
            let ended = shown.last().is_none_or(|last| *last == b'\n') || matches!(rest, [] | [b'\r' | b'\n', ..]);
            if ends_line && !ended {
                shown.push(b'\n');
            } else if is_cell && !ended {
                shown.push(b' ');
            }
        } else if *first == b'&'
            && let Some((length, byte)) = character(tail)
        {
            shown.push(byte);
            rest = tail.get(length..).unwrap_or_default();
        } else {
            shown.push(*first);
            rest = tail;
        }
    }
    shown
}

/// The tag that the text begins with: its length, and whether a line ends there.
fn tag(text: &[u8]) -> Option<(usize, bool)> {
    /// Longer ones are none.
    const LONGEST: usize = 256;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b'>')?;
    let inner = text.get(1..end)?;
    let inner = inner.strip_prefix(b"/").unwrap_or(inner);
    if inner.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"!DOCTYPE")) {
        return Some((end + 1, true));
    }
    let name = inner.split(|byte| matches!(byte, b' ' | b'/')).next()?;
    let is = |known: &&[u8]| name.eq_ignore_ascii_case(known);
    let ends_line = LINES.iter().any(is);
    (ends_line || OTHERS.iter().any(is)).then_some((end + 1, ends_line))
}

/// The character that is named behind a `&`: the length of its name, and its byte.
fn character(name: &[u8]) -> Option<(usize, u8)> {
    if let Some((word, byte)) = NAMES.iter().find(|(word, _)| name.starts_with(word)) {
        return Some((word.len(), *byte));
    }
    let digits = name.strip_prefix(b"#")?;
    let length = digits.iter().take(4).position(|byte| *byte == b';')?;
    let number = std::str::from_utf8(digits.get(..length)?).ok()?.parse::<u8>().ok()?;
    number.is_ascii().then_some((length + 2, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_it_is_shown() {
        assert_eq!(
            shown(b"<pre>AT+CSTT=&quot;a&amp;b&quot;<br>\nERROR<br/>AT&#39;<CR><b>x</b> 1 < 2\n</pre>"),
            *b"AT+CSTT=\"a&b\"\nERROR\nAT'<CR>x 1 < 2\n"
        );
        assert_eq!(shown(b"&nothing; &#300; <1A> <em"), *b"&nothing; &#300; <1A> <em");
        assert_eq!(shown(b"<table><tr><td>TX<td>AT</td></tr><tr><td>RX</td><td>OK</td></tr>"), *b"TX AT\nRX OK");
        assert!(is_html(b"<!DOCTYPE html>\n") && is_html(b"AT\nAT+CMGS=&quot;1&quot;\n") && is_html(b"AT<br>OK<br>"));
        assert!(!is_html(b"<CR><LF>OK") && !is_html(b"+HTTPREAD: 9\n<html>&gt;\n") && !is_html(b"< OK\n> AT\n"));
    }
}
