//! Who works a simulated modem while it is served: the terminal, control sockets, a scenario. A line in, a line out.
//!
//! Lines are read on threads of their own and carried out by the thread that serves the modem, one after the other. Every
//! answer begins with `ok` or `error`.

use std::collections::VecDeque;
use std::fmt::Display;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::link::simulator::SimLink;
use crate::link::wait::Waker;
use crate::os::sockets::NamedSocket;
use crate::simulator::{HELP, LONGEST, Play, Request, Scenario, Speaker, state_as_json};

/// Lines that may wait to be carried out.
const WAITING: usize = 64;
/// Control connections at a time.
const CLIENTS: usize = 8;
/// How long the last answer may take to be written.
const FAREWELL: Duration = Duration::from_millis(300);
/// Bytes of one direction that are kept for those who expect something of them.
const KEPT: usize = 64 * 1024;

/// A line, and where its answer goes.
struct Line {
    text: String,
    answer: Sender<Answer>,
}

/// An answer, and whom to tell when it is written.
struct Answer {
    text: String,
    written: Option<Sender<()>>,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text, written: None }
    }
}

/// Where lines come in.
pub(crate) struct Inlet {
    give: Sender<Line>,
    take: Receiver<Line>,
    waker: Waker,
    clients: Arc<AtomicUsize>,
}

/// A listening control socket; the file of a Unix socket goes with it.
pub(crate) struct ControlSocket(Option<PathBuf>);

impl Drop for ControlSocket {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Somebody else removed it: that is what was wanted.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Inlet {
    /// Nobody has a line in yet; `waker` ends the wait of whoever serves.
    #[must_use]
    pub(crate) fn new(waker: Waker) -> Self {
        let (give, take) = bounded(WAITING);
        Self { give, take, waker, clients: Arc::default() }
    }

    /// Reads lines of standard input, until it ends; answers go to standard error.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn read_terminal(&self) -> io::Result<()> {
        let (give, waker) = (self.give.clone(), self.waker.clone());
        let reader = move || {
            for text in io::stdin().lines().map_while(Result::ok).filter(|line| !line.trim().is_empty()) {
                match ask(&give, &waker, text).map(|answer| answer.text) {
                    Some(answer) if answer == "ok" => {}
                    Some(answer) => eprintln!("modemscope sim: {answer}"),
                    None => return,
                }
            }
        };
        // It ends with standard input, or with the process: nothing can interrupt a blocking read of it.
        std::thread::Builder::new().name("sim terminal".into()).spawn(reader).map(drop)
    }

    /// Listens for control connections: on a Unix socket, or on `ADDRESS:PORT`.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub(crate) fn listen(&self, name: &str) -> io::Result<ControlSocket> {
        if let Ok(address) = name.parse::<SocketAddr>() {
            let listener = TcpListener::bind(address)?;
            self.accept(move || {
                let (stream, _) = listener.accept()?;
                Ok((stream.try_clone()?, stream))
            })?;
            return Ok(ControlSocket(None));
        }
        let path = Path::new(name);
        let listener = NamedSocket::listen(path)?;
        self.accept(move || listener.accept())?;
        Ok(ControlSocket(Some(path.to_path_buf())))
    }

    fn accept<S: Read + Write + Send + 'static>(
        &self,
        mut next: impl FnMut() -> io::Result<(S, S)> + Send + 'static,
    ) -> io::Result<()> {
        let (give, waker, clients) = (self.give.clone(), self.waker.clone(), Arc::clone(&self.clients));
        let acceptor = move || {
            // A client that gave up before it was taken is none; the socket lives on.
            loop {
                let Ok((read, mut write)) = next() else { continue };
                if clients.fetch_add(1, Ordering::SeqCst) >= CLIENTS {
                    clients.fetch_sub(1, Ordering::SeqCst);
                    let _ = writeln!(write, "error at most {CLIENTS} control connections at a time");
                    continue;
                }
                let (give, waker, clients) = (give.clone(), waker.clone(), Arc::clone(&clients));
                let talk = move || {
                    converse(read, write, &give, &waker);
                    clients.fetch_sub(1, Ordering::SeqCst);
                };
                if std::thread::Builder::new().name("sim control".into()).spawn(talk).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("sim control".into()).spawn(acceptor).map(drop)
    }
}

/// Gives a line to whoever serves, and waits for its answer.
fn ask(give: &Sender<Line>, waker: &Waker, text: String) -> Option<Answer> {
    let (answer, heard) = bounded(1);
    give.send(Line { text, answer }).ok()?;
    waker.wake();
    heard.recv().ok()
}

/// One control connection, to its end.
fn converse(read: impl Read, mut write: impl Write, give: &Sender<Line>, waker: &Waker) {
    let mut lines = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX) + 2;
        match (&mut lines).take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if !line.ends_with(b"\n") && line.len() > LONGEST => {
                // Whoever sends such a line does not speak this language.
                let _ = writeln!(write, "error a line of at most {LONGEST} bytes was expected");
                return;
            }
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        if text.trim().is_empty() {
            continue;
        }
        let Some(answer) = ask(give, waker, text) else { return };
        let went = writeln!(write, "{}", answer.text).and_then(|()| write.flush());
        if let Some(written) = answer.written {
            // Whoever waits for it may have gone.
            let _ = written.try_send(());
        }
        if went.is_err() {
            return;
        }
    }
}

/// A line that waits for a text to be said.
struct Expecting {
    from: Speaker,
    text: String,
    until: Duration,
    since: Duration,
    answer: Sender<Answer>,
    /// Where in what was said it begins to look.
    at: usize,
}

/// What one side said, and how much of it is forgotten.
#[derive(Default)]
struct Said {
    bytes: VecDeque<u8>,
    forgotten: usize,
}

impl Said {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let excess = self.bytes.len().saturating_sub(KEPT);
        self.bytes.drain(..excess);
        self.forgotten += excess;
    }

    fn end(&self) -> usize {
        self.forgotten + self.bytes.len()
    }

    fn has(&mut self, text: &str, from: usize) -> bool {
        let bytes = self.bytes.make_contiguous();
        let rest = bytes.get(from.saturating_sub(self.forgotten)..).unwrap_or_default();
        memchr::memmem::find(rest, text.as_bytes()).is_some()
    }
}

/// All who work the modem, and what they wait for.
pub(crate) struct Desk {
    inlet: Inlet,
    play: Option<Play>,
    expecting: Vec<Expecting>,
    host: Said,
    modem: Said,
    /// The last notice that was printed.
    notice: Option<&'static str>,
    quit: bool,
}

impl Desk {
    /// Lines of `inlet`, and a scenario.
    #[must_use]
    pub(crate) fn new(inlet: Inlet, scenario: Option<&Scenario>) -> Self {
        Self {
            inlet,
            play: scenario.map(Play::new),
            expecting: Vec::new(),
            host: Said::default(),
            modem: Said::default(),
            notice: None,
            quit: false,
        }
    }

    /// The scenario as far as it was played.
    #[must_use]
    pub(crate) fn play(&self) -> Option<&Play> {
        self.play.as_ref()
    }

    /// Bytes went by on the line.
    pub(super) fn heard(&mut self, from: Speaker, bytes: &[u8]) {
        match from {
            Speaker::Host => self.host.add(bytes),
            Speaker::Modem => self.modem.add(bytes),
        }
        if let Some(play) = &mut self.play {
            play.heard(from, bytes);
        }
    }

    /// Somebody has the port.
    pub(super) fn visited(&mut self, now: Duration) {
        if let Some(play) = &mut self.play {
            play.begin(now);
        }
    }

    /// Carries out what is wanted now; true when the simulator is to end.
    pub(super) fn work(&mut self, sim: &mut SimLink, now: Duration) -> bool {
        let notice = sim.notice();
        if let Some(notice) = notice.filter(|_| std::mem::replace(&mut self.notice, notice) != notice) {
            Self::say(notice);
        }
        while let Ok(line) = self.inlet.take.try_recv() {
            self.carry_out(line, sim, now);
        }
        if let Some(play) = &mut self.play {
            while let Some(control) = play.poll(now) {
                sim.handle(control, now);
            }
        }
        self.answer_expecting(now);
        self.quit || self.play.as_ref().is_some_and(Play::is_over)
    }

    /// Tells whoever started the simulator.
    pub(super) fn say(words: impl Display) {
        eprintln!("modemscope sim: {words}");
    }

    /// When [`Self::work`] is due at the latest.
    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let expecting = self.expecting.iter().map(|one| one.until);
        expecting.chain(self.play.as_ref().and_then(Play::next_deadline)).min()
    }

    /// It ends before its scenario was over.
    pub(super) fn stop(&mut self, now: Duration) {
        if let Some(play) = &mut self.play {
            play.stop(now, "the simulator was ended");
        }
    }

    fn carry_out(&mut self, line: Line, sim: &mut SimLink, now: Duration) {
        let answer = match line.text.parse() {
            Err(error) => format!("error {error}"),
            Ok(Request::Do(control)) => {
                sim.handle(control, now);
                "ok".into()
            }
            Ok(Request::State) => format!("ok {}", state_as_json(&sim.shown())),
            Ok(Request::Help) => format!("ok {HELP}"),
            Ok(Request::Quit) => {
                self.quit = true;
                let (written, seen) = bounded(1);
                // The process may end right after this: the answer goes first, unless nobody takes it.
                if line.answer.send(Answer { text: "ok".into(), written: Some(written) }).is_ok() {
                    let _ = seen.recv_timeout(FAREWELL);
                }
                return;
            }
            Ok(Request::Expect { from, text, within }) => {
                let said = if from == Speaker::Host { &self.host } else { &self.modem };
                let at = said.end();
                self.expecting.push(Expecting { from, text, until: now + within, since: now, answer: line.answer, at });
                return;
            }
        };
        // Whoever asked may be gone.
        let _ = line.answer.send(Answer::from(answer));
    }

    fn answer_expecting(&mut self, now: Duration) {
        let (host, modem) = (&mut self.host, &mut self.modem);
        self.expecting.retain(|one| {
            let said = if one.from == Speaker::Host { &mut *host } else { &mut *modem };
            let answer = if said.has(&one.text, one.at) {
                format!("ok {:.3}", now.saturating_sub(one.since).as_secs_f64())
            } else if now >= one.until {
                format!("error \"{}\" was not said in time", one.text.escape_debug())
            } else {
                return true;
            };
            // Whoever asked may be gone.
            let _ = one.answer.send(Answer::from(answer));
            false
        });
    }
}
