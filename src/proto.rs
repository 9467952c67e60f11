//! The wire messages and gRPC services, generated from `proto/` by the build.
//!
//! [`tfplugin6`] is what Terraform and OpenTofu ask of a provider, [`plugin`]
//! what go-plugin, the library they run plugins with, asks of any plugin.

/// Terraform plugin protocol 6: messages, server trait and client.
#[allow(missing_docs, reason = "generated; the documentation stands in proto/tfplugin6.proto")]
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// go-plugin's own services: messages, server traits and clients.
#[allow(missing_docs, reason = "generated; the documentation stands in proto/goplugin.proto")]
pub mod plugin {
    tonic::include_proto!("plugin");
}
