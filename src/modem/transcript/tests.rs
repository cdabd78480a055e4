use proptest::prelude::*;

use super::*;

fn show(text: &[u8]) -> String {
    use std::fmt::Write as _;
    let transcript = Transcript::read(text);
    let mut out = format!("{:?}", transcript.shape);
    for chunk in &transcript.chunks {
        let direction = if chunk.direction == Direction::Tx { '>' } else { '<' };
        let at = chunk.at.map_or(String::new(), |at| format!(" {:.3}", at.as_secs_f64()));
        let elided = if chunk.elided { " elided" } else { "" };
        let _ = write!(out, "\n{}{at} {direction} {:?}{elided}", chunk.line, String::from_utf8_lossy(&chunk.bytes));
    }
    out
}

#[track_caller]
fn check(text: &str, expect: &str) {
    assert_eq!(show(text.as_bytes()), expect.trim_matches('\n'));
}

#[test]
fn marked_text() {
    check("", "Pasted");
    check("# only a comment\n", "Marked");
    check(
        "> AT\\r\n\n< AT\\r\\r\\nOK\\r\\n\n",
        "
Marked
1 > \"AT\\r\"
3 < \"AT\\r\\r\\nOK\\r\\n\"",
    );
    check(
        "[12.5] > AT\\r\n[12.512345] < \\r\\n> \n[13] > \\x1A\n",
        "
Marked
1 0.000 > \"AT\\r\"
2 0.012 < \"\\r\\n> \"
3 0.500 > \"\\u{1a}\"",
    );
    check(
        "> a \\x \\\\ \\q [...]\n< <len binary bytes>\n< <HTML>\\n\n",
        "
Marked
1 > \"a \\\\x \\\\ \\\\q [...]\" elided
2 < \"<len binary bytes>\" elided
3 < \"<HTML>\\n\"",
    );
}

#[test]
fn marked_text_without_any_line_end_gets_them_back() {
    check(
        "> AT+CIPSEND\n< AT+CIPSEND\n< > \n> hello\n< SEND OK\n",
        "
Marked
1 > \"AT+CIPSEND\\r\"
2 < \"AT+CIPSEND\\r\"
3 < \"\\r\\n> \"
4 > \"hello\"
5 < \"\\r\\nSEND OK\\r\\n\"",
    );
    check(
        "> AT\n> AT\n",
        "
Marked
1 > \"AT\"
2 > \"AT\"",
    );
}

#[test]
fn comments_time_a_log_of_sent_bytes() {
    check(
        "# 2 commands\n> AT\\r\n# delay 500 ms\n> AT+CIPSEND\\r\n# delay(1500);\n> x\n",
        "
Marked
2 0.000 > \"AT\\r\"
4 0.500 > \"AT+CIPSEND\\r\"
6 2.000 > \"x\"",
    );
    check(
        "> AT\\r\n# delay 500 ms\n< OK\\r\\n\n",
        "
Marked
1 > \"AT\\r\"
3 < \"OK\\r\\n\"",
    );
}

#[test]
fn pasted_logs() {
    check(
        "AT\nOK\n\nAT+CIPSEND\n> hello\n> \nSEND OK",
        "
Pasted
1 < \"\\r\\nAT\\r\\n\"
2 < \"\\r\\nOK\\r\\n\"
4 < \"\\r\\nAT+CIPSEND\\r\\n\"
5 < \"\\r\\n> hello\\r\\n\"
6 < \"\\r\\n> \"
7 < \"\\r\\nSEND OK\\r\\n\"",
    );
    check(
        "AT\r\r\nOK\r\n",
        "
Pasted
1 < \"AT\\r\\r\\n\"
2 < \"OK\\r\\n\"",
    );
    check(
        "> hello\nOK\n",
        "
Pasted
1 < \"\\r\\n> hello\\r\\n\"
2 < \"\\r\\nOK\\r\\n\"",
    );
}

#[test]
fn time_stamps_of_common_tools() {
    let stamped = [
        ("12:34:56.789 -> AT\n12:34:57.000 -> OK\n", "Arduino IDE"),
        ("[12:34:56.789] AT\n[12:34:57.000] OK\n", "tio"),
        ("[2024-01-01 12:34:56.789] AT\n[2024-01-01 12:34:57.000] OK\n", "minicom"),
        ("2024-01-01T12:34:56.789Z AT\n2024-01-01T12:34:57Z OK\n", "ISO 8601"),
        ("1/2/2024 12:34:56,789 AT\n1/2/2024 12:34:57,000 OK\n", "Docklight"),
        ("[   12.789] AT\n[   13.000000] OK\n", "seconds"),
    ];
    for (text, tool) in stamped {
        assert_eq!(
            show(text.as_bytes()),
            "Pasted\n1 0.000 < \"\\r\\nAT\\r\\n\"\n2 0.211 < \"\\r\\nOK\\r\\n\"",
            "{tool}"
        );
    }
    check(
        "10:00:00.000 > AT\n10:00:00.500 > OK\n",
        "
Pasted
1 0.000 < \"\\r\\nAT\\r\\n\"
2 0.500 < \"\\r\\nOK\\r\\n\"",
    );
    check(
        "23:59:59.900 -> AT\n00:00:00.100 -> OK\n",
        "
Pasted
1 0.000 < \"\\r\\nAT\\r\\n\"
2 0.200 < \"\\r\\nOK\\r\\n\"",
    );
}

#[test]
fn nothing_makes_it_fail() {
    for text in [&b"\xFF\xFE> \x00"[..], b"> \xFF\n< \x80\n", b"[", b"[]", b"[1", b"99:99:99 x", b">", b"\n\n\r"] {
        let _ = Transcript::read(text);
    }
}

fn scrap() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "TX: ",
        "RX: ",
        ">> ",
        "<< ",
        "> ",
        "< ",
        ">",
        "AT",
        "AT+CSQ",
        "OK",
        "+CSQ: 1,2",
        "\n",
        "\r\n",
        "<CR><LF>",
        "\\r\\n",
        "b'",
        "'",
        "\"",
        "[12.5] ",
        "[1234] ",
        "(09:14:22.513) ",
        "12:00:00.000 -> ",
        "1704459753.1 ",
        "# SEND ASCII>",
        "RECV:",
        "␍␊",
        "```",
        "**",
        " |",
        "| ",
        "...AT+CREG?",
        "    ",
        "1A",
        "#",
        "]",
        "=~=~=~=~",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever is pasted is read and diagnosed; no line is read before the one in front of it.
    #[test]
    fn any_scrap_is_read(text in scrap()) {
        let transcript = Transcript::read(&text);
        let numbers: Vec<usize> = transcript.chunks.iter().map(|chunk| chunk.line).collect();
        prop_assert!(numbers.is_sorted(), "{numbers:?}");
        // Without bytes a chunk tells only that time has passed.
        let tells = |chunk: &Chunk| !chunk.bytes.is_empty() || chunk.at.is_some() || transcript.shape == Shape::Marked;
        prop_assert!(transcript.chunks.iter().all(tells));
        let diagnoser = crate::modem::diagnose::of_transcript(&transcript);
        prop_assert!(diagnoser.findings().iter().all(|finding| !finding.evidence.is_empty()));
    }
}
