//! What a sketch tells of PINs and passwords.

use super::source::Source;
use crate::modem::Direction;
use crate::modem::secrets::{SecretFinder, Secrets};

/// What the texts in a sketch tell of its secrets.
pub(super) fn secrets_of(source: &Source) -> Secrets {
    let (mut secrets, mut finder) = (Secrets::default(), SecretFinder::default());
    for text in source.text().flat_map(texts) {
        for bytes in [text.as_slice(), b"\r"] {
            secrets.hear(Direction::Tx, bytes, &finder.find(Direction::Tx, bytes));
        }
    }
    secrets
}

/// What stands between quotes in a source text, a line's quotes on their own, with `\"` as a quote; and remarks.
fn texts(source: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for line in source.lines() {
        let mut text: Option<Vec<u8>> = None;
        let mut bytes = line.bytes();
        while let Some(byte) = bytes.next() {
            match (byte, &mut text) {
                (b'"', Some(_)) => all.extend(text.take()),
                (b'"', None) => text = Some(Vec::new()),
                (b'\\', Some(text)) => text.extend(bytes.next().filter(|byte| b"\"\\'".contains(byte))),
                (byte, Some(text)) => text.push(byte),
                (b'/', None) if bytes.clone().next() == Some(b'/') => {
                    all.push(bytes.by_ref().skip(1).collect());
                }
                (_, None) => {}
            }
        }
        all.extend(text);
    }
    all
}
