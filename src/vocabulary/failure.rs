//! Words by which modems name a failure, and programs what they wait for in vain.

/// Something failed.
const FAILED: [&[u8]; 7] = [b"ERROR", b"FAIL", b"DENIED", b"REJECT", b"LOST", b"TIMEOUT", b"NO SERVICE"];

/// Something has ended that stood, or was to stand.
const ENDED: [&[u8]; 5] = [b"CLOSED", b"DEACT", b"NO CARRIER", b"BUSY", b"NO ANSWER"];

/// The text names a failure, in capitals or not.
#[must_use]
pub(crate) fn names_failure(text: &[u8]) -> bool {
    holds(text, &FAILED)
}

/// The text names a failure, or the end of something.
#[must_use]
pub(crate) fn names_failure_or_end(text: &[u8]) -> bool {
    names_failure(text) || holds(text, &ENDED)
}

fn holds(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_failure() {
        for text in ["CONNECT FAIL", "+CME ERROR: 10", "timeout", "No service", "registration denied"] {
            assert!(names_failure(text.as_bytes()), "{text}");
        }
        for text in ["CLOSED", "+PDP: DEACT", "NO CARRIER"] {
            assert!(!names_failure(text.as_bytes()) && names_failure_or_end(text.as_bytes()), "{text}");
        }
        assert!(!names_failure_or_end(b"CONNECT OK"));
    }
}
