//! Notation on the command line and in a macro file: what of it stays text though bytes were probably meant is said. The send box
//! says the same under its draft ([`hints`]).

use super::say::say_aside;
use crate::macros::Macro;
use crate::modem::secrets::masked;
use crate::notation::{Mode, PLAIN, hints, parse, print_hex};
use crate::vocabulary::is_whole_command;

/// Says on standard error what of this argument stays text.
pub(super) fn say_what_stays_text(argument: &str) {
    for told in kept_as_text(argument) {
        say_aside(format!("modemscope: {told}"));
    }
}

/// Says of a command that lacks its line end that the modem goes on waiting for it.
pub(super) fn say_where_no_line_end_is_sent(bytes: &[u8]) {
    // Text for a prompt may begin with these letters too.
    if is_whole_command(bytes) && !bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0x1A | 0x1B)) {
        say_aside(
            "modemscope: no line end was asked for: a modem takes a command at its CR, which --ending cr appends",
        );
    }
}

/// As [`say_what_stays_text`], of what the steps of these macros send and wait for.
pub(super) fn say_what_stays_text_in(macros: &[Macro]) {
    for of in macros {
        for (number, step) in (1..).zip(&of.steps).filter(|(_, step)| !step.disabled) {
            for told in step.send.iter().chain(&step.expect).chain(&step.fail).flat_map(|written| kept_as_text(written))
            {
                say_aside(format!("modemscope: {}, step {number}: {told}", of.title()));
            }
        }
    }
}

/// What stays text, a sentence each. A PIN or password is not quoted.
fn kept_as_text(written: &str) -> Vec<String> {
    let secret = masked(written) != written;
    let told = hints(written, Mode::Mixed).into_iter().filter(|hint| !hint.only_at_prompt).map(|hint| {
        let before = written.get(..hint.source.start).unwrap_or_default();
        let typed = written.get(hint.source).unwrap_or_default();
        let found =
            if secret { format!("column {}: a part of it", before.chars().count() + 1) } else { format!("`{typed}`") };
        if hint.offer == PLAIN {
            return hint.message;
        }
        let instead = match hint.fix {
            None => ": it is neither a name nor hex".to_owned(),
            Some(_) if secret => ", where a byte was probably meant".to_owned(),
            Some(fix) if fix.mode == Mode::Hex => {
                let bytes = parse(&fix.text, Mode::Hex).unwrap_or_default();
                format!("; for those bytes write `<{}>`", print_hex(&bytes))
            }
            Some(fix) => format!("; for the byte write `{}`", fix.text),
        };
        format!("{found} is taken as text, {} bytes{instead}", typed.len())
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_text_is_said_and_what_is_meant_so_is_not() {
        for (written, told) in [
            (r"AT\r", None),
            ("hello<1A>", None),
            (r"\<0G>", None),
            ("AT+CMGR=26", None),
            ("a < b", None),
            ("<0G>", Some("`<0G>` is taken as text, 4 bytes: it is neither a name nor hex")),
            ("hi<1A", Some("`<1A` is taken as text, 3 bytes; for the byte write `hi<1A>`")),
            ("hi<0x1A>", Some("`<0x1A>` is taken as text, 6 bytes; for the byte write `hi<1A>`")),
            ("AT+X=“a”", Some("`“` is a typographic quote, 3 bytes, which the modem does not know. It wants `\"`.")),
            ("hi 1A", Some(r"`1A` is taken as text, 2 bytes; for the byte write `hi \x1A`")),
            ("41 54 0D", Some("`41 54 0D` is taken as text, 8 bytes; for those bytes write `<41 54 0D>`")),
            (
                r#"AT+CPIN="<1A"\r"#,
                Some("column 10: a part of it is taken as text, 3 bytes, where a byte was probably meant"),
            ),
        ] {
            assert_eq!(kept_as_text(written), told.into_iter().collect::<Vec<_>>(), "{written}");
        }
    }
}
