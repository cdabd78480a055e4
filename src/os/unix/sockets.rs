//! Sockets under a name of the file system.

use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// A listening socket that is found by a name in the file system.
#[derive(Debug)]
pub(crate) struct NamedSocket(UnixListener);

impl NamedSocket {
    /// Listens there; a socket of that name that nobody listens on any more is taken over.
    ///
    /// # Errors
    /// When the name is taken, or this system has no such sockets.
    pub(crate) fn listen(path: &Path) -> io::Result<Self> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                let is_socket = std::fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_socket());
                if !is_socket || UnixStream::connect(path).is_ok() {
                    return Err(error);
                }
                std::fs::remove_file(path)?;
                UnixListener::bind(path)
            }
            bound => bound,
        };
        listener.map(Self)
    }

    /// Waits for the next one who connects: two handles of one connection, for reading and for writing.
    ///
    /// # Errors
    /// When that one gave up before.
    pub(crate) fn accept(&self) -> io::Result<(UnixStream, UnixStream)> {
        let (stream, _) = self.0.accept()?;
        Ok((stream.try_clone()?, stream))
    }
}
