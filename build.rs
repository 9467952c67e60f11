//! Compiles `proto/` into the protocol's types, servers and clients.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    // protox parses in Rust: nobody who builds the provider needs protoc.
    let files = protox::compile(["tfplugin6.proto", "goplugin.proto"], ["proto"])?;
    tonic_prost_build::configure()
        // Connections are made by hand (a private socket, pinned certificates).
        .build_transport(false)
        // Ordered maps make replies the same bytes in every process.
        .btree_map(".")
        .compile_fds(files)?;
    Ok(())
}
