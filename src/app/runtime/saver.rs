//! Settings are written by a thread of their own, so that a slow disk never holds a frame up.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::app::Settings;
use crate::app::settings::SettingsFile;

/// The thread that writes settings. Dropping it writes what is still to be written.
#[derive(Debug)]
pub(super) struct Saver {
    work: Option<Sender<Settings>>,
    trouble: Receiver<String>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    pub(super) fn start(mut file: SettingsFile) -> Self {
        let (work, settings) = bounded::<Settings>(1);
        let (say, trouble) = bounded(1);
        let thread = std::thread::Builder::new().name("settings".to_owned()).spawn(move || {
            for settings in settings {
                if let Err(error) = file.save(&settings) {
                    // One trouble that was not read yet is as good as two.
                    let _ = say.try_send(error.to_string());
                }
            }
        });
        Self { work: Some(work), trouble, thread: thread.ok() }
    }

    /// True when the thread took them; otherwise ask again.
    pub(super) fn save(&self, settings: &Settings) -> bool {
        let Some(work) = &self.work else { return true };
        !matches!(work.try_send(settings.clone()), Err(TrySendError::Full(_)))
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.try_recv().ok()
    }

    pub(super) fn finish(&mut self, settings: Option<&Settings>) {
        if let (Some(work), Some(settings)) = (self.work.take(), settings) {
            let _ = work.send(settings.clone());
        }
        self.work = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
