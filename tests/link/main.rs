//! Links against the real operating system: ptys, sockets, threads. Every wait has a limit and says what it waited for.
#![cfg(all(unix, test))]
#![expect(clippy::disallowed_methods, reason = "these tests are about real time and real threads")]

#[cfg(test)]
mod command_line;
#[cfg(test)]
mod find_baud;
#[cfg(test)]
mod locks;
#[cfg(test)]
#[path = "../support/one_rate.rs"]
mod one_rate;
#[cfg(test)]
mod pty;
#[cfg(test)]
mod redial;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod refused;
#[cfg(test)]
mod replug;
#[cfg(test)]
mod serial;
#[cfg(test)]
mod share;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod tap;
#[cfg(test)]
mod test_server;
#[cfg(test)]
mod torn;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod watch;
