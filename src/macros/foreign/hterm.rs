//! HTerm's sequences: `<SequenceItem name="…"><description/><sequence value="h[CA] d[13 10] a[text]"/></SequenceItem>`.

use super::xml::{Visit, walk};
use super::{Collected, ForeignError, Sending, macro_of};

pub(super) fn read(bytes: &[u8]) -> Result<Collected, ForeignError> {
    let mut collected = Collected::default();
    let (mut name, mut about, mut value) = (String::new(), String::new(), None);
    walk("HTerm", bytes, |visit| match visit {
        Visit::Begin(element) if element.name == "SequenceItem" => {
            element.attribute("name").unwrap_or_default().clone_into(&mut name);
            (about, value) = (String::new(), None);
        }
        Visit::Begin(element) if element.name == "sequence" => value = element.attribute("value").map(str::to_owned),
        Visit::End(element) if element.name == "description" => {
            element.attribute("value").unwrap_or(&element.text).trim().clone_into(&mut about);
        }
        Visit::End(element) if element.name == "SequenceItem" => match sequence(value.as_deref().unwrap_or_default()) {
            Ok(bytes) => {
                let mut what = macro_of(&name, None, Sending { bytes, ..Sending::default() }.finish(b""));
                what.about = (!about.is_empty()).then(|| about.clone());
                collected.macros.push(what);
            }
            Err(why) => collected.left_out.push(format!("`{name}`: {why}.")),
        },
        _ => {}
    })?;
    Ok(collected)
}

/// `h[CA 01] d[13 10] b[00001101] a[text]` as bytes.
fn sequence(value: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = value.trim_start();
    while let Some(kind) = rest.chars().next() {
        let inside = rest
            .get(kind.len_utf8()..)
            .and_then(|rest| rest.strip_prefix('['))
            .ok_or_else(|| format!("`{}` is no segment of a sequence", rest.chars().take(20).collect::<String>()))?;
        let end = segment_end(inside).ok_or_else(|| "a segment is not closed".to_owned())?;
        let content = inside.get(..end).unwrap_or_default();
        let radix = match kind.to_ascii_lowercase() {
            'a' => {
                bytes.extend_from_slice(content.as_bytes());
                None
            }
            'h' => Some(16),
            'd' => Some(10),
            'b' => Some(2),
            'o' => Some(8),
            other => return Err(format!("segments of kind `{other}` are not known here")),
        };
        for number in content.split_whitespace().filter(|_| radix.is_some()) {
            let byte = u8::from_str_radix(number, radix.unwrap_or(16));
            bytes.push(byte.map_err(|_| format!("`{number}` is no byte"))?);
        }
        rest = inside.get(end + 1..).unwrap_or_default().trim_start();
    }
    if bytes.is_empty() { Err("it sends nothing".to_owned()) } else { Ok(bytes) }
}

/// The `]` that ends a segment: the first with nothing or another segment behind it, since a text may hold brackets.
fn segment_end(inside: &str) -> Option<usize> {
    inside.match_indices(']').map(|(at, _)| at).find(|at| {
        let behind = inside.get(at + 1..).unwrap_or_default().trim_start();
        let mut next = behind.chars();
        behind.is_empty() || (next.next().is_some_and(|c| c.is_ascii_alphabetic()) && next.next() == Some('['))
    })
}
