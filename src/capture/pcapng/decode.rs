//! Reads pcapng blocks: ours, and what other programs made of them (either byte order, any clock resolution, several
//! sections and interfaces, blocks we do not know). Damage gives `None`, never a panic.

use std::ops::Range;
use std::sync::Arc;

use super::interfaces::{Interface, Interfaces};
use super::{
    BREAK, BYTE_ORDER, DATA_LOST, DIALOG_MARK, FRAMING_ERROR, INTERFACE, LINK_TYPE, LONGEST_BLOCK, MASK_MARK,
    NO_DIALOG_MARK, OLD_PACKET, OPTION_COMMENT, OPTION_PACKET_ID, OPTION_RESOLUTION, OPTION_START_TIME, OVERFLOW,
    PACKET, PARITY_ERROR, RTAC_HEADER, RX_END, RX_START, SECTION, SENT_MARK, SIMPLE_PACKET, STATISTICS, STATUS_CHANGE,
    STEP_MARK, TX_END, TX_START,
};
use crate::capture::{Flaw, LineStates, Mark, Record};
use crate::modem::Direction;

/// What the blocks so far say about how to read the packets behind them. Small: each place to start reading at has one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    big_endian: bool,
    /// Those of the whole file.
    interfaces: Arc<Interfaces>,
    /// Those of the section in hand: the first, and how many were described.
    first: usize,
    count: usize,
}

/// A packet of ours, borrowed from the block it stands in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    /// Microseconds since 1970.
    pub(crate) time_us: u64,
    /// What it holds.
    pub(crate) item: EntryItem<'a>,
}

/// What a packet, an entry of the capture, holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EntryItem<'a> {
    /// Bytes of one read or write.
    Data {
        /// Which way.
        direction: Direction,
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
#[derive(Debug)]
pub(crate) enum Block<'a> {
    /// A section or interface begins: read what follows with this.
    Context(Context),
    /// The capture began at this time, in microseconds since 1970.
    Started(u64),
    Packet(Packet<'a>),
    /// A packet of which no row is made: not of a serial port, or of a kind that is unknown here.
    Unshown,
    /// Something that is not for us.
    Other,
}

/// Length of the block that starts here: `None` when these bytes do not begin a block, or too few are there to tell.
pub(crate) fn block_length(bytes: &[u8], context: &Context) -> Option<usize> {
    let kind = word(bytes, 0, false)?;
    let big_endian =
        if kind == SECTION { word(bytes, 8, false)? == BYTE_ORDER.swap_bytes() } else { context.big_endian };
    let length = word(bytes, 4, big_endian)? as usize;
    (length >= 12 && length.is_multiple_of(4) && length <= LONGEST_BLOCK).then_some(length)
}

/// Reads one whole block. `None` when it is damaged.
pub(crate) fn decode<'a>(block: &'a [u8], context: &Context) -> Option<Block<'a>> {
    let kind = word(block, 0, context.big_endian)?;
    if word(block, 0, false)? == SECTION {
        let big_endian = match word(block, 8, false)? {
            BYTE_ORDER => false,
            order if order == BYTE_ORDER.swap_bytes() => true,
            _ => return None,
        };
        let (interfaces, first) = (Arc::clone(&context.interfaces), context.first + context.count);
        return Some(Block::Context(Context { big_endian, interfaces, first, count: 0 }));
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
            context.interfaces.note(context.first + context.count, Interface { link_type, resolution });
            Some(Block::Context(Context { count: context.count + 1, ..context.clone() }))
        }
        STATISTICS => {
            let interface = context.interface(word(body, 0, context.big_endian)?);
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
        OLD_PACKET | SIMPLE_PACKET => Some(Block::Unshown),
        _ => Some(Block::Other),
    }
}

/// Quickly: this block is a packet that [`decode`] makes a record of, if it is not damaged.
pub(crate) fn holds_record(block: &[u8], context: &Context) -> bool {
    let word = |at| word(block, at, context.big_endian);
    let ours = || context.interface(word(8)?).filter(|interface| interface.link_type == LINK_TYPE);
    if word(0) != Some(PACKET) || ours().is_none() {
        return false;
    }
    let Some(payload) = word(20).and_then(|captured| (captured as usize).checked_sub(RTAC_HEADER)) else {
        return false;
    };
    match block.get(36) {
        Some(&(TX_END | RX_END)) => payload > 0,
        Some(&event) => event <= DATA_LOST || (FRAMING_ERROR..=OVERFLOW).contains(&event),
        None => false,
    }
}

fn packet<'a>(body: &'a [u8], context: &Context) -> Option<Block<'a>> {
    let big_endian = context.big_endian;
    let interface = context.interface(word(body, 0, big_endian)?);
    let Some(interface) = interface.filter(|interface| interface.link_type == LINK_TYPE) else {
        return Some(Block::Unshown);
    };
    let time_us = interface.micros(time(body, 4, big_endian)?);
    let captured = word(body, 12, big_endian)? as usize;
    let data = body.get(20..20usize.checked_add(captured)?)?;
    let (Some(&event), Some(&lines)) = (data.get(8), data.get(9)) else { return Some(Block::Unshown) };
    let Some(bytes) = data.get(RTAC_HEADER..) else { return Some(Block::Unshown) };
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
            EntryItem::Data { direction, bytes, send, flaw, secret }
        }
        _ => match event_record(event, lines, options) {
            Some(record) => EntryItem::Event(record),
            None => return Some(Block::Unshown),
        },
    };
    Some(Block::Packet(Packet { time_us, item }))
}

fn event_record<'a>(event: u8, lines: u8, options: impl Iterator<Item = (u16, &'a [u8])>) -> Option<Record> {
    let comments: Vec<String> = options
        .filter(|(code, _)| *code == OPTION_COMMENT)
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect();
    Some(match event {
        STATUS_CHANGE if comments.is_empty() => Record::Lines(lines_from_bits(lines)),
        STATUS_CHANGE => match comments.split_first() {
            Some((first, text)) if first == STEP_MARK && !text.is_empty() => Record::Step(text.concat()),
            Some((first, text)) if first == DIALOG_MARK && !text.is_empty() => {
                Record::Marked(Mark::Dialog, text.concat())
            }
            Some((first, text)) if first == NO_DIALOG_MARK && !text.is_empty() => {
                Record::Marked(Mark::NoDialog, text.concat())
            }
            _ => Record::Note(comments.concat()),
        },
        DATA_LOST => lost_from_comment(&comments.concat()),
        BREAK if comments.iter().any(|text| text == SENT_MARK) => Record::Break(Direction::Tx),
        BREAK => Record::Break(Direction::Rx),
        _ => return None,
    })
}

impl Context {
    /// The one of this number in the section.
    fn interface(&self, number: u32) -> Option<Interface> {
        let number = usize::try_from(number).ok().filter(|number| *number < self.count)?;
        self.interfaces.get(self.first + number)
    }

    /// Of the interface that was described last.
    pub(crate) fn last_link_type(&self) -> Option<u16> {
        let last = self.count.checked_sub(1)?;
        self.interfaces.get(self.first + last).map(|interface| interface.link_type)
    }
}

/// How to read what comes after these blocks.
pub(crate) fn context_after(header: &[u8]) -> Context {
    let mut context = Context::default();
    let mut rest = header;
    while let Some(length) = block_length(rest, &context) {
        if let Some(Block::Context(next)) = rest.get(..length).and_then(|block| decode(block, &context)) {
            context = next;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    context
}

fn lines_from_bits(bits: u8) -> LineStates {
    let on = |bit: u8| bits & (1 << bit) != 0;
    LineStates { cts: on(0), dcd: on(1), dsr: on(2), rts: on(3), dtr: on(4), ri: on(5) }
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
