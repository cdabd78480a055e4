//! Large captures in the window: 1 GiB of modem talk, and ten million reads of one byte.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use modemscope::capture::{Record, Writer};

use super::memory_mib;
use super::window::{Display, Window};

/// How long the window may count rows before its memory is looked at.
const COUNTED: Duration = Duration::from_secs(10);

pub fn measure(display: &Display) {
    let home = tempfile::tempdir().expect("a home");
    let empty = Window::start(display, home.path(), &[]);
    println!("an empty window: {} MiB", memory_mib(&empty, "VmRSS"));
    drop(empty);
    let talk = b"+CSQ: 20,0 and more of what a flood is made of, 64 bytes a line\r\n".repeat(64);
    let talk = talk.get(..4096).expect("long enough");
    for (name, reads, read) in
        [("1 GiB of modem talk", 1 << 18, talk), ("ten million reads of one byte", 10_000_000, b"x")]
    {
        let file = home.path().join("large.pcapng");
        write(&file, reads, read);
        let began = Instant::now();
        let mut window = Window::start(display, home.path(), &[&file.display().to_string()]);
        let content = if read.len() > 1 { "64 bytes a line" } else { "xxxxxxxx" };
        window.wait_for("rows", |widget| widget.label == "Log" && widget.value.contains(content));
        let shown = began.elapsed();
        std::thread::sleep(COUNTED);
        window.widgets();
        println!(
            "{name}: rows are shown {shown:?} after the program was started; {} MiB, {} at the most",
            memory_mib(&window, "VmRSS"),
            memory_mib(&window, "VmHWM")
        );
        drop(window);
        std::fs::remove_file(&file).expect("it can be removed");
    }
}

fn write(file: &Path, reads: u64, read: &[u8]) {
    let mut writer = Writer::create(file, SystemTime::UNIX_EPOCH).expect("a capture");
    for number in 0..reads {
        writer.append(Duration::from_micros(number * 100), Record::received(read));
    }
}
