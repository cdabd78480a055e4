//! A walk through the window: every function that the README and `docs/window.md` name is opened, and what it shows is there.
//!
//! With `MODEMSCOPE_PICTURES=DIR` each stop is photographed in light and dark, at 1024x700 and at 1920x1080.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use crate::window::{Display, Window, free_port};

/// The sizes that are photographed.
const SIZES: [(u32, u32); 2] = [(1024, 700), (1920, 1080)];

/// Where the test server listens unless told otherwise.
const USUAL: u16 = 9999;

/// As many frames menus and windows take to fade in.
const FADE: u32 = 12;

/// The sketch that sends blindly, as people paste it.
const BLIND: &str = r#"#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);
void setup() {
  sim.begin(9600);
  sim.println("AT");
  delay(500);
  sim.println("AT+CIPSTART=\"TCP\",\"example.org\",\"9999\"");
  delay(500);
  sim.println("AT+CIPSEND");
  delay(500);
  sim.println("hello");
  sim.write(0x1A);
  delay(500);
  sim.println("AT+CIPCLOSE");
}
void loop() {}
"#;

/// A log as people paste it.
const PASTED: &str = "> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n";

struct Tour {
    window: Window,
    pictures: Option<PathBuf>,
    stops: u32,
}

impl Tour {
    /// What stands here was waited for; now it may be looked at.
    fn seen(&mut self, name: &str) {
        self.stops += 1;
        let Some(folder) = self.pictures.clone() else { return };
        for (width, height) in SIZES {
            self.window.resize(width, height);
            // What fades in is there after some frames.
            for _ in 0..FADE {
                self.window.widgets();
            }
            let file = format!("{:02}-{name}-{width}.png", self.stops);
            self.window.screenshot(&folder.join(file));
        }
        let (width, height) = SIZES[0];
        self.window.resize(width, height);
    }

    /// Waits for words, which are there only when the function works, and looks.
    fn stop(&mut self, name: &str, words: &str) {
        self.window.wait_for_text(words);
        self.seen(name);
    }

    fn key(&mut self, key: Key) {
        self.window.key(key, Modifiers::NONE);
    }

    /// Empties the send box and types.
    fn type_line(&mut self, text: &str) {
        self.window.click("Send line");
        self.window.key(Key::A, Modifiers::COMMAND | Modifiers::CTRL);
        self.key(Key::Delete);
        self.window.type_text(text);
    }

    /// Opens a window of the menu, looks at it and closes it.
    fn tool(&mut self, entry: &str, words: &str) {
        self.open(entry);
        let name: String = entry.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        self.stop(&name, words);
        self.key(Key::Escape);
    }

    fn open(&mut self, entry: &str) {
        self.window.click("Menu");
        self.window.click(entry);
        // The first field has the keyboard once the menu is gone.
        for _ in 0..FADE {
            self.window.widgets();
        }
    }
}

fn walk(look: &str, pictures: Option<&Path>) {
    let display = Display::start();
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config/modemscope");
    std::fs::create_dir_all(&config).unwrap();
    // The usual port, unless somebody on this machine has it.
    let port = TcpListener::bind(("127.0.0.1", USUAL)).map_or_else(|_| free_port(), |_| USUAL);
    let settings = format!("version = 1\ntheme = \"{look}\"\nserver_port = {port}\n");
    std::fs::write(config.join("settings.toml"), settings).unwrap();
    let pasted = home.path().join("pasted-log.txt");
    std::fs::write(&pasted, PASTED).unwrap();
    let pictures = pictures.map(|folder| folder.join(look));
    if let Some(folder) = &pictures {
        std::fs::create_dir_all(folder).unwrap();
    }
    let mut window = Window::start(&display, home.path(), &[]);
    window.resize(SIZES[0].0, SIZES[0].1);
    let mut tour = Tour { window, pictures, stops: 0 };
    ports(&mut tour);
    log(&mut tour);
    send_box(&mut tour);
    macros_and_server(&mut tour);
    prompt_and_findings(&mut tour);
    tools(&mut tour);
    files(&mut tour, &pasted);
    lent(&mut tour);
}

/// At 800x600 and twice the size: what there is room for is looked at by eye.
fn zoomed(folder: &Path) {
    let (display, home) = (Display::start(), tempfile::tempdir().unwrap());
    let config = home.path().join("config/modemscope");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(config.join("settings.toml"), "version = 1\nzoom = 2.0\ntheme = \"dark\"\n").unwrap();
    let mut window = Window::start(&display, home.path(), &["demo"]);
    window.resize(400, 300);
    window.wait_for_text("SMS Ready");
    window.screenshot(&folder.join("zoomed.png"));
}

fn ports(tour: &mut Tour) {
    tour.stop("start-page", "Work a modem");
    tour.window.click("Port");
    tour.window.click("Listen to two ports at once (tap)");
    tour.stop("port-picker", "Other:");
    tour.key(Key::Escape);
    tour.window.click("Line settings");
    tour.stop("line-menu", "Pause after a byte");
    tour.key(Key::Escape);
    // A simulated modem has no rate that could be looked for.
    tour.tool("Find baud…", "AT");
    tour.window.click("Connect to the simulated SIM800L");
    tour.stop("connected", "SMS Ready");
    tour.window.click("Line settings");
    tour.stop("line-menu-open", "Pause after a byte");
    tour.key(Key::Escape);
}

fn log(tour: &mut Tour) {
    for line in ["ATI", "AT+CSQ", "AT+CREG?", "AT+CPIN?", "AT+CMEE=1", "AT+CIPSTATUS"] {
        tour.type_line(line);
        tour.key(Key::Enter);
        tour.window.wait_for_text("OK");
    }
    tour.window.wait_for_text("IP INITIAL");
    tour.seen("text");
    tour.window.click("Show as hex");
    tour.seen("hex");
    tour.window.click("Show text and hex");
    tour.seen("both");
    tour.window.click("View…");
    tour.stop("view", "Fold long rows");
    tour.key(Key::Escape);
    tour.window.click("More…");
    tour.stop("more", "Note into the log");
    tour.key(Key::Escape);
    tour.window.click("Filter rows");
    tour.window.type_text("CSQ");
    tour.stop("filter", " of ");
    tour.key(Key::Escape);
    tour.window.key(Key::F, Modifiers::COMMAND | Modifiers::CTRL);
    tour.window.type_text("OK");
    tour.stop("find", "matches");
    tour.key(Key::Escape);
    tour.window.click("Log");
    tour.stop("selection", "Selected: ");
    tour.key(Key::Enter);
    tour.stop("detail", "Close row");
    tour.window.click("Close row");
    tour.window.click("Select nothing");
    tour.window.click("Show as text");
}

fn send_box(tour: &mut Tour) {
    tour.type_line("AT+CIPS");
    tour.stop("completion", "Complete to AT+CIPSTART");
    tour.key(Key::Escape);
    tour.type_line(r"Grüße \x00\r\n<1A>");
    tour.stop("pills", "Will send");
    tour.type_line("hello 0x1A");
    tour.stop("hint", "Make it the byte");
    tour.type_line(r"hello \q");
    tour.stop("error", "Error:");
    tour.type_line("");
    let ending = tour.window.wait_for("the ending", |widget| widget.role == Role::ComboBox && widget.value == "CR");
    tour.window.click_at(ending.center);
    tour.stop("ending", "CR LF");
    tour.key(Key::Escape);
    tour.window.click("Repeat…");
    tour.stop("repeat", "until stopped");
    tour.key(Key::Escape);
    tour.type_line("");
    tour.window.paste("AT\nAT+CSQ\nAT+CREG?\n".to_owned());
    tour.stop("paste-lines", "Wait for each answer");
    tour.key(Key::Escape);
    tour.window.click("Send line");
    tour.window.paste(BLIND.to_owned());
    tour.stop("paste-sketch", "This is an Arduino sketch");
    tour.key(Key::Escape);
}

fn macros_and_server(tour: &mut Tour) {
    tour.window.click("CIPSEND + text + 1A");
    tour.stop("ask", "Enter runs it");
    tour.key(Key::Enter);
    tour.stop("macro-failed", "came instead of");
    tour.window.click("More for Open TCP");
    tour.stop("macro-menu", "Dry run");
    tour.window.click("Dry run: show the bytes…");
    tour.stop("dry-run", "Nothing is sent before Run.");
    tour.key(Key::Escape);
    tour.window.click("Start");
    tour.window.wait_for_text("Listening on");
    tour.window.click("Open TCP");
    tour.stop("ask-server", "Enter runs it");
    tour.key(Key::Enter);
    tour.stop("macro-running", "Running");
    tour.window.wait_for_text("Open TCP: done");
    tour.seen("macro-done");
    tour.window.click("CIPSEND + text + 1A");
    tour.window.wait_for_text("Enter runs it");
    tour.key(Key::Enter);
    tour.window.wait_for_text("SEND OK");
    tour.stop("test-server", "bytes");
}

fn prompt_and_findings(tour: &mut Tour) {
    tour.type_line("AT+CIPSEND");
    tour.key(Key::Enter);
    tour.window.wait_for_text("Waiting for data");
    tour.window.type_text("hello");
    tour.stop("prompt", "5 bytes in the box");
    tour.key(Key::Enter);
    tour.window.wait_for_text("5 sent");
    tour.window.type_text("1A");
    tour.window.wait_for_text("Make it the byte");
    tour.key(Key::Enter);
    tour.stop("findings", "Send the byte 1A");
    tour.window.click("The text \"1A\" was sent, not the byte 1A that it stands for.");
    tour.stop("finding-open", "To do: ");
    tour.window.click("Send the byte 1A");
    tour.stop("resolved", "Resolved");
    tour.window.click("Fold");
    tour.window.key(Key::B, Modifiers::COMMAND | Modifiers::CTRL);
    tour.seen("without-side");
    tour.window.key(Key::B, Modifiers::COMMAND | Modifiers::CTRL);
}

/// Only what another program could have is lent.
fn lent(tour: &mut Tour) {
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    tour.window.click("Close file");
    tour.window.click("Port");
    let typed = tour.window.wait_for("the port", |widget| widget.role == Role::TextInput && widget.value == "sim:");
    tour.window.click_at(typed.center);
    tour.window.key(Key::A, Modifiers::COMMAND | Modifiers::CTRL);
    tour.window.type_text(&format!("tcp://{}", server.local_addr().unwrap()));
    tour.key(Key::Enter);
    tour.window.click("Switch");
    tour.window.wait_for_text("opened tcp://");
    tour.window.key(Key::L, Modifiers::COMMAND | Modifiers::CTRL);
    tour.stop("lent", "The port is lent");
    // By its key: a click so soon after the one on *Switch*, which stood there, would be the second of a double one.
    tour.window.key(Key::L, Modifiers::COMMAND | Modifiers::CTRL);
    tour.window.wait_for_text("Disconnect");
}

fn tools(tour: &mut Tour) {
    tour.window.click("Menu");
    tour.stop("menu", "Settings");
    tour.key(Key::Escape);
    for (entry, words) in [
        ("Send file…", "Send file"),
        ("Share port…", "TCP address"),
        ("Open capture…", "or paste a log"),
        ("Export capture…", "Export"),
        ("Edit macros…", "Save macros"),
        ("Import macros or sketch…", "or paste an Arduino sketch"),
        ("Macro as a program…", "The program"),
        ("Signal and timeline", "Signal"),
        ("Simulated modem", "Send to modem"),
        ("Handbook…", "The first five minutes"),
        ("Arduino Nano: wiring and sketch", "Wiring: Arduino Nano D7"),
        ("USB-TTL adapter: wiring", "Wiring"),
        ("Keyboard shortcuts", "Ctrl+B"),
        ("Settings…", "Zoom"),
    ] {
        tour.tool(entry, words);
    }
}

fn files(tour: &mut Tour, pasted: &Path) {
    tour.open("Run a sketch…");
    tour.window.wait_for_text("Run a sketch");
    tour.window.paste(BLIND.to_owned());
    tour.window.click("Run the sketch");
    tour.stop("sketch", "The run ended after");
    tour.key(Key::Escape);
    tour.open("Open capture…");
    tour.window.wait_for_text("or paste a log");
    tour.window.type_text(&pasted.display().to_string());
    tour.key(Key::Enter);
    tour.window.wait_for_text("Close file");
    tour.stop("pasted-log", "AT+CIPSEND was refused");
}

#[test]
fn every_function_of_the_window_can_be_opened_and_shows_what_it_is_for() {
    let folder = std::env::var_os("MODEMSCOPE_PICTURES").map(PathBuf::from);
    if let Some(folder) = &folder {
        zoomed(folder);
    }
    for look in if folder.is_some() { &["light", "dark"][..] } else { &["light"] } {
        walk(look, folder.as_deref());
    }
}
