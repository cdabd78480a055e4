//! Which modem it is: the option `--modem`, the same on every command where a family matters.

use std::path::Path;

use clap::Args;

use super::output::read_text;
use crate::vocabulary::{self, Family, families, third_generation};

/// No table is longer.
const LARGEST: usize = 1024 * 1024;

/// The modem's family, where somebody knows it.
#[derive(Clone, Debug, Default, Args)]
pub struct ModemOption {
    /// The modem's family: sim800, sim7600, sim7080, sim7000, quectel, ublox, telit, esp-at, a6 or 3gpp, or a file with a table of your own. Without this
    /// it is recognised by what the modem says and is asked.
    #[arg(long, value_name = "FAMILY", value_parser = family)]
    pub modem: Option<&'static Family>,
}

/// The family of this name, or that of a table in a file.
fn family(name: &str) -> Result<&'static Family, String> {
    if Path::new(name).extension().is_some() {
        return own_table(Path::new(name)).map_err(|problem| format!("{name}: {problem}"));
    }
    vocabulary::family(name).ok_or_else(|| {
        let names: Vec<&str> = families().iter().chain([third_generation()]).map(|family| family.name).collect();
        format!("a family of modems was expected ({}), or a file such as acme.txt", names.join(", "))
    })
}

fn own_table(path: &Path) -> Result<&'static Family, String> {
    let text = read_text(path, LARGEST).map_err(|exit| format!("{:#}", exit.into_problem()))?;
    // It is needed up to the program's end.
    vocabulary::add(Box::leak(text.into_boxed_str())).map_err(|problem| problem.to_string())
}
