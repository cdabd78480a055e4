//! Libraries that work a modem by themselves, and tasks that run beside `loop`: told by name, never guessed.

use std::collections::BTreeSet;

use super::run::Ran;
use super::survey::LibraryCall;
use super::syntax::{Line, StmtKind, Type};

/// Libraries by a word of their headers or classes.
const LIBRARIES: [(&str, &str); 16] = [
    ("TinyGsm", "TinyGSM"),
    ("Adafruit_FONA", "Adafruit FONA"),
    ("GPRSbee", "GPRSbee"),
    ("Sodaq", "Sodaq"),
    ("GPRS_Shield", "GPRS Shield"),
    ("Sim800l", "Sim800l"),
    ("SIM800", "a SIM800 library"),
    ("SIM900", "a SIM900 library"),
    ("SIM808", "a SIM808 library"),
    ("SIM7600", "a SIM7600 library"),
    ("ESP8266.h", "WeeESP8266"),
    ("WiFiEsp", "WiFiEsp"),
    ("GSMSim", "GSMSim"),
    ("BareBoneSim800", "BareBoneSim800"),
    ("GSM.h", "Arduino GSM"),
    ("MKRGSM", "Arduino MKRGSM"),
];

/// What the methods of these libraries send, by their sources' own tables.
const SENDS: [(&str, &str); 22] = [
    ("restart", "AT+CFUN=1,1 or AT+CFUN=0 and 1, then as init"),
    ("init", "AT, ATE0, AT+CMEE, AT+CLTS, AT+CPIN?"),
    ("begin", "AT, ATE0, AT+CMEE and the settings of the library"),
    ("simUnlock", "AT+CPIN"),
    ("getSimStatus", "AT+CPIN?"),
    ("waitForNetwork", "AT+CREG? until it is registered"),
    ("isNetworkConnected", "AT+CREG?"),
    ("getSignalQuality", "AT+CSQ"),
    ("getRSSI", "AT+CSQ"),
    ("getModemInfo", "ATI"),
    (
        "gprsConnect",
        "AT+SAPBR=3,1,…, AT+SAPBR=1,1, AT+CGATT=1, AT+CIPMUX=1, AT+CIPRXGET=1, AT+CSTT, AT+CIICR, AT+CIFSR",
    ),
    ("gprsDisconnect", "AT+CIPSHUT, AT+CGATT=0"),
    ("enableGPRS", "AT+CIPSHUT, AT+CGATT, AT+SAPBR"),
    ("attachGPRS", "AT+CGATT=1, AT+CSTT, AT+CIICR, AT+CIFSR"),
    ("connect", "AT+CIPSTART"),
    ("sendSMS", "AT+CMGF=1, AT+CMGS, the text and 1A"),
    ("readSMS", "AT+CMGF=1, AT+CMGR"),
    ("deleteSMS", "AT+CMGD"),
    ("callNumber", "ATD"),
    ("callHangup", "ATH"),
    ("sendUSSD", "AT+CMGF=1, AT+CSCS, AT+CUSD=1"),
    ("HTTP_GET_start", "AT+HTTPINIT, AT+HTTPPARA, AT+HTTPACTION=0"),
];

/// What is said of a call that is not followed; `None` where it has nothing to do with the modem.
pub(super) fn told(includes: &BTreeSet<String>, ran: &Ran, call: &str) -> Option<String> {
    let library = library(includes, ran);
    let (object, method) = match call.rsplit_once('.') {
        Some((object, method)) => (Some(object), method),
        None => (None, call),
    };
    let sends = SENDS.iter().find(|(name, _)| *name == method);
    let sends = sends.map_or(String::new(), |(_, commands)| format!(" ({commands})"));
    let class = object.and_then(|object| class_of(object, ran));
    let worker = [class.as_deref(), object].into_iter().flatten().find(|name| works_the_modem(name, ran));
    match (object, library) {
        // What is declared nowhere is told as such, and may be anything.
        (Some(object), _) if !is_a_modems(object) && is_undeclared(object, ran) => None,
        (Some(object), Some(library))
            if worker.is_some() || (!harmless(object) && class.as_deref().is_none_or(is_a_modems)) =>
        {
            Some(format!("`{call}` is a call of {library}, which talks to the modem by itself{sends}; not followed"))
        }
        (Some(_), None) if let Some(worker) = worker => {
            let words = "which was given the modem's port and talks to it by itself";
            Some(format!("`{call}` is a call of {worker}, {words}{sends}; not followed"))
        }
        // The object of the library itself, and what is told as a task.
        (None, _) if is_class_of(library.is_some(), call) => None,
        (None, _) if STARTS.contains(&call) || is_type_of_a_library(call, ran) => None,
        (None, _) => Some(format!("`{call}` is not defined in what is here; what it sends is missing")),
        _ => None,
    }
}

/// The same of a call that was not reached, where the library works the modem for sure.
pub(super) fn told_unreached(ran: &Ran, call: &LibraryCall) -> Option<String> {
    let symbols = &ran.program.symbols;
    let name = symbols.name(call.name);
    let modem = ran.board.modem_port.and_then(|port| ran.board.ports.get(port)).map(|port| port.name.as_str());
    if call.given.iter().any(|given| Some(&*symbols.name(*given)) == modem) {
        return Some(format!("`{name}` is given the modem's port, and talks to it by itself"));
    }
    let library = library(&ran.joined.includes, ran)?;
    // An object whose class is the library's, and not one of the sketch's own.
    let of_the_library = |object: &str| {
        let class = class_of(object, ran)?;
        let is_own = symbols.find(&class).is_some_and(|class| ran.program.classes.contains_key(&class));
        Some(class).filter(|class| !is_own && is_a_modems(class))
    };
    let mut given = call.given.iter().map(|given| symbols.name(*given));
    if let Some(modem) = given.find(|given| of_the_library(given).is_some()) {
        return Some(format!("`{name}` is given `{modem}` of {library}, and talks to the modem by it"));
    }
    let object = symbols.name(call.site.object?);
    of_the_library(&object)?;
    let sends = SENDS.iter().find(|(known, _)| *known == &*name);
    let sends = sends.map_or(String::new(), |(_, commands)| format!(" ({commands})"));
    Some(format!("`{object}.{name}` is a call of {library}, which talks to the modem by itself{sends}"))
}

/// Functions that are called and are not at hand, each where it is called first.
pub(super) fn missing(ran: &Ran) -> Vec<(Line, &str)> {
    let has_library = library(&ran.joined.includes, ran).is_some();
    let is_one = |call: &str| {
        !call.contains('.')
            && !STARTS.contains(&call)
            && !is_class_of(has_library, call)
            && !is_type_of_a_library(call, ran)
    };
    let mut seen = BTreeSet::new();
    let calls = ran.report.foreign_calls.keys().filter(|(_, call)| is_one(call));
    calls.filter(|(_, call)| seen.insert(call.as_str())).map(|(line, call)| (*line, call.as_str())).collect()
}

/// The object of a library itself.
fn is_class_of(has_library: bool, call: &str) -> bool {
    has_library && call.starts_with(|c: char| c.is_ascii_uppercase())
}

/// `DateTime(2024, 1, 1)`: a type that a library brings, no function.
fn is_type_of_a_library(call: &str, ran: &Ran) -> bool {
    const TYPES: [&str; 6] = ["DateTime", "TimeSpan", "IPAddress", "Point", "Color", "Timezone"];
    let declared = ran.program.globals.iter().filter_map(|statement| match &statement.kind {
        StmtKind::Declare(list) => Some(list),
        _ => None,
    });
    TYPES.contains(&call)
        || declared
            .flatten()
            .any(|one| matches!(&one.ty, Type::Class(class) if *ran.program.symbols.name(*class) == *call))
}

/// Objects of the core and of displays.
fn harmless(object: &str) -> bool {
    let lower = object.to_ascii_lowercase();
    ["wifi", "lcd", "display", "wire", "spi", "dht", "sd", "rtc", "esp", "oled", "tft", "eeprom", "timer"]
        .iter()
        .any(|word| lower.starts_with(word))
}

/// The class that an object of the whole sketch is declared with.
fn class_of(object: &str, ran: &Ran) -> Option<String> {
    let declared = ran.program.globals.iter().filter_map(|statement| match &statement.kind {
        StmtKind::Declare(list) => Some(list),
        _ => None,
    });
    let class = declared.flatten().find_map(|declaration| match &declaration.ty {
        Type::Class(class) if *ran.program.symbols.name(declaration.name) == *object => Some(*class),
        _ => None,
    });
    class.map(|class| ran.program.symbols.name(class).to_string())
}

/// A class, object or function that was given the modem's port, or the only port that may be one.
fn works_the_modem(name: &str, ran: &Ran) -> bool {
    let modem = ran.board.modem_port;
    ran.report.workers.iter().any(|(worker, port)| worker == name && modem.is_none_or(|modem| modem == *port))
}

fn is_undeclared(object: &str, ran: &Ran) -> bool {
    object.split('.').next().is_some_and(|name| ran.report.undeclared.contains_key(name))
}

/// A class or an object that is named as a modem's, and not as that of a sensor or a servo.
fn is_a_modems(name: &str) -> bool {
    let class = name.to_ascii_lowercase();
    let words = LIBRARIES.iter().map(|(word, _)| *word).chain(["GSM", "GPRS", "FONA", "SIM", "Modem"]);
    words.into_iter().any(|word| class.contains(&word.to_ascii_lowercase()))
}

/// The library that the sketch leaves the modem to.
pub(super) fn library(includes: &BTreeSet<String>, ran: &Ran) -> Option<&'static str> {
    let is_port = |word: &str| ran.board.ports.iter().any(|port| port.name == word);
    let named = |word: &str| {
        includes.iter().any(|include| include.to_ascii_lowercase().contains(&word.to_ascii_lowercase()))
            || (ran.program.symbols.find(word).is_some() && !is_port(word))
    };
    LIBRARIES.iter().find(|(word, _)| named(word)).map(|(_, name)| *name)
}

/// What starts a task.
const STARTS: [&str; 4] = ["xTaskCreate", "xTaskCreatePinnedToCore", "Scheduler.startLoop", "Scheduler.start"];

pub(super) fn starts_a_task(call: &str) -> bool {
    STARTS.contains(&call)
}

/// Functions that are started as tasks run beside `loop`; here they do not.
pub(super) fn tasks(ran: &Ran) -> Vec<(Line, String)> {
    let calls = ran.report.foreign_calls.keys();
    let starts = calls.filter(|(_, name)| STARTS.contains(&name.as_str()));
    starts
        .map(|(line, _)| (*line, "a task is started here; it runs beside loop, and is not followed".to_owned()))
        .collect()
}
