//! Files dropped on the real window, as a file manager drops them: each opens as what it is, or it is said why not.

use std::path::Path;

use crate::window::{Display, Window};

const SKETCH: &str = "#include <SoftwareSerial.h>\nSoftwareSerial sim(8, 7);\nvoid setup() { sim.begin(9600); sim.println(\"AT\"); }\nvoid loop() {}\n";
const BOOK: &str = "version = 1\n[[macro]]\nname = \"Mine\"\n[[macro.step]]\nsend = 'AT\\r'\n";
const HTERM: &str = r#"<?xml version="1.0"?><HtermSequenceFile><ItemList>
<SequenceItem name="end"><description/><sequence value="h[1A]"/></SequenceItem></ItemList></HtermSequenceFile>"#;

#[test]
fn each_file_opens_as_what_it_is() {
    let (display, home) = (Display::start(), tempfile::tempdir().unwrap());
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures/every-kind.pcapng");
    let folder = home.path().join("a folder");
    std::fs::create_dir(&folder).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut window = Window::start(&display, home.path(), &[]);
    window.wait_for_text("Work a modem");
    for (path, words) in [
        (file("blink it.ino", SKETCH.as_bytes()), "from an Arduino sketch"),
        (file("mine.toml", BOOK.as_bytes()), "from a macro book"),
        (file("terminal.hts", HTERM.as_bytes()), "from a file of HTerm"),
        (folder, "a folder: that is a folder"),
        (file("log.txt", b"AT\nOK\nAT+CIPSEND\nERROR\n"), "AT+CIPSEND was refused"),
        (file("picture.png", &[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, 0xFF, 0xFE, 0, 1]), "is a picture"),
        (capture, "every-kind.pcapng"),
    ] {
        window.drop_files(&display, &[&path]);
        window.wait_for_text(words);
    }
}
