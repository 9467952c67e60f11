//! Memory of a running process.

use std::{fmt, fs};

use super::Result;

/// What the kernel counts as resident.
#[derive(Debug)]
pub struct Memory {
    /// All of it, in KiB.
    resident: u32,
    /// What is not backed by a file, in KiB: the heap and the stacks.
    anonymous: u32,
}

impl Memory {
    /// The memory of a process at this moment, as `/proc` tells it.
    pub fn of(process: u32) -> Result<Self> {
        let path = format!("/proc/{process}/status");
        let status = fs::read_to_string(&path).map_err(|err| format!("{path}: {err}"))?;
        let field = |name: &str| -> Result<u32> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let value = line.and_then(|line| line.trim().strip_suffix(" kB"));
            Ok(value.ok_or_else(|| format!("{path} has no {name}"))?.parse()?)
        };
        Ok(Self { resident: field("VmRSS:")?, anonymous: field("RssAnon:")? })
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |kibibytes: u32| f64::from(kibibytes) / 1024.0;
        let [resident, anonymous] = [self.resident, self.anonymous].map(mebibytes);
        write!(f, "{resident:.1} MiB ({anonymous:.1} MiB anonymous)")
    }
}
