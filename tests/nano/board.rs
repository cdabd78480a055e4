//! The simulated Nano as tests see it: sketches compiled by `tests/arduino/build.sh`, run by `tests/arduino/nanosim`.
//!
//! [`Board`] is a board on virtual time: exact and repeatable. [`Bridge`] is one in real time, its PC side a pty.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use tempfile::TempDir;

use crate::support::have;

const SOURCE: &str = env!("CARGO_MANIFEST_DIR");
const ARDUINO: &str = "/usr/share/arduino/hardware/arduino/avr";

/// The bootloader of Nanos sold for years ("`ATmega328P` (Old Bootloader)").
pub const BOOTLOADER: &str = "/usr/share/arduino/hardware/arduino/avr/bootloaders/atmega/ATmegaBOOT_168_atmega328.hex";

/// A sketch ready to run, and what compiling it printed.
pub struct Sketch {
    elf: PathBuf,
    /// Where it lies; gone when the sketch is.
    _folder: TempDir,
    pub sizes: String,
    pub warnings: String,
}

impl Sketch {
    /// Compiles a sketch of this repository, or `None` (and says so) where the packages for it are not installed.
    pub fn compile(path: &str) -> Option<Self> {
        Self::compile_file(&Path::new(SOURCE).join(path))
    }

    /// Compiles any sketch.
    pub fn compile_file(sketch: &Path) -> Option<Self> {
        Some(Self::try_compile(sketch)?.unwrap_or_else(|said| panic!("{} does not compile:\n{said}", sketch.display())))
    }

    /// Compiles a sketch that may be wrong; gives what the compiler said.
    pub fn try_compile(sketch: &Path) -> Option<Result<Self, String>> {
        if !tools() {
            return None;
        }
        let out = workshop();
        // Only one test at a time may make the core.
        let lock = File::create(out.join("lock")).expect("a lock file");
        lock.lock().expect("the lock");
        let built = Command::new(Path::new(SOURCE).join("tests/arduino/build.sh")).arg(sketch).arg(&out).output();
        let built = built.expect("build.sh can be started");
        if !built.status.success() {
            return Some(Err(words(&built)));
        }
        // Sketches of one name may differ: each has a folder of its own from here on.
        let name = sketch.file_stem().expect("a sketch has a name").to_string_lossy().into_owned();
        let folder = tempfile::tempdir_in(&out).expect("a folder");
        let elf = folder.path().join("sketch.elf");
        fs::rename(out.join(format!("{name}.elf")), &elf).expect("the compiled sketch can be put into place");
        Some(Ok(Self {
            elf,
            _folder: folder,
            sizes: String::from_utf8_lossy(&built.stdout).trim().to_owned(),
            warnings: String::from_utf8_lossy(&built.stderr).into_owned(),
        }))
    }

    /// Flash and RAM in bytes.
    pub fn flash_and_ram(&self) -> (u32, u32) {
        let numbers: Vec<u32> =
            self.sizes.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        match numbers[..] {
            [flash, _, ram, _] => (flash, ram),
            _ => panic!("build.sh printed no sizes: {}", self.sizes),
        }
    }
}

/// Compiles a sketch that is given as text.
pub fn compiled(name: &str, text: &str) -> Option<Sketch> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("the sketch is written");
    Sketch::compile_file(&path)
}

/// What both ends heard during a run, and what the board counted so far.
#[derive(Debug, Default)]
pub struct Heard {
    pub pc: Vec<u8>,
    pub modem: Vec<u8>,
    /// When each of these was over, where [`Board::until`] was asked.
    pub pc_at: Vec<Duration>,
    pub modem_at: Vec<Duration>,
    /// The board's time.
    pub now: Duration,
    /// Bytes without a stop bit.
    pub bad: u32,
    /// Bytes that the processor's serial port dropped.
    pub overruns: u32,
    /// Bytes of RAM that neither variables nor the stack ever used.
    pub unused_ram: u32,
    /// The light L (D13) is on.
    pub light: bool,
}

/// A board on virtual time. The PC talks at 115200 baud and the modem at 9600 unless told otherwise.
pub struct Board {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Board {
    pub fn start(sketch: &Sketch) -> Self {
        Self::start_with(sketch, &[])
    }

    pub fn start_with_bootloader(sketch: &Sketch) -> Self {
        Self::start_with(sketch, &[BOOTLOADER])
    }

    fn start_with(sketch: &Sketch, more: &[&str]) -> Self {
        let mut child = Command::new(nanosim())
            .arg("script")
            .arg(&sketch.elf)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("nanosim can be started");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut board = Self { child, input, output };
        board.run(Duration::ZERO); // answered when the sketch is loaded: its file may go
        board
    }

    /// One command of `nanosim script`.
    pub fn set(&mut self, command: &str) {
        writeln!(self.input, "{command}").expect("nanosim takes commands");
    }

    /// The PC sends these bytes as fast as its speed lets it.
    pub fn pc(&mut self, bytes: &[u8]) {
        self.set(&format!("pc {}", hex::encode(bytes)));
    }

    /// The modem sends these bytes.
    pub fn modem(&mut self, bytes: &[u8]) {
        self.set(&format!("modem {}", hex::encode(bytes)));
    }

    /// Lets time pass.
    pub fn run(&mut self, time: Duration) -> Heard {
        self.ask(&format!("run {}", time.as_micros()))
    }

    /// Lets time pass up to this moment (whole microseconds, rounded up), or until the modem heard a byte.
    pub fn until(&mut self, time: Duration) -> Heard {
        self.ask(&format!("until {}", time.as_nanos().div_ceil(1000)))
    }

    fn ask(&mut self, command: &str) -> Heard {
        self.set(command);
        self.input.flush().expect("nanosim takes commands");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("nanosim answers in text");
        let mut heard = Heard::default();
        assert!(line.starts_with("ran "), "nanosim ended: the sketch crashed, or it took more than two minutes");
        let now = line.split_whitespace().nth(1).expect("a time");
        heard.now = Duration::from_micros(now.parse().expect("a number"));
        let times = |list: &str| {
            let time = |word: &str| Duration::from_micros(word.parse().expect("a number"));
            list.split(',').filter(|word| !word.is_empty()).map(time).collect()
        };
        for (name, value) in line.split_whitespace().filter_map(|word| word.split_once('=')) {
            match name {
                "pc" => heard.pc = hex::decode(value).expect("hex"),
                "modem" => heard.modem = hex::decode(value).expect("hex"),
                "pc-at" => heard.pc_at = times(value),
                "modem-at" => heard.modem_at = times(value),
                "bad" => heard.bad = value.parse().expect("a number"),
                "overruns" => heard.overruns = value.parse().expect("a number"),
                "unused" => heard.unused_ram = value.parse().expect("a number"),
                "light" => heard.light = value == "1",
                _ => panic!("nanosim says {name}, which this test does not know"),
            }
        }
        heard
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A board in real time between a pty of its own (the PC's side) and the modem's pty. Opening the pty resets the board.
pub struct Bridge {
    child: Child,
    /// What to open on the PC's side.
    pub port: PathBuf,
    events: Receiver<String>,
}

impl Bridge {
    /// `folder` is where the link to the pty is made.
    pub fn start(sketch: &Sketch, folder: &Path, modem: &Path, bootloader: Option<&str>) -> Self {
        let port = folder.join("nano");
        let mut child = Command::new(nanosim())
            .arg("bridge")
            .arg(&sketch.elf)
            .arg(&port)
            .arg(modem)
            .args(bootloader)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("nanosim can be started");
        let events = lines(child.stdout.take().expect("its output"));
        let bridge = Self { child, port, events };
        bridge.wait_for("ready");
        bridge
    }

    /// Waits until the board says a line that begins so.
    pub fn wait_for(&self, event: &str) {
        loop {
            let line = self.events.recv_timeout(Duration::from_secs(20));
            let line = line.unwrap_or_else(|error| panic!("the simulated board never said {event:?}: {error}"));
            if line.starts_with(event) {
                return;
            }
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines a program prints, as they come.
pub fn lines(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = sync_channel(1024);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What a finished program said.
pub fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Whether all that is needed to compile and run sketches is installed.
fn tools() -> bool {
    have("avr-g++", "gcc-avr")
        && have("gcc", "gcc")
        && have_file(&format!("{ARDUINO}/cores/arduino/Arduino.h"), "arduino-core-avr")
        && have_file("/usr/lib/avr/include/avr/io.h", "avr-libc")
        && have_file("/usr/include/simavr/sim_avr.h", "libsimavr-dev")
}

fn have_file(path: &str, package: &str) -> bool {
    let found = Path::new(path).exists();
    if !found {
        let words = format!("not tested: {path} is missing (Debian package {package}; `bash tests/run` installs it)");
        assert!(std::env::var_os("MODEMSCOPE_TESTS").is_none(), "{words}");
        eprintln!("{words}");
    }
    found
}

/// Where compiled things lie.
fn workshop() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nano");
    fs::create_dir_all(&folder).expect("a folder for compiled sketches");
    folder
}

/// The simulator, compiled when it is older than its source.
fn nanosim() -> PathBuf {
    let out = workshop();
    let program = out.join("nanosim");
    let source = Path::new(SOURCE).join("tests/arduino/nanosim");
    let lock = File::create(out.join("lock")).expect("a lock file");
    lock.lock().expect("the lock");
    let made = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let newest = ["board.c", "board.h", "nanosim.c"].iter().map(|name| made(&source.join(name))).max().flatten();
    if made(&program) < newest {
        let fresh = out.join("nanosim.new");
        let built = Command::new("gcc")
            .args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&fresh, &source.join("board.c"), &source.join("nanosim.c")])
            .args(["-lsimavr", "-lm"])
            .output()
            .expect("gcc can be started");
        assert!(built.status.success(), "the simulated board does not compile:\n{}", words(&built));
        fs::rename(&fresh, &program).expect("the program can be put into place");
    }
    program
}
