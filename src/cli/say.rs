//! What a subcommand says: to people and to other programs, on standard output or beside it.

use std::fmt::Display;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::link::without_password;
use crate::modem::secrets::masked;
use crate::notation::harmless;
use crate::os::reasons::not_written;

/// Arguments of the command line that hold a PIN or password, and how they are shown.
static SHOWN: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let arguments = std::env::args_os().skip(1).filter_map(|argument| argument.into_string().ok());
    let shown = arguments.map(|argument| {
        let shown = without_password(&masked(&argument));
        (argument, shown)
    });
    shown.filter(|(argument, shown)| argument != shown).collect()
});

/// How often a write to standard output began and ended.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// The write to standard output that is under way, where one is: a terminal may take nothing.
pub(crate) fn write_under_way() -> Option<u64> {
    Some(WRITES.load(Ordering::Relaxed)).filter(|count| !count.is_multiple_of(2))
}

/// Prints a line for people to standard output, as [`say_data`], with nothing in it that could control their terminal, and
/// no secret of an argument.
pub(crate) fn say(line: impl Display) {
    say_data(harmless(&without_secrets(line.to_string())));
}

/// Prints a line for other programs to standard output, exactly. Whoever reads it may have had enough (`| head`): then the program ends quietly, with
/// the code that shells give for a broken pipe, as the work is not done. Other trouble with it (a full disk) is said.
pub(crate) fn say_data(line: impl Display) {
    let mut out = std::io::stdout().lock();
    WRITES.fetch_add(1, Ordering::Relaxed);
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    WRITES.fetch_add(1, Ordering::Relaxed);
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(141),
        Err(error) => {
            say_aside(format!("modemscope: standard output cannot be written: {}", not_written(Path::new(""), &error)));
            std::process::exit(3);
        }
    }
}

/// Prints a line to standard error, with nothing in it that could control a terminal: messages quote files, devices and
/// arguments, and arguments may hold a PIN or password. Where standard error is closed, nobody wants to know.
pub(crate) fn say_aside(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(&without_secrets(line.to_string())));
}

/// A text that quotes arguments of the command line, with what is secret in them as `*`: somebody wrote a command or an address
/// where a file or a port was to stand. All that quotes an argument goes through here.
pub(crate) fn without_secrets(text: String) -> String {
    SHOWN.iter().fold(text, |text, (argument, shown)| text.replace(argument, shown))
}

/// Says so where others than this machine can connect.
pub(crate) fn warn_if_open(address: SocketAddr) {
    if !address.ip().is_loopback() {
        say_aside("Warning: everybody who reaches this machine can connect; there is no password.");
    }
}
