//! Ctrl+C and its like, which end a subcommand in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::Sender;

use super::say::write_under_way;
use crate::os::signals;

/// Ctrl+C, SIGTERM, SIGHUP and a console that is closed end a command in order: the run is stopped, the capture is complete.
/// The second Ctrl+C ends it at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Takes the signals over; each rings the bell.
    #[must_use]
    pub(crate) fn watch(bell: &Sender<()>) -> Self {
        let interrupt = Self::default();
        let bell = bell.clone();
        // Where they cannot be watched they end the program as they always did.
        let _ = signals::watch(&interrupt.0, move || {
            let _ = bell.try_send(());
            end_where_output_is_stuck();
        });
        interrupt
    }

    /// A signal came.
    #[must_use]
    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long a line may take that is printed while the command ends.
const STUCK: Duration = Duration::from_secs(1);

/// Ends the program when one line takes this long: a terminal that takes nothing (Ctrl+S, a pager that stands still) would hold the
/// command, which nobody could end in order. What was received is in the capture by then.
fn end_where_output_is_stuck() {
    let mut before = write_under_way();
    for _ in 0..10 {
        let _ = crossbeam_channel::after(STUCK).recv();
        let now = write_under_way();
        if now.is_some() && now == before {
            std::process::exit(130);
        }
        before = now;
    }
}

/// News of the link and signals are noticed at once; trouble with a file after this.
pub(crate) const LOOK_AROUND: Duration = Duration::from_secs(1);
