//! go-plugin's handshake: the cookie, the protocol version and the one line
//! on stdout that tells the host where to connect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use super::StartError;
use super::listener::Address;

/// The only major version of the plugin protocol that this provider speaks.
pub(super) const PROTOCOL_VERSION: u32 = 6;

/// The version of go-plugin's own handshake; there has never been another.
const HANDSHAKE_VERSION: u32 = 1;

/// What Terraform and OpenTofu put into `TF_PLUGIN_MAGIC_COOKIE`. Not a
/// secret: it only tells a host from a person.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Refuses to go on when no host started the process.
pub(super) fn check_cookie(cookie: Option<&str>) -> Result<(), StartError> {
    match cookie {
        Some(MAGIC_COOKIE) => Ok(()),
        _ => Err(StartError::RunByHand),
    }
}

/// Refuses hosts that do not speak our version. Entries that are no number
/// are passed over, as go-plugin does; a host that says nothing is believed.
pub(super) fn check_versions(offered: Option<&str>) -> Result<(), StartError> {
    let Some(offered) = offered else {
        return Ok(());
    };
    let speaks_ours = offered
        .split(',')
        .filter_map(|version| version.trim().parse::<u32>().ok())
        .any(|version| version == PROTOCOL_VERSION);
    if speaks_ours { Ok(()) } else { Err(StartError::ProtocolVersions(offered.to_owned())) }
}

/// The handshake line: six fields, the last one empty without TLS.
///
/// The certificate is the standard base64 alphabet without padding; hosts
/// refuse a padded one.
pub(super) fn line(address: &Address, certificate: Option<&CertificateDer<'_>>) -> String {
    let network = address.network();
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    format!("{HANDSHAKE_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_in_any_order_and_with_noise() {
        for offered in ["6", "5,6", "6,5", " 6 , x", "7,6,"] {
            assert!(check_versions(Some(offered)).is_ok(), "{offered}");
        }
        assert!(check_versions(None).is_ok());
    }

    #[test]
    fn a_host_without_version_six_is_refused_with_what_it_offered() {
        for offered in ["5", "4,5", "66", "six"] {
            let error = check_versions(Some(offered)).expect_err(offered).to_string();
            assert!(error.contains(&format!("`{offered}`")), "{error}");
        }
    }

    #[test]
    fn the_line_has_six_fields_and_no_padding() {
        let address = Address::Tcp(([127, 0, 0, 1], 10000).into());
        let certificate = CertificateDer::from(vec![0xff]);
        assert_eq!(line(&address, Some(&certificate)), "1|6|tcp|127.0.0.1:10000|grpc|/w\n");
        assert_eq!(line(&address, None), "1|6|tcp|127.0.0.1:10000|grpc|\n");
    }
}
