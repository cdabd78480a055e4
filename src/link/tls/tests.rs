use std::net::TcpListener;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// A certificate that `by` signed, and the key to it; of the year 2000, or of now.
fn signed(by: &Authority, old: bool) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec!["elsewhere.example".to_owned()]).expect("a name");
    if old {
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(2000, 12, 31);
    }
    let key = KeyPair::generate().expect("a key");
    (params.signed_by(&key, by).expect("a signature"), key)
}

/// A server with this certificate; with `client`, one that wants a visitor's certificate by that authority.
fn server((certificate, key): &(rcgen::Certificate, KeyPair), client: Option<&Authority>) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.expect("versions");
    let builder = match client {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).expect("an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).expect("a server"))
}

/// Whether a handshake as `secure` says comes to its end, on both sides.
fn agree(server: &Arc<ServerConfig>, secure: &Secure) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let config = Arc::clone(server);
    let accept = move || {
        let (mut stream, _) = listener.accept().expect("it came");
        let mut connection = ServerConnection::new(config).expect("a connection");
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return false;
            }
        }
        true
    };
    let there = std::thread::Builder::new().name("tls server".into()).spawn(accept).expect("a thread");
    let here = greet(TcpStream::connect(address).expect("it listens"), "localhost", secure).is_some();
    here & there.join().expect("it ends")
}

/// As PEM.
fn pem(kind: &str, der: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {kind}-----\n");
    for (number, three) in der.chunks(3).enumerate() {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { digit.into() });
        }
        if number % 16 == 15 {
            text.push('\n');
        }
    }
    format!("{text}\n-----END {kind}-----\n").into_bytes()
}

fn check(authorities: &[u8], dates: bool) -> Secure {
    Secure { check: Some(Check { authorities: authorities.to_vec(), dates }), ..Secure::default() }
}

#[test]
fn a_certificate_is_good_when_an_authority_signed_it_that_was_named() {
    let (ours, other) = (authority(), authority());
    let server = server(&signed(&ours, false), None);
    let [ours_pem, other_pem] = [&ours, &other].map(|authority| pem("CERTIFICATE", authority.der()));
    let cases: [(&str, &[u8], bool); 6] = [
        ("PEM", &ours_pem, true),
        ("DER", ours.der(), true),
        ("the second of two", &[other_pem.clone(), ours_pem.clone()].concat(), true),
        ("another", &other_pem, false),
        ("no certificate", b"hello", false),
        ("nobody", b"", false),
    ];
    for (what, authorities, good) in cases {
        assert_eq!(agree(&server, &check(authorities, true)), good, "{what}");
    }
    // Who is told to check nothing takes it, whoever signed it.
    assert!(agree(&server, &Secure::default()));
}

#[test]
fn dates_count_where_they_are_to_count() {
    let ours = authority();
    let old = server(&signed(&ours, true), None);
    assert!(agree(&old, &check(ours.der(), false)));
    assert!(!agree(&old, &check(ours.der(), true)));
}

#[test]
fn a_server_that_signed_its_own_certificate_is_known_by_it() {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    // As `openssl req -x509` makes it.
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let own = params.self_signed(&key).expect("a certificate");
    let der = own.der().to_vec();
    let server = server(&(own, key), None);
    assert!(agree(&server, &check(&der, false)));
    assert!(!agree(&server, &check(authority().der(), false)));
}

#[test]
fn the_module_shows_its_own_certificate_to_a_server_that_wants_one() {
    let ours = authority();
    let server = server(&signed(&ours, false), Some(&ours));
    let (mine, key) = signed(&ours, false);
    let with = |certificate: &[u8], key: &[u8]| Secure {
        offer: Tls::V12,
        check: None,
        own: Some((certificate.to_vec(), key.to_vec())),
    };
    let (mine_pem, key_pem) = (pem("CERTIFICATE", mine.der()), pem("PRIVATE KEY", &key.serialize_der()));
    assert!(agree(&server, &with(&mine_pem, &key_pem)));
    assert!(agree(&server, &with(mine.der(), &key.serialize_der())));
    assert!(!agree(&server, &with(mine.der(), b"no key")));
    assert!(!agree(&server, &Secure::default()));
}
