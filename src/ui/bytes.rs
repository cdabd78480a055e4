//! Bytes made visible: letters as they are, everything else as a small chip that names it (`CR`, `LF`, `1A`, `FF`).

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32};

use super::theme::{self, Palette};
use crate::notation::{ControlStyle, Decoding, SpanKind, show};

/// One line of visible bytes, ready to be laid out.
#[derive(Debug, Default)]
pub(crate) struct Visible {
    /// Letters and chips.
    pub(crate) job: LayoutJob,
    /// Which bytes each stretch of the text shows: byte range in the job's text, range of bytes.
    pub(crate) spans: Vec<(Range<usize>, Range<usize>)>,
}

impl Visible {
    /// Shows `bytes` in `color`; what is masked is shown as dots.
    pub(crate) fn new(bytes: &[u8], decoding: Decoding, color: Color32, palette: &Palette) -> Self {
        let shown = show(bytes, decoding, ControlStyle::Names);
        let mut visible = Self::default();
        visible.job.wrap = TextWrapping::no_max_width();
        visible.job.break_on_newline = false;
        for span in &shown.spans {
            let text = shown.text.get(span.text.clone()).unwrap_or_default();
            match span.kind {
                SpanKind::Plain => visible.plain(text, span.bytes.clone(), color),
                SpanKind::Ansi => visible.plain(text, span.bytes.clone(), palette.weak),
                _ => {
                    visible.chip(chip_name(text), span.bytes.clone(), chip_color(bytes, &span.bytes, palette), palette);
                }
            }
        }
        visible
    }

    fn plain(&mut self, text: &str, bytes: Range<usize>, color: Color32) {
        let format = TextFormat { valign: Align::Center, ..TextFormat::simple(theme::mono(), color) };
        let one_to_one = text.len() == bytes.len();
        for (at, c) in text.char_indices() {
            let start = self.job.text.len() + at;
            let first = if one_to_one { bytes.start + at } else { bytes.start };
            let last = if one_to_one { first + c.len_utf8() } else { bytes.end };
            self.spans.push((start..start + c.len_utf8(), first..last));
        }
        let after_chip = self.job.sections.last().is_some_and(|before| before.format.font_id == theme::chip());
        self.job.append(text, if after_chip { 4.0 } else { 0.0 }, format);
    }

    fn chip(&mut self, name: &str, bytes: Range<usize>, color: Color32, palette: &Palette) {
        let format = TextFormat {
            background: palette.chip_ground,
            expand_bg: 1.5,
            valign: Align::Center,
            ..TextFormat::simple(theme::chip(), color)
        };
        // The blank before keeps neighbouring chips apart.
        let start = self.job.text.len();
        self.job.append(name, if start == 0 { 1.5 } else { 6.0 }, format);
        self.spans.push((start..self.job.text.len(), bytes));
    }
}

/// The notation's `<SUB>` is what everybody here calls `1A`.
fn chip_name(tag: &str) -> &str {
    match tag.trim_start_matches('<').trim_end_matches('>') {
        "SUB" => "1A",
        name => name,
    }
}

fn chip_color(bytes: &[u8], range: &Range<usize>, palette: &Palette) -> Color32 {
    match bytes.get(range.start) {
        Some(0x1A | 0x1B) => palette.accent,
        Some(0x80..) => palette.warn,
        _ => palette.chip,
    }
}

/// The same in letters only, for screen readers, tests and tooltips.
#[must_use]
pub(crate) fn words(bytes: &[u8]) -> String {
    show(bytes, Decoding::Utf8, ControlStyle::Names).text.replace("<SUB>", "<1A>")
}

/// `41 54 0D`.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02X}"));
    }
    text
}

/// `1 byte`, `1,234 bytes`.
#[must_use]
pub(crate) fn count(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        n => format!("{} bytes", grouped(n)),
    }
}

/// `1,234,567`.
#[must_use]
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `999,999`, `1.2 M`, `3.45 G`: for a place that cannot grow.
#[must_use]
pub(crate) fn short(number: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", number / unit, number % unit / (unit / 10));
    match number {
        0..1_000_000 => grouped(number),
        1_000_000..1_000_000_000 => format!("{} M", tenths(1_000_000)),
        _ => format!("{} G", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_number_keeps_its_place() {
        let shorts = [(0, "0"), (999_999, "999,999"), (1_250_000, "1.2 M"), (3_450_000_000, "3.4 G")];
        for (number, text) in shorts {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (number, text) in [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1,000 bytes")] {
            assert_eq!(count(number), text);
        }
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn words_name_every_byte() {
        for (bytes, text) in
            [(&b"hi\x1A"[..], "hi<1A>"), (b"\r\n> ", "<CR><LF>> "), (b"\xFF", "<FF>"), ("é".as_bytes(), "é"), (b"", "")]
        {
            assert_eq!(words(bytes), text);
        }
        assert_eq!(hex(b"AT\r"), "41 54 0D");
    }

    #[test]
    fn spans_cover_all_bytes_in_order() {
        let palette = theme::palette(&egui::Visuals::dark());
        for bytes in [&b"AT\r\n"[..], "né\x1A".as_bytes(), b"\xFF\xFE\x00a", b"\x1b[1mred"] {
            let visible = Visible::new(bytes, Decoding::Utf8, Color32::WHITE, palette);
            let mut at = 0;
            for (_, range) in &visible.spans {
                assert_eq!(range.start, at, "{bytes:?}");
                at = range.end;
            }
            assert_eq!(at, bytes.len());
        }
    }
}
