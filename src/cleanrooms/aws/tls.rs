//! Whom to trust: the system's authorities, a bundle of one's own, or anybody.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::sync::OnceCell;

use super::config::ProviderConfig;
use super::errors::AwsError;
use super::files;
use super::trust::{Certificates, Vouched};
use super::unreachable::Unreachable;
use super::variables::non_empty_variable;

/// The TLS configuration of all connections, made when the first one needs it:
/// reading the system's certificates takes milliseconds that an `http://`
/// address need not pay.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    trust: Arc<Trust>,
    client: Arc<OnceCell<Arc<ClientConfig>>>,
}

/// Whose certificates are accepted.
enum Trust {
    System,
    Bundle(Certificates),
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
    /// Reads `custom_ca_bundle`, or the file that `AWS_CA_BUNDLE` or else
    /// `ca_bundle` of the profile names; as with AWS's other tools, its
    /// certificates replace the system's.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds no certificate.
    pub(super) async fn new(
        config: &ProviderConfig,
        of_profile: Option<&str>,
    ) -> Result<Self, AwsError> {
        let bundle = config
            .custom_ca_bundle
            .clone()
            .map(|path| ("custom_ca_bundle", path))
            .or_else(|| Some(("AWS_CA_BUNDLE", non_empty_variable("AWS_CA_BUNDLE")?)))
            .or_else(|| Some(("ca_bundle", of_profile?.to_owned())));
        let trust = match bundle {
            _ if config.insecure => Trust::Anybody,
            Some((source, path)) => Trust::Bundle(read_bundle(source, &path).await?),
            None => Trust::System,
        };
        Ok(Self { trust: Arc::new(trust), client: Arc::default() })
    }

    /// The configuration of a TLS connection.
    ///
    /// # Errors
    ///
    /// When the system has no certificate authorities.
    pub(super) async fn client(&self) -> Result<Arc<ClientConfig>, Unreachable> {
        self.client.get_or_try_init(|| client_config(&self.trust)).await.cloned()
    }
}

async fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, Unreachable> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the aws-lc provider has cipher suites for TLS 1.2 and 1.3");
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::System => vouched(Certificates::of_system().await?, provider)?,
        Trust::Bundle(certificates) => vouched(certificates.clone(), provider)?,
        Trust::Anybody => Arc::new(AcceptAnybody(provider)),
    };
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    Ok(Arc::new(builder.with_no_client_auth()))
}

fn vouched(
    certificates: Certificates,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<Vouched>, Unreachable> {
    let verifier = Vouched::new(certificates, provider);
    verifier.map(Arc::new).map_err(|err| Unreachable::no_authorities(&err))
}

async fn read_bundle(source: &str, path: &str) -> Result<Certificates, AwsError> {
    let fail = |what: String| AwsError::configuration(format!("`{source}` names `{path}`, {what}"));
    let path_on_disk = files::expanded(path);
    let pem = files::read(&path_on_disk);
    let pem = pem.await.map_err(|err| fail(format!("which cannot be read: {err}")))?;
    let (certificates, broken) = Certificates::of_pem(&pem);
    match (certificates.is_empty(), broken) {
        (true, 0) => Err(fail("which holds no certificate".to_owned())),
        (true, _) => Err(fail("which holds no certificate that can be decoded".to_owned())),
        (false, 0) => Ok(certificates),
        (false, _) => {
            tracing::warn!(source, path, broken, "some certificates cannot be decoded");
            Ok(certificates)
        }
    }
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
