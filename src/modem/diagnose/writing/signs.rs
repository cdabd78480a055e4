//! A command with the quotes and commas that it lacks between its parameters.

/// `"internet" "" ""`: a command with the commas that it lacks between its quotes.
pub(super) fn with_commas(text: &[u8]) -> Option<Vec<u8>> {
    let mut corrected = Vec::with_capacity(text.len());
    let mut quoted = false;
    let mut lacked = false;
    for (at, byte) in text.iter().enumerate() {
        corrected.push(*byte);
        quoted ^= *byte == b'"';
        let behind = text.get(at + 1..).unwrap_or_default();
        if *byte == b'"' && !quoted && behind.trim_ascii_start().starts_with(b"\"") {
            corrected.push(b',');
            lacked = true;
        }
    }
    lacked.then_some(corrected)
}

/// A command with the quote that it lacks: at the first place where every parameter is whole then.
pub(super) fn with_the_quote(text: &[u8]) -> Option<Vec<u8>> {
    let begin = memchr::memchr(b'=', text)? + 1;
    let commas = memchr::memchr_iter(b',', text).filter(|at| *at > begin).flat_map(|at| [at, at + 1]);
    let places = std::iter::once(begin).chain(commas).chain([text.len()]);
    let mut corrected = places.map(|at| {
        let (front, rest) = text.split_at_checked(at).unwrap_or((text, &[]));
        [front, b"\"", rest].concat()
    });
    corrected.find(|text| text.get(begin..).is_some_and(has_whole_parameters))
}

/// Each parameter has quotes around it, or none.
fn has_whole_parameters(parameters: &[u8]) -> bool {
    let mut rest = parameters;
    loop {
        let (parameter, quoted) = match rest.strip_prefix(b"\"") {
            Some(open) => (memchr::memchr(b'"', open).and_then(|end| open.get(end + 1..)), true),
            None => (Some(rest), false),
        };
        let Some(behind) = parameter else { return false };
        let end = memchr::memchr(b',', behind).unwrap_or(behind.len());
        let Some((left, next)) = behind.split_at_checked(end) else { return false };
        if quoted && !left.is_empty() || left.contains(&b'"') {
            return false;
        }
        match next.strip_prefix(b",") {
            Some(more) => rest = more,
            None => return true,
        }
    }
}
