//! What the first bytes of a program say: for which platform it is, and whether it needs a loader.

use anyhow::{Context, Result, bail, ensure};

use crate::platform::Platform;

/// A program header that names the loader of shared libraries (ELF specification, `PT_INTERP`).
const INTERPRETER: u32 = 3;

/// Holds a program to the platform that its zip is named after; on Linux it must start where there is
/// nothing else, so it names no loader.
///
/// # Errors
///
/// Says what it is instead.
pub fn check(program: &[u8], platform: Platform) -> Result<()> {
    match platform.os {
        "linux" => linux(program, platform.arch),
        "darwin" => {
            // `mach_header_64`: magic, then the processor.
            let processor = if platform.arch == "arm64" { 0x0100_000c } else { 0x0100_0007 };
            let is_for =
                number(program, 0, 4)? == 0xfeed_facf && number(program, 4, 4)? == processor;
            ensure!(is_for, "it is no Mach-O program for {}", platform.arch);
            Ok(())
        }
        _ => {
            ensure!(program.starts_with(b"MZ"), "it is no program for Windows");
            // The place of the PE header stands at 0x3c, the processor behind its signature.
            let header = usize::try_from(number(program, 0x3c, 4)?)?;
            let processor = if platform.arch == "arm64" { 0xaa64 } else { 0x8664 };
            let is_for = number(program, header, 4)? == 0x4550
                && number(program, header + 4, 2)? == processor;
            ensure!(is_for, "it is no PE program for {}", platform.arch);
            Ok(())
        }
    }
}

fn linux(program: &[u8], arch: &str) -> Result<()> {
    // ELF, of 64 bits, the low byte first.
    ensure!(program.starts_with(b"\x7fELF\x02\x01"), "it is no ELF program of 64 bits");
    let machine = if arch == "arm64" { 183 } else { 62 };
    ensure!(number(program, 18, 2)? == machine, "it is for another processor than {arch}");
    let first = number(program, 32, 8)?;
    let size = number(program, 54, 2)?;
    for index in 0..number(program, 56, 2)? {
        let header = first.checked_add(index * size).context("a header lies outside of it")?;
        if number(program, usize::try_from(header)?, 4)? == u64::from(INTERPRETER) {
            bail!("it is not static: it names a loader of shared libraries");
        }
    }
    Ok(())
}

/// The unsigned number of so many bytes, the low one first.
fn number(bytes: &[u8], place: usize, size: usize) -> Result<u64> {
    let end = place.checked_add(size).context("a number lies outside of it")?;
    let found = bytes.get(place..end).context("it ends early")?;
    Ok(found.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The beginning of a program for Linux with one program header.
    pub(crate) fn elf(machine: u8, header: u8) -> Vec<u8> {
        let mut program = vec![0; 64 + 56];
        program[..6].copy_from_slice(b"\x7fELF\x02\x01");
        program[18] = machine;
        program[32] = 64;
        program[54] = 56;
        program[56] = 1;
        program[64] = header;
        program
    }

    fn mach_o(processor: u8) -> Vec<u8> {
        vec![0xcf, 0xfa, 0xed, 0xfe, processor, 0, 0, 1]
    }

    fn pe(processor: [u8; 2]) -> Vec<u8> {
        let mut program = vec![0; 0x80];
        program[..2].copy_from_slice(b"MZ");
        program[0x3c] = 0x40;
        program[0x40..0x42].copy_from_slice(b"PE");
        program[0x44..0x46].copy_from_slice(&processor);
        program
    }

    #[test]
    fn a_program_is_for_its_platform_and_for_no_other() {
        let programs = [
            ("darwin_amd64", mach_o(7)),
            ("darwin_arm64", mach_o(12)),
            ("linux_amd64", elf(62, 1)),
            ("linux_arm64", elf(183, 1)),
            ("windows_amd64", pe([0x64, 0x86])),
            ("windows_arm64", pe([0x64, 0xaa])),
        ];
        for platform in crate::platform::ALL {
            for (name, program) in &programs {
                let is_for = check(program, platform).is_ok();
                assert_eq!(is_for, platform.to_string() == *name, "{name} on {platform}");
            }
        }
    }

    #[test]
    fn a_program_with_a_loader_is_not_static() {
        let linux = Platform::named("linux_amd64").expect("it is known");
        let err = check(&elf(62, 3), linux).expect_err("it needs a loader");
        assert_eq!(err.to_string(), "it is not static: it names a loader of shared libraries");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let whole = elf(62, 1);
        let mut far = whole.clone();
        far[32..40].fill(0xff);
        for platform in crate::platform::ALL {
            for end in 0..whole.len() - 56 {
                check(&whole[..end], platform).expect_err("it ends early");
            }
            check(&far, platform).expect_err("its headers are nowhere");
        }
    }
}
