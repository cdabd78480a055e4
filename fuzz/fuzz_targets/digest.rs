#![no_main]
//! What a modem sends, whole and split: the same tokens.

use libfuzzer_sys::fuzz_target;
use modemscope::modem::digest::Digest;

/// All tokens as text, the input given in pieces of `size`.
fn tokens(data: &[u8], size: usize) -> Vec<String> {
    let mut digest = Digest::default();
    let mut found = Vec::new();
    for mut piece in data.chunks(size.max(1)) {
        while !piece.is_empty() {
            let (taken, token) = digest.next(piece, true);
            let ended = token.is_none() && taken == 0;
            found.extend(token.map(|token| format!("{token:?}")));
            assert!(!ended, "nothing was taken");
            piece = &piece[taken..];
        }
    }
    assert_eq!(digest.offset(), data.len() as u64);
    found
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, data) = input;
    assert_eq!(tokens(data, usize::MAX), tokens(data, usize::from(size)));
});
