//! What an FTP server answers (RFC 959 §4.2).

/// Longest line that is kept.
const LINE: usize = 4096;

/// Bytes of a control connection, cut into replies.
#[derive(Debug, Default)]
pub(super) struct Replies {
    line: Vec<u8>,
}

impl Replies {
    /// The replies that are complete with these bytes: code and text of each, or of the last line of one that has several.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<(u16, String)> {
        let mut replies = Vec::new();
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() < LINE {
                    self.line.push(byte);
                }
                continue;
            }
            let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim_end().to_owned();
            // `123-…` is the beginning of several lines; the last has a blank.
            let code = line.get(..3).and_then(|code| code.parse().ok());
            if let Some(code) = code.filter(|_| line.as_bytes().get(3).is_none_or(|&byte| byte == b' ')) {
                replies.push((code, line.get(4..).unwrap_or_default().to_owned()));
            }
        }
        replies
    }
}

/// The port in `Entering Passive Mode (127,0,0,1,195,80).`
pub(super) fn passive_port(text: &str) -> Option<u16> {
    let start =
        text.find('(').map_or_else(|| text.find(|character: char| character.is_ascii_digit()), |at| Some(at + 1))?;
    let numbers = text.get(start..)?;
    let end =
        numbers.find(|character: char| !(character.is_ascii_digit() || character == ',')).unwrap_or(numbers.len());
    let numbers: Vec<u8> = numbers.get(..end)?.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [_, _, _, _, high, low] = numbers.as_slice() else { return None };
    Some(u16::from_be_bytes([*high, *low])).filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_cut_however_they_come_and_the_last_line_of_several_counts() {
        let text = b"220-Welcome\r\n220 to you\r\n331 Password\r\nnonsense\r\n226\r\n25";
        let expect = [(220, "to you".to_owned()), (331, "Password".to_owned()), (226, String::new())];
        assert_eq!(Replies::default().feed(text), expect);
        let mut replies = Replies::default();
        let single: Vec<_> = text.iter().flat_map(|byte| replies.feed(&[*byte])).collect();
        assert_eq!(single, expect);
    }

    #[test]
    fn the_port_of_a_passive_answer_is_found_in_its_spellings() {
        let check = |text: &str, expect: Option<u16>| assert_eq!(passive_port(text), expect, "{text}");
        check("Entering Passive Mode (127,0,0,1,195,80).", Some(50_000));
        check("Entering Passive Mode 10,0,0,1,0,21", Some(21));
        check("Entering Passive Mode (127,0,0,1,195).", None);
        check("Entering Passive Mode (127,0,0,1,300,1)", None);
        check("nonsense", None);
    }
}
