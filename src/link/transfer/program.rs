//! lrzsz as the one who speaks XMODEM or YMODEM: its line is our socket, its words on standard error tell how it gets on.

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use super::{Protocol, TransferEnd};
use crate::link::Interests;

/// Bytes carried at once: a block of YMODEM and a bit.
const CHUNK: usize = 2048;
/// A receiver answers a block with a few bytes. One that says this much between two of them is none.
const TALKATIVE: usize = 64 * 1024;
/// A block of XMODEM.
const SECTOR: u64 = 128;

/// `sx` or `sb` at work. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Program {
    name: &'static str,
    child: Child,
    line: UnixStream,
    stderr: Option<ChildStderr>,
    /// What the far end said and the program has not taken.
    heard: Vec<u8>,
    words: Words,
    hung_up: bool,
    end: Option<TransferEnd>,
}

impl Program {
    pub(super) fn start(path: &Path, protocol: Protocol) -> Result<Self, String> {
        // Debian and Fedora call them sx and sb, Homebrew and Gentoo lsx and lsb.
        let (names, options): ([&'static str; 2], &[&str]) = match protocol {
            Protocol::Xmodem | Protocol::Raw => (["sx", "lsx"], &["-vv"]),
            Protocol::Xmodem1k => (["sx", "lsx"], &["-vv", "-k"]),
            Protocol::Ymodem => (["sb", "lsb"], &["-vv", "-k"]),
        };
        for name in names {
            match spawn(name, options, path) {
                Ok((child, line, stderr)) => {
                    let words = Words::default();
                    let heard = Vec::new();
                    let stderr = Some(stderr);
                    return Ok(Self { name, child, line, stderr, heard, words, hung_up: false, end: None });
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(format!("{name} cannot be started: {error}. Send the file raw, or try again."));
                }
            }
        }
        Err(format!(
            "{} needs the program {}, which is not installed: `sudo apt install lrzsz` (the package is called lrzsz \
             elsewhere too), then try again, or send the file raw.",
            protocol.name(),
            names[0],
        ))
    }

    pub(super) fn interests<'fd>(&'fd self, room: bool, interests: &mut Interests<'fd>) {
        if !self.hung_up {
            if room || !self.heard.is_empty() {
                interests.add(&self.line, room, !self.heard.is_empty());
            }
            if let Some(stderr) = &self.stderr {
                interests.add(stderr, true, false);
            }
        }
    }

    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
        self.hand_over();
        if self.heard.len() > TALKATIVE {
            self.heard.clear();
            let _ = self.child.kill();
            self.end.get_or_insert_with(|| {
                TransferEnd::Failed(
                    "the far end talks without a pause: it does not receive a file. Start its receiver.".into(),
                )
            });
        }
    }

    fn hand_over(&mut self) {
        while !self.heard.is_empty() {
            match self.line.write(&self.heard) {
                Ok(count @ 1..) => drop(self.heard.drain(..count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // It has ended; its last words say why.
                Ok(_) | Err(_) => self.heard.clear(),
            }
        }
    }

    pub(super) fn attend(&mut self) {
        self.hand_over();
        self.listen();
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; CHUNK];
        match self.line.read(&mut bytes) {
            Ok(0) => self.hung_up = true,
            Ok(count) => {
                bytes.truncate(count);
                return bytes;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.hung_up = true,
        }
        Vec::new()
    }

    fn listen(&mut self) {
        let mut text = [0; CHUNK];
        while let Some(stderr) = &mut self.stderr {
            match stderr.read(&mut text) {
                Ok(count @ 1..) => self.words.hear(text.get(..count).unwrap_or_default()),
                Ok(0) => self.stderr = None,
                Err(_) => return,
            }
        }
    }

    pub(super) fn end(&mut self) -> Option<TransferEnd> {
        if self.end.is_none() && self.hung_up {
            let status = self.child.try_wait().ok()??;
            self.listen();
            self.end = Some(if status.success() {
                TransferEnd::Done
            } else {
                TransferEnd::Failed(format!("{} gave up: {}", self.name, self.words.reason()))
            });
        }
        self.end.clone()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    pub(super) fn ending(&self) -> bool {
        self.hung_up && self.end.is_none()
    }

    pub(super) fn acknowledged(&self) -> u64 {
        if self.end == Some(TransferEnd::Done) { u64::MAX } else { self.words.sectors * SECTOR }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(name: &str, options: &[&str], path: &Path) -> std::io::Result<(Child, UnixStream, ChildStderr)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let input = OwnedFd::from(theirs.try_clone()?);
    let mut child = Command::new(name)
        .args(options)
        .arg(path)
        .env("LC_ALL", "C")
        .stdin(input)
        .stdout(OwnedFd::from(theirs))
        .stderr(Stdio::piped())
        .spawn()?;
    let Some(stderr) = child.stderr.take() else {
        return Err(std::io::Error::other("it has no standard error"));
    };
    rustix::io::ioctl_fionbio(&stderr, true)?;
    Ok((child, ours, stderr))
}

/// What lrzsz says: how far it is, and why it gave up.
#[derive(Debug, Default)]
struct Words {
    line: Vec<u8>,
    sectors: u64,
    last: String,
}

impl Words {
    fn hear(&mut self, text: &[u8]) {
        for &byte in text {
            if matches!(byte, b'\r' | b'\n') {
                let line = std::mem::take(&mut self.line);
                self.see(String::from_utf8_lossy(&line).trim());
            } else if self.line.len() < 200 {
                self.line.push(byte);
                // Progress lines end when the next one begins; a finished count ends with the size in k.
                if byte == b'k' {
                    let line = self.line.clone();
                    self.count(&String::from_utf8_lossy(&line));
                }
            }
        }
    }

    fn see(&mut self, line: &str) {
        let known = ["Sending", "Bytes Sent", "Transfer incomplete", "Transfer complete"];
        if line.is_empty() || self.count(line) || known.iter().any(|known| line.starts_with(known)) {
            return;
        }
        line.clone_into(&mut self.last);
    }

    /// Reads `Xmodem sectors/kbytes sent:  12/ 1k`. YMODEM counts the block with the file's name too.
    fn count(&mut self, line: &str) -> bool {
        let Some((front, counts)) = line.split_once(" sectors/kbytes sent:") else { return false };
        let sectors = counts.split('/').next().and_then(|count| count.trim().parse::<u64>().ok());
        if let Some(sectors) = sectors {
            let named = u64::from(front.ends_with("Ymodem"));
            // After the last block YMODEM begins anew with an empty name.
            self.sectors = self.sectors.max(sectors.saturating_sub(named));
        }
        true
    }

    fn reason(&self) -> String {
        if self.last.is_empty() {
            return "the far end did not take the file. Start its receiver, then try again.".into();
        }
        format!(
            "{}. Check that the far end receives by the same protocol, then try again.",
            self.last.trim_end_matches('.')
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lrzszs_words_are_understood_in_any_pieces() {
        let check = |text: &str, sectors: u64, last: &str| {
            for size in [1, 7, text.len()] {
                let mut words = Words::default();
                for part in text.as_bytes().chunks(size) {
                    words.hear(part);
                }
                assert_eq!((words.sectors, words.last.as_str()), (sectors, last), "{text}");
            }
        };
        check(
            "Sending f, 39 blocks: Give your local XMODEM receive command now.\r\n\rXmodem sectors/kbytes sent:   0/ 0k",
            0,
            "",
        );
        check("\rXmodem sectors/kbytes sent:  24/ 3k\rXmodem sectors/kbytes sent:  32/ 4k", 32, "");
        check(
            "\rYmodem sectors/kbytes sent:   1/ 0k\rYmodem sectors/kbytes sent:  33/ 4k\rBytes Sent:   5120   BPS:2553\nSending: \n\rYmodem sectors/kbytes sent:   0/ 0k\r\nTransfer complete\n",
            32,
            "",
        );
        check(
            "\rXmodem sectors/kbytes sent:   0/ 0kRetry 0: Timeout on sector ACK\nRetry 0: Retry Count Exceeded\n\r\nTransfer incomplete\n",
            0,
            "Retry 0: Retry Count Exceeded",
        );
    }
}
