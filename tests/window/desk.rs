//! A window on the desk, and the user's own server.

#![expect(clippy::disallowed_methods, reason = "these tests wait in real time, with a bound")]

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use modemscope::app::{Folders, Start, State};
use modemscope::ui::Window;

/// How long anything may take before a test fails. Generous: the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The window and a hand that clicks.
pub struct Desk {
    pub harness: Harness<'static, Window>,
}

impl Desk {
    /// A window of 1024x700 with nothing remembered.
    pub fn new(start: &Start) -> Self {
        Self::with(start, &Folders::default())
    }

    /// A window whose settings are in `home`.
    pub fn at_home(start: &Start, home: &Path) -> Self {
        Self::with(start, &Folders { config: Some(home.join("config")), data: Some(home.join("data")) })
    }

    fn with(start: &Start, folders: &Folders) -> Self {
        let made: Arc<Mutex<Option<Window>>> = Arc::default();
        let maker = {
            let (made, start, folders) = (Arc::clone(&made), start.clone(), folders.clone());
            move |ctx: &egui::Context| *made.lock().unwrap() = Some(Window::new(ctx, &start, &folders))
        };
        // The context exists before the window: fonts are set before the first frame, as in the real program.
        let ctx = egui::Context::default();
        maker(&ctx);
        let window = made.lock().unwrap().take().unwrap();
        let harness = Harness::builder()
            .with_size(Vec2::new(1024.0, 700.0))
            .with_max_steps(64)
            .with_context_setup(Window::install)
            .build_ui_state(
                |ui, window: &mut Window| {
                    let ctx = ui.ctx().clone();
                    window.logic(&ctx);
                    window.ui(ui);
                },
                window,
            );
        Self { harness }
    }

    pub fn state(&self) -> &State {
        self.harness.state().state()
    }

    /// Draws frames until it is so.
    #[track_caller]
    pub fn wait(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.harness.step();
            if so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}; the log:\n{}", self.log());
            std::thread::yield_now();
        }
    }

    /// Waits for words in the log.
    #[track_caller]
    pub fn wait_for_log(&mut self, words: &str) {
        self.wait(&format!("{words:?} in the log"), |desk| desk.log().contains(words));
    }

    /// What the log shows, as read out.
    pub fn log(&self) -> String {
        self.harness.query_by_role(Role::Log).and_then(|node| node.value()).unwrap_or_default()
    }

    /// Clicks the button of this label.
    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click();
        self.frames();
    }

    /// Scrolls to the button of this label and clicks it.
    #[track_caller]
    pub fn reach(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).scroll_to_me();
        self.harness.run_steps(8);
        self.click(label);
    }

    /// Opens a picker and takes a choice.
    #[track_caller]
    pub fn choose(&mut self, picker: &str, choice: &str) {
        self.harness.get_by_role_and_label(Role::ComboBox, picker).click();
        self.frames();
        self.click(choice);
    }

    /// A button of this label is there and can be clicked.
    pub fn offers(&self, label: &str) -> bool {
        self.harness
            .query_by_role_and_label(Role::Button, label)
            .is_some_and(|node| !node.accesskit_node().is_disabled())
    }

    /// Something of this label is there.
    pub fn shows(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Types where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.frames();
    }

    pub fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.frames();
    }

    pub fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.frames();
    }

    /// The name of what has the keyboard.
    pub fn focused(&self) -> Option<String> {
        let mut all = self.harness.root().children_recursive();
        all.find(|node| node.accesskit_node().is_focused())?.accesskit_node().label()
    }

    /// Goes to the control of this label by Tab, and presses it by Space.
    #[track_caller]
    pub fn press(&mut self, label: &str) {
        const MOST: usize = 200;
        let mut passed = Vec::new();
        while self.focused().as_deref() != Some(label) {
            assert!(passed.len() < MOST, "Tab does not lead to {label:?}, but to {passed:?}");
            self.key(Key::Tab);
            passed.push(self.focused());
        }
        self.key(Key::Space);
    }

    pub fn frames(&mut self) {
        self.harness.run_steps(3);
    }

    /// Puts the focus on the log.
    pub fn focus_log(&mut self) {
        self.harness.get_by_role(Role::Log).focus();
        self.frames();
    }

    /// Scrolls to the check box of this label and clicks it.
    #[track_caller]
    pub fn tick(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::CheckBox, label).scroll_to_me();
        self.harness.run_steps(8);
        self.harness.get_by_role_and_label(Role::CheckBox, label).click();
        self.frames();
    }

    /// Draws frames until it is so; looks after each frame.
    #[track_caller]
    pub fn wait_until(&mut self, mut so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.harness.step();
            if so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "not within {PATIENCE:?}");
            std::thread::yield_now();
        }
    }

    /// What the last frame put on the clipboard.
    pub fn copied(&self) -> String {
        let commands = &self.harness.output().platform_output.commands;
        let text = |command: &egui::OutputCommand| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        };
        commands.iter().find_map(text).unwrap_or_default()
    }

    /// Clicks at a place.
    pub fn click_at(&mut self, at: egui::Pos2) {
        self.harness.drag_at(at);
        self.harness.drop_at(at);
        self.frames();
    }

    /// Drags from one place of a visible row to another, in points from the left edge of the log.
    pub fn drag_in_row(&mut self, row: usize, from: f32, to: f32) {
        let log = self.harness.get_by_role(Role::Log).rect();
        #[expect(clippy::cast_precision_loss, reason = "rows on one screen")]
        let y = log.top() + 13.0 + 20.0 * row as f32;
        self.harness.drag_at(egui::pos2(log.left() + from, y));
        self.frames();
        self.harness.hover_at(egui::pos2(log.left() + f32::midpoint(from, to), y));
        self.frames();
        self.harness.hover_at(egui::pos2(log.left() + to, y));
        self.frames();
        self.harness.drop_at(egui::pos2(log.left() + to, y));
        self.frames();
    }

    /// What is typed in the send box.
    pub fn draft(&self) -> String {
        self.harness.get_by_label("Send line").value().unwrap_or_default()
    }

    /// Puts the caret into the send box.
    pub fn focus_line(&mut self) {
        self.harness.get_by_label("Send line").focus();
        self.frames();
    }

    /// Types a port into the picker and connects.
    #[track_caller]
    pub fn connect(&mut self, port: &str) {
        self.harness.get_by_role_and_label(Role::ComboBox, "Port").click();
        self.frames();
        self.harness.get_by_label_contains("Other: a device").focus();
        self.frames();
        self.keys(Modifiers::COMMAND, Key::A);
        self.type_text(port);
        self.key(Key::Enter);
        self.click("Connect");
        self.wait("the port is open", |desk| desk.state().connected());
        self.focus_line();
    }
}

/// What the user's own script does: accept, receive until the end, tell what came.
pub struct Server {
    pub address: SocketAddr,
    received: JoinHandle<Vec<u8>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let receive = move || {
            loop {
                let (mut socket, _) = listener.accept().unwrap();
                socket.set_read_timeout(Some(PATIENCE)).unwrap();
                let mut bytes = Vec::new();
                socket.read_to_end(&mut bytes).unwrap();
                if !bytes.is_empty() {
                    return bytes;
                }
            }
        };
        let received = std::thread::Builder::new().name("the user's server".to_owned()).spawn(receive).unwrap();
        Self { address, received }
    }

    /// All that came over the first connection that brought bytes, until it was closed.
    pub fn received(self) -> Vec<u8> {
        self.received.join().unwrap()
    }
}
