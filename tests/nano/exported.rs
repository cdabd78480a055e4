//! The same sketch, imported, made to wait for the answers, and written out again: it works.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use modemscope::macros::Macro;
use modemscope::sketch::{
    BoardSerial, InoOptions, RunOptions, Source, answer_driven, export_c, export_ino, export_python, import,
};

use crate::board::compiled;
use crate::desk::{Desk, Server};
use crate::passthrough::source;
use crate::support::have;

fn exported(of: &Macro, options: &InoOptions) -> String {
    export_ino(of, options).expect("a sketch").text
}

fn blind(server: &Server) -> Macro {
    let text = source("tests/data/sketches/blind.ino")
        .replace("IP-ADRESS-HERE", &server.address.ip().to_string())
        .replace("9999", &server.address.port().to_string());
    import(&Source::new(&text), &RunOptions::default()).timed_macro("blind")
}

/// The blind sketch of the story, after "wait for the answers": its text arrives, at the modem's own pace.
#[test]
fn the_story_ends_well_on_the_board() {
    let server = Server::start();
    let text = exported(&answer_driven(&blind(&server)), &InoOptions::default());
    let Some(sketch) = compiled("waiting.ino", &text) else { return };
    let (flash, ram) = sketch.flash_and_ram();
    assert!(flash < 8192 && ram < 700, "small enough to build on: flash {flash}, RAM {ram}");
    let mut desk = Desk::start(&sketch, 115_200);
    assert!(desk.run_until(b"AT+CIPCLOSE\r\n", Duration::from_secs(20)), "{}", desk.told());
    desk.run(Duration::from_secs(1));
    let told = desk.told();
    assert!(told.ends_with("\r\nDone.\r\n") || told.contains("\nDone."), "{told}");
    assert_eq!(server.received(17, Duration::from_secs(5)), (1, b"TEXT MESSAGE HERE".to_vec()));
}

/// Refused is refused: the sketch says at which step and sends nothing more.
#[test]
fn a_refused_step_stops_the_sketch() {
    let server = Server::start();
    let mut refused = answer_driven(&blind(&server));
    refused.steps.remove(1); // No connection is made.
    let Some(sketch) = compiled("refused.ino", &exported(&refused, &InoOptions::default())) else { return };
    let mut desk = Desk::start(&sketch, 115_200);
    desk.run(Duration::from_secs(3));
    let told = desk.told();
    assert!(told.contains("Step 2: AT+CIPSEND") && told.contains("Refused.") && told.contains("Stopped."), "{told}");
    assert!(!String::from_utf8_lossy(&desk.to_modem).contains("TEXT"), "nothing more is sent");
}

/// Without the monitor, on the chip's own port, everything else stays.
#[test]
fn a_hardware_port_compiles_too() {
    let server = Server::start();
    let serial = BoardSerial::Hardware("Serial".to_owned());
    let text = exported(&answer_driven(&blind(&server)), &InoOptions { serial, baud: 19_200 });
    assert!(compiled("hardware.ino", &text).is_none_or(|sketch| sketch.flash_and_ram().0 < 8192));
}

/// Runs a program in `folder`, its words for a message.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("it can be started");
    (output.status.success(), crate::board::words(&output))
}

/// The header is C99 without a warning, and its bytes are the macro's.
#[test]
fn the_c_header_compiles_and_holds_the_bytes() {
    if !have("gcc", "gcc") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let what = answer_driven(&blind(&Server::start()));
    fs::write(folder.path().join("steps.h"), export_c(&what).expect("a header").text).expect("written");
    let program = "#include <stdio.h>\n#include \"steps.h\"\nint main(void) {\n  for (int i = 0; i < MODEM_STEPS; i++)\n    \
        fwrite(modem_steps[i].send.bytes, 1, modem_steps[i].send.length, stdout);\n  return 0;\n}\n";
    fs::write(folder.path().join("main.c"), program).expect("written");
    let flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-o", "steps", "main.c"];
    let (compiled, words) = run(folder.path(), "gcc", &flags);
    assert!(compiled, "{words}");
    let (_, sent) = run(folder.path(), "./steps", &[]);
    assert!(sent.ends_with("AT+CIPSEND\r\nTEXT MESSAGE HERE\x1AAT+CIPCLOSE\r\n"), "{sent:?}");
}

/// A stand-in for pyserial: answers each write from a list, one byte a read.
const PYSERIAL: &str = r#"
import sys
class SerialException(OSError): pass
ANSWERS = [b"\r\nOK\r\n", b"\r\nOK\r\n", b"\r\n> ", b"\r\nSEND OK\r\n", b"\r\nCLOSE OK\r\n"]
class Port:
    timeout = None
    dtr = rts = True
    def __init__(self): self.coming, self.answers, self.sent = b"", list(ANSWERS), b""
    in_waiting = property(lambda self: len(self.coming))
    def read(self, n=1):
        data, self.coming = self.coming[:n], self.coming[n:]
        return data
    def write(self, data):
        self.sent += data
        answer = self.answers.pop(0)
        if b"CIPSTART" in data: answer += sys.argv[-1].encode().decode("unicode_escape").encode()
        self.coming += answer
    def flush(self): pass
    def __enter__(self): return self
    def __exit__(self, *_): sys.stderr.write(repr(self.sent))
def serial_for_url(url, baud):
    if url == "nowhere": raise SerialException("no such port")
    assert baud == 9600
    return Port()
"#;

/// The script runs to its end where the answers come, and stops where one means failure.
#[test]
fn the_python_script_waits_and_stops() {
    if !have("python3", "python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let what = answer_driven(&blind(&Server::start()));
    fs::write(folder.path().join("job.py"), export_python(&what, 9600).expect("a script").text).expect("written");
    fs::write(folder.path().join("serial.py"), PYSERIAL).expect("written");
    // The stand-in takes the port's name for what CIPSTART is answered with.
    let (done, words) = run(folder.path(), "python3", &["job.py", r"\r\nCONNECT OK\r\n"]);
    assert!(done && words.contains("Done."), "{words}");
    assert!(words.contains(r"TEXT MESSAGE HERE\x1aAT+CIPCLOSE\r\n"), "{words}");
    let (done, words) = run(folder.path(), "python3", &["job.py", r"\r\nERROR\r\n\r\nALREADY CONNECT\r\n"]);
    assert!(done, "a longer answer that is awaited wins over its beginning: {words}");
    let (done, words) = run(folder.path(), "python3", &["job.py", r"\r\nSTATE: IP STATUS\r\n\r\nCONNECT FAIL\r\n"]);
    assert!(!done && words.contains("Refused.") && !words.contains("CIPSEND\\r"), "{words}");
    let (done, words) = run(folder.path(), "python3", &["job.py", "nowhere"]);
    assert!(!done && words.contains("nowhere: no such port"), "{words}");
}

/// The same by command: import, export, and what `-o` refuses.
#[test]
fn by_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let modemscope = env!("CARGO_BIN_EXE_modemscope");
    fs::write(folder.path().join("blind.ino"), source("tests/data/sketches/blind.ino")).expect("written");
    let import = ["sketch", "import", "blind.ino", "--wait-for-answers", "-o", "job.toml"];
    let (done, words) = run(folder.path(), modemscope, &import);
    assert!(done && words.contains("the modem is `serialSIM800`, RX on D8, TX on D7, 9600 baud; 7 steps"), "{words}");
    let book = fs::read_to_string(folder.path().join("job.toml")).expect("a book");
    assert!(book.contains(r"send = 'TEXT MESSAGE HERE\x1A'") && book.contains(r"SEND OK\r\n"), "{book}");
    let (done, words) = run(folder.path(), modemscope, &import);
    assert!(!done && words.contains("is there already"), "{words}");
    for language in ["ino", "python", "c"] {
        let (done, words) = run(folder.path(), modemscope, &["sketch", "export", "job.toml", "--as", language]);
        assert!(done && words.contains("CIPSEND"), "{words}");
    }
    let (done, words) = run(folder.path(), modemscope, &["sketch", "export", "job.toml", "nothing"]);
    assert!(!done && words.contains("there are `blind`"), "{words}");
    let (done, words) = run(folder.path(), modemscope, &["sketch", "import", "missing.ino"]);
    assert!(!done && words.contains("missing.ino"), "{words}");
}
