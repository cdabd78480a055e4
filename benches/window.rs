//! What the window costs and how fast it answers, on Xvfb with the real program: `cargo bench --features inspection --bench
//! window`, or some of it: `… --bench window -- start idle latency flood paste open`. `MODEMSCOPE_BINARY` measures another
//! build than the bench's own. `docs/figures.md` has the results.
#![allow(clippy::disallowed_methods, reason = "it measures real time")]
#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot be made ends here")]

#[cfg(target_os = "linux")]
#[path = "window/on_linux.rs"]
mod on_linux;

fn main() {
    #[cfg(target_os = "linux")]
    on_linux::measure();
    #[cfg(not(target_os = "linux"))]
    eprintln!("bench window: it is measured on Linux, on Xvfb and by /proc");
}
