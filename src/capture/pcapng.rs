//! The bytes of a capture: pcapng blocks with link type 250 (RTAC serial), written and read.
//!
//! Pure: it knows no file. A packet is the 12-byte RTAC header (seconds, microseconds, event type, control lines, two
//! footer bytes; big-endian) and the bytes of one read or write. What pcapng has a standard option for is kept there: the
//! Send that written bytes belong to in `epb_packetid`, notes, macro steps and masks in `opt_comment`, the wall-clock time
//! of the start in `isb_starttime`. So Wireshark and tshark show all of it.
//!
//! ```text
//! event type             | record
//! 0 STATUS_CHANGE        | lines; with one comment a note; with the comment "macro step" and another one a step
//! 1, 3 DATA_TX_START/END | bytes the operating system took     (END is never written)
//! 2, 4 DATA_RX_START/END | bytes a read returned               (END is never written)
//! 5 CAPTURE_DATA_LOST    | a gap; its comment gives direction, count and reason
//! 7, 8, 10               | received bytes with a framing error, a parity error, after an overrun
//! 9 SERIAL_BREAK_EVENT   | a break; with the comment "sent" one that we sent
//! ```

use std::fmt::Write as _;
use std::ops::Range;

use super::{Flaw, LineStates, Record};
use crate::modem::Direction;

/// RTAC serial.
pub const LINK_TYPE: u16 = 250;
/// Bytes in front of the payload of each packet.
const RTAC_HEADER: usize = 12;
/// Wireshark refuses packets of more than 262 144 bytes; longer reads and writes become several packets.
pub const LONGEST_PAYLOAD: usize = 128 * 1024;
/// No block is longer: a length beyond this is damage, not a block.
pub const LONGEST_BLOCK: usize = 16 * 1024 * 1024;
/// An option's length is 16 bits; comments are cut into pieces below it.
const LONGEST_COMMENT: usize = 65_000;

const SECTION: u32 = 0x0A0D_0D0A;
const BYTE_ORDER: u32 = 0x1A2B_3C4D;
const INTERFACE: u32 = 1;
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
const SENT_MARK: &str = "sent";
const MASK_MARK: &str = "masked:";

/// The start of a capture file: section, interface, and the wall-clock time of `at == 0`.
pub fn file_header(started_us: u64) -> Vec<u8> {
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

/// Writes records as blocks.
#[derive(Debug)]
pub struct Encoder {
    started_us: u64,
    lines: u8,
}

impl Encoder {
    /// For a capture whose `at == 0` was at this time, in microseconds since 1970.
    pub fn new(started_us: u64) -> Self {
        Self { started_us, lines: 0 }
    }

    /// Appends the blocks of one record: one, or several where it is longer than a packet may be. `each` is called after
    /// each block with the number of payload bytes in it.
    pub fn encode(&mut self, at_us: u64, record: &Record, out: &mut Vec<u8>, mut each: impl FnMut(usize, &[u8])) {
        match record {
            Record::Data { direction, bytes, send, flaw, secret } => {
                let event = match (direction, flaw) {
                    (Direction::Tx, _) => TX_START,
                    (Direction::Rx, Flaw::None) => RX_START,
                    (Direction::Rx, Flaw::Framing) => FRAMING_ERROR,
                    (Direction::Rx, Flaw::Parity) => PARITY_ERROR,
                    (Direction::Rx, Flaw::Overrun) => OVERFLOW,
                };
                let mut start = 0;
                loop {
                    let part = bytes.get(start..).unwrap_or_default();
                    let part = part.get(..LONGEST_PAYLOAD).unwrap_or(part);
                    let masked = mask_comment(secret, start..start + part.len());
                    self.packet(at_us, event, part, out, |options| {
                        if let Some(send) = send {
                            option(options, OPTION_PACKET_ID, &send.to_le_bytes());
                        }
                        if let Some(masked) = &masked {
                            option(options, OPTION_COMMENT, masked.as_bytes());
                        }
                    });
                    each(part.len(), out);
                    start += part.len();
                    if start >= bytes.len() {
                        return;
                    }
                }
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
            Record::Step(text) => {
                self.packet(at_us, STATUS_CHANGE, &[], out, |options| comments(options, Some(STEP_MARK), text));
            }
        }
        each(0, out);
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

/// What a block says about how to read the packets after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    big_endian: bool,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interface {
    link_type: u16,
    resolution: u8,
}

/// A packet of ours, borrowed from the block it stands in.
#[derive(Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Microseconds since 1970.
    pub time_us: u64,
    /// What it holds.
    pub item: Item<'a>,
}

/// What a packet holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// Bytes; `secret` are the masked stretches.
    Data {
        /// Which way.
        direction: Direction,
        /// The bytes.
        bytes: &'a [u8],
        /// Which Send.
        send: Option<u64>,
        /// What was wrong.
        flaw: Flaw,
        /// What is masked.
        secret: Vec<Range<usize>>,
    },
    /// Anything else.
    Event(Record),
}

/// What a block is.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// A section or interface begins: read what follows with this.
    Context(Context),
    /// The capture began at this time, in microseconds since 1970.
    Started(u64),
    /// A packet.
    Packet(Packet<'a>),
    /// Something that is not for us.
    Other,
}

/// Length of the block that starts here: `None` when these bytes do not begin a block, or too few are there to tell.
pub fn block_length(bytes: &[u8], context: &Context) -> Option<usize> {
    let kind = word(bytes, 0, false)?;
    let big_endian =
        if kind == SECTION { word(bytes, 8, false)? == BYTE_ORDER.swap_bytes() } else { context.big_endian };
    let length = word(bytes, 4, big_endian)? as usize;
    (length >= 12 && length.is_multiple_of(4) && length <= LONGEST_BLOCK).then_some(length)
}

/// Reads one whole block. `None` when it is damaged.
pub fn decode<'a>(block: &'a [u8], context: &Context) -> Option<Block<'a>> {
    let kind = word(block, 0, context.big_endian)?;
    if word(block, 0, false)? == SECTION {
        let big_endian = match word(block, 8, false)? {
            BYTE_ORDER => false,
            order if order == BYTE_ORDER.swap_bytes() => true,
            _ => return None,
        };
        return Some(Block::Context(Context { big_endian, interfaces: Vec::new() }));
    }
    let end = block.len().checked_sub(4)?;
    if word(block, end, context.big_endian)? as usize != block.len() {
        return None;
    }
    let body = block.get(8..end)?;
    match kind {
        INTERFACE => {
            let link_type = half(body, 0, context.big_endian)?;
            let resolution = options(body.get(8..)?, context.big_endian)
                .find_map(|(code, value)| (code == OPTION_RESOLUTION).then(|| value.first().copied())?)
                .unwrap_or(6);
            let mut context = context.clone();
            context.interfaces.push(Interface { link_type, resolution });
            Some(Block::Context(context))
        }
        STATISTICS => {
            let interface = context.interfaces.get(word(body, 0, context.big_endian)? as usize);
            let started = options(body.get(12..)?, context.big_endian)
                .find_map(|(code, value)| (code == OPTION_START_TIME).then(|| time(value, 0, context.big_endian))?);
            match (interface, started) {
                (Some(interface), Some(ticks)) if interface.link_type == LINK_TYPE => {
                    Some(Block::Started(interface.micros(ticks)))
                }
                _ => Some(Block::Other),
            }
        }
        PACKET => packet(body, context),
        _ => Some(Block::Other),
    }
}

fn packet<'a>(body: &'a [u8], context: &Context) -> Option<Block<'a>> {
    let big_endian = context.big_endian;
    let Some(interface) = context.interfaces.get(word(body, 0, big_endian)? as usize) else {
        return Some(Block::Other);
    };
    if interface.link_type != LINK_TYPE {
        return Some(Block::Other);
    }
    let time_us = interface.micros(time(body, 4, big_endian)?);
    let captured = word(body, 12, big_endian)? as usize;
    let data = body.get(20..20usize.checked_add(captured)?)?;
    let (Some(&event), Some(&lines)) = (data.get(8), data.get(9)) else { return Some(Block::Other) };
    let Some(bytes) = data.get(RTAC_HEADER..) else { return Some(Block::Other) };
    let options = options(body.get(20 + captured.next_multiple_of(4)..).unwrap_or_default(), big_endian);
    let item = match event {
        TX_START | TX_END | RX_START | RX_END | FRAMING_ERROR | PARITY_ERROR | OVERFLOW => {
            if bytes.is_empty() && matches!(event, TX_END | RX_END) {
                return Some(Block::Other);
            }
            let mut send = None;
            let mut secret = Vec::new();
            for (code, value) in options {
                match code {
                    OPTION_PACKET_ID if value.len() == 8 => send = long(value, big_endian),
                    OPTION_COMMENT => secret.extend(masks_from_comment(value, bytes.len())),
                    _ => {}
                }
            }
            let direction = if matches!(event, TX_START | TX_END) { Direction::Tx } else { Direction::Rx };
            let flaw = match event {
                FRAMING_ERROR => Flaw::Framing,
                PARITY_ERROR => Flaw::Parity,
                OVERFLOW => Flaw::Overrun,
                _ => Flaw::None,
            };
            Item::Data { direction, bytes, send, flaw, secret }
        }
        _ => match event_record(event, lines, options) {
            Some(record) => Item::Event(record),
            None => return Some(Block::Other),
        },
    };
    Some(Block::Packet(Packet { time_us, item }))
}

fn event_record<'a>(event: u8, lines: u8, options: impl Iterator<Item = (u16, &'a [u8])>) -> Option<Record> {
    let mut comments: Vec<String> = options
        .filter(|(code, _)| *code == OPTION_COMMENT)
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect();
    Some(match event {
        STATUS_CHANGE if comments.is_empty() => Record::Lines(lines_from_bits(lines)),
        STATUS_CHANGE if comments.len() > 1 && comments.first().is_some_and(|first| first == STEP_MARK) => {
            comments.remove(0);
            Record::Step(comments.concat())
        }
        STATUS_CHANGE => Record::Note(comments.concat()),
        DATA_LOST => lost_from_comment(&comments.concat()),
        BREAK if comments.iter().any(|text| text == SENT_MARK) => Record::Break(Direction::Tx),
        BREAK => Record::Break(Direction::Rx),
        _ => return None,
    })
}

impl Interface {
    /// `if_tsresol`: a power of ten, or of two with the high bit set.
    fn micros(self, ticks: u64) -> u64 {
        let exponent = u32::from(self.resolution & 0x7F);
        let ticks = u128::from(ticks);
        let micros = if self.resolution & 0x80 == 0 {
            match 10u128.checked_pow(exponent.abs_diff(6)) {
                Some(factor) if exponent >= 6 => ticks / factor,
                Some(factor) => ticks.saturating_mul(factor),
                None => 0,
            }
        } else {
            ticks.saturating_mul(1_000_000).checked_shr(exponent).unwrap_or(0)
        };
        u64::try_from(micros).unwrap_or(u64::MAX)
    }
}

fn lines_to_bits(lines: LineStates) -> u8 {
    let LineStates { cts, dsr, dcd, ri, dtr, rts } = lines;
    [cts, dcd, dsr, rts, dtr, ri].iter().enumerate().map(|(bit, on)| u8::from(*on) << bit).sum()
}

fn lines_from_bits(bits: u8) -> LineStates {
    let on = |bit: u8| bits & (1 << bit) != 0;
    LineStates { cts: on(0), dcd: on(1), dsr: on(2), rts: on(3), dtr: on(4), ri: on(5) }
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

fn lost_from_comment(text: &str) -> Record {
    let (head, why) = text.split_once(" bytes lost: ").unwrap_or(("received", text));
    let (count, way) = match head.split_once(' ') {
        Some((count, way)) => (count.parse().ok(), way),
        None => (None, head),
    };
    let direction = if way == "sent" { Direction::Tx } else { Direction::Rx };
    Record::Lost { direction, bytes: count, why: why.to_owned() }
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

fn masks_from_comment(comment: &[u8], length: usize) -> Vec<Range<usize>> {
    let Some(list) = std::str::from_utf8(comment).ok().and_then(|text| text.strip_prefix(MASK_MARK)) else {
        return Vec::new();
    };
    list.split_whitespace()
        .filter_map(|range| {
            let (start, end) = range.split_once('-')?;
            let (start, end): (usize, usize) = (start.parse().ok()?, end.parse().ok()?);
            (start < end && end <= length).then_some(start..end)
        })
        .collect()
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

fn time(bytes: &[u8], at: usize, big_endian: bool) -> Option<u64> {
    Some(u64::from(word(bytes, at, big_endian)?) << 32 | u64::from(word(bytes, at + 4, big_endian)?))
}

fn half(bytes: &[u8], at: usize, big_endian: bool) -> Option<u16> {
    let half = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(if big_endian { u16::from_be_bytes(half) } else { u16::from_le_bytes(half) })
}

fn word(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
}

fn long(bytes: &[u8], big_endian: bool) -> Option<u64> {
    let long = bytes.try_into().ok()?;
    Some(if big_endian { u64::from_be_bytes(long) } else { u64::from_le_bytes(long) })
}

/// The options of a block until its end or `opt_endofopt`.
fn options(mut bytes: &[u8], big_endian: bool) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let code = half(bytes, 0, big_endian)?;
        let length = usize::from(half(bytes, 2, big_endian)?);
        let value = bytes.get(4..4 + length)?;
        bytes = bytes.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        (code != 0).then_some((code, value))
    })
}
