//! The same dialogs in the forms in which programs and people show them: what is found does not depend on the form.

use super::{Transcript, of_transcript, rules};

/// What was sent (`>`) and what came (`<`), and the rules that speak of it.
const DIALOGS: [(&[&str], &str); 5] = [
    (
        &[">AT", "<OK", ">AT+CGATT?", "<+CGATT: 1", "<OK", ">AT+CSTT=\"internet\"", "<OK", ">AT+CIICR", "<ERROR"],
        "no-data-service",
    ),
    (&[">AT", "<OK", ">AT+CMGF=1", "<OK", ">AT+CMGS=\"+15550100\"", "<> ", ">Hello"], "missing-terminator"),
    (&[">AT", "<OK", ">AT+CPIN?", "<+CME ERROR: 10", ">AT+CSQ", "<+CSQ: 18,0", "<OK"], "sim-missing"),
    (&[">AT", "<OK", ">AT+CREG?", "<+CREG: 0,1", "<OK", ">AT+CSQ", "<+CSQ: 18,0", "<OK"], ""),
    (&[">AT", "<OK", ">AT+CREG?", "<+CREG: 0,5", "<OK", ">AT+CSQ", "<+CSQ: 18,0", "<OK"], ""),
];

/// How a form writes a line that was sent, and one that came. `{}` is the text, `{n}` the number of the line, `{hex}` the
/// bytes with their line ends.
const FORMS: &[(&str, &str, &str)] = &[
    ("labels", "OUT: {}", "IN: {}"),
    ("arrows with names", "HOST -> {}", "MODEM -> {}"),
    ("speakers", "Arduino: {}", "SIM800: {}"),
    ("ports", "PC>GSM: {}", "GSM>PC: {}"),
    ("strings of a program", "[DEBUG] uart.c:{n}: tx: \"{}\\r\\n\"", "[DEBUG] uart.c:{n}: rx: \"{}\\r\\n\""),
    ("a system's log", "Mar  4 10:02:{n} gw modemd[311]: >> {}", "Mar  4 10:02:{n} gw modemd[311]: << {}"),
    ("columns with tabs", "10:02:{n}\tsend\t{}", "10:02:{n}\trecv\t{}"),
    ("a logger of Java", "2023-03-04 10:02:{n},123 DEBUG - Writing: {}", "2023-03-04 10:02:{n},323 DEBUG - Read: {}"),
    ("Node.js", "Write: '{}\\r'", "Data: <Buffer {hex}>"),
    ("bytes", "TX {HEX}", "RX {HEX}"),
    ("bytes as in C", "Tx: {0x}", "Rx: {0x}"),
    ("brackets", "[TX][{}]", "[RX][{}]"),
    ("German", "Gesendet: {}", "Empfangen: {}"),
    ("Spanish", "Enviado: {}", "Recibido: {}"),
    ("Russian", "Отправлено: {}", "Получено: {}"),
    ("French", "Envoi : {}", "Réponse : {}"),
    ("Portuguese", "Enviando: {}", "Resposta: {}"),
    ("Italian", "Inviato: {}", "Ricevuto: {}"),
    ("Chinese", "发送：{}", "接收：{}"),
    ("indented answers", "{}", "    {}"),
    ("bullets", "* {}", "  - {}"),
    ("numbers", "{n}. {}", "{n}. {}"),
    ("mail", "> {}", "> {}"),
    ("a terminal's stamps", "10:02:{n}.100 -> {}", "10:02:{n}.400 -> {}"),
    ("ESP-IDF", "I (10{n}) modem: send: {}", "I (10{n}) modem: recv: {}"),
    ("Zephyr", "[00:00:{n}.120,000] <dbg> modem_cmd: tx: {}", "[00:00:{n}.320,000] <dbg> modem_cmd: rx: {}"),
    ("a phone's log", "03-04 10:02:{n}.120 D RILC : AT> {}", "03-04 10:02:{n}.320 D RILC : AT< {}"),
    (
        "ModemManager",
        "<debug> [17{n}.1] [ttyUSB2/at] --> '{}<CR>'",
        "<debug> [17{n}.3] [ttyUSB2/at] <-- '<CR><LF>{}<CR><LF>'",
    ),
    ("Python", "sending b'{}\\r\\n'", "received b'\\r\\n{}\\r\\n'"),
    ("Python's prompt", ">>> uart.write('{}\\r\\n')", ">>> uart.read()\nb'\\r\\n{}\\r\\n'"),
    ("smstools", "2023-03-04 10:02:{n},7, GSM1: -> {}", "2023-03-04 10:02:{n},7, GSM1: <- {}"),
    ("HTerm", "{}<CR><LF>", "<CR><LF>\n{}<CR><LF>"),
    ("Docklight", "10:02:{n}.120 [TX] - {}<CR><LF>\n", "10:02:{n}.320 [RX] - <CR><LF>\n{}<CR><LF>\n"),
    ("a program's events", "10:02:{n} Port_Write: {}", "10:02:{n} Port_DataReceived: {}"),
];

fn shown(dialog: &[&str], sent: &str, received: &str) -> String {
    let line = |(number, line): (usize, &&str)| {
        let (way, text) = line.split_at(1);
        let (template, bytes) = match way {
            ">" => (sent, format!("{text}\r")),
            _ => (received, format!("\r\n{text}\r\n")),
        };
        let digits = |before: &str, upper: bool| {
            let digit = |byte: u8| if upper { format!("{before}{byte:02X}") } else { format!("{before}{byte:02x}") };
            bytes.bytes().map(digit).collect::<Vec<_>>().join(" ")
        };
        template
            .replace("{n}", &format!("{:02}", number + 1))
            .replace("{hex}", &digits("", false))
            .replace("{HEX}", &digits("", true))
            .replace("{0x}", &digits("0x", false))
            .replace("{}", text)
    };
    dialog.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_form_of_a_log_changes_nothing() {
    let mut wrong = Vec::new();
    for (name, sent, received) in FORMS {
        for (dialog, expect) in DIALOGS {
            let text = shown(dialog, sent, received);
            let transcript = Transcript::read(text.as_bytes());
            let found = rules(&of_transcript(&transcript));
            if found != expect {
                wrong.push(format!("{name}: {found:?}, not {expect:?}, read as {}:\n{text}\n", transcript.form));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dialog_in_one_line_is_read() {
    for (dialog, expect) in DIALOGS {
        let text = dialog.iter().filter_map(|line| line.get(1..)).collect::<Vec<_>>().join(" / ");
        assert_eq!(rules(&of_transcript(&Transcript::read(text.as_bytes()))), expect, "{text}");
    }
}
