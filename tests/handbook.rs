//! The handbook tells the truth: every command in a fenced block marked `sh` of README and docs runs, in the order of its
//! page, in a folder of its own, against the simulated modem.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.filter(|page| page.extension().is_some_and(|end| end == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// The fenced blocks of a page in one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    page.split("\n```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.split_once('\n'))
        .filter(|(named, _)| *named == language)
        .map(|(_, text)| text.to_owned())
        .collect()
}

/// What a reader of the page has in the folder: its own sketch, the default macros, a log.
fn lay_out(folder: &Path, page: &str) {
    let sketch = blocks(page, "cpp").into_iter().find(|block| block.contains("void setup"));
    let blind = || fs::read_to_string(root().join("tests/data/sketches/blind.ino")).unwrap();
    fs::write(folder.join("blind.ino"), sketch.unwrap_or_else(blind)).unwrap();
    fs::copy(root().join("assets/macros.toml"), folder.join("macros.toml")).unwrap();
    fs::write(folder.join("pasted-log.txt"), "AT\r\nOK\r\nAT+CPIN?\r\n+CPIN: SIM PIN\r\nOK\r\n").unwrap();
}

/// The command as this machine can run it: no adapter, no display, a server where one is to be reached.
fn runnable(line: &str, port: u16) -> String {
    let line = line.replace("/dev/ttyUSB0", "sim:fast").replace("sim: ", "sim:fast ");
    if line.contains("Open TCP") { format!("{line} --set port={port}") } else { line }
}

#[test]
fn every_command_of_the_handbook_runs() {
    let program = Path::new(env!("CARGO_BIN_EXE_modemscope"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut ran = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let folder = tempfile::tempdir().unwrap();
        lay_out(folder.path(), &text);
        let lines = blocks(&text, "sh").join("\n");
        for line in lines.lines().filter(|line| line.starts_with("modemscope ")) {
            ran += 1;
            let output = Command::new("timeout")
                .args(["60", "bash", "-c", &runnable(line, port)])
                .current_dir(folder.path())
                .env("PATH", &path)
                .env("HOME", folder.path())
                .env_remove("DISPLAY")
                .env_remove("WAYLAND_DISPLAY")
                .output()
                .unwrap();
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                wrong.push(format!("{}: {line}\n{}\n{said}", page.display(), output.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran >= 8, "only {ran} commands were found");
}
