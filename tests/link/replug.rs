//! A device that goes and comes back: a link to a fresh pty each time, as udev makes one.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use modemscope::link::{LineSettings, LinkSpec};
use modemscope::macros::runner::Values;
use modemscope::macros::{Macro, Step};
use modemscope::session::Rounds;
use modemscope::worker::{Order, Phase, Status};

use crate::pty::Pty;
use crate::watch::{LIMIT, Watched, noise};

/// A device node that can be pulled and plugged in.
struct Device {
    _folder: tempfile::TempDir,
    node: PathBuf,
    pty: Option<Pty>,
}

impl Device {
    fn new() -> Self {
        // A short path, different in its first characters from test to test: threads are named by it.
        let folder = tempfile::Builder::new().prefix("").rand_bytes(6).tempdir_in("/tmp").unwrap();
        let node = folder.path().join("ttyUSB0");
        let mut device = Self { _folder: folder, node, pty: None };
        device.plug(Pty::new());
        device
    }

    fn path(&self) -> String {
        self.node.to_str().unwrap().to_owned()
    }

    fn pull(&mut self) {
        std::fs::remove_file(&self.node).unwrap();
        self.pty = None;
    }

    fn plug(&mut self, pty: Pty) {
        symlink(&pty.path, &self.node).unwrap();
        self.pty = Some(pty);
    }

    fn pty(&self) -> &Pty {
        self.pty.as_ref().unwrap()
    }

    fn open(&self) -> Watched {
        let settings = LineSettings { baud: 115_200, reconnect: true, ..LineSettings::default() };
        Watched::opened_with(&self.path(), settings)
    }
}

fn lost(watched: &Watched) {
    watched.until("the loss is told", |status| matches!(status.phase, Phase::Lost(_)));
}

fn back(watched: &Watched) -> Arc<Status> {
    watched.until("it is back", |status| matches!(status.phase, Phase::Open { .. }))
}

fn descriptors_and_threads() -> (usize, usize) {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    (count("fd"), count("task"))
}

/// The figure of the project: median 50 ms, 99 % 150 ms. `MODEMSCOPE_REPLUGS=1000` for the long run.
/// Prints the times; `cargo test --features inspection --test link -- replugs --nocapture` shows them.
#[test]
fn a_hundred_replugs_come_back_in_time_and_leave_nothing_behind() {
    // In a process of its own: other tests open descriptors and threads too.
    let inner = "MODEMSCOPE_REPLUG_ALONE";
    if std::env::var_os(inner).is_none() {
        let name = "replug::a_hundred_replugs_come_back_in_time_and_leave_nothing_behind";
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture", "--test-threads", "1"])
            .env(inner, "yes")
            .output()
            .unwrap();
        println!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let count = std::env::var("MODEMSCOPE_REPLUGS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let mut device = Device::new();
    let watched = device.open();
    device.pull();
    lost(&watched);
    let before = descriptors_and_threads();
    let mut times = Vec::new();
    for gap in noise(count) {
        let pty = Pty::new();
        let due = Instant::now() + Duration::from_millis(u64::from(gap) / 16);
        while Instant::now() < due {
            std::thread::yield_now();
        }
        let plugged = Instant::now();
        device.plug(pty);
        back(&watched);
        times.push(plugged.elapsed());
        device.pull();
        lost(&watched);
    }
    assert_eq!(descriptors_and_threads(), before, "descriptors and threads");
    times.sort();
    let (median, late) = (times[count / 2], times[count * 99 / 100]);
    println!("{count} replugs: reopened after {median:?} (median), {late:?} (99 %), {:?} (worst)", times[count - 1]);
    assert!(median <= Duration::from_millis(50) && late <= Duration::from_millis(150), "{median:?}, {late:?}");
}

#[test]
fn what_the_device_says_before_the_reopen_is_kept() {
    let mut device = Device::new();
    let watched = device.open();
    device.pty().write_all(b"first", LIMIT);
    watched.until("the first words came", |status| status.rx == 5);
    device.pull();
    lost(&watched);
    let pty = Pty::new();
    let words = noise(1_100);
    pty.write_all(&words, LIMIT);
    device.plug(pty);
    back(&watched);
    watched.until("all words are there", |status| status.rx == 5 + 1_100);
    assert!(watched.received()[5..] == words);
    let notes = watched.notes().join("\n");
    for part in ["is gone", "Waiting for it to come back", "opened ", "1100 bytes came before the settings"] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[test]
fn nothing_is_resumed() {
    let mut device = Device::new();
    let watched = device.open();
    watched.order(Order::Send(noise(1024 * 1024)));
    watched.until("the line is full", |status| status.sending.is_some_and(|sending| !sending.stalled.is_zero()));
    device.pull();
    lost(&watched);
    let status = watched.connection.status();
    assert!(status.cancelled.is_some_and(|progress| progress.taken == status.tx), "{:?}", status.cancelled);
    watched.order(Order::Send(b"meanwhile".to_vec()));
    watched.until("it is refused", |status| status.refused.as_ref().is_some_and(|text| text.contains("not open")));
    device.plug(Pty::new());
    back(&watched);
    assert!(device.pty().read_exactly(1, Duration::from_millis(100)).is_empty(), "nothing is sent unasked");
    watched.order(Order::Send(b"AT\r".to_vec()));
    assert_eq!(device.pty().read_exactly(3, LIMIT), b"AT\r");
}

#[test]
fn a_board_that_comes_back_gets_nothing_until_it_has_restarted() {
    let mut device = Device::new();
    let settle = Duration::from_millis(300);
    let settings = LineSettings { reconnect: true, settle, ..LineSettings::default() };
    let watched = Watched::opened_with(&device.path(), settings);
    device.pull();
    lost(&watched);
    device.plug(Pty::new());
    let status = back(&watched);
    let ready = status.restarting_until.unwrap();
    watched.order(Order::Send(b"AT\r".to_vec()));
    assert_eq!(device.pty().read_exactly(3, LIMIT), b"AT\r");
    let status = watched.until("it is taken note of", |status| status.tx == 3);
    assert!(status.now >= ready, "{:?} is before {ready:?}", status.now);
    let notes = watched.notes().join("\n");
    for part in ["back: opened", "the board restarts: nothing is sent for 0.3 s"] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[test]
fn a_macro_ends_with_its_device_and_never_goes_on_with_another() {
    let send = |text: &str| Step { send: Some(text.into()), expect: vec!["never".into()], ..Step::default() };
    let waits = Macro { steps: vec![send("one"), send("two")], ..Macro::default() };
    let quick = Step { send: Some("one".into()), ..Step::default() };
    let repeats = Macro { steps: vec![quick], ..Macro::default() };
    let often = Rounds { times: None, every: Duration::from_millis(200) };
    for order in
        [Order::RunMacro(vec![waits.clone(), waits], Values::new()), Order::Repeat(vec![repeats], Values::new(), often)]
    {
        let mut device = Device::new();
        let watched = device.open();
        watched.order(order);
        assert_eq!(device.pty().read_exactly(3, LIMIT), b"one");
        device.pull();
        lost(&watched);
        watched.until("it stopped", |status| status.run.as_ref().is_some_and(|run| run.ended && !run.done));
        device.plug(Pty::new());
        back(&watched);
        let resumed = device.pty().read_exactly(1, Duration::from_millis(500));
        assert!(resumed.is_empty(), "{}", resumed.escape_ascii());
        assert!(watched.connection.status().run.as_ref().is_some_and(|run| run.ended));
    }
}

#[test]
fn a_lost_device_is_what_the_user_says_it_is() {
    let mut device = Device::new();
    let watched = device.open();
    device.pull();
    lost(&watched);
    let other = Device::new();
    watched.order(Order::TakeBack(Some(LinkSpec::Serial(other.path()))));
    let status = back(&watched);
    assert_eq!(status.place, other.path());
    other.pty().write_all(b"here", LIMIT);
    watched.until("it is heard", |status| status.rx == 4);
    assert!(watched.notes().join("\n").contains("taken back: opened"));
}

#[test]
fn disconnect_ends_the_search() {
    let mut device = Device::new();
    let watched = device.open();
    device.pull();
    lost(&watched);
    let asked = Instant::now();
    watched.order(Order::Disconnect);
    watched.until("it is closed", |status| status.phase == Phase::Closed);
    assert!(asked.elapsed() < Duration::from_millis(300));
    device.plug(Pty::new());
}

#[test]
fn a_search_costs_next_to_nothing() {
    let mut device = Device::new();
    let watched = device.open();
    device.pull();
    lost(&watched);
    // The link's thread by its name, of which the kernel keeps 15 characters; the folder's name is in them.
    let name: String = format!("link {}", device.path()).chars().take(15).collect();
    let used = || {
        std::fs::read_dir("/proc/self/task")
            .unwrap()
            .filter_map(Result::ok)
            .filter(|task| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim_end() == name))
            .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
            .map(Duration::from_nanos)
            .sum::<Duration>()
    };
    let before = used();
    assert!(!before.is_zero(), "the link's thread was found");
    let watched_for = Duration::from_millis(1_500);
    std::thread::park_timeout(watched_for);
    let spent = used().saturating_sub(before);
    assert!(spent < watched_for / 100, "{spent:?} of {watched_for:?}");
}

#[test]
fn without_reconnect_a_loss_is_the_end() {
    let mut device = Device::new();
    let watched = Watched::opened(&device.path());
    device.pull();
    let status = watched.until("the end is told", |status| status.phase.over());
    let Phase::Failed(text) = &status.phase else { panic!("{:?}", status.phase) };
    assert!(text.ends_with("Plug it in, then connect again."), "{text}");
}

#[test]
fn a_port_is_lent_to_another_program_and_taken_back() {
    let device = Device::new();
    let watched = device.open();
    watched.order(Order::Release);
    watched.until("it is released", |status| status.phase == Phase::Released);
    let other = Watched::opened(&device.path());
    other.order(Order::Send(b"upload".to_vec()));
    assert_eq!(device.pty().read_exactly(6, LIMIT), b"upload");
    watched.order(Order::TakeBack(None));
    watched.until("it is in use", |status| status.refused.as_ref().is_some_and(|text| text.contains("in use")));
    drop(other);
    watched.order(Order::TakeBack(None));
    back(&watched);
    device.pty().write_all(b"here again", LIMIT);
    watched.until("it is heard", |status| status.rx == 10);
}

/// udev makes the node first and gives it its rights later; only another user than root notices.
#[test]
fn late_permissions_are_waited_out() {
    let inner = "MODEMSCOPE_LATE_PERMISSIONS";
    if rustix::process::geteuid().is_root() && std::env::var_os(inner).is_none() {
        let program = tempfile::tempdir().unwrap();
        let copy = program.path().join("link-tests");
        std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        std::fs::set_permissions(program.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let status = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&copy)
            .args(["--exact", "replug::late_permissions_are_waited_out", "--nocapture"])
            .env(inner, "yes")
            .current_dir("/")
            .status();
        assert!(status.unwrap().success());
        return;
    }
    let mut device = Device::new();
    let watched = device.open();
    device.pull();
    lost(&watched);
    let pty = Pty::new();
    let rights = |mode| std::fs::set_permissions(&pty.path, std::fs::Permissions::from_mode(mode)).unwrap();
    rights(0o000);
    let real = pty.path.clone();
    symlink(&pty.path, &device.node).unwrap();
    let until = Instant::now() + Duration::from_millis(300);
    while Instant::now() < until {
        assert!(matches!(watched.connection.status().phase, Phase::Lost(_)), "not yet allowed");
        std::thread::yield_now();
    }
    rights(0o600);
    let allowed = Instant::now();
    back(&watched);
    assert!(allowed.elapsed() < Duration::from_millis(150), "{:?} for {}", allowed.elapsed(), real.display());
    device.pty = Some(pty);
}
