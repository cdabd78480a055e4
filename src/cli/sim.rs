//! `modemscope sim`: a simulated modem for other programs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;

use super::exit::{CommandResult, Exit, finish};
use super::output::{OutputOptions, distinct, read_text};
use super::say::warn_if_open;
use crate::link::sim_host::control::{Desk, Inlet};
use crate::link::sim_host::{Door, Host};
use crate::link::simulator::SimLink;
use crate::link::wait::Waker;
use crate::os::{signals, terminal};
use crate::simulator::{Fault, Modem, Outcome, Profile, Scenario, junit};

/// A profile or a scenario has a few lines.
const LARGEST_FILE: usize = 1024 * 1024;

/// Serves a simulated modem until SIGINT or SIGTERM. Lines on standard input, and on a control socket, work it while it
/// runs: sms NUMBER TEXT, fault NAME, state, help … (docs/bench.md).
#[derive(Debug, clap::Args)]
pub struct Sim {
    /// Make a symbolic link to the pseudo-terminal under this name.
    #[arg(long, value_name = "LINK", conflicts_with = "tcp")]
    pty: Option<PathBuf>,
    /// Serve a TCP port instead (9000 or 127.0.0.1:9000).
    #[arg(long, value_name = "ADDR")]
    tcp: Option<String>,
    /// Which modem: sim800l, sim868, sim808 or sim7600.
    #[arg(long, value_name = "NAME", default_value = "sim800l")]
    modem: String,
    /// How it is set up: autobaud, fast, a modem's name, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// A fault to simulate, such as no-sim; may be given several times.
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
    /// Seed of the delays and damage: the same seed gives the same ones.
    #[arg(long, value_name = "N", value_parser = seed)]
    seed: Option<u64>,
    /// How many times faster than a real modem.
    #[arg(long, value_name = "X", value_parser = speed)]
    speed: Option<f64>,
    /// Print the address and make the link only when the modem has booted.
    #[arg(long)]
    booted: bool,
    /// Take commands on this socket: the path of a Unix socket, or ADDRESS:PORT.
    #[arg(long, value_name = "SOCKET")]
    control: Option<String>,
    /// Play a scenario and end with its verdict: 0 passed, 1 failed.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Write the outcomes of the scenario as a JUnit XML report.
    #[arg(long, value_name = "FILE", requires = "scenario")]
    junit: Option<PathBuf>,
    /// Let --junit replace a file.
    #[arg(long, requires = "junit")]
    force: bool,
}

/// What the arguments came to.
struct Setup {
    profile: Profile,
    seed: u64,
    door: Door,
    scenario: Option<Scenario>,
}

impl Sim {
    /// Runs it until SIGINT or SIGTERM, or until its scenario is over.
    pub fn run(self) -> ExitCode {
        finish(self.setup().and_then(|setup| self.serve(setup)))
    }

    fn setup(&self) -> Result<Setup, Exit> {
        let scenario = match &self.scenario {
            Some(path) => Some(read_scenario(path)?),
            None => None,
        };
        let profile = self.profile(scenario.as_ref())?;
        distinct(&[("the scenario", self.scenario.as_ref()), ("--junit", self.junit.as_ref())])?;
        let seed = self.seed.or_else(|| scenario.as_ref()?.seed).unwrap_or(1);
        Ok(Setup { profile, seed, door: self.door()?, scenario })
    }

    fn door(&self) -> Result<Door, Exit> {
        let Some(address) = &self.tcp else { return Ok(Door::Pty(self.pty.clone())) };
        let full = if address.contains(':') { address.clone() } else { format!("127.0.0.1:{address}") };
        let expected =
            |_| Exit::wrong_use(format!("--tcp {address}: write a port such as 9000 (1 to 65535), or 127.0.0.1:9000"));
        full.parse().map(Door::Tcp).map_err(expected)
    }

    fn profile(&self, scenario: Option<&Scenario>) -> Result<Profile, Exit> {
        let known = Profile::named(&self.modem).filter(|_| Profile::MODELS.contains(&self.modem.as_str()));
        let Some(modem) = known else {
            return Err(Exit::wrong_use(format!("--modem {}: there is {}", self.modem, Profile::MODELS.join(", "))));
        };
        let mut profile = match (&self.profile, scenario) {
            (None, Some(scenario)) => scenario.profile.clone(),
            (None, None) => modem,
            (Some(name), _) if Profile::NAMES.contains(&name.as_str()) => {
                Profile::from_words(&[self.modem.clone(), name.clone()]).map_err(Exit::wrong_use)?
            }
            (Some(name), _) if Path::new(name).exists() => {
                let text = read_text(Path::new(name), LARGEST_FILE)?;
                Profile::parse(&text).map_err(|problem| Exit::trouble(format!("{name}: {problem}")))?
            }
            (Some(name), _) => {
                let names = Profile::NAMES.join(", ");
                return Err(Exit::wrong_use(format!("--profile {name}: neither a file nor one of {names}")));
            }
        };
        if let Some(unknown) = self.fault.iter().find(|name| Fault::named(name).is_none()) {
            return Err(Exit::wrong_use(format!("--fault {unknown}: there is {}", Fault::names())));
        }
        profile.faults.extend(self.fault.iter().cloned());
        profile.speed = self.speed.unwrap_or(profile.speed);
        Ok(profile)
    }

    /// Serves; not done where a scenario failed.
    fn serve(&self, setup: Setup) -> CommandResult {
        let Setup { profile, seed, door, scenario } = setup;
        let report = OutputOptions { output: self.junit.clone(), force: self.force };
        report.check()?;
        if let Door::Tcp(address) = &door {
            warn_if_open(*address);
        }
        let link = SimLink::new(Modem::new(profile, seed)).context("no descriptors left")?;
        let mut host = Host::new(link, door).map_err(Exit::trouble)?;
        let stop = Arc::new(AtomicBool::new(false));
        watch_signals(&stop, host.waker())?;
        let inlet = Inlet::new(host.waker());
        // The socket is there before the address is said: whoever reads the one can use the other.
        let socket = match &self.control {
            Some(name) => Some(inlet.listen(name).with_context(|| format!("--control {name}"))?),
            None => None,
        };
        if self.booted {
            host.boot(&stop).map_err(Exit::trouble)?;
        }
        host.open().map_err(Exit::trouble)?;
        println!("{}", host.address());
        if !terminal::in_background() {
            inlet.read_terminal().context("cannot start a thread")?;
        }
        let mut desk = Desk::new(inlet, scenario.as_ref());
        host.serve(&stop, &mut desk).map_err(Exit::trouble)?;
        drop(socket);
        let Some(scenario) = scenario else { return Ok(()) };
        let name = if scenario.name.is_empty() { "scenario" } else { scenario.name.as_str() };
        let play = desk.play().context("a scenario was played")?;
        for outcome in play.outcomes() {
            println!("{}", verdict(outcome));
        }
        if self.junit.is_some() {
            report.write(junit(name, play.outcomes()).as_bytes())?;
        }
        let failed = play.outcomes().iter().filter(|outcome| outcome.failure.is_some()).count();
        match failed {
            0 => println!("{name}: passed"),
            failed => println!("{name}: failed, {failed} of {} steps", play.outcomes().len()),
        }
        if play.passed() { Ok(()) } else { Err(Exit::not_done()) }
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|speed: &f64| *speed > 0.0 && speed.is_finite());
    number.ok_or_else(|| "write a number above 0, such as 20 or 0.5".to_owned())
}

fn read_scenario(path: &Path) -> Result<Scenario, Exit> {
    let text = read_text(path, LARGEST_FILE)?;
    Scenario::parse(&text).map_err(|problem| Exit::trouble(format!("{}: {problem}", path.display())))
}

/// A line of the report.
fn verdict(outcome: &Outcome) -> String {
    let (at, name) = (outcome.at.as_secs_f64(), &outcome.name);
    match &outcome.failure {
        None => format!("{at:8.3} s  passed  {name}"),
        Some(failure) => format!("{at:8.3} s  FAILED  {name}: {failure}"),
    }
}
/// Ctrl+C ends it in order: the link to the pty is taken away.
fn watch_signals(stop: &Arc<AtomicBool>, waker: Waker) -> anyhow::Result<()> {
    signals::watch(stop, move || waker.wake()).context("cannot watch for signals")
}
