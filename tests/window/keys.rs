//! Whose a key is: keys put something on the line only from the send box and the log, in the order of pressing.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;

use crate::desk::{Desk, Server};

fn key(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

/// A modem that waits for the text of an SMS.
fn at_a_prompt() -> Desk {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    for line in ["AT+CMGF=1", "AT+CMGS=\"+491701234567\""] {
        desk.type_text(line);
        desk.key(Key::Enter);
        desk.wait_for_log(&format!("RX {line}"));
    }
    desk.wait("the modem waits for data", |desk| desk.state().prompt_open());
    desk
}

/// Bytes that the program handed to the port, as the counter reads them out.
fn sent(desk: &Desk) -> u64 {
    desk.state().status.tx
}

#[test]
fn in_find_ctrl_z_and_esc_are_the_fields_own_while_the_modem_waits() {
    let mut desk = at_a_prompt();
    let before = sent(&desk);
    desk.keys(Modifiers::COMMAND, Key::F);
    desk.type_text("ready");
    assert!(desk.offers("Close find"));
    desk.keys(Modifiers::COMMAND, Key::Z);
    desk.wait("frames pass", |desk| desk.state().prompt_open());
    assert_eq!(sent(&desk), before, "Ctrl+Z undoes");
    desk.key(Key::Escape);
    desk.frames();
    assert_eq!(sent(&desk), before, "Esc closes the bar");
    assert!(!desk.offers("Close find") && desk.state().find.is_none() && desk.state().prompt_open());
    desk.type_text("hello");
    assert_eq!(desk.draft(), "hello", "and the send box has the keyboard again");
}

#[test]
fn a_hot_key_typed_into_another_field_runs_nothing() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Menu");
    desk.click("Edit macros…");
    desk.harness.get_by_role_and_label(Role::TextInput, "Hot key").focus();
    desk.frames();
    desk.key(Key::F2);
    assert!(!desk.state().running() && desk.state().status.run.is_none());
    desk.key(Key::Escape);
    desk.key(Key::F1);
    desk.wait("from the send box it runs", |desk| desk.state().status.run.is_some());
}

#[test]
fn ctrl_z_never_overtakes_the_letters_before_it() {
    let mut desk = at_a_prompt();
    let events = [Event::Text("hello ".to_owned()), Event::Text("manual".to_owned()), key(Key::Z, Modifiers::COMMAND)];
    // One slow frame has all of them.
    desk.harness.input_mut().events.extend(events);
    desk.wait_for_log("+CMGS: ");
    assert!(desk.log().contains("TX hello manual"), "{}", desk.log());
    assert_eq!(desk.draft(), "");
}

#[test]
fn two_lines_typed_in_one_slow_frame_are_two_lines() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    let enter = || key(Key::Enter, Modifiers::NONE);
    let events = [Event::Text("AT".to_owned()), enter(), Event::Text("ATE1".to_owned()), enter()];
    desk.harness.input_mut().events.extend(events);
    desk.wait("both went out", |desk| sent(desk) == 8);
    desk.wait_for_log("TX AT<CR>");
    desk.wait_for_log("TX ATE1<CR>");
}

#[test]
fn esc_after_letters_gives_the_data_up_and_keeps_the_keyboard() {
    let mut desk = at_a_prompt();
    let before = sent(&desk);
    desk.harness.input_mut().events.extend([Event::Text("oops".to_owned()), key(Key::Escape, Modifiers::NONE)]);
    desk.wait("1B went out", |desk| sent(desk) == before + 1);
    assert_eq!(desk.draft(), "oops", "what was typed is kept");
    desk.wait("the prompt is closed", |desk| !desk.state().prompt_open());
    desk.type_text("!");
    assert_eq!(desk.draft(), "oops!");
}

#[test]
fn letters_typed_with_the_log_in_focus_go_into_the_send_box() {
    let mut desk = at_a_prompt();
    desk.focus_log();
    desk.type_text("hi");
    assert_eq!(desk.draft(), "hi");
    desk.focus_log();
    desk.keys(Modifiers::COMMAND, Key::Z);
    desk.wait_for_log("+CMGS: ");
    assert!(desk.log().contains("TX hi"), "what was typed goes out first");
}

#[test]
fn ctrl_shift_z_brings_back_what_was_undone_and_sends_nothing() {
    let mut desk = at_a_prompt();
    let before = sent(&desk);
    desk.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    desk.frames();
    assert_eq!(sent(&desk), before);
}

/// Everything by the keyboard alone, from the first frame to the text at the server.
#[test]
fn the_main_job_needs_no_mouse() {
    let server = Server::start();
    let mut desk = Desk::new(&Start { port: Some("sim:fast".to_owned()), ..Start::default() });
    desk.wait("it is open", |desk| desk.state().connected());
    desk.wait_for_log("SMS Ready");
    desk.keys(Modifiers::COMMAND, Key::O);
    desk.wait("Ctrl+O closes", |desk| !desk.state().connected());
    desk.keys(Modifiers::COMMAND, Key::O);
    desk.wait("and opens", |desk| desk.state().connected());
    desk.wait_for_log("SMS Ready");
    for line in ["AT+CSTT=\"internet\"", "AT+CIICR", "AT+CIFSR"] {
        desk.type_text(line);
        desk.key(Key::Enter);
        let echo = format!("RX {line}<CR>");
        desk.wait("an answer behind the echo", |desk| {
            desk.log().split_once(&echo).is_some_and(|(_, answer)| answer.contains("<CR><LF>"))
        });
    }
    desk.type_text("at+cips");
    desk.key(Key::ArrowDown);
    desk.key(Key::Enter);
    assert_eq!(desk.draft(), "AT+CIPSTART", "the first one offered is what is wanted");
    desk.type_text(&format!("=\"TCP\",\"127.0.0.1\",\"{}\"", server.address.port()));
    desk.key(Key::Enter);
    desk.wait_for_log("CONNECT OK");
    desk.type_text("AT+CIPSEND");
    desk.key(Key::Enter);
    desk.wait("the modem waits for data", |desk| desk.state().prompt_open());
    desk.type_text("hello");
    desk.keys(Modifiers::COMMAND, Key::Z);
    desk.wait_for_log("SEND OK");
    desk.type_text("AT+CIPCLOSE");
    desk.key(Key::Enter);
    desk.wait_for_log("CLOSE OK");
    assert_eq!(server.received(), b"hello");
}

#[test]
fn tab_goes_round_within_an_open_menu() {
    let mut desk = Desk::new(&Start::default());
    for menu in ["Line settings", "More…", "Menu"] {
        if menu == "More…" {
            desk.connect("sim:fast");
        }
        desk.click(menu);
        desk.frames();
        let within = desk.harness.ctx.memory(egui::Memory::top_modal_layer).expect("the menu has the keyboard");
        for press in 0..60 {
            desk.key(Key::Tab);
            let focused = desk.harness.ctx.memory(egui::Memory::focused);
            let layer = focused.and_then(|id| desk.harness.ctx.read_response(id)).map(|response| response.layer_id);
            assert!(layer.is_none_or(|layer| layer == within), "{menu}: Tab {press} leads to {layer:?}");
        }
        desk.key(Key::Escape);
        desk.frames();
    }
    desk.type_text("AT");
    assert_eq!(desk.draft(), "AT", "and the send box has the keyboard again");
}

/// The sketch that sends blindly, as people paste it, to a server on this machine.
fn blind(port: u16) -> String {
    let lines = [
        "SoftwareSerial sim(8, 7);",
        "void setup() {",
        "  sim.begin(9600);",
        &format!("  sim.println(\"AT+CIPSTART=\\\"TCP\\\",\\\"127.0.0.1\\\",\\\"{port}\\\"\");"),
        "  delay(1);",
        "  sim.println(\"AT+CIPSEND\");",
        "  delay(1);",
        "  sim.print(\"hello\");",
        "  sim.write(26);",
        "  delay(1);",
        "  sim.println(\"AT+CIPCLOSE\");",
        "}",
        "void loop() {}",
    ];
    lines.join("\n")
}

/// What is pasted is asked about, run, told, imported, run again and mended, and at last the text arrives.
#[test]
fn a_pasted_sketch_is_mended_without_a_mouse() {
    let server = Server::start();
    let mut desk = Desk::new(&Start { port: Some("sim:".to_owned()), ..Start::default() });
    desk.wait_for_log("SMS Ready");
    desk.harness.event(Event::Paste(blind(server.address.port())));
    desk.frames();
    assert!(desk.shows("This is an Arduino sketch"));
    desk.key(Key::Enter);
    desk.wait("it is run", |desk| desk.shows("The run ended after"));
    assert!(desk.shows("Line 6: "), "what is wrong, by line");
    desk.press("Import it as a macro…");
    desk.wait("it is read", |desk| desk.offers("Add to the macros"));
    desk.press("Add to the macros");
    desk.key(Key::Escape);
    desk.press("Sketch");
    desk.wait("it was sent, no more", |desk| !desk.state().running() && desk.shows("no answer was waited for"));
    desk.wait("the reason", |desk| desk.shows("AT+CIPSTART, before CONNECT OK."));
    desk.press("Make it wait for the answers");
    desk.press("Run “Sketch, waiting”");
    desk.wait("it is done", |desk| !desk.state().running() && desk.shows("Done"));
    assert_eq!(server.received(), b"hello");
}

/// The same with a log in which it went wrong: what was sent there is sent again, each step when the modem has answered.
#[test]
fn a_pasted_log_leads_to_a_text_that_arrives_without_a_mouse() {
    let server = Server::start();
    let mut desk = Desk::new(&Start { port: Some("sim:fast".to_owned()), ..Start::default() });
    desk.wait_for_log("SMS Ready");
    let log = [
        "> AT\\r",
        "< AT\\r\\r\\nOK\\r\\n",
        &format!("> AT+CIPSTART=\"TCP\",\"127.0.0.1\",\"{}\"\\r", server.address.port()),
        "< AT+CIPSTART=\"TCP\",\"127.0.0.1\",\"9\"\\r\\r\\nOK\\r\\n",
        "> AT+CIPSEND\\r",
        "< AT+CIPSEND\\r\\r\\nERROR\\r\\n",
        "> hello\\x1A",
        "< \\r\\nCONNECT OK\\r\\n",
        "> AT+CIPCLOSE\\r",
        "< AT+CIPCLOSE\\r\\r\\nCLOSE OK\\r\\n",
    ];
    desk.harness.event(Event::Paste(log.join("\n")));
    desk.frames();
    assert!(desk.shows("This looks like the log of a terminal"));
    desk.key(Key::Enter);
    desk.wait("what is wrong in it", |desk| desk.shows("before CONNECT OK."));
    desk.press("Log");
    desk.keys(Modifiers::COMMAND, Key::A);
    desk.wait("it is selected", |desk| desk.offers("Macro of this"));
    desk.press("Macro of this");
    let before = desk.state().book.macros.len();
    desk.press("Each step when the modem has answered");
    desk.wait("it is there", |desk| desk.state().book.macros.len() > before);
    let name = desk.state().book.macros.last().unwrap().name.clone();
    desk.press(&name);
    desk.wait("it ran", |desk| !desk.state().running() && desk.state().status.run.is_some());
    assert!(desk.shows("Done"));
    assert_eq!(server.received(), b"hello");
}
