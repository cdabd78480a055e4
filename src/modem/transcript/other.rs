//! Texts that are no logs, and which command reads them.

/// A text that is no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// Nothing is in it.
    Empty,
    /// An Arduino sketch.
    Sketch,
    /// A book of macros.
    Book,
    /// A capture in the older pcap form.
    Pcap,
    /// Bytes, no text.
    Binary,
}

impl Other {
    /// What a text is by its looks, if that is no log. A post may hold a sketch and a log: ask only where no answer of a
    /// modem was found.
    #[must_use]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        /// How much of a text it takes to see what it is.
        const HEAD: usize = 1 << 16;
        let head = text.get(..HEAD).unwrap_or(text);
        let has = |words: &str| memchr::memmem::find(head, words.as_bytes()).is_some();
        let pcap =
            matches!(head, [0xA1, 0xB2, 0xC3 | 0x3C, 0xD4 | 0x4D, ..] | [0xD4 | 0x4D, 0xC3 | 0x3C, 0xB2, 0xA1, ..]);
        if head.iter().all(u8::is_ascii_whitespace) {
            Some(Self::Empty)
        } else if pcap {
            Some(Self::Pcap)
        } else if has("void setup(") || has("void loop(") || has("#include <") || has("Serial.begin(") {
            Some(Self::Sketch)
        } else if has("[[macro]]") {
            Some(Self::Book)
        } else if memchr::memchr_iter(0, head).count() * 8 > head.len() {
            Some(Self::Binary)
        } else {
            None
        }
    }

    /// Its name in `diagnose --json --reading`.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Sketch => "sketch",
            Self::Book => "macro-book",
            Self::Pcap => "pcap",
            Self::Binary => "binary",
        }
    }

    /// What it is and what reads it, in a sentence.
    #[must_use]
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Empty => "It is empty.",
            Self::Sketch => "It is an Arduino sketch: modemscope sketch explain FILE tells what is wrong with it.",
            Self::Book => {
                "It is a book of macros: modemscope run PORT FILE runs it, with --dry-run it shows what would be sent."
            }
            Self::Pcap => "It is a capture in the older pcap form: editcap -F pcapng makes one of it that can be read.",
            Self::Binary => "It holds bytes, no text: neither a log nor a capture (pcapng).",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_log() {
        let check = |text: &[u8], expect| assert_eq!(Other::of(text), expect);
        check(b" \n", Some(Other::Empty));
        check(b"void setup() { gsm.println(\"AT\"); }\n", Some(Other::Sketch));
        check(b"version = 1\n[[macro]]\nname = \"x\"\n", Some(Other::Book));
        check(b"\xD4\xC3\xB2\xA1\x02\x00", Some(Other::Pcap));
        check(&[0; 64], Some(Other::Binary));
        check(b"AT\nOK\n", None);
    }
}
