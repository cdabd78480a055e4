//! What no single file of the room promises: the language that sketches use, and their exports.

mod export;
mod language;
mod ports;
mod strangers;
