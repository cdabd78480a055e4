//! Our side of XMODEM and YMODEM: blocks out, single bytes in. No I/O but for the file; time is an argument.
//!
//! The receiver leads: it calls (`C` with a CRC, NAK with a checksum), answers each block (ACK: the next, NAK: once more), and
//! may end it (two CANs). What it says beside that (an echo, a boot message) is passed over. The sender has but one
//! deadline: a minute in which the far end says nothing. (Ward Christensen and Chuck Forsberg, "XMODEM/YMODEM protocol
//! reference", 1988.)

use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

use crc::{CRC_16_XMODEM, Crc};

use super::{FileError, TransferEnd};

const SOH: u8 = 0x01;
const STX: u8 = 0x02;
const EOT: u8 = 0x04;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;
const CAN: u8 = 0x18;
/// Fills the last block up.
const FILL: u8 = 0x1A;
/// The receiver's call for blocks with a CRC.
const CALL: u8 = b'C';

const SHORT: usize = 128;
const LONG: usize = 1024;
/// A block is sent so often.
const TRIES: u32 = 10;
/// Silence for this long means that nobody is there.
const SILENCE: Duration = Duration::from_mins(1);
/// A call that comes sooner than this after the first block was under way when the block went out; later it says that the
/// block did not arrive.
const CALLS_AGAIN: Duration = Duration::from_secs(3);
/// A receiver answers a block with a few bytes. One that says this much between two of them is none.
const TALKATIVE: usize = 64 * 1024;

const CHECK: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Blocks of 128 bytes.
    Xmodem,
    /// Blocks of 1024 bytes.
    Xmodem1k,
    /// Blocks of 1024 bytes, the file's name and length before them.
    Ymodem,
}

/// What was sent last, and what its answer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing: the receiver has yet to call.
    Begin,
    /// YMODEM's name and length.
    Header,
    /// The header was taken: the receiver calls for the file itself.
    Called,
    /// A block of the file.
    Data,
    /// The end of the file.
    End,
    /// YMODEM: the receiver calls for another file.
    Another,
    /// YMODEM's empty header: there is none.
    Last,
}

/// A file on its way by blocks.
#[derive(Debug)]
pub(super) struct Sender {
    file: File,
    kind: Kind,
    name: String,
    total: u64,
    stage: Stage,
    checksum_only: bool,
    number: u8,
    /// The block that waits for its answer.
    block: Vec<u8>,
    /// How much of the file is in it.
    carried: u64,
    acknowledged: u64,
    tries: u32,
    /// To be sent now.
    out: Vec<u8>,
    heard: Vec<u8>,
    idle_talk: usize,
    cancels: u32,
    /// When the far end was last heard, or something was sent.
    since: Option<Duration>,
    end: Option<TransferEnd>,
}

impl Sender {
    pub(super) fn new(file: File, kind: Kind, name: &str, total: u64) -> Self {
        Self {
            file,
            kind,
            name: name.to_owned(),
            total,
            stage: Stage::Begin,
            checksum_only: false,
            number: 1,
            block: Vec::new(),
            carried: 0,
            acknowledged: 0,
            tries: 0,
            out: Vec::new(),
            heard: Vec::new(),
            idle_talk: 0,
            cancels: 0,
            since: None,
            end: None,
        }
    }

    /// The far end said this; [`Self::attend`] heeds it.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
    }

    /// Heeds what was heard and the time.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub(super) fn attend(&mut self, now: Duration) -> Result<(), FileError> {
        let began = *self.since.get_or_insert(now);
        for byte in std::mem::take(&mut self.heard) {
            if self.end.is_none() {
                self.heed(byte, now)?;
            }
        }
        if self.end.is_none() && now >= self.since.unwrap_or(began) + SILENCE {
            let what = match self.stage {
                Stage::Begin => {
                    "the far end has not asked for a file for a minute. Start its receiver, then try again."
                }
                _ => "the far end has not answered for a minute. Check the line and its flow control, then try again.",
            };
            self.end = Some(TransferEnd::Failed(what.into()));
        }
        Ok(())
    }

    /// When [`Self::attend`] has something to do though nothing is heard.
    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.since.filter(|_| self.end.is_none()).map(|since| since + SILENCE)
    }

    /// The next bytes for the line.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    pub(super) fn end(&self) -> Option<TransferEnd> {
        self.end.clone()
    }

    /// Bytes of the file that the far end has said to have.
    pub(super) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    fn heed(&mut self, byte: u8, now: Duration) -> Result<(), FileError> {
        self.cancels = if byte == CAN { self.cancels + 1 } else { 0 };
        if self.cancels >= 2 {
            let text = "the far end gave up (CAN). Check that it receives by the same protocol, then try again.";
            self.end = Some(TransferEnd::Failed(text.into()));
            return Ok(());
        }
        let calls = byte == CALL || byte == NAK;
        match self.stage {
            Stage::Begin if calls => {
                self.checksum_only = byte == NAK;
                if self.kind == Kind::Ymodem {
                    let header = self.header();
                    self.send_block(0, &header, Stage::Header, now);
                } else {
                    self.send_data(now)?;
                }
            }
            Stage::Called if calls => self.send_data(now)?,
            Stage::Another if calls => self.send_block(0, &[0; SHORT], Stage::Last, now),
            Stage::Header if byte == ACK => self.expect_call(Stage::Called, now),
            Stage::Data if byte == ACK => {
                self.acknowledged += self.carried;
                self.number = self.number.wrapping_add(1);
                self.send_data(now)?;
            }
            Stage::End if byte == ACK && self.kind == Kind::Ymodem => self.expect_call(Stage::Another, now),
            Stage::End | Stage::Last if byte == ACK => self.end = Some(TransferEnd::Done),
            Stage::Begin | Stage::Called | Stage::Another => self.ignore(),
            _ if byte == NAK || byte == CALL && self.calls_again(now) => self.send_again(now),
            _ => self.ignore(),
        }
        Ok(())
    }

    /// A call is an answer only where nothing was taken yet, and only once the block has had its time.
    fn calls_again(&self, now: Duration) -> bool {
        let first =
            matches!(self.stage, Stage::Header | Stage::Last) || self.stage == Stage::Data && self.acknowledged == 0;
        first && self.since.is_some_and(|since| now >= since + CALLS_AGAIN)
    }

    fn ignore(&mut self) {
        self.idle_talk += 1;
        if self.idle_talk > TALKATIVE {
            self.end = Some(TransferEnd::Failed(
                "the far end talks without a pause: it does not receive a file. Start its receiver.".into(),
            ));
        }
    }

    fn expect_call(&mut self, stage: Stage, now: Duration) {
        self.stage = stage;
        self.since = Some(now);
        self.idle_talk = 0;
    }

    /// YMODEM's block 0: the name, a zero, the length in decimal, zeros.
    fn header(&self) -> Vec<u8> {
        let mut header = self.name.clone().into_bytes();
        header.push(0);
        header.extend(self.total.to_string().into_bytes());
        header.resize(if header.len() < SHORT { SHORT } else { LONG }, 0);
        header
    }

    /// The next block of the file, or its end.
    fn send_data(&mut self, now: Duration) -> Result<(), FileError> {
        let left = self.total.saturating_sub(self.acknowledged);
        let size = if self.kind == Kind::Xmodem || left <= SHORT as u64 { SHORT } else { LONG };
        let mut data = Vec::with_capacity(size);
        let wanted = left.min(size as u64);
        let read = (&self.file).take(wanted).read_to_end(&mut data);
        let count = read.map_err(|source| FileError::Read { file: self.name.clone(), source })? as u64;
        if count < wanted {
            return Err(FileError::Shorter(self.name.clone()));
        }
        self.carried = count;
        if count == 0 {
            self.block = vec![EOT];
            self.sent(Stage::End, now);
            return Ok(());
        }
        data.resize(size, FILL);
        self.send_block(self.number, &data, Stage::Data, now);
        Ok(())
    }

    fn send_block(&mut self, number: u8, data: &[u8], stage: Stage, now: Duration) {
        let mut block = vec![if data.len() == LONG { STX } else { SOH }, number, !number];
        block.extend_from_slice(data);
        if self.checksum_only {
            block.push(data.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
        } else {
            block.extend(CHECK.checksum(data).to_be_bytes());
        }
        self.block = block;
        self.sent(stage, now);
    }

    fn sent(&mut self, stage: Stage, now: Duration) {
        self.out.extend_from_slice(&self.block);
        self.tries = 1;
        self.expect_call(stage, now);
    }

    fn send_again(&mut self, now: Duration) {
        if self.tries >= TRIES {
            let text = format!(
                "the far end did not take a block, {TRIES} times over. Check the line, and that it receives by the same protocol."
            );
            self.end = Some(TransferEnd::Failed(text));
            return;
        }
        self.tries += 1;
        self.out.extend_from_slice(&self.block);
        self.since = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    const SECOND: fn(u64) -> Duration = Duration::from_secs;

    fn sender(kind: Kind, content: &[u8]) -> Sender {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file.rewind().unwrap();
        Sender::new(file, kind, "a.bin", content.len() as u64)
    }

    fn answer(sender: &mut Sender, said: &[u8], now: Duration) -> Vec<u8> {
        sender.hear(said);
        sender.attend(now).unwrap();
        sender.take()
    }

    #[test]
    fn blocks_are_those_of_the_reference() {
        let mut xmodem = sender(Kind::Xmodem, b"123456789");
        assert_eq!(answer(&mut xmodem, b"boot\r\n", SECOND(0)), b"");
        let block = answer(&mut xmodem, b"C", SECOND(1));
        assert_eq!(block.len(), 3 + 128 + 2);
        assert_eq!(block[..12], [SOH, 1, 254, b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'8', b'9']);
        assert!(block[12..131].iter().all(|byte| *byte == FILL));
        assert_eq!(CHECK.checksum(b"123456789"), 0x31C3, "the catalogue's check value");
        assert_eq!(answer(&mut xmodem, &[ACK], SECOND(2)), [EOT]);
        assert_eq!(answer(&mut xmodem, &[NAK], SECOND(3)), [EOT], "many receivers ask twice");
        assert_eq!(answer(&mut xmodem, &[ACK], SECOND(4)), b"");
        assert_eq!((xmodem.end(), xmodem.acknowledged()), (Some(TransferEnd::Done), 9));
    }

    #[test]
    fn an_old_receiver_gets_a_sum_and_a_bad_block_again() {
        let mut xmodem = sender(Kind::Xmodem, &[1; 130]);
        let block = answer(&mut xmodem, &[NAK], SECOND(0));
        assert_eq!((block.len(), block[131]), (3 + 128 + 1, 128));
        assert_eq!(answer(&mut xmodem, &[NAK], SECOND(1)), block, "once more");
        assert_eq!(answer(&mut xmodem, b"C", SECOND(2)), b"", "a call that was under way");
        assert_eq!(answer(&mut xmodem, &[ACK], SECOND(3))[..3], [SOH, 2, 253]);
        for _ in 1..TRIES {
            assert!(!answer(&mut xmodem, &[NAK], SECOND(4)).is_empty());
        }
        answer(&mut xmodem, &[NAK], SECOND(4));
        assert!(matches!(xmodem.end(), Some(TransferEnd::Failed(text)) if text.contains("10 times")));
    }

    #[test]
    fn ymodem_tells_name_and_length_and_that_there_is_no_other_file() {
        let mut ymodem = sender(Kind::Ymodem, &[7; 1030]);
        let header = answer(&mut ymodem, b"C", SECOND(0));
        assert_eq!(header[..13], *b"\x01\x00\xFFa.bin\x001030");
        assert_eq!(answer(&mut ymodem, b"C", SECOND(4)), header, "it did not arrive");
        let block = answer(&mut ymodem, &[ACK, b'C'], SECOND(5));
        assert_eq!((block.len(), block[0], block[1]), (3 + 1024 + 2, STX, 1));
        let rest = answer(&mut ymodem, &[ACK], SECOND(6));
        assert_eq!((rest.len(), rest[0], rest[1]), (3 + 128 + 2, SOH, 2));
        assert_eq!(answer(&mut ymodem, &[ACK], SECOND(7)), [EOT]);
        let last = answer(&mut ymodem, &[ACK, b'C'], SECOND(8));
        assert_eq!((last[1], &last[3..131]), (0, &[0; 128][..]));
        assert_eq!((answer(&mut ymodem, &[ACK], SECOND(9)).len(), ymodem.end()), (0, Some(TransferEnd::Done)));
    }

    #[test]
    fn silence_a_cancel_and_endless_talk_end_it() {
        let mut nobody = sender(Kind::Xmodem, b"x");
        answer(&mut nobody, b"", SECOND(5));
        assert_eq!(nobody.next_deadline(), Some(SECOND(65)));
        answer(&mut nobody, b"", SECOND(65));
        assert!(matches!(nobody.end(), Some(TransferEnd::Failed(text)) if text.contains("not asked")));

        let mut cancelled = sender(Kind::Xmodem, b"x");
        answer(&mut cancelled, &[b'C', CAN, ACK], SECOND(0));
        assert_eq!(cancelled.end(), None, "a single one is noise");
        answer(&mut cancelled, &[CAN, CAN], SECOND(0));
        assert!(matches!(cancelled.end(), Some(TransferEnd::Failed(text)) if text.contains("gave up")));

        let mut chatty = sender(Kind::Xmodem, b"x");
        answer(&mut chatty, &vec![b'.'; TALKATIVE + 1], SECOND(0));
        assert!(matches!(chatty.end(), Some(TransferEnd::Failed(text)) if text.contains("without a pause")));
    }

    #[test]
    fn the_numbers_of_blocks_go_round_and_an_empty_file_is_its_end() {
        let mut long = sender(Kind::Xmodem, &vec![0; 128 * 257]);
        assert_eq!(answer(&mut long, b"C", SECOND(0))[1], 1);
        let numbers: Vec<u8> = (0..256).map(|_| answer(&mut long, &[ACK], SECOND(0))[1]).collect();
        assert_eq!((numbers[253], numbers[254], numbers[255]), (255, 0, 1));
        let mut empty = sender(Kind::Xmodem, b"");
        assert_eq!(answer(&mut empty, b"C", SECOND(0)), [EOT]);
    }
}
