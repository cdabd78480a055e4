//! Links against the real operating system: ptys, sockets, threads. Every wait has a limit and says what it waited for.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "these tests are about real time and real threads")]

#[cfg(test)]
mod pty;
mod serial;
#[cfg(test)]
mod watch;
