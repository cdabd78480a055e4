//! What is special about sockets here.

use socket2::TcpKeepalive;

pub(crate) use super::kernel_counts::unacknowledged;
pub(crate) use crate::os::unix::sockets::NamedSocket;

/// This many probes without an answer end a connection.
#[must_use]
pub(crate) fn with_retries(keep_alive: TcpKeepalive, probes: u32) -> TcpKeepalive {
    keep_alive.with_retries(probes)
}
