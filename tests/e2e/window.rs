//! Drives the real program in a real window on Xvfb, by the labels a screen reader would read out.
//!
//! The window answers over eframe's `inspection` socket: one request, one answer, and each answer comes after a frame. So
//! waiting for something is asking until it is there, with a bound, and never a sleep.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use egui::accesskit::{Node, Role};
use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_inspection::protocol::{read_handshake, read_message, write_message};
use egui_inspection::{Request, Response};

/// How long anything may take before a test fails. Generous: the machine may be busy with other builds.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// An X server of our own, so that tests neither need nor disturb a display.
#[derive(Debug)]
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts Xvfb on a free display.
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts (Debian package xvfb; tests/run installs it)");
        let mut line = String::new();
        let stdout = server.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("Xvfb names its display");
        Self { server, name: format!(":{}", line.trim()) }
    }

    /// The value for `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A node of the accessibility tree, as far as tests ask.
#[derive(Clone, Debug)]
pub struct Widget {
    pub role: Role,
    pub label: String,
    pub value: String,
    pub center: Pos2,
    pub disabled: bool,
}

/// The program, its window, and the socket to it.
#[derive(Debug)]
pub struct Window {
    program: Child,
    socket: TcpStream,
}

impl Window {
    /// Starts the program with `arguments`, its home in `home`, and waits for its window.
    pub fn start(display: &Display, home: &Path, arguments: &[&str]) -> Self {
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        // A measurement may want another build than its own.
        let binary = std::env::var_os("MODEMSCOPE_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_modemscope").into());
        let program = Command::new(binary)
            .args(arguments)
            .env("DISPLAY", display.name())
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("EGUI_INSPECTION", &address)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut window = Self { program, socket: placeholder() };
        window.socket = window.connect(&address);
        let version = read_handshake(&mut window.socket).expect("the window greets");
        assert_eq!(version, egui_inspection::PROTOCOL_VERSION);
        window.widgets();
        window.focus(display);
        window
    }

    /// Gives the window the keyboard: without a window manager nobody does, and egui takes no Enter without it.
    fn focus(&self, display: &Display) {
        // Until the window is on the screen it cannot have the focus; the last one found is the one that is drawn in.
        // The display's own pointer stands in its middle, over the window: what it is told of that would come between the
        // moves of a click.
        let script = "id=$(xdotool search --pid \"$0\" | tail -1) && [ -n \"$id\" ] && \
                      xdotool mousemove 1919 1079 windowfocus \"$id\"";
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = Command::new("sh")
                .args(["-c", script])
                .arg(self.pid().to_string())
                .env("DISPLAY", display.name())
                .output()
                .expect("sh starts");
            // xdotool tells failures on stderr alone.
            if output.status.success() && output.stderr.is_empty() {
                return;
            }
            let words = String::from_utf8_lossy(&output.stderr);
            assert!(
                Instant::now() < deadline,
                "the window does not take the keyboard (xdotool, Debian package xdotool): {words}"
            );
        }
    }

    fn connect(&mut self, address: &str) -> TcpStream {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(socket) = TcpStream::connect(address) {
                socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
                return socket;
            }
            if let Some(status) = self.program.try_wait().expect("the program can be waited for") {
                let mut words = String::new();
                if let Some(stderr) = self.program.stderr.as_mut() {
                    let _ = stderr.read_to_string(&mut words);
                }
                panic!("the program ended before its window came: {status}\n{words}");
            }
            assert!(Instant::now() < deadline, "no window within {PATIENCE:?}");
            std::thread::yield_now();
        }
    }

    /// The process id, for measuring.
    pub fn pid(&self) -> u32 {
        self.program.id()
    }

    /// Asks the window to close, as the button of its frame does.
    pub fn close(&mut self, display: &Display) {
        self.does(display, include_str!("close_window.py"), &[]);
    }

    /// Drops files on the window, as a file manager does.
    pub fn drop_files(&mut self, display: &Display, files: &[&Path]) {
        self.does(display, include_str!("drop_files.py"), files);
    }

    /// Has another program do something to the window.
    fn does(&self, display: &Display, script: &str, files: &[&Path]) {
        let mut search = Command::new("xdotool");
        search.args(["search", "--pid"]).arg(self.pid().to_string()).env("DISPLAY", display.name());
        let found = search.output().expect("xdotool starts (Debian package xdotool)").stdout;
        let id = String::from_utf8_lossy(&found).trim().to_owned();
        let limit = PATIENCE.as_secs().to_string();
        let mut python = Command::new("timeout");
        python.args([&limit, "python3", "-c", script, id.lines().last().unwrap_or_default()]).args(files);
        let done = python.env("DISPLAY", display.name()).status();
        assert!(done.expect("python3 starts (Debian package python3)").success());
    }

    /// Waits until the program has ended; its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.program.try_wait().expect("the program can be waited for") {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the program did not end within {PATIENCE:?}");
            std::thread::yield_now();
        }
    }

    /// Waits until the window asks for no more frames.
    pub fn settle(&mut self) {
        self.ask(&Request::Settle { max_steps: 1000 });
    }

    /// All widgets that are on the screen now.
    pub fn widgets(&mut self) -> Vec<Widget> {
        let Response::Tree { accesskit, .. } = self.ask(&Request::GetTree) else { panic!("a tree was asked for") };
        accesskit.map(|tree| tree.nodes.iter().map(|(_, node)| widget(node)).collect()).unwrap_or_default()
    }

    /// What the keyboard is at.
    pub fn focused(&mut self) -> Option<Widget> {
        let Response::Tree { accesskit, .. } = self.ask(&Request::GetTree) else { panic!("a tree was asked for") };
        let tree = accesskit?;
        let focus = tree.focus;
        tree.nodes.iter().find(|(id, _)| *id == focus).map(|(_, node)| widget(node))
    }

    /// Presses Tab until the keyboard is at the widget of this label.
    pub fn tab_to(&mut self, label: &str) {
        const MOST: usize = 200;
        for _ in 0..MOST {
            if self.focused().is_some_and(|widget| widget.label == label) {
                return;
            }
            self.key(Key::Tab, Modifiers::NONE);
        }
        panic!("{MOST} times Tab do not lead to {label:?}");
    }

    /// Waits until a widget fits.
    pub fn wait_for(&mut self, what: &str, fits: impl Fn(&Widget) -> bool) -> Widget {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let widgets = self.widgets();
            if let Some(found) = widgets.iter().find(|widget| fits(widget)) {
                return found.clone();
            }
            assert!(
                Instant::now() < deadline,
                "{what} did not appear within {PATIENCE:?}; there is:\n{}",
                list(&widgets)
            );
        }
    }

    /// Waits until some widget's label or value holds `text`.
    pub fn wait_for_text(&mut self, text: &str) -> Widget {
        self.wait_for(&format!("the text {text:?}"), |widget| {
            widget.label.contains(text) || widget.value.contains(text)
        })
    }

    /// Clicks the enabled widget of this label, waiting for it.
    pub fn click(&mut self, label: &str) {
        let fits = |widget: &Widget| {
            widget.label == label
                && !widget.disabled
                && !matches!(widget.role, Role::Label | Role::TextRun | Role::GenericContainer)
        };
        let what = format!("a widget to click, {label:?}");
        let mut widget = self.wait_for(&what, fits);
        // In its first frames a menu is laid out, and elsewhere.
        loop {
            let again = self.wait_for(&what, fits);
            if again.center == widget.center {
                break;
            }
            widget = again;
        }
        self.click_at(widget.center);
    }

    /// Clicks a point.
    pub fn click_at(&mut self, pos: Pos2) {
        let button = |pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::default(),
        };
        self.apply(vec![Event::PointerMoved(pos)]);
        self.apply(vec![button(true)]);
        self.apply(vec![button(false)]);
    }

    /// Types text where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.apply(vec![Event::Text(text.to_owned())]);
    }

    /// Pastes text where the focus is.
    pub fn paste(&mut self, text: String) {
        self.apply(vec![Event::Paste(text)]);
    }

    /// Presses and releases a key.
    pub fn key(&mut self, key: Key, modifiers: Modifiers) {
        let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        self.apply(vec![event(true)]);
        self.apply(vec![event(false)]);
    }

    /// Sets the window's inner size in points.
    pub fn resize(&mut self, width: u32, height: u32) {
        self.ask(&Request::Resize { width, height });
        self.widgets();
    }

    /// Takes a picture of the window.
    pub fn screenshot(&mut self, file: &Path) {
        let Response::Screenshot(png) = self.ask(&Request::GetScreenshot { pixels_per_point: None }) else {
            panic!("a screenshot was asked for")
        };
        std::fs::write(file, png.bytes).expect("the picture can be written");
    }

    fn apply(&mut self, events: Vec<Event>) {
        self.ask(&Request::ApplyEvents { events });
    }

    fn ask(&mut self, request: &Request) -> Response {
        write_message(&mut self.socket, request).expect("the window listens");
        match read_message(&mut self.socket).expect("the window answers") {
            Response::Error { message } => panic!("{request:?}: {message}"),
            response => response,
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("loopback has a free port").port()
}

fn placeholder() -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback listens");
    TcpStream::connect(listener.local_addr().expect("it has an address")).expect("loopback connects")
}

fn widget(node: &Node) -> Widget {
    let bounds = node.bounds().unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "screen coordinates")]
    let center = Pos2::new(bounds.x0.midpoint(bounds.x1) as f32, bounds.y0.midpoint(bounds.y1) as f32);
    Widget {
        role: node.role(),
        label: node.label().unwrap_or_default().to_owned(),
        value: node.value().unwrap_or_default().to_owned(),
        center,
        disabled: node.is_disabled(),
    }
}

fn list(widgets: &[Widget]) -> String {
    let named = widgets.iter().filter(|widget| !(widget.label.is_empty() && widget.value.is_empty()));
    let lines: Vec<String> =
        named.map(|widget| format!("  {:?} label {:?} value {:?}", widget.role, widget.label, widget.value)).collect();
    lines.join("\n")
}
