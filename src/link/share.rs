//! Shares the open port: a script or another terminal may watch what comes and talk, while everything is logged here.
//! Off unless asked for; on this machine only unless the address says otherwise.
//!
//! Memory is bounded: a guest on TCP that does not read is shown out, one on a pty misses what does not fit; both are said.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::str::FromStr;

use super::Interests;
use crate::os::pty::Pty;

/// At most this many may be connected at one time.
const GUESTS: usize = 8;
/// What a guest has not taken grows no further than this.
const UNSENT: usize = 1024 * 1024;
/// Bytes taken from a guest in one turn.
const CHUNK: usize = 16 * 1024;

/// Where to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A TCP port (0: any free one).
    Tcp(SocketAddr),
    /// A new pseudo-terminal, and a link to it if one is named.
    Pty(Option<PathBuf>),
}

/// What was typed is no place to share at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// For [`Place::tcp`].
    #[error("write an address and a port, such as 127.0.0.1:4000, or the port alone")]
    Address,
    /// For [`Place::from_str`].
    #[error("write a port such as 7000, 127.0.0.1:7000, pty or pty:LINK")]
    Place,
}

impl Place {
    /// An address with a port; a port alone is on this machine only.
    pub(crate) fn tcp(text: &str) -> Result<Self, PlaceError> {
        let text = text.trim();
        let text = text.strip_prefix("localhost:").unwrap_or(text);
        match text.parse::<u16>() {
            Ok(port) => Ok(Self::Tcp((Ipv4Addr::LOCALHOST, port).into())),
            Err(_) => text.parse().map(Self::Tcp).map_err(|_| PlaceError::Address),
        }
    }
}

/// As on the command line: what [`Place::tcp`] takes, `pty` or `pty:LINK`.
impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text.split_once(':') {
            Some(("pty", link)) if !link.is_empty() => Ok(Self::Pty(Some(link.into()))),
            _ if text == "pty" => Ok(Self::Pty(None)),
            _ => Self::tcp(text).map_err(|_| PlaceError::Place),
        }
    }
}

/// Why a port is not shared. Its words are for the user.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// Nobody can be let in at this address.
    #[error("cannot share on {address}: {source}. Choose another port.")]
    Port {
        /// Where it was to be shared.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// There is no pseudo-terminal to be had: why.
    #[error("{0}")]
    Pty(String),
}

/// A shared port.
#[derive(Debug)]
pub struct Share {
    door: Door,
    address: String,
    /// What was lost or refused, for the log.
    notes: Vec<String>,
}

#[derive(Debug)]
enum Door {
    Tcp { listener: TcpListener, guests: Vec<Guest> },
    Pty { pty: Pty, unsent: Vec<u8>, missed: bool },
}

#[derive(Debug)]
struct Guest {
    name: String,
    stream: TcpStream,
    unsent: Vec<u8>,
}

impl Share {
    /// Opens the door.
    ///
    /// # Errors
    /// [`ShareError`]: its words are for the user.
    pub fn open(place: &Place) -> Result<Self, ShareError> {
        match place {
            Place::Tcp(address) => {
                let refused = |source| ShareError::Port { address: *address, source };
                let listener = TcpListener::bind(address).map_err(refused)?;
                listener.set_nonblocking(true).map_err(refused)?;
                let address = listener.local_addr().map_err(refused)?;
                let mut notes = Vec::new();
                if !address.ip().is_loopback() {
                    notes.push(format!(
                        "everybody who reaches {address} can now read and write this port; there is no password"
                    ));
                }
                Ok(Self { door: Door::Tcp { listener, guests: Vec::new() }, address: address.to_string(), notes })
            }
            Place::Pty(link) => {
                let pty = Pty::open(link.as_deref()).map_err(|error| ShareError::Pty(error.to_string()))?;
                let address = pty.address();
                Ok(Self { door: Door::Pty { pty, unsent: Vec::new(), missed: false }, address, notes: Vec::new() })
            }
        }
    }

    /// Where guests find it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How many have it open.
    #[must_use]
    pub fn guests(&self) -> usize {
        match &self.door {
            Door::Tcp { guests, .. } => guests.len(),
            Door::Pty { pty, .. } => usize::from(pty.has_client()),
        }
    }

    /// What is to be said in the log since the last call.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Names what to wait for. With `listening` false guests are not read: what they sent before is still on its way.
    pub fn interests<'fd>(&'fd self, listening: bool, interests: &mut Interests<'fd>) {
        match &self.door {
            Door::Tcp { listener, guests } => {
                interests.add(listener, true, false);
                for guest in guests {
                    interests.add(&guest.stream, listening, !guest.unsent.is_empty());
                }
            }
            Door::Pty { pty, unsent, .. } => pty.interests(listening, !unsent.is_empty(), interests),
        }
    }

    /// Lets guests in and out, hands them what waits, and gives what they said.
    pub fn serve(&mut self, listening: bool) -> Vec<Vec<u8>> {
        let mut heard = Vec::new();
        let mut buffer = vec![0; CHUNK];
        match &mut self.door {
            Door::Tcp { listener, guests } => {
                while let Ok((mut stream, peer)) = listener.accept() {
                    if guests.len() >= GUESTS {
                        self.notes.push(format!("{peer} was turned away: {GUESTS} share this port already"));
                        // A new connection has room for a line.
                        let _who_left_needs_no_word =
                            writeln!(stream, "modemscope: {GUESTS} share this port already\r");
                    } else if stream.set_nonblocking(true).is_ok() {
                        self.notes.push(format!("{peer} shares this port"));
                        guests.push(Guest { name: peer.to_string(), stream, unsent: Vec::new() });
                    }
                }
                let notes = &mut self.notes;
                guests.retain_mut(|guest| {
                    let there = if listening { guest.hear(&mut buffer, &mut heard) } else { guest.is_there() };
                    let stays = there && guest.flush();
                    if !stays {
                        notes.push(format!("{} no longer shares this port", guest.name));
                    }
                    stays
                });
            }
            Door::Pty { pty, unsent, .. } => {
                pty.look();
                if listening {
                    let count = pty.read(&mut buffer);
                    heard.extend(buffer.get(..count).filter(|bytes| !bytes.is_empty()).map(<[u8]>::to_vec));
                }
                flush_pty(pty, unsent);
            }
        }
        heard
    }

    /// Hands on what the port has received.
    pub fn tell(&mut self, bytes: &[u8]) {
        match &mut self.door {
            Door::Tcp { guests, .. } => {
                let notes = &mut self.notes;
                guests.retain_mut(|guest| {
                    guest.unsent.extend(bytes);
                    let stays = guest.flush() && guest.unsent.len() <= UNSENT;
                    if !stays {
                        notes.push(format!("{} did not read, and was disconnected", guest.name));
                    }
                    stays
                });
            }
            Door::Pty { pty, unsent, missed } => {
                if !pty.has_client() {
                    unsent.clear();
                    return;
                }
                flush_pty(pty, unsent);
                if unsent.len() + bytes.len() <= UNSENT {
                    unsent.extend(bytes);
                    flush_pty(pty, unsent);
                    *missed = false;
                } else if !std::mem::replace(missed, true) {
                    self.notes.push(format!("whoever has {} open does not read, and misses bytes", self.address));
                }
            }
        }
    }
}

fn flush_pty(pty: &mut Pty, unsent: &mut Vec<u8>) {
    while !unsent.is_empty() {
        match pty.write(unsent) {
            0 => return,
            count => drop(unsent.drain(..count)),
        }
    }
}

impl Guest {
    /// Hands over what waits; false when the guest has gone.
    fn flush(&mut self) -> bool {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// False when the guest has gone: what is left of it would end every wait at once.
    fn is_there(&self) -> bool {
        match self.stream.peek(&mut [0]) {
            Ok(count) => count > 0,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }

    /// Takes what it said; false when the guest has gone.
    fn hear(&mut self, buffer: &mut [u8], heard: &mut Vec<Vec<u8>>) -> bool {
        match self.stream.read(buffer) {
            Ok(0) => false,
            Ok(count) => {
                heard.extend(buffer.get(..count).map(<[u8]>::to_vec));
                true
            }
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_stays_on_this_machine_unless_the_address_says_otherwise() {
        let place = |text: &str| text.parse::<Place>();
        let tcp = |text: &str| Place::Tcp(text.parse().unwrap());
        assert_eq!(place("7000"), Ok(tcp("127.0.0.1:7000")));
        assert_eq!(place("0.0.0.0:7000"), Ok(tcp("0.0.0.0:7000")));
        assert_eq!(place("pty"), Ok(Place::Pty(None)));
        assert_eq!(place("pty:/tmp/modem"), Ok(Place::Pty(Some("/tmp/modem".into()))));
        assert!(place("pty:").is_err() && place("host").is_err());
    }
}
