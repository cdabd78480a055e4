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
    ("arrows behind times", "10:02:{n}.120 -> {}", "10:02:{n}.320 <- {}"),
    ("turned arrows behind times", "10:02:{n}.120 <- {}", "10:02:{n}.320 -> {}"),
    ("arrows behind dates", "2024-03-04 10:02:{n}.120 -> {}", "2024-03-04 10:02:{n}.320 <- {}"),
    ("double arrows behind times", "10:02:{n}.120 >> {}", "10:02:{n}.320 << {}"),
    ("thick arrows behind times", "[10:02:{n}] => {}", "[10:02:{n}] <= {}"),
    ("long arrows behind times", "10:02:{n} --> {}", "10:02:{n} <-- {}"),
    ("signs behind times", "10:02:{n}.100 > {}", "10:02:{n}.300 < {}"),
    ("signs glued to times", "10:02:{n}> {}", "10:02:{n}< {}"),
    ("milliseconds and arrows", "[1{n}00] -> {}", "[1{n}20] <- {}"),
    ("arrows, times in brackets behind", "-> {}  [10:02:{n}]", "<- {}  [10:02:{n}]"),
    ("arrows, times in parentheses behind", "-> {} (10:02:{n}.120)", "<- {} (10:02:{n}.320)"),
    ("labels, times behind", "TX: {}    10:02:{n}.120", "RX: {}    10:02:{n}.320"),
    ("times behind", "{}  (10:02:{n})", "{}  (10:02:{n})"),
    ("arrows in front of times", ">> 10:02:{n} {}", "<< 10:02:{n} {}"),
    ("an echo with names", "TX: {}<CR><LF>\nRX: {}<CR><LF>", "RX: {}<CR><LF>"),
    ("numbers in square brackets", "TX: {}[0D]", "RX: [0D][0A]{}[0D][0A]"),
    ("names, and arrows that point to them", "modem << {}", "modem >> {}"),
    ("a logger, and arrows turned", "10:02:{n} DEBUG modem << {}", "10:02:{n} DEBUG modem >> {}"),
    ("Node-RED", "msg.payload : string[{n}]\n\"{}↵\"", "msg.payload : string[{n}]\n\"↵{}↵\""),
    ("a sign for the end", "TX: {}↵", "RX: {}↵"),
    ("XML", "<tx t=\"10:02:{n}\">{}</tx>", "<rx t=\"10:02:{n}\">{}</rx>"),
    ("a table in HTML", "<tr><td>TX</td><td>{}</td></tr>", "<tr><td>RX</td><td>{}</td></tr>"),
    ("bytes behind signs", "> {hex}", "< {hex}"),
    ("bytes in C's braces", "TX: {{0x}}", "RX: {{0x}}"),
    ("slsnif", "Host   --> {dec}", "Device <-- {dec}"),
    ("TX and RX behind a sign of the monitor", "10:02:{n}.100 > TX: {}", "10:02:{n}.300 > RX: {}"),
    (
        "JSON of a logger",
        "{\"level\":\"debug\",\"msg\":\"modem tx\",\"data\":\"{json}\"}",
        "{\"level\":\"debug\",\"msg\":\"modem rx\",\"data\":\"{json}\"}",
    ),
    ("keys and values", "level=debug dir=tx data=\"{json}\"", "level=debug dir=rx data=\"{json}\""),
    ("seconds since 1970 behind", "{} 17095465{n}.120", "{} 17095465{n}.320"),
    ("cat -A", "{}^M^M$", "^M$\n{}^M$"),
    ("Visual Studio Code", "---- Sent utf8 encoded message: \"{c}\\r\\n\" ----", "{}"),
    ("steps", "{n}) {}", "{n}) {}"),
    ("the direction in the last column", "10:02:{n},\"{csv}\",TX", "10:02:{n},\"{csv}\",RX"),
    ("a prompt of a program", "AT> {}", "{}"),
    ("a dump that begins anew each time", "0000  {hex}", "0000  {hex}"),
    (
        "Python, line by line",
        ">>> ser.write(b'{}\\r')\n{n}\n>>> ser.readline()\nb'{}\\r\\r\\n'",
        ">>> ser.readline()\nb'{}\\r\\n'",
    ),
    ("a function at Python's prompt", ">>> modem.cmd('{}')", "'{}'"),
    ("IPython", "In [{n}]: s.write(b'{}\\r')\nOut[{n}]: {n}", "In [{n}]: s.read(99)\nOut[{n}]: b'\\r\\n{}\\r\\n'"),
    ("numbers in front of arrows", "#{n} >>> {}", "#{n} <<< {}"),
];

/// A log of echoes alone, in forms that write line ends as words, or that only Python's prompt marks.
const ECHOES: &[(&str, &str)] = &[
    ("names", "TX: {}<CR><LF>\nRX: {}<CR><LF>"),
    ("escapes", "TX: {}\\r\\n\nRX: {}\\r\\n"),
    ("arrows behind times", "10:02:01.100 -> {}\n10:02:01.200 <- {}"),
    ("Python's prompt", ">>> s.write(b'{}\\r')\n9\n>>> s.read(64)\nb'{}\\r'"),
    ("IPython", "In [1]: s.write(b'{}\\r\\n')\nOut[1]: 9\n\nIn [2]: s.read(64)\nOut[2]: b'{}\\r\\n'"),
];

#[test]
fn echoes_alone_are_told_as_such() {
    for (name, template) in ECHOES {
        let text = ["AT", "AT+CSQ", "AT+CPIN?"].map(|command| template.replace("{}", command)).join("\n");
        assert_eq!(rules(&of_transcript(&Transcript::read(text.as_bytes()))), "loopback", "{name}:\n{text}");
    }
}

/// Whole dialogs in one line, with data behind a prompt.
#[test]
fn a_prompt_in_a_dialog_of_one_line_is_read() {
    let check = |text: &str, expect: &str| {
        assert_eq!(rules(&of_transcript(&Transcript::read(text.as_bytes()))), expect, "{text}");
    };
    let opened = r#"AT OK AT+CIPSTART="TCP","198.51.100.4",80 OK CONNECT OK AT+CIPSEND > hello"#;
    check(&format!("{opened} SEND OK AT+CIPCLOSE CLOSE OK"), "");
    check(&format!("{opened} SEND FAIL"), "send-failed");
    check(r#"AT+CMGF=1 OK AT+CMGS="+15550100" > Hi there +CMS ERROR: 38"#, "sms-refused");
    check(r#"AT+CMGF=1 OK AT+CMGS="+15550100" > Hi there +CMGS: 12 OK"#, "");
}

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
            .replace("{dec}", &bytes.bytes().map(|byte| format!("({byte:03})")).collect::<Vec<_>>().join(" "))
            .replace("{rest}", text.strip_prefix("AT").unwrap_or(text))
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
    ("steps and arrows", "{n}) {c} => {a}", " "),
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

#[test]
fn a_prompt_alone_is_an_answer() {
    for (text, expect) in [
        ("> AT+CIPSEND=10\n< >\n> hello\n", "fixed-length-short"),
        (">> AT+CIPSEND=10\n<< >\n>> hello\n", "fixed-length-short"),
        ("TX: AT+CIPSEND=10\nRX: >\nTX: hello\n", "fixed-length-short"),
        ("TX: AT+CIPSEND\\r\nRX: AT+CIPSEND\\r\\r\\n> \nTX: hello1A\n", "terminator-typed-as-text"),
        ("TX: AT+CIPSEND\\r\nTX: hello\\x1A\nRX: AT+CIPSEND\\r\\r\\n> \n", "terminator-before-prompt"),
    ] {
        assert_eq!(rules(&of_transcript(&Transcript::read(text.as_bytes()))), expect, "{text}");
    }
}

#[test]
fn garbage_behind_a_mark_is_what_came() {
    for (sent, received) in [("10:00:00 TX ", "10:00:00 RX "), ("TX: ", "RX: "), ("[tx] ", "[rx] ")] {
        for end in ["", "\\r\\n"] {
            let round = format!("{sent}AT{end}\n{received}\\xf8\\x80\\xfc\\x00\\xf8\\xe0\n");
            let text = round.repeat(3);
            assert_eq!(rules(&of_transcript(&Transcript::read(text.as_bytes()))), "wrong-baud", "{text}");
        }
    }
}
