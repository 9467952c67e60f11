//! Certificates to trust, and what is done with a server's own.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use super::files;
use super::unreachable::Unreachable;
use super::variables::non_empty_variable;

/// Certificates as a bundle holds them.
#[derive(Clone, Debug, Default)]
pub(super) struct Certificates(Vec<CertificateDer<'static>>);

impl Certificates {
    /// Those of a PEM file, as OpenSSL's users expect them to be read: text
    /// around the certificates and a byte order mark are passed over, and so
    /// are certificates that cannot be decoded. Gives what was left out, too.
    pub(super) fn of_pem(pem: &[u8]) -> (Self, usize) {
        let text = String::from_utf8_lossy(pem);
        let (mut found, mut broken) = (Vec::new(), 0);
        for section in text.split("-----BEGIN ").skip(1) {
            match section.split_once("-----") {
                Some((label, rest)) if LABELS.contains(&label) => match certificate(rest) {
                    Some(certificate) => found.push(certificate),
                    None => broken += 1,
                },
                _ => {}
            }
        }
        (Self(found), broken)
    }

    /// Those of the system, or of the files that `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` name, as OpenSSL's clients know them.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub(super) async fn of_system() -> Result<Self, Unreachable> {
        let named = |name| non_empty_variable(name);
        let (found, tried) = match (named("SSL_CERT_FILE"), named("SSL_CERT_DIR")) {
            (None, None) => (system().await, "the system's were looked for".to_owned()),
            (file, folders) => {
                let mut tried = Vec::new();
                tried.extend(file.iter().map(|file| format!("SSL_CERT_FILE is `{file}`")));
                tried.extend(folders.iter().map(|folders| format!("SSL_CERT_DIR is `{folders}`")));
                (of_files(file, folders).await, tried.join(", "))
            }
        };
        if found.0.is_empty() { Err(Unreachable::no_authorities(&tried)) } else { Ok(found) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn contains(&self, certificate: &CertificateDer<'_>) -> bool {
        self.0.iter().any(|trusted| trusted.as_ref() == certificate.as_ref())
    }

    /// Those that can vouch for others.
    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.0.iter().cloned());
        roots
    }
}

/// What OpenSSL calls a certificate in a PEM file.
const LABELS: [&str; 3] = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/// The certificate after a begin line.
fn certificate(section: &str) -> Option<CertificateDer<'static>> {
    let (base64, _) = section.split_once("-----END ")?;
    let base64: String = base64.split_ascii_whitespace().collect();
    let mut der = BASE64.decode(base64).ok()?;
    // A trusted certificate has notes of OpenSSL behind it.
    der.truncate(der_length(&der)?);
    let certificate = CertificateDer::from(der);
    RootCertStore::empty().add(certificate.clone()).is_ok().then_some(certificate)
}

/// The length of the sequence with which the bytes begin.
fn der_length(der: &[u8]) -> Option<usize> {
    match der {
        [0x30, length @ ..=0x7f, ..] => Some(2 + usize::from(*length)),
        [0x30, 0x81, length, ..] => Some(3 + usize::from(*length)),
        [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

async fn system() -> Certificates {
    let loading = files::aside(|| Ok(rustls_native_certs::load_native_certs()));
    match loading.await {
        Ok(found) => {
            for err in &found.errors {
                tracing::debug!(%err, "cannot read a system certificate");
            }
            Certificates(found.certs)
        }
        Err(err) => {
            tracing::debug!(%err, "cannot read the system's certificates");
            Certificates::default()
        }
    }
}

async fn of_files(file: Option<String>, folders: Option<String>) -> Certificates {
    let mut paths: Vec<PathBuf> = file.into_iter().map(PathBuf::from).collect();
    for folder in std::env::split_paths(&folders.unwrap_or_default()) {
        let listing = files::aside(move || {
            let entries = std::fs::read_dir(folder)?.flatten();
            Ok(entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect::<Vec<_>>())
        });
        paths.extend(listing.await.unwrap_or_default());
    }
    let mut all = Certificates::default();
    for path in paths {
        match files::read(&path).await {
            Ok(pem) => all.0.extend(Certificates::of_pem(&pem).0.0),
            Err(err) => tracing::debug!(%err, path = %path.display(), "cannot read certificates"),
        }
    }
    all
}

/// Accepts what the certificates vouch for, and a server's own certificate if
/// it is among them.
///
/// webpki refuses the certificate of an authority as a server's. But those who
/// sign one for themselves often make such a one (`openssl req -x509` does), and
/// OpenSSL's and Go's clients accept it when they are told to trust just it.
#[derive(Debug)]
pub(super) struct Vouched {
    chains: Arc<WebPkiServerVerifier>,
    trusted: Certificates,
}

impl Vouched {
    /// # Errors
    ///
    /// When none of the certificates can vouch for others.
    pub(super) fn new(
        trusted: Certificates,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let roots = Arc::new(trusted.roots());
        let chains = WebPkiServerVerifier::builder_with_provider(roots, provider).build();
        Ok(Self { chains: chains.map_err(|err| err.to_string())?, trusted })
    }
}

impl ServerCertVerifier for Vouched {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.chains.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verdict {
            // The times of the certificate were checked before this was found.
            Err(err) if is_authority(&err) && self.trusted.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Whether a certificate was refused because it is an authority's.
fn is_authority(err: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) = err else {
        return false;
    };
    matches!(cause.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
    use rustls::crypto::aws_lc_rs;

    /// What `openssl req -x509 -addext subjectAltName=DNS:aws.test` makes,
    /// valid until the end of a year.
    fn self_signed_authority(until: i32) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(["aws.test".to_owned()]).expect("a plain name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(until, 12, 31);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").der().clone()
    }

    fn pem(certificate: &CertificateDer<'_>) -> String {
        let text = BASE64.encode(certificate);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let lines = lines.join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    }

    fn accepts(
        trusted: &[&CertificateDer<'static>],
        shown: &CertificateDer<'_>,
        name: &str,
    ) -> bool {
        let trusted = Certificates(trusted.iter().map(|&trusted| trusted.clone()).collect());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Vouched::new(trusted, provider).expect("there is an authority");
        let name = ServerName::try_from(name.to_owned()).expect("a plain name");
        verifier.verify_server_cert(shown, &[], &name, &[], UnixTime::now()).is_ok()
    }

    #[test]
    fn an_authority_may_be_the_server_if_it_is_itself_trusted() {
        let (own, other) = (self_signed_authority(2999), self_signed_authority(2999));
        assert!(accepts(&[&own], &own, "aws.test"));
        assert!(accepts(&[&other, &own], &own, "aws.test"));
        assert!(!accepts(&[&own], &own, "other.test"), "another name");
        assert!(!accepts(&[&other], &own, "aws.test"), "nobody vouches for it");
        let expired = self_signed_authority(2001);
        assert!(!accepts(&[&expired], &expired, "aws.test"), "its time is over");
    }

    #[test]
    fn a_bundle_is_read_as_other_clients_read_it() {
        let (a, b) = (pem(&self_signed_authority(2999)), pem(&self_signed_authority(2999)));
        let cut = &a[..a.len() / 2];
        let not_der = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        let not_base64 = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
        let table = [
            (format!("{a}{b}"), 2, 0),
            (format!("\u{feff}{a}{b}"), 2, 0),
            (format!("# a name\n{a}\nsubject=...\n{b}"), 2, 0),
            (format!("{a}{b}").replace('\n', "\r\n"), 2, 0),
            (format!("{a}{not_der}{b}"), 2, 1),
            (format!("{not_base64}{a}{b}"), 2, 1),
            (format!("{cut}\n{b}"), 1, 1),
            (format!("{a}{cut}"), 1, 1),
            (a.replace("CERTIFICATE", "X509 CERTIFICATE"), 1, 0),
            (a.replace("CERTIFICATE", "PRIVATE KEY"), 0, 0),
            ("nothing".to_owned(), 0, 0),
            (String::new(), 0, 0),
        ];
        for (text, good, bad) in table {
            let (found, broken) = Certificates::of_pem(text.as_bytes());
            assert_eq!((found.0.len(), broken), (good, bad), "{text}");
        }
        let certificate = self_signed_authority(2999);
        let with_notes = CertificateDer::from([certificate.as_ref(), &[0x30, 0]].concat());
        let text = pem(&with_notes).replace("CERTIFICATE", "TRUSTED CERTIFICATE");
        assert_eq!(Certificates::of_pem(text.as_bytes()).0.0, [certificate]);
    }
}
