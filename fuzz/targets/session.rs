//! Any bytes from a modem, in a session without a macro: nothing is sent, and how they are split changes no finding.

use std::time::Duration;

use modemscope::session::{Input, Output, Session};

/// The findings, the bytes given in pieces of `size`.
fn findings(data: &[u8], size: usize) -> Vec<String> {
    let mut session = Session::default();
    for piece in data.chunks(size.max(1)) {
        session.handle_input(Input::Received(piece), Duration::from_secs(1));
        while let Some(output) = session.poll_output() {
            assert!(!matches!(output, Output::Write { .. } | Output::SetLines(_) | Output::Break(_)), "{output:?}");
        }
    }
    session.diagnoser().findings().iter().map(|finding| finding.title.clone()).collect()
}

pub fn run(data: &[u8]) {
    // The first byte says how the rest is split.
    let Some((&size, data)) = data.split_first() else { return };
    assert_eq!(findings(data, usize::MAX), findings(data, usize::from(size)));
}
