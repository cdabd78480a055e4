//! `modemscope sim`: the simulated SIM800L for other programs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::link::sim_host::{Door, Host};
use crate::link::simulator::SimLink;
use crate::sim800::{Fault, Profile, Sim800};

/// Arguments of `sim`.
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
                eprintln!("modemscope sim: {error:#}");
                return ExitCode::from(2);
            }
        };
        match serve(profile, self.seed, &door) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("modemscope sim: {error:#}");
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
                let text = std::fs::read_to_string(&self.profile).with_context(|| self.profile.clone())?;
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

fn serve(profile: Profile, seed: u64, door: &Door) -> anyhow::Result<()> {
    let link = SimLink::new(Sim800::new(profile, seed)).context("no descriptors left")?;
    let mut host = Host::open(link, door)?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).context("cannot watch for signals")?;
    let (flag, waker) = (Arc::clone(&stop), host.waker());
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for _ in signals.forever() {
                flag.store(true, Ordering::SeqCst);
                waker.wake();
            }
        })
        .context("cannot start a thread")?;
    println!("{}", host.address());
    host.serve(&stop, |_| None)?;
    Ok(())
}
