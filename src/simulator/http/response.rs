//! What a web server answers, as it comes in: status, header, body by length, in chunks or to the end of the connection.

/// Largest body to send or keep (manual: `HTTPDATA` up to 319488).
pub(super) const BODY: usize = 319_488;

/// An answer under way.
#[derive(Debug)]
pub(super) struct Response {
    raw: Vec<u8>,
    /// Where the body begins.
    body_at: Option<usize>,
    /// It has no body whatever its header says.
    head_only: bool,
}

/// How the body ends.
enum Ending {
    Length(usize),
    Chunks,
    Connection,
}

/// Longest header.
const HEADER: usize = 16 * 1024;

impl Response {
    /// Nothing came yet.
    pub(super) fn new(head_only: bool) -> Self {
        Self { raw: Vec::new(), body_at: None, head_only }
    }

    /// More came.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.raw.extend(bytes);
        while self.body_at.is_none() {
            let Some(end) = memchr::memmem::find(&self.raw, b"\r\n\r\n").map(|at| at + 4) else { return };
            // An interim answer (100 Continue) precedes the real one.
            if matches!(status(&self.raw), 100..=199) {
                self.raw.drain(..end);
            } else {
                self.body_at = Some(end);
            }
        }
    }

    pub(super) fn too_large(&self) -> bool {
        match self.body_at {
            None => self.raw.len() > HEADER,
            Some(at) => self.raw.len() - at > 2 * BODY || self.body().is_some_and(|body| body.len() > BODY),
        }
    }

    fn ending(&self) -> Ending {
        let header = self.header();
        if self.head_only || matches!(status(header), 204 | 304) {
            Ending::Length(0)
        } else if field(header, "transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
        {
            Ending::Chunks
        } else if let Some(length) = field(header, "content-length").and_then(|value| value.parse().ok()) {
            Ending::Length(length)
        } else {
            Ending::Connection
        }
    }

    fn header(&self) -> &[u8] {
        self.raw.get(..self.body_at.unwrap_or(0)).unwrap_or_default()
    }

    /// The body, when all of it is here (for a body that the end of the connection ends: so far).
    fn body(&self) -> Option<Vec<u8>> {
        let body = self.raw.get(self.body_at?..)?;
        match self.ending() {
            Ending::Length(length) => body.get(..length).map(<[u8]>::to_vec),
            Ending::Chunks => chunks(body),
            Ending::Connection => Some(body.to_vec()),
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.body_at.is_some() && !matches!(self.ending(), Ending::Connection) && self.body().is_some()
    }

    /// The end of the connection is the end of the body.
    pub(super) fn ends_with_connection(&self) -> bool {
        self.body_at.is_some() && matches!(self.ending(), Ending::Connection)
    }

    /// Status, header, body.
    pub(super) fn into_parts(self) -> (u16, Vec<u8>, Vec<u8>) {
        (status(&self.raw), self.header().to_vec(), self.body().unwrap_or_default())
    }
}

/// The number in `HTTP/1.1 200 OK`; 600 (not an HTTP PDU) when there is none.
fn status(raw: &[u8]) -> u16 {
    let line = raw.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    let mut words = text.split(' ');
    let http = words.next().is_some_and(|word| word.starts_with("HTTP/"));
    words.next().filter(|_| http).and_then(|word| word.parse().ok()).unwrap_or(600)
}

/// A header field's value.
pub(super) fn field(header: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(header);

    text.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// The body of a chunked answer when its last chunk is here.
fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = memchr::memmem::find(rest, b"\r\n")?;
        let size = String::from_utf8_lossy(rest.get(..end)?).into_owned();
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size.checked_add(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(raw: &[u8], split: usize) -> Option<(u16, Vec<u8>)> {
        let mut response = Response::new(false);
        let (left, right) = raw.split_at(split.min(raw.len()));
        response.feed(left);
        response.feed(right);
        (response.is_complete() || response.ends_with_connection()).then(|| {
            let (status, _, body) = response.into_parts();
            (status, body)
        })
    }

    #[test]
    fn reads_all_three_kinds_of_body() {
        let check = |raw: &str, expect: Option<(u16, &str)>| {
            for split in 0..raw.len() {
                let expect = expect.map(|(status, body)| (status, body.as_bytes().to_vec()));
                assert_eq!(parts(raw.as_bytes(), split), expect, "{raw:?} at {split}");
            }
        };
        check("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Some((200, "hi")));
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", None);
        check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", Some((200, "hi")));
        check("HTTP/1.0 404 No\r\n\r\ngone", Some((404, "gone")));
        check("HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 204 X\r\n\r\n", Some((204, "")));
        check("nonsense\r\n\r\n", Some((600, "")));
    }

    proptest! {
        #[test]
        fn any_answer_is_read_without_panic(raw in proptest::collection::vec(any::<u8>(), 0..200), chunked in any::<bool>()) {
            let mut response = Response::new(false);
            if chunked {
                response.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            }
            response.feed(&raw);
            response.too_large();
            response.is_complete();
            response.into_parts();
        }
    }
}
