//! Every way in which a user installs a release: packed by the functions that pack one, for the engine
//! that is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use xtask::archive::Entry;
use xtask::bundle::{self, PROVIDER};
use xtask::platform::{self, Platform};
use xtask::{VERSION, archive, hashes};

use super::authority::certificates;
use super::{required_providers, scratch};
use crate::engine::Engine;
use crate::provider::{Provider, SOURCE};
use crate::workspace::{Installation, Workspace};

const INIT: [&str; 3] = ["init", "-input=false", "-no-color"];
const VALIDATE: [&str; 2] = ["validate", "-no-color"];

/// Zips in a folder, as `terraform providers mirror` lays them out: `init` unpacks this platform's, the
/// lock file gets its hash, and `providers lock` adds those of the other platforms, whatever they hold.
///
/// # Errors
///
/// When a command fails, or the lock file does not have the hash of each platform's zip.
pub fn packed_mirror_installs(engine: &Engine) -> Result<()> {
    let packages = Packages::shared()?;
    let root = scratch("packed_mirror", engine)?;
    let workspace = Workspace::create(&root, engine, Installation::None)?;
    let mirror = root.join("mirror");
    packages.lay_out(&mirror.join(engine.registry_host()).join(SOURCE))?;
    workspace.configure_cli(&format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
    ))?;
    installs(&workspace, packages)?;

    let mirror = format!("-fs-mirror={}", mirror.display());
    let platforms: Vec<_> =
        platform::ALL.iter().map(|platform| format!("-platform={platform}")).collect();
    let mut lock = vec!["providers", "lock", "-no-color", mirror.as_str()];
    lock.extend(platforms.iter().map(String::as_str));
    workspace.succeed(&lock)?;
    let locked = locked(&workspace)?;
    for (platform, zip) in &packages.zips {
        let content = hashes::h1(&archive::unpack(zip)?);
        ensure!(locked.contains(&content), "{content} of {platform} is not locked:\n{locked}");
    }
    // What was locked for all is still what is installed here.
    workspace.succeed(&INIT)?;
    workspace.succeed(&VALIDATE).map(drop)
}

/// An unpacked zip in a folder: `init` links to it, and the lock file gets the hash of its content.
///
/// # Errors
///
/// When a command fails, or the lock file has another hash.
pub fn unpacked_mirror_installs(engine: &Engine) -> Result<()> {
    let packages = Packages::shared()?;
    let root = scratch("unpacked_mirror", engine)?;
    let workspace = Workspace::create(&root, engine, Installation::None)?;
    let mirror = root.join("mirror");
    let folder = mirror.join(engine.registry_host()).join(SOURCE).join(VERSION);
    packages.unpack(&folder.join(packages.host.to_string()))?;
    workspace.configure_cli(&format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
    ))?;
    installs(&workspace, packages)
}

/// The unpacked zip by `dev_overrides`, where its program has the version in its name: there is neither
/// `init` nor a lock file.
///
/// # Errors
///
/// When the configuration is not valid, or something was locked.
pub fn development_override_needs_no_init(engine: &Engine) -> Result<()> {
    let packages = Packages::shared()?;
    let root = scratch("dev_overrides", engine)?;
    let workspace = Workspace::create(&root, engine, Installation::None)?;
    let folder = root.join("unpacked");
    packages.unpack(&folder)?;
    workspace.configure_cli(&format!(
        "provider_installation {{\n  dev_overrides {{\n    {SOURCE:?} = {folder:?}\n  }}\n  direct \
         {{}}\n}}\n"
    ))?;
    workspace.write("main.tf", &configuration())?;
    workspace.succeed(&VALIDATE)?;
    ensure!(!workspace.directory().join(LOCK).exists(), "something was locked");
    Ok(())
}

/// A mirror over HTTPS whose certificate a company has signed itself: `init` installs from it with the
/// company's authority and not without it.
///
/// # Errors
///
/// When it installs without, or not with it.
pub fn network_mirror_installs(engine: &Engine) -> Result<()> {
    let packages = Packages::shared()?;
    let root = scratch("network_mirror", engine)?;
    let mut workspace = Workspace::create(&root, engine, Installation::None)?;
    let tree = root.join("served");
    packages.lay_out(&tree.join(engine.registry_host()).join(SOURCE))?;
    packages.describe(&tree.join(engine.registry_host()).join(SOURCE))?;
    let served = Served::start(tree)?;
    workspace.configure_cli(&format!(
        "provider_installation {{\n  network_mirror {{\n    url = {:?}\n  }}\n}}\n",
        served.url
    ))?;
    workspace.write("main.tf", &configuration())?;
    let refused = workspace.run(&INIT)?;
    let said = refused.to_string();
    ensure!(!refused.status.success(), "it is trusted without a reason: {said}");
    ensure!(said.contains("certificate"), "the certificate is not told: {said}");

    let authority = root.join("authority.pem");
    fs::write(&authority, &served.authority).context("writing the authority")?;
    workspace.set_env("SSL_CERT_FILE", authority.to_string_lossy());
    installs(&workspace, packages)?;
    let asked = served.asked();
    ensure!(asked.iter().any(|path| path.ends_with(".zip")), "no zip was asked for: {asked:?}");
    Ok(())
}

/// `init` installs what `packages` has for this platform, and the installed copy starts.
fn installs(workspace: &Workspace, packages: &Packages) -> Result<()> {
    workspace.write("main.tf", &configuration())?;
    workspace.succeed(&INIT)?;
    let locked = locked(workspace)?;
    let address = format!("{}/{SOURCE}", workspace.engine().registry_host());
    ensure!(locked.contains(&address), "{address} is not locked:\n{locked}");
    let hash = hashes::h1(&packages.entries);
    ensure!(locked.contains(&hash), "{hash} is not locked:\n{locked}");
    workspace.succeed(&VALIDATE).map(drop)
}

const LOCK: &str = ".terraform.lock.hcl";

fn locked(workspace: &Workspace) -> Result<String> {
    fs::read_to_string(workspace.directory().join(LOCK)).context("reading the lock file")
}

/// A configuration for which the provider is asked.
fn configuration() -> String {
    required_providers().replace("source =", &format!("version = {VERSION:?}\n      source ="))
        + r#"
provider "cleanrooms" {
  region = "us-east-1"
}

resource "cleanrooms_collaboration" "this" {
  name                     = "Installed"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  members                  = {}
}
"#
}

/// A release in which the provider is the one under test, and on other platforms some text.
struct Packages {
    host: Platform,
    /// What this platform's zip holds.
    entries: Vec<Entry>,
    zips: Vec<(Platform, Vec<u8>)>,
}

impl Packages {
    /// Those of this process: packing takes seconds.
    fn shared() -> Result<&'static Self> {
        static PACKED: OnceLock<std::result::Result<Packages, String>> = OnceLock::new();
        let packed = || Self::of(Provider::build()?);
        let packed = PACKED.get_or_init(|| packed().map_err(|err| format!("{err:#}")));
        packed.as_ref().map_err(|text| anyhow!("{text}"))
    }

    fn of(provider: &Provider) -> Result<Self> {
        let host = Platform::host()?;
        let pack = |platform: Platform| {
            let program = match platform == host {
                true => fs::read(provider.binary()).context("reading the provider")?,
                false => format!("a program for {platform}").into_bytes(),
            };
            let companions = PROVIDER.companions().into_iter();
            let companions =
                companions.map(|name| Entry::file(name, name.as_bytes().to_vec())).collect();
            Ok((platform, bundle::zip(PROVIDER, platform, program, companions)?))
        };
        let zips = platform::ALL.into_iter().map(pack).collect::<Result<Vec<_>>>()?;
        let own = zips.iter().find(|(platform, _)| *platform == host);
        let (_, own) = own.context("this platform is among them")?;
        Ok(Self { host, entries: archive::unpack(own)?, zips })
    }

    /// The zips under the names that they have in a release.
    fn lay_out(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let mut zips = self.zips.iter();
        zips.try_for_each(|(platform, zip)| bundle::write(folder, &PROVIDER.zip(*platform), zip))
    }

    /// The files beside them that a network mirror has.
    fn describe(&self, folder: &Path) -> Result<()> {
        let mut archives = json!({});
        for (platform, zip) in &self.zips {
            let hash = hashes::h1(&archive::unpack(zip)?);
            archives[platform.to_string()] =
                json!({ "url": PROVIDER.zip(*platform), "hashes": [hash] });
        }
        let version = json!({ "archives": archives }).to_string();
        bundle::write(folder, &format!("{VERSION}.json"), version.as_bytes())?;
        let index = json!({ "versions": { VERSION: {} } }).to_string();
        bundle::write(folder, "index.json", index.as_bytes())
    }

    /// This platform's zip, unpacked as `unzip` does it.
    fn unpack(&self, folder: &Path) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        for entry in &self.entries {
            bundle::write(folder, &entry.name, &entry.content)?;
            let mode = if entry.is_program { 0o755 } else { 0o644 };
            fs::set_permissions(folder.join(&entry.name), fs::Permissions::from_mode(mode))
                .with_context(|| format!("setting the mode of {}", entry.name))?;
        }
        Ok(())
    }
}

/// A folder over HTTPS, until this is dropped.
struct Served {
    url: String,
    /// The certificate of the authority that has signed the server's, as PEM.
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Served {
    fn start(folder: PathBuf) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (authority, acceptor) = certificates("localhost")?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("https://localhost:{}/", listener.local_addr()?.port());
        let asked = Arc::default();
        runtime.spawn(serve(listener, acceptor, folder, Arc::clone(&asked)));
        Ok(Self { url, authority, asked, _runtime: runtime })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    folder: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, folder, asked) = (acceptor.clone(), folder.clone(), Arc::clone(&asked));
        // A client that does not trust the certificate hangs up, as it should.
        tokio::spawn(async move { answer(acceptor, stream, &folder, &asked).await });
    }
}

/// Answers one request and hangs up.
async fn answer(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    folder: &Path,
    asked: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut stream = BufReader::new(acceptor.accept(stream).await?);
    let mut request = String::new();
    stream.read_line(&mut request).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    // `GET /path HTTP/1.1`
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
    let found = if path.contains("..") { None } else { fs::read(folder.join(&path)).ok() };
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    // Engines insist on it for the two JSON files.
    let kind = if path.ends_with(".json") { "application/json" } else { "application/zip" };
    let content = found.unwrap_or_default();
    let length = content.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: \
         close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&content).await?;
    stream.shutdown().await
}
