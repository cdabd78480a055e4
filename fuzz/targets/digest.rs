//! What a modem sends, whole and split: the same tokens.

use modemscope::modem::digest::{Digest, Held};

/// All tokens as text, the input given in pieces of `size`.
fn tokens(data: &[u8], size: usize) -> Vec<String> {
    let (mut digest, mut held) = (Digest::default(), Held::default());
    let mut found = Vec::new();
    for mut piece in data.chunks(size.max(1)) {
        while !piece.is_empty() {
            let (length, token) = digest.next(piece, &mut held, true);
            let ended = token.is_none() && length == 0;
            found.extend(token.map(|token| format!("{token:?}")));
            assert!(!ended, "nothing was length");
            piece = &piece[length..];
        }
    }
    assert_eq!(digest.offset(), data.len() as u64);
    found
}

pub fn run(data: &[u8]) {
    // The first byte says how the rest is split.
    let Some((&size, data)) = data.split_first() else { return };
    assert_eq!(tokens(data, usize::MAX), tokens(data, usize::from(size)));
}
