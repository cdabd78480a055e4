//! Bytes, and what people type and read for them. One notation everywhere: send box, macro files, command line,
//! exports and the log's mixed view. `docs/notation.md` is the user's page.
//!
//! Pure: no I/O, no clock, no egui. Nothing is ever converted silently: what looks like a byte that was meant is a
//! [`Lookalike`] or a [`Hint`], never a change.
//!
//! The format as a table, [`Mode::Mixed`]:
//!
//! ```
//! use modemscope::notation::{Mode, parse};
//! let table: &[(&str, &[u8])] = &[
//!     (r"AT\r\n", b"AT\r\n"),
//!     (r"\t \0 \e \\ \< \$", b"\t \0 \x1B \\ < $"),
//!     (r"\x1A\x1a", b"\x1A\x1A"),
//!     (r"\x{1A 0D 0A}", b"\x1A\r\n"),
//!     ("hello<SUB>", b"hello\x1A"),
//!     ("<^Z><ESC><DEL>", b"\x1A\x1B\x7F"),
//!     ("<1A><0D 0A>", b"\x1A\r\n"),
//!     ("<FF>", b"\xFF"),              // Hex wins over the name of 0x0C, which is \x0C or <0C>.
//!     ("<sub> <dd> <b>", b"<sub> <dd> <b>"), // Names and letters-only hex are upper case: HTML stays text.
//!     ("a < b > c", b"a < b > c"),
//!     ("é", b"\xC3\xA9"),
//! ];
//! for (typed, bytes) in table {
//!     assert_eq!(parse(typed, Mode::Mixed).as_deref(), Ok(*bytes), "{typed}");
//! }
//! ```
//!
//! and [`Mode::Hex`]:
//!
//! ```
//! use modemscope::notation::{Mode, parse};
//! for typed in ["1A0D", "1A 0D", "1a,0d", "0x1A,0x0D", "0x1A0D", "$1A $0D", "1Ah 0Dh"] {
//!     assert_eq!(parse(typed, Mode::Hex).as_deref(), Ok(&b"\x1A\r"[..]), "{typed}");
//! }
//! assert_eq!(
//!     parse("1A D", Mode::Hex).unwrap_err().to_string(),
//!     "column 4: found `D`; a byte is two hex digits, so write `0D`"
//! );
//! ```

mod eight;
mod ending;
mod glyphs;
mod hints;
mod lookalike;
mod names;
mod parse;
mod print;
mod visible;

pub use ending::LineEnding;
pub use glyphs::{ControlStyle, Decoding, show};
pub use hints::hints;
pub use lookalike::{lookalike, typed_line_end};
pub use parse::{Mode, parameter_start, parse, pieces};
pub(crate) use print::in_bytes;
pub use print::{print, print_c_array, print_hex, print_macro};
pub use visible::harmless;

pub(crate) use eight::first_of;
pub(crate) use glyphs::SpanKind;
pub(crate) use hints::{Hint, PLAIN};
pub(crate) use lookalike::Lookalike;
pub(crate) use names::byte_from_name;
pub(crate) use parse::{NotationError, Piece};
