//! Why a port would not open, in words: what happened, and what to do next. The facts are looked up, the sentences are
//! made from them and the system's name alone, so that each system's are tested on any.

use std::fmt::Write as _;
use std::path::Path;

use crate::os::{self, HERE, System, clause, holders};

pub(crate) use crate::os::{Facts, Holder, Trouble};

/// The message for the user.
#[must_use]
pub(crate) fn explain(path: &str, trouble: Trouble, facts: &Facts, system: &str) -> String {
    explain_on(HERE, path, trouble, facts, system)
}

/// A device as it is called there.
#[must_use]
pub(crate) fn example(here: System) -> &'static str {
    match here {
        System::Linux => "/dev/ttyUSB0",
        System::MacOs => "/dev/cu.usbserial-110",
        System::Windows => "COM5",
    }
}

fn explain_on(here: System, path: &str, trouble: Trouble, facts: &Facts, system: &str) -> String {
    let example = example(here);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = match trouble {
        Trouble::Denied => write!(text, "{path}: no permission. {}", permission_advice(here, path, facts)),
        Trouble::Busy => write!(text, "{path} is in use{}", busy_advice(here, path, facts)),
        Trouble::Missing if !is_device(here, path) => write!(
            text,
            "{path} is neither a port nor a file that is there. Choose a device such as {example}, or check the file's name."
        ),
        Trouble::Missing => write!(text, "{path} is not there. {}", missing_advice(&facts.similar)),
        Trouble::Broken => write!(
            text,
            "{path}: the device does not answer (input/output error). Unplug it, plug it in again, and connect again; a loose \
             cable or hub does this too."
        ),
        Trouble::NoHardware => write!(
            text,
            "{path}: no hardware stands behind this name. Choose another port; PCs list built-in ports that do not exist."
        ),
        Trouble::NotAPort => {
            write!(
                text,
                "{path} is not a serial port. Choose a device such as {example}; a capture opens as replay:FILE."
            )
        }
        Trouble::Other => {
            let system = clause(system);
            write!(text, "{path} could not be opened: {system}. Try again, or choose another port.")
        }
    };
    text
}

fn permission_advice(here: System, path: &str, facts: &Facts) -> String {
    match (here, &facts.group) {
        _ if facts.no_device => {
            format!(
                "It is no device, so no port: choose one such as {}; a capture opens as replay:FILE.",
                example(here)
            )
        }
        (System::Windows, _) => "Ask whoever administers this machine for the right to use it.".to_owned(),
        (System::MacOs, _) => format!("Only its owner may use it: run `sudo chmod a+rw {path}` for now."),
        (System::Linux, Some(group)) if facts.listed => format!(
            "You are in the group {group}, but were not yet when this session began: log out and in again (or run `newgrp {group}`)."
        ),
        (System::Linux, Some(group)) if facts.group_may && group != "root" => {
            format!("It belongs to the group {group}: run `sudo usermod -aG {group} $USER`, then log out and in again.")
        }
        (System::Linux, _) => format!(
            "Only its owner may use it: run `sudo chmod a+rw {path}` for now, or add a udev rule that gives it a group."
        ),
    }
}

fn busy_advice(here: System, path: &str, facts: &Facts) -> String {
    match (&facts.holder, here) {
        (Some(Holder { program: Some(program), pid }), _) if program == "ModemManager" => format!(
            " by ModemManager (PID {pid}), which probes every modem it finds. Run `sudo systemctl stop ModemManager`, or tell it by a \
             udev rule (ID_MM_DEVICE_IGNORE=1) to leave this device alone."
        ),
        (Some(holder), _) => format!(" by {holder}. Close it there, then connect again."),
        (None, System::Linux) => {
            format!(" by another program. Close that program (`sudo fuser -v {path}` names it), then connect again.")
        }
        (None, System::MacOs) => {
            format!(" by another program. Close that program (`sudo lsof {path}` names it), then connect again.")
        }
        (None, System::Windows) => {
            let search = facts.inside.as_ref().map(|inside| {
                format!(
                    " If you find none: Microsoft's Process Explorer, run as administrator, searches all programs for \
                     {inside} (Find Handle)."
                )
            });
            format!(
                " by another program: Windows does not tell which. Close that program (another terminal, the Arduino IDE's \
                 serial monitor, the modem maker's tool, a slicer), then connect again.{}",
                search.unwrap_or_default()
            )
        }
    }
}

/// A name that the system gives to a device; another one may be a file's, with a slip in it.
fn is_device(here: System, path: &str) -> bool {
    match here {
        System::Windows => is_com(path) || path.starts_with(r"\\.\"),
        System::Linux | System::MacOs => path.starts_with("/dev/"),
    }
}

/// `COM5`, and no name of a file that begins alike (`commands.log`).
fn is_com(path: &str) -> bool {
    path.split_at_checked(3).is_some_and(|(com, number)| {
        com.eq_ignore_ascii_case("com")
            && !number.is_empty()
            && number.trim_end_matches(':').bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn missing_advice(similar: &[String]) -> String {
    if similar.is_empty() {
        "Plug the adapter in, or look at the port list for its present name.".into()
    } else {
        format!("There is {}: plug the adapter in, or choose one of these.", similar.join(", "))
    }
}

/// Looks up what can be known about `path`; opens no device.
#[must_use]
pub(crate) fn facts(path: &str, trouble: Trouble) -> Facts {
    let mut facts = Facts::default();
    match trouble {
        Trouble::Busy => facts.holder = holders::holder(Path::new(path)),
        Trouble::Missing => facts.similar = similar(Path::new(path)),
        _ => {}
    }
    os::trouble::look_up(path, trouble, &mut facts);
    facts
}

/// Up to four nodes in the same folder whose name begins alike.
fn similar(path: &Path) -> Vec<String> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    if stem.len() < 4 {
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(|other| other.starts_with(stem)))
        .map(|entry| entry.path().display().to_string())
        .collect();
    found.sort();
    found.truncate(4);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_nothing_of_another_system() {
        let held = Facts { holder: Some(Holder { program: Some("putty.exe".into()), pid: 4711 }), ..Facts::default() };
        let no_device = Facts { no_device: true, ..Facts::default() };
        let all =
            [Trouble::Denied, Trouble::Busy, Trouble::Missing, Trouble::Broken, Trouble::NoHardware, Trouble::NotAPort];
        let foreign = |here: System, words: &[&str]| {
            for trouble in all {
                for facts in [&Facts::default(), &held, &no_device] {
                    let text = explain_on(here, "the port", trouble, facts, "");
                    for word in words {
                        assert!(!text.contains(word), "{text}");
                    }
                }
            }
        };
        foreign(System::Windows, &["sudo", "/dev", "usermod", "newgrp", "fuser", "udev", "chmod", "lsof"]);
        foreign(System::MacOs, &["ttyUSB", "usermod", "newgrp", "fuser", "udev", "COM5"]);
        foreign(System::Linux, &["COM5", "/dev/cu", "lsof"]);
    }

    #[test]
    fn where_windows_does_not_tell_who_has_a_port_it_says_how_to_look() {
        let of = |inside: Option<&str>| {
            let facts = Facts { inside: inside.map(str::to_owned), ..Facts::default() };
            explain_on(System::Windows, "COM5", Trouble::Busy, &facts, "")
        };
        assert!(of(Some(r"\Device\Silabser0")).ends_with(r"all programs for \Device\Silabser0 (Find Handle)."));
        assert!(of(None).ends_with("then connect again."), "{}", of(None));
    }

    #[test]
    fn what_may_be_a_file_with_a_slip_in_its_name_is_not_said_to_be_unplugged() {
        let of = |here, path| explain_on(here, path, Trouble::Missing, &Facts::default(), "");
        for path in ["session.pcapng", "nonsense", "/home/me/log.txt", "COM5"] {
            let text = of(System::Linux, path);
            let expect =
                format!("{path} is neither a port nor a file that is there. Choose a device such as /dev/ttyUSB0");
            assert!(text.starts_with(&expect), "{text}");
        }
        for path in ["commands.log", "compose.pcapng", "Company.txt", "com", "com5.txt"] {
            let text = of(System::Windows, path);
            assert!(text.starts_with(&format!("{path} is neither a port nor a file that is there.")), "{text}");
        }
        for (here, port) in [
            (System::Linux, "/dev/ttyUSB9"),
            (System::Windows, r"\\.\COM12"),
            (System::Windows, "com9"),
            (System::MacOs, "/dev/cu.x"),
        ] {
            assert!(of(here, port).starts_with(&format!("{port} is not there. Plug the adapter in")), "{port}");
        }
    }

    #[test]
    fn the_systems_own_dot_is_not_doubled() {
        let text =
            explain_on(System::Windows, "COM5", Trouble::Other, &Facts::default(), "The parameter is incorrect.\r\n");
        assert!(text.contains("opened: The parameter is incorrect. Try"), "{text}");
    }

    #[test]
    fn each_trouble_has_its_own_message_with_a_next_step() {
        let check = |trouble: Trouble, facts: &Facts, expect: &[&str]| {
            let message = explain_on(System::Linux, "/dev/ttyUSB0", trouble, facts, "some system text");
            for part in expect {
                assert!(message.contains(part), "{message}\nlacks {part}");
            }
            message
        };
        let none = Facts::default();
        let dialout = Facts { group: Some("dialout".into()), group_may: true, ..Facts::default() };
        let held = |program: Option<&str>| Facts {
            holder: Some(Holder { program: program.map(str::to_owned), pid: 4711 }),
            ..Facts::default()
        };
        let messages = [
            check(Trouble::Denied, &dialout, &["group dialout", "`sudo usermod -aG dialout $USER`", "log out"]),
            check(Trouble::Denied, &Facts { listed: true, ..dialout.clone() }, &["newgrp dialout", "log out"]),
            check(Trouble::Denied, &none, &["sudo chmod a+rw /dev/ttyUSB0"]),
            check(Trouble::Denied, &Facts { no_device: true, ..Facts::default() }, &["It is no device"]),
            check(Trouble::Busy, &none, &["in use by another program", "`sudo fuser -v /dev/ttyUSB0`"]),
            check(Trouble::Busy, &held(Some("picocom")), &["by picocom (PID 4711)", "Close it"]),
            check(Trouble::Busy, &held(None), &["by the process 4711"]),
            check(Trouble::Busy, &held(Some("ModemManager")), &["systemctl stop ModemManager"]),
            check(Trouble::Missing, &none, &["is not there", "port list"]),
            check(Trouble::Broken, &none, &["does not answer", "Unplug"]),
            check(Trouble::NoHardware, &none, &["no hardware", "another port"]),
            check(Trouble::NotAPort, &none, &["not a serial port", "replay:FILE"]),
            check(Trouble::Other, &none, &["some system text", "Try again"]),
        ];
        for (index, message) in messages.iter().enumerate() {
            assert!(!messages[..index].contains(message), "said twice: {message}");
        }
        let similar = Facts { similar: vec!["/dev/ttyUSB1".into()], ..Facts::default() };
        check(Trouble::Missing, &similar, &["There is /dev/ttyUSB1"]);
    }
}
