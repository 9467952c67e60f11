// The benchmark talks to a person on a terminal.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

//! What the provider costs: start, memory, and time of a plan.
//!
//! `cargo bench --bench provider` measures the release binary, first as a host
//! that speaks the protocol, then inside a real engine next to the same number
//! of built-in `terraform_data`. It prints the tables that stand in the README.
//! Nothing fails when a figure is bad: what a machine can do is not for a test
//! to say.

mod fixture;
mod memory;
mod plans;
mod processes;
mod spread;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::fs;
use std::path::Path;

use spread::Spread;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The provider in the profile that users install.
const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-cleanrooms");

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;

    println!("| process, release build | median | fastest | slowest | target |");
    println!("|---|---|---|---|---|");
    let starts = runtime.block_on(processes::starts())?;
    row("start to handshake line, mutual TLS", &starts.handshake, "3 ms");
    row("connection with mutual TLS", &starts.connection, "");
    row("first GetProviderSchema", &starts.schema, "2 ms");
    row("later GetProviderSchema", &starts.later_schema, "");

    println!("\n| memory and size | | target |");
    println!("|---|---|---|");
    println!("| resident after GetProviderSchema | {} | 12 MiB |", starts.memory);
    let applied = runtime.block_on(processes::apply(1000))?;
    println!("| resident after 1,000 collaborations applied | {} | 24 MiB |", applied.memory);
    println!("| schemas on the wire | {:.1} KiB | |", kibibytes(starts.schema_size));
    println!("| binary, stripped | {:.1} MB | |", size(Path::new(BINARY))?);
    println!(
        "\n1,000 collaborations, planned and applied by 10 callers: {:.2} s",
        applied.duration.as_secs_f64()
    );

    let refreshed = runtime.block_on(processes::refresh(300))?;
    println!(
        "300 collaborations refreshed by {} callers at AWS's rates: {} calls, {} of them throttled, {:.0} s",
        processes::CALLERS,
        refreshed.calls,
        refreshed.throttled,
        refreshed.duration.as_secs_f64()
    );

    plans::compare(&runtime.block_on(processes::plan_one(plans::NAME))?)
}

fn row(what: &str, spread: &Spread, target: &str) {
    println!("| {what} | {spread} | {target} |");
}

fn size(binary: &Path) -> Result<f64> {
    let bytes = u32::try_from(fs::metadata(binary)?.len())?;
    Ok(f64::from(bytes) / 1e6)
}

fn kibibytes(bytes: u32) -> f64 {
    f64::from(bytes) / 1024.0
}
