//! Files that others name: where they are, and what is in them, without ever blocking.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a file may take. A FIFO that nobody writes to, and a file system that is not there,
/// take for ever.
const FILE_TIMEOUT: Duration = Duration::from_secs(5);

/// More than this is none of the files that are read here.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Reads a file to its end.
///
/// On another thread, which is left alone when it hangs: the process does not wait for it at its end.
///
/// # Errors
///
/// It cannot be read, or not in time, or is endless.
pub(super) async fn read(path: &Path) -> io::Result<Vec<u8>> {
    in_time(path, read_bounded).await
}

/// Does something that may block, waits no longer than for a file, and leaves it alone then.
///
/// # Errors
///
/// Those of `work`, or that it does not end in time.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    within(FILE_TIMEOUT, work).await
}

async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    // A paused clock, as in tests, waits for such a thread and for no other.
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(done) => done.map_err(io::Error::other)?,
        Err(_elapsed) => {
            let text = format!("it could not be read within {limit:?}");
            Err(io::Error::new(io::ErrorKind::TimedOut, text))
        }
    }
}

/// Reads a text, without the byte order mark that some editors put before it.
///
/// # Errors
///
/// As for [`read`]; and it is not UTF-8.
pub(super) async fn read_text(path: &Path) -> io::Result<String> {
    as_text(read(path).await?)
}

/// Reads a text as [`read_text`] does; none if there is no plain file, which is what the AWS CLI
/// takes for absent.
///
/// # Errors
///
/// As for [`read_text`].
pub(super) async fn read_if_file(path: &Path) -> io::Result<Option<String>> {
    let content = in_time(path, |path| {
        let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
        is_file.then(|| read_bounded(path)).transpose()
    });
    content.await?.map(as_text).transpose()
}

/// Waits until something is known of a path: where this answers in time, reading does not hang.
///
/// # Errors
///
/// Nothing is known in time. That there is nothing at the path is no error.
pub(super) async fn is_there(path: &Path) -> io::Result<()> {
    in_time(path, |path| {
        // Whoever reads it next says what is wrong.
        let _ = path.metadata();
        Ok(())
    })
    .await
}

async fn in_time<T: Send + 'static>(
    path: &Path,
    read: fn(&Path) -> io::Result<T>,
) -> io::Result<T> {
    let path = path.to_owned();
    aside(move || read(&path)).await
}

fn as_text(content: Vec<u8>) -> io::Result<String> {
    let text = String::from_utf8(content)
        .map_err(|_err| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is larger than 4 MiB"));
    }
    Ok(content)
}

/// A path with `$NAME` and `${NAME}` replaced by what the environment holds, and a leading `~` by
/// the home directory, as hashicorp/aws and the AWS CLI do. A name that is not set stays.
pub(in crate::cleanrooms) fn expanded(path: &str) -> PathBuf {
    expanded_by(path, &|name| std::env::var(name).ok(), std::env::home_dir())
}

fn expanded_by(
    path: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    home: Option<PathBuf>,
) -> PathBuf {
    let path = with_variables(path, variable);
    let rest = match path.strip_prefix('~') {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix(std::path::is_separator),
        None => None,
    };
    match (rest, home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn with_variables(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        expanded.push_str(&rest[..start]);
        let (name, length) = variable_name(&rest[start..]);
        match variable(name).filter(|_| !name.is_empty()) {
            Some(value) => expanded.push_str(&value),
            None => expanded.push_str(&rest[start..start + length]),
        }
        rest = &rest[start + length..];
    }
    expanded.push_str(rest);
    expanded
}

/// The name after a dollar sign, and the length of all that stands for the variable.
fn variable_name(text: &str) -> (&str, usize) {
    if let Some(inside) = text.strip_prefix("${")
        && let Some(end) = inside.find('}')
    {
        return (&inside[..end], end + 3);
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = text[1..].split(|c| !legal(c)).next().unwrap_or_default();
    (name, name.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        let variable = |name: &str| match name {
            "HOME" => Some("/home/me".to_owned()),
            "A_1" => Some("a".to_owned()),
            _ => None,
        };
        let expanded = expanded_by(path, &variable, Some(PathBuf::from("/home/me")));
        assert_eq!(expanded, PathBuf::from(expected), "{path}");
    }

    #[test]
    fn home_and_variables_are_replaced() {
        check("~/creds", "/home/me/creds");
        check("~", "/home/me");
        check("$HOME/creds", "/home/me/creds");
        check("${HOME}/$A_1/x", "/home/me/a/x");
        check("/x/$A_1.d/y", "/x/a.d/y");
    }

    #[test]
    fn what_is_neither_stays() {
        for path in ["/a~/b", "~other/x", "a$", "$$", "/x/$NOT_SET/y", "${HOME", "${}", "/ü$é"] {
            check(path, path);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_fifo_that_nobody_writes_to_is_given_up() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a FIFO");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime can be made");
        let reading = within(Duration::from_millis(50), move || read_bounded(&path));
        let err = runtime.block_on(reading).expect_err("nobody writes to it");
        assert_eq!(err.kind(), io::ErrorKind::TimedOut);
        // As at the end of the process, which does not wait for it either.
        runtime.shutdown_background();
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_no_part_of_a_text() {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(file.path(), "\u{feff}[default]").expect("it can be written");
        assert_eq!(read_text(file.path()).await.expect("it is there"), "[default]");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn an_endless_file_is_refused() {
        let err = read(Path::new("/dev/zero")).await.expect_err("it has no end");
        assert_eq!(err.kind(), io::ErrorKind::InvalidData);
    }
}
