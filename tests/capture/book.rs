//! SIGKILL at any moment of a save: the macro book is always the old or the new one, whole.
//!
//! The steps of a save are cut one by one in `app::book`'s own tests; here the process really dies, wherever it is.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use modemscope::app::book::BookFile;

use crate::{child, in_child};

const TEST: &str = "book::a_kill_at_any_moment_of_a_save_leaves_the_old_or_the_new_book";
const BOOK: &str = "MODEMSCOPE_TEST_BOOK";

/// A book of some 100 KiB, so that a write can be cut in its middle.
fn version(number: u64) -> String {
    let one = format!("[[macro]]\nname = \"{number}\"\n# {}\n", "x".repeat(1000));
    format!("version = 1\n{}", one.repeat(100))
}

#[test]
fn a_kill_at_any_moment_of_a_save_leaves_the_old_or_the_new_book() {
    if let Some(path) = in_child(BOOK) {
        save_for_ever(&path);
    }
    let kills = std::env::var("MODEMSCOPE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(40_u64);
    let mut newest = 0;
    for number in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("macros.toml");
        std::fs::write(&path, version(0)).unwrap();
        let mut process =
            child(TEST, BOOK, &path).stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        wait_for_a_save(&path);
        pause(Duration::from_micros(number * 7919 % 20_000));
        process.kill().unwrap();
        process.wait().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let saved: u64 = text.split('"').nth(1).and_then(|name| name.parse().ok()).expect("a whole book has a name");
        assert!(text == version(saved), "kill {number}: neither the old nor the new one");
        newest = newest.max(saved);
        let mut book = BookFile::open_or_create(&path).unwrap();
        book.save(&version(1)).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap() == version(1), "what was left over does no harm");
    }
    println!("{kills} kills, up to {newest} saves before one");
}

/// Until the child has saved once: its temporary files come and go.
fn wait_for_a_save(path: &Path) {
    for _ in 0..20_000 {
        if std::fs::read_to_string(path).is_ok_and(|text| text != version(0)) {
            return;
        }
        pause(Duration::from_millis(1));
    }
    panic!("the child did not save within 20 s");
}

#[expect(clippy::disallowed_methods, reason = "a kill comes at any time")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn save_for_ever(path: &Path) -> ! {
    let mut book = BookFile::open(path).unwrap();
    for number in 1.. {
        book.save(&version(number)).unwrap();
    }
    std::io::stderr().write_all(b"unreachable").ok();
    std::process::exit(1)
}
