//! What several test binaries share.

use std::process::{Command, Stdio};

/// True when `program` can be started. Otherwise says which Debian package has it; under `tests/run`, which installs
/// them all, that is a failure and no excuse.
pub fn have(program: &str, package: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$0\"", program])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        let words =
            format!("not tested: {program} is missing (Debian package {package}; `bash tests/run` installs it)");
        assert!(std::env::var_os("MODEMSCOPE_TESTS").is_none(), "{words}");
        eprintln!("{words}");
    }
    found
}
