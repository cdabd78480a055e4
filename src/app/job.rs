//! A long task on a thread of its own, with progress and cancel. The window looks whether it is done and never waits.

use std::sync::{Arc, Mutex, PoisonError};

use crate::capture::Progress;
use crate::link::News;

/// A task that gives a `T`. Dropping it cancels the task.
#[derive(Debug)]
pub(crate) struct Job<T> {
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
struct Shared<T> {
    progress: Progress,
    result: Mutex<Option<T>>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread called `name`; `news` is told when it is done.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(
        name: &str,
        news: News,
        work: impl FnOnce(&Progress) -> T + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { progress: Progress::default(), result: Mutex::new(None) });
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let result = work(&theirs.progress);
            *theirs.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            news();
        })?;
        Ok(Self { shared })
    }

    /// 0 to 1.
    #[must_use]
    pub(crate) fn fraction(&self) -> f32 {
        self.shared.progress.fraction()
    }

    /// Ends it soon; what it then gives says that it was cancelled.
    pub(crate) fn cancel(&self) {
        self.shared.progress.cancel();
    }

    /// The result, once it is there.
    #[must_use]
    pub(crate) fn take(&self) -> Option<T> {
        self.shared.result.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.shared.progress.cancel();
    }
}
