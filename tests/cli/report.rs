//! `modemscope report`.

use std::fs;

use crate::{modemscope, read};

#[test]
fn a_report_holds_versions_settings_and_the_last_capture_without_secrets() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let call = |arguments: &[&str]| {
        let mut command = modemscope(arguments);
        command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
        read(&command.output().unwrap())
    };
    fs::create_dir_all(path(".config/modemscope")).unwrap();
    let settings =
        "zoom = 1.5\nhistory = ['AT+CPIN=4711']\nport = 'tcp://private.example.org:1'\n[values]\npin = '4711'\n";
    fs::write(path(".config/modemscope/settings.toml"), settings).unwrap();
    let (code, out, _) = call(&["report"]);
    assert_eq!(code, 0);
    assert!(out.contains(concat!("modemscope ", env!("CARGO_PKG_VERSION"))) && out.contains("\nsystem: "), "{out}");
    // No environment tells Windows where settings are.
    assert!(cfg!(windows) || out.contains("zoom = 1.5"), "{out}");
    assert!(out.ends_with("## Capture\n\nnone\n") && !out.contains("4711") && !out.contains("private"), "{out}");
    let log = path("log.txt");
    fs::write(
        &log,
        r#"> AT+CPIN=4711\r
< OK\r\n
> ATD+41791234567;\r
< +CLIP: "+41791234567",145\r\n
"#,
    )
    .unwrap();
    let (code, out, aside) = call(&["report", log.to_str().unwrap()]);
    assert_eq!(code, 0, "{aside}");
    assert!(out.contains("> ATD<NUM#1 +41...>;") || out.contains("> ATD\\<NUM#1 +41...>;"), "{out}");
    assert!(!out.contains("4711") && !out.contains("791234567"), "{out}");
    assert_eq!(call(&["report", log.to_str().unwrap(), "-o", log.to_str().unwrap(), "--force"]).0, 2);
}
