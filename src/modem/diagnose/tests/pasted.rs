use super::check;

#[test]
fn serial_monitor_logs() {
    check("AT\nOK\nAT+CIPSTART=\"TCP\",\"a.example\",\"80\"\nOK\n\nCONNECT OK\nAT+CIPSEND\n> hello\nSEND OK\n", "");
    check(
        "AT\nOK\nAT+CIPSTART=\"TCP\",\"a.example\",\"80\"\nOK\n\nCONNECT OK\nAT+CIPSEND\n> hello\n",
        "missing-terminator",
    );
    check(
        "AT\nOK\nAT+CIPSTART=\"TCP\",\"a.example\",\"80\"\nOK\n\nCONNECT OK\nAT+CIPSEND\n> hello\n1A\n",
        "terminator-typed-as-text",
    );
    check(
        "AT+CIPSTART=\"TCP\",\"a.example\",\"80\"\r\n\r\nOK\r\nAT+CIPSEND\r\n\r\nERROR\r\n\r\nCONNECT OK\r\n",
        "send-before-connect",
    );
    check(
        "12:00:00.000 -> AT+CIICR\n12:00:01.500 -> +PDP: DEACT\n12:00:01.600 -> \n12:00:01.700 -> ERROR\n",
        "no-data-service",
    );
    check(
        "[12:00:00.000] AT+CMGF=1\n[12:00:00.100] OK\n[12:00:01.000] AT+CMGS=\"+49\"\n[12:00:01.100] > hi\n[12:00:03.000] +CMS ERROR: 500\n",
        "sms-refused",
    );
    check("AT\nOK\nAT+CPIN?\n+CPIN: READY\n\nOK\nAT+CIICR\n\nRDY\n\n+CFUN: 1\n\n+CPIN: READY\n", "modem-restarted");
    check("ATATATAT\n", "no-line-ending");
}

/// What people have written, or servers have sent, is never an answer.
#[test]
fn payload_is_no_answer() {
    let body = "+CME ERROR: 10\n\nRDY\nERROR\n+CPIN: NOT INSERTED\nUNDER-VOLTAGE WARNNING\nCLOSED\n";
    let head = "\"REC READ\",\"+4917\",\"\",\"24/01/30,20:40:31+04\"";
    for text in [
        format!("AT+CMGR=1\n+CMGR: {head}\n{body}\nOK\nAT\nOK\n"),
        format!("AT+CMGL=\"ALL\"\n+CMGL: 1,{head}\n{body}+CMGL: 2,{head}\n{body}\nOK\nAT\nOK\n"),
        format!("AT+HTTPREAD\n+HTTPREAD: {}\n{body}\nOK\nAT\nOK\n", body.len()),
        format!("AT+HTTPREAD\n+HTTPREAD: {}\n{body}\nOK\nAT\nOK\n", body.replace('\n', "\r\n").len()),
        // The forum has cut the body short.
        format!("AT+HTTPREAD\n+HTTPREAD: 4711\n{body}\nOK\nAT+CSQ\n+CSQ: 20,0\nOK\n"),
        format!("AT+CIPRXGET=2,{0}\n+CIPRXGET: 2,{0},0\n{body}\nOK\nAT\nOK\n", body.len()),
        format!("AT+CIPMUX=1\nOK\n+RECEIVE,0,{}:\n{body}\nAT\nOK\n", body.len()),
    ] {
        check(&text, "");
        check(&text.replace('\n', "\r\n"), "");
        let marked = text.lines().map(|line| format!("{} {line}\n", if line.starts_with("AT") { '>' } else { '<' }));
        let marked = marked.collect::<Vec<_>>().concat();
        check(&marked, "");
        // The same line behind it is one.
        check(&format!("{text}\n+CPIN: NOT INSERTED\n"), "sim-missing");
    }
    check(
        "> AT+CMGR=1\\r\n< AT+CMGR=1\\r\\r\\n+CMGR: \"REC READ\",\"+4917\"\\r\\n+CME ERROR: 10\\r\\n\\r\\n+CMS ERROR: 500\\r\\n\\r\\nOK\\r\\n\n",
        "",
    );
    check(
        "< \\r\\n+CMT: \"+4917\",\"\",\"24/01/30,20:40:31+04\"\\r\\nfirst\\r\\nRDY\\r\\n+CPIN: NOT INSERTED\\r\\n\n",
        "",
    );
    check("< \\r\\n+CMT: \"+4917\",\"\",\"24/01/30\"\\r\\nfirst\\r\\n\\r\\n+CPIN: NOT INSERTED\\r\\n\n", "sim-missing");
}
