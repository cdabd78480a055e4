//! `modemscope send`.

use super::{call, call_with_input, check};
use crate::{modemscope, read};

const PORT: &str = "sim:fast";

#[test]
fn an_answer_is_waited_for() {
    check(&["send", PORT, "AT", "--ending", "cr", "--expect", r"\r\nOK\r\n"], 0, r"OK\r\n", "");
    check(
        &["send", PORT, r"AT\r", "--expect", "${literal", "--fail", r"\r\nOK\r\n"],
        1,
        "",
        "failed: `OK` came instead of `\\${literal`",
    );
    check(
        &["send", PORT, "AT", "--expect", "OK", "--within", "300ms"],
        1,
        "TX  AT",
        "came instead of `OK`, after 0.3 s",
    );
}

#[test]
fn nothing_is_appended_unless_asked() {
    let (code, out, _) = call(&["send", PORT, "hello"]);
    assert_eq!(code, 0);
    assert!(out.lines().any(|line| line.ends_with("TX  hello")), "{out}");
    let (_, out, _) = call(&["send", PORT, "AT<1A>", "--ending", "crlf"]);
    assert!(out.lines().any(|line| line.ends_with(r"TX  AT\x1A\r\n")), "{out}");
}

#[test]
fn standard_input_is_sent_as_it_is() {
    let (code, out, aside) = call_with_input(&["send", PORT, "-", "--expect", r"\r\nOK\r\n"], b"AT\r");
    assert_eq!(code, 0, "{out}{aside}");
    let (_, out, _) = call_with_input(&["send", PORT, "-"], br"\x1A${x}");
    assert!(out.contains(r"TX  \\x1A${x}"), "{out}");
}

#[test]
fn what_stays_text_though_a_byte_was_meant_is_said() {
    for (arguments, told) in [
        (&["hello<0G>"][..], "modemscope: `<0G>` is taken as text, 4 bytes: it is neither a name nor hex\n"),
        (&["hello<1A"], "modemscope: `<1A` is taken as text, 3 bytes; for the byte write `hello<1A>`\n"),
        (&["hello 0x1A"], r"modemscope: `0x1A` is taken as text, 4 bytes; for the byte write `hello \x1A`"),
        (
            &["AT\\r", "--expect", "OK<cr>"],
            "modemscope: `<cr>` is taken as text, 4 bytes; for the byte write `OK<CR>`\n",
        ),
    ] {
        let (_, out, aside) = call(
            &[&["send", PORT], arguments, &["--within", "200ms"][..usize::from(arguments.len() > 1) * 2]].concat(),
        );
        assert!(aside.contains(told), "{aside}");
        assert!(out.contains("TX  "), "{out}");
    }
    let (_, _, aside) = call(&["send", PORT, r"AT<1A>\<0G> a < b"]);
    assert_eq!(aside, "");
    check(&["send", PORT, "at+csq"], 0, "TX  at+csq", "a modem takes a command at its CR, which --ending cr appends");
    let (_, _, aside) = call(&["send", PORT, "AT", "--ending", "cr"]);
    assert_eq!(aside, "");
    for text in ["at noon we meet", "Attention: the door is open", "ATOM 12"] {
        let (_, _, aside) = call(&["send", PORT, text]);
        assert_eq!(aside, "", "{text}");
    }
    check(&["send", PORT, "AT", "--ending", "<0G>"], 2, "", "found `<0G>`; write none, cr, lf, crlf, 1a, or bytes");
}

#[test]
fn wrong_use_and_trouble() {
    check(&["send", PORT, r"AT\q"], 2, "", r"column 3: found `\q`");
    check(&["send", PORT, r"AT+CPIN=4711\q"], 2, "", r"`AT+CPIN=******`, column 13: found `\q`");
    check(&["send", PORT, ""], 2, "", "nothing to send");
    check(&["send", PORT, "AT", "--expect", ""], 2, "", "an empty text would match at once");
    check(&["send", PORT, "AT", "--within", "5"], 2, "", "`5` has no unit; write a number and a unit");
    check(&["send", PORT, "AT", "--baud", "fast"], 2, "", "--baud");
    check(&["send", "/dev/no-such-port", "AT"], 3, "", "/dev/no-such-port");
}

#[test]
fn the_family_that_was_chosen_in_the_window_for_a_port_is_used_and_told() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/modemscope");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("settings.toml"), "[modem]\n\"sim:fast\" = \"quectel\"\n").unwrap();
    let call = |more: &[&str]| {
        let mut command = modemscope(&[&["send", "sim:fast", "AT\\r", "--expect", "OK"][..], more].concat());
        command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
        read(&command.output().unwrap())
    };
    let told = |aside: &str| aside.contains("modemscope: sim:fast is known as quectel (");
    let (code, _, aside) = call(&[]);
    // No environment tells Windows where settings are.
    assert!(code == 0 && (cfg!(windows) || told(&aside)), "{aside}");
    let (code, _, aside) = call(&["--modem", "sim800"]);
    assert!(code == 0 && !told(&aside), "{aside}");
}
