//! Any bytes from a modem, in a session without a macro: nothing is sent, and how they are split changes no finding.

use modemscope::session::overheard;

pub fn run(data: &[u8]) {
    // The first byte says how the rest is split.
    let Some((&size, data)) = data.split_first() else { return };
    let (sends, whole) = overheard(std::iter::once(data));
    let (sends_too, split) = overheard(data.chunks(usize::from(size).max(1)));
    assert!(!sends && !sends_too, "something is sent");
    assert_eq!(whole, split);
}
