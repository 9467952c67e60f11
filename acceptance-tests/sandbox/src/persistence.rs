//! The state in a file, so that a killed sandbox comes back with everything
//! that it has acknowledged.
//!
//! The file is written anew and put in place of the old one, so at any moment
//! it is whole. Replies wait until it holds what they tell; changes that come
//! in meanwhile go into the next file together.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::state::State;

const MAGIC: &str = "cleanrooms-sandbox-state-2";

/// Reads a state file; an empty state if there is none yet.
///
/// # Errors
///
/// `InvalidData` if the file is damaged or no state file. It is left as it is.
pub(crate) fn load(path: &Path) -> io::Result<State> {
    match std::fs::read(path) {
        Ok(bytes) => decode(&bytes).map_err(|problem| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the state file {} cannot be used: {problem}. It was left as it is; move it \
                     away to start with nothing.",
                    path.display()
                ),
            )
        }),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(State::default()),
        Err(err) => Err(io::Error::new(
            err.kind(),
            format!("the state file {} cannot be read: {err}", path.display()),
        )),
    }
}

/// Puts a state into the file, whole or not at all.
pub(crate) fn store(path: &Path, state: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let mut file = File::create(&temporary)?;
    let header = format!("{MAGIC} {:08x} {}\n", crc32fast::hash(state), state.len());
    file.write_all(header.as_bytes())?;
    file.write_all(state)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    // The new name is durable once its directory is.
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

fn decode(bytes: &[u8]) -> Result<State, String> {
    let end = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or("it does not begin with a header line")?;
    let (header, state) = (&bytes[..end], &bytes[end + 1..]);
    let header = std::str::from_utf8(header).map_err(|_| "its header line is not text")?;
    let [MAGIC, checksum, length] = header.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("it does not begin with `{MAGIC}`"));
    };
    if length.parse() != Ok(state.len()) {
        return Err(format!("it has {} bytes where {length} were written", state.len()));
    }
    if checksum != format!("{:08x}", crc32fast::hash(state)) {
        return Err("its checksum does not fit".to_owned());
    }
    serde_json::from_slice(state).map_err(|err| err.to_string())
}

/// A state as it stood after a number of changes.
pub(crate) struct Snapshot {
    pub(crate) generation: u64,
    pub(crate) state: Vec<u8>,
}

/// What the writer has got through.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// Changes that are in the file.
    written: u64,
    /// Changes that could not be written.
    failed: u64,
    /// How often writing was tried.
    attempts: u64,
}

/// Writes snapshots on a thread of its own.
pub(crate) struct Writer {
    /// None once the writer is to stop.
    requests: Option<mpsc::Sender<()>>,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the writer. `snapshot` gives the state at the time of the call.
    pub(crate) fn start(
        path: PathBuf,
        snapshot: impl Fn() -> Snapshot + Send + 'static,
    ) -> io::Result<Self> {
        let (requests, incoming) = mpsc::channel();
        let (sender, progress) = watch::channel(Progress::default());
        let thread = std::thread::Builder::new()
            .name("sandbox-state".to_owned())
            .spawn(move || write_all(&path, &incoming, &sender, snapshot))?;
        Ok(Self { requests: Some(requests), progress, thread: Some(thread) })
    }

    /// Waits until a change is in the file; false if it could not be written.
    pub(crate) async fn wait_for(&self, generation: u64) -> bool {
        let mut progress = self.progress.clone();
        let Progress { written, attempts: earlier, .. } = *progress.borrow();
        if written < generation
            && let Some(requests) = &self.requests
        {
            // Fails only when the writer is gone, which `wait_for` then tells.
            let _ = requests.send(());
        }
        let done = |progress: &Progress| {
            let has_failed = progress.failed >= generation && progress.attempts > earlier;
            progress.written >= generation || has_failed
        };
        match progress.wait_for(done).await {
            Ok(progress) => progress.written >= generation,
            Err(_) => false,
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the writer has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

fn write_all(
    path: &Path,
    incoming: &mpsc::Receiver<()>,
    progress: &watch::Sender<Progress>,
    snapshot: impl Fn() -> Snapshot,
) {
    while incoming.recv().is_ok() {
        while incoming.try_recv().is_ok() {}
        let Snapshot { generation, state } = snapshot();
        let result = store(path, &state);
        if let Err(err) = &result {
            eprintln!("the state file {} cannot be written: {err}", path.display());
        }
        progress.send_modify(|progress| {
            progress.attempts += 1;
            match result {
                Ok(()) => progress.written = generation,
                Err(_) => progress.failed = generation,
            }
        });
    }
}
