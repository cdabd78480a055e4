//! How a subcommand ends: the exit code and the sentence that goes with it.

use std::fmt::Display;
use std::process::ExitCode;

use super::say::say_aside;

/// Why a command did not do what it was asked; carries the exit code.
#[derive(Debug)]
pub(crate) struct Exit {
    code: u8,
    problem: Option<anyhow::Error>,
}

/// What a subcommand gives.
pub(crate) type CommandResult = Result<(), Exit>;

impl Exit {
    /// 1: the modem did not do it. The command has said so itself.
    #[must_use]
    pub(crate) fn not_done() -> Self {
        Self { code: 1, problem: None }
    }

    /// 1: the modem did not do it, said in this sentence.
    pub(crate) fn modem(problem: impl Display) -> Self {
        Self { code: 1, problem: Some(anyhow::anyhow!("{problem}")) }
    }

    /// 2: wrong use.
    pub(crate) fn wrong_use(problem: impl Display) -> Self {
        Self { code: 2, problem: Some(anyhow::anyhow!("{problem}")) }
    }

    /// 3: port or file trouble.
    pub(crate) fn trouble(problem: impl Display) -> Self {
        Self { code: 3, problem: Some(anyhow::anyhow!("{problem}")) }
    }

    /// What went wrong, without the exit code.
    #[must_use]
    pub(crate) fn into_problem(self) -> anyhow::Error {
        self.problem.unwrap_or_else(|| anyhow::anyhow!("not done"))
    }

    /// 130: stopped by Ctrl+C (as shells count it), SIGTERM or SIGHUP.
    #[must_use]
    pub(crate) fn interrupted() -> Self {
        Self { code: 130, problem: None }
    }
}

/// An error with context that no command has judged is port or file trouble.
impl From<anyhow::Error> for Exit {
    fn from(problem: anyhow::Error) -> Self {
        Self { code: 3, problem: Some(problem) }
    }
}

/// Says what went wrong, and gives the exit code.
#[must_use]
pub(crate) fn finish(result: CommandResult) -> ExitCode {
    let Err(exit) = result else { return ExitCode::SUCCESS };
    if let Some(problem) = exit.problem {
        say_aside(format!("modemscope: {problem:#}"));
    }
    ExitCode::from(exit.code)
}
