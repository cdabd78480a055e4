//! The whole way in real time: modemscope's own link, the simulated Nano, the simulated modem, a real TCP server.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::bounded;
use modemscope::capture::Writer;
use modemscope::link::{LineSettings, LinkSpec};
use modemscope::modem::passthrough::{Report, Verdict, Way};
use modemscope::worker::{Connection, Order, Phase};

use crate::board::{BOOTLOADER, Bridge, Sketch, lines, words};
use crate::desk::Server;
use crate::passthrough::FULL;

const MODEMSCOPE: &str = env!("CARGO_BIN_EXE_modemscope");
const LIMIT: Duration = Duration::from_mins(1);

/// `modemscope sim` on a pty. It answers without a real modem's delays.
struct Modem(Child);

impl Modem {
    fn start(link: &Path) -> Self {
        let mut child = Command::new(MODEMSCOPE)
            .args(["sim", "--profile", "fast", "--pty"])
            .arg(link)
            .stdout(Stdio::piped())
            .spawn()
            .expect("modemscope can be started");
        let said = lines(child.stdout.take().expect("its output"));
        let modem = Self(child);
        said.recv_timeout(LIMIT).expect("it says where the modem is");
        modem
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The main job of modemscope, with the Nano in between and the macros that it comes with.
#[test]
fn run_delivers_a_text_through_the_nano() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start();
    let modem_link = folder.path().join("modem");
    let _modem = Modem::start(&modem_link);
    let bridge = Bridge::start(&sketch, folder.path(), &modem_link, Some(BOOTLOADER));

    let text = "Temperature 21.5 °C, all well.";
    let done = Command::new(MODEMSCOPE)
        .arg("run")
        .arg(&bridge.port)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/macros.toml"))
        .args(["AT and echo", "Open TCP", "CIPSEND + text + 1A"])
        .args(["--baud", "115200"])
        .arg("--set")
        .arg(format!("host={}", server.address.ip()))
        .arg("--set")
        .arg(format!("port={}", server.address.port()))
        .arg("--set")
        .arg(format!("text={text}"))
        .output()
        .expect("modemscope can be started");
    assert!(done.status.success(), "{}\n{}", done.status, words(&done));
    let (connections, received) = server.received(text.len(), LIMIT);
    assert_eq!((connections, String::from_utf8_lossy(&received).as_ref()), (1, text));
}

/// The passthrough check over a port that modemscope opened, as the window runs it.
#[test]
fn the_check_runs_over_a_real_port() {
    let Some(sketch) = Sketch::compile(FULL) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let modem_link = folder.path().join("modem");
    let _modem = Modem::start(&modem_link);
    let bridge = Bridge::start(&sketch, folder.path(), &modem_link, None);
    let report = check(&bridge.port);
    assert_eq!(report.verdict, Verdict::Carries, "{:#?}", report.rows);
}

fn check(port: &Path) -> Report {
    let (bell, news) = bounded(1);
    let ring = move || {
        let _ = bell.try_send(());
    };
    let settings = LineSettings { baud: 115_200, ..LineSettings::default() };
    let spec = LinkSpec::Serial(port.to_string_lossy().into_owned());
    let link = Connection::open(spec, settings, Writer::in_memory(SystemTime::UNIX_EPOCH), Arc::new(ring));
    let began = Instant::now();
    while !matches!(link.status().phase, Phase::Open { .. }) {
        assert!(!link.status().phase.over(), "{:?}", link.status().phase);
        news.recv_timeout(LIMIT).expect("the port opens");
    }

    link.order(Order::Check(Way::Echo)).expect("the link takes orders");
    loop {
        let status = link.status();
        let check = status.check.as_deref().cloned().unwrap_or_default();
        if check.over {
            return check.report.expect("a report");
        }
        assert!(began.elapsed() < LIMIT, "still at: {}", check.progress);
        let _ = news.recv_timeout(Duration::from_millis(100));
    }
}
