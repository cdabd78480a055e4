//! Programs that work a modem and are no Arduino sketches.

use super::source::Source;

/// What a text is written in where it is no sketch, and what can be done instead; `None` for a sketch.
#[must_use]
pub(crate) fn other_language(source: &Source) -> Option<String> {
    let text: String = source.text().collect::<Vec<_>>().join("\n");
    if text.contains('\0') {
        let words = "this is no program text: it holds NUL bytes. Give the .ino file, saved as UTF-8";
        return Some(words.to_owned());
    }
    let has = |word: &str| text.contains(word);
    let is_c = has("#include") || has("void setup") || has("void loop");
    let name = if !is_c && (has("from machine import") || has("import machine") || has("machine.UART")) {
        "MicroPython"
    } else if !is_c && (has("import serial") || has("serial.Serial(") || has("from serial import")) {
        "Python with pyserial"
    } else if has("uart_driver_install") || has("uart_write_bytes") || (has("app_main") && has("freertos/")) {
        "C for ESP-IDF"
    } else if has("HAL_UART_Transmit") {
        "C for STM32 (HAL)"
    } else if !is_c && (has("def ") && has("import ")) {
        "Python"
    } else {
        return None;
    };
    Some(format!(
        "this is {name}, which is not run here. Let it run and watch its line: tap the two wires \
         (`modemscope capture tap:…`, docs/cli.md); the capture is then diagnosed and recorded as a macro"
    ))
}
