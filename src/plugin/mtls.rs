//! Mutual TLS between one host and one provider process (go-plugin's AutoMTLS).
//!
//! Both sides make a key pair for this one process. The host's certificate
//! comes through the environment, ours goes back in the handshake line, and
//! each side trusts exactly that certificate and nothing else.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature,
    verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ParsedCertificate};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use super::StartError;

/// The name that hosts verify our certificate for, whatever the address is.
const SERVER_NAME: &str = "localhost";

/// Our side of the pinned pair.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    certificate: CertificateDer<'static>,
}

impl Tls {
    /// Makes a new server key and certificate, and will accept only the client
    /// whose certificate is in `pem`.
    pub(super) fn pinned_to(pem: &str) -> Result<Self, StartError> {
        let client = client_certificate(pem)?;
        let server_error = |error: &dyn ToString| StartError::ServerCertificate(error.to_string());
        let (certificate, key) = server_certificate().map_err(|error| server_error(&error))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = PinnedClient::new(client, &provider);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| server_error(&error))?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(vec![certificate.clone()], key.into())
            .map_err(|error| server_error(&error))?;
        // gRPC hosts since Terraform 1.15 refuse a server that selects none.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // Each process has one client and one connection: nothing to resume.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }

    /// Our certificate, for the handshake line.
    pub(super) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// What turns a byte stream into a TLS stream.
    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

fn client_certificate(pem: &str) -> Result<CertificateDer<'static>, StartError> {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
        .map_err(|error| StartError::ClientCertificate(error.to_string()))?;
    // A pin that parses as nothing would refuse every client, later and
    // without an explanation.
    ParsedCertificate::try_from(&certificate)
        .map_err(|error| StartError::ClientCertificate(error.to_string()))?;
    Ok(certificate)
}

/// A certificate that Go accepts as its only root: self-signed, for server
/// authentication, with the name as a DNS alternative name (the common name
/// alone is refused).
fn server_certificate()
-> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, SERVER_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Backdated for clocks that differ, as in a container; the key itself
    // lives no longer than the process.
    params.not_before = OffsetDateTime::now_utc() - Duration::minutes(5);
    params.not_after = params.not_before + Duration::days(3650);
    let certificate = params.self_signed(&key)?;
    Ok((certificate.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der())))
}

/// Accepts the one client whose certificate the host put into our environment.
///
/// rustls' own verifier cannot be used: the host's certificate is its own
/// authority (CA:TRUE), which webpki refuses in a client. Comparing the bytes
/// is stricter than any chain.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PinnedClient {
    fn new(certificate: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        PinnedClient { certificate, algorithms: provider.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for PinnedClient {
    /// Empty: Go withholds its certificate when the hints do not name it.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    /// The certificate is public; only this proves that the client has its key.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    /// Hosts sign with P-521, which aws-lc-rs offers and ring does not.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbled_client_certificates_are_refused() {
        let not_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let cut_off = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for pem in ["", "garbage", not_der, cut_off, key] {
            let error = Tls::pinned_to(pem).err().expect("no certificate to pin").to_string();
            assert!(error.contains("PLUGIN_CLIENT_CERT"), "{error}");
        }
    }

    #[test]
    fn the_scheme_that_hosts_sign_with_is_offered() {
        let (certificate, _) = server_certificate().expect("a fresh key signs");
        let verifier = PinnedClient::new(certificate, &aws_lc_rs::default_provider());
        let schemes = verifier.supported_verify_schemes();
        assert!(schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
    }
}
