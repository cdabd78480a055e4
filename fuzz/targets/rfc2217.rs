//! What a telnet server may send, whole and split: the same events and the same answers.

use modemscope::link::telnet::{Event, Telnet};

fn heard(data: &[u8], size: usize) -> (Vec<String>, Vec<u8>, Vec<u8>) {
    let mut telnet = Telnet::new();
    let mut events = Vec::new();
    for piece in data.chunks(size.max(1)) {
        telnet.receive(piece, &mut events);
    }
    // How data is cut into events depends on the chunks; what it is does not.
    let (mut bytes, mut others) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Data(more) => bytes.extend(more),
            other => others.push(format!("{} {other:?}", bytes.len())),
        }
    }
    (others, bytes, telnet.take_output())
}

pub fn run(data: &[u8]) {
    // The first byte says how the rest is split.
    let Some((&size, data)) = data.split_first() else { return };
    assert_eq!(heard(data, usize::MAX), heard(data, usize::from(size)));
}
