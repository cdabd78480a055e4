//! Files and names that somebody put there to do harm, or that vanish while they are used.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use modemscope::capture::open;
use rustix::process::{Pid, Signal, kill_process};

use crate::{call, check, modemscope};

/// No byte that would control a terminal.
#[track_caller]
fn harmless(arguments: &[&str], quoted: &str) {
    let (_, out, aside) = call(arguments);
    let said = out + &aside;
    assert!(said.contains(quoted), "{said}");
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
}

#[test]
fn a_command_or_an_address_in_place_of_a_file_is_told_without_its_secret() {
    for (text, secret) in [
        ("AT+CPIN=73194628", "73194628"),
        ("AT+SETWIFI=\"home\",\"Zq7hunter99\"", "Zq7hunter99"),
        ("http://me:Zq7hunter99@example.org", "Zq7hunter99"),
    ] {
        for arguments in [
            &["diagnose", text][..],
            &["run", "sim:", text],
            &["export", text, "--as", "text"],
            &["capture", text, "x.pcapng"],
            &["sketch", "import", text],
            &["macros", "import", text],
            &["listen", text],
            &["ports", text],
        ] {
            let (code, out, aside) = call(arguments);
            assert!(code != 0 && aside.contains("***"), "{arguments:?}: {aside}");
            assert!(!out.contains(secret) && !aside.contains(secret), "{arguments:?}: {out}{aside}");
        }
    }
}

#[test]
fn the_macro_of_a_sketch_asks_for_its_pin_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let sketch = folder.path().join("pin.ino");
    let text = "void setup() { Serial1.begin(9600); Serial1.println(\"AT+CPIN=4711\"); }\nvoid loop() {}\n";
    std::fs::write(&sketch, text).unwrap();
    check(&["sketch", "import", sketch.to_str().unwrap()], 0, "AT+CPIN=${pin}", "asks for them: pin");
}

#[test]
fn what_a_message_quotes_controls_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let book = path("a\u{1b}]0;title\u{7}.toml");
    fs::write(&book, "version = 1\n[[macro]]\nname = \"\\u001b[31mred\\u009b31m\"\ncolor = \"\\u001b[2J\"\n").unwrap();
    harmless(&["run", "sim:", &book, "--dry-run"], "␛");
    harmless(&["run", "sim:", &book, "no such"], "␛");
    harmless(&["run", "sim:", &path("none\u{1b}[2J")], "␛[2J");
    harmless(&["send", "sim:\u{1b}[2J", "AT"], "␛[2J");
    let sketch = path("a.ino");
    fs::write(&sketch, "void loop() { modem.println(x\u{1b}[2J); Serial1.println(f(\u{1b}[2J)); }").unwrap();
    harmless(&["sketch", "import", &sketch], "a.ino");
    let foreign = path("b.tmf");
    fs::write(&foreign, "Terminal macro file v2\n\u{1b}[2J\nx\n").unwrap();
    harmless(&["macros", "import", &foreign], "b.tmf");
    fs::write(path("\u{1b}[2J.txt"), "\u{1b}[2J").unwrap();
    harmless(&["diagnose", &path("\u{1b}[2J.txt")], "No command");
    harmless(&["export", &path("\u{1b}[3J.pcapng"), "--as", "text"], "␛[3J");
}

#[test]
fn no_result_destroys_another_or_what_it_is_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (z, book) = (path("z"), path("book.toml"));
    fs::write(&book, "version = 1\n[[macro]]\nname = \"a\"\n[[macro.step]]\nsend = 'AT\\r'\nexpect = ['OK']\n")
        .unwrap();
    let before = fs::read(&book).unwrap();
    let both = "cannot be both";
    check(&["run", "sim:", &book, "--capture", &z, "--junit", &z, "--force"], 2, "", both);
    check(&["run", "sim:", &book, "--log", &z, "--junit", &z, "--force"], 2, "", both);
    check(&["run", "sim:", &book, "--junit", &book, "--force"], 2, "", both);
    check(&["capture", "sim:", &z, "--log", &z, "--for", "1ms"], 2, "", both);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was made");
    assert_eq!(fs::read(&book).unwrap(), before);
    check(&["run", "sim:fast", &book, "--capture", &z, "--junit", &path("j"), "--force"], 0, "", "");
    let scenario = path("scenario.toml");
    fs::write(&scenario, "version = 1\n[[step]]\ndo = \"fault no-network\"\n").unwrap();
    check(&["sim", "--scenario", &scenario, "--junit", &scenario, "--force"], 2, "", both);
    check(&["sim", "--scenario", &scenario, "--junit", &path("j")], 3, "", "is there already");
}

#[test]
fn what_never_ends_is_refused_in_words() {
    for arguments in [
        &["run", "sim:", "/dev/zero"][..],
        &["sim", "--profile", "/dev/zero"],
        &["sketch", "import", "/dev/zero"],
        &["macros", "import", "/dev/zero"],
    ] {
        let (code, _, aside) = call(arguments);
        assert!(code > 1 && aside.contains("is larger than"), "{arguments:?}: {code} {aside}");
    }
}

#[test]
fn a_file_in_place_of_a_port_gets_no_advice_for_devices() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.txt");
    fs::write(&file, "").unwrap();
    let out = folder.path().join("out.pcapng");
    let (code, _, aside) = call(&["capture", file.to_str().unwrap(), out.to_str().unwrap()]);
    assert!(code >= 2 && !aside.contains("chmod"), "{code} {aside}");
}

#[test]
fn a_capture_whose_folder_is_removed_is_told_and_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("in");
    fs::create_dir(&place).unwrap();
    let out = place.join("out.pcapng");
    let arguments = ["capture", "sim:fast", out.to_str().unwrap(), "--log", place.join("log.txt").to_str().unwrap()]
        .map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = modemscope(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut words = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    words.read_line(&mut said).unwrap();
    fs::remove_dir_all(&place).unwrap();
    while !said.contains("all of it is saved there again") {
        assert!(words.read_line(&mut said).unwrap() > 0, "{said}");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    while words.read_line(&mut said).unwrap() > 0 {}
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    let reader = open(&out).unwrap().finish();
    assert!(reader.get(0).is_some() && reader.storage().torn == 0);
    assert!(fs::read_to_string(place.join("log.txt")).unwrap().contains("closed sim:fast"));
}

#[test]
fn a_capture_that_cannot_be_saved_again_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("in");
    fs::create_dir(&place).unwrap();
    let out = place.join("out.pcapng");
    let mut child = modemscope(&["capture", "sim:fast", out.to_str().unwrap()]).stderr(Stdio::piped()).spawn().unwrap();
    let mut words = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    words.read_line(&mut said).unwrap();
    fs::remove_dir_all(&place).unwrap();
    fs::write(&place, "in the way").unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    while words.read_line(&mut said).unwrap() > 0 {}
    assert_eq!(child.wait().unwrap().code(), Some(3), "{said}");
    assert!(said.contains("cannot be saved there again"), "{said}");
}

#[test]
fn hundreds_of_thousands_of_interfaces_are_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.pcapng");
    let mut bytes = fs::read("fuzz/corpus/capture/boot.pcapng").unwrap();
    let interface = [1u32, 20, 250, 0, 20].map(u32::to_le_bytes).concat();
    bytes.extend(interface.repeat(300_000));
    fs::write(&file, bytes).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the bound of this work")]
    let began = std::time::Instant::now();
    check(&["diagnose", file.to_str().unwrap()], 0, "", "");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_poor_machine_gets_words_or_a_working_program() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").to_str().unwrap().to_owned();
    for limit in [
        "ulimit -n 32",
        "ulimit -v 400000",
        "ulimit -f 0",
        "unset HOME",
        "export HOME=/nonexistent",
        "export HOME=/proc",
        "exec 2>/dev/full",
        "exec 1>&-",
    ] {
        for command in [
            "ports".to_owned(),
            "diagnose tests/data/logs/601.txt".to_owned(),
            "send sim:fast AT --ending cr --expect OK".to_owned(),
            "report --no-capture".to_owned(),
            format!("capture sim:fast {out} --for 50ms; code=$?; rm -f {out}; exit $code"),
        ] {
            let script = format!("{limit}; \"$0\" {command}");
            let program = env!("CARGO_BIN_EXE_modemscope");
            let output = std::process::Command::new("sh").args(["-c", &script, program]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let code = output.status.code();
            assert!(matches!(code, Some(0..=3)) && !said.contains("broke down"), "{script}: {code:?} {said}");
        }
    }
}

/// Whoever made a sketch's folder does not choose which files of this machine are read.
#[test]
fn a_header_that_leads_out_of_the_sketchs_folder_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside.txt");
    let inside = folder.path().join("sketch");
    fs::write(&outside, "#define WORD \"AT+SECRET\"\nsecret line\n").unwrap();
    fs::create_dir(&inside).unwrap();
    std::os::unix::fs::symlink(&outside, inside.join("linked.h")).unwrap();
    fs::write(inside.join("own.h"), "#define OWN \"AT+CSQ\"\n").unwrap();
    let sketch = inside.join("a.ino");
    let text = "#include \"linked.h\"\n#include \"../outside.txt\"\n#include \"own.h\"\n\
                void setup() { Serial1.begin(9600); Serial1.println(OWN); Serial1.println(WORD); }\nvoid loop() {}\n";
    fs::write(&sketch, text).unwrap();
    let (_, out, aside) = call(&["sketch", "run", sketch.to_str().unwrap()]);
    let said = out + &aside;
    assert!(said.contains("AT+CSQ") && !said.to_lowercase().contains("secret"), "{said}");
}
