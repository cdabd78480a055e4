//! A macro as an Arduino sketch that waits for the answers.
//!
//! It needs no library but `SoftwareSerial`. All bytes lie in flash; what it needs of RAM is the length of the longest
//! awaited answer.

use std::collections::BTreeMap;

use super::plan::{ExportError, Exported, GROWTH_MS, Out, Plan, PlannedStep, SendPart, c_string};
use crate::macros::model::{Macro, OnFail};
use crate::notation::{print, print_c_array};

/// How the modem hangs on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InoOptions {
    /// The pins or the port.
    pub serial: BoardSerial,
    /// Of the modem's side.
    pub baud: u32,
}

impl Default for InoOptions {
    /// RX on D8, TX on D7, 9600 baud: the wiring of the passthrough sketch.
    fn default() -> Self {
        Self { serial: BoardSerial::Software { rx: 8, tx: 7 }, baud: 9600 }
    }
}

/// The serial object of a sketch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardSerial {
    /// Two pins.
    Software {
        /// The board receives here: to the modem's TX.
        rx: u8,
        /// The board sends here: to the modem's RX.
        tx: u8,
    },
    /// One of the chip's own: `Serial1`. With `Serial` itself nothing is left for the monitor.
    Hardware(String),
}

impl BoardSerial {
    /// One of the chip's own ports; `None` where the name is none that a sketch could use.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let identifier = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        identifier.then(|| Self::Hardware(name.to_owned()))
    }
}

/// Writes the sketch.
///
/// # Errors
/// A text that is no notation, and a value that is known only when the macro runs: [`ExportError`] names the step.
pub fn export_ino(of: &Macro, options: &InoOptions) -> Result<Exported, ExportError> {
    let plan = Plan::new(of)?;
    let left_out = plan.line_steps();
    let mut out = Out::default();
    out.add(head(&plan, options, &left_out));
    out.add(data(&plan));
    out.add(RUNTIME.replace("@GROWTH@", &GROWTH_MS.to_string()));
    for step in &plan.steps {
        out.add(step_function(&plan, step));
    }
    out.add(run_function(&plan));
    out.add(TAIL);
    Ok(Exported { text: out.into_program(of, "//"), left_out })
}

fn head(plan: &Plan, options: &InoOptions, left_out: &[String]) -> String {
    let mut out = Out::default();
    out.add(format!(
        "// Macro \"{}\", written by modemscope {}.\n\
         // Sends each step, waits for its answer, and stops where one does not come. The serial monitor says what happens.\n",
        plan.title,
        env!("CARGO_PKG_VERSION")
    ));
    for sentence in left_out {
        out.add(format!("// Left out: {sentence}\n"));
    }
    let monitor = !matches!(&options.serial, BoardSerial::Hardware(name) if name == "Serial");
    match &options.serial {
        BoardSerial::Software { rx, tx } => out.add(format!(
            "#include <SoftwareSerial.h>\n\n\
             const uint8_t MODEM_RX_PIN = {rx};  // to the modem's TX\n\
             const uint8_t MODEM_TX_PIN = {tx};  // to the modem's RX, through a divider: it stands 2.8 V\n\
             SoftwareSerial modem(MODEM_RX_PIN, MODEM_TX_PIN);\n"
        )),
        BoardSerial::Hardware(name) => out.add(format!("\n#define modem {name}\n")),
    }
    out.add(format!(
        "const uint32_t MODEM_BAUD = {};\n\n\
         #define MONITOR {}  // 0: nothing is said, Serial is free\n\
         const uint32_t MONITOR_BAUD = 115200;\n\n",
        options.baud,
        u8::from(monitor)
    ));
    if !plan.constants.is_empty() {
        out.add("// Parameters: change them here.\n");
    }
    for constant in &plan.constants {
        let note = if constant.secret && constant.bytes.is_empty() { "  // secret: put it in here" } else { "" };
        out.add(format!("const char {}[] PROGMEM = {};{note}\n", constant.identifier, c_string(&constant.bytes)));
    }
    out.into_text()
}

/// All answers, each once, and what each step sends.
fn data(plan: &Plan) -> String {
    let names = answer_names(plan);
    let mut out = Out::default();
    out.add(
        "\n// Bytes, not texts: a zero among them is sent and awaited like any other.\n\
         struct Answer {\n  const uint8_t *bytes;\n  uint8_t length;\n  bool fail;\n  bool may_grow;  // a longer one that is awaited begins with it\n};\n\n",
    );
    for (bytes, name) in &names {
        out.add(format!("const uint8_t {name}[] PROGMEM = {};  // '{}'\n", print_c_array(bytes), print(bytes)));
    }
    for step in &plan.steps {
        out.add("\n");
        for (index, part) in step.send.iter().enumerate() {
            if let SendPart::Bytes(bytes) = part {
                let (array, text) = (print_c_array(bytes), print(bytes));
                out.add(format!("const uint8_t SEND_{}_{index}[] PROGMEM = {array};  // '{text}'\n", step.number));
            }
        }
        if step.patterns.is_empty() {
            continue;
        }
        out.add(format!("const Answer ANSWERS_{}[] PROGMEM = {{\n", step.number));
        for pattern in &step.patterns {
            let name = names.get(&pattern.bytes).map_or("", String::as_str);
            out.add(format!("  {{ {name}, sizeof {name}, {}, {} }},\n", pattern.fail, pattern.may_grow));
        }
        out.add("};\n");
    }
    out.add(format!("\nconst uint8_t LONGEST_ANSWER = {};\n", plan.longest_pattern()));
    out.into_text()
}

fn answer_names(plan: &Plan) -> BTreeMap<Vec<u8>, String> {
    let mut names = BTreeMap::new();
    for pattern in plan.steps.iter().flat_map(|step| &step.patterns) {
        let next = format!("ANSWER_{}", names.len() + 1);
        names.entry(pattern.bytes.clone()).or_insert(next);
    }
    names
}

fn step_function(plan: &Plan, step: &PlannedStep) -> String {
    let mut out = Out::default();
    // The quotes keep a backslash from standing last, where it would take the next line into the comment.
    out.add(format!("\n// '{}'\nbool step{}() {{\n", step.title, step.number));
    let say = c_string(format!("Step {}: {}", step.number, step.title).as_bytes());
    out.add(format!("  say(F({say}));\n"));
    if !step.send.is_empty() {
        out.add("  showReceived();\n");
    }
    for (index, part) in step.send.iter().enumerate() {
        let constant = |index: &usize| plan.constants.get(*index).map_or("", |constant| constant.identifier.as_str());
        let line = match part {
            SendPart::Bytes(_) => format!("  sendBytes(SEND_{n}_{index}, sizeof SEND_{n}_{index});\n", n = step.number),
            SendPart::Constant(index) => {
                format!("  sendBytes({name}, sizeof {name} - 1);\n", name = constant(index))
            }
            SendPart::Length(index) => format!("  modem.print(sizeof {} - 1);\n", constant(index)),
        };
        out.add(&line);
    }
    let wait = if step.wait_ms > 0 { format!("  pause({}UL);\n", step.wait_ms) } else { String::new() };
    if step.patterns.is_empty() {
        out.add(wait + "  return true;\n}\n");
        return out.into_text();
    }
    let count = step.patterns.len();
    let silence_is_good = step.patterns.iter().all(|pattern| pattern.fail);
    let call = format!("waitFor(ANSWERS_{}, {count}, {}UL, {silence_is_good})", step.number, step.within_ms);
    out.add(if wait.is_empty() {
        format!("  return {call};\n}}\n")
    } else {
        format!("  if (!{call}) return false;\n{wait}  return true;\n}}\n")
    });
    out.into_text()
}

fn run_function(plan: &Plan) -> String {
    let mut out = Out::default();
    out.add("\n// True if all went well.\nbool run() {\n");
    for step in &plan.steps {
        let number = step.number;
        let call = if step.repeat == 1 && step.retry == 0 {
            format!("step{number}()")
        } else {
            format!("often(step{number}, {}UL, {}UL)", step.repeat, step.retry)
        };
        out.add(&match step.on_fail {
            OnFail::Stop => format!("  if (!{call}) return false;\n"),
            OnFail::Continue => format!("  {call};  // goes on whatever comes\n"),
            OnFail::Skip => format!("  if (!{call}) return true;  // the rest is skipped\n"),
        });
    }
    out.add("  return true;\n}\n");
    out.into_text()
}

/// The part that is the same in every sketch.
const RUNTIME: &str = r#"
void say(const __FlashStringHelper *text) {
  (void)text;
#if MONITOR
  Serial.println(text);
#endif
}

// Received bytes on the monitor: text as it is, the rest as <1A>.
void show(uint8_t byte) {
  (void)byte;
#if MONITOR
  if (byte == '\n' || (byte >= ' ' && byte <= '~')) {
    Serial.write(byte);
  } else if (byte != '\r') {
    Serial.print('<');
    if (byte < 16) Serial.print('0');
    Serial.print(byte, HEX);
    Serial.print('>');
  }
#endif
}

void showReceived() {
  while (modem.available()) show(modem.read());
}

void pause(uint32_t milliseconds) {
  const uint32_t start = millis();
  while (millis() - start < milliseconds) showReceived();
}

void sendBytes(const void *bytes, uint16_t length) {
  const uint8_t *next = (const uint8_t *)bytes;
  while (length--) modem.write(pgm_read_byte(next++));
}

// The last bytes received, the newest at `seenEnd - 1`.
uint8_t seen[LONGEST_ANSWER];
uint8_t seenEnd = 0;
uint16_t seenCount = 0;

bool endsWith(const Answer &answer) {
  if (seenCount < answer.length) return false;
  uint8_t at = seenEnd;
  for (uint8_t i = answer.length; i-- > 0;) {
    at = (at == 0 ? LONGEST_ANSWER : at) - 1;
    if (seen[at] != pgm_read_byte(answer.bytes + i)) return false;
  }
  return true;
}

// Waits for one of the answers; those that mean failure stand first. `silenceIsGood`: none of them is awaited.
bool waitFor(const Answer *answers, uint8_t count, uint32_t within, bool silenceIsGood) {
  seenCount = 0;
  bool refused = false;
  uint32_t start = millis();
  while (millis() - start < within) {
    if (!modem.available()) continue;
    const uint8_t byte = modem.read();
    show(byte);
    seen[seenEnd] = byte;
    seenEnd = (seenEnd + 1) % LONGEST_ANSWER;
    if (seenCount < LONGEST_ANSWER) seenCount++;
    for (uint8_t i = 0; i < count; i++) {
      Answer answer;
      memcpy_P(&answer, answers + i, sizeof answer);
      if (!endsWith(answer)) continue;
      if (!answer.fail) return true;
      if (!answer.may_grow) {
        say(F("\nRefused."));
        return false;
      }
      // The modem may go on with the longer answer that is awaited.
      refused = true;
      start = millis();
      within = @GROWTH@;
    }
  }
  if (refused) {
    say(F("\nRefused."));
    return false;
  }
  if (!silenceIsGood) say(F("\nNo such answer in time."));
  return silenceIsGood;
}

// Runs a step `rounds` times, each again up to `retries` times until it goes well.
bool often(bool (*step)(), uint32_t rounds, uint32_t retries) {
  while (rounds--) {
    uint32_t left = retries;
    while (!step()) {
      if (left-- == 0) return false;
    }
  }
  return true;
}
"#;

const TAIL: &str = r#"
void setup() {
#if MONITOR
  Serial.begin(MONITOR_BAUD);
#endif
  modem.begin(MODEM_BAUD);
  if (run()) {
    say(F("\nDone."));
  } else {
    say(F("\nStopped."));
  }
}

// Afterwards everything is passed on, so that the modem can be worked by hand.
void loop() {
  showReceived();
#if MONITOR
  if (Serial.available()) modem.write(Serial.read());
#endif
}
"#;
