//! TLS: what the simulated modem offers a server, and what the test server is. The only file that knows rustls.
//!
//! The modem takes any certificate, or one that an authority signed that it was told of ([`Secure`]). What it offers is TLS 1.2, or
//! 1.3 too: no kept library speaks the TLS 1.0 of its oldest firmware, so `tls = "none"` stands for that (a server of today refuses it).

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, ServerConfig,
    ServerConnection, SignatureScheme, StreamOwned, SupportedProtocolVersion, version,
};

use crate::simulator::{Check, Secure, Tls};

/// How long a handshake may stand still.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where dates do not matter: how many are tried, as each certificate of a chain has its own.
const DATES: usize = 6;

/// A connection of the modem with TLS.
pub(super) type Secured = StreamOwned<ClientConnection, TcpStream>;
/// A connection of the test server with TLS.
pub(super) type Guarded = StreamOwned<ServerConnection, TcpStream>;

/// Looks at a server's certificate as the module was told to. That the far end has the key to it is checked in any case.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Without it any certificate will do.
    check: Option<Check>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(check) = &self.check else { return Ok(ServerCertVerified::assertion()) };
        let authorities = certificates(&check.authorities);
        // A server that signed its certificate itself is its own authority.
        if authorities.contains(certificate) && !check.dates {
            return Ok(ServerCertVerified::assertion());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities);
        let parsed = ParsedCertificate::try_from(certificate)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let mut date = now;
        for _ in 0..DATES {
            let checked = verify_server_cert_signed_by_trust_anchor(&parsed, &roots, chain, date, algorithms);
            date =
                match checked {
                    Ok(()) => return Ok(ServerCertVerified::assertion()),
                    Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }))
                        if !check.dates =>
                    {
                        not_after
                    }
                    Err(rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext {
                        not_before, ..
                    })) if !check.dates => not_before,
                    Err(error) => return Err(error),
                };
        }
        Err(CertificateError::Expired.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The certificates in a file: those of a PEM, or one as DER.
fn certificates(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let list: Vec<_> = CertificateDer::pem_slice_iter(bytes).filter_map(Result::ok).collect();
    if list.is_empty() && !bytes.is_empty() { vec![CertificateDer::from(bytes.to_vec())] } else { list }
}

fn key(bytes: &[u8]) -> Option<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(bytes).ok().or_else(|| PrivateKeyDer::try_from(bytes.to_vec()).ok())
}

/// What the modem brings to a handshake; `None` where it has nothing that can be used.
fn client(secure: &Secure) -> Option<ClientConfig> {
    let versions: &[&SupportedProtocolVersion] = match secure.offer {
        Tls::None => return None,
        Tls::V12 => &[&version::TLS12],
        Tls::V13 => &[&version::TLS12, &version::TLS13],
    };
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier { provider: Arc::clone(&provider), check: secure.check.clone() };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    match &secure.own {
        None => Some(builder.with_no_client_auth()),
        Some((chain, own)) => builder.with_client_auth_cert(certificates(chain), key(own)?).ok(),
    }
}

/// Makes a connection one with TLS; blocks until the handshake is done. `None` when the two find nothing in common, or the
/// server's certificate is not good.
pub(super) fn greet(mut stream: TcpStream, host: &str, secure: &Secure) -> Option<Secured> {
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut connection = ClientConnection::new(Arc::new(client(secure)?), name).ok()?;
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    while connection.is_handshaking() {
        let (read, written) = connection.complete_io(&mut stream).ok()?;
        if read + written == 0 && connection.is_handshaking() {
            return None;
        }
    }
    stream.set_nonblocking(true).ok()?;
    Some(StreamOwned::new(connection, stream))
}

/// Sends what TLS still owes the far end, as far as the system takes it now; then says good-bye if it is the end.
pub(super) fn settle(stream: &mut Secured, end: bool) {
    if end {
        stream.conn.send_close_notify();
    }
    // What the system does not take now goes with the next write; a broken connection is seen at the next read.
    let _ = stream.flush();
}

/// Who the test server is: a key and a certificate of its own, made anew each time.
#[derive(Clone, Debug)]
pub(crate) struct Identity(Arc<ServerConfig>);

impl Identity {
    /// A certificate for `localhost` and 127.0.0.1 that nobody signed but itself.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn new() -> io::Result<Self> {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(io::Error::other)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key))
            .map_err(io::Error::other)?;
        Ok(Self(Arc::new(config)))
    }

    /// A connection that came in; its handshake happens with the first reads.
    ///
    /// # Errors
    /// When no memory is left for it.
    pub(super) fn guard(&self, stream: TcpStream) -> io::Result<Guarded> {
        let connection = ServerConnection::new(Arc::clone(&self.0)).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

/// A visitor's connection, plain or with TLS.
#[derive(Debug)]
pub(super) enum Wire {
    Plain(TcpStream),
    Guarded(Box<Guarded>),
}

impl Wire {
    /// The socket below.
    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Guarded(guarded) => &guarded.sock,
        }
    }

    /// TLS itself has something to send.
    pub(super) fn owes(&self) -> bool {
        matches!(self, Self::Guarded(guarded) if guarded.conn.wants_write())
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Guarded(guarded) => guarded.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Guarded(guarded) => guarded.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Guarded(guarded) => guarded.flush(),
        }
    }
}

#[cfg(test)]
mod tests;
