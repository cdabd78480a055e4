use std::time::Duration;

use super::*;
use crate::vocabulary::telling::MOST_FAMILIES;
use crate::vocabulary::{Evidence, Form, Modes, Reason, Role, Takes, Telling, private};

#[test]
fn every_table_is_read_and_whole() {
    let base = Family::read(include_str!("../families/3gpp.txt"), None).unwrap();
    for text in TABLES {
        let family = Family::read(text, Some(&base)).unwrap();
        assert!(!family.name.is_empty() && !family.title.is_empty() && !family.models.is_empty(), "{}", family.name);
        for command in family.commands() {
            assert!(command.help.ends_with('.') && !command.help.contains('|'), "{command:?}");
            assert!(command.syntax.starts_with(command.name), "{command:?}");
            assert!(command.bare_name().len() <= LONGEST_NAME, "{command:?}");
            assert_eq!(command.name, command.name.to_ascii_uppercase());
            let counted = command.data.is_some_and(|data| data.counted);
            assert_eq!(counted, command.takes.iter().any(|taken| taken.what == Takes::Length), "{command:?}");
        }
        assert!(family.commands().is_sorted_by_key(|command| command.name));
        assert!(family.commands().windows(2).all(|two| two[0].name != two[1].name), "a name stands twice");
    }
    crate::vocabulary::table::read(include_str!("../families/others.txt")).unwrap();
    assert!(sim800().commands().len() > 250, "{}", sim800().commands().len());
    assert!(sim800().named(b"+CEREG").is_none() && third_generation().named(b"+cereg").is_some());
}

#[test]
fn every_list_of_codes_says_where_it_is_from() {
    for text in TABLES.iter().chain([&include_str!("../families/3gpp.txt")]) {
        let (mut lists, mut before) = (Vec::new(), "");
        for line in text.lines() {
            let list = line.strip_prefix("@code ").and_then(|rest| rest.split(' ').next());
            if let Some(list) = list.filter(|list| !lists.contains(list)) {
                assert!(before.starts_with("# "), "{line}");
                lists.push(list);
            }
            before = line;
        }
    }
}

#[test]
fn the_page_about_tables_names_all_their_words() {
    let page = include_str!("../../../docs/modem-tables.md");
    let meanings = crate::vocabulary::saying::MEANINGS.iter().map(|(word, _)| word);
    let words = Role::WORDS.iter().chain(meanings).chain(Reason::WORDS);
    let missing: Vec<_> = words.filter(|word| !page.contains(&format!("| `{word}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_line_that_does_not_fit_is_told() {
    let wrong = |text| Family::read(text, None).unwrap_err().to_string();
    assert_eq!(
        wrong("\n@nome x"),
        "line 2 of the table: expected @name, @title, @models, @only, @often, @base, @framed, @supply, @says, @tells or @code, found \"@nome\""
    );
    assert_eq!(wrong("AT+X | "), "line 1 of the table: expected 8 or 9 columns, found 2");
    assert_eq!(wrong("AT+X | | | | | | fly | Flies."), "line 1 of the table: there is no role \"fly\"");
    assert_eq!(
        wrong("AT+X | | 5m | | | | | X."),
        "line 1 of the table: expected seconds, such as 85 or 1:85, found \"5m\""
    );
    assert!(wrong("AT+X | | | | 1A | | | X.").contains("> or a line"));
    assert!(wrong("AT+X | | | | | pin | | X.").contains("kind of parameter"));
    assert!(wrong("AT+X | | | [1OK | | | | X.").contains("] is missing"));
    assert!(wrong("@tells +X:").contains("kinds of its fields"));
    assert!(wrong("@tells +X: | number | lines").contains("expected line or text"));
}

#[test]
fn a_table_of_the_users_own_has_a_name_of_its_own() {
    assert_eq!(add("AT+ACME | | | | | | | Makes."), Err(AddError::Nameless));
    assert_eq!(add("@name 3GPP"), Err(AddError::Taken("3GPP")));
    assert!(
        add("@name acme\nAT+ACME").unwrap_err().to_string().starts_with("line 2 of the table: expected 8 or 9 columns")
    );
    // Others of these tests have used the families, or do so now.
    let _used = families();
    assert_eq!(add("@name acme"), Err(AddError::Late));
}

fn call(line: &'static str) -> Call<'static> {
    Line::read(line.as_bytes()).unwrap().last()
}

#[track_caller]
fn check(line: &'static str, name: Option<&str>) {
    assert_eq!(sim800().first(line.as_bytes()).map(|command| command.name), name, "{line}");
}

#[test]
fn found_by_command_line() {
    check("", None);
    check("hello", None);
    check("AT", Some("AT"));
    check("at+cipsend=0,5", Some("AT+CIPSEND"));
    check("AT+CIPSEND\r", Some("AT+CIPSEND"));
    check("AT+CIPSENDHEX", None);
    check("ATE0", Some("ATE"));
    check("ATE0V1", Some("ATE"));
    check("ATD+49123;", Some("ATD"));
    check("ATDL", Some("ATDL"));
    check("AT&W", Some("AT&W"));
    check("ATS0=1", Some("ATS0"));
    check("A/", Some("A/"));
    check("+++", Some("+++"));
    check("AT+CIFSR;E0", Some("AT+CIFSR"));
    check("AT+ANAMETHATISLONGERTHANANYNAMEOFAMODEM=1", None);
}

#[test]
fn completed_by_prefix() {
    let names = |prefix| sim800().complete(prefix).iter().map(|entry| entry.name).collect::<Vec<_>>().join(" ");
    assert_eq!(
        names("at+cips"),
        "AT+CIPSCONT AT+CIPSEND AT+CIPSERVER AT+CIPSGTXT AT+CIPSHOWTP AT+CIPSHUT AT+CIPSPRT AT+CIPSRIP AT+CIPSSL AT+CIPSTART AT+CIPSTATUS"
    );
    assert_eq!(names("AT&"), "AT&C AT&D AT&F AT&V AT&W");
    assert_eq!(sim800().complete("AT").len(), sim800().commands().len());
    assert_eq!(names("hello"), "");
    assert_eq!(names(""), "");
}

fn command(line: &'static str) -> &'static Command {
    sim800().find(&call(line)).unwrap()
}

#[test]
fn times_are_those_of_the_table() {
    let seconds = |line| command(line).longest(&call(line)).map(|time| time.as_secs());
    assert_eq!(seconds("AT+CIICR"), Some(85));
    assert_eq!(seconds("AT+CSQ"), None);
    assert_eq!(seconds("AT+SAPBR=1,1"), Some(85));
    assert_eq!(seconds("AT+SAPBR=0,1"), Some(65));
    assert_eq!(seconds("AT+CIPSTART=\"TCP\",\"h\",1"), Some(160));
    assert_eq!(seconds("AT+CIPSTART=1,\"TCP\",\"h\",1"), Some(75));
    assert_eq!(command("AT+CIPSTART").allowed(&call("AT+CIPSTART=\"TCP\",\"h\",1")), Duration::from_secs(5));
}

#[test]
fn data_is_taken_in_the_forms_that_ask_for_it() {
    let takes = |line| command(line).takes_data(&call(line));
    for line in [
        "AT+CIPSEND",
        "AT+CIPSEND=5",
        "AT+CIPSEND=0,5",
        "AT+CMGS=\"1\"",
        "AT+CMGW",
        "AT+HTTPDATA=5,1000",
        "AT+FTPPUT=2,5",
    ] {
        assert!(takes(line), "{line}");
    }
    for line in [
        "AT+CIPSEND?",
        "AT+CIPSEND=?",
        "AT+CMGS",
        "AT+HTTPDATA",
        "AT+FTPPUT=1",
        "AT+FTPPUT=2,0",
        "AT+CIPSEND 5",
        "AT+CSQ",
    ] {
        assert!(!takes(line), "{line}");
    }
}

#[test]
fn parameters_stand_where_the_form_has_them() {
    let place = |line, what, multi| command(line).place(what, &call(line), multi);
    assert_eq!(place("AT+CIPSTART=\"TCP\",\"h\",1", Takes::Host, None), Some(1));
    assert_eq!(place("AT+CIPSTART=0,\"TCP\",\"h\",1", Takes::Host, None), Some(2));
    assert_eq!(place("AT+CIPSTART=0,\"TCP\",\"h\",1", Takes::Link, None), Some(0));
    assert_eq!(place("AT+CIPSEND=5", Takes::Length, Some(false)), Some(0));
    assert_eq!(place("AT+CIPSEND=5", Takes::Length, Some(true)), None);
    assert_eq!(place("AT+CIPSEND=5", Takes::Link, Some(true)), Some(0));
    assert_eq!(place("AT+CIPSEND=0,5", Takes::Length, None), Some(1));
    // What is left empty is not given: byte 1A ends the data.
    assert_eq!(place("AT+CIPSEND=0,", Takes::Length, None), None);
    assert!(command("AT+CIPSEND").length_place(&call("AT+CIPSEND=5"), None).is_err());
    assert_eq!(command("AT+CIPSEND").length_place(&call("AT+CIPSEND=50"), None), Ok(Some(0)));
    assert_eq!(place("AT+HTTPDATA=5,1000", Takes::Length, None), Some(0));
}

#[test]
fn answers_follow_form_and_mode() {
    let answer = |line, modes| {
        let answer = command(line).answer(&call(line), modes);
        let marks = [(answer.later, " later"), (answer.goes_on, " goes on")];
        let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
        format!("{}{marks} | {}", answer.good.join(" "), answer.bad.join(" "))
    };
    let plain = Modes::default();
    let transparent = Modes { transparent: true, ..plain };
    let quick = Modes { quick_send: true, ..plain };
    assert_eq!(answer("AT+CSQ", plain), r"\r\nOK\r\n | ");
    assert_eq!(answer("AT+CIPSEND=5", plain), r"SEND OK\r\n | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT");
    assert!(answer("AT+CIPSEND", quick).starts_with(r"\r\nDATA ACCEPT: goes on"));
    assert_eq!(answer("AT+CIPSEND?", plain), r"\r\nOK\r\n | ");
    assert!(answer("AT+CIPSTART=\"TCP\",\"h\",1", plain).starts_with(r"CONNECT OK\r\n \r\nERROR"));
    assert!(answer("AT+CIPSTART=\"TCP\",\"h\",1", transparent).starts_with(r"\r\nCONNECT\r\n"));
    assert_eq!(answer("AT+CMGS=\"1\"", plain), r"\r\nOK\r\n | \r\n+CMS ERROR");
    assert_eq!(answer("AT+CUSD=1,\"*100#\"", plain), r"\r\n+CUSD: later goes on | ");
    assert_eq!(answer("AT+CUSD=2", plain), r"\r\nOK\r\n | ");
    assert!(answer("AT+CIFSR", plain).starts_with(r"\r\n1 \r\n2 "));
    assert_eq!(answer("AT+FTPPUT=2,5", plain), r"\r\nOK\r\n | ");
    assert_eq!(command("AT+FTPPUT").data.unwrap().invitation_pattern(), r"\r\n+FTPPUT: 2,");
    assert_eq!((command("AT+CREG?").role, call("AT+CREG?").form), (Role::Registration, Form::Query));
}

#[test]
fn a_link_that_is_always_written_is_found_and_answered_for() {
    let sim7600 = family("SIM7600").unwrap();
    let command = |line| sim7600.find(&call(line)).unwrap();
    let open = r#"AT+CIPOPEN=3,"TCP","h",80"#;
    let answer = command(open).answer(&call(open), Modes::default());
    assert_eq!(answer.good, [r"\r\n+CIPOPEN: 3,0\r\n"]);
    assert_eq!(answer.bad.first().map(String::as_str), Some(r"\r\n+CIPOPEN: 3,1"));
    assert_eq!(command(open).place(Takes::Host, &call(open), None), Some(2));
    let send = command("AT+CIPSEND=3,5");
    assert!(send.takes_data(&call("AT+CIPSEND=3,5")) && send.takes_data(&call("AT+CIPSEND=3")));
    assert_eq!(send.length_place(&call("AT+CIPSEND=3,5"), None), Ok(Some(1)));
    assert_eq!(send.length_place(&call("AT+CIPSEND=3"), None), Ok(None));
    assert!(!command("AT+CMQTTSUB=0").takes_data(&call("AT+CMQTTSUB=0")));
    assert!(command("AT+CMQTTSUB=0,5,1").takes_data(&call("AT+CMQTTSUB=0,5,1")));
}

#[test]
fn the_family_is_told_by_words_and_by_commands() {
    let told = |lines: &[&'static str], words: &[&str]| {
        let mut telling = Telling::default();
        for line in lines {
            telling.asked(Line::read(line.as_bytes()).unwrap());
        }
        for word in words {
            telling.heard(word.as_bytes());
        }
        format!("{} {:?}", telling.family().name, telling.evidence())
    };
    // One that a user adds comes on top.
    assert!(families().len() < MOST_FAMILIES);
    assert_eq!(told(&["AT", "AT+CSQ"], &["OK"]), "3gpp None");
    assert_eq!(told(&["AT+CIICR"], &[]), "sim800 Commands");
    assert_eq!(told(&["AT+NETOPEN", "AT+CIPSEND=0,5"], &[]), "sim7600 Commands");
    assert_eq!(told(&["AT+CIICR"], &["SIMCOM_SIM7600E-H"]), "sim7600 Words");
    assert_eq!(told(&[], &["SIM800 R14.18"]), "sim800 Words");
    assert_eq!(told(&[], &["Manufacturer: XSIM8000", "8SIM800"]), "3gpp None");
    let mut chosen = Telling::chosen(sim800());
    assert!(!chosen.heard(b"SIM7600") && !chosen.asked(Line::read(b"AT+NETOPEN").unwrap()));
    assert_eq!((chosen.family().name, chosen.evidence()), ("sim800", Evidence::Choice));
}

#[test]
fn what_is_private_is_known_for_all_families_at_once() {
    let kind = |name: &str, at, before: &str| {
        private::parameters(name.as_bytes()).unwrap().kind(at, before.parse::<u32>().is_ok(), before.as_bytes())
    };
    assert_eq!(kind("+CPIN", 0, ""), Takes::Secret);
    assert_eq!(kind("+cpin", 0, ""), Takes::Secret);
    assert_eq!(kind("+CPIN", 1, "1234"), Takes::Secret);
    assert_eq!(kind("+CLCK", 2, "1"), Takes::Secret);
    assert_eq!(kind("+CLCK", 3, "1234"), Takes::Other);
    assert_eq!(kind("+SAPBR", 3, "pwd"), Takes::Secret);
    assert_eq!(kind("+SAPBR", 3, "APN"), Takes::Other);
    assert_eq!(kind("+HTTPPARA", 1, "URL"), Takes::Url);
    assert_eq!(kind("+CWJAP", 1, "net"), Takes::Secret);
    assert_eq!(kind("^AUTHDATA", 3, "1"), Takes::Secret);
    assert!(private::parameters(b"+CSQ").is_none());
    // What issues and users have named, whichever modem it is of.
    for (name, at, before) in [
        ("+CNCFG", 4, "x"),
        ("+QICSGP", 4, "x"),
        ("+QFTPCFG", 1, "account"),
        ("+SGACT", 3, "x"),
        ("+UPSD", 2, "7"),
        ("+CWSAP", 1, "x"),
        ("+MQTTUSERCFG", 4, "x"),
        ("+CFTPSLOGIN", 3, "x"),
        ("+CIPCSGP", 3, "x"),
        ("+CMAR", 0, ""),
    ] {
        assert_eq!(kind(name, at, before), Takes::Secret, "{name} {at}");
    }
    let told = |head: &[u8], at| private::told(head).map_or(Takes::Other, |told| told.kind(at));
    assert_eq!(told(b"AT+GSN", 0), Takes::Imei);
    assert_eq!((told(b"+CLIP:", 4), told(b"+CLIP:", 9), told(b"+CSQ:", 0)), (Takes::Name, Takes::Number, Takes::Other));
    assert_eq!((told(b"+CREG:", 3), told(b"+QGPSLOC:", 0)), (Takes::Cell, Takes::Place));
    assert!(private::names().any(|name| name == b"+QICSGP"));
}
