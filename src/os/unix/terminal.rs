//! Standard input and the console.

/// Started with `&` from a terminal: reading it would stop the process.
#[must_use]
pub(crate) fn in_background() -> bool {
    let terminal = rustix::stdio::stdin();
    rustix::termios::tcgetpgrp(terminal).is_ok_and(|front| front != rustix::process::getpgrp())
}

/// A window can be opened, as far as the environment tells.
#[must_use]
pub(crate) fn has_display() -> bool {
    super::super::here::has_display()
}

/// The program was started for its window alone: no system but Windows makes a console for that.
pub(crate) fn leave_own_console() {}
