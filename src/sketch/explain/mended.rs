//! The line as it should be, or what to put before it: made of the line as it stands.

use super::Raw;
use crate::modem::diagnose::Severity;
use crate::sketch::quotes::plain_quotes;

/// What to write for a finding; `None` where nothing short helps.
pub(super) fn line(found: &Raw, line: &str, port: &str) -> Option<String> {
    let before = |text: String| Some(format!("{text}  // before this line"));
    match found.rule {
        "sketch-terminator-as-text" | "terminator-typed-as-text" => {
            let decimal = || line.contains("write(0x26)").then(|| line.replacen("write(0x26)", "write(0x1A)", 1));
            byte_in_place_of_text(line, port).or_else(decimal)
        }
        // A command in pieces has its end at the last of them.
        "no-line-ending" => with_line_end(line),
        "line-end-before-terminator" | "line-end-after-terminator" => {
            line.contains("println").then(|| line.replacen("println", "print", 1))
        }
        "sketch-no-wait" | "send-before-connect" | "terminator-before-prompt" | "closed-before-sent" => {
            let awaited = found.awaited.as_deref().or(match found.rule {
                "send-before-connect" => Some("CONNECT OK"),
                "terminator-before-prompt" => Some(">"),
                "closed-before-sent" => Some("SEND OK"),
                _ => None,
            })?;
            before(format!("{port}.setTimeout(10000); if (!{port}.find(\"{awaited}\")) return;"))
        }
        "sketch-buffer-overrun" => bounded_write(line),
        "sketch-short-buffer" => Some("char answer[128];  // in place of the shorter one".to_owned()),
        "sketch-nul-in-string" => Some(format!("{port}.write((uint8_t)0);  // the byte alone, outside of the String")),
        "sketch-division-by-zero" => divisor(line).map(|divisor| format!("if ({divisor} != 0) {line}")),
        "sketch-port-not-begun" => Some(format!("{port}.begin(9600);  // in setup, before the first command")),
        "sketch-receive-overflow" => Some(read_while_waiting(line, port)),
        "sketch-not-listening" => before(format!("{port}.listen();")),
        "sketch-deaf-while-sending" => {
            Some(format!("{port}.println(\"ATE0\"); {port}.find(\"OK\");  // once, before the other commands"))
        }
        "sketch-answer-read-away" => Some(format!(
            "while ({port}.available()) answer += (char){port}.read();  // answer: a String, searched later"
        )),
        // Time does not end a search behind the end of a text.
        "sketch-ends-here" if found.severity == Severity::Problem && !found.title.contains("text") => {
            ends_by_time(line)
        }
        "sketch-typographic-quotes" => Some(plain_quotes(line).0),
        _ => None,
    }
}

/// A command gets the end of its line: `println`, or `\r` in what is written.
fn with_line_end(line: &str) -> Option<String> {
    let of = |call: &str| line.matches(call).count() == 1;
    if of(".print(") {
        return Some(line.replacen(".print(", ".println(", 1));
    }
    let end = line.find("\")").filter(|_| of(".write(\"") && line.matches('"').count() == 2)?;
    let (text, rest) = line.split_at_checked(end)?;
    Some(format!("{text}\\r{rest}"))
}

/// `gsm.print("0x1A");` sends the byte.
fn byte_in_place_of_text(line: &str, port: &str) -> Option<String> {
    let start = ["print", "write(\""].iter().find_map(|call| line.find(&format!("{port}.{call}")))?;
    let (before, rest) = line.split_at_checked(start)?;
    let (_, after) = rest.split_once(';')?;
    Some(format!("{before}{port}.write(26);{after}"))
}

/// A write that stops at the array's end.
fn bounded_write(line: &str) -> Option<String> {
    let call = |name: &str| -> Option<(String, String, String)> {
        let (before, rest) = line.split_once(&format!("{name}("))?;
        // `snprintf` has its bound, and what is called `mystrcpy` is not ours to judge.
        let alone = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let (target, rest) = rest.split_once(',').filter(|_| alone)?;
        Some((before.to_owned(), target.trim().to_owned(), rest.to_owned()))
    };
    if let Some((before, target, rest)) = call("sprintf") {
        return Some(format!("{before}snprintf({target}, sizeof({target}),{rest}"));
    }
    for (name, safe) in [("strcpy", "strlcpy"), ("strcat", "strlcat")] {
        if let Some((before, target, rest)) = call(name) {
            let (source, behind) = rest.rsplit_once(')')?;
            return Some(format!("{before}{safe}({target},{source}, sizeof({target})){behind}"));
        }
    }
    let (array, rest) = line.split_once('[')?;
    let (index, _) = rest.split_once(']')?;
    let array = array.rsplit(|c: char| c.is_whitespace() || "({;".contains(c)).next()?;
    let index = index.trim_matches(['+', '-', ' ']);
    // Of a loop without a body of its own the bound stands in its condition.
    let bounded = |condition: String| match line.strip_prefix("while").and_then(|rest| condition_of(rest.trim_start()))
    {
        Some((whole, behind)) => format!("while ({whole} && {condition}){behind}"),
        _ => format!("if ({condition}) {line}"),
    };
    let is_name = |text: &str| text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    (is_name(array) && is_name(index)).then(|| bounded(format!("{index} < sizeof({array}) - 1")))
}

/// What the line divides by, where that is a name.
fn divisor(line: &str) -> Option<&str> {
    let code = line.split_once("//").map_or(line, |(code, _)| code);
    let (_, behind) = code.split_once(['/', '%'])?;
    let behind = behind.trim_start_matches(['=', ' ']);
    let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
    behind.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// A pause that reads; before anything else, an empty buffer.
fn read_while_waiting(line: &str, port: &str) -> String {
    let read = format!("while ({port}.available()) answer += (char){port}.read();");
    let pause = line.strip_prefix("delay(").and_then(|rest| rest.split_once(");"));
    match pause {
        Some((time, behind)) => {
            let said = if behind.contains("//") { "" } else { "  // answer: a String" };
            format!("for (unsigned long start = millis(); millis() - start < {time};) {read}{behind}{said}")
        }
        None => format!("{read}  // before this line, answer: a String"),
    }
}

/// A wait that gives up after some seconds.
fn ends_by_time(line: &str) -> Option<String> {
    let (condition, behind) = condition_of(line.strip_prefix("while")?.trim_start())?;
    let condition = match condition {
        "1" | "true" => String::new(),
        other if other.contains("||") => format!("({other}) && "),
        other => format!("{other} && "),
    };
    Some(format!("unsigned long start = millis(); while ({condition}millis() - start < 10000){behind}"))
}

/// What stands in the first brackets, and what behind them.
fn condition_of(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some((text.get(1..at)?.trim(), text.get(at + 1..)?)),
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(rule: &'static str, text: &str) -> Option<String> {
        line(&Raw::new(rule, Severity::Problem, 1, String::new(), "", ""), text, "gsm")
    }

    #[test]
    fn each_line_as_it_should_be() {
        for (rule, text, expected) in [
            ("sketch-terminator-as-text", "gsm.print(\"0x1A\"); delay(5);", "gsm.write(26); delay(5);"),
            ("sketch-terminator-as-text", "gsm->write(0x26);", "gsm->write(0x1A);"),
            ("line-end-before-terminator", "gsm.println(\"Hi\");", "gsm.print(\"Hi\");"),
            (
                "sketch-buffer-overrun",
                "buffer[i++] = gsm.read();",
                "if (i < sizeof(buffer) - 1) buffer[i++] = gsm.read();",
            ),
            (
                "sketch-buffer-overrun",
                "while (gsm.available()) buf[i++] = gsm.read();",
                "while (gsm.available() && i < sizeof(buf) - 1) buf[i++] = gsm.read();",
            ),
            ("sketch-terminator-as-text", "gsm.write(\"26\");", "gsm.write(26);"),
            ("no-line-ending", "gsm.print(\"AT\");", "gsm.println(\"AT\");"),
            ("no-line-ending", "gsm.write(\"AT+CSQ\"); // hi", "gsm.write(\"AT+CSQ\\r\"); // hi"),
            ("sketch-buffer-overrun", "sprintf(cmd, \"AT+X=%d\", n);", "snprintf(cmd, sizeof(cmd), \"AT+X=%d\", n);"),
            ("sketch-buffer-overrun", "strcat(cmd, f(text));", "strlcat(cmd, f(text), sizeof(cmd));"),
            ("sketch-division-by-zero", "x = total / count;", "if (count != 0) x = total / count;"),
            (
                "sketch-receive-overflow",
                "delay(2000);",
                "for (unsigned long start = millis(); millis() - start < 2000;) while (gsm.available()) answer += (char)gsm.read();  // answer: a String",
            ),
            ("sketch-not-listening", "gsm.println(\"AT\");", "gsm.listen();  // before this line"),
            (
                "sketch-ends-here",
                "while (gsm.read() != '>');",
                "unsigned long start = millis(); while (gsm.read() != '>' && millis() - start < 10000);",
            ),
            (
                "sketch-ends-here",
                "while (true) {",
                "unsigned long start = millis(); while (millis() - start < 10000) {",
            ),
            (
                "closed-before-sent",
                "gsm.println(\"AT+CIPCLOSE\");",
                "gsm.setTimeout(10000); if (!gsm.find(\"SEND OK\")) return;  // before this line",
            ),
        ] {
            assert_eq!(mended(rule, text).as_deref(), Some(expected), "{rule}: {text}");
        }
    }

    #[test]
    fn nothing_is_made_of_what_does_not_fit() {
        for (rule, text) in [
            ("sketch-terminator-as-text", "send(\"0x1A\");"),
            ("sketch-buffer-overrun", "*p = 1;"),
            ("sketch-buffer-overrun", "my_sprintf(a, b)"),
            ("sketch-division-by-zero", "x = f(1);"),
            ("sketch-ends-here", "for (;;) {}"),
            ("sketch-ends-here", "while (("),
            ("sms-mode", "gsm.println(\"AT\");"),
        ] {
            assert_eq!(mended(rule, text), None, "{rule}: {text}");
        }
    }
}
