//! What a server says in JSON: that it has not done what was asked.

/// In its words, where it says so: `{"error":"invalid key"}`, `{"success":false}`. What is cut off says nothing.
#[must_use]
pub(crate) fn turned_down(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start();
    if !text.starts_with(b"{") {
        return None;
    }
    let value = |name: &str| value(text, name);
    let no = ["success", "ok"].into_iter().filter_map(value).any(|value| value.starts_with(b"false"));
    let status = ["status", "result"].into_iter().filter_map(value).filter_map(string).any(|words| is_failure(&words));
    let error = value("error");
    let told = error.and_then(string);
    if !(no || status || told.is_some() || error.is_some_and(|value| value.starts_with(b"{\""))) {
        return None;
    }
    let words = told.or_else(|| ["message", "msg", "reason", "detail"].into_iter().filter_map(value).find_map(string));
    Some(words.unwrap_or_else(|| if no { "success is false".to_owned() } else { "an error".to_owned() }))
}

fn is_failure(words: &str) -> bool {
    const FAILURES: [&str; 6] = ["error", "fail", "failed", "failure", "unauthorized", "denied"];
    FAILURES.iter().any(|failure| words.eq_ignore_ascii_case(failure))
}

/// What stands behind a name, wherever that is.
fn value<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let at = memchr::memmem::find(text, format!("\"{name}\"").as_bytes())? + name.len() + 2;
    Some(text.get(at..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())
}

/// A text that is not empty.
fn string(value: &[u8]) -> Option<String> {
    /// Longer ones are cut.
    const LONGEST: usize = 80;
    let inner = value.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', inner)?;
    let words: String = String::from_utf8_lossy(inner.get(..end)?).chars().take(LONGEST).collect();
    (!words.is_empty()).then_some(words)
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
            r#"["error"]"#,
            "error",
        ] {
            assert_eq!(words(good), "", "{good}");
        }
    }
}
