//! The files of a release: how they are called, what seals them, and whether a folder of them is whole.
//!
//! Names and layout are those that the registries of Terraform and of OpenTofu ask for:
//! <https://developer.hashicorp.com/terraform/registry/providers/publishing>.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::archive::{self, Entry};
use crate::hashes;
use crate::platform::Platform;
use crate::{VERSION, executable};

/// A program that is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its package, its program, and how the names of its files begin.
    pub name: &'static str,
    /// Whether its program has the version in its name, as engines look for it.
    pub is_plugin: bool,
    /// Where its own page is within the repository, if the zip holds one.
    pub readme: Option<&'static str>,
}

/// The provider, which registries and mirrors offer.
pub const PROVIDER: Product =
    Product { name: "terraform-provider-cleanrooms", is_plugin: true, readme: None };

/// The sandbox, for whoever writes against the service.
pub const SANDBOX: Product = Product {
    name: "cleanrooms-sandbox",
    is_plugin: false,
    readme: Some("acceptance-tests/sandbox/README.md"),
};

/// Everything that is released. Each has sums of its own, so that a registry finds nothing foreign.
pub const PRODUCTS: [Product; 2] = [PROVIDER, SANDBOX];

impl Product {
    /// `terraform-provider-cleanrooms_0.1.0_SHA256SUMS` and the like.
    pub fn file(self, ending: &str) -> String {
        format!("{}_{VERSION}_{ending}", self.name)
    }

    /// The zip for a platform.
    pub fn zip(self, platform: Platform) -> String {
        self.file(&format!("{platform}.zip"))
    }

    /// What is inside, as CycloneDX.
    pub fn sbom(self, platform: Platform) -> String {
        self.file(&format!("{platform}.cdx.json"))
    }

    /// The file of sums.
    pub fn sums(self) -> String {
        self.file("SHA256SUMS")
    }

    /// The program within the zip.
    pub fn program(self, platform: Platform) -> String {
        let version = if self.is_plugin { format!("_v{VERSION}") } else { String::new() };
        format!("{}{version}{}", self.name, platform.suffix())
    }

    /// The files beside the program, in their order.
    pub fn companions(self) -> Vec<&'static str> {
        let readme = self.readme.map(|_| "README.md");
        [LICENCE, LICENCES].into_iter().chain(readme).collect()
    }

    /// The manifest, which tells a registry the protocol. Without it both take a provider to speak 5.0.
    fn manifest(self) -> Option<(String, Vec<u8>)> {
        let text = "{\"version\":1,\"metadata\":{\"protocol_versions\":[\"6.0\"]}}\n";
        self.is_plugin.then(|| (self.file("manifest.json"), text.into()))
    }
}

/// Our own licence, as it is called in the repository and in zips.
pub const LICENCE: &str = "LICENSE";

/// The licences of everything that is linked in.
pub const LICENCES: &str = "THIRD-PARTY-LICENSES.txt";

/// The zip of a product: the program first, then what a user should have beside it.
///
/// # Errors
///
/// When it cannot be packed.
pub fn zip(
    product: Product,
    platform: Platform,
    program: Vec<u8>,
    companions: Vec<Entry>,
) -> Result<Vec<u8>> {
    let program = Entry::program(product.program(platform), program);
    let entries: Vec<_> = std::iter::once(program).chain(companions).collect();
    archive::pack(&entries)
}

/// Writes the manifest and the sums beside the zips and lists of contents that are in a folder, and
/// signs the sums where a key is given.
///
/// # Errors
///
/// When a product has no zip, or gpg does not sign.
pub fn seal(folder: &Path, key: Option<&str>) -> Result<()> {
    for product in PRODUCTS {
        if let Some((name, content)) = product.manifest() {
            write(folder, &name, &content)?;
        }
        let prefix = product.file("");
        let mut files = read(folder)?;
        let is_summed = |name: &String| name.starts_with(&prefix) && !is_seal(name);
        files.retain(|name, _| is_summed(name));
        let has_zip = files.keys().any(|name| name.ends_with(".zip"));
        ensure!(has_zip, "there is no zip of {} in {}", product.name, folder.display());
        let sums = hashes::sums(files.iter().map(|(name, content)| (&**name, &**content)));
        write(folder, &product.sums(), sums.as_bytes())?;
        if let Some(key) = key {
            sign(folder, &product.sums(), key)?;
        }
    }
    Ok(())
}

fn is_seal(name: &str) -> bool {
    name.ends_with("_SHA256SUMS") || name.ends_with("_SHA256SUMS.sig")
}

/// A detached signature in binary form, as both registries want it.
fn sign(folder: &Path, name: &str, key: &str) -> Result<()> {
    let signature = format!("{name}.sig");
    gpg(folder, &["--yes", "--local-user", key, "--output", &signature, "--detach-sign", name])
}

fn gpg(folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new("gpg")
        .current_dir(folder)
        .args(["--batch", "--no-tty"])
        .args(arguments)
        .output()
        .context("starting gpg")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "gpg failed: {said}");
    Ok(())
}

/// Holds a folder to what a release is, and gives the platforms that it has.
///
/// Every file is named by sums and is as they say; the manifest tells protocol 6.0; each zip holds the
/// program for its platform, static on Linux, and the files beside it; each has its list of contents; a
/// signature, where there is one, is good.
///
/// # Errors
///
/// Names the file at fault.
pub fn verify(folder: &Path) -> Result<Vec<Platform>> {
    let files = read(folder)?;
    let mut left: Vec<_> = files.keys().cloned().collect();
    let mut platforms = Vec::new();
    for product in PRODUCTS {
        let sums = product.sums();
        let text = files.get(&sums).with_context(|| format!("{sums} is missing"))?;
        let text = std::str::from_utf8(text).with_context(|| format!("{sums} is no text"))?;
        let mut summed = BTreeMap::new();
        for (name, hash) in hashes::read_sums(text).with_context(|| format!("reading {sums}"))? {
            let content = files.get(&name).with_context(|| format!("{name} is missing"))?;
            ensure!(hashes::sha256(content) == hash, "{name} is not what {sums} says");
            summed.insert(name, content);
        }
        let found = verify_product(product, &summed)?;
        ensure!(!found.is_empty(), "{sums} names no zip");
        let signature = format!("{sums}.sig");
        if files.contains_key(&signature) {
            gpg(folder, &["--verify", &signature, &sums])
                .with_context(|| format!("{signature} is not good"))?;
        }
        left.retain(|name| !summed.contains_key(name) && *name != sums && *name != signature);
        match product.is_plugin {
            true => platforms = found,
            false => ensure!(found == platforms, "{} has other platforms", product.name),
        }
    }
    ensure!(left.is_empty(), "nothing names {}", left.join(", "));
    Ok(platforms)
}

/// Holds the files that a product's sums name to what they should be.
fn verify_product(product: Product, files: &BTreeMap<String, &Vec<u8>>) -> Result<Vec<Platform>> {
    let mut wanted = Vec::new();
    if let Some((name, content)) = product.manifest() {
        let found = files.get(&name).with_context(|| format!("{name} is missing"))?;
        let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes);
        let is_so = parse(found).is_ok_and(|found| parse(&content).is_ok_and(|it| it == found));
        ensure!(is_so, "{name} does not tell protocol 6.0 alone");
        wanted.push(name);
    }
    let mut platforms = Vec::new();
    for platform in crate::platform::ALL {
        let zip = product.zip(platform);
        let Some(content) = files.get(&zip) else { continue };
        verify_zip(product, platform, content).with_context(|| zip.clone())?;
        let sbom = product.sbom(platform);
        let listed = files.get(&sbom).with_context(|| format!("{sbom} is missing"))?;
        verify_sbom(product, listed).with_context(|| sbom.clone())?;
        platforms.push(platform);
        wanted.extend([zip, sbom]);
    }
    match files.keys().find(|name| !wanted.contains(name)) {
        Some(other) => bail!("{other} is no file of a release"),
        None => Ok(platforms),
    }
}

fn verify_zip(product: Product, platform: Platform, zip: &[u8]) -> Result<()> {
    let entries = archive::unpack(zip)?;
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let program = product.program(platform);
    let mut wanted = vec![program.as_str()];
    wanted.extend(product.companions());
    ensure!(names == wanted, "it holds {names:?}, and should hold {wanted:?}");
    for (index, entry) in entries.iter().enumerate() {
        ensure!(entry.is_program == (index == 0), "{} has another mode", entry.name);
    }
    executable::check(&entries[0].content, platform).with_context(|| program.clone())
}

fn verify_sbom(product: Product, sbom: &[u8]) -> Result<()> {
    let sbom: Value = serde_json::from_slice(sbom).context("it is not JSON")?;
    ensure!(sbom["bomFormat"] == "CycloneDX", "it is not CycloneDX");
    let component = &sbom["metadata"]["component"];
    let is_of = component["name"] == json!(product.name) && component["version"] == json!(VERSION);
    ensure!(is_of, "it is of {} {}", component["name"], component["version"]);
    let has_components = sbom["components"].as_array().is_some_and(|all| !all.is_empty());
    ensure!(has_components, "it names nothing that is linked in");
    Ok(())
}

/// The files of a folder that has no others below it.
fn read(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry.context("reading a folder")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        files.insert(name, content);
    }
    Ok(files)
}

/// Writes a file of a release.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(folder: &Path, name: &str, content: &[u8]) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, content).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests;
