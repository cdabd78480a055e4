use super::check;

/// GPRS, TCP, SMS, HTTP, with URCs in between and data that reads like answers.
pub(super) const LONG: &str = r#"
< \r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n
> AT\r
< AT\r\r\nOK\r\n
< \r\nCall Ready\r\n\r\nSMS Ready\r\n
> ATI\r
< ATI\r\r\nSIM800 R14.18\r\n\r\nOK\r\n
> AT+GSN\r
< AT+GSN\r\r\n860719020206417\r\n\r\nOK\r\n
> AT+CSQ\r
< AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n
> AT+CREG?\r
< AT+CREG?\r\r\n+CREG: 0,2\r\n\r\nOK\r\n
> AT+CREG?\r
< AT+CREG?\r\r\n+CREG: 0,1\r\n\r\nOK\r\n
> AT+CIPSHUT\r
< AT+CIPSHUT\r\r\nSHUT OK\r\n
> AT+CSTT="internet"\r
< AT+CSTT="internet"\r\r\nOK\r\n
> AT+CIICR\r
< AT+CIICR\r\r\nOK\r\n
> AT+CIFSR\r
< AT+CIFSR\r\r\n10.78.245.128\r\n
> AT+CIPSTATUS\r
< AT+CIPSTATUS\r\r\nOK\r\n\r\nSTATE: IP STATUS\r\n
> AT+CIPSTART="TCP","example.com","80"\r
< AT+CIPSTART="TCP","example.com","80"\r\r\nOK\r\n\r\nCONNECT OK\r\n
> AT+CIPSEND\r
< AT+CIPSEND\r\r\n> 
> GET / HTTP/1.0\r\n\r\n
< GET / HTTP/1.0\r\n\r\n
> \x1A
< \x1A\r\nSEND OK\r\nHTTP/1.0 200 OK\r\nX: \xFF\xFE\r\n\r\nERROR\r\n\r\nRDY\r\n\r\nCLOSED\r\n\r\n> \r\n+PDP: DEACT\r\nUNDER-VOLTAGE WARNNING\r\n\r\nthe end\r\n
< \r\nCLOSED\r\n
> AT+CMGF=1\r
< AT+CMGF=1\r\r\nOK\r\n
> AT+CMGS="+49123"\r
< AT+CMGS="+49123"\r\r\n> 
> hello\x1A
< hello\x1A\r\n+CMGS: 54\r\n\r\nOK\r\n
< \r\n+CMTI: "SM",1\r\n
> AT+CMGR=1\r
< AT+CMGR=1\r\r\n+CMGR: "REC UNREAD","+49","","24/01/30,20:40:31+04"\r\nERROR\r\nRDY\r\n\r\nOK\r\n
> AT+SAPBR=3,1,"APN","internet"\r
< AT+SAPBR=3,1,"APN","internet"\r\r\nOK\r\n
> AT+SAPBR=1,1\r
< AT+SAPBR=1,1\r\r\nOK\r\n
> AT+HTTPINIT\r
< AT+HTTPINIT\r\r\nOK\r\n
> AT+HTTPDATA=5,1000\r
< AT+HTTPDATA=5,1000\r\r\nDOWNLOAD\r\n
> ab\x1Ac\x1B
< \r\nOK\r\n
> AT+HTTPACTION=1\r
< AT+HTTPACTION=1\r\r\nOK\r\n\r\n+HTTPACTION: 1,200,25\r\n
> AT+HTTPREAD\r
< AT+HTTPREAD\r\r\n+HTTPREAD: 25\r\n\r\nERROR\r\n\r\nRDY\r\n\r\nCLOSED\r\n\r\nOK\r\n
> AT+HTTPTERM\r
< AT+HTTPTERM\r\r\nOK\r\n
> AT+CIPCLOSE;+CIPSHUT\r
< AT+CIPCLOSE;+CIPSHUT\r\r\nSHUT OK\r\n
"#;

#[test]
fn a_long_healthy_session() {
    check(LONG.trim_start(), "");
}

#[test]
fn healthy_without_echo_and_with_numbers() {
    check(
        r#"
> ATE0V0\r
< ATE0V0\r0\r
> AT+CSQ\r
< +CSQ: 20,0\r\n0\r
> AT+NONE\r
< 4\r
> AT\r
< 0\r
"#
        .trim_start(),
        "(refused)",
    );
}

#[test]
fn healthy_with_six_connections() {
    check(
        r#"
> AT+CIPMUX=1\r
< AT+CIPMUX=1\r\r\nOK\r\n
> AT+CIPSTART=0,"TCP","a.example",80\r
< AT+CIPSTART=0,"TCP","a.example",80\r\r\nOK\r\n\r\n0, CONNECT OK\r\n
> AT+CIPSTART=1,"UDP","b.example",53\r
< AT+CIPSTART=1,"UDP","b.example",53\r\r\nOK\r\n\r\n1, CONNECT OK\r\n
> AT+CIPSEND=0,5\r
< AT+CIPSEND=0,5\r\r\n> 
> hello
< hello\r\n0, SEND OK\r\n
< \r\n+RECEIVE,0,15:\r\n\r\nERROR\r\n\r\nRDY\r\n\r\n
> AT+CIPSEND=1\r
< AT+CIPSEND=1\r\r\n> 
> q\x1A
< q\x1A\r\n1, SEND OK\r\n
< \r\n0, CLOSED\r\n
> AT+CIPCLOSE=1\r
< AT+CIPCLOSE=1\r\r\n1, CLOSE OK\r\n
"#
        .trim_start(),
        "(peer-closed)",
    );
}

#[test]
fn healthy_in_transparent_mode() {
    check(
        r#"
> AT+CIPMODE=1\r
< AT+CIPMODE=1\r\r\nOK\r\n
> AT+CIPSTART="TCP","a.example",80\r
< AT+CIPSTART="TCP","a.example",80\r\r\nOK\r\n\r\nCONNECT\r\n
> AT+CSQ\r\x1A1A
< \r\nERROR\r\n\r\nRDY\r\n\xFF\xFF\xFFanything
> +++
< \r\nOK\r\n
> AT+CSQ\r
< AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n
> ATO\r
< ATO\r\r\nCONNECT\r\n
> more
< \r\nCLOSED\r\n
"#
        .trim_start(),
        "(peer-closed)",
    );
}
