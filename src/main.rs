//! The provider binary.

use std::process::ExitCode;

use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::plugin::{self, Environment};
use cleanrooms_provider::server::Service;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    plugin::run(arguments, &Environment::from_process(), Service::<CleanRooms>::default)
}
