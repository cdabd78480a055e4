use proptest::prelude::*;

use super::*;

fn shown(line: &str) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Some(read) = Line::read(line.as_bytes()) else { return "no command".to_owned() };
    let calls = read.calls().map(|call| {
        let parameters: Vec<_> = call.parameters().map(|parameter| text(parameter.text)).collect();
        format!("{} {:?} {parameters:?}", text(call.name), call.form)
    });
    calls.collect::<Vec<_>>().join(" | ")
}

#[track_caller]
fn check(line: &str, expect: &str) {
    assert_eq!(shown(line), expect, "{line}");
}

#[test]
fn lines_and_their_commands() {
    check("", "no command");
    check("A", "no command");
    check("at", " Execute []");
    check("AT;", " Execute []");
    check(" AT\r\n", " Execute []");
    check("at+cipsend=0,5", "+cipsend Set [\"0\", \"5\"]");
    check("AT+CIPSTART=\"TCP\",\"a,b;c\",80\r", "+CIPSTART Set [\"TCP\", \"a,b;c\", \"80\"]");
    check("AT+CIFSR;E0", "+CIFSR Execute [] | E Execute [\"0\"]");
    check("AT+CMGS=?", "+CMGS Test []");
    check("AT+CREG ?", "+CREG Query []");
    check("AT+CREG=", "+CREG Set []");
    check("AT+X=,", "+X Set [\"\", \"\"]");
    check("AT+CIPSEND 5", "+CIPSEND Malformed [\"5\"]");
    check("AT+COPS=? ;+CSQ", "+COPS Test [] | +CSQ Execute []");
    check(
        "ATE1Q0;+IFC=0,0;+IPR=9600;&W",
        "E Execute [\"1\"] | Q Execute [\"0\"] | +IFC Set [\"0\", \"0\"] | +IPR Set [\"9600\"] | &W Execute []",
    );
    check("ATE0+CSQ", "E Execute [\"0\"] | +CSQ Execute []");
    check("ATS0=1V1S3?", "S0 Set [\"1\"] | V Execute [\"1\"] | S3 Query []");
    check("ATS0 = 1;S3 ?", "S0 Set [\"1\"] | S3 Query []");
    check("ATD123;", "D Execute [\"123\"]");
    check("ATD>\"a;b\";+CLCC", "D Execute [\">\\\"a;b\\\"\"] | +CLCC Execute []");
    check("AT^SYSCFG=2", "^SYSCFG Set [\"2\"]");
    check("AT-CMGF=1", "-CMGF Set [\"1\"]");
    check("AT+CMGS=\"open;", "+CMGS Set [\"open;\"]");
    check("AT+", "+ Execute []");
    check("AT+A= \"x\" , y z ", "+A Set [\"x\", \"y z\"]");
}

#[test]
fn spans_lie_in_the_line_that_was_read() {
    let text = br#"  AT+CSTT="apn", "me" ;+CSQ"#;
    let call = Line::read(text).unwrap().calls().next().unwrap();
    assert_eq!(&text[call.span.clone()], br#"+CSTT="apn", "me""#);
    let parameters: Vec<_> = call.parameters().collect();
    assert_eq!(&text[parameters[1].span.clone()], b"me");
    assert!(parameters[1].quoted);
    assert_eq!(values(b"1, \"a,b\",").collect::<Vec<_>>(), [&b"1"[..], b"a,b", b""]);
}

#[test]
fn what_a_person_takes_for_a_command() {
    for line in [
        "AT",
        "at",
        "AT+CSQ",
        "ATE0",
        "AT&W",
        "ATD+49123;",
        "ATI",
        "ATS0=1",
        "AT+CIPSTART=\"TCP\",\"x\",1",
        "AT#SGACT=1,1",
        "AT%XSIM?",
    ] {
        assert!(is_whole_command(line.as_bytes()), "{line}");
    }
    for line in ["", "A", "ATLAS", "at home", "Attention", "AT:", "AT+", "hello AT", "AT%20x", "AT# one"] {
        assert!(!is_whole_command(line.as_bytes()), "{line}");
    }
}

/// The pieces between separators outside quotes, as one would write it down: a separator counts where an even number
/// of quotes stands before it.
fn pieces(text: &str, separator: char) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for (at, c) in text.char_indices() {
        if c == separator && text[..at].matches('"').count().is_multiple_of(2) {
            pieces.push(String::new());
        } else {
            pieces.last_mut().unwrap().push(c);
        }
    }
    pieces
}

/// Extended commands after the plain definition: pieces between `;`, a name, a form, pieces between `,`.
fn plainly(body: &str) -> String {
    let one = |piece: &String| {
        let piece = piece.trim();
        let name_end = piece[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(piece.len(), |at| at + 1);
        let (name, tail) = piece.split_at(name_end);
        let (form, values) = match tail.trim_start() {
            "" => ("Execute", None),
            "?" => ("Query", None),
            tail => match tail.strip_prefix('=') {
                Some(values) if values.trim() == "?" => ("Test", None),
                Some(values) => ("Set", Some(values)),
                None => ("Malformed", Some(tail)),
            },
        };
        let unquote = |value: &String| {
            let value = value.trim();
            let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
            inner.strip_suffix('"').unwrap_or(inner).to_owned()
        };
        let parameters: Vec<_> = values
            .filter(|values| !values.is_empty())
            .map(|values| pieces(values, ',').iter().map(unquote).collect())
            .unwrap_or_default();
        format!("{name} {form} {parameters:?}")
    };
    pieces(body, ';').iter().filter(|piece| !piece.trim().is_empty()).map(one).collect::<Vec<_>>().join(" | ")
}

proptest! {
    #[test]
    fn extended_commands_are_read_as_plainly_defined(
        body in r#"\+[A-Z]{1,4}[=?]{0,2}["0-9a, ?]{0,12}(;\+[A-Z0-9]{1,4}[=? ]{0,2}["0-9, ;a]{0,9}){0,2}"#,
    ) {
        // A `;` in what follows may leave a piece that begins with no name; those are of the other test.
        prop_assume!(pieces(&body, ';').iter().all(|piece| piece.trim().is_empty() || piece.trim().starts_with('+')));
        prop_assert_eq!(shown(&format!("AT{body}")), plainly(&body));
    }

    #[test]
    fn any_line_is_read_to_its_end(line in proptest::collection::vec(any::<u8>(), 0..40), at in any::<bool>()) {
        let line = if at { [b"AT".as_slice(), &line].concat() } else { line };
        let mut end = 0;
        for call in Line::read(&line).into_iter().flat_map(Line::calls) {
            prop_assert!(call.span.start >= end && call.span.end <= line.len());
            prop_assert!(call.values.start >= call.span.start && call.values.end <= call.span.end);
            for parameter in call.parameters() {
                prop_assert_eq!(&line[parameter.span.clone()], parameter.text);
            }
            end = call.span.end;
        }
    }

    #[test]
    fn the_sole_command_is_the_same_as_the_first(line in r#"AT\+[A-Z]{0,4}[=? ]{0,2}["0-9,a ]{0,9}"#) {
        let line = Line::read(line.as_bytes()).unwrap();
        prop_assert_eq!(line.sole(), line.calls().next());
    }
}
