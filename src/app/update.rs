//! Commands and what they do: `update(state, command) -> effects`. No I/O happens here.

use std::net::{Ipv4Addr, SocketAddr};

use super::settings::{Line, SendBox, Theme, View};
use super::state::{State, Tone};
use crate::link::{LineSettings, LinkSpec, Order};
use crate::macros::runner::Values;

/// All that the window can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Look again which ports there are.
    ListPorts,
    /// Take this port, with the line settings it had last.
    PickPort(String),
    /// Use these line settings, at once if connected.
    SetLine(LineSettings),
    /// Open the picked port.
    Connect,
    /// Close it.
    Disconnect,
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send these bytes and remember the text that they were typed as.
    SendTyped {
        /// The text in the send box.
        text: String,
        /// What it stands for, ending included.
        bytes: Vec<u8>,
    },
    /// Give up what is not sent yet.
    CancelSend,
    /// Run the macro at this place of the book with these values.
    RunMacro {
        /// Index in the book.
        index: usize,
        /// Its parameters.
        values: Values,
    },
    /// Stop the macro run.
    StopMacro,
    /// Let the test server listen on this port of the loopback address.
    StartServer(u16),
    /// Close the test server and its connections.
    StopServer,
    /// Let the test server send bytes to a connection.
    Answer {
        /// The connection's number.
        visitor: u64,
        /// What to send.
        bytes: Vec<u8>,
    },
    /// Show no findings of this rule.
    Mute(String),
    /// Show the findings of all rules again.
    UnmuteAll,
    /// Show the log so.
    SetView(View),
    /// Read the send box so.
    SetSendBox(SendBox),
    /// Use these colours.
    SetTheme(Theme),
    /// The window was zoomed.
    SetZoom(f32),
    /// The window is here: x, y, width, height in points.
    SetWindow(Vec<f32>),
    /// A message was read.
    Dismiss(usize),
    /// Say something to the user.
    Say(Tone, String),
}

/// What has to be done outside the state.
#[derive(Debug)]
pub enum Effect {
    /// List the ports.
    ListPorts,
    /// Open this port.
    Open {
        /// What to open.
        spec: LinkSpec,
        /// How its line is set.
        line: LineSettings,
    },
    /// Close the port.
    Close,
    /// Hand this to the link.
    Order(Order),
    /// Listen here.
    StartServer(SocketAddr),
    /// Listen no more.
    StopServer,
    /// Send bytes to a connection of the test server.
    Answer {
        /// The connection's number.
        visitor: u64,
        /// What to send.
        bytes: Vec<u8>,
    },
    /// Write the settings soon.
    Save,
}

/// Changes the state as the command says and names what else is to be done.
pub fn update(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::ListPorts => vec![Effect::ListPorts],
        Command::PickPort(port) => pick_port(state, port),
        Command::SetLine(line) => set_line(state, line),
        Command::Connect => connect(state),
        Command::Disconnect => vec![Effect::Close],
        Command::Send(bytes) => send(state, bytes),
        Command::SendTyped { text, bytes } => {
            state.settings.remember_sent(&text);
            let mut effects = send(state, bytes);
            effects.push(Effect::Save);
            effects
        }
        Command::CancelSend => vec![Effect::Order(Order::CancelSend)],
        Command::RunMacro { index, values } => run_macro(state, index, values),
        Command::StopMacro => vec![Effect::Order(Order::StopMacro)],
        Command::StartServer(port) => {
            state.settings.server_port = port;
            vec![Effect::StartServer(SocketAddr::from((Ipv4Addr::LOCALHOST, port))), Effect::Save]
        }
        Command::StopServer => vec![Effect::StopServer],
        Command::Answer { visitor, bytes } => vec![Effect::Answer { visitor, bytes }],
        Command::Dismiss(index) => {
            if index < state.messages.len() {
                state.messages.remove(index);
            }
            Vec::new()
        }
        Command::Say(tone, text) => {
            state.say(tone, text);
            Vec::new()
        }
        remembered => {
            remember(state, remembered);
            vec![Effect::Save]
        }
    }
}

/// Commands that change nothing but settings.
fn remember(state: &mut State, command: Command) {
    let settings = &mut state.settings;
    match command {
        Command::Mute(rule) => {
            settings.muted.insert(rule);
        }
        Command::UnmuteAll => settings.muted.clear(),
        Command::SetView(view) => settings.view = view,
        Command::SetSendBox(send) => settings.send = send,
        Command::SetTheme(theme) => settings.theme = theme,
        Command::SetZoom(zoom) => settings.zoom = zoom,
        Command::SetWindow(place) => settings.window = place,
        _ => {}
    }
}

fn pick_port(state: &mut State, port: String) -> Vec<Effect> {
    if let Some(line) = state.settings.line.get(&state.identity_of(&port)) {
        state.line = line.into();
    }
    state.settings.port = port;
    vec![Effect::Save]
}

fn set_line(state: &mut State, line: LineSettings) -> Vec<Effect> {
    state.line = line;
    let port = state.port.as_ref().filter(|_| state.busy()).unwrap_or(&state.settings.port);
    let identity = state.identity_of(port);
    state.settings.line.insert(identity, Line::from(&line));
    let mut effects = vec![Effect::Save];
    if state.busy() {
        effects.push(Effect::Order(Order::Reconfigure(line)));
    }
    effects
}

fn connect(state: &mut State) -> Vec<Effect> {
    let port = state.settings.port.trim().to_owned();
    if port.is_empty() {
        state.say(Tone::Note, "Pick a port first, or the simulated SIM800L.");
        return Vec::new();
    }
    match port.parse::<LinkSpec>() {
        Ok(spec) => {
            let identity = state.identity_of(&port);
            state.settings.line.insert(identity, Line::from(&state.line));
            state.port = Some(port);
            vec![Effect::Open { spec, line: state.line }, Effect::Save]
        }
        Err(error) => {
            state.say(Tone::Trouble, error.to_string());
            Vec::new()
        }
    }
}

fn send(state: &mut State, bytes: Vec<u8>) -> Vec<Effect> {
    if !state.connected() {
        state.say(Tone::Note, "Nothing was sent: connect to a port first.");
        return Vec::new();
    }
    if bytes.is_empty() {
        return Vec::new();
    }
    vec![Effect::Order(Order::Send(bytes))]
}

fn run_macro(state: &mut State, index: usize, values: Values) -> Vec<Effect> {
    let Some(wanted) = state.book.macros.get(index).cloned() else { return Vec::new() };
    if !state.connected() {
        state.say(Tone::Note, format!("“{}” was not run: connect to a port first.", wanted.name));
        return Vec::new();
    }
    if state.running() {
        state.say(Tone::Note, format!("“{}” was not run: another macro is running. Stop it first.", wanted.name));
        return Vec::new();
    }
    for (name, ask) in &wanted.ask {
        if let Some(value) = values.get(name).filter(|_| !ask.secret) {
            state.settings.values.insert(name.clone(), value.clone());
        }
    }
    vec![Effect::Order(Order::RunMacro(vec![wanted], values)), Effect::Save]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::link::discovery::PortInfo;
    use crate::link::{Phase, Status};
    use crate::macros::{Ask, Macro};

    fn connected() -> State {
        let mut state = State { port: Some("sim:".to_owned()), ..State::default() };
        state.status = Arc::new(Status { phase: Phase::Open { kept: None }, ..Status::default() });
        state
    }

    #[test]
    fn nothing_is_sent_without_a_port_and_the_user_is_told() {
        let mut state = State::default();
        assert!(update(&mut state, Command::Send(b"AT\r".to_vec())).is_empty());
        assert!(state.messages[0].text.contains("connect"));
        let effects = update(&mut connected(), Command::Send(b"AT\r".to_vec()));
        assert!(matches!(&effects[..], [Effect::Order(Order::Send(bytes))] if bytes == b"AT\r"), "{effects:?}");
    }

    #[test]
    fn a_bad_port_name_is_said_and_nothing_is_opened() {
        let mut state = State::default();
        assert!(update(&mut state, Command::Connect).is_empty());
        update(&mut state, Command::PickPort("gopher://x".to_owned()));
        assert!(update(&mut state, Command::Connect).is_empty());
        assert_eq!(state.messages.len(), 2);
        assert_eq!(state.port, None);
    }

    #[test]
    fn a_device_gets_its_own_line_settings_back_wherever_it_is_plugged_in() {
        let mut state = State::default();
        let nano = |path: &str| PortInfo {
            path: path.to_owned(),
            usb_id: Some((0x1a86, 0x7523)),
            serial_number: None,
            ..PortInfo::default()
        };
        state.ports = vec![nano("/dev/ttyUSB0")];
        update(&mut state, Command::PickPort("/dev/ttyUSB0".to_owned()));
        update(&mut state, Command::SetLine(LineSettings { baud: 57_600, ..LineSettings::default() }));
        update(&mut state, Command::PickPort("/dev/ttyS0".to_owned()));
        update(&mut state, Command::SetLine(LineSettings { baud: 300, ..LineSettings::default() }));
        state.ports = vec![nano("/dev/ttyUSB7")];
        update(&mut state, Command::PickPort("/dev/ttyUSB7".to_owned()));
        assert_eq!(state.line.baud, 57_600);
    }

    #[test]
    fn line_settings_change_the_open_port_at_once() {
        let mut state = connected();
        let line = LineSettings { baud: 115_200, ..LineSettings::default() };
        let effects = update(&mut state, Command::SetLine(line));
        assert!(
            effects.iter().any(|effect| matches!(effect, Effect::Order(Order::Reconfigure(to)) if *to == line)),
            "{effects:?}"
        );
    }

    #[test]
    fn values_are_remembered_and_secrets_are_not() {
        let mut state = connected();
        let ask = |secret| Ask { default: String::new(), secret };
        state.book.macros.push(Macro {
            name: "m".to_owned(),
            ask: vec![("text".to_owned(), ask(false)), ("pin".to_owned(), ask(true))],
            ..Macro::default()
        });
        let values = Values::from([("text".to_owned(), "hello".to_owned()), ("pin".to_owned(), "1234".to_owned())]);
        let effects = update(&mut state, Command::RunMacro { index: 0, values });
        assert!(matches!(&effects[..], [Effect::Order(Order::RunMacro(..)), Effect::Save]), "{effects:?}");
        assert_eq!(state.settings.values.get("text").map(String::as_str), Some("hello"));
        assert_eq!(state.settings.values.get("pin"), None);
        assert!(update(&mut state, Command::RunMacro { index: 7, values: Values::new() }).is_empty());
    }
}
