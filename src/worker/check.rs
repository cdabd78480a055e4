//! The passthrough check on an open port, as the status shows it.

use std::sync::Arc;

use crate::modem::passthrough::{Report, Row};
use crate::session::Checking;

/// How a passthrough check gets on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckProgress {
    /// What is being done.
    pub progress: String,
    /// How the bursts fared so far.
    pub rows: Vec<Row>,
    /// What was found, once it has come to its end.
    pub report: Option<Report>,
    /// Nothing more of it will come: it has its report, or was stopped.
    pub over: bool,
}

impl CheckProgress {
    pub(super) fn of(checking: &Checking) -> Arc<Self> {
        let check = checking.check();
        let (progress, rows) = (check.progress(), check.rows().to_vec());
        Arc::new(Self { progress, rows, report: check.report(), over: checking.is_over() })
    }
}
