//! `modemscope export`: captures and texts in, files out.

use std::fs;

use crate::{call, check};

const SESSION: &str = "[0.0] > AT+CPIN=1234\\r\n[0.1] < AT+CPIN=1234\\r\\r\\nOK\\r\\n\n[0.2] > ATD+41791234567;\\r\n";

#[test]
fn what_is_private_stays_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.txt");
    fs::write(&file, SESSION).unwrap();
    let file = file.to_str().unwrap();
    let (code, out, aside) = call(&["export", file, "--as", "transcript"]);
    assert_eq!(code, 0, "{aside}");
    assert!(!out.contains("1234") && out.contains("> ATD\\<NUM#1 +41...>;\\r"), "{out}");
    assert!(aside.contains("PINs and passwords at 2 places, phone numbers at 1 place."), "{aside}");
    let (_, out, aside) = call(&["export", file, "--as", "transcript", "--no-redact"]);
    assert!(out.contains("ATD+41791234567;") && !out.contains("=1234"), "PINs are masked on import too: {out}");
    assert_eq!(aside, "");
    check(&["export", file, "--as", "raw", "--direction", "tx"], 2, "", "add --no-redact");
    check(&["export", file, "--as", "raw", "--no-redact"], 2, "", "--direction rx or tx");
    check(
        &["export", file, "--as", "raw", "--no-redact", "--direction", "tx"],
        0,
        "AT+CPIN=****\rATD+41791234567;\r",
        "",
    );
    let (code, out, _) = call(&["export", file, "--as", "macro"]);
    assert!(code == 0 && out.contains("${"), "{out}");
    check(&["export", "/none", "--as", "text"], 3, "", "cannot open /none");
}

#[test]
fn a_file_is_overwritten_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let (file, target) = (folder.path().join("session.txt"), folder.path().join("out.csv"));
    fs::write(&file, SESSION).unwrap();
    fs::write(&target, "mine").unwrap();
    let (file, out) = (file.to_str().unwrap(), target.to_str().unwrap());
    check(&["export", file, "--as", "csv", "-o", out], 3, "", "--force replaces it");
    assert_eq!(fs::read(&target).unwrap(), b"mine");
    let (code, _, aside) = call(&["export", file, "--as", "csv", "-o", out, "--force"]);
    assert_eq!(code, 0, "{aside}");
    assert!(
        fs::read_to_string(&target).unwrap().starts_with("row,seconds,clock,direction,offset,length,text,hex,masked\n")
    );
}

#[test]
fn an_export_never_replaces_what_it_is_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.txt");
    fs::write(&file, SESSION).unwrap();
    let name = file.to_str().unwrap();
    for form in ["csv", "macro"] {
        check(&["export", name, "--as", form, "-o", name, "--force"], 2, "", "would replace what it is made of");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), SESSION);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_exit_3() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [
        &["export", "tests/data/captures/every-kind.pcapng", "--as", "html"][..],
        &["export", "tests/data/captures/every-kind.pcapng", "--as", "macro"],
        &["diagnose", "tests/data/captures/every-kind.pcapng"],
        &["sketch", "import", "tests/data/sketches/blind.ino"],
        &["ports", "--json"],
        &["completions", "bash"],
    ] {
        let (code, _, aside) = crate::read(&crate::modemscope(arguments).stdout(full()).output().unwrap());
        assert!(code == 3 && aside.contains("the disk is full: free some space"), "{arguments:?}: {code} {aside}");
    }
}
