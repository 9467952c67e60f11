//! The engine in small over the real resources and the sandbox, all in this process.
//!
//! - `scenarios::…`: the scenario folders, against the same expected files that
//!   real engines are held to. That is what lets the engine in small be believed.
//! - `faults::…`: each fault of the sandbox at each call of each change; `network::…`: what
//!   a hostile network makes of the reply.
//! - `looks::…`: the same faults at each call of each data source.
//! - `claims::…`: what needs a lie of the service, or its clock.
//! - `random::…`: sequences of changes, faults and acts of others.
//! - Each call is made with the permissions that the page of its resource lists
//!   (`permissions`); when everything was played, each of them was used.
//! - `frozen::…`: schemas and states of releases, which every later build must hold to.
//! - `fuzz::…`: bytes, states, ids and replies that nobody meant.
//! - `ways::…`: whether the scenarios change whatever can be changed.

mod claims;
mod faults;
mod frozen;
mod fuzz;
mod hcl;
mod looks;
mod permissions;
mod random;
mod scenarios;
mod stage;
mod state_file;
mod trial;
mod ways;
mod world;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_whole = arguments.filter.is_none();
    match trials() {
        Ok(trials) => {
            let conclusion = libtest_mimic::run(&arguments, trials);
            faults::print();
            match random::judge() && (!is_whole || permissions::judge()) {
                true => conclusion.exit_code(),
                false => ExitCode::FAILURE,
            }
        }
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> anyhow::Result<Vec<Trial>> {
    let mut trials = scenarios::trials()?;
    trials.extend(faults::trials()?);
    trials.extend(claims::trials());
    trials.extend(looks::trials());
    trials.extend(random::trials());
    trials.extend(ways::trials());
    trials.extend(frozen::trials()?);
    trials.extend(fuzz::trials()?);
    Ok(trials)
}
