//! What a server says in JSON: that it has not done what was asked.

use serde_json::{Map, Value};

/// In its words, where it says so: `{"error":"invalid key"}`, `{"success":false}`. What is cut off says nothing, and what
/// stands deeper in the object is about something else.
#[must_use]
pub(crate) fn turned_down(text: &[u8]) -> Option<String> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let Ok(Value::Object(said)) = serde_json::from_slice(text) else { return None };
    let verdicts = || ["success", "ok", "status", "result"].into_iter().filter_map(|name| said.get(name));
    if verdicts().any(|verdict| *verdict == Value::Bool(true) || is_one_of(verdict, &WELL)) {
        return None;
    }
    let no = verdicts().any(|verdict| *verdict == Value::Bool(false));
    let failed = verdicts().any(|verdict| is_one_of(verdict, &FAILURES));
    let told = match said.get("error") {
        Some(Value::Object(error)) => reason(error),
        Some(error) if !is_one_of(error, &NONE) => words(error),
        _ => None,
    };
    if !(no || failed || told.is_some()) {
        return None;
    }
    told.or_else(|| reason(&said)).or_else(|| Some(if no { "success is false" } else { "an error" }.to_owned()))
}

const WELL: [&str; 3] = ["ok", "success", "succeeded"];
const FAILURES: [&str; 6] = ["error", "fail", "failed", "failure", "unauthorized", "denied"];
const NONE: [&str; 3] = ["none", "no error", "ok"];

fn is_one_of(value: &Value, words: &[&str]) -> bool {
    value.as_str().is_some_and(|value| words.iter().any(|word| value.eq_ignore_ascii_case(word)))
}

/// Why, in the server's words.
fn reason(said: &Map<String, Value>) -> Option<String> {
    ["message", "msg", "reason", "detail"].into_iter().find_map(|name| words(said.get(name)?))
}

/// A text that is not empty.
fn words(value: &Value) -> Option<String> {
    /// Longer ones are cut.
    const LONGEST: usize = 80;
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty())?;
    Some(text.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_turns_down() {
        let words = |text: &str| turned_down(text.as_bytes()).unwrap_or_default();
        assert_eq!(words(r#"{"error":"invalid key"}"#), "invalid key");
        assert_eq!(words(r#"{ "status" : "error", "message": "no such device" }"#), "no such device");
        assert_eq!(words(r#"{"success":false}"#), "success is false");
        assert_eq!(words(r#"{"error":{"code":401,"message":"bad token"}}"#), "bad token");
        for good in [
            r#"{"error":null}"#,
            r#"{"error":false,"ok":true}"#,
            r#"{"error":"","success":true}"#,
            r#"{"errors":[]}"#,
            r#"{"error":0}"#,
            r#"{"status":"ok"}"#,
            r#"{"level":"error"}"#,
            r#"{"temperature":21.5,"result":"ok","error":{"count":0}}"#,
            r#"{"last":{"error":"timeout"}}"#,
            r#"{"error":"none"}"#,
            r#"{"error":"late","success":true}"#,
            r#"{"error":"cut o"#,
            r#"["error"]"#,
            "error",
        ] {
            assert_eq!(words(good), "", "{good}");
        }
    }
}
