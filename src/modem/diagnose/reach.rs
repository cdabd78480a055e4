//! Where a connection goes: addresses that the modem at hand cannot reach.

use crate::modem::dialog::Dialog;
use crate::vocabulary::{Evidence, Family, Role};

/// Of an address of the machine itself, the port.
pub(super) fn port_on_loopback(target: &str) -> Option<u16> {
    let (host, port) = target.rsplit_once(':')?;
    let host: std::net::Ipv4Addr = host.parse().ok()?;
    host.is_loopback().then(|| port.parse().ok())?
}

const MAYBE_PRIVATE: &str = "a private network, which a modem cannot reach over the mobile network (a Wi-Fi module can, where it has joined it)";
const PRIVATE: &str = "a private network, which the modem cannot reach over the mobile network";

/// An address that the modem at hand cannot reach, and what it is; in a Wi-Fi network a private one may well be reached.
pub(super) fn out_of_reach(target: &str, dialog: &Dialog) -> Option<&'static str> {
    let address = address(target).filter(|_| !dialog.telling.family().joins_wifi())?;
    let guessed = dialog.telling.evidence() < Evidence::Words;
    let shared = dialog.telling.family().by_role(Role::Open).is_none_or(Family::any_with_wifi_has);
    if address.is_loopback() {
        Some(concat!(
            "the machine that opens the connection: the modem itself, or, where the modem is simulated, this computer, ",
            "on which a server must listen at that port"
        ))
    } else if address.is_private() {
        Some(if guessed && shared { MAYBE_PRIVATE } else { PRIVATE })
    } else if address.is_link_local() || address.is_unspecified() || address.is_broadcast() {
        Some("no address of a host")
    } else {
        None
    }
}

/// An address for examples (RFC 5737): who publishes a log puts one in place of the real one.
pub(super) fn is_example(target: &str) -> bool {
    address(target).is_some_and(|address| address.is_documentation())
}

fn address(target: &str) -> Option<std::net::Ipv4Addr> {
    target.rsplit_once(':').map_or(target, |(host, _)| host).parse().ok()
}
