//! What a program says in a log of its own work: that something failed (`Failed to publish`), or that it worked (`is now up`).
//! It counts where the dialog with the modem tells nothing.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::spelled;
use crate::modem::dialog::said::Said;
use crate::vocabulary::failure::names_failure;
use crate::vocabulary::is_whole_command;

/// How a program says that something failed.
static FAILED: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
    const WORDS: [&str; 19] = [
        "ail",
        "FAIL",
        "rror",
        "ERROR: ",
        "nable to",
        "annot ",
        "ould not ",
        "uldn't ",
        "denied",
        "ejected",
        "iving up",
        "ABSENT",
        "DENIED",
        "nvalid",
        "ot valid",
        "returned -",
        "ERROR! ",
        "ot registered",
        "ot connected",
    ];
    WORDS.iter().map(|word| Finder::new(word.as_bytes())).collect()
});

/// How it says that something worked.
static WORKED: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
    const WORDS: [&str; 13] = [
        "uccess",
        "connected",
        "Connected",
        "omplete",
        "succeeded",
        "is now up",
        "SMS sent",
        "essage sent",
        "mail sent",
        "odem ready",
        "onectado",
        "erbunden",
        "onnecté",
    ];
    WORDS.iter().map(|word| Finder::new(word.as_bytes())).collect()
});

/// What the line says up to where it says that something failed, each number as `#`: the same with another end says that it
/// worked (`attempt 2 failed`, `attempt 3 ok`).
fn beginning(line: &[u8]) -> Option<Vec<u8>> {
    /// Less is no word.
    const SHORTEST: usize = 6;
    let text = line.trim_ascii();
    let at = FAILED.iter().filter_map(|word| word.find(text)).min()?;
    let begun = text.get(..at)?.iter().rposition(|byte| !byte.is_ascii_alphabetic())?;
    let words = super::pattern::pattern(text.get(..=begun)?);
    (words.iter().filter(|byte| byte.is_ascii_alphabetic()).count() >= SHORTEST).then_some(words)
}

/// The line takes back what another told: it begins as that one did and ends well, or says what that one said not to be
/// (`not registered`, `registered`).
pub(super) fn takes_back(failure: &Failure, line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let end = failure.beginning.as_ref().and_then(|begun| text.get(super::pattern::matches(begun, text)?..));
    let words = |text: &[u8]| -> Vec<Vec<u8>> {
        let words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
        words.map(<[u8]>::to_ascii_lowercase).collect()
    };
    let well = |end: &[u8]| words(end).first().is_some_and(|word| matches!(word.as_slice(), b"ok" | b"done"));
    let is = |denied: &Vec<u8>| {
        let words = words(text);
        words.contains(denied) && !words.iter().any(|word| matches!(word.as_slice(), b"not" | b"no" | b"never"))
    };
    end.is_some_and(well) || failure.denied.as_ref().is_some_and(is)
}

/// What a line that tells a failure says, as far as another may take it back.
#[derive(Clone, Debug, Default)]
pub(super) struct Failure {
    beginning: Option<Vec<u8>>,
    /// The word behind `not`, in small letters.
    denied: Option<Vec<u8>>,
}

impl Failure {
    /// Reads the line.
    pub(super) fn of(line: &[u8]) -> Self {
        let small = line.to_ascii_lowercase();
        let behind = memchr::memmem::find(&small, b"not ").and_then(|at| small.get(at + 4..));
        let word = behind.and_then(|behind| behind.split(|byte| !byte.is_ascii_alphabetic()).next());
        Self { beginning: beginning(line), denied: word.filter(|word| word.len() > 4).map(<[u8]>::to_vec) }
    }
}

/// The line is a program's own, and says that something failed (false) or worked (true). A modem's answers, the lines of a
/// sketch and a person's sentences are none.
pub(super) fn result(line: &[u8]) -> Option<bool> {
    let text = line.trim_ascii();
    if is_bare(text) {
        return Some(false);
    }
    let failed = FAILED.iter().any(|word| {
        word.find_iter(text).any(|at| {
            let behind = text.get(at + word.needle().len()..).unwrap_or_default();
            tells_failure(text.get(..at).unwrap_or_default(), behind)
        })
    });
    if failed {
        return (is_programs(text) && !is_harmless(text)).then_some(false);
    }
    // `PIN set successfully`: a step, and not yet the end.
    let not =
        [&b"not "[..], b"Not ", b"no s", b"uns", b"un", b"esc", b"icht v", b"dis", b"Dis", b"inc", b"Inc", b"set s"];
    // `Initialization complete`, `Setup complete`: the program has begun, whatever failed meanwhile.
    let begun = |before: &[u8]| {
        let before = before.get(..before.len().saturating_sub(1)).unwrap_or_default();
        let words = before.rsplit(|byte| !byte.is_ascii_alphabetic()).find(|word| !word.is_empty());
        let last = words.unwrap_or_default().to_ascii_lowercase();
        matches!(
            last.as_slice(),
            b"initialization" | b"initialisation" | b"init" | b"setup" | b"boot" | b"configuration"
        )
    };
    let worked = |word: &Finder<'_>| {
        let before = word.find(text).and_then(|at| text.get(..at));
        before.is_some_and(|before| {
            let denied = not.iter().any(|no| before.ends_with(no));
            !denied && (word.needle() != b"omplete" || !begun(before))
        })
    };
    (WORKED.iter().any(worked) && is_programs(text)).then_some(true)
}

/// ` fail` alone: of what, the line before tells. (`FAIL` is an ESP8266's.)
pub(super) fn is_bare(text: &[u8]) -> bool {
    matches!(text.trim_ascii(), b"fail" | b"failed" | b"Fail" | b"Failed")
}

/// Where in one stream the data are that a modem hands out, which say what somebody has written: from the head of an answer
/// to its end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Payload {
    inside: bool,
}

impl Payload {
    /// Takes the next line; whether it stands inside.
    pub(super) fn holds(&mut self, line: &[u8]) -> bool {
        let text = line.trim_ascii();
        let named = matches!(text, [b'+' | b'^' | b'#' | b'%', name, ..] if name.is_ascii_uppercase())
            && memchr::memchr(b':', text).is_some();
        // What is known to be a value, or news, has nothing behind it.
        let headed = named
            && matches!(
                Said::read(text),
                Said::Info
                    | Said::SmsHead
                    | Said::SmsPushed
                    | Said::Ussd(..)
                    | Said::Counted(_)
                    | Said::Ipd(_)
                    | Said::Receive(_)
                    | Said::RxData(_)
            );
        if headed || text.starts_with(b"CONNECT") {
            self.inside = true;
        } else if is_whole_command(text) || text == b"OK" || text == b"ERROR" {
            self.inside = false;
        }
        self.inside
    }
}

/// What stands around the word leaves it its meaning: `mail` and `available` have another, `no error` tells that there is none.
fn tells_failure(before: &[u8], behind: &[u8]) -> bool {
    let begun = before.rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
    // `CallFailed` begins a word too.
    let begins = match begun {
        [] => true,
        [.., letter] if letter.is_ascii_uppercase() => begun.len() == 1 || begun.iter().any(u8::is_ascii_lowercase),
        [letter] => letter.is_ascii_lowercase(),
        _ => begun == b"co",
    };
    let none = before.to_ascii_lowercase().windows(3).any(|three| matches!(three, b"no " | b"if " | b"bit"));
    // `Retries on failure: 3` is a setting.
    let head = before.get(..before.len() - begun.len()).unwrap_or_default();
    let set = [&b" on "[..], b"upon ", b"On "].iter().any(|word| head.ends_with(word));
    // `raise CommandError(data)` is code.
    begins && !none && !set && ![&b"("[..], b"-safe", b"safe", b" safe"].iter().any(|end| behind.starts_with(end))
}

/// A short line that is neither a modem's, nor of a sketch, nor a person's sentence or question, nor one for developers alone.
fn is_programs(text: &[u8]) -> bool {
    const SHORTEST: usize = 6;
    const LONGEST: usize = 160;
    // `failed: {'Code': 27}` shows a value; any other brace is code, or an object.
    let braced =
        memchr::memchr_iter(b'{', text).any(|at| !text.get(..at).is_some_and(|before| before.ends_with(b": ")));
    let code = text.ends_with(b";")
        || text.ends_with(b":")
        || text.starts_with(b"//")
        || memchr::memchr2(b'`', b'?', text).is_some()
        || braced;
    // `Failed AT+CIPMUX=1` names a command; any other plus is an answer's, or part of a sum.
    let plus = memchr::memchr_iter(b'+', text).any(|at| !text.get(..at).is_some_and(|before| before.ends_with(b"AT")));
    let modems = is_whole_command(text) || spelled::is_answer(text) || plus;
    let debug =
        [&b"[DBG"[..], b"<dbg>", b"[D]", b"DEBUG"].iter().any(|level| memchr::memmem::find(text, level).is_some());
    let data = text.starts_with(b">");
    let told = !debug && !code && !modems && !data && !lists_answers(text) && !super::peel::is_prose(text);
    (SHORTEST..=LONGEST).contains(&text.len()) && told
}

/// `failed: 0`, `error: none`, `failed, using GSM instead`, `defaulting to 10.64.64.64`, the head of a table: nothing went
/// wrong, or not for good.
fn is_harmless(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 18] = [
        b"none",
        b"never",
        b"without",
        b"sin",
        b"ohne",
        b"sans",
        b"default",
        b"defaults",
        b"defaulting",
        b"instead",
        b"before",
        b"works",
        b"wanted",
        b"ok",
        b"disabled",
        b"parity",
        b"handler",
        b"callback",
    ];
    let is = |word: &[u8], known: &[&[u8]]| known.iter().any(|known| known.eq_ignore_ascii_case(word));
    let counts = |word: &[u8]| {
        let fails = [&b"ail"[..], b"rror", b"RROR"].iter().any(|part| memchr::memmem::find(word, part).is_some());
        fails || is(word, &[b"count", b"code", b"attempt", b"attempts"])
    };
    let words: Vec<&[u8]> = text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let none = words.windows(2).any(|two| matches!(two, [b"0", other] | [other, b"0"] if counts(other)));
    let head = text.split(|byte| matches!(byte, b',' | b'\t')).count() > 3 && !text.iter().any(u8::is_ascii_digit);
    none || head || is_setting(text) || words.iter().any(|word| is(word, &WORDS))
}

/// `fail_limit=5`, `errors so far: 0`, `log level: error`, `on_error=restart`: a number that is set, none that was counted, where a
/// log is kept. (`error_code=12` and `Publishing to topic: FAIL` tell of a failure.)
fn is_setting(text: &[u8]) -> bool {
    let words = |text: &[u8]| -> Vec<Vec<u8>> {
        let words = text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.map(<[u8]>::to_ascii_lowercase).collect()
    };
    let Some((name, value)) = memchr::memchr2(b'=', b':', text).and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    let assigned = value.starts_with(b"=");
    let (name, value) = (words(name), words(value));
    let named = name.iter().any(|word| is_noun(word));
    let last = name.last().map(Vec::as_slice).unwrap_or_default();
    let number = matches!(value.as_slice(), [only] if only.iter().all(u8::is_ascii_digit));
    let none = matches!(value.as_slice(), [only] if only == b"0");
    let bound = matches!(last, b"limit" | b"threshold" | b"max" | b"maximum")
        || name.first().is_some_and(|first| first == b"max");
    let kept = matches!(last, b"level" | b"log" | b"logs");
    let reaction = assigned && matches!(name.as_slice(), [on, what] if on == b"on" && is_noun(what));
    kept || reaction || named && (none || number && bound)
}

/// Errors as things that are counted: `failed` tells that something went wrong.
fn is_noun(word: &[u8]) -> bool {
    matches!(word, b"error" | b"errors" | b"fail" | b"fails" | b"failure" | b"failures" | b"err" | b"errs")
}

/// `### ..: CONNECT OK , CONNECT FAIL , ERROR ,`: the answers that a program waits for, the good ones and the bad ones.
fn lists_answers(text: &[u8]) -> bool {
    let parts = || text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    parts().any(|part| part.ends_with(b"OK")) && parts().any(|part| spelled::is_answer(part) && names_failure(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_of_its_work() {
        for text in [
            "[WiFiEsp] Data packet send error (1)",
            "Connecting to web.example fail",
            "[12:00:01] Failed to publish",
            "E (5200) modem: could not set the mode",
            "create tcp err: Connection failed!",
            "error: couldn't start network: QMI protocol error (14): 'CallFailed'",
            "requestGetSIMStatus SIMStatus: SIM_ABSENT",
            "<err> modem_x: Modem setup returned -116, retrying...",
            "ERROR! 866",
            "Not connected",
            " fail",
            "Sending to 0049 failed: {'Where': 'SendSMS', 'Code': 27}",
            "esp01: Failed AT+CWQAP",
            "gsmmodem.exceptions.CommandError: AT+CUSD=1,\"*123\",15",
            "error_code=12",
            "publish failed, rc=-2",
            "Send failed, retries left: 2",
            "Timeout error: 5",
            "Mode: init failed",
            "Publishing to topic: FAIL",
            "GSM mode: error",
            "Send timeout: error",
            "error pin rejected by SIM",
            "init error, retries=3: failure",
            "SMS send error: no",
        ] {
            assert_eq!(result(text.as_bytes()), Some(false), "{text}");
        }
        for text in ["Connected to home", "GPRS: success", "Upload complete.", "Config upload complete"] {
            assert_eq!(result(text.as_bytes()), Some(true), "{text}");
        }
        for text in [
            "+CME ERROR: 10",
            "ERROR",
            "AT+CMEE=2",
            "no error",
            "errors: 0",
            "Error = 0",
            "ERROR counter: 0",
            "RTC: ERROR",
            "[DBG ][CELL]: AT error -3012",
            "ERROR is here.",
            "Bit Error Rate: not known or not detectable",
            "Received OK (\"+CEREG: 2,5\"), no error",
            "data available",
            "Serial.println(\"fail\");",
            "What does this error mean?",
            "I have tried it all day and it fails each time I send a text.",
            "PIN set successfully",
            "with the antenna connected I have a new situation here:",
            "raise CommandError(data)",
            "It fails here:",
            "disconnected",
            "Initialization complete",
            "Setup Complete!",
            "12 passed, 0 failed",
            "Error code: 0",
            "Last failed attempt: never",
            "> Battery error fixed",
            "Could not determine remote IP address: defaulting to 10.64.64.64",
            "Time [s],Value,Parity Error,Framing Error",
            "fail_limit=5",
            "max_errors=3",
            "errors so far: 0",
            "on_error = restart",
            "error handler installed",
            "Failure threshold: 10",
            "log level: error",
            "error log: /var/log/modem-errors.log",
            "last error: 0",
            "[33210] ### ..: CONNECT OK , CONNECT FAIL , ALREADY CONNECT , ERROR , CLOSE OK ,",
        ] {
            assert_eq!(result(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_a_modem_hands_out_is_somebody_elses() {
        let mut payload = Payload::default();
        let inside = |line: &&str| payload.holds(line.as_bytes());
        let lines = ["AT+CMGR=1", "+CMGR: \"REC READ\",\"1\"", "Delivery failed", "", "OK", "Publishing failed"];
        let held: Vec<&str> = lines.into_iter().filter(inside).collect();
        assert_eq!(held, ["+CMGR: \"REC READ\",\"1\"", "Delivery failed", ""]);
        let mut payload = Payload::default();
        assert!(!payload.holds(b"+CREG: 1") && !payload.holds(b"Publishing failed"), "news has nothing behind it");
    }
}
