//! What stands in front of a line, with each number as `#`: `[TX 1] ` and `[TX 24] ` are the same mark.

/// The lead with each number as `#`.
pub(super) fn pattern(lead: &[u8]) -> Vec<u8> {
    let mut pattern: Vec<u8> = Vec::with_capacity(lead.len());
    for &byte in lead {
        if !byte.is_ascii_digit() {
            pattern.push(byte);
        } else if pattern.last() != Some(&b'#') {
            // `( 8)` and `(24)`, `[  3]`: a count set flush right.
            if let Some(at) = pattern.iter().rposition(|byte| *byte != b' ')
                && matches!(pattern.get(at), Some(b'(' | b'['))
            {
                pattern.truncate(at + 1);
            }
            pattern.push(b'#');
        }
    }
    pattern
}

/// How much of the text fits the pattern, if it begins so.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for &wanted in pattern {
        let rest = text.get(at..)?;
        at += match wanted {
            // A `#` of the log's own and its number.
            b'#' if rest.first() == Some(&b'#') => {
                1 + rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count()
            }
            b'#' if rest.trim_ascii_start().first().is_some_and(u8::is_ascii_digit) => {
                let blanks = rest.len() - rest.trim_ascii_start().len();
                blanks + rest.iter().skip(blanks).take_while(|byte| byte.is_ascii_digit()).count()
            }
            _ if rest.first() == Some(&wanted) => 1,
            _ => return None,
        };
    }
    Some(at)
}
