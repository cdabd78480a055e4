//! What lies in memory as the functions see it that count in bytes: `memcpy`, `memset`, `write(address, length)`.

use std::collections::VecDeque;
use std::rc::Rc;

use super::value::{Int, Place, Value, as_float};
use super::{Machine, Slip};
use crate::sketch::origin::{Ch, Origin};
use crate::sketch::syntax::{IntType, Type};

/// A piece of memory: a byte, or what has no bytes here, such as an address, with its size.
#[derive(Clone, Debug)]
enum Piece {
    Byte(Ch),
    Whole(Value, usize),
}

impl Piece {
    fn byte(&self) -> Option<Ch> {
        match self {
            Self::Byte(ch) => Some(*ch),
            Self::Whole(..) => None,
        }
    }
}

/// A number seen as its bytes, by `byte *bytes = (byte *)&number`.
pub(super) struct ByteView {
    bytes: Place,
    number: Place,
    size: usize,
}

/// The oldest view is given up: a function that is called again and again makes one each time.
const MOST_VIEWS: usize = 64;

impl Machine<'_> {
    /// `byte *bytes = (byte *)&number`: as it lies in memory, the lowest byte first.
    pub(super) fn seen_as_bytes(&mut self, ty: &Type, value: Value) -> Value {
        let Type::Pointer(to) = ty else { return value };
        let Type::Int(byte @ (IntType::Char | IntType::I8 | IntType::U8)) = **to else { return value };
        let Value::Pointer(number) = &value else { return value };
        let size = number.with(|kept| match kept {
            Value::Int(int) if int.ty.size() > 1 => int.ty.size(),
            Value::Float(..) => 4,
            _ => 0,
        });
        match size {
            Ok(size) if size > 0 => {
                let bytes = Place::new(Value::Chars(Rc::new(self.raw(number, size)), byte));
                if self.views.len() >= MOST_VIEWS {
                    self.views.remove(0);
                }
                self.views.push(ByteView { bytes: bytes.clone(), number: number.clone(), size });
                Value::Pointer(bytes.element(0))
            }
            _ => value,
        }
    }

    fn view_of(&self, place: &Place) -> Option<(Place, Place, usize)> {
        let view = self.views.iter().find(|view| Rc::ptr_eq(&view.bytes.cell, &place.cell))?;
        Some((view.bytes.clone(), view.number.clone(), view.size))
    }

    /// Before the bytes of a number are read: it may have changed.
    pub(super) fn look_through(&mut self, place: &Place) {
        if let Some((bytes, number, size)) = self.view_of(place) {
            let now = self.raw(&number, size);
            let _ = bytes.change(|kept| {
                if let Value::Chars(text, _) = kept {
                    *text = Rc::new(now);
                }
            });
        }
    }

    /// After they were written: it has changed.
    pub(super) fn write_through(&mut self, place: &Place) {
        if let Some((bytes, number, size)) = self.view_of(place) {
            self.copy_memory(&number, &bytes.element(0), size);
        }
    }

    /// `memcpy`: as many bytes as that, whatever lies there.
    pub(super) fn copy_memory(&mut self, to: &Place, from: &Place, length: usize) {
        let pieces = self.pieces(from, length);
        self.put(to, pieces, length);
    }

    /// `memset`.
    pub(super) fn fill_memory(&mut self, to: &Place, byte: u8, length: usize) {
        let ch = Ch { byte, from: Origin::SKETCH };
        self.put(to, vec![Piece::Byte(ch); length].into(), length);
    }

    /// Bytes from a place on, NULs too; of an address nobody knows them.
    pub(super) fn raw(&self, from: &Place, length: usize) -> Vec<Ch> {
        let mut raw = Vec::new();
        for piece in self.pieces(from, length) {
            match piece {
                Piece::Byte(ch) => raw.push(ch),
                Piece::Whole(_, size) => raw.resize(raw.len() + size, Ch::default()),
            }
        }
        raw.truncate(length);
        raw
    }

    fn pieces(&self, from: &Place, length: usize) -> VecDeque<Piece> {
        let pointer = self.chip.pointer_size();
        let container = Place { index: None, ..from.clone() };
        let Ok(start) = usize::try_from(from.index.unwrap_or(0)) else { return VecDeque::new() };
        let found = container.with(|value| {
            let mut pieces = VecDeque::new();
            match value {
                Value::Chars(text, _) | Value::String(text) => {
                    pieces.extend(text.iter().skip(start).take(length).map(|ch| Piece::Byte(*ch)));
                }
                Value::Array(items) => {
                    let mut items = items.iter().skip(start);
                    while pieces.len() < length
                        && let Some(item) = items.next()
                    {
                        take_apart(item, pointer, &mut pieces);
                    }
                }
                other if start == 0 => take_apart(other, pointer, &mut pieces),
                _ => {}
            }
            pieces
        });
        let mut pieces = found.unwrap_or_default();
        let mut size = 0;
        pieces.retain(|piece| {
            size += if let Piece::Whole(_, size) = piece { *size } else { 1 };
            size <= length
        });
        pieces
    }

    fn put(&mut self, to: &Place, mut pieces: VecDeque<Piece>, length: usize) {
        let pointer = self.chip.pointer_size();
        let container = Place { index: None, ..to.clone() };
        let Ok(start) = usize::try_from(to.index.unwrap_or(0)) else { return };
        let room = container.change(|value| {
            let (size, before) = match &*value {
                Value::Chars(text, _) | Value::String(text) => (text.len(), start),
                Value::Array(items) => {
                    let sizes = items.iter().map(|item| item.size(pointer));
                    (sizes.clone().sum(), sizes.take(start).sum())
                }
                other => (other.size(pointer), start),
            };
            match value {
                Value::Chars(text, _) | Value::String(text) => {
                    for (kept, piece) in Rc::make_mut(text).iter_mut().skip(start).zip(&pieces) {
                        *kept = piece.byte().unwrap_or_default();
                    }
                }
                Value::Array(items) => {
                    for item in Rc::make_mut(items).iter_mut().skip(start) {
                        put_together(item, pointer, &mut pieces);
                    }
                }
                other if start == 0 => put_together(other, pointer, &mut pieces),
                _ => {}
            }
            (size, before)
        });
        self.effect();
        if let Ok((size, before)) = room
            && before.saturating_add(length) > size
        {
            self.slip(Slip::BehindTheEnd(size));
        }
    }
}

/// A value as it lies in memory, the lowest byte first.
fn take_apart(value: &Value, pointer: usize, pieces: &mut VecDeque<Piece>) {
    match value {
        Value::Int(int) => {
            let bytes = int.number.to_le_bytes();
            pieces.extend(bytes.iter().take(int.ty.size()).map(|byte| Piece::Byte(Ch { byte: *byte, from: int.from })));
        }
        Value::Float(number, from) => {
            pieces.extend(as_float(*number).to_le_bytes().map(|byte| Piece::Byte(Ch { byte, from: *from })));
        }
        Value::Chars(text, _) => pieces.extend(text.iter().map(|ch| Piece::Byte(*ch))),
        Value::Array(items) | Value::Object(_, items) => {
            for item in items.iter() {
                take_apart(item, pointer, pieces);
            }
        }
        other => pieces.push_back(Piece::Whole(other.clone(), other.size(pointer))),
    }
}

/// The other way round; what there are no more pieces for stays.
fn put_together(value: &mut Value, pointer: usize, pieces: &mut VecDeque<Piece>) {
    if pieces.is_empty() {
        return;
    }
    match value {
        Value::Int(int) => {
            let (number, from) = over(&int.number.to_le_bytes(), int.ty.size(), int.from, pieces);
            *int = Int::new(number, int.ty, from);
        }
        Value::Float(number, from) => {
            let (bits, known) = over(&as_float(*number).to_le_bytes(), 4, *from, pieces);
            let bits = u32::try_from(bits & 0xFFFF_FFFF).unwrap_or(0);
            (*number, *from) = (f64::from(f32::from_bits(bits)), known);
        }
        Value::Chars(text, _) => {
            for kept in Rc::make_mut(text) {
                let Some(piece) = pieces.pop_front() else { return };
                *kept = piece.byte().unwrap_or_default();
            }
        }
        Value::Array(items) | Value::Object(_, items) => {
            for item in Rc::make_mut(items) {
                put_together(item, pointer, pieces);
            }
        }
        other => match pieces.pop_front() {
            Some(Piece::Whole(copy, _)) => *other = copy,
            Some(Piece::Byte(first)) => {
                // Bytes over an address: zeros make it one that points to nothing, and a text an empty one.
                let size = other.size(pointer);
                pieces.drain(..pieces.len().min(size.saturating_sub(1)));
                if first.byte == 0 {
                    *other = if matches!(other, Value::String(_)) { Value::string(Vec::new()) } else { Value::Null };
                }
            }
            None => {}
        },
    }
}

/// The number that the first `size` of these bytes are once as many of them as there are pieces lie over them.
fn over(old: &[u8], size: usize, from: Origin, pieces: &mut VecDeque<Piece>) -> (i64, Origin) {
    let mut bytes = [0; 8];
    let mut origin = Origin::SKETCH;
    for (place, old) in bytes.iter_mut().zip(old).take(size) {
        let ch = match pieces.pop_front() {
            Some(piece) => piece.byte().unwrap_or_default(),
            None => Ch { byte: *old, from },
        };
        *place = ch.byte;
        origin = origin.and(ch.from);
    }
    (i64::from_le_bytes(bytes), origin)
}
