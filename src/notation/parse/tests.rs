//! Ugly cases first.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::notation::visible::shown;

/// Escaped pieces as `typed=hex`, plain ones in quotes.
fn table_cell(text: &str, mode: Mode) -> String {
    let pieces = match pieces(text, mode) {
        Ok(pieces) => pieces,
        Err(error) => return format!("! {error}"),
    };
    let cell = |piece: &Piece| {
        let typed = shown(&text[piece.source.clone()]);
        if piece.escaped { format!("{typed}={}", hex::encode_upper(&piece.bytes)) } else { format!("\"{typed}\"") }
    };
    pieces.iter().map(cell).collect::<Vec<_>>().join(" ")
}

fn check(mode: Mode, texts: &[&str], expect: &Expect) {
    let line = |text: &&str| {
        let name = if text.trim_matches(' ').is_empty() { format!("{} blanks", text.len()) } else { shown(text) };
        format!("{:<22} {}", name, table_cell(text, mode)).trim_end().to_owned() + "\n"
    };
    expect.assert_eq(&texts.iter().map(line).collect::<Vec<_>>().concat());
}

#[test]
fn tags() {
    check(
        Mode::Mixed,
        &[
            "<1A>",
            "<0D 0A>",
            "<0D0A>",
            "<0d 0a>",
            "<dd>",
            "<DD>",
            "<FF>",
            "<ff>",
            "<Ff>",
            "<f1>",
            "<b1 dd>",
            "<1A0>",
            "<A>",
            "<SUB>",
            "<sub>",
            "<Sub>",
            "<SUB >",
            "< SUB>",
            "<CR LF>",
            "<CRLF>",
            "<DC1>",
            "<EM>",
            "<em>",
            "<^Z>",
            "<^z>",
            "<^?>",
            "<^@>",
            "<^[>",
            "<^_>",
            "<^é>",
            "<>",
            "< >",
            "<0D  0A>",
            "<<CR>>",
            "<a<LF>",
            "<CR",
            "a < b > c",
            "\\<SUB>",
            "<0x1A>",
            "<1A,0D>",
            "<html>",
            "<١A>",
        ],
        &expect![[r#"
            <1A>                   <1A>=1A
            <0D 0A>                <0D 0A>=0D0A
            <0D0A>                 <0D0A>=0D0A
            <0d 0a>                <0d 0a>=0D0A
            <dd>                   "<dd>"
            <DD>                   <DD>=DD
            <FF>                   <FF>=FF
            <ff>                   "<ff>"
            <Ff>                   "<Ff>"
            <f1>                   <f1>=F1
            <b1 dd>                <b1 dd>=B1DD
            <1A0>                  "<1A0>"
            <A>                    "<A>"
            <SUB>                  <SUB>=1A
            <sub>                  "<sub>"
            <Sub>                  "<Sub>"
            <SUB >                 "<SUB >"
            < SUB>                 "< SUB>"
            <CR LF>                "<CR LF>"
            <CRLF>                 "<CRLF>"
            <DC1>                  <DC1>=11
            <EM>                   <EM>=19
            <em>                   "<em>"
            <^Z>                   <^Z>=1A
            <^z>                   "<^z>"
            <^?>                   <^?>=7F
            <^@>                   <^@>=00
            <^[>                   <^[>=1B
            <^_>                   <^_>=1F
            <^é>                   "<^é>"
            <>                     "<>"
            < >                    "< >"
            <0D  0A>               "<0D  0A>"
            <<CR>>                 "<" <CR>=0D ">"
            <a<LF>                 "<a" <LF>=0A
            <CR                    "<CR"
            a < b > c              "a < b > c"
            \<SUB>                 \<=3C "SUB>"
            <0x1A>                 "<0x1A>"
            <1A,0D>                "<1A,0D>"
            <html>                 "<html>"
            <١A>                   "<١A>"
        "#]],
    );
}

#[test]
fn escapes() {
    check(
        Mode::Mixed,
        &[
            r"AT\r",
            r"\r\n\t\0\e",
            r"\\r",
            r"\<CR>",
            r"\$ ${x}",
            r"\x1a\x1A1",
            r"\x{1A 0D 0A}",
            r"\x{1A0D}",
            r"\x{ 1A  0D }",
            r"\0a",
            r"\x00",
            "é\\x80€",
            "\r",
            "",
        ],
        &expect![[r#"
            AT\r                   "AT" \r=0D
            \r\n\t\0\e             \r=0D \n=0A \t=09 \0=00 \e=1B
            \\r                    \\=5C "r"
            \<CR>                  \<=3C "CR>"
            \$ ${x}                \$=24 " ${x}"
            \x1a\x1A1              \x1a=1A \x1A=1A "1"
            \x{1A 0D 0A}           \x{1A 0D 0A}=1A0D0A
            \x{1A0D}               \x{1A0D}=1A0D
            \x{ 1A  0D }           \x{ 1A  0D }=1A0D
            \0a                    \0=00 "a"
            \x00                   \x00=00
            é\x80€                 "é" \x80=80 "€"
            ␍                      "␍"
            0 blanks
        "#]],
    );
}

#[test]
fn errors() {
    check(
        Mode::Mixed,
        &[
            r"ab\",
            r"\q",
            r"\é",
            "\\\u{202E}",
            r"\032",
            r"\026",
            r"\26",
            r"\0999",
            r"\08",
            r"\u001A",
            r"\u{1A}",
            r"\a",
            r"\f",
            r"\R",
            r"\X1A",
            r"\x",
            r"\x1",
            r"é\x1g",
            r"\xé",
            r"\x{",
            r"\x{1A",
            r"\x{}",
            r"\x{ }",
            r"\x{1}",
            r"\x{1A 0}",
            r"\x{1A0}",
            r"\x{1A,0D}",
            r"\x{é}",
            "\\\n",
        ],
        &expect![[r#"
            ab\                    ! column 3: found `\`; write `\\` for a backslash
            \q                     ! column 1: found `\q`; write `\\` for a backslash, or one of \r \n \t \0 \e \xHH \< \$
            \é                     ! column 1: found `\é`; write `\\` for a backslash, or one of \r \n \t \0 \e \xHH \< \$
            \U+202E                ! column 1: found `\U+202E`; write `\\` for a backslash, or one of \r \n \t \0 \e \xHH \< \$
            \032                   ! column 1: found `\032`; write `\x1A` for octal 032, `\x20` for decimal
            \026                   ! column 1: found `\026`; write `\x16` for octal 026, `\x1A` for decimal
            \26                    ! column 1: found `\26`; write `\x16` for octal 26, `\x1A` for decimal
            \0999                  ! column 1: found `\099`; write `\x63`
            \08                    ! column 1: found `\08`; write `\x08`
            \u001A                 ! column 1: found `\u001A`; write the byte in hex, as in `\x1A`, or the character itself
            \u{1A}                 ! column 1: found `\u`; write the byte in hex, as in `\x1A`, or the character itself
            \a                     ! column 1: found `\a`; write `\x07`, or `\\a` for the two characters
            \f                     ! column 1: found `\f`; write `\x0C`, or `\\f` for the two characters
            \R                     ! column 1: found `\R`; write `\r`
            \X1A                   ! column 1: found `\X`; write `\x`
            \x                     ! column 1: found `\x`; `\x` takes two hex digits, as in `\x00`
            \x1                    ! column 1: found `\x1`; `\x` takes two hex digits, as in `\x01`
            é\x1g                  ! column 2: found `\x1`; `\x` takes two hex digits, as in `\x01`
            \xé                    ! column 1: found `\x`; `\x` takes two hex digits, as in `\x00`
            \x{                    ! column 1: found `\x{`; close it with `}`, as in `\x{1A 0D}`
            \x{1A                  ! column 1: found `\x{`; close it with `}`, as in `\x{1A 0D}`
            \x{}                   ! column 1: found `\x{}`; put hex digits in it, as in `\x{1A 0D}`
            \x{ }                  ! column 1: found `\x{ }`; put hex digits in it, as in `\x{1A 0D}`
            \x{1}                  ! column 4: found `1`; a byte is two hex digits, so write `01`
            \x{1A 0}               ! column 7: found `0`; a byte is two hex digits, so write `00`
            \x{1A0}                ! column 4: found `1A0`; a byte is two hex digits, and one is missing or too many here
            \x{1A,0D}              ! column 6: found `,`; only hex digits and blanks go here, as in `\x{1A 0D}`
            \x{é}                  ! column 4: found `é`; only hex digits and blanks go here, as in `\x{1A 0D}`
            \␊                     ! column 1: found `\␊`; write `\\` for a backslash, or one of \r \n \t \0 \e \xHH \< \$
        "#]],
    );
}

#[test]
fn hex_mode() {
    check(
        Mode::Hex,
        &[
            "1A0D",
            "1A 0D",
            "1a,0d",
            "0x1A,0x0D",
            "0x1A, 0X0D;",
            "0x1A0D",
            "$1A",
            "$1A$0D",
            "1Ah",
            "1AH 0Dh",
            "0x1Ah",
            " ",
            "",
            "1",
            "1A D",
            "1A0",
            "0x",
            "$",
            "h",
            "0x1",
            "G1",
            "1A é",
            "1A\u{A0}0D",
            "１A",
            "<1A>",
            "26h",
            "1A\n0D",
        ],
        &expect![[r#"
            1A0D                   1A=1A 0D=0D
            1A 0D                  1A=1A 0D=0D
            1a,0d                  1a=1A 0d=0D
            0x1A,0x0D              0x1A=1A 0x0D=0D
            0x1A, 0X0D;            0x1A=1A 0X0D=0D
            0x1A0D                 0x1A=1A 0D=0D
            $1A                    $1A=1A
            $1A$0D                 ! column 4: found `$`; Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text
            1Ah                    1Ah=1A
            1AH 0Dh                1AH=1A 0Dh=0D
            0x1Ah                  ! column 5: found `h`; Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text
            1 blanks
            0 blanks
            1                      ! column 1: found `1`; a byte is two hex digits, so write `01`
            1A D                   ! column 4: found `D`; a byte is two hex digits, so write `0D`
            1A0                    ! column 1: found `1A0`; a byte is two hex digits, and one is missing or too many here
            0x                     ! column 1: found `0x`; hex digits belong here, as in `1A`
            $                      ! column 1: found `$`; hex digits belong here, as in `1A`
            h                      ! column 1: found `h`; hex digits belong here, as in `1A`
            0x1                    ! column 1: found `0x1`; a byte is two hex digits, so write `01`
            G1                     ! column 1: found `G`; Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text
            1A é                   ! column 4: found `é`; Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text
            1AU+00A00D             1A=1A 0D=0D
            １A                     ! column 1: found `１`; Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text
            <1A>                   ! column 1: found `<`; Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text
            26h                    26h=26
            1A␊0D                  1A=1A 0D=0D
        "#]],
    );
}

#[test]
fn text_is_itself() {
    for text in ["", r"\r", "<SUB>", "1A", "é\u{202E}\r\n"] {
        assert_eq!(parse(text, Mode::Text).unwrap(), text.as_bytes());
    }
}

fn ugly_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![
            "\\", "\\x", "\\x{", "}", "<", ">", "SUB", "^", "1", "A", "0x", "$", "h", " ", ",", "é", "\\0", "\u{301}",
            "${",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(word, 0..10).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn pieces_stand_in_order_and_cover_the_text(text in ugly_text()) {
        for mode in [Mode::Text, Mode::Mixed, Mode::Hex] {
            let Ok(pieces) = pieces(&text, mode) else { continue };
            let mut at = 0;
            for piece in &pieces {
                prop_assert!(piece.source.start >= at && piece.source.end > piece.source.start);
                prop_assert!(mode == Mode::Hex || piece.source.start == at);
                prop_assert!(piece.escaped || text[piece.source.clone()].as_bytes() == piece.bytes);
                at = piece.source.end;
            }
            prop_assert!(mode == Mode::Hex || at == text.len());
        }
    }

    #[test]
    fn an_error_names_a_column_of_the_text(text in ugly_text()) {
        for mode in [Mode::Mixed, Mode::Hex] {
            if let Err(error) = parse(&text, mode) {
                prop_assert!((1..=text.chars().count()).contains(&error.column), "{error}");
            }
        }
    }

    #[test]
    fn parameters_are_found_in_any_text(text in ugly_text()) {
        if let Some(at) = parameter_start(&text) {
            prop_assert_eq!(text.get(at..at + 2), Some("${"));
        }
    }
}
