//! The private values of a capture, and what stands in for each.

use std::collections::HashMap;

use super::Kind;

/// Values that were found, numbered in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Values {
    numbers: HashMap<(Kind, Vec<u8>), usize>,
    list: Vec<(Kind, Vec<u8>, String)>,
    counts: HashMap<Kind, usize>,
}

impl Values {
    /// The stand-in of a value.
    pub(crate) fn stand_in(&mut self, kind: Kind, value: &[u8]) -> String {
        if kind == Kind::Secret {
            self.numbers.entry((kind, value.to_vec())).or_insert_with(|| {
                self.list.push((kind, value.to_vec(), "<SECRET>".to_owned()));
                self.list.len() - 1
            });
            return "<SECRET>".to_owned();
        }
        let key = match kind {
            // A number with and without its plus is one number.
            Kind::Number => value.strip_prefix(b"+").unwrap_or(value),
            _ => value,
        };
        let index = *self.numbers.entry((kind, key.to_vec())).or_insert_with(|| {
            let count = self.counts.entry(kind).or_default();
            *count += 1;
            let open = kind.open_part(&String::from_utf8_lossy(value));
            self.list.push((kind, value.to_vec(), format!("<{}#{count}{open}>", kind.tag())));
            self.list.len() - 1
        });
        self.list.get(index).map_or_else(String::new, |(_, _, stand_in)| stand_in.clone())
    }

    /// The values that are replaced wherever they stand: not those that could be anything.
    pub(crate) fn everywhere(&self) -> impl Iterator<Item = (Kind, &[u8], &String)> {
        self.list
            .iter()
            .filter(|(kind, value, _)| {
                *kind != Kind::Place && value.len() >= 4 && value.iter().any(|byte| *byte != b'*') && !is_common(value)
            })
            .map(|(kind, value, stand_in)| (*kind, value.as_slice(), stand_in))
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.list.iter().map(|(kind, ..)| *kind)
    }
}

/// Words that stand in every log; to replace them everywhere would hide the log.
fn is_common(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [b"ERROR", b"SEND OK", b"READY", b"CONNECT", b"RING", b"TEST"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
}
