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
    ("a prompt and an arrow", "> {}", "-> {}"),
    ("mail, twice quoted", "> > {}", "> > {}"),
    ("mail, thrice quoted", ">>> {}", ">>> {}"),
    ("brackets behind names", "CMD:[{}]", "RSP:[{}]"),
    ("numbers with a hash", "#{n} {}", "#{n} {}"),
    ("RealTerm", "{}CRCRLF", "{}CRLF"),
    ("a table with quotes", "\"10:02:{n}\",\"TX\",\"{csv}\"", "\"10:02:{n}\",\"RX\",\"{csv}\""),
    ("a table", "{n},TX,{}", "{n},RX,{}"),
    ("YAT's escapes", "(10:02:{n}.120) << {}\\h(0D)", "(10:02:{n}.320) >> \\h(0D 0A){}\\h(0D 0A)"),
    (
        "Windows' modem log",
        "11-27-2026 10:02:{n}.120 - Send: {}<cr>",
        "11-27-2026 10:02:{n}.320 - Recv: <cr><lf>{}<cr><lf>",
    ),
    ("functions", "uart_write: {}", "uart_read: {}"),
    ("letters", "H: {}", "M: {}"),
    ("question and answer", "Q: {}", "A: {}"),
    ("arrows in brackets", "[>>] {}", "[<<] {}"),
    ("lengths", "TX({n}): {}", "RX({n}): {}"),
    ("double arrows", "=> {}", "<= {}"),
    ("arrows behind letters", "S>> {}", "R<< {}"),
    ("to and from", "to modem: {}", "from modem: {}"),
    ("command and response", "Command: {}", "Response: {}"),
    ("command and result", "Command: {}", "Result: {}"),
    ("request and reply", "Request: {}", "Reply: {}"),
    (
        "a logger of Python",
        "2023-03-04 10:02:{n},123 - modem - DEBUG - SEND {}",
        "2023-03-04 10:02:{n},323 - modem - DEBUG - RECV {}",
    ),
    ("ends of a line", "DTE: {}", "DCE: {}"),
    ("Qt", "Sent: \"{c}\\r\"", "Received: \"\\r\\n{c}\\r\\n\""),
    ("Go", "2023/03/04 10:02:{n} w: {}", "2023/03/04 10:02:{n} r: {}"),
    ("ofono", "ofonod[123]: Aux: > {}\\r", "ofonod[123]: Aux: < \\r\\n{}\\r\\n"),
    ("Android", "03-04 10:02:{n}.120  1201  1201 D SIM800: >> {}", "03-04 10:02:{n}.320  1201  1201 D SIM800: << {}"),
    ("numbers and signs", "{n}> {}", "{n}< {}"),
    ("Tera Term", "[2023-03-04 10:02:{n}.120] {}", "[2023-03-04 10:02:{n}.320] {}"),
    (
        "JSON, an object a line",
        "{\"t\":\"10:02:{n}\",\"cmd\":\"{json}\"}",
        "{\"t\":\"10:02:{n}\",\"result\":\"{json}\"}",
    ),
    ("signs", "+> {}", "<+ {}"),
    ("an analyser of text", "{n}.120 UART TX: {}", "{n}.320 UART RX: {}"),
    ("a port's name", "COM3 write: {}", "COM3 read: {}"),
    ("a device's name", "/dev/ttyUSB2 > {}", "/dev/ttyUSB2 < {}"),
    ("Wireshark's text", "{n}\t0.120\thost\tmodem\t{}", "{n}\t0.320\tmodem\thost\t{}"),
    ("send with an ellipsis", "Sending {}...", "Got {}"),
    ("sentences", "I send {}", "modem answers {}"),
    ("words of Indonesian", "Kirim: {}", "Terima: {}"),
    ("words of Polish", "Wysłano: {}", "Odebrano: {}"),
    ("words of Turkish", "Gönderilen: {}", "Gelen: {}"),
    ("words of Dutch", "Verzonden: {}", "Ontvangen: {}"),
    ("words of Czech", "Odesláno: {}", "Přijato: {}"),
    ("words of Japanese", "送信: {}", "受信: {}"),
    ("words of Korean", "송신: {}", "수신: {}"),
    ("words of Vietnamese", "Gửi: {}", "Nhận: {}"),
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
            .replace("{csv}", &text.replace('"', "\"\""))
            .replace("{json}", &text.replace('"', "\\\""))
            .replace("{c}", &text.replace('"', "\\\""))
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

/// Commands, each with its answers.
type Exchanges = &'static [(&'static str, &'static [&'static str])];

/// How people and programs write a command and its answers in one line; `{c}` is the command, `{a}` each answer.
const PAIRS: &[(&str, &str, &str)] = &[
    ("blanks", "{c}    {a}", " "),
    ("a bar", "{c} | {a}", " | "),
    ("a row of Markdown", "| {c} | {a} |", " "),
    ("an arrow", "{c} -> {a}", " "),
    ("a thick arrow", "{c} => {a}", " "),
    ("two thick arrows", "{c} ==> {a}", ", "),
    ("a colon", "{c} : {a}", " "),
    ("an equals sign", "{c} = {a}", " "),
    ("quotes", "\"{c}\" -> \"{a}\"", " "),
    ("a dash", "{c} - {a}", " "),
    ("a tab", "{c}\t{a}", "\t"),
    ("brackets", "{c} ({a})", ", "),
    ("square brackets", "{c} [{a}]", "]["),
    ("dots", "{c} ... {a}", " "),
    ("words", "Sending {c} ... got {a}", " "),
    ("sentences", "I sent {c} and the modem replied {a}", " "),
    ("a list", "- {c}: {a}", " "),
    ("a numbered list", "{n}. {c} - {a}", " "),
    ("response", "{c} response: {a}", " "),
    ("glued", "{c}{a}", ""),
    ("tests", "[{n}] {c} ==> {a}", " "),
    ("JSON", "{\"id\":{n},\"command\":\"{c}\",\"result\":\"{a}\"}", "\\r\\n"),
    ("JSON with response", "{\"command\": \"{c}\", \"response\": \"{a}\"}", "\\n"),
    ("Python's list", "{c} ['{a}']", "', '"),
];

#[test]
fn answers_beside_their_commands_are_read() {
    const DIALOGS: [(Exchanges, &str); 3] = [
        (&[("AT", &["OK"]), ("AT+CPIN?", &["+CPIN: SIM PIN", "OK"]), ("AT+CMEE=2", &["OK"])], "sim-locked"),
        (&[("AT", &["OK"]), ("AT+CGATT=1", &["OK"]), ("AT+CIICR", &["ERROR"])], "no-data-service"),
        (&[("AT", &["OK"]), ("AT+CREG?", &["+CREG: 0,1", "OK"]), ("AT+CSQ", &["+CSQ: 18,0", "OK"])], ""),
    ];
    let mut wrong = Vec::new();
    for (name, template, between) in PAIRS {
        for (dialog, expect) in DIALOGS {
            let line = |(number, (command, answers)): (usize, &(&str, &[&str]))| {
                let number = format!("{}", number + 1);
                template.replace("{n}", &number).replace("{c}", command).replace("{a}", &answers.join(between))
            };
            let text = dialog.iter().enumerate().map(line).collect::<Vec<_>>().join("\n");
            let transcript = Transcript::read(text.as_bytes());
            let found = rules(&of_transcript(&transcript));
            if found != expect {
                wrong.push(format!("{name}: {found:?}, not {expect:?}, read as {}:\n{text}\n", transcript.form));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
