//! Logs as people paste them (`tests/data/logs`, made by hand in the manner of forums and issue trackers): what a careful
//! reader would name, and nothing else, whatever tool has printed the log.

use super::{Shape, Transcript, of_transcript, rules};

/// Name of the file, and the rules; notes in brackets.
pub(super) const LOGS: &[(&str, &str)] = &[
    ("monitor-cipsend-no-1a", "missing-terminator"),
    ("monitor-ok", ""),
    ("monitor-closed", ""),
    ("sms-500", "sms-refused"),
    ("sms-ok-monitor", ""),
    ("sms-missing-1a", "missing-terminator"),
    ("sms-typed-hex", "terminator-typed-as-text"),
    ("labels-send-before-connect", "send-before-connect"),
    ("labels-echo-off-healthy", ""),
    ("labels-sim-missing", "sim-missing"),
    ("cmd-resp-words", "no-data-service"),
    ("sent-received-repr", "no-data-service"),
    ("python-repr-list-healthy", ""),
    ("quoted-human-prompts", "send-without-connection"),
    ("quoted-human-data", "missing-terminator"),
    ("arrow-directions", "http-failed"),
    ("601", "http-failed"),
    ("http-healthy", ""),
    ("hterm-crlf-healthy", ""),
    ("hterm-sim", "sim-locked"),
    ("hterm-typed1a", "terminator-typed-as-text"),
    ("yat", "wrong-ip-state"),
    ("docklight", "mux-change-refused"),
    ("glyphs", "supply-too-low"),
    ("literal-escapes", "under-voltage"),
    ("sscom-chinese", "no-data-service"),
    ("xcom", "echo-bit-errors"),
    ("tinygsm-stream", ""),
    ("tinygsm-ms-prefix", "modem-restarted"),
    ("esphome", "no-answer"),
    ("esp-idf", "connect-failed"),
    ("raspi-minicom", "not-registered"),
    ("putty", "modem-restarted"),
    ("boot-only", ""),
    ("boot-loop", "modem-restarted"),
    ("under-voltage-down", "under-voltage"),
    ("normal-power-down", ""),
    ("powerkey-down", ""),
    ("mux1-lengths", ""),
    ("mux1-without-number", "mux-form-mismatch"),
    ("length-ok", ""),
    ("length-short", "fixed-length-short"),
    ("transparent", "(peer-closed)"),
    ("rxget-not-read", "manual-receive"),
    ("pdp-deact", "context-lost"),
    ("already", "already-connected"),
    ("cipsend-cme3", "send-before-connect"),
    ("close-early", "closed-before-sent"),
    ("garbage", "wrong-baud"),
    ("garbage-with-boot-ok", ""),
    ("garbage-latin", "wrong-baud"),
    ("typed-crlf", "escape-typed-as-text"),
    ("atatat", "no-line-ending"),
    ("curly", "typographic-quotes"),
    ("blank", "blank-in-command"),
    ("lost-bytes-marked", "echo-lost-bytes"),
    ("call", "(call-failed)"),
    ("ussd", ""),
    ("ccid-gsn", ""),
    ("german-comments", "send-without-connection"),
    ("pdu", ""),
    ("pdu-wrong-len", "sms-mode"),
    ("network-search", ""),
    ("ntp", ""),
    ("ftp", ""),
    ("cipstatus-mux", ""),
    ("ostaquet-already", "http-already-open"),
    ("tinygsm-glued", "connect-failed"),
    ("tinygsm-stamped-ok", ""),
    ("tinygsm-waiting", ""),
    ("tinygsm-never", "not-registered"),
    ("cfun-restart-noise", ""),
    ("diag-rxget", ""),
    ("sim7600-issued", "failed-later"),
    ("md-prompt", "missing-terminator"),
    ("indented-code", "send-without-connection"),
    ("fence", "sim-missing"),
    ("only-answers-labelled", ""),
    ("setup-status", ""),
    ("sketch-answers-only-echo-off", "sim-locked"),
    ("answers-only-sendfail", "send-failed"),
    ("weak", "weak-signal send-failed"),
    ("times-pm", "no-data-service"),
    ("teraterm", "mux-change-refused"),
    ("coolterm", "bearer-refused"),
    ("realterm-epoch", "already-connected"),
    ("cipsend-two-blocks", ""),
    ("result-not-shown", ""),
    ("cmd-swallowed", "command-as-payload"),
    ("udp-server", ""),
    ("twice-denied", "not-registered"),
    ("cops-no-network", "(not-registered)"),
    ("several-on-a-line", "modem-restarted not-registered"),
    ("command-with-its-result", "(refused) not-registered"),
    ("esphome-port-loop", "loopback"),
    ("esphome-port-healthy", ""),
    ("esphome-only-unhandled", "(not-registered)"),
    ("damaged-among-good", "noise-on-line"),
    ("brackets-with-lengths", "(refused)"),
    ("zephyr", "not-registered"),
    ("chat-one-at", "no-answer"),
    ("chat-one-at-untimed", "no-answer"),
    ("mbed-stamped-twice", "no-answer"),
    ("esp-busy-python", "failed-later sent-while-busy"),
    ("esp-restart-noise", ""),
    ("esp-join-after-restart", "failed-later"),
    ("esp-link-not-valid", "send-without-connection"),
    ("blanks-taken", "(refused) (refused)"),
    ("error-without-command", "(refused)"),
    ("dongle-channel", ""),
    ("registration-with-a-point", "not-registered"),
    ("cms-with-words-behind", "sms-refused"),
    ("key-told-in-words", "result-missing"),
    ("damaged-inside-answers", "noise-on-line"),
    ("damaged-once-each", "noise-on-line"),
    ("pin-wrong-thrice", "sim-locked"),
    ("one-end-written-out", "sim-missing sms-too-early"),
    ("dots-for-line-ends", ""),
    ("gammu-daemon", "result-missing"),
    ("echoes-only", "loopback"),
    ("minus-for-plus", "malformed-command"),
    ("answer-without-name", "http-failed"),
    ("question-behind-its-answer", ""),
    ("timeout-told-by-program", "connect-unanswered"),
    ("noise-of-a-wanted-restart", ""),
    ("pin-entered", ""),
    ("two-ats", "no-answer"),
    ("sim-refused-then-missing", "sim-missing"),
    ("comment-behind-the-command", "connect-failed"),
    ("broker-7600", "tls-failed"),
    ("broker-quectel", "failed-later"),
    ("cmgl-unread", ""),
    ("two-restarts-cpas", "modem-restarted"),
    ("sms-too-early", "sms-too-early"),
    ("cme-100", "(refused)"),
    ("clk2", "(first-character-lost)"),
    ("http-606", "tls-failed"),
    ("http-404", "(http-failed)"),
    ("http-301", "(http-failed)"),
    ("https-without-ssl", "http-failed"),
    ("ftp-refused", "failed-later"),
    ("off-and-asked", "switched-off"),
    ("off-and-on-again", ""),
    ("iccid-refused", "sim-unreadable"),
    ("call-without-semicolon", "call-without-semicolon"),
    ("call-busy", "(call-failed)"),
    ("call-no-carrier", "(call-failed)"),
    ("ucs2-plain-number", "sms-mode"),
    ("data-then-error", "send-failed"),
    ("sms-store-full", "sms-store-full"),
    ("esp-server-link", "(refused)"),
    ("gps-no-fix", "(no-position)"),
    ("letters-for-line-ends", "escape-typed-as-text (peer-closed)"),
    ("commands-in-brackets", "wrong-ip-state"),
    ("pdu-304", "sms-mode"),
    ("ip-error", "failed-later"),
    ("three-in-two-seconds", "no-answer"),
    ("esc-for-1a", "(byte-edits-payload)"),
    ("netopen-1-error", "no-data-service"),
    ("esp-ssl-refused", "connect-failed"),
    ("smtp-67", "failed-later"),
    ("link-number-from-the-modem", "send-failed"),
    ("tcp-to-443", "peer-closed"),
    ("call-gone", "(call-failed)"),
    ("call-no-carrier-at-once", "(call-failed)"),
    ("cr-spelled-out-healthy", ""),
    ("number-without-quotes", "sms-mode"),
    ("labels-prompt-only", "missing-terminator"),
    ("blank-before-equals", "blank-in-command"),
    ("commas-missing", "malformed-command"),
    ("sim-not-ready", "sim-unreadable"),
    ("sim-ready-later", ""),
    ("sim-not-ready-registered", ""),
    ("program-counts-none", ""),
    ("waiting-for-any-response", ""),
    ("opened-twice", "already-connected"),
    ("sim-off-by-cfun", "sim-missing"),
    ("length-short-then-command", "fixed-length-short"),
    ("get-without-path", "(http-failed)"),
    ("power-down-at-prompt", "switched-off"),
    ("power-down-and-on-again", "switched-off"),
    ("sim800-asked-for-gps", "(refused) (refused)"),
    ("name-not-found", "failed-later"),
    ("clbs", "failed-later"),
    ("searching-at-end", "(not-registered)"),
    ("source-of-a-page", "send-before-connect"),
    ("page-in-one-line", "sim-unreadable"),
    ("pin-wrong", "sim-locked"),
    ("sms-text-305", "sms-mode"),
    ("sms-no-such-index", "sms-refused"),
    ("radio-off", "(not-registered)"),
    ("radio-on-again", "not-registered"),
    ("sim-busy-then-ready", ""),
    ("netopen-again", "connect-failed"),
    ("clock-not-set", "failed-later"),
    ("tx-only-labels", ""),
    ("lower", ""),
    ("mqtt-binary", ""),
    ("rx-and-tx-both-words", "closed-before-sent"),
    ("tx-rx-healthy-sms", ""),
    ("tx-missing", "missing-terminator"),
    ("answers-in-quotes", ""),
    ("bare-sms-cms-38", "weak-signal sms-refused"),
    ("bluetooth", ""),
    ("cgatt-fails", "no-data-service"),
    ("cgatt-not-reg", "not-registered"),
    ("chat-script-log", "mux-change-refused"),
    ("cifsr-error-only", "wrong-ip-state"),
    ("cipshut-first-run", ""),
    ("cipstatus-states", ""),
    ("closed-while-prompt", "(peer-closed)"),
    ("cmgs-prompt-then-timeout", "missing-terminator"),
    ("creg-urc", ""),
    ("csv", "connect-failed"),
    ("double-echo-halfduplex", ""),
    ("dtmf-call", ""),
    ("esp8266-neighbour", ""),
    ("fs", ""),
    ("gps-sim808", ""),
    ("httpdata", ""),
    ("long-answers-cut", "overflow-64"),
    ("manual-reset-noted", "modem-restarted"),
    ("marked-no-ends-healthy", ""),
    ("marked-no-ends-missing", "missing-terminator"),
    ("marked-timed-late-connect", "send-before-connect"),
    ("micropython", "send-before-connect"),
    ("no-space-marks", "sim-missing"),
    ("node-json", "http-failed"),
    ("overv", "over-voltage"),
    ("pipe-columns", "no-data-service"),
    ("quote-email", "sim-locked"),
    ("reset-atz", ""),
    ("ring-during-send", ""),
    ("sim7600-cipsend-variable", ""),
    ("sim7600-cipsend-link-alone", ""),
    ("sim7600-cipsend", ""),
    ("sleepy", ""),
    ("spaces-around", "send-without-connection"),
    ("status-words-around", ""),
    ("tabs-columns", "sim-missing"),
    ("temperature", ""),
    ("underv-repeat-and-boot", "modem-restarted under-voltage"),
    ("utf8-comments", ""),
    ("wrong-order-ciicr-first", "wrong-ip-state"),
    ("marked-ate0-midsession", ""),
    ("marked-urc-in-echo", ""),
    ("marked-glued-writes-retry", ""),
    ("marked-early-data-timing-ok", ""),
    ("marked-ipd", ""),
    ("marked-v0", "no-data-service"),
    ("marked-cmee2-text", "sim-missing"),
    ("marked-ctrlz-after-close", "(peer-closed)"),
    ("marked-esc-cancel", "(byte-edits-payload)"),
    ("marked-transparent-cr", ""),
    ("marked-cpin-entry", ""),
    ("marked-print0x1a", "terminator-typed-as-text"),
    ("marked-number-at-end-then-1a", ""),
    ("marked-number-waiting", "missing-terminator"),
    ("marked-cipsend-no-answer-times", "send-before-connect"),
    ("marked-cipclose-multi", ""),
    ("marked-gprs-lost-later", "context-lost"),
    ("marked-tx-only-slow", ""),
    ("marked-tx-only-26", "terminator-typed-as-text"),
    ("marked-lines-dropped-elided", ""),
    ("marked-damaged-first", "(refused)"),
    ("marked-silence-after-works", "no-answer"),
    ("marked-one-byte-writes", ""),
    ("marked-fixed-utf8", "fixed-length-short"),
    ("analyser-saleae", "sim-missing"),
    ("clock-of-power-on", "(clock-not-set)"),
    ("clock-set-later", ""),
    ("sms-place-empty", "(sms-place-empty)"),
    ("sms-in-digits", "(sms-in-digits)"),
    ("ready-behind-the-ok", "modem-restarted (refused)"),
    ("ready-and-it-comes", ""),
    ("ftp-before-its-command", "failed-later"),
    ("prompt-escaped", "missing-terminator"),
    ("prompt-set-off", "(refused)"),
    ("no-blank-before-closed", "(peer-closed)"),
    ("one-command-timed-out", "connect-unanswered"),
    ("one-command-unanswered", "result-missing"),
    ("ppp-ended-by-peer", "no-data-service"),
    ("errors-with-letters-lost", "noise-on-line"),
    ("reason-told-later", "(refused)"),
    ("text-mode-not-taken", "(refused) (refused)"),
    ("logfmt", "not-registered"),
    ("python-prompt-function", "not-registered"),
    ("error-in-json", "(refused)"),
    ("diagnostics-words", "no-answer"),
    ("nothing-waits", ""),
    ("ussd-without-answer", "(ussd-empty)"),
    ("letters-in-unreadable-signs", "wrong-baud"),
    ("echo-lost-a-letter", "echo-lost-bytes"),
    ("blank-before-the-dots", "(no-position)"),
    ("glued-without-line-ends", "no-line-ending"),
    ("three-at-and-marks", "no-answer"),
    ("cutecom", "sim-locked"),
    ("hercules", "sim-missing"),
    ("sigrok", "sim-unreadable"),
    ("locked-to-an-operator", "sim-locked"),
];

fn folder() -> std::path::PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/logs").into()
}

/// What is wrong with the answer to a log in one of its forms; nothing where it is right.
fn wrong(name: &str, form: &str, text: &str, expect: &str) -> Option<String> {
    let diagnoser = of_transcript(&Transcript::read(text.as_bytes()));
    let found = rules(&diagnoser);
    let titles = || diagnoser.findings().iter().map(|finding| finding.title.as_str()).collect::<Vec<_>>().join("\n  ");
    (found != expect).then(|| format!("{name}, {form}: {found:?}, not {expect:?}\n  {}", titles()))
}

#[test]
fn pasted_logs_give_what_a_careful_reader_finds() {
    let mut told = Vec::new();
    for (name, expect) in LOGS {
        let mut check = |name, form, text: &str, expect| told.extend(wrong(name, form, text, expect));
        let text = std::fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap();
        check(name, "as it is", &text, expect);
        check(name, "with CR LF", &text.replace('\n', "\r\n"), expect);
        check(name, "without its last line end", text.trim_end_matches('\n'), expect);
        check(name, "with CR LF but the last", &text.trim_end_matches('\n').replace('\n', "\r\n"), expect);
        let each = |mark: &dyn Fn(usize, &str) -> String| {
            text.lines().enumerate().map(|(at, line)| mark(at, line) + "\n").collect::<Vec<_>>().concat()
        };
        let transcript = Transcript::read(text.as_bytes());
        // Our own transcript text is not one any more with something in front; nothing stamps the lines of a page's source.
        if transcript.shape == Shape::Marked || text.contains("<br>") || text.contains("<pre>") {
            continue;
        }
        check(name, "indented", &each(&|_, line| format!("    {line}")), expect);
        // Rules about patience judge by times, where there are some; a second stamp is none.
        let patient = ["tinygsm-waiting", "tinygsm-never", "raspi-minicom", "cgatt-not-reg"].contains(name);
        let stamped = text.starts_with(['[', '(']) || transcript.chunks.iter().any(|chunk| chunk.at.is_some());
        let of_a_tool = text.starts_with("=~") || text.contains("<CR>");
        if patient || stamped || of_a_tool {
            continue;
        }
        let clock = |at: usize| format!("12:{:02}:{:02}.{}00", at / 600, at / 10 % 60, at % 10);
        check(name, "Serial Monitor", &each(&|at, line| format!("{} -> {line}", clock(at))), expect);
        check(name, "tio", &each(&|at, line| format!("[{}] {line}", clock(at))), expect);
        check(name, "milliseconds", &each(&|at, line| format!("[{}] {line}", 10_000 + 100 * at)), expect);
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn a_radio_that_was_switched_on_is_not_called_off() {
    let causes = |name: &str| {
        let text = std::fs::read(folder().join(name)).unwrap();
        let diagnoser = of_transcript(&Transcript::read(&text));
        diagnoser.findings().iter().map(|finding| finding.cause.clone()).collect::<String>()
    };
    assert!(causes("radio-off.txt").contains("The radio is off"));
    assert!(causes("radio-on-again.txt").contains("The network refuses this SIM"));
}

#[test]
fn every_log_is_in_the_table() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap().trim_end_matches(".txt").to_owned())
        .collect();
    files.sort_unstable();
    let mut named: Vec<&str> = LOGS.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    assert_eq!(files, named);
}
