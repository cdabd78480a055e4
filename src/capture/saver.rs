//! The thread behind a capture file: it syncs what was written once a second, so that the thread that reads the port never
//! waits for a disk, and it writes out what had to be kept in memory while the file could not be written.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::store::Shared;
use super::{disk, home};

/// A power cut loses at most this and one sync.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// A full disk is tried again this often.
const RETRY_EVERY: Duration = Duration::from_millis(500);
/// What is written out with one look at the list of pieces.
const AT_ONCE: usize = 1024 * 1024;

/// Saves until it is dropped, and then once more.
#[derive(Debug)]
pub(crate) struct Saver {
    call: Arc<Call>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Call {
    request: Mutex<Request>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Request {
    ended: bool,
    spilled: bool,
}

impl Saver {
    pub(crate) fn start(shared: &Arc<Shared>) -> Self {
        let call = Arc::new(Call::default());
        let theirs = Arc::clone(&call);
        let work = {
            let shared = Arc::clone(shared);
            move || work(&shared, &theirs)
        };
        let thread = std::thread::Builder::new().name("capture sync".to_owned()).spawn(work);
        if let Err(error) = &thread {
            shared.lock().trouble = Some(format!("a power cut may lose the capture, it cannot be synced: {error}"));
        }
        Self { call, thread: thread.ok() }
    }

    /// Something waits in memory.
    pub(crate) fn wake(&self) {
        self.call.lock().spilled = true;
        self.call.changed.notify_one();
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.call.lock().ended = true;
        self.call.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Call {
    fn lock(&self) -> std::sync::MutexGuard<'_, Request> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits this long, or until `wakes` says that there is work; true when it is the end.
    fn wait(&self, time: Duration, wakes: impl Fn(&Request) -> bool) -> bool {
        let request = self.lock();
        let (mut request, _) = self
            .changed
            .wait_timeout_while(request, time, |request| !request.ended && !wakes(request))
            .unwrap_or_else(PoisonError::into_inner);
        request.spilled = false;
        request.ended
    }
}

/// How far the file is synced.
#[derive(Debug, Default)]
struct Synced {
    until: u64,
    /// The sync of what stands behind that failed.
    failed: bool,
}

fn work(shared: &Shared, call: &Call) {
    let mut synced = Synced::default();
    loop {
        let spilled = shared.lock().spilled;
        let ended =
            if spilled { call.wait(RETRY_EVERY, |_| false) } else { call.wait(SYNC_EVERY, |request| request.spilled) };
        if restore(shared) {
            synced = Synced::default();
        }
        while write_out(shared) {}
        sync(shared, &mut synced);
        if ended {
            rescue(shared);
            return;
        }
    }
}

/// Gives a file that was removed another in its place; true when that was done.
fn restore(shared: &Shared) -> bool {
    let Some(home) = shared.file.as_ref().filter(|home| home.is_removed()) else { return false };
    if shared.lock().withdrawn {
        return false;
    }
    let restored = home.restore(|| shared.lock().on_disk);
    let done = restored.is_ok();
    let mut state = shared.lock();
    match restored {
        Ok(said) => {
            state.restored = Some(said);
            state.trouble = None;
        }
        Err(error) => {
            let path = home.path();
            state.trouble = Some(format!(
                "the capture {} was removed while it was written, and cannot be saved there again ({error}): it is lost when the session ends",
                path.display()
            ));
        }
    }
    state.ring();
    done
}

/// The session ends, and a part of it is in memory only: all of it is saved where there may be room.
fn rescue(shared: &Shared) {
    let Some(home) = &shared.file else { return };
    let (on_disk, end, pieces) = {
        let state = shared.lock();
        (state.on_disk, state.end.file, state.pieces(state.on_disk, usize::MAX))
    };
    if on_disk >= end {
        return;
    }
    let rescued = home.rescue(&std::env::temp_dir(), on_disk, &pieces);
    let mut state = shared.lock();
    let trouble = state.trouble.take().unwrap_or_else(|| "the capture could not be written".to_owned());
    state.trouble = Some(match rescued {
        Ok(path) => {
            state.saved(end);
            let what = match state.missing {
                0 => "all of it is saved".to_owned(),
                missing => format!("all but {missing} bytes, which came while memory was full too, is saved"),
            };
            format!("{trouble}; {what} as {}", path.display())
        }
        Err(error) => {
            format!("{trouble}; {} bytes of it are lost, there is no room for them elsewhere: {error}", end - on_disk)
        }
    });
    state.ring();
}

/// Writes out a part of what is in memory; true when there is more and it goes well.
fn write_out(shared: &Shared) -> bool {
    let Some(home) = &shared.file else { return false };
    let file = home.file();
    let (from, pieces) = {
        let mut state = shared.lock();
        if !state.spilled {
            return false;
        }
        if state.on_disk == state.end.file {
            state.spilled = false;
            state.trouble = None;
            state.ring();
            return false;
        }
        (state.on_disk, state.pieces(state.on_disk, AT_ONCE))
    };
    let mut place = from;
    let mut trouble = None;
    for (start, piece) in pieces {
        let skip = usize::try_from(place.saturating_sub(start)).unwrap_or(usize::MAX);
        let (written, error) = disk::write_at(&file, piece.get(skip..).unwrap_or_default(), place);
        place += written as u64;
        if error.is_some() {
            trouble = error;
            break;
        }
    }
    let mut state = shared.lock();
    state.saved(place);
    match trouble {
        Some(error) => {
            state.trouble = Some(disk::advice(&error, &home.path()));
            state.ring();
            false
        }
        None => true,
    }
}

/// Syncs what is new. A system that failed to write counts the bytes as written, and says nothing of them when it is asked
/// again: so they are written once more before the next sync.
fn sync(shared: &Shared, synced: &mut Synced) {
    let Some(home) = &shared.file else { return };
    let on_disk = shared.lock().on_disk;
    if on_disk == synced.until {
        return;
    }
    let file = home.file();
    let again = if synced.failed { home::copy_range(&file, &file, synced.until, on_disk) } else { Ok(()) };
    let done = again.and_then(|()| file.sync_data());
    let mut state = shared.lock();
    match done {
        Ok(()) => {
            synced.until = on_disk;
            // Without room the trouble is another, and is not over.
            if std::mem::take(&mut synced.failed) && !state.spilled {
                state.trouble = None;
                state.ring();
            }
        }
        Err(error) => {
            synced.failed = true;
            state.trouble = Some(disk::advice(&error, &home.path()));
            state.ring();
        }
    }
}
