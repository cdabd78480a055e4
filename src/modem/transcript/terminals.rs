//! What terminal programs say of themselves between the lines of a session.

/// How such lines begin.
const BEGINS: [&[u8]; 36] = [
    // picocom
    b"picocom v",
    b"port is        :",
    b"flowcontrol    :",
    b"baudrate is    :",
    b"parity is      :",
    b"databits are   :",
    b"stopbits are   :",
    b"escape is      :",
    b"local echo is  :",
    b"noinit is      :",
    b"noreset is     :",
    b"hangup is      :",
    b"nolock is      :",
    b"send_cmd is    :",
    b"receive_cmd is :",
    b"imap is        :",
    b"omap is        :",
    b"emap is        :",
    b"logfile is     :",
    b"initstring     :",
    b"exit_after is  :",
    b"exit is        :",
    b"Type [C-a] [C-h] to see",
    b"Terminal ready",
    b"Terminating...",
    b"Thanks for using picocom",
    // minicom
    b"Welcome to minicom",
    b"OPTIONS: I18n",
    b"Press CTRL-A Z for help",
    b"CTRL-A Z for help |",
    // screen
    b"[screen is terminating]",
    // tio
    b"tio v",
    b"Press ctrl-t q to quit",
    // Visual Studio Code
    b"---- Opened the serial port",
    b"---- Closed the serial port",
    // pyserial's miniterm
    b"--- Miniterm on ",
];

/// A terminal program says this.
pub(super) fn says(text: &[u8]) -> bool {
    let miniterm = text.starts_with(b"--- ") && (text.ends_with(b" ---") || text.starts_with(b"--- Quit: "));
    miniterm || BEGINS.iter().any(|begin| text.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_terminals() {
        for text in [
            "Thanks for using picocom",
            "port is        : /dev/ttyUSB0",
            "--- exit ---",
            "--- Quit: Ctrl+] | Menu: Ctrl+T",
        ] {
            assert!(says(text.as_bytes()), "{text}");
        }
        for text in ["OK", "--- received", "port is open", "AT+CIPSEND", ""] {
            assert!(!says(text.as_bytes()), "{text}");
        }
    }
}
