//! `modemscope sim`: the simulated SIM800L for other programs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use crossbeam_channel::{Receiver, bounded};

use super::common::{Exit, say_aside, warn_if_open};
use super::output::read_text;
use crate::link::sim_host::{Door, Host};
use crate::link::simulator::SimLink;
use crate::link::wait::Waker;
use crate::simulator::{Control, Fault, Modem, Profile};

/// A profile has a few lines.
const LARGEST_PROFILE: usize = 1024 * 1024;

/// Serves a simulated SIM800L until SIGINT or SIGTERM. Lines on standard input are hands on the bench:
/// `sms NUMBER TEXT`, `call NUMBER`, `hangup`, `signal 0-31|99`, `fault NAME [off]`, `restart`.
#[derive(Debug, clap::Args)]
pub struct Sim {
    /// Make a symbolic link to the pseudo-terminal under this name.
    #[arg(long, value_name = "LINK", conflicts_with = "tcp")]
    pty: Option<PathBuf>,
    /// Serve a TCP port instead (`9000` or `127.0.0.1:9000`).
    #[arg(long, value_name = "ADDR")]
    tcp: Option<String>,
    /// The modem's profile: sim800l, autobaud, fast, or a file.
    #[arg(long, value_name = "NAME|FILE", default_value = "sim800l")]
    profile: String,
    /// Something that goes wrong; may be given several times.
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
    /// Equal seeds give equal delays.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// So many times faster than a real modem.
    #[arg(long, value_name = "X")]
    speed: Option<f64>,
}

impl Sim {
    /// Runs it until SIGINT or SIGTERM.
    pub fn run(self) -> ExitCode {
        let (profile, door) = match self.profile().and_then(|profile| Ok((profile, self.door()?))) {
            Ok(both) => both,
            Err(error) => {
                say_aside(format_args!("modemscope sim: {error:#}"));
                return ExitCode::from(2);
            }
        };
        match serve(profile, self.seed, &door) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say_aside(format_args!("modemscope sim: {error:#}"));
                ExitCode::from(3)
            }
        }
    }

    fn door(&self) -> anyhow::Result<Door> {
        let Some(address) = &self.tcp else { return Ok(Door::Pty(self.pty.clone())) };
        let full = if address.contains(':') { address.clone() } else { format!("127.0.0.1:{address}") };
        let parsed = full.parse().with_context(|| format!("--tcp {address}: expected a port or ADDRESS:PORT"))?;
        Ok(Door::Tcp(parsed))
    }

    fn profile(&self) -> anyhow::Result<Profile> {
        let mut profile = match Profile::named(&self.profile) {
            Some(profile) => profile,
            None if Path::new(&self.profile).exists() => {
                let text = read_text(Path::new(&self.profile), LARGEST_PROFILE).map_err(Exit::into_problem)?;
                Profile::parse(&text).with_context(|| self.profile.clone())?
            }
            None => {
                anyhow::bail!("--profile {}: neither a file nor one of {}", self.profile, Profile::NAMES.join(", "))
            }
        };
        if let Some(unknown) = self.fault.iter().find(|name| Fault::named(name).is_none()) {
            anyhow::bail!("--fault {unknown}: there is {}", Fault::names());
        }
        profile.faults.extend(self.fault.iter().cloned());
        match self.speed {
            Some(speed) if speed > 0.0 && speed.is_finite() => profile.speed = speed,
            Some(speed) => anyhow::bail!("--speed {speed}: expected a number above 0"),
            None => {}
        }
        Ok(profile)
    }
}

/// Reads hands on the bench from standard input, a line each: `sms +49123 hello`, `call +49123`, `fault no-sim` …
fn hands_from_stdin(waker: Waker) -> anyhow::Result<Receiver<Control>> {
    let (give, take) = bounded(16);
    if in_background() {
        return Ok(take);
    }
    // It ends with standard input, or with the process: nothing can interrupt a blocking read of it.
    let reader = move || {
        for line in std::io::stdin().lines().map_while(Result::ok).filter(|line| !line.trim().is_empty()) {
            match line.parse::<Control>() {
                Ok(hand) => {
                    if give.send(hand).is_err() {
                        return;
                    }
                    waker.wake();
                }
                Err(error) => say_aside(format_args!("modemscope sim: {error}")),
            }
        }
    };
    std::thread::Builder::new().name("hands".into()).spawn(reader).context("cannot start a thread")?;
    Ok(take)
}

/// Started with `&` from a terminal: reading it would stop the process.
fn in_background() -> bool {
    #[cfg(unix)]
    {
        let terminal = rustix::stdio::stdin();
        rustix::termios::tcgetpgrp(terminal).is_ok_and(|front| front != rustix::process::getpgrp())
    }
    #[cfg(not(unix))]
    false
}

/// Ctrl+C ends it in order: the link to the pty is taken away.
#[cfg(unix)]
fn watch_signals(stop: &Arc<AtomicBool>, waker: Waker) -> anyhow::Result<()> {
    use std::sync::atomic::Ordering;

    use signal_hook::consts::{SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).context("cannot watch for signals")?;
    let flag = Arc::clone(stop);
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for _ in signals.forever() {
                flag.store(true, Ordering::SeqCst);
                waker.wake();
            }
        })
        .context("cannot start a thread")?;
    Ok(())
}

/// Without Unix there is no link to take away: Ctrl+C ends the process.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn watch_signals(_stop: &Arc<AtomicBool>, _waker: Waker) -> anyhow::Result<()> {
    Ok(())
}

fn serve(profile: Profile, seed: u64, door: &Door) -> anyhow::Result<()> {
    let link = SimLink::new(Modem::new(profile, seed)).context("no descriptors left")?;
    let mut host = Host::open(link, door)?;
    if let Door::Tcp(address) = door {
        warn_if_open(*address);
    }
    let stop = Arc::new(AtomicBool::new(false));
    watch_signals(&stop, host.waker())?;
    println!("{}", host.address());
    let hands = hands_from_stdin(host.waker())?;
    host.serve(&stop, |_| hands.try_recv().ok())?;
    Ok(())
}
