//! What a sketch is compiled for, and by what in it that is known: headers and names that only one kind of board has.

use super::preprocess::Spot;
use super::source::Source;
use super::syntax::Chip;

/// The board that a sketch is run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) chip: Chip,
    /// What shows it, and where; `None` where nothing does.
    sign: Option<String>,
    /// A port that only the larger of the AVR boards have, and an ESP32 too.
    of_a_mega: Option<String>,
    /// The user said it.
    is_chosen: bool,
}

/// What shows a board.
#[derive(Clone, Copy)]
enum Sign {
    /// A header of this name, or whose name begins so where it ends with `*`.
    Header(&'static str),
    /// A name in the code.
    Word(&'static str),
    /// `HardwareSerial modem(1)`: of the others only an ESP32's is made by its number.
    NumberedPort,
    /// `begin(9600, SERIAL_8N1, 16, 17)`: pins that are chosen where the port is begun.
    PinsInBegin,
    /// `HardwareSerial modem(PA3, PA2)`: an STM32's is made by its pins.
    PortOnPins,
    /// `PC13`: only an STM32 has pins of this name; those up to 7 are bits on an AVR.
    PinOfAPort,
}

use Sign::{Header, NumberedPort, PinOfAPort, PinsInBegin, PortOnPins, Word};

const SIGNS: [(Chip, &[Sign]); 4] = [
    (
        Chip::Esp8266,
        &[
            Header("ESP8266WiFi.h"),
            Header("ESP8266WiFiMulti.h"),
            Header("ESP8266WebServer.h"),
            Header("ESP8266HTTPClient.h"),
            Header("ESP8266mDNS.h"),
            Header("BlynkSimpleEsp8266.h"),
            Header("ESPAsyncTCP.h"),
            Header("user_interface.h"),
            Word("D0"),
            Word("D1"),
            Word("D2"),
            Word("D3"),
            Word("D4"),
            Word("D5"),
            Word("D6"),
            Word("D7"),
            Word("D8"),
            Word("ICACHE_RAM_ATTR"),
        ],
    ),
    (
        Chip::Esp32,
        &[
            Header("WiFi.h"),
            Header("WiFiMulti.h"),
            Header("WebServer.h"),
            Header("HTTPClient.h"),
            Header("Preferences.h"),
            Header("BLEDevice.h"),
            Header("BluetoothSerial.h"),
            Header("ESPmDNS.h"),
            Header("AsyncTCP.h"),
            Header("BlynkSimpleEsp32.h"),
            Header("M5*"),
            Header("esp_*"),
            Header("driver/*"),
            Header("freertos/*"),
            Header("soc/*"),
            Header("HardwareSerial.h"),
            NumberedPort,
            PinsInBegin,
            Word("portMUX_TYPE"),
            Word("xTaskCreatePinnedToCore"),
            Word("vTaskDelay"),
            Word("ledcSetup"),
            Word("ledcAttachPin"),
            Word("touchRead"),
            Word("esp_sleep_enable_timer_wakeup"),
            Word("esp_deep_sleep_start"),
            Word("RTC_DATA_ATTR"),
            Word("IRAM_ATTR"),
            Word("GPIO_NUM_0"),
            // Both kinds have it; of the two this one has more ports.
            Word("ESP"),
        ],
    ),
    (
        Chip::Arm,
        &[
            Header("MKRGSM.h"),
            Header("MKRNB.h"),
            Header("WiFiNINA.h"),
            Header("RTCZero.h"),
            Header("ArduinoLowPower.h"),
            Header("wiring_private.h"),
            Header("Adafruit_ZeroDMA.h"),
            Header("pico/*"),
            Header("hardware/*"),
            Header("STM32*"),
            Header("stm32*"),
            Header("libmaple/*"),
            Word("SerialUSB"),
            Word("SERIAL_PORT_MONITOR"),
            Word("Uart"),
            Word("USART1"),
            Word("USART2"),
            Word("USART3"),
            PortOnPins,
            PinOfAPort,
        ],
    ),
    (
        Chip::Avr,
        &[
            Header("avr/*"),
            Header("util/*"),
            Header("AltSoftSerial.h"),
            Header("NeoSWSerial.h"),
            Header("Arduino_FreeRTOS.h"),
            Header("LowPower.h"),
            Header("TimerOne.h"),
            Header("TimerThree.h"),
            Header("MsTimer2.h"),
            Header("PinChangeInt.h"),
            Word("wdt_enable"),
            Word("ISR"),
            Word("PORTB"),
            Word("PORTD"),
            Word("DDRB"),
            Word("DDRD"),
            Word("TCCR1A"),
            Word("TCCR1B"),
            Word("ADMUX"),
        ],
    ),
];

impl Target {
    pub(super) fn chosen(chip: Chip) -> Self {
        Self { chip, sign: None, of_a_mega: None, is_chosen: true }
    }

    /// The board that most of a sketch's signs speak for; a Nano where there are none.
    pub(super) fn guessed(source: &Source) -> Self {
        let mut of_a_mega = None;
        let mut found: [Vec<(&'static str, String, Spot)>; SIGNS.len()] = Default::default();
        for (place, line) in source.code().enumerate().flat_map(|(tab, text)| numbered(tab, &text)) {
            let Some(line) = Code::read(&line) else { continue };
            if let (Code::Says(_, words), None) = (&line, &of_a_mega) {
                let more = words.iter().find(|word| matches!(**word, "Serial1" | "Serial2" | "Serial3"));
                of_a_mega = more.map(|word| format!("`{word}` in line {}{}", place.line, tab_of(source, place)));
            }
            for ((_, signs), list) in SIGNS.iter().zip(&mut found) {
                for sign in *signs {
                    if let Some(shown) = shows(*sign, &line)
                        && !list.iter().any(|(known, _, _)| *known == name(*sign))
                    {
                        list.push((name(*sign), shown, place));
                    }
                }
            }
        }
        let most = found.iter().map(Vec::len).max().unwrap_or(0);
        let best = SIGNS.iter().zip(found).find(|(_, list)| list.len() == most);
        match best.and_then(|((chip, _), list)| Some((*chip, list.into_iter().next()?))) {
            Some((chip, (_, shown, spot))) => {
                let sign = Some(format!("{shown} in line {}{}", spot.line, tab_of(source, spot)));
                Self { chip, sign, of_a_mega: None, is_chosen: false }
            }
            None => Self { chip: Chip::Avr, sign: None, of_a_mega, is_chosen: false },
        }
    }

    /// As a clause: `the board is an ESP32, by HardwareSerial in line 3`.
    pub(super) fn words(&self) -> String {
        let board = self.chip.board();
        if let Some(port) = &self.of_a_mega {
            return format!("the board is taken for a Mega, by {port}; an ESP32 has that port too (--board esp32)");
        }
        match (&self.sign, self.is_chosen) {
            (Some(sign), _) => format!("the board is {board}, by {sign}"),
            (None, true) => format!("the board is {board}, as chosen"),
            (None, false) => format!("the board is taken for {board}: nothing shows another"),
        }
    }
}

fn tab_of(source: &Source, spot: Spot) -> String {
    source.other_tab(spot).map_or(String::new(), |tab| format!(" of {tab}"))
}

fn numbered(tab: usize, text: &str) -> Vec<(Spot, String)> {
    text.lines().enumerate().map(|(index, line)| (Spot { tab, line: index + 1 }, line.to_owned())).collect()
}

fn name(sign: Sign) -> &'static str {
    match sign {
        // One pin's name shows as much as eight.
        Word(word) if is_pin_name(word) => "D0",
        Header(name) | Word(name) => name,
        NumberedPort => "HardwareSerial",
        PinsInBegin => "begin",
        PortOnPins => "HardwareSerial on pins",
        PinOfAPort => "PC13",
    }
}

/// A line that may show a board.
enum Code<'t> {
    /// The file that it includes.
    Includes(&'t str),
    /// Anything else, with the names in it.
    Says(&'t str, Vec<&'t str>),
}

impl<'t> Code<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let code = line.trim_start();
        let Some(directive) = code.strip_prefix('#') else { return Some(Self::Says(code, words(code).collect())) };
        // A condition asks what the board is; it does not tell.
        let directive = directive.trim_start();
        if let Some(rest) = directive.strip_prefix("include") {
            return Some(Self::Includes(rest.trim_start().strip_prefix(['<', '"'])?.split(['>', '"']).next()?.trim()));
        }
        // `#define RX_PIN D5` names a pin; `#define D5 14` makes it a name of the sketch's own.
        let value = directive.strip_prefix("define")?.trim_start().split_once(char::is_whitespace)?.1;
        Self::read(value)
    }
}

/// What stands there, for the reader.
fn shows(sign: Sign, line: &Code<'_>) -> Option<String> {
    match (sign, line) {
        (Header(name), Code::Includes(file)) => {
            let is_it = match name.strip_suffix('*') {
                Some(start) => file.starts_with(start),
                None => *file == name,
            };
            is_it.then(|| format!("`{file}`"))
        }
        (Word(word), Code::Says(code, words)) => {
            let declares = is_pin_name(word) && !code.contains('(') && code.contains('=') && !code.contains("= D");
            (words.contains(&word) && !declares).then(|| format!("`{word}`"))
        }
        (NumberedPort, Code::Says(code, _)) => {
            let rest = code.split_once("HardwareSerial")?.1.trim_start();
            let rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').trim_start();
            let number = rest.strip_prefix(['(', '{'])?.trim_start();
            (number.starts_with(['0', '1', '2'])
                && number.get(1..).is_some_and(|rest| rest.trim_start().starts_with([')', '}'])))
            .then(|| "`HardwareSerial` with its number".to_owned())
        }
        (PinsInBegin, Code::Says(code, _)) => {
            let rest = code.split_once(".begin(")?.1;
            let given = rest.split_once("SERIAL_")?.1;
            let pins = given.split_once(',')?.1;
            pins.contains(',').then(|| "the pins in `begin`".to_owned())
        }
        (PortOnPins, Code::Says(code, words)) => {
            let pin = words.iter().find(|word| pin_of_a_port(word).is_some());
            pin.filter(|_| code.contains("HardwareSerial")).map(|pin| format!("`HardwareSerial` on `{pin}`"))
        }
        (PinOfAPort, Code::Says(code, words)) => {
            let more = |word: &&&str| pin_of_a_port(word).is_some_and(|(_, bit)| bit > 7);
            let pin = words
                .iter()
                .find(more)
                .or_else(|| words.iter().find(|word| code.contains("HardwareSerial") && pin_of_a_port(word).is_some()));
            pin.map(|pin| format!("`{pin}`"))
        }
        (Header(_), Code::Says(..)) | (_, Code::Includes(_)) => None,
    }
}

/// The port and the bit of `PC13`, the ports from 0.
pub(super) fn pin_of_a_port(word: &str) -> Option<(u8, u8)> {
    let [b'P', port @ b'A'..=b'K', digits @ ..] = word.as_bytes() else { return None };
    let bit = std::str::from_utf8(digits).ok().filter(|digits| !digits.is_empty() && !digits.starts_with('+'))?;
    Some((port - b'A', bit.parse().ok().filter(|bit| *bit < 16)?))
}

/// Of the pins as a NodeMCU has them printed on it.
fn is_pin_name(word: &str) -> bool {
    matches!(word.as_bytes(), [b'D', b'0'..=b'8'])
}

/// Names in a line, without what stands between quotes.
fn words(code: &str) -> impl Iterator<Item = &str> {
    let outside = code.split('"').step_by(2);
    outside.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str) -> (Chip, String) {
        let target = Target::guessed(&Source::new(text));
        (target.chip, target.words())
    }

    #[test]
    fn a_board_is_known_by_what_only_it_has() {
        let cases = [
            ("#include <WiFi.h>\n", Chip::Esp32, "`WiFi.h` in line 1"),
            ("\nHardwareSerial modem(2);\n", Chip::Esp32, "`HardwareSerial` with its number in line 2"),
            (
                "void setup() {\n  Serial2.begin(9600, SERIAL_8N1, 16, 17);\n}\n",
                Chip::Esp32,
                "the pins in `begin` in line 2",
            ),
            ("void loop() { ESP.restart(); }", Chip::Esp32, "`ESP` in line 1"),
            ("#include <SoftwareSerial.h>\nSoftwareSerial sim(D5, D6);\n", Chip::Esp8266, "`D5` in line 2"),
            ("#define RX D2\n#define TX D1\n", Chip::Esp8266, "`D2` in line 1"),
            ("#include <ESP8266WiFi.h>\nvoid loop() { ESP.restart(); }", Chip::Esp8266, "`ESP8266WiFi.h` in line 1"),
            ("#include <avr/wdt.h>\n", Chip::Avr, "`avr/wdt.h` in line 1"),
            ("#include <MKRGSM.h>\n", Chip::Arm, "`MKRGSM.h` in line 1"),
            ("#include <STM32LowPower.h>\n", Chip::Arm, "`STM32LowPower.h` in line 1"),
            (
                "#include <HardwareSerial.h>\nHardwareSerial sim(PA3, PA2);\n",
                Chip::Arm,
                "`HardwareSerial` on `PA3` in line 2",
            ),
            ("const int led = PC13;\n", Chip::Arm, "`PC13` in line 1"),
        ];
        for (text, chip, by) in cases {
            let (found, words) = guessed(text);
            assert_eq!(found, chip, "{text}");
            assert!(words.ends_with(by), "{words}");
        }
    }

    #[test]
    fn what_every_board_has_shows_none() {
        for text in [
            "#include <SoftwareSerial.h>\nSoftwareSerial sim(7, 8);\n",
            "// for an ESP32: #include <WiFi.h>\n",
            "#ifdef ESP32\n#endif\n",
            "void setup() { Serial.println(\"ESP D5 WiFi.h Serial1\"); Serial.begin(9600, SERIAL_8N1); }",
            "const int D5 = 14;\n#define D6 12\n",
            "void setup() { HardwareSerial &port = Serial; }",
            "void setup() { DDRX |= (1 << PB5); PINS |= _BV(PD2); }",
        ] {
            let (chip, words) = guessed(text);
            assert_eq!(chip, Chip::Avr, "{text}");
            assert_eq!(words, "the board is taken for an Uno, Nano or Mega: nothing shows another", "{text}");
        }
    }

    #[test]
    fn a_second_port_alone_is_a_megas_and_said() {
        let (chip, words) = guessed("void setup() {\n  Serial2.begin(9600);\n}\n");
        assert_eq!(chip, Chip::Avr);
        let expected =
            "the board is taken for a Mega, by `Serial2` in line 2; an ESP32 has that port too (--board esp32)";
        assert_eq!(words, expected);
        assert_eq!(guessed("#include <WiFi.h>\nvoid setup() { Serial2.begin(9600); }").0, Chip::Esp32);
    }
}
