//! `cargo xtask release`: see `--help`.

#![allow(clippy::print_stdout, reason = "a person reads it")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use xtask::archive::Entry;
use xtask::bundle::{self, LICENCE, LICENCES, PRODUCTS, Product};
use xtask::compile::{self, Made};
use xtask::platform::Platform;
use xtask::{hashes, licences, linked, policy, sbom};

const HELP: &str = "\
cargo xtask release [--out DIR] [--key KEY] [--platform OS_ARCH] [--allow-dirty]
    Checks what is linked in, builds provider and sandbox, packs them into DIR (target/dist),
    writes the manifest and the sums, signs these with gpg's KEY where one is given, and verifies.
cargo xtask release --pack …
    The same up to the zips: for a machine that builds one of several platforms.
cargo xtask release --seal DIR [--key KEY]
    The rest, for the zips of all platforms in DIR.
cargo xtask release --verify DIR
    Holds a folder to what a release is.
cargo xtask release --check
    Checks licences, sources, bans and duplicates for every platform, and builds nothing.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, arguments)) = arguments.split_first() else { bail!("{HELP}") };
    match command.as_str() {
        "release" => release(&Options::read(arguments)?),
        "--help" | "-h" | "help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("`{other}` is no command\n{HELP}"),
    }
}

/// What a release is asked to be.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    out: Option<PathBuf>,
    key: Option<String>,
    platform: Option<String>,
    allow_dirty: bool,
    pack: bool,
    check: bool,
    seal: Option<PathBuf>,
    verify: Option<PathBuf>,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value =
                || arguments.next().cloned().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--out" => options.out = Some(value()?.into()),
                "--key" => options.key = Some(value()?),
                "--platform" => options.platform = Some(value()?),
                "--seal" => options.seal = Some(value()?.into()),
                "--verify" => options.verify = Some(value()?.into()),
                "--allow-dirty" => options.allow_dirty = true,
                "--pack" => options.pack = true,
                "--check" => options.check = true,
                other => bail!("`{other}` is no option\n{HELP}"),
            }
        }
        let ways = [options.pack, options.check, options.seal.is_some(), options.verify.is_some()];
        let ways = ways.into_iter().filter(|is_asked| *is_asked).count();
        ensure!(ways <= 1, "--pack, --check, --seal and --verify exclude one another");
        Ok(options)
    }
}

fn release(options: &Options) -> Result<()> {
    if let Some(folder) = &options.verify {
        return verify(folder);
    }
    if let Some(folder) = &options.seal {
        bundle::seal(folder, options.key.as_deref())?;
        return verify(folder);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("a crate is in a folder")?;
    if options.check {
        return xtask::platform::ALL.into_iter().try_for_each(|platform| check(root, platform));
    }
    let platform = match &options.platform {
        Some(name) => Platform::named(name)?,
        None => Platform::host()?,
    };
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let out = options.out.clone().unwrap_or_else(|| target.join("dist"));
    check(root, platform)?;
    let made = Made::of(root, platform, options.allow_dirty)?;
    if !options.pack && out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("clearing {}", out.display()))?;
    }
    fs::create_dir_all(&out).with_context(|| format!("creating {}", out.display()))?;
    for product in PRODUCTS {
        pack(root, &target.join("release-build"), &out, product, &made)?;
    }
    if options.pack {
        return Ok(());
    }
    bundle::seal(&out, options.key.as_deref())?;
    verify(&out)
}

fn check(root: &Path, platform: Platform) -> Result<()> {
    for product in PRODUCTS {
        let packages = linked::packages(root, product.name, platform)?;
        let wrong = policy::broken(&packages);
        ensure!(
            wrong.is_empty(),
            "{} for {platform} must not be released:\n{}",
            product.name,
            wrong.join("\n")
        );
        println!("{} for {platform}: {} packages in order", product.name, packages.len());
    }
    Ok(())
}

fn pack(root: &Path, target: &Path, out: &Path, product: Product, made: &Made) -> Result<()> {
    let program = compile::program(root, target, product, made)?;
    let program = fs::read(&program).with_context(|| format!("reading {}", program.display()))?;
    println!("{} for {}: {} bytes", product.name, made.platform, program.len());
    let packages = linked::packages(root, product.name, made.platform)?;
    let mut companions = vec![
        Entry::file(LICENCE, read(root, LICENCE)?),
        Entry::file(LICENCES, licences::of(&packages, made)?.into_bytes()),
    ];
    if let Some(readme) = product.readme {
        companions.push(Entry::file("README.md", read(root, readme)?));
    }
    let zip = bundle::zip(product, made.platform, program, companions)?;
    bundle::write(out, &product.zip(made.platform), &zip)?;
    let sbom = sbom::of(product.name, &packages, made)?;
    bundle::write(out, &product.sbom(made.platform), sbom.as_bytes())?;
    println!("{}  {}", hashes::sha256(&zip), product.zip(made.platform));
    Ok(())
}

fn read(root: &Path, name: &str) -> Result<Vec<u8>> {
    fs::read(root.join(name)).with_context(|| format!("reading {name}"))
}

fn verify(folder: &Path) -> Result<()> {
    let platforms: Vec<String> = bundle::verify(folder)?.iter().map(ToString::to_string).collect();
    println!("{} is a whole release for {}", folder.display(), platforms.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<Options> {
        Options::read(&arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read() {
        let read = options(&["--seal", "dist", "--key", "me"]).expect("they are known");
        let wanted =
            Options { seal: Some("dist".into()), key: Some("me".to_owned()), ..Options::default() };
        assert_eq!(read, wanted);
        for wrong in [&["--out"][..], &["--sign"], &["--pack", "--check"], &["dist"]] {
            options(wrong).expect_err("it makes no sense");
        }
    }

    #[test]
    fn nothing_but_a_release_is_made() {
        for wrong in [&[][..], &["publish".to_owned()]] {
            run(wrong).expect_err("there is no such command");
        }
    }
}
