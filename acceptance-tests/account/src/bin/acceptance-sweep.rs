//! `cargo acceptance-sweep`: takes away what runs in a real account have left.

use std::process::ExitCode;

fn main() -> ExitCode {
    cleanrooms_account::sweep::main(std::env::args().skip(1))
}
