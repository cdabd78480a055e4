//! What one process changed, put into a file that others have changed too.
//!
//! Value by value: what we changed since the last save is set, all else stays as it stands there, comments and keys that
//! this version does not know included. A list of words that both changed (the history, what is muted) keeps both changes.

use toml_edit::{Array, Item, Table, Value};

use super::history::HISTORY;

/// Puts into `there` what differs between `base` and `ours`. What is missing there is put in, too.
pub(super) fn merge(there: &mut Table, base: &Table, ours: &Table) {
    let gone = base.iter().map(|(key, _)| key).filter(|key| !ours.contains_key(key));
    for key in gone.map(str::to_owned).collect::<Vec<_>>() {
        there.remove(&key);
    }
    for (key, item) in ours {
        let before = base.get(key);
        let unchanged = before.is_some_and(|before| before.to_string() == item.to_string());
        match (there.get_mut(key), item) {
            (Some(Item::Table(there)), Item::Table(ours)) => {
                let nothing = Table::new();
                merge(there, before.and_then(Item::as_table).unwrap_or(&nothing), ours);
            }
            (Some(_), _) if unchanged => {}
            (Some(Item::Value(there)), Item::Value(ours)) => {
                let merged = words(before, there, ours).unwrap_or_else(|| ours.clone());
                let decor = there.decor().clone();
                *there = merged;
                *there.decor_mut() = decor;
            }
            _ => {
                there.insert(key, item.clone());
            }
        }
    }
}

/// Both changes of a list of words: theirs, without what we removed, and what we added or moved at the end.
fn words(base: Option<&Item>, there: &Value, ours: &Value) -> Option<Value> {
    let list = |value: &Value| -> Option<Vec<String>> {
        value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
    };
    let (base, there, ours) = (list(base?.as_value()?)?, list(there)?, list(ours)?);
    if there == base {
        return None;
    }
    let untouched =
        base.iter().filter(|word| ours.contains(word)).zip(&ours).take_while(|(old, new)| old == new).count();
    let touched = ours.get(untouched..).unwrap_or_default();
    let removed = |word: &String| (base.contains(word) && !ours.contains(word)) || touched.contains(word);
    let mut all: Vec<&String> = there.iter().filter(|word| !removed(word)).chain(touched).collect();
    let surplus = all.len().saturating_sub(HISTORY);
    all.drain(..surplus);
    Some(Value::Array(all.into_iter().collect::<Array>()))
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::*;

    fn check(there: &str, base: &str, ours: &str, expect: &str) {
        let parse = |text: &str| text.parse::<DocumentMut>().unwrap();
        let mut there = parse(there);
        merge(there.as_table_mut(), parse(base).as_table(), parse(ours).as_table());
        assert_eq!(there.to_string(), expect);
    }

    #[test]
    fn what_was_not_changed_here_stays_as_it_is_there() {
        check("a = 2 # theirs\nb = 1\n", "a = 1\nb = 1\n", "a = 1\nb = 3\n", "a = 2 # theirs\nb = 3\n");
        check("a = 2\n", "a = 1\n", "a = 3\n", "a = 3\n");
        check("new = 1\n", "a = 1\n", "a = 1\n", "new = 1\na = 1\n");
        check("[t]\nx = 1\ny = 1\n", "[t]\nx = 0\n", "[t]\nx = 0\nz = 2\n", "[t]\nx = 1\ny = 1\nz = 2\n");
        check("[t.p]\nv = 1\n[t.q]\nv = 1\n", "[t.p]\nv = 1\n[t.q]\nv = 1\n", "[t.p]\nv = 1\n", "[t.p]\nv = 1\n");
    }

    #[test]
    fn a_list_of_words_keeps_both_changes() {
        let list = |there: &str, base: &str, ours: &str, expect: &str| {
            let line = |words: &str| format!("h = {words}\n");
            check(&line(there), &line(base), &line(ours), &line(expect));
        };
        list(r#"["a", "t"]"#, r#"["a"]"#, r#"["a", "o"]"#, r#"["a", "t", "o"]"#);
        list(r#"["a", "b", "t"]"#, r#"["a", "b"]"#, r#"["b"]"#, r#"["b", "t"]"#);
        list(r#"["a", "b", "t"]"#, r#"["a", "b"]"#, r#"["b", "a"]"#, r#"["t", "b", "a"]"#);
        list(r#"["t"]"#, "[]", "[]", r#"["t"]"#);
        list("[1, 2]", "[1]", "[3]", "[3]");
    }
}
