//! Phone book, files, and the services that are refused.

use super::*;

#[test]
fn the_phone_book_keeps_and_finds() {
    super::check(
        Profile::default(),
        &[
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
            ("AT+CPBW=1,\"+4912\",145,\"Anna\"\r", r"\r\nOK\r\n"),
            ("AT+CPBW=,\"110\",129,\"Police\"\r", r"\r\nOK\r\n"),
            ("AT+CPBR=1,5\r", r#"\r\n+CPBR: 1,"+4912",145,"Anna"\r\n\r\n+CPBR: 2,"110",129,"Police"\r\n\r\nOK\r\n"#),
            ("AT+CPBF=\"an\"\r", r#"\r\n+CPBF: 1,"+4912",145,"Anna"\r\n\r\nOK\r\n"#),
            ("AT+CPBS?\r", r#"\r\n+CPBS: "SM",2,250\r\n\r\nOK\r\n"#),
            ("AT+CPBW=1\r", r"\r\nOK\r\n"),
            ("AT+CMEE=1;+CPBR=1\r", r"\r\n+CME ERROR: 22\r\n"),
            ("ATD>2;\r", r"\r\nOK\r\n"),
            ("AT+CLCC\r", r#"\r\n+CLCC: 1,0,0,0,0,"110",129,""\r\n\r\nOK\r\n"#),
            ("AT+CNUM\r", r#"\r\n+CNUM: "","+491701234567",145,7,4\r\n\r\nOK\r\n"#),
        ],
    );
}

#[test]
fn files_are_written_and_read() {
    super::check(
        Profile::default(),
        &[
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
            ("AT+FSCREATE=C:\\User\\a.txt\r", r"\r\nOK\r\n"),
            ("AT+FSCREATE=C:\\User\\a.txt\r", r"\r\nERROR\r\n"),
            ("AT+FSWRITE=C:\\User\\a.txt,0,5,20\r", r"\r\n>\r\n"),
            ("he\x1al\r", r"\r\nOK\r\n"),
            ("AT+FSWRITE=C:\\User\\a.txt,1,3,2\r", r"\r\n>\r\n\r\nTimeOut\r\n"),
            ("AT+FSREAD=C:\\User\\a.txt,0,10,0\r", r"\r\nhe\x1al\r\r\nOK\r\n"),
            ("AT+FSFLSIZE=C:\\User\\a.txt\r", r"\r\n+FSFLSIZE: 5\r\n\r\nOK\r\n"),
            ("AT+FSLS=C:\\User\\\r", r"\r\nA.TXT\r\n\r\nOK\r\n"),
            ("AT+FSRMDIR=C:\\User\\\r", r"\r\nERROR\r\n"),
            ("AT+FSDEL=C:\\User\\a.txt\r", r"\r\nOK\r\n"),
            ("AT+FSDEL=C:\\User\\a.txt\r", r"\r\nERROR\r\n"),
        ],
    );
}

#[test]
fn mail_and_mms_are_refused_as_services_and_ftp_wants_its_server() {
    super::check(
        Profile::default(),
        &[
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
            ("AT+FTPGET=1\r", r"\r\nERROR\r\n"),
            ("AT+SAPBR=1,1\r", r"\r\nOK\r\n"),
            ("AT+FTPCID=1;+FTPSERV=\"ftp.example.org\"\r", r"\r\nOK\r\n"),
            ("AT+FTPSERV?\r", "\\r\\n+FTPSERV: \"ftp.example.org\"\\r\\n\\r\\nOK\\r\\n"),
            ("AT+FTPGET=2,100\r", r"\r\nERROR\r\n"),
            ("AT+FTPQUIT\r", r"\r\nERROR\r\n"),
            ("AT+SMTPBODY=3\r", r"\r\nDOWNLOAD\r\n"),
            ("abc", r"\r\nOK\r\n"),
            ("AT+SMTPSEND\r", r"\r\nOK\r\n\r\n+SMTPSEND: 63\r\n"),
            ("AT+CMEE=1;+CMMSSEND\r", r"\r\n+CME ERROR: 177\r\n"),
        ],
    );
}
