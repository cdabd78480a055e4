//! What the menu does with the line: share, send a file, lend, list further devices; and how tool windows are closed.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;
use modemscope::worker::Phase;

use crate::desk::{Desk, PATIENCE};

fn connected() -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk
}

fn open(desk: &mut Desk, name: &str) {
    desk.click("Menu");
    desk.click(name);
    desk.frames();
}

fn fill(desk: &mut Desk, label: &str, text: &str) {
    desk.harness.get_by_role_and_label(Role::TextInput, label).focus();
    desk.frames();
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.type_text(text);
}

#[test]
fn the_open_port_is_shared_on_this_machine_and_no_longer() {
    let mut desk = connected();
    open(&mut desk, "Share port…");
    fill(&mut desk, "TCP address", "0.0.0.0:0");
    assert!(desk.shows("There is no password") && desk.offers("Share with the network"));
    fill(&mut desk, "TCP address", "127.0.0.1");
    assert!(desk.shows("write an address and a port") && !desk.offers("Share"));
    fill(&mut desk, "TCP address", "127.0.0.1:0");
    assert!(!desk.shows("There is no password"));
    desk.click("Share");
    desk.wait("it is shared", |desk| desk.shows("nobody is there yet"));
    let (address, _) = desk.state().status.shared.clone().unwrap();
    let mut guest = std::net::TcpStream::connect(&address).unwrap();
    guest.set_read_timeout(Some(PATIENCE)).unwrap();
    desk.wait("the guest is seen", |desk| desk.shows("1 program is there") && desk.shows("Shared with 1"));
    guest.write_all(b"AT\r").unwrap();
    let mut said = vec![0; b"AT\r\r\nOK\r\n".len()];
    guest.read_exact(&mut said).unwrap();
    assert_eq!(said, b"AT\r\r\nOK\r\n");
    desk.wait_for_log("OK<CR><LF>");
    desk.reach("Stop sharing");
    desk.wait("it is over", |desk| desk.offers("Share") && !desk.shows("Shared with"));
    assert_eq!(guest.read(&mut said).unwrap(), 0, "the guest is shown out");
}

#[test]
fn a_file_is_sent_as_it_is_and_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.bin");
    std::fs::write(&path, b"AT+CSQ\rAT\r").unwrap();
    let mut desk = connected();
    open(&mut desk, "Send file…");
    fill(&mut desk, "File", folder.path().to_str().unwrap());
    assert!(desk.shows("This is no file") && !desk.offers("Send file"));
    fill(&mut desk, "File", path.to_str().unwrap());
    assert!(desk.shows("10 bytes, at least"));
    desk.click("Send file");
    desk.wait("it is sent", |desk| desk.shows("all.bin was sent: 10 bytes"));
    assert_eq!(desk.state().status.tx, 10);
    desk.wait_for_log("file all.bin: sent in");
    // Slowly, so that it can be cancelled.
    let slow = modemscope::link::settings::Pacing::bytes_per_second(100);
    let line = modemscope::link::LineSettings { pacing: slow, ..desk.state().line };
    std::fs::write(&path, vec![b'x'; 100_000]).unwrap();
    desk.click("Disconnect");
    desk.wait("it is closed", |desk| desk.state().phase() == &Phase::Closed);
    let name = desk.state().identity_of("sim:fast");
    let remembered = modemscope::app::settings::Line::new(&line, desk.state().adapter);
    desk.harness.state_mut().state_mut().settings.line.insert(name, remembered);
    desk.click("Connect");
    desk.wait("it is open", |desk| desk.state().connected());
    fill(&mut desk, "File", path.to_str().unwrap());
    desk.click("Send file");
    desk.wait("it goes out", |desk| desk.offers("Cancel file") && desk.state().status.tx > 3);
    desk.click("Cancel file");
    desk.wait("it is told how far it was", |desk| desk.shows("all.bin was given up:"));
    assert!(desk.state().status.tx < 100_000);
}

/// A far end that neither reads nor answers: what the system takes has gone out, and the line is free again.
#[cfg(unix)]
#[test]
fn a_file_goes_out_to_a_peer_that_says_nothing() {
    let silent = crate::pty::Pty::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("eleven.bin");
    std::fs::write(&path, b"hello\x1Aworld").unwrap();
    let mut desk = Desk::new(&Start::default());
    desk.connect(&silent.path());
    open(&mut desk, "Send file…");
    fill(&mut desk, "File", path.to_str().unwrap());
    desk.click("Send file");
    desk.wait("it is told", |desk| desk.shows("eleven.bin was sent: 11 bytes"));
    desk.key(Key::Escape);
    desk.focus_line();
    desk.type_text("AT");
    desk.key(Key::Enter);
    desk.wait("typing is taken again", |desk| desk.state().status.tx == 14);
    assert_eq!(silent.read_exactly(14, PATIENCE), b"hello\x1AworldAT\r");
}

/// A window that is connected to a server on this machine, which another program could talk to as well.
fn to_a_server() -> (Desk, TcpListener) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut desk = Desk::new(&Start::default());
    desk.connect(&format!("tcp://{}", server.local_addr().unwrap()));
    (desk, server)
}

#[test]
fn a_simulated_modem_is_not_lent_and_does_not_restart_for_it() {
    let mut desk = connected();
    desk.keys(Modifiers::COMMAND, Key::L);
    desk.wait("it is told why", |desk| desk.shows("The port was not lent: this port is a part of this program."));
    assert!(desk.state().connected() && desk.state().status.findings.is_empty());
}

#[test]
fn the_port_is_lent_and_taken_back_by_one_key() {
    let (mut desk, _server) = to_a_server();
    desk.keys(Modifiers::COMMAND, Key::L);
    desk.wait("it is lent", |desk| desk.state().phase() == &Phase::Released);
    desk.frames();
    assert!(desk.shows("The port is lent") && desk.offers("Take back"));
    desk.wait_for_log("released tcp://");
    desk.keys(Modifiers::COMMAND, Key::L);
    desk.wait("it is back", |desk| desk.state().connected());
    desk.wait_for_log("taken back: opened tcp://");
    open(&mut desk, "Lend the port");
    desk.wait("it is lent", |desk| desk.state().phase() == &Phase::Released);
    open(&mut desk, "Take the port back");
    desk.wait("it is back", |desk| desk.state().connected());
}

#[test]
fn the_port_is_lent_with_the_focus_where_that_is_wanted() {
    let (mut desk, _server) = to_a_server();
    let focus = |desk: &mut Desk, on: bool| {
        desk.harness.input_mut().focused = on;
        desk.frames();
    };
    focus(&mut desk, false);
    focus(&mut desk, true);
    assert!(desk.state().connected(), "not unless it is asked for");
    open(&mut desk, "Settings…");
    desk.tick("Lend the port while another window has the focus");
    focus(&mut desk, false);
    desk.wait("it is lent", |desk| desk.state().phase() == &Phase::Released);
    focus(&mut desk, true);
    desk.wait("it is back", |desk| desk.state().connected());
}

#[cfg(unix)]
#[test]
fn devices_of_the_users_own_patterns_are_listed_and_remembered() {
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/null", home.path().join("odd-modem")).unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    open(&mut desk, "Settings…");
    let pattern = home.path().join("odd-*").display().to_string();
    let field = "List these devices too, one pattern a line";
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, field).focus();
    desk.frames();
    desk.type_text(&pattern);
    desk.key(Key::Tab);
    desk.wait("it is found", |desk| desk.shows("names 1 device now"));
    desk.key(Key::Escape);
    assert!(!desk.shows("List these devices too"), "Esc closes the window");
    desk.harness.get_by_role_and_label(Role::ComboBox, "Port").click();
    desk.frames();
    let device = home.path().join("odd-modem").display().to_string();
    desk.click(&device);
    assert_eq!(desk.state().settings.port, device);
    drop(desk);
    let mut desk = Desk::at_home(&Start::default(), home.path());
    assert_eq!(desk.state().settings.globs, [pattern]);
    desk.wait("it is there again", |desk| desk.state().ports.iter().any(|port| port.path == device));
}

#[test]
fn esc_closes_the_window_in_front_and_tab_goes_on_inside() {
    let mut desk = connected();
    open(&mut desk, "Settings…");
    open(&mut desk, "Keyboard shortcuts");
    assert!(desk.shows("Open another window, for another port"));
    desk.key(Key::Escape);
    assert!(!desk.shows("Open another window, for another port") && desk.shows("Keep up to"));
    open(&mut desk, "Send file…");
    desk.type_text("/no/such/file");
    assert!(desk.shows("No such file"), "the first field had the focus");
    desk.key(Key::Escape);
    desk.key(Key::Escape);
    assert!(!desk.shows("Keep up to"));
    assert_eq!(desk.state().status.tx, 0);
    desk.type_text("ATI");
    desk.key(Key::Enter);
    desk.wait("the send box had the focus again", |desk| desk.state().status.tx == 4);
}

#[cfg(unix)]
#[test]
fn two_ports_are_chosen_for_a_tap_and_nothing_can_be_sent_there() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (home.path().join("modem-a"), home.path().join("modem-b"));
    for node in [&first, &second] {
        std::os::unix::fs::symlink("/dev/null", node).unwrap();
    }
    std::fs::create_dir(home.path().join("config")).unwrap();
    let globs = format!("version = 1\nglobs = ['{}']\n", home.path().join("modem-?").display());
    std::fs::write(home.path().join("config/settings.toml"), globs).unwrap();
    let mut desk = Desk::at_home(&Start::default(), home.path());
    desk.wait("the ports are listed", |desk| desk.state().ports.iter().any(|port| port.path.ends_with("modem-b")));
    desk.harness.get_by_role_and_label(Role::ComboBox, "Port").click();
    desk.frames();
    desk.harness.get_by_role_and_label(Role::DisclosureTriangle, "Listen to two ports at once (tap)").click();
    desk.harness.run_steps(20);
    assert!(!desk.offers("Use both"));
    let (first, second) = (first.display(), second.display());
    // The first is chosen for both: it cannot be, so it hears the modem alone.
    for choice in
        [format!("{first} hears the Nano"), format!("{first} hears the modem"), format!("{second} hears the Nano")]
    {
        desk.harness.get_by_role_and_label(Role::RadioButton, &choice).scroll_to_me();
        desk.harness.run_steps(8);
        desk.harness.get_by_role_and_label(Role::RadioButton, &choice).click();
        desk.frames();
    }
    desk.reach("Use both");
    assert_eq!(desk.state().settings.port, format!("tap:{second},{first}"));
    // Two ports of another kind stand in for the adapters.
    let sides = [(), ()].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let [host, modem] = sides.each_ref().map(|side| side.local_addr().unwrap());
    desk.connect(&format!("tap:tcp://{host},tcp://{modem}"));
    let (mut said, _) = sides[1].accept().unwrap();
    said.write_all(b"\r\nSMS Ready\r\n").unwrap();
    desk.wait_for_log("SMS Ready");
    assert!(!desk.offers("Send") && !desk.offers("1A"));
    assert!(desk.shows("This port only listens"));
    desk.type_text("AT");
    desk.key(Key::Enter);
    assert!(desk.shows("Nothing was sent: this port only listens."));
    assert_eq!(desk.draft(), "AT", "the draft stays");
}
