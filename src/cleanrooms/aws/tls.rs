//! Whom to trust: the system's authorities, a bundle of one's own, or anybody.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::config::ProviderConfig;
use super::errors::AwsError;

/// The TLS configuration of all connections, made when the first one needs it:
/// reading the system's certificates takes milliseconds that an `http://`
/// address need not pay.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    trust: Arc<Trust>,
    client: Arc<OnceLock<Arc<ClientConfig>>>,
}

/// Whose certificates are accepted.
enum Trust {
    System,
    Bundle(RootCertStore),
    Anybody,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Bundle(_) => "Bundle",
            Self::Anybody => "Anybody",
        })
    }
}

impl Tls {
    /// Reads `custom_ca_bundle`, or the file that `AWS_CA_BUNDLE` names; as
    /// with AWS's other tools, its certificates replace the system's.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds no certificate.
    pub(super) fn new(config: &ProviderConfig) -> Result<Self, AwsError> {
        let trust = if config.insecure {
            Trust::Anybody
        } else if let Some(path) = &config.custom_ca_bundle {
            Trust::Bundle(read_bundle("custom_ca_bundle", path)?)
        } else if let Some(path) = non_empty_variable("AWS_CA_BUNDLE") {
            Trust::Bundle(read_bundle("AWS_CA_BUNDLE", &path)?)
        } else {
            Trust::System
        };
        Ok(Self { trust: Arc::new(trust), client: Arc::default() })
    }

    /// The configuration of a TLS connection.
    pub(super) fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(self.client.get_or_init(|| Arc::new(client_config(&self.trust))))
    }
}

fn client_config(trust: &Trust) -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the aws-lc provider has cipher suites for TLS 1.2 and 1.3");
    match trust {
        Trust::System => builder.with_root_certificates(system_roots()).with_no_client_auth(),
        Trust::Bundle(roots) => builder.with_root_certificates(roots.clone()).with_no_client_auth(),
        Trust::Anybody => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AcceptAnybody(provider)))
            .with_no_client_auth(),
    }
}

/// The system's certificate authorities, honouring `SSL_CERT_FILE` and
/// `SSL_CERT_DIR`. Those that do not parse are left out, as every client does.
fn system_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for err in &found.errors {
        tracing::debug!(%err, "cannot read a system certificate");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    roots
}

fn read_bundle(source: &str, path: &str) -> Result<RootCertStore, AwsError> {
    let fail = |what: String| AwsError::configuration(format!("`{source}` names `{path}`, {what}"));
    let pem = std::fs::read(path).map_err(|err| fail(format!("which cannot be read: {err}")))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate =
            certificate.map_err(|err| fail(format!("which is no PEM file: {err}")))?;
        roots.add(certificate).map_err(|err| fail(format!("with a broken certificate: {err}")))?;
    }
    if roots.is_empty() {
        return Err(fail("which holds no certificate".to_owned()));
    }
    Ok(roots)
}

/// The value of an environment variable that is set and not empty.
pub(super) fn non_empty_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Accepts any certificate, as `insecure = true` asks for. Signatures of the
/// handshake are still checked, so that broken peers are noticed.
#[derive(Debug)]
struct AcceptAnybody(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
