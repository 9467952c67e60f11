//! `cargo xtask release`: from a clone to the files that a registry, a mirror or a person installs.
//!
//! One command checks what goes in ([`policy`]), compiles it so that two clones give the same bytes
//! ([`compile`]), says what is inside ([`sbom`], [`licences`]), packs it ([`archive`]) and seals it with
//! sums, a manifest and a signature ([`bundle`]). The tests of installation pack with the same functions.

pub mod platform;

pub mod archive;
pub mod bundle;
pub mod hashes;

pub mod compile;
pub mod executable;
pub mod licences;
pub mod linked;
pub mod policy;
pub mod sbom;
pub mod spdx;

/// The version of everything in this repository.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
