//! Runs real Terraform and OpenTofu over scenario folders, against the sandbox.
//!
//! A scenario is a folder of numbered steps and one expected file. The runner
//! takes it through every engine found on this machine, each time in a fresh
//! directory and with a sandbox of its own, and compares what the engine
//! planned, what it stored and which API calls it cost with the expected file.
//! `README.md` documents the format of the steps.

pub mod paths;

pub mod engine;
pub mod features;
pub mod provider;
pub mod sandbox;
pub mod stand_in;
pub mod stranger;
pub mod workspace;

pub mod expected;
pub mod messages;
pub mod normalise;
pub mod plan;
pub mod record;
pub mod runner;
pub mod scenario;
pub mod state;

pub mod account;
pub mod checks;
pub mod examples;
pub mod faults;
