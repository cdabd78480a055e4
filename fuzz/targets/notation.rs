//! Typed text in every mode, and any bytes printed, shown and looked at.

use modemscope::notation::{
    ControlStyle, Decoding, LineEnding, Mode, hints, lookalike, parse, pieces, print, print_hex, print_macro, show,
    typed_line_end,
};

pub fn run(data: &[u8]) {
    assert_eq!(parse(&print(data), Mode::Mixed).as_deref(), Ok(data));
    assert_eq!(parse(&print_macro(data), Mode::Mixed).as_deref(), Ok(data));
    assert_eq!(parse(&print_hex(data), Mode::Hex).as_deref(), Ok(data));
    for decoding in [Decoding::Utf8, Decoding::Latin1, Decoding::Bytes] {
        for controls in [ControlStyle::Glyphs, ControlStyle::Names] {
            let shown = show(data, decoding, controls);
            assert_eq!(shown.spans.last().map_or(0, |span| span.bytes.end), data.len());
            assert!(!shown.text.chars().any(char::is_control));
        }
    }
    let _ = (lookalike(data), typed_line_end(data));
    let Ok(text) = std::str::from_utf8(data) else { return };
    for mode in [Mode::Text, Mode::Mixed, Mode::Hex] {
        let _ = pieces(text, mode);
        for hint in hints(text, mode) {
            assert!(hint.fix.is_none_or(|fix| parse(&fix.text, fix.mode).is_ok()));
        }
    }
    if let Ok(ending) = text.parse::<LineEnding>() {
        assert_eq!(ending.to_string().parse(), Ok(ending));
    }
}
