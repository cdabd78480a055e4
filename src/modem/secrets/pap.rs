//! Finds user name and password of a data connection in the bytes of PPP, as they pass: where a tap or a dial-up program has the
//! line, the login goes over it in clear.
//!
//! The packet: PAP's Authenticate-Request (RFC 1334, section 2.2.1) in HDLC-like framing (RFC 1662). All of it is hidden up to
//! the flag that ends the frame; lengths within are not looked at.

/// How a frame begins, up to the protocol: with address and control, escaped or not, or without them.
const HEADS: [&[u8]; 3] = [b"\xFF\x7D\x23", b"\xFF\x03", b"\x7E"];
/// The protocol is PAP.
const PROTOCOL: [u8; 2] = *b"\xC0\x23";
/// An Authenticate-Request, and the same byte as it is escaped.
const REQUEST: u8 = 1;
const ESCAPE: u8 = 0x7D;
const ESCAPED_REQUEST: u8 = REQUEST ^ 0x20;
/// Ends a frame.
const FLAG: u8 = 0x7E;
/// No request is longer, with every byte escaped.
const LONGEST: usize = 1100;

/// Watches the bytes of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum PapFinder {
    #[default]
    No,
    /// The first byte of the protocol has come.
    Began,
    Protocol,
    Escaped,
    /// A request passes: at most this many more bytes of it.
    Inside(usize),
}

impl PapFinder {
    pub(super) fn is_idle(self) -> bool {
        matches!(self, Self::No)
    }

    /// Takes the next byte, behind `line`; true when it is of a login.
    pub(super) fn take(&mut self, byte: u8, line: &[u8]) -> bool {
        let [first, second] = PROTOCOL;
        *self = match (*self, byte) {
            (Self::Inside(left), _) if byte != FLAG && left > 0 => {
                *self = Self::Inside(left - 1);
                return true;
            }
            (Self::Began, byte) if byte == second => Self::Protocol,
            (Self::Protocol, REQUEST) | (Self::Escaped, ESCAPED_REQUEST) => Self::Inside(LONGEST),
            (Self::Protocol, ESCAPE) => Self::Escaped,
            _ if byte == first && HEADS.iter().any(|head| line.ends_with(head)) => Self::Began,
            _ => Self::No,
        };
        false
    }
}
