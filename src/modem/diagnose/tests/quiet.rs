//! Logs in which all is well, and which look as if it were not: what somebody else has written stands in them, a first try that came
//! to nothing, words of programs and people. Nothing is found in any of them, not even a note.

use super::{Transcript, of_transcript, rules};

/// What is in the log, and the log.
const LOGS: &[(&str, &str)] = &[
    // What somebody has written.
    (
        "a peer's lines, where nothing was asked",
        "AT+CIPSTART=\"TCP\",\"192.0.2.7\",\"7000\"\nOK\n\nCONNECT OK\nAT+CIPSEND=4\n> list\nSEND OK\nERROR\n+CME ERROR: 10\nSEND FAIL\nthe end\nAT+CIPCLOSE\nCLOSE OK\n",
    ),
    (
        "a page that a Quectel reads",
        "AT+QHTTPGET=60\nOK\n+QHTTPGET: 0,200,40\nAT+QHTTPREAD=60\nCONNECT\n<p>\n+CME ERROR: 10\nSEND FAIL\nNO CARRIER\n</p>\nOK\n+QHTTPREAD: 0\n",
    ),
    ("a file that it reads", "AT+QFDWL=\"a.log\"\nCONNECT\nSEND FAIL\nERROR\n+QFDWL: 18,5b0a\nOK\n"),
    (
        "a file that it has open",
        "AT+QFREAD=1,40\nCONNECT 40\n+CPIN: NOT INSERTED\nCLOSED\nSEND FAIL\nOK\nAT+QFCLOSE=1\nOK\n",
    ),
    (
        "a file of a SIM7080",
        "AT+CFSINIT\nOK\nAT+CFSRFILE=3,\"a.txt\",0,40,0\n+CFSRFILE: 27\n+CPIN: NOT INSERTED\nCLOSED\nOK\nAT+CFSTERM\nOK\n",
    ),
    (
        "dots in the place of control characters",
        "WRITE Length 10: AT+CMGF=1.\nREAD Length 6: ..OK..\nWRITE Length 20: AT+CMGS=\"+15550100\".\nREAD Length 4: ..> \nWRITE Length 6: hello.\nREAD Length 19: ..+CMGS: 12....OK..\n",
    ),
    (
        "the same of a counted send",
        "TX: AT+CIPSTART=\"TCP\",\"a.example\",80.\nRX: ..OK....CONNECT OK..\nTX: AT+CIPSEND=5.\nRX: ..> \nTX: hello.\nRX: ..SEND OK..\n",
    ),
    (
        "dots in quotes",
        "Write \"AT.\"\nRead \"..OK..\"\nWrite \"AT+CIPSTART=\"TCP\",\"a.example\",80.\"\nRead \"..OK....CONNECT OK..\"\nWrite \"AT+CIPSEND.\"\nRead \"..> \"\nWrite \"hello.\"\nRead \"..SEND OK..\"\n",
    ),
    (
        "times since the start with their unit",
        "T+0.0s  AT -> OK\nT+0.4s  AT+QIOPEN=1,1,\"TCP\",\"a.example\",80,0,1 -> OK\nT+3.0s  +QIOPEN: 1,0\n",
    ),
    (
        "dots of a program that waits",
        "-> Sending AT+CIPSEND=5...\n<- >\n-> Sending hello...\n<- SEND OK\n-> Sending AT...\n<- OK\n",
    ),
    (
        "an echo and its answer in one line",
        "Sent: AT+CMGF=1\nReply: AT+CMGF=1 OK\nSent: AT+CMGS=\"+15550100\"\nReply: AT+CMGS=\"+15550100\" >\nSent: Water in the cellar\nReply: Water in the cellar +CMGS: 4 OK\n",
    ),
    ("results as numbers, as they were asked for", "ATV0\n0\nAT+CPIN?\n+CPIN: READY\n0\nAT+CMGF=1\n0\n"),
    (
        "numbers that a program prints in front of the words",
        "AT+CSQ\n0\n+CSQ: 19,0\n\nOK\nAT+CREG?\n0\n+CREG: 0,1\n\nOK\n",
    ),
    (
        "a name that is asked for and reads like a greeting",
        "AT\nOK\nAT+CREG?\n+CREG: 1,1\nOK\nATI\nAi_Thinker_Co.LTD\nA9\n\nOK\nAT+CSQ\n+CSQ: 20,0\nOK\nATI\nAi_Thinker_Co.LTD\nA9\n\nOK\n",
    ),
    (
        "a broker that one has left oneself",
        "AT+CGMM\nSIMCOM_SIM7080\nOK\nAT+SMCONN\nOK\nAT+SMDISC\nOK\n+SMSTATE: 0\nAT+CSQ\n+CSQ: 20,0\nOK\n",
    ),
    ("results that are switched off and on", "ATQ1\nAT+CSQ\n+CSQ: 20,0\nATQ0\nOK\nAT\nOK\n"),
    (
        "settings, which are no states",
        "AT&V\nDEFAULT PROFILE\nS0: 0\n+CREG: 0\n+CFUN: 0\n+CSCLK: 2\n+CMEE: 0\n\nOK\nAT\nOK\n",
    ),
    (
        "settings of a program",
        "retry on error: on\nmax_errors=3\nfail_limit=5\nerrors so far: 0\nlog level: error\nAT\nOK\nAT+CSQ\n+CSQ: 20,0\nOK\n",
    ),
    (
        "a receiver that is switched on",
        "AT+CGNSPWR?\n+CGNSPWR: 0\nOK\nAT+CGNSINF\n+CGNSINF: 0,,,,\nOK\nAT+CGNSPWR=1\nOK\n",
    ),
    (
        "a data connection that is asked for",
        "AT+CNACT?\n+CNACT: 0,0,\"0.0.0.0\"\n\nOK\nAT+CNACT=0,1\nOK\n\n+APP PDP: 0,ACTIVE\n",
    ),
    (
        "data whose empty lines the log has lost",
        "AT+CIPSTART=\"TCP\",\"192.0.2.7\",\"7000\"\nOK\n\nCONNECT OK\nAT+CIPSEND=38\n> GET / HTTP/1.0\nHost: example.org\nAT+CSQ\nSEND OK\nAT+CIPCLOSE\nCLOSE OK\n",
    ),
    (
        "bytes of a file, counted by a line that no table has",
        "AT+CFTRANTX=\"C:/a.log\"\n+CFTRANTX: DATA,21\n+CME ERROR: 10\nERROR\n+CFTRANTX: 0\nOK\n",
    ),
    (
        "messages of a broker, and nothing has told the family",
        "+CMQTTRXSTART: 0,3,14\n+CMQTTRXTOPIC: 0,3\na/b\n+CMQTTRXPAYLOAD: 0,14\n+CME ERROR: 10\n+CMQTTRXEND: 0\n",
    ),
    (
        "an SMS of several lines that comes by itself",
        "AT+CNMI=2,2\nOK\n+CMT: \"+15550104\",\"\",\"23/06/07,08:09:10+08\"\nit says:\n+CME ERROR: 10\n+CPIN: NOT INSERTED\nhelp\nAT\nOK\n",
    ),
    (
        "several SMS",
        "AT+CMGL=\"ALL\"\n+CMGL: 1,\"REC READ\",\"+15550101\",\"\",\"23/05/06,10:11:12+08\"\nHi, send AT+CPIN? and tell\n+CPIN: NOT INSERTED\nERROR\n+CMGL: 2,\"REC READ\",\"+15550102\",\"\",\"23/05/06,10:12:12+08\"\nNO CARRIER\nOK\n",
    ),
    ("a modem that takes calls by itself", "ATS0=2\nOK\nRING\n\nRING\n\nRING\n\nRING\n"),
    (
        "rings of an hour each",
        "[10:00:01.000] RX: RING\n[11:00:01.000] RX: RING\n[12:00:01.000] RX: RING\n[12:10:00.000] TX: AT\n[12:10:00.100] RX: OK\n",
    ),
    (
        "a menu of several lines",
        "AT+CUSD=1,\"*100#\"\nOK\n+CUSD: 1,\"Balance 12\n1 Top up\nERROR\n+CME ERROR: 10\n0 Back\",15\nAT+CSQ\n+CSQ: 20,0\nOK\n",
    ),
    (
        "data that reads like an answer, on the line of its prompt",
        "AT+CMQTTPAYLOAD=0,14\n> +CME ERROR: 10\nOK\nAT+CMQTTPUB=0,1,60\nOK\n+CMQTTPUB: 0,0\n",
    ),
    (
        "the same behind a mark",
        "TX: AT\nRX: OK\nTX: AT+CIPMUX=0\nRX: OK\nTX: AT+CMQTTPAYLOAD=0,14\nRX: >\nTX: +CME ERROR: 10\nRX: OK\nTX: AT+CSQ\nRX: +CSQ: 20,0\nRX: OK\n",
    ),
    (
        "data of a SIM7600 that takes it with OK, and what the server says",
        "AT+CIPOPEN=0,\"TCP\",\"192.0.2.7\",7000\nOK\n+CIPOPEN: 0,0\nAT+CIPSEND=0,3\n> abc\nOK\n+CIPSEND: 0,3,3\nRECV FROM:192.0.2.7:7000\n+IPD14\n+CME ERROR: 10\nAT+CIPCLOSE=0\nOK\n+CIPCLOSE: 0,0\n",
    ),
    (
        "TLS of a Quectel",
        "AT+QSSLSEND=4,5\n> hello\nSEND OK\n+QSSLURC: \"recv\",4\nAT+QSSLRECV=4,1500\n+QSSLRECV: 5\nERROR\nOK\n",
    ),
    (
        "an element of a page with an error in it",
        "[10:00:01] >> AT+CIPSTART=\"TCP\",\"a.example\",80\n[10:00:01] << OK\n[10:00:02] << CONNECT OK\n[10:00:03] >> AT+CIPSEND\n[10:00:03] << >\n[10:00:03] >> GET / HTTP/1.0\n[10:00:04] << SEND OK\n[10:00:04] << <b>ERROR pages explained. +CME ERROR: 10</b>\n[10:00:09] >> AT+CIPCLOSE\n[10:00:09] << CLOSE OK\n",
    ),
    // What comes to nothing at first, and what ends as it should.
    ("a call that was taken", "ATD5550107;\nOK\nMO RING\nMO CONNECTED\nNO CARRIER\n"),
    (
        "the same of a SIM7600, whose family nothing tells",
        "ATD5550107;\nOK\nVOICE CALL: BEGIN\nVOICE CALL: END: 000020\nNO CARRIER\n",
    ),
    (
        "the end of a page that was to end",
        "AT+CIPSTART=\"TCP\",\"a.example\",\"80\"\nOK\n\nCONNECT OK\nAT+CIPSEND\n> GET / HTTP/1.1\nConnection: close\n\nSEND OK\nHTTP/1.1 200 OK\nConnection: close\n\nhello\nCLOSED\n",
    ),
    ("what has not changed", "AT+HTTPACTION=0\nOK\n+HTTPACTION: 0,304,0\n"),
    (
        "power saving",
        "AT+CSQ\n+CSQ: 20,0\nOK\nAT+CGATT?\n+CGATT: 1\nOK\nAT+CPSMS=1,,,\"01011111\",\"00000001\"\nOK\n+CPSMSTATUS: \"ENTER PSM\"\nRDY\n+CPIN: READY\nAT\nOK\n",
    ),
    ("a modem that is woken by AT", "AT+CSCLK=2\nOK\nAT+CSQ\n+CSQ: 12,0\nOK\nAT\nAT\nOK\nAT+CSQ\n+CSQ: 12,0\nOK\n"),
    // What programs and people write.
    (
        "a list of errors above the log",
        "+CME ERROR: 10 SIM not inserted\n+CME ERROR: 11 SIM PIN required\n+CME ERROR: 13 SIM failure\n\nAT+CREG?\n+CREG: 0,1\n\nOK\n",
    ),
    (
        "a sentence that names several",
        "Codes: +CMS ERROR: 310 no SIM, +CMS ERROR: 331 no network\nAT+CREG?\n+CREG: 0,1\n\nOK\n",
    ),
    ("an error of yesterday", "Before: +CME ERROR: 10\n\nAT+CPIN?\n+CPIN: READY\n\nOK\n"),
    ("not yet, and then", "Not registered yet\nNot registered yet\nRegistered!\nAT+CSQ\n+CSQ: 20,0\nOK\n"),
    ("sent at last", "10:00:01 send failed, will retry\n10:00:05 message sent\n10:00:06 AT\n10:00:06 OK\n"),
    ("a third attempt", "[00:01] attempt 1 failed\n[00:06] attempt 2 failed\n[00:11] attempt 3 ok\nAT\nOK\n"),
    ("in another language", "Error de red, reintentando\nConectado\nAT\nOK\n"),
    ("what was mended", "- fixed: +CMS ERROR: 500 for long SMS\n\nAT+CGMR\n+CGMR: 1418B06SIM800L24\n\nOK\n"),
    ("data of a peer in a line of no table", "AT+BTACPT=1\nOK\n+BTSPPDATA: 1,7,ERROR\nAT\nOK\n"),
    ("settings", "Retries on failure: 3\nFail-safe mode: off\nError handler registered\nAT\nOK\n"),
    ("a log that shows results only", "-> AT+CMGR=1\n<- OK\n-> AT+CSQ\n<- OK\n-> AT+CREG?\n<- OK\n"),
    (
        "words in front of a boot line",
        "I (120) modem: <- RDY\nI (130) modem: <- APP RDY\nI (140) modem: <- +CFUN: 1\nI (150) modem: <- +CPIN: READY\nI (900) modem: -> AT\nI (920) modem: <- OK\n",
    ),
];

/// Close to those above, and something is wrong: what is in the log, the log, and the rule that must speak.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "a quick send fails behind its acceptance",
        "AT+CIPQSEND=1\nOK\nAT+CIPSTART=\"TCP\",\"192.0.2.7\",\"7000\"\nOK\n\nCONNECT OK\nAT+CIPSEND\n> abcd\nDATA ACCEPT:4\nSEND FAIL\n",
        "send-failed",
    ),
    (
        "power saving is refused",
        "AT+CSQ\n+CSQ: 20,0\nOK\nAT+CGATT?\n+CGATT: 1\nOK\nAT+CPSMS=1\nERROR\nRDY\n+CPIN: READY\nAT\nOK\n",
        "modem-restarted",
    ),
    (
        "a restart in the middle of an SMS, with power saving",
        "AT+CSQ\n+CSQ: 20,0\nOK\nAT+CPSMS=1\nOK\nAT+CMGF=1\nOK\nAT+CMGS=\"+15550101\"\n> hello\nRDY\n+CFUN: 1\n",
        "modem-restarted",
    ),
    (
        "one value is lost, and a place is empty",
        "AT+CREG?\nOK\nAT+CSQ\n+CSQ: 20,0\nOK\nAT+CPIN?\n+CPIN: READY\nOK\nAT+CMGR=1\nOK\n",
        "sms-place-empty",
    ),
    (
        "another connection is closed",
        "AT+CIPMUX=1\nOK\nAT+CIPSTART=0,\"TCP\",\"a.example\",\"80\"\nOK\n\n0, CONNECT OK\nAT+CIPSTART=1,\"TCP\",\"b.example\",\"80\"\nOK\n\n1, CONNECT OK\nAT+CIPSEND=0\n> GET / HTTP/1.0\n0, SEND OK\n1, CLOSED\n",
        "peer-closed",
    ),
    (
        "a server closes without a word",
        "AT+CIPSTART=\"TCP\",\"a.example\",\"80\"\nOK\n\nCONNECT OK\nAT+CIPSEND\n> GET / HTTP/1.0\nConnection: close\n\nSEND OK\nCLOSED\n",
        "peer-closed",
    ),
    ("another success than that", "Connecting to broker failed\ntimer callback registered\nAT\nOK\n", "program-says"),
    ("answers alone, in words", "+CME ERROR: 10 SIM not inserted\n+CME ERROR: 13 SIM failure\n", "sim-missing"),
];

#[test]
fn a_fault_close_to_it_is_told() {
    let mut wrong = Vec::new();
    for (name, text, rule) in FAULTS {
        let found = rules(&of_transcript(&Transcript::read(text.as_bytes())));
        if !found.contains(rule) {
            wrong.push(format!("{name}: {found:?}, not {rule}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_healthy_log_is_quiet() {
    let mut wrong = Vec::new();
    for (name, text) in LOGS {
        let transcript = Transcript::read(text.as_bytes());
        let found = rules(&of_transcript(&transcript));
        if !found.is_empty() {
            wrong.push(format!("{name}: {found}, read as {}", transcript.form));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `ATA` and `AT` as letters of a word, in quotes or at the end of a value.
#[test]
fn a_word_that_ends_like_a_command_is_no_second_command() {
    for command in ["AT+CMQTTSUB=0,\"DATA/1\"", "AT+CPBW=1,\"123\",129,\"BEATE\"", "AT+CSTT=DATA", "AT+NAME=CAT"] {
        let found = rules(&of_transcript(&Transcript::read(format!("AT\nOK\n{command}\nERROR\n").as_bytes())));
        assert!(!found.contains("no-line-ending"), "{command}: {found}");
    }
    let glued = rules(&of_transcript(&Transcript::read(b"AT\nOK\nAT+CMGF=1AT+CSQ\nERROR\n")));
    assert!(glued.contains("no-line-ending"), "{glued}");
}

/// A dump has its places in hex: those with letters and those without are no two directions.
#[test]
fn a_dump_of_a_healthy_stream_is_quiet() {
    let bytes = b"AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n".repeat(8);
    let line = |(at, bytes): (usize, &[u8])| {
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{:08x}: {}", at * 16, digits.join(" "))
    };
    let dump: Vec<String> = bytes.chunks(16).enumerate().map(line).collect();
    assert_eq!(rules(&of_transcript(&Transcript::read(dump.join("\n").as_bytes()))), "");
}

/// A text of several lines that begins like an answer of the modem, sent at once: its echo has prompts in it.
#[test]
fn the_echo_of_a_text_of_several_lines_takes_no_answer() {
    let text = "[1.0] > AT+CMGS=\"+15550101\"\\r\n[1.1] < AT+CMGS=\"+15550101\"\\r\\r\\n> \n[2.0] > one\\r+CME ERROR: 10\\rERROR\\x1A\n[2.1] < one\\r\\n> +CME ERROR: 10\\r\\n> ERROR\\r\\n\n[4.0] < +CMGS: 1\\r\\n\\r\\nOK\\r\\n\n";
    assert_eq!(rules(&of_transcript(&Transcript::read(text.as_bytes()))), "");
}
