//! The sandbox as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    cleanrooms_sandbox::program::main(std::env::args_os())
}
