//! Guests at a shared port, in any order: where they may share, and that what they say arrives, whole and in order, and what
//! the port says reaches each of them.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use modemscope::link::share::{Place, Share};

/// The port turns more away.
const GUESTS: usize = 8;
/// What is on its way is waited for so long: a busy system may leave what one socket of this machine sends to another lying for
/// longer than any number of looks takes.
const PATIENCE: Duration = Duration::from_secs(5);

struct Guest {
    stream: TcpStream,
    told: usize,
    heard: Vec<u8>,
}

pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data.get(..data.len().min(40)).unwrap_or_default()) {
        let _any_text_is_a_place_or_none = text.parse::<Place>();
    }
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut share = Share::open(&Place::Tcp(here)).expect("a free port");
    let address: SocketAddr = share.address().parse().expect("an address");
    let (mut guests, mut told, mut said, mut heard): (Vec<Guest>, Vec<u8>, Vec<u8>, Vec<u8>) = Default::default();
    for pair in data.chunks_exact(2).take(64) {
        match (pair[0] % 4, pair[1]) {
            (0, _) if guests.len() < GUESTS => {
                let stream = TcpStream::connect(address).expect("the door is open");
                stream.set_nonblocking(true).expect("it is a socket");
                // Gone at once when it is dropped: thousands would wait for their end otherwise.
                socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("it is a socket");
                // It may be a moment before the system lets it in.
                let let_in = within_patience(|| {
                    heard.extend(served(&mut share));
                    share.guests() > guests.len()
                });
                assert!(let_in, "a guest was not let in");
                guests.push(Guest { stream, told: told.len(), heard: Vec::new() });
            }
            // Which of two guests is heard first is open: one talks until it was heard.
            (1, byte) if !guests.is_empty() => {
                let count = guests.len();
                let words = vec![byte; 1 + usize::from(byte) % 9];
                guests[usize::from(byte) % count].stream.write_all(&words).expect("a few bytes fit");
                said.extend(&words);
                within_patience(|| {
                    heard.extend(served(&mut share));
                    heard.len() >= said.len()
                });
                assert!(heard == said, "it was not heard as it was said");
            }
            (2, byte) => {
                let words = vec![byte; usize::from(byte)];
                share.tell(&words);
                told.extend(words);
            }
            _ => heard.extend(served(&mut share)),
        }
    }
    let mut buffer = vec![0; 32 * 1024];
    for guest in &mut guests {
        let wanted = &told[guest.told..];
        within_patience(|| {
            share.serve(true);
            match guest.stream.read(&mut buffer) {
                Ok(count) => guest.heard.extend(&buffer[..count]),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            guest.heard.len() >= wanted.len()
        });
        assert!(guest.heard == wanted, "a guest heard something else");
    }
}

fn served(share: &mut Share) -> Vec<u8> {
    share.serve(true).concat()
}

/// Looks until it has come; whether it has.
#[expect(clippy::disallowed_methods, reason = "the system has to carry it, which takes real time")]
fn within_patience(mut look: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if look() {
            return true;
        }
        if began.elapsed() > PATIENCE {
            return false;
        }
        std::thread::yield_now();
    }
}
