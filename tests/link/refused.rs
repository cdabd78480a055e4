//! What an ordinary user reads when a port does not open: the real program, without root's rights, against real nodes.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname};

use crate::pty::Pty;
use crate::support::have;

/// The program where anybody may run it.
struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    /// `None`, and the reason said, where it cannot be run as another user.
    fn new() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("not tested: only root can become the user nobody");
            return None;
        }
        if !have("setpriv", "util-linux") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_modemscope"), folder.path().join("modemscope")).unwrap();
        Some(Self { folder })
    }

    /// The exit code and what is said.
    fn send(&self, port: &Path) -> (Option<i32>, String) {
        let output = Command::new("timeout")
            .args(["30", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "setsid", "--wait"])
            .arg(self.folder.path().join("modemscope"))
            .arg("send")
            .arg(port)
            .arg("AT")
            .env("USER", "nobody")
            .current_dir("/")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

#[test]
fn each_trouble_is_told_to_an_ordinary_user_with_a_next_step() {
    let Some(program) = Program::new() else { return };
    let mut said: Vec<String> = Vec::new();
    let mut check = |port: &Path, expect: &[&str]| {
        let (code, text) = program.send(port);
        assert_eq!(code, Some(3), "{}: {text}", port.display());
        for part in expect {
            assert!(text.contains(part), "{text}\nlacks {part}");
        }
        let sentence = text.replace(&*port.to_string_lossy(), "PORT");
        assert!(!said.contains(&sentence), "said twice: {sentence}");
        said.push(sentence);
    };

    // EACCES: the group is read off the node.
    let group = Pty::new();
    chown(&group.path, None, Some(20)).unwrap();
    std::fs::set_permissions(&group.path, std::fs::Permissions::from_mode(0o660)).unwrap();
    check(&group.path, &["no permission", "the group dialout", "sudo usermod -aG dialout"]);
    std::fs::set_permissions(&group.path, std::fs::Permissions::from_mode(0o600)).unwrap();
    check(&group.path, &["no permission", "Only its owner", "sudo chmod a+rw"]);

    // EBUSY by TIOCEXCL alone, without a lock that others could ask.
    let busy = Pty::new();
    std::fs::set_permissions(&busy.path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let holder = rustix::fs::open(&busy.path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    rustix::termios::ioctl_tiocexcl(&holder).unwrap();
    check(&busy.path, &["is in use", "then connect again"]);

    // ENOENT.
    check(Path::new("/dev/ttyNO-SUCH-PORT"), &["is not there", "port list"]);

    // EIO: a pty whose master has not let anybody in yet.
    let shut = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&shut).unwrap();
    let path = ptsname(&shut, Vec::new()).unwrap().into_string().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    check(Path::new(&path), &["does not answer (input/output error)", "Unplug it"]);

    // ENXIO: /dev/tty of a process that has none.
    check(Path::new("/dev/tty"), &["no hardware stands behind", "Choose another port"]);
}

#[test]
fn what_is_no_port_is_told_to_an_ordinary_user() {
    let Some(program) = Program::new() else { return };
    let pipe = program.folder.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    let file = program.folder.path().join("notes.txt");
    std::fs::write(&file, "hello").unwrap();
    for path in [&pipe, &file] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
        let (code, text) = program.send(path);
        assert_eq!(code, Some(3), "{text}");
        assert!(text.contains("is not a serial port. Choose a device"), "{text}");
    }
}
