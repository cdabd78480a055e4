//! Real echoes (ICMP, RFC 792), asked for on a helper thread: through the datagram socket that Linux and macOS give to anybody
//! they are told to, or through a raw one, which root has.

#![expect(clippy::disallowed_methods, reason = "the time of an echo is measured here")]

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::helpers::Found;
use crate::simulator::EchoRequest;

/// What to do where nobody may ping.
const REFUSED: &str = "this system lets the simulated modem send no ping, so it hears no echo; on Linux root allows it with \
                       `sysctl net.ipv4.ping_group_range='0 2147483647'`";

/// Types of the two messages.
const REQUEST: u8 = 8;
const REPLY: u8 = 0;
/// Bytes before the data of an echo.
const HEADER: usize = 8;
/// An IP header with all options, before it.
const IP_HEADER: usize = 60;

/// On a helper: asks for one echo.
pub(super) fn ping(echo: &EchoRequest) -> Found {
    let Ok(socket) = socket() else { return Found::NoEcho { notice: Some(REFUSED) } };
    match ask(&socket, echo) {
        Ok(Some((after, ttl))) => Found::Echoed { after, ttl },
        // An address that cannot be reached is silent, as on the air.
        Ok(None) | Err(_) => Found::NoEcho { notice: None },
    }
}

fn socket() -> io::Result<Socket> {
    Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::ICMPV4))
        .or_else(|_| Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)))
}

fn ask(socket: &Socket, echo: &EchoRequest) -> io::Result<Option<(Duration, Option<u8>)>> {
    let IpAddr::V4(address) = echo.address else { return Ok(None) };
    socket.set_ttl_v4(echo.ttl.into())?;
    // From now on only what that address sends is heard.
    socket.connect(&SocketAddr::from((address, 0)).into())?;
    let [.., high, low] = std::process::id().to_be_bytes();
    let request = request([high, low], echo.sequence, echo.length);
    let began = Instant::now();
    socket.send(&request)?;
    let mut buffer = vec![0; IP_HEADER + HEADER + echo.length];
    loop {
        let left = echo.limit.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        let count = match (&*socket).read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let after = began.elapsed();
        let (ttl, reply) = without_ip_header(buffer.get(..count).unwrap_or_default());
        // A datagram socket of Linux gives no header; it puts an identifier of its own into the request, and hears no other.
        let ours = ttl.is_none() || reply.get(4..6) == request.get(4..6);
        if ours && reply.first() == Some(&REPLY) && reply.get(6..) == request.get(6..) {
            return Ok(Some((after, ttl)));
        }
    }
}

fn request(own: [u8; 2], sequence: u16, length: usize) -> Vec<u8> {
    let message = |sum: u16| {
        let mut message = vec![REQUEST, 0];
        message.extend(sum.to_be_bytes());
        message.extend(own);
        message.extend(sequence.to_be_bytes());
        message.extend((0..=u8::MAX).cycle().take(length));
        message
    };
    message(checksum(&message(0)))
}

/// Of the Internet (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let word = |pair: &[u8]| {
        let byte = |at: usize| pair.get(at).copied().map_or(0, u32::from);
        byte(0) << 8 | byte(1)
    };
    let mut sum: u32 = bytes.chunks(2).map(word).sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

/// Some sockets give the header of IP too, and in it the time to live that is left.
fn without_ip_header(packet: &[u8]) -> (Option<u8>, &[u8]) {
    match packet.first() {
        Some(first) if first >> 4 == 4 => {
            let length = usize::from(first & 0x0F) * 4;
            (packet.get(8).copied(), packet.get(length..).unwrap_or_default())
        }
        _ => (None, packet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_checksum_of_the_internet_and_a_reply_may_come_with_its_ip_header() {
        let request = request([0x12, 0x34], 1, 3);
        assert_eq!(request, [8, 0, 0xE3, 0xC9, 0x12, 0x34, 0, 1, 0, 1, 2]);
        assert_eq!(checksum(&request), 0, "a right message sums up to nothing");
        let mut packet = vec![0x45; 20];
        packet[8] = 57;
        packet.extend([0, 0, 1, 2]);
        assert_eq!(without_ip_header(&packet), (Some(57), [0, 0, 1, 2].as_slice()));
        assert_eq!(without_ip_header(&[0, 0, 1, 2]), (None, [0, 0, 1, 2].as_slice()));
        assert_eq!(without_ip_header(&[0x4F]), (None, [].as_slice()));
    }
}
