//! Carries the effects out: the only part of `app` that opens ports, listens and writes files.
//!
//! Settings are written by a thread of their own, so that a slow disk never holds a frame up.
#![expect(
    clippy::disallowed_methods,
    reason = "a capture begins at a wall-clock time, and the saver is a named thread"
)]

mod books;
mod inspect;
mod keeping;
mod saver;
mod tools;
mod unended;
mod windows;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::saver::Saver;

use super::Settings;
use super::Start;
use super::book::{BookFile, BookWatch};
use super::command::{self, Capture, Command, Effect, Port, Tool};
use super::faults;
use super::job::Job;
use super::nano;
use super::settings::{Adapter, SettingsFile};
use super::state::{LookedOver, SIMULATOR, State, Tone};
use super::update::{follow_name, update};
use crate::capture::CaptureError;
use crate::capture::copy::{CopyError, Span};
use crate::link::discovery::PortWatch;
use crate::link::test_server::TestServer;
use crate::link::{LineSettings, LinkSpec, News, Time, discovery};
use crate::os::files;
use crate::worker::{Connection, Order};

/// Where our files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// Settings and macros; `None` keeps nothing.
    pub config: Option<PathBuf>,
    /// Captures; `None` keeps them in memory.
    pub data: Option<PathBuf>,
}

impl Folders {
    /// The folders that this system gives the user's programs.
    #[must_use]
    pub(crate) fn of_user() -> Self {
        match directories::ProjectDirs::from("", "", "modemscope") {
            Some(folders) => {
                Self { config: Some(folders.config_dir().to_owned()), data: Some(files::data_folder(&folders)) }
            }
            None => Self::default(),
        }
    }
}

/// Holds what is open.
pub(crate) struct Runtime {
    news: News,
    /// Told when there are rows of the log that were awaited.
    rows: News,
    /// Where the system has no thread for it, the list is what it was at the start or at the last refresh.
    port_watch: Option<PortWatch>,
    connection: Option<Connection>,
    /// Where the time of connections comes from.
    time: Time,
    server: Option<TestServer>,
    captures: Option<PathBuf>,
    keeping: keeping::Keeping,
    book: Option<BookFile>,
    book_watch: Option<BookWatch>,
    counted: Option<u8>,
    /// They were changed since they were written.
    marks_unsaved: bool,
    keeping_marks: Option<Job<std::io::Result<()>>>,
    measuring: Option<Job<Result<Span, CopyError>>>,
    copying: Option<Job<Result<String, CopyError>>>,
    copied: Option<String>,
    /// A text that is to be shown as a log.
    reading: Option<Job<Result<inspect::Text, CaptureError>>>,
    diagnosing: Option<Job<inspect::Diagnosed>>,
    looking_over: Option<Job<LookedOver>>,
    jobs: tools::Jobs,
    room: Option<Job<()>>,
    windows: windows::Windows,
    saver: Saver,
    unsaved: bool,
    /// When the latest word of the link came.
    heard: Instant,
}

impl Runtime {
    /// Reads settings and macros and does what the command line asked for.
    #[must_use]
    pub(crate) fn start(start: &Start, folders: &Folders, news: News, rows: News) -> (Self, State) {
        let (file, settings, trouble) = match &folders.config {
            Some(folder) => SettingsFile::load(folder.join("settings.toml")),
            None => (SettingsFile::nowhere(), Settings::default(), None),
        };
        let mut state = State { ports: discovery::list_also(&settings.globs), settings, ..State::default() };
        if let Some(trouble) = trouble {
            state.say(Tone::Trouble, trouble);
        }
        let mut runtime = Self {
            port_watch: PortWatch::start(state.settings.globs.clone(), news.clone()).ok(),
            news,
            rows,
            connection: None,
            time: start.time.clone(),
            server: None,
            captures: folders.data.clone(),
            keeping: keeping::Keeping::default(),
            book: None,
            book_watch: None,
            counted: None,
            marks_unsaved: false,
            keeping_marks: None,
            measuring: None,
            copying: None,
            copied: None,
            reading: None,
            diagnosing: None,
            looking_over: None,
            jobs: tools::Jobs::default(),
            room: None,
            windows: windows::Windows::default(),
            saver: Saver::start(file),
            unsaved: false,
            heard: Instant::now(),
        };
        for capture in folders.data.as_deref().map(unended::left_over).unwrap_or_default() {
            let name = capture.display();
            state.say(Tone::Trouble, format!("A session did not end properly. What it received is in {name}."));
        }
        runtime.open_book(&mut state, folders.config.as_deref());
        let counted = u8::from_str_radix(&state.settings.counted_byte, 16).ok();
        runtime.counted = counted;
        let remembered = state.settings.port.clone();
        runtime.carry_out(&mut state, Port::Pick(remembered));
        runtime.begin(&mut state, start);
        (runtime, state)
    }

    fn begin(&mut self, state: &mut State, start: &Start) {
        if let Some(text) = &start.demo {
            self.begin_demo(state, text);
        } else if let Some(file) = start.port.as_ref().map(PathBuf::from).filter(|path| path.is_file()) {
            self.carry_out(state, Capture::Open(file));
        } else if let Some(port) = &start.port {
            self.carry_out(state, Port::Pick(port.clone()));
            if let Some(line) = start.line {
                self.carry_out(state, Port::SetLine(line));
            }
            if start.modem.is_some() {
                self.carry_out(state, Port::SetModem(start.modem));
            }
            self.carry_out(state, Port::Connect);
        }
    }

    /// Simulator and test server, with the questions of the macros answered beforehand.
    fn begin_demo(&mut self, state: &mut State, text: &str) {
        self.carry_out(state, Tool::StartServer(9999));
        if state.server.address.is_none() {
            // Somebody else has 9999: any other will do, since host and port are filled in.
            self.carry_out(state, Tool::StartServer(0));
        }
        if let Some(address) = state.server.address {
            let values = &mut state.settings.values;
            values.insert("host".to_owned(), address.ip().to_string());
            values.insert("port".to_owned(), address.port().to_string());
        }
        state.settings.values.insert("text".to_owned(), text.to_owned());
        self.carry_out(state, Port::Pick(SIMULATOR.to_owned()));
        self.carry_out(state, Port::Connect);
    }

    /// Does what a command asks for.
    pub(crate) fn carry_out(&mut self, state: &mut State, command: impl Into<Command>) {
        for effect in update(state, command) {
            self.effect(state, effect);
        }
    }

    /// Takes in what happened since. Cheap; call it whenever there was news, also while the window is hidden.
    pub(crate) fn poll(&mut self, state: &mut State) {
        if let Some(fault) = faults::take() {
            let next = "What was received is in the capture. Save what you need, and start the program again";
            state.say(Tone::Trouble, format!("There was a fault: {fault}. {next}."));
        }
        if let Some(connection) = &self.connection {
            let status = connection.status();
            if !Arc::ptr_eq(&status, &state.status) {
                self.heard = Instant::now();
            }
            state.now = status.now + self.heard.elapsed();
            state.status = status;
            for effect in follow_name(state) {
                self.effect(state, effect);
            }
            if state.status.check.is_some() {
                state.tools.check.clone_from(&state.status.check);
            }
        }
        if let Some(ports) = self.port_watch.as_ref().and_then(PortWatch::ports)
            && *ports != state.ports
        {
            state.ports = ports.to_vec();
        }
        if let Some(server) = &self.server {
            state.server.visitors = server.visitors();
        }
        self.watch_book(state);
        self.watch_files(state);
        self.inspect(state);
        self.keep_marks(state);
        if self.room.as_ref().and_then(Job::take).is_some() {
            self.room = None;
        }
        self.poll_tools(state);
        self.windows.poll();
        if self.unsaved {
            self.unsaved = !self.saver.save(&state.settings);
        }
        if let Some(trouble) = self.saver.trouble() {
            state.say(Tone::Trouble, format!("The settings were not saved. {trouble}"));
        }
    }

    fn effect(&mut self, state: &mut State, effect: Effect) {
        match effect {
            Effect::ListPorts(globs) => match &self.port_watch {
                Some(watch) => {
                    watch.set_patterns(globs);
                    watch.look();
                }
                None => state.ports = discovery::list_also(&globs),
            },
            Effect::Open { spec, line, adapter } => self.open(state, spec, for_link(line, adapter)),
            Effect::Reconfigure(line) => self.order(state, Order::Reconfigure(for_link(line, state.adapter))),
            Effect::Close => self.order(state, Order::Disconnect),
            Effect::Order(order) => self.order(state, order),
            Effect::Measure => self.measure(state),
            Effect::KeepMarks => self.marks_unsaved = true,
            Effect::Capture(command) => self.read(state, command),
            Effect::Book(command) => self.keep_book(state, command),
            Effect::Tool(command) => self.serve(state, command),
            Effect::Save => self.unsaved = true,
        }
    }

    fn read(&mut self, state: &mut State, command: Capture) {
        match command {
            Capture::Open(path) => self.open_capture(state, path),
            Capture::ReadPasted(text) => self.read_pasted(state, text),
            Capture::LookOver(text) => self.look_over(state, text),
            Capture::ShowPort => {
                state.file = None;
                let reader = self.connection.as_ref().map(|connection| connection.reader().clone());
                self.show(state, reader);
            }
            Capture::List => self.list_captures(state),
            Capture::Mark(path, marked) => self.mark(state, &path, marked),
            Capture::Copy(form) => self.copy(state, form),
            Capture::Find(pattern) => self.find(state, pattern),
            Capture::CountByte(byte) => {
                state.settings.counted_byte = byte.map(|byte| format!("{byte:02X}")).unwrap_or_default();
                (self.counted, self.unsaved) = (byte, true);
                self.count_byte(state);
            }
            Capture::PlanExport => self.plan_export(state),
            Capture::Export(wish) => self.export(state, wish),
            Capture::CancelExport => self.cancel_export(),
            Capture::MakeTimeline => self.make_timeline(state),
        }
    }

    fn keep_book(&mut self, state: &mut State, command: command::Book) {
        use command::Book;
        match command {
            Book::Reload => self.reload_book(state),
            Book::Save(text) => {
                self.save_book(state, &text);
            }
            Book::SaveOver(text) => self.save_book_over(state, &text),
            Book::WaitForAnswers(name) => self.wait_for_answers(state, &name),
            Book::AddFamily(name) => self.add_family(state, name),
            Book::AddSelection(replay) => self.macro_of_selection(state, replay),
            Book::Record(on) => self.record(state, on),
        }
    }

    fn serve(&mut self, state: &mut State, command: Tool) {
        match command {
            Tool::NewWindow => self.new_window(state),
            Tool::StartServer(port) => {
                state.settings.server_port = port;
                self.unsaved = true;
                self.start_server(state, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
            }
            Tool::StopServer => {
                self.server = None;
                state.server.address = None;
                for visitor in &mut state.server.visitors {
                    visitor.open = false;
                }
            }
            Tool::Answer { visitor, bytes } => {
                let taken = self.server.as_ref().is_some_and(|server| server.answer(visitor, bytes).is_ok());
                if !taken {
                    state.say(
                        Tone::Trouble,
                        format!("Connection #{visitor} took no answer: it is closed or does not read."),
                    );
                }
            }
            Tool::Choose(purpose) => self.choose(state, purpose),
            Tool::TakeChosen => state.tools.chosen = None,
            Tool::ReadMacros(from) => self.read_macros(state, from),
            Tool::ForgetMacros => self.forget_macros(state),
            Tool::RunSketch(text, assume) => self.run_sketch(state, text, assume),
            Tool::Wire(names, wired) => {
                state.settings.wired.extend(names.into_iter().map(|name| (name, wired)));
                self.unsaved = true;
            }
            Tool::SaveSketch(sketch, path) => tools::save_new(state, "The sketch", sketch.text, &path),
            Tool::SaveProgram(text, path) => tools::save_new(state, "The program", &text, &path),
        }
    }

    fn open(&mut self, state: &mut State, spec: LinkSpec, line: LineSettings) {
        // The old port is closed before the new one is opened: it may be the same.
        self.connection = None;
        let capture = self.capture(state);
        let connection = Connection::open_on(self.time.clone(), spec, line, capture, self.news.clone());
        state.file = None;
        (state.status, state.now, self.heard) = (connection.status(), Duration::ZERO, Instant::now());
        let reader = connection.reader().clone();
        self.connection = Some(connection);
        self.show(state, Some(reader));
    }

    fn order(&mut self, state: &mut State, order: crate::worker::Order) {
        let Some(connection) = &self.connection else { return };
        if let Err(order) = connection.order(order) {
            state.say(Tone::Trouble, format!("The port is busy or gone; this was not done: {}.", name_of(&order)));
        }
    }

    fn start_server(&mut self, state: &mut State, address: SocketAddr) {
        self.server = None;
        match TestServer::start(address, self.news.clone()) {
            Ok(server) => {
                state.server.address = Some(server.address());
                state.server.trouble = None;
                state.server.visitors.clear();
                self.server = Some(server);
            }
            Err(error) => {
                state.server.address = None;
                state.server.trouble = Some(match error.kind() {
                    std::io::ErrorKind::AddrInUse => {
                        format!("Port {} is taken by another program. Choose another port.", address.port())
                    }
                    std::io::ErrorKind::PermissionDenied => {
                        format!("Port {} is not allowed for you. Choose one above 1023.", address.port())
                    }
                    _ => format!("The server could not listen on {address}: {error}."),
                });
            }
        }
    }
}

/// In the window a device that vanishes is awaited and opened again; Disconnect ends that. A board is let restart.
fn for_link(line: LineSettings, adapter: Adapter) -> LineSettings {
    let settle = if adapter == Adapter::Nano { nano::RESTART } else { Duration::ZERO };
    LineSettings { reconnect: true, settle, ..line }
}

/// What an order was, for a message.
fn name_of(order: &Order) -> &'static str {
    match order {
        Order::Send(_) => "send",
        Order::CancelSend => "cancel the send",
        Order::RunMacro(..) | Order::Repeat(..) => "run the macro",
        Order::StopMacro => "stop the macro",
        Order::SetLines(_) => "set the lines",
        Order::Break(_) => "send a break",
        Order::Reconfigure(_) => "change the line settings",
        Order::Release => "lend the port",
        Order::TakeBack(_) => "take the port back",
        Order::Disconnect => "disconnect",
        _ => "the order",
    }
}

impl Runtime {
    /// Closes all and waits until the settings are written.
    pub(crate) fn finish(mut self, state: &State) {
        let reader = self.connection.as_ref().map(|connection| connection.reader().clone());
        self.connection = None;
        self.finish_log();
        let storage = reader.map(|reader| reader.storage()).unwrap_or_default();
        if let (Some(trouble), Some(path)) = (storage.trouble, storage.path) {
            // The window is gone: a terminal hears it now, and the next start tells where the capture is.
            eprintln!("modemscope: {trouble}");
            self.leave_mark(&path);
        }
        self.server = None;
        if self.marks_unsaved
            && let Some(path) = state.marked_file()
        {
            // The window is gone: nobody is left to be told.
            let _ = state.marks.keep_beside(&path);
        }
        self.saver.finish(self.unsaved.then_some(&state.settings));
    }
}
