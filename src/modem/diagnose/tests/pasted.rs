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
