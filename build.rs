//! Compiles `proto/` into the protocol's types, servers and clients.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    // A call that the server does not write out answers UNIMPLEMENTED, which
    // is what hosts expect of a provider that does not offer it.
    compile("tfplugin6.proto", true)?;
    compile("goplugin.proto", false)
}

fn compile(file: &str, default_stubs: bool) -> Result<(), Box<dyn Error>> {
    // protox parses in Rust: nobody who builds the provider needs protoc.
    let files = protox::compile([file], ["proto"])?;
    tonic_prost_build::configure()
        // Connections are made by hand (a private socket, pinned certificates).
        .build_transport(false)
        // Ordered maps make replies the same bytes in every process.
        .btree_map(".")
        .generate_default_stubs(default_stubs)
        .compile_fds(files)?;
    Ok(())
}
