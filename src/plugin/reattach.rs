//! `-debug`: a provider that a person started, under a debugger perhaps, and
//! that hosts attach to through `TF_REATTACH_PROVIDERS`.

use serde_json::json;

use super::handshake::PROTOCOL_VERSION;
use super::listener::Address;

/// The provider's source as configurations name it. Without a host, so that
/// Terraform and OpenTofu each add their own registry's.
const SOURCE: &str = "cleanrooms/cleanrooms";

/// What to do to attach to the provider at `address`, for a person to read
/// and a shell to run. `Test` tells the host that the process is not its own:
/// it neither ends it nor waits for it.
pub(super) fn announcement(address: &Address, pid: u32) -> String {
    let providers = json!({
        SOURCE: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": pid,
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }
    });
    // A quote within the single quotes of a shell word.
    let providers = providers.to_string().replace('\'', r"'\''");
    format!(
        "The provider is running. To use it, set this in the environment of terraform or \
         tofu:\n\n\tTF_REATTACH_PROVIDERS='{providers}'\n\nCtrl-C ends it.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assignment_names_process_and_address() {
        let address = Address::Tcp(([127, 0, 0, 1], 10000).into());
        let text = announcement(&address, 42);
        let (_, rest) = text.split_once("TF_REATTACH_PROVIDERS='").expect("an assignment");
        let (providers, _) = rest.split_once('\'').expect("a closed quote");
        let providers: serde_json::Value = serde_json::from_str(providers).expect("JSON");
        assert_eq!(
            providers,
            json!({"cleanrooms/cleanrooms": {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": 42,
                "Test": true,
                "Addr": {"Network": "tcp", "String": "127.0.0.1:10000"},
            }})
        );
    }
}
