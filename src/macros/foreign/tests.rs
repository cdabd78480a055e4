//! A small file of each program, then files that mean no good.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::macros::file;

fn table(bytes: &[u8], ending: &LineEnding) -> String {
    let imported = match import(bytes, ending) {
        Ok(imported) => imported,
        Err(error) => return format!("! {error}\n"),
    };
    let mut lines = vec![imported.program.to_owned()];
    for what in &imported.book.macros {
        let step = |step: &Step| {
            let wait = step.wait.map_or(String::new(), |wait| format!(" +{wait:?}"));
            format!("{}{wait}", step.send.as_deref().unwrap_or("-"))
        };
        let group = what.group.as_ref().map_or(String::new(), |group| format!("{group}/"));
        lines.push(format!("{group}{}: {}", what.name, what.steps.iter().map(step).collect::<Vec<_>>().join(" | ")));
    }
    lines.extend(imported.left_out.iter().map(|sentence| format!("! {sentence}")));
    lines.join("\n") + "\n"
}

fn check(bytes: impl AsRef<[u8]>, expect: &Expect) {
    expect.assert_eq(&table(bytes.as_ref(), &LineEnding::Cr));
}

#[test]
fn hterm() {
    check(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<HtermSequenceFile><ItemList>
  <SequenceItem name="AT &amp; CR"><description>a test</description><sequence value="a[AT] h[0D]"/></SequenceItem>
  <SequenceItem name="end"><description/><sequence value="h[1A]"/></SequenceItem>
  <SequenceItem name="end"><description/><sequence value="d[26 10] b[00001101]"/></SequenceItem>
  <SequenceItem name=""><description/><sequence value="a[a]b] h[1A]"/></SequenceItem>
  <SequenceItem name="bad"><description/><sequence value="h[1G]"/></SequenceItem>
  <SequenceItem name="cmd"><description/><sequence value="c[wait 5]"/></SequenceItem>
  <SequenceItem name="open"><description/><sequence value="h[1A"/></SequenceItem>
  <SequenceItem name="none"><description/></SequenceItem>
</ItemList></HtermSequenceFile>"#,
        &expect![[r#"
            HTerm
            AT & CR: AT\r
            end: \x1A
            end (2): \x1A\n\r
            a]b\x1A: a]b\x1A
            ! `bad`: `1G` is no byte.
            ! `cmd`: segments of kind `c` are not known here.
            ! `open`: a segment is not closed.
            ! `none`: it sends nothing.
        "#]],
    );
}

#[test]
fn bray_and_cutecom() {
    check(
        "# Terminal macro file v2\r\nAT\r\nAT$0D\r\nsend text\r\nhello$1A\r\n\r\n\r\n26\r\n#026$$##\r\ndelay\r\nA%DLY1000B\r\nsum\r\n$02x%XOR\r\n\
         run\r\n%RUN\"cmd\"\r\nother\r\n%M03\r\nbad\r\n$1\r\npercent\r\n100%\r\n\r\nunnamed\r\n",
        &expect![[r#"
            Bray Terminal
            AT: AT\r
            send text: hello\x1A
            26: \x1A\$#\r
            delay: A +1s | B\r
            percent: 100%\r
            unnamed\r: unnamed\r
            ! M6 `sum`: its checksum `%XOR` has no counterpart here that surely counts the same.
            ! M7 `run`: `%RUN` starts a program; macros here never do.
            ! M8 `other`: `%M03` calls another macro.
            ! M9 `bad`: `$1` is no byte; Bray Terminal writes the character itself `$$`.
        "#]],
    );
    check(
        "# Terminal macro file\r\nM1\r\nAT$0D\r\nM2P1\r\n#026\r\n",
        &expect![[r#"
        Bray Terminal
        M1: AT\r
        M2P1: \x1A
    "#]],
    );
    check(
        "# Terminal macro file\r\nAT$0D\r\nAT+CSQ$0D\r\n",
        &expect![[r#"
        Bray Terminal
        AT\r: AT\r
        AT+CSQ\r: AT+CSQ\r
    "#]],
    );
}

#[test]
fn sscom() {
    check(
        b"; comment\r\nN101=1,signal\x02 quality,1000\r\nN1=A,AT+CSQ\x02?\r\nN102=2,,1000\r\nN2=H,1A 0D\r\nN103=0,\xB7\xA2,1\r\nN3=A,\xB7\xA2\r\n\
          N104=0,bad,1\r\nN4=H,1\r\nN5=A,\r\nN1000=x\r\n",
        &expect![[r#"
            SSCOM
            signal, quality: AT+CSQ,?\r
            \x1A\r: \x1A\r
            \xB7\xA2\r: \xB7\xA2\r
            ! N4 `bad`: column 1: found `1`; a byte is two hex digits, so write `01`.
            ! The order and the pauses of SSCOM's loop; each row is a macro of its own.
        "#]],
    );
}

#[test]
fn yat() {
    check(
        r#"<?xml version="1.0" encoding="utf-8"?><Settings><Page><PageName>Modem</PageName>
<Commands><Description>AT</Description><DefaultRadix>String</DefaultRadix><CommandLines>AT</CommandLines><IsFilePath>false</IsFilePath></Commands>
<Commands><Description /><CommandLines>hello\h(1A)\!(NoEOL())</CommandLines></Commands>
<Commands><Description>two</Description><CommandLines>A&lt;CR&gt;</CommandLines><CommandLines>\!(Delay(10))B\d(26 27)</CommandLines></Commands>
<Commands><Description>hex</Description><DefaultRadix>Hex</DefaultRadix><CommandLines>1A 0D</CommandLines></Commands>
<Commands><Description>repeat</Description><CommandLines>A\!(LineRepeat(5))</CommandLines></Commands>
<Commands><Description>file</Description><IsFilePath>true</IsFilePath><FilePath>c:\x</FilePath></Commands>
</Page></Settings>"#,
        &expect![[r#"
            YAT
            Modem/AT: AT\r
            Modem/hello\x1A: hello\x1A
            Modem/two: A\r\r | - +10ms | B\x1A\e\r
            Modem/hex: \x1A\r\r
            ! `repeat`: its keyword `LineRepeat` has no counterpart here.
            ! `file`: it sends a file.
        "#]],
    );
}

#[test]
fn no_file_of_ours() {
    check(
        "",
        &expect![[r#"
        ! no known macro file; known are HTerm .hts, Bray Terminal and CuteCom .tmf, SSCOM .ini and YAT .yacp, .yacps and .yat
    "#]],
    );
    check(
        "hello",
        &expect![[r#"
        ! no known macro file; known are HTerm .hts, Bray Terminal and CuteCom .tmf, SSCOM .ini and YAT .yacp, .yacps and .yat
    "#]],
    );
    check(
        "<HtermSequenceFile><ItemList>",
        &expect![[r#"
        ! HTerm: line 1: the XML is damaged: `<ItemList>` is never closed
    "#]],
    );
    check(
        "<HtermSequenceFile></ItemList>",
        &expect![[r#"
        ! HTerm: line 1: the XML is damaged: ill-formed document: expected `</HtermSequenceFile>`, but `</ItemList>` was found
    "#]],
    );
    check(
        "<HtermSequenceFile/>",
        &expect![[r#"
        ! a file of HTerm, but it holds no macro
    "#]],
    );
    check(
        "<HtermSequenceFile>&lol;</HtermSequenceFile>",
        &expect![[r#"
        ! HTerm: line 1: the XML is damaged: `&lol;` is not known
    "#]],
    );
    check(
        "<a>".repeat(1000) + "<CommandLines>",
        &expect![[r#"
        ! YAT: line 1: the XML is damaged: it is nested too deeply
    "#]],
    );
    check(
        "# Terminal macro file v2\n",
        &expect![[r#"
        ! a file of Bray Terminal, but it holds no macro
    "#]],
    );
    assert_eq!(import(&vec![b' '; LARGEST + 1], &LineEnding::None), Err(ForeignError::TooLarge));
}

#[test]
fn entities_do_not_multiply() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><HtermSequenceFile>&b;</HtermSequenceFile>"#;
    assert!(matches!(import(bomb.as_bytes(), &LineEnding::None), Err(ForeignError::Xml { .. })));
}

/// A huge list is cut and says so, quickly.
#[test]
fn a_huge_list_is_cut() {
    let file = "# Terminal macro file v2\n".to_owned() + &"same\nAT$0D\n".repeat(MOST_MACROS + 5);
    let imported = import(file.as_bytes(), &LineEnding::None).unwrap();
    assert_eq!(imported.book.macros.len(), MOST_MACROS);
    assert_eq!(imported.left_out, ["5 macros behind the first 2000."]);
}

/// Whatever is imported is a book that can be saved and read again.
fn is_a_book(bytes: &[u8]) {
    if let Ok(imported) = import(bytes, &LineEnding::CrLf) {
        let text = file::print(&imported.book);
        assert_eq!(file::parse(&text).as_ref(), Ok(&imported.book), "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200), head in 0..4_usize) {
        let head: &[u8] = [&b"# Terminal macro file v2\n"[..], b"N1=A,x\nN2=H,", b"<HtermSequenceFile><SequenceItem name=\"", b"<CommandLines>"][head];
        is_a_book(&[head, &bytes].concat());
    }

    #[test]
    fn any_texts_are_taken(texts in proptest::collection::vec("[ -~\u{e9}\u{202e}]{0,12}|[$#%\\\\(){}!<>A-F0-9]{0,12}|%DLY1000", 1..6)) {
        let escape = |text: &String| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        is_a_book(("# Terminal macro file v2\n".to_owned() + &texts.join("\n")).as_bytes());
        let rows: Vec<String> = texts.iter().enumerate().map(|(n, text)| format!("N{}=A,{text}", n + 1)).collect();
        is_a_book(rows.join("\n").as_bytes());
        let commands: Vec<String> = texts.iter().map(|text| format!("<Commands><Description>{0}</Description><CommandLines>{0}</CommandLines></Commands>", escape(text))).collect();
        is_a_book(format!("<S>{}</S>", commands.concat()).as_bytes());
        let items: Vec<String> = texts.iter().map(|text| format!("<SequenceItem name=\"{0}\"><sequence value=\"a[{0}]\"/></SequenceItem>", escape(text))).collect();
        is_a_book(format!("<HtermSequenceFile>{}</HtermSequenceFile>", items.concat()).as_bytes());
    }
}

/// Found by fuzzing: a text that begins with forty blanks gave a macro whose name a book may not have.
#[test]
fn a_text_of_blanks_gives_a_name_that_can_be_read_again() {
    let blanks = " ".repeat(50);
    for text in [blanks.clone(), format!("{blanks}AT")] {
        let file = format!("# Terminal macro file V1\r\n{text}\r\n{text}\r\n");
        let Ok(imported) = import(file.as_bytes(), &LineEnding::None) else { panic!("a book of Br@y's terminal") };
        assert!(imported.book.macros.iter().all(|found| !found.name.trim().is_empty()), "{:?}", imported.book);
        assert_eq!(super::super::file::parse(&super::super::file::print(&imported.book)), Ok(imported.book));
    }
}
