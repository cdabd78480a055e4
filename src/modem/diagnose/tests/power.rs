use super::{check, connected};

const READY: &str =
    "> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n+CPIN: READY\\r\\n\\r\\nOK\\r\\n\n";
const BOOT: &str =
    "< \\r\\nRDY\\r\\n\\r\\n+CFUN: 1\\r\\n\\r\\n+CPIN: READY\\r\\n\\r\\nCall Ready\\r\\n\\r\\nSMS Ready\\r\\n\n";

#[track_caller]
fn after_ready(rest: &str, expect: &str) {
    check(&format!("{READY}{rest}"), expect);
}

#[test]
fn restarts() {
    after_ready(&format!("> AT+CIICR\\r\n< AT+CIICR\\r\n{BOOT}"), "modem-restarted");
    check(&format!("{BOOT}{READY}> AT+CIICR\\r\n< AT+CIICR\\r\n{BOOT}{READY}{BOOT}"), "modem-restarted");
    after_ready("> AT+CIICR\\r\n< \\x00IIII\\xFF\\xFF\\xFF\\xFF\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n", "modem-restarted");
    after_ready(&format!("> AT+CIICR\\r\n< \\x00IIII\\xFF\\xFF\\xFF\\xFF\n{BOOT}"), "modem-restarted");
    check(
        &format!(
            "{READY}< \\r\\nCall Ready\\r\\n\\r\\nSMS Ready\\r\\n\n{READY}< \\r\\nCall Ready\\r\\n\\r\\nSMS Ready\\r\\n\n"
        ),
        "modem-restarted",
    );
}

#[test]
fn no_restarts() {
    check(BOOT, "");
    check(&format!("{BOOT}{READY}"), "");
    check("> AT\\r\n< AT\\r\\r\\nOK\\r\\n\\r\\nRDY\\r\\n\\r\\n+CFUN: 1\\r\\n\\r\\n+CPIN: READY\\r\\n\n", "");
    after_ready("< \\r\\nCall Ready\\r\\n\\r\\nSMS Ready\\r\\n\n", "");
    after_ready(&format!("> AT+CFUN=1,1\\r\n< AT+CFUN=1,1\\r\\r\\nOK\\r\\n\n{BOOT}"), "");
    after_ready("> AT+CFUN?\\r\n< AT+CFUN?\\r\\r\\n+CFUN: 1\\r\\n\\r\\nOK\\r\\n\n", "");
    after_ready(&format!("> AT+CPOWD=1\\r\n< AT+CPOWD=1\\r\\r\\nNORMAL POWER DOWN\\r\\n\n{BOOT}"), "");
    check(
        &format!(
            "< \\r\\nRDY\\r\\n\\r\\n+CFUN: 1\\r\\n\\r\\n+CPIN: SIM PIN\\r\\n\n> AT+CPIN=\"1234\"\\r\n< AT+CPIN=\"1234\"\\r\\r\\nOK\\r\\n\\r\\n+CPIN: READY\\r\\n\\r\\nCall Ready\\r\\n\\r\\nSMS Ready\\r\\n\n{READY}"
        ),
        "",
    );
    // A peer's data that reads like a restart.
    connected("< \\r\\nRDY\\r\\nmore of the page\\r\\nOK\\r\\n\n", "");
}

#[test]
fn silent_restart() {
    let off = "> ATE0\\r\n< ATE0\\r\\r\\nOK\\r\\n\n> AT+CSQ\\r\n< \\r\\n+CSQ: 20,0\\r\\n\\r\\nOK\\r\\n\n";
    check(&format!("{off}> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n"), "modem-restarted-silently");
    check(&format!("{off}> ATE1\\r\n< \\r\\nOK\\r\\n\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n"), "");
    after_ready("< \\r\\n+CPIN: SIM PIN\\r\\n\n", "modem-restarted-silently sim-locked");
}

#[test]
fn voltages() {
    after_ready("< \\r\\nUNDER-VOLTAGE WARNNING\\r\\n\\r\\nUNDER-VOLTAGE WARNNING\\r\\n\n", "under-voltage");
    after_ready("< \\r\\nUNDER-VOLTAGE POWER OFF\\r\\n\n", "under-voltage");
    after_ready("< \\r\\nOVER-VOLTAGE POWER DOWN\\r\\n\n", "over-voltage");
    after_ready("> AT+CBC\\r\n< AT+CBC\\r\\r\\n+CBC: 0,10,3267\\r\\n\\r\\nOK\\r\\n\n", "supply-too-low");
    after_ready("> AT+CBC\\r\n< AT+CBC\\r\\r\\n+CBC: 0,81,4049\\r\\n\\r\\nOK\\r\\n\n", "");
}

#[test]
fn sim() {
    check("> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n+CME ERROR: 10\\r\\n\n", "sim-missing");
    check("< \\r\\n+CPIN: NOT INSERTED\\r\\n\n", "sim-missing");
    check("> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n+CME ERROR: SIM not inserted\\r\\n\n", "sim-missing");
    check("> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n+CPIN: SIM PIN\\r\\n\\r\\nOK\\r\\n\n", "sim-locked");
    check("> AT+COPS?\\r\n< AT+COPS?\\r\\r\\n+CME ERROR: 12\\r\\n\n", "sim-locked");
    check("> AT+CMGF=1\\r\n< AT+CMGF=1\\r\\r\\n+CMS ERROR: 310\\r\\n\n", "sim-missing");
    // Nobody asked, or the log does not show who: all the same.
    check("< \\r\\n+CME ERROR: 11\\r\\n\n", "sim-locked");
    check("< \\r\\n+CME ERROR: 13\\r\\n\n", "(refused)");
    check(READY, "");
}

#[test]
fn registration() {
    let creg = |state: u8, at: u32| {
        format!("[{at}.0] > AT+CREG?\\r\n[{at}.1] < AT+CREG?\\r\\r\\n+CREG: 0,{state}\\r\\n\\r\\nOK\\r\\n\n")
    };
    check(&format!("{}{}{}", creg(2, 0), creg(2, 30), creg(2, 65)), "not-registered");
    check(&format!("{}{}{}", creg(2, 0), creg(2, 30), creg(1, 50)), "");
    check(&format!("{}{}", creg(3, 0), creg(3, 5)), "not-registered");
    let untimed = "> AT+CREG?\\r\n< AT+CREG?\\r\\r\\n+CREG: 0,2\\r\\n\\r\\nOK\\r\\n\n";
    check(&untimed.repeat(10), "not-registered");
    check(&untimed.repeat(9), "(not-registered)");
    check(untimed, "(not-registered)");
    check(
        &format!("{}> AT+CIICR\\r\n< AT+CIICR\\r\\r\\n+PDP: DEACT\\r\\n\\r\\nERROR\\r\\n\n", untimed.repeat(2)),
        "not-registered",
    );
}

#[test]
fn signal() {
    let weak = "> AT+CSQ\\r\n< AT+CSQ\\r\\r\\n+CSQ: 5,0\\r\\n\\r\\nOK\\r\\n\n";
    after_ready(weak, "");
    connected(
        &format!("{weak}> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\n> \n> hi\\x1A\n< hi\\x1A\\r\\nSEND FAIL\\r\\n\n"),
        "weak-signal send-failed",
    );
}

#[test]
fn sms() {
    let early = "< \\r\\nRDY\\r\\n\\r\\n+CFUN: 1\\r\\n\\r\\n+CPIN: READY\\r\\n\n> AT+CMGF=1\\r\n< AT+CMGF=1\\r\\r\\nERROR\\r\\n\n";
    check(early, "sms-too-early");
    after_ready("> AT+CMGS=\"+491\"\\r\n< AT+CMGS=\"+491\"\\r\\r\\n+CMS ERROR: 304\\r\\n\n", "sms-mode");
    after_ready("> AT+CMGS=\"+491\"\\r\n< AT+CMGS=\"+491\"\\r\\r\\nERROR\\r\\n\n", "sms-mode");
    let text = "> AT+CMGF=1\\r\n< AT+CMGF=1\\r\\r\\nOK\\r\\n\n> AT+CMGS=\"+491\"\\r\n< AT+CMGS=\"+491\"\\r\\r\\n> \n> hi\\x1A\n";
    after_ready(&format!("{text}< hi\\x1A\\r\\n+CMS ERROR: 500\\r\\n\n"), "sms-refused");
    after_ready(&format!("{text}< hi\\x1A\\r\\n+CMGS: 5\\r\\n\\r\\nOK\\r\\n\n"), "");
}

/// One cause: what fails for want of the SIM is not told beside it.
#[test]
fn a_sim_that_is_missing_or_locked_explains_the_rest() {
    let locked = "> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n+CPIN: SIM PIN\\r\\n\\r\\nOK\\r\\n\n";
    for (command, error) in [
        ("AT+CMGS=\"+491\"", "+CME ERROR: 11"),
        ("AT+CMGF=1", "ERROR"),
        ("AT+CMGS=\"+491\"", "ERROR"),
        ("AT+CMGS=\"+491\"", "+CMS ERROR: 311"),
        ("AT+CIICR", "ERROR"),
        ("AT+SAPBR=1,1", "ERROR"),
    ] {
        let refused = format!("> {command}\\r\n< {command}\\r\\r\\n{error}\\r\\n\n");
        check(&format!("{locked}{refused}"), "sim-locked");
        check(
            &format!("< \\r\\nRDY\\r\\n\\r\\n+CFUN: 1\\r\\n\\r\\n+CPIN: NOT INSERTED\\r\\n\n{refused}"),
            if error.ends_with('1') { "sim-missing sim-locked" } else { "sim-missing" },
        );
    }
    check("> AT+CMGS=\"+491\"\\r\n< AT+CMGS=\"+491\"\\r\\r\\n+CME ERROR: 11\\r\\n\n", "sim-locked");
    let creg = "> AT+CREG?\\r\n< AT+CREG?\\r\\r\\n+CREG: 0,0\\r\\n\\r\\nOK\\r\\n\n";
    check(&format!("{locked}{}", creg.repeat(12)), "sim-locked");
}

#[test]
fn a_sim_that_was_ready_and_is_no_more() {
    let ready = "> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n+CPIN: READY\\r\\n\\r\\nOK\\r\\n\n";
    let gone = "< \\r\\n+CPIN: NOT READY\\r\\n\n> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\nERROR\\r\\n\n";
    check(&format!("{ready}{gone}"), "sim-missing");
    // At a start it is being read, and the host may switch it off.
    check("< \\r\\nRDY\\r\\n\\r\\n+CPIN: NOT READY\\r\\n\n", "");
    let off = "> AT+CFUN=0\\r\n< AT+CFUN=0\\r\\r\\n+CPIN: NOT READY\\r\\n\\r\\nOK\\r\\n\n";
    check(&format!("{ready}{off}"), "");
}
