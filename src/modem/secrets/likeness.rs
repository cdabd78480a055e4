//! Whether a name is that of a command with a secret, or a slip for one.

use std::sync::LazyLock;

use crate::vocabulary::private::{Parameters, names, parameters};
use crate::vocabulary::{Call, Family, families};

/// A name of fewer letters is like too many others.
const SHORTEST: usize = 4;
/// A slip in a name of this many letters may be two.
const LONG: usize = 8;

/// How a name stands to those of commands with secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Likeness {
    /// It is one.
    Secret(&'static Parameters),
    /// It is another command.
    Other,
    /// It is no command, and nearly one with a secret.
    Like,
    /// None of these.
    Unknown,
}

/// Names of commands with secrets.
static SECRET: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let secret = |name: &&[u8]| parameters(name).is_some_and(Parameters::may_be_secret);
    names().filter(secret).filter_map(|name| std::str::from_utf8(name).ok()).collect()
});

/// Judges a name in capitals, without `AT`: `+CPIN`.
pub(crate) fn judge(name: &[u8]) -> Likeness {
    if let Some(parameters) = parameters(name).filter(|parameters| parameters.may_be_secret()) {
        return Likeness::Secret(parameters);
    }
    if families().iter().any(|family| family.named(name).is_some()) {
        return Likeness::Other;
    }
    let slips = if name.len() >= LONG { 2 } else { 1 };
    let Some(name) = std::str::from_utf8(name).ok().filter(|name| name.len() >= SHORTEST) else {
        return Likeness::Unknown;
    };
    let near = |known: &&str| known.len().abs_diff(name.len()) <= slips && strsim::osa_distance(known, name) <= slips;
    if SECRET.iter().any(near) { Likeness::Like } else { Likeness::Unknown }
}

/// Some command's name begins so: what comes next may belong to it (`+CPIN` and `2`).
pub(crate) fn begins_a_name(start: &[u8]) -> bool {
    let known = families().iter().flat_map(Family::commands).map(|command| command.bare_name().as_bytes());
    known.chain(names()).any(|name| name.starts_with(start))
}

/// Whether a call asks for what a secret was set to. What the SIM asks for is none.
pub(crate) fn asks_for_secret(call: &Call<'_>) -> Option<Vec<u8>> {
    let name = call.name.to_ascii_uppercase();
    let about_sim = name.starts_with(b"+CPIN");
    (!about_sim && matches!(judge(&name), Likeness::Secret(_))).then_some(name)
}
