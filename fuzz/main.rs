//! libFuzzer over the target that `FUZZ_TARGET` names. One program for all of them, so that it is built and linked once;
//! `fuzz/run` builds and runs it.
#![no_main]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a target fails by panicking")]

mod targets;

use std::sync::LazyLock;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = targets::TARGETS.iter().find(|(name, _)| *name == wanted);
    found.map_or_else(|| panic!("FUZZ_TARGET names no target: `{wanted}`"), |(_, run)| *run)
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (*TARGET)(data));
