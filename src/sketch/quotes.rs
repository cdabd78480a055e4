//! Typographic quotes, which web pages and word processors make of those that a compiler takes.

const DOUBLE: [char; 5] = ['\u{201C}', '\u{201D}', '\u{201E}', '\u{201F}', '\u{2033}'];
const SINGLE: [char; 4] = ['\u{2018}', '\u{2019}', '\u{201A}', '\u{2032}'];

/// Where the text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    Line,
    Block,
    /// In quotes: which, and whether a typographic one opened them.
    Quoted(char, bool),
}

/// The text with plain quotes where its code has others, and the lines of those, 1-based. Within plain quotes and in comments
/// they are what was written.
pub(super) fn plain_quotes(text: &str) -> (String, Vec<usize>) {
    let kind = |c: char| match c {
        '"' | '\'' => Some((c, false)),
        c if DOUBLE.contains(&c) => Some(('"', true)),
        c if SINGLE.contains(&c) => Some(('\'', true)),
        _ => None,
    };
    if !text.contains(|c| kind(c).is_some_and(|(_, other)| other)) {
        return (text.to_owned(), Vec::new());
    }
    let (mut out, mut lines) = (String::with_capacity(text.len()), Vec::new());
    let (mut place, mut line) = (Place::Code, 1);
    let mut rest = text.chars().peekable();
    while let Some(mut c) = rest.next() {
        let mut put = c;
        match (place, c) {
            (Place::Quoted(..) | Place::Line, '\n') => place = Place::Code,
            (Place::Code, '/') if rest.peek() == Some(&'/') => place = Place::Line,
            (Place::Code, '/') if rest.peek() == Some(&'*') => {
                out.push(c);
                c = rest.next().unwrap_or(c);
                (put, place) = (c, Place::Block);
            }
            (Place::Block, '*') if rest.peek() == Some(&'/') => {
                out.push(c);
                c = rest.next().unwrap_or(c);
                (put, place) = (c, Place::Code);
            }
            (Place::Quoted(..), '\\') => {
                out.push(c);
                let Some(next) = rest.next() else { break };
                (c, put) = (next, kind(next).map_or(next, |(plain, _)| plain));
            }
            (Place::Code, c) => {
                // The ' of 1'000 opens nothing.
                let digits = c == '\'' && out.ends_with(|c: char| c.is_ascii_digit());
                if let Some((plain, other)) = kind(c).filter(|_| !digits) {
                    (put, place) = (plain, Place::Quoted(plain, other));
                }
            }
            (Place::Quoted(open, typographic), c) => {
                if let Some((plain, other)) = kind(c)
                    && plain == open
                    && other == typographic
                {
                    (put, place) = (plain, Place::Code);
                }
            }
            _ => {}
        }
        if put != c && lines.last() != Some(&line) {
            lines.push(line);
        }
        line += usize::from(put == '\n');
        out.push(put);
    }
    (out, lines)
}

/// A call whose only text has quotes of its own without a backslash, with them: `println("AT+CMGS="+49"")`. `None` where the
/// quotes are those of texts that are joined.
pub(super) fn escaped_quotes(line: &str) -> Option<String> {
    let start = line.find("(\"")? + 2;
    let end = line.rfind("\")").filter(|end| *end >= start)?;
    let (before, rest) = line.split_at_checked(start)?;
    let (inside, after) = rest.split_at_checked(end - start)?;
    let mut parts = vec![String::new()];
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        if c == '"' {
            parts.push(String::new());
            continue;
        }
        let last = parts.last_mut()?;
        last.push(c);
        if c == '\\' {
            last.extend(chars.next());
        }
    }
    // Between two texts stands what joins them.
    let joins = |code: &str| matches!(code, "+" | ",") || (code.starts_with(['+', ',']) && code.ends_with(['+', ',']));
    let all_join = parts.iter().skip(1).step_by(2).all(|code| code.trim().is_empty() || joins(code.trim()));
    // `"AT+CSTT=\"" APN "\""`: a name that some header defines as a text.
    let defined =
        |code: &str| code.len() > 1 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let has_name = parts.iter().skip(1).step_by(2).any(|code| defined(code.trim()));
    if parts.len() < 2 || (parts.len() % 2 == 1 && (all_join || has_name)) {
        return None;
    }
    // `"AT+CMGS="+"…""`: the two in front were meant as one quote.
    if parts.len() % 2 == 0 && parts.get(1).is_some_and(|code| code.trim() == "+") {
        parts.remove(1);
    }
    Some(format!("{before}{}{after}", parts.join("\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_a_text_get_their_backslash() {
        for (line, expected) in [
            (r#"s.println("AT+CMGS="+49123"");"#, Some(r#"s.println("AT+CMGS=\"+49123\"");"#)),
            (r#"s.println("AT+CMGS="+"+49123"");"#, Some(r#"s.println("AT+CMGS=\"+49123\"");"#)),
            (r#"s.println("AT+CSTT="internet",1"); // APN"#, Some(r#"s.println("AT+CSTT=\"internet\",1"); // APN"#)),
            (r#"s.println("AT+CMGS=\"" + number + "\"")"#, None),
            (r#"s.println("AT+CSTT=\"" APN "\",\"\",\"\"");"#, None),
            (r#"f("a", x, "b")"#, None),
            (r#"s.println("AT")"#, None),
            (r"s.println(AT)", None),
        ] {
            assert_eq!(escaped_quotes(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn quotes_of_the_code_are_plain_and_others_stay() {
        for (text, expected, lines) in [
            ("s.println(\u{201C}AT+CMGF=1\u{201D});", "s.println(\"AT+CMGF=1\");", vec![1]),
            ("a;\nif (c == \u{2019}$\u{2019})", "a;\nif (c == '$')", vec![2]),
            ("s.print(\u{201C}GET http://a\u{201D}); // \u{201C}x", "s.print(\"GET http://a\"); // \u{201C}x", vec![1]),
            ("s.print(\"say \u{201C}hi\u{201D}\");", "s.print(\"say \u{201C}hi\u{201D}\");", vec![]),
            ("/* \u{2018} */ x = 1'000; // it\u{2019}s", "/* \u{2018} */ x = 1'000; // it\u{2019}s", vec![]),
            ("s.print(\u{201C}\\\u{201D}+49\\\u{201D}\u{201D});", "s.print(\"\\\"+49\\\"\");", vec![1]),
        ] {
            assert_eq!(plain_quotes(text), (expected.to_owned(), lines), "{text}");
        }
    }
}
