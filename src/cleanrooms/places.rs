//! Which collaborations one run leaves and which it joins, whichever of its processes plans it.
//!
//! Core plans and applies each address alone, and each provider block has a
//! process of its own. But an account that leaves a collaboration cannot join it
//! again, so what one address leaves and another joins must be seen together. A
//! process remembers what it has planned, and writes it into a file that the
//! other processes of the run read: the children of one parent that are alive
//! together. While planning nobody asks AWS whose credentials are whose, so a
//! provider block goes by what its arguments say.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::aws::{ProviderConfig, non_empty_variable};
use super::ledger;
use super::shapes::ids::is_uuid;
use crate::framework::resource::lock;

/// How long after its line a process that has ended is still taken to be of the same walk. Core ends
/// a provider's process as soon as its own addresses are planned, while others may only start.
const WALK: Duration = Duration::from_secs(10 * 60);

/// How long the file of a process that has ended is left for others to read.
const LASTS: Duration = Duration::from_secs(60 * 60);

/// How long the files may take: they are tiny, unless their file system hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Stands for the collaboration of a plan that does not know it yet.
const UNKNOWN: &str = "00000000-0000-0000-0000-000000000000";

/// Stands for every account: a collaboration ends for all of them.
const EVERYBODY: &str = "everybody";

/// How many files this process has opened.
static OPENED: AtomicU32 = AtomicU32::new(0);

/// Which collaborations this process leaves and joins, and what it knows of the others of its run.
#[derive(Debug)]
pub struct Places {
    /// Whose credentials are used, as far as the provider block tells.
    owner: String,
    known: Known,
    notes: Option<Arc<Notes>>,
    /// The collaborations of which a membership was read.
    present: Mutex<BTreeSet<String>>,
    /// The memberships that a destroying half has kept, by collaboration: the successor was not known.
    postponed: Mutex<Vec<(String, String)>>,
}

/// What the plans of one process leave and join; of several providers in it, where these share one.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<Mutex<BTreeSet<Entry>>>);

/// Somebody leaves or joins a collaboration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    does: Does,
    owner: String,
    collaboration_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Leave,
    Join,
    /// The same, by a process that has read a membership there: it is to be replaced, or is tainted.
    /// Core plans that ahead of each `destroy` as well, in a walk of its own.
    Rejoin,
    /// What was to be joined has been: for a later walk it is history.
    Joined,
    /// The collaboration itself is destroyed, so that nobody could join it again in any case.
    End,
}

impl Places {
    /// What a provider with these arguments leaves and joins: nothing so far.
    pub fn new(config: &ProviderConfig) -> Self {
        let (known, notes, present, postponed) = Default::default();
        Self { owner: owner(config), known, notes, present, postponed }
    }

    /// The same, seen together with what other processes of this run plan.
    #[must_use]
    pub fn across_processes(mut self) -> Self {
        self.notes = Notes::of_this_process().map(Arc::new);
        self
    }

    /// The same, seen together with what other providers of this process plan.
    #[must_use]
    pub fn beside(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// Notes that a plan leaves a collaboration, in that account. Whether another plan of this run joins it.
    pub fn leave(&self, collaboration_id: &str, account: Option<&str>) -> bool {
        self.note(Does::Leave, collaboration_id, account);
        self.is_joined(collaboration_id, account)
    }

    /// Notes that a plan joins a collaboration. Whether another plan of this run leaves it.
    pub fn join(&self, collaboration_id: &str) -> bool {
        self.note(Does::Join, collaboration_id, None);
        self.is_known(Does::Leave, collaboration_id, None)
    }

    /// Notes that a plan joins a collaboration that it does not know yet. Another one, besides that
    /// which it is `present` in, that a plan of this run leaves: it may be the same.
    pub fn join_unknown(&self, present: Option<&str>) -> Option<String> {
        self.note(Does::Join, UNKNOWN, None);
        // Of an earlier run anything may be left; this one would be refused for it.
        let all = self.all(Notes::of_this_walk);
        let ends =
            |id: &str| all.iter().any(|it| it.does == Does::End && it.collaboration_id == id);
        let left = all.iter().filter(|it| it.does == Does::Leave && it.owner == self.owner);
        let mut left = left.map(|it| it.collaboration_id.clone());
        left.find(|id| Some(id.as_str()) != present && !ends(id))
    }

    /// Whether a plan of this run joins a collaboration that it does not know yet.
    pub fn is_unknown_joined(&self) -> bool {
        self.is_known(Does::Join, UNKNOWN, None)
    }

    /// Notes that a plan destroys a collaboration.
    pub fn end(&self, collaboration_id: &str) {
        self.note(Does::End, collaboration_id, Some(EVERYBODY));
    }

    /// Whether a membership of that collaboration was to be destroyed and is kept for now.
    pub fn is_postponed(&self, collaboration_id: &str) -> bool {
        lock(&self.postponed).iter().any(|(of, _)| of == collaboration_id)
    }

    /// Notes that a membership of a collaboration was read.
    pub fn saw(&self, collaboration_id: &str) {
        lock(&self.present).insert(collaboration_id.to_owned());
    }

    /// Notes that a collaboration was joined.
    pub fn joined(&self, collaboration_id: &str) {
        self.note(Does::Joined, collaboration_id, None);
        self.note(Does::Joined, UNKNOWN, None);
    }

    /// Whether a plan of this run joins a collaboration, in that account.
    pub fn is_joined(&self, collaboration_id: &str, account: Option<&str>) -> bool {
        self.is_known(Does::Join, collaboration_id, account)
    }

    /// Notes that a membership was to be destroyed and is kept for now.
    pub fn postpone(&self, collaboration_id: &str, membership_id: &str) {
        self.take(collaboration_id);
        lock(&self.postponed).push((collaboration_id.to_owned(), membership_id.to_owned()));
    }

    /// The membership of a collaboration that was kept, which is the caller's from then on.
    pub fn take(&self, collaboration_id: &str) -> Option<String> {
        let mut postponed = lock(&self.postponed);
        let index = postponed.iter().position(|(of, _)| of == collaboration_id)?;
        Some(postponed.remove(index).1)
    }

    /// The memberships that were kept, each with whether it is the only one.
    pub fn postponed(&self) -> Vec<(String, bool)> {
        let postponed = lock(&self.postponed);
        let is_only = postponed.len() == 1;
        postponed.iter().map(|(_, id)| (id.clone(), is_only)).collect()
    }

    /// Writes down before it is looked what others do: of two that plan at once, one sees the other.
    fn note(&self, does: Does, collaboration_id: &str, account: Option<&str>) {
        if let Some(notes) = &self.notes {
            let is_rejoin = does == Does::Join && lock(&self.present).contains(collaboration_id);
            let does = if is_rejoin { Does::Rejoin } else { does };
            let entries: Vec<_> = self.entries(does, collaboration_id, account).collect();
            let notes = Arc::clone(notes);
            patiently(move || notes.write(&entries));
        }
        lock(&self.known.0).extend(self.entries(does, collaboration_id, account));
    }

    fn is_known(&self, does: Does, collaboration_id: &str, account: Option<&str>) -> bool {
        let all = self.all(Notes::of_others);
        self.entries(does, collaboration_id, account).any(|entry| all.contains(&entry))
    }

    /// What the plans of this run leave and join, whichever process has made them.
    fn all(&self, of_others: fn(&Notes) -> BTreeSet<Entry>) -> BTreeSet<Entry> {
        let notes = self.notes.as_ref().map(Arc::clone);
        let of_others = notes.and_then(|notes| patiently(move || of_others(&notes)));
        let mut all = of_others.unwrap_or_default();
        all.extend(lock(&self.known.0).iter().cloned());
        all
    }

    /// The entries that mean the same: by the account, and by whoever that is here.
    fn entries(
        &self,
        does: Does,
        collaboration_id: &str,
        account: Option<&str>,
    ) -> impl Iterator<Item = Entry> {
        let owners = [Some(self.owner.clone()), account.map(str::to_owned)];
        let collaboration_id = collaboration_id.to_owned();
        let entry = move |owner| Entry { does, owner, collaboration_id: collaboration_id.clone() };
        owners.into_iter().flatten().map(entry)
    }
}

/// Whose credentials a provider block uses: an account if it says so, or else where they come from.
fn owner(config: &ProviderConfig) -> String {
    if let [only] = config.allowed_account_ids.as_slice() {
        return only.clone();
    }
    let of_web = config.assume_role_with_web_identity.as_ref();
    let of_web = of_web.and_then(|role| role.role_arn.as_deref());
    let role = config.assume_role.last().map(|role| role.role_arn.as_str()).or(of_web);
    if let Some(account) = role.and_then(|arn| arn.split(':').nth(4)) {
        return account.to_owned();
    }
    // What the environment says counts as if the block had said it: keys before a profile.
    let said = |names: &[&str]| names.iter().find_map(|name| non_empty_variable(name));
    let is_silent = config.access_key.is_none() && config.profile.is_none();
    let of_environment = is_silent.then(|| said(&["AWS_ACCESS_KEY_ID"])).flatten();
    let named = || said(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]);
    let profile = match is_silent && of_environment.is_none() {
        true => named(),
        false => config.profile.clone(),
    };
    let mut hasher = DefaultHasher::new();
    let key = config.access_key.as_ref().map(|key| key.expose().to_owned());
    key.or(of_environment).hash(&mut hasher);
    profile.hash(&mut hasher);
    config.shared_config_files.hash(&mut hasher);
    config.shared_credentials_files.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The file of this process, and those of the other children of its parent.
#[derive(Debug)]
struct Notes {
    parent: u32,
    /// When the parent was started, in its system's own units, where that can be told: process ids
    /// are used again.
    parent_started: Option<u64>,
    /// When this process was configured: who has ended before is of another run.
    since: SystemTime,
    file: Mutex<Option<File>>,
}

impl Notes {
    /// `None` where a process does not know its parent.
    fn of_this_process() -> Option<Self> {
        #[cfg(unix)]
        let parent = Some(std::os::unix::process::parent_id());
        #[cfg(not(unix))]
        let parent = None;
        Some(Self::of_child(parent?))
    }

    fn of_child(parent: u32) -> Self {
        let parent_started = started(parent);
        Self { parent, parent_started, since: SystemTime::now(), file: Mutex::default() }
    }

    fn write(&self, entries: &[Entry]) {
        let now = SystemTime::now();
        let lines: String = entries.iter().filter_map(|entry| entry.line(now)).collect();
        let written = || -> io::Result<()> {
            let mut file = lock(&self.file);
            if file.is_none() {
                *file = Some(self.open()?);
            }
            file.as_mut().map_or(Ok(()), |file| file.write_all(lines.as_bytes()))
        };
        if let Err(err) = written() {
            tracing::warn!(%err, "what is left and joined is not written down for other processes");
        }
    }

    /// The file is locked as long as this process lives.
    fn open(&self) -> io::Result<File> {
        let folder = ledger::folder()?;
        sweep(&folder);
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let file = File::create(folder.join(format!("{}{number}", self.own())))?;
        file.lock()?;
        Ok(file)
    }

    fn prefix(&self) -> String {
        format!("run-{}-{}-", self.parent, self.parent_started.unwrap_or_default())
    }

    /// How the names of this process's own files begin.
    fn own(&self) -> String {
        format!("{}{}-", self.prefix(), std::process::id())
    }

    /// What the others of this run have written.
    fn of_others(&self) -> BTreeSet<Entry> {
        self.written(|line, lines| line.is_alive || self.is_of_walk(line, lines))
    }

    /// What those others have written that surely are in this walk.
    fn of_this_walk(&self) -> BTreeSet<Entry> {
        self.written(|line, _| line.is_alive || line.at >= self.since)
    }

    fn written(&self, counts: impl Fn(&Line, &[Line]) -> bool) -> BTreeSet<Entry> {
        let Ok(folder) = ledger::folder() else { return BTreeSet::new() };
        let own: BTreeSet<_> = files(&folder, &self.own()).collect();
        let prefix = self.prefix();
        let others = files(&folder, &prefix).filter(|path| !own.contains(path));
        let lines: Vec<_> = others.flat_map(|path| read(&path)).collect();
        let counted = lines.iter().filter(|line| counts(line, &lines));
        counted.map(|line| line.entry.clone().without_rejoin()).collect()
    }

    /// Whether a process that has ended wrote in the walk that this process is in.
    fn is_of_walk(&self, line: &Line, all: &[Line]) -> bool {
        if line.at >= self.since {
            return true;
        }
        // Ahead of each `destroy` core plans what the configuration would join.
        if line.entry.collaboration_id == UNKNOWN {
            return false;
        }
        let joined = Entry { does: Does::Joined, ..line.entry.clone() };
        let is_joined = |it: &Line| it.entry == joined && (line.at..self.since).contains(&it.at);
        let is_over = match line.entry.does {
            Does::Leave | Does::End => false,
            Does::Join => all.iter().any(is_joined),
            Does::Rejoin | Does::Joined => true,
        };
        self.parent_started.is_some() && line.at + WALK >= self.since && !is_over
    }
}

/// A line of a file, and whether who wrote it is alive.
struct Line {
    at: SystemTime,
    entry: Entry,
    is_alive: bool,
}

fn read(path: &Path) -> Vec<Line> {
    let Ok(file) = File::open(path) else { return Vec::new() };
    let is_alive = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter_map(Entry::parse);
    lines.map(|(at, entry)| Line { at, entry, is_alive }).collect()
}

/// When a process was started: on Linux, in ticks since the machine was (proc(5): stat, field 22).
fn started(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name, in which there may be blanks and brackets.
    let (_, after_name) = stat.rsplit_once(") ")?;
    after_name.split(' ').nth(19)?.parse().ok()
}

impl Entry {
    fn without_rejoin(self) -> Self {
        let does = if self.does == Does::Rejoin { Does::Join } else { self.does };
        Self { does, ..self }
    }

    /// A line of the file; none for what is not the id of a collaboration.
    fn line(&self, at: SystemTime) -> Option<String> {
        let Self { does, owner, collaboration_id } = self;
        let does = match does {
            Does::Leave => "leaves",
            Does::Join => "joins",
            Does::Rejoin => "rejoins",
            Does::Joined => "joined",
            Does::End => "ends",
        };
        let at = at.duration_since(UNIX_EPOCH).ok()?.as_micros();
        is_uuid(collaboration_id).then(|| format!("{at} {owner} {does} {collaboration_id}\n"))
    }

    fn parse(line: &str) -> Option<(SystemTime, Self)> {
        let mut words = line.split(' ');
        let at = UNIX_EPOCH + Duration::from_micros(words.next()?.parse().ok()?);
        let owner = words.next()?.to_owned();
        let does = match words.next()? {
            "leaves" => Does::Leave,
            "joins" => Does::Join,
            "rejoins" => Does::Rejoin,
            "joined" => Does::Joined,
            "ends" => Does::End,
            _ => return None,
        };
        let collaboration_id = words.next()?.to_owned();
        Some((at, Self { does, owner, collaboration_id }))
    }
}

/// What is done with files in another thread, unless it takes too long.
fn patiently<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    result.recv_timeout(PATIENCE).ok()
}

/// Removes what processes have left behind that have ended long ago.
fn sweep(folder: &Path) {
    for path in files(folder, "run-") {
        let age = || path.metadata().ok()?.modified().ok()?.elapsed().ok();
        let has_ended = || File::open(&path).is_ok_and(|file| file.try_lock_shared().is_ok());
        if age().is_some_and(|age| age > LASTS) && has_ended() {
            // Another one may have been quicker.
            let _ = fs::remove_file(&path);
        }
    }
}

fn files(folder: &Path, prefix: &str) -> impl Iterator<Item = PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_ours = |path: &PathBuf, prefix: &str| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    };
    paths.filter(move |path| is_ours(path, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleanrooms::aws::{AssumeRole, Secret};

    const COLLABORATION: &str = "00000000-0000-4000-8000-000000000001";

    fn config(access_key: &str) -> ProviderConfig {
        ProviderConfig { access_key: Some(Secret::new(access_key)), ..ProviderConfig::default() }
    }

    #[test]
    fn what_one_provider_block_leaves_another_of_the_same_account_does_not_join() {
        let known = Known::default();
        let of = |config: &ProviderConfig| Places::new(config).beside(known.clone());
        assert!(!of(&config("one")).leave(COLLABORATION, Some("111122223333")));
        assert!(!of(&config("two")).join(COLLABORATION), "it may be of any account");
        let in_another_region =
            ProviderConfig { region: Some("eu-west-1".to_owned()), ..config("one") };
        assert!(of(&in_another_region).join(COLLABORATION));
        let role_arn = "arn:aws:iam::111122223333:role/Deployer".to_owned();
        let role = AssumeRole { role_arn, ..AssumeRole::default() };
        assert!(
            of(&ProviderConfig { assume_role: vec![role], ..config("three") }).join(COLLABORATION)
        );
        let allowed_account_ids = vec!["111122223333".to_owned()];
        assert!(of(&ProviderConfig { allowed_account_ids, ..config("four") }).join(COLLABORATION));
    }

    #[test]
    fn what_was_joined_first_is_not_left_either() {
        let known = Known::default();
        let of = |config: &ProviderConfig| Places::new(config).beside(known.clone());
        assert!(!of(&config("one")).join(COLLABORATION));
        assert!(of(&config("one")).leave(COLLABORATION, None));
        assert!(!of(&config("two")).leave(COLLABORATION, Some("444455556666")));
    }

    #[test]
    fn what_was_written_is_read_while_its_process_lives_or_if_it_lived_with_this_one() {
        let folder = ledger::folder().expect("a folder of one's own");
        // No process of this machine has that parent.
        let run = Notes::of_child(u32::MAX - 1);
        let path = folder.join(format!("{}1-0", run.prefix()));
        let entry = Entry {
            does: Does::Leave,
            owner: "111122223333".to_owned(),
            collaboration_id: COLLABORATION.to_owned(),
        };
        let hour = Duration::from_secs(3600);
        let writes = |at: SystemTime| {
            let mut file = File::create(&path).expect("it can be written");
            file.lock().expect("nobody else has it");
            let line = entry.line(at).expect("the id of a collaboration");
            file.write_all(line.as_bytes()).expect("it can be written");
            file
        };
        let alive = writes(run.since - hour);
        assert!(run.of_others().contains(&entry));
        drop(alive);
        assert!(run.of_others().is_empty(), "it had ended before this one began, perhaps");
        drop(writes(run.since + hour));
        assert!(run.of_others().contains(&entry));
        assert!(Notes::of_child(u32::MAX - 2).of_others().is_empty(), "it is of another parent");
        fs::remove_file(path).expect("it is there");
        assert!(started(std::process::id()).is_some() == cfg!(target_os = "linux"));
    }

    #[test]
    fn who_has_ended_a_moment_ago_was_of_the_same_walk_unless_what_it_joined_is_joined() {
        let run = Notes { parent_started: Some(1), ..Notes::of_child(u32::MAX - 3) };
        let second = Duration::from_secs(1);
        let line = |does, at| {
            let (owner, collaboration_id) = ("one".to_owned(), COLLABORATION.to_owned());
            Line { at, entry: Entry { does, owner, collaboration_id }, is_alive: false }
        };
        let is_of_walk = |does, at, done: &[Line]| run.is_of_walk(&line(does, at), done);
        let before = run.since - second;
        assert!(is_of_walk(Does::Leave, before, &[]));
        assert!(is_of_walk(Does::Join, before, &[]));
        assert!(!is_of_walk(Does::Join, before - second, &[line(Does::Joined, before)]));
        assert!(is_of_walk(Does::Leave, before - second, &[line(Does::Joined, before)]));
        assert!(!is_of_walk(Does::Rejoin, before, &[]), "a destroy is planned by two walks");
        assert!(!is_of_walk(Does::Leave, before - WALK, &[]), "it is of an earlier walk");
        let elsewhere = Notes { parent_started: None, ..Notes::of_child(u32::MAX - 3) };
        assert!(!elsewhere.is_of_walk(&line(Does::Leave, elsewhere.since - second), &[]));
    }
}
