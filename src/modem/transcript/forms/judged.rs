//! The log of the Arduino library `WiFiEspAT`: `esp> AT+CWJAP? ...sent`, `esp> OK ...matched`. The word behind each line is the
//! library's, and tells which way the line went.

use super::super::TextLine;
use super::{EachLine, Lines};
use crate::modem::Direction;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let shows = |way: Direction| lines.iter().any(|line| judged(line.text).is_some_and(|(found, _)| found == way));
    let each = |text: &[u8]| judged(text).map(|(direction, text)| (direction, text.to_vec())).into_iter().collect();
    (shows(Direction::Tx) && shows(Direction::Rx)).then(|| -> Box<dyn Lines> { Box::new(EachLine(each)) })
}

/// What stands between `esp> ` and the library's word.
fn judged(text: &[u8]) -> Option<(Direction, &[u8])> {
    const WORDS: [(&[u8], Direction); 7] = [
        (b"sent", Direction::Tx),
        (b"matched", Direction::Rx),
        (b"ignored", Direction::Rx),
        (b"processed", Direction::Rx),
        (b"error", Direction::Rx),
        (b"end of list", Direction::Rx),
        (b"listItem", Direction::Rx),
    ];
    let at = memchr::memmem::find(text, b"esp> ")?;
    let told = text.get(at + b"esp> ".len()..)?.trim_ascii_end();
    WORDS.into_iter().find_map(|(word, direction)| {
        let text = told.strip_suffix(word)?.strip_suffix(b" ...")?;
        Some((direction, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_behind_a_line_tells_its_way() {
        assert_eq!(judged(b"esp> AT+CWJAP? ...sent"), Some((Direction::Tx, &b"AT+CWJAP?"[..])));
        assert_eq!(judged(b".esp> 4,CLOSED ...processed"), Some((Direction::Rx, &b"4,CLOSED"[..])));
        assert_eq!(judged(b"esp> ?"), None);
        assert_eq!(judged(b"esp INFO: wifi status"), None);
    }
}
