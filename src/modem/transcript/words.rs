//! Words that say which way something went, in the languages of people and programs.

/// What the lines behind a lead are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Sent to the modem.
    Sent,
    /// Received from it.
    Received,
    /// The lead tells nothing.
    Either,
    /// A person's `> ` in front of what was typed; in front of anything else it is the modem's prompt.
    Typed,
}

/// How people and programs say that something was sent: English, Spanish and Portuguese, French, German, Russian, Indonesian.
pub(super) const SENT: [&str; 12] =
    ["tx", "send", "sent", "write", "wrote", "envi", "envoi", "envoy", "отправ", "kirim", "wysł", "发"];

/// And that it came, or is an answer.
pub(super) const RECEIVED: [&str; 17] = [
    "rx",
    "recv",
    "receiv",
    "resp",
    "reply",
    "answer",
    "recib",
    "receb",
    "reçu",
    "répon",
    "empf",
    "antwort",
    "получ",
    "ответ",
    "terima",
    "balas",
    "收",
];

/// One of the words stands in it.
pub(super) fn has(pattern: &[u8], words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(pattern).to_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// A line that says only which way the lines behind it went: `# SEND ASCII>`, `RECV:`, `--- received ---`.
pub(super) fn header(text: &[u8]) -> Option<Way> {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut end = text.trim_end().chars().rev();
    let marked =
        matches!(end.next(), Some('>' | ':' | '-' | '=' | ']')) && end.next().is_some_and(|c| !c.is_whitespace());
    let rest = words.get(1..)?;
    let plain = |word: &&str| {
        matches!(*word, "ascii" | "hex" | "data" | "bytes" | "to" | "from" | "modem") || word.parse::<u32>().is_ok()
    };
    if !marked || !rest.iter().all(plain) {
        return None;
    }
    match *words.first()? {
        "send" | "sent" | "tx" | "transmit" | "发送" => Some(Way::Sent),
        "recv" | "receive" | "received" | "rx" | "接收" => Some(Way::Received),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        assert_eq!(header(b"# SEND ASCII>"), Some(Way::Sent));
        assert_eq!(header(b"# RECV ASCII/17>"), Some(Way::Received));
        assert_eq!(header(b"Received:"), Some(Way::Received));
        assert_eq!(header(b"RX: >"), None);
        assert_eq!(header(b"SEND OK"), None);
        assert_eq!(header(b"send the text now:"), None);
    }
}
