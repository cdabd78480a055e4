//! A whole desk: the board, the simulated modem behind it, and a TCP server on loopback that the modem really connects to.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use modemscope::link::Link;
use modemscope::link::simulator::SimLink;
use modemscope::macros::Macro;
use modemscope::macros::runner::{self, Action, Ending, Run, Values};
use modemscope::simulator::{Modem, Profile};

use crate::board::{Board, Sketch};

/// The modem has long booted when the board starts: its URCs are over.
pub const BOOTED: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(5);

/// What a server saw.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    Connected,
    Bytes(Vec<u8>),
    Closed,
}

/// A TCP server on a free port that only listens.
pub struct Server {
    pub address: SocketAddr,
    seen: Receiver<Seen>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (sender, seen) = sync_channel(1024);
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let mut bytes = [0; 4096];
                let mut told = sender.send(Seen::Connected).is_ok();
                while let (true, Ok(count @ 1..)) = (told, stream.read(&mut bytes)) {
                    told = sender.send(Seen::Bytes(bytes[..count].to_vec())).is_ok();
                }
                if sender.send(Seen::Closed).is_err() {
                    return;
                }
            }
        });
        Self { address, seen }
    }

    /// Waits until this many bytes came over one connection, or `patience` is over. Gives connections and bytes so far.
    pub fn received(&self, expected: usize, patience: Duration) -> (usize, Vec<u8>) {
        let (mut connections, mut all) = (0, Vec::new());
        while connections == 0 || all.len() < expected {
            match self.seen.recv_timeout(patience) {
                Ok(Seen::Connected) => connections += 1,
                Ok(Seen::Bytes(bytes)) => all.extend(bytes),
                Ok(Seen::Closed) => {}
                Err(_) => break,
            }
        }
        // What came at the same time counts too.
        while let Ok(seen) = self.seen.try_recv() {
            match seen {
                Seen::Connected => connections += 1,
                Seen::Bytes(bytes) => all.extend(bytes),
                Seen::Closed => {}
            }
        }
        (connections, all)
    }
}

/// The board and the modem on virtual time.
pub struct Desk {
    board: Board,
    modem: SimLink,
    now: Duration,
    /// All that the sketch sent to the modem, and the modem to the sketch.
    pub to_modem: Vec<u8>,
    pub to_board: Vec<u8>,
    /// What the sketch told the PC.
    pub to_pc: Vec<u8>,
}

impl Desk {
    /// Both switched on; the modem a minute ago.
    pub fn start(sketch: &Sketch, pc_baud: u32) -> Self {
        let mut board = Board::start(sketch);
        board.set(&format!("pc-baud {pc_baud}"));
        let mut modem = SimLink::new(Modem::new(Profile::default(), 1)).expect("a simulated modem");
        modem.on_ready(BOOTED);
        let mut desk =
            Self { board, modem, now: Duration::ZERO, to_modem: Vec::new(), to_board: Vec::new(), to_pc: Vec::new() };
        while desk.modem.take(&mut [0; 4096], BOOTED) > 0 {}
        desk
    }

    /// What the sketch told the PC, as text.
    pub fn told(&self) -> String {
        String::from_utf8_lossy(&self.to_pc).into_owned()
    }

    /// Lets time pass until this was sent to the modem, or that long.
    pub fn run_until(&mut self, sent: &[u8], patience: Duration) -> bool {
        let end = self.now + patience;
        while self.now < end {
            self.step();
            if self.to_modem.windows(sent.len()).any(|part| part == sent) {
                return true;
            }
        }
        false
    }

    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    /// The PC runs a macro at the board's serial port; two minutes at most.
    pub fn run_macro(&mut self, what: &Macro) -> Ending {
        let mut run = Run::new(what, &Values::new(), self.now).expect("the macro can be run");
        let end = self.now + Duration::from_mins(2);
        loop {
            while let Some(action) = run.poll() {
                match action {
                    Action::Send { bytes, .. } => {
                        self.board.pc(&bytes);
                        run.sent(self.now);
                    }
                    Action::Report(runner::Report::Ended(ending)) => return ending,
                    _ => {}
                }
            }
            assert!(self.now < end, "the macro never ends");
            let before = self.to_pc.len();
            self.step();
            run.received(&self.to_pc[before..], self.now);
            run.tick(self.now);
        }
    }

    fn step(&mut self) {
        let heard = self.board.run(STEP);
        self.now += STEP;
        let modem_time = BOOTED + self.now;
        self.modem.on_ready(modem_time);
        if !heard.modem.is_empty() {
            assert_eq!(
                self.modem.give(&heard.modem, modem_time),
                heard.modem.len(),
                "the modem takes all at 9600 baud"
            );
        }
        let mut bytes = [0; 4096];
        let count = self.modem.take(&mut bytes, modem_time);
        if count > 0 {
            self.board.modem(&bytes[..count]);
        }
        self.to_modem.extend(heard.modem);
        self.to_board.extend(&bytes[..count]);
        self.to_pc.extend(heard.pc);
    }
}
