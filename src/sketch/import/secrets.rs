//! Which bytes of what a sketch sends are PINs and passwords: its macro holds none of them, and asks.

use super::super::board::{Row, Way};
use super::super::origin::{Ch, Origin, bytes};
use crate::modem::Direction;
use crate::modem::secrets::SecretFinder;

/// What is sent to the modem, its PINs and passwords marked as such.
pub(super) fn sent(rows: &[Row]) -> Vec<(&Row, Vec<Ch>)> {
    let mut finder = SecretFinder::default();
    let mut sends = Vec::new();
    for row in rows {
        let mut text = row.text.clone();
        match row.way {
            Way::ToModem => {
                for range in finder.find(Direction::Tx, &bytes(&text)) {
                    text.get_mut(range).unwrap_or_default().iter_mut().for_each(|ch| ch.from = Origin::SECRET);
                }
                sends.push((row, text));
            }
            Way::FromModem => {
                let _asks_for_them = finder.find(Direction::Rx, &bytes(&text));
            }
            Way::Console | Way::Elsewhere(_) => {}
        }
    }
    sends
}

#[cfg(test)]
mod tests {
    use crate::macros::{Book, file};
    use crate::sketch::{RunOptions, Source, import};

    #[test]
    fn pins_and_passwords_are_asked_for() {
        let sketch = r#"
            SoftwareSerial s(8, 7);
            void setup() {
                s.begin(9600);
                s.println("AT+CPIN=\"4711\""); s.find("4711"); // AT+CPIN=4711
                if (digitalRead(3)) { s.println("AT+CPIN=4711"); }
                s.print("AT+CSTT=\"net\",\""); s.print("me"); s.println("\",\"hunter22\""); delay(100);
                s.println("AT+CLCK=\"SC\",1,\"4711\"");
            }
            void loop() {}
        "#;
        let found = import(&Source::new(sketch), &RunOptions::default());
        let sends: Vec<&str> = found.steps.iter().map(|step| step.text.as_str()).collect();
        let expect =
            [r#"AT+CPIN="${pin}"\r\n"#, r#"AT+CSTT="net","me","${secret}"\r\n"#, r#"AT+CLCK="SC",1,"${pin}"\r\n"#];
        assert_eq!(sends, expect, "the same PIN is asked for once");
        assert!(found.asks.iter().all(|(_, ask)| ask.secret && ask.default.is_empty()), "{:?}", found.asks);
        assert!(!found.unread.is_empty() && !format!("{:?}", found.unread).contains("4711"), "{:?}", found.unread);
        let made = file::print(&Book { macros: vec![found.waiting_macro("x")] });
        assert!(!made.contains("4711") && !made.contains("hunter22"), "{made}");
    }
}
