//! Small XML files as a flat list of elements, in the order they end.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::ForeignError;

/// An element with its attributes and its own text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    /// 0 is the root.
    pub(super) depth: usize,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Deeper files are none of ours.
const MAX_DEPTH: usize = 64;

/// Calls `visit` where an element begins, and where it has ended with its text.
pub(super) fn walk(program: &'static str, bytes: &[u8], mut visit: impl FnMut(Visit<'_>)) -> Result<(), ForeignError> {
    let text = decoded(bytes);
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let failed = |problem: String| {
            let line = text.get(..position.min(text.len())).map_or(1, |before| before.matches('\n').count() + 1);
            ForeignError::Xml { program, line, problem }
        };
        match reader.read_event().map_err(|error| failed(error.to_string()))? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(failed("it is nested too deeply".to_owned()));
                }
                let element = element(&start, open.len()).map_err(failed)?;
                visit(Visit::Begin(&element));
                open.push(element);
            }
            Event::Empty(start) => {
                let element = element(&start, open.len()).map_err(failed)?;
                visit(Visit::Begin(&element));
                visit(Visit::End(&element));
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    visit(Visit::End(&element));
                }
            }
            Event::Text(more) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&more.decode().map_err(|error| failed(error.to_string()))?);
                }
            }
            Event::CData(more) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&more.decode().map_err(|error| failed(error.to_string()))?);
                }
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| failed(error.to_string()))?;
                let number = reference.resolve_char_ref().map_err(|error| failed(error.to_string()))?;
                if let Some(element) = open.last_mut() {
                    match (number, resolve_predefined_entity(&name)) {
                        (Some(c), _) => element.text.push(c),
                        (None, Some(known)) => element.text.push_str(known),
                        (None, None) => return Err(failed(format!("`&{name};` is not known"))),
                    }
                }
            }
            Event::Eof => {
                return match open.last() {
                    Some(element) => Err(failed(format!("`<{}>` is never closed", element.name))),
                    None => Ok(()),
                };
            }
            _ => {}
        }
    }
}

/// Where a walk stands.
pub(super) enum Visit<'a> {
    Begin(&'a Element),
    End(&'a Element),
}

fn element(start: &BytesStart<'_>, depth: usize) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let raw = String::from_utf8_lossy(&attribute.value);
        let value = quick_xml::escape::unescape(&raw).map_err(|error| error.to_string())?.into_owned();
        attributes.push((String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned(), value));
    }
    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    Ok(Element { name, attributes, text: String::new(), depth })
}

/// UTF-8, or what a Windows program writes otherwise: each byte a character.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
