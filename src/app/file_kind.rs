//! What a file or a pasted text is, so that it opens as what it is: a sketch, macros, or a log.

use std::path::Path;

use crate::macros::{file, foreign};
use crate::notation::LineEnding;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// An Arduino sketch.
    Sketch,
    /// A macro book, or the macros of another terminal.
    Macros,
    /// A log, ours or pasted from another terminal.
    Log,
}

/// What the text is; the name tells it where the text does not.
#[must_use]
pub(crate) fn file_kind(name: &Path, text: &[u8]) -> FileKind {
    let ending = name.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let words = String::from_utf8_lossy(text);
    if matches!(ending.as_deref(), Some("ino" | "pde")) || is_sketch(&words) {
        FileKind::Sketch
    } else if file::parse(&words).is_ok_and(|book| !book.macros.is_empty())
        || foreign::import(text, &LineEnding::Cr).is_ok_and(|foreign| !foreign.book.macros.is_empty())
    {
        FileKind::Macros
    } else {
        FileKind::Log
    }
}

/// A text that only an Arduino sketch has: both functions, or one and a serial object.
#[must_use]
pub(crate) fn is_sketch(text: &str) -> bool {
    let has = |what: &str| text.contains(what);
    let functions = usize::from(has("void setup")) + usize::from(has("void loop"));
    functions == 2 || functions == 1 && (has("SoftwareSerial") || has("Serial.") || has(".println("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_what_only_it_has() {
        let book = b"version = 1\n[[macro]]\nname = \"A\"\n[[macro.step]]\nsend = 'AT\\r'\n";
        for (name, text, expected) in [
            ("a.txt", &b"void setup() { }\nvoid loop() { }"[..], FileKind::Sketch),
            ("a.ino", b"// nothing yet", FileKind::Sketch),
            ("A.INO", b"", FileKind::Sketch),
            ("a.toml", book, FileKind::Macros),
            ("a.log", b"AT\r\nOK\r\n", FileKind::Log),
            ("a.log", b"> AT\\r\n< OK\\r\\n\n", FileKind::Log),
            ("a.log", b"", FileKind::Log),
            ("a.log", b"The function void setup() is called once.", FileKind::Log),
            ("a.log", &[0, 255, 13, 10], FileKind::Log),
        ] {
            assert_eq!(file_kind(Path::new(name), text), expected, "{name}: {}", text.escape_ascii());
        }
    }

    #[test]
    fn no_log_that_people_paste_is_taken_for_macros() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/logs");
        let logs = std::fs::read_dir(folder).expect("the logs are there").filter_map(Result::ok);
        let mut seen = 0;
        for log in logs.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        {
            let text = std::fs::read(&log).expect("it can be read");
            assert_eq!(file_kind(&log, &text), FileKind::Log, "{}", log.display());
            seen += 1;
        }
        assert!(seen > 20, "{seen}");
    }
}
