//! The bytes of a capture: pcapng blocks with link type 250 (RTAC serial), written and read.
//!
//! Pure: it knows no file. A packet is the 12-byte RTAC header (seconds, microseconds, event type, control lines, two
//! footer bytes; big-endian) and the bytes of one read or write. What pcapng has a standard option for is kept there: the
//! Send that written bytes belong to in `epb_packetid`, notes, macro steps and masks in `opt_comment`, the wall-clock time
//! of the start in `isb_starttime`. So Wireshark and tshark show all of it.
//!
//! ```text
//! event type             | record
//! 0 STATUS_CHANGE        | lines; with one comment a note; with the comment "macro step" and another one a step; with the
//!                        | comment "dialog" or "no dialog" and another one a note that says so of the bytes behind it
//! 1, 3 DATA_TX_START/END | bytes the operating system took     (END is never written)
//! 2, 4 DATA_RX_START/END | bytes a read returned               (END is never written)
//! 5 CAPTURE_DATA_LOST    | a gap; its comment gives direction, count and reason
//! 7, 8, 10               | received bytes with a framing error, a parity error, after an overrun
//! 9 SERIAL_BREAK_EVENT   | a break; with the comment "sent" one that we sent
//! ```

mod decode;
mod interfaces;

use std::fmt::Write as _;
use std::ops::Range;

use super::{Flaw, LineStates, Mark, Record};
use crate::modem::Direction;

pub(crate) use decode::{Block, Context, EntryItem, block_length, context_after, decode, holds_record};

/// RTAC serial.
pub(crate) const LINK_TYPE: u16 = 250;
/// Bytes in front of the payload of each packet.
const RTAC_HEADER: usize = 12;
/// Wireshark refuses packets of more than 262 144 bytes; longer reads and writes become several packets.
pub(crate) const LONGEST_PAYLOAD: usize = 128 * 1024;
/// No block is longer: a length beyond this is damage, not a block.
pub(crate) const LONGEST_BLOCK: usize = 16 * 1024 * 1024;
/// An option's length is 16 bits; comments are cut into pieces below it.
const LONGEST_COMMENT: usize = 65_000;

/// The first word of a pcapng file.
pub(crate) const SECTION: u32 = 0x0A0D_0D0A;
const BYTE_ORDER: u32 = 0x1A2B_3C4D;
const INTERFACE: u32 = 1;
/// Packets without what a row needs, in two forms.
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const STATISTICS: u32 = 5;
const PACKET: u32 = 6;

const OPTION_COMMENT: u16 = 1;
const OPTION_RESOLUTION: u16 = 9;
const OPTION_PACKET_ID: u16 = 5;
const OPTION_START_TIME: u16 = 2;
const OPTION_APPLICATION: u16 = 4;
const OPTION_NAME: u16 = 2;

const STATUS_CHANGE: u8 = 0;
const TX_START: u8 = 1;
const RX_START: u8 = 2;
const TX_END: u8 = 3;
const RX_END: u8 = 4;
const DATA_LOST: u8 = 5;
const FRAMING_ERROR: u8 = 7;
const PARITY_ERROR: u8 = 8;
const BREAK: u8 = 9;
const OVERFLOW: u8 = 10;

const STEP_MARK: &str = "macro step";
const DIALOG_MARK: &str = "dialog";
const NO_DIALOG_MARK: &str = "no dialog";
const SENT_MARK: &str = "sent";
const MASK_MARK: &str = "masked:";

/// The start of a capture file: section, interface, and the wall-clock time of `at == 0`.
pub(crate) fn file_header(started_us: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(160);
    block(&mut out, SECTION, |body| {
        body.extend(BYTE_ORDER.to_le_bytes());
        body.extend(1u16.to_le_bytes());
        body.extend(0u16.to_le_bytes());
        body.extend(u64::MAX.to_le_bytes());
        option(body, OPTION_APPLICATION, concat!("modemscope ", env!("CARGO_PKG_VERSION")).as_bytes());
        end_of_options(body);
    });
    block(&mut out, INTERFACE, |body| {
        body.extend(LINK_TYPE.to_le_bytes());
        body.extend(0u16.to_le_bytes());
        body.extend(262_144u32.to_le_bytes());
        option(body, OPTION_NAME, b"serial");
        option(body, OPTION_RESOLUTION, &[6]);
        end_of_options(body);
    });
    block(&mut out, STATISTICS, |body| {
        body.extend(0u32.to_le_bytes());
        let time = time_words(started_us);
        body.extend(time);
        option(body, OPTION_START_TIME, &time);
        end_of_options(body);
    });
    out
}

/// Bytes of one record, and what goes with each packet of them.
struct Data<'a> {
    event: u8,
    bytes: &'a [u8],
    send: Option<u64>,
    secret: &'a [Range<usize>],
}

/// Writes records as blocks.
#[derive(Debug)]
pub(crate) struct Encoder {
    started_us: u64,
    lines: u8,
}

impl Encoder {
    /// For a capture whose `at == 0` was at this time, in microseconds since 1970.
    pub(crate) fn new(started_us: u64) -> Self {
        Self { started_us, lines: 0 }
    }

    /// Appends the blocks of one record: one, or several where it is longer than a packet may be. `each` is called after
    /// each block with the number of payload bytes in it and the length of `out`.
    pub(crate) fn encode(
        &mut self,
        at_us: u64,
        record: &Record,
        out: &mut Vec<u8>,
        mut each: impl FnMut(usize, usize),
    ) {
        match record {
            Record::Data { direction, bytes, send, flaw, secret } => {
                let event = match (direction, flaw) {
                    (Direction::Tx, _) => TX_START,
                    (Direction::Rx, Flaw::None) => RX_START,
                    (Direction::Rx, Flaw::Framing) => FRAMING_ERROR,
                    (Direction::Rx, Flaw::Parity) => PARITY_ERROR,
                    (Direction::Rx, Flaw::Overrun) => OVERFLOW,
                };
                let data = Data { event, bytes, send: *send, secret };
                return self.data(at_us, &data, out, each);
            }
            Record::Lines(lines) => {
                self.lines = lines_to_bits(*lines);
                self.packet(at_us, STATUS_CHANGE, &[], out, |_| {});
            }
            Record::Break(direction) => self.packet(at_us, BREAK, &[], out, |options| {
                if *direction == Direction::Tx {
                    option(options, OPTION_COMMENT, SENT_MARK.as_bytes());
                }
            }),
            Record::Lost { direction, bytes, why } => {
                let text = lost_comment(*direction, *bytes, why);
                self.packet(at_us, DATA_LOST, &[], out, |options| comments(options, None, &text));
            }
            Record::Note(text) => self.packet(at_us, STATUS_CHANGE, &[], out, |options| comments(options, None, text)),
            Record::Marked(mark, text) => {
                let mark = match mark {
                    Mark::Dialog => DIALOG_MARK,
                    Mark::NoDialog => NO_DIALOG_MARK,
                };
                self.packet(at_us, STATUS_CHANGE, &[], out, |options| comments(options, Some(mark), text));
            }
            Record::Step(text) => {
                self.packet(at_us, STATUS_CHANGE, &[], out, |options| comments(options, Some(STEP_MARK), text));
            }
        }
        each(0, out.len());
    }

    /// In packets as long as they may be; one without bytes is one, too.
    fn data(&self, at_us: u64, data: &Data<'_>, out: &mut Vec<u8>, mut each: impl FnMut(usize, usize)) {
        let mut start = 0;
        loop {
            let part = data.bytes.get(start..).unwrap_or_default();
            let part = part.get(..LONGEST_PAYLOAD).unwrap_or(part);
            let masked = mask_comment(data.secret, start..start + part.len());
            self.packet(at_us, data.event, part, out, |options| {
                if let Some(send) = data.send {
                    option(options, OPTION_PACKET_ID, &send.to_le_bytes());
                }
                if let Some(masked) = &masked {
                    option(options, OPTION_COMMENT, masked.as_bytes());
                }
            });
            each(part.len(), out.len());
            start += part.len();
            if start >= data.bytes.len() {
                return;
            }
        }
    }

    fn packet(&self, at_us: u64, event: u8, payload: &[u8], out: &mut Vec<u8>, options: impl FnOnce(&mut Vec<u8>)) {
        let time = self.started_us.saturating_add(at_us);
        let length = u32::try_from(RTAC_HEADER + payload.len()).unwrap_or(u32::MAX);
        block(out, PACKET, |body| {
            body.extend(0u32.to_le_bytes());
            body.extend(time_words(time));
            body.extend(length.to_le_bytes());
            body.extend(length.to_le_bytes());
            body.extend(u32::try_from(time / 1_000_000).unwrap_or(u32::MAX).to_be_bytes());
            body.extend(u32::try_from(time % 1_000_000).unwrap_or(0).to_be_bytes());
            body.extend([event, self.lines, 0, 0]);
            body.extend(payload);
            pad(body);
            let before = body.len();
            options(body);
            if body.len() > before {
                end_of_options(body);
            }
        });
    }
}

fn lines_to_bits(lines: LineStates) -> u8 {
    let LineStates { cts, dsr, dcd, ri, dtr, rts } = lines;
    [cts, dcd, dsr, rts, dtr, ri].iter().enumerate().map(|(bit, on)| u8::from(*on) << bit).sum()
}

fn lost_comment(direction: Direction, bytes: Option<u64>, why: &str) -> String {
    let way = match direction {
        Direction::Rx => "received",
        Direction::Tx => "sent",
    };
    match bytes {
        Some(count) => format!("{count} {way} bytes lost: {why}"),
        None => format!("{way} bytes lost: {why}"),
    }
}

/// "masked: 8-12 20-24", end exclusive, of the part of the bytes that stands in `within`.
fn mask_comment(secret: &[Range<usize>], within: Range<usize>) -> Option<String> {
    let mut text = String::new();
    for range in secret {
        let start = range.start.max(within.start) - within.start;
        let end = range.end.min(within.end).saturating_sub(within.start);
        if start < end {
            text.push_str(if text.is_empty() { MASK_MARK } else { "" });
            let _never_fails = write!(text, " {start}-{end}");
        }
    }
    (!text.is_empty()).then_some(text)
}

fn block(out: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend(kind.to_le_bytes());
    out.extend([0; 4]);
    body(out);
    let length = u32::try_from(out.len() - start + 4).unwrap_or(u32::MAX).to_le_bytes();
    out.extend(length);
    if let Some(place) = out.get_mut(start + 4..start + 8) {
        place.copy_from_slice(&length);
    }
}

fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    out.extend(code.to_le_bytes());
    out.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(value);
    pad(out);
}

fn comments(out: &mut Vec<u8>, mark: Option<&str>, text: &str) {
    if let Some(mark) = mark {
        option(out, OPTION_COMMENT, mark.as_bytes());
    }
    let mut rest = text;
    loop {
        let part = rest.get(..rest.floor_char_boundary(LONGEST_COMMENT)).unwrap_or(rest);
        option(out, OPTION_COMMENT, part.as_bytes());
        rest = rest.get(part.len()..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
    }
}

fn end_of_options(out: &mut Vec<u8>) {
    out.extend([0; 4]);
}

/// Blocks begin and end at multiples of four, so the length of the whole output tells what is missing.
fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

fn time_words(time: u64) -> [u8; 8] {
    let mut words = [0; 8];
    words[..4].copy_from_slice(&((time >> 32) as u32).to_le_bytes());
    words[4..].copy_from_slice(&((time & 0xFFFF_FFFF) as u32).to_le_bytes());
    words
}
