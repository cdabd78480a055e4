//! Wrong use is refused before anything is touched, in words that say what was expected; no option is passed over in silence.

use std::fs;

use super::check;

#[test]
fn what_was_expected_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let book = file("book.toml", "version = 1\n[[macro]]\nname = \"m\"\n[[macro.step]]\nsend = \"AT\\\\r\"\n");
    let (text, no_toml) = (file("log.txt", "AT\nOK\n"), file("no.toml", "speed = 2\nhello\n"));
    let (log, nothing) = (file("log.ino", "AT\nOK\n"), file("nothing.ino", ""));
    let typed = file("typed.toml", "version = 1\n[[macro]]\nname = \"m\"\n[[macro.step]]\nsend = 'AT<0G>\\r'\n");
    let new = folder.path().join("new").to_str().unwrap().to_owned();
    let here = folder.path().to_str().unwrap().to_owned();
    for (arguments, code, expect) in [
        // Numbers.
        (&["send", "sim:", "AT", "--baud", "x"][..], 2, "write a whole number from 1 on, such as 9600"),
        (&["send", "sim:", "AT", "--baud", "0"], 2, "write a whole number from 1 on, such as 9600"),
        (&["run", "sim:", &book, "--times", "0"], 2, "write a whole number from 1 on"),
        (&["sim", "--seed", "x"], 2, "write a whole number"),
        (&["sim", "--speed", "fast"], 2, "write a number above 0, such as 20 or 0.5"),
        (&["sim", "--speed", "0"], 2, "write a number above 0, such as 20 or 0.5"),
        (&["sim", "--tcp", "99999"], 2, "write a port such as 9000 (1 to 65535), or 127.0.0.1:9000"),
        // Options that would do nothing there.
        (&["send", "sim:", "AT", "--protocol", "xmodem"], 2, "cannot be used with"),
        (&["send", "sim:", "AT", "--within", "1s"], 2, "<--expect <NOTATION>|--fail <NOTATION>>"),
        (&["run", "sim:", &book, "--force"], 2, "--junit <OUT>"),
        (&["run", "sim:", &book, "--dry-run", "--json"], 2, "cannot be used with"),
        (&["run", "sim:", &book, "--dry-run", "--capture", &new], 2, "cannot be used with"),
        (&["export", &text, "--as", "html", "--controls"], 2, "--controls is for --as text"),
        // Files.
        (&["export", &text, "--as", "text", "-o", &text], 2, "the export would replace what it is made of"),
        (&["capture", "sim:fast", &here], 3, "that is a folder: write the name of a new file behind it"),
        (&["sim", "--scenario", &new], 3, "new cannot be read"),
        (&["sim", "--scenario", &no_toml], 3, "no.toml: the scenario does not parse: line 2, column 6: "),
        (&["sim", "--profile", &no_toml], 3, "no.toml: the profile does not parse: line 2, column 6: "),
        (&["sim", "--profile", &new], 2, "neither a file nor one of sim800l"),
        (&["sketch", "run", &log], 3, "log.ino: this is no Arduino sketch: it has neither setup() nor loop()"),
        (&["sketch", "run", &text], 3, "log.txt: this is no Arduino sketch"),
        (&["sketch", "explain", &nothing], 3, "nothing.ino: this is no Arduino sketch"),
        (&["diagnose", &log], 3, "a log is read by `modemscope diagnose` under a name that does not end in .ino"),
        (&["run", "sim:fast", &typed, "--dry-run"], 0, "m, step 1: `<0G>` is taken as text, 4 bytes: it is neither"),
        (&["diagnose", &new], 3, "modemscope: cannot open"),
    ] {
        check(arguments, code, "", expect);
    }
    let told = "modemscope: sim:fast has no line settings: --baud and the other line options change nothing";
    check(&["send", "sim:fast", "AT\\r", "--baud", "115200"], 0, "TX  AT\\r", told);
    assert!(!folder.path().join("new").exists());
}
