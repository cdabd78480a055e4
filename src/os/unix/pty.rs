//! A pseudo-terminal that behaves like a serial port: raw from the start, alive while clients come and go.
//!
//! A slave descriptor of our own stays open, else the master would hang up with every client that closes. Who has it open
//! besides us is told by the system, where it can tell.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};

use super::super::here::clients::{Clients, PTY_CLOEXEC};
use super::wait::{Interests, Waiter};
use crate::os::reasons::not_written;

/// How long the end waits for a client to read what was said last.
const FAREWELL: Duration = Duration::from_millis(300);

/// This system has them.
pub(crate) const AVAILABLE: bool = true;

/// The pty, its link and its clients.
#[derive(Debug)]
pub(crate) struct Pty {
    master: File,
    slave: File,
    path: PathBuf,
    link: Option<PathBuf>,
    /// What a client finds that sets no rate.
    rate: Option<u32>,
    clients: Clients,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PtyError {
    /// The system refused something.
    #[error("{what}: {why}")]
    System {
        /// What was tried.
        what: String,
        /// What it said.
        why: io::Error,
    },
    /// No link can be made under this name.
    #[error("cannot make the link {}: {}", .0.display(), not_written(.0, .1))]
    Link(PathBuf, io::Error),
    /// The name is taken by something that is not ours.
    #[error("{0} exists and is not a link to a pty that is gone: choose another name, or remove it first")]
    Taken(PathBuf),
}

fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> PtyError {
    move |why| PtyError::System { what: what.into(), why }
}

impl Pty {
    /// A new one, and a link to it if one is named.
    ///
    /// # Errors
    /// When the system has none, or the name of the link is taken.
    pub(crate) fn open(link: Option<&Path>) -> Result<Self, PtyError> {
        let pty = |error: rustix::io::Errno| system("cannot make a pty")(error.into());
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | PTY_CLOEXEC).map_err(pty)?;
        // Again, for systems that cannot say so at opening.
        fcntl_setfd(&master, FdFlags::CLOEXEC).map_err(pty)?;
        grantpt(&master).map_err(pty)?;
        unlockpt(&master).map_err(pty)?;
        let name = ptsname(&master, Vec::new()).map_err(pty)?;
        let path = PathBuf::from(name.to_string_lossy().into_owned());
        let no_terminal = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).unwrap_or(0);
        let slave = OpenOptions::new().read(true).write(true).custom_flags(no_terminal).open(&path);
        let slave = slave.map_err(system(format!("cannot open {}", path.display())))?;
        make_raw(&slave).map_err(pty)?;
        rustix::io::ioctl_fionbio(&master, true).map_err(pty)?;
        let clients = Clients::of(&path).map_err(system("cannot watch the pty"))?;
        let link = link.map(Path::to_path_buf);
        if let Some(link) = &link {
            make_link(&path, link)?;
        }
        Ok(Self { master: File::from(master), slave, path, link, rate: None, clients })
    }

    /// What to open: the link or the pty's own name.
    #[must_use]
    pub(crate) fn address(&self) -> String {
        self.link.as_ref().unwrap_or(&self.path).display().to_string()
    }

    /// Names what to wait for.
    pub(crate) fn interests<'fd>(&'fd self, read: bool, write: bool, interests: &mut Interests<'fd>) {
        interests.add(&self.master, read, write);
        self.clients.interests(interests);
    }

    /// The rate a client finds that sets none.
    pub(crate) fn set_rate(&mut self, rate: u32) {
        self.rate = Some(rate);
        if let Ok(mut settings) = tcgetattr(&self.slave) {
            // A rate that the system does not know stays what it is: then nothing is compared with it either.
            let _ = settings.set_speed(rate).and_then(|()| tcsetattr(&self.slave, OptionalActions::Now, &settings));
        }
    }

    /// What a client finds that sets no rate.
    #[must_use]
    pub(crate) fn default_rate(&self) -> Option<u32> {
        self.rate
    }

    /// The rate the clients' side is set to; none with B0, which is no rate (gammu leaves it so on a pty).
    #[must_use]
    pub(crate) fn rate(&self) -> Option<u32> {
        tcgetattr(&self.slave).ok().map(|settings| settings.output_speed()).filter(|rate| *rate > 0)
    }

    /// Somebody has it open; where the system does not tell, somebody is taken to be there.
    #[must_use]
    pub(crate) fn has_client(&self) -> bool {
        self.clients.count() > 0
    }

    /// Counts who opened and closed it; after the last one nothing stale stays for the next.
    pub(crate) fn look(&mut self) {
        let before = self.clients.count();
        self.clients.look();
        if before > 0 && self.clients.count() == 0 {
            // Neither can fail on a pty of our own; if it does, the next client sees old bytes.
            let _ = tcflush(&self.slave, QueueSelector::IFlush);
            let _ = make_raw(&self.slave);
            if let Some(rate) = self.rate {
                self.set_rate(rate);
            }
        }
    }

    /// Takes what clients sent; 0 when nothing is there.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> usize {
        self.master.read(buffer).unwrap_or(0)
    }

    /// Hands bytes to the clients; how many were taken.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        self.master.write(bytes).unwrap_or(0)
    }

    /// Lets a client read what is on its way (closing at once would lose it), then takes the link away.
    pub(crate) fn close(&mut self) {
        if let Ok(waiter) = Waiter::new() {
            let step = Duration::from_millis(5);
            let mut waited = Duration::ZERO;
            while self.has_client() && waited < FAREWELL {
                if rustix::io::ioctl_fionread(&self.slave).is_ok_and(|unread| unread == 0) && waited > step {
                    break;
                }
                if waiter.wait(Interests::new(), Some(step)).is_err() {
                    break;
                }
                waited += step;
                self.look();
            }
        }
        self.remove_link();
    }

    fn remove_link(&mut self) {
        if let Some(link) = self.link.take().filter(|link| points_to(link, &self.path)) {
            // Somebody else removed it: that is what was wanted.
            let _ = std::fs::remove_file(link);
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.remove_link();
    }
}

fn make_raw(slave: &File) -> rustix::io::Result<()> {
    let mut settings = tcgetattr(slave)?;
    settings.make_raw();
    tcsetattr(slave, OptionalActions::Now, &settings)
}

fn points_to(link: &Path, target: &Path) -> bool {
    std::fs::read_link(link).is_ok_and(|found| found == target)
}

/// Puts the link in place; a link to a pty that is gone was left by a killed predecessor and is replaced.
fn make_link(target: &Path, link: &Path) -> Result<(), PtyError> {
    let make = || std::os::unix::fs::symlink(target, link);
    match make() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let old = std::fs::read_link(link).map_err(|_| PtyError::Taken(link.to_path_buf()))?;
            let ours = old.starts_with("/dev/pts") && (old == target || !old.exists());
            if !ours {
                return Err(PtyError::Taken(link.to_path_buf()));
            }
            std::fs::remove_file(link).and_then(|()| make())
        }
        other => other,
    }
    .map_err(|why| PtyError::Link(link.to_path_buf(), why))
}
