//! Who has made what lately, shared by all processes of one user.
//!
//! The creates of this service carry no client token. When the reply to one is
//! lost, the object is looked for by its name, and what another provider
//! configuration or another run made at the same time looks just like it. So
//! creates of one name take turns, across processes, and what each made is
//! written down for some minutes: by elimination nobody adopts another's object.
//! That costs no call and no permission. Two machines do not see one another;
//! the README says what remains possible there.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long an entry counts. A search looks back no further than its own create, which is tried for minutes.
const LASTS: Duration = Duration::from_secs(30 * 60);

/// How often the turn is asked for.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the file may take to be opened and read: it is tiny, unless its file system hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// The turn of one create, held until it is dropped.
///
/// Without a place to write, creates of this process alone are told apart.
#[derive(Debug, Default)]
pub struct Turn {
    file: Option<File>,
    entries: Vec<Entry>,
}

/// What a create left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    /// An object was made, or adopted.
    Made { at: u64, id: String },
    /// A reply was lost and nothing was found: what was made between these times may be its object.
    Lost { from: u64, to: u64 },
}

impl Turn {
    /// Waits for the turn of a create of that kind, Region and name.
    ///
    /// `None` when it was stopped before.
    pub async fn wait(scope: &str, stop: &CancellationToken) -> Option<Self> {
        let mut hasher = DefaultHasher::new();
        scope.hash(&mut hasher);
        let name = format!("{:016x}", hasher.finish());
        loop {
            let name = name.clone();
            let opening = tokio::task::spawn_blocking(move || try_open(&name));
            match timeout(PATIENCE, opening).await {
                Ok(Ok(Ok(Some(turn)))) => return Some(turn),
                Ok(Ok(Ok(None))) => {
                    stop.run_until_cancelled(sleep(PAUSE)).await?;
                }
                Ok(Ok(Err(err))) => {
                    tracing::warn!(%err, "what other processes make at the same time is not known");
                    return Some(Self::default());
                }
                _ => {
                    tracing::warn!("the file of recent creates cannot be opened in time");
                    return Some(Self::default());
                }
            }
        }
    }

    /// Whether an object is known to be somebody else's, or may be.
    pub fn is_taken(&self, id: &str, created: SystemTime) -> bool {
        let created = seconds(created);
        let may_be = |entry: &Entry| match entry {
            Entry::Made { .. } => false,
            Entry::Lost { from, to } => (*from..=*to).contains(&created),
        };
        self.has_made(id) || self.entries.iter().any(may_be)
    }

    /// Whether an object is known to be somebody else's.
    pub fn has_made(&self, id: &str) -> bool {
        self.entries.iter().any(|entry| matches!(entry, Entry::Made { id: made, .. } if made == id))
    }

    /// Writes down what was made.
    pub fn made(&mut self, id: &str) {
        self.add(Entry::Made { at: seconds(SystemTime::now()), id: id.to_owned() });
    }

    /// Writes down that something may have been made in that time, by the service's clock.
    pub fn lost(&mut self, from: SystemTime, to: SystemTime) {
        self.add(Entry::Lost { from: seconds(from), to: seconds(to) });
    }

    fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
        let text: String = self.entries.iter().map(Entry::line).collect();
        let Some(file) = &mut self.file else { return };
        let written = file.set_len(0).and_then(|()| file.rewind());
        if let Err(err) = written.and_then(|()| file.write_all(text.as_bytes())) {
            tracing::warn!(%err, "what was made is not written down for other processes");
        }
    }
}

impl Entry {
    fn line(&self) -> String {
        match self {
            Self::Made { at, id } => format!("made {at} {id}\n"),
            Self::Lost { from, to } => format!("lost {from} {to}\n"),
        }
    }

    /// An entry that still counts; `None` for any other line.
    fn parse(line: &str, now: u64) -> Option<Self> {
        let mut words = line.split(' ');
        let (kind, time, rest) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        let entry = match kind {
            "made" => Self::Made { at: time, id: rest.to_owned() },
            "lost" => Self::Lost { from: time, to: rest.parse().ok()? },
            _ => return None,
        };
        (now.saturating_sub(time) <= LASTS.as_secs()).then_some(entry)
    }
}

/// The turn, if nobody has it.
fn try_open(name: &str) -> io::Result<Option<Turn>> {
    let path = folder()?.join(name);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(err)) => return Err(err),
    }
    let mut text = String::new();
    // What is no text was not written by us, and is overwritten.
    let _ = file.read_to_string(&mut text);
    let now = seconds(SystemTime::now());
    let entries = text.lines().filter_map(|line| Entry::parse(line, now)).collect();
    Ok(Some(Turn { file: Some(file), entries }))
}

/// The folder in the user's cache, or else among temporary files.
///
/// # Errors
///
/// It cannot be made.
pub fn folder() -> io::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = variable("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cache")));
    let made = |parent: PathBuf| {
        let folder = parent.join("terraform-provider-cleanrooms");
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&folder).map(|()| folder)
    };
    match cache.map(made) {
        Some(Ok(folder)) => Ok(folder),
        _ => made(std::env::temp_dir()),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scope of its own for each test, for the file outlives the process.
    fn scope(test: &str) -> String {
        format!("{test} {} {:?}", std::process::id(), SystemTime::now())
    }

    #[tokio::test]
    async fn creates_of_one_name_take_turns_and_know_what_others_made() {
        let (scope, stop) = (scope("turns"), CancellationToken::new());
        let mut first = Turn::wait(&scope, &stop).await.expect("not stopped");
        let waiting = Turn::wait(&scope, &stop);
        tokio::pin!(waiting);
        assert!(timeout(PAUSE * 5, &mut waiting).await.is_err(), "the turn is taken");
        first.made("c1");
        drop(first);
        let second = waiting.await.expect("not stopped");
        assert!(second.is_taken("c1", SystemTime::now()));
        assert!(!second.is_taken("c2", SystemTime::now()));
    }

    #[tokio::test]
    async fn what_may_be_another_s_lost_object_is_taken() {
        let (scope, stop) = (scope("lost"), CancellationToken::new());
        let now = SystemTime::now();
        let minute = Duration::from_secs(60);
        let mut first = Turn::wait(&scope, &stop).await.expect("not stopped");
        first.lost(now - minute, now);
        drop(first);
        let second = Turn::wait(&scope, &stop).await.expect("not stopped");
        assert!(second.is_taken("c1", now - minute / 2));
        assert!(!second.is_taken("c1", now + minute));
    }

    #[tokio::test]
    async fn waiting_for_the_turn_ends_when_stopped() {
        let (scope, stop) = (scope("stopped"), CancellationToken::new());
        let _first = Turn::wait(&scope, &stop).await.expect("not stopped");
        stop.cancel();
        assert!(Turn::wait(&scope, &stop).await.is_none());
    }

    #[test]
    fn old_and_strange_lines_do_not_count() {
        let now = 1_000_000;
        assert_eq!(Entry::parse("made 1 c1", now), None);
        assert_eq!(Entry::parse("made x c1", now), None);
        assert_eq!(Entry::parse("", now), None);
        let lost = Entry::Lost { from: now, to: now + 1 };
        assert_eq!(Entry::parse(lost.line().trim_end(), now), Some(lost));
    }
}
